/* SPDX-License-Identifier: MIT */
/* What of the DNS leads to the old server: every way there is found, nothing else is, and
 * silence is never taken for a no. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_dns.h"
#include "base/strbuf.h"
#include "net/net_zone.h"
#include "store/store_run.h"
#include "tests/support/store_rig.h"

/* The site when all is done: nothing leads to old.example.org, 192.0.2.1. */
#define CLEAN                                                                            \
	"$TTL 300\n$ORIGIN example.org.\n@ SOA ns m 1 2 3 4 5\n"                         \
	"old A 192.0.2.1\nold AAAA 2001:db8::1\n"                                        \
	"new A 192.0.2.2\nnew AAAA 2001:db8::2\n"                                        \
	"@ MX 10 new\n@ TXT \"v=spf1 a:new.example.org -ip4:192.0.2.1 -all\"\n"          \
	"_imaps._tcp SRV 0 1 993 new\n_imap._tcp SRV 0 0 0 .\n"                          \
	"autoconfig CNAME new\n"

struct looked {
	struct net_zone *z;
	struct arena arena;
	struct dns_seen *row;
	size_t n;
	int64_t questions;
};

static const char *const domains[] = { "example.org" };
static const char *const olds[] = { "old.example.org" };

static struct audit_dns_options options_of(dns_ask_fn *ask, void *ctx)
{
	return (struct audit_dns_options){ .domain = domains,
					   .domain_n = 1,
					   .old = olds,
					   .old_n = 1,
					   .ask = ask,
					   .ask_ctx = ctx,
					   .scope = "{}",
					   .operator_name = "ada" };
}

static void look_at(struct looked *l, const char *text)
{
	struct audit_dns_options o;
	struct err err = ERR_INIT;

	*l = (struct looked){ .z = net_zone_new() };
	arena_init(&l->arena);
	if (!net_zone_add(l->z, "zone", NULL, span_str(text), &err))
		fail_msg("%s", err.text);
	o = options_of(net_zone_ask, l->z);
	if (!audit_dns_look(&o, NULL, 0, &l->arena, &l->row, &l->n, &l->questions, &err))
		fail_msg("%s", err.text);
}

static void looked_done(struct looked *l)
{
	net_zone_free(l->z);
	arena_done(&l->arena);
}

/* "use name value;" of each row that points so. */
static const char *that_point(const struct looked *l, enum dns_points points,
			      struct strbuf *out)
{
	strbuf_clear(out);
	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].points == points)
			strbuf_addf(out, "%s %s %s;", dns_use_name(l->row[i].use),
				    l->row[i].name, l->row[i].value);
	return strbuf_cstr(out);
}

static void finds_every_way_to_the_old_server(void **state)
{
	static const struct {
		const char *more; /* than the clean zone */
		const char *old, *covers, *unknown;
	} cases[] = {
		{ "", "", "", "" },
		/* the last preference of many, by name and by address */
		{ "@ MX 99 old\n", "mx example.org 99 old.example.org;", "", "" },
		{ "@ MX 99 x\nx A 192.0.2.1\n", "mx x.example.org 192.0.2.1;", "", "" },
		{ "@ MX 99 x\nx AAAA 2001:db8::1\n", "mx x.example.org 2001:db8::1;", "",
		  "" },
		{ "@ MX 99 x\nx CNAME y\ny CNAME old\n",
		  "mx y.example.org old.example.org;mx old.example.org 192.0.2.1;mx "
		  "old.example.org 2001:db8::1;",
		  "", "" },
		{ "@ MX 99 x\nx A 192.0.2.9\n", "", "", "" },
		{ "@ MX 99 x.example.net.\n", "", "",
		  "mx x.example.net ;mx x.example.net ;" },
		{ "_submission._tcp SRV 0 1 587 old\n",
		  "srv _submission._tcp.example.org 0 1 587 old.example.org;", "", "" },
		{ "_pop3s._tcp SRV 5 1 995 x\nx A 192.0.2.1\n",
		  "srv x.example.org 192.0.2.1;", "", "" },
		{ "autodiscover CNAME old\n",
		  "autoconfig autodiscover.example.org old.example.org;autoconfig "
		  "old.example.org 192.0.2.1;autoconfig old.example.org 2001:db8::1;",
		  "", "" },
		/* an alias that leads nowhere still names it */
		{ "autodiscover CNAME gone.old\n", "", "", "" },
		{ "_autodiscover._tcp SRV 0 0 443 old\n",
		  "autoconfig _autodiscover._tcp.example.org 0 0 443 old.example.org;",
		  "", "" },
	};
	struct strbuf got = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[2000];
		struct looked l;

		snprintf(text, sizeof text, "%s%s", CLEAN, cases[i].more);
		look_at(&l, text);
		if (strcmp(that_point(&l, DNS_POINTS_OLD, &got), cases[i].old) != 0)
			fail_msg("case %zu: old: %s", i, strbuf_cstr(&got));
		if (strcmp(that_point(&l, DNS_POINTS_COVERS, &got), cases[i].covers) != 0)
			fail_msg("case %zu: covers: %s", i, strbuf_cstr(&got));
		if (strcmp(that_point(&l, DNS_POINTS_UNKNOWN, &got), cases[i].unknown) !=
		    0)
			fail_msg("case %zu: unknown: %s", i, strbuf_cstr(&got));
		looked_done(&l);
	}
	strbuf_done(&got);
}

