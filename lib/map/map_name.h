/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_NAME_H
#define MAP_MAP_NAME_H
/* Names in common form, as the rules of lib/map need them. */
#include "map/map.h"

/* A folder called INBOX beside INBOX, as Cyrus allows below its prefix. */
extern const struct span map_other_inbox;

/* A name as people write it in rules, in common form; NUL-terminated. */
struct span map_rule_name(struct arena *arena, const char *text) MUST_CHECK;
/* The name below a prefix in common form ("" for none). */
const char *map_below(struct arena *arena, const char *prefix,
		      const char *name) MUST_CHECK;

#endif
