/* SPDX-License-Identifier: MIT */
#ifndef CLI_PLAN_OUT_H
#define CLI_PLAN_OUT_H
/* The result of `mailmuster plan map` for people, as JSON and as CSV. */
#include "cli/globals.h"
#include "plan/plan_map.h"
#include "report/report.h"

/* Writes folders while they come: a list of any length needs no memory. */
struct plan_out;
enum plan_form { PLAN_TEXT, PLAN_JSON, PLAN_CSV };
struct plan_out *plan_out_new(enum plan_form form, const struct report_options *o,
			      const struct report_sink *sink);
void plan_out_free(struct plan_out *p); /* NULL is fine */

/* For plan_map_options.folder; ctx is the plan_out. */
bool plan_out_folder(void *ctx, const struct plan_map_folder *f,
		     struct err *err) MUST_CHECK;
/* What comes after the folders: groups, rules, sums. */
bool plan_out_end(struct plan_out *p, const struct plan_map_result *r,
		  struct err *err) MUST_CHECK;

#endif
