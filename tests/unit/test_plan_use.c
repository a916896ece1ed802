/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan_use.h"

#define DAYS 30

/* n a day, the first and last at these seconds, moved by jitter from day to day; weekends
 * left out when people rest. */
static enum use_who who(int days, unsigned n, int first, int last, int jitter, bool rest,
			int summer)
{
	unsigned char text[DAYS * STORE_LOG_DAY_MAX];
	struct log_days all = { .p = text, .alone = 1 };
	uint16_t before = 0;
	size_t m = 0;

	for (int i = 0; i < days; i++) {
		int move = jitter == 0 ? 0 : i * 7919 % (2 * jitter) - jitter;
		struct log_day d = { (uint16_t)(20000 + i), (uint16_t)n, 0, 0 };

		if (rest && i % 7 >= 5)
			continue;
		if (i >= days / 2)
			move += summer;
		d.first = (uint16_t)((first + move) / 2);
		d.last = (uint16_t)((last + move) / 2);
		if (rest)
			d.n = (uint16_t)(n + (unsigned)i % 5);
		all.n += store_log_day_put(text + all.n, &d, before, 1);
		before = d.day;
		m++;
	}
	return use_who_of(all, m);
}

static void tells_persons_from_programs(void **state)
{
	(void)state;
	assert_int_equal(who(0, 1, 0, 0, 0, false, 0), WHO_NOBODY);
	assert_int_equal(who(4, 288, 0, 86100, 0, false, 0), WHO_UNSURE);
	/* monitoring, every five minutes */
	assert_int_equal(who(DAYS, 288, 10, 86310, 5, false, 0), WHO_ROBOT);
	/* cron at half past three, summer time or not */
	assert_int_equal(who(DAYS, 1, 12600, 12600, 60, false, 0), WHO_ROBOT);
	assert_int_equal(who(DAYS, 1, 12600, 12600, 60, false, -3600), WHO_ROBOT);
	/* a person at work */
	assert_int_equal(who(DAYS, 5, 30000, 62000, 5400, true, 0), WHO_PERSON);
	/* a phone that is awake as long as its owner */
	assert_int_equal(who(DAYS, 60, 24000, 82000, 3000, true, 0), WHO_PERSON);
}

static void names_the_kind_of_a_client(void **state)
{
	static const struct {
		enum log_protocol protocol;
		const char *address, *client;
		unsigned traits, kinds;
	} cases[] = {
		{ LOG_IMAP, "192.0.2.1", "Thunderbird", 0, CLIENT_DESKTOP },
		{ LOG_IMAP, "192.0.2.1", "iPad Mail", 0, CLIENT_PHONE },
		{ LOG_IMAP, "127.0.0.1", "", 0, CLIENT_WEBMAIL },
		{ LOG_IMAP, "::1", "", 0, CLIENT_WEBMAIL },
		{ LOG_IMAP, "192.0.2.1", "", 0, CLIENT_OTHER },
		{ LOG_SUBMISSION, "127.0.0.1", "", 0, CLIENT_SENDER },
		{ LOG_ACTIVESYNC, "192.0.2.1", "", 0, CLIENT_PHONE },
		{ LOG_POP3, "192.0.2.1", "", LOG_TRAIT_RETR | LOG_TRAIT_EMPTIED,
		  CLIENT_DOWNLOAD | CLIENT_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (use_client_of(cases[i].protocol, span_str(cases[i].address),
				  span_str(cases[i].client),
				  cases[i].traits) != cases[i].kinds)
			fail_msg("case %zu", i);
}

static void counts_what_came_after_a_moment(void **state)
{
	unsigned char text[3 * STORE_LOG_DAY_MAX];
	struct log_use_seen u = { .days = { .p = text, .alone = 1 }, .day_n = 3 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct log_day d = { (uint16_t)(100 + i), 4, 1000, 40000 };

		u.days.n += store_log_day_put(text + u.days.n, &d,
					      (uint16_t)(i > 0 ? 99 + i : 0), 1);
	}
	assert_int_equal(use_since(&u, 0), 12);
	assert_int_equal(use_since(&u, INT64_C(101) * 86400), 8);
	assert_int_equal(use_since(&u, INT64_C(101) * 86400 + 4000),
			 6); /* half a day's */
	assert_int_equal(use_since(&u, INT64_C(103) * 86400), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_persons_from_programs),
		cmocka_unit_test(names_the_kind_of_a_client),
		cmocka_unit_test(counts_what_came_after_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
