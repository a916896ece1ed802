/* SPDX-License-Identifier: MIT */
#include "store/store_log_uses.h"

#include "base/be.h"
#include "store/store_db.h"

#define KEY  STORE_LOG_USE_KEY
#define HEAD STORE_LOG_USE_HEAD

bool store_log_use_take(struct span *rest, struct log_use_stored *out)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t octets;

	if (rest->n < HEAD)
		return false;
	octets = (size_t)be_get(p + 35, 4);
	if (rest->n - HEAD < octets)
		return false;
	*out = (struct log_use_stored){
		.use = p[0],
		.protocol = p[1],
		.address = (int64_t)be_get(p + 2, 4),
		.rcpt = (int64_t)be_get(p + 6, 4),
		.client = (int64_t)be_get(p + 10, 4),
		.traits = p[14],
		.n = (int64_t)be_get(p + 15, 8),
		.first = (int64_t)be_get(p + 23, 4),
		.last = (int64_t)be_get(p + 27, 4),
		.days = { .p = p + HEAD, .n = octets, .alone = store_log_alone(p[0]) },
		.day_n = (size_t)be_get(p + 31, 4)
	};
	*rest = span_from(*rest, HEAD + octets);
	return true;
}

void store_log_use_put(struct strbuf *out, const struct log_use_stored *u)
{
	unsigned char p[HEAD] = { (unsigned char)u->use, (unsigned char)u->protocol };

	be_put(p + 2, (uint64_t)u->address, 4);
	be_put(p + 6, (uint64_t)u->rcpt, 4);
	be_put(p + 10, (uint64_t)u->client, 4);
	p[14] = (unsigned char)u->traits;
	be_put(p + 15, (uint64_t)u->n, 8);
	be_put(p + 23, (uint64_t)u->first, 4);
	be_put(p + 27, (uint64_t)u->last, 4);
	strbuf_add(out, p, sizeof p);
}

static void key_of(const struct log_use_row *r, unsigned char *p)
{
	p[0] = (unsigned char)r->use;
	p[1] = (unsigned char)r->protocol;
	be_put(p + 2, (uint64_t)r->address, 4);
	be_put(p + 6, (uint64_t)r->rcpt, 4);
	be_put(p + 10, (uint64_t)r->client, 4);
}

/* A row that is being written, and the stored ones of its name. */
struct store_log_uses {
	struct store *st;
	enum side side;
	bool fresh; /* the store holds nothing of this side */
	bool open;  /* name is one */
	int64_t name;
	struct strbuf out;  /* uses so far */
	struct strbuf days; /* of the one at hand */
	unsigned char from[KEY];
	size_t from_n;	   /* 0: the first row of the name */
	struct strbuf old; /* the row that is there, */
	size_t old_at;	   /* and how much of it is in out */
	unsigned char next[KEY];
	bool has_next; /* there is another row, from this key on */
};

bool store_log_uses_open(struct store *st, enum side side, struct store_log_uses **out,
			 struct err *err)
{
	struct store_log_uses *w;
	bool any;

	if (!store_log_use_any(st, side, &any, err))
		return false;
	w = mem_calloc(1, sizeof *w);
	w->st = st;
	w->side = side;
	w->fresh = !any;
	*out = w;
	return true;
}

void store_log_uses_close(struct store_log_uses *w)
{
	if (w == NULL)
		return;
	strbuf_done(&w->out);
	strbuf_done(&w->days);
	strbuf_done(&w->old);
	free(w);
}

static const char sql_get[] =
	"SELECT uses FROM log_use WHERE side = ?1 AND name = ?2 AND \"from\" = ?3";
static const char sql_next[] =
	"SELECT \"from\" FROM log_use WHERE side = ?1 AND name = ?2 AND \"from\" > ?3"
	" ORDER BY \"from\" LIMIT 1";
static const char sql_put[] =
	"INSERT OR FAIL INTO log_use (side, name, \"from\", uses) VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT (side, name, \"from\") DO UPDATE SET uses = excluded.uses";

static void bind_row(const struct store_log_uses *w, sqlite3_stmt *q)
{
	sqlite3_bind_int(q, 1, (int)w->side);
	sqlite3_bind_int64(q, 2, w->name);
	sqlite3_bind_blob(q, 3, w->from, (int)w->from_n, SQLITE_STATIC);
}

