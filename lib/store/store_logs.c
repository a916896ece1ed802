/* SPDX-License-Identifier: MIT */
/* What logs said: writing. */
#include "store/store_logs.h"

#include "store/store_db.h"

static const char sql_text_get[] = "SELECT id FROM log_text WHERE text = ?1";
static const char sql_text_add[] = "INSERT INTO log_text (text) VALUES (?1)";

static void bind_span(sqlite3_stmt *q, int at, struct span s)
{
	sqlite3_bind_blob(q, at, s.n > 0 ? s.p : "", (int)s.n, SQLITE_STATIC);
}

static bool text_add(struct store *st, struct span text, int64_t *id_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_TEXT_ADD, sql_text_add);

	bind_span(q, 1, text);
	if (!db_run(st, q, err))
		return false;
	*id_out = sqlite3_last_insert_rowid(st->db);
	return true;
}

bool store_log_text_find(struct store *st, struct span text, int64_t *id_out,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_TEXT_GET, sql_text_get);
	enum next n;

	bind_span(q, 1, text);
	n = db_next(st, q, err);
	if (n != NEXT_FAIL)
		*id_out = n == NEXT_ITEM ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

bool store_log_text(struct store *st, struct span text, int64_t *id_out, struct err *err)
{
	int64_t id;

	if (!store_log_text_find(st, text, &id, err))
		return false;
	if (id != 0) {
		*id_out = id;
		return true;
	}
	/* The first is the empty one, whoever asks for what. */
	if (text.n > 0 && !store_log_text(st, (struct span){ "", 0 }, &id, err))
		return false;
	return text_add(st, text, id_out, err);
}

/*
 * OR FAIL, here and below: a failure gives up the transaction anyway, and without it
 * SQLite keeps what each statement changes apart, which costs as much as the insert.
 */
#define TEXT_ROW "(?, ?)"
#define TEXT_4	 TEXT_ROW ", " TEXT_ROW ", " TEXT_ROW ", " TEXT_ROW
static const char sql_text_put[] =
	"INSERT OR FAIL INTO log_text (id, text) VALUES " TEXT_ROW;
static const char sql_text_puts[] =
	"INSERT OR FAIL INTO log_text (id, text) VALUES " TEXT_4 ", " TEXT_4 ", " TEXT_4
	", " TEXT_4;
_Static_assert(STORE_LOG_TEXTS == 16, "as many as sql_text_puts writes");

bool store_log_texts_put(struct store *st, const struct log_text *v, size_t n,
			 struct err *err)
{
	size_t in_one = n == STORE_LOG_TEXTS ? n : 1;

	for (size_t i = 0; i < n; i += in_one) {
		sqlite3_stmt *q = in_one > 1
					  ? db_stmt(st, STMT_LOG_TEXT_PUTS, sql_text_puts)
					  : db_stmt(st, STMT_LOG_TEXT_PUT, sql_text_put);

		for (size_t k = 0; k < in_one; k++) {
			sqlite3_bind_int64(q, (int)(2 * k + 1), v[i + k].id);
			bind_span(q, (int)(2 * k + 2), v[i + k].text);
		}
		if (!db_run(st, q, err))
			return false;
	}
	return true;
}

static const char sql_text_last[] = "SELECT coalesce(max(id), 0) FROM log_text";

bool store_log_text_last(struct store *st, int64_t *id_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_TEXT_LAST, sql_text_last);
	enum next n = db_next(st, q, err);

	if (n == NEXT_ITEM)
		*id_out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return n == NEXT_ITEM;
}

static const char sql_text_of[] = "SELECT text FROM log_text WHERE id = ?1";

bool store_log_text_get(struct store *st, int64_t id, struct strbuf *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_TEXT_OF, sql_text_of);
	enum next n;

	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && sqlite3_column_bytes(q, 0) > 0)
		strbuf_add(out, sqlite3_column_blob(q, 0),
			   (size_t)sqlite3_column_bytes(q, 0));
	sqlite3_reset(q);
	return n == NEXT_ITEM ||
	       (n == NEXT_END && db_damaged(st, "a text of a log is missing", err));
}

static const char sql_use_any[] = "SELECT EXISTS (SELECT 1 FROM log_use WHERE side = ?1)";

