/* SPDX-License-Identifier: MIT */
/* What happens over time: loss is told from deletion only against a baseline. */
#include "store/store_accept.h"
#include "tests/support/verify_fixture.h"

/* The clock of this program. */
static int64_t the_time = INT64_C(1800000000);

int64_t clock_now(void)
{
	return the_time;
}

int64_t clock_mono_ms(void)
{
	return the_time * 1000;
}

#define SEEN MSG_SEEN

#define MA(uid)                                                                          \
	{                                                                                \
		"<a@x>", 100, D0, 0, NULL, uid                                           \
	}
#define MB(uid)                                                                          \
	{                                                                                \
		"<b@x>", 200, D0 + 1, 0, NULL, uid                                       \
	}
#define MC(uid)                                                                          \
	{                                                                                \
		"<c@x>", 300, D0 + 2, 0, NULL, uid                                       \
	}
#define MD(uid)                                                                          \
	{                                                                                \
		"<d@x>", 400, D0 + 3, 0, NULL, uid                                       \
	}

static const struct fx_message
	a[] = { MA(1) },
	ab[] = { MA(1), MB(2) }, b2[] = { MB(2) }, c[] = { MC(3) },
	cb[] = { MC(3), MB(9) }, ca[] = { MC(3), MA(7) }, abc[] = { MA(1), MB(2), MC(3) },
	abd[] = { MA(1), MB(2), MD(3) }, aa[] = { MA(1), MA(2) }, a7[] = { MA(7) },
	ab_dated[] = { MA(1), { "<b@x>", 200, D0 + 400 * DAY, SEEN, NULL, 9 } },
	b_dated[] = { { "<b@x>", 200, D0 + 400 * DAY, 0, NULL, 9 } },
	ab_less[] = { MA(1), { "<b@x>", 150, D0 + 1, 0, NULL, 9 } },
	a_seen[] = { { "<a@x>", 100, D0, SEEN, NULL, 1 }, MB(2) };

#define INBOX(v)                                                                         \
	{                                                                                \
		F("INBOX", v)                                                            \
	}
#define BOTH(v, w)                                                                       \
	{                                                                                \
		F("INBOX", v), F("Work", w)                                              \
	}
#define SIDES 3

