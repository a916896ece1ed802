/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_TREND_H
#define STORE_STORE_TREND_H
/* How things stood after earlier verifications: judgements are replaced, their figures
 * are kept here.  And sums over findings that only reports want. */
#include "model/match.h"
#include "store/store.h"

/* Figures of one transfer after one verification. */
struct past {
	int64_t transfer, run;
	int64_t at; /* when that run ended, or began when it did not */
	enum verdict verdict;
	int64_t old_messages; /* on the old side */
	int64_t arrived;      /* of them: have a partner, or had one that was removed */
	int64_t missing, unverified, loss, doubt;
};

/* Keep what this run judged, where a figure is another than in the newest row of its
 * transfer.  At the end of verify. */
bool store_trend_keep(struct store *st, int64_t run, struct err *err) MUST_CHECK;
/* All rows, ordered by run, transfer. */
bool store_trend(struct store *st, struct arena *arena, struct past **out, size_t *n_out,
		 struct err *err) MUST_CHECK;

struct trend_run {
	int64_t id, at;
};
/* Ended runs of verify, ascending. */
bool store_trend_runs(struct store *st, struct arena *arena, struct trend_run **out,
		      size_t *n_out, struct err *err) MUST_CHECK;

/* Messages of a transfer that are missing, lost or in doubt, and not accepted, by the day
 * of their INTERNALDATE, ascending. */
struct lost_day {
	int64_t day; /* since 1970; INT64_MIN: the date is not known */
	int64_t messages, octets;
};
bool store_lost_days(struct store *st, int64_t transfer, struct arena *arena,
		     struct lost_day **out, size_t *n_out, struct err *err) MUST_CHECK;

/* Messages and octets in the newest whole reading of each folder that an account lists.
 * partly: some folder of it was never read, or has no octets. */
struct account_size {
	int64_t folders, messages, octets;
	bool partly;
};
bool store_account_size(struct store *st, int64_t account, struct account_size *out,
			struct err *err) MUST_CHECK;

#endif
