/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_H
#define AUDIT_AUDIT_SCAN_H
/*
 * Scan: whole messages are read, as a mover will read them, because damage shows in no
 * index (DESIGN 8).  What is to be read comes from the evidence of earlier audits; what
 * was scanned stays scanned while UID and octets stand.  Threads as in audit.h: a worker
 * a connection, one writer, which is the calling thread.
 */
#include "audit/audit.h"

enum scan_how {
	SCAN_ALL,    /* everything that was not scanned yet */
	SCAN_SAMPLE, /* of a random sample of each side */
	SCAN_SINCE,  /* of what came after the last scan */
};
struct scan_options {
	enum scan_how how;
	bool again;	/* also what was scanned before */
	int64_t sample; /* messages of each side, 1 to SAMPLE_MAX */
	uint64_t seed;
};

struct scan_side_sum {
	int64_t asked;	       /* messages that were to be read */
	int64_t read;	       /* that came as a whole */
	int64_t octets;	       /* that came */
	int64_t unreadable;    /* that cannot be had */
	int64_t gone;	       /* that had been removed since the audit */
	int64_t left;	       /* not read, though they may be readable */
	int64_t never_audited; /* accounts of which nothing is known */
};
struct audit_scan_result {
	/* accounts and folders as they were opened now, or had nothing to read; complete:
	 * nothing in scope was left */
	struct audit_result run;
	struct scan_side_sum side[SIDE_COUNT];
};

/* accounts, server, scope and so on as for audit_run; depth is ignored. */
bool audit_scan_run(struct store *st, const struct audit_options *o,
		    const struct scan_options *so, struct audit_scan_result *out,
		    struct err *err) MUST_CHECK;

#endif
