/* SPDX-License-Identifier: MIT */
#include "store/store_sort.h"

#include <endian.h>

/* Messages on their way to the file. */
#define WRITE_AT_ONCE 1365 /* 64 KiB */

/* What is moved instead of a message: the first octets of its key decide nearly always.
 */
struct tag {
	uint64_t head;
	uint32_t at; /* in store_sort.v; the source, in a tournament */
};

/* A sorted run in the file. */
struct run {
	int64_t at;
	uint64_t n;
	unsigned level; /* 0: of one memory-full; else merged of those one below */
};

/* A run while it is merged. */
struct source {
	struct message *ahead;
	size_t i, n;   /* the next one in ahead, and how many there are */
	int64_t at;    /* in the file behind them */
	uint64_t left; /* there */
};

/* The smallest of many sources by a tournament: tag[0] won, tag[k] lost the match at
 * inner node k.  A source that has ended loses all. */
struct merge {
	struct source *source;
	struct tag *tag;
	size_t n;
};

struct store_sort {
	struct store_sort_pool *pool;
	struct message *v; /* the run being filled, or kept */
	size_t n, cap;
	struct tag *order; /* of v, when it is handed out from memory */
	size_t next;
	struct run *run;
	size_t run_n, run_cap;
	struct merge merge;
	bool spilled;
	size_t kept; /* of pool->kept */
};

/* Eight octets of the key as a number that compares as they do. */
static inline uint64_t half_of(const struct message *m, size_t at)
{
	uint64_t half;

	memcpy(&half, m->key.bytes + at, sizeof half);
	return be64toh(half);
}

static inline uint64_t head_of(const struct message *m)
{
	return half_of(m, 0);
}

/* Of two whose heads are equal. */
static inline bool is_before(const struct message *a, const struct message *b)
{
	uint64_t x = half_of(a, sizeof x), y = half_of(b, sizeof y);

	if (x != y)
		return x < y;
	if (a->octets != b->octets)
		return a->octets < b->octets;
	return a->date != b->date ? a->date < b->date : a->uid < b->uid;
}
_Static_assert(sizeof(struct msg_key) == 2 * sizeof(uint64_t), "a key is two numbers");

static inline bool tag_is_before(const struct message *v, const struct tag *a,
				 const struct tag *b)
{
	if (a->head != b->head)
		return a->head < b->head;
	return is_before(&v[a->at], &v[b->at]);
}

/* ---- one run in memory ---- */

enum { BLOCK = 8 };

static void sort_block(const struct message *v, struct tag *t, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct tag tag = t[i];
		size_t j = i;

		for (; j > 0 && tag_is_before(v, &tag, &t[j - 1]); j--)
			t[j] = t[j - 1];
		t[j] = tag;
	}
}

static void merge_blocks(const struct message *v, const struct tag *a, size_t a_n,
			 const struct tag *b, size_t b_n, struct tag *out)
{
	const struct tag *a_end = a + a_n, *b_end = b + b_n;

	while (a < a_end && b < b_end) {
		bool second = tag_is_before(v, b, a);

		*out++ = second ? *b : *a;
		b += second;
		a += !second;
	}
	memcpy(out, a, (size_t)(a_end - a) * sizeof *out);
	memcpy(out + (a_end - a), b, (size_t)(b_end - b) * sizeof *out);
}

/* Merge sort: no input makes it slow.  The result is in t or in to. */
static struct tag *sort_slowly(const struct message *v, struct tag *t, struct tag *to,
			       size_t n)
{
	for (size_t i = 0; i < n; i += BLOCK)
		sort_block(v, t + i, n - i < BLOCK ? n - i : BLOCK);
	for (size_t width = BLOCK; width < n; width *= 2) {
		struct tag *was = t;

		for (size_t i = 0; i < n; i += 2 * width) {
			size_t a = n - i < width ? n - i : width;
			size_t b = n - i - a < width ? n - i - a : width;

			merge_blocks(v, t + i, a, t + i + a, b, to + i);
		}
		t = to;
		to = was;
	}
	return t;
}

