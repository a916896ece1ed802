/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "base/base.h"
#include "model/side.h"

static const char *const names[] = { [SIDE_OLD] = "old", [SIDE_NEW] = "new" };
_Static_assert(COUNT_OF(names) == SIDE_COUNT, "every side has a name");

const char *side_name(enum side side)
{
	assert((size_t)side < COUNT_OF(names));
	return names[side];
}

enum side side_other(enum side side)
{
	return side == SIDE_OLD ? SIDE_NEW : SIDE_OLD;
}
