/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "logs/logs_series.h"
#include "logs/logs_year.h"

#define T(text) time_of(text)
static int64_t time_of(const char *iso)
{
	int64_t t = 0;

	assert_true(clock_parse_iso(span_str(iso), &t));
	return t;
}

static void takes_every_form_of_a_stamp(void **state)
{
	static const struct {
		const char *line, *text;
		enum log_stamp_kind kind;
		const char *utc; /* of the stamp as if it were UTC, 2024 where it has no
				    year */
	} cases[] = {
		{ "Nov 23 14:27:17 mx", "Nov 23 14:27:17", LOG_STAMP_YEARLESS,
		  "2024-11-23T14:27:17Z" },
		{ "Mar  7 14:27:17 mx", "Mar  7 14:27:17", LOG_STAMP_YEARLESS,
		  "2024-03-07T14:27:17Z" },
		{ "Mar 7 14:27:17 mx", "Mar 7 14:27:17", LOG_STAMP_YEARLESS,
		  "2024-03-07T14:27:17Z" },
		{ "Mar 07 14:27:17 mx", "Mar 07 14:27:17", LOG_STAMP_YEARLESS,
		  "2024-03-07T14:27:17Z" },
		{ "Feb 29 23:59:60 mx", "Feb 29 23:59:60", LOG_STAMP_YEARLESS,
		  "2024-03-01T00:00:00Z" },
		{ "2026-11-23T14:27:17.019877+02:00 mx",
		  "2026-11-23T14:27:17.019877+02:00", LOG_STAMP_UTC,
		  "2026-11-23T12:27:17Z" },
		{ "2026-11-23T14:27:17Z mx", "2026-11-23T14:27:17Z", LOG_STAMP_UTC,
		  "2026-11-23T14:27:17Z" },
		{ "2026-11-23 14:27:17,123 INFO", "2026-11-23 14:27:17,123",
		  LOG_STAMP_LOCAL, "2026-11-23T14:27:17Z" },
		{ "2026-11-23 14:27:17 -0330 x", "2026-11-23 14:27:17 -0330",
		  LOG_STAMP_UTC, "2026-11-23T17:57:17Z" },
		{ "2022/04/05 13:32:06 [info]", "2022/04/05 13:32:06", LOG_STAMP_LOCAL,
		  "2022-04-05T13:32:06Z" },
		{ "06-Jun-2019 07:19:34.70 ims", "06-Jun-2019 07:19:34.70",
		  LOG_STAMP_LOCAL, "2019-06-06T07:19:34Z" },
		{ "22-06-2014 09:56:12   smtp", "22-06-2014 09:56:12", LOG_STAMP_LOCAL,
		  "2014-06-22T09:56:12Z" },
		{ "[29/May/2019:10:44:56 +0200] x", "29/May/2019:10:44:56 +0200",
		  LOG_STAMP_UTC, "2019-05-29T08:44:56Z" },
		{ "[18/May/2017 07:25:15] x", "18/May/2017 07:25:15", LOG_STAMP_LOCAL,
		  "2017-05-18T07:25:15Z" },
		{ "Sat 2020-12-19 03:44:01.396: x", "2020-12-19 03:44:01.396",
		  LOG_STAMP_LOCAL, "2020-12-19T03:44:01Z" },
		{ "@400000004c91b044077a9e94 x", "@400000004c91b044077a9e94",
		  LOG_STAMP_UTC, "2010-09-16T05:50:50Z" },
		{ "1795444037.123456 mx", "1795444037.123456", LOG_STAMP_UTC,
		  "2026-11-23T14:27:17Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct span s = span_str(cases[i].line), text;
		struct log_stamp stamp = { LOG_STAMP_NONE, 0 };
		int64_t t;

		if (!log_stamp_take(&s, &text, &stamp))
			fail_msg("case %zu", i);
		t = stamp.t;
		if (stamp.kind == LOG_STAMP_YEARLESS)
			assert_true(log_stamp_in_year(stamp.t, 2024, &t) ||
				    stamp.t % 86400 == 0);
		if (stamp.kind != cases[i].kind || !span_eq_str(text, cases[i].text))
			fail_msg("case %zu: kind %d \"%.*s\"", i, (int)stamp.kind,
				 (int)text.n, text.p);
		if (t != T(cases[i].utc))
			fail_msg("case %zu: %lld", i, (long long)(t - T(cases[i].utc)));
	}
}

static void refuses_what_is_no_stamp(void **state)
{
	static const char *const cases[] = {
		"",
		"Nov 31 14:27:17 mx",
		"Nov 23 24:27:17 mx",
		"Nov 23 14:60:17 mx",
		"Nov  0 14:27:17 mx",
		"Now 23 14:27:17 mx",
		"2026-02-29T14:27:17Z mx",
		"2026-13-01T14:27:17Z mx",
		"[31/Feb/2019:10:44:56 +0200] x",
		"@4000000g4c91b044077a9e94 x",
		"@ffffffffffffffffffffffff x",
		"17954440371.123456 mx",
		"29-02-2023 10:00:00 x",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct span s = span_str(cases[i]), text;
		struct log_stamp stamp;

		if (log_stamp_take(&s, &text, &stamp))
			fail_msg("case %zu", i);
		assert_ptr_equal(s.p, cases[i]);
	}
}

/* Europe/Berlin as slim files have it: no transition, the rule alone. */
static struct logs_zone *berlin(void)
{
	char text[54 + 54 + 28 + 1];
	struct logs_zone *z = NULL;
	struct err err = ERR_INIT;

	/* header 20 + counts 24, then the block */
	memset(text, 0, sizeof text);
	memcpy(text, "TZif2", 5);
	text[39] = 1; /* typecnt */
	text[43] = 4; /* charcnt */
	memcpy(text + 44 + 6, "UTC", 3);
	memcpy(text + 54, "TZif2", 5);
	text[54 + 39] = 1;
	text[54 + 43] = 4;
	text[54 + 44 + 2] = 0x0e;
	text[54 + 44 + 3] = 0x10;
	memcpy(text + 54 + 44 + 6, "CET", 3);
	memcpy(text + 54 + 54, "\nCET-1CEST,M3.5.0,M10.5.0/3\n", 28);
	if (!logs_zone_parse("Europe/Berlin", (struct span){ text, 54 + 54 + 28 }, &z,
			     &err))
		fail_msg("%s", err.text);
	return z;
}

static void knows_daylight_saving(void **state)
{
	static const struct {
		const char *local, *after, *utc;
	} cases[] = {
		{ "2026-01-10T12:00:00Z", NULL, "2026-01-10T11:00:00Z" },
		{ "2026-07-10T12:00:00Z", NULL, "2026-07-10T10:00:00Z" },
		/* the hour that comes twice: first, then again */
		{ "2026-10-25T02:30:00Z", NULL, "2026-10-25T00:30:00Z" },
		{ "2026-10-25T02:30:00Z", "2026-10-25T00:20:00Z",
		  "2026-10-25T00:30:00Z" },
		{ "2026-10-25T02:10:00Z", "2026-10-25T00:59:00Z",
		  "2026-10-25T01:10:00Z" },
		/* the hour that there is not */
		{ "2026-03-29T02:30:00Z", NULL, "2026-03-29T01:30:00Z" },
		{ "2026-03-29T03:00:00Z", NULL, "2026-03-29T01:00:00Z" },
	};
	struct logs_zone *z = berlin();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t after = cases[i].after != NULL ? T(cases[i].after) : INT64_MIN;
		int64_t got = logs_zone_utc(z, T(cases[i].local), after);

		if (got != T(cases[i].utc))
			fail_msg("case %zu: off by %lld", i,
				 (long long)(got - T(cases[i].utc)));
	}
	logs_zone_free(z);
}

