/* SPDX-License-Identifier: MIT */
#include "plan/plan_once.h"

enum teller { TELL_SERVER, TELL_PROXY, TELL_TWIN, TELL_AGENT, TELL_MTA, TELLERS };

struct cell {
	uint16_t day;
	uint32_t n[TELLERS];
};
struct once {
	struct cell *v;
	size_t n, cap;
};

static bool teller_of(enum log_use use, enum teller *out)
{
	switch (use) {
	case USE_LOGIN:
		*out = TELL_SERVER;
		return true;
	case USE_LOGIN_PROXY:
		*out = TELL_PROXY;
		return true;
	case USE_LOGIN_TWIN:
		*out = TELL_TWIN;
		return true;
	case USE_DELIVERY:
		*out = TELL_AGENT;
		return true;
	case USE_HANDED:
		*out = TELL_MTA;
		return true;
	case USE_LOGOUT:
	case USE_FAIL:
	case USE_LIMIT:
		return false;
	}
	return false;
}

static int by_day(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

/* Each day once. */
static void tidy(struct once *o)
{
	size_t out = 0;

	if (o->n > 0)
		qsort(o->v, o->n, sizeof *o->v, by_day);
	for (size_t i = 0; i < o->n; i++) {
		if (out == 0 || o->v[out - 1].day != o->v[i].day) {
			o->v[out++] = o->v[i];
			continue;
		}
		for (int t = 0; t < TELLERS; t++)
			o->v[out - 1].n[t] += o->v[i].n[t];
	}
	o->n = out;
}

void once_add(struct once **where, const struct log_use_seen *u)
{
	struct log_days days = u->days;
	struct log_day d;
	struct once *o;
	enum teller t;

	if (!teller_of(u->use, &t))
		return;
	if (*where == NULL)
		*where = mem_calloc(1, sizeof **where);
	o = *where;
	while (store_log_day_next(&days, &d)) {
		if (o->n == o->cap) {
			tidy(o);
			if (o->n * 2 >= o->cap) {
				o->cap = o->cap == 0 ? 16 : o->cap * 2;
				o->v = mem_realloc(o->v, o->cap * sizeof *o->v);
			}
		}
		o->v[o->n] = (struct cell){ .day = d.day };
		o->v[o->n++].n[t] = d.n;
	}
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void once_finish(struct once *o, int64_t *logins, int64_t *deliveries)
{
	*logins = *deliveries = 0;
	if (o == NULL)
		return;
	tidy(o);
	for (size_t i = 0; i < o->n; i++) {
		const uint32_t *n = o->v[i].n;

		*logins += most(n[TELL_SERVER], most(n[TELL_PROXY], n[TELL_TWIN]));
		*deliveries += most(n[TELL_AGENT], n[TELL_MTA]);
	}
	free(o->v);
	free(o);
}