static void follows_spf(void **state)
{
	static const struct {
		const char *spf, *more;
		const char *old, *covers, *unknown; /* values of such rows */
	} cases[] = {
		{ "ip4:192.0.2.1 -all", "", "ip4:192.0.2.1;", "", "" },
		{ "~ip4:192.0.2.1/32 -all", "", "~ip4:192.0.2.1/32;", "", "" },
		{ "-ip4:192.0.2.1 ?all", "", "", "", "" },
		{ "ip4:192.0.2.0/24", "", "", "ip4:192.0.2.0/24;", "" },
		{ "ip4:198.51.100.0/24 ip6:2001:db8::/32", "", "", "ip6:2001:db8::/32;",
		  "" },
		{ "IP6:2001:DB8::1", "", "IP6:2001:DB8::1;", "", "" },
		{ "ip4:192.0.2 ip6:192.0.2.1 ip4:192.0.2.1/33", "", "", "",
		  "ip4:192.0.2;ip6:192.0.2.1;ip4:192.0.2.1/33;" },
		{ "a:old.example.org", "", "a:old.example.org;", "", "" },
		{ "a:x.example.org", "x A 192.0.2.1\n", "a:x.example.org;", "", "" },
		{ "a:new.example.org", "", "", "", "" },
		{ "a:new.example.org/24", "", "", "a:new.example.org/24;", "" },
		{ "a:new.example.org/32//32", "", "", "a:new.example.org/32//32;", "" },
		{ "a/24", "@ A 192.0.2.2\n", "", "a/24;", "" },
		{ "a/x a/24/64 a//129", "", "", "", "a/x;a/24/64;a//129;" },
		{ "a", "@ A 192.0.2.1\n", "a;", "", "" },
		{ "mx", "@ MX 90 old\n", "mx;", "", "" },
		{ "mx:m.example.org", "m MX 1 x\nx A 192.0.2.1\n", "mx:m.example.org;",
		  "", "" },
		{ "a:x.example.net", "", "", "", "a:x.example.net;" },
		{ "include:a.example.org",
		  "a TXT \"v=spf1 include:b.example.org -all\"\n"
		  "b TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
		  "ip4:192.0.2.1;", "", "" },
		{ "redirect=a.example.org", "a TXT \"v=spf1 a:old.example.org\"\n",
		  "a:old.example.org;", "", "" },
		{ "include:%{d}", "", "", "", "include:%{d};" }, /* itself, ten times */
		{ "include:%{d2}.example.org", "", "", "", "include:%{d2}.example.org;" },
		{ "exists:%{i}._spf.%{d} ptr all", "", "", "", "" },
		{ "moreover:x unknown=y", "", "", "", "moreover:x;" },
		{ "include:none.example.org", "", "", "", "" },
		{ "include:a.example.net", "", "", "", ";" },
		{ "a:a1 a:a2 a:a3 a:a4 a:a5 a:a6 a:a7 a:a8 a:a9 a:a10.example.org "
		  "a:a11.example.org "
		  "ip4:192.0.2.1",
		  "", "", "", NULL },
		{ "include:a.example.org",
		  "a TXT \"v=spf1 -all\"\na TXT \"v=spf1 all\"\n", "", "", ";" },
	};
	struct strbuf got = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		static const enum dns_points kinds[] = { DNS_POINTS_OLD,
							 DNS_POINTS_COVERS,
							 DNS_POINTS_UNKNOWN };
		const char *const want[] = { cases[i].old, cases[i].covers,
					     cases[i].unknown };
		char text[2000];
		struct looked l;

		snprintf(text, sizeof text,
			 "$TTL 300\n$ORIGIN example.org.\n@ SOA ns m 1 2 3 4 5\n"
			 "old A 192.0.2.1\nold AAAA 2001:db8::1\n"
			 "new A 192.0.2.2\nnew AAAA 2001:db8::2\n@ MX 10 new\n"
			 "@ TXT \"v=spf1 %s\"\n%s",
			 cases[i].spf, cases[i].more);
		look_at(&l, text);
		for (size_t k = 0; k < COUNT_OF(kinds); k++) {
			strbuf_clear(&got);
			for (size_t r = 0; r < l.n; r++)
				if (l.row[r].points == kinds[k] &&
				    l.row[r].use == DNS_USE_SPF)
					strbuf_addf(&got, "%s;", l.row[r].value);
			if (want[k] != NULL && strcmp(strbuf_cstr(&got), want[k]) != 0)
				fail_msg("case %zu, %s: %s", i, dns_points_name(kinds[k]),
					 strbuf_cstr(&got));
		}
		looked_done(&l);
	}
	strbuf_done(&got);
}

