/* SPDX-License-Identifier: MIT */
#include "store/store_scan.h"

#include "store/store_db.h"
#include "store/store_window.h"

#define BODY_COLUMNS 11
#define BODY_INTO                                                                        \
	" INTO body_seen (message, run, read, announced, octets, lines, bare_lf,"        \
	" symptoms, header_key, body_key, words) VALUES "
#define BODY_VALUES "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
static const char sql_body_put[] = "INSERT" BODY_INTO BODY_VALUES;
/* So many by one statement.  OR FAIL: without it SQLite keeps apart what it changes, in
 * case that it fails, which costs as much as the rows. */
#define BODY_PUTS 16
static const char sql_body_puts[] = "INSERT OR FAIL" BODY_INTO DB_ROWS_16(BODY_VALUES);

/* The parameters of row number i. */
static void bind_body(struct store *st, sqlite3_stmt *q, int i, const struct body_row *r)
{
	const struct body_facts *f = r->facts;
	int at = BODY_COLUMNS * i;

	sqlite3_bind_int64(q, at + 1, message_row(r->epoch, r->uid));
	sqlite3_bind_int64(q, at + 2, st->run);
	sqlite3_bind_int(q, at + 3, f->read);
	sqlite3_bind_int64(q, at + 4, f->announced);
	sqlite3_bind_int64(q, at + 5, f->octets);
	sqlite3_bind_int64(q, at + 6, f->lines);
	sqlite3_bind_int64(q, at + 7, f->bare_lf);
	sqlite3_bind_int64(q, at + 8, (int64_t)f->symptoms);
	db_bind_key(q, at + 9, &f->header_key);
	db_bind_key(q, at + 10, &f->body_key);
	db_bind_str(q, at + 11, f->words);
}

bool store_body_put(struct store *st, int64_t epoch, uint32_t uid,
		    const struct body_facts *f, struct err *err)
{
	const struct body_row row = { .epoch = epoch, .uid = uid, .facts = f };
	sqlite3_stmt *q = db_stmt(st, STMT_BODY_PUT, sql_body_put);

	if (!db_need_run(st, err))
		return false;
	bind_body(st, q, 0, &row);
	if (!db_run(st, q, err))
		return false;
	bodies_add(st, &row);
	return true;
}

bool store_bodies_put(struct store *st, const struct body_row *v, size_t n,
		      struct err *err)
{
	sqlite3_stmt *q;

	if (!db_need_run(st, err))
		return false;
	for (; n >= BODY_PUTS; v += BODY_PUTS, n -= BODY_PUTS) {
		q = db_stmt(st, STMT_BODY_PUTS, sql_body_puts);
		for (int i = 0; i < BODY_PUTS; i++)
			bind_body(st, q, i, &v[i]);
		if (!db_run(st, q, err))
			return false;
		for (int i = 0; i < BODY_PUTS; i++)
			bodies_add(st, &v[i]);
	}
	for (; n > 0; v++, n--)
		if (!store_body_put(st, v->epoch, v->uid, v->facts, err))
			return false;
	return true;
}

static const char sql_folder_scan_put[] =
	"INSERT INTO folder_scan (run, folder, examine_ms, messages, octets, took_ms,"
	" gap_ms, gap_uid, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

bool store_folder_scan_put(struct store *st, const struct folder_scan *s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FOLDER_SCAN_PUT, sql_folder_scan_put);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, s->folder);
	sqlite3_bind_int64(q, 3, s->examine_ms);
	sqlite3_bind_int64(q, 4, s->messages);
	sqlite3_bind_int64(q, 5, s->octets);
	sqlite3_bind_int64(q, 6, s->took_ms);
	sqlite3_bind_int64(q, 7, s->gap_ms);
	sqlite3_bind_int64(q, 8, s->gap_uid);
	db_bind_str(q, 9, s->error);
	return db_run(st, q, err);
}

/* Two walks side by side: to look up what was seen of each message takes three times as
 * long. */
static const char sql_scan_messages[] =
	"SELECT id, tier, \"key\", octets, \"date\", first_run FROM message"
	" WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL ORDER BY id";
static const char sql_scan_sizes[] =
	"SELECT id, octets FROM message"
	" WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL ORDER BY id";
