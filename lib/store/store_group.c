/* SPDX-License-Identifier: MIT */
#include "store/store_group.h"

#include "store/store_db.h"

static const char sql_groups[] =
	"SELECT f.severity, f.class, f.why, f.accepted <> 0, f.side, f.folder, count(*),"
	" sum(f.n), sum(max(f.octets, 0)), min(f.id) FROM finding f WHERE f.transfer = ?1"
	" AND (?2 = 0 OR coalesce((SELECT l.first_run FROM finding_life l"
	" WHERE l.fingerprint = f.fingerprint), ?2 + 1) > ?2)"
	" GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1 DESC, 2, 3, 4, 5, 6";

struct store_groups {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_groups_open(struct store *st, int64_t transfer, int64_t since,
		       struct store_groups **out, struct err *err)
{
	struct store_groups *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_groups, &it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, transfer);
	sqlite3_bind_int64(it->q, 2, since);
	*out = it;
	return true;
}

enum next store_groups_next(struct store_groups *it, struct finding_group *out,
			    struct err *err)
{
	struct store *st = it->st;
	sqlite3_stmt *q = it->q;
	enum next n = db_next(st, q, err);
	int severity, cls, why, side;

	if (n != NEXT_ITEM)
		return n;
	if (!db_enum(st, q, 0, SEVERITY_COUNT, &severity, err) ||
	    !db_enum(st, q, 1, FINDING_CLASS_COUNT, &cls, err) ||
	    !db_enum(st, q, 2, WHY_COUNT, &why, err) ||
	    !db_enum(st, q, 4, SIDE_COUNT, &side, err))
		return NEXT_FAIL;
	*out = (struct finding_group){ .severity = (enum severity)severity,
				       .cls = (enum finding_class)cls,
				       .why = (enum why)why,
				       .accepted = sqlite3_column_int(q, 3) != 0,
				       .side = (enum side)side,
				       .folder = db_text(q, 5),
				       .findings = sqlite3_column_int64(q, 6),
				       .messages = sqlite3_column_int64(q, 7),
				       .octets = sqlite3_column_int64(q, 8),
				       .first = sqlite3_column_int64(q, 9) };
	return NEXT_ITEM;
}

void store_groups_close(struct store_groups *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

static const char sql_over[] =
	"SELECT l.transfer, count(*) FROM finding_life l JOIN judgement j ON"
	" j.transfer = l.transfer WHERE l.first_run <= ?1 AND l.last_run >= ?1"
	" AND l.last_run < j.run GROUP BY l.transfer ORDER BY l.transfer";

static bool read_over(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct finding_over *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct finding_over){ sqlite3_column_int64(q, 0),
				      sqlite3_column_int64(q, 1) };
	return true;
}

bool store_findings_over(struct store *st, int64_t run, struct arena *arena,
			 struct finding_over **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_over, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	if (!db_list(st, q, sizeof **out, read_over, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
