/* SPDX-License-Identifier: MIT */
#ifndef CLI_SCOPE_H
#define CLI_SCOPE_H
/* Which transfers a command is about: --only, or all that are listed. */
#include "cli/project.h"
#include "model/account.h"

struct scope {
	struct transfer *t; /* ordered by name */
	size_t n;
	int64_t *ids; /* of t */
	bool all;     /* no --only was given */
	struct arena arena;
};

/* ERR_USAGE for a name that is not listed (with the nearest one), ERR_CONFIG when nothing
 * is listed at all. */
bool scope_open(const struct globals *g, const struct project *p, struct scope *out,
		struct err *err) MUST_CHECK;
void scope_close(struct scope *s); /* also after a failure */

/* Accounts of the transfers on these sides, each once, ascending; malloc. */
int64_t *scope_accounts(const struct scope *s, const bool sides[SIDE_COUNT],
			size_t *n_out) MUST_CHECK;
/*
 * Canonical JSON of what was asked for, in the scope's arena: command, depth (NULL:
 * none), the servers, and the names when
 * --only was given.  An interrupted run with the same scope is continued.
 */
const char *scope_json(struct scope *s, const struct config *c, const char *command,
		       const char *depth, const bool sides[SIDE_COUNT]) MUST_CHECK;

/* One transfer by name; ERR_USAGE with the nearest one when there is none.  also_gone:
 * those no longer listed too. */
bool scope_find(const struct project *p, const char *name, bool also_gone,
		struct arena *arena, struct transfer *out, struct err *err) MUST_CHECK;

#endif
