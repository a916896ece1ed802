/* SPDX-License-Identifier: MIT */
/* What is removed after the seal excuses what it was, and nothing else. */
#include "tests/support/verify_time.h"

#define M(octets, date, uid)                                                             \
	{                                                                                \
		"<a@x>", octets, D0 + (date), 0, NULL, uid                               \
	}
#define OTHER(uid)                                                                       \
	{                                                                                \
		"<z@x>", 900, D0 + 90, 0, NULL, uid                                      \
	}
#define SIDES 3
#define STEPS 3

/* Messages of one Message-ID, but for z; which of them is which their sizes tell. */
static const struct fx_message
	z[] = { OTHER(1) },
	zA[] = { OTHER(1), M(100, 1, 2) }, zA9[] = { OTHER(1), M(100, 1, 9) },
	A[] = { M(100, 1, 1) }, AA[] = { M(100, 1, 1), M(100, 1, 2) },
	AB[] = { M(100, 1, 1), M(200, 2, 2) },
	ABC[] = { M(100, 1, 1), M(200, 2, 2), M(300, 3, 3) },
	AAF[] = { M(100, 1, 1),
		  M(100, 1, 2),
		  { "<a@x>", 777, MSG_DATE_UNKNOWN, 0, NULL, 3 } },
	ACC[] = { M(100, 1, 1), M(300, 3, 2), M(300, 3, 3) },
	FCC[] = { M(300, 3, 2), M(300, 3, 3), M(777, 7, 4) },
	AAF2[] = { M(100, 1, 1), M(100, 1, 2), M(250, 2, 3) },
	AF[] = { M(100, 1, 1), M(777, 2, 3) }, AX[] = { M(100, 1, 1), M(777, 7, 3) },
	AY[] = { M(100, 1, 1), M(200, 7, 3) }, F[] = { M(777, 7, 9) },
	z_sized[] = { OTHER(1), { "<a@x>", -1, D0, 0, NULL, 2 } },
	z_sized9[] = { OTHER(1), { "<a@x>", -1, D0, 0, NULL, 9 } },
	z_undated9[] = { OTHER(1), { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 9 } },
	z_undated[] = { OTHER(1), { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 2 } };

#define INBOX(v)                                                                         \
	{                                                                                \
		F("INBOX", v)                                                            \
	}
#define BOTH(v, w)                                                                       \
	{                                                                                \
		F("INBOX", v), F("Work", w)                                              \
	}
#define NONE                                                                             \
	{                                                                                \
		FE("INBOX")                                                              \
	}

