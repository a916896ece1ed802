/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan_flow.h"

/* A server gets the next command when it has done a quarter of what is under way. */
#define COMMANDS 4

void audit_scan_flow_begin(struct audit_scan_flow *f, int64_t sum, int64_t now_ms)
{
	*f = (struct audit_scan_flow){ AUDIT_FLOW_FIRST, now_ms, sum };
}

static int64_t between(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

void audit_scan_flow_look(struct audit_scan_flow *f, int64_t sum, int64_t now_ms)
{
	int64_t ms = now_ms - f->from_ms, came = sum - f->from_sum, want;

	if (ms < AUDIT_FLOW_TAKE_MS)
		return;
	/* Beyond this it is the most anyway. */
	want = came > INT64_MAX / AUDIT_FLOW_MS ? AUDIT_FLOW_MOST
						: came * AUDIT_FLOW_MS / ms;
	want = between(want, f->most / 2, f->most * 2);
	f->most = between(want, AUDIT_FLOW_LEAST, AUDIT_FLOW_MOST);
	f->from_ms = now_ms;
	f->from_sum = sum;
}

int64_t audit_scan_flow_command(const struct audit_scan_flow *f)
{
	return f->most / COMMANDS;
}
