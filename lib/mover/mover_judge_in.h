/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_JUDGE_IN_H
#define MOVER_MOVER_JUDGE_IN_H
/* Shared by mover_imapsync.c (options) and mover_rules.c (rules of folders). */
#include "base/strbuf.h"
#include "mover/mover_imapsync.h"

/* A command line being judged. */
struct judge {
	struct arena *arena;
	struct mover_call *c;
	size_t option_cap, rule_cap, remark_cap, gap_cap;
	const char *subfolder[SIDE_COUNT];
	const struct mover_option *subfolder_option[SIDE_COUNT];
	enum { AUTOMAP_UNSET, AUTOMAP_ON, AUTOMAP_OFF } automap;
	const struct mover_option *first; /* the first that selects folders */
	struct strbuf select;		  /* the folders that are moved, as a pattern */
	const char *select_doubt;
	bool nothing_else, no_exclude, no_pair, no_regexmess, no_regexflag;
	bool preset_flags;
};

void mover_judge_gap(struct judge *j, enum mover_gap_kind kind, unsigned line,
		     unsigned column, const char *text);
/* Place and, where it is NULL, option are filled in. */
void mover_judge_rule(struct judge *j, const struct mover_option *o,
		      struct mover_rule rule);
/* Is the value sure?  If not, the gap is noted. */
bool mover_judge_known(struct judge *j, const struct mover_option *o);
enum side mover_judge_side(const struct mover_option *o);

/* A value of --f1f2, --regextrans2, --exclude; option: what implies it, or NULL. */
void mover_judge_pair(struct judge *j, const struct mover_option *o, const char *value,
		      const char *option);
void mover_judge_regex(struct judge *j, const struct mover_option *o, const char *value,
		       const char *option);
void mover_judge_exclude(struct judge *j, const struct mover_option *o, const char *value,
			 const char *option);
/* --folder, --folderrec, --include: only these are moved; then, of all of them, the rule.
 */
void mover_judge_selection(struct judge *j, const struct mover_option *o);
void mover_judge_selected(struct judge *j);
const char *mover_judge_subfolder(struct judge *j,
				  const char *value); /* as imapsync takes it */
void mover_judge_subfolders(struct judge *j);

#endif
