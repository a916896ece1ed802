/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_GATE_H
#define CLI_CONFIG_GATE_H
/* The key "gate" of mailmuster.json: limits, ages, and where heads of the ledger were
 * kept. */
#include "base/json.h"
#include "cli/config.h"

/* What is not said stays as it is in c. */
bool config_gate(struct config *c, struct json_doc *doc, const struct json_value *v,
		 const char *dir, struct err *err) MUST_CHECK;

#endif
