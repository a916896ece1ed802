/* SPDX-License-Identifier: MIT */
#include "store/store_facts.h"

#include "store/store_db.h"

static void bind_epoch(sqlite3_stmt *q, int64_t epoch)
{
	sqlite3_bind_int64(q, 1, epoch << 32);
	sqlite3_bind_int64(q, 2, epoch << 32 | UINT32_MAX);
}

static const char sql_epoch_facts[] =
	"SELECT count(*), coalesce(sum(CASE WHEN octets > 0 THEN octets END), 0),"
	" count(CASE WHEN octets < 0 THEN 1 END), coalesce(max(octets), -1),"
	" min(\"date\"), max(\"date\"), count(CASE WHEN tier <> ?3 THEN 1 END),"
	" count(CASE WHEN tier = ?4 THEN 1 END), count(CASE WHEN octets > ?5 THEN 1 END),"
	" coalesce(sum(CASE WHEN octets > ?5 THEN octets END), 0)"
	" FROM message WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL";

bool store_epoch_facts(struct store *st, int64_t epoch, int64_t limit,
		       struct epoch_facts *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_FACTS, sql_epoch_facts);
	bool ok;

	bind_epoch(q, epoch);
	sqlite3_bind_int(q, 3, TIER_ID);
	sqlite3_bind_int(q, 4, TIER_NONE);
	sqlite3_bind_int64(q, 5, limit > 0 ? limit : INT64_MAX);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = (struct epoch_facts){ .messages = sqlite3_column_int64(q, 0),
					     .octets = sqlite3_column_int64(q, 1),
					     .unsized = sqlite3_column_int64(q, 2),
					     .largest = sqlite3_column_int64(q, 3),
					     .oldest = db_date(q, 4),
					     .newest = db_date(q, 5),
					     .idless = sqlite3_column_int64(q, 6),
					     .keyless = sqlite3_column_int64(q, 7),
					     .over = sqlite3_column_int64(q, 8),
					     .over_octets = sqlite3_column_int64(q, 9) };
	sqlite3_reset(q);
	return ok;
}

static const char sql_large[] =
	"SELECT id, octets, \"date\" FROM message WHERE id BETWEEN ?1 AND ?2"
	" AND gone_run IS NULL AND octets > ?3 ORDER BY octets DESC, id LIMIT ?4";

static bool read_large(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	struct message *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct message){ .uid = (uint32_t)(sqlite3_column_int64(q, 0) &
						   UINT32_MAX),
				 .octets = sqlite3_column_int64(q, 1),
				 .date = db_date(q, 2) };
	return true;
}

bool store_epoch_large(struct store *st, int64_t epoch, int64_t limit, size_t most,
		       struct arena *arena, struct message **out, size_t *n_out,
		       struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_large, &q, err))
		return false;
	bind_epoch(q, epoch);
	sqlite3_bind_int64(q, 3, limit);
	sqlite3_bind_int64(q, 4, (int64_t)most);
	if (!db_list(st, q, sizeof **out, read_large, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* Of each identity that several have, all but the largest. */
#define COPIES                                                                           \
	"SELECT coalesce(sum(n - 1), 0), coalesce(sum(s - most), 0) FROM (SELECT"        \
	" count(*) AS n, sum(CASE WHEN m.octets > 0 THEN m.octets ELSE 0 END) AS s,"     \
	" max(CASE WHEN m.octets > 0 THEN m.octets ELSE 0 END) AS most FROM "
static const char sql_epoch_copies[] = COPIES
	"message m WHERE m.id BETWEEN ?1 AND ?2 AND m.gone_run IS NULL"
	" AND m.tier <> ?3 GROUP BY m.tier, m.\"key\" HAVING count(*) > 1) x";
static const char sql_account_copies[] = COPIES
	"folder f JOIN folder_epoch e ON e.folder = f.id AND e.id = (SELECT max(x.id) "
	"FROM"
	" folder_epoch x WHERE x.folder = f.id) JOIN message m ON m.id BETWEEN e.id << 32"
	" AND (e.id << 32) + 4294967295 AND m.gone_run IS NULL AND m.tier <> ?3"
	" WHERE f.account = ?1 AND f.gone_run IS NULL AND ?2 = 0"
	" GROUP BY m.tier, m.\"key\" HAVING count(*) > 1) x";

static bool two(struct store *st, sqlite3_stmt *q, int64_t *n_out, int64_t *octets_out,
		struct err *err)
{
	bool ok = db_next(st, q, err) == NEXT_ITEM;

	if (ok) {
		*n_out = sqlite3_column_int64(q, 0);
		*octets_out = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return ok;
}

bool store_epoch_copies(struct store *st, int64_t epoch, int64_t *n_out,
			int64_t *octets_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_COPIES, sql_epoch_copies);

	bind_epoch(q, epoch);
	sqlite3_bind_int(q, 3, TIER_NONE);
	return two(st, q, n_out, octets_out, err);
}

static const char sql_outside[] =
	"SELECT count(*), coalesce(sum(CASE WHEN octets > 0 THEN octets END), 0)"
	" FROM message WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL AND (octets > ?3"
	" OR (octets >= 0 AND octets <= ?4) OR \"date\" < ?5 OR \"date\" > ?6)";

bool store_epoch_outside(struct store *st, int64_t epoch, const struct epoch_bounds *b,
			 int64_t *n_out, int64_t *octets_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_OUTSIDE, sql_outside);

	bind_epoch(q, epoch);
	sqlite3_bind_int64(q, 3, b->larger);
	sqlite3_bind_int64(q, 4, b->smaller);
	sqlite3_bind_int64(q, 5, b->before);
	sqlite3_bind_int64(q, 6, b->after);
	return two(st, q, n_out, octets_out, err);
}

bool store_account_copies(struct store *st, int64_t account, int64_t *n_out,
			  int64_t *octets_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_COPIES, sql_account_copies);

	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, 0);
	sqlite3_bind_int(q, 3, TIER_NONE);
	return two(st, q, n_out, octets_out, err);
}

