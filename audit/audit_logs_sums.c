/* SPDX-License-Identifier: MIT */
/*
 * What the names of the logs did, summed up in memory: an index over a list of uses, and
 * a pool of their days.  When it is full it goes to a temporary file as a run that
 * ascends by the key of the store (audit_logs_runs.c).
 */
#include "audit/audit_logs_sums.h"

#include "base/hash64.h"
#include "base/table.h"

#define USES_BITS  19u
#define SLOTS	   (1u << USES_BITS)
#define USES_MAX   (192u << 10) /* below SLOTS, which is never more than 2/3 full */
#define CHUNKS_MAX ((1u << 20) - 1)
#define OCTETS_MAX (12u << 20) /* of uses and chunks */
#define AHEAD	   16u	       /* uses that are fetched while others are added */
#define TOGETHER   64u	       /* uses whose days are looked up at a time */
#define NONE	   0u	       /* no index of the pool */
#define CHUNK	   12u	       /* octets of days in one */

_Static_assert(USES_MAX < SLOTS / 3 * 2, "the index has room");
_Static_assert(CHUNK >= STORE_LOG_DAY_MAX, "a day is no more than one chunk");

struct use_slot {
	uint32_t name, address, rcpt, client;
	uint8_t use, protocol, traits;
	uint8_t tail_n;
	uint16_t day, day_n, day_first, day_last; /* at hand, not yet among the others */
	uint32_t n;
	uint32_t first, last; /* seconds since 1970: until 2106 */
	/* Its other days, as they are stored (store_log_days.h): in chunk_n chunks of the
	 * pool, of which chunk is the last, and in tail. */
	uint64_t chunk : 20, chunk_n : 20, more_n : 24;
	uint16_t before; /* the last of these days; 0 */
	bool mixed;	 /* they do not ascend */
	unsigned char tail[CHUNK];
};
_Static_assert(sizeof(struct use_slot) == 64, "a line of the cache");
_Static_assert((CHUNK / 3 + 1) * CHUNKS_MAX < 1u << 24 && CHUNKS_MAX < 1u << 20,
	       "chunks and their days can be counted");

struct chunk {
	uint32_t before; /* index in the pool; NONE */
	unsigned char octet[CHUNK];
};

struct sums {
	uint32_t *index; /* of use + 1, and above USES_BITS octets of the hash; 0: free */
	struct use_slot *use;
	size_t use_n;
	struct chunk *chunk;
	size_t chunk_n;
	struct runs *runs;
	/* of the uses that are put at a time: their days, where those of each begin */
	unsigned char *days;
	size_t days_cap, *at, *upto;
	struct strbuf tidied;
};

void sums_new(struct runs *runs, struct sums **out)
{
	struct sums *s = mem_calloc(1, sizeof *s);

	s->runs = runs;
	s->index = mem_table(SLOTS * sizeof *s->index);
	s->use = mem_table(USES_MAX * sizeof *s->use);
	s->chunk = mem_table(CHUNKS_MAX * sizeof *s->chunk);
	s->chunk_n = 1;
	*out = s;
}

void sums_free(struct sums *s)
{
	if (s == NULL)
		return;
	mem_table_free(s->index, SLOTS * sizeof *s->index);
	mem_table_free(s->use, USES_MAX * sizeof *s->use);
	mem_table_free(s->chunk, CHUNKS_MAX * sizeof *s->chunk);
	strbuf_done(&s->tidied);
	free(s->days);
	free(s->at);
	free(s->upto);
	free(s);
}

static uint32_t hash_of(const struct sums_use *u)
{
	uint64_t a = (uint64_t)u->name << 32 | u->address;
	uint64_t b = (uint64_t)u->rcpt << 32 | u->client;

	return (uint32_t)hash64_mix(a, b ^ ((uint64_t)u->use << 24 | u->protocol));
}

static void fetch_use(const struct sums *s, size_t at)
{
	__builtin_prefetch(s->use + at);
}

