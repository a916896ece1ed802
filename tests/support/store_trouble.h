/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STORE_TROUBLE_H
#define TESTS_SUPPORT_STORE_TROUBLE_H
/* A store of which one statement fails, as it would on a broken disk: the at-th that
 * begins is interrupted, by SQLite's own means. */
#include "store/store_db.h"

struct trouble {
	int at, n; /* n: statements that have begun */
};

static inline int trouble_strikes(unsigned what, void *ctx, void *stmt, void *sql)
{
	struct trouble *t = ctx;

	(void)what, (void)sql;
	if (++t->n == t->at)
		sqlite3_interrupt(sqlite3_db_handle(stmt));
	return 0;
}

static inline void trouble_begin(struct store *st, struct trouble *t, int at)
{
	*t = (struct trouble){ .at = at };
	sqlite3_trace_v2(st->db, SQLITE_TRACE_STMT, trouble_strikes, t);
}

static inline void trouble_end(struct store *st)
{
	sqlite3_trace_v2(st->db, 0, NULL, NULL);
}

#endif
