/* SPDX-License-Identifier: MIT */
/* Sides that are unknown, stale, named otherwise or shared. */
#include "tests/support/verify_fixture.h"

static const struct fx_message abc[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					 { "<b@x>", 200, D0 + 1, 0, "$Work", 0 },
					 { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL, 0 } };
static const struct fx_message ab[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					{ "<b@x>", 200, D0 + 1, 0, "$Work", 0 } };
static const struct fx_message only_c[] = { { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL,
					      0 } };
static const struct fx_message early[] = { { "<old@x>", 10, D0, 0, NULL, 0 } };

enum how {
	GOOD,
	NEVER,
	FAILED,
	SHOWS_NOTHING,
	SHOWS_OTHERS,
	SHOWS_PLACES,
	FAILED_AFTER_GOOD,
	NO_ACCOUNT
};

static void set_side(struct fx *f, enum side side, enum how how)
{
	static const struct fx_folder inbox[] = { F("INBOX", abc) };
	static const struct fx_folder others[] = { FEA("Other Users/bob",
						       FOLDER_FOREIGN) };
	static const struct fx_folder places[] = { FEA("INBOX", FOLDER_NOSELECT) };

	if (how == GOOD || how == FAILED_AFTER_GOOD)
		fx_read(f, side, "ann", inbox, 1);
	if (how == FAILED || how == FAILED_AFTER_GOOD)
		fx_fail(f, side, "ann", ACCOUNT_NO_LOGIN, "NO [AUTHENTICATIONFAILED]");
	if (how == SHOWS_OTHERS)
		fx_read(f, side, "ann", others, 1);
	if (how == SHOWS_PLACES)
		fx_read(f, side, "ann", places, 1);
	if (how == SHOWS_NOTHING)
		fx_fail(f, side, "ann", ACCOUNT_NO_FOLDERS, "");
}

