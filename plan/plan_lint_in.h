/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_LINT_IN_H
#define PLAN_PLAN_LINT_IN_H
/* Shared by the files of the linter: plan_lint.c (findings), plan_lint_shell.c (scripts),
 * plan_lint_imapsync.c, plan_lint_others.c (mbsync, doveadm, rsync), plan_lint_config.c.
 */
#include "mover/mover_imapsync.h"
#include "plan/plan_lint.h"

/* Movers that can be tried first. */
enum { LINT_IMAPSYNC, LINT_MBSYNC, LINT_MOVERS };

struct plan_lint {
	struct arena arena;
	struct lint_result r;
	size_t cap;
	bool full; /* LINT_FINDINGS_MAX */
	bool with_mail;
	/* A dry run was seen; the first that was none. */
	bool dry[LINT_MOVERS];
	struct {
		const char *file;
		unsigned line, column;
	} real[LINT_MOVERS];
	const char *file; /* at hand */
	bool config;	  /* it is no script */
};

/* What a finding has besides its rule. */
struct lint_at {
	unsigned line, column;
	const char *said, *text; /* NULL: "", and the rule's text */
	struct lint_mail mail;
};
void lint_add(struct plan_lint *l, const struct lint_rule *rule,
	      const struct lint_at *at);
/* By the rule's id, which must be one. */
void lint_say(struct plan_lint *l, const char *id, unsigned line, unsigned column,
	      const char *said, const char *text);

/* A command of a mover; at: where its name stands.  *real_out: it moves something. */
/* False: it only shows its name or its help. */
bool lint_imapsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		   bool *real_out);
void lint_mbsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		 bool *real_out);
void lint_doveadm(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		  bool *real_out);
void lint_rsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		bool *real_out);

void lint_shell(struct plan_lint *l, struct span text);

/* A wildcard pattern (* and %) as PCRE2: all of the name. */
const char *lint_wildcard(struct plan_lint *l, struct span pattern, char delim);
bool lint_is_mbsync(struct span text);
void lint_mbsync_config(struct plan_lint *l, struct span text, unsigned line);
bool lint_is_dovecot(struct span text);
void lint_dovecot_config(struct plan_lint *l, struct span text, unsigned line);
/* A size such as "10m", "5M", "1000". */
bool lint_size(struct span text, int64_t *out);

#endif
