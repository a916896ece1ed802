/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_MAP_H
#define CLI_CONFIG_MAP_H
/* The key "map" of mailmuster.json: the rules of lib/map. */
#include "base/json.h"
#include "cli/config.h"

/* Fill in c->rules.  Expressions are compiled here once, so that one that is wrong is
 * told with its place. */
bool config_map(struct config *c, struct json_doc *doc, const struct json_value *map,
		struct err *err) MUST_CHECK;

#endif
