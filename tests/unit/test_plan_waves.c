/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "plan/plan_waves.h"
#include "store/store_facts.h"
#include "store/store_seal.h"

#define DAY  INT64_C(86400)
#define HOUR INT64_C(3600)
#define MIB  (INT64_C(1) << 20)
#define T0   INT64_C(1900000800) /* an hour sharp */

static int64_t account(struct fx *f, const char *name, const char *new, int64_t octets)
{
	const struct fx_message m[] = { { name, octets, T0, 0, NULL, 0 } };
	const struct fx_folder v[] = { { .name = "INBOX", FX_MESSAGES(m) } };
	int64_t id = fx_transfer(f, name, name, new, "", "");

	fx_read(f, SIDE_OLD, name, v, COUNT_OF(v));
	return id;
}

/* So many runs of the mover, 1 MiB a second. */
static void ran(struct fx *f, int64_t transfer, size_t n)
{
	struct err err = ERR_INIT;
	bool is_new;

	for (size_t i = 0; i < n; i++) {
		struct mover_ran r = { .transfer = transfer,
				       .began = T0 - DAY + (int64_t)i * HOUR,
				       .messages = 10,
				       .octets = 600 * MIB };

		r.ended = r.began + 600;
		fx_ok(store_mover_run_add(f->st, &r, &is_new, &err));
	}
}

static struct plan_waves_result *plan(struct fx *f, const struct plan_waves_rules *rules,
				      enum plan_strategy strategy, const int64_t *ids,
				      size_t n)
{
	struct plan_waves_options o = { .facts = { .profile_new = "generic",
						   .now = clock_now(),
						   .max_age = 7 * DAY,
						   .transfers = ids,
						   .transfer_n = n },
					.rules = rules,
					.connections = 2,
					.start = T0,
					.strategy = strategy,
					.seed = 1,
					.runs = 100 };
	struct plan_waves_result *r = NULL;
	struct err err = ERR_INIT;

	fx_ok(plan_waves(f->st, &o, &r, &err));
	return r;
}

static const struct plan_wave_job *job(const struct plan_waves_result *r,
				       const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->job[i].account, name) == 0)
			return &r->job[i];
	fail_msg("no %s", name);
	return NULL;
}

static void set_up(struct fx *f)
{
	fx_open(f);
	fx_audit(f, DEPTH_FULL);
}

static void the_largest_begins_first_and_decides(void **state)
{
	static const struct plan_waves_rules none = { 0 };
	struct plan_waves_result *r;
	int64_t ids[6];
	char name[8];
	struct fx f;

	(void)state;
	set_up(&f);
	for (size_t i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "u%zu", i);
		ids[i] = account(&f, name, name, 3600 * MIB);
	}
	ids[5] = account(&f, "zoe", "zoe", 5 * 3600 * MIB);
	ran(&f, ids[0], 20);
	r = plan(&f, &none, PLAN_FIREHOSE, ids, COUNT_OF(ids));
	assert_int_equal(r->by, PLAN_RATE_MOVER);
	assert_int_equal(r->samples, 20);
	assert_int_equal(r->wave_n, 1);
	assert_string_equal(r->critical->account, "zoe");
	assert_string_equal(r->job[0].account, "zoe");
	assert_int_equal(job(r, "zoe")->begins, T0);
	assert_int_equal(job(r, "zoe")->ends, T0 + 5 * HOUR);
	/* In alphabetical order it begins behind the others. */
	assert_true(r->order_busy[PACK_LONGEST] < 5.01 * HOUR);
	assert_true(r->order_busy[PACK_GIVEN] > 6.99 * HOUR);
	assert_true(r->wave[0].p50 <= r->wave[0].p90);
	plan_waves_free(r);
	fx_close(&f);
}

