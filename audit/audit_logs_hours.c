/* SPDX-License-Identifier: MIT */
/*
 * Events of the hours that are being read.  When an hour is over, its events are held
 * against those that are counted already: as many of a hash as there are beyond the
 * number that was counted are new.  So a log that is read again, or that overlaps another
 * one, counts nothing twice, and two equal lines of one log count as two, unless
 * HOURS_EVENTS events or two hours lie between them.
 */
#include "audit/audit_logs_belt.h"
#include "store/store_log_seen.h"
#include "store/store_logs.h"

#define OPEN_MAX  64u /* hours at a time */
#define LOOK_BACK 256u
#define KEY_BITS  14u
/*
 * An hour that has so many events is full, and what comes then goes by the minute, in
 * sections of their own (somebody tries passwords, and all would be read and written for
 * each part of it).
 */
#define FULL	(16u << 10)
#define MINUTES (INT64_C(1) << 28) /* the section of the first minute of 1970 */

struct hash_key {
	uint64_t hash;
	uint32_t at;
};

struct open_hour {
	int64_t hour;
	struct hour_event *v;
	size_t n, cap;
};

struct hours {
	struct belt *belt;
	struct open_hour open[OPEN_MAX];
	size_t open_n, events;
	int64_t fresh, fresh_of[INTAKE_FILES], own_of[INTAKE_FILES];
	struct log_seen *seen; /* what is counted already */
	struct own *own;       /* NULL: there are none */
	/* of the hour that is closed */
	struct hash_key *key;
	uint32_t *from;
	uint64_t *merged;
	size_t merged_cap;
};

void hours_new(struct store *st, enum side side, struct belt *belt, struct own *own,
	       struct hours **out)
{
	struct hours *h = mem_calloc(1, sizeof *h);

	h->belt = belt;
	h->own = own_any(own) ? own : NULL;
	log_seen_open(st, side, &h->seen);
	h->key = mem_alloc(HOURS_EVENTS * sizeof *h->key);
	h->from = mem_alloc(sizeof *h->from << KEY_BITS);
	*out = h;
}

void hours_free(struct hours *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < OPEN_MAX; i++)
		free(h->open[i].v);
	log_seen_close(h->seen);
	free(h->key);
	free(h->from);
	free(h->merged);
	free(h);
}

/* Ascending by hash, those of one hash in the order in which they came.  Hashes are
 * spread evenly, so their first bits put each nearly where it belongs. */
static void sort_keys(struct hours *h, const struct open_hour *o)
{
	size_t n = o->n, sum = 0;
	unsigned shift = LOG_HASH_BITS - KEY_BITS;
	uint32_t *from = h->from;

	while (shift < LOG_HASH_BITS - 4 &&
	       (UINT64_C(1) << (LOG_HASH_BITS - shift)) > 2 * n + 8)
		shift++;
	memset(from, 0, sizeof *from << (LOG_HASH_BITS - shift));
	for (size_t i = 0; i < n; i++)
		from[o->v[i].hash >> shift]++;
	for (size_t i = 0; i < (size_t)1 << (LOG_HASH_BITS - shift); i++) {
		size_t k = from[i];

		from[i] = (uint32_t)sum;
		sum += k;
	}
	for (size_t i = 0; i < n; i++)
		h->key[from[o->v[i].hash >> shift]++] = (struct hash_key){ o->v[i].hash,
									   (uint32_t)i };
	for (size_t i = 1; i < n; i++) {
		struct hash_key k = h->key[i];
		size_t at = i;

		for (; at > 0 && h->key[at - 1].hash > k.hash; at--)
			h->key[at] = h->key[at - 1];
		h->key[at] = k;
	}
}

/*
 * Of n events of one hash, from several files perhaps: those of the file that has most
 * of them, to the front; how many these are.
 */
static size_t of_one_file(const struct open_hour *o, struct hash_key *k, size_t n)
{
	size_t of[INTAKE_FILES] = { 0 }, best = 0, out = 0;

	if (n == 1)
		return 1;
	for (size_t i = 0; i < n; i++)
		of[o->v[k[i].at].use.slot]++;
	for (size_t i = 1; i < INTAKE_FILES; i++)
		if (of[i] > of[best])
			best = i;
	for (size_t i = 0; i < n; i++)
		if (o->v[k[i].at].use.slot == best)
			k[out++].at = k[i].at;
	return out;
}

/* Hashes that are counted, ascending: of an hour, and of a minute of it. */
struct counted {
	const uint64_t *v;
	size_t n, at;
};

/* How often a hash is among them; they are asked in ascending order. */
static size_t how_often(struct counted *c, uint64_t hash)
{
	size_t n = 0;

	while (c->at < c->n && c->v[c->at] < hash)
		c->at++;
	while (c->at < c->n && c->v[c->at] == hash) {
		c->at++;
		n++;
	}
	return n;
}

/* Of n keys what is not counted yet, to the front; how many. */
static size_t new_ones(const struct open_hour *o, struct hash_key *key, size_t n,
		       struct counted hour, struct counted minute)
{
	size_t fresh = 0;