/* By the tag, not the first that is there: one in three stands behind another one. */
static void expect_use(const struct sums *s, uint32_t hash)
{
	uint32_t tag = hash & ~(SLOTS - 1), at;

	for (uint32_t i = hash & (SLOTS - 1); (at = s->index[i]) != 0;
	     i = (i + 1) & (SLOTS - 1))
		if ((at & ~(SLOTS - 1)) == tag) {
			fetch_use(s, (at & (SLOTS - 1)) - 1);
			return;
		}
	fetch_use(s, s->use_n);
}

static bool same(const struct use_slot *a, const struct sums_use *b)
{
	return a->name == b->name && a->address == b->address && a->rcpt == b->rcpt &&
	       a->client == b->client && a->use == b->use && a->protocol == b->protocol;
}

/* The use of this key; made for want of one. */
static struct use_slot *use_of(struct sums *s, const struct sums_use *u, uint32_t hash)
{
	uint32_t i = hash & (SLOTS - 1), tag = hash & ~(SLOTS - 1);
	struct use_slot *to;

	for (; s->index[i] != 0; i = (i + 1) & (SLOTS - 1)) {
		to = &s->use[(s->index[i] & (SLOTS - 1)) - 1];
		if ((s->index[i] & ~(SLOTS - 1)) == tag && same(to, u))
			return to;
	}
	to = &s->use[s->use_n++];
	s->index[i] = tag | (uint32_t)s->use_n;
	*to = (struct use_slot){ .name = u->name,
				 .address = u->address,
				 .rcpt = u->rcpt,
				 .client = u->client,
				 .use = u->use,
				 .protocol = u->protocol,
				 .chunk = NONE,
				 .first = u->at,
				 .last = u->at,
				 .day = (uint16_t)(u->at / 86400),
				 .day_first = UINT16_MAX };
	return to;
}

/* The day at hand goes to the others, for another one has come. */
static void push_day(struct sums *s, struct use_slot *u)
{
	const struct log_day d = { u->day, u->day_n, u->day_first, u->day_last };
	unsigned char octet[2 * CHUNK];
	size_t n = u->tail_n;

	memcpy(octet, u->tail, CHUNK);
	n += store_log_day_put(octet + n, &d, u->before, store_log_alone(u->use));
	u->mixed |= u->day <= u->before;
	u->before = u->day;
	u->more_n++;
	if (n >= CHUNK) {
		struct chunk *c = &s->chunk[s->chunk_n];

		c->before = u->chunk;
		memcpy(c->octet, octet, CHUNK);
		u->chunk = s->chunk_n++ & 0xfffff;
		u->chunk_n++;
		n -= CHUNK;
		memcpy(u->tail, octet + CHUNK, CHUNK);
	} else {
		memcpy(u->tail, octet, CHUNK);
	}
	u->tail_n = (uint8_t)n;
}

