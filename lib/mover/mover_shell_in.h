/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_SHELL_IN_H
#define MOVER_MOVER_SHELL_IN_H
/* Shared by mover_shell.c (structure), mover_word.c (words), mover_vars.c (variables). */
#include "base/strbuf.h"
#include "mover/mover_shell.h"

/* A list of words: the value of a variable, the arguments of a function, a command. */
struct shell_words {
	struct mover_word *word;
	size_t n, cap;
};

/* state is one of: not set (set false), known (unknown NULL), not known. */
struct shell_var {
	const char *name;
	bool set, array;
	const struct mover_unknown *unknown; /* of the variable as a whole */
	const char *assumed;
	struct shell_words value; /* a scalar has one word */
	size_t next, stamp;	  /* bucket chain, from 1; mover_vars.c alone */
};
enum { SHELL_BUCKETS = 1024 };
struct shell_undo {
	size_t var;
	struct shell_var old;
};

/* Where reading goes on: in the script, or in a string of it. */
struct shell_place {
	struct span text;
	size_t at;
	unsigned line;
	size_t line_start;
	unsigned pinned; /* line of the word that holds this text; 0: it is the script */
	unsigned pinned_column;
};

struct shell_names {
	const char **name;
	size_t n, cap;
};
struct shell_function {
	const char *name;
	struct shell_place body;
	struct shell_names sets; /* variables that its body sets */
	bool called;
};

struct shell {
	const char *name;
	struct span text;
	size_t at;
	unsigned line;
	size_t line_start;
	unsigned pinned; /* line of the word that holds this text; 0: it is the script */
	unsigned pinned_column;

	struct arena arena;
	struct shell_var *var;
	size_t var_n, var_cap, bucket[SHELL_BUCKETS], stamp;
	struct shell_undo *undo;
	size_t undo_n, undo_cap;
	struct shell_function *function;
	size_t function_n;
	const struct shell_words *args; /* NULL: of the script, not known */

	bool skip; /* only find the end; what is set is collected in names */
	struct shell_names *names;
	struct heredoc {
		const char *end;
		bool tabs;   /* <<- */
		bool quoted; /* nothing in it is expanded */
		bool runs;   /* a shell gets it */
	} heredoc[16];
	size_t heredoc_n;

	struct shell_names *locals; /* of the function that is being followed; NULL */
	bool negated, piped;	    /* of the command that comes next */
	unsigned depth, loops, branches, conditions, calls;
	unsigned called; /* line of the outermost call */
	size_t spent;
	bool bad;
	const char *out; /* of the command that is being read: mover_command */
	bool in;
	const struct mover_reader *reader;
	struct err *err;

	/* Going on after a mistake (mover_walk.c). */
	bool again;	  /* the structure is not whole any more */
	size_t skip_from; /* where the outermost part that is skipped begins */
	unsigned broken;
	bool unclosed;	      /* the mistake is a quote that is never closed */
	unsigned long_quote;  /* line of the first that goes over several lines; 0 */
	unsigned quiet_until; /* mistakes up to this line have been told */
	unsigned fail_line, fail_column; /* of the mistake */
	char fail_text[256];
};
#define SHELL_NOT_SKIPPING SIZE_MAX

/* First mistake wins; all return false. */
bool shell_fail(struct shell *s, enum err_class cls, unsigned line, unsigned column,
		const char *fmt, ...) PRINTF_LIKE(5, 6);
unsigned shell_line(const struct shell *s);
unsigned shell_column(const struct shell *s);
/* Count octets of words against MOVER_SPENT_MAX. */
bool shell_spend(struct shell *s, size_t octets);
bool shell_enter(struct shell *s); /* one deeper; false: too deep */
void shell_leave(struct shell *s);

/* Octet at s->at + ahead; '\0' past the end.  A NUL in a script is refused before. */
char shell_peek(const struct shell *s, size_t ahead);
void shell_step(struct shell *s); /* one octet, lines counted */
bool shell_eat(struct shell *s, const char *literal);
/* Blanks, continuation lines, comments. */
void shell_blanks(struct shell *s);
bool shell_is_name(struct span s); /* of a variable */

