/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_BELT_H
#define AUDIT_AUDIT_LOGS_BELT_H
/*
 * Private to the reading of logs: what is counted goes in blocks, in the order in which
 * it came, to who sums it up; and when all is summed up it comes back in blocks, in the
 * order of the store's key, to the calling thread, which alone writes to the store.
 *
 * Any thread may take the next step of this; one at a time does, without the lock.  The
 * calling thread takes those itself without which it cannot go on, and all when nobody
 * helps.  What is stored is the same whoever takes them.
 *
 * Memory: that of the sums, and a block of 28 KiB, or up to BELT_BLOCKS of them when
 * somebody helps; while it comes back 8 MiB in place of the sums.
 */
#include <pthread.h>

#include "audit/audit_logs_in.h"

#define BELT_BLOCKS 64u /* what comes while the sums of before go to a run */

struct belt;
/* texts: that of the words in what is added; NULL when these are in the store. */
void belt_new(struct store *st, enum side side, struct texts *texts, struct belt **out);
void belt_free(struct belt *b); /* NULL is fine; nobody helps any more */
/* From now on another thread may help.  Lock and condition are the caller's, who wakes
 * who waits for it. */
void belt_share(struct belt *b, pthread_mutex_t *lock, pthread_cond_t *change);
/* By another thread, which holds the lock: the next step, without the lock; false: there
 * is none for it. */
bool belt_help(struct belt *b);

/* These are the calling thread's, which does not hold the lock.  What went wrong in a
 * step of another thread is told by the next of them. */
bool belt_add(struct belt *b, const struct sums_use *u, struct err *err) MUST_CHECK;
/* All that was added is to be summed up and go to a temporary file, soon; */
bool belt_spill_soon(struct belt *b, struct err *err) MUST_CHECK;
/* it is there. */
bool belt_spill(struct belt *b, struct err *err) MUST_CHECK;
/* The same, and nothing is added before belt_flush: it may be brought together, too. */
bool belt_last(struct belt *b, struct err *err) MUST_CHECK;
/* To the store. */
bool belt_flush(struct belt *b, struct err *err) MUST_CHECK;
/* As if nothing had been added since the last belt_flush. */
void belt_forget(struct belt *b);

#endif
