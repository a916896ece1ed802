/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_WEEKLY_H
#define CLI_CONFIG_WEEKLY_H
/* "weekly" of the config: to whom the weekly mail goes, and how. */
#include "base/json.h"
#include "cli/config.h"

/* Paths become relative to dir; strings in c->arena. */
bool config_weekly(struct config *c, struct json_doc *doc, const struct json_value *v,
		   const char *dir, struct err *err) MUST_CHECK;

#define WEEKLY_TO_MAX	 50u
#define WEEKLY_LIMIT	 ((int64_t)10 << 20) /* octets of attachments, by default */
#define WEEKLY_LIMIT_MAX ((int64_t)100 << 20)

#endif
