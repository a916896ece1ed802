/* SPDX-License-Identifier: MIT */
#include "audit/audit_dns_in.h"

#include "base/clock.h"
#include "base/hash64.h"
#include "net/net_conn.h"
#include "store/store_run.h"

struct dns_memo {
	uint64_t hash;
	const char *name;
	unsigned type;
	struct dns_answer answer;
};

/* ---- asking ---- */

static const struct dns_memo *remembered(const struct dns_look *l, const char *name,
					 unsigned type, uint64_t hash)
{
	for (size_t i = 0; i < l->memo_n; i++)
		if (l->memo[i].hash == hash && l->memo[i].type == type &&
		    strcmp(l->memo[i].name, name) == 0)
			return &l->memo[i];
	return NULL;
}

static void remember(struct dns_look *l, const struct dns_memo *m)
{
	if (l->memo_n == l->memo_cap) {
		l->memo_cap = l->memo_cap == 0 ? 64 : l->memo_cap * 2;
		l->memo = mem_realloc(l->memo, l->memo_cap * sizeof *l->memo);
	}
	l->memo[l->memo_n++] = *m;
}

bool dns_look_ask(struct dns_look *l, const char *name, unsigned type,
		  struct dns_answer *out, struct err *err)
{
	struct dns_memo m = { .hash = hash64(type, span_str(name)),
			      .name = name,
			      .type = type };
	const struct dns_memo *known = remembered(l, name, type, m.hash);

	if (known != NULL) {
		*out = known->answer;
		return true;
	}
	if (l->o->wake != NULL && net_wake_is_set(l->o->wake))
		return err_set(err, ERR_STOPPED, "stopped while asking the DNS");
	if (l->asked >= DNS_QUESTIONS_MAX) {
		*out = (struct dns_answer){ .outcome = DNS_NOT_ASKED,
					    .why = "too many questions for one domain" };
		return true;
	}
	if (l->silent >= DNS_SILENCE_MAX) {
		*out = (struct dns_answer){ .outcome = DNS_NOT_ASKED,
					    .why = "nothing answers: the questions "
						   "before got no answer either" };
		return true;
	}
	if (!l->o->ask(l->o->ask_ctx, name, type, l->arena, &m.answer, err))
		return false;
	l->asked++;
	l->questions++;
	l->silent = m.answer.silent ? l->silent + 1 : 0;
	remember(l, &m);
	*out = m.answer;
	return true;
}

/* ---- rows ---- */

void dns_look_row(struct dns_look *l, const struct dns_seen *s)
{
	struct dns_seen row = *s;

	row.at = clock_now();
	row.domain = l->domain;
	row.use = l->use;
	row.via = l->via;
	if (row.words == NULL)
		row.words = "";
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		l->row = mem_realloc(l->row, l->cap * sizeof *l->row);
	}
	l->row[l->n++] = row;
}

void dns_look_none(struct dns_look *l, const char *name, unsigned type,
		   const struct dns_answer *a)
{
	struct dns_seen s = { .name = name,
			      .type = type,
			      .outcome = a->outcome,
			      .value = "",
			      .ttl = -1,
			      .points = dns_outcome_known(a->outcome)
						? DNS_POINTS_NOT
						: DNS_POINTS_UNKNOWN,
			      .words = a->why };

	dns_look_row(l, &s);
}

void dns_look_not(struct dns_look *l, const char *name, unsigned type, const char *value,
		  const char *why)
{
	struct dns_seen s = { .name = name,
			      .type = type,
			      .outcome = DNS_NOT_ASKED,
			      .value = value,
			      .ttl = -1,
			      .points = DNS_POINTS_UNKNOWN,
			      .words = why };

	dns_look_row(l, &s);
}

bool dns_look_old_name(const struct dns_look *l, const char *name)
{
	for (size_t i = 0; i < l->o->old_n; i++)
		if (strcmp(l->o->old[i], name) == 0)
			return true;
	return false;
}

