/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPORT_SETUP_H
#define CLI_REPORT_SETUP_H
/* What every report is told about the project and the terminal. */
#include "cli/project.h"
#include "report/report.h"

/* All transfers; width and colour of stdout. */
void report_setup(const struct globals *g, const struct project *p,
		  struct report_options *out);
/* What IMAP does not show of both servers, as their profiles have it; a server that was
 * never read, or of no known kind, counts as generic.  In arena. */
bool report_setup_unseen(const struct project *p, struct arena *arena,
			 struct report_options *out, struct err *err) MUST_CHECK;

#endif
