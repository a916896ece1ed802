/* SPDX-License-Identifier: MIT */
/* What kinds both servers are of, and the rules of the config: names that are not taken,
 * facts that are not compared. */
#include "tests/support/verify_fixture.h"

#include "verify/work.h"

static const struct fx_message a[] = { { "<a@x>", 100, D0, 0, NULL, 1 } },
			       b[] = { { "<b@x>", 100, D0, 0, NULL, 1 } };

/* ---- names ---- */

static void knows_the_names_that_are_not_taken(void **state)
{
	static const char *const words[] = { "Calendar" };
	static const struct {
		struct profile p;
		char delim;
		const char *name;
		bool want;
	} cases[] = {
		{ { .refused.text = "" }, '/', "Work/1999", false },
		/* the server's own separator, inside a level */
		{ { .refused.text = "" }, '.', "a.b", true },
		{ { .refused.text = "" }, '.', "a/b", false },
		{ { .refused.text = "" }, '/', "a%2Fb", true },
		{ { .refused.text = "" }, '.', "a%2Fb", false },
		{ { .refused.text = "" }, '\0', "a.b", false },
		/* characters; a '/' between levels is none of the name */
		{ { .refused.text = "/" }, '.', "a/b/c", false },
		{ { .refused.text = "/" }, '.', "a/b%2Fc", true },
		{ { .refused.text = "%*?" }, '/', "50%25 off", true },
		{ { .refused.text = "%*?" }, '/', "50 off", false },
		{ { .refused.text = "^" }, '/', "a^b", true },
		{ { .refused.text = "2" }, '.', "a%2Fb", false },
		/* any other '%' is itself */
		{ { .refused.text = "%" }, '/', "100%", true },
		{ { .refused.text = "" }, '/', "a\tb", false },
		{ { .refused.text = "", .refuses_controls.on = true },
		  '/',
		  "a\tb",
		  true },
		{ { .refused.text = "", .refuses_controls.on = true },
		  '/',
		  "a b",
		  false },
		/* reserved, and what is below */
		{ { .refused.text = "", .reserved = { words, 1, "" } },
		  '/',
		  "Calendar",
		  true },
		{ { .refused.text = "", .reserved = { words, 1, "" } },
		  '/',
		  "Calendar/Old",
		  true },
		{ { .refused.text = "", .reserved = { words, 1, "" } },
		  '/',
		  "Calendars",
		  false },
		/* too long, too deep */
		{ { .refused.text = "", .name_octets = { 5, PROFILE_UTF8, "" } },
		  '/',
		  "abcde",
		  false },
		{ { .refused.text = "", .name_octets = { 5, PROFILE_UTF8, "" } },
		  '/',
		  "abcdef",
		  true },
		{ { .refused.text = "", .name_octets = { 5, PROFILE_UTF8, "" } },
		  '.',
		  "ab%2Fcd",
		  false },
		/* counted otherwise: not known here */
		{ { .refused.text = "", .name_octets = { 5, PROFILE_CHARACTERS, "" } },
		  '/',
		  "abcdef",
		  false },
		{ { .refused.text = "", .depth = { 2, PROFILE_UTF8, "" } },
		  '/',
		  "a/b",
		  false },
		{ { .refused.text = "", .depth = { 2, PROFILE_UTF8, "" } },
		  '/',
		  "a/b/c",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (kinds_refuses(&cases[i].p, cases[i].delim, cases[i].name) !=
		    cases[i].want)
			fail_msg("case %zu: %s", i, cases[i].name);
}

/* A folder that is missing because nobody could have made it: said of it and its mail. */
static void a_folder_that_cannot_be_made_says_so(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", a), F("Calendar/Work", b) };
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 2);
	fx_read(&f, SIDE_NEW, "ann", old, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	o.profile[SIDE_NEW] = "exchange";
	verify(&f, &o);
	assert_string_equal(reasons(&f, t),
			    "name doubt message-missing old Calendar/Work 1\n"
			    "name doubt folder-missing old Calendar/Work\n");
	fx_close(&f);
}

/* A folder without mail: a place for others, one that somebody may miss, one that is a
 * mere place on the new side; and one of which nobody knows. */
static void a_missing_folder_that_is_empty_says_so(void **state)
{
	static const struct fx_folder old[] = {
		F("INBOX", a),
		{ .name = "Closed", .outcome = FOLDER_UNREADABLE, .error = "NO" },
		{ .name = "Place", .depth = DEPTH_FULL },
		F("Place/Work", b),
		{ .name = "Spare", .depth = DEPTH_FULL },
		{ .name = "Tree", .depth = DEPTH_FULL },
		F("Tree/Leaf", b),
	};
	static const struct fx_folder new[] = {
		F("INBOX", a),
		F("Place/Work", b),
		{ .name = "Tree",
		  .attrs = FOLDER_NOSELECT,
		  .outcome = FOLDER_UNSELECTABLE },
		F("Tree/Leaf", b),
	};
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, COUNT_OF(old));
	fx_read(&f, SIDE_NEW, "ann", new, COUNT_OF(new));
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	assert_string_equal(reasons(&f, t), "none doubt folder-missing old Closed\n"
					    "empty doubt folder-missing old Spare\n"
					    "none doubt folder-unreadable old Closed\n"
					    "empty info folder-missing old Place\n"
					    "empty info folder-missing old Tree\n");
	fx_close(&f);
}

/* ---- what is not compared ---- */

static const char said[] = "Not compared with Microsoft Exchange: ";

static size_t times(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, word)) != NULL; p++)
		n++;
	return n;
}

