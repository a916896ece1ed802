/* SPDX-License-Identifier: MIT */
/* A login that two servers tell counts once, day by day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan_once.h"

static void add(struct once **o, enum log_use use, int from, int to, unsigned n)
{
	unsigned char text[400 * STORE_LOG_DAY_MAX];
	struct log_use_seen u = { .use = use,
				  .days = { .p = text, .alone = store_log_alone(use) } };
	uint16_t before = 0;

	for (int day = from; day <= to; day++) {
		struct log_day d = { (uint16_t)day, (uint16_t)n, 0, 0 };

		u.days.n += store_log_day_put(text + u.days.n, &d, before, u.days.alone);
		before = d.day;
		u.day_n++;
	}
	once_add(o, &u);
}

static void the_same_login_of_proxy_and_server_counts_once(void **state)
{
	struct once *o = NULL;
	int64_t logins, deliveries;

	(void)state;
	add(&o, USE_LOGIN, 100, 109, 3);
	add(&o, USE_LOGIN_PROXY, 100, 109, 3);
	add(&o, USE_LOGIN_TWIN, 104, 104, 2);
	once_finish(o, &logins, &deliveries);
	assert_int_equal(logins, 30);
	assert_int_equal(deliveries, 0);
}

static void logs_that_overlap_in_part_are_joined_by_day(void **state)
{
	struct once *o = NULL;
	int64_t logins, deliveries;

	(void)state;
	/* the proxy's log ends before that of the server, which began later; from two
	 * addresses, and by another name at the proxy */
	add(&o, USE_LOGIN_PROXY, 1, 20, 2);
	add(&o, USE_LOGIN, 11, 40, 1);
	add(&o, USE_LOGIN, 11, 40, 1);
	add(&o, USE_DELIVERY, 1, 10, 1);
	add(&o, USE_HANDED, 6, 15, 2);
	once_finish(o, &logins, &deliveries);
	assert_int_equal(logins, 40 * 2);
	assert_int_equal(deliveries, 5 + 10 * 2);
}

static void failures_and_ends_of_sessions_are_no_logins(void **state)
{
	struct once *o = NULL;
	int64_t logins, deliveries;

	(void)state;
	add(&o, USE_FAIL, 1, 20, 2);
	add(&o, USE_LOGOUT, 1, 20, 2);
	add(&o, USE_LIMIT, 1, 20, 2);
	once_finish(o, &logins, &deliveries);
	assert_int_equal(logins, 0);
	assert_int_equal(deliveries, 0);
}

static void many_rows_take_the_room_of_their_days(void **state)
{
	struct once *o = NULL;
	int64_t logins, deliveries;

	(void)state;
	for (int i = 0; i < 500; i++)
		add(&o, USE_LOGIN, 1, 300, 1);
	once_finish(o, &logins, &deliveries);
	assert_int_equal(logins, 500 * 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_login_of_proxy_and_server_counts_once),
		cmocka_unit_test(logs_that_overlap_in_part_are_joined_by_day),
		cmocka_unit_test(failures_and_ends_of_sessions_are_no_logins),
		cmocka_unit_test(many_rows_take_the_room_of_their_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