/* The eleventh look-up is said not to be followed, and what stands behind it neither. */
static void gives_up_after_ten_look_ups(void **state)
{
	struct strbuf zone = STRBUF_INIT, got = STRBUF_INIT;
	struct looked l;

	(void)state;
	strbuf_adds(&zone, CLEAN);
	for (int i = 0; i < 20; i++)
		strbuf_addf(&zone,
			    "s%d TXT \"v=spf1 include:s%d.example.org "
			    "ip4:192.0.2.1 -all\"\n",
			    i, i + 1);
	strbuf_adds(&zone, "sub TXT \"v=spf1 include:s0.example.org\"\n");
	look_at(&l, strbuf_cstr(&zone));
	looked_done(&l);
	strbuf_clear(&got);
	{
		static const char *const sub[] = { "sub.example.org" };
		struct audit_dns_options o;
		struct err err = ERR_INIT;
		struct net_zone *z = net_zone_new();
		size_t texts = 0, given_up = 0;

		arena_init(&l.arena);
		assert_true(net_zone_add(z, "zone", NULL, strbuf_span(&zone), &err));
		o = options_of(net_zone_ask, z);
		o.domain = sub;
		assert_true(audit_dns_look(&o, NULL, 0, &l.arena, &l.row, &l.n,
					   &l.questions, &err));
		for (size_t i = 0; i < l.n; i++) {
			texts += l.row[i].use == DNS_USE_SPF && l.row[i].ttl >= 0;
			given_up += l.row[i].outcome == DNS_NOT_ASKED;
		}
		assert_int_equal(texts, 1 + 10);
		assert_int_equal(given_up, 1);
		net_zone_free(z);
		arena_done(&l.arena);
	}
	strbuf_done(&zone);
	strbuf_done(&got);
}

/* ---- silence ---- */

struct oracle {
	struct net_zone *z;
	const char *name; /* of which nothing is known; NULL: of any */
	unsigned type;	  /* likewise; 0: any */
	bool silent;
	int64_t asked;
};

static bool silent_ask(void *ctx, const char *name, unsigned type, struct arena *arena,
		       struct dns_answer *out, struct err *err)
{
	struct oracle *o = ctx;