static void add(struct sums *s, const struct sums_use *in, uint32_t hash)
{
	struct use_slot *u = use_of(s, in, hash);
	uint16_t day = (uint16_t)(in->at / 86400);
	uint16_t time = (uint16_t)(in->at % 86400 / 2);
	uint32_t n;

	if (day != u->day) {
		push_day(s, u);
		u->day = day;
		u->day_n = 0;
		u->day_first = UINT16_MAX;
		u->day_last = 0;
	}
	n = u->day_n + in->n;
	u->day_n = (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
	u->day_first = time < u->day_first ? time : u->day_first;
	u->day_last = time > u->day_last ? time : u->day_last;
	u->first = in->at < u->first ? in->at : u->first;
	u->last = in->at > u->last ? in->at : u->last;
	u->n = in->n > UINT32_MAX - u->n ? UINT32_MAX : u->n + in->n;
	u->traits |= in->traits;
}

/* While one is added, what the next ones need comes into the cache: for some the place in
 * the index, for those before them the use. */
void sums_add(struct sums *s, const struct sums_use *v, size_t n)
{
	uint32_t hash[SUMS_MANY];

	for (size_t i = 0; i < n; i++) {
		hash[i] = hash_of(&v[i]);
		if (i < 2 * AHEAD)
			__builtin_prefetch(&s->index[hash[i] & (SLOTS - 1)]);
	}
	for (size_t i = 0; i < n; i++) {
		if (i + 2 * AHEAD < n)
			__builtin_prefetch(&s->index[hash[i + 2 * AHEAD] & (SLOTS - 1)]);
		if (i + AHEAD < n)
			expect_use(s, hash[i + AHEAD]);
		add(s, &v[i], hash[i]);
	}
}

bool sums_full(const struct sums *s, size_t more)
{
	return s->use_n + more > USES_MAX || s->chunk_n + more > CHUNKS_MAX ||
	       (s->use_n + more) * sizeof *s->use +
			       (s->chunk_n + more) * sizeof *s->chunk >
		       OCTETS_MAX;
}

bool sums_none(const struct sums *s)
{
	return s->use_n == 0;
}

static int by_key(const void *a, const void *b)
{
	const struct use_slot *x = a, *y = b;
	uint64_t kx = (uint64_t)x->use << 40 | (uint64_t)x->protocol << 32 | x->address;
	uint64_t ky = (uint64_t)y->use << 40 | (uint64_t)y->protocol << 32 | y->address;

	if (kx == ky) {
		kx = (uint64_t)x->rcpt << 32 | x->client;
		ky = (uint64_t)y->rcpt << 32 | y->client;
	}
	return (kx > ky) - (kx < ky);
}

/*
 * Numbers of uses in the order of the store's key: by name in three passes, then the few
 * of a name among themselves.  They lie where the index was, which begins anew behind a
 * spill; memory of their own would be what all of it is at its highest.
 */
struct order {
	uint32_t name, at;
};
_Static_assert(USES_MAX * sizeof(struct order) <= SLOTS * sizeof(uint32_t),
	       "the order of all uses fits where the index is");

static void by_name_pass(const struct order *from, struct order *to, size_t n,
			 unsigned shift)
{
	uint32_t at[2048] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i].name >> shift & 2047]++;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		uint32_t k = at[i];

		at[i] = sum;
		sum += k;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i].name >> shift & 2047]++] = from[i];
}

static const struct order *in_order(struct sums *s)
{
	struct order *a = mem_alloc((s->use_n + 1) * sizeof *a), *b = (void *)s->index;

	for (size_t i = 0; i < s->use_n; i++)
		a[i] = (struct order){ s->use[i].name, (uint32_t)i };
	by_name_pass(a, b, s->use_n, 0);
	by_name_pass(b, a, s->use_n, 11);
	by_name_pass(a, b, s->use_n, 22);
	free(a);
	return b;
}

/*
 * The days of n uses, all at once: each list alone would wait for the memory at every
 * step.  Those of v[k] are s->days from s->at[k] up to s->upto[k].
 */
static void gather(struct sums *s, struct use_slot *v, size_t n)
{
	size_t octets = 0, left = n;

	for (size_t k = 0; k < n; k++)
		octets += (size_t)(v[k].chunk_n + 1) * CHUNK + STORE_LOG_DAY_MAX;
	if (octets > s->days_cap) {
		s->days_cap = octets * 2;
		s->days = mem_realloc(s->days, s->days_cap);
	}
	octets = 0;
	for (size_t k = 0; k < n; k++) {
		const struct use_slot *u = &v[k];
		const struct log_day d = { u->day, u->day_n, u->day_first, u->day_last };

		octets += (size_t)u->chunk_n * CHUNK;
		s->at[k] = octets; /* the pool is newest first */
		memcpy(s->days + octets, u->tail, u->tail_n);
		octets += u->tail_n;
		octets += store_log_day_put(s->days + octets, &d, u->before,
					    store_log_alone(u->use));
		s->upto[k] = octets;
	}
	while (left > 0) {
		left = 0;
		for (size_t k = 0; k < n; k++) {
			const struct chunk *c = &s->chunk[v[k].chunk];

			if (v[k].chunk == NONE)
				continue;
			s->at[k] -= CHUNK;
			memcpy(s->days + s->at[k], c->octet, CHUNK);
			v[k].chunk = c->before & 0xfffff;
			__builtin_prefetch(&s->chunk[v[k].chunk]);
			left += v[k].chunk != NONE;
		}
	}
}

