/* SPDX-License-Identifier: MIT */
/* The messages of a folder, window by window; each is taken apart into blocks
 * (store_block.h). */
#include "store/store_block.h"
#include "store/store_progress.h"

static const char sql_message_next[] =
	"SELECT id FROM message WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1";

/* The first stored UID, gone or not, of from to hi; 0 when there is none. */
static bool next_known(struct store *st, int64_t epoch, uint32_t from, uint32_t hi,
		       uint32_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_NEXT, sql_message_next);
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, from));
	sqlite3_bind_int64(q, 2, message_row(epoch, hi));
	n = db_next(st, q, err);
	*out = n == NEXT_ITEM ? (uint32_t)sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static bool put_blocks(struct store *st, const struct store_window *w, struct err *err)
{
	uint32_t known, number;
	size_t i = 0;

	/* In a fresh epoch this finds nothing, and nothing is compared. */
	if (!next_known(st, w->epoch, w->lo, w->hi, &known, err))
		return false;
	while (i < w->row_n || known != 0) {
		struct block b = { .epoch = w->epoch,
				   .lo = w->lo,
				   .hi = w->hi,
				   .flags_below = w->flags_below,
				   .depth = w->depth };

		number = i < w->row_n ? w->rows[i].m.uid >> BLOCK_SHIFT : UINT32_MAX;
		if (known != 0 && known >> BLOCK_SHIFT < number)
			number = known >> BLOCK_SHIFT;
		b.number = number;
		if (i < w->row_n)
			b.rows = &w->rows[i];
		while (i < w->row_n && w->rows[i].m.uid >> BLOCK_SHIFT == number)
			i++, b.row_n++;
		/* In a block that lo or hi cuts, rows outside belong to the digest. */
		if (((known != 0 && known >> BLOCK_SHIFT == number) ||
		     (number == w->lo >> BLOCK_SHIFT && w->lo % BLOCK_UIDS != 0) ||
		     (number == w->hi >> BLOCK_SHIFT && (w->hi + 1) % BLOCK_UIDS != 0)) &&
		    !block_load(st, &b, err))
			return false;
		if (!block_merge(st, &b, err))
			return false;
		if (known == 0 || known >> BLOCK_SHIFT > number)
			continue;
		known = 0;
		if (number < w->hi >> BLOCK_SHIFT &&
		    !next_known(st, w->epoch, (number + 1) << BLOCK_SHIFT, w->hi, &known,
				err))
			return false;
	}
	return true;
}

static const char sql_message_there[] =
	"SELECT id FROM message WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL"
	" ORDER BY id LIMIT 1";

/* The first UID from `from` on that is there and is named gone; 0 when there is none. *at
 * is the first range of w->gone that matters. */
static bool next_gone(struct store *st, const struct store_window *w, uint64_t from,
		      size_t *at, uint32_t *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_MESSAGE_THERE, sql_message_there);
	enum next n = NEXT_END;

	for (; *at < w->gone_n && n == NEXT_END; ++*at) {
		const struct uid_range *r = &w->gone[*at];

		if (r->hi < from)
			continue;
		sqlite3_bind_int64(
			q, 1,
			message_row(w->epoch, from > r->lo ? (uint32_t)from : r->lo));
		sqlite3_bind_int64(q, 2, message_row(w->epoch, r->hi));
		n = db_next(st, q, err);
		if (n == NEXT_ITEM)
			*out = (uint32_t)sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
		if (n == NEXT_ITEM)
			break;
	}
	return n != NEXT_FAIL;
}

