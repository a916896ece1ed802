/* SPDX-License-Identifier: MIT */
/* A folder comes in parts, and is read as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/scan_trial.h"

static bool on_more(void *ctx, size_t done, size_t *n_out, bool *last_out,
		    struct err *err)
{
	struct trial *t = ctx;

	if (t->later == NULL)
		return err_set(err, ERR_LOCAL, "no space left");
	assert_true(done <= t->n);
	for (size_t i = 0; i < done; i++)
		assert_true(t->v[i].state >= SCAN_LEFT);
	t->n -= done;
	t->taken += done;
	memmove(t->v, t->v + done, t->n * sizeof *t->v);
	if (t->seen > 0 && t->later_n > 0) {
		want(t, *t->later++, 59, NULL);
		t->later_n--;
	}
	*n_out = t->n;
	*last_out = t->later_n == 0;
	return true;
}

/* What comes while others are under way needs no other EXAMINE, and what was kept of the
 * first reading of those is still theirs. */
static void takes_more_while_it_reads(void **state)
{
	static const uint32_t later[] = { 200, 210 };
	static struct trial t;

	(void)state;
	trial_open(&t);
	t.sink.more = on_more;
	t.later = later;
	t.later_n = COUNT_OF(later);
	want(&t, 1, 59, NULL);
	want(&t, 64, 59, NULL);
	want(&t, 100, 59, NULL);
	if (scan(&t,
		 EXAMINE FETCH("m2", "1,64,100") ANSWER("1", "59", "59", GOOD) ANSWER(
			 "64", "59", "59", GOOD)
			 ANSWER("100", "59", "59", GOOD) "S: m2 OK done\n" FETCH(
				 "m3", "200") FETCH("m4", "210")
				 ANSWER("200", "59", "59", GOOD) "S: m3 OK done\n" ANSWER(
					 "210", "59", "59",
					 GOOD) "S: m4 OK done\n" FETCH("m5", "64")
					 ANSWER("64", "59", "5",
						"S: abc\n") "S: m5 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 1, "read 59/59");
	told(&t, 64, "read 5/59 unstable no-header cut header-bad date-missing");
	told(&t, 100, "read 59/59");
	told(&t, 200, "read 59/59");
	told(&t, 210, "read 59/59");
	assert_int_equal(t.taken, 1);
	assert_int_equal(t.n, 4);
	trial_close(&t);
	/* Nothing is asked for when more cannot be had. */
	trial_open(&t);
	t.sink.more = on_more;
	want(&t, 1, 59, NULL);
	assert_int_equal(scan(&t, EXAMINE, 0), SCAN_BROKE);
	assert_true(t.s.fatal);
	trial_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_more_while_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
