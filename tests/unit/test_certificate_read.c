/* SPDX-License-Identifier: MIT */
/* Certificates that are damaged in one place and sealed anew, as anybody can: each is
 * refused, and told where; and pages, which say all that a body does or are none. */
#include "base/strbuf.h"
#include "tests/support/certificate_fixture.h"

#define HEAD "{\"schema\":\"mailmuster/certificate/1\",\"octets\":"
#define HEX                                                                              \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde" /* 63 of 64 */

/* ---- damage ---- */

static void add_hex(struct strbuf *out, const void *p, size_t n)
{
	char hex[SHA256_HEX_SIZE];
	struct sha256 d;

	sha256_of(p, n, &d);
	sha256_hex(&d, hex);
	strbuf_adds(out, hex);
}

/* All octets before the seal, and a seal that holds. */
static void seal(struct strbuf *out)
{
	struct strbuf hex = STRBUF_INIT;

	add_hex(&hex, out->p, out->n);
	strbuf_addf(out, ",\"seal\":\"%s\"}\n", strbuf_cstr(&hex));
	strbuf_done(&hex);
}

/* outer: the members that follow the body. */
static void put_together(struct strbuf *out, const char *body, const char *outer)
{
	strbuf_clear(out);
	strbuf_addf(out, HEAD "%zu,\"body\":%s,\"sha256\":\"", strlen(body), body);
	add_hex(out, body, strlen(body));
	strbuf_addf(out, "\",%s", outer);
	seal(out);
}

/* Where the value ends that begins here; brackets stand in no string of ours. */
static const char *value_end(const char *p)
{
	int depth = 0;

	if (*p == '"')
		return strchr(p + 1, '"') + 1;
	if (*p != '{' && *p != '[')
		return p + strcspn(p, ",}]");
	do {
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
	} while (*p++ != '\0' && depth > 0);
	return p;
}

/* text with another value behind place, which ends with the key; NULL: twice the same. */
static void damage(struct strbuf *out, const char *text, const char *place,
		   const char *value)
{
	const char *at = strstr(text, place), *key, *end;

	if (at == NULL)
		fail_msg("no %s in %s", place, text);
	at += strlen(place);
	end = value_end(at);
	strbuf_clear(out);
	strbuf_add(out, text, (size_t)(at - text));
	if (value != NULL) {
		strbuf_adds(out, value);
	} else {
		for (key = at - 2; key[-1] != '"'; key--)
			;
		strbuf_addf(out, "null,\"%.*s", (int)(at - key), key);
		strbuf_add(out, at, (size_t)(end - at));
	}
	strbuf_adds(out, end);
}

enum kind { TEXT, WORD, TIME, DIGEST, NUMBER, NAMES, OBJECT, PART, LIST };
struct field {
	const char *place, *name;
	enum kind kind;
};

/* What it must not be, and what is said then; after these NULL: twice. */
struct bad {
	const char *value, *says;
};
static const struct bad *bad_of(enum kind kind)
{
	static const struct bad bad[][8] = {
		[TEXT] = { { "null", "is missing" }, { "[]", "must be a string" } },
		[WORD] = { { "null", "is missing" },
			   { "7", "must be a string" },
			   { "\"NO-GO\"", ": " } },
		[TIME] = { { "null", "is missing" },
			   { "1800000000", "must be a string" },
			   { "\"\"", "must be a time" },
			   { "\"2027-02-30T08:00:00Z\"", "must be a time" },
			   { "\"2027-01-15T08:00:00+00:00\"", "must be a time" },
			   { "\"2027-01-15t08:00:00Z\"", "must be a time" } },
		[DIGEST] = { { "null", "is missing" },
			     { "0", "must be a string" },
			     { "\"" HEX "\"", "64 hexadecimal" },
			     { "\"" HEX "fa\"", "64 hexadecimal" },
			     { "\"" HEX "F\"", "64 hexadecimal" },
			     { "\"g" HEX "\"", "64 hexadecimal" } },
		[NUMBER] = { { "null", "is missing" },
			     { "\"1\"", "whole number" },
			     { "0", "must be from 1" },
			     { "-1", "must be from 1" },
			     { "1.5", "whole number" },
			     { "9007199254740991", "must be from 1" },
			     { "1e300", "whole number" } },
		[NAMES] = { { "null", "is missing" },
			    { "{}", "must be an array" },
			    { "[1]", "at most 64 names" },
			    { "[\"a\",null]", "at most 64 names" } },
		[OBJECT] = { { "null", "is missing" },
			     { "[]", "must be an object" },
			     { "{}", "is missing" } },
		[PART] = { { "null", "is missing" }, { "[]", "must be an object" } },
		[LIST] = { { "null", "is missing" },
			   { "{}", "must be an array" },
			   { "[1]", "must be an object" } },
	};

	return bad[kind];
}

