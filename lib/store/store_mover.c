/* SPDX-License-Identifier: MIT */
#include "store/store_mover.h"
#include "store/store_db.h"

/* Wire names are octets of any kind. */
static void bind_folder(sqlite3_stmt *q, int at, const char *folder)
{
	sqlite3_bind_blob64(q, at, folder, strlen(folder), SQLITE_STATIC);
}

static const char sql_add[] =
	"INSERT INTO mover_note (transfer, folder, uid, at, why, text)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

bool store_mover_note_add(struct store *st, const struct mover_note *note, bool *new_out,
			  struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MOVER_NOTE_ADD, sql_add);

	sqlite3_bind_int64(q, 1, note->transfer);
	bind_folder(q, 2, note->folder);
	sqlite3_bind_int64(q, 3, note->uid);
	sqlite3_bind_int64(q, 4, note->at);
	sqlite3_bind_int(q, 5, (int)note->why);
	db_bind_str(q, 6, note->text);
	if (!db_run(st, q, err))
		return false;
	*new_out = sqlite3_changes(st->db) != 0;
	return true;
}

static const char sql_find[] = "SELECT uid, at, why, text FROM mover_note"
			       " WHERE transfer = ?1 AND folder = ?2 AND uid IN (0, ?3)"
			       " ORDER BY uid DESC, at DESC, why LIMIT 1";

bool store_mover_note_find(struct store *st, int64_t transfer, const char *folder,
			   uint32_t uid, struct arena *arena, struct mover_note *out,
			   bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MOVER_NOTE_FIND, sql_find);
	enum next n;
	bool ok;
	int why;

	sqlite3_bind_int64(q, 1, transfer);
	bind_folder(q, 2, folder);
	sqlite3_bind_int64(q, 3, uid);
	n = db_next(st, q, err);
	ok = n == NEXT_END || (n == NEXT_ITEM && db_enum(st, q, 2, WHY_COUNT, &why, err));
	if (ok && n == NEXT_ITEM)
		*out = (struct mover_note){ .transfer = transfer,
					    .folder = folder,
					    .uid = (uint32_t)sqlite3_column_int64(q, 0),
					    .at = sqlite3_column_int64(q, 1),
					    .why = (enum why)why,
					    .text = db_text_in(q, 3, arena) };
	sqlite3_reset(q);
	if (ok)
		*found_out = n == NEXT_ITEM;
	return ok;
}
