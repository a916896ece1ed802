/* SPDX-License-Identifier: MIT */
/*
 * The only place where `message` changes.  The stored rows of a block and those that were
 * read are merged by UID, what differs is written with its message_change, and the digest
 * is made from the merged rows in memory.
 */
#include <assert.h>

#include "store/store_block.h"

#include "store/store_keyword.h"

#define FACTS_SIZE (1 + 17 + 8 + 8 + 1 + 8)

#define ADD_ROWS(row) DB_ROWS_16(row)
_Static_assert(BLOCK_ADDS == 16, "as many as ADD_ROWS writes");

static uint8_t *put_be(uint8_t *p, uint64_t v, unsigned octets)
{
	for (unsigned i = octets; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
	return p + octets;
}

/* Add a present message to the block's canonical form. */
static void canon_add(struct store *st, const struct message *m, struct span keywords)
{
	uint8_t buf[4 + sizeof m->key.bytes + 1 + 8 + 8 + 1 + 4], *p = buf;

	p = put_be(p, m->uid, 4);
	memcpy(p, m->key.bytes, sizeof m->key.bytes);
	p += sizeof m->key.bytes;
	p = put_be(p, m->tier, 1);
	p = put_be(p, (uint64_t)m->octets, 8);
	p = put_be(p, (uint64_t)m->date, 8);
	p = put_be(p, m->flags, 1);
	(void)put_be(p, keywords.n, 4);
	strbuf_add(&st->canon, buf, sizeof buf);
	if (keywords.n > 0)
		strbuf_addspan(&st->canon, keywords);
}

bool block_canon(struct store *st, const struct message *m, struct err *err)
{
	struct span keywords;

	if (!keyword_names(st, m->keyword_set, &keywords, err))
		return false;
	canon_add(st, m, keywords);
	return true;
}

static unsigned facts_that_differ(const struct message *a, const struct message *b)
{
	unsigned facts = 0;

	if (a->tier != b->tier || memcmp(&a->key, &b->key, sizeof a->key) != 0)
		facts |= FACT_KEY;
	if (a->octets != b->octets)
		facts |= FACT_OCTETS;
	if (a->date != b->date)
		facts |= FACT_DATE;
	if (a->flags != b->flags)
		facts |= FACT_FLAGS;
	if (a->keyword_set != b->keyword_set)
		facts |= FACT_KEYWORDS;
	return facts;
}

static int put_facts(uint8_t buf[FACTS_SIZE], unsigned facts, const struct message *m)
{
	uint8_t *p = put_be(buf, facts, 1);

	if (facts & FACT_KEY) {
		p = put_be(p, m->tier, 1);
		memcpy(p, m->key.bytes, sizeof m->key.bytes);
		p += sizeof m->key.bytes;
	}
	if (facts & FACT_OCTETS)
		p = put_be(p, (uint64_t)m->octets, 8);
	if (facts & FACT_DATE)
		p = put_be(p, (uint64_t)m->date, 8);
	if (facts & FACT_FLAGS)
		p = put_be(p, m->flags, 1);
	if (facts & FACT_KEYWORDS)
		p = put_be(p, (uint64_t)m->keyword_set, 8);
	return (int)(p - buf);
}

static const char sql_message_change[] =
	"INSERT INTO message_change (run, message, before, after)"
	" VALUES (?1, ?2, ?3, ?4)";

/* before, after: NULL when the message is not there. */
static bool record(struct store *st, int64_t row, unsigned facts,
		   const struct message *before, const struct message *after,
		   struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_CHANGE, sql_message_change);
	uint8_t was[FACTS_SIZE], is[FACTS_SIZE];

	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, row);
	sqlite3_bind_null(q, 3);
	if (before != NULL)
		sqlite3_bind_blob(q, 3, was, put_facts(was, facts, before),
				  SQLITE_STATIC);
	sqlite3_bind_null(q, 4);
	if (after != NULL)
		sqlite3_bind_blob(q, 4, is, put_facts(is, facts, after), SQLITE_STATIC);
	return db_run(st, q, err);
}

static const char sql_message_id_put[] =
	"INSERT INTO message_id (message, text) VALUES (?1, ?2)"
	" ON CONFLICT (message) DO UPDATE SET text = excluded.text";
