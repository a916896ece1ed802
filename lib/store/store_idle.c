/* SPDX-License-Identifier: MIT */
#include "store/store_db.h"

/* Pages in the log: as many as SQLite waits for by itself, and as many as
 * journal_size_limit lets the file keep (store.c). */
enum { IDLE_PAGES = 1000, MOST_PAGES = 2000 };

/* As SQLite does it behind a commit: what cannot be done now is done later. */
static void empty_log(struct store *st)
{
	st->log_pages = 0;
	(void)sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
					NULL);
}

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct store *st = ctx;

	(void)db, (void)name;
	st->log_pages = pages;
	if (pages >= MOST_PAGES)
		empty_log(st);
	return SQLITE_OK;
}

void store_idle_expect(struct store *st)
{
	(void)sqlite3_wal_hook(st->db, on_commit, st);
}

void store_idle(struct store *st)
{
	if (!st->tx && st->log_pages >= IDLE_PAGES)
		empty_log(st);
}
