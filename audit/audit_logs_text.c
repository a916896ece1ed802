/* SPDX-License-Identifier: MIT */
/*
 * Words of the logs and their numbers in the store: an open-addressed table in front of
 * it, which forgets everything when it is full.  As long as the store held no words when
 * we began and nothing was forgotten, a word that is not in the table is a new one.
 *
 * The table knows a word by its hash alone, all 64 bits of it: that two of a million
 * words share one has a chance of one in thirty million, and who does not know the key
 * cannot look for two.  So it holds the words of 100,000 accounts in 6 MiB, and each is
 * one look into memory.
 */
#include "audit/audit_logs_in.h"
#include "base/table.h"
#include "store/store_logs.h"

#define SLOTS_FIRST (1u << 16) /* powers of two */
#define SLOTS_MAX   (1u << 19)
#define NEWS_MAX    (1u << 17)
#define NEWS_OCTETS (2u << 20)
#define CLIENT_MAX  64u	       /* octets of a client's name */
#define FEW	    (1u << 17) /* words whose index SQLite keeps in memory */

struct text_slot {
	unsigned char hash[sizeof(uint64_t)];
	uint32_t id; /* log_text.id; 0: free */
};
_Static_assert(sizeof(struct text_slot) == 12, "no octet more");

struct texts {
	struct store *st;
	struct text_slot *slot;
	size_t slot_n, n;
	bool all; /* every word of the store is in the table, but the empty one */
	bool committed, began_all;
	int64_t last; /* number that was given last */
	/* Words that are not in the store yet, with the last numbers that were given:
	 * word k begins at octets + at[k], where the one before ends. */
	uint32_t *at, *order;
	char *octets;
	size_t news_n;
};

bool texts_new(struct store *st, struct texts **out, struct err *err)
{
	int64_t last = 0, empty;
	struct texts *t;

	if (!store_log_text(st, (struct span){ "", 0 }, &empty, err) ||
	    !store_log_text_last(st, &last, err))
		return false;
	t = mem_calloc(1, sizeof *t);
	t->st = st;
	t->slot_n = SLOTS_FIRST;
	t->slot = mem_table(t->slot_n * sizeof *t->slot);
	t->at = mem_alloc((NEWS_MAX + 1) * sizeof *t->at);
	t->order = mem_alloc(NEWS_MAX * sizeof *t->order);
	t->at[0] = 0;
	t->octets = mem_alloc(NEWS_OCTETS);
	t->last = last;
	t->all = t->began_all = last == STORE_LOG_EMPTY;
	*out = t;
	return true;
}

void texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	mem_table_free(t->slot, t->slot_n * sizeof *t->slot);
	free(t->at);
	free(t->order);
	free(t->octets);
	free(t);
}

static void forget(struct texts *t)
{
	memset(t->slot, 0, t->slot_n * sizeof *t->slot);
	t->n = t->news_n = 0;
	t->all = false;
}

static struct span new_text(const struct texts *t, size_t k)
{
	return (struct span){ t->octets + t->at[k], t->at[k + 1] - t->at[k] };
}

static int by_text(const void *a, const void *b, void *ctx)
{
	struct span x = new_text(ctx, *(const uint32_t *)a);
	struct span y = new_text(ctx, *(const uint32_t *)b);
	int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return order != 0 ? order : (x.n > y.n) - (x.n < y.n);
}

bool texts_store(struct texts *t, struct err *err)
{
	struct log_text v[STORE_LOG_TEXTS];
	size_t n = 0;
	bool ok = true;

	for (size_t i = 0; i < t->news_n; i++)
		t->order[i] = (uint32_t)i;
	if (t->last > FEW) /* or it would read and write its pages again and again */
		qsort_r(t->order, t->news_n, sizeof *t->order, by_text, t);
	for (size_t i = 0; ok && i < t->news_n; i++) {
		size_t k = t->order[i];

		v[n++] = (struct log_text){ t->last - (int64_t)(t->news_n - 1 - k),
					    new_text(t, k) };
		if (n == STORE_LOG_TEXTS || i + 1 == t->news_n) {
			ok = store_log_texts_put(t->st, v, n, err);
			n = 0;
		}
	}
	t->news_n = 0;
	return ok;
}

void texts_commit(struct texts *t)
{
	t->committed = true;
}

