/* SPDX-License-Identifier: MIT */
#include "store/store_digest.h"

#include "base/json.h"
#include "store/store_bodies.h"
#include "store/store_purged.h"

/* The newest attempt of each account. */
static const char sql_digest_accounts[] =
	"SELECT a.id, a.side, a.\"user\", s.outcome, s.depth, s.listing"
	" FROM account_seen s JOIN account a ON a.id = s.account WHERE s.run = ?1 AND "
	"s.id ="
	" (SELECT max(x.id) FROM account_seen x WHERE x.run = ?1 AND x.account = "
	"s.account)"
	" ORDER BY a.side, a.\"user\"";
static const char sql_digest_folders[] =
	"SELECT f.wire, s.uidvalidity, s.outcome, s.depth, s.messages, s.octets, s.digest"
	" FROM folder f JOIN folder_seen s ON s.id ="
	" (SELECT max(x.id) FROM folder_seen x WHERE x.folder = f.id AND x.id <= ?2)"
	" WHERE f.account = ?1 AND s.outcome <> ?3 ORDER BY f.wire";
static const char sql_digest_mark[] = "SELECT coalesce(max(id), 0) FROM folder_seen";

static const char *const sql_rows[] = {
	"SELECT command, scope, depth, started, clock_back, operator, program FROM run"
	" WHERE id = ?1",
	"SELECT id, account, at, outcome, depth, folders, folders_read, messages,"
	" listing, tls, error FROM account_seen WHERE run = ?1 ORDER BY id",
	"SELECT id, folder, epoch, at, outcome, depth, uidvalidity, uidnext, modseq,"
	" messages, octets, messages_read, took_ms, digest, error_class, error"
	" FROM folder_seen WHERE run = ?1 ORDER BY id",
	"SELECT id, folder, before, after FROM folder_change WHERE run = ?1 ORDER BY id",
	"SELECT id, message, before, after FROM message_change"
	" WHERE run = ?1 ORDER BY id",
};

/* Tables that came later: a run that wrote nothing into them has the digest that it
 * always had. */
static const char *const sql_later_rows[] = {
	NULL, /* body_seen: store_bodies.h */
	"SELECT id, folder, examine_ms, messages, octets, took_ms, gap_ms, gap_uid, error"
	" FROM folder_scan WHERE run = ?1 ORDER BY id",
	"SELECT side, seed, rank, messages, chosen FROM scan_sample WHERE run = ?1"
	" ORDER BY side",
	"SELECT id, side, guard_ms, hours_ms, rate_ms, hint_ms, hints, peak, slowed"
	" FROM run_pace WHERE run = ?1 ORDER BY id",
	"SELECT id, at, domain, purpose, via, name, type, outcome, value, ttl, points,"
	" words FROM dns_seen WHERE run = ?1 ORDER BY id",
	"SELECT id, account, at, kind, name, used, \"limit\" FROM account_limit"
	" WHERE run = ?1 ORDER BY id",
	"SELECT h.seen, h.uid, h.octets, h.\"date\", h.words FROM folder_seen s"
	" JOIN folder_hole h ON h.seen = s.id WHERE s.run = ?1 ORDER BY h.seen, h.uid",
	"SELECT g.message, g.number, s.names FROM message_gmail g JOIN label_set s"
	" ON s.id = g.labels WHERE g.run = ?1 ORDER BY g.message",
	"SELECT id, folder, at, words FROM folder_acl WHERE run = ?1 ORDER BY id",
	"SELECT g.acl, g.who, g.rights FROM folder_acl a JOIN folder_grant g"
	" ON g.acl = a.id WHERE a.run = ?1 ORDER BY g.acl, g.who",
	"SELECT id, folder, epoch, at, mailbox FROM folder_objectid WHERE run = ?1"
	" ORDER BY id",
};

static const char sql_ended[] =
	"SELECT r.id, r.command, r.scope, r.depth, r.started, e.at, e.outcome,"
	" r.operator, e.logins, e.commands, e.waits, e.octets_in, e.octets_out,"
	" e.reconnects, e.note, e.seen_upto, l.kind, l.payload, e.digest FROM run_end e"
	" JOIN run r ON r.id = e.run LEFT JOIN ledger l ON l.seq = e.ledger"
	" ORDER BY e.run";

/* A row's numbers and short texts: each by itself would cost more than its digest. */
struct row_run {
	struct sha256_ctx *sha;
	size_t n;
	uint8_t octets[480];
};

static void run_flush(struct row_run *r)
{
	sha256_add(r->sha, r->octets, r->n);
	r->n = 0;
}

static void run_u64(struct row_run *r, uint64_t v)
{
	if (r->n + 8 > sizeof r->octets)
		run_flush(r);
	sha256_put_u64(r->octets + r->n, v);
	r->n += 8;
}

