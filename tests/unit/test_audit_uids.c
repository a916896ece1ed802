/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/audit_uids.h"

enum { SPACE = 20000 }; /* uids of the random sets */

static uint64_t seed = 20261123;

static uint32_t roll(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void put(struct audit_uids *u, uint32_t lo, uint32_t hi)
{
	struct err err = ERR_INIT;

	assert_true(audit_uids_add(u, lo, hi, UINT64_MAX, &err));
}

static void keeps_ranges_whatever_the_order(void **state)
{
	static const struct {
		uint32_t in[12]; /* lo, hi, ... 0 ends */
		uint32_t out[12];
		uint64_t count;
	} cases[] = {
		{ { 0 }, { 0 }, 0 },
		{ { 1, 1, 2, 2, 3, 3 }, { 1, 3 }, 3 },
		{ { 3, 3, 1, 1, 2, 2 }, { 1, 3 }, 3 },
		{ { 1, 5, 7, 9 }, { 1, 5, 7, 9 }, 8 },
		{ { 5, 1 }, { 1, 5 }, 5 }, /* "5:1" */
		{ { 1, 5, 3, 9 }, { 1, 9 }, 9 },
		{ { 1, 9, 3, 4 }, { 1, 9 }, 9 },
		{ { 4, 4, 4, 4 }, { 4, 4 }, 1 },
		{ { UINT32_MAX, UINT32_MAX, 1, 1 }, { 1, 1, UINT32_MAX, UINT32_MAX }, 2 },
		{ { 1, UINT32_MAX, 5, 5 }, { 1, UINT32_MAX }, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_uids u = { 0 };
		size_t n = 0;

		for (size_t k = 0; k < 12 && cases[i].in[k] != 0; k += 2)
			put(&u, cases[i].in[k], cases[i].in[k + 1]);
		audit_uids_finish(&u);
		while (n < 6 && cases[i].out[n * 2] != 0)
			n++;
		if (u.n != n || u.count != cases[i].count)
			fail_msg("case %zu: %zu ranges, %llu members", i, u.n,
				 (unsigned long long)u.count);
		for (size_t k = 0; k < n; k++)
			if (u.r[k].lo != cases[i].out[k * 2] ||
			    u.r[k].hi != cases[i].out[k * 2 + 1])
				fail_msg("case %zu: range %zu is %u:%u", i, k, u.r[k].lo,
					 u.r[k].hi);
		audit_uids_done(&u);
	}
}

static void refuses_zero_and_more_than_there_may_be(void **state)
{
	struct audit_uids u = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_false(audit_uids_add(&u, 0, 5, 100, &err));
	assert_int_equal(err.cls, ERR_PROTO);
	assert_true(audit_uids_add(&u, 1, 60, 100, &err));
	assert_false(audit_uids_add(&u, 100, 141, 100, &err));
	assert_int_equal(err.cls, ERR_PROTO);
	audit_uids_done(&u);
	/* Gaps cost memory: their number is bounded whatever the server says it has. */
	for (uint32_t i = 0; i < AUDIT_RANGES_MAX; i++)
		if (!audit_uids_add(&u, 2 * i + 1, 2 * i + 1, UINT64_MAX, &err))
			fail_msg("range %u is refused", i);
	assert_false(audit_uids_add(&u, UINT32_MAX, UINT32_MAX, UINT64_MAX, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	audit_uids_done(&u);
}

/* A random set, the same as a map of octets. */
static void random_set(struct audit_uids *u, uint8_t *map)
{
	uint32_t dense = 1 + roll(50), gap = 1 + roll(3000);

	audit_uids_clear(u);
	memset(map, 0, SPACE + 1);
	for (uint32_t uid = 1 + roll(gap); uid <= SPACE;) {
		uint32_t hi = uid + roll(dense * 20);

		if (hi > SPACE)
			hi = SPACE;
		put(u, uid, hi);
		memset(map + uid, 1, hi - uid + 1);
		uid = hi + 1 + roll(gap);
	}
	audit_uids_finish(u);
}

static void compares_and_subtracts_like_a_map(void **state)
{
	static uint8_t ma[SPACE + 1], mb[SPACE + 1];
	struct audit_uids a = { 0 }, b = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct uid_range d;
		uint64_t from = 1, left = 0;

		random_set(&a, ma);
		random_set(&b, mb);
		assert_int_equal(audit_uids_equal(&a, &b),
				 memcmp(ma, mb, SPACE + 1) == 0);
		for (; audit_uids_differ(&a, &b, from, &d); from = (uint64_t)d.hi + 1) {
			for (uint64_t uid = from; uid <= SPACE && uid < d.lo; uid++)
				assert_int_equal(ma[uid], mb[uid]);
			for (uint64_t uid = d.lo; uid <= d.hi; uid++)
				assert_int_not_equal(ma[uid], mb[uid]);
		}
		for (uint64_t uid = from; uid <= SPACE; uid++)
			assert_int_equal(ma[uid], mb[uid]);
		assert_true(audit_uids_subtract(&a, &b, &err));
		for (uint32_t uid = 1; uid <= SPACE; uid++) {
			bool in = ma[uid] && !mb[uid];

			left += in;
			if (audit_uids_has(&a, uid) != in)
				fail_msg("round %d: uid %u", round, uid);
		}
		assert_int_equal(a.count, left);
	}
	audit_uids_done(&a);
	audit_uids_done(&b);
}

/* Windows are aligned, follow each other without a gap, and count right. */
static void windows_cover_everything_once(void **state)
{
	static uint8_t map[SPACE + 1];
	struct audit_uids u = { 0 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		uint64_t at = round % 3 == 0
				      ? 1
				      : (uint64_t)roll(SPACE / AUDIT_BLOCK) * AUDIT_BLOCK;
		struct audit_cutter c;
		struct audit_cut cut;

		random_set(&u, map);
		at = at == 0 ? 1 : at;
		audit_cutter_init(&c, &u, NULL, (uint32_t)at);
		while (audit_cutter_next(&c, &cut)) {
			uint32_t first = 0, last = 0;
			size_t n = 0;

			if (cut.lo != at || (cut.lo != 1 && cut.lo % AUDIT_BLOCK != 0) ||
			    ((uint64_t)cut.hi + 1) % AUDIT_BLOCK != 0)
				fail_msg("round %d: window %u:%u where %llu was next",
					 round, cut.lo, cut.hi, (unsigned long long)at);
			for (uint32_t uid = cut.lo; uid <= cut.hi && uid <= SPACE;
			     uid++) {
				if (!map[uid])
					continue;
				first = first == 0 ? uid : first;
				last = uid;
				n++;
			}
			if (n != cut.n || first != cut.first || last != cut.last ||
			    n > AUDIT_WINDOW_AIM + AUDIT_BLOCK ||
			    (n < AUDIT_WINDOW_AIM && cut.hi != UINT32_MAX) ||
			    (n > 0 &&
			     (u.r[cut.range].lo > first || u.r[cut.range].hi < first)))
				fail_msg("round %d: window %u:%u tells %zu from %u to "
					 "%u, has %zu",
					 round, cut.lo, cut.hi, cut.n, cut.first,
					 cut.last, n);
			at = (uint64_t)cut.hi + 1;
		}
		assert_int_equal(at, (uint64_t)UINT32_MAX + 1);
	}
	audit_uids_done(&u);
}

/* For a slow server they end within blocks, and still cover everything once. */
static void small_windows_cover_everything_once(void **state)
{
	static uint8_t map[SPACE + 1];
	static const size_t aims[] = { AUDIT_WINDOW_LEAST, 100, 1000, 1023 };
	struct audit_uids u = { 0 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct audit_cutter c;
		struct audit_cut cut;
		uint64_t at = 1;

		random_set(&u, map);
		audit_cutter_init(&c, &u, NULL, 1);
		for (c.aim = aims[round % 4]; audit_cutter_next(&c, &cut);
		     c.aim = aims[roll(4)]) {
			uint32_t first = 0, last = 0;
			size_t n = 0;

			for (uint32_t uid = cut.lo; uid <= cut.hi && uid <= SPACE;
			     uid++) {
				if (!map[uid])
					continue;
				first = first == 0 ? uid : first;
				last = uid;
				n++;
			}
			if (cut.lo != at || n != cut.n || first != cut.first ||
			    last != cut.last || n > c.aim ||
			    (n < c.aim && cut.hi != UINT32_MAX) ||
			    (n > 0 &&
			     (u.r[cut.range].lo > first || u.r[cut.range].hi < first)))
				fail_msg("round %d: window %u:%u of %zu tells %zu from "
					 "%u to %u, has %zu",
					 round, cut.lo, cut.hi, c.aim, cut.n, cut.first,
					 cut.last, n);
			at = (uint64_t)cut.hi + 1;
		}
		assert_int_equal(at, (uint64_t)UINT32_MAX + 1);
	}
	audit_uids_done(&u);
}

static void a_window_takes_about_a_second(void **state)
{
	static const struct {
		size_t aim, n;
		int64_t took_ms;
		size_t want;
	} cases[] = {
		{ 1024, 1024, 1000, 1024 }, /* just so */
		{ 1024, 1024, 2000, 512 },
		{ 1024, 1024, 800, 1280 },
		{ 1024, 1024, 100, 2048 }, /* doubles at most */
		{ 1024, 1024, 0, 2048 },
		{ 1024, 1024, -5, 2048 }, /* a clock that stands */
		{ 2048, 2048, 10, 2048 }, /* never above */
		{ 2048, 3000, 1500, 2000 },
		{ 2048, 2048, 600000, 512 }, /* a quarter at least */
		{ 128, 128, 600000, 64 },
		{ 64, 64, INT64_MAX, 64 }, /* never below */
		{ 1024, 0, 5000, 1024 },   /* nothing was there to tell by */
		{ 2048, 20, 1000, 512 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t got = audit_window_aim(cases[i].aim, cases[i].n, cases[i].took_ms,
					      AUDIT_WINDOW_AIM);

		if (got != cases[i].want)
			fail_msg("case %zu: %zu", i, got);
	}
}

static void large_windows_want_much_read_and_few_connections(void **state)
{
	(void)state;
	assert_int_equal(audit_window_aim(2048, 2048, 10, 8192), 4096);
	assert_int_equal(audit_window_aim(8192, 8192, 10, 8192), 8192);
	assert_int_equal(audit_window_aim(8192, 8192, 10, 2048), 2048);
	assert_int_equal(audit_window_most(0, 8192), 2048);
	assert_int_equal(audit_window_most(8195, 8192), 2048);
	assert_int_equal(audit_window_most(8196, 8192), 2049);
	assert_int_equal(audit_window_most(32767, 8192), 8191);
	assert_int_equal(audit_window_most(UINT64_MAX, 8192), 8192);
	assert_int_equal(audit_window_most(UINT64_MAX, 0), 2048);
	assert_int_equal(audit_window_allowed(0), 8192);
	assert_int_equal(audit_window_allowed(8), 8192);
	assert_int_equal(audit_window_allowed(16), 4096);
	assert_int_equal(audit_window_allowed(32), 2048);
	assert_int_equal(audit_window_allowed(64), 2048);
	assert_int_equal(audit_window_allowed(SIZE_MAX), 2048);
}

static void members_from_a_uid_on(void **state)
{
	struct audit_uids u = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(audit_uids_from(&u, 1), 0);
	assert_true(audit_uids_add(&u, 5, 9, 100, &err));
	assert_true(audit_uids_add(&u, 20, 20, 100, &err));
	audit_uids_finish(&u);
	assert_int_equal(audit_uids_from(&u, 1), 6);
	assert_int_equal(audit_uids_from(&u, 5), 6);
	assert_int_equal(audit_uids_from(&u, 7), 4);
	assert_int_equal(audit_uids_from(&u, 10), 1);
	assert_int_equal(audit_uids_from(&u, 20), 1);
	assert_int_equal(audit_uids_from(&u, 21), 0);
	assert_int_equal(audit_uids_from(&u, (uint64_t)UINT32_MAX + 1), 0);
	audit_uids_done(&u);
}

static void windows_of_some_blocks_cover_just_those(void **state)
{
	static uint8_t map[SPACE + 1];
	struct audit_uids u = { 0 }, blocks = { 0 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		bool want[SPACE / AUDIT_BLOCK + 1] = { false },
						got[COUNT_OF(want)] = { false };
		struct audit_cutter c;
		struct audit_cut cut;

		random_set(&u, map);
		audit_uids_clear(&blocks);
		for (uint32_t b = 0; b < COUNT_OF(want); b++) {
			want[b] = roll(3) == 0;
			if (want[b])
				put(&blocks, b + 1, b + 1);
		}
		audit_uids_finish(&blocks);
		audit_cutter_init(&c, &u, &blocks, 1);
		while (audit_cutter_next(&c, &cut)) {
			size_t n = 0;

			for (uint32_t uid = cut.lo; uid <= cut.hi && uid <= SPACE; uid++)
				n += map[uid];
			assert_int_equal(n, cut.n);
			assert_true(cut.lo == 1 || cut.lo % AUDIT_BLOCK == 0);
			assert_int_equal((cut.hi + 1) % AUDIT_BLOCK, 0);
			for (uint32_t b = cut.lo / AUDIT_BLOCK; b <= cut.hi / AUDIT_BLOCK;
			     b++) {
				assert_false(got[b]);
				got[b] = true;
			}
		}
		for (size_t b = 0; b < COUNT_OF(want); b++)
			if (got[b] != want[b])
				fail_msg("round %d: block %zu", round, b);
	}
	audit_uids_done(&u);
	audit_uids_done(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_ranges_whatever_the_order),
		cmocka_unit_test(refuses_zero_and_more_than_there_may_be),
		cmocka_unit_test(compares_and_subtracts_like_a_map),
		cmocka_unit_test(windows_cover_everything_once),
		cmocka_unit_test(small_windows_cover_everything_once),
		cmocka_unit_test(a_window_takes_about_a_second),
		cmocka_unit_test(large_windows_want_much_read_and_few_connections),
		cmocka_unit_test(members_from_a_uid_on),
		cmocka_unit_test(windows_of_some_blocks_cover_just_those),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
