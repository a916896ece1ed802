/* SPDX-License-Identifier: MIT */
/*
 * Events of the hours that are being read.  When an hour is over, its events are held
 * against those that are counted already: as many of a hash as there are beyond the
 * number that was counted are new.  So a log that is read again, or that overlaps another
 * one, counts nothing twice, and two equal lines of one log count as two.
 */
#include "audit/audit_logs_in.h"
#include "store/store_logs.h"

#define OPEN_MAX   64u /* hours at a time */
#define LOOK_BACK  256u
#define EVENTS_MAX (32u << 10) /* in all of them */

struct open_hour {
	int64_t hour;
	struct hour_event *v;
	size_t n, cap;
};

struct hours {
	struct store *st;
	enum side side;
	struct sums *sums;
	struct open_hour open[OPEN_MAX];
	size_t open_n, events;
	int64_t fresh, fresh_of[INTAKE_FILES], own_of[INTAKE_FILES];
	struct own *own;
	struct strbuf seen, merged;
};

void hours_new(struct store *st, enum side side, struct sums *sums, struct own *own,
	       struct hours **out)
{
	struct hours *h = mem_calloc(1, sizeof *h);

	h->st = st;
	h->side = side;
	h->sums = sums;
	h->own = own;
	*out = h;
}

void hours_free(struct hours *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < OPEN_MAX; i++)
		free(h->open[i].v);
	strbuf_done(&h->seen);
	strbuf_done(&h->merged);
	free(h);
}

