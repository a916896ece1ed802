/* SPDX-License-Identifier: MIT */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H
/* The part of `explain` that names findings. */
#include "report/report_lines.h"
#include "report/report_view.h"

/* Of the one transfer in view: each group with its first messages, then what was
 * accepted. */
bool explain_findings(struct report_view *v, struct report_out *out, struct lines *l,
		      struct err *err) MUST_CHECK;

#endif
