/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_IMAPSYNC_H
#define MOVER_MOVER_IMAPSYNC_H
/*
 * What an imapsync command line means for the audit afterwards: the rules by which
 * folders were mapped and left out, what was not copied, what was removed or altered, and
 * what of it the script does not tell.  A linter finds here every option with its place.
 */
#include "model/side.h"
#include "mover/mover_option.h"

#define MOVER_CALLS_MAX	  256  /* imapsync commands in a script */
#define MOVER_OPTIONS_MAX 4096 /* options of all of them together */
#define MOVER_RULES_MAX	  2000 /* rules of all of them together */

enum mover_rule_kind {
	MOVER_RULE_PAIR,    /* match and to are names of folders in '/' form */
	MOVER_RULE_REGEX,   /* match and to are PCRE2 */
	MOVER_RULE_EXCLUDE, /* match is PCRE2; folders that it fits were not moved */
};
struct mover_rule {
	enum mover_rule_kind kind;
	const char *match, *to;
	bool all;	    /* a regex: every match */
	bool utf7;	    /* a pair: names are still in modified UTF-7 */
	const char *option; /* "--f1f2", or what implies it: "--gmail2" */
	const char *said;   /* the option's value as it stands there */
	/* NULL, or why the rule may not fit mailmuster's form of names: to be decided by
	 * a person. */
	const char *doubt;
	unsigned line, column;
};

struct mover_remark {
	enum mover_sort sort;
	const char *option;  /* "--delete2", "--nosyncinternaldates" */
	const char *value;   /* NULL */
	const char *text;    /* what it does */
	const char *implied; /* the option that implies it, NULL */
	unsigned line, column;
};

/* What the script does not tell, or we do not understand. */
enum mover_gap_kind {
	MOVER_GAP_VALUE,   /* an option's value is not known */
	MOVER_GAP_ASSUMED, /* a default that may be another */
	MOVER_GAP_OPTIONS, /* any option may stand there */
	MOVER_GAP_WORD,	   /* a word that belongs to no option */
	MOVER_GAP_OPTION,  /* no option that is known, or without a value */
	MOVER_GAP_RULE,	   /* an expression that is not translated, a pair that is none */
	MOVER_GAP_GLOB,	   /* the shell may put names of files there */
	MOVER_GAP_LINE,	   /* the line before does not go on here */
	MOVER_GAP_NAME,	   /* of the program */
	MOVER_GAP_PIPE,	   /* the command ends where a pattern should go on */
};
struct mover_gap {
	enum mover_gap_kind kind;
	const char *text;
	unsigned line, column;
};

struct mover_call {
	unsigned line, column;
	unsigned called; /* as in mover_command */
	bool printed;	 /* behind echo: shown, not run */
	bool dry;	 /* --dry, or an option that copies nothing */
	bool stops; /* imapsync refuses to run with this: an option it does not know, ...
		     */
	const struct mover_option *option;
	size_t option_n;
	const char *host[SIDE_COUNT],
		*user[SIDE_COUNT];     /* NULL: not said, or not known */
	const char *admin[SIDE_COUNT]; /* --authuser, or what follows a * in the user */
	bool master[SIDE_COUNT];       /* it follows a * */
	const char *prefix[SIDE_COUNT], *separator[SIDE_COUNT];
	bool special_use;
	struct mover_rule *rule;
	size_t rule_n;
	struct mover_remark *remark;
	size_t remark_n;
	struct mover_gap *gap;
	size_t gap_n;
};

/* The words behind the name of the program. Everything in *out lives in arena. */
void mover_imapsync_judge(struct arena *arena, const struct mover_word *word, size_t n,
			  struct mover_call *out);

/* Where imapsync's name stands among the words; cmd->n: nowhere. */
size_t mover_imapsync_at(const struct mover_command *cmd);
/* The command judged, that name being at. */
void mover_imapsync_call(struct arena *arena, const struct mover_command *cmd, size_t at,
			 struct mover_call *out);
/* Does it end in a pattern without quotes: --exclude Trash|Junk? */
bool mover_ends_in_pattern(const struct mover_call *c);
/* A program that may hold a mover's name without running it. */
bool mover_only_speaks(const struct mover_word *w);

struct mover_script {
	const char *name;
	struct mover_call *call;
	size_t n;
	struct mover_gap *gap; /* of the script as a whole */
	size_t gap_n;
};
/* All imapsync commands of a script.  Errors are those of mover_shell_read, and ERR_LIMIT
 * for more commands, options or rules than named above. */
bool mover_imapsync_read(const char *name, struct span text, struct arena *arena,
			 struct mover_script *out, struct err *err) MUST_CHECK;

#endif
