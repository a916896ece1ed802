/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_PLAN_H
#define CLI_CONFIG_PLAN_H
/* The key "plan" of mailmuster.json: what is large, and when and how much may be moved.
 */
#include "base/json.h"
#include "cli/config.h"

/* What holds without the key. */
void config_plan_defaults(struct config *c);
bool config_plan(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err) MUST_CHECK;

#endif