	o->asked++;
	if ((o->name == NULL || strcmp(o->name, name) == 0) &&
	    (o->type == 0 || o->type == type)) {
		*out = (struct dns_answer){ .outcome = DNS_NO_ANSWER,
					    .why = "no answer came",
					    .silent = o->silent };
		return true;
	}
	return net_zone_ask(o->z, name, type, arena, out, err);
}

/* Whichever single question stays without an answer: something is unknown. */
static void never_takes_silence_for_a_no(void **state)
{
	static const struct {
		const char *name;
		unsigned type;
	} cases[] = {
		{ "example.org", DNS_MX },
		{ "example.org", DNS_TXT },
		{ "new.example.org", DNS_A },
		{ "new.example.org", DNS_AAAA },
		{ "old.example.org", DNS_A },
		{ "old.example.org", DNS_AAAA },
		{ "_imap._tcp.example.org", DNS_SRV },
		{ "_imaps._tcp.example.org", DNS_SRV },
		{ "_pop3._tcp.example.org", DNS_SRV },
		{ "_pop3s._tcp.example.org", DNS_SRV },
		{ "_submission._tcp.example.org", DNS_SRV },
		{ "_submissions._tcp.example.org", DNS_SRV },
		{ "_autodiscover._tcp.example.org", DNS_SRV },
		{ "autoconfig.example.org", DNS_A },
		{ "autoconfig.example.org", DNS_AAAA },
		{ "autodiscover.example.org", DNS_A },
		{ "autodiscover.example.org", DNS_AAAA },
	};
	struct net_zone *z = net_zone_new();
	struct err err = ERR_INIT;
	int64_t all = 0;

	(void)state;
	assert_true(net_zone_add(z, "zone", NULL, span_str(CLEAN), &err));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct oracle oracle = { z, cases[i].name, cases[i].type, true, 0 };
		struct audit_dns_options o = options_of(silent_ask, &oracle);
		struct dns_seen *row;
		struct arena arena;
		size_t n, unknown = 0;
		int64_t questions;

		arena_init(&arena);
		assert_true(
			audit_dns_look(&o, NULL, 0, &arena, &row, &n, &questions, &err));
		for (size_t r = 0; r < n; r++)
			unknown += row[r].points == DNS_POINTS_UNKNOWN;
		if (unknown == 0)
			fail_msg("case %zu: nothing is unknown", i);
		all = oracle.asked;
		arena_done(&arena);
	}
	assert_int_equal(all, COUNT_OF(cases)); /* no question is missing above */
	net_zone_free(z);
}

static void stops_asking_when_nothing_answers(void **state)
{
	struct oracle oracle = { .silent = true };
	struct audit_dns_options o = options_of(silent_ask, &oracle);
	struct err err = ERR_INIT;
	struct dns_seen *row;
	struct arena arena;
	int64_t questions;
	size_t n;

	(void)state;
	arena_init(&arena);
	assert_true(audit_dns_look(&o, NULL, 0, &arena, &row, &n, &questions, &err));
	assert_int_equal(oracle.asked, DNS_SILENCE_MAX);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(row[i].points, DNS_POINTS_UNKNOWN);
	assert_true(n >= 12);
	/* a server that refuses is there: it is asked on */
	oracle = (struct oracle){ .silent = false };
	assert_true(audit_dns_look(&o, NULL, 0, &arena, &row, &n, &questions, &err));
	assert_true(oracle.asked > 10);
	arena_done(&arena);
}