static const char sql_message_id_drop[] = "DELETE FROM message_id WHERE message = ?1";

/* text NULL: there is none. */
static bool put_message_id(struct store *st, int64_t row, const char *text,
			   struct err *err)
{
	sqlite3_stmt *q = text != NULL
				  ? db_stmt(st, STMT_MESSAGE_ID_PUT, sql_message_id_put)
				  : db_stmt(st, STMT_MESSAGE_ID_DROP,
					    sql_message_id_drop);

	sqlite3_bind_int64(q, 1, row);
	if (text != NULL)
		db_bind_str(q, 2, text);
	return db_run(st, q, err);
}

static const char sql_message_detail_drop[] =
	"DELETE FROM message_detail WHERE message = ?1";

/* The UID stands for another message now, whatever the RFC says: nothing that was told of
 * the one before is told of this one. */
static bool put_identity(struct store *st, int64_t row, const char *text, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_DETAIL_DROP, sql_message_detail_drop);

	sqlite3_bind_int64(q, 1, row);
	return db_run(st, q, err) && put_message_id(st, row, text, err);
}

/*
 * Rows that follow the greatest one without a gap are given no number: SQLite then knows
 * that they go to the end, where it would search the tree for each of them otherwise.
 * *top is the greatest row, asked for when it is 0.
 */
static bool follows(struct store *st, enum stmt which, const char *sql, int64_t first,
		    int64_t last, int64_t *top, bool *out, struct err *err)
{
	sqlite3_stmt *q;
	bool ok = true;

	*out = false;
	if (last - first != BLOCK_ADDS - 1)
		return true;
	if (*top == 0) {
		q = db_stmt(st, which, sql);
		ok = db_next(st, q, err) == NEXT_ITEM;
		if (ok)
			*top = sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
	}
	*out = ok && *top > 0 && *top == first - 1;
	return ok;
}

/* The rows that had no number have those that they should have. */
static bool appended(struct store *st, int64_t last, int64_t *top, struct err *err)
{
	int64_t row = sqlite3_last_insert_rowid(st->db);

	if (row != last)
		return err_set(err, ERR_BUG, "%s: row %lld was written as %lld", st->path,
			       (long long)last, (long long)row);
	*top = last;
	return true;
}

/* Rows up to last were written with their numbers. */
static void moved(int64_t *top, int64_t last)
{
	if (*top > 0 && *top < last)
		*top = last;
}

static const char sql_message_id_top[] = "SELECT max(message) FROM message_id";
static const char sql_message_id_append[] =
	"INSERT INTO message_id (text) VALUES " ADD_ROWS("(?)");
static const char sql_message_id_adds[] =
	"INSERT INTO message_id (message, text) VALUES " ADD_ROWS("(?, ?)");

static bool put_ids(struct store *st, struct block *b, struct err *err)
{
	int64_t first = b->ids[0].row, last = b->ids[BLOCK_ADDS - 1].row;
	sqlite3_stmt *q;
	bool append;

	if (!follows(st, STMT_MESSAGE_ID_TOP, sql_message_id_top, first, last, &b->id_top,
		     &append, err))
		return false;
	if (append) {
		q = db_stmt(st, STMT_MESSAGE_ID_APPEND, sql_message_id_append);
		for (int i = 0; i < BLOCK_ADDS; i++)
			db_bind_str(q, i + 1, b->ids[i].text);
		return db_run(st, q, err) && appended(st, last, &b->id_top, err);
	}
	q = db_stmt(st, STMT_MESSAGE_ID_ADDS, sql_message_id_adds);
	for (int i = 0; i < BLOCK_ADDS; i++) {
		sqlite3_bind_int64(q, 2 * i + 1, b->ids[i].row);
		db_bind_str(q, 2 * i + 2, b->ids[i].text);
	}
	moved(&b->id_top, last);
	return db_run(st, q, err);
}

/* The Message-IDs in hand: all at once when there are enough of them. */
static bool flush_ids(struct store *st, struct block *b, struct err *err)
{
	bool ok = true;

	if (b->id_n == BLOCK_ADDS)
		ok = put_ids(st, b, err);
	else
		for (int i = 0; i < b->id_n && ok; i++)
			ok = put_message_id(st, b->ids[i].row, b->ids[i].text, err);
	b->id_n = 0;
	return ok;
}

