/* SPDX-License-Identifier: MIT */
#include "store/store_progress.h"

static const char sql_progress_get[] =
	"SELECT modseq, done_uid FROM folder_progress WHERE epoch = ?1 AND run = ?2";

bool store_progress_resume(struct store *st, int64_t epoch,
			   const struct folder_state *now, uint32_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PROGRESS_GET, sql_progress_get);
	enum next n;

	*out = 0;
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, st->run);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && sqlite3_column_int64(q, 0) == now->modseq &&
	    (now->modseq >= 0 || st->depth == DEPTH_IDS))
		*out = (uint32_t)sqlite3_column_int64(q, 1);
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static const char sql_progress_drop[] =
	"DELETE FROM folder_progress"
	" WHERE epoch IN (SELECT id FROM folder_epoch WHERE folder = ?1 AND id <> ?2)";
static const char sql_progress_put[] =
	"INSERT INTO folder_progress (epoch, run, modseq, done_uid)"
	" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (epoch) DO UPDATE SET run = excluded.run,"
	" modseq = excluded.modseq, done_uid = excluded.done_uid";

bool store_progress_begin(struct store *st, int64_t folder, int64_t epoch,
			  const struct folder_state *now, uint32_t done, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PROGRESS_DROP, sql_progress_drop);

	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int64(q, 2, epoch);
	if (!db_run(st, q, err))
		return false;
	q = db_stmt(st, STMT_PROGRESS_PUT, sql_progress_put);
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, st->run);
	sqlite3_bind_int64(q, 3, now->modseq);
	sqlite3_bind_int64(q, 4, done);
	return db_run(st, q, err);
}

static const char sql_progress_done[] =
	"SELECT done_uid FROM folder_progress WHERE epoch = ?1 AND run = ?2";

bool store_progress_done(struct store *st, int64_t epoch, bool *found_out, uint32_t *out,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PROGRESS_DONE, sql_progress_done);
	enum next n;

	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, st->run);
	n = db_next(st, q, err);
	*found_out = n == NEXT_ITEM;
	if (n == NEXT_ITEM)
		*out = (uint32_t)sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static const char sql_progress_set[] =
	"UPDATE folder_progress SET done_uid = ?2 WHERE epoch = ?1";

bool store_progress_advance(struct store *st, int64_t epoch, uint32_t lo, uint32_t hi,
			    struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PROGRESS_SET, sql_progress_set);
	uint32_t done = 0;
	bool found;

	if (!store_progress_done(st, epoch, &found, &done, err))
		return false;
	if (!found || lo - 1 > done)
		return err_set(err, ERR_BUG,
			       "window %u:%u of folder epoch %lld leaves a gap after %u",
			       lo, hi, (long long)epoch, done);
	if (hi <= done)
		return true;
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, hi);
	return db_run(st, q, err);
}

static const char sql_progress_end[] = "DELETE FROM folder_progress WHERE run = ?1";

bool store_progress_drop(struct store *st, int64_t run, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_progress_end, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}
