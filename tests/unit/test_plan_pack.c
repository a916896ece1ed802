/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plan/plan_pack.h"
#include "plan/plan_rate.h"

#define HOUR 3600

static struct pack_window open_window(void)
{
	return (struct pack_window){ .span = { 0, INT64_MAX } };
}

/* The best makespan, by trying all ways. */
static double best_of_all(const struct pack_job *job, size_t n, unsigned machines)
{
	double best = INFINITY;
	size_t ways = 1;

	for (size_t i = 0; i < n; i++)
		ways *= machines;
	for (size_t way = 0; way < ways; way++) {
		double load[8] = { 0 }, busy = 0;
		size_t rest = way;

		for (size_t i = 0; i < n; i++, rest /= machines) {
			load[rest % machines] += job[i].seconds;
			busy = fmax(busy, load[rest % machines]);
		}
		best = fmin(best, busy);
	}
	return best;
}

static void few_jobs_get_the_best_order(void **state)
{
	struct plan_dice dice = { .state = 7 };

	(void)state;
	for (size_t round = 0; round < 60; round++) {
		struct pack_setup s = { .machines = 1 + (unsigned)round % 4 };
		struct pack_window w = open_window();
		struct pack_job job[8] = { 0 };
		size_t n = 1 + round % 8;
		double best;

		for (size_t i = 0; i < n; i++)
			job[i].seconds = floor(1 + 30 * plan_dice_uniform(&dice));
		pack(&s, job, n, &w, 1);
		best = best_of_all(job, n, s.machines);
		if (w.busy != best)
			fail_msg("round %zu: %f, not %f", round, w.busy, best);
	}
}

/* Heavy tails, as mailboxes have them. */
static void many_jobs_end_near_the_bound(void **state)
{
	struct plan_dice dice = { .state = 11 };

	(void)state;
	for (size_t round = 0; round < 40; round++) {
		struct pack_setup s = { .machines = 1 + (unsigned)round % 16 };
		size_t n = 20 * s.machines + round;
		struct pack_job *job = mem_calloc(n, sizeof *job);
		struct pack_window w = open_window();
		double bound;

		for (size_t i = 0; i < n; i++)
			job[i].seconds = exp(5 + 1.5 * plan_dice_normal(&dice));
		bound = pack_bound(job, n, s.machines);
		pack(&s, job, n, &w, 1);
		if (w.busy < bound * 0.999999 || w.busy > bound * 1.05)
			fail_msg("round %zu: %f of %f", round, w.busy, bound);
		free(job);
	}
}

/* Each job once, inside its window, one after the other on each connection. */
static void check_plan(const struct pack_setup *s, const struct pack_job *job, size_t n,
		       const struct pack_window *w, size_t window_n)
{
	for (size_t at = 0; at < window_n; at++) {
		double load[PACK_MACHINES_MAX] = { 0 };
		size_t jobs = 0;

		for (size_t i = 0; i < n; i++) {
			if (job[i].window != at + 1)
				continue;
			jobs++;
			load[job[i].machine] += job[i].seconds;
			assert_true(job[i].machine < s->machines);
			assert_true(job[i].start + job[i].seconds <=
				    (double)(w[at].span.to - w[at].span.from) + 1e-6);
		}
		assert_int_equal(jobs, w[at].jobs);
		for (unsigned m = 0; m < s->machines; m++)
			assert_true(fabs(load[m] - w[at].load[m]) < 1e-6);
	}
}

