/* SPDX-License-Identifier: MIT */
#ifndef CLI_PLAN_ASK_H
#define CLI_PLAN_ASK_H
/* The plans of `mailmuster plan`: what all of them need of us. */
#include "cli/args.h"
#include "cli/scope.h"
#include "cli/sheet.h"
#include "plan/plan_facts.h"
#include "report/report_lines.h"
#include "store/store_plan.h"

#define PLAN_SHOWN 8 /* lines of one kind in the text; the rest is counted */

struct plan_ask {
	enum sheet_form form;
	bool keep;	/* in the store, with an entry in the ledger */
	const char *by; /* who keeps it */
	/* of waves */
	const char *strategy, *to; /* NULL */
	int64_t start;		   /* 0: now */
	uint64_t random;
	int64_t budget; /* of pilot: accounts at most; 0: any */
};

struct plan_desk {
	struct globals *g;
	const struct plan_ask *ask;
	struct project p;
	struct scope scope;
	struct report_options ro;
	struct sheet sheet;
	struct store_plan *kept; /* NULL: it is not to be kept */
};
/* Project, scope, output; also after a failure plan_close. */
bool plan_open(struct globals *g, const struct plan_ask *ask, struct plan_desk *d,
	       struct err *err) MUST_CHECK;
void plan_close(struct plan_desk *d);
/* What plan_facts_walk is to look at: fn, ctx and details are left to the plan. */
struct plan_facts_options plan_facts_asked(const struct plan_desk *d);
/* The kind that the config names is a profile, too. */
const char *plan_profile(const struct config *c, enum side side);
bool plan_stopped(void *ctx);

struct plan_use;
/* What the logs say of the accounts; *any_out false: no log of the old side was read, and
 * out is empty.  plan_use_close either way. */
bool plan_uses(const struct plan_desk *d, struct plan_use *out, bool *any_out,
	       struct err *err) MUST_CHECK;

/* Begin to keep a plan, when that was asked for.  summary: canonical JSON. */
bool plan_keep(struct plan_desk *d, const char *kind, const char *summary,
	       struct err *err) MUST_CHECK;
/* One line of it; nothing when it is not to be kept. */
bool plan_keep_item(struct plan_desk *d, const struct plan_item *item,
		    struct err *err) MUST_CHECK;
bool plan_keep_end(struct plan_desk *d, bool ok, struct err *err) MUST_CHECK;

/* Text, into stdout. */
void plan_lines_open(struct plan_desk *d, struct lines *l, struct strbuf *out);
bool plan_lines_close(struct lines *l, struct strbuf *out, struct err *err) MUST_CHECK;

int plan_oversized_run(struct globals *g, const struct plan_ask *ask);
int plan_fit_run(struct globals *g, const struct plan_ask *ask);
int plan_pilot_run(struct globals *g, const struct plan_ask *ask);
int plan_waves_run(struct globals *g, const struct plan_ask *ask);

#endif