static const char sql_scan_seen[] =
	"SELECT message, run, announced, read FROM body_seen"
	" WHERE message BETWEEN ?1 AND ?2 ORDER BY message, run";
static const char sql_scan_changed[] =
	"SELECT c.message, c.run FROM message_change c"
	" WHERE c.message BETWEEN ?1 AND ?2 AND " CHANGED_IDENTITY
	" ORDER BY c.message, c.run";
static const char sql_scan_untouched[] =
	"SELECT CASE WHEN EXISTS (SELECT 1 FROM body_seen WHERE message BETWEEN ?1 AND "
	"?2)"
	" THEN -1 ELSE (SELECT count(*) FROM message WHERE id BETWEEN ?1 AND ?2"
	" AND gone_run IS NULL) END";
/* A size that has changed since is another message to scan.  -1: the index did not tell,
 * or not then. */
#define STANDS                                                                           \
	"(m.octets = b.announced OR m.octets < 0 OR b.announced < 0) AND "               \
	"NOT " BODY_OF_OTHER("b")

static bool stands(int64_t octets, int64_t announced)
{
	return octets == announced || octets < 0 || announced < 0;
}

/* Beginning at the index of what may be bad, which is little: body_seen_bad. */
#define ROWS                                                                             \
	"SELECT m.id, m.octets, m.\"date\", b.run, b.read, b.announced, b.octets,"       \
	" b.lines, b.bare_lf, b.symptoms, b.header_key, b.body_key, b.words, m.tier,"    \
	" m.\"key\" FROM body_seen b JOIN message m ON m.id = b.message"                 \
	" WHERE b.message BETWEEN ?1 AND ?2"                                             \
	" AND (b.symptoms <> 0 OR b.read = 0 OR b.octets <> b.announced)"                \
	" AND b.run = (SELECT max(x.run) FROM body_seen x WHERE x.message = b.message)"  \
	" AND m.gone_run IS NULL AND " STANDS
static const char sql_scan_rows[] = ROWS " ORDER BY m.id";
static const char sql_scan_rows_by_key[] = ROWS " ORDER BY m.\"key\", m.id";

static void bind_epoch(sqlite3_stmt *q, int64_t epoch)
{
	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
}

bool store_scan_untouched(struct store *st, int64_t epoch, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SCAN_UNTOUCHED, sql_scan_untouched);
	bool ok;

	bind_epoch(q, epoch);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return ok;
}

struct store_scan_wants {
	struct store *st;
	sqlite3_stmt *messages, *seen, *changed;
	bool sizes; /* of messages no more is read */
	/* the row of body_seen in hand; 0: none is left */
	int64_t message, run, announced;
	bool read;
	/* of changes of identity, likewise */
	int64_t other, other_run;
};

static bool seen_next(struct store_scan_wants *it, struct err *err)
{
	enum next n = db_next(it->st, it->seen, err);

	it->message = 0;
	if (n == NEXT_ITEM) {
		it->message = sqlite3_column_int64(it->seen, 0);
		it->run = sqlite3_column_int64(it->seen, 1);
		it->announced = sqlite3_column_int64(it->seen, 2);
		it->read = sqlite3_column_int(it->seen, 3) != 0;
	}
	return n != NEXT_FAIL;
}

static bool changed_next(struct store_scan_wants *it, struct err *err)
{
	enum next n = db_next(it->st, it->changed, err);

	it->other = 0;
	if (n == NEXT_ITEM) {
		it->other = sqlite3_column_int64(it->changed, 0);
		it->other_run = sqlite3_column_int64(it->changed, 1);
	}
	return n != NEXT_FAIL;
}

/* Since which run the UID stands for this message, where it was another one before; 0. */
static bool other_since(struct store_scan_wants *it, int64_t message, int64_t *out,
			struct err *err)
{
	*out = 0;
	while (it->other != 0 && it->other <= message) {
		if (it->other == message)
			*out = it->other_run;
		if (!changed_next(it, err))
			return false;
	}
	return true;
}

/* What was seen last of a message, if anything.  *newest_out: by that run; 0 for none. */
static bool newest(struct store_scan_wants *it, int64_t message, struct scan_want *out,
		   int64_t *newest_out, struct err *err)
{
	int64_t since;

	*newest_out = out->run = 0;
	if (!other_since(it, message, &since, err))
		return false;
	if (since > out->first_run)
		out->first_run = since;
	while (it->message != 0 && it->message <= message) {
		if (it->message == message) {
			*newest_out = it->run;
			out->run = stands(out->m.octets, it->announced) &&
						   it->run >= since
					   ? it->run
					   : 0;
			out->read = it->read;
		}
		if (!seen_next(it, err))
			return false;
	}
	return true;
}

