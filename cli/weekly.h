/* SPDX-License-Identifier: MIT */
#ifndef CLI_WEEKLY_H
#define CLI_WEEKLY_H
/*
 * The weekly report, in steps: read both sides again, judge, write the files, find the
 * words (weekly_make.c); put them into a mail and hand it over (cmd_weekly.c).
 */
#include "cli/scope.h"
#include "cli/weekly_past.h"
#include "model/outlook.h"
#include "report/report_weekly.h"

#define WEEKLY_FOLDER  "weekly" /* in the project's */
#define WEEKLY_FILES   2
#define WEEKLY_ROWS    50000 /* findings in the workbook that is mailed */
#define WEEKLY_TROUBLE 4

struct weekly_job {
	struct globals *g;
	bool audit; /* read both sides again first */
	struct project p;
	struct scope scope;
	struct arena arena;
	struct weekly_past past;
	bool partly; /* something could not be read */
	bool deaf;   /* nothing of a side could: nobody is asked again */
	const char *trouble[WEEKLY_TROUBLE];
	size_t trouble_n;
	struct report_options o;
	struct outlook look;
	struct weekly_file file[WEEKLY_FILES]; /* written, below p.dir */
	struct weekly_words words;
};

/* All but the mail.  p and scope are open, the rest is zero and arena is empty. */
bool weekly_make(struct weekly_job *w, struct err *err) MUST_CHECK;
/* The words once more, after something about the files has changed. */
bool weekly_word(struct weekly_job *w, struct err *err) MUST_CHECK;
/* "text/html" of file[i]. */
const char *weekly_type(size_t i);

#endif
