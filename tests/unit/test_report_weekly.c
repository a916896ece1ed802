/* SPDX-License-Identifier: MIT */
/* The words of the weekly mail over stores that were filled and verified for it. */
#include "model/ledger_head.h"
#include "report/report_change.h"
#include "report/report_weekly.h"
#include "tests/support/report_fixture.h"

#define LAST INT64_C(1796000000) /* 2026-11-30 */

static struct weekly_words words(struct fx *f, const struct report_options *o,
				 const struct outlook *look, const struct weekly_ask *ask)
{
	struct weekly_words w;
	struct err err = ERR_INIT;

	fx_ok(report_weekly(f->st, o, look, ask, &f->arena, &w, &err));
	/* Whoever reads it on a terminal, and the header of the mail, are safe. */
	for (const char *s = w.subject; *s != '\0'; s++)
		assert_true((unsigned char)*s >= ' ' && *s != 0x7f);
	for (const char *s = w.text; *s != '\0'; s++)
		assert_true((unsigned char)*s >= ' ' || *s == '\n');
	return w;
}

static void says_of_a_first_report_that_it_is_one(void **state)
{
	struct report_options o = { .project = "move" };
	struct weekly_ask ask = { .last_at = 0 };
	struct ledger_head head;
	struct weekly_words w;
	size_t at = 0;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	w = words(&f, &o, NULL, &ask);
	assert_string_equal(w.subject,
			    "[INCOMPLETE] Mail migration move: 1 of 4 accounts proven, 1 "
			    "message missing, 2 not examined in full");
	assert_string_equal(w.verdict, "INCOMPLETE");
	/* The verdict comes first. */
	assert_memory_equal(w.text, "INCOMPLETE: ", 12);
	need(w.text, "This is the first weekly report");
	need(w.text, "May the old server be shut down? No.");
	need(w.text, "Whose turn it is:");
	refuse(w.text, "as then");
	refuse(w.text, "got better or worse");
	assert_int_equal(w.figures.accounts, 4);
	assert_int_equal(w.figures.proven, 1);
	assert_int_equal(w.figures.differs, 1);
	assert_int_equal(w.figures.unknown, 2);
	assert_int_equal(w.figures.missing, 1);
	assert_true(w.verify > 0);
	/* ledger verify --against finds the head in it. */
	assert_true(ledger_head_find(span_str(w.text), &at, &head));
	assert_true(head.seq > 0);
	assert_string_equal(w.text, words(&f, &o, NULL, &ask).text);
	fx_close(&f);
}

static void compares_with_what_the_last_one_told(void **state)
{
	struct report_options o = { .project = "move" };
	struct weekly_ask ask = { .last_at = 0 };
	struct weekly_words first, w;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	first = words(&f, &o, NULL, &ask);
	ask.last_at = LAST;
	ask.last = first.figures;
	o.before = first.verify;
	w = words(&f, &o, NULL, &ask);
	need(w.text, "since the report of 2026-11-30");
	need(w.text, "No account got better or worse since then.");
	need(w.text, "Without progress, longest first (2):");
	need(w.text, "bob: differs, 1 missing, as it is since");
	refuse(w.text, "first weekly report");
	/* Bob's mail arrives, Ann loses two messages. */
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "bob", inbox_three, 1);
	fx_read(&f, SIDE_NEW, "ann", inbox_two, 1);
	fx_audit_end(&f);
	verify(&f, t, 4);
	w = words(&f, &o, NULL, &ask);
	need(w.text, "Worse than then (1):\n  ann (differs, missing 0 -> 1)");
	need(w.text, "Proven since then (1):\n  bob\n");
	refuse(w.text, "No account got better or worse");
	assert_true(w.verify > first.verify);
	/* The one before it was asked for, not that of a week ago. */
	o.before = w.verify;
	need(words(&f, &o, NULL, &ask).text, "No account got better or worse");
	fx_close(&f);
}

static const struct outlook *html_of;

static bool page_html(struct store *st, const struct report_options *o,
		      const struct report_sink *sink, struct err *err)
{
	return report_html(st, o, html_of, sink, err);
}

