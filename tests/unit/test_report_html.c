/* SPDX-License-Identifier: MIT */
/* The HTML report over stores that were filled and verified for it. */
#include "model/ledger_head.h"
#include "report/report_html.h"
#include "tests/support/report_fixture.h"

static const struct outlook *look; /* of the reports below; NULL: none */

static bool html(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err)
{
	return report_html(st, o, look, sink, err);
}

static void escapes_whatever_comes_from_outside(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ SPAN_INIT("plain"), "plain" },
		{ SPAN_INIT("<script>alert(1)</script>"),
		  "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ SPAN_INIT("a&amp;b"), "a&amp;amp;b" },
		{ SPAN_INIT("x\" onload='y"), "x&quot; onload=&#39;y" },
		{ SPAN_INIT("=cmd|'/c calc'!A1"), "=cmd|&#39;/c calc&#39;!A1" },
		{ SPAN_INIT("a\0b\033[31m\r\n"), "a\\x00b\\x1B[31m\\x0D\\x0A" },
		{ SPAN_INIT("\xE2\x80\xAEgpj.exe"), "\\u{202E}gpj.exe" },
		{ SPAN_INIT("\xff\xfe"), "\\xFF\\xFE" },
		{ SPAN_INIT("\xc3"), "\\xC3" },
		{ SPAN_INIT("a\xEF\xBF\xBE"
			    "b\xEF\xBF\xBF"),
		  "a\xEF\xBF\xBD"
		  "b\xEF\xBF\xBD" },
		{ SPAN_INIT("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80" },
		{ SPAN_INIT("_x000D_"), "_x000D_" },
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		strbuf_clear(&out);
		html_text(&out, cases[i].in, 0);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: \"%s\"", i, strbuf_cstr(&out));
	}
	strbuf_clear(&out);
	for (int i = 0; i < 40000; i++)
		strbuf_addc(&out, '<');
	{
		struct strbuf cut = STRBUF_INIT;

		html_text(&cut, strbuf_span(&out), HTML_NAME_MAX);
		assert_true(cut.n < (size_t)HTML_NAME_MAX * 5);
		strbuf_done(&cut);
	}
	strbuf_done(&out);
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text += strlen(part);
	}
	return n;
}

static void says_the_verdict_first_and_answers_four_questions(void **state)
{
	static const struct {
		size_t first, n; /* of the four accounts */
		const char *title, *answer[4];
	} cases[] = {
		{ 0, 1, "<title>CLEAN: ", { ">Not decided<", ">Nothing<", NULL } },
		{ 1,
		  1,
		  "<title>DIFFERS: ",
		  { ">No<", ">1 message<", "in 1 account", "The administrator&#39;s" } },
		{ 2,
		  1,
		  "<title>INCOMPLETE: ",
		  { ">No<", ">Not known<", "1 account was not examined in full", NULL } },
		{ 3, 1, "<title>NOT JUDGED: ", { ">No<", ">Not known<", NULL } },
		{ 0,
		  4,
		  "<title>INCOMPLETE: ",
		  { ">1 message<", "2 accounts were not", NULL } },
	};
	struct report_options o = { .project = "move" };
	struct fx f;
	int64_t t[4];

	(void)state;
	look = NULL;
	four_accounts(&f, t);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *text;

		o.transfers = t + cases[i].first;
		o.transfer_n = cases[i].n;
		text = write_report(&f, html, &o);
		need(text, cases[i].title);
		for (size_t k = 0; k < 4 && cases[i].answer[k] != NULL; k++)
			need(text, cases[i].answer[k]);
		need(text, "This is the first report: there is no history yet");
		if (i != 0)
			refuse(text, "CLEAN");
		/* Evidence that is too old is not good, whatever it said. */
		o.stale = clock_now() + 1000;
		refuse(write_report(&f, html, &o), "banner good");
		o.stale = 0;
	}
	fx_close(&f);
}

