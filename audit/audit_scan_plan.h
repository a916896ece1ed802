/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_PLAN_H
#define AUDIT_AUDIT_SCAN_PLAN_H
/* The scan as its writer knows it, and what is to be read: from the evidence of audits.
 */
#include "audit/audit_batch.h"
#include "audit/audit_scan_work.h"

struct scan_run {
	struct store *st;
	const struct audit_options *o;
	const struct scan_options *so;
	struct audit_scan_result *out;
	struct scan_crew crew;
	struct audit_batch batch;
	struct scan_worker *workers;
	size_t worker_n;
	struct net_wake *own_wake;
	struct arena arena; /* of the run */
	struct audit_progress progress;
	int64_t began, shown;
	char now[512];
	int64_t since;	/* SCAN_SINCE: the run before */
	uint64_t limit; /* SCAN_SAMPLE: the highest rank */
	struct body_size_rule rule[SIDE_COUNT];
	bool failed;
	struct err why;
	/* What was said last of folders that could not be scanned, and how often. */
	struct {
		char text[AUDIT_WORDS_SIZE];
		int64_t same;
	} said[SIDE_COUNT];
};

/*
 * Choose the sample: of the old side, or of the new one when it is alone.  The other side
 * is measured by the same rank, so that it is the same messages.
 */
bool scan_plan_sample(struct scan_run *r, struct err *err) MUST_CHECK;
/* The folders of a worker's account in which something is to be read. */
bool scan_plan_places(struct scan_run *r, const struct scan_worker *w,
		      struct scan_places *out, struct err *err) MUST_CHECK;
/* The next messages of one of them. */
bool scan_plan_chunk(struct scan_run *r, const struct scan_worker *w,
		     struct scan_chunk *c, struct err *err) MUST_CHECK;

/* text escaped and cut to what fits; buf is returned. */
const char *scan_shown(const char *text, char *buf, size_t size);

#endif
