/* SPDX-License-Identifier: MIT */
/* SPF (RFC 7208): who may send mail for a domain, over include and redirect. */
#include "audit/audit_dns_in.h"
#include "base/num.h"
#include "base/strbuf.h"

/* While the record of one domain is followed. */
struct spf {
	struct dns_look *l;
	const char *sender; /* the domain that all began with */
	unsigned lookups;
	bool over; /* too many: nothing more is followed */
};

static bool follow(struct spf *s, const char *domain, struct err *err);

static void term_row(struct spf *s, const char *domain, struct span term,
		     enum dns_points points, const char *words)
{
	struct dns_seen row = { .name = domain,
				.type = DNS_TXT,
				.outcome = points == DNS_POINTS_UNKNOWN ? DNS_NOT_ASKED
									: DNS_ANSWERED,
				.value = arena_span(s->l->arena, term),
				.ttl = -1,
				.points = points,
				.words = words };

	dns_look_row(s->l, &row);
}

static void not_known(struct spf *s, const char *domain, struct span term,
		      const char *why)
{
	term_row(s, domain, term, DNS_POINTS_UNKNOWN, why);
}

/* One more look-up; false: there were too many, which is said once. */
static bool may_look(struct spf *s, const char *domain, struct span term)
{
	if (!s->over && ++s->lookups > DNS_SPF_LOOKUPS) {
		s->over = true;
		not_known(s, domain, term,
			  "more than ten look-ups: receivers give up here as well");
	}
	return !s->over;
}

/* The macros that do not depend on a message; NULL: it does, or is no name. */
static const char *expand(struct spf *s, const char *domain, struct span spec)
{
	struct strbuf sb = STRBUF_INIT;
	const char *name = NULL;
	bool ok = true;

	for (size_t i = 0; ok && i < spec.n; i++) {
		struct span rest = span_from(spec, i);

		if (spec.p[i] != '%')
			strbuf_addc(&sb, spec.p[i]);
		else if (span_istarts(rest, "%{d}") || span_istarts(rest, "%{o}"))
			strbuf_adds(&sb, span_lower(spec.p[i + 2]) == 'd' ? domain
									  : s->sender);
		else
			ok = false;
		if (ok && spec.p[i] == '%')
			i += 3;
	}
	if (ok)
		name = dns_name(strbuf_span(&sb), s->l->arena);
	strbuf_done(&sb);
	return name;
}

/* "/24", "//64" or "/24//64" at the end of a term. */
static bool cut_length(struct span *spec, unsigned bits[2])
{
	ptrdiff_t at = span_index(*spec, '/');
	struct span rest;
	uint64_t n;

	bits[0] = 32;
	bits[1] = 128;
	if (at < 0)
		return true;
	rest = span_from(*spec, (size_t)at + 1);
	spec->n = (size_t)at;
	if (rest.n > 0 && rest.p[0] != '/') {
		at = span_index(rest, '/');
		if (!num_u64((struct span){ rest.p, at < 0 ? rest.n : (size_t)at }, 32,
			     &n))
			return false;
		bits[0] = (unsigned)n;
		if (at < 0)
			return true;
		rest = span_from(rest, (size_t)at + 1);
	}
	if (rest.n == 0 || rest.p[0] != '/' || !num_u64(span_from(rest, 1), 128, &n))
		return false;
	bits[1] = (unsigned)n;
	return true;
}

