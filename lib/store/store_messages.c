/* SPDX-License-Identifier: MIT */
/* Reading messages, in the order of their UIDs or of their keys. */
#include "store/store_db.h"
#include "store/store_folder.h"
#include "store/store_window.h"

#define MESSAGE_COLUMNS                                                                  \
	"SELECT id, \"key\", tier, octets, \"date\", flags, keyword_set FROM message"    \
	" WHERE id BETWEEN ?1 AND ?2 AND (gone_run IS NULL OR gone_run > ?3) ORDER BY "

static const char sql_messages_by_uid[] = MESSAGE_COLUMNS "id";
/* Unknown dates are NULL and come first, as MSG_DATE_UNKNOWN would. */
static const char sql_messages_by_key[] = MESSAGE_COLUMNS "\"key\", octets, \"date\", id";

struct store_messages {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_messages_open(struct store *st, int64_t epoch, enum store_order order,
			 struct store_messages **out, struct err *err)
{
	return store_messages_since(st, epoch, INT64_MAX, order, out, err);
}

bool store_messages_since(struct store *st, int64_t epoch, int64_t run,
			  enum store_order order, struct store_messages **out,
			  struct err *err)
{
	struct store_messages *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st,
			order == STORE_BY_KEY ? sql_messages_by_key : sql_messages_by_uid,
			&it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(it->q, 2, message_row(epoch, UINT32_MAX));
	sqlite3_bind_int64(it->q, 3, run);
	*out = it;
	return true;
}

enum next store_messages_next(struct store_messages *it, struct message *out,
			      struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n = db_next(it->st, q, err);
	struct msg_key key;
	int tier;

	if (n != NEXT_ITEM)
		return n;
	if (!db_key(it->st, q, 1, &key, err) ||
	    !db_enum(it->st, q, 2, TIER_COUNT, &tier, err))
		return NEXT_FAIL;
	*out = (struct message){ .uid = (uint32_t)sqlite3_column_int64(q, 0),
				 .tier = (uint8_t)tier,
				 .flags = (uint8_t)sqlite3_column_int(q, 5),
				 .octets = sqlite3_column_int64(q, 3),
				 .date = db_date(q, 4),
				 .keyword_set = sqlite3_column_int64(q, 6),
				 .key = key };
	return NEXT_ITEM;
}

void store_messages_close(struct store_messages *it)
{
	if (it == NULL)
		return;
	sqlite3_finalize(it->q);
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
