/* SPDX-License-Identifier: MIT */
/* Symptoms into verdicts: two witnesses make corrupt, sizes are judged as the server
 * counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/body.h"

static const struct body_size_rule exact = { .read = 1000, .equal = 1000 };

#define BIT(s) SYMPTOM_BIT(SYMPTOM_##s)

static void one_witness_is_suspect_two_are_corrupt(void **state)
{
	static const struct {
		int64_t announced, octets;
		uint64_t symptoms;
		enum body_state want;
		uint64_t all;
	} cases[] = {
		{ 100, 100, 0, BODY_CLEAN, 0 },
		{ -1, 100, 0, BODY_CLEAN, 0 },
		{ 100, 100, BIT(BARE_LF) | BIT(DATE_BAD), BODY_ODD,
		  BIT(BARE_LF) | BIT(DATE_BAD) },
		{ 100, 90, 0, BODY_SUSPECT, BIT(SIZE) },
		{ 100, 90, BIT(CUT), BODY_CORRUPT, BIT(SIZE) | BIT(CUT) },
		{ 100, 110, BIT(CUT), BODY_SUSPECT, BIT(SIZE) },
		{ 100, 100, BIT(CUT), BODY_CLEAN, 0 },
		{ 100, 90, BIT(BARE_CR), BODY_SUSPECT, BIT(SIZE) | BIT(BARE_CR) },
		{ 100, 0, BIT(EMPTY) | BIT(NO_HEADER), BODY_CORRUPT,
		  BIT(SIZE) | BIT(EMPTY) | BIT(NO_HEADER) },
		{ 0, 0, BIT(EMPTY) | BIT(NO_HEADER), BODY_SUSPECT,
		  BIT(EMPTY) | BIT(NO_HEADER) },
		/* two of one kind are one */
		{ 100, 100, BIT(NUL) | BIT(CONTROLS), BODY_SUSPECT,
		  BIT(NUL) | BIT(CONTROLS) },
		{ 100, 90, BIT(IDENTITY), BODY_SUSPECT, BIT(SIZE) | BIT(IDENTITY) },
		{ 100, 100, BIT(IDENTITY) | BIT(BASE64), BODY_CORRUPT,
		  BIT(IDENTITY) | BIT(BASE64) },
		{ 100, 100, BIT(NUL) | BIT(MULTIPART_CUT), BODY_CORRUPT,
		  BIT(NUL) | BIT(MULTIPART_CUT) },
		{ 100, 100, BIT(UNSTABLE), BODY_SUSPECT, BIT(UNSTABLE) },
		/* it answers the second time only */
		{ 100, 100, BIT(UNSTABLE) | BIT(BREAKS), BODY_CORRUPT,
		  BIT(UNSTABLE) | BIT(BREAKS) },
		{ 5000, 5000, 0, BODY_ODD, BIT(TOO_LARGE) },
		{ 5000, 90, 0, BODY_SUSPECT, BIT(TOO_LARGE) | BIT(SIZE) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct body_facts f = { .read = true,
					.announced = cases[i].announced,
					.octets = cases[i].octets,
					.lines = 2,
					.symptoms = cases[i].symptoms,
					.words = "" };
		uint64_t all = 0;
		enum body_state got = body_judge(&f, &exact, 4000, &all);

		if (got != cases[i].want || all != cases[i].all)
			fail_msg("case %zu: %s, %llx", i, body_state_name(got),
				 (unsigned long long)all);
		f.read = false;
		assert_int_equal(body_judge(&f, &exact, 4000, &all), BODY_UNREADABLE);
	}
}

static void sizes_are_judged_as_the_server_counts(void **state)
{
	static const struct body_size_rule
		few = { .read = 19, .equal = 9, .bias = 7, .at_bias = 10 },
		adds = { .read = 100, .equal = 50, .bias = 7, .at_bias = 49 },
		rare = { .read = 1000, .equal = 990, .bias = 7, .at_bias = 10 },
		guess = { .read = 90, .equal = 55, .bias = 7, .at_bias = 5 };
	static const struct {
		const struct body_size_rule *r;
		struct body_facts f;
		bool fits;
	} cases[] = {
		{ &exact, { .announced = 100, .octets = 100 }, true },
		{ &exact, { .announced = 100, .octets = 101 }, false },
		/* LF counted, CRLF sent */
		{ &exact, { .announced = 100, .octets = 110, .lines = 10 }, true },
		{ &exact, { .announced = 100, .octets = 111, .lines = 10 }, false },
		{ &exact, { .announced = 100, .octets = 102, .lines = 2 }, false },
		/* bare LF counted as CRLF */
		{ &exact,
		  { .announced = 102, .octets = 100, .lines = 9, .bare_lf = 2 },
		  true },
		{ &exact,
		  { .announced = 102, .octets = 100, .lines = 9, .bare_lf = 1 },
		  false },
		{ &few, { .announced = 100, .octets = 107 }, false },
		{ &adds, { .announced = 100, .octets = 107 }, true },
		{ &adds, { .announced = 100, .octets = 108 }, false },
		{ &adds, { .announced = 107, .octets = 100 }, false },
		{ &rare, { .announced = 100, .octets = 107 }, false },
		{ &guess, { .announced = 100, .octets = 5 }, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (body_size_fits(cases[i].r, &cases[i].f) != cases[i].fits)
			fail_msg("case %zu", i);
	assert_true(body_size_estimates(&guess));
	assert_false(body_size_estimates(&adds));
	assert_false(body_size_estimates(&few));
}

static void two_readings_are_compared(void **state)
{
	struct body_facts a = { .read = true, .octets = 5, .words = "" }, b = a;

	(void)state;
	assert_false(body_differs(&a, &b));
	b.octets = 6;
	assert_true(body_differs(&a, &b));
	b = a;
	b.body_key.bytes[3] = 1;
	assert_true(body_differs(&a, &b));
	b = a;
	b.header_key.bytes[0] = 1;
	assert_true(body_differs(&a, &b));
	b.read = false;
	assert_false(body_differs(&a, &b));
}

static void every_symptom_is_named(void **state)
{
	(void)state;
	for (int s = 0; s < SYMPTOM_COUNT; s++) {
		assert_true(strlen(symptom_name((enum symptom)s)) > 2);
		assert_true(strlen(symptom_sentence((enum symptom)s)) > 10);
		assert_true((int)symptom_kind((enum symptom)s) < (int)SYMPTOM_KIND_COUNT);
		for (int t = 0; t < s; t++)
			assert_string_not_equal(symptom_name((enum symptom)s),
						symptom_name((enum symptom)t));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_witness_is_suspect_two_are_corrupt),
		cmocka_unit_test(sizes_are_judged_as_the_server_counts),
		cmocka_unit_test(two_readings_are_compared),
		cmocka_unit_test(every_symptom_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