/* The stored row that begins at from, and where the one behind it does. */
static bool load(struct store_log_uses *w, struct err *err)
{
	sqlite3_stmt *q = db_stmt(w->st, STMT_LOG_USE_GET, sql_get);
	enum next n;

	strbuf_clear(&w->old);
	w->old_at = 0;
	w->has_next = false;
	if (w->fresh)
		return true;
	bind_row(w, q);
	n = db_next(w->st, q, err);
	if (n == NEXT_ITEM)
		strbuf_add(&w->old, sqlite3_column_blob(q, 0),
			   (size_t)sqlite3_column_bytes(q, 0));
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	q = db_stmt(w->st, STMT_LOG_USE_NEXT, sql_next);
	bind_row(w, q);
	n = db_next(w->st, q, err);
	if (n == NEXT_ITEM && sqlite3_column_bytes(q, 0) == (int)KEY) {
		memcpy(w->next, sqlite3_column_blob(q, 0), KEY);
		w->has_next = true;
	}
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static bool write_row(struct store_log_uses *w, struct err *err)
{
	sqlite3_stmt *q = db_stmt(w->st, STMT_LOG_USE_PUT, sql_put);
	bool ok;

	bind_row(w, q);
	sqlite3_bind_blob(q, 4, w->out.p, (int)w->out.n, SQLITE_STATIC);
	ok = db_run(w->st, q, err);
	db_ahead(w->st, w->out.n);
	strbuf_clear(&w->out);
	return ok;
}

/* One more use, in a row of its own when this one is full. */
static bool emit(struct store_log_uses *w, const void *head, struct log_days days,
		 struct err *err)
{
	if (w->out.n >= STORE_LOG_USES_ROW) {
		if (!write_row(w, err))
			return false;
		memcpy(w->from, head, KEY);
		w->from_n = KEY;
	}
	strbuf_reserve(&w->out, HEAD + days.n + 1);
	strbuf_add(&w->out, head, HEAD);
	if (days.n > 0)
		strbuf_add(&w->out, days.p, days.n);
	return true;
}

/* The stored uses before key (NULL: all) go out.  *same: the next one is of this key. */
static bool pass_old(struct store_log_uses *w, const unsigned char *key, bool *same,
		     struct err *err)
{
	*same = false;
	while (w->old_at < w->old.n) {
		struct span rest = span_from(strbuf_span(&w->old), w->old_at);
		const char *p = rest.p;
		struct log_use_stored u;
		int order = -1;

		if (!store_log_use_take(&rest, &u))
			return db_damaged(w->st, "uses of a name in a log", err);
		if (key != NULL)
			order = memcmp(p, key, KEY);
		if (order >= 0) {
			*same = order == 0;
			return true;
		}
		if (!emit(w, p, u.days, err))
			return false;
		w->old_at += HEAD + u.days.n;
	}
	return true;
}

static bool finish(struct store_log_uses *w, struct err *err)
{
	bool unused;

	return pass_old(w, NULL, &unused, err) && (w->out.n == 0 || write_row(w, err));
}

static bool begin(struct store_log_uses *w, int64_t name, struct err *err)
{
	if (w->open && !finish(w, err))
		return false;
	w->open = true;
	w->name = name;
	w->from_n = 0;
	return load(w, err);
}

/* Two ascending lists into one; days of both add up.  The number of days. */
static size_t merge_days(struct strbuf *out, struct log_days a, struct log_days b)
{
	struct log_day x, y, d;
	bool has_x = store_log_day_next(&a, &x), has_y = store_log_day_next(&b, &y);
	unsigned char octets[STORE_LOG_DAY_MAX];
	uint16_t before = 0;
	size_t n = 0;

	for (; has_x || has_y; n++) {
		bool take_x = has_x && (!has_y || x.day <= y.day);
		bool take_y = has_y && (!has_x || y.day <= x.day);

		d = take_x ? x : y;
		if (take_x && take_y) {
			unsigned sum = (unsigned)x.n + y.n;

			d.n = (uint16_t)(sum > UINT16_MAX ? UINT16_MAX : sum);
			d.first = y.first < x.first ? y.first : x.first;
			d.last = y.last > x.last ? y.last : x.last;
		}
		strbuf_add(out, octets, store_log_day_put(octets, &d, before, a.alone));
		before = d.day;
		has_x = take_x ? store_log_day_next(&a, &x) : has_x;
		has_y = take_y ? store_log_day_next(&b, &y) : has_y;
	}
	return n;
}

bool store_log_uses_put(struct store_log_uses *w, const struct log_use_row *r,
			struct err *err)
{
	unsigned char head[HEAD];
	struct log_use_stored u = { .first = r->first, .last = r->last };
	struct log_days days = r->days;
	size_t day_n = r->day_n;
	bool same;

	key_of(r, head);
	if ((!w->open || w->name != r->name) && !begin(w, r->name, err))
		return false;
	while (w->has_next && memcmp(head, w->next, KEY) >= 0) {
		if (!finish(w, err))
			return false;
		memcpy(w->from, w->next, KEY);
		w->from_n = KEY;
		if (!load(w, err))
			return false;
	}
	if (!pass_old(w, head, &same, err))
		return false;
	if (same) {
		struct span rest = span_from(strbuf_span(&w->old), w->old_at);

		if (!store_log_use_take(&rest, &u))
			return db_damaged(w->st, "uses of a name in a log", err);
		w->old_at += HEAD + u.days.n;
		strbuf_clear(&w->days);
		day_n = merge_days(&w->days, u.days, r->days);
		days = (struct log_days){ .p = (const unsigned char *)w->days.p,
					  .n = w->days.n };
	}
	head[14] = (unsigned char)(u.traits | r->traits);
	be_put(head + 15, (uint64_t)(u.n + r->n), 8);
	be_put(head + 23, (uint64_t)(u.first < r->first ? u.first : r->first), 4);
	be_put(head + 27, (uint64_t)(u.last > r->last ? u.last : r->last), 4);
	be_put(head + 31, day_n, 4);
	be_put(head + 35, days.n, 4);
	return emit(w, head, days, err);
}

bool store_log_uses_end(struct store_log_uses *w, struct err *err)
{
	bool ok = !w->open || finish(w, err);

	w->open = false;
	return ok;
}