static void takes_offsets_and_refuses_paths(void **state)
{
	static const char *const bad[] = { "../etc/passwd", "/etc/localtime",
					   "Nowhere/Town", "", "+99:00" };
	struct logs_zone *z;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(logs_zone_open("-03:30", &z, &err));
	assert_int_equal(logs_zone_utc(z, 0, INT64_MIN), 3 * 3600 + 1800);
	logs_zone_free(z);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		z = NULL;
		if (logs_zone_open(bad[i], &z, &err))
			fail_msg("case %zu", i);
		assert_int_equal(err.cls, ERR_CONFIG);
	}
}

/* One line of a log after the other, 2 per string: month-day and the year it should get.
 */
static void check_years(const char *bound, const char *const *lines, size_t n, int first)
{
	struct logs_zone *z;
	struct err err = ERR_INIT;
	struct logs_clock c;

	assert_true(logs_zone_open("UTC", &z, &err));
	logs_clock_begin(&c, z, T(bound), first);
	for (size_t i = 0; i < n; i++) {
		struct span s = span_str(lines[i]), text;
		struct log_stamp stamp;
		struct clock_civil civil;
		int64_t t = 0;
		int want = (lines[i][16] - '0') * 1000 + (lines[i][17] - '0') * 100 +
			   (lines[i][18] - '0') * 10 + (lines[i][19] - '0');

		assert_true(log_stamp_take(&s, &text, &stamp));
		if (!logs_clock_time(&c, &stamp, &t)) {
			if (want != 0)
				fail_msg("line %zu has no time", i);
			continue;
		}
		clock_to_civil(t, &civil);
		if (civil.year != want)
			fail_msg("line %zu: %d, not %d", i, civil.year, want);
	}
	logs_clock_end(&c);
	assert_false(c.contradicted);
	logs_zone_free(z);
}