static void goes_on_from_what_is_done(void **state)
{
	static const struct plan_waves_rules none = { 0 };
	const struct fx_message m[] = { { "half", 1800 * MIB, T0, 0, NULL, 0 } };
	const struct fx_folder v[] = { { .name = "INBOX", FX_MESSAGES(m) } };
	struct plan_waves_result *r;
	struct err err = ERR_INIT;
	int64_t ids[3];
	struct fx f;

	(void)state;
	set_up(&f);
	ids[0] = account(&f, "anna", "anna", 3600 * MIB);
	ids[1] = account(&f, "bert", "bert", 3600 * MIB);
	ids[2] = fx_transfer(&f, "carl", "carl", "carl", "", "");
	fx_read(&f, SIDE_NEW, "anna", v, COUNT_OF(v));
	ran(&f, ids[0], 20);
	fx_ok(store_event_add(f.st, ids[0], "presync", T0 - DAY, "x", "", &err));
	fx_ok(store_event_add(f.st, ids[1], "cutover", T0 - DAY, "x", "", &err));
	r = plan(&f, &none, PLAN_FIREHOSE, ids, COUNT_OF(ids));
	assert_int_equal(r->n, 1);
	assert_int_equal(r->done, 1);
	assert_int_equal(r->unlisted, 1);
	assert_string_equal(r->first_unlisted, "carl");
	assert_true(job(r, "anna")->begun);
	assert_int_equal(job(r, "anna")->octets, 1800 * MIB);
	plan_waves_free(r);
	/* A rollback begins it again. */
	fx_ok(store_event_add(f.st, ids[1], "rollback", T0 - HOUR, "x", "", &err));
	r = plan(&f, &none, PLAN_FIREHOSE, ids, COUNT_OF(ids));
	assert_int_equal(r->n, 2);
	plan_waves_free(r);
	fx_close(&f);
}

static void keeps_together_what_belongs_together(void **state)
{
	static const char *const pair[] = { "Anna", "dora" };
	static const struct plan_names group = { pair, 2 };
	static const struct plan_window window = { T0 + HOUR, T0 + 2 * HOUR, DAY };
	static const char *const late[] = { "bert" };
	const struct plan_waves_rules rules = { .connections = 1,
						.window = &window,
						.window_n = 1,
						.group = &group,
						.group_n = 1,
						.last = { late, 1 } };
	struct plan_waves_result *r;
	int64_t ids[5];
	struct fx f;

	(void)state;
	set_up(&f);
	ids[0] = account(&f, "anna", "anna", 1500 * MIB);
	ids[1] = account(&f, "bert", "bert", 3500 * MIB);
	ids[2] = account(&f, "carl", "both", 1000 * MIB);
	ids[3] = account(&f, "dora", "dora", 1500 * MIB);
	ids[4] = account(&f, "emil", "both", 1000 * MIB);
	ran(&f, ids[0], 20);
	r = plan(&f, &rules, PLAN_FOUNTAIN, ids, COUNT_OF(ids));
	assert_int_equal(r->connections, 1);
	assert_int_equal(r->wave_n, 3);
	assert_int_equal(job(r, "anna")->wave, job(r, "dora")->wave);
	assert_int_equal(job(r, "carl")->wave, job(r, "emil")->wave);
	assert_int_equal(job(r, "bert")->wave, 3);
	assert_int_equal(r->wave[0].from, T0 + HOUR);
	assert_int_equal(r->wave[2].from, T0 + HOUR + 2 * DAY);
	assert_int_equal(r->fountain_waves, 3);
	plan_waves_free(r);
	fx_close(&f);
}

static void a_name_that_nobody_has_is_a_mistake(void **state)
{
	static const char *const wrong[] = { "anna", "nobody" };
	static const struct plan_names names = { wrong, 2 };
	static const struct plan_block block = { "nobody", { T0, T0 + DAY } };
	const struct plan_waves_rules rules[] = {
		{ .first = names },
		{ .last = names },
		{ .group = &names, .group_n = 1 },
		{ .block = &block, .block_n = 1 },
	};
	struct err err = ERR_INIT;
	struct fx f;

	(void)state;
	set_up(&f);
	account(&f, "anna", "anna", MIB);
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		assert_false(plan_waves_rules_check(f.st, &rules[i], &err));
		assert_int_equal(err.cls, ERR_CONFIG);
		assert_non_null(strstr(err.text, "no account is called nobody"));
	}
	fx_close(&f);
}

static void without_a_rate_it_says_so(void **state)
{
	static const struct plan_waves_rules none = { 0 };
	struct plan_waves_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = account(&f, "anna", "anna", 3600 * MIB);
	ran(&f, id, PLAN_RATE_LEAST - 1);
	r = plan(&f, &none, PLAN_FIREHOSE, &id, 1);
	assert_int_equal(r->by, PLAN_RATE_ASSUMED);
	assert_int_equal(r->wave[0].p90, 0);
	assert_true(r->wave[0].fast < r->wave[0].slow);
	plan_waves_free(r);
	/* No account at all. */
	r = plan(&f, &none, PLAN_FIREHOSE, &id, 0);
	assert_int_equal(r->n + r->wave_n, 0);
	assert_null(r->critical);
	plan_waves_free(r);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest_begins_first_and_decides),
		cmocka_unit_test(goes_on_from_what_is_done),
		cmocka_unit_test(keeps_together_what_belongs_together),
		cmocka_unit_test(a_name_that_nobody_has_is_a_mistake),
		cmocka_unit_test(without_a_rate_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
