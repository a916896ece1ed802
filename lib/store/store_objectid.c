/* SPDX-License-Identifier: MIT */
#include "store/store_objectid.h"

#include "base/clock.h"
#include "store/store_db.h"

/* ---- writing ---- */

/* The newest, and whether the folder was gone since. */
static const char sql_objectid_last[] =
	"SELECT o.epoch, o.mailbox, EXISTS (SELECT 1 FROM folder_seen s WHERE s.folder ="
	" o.folder AND s.outcome = ?2 AND s.run > o.run) FROM folder_objectid o"
	" WHERE o.folder = ?1 ORDER BY o.id DESC LIMIT 1";
static const char sql_objectid_add[] =
	"INSERT INTO folder_objectid (run, folder, epoch, at, mailbox)"
	" VALUES (?1, ?2, ?3, ?4, ?5)";

bool store_objectid_put(struct store *st, int64_t folder, int64_t epoch,
			const char *mailbox, struct err *err)
{
	sqlite3_stmt *q;
	bool same;
	enum next next;

	if (!db_need_run(st, err))
		return false;
	if (!objectid_valid(span_str(mailbox)))
		return err_set(err, ERR_BUG, "the id of folder %lld is none",
			       (long long)folder);
	q = db_stmt(st, STMT_OBJECTID_LAST, sql_objectid_last);
	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int(q, 2, FOLDER_GONE);
	next = db_next(st, q, err);
	same = next == NEXT_ITEM && sqlite3_column_int64(q, 0) == epoch &&
	       strcmp(db_text(q, 1), mailbox) == 0 && sqlite3_column_int(q, 2) == 0;
	sqlite3_reset(q);
	if (next == NEXT_FAIL || same)
		return next != NEXT_FAIL;
	q = db_stmt(st, STMT_OBJECTID_ADD, sql_objectid_add);
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, folder);
	sqlite3_bind_int64(q, 3, epoch);
	sqlite3_bind_int64(q, 4, clock_now());
	db_bind_str(q, 5, mailbox);
	return db_run(st, q, err);
}

/* ---- reading ---- */

/* An id ends with the folder, or with the next one that it had.  The newest row of a
 * folder that is there again is no longer about it, until a reading says so. */
static const char sql_objectids[] =
	"SELECT f.id, f.wire, f.name, f.delim, f.attrs, o.epoch, o.mailbox, o.run, o.at,"
	" coalesce((SELECT min(s.run) FROM folder_seen s WHERE s.folder = f.id AND"
	" s.outcome = ?2 AND s.run >= o.run + (n.id IS NULL AND f.gone_run IS NULL) AND"
	" (n.id IS NULL OR s.run <= n.run)), n.run, f.gone_run)"
	" FROM folder f JOIN folder_objectid o ON o.folder = f.id"
	" LEFT JOIN folder_objectid n ON n.id = (SELECT min(x.id) FROM folder_objectid x"
	" WHERE x.folder = f.id AND x.id > o.id)"
	" WHERE f.account = ?1 AND f.attrs & ?3 = 0 ORDER BY f.id, o.id";

static bool read_seen(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct span wire = { sqlite3_column_blob(q, 1),
			     (size_t)sqlite3_column_bytes(q, 1) };

	(void)st, (void)err;
	*(struct objectid_seen *)item = (struct objectid_seen){
		.folder = { .id = sqlite3_column_int64(q, 0),
			    .wire = arena_span(arena, wire),
			    .name = db_text_in(q, 2, arena),
			    .delim = (char)sqlite3_column_int(q, 3),
			    .attrs = (unsigned)sqlite3_column_int64(q, 4) },
		.epoch = sqlite3_column_int64(q, 5),
		.mailbox = db_text_in(q, 6, arena),
		.run = sqlite3_column_int64(q, 7),
		.at = sqlite3_column_int64(q, 8),
		.until = sqlite3_column_type(q, 9) == SQLITE_NULL
				 ? OBJECTID_STANDS
				 : sqlite3_column_int64(q, 9),
	};
	return true;
}

/* Folders that hold mail whose newest reading does not stand, or has told no id. */
static const char sql_objectid_unknown[] =
	"SELECT count(*) FROM folder f WHERE f.account = ?1 AND f.gone_run IS NULL"
	" AND f.attrs & ?2 = 0 AND NOT EXISTS (SELECT 1 FROM folder_seen s"
	" JOIN folder_objectid o ON o.id = (SELECT max(x.id) FROM folder_objectid x"
	" WHERE x.folder = f.id) AND o.epoch = s.epoch WHERE s.id = (SELECT max(y.id)"
	" FROM folder_seen y WHERE y.folder = f.id) AND s.outcome IN (?3, ?4))";

static bool unknown(struct store *st, int64_t account, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_objectid_unknown, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int64(q, 2, FOLDER_FOREIGN | FOLDER_NOSELECT | FOLDER_NONEXISTENT);
	sqlite3_bind_int(q, 3, FOLDER_READ);
	sqlite3_bind_int(q, 4, FOLDER_HOLED);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return ok;
}

bool store_objectids(struct store *st, int64_t account, struct arena *arena,
		     struct objectid_seen **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int64_t not_known = 0;
	void *list = NULL;
	size_t n = 0;

	if (!db_prepare(st, sql_objectids, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, FOLDER_GONE);
	sqlite3_bind_int(q, 3, FOLDER_FOREIGN);
	if (!db_list(st, q, sizeof **out, read_seen, arena, &list, &n, err) ||
	    (n > 0 && !unknown(st, account, &not_known, err)))
		return false;
	*out = list;
	*n_out = n;
	objectid_fates(*out, n, not_known == 0);
	return true;
}
