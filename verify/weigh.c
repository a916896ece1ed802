/* SPDX-License-Identifier: MIT */
/*
 * How many of the copies that are gone were messages of the old side.  Copies are not
 * added up, for who moves a message leaves one that is gone and one that is there:
 * each moment since the seal is looked at, and in it each message of the old side counts
 * with one copy at most: of its own size and date, or of one of these where no other
 * message of the old side has the other.
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

/* The sizes and dates of weigh.own, by date. */
struct dated {
	int64_t date;
	size_t of;
};

static int by_date(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	return (x->date > y->date) - (x->date < y->date);
}

static struct dated *sort_dates(const struct weigh *w)
{
	struct dated *v = mem_alloc((w->n + 1) * sizeof *v);

	for (size_t i = 0; i < w->n; i++)
		v[i] = (struct dated){ w->own[i].like.date, i };
	if (w->n > 1)
		qsort(v, w->n, sizeof *v, by_date);
	return v;
}

#define STRANGER SIZE_MAX

/* What a copy was that has no size and date of the old side's: what has its date, else
 * what has its size; weigh.n when that is several, or when these are not known.  What has
 * neither was none of them. */
static size_t kin(const struct weigh *w, const struct dated *date,
		  const struct copies_one *c)
{
	const struct copies_one first = { .octets = c->octets, .date = INT64_MIN };
	size_t lo = 0, hi = w->n;

	if (!copies_known(c))
		return w->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (date[mid].date < c->date)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < w->n && date[lo].date == c->date)
		return lo + 1 < w->n && date[lo + 1].date == c->date ? w->n : date[lo].of;
	for (lo = 0, hi = w->n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;

		if (copies_by_fact(&w->own[mid].like, &first) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == w->n || w->own[lo].like.octets != c->octets)
		return STRANGER;
	return lo + 1 < w->n && w->own[lo + 1].like.octets == c->octets ? w->n : lo;
}

/* date: of the new side, whose copies may differ from what they are copies of, as long as
 * they were there at the seal: what comes later and differs is life.  NULL: the old
 * side's.
 */
static size_t moments_of(const struct weigh *w, const struct copies *c, int64_t seal,
			 const struct dated *date, struct moment *out,
			 int64_t *strange_out)
{
	size_t n = 0;

	*strange_out = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct copies_one *one = &c->copy[i];
		bool late = one->first_run > seal;
		size_t of = find(w, one);

		if (of == w->n && date != NULL)
			of = late ? STRANGER : kin(w, date, one);
		if (one->gone_run <= seal)
			continue;
		*strange_out += of == STRANGER;
		if (of == STRANGER)
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

/* Copies of the new side: was one as large as what it is a copy of? */
static void note_sizes(struct weigh *w, const struct copies *new, int64_t seal,
		       const struct dated *date)
{
	for (size_t i = 0; i < new->n; i++) {
		const struct copies_one *one = &new->copy[i];
		size_t of = find(w, one);

		if (one->gone_run <= seal)
			continue;
		if (of == w->n && one->first_run <= seal)
			of = kin(w, date, one);
		if (of >= w->n) /* of nobody knows which, or a stranger */
			continue;
		if (one->octets == w->own[of].like.octets)
			w->own[of].alike = true;
		else if (w->own[of].unlike == NULL)
			w->own[of].unlike = one;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->own[i].alike)
			w->own[i].unlike = NULL;
}

void weigh_copies(struct weigh *w, const struct copies *new, const struct copies *old,
		  const int64_t seal[SIDE_COUNT])
{
	size_t most = new->n > old->n ? new->n : old->n;
	struct moment *v = mem_alloc((2 * most + 1) * sizeof *v);
	int64_t all = 0, at_once, room = 0;
	struct count *count;
	struct dated *date;
	size_t n;

	sort_own(w, old, seal[SIDE_OLD]);
	date = sort_dates(w);
	count = mem_alloc((w->n + 1) * sizeof *count);
	n = moments_of(w, old, seal[SIDE_OLD], NULL, v, &w->strange);
	walk(w, v, n, count, 0, &at_once);
	w->old_any = count[w->n].most;
	for (size_t i = 0; i <= w->n; i++)
		all += count[i].most;
	for (size_t i = 0; i < w->n; i++)
		w->own[i].old_most = count[i].most;
	n = moments_of(w, new, seal[SIDE_NEW], date, v, &w->strange);
	walk(w, v, n, count, all, &at_once);
	w->new_any = count[w->n].most;
	w->gone = at_once - (int64_t) new->present;
	if (w->gone < 0)
		w->gone = 0;
	for (size_t i = 0; i < w->n; i++) {
		int64_t lack = w->own[i].old_most - count[i].now;

		w->own[i].gone = count[i].most - count[i].now;
		w->own[i].new_most = count[i].most;
		room += lack > 0 ? least(lack, w->own[i].gone) : 0;
	}
	w->any = least(count[w->n].most - count[w->n].now,
		       w->gone > room ? w->gone - room : 0);
	note_sizes(w, new, seal[SIDE_NEW], date);
	free(count);
	free(date);
	free(v);
}

void weigh_done(struct weigh *w)
{
	free(w->own);
	*w = (struct weigh){ 0 };
}
