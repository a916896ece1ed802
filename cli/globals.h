/* SPDX-License-Identifier: MIT */
#ifndef CLI_GLOBALS_H
#define CLI_GLOBALS_H
/* Options common to all commands; they may stand before the command's name or after it.
 */
#include "cli/command.h"

struct net_wake;

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct globals {
	const char *dir; /* -C; NULL: the current folder or the nearest parent that holds
			    a project */
	const char *config; /* -c; NULL: mailmuster.json of the project */
	bool quiet, json, no_input;
	unsigned verbose;
	enum color_mode color;
	unsigned jobs; /* at most so many connections per server; 0: as the config says */
	const char **only; /* items of --only, commas split, not yet looked up */
	size_t only_n;
	struct net_wake *wake; /* set when we shall stop */
};

/* Values of the options below; a command's own start at OPT_OWN or are letters. */
enum {
	OPT_JSON = 256,
	OPT_COLOR,
	OPT_NO_COLOR,
	OPT_NO_INPUT,
	OPT_ONLY,
	OPT_JOBS,
	OPT_VERSION,
	OPT_OWN = 512,
};
#define GLOBALS_LETTERS "C:c:qvh"
extern const struct option globals_options[]; /* ended by an empty one */

void globals_init(struct globals *g);
void globals_done(struct globals *g);

/* Take one option (not -h, not --version).  False: its value is wrong (ERR_USAGE), or it
 * is none of ours (ERR_BUG). */
bool globals_take(struct globals *g, int opt, const char *value,
		  struct err *err) MUST_CHECK;

/* Whether to colour what goes to this descriptor: --color wins, then NO_COLOR, TERM=dumb,
 * and only a terminal. */
bool globals_color(const struct globals *g, int fd);

#endif
