/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "imap/imap_date.h"

static void reads_dates_as_instants(void **state)
{
	static const struct {
		const char *in;
		int64_t out;
	} cases[] = {
		{ "01-Jan-2010 15:15:35 +0000", 1262358935 },
		{ " 1-Jan-2010 15:15:35 +0000", 1262358935 }, /* Cyrus */
		{ "01-jan-2010 15:15:35 +0000", 1262358935 },
		{ "01-Jan-2010 16:15:35 +0100", 1262358935 },
		{ "01-Jan-2010 10:45:35 -0430", 1262358935 },
		{ "02-Jan-2010 05:15:35 +1400", 1262358935 },
		{ "01-Jan-1970 00:00:00 +0000", 0 },
		{ "31-Dec-1969 23:59:59 +0000", -1 },
		{ "01-Jan-1970 00:00:00 +0100", -3600 },
		{ "29-Feb-2000 00:00:00 +0000", 951782400 },
		{ "31-Dec-2016 23:59:60 +0000", 1483228800 }, /* a leap second */
		{ "01-Jan-0000 00:00:00 +0000", -62167219200 },
		{ "31-Dec-9999 23:59:59 +0000", 253402300799 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t t = 0;

		if (!imap_date_parse(span_str(cases[i].in), &t) || t != cases[i].out)
			fail_msg("case %zu: %lld", i, (long long)t);
	}
}

static void refuses_what_is_no_date(void **state)
{
	static const char *const cases[] = {
		"",
		"01-Jan-2010",
		"01-Jan-2010 15:15:35",
		"01-Jan-2010 15:15:35 UTC",
		"1-Jan-2010 15:15:35 +0000",
		"001-Jan-2010 15:15:35 +0000",
		"00-Jan-2010 15:15:35 +0000",
		" 0-Jan-2010 15:15:35 +0000",
		"  -Jan-2010 15:15:35 +0000",
		"32-Jan-2010 15:15:35 +0000",
		"29-Feb-2009 15:15:35 +0000",
		"29-Feb-1900 15:15:35 +0000",
		"31-Apr-2010 15:15:35 +0000",
		"01-Jen-2010 15:15:35 +0000",
		"01/Jan/2010 15:15:35 +0000",
		"01-Jan-2010T15:15:35 +0000",
		"01-Jan-2010 24:15:35 +0000",
		"01-Jan-2010 15:60:35 +0000",
		"01-Jan-2010 15:15:61 +0000",
		"01-Jan-2010 15-15-35 +0000",
		"01-Jan-2010 15:15:35 *0000",
		"01-Jan-2010 15:15:35 +2400",
		"01-Jan-2010 15:15:35 +0060",
		"01-Jan-2010 15:15:35 +00 0",
		"01-Jan- 201 15:15:35 +0000",
		"01-Jan-2010  5:15:35 +0000",
		"01-Jan-2010 15:15:35 +0000 ",
		"\x81\x82-Jan-2010 15:15:35 +0000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t t = 42;

		if (imap_date_parse(span_str(cases[i]), &t) || t != 42)
			fail_msg("case %zu gives %lld", i, (long long)t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_dates_as_instants),
		cmocka_unit_test(refuses_what_is_no_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
