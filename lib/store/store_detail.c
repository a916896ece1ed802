/* SPDX-License-Identifier: MIT */
/* Header fields of messages that a finding will name: which are wanted, and what was
 * found. */
#include "store/store_db.h"
#include "store/store_verify.h"
#include "store/store_window.h"

/*
 * Places are counted over all leftovers of a folder, with and without a detail, so that
 * asking again does not ask for the next few.
 */
static const char sql_wants[] =
	"SELECT w.side, f.account, f.id, e.id, f.wire, e.uidvalidity, w.message"
	" FROM (SELECT l.side, l.message, l.transfer, l.message >> 32 AS epoch,"
	" row_number() OVER (PARTITION BY l.transfer, l.side, l.message >> 32"
	" ORDER BY l.message) AS place FROM leftover l WHERE ?1 = 0 OR l.transfer = ?1) w"
	" JOIN folder_epoch e ON e.id = w.epoch JOIN folder f ON f.id = e.folder"
	" LEFT JOIN message_detail d ON d.message = w.message"
	" WHERE d.message IS NULL AND (w.place <= ?2 OR EXISTS (SELECT 1"
	" FROM leftover o WHERE o.transfer = w.transfer AND o.side = 1 - w.side))"
	" ORDER BY w.side, f.account, f.id, w.message";

struct store_wants {
	struct store *st;
	sqlite3_stmt *q;
	int64_t last; /* message.id; left over in two transfers it comes twice in a row */
};

bool store_wants_open(struct store *st, int64_t transfer, int64_t per_folder,
		      struct store_wants **out, struct err *err)
{
	struct store_wants *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_wants, &it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, transfer);
	sqlite3_bind_int64(it->q, 2, per_folder);
	*out = it;
	return true;
}

enum next store_wants_next(struct store_wants *it, struct detail_want *out,
			   struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n;
	int side;

	do
		n = db_next(it->st, q, err);
	while (n == NEXT_ITEM && sqlite3_column_int64(q, 6) == it->last);
	if (n != NEXT_ITEM)
		return n;
	it->last = sqlite3_column_int64(q, 6);
	if (!db_enum(it->st, q, 0, SIDE_COUNT, &side, err))
		return NEXT_FAIL;
	*out = (struct detail_want){ .side = (enum side)side,
				     .account = sqlite3_column_int64(q, 1),
				     .folder = sqlite3_column_int64(q, 2),
				     .epoch = sqlite3_column_int64(q, 3),
				     .wire = db_text(q, 4),
				     .uidvalidity = (uint32_t)sqlite3_column_int64(q, 5),
				     .uid = (uint32_t)sqlite3_column_int64(q, 6) };
	return NEXT_ITEM;
}

void store_wants_close(struct store_wants *it)
{
	if (it == NULL)
		return;
	sqlite3_finalize(it->q);
	free(it);
}

static const char sql_detail_put[] =
	"INSERT INTO message_detail (message, run, sender, sent, subject, message_id,"
	" retry_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (message) DO UPDATE"
	" SET run = excluded.run, sender = excluded.sender, sent = excluded.sent,"
	" subject = excluded.subject, message_id = excluded.message_id,"
	" retry_key = excluded.retry_key";

bool store_detail_put(struct store *st, int64_t epoch, uint32_t uid,
		      const struct message_detail *d, const struct msg_key *retry_key,
		      struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DETAIL_PUT, sql_detail_put);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	sqlite3_bind_int64(q, 2, st->run);
	db_bind_str(q, 3, d->from);
	db_bind_str(q, 4, d->date);
	db_bind_str(q, 5, d->subject);
	db_bind_str(q, 6, d->message_id);
	sqlite3_bind_null(q, 7);
	if (retry_key != NULL)
		db_bind_key(q, 7, retry_key);
	return db_run(st, q, err);
}

static const char sql_detail_get[] =
	"SELECT sender, sent, subject, message_id FROM message_detail"
	" WHERE message = ?1";

bool store_detail_get(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		      struct message_detail *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DETAIL_GET, sql_detail_get);
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = (struct message_detail){ .from = db_str(q, 0, arena),
						.date = db_str(q, 1, arena),
						.subject = db_str(q, 2, arena),
						.message_id = db_str(q, 3, arena) };
	sqlite3_reset(q);
	if (n != NEXT_FAIL)
		*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}
