/* SPDX-License-Identifier: MIT */
/*
 * Words of the logs and their numbers in the store: an open-addressed table in front of
 * it, which forgets everything when it is full.  As long as the store held no words when
 * we began and nothing was forgotten, a word that is not in the table is a new one.
 */
#include "audit/audit_logs_in.h"
#include "base/table.h"
#include "store/store_logs.h"

#define SLOTS	   (256u << 10) /* a power of two */
#define TEXTS_MAX  (SLOTS / 4 * 3)
#define OCTETS_MAX (6u << 20)
#define CLIENT_MAX 64u /* octets of a client's name */

struct text_slot {
	uint32_t at; /* of octets */
	uint16_t n;
	uint16_t used;
	uint32_t id;  /* log_text.id */
	uint32_t tag; /* of its hash */
};

struct texts {
	struct store *st;
	struct text_slot *slot;
	char *octets;
	size_t n, octets_n;
	bool all; /* every word of the store is in the table, but the empty one */
	bool committed, began_all;
	int64_t last;	/* number that was given last */
	uint32_t *news; /* slots of words that are not in the store yet */
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
	t->slot = mem_table(SLOTS * sizeof *t->slot);
	t->octets = mem_table(OCTETS_MAX + LOGS_NAME_MAX);
	t->news = mem_table(TEXTS_MAX * sizeof *t->news);
	t->last = last;
	t->all = t->began_all = last == STORE_LOG_EMPTY;
	*out = t;
	return true;
}

void texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	mem_table_free(t->slot, SLOTS * sizeof *t->slot);
	mem_table_free(t->octets, OCTETS_MAX + LOGS_NAME_MAX);
	mem_table_free(t->news, TEXTS_MAX * sizeof *t->news);
	free(t);
}

static void forget(struct texts *t)
{
	memset(t->slot, 0, SLOTS * sizeof *t->slot);
	t->n = t->octets_n = t->news_n = 0;
	t->all = false;
}

static int by_text(const void *a, const void *b, void *ctx)
{
	const struct texts *t = ctx;
	const struct text_slot *x = &t->slot[*(const uint32_t *)a],
			       *y = &t->slot[*(const uint32_t *)b];
	size_t n = x->n < y->n ? x->n : y->n;
	int order = memcmp(t->octets + x->at, t->octets + y->at, n);

	return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

bool texts_store(struct texts *t, struct err *err)
{
	struct log_text v[STORE_LOG_TEXTS];
	size_t n = 0;
	bool ok = true;

	if (t->news_n > 1)
		qsort_r(t->news, t->news_n, sizeof *t->news, by_text, t);
	for (size_t i = 0; ok && i < t->news_n; i++) {
		const struct text_slot *s = &t->slot[t->news[i]];

		v[n++] = (struct log_text){ s->id, { t->octets + s->at, s->n } };
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
	__builtin_prefetch(&t->slot[hash & (SLOTS - 1)]);
}

void texts_expect_octets(const struct texts *t, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32);
	size_t i = (size_t)hash & (SLOTS - 1);

	while (t->slot[i].used != 0 && t->slot[i].tag != tag)
		i = (i + 1) & (SLOTS - 1);
	__builtin_prefetch(t->octets + t->slot[i].at);
}

static struct text_slot *find(const struct texts *t, uint64_t hash, struct span text)
{
	size_t i = (size_t)hash & (SLOTS - 1);
	uint32_t tag = (uint32_t)(hash >> 32);

	while (t->slot[i].used != 0) {
		if (t->slot[i].tag == tag && t->slot[i].n == text.n &&
		    memcmp(t->octets + t->slot[i].at, text.p, text.n) == 0)
			break;
		i = (i + 1) & (SLOTS - 1);
	}
	return &t->slot[i];
}

/* s is where it belongs, or would, if the table were not full. */
static bool keep(struct texts *t, struct text_slot *s, uint64_t hash, struct span text,
		 int64_t id, bool is_new, struct err *err)
{
	if (id > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "more than 4,294,967,295 names in logs");
	if (t->n >= TEXTS_MAX || t->octets_n + text.n > OCTETS_MAX) {
		if (!texts_store(t, err))
			return false;
		forget(t);
		s = find(t, hash, text);
	}
	memcpy(t->octets + t->octets_n, text.p, text.n);
	*s = (struct text_slot){ .at = (uint32_t)t->octets_n,
				 .n = (uint16_t)text.n,
				 .used = 1,
				 .id = (uint32_t)id,
				 .tag = (uint32_t)(hash >> 32) };
	t->octets_n += text.n;
	t->n++;
	if (is_new)
		t->news[t->news_n++] = (uint32_t)(s - t->slot);
	return true;
}

bool texts_id(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
	      struct err *err)
{
	struct text_slot *s;
	int64_t stored = 0;
	bool is_new;

	if (text.n == 0) {
		*id = STORE_LOG_EMPTY;
		return true;
	}
	s = find(t, hash, text);
	if (s->used != 0) {
		*id = s->id;
		return true;
	}
	if (!t->all && !store_log_text_find(t->st, text, &stored, err))
		return false;
	is_new = stored == 0;
	if (is_new)
		stored = t->last + 1;
	if (!keep(t, s, hash, text, stored, is_new, err))
		return false;
	t->last = is_new ? stored : t->last;
	*id = (uint32_t)stored;
	return true;
}

bool texts_known(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
		 struct err *err)
{
	struct text_slot *s = find(t, hash, text);
	int64_t stored = 0;

	*id = s->used != 0 ? s->id : 0;
	if (s->used != 0 || t->all)
		return true;
	if (!store_log_text_find(t->st, text, &stored, err))
		return false;
	if (stored == 0)
		return true;
	*id = (uint32_t)stored;
	return keep(t, s, hash, text, stored, false, err);
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
