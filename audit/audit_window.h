/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_WINDOW_H
#define AUDIT_AUDIT_WINDOW_H
/*
 * The rows of one window while they are being read.  Every UID that should be answered
 * has its row before the first answer comes, so an answer that never comes is a row that
 * stays unfinished: a tagged OK proves nothing. Windows go from worker to writer and back
 * into a pool; no memory is taken per message.
 */
#include <pthread.h>

#include "audit/audit_uids.h"
#include "base/arena.h"
#include "store/store_folder.h"

/* Message-IDs and keywords of one window; of one with more than AUDIT_WINDOW_AIM messages
 * as much more as it is larger. */
#define AUDIT_WINDOW_TEXT_MAX (8u << 20)

/* What has been answered for a row. */
enum {
	AUDIT_ROW_FLAGS = 1 << 0,
	AUDIT_ROW_DATE = 1 << 1,
	AUDIT_ROW_SIZE = 1 << 2,
	AUDIT_ROW_ID = 1 << 3, /* Message-ID header or ENVELOPE: key and tier are set, or
				  it is weak */
	AUDIT_ROW_WEAK =
		1 << 4, /* no usable Message-ID: the identity fields must be asked for */
	AUDIT_ROW_FIELDS = 1 << 5, /* and have come */
	AUDIT_ROW_GONE = 1 << 6,   /* expunged while we read */
	AUDIT_ROW_BAD = 1 << 7,	   /* cannot be had, and is not asked for any more */
};

enum { AUDIT_KEYWORD_SLOTS = 64 };

struct audit_window {
	struct audit_window *next; /* of the pool */
	int64_t epoch;
	uint32_t lo, hi;
	enum depth depth;
	size_t n, cap;
	struct store_row *rows;
	uint8_t *has;  /* AUDIT_ROW_*, for each row */
	size_t expect; /* the row that should come next */
	bool first;    /* its messages were not read before in this run: for progress */
	/* As in struct store_window. */
	uint32_t flags_below;
	bool built, sparse;
	struct audit_uids gone;
	struct arena text;
	const char *keywords[AUDIT_KEYWORD_SLOTS]; /* lists seen in this window, by hash:
						      most are alike */
};

struct audit_pool {
	pthread_mutex_t lock;
	struct audit_window *free;
};
void audit_pool_init(struct audit_pool *p);
void audit_pool_done(struct audit_pool *p); /* every window must have been given back */

/* A window with a row for each member of set in cut, all else unset. */
struct audit_window *audit_window_take(struct audit_pool *p, const struct audit_uids *set,
				       const struct audit_cut *cut) MUST_CHECK;
/* One without rows, for lo to hi; rows come with audit_window_add. */
struct audit_window *audit_window_open(struct audit_pool *p, uint32_t lo,
				       uint32_t hi) MUST_CHECK;
/* Index of the row of uid, which is made when there is none: quick in ascending order. */
size_t audit_window_add(struct audit_window *w, uint32_t uid);
void audit_window_give(struct audit_pool *p,
		       struct audit_window *w); /* back to the pool; NULL is fine */

/* Index of the row of uid, or SIZE_MAX.  Quick when answers come in order. */
size_t audit_window_find(struct audit_window *w, uint32_t uid);
/* Keep the text of a keyword list; equal lists share one copy. */
bool audit_window_keywords(struct audit_window *w, size_t row, struct span joined,
			   struct err *err) MUST_CHECK;
bool audit_window_id(struct audit_window *w, size_t row, struct span id,
		     struct err *err) MUST_CHECK;
void audit_window_drop_gone(struct audit_window *w); /* rows that are AUDIT_ROW_GONE */
size_t audit_window_octets(const struct audit_window *w);

#endif
