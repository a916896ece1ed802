/* SPDX-License-Identifier: MIT */
#include "store/store_deep.h"

#include "base/text.h"
#include "store/store_block.h"
#include "store/store_history.h"

/* A reading of a folder by a run that has ended: the digest that it found. */
struct reading {
	int64_t run;
	struct sha256 digest;
	struct sha256_ctx *sha; /* over the blocks as they were then */
};

/* Runs first to last overtook each other: what they changed is told by run, and no
 * longer by time, so that their readings cannot be made anew. */
struct overtaken {
	int64_t first, last;
};

struct deep_row {
	struct message m;
	int64_t first_run, gone_run; /* gone_run 0: it is there */
	bool there, met;	     /* met: its newest change was undone */
};

struct deep {
	struct store *st;
	struct ledger_facts *facts;
	struct err *err;
	sqlite3_stmt *messages, *blocks, *changes;
	enum next message, block; /* whether the row in hand is one */
	int64_t id;		  /* of the message in hand */
	int64_t newest;		  /* run that last brought a message of the block */
	int64_t epoch;
	struct reading *reading; /* ascending by run */
	size_t n;
	bool changed; /* some message of the epoch did */
	struct deep_row row[BLOCK_UIDS];
	size_t row_n;
	struct arena arena; /* of the epoch */
	struct arena kept;
	struct overtaken *overtaken;
	size_t overtaken_n;
};

static const char sql_epochs[] =
	"SELECT e.id, coalesce(f.name, ''), coalesce(a.\"user\", ''),"
	" coalesce(a.side, 0), EXISTS (SELECT 1 FROM purged p WHERE p.old_account = a.id"
	" OR p.new_account = a.id) FROM folder_epoch e"
	" LEFT JOIN folder f ON f.id = e.folder LEFT JOIN account a ON a.id = f.account"
	" ORDER BY e.id";
static const char sql_messages[] =
	"SELECT id, \"key\", tier, octets, \"date\", flags, keyword_set, first_run,"
	" gone_run FROM message ORDER BY id";
static const char sql_blocks[] =
	"SELECT epoch, block, digest FROM message_block ORDER BY epoch, block";
/* Of each ended run the last word on a folder, where that was a reading. */
static const char sql_readings[] =
	"SELECT s.run, s.digest FROM folder_seen s JOIN run_end e ON e.run = s.run"
	" WHERE s.folder = (SELECT folder FROM folder_epoch WHERE id = ?1)"
	" AND s.epoch = ?1 AND s.outcome IN (?2, ?3) AND s.id = (SELECT max(x.id) FROM"
	" folder_seen x WHERE x.folder = s.folder AND x.run = s.run) ORDER BY s.run";
/* A run that was continued after a later one had begun: {"run":5} is the payload. */
static const char sql_overtaken[] =
	"SELECT first, last FROM (SELECT CAST(substr(l.payload, 8) AS INTEGER) AS first,"
	" (SELECT max(r.id) FROM run r WHERE r.started <= l.time) AS last FROM ledger l"
	" WHERE l.kind = 'run-resumed') WHERE first < last ORDER BY first";
static const char sql_changed[] =
	"SELECT EXISTS (SELECT 1 FROM message_change WHERE message BETWEEN ?1 AND ?2)";
static const char sql_changes[] =
	"SELECT message, run, before, after IS NULL FROM message_change"
	" WHERE message BETWEEN ?1 AND ?2 ORDER BY id DESC";

static int64_t first_of(const struct deep *d, uint32_t block)
{
	return message_row(d->epoch, block << BLOCK_SHIFT);
}

/* ---- one block ---- */

/* Digest of the messages that are there; *empty when there are none. */
static bool digest_rows(struct deep *d, int64_t upto_run, struct sha256 *out, bool *empty)
{
	struct store *st = d->st;

	strbuf_clear(&st->canon);
	for (size_t i = 0; i < d->row_n; i++) {
		const struct deep_row *r = &d->row[i];

		if (r->there && r->first_run <= upto_run &&
		    !block_canon(st, &r->m, d->err))
			return false;
	}
	*empty = st->canon.n == 0;
	sha256_begin(st->sha);
	sha256_add(st->sha, st->canon.p, st->canon.n);
	sha256_end(st->sha, out);
	return true;
}

static struct deep_row *find_row(struct deep *d, int64_t id)
{
	uint32_t uid = (uint32_t)id;
	size_t lo = 0, hi = d->row_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->row[mid].m.uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < d->row_n && d->row[lo].m.uid == uid ? &d->row[lo] : NULL;
}

