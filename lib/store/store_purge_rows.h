/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PURGE_ROWS_H
#define STORE_STORE_PURGE_ROWS_H
/*
 * Private to lib/store: the parts of a purge (store_purge.c), over its temporary tables:
 * what logs know of names, and the digests before and after.
 */
#include "store/store_db.h"

bool purge_number(struct store *st, const char *sql, int64_t *out,
		  struct err *err) MUST_CHECK;
/* ?1 and ?2, and blob as ?3 unless it is NULL. */
bool purge_exec(struct store *st, const char *sql, int64_t a, int64_t b,
		const struct strbuf *blob, struct err *err) MUST_CHECK;

/* ERR_CONFIG when a name in temp.doomed_text used the old server since. */
bool purge_refuse_users(struct store *st, int64_t since, struct err *err) MUST_CHECK;
/* Of names that were silent since, what they did becomes how often, from when to when;
 * *rows_out grows by each. */
bool purge_logins(struct store *st, int64_t before, int64_t *rows_out,
		  struct err *err) MUST_CHECK;

/* Digests of whatever a purge may change: of purge 0 into temp.before; else those that
 * differ into purged_row. */
bool purge_digests(struct store *st, int64_t purge, struct err *err) MUST_CHECK;

#endif
