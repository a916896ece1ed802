/* SPDX-License-Identifier: MIT */
/* How much of a scan is under way follows what comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_scan_flow.h"
#include "base/base.h"

#define MIB ((int64_t)1 << 20)

static void one_look(void **state)
{
	static const struct {
		int64_t most, ms, came, want;
	} cases[] = {
		/* as much as comes in half a second */
		{ 16 * MIB, 500, 20 * MIB, 20 * MIB },
		{ 16 * MIB, 1000, 40 * MIB, 20 * MIB },
		{ 20 * MIB, 250, 10 * MIB, 20 * MIB },
		/* no more than twice, no less than half of what it was */
		{ 16 * MIB, 20, 16 * MIB, 32 * MIB },
		{ 16 * MIB, 4000, 1, 8 * MIB },
		{ 16 * MIB, 4000, 0, 8 * MIB },
		/* its bounds */
		{ 40 * MIB, 100, 64 * MIB, 64 * MIB },
		{ 64 * MIB, 100, 64 * MIB, 64 * MIB },
		{ 5 * MIB, 60000, 0, 4 * MIB },
		{ 4 * MIB, 60000, 0, 4 * MIB },
		/* too short a time */
		{ 16 * MIB, 19, 64 * MIB, 16 * MIB },
		{ 16 * MIB, 0, 64 * MIB, 16 * MIB },
		{ 16 * MIB, -5, 0, 16 * MIB },
		/* nonsense */
		{ 16 * MIB, 1000, INT64_MAX, 32 * MIB },
		{ 16 * MIB, INT64_MAX, INT64_MAX / AUDIT_FLOW_MS, 8 * MIB },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_scan_flow f = { cases[i].most, 1000, 7 };
		bool judged = cases[i].ms >= AUDIT_FLOW_TAKE_MS;
		int64_t sum = cases[i].came > INT64_MAX - 7 ? INT64_MAX
							    : cases[i].came + 7;
		int64_t now = cases[i].ms > INT64_MAX - 1000 ? INT64_MAX
							     : cases[i].ms + 1000;

		audit_scan_flow_look(&f, sum, now);
		if (f.most != cases[i].want)
			fail_msg("case %zu: %lld", i, (long long)f.most);
		if (f.from_ms != (judged ? now : 1000) ||
		    f.from_sum != (judged ? sum : 7))
			fail_msg("case %zu: it does not go on from there", i);
		if (audit_scan_flow_command(&f) * 4 > f.most)
			fail_msg("case %zu: a command is too large", i);
	}
}

/* A line of 1 MB/s and one of 400 MB/s, a look each time that a quarter has come. */
static void finds_its_place(void **state)
{
	static const struct {
		int64_t per_ms, want;
	} lines[] = { { 1000, AUDIT_FLOW_LEAST },
		      { 20 * MIB / 1000, 10 * MIB },
		      { 400000, AUDIT_FLOW_MOST } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct audit_scan_flow f;
		int64_t sum = 0, now = 5;

		audit_scan_flow_begin(&f, sum, now);
		assert_int_equal(f.most, AUDIT_FLOW_FIRST);
		for (int look = 0; look < 20; look++) {
			int64_t piece = audit_scan_flow_command(&f);

			sum += piece;
			now += piece / lines[i].per_ms;
			audit_scan_flow_look(&f, sum, now);
		}
		if (f.most < lines[i].want * 9 / 10 || f.most > lines[i].want * 11 / 10)
			fail_msg("line %zu: %lld", i, (long long)f.most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_look),
		cmocka_unit_test(finds_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
