/* SPDX-License-Identifier: MIT */
#include "plan/plan_pack.h"

#include <math.h>

/* Jobs that go together, most of them one alone. */
struct item {
	double seconds;		  /* of all of it */
	uint32_t group, first, n; /* in the array of indexes */
	int priority;
};
struct packer {
	const struct pack_setup *s;
	struct pack_job *job;
	struct pack_window *window;
	size_t window_n;
	uint32_t *index; /* jobs, those of an item together */
	double least;	 /* seconds of the shortest job */
	double longest;	 /* of a window */
};

static double length(const struct pack_window *w)
{
	return w->span.to == INT64_MAX ? INFINITY : (double)(w->span.to - w->span.from);
}

int64_t pack_volume_takes(const struct pack_volume *v, double seconds)
{
	double times = v->empties > 0 ? 1 + floor(seconds / (double)v->empties) : 1, most;

	if (v->percent <= 0 || !isfinite(times))
		return INT64_MAX;
	most = times * (double)v->octets * 100.0 / (double)v->percent;
	return most < 9e18 ? (int64_t)most : INT64_MAX;
}

double pack_bound(const struct pack_job *job, size_t n, unsigned machines)
{
	double sum = 0, longest = 0;

	for (size_t i = 0; i < n; i++) {
		sum += job[i].seconds;
		longest = fmax(longest, job[i].seconds);
	}
	return fmax(sum / machines, longest);
}

static unsigned idlest(const double *load, unsigned machines)
{
	unsigned best = 0;

	for (unsigned m = 1; m < machines; m++)
		if (load[m] < load[best])
			best = m;
	return best;
}

static bool blocked(const struct pack_job *j, const struct pack_span *w)
{
	for (size_t i = 0; i < j->blocked_n; i++)
		if (j->blocked[i].from < w->to && j->blocked[i].to > w->from)
			return true;
	return false;
}

/* What all of the volumes take in this window. */
static int64_t capacity(const struct packer *p, const struct pack_window *w)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < p->s->volume_n; i++) {
		int64_t takes = pack_volume_takes(&p->s->volume[i], length(w));

		least = takes < least ? takes : least;
	}
	return least;
}

/* Try one item in one window; PACK_PLACED: it is there. */
static enum pack_why try_window(struct packer *p, const struct item *it, size_t at)
{
	struct pack_window *w = &p->window[at];
	const uint32_t *index = p->index + it->first;
	double load[PACK_MACHINES_MAX], most = length(w);
	unsigned machines = p->s->machines;
	int64_t octets = 0;

	if (p->s->most > 0 && w->jobs + it->n > p->s->most)
		return PACK_NO_ROOM;
	memcpy(load, w->load, machines * sizeof *load);
	for (uint32_t i = 0; i < it->n; i++) {
		struct pack_job *j = &p->job[index[i]];
		unsigned m = idlest(load, machines);

		if (blocked(j, &w->span))
			return PACK_BLOCKED;
		if (load[m] + j->seconds > most)
			return PACK_NO_ROOM;
		j->machine = m;
		j->start = load[m];
		load[m] += j->seconds;
		octets += j->octets;
	}
	if (octets > capacity(p, w) - w->octets)
		return octets > capacity(p, w) ? PACK_TOO_LARGE : PACK_NO_ROOM;
	memcpy(w->load, load, machines * sizeof *load);
	for (unsigned m = 0; m < machines; m++)
		w->busy = fmax(w->busy, load[m]);
	w->octets += octets;
	w->jobs += it->n;
	return PACK_PLACED;
}

/* Nothing fits there any more. */
static bool is_full(const struct packer *p, const struct pack_window *w)
{
	return (p->s->most > 0 && w->jobs >= p->s->most) ||
	       w->load[idlest(w->load, p->s->machines)] + p->least > length(w);
}

static void place(struct packer *p, const struct item *it, size_t from)
{
	bool many = p->s->most > 0 && it->n > p->s->most;
	enum pack_why why = many ? PACK_TOO_MANY : PACK_NO_ROOM;
	size_t at;

	for (at = from; at < p->window_n && !many; at++) {
		enum pack_why here = try_window(p, it, at);

		if (here == PACK_PLACED) {
			why = here;
			break;
		}
		/* What its own dates or its size forbid says more than a full window. */
		if (why == PACK_NO_ROOM)
			why = here;
	}
	for (uint32_t i = 0; i < it->n; i++) {
		struct pack_job *j = &p->job[p->index[it->first + i]];

		j->window = why == PACK_PLACED ? at + 1 : 0;
		j->why = why != PACK_PLACED && j->seconds > p->longest ? PACK_TOO_LONG
								       : why;
	}
}

