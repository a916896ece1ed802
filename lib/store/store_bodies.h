/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_BODIES_H
#define STORE_STORE_BODIES_H
/*
 * Private to lib/store: the digest of the rows of body_seen that a run wrote, in the
 * order of their messages, each of which enters as its own digest.  Those are kept while
 * the current run inserts rows over this handle, up to BODIES_MAX of them, so that they
 * need not be read once more at its end; of every other run, and of one that was
 * continued, the rows tell.
 */
#include "base/sha256.h"
#include "store/store.h"
#include "store/store_scan.h"

#define BODIES_MAX 262144 /* of 40 octets */
struct bodies {
	int64_t run; /* 0: rows have to be asked */
	/* Those whose message follows all before them, and the others. */
	struct bodies_list {
		struct body_mark {
			int64_t message;
			struct sha256 digest;
		} * v;
		size_t n, cap;
	} ordered, late;
};

/* The run was begun just now. */
void bodies_begin(struct store *st);
/* The row was inserted. */
void bodies_add(struct store *st, const struct body_row *r);
/* A transaction was rolled back, or the run has ended. */
void bodies_drop(struct store *st);
/* Add the digests of all rows of the run, each behind the number `table`. */
bool bodies_hash(struct store *st, int64_t run, uint64_t table, struct sha256_ctx *sha,
		 struct err *err) MUST_CHECK;

#endif