static bool open_walk(struct store *st, const char *sql, int64_t epoch, uint32_t from,
		      struct store_scan_wants **out, struct err *err)
{
	struct store_scan_wants *it = mem_calloc(1, sizeof *it);

	it->st = st;
	it->sizes = sql == sql_scan_sizes;
	if (!db_prepare(st, sql, &it->messages, err) ||
	    !db_prepare(st, sql_scan_seen, &it->seen, err) ||
	    !db_prepare(st, sql_scan_changed, &it->changed, err))
		goto fail;
	bind_epoch(it->messages, epoch);
	sqlite3_bind_int64(it->messages, 1, message_row(epoch, from));
	bind_epoch(it->seen, epoch);
	sqlite3_bind_int64(it->seen, 1, message_row(epoch, from));
	bind_epoch(it->changed, epoch);
	sqlite3_bind_int64(it->changed, 1, message_row(epoch, from));
	if (!seen_next(it, err) || !changed_next(it, err))
		goto fail;
	*out = it;
	return true;
fail:
	store_scan_wants_close(it);
	return false;
}

bool store_scan_wants_open(struct store *st, int64_t epoch, uint32_t from,
			   struct store_scan_wants **out, struct err *err)
{
	return open_walk(st, sql_scan_messages, epoch, from, out, err);
}

bool store_scan_sizes_open(struct store *st, int64_t epoch, struct store_scan_wants **out,
			   struct err *err)
{
	return open_walk(st, sql_scan_sizes, epoch, 1, out, err);
}

/* A row of sql_scan_sizes. */
static enum next size_next(struct store_scan_wants *it, struct scan_want *out,
			   struct err *err)
{
	sqlite3_stmt *q = it->messages;
	int64_t id = sqlite3_column_int64(q, 0), run;

	*out = (struct scan_want){ .m = { .uid = (uint32_t)id,
					  .octets = sqlite3_column_int64(q, 1),
					  .date = MSG_DATE_UNKNOWN } };
	return newest(it, id, out, &run, err) ? NEXT_ITEM : NEXT_FAIL;
}

enum next store_scan_wants_next(struct store_scan_wants *it, struct scan_want *out,
				struct err *err)
{
	sqlite3_stmt *q = it->messages;
	enum next n = db_next(it->st, q, err);
	int64_t run;
	int tier;

	if (n != NEXT_ITEM)
		return n;
	if (it->sizes)
		return size_next(it, out, err);
	*out = (struct scan_want){ .m = { .uid = (uint32_t)sqlite3_column_int64(q, 0),
					  .octets = sqlite3_column_int64(q, 3),
					  .date = db_date(q, 4) },
				   .first_run = sqlite3_column_int64(q, 5) };
	if (!db_enum(it->st, q, 1, TIER_COUNT, &tier, err) ||
	    !db_key(it->st, q, 2, &out->m.key, err) ||
	    !newest(it, sqlite3_column_int64(q, 0), out, &run, err))
		return NEXT_FAIL;
	out->m.tier = (uint8_t)tier;
	return NEXT_ITEM;
}

void store_scan_wants_close(struct store_scan_wants *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->messages);
	db_return(it->st, it->seen);
	db_return(it->st, it->changed);
	free(it);
}

/* Columns from `at` on: read to words. */
static bool read_facts(struct store *st, sqlite3_stmt *q, int at, struct body_facts *out,
		       struct err *err)
{
	*out = (struct body_facts){ .read = sqlite3_column_int(q, at) != 0,
				    .announced = sqlite3_column_int64(q, at + 1),
				    .octets = sqlite3_column_int64(q, at + 2),
				    .lines = sqlite3_column_int64(q, at + 3),
				    .bare_lf = sqlite3_column_int64(q, at + 4),
				    .symptoms = (uint64_t)sqlite3_column_int64(q, at + 5),
				    .words = db_text(q, at + 8) };
	if (out->symptoms >> SYMPTOM_COUNT != 0)
		return db_damaged(st, "a symptom is outside its list", err);
	return db_key(st, q, at + 6, &out->header_key, err) &&
	       db_key(st, q, at + 7, &out->body_key, err);
}

