/* SPDX-License-Identifier: MIT */
/* Each rule of the checklists, turned alone to each of its results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checklists/rules.h"

#define DAY	  86400
#define NOW	  ((int64_t)1797000000)
#define AGO(days) (NOW - (int64_t)(days)*DAY)

/* A project in which all is well: every rule is done. */
static struct evidence well(void)
{
	struct evidence e;

	evidence_init(&e);
	e.now = NOW;
	e.newest = AGO(0);
	e.transfers = 120;
	for (int s = 0; s < SIDE_COUNT; s++)
		e.side[s] = (struct evidence_side){ .accounts = 120,
						    .opened = 120,
						    .counted = 120,
						    .read = 120,
						    .oldest_counted = AGO(1),
						    .oldest_read = AGO(1),
						    .newest = AGO(0),
						    .messages = 155313,
						    .scanned = 155313,
						    .damaged = 9,
						    .scanned_at = AGO(1),
						    .log_files = 4,
						    .logs_at = AGO(0),
						    .logs_until = AGO(1) };
	e.moves = (struct evidence_moves){ .transfers = 120,
					   .with_new = 120,
					   .clean = 120,
					   .oldest_judged = AGO(1),
					   .sealed = 120,
					   .cut_over = 120,
					   .first_cutover = AGO(60),
					   .last_cutover = AGO(40) };
	e.use = (struct evidence_use){ .days = 90, .dormant = 30 };
	e.stopped_at = AGO(5);
	return e;
}

struct rule_case {
	const char *rule;
	enum check_state state;
	const char *says; /* a part of the sentence */
	/* what is unlike well() */
	void (*turn)(struct evidence *e);
	struct rule_ask ask; /* zeros: as the rule has it */
};

#define TURN(name, what)                                                                 \
	static void name(struct evidence *e)                                             \
	{                                                                                \
		what;                                                                    \
	}
TURN(as_it_is, (void)e)
TURN(unlisted, e->side[SIDE_OLD].accounts = 0)
TURN(new_unlisted, e->side[SIDE_NEW].accounts = 0)
TURN(one_sided, e->one_sided = true)
TURN(never_counted, e->side[SIDE_OLD].counted = 0)
TURN(two_not_counted, e->side[SIDE_OLD].counted = 118)
TURN(two_new_not_counted, e->side[SIDE_NEW].counted = 118)
TURN(counted_long_ago, e->side[SIDE_OLD].oldest_counted = AGO(15))
TURN(new_counted_long_ago, e->side[SIDE_NEW].oldest_counted = AGO(15))
TURN(never_read, e->side[SIDE_OLD].read = 0)
TURN(one_not_read, e->side[SIDE_OLD].read = 119)
TURN(read_long_ago, e->side[SIDE_OLD].oldest_read = AGO(15))
TURN(never_scanned, e->side[SIDE_OLD].scanned_at = 0)
TURN(nothing_to_scan, e->side[SIDE_OLD].messages = e->side[SIDE_OLD].scanned = 0)
TURN(one_not_scanned, e->side[SIDE_OLD].scanned--)
TURN(scanned_long_ago, e->side[SIDE_OLD].scanned_at = AGO(15))
TURN(new_never_scanned, e->side[SIDE_NEW].scanned_at = 0)
TURN(no_logs, e->side[SIDE_OLD].log_files = 0)
TURN(timeless_logs, e->side[SIDE_OLD].logs_until = 0)
TURN(not_compared, e->use.unknown = e->use.dormant = e->use.still_last = -1)
TURN(no_gap_count, e->use.gaps = -1)
TURN(a_name_of_nobody, e->use.unknown = 1)
TURN(old_logs, e->side[SIDE_OLD].logs_until = AGO(15))
TURN(one_dormant_undecided, e->use.undecided = 1)
TURN(silence_unproven, e->use.unproven = 12)
TURN(no_transfers, e->transfers = e->moves.transfers = 0)
TURN(one_undecided, e->undecided = 1)
TURN(two_unowned, e->unowned = 2)
TURN(three_without_new, e->moves.with_new = 117)
TURN(one_unsealed, e->moves.sealed = 119; e->moves.unsealed = 1)
TURN(one_unsound, e->moves.sealed = 119; e->moves.unsound = 1)
TURN(four_differ, e->moves.clean = 116; e->moves.differ = 4; e->moves.loss = 12)
TURN(one_incomplete, e->moves.clean = 119; e->moves.incomplete = 1)
TURN(one_unjudged, e->moves.clean = 119; e->moves.unjudged = 1)
TURN(judged_at_no_time, e->moves.oldest_judged = 0)
TURN(judged_long_ago, e->moves.oldest_judged = AGO(8))
TURN(judged_long_ago_gate, judged_long_ago(e); e->any_age = true)
TURN(one_not_cut_over, e->moves.cut_over = 119)
TURN(no_cutover, e->moves.cut_over = e->moves.last_cutover = 0)
TURN(cut_over_late, e->moves.last_cutover = AGO(6))
TURN(one_came_yesterday, e->use.still_logins = 1; e->use.still_last = AGO(2))
TURN(one_came_long_ago, e->use.still_logins = 1; e->use.still_last = AGO(30))
TURN(a_gap, e->use.gaps = 1)
TURN(logs_end_too_soon, e->side[SIDE_OLD].logs_until = AGO(3))
TURN(never_stopped, e->stopped_at = 0)
TURN(started_again, e->started_at = AGO(1))
TURN(stopped_yesterday, e->stopped_at = AGO(1))
TURN(clock_set_back, e->newest = NOW + DAY)