bool store_log_use_any(struct store *st, enum side side, bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_USE_ANY, sql_use_any);
	enum next n;

	sqlite3_bind_int(q, 1, (int)side);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return n == NEXT_ITEM;
}

static const char sql_source_add[] =
	"INSERT INTO log_source (side, host, program, first, last, logins, deliveries)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	" ON CONFLICT (side, host, program) DO UPDATE SET first = min(first, "
	"excluded.first),"
	" last = max(last, excluded.last), logins = logins + excluded.logins,"
	" deliveries = deliveries + excluded.deliveries RETURNING id";

bool store_log_source_add(struct store *st, struct log_source *s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_SOURCE_ADD, sql_source_add);
	enum next n;

	sqlite3_bind_int(q, 1, (int)s->side);
	sqlite3_bind_int64(q, 2, s->host);
	sqlite3_bind_int(q, 3, (int)s->program);
	sqlite3_bind_int64(q, 4, s->first);
	sqlite3_bind_int64(q, 5, s->last);
	sqlite3_bind_int64(q, 6, s->logins);
	sqlite3_bind_int64(q, 7, s->deliveries);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		s->id = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return n == NEXT_ITEM;
}

static const char sql_hour[] =
	"INSERT OR FAIL INTO log_hour (source, hour, lines) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (source, hour) DO UPDATE SET lines = max(lines, excluded.lines)";

bool store_log_hour(struct store *st, int64_t source, int64_t hour, int64_t lines,
		    struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_HOUR, sql_hour);

	sqlite3_bind_int64(q, 1, source);
	sqlite3_bind_int64(q, 2, hour);
	sqlite3_bind_int64(q, 3, lines);
	return db_run(st, q, err);
}

static const char sql_span_touch[] =
	"SELECT min(first), max(last) FROM log_span WHERE side = ?1 AND host = ?2"
	" AND first <= ?4 AND last >= ?3";
static const char sql_span_drop[] = "DELETE FROM log_span WHERE side = ?1 AND host = ?2 "
				    "AND first <= ?4 AND last >= ?3";
static const char sql_span_add[] =
	"INSERT INTO log_span (side, host, first, last) VALUES (?1, ?2, ?3, ?4)";

static void bind_log_span(sqlite3_stmt *q, enum side side, int64_t host, int64_t first,
			  int64_t last)
{
	sqlite3_bind_int(q, 1, (int)side);
	sqlite3_bind_int64(q, 2, host);
	sqlite3_bind_int64(q, 3, first);
	sqlite3_bind_int64(q, 4, last);
}

bool store_log_span(struct store *st, enum side side, int64_t host, int64_t first,
		    int64_t last, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_SPAN_TOUCH, sql_span_touch);
	enum next n;

	bind_log_span(q, side, host, first, last);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && sqlite3_column_type(q, 0) != SQLITE_NULL) {
		if (sqlite3_column_int64(q, 0) < first)
			first = sqlite3_column_int64(q, 0);
		if (sqlite3_column_int64(q, 1) > last)
			last = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	q = db_stmt(st, STMT_LOG_SPAN_DROP, sql_span_drop);
	bind_log_span(q, side, host, first, last);
	if (!db_run(st, q, err))
		return false;
	q = db_stmt(st, STMT_LOG_SPAN_ADD, sql_span_add);
	bind_log_span(q, side, host, first, last);
	return db_run(st, q, err);
}

static const char sql_file_add[] =
	"INSERT INTO log_file (run, side, path, packing, octets, lines, events, other,"
	" not_ours, malformed, timeless, logins, deliveries, fresh, own, first, last, "
	"year,"
	" follows, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
	"?14,"
	" ?15, ?16, ?17, ?18, ?19, ?20)";