static const char sql_body_get[] =
	"SELECT read, announced, octets, lines, bare_lf, symptoms, header_key, body_key,"
	" words FROM body_seen b WHERE message = ?1 AND NOT " BODY_OF_OTHER(
		"b") " ORDER BY run DESC LIMIT 1";

bool store_body(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		struct body_facts *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_BODY_GET, sql_body_get);
	struct body_facts f;
	bool ok = true;
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		ok = read_facts(st, q, 0, &f, err);
		if (ok) {
			f.words = arena_strdup(arena, f.words);
			*out = f;
		}
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL || !ok)
		return false;
	*found_out = n == NEXT_ITEM;
	return true;
}

struct store_scan_rows {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_scan_rows_open(struct store *st, int64_t epoch, bool by_key,
			  struct store_scan_rows **out, struct err *err)
{
	struct store_scan_rows *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, by_key ? sql_scan_rows_by_key : sql_scan_rows, &it->q, err)) {
		free(it);
		return false;
	}
	bind_epoch(it->q, epoch);
	*out = it;
	return true;
}

enum next store_scan_rows_next(struct store_scan_rows *it, struct scan_row *out,
			       struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n = db_next(it->st, q, err);
	int tier;

	if (n != NEXT_ITEM)
		return n;
	*out = (struct scan_row){ .uid = (uint32_t)sqlite3_column_int64(q, 0),
				  .octets = sqlite3_column_int64(q, 1),
				  .date = db_date(q, 2),
				  .run = sqlite3_column_int64(q, 3) };
	if (!db_enum(it->st, q, 13, TIER_COUNT, &tier, err) ||
	    !db_key(it->st, q, 14, &out->key, err))
		return NEXT_FAIL;
	out->tier = (uint8_t)tier;
	return read_facts(it->st, q, 4, &out->facts, err) ? NEXT_ITEM : NEXT_FAIL;
}

void store_scan_rows_close(struct store_scan_rows *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

bool store_scan_sum(struct store *st, int64_t epoch, struct scan_sum *out,
		    struct err *err)
{
	struct store_scan_wants *it = NULL;
	struct scan_sum sum = { 0 };
	struct scan_want w = { 0 };
	int64_t run, octets;
	enum next n;

	if (!open_walk(st, sql_scan_sizes, epoch, 0, &it, err))
		return false;
	while ((n = db_next(st, it->messages, err)) == NEXT_ITEM) {
		w.m.octets = sqlite3_column_int64(it->messages, 1);
		octets = w.m.octets > 0 ? w.m.octets : 0;
		if (!newest(it, sqlite3_column_int64(it->messages, 0), &w, &run, err)) {
			n = NEXT_FAIL;
			break;
		}
		sum.messages++;
		sum.octets += octets;
		if (run > sum.newest_run)
			sum.newest_run = run;
		if (w.run == 0)
			continue;
		sum.scanned++;
		sum.scanned_octets += octets;
		sum.unreadable += !w.read;
	}
	store_scan_wants_close(it);
	if (n == NEXT_END)
		*out = sum;
	return n == NEXT_END;
}

static const char sql_scan_any[] =
	"SELECT EXISTS (SELECT 1 FROM folder f JOIN folder_epoch e ON e.folder = f.id"
	" WHERE f.account = ?1 AND EXISTS (SELECT 1 FROM body_seen b WHERE b.message"
	" BETWEEN e.id << 32 AND (e.id << 32) + 4294967295))";

bool store_scan_any(struct store *st, int64_t account, bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SCAN_ANY, sql_scan_any);
	bool ok;

	sqlite3_bind_int64(q, 1, account);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return ok;
}

/* Of every message that was read and whose size was told, by all runs: how a server
 * counts does not change with a message. */
#define OF_SIDE                                                                          \
	" FROM account a JOIN folder f ON f.account = a.id"                              \
	" JOIN folder_epoch e ON e.folder = f.id"                                        \
	" CROSS JOIN body_seen b ON b.message BETWEEN e.id << 32"                        \
	" AND (e.id << 32) + 4294967295"                                                 \
	" WHERE a.side = ?1 AND b.read = 1 AND b.announced >= 0"
