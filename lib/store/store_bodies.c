/* SPDX-License-Identifier: MIT */
#include "store/store_bodies.h"

#include "store/store_db.h"
#include "store/store_window.h"

#define BODIES                                                                           \
	"SELECT message, read, announced, octets, lines, bare_lf, symptoms, header_key," \
	" body_key, words FROM body_seen "
static const char sql_bodies[] = BODIES "WHERE run = ?1 ORDER BY message";
/* The same for a run that alone has rows there: not one after the other by the index. */
static const char sql_bodies_alone[] = BODIES "WHERE +run = ?1 ORDER BY message";
static const char sql_alone[] = "SELECT (SELECT min(run) FROM body_seen) = ?1"
				" AND (SELECT max(run) FROM body_seen) = ?1";

/* A row: message to symptoms, and header_key to words. */
struct body_columns {
	int64_t number[7];
	struct span text[3];
};

/* Numbers have eight octets, what has a length is told with it.  The table is STRICT, so
 * that types need not be told. */
static void mark(struct sha256_ctx *sha, const struct body_columns *c,
		 struct body_mark *out)
{
	uint8_t octets[8 * COUNT_OF(c->number)];

	for (size_t i = 0; i < COUNT_OF(c->number); i++)
		sha256_put_u64(octets + 8 * i, (uint64_t)c->number[i]);
	sha256_begin(sha);
	sha256_add(sha, octets, sizeof octets);
	for (size_t i = 0; i < COUNT_OF(c->text); i++)
		sha256_add_field(sha, c->text[i].p, c->text[i].n);
	out->message = c->number[0];
	sha256_end(sha, &out->digest);
}

static void enter(struct sha256_ctx *sha, uint64_t table, const struct body_mark *m)
{
	sha256_add_u64(sha, table);
	sha256_add(sha, m->digest.bytes, sizeof m->digest.bytes);
}

/* ---- what is kept ---- */

void bodies_begin(struct store *st)
{
	bodies_drop(st);
	st->bodies.run = st->run;
}

void bodies_drop(struct store *st)
{
	free(st->bodies.ordered.v);
	free(st->bodies.late.v);
	st->bodies = (struct bodies){ 0 };
}

static void push(struct bodies_list *l, const struct body_mark *m)
{
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 512 : 2 * l->cap;
		l->v = mem_realloc(l->v, l->cap * sizeof *l->v);
	}
	l->v[l->n++] = *m;
}

static struct span key_span(const struct msg_key *key)
{
	return (struct span){ (const char *)key->bytes, sizeof key->bytes };
}

void bodies_add(struct store *st, const struct body_row *r)
{
	const struct body_facts *f = r->facts;
	const struct body_columns c = {
		{ message_row(r->epoch, r->uid), f->read, f->announced, f->octets,
		  f->lines, f->bare_lf, (int64_t)f->symptoms },
		{ key_span(&f->header_key), key_span(&f->body_key), span_str(f->words) }
	};
	struct bodies *b = &st->bodies;
	const struct body_mark *last;
	struct body_mark m;

	if (b->run == 0 || b->run != st->run)
		return;
	if (b->ordered.n + b->late.n == BODIES_MAX) {
		bodies_drop(st);
		return;
	}
	mark(st->sha, &c, &m);
	last = b->ordered.n > 0 ? &b->ordered.v[b->ordered.n - 1] : NULL;
	push(last == NULL || m.message > last->message ? &b->ordered : &b->late, &m);
}

static int by_message(const void *a, const void *b)
{
	int64_t x = ((const struct body_mark *)a)->message;
	int64_t y = ((const struct body_mark *)b)->message;

	return (x > y) - (x < y);
}

static void hash_kept(struct bodies *b, uint64_t table, struct sha256_ctx *sha)
{
	const struct bodies_list *o = &b->ordered, *l = &b->late;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, by_message);
	for (size_t i = 0, k = 0; i < o->n || k < l->n;) {
		bool late = i == o->n || (k < l->n && l->v[k].message < o->v[i].message);

		enter(sha, table, late ? &l->v[k++] : &o->v[i++]);
	}
}

/* ---- the rows ---- */

static bool is_alone(struct store *st, int64_t run, bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_BODIES_ALONE, sql_alone);
	bool ok;

	sqlite3_bind_int64(q, 1, run);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int(q, 0) != 0;
	sqlite3_reset(q);
	return ok;
}

static void mark_row(struct store *st, sqlite3_stmt *q, struct body_mark *out)
{
	struct body_columns c;
	int at = 0;

	for (size_t i = 0; i < COUNT_OF(c.number); i++)
		c.number[i] = sqlite3_column_int64(q, at++);
	for (size_t i = 0; i < COUNT_OF(c.text); i++, at++) {
		c.text[i].p = sqlite3_column_blob(q, at);
		c.text[i].n = (size_t)sqlite3_column_bytes(q, at);
	}
	mark(st->sha, &c, out);
}

bool bodies_hash(struct store *st, int64_t run, uint64_t table, struct sha256_ctx *sha,
		 struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct body_mark m;
	bool alone;
	enum next n;

	if (st->bodies.run == run) {
		hash_kept(&st->bodies, table, sha);
		return true;
	}
	if (!is_alone(st, run, &alone, err) ||
	    !db_prepare(st, alone ? sql_bodies_alone : sql_bodies, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, run);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		mark_row(st, q, &m);
		enter(sha, table, &m);
	}
	db_return(st, q);
	return n == NEXT_END;
}