/* Each side's kind is told, and one that both are of once. */
static void what_a_kind_makes_incomparable_is_told_once(void **state)
{
	static const struct {
		const char *old, *new;
		size_t n;
	} cases[] = { { "generic", "generic", 0 },
		      { "exchange", "generic", 3 },
		      { "generic", "exchange", 3 },
		      { "exchange", "exchange", 3 } };
	static const struct fx_folder folder = F("INBOX", a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &folder, 1);
		fx_read(&f, SIDE_NEW, "ann", &folder, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.profile[SIDE_OLD] = cases[i].old;
		o.profile[SIDE_NEW] = cases[i].new;
		verify(&f, &o);
		if (times(judgement(&f, t).note, said) != cases[i].n)
			fail_msg("case %zu: %s", i, judgement(&f, t).note);
		fx_close(&f);
	}
}

/* Members of one judgement on servers of several kinds: each is told his own, whoever
 * comes behind him. */
static void each_member_has_a_server_of_its_own(void **state)
{
	static const char *const id[] = { "Microsoft.Exchange.Imap4", "Cyrus IMAP 3.6.1",
					  "" };
	static const struct fx_folder folder = F("INBOX", a);
	const char *name[] = { "ann", "bob", "cid" };
	struct fx f;
	int64_t t[3] = { 0 };
	struct verify_options o = options(t, 3);

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	for (size_t i = 0; i < 3; i++) {
		t[i] = fx_transfer(&f, name[i], name[i], "all", "", "");
		f.server_id[SIDE_OLD] = id[i];
		fx_read(&f, SIDE_OLD, name[i], &folder, 1);
	}
	fx_read(&f, SIDE_NEW, "all", &folder, 1);
	fx_audit_end(&f);
	verify(&f, &o);
	assert_int_equal(times(judgement(&f, t[0]).note, said), 3);
	assert_int_equal(times(judgement(&f, t[1]).note, said), 0);
	assert_int_equal(times(judgement(&f, t[2]).note, said), 0);
	fx_close(&f);
}

/* Servers that never say the same twice are forgotten from time to time. */
static void servers_of_many_names_are_judged_all_the_same(void **state)
{
	enum { N = KINDS_KEPT + 4 };
	static const struct fx_folder folder = F("INBOX", a);
	struct fx f;
	int64_t t[N] = { 0 };
	struct verify_options o = options(t, N);

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	for (size_t i = 0; i < N; i++) {
		const char *name = arena_printf(&f.arena, "user%02zu", i);

		t[i] = fx_transfer(&f, name, name, name, "", "");
		f.server_id[SIDE_OLD] = arena_printf(&f.arena,
						     "Microsoft.Exchange.Imap4 %zu", i);
		f.capability[SIDE_NEW] = arena_printf(&f.arena, "IMAP4rev1 X%zu", i);
		fx_read(&f, SIDE_OLD, name, &folder, 1);
		fx_read(&f, SIDE_NEW, name, &folder, 1);
	}
	fx_audit_end(&f);
	verify(&f, &o);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(times(judgement(&f, t[i]).note, said), 3);
	fx_close(&f);
}

