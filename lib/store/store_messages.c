/* SPDX-License-Identifier: MIT */
/* Reading messages, in the order of their UIDs or of their keys. */
#include "store/store_db.h"
#include "store/store_folder.h"
#include "store/store_window.h"

/*
 * One row of `message` costs SQLite as much to hand to us as to find: in the order of
 * keys, where we take all of them before the first is handed on, an aggregate of our own
 * takes them where they are found.
 */
#define TAKE_MESSAGE "take_message"
#define COLUMNS	     "id, \"key\", tier, octets, \"date\", flags, keyword_set"
#define IN_EPOCH     " FROM message WHERE id BETWEEN ?1 AND ?2"
#define PRESENT	     " AND gone_run IS NULL"
#define GONE_SINCE   " AND gone_run > ?3"

static const char *const sql_messages[] = {
	[STORE_BY_UID] = "SELECT " COLUMNS IN_EPOCH PRESENT " ORDER BY id",
	[STORE_BY_KEY] = "SELECT " TAKE_MESSAGE "(" COLUMNS ")" IN_EPOCH PRESENT,
};
static const char sql_messages_gone[] = "SELECT " TAKE_MESSAGE "(" COLUMNS
					")" IN_EPOCH GONE_SINCE;
enum { COLUMN_COUNT = 7 };

struct store_messages {
	struct store *st;
	sqlite3_stmt *q;
	struct store_sort *sort; /* STORE_BY_KEY */
	bool sorted;
	struct err err; /* why it could not be */
};

/* Values that are not as we would have written them: false, and why. */
static bool read_message(sqlite3_value *const v[COLUMN_COUNT], struct message *out,
			 const char **bad_out)
{
	int64_t tier = sqlite3_value_int64(v[2]);
	const void *key = sqlite3_value_blob(v[1]);

	if (sqlite3_value_bytes(v[1]) != (int)sizeof out->key.bytes) {
		*bad_out = "a message key has not 16 octets";
		return false;
	}
	if (tier < 0 || tier >= TIER_COUNT) {
		*bad_out = "a value is outside its list";
		return false;
	}
	out->uid = (uint32_t)sqlite3_value_int64(v[0]);
	out->tier = (uint8_t)tier;
	out->flags = (uint8_t)sqlite3_value_int64(v[5]);
	out->octets = sqlite3_value_int64(v[3]);
	out->date = sqlite3_value_type(v[4]) == SQLITE_NULL ? MSG_DATE_UNKNOWN
							    : sqlite3_value_int64(v[4]);
	out->keyword_set = sqlite3_value_int64(v[6]);
	memcpy(out->key.bytes, key, sizeof out->key.bytes);
	return true;
}

static void take_message(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct store *st = sqlite3_user_data(ctx);
	struct store_messages *it = st->taker;
	const char *bad;
	struct message *m;

	if (it == NULL || n != COLUMN_COUNT) {
		sqlite3_result_error(ctx, TAKE_MESSAGE " is not for strangers", -1);
		return;
	}
	m = store_sort_add(it->sort, &it->err);
	if (m != NULL && read_message(v, m, &bad))
		return;
	if (m != NULL)
		db_damaged(st, bad, &it->err);
	sqlite3_result_error(ctx, it->err.text, -1);
}

static void take_end(sqlite3_context *ctx)
{
	sqlite3_result_null(ctx);
}

bool messages_prepare(struct store *st, struct err *err)
{
	if (sqlite3_create_function_v2(st->db, TAKE_MESSAGE, COLUMN_COUNT,
				       SQLITE_UTF8 | SQLITE_DIRECTONLY, st, NULL,
				       take_message, take_end, NULL) != SQLITE_OK)
		return db_fail(st, err);
	return true;
}

static bool messages_open(struct store *st, int64_t epoch, const char *sql, bool sorted,
			  struct store_messages **out, struct err *err)
{
	struct store_messages *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql, &it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(it->q, 2, message_row(epoch, UINT32_MAX));
	if (sorted)
		it->sort = store_sort_new(&st->sorts);
	*out = it;
	return true;
}

bool store_messages_open(struct store *st, int64_t epoch, enum store_order order,
			 struct store_messages **out, struct err *err)
{
	return messages_open(st, epoch, sql_messages[order], order == STORE_BY_KEY, out,
			     err);
}

bool store_messages_gone(struct store *st, int64_t epoch, int64_t run,
			 struct store_messages **out, struct err *err)
{
	if (!messages_open(st, epoch, sql_messages_gone, true, out, err))
		return false;
	sqlite3_bind_int64((*out)->q, 3, run);
	return true;
}

/* All messages of the epoch into the sort.  A failure stays: half of them are no folder.
 */
static bool take_all(struct store_messages *it, struct err *err)
{
	struct err said = ERR_INIT;

	if (it->err.cls == ERR_NONE) {
		it->st->taker = it;
		it->sorted = db_run(it->st, it->q, &said) &&
			     store_sort_end(it->sort, &said);
		it->st->taker = NULL;
		/* What SQLite makes of an error of ours says less than ours. */
		if (!it->sorted && it->err.cls == ERR_NONE)
			it->err = said;
	}
	if (!it->sorted)
		*err = it->err;
	return it->sorted;
}

enum next store_messages_next(struct store_messages *it, struct message *out,
			      struct err *err)
{
	sqlite3_value *v[COLUMN_COUNT];
	const char *bad;
	enum next n;

	if (it->sort != NULL) {
		if (!it->sorted && !take_all(it, err))
			return NEXT_FAIL;
		return store_sort_next(it->sort, out, err);
	}
	n = db_next(it->st, it->q, err);
	if (n != NEXT_ITEM)
		return n;
	/* The handle belongs to one thread, so these values may be read like any other.
	 */
	for (int i = 0; i < COLUMN_COUNT; i++)
		v[i] = sqlite3_column_value(it->q, i);
	if (read_message(v, out, &bad))
		return NEXT_ITEM;
	db_damaged(it->st, bad, err);
	return NEXT_FAIL;
}

void store_messages_close(struct store_messages *it)
{
	if (it == NULL)
		return;
	store_sort_free(it->sort);
	db_return(it->st, it->q);
	free(it);
}

static const char sql_message_id_get[] = "SELECT text FROM message_id WHERE message = ?1";

bool store_message_id(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		      const char **out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_ID_GET, sql_message_id_get);
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, uid));
	n = db_next(st, q, err);
	if (n != NEXT_FAIL)
		*out = n == NEXT_ITEM ? db_str(q, 0, arena) : NULL;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}
