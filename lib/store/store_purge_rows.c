/* SPDX-License-Identifier: MIT */
#include "store/store_purge_rows.h"

#include "store/store_digest.h"
#include "store/store_log_uses.h"
#include "store/store_purged.h"
#include "store/store_words.h"

bool purge_number(struct store *st, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql, &q, err))
		return false;
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return ok;
}

bool purge_exec(struct store *st, const char *sql, int64_t a, int64_t b,
		const struct strbuf *blob, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, a);
	sqlite3_bind_int64(q, 2, b);
	if (blob != NULL)
		sqlite3_bind_blob(q, 3, blob->p, (int)blob->n, SQLITE_STATIC);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

/* ---- logins ---- */

static const char sql_uses[] = "SELECT u.uses, u.side, u.name, t.transfer FROM log_use u"
			       " JOIN doomed_text t ON t.id = u.name"
			       " ORDER BY u.side, u.name, u.\"from\"";

/* The gate claims silence from what logs tell: nobody is forgotten who broke it. */
bool purge_refuse_users(struct store *st, int64_t since, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool used = false;
	enum next n;

	if (!db_prepare(st, sql_uses, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		struct span rest = { sqlite3_column_blob(q, 0),
				     (size_t)sqlite3_column_bytes(q, 0) };
		struct log_use_stored u;

		while (sqlite3_column_int(q, 1) == 0 && store_log_use_take(&rest, &u))
			used |= u.last >= since;
	}
	db_return(st, q);
	if (n != NEXT_END)
		return false;
	if (!used)
		return true;
	err_set(err, ERR_CONFIG,
		"it used the old server lately, and the gate must see that");
	return err_hint(err,
			"purge it when it has been silent for as long as the gate asks");
}

/* What a name did on one side: from nowhere, with nothing and on no day. */
struct silent {
	int64_t side, name, transfer;
	struct log_use_stored sum[LOG_USE_COUNT][LOG_PROTOCOL_COUNT];
	bool over; /* all of it was before the day */
	bool any;  /* it says more than its sum */
};

static void sum_up(struct silent *s, struct span rest, int64_t before)
{
	struct log_use_stored u, *sum;

	while (store_log_use_take(&rest, &u)) {
		s->over &= u.last < before && u.use < LOG_USE_COUNT &&
			   u.protocol < LOG_PROTOCOL_COUNT;
		if (!s->over)
			return;
		s->any |= u.address > 1 || u.rcpt > 1 || u.client > 1 || u.day_n > 0;
		sum = &s->sum[u.use][u.protocol];
		if (sum->n == 0 || u.first < sum->first)
			sum->first = u.first;
		if (u.last > sum->last)
			sum->last = u.last;
		sum->n += u.n;
		sum->traits |= u.traits;
	}
}

static bool read_silent(struct store *st, struct silent *s, int64_t before,
			struct err *err)
{
	static const char sql[] = "SELECT uses FROM log_use WHERE side = ?1 AND name = "
				  "?2 ORDER BY \"from\"";
	sqlite3_stmt *q = NULL;
	enum next n;

	memset(s->sum, 0, sizeof s->sum);
	s->over = true;
	s->any = false;
	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, s->side);
	sqlite3_bind_int64(q, 2, s->name);
	while ((n = db_next(st, q, err)) == NEXT_ITEM)
		sum_up(s,
		       (struct span){ sqlite3_column_blob(q, 0),
				      (size_t)sqlite3_column_bytes(q, 0) },
		       before);
	db_return(st, q);
	return n == NEXT_END;
}

static bool write_silent(struct store *st, struct silent *s, struct err *err)
{
	struct strbuf row = STRBUF_INIT;
	bool ok;

	for (int u = 0; u < LOG_USE_COUNT; u++)
		for (int p = 0; p < LOG_PROTOCOL_COUNT; p++) {
			struct log_use_stored *sum = &s->sum[u][p];

			sum->use = u;
			sum->protocol = p;
			sum->address = sum->rcpt = sum->client = 1;
			if (sum->n > 0)
				store_log_use_put(&row, sum);
		}
	ok = purge_exec(st, "DELETE FROM log_use WHERE side = ?1 AND name = ?2", s->side,
			s->name, NULL, err) &&
	     purge_exec(st,
			"INSERT INTO log_use (side, name, \"from\", uses)"
			" VALUES (?1, ?2, x'', ?3)",
			s->side, s->name, &row, err);
	strbuf_done(&row);
	return ok;
}

