/* SPDX-License-Identifier: MIT */
/* What the logs and the maps of the old side say, as facts for the gate. */
#include <strings.h>

#include "cli/gate_see.h"
#include "gate/collect.h"
#include "plan/plan_dormant.h"

#define DORMANT_DAYS 90 /* as `accounts dormant` asks by default */

/* ---- uses ---- */

struct gathering {
	struct gate_seen *g;
	int64_t from;
	int64_t name; /* whose rows come now */
	size_t first; /* of them in v */
	struct gate_use *v;
	enum log_use *use;
	size_t n, cap;
};

static bool is_delivery(enum log_use u)
{
	return u == USE_DELIVERY || u == USE_HANDED;
}

/* The end of a session, or a message handed over, says no more than the login or the
 * delivery of the same name that is there as well. */
static void settle(struct gathering *s)
{
	bool login = false, delivery = false;
	size_t k = s->first;

	for (size_t i = s->first; i < s->n; i++) {
		delivery |= s->use[i] == USE_DELIVERY;
		login |= !is_delivery(s->use[i]) && s->use[i] != USE_LOGOUT;
	}
	for (size_t i = s->first; i < s->n; i++) {
		if ((s->use[i] == USE_LOGOUT && login) ||
		    (s->use[i] == USE_HANDED && delivery))
			continue;
		s->v[k] = s->v[i];
		s->use[k++] = s->use[i];
	}
	s->n = k;
	s->first = k;
}

static bool gather(void *ctx, const struct transfer *t, bool shared,
		   const struct log_use_seen *u, struct err *err)
{
	struct gathering *s = ctx;
	struct arena *arena = &s->g->arena;
	int64_t n = use_since(u, s->from);

	(void)shared, (void)err;
	if (u->name_id != s->name)
		settle(s);
	s->name = u->name_id;
	if (u->use == USE_FAIL || plan_use_is_ours(&s->g->use, u) ||
	    (u->last < s->from && t != NULL))
		return true;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->v = mem_realloc(s->v, s->cap * sizeof *s->v);
		s->use = mem_realloc(s->use, s->cap * sizeof *s->use);
	}
	s->use[s->n] = u->use;
	s->v[s->n++] = (struct gate_use){
		.kind = is_delivery(u->use)		? GATE_USE_DELIVERY
			: u->protocol == LOG_SUBMISSION ? GATE_USE_RELAY
							: GATE_USE_LOGIN,
		.account = t != NULL ? t->name : "",
		.name = arena_span(arena, u->name),
		.how = log_protocol_name(u->protocol),
		.from = arena_span(arena, is_delivery(u->use) ? u->rcpt : u->address),
		.n = n > 0 ? n : u->n,
		.last = u->last,
	};
	return true;
}

static bool see_walk(const struct project *p, struct gate_seen *g, int64_t from,
		     struct err *err)
{
	struct gathering s = { .g = g, .from = from, .name = -1 };
	struct gate_facts *f = &g->facts;
	bool ok = plan_use_walk(&g->use, p->store, SIDE_OLD, gather, &s, err);

	settle(&s);
	f->use = arena_alloc(&g->arena, (s.n + 1) * sizeof *f->use);
	if (s.n > 0)
		memcpy(f->use, s.v, s.n * sizeof *f->use);
	f->use_n = s.n;
	free(s.v);
	free(s.use);
	return ok;
}

/* ---- coverage ---- */

typedef bool cover_fn(struct store *st, enum side side, int64_t from, struct arena *arena,
		      struct use_cover *out, struct err *err);

/* Gaps over all that is covered at all. */
static bool see_cover(const struct project *p, struct gate_seen *g, cover_fn *look,
		      struct gate_cover *out, struct err *err)
{
	struct use_cover c;

