/* SPDX-License-Identifier: MIT */
/* Hours in which a server is not read: what is written, and what that means on a clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_hours.h"
#include "base/clock.h"

static struct hours must_parse(const char *text)
{
	struct err err = ERR_INIT;
	struct hours h;

	if (!hours_parse(span_str(text), &h, &err))
		fail_msg("%s: %s", text, err.text);
	return h;
}

static void says_which_minutes_are_covered(void **state)
{
	enum { MON, TUE, WED, THU, FRI, SAT, SUN };
	static const struct {
		const char *text;
		int day, hour, minute;
		bool covered;
	} cases[] = {
		{ "Mon-Fri 08:00-18:00", MON, 8, 0, true },
		{ "Mon-Fri 08:00-18:00", MON, 7, 59, false },
		{ "Mon-Fri 08:00-18:00", FRI, 17, 59, true },
		{ "Mon-Fri 08:00-18:00", FRI, 18, 0, false },
		{ "Mon-Fri 08:00-18:00", SAT, 12, 0, false },
		{ "22:00-06:00", SUN, 23, 0, true },
		{ "22:00-06:00", MON, 5, 59, true },
		{ "22:00-06:00", MON, 6, 0, false },
		{ "Sun 22:00-06:00", MON, 1, 0, true },
		{ "Sun 22:00-06:00", SUN, 1, 0, false },
		{ "Sun 22:00-06:00", TUE, 1, 0, false },
		{ "sat,SUN 00:00-24:00", SAT, 0, 0, true },
		{ "sat,SUN 00:00-24:00", SUN, 23, 59, true },
		{ "sat,SUN 00:00-24:00", MON, 0, 0, false },
		{ "Fri-Mon 10:00-11:00", SUN, 10, 30, true },
		{ "Fri-Mon 10:00-11:00", WED, 10, 30, false },
		{ "  Mon   10:00-11:00   UTC ", MON, 10, 30, true },
		{ "Tue,Thu-Fri 09:30-09:31", THU, 9, 30, true },
		{ "Tue,Thu-Fri 09:30-09:31", WED, 9, 30, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hours h = must_parse(cases[i].text);
		int minute = (cases[i].day * 24 + cases[i].hour) * 60 + cases[i].minute;

		if (hours_cover(&h, minute) != cases[i].covered)
			fail_msg("case %zu (%s)", i, cases[i].text);
	}
}

static void refuses_what_is_no_time_of_the_week(void **state)
{
	static const char *const cases[] = {
		"",
		"Mon-Fri",
		"Mon-Fri 8-18",
		"Mon-Fri 8:00-18:00",
		"Mo-Fr 08:00-18:00",
		"Mon- 08:00-18:00",
		"Mon, 08:00-18:00",
		",Mon 08:00-18:00",
		"Monday 08:00-18:00",
		"08:00-08:00",
		"24:00-08:00",
		"08:00-24:01",
		"08:60-10:00",
		"25:00-26:00",
		"-1:00-26:00",
		"08:00 - 18:00",
		"08:00-18:00 Europe/Vienna and more",
		"08:00-18:00 "
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"08:00-18:00\n",
		"08:00-18:00 Europe/W\xc3\xb6rgl",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct hours h = { .from = 77 };

		if (hours_parse(span_str(cases[i]), &h, &err))
			fail_msg("case %zu (%s) is taken", i, cases[i]);
		assert_int_equal(err.cls, ERR_CONFIG);
		assert_true(err.hint[0] != '\0');
		assert_int_equal(h.from, 77);
	}
}

static void a_whole_week_is_noticed(void **state)
{
	struct hours h[2] = { must_parse("Mon-Fri 00:00-24:00"),
			      must_parse("Sat-Sun 00:00-24:00") };

	(void)state;
	assert_false(hours_cover_all(h, 0));
	assert_false(hours_cover_all(h, 1));
	assert_true(hours_cover_all(h, 2));
	h[1] = must_parse("Sat-Sun 00:00-23:59");
	assert_false(hours_cover_all(h, 2));
}

static int64_t at(const char *iso)
{
	int64_t t;

	assert_true(clock_parse_iso(span_str(iso), &t));
	return t;
}

/* The end of the hours, by the wall clock, also where clocks change and where one entry
 * follows another. */
