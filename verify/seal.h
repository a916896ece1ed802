/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_SEAL_H
#define VERIFY_SEAL_H
/*
 * The baseline of a transfer (DESIGN section 6), from what the store knows of both sides.
 * Taking one is: read both sides, count both sides once more, then this; what moved on in
 * between shows that mail still flowed.
 */
#include "model/account.h"
#include "store/store_seal.h"

struct seal_options {
	int64_t now, max_age; /* as in verify_options */
	int64_t max_gap;      /* seconds between the readings of the two sides */
	int64_t read_run;     /* the run that read both sides for this; 0: none did */
	int64_t run;	      /* newest run of the store */
	const char *teller, *note; /* who says so, and what; "" */
};

enum seal_state {
	SEAL_SOUND,
	SEAL_UNSOUND,	/* sealed, but why tells what is wrong with the baseline */
	SEAL_REFUSED,	/* not sealed: why tells which side is not known, or that both
			   are one server */
	SEAL_NOT_MOVING /* not sealed: it was decided that nothing arrives */
};
enum { SEAL_STATE_COUNT = SEAL_NOT_MOVING + 1 };
const char *seal_state_name(enum seal_state s); /* "sound" */

struct seal_made {
	enum seal_state state;
	struct seal seal;
	struct seal_folder *folder; /* of both sides */
	size_t folder_n;
	int64_t folders[SIDE_COUNT], messages[SIDE_COUNT];
	const char *why;    /* sentences; "" */
	int64_t cutover_at; /* of a cutover before it: users may have worked there; 0 */
};

/*
 * What the seal of this transfer is; nothing is stored, that is store_seal_add's.  All of
 * *out is in arena.  Folders that are not known are left out: for them there is no
 * baseline.
 */
bool seal_make(struct store *st, const struct transfer *t, const struct seal_options *o,
	       struct arena *arena, struct seal_made *out, struct err *err) MUST_CHECK;

#endif
