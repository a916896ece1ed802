/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_FLOW_H
#define AUDIT_AUDIT_SCAN_FLOW_H
/*
 * How much of a scan is under way: what has come in the last AUDIT_FLOW_MS, so that a
 * quick server is never without work and of a slow or a limited one no more is asked than
 * it gives in that time.  It begins between the two, and goes no further than to double
 * or to halve at once.
 */
#include <stdint.h>

#define AUDIT_FLOW_MS	 500
#define AUDIT_FLOW_FIRST ((int64_t)16 << 20)
#define AUDIT_FLOW_LEAST ((int64_t)4 << 20)
#define AUDIT_FLOW_MOST	 ((int64_t)64 << 20)
/* Shorter times are not judged. */
#define AUDIT_FLOW_TAKE_MS 20

struct audit_scan_flow {
	int64_t most;	  /* octets that may be under way */
	int64_t from_ms;  /* monotonic: when what comes was last looked at */
	int64_t from_sum; /* octets that had come then */
};

/* sum: octets that have come, of all that ever came. */
void audit_scan_flow_begin(struct audit_scan_flow *f, int64_t sum, int64_t now_ms);
void audit_scan_flow_look(struct audit_scan_flow *f, int64_t sum, int64_t now_ms);
/* Of one command. */
int64_t audit_scan_flow_command(const struct audit_scan_flow *f);

#endif