static void infers_years(void **state)
{
	static const char *const turn[] = {
		"Dec 30 10:00:00 2025", "Dec 31 23:59:59 2025", "Jan  1 00:00:01 2026",
		"Dec 31 23:59:58 2025", "Jan  2 00:00:01 2026"
	};
	static const char *const sparse[] = { "Feb  1 10:00:00 2024",
					      "Aug 31 10:00:00 2024",
					      "Jan 15 10:00:00 2025" };
	static const char *const wrong[] = {
		"Nov 22 10:00:00 2026", "Jan  1 00:00:05 0000", "Jan  1 00:00:06 0000",
		"Nov 22 10:00:09 2026", "Nov 23 10:00:00 2026"
	};
	static const char *const old[] = { "Nov 22 10:00:00 2020", "Jan  1 00:00:05 2021",
					   "Nov 22 10:00:09 2020",
					   "Nov 23 10:00:00 2020" };
	static const char *const leap[] = { "Feb 29 10:00:00 2024",
					    "Mar  1 10:00:00 2024" };

	(void)state;
	check_years("2026-01-03T00:00:00Z", turn, COUNT_OF(turn), 2025);
	check_years("2025-03-01T00:00:00Z", sparse, COUNT_OF(sparse), 2024);
	check_years("2026-11-23T12:00:00Z", wrong, COUNT_OF(wrong), 0);
	check_years("2026-11-23T12:00:00Z", old, COUNT_OF(old), 2020);
	check_years("2026-11-23T12:00:00Z", leap, COUNT_OF(leap), 0);
}

/* The first guess is a year too late: the New Year in the file tells. */
static void takes_back_a_year_that_cannot_be(void **state)
{
	static const char *const lines[] = { "Dec 30 10:00:00", "Jan  2 10:00:00", "Jun  1 10:00:00",
					     "Dec 31 10:00:00", "Jan  1 10:00:00" };
	struct logs_zone *z;
	struct err err = ERR_INIT;
	struct logs_clock c;
	int year = 0, tries = 0;

	(void)state;
	assert_true(logs_zone_open("UTC", &z, &err));
	for (;;) {
		int64_t t;

		logs_clock_begin(&c, z, T("2026-01-01T12:00:00Z"), year);
		for (size_t i = 0; i < COUNT_OF(lines); i++) {
			struct span s = span_str(lines[i]), text;
			struct log_stamp stamp;

			assert_true(log_stamp_take(&s, &text, &stamp));
			(void)!logs_clock_time(&c, &stamp, &t);
		}
		logs_clock_end(&c);
		if (!c.contradicted || ++tries > LOGS_YEAR_TRIES)
			break;
		year = c.first - 1;
	}
	assert_false(c.contradicted);
	assert_int_equal(c.first, 2024);
	assert_int_equal(c.last, T("2026-01-01T10:00:00Z"));
	logs_zone_free(z);
}

static void orders_rotated_logs(void **state)
{
	static const char *const names[] = {
		"b/mail.log",
		"b/mail.log.1",
		"b/mail.log.10.gz",
		"b/mail.log.2.gz",
		"b/maillog-20240108",
		"b/maillog-20240101.xz",
		"b/maillog-20240131",
		"b/maillog",
		"b/maillog-20240115",
		"b/maillog-20240122",
		"b/audit.log.2024-01-02.gz",
		"b/IMAP420240102-1.LOG",
		"b/mainlog.01",
		"b/mainlog",
	};
	static const char *const want =
		"b/IMAP420240102-1.LOG; b/audit.log.2024-01-02.gz; b/mail.log.10.gz; "
		"b/mail.log.2.gz; +b/mail.log.1; +b/mail.log; b/maillog-20240101.xz; "
		"+b/maillog-20240108; +b/maillog-20240115; +b/maillog-20240122; "
		"+b/maillog-20240131; +b/maillog; b/mainlog.01; +b/mainlog; ";
	struct logs_member v[COUNT_OF(names)];
	char text[800] = "";
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		v[i] = (struct logs_member){ .path = names[i] };
	logs_series_sort(v, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s; ",
				       v[i].follows ? "+" : "", v[i].path);
	assert_string_equal(text, want);
	logs_series_free(v, COUNT_OF(names));
}

static void sees_a_rotation_that_is_missing(void **state)
{
	static const char *const names[] = { "m-20240101", "m-20240102", "m-20240103",
					     "m-20240106", "n.1",	 "n.3" };
	static const bool follows[] = { false, true, true, false, false, false };
	struct logs_member v[COUNT_OF(names)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		v[i] = (struct logs_member){ .path = names[i] };
	logs_series_sort(v, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (v[i].follows != follows[i])
			fail_msg("%s", v[i].path);
	logs_series_free(v, COUNT_OF(names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_form_of_a_stamp),
		cmocka_unit_test(refuses_what_is_no_stamp),
		cmocka_unit_test(knows_daylight_saving),
		cmocka_unit_test(takes_offsets_and_refuses_paths),
		cmocka_unit_test(infers_years),
		cmocka_unit_test(takes_back_a_year_that_cannot_be),
		cmocka_unit_test(orders_rotated_logs),
		cmocka_unit_test(sees_a_rotation_that_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
