/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_MOVER_H
#define STORE_STORE_MOVER_H
/* What movers' logs say that was not copied.  Append-only. */
#include "model/why.h"
#include "store/store.h"

struct mover_note {
	int64_t transfer;
	const char *folder; /* old folder, wire form */
	uint32_t uid;	    /* 0: the whole folder */
	int64_t at;	    /* Unix seconds, when that run began; 0: not known */
	enum why why;
	const char *text; /* what the server said, or the pattern; "" */
};

/* *new_out false: the same note is there already. */
bool store_mover_note_add(struct store *st, const struct mover_note *note, bool *new_out,
			  struct err *err) MUST_CHECK;
/* The newest about this message, or else the newest about its folder; out->folder is the
 * caller's. */
bool store_mover_note_find(struct store *st, int64_t transfer, const char *folder,
			   uint32_t uid, struct arena *arena, struct mover_note *out,
			   bool *found_out, struct err *err) MUST_CHECK;

#endif
