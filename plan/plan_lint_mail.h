/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_LINT_MAIL_H
#define PLAN_PLAN_LINT_MAIL_H
/* How much mail a finding of the linter is about, by the newest inventory of the old
 * side. Whose mail a script moves is mostly its argument: all accounts asked for are
 * counted. */
#include "model/account.h"
#include "plan/plan_lint.h"
#include "store/store.h"

struct lint_mail_options {
	const struct transfer *t;
	size_t n;
	int64_t now; /* ages are counted from it */
	bool (*stop)(void *ctx);
};
/* How much of the inventory there was to ask. */
struct lint_inventory {
	int64_t listed, unlisted; /* accounts */
	int64_t unread;		  /* of those listed: not all messages were read */
};
/* Fills in mail_text and the counts of each finding about mail; those that are worth a
 * word only with mail (only_counted) go when there is none. */
bool plan_lint_mail(struct plan_lint *l, struct store *st,
		    const struct lint_mail_options *o, struct lint_inventory *out,
		    struct err *err) MUST_CHECK;
/* Without an inventory: says what cannot be told. */
void plan_lint_no_mail(struct plan_lint *l);

#endif
