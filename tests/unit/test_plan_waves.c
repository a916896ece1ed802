/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "plan/plan_waves.h"
#include "store/store_facts.h"
#include "store/store_seal.h"
#include "store/store_server.h"

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

/* An account of 100 MiB that also sees that folder of somebody. */
static int64_t sees(struct fx *f, const char *name, const char *folder)
{
	const struct fx_message m[] = { { name, 100 * MIB, T0, 0, NULL, 0 } };
	const struct fx_folder v[] = {
		{ .name = "INBOX", FX_MESSAGES(m) },
		{ .name = folder, .attrs = FOLDER_FOREIGN, FX_EMPTY },
	};
	int64_t id = fx_transfer(f, name, name, name, "", "");

	fx_read(f, SIDE_OLD, name, v, COUNT_OF(v));
	return id;
}

static void who_sees_folders_goes_with_their_owner(void **state)
{
	static const struct {
		const char *account, *sees;
		bool together; /* with bert */
	} cases[] = {
		{ "a1", "user/bert/Projects", true },
		{ "a2", "Other Users/BERT", true },
		{ "a3", "~bert/x", true },
		{ "a4", "shared/bert", true },
		{ "b1", "bert", false }, /* no owner's level */
		{ "b2", "shared/nobody/bert", false },
		{ "b3", "shared/b2", false }, /* with b2 */
		{ "b4", "", false },
	};
	static const struct plan_waves_rules none = { 0 };
	struct plan_waves_result *r;
	int64_t ids[60];
	size_t n = 0;
	char name[16];
	struct fx f;

	(void)state;
	set_up(&f);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ids[n++] = sees(&f, cases[i].account, cases[i].sees);
	ids[n++] = account(&f, "bert", "bert", 100 * MIB);
	r = plan(&f, &none, PLAN_FIREHOSE, ids, n);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if ((job(r, cases[i].account)->group == job(r, "bert")->group) !=
		    cases[i].together)
			fail_msg("case %zu: %s", i, cases[i].sees);
	assert_true(job(r, "bert")->group != 0 && job(r, "bert")->sees);
	assert_true(job(r, "b2")->group == job(r, "b3")->group);
	assert_int_equal(job(r, "b4")->group, 0);
	assert_int_equal(r->hub_n, 0);
	plan_waves_free(r);
	/* Seen by very many, it would make one wave of all. */
	for (size_t i = 0; i <= PLAN_SHARE_MOST; i++) {
		snprintf(name, sizeof name, "h%zu", i);
		ids[n++] = sees(&f, name, "user/help");
	}
	ids[n++] = account(&f, "help", "help", MIB);
	r = plan(&f, &none, PLAN_FIREHOSE, ids, n);
	assert_int_equal(job(r, "h0")->group, 0);
	assert_int_equal(r->hub_n, 1);
	assert_string_equal(r->hub[0].account, "help");
	assert_int_equal(r->hub[0].seen_by, PLAN_SHARE_MOST + 1);
	plan_waves_free(r);
	fx_close(&f);
}

static void meet(struct fx *f, enum side side, int64_t not_after)
{
	struct server_seen s = { .side = side,
				 .at = T0,
				 .host = side == SIDE_OLD ? "old.example.org"
							  : "new.example.org",
				 .port = 993,
				 .tls = "TLSv1.3",
				 .has_cert = true };
	struct err err = ERR_INIT;

	s.cert.not_after = not_after;
	sha256_of(&not_after, sizeof not_after, &s.cert.fingerprint);
	fx_ok(store_server_seen_add(f->st, &s, &err));
}

/* 10 hours of work: what ends within them is named, from certificates and the config. */
static void names_what_ends_before_all_is_moved(void **state)
{
	static const struct plan_expiry dates[] = { { "the contract", T0 + HOUR },
						    { "the lease", T0 + 90 * DAY } };
	const struct plan_waves_rules rules = { .connections = 1,
						.expiry = dates,
						.expiry_n = COUNT_OF(dates) };
	struct plan_waves_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = account(&f, "anna", "anna", 36000 * MIB);
	ran(&f, id, 20);
	meet(&f, SIDE_OLD, T0 + 5 * HOUR);
	meet(&f, SIDE_NEW, T0 + 90 * DAY);
	r = plan(&f, &rules, PLAN_FIREHOSE, &id, 1);
	assert_true(r->ends_late >= r->ends_soon && r->ends_soon > T0 + 9 * HOUR);
	assert_int_equal(r->due_n, 2);
	assert_string_equal(r->due[0].what, "the contract");
	assert_true(r->due[0].soon && !r->due[0].certificate);
	assert_string_equal(r->due[1].what,
			    "the certificate of the old server (old.example.org:993)");
	assert_true(r->due[1].certificate && r->due[1].at == T0 + 5 * HOUR);
	plan_waves_free(r);
	/* Another run meets a renewed one: the old one no longer counts. */
	fx_audit_end(&f);
	fx_audit(&f, DEPTH_FULL);
	meet(&f, SIDE_OLD, T0 + 400 * DAY);
	r = plan(&f, &rules, PLAN_FIREHOSE, &id, 1);
	assert_int_equal(r->due_n, 1);
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
		cmocka_unit_test(who_sees_folders_goes_with_their_owner),
		cmocka_unit_test(names_what_ends_before_all_is_moved),
		cmocka_unit_test(a_name_that_nobody_has_is_a_mistake),
		cmocka_unit_test(without_a_rate_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
