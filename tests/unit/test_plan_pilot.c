/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "plan/plan_pilot.h"
#include "plan/plan_pop.h"
#include "plan/plan_rate.h"
#include "store/store_seal.h"

#define DAY	  INT64_C(86400)
#define MIB	  (INT64_C(1) << 20)
#define T0	  INT64_C(1900000800)
#define HAS(p, r) (((p)->has >> (r)&1) != 0)

/* The fewest that cover all, by trying every set. */
static size_t fewest(const struct cover_item *v, size_t n)
{
	uint64_t all = 0;
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		all |= v[i].has;
	for (unsigned set = 0; set < 1u << n; set++) {
		uint64_t have = 0;
		size_t many = 0;

		for (size_t i = 0; i < n; i++)
			if ((set >> i & 1) != 0) {
				have |= v[i].has;
				many++;
			}
		if (have == all && many < best)
			best = many;
	}
	return best;
}

/* All is covered, nothing is needless, and few more than the fewest are taken. */
static void covers_with_few(void **state)
{
	struct plan_dice dice = { .state = 5 };
	size_t more = 0, rounds = 400;

	(void)state;
	for (size_t round = 0; round < rounds; round++) {
		struct cover_item v[10] = { 0 };
		size_t n = 1 + round % COUNT_OF(v), order[COUNT_OF(v)], took, least;
		uint64_t all = 0, have = 0;

		for (size_t i = 0; i < n; i++) {
			for (unsigned b = 0; b < 12; b++)
				if (plan_dice_uniform(&dice) < 0.25)
					v[i].has |= UINT64_C(1) << b;
			v[i].octets = (int64_t)(100 * plan_dice_uniform(&dice));
			all |= v[i].has;
		}
		took = plan_pilot_cover(v, n, 0, order);
		for (size_t k = 0; k < took; k++) {
			uint64_t others = 0;

			have |= v[order[k]].has;
			for (size_t m = 0; m < took; m++)
				others |= m == k ? 0 : v[order[m]].has;
			if ((v[order[k]].has & ~others) == 0)
				fail_msg("round %zu: choice %zu is needless", round, k);
		}
		if (have != all)
			fail_msg("round %zu: not all is covered", round);
		least = fewest(v, n);
		if (took > least + 1)
			fail_msg("round %zu: %zu, %zu would do", round, took, least);
		more += took - least;
	}
	assert_true(more * 20 < rounds);
}

static void keeps_to_its_budget(void **state)
{
	const struct cover_item v[] = { { 0x3, 9 }, { 0x4, 1 }, { 0x8, 1 }, { 0x3, 5 } };
	size_t order[4];

	(void)state;
	assert_int_equal(plan_pilot_cover(v, 4, 2, order), 2);
	assert_int_equal(order[0], 3); /* as much as the first, and smaller */
	assert_int_equal(order[1], 1); /* as much as the next, and first of equals */
	assert_int_equal(plan_pilot_cover(v, 4, 0, order), 3);
	assert_int_equal(plan_pilot_cover(v, 0, 0, order), 0);
	assert_int_equal(plan_pilot_cover(&(struct cover_item){ 0, 1 }, 1, 0, order), 0);
}

static int64_t account(struct fx *f, const char *name, const struct fx_folder *v,
		       size_t n)
{
	int64_t id = fx_transfer(f, name, name, name, "", "");

	fx_read(f, SIDE_OLD, name, v, n);
	return id;
}

static struct plan_pilot_result *pilot(struct fx *f, const int64_t *ids, size_t n,
				       struct plan_pilot_options o)
{
	struct plan_pilot_result *r = NULL;
	struct err err = ERR_INIT;

	o.facts = (struct plan_facts_options){ .profile_new = "generic",
					       .now = clock_now(),
					       .max_age = 7 * DAY,
					       .transfers = ids,
					       .transfer_n = n };
	o.rules = PLAN_BIG_DEFAULTS;
	o.rules.old_years = 0;
	fx_ok(plan_pilot(f->st, &o, &r, &err));
	return r;
}

#define NORMAL                                                                           \
	{                                                                                \
		"a", 1000, T0, 0, NULL, 0                                                \
	}
static const struct fx_message normal[] = { NORMAL };
static const struct fx_message idless[] = { NORMAL, { "2:b", 10, T0, 0, NULL, 0 } };
static const struct fx_message twice[] = { NORMAL, NORMAL };
static const struct fx_message large[] = { { "c", 30 * MIB, T0, 0, NULL, 0 } };

