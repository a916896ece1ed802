/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPORT_SETUP_H
#define CLI_REPORT_SETUP_H
/* What every report is told about the project and the terminal. */
#include "cli/out.h"
#include "cli/project.h"
#include "report/report.h"

/* All transfers; width and colour of stdout. */
void report_setup(const struct globals *g, const struct project *p,
		  struct report_options *out);
/* What IMAP does not show of both servers, as their profiles have it; a server that was
 * never read, or of no known kind, counts as generic.  In arena. */
bool report_setup_unseen(const struct project *p, struct arena *arena,
			 struct report_options *out, struct err *err) MUST_CHECK;
/*
 * The workbook.  The library writes the file itself, beside its place, where its
 * temporary files go too: one file system has to have room.  rows: of the list of
 * findings at most; 0: all.
 */
bool report_setup_book(const struct project *p, const struct report_options *o,
		       const struct outlook *look, int64_t rows, struct out_file *file,
		       struct arena *arena, struct err *err) MUST_CHECK;

#endif
