/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SORT_H
#define STORE_STORE_SORT_H
/*
 * Private to lib/store: any number of messages in the order key, octets, date, uid.
 *
 * Up to a run of them is sorted in memory.  Beyond that each run is written to a
 * temporary file (base/spill.h), sorted, and the runs are merged as they are handed out,
 * so that equal keys by the million cost no more than others.  What SQLite's own sorter
 * does, at a fraction of its time: records have a fixed size and one order, and are
 * compared by the first octets of their key without being unpacked.
 *
 * Memory of one sort is a run and two thirds of it again while messages are added (5
 * MiB), then the run, or what is read ahead of every run in the file: 16 KiB each, of at
 * most SORT_FAN runs of a size (4 MiB up to 16 million messages).  The file takes 48
 * octets for each message, twice as many above 16 million.
 */
#include "base/spill.h"
#include "model/message.h"
#include "store/store.h"

#define SORT_RUN   65536 /* messages sorted in memory */
#define SORT_FAN   256	 /* runs of one size that are merged to a larger one */
#define SORT_AHEAD 341	 /* messages read from a run at once: 16 KiB */
/* Messages that all sorts of a store may keep in memory; what goes beyond is written to
 * the file however few they are. */
#define SORT_KEEP 131072

/* What the sorts of one store share. */
struct store_sort_pool {
	struct spill spill; /* done when no sort has anything in it */
	size_t spilled;	    /* sorts that have */
	size_t kept;	    /* messages kept in memory */
	/* SORT_*; tests set less */
	size_t run, fan, ahead, keep;
};
#define STORE_SORT_POOL_INIT                                                             \
	((struct store_sort_pool){ .spill = SPILL_INIT,                                  \
				   .run = SORT_RUN,                                      \
				   .fan = SORT_FAN,                                      \
				   .ahead = SORT_AHEAD,                                  \
				   .keep = SORT_KEEP })

struct store_sort;
/* The pool must outlive it. */
struct store_sort *store_sort_new(struct store_sort_pool *pool) MUST_CHECK;
/* Where to put the next message, all fields of it, before the next call; NULL when a run
 * could not be written (ERR_LOCAL). */
struct message *store_sort_add(struct store_sort *s, struct err *err) MUST_CHECK;
/* All were added. */
bool store_sort_end(struct store_sort *s, struct err *err) MUST_CHECK;
enum next store_sort_next(struct store_sort *s, struct message *out,
			  struct err *err) MUST_CHECK;
void store_sort_free(struct store_sort *s); /* at any time; NULL is fine */

#endif
