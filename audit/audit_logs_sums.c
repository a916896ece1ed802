/* SPDX-License-Identifier: MIT */
/*
 * What the names of the logs did, summed up in memory until it takes too much, then
 * brought together with what is in the store.  Two open-addressed tables (texts, uses)
 * and a pool of days.
 */
#include "audit/audit_logs_in.h"
#include "base/hash64.h"
#include "store/store_logs.h"

#define TEXTS_MAX  (192u << 10) /* texts in memory; a power of two halves this at most */
#define OCTETS_MAX (6u << 20)	/* of texts */
#define USES_MAX   (190u << 10)
#define DAYS_MAX   (512u << 10)
#define NONE	   UINT32_MAX

struct text_slot {
	uint32_t at; /* of octets */
	uint16_t n;
	uint16_t used;
	uint32_t id;  /* log_text.id */
	uint32_t tag; /* of its hash */
};

struct use_slot {
	uint32_t name, address, rcpt, client;
	uint8_t use, protocol, traits, used;
	uint16_t day, day_n, day_first,
		day_last; /* the newest day, not yet in the pool */
	uint32_t n;
	uint32_t more;	      /* its earlier days: index in the pool; NONE */
	uint32_t first, last; /* seconds since 1970: until 2106 */
};

struct day_slot {
	struct log_day d;
	uint32_t next;
};

struct sums {
	struct store *st;
	enum side side;
	struct text_slot *text;
	size_t text_n, text_cap;
	char *octets;
	size_t octets_n, octets_cap;
	struct use_slot *use;
	size_t use_n, use_cap;
	struct day_slot *day;
	size_t day_n, day_cap;
	int64_t empty; /* log_text.id of "" */
};

void sums_new(struct store *st, enum side side, struct sums **out)
{
	struct sums *s = mem_calloc(1, sizeof *s);

	s->st = st;
	s->side = side;
	s->text_cap = 1024;
	s->text = mem_calloc(s->text_cap, sizeof *s->text);
	s->use_cap = 1024;
	s->use = mem_calloc(s->use_cap, sizeof *s->use);
	*out = s;
}

void sums_free(struct sums *s)
{
	if (s == NULL)
		return;
	free(s->text);
	free(s->octets);
	free(s->use);
	free(s->day);
	free(s);
}

static size_t text_find(const struct sums *s, const struct text_slot *table, size_t cap,
			uint64_t hash, struct span text)
{
	size_t i = (size_t)hash & (cap - 1);

	while (table[i].used != 0) {
		if (table[i].tag == (uint32_t)(hash >> 32) && table[i].n == text.n &&
		    memcmp(s->octets + table[i].at, text.p, text.n) == 0)
			return i;
		i = (i + 1) & (cap - 1);
	}
	return i;
}

static void text_grow(struct sums *s)
{
	size_t cap = s->text_cap * 2;
	struct text_slot *table = mem_calloc(cap, sizeof *table);

	for (size_t i = 0; i < s->text_cap; i++) {
		struct span text;
		uint64_t hash;

		if (s->text[i].used == 0)
			continue;
		text = (struct span){ s->octets + s->text[i].at, s->text[i].n };
		hash = hash64(0, text);
		table[text_find(s, table, cap, hash, text)] = s->text[i];
	}
	free(s->text);
	s->text = table;
	s->text_cap = cap;
}

bool sums_text(struct sums *s, struct span text, int64_t *id, struct err *err)
{
	uint64_t hash;
	size_t at;

	if (text.n == 0 && s->empty != 0) {
		*id = s->empty;
		return true;
	}
	hash = hash64(0, text);
	at = text_find(s, s->text, s->text_cap, hash, text);
	if (s->text[at].used != 0) {
		*id = s->text[at].id;
		return true;
	}
	if (!store_log_text(s->st, text, id, err))
		return false;
	if (*id > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "more than 4,294,967,295 names in logs");
	if (text.n == 0)
		s->empty = *id;
	if (s->octets_n + text.n > s->octets_cap) {
		s->octets_cap = s->octets_cap == 0 ? 64u << 10 : s->octets_cap * 2;
		s->octets = mem_realloc(s->octets, s->octets_cap);
	}
	if (text.n > 0)
		memcpy(s->octets + s->octets_n, text.p, text.n);
	s->text[at] = (struct text_slot){ .at = (uint32_t)s->octets_n,
					  .n = (uint16_t)text.n,
					  .used = 1,
					  .id = (uint32_t)*id,
					  .tag = (uint32_t)(hash >> 32) };
	s->octets_n += text.n;
	if (++s->text_n * 4 > s->text_cap * 3)
		text_grow(s);
	return true;
}