/* A list until its closer, which is taken. */
enum shell_closer {
	CLOSE_END,
	CLOSE_PAREN,
	CLOSE_BRACE,
	CLOSE_THEN,
	CLOSE_ELIF,
	CLOSE_ELSE,
	CLOSE_FI,
	CLOSE_DO,
	CLOSE_DONE,
	CLOSE_ESAC,
	CLOSE_CASE_ITEM,
};
enum shell_closer shell_list(struct shell *s);
/* A list in a subshell: what it sets is forgotten. */
void shell_subshell(struct shell *s, enum shell_closer closer);
/* Commands in a string (backquotes, eval); apart: what they set is forgotten. */
void shell_nested(struct shell *s, struct span text, unsigned line, unsigned column,
		  bool apart);
/* Begin to skip, or end it: what was before goes to back. */
struct shell_skip {
	bool skip;
	struct shell_names *names;
	size_t from;
};
void shell_skip(struct shell *s, struct shell_names *names, struct shell_skip *back);
void shell_skipped(struct shell *s, const struct shell_skip *back);
/* A place to read until its end, and back; a mistake in it is told, where that is wanted,
 * and does not count here. */
void shell_read_at(struct shell *s, const struct shell_place *in, bool apart);
bool shell_thorough(const struct shell *s); /* has its reader mistakes told? */
/* Functions that nothing called. */
void shell_uncalled(struct shell *s);
/* A quote that began on this line has ended. */
void shell_quoted(struct shell *s, unsigned line);
/* Something that is none to stop at. */
void shell_tell(struct shell *s, unsigned line, unsigned column, const char *text);

/* What another shell gets of this command (mover_strings.c). */
void shell_strings(struct shell *s, const struct shell_words *w);
/* Does it run what it reads? */
bool shell_runs_input(const struct shell_words *w);
void shell_document(struct shell *s, const struct heredoc *doc, size_t from, size_t to,
		    unsigned line);
struct shell_place shell_where(const struct shell *s);
void shell_goto(struct shell *s, const struct shell_place *to);
void shell_want(struct shell *s, enum shell_closer got, enum shell_closer closer,
		const char *what);
void shell_wrong(struct shell *s, const char *what); /* shell_fail here */
/* False: no compound command begins here. */
bool shell_compound(struct shell *s);
/* The body of a function comes: note where, skip it. */
void shell_function_body(struct shell *s, struct span name);
struct shell_function *shell_find_function(const struct shell *s, const char *name);
void shell_assign_unknown(struct shell *s, struct span name, enum mover_why why);

bool shell_metachar(char c);
void shell_lines(struct shell *s); /* blanks and newlines, here-documents with them */
bool shell_eat_keyword(struct shell *s, const char *word);
bool shell_at_redirection(const struct shell *s);
void shell_redirection(struct shell *s);
void shell_redirections(struct shell *s);

/* Words.  Appends the fields of one word; false when no word begins here. */
enum shell_how { WORD_FIELDS, WORD_WHOLE /* no field splitting: an assignment */ };
bool shell_word(struct shell *s, enum shell_how how, struct shell_words *out);
void shell_push(struct shell *s, struct shell_words *to, const struct mover_word *word);
const struct mover_unknown *shell_unknown(struct shell *s, const char *name,
					  enum mover_why why, unsigned line);
/* The words as one, blanks between. */
struct mover_word shell_join(struct shell *s, const struct shell_words *words);

/* Variables. */
const struct shell_var *shell_get(const struct shell *s, struct span name);
void shell_set(struct shell *s, struct span name, const struct shell_var *value);
void shell_set_unknown(struct shell *s, struct span name, enum mover_why why);
void shell_unset(struct shell *s, struct span name);
void shell_append(struct shell *s, struct span name, const struct shell_var *value);
/* NAME= NAME+= NAME[i]= at the cursor: take and apply it.  False: there is none. */
bool shell_assignment(struct shell *s);
size_t shell_mark(const struct shell *s);
void shell_forget(struct shell *s, size_t mark); /* as it was at the mark */
/* What changed since the mark may not have happened. */
void shell_doubt(struct shell *s, size_t mark);
void shell_doubt_names(struct shell *s, const struct shell_names *names);
void shell_assume_all(struct shell *s, const char *file); /* a file was read */
void shell_restore(struct shell *s, const struct shell_names *locals, size_t mark);
void shell_name(struct shell *s, struct shell_names *to, struct span name);

#endif
