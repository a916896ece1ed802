/* SPDX-License-Identifier: MIT */
#include "store/store_approval.h"

#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

static const char sql_approval_add[] =
	"INSERT INTO approval (at, body, role, teller, key_print, signature, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static bool add_row(struct store *st, struct approval *a, struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, a->name, teller, err) ||
	    !db_prepare(st, sql_approval_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, a->at);
	db_bind_digest(q, 2, &a->body);
	sqlite3_bind_int(q, 3, (int)a->role);
	db_bind_str(q, 4, teller);
	db_bind_str(q, 5, a->key);
	db_bind_str(q, 6, a->signature);
	sqlite3_bind_int64(q, 7, a->ledger);
	ok = db_run(st, q, err);
	a->id = sqlite3_last_insert_rowid(st->db);
	db_return(st, q);
	return ok;
}

static bool add_entry(struct store *st, const struct approval *a, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct sha256 row;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_APPROVAL, a->id, &row, err))
		return false;
	sha256_hex(&a->body, hex);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "body", hex);
	json_put_str(&j, "key", a->key);
	json_put_str(&j, "role", approval_role_name(a->role));
	words_put_row(&j, &row);
	json_end_object(&j);
	ok = store_ledger_append(st, a->name, "approve", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

bool store_approval_add(struct store *st, struct approval *a, struct err *err)
{
	struct approval made = *a;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = words_begin(st, &made.ledger, err) && add_row(st, &made, err) &&
	     add_entry(st, &made, err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	*a = made;
	return true;
}

static const char sql_approvals[] = "SELECT id, at, body, role, " PERSON_NAME(
	"teller") ", key_print, signature,"
		  " ledger FROM approval WHERE ?1 IS NULL OR body = ?1 ORDER BY id";

static bool read_approval(struct store *st, sqlite3_stmt *q, struct arena *arena,
			  void *item, struct err *err)
{
	struct approval *out = item;
	int role;

	if (!db_enum(st, q, 3, APPROVAL_ROLE_COUNT, &role, err))
		return false;
	*out = (struct approval){ .id = sqlite3_column_int64(q, 0),
				  .at = sqlite3_column_int64(q, 1),
				  .role = (enum approval_role)role,
				  .name = db_text_in(q, 4, arena),
				  .key = db_text_in(q, 5, arena),
				  .signature = db_text_in(q, 6, arena),
				  .ledger = sqlite3_column_int64(q, 7) };
	return db_digest(st, q, 2, &out->body, err);
}

bool store_approvals(struct store *st, const struct sha256 *body, struct arena *arena,
		     struct approval **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_approvals, &q, err))
		return false;
	if (body != NULL)
		db_bind_digest(q, 1, body);
	if (!db_list(st, q, sizeof **out, read_approval, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