static const struct rule_case cases[] = {
	{ "counted", CHECK_DONE, "120 accounts opened and counted", as_it_is, { 0 } },
	{ "counted", CHECK_UNKNOWN, "no account of the old side", unlisted, { 0 } },
	{ "counted", CHECK_UNKNOWN, "no account was ever", never_counted, { 0 } },
	{ "counted", CHECK_NOT_DONE, "118 of 120 accounts", two_not_counted, { 0 } },
	{ "counted", CHECK_STALE, "15 days old", counted_long_ago, { 0 } },
	{ "counted", CHECK_UNKNOWN, "clock", clock_set_back, { 0 } },
	{ "counted",
	  CHECK_DONE,
	  "240 accounts",
	  as_it_is,
	  { .sides = RULE_BOTH, .max_age = DAY * 7 } },
	{ "counted",
	  CHECK_NOT_DONE,
	  "238 of 240",
	  two_new_not_counted,
	  { .sides = RULE_BOTH, .max_age = DAY * 7 } },
	{ "counted",
	  CHECK_STALE,
	  "15 days old",
	  new_counted_long_ago,
	  { .sides = RULE_BOTH, .max_age = DAY * 7 } },
	{ "counted",
	  CHECK_UNKNOWN,
	  "no new server",
	  one_sided,
	  { .sides = RULE_BOTH, .max_age = DAY * 7 } },
	{ "counted",
	  CHECK_UNKNOWN,
	  "no account of the new side",
	  new_unlisted,
	  { .sides = RULE_NEW, .max_age = DAY } },
	{ "counted",
	  CHECK_STALE,
	  "before this stage",
	  as_it_is,
	  { .max_age = 14 * DAY, .since = NOW - DAY / 2 } },
	{ "counted", CHECK_DONE, "", as_it_is, { .max_age = 14 * DAY, .since = AGO(2) } },
	{ "counted",
	  CHECK_DONE,
	  "",
	  counted_long_ago,
	  { .max_age = 0, .since = AGO(20) } },
	{ "read", CHECK_DONE, "120 accounts read in full", as_it_is, { 0 } },
	{ "read", CHECK_UNKNOWN, "no account was ever", never_read, { 0 } },
	{ "read", CHECK_NOT_DONE, "119 of 120 accounts", one_not_read, { 0 } },
	{ "read", CHECK_STALE, "15 days old", read_long_ago, { 0 } },
	{ "scanned", CHECK_DONE, "155,313 messages scanned, 9 with", as_it_is, { 0 } },
	{ "scanned", CHECK_UNKNOWN, "never scanned", never_scanned, { 0 } },
	{ "scanned", CHECK_UNKNOWN, "no message", nothing_to_scan, { 0 } },
	{ "scanned", CHECK_NOT_DONE, "155,312 of 155,313", one_not_scanned, { 0 } },
	{ "scanned", CHECK_STALE, "15 days old", scanned_long_ago, { 0 } },
	{ "scanned",
	  CHECK_UNKNOWN,
	  "the new side was never",
	  new_never_scanned,
	  { .sides = RULE_BOTH, .max_age = DAY } },
	{ "logs", CHECK_DONE, "every name is of an account", as_it_is, { 0 } },
	{ "logs", CHECK_UNKNOWN, "no log of the old side", no_logs, { 0 } },
	{ "logs", CHECK_UNKNOWN, "no log of the old side", timeless_logs, { 0 } },
	{ "logs", CHECK_UNKNOWN, "nobody compared", not_compared, { 0 } },
	{ "logs", CHECK_NOT_DONE, "1 name in the logs belongs", a_name_of_nobody, { 0 } },
	{ "logs", CHECK_STALE, "15 days old", old_logs, { 0 } },
	{ "dormant", CHECK_DONE, "30 dormant accounts", as_it_is, { 0 } },
	{ "dormant", CHECK_UNKNOWN, "no log", not_compared, { 0 } },
	{ "dormant", CHECK_UNKNOWN, "no log", timeless_logs, { 0 } },
	{ "dormant",
	  CHECK_NOT_DONE,
	  "1 of 30 dormant accounts has",
	  one_dormant_undecided,
	  { 0 } },
	{ "dormant", CHECK_UNKNOWN, "12 accounts", silence_unproven, { 0 } },
	{ "dormant", CHECK_STALE, "15 days old", old_logs, { 0 } },
	{ "decided", CHECK_DONE, "120 accounts", as_it_is, { 0 } },
	{ "decided", CHECK_UNKNOWN, "no account is listed", no_transfers, { 0 } },
	{ "decided",
	  CHECK_NOT_DONE,
	  "1 of 120 accounts without a decision",
	  one_undecided,
	  { 0 } },
	{ "decided",
	  CHECK_NOT_DONE,
	  "2 of 120 accounts without an owner",
	  two_unowned,
	  { 0 } },
	{ "created", CHECK_DONE, "120 accounts opened", as_it_is, { 0 } },
	{ "created", CHECK_UNKNOWN, "no new server", one_sided, { 0 } },
	{ "created", CHECK_UNKNOWN, "no account that will move", no_transfers, { 0 } },
	{ "created", CHECK_NOT_DONE, "3 of 120 accounts", three_without_new, { 0 } },
	{ "created", CHECK_NOT_DONE, "118 of 120", two_new_not_counted, { 0 } },
	{ "created", CHECK_STALE, "15 days old", new_counted_long_ago, { 0 } },
	{ "sealed", CHECK_DONE, "120 accounts sealed", as_it_is, { 0 } },
	{ "sealed", CHECK_UNKNOWN, "no account that will move", no_transfers, { 0 } },
	{ "sealed",
	  CHECK_NOT_DONE,
	  "119 of 120 accounts sealed, 0",
	  one_unsealed,
	  { 0 } },
	{ "sealed", CHECK_NOT_DONE, "120 of 120 accounts sealed, 1", one_unsound, { 0 } },
	{ "proven", CHECK_DONE, "120 accounts verified", as_it_is, { 0 } },
	{ "proven", CHECK_DONE, "120 accounts verified", judged_long_ago, { 0 } },
	{ "proven", CHECK_UNKNOWN, "no account that will move", no_transfers, { 0 } },
	{ "proven",
	  CHECK_NOT_DONE,
	  "119 of 120 accounts sealed, 0",
	  one_unsealed,
	  { 0 } },
	{ "proven", CHECK_UNKNOWN, "1 never verified", one_unjudged, { 0 } },
	{ "verified", CHECK_DONE, "120 accounts verified", as_it_is, { 0 } },
	{ "verified", CHECK_UNKNOWN, "no account that will move", no_transfers, { 0 } },
	{ "verified",
	  CHECK_NOT_DONE,
	  "4 of 120 accounts differ: 12 findings of loss",
	  four_differ,
	  { 0 } },
	{ "verified",
	  CHECK_UNKNOWN,
	  "1 of 120 accounts not examined",
	  one_incomplete,
	  { 0 } },
	{ "verified", CHECK_UNKNOWN, "1 never verified", one_unjudged, { 0 } },
	{ "verified", CHECK_UNKNOWN, "nothing was verified", judged_at_no_time, { 0 } },
	{ "verified", CHECK_STALE, "8 days old", judged_long_ago, { 0 } },
	{ "verified", CHECK_DONE, "120 accounts verified", judged_long_ago_gate, { 0 } },
	{ "cutover", CHECK_DONE, "since", as_it_is, { .lasting = 7 * DAY } },
	{ "cutover", CHECK_UNKNOWN, "no account that will move", no_transfers, { 0 } },
	{ "cutover", CHECK_NOT_DONE, "119 of 120", one_not_cut_over, { 0 } },
	{ "cutover", CHECK_DONE, "", cut_over_late, { 0 } },
	{ "cutover",
	  CHECK_NOT_DONE,
	  "7 days must pass",
	  cut_over_late,
	  { .lasting = 7 * DAY } },
	{ "quiet",
	  CHECK_DONE,
	  "nobody came",
	  as_it_is,
	  { .max_age = 2 * DAY, .lasting = 14 * DAY } },
	{ "quiet", CHECK_UNKNOWN, "no log", timeless_logs, { .lasting = 14 * DAY } },
	{ "quiet", CHECK_UNKNOWN, "no log", not_compared, { .lasting = 14 * DAY } },
	{ "quiet", CHECK_UNKNOWN, "no log", no_gap_count, { .lasting = 14 * DAY } },
	{ "quiet", CHECK_UNKNOWN, "no cutover", no_cutover, { .lasting = 14 * DAY } },
	{ "quiet",
	  CHECK_NOT_DONE,
	  "1 login and 0 deliveries",
	  one_came_yesterday,
	  { .lasting = 14 * DAY } },
	{ "quiet",
	  CHECK_DONE,
	  "nobody came",
	  one_came_long_ago,
	  { .lasting = 14 * DAY } },
	{ "quiet", CHECK_UNKNOWN, "1 gap", a_gap, { .lasting = 14 * DAY } },
	{ "quiet",
	  CHECK_NOT_DONE,
	  "14 days must pass",
	  cut_over_late,
	  { .lasting = 14 * DAY } },
	{ "quiet",
	  CHECK_STALE,
	  "3 days old",
	  logs_end_too_soon,
	  { .max_age = 2 * DAY, .lasting = 14 * DAY } },
	{ "stopped", CHECK_DONE, "down since", as_it_is, { .lasting = 3 * DAY } },
	{ "stopped",
	  CHECK_NOT_DONE,
	  "nobody told",
	  never_stopped,
	  { .lasting = 3 * DAY } },
	{ "stopped",
	  CHECK_NOT_DONE,
	  "started again",
	  started_again,
	  { .lasting = 3 * DAY } },
	{ "stopped",
	  CHECK_NOT_DONE,
	  "72 hours must pass",
	  stopped_yesterday,
	  { .lasting = 3 * DAY } },
	{ "stopped", CHECK_UNKNOWN, "clock", clock_set_back, { .lasting = 3 * DAY } },
};

