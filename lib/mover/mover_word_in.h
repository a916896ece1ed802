/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_WORD_IN_H
#define MOVER_MOVER_WORD_IN_H
/* Shared by mover_word.c (quoting) and mover_expand.c (parameters). */
#include "mover/mover_shell_in.h"

/* One word being read; it may become several fields, or none. */
struct build {
	struct shell *s;
	enum shell_how how;
	struct shell_words *out;
	struct strbuf text;
	bool any;	/* a field has begun, be it empty */
	bool in_quotes; /* inside "..." around this: a ' is itself, and nothing is split
			 */
	char brace;	/* how far {a,b} has come: '{' or ',' */
	struct mover_word w;
};

/* What is between ${name and }. */
struct parameter {
	struct span name;
	char list; /* '@' or '*': all elements; '[': one; '\0' */
	struct span index;
	bool colon;
	char op; /* one of -=+?; 'x': something else; '\0': nothing */
	struct shell_words word;
};

void word_begin(struct build *b, struct shell *s, enum shell_how how,
		struct shell_words *out);
void word_flush(struct build *b); /* a field ends */
void word_unknown(struct build *b, const struct mover_unknown *u, bool quoted);
void word_new_unknown(struct build *b, const char *name, enum mover_why why, bool quoted);
void word_value(struct build *b, const struct mover_word *w, bool quoted);
void word_list(struct build *b, const struct shell_words *list, bool quoted, bool star);
/* Until a blank or operator, or until stop, which is left there. */
void word_unquoted(struct build *b, char stop);
void word_unclosed(struct build *b, const char *what, unsigned line, unsigned column);

bool word_special(char c);			     /* $@, $# and their like */
struct span word_name(struct shell *s, bool braces); /* of a parameter, at the cursor */
void word_expand(struct build *b, const struct parameter *p, bool quoted);
void word_parameter(struct build *b, bool quoted); /* ${...} at the cursor */

#endif