/* ip4:, ip6: */
static void network(struct spf *s, const char *domain, struct span term, struct span spec,
		    unsigned family)
{
	ptrdiff_t at = span_index(spec, '/');
	struct dns_address a;
	const char *words;
	char text[64];
	uint64_t n = family;
	enum dns_points points;

	if ((at >= 0 && !num_u64(span_from(spec, (size_t)at + 1), family, &n)) ||
	    (at >= 0 ? (size_t)at : spec.n) >= sizeof text) {
		not_known(s, domain, term, "a network that is none");
		return;
	}
	if (at >= 0)
		spec.n = (size_t)at;
	memcpy(text, spec.p, spec.n);
	text[spec.n] = '\0';
	if (!dns_address(text, &a) || a.bits != family) {
		not_known(s, domain, term, "a network that is none");
		return;
	}
	points = dns_look_net(s->l, &a, (unsigned)n, &words);
	if (points != DNS_POINTS_NOT)
		term_row(s, domain, term, points, words);
}

/* The addresses of one host against the old server's; *worst is raised. */
static bool host(struct spf *s, const char *name, const unsigned bits[2],
		 enum dns_points *worst, const char **words, struct err *err)
{
	static const unsigned types[] = { DNS_A, DNS_AAAA };
	struct dns_answer answer;
	struct dns_address a;

	if (dns_look_old_name(s->l, name)) {
		*worst = DNS_POINTS_OLD;
		*words = "the old server's name";
		return true;
	}
	for (size_t t = 0; t < COUNT_OF(types); t++) {
		if (!dns_look_ask(s->l, name, types[t], &answer, err))
			return false;
		if (!dns_outcome_known(answer.outcome) && *worst != DNS_POINTS_OLD) {
			*worst = DNS_POINTS_UNKNOWN;
			*words = answer.why;
		}
		for (size_t i = 0; i < answer.n; i++) {
			const struct dns_record *r = &answer.record[i];
			const char *why = "the old server's name";
			enum dns_points p = DNS_POINTS_NOT;

			if (r->type == DNS_CNAME && dns_look_old_name(s->l, r->data))
				p = DNS_POINTS_OLD;
			else if (r->type != DNS_CNAME && dns_address(r->data, &a))
				p = dns_look_net(s->l, &a, bits[t], &why);
			if (p == DNS_POINTS_NOT || *worst == DNS_POINTS_OLD ||
			    (*worst == DNS_POINTS_UNKNOWN && p == DNS_POINTS_COVERS))
				continue;
			*worst = p;
			*words = why;
		}
	}
	return true;
}

/* a, mx: with or without a domain. */
static bool hosts(struct spf *s, const char *domain, struct span term, struct span spec,
		  bool mx, struct err *err)
{
	enum dns_points worst = DNS_POINTS_NOT;
	const char *name = domain, *words = "";
	struct dns_answer a = { 0 };
	unsigned bits[2];

	if (!cut_length(&spec, bits)) {
		not_known(s, domain, term, "a length of a network that is none");
		return true;
	}
	if (spec.n > 0 && (name = expand(s, domain, spec)) == NULL) {
		not_known(s, domain, term, "it depends on the message, or is no name");
		return true;
	}
	if (!may_look(s, domain, term))
		return true;
	if (!mx)
		a = (struct dns_answer){ .n = 1, .outcome = DNS_ANSWERED };
	else if (!dns_look_ask(s->l, name, DNS_MX, &a, err))
		return false;
	if (!dns_outcome_known(a.outcome)) {
		not_known(s, domain, term, a.why);
		return true;
	}
	if (a.n > DNS_HOSTS_MAX) {
		not_known(s, domain, term, "more hosts in one answer than are followed");
		return true;
	}
	for (size_t i = 0; i < a.n; i++) {
		if (mx && a.record[i].type != DNS_MX)
			continue;
		if (!host(s, mx ? a.record[i].data : name, bits, &worst, &words, err))
			return false;
	}
	if (worst != DNS_POINTS_NOT)
		term_row(s, domain, term, worst, words);
	return true;
}

static bool another(struct spf *s, const char *domain, struct span term, struct span spec,
		    struct err *err)
{
	const char *name = expand(s, domain, spec), *via = s->l->via;
	bool ok;