/* Parameters at to at + 5. */
static void bind_facts(sqlite3_stmt *q, int at, const struct message *m)
{
	db_bind_key(q, at, &m->key);
	sqlite3_bind_int(q, at + 1, m->tier);
	sqlite3_bind_int64(q, at + 2, m->octets);
	db_bind_date(q, at + 3, m->date);
	sqlite3_bind_int(q, at + 4, m->flags);
	sqlite3_bind_int64(q, at + 5, m->keyword_set);
}

#define MESSAGE_FACTS  "\"key\", tier, octets, \"date\", flags, keyword_set, first_run"
#define MESSAGE_ADD    "INSERT INTO message (id, " MESSAGE_FACTS ") VALUES "
#define MESSAGE_VALUES "(?, ?, ?, ?, ?, ?, ?, ?)"
static const char sql_message_add[] = MESSAGE_ADD MESSAGE_VALUES;
static const char sql_message_adds[] = MESSAGE_ADD ADD_ROWS(MESSAGE_VALUES);
static const char sql_message_top[] = "SELECT max(id) FROM message";
static const char sql_message_append[] = "INSERT INTO message (" MESSAGE_FACTS
					 ") VALUES " ADD_ROWS("(?, ?, ?, ?, ?, ?, ?)");

/* BLOCK_ADDS new messages; *done_out false: they do not follow what there is. */
static bool append(struct store *st, struct block *b, bool *done_out, struct err *err)
{
	int64_t first = message_row(b->epoch, b->adds[0].uid);
	int64_t last = message_row(b->epoch, b->adds[BLOCK_ADDS - 1].uid);
	sqlite3_stmt *q;

	if (!follows(st, STMT_MESSAGE_TOP, sql_message_top, first, last, &b->add_top,
		     done_out, err))
		return false;
	if (!*done_out)
		return true;
	q = db_stmt(st, STMT_MESSAGE_APPEND, sql_message_append);
	for (int i = 0; i < BLOCK_ADDS; i++) {
		bind_facts(q, 7 * i + 1, &b->adds[i]);
		sqlite3_bind_int64(q, 7 * i + 7, st->run);
	}
	return db_run(st, q, err) && appended(st, last, &b->add_top, err);
}

/* The new messages in hand, likewise: a statement costs about as much as a row. */
static bool flush_adds(struct store *st, struct block *b, struct err *err)
{
	int in_one = b->add_n == BLOCK_ADDS ? BLOCK_ADDS : 1;
	bool done = false;
	sqlite3_stmt *q;

	if (b->add_n == 0)
		return true;
	if (in_one == BLOCK_ADDS && !append(st, b, &done, err))
		return false;
	if (done)
		goto added;
	q = in_one == BLOCK_ADDS ? db_stmt(st, STMT_MESSAGE_ADDS, sql_message_adds)
				 : db_stmt(st, STMT_MESSAGE_ADD, sql_message_add);
	for (int i = 0; i < b->add_n; i += in_one) {
		for (int k = 0; k < in_one; k++) {
			const struct message *m = &b->adds[i + k];

			sqlite3_bind_int64(q, 8 * k + 1, message_row(b->epoch, m->uid));
			bind_facts(q, 8 * k + 2, m);
			sqlite3_bind_int64(q, 8 * k + 8, st->run);
		}
		if (!db_run(st, q, err))
			return false;
	}
	moved(&b->add_top, message_row(b->epoch, b->adds[b->add_n - 1].uid));
added:
	sum_add(st, b->epoch, b->adds, (size_t)b->add_n);
	b->add_n = 0;
	return true;
}

/* A UID that was never seen. */
static bool add_message(struct store *st, struct block *b, const struct store_row *row,
			struct err *err)
{
	struct message *m = &b->adds[b->add_n];

