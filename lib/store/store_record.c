/* SPDX-License-Identifier: MIT */
#include "store/store_record.h"

#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

const char *record_kind_name(enum record_kind k)
{
	/* as kinds of ledger entries, too */
	static const char *const names[] = { "archive", "restore", "statement",
					     "announce" };

	_Static_assert(COUNT_OF(names) == RECORD_KIND_COUNT, "one for each");
	return names[k];
}

static const char sql_record_add[] =
	"INSERT INTO record (transfer, kind, at, told, teller, role, topic, digest,"
	" octets, note, ledger) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

static bool add_row(struct store *st, const struct record *r, int64_t seq,
		    struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, r->teller, teller, err) ||
	    !db_prepare(st, sql_record_add, &q, err))
		return false;
	db_bind_id(q, 1, r->transfer);
	sqlite3_bind_int(q, 2, (int)r->kind);
	sqlite3_bind_int64(q, 3, r->at);
	sqlite3_bind_int64(q, 4, r->told);
	db_bind_str(q, 5, teller);
	db_bind_str(q, 6, r->role);
	db_bind_str(q, 7, r->topic);
	if (r->has_digest)
		db_bind_digest(q, 8, &r->digest);
	sqlite3_bind_int64(q, 9, r->octets);
	db_bind_str(q, 10, r->note);
	sqlite3_bind_int64(q, 11, seq);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static bool add_entry(struct store *st, const struct record *r, int64_t id,
		      struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct sha256 row;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_RECORD, id, &row, err))
		return false;
	sha256_hex(&r->digest, hex);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_int(&j, "at", r->at);
	json_put_str(&j, "digest", r->has_digest ? hex : NULL);
	words_put_digest_of(&j, "note", r->note);
	json_put_str(&j, "role", r->role);
	words_put_row(&j, &row);
	json_put_str(&j, "topic", r->topic);
	json_end_object(&j);
	ok = store_ledger_append(st, r->teller, record_kind_name(r->kind),
				 strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

bool store_record_add(struct store *st, struct record *r, struct err *err)
{
	int64_t seq = 0, id = 0;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = words_begin(st, &seq, err) && add_row(st, r, seq, err);
	if (ok) {
		id = sqlite3_last_insert_rowid(st->db);
		ok = add_entry(st, r, id, err);
	}
	if (!db_tx_end(st, own, ok, err))
		return false;
	r->id = id;
	r->ledger = seq;
	return true;
}

static const char sql_records[] =
	"SELECT id, coalesce(transfer, 0), kind, at, told, " PERSON_NAME(
		"teller") ", role, topic, digest, octets, note, ledger FROM record"
			  " ORDER BY at, id";

static bool read_record(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct record *out = item;
	int kind;

	if (!db_enum(st, q, 2, RECORD_KIND_COUNT, &kind, err))
		return false;
	*out = (struct record){ .id = sqlite3_column_int64(q, 0),
				.transfer = sqlite3_column_int64(q, 1),
				.kind = (enum record_kind)kind,
				.at = sqlite3_column_int64(q, 3),
				.told = sqlite3_column_int64(q, 4),
				.teller = db_text_in(q, 5, arena),
				.role = db_text_in(q, 6, arena),
				.topic = db_text_in(q, 7, arena),
				.has_digest = sqlite3_column_type(q, 8) != SQLITE_NULL,
				.octets = sqlite3_column_int64(q, 9),
				.note = db_text_in(q, 10, arena),
				.ledger = sqlite3_column_int64(q, 11) };
	return !out->has_digest || db_digest(st, q, 8, &out->digest, err);
}

bool store_records(struct store *st, struct arena *arena, struct record **out,
		   size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_records, &q, err) ||
	    !db_list(st, q, sizeof **out, read_record, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
