/* SPDX-License-Identifier: MIT */
#include "verify/multiset.h"

/* What must agree in one round of matching inside a group. */
enum {
	BY_PLACE = 1 << 0,
	BY_OCTETS = 1 << 1,
	BY_DATE = 1 << 2,
	BY_FLAGS = 1 << 3,
};
static const unsigned rounds_place[] = {
	BY_PLACE | BY_OCTETS | BY_DATE | BY_FLAGS,
	BY_PLACE | BY_OCTETS | BY_DATE,
	BY_PLACE | BY_OCTETS,
	BY_PLACE | BY_DATE,
	BY_PLACE,
};
static const unsigned rounds_any[] = {
	BY_OCTETS | BY_DATE | BY_FLAGS, BY_OCTETS | BY_DATE, BY_OCTETS, BY_DATE, 0,
};

struct pile {
	struct multiset_item *v;
	size_t n, cap;
	struct multiset_item head; /* first item behind the pile */
	bool has_head;
};

struct merge {
	const struct multiset_source *source;
	const struct multiset_options *o;
	const struct multiset_sink *sink;
	struct pile pile[SIDE_COUNT];
	size_t piece;
};

static bool pull(struct merge *g, enum side side, struct err *err)
{
	struct pile *p = &g->pile[side];
	enum next next = g->source[side].next(g->source[side].ctx, &p->head, err);

	p->has_head = next == NEXT_ITEM;
	return next != NEXT_FAIL;
}

static int cmp_i64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* The order of groups. */
static int cmp_group(const struct multiset_options *o, const struct message *a,
		     const struct message *b)
{
	int c;

	if (o->by_tier && a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	c = memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
	if (c == 0 && a->tier == TIER_BODY && b->tier == TIER_BODY)
		return cmp_i64(a->date, b->date);
	if (c != 0 || a->tier != TIER_NONE || b->tier != TIER_NONE)
		return c;
	c = cmp_i64(a->octets, b->octets);
	return c != 0 ? c : cmp_i64(a->date, b->date);
}

/* The order in one round: what must agree first, the rest so that the result never
 * depends on the input's order. */
static int cmp_round(const void *a, const void *b, void *round)
{
	const struct multiset_item *x = a, *y = b;
	unsigned by = *(const unsigned *)round;
	int c = 0;

	if ((by & BY_PLACE) != 0)
		c = cmp_i64(x->place, y->place);
	if (c == 0 && (by & BY_OCTETS) != 0)
		c = cmp_i64(x->m.octets, y->m.octets);
	if (c == 0 && (by & BY_DATE) != 0)
		c = cmp_i64(x->m.date, y->m.date);
	if (c == 0 && (by & BY_FLAGS) != 0)
		c = cmp_i64(x->m.flags, y->m.flags);
	if (c == 0 && (by & BY_FLAGS) != 0)
		c = (x->words > y->words) - (x->words < y->words);
	return c;
}

static int cmp_total(const void *a, const void *b, void *round)
{
	const struct multiset_item *x = a, *y = b;
	int c = cmp_round(a, b, round);

	if (c == 0)
		c = cmp_i64(x->m.octets, y->m.octets);
	if (c == 0)
		c = cmp_i64(x->m.date, y->m.date);
	if (c == 0)
		c = cmp_i64(x->owner, y->owner);
	return c != 0 ? c : cmp_i64(x->m.uid, y->m.uid);
}

/* One round over both piles: partners leave, the others stay. */
static bool match_round(struct merge *g, unsigned by, struct err *err)
{
	struct pile *a = &g->pile[SIDE_OLD], *b = &g->pile[SIDE_NEW];
	size_t i = 0, j = 0, keep_a = 0, keep_b = 0;

	qsort_r(a->v, a->n, sizeof *a->v, cmp_total, &by);
	qsort_r(b->v, b->n, sizeof *b->v, cmp_total, &by);
	while (i < a->n && j < b->n) {
		int c = cmp_round(&a->v[i], &b->v[j], &by);

		if (c < 0) {
			a->v[keep_a++] = a->v[i++];
		} else if (c > 0) {
			b->v[keep_b++] = b->v[j++];
		} else if (!g->sink->matched(g->sink->ctx, &a->v[i++], &b->v[j++], err)) {
			return false;
		}
	}
	while (i < a->n)
		a->v[keep_a++] = a->v[i++];
	while (j < b->n)
		b->v[keep_b++] = b->v[j++];
	a->n = keep_a;
	b->n = keep_b;
	return true;
}

static bool match_rounds(struct merge *g, const unsigned *rounds, size_t n,
			 struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (g->pile[SIDE_OLD].n == 0 || g->pile[SIDE_NEW].n == 0)
			return true;
		if (!match_round(g, rounds[i], err))
			return false;
	}
	return true;
}