enum dns_points dns_look_net(const struct dns_look *l, const struct dns_address *a,
			     unsigned bits, const char **words_out)
{
	for (size_t i = 0; i < l->old_n; i++) {
		if (!dns_address_in(&l->old[i], a, bits))
			continue;
		*words_out = bits == a->bits ? "the old server's address"
					     : "the old server's address is among them";
		return bits == a->bits ? DNS_POINTS_OLD : DNS_POINTS_COVERS;
	}
	*words_out = l->old_n > 0 ? "" : "where the old server stands is not known";
	return l->old_n > 0 ? DNS_POINTS_NOT : DNS_POINTS_UNKNOWN;
}

static void name_row(struct dns_look *l, const struct dns_record *r, const char *value)
{
	bool old = dns_look_old_name(l, r->data);
	struct dns_seen s = { .name = r->owner,
			      .type = r->type,
			      .outcome = DNS_ANSWERED,
			      .value = value,
			      .ttl = r->ttl,
			      .points = old ? DNS_POINTS_OLD : DNS_POINTS_NOT,
			      .words = old ? "the old server's name" : "" };

	dns_look_row(l, &s);
}

static void address_row(struct dns_look *l, const struct dns_record *r)
{
	struct dns_seen s = { .name = r->owner,
			      .type = r->type,
			      .outcome = DNS_ANSWERED,
			      .value = r->data,
			      .ttl = r->ttl };
	struct dns_address a;

	if (l->use == DNS_USE_OLD || !dns_address(r->data, &a))
		s.words = "";
	else
		s.points = dns_look_net(l, &a, a.bits, &s.words);
	dns_look_row(l, &s);
}

/* A and AAAA tell the same aliases: once is enough. */
static bool same_alias(const struct dns_look *l, size_t from, const struct dns_record *r)
{
	for (size_t i = from; i < l->n; i++)
		if (l->row[i].type == DNS_CNAME &&
		    strcmp(l->row[i].name, r->owner) == 0 &&
		    strcmp(l->row[i].value, r->data) == 0)
			return true;
	return false;
}

/* from: the first row of this host. */
static bool host_type(struct dns_look *l, const char *host, unsigned type, size_t from,
		      struct err *err)
{
	struct dns_answer a;

	if (!dns_look_ask(l, host, type, &a, err))
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.record[i].type != DNS_CNAME)
			address_row(l, &a.record[i]);
		else if (!same_alias(l, from, &a.record[i]))
			name_row(l, &a.record[i], a.record[i].data);
	if (a.outcome != DNS_ANSWERED)
		dns_look_none(l, host, type, &a);
	return true;
}

bool dns_look_host(struct dns_look *l, const char *host, struct err *err)
{
	size_t from = l->n;

	return host_type(l, host, DNS_A, from, err) &&
	       host_type(l, host, DNS_AAAA, from, err);
}

/* ---- where the old server is ---- */

static void add_old(struct dns_look *l, const char *address)
{
	struct dns_address a;

	if (!dns_address(address, &a))
		return;
	if (l->old_n == l->old_cap) {
		l->old_cap = l->old_cap == 0 ? 8 : l->old_cap * 2;
		l->old = mem_realloc(l->old, l->old_cap * sizeof *l->old);
	}
	l->old[l->old_n++] = a;
}

/* Does the config say itself where it stands?  Then a name of it that nobody answers for
 * leaves nothing open. */
static bool is_told(const struct audit_dns_options *o)
{
	struct dns_address a;

	for (size_t i = 0; i < o->old_n; i++)
		if (dns_address(o->old[i], &a))
			return true;
	return false;
}

static bool find_old(struct dns_look *l, const char *const *was, size_t was_n,
		     struct err *err)
{
	struct dns_address a;

	l->domain = "";
	l->via = "";
	l->use = DNS_USE_OLD;
	l->asked = 0;
	for (size_t i = 0; i < was_n; i++)
		add_old(l, was[i]);
	for (size_t i = 0; i < l->o->old_n; i++) {
		const char *old = l->o->old[i];
		size_t from = l->n;

		if (dns_address(old, &a)) {
			add_old(l, old);
			continue;
		}
		l->via = old;
		if (!dns_look_host(l, old, err))
			return false;
		for (; from < l->n; from++)
			add_old(l, l->row[from].value);
	}
	if (is_told(l->o))
		for (size_t i = 0; i < l->n; i++)
			l->row[i].points = DNS_POINTS_NOT;
	return true;
}

