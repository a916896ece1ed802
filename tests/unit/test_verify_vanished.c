/* SPDX-License-Identifier: MIT */
/* Mail that the old side had and lost before there was a baseline. */
#include "tests/support/verify_time.h"

#define SIDES 3

struct trial {
	struct fx f;
	int64_t t;
};

static void begin(struct trial *x)
{
	fx_open(&x->f);
	x->t = fx_transfer(&x->f, "ann", "ann", "ann", "", "");
}

/* Both sides are read: n messages from the first on in one folder of each. */
static void reading(struct trial *x, const char *name, size_t old_first, size_t old_n,
		    size_t new_first, size_t new_n)
{
	struct fx_folder old[2] = { some(&x->f, "INBOX", 1000, 1),
				    some(&x->f, name, old_first, old_n) };
	struct fx_folder new[2] = { some(&x->f, "INBOX", 1000, 1),
				    some(&x->f, name, new_first, new_n) };

	the_time += 60;
	read_both(&x->f, old, new, 2);
}

static const struct scene {
	const char *what, *folder;
	size_t old_n, old_first, old_left, new_n; /* new_n: from the first on */
	enum verdict want;
	const char *reasons;
} scenes[] = {
	{ "moved off, and five of sixty lost", "Work", 60, 0, 0, 55, VERDICT_DIFFERS,
	  "none doubt vanished old  x5\n" },
	{ "moved off, all of it", "Work", 60, 0, 0, 60, VERDICT_CLEAN, "" },
	{ "the disk of the old server is not there", "Work", 30, 0, 0, 0, VERDICT_DIFFERS,
	  "none doubt vanished old  x30\n" },
	{ "thrown away before the move", "Work", 100, 60, 40, 0, VERDICT_DIFFERS,
	  "none info vanished old  x60\n" },
	{ "thrown away out of the bin", "Trash", 60, 0, 0, 0, VERDICT_CLEAN, "" },
	{ "a handful", "Work", 60, 10, 50, 0, VERDICT_DIFFERS, "" },
};

static void a_mass_that_went_and_did_not_arrive_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct judgement j;
		const char *got;
		struct trial x;

		begin(&x);
		reading(&x, s->folder, 0, s->old_n, 0, s->new_n);
		reading(&x, s->folder, s->old_first, s->old_left, 0, s->new_n);
		j = judged(&x.f, x.t);
		got = reasons(&x.f, x.t);
		if (j.verdict != s->want)
			fail_msg("%s: %s\n%s", s->what, verdict_name(j.verdict), got);
		if (*s->reasons == '\0' ? strstr(got, "vanished") != NULL
					: strstr(got, s->reasons) == NULL)
			fail_msg("%s:\n%s", s->what, got);
		fx_close(&x.f);
	}
}

static void what_lies_in_another_folder_or_under_new_uids_did_not_go(void **state)
{
	struct fx_folder all, moved;
	struct trial x;

	(void)state;
	begin(&x);
	all = some(&x.f, "Work", 0, 60);
	moved = all;
	moved.name = "Filed";
	read_one(&x.f, SIDE_OLD, "ann", &all, 1);
	read_one(&x.f, SIDE_OLD, "ann", &moved, 1);
	moved.uidvalidity = 77;
	read_one(&x.f, SIDE_OLD, "ann", &moved, 1);
	read_one(&x.f, SIDE_NEW, "ann", &moved, 1);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_CLEAN);
	assert_string_equal(reasons(&x.f, x.t), "");
	fx_close(&x.f);
}

/* Both sides had it, and neither has it now: a mirror that deleted, or a loss twice. */
static void what_both_sides_lost_is_told(void **state)
{
	struct trial x;

	(void)state;
	begin(&x);
	reading(&x, "Work", 0, 60, 0, 60);
	reading(&x, "Work", 0, 0, 0, 55);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&x.f, x.t), "none doubt vanished old  x5\n"));
	fx_close(&x.f);
}

/* A folder that went as a whole is no other matter than its messages. */
static void a_folder_that_went_took_its_mail_along(void **state)
{
	struct fx_folder two[2], one, arrived;
	struct trial x;

	(void)state;
	begin(&x);
	one = some(&x.f, "INBOX", 1000, 1);
	arrived = some(&x.f, "Work", 0, 20);
	two[0] = one;
	two[1] = some(&x.f, "Work", 0, 30);
	read_one(&x.f, SIDE_OLD, "ann", two, 2);
	two[1] = arrived;
	read_one(&x.f, SIDE_NEW, "ann", two, 2);
	read_one(&x.f, SIDE_OLD, "ann", &one, 1);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&x.f, x.t), "none doubt vanished old  x10\n"));
	fx_close(&x.f);
}

/* Who fetches his mail by POP empties INBOX every day: that is life.  Once is not every
 * day; old letters, or those of another folder, are none that POP fetches, nor are those
 * of a time that is still to come. */