static void the_end_is_right_on_days_when_clocks_change(void **state)
{
	static const struct {
		const char *hours[2];
		const char *now, *until; /* NULL: may be read */
		const char *shown;
	} cases[] = {
		/* 2026-11-30 is a Monday. */
		{ { "Mon-Fri 08:00-18:00 UTC" }, "2026-11-30T07:59:59Z", NULL, NULL },
		{ { "Mon-Fri 08:00-18:00 UTC" },
		  "2026-11-30T08:00:00Z",
		  "2026-11-30T18:00:00Z",
		  "18:00 UTC" },
		{ { "Mon-Fri 08:00-18:00 UTC" },
		  "2026-11-30T17:59:59Z",
		  "2026-11-30T18:00:00Z",
		  "18:00 UTC" },
		{ { "22:00-06:00 UTC" },
		  "2026-11-30T23:10:11Z",
		  "2026-12-01T06:00:00Z",
		  "Tue 06:00 UTC" },
		{ { "Mon 08:00-24:00 UTC", "Tue 00:00-07:00 UTC" },
		  "2026-11-30T20:00:00Z",
		  "2026-12-01T07:00:00Z",
		  "Tue 07:00 UTC" },
		/* Vienna is an hour ahead in winter, two in summer. */
		{ { "Mon-Fri 08:00-18:00 Europe/Vienna" },
		  "2026-11-30T07:00:00Z",
		  "2026-11-30T17:00:00Z",
		  "18:00 Europe/Vienna" },
		{ { "Mon-Fri 08:00-18:00 Europe/Vienna" },
		  "2026-07-06T06:30:00Z",
		  "2026-07-06T16:00:00Z",
		  "18:00 Europe/Vienna" },
		/* 2026-03-29: 02:00 becomes 03:00; the night is an hour shorter. */
		{ { "22:00-06:00 Europe/Vienna" },
		  "2026-03-28T21:00:00Z",
		  "2026-03-29T04:00:00Z",
		  "Sun 06:00 Europe/Vienna" },
		/* hours that end within the hour that is skipped end where it begins */
		{ { "Sun 00:00-02:30 Europe/Vienna" },
		  "2026-03-29T00:30:00Z",
		  "2026-03-29T01:00:00Z",
		  "03:00 Europe/Vienna" },
		/* 2026-10-25: 03:00 becomes 02:00; the night is an hour longer. */
		{ { "22:00-06:00 Europe/Vienna" },
		  "2026-10-24T20:00:00Z",
		  "2026-10-25T05:00:00Z",
		  "Sun 06:00 Europe/Vienna" },
		{ { "Sun 02:15-02:45 Europe/Vienna" },
		  "2026-10-25T01:20:00Z",
		  "2026-10-25T01:45:00Z",
		  "02:45 Europe/Vienna" },
		{ { NULL }, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; cases[i].now != NULL; i++) {
		struct audit_hours *q = NULL;
		struct err err = ERR_INIT;
		char buf[AUDIT_HOURS_SHOWN];
		struct hours h[2];
		size_t n = 0;
		int64_t until;

		for (; n < 2 && cases[i].hours[n] != NULL; n++)
			h[n] = must_parse(cases[i].hours[n]);
		if (!audit_hours_open(h, n, &q, &err))
			fail_msg("case %zu: %s", i, err.text);
		until = audit_hours_until(q, at(cases[i].now));
		if (until != (cases[i].until != NULL ? at(cases[i].until) : 0))
			fail_msg("case %zu: until %lld", i, (long long)until);
		if (until != 0)
			assert_string_equal(
				audit_hours_show(q, until, at(cases[i].now), buf),
				cases[i].shown);
		audit_hours_close(q);
	}
	assert_int_equal(audit_hours_until(NULL, 5), 0);
}

static void a_week_without_a_gap_never_ends(void **state)
{
	struct hours h = must_parse("00:00-24:00 UTC");
	char buf[AUDIT_HOURS_SHOWN];
	struct err err = ERR_INIT;
	struct audit_hours *q;

	(void)state;
	assert_true(audit_hours_open(&h, 1, &q, &err));
	assert_true(audit_hours_until(q, 1000) == INT64_MAX);
	assert_string_equal(audit_hours_show(q, INT64_MAX, 1000, buf), "further notice");
	audit_hours_close(q);
	h = must_parse("00:00-24:00 Europe/Nowhere");
	assert_false(audit_hours_open(&h, 1, &q, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_which_minutes_are_covered),
		cmocka_unit_test(refuses_what_is_no_time_of_the_week),
		cmocka_unit_test(a_whole_week_is_noticed),
		cmocka_unit_test(the_end_is_right_on_days_when_clocks_change),
		cmocka_unit_test(a_week_without_a_gap_never_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
