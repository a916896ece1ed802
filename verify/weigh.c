/* SPDX-License-Identifier: MIT */
/*
 * How many of the copies that are gone were messages of the old side.  Copies are not
 * added up, for who moves a message leaves one that is gone and one that is there:
 * each moment since the seal is looked at, and in it each message of the old side counts
 * with one copy at most, of its own size and date or of none that the old side has.
 */
#include "verify/work.h"

/* A copy came, or went. */
struct moment {
	int64_t at;
	int change;
	size_t of; /* weigh.own; weigh.n: of none */
};

static int by_moment(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	/* One that is gone by a run was not there with what came by it. */
	return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : x->change - y->change;
}

static size_t find(const struct weigh *w, const struct copies_one *c)
{
	size_t lo = 0, hi = w->n;

	if (!copies_known(c))
		return w->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = copies_by_fact(&w->own[mid].like, c);

		if (order == 0)
			return mid;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return w->n;
}

const struct weigh_own *weigh_find(const struct weigh *w, const struct message *m)
{
	const struct copies_one like = { .octets = m->octets, .date = m->date };
	size_t at = find(w, &like);

	return at < w->n ? &w->own[at] : NULL;
}

static int by_fact_and_run(const void *a, const void *b)
{
	const struct copies_one *x = a, *y = b;
	int order = copies_by_fact(x, y);

	return order != 0 ? order
			  : (x->first_run > y->first_run) - (x->first_run < y->first_run);
}

/* v: all of one size and date, as they were seen first.  None is the one that it was
 * moved from, nor is one that was noticed with it. */
static int64_t count_moved(const struct copies_one *v, size_t n, int64_t seal)
{
	int64_t moved = 0, from = 0;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].first_run <= seal)
			continue;
		for (; v[k].first_run < v[i].first_run; k++)
			from += v[k].gone_run != INT64_MAX && v[k].judged;
		moved += from > moved;
	}
	return moved;
}

/* Each size and date of the old side once. */
static void sort_own(struct weigh *w, const struct copies *old, int64_t seal)
{
	struct copies_one *v = mem_alloc((old->n + 1) * sizeof *v);
	size_t n = 0, end;

	for (size_t i = 0; i < old->n; i++)
		if (old->copy[i].gone_run > seal && copies_known(&old->copy[i]))
			v[n++] = old->copy[i];
	if (n > 1)
		qsort(v, n, sizeof *v, by_fact_and_run);
	w->own = mem_realloc(w->own, (n + 1) * sizeof *w->own);
	w->n = 0;
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && copies_by_fact(&v[i], &v[end]) == 0;)
			end++;
		w->own[w->n++] = (struct weigh_own){
			.like = v[i], .moved = count_moved(&v[i], end - i, seal)
		};
	}
	free(v);
}

/* strangers: also those that came after the seal and are like none of the old side. */
static size_t moments_of(const struct weigh *w, const struct copies *c, int64_t seal,
			 bool strangers, struct moment *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct copies_one *one = &c->copy[i];
		size_t of = find(w, one);
		bool late = one->first_run > seal;

		if (one->gone_run <= seal || (late && of == w->n && !strangers))
			continue;
		out[n++] = (struct moment){ late ? one->first_run : seal, 1, of };
		if (one->gone_run != INT64_MAX)
			out[n++] = (struct moment){ one->gone_run, -1, of };
	}
	if (n > 1)
		qsort(out, n, sizeof *out, by_moment);
	return n;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How many of each there were at once, and are there in the end. */
struct count {
	int64_t now, most;
};

/* all: how many messages the old side has.  *own_out: the most that have a copy at once.
 */
static void walk(const struct weigh *w, const struct moment *v, size_t n,
		 struct count *count, int64_t all, int64_t *most_out)
{
	int64_t own = 0;

	memset(count, 0, (w->n + 1) * sizeof *count);
	*most_out = 0;
	for (size_t i = 0; i < n; i++) {
		struct count *c = &count[v[i].of];
		int64_t cap = v[i].of < w->n ? w->own[v[i].of].old_most : 0;

		own -= least(c->now, cap);
		c->now += v[i].change;
		own += least(c->now, cap);
		if (c->now > c->most)
			c->most = c->now;
		if (own + least(count[w->n].now, all - own) > *most_out)
			*most_out = own + least(count[w->n].now, all - own);
	}
}

void weigh_copies(struct weigh *w, const struct copies *new, const struct copies *old,
		  const int64_t seal[SIDE_COUNT])
{
	size_t most = new->n > old->n ? new->n : old->n;
	struct moment *v = mem_alloc((2 * most + 1) * sizeof *v);
	int64_t all = 0, at_once, room = 0;
	struct count *count;
	size_t n;

	sort_own(w, old, seal[SIDE_OLD]);
	count = mem_alloc((w->n + 1) * sizeof *count);
	n = moments_of(w, old, seal[SIDE_OLD], true, v);
	walk(w, v, n, count, 0, &at_once);
	for (size_t i = 0; i <= w->n; i++)
		all += count[i].most;
	for (size_t i = 0; i < w->n; i++)
		w->own[i].old_most = count[i].most;
	n = moments_of(w, new, seal[SIDE_NEW], false, v);
	walk(w, v, n, count, all, &at_once);
	w->gone = at_once - (int64_t) new->present;
	if (w->gone < 0)
		w->gone = 0;
	for (size_t i = 0; i < w->n; i++) {
		int64_t lack = w->own[i].old_most - count[i].now;

		w->own[i].gone = count[i].most - count[i].now;
		room += lack > 0 ? least(lack, w->own[i].gone) : 0;
	}
	w->any = least(count[w->n].most - count[w->n].now,
		       w->gone > room ? w->gone - room : 0);
	free(count);
	free(v);
}

void weigh_done(struct weigh *w)
{
	free(w->own);
	*w = (struct weigh){ 0 };
}
