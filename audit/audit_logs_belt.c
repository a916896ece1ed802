/* SPDX-License-Identifier: MIT */
#include "audit/audit_logs_belt.h"

#include "audit/audit_logs_sums.h"
#include "audit/audit_queue.h"
#include "store/store_log_uses.h"

#define BACK	   128u	       /* blocks of what comes back */
#define BACK_BLOCK (60u << 10) /* octets of one, and a use more at most */
#define BACK_ROOM  (64u << 10) /* which is enough for nearly all */

enum step {
	STEP_NONE,
	STEP_ADD,   /* the next block to the sums */
	STEP_SPILL, /* they go to a run */
	STEP_MERGE, /* the next block of all runs together */
};

struct belt_block {
	struct sums_use *v;
	size_t n;
};

struct belt {
	struct runs *runs;
	struct sums *sums;
	pthread_mutex_t *lock; /* NULL: nobody helps */
	pthread_cond_t *change;
	/* the calling thread fills the block behind those that wait */
	struct sums_use *fill;
	size_t fill_n;
	/* the rest is under the lock */
	struct belt_block block[BELT_BLOCKS];
	unsigned at, n; /* that wait, one that is being added among them */
	struct strbuf back[BACK];
	unsigned back_at, back_n;
	bool busy; /* somebody takes a step */
	bool spill;
	bool merge, merged; /* what comes back is wanted; and all of it has come */
	bool failed;
	struct err why;
};

void belt_free(struct belt *b)
{
	if (b == NULL)
		return;
	sums_free(b->sums);
	runs_free(b->runs);
	for (size_t i = 0; i < BELT_BLOCKS; i++)
		free(b->block[i].v);
	for (size_t i = 0; i < BACK; i++)
		strbuf_done(&b->back[i]);
	free(b);
}

void belt_share(struct belt *b, pthread_mutex_t *lock, pthread_cond_t *change)
{
	b->lock = lock;
	b->change = change;
}

static void lock(struct belt *b)
{
	if (b->lock != NULL)
		pthread_mutex_lock(b->lock);
}

static void unlock(struct belt *b)
{
	if (b->lock != NULL)
		pthread_mutex_unlock(b->lock);
}

static void tell(struct belt *b)
{
	if (b->change != NULL)
		pthread_cond_broadcast(b->change);
}

/* Until something changes: another thread takes a step. */
static void wait(struct belt *b)
{
	audit_cond_wait(b->change, b->lock, 1000);
}

/* Where there are as many runs as there may be, the next one sends them to the store
 * first, which another thread must not write to. */
static bool may_spill(const struct belt *b, bool caller)
{
	return caller || !runs_full(b->runs);
}

/* Runs and sums are looked at only while there is something for them to do: else they are
 * the calling thread's, which does not hold the lock. */
static enum step next_step(const struct belt *b, bool caller)
{
	if (b->busy || b->failed)
		return STEP_NONE;
	if (b->n > 0)
		return !sums_full(b->sums, b->block[b->at].n) || may_spill(b, caller)
			       ? STEP_ADD
			       : STEP_NONE;
	if (b->spill || (b->merge && !b->merged && !sums_none(b->sums)))
		return may_spill(b, caller) ? STEP_SPILL : STEP_NONE;
	if (b->merge && !b->merged && b->back_n < BACK)
		return STEP_MERGE;
	return STEP_NONE;
}

static bool add(struct belt *b, const struct belt_block *block, struct err *err)
{
	if (sums_full(b->sums, block->n) && !sums_spill(b->sums, err))
		return false;
	sums_add(b->sums, block->v, block->n);
	return true;
}

/* With the lock, which is given back meanwhile.  False: there is no step to take. */
static bool take_step(struct belt *b, bool caller)
{
	enum step what = next_step(b, caller);
	struct belt_block block = b->block[b->at];
	struct strbuf *back = &b->back[(b->back_at + b->back_n) % BACK];
	struct err err = ERR_INIT;
	bool ok = true, merged = false, last = b->merge;

	if (what == STEP_NONE)
		return false;
	b->busy = true;
	unlock(b);
	switch (what) {
	case STEP_NONE:
		break;
	case STEP_ADD:
		ok = add(b, &block, &err);
		break;
	case STEP_SPILL:
		ok = sums_none(b->sums) || sums_spill(b->sums, &err);
		if (last) /* what comes back takes the place of the sums */
			sums_give_back(b->sums);
		break;
	case STEP_MERGE:
		strbuf_clear(back);
		strbuf_reserve(back, BACK_ROOM);
		ok = runs_next(b->runs, BACK_BLOCK, back, &err);
		merged = ok && back->n == 0;
		break;
	}
	lock(b);
	b->busy = false;
	if (what == STEP_ADD) {
		b->at = (b->at + 1) % BELT_BLOCKS;
		b->n--;
	} else if (what == STEP_SPILL) {
		b->spill = false;
	} else {
		b->merged = merged;
		b->back_n += ok && !merged;
	}
	if (!ok) {
		b->failed = true;
		b->why = err;
	}
	tell(b);
	return true;
}

