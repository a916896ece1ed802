/* SPDX-License-Identifier: MIT */
/* How a run treated the servers. */
#include "store/store_db.h"
#include "store/store_run.h"

static const char sql_pace_put[] =
	"INSERT INTO run_pace (run, side, guard_ms, hours_ms, rate_ms, hint_ms, hints,"
	" peak, slowed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

bool store_run_pace_add(struct store *st, enum side side, const struct run_pace *p,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PACE_PUT, sql_pace_put);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int(q, 2, (int)side);
	for (int i = 0; i < RUN_WAIT_COUNT; i++)
		sqlite3_bind_int64(q, 3 + i, p->waited_ms[i]);
	sqlite3_bind_int64(q, 7, p->hints);
	sqlite3_bind_int64(q, 8, p->peak);
	sqlite3_bind_int64(q, 9, p->slowed);
	return db_run(st, q, err);
}
_Static_assert(RUN_WAIT_COUNT == 4, "a column for each reason");

static const char sql_pace_get[] =
	"SELECT coalesce(sum(guard_ms), 0), coalesce(sum(hours_ms), 0),"
	" coalesce(sum(rate_ms), 0), coalesce(sum(hint_ms), 0),"
	" coalesce(sum(hints), 0), coalesce(max(peak), 0), coalesce(max(slowed), 0)"
	" FROM run_pace WHERE run = ?1 AND side = ?2";

bool store_run_pace(struct store *st, int64_t run, enum side side, struct run_pace *out,
		    struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PACE_GET, sql_pace_get);
	bool ok;

	sqlite3_bind_int64(q, 1, run);
	sqlite3_bind_int(q, 2, (int)side);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok) {
		*out = (struct run_pace){ .hints = sqlite3_column_int64(q, 4),
					  .peak = sqlite3_column_int64(q, 5),
					  .slowed = sqlite3_column_int64(q, 6) };
		for (int i = 0; i < RUN_WAIT_COUNT; i++)
			out->waited_ms[i] = sqlite3_column_int64(q, i);
	}
	sqlite3_reset(q);
	return ok;
}
