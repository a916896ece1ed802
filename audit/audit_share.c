/* SPDX-License-Identifier: MIT */
#include "audit/audit_share.h"

#include <assert.h>

#include "audit/audit_queue.h"
#include "base/clock.h"

enum { MOMENT_MS = 100 };

/* A window that was given back. */
struct back {
	struct audit_cut cut;
	uint64_t turn;
};

struct audit_share {
	struct audit_share *next;
	struct audit_board *board;
	struct audit_offer offer;
	/* under the lock of the board */
	unsigned helpers, fails;
	bool shut; /* to helpers */

	pthread_mutex_t lock; /* over what follows; taken inside that of the board, never
				 around it */
	pthread_cond_t news;
	struct audit_cutter cutter;
	bool cut_all, closed, dead;
	struct err why; /* dead */
	uint64_t left;	/* messages of windows nobody has taken */
	uint64_t turns; /* windows that were cut */
	uint64_t put;	/* windows that are in the sink */
	uint32_t water;
	struct back back[AUDIT_SHARE_AHEAD];
	size_t back_n;
	struct audit_window *held[AUDIT_SHARE_AHEAD]; /* by turn */
	uint64_t helped; /* windows that were put, at the newest failure of a helper */
	struct audit_uids dropped;
};

/* ---- the board ---- */

void audit_board_init(struct audit_board *b)
{
	*b = (struct audit_board){ 0 };
	pthread_mutex_init(&b->lock, NULL);
	audit_cond_init(&b->news);
}

void audit_board_done(struct audit_board *b)
{
	assert(b->first == NULL);
	pthread_cond_destroy(&b->news);
	pthread_mutex_destroy(&b->lock);
}

void audit_board_join(struct audit_board *b)
{
	pthread_mutex_lock(&b->lock);
	b->owners++;
	pthread_mutex_unlock(&b->lock);
}

void audit_board_leave(struct audit_board *b)
{
	pthread_mutex_lock(&b->lock);
	assert(b->owners > 0);
	b->owners--;
	pthread_cond_broadcast(&b->news);
	pthread_mutex_unlock(&b->lock);
}

/* ---- the owner ---- */

struct audit_share *audit_share_open(struct audit_board *b,
				     const struct audit_offer *offer)
{
	struct audit_share *s = mem_calloc(1, sizeof *s);

	s->board = b;
	s->offer = *offer;
	if (s->offer.min == 0)
		s->offer.min = AUDIT_SHARE_MIN / 4;
	pthread_mutex_init(&s->lock, NULL);
	audit_cond_init(&s->news);
	audit_cutter_init(&s->cutter, &offer->r->set, NULL, offer->from);
	s->left = audit_uids_from(&offer->r->set, offer->from);
	pthread_mutex_lock(&b->lock);
	s->next = b->first;
	b->first = s;
	pthread_cond_broadcast(&b->news);
	pthread_mutex_unlock(&b->lock);
	return s;
}

static void unlist(struct audit_share *s)
{
	struct audit_board *b = s->board;
	struct audit_share **at = &b->first;

	pthread_mutex_lock(&s->lock);
	s->closed = true;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_lock(&b->lock);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	while (s->helpers > 0)
		audit_cond_wait(&b->news, &b->lock, MOMENT_MS);
	pthread_mutex_unlock(&b->lock);
}

bool audit_share_close(struct audit_share *s, struct audit_uids *dropped, struct err *err)
{
	bool ok = true;

	if (s == NULL)
		return true;
	unlist(s);
	for (size_t i = 0; i < AUDIT_SHARE_AHEAD; i++)
		audit_window_give(s->offer.r->pool, s->held[i]);
	for (size_t i = 0; dropped != NULL && i < s->dropped.n && ok; i++)
		ok = audit_uids_add(dropped, s->dropped.r[i].lo, s->dropped.r[i].hi,
				    UINT64_MAX, err);
	audit_uids_done(&s->dropped);
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return ok;
}

/* ---- helpers ---- */

/* Does one more connection pay?  The board is locked. */
static bool pays(struct audit_share *s)
{
	bool yes;

	if (s->shut || *s->offer.alone || s->helpers + 1 >= AUDIT_SHARE_CREW)
		return false;
	pthread_mutex_lock(&s->lock);
	yes = !s->closed && !s->dead && s->left / (s->helpers + 2) >= s->offer.min;
	pthread_mutex_unlock(&s->lock);
	return yes;
}

static struct audit_share *choose(struct audit_board *b, int64_t account)
{
	struct audit_share *best = NULL;

	for (struct audit_share *s = b->first; s != NULL; s = s->next) {
		if (!pays(s))
			continue;
		if (s->offer.account == account)
			return s;
		if (best == NULL || s->helpers < best->helpers)
			best = s;
	}
	return best;
}