static void young_mail_of_inbox_was_fetched(void **state)
{
	static const struct {
		const char *folder;
		int64_t age;
		bool before; /* as it did once before */
		const char *want;
	} cases[] = {
		{ "INBOX", 3 * DAY, true, "none info vanished old  x20\n" },
		{ "INBOX", 3 * DAY, false, "none doubt vanished old  x20\n" },
		{ "INBOX", 90 * DAY, true, "none doubt vanished old  x20\n" },
		{ "INBOX", -90 * DAY, true, "none doubt vanished old  x20\n" },
		{ "Work", 3 * DAY, true, "none doubt vanished old  x20\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_message *v;
		struct fx_folder all, few;
		struct fx_folder none = { .name = cases[i].folder, FX_EMPTY };
		struct trial x;

		begin(&x);
		v = arena_alloc(&x.f.arena, 20 * sizeof *v);
		all = some(&x.f, cases[i].folder, 0, 20);
		for (size_t k = 0; k < all.n; k++) {
			v[k] = all.message[k];
			v[k].date = the_time - cases[i].age + (int64_t)k;
		}
		all.message = v;
		few = some(&x.f, cases[i].folder, 500, 2);
		if (cases[i].before) {
			read_one(&x.f, SIDE_OLD, "ann", &few, 1);
			read_one(&x.f, SIDE_OLD, "ann", &none, 1);
		}
		read_one(&x.f, SIDE_OLD, "ann", &all, 1);
		read_one(&x.f, SIDE_OLD, "ann", &none, 1);
		read_one(&x.f, SIDE_NEW, "ann", &none, 1);
		judged(&x.f, x.t);
		if (strstr(reasons(&x.f, x.t), cases[i].want) == NULL)
			fail_msg("case %zu:\n%s", i, reasons(&x.f, x.t));
		fx_close(&x.f);
	}
}

/* What came later is not what there was: a loss is as great next year.  Nor is a bin. */
static void a_loss_does_not_wane(void **state)
{
	static const struct {
		const char *beside;
		size_t then, now;
	} cases[] = { { "New", 0, 100 }, { "New", 0, 400 }, { "Trash", 400, 400 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct trial x;
		struct fx_folder two[2];

		begin(&x);
		two[0] = some(&x.f, cases[i].beside, 1000, cases[i].then);
		two[1] = some(&x.f, "Work", 0, 60);
		read_one(&x.f, SIDE_OLD, "ann", two, 2);
		two[1] = some(&x.f, "Work", 0, 0);
		read_one(&x.f, SIDE_OLD, "ann", two, 2);
		two[0] = some(&x.f, cases[i].beside, 1000, cases[i].now);
		read_both(&x.f, two, two, 2);
		if (judged(&x.f, x.t).verdict != VERDICT_DIFFERS ||
		    strstr(reasons(&x.f, x.t), "none doubt vanished old  x60\n") == NULL)
			fail_msg("case %zu:\n%s", i, reasons(&x.f, x.t));
		fx_close(&x.f);
	}
}

/* The old side does not hold it any more, so nothing but this tells of it. */
static void what_only_the_new_side_held_may_not_all_go(void **state)
{
	struct trial x;

	(void)state;
	begin(&x);
	reading(&x, "Work", 0, 60, 0, 60);
	reading(&x, "Work", 0, 0, 0, 60);
	seal(&x.f, x.t, "ann", "ann");
	reading(&x, "Work", 0, 0, 0, 0);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_DIFFERS);
	assert_non_null(
		strstr(reasons(&x.f, x.t), "removed loss mass-removal new  x60\n"));
	fx_close(&x.f);
}

/* Two waves are two findings: who accepted the first did not take the second. */
static void each_wave_is_a_finding_and_says_what_went(void **state)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct sha256 first;
	struct finding v;
	struct trial x;

	(void)state;
	begin(&x);
	reading(&x, "Work", 0, 200, 0, 0);
	reading(&x, "Work", 60, 140, 0, 55);
	judged(&x.f, x.t);
	fx_ok(store_findings_open(x.f.st, x.t, &it, &err));
	do
		assert_int_equal(store_findings_next(it, &v, &err), NEXT_ITEM);
	while (v.cls != FINDING_VANISHED);
	first = v.fingerprint;
	assert_int_equal(v.severity, SEVERITY_DOUBT);
	assert_int_equal(v.count, 5);
	assert_non_null(strstr(v.explanation, "Of 60 messages that went"));
	assert_non_null(
		strstr(v.explanation,
		       "5 are not on the new side: <55@x>, <56@x>, <57@x> and 2 more."));
	store_findings_close(it);
	reading(&x, "Work", 0, 0, 0, 198);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&x.f, x.t), "none doubt vanished old  x2\n"));
	/* The first is over: all of it has come. */
	assert_null(strstr(reasons(&x.f, x.t), "x5"));
	fx_ok(store_findings_open(x.f.st, x.t, &it, &err));
	do
		assert_int_equal(store_findings_next(it, &v, &err), NEXT_ITEM);
	while (v.cls != FINDING_VANISHED);
	assert_memory_not_equal(&v.fingerprint, &first, sizeof first);
	store_findings_close(it);
	fx_close(&x.f);
}

