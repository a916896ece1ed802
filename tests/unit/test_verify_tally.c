/* SPDX-License-Identifier: MIT */
/* Patterns over a set, and sets that have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "verify/tally.h"

static int64_t day_of(int year, int month, int day)
{
	struct clock_civil c = { .year = year, .month = month, .day = day, .hour = 12 };

	return clock_from_civil(&c);
}

/* n messages of one size and year, all missing or all arrived */
struct batch {
	int n, set;
	int64_t octets;
	int year;
};

static void says_what_the_missing_have_in_common(void **state)
{
	static const struct {
		struct batch batch[4];
		const char *want;
	} cases[] = {
		{ { { 10, TALLY_MISSING, 30000000, 2010 },
		    { 100, TALLY_ARRIVED, 5000, 2010 } },
		  "All 10 missing messages are larger than 25,000,000 octets: was there "
		  "a size limit?" },
		{ { { 95, TALLY_MISSING, 30000000, 2010 },
		    { 5, TALLY_MISSING, 100, 2010 },
		    { 100, TALLY_ARRIVED, 5000, 2010 } },
		  "95 of 100 missing messages are larger than 25,000,000 octets: was "
		  "there a size "
		  "limit?" },
		{ { { 10, TALLY_MISSING, 5000, 2001 },
		    { 10, TALLY_MISSING, 5000, 1998 },
		    { 100, TALLY_ARRIVED, 5000, 2002 } },
		  "All 20 missing messages are from 2001 or earlier." },
		{ { { 10, TALLY_MISSING, 5000, 1965 },
		    { 100, TALLY_ARRIVED, 5000, 2002 } },
		  "All 10 missing messages are from 1970 or earlier." },
		/* too few covered */
		{ { { 94, TALLY_MISSING, 30000000, 2010 },
		    { 6, TALLY_MISSING, 100, 2010 },
		    { 100, TALLY_ARRIVED, 5000, 2010 } },
		  "" },
		/* too many that arrived are alike */
		{ { { 10, TALLY_MISSING, 30000000, 2010 },
		    { 95, TALLY_ARRIVED, 5000, 2010 },
		    { 5, TALLY_ARRIVED, 30000000, 2010 } },
		  "" },
		{ { { 10, TALLY_MISSING, 5000, 2001 },
		    { 100, TALLY_ARRIVED, 5000, 1999 } },
		  "" },
		/* too small a set, and nothing to tell it apart from */
		{ { { 4, TALLY_MISSING, 30000000, 2010 },
		    { 100, TALLY_ARRIVED, 5000, 2010 } },
		  "" },
		/* both, one sentence each */
		{ { { 10, TALLY_MISSING, 30000000, 2001 },
		    { 100, TALLY_ARRIVED, 5000, 2002 } },
		  "All 10 missing messages are larger than 25,000,000 octets: was there "
		  "a size limit? All 10 missing messages are from 2001 or earlier." },
		{ { { 10, TALLY_MISSING, 30000000, 2010 } }, "" },
		{ { { 100, TALLY_ARRIVED, 30000000, 2010 } }, "" },
	};
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;

		tally_reset(t);
		for (size_t b = 0; b < COUNT_OF(cases[i].batch); b++)
			for (int k = 0; k < cases[i].batch[b].n; k++) {
				struct message m = {
					.octets = cases[i].batch[b].octets,
					.date = day_of(cases[i].batch[b].year, 6, 1),
					.tier = TIER_ID
				};

				tally_message(t, cases[i].batch[b].set, &m, 1);
			}
		tally_say_missing(t, &got);
		if (strcmp(strbuf_cstr(&got), cases[i].want) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, strbuf_cstr(&got),
				 cases[i].want);
		strbuf_done(&got);
	}
	tally_free(t);
}

