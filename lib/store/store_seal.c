/* SPDX-License-Identifier: MIT */
/* Baselines and events: append-only. */
#include "store/store_seal.h"

#include "base/clock.h"
#include "store/store_db.h"
#include "store/store_person.h"

static const char sql_seal_add[] =
	"INSERT INTO seal (transfer, at, old_run, new_run, sound, teller, note)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_seal_folder_add[] =
	"INSERT INTO seal_folder (seal, folder, epoch, uidnext, messages)"
	" VALUES (?1, ?2, ?3, ?4, ?5)";

static bool add_folders(struct store *st, int64_t id, const struct seal_folder *v,
			size_t n, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = db_prepare(st, sql_seal_folder_add, &q, err);

	for (size_t i = 0; ok && i < n; i++) {
		sqlite3_bind_int64(q, 1, id);
		sqlite3_bind_int64(q, 2, v[i].folder);
		sqlite3_bind_int64(q, 3, v[i].epoch);
		sqlite3_bind_int64(q, 4, v[i].uidnext);
		sqlite3_bind_int64(q, 5, v[i].messages);
		ok = db_run(st, q, err);
	}
	db_return(st, q);
	return ok;
}

static bool add_seal(struct store *st, const struct seal *s, int64_t *id_out,
		     struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, s->teller, teller, err) ||
	    !db_prepare(st, sql_seal_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, s->transfer);
	sqlite3_bind_int64(q, 2, s->at);
	sqlite3_bind_int64(q, 3, s->run[0]);
	sqlite3_bind_int64(q, 4, s->run[1]);
	sqlite3_bind_int(q, 5, s->sound);
	db_bind_str(q, 6, teller);
	db_bind_str(q, 7, s->note);
	ok = db_run(st, q, err);
	db_return(st, q);
	*id_out = sqlite3_last_insert_rowid(st->db);
	return ok;
}

bool store_seal_add(struct store *st, const struct seal *s, const struct seal_folder *v,
		    size_t n, int64_t *id_out, struct err *err)
{
	int64_t id = 0;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = add_seal(st, s, &id, err) && add_folders(st, id, v, n, err) &&
	     store_event_add(st, s->transfer, "seal", s->at, s->teller, s->note, err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	*id_out = id;
	return true;
}

#define SEAL_WHERE(condition, order)                                                     \
	"SELECT id, at, old_run, new_run, sound, " PERSON_NAME(                          \
		"teller") ", note FROM seal WHERE transfer = ?1 " condition              \
			  "ORDER BY id " order "LIMIT 1"
static const char sql_seal_newest[] = SEAL_WHERE("", "DESC ");
static const char sql_seal_first[] = SEAL_WHERE("AND at > ?2 ", "");
static const char sql_seal_folders[] =
	"SELECT folder, epoch, uidnext, messages FROM seal_folder WHERE seal = ?1"
	" ORDER BY folder";

static bool read_folder(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct seal_folder *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct seal_folder){ .folder = sqlite3_column_int64(q, 0),
				     .epoch = sqlite3_column_int64(q, 1),
				     .uidnext = sqlite3_column_int64(q, 2),
				     .messages = sqlite3_column_int64(q, 3) };
	return true;
}

static bool read_seal(struct store *st, sqlite3_stmt *q, int64_t transfer,
		      struct arena *arena, struct seal *out, bool *found_out,
		      struct err *err)
{
	enum next n = db_next(st, q, err);

	if (n == NEXT_ITEM)
		*out = (struct seal){ .id = sqlite3_column_int64(q, 0),
				      .transfer = transfer,
				      .at = sqlite3_column_int64(q, 1),
				      .run = { sqlite3_column_int64(q, 2),
					       sqlite3_column_int64(q, 3) },
				      .sound = sqlite3_column_int(q, 4) != 0,
				      .teller = db_text_in(q, 5, arena),
				      .note = db_text_in(q, 6, arena) };
	sqlite3_reset(q);
	if (n != NEXT_FAIL)
		*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}

bool store_seal_head(struct store *st, int64_t transfer, struct arena *arena,
		     struct seal *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEAL_NEWEST, sql_seal_newest);

	sqlite3_bind_int64(q, 1, transfer);
	return read_seal(st, q, transfer, arena, out, found_out, err);
}

bool store_seal_first(struct store *st, int64_t transfer, int64_t after,
		      struct arena *arena, struct seal *out, bool *found_out,
		      struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEAL_FIRST, sql_seal_first);

	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int64(q, 2, after);
	return read_seal(st, q, transfer, arena, out, found_out, err);
}

bool store_seal_newest(struct store *st, int64_t transfer, struct arena *arena,
		       struct seal *out, struct seal_folder **folders, size_t *n_out,
		       bool *found_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;
	struct seal s;
	bool found;

	if (!store_seal_head(st, transfer, arena, &s, &found, err))
		return false;
	*found_out = found;
	if (!found)
		return true;
	if (!db_prepare(st, sql_seal_folders, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, s.id);
	if (!db_list(st, q, sizeof **folders, read_folder, arena, &list, n_out, err))
		return false;
	*folders = list;
	*out = s;
	return true;
}

static const char sql_epoch_last[] =
	"SELECT max(id) FROM message WHERE id BETWEEN ?1 << 32 AND (?1 << 32) + ?2";

bool store_epoch_last(struct store *st, int64_t epoch, uint32_t *uid_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_LAST, sql_epoch_last);
	enum next n;

	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, UINT32_MAX);
	n = db_next(st, q, err);
	if (n != NEXT_FAIL)
		*uid_out = n == NEXT_ITEM
				   ? (uint32_t)(sqlite3_column_int64(q, 0) & UINT32_MAX)
				   : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static const char sql_event_add[] =
	"INSERT INTO event (transfer, kind, at, told, teller, note)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

bool store_event_add(struct store *st, int64_t transfer, const char *kind, int64_t when,
		     const char *by, const char *note, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EVENT_ADD, sql_event_add);
	char teller[PERSON_CODE_SIZE];

	if (!store_person_code(st, by, teller, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	db_bind_str(q, 2, kind);
	sqlite3_bind_int64(q, 3, when);
	sqlite3_bind_int64(q, 4, clock_now());
	db_bind_str(q, 5, teller);
	db_bind_str(q, 6, note);
	return db_run(st, q, err);
}

static const char sql_events[] = "SELECT id, transfer, kind, at, told, " PERSON_NAME(
	"teller") ", note FROM event"
		  " WHERE transfer BETWEEN ?1 AND ?2 ORDER BY at, id";

static bool read_event(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	struct event *out = item;

	(void)st, (void)err;
	*out = (struct event){ .id = sqlite3_column_int64(q, 0),
			       .transfer = sqlite3_column_int64(q, 1),
			       .kind = db_text_in(q, 2, arena),
			       .at = sqlite3_column_int64(q, 3),
			       .told = sqlite3_column_int64(q, 4),
			       .teller = db_text_in(q, 5, arena),
			       .note = db_text_in(q, 6, arena) };
	return true;
}

bool store_events(struct store *st, int64_t transfer, struct arena *arena,
		  struct event **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_events, &q, err))
		return false;
	db_bind_transfers(q, transfer);
	if (!db_list(st, q, sizeof **out, read_event, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
