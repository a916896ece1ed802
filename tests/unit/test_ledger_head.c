/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/ledger_head.h"

#define A "5d7177868d1118dd832525584dca741a8955dd4f985bb3827b0315a42b7c9c74"
#define B "02AEA8D51CD1CDF2A162599CE5FFC0E77005FEAAAAD805AD5DBD55F5B3743E93"

static void takes_64_digits_and_nothing_else(void **state)
{
	static const char *const bad[] = { "", "5d", A "0", " " A, "g" A };
	struct ledger_head h = { .seq = 9 };
	char cut[65] = A;

	(void)state;
	assert_true(ledger_head_parse(span_str(A), &h));
	assert_int_equal(h.seq, 0);
	assert_int_equal(h.hash.bytes[0], 0x5d);
	assert_int_equal(h.hash.bytes[31], 0x74);
	assert_true(ledger_head_parse(span_str(B), &h));
	assert_int_equal(h.hash.bytes[1], 0xae);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(ledger_head_parse(span_str(bad[i]), &h));
	cut[63] = 'x';
	assert_false(ledger_head_parse(span_str(cut), &h));
}

static void finds_heads_in_all_that_is_written(void **state)
{
	static const struct {
		const char *text;
		int n;
		int64_t first; /* number of the first */
	} cases[] = {
		{ A "\nentry 4, 2026-11-29T07:03:42Z, run by grace\n", 1, 4 },
		{ "{\n  \"schema\": \"mailmuster/ledger-head/1\",\n  \"entry\": 4,\n"
		  "  \"hash\": \"" A "\"",
		  1, 4 },
		{ "x\nledger: entry 41, " A "\n", 1, 41 },
		{ "ledger:   entry 41, " A "\n", 1, 41 },
		{ "{ \"ledger\": { \"seq\": 41, \"hash\": \"" A "\" } }", 1, 41 },
		{ "\"ledger\":{\"seq\":41,\"hash\":\"" B "\"}\n\nledger: entry 7, " A, 2,
		  41 },
		{ "{\"schema\":\"mailmuster/ledger-export/1\",\"entries\":4,\"head\":\"" A
		  "\",",
		  1, 4 },
		{ "{ \"ledger\": { \"entries\": 41, \"head\": \"" A "\" } }", 1, 41 },
		/* what only looks like one */
		{ "", 0, 0 },
		{ "x " A "\nentry 4", 0, 0 },
		{ "the ledger: entry 41, " A, 0, 0 },
		{ "\nledger: entry 41, 5d71", 0, 0 },
		{ "\nledger: entry , " A, 0, 0 },
		{ "\nledger: entry 9999999999999999999, " A, 0, 0 },
		{ "\"ledger\": null", 0, 0 },
		{ "\"ledger\": { \"hash\": \"" A "\" }", 0, 0 },
		{ "{\"entry\":1,\"prev\":\"" A "\",\"hash\":\"" A "\"}", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct span text = span_str(cases[i].text);
		struct ledger_head h;
		size_t at = 0;
		int n = 0;

		while (ledger_head_find(text, &at, &h)) {
			if (n++ == 0 && h.seq != cases[i].first)
				fail_msg("case %zu: entry %lld", i, (long long)h.seq);
			assert_true(at <= text.n);
		}
		if (n != cases[i].n || at != text.n)
			fail_msg("case %zu: %d heads", i, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_64_digits_and_nothing_else),
		cmocka_unit_test(finds_heads_in_all_that_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
