/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_SHELL_H
#define MOVER_MOVER_SHELL_H
/*
 * lib/mover: what a mover was told (its options, in the scripts of administrators), and
 * what its log says.
 *
 * This header: which commands a POSIX shell or bash script gives, and with which words.
 * Nothing is run.  Variables that the script sets to literals are resolved; what depends
 * on anything else (arguments, read, command output, a condition, the environment) stays
 * in the word as ${name} and is named with its reason, never guessed.  A variable that
 * two branches set differently is not known after them; one that a loop changes is not
 * known inside it.  Functions are followed where they are called.
 *
 * Reading order: mover_shell (words), mover_imapsync (options and rules), mover_config
 * (what goes into mailmuster.json), mover_log (what happened).
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define MOVER_SCRIPT_MAX (1u << 20) /* octets of a script */
#define MOVER_WORD_MAX	 65536u	    /* octets of one word after expansion */
#define MOVER_WORDS_MAX	 4096u	    /* words of one command, elements of one array */
/* Octets that all words of a script have together, its functions followed. */
#define MOVER_SPENT_MAX (16u << 20)
#define MOVER_VARS_MAX	4096u /* variables, and functions */
#define MOVER_DEPTH_MAX 64    /* what is open inside each other: quotes, lists, calls */

/* Why something in a word cannot be known from the script. */
enum mover_why {
	MOVER_ARGUMENT,	   /* $1, $@: given when the script is called */
	MOVER_READ,	   /* set by read, mapfile, getopts, printf -v */
	MOVER_LOOP,	   /* the variable of a for loop, or changed inside a loop */
	MOVER_BRANCH,	   /* set under a condition */
	MOVER_OUTPUT,	   /* the output of a command: $(...), `...`, <(...) */
	MOVER_ENVIRONMENT, /* never set in the script */
	MOVER_EXPRESSION,  /* an expansion that is not computed here: ${x%y}, $((...)),
			      {a,b} */
};
enum { MOVER_WHY_COUNT = MOVER_EXPRESSION + 1 };
/* "the script's argument"; completes "$1 is ...". */
const char *mover_why_text(enum mover_why why);

struct mover_unknown {
	const char *name; /* "user1", "1", "$(pass ...)": no value, ever */
	enum mover_why why;
	unsigned line; /* where it gets its value, or is used when it gets none */
};

struct mover_word {
	const char *text;		     /* ${name} stands for what is not known */
	unsigned line, column;		     /* from 1; column in octets */
	const struct mover_unknown *unknown; /* NULL: resolved; else the first of it */
	/* NULL, or the variable whose default (${x:-a}) was taken because the script
	 * never sets it, or that a file read by the script might set again: the word is
	 * resolved unless that happens. */
	const char *assumed;
	bool many;   /* not known, and may be no word or several: $x, "$@" */
	bool quoted; /* at least in part */
	bool glob;   /* an unquoted * ? [: the shell may put file names there */
	bool secret; /* text was taken out: a password */
};

enum mover_end {		 /* what follows a command */
		 MOVER_END_LINE, /* newline, ';', the end */
		 MOVER_END_PIPE,
		 MOVER_END_AND,
		 MOVER_END_OR,
		 MOVER_END_BACKGROUND,
};
/* One simple command, redirections and assignments before it taken off. */
struct mover_command {
	const struct mover_word *word; /* n >= 1 */
	size_t n;
	unsigned line, column;
	unsigned called; /* line of the call when it stands in a function; 0 */
	enum mover_end end;
	bool loop;	 /* inside a loop */
	bool branch;	 /* under a condition */
	bool condition;	 /* its exit code decides: if, while, until, before && or || */
	bool negated;	 /* after ! */
	unsigned calls;	 /* functions that it stands in */
	bool follows;	 /* it calls a function of the script, whose commands come next */
	bool cut;	 /* a mistake of the script cuts it off: only its first words */
	bool in;	 /* its input is redirected */
	const char *out; /* where its output goes, NULL: nowhere else */
};

/*
 * Read a script.  Calls fn for each command in the order in which a run that takes every
 * branch once would meet them; functions that are never called come last.  What fn gets
 * is valid only during the call.  Passwords never reach fn: the value of --password1 and
 * the like is "" with secret set.
 *
 * ERR_CONFIG "name:line:column: ..." for what no shell would read (an unclosed quote, a
 * done without its do), ERR_LIMIT likewise for what is over a limit above; or what fn
 * returned.
 */
bool mover_shell_read(const char *name, struct span text,
		      bool (*fn)(void *ctx, const struct mover_command *cmd,
				 struct err *err),
		      void *ctx, struct err *err) MUST_CHECK;

/*
 * The same for somebody who wants all of it: what no shell would read is told, and
 * reading goes on behind it; what another shell gets is followed (ssh host 'a; b', xargs
 * sh -c '...', a here-document, echo a | sh, echo a >>script).  Strings are valid during
 * the call.
 */
struct mover_reader {
	bool (*command)(void *ctx, const struct mover_command *cmd, struct err *err);
	/* NULL: as mover_shell_read */
	void (*broken)(void *ctx, unsigned line, unsigned column, const char *text);
	/* $? or PIPESTATUS is looked at: it is that of the command before.  NULL */
	void (*status)(void *ctx);
	/* A here-document that no shell gets; line is that of its first one.  NULL */
	bool (*document)(void *ctx, struct span text, unsigned line, struct err *err);
	void *ctx;
};
#define MOVER_BROKEN_MAX 64 /* mistakes; then ERR_LIMIT */
bool mover_shell_walk(const char *name, struct span text,
		      const struct mover_reader *reader, struct err *err) MUST_CHECK;

#endif