static const char sql_growth[] =
	"SELECT x.n, a.at, a.messages, b.at, b.messages FROM (SELECT count(*) AS n,"
	" min(id) AS lo, max(id) AS hi FROM account_seen WHERE account = ?1"
	" AND id > (SELECT seen_from FROM account WHERE id = ?1)"
	" AND outcome = ?2) x LEFT JOIN account_seen a ON a.id = x.lo"
	" LEFT JOIN account_seen b ON b.id = x.hi";

bool store_account_growth(struct store *st, int64_t account, struct account_growth *out,
			  struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_GROWTH, sql_growth);
	bool ok;

	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, 0); /* ACCOUNT_READ */
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = (struct account_growth){ .n = sqlite3_column_int64(q, 0),
						.then_at = sqlite3_column_int64(q, 1),
						.then = sqlite3_column_int64(q, 2),
						.now_at = sqlite3_column_int64(q, 3),
						.now = sqlite3_column_int64(q, 4) };
	sqlite3_reset(q);
	return ok;
}

/* ---- rates ---- */

static const char sql_rates_scan[] =
	"SELECT * FROM (SELECT r.started AS at, s.messages, s.octets, s.took_ms, s.id AS "
	"n"
	" FROM folder_scan s JOIN run r ON r.id = s.run JOIN folder f ON f.id = s.folder"
	" JOIN account a ON a.id = f.account WHERE a.side = ?1 AND s.error = ''"
	" AND s.octets > 0 AND s.took_ms > 0 ORDER BY s.id DESC LIMIT ?2) x ORDER BY n";
static const char sql_rates_audit[] =
	"SELECT * FROM (SELECT s.at, s.messages_read, s.octets, s.took_ms, s.id AS n"
	" FROM folder_seen s JOIN folder f ON f.id = s.folder JOIN account a"
	" ON a.id = f.account WHERE a.side = ?1 AND s.messages_read > 0 AND s.took_ms > 0"
	" AND s.octets > 0 AND s.messages_read = s.messages"
	" ORDER BY s.id DESC LIMIT ?2) x ORDER BY n";
static const char sql_rates_mover[] =
	"SELECT * FROM (SELECT began AS at, messages, octets, (ended - began) * 1000,"
	" transfer AS n FROM mover_run WHERE octets > 0 AND ended > began AND ?1 = 0"
	" ORDER BY began DESC, transfer LIMIT ?2) x ORDER BY at, n";

static bool read_rate(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct rate_sample *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct rate_sample){ .at = sqlite3_column_int64(q, 0),
				     .messages = sqlite3_column_int64(q, 1),
				     .octets = sqlite3_column_int64(q, 2),
				     .took_ms = sqlite3_column_int64(q, 3) };
	return true;
}

static bool rates(struct store *st, const char *sql, int side, size_t most,
		  struct arena *arena, struct rate_sample **out, size_t *n_out,
		  struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int(q, 1, side);
	sqlite3_bind_int64(q, 2, (int64_t)most);
	if (!db_list(st, q, sizeof **out, read_rate, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

bool store_rates_scan(struct store *st, enum side side, size_t most, struct arena *arena,
		      struct rate_sample **out, size_t *n_out, struct err *err)
{
	return rates(st, sql_rates_scan, (int)side, most, arena, out, n_out, err);
}

bool store_rates_audit(struct store *st, enum side side, size_t most, struct arena *arena,
		       struct rate_sample **out, size_t *n_out, struct err *err)
{
	return rates(st, sql_rates_audit, (int)side, most, arena, out, n_out, err);
}

bool store_rates_mover(struct store *st, size_t most, struct arena *arena,
		       struct rate_sample **out, size_t *n_out, struct err *err)
{
	return rates(st, sql_rates_mover, 0, most, arena, out, n_out, err);
}

static const char sql_ran_add[] =
	"INSERT INTO mover_run (transfer, began, ended, messages, octets, refused)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

bool store_mover_run_add(struct store *st, const struct mover_ran *r, bool *new_out,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MOVER_RUN_ADD, sql_ran_add);

	sqlite3_bind_int64(q, 1, r->transfer);
	sqlite3_bind_int64(q, 2, r->began);
	sqlite3_bind_int64(q, 3, r->ended);
	sqlite3_bind_int64(q, 4, r->messages);
	sqlite3_bind_int64(q, 5, r->octets);
	sqlite3_bind_int64(q, 6, r->refused);
	if (!db_run(st, q, err))
		return false;
	*new_out = sqlite3_changes(st->db) != 0;
	return true;
}
