/* SPDX-License-Identifier: MIT */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H
/* The lines of doctor: what was looked at, whether it is in order, and what to do when
 * not. */
#include "base/strbuf.h"
#include "cli/globals.h"

enum check_state { CHECK_OK, CHECK_WARN, CHECK_FAIL };
enum { CHECK_STATE_COUNT = CHECK_FAIL + 1 };

struct check {
	enum check_state state;
	int code; /* exit code of a failure */
	const char *name;
	char *detail, *remedy; /* remedy may be NULL */
};
struct checks {
	struct check *v;
	size_t n;
};
/* name is kept, the rest is copied.  remedy: NULL or "" for none. */
void checks_add(struct checks *c, enum check_state state, int code, const char *name,
		const char *remedy, const char *fmt, ...) PRINTF_LIKE(6, 7);
void checks_print(const struct globals *g, const struct checks *c);
int checks_code(const struct checks *c); /* of the first failure; EXIT_CLEAN */
void checks_done(struct checks *c);

#endif
