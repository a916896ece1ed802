/* SPDX-License-Identifier: MIT */
#ifndef CLI_PLAN_TEXT_H
#define CLI_PLAN_TEXT_H
/* The result of `mailmuster plan map` for people: problems first, then the sums. */
#include "base/strbuf.h"
#include "plan/plan_map.h"
#include "report/report.h"

void plan_text(struct strbuf *out, const struct report_options *o,
	       const struct plan_map_result *r);

#endif
