/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LIMIT_H
#define STORE_STORE_LIMIT_H
/* What accounts may hold, as their servers told: quota, and the largest message of each
 * folder. */
#include "model/limit.h"
#include "store/store.h"

/*
 * Record what the current run was told of an account: a row for each limit that differs
 * from its last row, and one without a limit for each of the kinds in known (bits 1 <<
 * LIMIT_*) that is told no more.  Joins an open transaction.  store_account_end calls it.
 */
bool store_limits_put(struct store *st, int64_t account, const struct limit *list,
		      size_t n, unsigned known, struct err *err) MUST_CHECK;

/*
 * The newest of each kind and name, ordered by kind and name; also those that are no
 * more (allowed -1).  No LIMIT_STORAGE among them: nobody asked, or the server has no
 * quota to tell; one without a name: it has quota, and none for this account.  Of
 * LIMIT_APPEND the name is folder.wire.
 */
struct limit_view {
	struct limit limit;
	int64_t run, at; /* that told it so first */
};
bool store_limits(struct store *st, int64_t account, struct arena *arena,
		  struct limit_view **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
