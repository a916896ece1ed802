/* SPDX-License-Identifier: MIT */
/*
 * Whether mail was there once.  A user who moves a message leaves a copy that is gone and
 * one that is there; so copies are not added up, but counted at each moment: what matters
 * is how many there were at once.
 */
#include "store/store_history.h"
#include "verify/work.h"

struct cursor {
	struct store_history *it;
	struct copy head;
	bool has;
};

struct copies_reader {
	struct cursor *cursor; /* one for each account */
	size_t cursor_n;
	int64_t since;
	struct msg_key key;
	uint8_t tier;
	bool filled;
	struct copies copies; /* of key */
	/* Of those, once they were parted: some that are one of the other side's own, in
	 * order; and when all others were there.  Before, when all were. */
	bool parted;
	struct copies_one *owned;
	size_t owned_n;
	struct moments {
		int64_t *from, *to; /* each list ascends by itself */
		size_t n, present;
	} free;
	size_t cap, max;
	struct arena arena; /* names of folders */
};

static bool advance(struct cursor *c, struct err *err)
{
	enum next next = store_history_next(c->it, &c->head, err);

	c->has = next == NEXT_ITEM;
	return next != NEXT_FAIL;
}

bool copies_open(struct work *w, enum side leftovers_of, const int64_t *accounts,
		 size_t n, int64_t since, struct copies_reader **out, struct err *err)
{
	struct copies_reader *r = mem_calloc(1, sizeof *r);

	r->cursor = mem_calloc(n + 1, sizeof *r->cursor);
	r->since = since;
	r->max = work_limits(w)->copies;
	arena_init(&r->arena);
	for (size_t i = 0; i < n; i++) {
		struct cursor *c = &r->cursor[r->cursor_n];

		if (accounts[i] == 0)
			continue;
		if (!store_history_open(w->st, w->id, leftovers_of, accounts[i], since,
					&c->it, err))
			goto fail;
		r->cursor_n++;
		if (!advance(c, err))
			goto fail;
	}
	*out = r;
	return true;
fail:
	copies_close(r);
	return false;
}

static int cmp_key(uint8_t tier, const struct msg_key *key, const struct copies_reader *r)
{
	if (tier != r->tier)
		return tier < r->tier ? -1 : 1;
	return memcmp(key->bytes, r->key.bytes, sizeof key->bytes);
}

static void add_copy(struct copies_reader *r, const struct copy *c)
{
	struct copies *out = &r->copies;

	if (out->n == r->max)
		return;
	if (out->n == r->cap) {
		r->cap = r->cap * 2 + 16;
		out->copy = mem_realloc(out->copy, r->cap * sizeof *out->copy);
	}
	out->copy[out->n++] = (struct copies_one){
		.octets = c->octets,
		.date = c->date,
		.first_run = c->first_run,
		.gone_run = c->gone_run,
		.bin = judge_bin(c->folder, c->delim, c->attrs),
		.folder = arena_strdup(&r->arena, c->folder)
	};
	out->present += c->gone_run == INT64_MAX;
}

