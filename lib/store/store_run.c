/* SPDX-License-Identifier: MIT */
#include "store/store_run.h"

#include "base/clock.h"
#include "store/store_db.h"
#include "store/store_digest.h"
#include "store/store_person.h"
#include "store/store_progress.h"

static const char sql_run_add[] =
	"INSERT INTO run (command, scope, depth, started, operator, program, clock_back)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, max(0, coalesce((SELECT max(t) FROM"
	" (SELECT started AS t FROM run UNION ALL SELECT at FROM run_end)), 0) - ?4))";

bool store_run_begin(struct store *st, const struct run *r, int64_t *id_out,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_RUN_ADD, sql_run_add);
	const char *by = r->operator_name != NULL ? r->operator_name : "";
	char operator_code[PERSON_CODE_SIZE];

	if (!store_person_code(st, by, operator_code, err))
		return false;
	db_bind_str(q, 1, r->command);
	db_bind_str(q, 2, r->scope == NULL ? "" : r->scope);
	sqlite3_bind_int(q, 3, (int)r->depth);
	sqlite3_bind_int64(q, 4, r->started != 0 ? r->started : clock_now());
	db_bind_str(q, 5, operator_code);
	db_bind_str(q, 6, MAILMUSTER_VERSION);
	if (!db_run(st, q, err))
		return false;
	st->run = *id_out = sqlite3_last_insert_rowid(st->db);
	st->depth = r->depth;
	bodies_begin(st);
	return true;
}

#define RUN_COLUMNS                                                                      \
	"SELECT r.id, r.command, r.scope, r.depth, r.started, coalesce(e.at, 0),"        \
	" coalesce(e.outcome, 0), " PERSON_NAME(                                         \
		"r.operator") " FROM run r LEFT JOIN run_end e ON e.run = r.id "
_Static_assert(RUN_OPEN == 0, "an absent run_end reads as RUN_OPEN");

static const char sql_run_get[] = RUN_COLUMNS "WHERE r.id = ?1";
static const char sql_run_open[] = RUN_COLUMNS
	"WHERE r.command = ?1 AND e.run IS NULL ORDER BY r.id DESC LIMIT 1";
static const char sql_run_last[] = RUN_COLUMNS
	"WHERE (?1 = '' OR r.command = ?1) AND e.run IS NOT NULL ORDER BY r.id DESC"
	" LIMIT 1";

static bool read_run(struct store *st, sqlite3_stmt *q, struct arena *arena,
		     struct run *out, struct err *err)
{
	int depth, outcome;

	if (!db_enum(st, q, 3, DEPTH_COUNT, &depth, err) ||
	    !db_enum(st, q, 6, RUN_OUTCOME_COUNT, &outcome, err))
		return false;
	*out = (struct run){ .id = sqlite3_column_int64(q, 0),
			     .command = db_text_in(q, 1, arena),
			     .scope = db_text_in(q, 2, arena),
			     .depth = (enum depth)depth,
			     .started = sqlite3_column_int64(q, 4),
			     .ended = sqlite3_column_int64(q, 5),
			     .outcome = (enum run_outcome)outcome,
			     .operator_name = db_text_in(q, 7, arena) };
	return true;
}

static bool find_run(struct store *st, const char *sql, const char *command,
		     struct arena *arena, struct run *out, bool *found_out,
		     struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;
	bool ok;

	if (!db_prepare(st, sql, &q, err))
		return false;
	db_bind_str(q, 1, command);
	n = db_next(st, q, err);
	ok = n == NEXT_END || (n == NEXT_ITEM && read_run(st, q, arena, out, err));
	if (ok)
		*found_out = n == NEXT_ITEM;
	db_return(st, q);
	return ok;
}

bool store_run_open(struct store *st, const char *command, struct arena *arena,
		    struct run *out, bool *found_out, struct err *err)
{
	return find_run(st, sql_run_open, command, arena, out, found_out, err);
}

bool store_run_last(struct store *st, const char *command, struct arena *arena,
		    struct run *out, bool *found_out, struct err *err)
{
	return find_run(st, sql_run_last, command, arena, out, found_out, err);
}

static const char sql_run_newest[] = "SELECT coalesce(max(id), 0) FROM run";

bool store_run_newest(struct store *st, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_run_newest, &q, err))
		return false;
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return n == NEXT_ITEM;
}

bool store_run_get(struct store *st, int64_t id, struct arena *arena, struct run *out,
		   struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_RUN_GET, sql_run_get);
	bool ok = false;
	enum next n;

	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		ok = read_run(st, q, arena, out, err);
	else if (n == NEXT_END)
		err_set(err, ERR_BUG, "there is no run %lld", (long long)id);
	sqlite3_reset(q);
	return ok;
}

static const char sql_run_operator[] = "SELECT operator FROM run WHERE id = ?1";

/* As it stands in the row: the ledger says the same, and no name. */
static bool get_operator(struct store *st, int64_t id, struct arena *arena,
			 const char **out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_run_operator, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, id);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = db_text_in(q, 0, arena);
	db_return(st, q);
	return ok;
}

/* A run that has not ended; operator_name is a code. */
static bool get_open_run(struct store *st, int64_t id, struct arena *arena,
			 struct run *out, struct err *err)
{
	if (!store_run_get(st, id, arena, out, err))
		return false;
	if (out->outcome != RUN_OPEN)
		return err_set(err, ERR_BUG, "run %lld has ended", (long long)id);
	return get_operator(st, id, arena, &out->operator_name, err);
}

