/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_TOLD_H
#define STORE_STORE_TOLD_H
/*
 * Events and seals are many rows to one entry of the ledger: the entry holds the digest
 * of all rows since the entry before, so that none can be changed, added or taken away
 * unseen.  The deep look compares them.
 */
#include "base/json.h"
#include "store/store.h"

/* Into the payload of an entry "event" or "seal", whose rows stand already: "rows", the
 * digest, "rows_events" and "rows_seals", the last rows that it covers.  In the order of
 * canonical keys. */
bool store_told_put(struct store *st, struct json_out *j, struct err *err) MUST_CHECK;

#endif
