/* SPDX-License-Identifier: MIT */
/* Sums of logs: what goes to a temporary file in runs, and over another thread, is in the
 * store what it would have been without. */
#include "tests/support/store_fixture.h"

#include <signal.h>
#include <sys/resource.h>

#include "audit/audit_logs_belt.h"
#include "audit/audit_logs_runs.h"
#include "audit/audit_logs_sums.h"
#include "audit/audit_queue.h"
#include "base/hash64.h"
#include "store/store_log_uses.h"
#include "store/store_uses.h"

#define NAMES 40
#define WORDS 6000
#define DAYS  30

static uint32_t name_id[WORDS];

/* A thread that takes every step that it may. */
struct helper {
	pthread_mutex_t lock;
	pthread_cond_t change;
	pthread_t thread;
	struct belt *belt;
	unsigned steps;
	bool stop;
};

static void *help(void *arg)
{
	struct helper *h = arg;

	pthread_mutex_lock(&h->lock);
	while (!h->stop)
		if (belt_help(h->belt)) {
			h->steps++;
			pthread_cond_broadcast(&h->change);
		} else {
			audit_cond_wait(&h->change, &h->lock, 1000);
		}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

static void helper_start(struct helper *h, struct belt *b)
{
	*h = (struct helper){ .belt = b };
	pthread_mutex_init(&h->lock, NULL);
	audit_cond_init(&h->change);
	belt_share(b, &h->lock, &h->change);
	assert_int_equal(pthread_create(&h->thread, NULL, help, h), 0);
}

static void helper_stop(struct helper *h)
{
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_cond_broadcast(&h->change);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	pthread_cond_destroy(&h->change);
	pthread_mutex_destroy(&h->lock);
}

static void helper_wait(struct helper *h, unsigned steps)
{
	pthread_mutex_lock(&h->lock);
	while (h->steps < steps)
		audit_cond_wait(&h->change, &h->lock, 1000);
	pthread_mutex_unlock(&h->lock);
}

static void set_up(struct fx *fx, struct belt **b)
{
	struct texts *t = NULL;
	struct err err = ERR_INIT;

	fx_open(fx);
	fx_ok(texts_new(fx->st, &t, &err));
	for (int i = 0; i < WORDS; i++) {
		char text[16];

		snprintf(text, sizeof text, "n%d", i);
		fx_ok(texts_id(t, span_str(text), hash64(1, span_str(text)), &name_id[i],
			       &err));
	}
	fx_ok(texts_store(t, &err));
	texts_free(t);
	belt_new(fx->st, SIDE_OLD, NULL, b);
}

/* What happened by number: any name, day, address, in any order; wide: one name, from
 * more addresses than fit into a row. */
static struct sums_use event(uint32_t i, bool wide)
{
	uint32_t k = i * 2654435761u;

	return (struct sums_use){
		.name = name_id[wide ? 0 : (k >> 3) % NAMES],
		.address = name_id[wide ? (k >> 11) % WORDS : (k >> 11) % 5],
		.rcpt = 1,
		.client = 1,
		.at = (20000 + (k >> 17) % DAYS) * 86400 + (k >> 5) % 86400,
		.n = (k >> 9) % 2 != 0 && (k >> 10) % 2 != 0 ? 0 : i % 3 + 1,
		.use = (uint8_t)((k >> 9) % 2 == 0    ? USE_LOGIN
				 : (k >> 10) % 2 == 0 ? USE_DELIVERY
						      : USE_LOGOUT),
		.protocol = LOG_IMAP,
		.traits = (uint8_t)(i % 2)
	};
}

static char *all(struct fx *fx)
{
	struct strbuf out = STRBUF_INIT;
	struct store_uses *it = NULL;
	struct log_use_seen u;
	struct err err = ERR_INIT;
	enum next n;

	fx_ok(store_uses_open(fx->st, SIDE_OLD, &it, &err));
	while ((n = store_uses_next(it, &u, &err)) == NEXT_ITEM) {
		strbuf_addspan(&out, u.name);
		strbuf_addf(&out, " %d ", (int)u.use);
		strbuf_addspan(&out, u.address);
		strbuf_addf(&out, " %lld %lld %lld %u", (long long)u.n,
			    (long long)u.first, (long long)u.last, u.traits);
		for (struct log_day d; store_log_day_next(&u.days, &d);) {
			strbuf_addf(&out, " %u:%u:%u:%u", d.day, d.n, d.first, d.last);
		}
		strbuf_addc(&out, '\n');
	}
	assert_int_equal(n, NEXT_END);
	store_uses_close(it);
	return strbuf_take(&out);
}

/* n events; a run after each `spill` of them, to the store after each `flush`; 0: only at
 * the end. */
static char *summed(uint32_t n, uint32_t spill, uint32_t flush, bool wide, bool helped)
{
	struct fx fx;
	struct belt *b = NULL;
	struct helper h;
	struct err err = ERR_INIT;
	char *text;

	set_up(&fx, &b);
	if (helped)
		helper_start(&h, b);
	for (uint32_t i = 1; i <= n; i++) {
		struct sums_use u = event(i, wide);

		fx_ok(belt_add(b, &u, &err));
		if (spill > 0 && i % spill == 0)
			fx_ok(belt_spill(b, &err));
		if (flush > 0 && i % flush == 0)
			fx_ok(belt_flush(b, &err));
	}
	fx_ok(belt_flush(b, &err));
	if (helped)
		helper_stop(&h);
	text = all(&fx);
	belt_free(b);
	fx_close(&fx);
	return text;
}

static void runs_are_the_same_as_one_sum(void **state)
{
	/* more runs than are brought together at once, too */
	static const uint32_t ways[][2] = { { 0, 0 },	{ 700, 0 },   { 20, 0 },
					    { 0, 900 }, { 70, 1000 }, { 1, 0 } };
	char *want = summed(3000, 0, 0, false, false);

	(void)state;
	assert_true(strlen(want) > 10000);
	for (size_t i = 0; i < 2 * COUNT_OF(ways); i++) {
		const uint32_t *way = ways[i / 2];
		char *got = summed(3000, way[0], way[1], false, i % 2 != 0);

		if (strcmp(got, want) != 0)
			fail_msg("case %zu", i);
		free(got);
	}
	free(want);
}

static void a_name_of_many_uses_is_whole_over_rows(void **state)
{
	static const uint32_t ways[][2] = { { 0, 2500 }, { 900, 0 }, { 300, 4100 } };
	char *want = summed(9000, 0, 0, true, false);
	size_t uses = 0;

	(void)state;
	for (const char *p = want; *p != '\0'; p++)
		uses += *p == '\n';
	assert_true(uses * (STORE_LOG_USE_HEAD + 3) > 3 * STORE_LOG_USES_ROW);
	for (size_t i = 0; i < 2 * COUNT_OF(ways); i++) {
		const uint32_t *way = ways[i / 2];
		char *got = summed(9000, way[0], way[1], true, i % 2 != 0);

		if (strcmp(got, want) != 0)
			fail_msg("case %zu", i);
		free(got);
	}
	free(want);
}

/* More than all blocks of the belt hold, added sooner than they are summed up; and in
 * runs that go to the store while some still wait. */
static void what_waits_is_summed_up_in_its_order(void **state)
{
	const uint32_t n = 3 * BELT_BLOCKS * 1024;
	char *want = summed(n, 0, 0, true, false), *got;

	(void)state;
	got = summed(n, 0, 0, true, true);
	assert_string_equal(got, want);
	free(got);
	got = summed(n, n / (RUNS_MAX + 9), 0, true, true);
	assert_string_equal(got, want);
	free(got);
	free(want);
}

/* What comes back before it is asked for. */
static void what_is_brought_together_early_is_the_same(void **state)
{
	const uint32_t half = 16 * SUMS_MANY; /* no step is the caller's */
	char *want = summed(2 * half, 0, half, true, false);

	(void)state;
	assert_true(half / SUMS_MANY + 2 < BELT_BLOCKS);
	for (int helped = 0; helped < 2; helped++) {
		struct fx fx;
		struct belt *b = NULL;
		struct helper h;
		struct err err = ERR_INIT;
		char *text;

		set_up(&fx, &b);
		if (helped)
			helper_start(&h, b);
		for (uint32_t i = 1; i <= 2 * half; i++) {
			struct sums_use u = event(i, true);

			fx_ok(belt_add(b, &u, &err));
			if (i == half / 3)
				fx_ok(belt_spill_soon(b, &err));
			if (i != half && i != 2 * half)
				continue;
			fx_ok(belt_last(b, &err));
			assert_false(belt_add(b, &u, &err)); /* it would be lost */
			err = ERR_INIT;
			/* all blocks, a run, and what comes back */
			if (helped)
				helper_wait(&h, i / SUMS_MANY + 2 * (i / half));
			fx_ok(belt_last(b, &err));
			fx_ok(belt_flush(b, &err));
		}
		text = all(&fx);
		assert_string_equal(text, want);
		free(text);
		/* and is forgotten */
		for (uint32_t i = 1; i <= half; i++) {
			struct sums_use u = event(i, true);

			fx_ok(belt_add(b, &u, &err));
		}
		fx_ok(belt_last(b, &err));
		belt_forget(b);
		fx_ok(belt_flush(b, &err));
		text = all(&fx);
		assert_string_equal(text, want);
		free(text);
		if (helped)
			helper_stop(&h);
		belt_free(b);
		fx_close(&fx);
	}
	free(want);
}

static void what_is_forgotten_is_not_stored(void **state)
{
	(void)state;
	for (int helped = 0; helped < 2; helped++) {
		struct fx fx;
		struct belt *b = NULL;
		struct helper h;
		struct err err = ERR_INIT;
		char *text;

		set_up(&fx, &b);
		if (helped)
			helper_start(&h, b);
		for (uint32_t i = 0; i < 5000; i++) {
			struct sums_use u = event(i, false);

			fx_ok(belt_add(b, &u, &err));
			if (i == 60)
				fx_ok(belt_spill(b, &err));
			if (i == 4000)
				fx_ok(belt_spill_soon(b, &err));
			/* three blocks, and a run */
			if (i == 4000 && helped)
				helper_wait(&h, 4);
		}
		belt_forget(b);
		fx_ok(belt_flush(b, &err));
		text = all(&fx);
		assert_string_equal(text, "");
		free(text);
		if (helped)
			helper_stop(&h);
		belt_free(b);
		fx_close(&fx);
	}
}

/* What goes wrong in a step of another thread is told to the calling one, and is over
 * when what was added is forgotten. */
static void a_full_disk_is_told_by_whoever_meets_it(void **state)
{
	(void)state;
	for (int helped = 0; helped < 2; helped++) {
		struct fx fx;
		struct belt *b = NULL;
		struct helper h;
		struct err err = ERR_INIT;
		struct rlimit most, none;
		char *text, *want = summed(3000, 0, 0, false, false);

		set_up(&fx, &b);
		if (helped)
			helper_start(&h, b);
		signal(SIGXFSZ, SIG_IGN);
		assert_int_equal(getrlimit(RLIMIT_FSIZE, &most), 0);
		none = most;
		none.rlim_cur = 0;
		for (uint32_t i = 1; i <= 3000; i++) {
			struct sums_use u = event(i, false);

			fx_ok(belt_add(b, &u, &err));
		}
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
		assert_false(belt_flush(b, &err));
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
		assert_int_equal(err.cls, ERR_LOCAL);
		assert_non_null(strstr(err.text, "temporary file"));
		belt_forget(b);
		for (uint32_t i = 1; i <= 3000; i++) {
			struct sums_use u = event(i, false);

			fx_ok(belt_add(b, &u, &err));
		}
		fx_ok(belt_flush(b, &err));
		text = all(&fx);
		assert_string_equal(text, want);
		free(text);
		free(want);
		if (helped)
			helper_stop(&h);
		belt_free(b);
		fx_close(&fx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_the_same_as_one_sum),
		cmocka_unit_test(a_name_of_many_uses_is_whole_over_rows),
		cmocka_unit_test(what_waits_is_summed_up_in_its_order),
		cmocka_unit_test(what_is_brought_together_early_is_the_same),
		cmocka_unit_test(what_is_forgotten_is_not_stored),
		cmocka_unit_test(a_full_disk_is_told_by_whoever_meets_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
