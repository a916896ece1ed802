/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_LINT_H
#define PLAN_PLAN_LINT_H
/*
 * What a mover's script or config destroys or hides, before it is run: imapsync, mbsync,
 * doveadm and rsync in shell scripts, mbsync's and Dovecot's configs.  Nothing is run and
 * no other file is read.  The rules are data (plan_lint_rules.c); a finding is a rule
 * with a place.  What cannot be understood is a finding, too: it is unknown, never clean.
 *
 * Limits: those of mover/mover_shell.h (size of a script, depth, words, what it grows
 * to), and LINT_FINDINGS_MAX findings of all files.  Reaching one is a finding.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define LINT_FINDINGS_MAX 20000u

enum lint_weight {
	LINT_DESTROYS, /* mail or folders are removed */
	LINT_HIDES,    /* mail does not arrive, or is not looked at */
	LINT_ALTERS,   /* mail arrives unlike it was */
	LINT_UNKNOWN,  /* any of these may be: it cannot be told */
	LINT_RISKS,    /* a failure is not noticed, a secret is seen */
	LINT_NOTES,    /* worth knowing */
};
enum { LINT_WEIGHT_COUNT = LINT_NOTES + 1 };
const char *lint_weight_name(enum lint_weight w); /* "destroys" */
/* What the weight means, one sentence. */
const char *lint_weight_text(enum lint_weight w);

struct lint_rule {
	const char *id; /* "imapsync-delete2" */
	enum lint_weight weight;
	/* What it is found by: options with blanks between, a keyword, or words in
	 * "(...)" for what no single word says. */
	const char *match;
	/* What the line would do; NULL: imapsync's table of options says it. */
	const char *text;
	const char *why, *source, *fix;
};
extern const struct lint_rule lint_rules[];
extern const size_t lint_rule_count;
const struct lint_rule *lint_rule_named(const char *id); /* NULL: there is none */
/* The rule of an option of a tool ("imapsync", "mbsync", "doveadm", "rsync"), spelled in
 * full ("--nolog"), case ignored; NULL: none. */
const struct lint_rule *lint_rule_of(const char *tool, const char *option);

/* Which mail a finding keeps from arriving, for the inventory. */
enum lint_left_out {
	LINT_NO_MAIL,
	LINT_FOLDERS,	     /* folders whose name as the server sends it matches */
	LINT_FOLDERS_NAME,   /* ... as people see it, with the server's delimiter */
	LINT_FOLDERS_COMMON, /* ... in common form */
	LINT_LARGER,	     /* messages of more than amount octets */
	LINT_SMALLER,	     /* of at most amount octets */
	LINT_OLDER,	     /* than amount seconds */
	LINT_NEWER,
	LINT_MERGED, /* folders that the rule makes one with others */
};
struct lint_mail {
	enum lint_left_out what;
	const char *pattern; /* PCRE2; of LINT_MERGED what is matched */
	const char *to;	     /* of LINT_MERGED */
	bool all;	     /* of LINT_MERGED: every match is replaced */
	int64_t amount;
	bool only_counted; /* worth a word only when an inventory shows such mail */
	const char *doubt; /* NULL, or why names may not be as the pattern has them */
};

struct lint_finding {
	const struct lint_rule *rule;
	const char *file;
	unsigned line, column; /* 0: of the file as a whole */
	/* As it stands there, without a secret ever; "" */
	const char *said;
	const char *text; /* what it would do */
	struct lint_mail mail;
	/* What the inventory says of it: a sentence, NULL: it was not asked. */
	const char *mail_text;
	int64_t accounts, folders, messages, octets; /* -1: not known */
};

struct plan_lint;
/* with_mail: an inventory is there to ask (plan_lint_mail.h). */
void plan_lint_new(bool with_mail, struct plan_lint **out);
void plan_lint_free(struct plan_lint *l); /* NULL is fine */
/* One script or config; name stands in messages.  Nothing in it can fail. */
void plan_lint_text(struct plan_lint *l, const char *name, struct span text);
/* A file that could not be read whole. */
void plan_lint_unread(struct plan_lint *l, const char *name, const char *why);
/* All findings, the worst first, then by file, line, column; of all files together it is
 * judged whether there was a dry run.  Call it once, after the last file. */
struct lint_result {
	struct lint_finding *v;
	size_t n;
	int64_t count[LINT_WEIGHT_COUNT];
	int64_t files, commands; /* movers that are run */
	/* Of the last imapsync command: which servers it names; "" */
	const char *host_old, *host_new;
};
const struct lint_result *plan_lint_finish(struct plan_lint *l);

#endif
