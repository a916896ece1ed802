/* SPDX-License-Identifier: MIT */
/* Messages that found no partner in their folder pair, and where else they are. */
#include "store/store_db.h"
#include "store/store_verify.h"
#include "store/store_window.h"

static const char sql_leftover_add[] =
	"INSERT INTO leftover (transfer, side, message, pair, \"key\", tier, octets,"
	" \"date\", flags, keyword_set)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

bool store_leftover_add(struct store *st, const struct leftover *l, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LEFTOVER_ADD, sql_leftover_add);

	sqlite3_bind_int64(q, 1, l->transfer);
	sqlite3_bind_int(q, 2, (int)l->side);
	sqlite3_bind_int64(q, 3, message_row(l->epoch, l->m.uid));
	sqlite3_bind_int64(q, 4, l->pair);
	db_bind_key(q, 5, &l->m.key);
	sqlite3_bind_int(q, 6, l->m.tier);
	sqlite3_bind_int64(q, 7, l->m.octets);
	db_bind_date(q, 8, l->m.date);
	sqlite3_bind_int(q, 9, l->m.flags);
	sqlite3_bind_int64(q, 10, l->m.keyword_set);
	return db_run(st, q, err);
}

static const char sql_leftover_drop[] =
	"DELETE FROM leftover WHERE transfer = ?1 AND side = ?2 AND message = ?3";

bool store_leftover_drop(struct store *st, int64_t transfer, enum side side,
			 int64_t epoch, uint32_t uid, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LEFTOVER_DROP, sql_leftover_drop);

	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, (int)side);
	sqlite3_bind_int64(q, 3, message_row(epoch, uid));
	if (!db_run(st, q, err))
		return false;
	if (sqlite3_changes(st->db) != 1)
		return err_set(err, ERR_BUG, "uid %u of folder epoch %lld is no leftover",
			       uid, (long long)epoch);
	return true;
}

/* message holds epoch and uid, so its order is theirs. */
#define LEFTOVERS                                                                        \
	"SELECT l.transfer, l.side, l.pair, l.message, l.\"key\", l.tier, l.octets,"     \
	" l.\"date\", l.flags, l.keyword_set, d.retry_key, d.body_key,"                  \
	" CASE l.side WHEN 0 THEN p.old_name ELSE p.new_name END, p.transfer"            \
	" FROM leftover l JOIN pair p ON p.id = l.pair"                                  \
	" LEFT JOIN message_detail d ON d.message = l.message"
#define LEFTOVERS_OF_ONE  " WHERE l.transfer = ?1 "
#define LEFTOVERS_OF_PAIR " WHERE l.transfer = ?1 AND l.pair = ?2 "
#define LEFTOVERS_OF_ALL  " WHERE 1 "
_Static_assert(SIDE_OLD == 0, "the name of the old folder goes with side 0");

#define ORDER_BY_PLACE "ORDER BY l.side, l.pair, l.message"
#define ORDER_BY_KEY   "ORDER BY l.tier, l.\"key\", l.octets, l.\"date\", l.side, l.message"
#define ORDER_BY_RETRY_KEY                                                               \
	"AND d.retry_key IS NOT NULL"                                                    \
	" ORDER BY d.retry_key, l.octets, l.\"date\", l.side, l.message"

#define ORDER_BY_BODY                                                                    \
	"AND d.body_key IS NOT NULL"                                                     \
	" ORDER BY d.body_key, l.\"date\", l.octets, l.side, l.message"

#define LEFTOVERS_IN(order)                                                              \
	{                                                                                \
		LEFTOVERS LEFTOVERS_OF_ONE order, LEFTOVERS LEFTOVERS_OF_PAIR order,     \
			LEFTOVERS LEFTOVERS_OF_ALL order                                 \
	}

static const char *const sql_leftovers[][3] = {
	[LEFTOVER_BY_PLACE] = LEFTOVERS_IN(ORDER_BY_PLACE),
	[LEFTOVER_BY_KEY] = LEFTOVERS_IN(ORDER_BY_KEY),
	[LEFTOVER_BY_RETRY_KEY] = LEFTOVERS_IN(ORDER_BY_RETRY_KEY),
	[LEFTOVER_BY_BODY] = LEFTOVERS_IN(ORDER_BY_BODY),
};

struct store_leftovers {
	struct store *st;
	enum leftover_order order;
	sqlite3_stmt *q;
};

bool store_leftovers_open(struct store *st, int64_t transfer, int64_t pair,
			  enum leftover_order order, struct store_leftovers **out,
			  struct err *err)
{
	struct store_leftovers *it = mem_calloc(1, sizeof *it);

	it->st = st;
	it->order = order;
	if (!db_prepare(st, sql_leftovers[order][transfer == 0 ? 2 : pair != 0], &it->q,
			err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, transfer);
	if (pair != 0)
		sqlite3_bind_int64(it->q, 2, pair);
	*out = it;
	return true;
}

enum next store_leftovers_next(struct store_leftovers *it, struct leftover *out,
			       struct err *err)
{
	struct store *st = it->st;
	sqlite3_stmt *q = it->q;
	enum next n = db_next(st, q, err);
	struct leftover l;
	int side, tier, retry;