/* Only the blocks in which something is told. */
static bool put_sparse(struct store *st, const struct store_window *w, struct err *err)
{
	uint64_t from = w->lo;
	uint32_t gone = 0;
	size_t i = 0, at = 0;

	for (;;) {
		struct block b = { .epoch = w->epoch,
				   .lo = w->lo,
				   .hi = w->hi,
				   .flags_below = w->flags_below,
				   .depth = w->depth,
				   .sparse = true,
				   .gone = w->gone,
				   .gone_n = w->gone_n };

		if (gone == 0 && !next_gone(st, w, from, &at, &gone, err))
			return false;
		if (i == w->row_n && gone == 0)
			return true;
		b.number = i < w->row_n ? w->rows[i].m.uid >> BLOCK_SHIFT : UINT32_MAX;
		if (gone != 0 && gone >> BLOCK_SHIFT < b.number)
			b.number = gone >> BLOCK_SHIFT;
		if (i < w->row_n)
			b.rows = &w->rows[i];
		while (i < w->row_n && w->rows[i].m.uid >> BLOCK_SHIFT == b.number)
			i++, b.row_n++;
		if (!block_load(st, &b, err) || !block_merge(st, &b, err))
			return false;
		if (gone != 0 && gone >> BLOCK_SHIFT == b.number)
			gone = 0;
		from = ((uint64_t)b.number + 1) << BLOCK_SHIFT;
	}
}

static int by_uid(const void *a, const void *b)
{
	const struct store_row *x = a, *y = b;

	return (x->m.uid > y->m.uid) - (x->m.uid < y->m.uid);
}

/* Bring the rows into order; what a server did wrong is ERR_PROTO. */
static bool order_rows(const struct store_window *w, struct err *err)
{
	bool ascending = true;

	for (size_t i = 1; i < w->row_n && ascending; i++)
		ascending = w->rows[i - 1].m.uid < w->rows[i].m.uid;
	if (!ascending)
		qsort(w->rows, w->row_n, sizeof *w->rows, by_uid);
	for (size_t i = 0; i < w->row_n; i++) {
		uint32_t uid = w->rows[i].m.uid;

		if (uid < w->lo || uid > w->hi)
			return err_set(err, ERR_PROTO,
				       "uid %u is outside the window %u:%u", uid, w->lo,
				       w->hi);
		if (i > 0 && uid == w->rows[i - 1].m.uid)
			return err_set(err, ERR_PROTO, "uid %u was told twice", uid);
	}
	return true;
}

bool store_window_put(struct store *st, const struct store_window *w, struct err *err)
{
	bool own, ok;

	if (!db_need_run(st, err))
		return false;
	if (w->lo == 0 || w->hi < w->lo || w->depth == DEPTH_COUNTS || w->epoch <= 0 ||
	    w->epoch > EPOCH_MAX)
		return err_set(err, ERR_BUG, "window %u:%u of folder epoch %lld", w->lo,
			       w->hi, (long long)w->epoch);
	if (!order_rows(w, err) || !db_tx_begin(st, &own, err))
		return false;
	ok = (w->sparse ? put_sparse(st, w, err)
			: store_progress_advance(st, w->epoch, w->built ? 1 : w->lo,
						 w->hi, err) &&
				  put_blocks(st, w, err));
	return db_tx_end(st, own, ok, err);
}

static const char sql_gone_blocks[] =
	"DELETE FROM message_block WHERE epoch = ?1 AND block > ?2";

bool window_cut(struct store *st, int64_t epoch, struct err *err)
{
	struct block b = { .epoch = epoch, .depth = DEPTH_IDS };
	sqlite3_stmt *q;
	uint32_t done = 0;
	bool found;
	int n = 0;

	if (!store_progress_done(st, epoch, &found, &done, err))
		return false;
	if (!found || done == UINT32_MAX)
		return true;
	if (!block_gone(st, epoch, done + 1, UINT32_MAX, &n, err))
		return false;
	if (n == 0)
		return true;
	q = db_stmt(st, STMT_GONE_BLOCKS, sql_gone_blocks);
	sqlite3_bind_int64(q, 1, epoch);
	sqlite3_bind_int64(q, 2, done >> BLOCK_SHIFT);
	if (!db_run(st, q, err))
		return false;
	/* The block in which the cut lies, from what is left of it. */
	b.number = done >> BLOCK_SHIFT;
	b.changed = true;
	return block_load(st, &b, err) && block_merge(st, &b, err);
}