/* A loss that somebody took is no arrival. */
static void what_was_accepted_did_not_arrive(void **state)
{
	struct acceptance a = {
		.at = D0, .teller = "Carla", .reason = "spam", .what = "{}"
	};
	struct report_options o = { .project = "move", .transfer_n = 1 };
	struct sha256 fp[8];
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;
	size_t n = 0;
	struct fx f;
	int64_t t[4];

	(void)state;
	look = NULL;
	four_accounts(&f, t);
	fx_ok(store_findings_open(f.st, t[1], &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM && n < COUNT_OF(fp))
		if (x.severity != SEVERITY_INFO)
			fp[n++] = x.fingerprint;
	store_findings_close(it);
	assert_true(n > 0);
	fx_ok(store_accept(f.st, &a, fp, n, &err));
	verify(&f, t, 3);
	o.transfers = t + 1;
	text = write_report(&f, html, &o);
	need(text, ">Nothing but what was accepted<");
	need(text, "which somebody took upon himself");
	refuse(text, ">Nothing<");
	refuse(text, "of the old server arrived");
	fx_close(&f);
}

static void is_the_same_twice_and_one_policy_rules_it(void **state)
{
	struct report_options o = { .project = "move" };
	const char *text, *again;
	struct ledger_head head;
	size_t at = 0;
	struct fx f;
	int64_t t[4];

	(void)state;
	look = NULL;
	four_accounts(&f, t);
	text = write_report(&f, html, &o);
	again = write_report(&f, html, &o);
	assert_string_equal(text, again);
	need(text, "default-src 'none'; style-src 'sha256-");
	assert_int_equal(count_of(text, "<script"), 1);
	assert_int_equal(count_of(text, "<style"), 1);
	refuse(text, " style=");
	refuse(text, " onclick=");
	refuse(text, "http://");
	refuse(text, "https://");
	refuse(text, "src=");
	assert_int_equal(count_of(text, "<tr><td><bdi>"), 4);
	/* ledger verify --against finds the head in it. */
	assert_true(ledger_head_find(span_str(text), &at, &head));
	assert_true(head.seq > 0);
	fx_close(&f);
}

/* A page needs no names to be of use. */
static void leaves_names_out_when_asked(void **state)
{
	struct report_options o = { .project = "geheim", .redact = true };
	const char *text, *again;
	struct fx f;
	int64_t t[4];

	(void)state;
	look = NULL;
	four_accounts(&f, t);
	text = write_report(&f, html, &o);
	again = write_report(&f, html, &o);
	assert_string_equal(text, again);
	refuse(text, "geheim");
	refuse(text, ">ann<");
	refuse(text, ">bob<");
	refuse(text, store_project_id(f.st));
	need(text, "<bdi>account-");
	need(text, "Names are replaced by short ids");
	fx_close(&f);
}

static void tells_what_the_gate_says(void **state)
{
	static const struct outlook_check checks[] = {
		{ "G01", "Every account decided", "PASS", OUTLOOK_GOOD, "all 4", "", 5, 0,
		  0 },
		{ "G02", "Every message accounted", "FAIL", OUTLOOK_BAD, "<b>1 missing",
		  "mailmuster explain bob", 5, 1, 0 },
		{ "G03", "No arrivals", "NO DATA", OUTLOOK_UNKNOWN, "nobody looked", "",
		  0, 0, 0 },
	};
	struct outlook k = { .gated = true, .bar = "", .check = checks, .check_n = 3 };
	struct report_options o = { .project = "move" };
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	o.transfers = t;
	o.transfer_n = 1;
	look = &k;
	text = write_report(&f, html, &o);
	need(text, "<title>NO-GO: ");
	need(text, "2 checks do not pass");
	need(text, "&lt;b&gt;1 missing");
	need(text, "1 of 3 checks pass");
	need(text, ">No<");
	k.go = true;
	k.check_n = 1;
	text = write_report(&f, html, &o);
	need(text, "<title>GO: ");
	need(text, ">Yes<");
	look = NULL;
	fx_close(&f);
}

static void nothing_from_a_server_becomes_markup(void **state)
{
	static const struct fx_folder old[] = {
		{ .name = "=cmd|'/c calc'!A1", FX_MESSAGES(three) },
		{ .name = "<script>alert(1)</script>", FX_MESSAGES(two) },
	};
	static const struct fx_folder new[] = { { .name = "INBOX",
						  .depth = DEPTH_FULL } };
	struct report_options o = { .project = "</title><script>" };
	const char *text;
	struct fx f;
	int64_t t;

	(void)state;
	look = NULL;
	fx_open(&f);
	t = fx_transfer(&f, "<img src=x onerror=alert(1)>\xE2\x80\xAE", "ann", "ann", "",
			"");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 2);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_audit_end(&f);
	verify(&f, &t, 1);
	text = write_report(&f, html, &o);
	assert_int_equal(count_of(text, "<script"), 1);
	refuse(text, "<img");
	need(text, "&lt;img src=x onerror=alert(1)&gt;\\u{202E}");
	need(text, "&lt;/title&gt;&lt;script&gt;");
	need(text, "Missing messages by year");
	fx_close(&f);
}

/* One account after the other became clean. */
static void shows_the_history_and_forecasts_from_it(void **state)
{
	struct report_options o = { .project = "move" };
	struct past *past;
	struct trend_run *run;
	struct err err = ERR_INIT;
	const char *text;
	size_t n, runs;
	struct fx f;
	int64_t t[4];

	(void)state;
	look = NULL;
	four_accounts(&f, t);
	verify(&f, t, 4);
	fx_ok(store_trend(f.st, &f.arena, &past, &n, &err));
	fx_ok(store_trend_runs(f.st, &f.arena, &run, &runs, &err));
	/* The second run found the same of ann, bob and cid, and judged dan. */
	assert_int_equal(runs, 2);
	assert_int_equal(n, 4);
	assert_int_equal(past[3].transfer, t[3]);
	assert_int_equal(past[3].run, run[1].id);
	assert_int_equal(past[1].missing, 1);
	assert_int_equal(past[1].arrived, 2);
	text = write_report(&f, html, &o);
	refuse(text, "This is the first report");
	need(text, "Accounts, by verification");
	need(text, "A forecast needs verifications on three different days");
	need(text, "Without progress");
	need(text, "verified for the first time");
	fx_close(&f);
}

