/* SPDX-License-Identifier: MIT */
#include "model/evidence.h"

void evidence_init(struct evidence *e)
{
	*e = (struct evidence){ .use = { -1, -1, -1, -1, -1, -1, -1, -1, -1 } };
}

const char *check_state_name(enum check_state s)
{
	static const char *const names[] = { "done", "not done", "stale", "unknown" };

	_Static_assert(COUNT_OF(names) == CHECK_STATE_COUNT, "one for each");
	return names[s];
}
