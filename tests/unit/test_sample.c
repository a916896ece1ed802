/* SPDX-License-Identifier: MIT */
/* Samples: who is in one, and what it says of all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/sample.h"

/* Ways to choose k of n, n <= 60. */
static uint64_t ways(int n, int k)
{
	uint64_t w = 1;

	for (int i = 1; i <= k; i++)
		w = w * (unsigned)(n - k + i) / (unsigned)i;
	return k < 0 || k > n ? 0 : w;
}

/* The same by whole numbers: 20 times the ways to find so few are all ways or more. */
static int bound(int all, int read, int found)
{
	int most = found;

	for (int bad = found; bad <= all - (read - found); bad++) {
		uint64_t few = 0;

		for (int k = 0; k <= found; k++)
			if (k <= bad && read - k <= all - bad)
				few += ways(bad, k) * ways(all - bad, read - k);
		if (20 * few >= ways(all, read))
			most = bad;
	}
	return most;
}

static void the_bound_is_exact(void **state)
{
	(void)state;
	for (int all = 0; all <= 60; all += all < 30 ? 1 : 7)
		for (int read = 1; read <= all; read++)
			for (int found = 0; found <= read; found++)
				if (sample_bound(all, read, found) !=
				    bound(all, read, found))
					fail_msg(
						"%d of %d in %d: %lld, not %d", found,
						read, all,
						(long long)sample_bound(all, read, found),
						bound(all, read, found));
	/* The rule of three, for large numbers. */
	assert_in_range(sample_bound(1000000, 300, 0), 9800, 10000);
	assert_int_equal(sample_bound(100, 0, 0), 100);
	assert_int_equal(sample_bound(10000000, 10000000, 7), 7);
}

static void it_is_said_in_one_sentence(void **state)
{
	static const struct {
		int64_t all, read, found;
		const char *want;
	} cases[] = {
		{ 12000, 500, 0,
		  "500 of 12,000 read, none damaged: with 95 % confidence fewer than "
		  "0.60 % are" },
		{ 12000, 12000, 0, "12,000 of 12,000 read, none damaged" },
		{ 12000, 12000, 3, "12,000 of 12,000 read, 3 damaged" },
		{ 12000, 0, 0, "0 of 12,000 read, none damaged" },
		{ 1000, 100, 2,
		  "100 of 1,000 read, 2 damaged: with 95 % confidence fewer than 6.0 % "
		  "are" },
		{ 100, 2, 0,
		  "2 of 100 read, none damaged: with 95 % confidence fewer than 78 % "
		  "are" },
	};
	char buf[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(sample_sentence(cases[i].all, cases[i].read, cases[i].found,
					   "damaged", "are", buf, sizeof buf),
			   cases[i].want) != 0)
			fail_msg("case %zu: %s", i, buf);
}

/* What could not be compared counts as if it differed. */
static void a_comparison_of_a_sample_speaks_for_all(void **state)
{
	static const struct {
		int64_t all;
		struct sampled s;
		const char *want;
	} cases[] = {
		{ 12000,
		  { 500, 0, 0 },
		  "500 of 12,000 read, none differ: with 95 % confidence fewer than "
		  "0.60 % do" },
		{ 1000,
		  { 98, 2, 0 },
		  "100 of 1,000 read, 2 differ: with 95 % confidence fewer than 6.0 % do "
		  "(2 of them could not be compared and count as if they did)" },
		{ 1000,
		  { 98, 0, 2 },
		  "98 of 1,000 read, 2 differ: with 95 % confidence fewer than 6.1 % "
		  "do" },
		{ 100, { 100, 0, 0 }, "100 of 100 read, none differ" },
		{ 100, { 0, 50, 0 }, "" },
		{ 100, { 0, 0, 0 }, "" },
		{ 10, { 11, 0, 0 }, "" },
	};
	char buf[300];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(sampled_sentence(cases[i].all, &cases[i].s, buf, sizeof buf),
			   cases[i].want) != 0)
			fail_msg("case %zu: %s", i, buf);
}

static struct msg_key key_of(uint64_t i)
{
	struct msg_key k = { { 0 } };

	memcpy(k.bytes + i % 9, &i, sizeof i);
	return k;
}

/* Every message is as likely as any other, and another seed chooses others. */
static void every_message_may_be_chosen(void **state)
{
	enum { ALL = 2000, WANTED = 200, SEEDS = 200 };
	static int hits[ALL];
	int low = SEEDS, high = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct sample_lowest s;
		uint64_t limit;
		int in = 0;

		sample_lowest_init(&s, WANTED);
		for (uint64_t i = 0; i < ALL; i++) {
			struct msg_key k = key_of(i);

			sample_lowest_add(&s, sample_rank(seed, &k, (int64_t)i / 2));
		}
		limit = sample_lowest_limit(&s);
		for (uint64_t i = 0; i < ALL; i++) {
			struct msg_key k = key_of(i);

			if (sample_rank(seed, &k, (int64_t)i / 2) > limit)
				continue;
			hits[i]++;
			in++;
		}
		assert_int_equal(in, WANTED);
		sample_lowest_done(&s);
	}
	for (int i = 0; i < ALL; i++) {
		low = hits[i] < low ? hits[i] : low;
		high = hits[i] > high ? hits[i] : high;
	}
	/* 20 expected, 4.2 standard deviation. */
	assert_in_range(low, 3, 20);
	assert_in_range(high, 20, 45);
}

static void a_sample_larger_than_all_is_all(void **state)
{
	struct sample_lowest s;

	(void)state;
	sample_lowest_init(&s, 10);
	assert_int_equal(sample_lowest_limit(&s), 0);
	for (uint64_t i = 0; i < 5; i++)
		sample_lowest_add(&s, i * 3);
	assert_int_equal(sample_lowest_limit(&s), 12);
	for (uint64_t i = 0; i < 50; i++)
		sample_lowest_add(&s, 100 - i);
	assert_int_equal(sample_lowest_limit(&s), 55);
	sample_lowest_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_of_a_sample_speaks_for_all),
		cmocka_unit_test(the_bound_is_exact),
		cmocka_unit_test(it_is_said_in_one_sentence),
		cmocka_unit_test(every_message_may_be_chosen),
		cmocka_unit_test(a_sample_larger_than_all_is_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
