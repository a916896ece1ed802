/* SPDX-License-Identifier: MIT */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H
/*
 * One command's options by getopt_long, merged with those common to all.  Abbreviated
 * long options are refused even when they are unambiguous: an option added later must not
 * break a script.
 */
#include "cli/globals.h"

#define ARGS_OPTIONS_MAX 64

struct args {
	struct globals *g;
	const char *name;	   /* of the command; NULL for what stands before it */
	const struct command *cmd; /* NULL likewise */
	int argc;
	char **argv;
	struct option all[ARGS_OPTIONS_MAX];
	char letters[ARGS_OPTIONS_MAX * 2 + 4];
	int exit;    /* after ARGS_STOP */
	char **rest; /* after ARGS_END: what is no option */
	int rest_n;
};
enum { ARGS_END = -1, ARGS_STOP = -2 };

void args_init(struct args *a, struct globals *g, const struct command *cmd, int argc,
	       char **argv);
/*
 * The next option of the command's own, its value in *value (NULL: it takes none). Common
 * ones are dealt with here. ARGS_STOP: leave with a->exit; what was wrong has been said,
 * or --help answered.
 */
int args_next(struct args *a, const char **value) MUST_CHECK;
/* How many arguments may stand there; false: a->exit, and it was said. */
bool args_count(struct args *a, int least, int most) MUST_CHECK;
/* A usage error of this command; returns the exit code. */
int args_bad(const struct args *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
