/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPORT_SETUP_H
#define CLI_REPORT_SETUP_H
/* What every report is told about the project and the terminal. */
#include "cli/project.h"
#include "report/report.h"

/* All transfers; width and colour of stdout. */
void report_setup(const struct globals *g, const struct project *p,
		  struct report_options *out);

#endif
