/* SPDX-License-Identifier: MIT */
/* What doctor says of the time an audit will take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan_forecast.h"

static void says_between_which_times(void **state)
{
	static const struct {
		struct plan_forecast_facts f;
		const char *words;
	} cases[] = {
		{ { .accounts = 1,
		    .tried = 4,
		    .login_ms = 20,
		    .list_ms = 5,
		    .sample = 4,
		    .sample_ms = 1,
		    .connections = 2,
		    .modseq = true },
		  "a first audit takes less than a minute, one in which nothing has "
		  "changed less than a minute; assumed: 1 login, 2 to 8 messages (1 "
		  "other holds half to twice as many as this one, 4), 1,000 to 10,000 a "
		  "second, for this account holds too few to measure it, and 2 "
		  "connections that are up to 2 times as fast as one" },
		/* 500 accounts of 20,000 messages at 4,000 a second: 5 to 20 million */
		{ { .accounts = 500,
		    .tried = 20000,
		    .login_ms = 200,
		    .list_ms = 300,
		    .sample = 2000,
		    .sample_ms = 500,
		    .connections = 4,
		    .modseq = true },
		  "a first audit takes 5 min to 1.5 h, one in which nothing has changed 1 "
		  "min to 5 min; assumed: 500 logins, 5,000,000 to 20,000,000 messages "
		  "(500 others hold half to twice as many as this one, 20,000), 4,000 a "
		  "second as just measured over 2,000, and 4 connections that are up to "
		  "4 times as fast as one" },
		/* all were counted before: no guess about accounts */
		{ { .accounts = 10,
		    .known = 10,
		    .messages = 360000,
		    .tried = 7,
		    .login_ms = 100,
		    .sample = 1000,
		    .sample_ms = 1000,
		    .connections = 1 },
		  "a first audit takes 5 min to 10 min, one in which nothing has changed "
		  "up to 10 min; assumed: 10 logins, 360,000 messages "
		  "(360,000 in 10 accounts that were counted), 1,000 a second as just "
		  "measured over 1,000, and one connection; flags are read again each "
		  "time, for this server does not tell HIGHESTMODSEQ" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf words = STRBUF_INIT;
		struct plan_forecast c;

		plan_forecast_make(&cases[i].f, &c);
		plan_forecast_say(&words, &cases[i].f, &c);
		if (strcmp(strbuf_cstr(&words), cases[i].words) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&words));
		strbuf_done(&words);
	}
}

/* Whatever a server says it holds. */
static void absurd_numbers_stay_in_bounds(void **state)
{
	static const int64_t odd[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	enum { N = COUNT_OF(odd) };

	(void)state;
	for (size_t i = 0; i < N * N * N; i++) {
		int64_t a = odd[i % N], b = odd[i / N % N], c = odd[i / N / N];
		const struct plan_forecast_facts f = {
			.accounts = 100000,
			.known = 5,
			.messages = a,
			.tried = b,
			.login_ms = 60000,
			.list_ms = 60000,
			.sample = c,
			.sample_ms = b < 0 ? 0 : b,
			.connections = 64,
		};
		struct plan_forecast out;

		plan_forecast_make(&f, &out);
		for (int k = 0; k < 2; k++) {
			assert_true(out.messages[k] >= 0);
			assert_true(out.first_s[k] >= 0 && out.again_s[k] >= 0);
			assert_true(out.rate[k] > 0);
		}
		assert_true(out.messages[0] <= out.messages[1]);
		assert_true(out.first_s[0] <= out.first_s[1]);
		assert_true(out.again_s[0] <= out.again_s[1]);
	}
}

static void ranges_are_rounded_outwards(void **state)
{
	static const struct {
		int64_t s[2];
		const char *words;
	} cases[] = {
		{ { 0, 0 }, "less than a minute" },
		{ { 0, 61 }, "up to 2 min" },
		{ { 59, 3599 }, "up to 1 h" },
		{ { 60, 60 }, "less than a minute" },
		{ { 700, 7300 }, "10 min to 3 h" },
		{ { 100000, 200000 }, "24 h to 3 days" },
		{ { 900000, 9000000 }, "10 days to 105 days" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf sb = STRBUF_INIT;

		plan_forecast_range(&sb, cases[i].s);
		if (strcmp(strbuf_cstr(&sb), cases[i].words) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&sb));
		strbuf_done(&sb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_between_which_times),
		cmocka_unit_test(absurd_numbers_stay_in_bounds),
		cmocka_unit_test(ranges_are_rounded_outwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
