/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_DEEP_H
#define STORE_STORE_DEEP_H
/*
 * Private to lib/store: current messages against what runs found.
 *
 * One pass over all messages.  Of each block of UIDs the digest is made anew and held
 * against the one that was stored; where a message changed since an earlier reading of
 * the folder, the changes are undone backwards and the block is digested as it was then.
 * From the blocks come the digests of all readings, which the ledger entries of their
 * runs cover.
 */
#include "store/store_db.h"
#include "store/store_run.h"

/* ERR_LEDGER names the first folder that is not what was stored of it. */
bool deep_check(struct store *st, struct ledger_facts *out, struct err *err) MUST_CHECK;

/* Events and seals against the entries that tell of them (store_told.h). */
bool told_check(struct store *st, struct err *err) MUST_CHECK;

#endif