static const struct scene {
	const char *what;
	/* read first, and sealed then; read again afterwards */
	struct fx_folder old[SIDES], new[SIDES], old_then[SIDES], new_then[SIDES];
	enum verdict want;
	int64_t removed;
	const char *reasons;
} scenes[] = {
	{ "nothing happened", INBOX(ab), INBOX(ab), INBOX(ab), INBOX(ab), VERDICT_CLEAN,
	  0, "" },
	{ "lost at the move", INBOX(ab), INBOX(a), INBOX(ab), INBOX(a), VERDICT_DIFFERS,
	  0, "unexplained loss message-missing old INBOX 2\n" },
	{ "deleted by its user", INBOX(ab), INBOX(ab), INBOX(ab), INBOX(a), VERDICT_CLEAN,
	  1, "removed info message-removed new \n" },
	{ "lost at the move, and one deleted by its user", INBOX(abc), INBOX(ab),
	  INBOX(abc), INBOX(a), VERDICT_DIFFERS, 1,
	  "unexplained loss message-missing old INBOX 3\n"
	  "removed info message-removed new \n" },
	{ "moved by its user", BOTH(ab, c), BOTH(ab, c), BOTH(ab, c), BOTH(a, cb),
	  VERDICT_CLEAN, 0, "refiled info message-refiled old INBOX 2 >Work\n" },
	{ "moved by its user, then deleted there", BOTH(ab, c), BOTH(ab, c), BOTH(ab, c),
	  BOTH(a, c), VERDICT_CLEAN, 1, "removed info message-removed new \n" },
	{ "deleted, and put back on another day", INBOX(ab), INBOX(ab), INBOX(ab),
	  INBOX(ab_dated), VERDICT_DIFFERS, 0, "unexplained loss date old INBOX 2\n" },
	{ "deleted, and put back elsewhere on another day", BOTH(ab, c), BOTH(ab, c),
	  BOTH(ab, c), BOTH(a, b_dated), VERDICT_DIFFERS, 1,
	  "unexplained loss date old INBOX 2 >Work\n"
	  "refiled info message-refiled old INBOX 2 >Work\n"
	  "removed info message-removed new \n" },
	{ "deleted, and put back with less in it", INBOX(ab), INBOX(ab), INBOX(ab),
	  INBOX(ab_less), VERDICT_DIFFERS, 0, "unexplained doubt octets old INBOX 2\n" },
	{ "its folder deleted by its user", BOTH(ab, c), BOTH(ab, c), BOTH(ab, c),
	  INBOX(ab), VERDICT_CLEAN, 1,
	  "life info folder-missing old Work\n"
	  "removed info message-removed new \n" },
	{ "its folder renamed by its user",
	  BOTH(ab, c),
	  BOTH(ab, c),
	  BOTH(ab, c),
	  { F("INBOX", ab), F("Play", c) },
	  VERDICT_CLEAN,
	  0,
	  "refiled info message-refiled old Work 3 >Play\n"
	  "life info folder-missing old Work\n"
	  "life info folder-extra new Play\n" },
	{ "came later on the old side", INBOX(ab), INBOX(ab), INBOX(abc), INBOX(ab),
	  VERDICT_DIFFERS, 0, "late loss message-missing old INBOX 3\n" },
	{ "new mail", INBOX(ab), INBOX(ab), INBOX(ab), INBOX(abd), VERDICT_CLEAN, 0,
	  "life info message-extra new INBOX 3\n" },
	{ "read by its user", INBOX(ab), INBOX(ab), INBOX(ab), INBOX(a_seen),
	  VERDICT_CLEAN, 0, "" },
	{ "deleted on the old side afterwards, though it never arrived", INBOX(ab),
	  INBOX(a), INBOX(a), INBOX(a), VERDICT_DIFFERS, 0,
	  "unexplained loss message-missing old INBOX 2\n" },
	{ "one of two copies never arrived; the other was moved about",
	  INBOX(aa),
	  INBOX(a),
	  INBOX(aa),
	  { FE("INBOX"), F("Work", a7) },
	  VERDICT_DIFFERS,
	  0,
	  "duplicate loss message-missing old INBOX 2\n"
	  "refiled info message-refiled old INBOX 1 >Work\n"
	  "life info folder-extra new Work\n" },
	{ "moved on the old side", BOTH(ab, c), BOTH(ab, c), BOTH(b2, ca), BOTH(ab, c),
	  VERDICT_CLEAN, 0, "life info message-refiled old Work 7\n" },
	{ "the old folder deleted afterwards, with a loss in it", BOTH(ab, ca),
	  BOTH(ab, c), INBOX(ab), BOTH(ab, c), VERDICT_DIFFERS, 0,
	  "duplicate loss message-missing old Work 7\n" },
};

static size_t count(const struct fx_folder *v)
{
	size_t n = 0;

	while (n < SIDES && v[n].name != NULL)
		n++;
	return n;
}

static void read_both(struct fx *f, const struct fx_folder *old,
		      const struct fx_folder *new)
{
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", old, count(old));
	fx_read(f, SIDE_NEW, "ann", new, count(new));
	fx_audit_end(f);
}

static struct judgement judged(struct fx *f, int64_t t)
{
	struct verify_options o = options(&t, 1);
	struct judgement j;

	verify(f, &o);
	j = judgement(f, t);
	check_sums(0, &j);
	return j;
}

