/* SPDX-License-Identifier: MIT */
/* The certificate: what its body tells, who may approve it, and that no octet of it can
 * be another one. */
#include "base/json.h"
#include "tests/support/certificate_fixture.h"

/* Keys in ascending order everywhere, no blank outside strings. */
static bool keys_ascend(const struct json_value *v)
{
	const char *before = NULL;

	for (const struct json_value *m = json_first(v); m != NULL; m = json_next(m)) {
		if (json_key(m) != NULL && before != NULL &&
		    strcmp(before, json_key(m)) >= 0)
			return false;
		before = json_key(m);
		if (!keys_ascend(m))
			return false;
	}
	return true;
}

static void writes_a_canonical_body(void **state)
{
	static const char *const wanted[] = {
		("\"accounts\":{\"archive\":1,\"delete\":0,\"forward\":0,\"keep\":0,"
		 "\"migrate\":2,\"other\":0}"),
		"\"approvers\":2",
		"\"check\":\"G20\"",
		"\"outcome\":\"WAIVED\"",
		"\"name\":\"damaged\",\"value\":9",
		"\"limit\":\"no_login\",\"standard\":\"14 days\",\"value\":\"7 days\"",
		"\"text\":\"This tool did not shut anything down.\"",
		"\"reason\":\"spam & worse\"",
		"\"approver\":\"zoe\"",
		"\"software\":\"Cyrus <3.6>\"",
		"\"verdict\":\"GO\"",
		"\"valid_until\":\"2027-01-18T08:00:00Z\"",
		"\"entries\":12",
	};
	struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	struct gate_body body;
	static struct bed b; /* it is large */

	(void)state;
	bed_make(&b);
	read_body(&b, &text, &body);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strstr(strbuf_cstr(&text), wanted[i]) == NULL)
			fail_msg("%s is not in %s", wanted[i], strbuf_cstr(&text));
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		assert_non_null(strstr(strbuf_cstr(&text), gate_checks[i].title));
	assert_null(strchr(strbuf_cstr(&text), '\n'));
	assert_true(json_parse("body", strbuf_span(&text), &doc, &err));
	assert_true(keys_ascend(json_root(doc)));
	json_free(doc);
	assert_true(gate_body_write(&b.c, &again, &err));
	assert_string_equal(strbuf_cstr(&text), strbuf_cstr(&again));
	assert_int_equal(body.made, NOW);
	assert_int_equal(body.valid_until, NOW + 72 * HOUR);
	assert_string_equal(body.old_host, "old.example.org");
	assert_true(
		gate_signer_is(&body.signers, APPROVAL_BUSINESS, "grace@example.org"));
	assert_false(
		gate_signer_is(&body.signers, APPROVAL_TECHNICAL, "grace@example.org"));
	b.verdict.go = false;
	assert_false(gate_body_write(&b.c, &again, &err));
	assert_int_equal(err.cls, ERR_BUG);
	strbuf_done(&text);
	strbuf_done(&again);
	bed_done(&b);
}

/* What voids an approval, and what does not. */
static void stands_while_nothing_turns(void **state)
{
	struct sha256 was, is;
	static struct bed b; /* it is large */

	(void)state;
	for (int i = 0; i < 9; i++) {
		bool turns = i > 2;

		bed_make(&b);
		gate_standing(&b.c, &was);
		switch (i) {
		case 0: /* time goes by */
			b.c.made += HOUR;
			b.facts.now += HOUR;
			break;
		case 1: /* evidence is renewed */
			b.verdict.result[3].at += HOUR;
			b.verdict.result[3].evidence.bytes[0]++;
			break;
		case 2: /* the ledger grows */
			b.ledger.entries++;
			break;
		case 3:
			b.verdict.result[GATE_FLAGS].outcome = GATE_WARN;
			break;
		case 4:
			b.verdict.result[GATE_LEDGER].outcome = GATE_FAIL;
			break;
		case 5:
			b.covering.id = "W-004";
			break;
		case 6:
			b.c.acceptance_n = 0;
			break;
		case 7:
			b.loosened[0].value--;
			break;
		case 8:
			b.limits.v[LIMIT_APPROVERS] = 1;
			break;
		}
		gate_standing(&b.c, &is);
		if ((memcmp(&was, &is, sizeof was) != 0) != turns)
			fail_msg("case %d", i);
		bed_done(&b);
	}
}

#define T APPROVAL_TECHNICAL
#define B APPROVAL_BUSINESS

