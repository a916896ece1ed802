/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_RECORD_H
#define STORE_STORE_RECORD_H
/* What somebody did or said on the way to the shutdown.  Append-only; each is an entry of
 * the ledger too. */
#include "base/sha256.h"
#include "store/store.h"

/* Values are stored. */
enum record_kind {
	RECORD_ARCHIVE,	  /* of an account, or of all: digest of the file */
	RECORD_RESTORE,	  /* from the archive of this digest, as a test */
	RECORD_STATEMENT, /* topic: what about; role: as what */
	RECORD_ANNOUNCE,  /* of the shutdown; topic: Message-ID, or where it stands */
};
enum { RECORD_KIND_COUNT = RECORD_ANNOUNCE + 1 };
const char *record_kind_name(enum record_kind k); /* "archive" */

struct record {
	int64_t id, transfer; /* transfer 0: the old server as a whole */
	enum record_kind kind;
	int64_t at, told;
	const char *teller, *role, *topic, *note; /* "" */
	bool has_digest;
	struct sha256 digest;
	int64_t octets; /* of the file; 0 */
	int64_t ledger; /* its entry */
};
/* With its ledger entry, in one transaction.  id and ledger are filled in. */
bool store_record_add(struct store *st, struct record *r, struct err *err) MUST_CHECK;
/* All, ordered by when they were done. */
bool store_records(struct store *st, struct arena *arena, struct record **out,
		   size_t *n_out, struct err *err) MUST_CHECK;

#endif
