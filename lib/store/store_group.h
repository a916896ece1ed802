/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_GROUP_H
#define STORE_STORE_GROUP_H
/* A hundred thousand findings in a few rows, and what has changed since an earlier run.
 */
#include "model/finding.h"
#include "store/store.h"

/* Findings of one transfer that are alike and in one folder. */
struct finding_group {
	enum finding_class cls;
	enum severity severity;
	enum why why;
	bool accepted;
	enum side side;
	const char *folder; /* borrowed until the next call */
	int64_t findings;
	int64_t messages; /* sum of finding.count */
	int64_t octets;	  /* of those whose size is known */
	int64_t first;	  /* finding.id of one of them */
};

/* Ordered by severity (worst first), class, why, accepted, side, folder.  since: only
 * findings that no run up to this one had made; 0: all. */
struct store_groups;
bool store_groups_open(struct store *st, int64_t transfer, int64_t since,
		       struct store_groups **out, struct err *err) MUST_CHECK;
enum next store_groups_next(struct store_groups *it, struct finding_group *out,
			    struct err *err) MUST_CHECK;
void store_groups_close(struct store_groups *it);

/* Of each transfer, ascending: findings that a run had made and that its newest judgement
 * no longer makes.  Transfers without any are left out. */
struct finding_over {
	int64_t transfer, n;
};
bool store_findings_over(struct store *st, int64_t run, struct arena *arena,
			 struct finding_over **out, size_t *n_out,
			 struct err *err) MUST_CHECK;

#endif