static void counts_approvals(void **state)
{
	static const struct {
		struct {
			enum approval_role role;
			const char *name, *key;
			int64_t after; /* hours */
		} a[3];
		size_t n;
		int64_t approvers, now; /* hours */
		const char *says;	/* NULL: enough */
	} cases[] = {
		{ { { T, "alan@example.org", KEY_A, 1 },
		    { B, "grace@example.org", KEY_B, 2 } },
		  2,
		  2,
		  3,
		  NULL },
		{ { { T, "alan@example.org", KEY_A, 1 },
		    { B, "grace@example.org", KEY_B, 2 } },
		  2,
		  2,
		  71,
		  NULL },
		{ { { T, "alan@example.org", KEY_A, 1 },
		    { B, "grace@example.org", KEY_B, 2 } },
		  2,
		  2,
		  72,
		  "is void" },
		{ { { T, "alan@example.org", KEY_A, 1 },
		    { B, "grace@example.org", KEY_B, 2 } },
		  2,
		  2,
		  1,
		  "is void" }, /* one from the future */
		{ { { T, "alan@example.org", KEY_A, -1 } }, 1, 1, 3, "is void" },
		{ { { T, "alan@example.org", KEY_A, 1 } },
		  0,
		  2,
		  3,
		  "technical and business" },
		{ { { T, "alan@example.org", KEY_A, 1 } },
		  1,
		  2,
		  3,
		  "not approved yet: business" },
		{ { { B, "grace@example.org", KEY_A, 1 } },
		  1,
		  2,
		  3,
		  "not approved yet: technical" },
		{ { { B, "grace@example.org", KEY_A, 1 } }, 1, 1, 3, NULL },
		{ { { B, "grace@example.org", KEY_A, 1 } }, 0, 1, 3, "by anybody" },
		/* one key under two names; one person twice; two of one role */
		{ { { T, "alan@example.org", KEY_A, 1 },
		    { B, "grace@example.org", KEY_A, 2 } },
		  2,
		  2,
		  3,
		  "one key has signed as alan@example.org and as grace@example.org" },
		{ { { T, "ada@example.org", KEY_A, 1 },
		    { B, "ada@example.org", KEY_B, 2 } },
		  2,
		  2,
		  3,
		  "cannot approve twice" },
		{ { { T, "ada@example.org", KEY_A, 1 },
		    { T, "alan@example.org", KEY_B, 2 } },
		  2,
		  2,
		  3,
		  "not approved yet: business" },
		{ { { T, "grace@example.org", KEY_A, 1 } },
		  1,
		  1,
		  3,
		  "may not approve as technical" },
		{ { { T, "nobody@example.org", KEY_A, 1 } }, 1, 1, 3, "may not approve" },
		{ { { T, "alan@example.org", "SHA256:short", 1 } },
		  1,
		  1,
		  3,
		  "names no key" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct approval a[3];
		struct gate_body body;
		static struct bed b;
		bool holds;

		bed_make(&b);
		b.limits.v[LIMIT_APPROVERS] = cases[i].approvers;
		read_body(&b, &text, &body);
		for (size_t k = 0; k < cases[i].n; k++)
			a[k] = an_approval(cases[i].a[k].role, cases[i].a[k].name,
					   cases[i].a[k].key,
					   NOW + cases[i].a[k].after * HOUR);
		holds = gate_approvals_hold(&body, a, cases[i].n,
					    NOW + cases[i].now * HOUR, &err);
		if (holds != (cases[i].says == NULL) ||
		    (!holds && strstr(err.text, cases[i].says) == NULL))
			fail_msg("case %zu: %s", i, holds ? "holds" : err.text);
		strbuf_done(&text);
		bed_done(&b);
	}
}

static void reads_what_it_wrote(void **state)
{
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT;
	struct gate_certificate c;
	struct err err = ERR_INIT;
	static struct bed b; /* it is large */

	(void)state;
	bed_make(&b);
	certificate(&b, &body, &text);
	if (!gate_certificate_read(strbuf_span(&text), &b.arena, &c, &err))
		fail_msg("%s", err.text);
	assert_true(span_eq(c.body.text, strbuf_span(&body)));
	assert_int_equal(c.approval_n, 2);
	assert_string_equal(c.approval[1].name, "grace@example.org");
	assert_string_equal(c.approval[0].signature,
			    "-----BEGIN SSH SIGNATURE-----\nx\n");
	assert_int_equal(c.issued, NOW + 3 * HOUR);
	assert_int_equal(c.entries, 15);
	assert_int_equal(c.head.bytes[0], 7);
	strbuf_done(&body);
	strbuf_done(&text);
	bed_done(&b);
}

/* Every octet, each of its bits; every cut; every octet doubled. */
static void fails_after_any_change(void **state)
{
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT, bad = STRBUF_INIT;
	struct gate_certificate c;
	struct arena arena;
	static struct bed b; /* it is large */

	(void)state;
	bed_make(&b);
	arena_init(&arena);
	certificate(&b, &body, &text);
	for (size_t i = 0; i < text.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			struct err err = ERR_INIT;

			text.p[i] = (char)(text.p[i] ^ 1 << bit);
			arena_reset(&arena);
			if (gate_certificate_read(strbuf_span(&text), &arena, &c, &err))
				fail_msg("bit %d of octet %zu", bit, i);
			if (err.cls != ERR_LEDGER || err.text[0] == '\0')
				fail_msg("bit %d of octet %zu: %s", bit, i, err.text);
			text.p[i] = (char)(text.p[i] ^ 1 << bit);
		}
	}
	for (size_t i = 0; i < text.n; i += 7) {
		struct err err = ERR_INIT;

		arena_reset(&arena);
		if (gate_certificate_read((struct span){ text.p, i }, &arena, &c, &err))
			fail_msg("cut after %zu octets", i);
		strbuf_clear(&bad);
		strbuf_add(&bad, text.p, i);
		strbuf_add(&bad, text.p + (i > 0 ? i - 1 : 0),
			   text.n - (i > 0 ? i - 1 : 0));
		if (i > 0 && gate_certificate_read(strbuf_span(&bad), &arena, &c, &err))
			fail_msg("octet %zu doubled", i);
	}
	strbuf_addc(&text, '\n');
	assert_false(gate_certificate_read(strbuf_span(&text), &arena, &c,
					   &(struct err){ 0 }));
	strbuf_done(&body);
	strbuf_done(&text);
	strbuf_done(&bad);
	arena_done(&arena);
	bed_done(&b);
}

