/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_RATE_H
#define AUDIT_AUDIT_RATE_H
/*
 * So much a second and no more, for all connections of a side together.  What comes in
 * one piece is paid for afterwards by waiting.  Of time that passes unused no more than
 * AUDIT_RATE_SAVED_MS is saved up: a night's pause is no licence for a flood.  Times are
 * monotonic milliseconds.
 */
#include "base/base.h"

#define AUDIT_RATE_SAVED_MS INT64_C(1000)
struct audit_rate {
	int64_t messages, octets; /* a second; 0: as fast as they come */
	int64_t due_us[2];	  /* what was taken is paid for then; 0: at once */
};
/* So much more was taken.  How long to wait now; never more than AUDIT_RATE_WAIT_MS. */
#define AUDIT_RATE_WAIT_MS INT64_C(86400000)
int64_t audit_rate_take(struct audit_rate *r, int64_t messages, int64_t octets,
			int64_t now_ms);

#endif