bool texts_rollback(struct texts *t, struct err *err)
{
	int64_t empty;

	forget(t);
	t->all = t->began_all && !t->committed;
	return store_log_text(t->st, (struct span){ "", 0 }, &empty, err) &&
	       store_log_text_last(t->st, &t->last, err);
}

void texts_expect(const struct texts *t, uint64_t hash)
{
	__builtin_prefetch(&t->slot[hash & (t->slot_n - 1)]);
}

/* That of the hash, or where it belongs. */
static struct text_slot *find(const struct texts *t, uint64_t hash)
{
	size_t i = (size_t)hash & (t->slot_n - 1);

	while (t->slot[i].id != 0 && memcmp(t->slot[i].hash, &hash, sizeof hash) != 0)
		i = (i + 1) & (t->slot_n - 1);
	return &t->slot[i];
}

static void grow(struct texts *t)
{
	struct text_slot *old = t->slot;
	size_t old_n = t->slot_n;

	t->slot_n *= 2;
	t->slot = mem_table(t->slot_n * sizeof *t->slot);
	for (size_t i = 0; i < old_n; i++) {
		uint64_t hash;

		memcpy(&hash, old[i].hash, sizeof hash);
		if (old[i].id != 0)
			*find(t, hash) = old[i];
	}
	mem_table_free(old, old_n * sizeof *old);
}

/* Up to 4 of 5 slots are taken. */
static bool make_room(struct texts *t, struct err *err)
{
	if (t->n < t->slot_n / 5 * 4)
		return true;
	if (t->slot_n < SLOTS_MAX) {
		grow(t);
		return true;
	}
	if (!texts_store(t, err))
		return false;
	forget(t);
	return true;
}

static bool keep(struct texts *t, uint64_t hash, int64_t id, struct err *err)
{
	struct text_slot *s;

	if (id > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "more than 4,294,967,295 names in logs");
	if (!make_room(t, err))
		return false;
	s = find(t, hash);
	memcpy(s->hash, &hash, sizeof hash);
	s->id = (uint32_t)id;
	t->n++;
	return true;
}

/* It gets the next number. */
static bool keep_new(struct texts *t, struct span text, uint64_t hash, struct err *err)
{
	uint32_t at;

	if ((t->news_n == NEWS_MAX || t->at[t->news_n] + text.n > NEWS_OCTETS) &&
	    !texts_store(t, err))
		return false;
	if (!keep(t, hash, t->last + 1, err))
		return false;
	at = t->at[t->news_n++];
	memcpy(t->octets + at, text.p, text.n);
	t->at[t->news_n] = at + (uint32_t)text.n;
	t->last++;
	return true;
}

/* One that is not in the table. */
static bool learn(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
		  struct err *err)
{
	int64_t stored = 0;

	if (!t->all && !store_log_text_find(t->st, text, &stored, err))
		return false;
	if (stored == 0) {
		if (!keep_new(t, text, hash, err))
			return false;
		stored = t->last;
	} else if (!keep(t, hash, stored, err)) {
		return false;
	}
	*id = (uint32_t)stored;
	return true;
}

bool texts_id(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
	      struct err *err)
{
	*id = text.n == 0 ? STORE_LOG_EMPTY : find(t, hash)->id;
	return *id != 0 || learn(t, text, hash, id, err);
}

bool texts_known(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
		 struct err *err)
{
	const struct text_slot *s = find(t, hash);
	int64_t stored = 0;

	*id = s->id;
	if (s->id != 0 || t->all)
		return true;
	if (!store_log_text_find(t->st, text, &stored, err))
		return false;
	if (stored == 0)
		return true;
	*id = (uint32_t)stored;
	return keep(t, hash, stored, err);
}

/* "name=Thunderbird, version=115.3.1", "iPad Mail", "ZimbraWebClient - GC88 (Linux)",
 * "Zimbra/8.8.8": the name alone, for versions change. */
struct span texts_client(struct span s)
{
	static const char name[] = "name=";
	const char *p = memmem(s.p, s.n, name, sizeof name - 1);

	if (p != NULL)
		s = span_from(s, (size_t)(p - s.p) + sizeof name - 1);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ',' || s.p[i] == '/' ||
		    (s.p[i] == ' ' && i + 1 < s.n && s.p[i + 1] == '-'))
			s.n = i;
	s = span_trim(s);
	return s.n > CLIENT_MAX ? (struct span){ s.p, CLIENT_MAX } : s;
}