static uint64_t use_hash(const struct use_slot *u)
{
	uint64_t a = (uint64_t)u->name << 32 | u->address;
	uint64_t b = (uint64_t)u->rcpt << 32 | u->client;

	return hash64_mix(a, hash64_mix(b, (uint64_t)u->use << 8 | u->protocol));
}

static bool use_same(const struct use_slot *a, const struct use_slot *b)
{
	return a->name == b->name && a->address == b->address && a->rcpt == b->rcpt &&
	       a->client == b->client && a->use == b->use && a->protocol == b->protocol;
}

static struct use_slot *use_find(struct use_slot *table, size_t cap,
				 const struct use_slot *key)
{
	size_t i = (size_t)use_hash(key) & (cap - 1);

	while (table[i].used != 0 && !use_same(&table[i], key))
		i = (i + 1) & (cap - 1);
	return &table[i];
}

static void use_grow(struct sums *s)
{
	size_t cap = s->use_cap * 2;
	struct use_slot *table = mem_calloc(cap, sizeof *table);

	for (size_t i = 0; i < s->use_cap; i++)
		if (s->use[i].used != 0)
			*use_find(table, cap, &s->use[i]) = s->use[i];
	free(s->use);
	s->use = table;
	s->use_cap = cap;
}

/* The newest day goes to the pool, for another one has come. */
static void push_day(struct sums *s, struct use_slot *u)
{
	if (s->day_n == s->day_cap) {
		s->day_cap = s->day_cap == 0 ? 4096 : s->day_cap * 2;
		s->day = mem_realloc(s->day, s->day_cap * sizeof *s->day);
	}
	s->day[s->day_n] = (struct day_slot){
		.d = { u->day, u->day_n, u->day_first, u->day_last }, .next = u->more
	};
	u->more = (uint32_t)s->day_n++;
}

