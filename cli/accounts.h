/* SPDX-License-Identifier: MIT */
#ifndef CLI_ACCOUNTS_H
#define CLI_ACCOUNTS_H
/* The import of an account list, shared by `accounts import` and `init --accounts`. */
#include "cli/list.h"
#include "cli/scope.h"

struct accounts_change {
	int64_t added, changed, gone, same;
};
/* One transaction; with dry_run it is rolled back, so that the numbers are the real ones.
 * path stands in messages. */
bool accounts_import(const struct project *p, const char *path, const struct list *l,
		     bool dry_run, struct accounts_change *out,
		     struct err *err) MUST_CHECK;
/* Warn when accounts.csv lists others, or with other logins, than the last import did: who
 * was added to it since is in no verdict. */
bool accounts_warn(const struct globals *g, const struct project *p,
		   struct err *err) MUST_CHECK;
void accounts_tell(const struct globals *g,
		   const struct list *l); /* what was dropped or kept as a note */
void accounts_print(const struct globals *g, const struct accounts_change *c,
		    bool dry_run);

#endif
