/* SPDX-License-Identifier: MIT */
#ifndef CLI_AUDITS_H
#define CLI_AUDITS_H
/* Reading the servers, shared by audit, seal and verify --live. */
#include "audit/audit.h"
#include "cli/scope.h"

/* Which accounts, and for how long; of struct audit_options.  NULL: all, to the end. */
struct gentle;
struct audits_limits {
	int64_t stale_s, budget_ms;
	bool acl_again;
	const struct gentle *gentle; /* NULL: as the config says */
};

/*
 * Read the accounts of the scope on these sides.  command names it in the scope that is
 * recorded: an open run of the same one is continued.  ERR_CONFIG when none of them is on
 * a side.  out is filled in either case.
 */
bool audits_run(struct globals *g, const struct project *p, struct scope *scope,
		const bool sides[SIDE_COUNT], const char *command, enum depth depth,
		const struct audits_limits *limits, struct audit_result *out,
		struct err *err) MUST_CHECK;
/* Which side failed as a whole, and what to do; why was said with the account. */
void audits_tell(const struct globals *g, const struct audit_result *r);
/* EXIT_CLEAN when all was read. */
int audits_code(const struct audit_result *r);

#endif
