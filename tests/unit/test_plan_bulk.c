/* SPDX-License-Identifier: MIT */
/* Movers and webmail hosts are told apart by when they log in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan_bulk.h"

#define MOST 20000
#define DAY  43200u /* units of two seconds */

struct way {
	struct bulk_seen v[MOST];
	size_t n;
	uint32_t state;
};

static struct way way;

static uint32_t below(uint32_t n)
{
	way.state = way.state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(way.state >> 4) * n >> 28);
}

static void begin(void)
{
	way.n = 0;
	way.state = 7;
}

static void seen(uint32_t day, uint32_t seconds, uint32_t name)
{
	assert_true(way.n < MOST);
	way.v[way.n++] = (struct bulk_seen){ day * DAY + seconds / 2, name };
}

static bool judged(struct bulk_found *found)
{
	return bulk_judge(way.v, way.n, found);
}

static void a_mover_is_found(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t i = 0; i < 640; i++)
		seen(100, 7200 + i * 840 / 640, i);
	for (uint32_t i = 0; i < 640; i += 2)
		seen(103, 7200 + i * 840 / 640, i);
	assert_true(judged(&f));
	assert_int_equal(f.names, 640);
	assert_int_equal((f.to - f.from) / 60 + 1, 14);
}

static void a_backup_of_every_night_is_found(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t day = 1; day < 90; day++)
		for (uint32_t i = 0; i < 60 + day; i++)
			seen(day, 3600 + i * 4, i);
	assert_true(judged(&f));
	assert_int_equal(f.names, 149);
}

/* 3,000 people, of whom each day some hundred come, most of them in the morning. */
static void webmail_is_not(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t day = 1; day < 30; day++)
		for (uint32_t i = 0; i < 600; i++)
			seen(day, 8 * 3600 + below(i < 400 ? 3600 : 36000), below(3000));
	assert_false(judged(&f));
}

/* A small site whose 70 people all come through one host between eight and nine. */
static void a_small_office_behind_one_address_is_not(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t day = 1; day < 60; day++)
		for (uint32_t i = 0; i < 70; i++)
			if (below(10) < 8)
				seen(day, 8 * 3600 + below(3600), i);
	assert_false(judged(&f));
}

/* A webmail host from which a mover ran, too: what people do there counts. */
static void people_beside_a_mover_are_not_hidden(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t i = 0; i < 640; i++)
		seen(100, 7200 + i, i);
	for (uint32_t day = 90; day < 120; day++)
		for (uint32_t i = 0; i < 10; i++)
			seen(day, 28800 + below(36000), below(640));
	assert_false(judged(&f));
}

static void few_names_are_not(void **state)
{
	struct bulk_found f;

	(void)state;
	begin();
	for (uint32_t i = 0; i < 600; i++) /* again and again by many protocols */
		seen(1, i, i % 40);
	assert_false(judged(&f));
	begin();
	assert_false(judged(&f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mover_is_found),
		cmocka_unit_test(a_backup_of_every_night_is_found),
		cmocka_unit_test(webmail_is_not),
		cmocka_unit_test(a_small_office_behind_one_address_is_not),
		cmocka_unit_test(people_beside_a_mover_are_not_hidden),
		cmocka_unit_test(few_names_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
