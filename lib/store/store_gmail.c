/* SPDX-License-Identifier: MIT */
#include "store/store_gmail.h"

#include "model/folder.h"
#include "model/side.h"
#include "store/store_db.h"
#include "store/store_window.h"

/* ---- what is due ---- */

static const char sql_gmail_epoch[] = "SELECT epoch, uidvalidity FROM folder_seen WHERE "
				      "folder = ?1 AND epoch IS NOT NULL"
				      " AND outcome IN (?2, ?3) ORDER BY id DESC LIMIT 1";
static const char sql_gmail_due[] =
	"SELECT m.id FROM message m LEFT JOIN message_gmail g ON g.message = m.id"
	" WHERE m.id BETWEEN ?1 AND ?2 AND m.gone_run IS NULL AND g.message IS NULL"
	" ORDER BY m.id";

struct ranges {
	struct uid_range *v;
	size_t n, cap;
	size_t in_last; /* messages of the last one */
};

static void add(struct ranges *r, uint32_t uid)
{
	if (r->n > 0 && r->in_last < STORE_GMAIL_RANGE) {
		r->v[r->n - 1].hi = uid;
		r->in_last++;
		return;
	}
	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 16 : r->cap * 2;
		r->v = mem_realloc(r->v, r->cap * sizeof *r->v);
	}
	r->v[r->n++] = (struct uid_range){ uid, uid };
	r->in_last = 1;
}

