/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "audit/audit_uids.h"

void audit_uids_done(struct audit_uids *u)
{
	free(u->r);
	*u = (struct audit_uids){ 0 };
}

void audit_uids_clear(struct audit_uids *u)
{
	u->n = 0;
	u->count = 0;
	u->unsorted = false;
}

bool audit_uids_add(struct audit_uids *u, uint32_t lo, uint32_t hi, uint64_t max,
		    struct err *err)
{
	struct uid_range *last = u->n > 0 ? &u->r[u->n - 1] : NULL;

	if (lo > hi) { /* RFC 3501: 4:2 is 2:4 */
		uint32_t swap = lo;

		lo = hi;
		hi = swap;
	}
	if (lo == 0)
		return err_set(err, ERR_PROTO, "the server lists uid 0");
	u->count += (uint64_t)hi - lo + 1;
	if (u->count > max)
		return err_set(err, ERR_PROTO,
			       "the server lists more uids than the folder has messages");
	if (last != NULL && lo > last->hi && lo - 1 == last->hi) {
		last->hi = hi;
		return true;
	}
	if (last != NULL && lo <= last->hi)
		u->unsorted = true;
	if (u->n == AUDIT_RANGES_MAX)
		return err_set(err, ERR_LIMIT,
			       "the uids of this folder have more than %u gaps",
			       AUDIT_RANGES_MAX);
	if (u->n == u->cap) {
		u->cap = u->cap == 0 ? 16 : u->cap * 2;
		u->r = mem_realloc(u->r, u->cap * sizeof *u->r);
	}
	assert(u->r != NULL);
	u->r[u->n++] = (struct uid_range){ lo, hi };
	return true;
}