bool store_log_file_add(struct store *st, const struct log_file *f, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_FILE_ADD, sql_file_add);

	sqlite3_bind_int64(q, 1, f->run);
	sqlite3_bind_int(q, 2, (int)f->side);
	db_bind_str(q, 3, f->path);
	db_bind_str(q, 4, f->packing);
	sqlite3_bind_int64(q, 5, f->octets);
	sqlite3_bind_int64(q, 6, f->lines);
	sqlite3_bind_int64(q, 7, f->events);
	sqlite3_bind_int64(q, 8, f->other);
	sqlite3_bind_int64(q, 9, f->not_ours);
	sqlite3_bind_int64(q, 10, f->malformed);
	sqlite3_bind_int64(q, 11, f->timeless);
	sqlite3_bind_int64(q, 12, f->logins);
	sqlite3_bind_int64(q, 13, f->deliveries);
	sqlite3_bind_int64(q, 14, f->fresh);
	sqlite3_bind_int64(q, 15, f->own);
	db_bind_id(q, 16, f->first);
	db_bind_id(q, 17, f->last);
	sqlite3_bind_int64(q, 18, f->year);
	sqlite3_bind_int(q, 19, f->follows);
	db_bind_str(q, 20, f->note);
	return db_run(st, q, err);
}

static const char sql_own_add[] =
	"INSERT INTO own_login (side, \"user\", at, address, beat)"
	" VALUES (?1, ?2, ?3, ?4, ?5)";
static const char sql_own_list[] =
	"SELECT id, \"user\", at, address, beat FROM own_login o WHERE side = ?1"
	" AND at BETWEEN ?2 AND ?3 AND NOT EXISTS (SELECT 1 FROM log_own l WHERE"
	" l.login = o.id AND l.\"use\" = ?4) ORDER BY at, id";
static const char sql_own_hours[] =
	"SELECT DISTINCT at / 3600 FROM own_login WHERE side = ?1 ORDER BY 1";
static const char sql_log_own_add[] =
	"INSERT INTO log_own (login, \"use\", at, address) VALUES (?1, ?2, ?3, ?4)";

bool store_own_login_add(struct store *st, const struct own_login *o, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_OWN_LOGIN_ADD, sql_own_add);

	sqlite3_bind_int(q, 1, (int)o->side);
	db_bind_str(q, 2, o->user);
	sqlite3_bind_int64(q, 3, o->at);
	db_bind_str(q, 4, o->address);
	sqlite3_bind_int(q, 5, o->beat);
	return db_run(st, q, err);
}

bool store_own_logins(struct store *st, enum side side, enum log_use use, int64_t from,
		      int64_t to, struct arena *arena, struct own_login **out,
		      size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_OWN_LOGIN_LIST, sql_own_list);
	struct own_login *v = NULL;
	size_t n = 0, cap = 0;
	enum next next;

	sqlite3_bind_int(q, 1, (int)side);
	sqlite3_bind_int64(q, 2, from);
	sqlite3_bind_int64(q, 3, to);
	sqlite3_bind_int(q, 4, (int)use);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		if (n == cap) {
			cap = cap == 0 ? 16 : cap * 2;
			v = mem_realloc(v, cap * sizeof *v);
		}
		v[n++] = (struct own_login){ .id = sqlite3_column_int64(q, 0),
					     .side = side,
					     .user = db_text_in(q, 1, arena),
					     .at = sqlite3_column_int64(q, 2),
					     .address = db_text_in(q, 3, arena),
					     .beat = sqlite3_column_int(q, 4) != 0 };
	}
	sqlite3_reset(q);
	if (next == NEXT_END) {
		*out = arena_alloc(arena, n * sizeof *v);
		if (n > 0)
			memcpy(*out, v, n * sizeof *v);
		*n_out = n;
	}
	free(v);
	return next == NEXT_END;
}

bool store_own_login_hours(struct store *st, enum side side, int64_t **out, size_t *n_out,
			   struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_OWN_LOGIN_HOURS, sql_own_hours);
	int64_t *v = NULL;
	size_t n = 0, cap = 0;
	enum next next;

	sqlite3_bind_int(q, 1, (int)side);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		if (n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			v = mem_realloc(v, cap * sizeof *v);
		}
		v[n++] = sqlite3_column_int64(q, 0);
	}
	sqlite3_reset(q);
	if (next == NEXT_FAIL) {
		free(v);
		return false;
	}
	*out = v;
	*n_out = n;
	return true;
}

bool store_log_own_add(struct store *st, int64_t login, enum log_use use, int64_t at,
		       int64_t address, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LOG_OWN_ADD, sql_log_own_add);

	sqlite3_bind_int64(q, 1, login);
	sqlite3_bind_int(q, 2, (int)use);
	sqlite3_bind_int64(q, 3, at);
	sqlite3_bind_int64(q, 4, address);
	return db_run(st, q, err);
}
