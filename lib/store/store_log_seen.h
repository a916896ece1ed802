/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOG_SEEN_H
#define STORE_STORE_LOG_SEEN_H
/*
 * Which events of the logs of a side are counted, by hour: into the store and out of it.
 *
 * A row of log_seen holds hours one behind the other (store_log_hashes.h), ascending,
 * LOG_SEEN_ROW octets and one hour more at most: a row for each hour would leave much of
 * a page free.  The row at hand is in memory until another one is wanted: who adds hours
 * that ascend writes each row once.
 */
#include "model/side.h"
#include "store/store.h"
#include "store/store_log_hashes.h"

#define LOG_SEEN_ROW (64u << 10)

struct log_seen;
void log_seen_open(struct store *st, enum side side, struct log_seen **out);
void log_seen_close(
	struct log_seen *w); /* NULL is fine; what is not in the store is lost */

/* *v borrows from w until the next call: the n hashes of an hour, ascending. */
bool log_seen_get(struct log_seen *w, int64_t hour, const uint64_t **v, size_t *n,
		  struct err *err) MUST_CHECK;
/* They are those of the hour from now on. */
bool log_seen_put(struct log_seen *w, int64_t hour, const uint64_t *v, size_t n,
		  struct err *err) MUST_CHECK;
/* What is not in the store yet goes there: before a commit. */
bool log_seen_store(struct log_seen *w, struct err *err) MUST_CHECK;
/* As if nothing had been put since then: behind a rollback. */
void log_seen_forget(struct log_seen *w);

#endif