static void never_calls_an_unknown_side_clean(void **state)
{
	static const struct {
		enum how old, new;
		const char *decision;
		bool one_sided;
		enum verdict verdict;
		const char *findings, *counts;
	} cases[] = {
		{ GOOD, GOOD, "migrate", false, VERDICT_CLEAN, "", "3 0 0 0 0 0 0 0" },
		{ GOOD, NEVER, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable new \n", "0 0 0 0 0 0 3 0" },
		{ NEVER, GOOD, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \n", "0 0 0 0 0 0 0 3" },
		{ NEVER, NEVER, "", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \ndoubt account-unreadable new \n",
		  "0 0 0 0 0 0 0 0" },
		{ FAILED, FAILED, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \ndoubt account-unreadable new \n",
		  "0 0 0 0 0 0 0 0" },
		/* two accounts that show nothing do not match */
		{ SHOWS_NOTHING, SHOWS_NOTHING, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \ndoubt account-unreadable new \n",
		  "0 0 0 0 0 0 0 0" },
		/* nor do two that show what is not theirs, or only the tree */
		{ SHOWS_OTHERS, SHOWS_OTHERS, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \ndoubt account-unreadable new \n",
		  "0 0 0 0 0 0 0 0" },
		{ SHOWS_PLACES, SHOWS_PLACES, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \ndoubt account-unreadable new \n",
		  "0 0 0 0 0 0 0 0" },
		/* read once, refused now: what was known is not used */
		{ GOOD, FAILED_AFTER_GOOD, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable new \n", "0 0 0 0 0 0 3 3" },
		{ GOOD, NO_ACCOUNT, "migrate", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable new \n", "0 0 0 0 0 0 3 0" },
		{ NO_ACCOUNT, GOOD, "forward", false, VERDICT_INCOMPLETE,
		  "doubt account-unreadable old \n", "0 0 0 0 0 0 0 3" },
		{ GOOD, NO_ACCOUNT, "archive", false, VERDICT_NOT_JUDGED, "",
		  "0 0 0 0 0 0 0 0" },
		{ GOOD, NEVER, "delete", false, VERDICT_NOT_JUDGED, "",
		  "0 0 0 0 0 0 0 0" },
		{ GOOD, FAILED, "keep", false, VERDICT_NOT_JUDGED, "",
		  "0 0 0 0 0 0 0 0" },
		{ GOOD, NO_ACCOUNT, "migrate", true, VERDICT_NOT_JUDGED, "",
		  "0 0 0 0 0 0 0 0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct verify_result r;
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", cases[i].old == NO_ACCOUNT ? NULL : "ann",
				cases[i].new == NO_ACCOUNT ? NULL : "ann", "",
				cases[i].decision);
		fx_audit(&f, DEPTH_FULL);
		set_side(&f, SIDE_OLD, cases[i].old);
		set_side(&f, SIDE_NEW, cases[i].new);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.one_sided = cases[i].one_sided;
		r = verify(&f, &o);
		j = judgement(&f, t);
		if (j.verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i, verdict_name(j.verdict));
		if (strcmp(findings(&f, t), cases[i].findings) != 0)
			fail_msg("case %zu: %s", i, findings(&f, t));
		if (strcmp(counts_text(&f, &j), cases[i].counts) != 0)
			fail_msg("case %zu: %s", i, counts_text(&f, &j));
		if (cases[i].verdict != VERDICT_CLEAN && *j.note == '\0')
			fail_msg("case %zu: no reason is given", i);
		if (r.transfers != 1 ||
		    r.incomplete != (j.verdict == VERDICT_INCOMPLETE) ||
		    r.not_judged != (j.verdict == VERDICT_NOT_JUDGED) ||
		    r.clean != (j.verdict == VERDICT_CLEAN))
			fail_msg("case %zu: the result counts otherwise", i);
		check_sums(i, &j);
		fx_close(&f);
	}
}

static void says_when_a_lost_side_was_last_read(void **state)
{
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	set_side(&f, SIDE_OLD, GOOD);
	set_side(&f, SIDE_NEW, FAILED_AFTER_GOOD);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_non_null(strstr(j.note, "login refused (NO [AUTHENTICATIONFAILED])"));
	assert_non_null(strstr(j.note, "; last read on 20"));
	fx_close(&f);
}

static void old_evidence_is_unknown(void **state)
{
	static const struct fx_folder one[] = { F("INBOX", abc) },
				      two[] = { F("INBOX", ab) };
	static const struct {
		int64_t ahead;
		enum verdict verdict;
		const char *findings, *counts;
	} cases[] = {
		{ 6 * DAY, VERDICT_DIFFERS, "doubt message-missing old INBOX 3\n",
		  "2 0 0 0 1 0 0 0" },
		{ 8 * DAY, VERDICT_INCOMPLETE,
		  "doubt evidence-stale old \ndoubt evidence-stale new \n",
		  "0 0 0 0 0 0 3 2" },
		{ -DAY, VERDICT_INCOMPLETE,
		  "doubt evidence-stale old \ndoubt evidence-stale new \n",
		  "0 0 0 0 0 0 3 2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", one, 1);
		fx_read(&f, SIDE_NEW, "ann", two, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.now += cases[i].ahead;
		verify(&f, &o);
		j = judgement(&f, t);
		if (j.verdict != cases[i].verdict ||
		    strcmp(findings(&f, t), cases[i].findings) != 0 ||
		    strcmp(counts_text(&f, &j), cases[i].counts) != 0)
			fail_msg("case %zu: %s, %s\n%s", i, verdict_name(j.verdict),
				 counts_text(&f, &j), findings(&f, t));
		fx_close(&f);
	}
}

static const struct fx_message abcd[] = { { "<a@x>", 1, D0, 0, NULL, 0 },
					  { "<b@x>", 1, D0, 0, NULL, 0 },
					  { "<c@x>", 1, D0, 0, NULL, 0 },
					  { "<d@x>", 1, D0, 0, NULL, 0 } };

static void counts_that_moved_on_make_the_reading_stale(void **state)
{
	static const struct fx_folder full[] = { F("INBOX", abc) };
	/* Counted later: one message more. */
	static const struct fx_folder more[] = {
		{ .name = "INBOX", .message = abcd, .n = 4, .outcome = FOLDER_COUNTED }
	};
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", full, 1);
	fx_read(&f, SIDE_NEW, "ann", full, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	fx_audit(&f, DEPTH_COUNTS);
	fx_read(&f, SIDE_NEW, "ann", more, 1);
	fx_audit_end(&f);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_string_equal(findings(&f, t), "doubt evidence-stale new INBOX\n");
	fx_close(&f);
}

/* Killed in the middle: the rows are ahead of the reading that counted them. */
static void an_audit_cut_off_in_the_middle_is_noticed(void **state)
{
	static const struct fx_folder full[] = { F("INBOX", abc) };
	struct store_row row = {
		.m = { .uid = 1, .tier = TIER_ID, .octets = 1, .date = D0 },
		.keywords = ""
	};
	struct folder_state now = {
		.uidvalidity = 1, .uidnext = 9, .modseq = -1, .exists = 5
	};
	struct store_window w = {
		.rows = &row, .row_n = 1, .lo = 1, .hi = 1023, .depth = DEPTH_FULL
	};
	struct err err = ERR_INIT;
	struct folder_view *folder;
	struct verify_options o;
	struct judgement j;
	uint32_t resume;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", full, 1);
	fx_read(&f, SIDE_NEW, "ann", full, 1);
	fx_audit_end(&f);
	fx_audit(&f, DEPTH_FULL);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena,
			    &folder, &n, &err));
	fx_ok(store_folder_begin(f.st, folder[0].folder.id, &now, false, &w.epoch, &resume,
				 &err));
	row.m.key = fx_key("<a@x>");
	fx_ok(store_window_put(f.st, &w, &err));
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_non_null(strstr(findings(&f, t), "doubt evidence-stale old INBOX\n"));
	check_sums(0, &j);
	fx_close(&f);
}

/* ---- names ---- */

static void pairs_across_prefix_and_delimiter(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", ab),
						F("INBOX.Work.1999", only_c),
						FE("INBOX.Work") };
	static const struct fx_folder new[] = { F("INBOX", ab), F("Work/1999", only_c),
						FE("Work") };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read_as(&f, SIDE_OLD, "ann", old, COUNT_OF(old), "INBOX.", '.');
	fx_read(&f, SIDE_NEW, "ann", new, COUNT_OF(new));
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(findings(&f, t), "");
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	assert_int_equal(j.folders_old, 3);
	fx_close(&f);
}

static void several_transfers_may_end_in_one_account(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", ab) },
				      bob[] = { F("INBOX", only_c) };
	static const struct fx_folder both[] = { F("INBOX", ab), F("Bob/INBOX", only_c),
						 FE("Bob"), F("Bobby", early) };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "ann", "Bob", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", ann, 1);
	fx_read(&f, SIDE_OLD, "bob", bob, 1);
	fx_read(&f, SIDE_NEW, "ann", both, COUNT_OF(both));
	fx_audit_end(&f);
	o = options(t, 2);
	verify(&f, &o);
	/* Bob's folders are not extra in Ann's; "Bobby" is not below "Bob". */
	assert_string_equal(findings(&f, t[0]), "doubt message-extra new Bobby 1\n"
						"info folder-extra new Bobby\n");
	j = judgement(&f, t[1]);
	assert_string_equal(findings(&f, t[1]), "");
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	assert_int_equal(j.count.same, 1);
	fx_close(&f);
}

/* Both sides of "ann" and "bob", whose mail arrives in one new INBOX. */
static void judge_union(struct fx *f, const struct fx_folder *ann,
			const struct fx_folder *bob, const struct fx_folder *both,
			int64_t t[2], bool only_ann)
{
	struct verify_options o;

	fx_open(f);
	t[0] = fx_transfer(f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(f, "bob", "bob", "ann", "", "");
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", ann, 1);
	if (bob != NULL)
		fx_read(f, SIDE_OLD, "bob", bob, 1);
	else
		fx_fail(f, SIDE_OLD, "bob", ACCOUNT_NO_LOGIN, "no");
	fx_read(f, SIDE_NEW, "ann", both, 1);
	fx_audit_end(f);
	o = options(t, only_ann ? 1 : 2);
	verify(f, &o);
}

static void transfers_into_one_folder_are_judged_together(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", ab) },
				      bob[] = { F("INBOX", only_c) },
				      bob_ab[] = { F("INBOX", ab) };
	static const struct fx_folder three[] = { F("INBOX", abc) },
				      two[] = { F("INBOX", ab) };
	struct judgement j;
	struct fx f;
	int64_t t[2];

	(void)state;
	/* All of both is there, and nothing else; asking for one judges both. */
	judge_union(&f, ann, bob, three, t, true);
	assert_string_equal(findings(&f, t[0]), "");
	assert_string_equal(findings(&f, t[1]), "");
	j = judgement(&f, t[0]);
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	assert_non_null(strstr(j.note, "\"bob\""));
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_CLEAN);
	fx_close(&f);

	/* Both had the same two messages, and the new folder has them once: two copies of
	 * four are lost, though neither transfer alone lacks anything. */
	judge_union(&f, ann, bob_ab, two, t, false);
	assert_int_equal(
		judgement(&f, t[0]).count.missing + judgement(&f, t[1]).count.missing, 2);
	fx_close(&f);

	/* What could not be read of one spoils its verdict alone. */
	judge_union(&f, ann, NULL, two, t, false);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_CLEAN);
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_INCOMPLETE);
	fx_close(&f);
}

/* Read by a clock that ran fast: that is not "too long ago". */
static void what_was_read_tomorrow_is_not_called_old(void **state)
{
	static const struct fx_folder inbox[] = { F("INBOX", abc) };
	struct verify_options o;
	int64_t t;
	struct fx f;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", inbox, 1);
	fx_read(&f, SIDE_NEW, "ann", inbox, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	o.now -= DAY;
	verify(&f, &o);
	assert_int_equal(judgement(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_non_null(strstr(judgement(&f, t).note, "which is yet to come: the clock"));
	assert_null(strstr(judgement(&f, t).note, "too long ago"));
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_read_tomorrow_is_not_called_old),
		cmocka_unit_test(never_calls_an_unknown_side_clean),
		cmocka_unit_test(says_when_a_lost_side_was_last_read),
		cmocka_unit_test(old_evidence_is_unknown),
		cmocka_unit_test(counts_that_moved_on_make_the_reading_stale),
		cmocka_unit_test(an_audit_cut_off_in_the_middle_is_noticed),
		cmocka_unit_test(pairs_across_prefix_and_delimiter),
		cmocka_unit_test(several_transfers_may_end_in_one_account),
		cmocka_unit_test(transfers_into_one_folder_are_judged_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