static struct rule_ask ask_of(const struct rule_case *c, const struct rule *r)
{
	static const struct rule_ask none;

	return memcmp(&c->ask, &none, sizeof none) != 0
		       ? c->ask
		       : (struct rule_ask){ .sides = r->sides, .max_age = r->max_age };
}

static void turns_each_rule_to_each_of_its_results(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct rule_case *c = &cases[i];
		const struct rule *r = rule_find(c->rule);
		struct evidence e = well();
		struct check_result out;
		struct rule_ask ask;

		assert_non_null(r);
		ask = ask_of(c, r);
		c->turn(&e);
		rule_judge(r, &e, &ask, &out);
		if (out.state != c->state || strstr(out.sentence, c->says) == NULL)
			fail_msg("case %zu, %s: %s: %s", i, c->rule,
				 check_state_name(out.state), out.sentence);
		assert_true(*out.sentence != '\0' && strchr(out.sentence, '\n') == NULL);
	}
}

/* Which results a rule can have, all of them in the table above. */
static void no_rule_goes_untested(void **state)
{
	(void)state;
	for (const struct rule *r = rules; r->name != NULL; r++) {
		bool met[CHECK_STATE_COUNT] = { false };

		for (size_t i = 0; i < COUNT_OF(cases); i++)
			if (strcmp(cases[i].rule, r->name) == 0)
				met[cases[i].state] = true;
		if (!met[CHECK_DONE] || !met[CHECK_NOT_DONE] || !met[CHECK_UNKNOWN] ||
		    (r->max_age != 0 && !met[CHECK_STALE]))
			fail_msg("%s is not turned to each of its results", r->name);
		assert_true(*r->summary != '\0');
	}
	assert_null(rule_find("read "));
	assert_null(rule_find(""));
}