/* Somebody who makes the seal anew, as anybody can: what is left are form and rules; the
 * signatures are checked elsewhere. */
static void refuses_what_was_sealed_again(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} cases[] = {
		{ "\"verdict\":\"GO\"", "\"verdict\":\"no\"", "does not say GO" },
		{ "alan@example.org\",\"role\":\"technical",
		  "ada@example.orgX\",\"role\":\"technical", "may not approve" },
		{ "\"role\":\"business\"", "\"role\":\"technical\"", "may not approve" },
		{ KEY_B, KEY_A, "one key" },
		{ ",\"issued\":\"2027-01-15T11", ",\"issued\":\"2027-01-25T11", "void" },
		{ ",\"issued\":", ",\"issued\" :\"2027-01-15T11:00:00Z\",\"more\":", "" },
		{ "\"octets\":", "\"octets\":1", "body" },
		{ "\"entries\":15", "\"entries\":-1", "" },
		{ "\"signature\":\"-", "\"signatures\":\"-", "" },
	};
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT, bad = STRBUF_INIT;
	static struct bed b; /* it is large */

	(void)state;
	bed_make(&b);
	certificate(&b, &body, &text);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *whole = strbuf_cstr(&text),
			   *tail = strstr(whole, ",\"seal\":\""), *at;
		char hex[SHA256_HEX_SIZE];
		struct gate_certificate c;
		struct err err = ERR_INIT;
		struct sha256 seal;

		/* the last place, which is outside the body when there are two */
		at = NULL;
		for (const char *p = whole; (p = strstr(p, cases[i].from)) != NULL; p++)
			at = p;
		if (at == NULL)
			fail_msg("case %zu: %s", i, whole);
		strbuf_clear(&bad);
		strbuf_add(&bad, whole, (size_t)(at - whole));
		strbuf_adds(&bad, cases[i].to);
		at += strlen(cases[i].from);
		strbuf_add(&bad, at, (size_t)(tail - at));
		sha256_of(bad.p, bad.n, &seal);
		sha256_hex(&seal, hex);
		strbuf_addf(&bad, ",\"seal\":\"%s\"}\n", hex);
		if (gate_certificate_read(strbuf_span(&bad), &b.arena, &c, &err))
			fail_msg("case %zu was taken", i);
		if (err.cls != ERR_LEDGER || strstr(err.text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
	strbuf_done(&body);
	strbuf_done(&text);
	strbuf_done(&bad);
	bed_done(&b);
}

static void prints_one_page_that_runs_nothing(void **state)
{
	static const char *const wanted[] = {
		"default-src 'none'; style-src 'sha256-",
		"This tool did not shut anything down.",
		"&lt;script&gt;alert(1)&lt;/script&gt;",
		"C. &lt;b&gt;Lost&lt;/b&gt;",
		"spam &amp; worse",
		"\\u{202E}hughes&quot;",
		"Cyrus &lt;3.6&gt;",
		KEY_A,
		"W-003",
		"no_login",
		"damaged 9",
		"grace@example.org",
		"size:A4",
	};
	static const char *const refused[] = { "<script",  "<b>Lost", "http:",
					       "https:",   "src=",    "href",
					       "style=\"", "onload",  "\xe2\x80\xae" };
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT, page = STRBUF_INIT;
	struct gate_certificate c;
	struct err err = ERR_INIT;
	static struct bed b; /* it is large */

	(void)state;
	bed_make(&b);
	certificate(&b, &body, &text);
	assert_true(gate_certificate_read(strbuf_span(&text), &b.arena, &c, &err));
	if (!gate_certificate_html(&c, &page, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strstr(strbuf_cstr(&page), wanted[i]) == NULL)
			fail_msg("no %s in %s", wanted[i], strbuf_cstr(&page));
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		if (strstr(strbuf_cstr(&page), refused[i]) != NULL)
			fail_msg("%s in %s", refused[i], strbuf_cstr(&page));
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		assert_non_null(strstr(strbuf_cstr(&page), gate_checks[i].title));
	strbuf_done(&body);
	strbuf_done(&text);
	strbuf_done(&page);
	bed_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_canonical_body),
		cmocka_unit_test(stands_while_nothing_turns),
		cmocka_unit_test(counts_approvals),
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(fails_after_any_change),
		cmocka_unit_test(refuses_what_was_sealed_again),
		cmocka_unit_test(prints_one_page_that_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
