/* SPDX-License-Identifier: MIT */
#include "plan/plan_use.h"

#include "base/hash64.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "plan/plan_bulk.h"
#include "plan/plan_once.h"
#include "store/store_account.h"

static bool is_expected(const struct plan_use *p, struct span name)
{
	for (size_t i = 0; i < p->expected_n; i++) {
		const char *e = p->expected[i].name;
		size_t n = strlen(e);

		if (n > 0 && e[n - 1] == '*'
			    ? name.n >= n - 1 && strncasecmp(name.p, e, n - 1) == 0
			    : span_ieq_str(name, e))
			return true;
	}
	return false;
}

bool plan_use_walk(struct plan_use *p, struct store *st, enum side side,
		   bool (*fn)(void *ctx, const struct transfer *t, bool shared,
			      const struct log_use_seen *u, struct err *err),
		   void *ctx, struct err *err)
{
	struct store_uses *it = NULL;
	const struct transfer *t = NULL;
	bool shared = false, skip = false;
	struct log_use_seen u;
	int64_t name = -1;
	enum next n;

	if (!store_uses_open(st, side, &it, err))
		return false;
	while ((n = store_uses_next(it, &u, err)) == NEXT_ITEM) {
		if (u.name_id != name) {
			name = u.name_id;
			skip = u.name.n == 0 || is_expected(p, u.name);
			t = skip ? NULL : map_login_find(p->names, side, u.name, &shared);
		}
		if (!skip && !fn(ctx, t, shared, &u, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	store_uses_close(it);
	return n == NEXT_END;
}

static void newer(int64_t *at, int64_t t)
{
	*at = t > *at ? t : *at;
}

static bool is_login(enum log_use u)
{
	return u == USE_LOGIN || u == USE_LOGIN_PROXY || u == USE_LOGIN_TWIN;
}

static bool listed(const char *const *v, size_t n, struct span address)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_str(address, v[i]))
			return true;
	return false;
}

bool plan_use_is_ours(const struct plan_use *p, const struct log_use_seen *u)
{
	return is_login(u->use) && listed(p->setup.own, p->setup.own_n, u->address);
}

/* Days of one name on which somebody else logged in as it: the ends of sessions, which
 * tell no address, may be theirs. */
struct days {
	uint16_t *v;
	size_t n, cap;
};

static void days_add(struct days *d, const struct log_use_seen *u)
{
	struct log_days days = u->days;
	struct log_day day;

	while (store_log_day_next(&days, &day)) {
		if (d->n == d->cap) {
			d->cap = d->cap == 0 ? 64 : d->cap * 2;
			d->v = mem_realloc(d->v, d->cap * sizeof *d->v);
		}
		d->v[d->n++] = day.day;
	}
}

/* On this day, or the one before: sessions go over midnight. */
static bool days_near(const struct days *d, uint16_t day)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i] == day || d->v[i] + 1 == day)
			return true;
	return false;
}

/* The newest time of a row that is on none of these days; 0. */
static int64_t last_without(const struct log_use_seen *u, const struct days *a,
			    const struct days *b)
{
	struct log_days days = u->days;
	struct log_day day;
	int64_t last = 0;

	if (a->n == 0 && (b == NULL || b->n == 0))
		return u->last;
	while (store_log_day_next(&days, &day))
		if (!days_near(a, day.day) && (b == NULL || !days_near(b, day.day)))
			last = (int64_t)day.day * 86400 + day.last * 2;
	return last;
}

struct summing {
	struct plan_use *p;
	enum side side;
	size_t unknown_cap;
	int64_t name;	 /* of the last that no account claims */
	int64_t days_of; /* whose days these are */
	struct days ours, bulk;
};

/* Which bulk source an address is; the number of them: none. */
static size_t bulk_of(const struct summing *s, struct span address)
{
	size_t i = 0;

	while (i < s->p->bulk_n[s->side] &&
	       !span_eq_str(address, s->p->bulk[s->side][i].address))
		i++;
	return i;
}

