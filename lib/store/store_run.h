/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_RUN_H
#define STORE_STORE_RUN_H
/* Runs and the ledger. */
#include "base/sha256.h"
#include "model/ledger_head.h"
#include "model/run.h"
#include "model/side.h"
#include "store/store.h"

/* Start a run: a row of `run` and the handle's current run, which the evidence functions
 * record. */
bool store_run_begin(struct store *st, const struct run *r, int64_t *id_out,
		     struct err *err) MUST_CHECK;
/* Newest run of this command without an end; *found_out false when there is none. */
bool store_run_open(struct store *st, const char *command, struct arena *arena,
		    struct run *out, bool *found_out, struct err *err) MUST_CHECK;
/* Continue it: makes it the handle's current run and appends a ledger entry
 * "run-resumed". */
bool store_run_resume(struct store *st, int64_t id, struct err *err) MUST_CHECK;
/*
 * End: row of `run_end` with the digest over all that the run wrote (canonical order),
 * and the ledger entry "run", in one transaction.  RUN_STOPPED leaves the run open: only
 * a ledger entry "run-stopped" is written.  ERR_BUG inside a transaction.  count and note
 * may be NULL.
 */
bool store_run_end(struct store *st, int64_t id, enum run_outcome outcome,
		   const struct wire_count *count, const char *note,
		   struct err *err) MUST_CHECK;
/* Newest ended run of the command; "" for any.  A run without an end is RUN_OPEN, also
 * when it was stopped. */
bool store_run_last(struct store *st, const char *command, struct arena *arena,
		    struct run *out, bool *found_out, struct err *err) MUST_CHECK;
/* The highest number that a run has, ended or not; 0: there is none. */
bool store_run_newest(struct store *st, int64_t *out, struct err *err) MUST_CHECK;
bool store_run_get(struct store *st, int64_t id, struct arena *arena, struct run *out,
		   struct err *err) MUST_CHECK;
/* Wire counts of an ended run; zeros while it is open. */
bool store_run_count(struct store *st, int64_t id, struct wire_count *out,
		     struct err *err) MUST_CHECK;
/* How the current run treated one server since it was begun or resumed. */
bool store_run_pace_add(struct store *st, enum side side, const struct run_pace *p,
			struct err *err) MUST_CHECK;
/* The same of a run as a whole: waits and hints added up, the highest peak and level. */
bool store_run_pace(struct store *st, int64_t run, enum side side, struct run_pace *out,
		    struct err *err) MUST_CHECK;
/* The digest of an ended run. */
bool store_run_digest(struct store *st, int64_t id, struct sha256 *out,
		      struct err *err) MUST_CHECK;

/* The ledger: entry = seq, time, actor, kind, payload (canonical JSON), prev, hash =
 * SHA-256 over length-prefixed fields including prev and the project id. */
struct ledger_entry {
	int64_t seq, time;
	const char *actor; /* a code (store_person.h) */
	const char *kind, *payload;
	const char *name; /* of the actor; its code when nobody knows */
	struct sha256 prev, hash;
};
/* actor is a name.  Append inside the transaction that is open, or in one of its own.
 * ERR_LIMIT above 256 octets of actor, 64 of kind or 64 KiB of payload. */
bool store_ledger_append(struct store *st, const char *actor, const char *kind,
			 const char *payload, struct err *err) MUST_CHECK;
/* Newest entry; *found_out false when the ledger is empty. */
bool store_ledger_head(struct store *st, struct arena *arena, struct ledger_entry *out,
		       bool *found_out, struct err *err) MUST_CHECK;
/* When the newest entry of a kind was made; 0: there is none. */
bool store_ledger_last(struct store *st, const char *kind, int64_t *time_out,
		       struct err *err) MUST_CHECK;
/* Walk the chain.  false with ERR_LEDGER names the first entry that does not fit:
 * altered, missing or reordered.  Also: each ended run's rows and digest are recomputed
 * and compared with its "run" entry.  *entries_out is how many were checked.  Entries cut
 * off at the end are missed only when their runs are still there, so keep the head. */
bool store_ledger_verify(struct store *st, int64_t *entries_out,
			 struct err *err) MUST_CHECK;

struct ledger_facts {
	int64_t entries;
	struct sha256 head; /* zeros while there is no entry */
	/* The entry that was written longest before the one in front of it: the clock was
	 * set back.  0: none. */
	int64_t back_seq, back_seconds;
	/* deep: what was examined, and messages of folders that no ended run read. */
	int64_t messages, blocks, readings, unbound;
	int64_t purged; /* folders whose messages were erased (store_purge.h) */
};
/*
 * The same, and: rows that persons wrote are held against their entries; each of the
 * heads that somebody kept must be in the chain; deep: every message is held against
 * every reading of its folder (store_deep.h).
 */
bool store_ledger_examine(struct store *st, bool deep, const struct ledger_head *heads,
			  size_t head_n, struct ledger_facts *out,
			  struct err *err) MUST_CHECK;

/* All entries, oldest first; *out is valid until the next call. */
struct store_ledger;
bool store_ledger_open(struct store *st, struct store_ledger **out,
		       struct err *err) MUST_CHECK;
enum next store_ledger_next(struct store_ledger *it, struct ledger_entry *out,
			    struct err *err) MUST_CHECK;
void store_ledger_close(struct store_ledger *it);

#endif