/* What is not compared is neither a finding nor a pattern. */
static void facts_that_are_not_compared_make_no_pattern(void **state)
{
	enum { N = 20 };
	static const struct {
		unsigned not_comparable;
		bool date, words, octets, flags;
	} cases[] = {
		{ 0, true, true, true, true },
		{ DIFF_DATE, false, true, true, true },
		{ DIFF_KEYWORDS, true, false, true, true },
		{ DIFF_OCTETS, true, true, false, true },
		{ DIFF_FLAGS, true, true, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_message old[N], new[N];
		const struct fx_folder before = F("INBOX", old), after = F("INBOX", new);
		struct verify_options o;
		const char *note;
		struct fx f;
		int64_t t;

		fx_open(&f);
		for (size_t k = 0; k < N; k++) {
			old[k] = new[k] = (struct fx_message){
				.id = arena_printf(&f.arena, "<%zu@x>", k),
				.octets = 100,
				.date = D0 + (int64_t)k * 1000,
				.flags = MSG_SEEN,
				.keywords = "$Work",
			};
			new[k].date += 7200;
			new[k].octets += 26;
			new[k].keywords = NULL;
			new[k].flags = 0;
		}
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &before, 1);
		fx_read(&f, SIDE_NEW, "ann", &after, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.not_comparable = cases[i].not_comparable;
		verify(&f, &o);
		note = judgement(&f, t).note;
		if ((strstr(note, "a time zone") != NULL) != cases[i].date ||
		    (strstr(note, "had keywords lost") != NULL) != cases[i].words ||
		    (strstr(note, "differ by +26 octets") != NULL) != cases[i].octets ||
		    (strstr(note, "had flags lost") != NULL) != cases[i].flags)
			fail_msg("case %zu: %s", i, note);
		assert_int_equal(strstr(reasons(&f, t), " date ") != NULL, cases[i].date);
		assert_int_equal(strstr(reasons(&f, t), " octets ") != NULL,
				 cases[i].octets);
		fx_close(&f);
	}
}

static void a_kind_that_is_not_there_is_an_error(void **state)
{
	static const struct fx_folder folder = F("INBOX", a);

	(void)state;
	for (int s = 0; s < SIDE_COUNT; s++) {
		struct err err = ERR_INIT;
		struct verify_options o;
		struct verify_result r;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &folder, 1);
		fx_read(&f, SIDE_NEW, "ann", &folder, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.profile[s] = "nosuchserver";
		assert_false(verify_run(f.st, &o, &r, &err));
		assert_int_equal(err.cls, ERR_CONFIG);
		fx_close(&f);
	}
}

/* ---- rules ---- */

static void rules_that_are_wrong_are_an_error(void **state)
{
	static const struct map_regex open[] = { { "(", "", false } };
	static const struct map_rules wrong = { .regex = open, .regex_n = 1 };
	struct err err = ERR_INIT;
	struct verify_options o;
	struct verify_result r;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	o = options(&t, 1);
	o.rules = &wrong;
	assert_false(verify_run(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	fx_close(&f);
}

/* A rule that leaves nothing of a name spoils that folder, and nothing else. */
static void a_rule_that_fails_on_a_folder_spoils_it_alone(void **state)
{
	static const struct map_regex nothing[] = { { "^Odd$", "", false } };
	static const struct map_rules rules = { .regex = nothing, .regex_n = 1 };
	static const struct fx_folder both[] = { F("INBOX", a), F("Odd", a),
						 FE("Empty") };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", both, 3);
	fx_read(&f, SIDE_NEW, "ann", both, 3);
	fx_audit_end(&f);
	o = options(&t, 1);
	o.rules = &rules;
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_string_equal(reasons(&f, t), "none doubt folder-unreadable old Odd\n");
	assert_int_equal(j.count.same, 1);
	assert_int_equal(j.count.old_unverified, 1);
	fx_close(&f);
}

struct heard {
	char text[512];
	int64_t done, total;
};

static void on_say(void *ctx, const char *line)
{
	struct heard *h = ctx;

	snprintf(h->text + strlen(h->text), sizeof h->text - strlen(h->text), "%s\n",
		 line);
}

static void on_progress(void *ctx, int64_t done, int64_t total)
{
	struct heard *h = ctx;

	assert_true(done > h->done && done <= total);
	h->done = done;
	h->total = total;
}

/* A rule that matches nothing is told; whoever is judged for another's sake is not
 * counted as done. */
static void says_what_matched_nothing_and_how_far_it_is(void **state)
{
	static const struct map_pair pairs[] = { { "Work", "Play" }, { "Wrok", "Play" } };
	static const struct map_rules rules = { .pairs = pairs, .pair_n = 2 };
	static const struct fx_folder old[] = { F("INBOX", a), FE("Work") };
	static const struct fx_folder new[] = { F("INBOX", a), FE("Play") };
	struct heard h = { .text = "" };
	struct verify_options o;
	struct fx f;
	int64_t t[3];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "both", "", "");
	t[2] = fx_transfer(&f, "cid", "cid", "both", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 2);
	fx_read(&f, SIDE_NEW, "ann", new, 2);
	fx_audit_end(&f);
	o = options(t, 2);
	o.rules = &rules;
	o.say = on_say;
	o.say_ctx = &h;
	o.progress = on_progress;
	o.progress_ctx = &h;
	assert_int_equal(verify(&f, &o).transfers, 2);
	assert_string_equal(
		h.text, "the rule \"Wrok\" to \"Play\" of \"map\" matched no folder\n");
	assert_int_equal(h.done, 2);
	assert_int_equal(h.total, 2);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_names_that_are_not_taken),
		cmocka_unit_test(a_folder_that_cannot_be_made_says_so),
		cmocka_unit_test(a_missing_folder_that_is_empty_says_so),
		cmocka_unit_test(what_a_kind_makes_incomparable_is_told_once),
		cmocka_unit_test(each_member_has_a_server_of_its_own),
		cmocka_unit_test(servers_of_many_names_are_judged_all_the_same),
		cmocka_unit_test(facts_that_are_not_compared_make_no_pattern),
		cmocka_unit_test(a_kind_that_is_not_there_is_an_error),
		cmocka_unit_test(rules_that_are_wrong_are_an_error),
		cmocka_unit_test(a_rule_that_fails_on_a_folder_spoils_it_alone),
		cmocka_unit_test(says_what_matched_nothing_and_how_far_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
