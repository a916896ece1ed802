/* SPDX-License-Identifier: MIT */
/* What an account held at other times, and what a message was. */
#include "store/store_history.h"

#include "base/be.h"
#include "store/store_db.h"
#include "store/store_window.h"

/* A copy goes with its message, with its folder, or when its folder is renumbered.  It
 * came when its UID first stood for it: another folder may have taken the name since. */
#define HISTORY(keys)                                                                    \
	"SELECT * FROM (SELECT m.tier, m.\"key\", m.octets, m.\"date\","                 \
	" max(m.first_run, coalesce((SELECT max(c.run) FROM message_change c"            \
	" WHERE c.message = m.id AND " CHANGED_IDENTITY "), 0)),"                        \
	" coalesce(m.gone_run, f.gone_run, (SELECT min(x.first_run) FROM folder_epoch x" \
	" WHERE x.folder = f.id AND x.id > e.id), ?5) AS gone, m.id, f.name,"            \
	" f.delim, f.attrs, f.id"                                                        \
	" FROM folder f JOIN folder_epoch e ON e.folder = f.id"                          \
	" JOIN message m ON m.id BETWEEN (e.id << 32) AND (e.id << 32) + 4294967295"     \
	" WHERE f.account = ?1 AND m.tier IN (1, 2) AND m.\"key\" IN (" keys             \
	")) h WHERE h.gone > ?4 ORDER BY h.tier, h.\"key\", h.gone DESC, h.id"
_Static_assert(TIER_ID == 1 && TIER_FIELDS == 2, "the tiers that have a key");

static const char sql_history[] = HISTORY(
	"SELECT l.\"key\" FROM leftover l WHERE l.transfer = ?2 AND l.side = ?3");
static const char sql_history_withdrawn[] = HISTORY(
	"SELECT w.\"key\" FROM folder g JOIN folder_epoch h ON h.folder = g.id"
	" JOIN message w ON w.id BETWEEN (h.id << 32) AND (h.id << 32) + 4294967295"
	" WHERE g.account = ?2 AND g.attrs & 128 = 0 AND (w.gone_run > ?3 OR g.gone_run"
	" > ?3 OR EXISTS (SELECT 1 FROM folder_epoch x WHERE x.folder = g.id"
	" AND x.id > h.id AND x.first_run > ?3))");

struct store_history {
	struct store *st;
	sqlite3_stmt *q;
};

static bool open_history(struct store *st, const char *sql, int64_t account,
			 int64_t since, struct store_history **out, struct err *err)
{
	struct store_history *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql, &it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, account);
	sqlite3_bind_int64(it->q, 4, since);
	sqlite3_bind_int64(it->q, 5, INT64_MAX);
	*out = it;
	return true;
}

bool store_history_open(struct store *st, int64_t transfer, enum side leftovers_of,
			int64_t account, int64_t since, struct store_history **out,
			struct err *err)
{
	if (!open_history(st, sql_history, account, since, out, err))
		return false;
	sqlite3_bind_int64((*out)->q, 2, transfer);
	sqlite3_bind_int((*out)->q, 3, (int)leftovers_of);
	return true;
}

bool store_history_withdrawn(struct store *st, const struct withdrawn_choice *c,
			     int64_t account, int64_t since, struct store_history **out,
			     struct err *err)
{
	if (!open_history(st, sql_history_withdrawn, account, since, out, err))
		return false;
	sqlite3_bind_int64((*out)->q, 2, c->account);
	sqlite3_bind_int64((*out)->q, 3, c->since);
	return true;
}

enum next store_history_next(struct store_history *it, struct copy *out, struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next n = db_next(it->st, q, err);
	struct msg_key key;
	int tier;

	if (n != NEXT_ITEM)
		return n;
	if (!db_enum(it->st, q, 0, TIER_COUNT, &tier, err) ||
	    !db_key(it->st, q, 1, &key, err))
		return NEXT_FAIL;
	*out = (struct copy){ .key = key,
			      .tier = (uint8_t)tier,
			      .octets = sqlite3_column_int64(q, 2),
			      .date = db_date(q, 3),
			      .first_run = sqlite3_column_int64(q, 4),
			      .gone_run = sqlite3_column_int64(q, 5),
			      .epoch = sqlite3_column_int64(q, 6) >> 32,
			      .uid = (uint32_t)sqlite3_column_int64(q, 6),
			      .folder = db_text(q, 7),
			      .delim = (char)sqlite3_column_int(q, 8),
			      .attrs = (unsigned)sqlite3_column_int64(q, 9),
			      .folder_id = sqlite3_column_int64(q, 10) };
	return NEXT_ITEM;
}

void store_history_close(struct store_history *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

static int64_t take_be(const uint8_t **p, unsigned octets)
{
	int64_t v = (int64_t)be_get(*p, octets);

	*p += octets;
	return v;
}

/* Take the facts of one change that no earlier one has told. */
static bool take_facts(const uint8_t *p, size_t n, unsigned *known, struct message *m)
{
	static const uint8_t size[] = { 17, 8, 8, 1, 8 };
	const uint8_t *end = p + n;
	unsigned facts;

	if (n == 0)
		return false;
	facts = *p++;
	for (unsigned i = 0; i < COUNT_OF(size); i++) {
		unsigned bit = 1u << i;

		if ((facts & bit) == 0)
			continue;
		if (end - p < size[i])
			return false;
		if ((*known & bit) != 0) {
			p += size[i];
			continue;
		}
		if (bit == FACT_KEY) {
			m->tier = *p++;
			memcpy(m->key.bytes, p, sizeof m->key.bytes);
			p += sizeof m->key.bytes;
		} else if (bit == FACT_OCTETS) {
			m->octets = take_be(&p, 8);
		} else if (bit == FACT_DATE) {
			m->date = take_be(&p, 8);
		} else if (bit == FACT_FLAGS) {
			m->flags = *p++;
		} else {
			m->keyword_set = take_be(&p, 8);
		}
	}
	*known |= facts;
	return p == end;
}

bool history_facts(const void *p, size_t n, struct message *m)
{
	unsigned known = 0;

	return take_facts(p, n, &known, m);
}

static const char sql_message_as_of[] =
	"SELECT before FROM message_change WHERE message = ?1 AND run > ?2 ORDER BY id";

bool store_message_as_of(struct store *st, int64_t epoch, int64_t run, struct message *m,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_AS_OF, sql_message_as_of);
	struct message was = *m;
	unsigned known = 0;
	enum next n = NEXT_END;
	bool ok = true;

	sqlite3_bind_int64(q, 1, message_row(epoch, m->uid));
	sqlite3_bind_int64(q, 2, run);
	while (ok && (n = db_next(st, q, err)) == NEXT_ITEM) {
		const void *blob = sqlite3_column_blob(q, 0);

		/* NULL: it came, or came back. */
		ok = sqlite3_column_type(q, 0) == SQLITE_NULL ||
		     take_facts(blob, (size_t)sqlite3_column_bytes(q, 0), &known, &was) ||
		     db_damaged(st, "a change of a message", err);
	}
	ok = ok && n != NEXT_FAIL;
	sqlite3_reset(q);
	/* Another message had the UID then. */
	if (ok && was.tier == m->tier && memcmp(&was.key, &m->key, sizeof was.key) == 0)
		*m = was;
	return ok;
}
