/* SPDX-License-Identifier: MIT */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H
/* Another program, by its path and without a shell: what it reads comes from memory, what
 * it says is kept. */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define CHILD_SAID_MAX	16384 /* octets of its messages that are kept */
#define CHILD_LINE_SIZE 200

struct child_job {
	const char *program; /* its path */
	char *const *argv;
	struct span in; /* its standard input, without a file that others could change */
	const char *extra; /* what it finds as descriptor 3; NULL: nothing */
	int64_t limit_ms;  /* then it is killed */
	enum err_class late;
	size_t out_max; /* octets of its output that are kept */
};

/* *code_out: its exit code; -1: a signal ended it.  ERR_LOCAL when it cannot be run,
 * ERR_STOPPED when we were asked to stop. */
bool child_run(const struct child_job *job, struct strbuf *out, struct strbuf *said,
	       int *code_out, struct err *err) MUST_CHECK;
/* The first line of what it said, fit to be shown. */
const char *child_line(const struct strbuf *said, char buf[CHILD_LINE_SIZE]);

#endif
