/* SPDX-License-Identifier: MIT */
/* What is looked up of single messages: which are wanted, and what was found. */
#include "store/store_db.h"
#include "store/store_verify.h"
#include "store/store_window.h"

static const char sql_want_add[] =
	"INSERT INTO want (transfer, side, message, what) VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT (transfer, side, message, what) DO NOTHING";

bool store_want_add(struct store *st, int64_t transfer, enum side side, int64_t epoch,
		    uint32_t uid, enum want what, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WANT_ADD, sql_want_add);

	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, (int)side);
	sqlite3_bind_int64(q, 3, message_row(epoch, uid));
	sqlite3_bind_int(q, 4, (int)what);
	return db_run(st, q, err);
}

/* Pairs of leftovers that a body may tell to be one. */
#define MAYBE_ONE                                                                        \
	" FROM leftover a JOIN message_detail ad ON ad.message = a.message"              \
	" JOIN leftover b ON b.transfer = a.transfer AND b.side = 1"                     \
	" AND b.\"date\" = a.\"date\""                                                   \
	" JOIN message_detail bd ON bd.message = b.message"                              \
	" WHERE a.transfer = ?1 AND a.side = 0 AND ad.failed = '' AND bd.failed = ''"    \
	" AND (ad.retry_key IS NULL OR bd.retry_key IS NULL"                             \
	" OR ad.retry_key = bd.retry_key)"
#define WANT_INTO(side, message)                                                         \
	"INSERT INTO want (transfer, side, message, what) SELECT ?1, " side              \
	", x.m, 2 FROM (SELECT DISTINCT " message " AS m" MAYBE_ONE                      \
	" ORDER BY 1 LIMIT ?2) x WHERE 1 ON CONFLICT DO NOTHING"

static const char *const sql_want_bodies[SIDE_COUNT] = {
	[SIDE_OLD] = WANT_INTO("0", "a.message"),
	[SIDE_NEW] = WANT_INTO("1", "b.message"),
};

bool store_want_bodies(struct store *st, int64_t transfer, int64_t max, int64_t *n_out,
		       struct err *err)
{
	int64_t n = 0;
	bool ok = true;

	for (int side = 0; ok && side < SIDE_COUNT; side++) {
		sqlite3_stmt *q = NULL;

		if (!db_prepare(st, sql_want_bodies[side], &q, err))
			return false;
		sqlite3_bind_int64(q, 1, transfer);
		sqlite3_bind_int64(q, 2, max);
		ok = db_run(st, q, err);
		n += sqlite3_changes(st->db);
		db_return(st, q);
	}
	if (ok)
		*n_out = n;
	return ok;
}

/*
 * Places are counted over all leftovers of a folder, with and without a detail, so that
 * asking again does not ask for the next few.  What failed is asked for again when
 * another audit has read the folder since.
 */
static const char sql_wants[] =
	"SELECT w.side, f.account, f.id, e.id, f.wire, e.uidvalidity, w.message,"
	" max(w.what), coalesce(m.octets, -1)"
	" FROM (SELECT p.side AS side, p.message AS message, 0 AS what"
	" FROM (SELECT l.side, l.message, l.transfer, row_number() OVER"
	" (PARTITION BY l.transfer, l.side, l.message >> 32 ORDER BY l.message) AS place"
	" FROM leftover l WHERE l.transfer BETWEEN ?1 AND ?2) p"
	" WHERE p.place <= ?3 OR EXISTS (SELECT 1"
	" FROM leftover o WHERE o.transfer = p.transfer AND o.side = 1 - p.side)"
	" UNION ALL SELECT n.side, n.message, n.what FROM want n"
	" WHERE n.transfer BETWEEN ?1 AND ?2) w"
	" JOIN folder_epoch e ON e.id = w.message >> 32 JOIN folder f ON f.id = e.folder"
	" LEFT JOIN message m ON m.id = w.message"
	" LEFT JOIN message_detail d ON d.message = w.message"
	" WHERE d.message IS NULL OR (d.failed <> '' AND f.proven_run > d.run)"
	" OR (d.failed = '' AND w.what = 1 AND d.fields IS NULL)"
	" OR (d.failed = '' AND w.what = 2 AND d.body_octets IS NULL)"
	" GROUP BY w.side, f.account, f.id, e.id, f.wire, e.uidvalidity, w.message, "
	"m.octets"
	" ORDER BY w.side, f.account, f.id, w.message";
_Static_assert(WANT_FIELDS == 0 && WANT_HEADER == 1 && WANT_BODY == 2,
	       "the numbers in the statement above");

struct store_wants {
	struct store *st;
	sqlite3_stmt *q;
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
	db_bind_transfers(it->q, transfer);
	sqlite3_bind_int64(it->q, 3, per_folder);
	*out = it;
	return true;
}

