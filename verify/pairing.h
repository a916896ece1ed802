/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_PAIRING_H
#define VERIFY_PAIRING_H
/*
 * Which old folder belongs to which new one (DESIGN 5 and 7).  Works on names in common
 * form alone (map_common), so that every rule can be shown in a table.
 */
#include "base/arena.h"
#include "model/match.h"

#define PAIRING_NONE SIZE_MAX

enum pairing_how {
	PAIRING_SAME,	  /* the name after prefix and delimiter conversion */
	PAIRING_RULE,	  /* a rule of the config names the target */
	PAIRING_EXCLUDED, /* a rule leaves it out; target is where it would have been */
};

struct pairing_folder {
	const char *common; /* unique on its side */
	const char *target; /* old side: where it should be, common form of the new side;
			       NULL on the new side */
	enum pairing_how how;
	const char *rule; /* the rule that decided, as the config writes it; NULL: none */
	bool mail;	  /* can hold messages; false for \Noselect */
};

struct pairing {
	enum pair_kind kind; /* never PAIR_UNREADABLE: names alone do not tell that */
	size_t old_i, new_i; /* index in the arrays given, or PAIRING_NONE */
	size_t leader;	/* index of the first pairing with the same new folder; that one
			   counts its messages */
	bool fold_only; /* the new folder's name differs in case or Unicode form */
	bool blocked;	/* the new side has the name, but as a place that holds no mail */
};

/*
 * Each old folder gets one pairing; then each new folder that nobody claimed and that can
 * hold mail.  Pairings with one new folder stand side by side.  Where the target is
 * absent, a new folder is taken whose name is equal when case and Unicode form are
 * ignored.  Several old folders that hold mail and have one target are PAIR_COLLIDED,
 * whether it exists or not.
 */
void pairing_make(struct arena *arena, const struct pairing_folder *old, size_t old_n,
		  const struct pairing_folder *new, size_t new_n, struct pairing **out,
		  size_t *n_out);

#endif