static void keeps_windows_groups_limits_and_dates(void **state)
{
	static const struct pack_span second = { 100 * HOUR, 110 * HOUR };
	struct pack_window w[3] = { { .span = { 0, 10 * HOUR } },
				    { .span = { 100 * HOUR, 110 * HOUR } },
				    { .span = { 200 * HOUR, 230 * HOUR } } };
	struct pack_job job[] = {
		{ .seconds = 20 * HOUR },	     /* the third alone is long enough */
		{ .seconds = 9 * HOUR },	     /* second */
		{ .seconds = 6 * HOUR, .group = 1 }, /* together with the next */
		{ .seconds = 6 * HOUR, .group = 1 },
		{ .seconds = 1 * HOUR, .priority = -1 }, /* before all others */
		{ .seconds = 31 * HOUR },
		{ .seconds = 1 * HOUR, .blocked = &second, .blocked_n = 1 },
		{ .seconds = HOUR / 2, .octets = 900 },
		{ .seconds = HOUR / 2, .octets = 5000 },
	};
	const struct pack_volume volume = { .octets = 1000, .percent = 100 };
	struct pack_setup s = { .machines = 2, .volume = &volume, .volume_n = 1 };

	(void)state;
	pack(&s, job, COUNT_OF(job), w, COUNT_OF(w));
	check_plan(&s, job, COUNT_OF(job), w, COUNT_OF(w));
	assert_int_equal(job[0].window, 3);
	assert_int_equal(job[4].window, 1);
	assert_true(job[4].start == 0);
	assert_int_equal(job[1].window, 2); /* the group is longer */
	assert_int_equal(job[2].window, job[3].window);
	assert_int_not_equal(job[2].machine, job[3].machine);
	assert_int_equal(job[5].window, 0);
	assert_int_equal(job[5].why, PACK_TOO_LONG);
	assert_int_not_equal(job[6].window, 2);
	assert_int_not_equal(job[7].window, 0);
	assert_int_equal(job[8].why, PACK_TOO_LARGE);
	/* A limit of accounts a wave. */
	s = (struct pack_setup){ .machines = 2, .most = 1 };
	pack(&s, job, 4, w, COUNT_OF(w));
	check_plan(&s, job, 4, w, COUNT_OF(w));
	assert_int_equal(job[2].why, PACK_TOO_MANY); /* a group of two never fits */
	/* A volume that others have filled is room that is lacking, not too large a mail.
	 */
	s = (struct pack_setup){ .machines = 2, .volume = &volume, .volume_n = 1 };
	job[7].octets = 600;
	job[8].octets = 600;
	pack(&s, job + 7, 2, w, 1);
	assert_int_equal(job[7].window + job[8].window, 1);
	assert_int_equal(job[job[7].window == 0 ? 7 : 8].why, PACK_NO_ROOM);
	/* Its own dates leave no window. */
	pack(&s, job + 6, 1, w + 1, 1);
	assert_int_equal(job[6].why, PACK_BLOCKED);
	/* No window, no job: nothing happens. */
	pack(&s, job, 1, w, 0);
	assert_int_equal(job[0].why, PACK_TOO_LONG);
	pack(&s, job, 0, w, 1);
	assert_true(w[0].busy == 0);
}

static void a_volume_takes_more_when_it_is_emptied(void **state)
{
	const struct pack_volume log = { .octets = 100,
					 .empties = 24 * HOUR,
					 .percent = 50 };
	const struct pack_volume none = { .octets = 100, .percent = 0 };
	const struct pack_volume never = { .octets = 100, .percent = 200 };

	(void)state;
	assert_int_equal(pack_volume_takes(&log, 23 * HOUR), 200);
	assert_int_equal(pack_volume_takes(&log, 48 * HOUR), 600);
	assert_int_equal(pack_volume_takes(&log, INFINITY), INT64_MAX);
	assert_int_equal(pack_volume_takes(&none, 5), INT64_MAX);
	assert_int_equal(pack_volume_takes(&never, INFINITY), 50);
}

static void learns_rates_and_refuses_too_few(void **state)
{
	struct rate_sample v[40];
	struct plan_rate r;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(v); i++) {
		v[i] = (struct rate_sample){ .octets = 1000000 * (1 + (int64_t)i % 7),
					     .messages = 10 * (1 + (int64_t)i % 5) };
		v[i].took_ms = v[i].octets / 1000 + v[i].messages * 20;
	}
	assert_true(plan_rate_of(v, COUNT_OF(v), &r));
	assert_true(fabs(r.per_octet - 1e-6) < 1e-9);
	assert_true(fabs(r.per_message - 0.02) < 1e-5);
	assert_true(r.mean_error < 1e-3);
	assert_false(plan_rate_of(v, PLAN_RATE_LEAST - 1, &r));
	for (size_t i = 0; i < COUNT_OF(v); i++)
		v[i].octets = v[i].messages = 0;
	assert_false(plan_rate_of(v, COUNT_OF(v), &r));
}

