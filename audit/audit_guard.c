/* SPDX-License-Identifier: MIT */
#include "audit/audit_guard.h"

/*
 * How much slower is clearly slower: so many times the baseline, and so much more than
 * it.  Per message the times of mail that is in the server's memory and of mail that is
 * not differ by nature, so more is asked for.
 */
static const struct {
	const char *name;
	int64_t times, more_us;
} kinds[] = {
	[AUDIT_GUARD_LOGIN] = { "login", 4, 500000 },
	[AUDIT_GUARD_LIST] = { "listing", 4, 1000000 },
	[AUDIT_GUARD_SILENCE] = { "first octet", 4, 500000 },
	[AUDIT_GUARD_MESSAGE] = { "message", 10, 10000 },
};
_Static_assert(COUNT_OF(kinds) == AUDIT_GUARD_KIND_COUNT, "a row for each kind");

/* Rest in percent of the work, and the share of the connections in percent. */
static const struct {
	unsigned rest, share;
} levels[] = {
	{ 0, 100 }, { 50, 100 }, { 100, 75 }, { 200, 50 }, { 400, 25 }, { 900, 0 }
};
_Static_assert(COUNT_OF(levels) == AUDIT_GUARD_LEVELS + 1, "a row for each level");

const char *audit_guard_kind_name(enum audit_guard_kind k)
{
	return kinds[k].name;
}

void audit_guard_init(struct audit_guard *g)
{
	*g = (struct audit_guard){ 0 };
	for (size_t i = 0; i < AUDIT_GUARD_KIND_COUNT; i++)
		g->series[i].baseline = -1;
}

/* The k-th smallest of n. */
static int64_t nth(const int64_t *v, size_t n, size_t k)
{
	int64_t sorted[AUDIT_GUARD_FIRST] = { 0 };

	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && sorted[at - 1] > v[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = v[i];
	}
	return sorted[k];
}
_Static_assert((int)AUDIT_GUARD_LAST <= (int)AUDIT_GUARD_FIRST,
	       "nth has room for either");

static int64_t median(const struct audit_guard_series *s)
{
	return nth(s->last, s->last_n, s->last_n / 2);
}

static bool known(const struct audit_guard_series *s)
{
	return s->baseline >= 0 && s->last_n == AUDIT_GUARD_LAST;
}

static bool slow(const struct audit_guard *g, enum audit_guard_kind kind)
{
	const struct audit_guard_series *s = &g->series[kind];
	int64_t now;

	if (!known(s))
		return false;
	now = median(s);
	return now / kinds[kind].times > s->baseline &&
	       now - s->baseline > kinds[kind].more_us;
}

static void take(struct audit_guard_series *s, int64_t us, int64_t now_ms)
{
	s->seen_ms = now_ms;
	if (s->first_n < AUDIT_GUARD_FIRST) {
		s->first[s->first_n++] = us;
		if (s->first_n == AUDIT_GUARD_FIRST)
			s->baseline = nth(s->first, s->first_n, s->first_n / 4);
	}
	s->last[s->at] = us;
	s->at = (s->at + 1) % AUDIT_GUARD_LAST;
	s->last_n += s->last_n < AUDIT_GUARD_LAST;
	/* The first answers may have come in a bad hour. */
	if (known(s) && median(s) < s->baseline)
		s->baseline = median(s);
}

/* The load of long ago says nothing; what the server can do still holds. */
static void forget(struct audit_guard *g)
{
	for (size_t i = 0; i < AUDIT_GUARD_KIND_COUNT; i++)
		g->series[i].last_n = g->series[i].at = 0;
	g->level = 0;
}

/* However little we ask, it stays slow: this is how fast it is now. */
static void accept(struct audit_guard *g)
{
	for (size_t i = 0; i < AUDIT_GUARD_KIND_COUNT; i++)
		if (known(&g->series[i]) && median(&g->series[i]) > g->series[i].baseline)
			g->series[i].baseline = median(&g->series[i]);
}

static void step(struct audit_guard *g, enum audit_guard_kind kind, int64_t now_ms)
{
	/* After a step up only answers count that were given to less. */
	if (!known(&g->series[kind]))
		return;
	if (slow(g, kind)) {
		g->why = kind;
		g->bad_ms = now_ms;
		if (g->level == AUDIT_GUARD_LEVELS) {
			if (now_ms - g->top_ms >= AUDIT_GUARD_ACCEPT_MS)
				accept(g);
		} else if (g->level == 0 || now_ms - g->up_ms >= AUDIT_GUARD_UP_MS) {
			g->level++;
			g->up_ms = g->top_ms = now_ms;
			g->series[kind].last_n = g->series[kind].at = 0;
		}
		return;
	}
	for (int i = 0; i < AUDIT_GUARD_KIND_COUNT; i++)
		if (slow(g, (enum audit_guard_kind)i) &&
		    now_ms - g->series[i].seen_ms < AUDIT_GUARD_FRESH_MS)
			return;
	if (g->level > 0 && now_ms - g->bad_ms >= AUDIT_GUARD_DOWN_MS &&
	    now_ms - g->down_ms >= AUDIT_GUARD_DOWN_MS) {
		g->level--;
		g->down_ms = now_ms;
	}
}

void audit_guard_sample(struct audit_guard *g, enum audit_guard_kind kind, int64_t us,
			int64_t now_ms)
{
	if (now_ms < g->seen_ms)
		now_ms = g->seen_ms;
	if (now_ms - g->seen_ms >= AUDIT_GUARD_STALE_MS)
		forget(g);
	g->seen_ms = now_ms;
	take(&g->series[kind], us < 0 ? 0 : us, now_ms);
	step(g, kind, now_ms);
}

struct audit_guard_say audit_guard_decide(const struct audit_guard *g, unsigned max)
{
	const struct audit_guard_series *s = &g->series[g->why];
	struct audit_guard_say say = {
		.level = g->level,
		.rest = levels[g->level].rest,
		.connections = max * levels[g->level].share / 100,
		.why = g->why,
		.baseline_us = s->baseline,
		.now_us = s->last_n > 0 ? median(s) : s->baseline,
	};

	if (say.connections == 0)
		say.connections = 1;
	return say;
}
