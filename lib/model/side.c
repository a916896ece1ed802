/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "model/side.h"

static const char *const names[] = { [SIDE_OLD] = "old", [SIDE_NEW] = "new" };
_Static_assert(COUNT_OF(names) == SIDE_COUNT, "every side has a name");

const char *side_name(enum side side)
{
	assert((size_t)side < COUNT_OF(names));
	return names[side];
}

bool side_parse(const char *name, enum side *out)
{
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		*out = (enum side)i;
		return true;
	}
	return false;
}

enum side side_other(enum side side)
{
	return side == SIDE_OLD ? SIDE_NEW : SIDE_OLD;
}