static void run_field(struct row_run *r, const void *p, size_t n)
{
	run_u64(r, n);
	if (r->n + n > sizeof r->octets)
		run_flush(r);
	if (n > sizeof r->octets) {
		sha256_add(r->sha, p, n);
	} else if (n > 0) {
		memcpy(r->octets + r->n, p, n);
		r->n += n;
	}
}

void digest_row(struct sha256_ctx *sha, sqlite3_stmt *q, int n)
{
	struct row_run r; /* not filled with zeros, a row at a time */

	r.sha = sha;
	r.n = 0;
	for (int i = 0; i < n; i++) {
		/* The handle belongs to one thread, so that it may be read like any
		 * other: in a third of the time that the column takes. */
		sqlite3_value *v = sqlite3_column_value(q, i);
		int type = sqlite3_value_type(v);

		run_u64(&r, (uint64_t)type);
		if (type == SQLITE_INTEGER)
			run_u64(&r, (uint64_t)sqlite3_value_int64(v));
		else if (type != SQLITE_NULL)
			run_field(&r, sqlite3_value_blob(v),
				  (size_t)sqlite3_value_bytes(v));
	}
	run_flush(&r);
}

/* quiet: nothing is digested where there are no rows. */
static enum next hash_table(struct store *st, int64_t run, const char *sql, uint64_t i,
			    bool quiet, struct sha256_ctx *sha, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql, &q, err))
		return NEXT_FAIL;
	sqlite3_bind_int64(q, 1, run);
	if (!quiet)
		sha256_add_u64(sha, i);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (quiet)
			sha256_add_u64(sha, i);
		quiet = false;
		digest_row(sha, q, sqlite3_column_count(q));
	}
	db_return(st, q);
	return n;
}

static bool hash_rows(struct store *st, int64_t run, struct sha256 *out, struct err *err)
{
	struct sha256_ctx *sha = sha256_new();
	enum next n = NEXT_END;

	sha256_begin(sha);
	for (size_t i = 0; i < COUNT_OF(sql_rows) && n == NEXT_END; i++)
		n = hash_table(st, run, sql_rows[i], i, false, sha, err);
	for (size_t i = 0; i < COUNT_OF(sql_later_rows) && n == NEXT_END; i++) {
		uint64_t table = COUNT_OF(sql_rows) + i;

		if (sql_later_rows[i] != NULL)
			n = hash_table(st, run, sql_later_rows[i], table, true, sha, err);
		else if (!bodies_hash(st, run, table, sha, err))
			n = NEXT_FAIL;
	}
	sha256_end(sha, out);
	sha256_free(sha);
	return n == NEXT_END;
}

static bool hash_folders(struct store *st, int64_t account, int64_t seen_upto,
			 struct sha256_ctx *sha, struct run_facts *facts, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DIGEST_FOLDERS, sql_digest_folders);
	enum next n;

	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int64(q, 2, seen_upto);
	sqlite3_bind_int(q, 3, FOLDER_GONE);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t messages = sqlite3_column_int64(q, 4);

		digest_row(sha, q, sqlite3_column_count(q));
		facts->folders++;
		facts->messages += messages > 0 ? messages : 0;
	}
	sqlite3_reset(q);
	return n == NEXT_END;
}

bool digest_run(struct store *st, int64_t run, int64_t seen_upto, struct run_facts *out,
		struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DIGEST_ACCOUNTS, sql_digest_accounts);
	struct sha256_ctx *sha = sha256_new();
	struct run_facts facts = { 0 };
	enum next n;

	sha256_begin(sha);
	sqlite3_bind_int64(q, 1, run);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		facts.accounts++;
		sha256_add_u64(sha, (uint64_t)sqlite3_column_int64(q, 1));
		sha256_add_field(sha, sqlite3_column_blob(q, 2),
				 (size_t)sqlite3_column_bytes(q, 2));
		sha256_add_u64(sha, (uint64_t)sqlite3_column_int64(q, 3));
		sha256_add_u64(sha, (uint64_t)sqlite3_column_int64(q, 4));
		sha256_add_field(sha, sqlite3_column_blob(q, 5),
				 (size_t)sqlite3_column_bytes(q, 5));
		if (sqlite3_column_type(q, 5) != SQLITE_NULL &&
		    !hash_folders(st, sqlite3_column_int64(q, 0), seen_upto, sha, &facts,
				  err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	sqlite3_reset(q);
	sha256_end(sha, &facts.digest);
	sha256_free(sha);
	if (n != NEXT_END || !hash_rows(st, run, &facts.rows, err))
		return false;
	*out = facts;
	return true;
}

bool digest_mark(struct store *st, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DIGEST_MARK, sql_digest_mark);
	bool ok = db_next(st, q, err) == NEXT_ITEM;

	if (ok)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return ok;
}