static bool collect(struct store *st, int64_t epoch, struct ranges *r, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next next;

	if (!db_prepare(st, sql_gmail_due, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
	while ((next = db_next(st, q, err)) == NEXT_ITEM)
		add(r, (uint32_t)sqlite3_column_int64(q, 0));
	db_return(st, q);
	return next == NEXT_END;
}

bool store_gmail_due(struct store *st, int64_t folder, struct arena *arena,
		     struct gmail_due *out, struct err *err)
{
	struct gmail_due due = { 0 };
	struct ranges r = { 0 };
	sqlite3_stmt *q = NULL;
	enum next next;
	bool ok;

	if (!db_prepare(st, sql_gmail_epoch, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int(q, 2, FOLDER_READ);
	sqlite3_bind_int(q, 3, FOLDER_HOLED);
	next = db_next(st, q, err);
	if (next == NEXT_ITEM) {
		due.epoch = sqlite3_column_int64(q, 0);
		due.uidvalidity = (uint32_t)sqlite3_column_int64(q, 1);
	}
	db_return(st, q);
	ok = next != NEXT_FAIL && (next == NEXT_END || collect(st, due.epoch, &r, err));
	if (ok) {
		due.range = arena_alloc(arena, (r.n + 1) * sizeof *due.range);
		if (r.n > 0)
			memcpy(due.range, r.v, r.n * sizeof *r.v);
		due.n = r.n;
		*out = due;
	}
	free(r.v);
	return ok;
}

/* ---- writing ---- */

static const char sql_labels_get[] = "SELECT id FROM label_set WHERE names = ?1";
static const char sql_labels_add[] = "INSERT INTO label_set (names) VALUES (?1)";
static const char sql_gmail_add[] =
	"INSERT OR IGNORE INTO message_gmail (message, run, number, labels)"
	" SELECT id, ?2, ?3, ?4 FROM message WHERE id = ?1";

static bool labels_id(struct store *st, const char *names, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LABELS_GET, sql_labels_get);
	enum next next;

	sqlite3_bind_blob(q, 1, names, (int)strlen(names), SQLITE_STATIC);
	next = db_next(st, q, err);
	if (next == NEXT_ITEM)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (next != NEXT_END)
		return next == NEXT_ITEM;
	q = db_stmt(st, STMT_LABELS_ADD, sql_labels_add);
	sqlite3_bind_blob(q, 1, names, (int)strlen(names), SQLITE_STATIC);
	if (!db_run(st, q, err))
		return false;
	*out = sqlite3_last_insert_rowid(st->db);
	return true;
}

bool store_gmail_put(struct store *st, int64_t epoch, const struct gmail_row *rows,
		     size_t n, struct err *err)
{
	const char *last = NULL;
	int64_t labels = 0;
	bool own, ok = true;

	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	for (size_t i = 0; ok && i < n; i++) {
		sqlite3_stmt *q;

		if (last == NULL || strcmp(last, rows[i].labels) != 0)
			ok = labels_id(st, rows[i].labels, &labels, err);
		last = rows[i].labels;
		q = db_stmt(st, STMT_GMAIL_ADD, sql_gmail_add);
		sqlite3_bind_int64(q, 1, message_row(epoch, rows[i].uid));
		sqlite3_bind_int64(q, 2, st->run);
		sqlite3_bind_int64(q, 3, (int64_t)rows[i].number);
		sqlite3_bind_int64(q, 4, labels);
		ok = ok && db_run(st, q, err);
	}
	return db_tx_end(st, own, ok, err);
}

/* ---- reading ---- */

static const char sql_gmail_any[] =
	"SELECT EXISTS (SELECT 1 FROM message_gmail WHERE message BETWEEN ?1 AND ?2)";

bool store_gmail_any(struct store *st, int64_t epoch, bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_GMAIL_ANY, sql_gmail_any);
	bool ok;

	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return ok;
}

static const char sql_gmail_copies[] =
	"SELECT e.folder, c.message, l.message IS NOT NULL, ifnull(m.gone_run, 0)"
	" FROM message_gmail g"
	" JOIN folder_epoch ge ON ge.id = g.message >> 32 JOIN folder gf ON gf.id = "
	"ge.folder"
	" JOIN message_gmail c ON c.number = g.number AND c.message <> g.message"
	" JOIN message m ON m.id = c.message"
	" JOIN folder_epoch e ON e.id = c.message >> 32"
	" JOIN folder f ON f.id = e.folder AND f.account = gf.account"
	" LEFT JOIN leftover l ON l.transfer = ?2 AND l.side = ?3 AND l.message = "
	"c.message"
	" WHERE g.message = ?1 ORDER BY e.folder, c.message";

static bool read_copy(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	int64_t message = sqlite3_column_int64(q, 1);

	(void)st, (void)arena, (void)err;
	*(struct gmail_copy *)item = (struct gmail_copy){
		.folder = sqlite3_column_int64(q, 0),
		.epoch = message >> 32,
		.uid = (uint32_t)message,
		.leftover = sqlite3_column_int(q, 2) != 0,
		.gone_run = sqlite3_column_int64(q, 3)
	};
	return true;
}

bool store_gmail_copies(struct store *st, int64_t transfer, int64_t epoch, uint32_t uid,
			struct arena *arena, struct gmail_copy **out, size_t *n_out,
			struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_gmail_copies, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	sqlite3_bind_int64(q, 2, transfer);
	sqlite3_bind_int(q, 3, SIDE_OLD);
	if (!db_list(st, q, sizeof **out, read_copy, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_gmail_labels[] =
	"WITH told AS (SELECT DISTINCT g.number AS number, g.labels AS labels FROM "
	"folder f"
	" JOIN folder_epoch e ON e.folder = f.id"
	" JOIN message_gmail g ON g.message BETWEEN e.id << 32 AND (e.id << 32) + "
	"4294967295"
	" JOIN message m ON m.id = g.message AND m.gone_run IS NULL"
	" WHERE f.account = ?1 AND f.gone_run IS NULL ORDER BY number, labels),"
	" one AS (SELECT group_concat(labels) AS sets FROM told GROUP BY number),"
	" alike AS (SELECT sets, count(*) AS messages FROM one GROUP BY sets)"
	" SELECT (SELECT group_concat(s.names, char(10)) FROM json_each('[' || sets || "
	"']') j"
	" JOIN label_set s ON s.id = j.value) AS names, messages FROM alike ORDER BY "
	"names";

static bool read_labels(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct span names = { sqlite3_column_blob(q, 0),
			      (size_t)sqlite3_column_bytes(q, 0) };

	(void)st, (void)err;
	*(struct gmail_labels *)item = (struct gmail_labels){
		.names = arena_span(arena, names), .messages = sqlite3_column_int64(q, 1)
	};
	return true;
}

bool store_gmail_labels(struct store *st, int64_t account, struct arena *arena,
			struct gmail_labels **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_gmail_labels, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	if (!db_list(st, q, sizeof **out, read_labels, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