static const struct scene {
	const char *what;
	/* Read one after the other; after the first of them comes the seal. */
	struct step {
		struct fx_folder old[SIDES], new[SIDES];
	} step[STEPS];
	enum verdict want;
	int64_t removed, missing;
	const char *reasons;
} scenes[] = {
	{ "all were there",
	  { { INBOX(ABC), INBOX(ABC) }, { INBOX(ABC), NONE } },
	  VERDICT_CLEAN,
	  3,
	  0,
	  "removed info message-removed new  x3\n" },
	{ "one that may be any of two is one of them",
	  { { INBOX(ABC), INBOX(AAF) }, { INBOX(ABC), NONE } },
	  VERDICT_DIFFERS,
	  2,
	  1,
	  "unexplained loss message-missing old INBOX 3\n"
	  "removed info message-removed new  x2\n" },
	{ "two, one of another size: it was there, and perhaps not all of it",
	  { { INBOX(AB), INBOX(AF) }, { INBOX(AB), NONE } },
	  VERDICT_DIFFERS,
	  2,
	  0,
	  "unexplained doubt octets old INBOX 2\n"
	  "removed info message-removed new  x2\n" },
	{ "two, one of another date",
	  { { INBOX(AB), INBOX(AY) }, { INBOX(AB), NONE } },
	  VERDICT_CLEAN,
	  2,
	  0,
	  "removed info message-removed new  x2\n" },
	{ "one that has neither its size nor its date was not it",
	  { { INBOX(AB), INBOX(AX) }, { INBOX(AB), NONE } },
	  VERDICT_DIFFERS,
	  1,
	  1,
	  "unexplained loss message-missing old INBOX 2\n"
	  "removed info message-removed new \n" },
	{ "a copy too many and one of another size",
	  { { INBOX(AB), INBOX(AAF2) }, { INBOX(AB), INBOX(A) } },
	  VERDICT_DIFFERS,
	  1,
	  0,
	  "unexplained doubt octets old INBOX 2\n"
	  "removed info message-removed new \n" },
	{ "one was stored again in another size: that is no other one",
	  { { INBOX(ABC), INBOX(ACC) },
	    { INBOX(ABC), INBOX(FCC) },
	    { INBOX(ABC), NONE } },
	  VERDICT_DIFFERS,
	  2,
	  1,
	  "unexplained loss message-missing old INBOX 2\n"
	  "removed info message-removed new  x2\n" },
	{ "one that came after the seal and is like none is life",
	  { { INBOX(zA), INBOX(z) }, { INBOX(zA), BOTH(z, F) }, { INBOX(zA), INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "unexplained loss message-missing old INBOX 2\n" },
	{ "one that came after the seal and is just like it was brought",
	  { { INBOX(zA), INBOX(z) }, { INBOX(zA), INBOX(zA9) }, { INBOX(zA), INBOX(z) } },
	  VERDICT_CLEAN,
	  1,
	  0,
	  "removed info message-removed new \n" },
	{ "what came late is late where it came",
	  { { BOTH(z, z), BOTH(z, z) },
	    { BOTH(zA, z), BOTH(z, z) },
	    { BOTH(z, zA9), BOTH(z, z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "late loss message-missing old Work 9\n"
	  "life info message-refiled old INBOX 2\n" },
	{ "and when it goes it has not been moved",
	  { { INBOX(z), INBOX(z) }, { INBOX(zA), INBOX(z) }, { INBOX(z), INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "late loss message-missing old INBOX 2\n" },
	{ "nor have two that came and went together",
	  { { INBOX(z), INBOX(z) },
	    { BOTH(zA, A), INBOX(z) },
	    { { F("INBOX", z), FE("Work") }, INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  2,
	  "late loss message-missing old INBOX 2\n"
	  "late loss message-missing old Work 1\n"
	  "empty doubt folder-missing old Work\n" },
	{ "also in a folder made after the seal",
	  { { INBOX(z), INBOX(z) },
	    { BOTH(z, A), INBOX(z) },
	    { { F("INBOX", z), FE("Work") }, INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "late loss message-missing old Work 1\n"
	  "empty doubt folder-missing old Work\n" },
	{ "and filed from there",
	  { { INBOX(z), INBOX(z) },
	    { BOTH(z, A), INBOX(z) },
	    { { F("INBOX", zA9), FE("Work") }, INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "?" },
	{ "also when that folder is gone by then",
	  { { INBOX(z), INBOX(z) },
	    { BOTH(z, A), INBOX(z) },
	    { { F("INBOX", zA9) }, INBOX(z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "late loss message-missing old INBOX 9\n" },
	{ "what was there is filed twice",
	  { { BOTH(zA, z), BOTH(zA, z) },
	    { BOTH(z, zA9), BOTH(zA, z) },
	    { { F("INBOX", z), F("Work", z), F("Sub", A) }, BOTH(zA, z) } },
	  VERDICT_DIFFERS,
	  0,
	  0,
	  "?" },
	{ "of no known size it is not known to be the same",
	  { { BOTH(z_sized, z), BOTH(z_sized, z) },
	    { BOTH(z, z_sized9), BOTH(z_sized, z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "?" },
	{ "nor of no known date",
	  { { BOTH(z_undated, z), BOTH(z_undated, z) },
	    { BOTH(z, z_undated9), BOTH(z_undated, z) } },
	  VERDICT_DIFFERS,
	  0,
	  1,
	  "?" },
	{ "two alike on the old side, and one that its user copied on the new one",
	  { { INBOX(AB), INBOX(A) }, { INBOX(AB), INBOX(AA) }, { INBOX(AB), NONE } },
	  VERDICT_DIFFERS,
	  1,
	  1,
	  "unexplained loss message-missing old INBOX 2\n"
	  "removed info message-removed new \n" },
};

static void what_was_removed_excuses_itself_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		for (size_t k = 0; k < STEPS && s->step[k].old[0].name != NULL; k++) {
			read_both(&f, s->step[k].old, s->step[k].new, SIDES);
			if (k == 0)
				seal(&f, t, "ann", "ann");
		}
		j = judged(&f, t);
		if (j.verdict != s->want || j.count.removed != s->removed ||
		    j.count.missing != s->missing ||
		    (*s->reasons != '?' && strcmp(reasons(&f, t), s->reasons) != 0))
			fail_msg("%s: %s, %lld removed, %lld missing:\n%s", s->what,
				 verdict_name(j.verdict), (long long)j.count.removed,
				 (long long)j.count.missing, reasons(&f, t));
		fx_close(&f);
	}
}

/* The mail of two people in one account: each in a place of its own. */
static void a_copy_of_somebody_elses_excuses_nothing(void **state)
{
	static const struct fx_folder both[] = { F("INBOX", zA) };
	static const struct fx_folder lost[] = { F("INBOX", z), F("Bob", zA) };
	static const struct fx_folder removed[] = { F("INBOX", z), F("Bob", z) };
	struct verify_options o;
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "team", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "team", "Bob", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", both, 1);
	fx_read(&f, SIDE_OLD, "bob", both, 1);
	fx_read(&f, SIDE_NEW, "team", lost, 2);
	fx_audit_end(&f);
	seal(&f, t[0], "ann", "team");
	seal(&f, t[1], "bob", "team");
	o = options(t, 2);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_DIFFERS);
	read_one(&f, SIDE_NEW, "team", removed, 2);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_DIFFERS);
	assert_int_equal(judgement(&f, t[0]).count.removed, 0);
	assert_int_equal(judgement(&f, t[0]).count.missing, 1);
	fx_close(&f);
}

/* Who shares the folders of somebody whose seal is older has a baseline of his own: what
 * was gone by then was not there. */
static void each_has_the_seal_of_its_own(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", z) };
	static const struct fx_folder bob[] = { F("INBOX", A) };
	static const struct fx_folder with[] = { F("INBOX", zA) };
	struct verify_options o;
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "team", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "team", "", "");
	read_one(&f, SIDE_OLD, "ann", ann, 1);
	read_one(&f, SIDE_OLD, "bob", bob, 1);
	read_one(&f, SIDE_NEW, "team", ann, 1);
	seal(&f, t[0], "ann", "team");
	read_one(&f, SIDE_NEW, "team", with, 1);
	read_one(&f, SIDE_NEW, "team", ann, 1);
	seal(&f, t[1], "bob", "team");
	o = options(t, 2);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_CLEAN);
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_DIFFERS);
	assert_int_equal(judgement(&f, t[1]).count.missing, 1);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_removed_excuses_itself_alone),
		cmocka_unit_test(a_copy_of_somebody_elses_excuses_nothing),
		cmocka_unit_test(each_has_the_seal_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
