/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_DNS_H
#define CLI_CONFIG_DNS_H
/* The key "dns" of mailmuster.json: whose DNS is looked at, and what is old there. */
#include "base/json.h"
#include "cli/config.h"

bool config_dns(struct config *c, struct json_doc *doc, const struct json_value *v,
		struct err *err) MUST_CHECK;

#endif
