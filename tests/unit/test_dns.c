/* SPDX-License-Identifier: MIT */
/* Names and addresses of the DNS, zone files, and answers as they come over the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "net/net_dns.h"
#include "net/net_zone.h"

static void reads_names(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: none */
	} cases[] = {
		{ "Example.ORG", "example.org" },
		{ "example.org.", "example.org" },
		{ ".", "." },
		{ "_imap._tcp.example.org", "_imap._tcp.example.org" },
		{ "", NULL },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ "a b", NULL },
		{ "m\xc3\xbcller.example", NULL },
		{ "*", "*" },
		{ "a\\.b", NULL },
		{ "..", NULL },
	};
	struct strbuf longest = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *got = dns_name(span_str(cases[i].in), &arena);

		if ((got == NULL) != (cases[i].out == NULL) ||
		    (got != NULL && strcmp(got, cases[i].out) != 0))
			fail_msg("case %zu: %s", i, got != NULL ? got : "none");
	}
	for (int i = 0; i < 63; i++)
		strbuf_addc(&longest, 'x');
	assert_non_null(dns_name(strbuf_span(&longest), &arena));
	strbuf_addc(&longest, 'x');
	assert_null(dns_name(strbuf_span(&longest), &arena));
	strbuf_clear(&longest);
	for (int i = 0; i < 126; i++)
		strbuf_adds(&longest, "x.");
	strbuf_addc(&longest, 'x');
	assert_int_equal(longest.n, 253);
	assert_non_null(dns_name(strbuf_span(&longest), &arena));
	strbuf_adds(&longest, "y");
	assert_null(dns_name(strbuf_span(&longest), &arena));
	strbuf_done(&longest);
	arena_done(&arena);
}