static void says_where_the_missing_are(void **state)
{
	static const struct {
		struct {
			int n, set;
			unsigned depth;
			bool no_id;
		} batch[3];
		const char *want;
	} cases[] = {
		{ { { 8, TALLY_MISSING, 7, false },
		    { 4, TALLY_MISSING, 60, false },
		    { 100, TALLY_ARRIVED, 6, false } },
		  "All 12 missing messages are in folders of 7 or more levels." },
		{ { { 12, TALLY_MISSING, 7, false },
		    { 100, TALLY_ARRIVED, 7, false },
		    { 0, 0, 0, false } },
		  "" },
		{ { { 12, TALLY_MISSING, 1, false },
		    { 100, TALLY_ARRIVED, 1, false },
		    { 0, 0, 0, false } },
		  "" },
		{ { { 9, TALLY_MISSING, 1, true },
		    { 100, TALLY_ARRIVED, 1, false },
		    { 0, 0, 0, false } },
		  "All 9 missing messages have no Message-ID of their own: some movers "
		  "pass such mail over." },
		{ { { 9, TALLY_MISSING, 1, true },
		    { 100, TALLY_ARRIVED, 1, true },
		    { 0, 0, 0, false } },
		  "" },
		{ { { 4, TALLY_MISSING, 1, true },
		    { 100, TALLY_ARRIVED, 1, false },
		    { 0, 0, 0, false } },
		  "" },
	};
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;

		tally_reset(t);
		for (size_t b = 0; b < COUNT_OF(cases[i].batch); b++)
			for (int k = 0; k < cases[i].batch[b].n; k++) {
				struct message m = { .octets = 5000,
						     .date = day_of(2010, 6, 1),
						     .tier = cases[i].batch[b].no_id
								     ? TIER_FIELDS
								     : TIER_ID };

				tally_message(t, cases[i].batch[b].set, &m,
					      cases[i].batch[b].depth);
			}
		tally_say_missing(t, &got);
		if (strcmp(strbuf_cstr(&got), cases[i].want) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, strbuf_cstr(&got),
				 cases[i].want);
		strbuf_done(&got);
	}
	tally_free(t);
}

enum date_how {
	KEPT,
	ONE_DAY,
	TWO_DAYS,
	HOURS_2,
	DST,
	SCATTERED,
	UNKNOWN,
	ALL_OF_A_DAY, /* on both sides, two hours later */
	HALF,	      /* of them two hours later */
};

static int64_t new_date(enum date_how how, int64_t old, int k)
{
	switch (how) {
	case KEPT:
		return old;
	case ONE_DAY:
		return day_of(2026, 11, 22) + k;
	case TWO_DAYS:
		return day_of(2026, 11, 22) + (k % 2) * 86400;
	case HOURS_2:
		return old + 7200;
	case DST:
		return old + (k % 2 == 0 ? 3600 : 7200);
	case SCATTERED:
		return old + 10000 * (k + 1);
	case UNKNOWN:
		return MSG_DATE_UNKNOWN;
	case ALL_OF_A_DAY:
		return old + 7200;
	case HALF:
		return old + (k % 2 == 0 ? 7200 : 10001 * (k + 1));
	}
	return old;
}