static const struct pack_job *sorting; /* of the comparisons below; one thread plans */
static enum pack_order sorting_by;

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static int by_group(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	const struct pack_job *j = &sorting[*x], *k = &sorting[*y];

	if (j->group != k->group)
		return j->group < k->group ? -1 : 1;
	if (j->seconds != k->seconds && j->group != 0)
		return -compare(j->seconds, k->seconds);
	return *x < *y ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (sorting_by != PACK_GIVEN && x->seconds != y->seconds)
		return sorting_by == PACK_LONGEST ? -compare(x->seconds, y->seconds)
						  : compare(x->seconds, y->seconds);
	return x->first < y->first ? -1 : 1;
}

static size_t make_items(struct packer *p, size_t n, struct item *item)
{
	size_t items = 0;

	for (size_t i = 0; i < n; i++)
		p->index[i] = (uint32_t)i;
	sorting = p->job;
	qsort(p->index, n, sizeof *p->index, by_group);
	for (size_t i = 0; i < n; i++) {
		const struct pack_job *j = &p->job[p->index[i]];
		bool more = j->group != 0 && items > 0 &&
			    item[items - 1].group == j->group;
		struct item *it;

		if (!more)
			item[items++] = (struct item){ .group = j->group,
						       .first = (uint32_t)i,
						       .priority = j->priority };
		it = &item[items - 1];
		it->seconds += j->seconds;
		it->n++;
		it->priority = j->priority < it->priority ? j->priority : it->priority;
	}
	return items;
}

/* ---- few jobs: the best there is ---- */

struct exact {
	const double *seconds; /* longest first */
	size_t n;
	unsigned machines, at[PACK_EXACT_MAX], best_at[PACK_EXACT_MAX];
	double load[PACK_MACHINES_MAX], best;
};

static void search(struct exact *x, size_t i, double busy)
{
	if (busy >= x->best)
		return;
	if (i == x->n) {
		x->best = busy;
		memcpy(x->best_at, x->at, sizeof x->at);
		return;
	}
	for (unsigned m = 0; m < x->machines; m++) {
		bool same = false;

		for (unsigned k = 0; k < m && !same; k++)
			same = x->load[k] == x->load[m];
		if (same)
			continue;
		x->load[m] += x->seconds[i];
		x->at[i] = m;
		search(x, i + 1, fmax(busy, x->load[m]));
		x->load[m] -= x->seconds[i];
	}
}

/* Items are single, in one window that takes them all: better than longest first. */
static void improve(struct packer *p, const struct item *item, size_t n)
{
	struct pack_window *w = &p->window[0];
	double seconds[PACK_EXACT_MAX];
	struct exact x = { .seconds = seconds, .n = n, .machines = p->s->machines };

	for (size_t i = 0; i < n; i++)
		seconds[i] = item[i].seconds;
	x.best = w->busy;
	search(&x, 0, 0);
	if (!(x.best < w->busy))
		return;
	memset(w->load, 0, sizeof w->load);
	for (size_t i = 0; i < n; i++) {
		struct pack_job *j = &p->job[p->index[item[i].first]];

		j->machine = x.best_at[i];
		j->start = w->load[j->machine];
		w->load[j->machine] += j->seconds;
	}
	w->busy = x.best;
}

void pack(const struct pack_setup *s, struct pack_job *job, size_t n,
	  struct pack_window *window, size_t window_n)
{
	struct packer p = { .s = s, .job = job, .window = window, .window_n = window_n };
	struct item *item = mem_calloc(n + 1, sizeof *item);
	size_t items, from = 0;
	bool single = true;

	p.index = mem_calloc(n + 1, sizeof *p.index);
	p.least = INFINITY;
	for (size_t i = 0; i < n; i++) {
		p.least = fmin(p.least, job[i].seconds);
		job[i].window = 0;
	}
	for (size_t i = 0; i < window_n; i++) {
		memset(window[i].load, 0, sizeof window[i].load);
		window[i].busy = 0;
		window[i].octets = 0;
		window[i].jobs = 0;
		p.longest = fmax(p.longest, length(&window[i]));
	}
	items = make_items(&p, n, item);
	sorting_by = s->order;
	qsort(item, items, sizeof *item, by_order);
	for (size_t i = 0; i < items; i++) {
		while (from < window_n && is_full(&p, &window[from]))
			from++;
		place(&p, &item[i], from);
		single = single && item[i].n == 1 &&
			 job[p.index[item[i].first]].window == 1 &&
			 item[i].priority == item[0].priority;
	}
	if (single && items > 0 && items <= PACK_EXACT_MAX && s->order == PACK_LONGEST)
		improve(&p, item, items);
	free(p.index);
	free(item);
}