enum next store_wants_next(struct store_wants *it, struct detail_want *out,
			   struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n = db_next(it->st, q, err);
	int side, what;

	if (n != NEXT_ITEM)
		return n;
	if (!db_enum(it->st, q, 0, SIDE_COUNT, &side, err) ||
	    !db_enum(it->st, q, 7, WANT_COUNT, &what, err))
		return NEXT_FAIL;
	*out = (struct detail_want){ .side = (enum side)side,
				     .account = sqlite3_column_int64(q, 1),
				     .folder = sqlite3_column_int64(q, 2),
				     .epoch = sqlite3_column_int64(q, 3),
				     .wire = db_text(q, 4),
				     .uidvalidity = (uint32_t)sqlite3_column_int64(q, 5),
				     .uid = (uint32_t)sqlite3_column_int64(q, 6),
				     .what = (enum want)what,
				     .octets = sqlite3_column_int64(q, 8) };
	return NEXT_ITEM;
}

void store_wants_close(struct store_wants *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

static const char sql_detail_put[] =
	"INSERT INTO message_detail (message, run, sender, sent, subject, message_id,"
	" retry_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (message) DO UPDATE"
	" SET run = excluded.run, sender = excluded.sender, sent = excluded.sent,"
	" subject = excluded.subject, message_id = excluded.message_id,"
	" retry_key = excluded.retry_key, failed = ''";

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

static const char sql_detail_facts_put[] =
	"INSERT INTO message_detail (message, run, fields, header_octets, body_octets,"
	" body_key, crlf, bare_lf, bare_cr) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT (message) DO UPDATE SET run = excluded.run, failed = '',"
	" fields = coalesce(excluded.fields, fields),"
	" header_octets = coalesce(excluded.header_octets, header_octets),"
	" body_octets = coalesce(excluded.body_octets, body_octets),"
	" body_key = coalesce(excluded.body_key, body_key),"
	" crlf = coalesce(excluded.crlf, crlf),"
	" bare_lf = coalesce(excluded.bare_lf, bare_lf),"
	" bare_cr = coalesce(excluded.bare_cr, bare_cr)";

/* -1 binds NULL. */
static void bind_known(sqlite3_stmt *q, int at, int64_t v)
{
	if (v < 0)
		sqlite3_bind_null(q, at);
	else
		sqlite3_bind_int64(q, at, v);
}

bool store_detail_facts_put(struct store *st, int64_t epoch, uint32_t uid,
			    const struct detail_facts *f, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DETAIL_FACTS_PUT, sql_detail_facts_put);
	bool body = f->body_octets >= 0;

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	sqlite3_bind_int64(q, 2, st->run);
	db_bind_str(q, 3, f->fields);
	bind_known(q, 4, f->header_octets);
	bind_known(q, 5, f->body_octets);
	sqlite3_bind_null(q, 6);
	if (body)
		db_bind_key(q, 6, &f->body_key);
	bind_known(q, 7, body ? f->crlf : -1);
	bind_known(q, 8, body ? f->bare_lf : -1);
	bind_known(q, 9, body ? f->bare_cr : -1);
	return db_run(st, q, err);
}

static const char sql_detail_facts_get[] =
	"SELECT fields, header_octets, body_octets, body_key, crlf, bare_lf, bare_cr,"
	" failed FROM message_detail WHERE message = ?1";

static int64_t known(sqlite3_stmt *q, int at)
{
	return sqlite3_column_type(q, at) == SQLITE_NULL ? -1
							 : sqlite3_column_int64(q, at);
}

bool store_detail_facts(struct store *st, int64_t epoch, uint32_t uid,
			struct arena *arena, struct detail_facts *out, bool *found_out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DETAIL_FACTS_GET, sql_detail_facts_get);
	struct detail_facts f = { 0 };
	bool ok = true;
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		f = (struct detail_facts){ .fields = db_str(q, 0, arena),
					   .header_octets = known(q, 1),
					   .body_octets = known(q, 2),
					   .crlf = known(q, 4),
					   .bare_lf = known(q, 5),
					   .bare_cr = known(q, 6),
					   .failed = db_text_in(q, 7, arena) };
		ok = f.body_octets < 0 || db_key(st, q, 3, &f.body_key, err);
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL || !ok)
		return false;
	if (n == NEXT_ITEM)
		*out = f;
	*found_out = n == NEXT_ITEM;
	return true;
}

static const char sql_detail_fail[] =
	"INSERT INTO message_detail (message, run, failed) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (message) DO UPDATE SET run = excluded.run,"
	" failed = excluded.failed";

bool store_detail_fail(struct store *st, int64_t epoch, uint32_t uid, const char *why,
		       struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DETAIL_FAIL, sql_detail_fail);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	sqlite3_bind_int64(q, 2, st->run);
	db_bind_str(q, 3, why);
	return db_run(st, q, err);
}
