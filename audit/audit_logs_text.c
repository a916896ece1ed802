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
	free(t);
}

static void forget(struct texts *t)
{
	memset(t->slot, 0, SLOTS * sizeof *t->slot);
	t->n = t->octets_n = 0;
	t->all = false;
}

void texts_commit(struct texts *t)
{
	t->committed = true;
}

void texts_rollback(struct texts *t)
{
	forget(t);
	t->all = t->began_all && !t->committed;
}

void texts_expect(const struct texts *t, uint64_t hash)
{
	__builtin_prefetch(&t->slot[hash & (SLOTS - 1)]);
}

void texts_expect_octets(const struct texts *t, uint64_t hash)
{
	__builtin_prefetch(t->octets + t->slot[hash & (SLOTS - 1)].at);
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

static bool keep(struct texts *t, struct text_slot *s, uint64_t hash, struct span text,
		 int64_t id, struct err *err)
{
	if (id > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "more than 4,294,967,295 names in logs");
	if (t->n >= TEXTS_MAX || t->octets_n + text.n > OCTETS_MAX) {
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
	return true;
}

bool texts_id(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
	      struct err *err)
{
	struct text_slot *s;
	int64_t stored;

	if (text.n == 0) {
		*id = STORE_LOG_EMPTY;
		return true;
	}
	s = find(t, hash, text);
	if (s->used == 0) {
		if (!(t->all ? store_log_text_new(t->st, text, &stored, err)
			     : store_log_text(t->st, text, &stored, err)) ||
		    !keep(t, s, hash, text, stored, err))
			return false;
		*id = (uint32_t)stored;
		return true;
	}
	*id = s->id;
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
	return keep(t, s, hash, text, stored, err);
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