bool belt_help(struct belt *b)
{
	return take_step(b, false);
}

/* Under the lock. */
static bool fine(const struct belt *b, struct err *err)
{
	if (b->failed)
		*err = b->why;
	return !b->failed;
}

/* The block at hand is the last of those that wait. */
static void put_block(struct belt *b)
{
	if (b->fill_n > 0) {
		b->block[(b->at + b->n) % BELT_BLOCKS].n = b->fill_n;
		b->n++;
		b->fill_n = 0;
	}
	tell(b);
}

/* Up to so many blocks may wait; and there is one to be filled. */
static void make_room(struct belt *b, unsigned most)
{
	struct belt_block *next;

	while (!b->failed && b->n > most)
		if (!take_step(b, true))
			wait(b);
	if (b->n == 0) /* those in use are the first ones */
		b->at = 0;
	next = &b->block[(b->at + b->n) % BELT_BLOCKS];
	if (next->v == NULL)
		next->v = mem_alloc(SUMS_MANY * sizeof *next->v);
	b->fill = next->v;
}

void belt_new(struct store *st, enum side side, struct texts *texts, struct belt **out)
{
	struct belt *b = mem_calloc(1, sizeof *b);

	runs_new(st, side, texts, &b->runs);
	sums_new(b->runs, &b->sums);
	make_room(b, 0);
	*out = b;
}

static bool hand_over(struct belt *b, struct err *err)
{
	bool ok;

	lock(b);
	put_block(b);
	make_room(b, b->lock != NULL ? BELT_BLOCKS - 1 : 0);
	ok = fine(b, err);
	unlock(b);
	return ok;
}

bool belt_add(struct belt *b, const struct sums_use *u, struct err *err)
{
	if (b->merge) /* which the calling thread alone sets */
		return err_set(err, ERR_BUG, "a sum of logs is changed that is complete");
	b->fill[b->fill_n++] = *u;
	return b->fill_n < SUMS_MANY || hand_over(b, err);
}

bool belt_spill_soon(struct belt *b, struct err *err)
{
	bool ok;

	lock(b);
	put_block(b);
	b->spill = true;
	make_room(b, BELT_BLOCKS - 1);
	ok = fine(b, err);
	unlock(b);
	return ok;
}

bool belt_spill(struct belt *b, struct err *err)
{
	bool ok = belt_spill_soon(b, err);

	lock(b);
	while (!b->failed && (b->n > 0 || b->spill))
		if (!take_step(b, true))
			wait(b);
	make_room(b, 0);
	ok = ok && fine(b, err);
	unlock(b);
	return ok;
}

/* What comes back goes to the store, as it comes. */
static bool store_all(struct belt *b, struct store_log_uses *to, struct err *err)
{
	bool ok = true;

	lock(b);
	while (ok && !b->failed && (b->back_n > 0 || !b->merged)) {
		const struct strbuf *back = &b->back[b->back_at];

		if (b->back_n == 0) {
			if (!take_step(b, true))
				wait(b);
			continue;
		}
		unlock(b);
		ok = runs_to_store(b->runs, to, strbuf_span(back), err);
		lock(b);
		b->back_at = (b->back_at + 1) % BACK;
		b->back_n--;
		tell(b);
	}
	ok = ok && fine(b, err);
	unlock(b);
	return ok;
}

/* All that was added is in runs, which come back as one from now on. */
bool belt_last(struct belt *b, struct err *err)
{
	lock(b);
	if (!b->merge)
		b->merged = false;
	b->merge = true;
	unlock(b);
	return belt_spill_soon(b, err);
}

/* Nothing is to come back any more. */
static void end_merge(struct belt *b)
{
	lock(b);
	b->merge = false;
	while (b->busy)
		wait(b);
	for (size_t i = 0; i < BACK; i++)
		strbuf_done(&b->back[i]);
	b->back_n = 0;
	unlock(b);
}

bool belt_flush(struct belt *b, struct err *err)
{
	struct store_log_uses *to = NULL;
	bool ok = belt_last(b, err) && belt_spill(b, err) &&
		  runs_store_open(b->runs, &to, err) && store_all(b, to, err) &&
		  store_log_uses_end(to, err);

	store_log_uses_close(to);
	end_merge(b);
	if (ok)
		runs_forget(b->runs);
	return ok;
}

void belt_forget(struct belt *b)
{
	end_merge(b);
	lock(b);
	while (b->busy)
		wait(b);
	b->n = b->back_n = 0;
	b->fill_n = 0;
	b->spill = b->merge = b->failed = false;
	make_room(b, 0);
	unlock(b);
	sums_forget(b->sums);
	runs_forget(b->runs);
}