/* An address in the config is enough, when its name is in nobody's zone. */
static void believes_the_config_where_the_old_server_is(void **state)
{
	static const char *const told[] = { "192.0.2.2", "old.example.net" };
	static const char text[] =
		"$TTL 300\n$ORIGIN example.org.\n@ SOA ns m 1 2 3 4 5\n"
		"new A 192.0.2.2\n@ MX 10 new\n";
	struct net_zone *z = net_zone_new();
	struct audit_dns_options o = options_of(net_zone_ask, z);
	struct err err = ERR_INIT;
	struct dns_seen *row;
	struct arena arena;
	int64_t questions;
	size_t n, unknown, old;

	(void)state;
	arena_init(&arena);
	assert_true(net_zone_add(z, "zone", NULL, span_str(text), &err));
	o.old = told;
	for (o.old_n = 2; o.old_n > 0; o.old_n--) {
		unknown = old = 0;
		assert_true(
			audit_dns_look(&o, NULL, 0, &arena, &row, &n, &questions, &err));
		for (size_t i = 0; i < n; i++) {
			unknown += row[i].points == DNS_POINTS_UNKNOWN;
			old += row[i].points == DNS_POINTS_OLD;
		}
		assert_true(unknown == 0 && old == 1);
	}
	o.old = told + 1; /* the name alone, which nobody knows */
	o.old_n = 1;
	assert_true(audit_dns_look(&o, NULL, 0, &arena, &row, &n, &questions, &err));
	unknown = 0;
	for (size_t i = 0; i < n; i++)
		unknown += row[i].points == DNS_POINTS_UNKNOWN;
	assert_int_equal(unknown, 3); /* where it is, twice; and the host of the MX */
	net_zone_free(z);
	arena_done(&arena);
}

static void needs_to_know_where_the_old_server_is(void **state)
{
	static const char *const was[] = { "192.0.2.1" };
	static const char text[] =
		"$TTL 300\n$ORIGIN example.org.\n@ SOA ns m 1 2 3 4 5\n"
		"new A 192.0.2.2\n@ MX 10 new\n";
	struct net_zone *z = net_zone_new();
	struct audit_dns_options o = options_of(net_zone_ask, z);
	struct err err = ERR_INIT;
	struct dns_seen *row;
	struct arena arena;
	int64_t questions;
	size_t n, unknown;

	(void)state;
	arena_init(&arena);
	assert_true(net_zone_add(z, "zone", NULL, span_str(text), &err));
	for (int known = 0; known < 2; known++) {
		assert_true(audit_dns_look(&o, was, (size_t)known, &arena, &row, &n,
					   &questions, &err));
		unknown = 0;
		for (size_t i = 0; i < n; i++)
			unknown += row[i].points == DNS_POINTS_UNKNOWN;
		assert_int_equal(unknown, known ? 0 : 1);
	}
	net_zone_free(z);
	arena_done(&arena);
}

/* Once it was seen, an address of the old server stays known when its name is gone. */
static void keeps_what_it_saw(void **state)
{
	struct rig *r = *state;
	struct net_zone *before = net_zone_new(), *after = net_zone_new();
	struct audit_dns_options o = options_of(net_zone_ask, before);
	struct audit_dns_sum sum;
	struct err err = ERR_INIT;
	struct run run;
	bool found;

	ok(net_zone_add(before, "zone", NULL, span_str(CLEAN), &err));
	ok(net_zone_add(after, "zone", NULL,
			span_str("$ORIGIN example.org.\n@ SOA n m 1 2 3 4 5\n"
				 "@ MX 10 x\nx A 192.0.2.1\n"),
			&err));
	ok(audit_dns_run(r->st, &o, &sum, &err));
	assert_true(sum.complete && sum.found.old == 0 && sum.found.domains == 1);
	o.ask_ctx = after;
	ok(audit_dns_run(r->st, &o, &sum, &err));
	assert_int_equal(sum.found.old, 1);
	assert_true(sum.complete);
	ok(store_run_last(r->st, "dns", &r->arena, &run, &found, &err));
	assert_true(found && run.id == sum.run && run.outcome == RUN_COMPLETE);
	o.domain_n = DNS_DOMAINS_MAX + 1;
	fails(audit_dns_run(r->st, &o, &sum, &err), ERR_LIMIT);
	net_zone_free(before);
	net_zone_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_way_to_the_old_server),
		cmocka_unit_test(follows_spf),
		cmocka_unit_test(gives_up_after_ten_look_ups),
		cmocka_unit_test(never_takes_silence_for_a_no),
		cmocka_unit_test(stops_asking_when_nothing_answers),
		cmocka_unit_test(believes_the_config_where_the_old_server_is),
		cmocka_unit_test(needs_to_know_where_the_old_server_is),
		cmocka_unit_test_setup_teardown(keeps_what_it_saw, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
