/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SIDE_H
#define MODEL_SIDE_H
/*
 * lib/model: the nouns every stage shares; plain structs and their names, no behaviour
 * beyond that.  This header: the two servers.  Old is moved away from, new is moved to;
 * nowhere source or target.
 */
#include "base/base.h"

enum side { SIDE_OLD, SIDE_NEW };
enum { SIDE_COUNT = SIDE_NEW + 1 };

const char *side_name(enum side side); /* "old", "new" */
enum side side_other(enum side side);
/* By its name, exactly; false: it is none. */
bool side_parse(const char *name, enum side *out) MUST_CHECK;

#endif