static void tells_life_from_loss_after_the_seal(void **state)
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
		read_both(&f, s->old, s->new);
		seal(&f, t, "ann", "ann");
		read_both(&f, s->old_then, s->new_then);
		j = judged(&f, t);
		got = reasons(&f, t);
		if (j.verdict != s->want || j.count.removed != s->removed)
			fail_msg("%s: %s, %lld removed:\n%s", s->what,
				 verdict_name(j.verdict), (long long)j.count.removed,
				 got);
		if (*s->reasons != '?' && strcmp(got, s->reasons) != 0)
			fail_msg("%s:\n%s", s->what, got);
		assert_int_not_equal(j.seal, 0);
		/* Judged again it is the same. */
		j = judged(&f, t);
		assert_string_equal(reasons(&f, t), got);
		fx_close(&f);
	}
}

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
		read_both(&f, all, all);
		seal(&f, t, "ann", "ann");
		if (cases[i].mover)
			fx_ok(store_event_add(f.st, t, "presync", clock_now() + 5,
					      "tester", "", &err));
		read_both(&f, all, rest);
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
	read_both(&f, seen, unread);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&f, t), "login doubt flags old INBOX 20\n"));
	assert_int_equal(j.doubt, 20);
	/* Right at the seal, lost afterwards. */
	read_both(&f, seen, seen);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	read_both(&f, seen, unread);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "life loss mass-flags new  x20\n");
	/* What the old side makes of its flags later is its own affair. */
	read_both(&f, unread, seen);
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	fx_close(&f);
}

/* Without a baseline the history helps to explain, and excuses nothing. */
static void without_a_seal_nothing_is_excused(void **state)
{
	static const struct fx_folder two[SIDES] = INBOX(ab), one[SIDES] = INBOX(a);
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_both(&f, two, two);
	read_both(&f, two, one);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t),
			    "removed doubt message-missing old INBOX 2\n");
	/* Deleted on the old side after it was copied. */
	read_both(&f, one, two);
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	assert_string_equal(reasons(&f, t),
			    "resurrected info message-extra new INBOX 2\n");
	fx_close(&f);
}

static void a_seal_in_doubt_is_said(void **state)
{
	static const struct fx_folder two[SIDES] = INBOX(ab);
	static const struct fx_folder renumbered[SIDES] = {
		{ .name = "INBOX", FX_MESSAGES(ab), .uidvalidity = 7 }
	};
	struct seal s = {
		.at = 1, .sound = false, .teller = "t", .note = "mail still flowed"
	};
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_both(&f, two, two);
	seal(&f, t, "ann", "ann");
	/* The new side renumbered: life.  The old one: what came since is not known. */
	read_both(&f, two, renumbered);
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	assert_string_equal(reasons(&f, t), "none info seal-unsound new INBOX\n");
	read_both(&f, renumbered, renumbered);
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "none doubt seal-unsound old INBOX\n"
					    "none info seal-unsound new INBOX\n");
	s.transfer = t;
	s.run[0] = s.run[1] = f.run;
	fx_ok(store_seal_add(f.st, &s, NULL, 0, &s.id, &err));
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	assert_non_null(strstr(reasons(&f, t), "none doubt seal-unsound old \n"));
	fx_close(&f);
}

/* The fingerprint of the first finding. */
static struct sha256 first_fingerprint(struct fx *f, int64_t t)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	store_findings_close(it);
	return x.fingerprint;
}

static void what_was_accepted_no_longer_fails(void **state)
{
	static const struct fx_folder three[SIDES] = INBOX(abc), two[SIDES] = INBOX(ab),
				      one[SIDES] = INBOX(a);
	struct acceptance take = {
		.at = 1, .teller = "owner", .reason = "spam", .what = "{}"
	};
	struct err err = ERR_INIT;
	struct sha256 fp;
	struct judgement j;
	struct fx f;
	int64_t t, first;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_both(&f, three, two);
	j = judged(&f, t);
	assert_int_equal(j.doubt, 1);
	fp = first_fingerprint(&f, t);
	fx_ok(store_finding_first(f.st, &fp, &first, &err));
	fx_ok(store_accept(f.st, &take, &fp, 1, &err));
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	assert_int_equal(j.accepted, 1);
	assert_int_equal(j.doubt, 0);
	assert_string_equal(findings(&f, t),
			    "accepted doubt message-missing old INBOX 3\n");
	{
		int64_t again;

		fx_ok(store_finding_first(f.st, &fp, &again, &err));
		assert_int_equal(again, first);
	}
	/* A new one is not covered. */
	read_both(&f, three, one);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_int_equal(j.accepted, 1);
	assert_int_equal(j.doubt, 1);
	fx_close(&f);
}

