/* SPDX-License-Identifier: MIT */
#include "store/store_withdrawn.h"

#include "model/folder.h"
#include "store/store_db.h"

/* Epochs of an account's own folders, with the run by which all of one was gone: worked
 * out once for each, not for each of its messages. */
#define PLACES(name, account)                                                            \
	name " AS MATERIALIZED (SELECT f.id AS folder, f.name, f.delim, e.id AS epoch,"  \
	     " coalesce(f.gone_run, (SELECT min(x.first_run) FROM folder_epoch x"        \
	     " WHERE x.folder = f.id AND x.id > e.id)) AS went FROM folder f"            \
	     " JOIN folder_epoch e ON e.folder = f.id"                                   \
	     " WHERE f.account = " account " AND f.attrs & 128 = 0)"
_Static_assert(FOLDER_FOREIGN == 128, "the bit in the condition above");
#define MINE   PLACES("mine", "?1")
#define THEIRS PLACES("theirs", "?4")
#define MESSAGES                                                                         \
	" p JOIN message m ON m.id BETWEEN (p.epoch << 32)"                              \
	" AND (p.epoch << 32) + 4294967295 AND m.tier IN (1, 2)"
_Static_assert(TIER_ID == 1 && TIER_FIELDS == 2, "the tiers that have a key");

/* What has no Message-ID of its own, or was looked up. */
#define LOOKED_UP " AS side, m.\"key\", m.tier, m.\"date\", d.retry_key, d.body_key FROM "
#define OF_THESE                                                                         \
	MESSAGES " LEFT JOIN message_detail d ON d.message = m.id"                       \
		 " WHERE m.tier = 2 OR d.message IS NOT NULL"

/* Two messages that have each one Message-ID, and not the same, are two, however alike
 * their fields are; but for those of one body and date. */
static const char sql_withdrawn[] =
	"WITH " MINE ", " THEIRS ", known AS MATERIALIZED"
	" (SELECT 0" LOOKED_UP "mine" OF_THESE " UNION ALL SELECT 1" LOOKED_UP
	"theirs" OF_THESE "),"
	" fields AS MATERIALIZED (SELECT k, sum(side = 0) AS ours, sum(side = 1) AS hers,"
	" sum(side = 1 AND tier = 2) AS nameless FROM (SELECT side, tier,"
	" CASE tier WHEN 2 THEN \"key\" ELSE retry_key END AS k FROM known)"
	" WHERE k IS NOT NULL GROUP BY k),"
	" bodies AS MATERIALIZED (SELECT body_key AS k, \"date\" AS at,"
	" sum(side = 0) AS ours, sum(side = 1) AS hers FROM known"
	" WHERE body_key IS NOT NULL AND \"date\" IS NOT NULL GROUP BY 1, 2)"
	" SELECT m.tier, m.\"key\", m.octets, m.\"date\", m.flags, m.keyword_set, m.id,"
	" m.first_run, coalesce(m.gone_run, p.went) AS gone, p.folder, p.name, p.delim,"
	" EXISTS (SELECT 1 FROM fields x WHERE x.k = CASE m.tier WHEN 2 THEN m.\"key\""
	" ELSE (SELECT d.retry_key FROM message_detail d WHERE d.message = m.id) END"
	" AND CASE m.tier WHEN 2 THEN x.hers ELSE x.nameless END >= x.ours)"
	" OR EXISTS (SELECT 1 FROM message_detail d JOIN bodies x ON x.k = d.body_key"
	" AND x.at = m.\"date\" WHERE d.message = m.id AND x.hers >= x.ours)"
	" FROM mine" MESSAGES " WHERE coalesce(m.gone_run, p.went) > ?2"
	" AND (?3 OR p.went IS NOT NULL)"
	" ORDER BY m.tier, m.\"key\", m.octets, m.\"date\", gone DESC, m.id";

struct store_withdrawn {
	struct store *st;
	sqlite3_stmt *q;
};

static void bind(sqlite3_stmt *q, const struct withdrawn_choice *c)
{
	sqlite3_bind_int64(q, 1, c->account);
	sqlite3_bind_int64(q, 2, c->since);
	sqlite3_bind_int(q, 3, c->all);
	sqlite3_bind_int64(q, 4, c->other);
}

bool store_withdrawn_open(struct store *st, const struct withdrawn_choice *c,
			  struct store_withdrawn **out, struct err *err)
{
	struct store_withdrawn *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_withdrawn, &it->q, err)) {
		free(it);
		return false;
	}
	bind(it->q, c);
	*out = it;
	return true;
}

enum next store_withdrawn_next(struct store_withdrawn *it, struct withdrawn *out,
			       struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n = db_next(it->st, q, err);
	struct withdrawn w;
	int tier;

	if (n != NEXT_ITEM)
		return n;
	if (!db_enum(it->st, q, 0, TIER_COUNT, &tier, err))
		return NEXT_FAIL;
	w = (struct withdrawn){ .m = { .uid = (uint32_t)sqlite3_column_int64(q, 6),
				       .tier = (uint8_t)tier,
				       .octets = sqlite3_column_int64(q, 2),
				       .date = db_date(q, 3),
				       .flags = (uint8_t)sqlite3_column_int(q, 4),
				       .keyword_set = sqlite3_column_int64(q, 5) },
				.epoch = sqlite3_column_int64(q, 6) >> 32,
				.first_run = sqlite3_column_int64(q, 7),
				.gone_run = sqlite3_column_int64(q, 8),
				.folder_id = sqlite3_column_int64(q, 9),
				.folder = db_text(q, 10),
				.delim = (char)sqlite3_column_int(q, 11),
				.otherwise = sqlite3_column_int(q, 12) != 0 };
	if (!db_key(it->st, q, 1, &w.m.key, err))
		return NEXT_FAIL;
	*out = w;
	return NEXT_ITEM;
}

void store_withdrawn_close(struct store_withdrawn *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}
