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
	bool filled, marked;
	struct copies copies; /* of key */
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

static bool is_like(const struct copies_one *c, int64_t octets, int64_t date)
{
	return c->octets == octets && c->date == date;
}

/* The most that were there at once from since on: each is there from first_run up to, not
 * with, gone_run.  m: only of those that may have been this one; NULL: of all. */
static int64_t most_at_once(const struct copies *c, const struct message *m,
			    int64_t since)
{
	int64_t *from = mem_alloc((c->n + 1) * sizeof *from);
	int64_t *to = mem_alloc((c->n + 1) * sizeof *to);
	int64_t now = 0, most = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct copies_one *one = &c->copy[i];

		if (m != NULL && one->owned && !is_like(one, m->octets, m->date))
			continue;
		from[n] = one->first_run > since ? one->first_run : since;
		to[n++] = one->gone_run;
	}
	to[n] = INT64_MAX;
	qsort(from, n, sizeof *from, by_run);
	qsort(to, n, sizeof *to, by_run);
	for (size_t i = 0, k = 0; i < n; i++) {
		while (to[k] <= from[i]) {
			now--;
			k++;
		}
		if (++now > most)
			most = now;
	}
	free(from);
	free(to);
	return most;
}

bool copies_of(struct copies_reader *r, const struct message *m,
	       const struct copies **out, struct err *err)
{
	*out = &r->copies;
	if (r->filled && cmp_key(m->tier, &m->key, r) == 0)
		return true;
	r->filled = true;
	r->marked = false;
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
	r->copies.most = most_at_once(&r->copies, NULL, r->since);
	return true;
}

/* Which of them are, by size and date, one of the other side's own. */
static void mark_owned(struct copies_reader *r, const struct copies *other)
{
	for (size_t i = 0; i < r->copies.n; i++) {
		struct copies_one *c = &r->copies.copy[i];

		for (size_t k = 0; k < other->n && !c->owned; k++)
			c->owned = c->octets >= 0 && c->date != MSG_DATE_UNKNOWN &&
				   is_like(c, other->copy[k].octets, other->copy[k].date);
	}
	r->marked = true;
}

void copies_like(struct copies_reader *r, const struct copies *other,
		 const struct message *m, struct copies_alike *out)
{
	if (!r->marked)
		mark_owned(r, other);
	*out = (struct copies_alike){ .most = most_at_once(&r->copies, m, r->since) };
	for (size_t i = 0; i < r->copies.present; i++)
		out->present += !r->copies.copy[i].owned ||
				is_like(&r->copies.copy[i], m->octets, m->date);
}

void copies_close(struct copies_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->cursor_n; i++)
		store_history_close(r->cursor[i].it);
	free(r->cursor);
	free(r->copies.copy);
	arena_done(&r->arena);
	free(r);
}
