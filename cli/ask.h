/* SPDX-License-Identifier: MIT */
#ifndef CLI_ASK_H
#define CLI_ASK_H
/* Questions on the terminal (/dev/tty).  Each ends with ERR_STOPPED when we are asked to
 * stop. */
#include "base/err.h"
#include "base/strbuf.h"
#include "cli/globals.h"

/* May we ask?  Not with --no-input, and not unless standard input is a terminal. */
bool ask_allowed(const struct globals *g);

/* One line; an empty answer is fallback, unless that is NULL: then it is asked again. */
bool ask_line(const char *question, const char *fallback, struct strbuf *out,
	      struct err *err) MUST_CHECK;
/* One line that is not shown.  ERR_LOGIN when there is no terminal. */
bool ask_secret(const char *question, struct strbuf *out, struct err *err) MUST_CHECK;
/* Put the echo back if it is off; async-signal-safe, from any thread. */
void ask_restore(void);

#endif