struct audit_share *audit_share_join(struct audit_board *b, struct net_wake *wake,
				     int64_t account, int64_t patience_ms, bool *idle_out)
{
	int64_t until = clock_mono_ms() + patience_ms;
	struct audit_share *s = NULL;

	*idle_out = false;
	pthread_mutex_lock(&b->lock);
	while (b->owners > 0 && !net_wake_is_set(wake)) {
		s = choose(b, account);
		if (s != NULL) {
			s->helpers++;
			break;
		}
		*idle_out = patience_ms > 0 && clock_mono_ms() >= until;
		if (*idle_out)
			break;
		audit_cond_wait(&b->news, &b->lock, MOMENT_MS);
	}
	pthread_mutex_unlock(&b->lock);
	return s;
}

const struct audit_offer *audit_share_offer(const struct audit_share *s)
{
	return &s->offer;
}

void audit_share_leave(struct audit_share *s, enum audit_left how,
		       const struct audit_uids *dropped)
{
	struct audit_board *b = s->board;
	struct err ignored = ERR_INIT;
	bool further;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < dropped->n; i++)
		/* What does not fit is found missing by the SEARCH at the end. */
		if (!audit_uids_add(&s->dropped, dropped->r[i].lo, dropped->r[i].hi,
				    UINT64_MAX, &ignored))
			break;
	further = s->put > s->helped;
	s->helped = s->put;
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_lock(&b->lock);
	s->helpers--;
	if (how == AUDIT_LEFT_NO)
		*s->offer.alone = true;
	if (how == AUDIT_LEFT_BROKE)
		s->fails = further ? 1 : s->fails + 1;
	s->shut |= s->fails >= AUDIT_SHARE_FAILS;
	pthread_cond_broadcast(&b->news);
	pthread_mutex_unlock(&b->lock);
}

/* ---- windows ---- */

/* The oldest that was given back. */
static struct back take_back(struct audit_share *s)
{
	struct back out;
	size_t at = 0;

	for (size_t i = 1; i < s->back_n; i++)
		if (s->back[i].turn < s->back[at].turn)
			at = i;
	out = s->back[at];
	s->back[at] = s->back[--s->back_n];
	return out;
}

enum audit_take audit_share_take(struct audit_share *s, bool owner, size_t aim,
				 struct audit_cut *out, uint64_t *turn_out,
				 struct err *err)
{
	enum audit_take what = AUDIT_TAKE_CUT;

	pthread_mutex_lock(&s->lock);
	if (s->dead) {
		*err = s->why;
		what = AUDIT_TAKE_DEAD;
	} else if (s->closed) {
		what = AUDIT_TAKE_END;
	} else if (s->back_n > 0) {
		struct back b = take_back(s);

		*out = b.cut;
		*turn_out = b.turn;
	} else if (!s->cut_all && s->turns - s->put >= AUDIT_SHARE_AHEAD) {
		what = AUDIT_TAKE_WAIT;
	} else {
		s->cutter.aim = aim;
		if (!s->cut_all && audit_cutter_next(&s->cutter, out)) {
			*turn_out = s->turns++;
			s->left -= out->n < s->left ? out->n : s->left;
		} else {
			s->cut_all = true;
			what = !owner || s->put == s->turns ? AUDIT_TAKE_END
							    : AUDIT_TAKE_WAIT;
		}
	}
	pthread_mutex_unlock(&s->lock);
	return what;
}

bool audit_share_put(struct audit_share *s, uint64_t turn, struct audit_window *w,
		     uint32_t *water_out, struct err *err)
{
	const struct audit_sink *sink = s->offer.sink;
	bool ok;

	w->epoch = s->offer.epoch;
	w->depth = s->offer.r->depth;
	w->first = true;
	pthread_mutex_lock(&s->lock);
	assert(turn >= s->put && turn - s->put < AUDIT_SHARE_AHEAD);
	s->held[turn % AUDIT_SHARE_AHEAD] = w;
	/* The sink may make us wait, and everybody who wants to put or take with us: its
	 * queue is full then. */
	while (!s->dead && s->held[s->put % AUDIT_SHARE_AHEAD] != NULL) {
		struct audit_window **slot = &s->held[s->put % AUDIT_SHARE_AHEAD];
		uint32_t hi = (*slot)->hi;

		w = *slot;
		*slot = NULL;
		if (!sink->window(sink->ctx, w, &s->why)) {
			s->dead = true;
			break;
		}
		s->put++;
		s->water = hi;
	}
	*water_out = s->water;
	ok = !s->dead;
	if (!ok)
		*err = s->why;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
	return ok;
}

void audit_share_back(struct audit_share *s, uint64_t turn, const struct audit_cut *cut)
{
	pthread_mutex_lock(&s->lock);
	assert(s->back_n < AUDIT_SHARE_AHEAD);
	s->back[s->back_n++] = (struct back){ .cut = *cut, .turn = turn };
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

bool audit_share_wait(struct audit_share *s, struct err *err)
{
	pthread_mutex_lock(&s->lock);
	audit_cond_wait(&s->news, &s->lock, MOMENT_MS);
	pthread_mutex_unlock(&s->lock);
	return s->offer.wake == NULL || !net_wake_is_set(s->offer.wake) ||
	       err_set(err, ERR_STOPPED, "stopped while others read");
}
