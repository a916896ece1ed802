/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_DIGEST_H
#define STORE_STORE_DIGEST_H
/*
 * Private to lib/store: digests over what a run wrote, and the ledger payload that holds
 * them.
 *
 * digest tells what was found: for each account that the run tried, by side and login,
 * the outcome, the listing, and for each folder of the listing, by wire name, the newest
 * folder_seen row as of that run.  Neither ids nor times nor what depends on how often
 * the run was continued enter, so two readings of an idle server agree. rows covers every
 * column of every append-only row that the run wrote, so that none can be altered unseen.
 */
#include "base/sha256.h"
#include "base/strbuf.h"
#include "model/run.h"
#include "store/store_db.h"

struct run_facts {
	int64_t accounts, folders, messages;
	struct sha256 digest, rows;
	const struct sha256 *scope; /* what was asked for; NULL: as run.scope has it */
};

/* seen_upto: the folder_seen.id up to which to look. */
bool digest_run(struct store *st, int64_t run, int64_t seen_upto, struct run_facts *out,
		struct err *err) MUST_CHECK;
/* Type and value of each of the first n columns. */
void digest_row(struct sha256_ctx *sha, sqlite3_stmt *q, int n);
/* Newest folder_seen.id, 0 when there is none. */
bool digest_mark(struct store *st, int64_t *out, struct err *err) MUST_CHECK;
/* Canonical JSON of an ended run; r->ended and r->outcome are set. */
void digest_payload(const struct run *r, const struct run_facts *facts,
		    const struct wire_count *count, const char *note, struct strbuf *out);
/* Recompute each ended run and compare with its ledger entry.  ERR_LEDGER names the first
 * that differs. */
bool digest_check_runs(struct store *st, int64_t *ended_out, struct err *err) MUST_CHECK;

#endif