void sums_add(struct sums *s, const struct sums_use *in)
{
	struct use_slot key = { .name = (uint32_t)in->name,
				.address = (uint32_t)in->address,
				.rcpt = (uint32_t)in->rcpt,
				.client = (uint32_t)in->client,
				.use = (uint8_t)in->use,
				.protocol = (uint8_t)in->protocol };
	uint16_t day = (uint16_t)(in->at / 86400);
	uint16_t time = (uint16_t)(in->at % 86400 / 2);
	uint32_t at = (uint32_t)in->at;
	struct use_slot *u = use_find(s->use, s->use_cap, &key);
	unsigned n;

	if (u->used == 0) {
		if ((s->use_n + 1) * 4 > s->use_cap * 3) {
			use_grow(s);
			u = use_find(s->use, s->use_cap, &key);
		}
		*u = key;
		u->used = 1;
		u->more = NONE;
		u->first = u->last = at;
		u->day = day;
		u->day_first = u->day_last = time;
		s->use_n++;
	}
	if (day != u->day) {
		push_day(s, u);
		u->day = day;
		u->day_n = 0;
		u->day_first = u->day_last = time;
	}
	n = (unsigned)u->day_n + (in->n > UINT16_MAX ? UINT16_MAX : in->n);
	u->day_n = (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
	u->day_first = time < u->day_first ? time : u->day_first;
	u->day_last = time > u->day_last ? time : u->day_last;
	u->first = at < u->first ? at : u->first;
	u->last = at > u->last ? at : u->last;
	u->n += in->n;
	u->traits |= (uint8_t)in->traits;
}

bool sums_full(const struct sums *s)
{
	return s->text_n >= TEXTS_MAX || s->octets_n >= OCTETS_MAX ||
	       s->use_n >= USES_MAX || s->day_n >= DAYS_MAX;
}

static int by_key(const void *a, const void *b)
{
	const struct use_slot *x = a, *y = b;
	const uint32_t kx[] = { x->name,    x->use,  x->protocol,
				x->address, x->rcpt, x->client };
	const uint32_t ky[] = { y->name,    y->use,  y->protocol,
				y->address, y->rcpt, y->client };

	for (size_t i = 0; i < COUNT_OF(kx); i++)
		if (kx[i] != ky[i])
			return kx[i] < ky[i] ? -1 : 1;
	return 0;
}

static int by_day(const void *a, const void *b)
{
	const struct log_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

/* Days of a use, ascending, each once. */
static size_t days_of(const struct sums *s, const struct use_slot *u, struct log_day **v,
		      size_t *cap)
{
	size_t n = 0, out = 0;
	uint32_t i = u->more;
	bool sorted = true;

	for (;;) {
		if (n == *cap) {
			*cap = *cap == 0 ? 64 : *cap * 2;
			*v = mem_realloc(*v, *cap * sizeof **v);
		}
		if (n == 0)
			(*v)[n++] = (struct log_day){ u->day, u->day_n, u->day_first,
						      u->day_last };
		else
			(*v)[n++] = s->day[i].d, i = s->day[i].next;
		if (i == NONE)
			break;
	}
	/* newest first, unless logs came in disorder */
	for (size_t a = 0; a < n / 2; a++) {
		struct log_day t = (*v)[a];

		(*v)[a] = (*v)[n - 1 - a];
		(*v)[n - 1 - a] = t;
	}
	for (size_t a = 1; a < n; a++)
		sorted &= (*v)[a].day > (*v)[a - 1].day;
	if (sorted)
		return n;
	qsort(*v, n, sizeof **v, by_day);
	for (size_t a = 0; a < n; a++) {
		struct log_day *d = &(*v)[a], *to;

		if (out == 0 || (*v)[out - 1].day != d->day) {
			(*v)[out++] = *d;
			continue;
		}
		to = &(*v)[out - 1];
		to->n = (uint16_t)(to->n + d->n > UINT16_MAX ? UINT16_MAX : to->n + d->n);
		to->first = d->first < to->first ? d->first : to->first;
		to->last = d->last > to->last ? d->last : to->last;
	}
	return out;
}

bool sums_flush(struct sums *s, struct err *err)
{
	struct log_day *days = NULL;
	size_t cap = 0, n = 0;
	bool ok = true;

	/* together at the front of the table, in the order of the store's key */
	for (size_t i = 0; i < s->use_cap; i++)
		if (s->use[i].used != 0)
			s->use[n++] = s->use[i];
	if (n > 0)
		qsort(s->use, n, sizeof *s->use, by_key);
	for (size_t i = 0; ok && i < n; i++) {
		const struct use_slot *u = &s->use[i];
		struct log_use_row row = { .side = s->side,
					   .name = u->name,
					   .address = u->address,
					   .rcpt = u->rcpt,
					   .client = u->client,
					   .use = (enum log_use)u->use,
					   .protocol = (enum log_protocol)u->protocol,
					   .n = u->n,
					   .first = u->first,
					   .last = u->last,
					   .traits = u->traits };

		row.day_n = days_of(s, u, &days, &cap);
		row.day = days;
		ok = store_log_use_add(s->st, &row, err);
	}
	free(days);
	sums_forget(s);
	return ok;
}

void sums_forget(struct sums *s)
{
	memset(s->text, 0, s->text_cap * sizeof *s->text);
	memset(s->use, 0, s->use_cap * sizeof *s->use);
	s->text_n = s->octets_n = s->use_n = s->day_n = 0;
	s->empty = 0;
}
