/* SPDX-License-Identifier: MIT */
/* Accounts and events.  Transfers are in store_transfer.c. */
#include "store/store_account.h"

#include "base/clock.h"
#include "store/store_db.h"

static const char sql_account_put[] =
	"INSERT INTO account (side, \"user\", access, access_reason, tree)"
	" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (side, \"user\") DO UPDATE"
	" SET access = excluded.access, access_reason = excluded.access_reason,"
	" seen_from = CASE WHEN tree = excluded.tree THEN seen_from ELSE"
	" (SELECT coalesce(max(id), 0) FROM account_seen) END,"
	" tree = excluded.tree"
	" RETURNING id";

bool store_account_put(struct store *st, const struct account *a, int64_t *id_out,
		       struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_PUT, sql_account_put);
	int64_t id = 0;
	bool ok;

	if (a->user == NULL || a->user[0] == '\0')
		return err_set(err, ERR_BUG, "an account without a login");
	sqlite3_bind_int(q, 1, (int)a->side);
	db_bind_str(q, 2, a->user);
	sqlite3_bind_int(q, 3, (int)a->access);
	db_bind_str(q, 4, a->access == ACCESS_NORMAL ? NULL : a->access_reason);
	db_bind_str(q, 5, a->tree != NULL ? a->tree : "");
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok) {
		id = sqlite3_column_int64(q, 0);
		ok = db_next(st, q, err) ==
		     NEXT_END; /* the row is written when the statement ends */
	}
	sqlite3_reset(q);
	if (ok)
		*id_out = id;
	return ok;
}

static const char sql_account_get[] =
	"SELECT side, \"user\", access, access_reason, tree FROM account WHERE id = ?1";

bool store_account_get(struct store *st, int64_t id, struct arena *arena,
		       struct account *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_GET, sql_account_get);
	int side, access;
	bool ok = false;
	enum next n;

	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	if (n == NEXT_END)
		err_set(err, ERR_BUG, "there is no account %lld", (long long)id);
	if (n == NEXT_ITEM && db_enum(st, q, 0, SIDE_COUNT, &side, err) &&
	    db_enum(st, q, 2, ACCESS_NONE + 1, &access, err)) {
		*out = (struct account){ .id = id,
					 .side = (enum side)side,
					 .user = db_text_in(q, 1, arena),
					 .access = (enum access)access,
					 .access_reason = db_str(q, 3, arena),
					 .tree = db_text_in(q, 4, arena) };
		ok = true;
	}
	sqlite3_reset(q);
	return ok;
}

static const char sql_account_last[] =
	"SELECT at, depth, messages FROM account_seen WHERE account = ?1 AND outcome = ?2"
	" AND depth > ?3 AND id > (SELECT seen_from FROM account WHERE id = ?1)"
	" ORDER BY id DESC LIMIT 1";

bool store_account_last(struct store *st, int64_t account, struct account_last *out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_LAST, sql_account_last);
	int depth = DEPTH_COUNTS;
	enum next n;

	*out = (struct account_last){ 0 };
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, ACCOUNT_READ);
	sqlite3_bind_int(q, 3, DEPTH_COUNTS);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && !db_enum(st, q, 1, DEPTH_COUNT, &depth, err))
		n = NEXT_FAIL;
	if (n == NEXT_ITEM)
		*out = (struct account_last){ .at = sqlite3_column_int64(q, 0),
					      .depth = (enum depth)depth,
					      .messages = sqlite3_column_int64(q, 2) };
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}