/* Take back the change in hand. */
static bool undo(struct deep *d)
{
	sqlite3_stmt *q = d->changes;
	struct deep_row *r = find_row(d, sqlite3_column_int64(q, 0));
	bool was_there = sqlite3_column_type(q, 2) != SQLITE_NULL;

	if (r == NULL)
		return err_set(d->err, ERR_LEDGER,
			       "a message changed that is not among the evidence");
	if (!r->met) {
		int64_t gone = sqlite3_column_int(q, 3) != 0 ? sqlite3_column_int64(q, 1)
							     : 0;

		if (gone != r->gone_run)
			return err_set(d->err, ERR_LEDGER,
				       "message uid %u is not gone as the changes tell",
				       r->m.uid);
		r->met = true;
	}
	r->there = was_there;
	return !was_there ||
	       history_facts(sqlite3_column_blob(q, 2),
			     (size_t)sqlite3_column_bytes(q, 2), &r->m) ||
	       db_damaged(d->st, "a change of a message", d->err);
}

/* The run of the change in hand; 0: there is none left. */
static int64_t change_run(const struct deep *d, enum next n)
{
	return n == NEXT_ITEM ? sqlite3_column_int64(d->changes, 1) : 0;
}

static void add_block(struct reading *r, uint32_t block, const struct sha256 *digest)
{
	sha256_add_u64(r->sha, block);
	sha256_add(r->sha, digest->bytes, sizeof digest->bytes);
}

/* The newest run, up to this one, that brought a message. */
static int64_t newest_of(const struct deep *d, int64_t upto)
{
	int64_t newest = 0;

	if (d->newest <= upto)
		return d->newest;
	for (size_t i = 0; i < d->row_n; i++)
		if (d->row[i].first_run > newest && d->row[i].first_run <= upto)
			newest = d->row[i].first_run;
	return newest;
}

/* The block at each reading, from the newest to the oldest. */
static bool tell_readings(struct deep *d, uint32_t block, struct sha256 digest,
			  bool empty)
{
	enum next n = NEXT_END;
	int64_t upto = INT64_MAX; /* the state that digest is of */
	bool ok = true;

	if (d->changed) {
		sqlite3_bind_int64(d->changes, 1, first_of(d, block));
		sqlite3_bind_int64(d->changes, 2, first_of(d, block) + BLOCK_UIDS - 1);
		n = db_next(d->st, d->changes, d->err);
	}
	for (size_t k = d->n; ok && k-- > 0;) {
		struct reading *r = &d->reading[k];
		bool same = newest_of(d, upto) <= r->run && change_run(d, n) <= r->run;

		while (ok && change_run(d, n) > r->run) {
			ok = undo(d);
			n = ok ? db_next(d->st, d->changes, d->err) : NEXT_FAIL;
		}
		ok = ok && n != NEXT_FAIL &&
		     (same || digest_rows(d, r->run, &digest, &empty));
		upto = r->run;
		if (ok && !empty)
			add_block(r, block, &digest);
	}
	/* What lies before the first reading explains what is gone. */
	while (ok && n == NEXT_ITEM) {
		ok = undo(d);
		n = ok ? db_next(d->st, d->changes, d->err) : NEXT_FAIL;
	}
	sqlite3_reset(d->changes);
	if (!ok || n == NEXT_FAIL)
		return false;
	for (size_t i = 0; i < d->row_n; i++)
		if (d->row[i].gone_run != 0 && !d->row[i].met)
			return err_set(d->err, ERR_LEDGER,
				       "message uid %u is gone, and no run saw it go",
				       d->row[i].m.uid);
	return true;
}

/* The stored digest of a block that is in hand, if it is this one. */
static bool take_block(struct deep *d, uint32_t block, struct sha256 *out, bool *found)
{
	*found = d->block == NEXT_ITEM &&
		 sqlite3_column_int64(d->blocks, 0) == d->epoch &&
		 sqlite3_column_int64(d->blocks, 1) == block;
	if (!*found)
		return true;
	if (!db_digest(d->st, d->blocks, 2, out, d->err))
		return false;
	d->block = db_next(d->st, d->blocks, d->err);
	return d->block != NEXT_FAIL;
}

