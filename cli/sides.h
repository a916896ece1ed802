/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIDES_H
#define CLI_SIDES_H
/* Which servers a command reads: those of --side, or all that are configured. */
#include "cli/project.h"

struct sides {
	bool asked; /* --side was given */
	enum side side;
};

/* The value of --side. */
bool sides_parse(const char *value, struct sides *out) MUST_CHECK;
#define SIDES_BAD "--side is old or new"
/* ERR_CONFIG when that server is not configured; command is named in the hint. */
bool sides_choose(const struct sides *s, const struct project *p, const char *command,
		  bool out[SIDE_COUNT], struct err *err) MUST_CHECK;

#endif
