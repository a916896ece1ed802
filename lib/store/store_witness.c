/* SPDX-License-Identifier: MIT */
#include "store/store_witness.h"

#include "model/objectid.h"
#include "store/store_db.h"
#include "store/store_window.h"

/* So many folders with the same newest message are looked at. */
enum { ALIKE_MAX = 64 };

/* Others of the account with the UIDVALIDITY of epoch ?1, as they were opened last; not
 * one that was gone when this one was last proven: it was looked at then, and may be this
 * one.
 */
#define OTHERS                                                                           \
	" FROM folder_epoch e JOIN folder f ON f.id = e.folder"                          \
	" CROSS JOIN folder g ON g.account = f.account"                                  \
	" CROSS JOIN folder_epoch x ON x.folder = g.id"                                  \
	" AND x.uidvalidity = e.uidvalidity AND x.id <> e.id"                            \
	" AND (g.gone_run IS NULL OR g.gone_run > coalesce(f.proven_run, 0))"            \
	" AND x.id = (SELECT s.epoch FROM folder_seen s WHERE s.folder = g.id"           \
	" AND s.epoch IS NOT NULL ORDER BY s.id DESC LIMIT 1)"
/* What a server tells of a message in a few words, and what of it can be compared: an
 * identity that is not made of its Message-ID is not. */
#define ALIKE                                                                            \
	" m.octets = o.octets AND m.\"date\" IS o.\"date\""                              \
	" AND (m.tier = 1) = (o.tier = 1) AND (m.tier <> 1 OR m.\"key\" = o.\"key\")"
_Static_assert(TIER_ID == 1, "the number in the statement above");

static const char sql_witness_folder[] =
	"SELECT EXISTS (SELECT 1" OTHERS " WHERE e.id = ?1),"
	" (SELECT o.mailbox FROM folder_epoch e JOIN folder f ON f.id = e.folder"
	" JOIN folder_objectid o ON o.id = (SELECT max(y.id) FROM folder_objectid y"
	" WHERE y.folder = f.id) AND o.epoch = e.id WHERE e.id = ?1 AND NOT EXISTS"
	" (SELECT 1 FROM folder g JOIN folder_objectid p ON p.id = (SELECT max(y.id)"
	" FROM folder_objectid y WHERE y.folder = g.id) WHERE g.account = f.account"
	" AND g.id <> f.id AND g.gone_run IS NULL AND p.mailbox = o.mailbox))";

static bool read_folder(struct store *st, int64_t epoch, struct witness *out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_FOLDER, sql_witness_folder);
	bool ok;

	sqlite3_bind_int64(q, 1, epoch);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok) {
		out->shared = sqlite3_column_int(q, 0) != 0;
		out->mailbox = sqlite3_column_type(q, 1) == SQLITE_NULL
				       ? 0
				       : objectid_mark(db_text(q, 1));
	}
	sqlite3_reset(q);
	return ok;
}

#define MESSAGE "SELECT m.id, m.tier, m.\"key\", m.octets, m.\"date\" FROM message m"
#define THERE	" WHERE m.id BETWEEN ?1 AND ?2 AND m.gone_run IS NULL AND m.octets >= 0"
static const char sql_witness_last[] = MESSAGE THERE " ORDER BY m.id DESC LIMIT 1";
static const char sql_witness_first[] = MESSAGE THERE " ORDER BY m.id LIMIT 1";
/* The first message that epoch ?3 has not, or has another one in its place. */
static const char sql_witness_other[] = MESSAGE
	" LEFT JOIN message o ON o.id = (?3 << 32) + (m.id & 4294967295)"
	" AND o.gone_run IS NULL AND" ALIKE THERE " AND o.id IS NULL"
	" ORDER BY m.id LIMIT 1";

/* Take the message that q tells; *found_out false: none. */
static bool take(struct store *st, sqlite3_stmt *q, struct witness *out, bool *found_out,
		 struct err *err)
{
	enum next n = db_next(st, q, err);
	struct message m = { 0 };
	bool ok = n != NEXT_FAIL;
	int tier = 0;
	size_t at = 0;

	*found_out = n == NEXT_ITEM;
	if (n == NEXT_ITEM) {
		ok = db_enum(st, q, 1, TIER_COUNT, &tier, err) &&
		     db_key(st, q, 2, &m.key, err);
		m.uid = (uint32_t)sqlite3_column_int64(q, 0);
		m.tier = (uint8_t)tier;
		m.octets = sqlite3_column_int64(q, 3);
		m.date = db_date(q, 4);
	}
	sqlite3_reset(q);
	if (!ok || !*found_out)
		return ok;
	while (at < out->n && out->m[at].uid < m.uid)
		at++;
	if (at < out->n && out->m[at].uid == m.uid)
		return true;
	if (out->n == WITNESS_MAX) {
		*found_out = false;
		return true;
	}
	memmove(&out->m[at + 1], &out->m[at], (out->n - at) * sizeof m);
	out->m[at] = m;
	out->n++;
	return true;
}

static sqlite3_stmt *of_epoch(struct store *st, enum stmt which, const char *sql,
			      int64_t epoch)
{
	sqlite3_stmt *q = db_stmt(st, which, sql);

	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
	return q;
}

/* The others that have message ?2 of epoch ?1, too. */
static const char sql_witness_alike[] =
	"SELECT x.id" OTHERS " CROSS JOIN message m ON m.id = (e.id << 32) + ?2"
	" CROSS JOIN message o ON o.id = (x.id << 32) + ?2 AND o.gone_run IS NULL "
	"AND" ALIKE " WHERE e.id = ?1 AND x.id > ?3 ORDER BY x.id LIMIT 1";

/* The next one behind `last`; 0: there is none. */
static bool next_alike(struct store *st, int64_t epoch, uint32_t uid, int64_t last,
		       int64_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_ALIKE, sql_witness_alike);
	enum next n;

	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, uid);
	sqlite3_bind_int64(q, 3, last);
	n = db_next(st, q, err);
	*out = n == NEXT_ITEM ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

bool store_witness(struct store *st, int64_t epoch, struct witness *out, struct err *err)
{
	struct witness w = { 0 };
	int64_t other = 0;
	uint32_t last;
	bool found;

	if (!read_folder(st, epoch, &w, err))
		return false;
	if (!w.shared)
		goto done;
	/* What came last is what the fewest have; and the other end, for what has come to
	 * another folder since. */
	if (!take(st, of_epoch(st, STMT_WITNESS_LAST, sql_witness_last, epoch), &w,
		  &found, err) ||
	    !take(st, of_epoch(st, STMT_WITNESS_FIRST, sql_witness_first, epoch), &w,
		  &found, err))
		return false;
	if (w.n == 0)
		goto done;
	last = w.m[w.n - 1].uid;
	for (int alike = 0;; alike++) {
		sqlite3_stmt *q;

		if (!next_alike(st, epoch, last, other, &other, err))
			return false;
		if (other == 0)
			break;
		if (alike == ALIKE_MAX) {
			w.n = 0;
			break;
		}
		q = of_epoch(st, STMT_WITNESS_OTHER, sql_witness_other, epoch);
		sqlite3_bind_int64(q, 3, other);
		if (!take(st, q, &w, &found, err))
			return false;
		if (!found) {
			w.n = 0;
			break;
		}
	}
done:
	*out = w;
	return true;
}
