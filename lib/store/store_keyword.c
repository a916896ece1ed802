/* SPDX-License-Identifier: MIT */
#include "store/store_keyword.h"

#include "store/store_folder.h"

static const char sql_keyword_find[] = "SELECT id FROM keyword_set WHERE names = ?1";
static const char sql_keyword_add[] = "INSERT INTO keyword_set (names) VALUES (?1)";
static const char sql_keyword_names[] = "SELECT names FROM keyword_set WHERE id = ?1";

/* FNV-1a: spreads a few short names, that is all. */
static size_t slot_of(struct span names)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < names.n; i++)
		h = (h ^ (uint8_t)names.p[i]) * 16777619u;
	return h % KEYWORD_SLOTS;
}

static void remember(struct keyword_slot *slot, int64_t id, struct span names)
{
	slot->id = id;
	strbuf_clear(&slot->names);
	strbuf_addspan(&slot->names, names);
}

void keyword_forget(struct store *st)
{
	for (size_t i = 0; i < KEYWORD_SLOTS; i++) {
		st->by_name[i].id = st->by_id[i].id = 0;
		strbuf_done(&st->by_name[i].names);
		strbuf_done(&st->by_id[i].names);
	}
}

bool keyword_id(struct store *st, const char *names, int64_t *out, struct err *err)
{
	struct span text = span_str(names);
	struct keyword_slot *slot;
	sqlite3_stmt *q;
	int64_t id = 0;
	enum next n;

	if (text.n == 0) {
		*out = 0;
		return true;
	}
	if (text.n > KEYWORDS_MAX)
		return err_set(err, ERR_LIMIT,
			       "a message has %zu octets of keywords, more than %u",
			       text.n, KEYWORDS_MAX);
	slot = &st->by_name[slot_of(text)];
	if (slot->id != 0 && span_eq(strbuf_span(&slot->names), text)) {
		*out = slot->id;
		return true;
	}
	q = db_stmt(st, STMT_KEYWORD_FIND, sql_keyword_find);
	sqlite3_bind_blob(q, 1, text.p, (int)text.n, SQLITE_STATIC);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		id = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (n == NEXT_FAIL)
		return false;
	if (n == NEXT_END) {
		q = db_stmt(st, STMT_KEYWORD_ADD, sql_keyword_add);
		sqlite3_bind_blob(q, 1, text.p, (int)text.n, SQLITE_STATIC);
		if (!db_run(st, q, err))
			return false;
		id = sqlite3_last_insert_rowid(st->db);
	}
	remember(slot, id, text);
	*out = id;
	return true;
}

bool keyword_names(struct store *st, int64_t id, struct span *out, struct err *err)
{
	struct keyword_slot *slot = &st->by_id[(uint64_t)id % KEYWORD_SLOTS];
	sqlite3_stmt *q;
	enum next n;

	if (id == 0) {
		*out = SPAN_LIT("");
		return true;
	}
	if (slot->id != id) {
		q = db_stmt(st, STMT_KEYWORD_NAMES, sql_keyword_names);
		sqlite3_bind_int64(q, 1, id);
		n = db_next(st, q, err);
		if (n == NEXT_ITEM)
			remember(slot, id,
				 (struct span){ sqlite3_column_blob(q, 0),
						(size_t)sqlite3_column_bytes(q, 0) });
		sqlite3_reset(q);
		if (n == NEXT_END)
			db_damaged(st, "a keyword set is missing", err);
		if (n != NEXT_ITEM)
			return false;
	}
	*out = strbuf_span(&slot->names);
	return true;
}

bool store_keywords(struct store *st, int64_t keyword_set, struct arena *arena,
		    const char **out, struct err *err)
{
	struct span names;

	if (!keyword_names(st, keyword_set, &names, err))
		return false;
	*out = arena_span(arena, names);
	return true;
}
