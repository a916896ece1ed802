/* SPDX-License-Identifier: MIT */
#include "store/store_server.h"

#include "store/store_db.h"

bool server_seen_same(const struct server_seen *a, const struct server_seen *b)
{
	return a->side == b->side && a->port == b->port && a->has_cert == b->has_cert &&
	       strcmp(a->host, b->host) == 0 &&
	       (!a->has_cert || memcmp(&a->cert.fingerprint, &b->cert.fingerprint,
				       sizeof a->cert.fingerprint) == 0);
}

static const char sql_add[] =
	"INSERT INTO server_seen (run, side, at, host, port, tls, fingerprint, \"key\","
	" subject, issuer, not_before, not_after)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	" ON CONFLICT DO NOTHING";

static void bind(sqlite3_stmt *q, int at, bool has, const struct sha256 *d)
{
	if (has)
		db_bind_digest(q, at, d);
	else
		sqlite3_bind_zeroblob(q, at, 0);
}

bool store_server_seen_add(struct store *st, const struct server_seen *s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SERVER_SEEN_ADD, sql_add);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int(q, 2, (int)s->side);
	sqlite3_bind_int64(q, 3, s->at);
	db_bind_str(q, 4, s->host);
	sqlite3_bind_int64(q, 5, s->port);
	db_bind_str(q, 6, s->tls);
	bind(q, 7, s->has_cert, &s->cert.fingerprint);
	bind(q, 8, s->has_cert, &s->cert.key);
	db_bind_str(q, 9, s->has_cert ? s->cert.subject : "");
	db_bind_str(q, 10, s->has_cert ? s->cert.issuer : "");
	sqlite3_bind_int64(q, 11, s->has_cert ? s->cert.not_before : 0);
	sqlite3_bind_int64(q, 12, s->has_cert ? s->cert.not_after : 0);
	return db_run(st, q, err);
}

static const char sql_known[] =
	"SELECT a.side, a.at, a.host, a.port, b.tls, a.fingerprint, a.\"key\", a.subject,"
	" a.issuer, a.not_before, a.not_after, a.run, b.run, b.at FROM (SELECT min(id) "
	"AS lo,"
	" max(id) AS hi FROM server_seen WHERE side = ?1 GROUP BY host, port, "
	"fingerprint) x"
	" JOIN server_seen a ON a.id = x.lo JOIN server_seen b ON b.id = x.hi"
	" ORDER BY b.id DESC";

/* The columns of an identity, from side on. */
static bool read_seen(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct server_seen *s = item;
	int side;

	*s = (struct server_seen){ .at = sqlite3_column_int64(q, 1) };
	if (!db_enum(st, q, 0, SIDE_COUNT, &side, err))
		return false;
	s->side = (enum side)side;
	s->host = db_text_in(q, 2, arena);
	s->port = (unsigned)sqlite3_column_int64(q, 3);
	snprintf(s->tls, sizeof s->tls, "%s", db_text_in(q, 4, arena));
	s->has_cert = sqlite3_column_bytes(q, 5) > 0;
	if (!s->has_cert)
		return true;
	snprintf(s->cert.subject, sizeof s->cert.subject, "%s", db_text_in(q, 7, arena));
	snprintf(s->cert.issuer, sizeof s->cert.issuer, "%s", db_text_in(q, 8, arena));
	s->cert.not_before = sqlite3_column_int64(q, 9);
	s->cert.not_after = sqlite3_column_int64(q, 10);
	return db_digest(st, q, 5, &s->cert.fingerprint, err) &&
	       db_digest(st, q, 6, &s->cert.key, err);
}

static bool read_known(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	struct server_known *k = item;

	*k = (struct server_known){ .first_run = sqlite3_column_int64(q, 11),
				    .last_run = sqlite3_column_int64(q, 12),
				    .last_at = sqlite3_column_int64(q, 13) };
	return read_seen(st, q, arena, &k->seen, err);
}

bool store_servers_known(struct store *st, enum side side, struct arena *arena,
			 struct server_known **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_known, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	if (!db_list(st, q, sizeof **out, read_known, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

bool store_servers_now(struct store *st, enum side side, struct arena *arena,
		       struct server_known **out, size_t *n_out, struct err *err)
{
	struct server_known *v;
	size_t n, kept = 0;

	if (!store_servers_known(st, side, arena, &v, &n, err))
		return false;
	/* They come with the newest first. */
	while (kept < n && v[kept].last_run == v[0].last_run)
		kept++;
	*out = v;
	*n_out = kept;
	return true;
}

static const char sql_met[] =
	"SELECT side, at, host, port, tls, fingerprint, \"key\", subject, issuer,"
	" not_before, not_after FROM server_seen WHERE run = ?1 AND side = ?2 ORDER BY "
	"id";

bool store_servers_met(struct store *st, enum side side, int64_t run, struct arena *arena,
		       struct server_seen **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_met, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	sqlite3_bind_int(q, 2, (int)side);
	if (!db_list(st, q, sizeof **out, read_seen, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

bool servers_know(const struct server_known *v, size_t n, const struct server_seen *s)
{
	for (size_t i = 0; i < n; i++) {
		const struct server_seen *k = &v[i].seen;

		if (server_seen_same(k, s) ||
		    (k->has_cert && s->has_cert &&
		     memcmp(&k->cert.key, &s->cert.key, sizeof k->cert.key) == 0))
			return true;
	}
	return false;
}

const char *server_cert_title(struct arena *arena, const struct server_seen *s)
{
	return arena_printf(arena, "the certificate of the %s server (%s:%u)",
			    side_name(s->side), s->host, s->port);
}