static int by_hash(const void *a, const void *b)
{
	const struct hour_event *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

static uint64_t hash_at(const struct strbuf *sb, size_t i)
{
	uint64_t v = 0;

	for (size_t k = 0; k < STORE_LOG_HASH; k++)
		v = v << 8 | (unsigned char)sb->p[i * STORE_LOG_HASH + k];
	return v;
}

static void hash_put(struct strbuf *sb, uint64_t v)
{
	char b[STORE_LOG_HASH];

	for (size_t k = 0; k < sizeof b; k++)
		b[k] = (char)(v >> (56 - 8 * k) & 255);
	strbuf_add(sb, b, sizeof b);
}

static bool count(struct hours *h, const struct hour_event *e, struct err *err)
{
	bool own;

	h->fresh++;
	h->fresh_of[e->slot]++;
	if (!own_is(h->own, &e->use, &own, err))
		return false;
	if (own)
		h->own_of[e->slot]++;
	else
		sums_add(h->sums, &e->use);
	return true;
}

/*
 * The events of one hash: from how many files they come, as often as the file says that
 * has most of them.  *n_out is how many of v, from *from on, these are.
 */
static size_t one_hash(const struct hour_event *v, size_t n, size_t *from, size_t *n_out)
{
	size_t end = 0, begin = 0;

	*n_out = 0;
	for (; end < n && v[end].hash == v[0].hash; end++) {
		if (v[end].slot != v[begin].slot)
			begin = end;
		if (end - begin + 1 > *n_out) {
			*n_out = end - begin + 1;
			*from = begin;
		}
	}
	return end;
}

/* Both lists ascend: what the store has not counted is counted, the union is kept. */
static bool close_hour(struct hours *h, struct open_hour *o, struct err *err)
{
	size_t seen_n, i = 0;
	bool changed = false;

	if (o->n > 0)
		qsort(o->v, o->n, sizeof *o->v, by_hash);
	strbuf_clear(&h->seen);
	strbuf_clear(&h->merged);
	if (!store_log_seen(h->st, h->side, o->hour, &h->seen, err))
		return false;
	seen_n = h->seen.n / STORE_LOG_HASH;
	for (size_t k = 0; k < o->n;) {
		uint64_t hash = o->v[k].hash;
		size_t from = 0, n, known = 0;
		size_t all = one_hash(&o->v[k], o->n - k, &from, &n);

		while (i < seen_n && hash_at(&h->seen, i) < hash)
			hash_put(&h->merged, hash_at(&h->seen, i++));
		while (i < seen_n && hash_at(&h->seen, i) == hash) {
			hash_put(&h->merged, hash);
			known++;
			i++;
		}
		for (; known < n; known++) {
			changed = true;
			hash_put(&h->merged, hash);
			if (!count(h, &o->v[k + from + known], err))
				return false;
		}
		k += all;
	}
	while (i < seen_n)
		hash_put(&h->merged, hash_at(&h->seen, i++));
	h->events -= o->n;
	o->n = 0;
	return !changed ||
	       store_log_seen_put(h->st, h->side, o->hour, strbuf_span(&h->merged), err);
}

/* Hours are few, and mostly the last one is meant. */
static struct open_hour *find(struct hours *h, int64_t hour)
{
	for (size_t i = h->open_n; i > 0; i--)
		if (h->open[i - 1].hour == hour)
			return &h->open[i - 1];
	return NULL;
}

static bool close_at(struct hours *h, size_t at, struct err *err)
{
	struct open_hour o = h->open[at];
	bool ok = close_hour(h, &o, err);

	h->open_n--;
	memmove(&h->open[at], &h->open[at + 1], (h->open_n - at) * sizeof *h->open);
	if (o.cap > 4096) {
		free(o.v);
		o = (struct open_hour){ 0 };
	}
	h->open[h->open_n] = o; /* its memory is used again */
	return ok;
}

static bool make_room(struct hours *h, struct err *err)
{
	size_t oldest = 0;

	for (size_t i = 1; i < h->open_n; i++)
		if (h->open[i].hour < h->open[oldest].hour)
			oldest = i;
	return close_at(h, oldest, err);
}

bool hours_add(struct hours *h, const struct hour_event *e, struct err *err)
{
	int64_t hour = e->use.at / 3600;
	struct open_hour *o = find(h, hour);

	if (o == NULL) {
		if (h->open_n == OPEN_MAX && !make_room(h, err))
			return false;
		o = &h->open[h->open_n++];
		o->hour = hour;
		o->n = 0;
	}
	if (o->n == o->cap) {
		o->cap = o->cap == 0 ? 256 : o->cap * 2;
		o->v = mem_realloc(o->v, o->cap * sizeof *o->v);
	}
	o->v[o->n++] = *e;
	if (++h->events < EVENTS_MAX)
		return true;
	return make_room(h, err);
}

bool hours_over(struct hours *h, int64_t hour, struct err *err)
{
	size_t i = 0;

	while (i < h->open_n) {
		if (h->open[i].hour >= hour)
			i++;
		else if (!close_at(h, i, err))
			return false;
	}
	return true;
}

void hours_forget(struct hours *h, int64_t fresh)
{
	h->open_n = h->events = 0;
	for (size_t i = 0; i < OPEN_MAX; i++)
		h->open[i].n = 0;
	h->fresh = fresh;
}

int64_t hours_fresh(const struct hours *h)
{
	return h->fresh;
}

/* Cyrus tells the client behind the login. */
void hours_client(struct hours *h, uint64_t session, int64_t client, int64_t empty)
{
	unsigned looked = 0;

	for (size_t i = h->open_n; i > 0; i--) {
		struct open_hour *o = &h->open[i - 1];

		for (size_t k = o->n; k > 0 && looked < LOOK_BACK; k--, looked++)
			if (o->v[k - 1].session == session &&
			    o->v[k - 1].use.client == empty) {
				o->v[k - 1].use.client = client;
				return;
			}
	}
}

void hours_begin(struct hours *h, unsigned slot)
{
	h->fresh_of[slot] = h->own_of[slot] = 0;
}

int64_t hours_fresh_of(const struct hours *h, unsigned slot)
{
	return h->fresh_of[slot];
}

int64_t hours_own_of(const struct hours *h, unsigned slot)
{
	return h->own_of[slot];
}