static bool check_block(struct deep *d, uint32_t block)
{
	struct sha256 now, stored;
	bool empty, found;

	if (!digest_rows(d, INT64_MAX, &now, &empty) ||
	    !take_block(d, block, &stored, &found))
		return false;
	if (found == empty || (found && memcmp(&now, &stored, sizeof now) != 0))
		return err_set(d->err, ERR_LEDGER,
			       "the messages with UIDs %u to %u are not what was stored",
			       block << BLOCK_SHIFT,
			       (block << BLOCK_SHIFT) + BLOCK_UIDS - 1);
	d->facts->blocks++;
	return tell_readings(d, block, now, empty);
}

/* ---- one folder ---- */

static bool next_message(struct deep *d)
{
	d->message = db_next(d->st, d->messages, d->err);
	if (d->message == NEXT_ITEM)
		d->id = sqlite3_column_int64(d->messages, 0);
	return d->message != NEXT_FAIL;
}

/* The message in hand. */
static bool take_message(struct deep *d)
{
	struct deep_row *r = &d->row[d->row_n++];
	sqlite3_stmt *q = d->messages;
	int64_t tier = sqlite3_column_int64(q, 2), flags = sqlite3_column_int64(q, 5);

	r->m.uid = (uint32_t)d->id;
	r->m.tier = (uint8_t)tier;
	r->m.octets = sqlite3_column_int64(q, 3);
	r->m.date = db_date(q, 4);
	r->m.flags = (uint8_t)flags;
	r->m.keyword_set = sqlite3_column_int64(q, 6);
	r->first_run = sqlite3_column_int64(q, 7);
	r->gone_run = sqlite3_column_int64(q, 8);
	r->there = r->gone_run == 0;
	r->met = false;
	if (r->first_run > d->newest)
		d->newest = r->first_run;
	d->facts->messages++;
	/* What the row's octets cannot hold would be cut off unseen. */
	if (tier != r->m.tier || flags != r->m.flags)
		return db_damaged(d->st, "a message", d->err);
	return db_key(d->st, q, 1, &r->m.key, d->err);
}

static bool read_blocks(struct deep *d)
{
	while (d->message == NEXT_ITEM && d->id >> 32 == d->epoch) {
		int64_t block = d->id >> BLOCK_SHIFT;

		d->row_n = 0;
		d->newest = 0;
		while (d->message == NEXT_ITEM && d->id >> BLOCK_SHIFT == block) {
			/* A broken tree may yield anything. */
			if (d->row_n == BLOCK_UIDS)
				return db_damaged(d->st, "messages out of order", d->err);
			if (!take_message(d) || !next_message(d))
				return false;
		}
		if (!check_block(d, (uint32_t)(block & (UINT32_MAX >> BLOCK_SHIFT))))
			return false;
	}
	if (d->block == NEXT_ITEM && sqlite3_column_int64(d->blocks, 0) <= d->epoch)
		return err_set(d->err, ERR_LEDGER,
			       "the messages with UIDs from %lld on are missing",
			       (long long)sqlite3_column_int64(d->blocks, 1)
				       << BLOCK_SHIFT);
	return true;
}

static bool read_reading(struct store *st, sqlite3_stmt *q, struct arena *arena,
			 void *item, struct err *err)
{
	struct reading *out = item;

	(void)arena;
	*out = (struct reading){ .run = sqlite3_column_int64(q, 0) };
	return db_digest(st, q, 1, &out->digest, err);
}

static void drop_overtaken(struct deep *d)
{
	size_t keep = 0;

	for (size_t i = 0; i < d->n; i++) {
		bool drop = false;

		for (size_t k = 0; k < d->overtaken_n; k++)
			drop |= d->overtaken[k].first <= d->reading[i].run &&
				d->reading[i].run <= d->overtaken[k].last;
		if (!drop)
			d->reading[keep++] = d->reading[i];
	}
	d->n = keep;
}

static bool read_overtaken(struct store *st, sqlite3_stmt *q, struct arena *arena,
			   void *item, struct err *err)
{
	struct overtaken *out = item;

	(void)st, (void)arena, (void)err;
	*out = (struct overtaken){ sqlite3_column_int64(q, 0),
				   sqlite3_column_int64(q, 1) };
	return true;
}

static bool open_overtaken(struct deep *d)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(d->st, sql_overtaken, &q, d->err) ||
	    !db_list(d->st, q, sizeof *d->overtaken, read_overtaken, &d->kept, &list,
		     &d->overtaken_n, d->err))
		return false;
	d->overtaken = list;
	return true;
}