/* ---- what a domain says ---- */

/* The hosts that the records of a domain name; what is old by its name needs no address.
 */
static bool hosts_of(struct dns_look *l, const struct dns_answer *a, const char *label,
		     struct err *err)
{
	size_t followed = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct dns_record *r = &a->record[i];

		if (r->type == DNS_CNAME || strcmp(r->data, ".") == 0 ||
		    dns_look_old_name(l, r->data))
			continue;
		if (followed++ == DNS_HOSTS_MAX) {
			dns_look_not(l, r->data, DNS_A, "",
				     "more hosts in one answer than are followed");
			break;
		}
		l->via = label;
		if (!dns_look_host(l, r->data, err))
			return false;
	}
	l->via = "";
	return true;
}

static bool mx(struct dns_look *l, const char *domain, struct err *err)
{
	struct dns_answer a;
	bool ok;

	l->use = DNS_USE_MX;
	l->via = "";
	if (!dns_look_ask(l, domain, DNS_MX, &a, err))
		return false;
	for (size_t i = 0; i < a.n; i++)
		name_row(l, &a.record[i],
			 a.record[i].type == DNS_CNAME
				 ? a.record[i].data
				 : arena_printf(l->arena, "%u %s", a.record[i].preference,
						a.record[i].data));
	if (a.outcome == DNS_ANSWERED)
		return hosts_of(l, &a, arena_printf(l->arena, "MX of %s", domain), err);
	dns_look_none(l, domain, DNS_MX, &a);
	if (a.outcome != DNS_NO_DATA)
		return true;
	l->via = arena_printf(l->arena, "%s has no MX", domain);
	ok = dns_look_host(l, domain, err);
	l->via = "";
	return ok;
}

static const struct {
	const char *service;
	enum dns_use use;
} services[] = {
	{ "_imap._tcp", DNS_USE_SRV },
	{ "_imaps._tcp", DNS_USE_SRV },
	{ "_pop3._tcp", DNS_USE_SRV },
	{ "_pop3s._tcp", DNS_USE_SRV },
	{ "_submission._tcp", DNS_USE_SRV },
	{ "_submissions._tcp", DNS_USE_SRV },
	{ "_autodiscover._tcp", DNS_USE_AUTOCONFIG },
};

static bool srv(struct dns_look *l, const char *service, const char *domain,
		struct err *err)
{
	const char *name = arena_printf(l->arena, "%s.%s", service, domain);
	struct dns_answer a;

	l->via = "";
	if (!dns_look_ask(l, name, DNS_SRV, &a, err))
		return false;
	for (size_t i = 0; i < a.n; i++) {
		const struct dns_record *r = &a.record[i];

		name_row(l, r,
			 r->type == DNS_CNAME
				 ? r->data
				 : arena_printf(l->arena, "%u %u %u %s", r->preference,
						r->weight, r->port, r->data));
	}
	if (a.outcome != DNS_ANSWERED) {
		dns_look_none(l, name, DNS_SRV, &a);
		return true;
	}
	return hosts_of(l, &a, arena_printf(l->arena, "SRV %s of %s", service, domain),
			err);
}

static bool domain_of(struct dns_look *l, const char *domain, struct err *err)
{
	static const char *const programs[] = { "autoconfig", "autodiscover" };

	l->domain = domain;
	l->asked = 0;
	if (!mx(l, domain, err))
		return false;
	l->use = DNS_USE_SPF;
	if (!dns_look_spf(l, domain, err))
		return false;
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		l->use = services[i].use;
		if (!srv(l, services[i].service, domain, err))
			return false;
	}
	l->use = DNS_USE_AUTOCONFIG;
	l->via = "";
	for (size_t i = 0; i < COUNT_OF(programs); i++)
		if (!dns_look_host(
			    l, arena_printf(l->arena, "%s.%s", programs[i], domain), err))
			return false;
	return true;
}

