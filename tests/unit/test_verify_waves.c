/* SPDX-License-Identifier: MIT */
/* Removals over many audits, accounts and folders, and the limits of what is held in
 * memory. */
#include "tests/support/verify_time.h"

#include "verify/work.h"

#define M(id, octets, uid, flags)                                                        \
	{                                                                                \
		"<" id "@x>", octets, D0, flags, NULL, uid                               \
	}

/* ---- removals ---- */

/* One message a day is life, also when the days are many; a mass behind them is none. */
static void a_mass_after_many_audits_is_an_alarm(void **state)
{
	enum { N = 110, DAYS = 70 };
	struct fx_folder all, rest;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	all = some(&f, "INBOX", 0, N);
	read_one(&f, SIDE_OLD, "ann", &all, 1);
	read_one(&f, SIDE_NEW, "ann", &all, 1);
	seal(&f, t, "ann", "ann");
	rest = all;
	for (size_t i = 0; i < DAYS; i++) {
		rest.n--;
		read_one(&f, SIDE_NEW, "ann", &rest, 1);
	}
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	rest.n -= 25;
	read_one(&f, SIDE_NEW, "ann", &rest, 1);
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "removed loss mass-removal new  x25\n"
					    "removed info message-removed new  x95\n");
	/* The mass came first: it is still the largest. */
	rest.n -= 1;
	read_one(&f, SIDE_NEW, "ann", &rest, 1);
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	fx_close(&f);
}

/* The alarm over all accounts is told with the one that lost most, about the audit that
 * noticed most; an audit that noticed one account alone makes none. */
static void the_alarm_of_all_is_told_where_most_was_lost(void **state)
{
	enum { PEOPLE = 4, AUDITS = 12 };
	/* lost in each audit by each; all have 15 */
	static const size_t lost[AUDITS][PEOPLE] = {
		{ 0, 1, 0, 0 }, { 1, 1, 0, 0 }, { 0, 4, 4, 4 }, { 1, 1, 0, 0 },
		{ 0, 0, 1, 0 }, { 0, 0, 1, 1 }, { 0, 0, 0, 1 }, { 1, 0, 0, 0 },
		{ 0, 0, 1, 0 }, { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 0, 1 },
	};
	const char *name[PEOPLE] = { "ann", "bob", "cid", "dan" };
	struct fx_folder left[PEOPLE];
	struct fx f;
	int64_t t[PEOPLE] = { 0 };
	struct verify_options o = options(t, PEOPLE);

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	for (size_t k = 0; k < PEOPLE; k++) {
		t[k] = fx_transfer(&f, name[k], name[k], name[k], "", "");
		left[k] = some(&f, "INBOX", 0, 15);
		fx_read(&f, SIDE_OLD, name[k], &left[k], 1);
		fx_read(&f, SIDE_NEW, name[k], &left[k], 1);
	}
	fx_audit_end(&f);
	for (size_t k = 0; k < PEOPLE; k++)
		seal(&f, t[k], name[k], name[k]);
	for (size_t i = 0; i < AUDITS; i++) {
		the_time += 60;
		fx_audit(&f, DEPTH_FULL);
		for (size_t k = 0; k < PEOPLE; k++) {
			left[k].n -= lost[i][k];
			fx_read(&f, SIDE_NEW, name[k], &left[k], 1);
		}
		fx_audit_end(&f);
	}
	o.now = clock_now();
	verify(&f, &o);
	for (size_t k = 0; k < PEOPLE; k++)
		assert_int_equal(strstr(reasons(&f, t[k]), "mass-removal new  x12") !=
					 NULL,
				 k == 1);
	fx_close(&f);
}

/* Many folders lost mail: five of them are named. */
static void five_folders_are_named_and_the_others_said(void **state)
{
	struct fx_folder all[7], rest[7];
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	for (size_t i = 0; i < 7; i++) {
		all[i] = some(&f, i == 0 ? "INBOX" : arena_printf(&f.arena, "F%zu", i),
			      100 * i, 10);
		rest[i] = all[i];
		rest[i].n -= i > 0;
	}
	read_one(&f, SIDE_OLD, "ann", all, 7);
	read_one(&f, SIDE_NEW, "ann", all, 7);
	seal(&f, t, "ann", "ann");
	fx_ok(store_event_add(f.st, t, "last-pass", clock_now() - 5, "tester", "", &err));
	fx_ok(store_event_add(f.st, t, "last-pass", clock_now() + 5, "tester", "", &err));
	read_one(&f, SIDE_NEW, "ann", rest, 7);
	judged(&f, t);
	fx_ok(store_findings_open(f.st, t, &it, &err));
	/* A mover ran after the seal: six are an alarm. */
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	assert_int_equal(x.cls, FINDING_MASS_REMOVAL);
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	assert_non_null(strstr(x.explanation, "1 in \"F5\" and in other folders."));
	assert_null(strstr(x.explanation, "F6"));
	store_findings_close(it);
	fx_close(&f);
}

