/* SPDX-License-Identifier: MIT */
#ifndef CLI_INIT_H
#define CLI_INIT_H
/* What `init` must know before it writes a config: from options, else from the terminal.
 */
#include "base/arena.h"
#include "base/strbuf.h"
#include "cli/globals.h"
#include "model/side.h"

/* One for each option --old-NAME and --new-NAME, in this order. */
enum answer {
	A_HOST,
	A_TLS,
	A_PORT,
	A_CA,
	A_TLS_MIN,
	A_PIN,
	A_AUTH,
	A_ADMIN,
	A_SECRET_FILE,
	A_USERS_FILE,
	A_SECRET_COMMAND,
	A_SECRET_PROMPT,
	A_MAX_CONNECTIONS,
	A_KIND,
};
enum { ANSWER_COUNT = A_KIND + 1 };
const char *answer_name(enum answer a); /* "tls-min" */

struct answers {
	const char *dir;      /* the project's folder */
	const char *project;  /* NULL: not said */
	const char *accounts; /* file; NULL: none */
	bool one_sided;
	const char *map; /* the "map" section, from a mover's script; NULL: none given */
	const char *side[SIDE_COUNT]
			[ANSWER_COUNT]; /* NULL: not said; A_SECRET_PROMPT "yes" */
	struct arena *arena;		/* for what is typed */
};

/* Ask for what is missing where that is allowed, fill in defaults, and check what options
 * and answers say.  ERR_USAGE names the option that is missing or wrong. */
bool init_complete(const struct globals *g, struct answers *a,
		   struct err *err) MUST_CHECK;

/* What a mover's script tells (--from-imapsync): hosts and logins that no option says,
 * and the map.  What was understood, for people, goes to summary. */
struct mover_plan;
bool init_from_imapsync(struct answers *a, const char *path, struct mover_plan *plan,
			struct strbuf *summary, struct err *err) MUST_CHECK;

/* The commented config; a is complete. */
void init_config_text(const struct answers *a, struct strbuf *out);
/* Split a command at blanks, minding '...' and "..."; the words are malloc, in a malloc
 * list ended by NULL.  NULL: an unclosed quote, or no word. */
char **init_split(const char *command) MUST_CHECK;
void init_split_free(char **words);

#endif
