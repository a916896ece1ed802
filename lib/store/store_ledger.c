/* SPDX-License-Identifier: MIT */
/* The ledger: an append-only chain of hashes.  Who keeps its newest hash elsewhere can
 * prove later that nothing before it was changed. */
#include "base/clock.h"
#include "store/store_db.h"
#include "store/store_deep.h"
#include "store/store_digest.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

/* Of one entry, in octets. */
#define ACTOR_MAX   256u
#define KIND_MAX    64u
#define PAYLOAD_MAX (64u << 10)

#define LEDGER_COLUMNS                                                                   \
	"seq, time, actor, kind, payload, prev, hash, " PERSON_NAME(                     \
		"actor") " FROM ledger"

static const char sql_ledger_head[] = "SELECT " LEDGER_COLUMNS
				      " ORDER BY seq DESC LIMIT 1";
static const char sql_ledger_all[] = "SELECT " LEDGER_COLUMNS " ORDER BY seq";
static const char sql_ledger_add[] =
	"INSERT INTO ledger (seq, time, actor, kind, payload, prev, hash)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static void hash_entry(struct store *st, const struct ledger_entry *e, struct sha256 *out)
{
	struct sha256_ctx *sha = st->sha;

	sha256_begin(sha);
	sha256_add_u64(sha, (uint64_t)e->seq);
	sha256_add_u64(sha, (uint64_t)e->time);
	sha256_add_field(sha, e->actor, strlen(e->actor));
	sha256_add_field(sha, e->kind, strlen(e->kind));
	sha256_add_field(sha, e->payload, strlen(e->payload));
	sha256_add_field(sha, e->prev.bytes, sizeof e->prev.bytes);
	sha256_add_field(sha, st->project, strlen(st->project));
	sha256_end(sha, out);
}

/* Texts borrow from the statement. */
static bool read_entry(struct store *st, sqlite3_stmt *q, struct ledger_entry *out,
		       struct err *err)
{
	*out = (struct ledger_entry){ .seq = sqlite3_column_int64(q, 0),
				      .time = sqlite3_column_int64(q, 1),
				      .actor = db_text(q, 2),
				      .kind = db_text(q, 3),
				      .payload = db_text(q, 4),
				      .name = db_text(q, 7) };
	/* A NUL would hide what stands behind it from the hash. */
	if (strlen(out->actor) != (size_t)sqlite3_column_bytes(q, 2) ||
	    strlen(out->kind) != (size_t)sqlite3_column_bytes(q, 3) ||
	    strlen(out->payload) != (size_t)sqlite3_column_bytes(q, 4))
		return db_damaged(st, "a NUL in the ledger", err);
	return db_digest(st, q, 5, &out->prev, err) &&
	       db_digest(st, q, 6, &out->hash, err);
}

static bool append(struct store *st, const char *actor, const char *kind,
		   const char *payload, struct err *err)
{
	char code[PERSON_CODE_SIZE];
	struct ledger_entry e = { .seq = 1,
				  .time = clock_now(),
				  .actor = code,
				  .kind = kind,
				  .payload = payload };
	sqlite3_stmt *q = db_stmt(st, STMT_LEDGER_HEAD, sql_ledger_head);
	struct ledger_entry head;
	bool ok = true;
	enum next n;

	if (!store_person_code(st, actor, code, err))
		return false;
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && (ok = read_entry(st, q, &head, err))) {
		e.seq = head.seq + 1;
		e.prev = head.hash;
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL || !ok)
		return false;
	hash_entry(st, &e, &e.hash);
	q = db_stmt(st, STMT_LEDGER_ADD, sql_ledger_add);
	sqlite3_bind_int64(q, 1, e.seq);
	sqlite3_bind_int64(q, 2, e.time);
	db_bind_str(q, 3, code);
	db_bind_str(q, 4, kind);
	db_bind_str(q, 5, payload);
	db_bind_digest(q, 6, &e.prev);
	db_bind_digest(q, 7, &e.hash);
	return db_run(st, q, err);
}

static const char sql_ledger_last[] =
	"SELECT coalesce(max(time), 0) FROM ledger WHERE kind = ?1";

bool store_ledger_last(struct store *st, const char *kind, int64_t *time_out,
		       struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_ledger_last, &q, err))
		return false;
	db_bind_str(q, 1, kind);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*time_out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return ok;
}

bool store_ledger_append(struct store *st, const char *actor, const char *kind,
			 const char *payload, struct err *err)
{
	struct err later = ERR_INIT;
	bool own, ok;

	if (strlen(actor) > ACTOR_MAX || strlen(kind) > KIND_MAX ||
	    strlen(payload) > PAYLOAD_MAX)
		return err_set(err, ERR_LIMIT,
			       "ledger entry of more than %u, %u and %u octets of actor, "
			       "kind and payload",
			       ACTOR_MAX, KIND_MAX, PAYLOAD_MAX);
	if (!db_durable(st, true, err))
		return false;
	ok = db_tx_begin(st, &own, err) &&
	     db_tx_end(st, own, append(st, actor, kind, payload, err), err);
	/* Joined or not: inside a transaction both calls do nothing. */
	return db_durable(st, false, ok ? err : &later) && ok;
}

bool store_ledger_head(struct store *st, struct arena *arena, struct ledger_entry *out,
		       bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LEDGER_HEAD, sql_ledger_head);
	enum next n = db_next(st, q, err);
	bool ok = n == NEXT_END;

	if (n == NEXT_ITEM && read_entry(st, q, out, err)) {
		out->actor = arena_strdup(arena, out->actor);
		out->kind = arena_strdup(arena, out->kind);
		out->payload = arena_strdup(arena, out->payload);
		out->name = arena_strdup(arena, out->name);
		ok = true;
	}
	sqlite3_reset(q);
	if (ok)
		*found_out = n == NEXT_ITEM;
	return ok;
}