	if (name == NULL) {
		not_known(s, domain, term, "it depends on the message, or is no name");
		return true;
	}
	if (!may_look(s, domain, term))
		return true;
	if (dns_look_old_name(s->l, name))
		term_row(s, domain, term, DNS_POINTS_OLD, "the old server's name");
	s->l->via = arena_printf(s->l->arena, "SPF of %s", domain);
	ok = follow(s, name, err);
	s->l->via = via;
	return ok;
}

/* The part behind a name and one of these characters; false: it is another term. */
static bool is_term(struct span term, const char *name, char mark, struct span *spec)
{
	size_t n = strlen(name);

	if (!span_istarts(term, name) ||
	    (term.n > n && term.p[n] != mark && !(mark == ':' && term.p[n] == '/')))
		return false;
	*spec = span_from(term, term.n > n && term.p[n] == mark ? n + 1 : n);
	return true;
}

static bool term(struct spf *s, const char *domain, struct span whole, struct err *err)
{
	struct span t = whole, spec;

	/* "-" keeps them out. */
	if (t.p[0] == '-')
		return true;
	if (strchr("+?~", t.p[0]) != NULL)
		t = span_from(t, 1);
	if (span_ieq_str(t, "all"))
		return true;
	if (is_term(t, "ip4", ':', &spec) || is_term(t, "ip6", ':', &spec)) {
		network(s, domain, whole, spec, t.p[2] == '4' ? 32 : 128);
		return true;
	}
	if (is_term(t, "include", ':', &spec) || is_term(t, "redirect", '=', &spec))
		return another(s, domain, whole, spec, err);
	if (is_term(t, "a", ':', &spec))
		return hosts(s, domain, whole, spec, false, err);
	if (is_term(t, "mx", ':', &spec))
		return hosts(s, domain, whole, spec, true, err);
	if (is_term(t, "exists", ':', &spec) || is_term(t, "ptr", ':', &spec)) {
		/* They name no server. */
		(void)may_look(s, domain, whole);
		return true;
	}
	if (span_index(t, '=') < 0)
		not_known(s, domain, whole, "a mechanism that RFC 7208 does not know");
	return true;
}

static bool is_spf(const struct dns_record *r)
{
	struct span s = span_str(r->data);

	return r->type == DNS_TXT && span_istarts(s, "v=spf1") &&
	       (s.n == 6 || s.p[6] == ' ');
}

static bool terms(struct spf *s, const char *domain, const struct dns_record *r,
		  struct err *err)
{
	struct dns_seen row = { .name = domain,
				.type = DNS_TXT,
				.outcome = DNS_ANSWERED,
				.value = r->data,
				.ttl = r->ttl,
				.words = "" };
	struct span rest = span_from(span_str(r->data), 6);

	dns_look_row(s->l, &row);
	while ((rest = span_trim(rest)).n > 0 && !s->over) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span t = { rest.p, at < 0 ? rest.n : (size_t)at };

		if (!term(s, domain, t, err))
			return false;
		rest = span_from(rest, t.n);
	}
	return true;
}

static bool follow(struct spf *s, const char *domain, struct err *err)
{
	const struct dns_record *one = NULL;
	struct dns_answer a;

	if (!dns_look_ask(s->l, domain, DNS_TXT, &a, err))
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (!is_spf(&a.record[i]))
			continue;
		if (one != NULL) {
			a.outcome = DNS_BROKEN;
			a.why = "two SPF records, of which neither counts";
			break;
		}
		one = &a.record[i];
	}
	if (a.outcome == DNS_ANSWERED && one != NULL)
		return terms(s, domain, one, err);
	if (a.outcome == DNS_ANSWERED)
		a.outcome = DNS_NO_DATA;
	dns_look_none(s->l, domain, DNS_TXT, &a);
	return true;
}

bool dns_look_spf(struct dns_look *l, const char *domain, struct err *err)
{
	struct spf s = { .l = l, .sender = domain };

	l->via = "";
	return follow(&s, domain, err);
}
