/* SPDX-License-Identifier: MIT */
/* The gate: frozen evidence, silence before a stop, what bars everything, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/gate_fixture.h"

static enum gate_outcome outcome_of(struct gate_bed *b, enum gate_check_id id)
{
	static struct gate_verdict v;
	struct arena arena;

	arena_init(&arena);
	gate_judge(&b->f, &b->l, &arena, &v);
	arena_done(&arena);
	return v.result[id].outcome;
}

static void readings_of_a_server_that_is_down_do_not_age(void **state)
{
	static const enum gate_check_id old[] = { GATE_ACCOUNTED, GATE_NO_ARRIVALS,
						  GATE_FOLDERS };
	static struct gate_bed b;

	(void)state;
	for (int k = 0; k < 6; k++) {
		bool frozen = k == 0;

		bed_well(&b);
		bed_down(&b);
		b.f.stopped_at = AGO(9);
		bed_said_at(&b, "soft-shutdown", AGO(4));
		switch (k) {
		case 1: /* it was started again */
			b.f.started_at = AGO(5);
			break;
		case 2: /* somebody came after the reading */
			b.account[0].used = AGO(9.2);
			break;
		case 3: /* nobody knows whether somebody came */
			bed_weekend(&b, &b.f.login, 9.4, 9.3);
			break;
		case 4: /* deliveries are not logged */
			b.f.delivery.any = false;
			break;
		case 5: /* the reading is of after the stop */
			b.account[0].old_read = b.account[0].judged_old = AGO(8.9);
			break;
		}
		for (size_t i = 0; i < COUNT_OF(old); i++) {
			enum gate_outcome got = outcome_of(&b, old[i]);

			if (frozen != (got == GATE_PASS))
				fail_msg("case %d, %s: %s", k, gate_checks[old[i]].name,
					 gate_outcome_name(got));
		}
	}
}

static void silence_is_counted_back_from_the_stop(void **state)
{
	static struct gate_bed b;

	(void)state;
	bed_well(&b);
	bed_down(&b);
	assert_int_equal(outcome_of(&b, GATE_NO_LOGIN), GATE_PASS);
	assert_int_equal(outcome_of(&b, GATE_NO_DELIVERY), GATE_PASS);
	bed_use(&b, GATE_USE_LOGIN, AGO(22.9)); /* 13.9 days before the stop */
	assert_int_equal(outcome_of(&b, GATE_NO_LOGIN), GATE_FAIL);
	b.use[0].last = AGO(23.1);
	assert_int_equal(outcome_of(&b, GATE_NO_LOGIN), GATE_PASS);
	b.f.login.last = AGO(9.2); /* the log ends before the stop */
	assert_int_equal(outcome_of(&b, GATE_NO_LOGIN), GATE_NO_DATA);
}

static void a_clock_that_was_set_back_bars_everything(void **state)
{
	static struct gate_bed b;
	static struct gate_verdict v;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	bed_well(&b);
	gate_judge(&b.f, &b.l, &arena, &v);
	assert_true(v.go && *v.bar == '\0' && v.nearest == NULL);
	b.f.newest = NOW + 121;
	gate_judge(&b.f, &b.l, &arena, &v);
	assert_false(v.go);
	assert_non_null(strstr(v.bar, "set back"));
	assert_int_equal(v.n[GATE_NO_DATA], GATE_CHECK_COUNT);
	b.f.newest = NOW;
	b.f.one_sided = true;
	gate_judge(&b.f, &b.l, &arena, &v);
	assert_false(v.go);
	arena_done(&arena);
}

static void a_warning_does_not_block(void **state)
{
	static struct gate_bed b;
	static struct gate_verdict v;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	bed_well(&b);
	b.account[0].flags = 6;
	gate_judge(&b.f, &b.l, &arena, &v);
	assert_true(v.go);
	assert_int_equal(v.nearest->check->id, GATE_FLAGS);
	bed_found(&b, 0, FINDING_MESSAGE_MISSING);
	gate_judge(&b.f, &b.l, &arena, &v);
	assert_false(v.go);
	assert_int_equal(v.nearest->check->id, GATE_ACCOUNTED);
	arena_done(&arena);
}

