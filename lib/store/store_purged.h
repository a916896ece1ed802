/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PURGED_H
#define STORE_STORE_PURGED_H
/*
 * Private to lib/store: digests in the ledger of rows that a purge has changed.  What
 * they had been was right when they were purged, which the ledger's entry of the purge
 * says.
 */
#include "base/sha256.h"
#include "store/store_db.h"

enum purged_kind {
	PURGED_RUN,	  /* run_facts.digest */
	PURGED_RUN_ROWS,  /* run_facts.rows */
	PURGED_RUN_SCOPE, /* of run.scope */
	PURGED_WORDS = 8, /* and behind it by enum words */
};

/* A digest that a purge left so becomes that of which the ledger tells; any other stays
 * as it is. */
bool purged_was(struct store *st, int kind, int64_t row, struct sha256 *digest,
		struct err *err) MUST_CHECK;
/* Over the rows of purged and purged_row that a purge has. */
bool purged_digest(struct store *st, int64_t purge, struct sha256 *out,
		   struct err *err) MUST_CHECK;
/* Hold each purge against its rows.  ERR_LEDGER names the first that does not fit. */
bool purged_check(struct store *st, struct err *err) MUST_CHECK;

#endif