static void the_same_seed_gives_the_same_forecast(void **state)
{
	const struct plan_rate r = { .stretch = 600,
				     .lasting = 0.2,
				     .passing = 0.1,
				     .phi = 0.8,
				     .mean_error = 0.1,
				     .n = 100 };
	const double begin[] = { 0, 90000 }, load[] = { 40000, 20000 };
	double p50[2][2], p90[2][2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		plan_rate_forecast(&r, begin, load, 2, 500, 42, p50[i], p90[i]);
	assert_memory_equal(p50[0], p50[1], sizeof p50[0]);
	assert_memory_equal(p90[0], p90[1], sizeof p90[0]);
	assert_true(p50[0][0] < p90[0][0] && p90[0][0] < p90[0][1]);
	assert_true(p50[0][1] >= 90000);
}

/*
 * A world that is not the model's: the server is in one of three states, each with a
 * slowness of its own and of random length, and what a sample takes is gamma distributed.
 */
struct world {
	struct plan_dice dice;
	double slow, left;
};

static double world_step(struct world *w)
{
	static const double slowness[] = { 0.7, 1.0, 1.9 };

	if (w->left <= 0) {
		w->slow = slowness[(size_t)(3 * plan_dice_uniform(&w->dice))];
		w->left = floor(2 + 10 * plan_dice_uniform(&w->dice));
	}
	w->left--;
	/* A sum of exponentials: gamma with shape 8. */
	double sum = 0;
	for (int k = 0; k < 8; k++)
		sum -= log(1 - plan_dice_uniform(&w->dice)) / 8;
	return w->slow * sum;
}

/* How often the plan ended by its P90. */
static double p90_holds(size_t rounds, uint64_t seed)
{
	size_t held = 0;

	for (size_t round = 0; round < rounds; round++) {
		struct world w = { .dice = { .state = seed + round * 77777 } };
		struct rate_sample v[300];
		const double begin = 0, load = 100 * 600;
		double p50, p90, now = 0;
		struct plan_rate r;

		for (size_t i = 0; i < COUNT_OF(v); i++)
			v[i] = (struct rate_sample){
				.octets = 6000000,
				.messages = 100,
				.took_ms = (int64_t)(600000 * world_step(&w))
			};
		assert_true(plan_rate_of(v, COUNT_OF(v), &r));
		r.per_message = r.per_octet = 0;
		/* 100 jobs, each of the size of a sample. */
		plan_rate_forecast(&r, &begin,
				   &(double){ load * r.seconds / (600.0 * COUNT_OF(v)) },
				   1, 200, seed ^ round, &p50, &p90);
		for (size_t i = 0; i < 100; i++)
			now += 600 * world_step(&w);
		held += now <= p90;
	}
	return (double)held / (double)rounds;
}

static void the_forecast_is_honest(void **state)
{
	const char *rounds = getenv("FORECAST_ROUNDS");
	size_t n = rounds != NULL ? strtoul(rounds, NULL, 10) : 600;
	double held = p90_holds(n, 20260);
	/* Few rounds tell less: three standard errors more. */
	double more = n >= 10000 ? 0 : 3 * sqrt(0.09 / (double)n);

	(void)state;
	print_message("P90 held in %.2f %% of %zu runs\n", 100 * held, n);
	if (held < 0.86 - more || held > 0.94 + more)
		fail_msg("P90 held in %.2f %% of %zu runs", 100 * held, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_jobs_get_the_best_order),
		cmocka_unit_test(many_jobs_end_near_the_bound),
		cmocka_unit_test(keeps_windows_groups_limits_and_dates),
		cmocka_unit_test(a_volume_takes_more_when_it_is_emptied),
		cmocka_unit_test(learns_rates_and_refuses_too_few),
		cmocka_unit_test(the_same_seed_gives_the_same_forecast),
		cmocka_unit_test(the_forecast_is_honest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