static void says_what_changed_alike(void **state)
{
	static const struct {
		int n;
		unsigned old_flags, new_flags;
		int64_t old_words, new_words;
		int64_t bias;
		enum date_how dates;
		bool flags;
		const char *want;
	} cases[] = {
		{ 50, MSG_SEEN, MSG_SEEN, 1, 1, 0, KEPT, true, "" },
		{ 50, MSG_SEEN | MSG_FLAGGED, 0, 0, 0, 0, KEPT, true,
		  "All 50 messages that had flags lost them all." },
		{ 50, MSG_SEEN | MSG_FLAGGED, MSG_FLAGGED, 0, 0, 0, KEPT, true,
		  "All 50 messages that had \\Seen lost it." },
		{ 50, MSG_SEEN, 0, 0, 0, 0, KEPT, false, "" },
		{ 4, MSG_SEEN, 0, 0, 0, 0, KEPT, true, "" },
		{ 50, 0, 0, 7, 0, 0, KEPT, true,
		  "All 50 messages that had keywords lost them all." },
		{ 50, 0, 0, 0, 0, 0, ONE_DAY, true,
		  "All 50 wrong dates are 2026-11-22 on the new side, whatever they "
		  "were: the dates "
		  "were lost." },
		{ 50, 0, 0, 0, 0, 0, TWO_DAYS, true,
		  "All 50 wrong dates are 2026-11-22 and the day after on the new side, "
		  "whatever they "
		  "were: the dates were lost." },
		{ 50, 0, 0, 0, 0, 0, HOURS_2, true,
		  "All 50 wrong dates differ by +2 h 00 min: a time zone was taken for "
		  "another." },
		{ 50, 0, 0, 0, 0, 0, DST, true,
		  "All 50 wrong dates differ by +1 h 00 min or +2 h 00 min: a time zone "
		  "was taken for "
		  "another." },
		{ 50, 0, 0, 0, 0, 0, ALL_OF_A_DAY, true,
		  "All 50 wrong dates differ by +2 h 00 min: a time zone was taken for "
		  "another." },
		{ 50, 0, 0, 0, 0, 0, SCATTERED, true, "" },
		{ 50, 0, 0, 0, 0, 0, HALF, true, "" },
		{ 50, 0, 0, 0, 0, 0, UNKNOWN, true, "" },
		{ 4, 0, 0, 0, 0, 0, ONE_DAY, true, "" },
		{ 50, 0, 0, 0, 0, 37, KEPT, true,
		  "All 50 messages of another size differ by +37 octets: a header that "
		  "was added or "
		  "left out would look like that." },
		{ 50, 0, 0, 0, 0, 100000, KEPT, true, "" },
	};
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;

		tally_reset(t);
		for (int k = 0; k < cases[i].n; k++) {
			struct message a = { .flags = (uint8_t)cases[i].old_flags,
					     .keyword_set = cases[i].old_words,
					     .octets = 1000 + k,
					     .date = day_of(2010, 1, 1) +
						     k * INT64_C(1000000) };
			if (cases[i].dates == ALL_OF_A_DAY)
				a.date = day_of(2010, 1, 1) + k;
			struct message b = { .flags = (uint8_t)cases[i].new_flags,
					     .keyword_set = cases[i].new_words,
					     .octets = 1000 + k + cases[i].bias,
					     .date = new_date(cases[i].dates, a.date,
							      k) };

			tally_facts(t, &a, &b, cases[i].flags);
		}
		tally_say_facts(t, &got);
		if (strcmp(strbuf_cstr(&got), cases[i].want) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, strbuf_cstr(&got),
				 cases[i].want);
		strbuf_done(&got);
	}
	tally_free(t);
}

/* Dates and sizes come from servers: nothing may overflow or fall out of a table. */
static void survives_any_fact(void **state)
{
	static const int64_t edge[] = {
		INT64_MIN,	     INT64_MIN + 1, -1,	      0, 1, INT64_C(5662310399),
		INT64_C(5662310400), INT64_MAX - 1, INT64_MAX
	};
	struct tally *t = tally_new();
	struct tally_pattern p;
	struct strbuf got = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(edge); i++)
		for (size_t k = 0; k < COUNT_OF(edge); k++) {
			struct message a = { .octets = edge[i] < 0 ? -1 : edge[i],
					     .date = edge[k] };
			struct message b = { .octets = edge[k] < 0 ? -1 : edge[k],
					     .date = edge[i] };

			tally_message(t, (int)(i % 2), &a, (unsigned)(i * k));
			tally_facts(t, &a, &b, true);
		}
	tally_missing(t, &p);
	tally_say_missing(t, &got);
	tally_say_facts(t, &got);
	strbuf_done(&got);
	tally_free(t);
}