static void names_who_has_not_arrived_and_what_could_not_be_read(void **state)
{
	static const char *const trouble[] = { "the old server: cannot connect" };
	static const struct outlook_check checks[] = {
		{ .name = "G01",
		  .title = "All decided",
		  .word = "PASS",
		  .sentence = "",
		  .command = "",
		  .mark = OUTLOOK_GOOD },
		{ .name = "G02",
		  .title = "All accounted",
		  .word = "NO DATA",
		  .sentence = "nobody looked for Anna",
		  .command = "",
		  .mark = OUTLOOK_UNKNOWN },
	};
	struct outlook_absent absent[2];
	struct outlook look = { .gated = true,
				.bar = "",
				.check = checks,
				.check_n = 2,
				.moved = 3,
				.arrived = 1,
				.absent = absent,
				.absent_n = 2 };
	struct report_options o = { .project = "move" };
	struct weekly_ask ask = { .trouble = trouble, .trouble_n = 1 };
	struct weekly_words w;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	absent[0] = (struct outlook_absent){ t[1], false };
	absent[1] = (struct outlook_absent){ t[2], true };
	w = words(&f, &o, &look, &ask);
	need(w.subject, "[NO-GO]");
	need(w.text, "1 of 3 users with a cutover have arrived");
	need(w.text, "before (1):\n  bob\n");
	need(w.text, "since (1):\n  cid\n");
	need(w.text, "  - the old server: cannot connect\n");
	need(w.text, "1 of 2 checks of the gate pass. The others:\n  NO DATA  G02");
	need(w.text, "nobody looked for Anna");
	/* And so does the page. */
	html_of = &look;
	need(write_report(&f, page_html, &o),
	     "may wait for mail there: <bdi>bob</bdi></p>");
	need(write_report(&f, page_html, &o),
	     "covers the time since: <bdi>cid</bdi></p>");
	look.absent_n = 0;
	need(words(&f, &o, &look, &ask).text, "; nobody");
	fx_close(&f);
}

static void leaves_out_names_and_says_which_files_are_not_attached(void **state)
{
	static const struct outlook_check checks[] = {
		{ .name = "G02",
		  .title = "All accounted",
		  .word = "FAIL",
		  .sentence = "nobody looked for Anna",
		  .command = "",
		  .mark = OUTLOOK_BAD },
	};
	const struct weekly_file files[] = {
		{ "weekly/a.html", 2048, true, NULL },
		{ "weekly/a.xlsx", INT64_C(30) << 20, false, "it is too large" },
	};
	struct outlook look = { .gated = true, .bar = "", .check = checks, .check_n = 1 };
	struct report_options o = { .project = "geheim", .redact = true };
	struct weekly_ask ask = { .file = files, .file_n = 2 };
	struct weekly_words w;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	w = words(&f, &o, &look, &ask);
	refuse(w.subject, "geheim");
	refuse(w.text, "geheim");
	refuse(w.text, "bob");
	refuse(w.text, "Anna");
	refuse(w.text, "ledger: entry");
	need(w.text, "Names are replaced by short ids");
	need(w.text, "weekly/a.html (2.0 KiB), attached");
	need(w.text, "weekly/a.xlsx (30.0 MiB), not attached: it is too large");
	fx_close(&f);
}

static void shows_hostile_names_as_text(void **state)
{
	static const char evil[] = "a\r\nBcc: x@y\n\033[31m\xE2\x80\xAE<b>";
	struct report_options o = { .project = evil };
	struct weekly_ask ask = { .last_at = LAST };
	struct weekly_words w;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	t = fx_transfer(&f, evil, "e", "e", "", "");
	fx_read(&f, SIDE_OLD, "e", inbox_three, 1);
	fx_read(&f, SIDE_NEW, "e", inbox_two, 1);
	fx_audit_end(&f);
	verify(&f, &t, 1);
	o.before = INT64_C(1) << 40;
	w = words(&f, &o, NULL, &ask);
	need(w.subject, "Mail migration a\\x0D\\x0ABcc: x@y");
	need(w.text, "\\x0D\\x0ABcc: x@y");
	refuse(w.text, "\nBcc");
	refuse(w.text, "\xE2\x80\xAE");
	fx_close(&f);
}

