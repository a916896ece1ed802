/* SPDX-License-Identifier: MIT */
/* What many messages have in common: removals and flags lost in a mass are an alarm, and
 * dates with one cause are one finding. */
#include "store/store_accept.h"
#include "tests/support/verify_time.h"

/* n messages; from keep on they are there, below it they are not.  seen: all of them. */
static struct fx_folder many(struct fx *f, const char *name, size_t n, size_t keep,
			     bool seen)
{
	struct fx_message *v = arena_alloc(&f->arena, (n + 1) * sizeof *v);
	struct fx_folder out = { .name = name, .message = v, .depth = DEPTH_FULL };

	for (size_t i = keep; i < n; i++)
		v[out.n++] = (struct fx_message){
			.id = arena_printf(&f->arena, "<%zu@x>", i),
			.octets = 100 + (int64_t)i,
			.date = D0 + (int64_t)i * DAY,
			.flags = seen ? MSG_SEEN : 0,
			.uid = (uint32_t)i + 1,
		};
	return out;
}

static void a_mass_is_an_alarm_and_a_handful_is_life(void **state)
{
	/* Thresholds of options(): 5 messages and 20 %. */
	static const struct {
		const char *folder;
		size_t n, gone;
		bool mover;
		enum verdict want;
		const char *reasons;
	} cases[] = {
		{ "INBOX", 20, 4, false, VERDICT_CLEAN,
		  "removed info message-removed new  x4\n" },
		{ "INBOX", 20, 5, false, VERDICT_DIFFERS,
		  "removed loss mass-removal new  x5\n"
		  "removed info message-removed new  x5\n" },
		{ "INBOX", 100, 10, false, VERDICT_CLEAN,
		  "removed info message-removed new  x10\n" },
		{ "INBOX", 100, 10, true, VERDICT_DIFFERS,
		  "removed loss mass-removal new  x10\n"
		  "removed info message-removed new  x10\n" },
		{ "Trash", 20, 20, false, VERDICT_CLEAN,
		  "removed info message-removed new  x20\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_folder all[2] = { 0 }, rest[2] = { 0 };
		struct err err = ERR_INIT;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		all[0] = many(&f, cases[i].folder, cases[i].n, 0, false);
		rest[0] = many(&f, cases[i].folder, cases[i].n, cases[i].gone, false);
		read_both(&f, all, all, 1);
		seal(&f, t, "ann", "ann");
		if (cases[i].mover)
			fx_ok(store_event_add(f.st, t, "presync", clock_now() + 5,
					      "tester", "", &err));
		read_both(&f, all, rest, 1);
		j = judged(&f, t);
		if (j.verdict != cases[i].want ||
		    strcmp(reasons(&f, t), cases[i].reasons) != 0)
			fail_msg("case %zu: %s\n%s", i, verdict_name(j.verdict),
				 reasons(&f, t));
		fx_close(&f);
	}
}

static void a_mass_over_many_accounts_is_one_alarm(void **state)
{
	const char *name[] = { "ann", "bob", "cid" };
	static const struct {
		size_t gone[3], alarms[3];
	} cases[] = {
		{ { 3, 3, 3 }, { 0, 0, 0 } }, /* 9 of 60: below 20 % */
		{ { 4, 4, 4 }, { 1, 0, 0 } },
		{ { 5, 4, 4 }, { 1, 0, 0 } }, /* its own; 8 of 60 are left */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx f;
		int64_t t[3];
		struct verify_options o = options(t, 3);

		fx_open(&f);
		for (size_t round = 0; round < 2; round++) {
			fx_audit(&f, DEPTH_FULL);
			for (size_t k = 0; k < 3; k++) {
				struct fx_folder all = many(&f, "INBOX", 20, 0, false);
				struct fx_folder rest = many(
					&f, "INBOX", 20, round * cases[i].gone[k], false);

				if (round == 0)
					t[k] = fx_transfer(&f, name[k], name[k], name[k],
							   "", "");
				fx_read(&f, SIDE_OLD, name[k], &all, 1);
				fx_read(&f, SIDE_NEW, name[k], &rest, 1);
			}
			fx_audit_end(&f);
			for (size_t k = round * 3; k < 3; k++)
				seal(&f, t[k], name[k], name[k]);
		}
		for (int again = 0; again < 2; again++) {
			verify(&f, &o);
			for (size_t k = 0; k < 3; k++) {
				const char *told = reasons(&f, t[k]);

				if ((strstr(told, "mass-removal") != NULL) !=
				    (cases[i].alarms[k] != 0))
					fail_msg("case %zu, %s: %s", i, name[k], told);
			}
		}
		fx_close(&f);
	}
}

static void seen_lost_in_a_mass_is_an_alarm(void **state)
{
	struct fx_folder unread[2] = { 0 }, seen[2] = { 0 };
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	seen[0] = many(&f, "INBOX", 20, 0, true);
	unread[0] = many(&f, "INBOX", 20, 0, false);
	/* Before there is a seal: flags of another login were copied. */
	read_both(&f, seen, unread, 1);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&f, t), "login doubt flags old INBOX 20\n"));
	assert_int_equal(j.doubt, 20);
	/* Right at the seal, lost afterwards. */
	read_both(&f, seen, seen, 1);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	read_both(&f, seen, unread, 1);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "life loss mass-flags new  x20\n");
	/* What the old side makes of its flags later is its own affair. */
	read_both(&f, unread, seen, 1);
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	fx_close(&f);
}

static void dates_with_one_cause_are_one_finding(void **state)
{
	static const struct {
		int64_t shift; /* of the new side; 0: all on one day */
		size_t odd;    /* this one differs in another way */
		const char *want;
	} cases[] = {
		{ 7200, 99, "zone loss date old  x30\n" },
		{ -3600 * 5, 99, "zone loss date old  x30\n" },
		{ 0, 99, "moved-day loss date old  x30\n" },
		{ 7200, 3,
		  "zone loss date old  x29\n"
		  "unexplained loss date old INBOX 4\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_folder old[2] = { 0 }, new[2] = { 0 };
		struct fx_message *v;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		old[0] = many(&f, "INBOX", 30, 0, false);
		new[0] = many(&f, "INBOX", 30, 0, false);
		v = (struct fx_message *)(uintptr_t) new[0].message;
		for (size_t k = 0; k < 30; k++) {
			v[k].date = cases[i].shift != 0 ? v[k].date + cases[i].shift
							: D0 + YEAR + (int64_t)k;
			if (k == cases[i].odd)
				v[k].date += 100000 * 7 + 11;
		}
		read_both(&f, old, new, 1);
		j = judged(&f, t);
		if (strcmp(reasons(&f, t), cases[i].want) != 0)
			fail_msg("case %zu:\n%s", i, reasons(&f, t));
		assert_int_equal(j.count.date, 30);
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mass_is_an_alarm_and_a_handful_is_life),
		cmocka_unit_test(a_mass_over_many_accounts_is_one_alarm),
		cmocka_unit_test(seen_lost_in_a_mass_is_an_alarm),
		cmocka_unit_test(dates_with_one_cause_are_one_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