/* Messages without a key are the same only when both facts that stand in for it were
 * told. */
static bool comparable(const struct message *m)
{
	return m->tier != TIER_NONE || (m->octets >= 0 && m->date != MSG_DATE_UNKNOWN);
}

static bool match_piles(struct merge *g, struct err *err)
{
	struct pile *a = &g->pile[SIDE_OLD], *b = &g->pile[SIDE_NEW];

	if (a->n != 0 && b->n != 0 && comparable(&a->v[0].m)) {
		/* Nearly every group is one message on each side. */
		if (a->n == 1 && b->n == 1) {
			a->n = b->n = 0;
			return g->sink->matched(g->sink->ctx, &a->v[0], &b->v[0], err);
		}
		if (g->o->by_place &&
		    !match_rounds(g, rounds_place, COUNT_OF(rounds_place), err))
			return false;
		if (!match_rounds(g, rounds_any, COUNT_OF(rounds_any), err))
			return false;
	}
	for (int s = 0; s < SIDE_COUNT; s++)
		for (size_t i = 0; i < g->pile[s].n; i++)
			if (!g->sink->single(g->sink->ctx, (enum side)s, &g->pile[s].v[i],
					     err))
				return false;
	return true;
}

/* Take what belongs to the group of first, at most a piece. */
static bool gather(struct merge *g, enum side side, const struct message *first,
		   struct err *err)
{
	struct pile *p = &g->pile[side];

	p->n = 0;
	while (p->has_head && p->n < g->piece &&
	       cmp_group(g->o, &p->head.m, first) == 0) {
		if (p->n == p->cap) {
			p->cap = p->cap == 0 ? 16 : p->cap * 2;
			p->v = mem_realloc(p->v, p->cap * sizeof *p->v);
		}
		p->v[p->n++] = p->head;
		if (!pull(g, side, err))
			return false;
	}
	return true;
}

static const struct message *first_of(const struct merge *g)
{
	const struct pile *a = &g->pile[SIDE_OLD], *b = &g->pile[SIDE_NEW];

	if (!a->has_head)
		return b->has_head ? &b->head.m : NULL;
	if (!b->has_head)
		return &a->head.m;
	return cmp_group(g->o, &a->head.m, &b->head.m) <= 0 ? &a->head.m : &b->head.m;
}

bool multiset_merge(const struct multiset_source source[SIDE_COUNT],
		    const struct multiset_options *o, const struct multiset_sink *sink,
		    struct err *err)
{
	struct merge g = { .source = source, .o = o, .sink = sink };
	const struct message *next;
	struct message first = { 0 };
	bool begun = false, stop = false, ok = false;

	g.piece = o->piece != 0 ? o->piece : MULTISET_GROUP_MAX;
	if (!pull(&g, SIDE_OLD, err) || !pull(&g, SIDE_NEW, err))
		goto out;
	while ((next = first_of(&g)) != NULL) {
		bool more = begun && cmp_group(o, next, &first) == 0;

		first = *next;
		begun = true;
		sink->group(sink->ctx, more, &stop);
		if (stop)
			break;
		if (!gather(&g, SIDE_OLD, &first, err) ||
		    !gather(&g, SIDE_NEW, &first, err) || !match_piles(&g, err))
			goto out;
	}
	ok = true;
out:
	free(g.pile[SIDE_OLD].v);
	free(g.pile[SIDE_NEW].v);
	return ok;
}
