/* SPDX-License-Identifier: MIT */
#include "store/store_item.h"

#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

static const char *const kinds[] = { "checklist-sign", "checklist-reopen",
				     "checklist-assign" };
_Static_assert(COUNT_OF(kinds) == ITEM_WORD_COUNT, "one for each word");

static const char sql_item_add[] =
	"INSERT INTO item_said (list, item, what, at, teller, owner, note, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/* The row first, so that the entry can hold its digest. */
static bool add_row(struct store *st, const struct item_said *s, const char *owner,
		    int64_t seq, struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, s->teller, teller, err) ||
	    !db_prepare(st, sql_item_add, &q, err))
		return false;
	db_bind_str(q, 1, s->list);
	db_bind_str(q, 2, s->item);
	sqlite3_bind_int(q, 3, (int)s->what);
	sqlite3_bind_int64(q, 4, s->at);
	db_bind_str(q, 5, teller);
	db_bind_str(q, 6, owner);
	db_bind_str(q, 7, s->note);
	sqlite3_bind_int64(q, 8, seq);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static bool add_entry(struct store *st, const struct item_said *s, const char *owner,
		      int64_t row, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct sha256 digest;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_ITEM, row, &digest, err))
		return false;
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "item", s->item);
	json_put_str(&j, "list", s->list);
	words_put_digest_of(&j, "note", s->note);
	if (s->what == ITEM_ASSIGNED)
		json_put_str(&j, "owner", owner);
	words_put_row(&j, &digest);
	json_end_object(&j);
	ok = store_ledger_append(st, s->teller, kinds[s->what], strbuf_cstr(&payload),
				 err);
	strbuf_done(&payload);
	return ok;
}

bool store_item_say(struct store *st, struct item_said *s, struct err *err)
{
	char owner[PERSON_CODE_SIZE] = "";
	int64_t seq = 0;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = store_person_code(st, s->owner, owner, err) && words_begin(st, &seq, err) &&
	     add_row(st, s, owner, seq, err) &&
	     add_entry(st, s, owner, sqlite3_last_insert_rowid(st->db), err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	s->ledger = seq;
	return true;
}

static const char sql_item_words[] = "SELECT list, item, what, at, " PERSON_NAME(
	"teller") ", " PERSON_NAME("owner") ", note, ledger FROM item_said ORDER BY id";

static bool read_word(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct item_said *out = item;
	int what;

	if (!db_enum(st, q, 2, ITEM_WORD_COUNT, &what, err))
		return false;
	*out = (struct item_said){ .list = db_text_in(q, 0, arena),
				   .item = db_text_in(q, 1, arena),
				   .what = (enum item_word)what,
				   .at = sqlite3_column_int64(q, 3),
				   .teller = db_text_in(q, 4, arena),
				   .owner = db_text_in(q, 5, arena),
				   .note = db_text_in(q, 6, arena),
				   .ledger = sqlite3_column_int64(q, 7) };
	return true;
}

bool store_item_words(struct store *st, struct arena *arena, struct item_said **out,
		      size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_item_words, &q, err) ||
	    !db_list(st, q, sizeof **out, read_word, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
