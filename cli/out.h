/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUT_H
#define CLI_OUT_H
/* Results: stdout, or a file that appears only when it is whole.  A failed write is never
 * forgotten. */
#include "base/err.h"
#include "base/span.h"
#include "report/report.h"

void out_printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
void out_puts(const char *s);
void out_text(const char *s); /* from outside: escaped, whole however long */
bool out_begun(void); /* has anything been written? */
/* Flush; ERR_LOCAL when any write failed since the start. */
bool out_finish(struct err *err) MUST_CHECK;
/* A command has failed by that already, and said so. */
bool out_told(void);
/* The reader of stdout went away (`| head`): nobody is left to tell, the exit code stays 7. */
bool out_reader_left(void);
/* Columns of the terminal; 0 when stdout is none. */
size_t out_width(void);

/* For report writers.  Also stops, ERR_STOPPED, when we were asked to. */
extern const struct report_sink out_sink;

/* A file written beside its place and renamed there at the end (mode 0600: reports hold
 * names). */
struct out_file {
	FILE *f;
	const char *path;
	char *tmp;
};
bool out_file_open(const char *path, struct out_file *out, struct err *err) MUST_CHECK;
struct report_sink out_file_sink(struct out_file *o);
bool out_file_commit(struct out_file *o, struct err *err) MUST_CHECK;
/* Also after commit, when there is nothing left to drop. */
void out_file_drop(struct out_file *o);

#endif
