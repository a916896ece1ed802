/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_H
#define STORE_STORE_H
/*
 * lib/store: the evidence; all SQL and the only <sqlite3.h>.  schema.sql documents every
 * table and column.
 *
 * What was observed is appended; triggers refuse UPDATE and DELETE on append-only tables.
 * `message` and `folder` are current state and change through one function each, which
 * records the change in the same transaction.  A handle belongs to one thread.  There is
 * one writing handle per project at a time (store_lock.h).
 *
 * Functions fail with ERR_LOCAL (disk full, file not writable, I/O), ERR_LEDGER (the file
 * is not what we wrote: corrupt database), ERR_CONFIG (schema newer than this program),
 * ERR_LOCKED (another program holds the file for more than ten seconds), ERR_LIMIT or
 * ERR_BUG.  Strings in results live in the arena that was given, or until the next call
 * of the same cursor.
 *
 * Memory stays below 24 MiB whatever is stored, while two folders are read in the order
 * of their keys; each further one that is open adds a little for what it reads ahead
 * (store_sort.h).  What must be sorted and does not fit goes to temporary files without a
 * name, in $SQLITE_TMPDIR, $TMPDIR, /var/tmp or /tmp, the first that can be written.
 * They take 48 octets for each message of a folder with more than 65,536 of them, and
 * twice that beyond 16 million.
 */
#include "base/arena.h"
#include "base/err.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE };

/* Make a new database with the current schema and a random project id.  Fails when the
 * file exists. */
bool store_create(const char *path, struct err *err) MUST_CHECK;
/* Open; STORE_WRITE migrates an older schema first, STORE_READ of an older schema is
 * ERR_CONFIG with the hint to run `mailmuster status` once.  An absent file is
 * ERR_NO_PROJECT.  "--offline" users rely on STORE_READ working in a read-only folder:
 * there, when nobody writes, the file is read as it stands, without locks. */
bool store_open(const char *path, enum store_mode mode, struct store **out,
		struct err *err) MUST_CHECK;
void store_close(struct store *st); /* NULL is fine; an open transaction rolls back */

bool store_begin(struct store *st,
		 struct err *err) MUST_CHECK; /* IMMEDIATE; nesting is ERR_BUG */
bool store_commit(struct store *st, struct err *err) MUST_CHECK;
void store_rollback(struct store *st); /* fine when none is open */
/*
 * What commits write is in SQLite's log first.  Behind the commit that makes 1,000 pages of
 * it, SQLite copies them into the database and waits for the disk, twice, while those wait
 * who wait for the writer.  Who expects to be idle now and then says so, and calls
 * store_idle when nothing is to be written: it is done there then, and behind a commit
 * only where the log has twice as many pages.
 */
void store_idle_expect(struct store *st);
void store_idle(struct store *st);
/* One consistent view for many reads (a report); ends with store_read_end. */
bool store_read_begin(struct store *st, struct err *err) MUST_CHECK;
void store_read_end(struct store *st);

const char *store_project_id(const struct store *st); /* 32 hex digits; borrowed */
int store_schema_version(void);			      /* of this program */
const char *store_versions(void); /* "SQLite 3.40.1", as it is loaded.  Static. */

enum next { NEXT_ITEM, NEXT_END, NEXT_FAIL }; /* of every cursor */

#endif