static void put_digest(struct json_out *j, const char *key, const struct sha256 *d)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	json_put_str(j, key, hex);
}

/* Scope and note may name people; the ledger outlives them, so it holds their digests. */
static void put_digest_of(struct json_out *j, const char *key, const char *text)
{
	struct sha256 d;

	sha256_of(text, strlen(text), &d);
	put_digest(j, key, &d);
}

void digest_payload(const struct run *r, const struct run_facts *facts,
		    const struct wire_count *count, const char *note, struct strbuf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_object(&j);
	json_put_int(&j, "run", r->id);
	json_put_str(&j, "command", r->command);
	if (facts->scope != NULL)
		put_digest(&j, "scope", facts->scope);
	else
		put_digest_of(&j, "scope", r->scope);
	json_put_str(&j, "depth", depth_name(r->depth));
	json_put_int(&j, "started", r->started);
	json_put_int(&j, "ended", r->ended);
	json_put_str(&j, "outcome", run_outcome_name(r->outcome));
	json_put_str(&j, "operator", r->operator_name);
	json_put_int(&j, "accounts", facts->accounts);
	json_put_int(&j, "folders", facts->folders);
	json_put_int(&j, "messages", facts->messages);
	put_digest(&j, "digest", &facts->digest);
	put_digest(&j, "rows", &facts->rows);
	json_put_int(&j, "logins", count->logins);
	json_put_int(&j, "commands", count->commands);
	json_put_int(&j, "waits", count->waits);
	json_put_int(&j, "octets_in", count->octets_in);
	json_put_int(&j, "octets_out", count->octets_out);
	json_put_int(&j, "reconnects", count->reconnects);
	put_digest_of(&j, "note", note);
	json_end_object(&j);
}

static bool check_run(struct store *st, sqlite3_stmt *q, struct strbuf *payload,
		      struct err *err)
{
	struct run r = { .id = sqlite3_column_int64(q, 0),
			 .command = db_text(q, 1),
			 .scope = db_text(q, 2),
			 .started = sqlite3_column_int64(q, 4),
			 .ended = sqlite3_column_int64(q, 5),
			 .operator_name = db_text(q, 7) };
	struct wire_count count = { .logins = sqlite3_column_int64(q, 8),
				    .commands = sqlite3_column_int64(q, 9),
				    .waits = sqlite3_column_int64(q, 10),
				    .octets_in = sqlite3_column_int64(q, 11),
				    .octets_out = sqlite3_column_int64(q, 12),
				    .reconnects = sqlite3_column_int64(q, 13) };
	struct run_facts facts;
	struct sha256 digest, scope;
	int depth, outcome;

	if (!db_enum(st, q, 3, DEPTH_COUNT, &depth, err) ||
	    !db_enum(st, q, 6, RUN_OUTCOME_COUNT, &outcome, err) ||
	    !digest_run(st, r.id, sqlite3_column_int64(q, 15), &facts, err) ||
	    !db_digest(st, q, 18, &digest, err))
		return false;
	sha256_of(r.scope, strlen(r.scope), &scope);
	facts.scope = &scope;
	if (!purged_was(st, PURGED_RUN, r.id, &facts.digest, err) ||
	    !purged_was(st, PURGED_RUN_ROWS, r.id, &facts.rows, err) ||
	    !purged_was(st, PURGED_RUN_SCOPE, r.id, &scope, err))
		return false;
	r.depth = (enum depth)depth;
	r.outcome = (enum run_outcome)outcome;
	strbuf_clear(payload);
	digest_payload(&r, &facts, &count, db_text(q, 14), payload);
	if (strcmp(db_text(q, 16), "run") != 0)
		return err_set(err, ERR_LEDGER, "run %lld ended without a ledger entry",
			       (long long)r.id);
	if (strcmp(db_text(q, 17), strbuf_cstr(payload)) != 0 ||
	    memcmp(&digest, &facts.digest, sizeof digest) != 0)
		return err_set(
			err, ERR_LEDGER,
			"the evidence of run %lld is not what its ledger entry says",
			(long long)r.id);
	return true;
}

bool digest_check_runs(struct store *st, int64_t *ended_out, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	sqlite3_stmt *q = NULL;
	int64_t ended = 0;
	enum next n;

	if (!db_prepare(st, sql_ended, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (!check_run(st, q, &payload, err)) {
			n = NEXT_FAIL;
			break;
		}
		ended++;
	}
	db_return(st, q);
	strbuf_done(&payload);
	if (n == NEXT_END)
		*ended_out = ended;
	return n == NEXT_END;
}
