/* SPDX-License-Identifier: MIT */
#ifndef REPORT_WEEKLY_H
#define REPORT_WEEKLY_H
/*
 * The words of the weekly mail: the verdict first, then what changed since the last one,
 * who has not arrived, who is stuck, whose turn it is, and when it will be done.  Pure:
 * from one view of the store and from what the command knows beside it.  What stands in
 * it is as public as the HTML report: no subjects, no addresses, no times of logins.
 */
#include "report/report.h"

/* The figures that one mail told, kept for the next. */
struct weekly_figures {
	int64_t accounts;
	int64_t proven, differs, unknown; /* unknown: not examined in full, or never */
	int64_t missing; /* messages, lost or in doubt, without what was accepted */
};

struct weekly_file {
	const char *name; /* relative to the project's folder */
	int64_t octets;
	bool attached;
	const char *why; /* it is not; a sentence */
};

struct weekly_ask {
	int64_t last_at; /* when the last report was mailed; 0: this is the first */
	struct weekly_figures last;
	const char *const *trouble; /* what could not be renewed; sentences */
	size_t trouble_n;
	const struct weekly_file *file;
	size_t file_n;
};

struct weekly_words {
	const char *subject, *text; /* no control characters in it; lines end in LF */
	const char *verdict;	    /* "NO-GO" */
	int64_t verify;		    /* run that it tells of; 0: none */
	struct weekly_figures figures;
};

#define WEEKLY_COLUMNS 72
#define WEEKLY_NAMES   20 /* accounts named in one list; how many more is said */
#define WEEKLY_PROJECT 60 /* columns of the project's name in a subject */

/* options.before is the verification of the last report.  In arena. */
bool report_weekly(struct store *st, const struct report_options *o,
		   const struct outlook *look, const struct weekly_ask *ask,
		   struct arena *arena, struct weekly_words *out,
		   struct err *err) MUST_CHECK;

/* That there is none, and why: silence must not look like no news.  why and hint: as
 * said of an error; hint may be "". */
void report_weekly_none(const struct report_options *o, const char *why, const char *hint,
			int64_t last_at, struct arena *arena, struct weekly_words *out);

#endif
