/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_WORDS_H
#define STORE_STORE_WORDS_H
/*
 * Private to lib/store: what a person said is a row and an entry of the ledger.  The row
 * names its entry, and the entry holds the digest of the row, so that neither can be
 * changed, added or taken away without the other.
 */
#include "base/sha256.h"
#include "store/store_db.h"

enum words {
	WORDS_ITEM,
	WORDS_SAID,
	WORDS_EXPECTED,
	WORDS_ACCEPTANCE,
	WORDS_RECORD,
	WORDS_WAIVER,
	WORDS_WAIVER_SAID,
	WORDS_APPROVAL,
	WORDS_PURGE,
};
enum { WORDS_COUNT = WORDS_PURGE + 1 };

/* The number that the next entry will have; rows may name it from now on, until the
 * open transaction commits. */
bool words_begin(struct store *st, int64_t *seq_out, struct err *err) MUST_CHECK;
/* Over every column but the id. */
bool words_digest(struct store *st, enum words what, int64_t id, struct sha256 *out,
		  struct err *err) MUST_CHECK;
/* Hold each row against its entry, and count the entries of these kinds.  ERR_LEDGER
 * names the first that does not fit. */
bool words_check(struct store *st, struct err *err) MUST_CHECK;

struct json_out;
/* "key": the digest of a text that may name people, as hexadecimal digits. */
void words_put_digest_of(struct json_out *j, const char *key, const char *text);
/* "row": the digest of a row. */
void words_put_row(struct json_out *j, const struct sha256 *row);

#endif
