/* SPDX-License-Identifier: MIT */
#include "store/store_dns.h"

#include "store/store_db.h"

static const char sql_dns_add[] =
	"INSERT INTO dns_seen (run, at, domain, purpose, via, name, type, outcome, value,"
	" ttl, points, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

bool store_dns_add(struct store *st, const struct dns_seen *s, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_DNS_ADD, sql_dns_add);

	if (!db_need_run(st, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, s->at);
	db_bind_str(q, 3, s->domain);
	sqlite3_bind_int(q, 4, (int)s->use);
	db_bind_str(q, 5, s->via);
	db_bind_str(q, 6, s->name);
	sqlite3_bind_int(q, 7, (int)s->type);
	sqlite3_bind_int(q, 8, (int)s->outcome);
	db_bind_str(q, 9, s->value);
	sqlite3_bind_int64(q, 10, s->ttl);
	sqlite3_bind_int(q, 11, (int)s->points);
	db_bind_str(q, 12, s->words);
	return db_run(st, q, err);
}

static const char sql_dns_sum[] =
	"SELECT count(*), count(DISTINCT nullif(domain, '')), coalesce(sum(points = ?2), "
	"0),"
	" coalesce(sum(points = ?3), 0), coalesce(sum(points = ?4), 0)"
	" FROM dns_seen WHERE run = ?1";

bool store_dns_sum(struct store *st, int64_t run, struct dns_sum *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_dns_sum, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	sqlite3_bind_int(q, 2, DNS_POINTS_OLD);
	sqlite3_bind_int(q, 3, DNS_POINTS_COVERS);
	sqlite3_bind_int(q, 4, DNS_POINTS_UNKNOWN);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = (struct dns_sum){ .rows = sqlite3_column_int64(q, 0),
					 .domains = sqlite3_column_int64(q, 1),
					 .old = sqlite3_column_int64(q, 2),
					 .covers = sqlite3_column_int64(q, 3),
					 .unknown = sqlite3_column_int64(q, 4) };
	db_return(st, q);
	return ok;
}

static const char sql_dns_rows[] =
	"SELECT at, domain, purpose, via, name, type, outcome, value, ttl, points, words"
	" FROM dns_seen WHERE run = ?1 ORDER BY id";

static bool read_row(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	struct dns_seen *out = item;
	int use, outcome, points;

	if (!db_enum(st, q, 2, DNS_USE_COUNT, &use, err) ||
	    !db_enum(st, q, 6, DNS_OUTCOME_COUNT, &outcome, err) ||
	    !db_enum(st, q, 9, DNS_POINTS_COUNT, &points, err))
		return false;
	*out = (struct dns_seen){ .at = sqlite3_column_int64(q, 0),
				  .domain = db_text_in(q, 1, arena),
				  .use = (enum dns_use)use,
				  .via = db_text_in(q, 3, arena),
				  .name = db_text_in(q, 4, arena),
				  .type = (unsigned)sqlite3_column_int(q, 5),
				  .outcome = (enum dns_outcome)outcome,
				  .value = db_text_in(q, 7, arena),
				  .ttl = sqlite3_column_int64(q, 8),
				  .points = (enum dns_points)points,
				  .words = db_text_in(q, 10, arena) };
	return true;
}

bool store_dns_rows(struct store *st, int64_t run, struct arena *arena,
		    struct dns_seen **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_dns_rows, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	if (!db_list(st, q, sizeof **out, read_row, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* The types of addresses. */
static const char sql_dns_old[] =
	"SELECT DISTINCT value FROM dns_seen WHERE purpose = ?1 AND via = ?2"
	" AND type IN (1, 28) AND value <> '' ORDER BY value";

static bool read_value(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	const char **out = item;

	(void)st, (void)err;
	*out = db_text_in(q, 0, arena);
	return true;
}

bool store_dns_old(struct store *st, const char *name, struct arena *arena,
		   const char ***out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_dns_old, &q, err))
		return false;
	sqlite3_bind_int(q, 1, DNS_USE_OLD);
	db_bind_str(q, 2, name);
	if (!db_list(st, q, sizeof(char *), read_value, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