/* What one message has of a shift, or of a day. */
static void knows_shifts_and_days(void **state)
{
	static const struct {
		int64_t old, new, shift; /* 0: none that a time zone makes */
	} cases[] = {
		{ 0, 0, 0 },	       { 0, 900, 900 },
		{ 0, 901, 0 },	       { 86400, 0, -86400 },
		{ 86400 + 900, 0, 0 }, { 0, 86400, 86400 },
		{ 0, 86400 + 900, 0 }, { INT64_MIN + 1, INT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t by = 0;

		if (tally_shift(cases[i].old, cases[i].new, &by) !=
			    (cases[i].shift != 0) ||
		    by != cases[i].shift)
			fail_msg("case %zu: %lld", i, (long long)by);
	}
	assert_int_equal(tally_day(-1), 0);
	assert_int_equal(tally_day(0), 0);
	assert_int_equal(tally_day(3 * 86400 - 1), 2);
	assert_int_equal(tally_day(INT64_MAX), 0); /* in no year of ours */
}

/* \Seen alone, and it nearly always: what another login does to flags.  Where all flags
 * went, nothing tells. */
static void knows_when_seen_alone_was_lost(void **state)
{
	static const struct {
		struct {
			int n;
			unsigned old, new;
		} batch[2];
		bool want;
	} cases[] = {
		{ { { 4, MSG_SEEN, 0 }, { 0, 0, 0 } }, false },
		{ { { 9, MSG_SEEN, 0 }, { 0, 0, 0 } }, true },
		{ { { 9, MSG_SEEN, MSG_SEEN }, { 0, 0, 0 } }, false },
		{ { { 9, MSG_SEEN, 0 }, { 9, MSG_FLAGGED, MSG_FLAGGED } }, true },
		{ { { 9, MSG_SEEN | MSG_FLAGGED, MSG_FLAGGED }, { 0, 0, 0 } }, true },
		{ { { 99, MSG_SEEN, 0 }, { 1, MSG_SEEN, MSG_SEEN } }, false },
	};
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		tally_reset(t);
		for (size_t b = 0; b < COUNT_OF(cases[i].batch); b++)
			for (int k = 0; k < cases[i].batch[b].n; k++) {
				const struct message old = {
					.flags = (uint8_t)cases[i].batch[b].old
				};
				const struct message new = {
					.flags = (uint8_t)cases[i].batch[b].new
				};

				tally_facts(t, &old, &new, true);
			}
		if (tally_seen_lost(t) != cases[i].want)
			fail_msg("case %zu", i);
	}
	tally_free(t);
}

/* A few that arrived on that day by right do not stand against it, and many do. */
static void a_day_on_which_much_arrived_by_right_is_no_pattern(void **state)
{
	static const struct {
		int right_there, right_elsewhere;
		const char *want;
	} cases[] = {
		{ 0, 0, "All 50 wrong dates are 2026-11-22 " },
		{ 0, 100, "All 50 wrong dates are 2026-11-22 " },
		{ 50, 50, "" },
	};
	struct tally *t = tally_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;
		struct message a = { .date = day_of(2026, 11, 22) }, b = a;

		tally_reset(t);
		for (int k = 0; k < cases[i].right_there; k++)
			tally_facts(t, &a, &b, true);
		a.date = b.date = day_of(2010, 1, 1);
		for (int k = 0; k < cases[i].right_elsewhere; k++)
			tally_facts(t, &a, &b, true);
		b.date = day_of(2026, 11, 22);
		for (int k = 0; k < 50; k++) {
			a.date += 1000003;
			tally_facts(t, &a, &b, true);
		}
		tally_say_facts(t, &got);
		if (strncmp(strbuf_cstr(&got), cases[i].want, strlen(cases[i].want)) !=
			    0 ||
		    (got.n == 0) != (*cases[i].want == '\0'))
			fail_msg("case %zu: \"%s\"", i, strbuf_cstr(&got));
		strbuf_done(&got);
	}
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_missing_have_in_common),
		cmocka_unit_test(says_where_the_missing_are),
		cmocka_unit_test(says_what_changed_alike),
		cmocka_unit_test(survives_any_fact),
		cmocka_unit_test(knows_shifts_and_days),
		cmocka_unit_test(knows_when_seen_alone_was_lost),
		cmocka_unit_test(a_day_on_which_much_arrived_by_right_is_no_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