/* What an owner may see of their own: subjects too. */
static void an_owner_sees_what_is_at_risk(void **state)
{
	struct message_detail d = { .from = "<b>boss</b>@example.org",
				    .subject = "Contract <1>",
				    .date = "Mon, 1 Feb 1999 10:00:00 +0100",
				    .message_id = "<c@x>" };
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	struct folder_view *v;
	const char *text;
	struct fx f;
	int64_t t[4];
	size_t n;

	(void)state;
	four_accounts(&f, t);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "bob"), false, &f.arena, &v,
			    &n, &err));
	fx_audit(&f, DEPTH_FULL);
	fx_ok(store_detail_put(f.st, v[0].epoch, 3, &d, NULL, &err));
	fx_audit_end(&f);
	o.transfers = &t[1];
	o.transfer_n = 1;
	text = write_report(&f, report_html_account, &o);
	need(text, "<title>Your mail: bob</title>");
	need(text, "Contract &lt;1&gt;");
	need(text, "&lt;b&gt;boss");
	need(text, "<bdi>INBOX</bdi>");
	need(text, "1 message");
	refuse(text, ">ann<");
	o.transfers = &t[0];
	text = write_report(&f, report_html_account, &o);
	need(text, "Nothing of yours is missing");
	o.transfers = &t[3];
	text = write_report(&f, report_html_account, &o);
	need(text, "not known");
	refuse(text, "Nothing of yours is missing");
	fx_close(&f);
}

static void caps_the_rows_and_says_so(void **state)
{
	enum { ACCOUNTS = HTML_ACCOUNTS_MAX + 1 };
	struct report_options o = { .project = "move" };
	const char *text;
	struct fx f;

	(void)state;
	look = NULL;
	fx_open(&f);
	for (int i = 0; i < ACCOUNTS; i++)
		(void)fx_transfer(
			&f, arena_printf(&f.arena, "person%05d@mail.example.org", i),
			arena_printf(&f.arena, "person%05d", i), NULL, "", "");
	text = write_report(&f, html, &o);
	assert_int_equal(count_of(text, "<tr><td><bdi>"), HTML_ACCOUNTS_MAX);
	need(text, "These are 2000 of 2001 accounts");
	assert_true(strlen(text) < 1u << 20);
	fx_close(&f);
}

static void a_store_without_accounts_is_no_failure(void **state)
{
	struct report_options o = { .project = "move" };
	const char *text;
	struct fx f;

	(void)state;
	look = NULL;
	fx_open(&f);
	text = write_report(&f, html, &o);
	need(text, "NOT JUDGED");
	need(text, "0 of 0");
	refuse(text, "nan");
	refuse(text, "-inf");
	fx_close(&f);
}

static void shares_are_rounded_down(void **state)
{
	static const struct {
		int64_t part, whole;
		const char *out;
	} cases[] = {
		{ 0, 0, "0 %" },
		{ 0, 5, "0 %" },
		{ 5, 5, "100 %" },
		{ 9996, 10000, "99.9 %" },
		{ 99999999, 100000000, "99.9 %" },
		{ INT64_C(999999999999999999), INT64_C(1000000000000000000), "99.9 %" },
		{ 1, 3, "33.3 %" },
		{ 1, 1000000, "0 %" },
	};
	char buf[16];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(page_share(cases[i].part, cases[i].whole, buf, sizeof buf),
			   cases[i].out) != 0)
			fail_msg("case %zu: %s", i, buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_whatever_comes_from_outside),
		cmocka_unit_test(says_the_verdict_first_and_answers_four_questions),
		cmocka_unit_test(what_was_accepted_did_not_arrive),
		cmocka_unit_test(is_the_same_twice_and_one_policy_rules_it),
		cmocka_unit_test(leaves_names_out_when_asked),
		cmocka_unit_test(tells_what_the_gate_says),
		cmocka_unit_test(nothing_from_a_server_becomes_markup),
		cmocka_unit_test(shows_the_history_and_forecasts_from_it),
		cmocka_unit_test(an_owner_sees_what_is_at_risk),
		cmocka_unit_test(caps_the_rows_and_says_so),
		cmocka_unit_test(a_store_without_accounts_is_no_failure),
		cmocka_unit_test(shares_are_rounded_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
