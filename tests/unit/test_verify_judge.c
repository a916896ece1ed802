/* SPDX-License-Identifier: MIT */
/* Facts to verdicts, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verify/judge.h"

#define NOW INT64_C(1800000000)
#define DAY INT64_C(86400)

#define check(i, got, want)                                                              \
	do {                                                                             \
		if ((int)(got) != (int)(want))                                           \
			fail_msg("case %zu: %d, not %d", (size_t)(i), (int)(got),        \
				 (int)(want));                                           \
	} while (0)

static void only_a_side_read_lately_is_good(void **state)
{
	static const struct {
		bool account, found;
		enum account_outcome outcome;
		int64_t folders, age;
		enum proof want;
	} cases[] = {
		{ true, true, ACCOUNT_READ, 3, 10, PROOF_GOOD },
		{ true, true, ACCOUNT_PARTLY, 3, 10, PROOF_GOOD },
		{ true, true, ACCOUNT_READ, 3, 7 * DAY, PROOF_GOOD },
		{ true, true, ACCOUNT_READ, 3, -3600, PROOF_GOOD },
		{ true, true, ACCOUNT_READ, 3, 7 * DAY + 1, PROOF_OLD },
		{ true, true, ACCOUNT_READ, 3, -3601, PROOF_OLD },
		{ true, true, ACCOUNT_READ, 0, 10, PROOF_NO_FOLDERS },
		{ true, true, ACCOUNT_NO_FOLDERS, 0, 10, PROOF_NO_FOLDERS },
		{ true, true, ACCOUNT_NO_LOGIN, 3, 10, PROOF_FAILED },
		{ true, true, ACCOUNT_NO_NET, 3, 10, PROOF_FAILED },
		{ true, true, ACCOUNT_SKIPPED, 3, 10, PROOF_FAILED },
		{ true, true, ACCOUNT_BROKEN, 3, 10, PROOF_FAILED },
		{ true, false, ACCOUNT_READ, 3, 10, PROOF_NEVER },
		{ false, false, ACCOUNT_READ, 0, 0, PROOF_NO_ACCOUNT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct account_view v = { .found = cases[i].found,
					  .outcome = cases[i].outcome,
					  .folders = cases[i].folders,
					  .at = NOW - cases[i].age };

		check(i, judge_side(cases[i].account, &v, NOW, 7 * DAY), cases[i].want);
		/* What was read before the account was closed does not count any more. */
		v.closed = "legal hold";
		check(i, judge_side(cases[i].account, &v, NOW, 7 * DAY),
		      cases[i].found ? PROOF_CLOSED : cases[i].want);
	}
}

