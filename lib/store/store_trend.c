/* SPDX-License-Identifier: MIT */
#include "store/store_trend.h"

#include "model/run.h"
#include "store/store_db.h"
#include "store/store_folder.h"

#define ARRIVED "j.same + j.same_weak + j.changed + j.refiled + j.removed"

static const char sql_keep[] =
	"INSERT INTO judgement_past (transfer, run, verdict, old_messages, arrived,"
	" missing, unverified, loss, doubt) SELECT j.transfer, j.run, j.verdict,"
	" j.old_messages, " ARRIVED ", j.missing, j.old_unverified, j.loss, j.doubt"
	" FROM judgement j WHERE j.run = ?1 AND NOT EXISTS (SELECT 1 FROM judgement_past"
	" p WHERE p.transfer = j.transfer AND p.run = (SELECT max(q.run) FROM"
	" judgement_past q WHERE q.transfer = j.transfer) AND p.verdict = j.verdict"
	" AND p.old_messages = j.old_messages AND p.arrived = " ARRIVED
	" AND p.missing = j.missing AND p.unverified = j.old_unverified"
	" AND p.loss = j.loss AND p.doubt = j.doubt) ORDER BY j.transfer";

bool store_trend_keep(struct store *st, int64_t run, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_keep, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static const char sql_trend[] =
	"SELECT p.transfer, p.run, coalesce(e.at, r.started), p.verdict, p.old_messages,"
	" p.arrived, p.missing, p.unverified, p.loss, p.doubt FROM judgement_past p"
	" JOIN run r ON r.id = p.run LEFT JOIN run_end e ON e.run = p.run"
	" ORDER BY p.run, p.transfer";

static bool read_past(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct past *out = item;
	int verdict;

	(void)arena;
	if (!db_enum(st, q, 3, VERDICT_COUNT, &verdict, err))
		return false;
	*out = (struct past){ .transfer = sqlite3_column_int64(q, 0),
			      .run = sqlite3_column_int64(q, 1),
			      .at = sqlite3_column_int64(q, 2),
			      .verdict = (enum verdict)verdict,
			      .old_messages = sqlite3_column_int64(q, 4),
			      .arrived = sqlite3_column_int64(q, 5),
			      .missing = sqlite3_column_int64(q, 6),
			      .unverified = sqlite3_column_int64(q, 7),
			      .loss = sqlite3_column_int64(q, 8),
			      .doubt = sqlite3_column_int64(q, 9) };
	return true;
}

bool store_trend(struct store *st, struct arena *arena, struct past **out, size_t *n_out,
		 struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_trend, &q, err) ||
	    !db_list(st, q, sizeof **out, read_past, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_runs[] =
	"SELECT r.id, e.at FROM run r JOIN run_end e ON e.run = r.id"
	" WHERE r.command = 'verify' AND e.outcome IN (?1, ?2)"
	" ORDER BY r.id";

static bool read_run(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	struct trend_run *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct trend_run){ sqlite3_column_int64(q, 0),
				   sqlite3_column_int64(q, 1) };
	return true;
}

bool store_trend_runs(struct store *st, struct arena *arena, struct trend_run **out,
		      size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_runs, &q, err))
		return false;
	sqlite3_bind_int(q, 1, RUN_COMPLETE);
	sqlite3_bind_int(q, 2, RUN_INCOMPLETE);
	if (!db_list(st, q, sizeof **out, read_run, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* Days are rounded down, also before 1970. */
static const char sql_days[] =
	"SELECT CASE WHEN \"date\" IS NULL THEN NULL WHEN \"date\" >= 0 THEN \"date\" /"
	" 86400 ELSE -((86399 - \"date\") / 86400) END, sum(n), sum(max(octets, 0))"
	" FROM finding WHERE transfer = ?1 AND class = ?2 AND severity <> ?3"
	" AND accepted = 0 GROUP BY 1 ORDER BY 1";

static bool read_day(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	struct lost_day *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct lost_day){ sqlite3_column_type(q, 0) == SQLITE_NULL
					  ? INT64_MIN
					  : sqlite3_column_int64(q, 0),
				  sqlite3_column_int64(q, 1),
				  sqlite3_column_int64(q, 2) };
	return true;
}

bool store_lost_days(struct store *st, int64_t transfer, struct arena *arena,
		     struct lost_day **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_days, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, FINDING_MESSAGE_MISSING);
	sqlite3_bind_int(q, 3, SEVERITY_INFO);
	if (!db_list(st, q, sizeof **out, read_day, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

bool store_account_size(struct store *st, int64_t account, struct account_size *out,
			struct err *err)
{
	struct account_size sum = { 0 };
	struct folder_view *v;
	struct arena arena;
	size_t n;
	bool ok;

	arena_init(&arena);
	ok = store_folders(st, account, false, &arena, &v, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		const struct folder_view *f = &v[i];

		if ((f->folder.attrs & (FOLDER_NOSELECT | FOLDER_FOREIGN)) != 0)
			continue;
		sum.folders++;
		sum.partly |= f->outcome != FOLDER_READ || f->state.octets < 0;
		if (!folder_outcome_stored(f->outcome) && f->outcome != FOLDER_COUNTED)
			continue;
		sum.messages += f->state.exists > 0 ? f->state.exists : 0;
		sum.octets += f->state.octets > 0 ? f->state.octets : 0;
	}
	arena_done(&arena);
	if (ok)
		*out = sum;
	return ok;
}