static void mail_in_the_wrong_account_is_named_on_both_sides(void **state)
{
	static const struct fx_folder ann[SIDES] = INBOX(ab), ann_new[SIDES] = INBOX(a);
	static const struct fx_folder bob[SIDES] = INBOX(c), bob_new[SIDES] = BOTH(c, b2);
	struct verify_options o;
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "bob", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", ann, 1);
	fx_read(&f, SIDE_NEW, "ann", ann_new, 1);
	fx_read(&f, SIDE_OLD, "bob", bob, 1);
	fx_read(&f, SIDE_NEW, "bob", bob_new, 2);
	fx_audit_end(&f);
	o = options(t, 2);
	verify(&f, &o);
	assert_string_equal(
		reasons(&f, t[0]),
		"other-account loss message-misdelivered old INBOX 2 >bob: Work\n");
	assert_string_equal(
		reasons(&f, t[1]),
		"other-account loss message-misdelivered new Work 2 >ann: INBOX\n"
		"none info folder-extra new Work\n");
	assert_int_equal(judgement(&f, t[0]).count.missing, 1);
	assert_int_equal(judgement(&f, t[1]).count.extra, 1);
	/* Once it is where it belongs, nobody speaks of it any more. */
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "ann", ann, 1);
	fx_audit_end(&f);
	verify(&f, &o);
	assert_string_equal(reasons(&f, t[0]), "");
	assert_string_equal(reasons(&f, t[1]),
			    "unexplained doubt message-extra new Work 2\n"
			    "none info folder-extra new Work\n");
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
		read_both(&f, old, new);
		j = judged(&f, t);
		if (strcmp(reasons(&f, t), cases[i].want) != 0)
			fail_msg("case %zu:\n%s", i, reasons(&f, t));
		assert_int_equal(j.count.date, 30);
		fx_close(&f);
	}
}

static void sides_read_too_far_apart_are_not_compared(void **state)
{
	static const struct fx_folder two[SIDES] = INBOX(ab);
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", two, 1);
	fx_audit_end(&f);
	the_time += 7200;
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "ann", two, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t).verdict, VERDICT_CLEAN);
	o.max_gap = 7200;
	verify(&f, &o);
	assert_int_equal(judgement(&f, t).verdict, VERDICT_CLEAN);
	o.max_gap = 7199;
	verify(&f, &o);
	assert_int_equal(judgement(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_string_equal(reasons(&f, t), "none doubt evidence-stale old \n");
	fx_close(&f);
}

/* An admin who reads through an ACL sees flags of his own: nothing is lost, and nothing
 * is known. */
static void flags_of_another_login_are_not_known(void **state)
{
	static const struct fx_folder unread[SIDES] = INBOX(ab),
				      read[SIDES] = INBOX(a_seen);
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	f.rights[SIDE_NEW] = "lr";
	read_both(&f, read, unread);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_false(j.flags_compared);
	assert_string_equal(reasons(&f, t), "login doubt evidence-stale new \n");
	f.rights[SIDE_NEW] = "lrswi";
	read_both(&f, read, unread);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_int_equal(j.count.flags, 1);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_life_from_loss_after_the_seal),
		cmocka_unit_test(a_mass_is_an_alarm_and_a_handful_is_life),
		cmocka_unit_test(a_mass_over_many_accounts_is_one_alarm),
		cmocka_unit_test(seen_lost_in_a_mass_is_an_alarm),
		cmocka_unit_test(without_a_seal_nothing_is_excused),
		cmocka_unit_test(a_seal_in_doubt_is_said),
		cmocka_unit_test(what_was_accepted_no_longer_fails),
		cmocka_unit_test(mail_in_the_wrong_account_is_named_on_both_sides),
		cmocka_unit_test(dates_with_one_cause_are_one_finding),
		cmocka_unit_test(flags_of_another_login_are_not_known),
		cmocka_unit_test(sides_read_too_far_apart_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
