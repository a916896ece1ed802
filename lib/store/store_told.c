/* SPDX-License-Identifier: MIT */
#include "store/store_told.h"

#include "store/store_deep.h"
#include "store/store_digest.h"

enum told_kind { TOLD_EVENTS, TOLD_SEALS };
enum { TOLD_COUNT = TOLD_SEALS + 1 };

/* Rows behind ?1 and up to ?2. */
static const char *const rows_of[] = {
	[TOLD_EVENTS] = "SELECT id, transfer, kind, at, told, teller, note FROM event"
			" WHERE id > ?1 AND id <= ?2 ORDER BY id",
	[TOLD_SEALS] =
		"SELECT s.id, s.transfer, s.at, s.old_run, s.new_run, s.sound, s.teller,"
		" s.note, f.folder, f.epoch, f.uidnext, f.messages FROM seal s"
		" LEFT JOIN seal_folder f ON f.seal = s.id"
		" WHERE s.id > ?1 AND s.id <= ?2 ORDER BY s.id, f.folder",
};
static const char sql_last[] = "SELECT coalesce((SELECT max(id) FROM event), 0),"
			       " coalesce((SELECT max(id) FROM seal), 0)";
/* Entries of older programs say nothing of rows: the next one covers theirs as well. */
static const char sql_entries[] = "SELECT seq, json_extract(payload, '$.rows'),"
				  " json_extract(payload, '$.rows_events'),"
				  " json_extract(payload, '$.rows_seals') FROM ledger"
				  " WHERE kind IN ('event', 'seal') ORDER BY seq";
static const char sql_newest[] =
	"SELECT json_extract(payload, '$.rows_events'),"
	" json_extract(payload, '$.rows_seals') FROM ledger"
	" WHERE kind IN ('event', 'seal') AND instr(payload, '\"rows\":\"') > 0"
	" ORDER BY seq DESC LIMIT 1";

struct upto {
	int64_t id[TOLD_COUNT];
};

static bool read_upto(struct store *st, const char *sql, struct upto *out,
		      struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	*out = (struct upto){ { 0 } };
	if (!db_prepare(st, sql, &q, err))
		return false;
	n = db_next(st, q, err);
	for (int k = 0; n == NEXT_ITEM && k < TOLD_COUNT; k++)
		out->id[k] = sqlite3_column_int64(q, k);
	db_return(st, q);
	return n != NEXT_FAIL;
}

static bool add_rows(struct store *st, const char *sql, int64_t from, int64_t to,
		     struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, from);
	sqlite3_bind_int64(q, 2, to);
	while ((n = db_next(st, q, err)) == NEXT_ITEM)
		digest_row(st->sha, q, sqlite3_column_count(q));
	db_return(st, q);
	return n == NEXT_END;
}

static bool digest_of(struct store *st, const struct upto *from, const struct upto *to,
		      struct sha256 *out, struct err *err)
{
	bool ok = true;

	sha256_begin(st->sha);
	for (int k = 0; ok && k < TOLD_COUNT; k++)
		ok = add_rows(st, rows_of[k], from->id[k], to->id[k], err);
	sha256_end(st->sha, out);
	return ok;
}

bool store_told_put(struct store *st, struct json_out *j, struct err *err)
{
	char hex[SHA256_HEX_SIZE];
	struct upto from, to;
	struct sha256 digest;

	if (!read_upto(st, sql_newest, &from, err) ||
	    !read_upto(st, sql_last, &to, err) ||
	    !digest_of(st, &from, &to, &digest, err))
		return false;
	sha256_hex(&digest, hex);
	json_put_str(j, "rows", hex);
	json_put_int(j, "rows_events", to.id[TOLD_EVENTS]);
	json_put_int(j, "rows_seals", to.id[TOLD_SEALS]);
	return true;
}

/* One entry; *at moves on to the last rows that it covers. */
static bool check_entry(struct store *st, sqlite3_stmt *q, struct upto *at,
			struct err *err)
{
	struct upto to = { { sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3) } };
	char hex[SHA256_HEX_SIZE];
	struct sha256 digest;

	if (!digest_of(st, at, &to, &digest, err))
		return false;
	sha256_hex(&digest, hex);
	*at = to;
	return strcmp(hex, db_text(q, 1)) == 0 ||
	       err_set(err, ERR_LEDGER,
		       "events or seals are not what ledger entry %lld says",
		       (long long)sqlite3_column_int64(q, 0));
}

bool told_check(struct store *st, struct err *err)
{
	struct upto at = { { 0 } }, last;
	sqlite3_stmt *q = NULL;
	bool bound = true; /* no older program wrote the newest rows */
	enum next n;

	if (!read_upto(st, sql_last, &last, err) || !db_prepare(st, sql_entries, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		bound = sqlite3_column_type(q, 1) != SQLITE_NULL;
		if (bound && !check_entry(st, q, &at, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	db_return(st, q);
	if (n != NEXT_END)
		return false;
	for (int k = 0; bound && k < TOLD_COUNT; k++)
		if (last.id[k] != at.id[k])
			return err_set(
				err, ERR_LEDGER,
				"there are events or seals of which no ledger entry "
				"tells");
	return true;
}
