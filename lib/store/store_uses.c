/* SPDX-License-Identifier: MIT */
#include "store/store_uses.h"

#include "model/message.h"
#include "store/store_db.h"
#include "store/store_log_uses.h"

struct store_uses {
	struct store *st;
	enum side side;
	sqlite3_stmt *q;
	struct span rest; /* of the row at hand */
	int64_t name_id;
	struct span name;
	/* words of the use that was given last */
	struct word {
		int64_t id;
		struct strbuf text;
	} address, rcpt, client;
};

static const char sql_uses[] =
	"SELECT u.name, t.text, u.uses FROM log_use u CROSS JOIN log_text t ON t.id = "
	"u.name WHERE u.side = ?1 ORDER BY u.name, u.\"from\"";

bool store_uses_open(struct store *st, enum side side, struct store_uses **out,
		     struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct store_uses *u;

	if (!db_prepare(st, sql_uses, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	u = mem_calloc(1, sizeof *u);
	u->st = st;
	u->side = side;
	u->q = q;
	*out = u;
	return true;
}

static struct span column(sqlite3_stmt *q, int at)
{
	const char *p = sqlite3_column_blob(q, at);

	return (struct span){ p != NULL ? p : "", (size_t)sqlite3_column_bytes(q, at) };
}

static bool word_of(struct store_uses *u, struct word *w, int64_t id, struct span *out,
		    struct err *err)
{
	if (id == STORE_LOG_EMPTY) {
		*out = (struct span){ "", 0 };
		return true;
	}
	if (w->id != id) {
		strbuf_clear(&w->text);
		if (!store_log_text_get(u->st, id, &w->text, err))
			return false;
		w->id = id;
	}
	*out = strbuf_span(&w->text);
	return true;
}

enum next store_uses_next(struct store_uses *u, struct log_use_seen *out, struct err *err)
{
	struct log_use_stored s;
	struct log_use_seen seen;

	while (u->rest.n == 0) {
		enum next n = db_next(u->st, u->q, err);

		if (n != NEXT_ITEM)
			return n;
		u->name_id = sqlite3_column_int64(u->q, 0);
		u->name = column(u->q, 1);
		u->rest = column(u->q, 2);
	}
	if (!store_log_use_take(&u->rest, &s) || s.use >= (int)LOG_USE_COUNT ||
	    s.protocol >= (int)LOG_PROTOCOL_COUNT ||
	    !store_log_days_are(s.days, s.day_n)) {
		db_damaged(u->st, "uses of a name in a log", err);
		return NEXT_FAIL;
	}
	seen = (struct log_use_seen){ .side = u->side,
				      .name_id = u->name_id,
				      .name = u->name,
				      .use = (enum log_use)s.use,
				      .protocol = (enum log_protocol)s.protocol,
				      .n = s.n,
				      .first = s.first,
				      .last = s.last,
				      .traits = s.traits,
				      .days = s.days,
				      .day_n = s.day_n };
	if (!word_of(u, &u->address, s.address, &seen.address, err) ||
	    !word_of(u, &u->rcpt, s.rcpt, &seen.rcpt, err) ||
	    !word_of(u, &u->client, s.client, &seen.client, err))
		return NEXT_FAIL;
	*out = seen;
	return NEXT_ITEM;
}

void store_uses_close(struct store_uses *u)
{
	if (u == NULL)
		return;
	db_return(u->st, u->q);
	strbuf_done(&u->address.text);
	strbuf_done(&u->rcpt.text);
	strbuf_done(&u->client.text);
	free(u);
}

static struct span keep(sqlite3_stmt *q, int at, struct arena *arena)
{
	struct span s = column(q, at);

	return (struct span){ arena_span(arena, s), s.n };
}

static const char sql_spans[] =
	"SELECT t.text, s.first, s.last, EXISTS (SELECT 1 FROM log_source o WHERE"
	" o.side = s.side AND o.host = s.host AND o.logins > 0), EXISTS (SELECT 1 FROM"
	" log_source o WHERE o.side = s.side AND o.host = s.host AND o.deliveries > 0)"
	" FROM log_span s"
	" JOIN log_text t ON t.id = s.host WHERE s.side = ?1 ORDER BY t.text, s.first";

static bool read_span(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct log_span_seen *out = item;

	(void)st, (void)err;
	*out = (struct log_span_seen){ .host = keep(q, 0, arena),
				       .first = sqlite3_column_int64(q, 1),
				       .last = sqlite3_column_int64(q, 2),
				       .logins = sqlite3_column_int(q, 3) != 0,
				       .deliveries = sqlite3_column_int(q, 4) != 0 };
	return true;
}

/* A list of one side by a statement that takes it as its first parameter. */
static bool of_side(struct store *st, const char *sql, enum side side, int64_t second,
		    size_t size,
		    bool (*read)(struct store *st, sqlite3_stmt *q, struct arena *arena,
				 void *item, struct err *err),
		    struct arena *arena, void **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;

	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	if (sqlite3_bind_parameter_count(q) > 1)
		sqlite3_bind_int64(q, 2, second);
	return db_list(st, q, size, read, arena, out, n_out, err);
}

bool store_log_spans(struct store *st, enum side side, struct arena *arena,
		     struct log_span_seen **out, size_t *n_out, struct err *err)
{
	void *list = NULL;

	if (!of_side(st, sql_spans, side, 0, sizeof **out, read_span, arena, &list, n_out,
		     err))
		return false;
	*out = list;
	return true;
}

static const char sql_sources[] =
	"SELECT t.text, s.program, s.first, s.last, s.logins, s.deliveries,"
	" count(h.hour), coalesce(sum(h.lines), 0) FROM log_source s"
	" JOIN log_text t ON t.id = s.host LEFT JOIN log_hour h ON h.source = s.id"
	" WHERE s.side = ?1 GROUP BY s.id ORDER BY t.text, s.program";

static bool read_source(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct log_source_seen *out = item;
	int program;

	if (!db_enum(st, q, 1, LOG_PROGRAM_COUNT, &program, err))
		return false;
	*out = (struct log_source_seen){ .host = keep(q, 0, arena),
					 .program = (enum log_program)program,
					 .first = sqlite3_column_int64(q, 2),
					 .last = sqlite3_column_int64(q, 3),
					 .logins = sqlite3_column_int64(q, 4),
					 .deliveries = sqlite3_column_int64(q, 5),
					 .hours = sqlite3_column_int64(q, 6),
					 .lines = sqlite3_column_int64(q, 7) };
	return true;
}

bool store_log_sources(struct store *st, enum side side, struct arena *arena,
		       struct log_source_seen **out, size_t *n_out, struct err *err)
{
	void *list = NULL;

	if (!of_side(st, sql_sources, side, 0, sizeof **out, read_source, arena, &list,
		     n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_beats[] =
	"SELECT o.at, o.\"user\", EXISTS (SELECT 1 FROM log_own l WHERE l.login = o.id)"
	" FROM own_login o WHERE o.side = ?1 AND o.beat = 1 AND o.at >= ?2"
	" ORDER BY o.at, o.id";

static bool read_beat(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct beat_seen *out = item;

	(void)st, (void)err;
	*out = (struct beat_seen){ .at = sqlite3_column_int64(q, 0),
				   .user = db_text_in(q, 1, arena),
				   .seen = sqlite3_column_int(q, 2) != 0 };
	return true;
}

bool store_beats(struct store *st, enum side side, int64_t from, struct arena *arena,
		 struct beat_seen **out, size_t *n_out, struct err *err)
{
	void *list = NULL;

	if (!of_side(st, sql_beats, side, from, sizeof **out, read_beat, arena, &list,
		     n_out, err))
		return false;
	*out = list;
	return true;
}

/*
 * ?2: bits of a folder for sent mail; those of \Answered and \Seen are 3 and 4.  CROSS
 * JOIN: SQLite would read all messages once for each account, for it takes a range of ids
 * for a small part of them.
 */
static const char sql_mail[] =
	"SELECT f.account, max(CASE WHEN f.attrs & ?2 THEN m.\"date\" END),"
	" max(CASE WHEN m.flags & ?3 THEN m.\"date\" END),"
	" max(CASE WHEN m.flags & ?4 AND f.attrs & ?2 = 0 THEN m.\"date\" END),"
	" max(m.\"date\"), count(*), sum(CASE WHEN m.octets > 0 THEN m.octets ELSE 0 END)"
	" FROM account a CROSS JOIN folder f CROSS JOIN folder_epoch e CROSS JOIN "
	"message m"
	" WHERE a.side = ?1 AND f.account = a.id AND f.gone_run IS NULL"
	" AND e.id = (SELECT max(x.id) FROM folder_epoch x WHERE x.folder = f.id)"
	" AND m.id BETWEEN e.id << 32 AND (e.id << 32) + 4294967295"
	" AND m.gone_run IS NULL GROUP BY f.account ORDER BY f.account";

static bool read_mail(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct mail_witness *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct mail_witness){ .account = sqlite3_column_int64(q, 0),
				      .sent = sqlite3_column_int64(q, 1),
				      .answered = sqlite3_column_int64(q, 2),
				      .seen = sqlite3_column_int64(q, 3),
				      .newest = sqlite3_column_int64(q, 4),
				      .messages = sqlite3_column_int64(q, 5),
				      .octets = sqlite3_column_int64(q, 6) };
	return true;
}

bool store_mail_witnesses(struct store *st, enum side side, struct arena *arena,
			  struct mail_witness **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_mail, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	sqlite3_bind_int64(q, 2, FOLDER_SENT);
	sqlite3_bind_int64(q, 3, MSG_ANSWERED);
	sqlite3_bind_int64(q, 4, MSG_SEEN);
	if (!db_list(st, q, sizeof **out, read_mail, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