static bool look(struct dns_look *l, const char *const *was, size_t was_n,
		 struct err *err)
{
	if (!find_old(l, was, was_n, err))
		return false;
	for (size_t i = 0; i < l->o->domain_n; i++)
		if (!domain_of(l, l->o->domain[i], err))
			return false;
	l->use = DNS_USE_NAME;
	l->via = "";
	for (size_t i = 0; i < l->o->name_n; i++) {
		l->domain = l->o->name[i];
		l->asked = 0;
		if (!dns_look_host(l, l->o->name[i], err))
			return false;
	}
	return true;
}

bool audit_dns_look(const struct audit_dns_options *o, const char *const *was,
		    size_t was_n, struct arena *arena, struct dns_seen **out,
		    size_t *n_out, int64_t *questions_out, struct err *err)
{
	struct dns_look l = { .o = o, .arena = arena };
	bool ok;

	if (o->domain_n + o->name_n > DNS_DOMAINS_MAX)
		return err_set(err, ERR_LIMIT,
			       "more than %u domains: name fewer at once (--domain)",
			       DNS_DOMAINS_MAX);
	ok = look(&l, was, was_n, err);
	if (ok) {
		*out = arena_alloc(arena, (l.n + 1) * sizeof **out);
		if (l.n > 0)
			memcpy(*out, l.row, l.n * sizeof **out);
		*n_out = l.n;
		*questions_out = l.questions;
	}
	free(l.row);
	free(l.memo);
	free(l.old);
	return ok;
}

/* ---- with the store ---- */

/* Where the names of the old server stood before. */
static bool known_before(struct store *st, const struct audit_dns_options *o,
			 struct arena *arena, const char ***out, size_t *n_out,
			 struct err *err)
{
	const char **all = NULL, **some;
	size_t n = 0, k;

	for (size_t i = 0; i < o->old_n; i++) {
		if (!store_dns_old(st, o->old[i], arena, &some, &k, err)) {
			free(all);
			return false;
		}
		all = mem_realloc(all, (n + k + 1) * sizeof *all);
		memcpy(all + n, some, k * sizeof *all);
		n += k;
	}
	*out = all;
	*n_out = n;
	return true;
}

static bool keep(struct store *st, const struct audit_dns_options *o,
		 const struct dns_seen *row, size_t n, struct audit_dns_sum *out,
		 struct err *err)
{
	const struct run run = { .command = "dns",
				 .scope = o->scope,
				 .operator_name = o->operator_name,
				 .started = clock_now() };
	struct wire_count count = { .commands = out->questions };
	bool ok = true;

	if (!store_run_begin(st, &run, &out->run, err) || !store_begin(st, err))
		return false;
	for (size_t i = 0; ok && i < n; i++)
		ok = store_dns_add(st, &row[i], err);
	if (!ok || !store_commit(st, err)) {
		store_rollback(st);
		return false;
	}
	if (!store_dns_sum(st, out->run, &out->found, err))
		return false;
	out->complete = out->found.unknown == 0;
	return store_run_end(st, out->run, out->complete ? RUN_COMPLETE : RUN_INCOMPLETE,
			     &count, NULL, err);
}

bool audit_dns_run(struct store *st, const struct audit_dns_options *o,
		   struct audit_dns_sum *out, struct err *err)
{
	struct audit_dns_sum sum = { 0 };
	const char **was = NULL;
	struct dns_seen *row;
	struct arena arena;
	size_t was_n = 0, n;
	bool ok;

	arena_init(&arena);
	ok = known_before(st, o, &arena, &was, &was_n, err) &&
	     audit_dns_look(o, was, was_n, &arena, &row, &n, &sum.questions, err) &&
	     keep(st, o, row, n, &sum, err);
	free(was);
	arena_done(&arena);
	if (ok)
		*out = sum;
	return ok;
}