static void counts_what_there_is_before_there_is_a_new_server(void **state)
{
	struct report_options o = { .project = "move", .one_sided = true };
	struct weekly_ask ask = { .last_at = 0 };
	struct weekly_words w;
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	(void)fx_transfer(&f, "ann", "ann", "ann", "", "");
	(void)fx_transfer(&f, "bob", "bob", "bob", "", "");
	fx_read(&f, SIDE_OLD, "ann", inbox_three, 1);
	fx_audit_end(&f);
	w = words(&f, &o, NULL, &ask);
	assert_string_equal(w.subject, "[INVENTORY] Mail migration move: 2 accounts");
	need(w.text, "accounts read on the old server                  1\n");
	need(w.text, "messages there, as far as read                   3\n");
	refuse(w.text, "proven");
	refuse(w.text, "in full");
	fx_close(&f);
}

static void says_that_there_is_none_and_why(void **state)
{
	struct report_options o = { .project = "move\nx" };
	struct weekly_words w;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	report_weekly_none(&o, "the disk is full\r\nBcc: x", "make room", LAST, &arena,
			   &w);
	assert_string_equal(w.subject, "[NO REPORT] Mail migration move\\x0Ax");
	need(w.text, "Why: the disk is full\\x0D\\x0ABcc: x");
	need(w.text, "What to do: make room");
	need(w.text, "newer than the report of 2026-11-30");
	o.redact = true;
	report_weekly_none(&o, "anna's folder", "ask anna", 0, &arena, &w);
	refuse(w.text, "anna");
	assert_string_equal(w.subject, "[NO REPORT] Mail migration");
	arena_done(&arena);
}

static void knows_better_from_worse(void **state)
{
	static const struct {
		enum page_state was, is;
		int64_t then, now;
		enum page_change change;
	} cases[] = {
		{ PAGE_CLEAN, PAGE_CLEAN, 0, 0, CHANGE_NONE },
		{ PAGE_DIFFERS, PAGE_CLEAN, 3, 0, CHANGE_ARRIVED },
		{ PAGE_NEVER, PAGE_CLEAN, 0, 0, CHANGE_ARRIVED },
		{ PAGE_INCOMPLETE, PAGE_STAYS, 0, 0, CHANGE_ARRIVED },
		{ PAGE_CLEAN, PAGE_DIFFERS, 0, 1, CHANGE_WORSE },
		{ PAGE_DIFFERS, PAGE_DIFFERS, 1, 2, CHANGE_WORSE },
		{ PAGE_DIFFERS, PAGE_DIFFERS, 2, 1, CHANGE_BETTER },
		{ PAGE_DIFFERS, PAGE_DIFFERS, 2, 2, CHANGE_NONE },
		/* What is unknown may be anything. */
		{ PAGE_DIFFERS, PAGE_INCOMPLETE, 9, 0, CHANGE_WORSE },
		{ PAGE_INCOMPLETE, PAGE_DIFFERS, 0, 0, CHANGE_BETTER },
		{ PAGE_NEVER, PAGE_DIFFERS, 0, 5, CHANGE_FIRST },
		{ PAGE_NEVER, PAGE_NEVER, 0, 0, CHANGE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct page_account a = { .state = cases[i].is,
					  .was = cases[i].was,
					  .was_missing = cases[i].then };

		a.j.count.missing = cases[i].now;
		if (page_change(&a) != cases[i].change)
			fail_msg("case %zu: %d", i, (int)page_change(&a));
		/* Less was found where less was looked at: that says nothing. */
		if (page_missing_changed(&a) !=
		    (cases[i].now != cases[i].then &&
		     !(cases[i].was == PAGE_DIFFERS && cases[i].is == PAGE_INCOMPLETE)))
			fail_msg("case %zu: missing", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_of_a_first_report_that_it_is_one),
		cmocka_unit_test(compares_with_what_the_last_one_told),
		cmocka_unit_test(names_who_has_not_arrived_and_what_could_not_be_read),
		cmocka_unit_test(leaves_out_names_and_says_which_files_are_not_attached),
		cmocka_unit_test(shows_hostile_names_as_text),
		cmocka_unit_test(counts_what_there_is_before_there_is_a_new_server),
		cmocka_unit_test(says_that_there_is_none_and_why),
		cmocka_unit_test(knows_better_from_worse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
