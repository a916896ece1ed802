/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"

static void compares_octets_and_then_length(void **state)
{
	static const struct {
		struct span a, b;
		int order;
	} cases[] = {
		{ { NULL, 0 }, { "", 0 }, 0 },
		{ { "a", 1 }, { NULL, 0 }, 1 },
		{ { "a", 1 }, { "ab", 2 }, -1 },
		{ { "b", 1 }, { "ab", 2 }, 1 },
		{ { "a\0b", 3 }, { "a\0c", 3 }, -1 },
		{ { "\xFF", 1 }, { "a", 1 }, 1 }, /* octets, not signed characters */
		{ { "same", 4 }, { "same", 4 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (span_cmp(cases[i].a, cases[i].b) != cases[i].order ||
		    span_cmp(cases[i].b, cases[i].a) != -cases[i].order ||
		    span_eq(cases[i].a, cases[i].b) != (cases[i].order == 0))
			fail_msg("case %zu", i);
	}
}

static void ignores_the_case_of_ascii_letters_only(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{ "INBOX", "inbox", true },
		{ "INBOX", "inbox ", false },
		{ "a[", "A{",
		  false }, /* 0x5B and 0x7B differ by the same bit as letters do */
		{ "@", "`", false },
		{ "\xC3\x84", "\xC3\xA4",
		  false }, /* A and a with diaeresis: not our business */
		{ "", "", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (span_ieq_str(span_str(cases[i].a), cases[i].b) != cases[i].equal)
			fail_msg("case %zu", i);
	assert_true(span_istarts(SPAN_LIT("* oK done"), "* OK "));
	assert_true(span_istarts(SPAN_LIT("x"), ""));
	assert_false(span_istarts(SPAN_LIT("* O"), "* OK"));
	assert_false(span_eq_str(SPAN_LIT("OK"), "ok"));
}

/* Eight octets at a time, and the rest one by one: each octet against each other one, in
 * each place. */
static void letters_are_alike_in_each_place(void **state)
{
	char a[11], b[11];

	(void)state;
	for (size_t at = 0; at < sizeof a; at++)
		for (int x = 0; x < 256; x++)
			for (int y = 0; y < 256; y++) {
				bool want = span_lower((char)x) == span_lower((char)y);

				memset(a, 'q', sizeof a);
				memset(b, 'Q', sizeof b);
				a[at] = (char)x;
				b[at] = (char)y;
				if (span_ieq((struct span){ a, sizeof a },
					     (struct span){ b, sizeof b }) != want)
					fail_msg("%d and %d at %zu", x, y, at);
			}
}

static void trims_blanks_at_both_ends(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },   { " \t\r\n", "" },  { " a b\r\n", "a b" },
		{ "a", "a" }, { "\v a", "\v a" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (!span_eq_str(span_trim(span_str(cases[i].in)), cases[i].out))
			fail_msg("case %zu", i);
}

static void never_reaches_past_the_end(void **state)
{
	struct span s = SPAN_LIT("abc");

	(void)state;
	assert_true(span_eq_str(span_from(s, 1), "bc"));
	assert_int_equal(span_from(s, 3).n, 0);
	assert_int_equal(span_from(s, SIZE_MAX).n, 0);
	assert_int_equal(span_from(span_str(NULL), 0).n, 0);
	assert_int_equal(span_index(s, 'c'), 2);
	assert_int_equal(span_index(s, '\0'), -1);
	assert_int_equal(span_index(span_str(NULL), 'a'), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_octets_and_then_length),
		cmocka_unit_test(ignores_the_case_of_ascii_letters_only),
		cmocka_unit_test(letters_are_alike_in_each_place),
		cmocka_unit_test(trims_blanks_at_both_ends),
		cmocka_unit_test(never_reaches_past_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
