/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"

static void reads_whole_numbers(void **state)
{
	static const struct {
		const char *in;
		uint64_t max;
		bool ok;
		uint64_t out;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "007", 7, true, 7 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999999", UINT64_MAX, false, 0 },
		{ "4294967295", UINT32_MAX, true, UINT32_MAX },
		{ "4294967296", UINT32_MAX, false, 0 },
		{ "5", 4, false, 0 },
		{ "", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ "0x1", 9, false, 0 },
		{ "1e0", 9, false, 0 },
		{ "\xD9\xA1", 9, false, 0 }, /* ARABIC-INDIC DIGIT ONE */
		{ "/", 9, false, 0 },	     /* the neighbours of the digits */
		{ ":", 9, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t out = 77;
		bool ok = num_u64(span_str(cases[i].in), cases[i].max, &out);

		if (ok != cases[i].ok || out != (ok ? cases[i].out : 77))
			fail_msg("case %zu: \"%s\"", i, cases[i].in);
	}
}

static void keeps_32_bits_in_range(void **state)
{
	uint32_t out = 5;

	(void)state;
	assert_false(num_u32(SPAN_LIT("4294967296"), &out));
	assert_false(num_u32(SPAN_LIT("1\0"), &out));
	assert_int_equal(out, 5);
	assert_true(num_u32(SPAN_LIT("4294967295"), &out));
	assert_int_equal(out, UINT32_MAX);
}

static void reads_signed_numbers(void **state)
{
	static const struct {
		const char *in;
		int64_t min, max;
		bool ok;
		int64_t out;
	} cases[] = {
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "-5", -5, 5, true, -5 },
		{ "-6", -5, 5, false, 0 },
		{ "6", -5, 5, false, 0 },
		{ "-0", 0, 5, true, 0 },
		{ "-", -5, 5, false, 0 },
		{ "--1", -5, 5, false, 0 },
		{ "", -5, 5, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t out = 77;
		bool ok = num_i64(span_str(cases[i].in), cases[i].min, cases[i].max,
				  &out);

		if (ok != cases[i].ok || out != (ok ? cases[i].out : 77))
			fail_msg("case %zu: \"%s\"", i, cases[i].in);
	}
}

static void reads_durations_with_their_unit(void **state)
{
	static const struct {
		const char *in;
		int64_t out; /* -1: refused */
	} cases[] = {
		{ "90s", 90 },
		{ "10m", 600 },
		{ "4h", 14400 },
		{ "7d", 604800 },
		{ "2w", 1209600 },
		{ "0s", 0 },
		{ "36525d", 3155760000 },
		{ "36526d", -1 },
		{ "3155760000s", 3155760000 },
		{ "3155760001s", -1 },
		{ "99999999999999999999w", -1 },
		{ "10", -1 },
		{ "s", -1 },
		{ "", -1 },
		{ "-1d", -1 },
		{ "1 d", -1 },
		{ "1D", -1 },
		{ "1h30m", -1 },
		{ "1.5h", -1 },
		{ "1y", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t out = -1;
		bool ok = num_duration(span_str(cases[i].in), &out);

		if (ok != (cases[i].out >= 0) || out != cases[i].out)
			fail_msg("case %zu: \"%s\"", i, cases[i].in);
	}
}

static void reads_sizes_with_their_unit(void **state)
{
	static const struct {
		const char *in;
		int64_t out; /* -1: refused */
	} cases[] = {
		{ "0", 0 },
		{ "1500", 1500 },
		{ "1500B", 1500 },
		{ "10K", 10240 },
		{ "20M", 20971520 },
		{ "5 GiB", INT64_C(5) << 30 },
		{ "5GB", INT64_C(5) << 30 },
		{ "2T", INT64_C(2) << 40 },
		{ "1048576T", INT64_C(1) << 60 },
		{ "1048577T", -1 },
		{ "1152921504606846977", -1 },
		{ "", -1 },
		{ "G", -1 },
		{ "B", -1 },
		{ "iB", -1 },
		{ "-1", -1 },
		{ "5 B", -1 },
		{ "1.5G", -1 },
		{ "5g", -1 },
		{ "5GG", -1 },
		{ "5  G", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t out = -1;
		bool ok = num_size(span_str(cases[i].in), &out);

		if (ok != (cases[i].out >= 0) || out != cases[i].out)
			fail_msg("case %zu: \"%s\"", i, cases[i].in);
	}
}

static void writes_for_people(void **state)
{
	static const struct {
		const char *(*form)(int64_t, char *, size_t);
		int64_t n;
		const char *text;
	} cases[] = {
		{ num_group, 0, "0" },
		{ num_group, 999, "999" },
		{ num_group, 1000, "1,000" },
		{ num_group, 1234567, "1,234,567" },
		{ num_group, -123456, "-123,456" },
		{ num_group, INT64_MIN, "-9,223,372,036,854,775,808" },
		{ num_octets, 0, "0 B" },
		{ num_octets, 1023, "1023 B" },
		{ num_octets, 1024, "1.0 KiB" },
		{ num_octets, 1258291, "1.2 MiB" },
		{ num_octets, 1048575, "1.0 MiB" }, /* not 1024.0 KiB */
		{ num_octets, INT64_C(3) << 30, "3.0 GiB" },
		{ num_octets, INT64_MAX, "8.0 EiB" },
		{ num_octets, INT64_MIN, "-8.0 EiB" },
		{ num_octets, -1, "-1 B" },
		{ num_term, 1, "1 second" },
		{ num_term, 0, "0 seconds" },
		{ num_term, 90, "90 seconds" },
		{ num_term, 5400, "90 minutes" },
		{ num_term, 3600, "1 hour" },
		{ num_term, 3 * 86400, "72 hours" },
		{ num_term, 4 * 86400, "4 days" },
		{ num_term, 4 * 86400 + 3600, "97 hours" },
		{ num_seconds, 0, "0 s" },
		{ num_seconds, 59, "59 s" },
		{ num_seconds, 303, "5 min 03 s" },
		{ num_seconds, 7500, "2 h 05 min" },
		{ num_seconds, 86399, "23 h 59 min" },
		{ num_seconds, 273600, "3 d 04 h" },
		{ num_seconds, -7500, "-2 h 05 min" },
		{ num_seconds, INT64_MAX, "106751991167300 d 15 h" },
	};
	char buf[40];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(cases[i].form(cases[i].n, buf, sizeof buf), cases[i].text) !=
		    0)
			fail_msg("case %zu: \"%s\", expected \"%s\"", i, buf,
				 cases[i].text);
}

static void stays_inside_a_small_buffer(void **state)
{
	char buf[8] = "abcdefg";

	(void)state;
	assert_string_equal(num_group(1234567, buf, 6), "1,234");
	assert_int_equal(buf[6], 'g');
	assert_string_equal(num_octets(INT64_MAX, buf, 3), "8.");
	assert_string_equal(num_seconds(7500, buf, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_numbers),
		cmocka_unit_test(keeps_32_bits_in_range),
		cmocka_unit_test(reads_signed_numbers),
		cmocka_unit_test(reads_durations_with_their_unit),
		cmocka_unit_test(reads_sizes_with_their_unit),
		cmocka_unit_test(writes_for_people),
		cmocka_unit_test(stays_inside_a_small_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
