/* SPDX-License-Identifier: MIT */
/*
 * Whether mail was there once: all copies of one key, those that are gone too.
 */
#include "store/store_history.h"
#include "verify/work.h"

struct cursor {
	struct store_history *it;
	bool ours; /* of its folders only those of w->ours */
	struct copy head;
	bool has;
};

struct copies_reader {
	const struct work *w;
	struct cursor *cursor; /* one for each account */
	size_t cursor_n;
	int64_t *judged; /* epochs of the old side, ascending */
	size_t judged_n;
	struct msg_key key;
	uint8_t tier;
	bool filled;
	struct copies copies; /* of key */
	bool sorted;	      /* by_fact holds those that are there */
	struct copies_one *by_fact;
	size_t cap, max;
	struct arena arena; /* names of folders */
};

static bool advance(struct cursor *c, struct err *err)
{
	enum next next = store_history_next(c->it, &c->head, err);

	c->has = next == NEXT_ITEM;
	return next != NEXT_FAIL;
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool has_id(const int64_t *v, size_t n, int64_t id)
{
	return n > 0 && bsearch(&id, v, n, sizeof id, by_id) != NULL;
}

/* Folders of which what is gone is compared, too (group.c). */
static void list_judged(struct copies_reader *r)
{
	r->judged = mem_alloc((r->w->pair_n + 1) * sizeof *r->judged);
	for (size_t i = 0; i < r->w->pair_n; i++)
		if (r->w->pair[i].base[SIDE_OLD].run != 0)
			r->judged[r->judged_n++] = r->w->pair[i].epoch[SIDE_OLD];
	if (r->judged_n > 1)
		qsort(r->judged, r->judged_n, sizeof *r->judged, by_id);
}

/* of NULL: of the keys of leftovers of that side. */
static bool open_cursor(struct work *w, enum side leftovers_of,
			const struct withdrawn_choice *of, int64_t account, int64_t since,
			struct store_history **out, struct err *err)
{
	return of != NULL ? store_history_withdrawn(w->st, of, account, since, out, err)
			  : store_history_open(w->st, w->id, leftovers_of, account, since,
					       out, err);
}

static bool open_reader(struct work *w, enum side leftovers_of,
			const struct withdrawn_choice *of, const int64_t *accounts,
			size_t n, int64_t since, struct copies_reader **out,
			struct err *err)
{
	struct copies_reader *r = mem_calloc(1, sizeof *r);

	r->cursor = mem_calloc(n + 1, sizeof *r->cursor);
	r->w = w;
	r->max = work_limits(w)->copies;
	arena_init(&r->arena);
	list_judged(r);
	for (size_t i = 0; i < n; i++) {
		struct cursor *c = &r->cursor[r->cursor_n];

		if (accounts[i] == 0)
			continue;
		if (!open_cursor(w, leftovers_of, of, accounts[i], since, &c->it, err))
			goto fail;
		r->cursor_n++;
		c->ours = accounts[i] == w->new.account && w->ours != NULL;
		if (!advance(c, err))
			goto fail;
	}
	*out = r;
	return true;
fail:
	copies_close(r);
	return false;
}

bool copies_open(struct work *w, enum side leftovers_of, const int64_t *accounts,
		 size_t n, int64_t since, struct copies_reader **out, struct err *err)
{
	return open_reader(w, leftovers_of, NULL, accounts, n, since, out, err);
}

bool copies_withdrawn(struct work *w, const struct withdrawn_choice *of,
		      const int64_t *accounts, size_t n, int64_t since,
		      struct copies_reader **out, struct err *err)
{
	return open_reader(w, SIDE_OLD, of, accounts, n, since, out, err);
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
		.judged = has_id(r->judged, r->judged_n, c->epoch),
		.epoch = c->epoch,
		.uid = c->uid,
		.folder = arena_strdup(&r->arena, c->folder)
	};
	out->present += c->gone_run == INT64_MAX;
}

static int last_first(const void *a, const void *b)
{
	const struct copies_one *x = a, *y = b;

	return (x->gone_run < y->gone_run) - (x->gone_run > y->gone_run);
}

bool copies_of(struct copies_reader *r, const struct message *m,
	       const struct copies **out, struct err *err)
{
	*out = &r->copies;
	if (r->filled && cmp_key(m->tier, &m->key, r) == 0)
		return true;
	r->filled = true;
	r->sorted = false;
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
			if (order == 0 && (!c->ours || has_id(r->w->ours, r->w->ours_n,
							      c->head.folder_id)))
				add_copy(r, &c->head);
			if (!advance(c, err))
				return false;
		}
	}
	if (r->copies.n > 1)
		qsort(r->copies.copy, r->copies.n, sizeof *r->copies.copy, last_first);
	return true;
}

int copies_by_fact(const void *a, const void *b)
{
	const struct copies_one *x = a, *y = b;

	if (x->octets != y->octets)
		return x->octets < y->octets ? -1 : 1;
	return (x->date > y->date) - (x->date < y->date);
}

bool copies_has(struct copies_reader *r, const struct message *m)
{
	const struct copies_one like = { .octets = m->octets, .date = m->date };
	size_t n = r->copies.present;

	if (!r->sorted) {
		r->by_fact = mem_realloc(r->by_fact, (n + 1) * sizeof *r->by_fact);
		for (size_t i = 0; i < n; i++)
			r->by_fact[i] = r->copies.copy[i];
		if (n > 1)
			qsort(r->by_fact, n, sizeof *r->by_fact, copies_by_fact);
		r->sorted = true;
	}
	return n > 0 && copies_known(&like) &&
	       bsearch(&like, r->by_fact, n, sizeof like, copies_by_fact) != NULL;
}

void copies_close(struct copies_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->cursor_n; i++)
		store_history_close(r->cursor[i].it);
	free(r->cursor);
	free(r->copies.copy);
	free(r->judged);
	free(r->by_fact);
	arena_done(&r->arena);
	free(r);
}
