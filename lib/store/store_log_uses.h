/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOG_USES_H
#define STORE_STORE_LOG_USES_H
/*
 * What names of the logs did: as it is stored, and into the store.
 *
 * A row of log_use holds uses of one name, one behind the other, ascending by their key;
 * a row for each use would take twice as long to write.  A name with
 * many uses has several rows, each STORE_LOG_USES_ROW octets and one use more at most.
 */
#include "store/store_logs.h"

#define STORE_LOG_USES_ROW (64u << 10)
#define STORE_LOG_USE_KEY  14u /* octets; use, protocol, address, rcpt, client */
#define STORE_LOG_USE_HEAD                                                               \
	39u /* octets before the days: the key, traits, n, first, last,                  \
	       number of days and of their octets; all big-endian */

/* The next use of a row, off the front of rest, from which its days borrow.  False: that
 * is none. */
struct log_use_stored {
	int64_t address, rcpt, client;
	int use, protocol;
	int64_t n, first, last;
	unsigned traits;
	struct log_days days;
	size_t day_n;
};
bool store_log_use_take(struct span *rest, struct log_use_stored *out) MUST_CHECK;

/* The same, at the end of a row; without days. */
void store_log_use_put(struct strbuf *out, const struct log_use_stored *u);

/* Uses into the store, ascending by name and key, each key once, and brought together
 * with what is there: counts add up. */
struct store_log_uses;
bool store_log_uses_open(struct store *st, enum side side, struct store_log_uses **out,
			 struct err *err) MUST_CHECK;
bool store_log_uses_put(struct store_log_uses *w, const struct log_use_row *r,
			struct err *err) MUST_CHECK;
/* What is left. */
bool store_log_uses_end(struct store_log_uses *w, struct err *err) MUST_CHECK;
void store_log_uses_close(struct store_log_uses *w); /* NULL is fine */

#endif