	for (size_t k = 0; k < n;) {
		uint64_t hash = key[k].hash;
		size_t all = 1, mine, known;

		while (k + all < n && key[k + all].hash == hash)
			all++;
		mine = of_one_file(o, &key[k], all);
		known = how_often(&hour, hash) + how_often(&minute, hash);
		for (; known < mine; known++)
			key[fresh++] = key[k + known];
		k += all;
	}
	return fresh;
}

static bool count(struct hours *h, const struct open_hour *o, const struct hash_key *key,
		  size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct sums_use *u = &o->v[key[i].at].use;
		bool own = false;

		if (h->own != NULL && !own_is(h->own, u, &own, err))
			return false;
		h->fresh++;
		h->fresh_of[u->slot]++;
		if (own)
			h->own_of[u->slot]++;
		else if (!belt_add(h->belt, u, err))
			return false;
	}
	return true;
}

/* n of them are counted, and stand with those of the section from now on. */
static bool keep(struct hours *h, int64_t section, struct counted old,
		 const struct hash_key *key, size_t n, struct err *err)
{
	size_t out = 0;

	if (n == 0)
		return true;
	if (old.n + n > h->merged_cap) {
		h->merged_cap = old.n + n + (old.n + n) / 4;
		h->merged = mem_realloc(h->merged, h->merged_cap * sizeof *h->merged);
	}
	for (size_t i = 0; i < n; i++) {
		while (old.at < old.n && old.v[old.at] < key[i].hash)
			h->merged[out++] = old.v[old.at++];
		h->merged[out++] = key[i].hash;
	}
	while (old.at < old.n)
		h->merged[out++] = old.v[old.at++];
	return log_seen_put(h->seen, section, h->merged, out, err);
}

/* Those of the events of an hour that are of a minute, in their order. */
static size_t of_minute(const struct hours *h, const struct open_hour *o, unsigned minute,
			struct hash_key *out)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		if (o->v[h->key[i].at].use.at / 60 % 60 == minute)
			out[n++] = h->key[i];
	return n;
}

/* Of an hour that is full each minute has a section of its own. */
static bool close_minutes(struct hours *h, const struct open_hour *o, struct counted of,
			  struct err *err)
{
	uint64_t *copy = mem_alloc(of.n * sizeof *copy);
	struct hash_key *key = mem_alloc((o->n + 1) * sizeof *key);
	struct counted hour = { .v = copy, .n = of.n };
	uint64_t minutes = 0;
	bool ok = true;

	memcpy(copy, of.v, of.n * sizeof *copy);
	for (size_t i = 0; i < o->n; i++)
		minutes |= UINT64_C(1) << o->v[i].use.at / 60 % 60;
	for (unsigned m = 0; ok && m < 60; m++) {
		int64_t section = MINUTES + o->hour * 60 + m;
		struct counted minute = { 0 };
		size_t n;

		if ((minutes >> m & 1) == 0)
			continue;
		ok = log_seen_get(h->seen, section, &minute.v, &minute.n, err);
		if (!ok)
			break;
		n = new_ones(o, key, of_minute(h, o, m, key), hour, minute);
		ok = count(h, o, key, n, err) && keep(h, section, minute, key, n, err);
	}
	free(key);
	free(copy);
	return ok;
}

/* What is not counted yet is counted, and kept with what was. */
static bool close_hour(struct hours *h, struct open_hour *o, struct err *err)
{
	struct counted hour = { 0 }, none = { 0 };
	size_t n;
	bool ok;

	sort_keys(h, o);
	if (!log_seen_get(h->seen, o->hour, &hour.v, &hour.n, err))
		return false;
	if (hour.n >= FULL) {
		ok = close_minutes(h, o, hour, err);
	} else {
		n = new_ones(o, h->key, o->n, hour, none);
		ok = count(h, o, h->key, n, err) &&
		     keep(h, o->hour, hour, h->key, n, err);
	}
	h->events -= o->n;
	o->n = 0;
	return ok;
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
	int64_t hour = (int64_t)e->use.at / 3600;
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
	o->v[o->n] = *e;
	o->v[o->n++].hash >>= 64 - LOG_HASH_BITS;
	if (++h->events < HOURS_EVENTS)
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

bool hours_store(struct hours *h, struct err *err)
{
	return hours_over(h, INT64_MAX, err) && log_seen_store(h->seen, err);
}

void hours_forget(struct hours *h, int64_t fresh)
{
	h->open_n = h->events = 0;
	log_seen_forget(h->seen);
	for (size_t i = 0; i < OPEN_MAX; i++)
		h->open[i].n = 0;
	h->fresh = fresh;
}

int64_t hours_fresh(const struct hours *h)
{
	return h->fresh;
}

/* Cyrus tells the client behind the login. */
void hours_client(struct hours *h, uint64_t session, uint32_t client)
{
	unsigned looked = 0;

	for (size_t i = h->open_n; i > 0; i--) {
		struct open_hour *o = &h->open[i - 1];

		for (size_t k = o->n; k > 0 && looked < LOOK_BACK; k--, looked++)
			if (o->v[k - 1].session == session &&
			    o->v[k - 1].use.client == STORE_LOG_EMPTY) {
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
