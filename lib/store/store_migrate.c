/* SPDX-License-Identifier: MIT */
#include "store/store_migrate.h"

/* Longer than ISO C asks compilers to support, which gcc and clang both do. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const char sql_migrate_1[] =
#include "migrate_1_sql.h"
	;
#pragma GCC diagnostic pop

static const char sql_schema_set[] = "UPDATE meta SET value = ?1 WHERE name = 'schema'";

/* One step with its number in one transaction: a kill leaves the schema before or after
 * it. */
static bool migrate_one(struct store *st, const struct migration *m, struct err *err)
{
	sqlite3_stmt *q = NULL;
	char number[16];
	bool own, ok = false;

	if (!db_tx_begin(st, &own, err))
		return false;
	if (!db_exec(st, m->sql, err) || !db_prepare(st, sql_schema_set, &q, err))
		goto out;
	snprintf(number, sizeof number, "%d", m->from + 1);
	db_bind_str(q, 1, number);
	ok = db_run(st, q, err);
out:
	db_return(st, q);
	return db_tx_end(st, own, ok, err);
}

bool store_migrate_steps(struct store *st, int64_t found, int to,
			 const struct migration *steps, size_t step_n, struct err *err)
{
	for (size_t i = 0; i < step_n && found < to; i++) {
		if (steps[i].from != found)
			continue;
		if (!migrate_one(st, &steps[i], err))
			return err_wrap(err, "moving the evidence from schema %d to %d",
					steps[i].from, steps[i].from + 1);
		found++;
	}
	if (found != to)
		return err_set(err, ERR_CONFIG,
			       "%s has schema %lld, which was never released", st->path,
			       (long long)found);
	return true;
}

static const struct migration steps[] = {
	{ 1, sql_migrate_1 },
};

bool store_migrate(struct store *st, int64_t found, struct err *err)
{
	return store_migrate_steps(st, found, STORE_SCHEMA, steps, COUNT_OF(steps), err);
}
