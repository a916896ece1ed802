/* SPDX-License-Identifier: MIT */
#include "store/store_purged.h"

#include "model/match.h"
#include "store/store_digest.h"
#include "store/store_person.h"
#include "store/store_purge.h"

static const char sql_was[] =
	"SELECT (SELECT was FROM purged_row WHERE kind = ?1 AND \"row\" = ?2"
	" ORDER BY purge LIMIT 1), now FROM purged_row WHERE kind = ?1 AND \"row\" = ?2"
	" ORDER BY purge DESC LIMIT 1";

bool purged_was(struct store *st, int kind, int64_t row, struct sha256 *digest,
		struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PURGED_WAS, sql_was);
	struct sha256 was, now;
	bool ok = true;
	enum next n;

	sqlite3_bind_int(q, 1, kind);
	sqlite3_bind_int64(q, 2, row);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		ok = db_digest(st, q, 0, &was, err) && db_digest(st, q, 1, &now, err);
		if (ok && memcmp(&now, digest, sizeof now) == 0)
			*digest = was;
	}
	sqlite3_reset(q);
	return ok && n != NEXT_FAIL;
}

static const char *const sql_rows[] = {
	"SELECT transfer, old_account, new_account, verdict FROM purged"
	" WHERE purge = ?1 ORDER BY transfer",
	"SELECT kind, \"row\", was, now FROM purged_row WHERE purge = ?1"
	" ORDER BY kind, \"row\"",
};

bool purged_digest(struct store *st, int64_t purge, struct sha256 *out, struct err *err)
{
	enum next n = NEXT_END;

	sha256_begin(st->sha);
	for (size_t i = 0; i < COUNT_OF(sql_rows) && n == NEXT_END; i++) {
		sqlite3_stmt *q = NULL;

		if (!db_prepare(st, sql_rows[i], &q, err))
			return false;
		sqlite3_bind_int64(q, 1, purge);
		sha256_add_u64(st->sha, i);
		while ((n = db_next(st, q, err)) == NEXT_ITEM)
			digest_row(st->sha, q, sqlite3_column_count(q));
		db_return(st, q);
	}
	sha256_end(st->sha, out);
	return n == NEXT_END;
}

/* Rows of a purge that is none are of no purge that is checked. */
static const char sql_purges[] =
	"SELECT id, digest, accounts, (SELECT count(*) FROM purged WHERE purge = p.id)"
	" FROM purge p UNION ALL SELECT purge, x'', 0, -1 FROM"
	" (SELECT purge FROM purged UNION SELECT purge FROM purged_row)"
	" WHERE purge NOT IN (SELECT id FROM purge) ORDER BY 1";

bool purged_check(struct store *st, struct err *err)
{
	struct sha256 told, digest;
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_purges, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t id = sqlite3_column_int64(q, 0);

		if (sqlite3_column_int64(q, 2) != sqlite3_column_int64(q, 3) ||
		    !db_digest(st, q, 1, &told, err) ||
		    !purged_digest(st, id, &digest, err) ||
		    memcmp(&told, &digest, sizeof told) != 0) {
			if (err->cls == ERR_NONE)
				err_set(err, ERR_LEDGER,
					"purge %lld is of other rows than it says",
					(long long)id);
			n = NEXT_FAIL;
			break;
		}
	}
	db_return(st, q);
	return n == NEXT_END;
}

/* ---- for reports ---- */

static const char sql_list[] = "SELECT d.transfer, p.at, p.ledger, p.what, " PERSON_NAME(
	"p.teller") ", d.verdict FROM purged d JOIN purge p ON p.id = d.purge"
		    " WHERE p.id = (SELECT x.id FROM purged y JOIN purge x"
		    " ON x.id = y.purge WHERE y.transfer = d.transfer"
		    " ORDER BY x.what, x.id DESC LIMIT 1) ORDER BY d.transfer";

static bool read_purged(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct purged *out = item;
	int what;

	if (!db_enum(st, q, 3, PURGE_WHAT_COUNT, &what, err))
		return false;
	*out = (struct purged){ .transfer = sqlite3_column_int64(q, 0),
				.at = sqlite3_column_int64(q, 1),
				.ledger = sqlite3_column_int64(q, 2),
				.what = (enum purge_what)what,
				.by = db_text_in(q, 4, arena),
				.judged = sqlite3_column_type(q, 5) != SQLITE_NULL,
				.clean = sqlite3_column_type(q, 5) != SQLITE_NULL &&
					 sqlite3_column_int64(q, 5) == VERDICT_CLEAN };
	return true;
}

bool store_purged(struct store *st, struct arena *arena, struct purged **out,
		  size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_list, &q, err) ||
	    !db_list(st, q, sizeof **out, read_purged, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