	if (row->later)
		return true;
	if (row->m.uid < b->flags_below)
		return true; /* its identity was not asked for: the count will tell */
	*m = row->m;
	if (!keyword_id(st, row->keywords, &m->keyword_set, err))
		return err_wrap(err, "message uid %u", m->uid);
	canon_add(st, m, span_str(row->keywords));
	b->changed = true;
	if (row->message_id != NULL)
		b->ids[b->id_n++] = (struct block_id){ message_row(b->epoch, m->uid),
						       row->message_id };
	b->add_n++;
	return (b->add_n < BLOCK_ADDS || flush_adds(st, b, err)) &&
	       (b->id_n < BLOCK_ADDS || flush_ids(st, b, err));
}

static const char sql_message_set[] =
	"UPDATE message SET \"key\" = ?2, tier = ?3, octets = ?4, \"date\" = ?5,"
	" flags = ?6, keyword_set = ?7, gone_run = NULL WHERE id = ?1";

/* A known UID that is there. */
static bool set_message(struct store *st, struct block *b, const struct block_row *known,
			const struct store_row *row, struct err *err)
{
	int64_t id = message_row(b->epoch, row->m.uid);
	struct message m = row->m;
	sqlite3_stmt *q;
	unsigned facts;

	if (row->later)
		return known->gone || block_canon(st, &known->m, err);
	if (row->m.uid < b->flags_below) {
		m = known->m;
		m.flags = row->m.flags;
	}
	if (b->depth == DEPTH_FULL) {
		if (!keyword_id(st, row->keywords, &m.keyword_set, err))
			return false;
	} else {
		m.flags = known->m.flags;
		m.keyword_set = known->m.keyword_set;
	}
	facts = facts_that_differ(&known->m, &m);
	if (facts != 0 || known->gone) {
		sum_drop(st, b->epoch);
		if (known->gone && !record(st, id, 0, NULL, &m, err)) /* it is back */
			return false;
		if (facts != 0 && !record(st, id, facts, &known->m, &m, err))
			return false;
		q = db_stmt(st, STMT_MESSAGE_SET, sql_message_set);
		sqlite3_bind_int64(q, 1, id);
		bind_facts(q, 2, &m);
		if (!db_run(st, q, err) || ((facts & (FACT_KEY | FACT_OCTETS)) &&
					    !put_identity(st, id, row->message_id, err)))
			return err_wrap(err, "message uid %u", m.uid);
		b->id_top = 0;
		b->changed = true;
	}
	if (b->depth != DEPTH_FULL)
		return block_canon(st, &m, err);
	canon_add(st, &m, span_str(row->keywords));
	return true;
}

static const char sql_gone_set[] = "UPDATE message SET gone_run = ?3"
				   " WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL";

static bool is_named_gone(const struct block *b, uint32_t uid)
{
	size_t lo = 0, hi = b->gone_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->gone[mid].hi < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->gone_n && b->gone[lo].lo <= uid;
}

/* A known UID that was not among those read: it is gone, unless it was not in question.
 */
static bool miss_message(struct store *st, struct block *b, const struct block_row *known,
			 struct err *err)
{
	int64_t id = message_row(b->epoch, known->m.uid);
	sqlite3_stmt *q;

	if (known->gone)
		return true;
	if (known->m.uid < b->lo || known->m.uid > b->hi ||
	    (b->sparse && !is_named_gone(b, known->m.uid)))
		return block_canon(st, &known->m, err);
	b->changed = true;
	sum_drop(st, b->epoch);
	q = db_stmt(st, STMT_GONE_SET, sql_gone_set);
	sqlite3_bind_int64(q, 1, id);
	sqlite3_bind_int64(q, 2, id);
	sqlite3_bind_int64(q, 3, st->run);
	return db_run(st, q, err) && record(st, id, 0, &known->m, NULL, err);
}

static const char sql_block_put[] =
	"INSERT INTO message_block (epoch, block, digest) VALUES (?1, ?2, ?3)"
	" ON CONFLICT (epoch, block) DO UPDATE SET digest = excluded.digest";
static const char sql_block_drop[] =
	"DELETE FROM message_block WHERE epoch = ?1 AND block = ?2";

