/* SPDX-License-Identifier: MIT */
/* Days of a use, as they are stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store_log_days.h"

static const struct {
	struct log_day day;
	uint16_t before, alone;
	size_t octets;
} cases[] = {
	{ { 20000, 1, 77, 77 }, 19999, 1, 3 },
	{ { 20000, 1, 77, 77 }, 19873, 1, 3 },
	{ { 20000, 1, 77, 77 }, 19872, 1, 5 }, /* too far away */
	{ { 20000, 1, 77, 77 }, 0, 1, 5 },
	{ { 20000, 1, 77, 77 }, 20000, 1, 5 }, /* not behind it */
	{ { 20000, 1, 77, 77 }, 20001, 1, 5 },
	{ { 65535, 1, 43199, 43199 }, 65534, 1, 3 },
	{ { 20000, 2, 77, 78 }, 19999, 1, 6 },
	{ { 20000, 2, 77, 77 }, 19999, 1, 6 },
	{ { 20000, 1, 77, 78 }, 19999, 1, 6 }, /* "repeated", later */
	{ { 20000, 254, 0, 43199 }, 19999, 1, 6 },
	{ { 20000, 255, 0, 43199 }, 19999, 1, 8 },
	{ { 20000, 65535, 0, 43199 }, 0, 1, STORE_LOG_DAY_MAX },
	{ { 20000, 0, 77, 77 }, 19999, 0, 3 }, /* ends of sessions */
	{ { 20000, 0, 77, 99 }, 19999, 0, 6 },
	{ { 20000, 0, 77, 77 }, 19999, 1, 6 },
	{ { 20000, 1, 77, 77 }, 19999, 0, 6 },
};

static void what_was_put_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned char text[STORE_LOG_DAY_MAX];
		size_t n = store_log_day_put(text, &cases[i].day, cases[i].before,
					     cases[i].alone);
		struct log_days d = { text, n, cases[i].before, cases[i].alone };
		struct log_day got = { 0 };

		if (n != cases[i].octets || !store_log_day_next(&d, &got) || d.n != 0 ||
		    got.day != cases[i].day.day || got.n != cases[i].day.n ||
		    got.first != cases[i].day.first || got.last != cases[i].day.last)
			fail_msg("case %zu: %zu octets", i, n);
		for (size_t cut = 0; cut < n; cut++) {
			d = (struct log_days){ text, cut, cases[i].before,
					       cases[i].alone };
			if (store_log_day_next(&d, &got))
				fail_msg("case %zu cut after %zu", i, cut);
		}
	}
}

static void days_ascend_and_are_as_many_as_they_say(void **state)
{
	struct log_day day = { 20000, 1, 5, 5 };
	unsigned char text[4 * STORE_LOG_DAY_MAX];
	struct log_days d = { .p = text, .alone = 1 };
	size_t two;

	(void)state;
	d.n = store_log_day_put(text, &day, 0, 1);
	day.day = 20001;
	d.n += store_log_day_put(text + d.n, &day, 20000, 1);
	two = d.n;
	assert_true(store_log_days_are(d, 2));
	assert_false(store_log_days_are(d, 1));
	assert_false(store_log_days_are(d, 3));
	d.n--;
	assert_false(store_log_days_are(d, 2));
	d.n = two + store_log_day_put(text + two, &day, 20001, 1);
	assert_false(store_log_days_are(d, 3)); /* twice */
	d.n = 0;
	assert_true(store_log_days_are(d, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_read),
		cmocka_unit_test(days_ascend_and_are_as_many_as_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