/* The words of the first finding of that class. */
static const char *told(struct trial *x, enum finding_class cls)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	const char *text;
	struct finding v;

	fx_ok(store_findings_open(x->f.st, x->t, &it, &err));
	do
		assert_int_equal(store_findings_next(it, &v, &err), NEXT_ITEM);
	while (v.cls != cls);
	text = arena_strdup(&x->f.arena, v.explanation);
	store_findings_close(it);
	return text;
}

/* Where not all of the new side was read nobody knows what is not there; what is not
 * known of the old one is another matter. */
static void says_of_the_new_side_what_is_known(void **state)
{
	static const struct {
		enum side unread;
		bool sealed;
		const char *says;
	} cases[] = {
		{ SIDE_NEW, false,
		  "were not seen on the new side, of which not all is "
		  "known" },
		{ SIDE_OLD, false, "are not on the new side" },
		{ SIDE_NEW, true,
		  "They were seen on neither side since, but of the new "
		  "one not all is known." },
		{ SIDE_OLD, true, "They are on neither side now." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_folder v[SIDE_COUNT][3];
		const char *text;
		struct trial x;

		begin(&x);
		reading(&x, "Work", 0, 60, 0, cases[i].sealed ? 60 : 5);
		reading(&x, "Work", 0, 0, 0, cases[i].sealed ? 60 : 5);
		if (cases[i].sealed)
			seal(&x.f, x.t, "ann", "ann");
		for (int s = 0; s < SIDE_COUNT; s++) {
			v[s][0] = some(&x.f, "INBOX", 1000, 1);
			v[s][1] = some(&x.f, "Work", 0,
				       s == SIDE_NEW && !cases[i].sealed ? 5 : 0);
			v[s][2] = (struct fx_folder)FE("Sent");
		}
		v[cases[i].unread][2] = (struct fx_folder){ .name = "Sent",
							    .outcome = FOLDER_UNREADABLE,
							    .error = "NO" };
		the_time += 60;
		read_both(&x.f, v[SIDE_OLD], v[SIDE_NEW], 3);
		assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_INCOMPLETE);
		text = told(&x,
			    cases[i].sealed ? FINDING_MASS_REMOVAL : FINDING_VANISHED);
		if (strstr(text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, text);
		fx_close(&x.f);
	}
}

/* What goes after the seal was compared as it was then. */
static void after_the_seal_the_baseline_speaks(void **state)
{
	struct trial x;

	(void)state;
	begin(&x);
	reading(&x, "Work", 0, 60, 0, 60);
	seal(&x.f, x.t, "ann", "ann");
	reading(&x, "Work", 0, 0, 0, 60);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_CLEAN);
	assert_null(strstr(reasons(&x.f, x.t), "vanished"));
	fx_close(&x.f);
	/* What users remove on the new side after it did arrive. */
	begin(&x);
	reading(&x, "Work", 0, 60, 0, 60);
	reading(&x, "Work", 0, 0, 0, 60);
	seal(&x.f, x.t, "ann", "ann");
	reading(&x, "Work", 0, 0, 0, 50);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_CLEAN);
	assert_null(strstr(reasons(&x.f, x.t), "vanished"));
	fx_close(&x.f);
	/* But what had gone before it stays said. */
	begin(&x);
	reading(&x, "Work", 0, 60, 0, 55);
	reading(&x, "Work", 0, 0, 0, 55);
	seal(&x.f, x.t, "ann", "ann");
	reading(&x, "Work", 0, 0, 0, 55);
	assert_int_equal(judged(&x.f, x.t).verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&x.f, x.t), "none doubt vanished old  x5\n"));
	fx_close(&x.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mass_that_went_and_did_not_arrive_is_told),
		cmocka_unit_test(
			what_lies_in_another_folder_or_under_new_uids_did_not_go),
		cmocka_unit_test(what_both_sides_lost_is_told),
		cmocka_unit_test(a_folder_that_went_took_its_mail_along),
		cmocka_unit_test(young_mail_of_inbox_was_fetched),
		cmocka_unit_test(a_loss_does_not_wane),
		cmocka_unit_test(what_only_the_new_side_held_may_not_all_go),
		cmocka_unit_test(each_wave_is_a_finding_and_says_what_went),
		cmocka_unit_test(after_the_seal_the_baseline_speaks),
		cmocka_unit_test(says_of_the_new_side_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