static void refuses_each(const struct field *field, size_t n, bool in_body)
{
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT, bad = STRBUF_INIT,
		      other = STRBUF_INIT;
	static struct bed b;
	char *outer;

	bed_make(&b);
	certificate(&b, &body, &text);
	outer = arena_strdup(&b.arena, strstr(strbuf_cstr(&text), "\"approvals\":["));
	*strstr(outer, ",\"seal\"") = '\0';
	for (size_t i = 0; i < n; i++) {
		const struct bad *v = bad_of(field[i].kind);

		for (bool twice = false; !twice; v++) {
			struct gate_certificate c = { .entries = -9 };
			struct err err = ERR_INIT;
			const char *says = v->says;

			twice = v->value == NULL;
			damage(&other, in_body ? strbuf_cstr(&body) : outer,
			       field[i].place, v->value);
			put_together(&bad,
				     in_body ? strbuf_cstr(&other) : strbuf_cstr(&body),
				     in_body ? outer : strbuf_cstr(&other));
			if (gate_certificate_read(strbuf_span(&bad), &b.arena, &c, &err))
				fail_msg("%s: %s was taken", field[i].name, v->value);
			if (twice)
				says = "this key stands twice";
			if (err.cls != ERR_LEDGER || strstr(err.text, says) == NULL ||
			    (!twice && strstr(err.text, field[i].name) == NULL) ||
			    strstr(err.text, in_body ? ": body:1:"
						     : ": behind the body:1:") == NULL)
				fail_msg("%s: %s: %s", field[i].name, v->value, err.text);
			assert_int_equal(c.entries, -9);
		}
	}
	strbuf_done(&body);
	strbuf_done(&text);
	strbuf_done(&bad);
	strbuf_done(&other);
	bed_done(&b);
}

static void names_what_of_the_body_is_damaged(void **state)
{
	static const struct field fields[] = {
		{ ",\"schema\":", " schema:", WORD },
		{ "\"verdict\":", " verdict:", WORD },
		{ "\"approvers\":", " approvers:", NUMBER },
		{ "\"made\":", " made:", TIME },
		{ "\"valid_until\":", " valid_until:", TIME },
		{ "\"standing\":", " standing:", DIGEST },
		{ "\"signers\":", " signers", OBJECT },
		{ "\"technical\":", " signers.technical:", NAMES },
		{ "\"business\":", " signers.business:", NAMES },
		{ "\"old\":", " old", OBJECT },
		{ "\"old\":{\"host\":", " old.host:", TEXT },
		{ "\"project\":", " project", OBJECT },
		{ "\"project\":{\"id\":", " project.id:", TEXT },
		{ "abcdef\",\"name\":", " project.name:", TEXT },
	};

	(void)state;
	refuses_each(fields, COUNT_OF(fields), true);
}

static void names_what_behind_the_body_is_damaged(void **state)
{
	static const struct field fields[] = {
		{ "\"approvals\":", " approvals", LIST },
		{ "\"issued\":", " issued:", TIME },
		{ "\"ledger\":{\"entries\":", " ledger.entries:", NUMBER },
		{ "\"head\":", " ledger.head:", DIGEST },
		{ "\"at\":", " approvals[0].at:", TIME },
		{ "\"key\":", " approvals[0].key:", TEXT },
		{ ",\"ledger\":", " approvals[0].ledger:", NUMBER },
		{ "\"name\":", " approvals[0].name:", TEXT },
		{ "\"role\":", " approvals[0].role:", WORD },
		{ "\"signature\":", " approvals[0].signature:", TEXT },
		{ "},{\"at\":", " approvals[1].at:", TIME },
		{ "Z\",\"ledger\":", " ledger", OBJECT },
	};

	(void)state;
	refuses_each(fields, COUNT_OF(fields), false);
}