/* The digest of what stands in st->canon; no row for no message. */
static bool put_block(struct store *st, int64_t epoch, uint32_t number, struct err *err)
{
	bool empty = st->canon.n == 0;
	sqlite3_stmt *q = empty ? db_stmt(st, STMT_BLOCK_DROP, sql_block_drop)
				: db_stmt(st, STMT_BLOCK_PUT, sql_block_put);
	struct sha256 digest;

	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, number);
	if (!empty) {
		sha256_begin(st->sha);
		sha256_add(st->sha, st->canon.p, st->canon.n);
		sha256_end(st->sha, &digest);
		db_bind_digest(q, 3, &digest);
	}
	return db_run(st, q, err);
}

static const char sql_message_block[] =
	"SELECT id, \"key\", tier, octets, \"date\", flags, keyword_set,"
	" gone_run IS NOT NULL FROM message WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

bool block_load(struct store *st, struct block *b, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_BLOCK, sql_message_block);
	enum next n;

	if (st->block_row == NULL)
		st->block_row = mem_calloc(BLOCK_UIDS, sizeof *st->block_row);
	b->known = st->block_row;
	sqlite3_bind_int64(q, 1, message_row(b->epoch, b->number << BLOCK_SHIFT));
	sqlite3_bind_int64(
		q, 2, message_row(b->epoch, b->number << BLOCK_SHIFT | (BLOCK_UIDS - 1)));
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		struct block_row *r = &b->known[b->known_n];
		uint32_t uid = (uint32_t)sqlite3_column_int64(q, 0);

		/* A broken tree may yield anything. */
		if (b->known_n == BLOCK_UIDS || (b->known_n > 0 && uid <= r[-1].m.uid)) {
			db_damaged(st, "messages out of order", err);
			n = NEXT_FAIL;
			break;
		}
		b->known_n++;
		r->m = (struct message){ .uid = uid,
					 .tier = (uint8_t)sqlite3_column_int(q, 2),
					 .octets = sqlite3_column_int64(q, 3),
					 .date = db_date(q, 4),
					 .flags = (uint8_t)sqlite3_column_int(q, 5),
					 .keyword_set = sqlite3_column_int64(q, 6) };
		r->gone = sqlite3_column_int(q, 7) != 0;
		if (!db_key(st, q, 1, &r->m.key, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	sqlite3_reset(q);
	return n == NEXT_END;
}

bool block_merge(struct store *st, struct block *b, struct err *err)
{
	size_t i = 0, k = 0;

	strbuf_clear(&st->canon);
	while (i < b->row_n || k < b->known_n) {
		const struct store_row *row = i < b->row_n ? &b->rows[i] : NULL;
		const struct block_row *known = k < b->known_n ? &b->known[k] : NULL;
		bool ok;

		assert(row != NULL || known != NULL);
		if (known == NULL || (row != NULL && row->m.uid < known->m.uid)) {
			ok = add_message(st, b, row, err);
			i++;
		} else if (row == NULL || known->m.uid < row->m.uid) {
			ok = miss_message(st, b, known, err);
			k++;
		} else {
			ok = set_message(st, b, known, row, err);
			i++, k++;
		}
		if (!ok)
			return false;
	}
	if (!flush_adds(st, b, err) || !flush_ids(st, b, err))
		return false;
	return !b->changed || put_block(st, b->epoch, b->number, err);
}

static const char sql_gone_change[] =
	"INSERT INTO message_change (run, message, before, after)"
	" SELECT ?3, id, x'00', NULL FROM message"
	" WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL ORDER BY id";

bool block_gone(struct store *st, int64_t epoch, uint32_t lo, uint32_t hi, int *n_out,
		struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_GONE_CHANGE, sql_gone_change);

	sqlite3_bind_int64(q, 1, message_row(epoch, lo));
	sqlite3_bind_int64(q, 2, message_row(epoch, hi));
	sqlite3_bind_int64(q, 3, st->run);
	if (!db_run(st, q, err))
		return false;
	*n_out = sqlite3_changes(st->db);
	if (*n_out == 0)
		return true;
	sum_drop(st, epoch);
	q = db_stmt(st, STMT_GONE_SET, sql_gone_set);
	sqlite3_bind_int64(q, 1, message_row(epoch, lo));
	sqlite3_bind_int64(q, 2, message_row(epoch, hi));
	sqlite3_bind_int64(q, 3, st->run);
	return db_run(st, q, err);
}
