/* SPDX-License-Identifier: MIT */
#include "plan/plan_dormant.h"

#include "store/store_seal.h"

#define DAY 86400

static const char *const names[] = { "active",	"witnessed", "left",
				     "dormant", "unproven",  "bulk" };
_Static_assert(COUNT_OF(names) == DORMANCY_COUNT, "a name for each state");

const char *dormancy_name(enum dormancy d)
{
	return names[d];
}

static int64_t account_of(const struct transfer *t, enum side side)
{
	return side == SIDE_OLD ? t->old_account : t->new_account;
}

static int by_account(const void *a, const void *b)
{
	int64_t x = ((const struct mail_witness *)a)->account;
	int64_t y = ((const struct mail_witness *)b)->account;

	return (x > y) - (x < y);
}

/* What lists say of the transfers; the newest counts. */
static bool add_witnesses(struct plan_use *p, struct store *st, enum side side,
			  struct dormant *of, struct err *err)
{
	struct witness *v = NULL;
	size_t n = 0;

	if (!store_witnesses(st, side, &p->arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool shared;
		const struct transfer *t = map_login_find(p->names, side,
							  span_str(v[i].name), &shared);
		struct dormant *d;

		if (t == NULL)
			continue;
		d = &of[t - p->t];
		if (*d->witness_source == '\0' || v[i].at > d->witness) {
			d->witness = v[i].at;
			d->witness_source = v[i].source;
		}
	}
	return true;
}

static bool used_in_mail(const struct mail_witness *m, int64_t from)
{
	return m->sent >= from || m->answered >= from || m->seen >= from;
}

static enum dormancy judge(const struct plan_dormant *o, const struct dormant *d,
			   int64_t now)
{
	bool seen = d->use->last >= o->from && d->use->last != 0;

	if (seen && d->use->last_alone >= o->from)
		return DORMANCY_ACTIVE;
	if (d->witness >= o->from || used_in_mail(&d->mail, o->from))
		return DORMANCY_WITNESS;
	/* a guess makes nobody dormant: the administrator says what that address is */
	if (seen)
		return DORMANCY_BULK;
	if (!o->cover.any || o->cover.gap_n > 0 || o->blocked)
		return DORMANCY_UNPROVEN;
	return d->leave_until > now ? DORMANCY_LEFT : DORMANCY_DORMANT;
}

bool plan_dormant(struct plan_use *p, struct store *st, enum side side, int64_t days,
		  int64_t now, struct plan_dormant *out, struct err *err)
{
	struct mail_witness *mail = NULL;
	struct dormant *of;
	size_t mail_n = 0;

	*out = (struct plan_dormant){ 0 };
	/* once for the end of the logs, then for the time before it */
	if (!plan_use_cover(st, side, now, &p->arena, &out->cover, err))
		return false;
	out->to = out->cover.any ? out->cover.last : now;
	out->from = out->to - days * DAY;
	if (!plan_use_cover(st, side, out->from, &p->arena, &out->cover, err) ||
	    !store_mail_witnesses(st, side, &p->arena, &mail, &mail_n, err))
		return false;
	for (size_t i = 0; i < p->unknown_n[side]; i++)
		out->blockers += p->unknown[side][i].of.last >= out->from;
	out->blocked = out->blockers > 0;
	of = arena_alloc(&p->arena, (p->n + 1) * sizeof *of);
	for (size_t i = 0; i < p->n; i++)
		of[i].witness_source = "";
	if (!add_witnesses(p, st, side, of, err))
		return false;
	out->through = arena_alloc(&p->arena,
				   (p->bulk_n[side] + 1) * sizeof *out->through);
	out->v = arena_alloc(&p->arena, (p->n + 1) * sizeof *out->v);
	for (size_t i = 0; i < p->n; i++) {
		struct mail_witness key = { .account = account_of(&p->t[i], side) };
		const struct mail_witness *m;
		struct dormant d = of[i];
		struct said said;

		if (key.account == 0)
			continue;
		m = mail_n > 0 ? bsearch(&key, mail, mail_n, sizeof *mail, by_account)
			       : NULL;
		if (m != NULL)
			d.mail = *m;
		if (!store_said(st, p->t[i].id, &p->arena, &said, err))
			return false;
		d.t = &p->t[i];
		d.use = &p->of[side][i];
		d.leave_until = said.leave_until;
		d.state = judge(out, &d, now);
		if (d.state == DORMANCY_BULK)
			out->through[d.use->bulk]++;
		out->v[out->n++] = d;
	}
	return true;
}

struct place {
	int64_t id;
	size_t k; /* among the transfers */
};

static int by_id(const void *a, const void *b)
{
	int64_t x = ((const struct place *)a)->id, y = ((const struct place *)b)->id;

	return (x > y) - (x < y);
}

static struct place *index_of(struct plan_use *p)
{
	struct place *v = arena_alloc(&p->arena, (p->n + 1) * sizeof *v);

	for (size_t k = 0; k < p->n; k++)
		v[k] = (struct place){ p->t[k].id, k };
	qsort(v, p->n, sizeof *v, by_id);
	return v;
}

/* When each transfer was cut over: its newest such event that no rollback followed; 0:
 * never. */
static bool cutovers(struct plan_use *p, struct store *st, int64_t **out, bool *any,
		     struct err *err)
{
	struct event *v = NULL;
	struct place *index;
	size_t n = 0;
	int64_t *at;