/* One text, another one in its place: what no rule for one field catches. */
static void refuses_what_does_not_fit_together(void **state)
{
	static const struct {
		bool in_body;
		const char *place, *value, *says;
	} cases[] = {
		{ true, "\"valid_until\":", "\"2027-01-15T08:00:00Z\"",
		  "valid_until: must be after \"made\"" },
		{ true, "\"signers\":", "{\"technical\":[],\"business\":[],\"more\":[]}",
		  "signers.more: unknown key" },
		{ true, "\"signers\":", "{\"technical\":[],\"business\":[]}",
		  "alan@example.org may not approve" },
		{ true, "\"verdict\":", "\"GO\",", "body:1:" },
		{ false, "\"issued\":", "\"2027-01-15T11:00:00Z\",\"more\":1",
		  "more: unknown key" },
		{ false, "\"head\":", "\"" HEX "f\",\"more\":1",
		  "ledger.more: unknown key" },
		{ false, "\"key\":", "\"" KEY_A "\",\"more\":1",
		  "approvals[0].more: unknown key" },
		{ false, "\"approvals\":", "[]",
		  "not approved yet: technical and business" },
		{ false, "\"issued\":", "]", "behind the body:1:" },
	};
	struct strbuf body = STRBUF_INIT, text = STRBUF_INIT, bad = STRBUF_INIT,
		      other = STRBUF_INIT;
	static struct bed b;
	char *outer;

	(void)state;
	bed_make(&b);
	certificate(&b, &body, &text);
	outer = arena_strdup(&b.arena, strstr(strbuf_cstr(&text), "\"approvals\":["));
	*strstr(outer, ",\"seal\"") = '\0';
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool in_body = cases[i].in_body;
		struct gate_certificate c;
		struct err err = ERR_INIT;

		damage(&other, in_body ? strbuf_cstr(&body) : outer, cases[i].place,
		       cases[i].value);
		put_together(&bad, in_body ? strbuf_cstr(&other) : strbuf_cstr(&body),
			     in_body ? outer : strbuf_cstr(&other));
		if (gate_certificate_read(strbuf_span(&bad), &b.arena, &c, &err))
			fail_msg("case %zu was taken", i);
		if (err.cls != ERR_LEDGER || strstr(err.text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
	strbuf_done(&body);
	strbuf_done(&text);
	strbuf_done(&bad);
	strbuf_done(&other);
	bed_done(&b);
}

/* What stands around the body is cut by octets: no parser is asked. */
static void refuses_what_is_no_frame(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "its head is another" },
		{ "{\"schema\":\"mailmuster/certificate/2\",\"octets\":2,", "head" },
		{ HEAD, "its head is another" },
		{ HEAD "2", "its head is another" },
		{ HEAD ",\"body\":{}", "its head is another" },
		{ HEAD "-2,\"body\":{}", "its head is another" },
		{ HEAD "4194305,\"body\":{}", "its head is another" },
		{ HEAD "2,", "its body is not whole" },
		{ HEAD "2,\"text\":{}", "its body is not whole" },
		{ HEAD "3,\"body\":{}", "its body is not whole" },
		{ HEAD "2,\"body\":{}", "digest of its body is missing" },
		{ HEAD "2,\"body\":{},\"sha256\":\"" HEX, "is missing" },
		{ HEAD "2,\"body\":{},\"sha256\":\"" HEX "F", "is missing" },
		{ HEAD "2,\"body\":{},\"sha256\":\"" HEX "f", "is broken" },
		{ HEAD "2,\"body\":{},\"sha256\":\"" HEX "f\",", "body:1:1: schema" },
		{ HEAD "2,\"body\":[],\"sha256\":\"" HEX "f\",", "must be an object" },
		{ HEAD "2,\"body\":{ ,\"sha256\":\"" HEX "f\",", "no valid JSON" },
	};
	struct strbuf text = STRBUF_INIT, body = STRBUF_INIT, bad = STRBUF_INIT;
	struct gate_certificate c;
	static struct bed b;
	struct err err;

	(void)state;
	bed_make(&b);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		err = ERR_INIT;
		strbuf_clear(&bad);
		strbuf_adds(&bad, cases[i].text);
		seal(&bad);
		if (gate_certificate_read(strbuf_span(&bad), &b.arena, &c, &err) ||
		    err.cls != ERR_LEDGER || strstr(err.text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
	/* a whole body with the digest of another one; nothing after it */
	certificate(&b, &body, &text);
	for (int i = 0; i < 2; i++) {
		err = ERR_INIT;
		strbuf_clear(&bad);
		strbuf_addf(&bad, HEAD "%zu,\"body\":", body.n);
		strbuf_addspan(&bad, strbuf_span(&body));
		strbuf_adds(&bad, ",\"sha256\":\"");
		if (i == 0)
			strbuf_adds(&bad, HEX "f");
		else
			add_hex(&bad, body.p, body.n);
		strbuf_adds(&bad, "\"");
		seal(&bad);
		assert_false(
			gate_certificate_read(strbuf_span(&bad), &b.arena, &c, &err));
		assert_non_null(strstr(err.text, i == 0 ? "not the one that was signed"
							: "nothing follows"));
	}
	strbuf_done(&text);
	strbuf_done(&body);
	strbuf_done(&bad);
	bed_done(&b);
}

static void refuses_too_much(void **state)
{
	struct strbuf text = STRBUF_INIT, body = STRBUF_INIT, more = STRBUF_INIT;
	struct approval many[CERTIFICATE_APPROVALS + 1];
	struct gate_certificate c = { .approval = many,
				      .issued = NOW + 3 * HOUR,
				      .entries = 15 },
				back;
	char *large = mem_calloc(CERTIFICATE_MAX + 2, 1);
	struct err err = ERR_INIT;
	struct gate_body read;
	static struct bed b;

	(void)state;
	bed_make(&b);
	memset(large, 'x', CERTIFICATE_MAX + 1);
	assert_false(gate_certificate_read((struct span){ large, CERTIFICATE_MAX + 1 },
					   &b.arena, &back, &err));
	assert_non_null(strstr(err.text, "its length is wrong"));
	assert_false(gate_body_read((struct span){ large, CERTIFICATE_MAX + 1 }, &b.arena,
				    &read, &err));
	assert_non_null(strstr(err.text, "it is too large"));
	/* 17 approvals: more than a certificate has room for */
	read_body(&b, &body, &c.body);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = an_approval(APPROVAL_TECHNICAL, "alan@example.org", KEY_A,
				      NOW + HOUR);
	c.approval_n = COUNT_OF(many);
	assert_true(gate_certificate_write(&c, &text, &err));
	assert_false(gate_certificate_read(strbuf_span(&text), &b.arena, &back, &err));
	assert_non_null(strstr(err.text, "approvals: there are more than 16"));
	assert_false(gate_approval_may(&c.body, many, CERTIFICATE_APPROVALS, &many[16],
				       NOW + HOUR, &err));
	assert_string_equal(err.text, "more than 16 approvals");
	/* a list of 65 who may sign */
	strbuf_addc(&more, '[');
	for (int i = 0; i < 65; i++)
		strbuf_addf(&more, "%s\"s%d\"", i > 0 ? "," : "", i);
	strbuf_addc(&more, ']');
	strbuf_clear(&text);
	damage(&text, strbuf_cstr(&body), "\"technical\":", strbuf_cstr(&more));
	assert_false(gate_body_read(strbuf_span(&text), &b.arena, &read, &err));
	assert_non_null(strstr(err.text, "signers.technical: must be at most 64 names"));
	/* what would be larger than anybody reads is not written, and nothing of it */
	c.approval_n = 1;
	many[0].signature = large;
	strbuf_clear(&text);
	assert_false(gate_certificate_write(&c, &text, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	large[CERTIFICATE_MAX / 2] = '\0';
	b.acceptance[0].reason = large;
	assert_false(gate_body_write(&b.c, &text, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_non_null(strstr(err.text, "too many acceptances and waivers"));
	assert_int_equal(text.n, 0);
	strbuf_done(&text);
	strbuf_done(&body);
	strbuf_done(&more);
	free(large);
	bed_done(&b);
}

/* ---- the page ---- */

static bool page_of(struct bed *b, const char *body, struct strbuf *out, struct err *err)
{
	struct approval one = an_approval(APPROVAL_BUSINESS, "grace@example.org", KEY_B,
					  NOW + HOUR);
	struct gate_certificate c = { .approval = &one, .approval_n = 1, .entries = 15 };

	if (!gate_body_read(span_str(body), &b->arena, &c.body, err))
		fail_msg("%s", err->text);
	return gate_certificate_html(&c, out, err);
}

/* None of this is read where signatures are checked: only the page needs it. */
static void makes_no_page_that_says_less(void **state)
{
	static const struct field fields[] = {
		{ "\"accounts\":", " accounts", OBJECT },
		{ "\"new\":", " new:", PART },
		{ "\"tool\":", " tool:", PART },
		{ "],\"ledger\":", " ledger", OBJECT },
		{ "\"checks\":", " checks:", LIST },
		{ "\"loosened\":", " loosened:", LIST },
		{ "\"waivers\":", " waivers:", LIST },
		{ "\"acceptances\":", " acceptances:", LIST },
		{ "\"figures\":", "figures:", LIST },
	};
	/* a number that is not there is not 0, and a text is no number */
	static const struct {
		const char *place, *value, *says;
	} cases[] = {
		{ "\"migrate\":", "null", "accounts.migrate: is missing" },
		{ "\"readings\":", "\"9\"", "ledger.readings: must be a whole" },
		{ "\"damaged\",\"value\":", "null", "figures.value: is missing" },
		{ "\"software\":", "7", "old.software: must be a string" },
		{ "\"new\":{\"host\":", "[]", "new.host: must be a string" },
		{ "\"title\":", "{}", "checks.title: must be a string" },
		{ "\"requester\":", "7", "waivers.requester: must be a string" },
		{ "\"standard\":", "7", "loosened.standard: must be a string" },
	};
	struct strbuf body = STRBUF_INIT, bad = STRBUF_INIT, page = STRBUF_INIT;
	struct gate_body whole;
	static struct bed b;
	struct err err;

	(void)state;
	bed_make(&b);
	read_body(&b, &body, &whole);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		for (const struct bad *v = bad_of(fields[i].kind); v->value != NULL;
		     v++) {
			err = ERR_INIT;
			damage(&bad, strbuf_cstr(&body), fields[i].place, v->value);
			if (page_of(&b, strbuf_cstr(&bad), &page, &err) || page.n > 0)
				fail_msg("%s %s: a page", fields[i].name, v->value);
			if (err.cls != ERR_LEDGER || strstr(err.text, v->says) == NULL ||
			    strstr(err.text, fields[i].name) == NULL)
				fail_msg("%s %s: %s", fields[i].name, v->value, err.text);
		}
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		err = ERR_INIT;
		damage(&bad, strbuf_cstr(&body), cases[i].place, cases[i].value);
		if (page_of(&b, strbuf_cstr(&bad), &page, &err) || page.n > 0)
			fail_msg("case %zu: a page", i);
		if (err.cls != ERR_LEDGER || strstr(err.text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
	strbuf_done(&body);
	strbuf_done(&bad);
	strbuf_done(&page);
	bed_done(&b);
}

/* Nothing was loosened, waived or accepted; one person was enough; a check stands on no
 * evidence with a time; a decision that nobody knows; no software was told. */
static void prints_what_is_rare(void **state)
{
	static const char *const wanted[] = {
		"<h2>Waivers</h2>\n<p>None.</p>",
		"<h2>Losses that were accepted</h2>\n<p>None.</p>",
		"<strong>One approver alone was enough (\"approvers\": 1).</strong>",
		"(damaged 9, scanned 10)",
		"other 1.</p>",
		"<td><bdi>G01</bdi></td>",
	};
	struct strbuf body = STRBUF_INIT, page = STRBUF_INIT;
	struct gate_certificate c = { .entries = 15 };
	struct gate_result *r;
	struct gate_body read;
	static struct bed b;
	struct err err = ERR_INIT;

	(void)state;
	bed_make(&b);
	r = &b.verdict.result[GATE_READABLE];
	b.finding.waiver = NULL;
	b.c.waiver_n = b.c.acceptance_n = b.c.loosened_n = 0;
	b.c.old_software = "";
	b.limits.v[LIMIT_APPROVERS] = 1;
	b.account[1].decision = "sold";
	b.verdict.result[GATE_DECIDED].at = 0;
	r->figure[r->figure_n++] = (struct check_figure){ "scanned", 10 };
	read_body(&b, &body, &read);
	assert_non_null(strstr(strbuf_cstr(&body), "{\"at\":null,\"check\":\"G01\""));
	if (!page_of(&b, strbuf_cstr(&body), &page, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strstr(strbuf_cstr(&page), wanted[i]) == NULL)
			fail_msg("no %s in %s", wanted[i], strbuf_cstr(&page));
	assert_null(strstr(strbuf_cstr(&page), " Old server: "));
	/* and no page of what is no body */
	strbuf_clear(&page);
	c.body = read;
	c.body.text = span_str("[]");
	assert_false(gate_certificate_html(&c, &page, &err));
	assert_non_null(strstr(err.text, "body:1:1: must be an object"));
	c.body.text = span_str("{}");
	assert_false(gate_certificate_html(&c, &page, &err));
	assert_non_null(strstr(err.text, "is missing"));
	c.body.text = span_str("{");
	assert_false(gate_certificate_html(&c, &page, &err));
	assert_non_null(strstr(err.text, "no valid JSON"));
	assert_int_equal(page.n, 0);
	strbuf_done(&body);
	strbuf_done(&page);
	bed_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_of_the_body_is_damaged),
		cmocka_unit_test(names_what_behind_the_body_is_damaged),
		cmocka_unit_test(refuses_what_does_not_fit_together),
		cmocka_unit_test(refuses_what_is_no_frame),
		cmocka_unit_test(refuses_too_much),
		cmocka_unit_test(makes_no_page_that_says_less),
		cmocka_unit_test(prints_what_is_rare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