/* A mover ran after the seal: a handful is an alarm, and less is none. */
static void a_mover_that_ran_makes_a_handful_an_alarm(void **state)
{
	(void)state;
	for (size_t gone = 2; gone <= 5; gone += 3) {
		struct fx_folder all, rest;
		struct err err = ERR_INIT;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		all = some(&f, "INBOX", 0, 100);
		rest = all;
		rest.n -= gone;
		read_one(&f, SIDE_OLD, "ann", &all, 1);
		read_one(&f, SIDE_NEW, "ann", &all, 1);
		seal(&f, t, "ann", "ann");
		fx_ok(store_event_add(f.st, t, "presync", clock_now() + 5, "tester", "",
				      &err));
		read_one(&f, SIDE_NEW, "ann", &rest, 1);
		assert_int_equal(judged(&f, t).verdict,
				 gone < 5 ? VERDICT_CLEAN : VERDICT_DIFFERS);
		fx_close(&f);
	}
}

/* ---- limits ---- */

/* Leftovers are settled and matched in rounds: how large these are makes no difference.
 */
static void rounds_of_any_size_give_the_same(void **state)
{
	static const struct verify_limits small[] = { { 1, 65536, 1000, 1000000 },
						      { 2, 65536, 1000, 1000000 },
						      { 7, 65536, 1000, 1000000 } };
	struct fx_folder old[2], at_new[2], then_new[2];
	struct verify_options o;
	const char *want;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	old[0] = some(&f, "INBOX", 0, 200);
	old[1] = some(&f, "Work", 500, 1);
	at_new[0] = old[0];
	at_new[1] = old[1];
	/* 150 stay, 40 are moved, 10 are deleted */
	then_new[0] = old[0];
	then_new[0].n = 100;
	then_new[1] = some(&f, "Work", 100, 90);
	read_one(&f, SIDE_OLD, "ann", old, 2);
	read_one(&f, SIDE_NEW, "ann", at_new, 2);
	seal(&f, t, "ann", "ann");
	read_one(&f, SIDE_NEW, "ann", then_new, 2);
	o = options(&t, 1);
	verify(&f, &o);
	want = reasons(&f, t);
	assert_non_null(
		strstr(want, "refiled info message-refiled old INBOX 190 >Work\n"));
	assert_non_null(strstr(want, "message-removed new  x11\n"));
	for (size_t i = 0; i < COUNT_OF(small); i++) {
		o.limits = &small[i];
		verify(&f, &o);
		if (strcmp(reasons(&f, t), want) != 0)
			fail_msg("rounds of %zu:\n%s", small[i].round, reasons(&f, t));
	}
	fx_close(&f);
}

/* What accounts for one message accounts for no other of its key in the next round. */
static void a_round_ends_behind_a_key(void **state)
{
	static const struct fx_message two[] = { M("a", 100, 1, 0), M("a", 100, 2, 0) },
				       one[] = { M("a", 100, 1, 0) };
	static const struct fx_folder old[] = { F("INBOX", two) },
				      new[] = { F("INBOX", one) },
				      none[] = { FE("INBOX") };
	static const struct verify_limits rounds_of_one = { 1, 65536, 1000, 1000000 };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", old, 1);
	read_one(&f, SIDE_NEW, "ann", new, 1);
	seal(&f, t, "ann", "ann");
	read_one(&f, SIDE_NEW, "ann", none, 1);
	o = options(&t, 1);
	o.limits = &rounds_of_one;
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.count.removed, 1);
	assert_int_equal(j.count.missing, 1);
	assert_int_equal(j.loss, 1);
	fx_close(&f);
}

/* Of more copies than are told apart the rest is as if it had never been: removals stay
 * unexplained then, and none is excused. */
static void copies_beyond_the_limit_excuse_nothing(void **state)
{
	static const struct fx_message four[] = { M("a", 100, 1, 0), M("a", 100, 2, 0),
						  M("a", 100, 3, 0), M("a", 100, 4, 0) };
	static const struct fx_folder all[] = { F("INBOX", four) },
				      none[] = { FE("INBOX") };
	static const struct verify_limits two = { 100, 2, 1000, 1000000 };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", all, 1);
	read_one(&f, SIDE_NEW, "ann", all, 1);
	seal(&f, t, "ann", "ann");
	read_one(&f, SIDE_NEW, "ann", none, 1);
	o = options(&t, 1);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t).count.removed, 4);
	o.limits = &two;
	verify(&f, &o);
	j = judgement(&f, t);
	check_sums(0, &j);
	assert_int_equal(j.count.removed, 2);
	assert_int_equal(j.count.missing, 2);
	assert_int_equal(j.loss, 2);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mass_after_many_audits_is_an_alarm),
		cmocka_unit_test(the_alarm_of_all_is_told_where_most_was_lost),
		cmocka_unit_test(a_mover_that_ran_makes_a_handful_an_alarm),
		cmocka_unit_test(five_folders_are_named_and_the_others_said),
		cmocka_unit_test(rounds_of_any_size_give_the_same),
		cmocka_unit_test(a_round_ends_behind_a_key),
		cmocka_unit_test(copies_beyond_the_limit_excuse_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