	if (!store_events(st, 0, &p->arena, &v, &n, err))
		return false;
	*out = at = arena_alloc(&p->arena, (p->n + 1) * sizeof *at);
	*any = false;
	index = index_of(p);
	for (size_t i = 0; i < n; i++) {
		struct place key = { .id = v[i].transfer };
		const struct place *at_id = bsearch(&key, index, p->n, sizeof *index,
						    by_id);

		if (at_id == NULL)
			continue;
		if (strcmp(v[i].kind, "cutover") == 0)
			at[at_id->k] = v[i].at;
		else if (strcmp(v[i].kind, "rollback") == 0)
			at[at_id->k] = 0;
	}
	for (size_t k = 0; k < p->n; k++)
		*any |= at[k] != 0;
	return true;
}

bool plan_absent(struct plan_use *p, struct store *st, int64_t days,
		 struct plan_absent *out, struct err *err)
{
	int64_t *cut, first = INT64_MAX;
	struct use_cover cover;
	bool any;

	*out = (struct plan_absent){ 0 };
	if (!cutovers(p, st, &cut, &any, err))
		return false;
	out->no_cutover = !any;
	for (size_t i = 0; i < p->n; i++)
		if (cut[i] != 0 && cut[i] < first)
			first = cut[i];
	if (!plan_use_cover(st, SIDE_NEW, any ? first : 0, &p->arena, &cover, err))
		return false;
	out->v = arena_alloc(&p->arena, (p->n + 1) * sizeof *out->v);
	for (size_t i = 0; i < p->n; i++) {
		const struct use_of *before = &p->of[SIDE_OLD][i];
		const struct use_of *after = &p->of[SIDE_NEW][i];
		struct absent a = { .t = &p->t[i],
				    .cutover = cut[i],
				    .last_old = before->last,
				    .last_new = after->last };

		if (cut[i] == 0 || transfer_stays(p->t[i].decision))
			continue;
		out->moved++;
		if (after->last >= cut[i]) {
			out->arrived++;
			continue;
		}
		/* whoever did not use the old side lately is not missed on the new one */
		if (before->last < cut[i] - days * DAY)
			continue;
		a.unknown = !cover.any || cover.last <= cut[i];
		for (size_t g = 0; g < cover.gap_n; g++)
			a.unknown |= cover.gap[g].to > cut[i];
		out->v[out->n++] = a;
	}
	return true;
}

struct stilling {
	struct plan_use *p;
	struct plan_still *out;
	const int64_t *cut;
	int64_t first, grace;
	size_t cap;
	struct still *v;
};

static bool is_still(void *ctx, const struct transfer *t, bool shared,
		     const struct log_use_seen *u, struct err *err)
{
	struct stilling *s = ctx;
	int64_t cut = t != NULL ? s->cut[t - s->p->t] : s->first, n;
	struct arena *arena = &s->p->arena;
	struct still *x;

	(void)shared, (void)err;
	if (u->use == USE_FAIL || u->use == USE_LOGOUT || u->use == USE_LIMIT ||
	    plan_use_is_ours(s->p, u))
		return true;
	if (cut == 0 || cut == INT64_MAX || u->last < cut + s->grace)
		return true;
	n = use_since(u, cut + s->grace);
	if (n == 0)
		return true;
	if (s->out->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->v = mem_realloc(s->v, s->cap * sizeof *s->v);
	}
	x = &s->v[s->out->n++];
	*x = (struct still){ .account = t != NULL ? t->name : "",
			     .name = arena_span(arena, u->name),
			     .use = u->use,
			     .protocol = u->protocol,
			     .address = arena_span(arena, u->address),
			     .rcpt = arena_span(arena, u->rcpt),
			     .client = arena_span(arena, u->client),
			     .who = use_who_of(u->days, u->day_n),
			     .n = n,
			     .last = u->last,
			     .cutover = cut };
	if (u->use == USE_DELIVERY || u->use == USE_HANDED) {
		s->out->deliveries += n;
	} else {
		s->out->logins += n;
		x->clients = use_client_of(u->protocol, u->address, u->client, u->traits);
	}
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct still *x = a, *y = b;
	int d = strcmp(x->account, y->account);

	if (d == 0)
		d = strcmp(x->name, y->name);
	if (d == 0)
		d = (x->use > y->use) - (x->use < y->use);
	if (d == 0)
		d = (y->last > x->last) - (y->last < x->last);
	if (d == 0)
		d = strcmp(x->address, y->address);
	return d != 0 ? d : strcmp(x->rcpt, y->rcpt);
}

bool plan_still(struct plan_use *p, struct store *st, int64_t grace,
		struct plan_still *out, struct err *err)
{
	struct stilling s = { .p = p, .out = out, .first = INT64_MAX, .grace = grace };
	int64_t *cut;
	bool any, ok;

	*out = (struct plan_still){ 0 };
	if (!cutovers(p, st, &cut, &any, err))
		return false;
	out->no_cutover = !any;
	s.cut = cut;
	for (size_t i = 0; i < p->n; i++)
		if (cut[i] != 0 && cut[i] < s.first)
			s.first = cut[i];
	ok = plan_use_walk(p, st, SIDE_OLD, is_still, &s, err) &&
	     plan_use_cover(st, SIDE_OLD, any ? s.first : 0, &p->arena, &out->cover, err);
	if (ok) {
		out->v = arena_alloc(&p->arena, (out->n + 1) * sizeof *out->v);
		if (out->n > 0) {
			memcpy(out->v, s.v, out->n * sizeof *out->v);
			qsort(out->v, out->n, sizeof *out->v, by_place);
		}
		for (size_t i = 0; i < out->n; i++)
			out->accounts += i == 0 || strcmp(out->v[i].account,
							  out->v[i - 1].account) != 0;
	}
	free(s.v);
	return ok;
}