	if (!look(p->store, SIDE_OLD, g->facts.now, &g->arena, &c, err) ||
	    !look(p->store, SIDE_OLD, c.any ? c.first : 0, &g->arena, &c, err))
		return false;
	*out = (struct gate_cover){ .any = c.any, .first = c.first, .last = c.last };
	out->gap = arena_alloc(&g->arena, (c.gap_n + 1) * sizeof *out->gap);
	for (size_t i = 0; i < c.gap_n; i++)
		out->gap[out->gap_n++] = (struct gate_gap){ c.gap[i].host, c.gap[i].why,
							    c.gap[i].from, c.gap[i].to };
	return true;
}

/* ---- names ---- */

static void add_name(struct gate_facts *f, size_t *cap, const char *name,
		     const char *source, int64_t at)
{
	if (f->name_n == *cap) {
		*cap = *cap == 0 ? 64 : *cap * 2;
		f->name = mem_realloc(f->name, *cap * sizeof *f->name);
	}
	f->name[f->name_n++] = (struct gate_name){ name, source, at };
}

static int by_name(const void *a, const void *b)
{
	const struct gate_name *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d != 0 ? d : strcmp(x->source, y->source);
}

/* Is the domain of an address one of those that go with the old server? */
static bool is_old(const struct project *p, const char *address)
{
	const struct config_logs *l = &p->config.logs;
	const char *domain = strrchr(address, '@');

	if (domain++ == NULL)
		return false;
	for (size_t i = 0; i < l->retired_n; i++)
		if (span_ieq_str(span_str(domain), l->retired[i]))
			return true;
	return span_ieq_str(span_str(domain), p->config.server[SIDE_OLD].host);
}

/* Does this address end in a mailbox of the site, as far as its form tells? */
static bool is_local(const struct project *p, const char *target)
{
	const struct map_login_rules *r = &p->config.logs.names;
	const char *domain = strrchr(target, '@');

	if (*target == '\0' || strpbrk(target, "|/:\"") != NULL)
		return false;
	if (domain++ == NULL)
		return true;
	if (r->domain != NULL && span_ieq_str(span_str(domain), r->domain))
		return true;
	for (size_t i = 0; i < r->alias_n; i++)
		if (span_ieq_str(span_str(domain), r->alias_domains[i]))
			return true;
	return is_old(p, target);
}

