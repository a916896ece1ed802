/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_LOGS_H
#define CLI_CONFIG_LOGS_H
/* The key "logs" of mailmuster.json: how the logs of this site are to be read. */
#include "base/json.h"
#include "cli/config.h"

bool config_logs(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err) MUST_CHECK;

#endif
