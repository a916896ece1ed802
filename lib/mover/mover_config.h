/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_CONFIG_H
#define MOVER_MOVER_CONFIG_H
/*
 * What a script says, brought together: the "map" section of mailmuster.json, and a
 * summary for people.
 *
 * Commands that are run count before those that only try (--dry) or are only shown
 * (echo).  A rule goes into the config when every command that counts has it and nothing
 * about it is in doubt; otherwise it stands there as a comment, with the reason.
 */
#include "base/strbuf.h"
#include "mover/mover_imapsync.h"

struct mover_plan {
	struct mover_rule
		*rule; /* each once; doubt filled in where the commands differ */
	size_t rule_n;
	bool special_use;
	const char *special_doubt;
	/* NULL: not said, not known, or not the same in all commands */
	const char *host[SIDE_COUNT], *admin[SIDE_COUNT];
	bool master[SIDE_COUNT];
	size_t counted; /* commands that count */
	size_t sure;	/* rules without a doubt */
	size_t destroys, gaps;
};

/* Decode a name in modified UTF-7; false: it is none.  lib/imap has it. */
typedef bool mover_decode(struct span wire, struct strbuf *out);
void mover_plan_make(const struct mover_script *script, mover_decode *decode,
		     struct arena *arena, struct mover_plan *out);

/* The section with its comments, indented by one tab, up to "},\n\n". */
void mover_config_map(const struct mover_script *script, const struct mover_plan *plan,
		      struct strbuf *out);
/* What was understood, what was not, what destroys; lines of text. */
void mover_config_summary(const struct mover_script *script,
			  const struct mover_plan *plan, struct strbuf *out);

#endif