static int by_word(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* What a map names: a target that is one of them is no mailbox. */
static const char **names_of(const struct forward *v, size_t n, struct arena *arena)
{
	const char **names = arena_alloc(arena, (n + 1) * sizeof *names);

	for (size_t i = 0; i < n; i++)
		names[i] = v[i].name;
	if (n > 1)
		qsort(names, n, sizeof *names, by_word);
	return names;
}

static void see_forwards(const struct project *p, struct gate_seen *g,
			 const struct forward *v, size_t n, size_t *cap)
{
	const char **names = names_of(v, n, &g->arena);
	struct gate_facts *f = &g->facts;
	struct gate_forward *more;

	more = arena_alloc(&g->arena, (f->forward_n + n + 1) * sizeof *more);
	if (f->forward_n > 0)
		memcpy(more, f->forward, f->forward_n * sizeof *more);
	f->forward = more;
	for (size_t i = 0; i < n; i++) {
		const char *target = v[i].target;
		bool shared;

		if (is_old(p, target))
			f->forward[f->forward_n++] = (struct gate_forward){
				v[i].name, target, v[i].source, v[i].told
			};
		if (is_local(p, target) &&
		    bsearch(&target, names, n, sizeof *names, by_word) == NULL &&
		    map_login_find(g->use.names, SIDE_OLD, span_str(target), &shared) ==
			    NULL &&
		    !shared)
			add_name(f, cap, target,
				 arena_printf(&g->arena, "%s, to which %s goes",
					      v[i].source, v[i].name),
				 v[i].told);
	}
}

/* Each once, however often it was met; in the arena. */
static void settle_names(struct gate_seen *g)
{
	struct gate_facts *f = &g->facts;
	struct gate_name *v = f->name;
	size_t n = 0;

	if (f->name_n > 1)
		qsort(v, f->name_n, sizeof *v, by_name);
	f->name = arena_alloc(&g->arena, (f->name_n + 1) * sizeof *f->name);
	for (size_t i = 0; i < f->name_n; i++)
		if (n == 0 || strcmp(v[i].name, f->name[n - 1].name) != 0)
			f->name[n++] = v[i];
	f->name_n = n;
	free(v);
}

/* ---- all ---- */

static int64_t longest(const struct gate_limits *l)
{
	int64_t most = l->v[LIMIT_NO_LOGIN];

	if (l->v[LIMIT_NO_DELIVERY] > most)
		most = l->v[LIMIT_NO_DELIVERY];
	if (l->max_age[GATE_RELAYS] > most)
		most = l->max_age[GATE_RELAYS];
	return most;
}

static bool see_dormant(const struct project *p, struct gate_seen *g, struct err *err)
{
	struct plan_dormant d;

	if (!plan_dormant(&g->use, p->store, SIDE_OLD, DORMANT_DAYS, g->facts.now, &d,
			  err))
		return false;
	for (size_t i = 0; i < d.n; i++) {
		size_t a = gate_account_of(&g->facts, d.v[i].t->id);

		if (a == GATE_NO_ACCOUNT)
			continue;
		g->facts.account[a].dormant = d.v[i].state == DORMANCY_DORMANT;
		g->facts.account[a].leave_until = d.v[i].leave_until;
	}
	return true;
}

static void see_accounts(struct gate_seen *g, size_t *cap)
{
	const struct plan_use *u = &g->use;
	struct gate_facts *f = &g->facts;

	for (size_t i = 0; i < u->n; i++) {
		const struct use_of *of = &u->of[SIDE_OLD][i];
		size_t a = gate_account_of(f, u->t[i].id);

		if (a != GATE_NO_ACCOUNT)
			f->account[a].used = of->last > of->last_delivery
						     ? of->last
						     : of->last_delivery;
	}
	for (size_t i = 0; i < u->unknown_n[SIDE_OLD]; i++) {
		const struct use_name *n = &u->unknown[SIDE_OLD][i];

		if (!n->shared && (n->of.last != 0 || n->of.last_delivery != 0))
			add_name(f, cap, n->name, "the logs of the old side",
				 n->of.last > n->of.last_delivery ? n->of.last
								  : n->of.last_delivery);
	}
}

bool gate_see_uses(const struct project *p, struct gate_seen *out, struct err *err)
{
	const struct plan_use_setup setup = { .names = &p->config.logs.names,
					      .proxies = p->config.logs.proxies,
					      .proxy_n = p->config.logs.proxy_n,
					      .own = p->config.logs.own,
					      .own_n = p->config.logs.own_n };
	const struct evidence_side *old = &out->lists.evidence.side[SIDE_OLD];
	struct gate_facts *f = &out->facts;
	int64_t down = gate_down_since(f), end = down != 0 ? down : f->now;
	struct forward *of[SIDE_COUNT] = { NULL };
	size_t n[SIDE_COUNT] = { 0 }, cap = 0;
	bool ok = true;

	f->logs = old->log_files > 0;
	f->logs_at = old->logs_at;
	f->logs_until = old->logs_until;
	for (int s = 0; ok && s < SIDE_COUNT; s++)
		ok = store_forwards(p->store, (enum side)s, &out->arena, &of[s], &n[s],
				    err);
	if (!ok || (!f->logs && n[SIDE_OLD] + n[SIDE_NEW] == 0))
		return ok;
	ok = plan_use_open(p->store, &setup, &out->use, err);
	for (int s = 0; ok && s < SIDE_COUNT; s++)
		see_forwards(p, out, of[s], n[s], &cap);
	if (ok && f->logs) {
		see_accounts(out, &cap);
		ok = see_dormant(p, out, err) &&
		     see_walk(p, out, end - longest(&out->limits), err) &&
		     see_cover(p, out, plan_use_cover, &f->login, err) &&
		     see_cover(p, out, plan_use_cover_deliveries, &f->delivery, err);
	}
	settle_names(out);
	return ok;
}
