/* SPDX-License-Identifier: MIT */
/* What happens over time: loss is told from deletion only against a baseline. */
#include "store/store_accept.h"
#include "tests/support/verify_time.h"

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
	a_seen[] = { { "<a@x>", 100, D0, SEEN, NULL, 1 }, MB(2) },
	a_written_on[] = { MB(2), { "<a@x>", 130, D0 + 90, 0, NULL, 3 } },
	a_draft[] = { { "<a@x>", 130, D0 + 90, 0, NULL, 5 } };

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
	{ "written on at the old side, under the same Message-ID", INBOX(ab), INBOX(ab),
	  INBOX(a_written_on), INBOX(ab), VERDICT_DIFFERS, 0,
	  "late loss message-missing old INBOX 3\n" },
	{ "moved on the old side", BOTH(ab, c), BOTH(ab, c), BOTH(b2, ca), BOTH(ab, c),
	  VERDICT_CLEAN, 0, "life info message-refiled old Work 7\n" },
	{ "the old folder deleted afterwards, with a loss in it", BOTH(ab, ca),
	  BOTH(ab, c), INBOX(ab), BOTH(ab, c), VERDICT_DIFFERS, 0,
	  "duplicate loss message-missing old Work 7\n" },
};

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
		read_both(&f, s->old, s->new, SIDES);
		seal(&f, t, "ann", "ann");
		read_both(&f, s->old_then, s->new_then, SIDES);
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

/* A draft never arrived, and the letter of the same Message-ID did: a copy of the letter
 * that its user made and threw away again was not the draft. */
static void a_copy_of_another_message_excuses_nothing(void **state)
{
	static const struct fx_folder old[SIDES] = BOTH(a, a_draft),
				      new[SIDES] = { F("INBOX", a), FE("Work") },
				      copied[SIDES] = BOTH(a, a7);
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_both(&f, old, new, SIDES);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	read_both(&f, old, copied, SIDES);
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	read_both(&f, old, new, SIDES);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_int_equal(j.count.removed, 0);
	assert_string_equal(reasons(&f, t),
			    "folder loss message-missing old Work 5\n");
	/* Both were there, and both are gone: that is life. */
	read_both(&f, old, old, SIDES);
	(void)judged(&f, t);
	read_both(&f, old, (struct fx_folder[SIDES]){ FE("INBOX"), FE("Work") }, 2);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	assert_int_equal(j.count.removed, 2);
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
	read_both(&f, two, two, SIDES);
	read_both(&f, two, one, SIDES);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t),
			    "removed doubt message-missing old INBOX 2\n");
	/* Deleted on the old side after it was copied. */
	read_both(&f, one, two, SIDES);
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
	read_both(&f, two, two, SIDES);
	seal(&f, t, "ann", "ann");
	/* The new side renumbered: life.  The old one: what came since is not known. */
	read_both(&f, two, renumbered, SIDES);
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	assert_string_equal(reasons(&f, t), "none info seal-unsound new INBOX\n");
	read_both(&f, renumbered, renumbered, SIDES);
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
	read_both(&f, three, two, SIDES);
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
	read_both(&f, three, one, SIDES);
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
	read_both(&f, read, unread, SIDES);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_false(j.flags_compared);
	assert_string_equal(reasons(&f, t), "login doubt evidence-stale new \n");
	f.rights[SIDE_NEW] = "lrswi";
	read_both(&f, read, unread, SIDES);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_DIFFERS);
	assert_int_equal(j.count.flags, 1);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_life_from_loss_after_the_seal),
		cmocka_unit_test(a_copy_of_another_message_excuses_nothing),
		cmocka_unit_test(without_a_seal_nothing_is_excused),
		cmocka_unit_test(a_seal_in_doubt_is_said),
		cmocka_unit_test(what_was_accepted_no_longer_fails),
		cmocka_unit_test(mail_in_the_wrong_account_is_named_on_both_sides),
		cmocka_unit_test(flags_of_another_login_are_not_known),
		cmocka_unit_test(sides_read_too_far_apart_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
