/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_PACES_H
#define AUDIT_AUDIT_PACES_H
/* The paces of both sides of one run (audit_pace.h): their beginning, their end, and the
 * record. */
#include "audit/audit.h"
#include "audit/audit_pace.h"

struct audit_paces {
	struct audit_pace side[SIDE_COUNT]; /* of sides that are read */
	char now[400];			    /* what audit_paces_tell returned */
};

/* until_ms: the end of the budget, monotonic; 0: none.  After a failure too: _done. */
bool audit_paces_init(struct audit_paces *p, const struct audit_options *o,
		      int64_t until_ms, struct net_wake *wake,
		      struct err *err) MUST_CHECK;
void audit_paces_done(struct audit_paces *p);
/* What is waited for, for people; "" when nothing is. */
const char *audit_paces_tell(struct audit_paces *p);
/* For so many milliseconds every side was in hours in which it is not read. */
int64_t audit_paces_idle(struct audit_paces *p);
/* How the sides were treated: into out, and into the store while the run is its current
 * one. */
bool audit_paces_end(struct audit_paces *p, struct store *st, struct audit_result *out,
		     struct err *err) MUST_CHECK;

#endif
