/* SPDX-License-Identifier: MIT */
#include "store/store_shared.h"

#include "model/folder.h"
#include "store/store_db.h"

/* The index folder_foreign holds just these. */
#define FOREIGN 128
_Static_assert(FOREIGN == FOLDER_FOREIGN, "schema.sql names the bit by its number");

static const char sql_shared[] =
	"SELECT DISTINCT f.name, f.delim FROM folder f JOIN account a ON a.id = f.account"
	" WHERE f.attrs & 128 <> 0 AND f.gone_run IS NULL AND a.side = ?1"
	" AND f.attrs & ?2 = 0 ORDER BY f.name";

/* "anna", "anna@example.org" */
static const char sql_login[] =
	"SELECT EXISTS (SELECT 1 FROM account WHERE side = ?1 AND \"user\" = ?2)"
	" OR EXISTS (SELECT 1 FROM account WHERE side = ?1"
	"  AND \"user\" >= ?2 || '@' AND \"user\" < ?2 || 'A')";

static bool is_login(struct store *st, enum side side, struct span part, bool *out,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SHARED_LOGIN, sql_login);
	enum next n;

	sqlite3_bind_int(q, 1, (int)side);
	sqlite3_bind_text(q, 2, part.p, (int)part.n, SQLITE_STATIC);
	n = db_next(st, q, err);
	*out = n == NEXT_ITEM && sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static bool is_owned(struct store *st, enum side side, const char *name, char delim,
		     bool *out, struct err *err)
{
	struct span rest = span_str(name);

	*out = false;
	while (rest.n > 0 && !*out) {
		ptrdiff_t end = delim != '\0' ? span_index(rest, delim) : -1;
		struct span part = { rest.p, end < 0 ? rest.n : (size_t)end };

		rest = span_from(rest, end < 0 ? rest.n : part.n + 1);
		if (part.n > 0 && !is_login(st, side, part, out, err))
			return false;
	}
	return true;
}

bool store_shared_unread(struct store *st, enum side side, struct arena *arena,
			 int64_t *n_out, const char **first_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next next;
	int64_t n = 0;

	*first_out = "";
	if (!db_prepare(st, sql_shared, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	sqlite3_bind_int64(q, 2, FOLDER_NOSELECT | FOLDER_NONEXISTENT);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		bool owned;

		if (!is_owned(st, side, db_text(q, 0), (char)sqlite3_column_int(q, 1),
			      &owned, err)) {
			next = NEXT_FAIL;
			break;
		}
		if (!owned && n++ == 0)
			*first_out = db_text_in(q, 0, arena);
	}
	db_return(st, q);
	*n_out = n;
	return next == NEXT_END;
}