/* body_size_by_lines of lib/model/body.c. */
#define BY_LINES                                                                         \
	"((b.lines > 3 AND b.octets - b.announced = b.lines - b.bare_lf)"                \
	" OR (b.bare_lf > 0 AND b.announced - b.octets = b.bare_lf))"
static const char sql_size_rule[] =
	"SELECT count(*), count(CASE WHEN b.octets = b.announced THEN 1 END),"
	" count(CASE WHEN b.octets <> b.announced AND " BY_LINES " THEN 1 END)" OF_SIDE;
static const char sql_size_bias[] =
	"SELECT b.octets - b.announced AS bias, count(*) AS n" OF_SIDE
	" AND b.octets <> b.announced AND NOT " BY_LINES
	" GROUP BY b.octets - b.announced ORDER BY n DESC, bias LIMIT 1";

bool store_size_rule(struct store *st, enum side side, struct body_size_rule *out,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SIZE_RULE, sql_size_rule);
	struct body_size_rule r = { 0 };
	enum next n;

	sqlite3_bind_int(q, 1, (int)side);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		r.read = sqlite3_column_int64(q, 0);
		r.equal = sqlite3_column_int64(q, 1);
		r.explained = sqlite3_column_int64(q, 2);
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	if (r.read == r.equal + r.explained) { /* as with most servers: nothing is off */
		*out = r;
		return true;
	}
	q = db_stmt(st, STMT_SIZE_BIAS, sql_size_bias);
	sqlite3_bind_int(q, 1, (int)side);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		r.bias = sqlite3_column_int64(q, 0);
		r.at_bias = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	*out = r;
	return true;
}

static const char sql_folder_scan_get[] =
	"SELECT run, examine_ms, messages, octets, took_ms, gap_ms, gap_uid, error"
	" FROM folder_scan WHERE folder = ?1 ORDER BY id DESC LIMIT 1";

bool store_folder_scan(struct store *st, int64_t folder, struct arena *arena,
		       struct folder_scan *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FOLDER_SCAN_GET, sql_folder_scan_get);
	enum next n;

	sqlite3_bind_int64(q, 1, folder);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = (struct folder_scan){ .folder = folder,
					     .run = sqlite3_column_int64(q, 0),
					     .examine_ms = sqlite3_column_int64(q, 1),
					     .messages = sqlite3_column_int64(q, 2),
					     .octets = sqlite3_column_int64(q, 3),
					     .took_ms = sqlite3_column_int64(q, 4),
					     .gap_ms = sqlite3_column_int64(q, 5),
					     .gap_uid = (uint32_t)sqlite3_column_int64(q,
										       6),
					     .error = db_text_in(q, 7, arena) };
	sqlite3_reset(q);
	if (n != NEXT_FAIL)
		*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}

static const char sql_sample_put[] =
	"INSERT INTO scan_sample (run, side, seed, rank, messages, chosen)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (run, side) DO NOTHING";

bool store_scan_sample_put(struct store *st, const struct scan_sample *s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SAMPLE_PUT, sql_sample_put);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int(q, 2, (int)s->side);
	sqlite3_bind_int64(q, 3, (int64_t)s->seed);
	sqlite3_bind_int64(q, 4, (int64_t)s->rank);
	sqlite3_bind_int64(q, 5, s->messages);
	sqlite3_bind_int64(q, 6, s->chosen);
	return db_run(st, q, err);
}

static const char sql_sample_get[] =
	"SELECT run, seed, rank, messages, chosen FROM scan_sample WHERE side = ?1"
	" ORDER BY run DESC LIMIT 1";

bool store_scan_sample(struct store *st, enum side side, struct scan_sample *out,
		       bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SAMPLE_GET, sql_sample_get);
	enum next n;

	sqlite3_bind_int(q, 1, (int)side);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = (struct scan_sample){
			.side = side,
			.run = sqlite3_column_int64(q, 0),
			.seed = (uint64_t)sqlite3_column_int64(q, 1),
			.rank = (uint64_t)sqlite3_column_int64(q, 2),
			.messages = sqlite3_column_int64(q, 3),
			.chosen = sqlite3_column_int64(q, 4),
		};
	sqlite3_reset(q);
	if (n != NEXT_FAIL)
		*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}