static void only_a_folder_read_in_full_is_good(void **state)
{
	static const struct {
		unsigned attrs;
		int64_t run, epoch;
		enum folder_outcome outcome;
		enum depth depth;
		bool moved_on;
		int64_t age;
		enum proof want;
	} cases[] = {
		{ 0, 1, 1, FOLDER_READ, DEPTH_FULL, false, 5, PROOF_GOOD },
		{ 0, 1, 1, FOLDER_READ, DEPTH_IDS, false, 5, PROOF_GOOD },
		{ 0, 1, 1, FOLDER_READ, DEPTH_COUNTS, false, 5, PROOF_COUNTED },
		{ 0, 1, 1, FOLDER_READ, DEPTH_FULL, true, 5, PROOF_MOVED_ON },
		{ 0, 1, 1, FOLDER_READ, DEPTH_FULL, false, 8 * DAY, PROOF_OLD },
		{ 0, 1, 0, FOLDER_READ, DEPTH_FULL, false, 5, PROOF_NEVER },
		{ 0, 0, 1, FOLDER_READ, DEPTH_FULL, false, 5, PROOF_NEVER },
		{ 0, 0, 0, FOLDER_READ, DEPTH_COUNTS, false, 5, PROOF_NEVER },
		{ 0, 1, 1, FOLDER_COUNTED, DEPTH_COUNTS, false, 5, PROOF_COUNTED },
		{ 0, 1, 1, FOLDER_HOLED, DEPTH_FULL, false, 5, PROOF_HOLES },
		{ 0, 1, 1, FOLDER_HOLED, DEPTH_COUNTS, false, 5, PROOF_COUNTED },
		{ 0, 1, 1, FOLDER_HOLED, DEPTH_FULL, true, 5, PROOF_MOVED_ON },
		{ 0, 1, 0, FOLDER_HOLED, DEPTH_FULL, false, 5, PROOF_NEVER },
		{ 0, 1, 1, FOLDER_UNREADABLE, DEPTH_FULL, false, 5, PROOF_FAILED },
		{ 0, 1, 1, FOLDER_GONE, DEPTH_FULL, false, 5, PROOF_NEVER },
		{ 0, 1, 1, FOLDER_UNSELECTABLE, DEPTH_FULL, false, 5, PROOF_NO_MAIL },
		/* what no version of this program writes is not known */
		{ 0, 1, 1, (enum folder_outcome)99, DEPTH_FULL, false, 5, PROOF_FAILED },
		{ FOLDER_NOSELECT, 0, 0, FOLDER_COUNTED, 0, false, 5, PROOF_NO_MAIL },
		{ FOLDER_NONEXISTENT, 0, 0, FOLDER_COUNTED, 0, false, 5, PROOF_NO_MAIL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct folder_view f = { .folder.attrs = cases[i].attrs,
					 .seen_run = cases[i].run,
					 .epoch = cases[i].epoch,
					 .outcome = cases[i].outcome,
					 .depth = cases[i].depth,
					 .moved_on = cases[i].moved_on,
					 .seen_at = NOW - cases[i].age };

		check(i, judge_folder(&f, NOW, 7 * DAY), cases[i].want);
	}
}

static void every_proof_has_words_and_a_side(void **state)
{
	static const bool blind[PROOF_COUNT] = { [PROOF_NO_ACCOUNT] = true,
						 [PROOF_NEVER] = true,
						 [PROOF_FAILED] = true,
						 [PROOF_NO_FOLDERS] = true,
						 [PROOF_CLOSED] = true };

	(void)state;
	for (size_t i = 0; i < PROOF_COUNT; i++) {
		assert_true(strlen(judge_proof_text((enum proof)i)) > 5);
		check(i, judge_proof_blind((enum proof)i), blind[i]);
	}
	check(PROOF_COUNT, judge_proof_blind((enum proof)PROOF_COUNT), true);
}

static void every_fact_is_compared(void **state)
{
	static const struct message plain = {
		.uid = 1, .flags = 1, .octets = 10, .date = 99
	};
	static const struct {
		struct message a, b;
		bool flags, words;
		unsigned want;
	} cases[] = {
		{ { .flags = 1, .octets = 10, .date = 99 }, plain, true, true, 0 },
		{ { .flags = 3, .octets = 10, .date = 99 },
		  plain,
		  true,
		  true,
		  DIFF_FLAGS },
		{ { .flags = 1, .octets = 10, .date = 99 },
		  plain,
		  true,
		  false,
		  DIFF_KEYWORDS },
		{ { .flags = 1, .octets = 11, .date = 99 },
		  plain,
		  true,
		  true,
		  DIFF_OCTETS },
		{ { .flags = 1, .octets = 10, .date = 98 },
		  plain,
		  true,
		  true,
		  DIFF_DATE },
		{ { .flags = 0, .octets = 11, .date = 98 },
		  plain,
		  true,
		  false,
		  DIFF_FLAGS | DIFF_KEYWORDS | DIFF_DATE | DIFF_OCTETS },
		/* flags that were not read are neither equal nor lost */
		{ { .flags = 3, .octets = 10, .date = 99 }, plain, false, false, 0 },
		/* what was not told is equal to nothing, not even to itself */
		{ { .octets = -1, .date = 1 },
		  { .octets = -1, .date = 1 },
		  true,
		  true,
		  DIFF_OCTETS },
		{ { .date = MSG_DATE_UNKNOWN },
		  { .date = MSG_DATE_UNKNOWN },
		  true,
		  true,
		  DIFF_DATE },
		{ { .date = 5 }, { .date = MSG_DATE_UNKNOWN }, true, true, DIFF_DATE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned got = judge_diff(&cases[i].a, &cases[i].b, cases[i].flags,
					  cases[i].words);

		check(i, got, cases[i].want);
		got = judge_diff(&cases[i].b, &cases[i].a, cases[i].flags,
				 cases[i].words);
		check(i, got, cases[i].want);
	}
}

static void every_match_gets_one_verdict(void **state)
{
	static const struct {
		enum tier tier;
		unsigned diff;
		bool refiled;
		enum match_kind want;
	} cases[] = {
		{ TIER_ID, 0, false, MATCH_SAME },
		{ TIER_FIELDS, 0, false, MATCH_SAME_WEAK },
		{ TIER_BODY, 0, false, MATCH_SAME_WEAK },
		{ TIER_NONE, 0, false, MATCH_SAME_WEAK },
		{ TIER_ID, DIFF_DATE, false, MATCH_CHANGED },
		{ TIER_NONE, DIFF_FLAGS, false, MATCH_CHANGED },
		{ TIER_ID, 0, true, MATCH_REFILED },
		{ TIER_ID, DIFF_DATE, true, MATCH_REFILED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i, judge_match(cases[i].tier, cases[i].diff, cases[i].refiled),
		      cases[i].want);
}

static void severities_follow_the_rules(void **state)
{
	static const struct message told = { .date = 1 },
				    untold = { .date = MSG_DATE_UNKNOWN };
	static const struct {
		unsigned bit;
		const struct message *old;
		bool lost;
		enum severity want;
	} cases[] = {
		{ DIFF_FLAGS, &told, true, SEVERITY_DOUBT },
		{ DIFF_FLAGS, &told, false, SEVERITY_INFO },
		{ DIFF_KEYWORDS, &told, true, SEVERITY_DOUBT },
		{ DIFF_KEYWORDS, &told, false, SEVERITY_INFO },
		{ DIFF_DATE, &told, false, SEVERITY_LOSS },
		{ DIFF_DATE, &untold, false, SEVERITY_DOUBT },
		{ DIFF_OCTETS, &told, false, SEVERITY_DOUBT },
		{ DIFF_CONTENT, &told, false, SEVERITY_LOSS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i, judge_fact(cases[i].bit, cases[i].old, cases[i].lost),
		      cases[i].want);
	for (int why = 0; why < WHY_COUNT; why++) {
		bool fine = why == WHY_LIFE || why == WHY_NEW_MAIL ||
			    why == WHY_RESURRECTED || why == WHY_ARTEFACT ||
			    why == WHY_SHARED;
		bool lost = why == WHY_RULE || why == WHY_OTHER_ACCOUNT ||
			    why == WHY_LATE;

		check(200 + (size_t)why, judge_extra((enum why)why),
		      fine			 ? SEVERITY_INFO
		      : why == WHY_OTHER_ACCOUNT ? SEVERITY_LOSS
						 : SEVERITY_DOUBT);
		check(300 + (size_t)why, judge_missing(true, (enum why)why),
		      SEVERITY_LOSS);
		check(400 + (size_t)why, judge_missing(false, (enum why)why),
		      lost ? SEVERITY_LOSS : SEVERITY_DOUBT);
	}
	check(104, judge_folder_missing(0, true), SEVERITY_INFO);
	check(105, judge_folder_missing(0, false), SEVERITY_DOUBT);
	check(106, judge_folder_missing(1, true), SEVERITY_DOUBT);
}

static void a_mass_is_many_and_much(void **state)
{
	static const struct {
		int64_t n, of, messages;
		unsigned percent;
		bool want;
	} cases[] = {
		{ 50, 250, 50, 20, true },  { 39, 49, 50, 20, false },
		{ 50, 251, 50, 20, false }, { 100000, 1000000, 50, 20, false },
		{ 0, 0, 50, 20, false },    { 1000, 1000, 0, 20, false },
		{ 50, 50, 50, 100, true },  { 0, 100, 0, 0, false },
		{ 49, 49, 50, 20, true },   { 8, 10, 50, 20, true },
		{ 7, 9, 50, 20, false },    { 4, 4, 50, 20, false },
		{ 5, 5, 50, 20, true },	    { 0, 0, 50, 20, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i,
		      judge_mass(cases[i].n, cases[i].of, cases[i].messages,
				 cases[i].percent),
		      cases[i].want);
}

static void what_vanished_was_moved_or_thrown_away_or_lost(void **state)
{
	static const struct {
		int64_t gone, nowhere;
		bool fetched;
		int64_t of;
		enum vanish_cause want;
	} cases[] = {
		{ 60, 0, false, 60, VANISH_NOTHING },
		{ 60, 5, false, 60, VANISH_MOVER },
		{ 60, 30, false, 60, VANISH_MOVER },
		{ 60, 31, false, 60, VANISH_MOVER },
		{ 60, 54, false, 60, VANISH_MOVER },
		{ 60, 55, false, 60, VANISH_ALL }, /* less than a tenth arrived */
		{ 8, 4, false, 8, VANISH_MOVER },
		{ 8, 5, false, 8, VANISH_ALL }, /* and three is a few */
		{ 60, 60, false, 100, VANISH_OWNER },
		{ 80, 80, false, 100, VANISH_ALL },
		{ 79, 79, false, 100, VANISH_OWNER },
		{ 49, 49, false, 100, VANISH_NOTHING },
		{ 4, 4, false, 4, VANISH_NOTHING },
		{ 5, 5, false, 5, VANISH_ALL },
		{ 60, 60, false, 1000, VANISH_NOTHING },
		{ 0, 0, false, 0, VANISH_NOTHING },
		{ 5, 5, true, 5, VANISH_FETCHED },
		{ 60, 5, true, 60, VANISH_MOVER },
		{ 60, 60, true, 100, VANISH_OWNER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i,
		      judge_vanished(cases[i].gone, cases[i].nowhere, cases[i].fetched,
				     cases[i].of, 50, 20),
		      cases[i].want);
}

static void rights_tell_whose_flags_they_are(void **state)
{
	(void)state;
	assert_false(judge_foreign_flags(""));
	assert_false(judge_foreign_flags("lrswipkxtecda"));
	assert_false(judge_foreign_flags("s"));
	assert_true(judge_foreign_flags("lr"));
	assert_true(judge_foreign_flags("la"));
}

static void readings_may_lie_too_far_apart(void **state)
{
	(void)state;
	assert_false(judge_apart(100, 200, 0));
	assert_false(judge_apart(100, 200, 100));
	assert_true(judge_apart(100, 201, 100));
	assert_true(judge_apart(201, 100, 100));
}

static void knows_the_bins(void **state)
{
	static const struct {
		const char *name;
		char delim;
		unsigned attrs;
		bool want;
	} cases[] = {
		{ "Trash", '/', 0, true },
		{ "INBOX.Trash", '.', 0, true },
		{ "INBOX.Trash", '/', 0, false },
		{ "trash", '\0', 0, true },
		{ "Archive", '/', 0, false },
		{ "Archive", '/', FOLDER_TRASH, true },
		{ "Spam", '/', FOLDER_JUNK, true },
		{ "Trash/2009", '/', 0, false },
		{ "Sent", '/', FOLDER_SENT, false },
		{ "Not Trash", '/', 0, false },
		{ "", '/', 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i, judge_bin(cases[i].name, cases[i].delim, cases[i].attrs),
		      cases[i].want);
}

static void unknown_wins_over_found(void **state)
{
	static const struct {
		bool unknown;
		int64_t loss, doubt;
		enum verdict want;
	} cases[] = {
		{ false, 0, 0, VERDICT_CLEAN },	    { false, 1, 0, VERDICT_DIFFERS },
		{ false, 0, 1, VERDICT_DIFFERS },   { true, 0, 0, VERDICT_INCOMPLETE },
		{ true, 9, 9, VERDICT_INCOMPLETE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i, judge_transfer(cases[i].unknown, cases[i].loss, cases[i].doubt),
		      cases[i].want);
}

static void only_three_decisions_move_nothing(void **state)
{
	static const struct {
		const char *decision;
		bool want;
	} cases[] = {
		{ "archive", true },  { "delete", true },   { "keep", true },
		{ "", false },	      { "migrate", false }, { "forward", false },
		{ "deleted", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(i, judge_not_moving(cases[i].decision), cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_side_read_lately_is_good),
		cmocka_unit_test(only_a_folder_read_in_full_is_good),
		cmocka_unit_test(every_proof_has_words_and_a_side),
		cmocka_unit_test(every_fact_is_compared),
		cmocka_unit_test(every_match_gets_one_verdict),
		cmocka_unit_test(severities_follow_the_rules),
		cmocka_unit_test(a_mass_is_many_and_much),
		cmocka_unit_test(what_vanished_was_moved_or_thrown_away_or_lost),
		cmocka_unit_test(rights_tell_whose_flags_they_are),
		cmocka_unit_test(readings_may_lie_too_far_apart),
		cmocka_unit_test(knows_the_bins),
		cmocka_unit_test(unknown_wins_over_found),
		cmocka_unit_test(only_three_decisions_move_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