static bool open_epoch(struct deep *d)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(d->st, sql_readings, &q, d->err))
		return false;
	sqlite3_bind_int64(q, 1, d->epoch);
	sqlite3_bind_int(q, 2, FOLDER_READ);
	sqlite3_bind_int(q, 3, FOLDER_HOLED);
	d->n = 0;
	if (!db_list(d->st, q, sizeof *d->reading, read_reading, &d->arena, &list, &d->n,
		     d->err))
		return false;
	d->reading = list;
	drop_overtaken(d);
	for (size_t i = 0; i < d->n; i++) {
		d->reading[i].sha = sha256_new();
		sha256_begin(d->reading[i].sha);
	}
	if (!db_prepare(d->st, sql_changed, &q, d->err))
		return false;
	sqlite3_bind_int64(q, 1, message_row(d->epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(d->epoch, UINT32_MAX));
	d->changed = db_next(d->st, q, d->err) == NEXT_ITEM &&
		     sqlite3_column_int(q, 0) != 0;
	db_return(d->st, q);
	return d->err->cls == ERR_NONE;
}

static bool check_readings(struct deep *d)
{
	struct sha256 digest;

	for (size_t i = 0; i < d->n; i++) {
		sha256_end(d->reading[i].sha, &digest);
		if (memcmp(&digest, &d->reading[i].digest, sizeof digest) != 0)
			return err_set(d->err, ERR_LEDGER, "it is not what run %lld read",
				       (long long)d->reading[i].run);
	}
	d->facts->readings += (int64_t)d->n;
	return true;
}

static bool check_epoch(struct deep *d)
{
	int64_t before = d->facts->messages;
	bool ok;

	ok = open_epoch(d) && read_blocks(d) && check_readings(d);
	if (d->n == 0)
		d->facts->unbound += d->facts->messages - before;
	for (size_t i = 0; i < d->n; i++)
		sha256_free(d->reading[i].sha);
	d->n = 0;
	return ok;
}

/* Its messages were erased: then there are none. */
static bool check_purged(struct deep *d)
{
	if ((d->message == NEXT_ITEM && d->id >> 32 == d->epoch) ||
	    (d->block == NEXT_ITEM && sqlite3_column_int64(d->blocks, 0) == d->epoch))
		return err_set(d->err, ERR_LEDGER,
			       "the messages were purged, and there are some");
	d->facts->purged++;
	return true;
}

static bool check_epochs(struct deep *d)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(d->st, sql_epochs, &q, d->err))
		return false;
	while ((n = db_next(d->st, q, d->err)) == NEXT_ITEM) {
		d->epoch = sqlite3_column_int64(q, 0);
		if (!(sqlite3_column_int(q, 4) != 0 ? check_purged(d) : check_epoch(d))) {
			if (d->err->cls == ERR_LEDGER)
				err_wrap(d->err, "%s account %s, folder %s",
					 side_name(sqlite3_column_int(q, 3) == SIDE_OLD
							   ? SIDE_OLD
							   : SIDE_NEW),
					 text_shown(&d->arena, span_str(db_text(q, 2))),
					 text_shown(&d->arena, span_str(db_text(q, 1))));
			n = NEXT_FAIL;
			break;
		}
		arena_reset(&d->arena);
	}
	db_return(d->st, q);
	if (n != NEXT_END)
		return false;
	if (d->message == NEXT_ITEM || d->block == NEXT_ITEM)
		return err_set(d->err, ERR_LEDGER,
			       "there are messages of a folder that nobody opened");
	return true;
}

bool deep_check(struct store *st, struct ledger_facts *out, struct err *err)
{
	struct deep *d = mem_calloc(1, sizeof *d);
	bool ok;

	*d = (struct deep){ .st = st, .facts = out, .err = err };
	arena_init(&d->arena);
	arena_init(&d->kept);
	ok = open_overtaken(d) && db_prepare(st, sql_messages, &d->messages, err) &&
	     db_prepare(st, sql_blocks, &d->blocks, err) &&
	     db_prepare(st, sql_changes, &d->changes, err) && next_message(d) &&
	     (d->block = db_next(st, d->blocks, err)) != NEXT_FAIL && check_epochs(d);
	db_return(d->st, d->messages);
	db_return(d->st, d->blocks);
	db_return(d->st, d->changes);
	arena_done(&d->arena);
	arena_done(&d->kept);
	free(d);
	return ok;
}