static int by_lo(const void *va, const void *vb)
{
	const struct uid_range *a = va, *b = vb;

	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/* Servers answer in order, but nothing in RFC 3501 makes them. */
void audit_uids_finish(struct audit_uids *u)
{
	size_t n = 0;

	if (!u->unsorted)
		return;
	qsort(u->r, u->n, sizeof *u->r, by_lo);
	for (size_t i = 1; i < u->n; i++) {
		if ((uint64_t)u->r[i].lo <= (uint64_t)u->r[n].hi + 1) {
			if (u->r[i].hi > u->r[n].hi)
				u->r[n].hi = u->r[i].hi;
		} else {
			u->r[++n] = u->r[i];
		}
	}
	u->n = n + 1;
	u->count = 0;
	for (size_t i = 0; i < u->n; i++)
		u->count += (uint64_t)u->r[i].hi - u->r[i].lo + 1;
	u->unsorted = false;
}

bool audit_uids_equal(const struct audit_uids *a, const struct audit_uids *b)
{
	return a->n == b->n &&
	       (a->n == 0 || memcmp(a->r, b->r, a->n * sizeof *a->r) == 0);
}

/* The first range that is not wholly below uid. */
static size_t range_at(const struct audit_uids *u, uint64_t uid)
{
	size_t lo = 0, hi = u->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->r[mid].hi < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool audit_uids_has(const struct audit_uids *u, uint32_t uid)
{
	size_t i = range_at(u, uid);

	return i < u->n && u->r[i].lo <= uid;
}

void audit_uids_swap(struct audit_uids *a, struct audit_uids *b)
{
	struct audit_uids t = *a;

	*a = *b;
	*b = t;
}

/* Is uid a member, and up to where does that answer hold?  *at is the first range that is
 * not wholly below. */
static bool member(const struct audit_uids *u, uint64_t uid, size_t *at, uint64_t *until)
{
	while (*at < u->n && u->r[*at].hi < uid)
		++*at;
	if (*at == u->n) {
		*until = UINT32_MAX;
		return false;
	}
	if (u->r[*at].lo <= uid) {
		*until = u->r[*at].hi;
		return true;
	}
	*until = (uint64_t)u->r[*at].lo - 1;
	return false;
}

bool audit_uids_differ(const struct audit_uids *a, const struct audit_uids *b,
		       uint64_t from, struct uid_range *out)
{
	size_t ia = range_at(a, from), ib = range_at(b, from);

	while (from <= UINT32_MAX) {
		uint64_t ua, ub, until;
		bool ina = member(a, from, &ia, &ua), inb = member(b, from, &ib, &ub);

		until = ua < ub ? ua : ub;
		if (ina != inb) {
			*out = (struct uid_range){ (uint32_t)from, (uint32_t)until };
			return true;
		}
		from = until + 1;
	}
	return false;
}

bool audit_uids_subtract(struct audit_uids *a, const struct audit_uids *b,
			 struct err *err)
{
	struct audit_uids out = { 0 };
	size_t ia = 0, ib = 0;
	uint64_t at = 1;
	bool ok = false;

	while (at <= UINT32_MAX && ia < a->n) {
		uint64_t ua, ub, until;
		bool ina = member(a, at, &ia, &ua), inb = member(b, at, &ib, &ub);

		until = ua < ub ? ua : ub;
		if (ina && !inb &&
		    !audit_uids_add(&out, (uint32_t)at, (uint32_t)until, UINT64_MAX, err))
			goto out;
		at = until + 1;
	}
	audit_uids_swap(a, &out);
	ok = true;
out:
	audit_uids_done(&out);
	return ok;
}

uint64_t audit_uids_from(const struct audit_uids *u, uint64_t from)
{
	uint64_t n = 0;

	for (size_t i = range_at(u, from); i < u->n; i++)
		n += u->r[i].hi - (u->r[i].lo > from ? u->r[i].lo : from) + 1;
	return n;
}

bool audit_uids_gaps(const struct audit_uids *u, uint32_t lo, uint32_t hi,
		     struct audit_uids *out, struct err *err)
{
	uint64_t at = lo;

	for (size_t i = range_at(u, lo); i < u->n && u->r[i].lo <= hi; i++) {
		if (u->r[i].lo > at &&
		    !audit_uids_add(out, (uint32_t)at, u->r[i].lo - 1, UINT64_MAX, err))
			return false;
		at = (uint64_t)u->r[i].hi + 1;
	}
	return at > hi || audit_uids_add(out, (uint32_t)at, hi, UINT64_MAX, err);
}

/* ---- windows ---- */

static uint64_t block_end(uint64_t uid)
{
	return uid / AUDIT_BLOCK * AUDIT_BLOCK + (AUDIT_BLOCK - 1);
}

/* Go on to run c->run of the blocks. */
static void start_run(struct audit_cutter *c)
{
	const struct uid_range *r;

	if (c->run >= c->blocks->n) {
		c->end = true;
		return;
	}
	r = &c->blocks->r[c->run];
	c->at = (uint64_t)(r->lo - 1) * AUDIT_BLOCK;
	if (c->at < c->from)
		c->at = c->from;
	c->limit = block_end((uint64_t)(r->hi - 1) * AUDIT_BLOCK);
}

void audit_cutter_init(struct audit_cutter *c, const struct audit_uids *set,
		       const struct audit_uids *blocks, uint32_t from)
{
	*c = (struct audit_cutter){
		.set = set,
		.blocks = blocks,
		.from = from,
		.at = from,
		.limit = UINT32_MAX,
		.aim = AUDIT_WINDOW_AIM,
	};
	if (blocks != NULL)
		start_run(c);
}

bool audit_cutter_next(struct audit_cutter *c, struct audit_cut *out)
{
	const struct audit_uids *u = c->set;
	uint64_t at = c->at;

	if (c->end)
		return false;
	*out = (struct audit_cut){ .lo = (uint32_t)c->at, .hi = (uint32_t)c->limit };
	for (;;) {
		uint64_t end;

		while (c->range < u->n && u->r[c->range].hi < at)
			c->range++;
		if (c->range == u->n || u->r[c->range].lo > c->limit)
			break; /* nothing more in this run: the window reaches to its end
				*/
		if (out->n >= c->aim) {
			out->hi = (uint32_t)(at - 1);
			break;
		}
		if (at < u->r[c->range].lo)
			at = u->r[c->range].lo;
		if (out->n == 0) {
			out->first = (uint32_t)at;
			out->range = c->range;
		}
		end = block_end(at) < c->limit ? block_end(at) : c->limit;
		while (c->range < u->n &&
		       u->r[c->range].lo <= end) { /* the members of this block */
			const struct uid_range *r = &u->r[c->range];
			uint64_t lo = r->lo > at ? r->lo : at,
				 hi = r->hi < end ? r->hi : end;

			if (c->aim < AUDIT_BLOCK && hi - lo + 1 > c->aim - out->n) {
				/* Within the block: a slow server. */
				hi = lo + (c->aim - out->n) - 1;
				end = hi;
			}
			out->n += (size_t)(hi - lo + 1);
			out->last = (uint32_t)hi;
			if (r->hi > end)
				break;
			c->range++;
			if (c->aim < AUDIT_BLOCK && out->n >= c->aim) {
				end = hi;
				break;
			}
		}
		at = end + 1;
		if (at > c->limit)
			break;
	}
	if (out->hi < c->limit) {
		c->at = (uint64_t)out->hi + 1;
	} else if (c->blocks == NULL) {
		c->end = true;
	} else {
		c->run++;
		start_run(c);
	}
	return true;
}

size_t audit_window_aim(size_t aim, size_t n, int64_t took_ms, size_t most)
{
	uint64_t want = took_ms <= 0 ? UINT32_MAX
				     : (uint64_t)n * AUDIT_WINDOW_MS / (uint64_t)took_ms;

	if (n == 0)
		return aim;
	if (want > 2 * aim)
		want = 2 * aim;
	if (want < aim / 4)
		want = aim / 4;
	if (want < AUDIT_WINDOW_LEAST)
		want = AUDIT_WINDOW_LEAST;
	return want > most ? most : (size_t)want;
}

static size_t within(uint64_t n, size_t most)
{
	if (n < AUDIT_WINDOW_AIM || most < AUDIT_WINDOW_AIM)
		return AUDIT_WINDOW_AIM;
	return n > most ? most : (size_t)n;
}

size_t audit_window_most(uint64_t read, size_t allowed)
{
	return within(read / 4, allowed);
}

size_t audit_window_allowed(size_t connections)
{
	enum { ALL = 64 << 10 }; /* of all connections */

	return within(connections > 0 ? ALL / connections : ALL, AUDIT_WINDOW_BIG);
}
