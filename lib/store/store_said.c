/* SPDX-License-Identifier: MIT */
#include "store/store_said.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

static const char sql_said_add[] = "INSERT INTO transfer_said (transfer, at, teller, "
				   "decision, owner, leave_until, note,"
				   " ledger) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

static bool add_said(struct store *st, const struct said *s, int64_t ledger,
		     struct err *err)
{
	char teller[PERSON_CODE_SIZE], owner[PERSON_CODE_SIZE] = "";
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, s->teller, teller, err) ||
	    (s->owner != NULL && !store_person_code(st, s->owner, owner, err)) ||
	    !db_prepare(st, sql_said_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, s->transfer);
	sqlite3_bind_int64(q, 2, s->at);
	db_bind_str(q, 3, teller);
	db_bind_str(q, 4, s->decision);
	db_bind_str(q, 5, s->owner != NULL ? owner : NULL);
	db_bind_id(q, 6, s->leave_until);
	db_bind_str(q, 7, s->note != NULL ? s->note : "");
	sqlite3_bind_int64(q, 8, ledger);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

/* No name and no words of people: the row has them. */
static bool say(struct store *st, const struct said *s, int64_t row, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	char owner[PERSON_CODE_SIZE], iso[CLOCK_ISO_SIZE];
	struct sha256 digest;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_SAID, row, &digest, err) ||
	    (s->owner != NULL && !store_person_code(st, s->owner, owner, err)))
		return false;
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	if (s->decision != NULL)
		json_put_str(&j, "decision", s->decision);
	if (s->leave_until != 0)
		json_put_str(&j, "leave_until", clock_iso(s->leave_until, iso));
	words_put_digest_of(&j, "note", s->note != NULL ? s->note : "");
	if (s->owner != NULL)
		json_put_str(&j, "owner", owner);
	words_put_row(&j, &digest);
	json_put_int(&j, "transfer", s->transfer);
	json_end_object(&j);
	ok = store_ledger_append(st, s->teller, "account-set", strbuf_cstr(&payload),
				 err);
	strbuf_done(&payload);
	return ok;
}

bool store_said_add(struct store *st, const struct said *s, struct err *err)
{
	int64_t seq = 0;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = words_begin(st, &seq, err) && add_said(st, s, seq, err) &&
	     say(st, s, sqlite3_last_insert_rowid(st->db), err);
	return db_tx_end(st, own, ok, err);
}

static const char sql_said[] =
	"SELECT max(at), (SELECT decision FROM transfer_said WHERE transfer = ?1 AND "
	"decision"
	" IS NOT NULL ORDER BY id DESC LIMIT 1), (SELECT " PERSON_NAME(
		"owner") " FROM transfer_said WHERE"
			 " transfer = ?1 AND owner IS NOT NULL ORDER BY id DESC LIMIT "
			 "1), (SELECT "
			 "leave_until"
			 " FROM transfer_said WHERE transfer = ?1 AND leave_until IS NOT "
			 "NULL ORDER BY id "
			 "DESC"
			 " LIMIT 1), (SELECT " PERSON_NAME(
				 "teller") " FROM transfer_said WHERE transfer = ?1 "
					   "ORDER BY id "
					   "DESC"
					   " LIMIT 1), (SELECT note FROM transfer_said "
					   "WHERE transfer = ?1 ORDER BY id DESC"
					   " LIMIT 1) FROM transfer_said WHERE transfer "
					   "= ?1";

bool store_said(struct store *st, int64_t transfer, struct arena *arena, struct said *out,
		struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SAID, sql_said);
	enum next n;

	sqlite3_bind_int64(q, 1, transfer);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = (struct said){ .transfer = transfer,
				      .at = sqlite3_column_int64(q, 0),
				      .decision = db_str(q, 1, arena),
				      .owner = db_str(q, 2, arena),
				      .leave_until = sqlite3_column_int64(q, 3),
				      .teller = db_text_in(q, 4, arena),
				      .note = db_text_in(q, 5, arena) };
	sqlite3_reset(q);
	return n == NEXT_ITEM;
}

static const char sql_expected_add[] =
	"INSERT INTO expected (name, active, at, teller, reason, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char sql_expected[] = "SELECT e.name, " PERSON_NAME(
	"e.teller") ", e.reason, e.at FROM expected e WHERE active = 1 AND id = "
		    "(SELECT"
		    " max(id) FROM expected x WHERE x.name = e.name) ORDER BY name";