/* By 8 bits of the head, those that agree in them staying as they were. */
static void spread(const struct tag *t, struct tag *to, size_t n, unsigned shift)
{
	size_t at[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[t[i].head >> shift & 255]++;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		size_t count = at[i];

		at[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[at[t[i].head >> shift & 255]++] = t[i];
}

/* Insertion sort, as long as next to nothing is to be moved. */
static bool sort_rest(const struct message *v, struct tag *t, size_t n)
{
	size_t moved = 0;

	for (size_t i = 1; i < n && moved <= n; i++) {
		struct tag tag = t[i];
		size_t j = i;

		for (; j > 0 && tag_is_before(v, &tag, &t[j - 1]); j--)
			t[j] = t[j - 1];
		t[j] = tag;
		moved += i - j;
	}
	return moved <= n;
}

/* The order of the messages in memory.  Keys are digests: after their first 24 bits
 * hardly any two are left to compare. */
static struct tag *sort_tags(const struct store_sort *s)
{
	struct tag *t = mem_alloc((s->n + 1) * sizeof *t);
	struct tag *to = mem_alloc((s->n + 1) * sizeof *to), *sorted;

	for (size_t i = 0; i < s->n; i++)
		to[i] = (struct tag){ head_of(&s->v[i]), (uint32_t)i };
	spread(to, t, s->n, 40);
	spread(t, to, s->n, 48);
	spread(to, t, s->n, 56);
	sorted = sort_rest(s->v, t, s->n) ? t : sort_slowly(s->v, t, to, s->n);
	free(sorted == t ? to : t);
	return sorted;
}

/* ---- runs in the file ---- */

/* Messages that are appended to the file one after another. */
struct writer {
	struct spill *spill;
	struct message *v;
	size_t n;
	int64_t at; /* of the first */
	bool begun;
};

static bool writer_flush(struct writer *w, struct err *err)
{
	int64_t at;

	if (w->n == 0)
		return true;
	if (!spill_append(w->spill, w->v, w->n * sizeof *w->v, &at, err))
		return false;
	if (!w->begun)
		w->at = at;
	w->begun = true;
	w->n = 0;
	return true;
}

static inline bool writer_put(struct writer *w, const struct message *m, struct err *err)
{
	w->v[w->n++] = *m;
	return w->n < WRITE_AT_ONCE || writer_flush(w, err);
}

static void add_run(struct store_sort *s, const struct writer *w, uint64_t n,
		    unsigned level)
{
	if (s->run_n == s->run_cap) {
		s->run_cap = s->run_cap == 0 ? 32 : s->run_cap * 2;
		s->run = mem_realloc(s->run, s->run_cap * sizeof *s->run);
	}
	s->run[s->run_n++] = (struct run){ .at = w->at, .n = n, .level = level };
}

/* The messages in memory go to the file as a sorted run. */
static bool write_run(struct store_sort *s, struct err *err)
{
	struct writer w = { .spill = &s->pool->spill };
	struct tag *order = sort_tags(s);
	bool ok = true;

	if (!s->spilled) {
		s->spilled = true;
		s->pool->spilled++;
	}
	w.v = mem_alloc(WRITE_AT_ONCE * sizeof *w.v);
	for (size_t i = 0; i < s->n && ok; i++)
		ok = writer_put(&w, &s->v[order[i].at], err);
	ok = ok && writer_flush(&w, err);
	if (ok)
		add_run(s, &w, s->n, 0);
	s->n = 0;
	free(w.v);
	free(order);
	return ok;
}

/* ---- merging runs ---- */

static inline bool has_ended(const struct source *s)
{
	return s->i == s->n;
}

static bool source_wins(const struct merge *g, const struct tag *a, const struct tag *b)
{
	const struct source *x = &g->source[a->at], *y = &g->source[b->at];

	if (has_ended(x) || has_ended(y))
		return has_ended(y);
	return is_before(&x->ahead[x->i], &y->ahead[y->i]);
}

/* tag comes from its leaf, and plays up to the root. */
static inline void play(struct merge *g, struct tag tag)
{
	for (size_t k = (tag.at + g->n) / 2; k > 0; k /= 2) {
		struct tag *other = &g->tag[k];

		if (other->head < tag.head ||
		    (other->head == tag.head && source_wins(g, other, &tag))) {
			struct tag lost = tag;

			tag = *other;
			*other = lost;
		}
	}
	g->tag[0] = tag;
}

static struct tag tag_of(const struct merge *g, size_t at)
{
	const struct source *s = &g->source[at];

	return (struct tag){ has_ended(s) ? UINT64_MAX : head_of(&s->ahead[s->i]),
			     (uint32_t)at };
}

static bool read_ahead(struct store_sort *s, struct source *from, struct err *err)
{
	size_t n = from->left < s->pool->ahead ? (size_t)from->left : s->pool->ahead;

	from->i = from->n = 0;
	if (n == 0)
		return true;
	if (!spill_read(&s->pool->spill, from->at, from->ahead, n * sizeof *from->ahead,
			err))
		return false;
	from->n = n;
	from->at += (int64_t)(n * sizeof *from->ahead);
	from->left -= n;
	return true;
}

static void merge_done(struct merge *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->source[i].ahead);
	free(g->source);
	free(g->tag);
	*g = (struct merge){ 0 };
}

static bool merge_begin(struct store_sort *s, struct merge *g, const struct run *run,
			size_t n, struct err *err)
{
	*g = (struct merge){ .n = n };
	g->source = mem_calloc(n + 1, sizeof *g->source);
	g->tag = mem_calloc(n + 1, sizeof *g->tag);
	for (size_t i = 0; i < n; i++) {
		struct source *from = &g->source[i];

		from->ahead = mem_alloc(
			(run[i].n < s->pool->ahead ? (size_t)run[i].n : s->pool->ahead) *
			sizeof *from->ahead);
		from->at = run[i].at;
		from->left = run[i].n;
		if (!read_ahead(s, from, err))
			return false;
	}
	/* The first to come to an inner node waits there for the other. */
	for (size_t i = 0; i < n; i++)
		g->tag[i].at = UINT32_MAX;
	for (size_t i = 0; i < n; i++) {
		struct tag tag = tag_of(g, i);
		size_t k = (i + n) / 2;

		for (; k > 0; k /= 2) {
			struct tag *other = &g->tag[k], lost;

			if (other->at == UINT32_MAX) {
				*other = tag;
				break;
			}
			if (other->head > tag.head ||
			    (other->head == tag.head && !source_wins(g, other, &tag)))
				continue;
			lost = tag;
			tag = *other;
			*other = lost;
		}
		if (k == 0)
			g->tag[0] = tag;
	}
	return true;
}

static inline enum next merge_next(struct store_sort *s, struct merge *g,
				   struct message *out, struct err *err)
{
	struct source *from;

	if (g->n == 0)
		return NEXT_END;
	from = &g->source[g->tag[0].at];
	if (has_ended(from))
		return NEXT_END;
	*out = from->ahead[from->i++];
	if (has_ended(from) && !read_ahead(s, from, err))
		return NEXT_FAIL;
	play(g, tag_of(g, g->tag[0].at));
	return NEXT_ITEM;
}

/* The last n runs become one of the next level. */
static bool merge_runs(struct store_sort *s, size_t n, struct err *err)
{
	struct writer w = { .spill = &s->pool->spill };
	unsigned level = s->run[s->run_n - 1].level + 1;
	struct message m;
	uint64_t count = 0;
	struct merge g;
	enum next next;

	w.v = mem_alloc(WRITE_AT_ONCE * sizeof *w.v);
	next = merge_begin(s, &g, s->run + s->run_n - n, n, err) ? NEXT_ITEM : NEXT_FAIL;
	while (next == NEXT_ITEM && (next = merge_next(s, &g, &m, err)) == NEXT_ITEM) {
		count++;
		if (!writer_put(&w, &m, err))
			next = NEXT_FAIL;
	}
	if (next == NEXT_END && !writer_flush(&w, err))
		next = NEXT_FAIL;
	if (next == NEXT_END) {
		s->run_n -= n;
		add_run(s, &w, count, level);
	}
	merge_done(&g);
	free(w.v);
	return next == NEXT_END;
}

/* Few enough runs of each level that what is read ahead of them stays small. */
static bool keep_few(struct store_sort *s, struct err *err)
{
	size_t fan = s->pool->fan;

	while (s->run_n >= fan &&
	       s->run[s->run_n - fan].level == s->run[s->run_n - 1].level)
		if (!merge_runs(s, fan, err))
			return false;
	return true;
}

/* ---- the whole ---- */

struct store_sort *store_sort_new(struct store_sort_pool *pool)
{
	struct store_sort *s = mem_calloc(1, sizeof *s);

	s->pool = pool;
	return s;
}

static void grow(struct store_sort *s)
{
	size_t was = s->cap;

	s->cap = was == 0 ? 64 : was * 2;
	if (s->cap > s->pool->run)
		s->cap = s->pool->run;
	s->v = mem_realloc(s->v, s->cap * sizeof *s->v);
	/* Also what lies between the fields: it goes to the file. */
	memset(s->v + was, 0, (s->cap - was) * sizeof *s->v);
}

struct message *store_sort_add(struct store_sort *s, struct err *err)
{
	if (s->n == s->cap) {
		if (s->cap < s->pool->run)
			grow(s);
		else if (!write_run(s, err) || !keep_few(s, err))
			return NULL;
	}
	return &s->v[s->n++];
}

bool store_sort_end(struct store_sort *s, struct err *err)
{
	struct store_sort_pool *pool = s->pool;

	if (s->run_n == 0 && s->n <= pool->keep && pool->kept <= pool->keep - s->n) {
		s->order = sort_tags(s);
		pool->kept += s->kept = s->n;
		return true;
	}
	if (s->n > 0 && !write_run(s, err))
		return false;
	free(s->v);
	s->v = NULL;
	s->cap = 0;
	return merge_begin(s, &s->merge, s->run, s->run_n, err);
}

enum next store_sort_next(struct store_sort *s, struct message *out, struct err *err)
{
	if (s->order == NULL)
		return merge_next(s, &s->merge, out, err);
	if (s->next == s->n)
		return NEXT_END;
	*out = s->v[s->order[s->next++].at];
	return NEXT_ITEM;
}

void store_sort_free(struct store_sort *s)
{
	if (s == NULL)
		return;
	s->pool->kept -= s->kept;
	if (s->spilled && --s->pool->spilled == 0)
		spill_done(&s->pool->spill);
	merge_done(&s->merge);
	free(s->v);
	free(s->order);
	free(s->run);
	free(s);
}
