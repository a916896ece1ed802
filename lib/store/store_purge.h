/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PURGE_H
#define STORE_STORE_PURGE_H
/*
 * Erasing for good what is personal (DESIGN section 12), and nothing of the proof: the
 * ledger stays as it is, and says who had what erased.  Digests of rows that had to
 * change are kept as they had been, and as they are since (store_purged.h), so that
 * whatever was not erased can be held against the ledger as before.
 */
#include "store/store.h"

enum purge_what {
	/* Names and words of a transfer, the messages of its accounts, what logs and
	 * lists know of its names.  Counts, digests, verdicts and what persons said stay.
	 */
	PURGE_ACCOUNT,
	/* Senders, subjects, Message-IDs; of logins before a day from where, with what
	 * and on which days.  That there were logins stays: silence is claimed from it.
	 */
	PURGE_DETAILS,
};
enum { PURGE_WHAT_COUNT = PURGE_DETAILS + 1 };

struct purge {
	enum purge_what what;
	const int64_t *transfers;
	size_t n;
	const char *by, *reason;
	int64_t now;
	int64_t day; /* ACCOUNT: who used the old server since is refused, for the gate
			must see it; DETAILS: logins before it */
};

struct purge_result {
	int64_t id;	   /* of the purge; 0: there was nothing to erase */
	int64_t transfers; /* that it was about */
	int64_t shared;	   /* accounts that other transfers need: their mail stays */
	int64_t rows;	   /* erased, or made to say nothing */
	int64_t runs;	   /* whose digests are others since */
};

/*
 * Verifies the ledger deeply before; ERR_LEDGER when it is not whole.  ERR_CONFIG when
 * somebody of them used the old server lately.  All of it or nothing.  Afterwards
 * store_purge_pack takes what was erased out of the file itself.
 */
bool store_purge(struct store *st, const struct purge *p, struct purge_result *out,
		 struct err *err) MUST_CHECK;
/* Write the file anew, without what was erased from it.  Needs as much room as it has. */
bool store_purge_pack(struct store *st, struct err *err) MUST_CHECK;

/* What was purged of a transfer: of several purges the newest, of whole accounts before
 * one of details. */
struct purged {
	int64_t transfer, at, ledger;
	enum purge_what what;
	const char *by;
	bool judged, clean; /* what was known of it then */
};
/* Ascending by transfer, each once. */
bool store_purged(struct store *st, struct arena *arena, struct purged **out,
		  size_t *n_out, struct err *err) MUST_CHECK;

#endif