	if (n != NEXT_ITEM)
		return n;
	if (!db_enum(st, q, 1, SIDE_COUNT, &side, err) ||
	    !db_enum(st, q, 5, TIER_COUNT, &tier, err))
		return NEXT_FAIL;
	l = (struct leftover){ .transfer = sqlite3_column_int64(q, 0),
			       .side = (enum side)side,
			       .pair = sqlite3_column_int64(q, 2),
			       .epoch = sqlite3_column_int64(q, 3) >> 32,
			       .m = { .uid = (uint32_t)sqlite3_column_int64(q, 3),
				      .tier = (uint8_t)tier,
				      .octets = sqlite3_column_int64(q, 6),
				      .date = db_date(q, 7),
				      .flags = (uint8_t)sqlite3_column_int(q, 8),
				      .keyword_set = sqlite3_column_int64(q, 9) },
			       .folder = db_text(q, 12),
			       .owner = sqlite3_column_int64(q, 13) };
	if (!db_key(st, q, 4, &l.m.key, err))
		return NEXT_FAIL;
	retry = it->order == LEFTOVER_BY_BODY ? 11 : 10;
	if (sqlite3_column_type(q, retry) != SQLITE_NULL) {
		if (!db_key(st, q, retry, &l.retry_key, err))
			return NEXT_FAIL;
		l.retry_tier = retry == 11 ? TIER_BODY : TIER_FIELDS;
	}
	*out = l;
	return NEXT_ITEM;
}

void store_leftovers_close(struct store_leftovers *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

static const char sql_leftover_count[] =
	"SELECT count(*) FROM leftover WHERE transfer = ?1 AND side = ?2";

bool store_leftover_count(struct store *st, int64_t transfer, enum side side,
			  int64_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LEFTOVER_COUNT, sql_leftover_count);
	bool ok;

	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, (int)side);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return ok;
}

/* Leftovers that have a key, numbered under each key: first with first, second with
 * second. */
#define NUMBERED(side)                                                                   \
	"(SELECT l.transfer, l.message, l.tier, l.\"key\", p.transfer AS owner,"         \
	" CASE l.side WHEN 0 THEN p.old_name ELSE p.new_name END AS folder,"             \
	" row_number() OVER (PARTITION BY l.tier, l.\"key\" ORDER BY l.octets,"          \
	" l.\"date\", l.message) AS place FROM leftover l JOIN pair p ON p.id = l.pair"  \
	" WHERE l.tier IN (1, 2) AND l.side = " side ")"
#define PARTNERS                                                                         \
	" FROM " NUMBERED("0") " o JOIN " NUMBERED(                                      \
		"1") " n ON n.\"key\" = o.\"key\""                                       \
		     " AND n.tier = o.tier AND n.place = o.place AND n.transfer <> "     \
		     "o.transfer"
_Static_assert(TIER_ID == 1 && TIER_FIELDS == 2, "the tiers that have a key");

static const char *const sql_elsewhere_find[] = {
	"DELETE FROM elsewhere",
	"INSERT INTO elsewhere (transfer, side, message, other, folder)"
	" SELECT o.transfer, 0, o.message, t.name, n.folder" PARTNERS
	" JOIN transfer t ON t.id = n.owner",
	"INSERT INTO elsewhere (transfer, side, message, other, folder)"
	" SELECT n.transfer, 1, n.message, t.name, o.folder" PARTNERS
	" JOIN transfer t ON t.id = o.owner",
};
static const char sql_elsewhere_transfers[] =
	"SELECT DISTINCT transfer FROM elsewhere ORDER BY transfer";

static bool read_id(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		    struct err *err)
{
	(void)st, (void)arena, (void)err;
	*(int64_t *)item = sqlite3_column_int64(q, 0);
	return true;
}

bool store_elsewhere_find(struct store *st, struct arena *arena, int64_t **out,
			  size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;
	bool own, ok = true;

	if (!db_tx_begin(st, &own, err))
		return false;
	for (size_t i = 0; ok && i < COUNT_OF(sql_elsewhere_find); i++)
		ok = db_exec(st, sql_elsewhere_find[i], err);
	if (!db_tx_end(st, own, ok, err) ||
	    !db_prepare(st, sql_elsewhere_transfers, &q, err) ||
	    !db_list(st, q, sizeof **out, read_id, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_elsewhere_forget[] = "DELETE FROM elsewhere WHERE transfer = ?1";

bool store_elsewhere_forget(struct store *st, int64_t transfer, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ELSEWHERE_FORGET, sql_elsewhere_forget);

	sqlite3_bind_int64(q, 1, transfer);
	return db_run(st, q, err);
}

static const char sql_elsewhere_get[] =
	"SELECT other, folder FROM elsewhere WHERE transfer = ?1 AND side = ?2"
	" AND message = ?3";

bool store_elsewhere(struct store *st, const struct leftover *l, struct arena *arena,
		     const char **other, const char **folder, bool *found_out,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ELSEWHERE_GET, sql_elsewhere_get);
	enum next n;

	sqlite3_bind_int64(q, 1, l->transfer);
	sqlite3_bind_int(q, 2, (int)l->side);
	sqlite3_bind_int64(q, 3, message_row(l->epoch, l->m.uid));
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		*other = db_text_in(q, 0, arena);
		*folder = db_text_in(q, 1, arena);
	}
	sqlite3_reset(q);
	if (n != NEXT_FAIL)
		*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}
