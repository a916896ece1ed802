/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_MIGRATE_H
#define STORE_STORE_MIGRATE_H
/* Private to lib/store: moves an older schema up, one step a transaction. */
#include "store/store_db.h"

#define STORE_SCHEMA 2

/* SQL that moves schema from to from + 1.  It must leave the same tables as schema.sql.
 */
struct migration {
	int from;
	const char *sql;
};

/* Bring an open store from schema found up to STORE_SCHEMA.  Nothing to do when they are
 * equal. */
bool store_migrate(struct store *st, int64_t found, struct err *err) MUST_CHECK;
/* The same with any steps, in order of from, up to schema to.  A step that fails leaves
 * the schema before it. */
bool store_migrate_steps(struct store *st, int64_t found, int to,
			 const struct migration *steps, size_t step_n,
			 struct err *err) MUST_CHECK;

#endif