static bool check_entry(struct store *st, const struct ledger_entry *e,
			const struct ledger_entry *before, struct err *err)
{
	struct sha256 hash;

	if (e->seq != before->seq + 1)
		return err_set(err, ERR_LEDGER, "ledger entry %lld is missing",
			       (long long)before->seq + 1);
	if (memcmp(&e->prev, &before->hash, sizeof e->prev) != 0)
		return err_set(err, ERR_LEDGER,
			       "ledger entry %lld does not follow the one before it",
			       (long long)e->seq);
	hash_entry(st, e, &hash);
	if (memcmp(&e->hash, &hash, sizeof hash) != 0)
		return err_set(err, ERR_LEDGER, "ledger entry %lld was altered",
			       (long long)e->seq);
	return true;
}

/* Clocks of honest machines step a little. */
#define CLOCK_SLACK 120

struct walk {
	const struct ledger_head *heads;
	size_t head_n;
	bool *found; /* of each head */
	struct ledger_facts *facts;
	int64_t runs;
};

static void look_at_entry(struct walk *w, const struct ledger_entry *e,
			  const struct ledger_entry *before)
{
	int64_t back = before->seq != 0 ? before->time - e->time : 0;

	if (back > CLOCK_SLACK && back > w->facts->back_seconds) {
		w->facts->back_seconds = back;
		w->facts->back_seq = e->seq;
	}
	for (size_t i = 0; i < w->head_n; i++)
		w->found[i] |= memcmp(&w->heads[i].hash, &e->hash, sizeof e->hash) == 0 &&
			       (w->heads[i].seq == 0 || w->heads[i].seq == e->seq);
	w->runs += strcmp(e->kind, "run") == 0;
}

static bool check_chain(struct store *st, struct walk *w, struct err *err)
{
	struct ledger_entry before = { .seq = 0 }, e;
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_ledger_all, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (!read_entry(st, q, &e, err) || !check_entry(st, &e, &before, err)) {
			n = NEXT_FAIL;
			break;
		}
		look_at_entry(w, &e, &before);
		before.seq = e.seq;
		before.time = e.time;
		before.hash = e.hash;
	}
	db_return(st, q);
	w->facts->entries = before.seq;
	w->facts->head = before.hash;
	return n == NEXT_END;
}

static bool check_heads(const struct walk *w, struct err *err)
{
	char hex[SHA256_HEX_SIZE];

	for (size_t i = 0; i < w->head_n; i++) {
		const struct ledger_head *h = &w->heads[i];

		if (w->found[i])
			continue;
		sha256_hex(&h->hash, hex);
		if (h->seq > w->facts->entries)
			return err_set(
				err, ERR_LEDGER,
				"the ledger ends at entry %lld, and entry %lld was "
				"kept elsewhere: its tail is missing",
				(long long)w->facts->entries, (long long)h->seq);
		return err_set(err, ERR_LEDGER,
			       "no entry has the hash %.16s... that was kept elsewhere: "
			       "the ledger was cut off or replaced",
			       hex);
	}
	return true;
}

static bool examine(struct store *st, bool deep, struct walk *w, struct err *err)
{
	int64_t ended = 0;

	if (!check_chain(st, w, err) || !digest_check_runs(st, &ended, err))
		return false;
	if (w->runs != ended)
		return err_set(
			err, ERR_LEDGER,
			"the ledger tells of %lld ended runs, the evidence of %lld",
			(long long)w->runs, (long long)ended);
	return words_check(st, err) && check_heads(w, err) &&
	       (!deep || (told_check(st, err) && deep_check(st, w->facts, err)));
}

bool store_ledger_examine(struct store *st, bool deep, const struct ledger_head *heads,
			  size_t head_n, struct ledger_facts *out, struct err *err)
{
	struct walk w = { .heads = heads, .head_n = head_n, .facts = out };
	bool own = !st->tx, ok;

	*out = (struct ledger_facts){ 0 };
	if (own && !store_read_begin(st, err))
		return false;
	w.found = mem_calloc(head_n + 1, sizeof *w.found);
	ok = examine(st, deep, &w, err);
	free(w.found);
	if (own)
		store_read_end(st);
	if (!ok && err->cls == ERR_LEDGER && err->hint[0] == '\0')
		err_hint(err, "the evidence can no longer be trusted; go back to a "
			      "backup whose ledger verifies");
	return ok;
}

bool store_ledger_verify(struct store *st, int64_t *entries_out, struct err *err)
{
	struct ledger_facts facts;

	if (!store_ledger_examine(st, false, NULL, 0, &facts, err))
		return false;
	*entries_out = facts.entries;
	return true;
}

/* ---- walking ---- */

struct store_ledger {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_ledger_open(struct store *st, struct store_ledger **out, struct err *err)
{
	struct store_ledger *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_ledger_all, &it->q, err)) {
		free(it);
		return false;
	}
	*out = it;
	return true;
}

enum next store_ledger_next(struct store_ledger *it, struct ledger_entry *out,
			    struct err *err)
{
	enum next n = db_next(it->st, it->q, err);

	return n == NEXT_ITEM && !read_entry(it->st, it->q, out, err) ? NEXT_FAIL : n;
}

void store_ledger_close(struct store_ledger *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}