static void add(struct summing *s, struct use_of *o, const struct log_use_seen *u)
{
	size_t bulk;

	if (u->name_id != s->days_of)
		s->ours.n = s->bulk.n = 0;
	s->days_of = u->name_id;
	if (plan_use_is_ours(s->p, u)) {
		days_add(&s->ours, u);
		return;
	}
	o->n[u->use] += u->n;
	once_add(&o->once, u);
	switch (u->use) {
	case USE_LOGIN:
	case USE_LOGIN_PROXY:
	case USE_LOGIN_TWIN:
		bulk = bulk_of(s, u->address);
		if (u->last > o->last_login) {
			o->address = arena_span(&s->p->arena, u->address);
			o->client = arena_span(&s->p->arena, u->client);
		}
		newer(&o->last_login, u->last);
		newer(&o->last, u->last);
		newer(&o->last_by[u->protocol], u->last);
		if (o->first_login == 0 || u->first < o->first_login)
			o->first_login = u->first;
		if (bulk == s->p->bulk_n[s->side]) {
			newer(&o->last_alone, u->last);
		} else {
			days_add(&s->bulk, u);
			if (u->last > o->last_bulk)
				o->bulk = bulk;
			newer(&o->last_bulk, u->last);
		}
		o->clients |= use_client_of(u->protocol, u->address, u->client,
					    u->traits);
		switch (use_who_of(u->days, u->day_n)) {
		case WHO_NOBODY:
			break;
		case WHO_UNSURE:
			o->unsure = true;
			break;
		case WHO_PERSON:
			o->person = true;
			break;
		case WHO_ROBOT:
			o->robot = true;
			break;
		}
		break;
	case USE_LOGOUT:
		newer(&o->last, last_without(u, &s->ours, NULL));
		newer(&o->last_alone, last_without(u, &s->ours, &s->bulk));
		if ((u->traits & LOG_TRAIT_EMPTIED) != 0)
			o->clients |= CLIENT_DOWNLOAD;
		break;
	case USE_FAIL:
		newer(&o->last_fail, u->last);
		break;
	case USE_LIMIT:
		newer(&o->last, u->last);
		newer(&o->last_alone, u->last);
		newer(&o->last_fail, u->last);
		break;
	case USE_DELIVERY:
	case USE_HANDED:
		newer(&o->last_delivery, u->last);
		break;
	}
}

static void finish(struct use_of *o)
{
	once_finish(o->once, &o->logins, &o->deliveries);
	o->once = NULL;
	/* told by one alone: exact, also where a day holds more than can be noted */
	if (o->n[USE_LOGIN_PROXY] + o->n[USE_LOGIN_TWIN] == 0)
		o->logins = o->n[USE_LOGIN];
	if (o->n[USE_HANDED] == 0)
		o->deliveries = o->n[USE_DELIVERY];
	o->fails = o->n[USE_FAIL] + o->n[USE_LIMIT];
	o->who = o->person	? WHO_PERSON
		 : o->unsure	? WHO_UNSURE
		 : o->robot	? WHO_ROBOT
		 : o->last != 0 ? WHO_UNSURE
				: WHO_NOBODY;
	if (o->client == NULL)
		o->client = "";
	if (o->address == NULL)
		o->address = "";
}

static bool sum_up(void *ctx, const struct transfer *t, bool shared,
		   const struct log_use_seen *u, struct err *err)
{
	struct summing *s = ctx;
	struct plan_use *p = s->p;
	size_t *n = &p->unknown_n[s->side];

	(void)err;
	if (t != NULL) {
		add(s, &p->of[s->side][t - p->t], u);
		return true;
	}
	/* Whoever only failed is nobody: names that somebody guesses; nor is whom only we
	 * opened. */
	if (u->use == USE_FAIL || (u->name_id != s->name && plan_use_is_ours(p, u)))
		return true;
	if (u->name_id != s->name || *n == 0) {
		if (*n == s->unknown_cap) {
			s->unknown_cap = s->unknown_cap == 0 ? 64 : s->unknown_cap * 2;
			p->unknown[s->side] = mem_realloc(
				p->unknown[s->side],
				s->unknown_cap * sizeof *p->unknown[s->side]);
		}
		p->unknown[s->side][(*n)++] = (struct use_name){
			.name = arena_span(&p->arena, u->name), .shared = shared
		};
		s->name = u->name_id;
	}
	add(s, &p->unknown[s->side][*n - 1].of, u);
	return true;
}

/* ---- bulk sources ---- */

struct source {
	char *address; /* NULL: free */
	int64_t name;  /* the last that was counted */
	int64_t names;
	struct bulk_seen *seen; /* of candidates */
	size_t n, cap;
};
struct sources {
	struct source *v;
	size_t n, cap;
	const struct plan_use_setup *setup;
	bool collect;
};

static struct source *source_of(struct sources *s, struct span address)
{
	size_t i = (size_t)hash64(0, address) & (s->cap - 1);

	while (s->v[i].address != NULL && !span_eq_str(address, s->v[i].address))
		i = (i + 1) & (s->cap - 1);
	return &s->v[i];
}

static void sources_grow(struct sources *s)
{
	struct source *old = s->v;
	size_t cap = s->cap;

	s->cap = cap == 0 ? 1024 : cap * 2;
	s->v = mem_calloc(s->cap, sizeof *s->v);
	for (size_t i = 0; i < cap; i++)
		if (old[i].address != NULL)
			*source_of(s, span_str(old[i].address)) = old[i];
	free(old);
}

