/* SPDX-License-Identifier: MIT */
#include "store/store_hole.h"

#include "store/store_db.h"
#include "store/store_window.h"

static const char sql_hole_add[] =
	"INSERT INTO folder_hole (seen, uid, octets, \"date\", words)"
	" VALUES (?1, ?2, ?3, ?4, ?5)";

bool hole_add(struct store *st, int64_t seen, const struct folder_hole *v, size_t n,
	      struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_HOLE_ADD, sql_hole_add);

	for (size_t i = 0; i < n; i++) {
		if (v[i].uid == 0 || (i > 0 && v[i].uid <= v[i - 1].uid))
			return err_set(err, ERR_BUG, "holes out of order");
		sqlite3_bind_int64(q, 1, seen);
		sqlite3_bind_int64(q, 2, v[i].uid);
		sqlite3_bind_int64(q, 3, v[i].octets);
		db_bind_date(q, 4, v[i].date);
		db_bind_str(q, 5, v[i].words);
		if (!db_run(st, q, err))
			return err_wrap(err, "message uid %u", v[i].uid);
	}
	return true;
}

static const char sql_holes[] = "SELECT uid, octets, \"date\", words FROM folder_hole "
				"WHERE seen = ?1 ORDER BY uid";

static bool read_hole(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct folder_hole *out = item;
	int64_t uid = sqlite3_column_int64(q, 0);

	if (uid < 1 || uid > UINT32_MAX)
		return db_damaged(st, "a hole of a folder", err);
	*out = (struct folder_hole){ .uid = (uint32_t)uid,
				     .octets = sqlite3_column_int64(q, 1),
				     .date = db_date(q, 2),
				     .words = db_text_in(q, 3, arena) };
	return true;
}

bool store_folder_holes(struct store *st, int64_t seen, struct arena *arena,
			struct folder_hole **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_holes, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, seen);
	if (!db_list(st, q, sizeof **out, read_hole, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

bool hole_same(struct store *st, int64_t seen, const struct folder_hole *v, size_t n,
	       bool *same_out, struct err *err)
{
	struct folder_hole *was = NULL;
	struct arena arena;
	size_t was_n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_folder_holes(st, seen, &arena, &was, &was_n, err);
	if (ok)
		*same_out = was_n == n;
	for (size_t i = 0; ok && *same_out && i < n; i++)
		*same_out = was[i].uid == v[i].uid && was[i].octets == v[i].octets &&
			    was[i].date == v[i].date &&
			    strcmp(was[i].words, v[i].words) == 0;
	arena_done(&arena);
	return ok;
}

static const char sql_hole_stored[] =
	"SELECT EXISTS (SELECT 1 FROM message WHERE id = ?1 AND gone_run IS NULL)";

bool hole_sum(struct store *st, int64_t epoch, const struct folder_hole *v, size_t n,
	      int64_t *messages, int64_t *octets, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_HOLE_STORED, sql_hole_stored);

	for (size_t i = 0; i < n; i++) {
		bool stored = false;

		sqlite3_bind_int64(q, 1, message_row(epoch, v[i].uid));
		if (db_next(st, q, err) != NEXT_ITEM) {
			sqlite3_reset(q);
			return false;
		}
		stored = sqlite3_column_int(q, 0) != 0;
		sqlite3_reset(q);
		if (stored)
			continue;
		++*messages;
		if (*octets >= 0)
			*octets = v[i].octets < 0 ? -1 : *octets + v[i].octets;
	}
	return true;
}