static void chooses_by_what_accounts_show(void **state)
{
	const struct fx_folder plain[] = { { .name = "INBOX", FX_MESSAGES(normal) } };
	const struct fx_folder deep[] = { { .name = "INBOX", FX_MESSAGES(idless) },
					  { .name = "a/b/c/d/e/f/g/h/i",
					    FX_MESSAGES(normal) } };
	const struct fx_folder odd[] = { { .name = "INBOX", FX_MESSAGES(twice) },
					 { .name = "50% off?", FX_MESSAGES(normal) } };
	const struct fx_folder both[] = { { .name = "INBOX", FX_MESSAGES(idless) } };
	const struct fx_folder big[] = { { .name = "INBOX", FX_MESSAGES(large) } };
	static const char *const last[] = { "BOSS" };
	struct plan_pilot_result *r;
	struct err err = ERR_INIT;
	int64_t ids[6];
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	ids[0] = account(&f, "anna", plain, COUNT_OF(plain));
	ids[1] = account(&f, "bert", both, COUNT_OF(both));
	ids[2] = account(&f, "boss", big, COUNT_OF(big));
	ids[3] = account(&f, "carl", deep, COUNT_OF(deep));
	ids[4] = account(&f, "dora", odd, COUNT_OF(odd));
	ids[5] = account(&f, "emil", plain, COUNT_OF(plain));
	r = pilot(&f, ids, COUNT_OF(ids), (struct plan_pilot_options){ 0 });
	/* boss for the large message, carl for depth, dora for names and copies: bert's
	 * risk is carl's, too, and the plain ones bring nothing. */
	assert_int_equal(r->n, 3);
	assert_int_equal(r->present, 5);
	assert_int_equal(r->covered, 5);
	assert_string_equal(r->pick[0].account, "carl"); /* two, and smaller than dora */
	assert_string_equal(r->pick[0].where[PLAN_RISK_DEEP], "a/b/c/d/e/f/g/h/i");
	assert_string_equal(r->pick[1].account, "dora");
	assert_true(HAS(&r->pick[1], PLAN_TRAIT_COPIES));
	assert_string_equal(r->pick[1].where[PLAN_TRAIT_ODD_NAME], "50%25 off?");
	assert_int_equal(r->risk[PLAN_TRAIT_IDLESS].accounts, 2);
	assert_string_equal(r->risk[PLAN_TRAIT_IDLESS].who[0], "bert");
	assert_string_equal(r->pick[2].account, "boss");
	assert_int_equal(r->risk[PLAN_RISK_LARGE_MESSAGE].pick, 3);
	assert_int_equal(r->unscanned, 6);
	assert_false(r->logs);
	plan_pilot_free(r);
	/* Who comes last is nobody to try things on: his risk has no candidate. */
	r = pilot(&f, ids, COUNT_OF(ids),
		  (struct plan_pilot_options){ .spare = last, .spare_n = 1 });
	assert_int_equal(r->n, 2);
	assert_int_equal(r->spared, 1);
	assert_true(r->risk[PLAN_RISK_LARGE_MESSAGE].accounts == 1 &&
		    r->risk[PLAN_RISK_LARGE_MESSAGE].eligible == 0);
	assert_int_equal(r->covered, r->present - 1);
	plan_pilot_free(r);
	r = pilot(&f, ids, COUNT_OF(ids), (struct plan_pilot_options){ .budget = 1 });
	assert_true(r->n == 1 && r->covered == 2);
	plan_pilot_free(r);
	/* What is moved needs no trial. */
	fx_ok(store_event_add(f.st, ids[4], "cutover", T0, "grace", "", &err));
	r = pilot(&f, ids, COUNT_OF(ids), (struct plan_pilot_options){ 0 });
	assert_true(r->done == 1 && r->n == 2);
	plan_pilot_free(r);
	r = pilot(&f, ids, 0, (struct plan_pilot_options){ 0 });
	assert_true(r->n == 0 && r->present == 0 && r->accounts == 0);
	plan_pilot_free(r);
	fx_audit_end(&f);
	fx_close(&f);
}

/* As plan_use_open would have summed up the logs: one fetches by POP and leaves mail
 * there, one deletes it, one is a program with a phone beside it. */
static void logs_tell_who_uses_it_how(void **state)
{
	const struct fx_folder v[] = { { .name = "INBOX", FX_MESSAGES(twice) },
				       { .name = "Sent", FX_MESSAGES(normal) } };
	struct use_of of[4] = { { .last_by[LOG_POP3] = T0 },
				{ .last_by[LOG_POP3] = T0, .clients = CLIENT_DOWNLOAD },
				{ .who = WHO_ROBOT, .clients = CLIENT_PHONE },
				{ .who = WHO_PERSON } };
	static const char *const names[] = { "leaves", "deletes", "robot", "person" };
	struct transfer t[4] = { 0 };
	struct plan_use use = { .t = t, .n = 4, .of[SIDE_OLD] = of };
	struct plan_facts facts = { .t = &t[0] };
	struct plan_folder_facts inbox = { .name = "inbox", .messages = 7, .octets = 9 };
	const struct plan_pop_index *ix;
	struct plan_pilot_result *r;
	struct plan_pop pop;
	int64_t ids[4];
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	for (size_t i = 4; i > 0; i--) { /* ids fall: the index must sort them */
		ids[i - 1] = account(&f, names[i - 1], v, COUNT_OF(v));
		t[i - 1] = (struct transfer){ .id = ids[i - 1], .name = names[i - 1] };
	}
	r = pilot(&f, ids, 4, (struct plan_pilot_options){ .use = &use });
	assert_true(r->logs);
	assert_int_equal(r->risk[PLAN_RISK_POP].accounts, 2);
	assert_int_equal(r->risk[PLAN_RISK_ROBOT].accounts, 1);
	assert_int_equal(r->risk[PLAN_RISK_PHONE].accounts, 1);
	assert_string_equal(r->risk[PLAN_RISK_ROBOT].who[0], "robot");
	assert_int_equal(r->n, 2);
	plan_pilot_free(r);
	ix = plan_pop_index(&f.arena, &use);
	facts.folder = &inbox;
	facts.folder_n = 1;
	assert_true(plan_pop(ix, &facts, &pop));
	assert_true(pop.last == T0 && !pop.deletes && pop.messages == 7 &&
		    pop.octets == 9);
	facts.t = &t[1];
	assert_true(plan_pop(ix, &facts, &pop) && pop.deletes);
	facts.t = &t[2];
	assert_false(plan_pop(ix, &facts, &pop));
	facts.t = &(struct transfer){ .id = 99 };
	assert_false(plan_pop(ix, &facts, &pop));
	assert_false(plan_pop(NULL, &facts, &pop));
	fx_audit_end(&f);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_with_few),
		cmocka_unit_test(keeps_to_its_budget),
		cmocka_unit_test(chooses_by_what_accounts_show),
		cmocka_unit_test(logs_tell_who_uses_it_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
