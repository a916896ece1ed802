/* SPDX-License-Identifier: MIT */
#include "cli/dns_names.h"

#include "cli/msg.h"
#include "store/store_account.h"

struct list {
	const char **v;
	size_t n, cap;
	struct arena *arena;
};

/* Most addresses are of one domain. */
static void add(struct list *l, const char *s)
{
	if (l->n > 0 && strcmp(l->v[l->n - 1], s) == 0)
		return;
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 64 : l->cap * 2;
		l->v = mem_realloc(l->v, l->cap * sizeof *l->v);
	}
	l->v[l->n++] = s;
}

/* what: where the name stands. */
static bool add_name(struct list *l, struct span s, const char *what, struct err *err)
{
	const char *name = dns_name(s, l->arena);

	if (name == NULL)
		return err_set(err, ERR_CONFIG,
			       "%s: \"%s\" is no name of the DNS (other letters than "
			       "ASCII are written xn--...)",
			       shown(what), shown(arena_span(l->arena, s)));
	add(l, name);
	return true;
}

/* The domains of addresses that blanks or commas part; a login need not have one. */
static bool add_addresses(struct list *l, const char *text, const char *account,
			  struct err *err)
{
	for (text += strspn(text, " \t,"); *text != '\0'; text += strspn(text, " \t,")) {
		struct span word = { text, strcspn(text, " \t,") };
		size_t at = word.n;

		text += word.n;
		while (at > 0 && word.p[at - 1] != '@')
			at--;
		if (at > 0 && !add_name(l, span_from(word, at), account, err))
			return false;
	}
	return true;
}

static bool add_accounts(struct list *l, const struct project *p, struct err *err)
{
	struct transfer *t;
	size_t n;

	if (!store_transfers(p->store, false, l->arena, &t, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *const texts[] = { t[i].address, t[i].aliases, t[i].addresses,
					      t[i].old_user, t[i].new_user };

		for (size_t k = 0; t[i].gone == 0 && k < COUNT_OF(texts); k++)
			if (texts[k] != NULL &&
			    !add_addresses(l, texts[k], t[i].name, err))
				return false;
	}
	return true;
}

static bool add_config(struct list *l, const struct config *c, struct err *err)
{
	const struct map_login_rules *names = &c->logs.names;

	for (size_t i = 0; i < c->dns.domain_n; i++)
		add(l, c->dns.domain[i]);
	if (names->domain != NULL &&
	    !add_name(l, span_str(names->domain), "logs.domain", err))
		return false;
	for (size_t i = 0; i < names->alias_n; i++)
		if (!add_name(l, span_str(names->alias_domains[i]), "logs.alias_domains",
			      err))
			return false;
	for (size_t i = 0; i < c->logs.retired_n; i++)
		if (!add_name(l, span_str(c->logs.retired[i]), "logs.retired_domains",
			      err))
			return false;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *const *once_each(struct list *l, size_t *n_out)
{
	const char **v = arena_alloc(l->arena, (l->n + 1) * sizeof *v);
	size_t n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, by_text);
	for (size_t i = 0; i < l->n; i++)
		if (n == 0 || strcmp(v[n - 1], l->v[i]) != 0)
			v[n++] = l->v[i];
	*n_out = n;
	return v;
}

static bool old_names(const struct config *c, struct list *l, struct err *err)
{
	const char *host = c->server[SIDE_OLD].host;
	struct dns_address a;

	if (dns_address(host, &a))
		add(l, host);
	else if (!add_name(l, span_str(host), "old.host", err))
		return false;
	for (size_t i = 0; i < c->dns.old_n; i++)
		add(l, c->dns.old[i]);
	return true;
}

bool dns_names(const struct project *p, const char *const *only, size_t only_n,
	       struct arena *arena, struct audit_dns_options *out, struct err *err)
{
	struct list domains = { .arena = arena }, old = { .arena = arena };
	bool ok = true;

	for (size_t i = 0; ok && i < only_n; i++)
		ok = add_name(&domains, span_str(only[i]), "--domain", err);
	if (only_n == 0)
		ok = add_config(&domains, &p->config, err) &&
		     add_accounts(&domains, p, err);
	ok = ok && old_names(&p->config, &old, err);
	if (ok) {
		out->domain = once_each(&domains, &out->domain_n);
		out->old = once_each(&old, &out->old_n);
		out->name = only_n == 0 ? p->config.dns.name : NULL;
		out->name_n = only_n == 0 ? p->config.dns.name_n : 0;
	}
	free(domains.v);
	free(old.v);
	if (ok && out->domain_n + out->name_n == 0) {
		err_set(err, ERR_CONFIG, "no domain of this project is known");
		return err_hint(err, "write it into \"dns\": { \"domains\": [...] }, or "
				     "name it with --domain");
	}
	return ok;
}