/* In the order of the store's key. */
static bool put_uses(struct sums *s, struct use_slot *v, size_t n, struct err *err)
{
	gather(s, v, n);
	for (size_t i = 0; i < n; i++) {
		const struct use_slot *u = &v[i];
		struct run_use r = { .name = u->name,
				     .address = u->address,
				     .rcpt = u->rcpt,
				     .client = u->client,
				     .use = u->use,
				     .protocol = u->protocol,
				     .traits = u->traits,
				     .n = u->n,
				     .first = u->first,
				     .last = u->last,
				     .day_n = u->more_n + 1,
				     .newest = u->day };
		struct log_days days = { .p = s->days + s->at[i],
					 .n = s->upto[i] - s->at[i],
					 .alone = store_log_alone(u->use) };

		if (u->mixed || u->day <= u->before)
			log_days_tidy(&days, &s->tidied, &r);
		if (!runs_put(s->runs, &r, days, err))
			return false;
	}
	return true;
}

static void sort_name(struct use_slot *v, size_t n)
{
	if (n > 12) {
		qsort(v, n, sizeof *v, by_key);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct use_slot u = v[i];
		size_t at = i;

		for (; at > 0 && by_key(&v[at - 1], &u) > 0; at--)
			v[at] = v[at - 1];
		v[at] = u;
	}
}

bool sums_spill(struct sums *s, struct err *err)
{
	bool ok = runs_begin(s->runs, err);
	struct use_slot *v = NULL;
	const struct order *order;
	size_t cap = 0;

	order = in_order(s);
	for (size_t i = 0; ok && i < s->use_n;) {
		size_t n = 0;

		/* whole names */
		while (i + n < s->use_n &&
		       (n < TOGETHER || order[i + n].name == order[i + n - 1].name))
			n++;
		if (n > cap) {
			cap = n * 2;
			v = mem_realloc(v, cap * sizeof *v);
			s->at = mem_realloc(s->at, cap * sizeof *s->at);
			s->upto = mem_realloc(s->upto, cap * sizeof *s->upto);
		}
		for (size_t k = 0; k < n; k++) {
			if (i + k + 4 * AHEAD < s->use_n)
				fetch_use(s, order[i + k + 4 * AHEAD].at);
			v[k] = s->use[order[i + k].at];
		}
		for (size_t k = 0, same_n; k < n; k += same_n) {
			for (same_n = 1;
			     k + same_n < n && v[k + same_n].name == v[k].name;)
				same_n++;
			sort_name(v + k, same_n);
		}
		ok = put_uses(s, v, n, err);
		i += n;
	}
	ok = ok && runs_end(s->runs, err);
	free(v);
	memset(s->index, 0, SLOTS * sizeof *s->index);
	s->use_n = 0;
	s->chunk_n = 1;
	return ok;
}

void sums_give_back(struct sums *s)
{
	mem_table_empty(s->index, SLOTS * sizeof *s->index);
	mem_table_empty(s->use, USES_MAX * sizeof *s->use);
	mem_table_empty(s->chunk, CHUNKS_MAX * sizeof *s->chunk);
	s->use_n = 0;
	s->chunk_n = 1;
}

void sums_forget(struct sums *s)
{
	memset(s->index, 0, SLOTS * sizeof *s->index);
	s->use_n = 0;
	s->chunk_n = 1;
}
