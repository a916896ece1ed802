/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/run.h"

static const char *const names[] = {
	[RUN_OPEN] = "open",
	[RUN_COMPLETE] = "complete",
	[RUN_INCOMPLETE] = "incomplete",
	[RUN_STOPPED] = "stopped",
	[RUN_ABANDONED] = "abandoned",
};
_Static_assert(COUNT_OF(names) == RUN_OUTCOME_COUNT, "every outcome has a name");

const char *run_outcome_name(enum run_outcome o)
{
	assert((size_t)o < COUNT_OF(names));
	return names[o];
}