static bool look_at_source(void *ctx, const struct transfer *t, bool shared,
			   const struct log_use_seen *u, struct err *err)
{
	struct log_days days = u->days;
	struct sources *s = ctx;
	struct source *o;
	struct log_day d;

	(void)t, (void)shared, (void)err;
	if (!is_login(u->use) || u->address.n == 0 ||
	    listed(s->setup->proxies, s->setup->proxy_n, u->address) ||
	    listed(s->setup->own, s->setup->own_n, u->address) ||
	    span_istarts(u->address, "127.") || span_eq_str(u->address, "::1"))
		return true;
	if ((s->n + 1) * 4 > s->cap * 3)
		sources_grow(s);
	o = source_of(s, u->address);
	if (o->address == NULL) {
		o->address = mem_strndup(u->address.p, u->address.n);
		o->name = -1;
		s->n++;
	}
	if (!s->collect) {
		o->names += o->name != u->name_id;
		o->name = u->name_id;
		return true;
	}
	if (o->names < (int64_t)BULK_NAMES)
		return true;
	while (store_log_day_next(&days, &d)) {
		if (o->n == o->cap) {
			o->cap = o->cap == 0 ? 256 : o->cap * 2;
			o->seen = mem_realloc(o->seen, o->cap * sizeof *o->seen);
		}
		o->seen[o->n++] = (struct bulk_seen){ (uint32_t)d.day * 43200u + d.first,
						      (uint32_t)u->name_id };
	}
	return true;
}

static int by_address(const void *a, const void *b)
{
	const struct use_bulk *x = a, *y = b;

	return strcmp(x->address, y->address);
}

static bool find_bulk(struct plan_use *p, struct store *st, enum side side,
		      const struct plan_use_setup *setup, struct err *err)
{
	struct sources s = { .setup = setup };
	bool ok, any = false;

	sources_grow(&s);
	ok = plan_use_walk(p, st, side, look_at_source, &s, err);
	for (size_t i = 0; i < s.cap; i++)
		any |= s.v[i].names >= (int64_t)BULK_NAMES;
	s.collect = true;
	ok = ok && (!any || plan_use_walk(p, st, side, look_at_source, &s, err));
	p->bulk[side] = arena_alloc(&p->arena, (s.n + 1) * sizeof *p->bulk[side]);
	for (size_t i = 0; i < s.cap; i++) {
		struct source *o = &s.v[i];
		struct bulk_found found;

		if (ok && o->n > 0 && bulk_judge(o->seen, o->n, &found))
			p->bulk[side][p->bulk_n[side]++] = (struct use_bulk){
				arena_strdup(&p->arena, o->address), found.names,
				found.from, found.to
			};
		free(o->address);
		free(o->seen);
	}
	if (p->bulk_n[side] > 1)
		qsort(p->bulk[side], p->bulk_n[side], sizeof *p->bulk[side], by_address);
	free(s.v);
	return ok;
}

static bool sum_side(struct plan_use *p, struct store *st, enum side side,
		     const struct plan_use_setup *setup, struct err *err)
{
	struct summing s = { .p = p, .side = side, .name = -1, .days_of = -1 };
	bool ok;

	p->of[side] = mem_calloc(p->n + 1, sizeof *p->of[side]);
	if (!find_bulk(p, st, side, setup, err))
		return false;
	ok = plan_use_walk(p, st, side, sum_up, &s, err);
	free(s.ours.v);
	free(s.bulk.v);
	for (size_t i = 0; i < p->n; i++)
		finish(&p->of[side][i]);
	for (size_t i = 0; i < p->unknown_n[side]; i++)
		finish(&p->unknown[side][i].of);
	return ok;
}

bool plan_use_open(struct store *st, const struct plan_use_setup *setup,
		   struct plan_use *out, struct err *err)
{
	*out = (struct plan_use){ .setup = *setup };
	arena_init(&out->arena);
	if (!store_transfers(st, false, &out->arena, &out->t, &out->n, err) ||
	    !store_expected(st, &out->arena, &out->expected, &out->expected_n, err) ||
	    !map_login_new(setup->names, &out->names, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		map_login_add(out->names, (enum side)side, out->t, out->n);
		if (!sum_side(out, st, (enum side)side, setup, err))
			return false;
	}
	return true;
}

void plan_use_close(struct plan_use *p)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		int64_t unused;

		for (size_t i = 0; p->of[side] != NULL && i < p->n; i++)
			once_finish(p->of[side][i].once, &unused, &unused);
		for (size_t i = 0; i < p->unknown_n[side]; i++)
			once_finish(p->unknown[side][i].of.once, &unused, &unused);
		free(p->of[side]);
		free(p->unknown[side]);
	}
	map_login_free(p->names);
	arena_done(&p->arena);
	*p = (struct plan_use){ 0 };
}