/* What verify says of an account is more than why its flags are not known. */
static void unknown_flags_have_a_reason_and_a_command(void **state)
{
	static struct gate_bed b;
	static struct gate_verdict v;
	const struct gate_finding *x;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	bed_well(&b);
	b.account[0].flags_compared = false;
	b.account[0].note = "Since the seal, flags changed on 3 messages: life.";
	gate_judge(&b.f, &b.l, &arena, &v);
	x = v.result[GATE_FLAGS].v;
	assert_int_equal(v.result[GATE_FLAGS].unknown, 1);
	assert_string_equal(x->text, "its flags could not be compared");
	assert_string_equal(x->command, arena_printf(&arena, "mailmuster explain %s",
						     b.account[0].name));
	b.account[0].depth = DEPTH_IDS;
	gate_judge(&b.f, &b.l, &arena, &v);
	x = v.result[GATE_FLAGS].v;
	assert_string_equal(x->text, "its flags were not read (--depth ids)");
	assert_string_equal(x->command, "mailmuster audit");
	arena_done(&arena);
}

static void what_was_loosened_is_told(void **state)
{
	struct gate_loosened v[GATE_LOOSENED_MAX];
	struct gate_limits l;
	char buf[32];

	(void)state;
	gate_limits_standard(&l);
	assert_int_equal(gate_limits_loosened(&l, v), 0);
	for (int i = 0; i < GATE_LIMIT_COUNT; i++) {
		bool more = gate_limit_rows[i].more_is_looser;

		gate_limits_standard(&l);
		l.v[i] += more ? -1 : 1; /* tighter */
		assert_int_equal(gate_limits_loosened(&l, v), 0);
		l.v[i] += more ? 2 : -2;
		assert_int_equal(gate_limits_loosened(&l, v), 1);
		assert_string_equal(v[0].key, gate_limit_rows[i].key);
	}
	gate_limits_standard(&l);
	l.max_age[GATE_ACCOUNTED] = 8 * DAY;
	l.max_age[GATE_NO_MASS] = 3600;
	assert_int_equal(gate_limits_loosened(&l, v), 1);
	assert_string_equal(v[0].key, "ages.G02");
	assert_string_equal(gate_limit_text(UNIT_SECONDS, v[0].value, buf, sizeof buf),
			    "8 days");
	assert_string_equal(gate_limit_text(UNIT_SECONDS, 72 * 3600, buf, sizeof buf),
			    "72 hours");
	assert_string_equal(gate_limit_text(UNIT_PERMILLE, 995, buf, sizeof buf),
			    "99.5 %");
	assert_string_equal(gate_limit_text(UNIT_COUNT, 20, buf, sizeof buf), "20");
	assert_string_equal(gate_scope_name(GATE_NO_WAIVER), "");
	assert_string_equal(gate_scope_name(GATE_PER_ITEM), "item");
}

/* The same facts give the same digest at any time of the same day; others do not. */
static void evidence_has_a_digest(void **state)
{
	static struct gate_bed b;
	static struct gate_verdict v, w;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	bed_well(&b);
	gate_judge(&b.f, &b.l, &arena, &v);
	b.f.now += 60;
	gate_judge(&b.f, &b.l, &arena, &w);
	assert_memory_equal(&v.digest, &w.digest, sizeof v.digest);
	b.account[1].judged_new++;
	gate_judge(&b.f, &b.l, &arena, &w);
	assert_memory_equal(&v.result[GATE_LEDGER].evidence,
			    &w.result[GATE_LEDGER].evidence, sizeof v.digest);
	b.account[0].old_messages++;
	gate_judge(&b.f, &b.l, &arena, &w);
	assert_memory_not_equal(&v.digest, &w.digest, sizeof v.digest);
	assert_memory_not_equal(&v.result[GATE_ACCOUNTED].evidence,
				&w.result[GATE_ACCOUNTED].evidence, sizeof v.digest);
	arena_done(&arena);
}

static void checks_are_found_by_their_names(void **state)
{
	(void)state;
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		assert_int_equal(gate_checks[i].id, i);
		assert_ptr_equal(gate_check_find(gate_checks[i].name), &gate_checks[i]);
	}
	assert_int_equal(gate_check_find("g8")->id, GATE_NO_DELIVERY);
	assert_null(gate_check_find("G21"));
	assert_null(gate_check_find("G"));
	assert_null(gate_check_find(""));
	assert_null(gate_check_find("8"));
	assert_null(gate_check_find("G010"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readings_of_a_server_that_is_down_do_not_age),
		cmocka_unit_test(silence_is_counted_back_from_the_stop),
		cmocka_unit_test(a_clock_that_was_set_back_bars_everything),
		cmocka_unit_test(a_warning_does_not_block),
		cmocka_unit_test(unknown_flags_have_a_reason_and_a_command),
		cmocka_unit_test(what_was_loosened_is_told),
		cmocka_unit_test(evidence_has_a_digest),
		cmocka_unit_test(checks_are_found_by_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