static bool add_expected(struct store *st, const struct expected *e, bool active,
			 int64_t ledger, struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, e->teller, teller, err) ||
	    !db_prepare(st, sql_expected_add, &q, err))
		return false;
	db_bind_str(q, 1, e->name);
	sqlite3_bind_int(q, 2, active);
	sqlite3_bind_int64(q, 3, e->at);
	db_bind_str(q, 4, teller);
	db_bind_str(q, 5, e->reason);
	sqlite3_bind_int64(q, 6, ledger);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static bool say_expected(struct store *st, const struct expected *e, bool active,
			 int64_t row, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct sha256 digest;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_EXPECTED, row, &digest, err))
		return false;
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	words_put_digest_of(&j, "name", e->name);
	words_put_digest_of(&j, "reason", e->reason);
	words_put_row(&j, &digest);
	json_end_object(&j);
	ok = store_ledger_append(st, e->teller, active ? "expect" : "expect-no-more",
				 strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

bool store_expected_add(struct store *st, const struct expected *e, bool active,
			struct err *err)
{
	int64_t seq = 0;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = words_begin(st, &seq, err) && add_expected(st, e, active, seq, err) &&
	     say_expected(st, e, active, sqlite3_last_insert_rowid(st->db), err);
	return db_tx_end(st, own, ok, err);
}

static bool read_expected(struct store *st, sqlite3_stmt *q, struct arena *arena,
			  void *item, struct err *err)
{
	struct expected *out = item;

	(void)st, (void)err;
	*out = (struct expected){ .name = db_text_in(q, 0, arena),
				  .teller = db_text_in(q, 1, arena),
				  .reason = db_text_in(q, 2, arena),
				  .at = sqlite3_column_int64(q, 3) };
	return true;
}

bool store_expected(struct store *st, struct arena *arena, struct expected **out,
		    size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_expected, &q, err) ||
	    !db_list(st, q, sizeof **out, read_expected, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_witness_add[] =
	"INSERT INTO witness (side, name, at, source, told) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char sql_witnesses[] = "SELECT name, at, source, told FROM witness w WHERE "
				    "side = ?1 AND id = (SELECT max(id)"
				    " FROM witness x WHERE x.side = w.side AND x.name = "
				    "w.name AND x.source = w.source)"
				    " ORDER BY name, source";

bool store_witness_add(struct store *st, const struct witness *w, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_ADD, sql_witness_add);

	sqlite3_bind_int(q, 1, (int)w->side);
	db_bind_str(q, 2, w->name);
	sqlite3_bind_int64(q, 3, w->at);
	db_bind_str(q, 4, w->source);
	sqlite3_bind_int64(q, 5, w->told);
	return db_run(st, q, err);
}

static bool read_witness(struct store *st, sqlite3_stmt *q, struct arena *arena,
			 void *item, struct err *err)
{
	struct witness *out = item;

	(void)st, (void)err;
	*out = (struct witness){ .name = db_text_in(q, 0, arena),
				 .at = sqlite3_column_int64(q, 1),
				 .source = db_text_in(q, 2, arena),
				 .told = sqlite3_column_int64(q, 3) };
	return true;
}

bool store_witnesses(struct store *st, enum side side, struct arena *arena,
		     struct witness **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_witnesses, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	if (!db_list(st, q, sizeof **out, read_witness, arena, &list, n_out, err))
		return false;
	*out = list;
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i].side = side;
	return true;
}

static const char sql_forward_forget[] =
	"DELETE FROM forward WHERE side = ?1 AND source = ?2";
static const char sql_forward_add[] =
	"INSERT INTO forward (side, name, target, keeps, source, kind, told)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_forwards[] =
	"SELECT name, target, keeps, source, kind, told FROM forward WHERE side = ?1"
	" ORDER BY name, target, source";

bool store_forward_forget(struct store *st, enum side side, const char *source,
			  struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_forward_forget, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	db_bind_str(q, 2, source);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

bool store_forward_add(struct store *st, const struct forward *f, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FORWARD_ADD, sql_forward_add);

	sqlite3_bind_int(q, 1, (int)f->side);
	db_bind_str(q, 2, f->name);
	db_bind_str(q, 3, f->target);
	sqlite3_bind_int(q, 4, f->keeps);
	db_bind_str(q, 5, f->source);
	db_bind_str(q, 6, f->kind);
	sqlite3_bind_int64(q, 7, f->told);
	return db_run(st, q, err);
}

static bool read_forward(struct store *st, sqlite3_stmt *q, struct arena *arena,
			 void *item, struct err *err)
{
	struct forward *out = item;

	(void)st, (void)err;
	*out = (struct forward){ .name = db_text_in(q, 0, arena),
				 .target = db_text_in(q, 1, arena),
				 .keeps = sqlite3_column_int(q, 2) != 0,
				 .source = db_text_in(q, 3, arena),
				 .kind = db_text_in(q, 4, arena),
				 .told = sqlite3_column_int64(q, 5) };
	return true;
}

bool store_forwards(struct store *st, enum side side, struct arena *arena,
		    struct forward **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_forwards, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	if (!db_list(st, q, sizeof **out, read_forward, arena, &list, n_out, err))
		return false;
	*out = list;
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i].side = side;
	return true;
}
