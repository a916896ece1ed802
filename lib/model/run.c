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

static const char *const waits[] = {
	[RUN_WAIT_GUARD] = "guard",
	[RUN_WAIT_HOURS] = "hours",
	[RUN_WAIT_RATE] = "rate",
	[RUN_WAIT_HINT] = "hint",
};
_Static_assert(COUNT_OF(waits) == RUN_WAIT_COUNT, "every reason has a name");

const char *run_wait_name(enum run_wait w)
{
	assert((size_t)w < COUNT_OF(waits));
	return waits[w];
}

void wire_count_add(struct wire_count *sum, const struct wire_count *c)
{
	sum->logins += c->logins;
	sum->commands += c->commands;
	sum->waits += c->waits;
	sum->octets_in += c->octets_in;
	sum->octets_out += c->octets_out;
	sum->reconnects += c->reconnects;
}