/* Nothing is done where nothing is known. */
static void knows_nothing_from_nothing(void **state)
{
	(void)state;
	for (const struct rule *r = rules; r->name != NULL; r++) {
		const struct rule_ask ask = { .sides = r->sides, .lasting = DAY };
		struct check_result out;
		struct evidence e;

		evidence_init(&e);
		e.now = NOW;
		rule_judge(r, &e, &ask, &out);
		if (out.state == CHECK_DONE || out.state == CHECK_STALE)
			fail_msg("%s: %s", r->name, out.sentence);
	}
}

static void figures_go_with_the_sentence(void **state)
{
	struct evidence e = well();
	struct check_result out;
	const struct rule_ask ask = { .sides = RULE_OLD, .max_age = 14 * DAY };

	(void)state;
	two_not_counted(&e);
	rule_judge(rule_find("counted"), &e, &ask, &out);
	assert_int_equal(out.figure_n, 2);
	assert_string_equal(out.figure[0].name, "accounts");
	assert_int_equal(out.figure[0].value, 120);
	assert_string_equal(out.figure[1].name, "counted");
	assert_int_equal(out.figure[1].value, 118);
	assert_int_equal(out.at, 0);
	e = well();
	rule_judge(rule_find("counted"), &e, &ask, &out);
	assert_int_equal(out.at, AGO(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_each_rule_to_each_of_its_results),
		cmocka_unit_test(no_rule_goes_untested),
		cmocka_unit_test(knows_nothing_from_nothing),
		cmocka_unit_test(figures_go_with_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