static bool say(struct store *st, const struct run *r, const char *kind, struct err *err)
{
	char payload[64];

	snprintf(payload, sizeof payload, "{\"run\":%lld}", (long long)r->id);
	return store_ledger_append(st, r->operator_name, kind, payload, err);
}

bool store_run_resume(struct store *st, int64_t id, struct err *err)
{
	struct arena arena;
	struct run r;
	bool ok;

	arena_init(&arena);
	ok = get_open_run(st, id, &arena, &r, err) && say(st, &r, "run-resumed", err);
	if (ok) {
		st->run = id;
		st->depth = r.depth;
	}
	arena_done(&arena);
	return ok;
}

static const char sql_run_end[] =
	"INSERT INTO run_end (run, at, outcome, logins, commands, waits, octets_in,"
	" octets_out, reconnects, note, digest, seen_upto, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
/* r->ended and r->outcome are set. */
static bool end_run(struct store *st, const struct run *r, const struct wire_count *count,
		    const char *note, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct run_facts facts;
	int64_t mark, seq;
	sqlite3_stmt *q;
	bool ok = false;

	if (!digest_mark(st, &mark, err) || !digest_run(st, r->id, mark, &facts, err))
		goto out;
	digest_payload(r, &facts, count, note, &payload);
	if (!store_ledger_append(st, r->operator_name, "run", strbuf_cstr(&payload), err))
		goto out;
	seq = sqlite3_last_insert_rowid(st->db);
	q = db_stmt(st, STMT_RUN_END, sql_run_end);
	sqlite3_bind_int64(q, 1, r->id);
	sqlite3_bind_int64(q, 2, r->ended);
	sqlite3_bind_int(q, 3, (int)r->outcome);
	sqlite3_bind_int64(q, 4, count->logins);
	sqlite3_bind_int64(q, 5, count->commands);
	sqlite3_bind_int64(q, 6, count->waits);
	sqlite3_bind_int64(q, 7, count->octets_in);
	sqlite3_bind_int64(q, 8, count->octets_out);
	sqlite3_bind_int64(q, 9, count->reconnects);
	db_bind_str(q, 10, note);
	db_bind_digest(q, 11, &facts.digest);
	sqlite3_bind_int64(q, 12, mark);
	sqlite3_bind_int64(q, 13, seq);
	ok = db_run(st, q, err) && store_progress_drop(st, r->id, err);
out:
	strbuf_done(&payload);
	return ok;
}

bool store_run_end(struct store *st, int64_t id, enum run_outcome outcome,
		   const struct wire_count *count, const char *note, struct err *err)
{
	static const struct wire_count none;
	struct err later = ERR_INIT;
	struct arena arena;
	bool own, ok = false;
	struct run r;

	if (st->tx || outcome == RUN_OPEN)
		return err_set(err, ERR_BUG, "run %lld cannot end %s", (long long)id,
			       st->tx ? "inside a transaction" : "as an open one");
	arena_init(&arena);
	if (!get_open_run(st, id, &arena, &r, err))
		goto out;
	if (outcome == RUN_STOPPED) {
		ok = say(st, &r, "run-stopped", err);
		goto out;
	}
	r.outcome = outcome;
	r.ended = clock_now();
	if (!db_durable(st, true, err))
		goto out;
	ok = db_tx_begin(st, &own, err) &&
	     db_tx_end(st, own,
		       end_run(st, &r, count == NULL ? &none : count,
			       note == NULL ? "" : note, err),
		       err);
	ok = db_durable(st, false, ok ? err : &later) && ok;
out:
	if (ok && st->run == id) {
		st->run = 0;
		bodies_drop(st);
	}
	arena_done(&arena);
	return ok;
}

static const char sql_run_count[] =
	"SELECT logins, commands, waits, octets_in, octets_out, reconnects, digest"
	" FROM run_end WHERE run = ?1";

/* Both may be NULL; *found_out tells whether the run has ended. */
static bool read_end(struct store *st, int64_t id, struct wire_count *count,
		     struct sha256 *digest, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_RUN_COUNT, sql_run_count);
	enum next n;
	bool ok;

	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	ok = n == NEXT_END ||
	     (n == NEXT_ITEM && (digest == NULL || db_digest(st, q, 6, digest, err)));
	if (n == NEXT_ITEM && ok && count != NULL)
		*count = (struct wire_count){ .logins = sqlite3_column_int64(q, 0),
					      .commands = sqlite3_column_int64(q, 1),
					      .waits = sqlite3_column_int64(q, 2),
					      .octets_in = sqlite3_column_int64(q, 3),
					      .octets_out = sqlite3_column_int64(q, 4),
					      .reconnects = sqlite3_column_int64(q, 5) };
	*found_out = n == NEXT_ITEM;
	sqlite3_reset(q);
	return ok;
}

bool store_run_count(struct store *st, int64_t id, struct wire_count *out,
		     struct err *err)
{
	struct wire_count count = { 0 };
	bool found;

	if (!read_end(st, id, &count, NULL, &found, err))
		return false;
	*out = count;
	return true;
}

bool store_run_digest(struct store *st, int64_t id, struct sha256 *out, struct err *err)
{
	struct sha256 digest;
	bool found;

	if (!read_end(st, id, NULL, &digest, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_BUG, "run %lld has not ended", (long long)id);
	*out = digest;
	return true;
}
