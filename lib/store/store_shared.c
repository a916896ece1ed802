/* SPDX-License-Identifier: MIT */
#include "store/store_shared.h"

#include <string.h>

#include "model/folder.h"
#include "store/store_db.h"

/* The index folder_foreign holds just these. */
#define FOREIGN 128
_Static_assert(FOREIGN == FOLDER_FOREIGN, "schema.sql names the bit by its number");

static const char sql_shared[] =
	"SELECT DISTINCT f.name, f.delim FROM folder f JOIN account a ON a.id = f.account"
	" WHERE f.attrs & 128 <> 0 AND f.gone_run IS NULL AND a.side = ?1"
	" AND f.attrs & ?2 = 0"
	/* once, and not for each folder */
	" AND f.name NOT IN (SELECT o.name FROM account b JOIN folder o ON o.account = "
	"b.id"
	" WHERE b.side = ?1 AND b.tree <> '' AND o.gone_run IS NULL AND b.id IN"
	" (SELECT old_account FROM transfer WHERE gone = 0 AND old_account IS NOT NULL"
	" UNION SELECT new_account FROM transfer WHERE gone = 0"
	" AND new_account IS NOT NULL))"
	" ORDER BY f.name";

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
			 const char ***out, size_t *n_out, struct err *err)
{
	const char **list = NULL;
	sqlite3_stmt *q = NULL;
	size_t n = 0, cap = 0;
	enum next next;

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
		if (owned)
			continue;
		if (n == cap) {
			cap = cap == 0 ? 16 : cap * 2;
			list = mem_realloc(list, cap * sizeof *list);
		}
		list[n++] = db_text_in(q, 0, arena);
	}
	db_return(st, q);
	*out = arena_alloc(arena, (n + 1) * sizeof **out);
	if (n > 0)
		memcpy(*out, list, n * sizeof *list);
	*n_out = n;
	free(list);
	return next == NEXT_END;
}
