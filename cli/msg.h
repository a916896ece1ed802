/* SPDX-License-Identifier: MIT */
#ifndef CLI_MSG_H
#define CLI_MSG_H
/* What is said on stderr, and which exit code an error means. */
#include "cli/globals.h"

/* Say what failed and what to do; returns the exit code.  With --json the error is a JSON
 * document on stdout, unless a part of the result is already there. */
int msg_fail(const struct globals *g, const struct err *err);
/* An ERR_USAGE of this line, with the hint to read the help of command (NULL: the
 * overview). */
int msg_usage(const struct globals *g, const char *command, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The run goes on. */
void msg_warn(const struct globals *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Not with -q. */
void msg_note(const struct globals *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
void msg_hint(const struct globals *g, const char *fmt, ...) PRINTF_LIKE(2, 3);

int exit_of(const struct err *err);
/* Which of two exit codes applies (DESIGN section 13). */
int exit_first(int a, int b);
/* What the code means, for `help exit-codes`; NULL past the end. */
struct exit_meaning {
	int code;
	const char *text;
};
extern const struct exit_meaning
	exit_meanings[]; /* first that applies first; ended by a NULL text */

/* A string from outside, fit to be shown; one of four buffers of this thread, each
 * overwritten after 4 calls. */
const char *shown(const char *s);
/* "1 message", "2,345 messages"; in the same buffers. */
const char *counted(int64_t n, const char *noun);

#endif
