/* SPDX-License-Identifier: MIT */
#include "report/report_change.h"

/* How bad: what is unknown is worse than what differs, for it may be anything. */
static int rank(enum page_state s)
{
	static const int of[] = {
		[PAGE_CLEAN] = 0,      [PAGE_STAYS] = 0, [PAGE_DIFFERS] = 1,
		[PAGE_INCOMPLETE] = 2, [PAGE_NEVER] = 3,
	};
	_Static_assert(COUNT_OF(of) == PAGE_STATE_COUNT, "a rank for each");

	return of[s];
}

enum page_change page_change(const struct page_account *a)
{
	int now = rank(a->state), then = rank(a->was);

	if (now == 0 && then > 0)
		return CHANGE_ARRIVED;
	if (a->was == PAGE_NEVER)
		return a->state != PAGE_NEVER && now > 0 ? CHANGE_FIRST : CHANGE_NONE;
	if (now > then || (a->state != PAGE_NEVER && a->j.count.missing > a->was_missing))
		return CHANGE_WORSE;
	if (now > 0 && (now < then || a->j.count.missing < a->was_missing))
		return CHANGE_BETTER;
	return CHANGE_NONE;
}

bool page_missing_changed(const struct page_account *a)
{
	return a->j.count.missing > a->was_missing ||
	       (a->j.count.missing < a->was_missing && rank(a->state) <= rank(a->was));
}

static int stuck_order(const void *a, const void *b)
{
	const struct page_account *x = *(const struct page_account *const *)a;
	const struct page_account *y = *(const struct page_account *const *)b;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return (x->t > y->t) - (x->t < y->t);
}

void page_stuck(struct page *p, const struct page_account ***out, size_t *n_out)
{
	const struct page_account **v = arena_alloc(&p->v.arena,
						    (p->v.n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < p->v.n; i++)
		if (p->account[i].since != 0 && rank(p->account[i].state) > 0)
			v[n++] = &p->account[i];
	if (n > 0)
		qsort(v, n, sizeof *v, stuck_order);
	*out = v;
	*n_out = n;
}