static int by_run(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int last_first(const void *a, const void *b)
{
	const struct copies_one *x = a, *y = b;

	return (x->gone_run < y->gone_run) - (x->gone_run > y->gone_run);
}

static void moments_add(struct moments *t, const struct copies_one *c, int64_t since)
{
	t->from[t->n] = c->first_run > since ? c->first_run : since;
	t->to[t->n++] = c->gone_run;
	t->present += c->gone_run == INT64_MAX;
}

static void moments_sort(struct moments *t)
{
	if (t->n < 2)
		return;
	qsort(t->from, t->n, sizeof *t->from, by_run);
	qsort(t->to, t->n, sizeof *t->to, by_run);
}

static void moments_done(struct moments *t)
{
	free(t->from);
	free(t->to);
	*t = (struct moments){ 0 };
}

static void moments_room(struct moments *t, size_t n)
{
	moments_done(t);
	t->from = mem_alloc((n + 1) * sizeof *t->from);
	t->to = mem_alloc((n + 1) * sizeof *t->to);
}

/* The most that were there at once, of both: each is there from its run up to, not with,
 * the one by which it was gone. */
static int64_t most_at_once(const struct moments *a, const struct moments *b)
{
	const struct moments *t[] = { a, b };
	size_t from[] = { 0, 0 }, to[] = { 0, 0 };
	int64_t now = 0, most = 0;

	for (size_t n = a->n + b->n; n > 0; n--) {
		int s = from[0] == a->n || (from[1] < b->n &&
					    b->from[from[1]] < a->from[from[0]]);
		int64_t at = t[s]->from[from[s]++];

		for (int k = 0; k < 2; k++)
			for (; to[k] < t[k]->n && t[k]->to[to[k]] <= at; to[k]++)
				now--;
		if (++now > most)
			most = now;
	}
	return most;
}

bool copies_of(struct copies_reader *r, const struct message *m,
	       const struct copies **out, struct err *err)
{
	static const struct moments none = { 0 };

	*out = &r->copies;
	if (r->filled && cmp_key(m->tier, &m->key, r) == 0)
		return true;
	r->filled = true;
	r->parted = false;
	r->tier = m->tier;
	r->key = m->key;
	r->copies.n = r->copies.present = 0;
	arena_reset(&r->arena);
	for (size_t i = 0; i < r->cursor_n; i++) {
		struct cursor *c = &r->cursor[i];

		while (c->has) {
			int order = cmp_key(c->head.tier, &c->head.key, r);

			if (order > 0)
				break;
			if (order == 0)
				add_copy(r, &c->head);
			if (!advance(c, err))
				return false;
		}
	}
	if (r->copies.n > 1)
		qsort(r->copies.copy, r->copies.n, sizeof *r->copies.copy, last_first);
	moments_room(&r->free, r->copies.n);
	for (size_t i = 0; i < r->copies.n; i++)
		moments_add(&r->free, &r->copies.copy[i], r->since);
	moments_sort(&r->free);
	r->copies.most = most_at_once(&r->free, &none);
	return true;
}

static int by_fact(const void *a, const void *b)
{
	const struct copies_one *x = a, *y = b;

	if (x->octets != y->octets)
		return x->octets < y->octets ? -1 : 1;
	return (x->date > y->date) - (x->date < y->date);
}

static bool is_known(const struct copies_one *c)
{
	return c->octets >= 0 && c->date != MSG_DATE_UNKNOWN;
}

/* Those that are, by size and date, one of the other side's own go to owned, in the order
 * of these; all others are free to have been any. */
static void part(struct copies_reader *r, const struct copies *other)
{
	struct copies_one *own = mem_alloc((other->n + 1) * sizeof *own);

	for (size_t i = 0; i < other->n; i++)
		own[i] = other->copy[i];
	if (other->n > 1)
		qsort(own, other->n, sizeof *own, by_fact);
	r->owned = mem_realloc(r->owned, (r->copies.n + 1) * sizeof *r->owned);
	r->owned_n = 0;
	moments_room(&r->free, r->copies.n);
	for (size_t i = 0; i < r->copies.n; i++) {
		const struct copies_one *c = &r->copies.copy[i];

		if (other->n > 0 && is_known(c) &&
		    bsearch(c, own, other->n, sizeof *own, by_fact) != NULL)
			r->owned[r->owned_n++] = *c;
		else
			moments_add(&r->free, c, r->since);
	}
	moments_sort(&r->free);
	if (r->owned_n > 1)
		qsort(r->owned, r->owned_n, sizeof *r->owned, by_fact);
	free(own);
	r->parted = true;
}

/* The first of owned that is not before c. */
static size_t find_owned(const struct copies_reader *r, const struct copies_one *c)
{
	size_t lo = 0, hi = r->owned_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_fact(&r->owned[mid], c) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void copies_like(struct copies_reader *r, const struct copies *other,
		 const struct message *m, struct copies_alike *out)
{
	const struct copies_one like = { .octets = m->octets, .date = m->date };
	struct moments its = { 0 };
	size_t at, n = 0;

	if (!r->parted)
		part(r, other);
	at = find_owned(r, &like);
	while (at + n < r->owned_n && by_fact(&r->owned[at + n], &like) == 0)
		n++;
	moments_room(&its, n);
	for (size_t i = 0; i < n; i++)
		moments_add(&its, &r->owned[at + i], r->since);
	moments_sort(&its);
	out->most = most_at_once(&r->free, &its);
	out->present = (int64_t)(r->free.present + its.present);
	moments_done(&its);
}

void copies_close(struct copies_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->cursor_n; i++)
		store_history_close(r->cursor[i].it);
	free(r->cursor);
	free(r->copies.copy);
	free(r->owned);
	moments_done(&r->free);
	arena_done(&r->arena);
	free(r);
}