static bool read_name(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	int64_t *out = item;

	(void)st, (void)arena, (void)err;
	for (int i = 0; i < 3; i++)
		out[i] = sqlite3_column_int64(q, i);
	return true;
}

bool purge_logins(struct store *st, int64_t before, int64_t *rows_out, struct err *err)
{
	static const char sql[] =
		"SELECT DISTINCT u.side, u.name, t.transfer FROM log_use u"
		" JOIN doomed_text t ON t.id = u.name ORDER BY 1, 2";
	struct silent *s = mem_calloc(1, sizeof *s);
	sqlite3_stmt *q = NULL;
	struct arena arena;
	void *list = NULL;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = db_prepare(st, sql, &q, err) &&
	     db_list(st, q, 3 * sizeof(int64_t), read_name, &arena, &list, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		const int64_t *v = (int64_t *)list + 3 * i;

		*s = (struct silent){ .side = v[0], .name = v[1], .transfer = v[2] };
		ok = read_silent(st, s, before, err);
		if (ok && s->over && s->any) {
			ok = write_silent(st, s, err);
			++*rows_out;
		}
	}
	arena_done(&arena);
	free(s);
	return ok;
}

/* ---- digests, before and after ---- */

static bool put_before(struct store *st, int kind, int64_t row, const struct sha256 *d,
		       struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, "INSERT INTO temp.before VALUES (?1, ?2, ?3)", &q, err))
		return false;
	sqlite3_bind_int(q, 1, kind);
	sqlite3_bind_int64(q, 2, row);
	db_bind_digest(q, 3, d);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

/* Where it is another one than before, the purge keeps both. */
static bool put_after(struct store *st, int64_t purge, int kind, int64_t row,
		      const struct sha256 *d, struct err *err)
{
	static const char sql[] =
		"INSERT INTO purged_row (purge, kind, \"row\", was, now)"
		" SELECT ?1, kind, row, was, ?4 FROM temp.before WHERE kind = ?2 AND row "
		"= ?3"
		" AND was <> ?4";
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, purge);
	sqlite3_bind_int(q, 2, kind);
	sqlite3_bind_int64(q, 3, row);
	db_bind_digest(q, 4, d);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

/* purge 0: before. */
static bool put_digest(struct store *st, int64_t purge, int kind, int64_t row,
		       const struct sha256 *d, struct err *err)
{
	return purge == 0 ? put_before(st, kind, row, d, err)
			  : put_after(st, purge, kind, row, d, err);
}

static bool digest_runs(struct store *st, int64_t purge, struct err *err)
{
	static const char sql[] = "SELECT e.run, e.seen_upto, r.scope FROM run_end e"
				  " JOIN run r ON r.id = e.run ORDER BY e.run";
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t run = sqlite3_column_int64(q, 0);
		const char *scope = db_text(q, 2);
		struct run_facts facts;
		struct sha256 d;

		sha256_of(scope, strlen(scope), &d);
		if (!digest_run(st, run, sqlite3_column_int64(q, 1), &facts, err) ||
		    !put_digest(st, purge, PURGED_RUN, run, &facts.digest, err) ||
		    !put_digest(st, purge, PURGED_RUN_ROWS, run, &facts.rows, err) ||
		    !put_digest(st, purge, PURGED_RUN_SCOPE, run, &d, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	db_return(st, q);
	return n == NEXT_END;
}

static bool digest_words(struct store *st, int64_t purge, enum words what,
			 const char *sql, struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct sha256 d;
	enum next n;

	if (!db_prepare(st, sql, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t id = sqlite3_column_int64(q, 0);

		if (!words_digest(st, what, id, &d, err) ||
		    !put_digest(st, purge, PURGED_WORDS + (int)what, id, &d, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	db_return(st, q);
	return n == NEXT_END;
}

bool purge_digests(struct store *st, int64_t purge, struct err *err)
{
	return digest_runs(st, purge, err) &&
	       digest_words(st, purge, WORDS_ACCEPTANCE,
			    "SELECT id FROM acceptance ORDER BY id", err) &&
	       digest_words(st, purge, WORDS_WAIVER, "SELECT id FROM waiver ORDER BY id",
			    err);
}
