/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PLANS_H
#define REPORT_PLANS_H
/* The plans that were kept, and what ends before the planned end: a certificate as it was
 * seen last, a date of the config as the plan has it. */
#include "base/json.h"
#include "report/report_lines.h"
#include "store/store_plan.h"

struct report_due {
	const char *what;
	int64_t at;
};
struct report_plans {
	const struct plan_kept *kept; /* the newest of each kind, by kind */
	size_t n;
	/* Of the kept waves; 0: there are none. */
	int64_t waves, accounts, ends_soon, ends_late;
	bool measured; /* the ends are P50 and P90; else of the fast and the slow rate */
	const struct report_due *due; /* by time */
	size_t due_n;
};
/* Strings live in arena. */
bool report_plans_read(struct store *st, struct arena *arena, struct report_plans *out,
		       struct err *err) MUST_CHECK;
/* Nothing when there is none. */
void report_plans_text(struct lines *l, const struct report_plans *p);
/* "plans" and "expires", two keys of an open object. */
void report_plans_json(struct json_out *j, const struct report_plans *p);

#endif
