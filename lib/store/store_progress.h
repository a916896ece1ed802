/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PROGRESS_H
#define STORE_STORE_PROGRESS_H
/* Private to lib/store: how far the current run came in the folders that it reads, so
 * that it can go on where it was cut off. */
#include "store/store_db.h"

/*
 * How far this run came; 0: begin at the start.  The windows stand while HIGHESTMODSEQ
 * does.  A server that tells none (-1) may have changed flags since, so they are read
 * again from the start.
 */
bool store_progress_resume(struct store *st, int64_t epoch,
			   const struct folder_state *now, uint32_t *out,
			   struct err *err) MUST_CHECK;
/* Read up to done by this run; what was noted of the folder under another UIDVALIDITY is
 * dropped. */
bool store_progress_begin(struct store *st, int64_t folder, int64_t epoch,
			  const struct folder_state *now, uint32_t done,
			  struct err *err) MUST_CHECK;
/* Up to which UID this run has read; *found_out false when it did not begin. */
bool store_progress_done(struct store *st, int64_t epoch, bool *found_out, uint32_t *out,
			 struct err *err) MUST_CHECK;
/* The window lo:hi was read too.  ERR_BUG when it leaves a gap. */
bool store_progress_advance(struct store *st, int64_t epoch, uint32_t lo, uint32_t hi,
			    struct err *err) MUST_CHECK;
/* The run has ended. */
bool store_progress_drop(struct store *st, int64_t run, struct err *err) MUST_CHECK;

#endif