static void knows_which_network_holds_an_address(void **state)
{
	static const struct {
		const char *address, *net;
		unsigned bits;
		bool in;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", 32, true },
		{ "192.0.2.1", "192.0.2.0", 32, false },
		{ "192.0.2.1", "192.0.2.0", 24, true },
		{ "192.0.2.1", "192.0.2.128", 25, false },
		{ "192.0.2.129", "192.0.2.128", 25, true },
		{ "192.0.2.1", "10.0.0.0", 0, true },
		{ "192.0.2.1", "192.0.2.1", 33, false },
		{ "2001:db8::1", "2001:db8::", 32, true },
		{ "2001:db9::1", "2001:db8::", 32, false },
		{ "2001:db8::1", "2001:db8::1", 128, true },
		{ "192.0.2.1", "::", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dns_address a, net;

		assert_true(dns_address(cases[i].address, &a));
		assert_true(dns_address(cases[i].net, &net));
		if (dns_address_in(&a, &net, cases[i].bits) != cases[i].in)
			fail_msg("case %zu", i);
	}
	assert_false(dns_address("192.0.2", &(struct dns_address){ 0 }));
	assert_false(dns_address("", &(struct dns_address){ 0 }));
}

/* ---- zone files ---- */

static const char zone[] = "$TTL 1h\n"
			   "$ORIGIN example.org.\n"
			   "@ IN SOA ns hostmaster\\.mail ( 1 ; serial\n"
			   "\t2h 30m 4w 300 )\n"
			   "\tNS ns\n"
			   "\tMX 10 mail\n"
			   "\t600 IN MX 20 old.example.net.\n"
			   "\tTXT \"v=spf1 ip4:192.0.2.0/24 \" \"-all\"\n"
			   "\tTXT \"semi;colon (in) quotes \\\"q\\\" \\065\"\n"
			   "MAIL\tIN 60 A 192.0.2.1\n"
			   "\tAAAA 2001:DB8::1\n"
			   "_imaps._tcp SRV 0 1 993 mail\n"
			   "autoconfig CNAME mail\n"
			   "out CNAME elsewhere.example.net.\n"
			   "loop CNAME loop2\nloop2 CNAME loop\n"
			   "*.wild A 192.0.2.7\n"
			   "deep.er.empty A 192.0.2.8\n"
			   "sub NS ns.sub\nns.sub A 192.0.2.9\n"
			   "host TYPE65534 \\# 0\n";

static void answers_as_a_server_would(void **state)
{
	static const struct {
		const char *name;
		unsigned type;
		enum dns_outcome outcome;
		const char *answers; /* "data;" of each record, aliases too */
	} cases[] = {
		{ "example.org", DNS_MX, DNS_ANSWERED,
		  "mail.example.org;old.example.net;" },
		{ "example.org", DNS_TXT, DNS_ANSWERED,
		  "semi;colon (in) quotes \"q\" A;v=spf1 ip4:192.0.2.0/24 -all;" },
		{ "example.org", DNS_A, DNS_NO_DATA, "" },
		{ "mail.example.org", DNS_A, DNS_ANSWERED, "192.0.2.1;" },
		{ "mail.example.org", DNS_AAAA, DNS_ANSWERED, "2001:db8::1;" },
		{ "_imaps._tcp.example.org", DNS_SRV, DNS_ANSWERED, "mail.example.org;" },
		{ "_tcp.example.org", DNS_SRV, DNS_NO_DATA, "" },
		{ "_pop3._tcp.example.org", DNS_SRV, DNS_NO_NAME, "" },
		{ "autoconfig.example.org", DNS_A, DNS_ANSWERED,
		  "mail.example.org;192.0.2.1;" },
		{ "autoconfig.example.org", DNS_MX, DNS_NO_DATA, "mail.example.org;" },
		{ "out.example.org", DNS_A, DNS_NO_ANSWER, "elsewhere.example.net;" },
		{ "loop.example.org", DNS_A, DNS_BROKEN, "" },
		{ "a.wild.example.org", DNS_A, DNS_ANSWERED, "192.0.2.7;" },
		{ "a.b.wild.example.org", DNS_A, DNS_ANSWERED, "192.0.2.7;" },
		{ "a.wild.example.org", DNS_AAAA, DNS_NO_DATA, "" },
		{ "wild.example.org", DNS_A, DNS_NO_DATA, "" },
		{ "er.empty.example.org", DNS_A, DNS_NO_DATA, "" },
		{ "no.empty.example.org", DNS_A, DNS_NO_NAME, "" },
		{ "no.example.org", DNS_A, DNS_NO_NAME, "" },
		{ "host.example.org", DNS_A, DNS_NO_DATA, "" },
		{ "sub.example.org", DNS_MX, DNS_NO_ANSWER, "" },
		{ "x.sub.example.org", DNS_A, DNS_NO_ANSWER, "" },
		{ "example.com", DNS_MX, DNS_NO_ANSWER, "" },
		{ "xexample.org", DNS_MX, DNS_NO_ANSWER, "" },
	};
	struct net_zone *z = net_zone_new();
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	if (!net_zone_add(z, "zone", NULL, span_str(zone), &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;
		struct dns_answer a;

		assert_true(
			net_zone_ask(z, cases[i].name, cases[i].type, &arena, &a, &err));
		for (size_t k = 0; k < a.n; k++)
			strbuf_addf(&got, "%s;", a.record[k].data);
		if (a.outcome != cases[i].outcome ||
		    strcmp(strbuf_cstr(&got), cases[i].answers) != 0)
			fail_msg("case %zu: %s, %s", i, dns_outcome_name(a.outcome),
				 strbuf_cstr(&got));
		if (!dns_outcome_known(a.outcome))
			assert_true(a.why[0] != '\0');
		strbuf_done(&got);
	}
	net_zone_free(z);
	arena_done(&arena);
}

static void keeps_the_time_to_live(void **state)
{
	static const struct {
		const char *text, *name;
		uint32_t ttl;
	} cases[] = {
		{ "$ORIGIN a.\n@ SOA n m 1 2 3 4 77\nx A 192.0.2.1\n", "x.a", 77 },
		{ "$ORIGIN a.\n@ 5 SOA n m 1 2 3 4 77\nx A 192.0.2.1\n", "x.a", 5 },
		{ "$TTL 9\n$ORIGIN a.\n@ 5 SOA n m 1 2 3 4 77\nx A 192.0.2.1\n", "x.a",
		  9 },
		{ "a. SOA n. m. 1 2 3 4 77\nx.a. IN 1d2h A 192.0.2.1\n", "x.a", 93600 },
		{ "a. SOA n. m. 1 2 3 4 77\nx.a. 3W IN A 192.0.2.1\n", "x.a", 1814400 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct net_zone *z = net_zone_new();
		struct err err = ERR_INIT;
		struct dns_answer a;
		struct arena arena;

		arena_init(&arena);
		if (!net_zone_add(z, "zone", NULL, span_str(cases[i].text), &err))
			fail_msg("case %zu: %s", i, err.text);
		assert_true(net_zone_ask(z, cases[i].name, DNS_A, &arena, &a, &err));
		if (a.n != 1 || a.record[0].ttl != cases[i].ttl)
			fail_msg("case %zu: %u", i, a.n > 0 ? a.record[0].ttl : 0);
		net_zone_free(z);
		arena_done(&arena);
	}
}

#define SOA "@ SOA n m 1 2 3 4 5\n"

static void refuses_broken_zone_files(void **state)
{
	static const struct {
		const char *origin, *text, *says;
	} cases[] = {
		{ "a", "", "no SOA" },
		{ "a", "x A 192.0.2.1\n", "no SOA" },
		{ NULL, SOA, "before any $ORIGIN" },
		{ "a", SOA SOA, "second SOA" },
		{ "a", SOA "x A 192.0.2\n", "zone:2: an address" },
		{ "a", SOA "x A 192.0.2.1 192.0.2.2\n", "an address" },
		{ "a", SOA "x AAAA 192.0.2.1\n", "an address" },
		{ "a", SOA "x MX mail\n", "a preference" },
		{ "a", SOA "x MX 65536 mail\n", "a preference" },
		{ "a", SOA "x MX -1 mail\n", "a preference" },
		{ "a", SOA "x SRV 0 0 993\n", "priority" },
		{ "a", SOA "x TXT\n", "a text" },
		{ "a", SOA "x TXT \"a\n", "a quote" },
		{ "a", SOA "x TXT \"a", "a quote" },
		{ "a", SOA "x TXT \"\\256\"\n", "a text" },
		{ "a", SOA "x (A 192.0.2.1\n", "a parenthesis" },
		{ "a", SOA "x A 192.0.2.1 )\n", "a parenthesis" },
		{ "a", SOA "x\n", "without a type" },
		{ "a", SOA "x CH A 192.0.2.1\n", "another class" },
		{ "a", SOA "a..b A 192.0.2.1\n", "a name that is none" },
		{ "a", SOA "\\ A 192.0.2.1\n", "without a type" },
		{ "a", "$INCLUDE other\n" SOA, "zone:1: a directive" },
		{ "a", "$GENERATE 1-9 x$ A 192.0.2.$\n" SOA, "a directive" },
		{ "a", "$TTL\n" SOA, "$TTL" },
		{ "a", "$TTL 99999999999\n" SOA, "$TTL" },
		{ "a", " A 192.0.2.1\n", "no owner" },
		{ "a", "@ SOA n m 1 2 3\n", "seven fields" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct net_zone *z = net_zone_new();
		struct err err = ERR_INIT;

		if (net_zone_add(z, "zone", cases[i].origin, span_str(cases[i].text),
				 &err))
			fail_msg("case %zu was taken", i);
		if (err.cls != ERR_CONFIG || strstr(err.text, cases[i].says) == NULL ||
		    strncmp(err.text, "zone:", 5) != 0)
			fail_msg("case %zu: %s", i, err.text);
		net_zone_free(z);
	}
}

/* ---- answers on the wire ---- */

/* Header, one question, and what follows; counts of answers in the header. */
static void message(struct strbuf *out, unsigned flags, unsigned answers,
		    const char *question, unsigned type)
{
	const unsigned char head[] = { 0,
				       7,
				       (unsigned char)(flags >> 8),
				       (unsigned char)flags,
				       0,
				       1,
				       (unsigned char)(answers >> 8),
				       (unsigned char)answers,
				       0,
				       0,
				       0,
				       0 };

	strbuf_clear(out);
	strbuf_add(out, head, sizeof head);
	for (const char *p = question; *p != '\0';) {
		size_t n = strcspn(p, ".");

		strbuf_addc(out, (char)n);
		strbuf_add(out, p, n);
		p += n + (p[n] == '.');
	}
	strbuf_addc(out, '\0');
	strbuf_addc(out, '\0');
	strbuf_addc(out, (char)type);
	strbuf_add(out, "\0\1", 2);
}

/* A record of the name in the question. */
static void record(struct strbuf *out, unsigned type, const char *data, size_t n)
{
	const unsigned char head[] = { 0xC0,
				       12,
				       0,
				       (unsigned char)type,
				       0,
				       1,
				       0,
				       0,
				       1,
				       44,
				       (unsigned char)(n >> 8),
				       (unsigned char)n };

	strbuf_add(out, head, sizeof head);
	strbuf_add(out, data, n);
}

#define RESPONSE 0x8180u

static void reads_answers(void **state)
{
	struct strbuf m = STRBUF_INIT;
	struct dns_answer a;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	message(&m, RESPONSE, 2, "example.org", DNS_MX);
	record(&m, DNS_MX, "\0\12\4MAIL\300\14", 9);
	record(&m, DNS_MX, "\0\24\3old\3net\0", 11);
	net_dns_parse(strbuf_span(&m), "example.org", DNS_MX, &arena, &a);
	assert_int_equal(a.outcome, DNS_ANSWERED);
	assert_int_equal(a.n, 2);
	assert_string_equal(a.record[0].data, "mail.example.org");
	assert_int_equal(a.record[1].preference, 20);
	assert_int_equal(a.record[1].ttl, 300);
	/* every cut is an error, never an answer that looks whole */
	for (size_t n = 0; n < m.n; n++) {
		net_dns_parse((struct span){ m.p, n }, "example.org", DNS_MX, &arena, &a);
		if (dns_outcome_known(a.outcome))
			fail_msg("cut after %zu octets: %s", n,
				 dns_outcome_name(a.outcome));
	}
	/* an alias that leads nowhere is told with the name that is not there */
	message(&m, RESPONSE | 3, 1, "x.org", DNS_A);
	record(&m, DNS_CNAME, "\3old\300\14", 6);
	net_dns_parse(strbuf_span(&m), "x.org", DNS_A, &arena, &a);
	assert_int_equal(a.outcome, DNS_NO_NAME);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.record[0].data, "old.x.org");
	message(&m, RESPONSE, 1, "x.org", DNS_TXT);
	record(&m, DNS_TXT, "\3a\\\1\2bc", 7);
	net_dns_parse(strbuf_span(&m), "x.org", DNS_TXT, &arena, &a);
	assert_string_equal(a.record[0].data, "a\\092\\001bc");
	strbuf_done(&m);
	arena_done(&arena);
}

static void believes_no_answer(void **state)
{
	static const struct {
		const char *question, *data;
		size_t n;
		unsigned flags, answers, qtype, type;
		enum dns_outcome outcome;
	} cases[] = {
		{ "x.org", "", 0, RESPONSE, 0, DNS_MX, 0, DNS_NO_DATA },
		{ "x.org", "", 0, RESPONSE | 3, 0, DNS_MX, 0, DNS_NO_NAME },
		{ "x.org", "", 0, RESPONSE | 2, 0, DNS_MX, 0, DNS_NO_ANSWER },
		{ "x.org", "", 0, RESPONSE | 5, 0, DNS_MX, 0, DNS_NO_ANSWER },
		{ "x.org", "", 0, RESPONSE | 15, 0, DNS_MX, 0, DNS_NO_ANSWER },
		/* a question in place of an answer; another name; another type; cut short
		 */
		{ "x.org", "", 0, 0x0100, 0, DNS_MX, 0, DNS_BROKEN },
		{ "y.org", "", 0, RESPONSE, 0, DNS_MX, 0, DNS_BROKEN },
		{ "x.org", "", 0, RESPONSE, 0, DNS_TXT, 0, DNS_BROKEN },
		{ "x.org", "", 0, RESPONSE | 0x200, 0, DNS_MX, 0, DNS_BROKEN },
		/* more records than there are; a pointer to itself; wrong lengths */
		{ "x.org", "\0\12\1m\0", 5, RESPONSE, 2, DNS_MX, DNS_MX, DNS_BROKEN },
		{ "x.org", "\0\12\300\47", 4, RESPONSE, 1, DNS_MX, DNS_MX, DNS_BROKEN },
		{ "x.org", "\0\12", 2, RESPONSE, 1, DNS_MX, DNS_MX, DNS_BROKEN },
		{ "x.org", "\0\12\1m\0\0", 6, RESPONSE, 1, DNS_MX, DNS_MX, DNS_BROKEN },
		{ "x.org", "\1\2\3", 3, RESPONSE, 1, DNS_MX, DNS_A, DNS_BROKEN },
		{ "x.org", "\5ab", 3, RESPONSE, 1, DNS_MX, DNS_TXT, DNS_BROKEN },
		/* a record of something else is none of the answer */
		{ "x.org", "\1\2\3\4", 4, RESPONSE, 1, DNS_MX, DNS_A, DNS_NO_DATA },
	};
	struct strbuf m = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dns_answer a;

		message(&m, cases[i].flags, cases[i].answers, cases[i].question,
			cases[i].qtype);
		if (cases[i].type != 0)
			record(&m, cases[i].type, cases[i].data, cases[i].n);
		net_dns_parse(strbuf_span(&m), "x.org", DNS_MX, &arena, &a);
		if (a.outcome != cases[i].outcome)
			fail_msg("case %zu: %s", i, dns_outcome_name(a.outcome));
		if (!dns_outcome_known(a.outcome))
			assert_true(a.n == 0 && a.why[0] != '\0');
	}
	strbuf_done(&m);
	arena_done(&arena);
}

static void refuses_resolvers_that_are_none(void **state)
{
	static const char *const bad[] = {
		"ns.example.org", "192.0.2.1:", "192.0.2.1:0",	"192.0.2.1:65536", "[::1",
		"[::1]x",	  "",		"192.0.2.1:53x"
	};
	static const char *const good[] = { "192.0.2.1", "192.0.2.1:5353", "::1", "[::1]",
					    "[2001:db8::1]:5353" };
	struct net_dns *d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err err = ERR_INIT;

		if (net_dns_open(bad[i], &d, &err))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(err.cls, ERR_CONFIG);
	}
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct err err = ERR_INIT;

		if (!net_dns_open(good[i], &d, &err))
			fail_msg("%s: %s", good[i], err.text);
		net_dns_close(d);
	}
	net_dns_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names),
		cmocka_unit_test(knows_which_network_holds_an_address),
		cmocka_unit_test(answers_as_a_server_would),
		cmocka_unit_test(keeps_the_time_to_live),
		cmocka_unit_test(refuses_broken_zone_files),
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(believes_no_answer),
		cmocka_unit_test(refuses_resolvers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
