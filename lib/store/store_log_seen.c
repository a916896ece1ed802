/* SPDX-License-Identifier: MIT */
#include "store/store_log_seen.h"

#include "store/store_db.h"

struct log_seen {
	struct store *st;
	enum side side;
	/* The row at hand: hours from `from` on, before `end`, where the next row begins.
	 */
	bool open, changed;
	int64_t from, end;
	int64_t last; /* its last hour; -1: it has none yet */
	struct strbuf row, tail;
	uint64_t *hash; /* what was got */
	size_t hash_cap;
};

void log_seen_open(struct store *st, enum side side, struct log_seen **out)
{
	struct log_seen *w = mem_calloc(1, sizeof *w);

	w->st = st;
	w->side = side;
	*out = w;
}

void log_seen_close(struct log_seen *w)
{
	if (w == NULL)
		return;
	strbuf_done(&w->row);
	strbuf_done(&w->tail);
	free(w->hash);
	free(w);
}

void log_seen_forget(struct log_seen *w)
{
	w->open = w->changed = false;
	strbuf_clear(&w->row);
	if (w->row.cap > 8 * LOG_SEEN_ROW) { /* of an hour that was a large one */
		strbuf_done(&w->row);
		strbuf_done(&w->tail);
	}
}

static bool damaged(struct log_seen *w, struct err *err)
{
	return db_damaged(w->st, "hashes of the hours of a log", err);
}

static const char sql_get[] =
	"SELECT hour, hashes FROM log_seen WHERE side = ?1 AND hour <= ?2"
	" ORDER BY hour DESC LIMIT 1";
static const char sql_next[] =
	"SELECT min(hour) FROM log_seen WHERE side = ?1 AND hour > ?2";
static const char sql_put[] =
	"INSERT OR FAIL INTO log_seen (side, hour, hashes) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (side, hour) DO UPDATE SET hashes = excluded.hashes";

static bool write_row(struct log_seen *w, int64_t from, struct span s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(w->st, STMT_LOG_SEEN_PUT, sql_put);

	sqlite3_bind_int(q, 1, (int)w->side);
	sqlite3_bind_int64(q, 2, from);
	sqlite3_bind_blob(q, 3, s.p, (int)s.n, SQLITE_STATIC);
	db_ahead(w->st, s.n);
	return db_run(w->st, q, err);
}

/* Whole hours; in several rows when they are too many for one. */
bool log_seen_store(struct log_seen *w, struct err *err)
{
	struct span rest = strbuf_span(&w->row), row = { NULL, 0 };
	struct log_hashes h;
	int64_t from = 0;
	bool ok = true;

	while (ok && w->changed && rest.n > 0) {
		if (!log_hashes_take(&rest, &h))
			return damaged(w, err);
		if (row.n == 0) {
			row.p = h.octets.p;
			from = h.hour;
		}
		row.n += h.octets.n;
		if (row.n >= LOG_SEEN_ROW || rest.n == 0) {
			ok = write_row(w, from, row, err);
			row.n = 0;
		}
	}
	log_seen_forget(w);
	return ok;
}

static bool read_row(struct log_seen *w, int64_t hour, struct err *err)
{
	sqlite3_stmt *q = db_stmt(w->st, STMT_LOG_SEEN_GET, sql_get);
	enum next n;

	sqlite3_bind_int(q, 1, (int)w->side);
	sqlite3_bind_int64(q, 2, hour);
	n = db_next(w->st, q, err);
	if (n == NEXT_ITEM) {
		w->from = sqlite3_column_int64(q, 0);
		strbuf_add(&w->row, sqlite3_column_blob(q, 1),
			   (size_t)sqlite3_column_bytes(q, 1));
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	q = db_stmt(w->st, STMT_LOG_SEEN_NEXT, sql_next);
	sqlite3_bind_int(q, 1, (int)w->side);
	sqlite3_bind_int64(q, 2, hour);
	n = db_next(w->st, q, err);
	if (n == NEXT_ITEM && sqlite3_column_type(q, 0) != SQLITE_NULL)
		w->end = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return n == NEXT_ITEM;
}

/* The row to which an hour belongs is at hand: that of the hours before it, or one that
 * begins with it. */
static bool load(struct log_seen *w, int64_t hour, struct err *err)
{
	struct span rest;
	struct log_hashes h;

	if (w->open && w->from <= hour && hour < w->end)
		return true;
	if (!log_seen_store(w, err))
		return false;
	w->from = hour;
	w->end = INT64_MAX;
	w->last = -1;
	if (!read_row(w, hour, err))
		return false;
	for (rest = strbuf_span(&w->row); rest.n > 0; w->last = h.hour)
		if (!log_hashes_take(&rest, &h) || h.hour <= w->last ||
		    h.hour < w->from || h.hour >= w->end) {
			strbuf_clear(&w->row);
			return damaged(w, err);
		}
	w->open = true;
	return true;
}

/* Where an hour stands in the row at hand, or would; *h->n is 0 then. */
static size_t find(const struct log_seen *w, int64_t hour, struct log_hashes *h)
{
	struct span rest = strbuf_span(&w->row);
	size_t at = w->row.n;

	if (hour <= w->last)
		while (log_hashes_take(&rest, h)) {
			if (h->hour == hour)
				return (size_t)(h->octets.p - w->row.p);
			if (h->hour > hour) {
				at = (size_t)(h->octets.p - w->row.p);
				break;
			}
		}
	*h = (struct log_hashes){ .hour = hour };
	return at;
}

bool log_seen_get(struct log_seen *w, int64_t hour, const uint64_t **v, size_t *n,
		  struct err *err)
{
	struct log_hashes h;

	if (!load(w, hour, err))
		return false;
	(void)find(w, hour, &h);
	if (h.n > w->hash_cap) {
		w->hash_cap = h.n + h.n / 4;
		w->hash = mem_realloc(w->hash, w->hash_cap * sizeof *w->hash);
	}
	if (h.n > 0 && !log_hashes_read(&h, w->hash))
		return damaged(w, err);
	*v = w->hash;
	*n = h.n;
	return true;
}

bool log_seen_put(struct log_seen *w, int64_t hour, const uint64_t *v, size_t n,
		  struct err *err)
{
	struct log_hashes old;
	struct span behind;
	size_t at;

	if (!load(w, hour, err))
		return false;
	if (hour > w->last && w->row.n >= LOG_SEEN_ROW) {
		int64_t end = w->end;

		if (!log_seen_store(w, err))
			return false;
		w->open = true;
		w->from = hour;
		w->end = end;
		w->last = -1;
	}
	at = find(w, hour, &old);
	behind = span_from(strbuf_span(&w->row), at + old.octets.n);
	strbuf_clear(&w->tail);
	strbuf_addspan(&w->tail, behind);
	w->row.n = at;
	log_hashes_put(&w->row, hour, v, n);
	strbuf_addspan(&w->row, strbuf_span(&w->tail));
	w->last = hour > w->last ? hour : w->last;
	w->changed = true;
	return w->row.n < 2 * LOG_SEEN_ROW || log_seen_store(w, err);
}
