/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_FIGURES_H
#define REPORT_REPORT_FIGURES_H
/* The figures of `mailmuster status` without its words, for programs that watch. */
#include "model/match.h"
#include "model/side.h"
#include "report/report.h"

struct status_side {
	int64_t accounts;		     /* with a login on this side */
	int64_t read, partly, failed, never; /* by their newest reading */
	int64_t closed;			     /* nobody may open them */
	int64_t messages, folders;
	int64_t oldest; /* of the newest readings; 0: none */
};
struct status_figures {
	bool one_sided;
	int64_t transfers;
	struct status_side side[SIDE_COUNT];
	int64_t verdict[VERDICT_COUNT]; /* of transfers; not judged: by decision */
	int64_t purged;		   /* transfers that were erased: in no other figure */
	int64_t never;		   /* transfers that were never verified */
	int64_t verified;	   /* when verify ended last; 0: never */
	int64_t loss, doubt, info; /* findings, without accepted ones */
	int64_t missing;	   /* messages, lost or in doubt */
	int64_t sealed, unsound, unsealed;
	int64_t entries; /* of the ledger */
};
bool report_status_figures(struct store *st, const struct report_options *o,
			   struct status_figures *out, struct err *err) MUST_CHECK;

#endif
