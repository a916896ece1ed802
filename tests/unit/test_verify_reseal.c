/* SPDX-License-Identifier: MIT */
/* A new seal is a new baseline, and no pardon: what was to arrive since the first one and
 * never did stays open when the old side loses it, too. */
#include "tests/support/verify_time.h"

#include "store/store_accept.h"

#define M(octets, date, uid)                                                             \
	{                                                                                \
		"<a@x>", octets, D0 + (date), 0, NULL, uid                               \
	}
#define OTHER(uid)                                                                       \
	{                                                                                \
		"<z@x>", 900, D0 + 90, 0, NULL, uid                                      \
	}
#define SIDES 3
#define STEPS 5

static const struct fx_message z[] = { OTHER(1) }, zA[] = { OTHER(1), M(100, 1, 2) },
			       zA9[] = { OTHER(1), M(100, 1, 9) }, A[] = { M(100, 1, 1) },
			       zAA[] = { OTHER(1), M(100, 1, 2), M(100, 1, 3) },
			       zB[] = { OTHER(1), M(200, 2, 3) },
			       zAB[] = { OTHER(1), M(100, 1, 2), M(200, 2, 3) },
			       zX[] = { OTHER(1), M(777, 7, 9) },
			       zU[] = { OTHER(1),
					{ "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 2 } };

#define INBOX(v)                                                                         \
	{                                                                                \
		F("INBOX", v)                                                            \
	}
#define BOTH(v, w)                                                                       \
	{                                                                                \
		F("INBOX", v), F("Work", w)                                              \
	}
#define SUB(v, w)                                                                        \
	{                                                                                \
		F("INBOX", v), F("Sub", w)                                               \
	}

enum { SEAL = 1, VERIFY = 2, BACK = 4 };

static const struct scene {
	const char *what;
	/* Read one after the other, with what is done then. */
	struct step {
		struct fx_folder old[SIDES], new[SIDES];
		unsigned then;
	} step[STEPS];
	enum verdict want;
	int64_t missing;
	const char *reasons; /* "?": whatever they are */
} scenes[] = {
	{ "told as lost, removed by its owner, sealed again",
	  { { INBOX(zA), INBOX(z), SEAL | VERIFY }, { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 2\n" },
	{ "nobody told, which makes it no better",
	  { { INBOX(zA), INBOX(z), SEAL }, { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 2\n" },
	{ "however often it is sealed",
	  { { INBOX(zA), INBOX(z), SEAL },
	    { INBOX(z), INBOX(z), SEAL },
	    { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 2\n" },
	{ "it went before there was any seal: its owner's, or a mass",
	  { { INBOX(zA), INBOX(z), VERIFY }, { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "it was there at the first seal",
	  { { INBOX(zA), INBOX(zA), SEAL }, { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "the mover brought it before the second",
	  { { INBOX(zA), INBOX(z), SEAL | VERIFY },
	    { INBOX(zA), INBOX(zA9), 0 },
	    { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "or after it, from a backup",
	  { { INBOX(zA), INBOX(z), SEAL },
	    { INBOX(z), INBOX(z), SEAL | VERIFY },
	    { INBOX(z), INBOX(zA9), 0 } },
	  VERDICT_CLEAN,
	  0,
	  "?" },
	{ "in another folder",
	  { { INBOX(zA), INBOX(z), SEAL }, { INBOX(z), BOTH(z, A), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "?" },
	{ "its owner filed it on the old side, and that was copied",
	  { { BOTH(zA, z), BOTH(zA, z), SEAL }, { BOTH(z, zA9), BOTH(z, zA9), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "and that was not: one message, told once",
	  { { BOTH(zA, z), BOTH(z, z), SEAL }, { BOTH(z, zA9), BOTH(z, z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "unexplained loss message-missing old Work 9\n" },
	{ "its folder was renamed there, and copied under the new name",
	  { { BOTH(z, A), BOTH(z, A), SEAL }, { SUB(z, A), SUB(z, A), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "its folder went with it",
	  { { BOTH(z, A), BOTH(z, z), SEAL }, { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old Work 1\n" },
	{ "one of two alike",
	  { { INBOX(zAA), INBOX(zA), SEAL }, { INBOX(zA), INBOX(zA), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 3\n" },
	{ "one of two that share a Message-ID, the other is not there either",
	  { { INBOX(zAB), INBOX(z), SEAL }, { INBOX(zB), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  2,
	  "old-gone loss message-missing old INBOX 2\n"
	  "unexplained loss message-missing old INBOX 3\n" },
	{ "the other one arrived",
	  { { INBOX(zAB), INBOX(zB), SEAL }, { INBOX(zB), INBOX(zB), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 2\n" },
	{ "something of its Message-ID is there, of another size and date",
	  { { INBOX(zA), INBOX(zX), SEAL }, { INBOX(z), INBOX(zX), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "?" },
	{ "its date was never told",
	  { { INBOX(zU), INBOX(zA), SEAL }, { INBOX(z), INBOX(zA), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "?" },
	{ "what comes and goes between two seals is for somebody to look at",
	  { { INBOX(z), INBOX(z), SEAL },
	    { INBOX(zA), INBOX(z), VERIFY },
	    { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone doubt message-missing old INBOX 2\n" },
	{ "late mail in a folder that was made after the seal, and went",
	  { { INBOX(z), INBOX(z), SEAL },
	    { BOTH(z, A), INBOX(z), 0 },
	    { INBOX(z), INBOX(z), 0 } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old Work 1\n" },
	{ "it was filed from there, and is told of where it lies",
	  { { INBOX(z), INBOX(z), SEAL },
	    { BOTH(z, A), INBOX(z), 0 },
	    { INBOX(zA9), INBOX(z), 0 } },
	  VERDICT_DIFFERS,
	  1,
	  "late loss message-missing old INBOX 9\n" },
	{ "or was brought to the new side",
	  { { INBOX(z), INBOX(z), SEAL },
	    { BOTH(z, A), INBOX(z), 0 },
	    { INBOX(z), INBOX(zA9), 0 } },
	  VERDICT_CLEAN,
	  0,
	  "?" },
	{ "mail went back to the old server: what happens there is its owner's doing",
	  { { INBOX(zA), INBOX(z), SEAL | VERIFY | BACK },
	    { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_CLEAN,
	  0,
	  "" },
	{ "but from the next seal on it is not",
	  { { INBOX(z), INBOX(z), SEAL | BACK },
	    { INBOX(zA), INBOX(z), SEAL },
	    { INBOX(z), INBOX(z), SEAL } },
	  VERDICT_DIFFERS,
	  1,
	  "old-gone loss message-missing old INBOX 2\n" },
};

static void live(struct fx *f, int64_t t, const struct step *s)
{
	struct err err = ERR_INIT;

	the_time += 60;
	read_both(f, s->old, s->new, SIDES);
	if ((s->then & SEAL) != 0)
		seal(f, t, "ann", "ann");
	if ((s->then & VERIFY) != 0)
		(void)judged(f, t);
	if ((s->then & BACK) != 0)
		fx_ok(store_event_add(f->st, t, "rollback", the_time, "tester", "",
				      &err));
}

static void a_new_seal_is_no_pardon(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct judgement j;
		const char *got;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		for (size_t k = 0; k < STEPS && s->step[k].old[0].name != NULL; k++)
			live(&f, t, &s->step[k]);
		j = judged(&f, t);
		got = reasons(&f, t);
		if (j.verdict != s->want || j.count.missing != s->missing ||
		    (*s->reasons != '?' && strcmp(got, s->reasons) != 0))
			fail_msg("%s: %s, %lld missing:\n%s", s->what,
				 verdict_name(j.verdict), (long long)j.count.missing,
				 got);
		fx_close(&f);
	}
}

/* Who accepted a loss has accepted it, whatever becomes of it on the old side. */
static void what_was_accepted_stays_accepted(void **state)
{
	static const struct fx_folder two[] = INBOX(zAA), one[] = INBOX(zA);
	struct acceptance take = { .at = 1, .teller = "owner", .reason = "r", .what = "{}" };
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct sha256 fp;
	struct finding x;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	the_time += 60;
	read_both(&f, two, one, 1);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	fx_ok(store_findings_open(f.st, t, &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	fp = x.fingerprint;
	store_findings_close(it);
	fx_ok(store_accept(f.st, &take, &fp, 1, &err));
	the_time += 60;
	read_both(&f, one, one, 1);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	assert_string_equal(reasons(&f, t),
			    "accepted old-gone loss message-missing old INBOX 3\n");
	fx_close(&f);
}

/* Two of one Message-ID, one named where it lies, one where it was: accepting the one
 * covers not the other. */
static void each_is_accepted_by_itself(void **state)
{
	static const struct fx_folder both[] = INBOX(zAB), one[] = INBOX(zB),
				      none[] = INBOX(z);
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct sha256 fp[2];
	struct finding x;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	the_time += 60;
	read_both(&f, both, none, 1);
	seal(&f, t, "ann", "ann");
	the_time += 60;
	read_both(&f, one, none, 1);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).count.missing, 2);
	fx_ok(store_findings_open(f.st, t, &it, &err));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
		fp[i] = x.fingerprint;
	}
	store_findings_close(it);
	assert_memory_not_equal(&fp[0], &fp[1], sizeof fp[0]);
	fx_close(&f);
}

/* A folder of the old side that gets new numbers takes along what it then lacks. */
static void new_numbers_hide_nothing(void **state)
{
	static const struct fx_folder before[] = INBOX(zAB), there[] = INBOX(zB),
				      after[] = { { .name = "INBOX",
						    .uidvalidity = 7,
						    FX_MESSAGES(zB) } };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	the_time += 60;
	read_both(&f, before, there, 1);
	seal(&f, t, "ann", "ann");
	the_time += 60;
	read_both(&f, after, there, 1);
	assert_int_equal(judged(&f, t).count.missing, 1);
	the_time += 60;
	read_both(&f, after, there, 1);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "old-gone loss message-missing old INBOX 2\n");
	fx_close(&f);
}

/* Of INBOX. */
static int64_t epoch_of(struct fx *f, enum side side)
{
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	return v->epoch;
}

/* A mover gave a Message-ID to what had none: header fields that were looked up while
 * both were there tell that it arrived. */
static void what_arrived_under_another_name_arrived(void **state)
{
	static const struct fx_message bare[] = {
		OTHER(1), { "2:bare", 100, D0, 0, NULL, 2 }
	},
				       named[] = { OTHER(1),
						   { "<m@x>", 100, D0, 0, NULL, 2 } };
	static const struct fx_folder old[] = INBOX(bare), new[] = INBOX(named),
				      none[] = INBOX(z);

	(void)state;
	for (int looked = 0; looked < 2; looked++) {
		const struct message_detail d = { .subject = "s" };
		const struct msg_key key = fx_key("2:bare");
		struct err err = ERR_INIT;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		the_time += 60;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old, 1);
		fx_read(&f, SIDE_NEW, "ann", new, 1);
		if (looked)
			fx_ok(store_detail_put(f.st, epoch_of(&f, SIDE_NEW), 2, &d, &key,
					       &err));
		fx_audit_end(&f);
		seal(&f, t, "ann", "ann");
		the_time += 60;
		read_both(&f, none, new, 1);
		seal(&f, t, "ann", "ann");
		assert_int_equal(judged(&f, t).count.missing, looked ? 0 : 1);
		fx_close(&f);
	}
}

/* Several people's mail in one account: each has seals of its own. */
static void each_member_has_its_own(void **state)
{
	static const struct fx_folder with[] = INBOX(zA), without[] = INBOX(z);
	struct verify_options o;
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "team", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "team", "", "");
	read_one(&f, SIDE_OLD, "ann", without, 1);
	read_one(&f, SIDE_OLD, "bob", with, 1);
	read_one(&f, SIDE_NEW, "team", without, 1);
	seal(&f, t[0], "ann", "team");
	seal(&f, t[1], "bob", "team");
	read_one(&f, SIDE_OLD, "bob", without, 1);
	seal(&f, t[0], "ann", "team");
	seal(&f, t[1], "bob", "team");
	o = options(t, 2);
	verify(&f, &o);
	assert_non_null(strstr(reasons(&f, t[1]), "old-gone loss message-missing"));
	assert_null(strstr(reasons(&f, t[0]), "old-gone"));
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_seal_is_no_pardon),
		cmocka_unit_test(what_was_accepted_stays_accepted),
		cmocka_unit_test(each_is_accepted_by_itself),
		cmocka_unit_test(new_numbers_hide_nothing),
		cmocka_unit_test(what_arrived_under_another_name_arrived),
		cmocka_unit_test(each_member_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
