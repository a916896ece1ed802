/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void writes_known_dates(void **state)
{
	static const struct {
		int64_t t;
		const char *iso;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 951868800, "2000-03-01T00:00:00Z" },
		{ 1709164800, "2024-02-29T00:00:00Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" }, /* 2100 has no leap day */
		{ 1795472820, "2026-11-23T22:27:00Z" },
		{ INT64_C(-62167219200), "0000-01-01T00:00:00Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(-62167219201), "out of range" },
		{ INT64_C(253402300800), "out of range" },
		{ INT64_MIN, "out of range" },
		{ INT64_MAX, "out of range" },
	};
	char buf[CLOCK_ISO_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(clock_iso(cases[i].t, buf), cases[i].iso) != 0)
			fail_msg("case %zu: %s, expected %s", i, buf, cases[i].iso);
}

/* Every 12,345,677 seconds of the years 0 to 9999, against the C library. */
static void agrees_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t t = INT64_C(-62167219200); t <= INT64_C(253402300799);
	     t += 12345677) {
		struct clock_civil c;
		time_t as_time = (time_t)t;
		struct tm tm;

		clock_to_civil(t, &c);
		gmtime_r(&as_time, &tm);
		if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 ||
		    c.day != tm.tm_mday || c.hour != tm.tm_hour ||
		    c.minute != tm.tm_min || c.second != tm.tm_sec)
			fail_msg("time %lld becomes %d-%d-%d %d:%d:%d", (long long)t,
				 c.year, c.month, c.day, c.hour, c.minute, c.second);
		if (clock_from_civil(&c) != t)
			fail_msg("time %lld does not come back", (long long)t);
	}
}

static void counts_every_day_once(void **state)
{
	struct clock_civil last = { .year = 1899, .month = 12, .day = 31 };

	(void)state;
	for (int64_t day = -25567; day < 47482; day++) { /* 1900 to 2099 */
		struct clock_civil c;
		bool next_day, next_month, next_year;

		clock_to_civil(day * 86400 + 86399, &c);
		next_day = c.year == last.year && c.month == last.month &&
			   c.day == last.day + 1;
		next_month = c.year == last.year && c.month == last.month + 1 &&
			     c.day == 1;
		next_year = c.year == last.year + 1 && last.month == 12 &&
			    last.day == 31 && c.month == 1 && c.day == 1;
		if (!next_day && !next_month && !next_year)
			fail_msg("%d-%d-%d follows %d-%d-%d", c.year, c.month, c.day,
				 last.year, last.month, last.day);
		last = c;
	}
}

static void takes_a_leap_second_as_the_next_minute(void **state)
{
	struct clock_civil c = { 2016, 12, 31, 23, 59, 60 };

	(void)state;
	assert_int_equal(clock_from_civil(&c), 1483228800);
	clock_to_civil(INT64_MIN, &c); /* the nearest end, as promised */
	assert_int_equal(c.year, 0);
	clock_to_civil(INT64_MAX, &c);
	assert_int_equal(c.year, 9999);
}

static void monotonic_time_passes_in_sleep(void **state)
{
	int64_t before = clock_mono_ms();

	(void)state;
	clock_sleep_ms(-5);
	clock_sleep_ms(0);
	clock_sleep_ms(20);
	assert_true(clock_mono_ms() - before >= 20);
	assert_true(clock_now() > 1700000000);
}

static void reads_times_with_a_zone_and_no_others(void **state)
{
	static const struct {
		const char *text;
		int64_t at; /* INT64_MIN: refused */
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T22:27:00Z", 1795472820 },
		{ "2026-11-23t22:27:00z", 1795472820 },
		{ "2026-11-23 22:27Z", 1795472820 },
		{ "2026-11-23T23:27:00+01:00", 1795472820 },
		{ "2026-11-23T23:27:00+0100", 1795472820 },
		{ "2026-11-23T16:57-05:30", 1795472820 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
		{ "0000-01-01T00:00:00Z", INT64_C(-62167219200) },
		{ "", INT64_MIN },
		{ "now", INT64_MIN },
		{ "2026-11-23", INT64_MIN },
		{ "2026-11-23T22:27:00", INT64_MIN }, /* whose? */
		{ "2026-11-23T22Z", INT64_MIN },
		{ "2026-11-23T22:27:00Zulu", INT64_MIN },
		{ "2026-11-23T22:27:00 Z", INT64_MIN },
		{ "2026-11-23T22:27:00.5Z", INT64_MIN },
		{ "2026-13-01T00:00:00Z", INT64_MIN },
		{ "2026-00-01T00:00:00Z", INT64_MIN },
		{ "2026-02-29T00:00:00Z", INT64_MIN },
		{ "2100-02-29T00:00:00Z", INT64_MIN },
		{ "2026-04-31T00:00:00Z", INT64_MIN },
		{ "2026-04-00T00:00:00Z", INT64_MIN },
		{ "2026-11-23T24:00:00Z", INT64_MIN },
		{ "2026-11-23T22:60:00Z", INT64_MIN },
		{ "2026-11-23T22:27:61Z", INT64_MIN },
		{ "2026-11-23T22:27:00+15:00", INT64_MIN },
		{ "2026-11-23T22:27:00+01:60", INT64_MIN },
		{ "2026-11-23T22:27:00+1:00", INT64_MIN },
		{ "2026-11-23T22:27:00+", INT64_MIN },
		{ "26-11-23T22:27:00Z", INT64_MIN },
		{ "-026-11-23T22:27:00Z", INT64_MIN },
		{ "2026-1-23T22:27:00Z", INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t at = 42;
		bool ok = clock_parse_iso(span_str(cases[i].text), &at);

		if (ok != (cases[i].at != INT64_MIN) || at != (ok ? cases[i].at : 42))
			fail_msg("case %zu, \"%s\": %d, %lld", i, cases[i].text, ok,
				 (long long)at);
	}
	/* A NUL is no blank. */
	assert_false(clock_parse_iso((struct span){ "2026-11-23T22:27:00\0", 20 },
				     &(int64_t){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_known_dates),
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(counts_every_day_once),
		cmocka_unit_test(takes_a_leap_second_as_the_next_minute),
		cmocka_unit_test(reads_times_with_a_zone_and_no_others),
		cmocka_unit_test(monotonic_time_passes_in_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
