/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_BLOCK_H
#define STORE_STORE_BLOCK_H
/* Private to lib/store: 1,024 UIDs of a folder, as stored and as read, become one. */
#include "store/store_folder.h"
#include "store/store_window.h"

/* A stored message of the block in hand. */
struct block_row {
	struct message m;
	bool gone;
};

/* So many rows are inserted by one statement. */
#define BLOCK_ADDS 16

struct block_id {
	int64_t row;
	const char *text;
};

struct block {
	/* set by the caller */
	int64_t epoch;
	uint32_t number; /* uid >> BLOCK_SHIFT */
	const struct store_row *rows;
	size_t row_n;
	uint32_t lo, hi; /* known rows outside were not in question */
	uint32_t flags_below;
	enum depth depth;
	bool sparse; /* known rows that are not among rows stay, unless they are in gone
		      */
	const struct uid_range *gone;
	size_t gone_n;

	struct block_row *known; /* ascending by uid */
	size_t known_n;
	bool changed;
	struct message adds[BLOCK_ADDS]; /* new rows not yet inserted */
	int add_n;
	int64_t add_top; /* the greatest row of message; 0: not known */
	struct block_id ids[BLOCK_ADDS];
	int id_n;
	int64_t id_top; /* of message_id, likewise */
};

/* Add a message to the canonical form in st->canon. */
bool block_canon(struct store *st, const struct message *m, struct err *err) MUST_CHECK;
/* Fill in what is stored. */
bool block_load(struct store *st, struct block *b, struct err *err) MUST_CHECK;
/* Write what differs, with its message_change, and the digest. */
bool block_merge(struct store *st, struct block *b, struct err *err) MUST_CHECK;
/* Mark gone what is there of lo to hi; *n_out: how many.  No digests. */
bool block_gone(struct store *st, int64_t epoch, uint32_t lo, uint32_t hi, int *n_out,
		struct err *err) MUST_CHECK;

#endif
