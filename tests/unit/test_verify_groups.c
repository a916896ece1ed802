/* SPDX-License-Identifier: MIT */
/* Several transfers whose mail arrives in the same folders, and accounts side by side. */
#include "tests/support/verify_fixture.h"

#include "store/store_scan.h"

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

#define M(id, uid, octets, flags)                                                        \
	{                                                                                \
		"<" id "@x>", octets, D0 + (uid), flags, NULL, uid                       \
	}
static const struct fx_message a[] = { M("a", 1, 100, 0) }, b[] = { M("b", 2, 100, 0) },
			       ab[] = { M("a", 1, 100, 0), M("b", 2, 100, 0) },
			       seen_ab[] = { M("a", 1, 100, MSG_SEEN),
					     M("b", 2, 100, 0) },
			       seen_a[] = { M("a", 1, 100, MSG_SEEN) },
			       c[] = { M("c", 3, 100, 0) }, d[] = { M("d", 4, 100, 0) },
			       bc[] = { M("b", 2, 100, 0), M("c", 3, 100, 0) },
			       ad[] = { M("a", 1, 100, 0), M("d", 4, 100, 0) },
			       seen_abc[] = { M("a", 1, 100, MSG_SEEN), M("b", 2, 100, 0),
					      M("c", 3, 100, 0) };

static void read_one(struct fx *f, enum side side, const char *user,
		     const struct fx_folder *v, size_t n)
{
	fx_audit(f, DEPTH_FULL);
	fx_read(f, side, user, v, n);
	fx_audit_end(f);
}

/* Every message of either side gets one verdict, whosever it is. */
static void judged(struct fx *f, const int64_t *t, size_t n)
{
	struct verify_options o = options(t, n);
	struct judgement all = { 0 };

	verify(f, &o);
	for (size_t i = 0; i < n; i++) {
		struct judgement j = judgement(f, t[i]);

		match_count_add(&all.count, &j.count);
	}
	check_sums(0, &all);
}

/* Nine into one: a note names five of the others. */
static void a_crowd_of_members_is_named_shortly(void **state)
{
	static const char *const name[] = { "a1", "a2", "a3", "a4", "a5",
					    "a6", "a7", "a8", "a9" };
	static const struct {
		size_t n;
		const char *note;
	} cases[] = {
		{ 3, "Judged together with \"a2\", \"a3\", whose mail" },
		{ 7, "\"a2\", \"a3\", \"a4\", \"a5\", \"a6\", \"a7\", whose mail" },
		{ 8, "\"a2\", \"a3\", \"a4\", \"a5\", \"a6\" and 2 more, whose mail" },
		{ 9, "\"a2\", \"a3\", \"a4\", \"a5\", \"a6\" and 3 more, whose mail" },
	};
	static const struct fx_folder empty = FE("INBOX");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx f;
		int64_t t[COUNT_OF(name)];

		fx_open(&f);
		fx_audit(&f, DEPTH_FULL);
		for (size_t k = 0; k < cases[i].n; k++) {
			t[k] = fx_transfer(&f, name[k], name[k], "all", "", "");
			fx_read(&f, SIDE_OLD, name[k], &empty, 1);
		}
		fx_read(&f, SIDE_NEW, "all", &empty, 1);
		fx_audit_end(&f);
		judged(&f, t, cases[i].n);
		if (strstr(judgement(&f, t[0]).note, cases[i].note) == NULL)
			fail_msg("case %zu: %s", i, judgement(&f, t[0]).note);
		fx_close(&f);
	}
}

/* One has no old account, one does not move, and one is judged all the same; what is
 * extra is told once. */
static void members_of_every_kind_share_a_folder(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", ab) };
	static const struct fx_message ac[] = { M("a", 1, 100, 0), M("c", 3, 100, 0) };
	static const struct fx_folder new[] = { F("INBOX", ac), F("Else", b),
						FE("More") };
	struct fx f;
	int64_t t[4];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "nobody", NULL, "all", "", "");
	t[1] = fx_transfer(&f, "kept", "kept", "all", "", "keep");
	t[2] = fx_transfer(&f, "ann", "ann", "all", "", "");
	t[3] = fx_transfer(&f, "bob", "bob", "all", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "kept", old, 1);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_OLD, "bob", old, 1);
	fx_read(&f, SIDE_NEW, "all", new, 3);
	fx_audit_end(&f);
	judged(&f, t, 4);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_INCOMPLETE);
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_NOT_JUDGED);
	assert_string_equal(reasons(&f, t[0]), "none doubt account-unreadable old \n");
	assert_string_equal(reasons(&f, t[1]), "");
	/* Two of each and one of each arrived: one of each is missing. */
	assert_int_equal(
		judgement(&f, t[2]).count.missing + judgement(&f, t[3]).count.missing, 2);
	assert_int_equal(
		judgement(&f, t[2]).count.extra + judgement(&f, t[3]).count.extra, 1);
	assert_non_null(strstr(reasons(&f, t[2]), "none info folder-extra new More\n"));
	assert_null(strstr(reasons(&f, t[3]), "none info folder-extra new More\n"));
	fx_close(&f);
}

/* Nobody of them can be judged: what is on the new side is counted once. */
static void a_side_that_nobody_is_compared_with_is_counted_once(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", a) },
				      new[] = { F("INBOX", ab) };
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "all", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
	read_one(&f, SIDE_NEW, "all", new, 1);
	judged(&f, t, 2);
	assert_int_equal(judgement(&f, t[0]).count.new_messages, 2);
	assert_int_equal(judgement(&f, t[1]).count.new_messages, 0);
	/* One that is compared counts them himself. */
	read_one(&f, SIDE_OLD, "bob", old, 1);
	judged(&f, t, 2);
	assert_int_equal(judgement(&f, t[0]).count.new_messages, 0);
	assert_int_equal(judgement(&f, t[1]).count.new_messages, 2);
	/* One that does not move compares nothing. */
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "keep");
	judged(&f, t, 2);
	assert_int_equal(judgement(&f, t[0]).count.new_messages, 2);
	/* Nor does the first of them. */
	t[0] = fx_transfer(&f, "ann", "ann", "all", "", "keep");
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_fail(&f, SIDE_OLD, "bob", ACCOUNT_NO_LOGIN, "NO");
	fx_audit_end(&f);
	judged(&f, t, 2);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_NOT_JUDGED);
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_INCOMPLETE);
	assert_int_equal(judgement(&f, t[1]).count.new_unverified, 2);
	fx_close(&f);
}

/* Flags are judged at the seal of him whose message it is, wherever the folder is told.
 */
static void each_member_has_a_seal_of_its_own(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", seen_a) };
	static const struct fx_folder bob[] = { F("INBOX", b) };
	static const struct fx_folder both[] = { F("INBOX", ab) };
	static const struct fx_folder both_seen[] = { F("INBOX", seen_ab) };
	static const struct fx_folder anew[] = {
		{ .name = "INBOX", FX_MESSAGES(ab), .uidvalidity = 9 }
	};
	struct fx f;
	int64_t t[2];

	(void)state;
	for (int who = 0; who < 2; who++) {
		/* The first of both leads their folder. */
		const char *first = who == 0 ? "ann" : "bob";
		const char *second = who == 0 ? "bob" : "ann";
		int64_t ann_t, bob_t;

		fx_open(&f);
		t[0] = fx_transfer(&f, first, first, "all", "", "");
		t[1] = fx_transfer(&f, second, second, "all", "", "");
		ann_t = t[who == 0 ? 0 : 1];
		bob_t = t[who == 0 ? 1 : 0];
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", ann, 1);
		fx_read(&f, SIDE_OLD, "bob", bob, 1);
		fx_read(&f, SIDE_NEW, "all", both_seen, 1);
		fx_audit_end(&f);
		seal(&f, ann_t, "ann", "all");
		the_time += 60;
		/* \Seen goes afterwards: life. */
		read_one(&f, SIDE_NEW, "all", both, 1);
		judged(&f, t, 2);
		assert_string_equal(reasons(&f, ann_t), "");
		assert_non_null(strstr(judgement(&f, ann_t).note,
				       "Since the seal, flags changed on 1 messages"));
		/* The other one is sealed as well, and later: the older seal still tells.
		 */
		seal(&f, bob_t, "bob", "all");
		judged(&f, t, 2);
		assert_string_equal(reasons(&f, ann_t), "");
		assert_string_equal(reasons(&f, bob_t), "");
		/* Numbered anew: nothing of then is known of the new side. */
		read_one(&f, SIDE_NEW, "all", anew, 1);
		judged(&f, t, 2);
		assert_null(strstr(reasons(&f, ann_t), "flags"));
		fx_close(&f);
	}
}

/* A folder that was made after the seal is in none: who moved his mail there has no flags
 * of then in it, whoever else is there. */
static void a_folder_of_another_member_is_not_in_my_seal(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", seen_ab) };
	static const struct fx_folder bob[] = { F("INBOX", c), F("Work", d) };
	static const struct fx_folder at_seal[] = { F("INBOX", seen_abc) };
	static const struct fx_folder then[] = { F("INBOX", bc), F("Work", ad) };
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "all", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", ann, 1);
	fx_read(&f, SIDE_OLD, "bob", bob, 2);
	fx_read(&f, SIDE_NEW, "all", at_seal, 1);
	fx_audit_end(&f);
	seal(&f, t[0], "ann", "all");
	the_time += 60;
	read_one(&f, SIDE_NEW, "all", then, 2);
	judged(&f, t, 2);
	assert_string_equal(reasons(&f, t[0]),
			    "refiled info message-refiled old INBOX 1 >Work\n");
	assert_string_equal(reasons(&f, t[1]), "");
	fx_close(&f);
}

/* Of one member there is a seal, of the other none: what both lost, of every kind. */
static void removals_are_settled_for_him_who_was_sealed(void **state)
{
	static const struct fx_message x[] = { M("x", 1, 100, 0) };
	static const struct fx_message y[] = { { "2:y", 100, D0, 0, NULL, 1 } };
	static const struct fx_message xy[] = { M("x", 1, 100, 0),
						{ "2:y", 100, D0, 0, NULL, 2 } };
	static const struct fx_folder ann[] = { F("INBOX", x) },
				      bob[] = { F("INBOX", y) };
	static const struct fx_folder both[] = { F("INBOX", xy) },
				      none[] = { FE("INBOX") };
	struct fx f;
	int64_t t[2];

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "all", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", ann, 1);
	fx_read(&f, SIDE_OLD, "bob", bob, 1);
	fx_read(&f, SIDE_NEW, "all", both, 1);
	fx_audit_end(&f);
	seal(&f, t[1], "bob", "all");
	the_time += 60;
	read_one(&f, SIDE_NEW, "all", none, 1);
	judged(&f, t, 2);
	assert_string_equal(reasons(&f, t[0]),
			    "removed doubt message-missing old INBOX 1\n");
	assert_string_equal(reasons(&f, t[1]), "removed info message-removed new \n");
	fx_close(&f);
}

/* A removal is noticed against the oldest seal of all. */
static void removals_are_noticed_from_the_oldest_seal_on(void **state)
{
	static const struct fx_folder ann[] = { F("INBOX", a) },
				      bob[] = { F("INBOX", b) };
	static const struct fx_folder both[] = { F("INBOX", ab) },
				      empty[] = { FE("INBOX") };
	struct fx f;
	int64_t t[3];

	(void)state;
	for (int late = 0; late < 2; late++) {
		fx_open(&f);
		t[0] = fx_transfer(&f, "ann", "ann", "all", "", "");
		t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
		t[2] = fx_transfer(&f, "cid", "cid", "all", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", ann, 1);
		fx_read(&f, SIDE_OLD, "bob", bob, 1);
		fx_read(&f, SIDE_OLD, "cid", empty, 1);
		fx_read(&f, SIDE_NEW, "all", both, 1);
		fx_audit_end(&f);
		seal(&f, t[late], late == 0 ? "ann" : "bob", "all");
		the_time += 60;
		read_one(&f, SIDE_NEW, "all", both, 1);
		seal(&f, t[!late], late == 0 ? "bob" : "ann", "all");
		the_time += 60;
		read_one(&f, SIDE_NEW, "all", empty, 1);
		judged(&f, t, 3);
		assert_string_equal(reasons(&f, t[0]),
				    "removed info message-removed new \n");
		assert_string_equal(reasons(&f, t[1]),
				    "removed info message-removed new \n");
		fx_close(&f);
	}
}

/* A longer prefix takes its folders from the shorter one; one that is listed no more, or
 * lands in the same place, takes nothing. */
static void a_neighbour_has_its_own_folders(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", a) };
	static const struct fx_folder new[] = { F("INBOX", a), F("Sub/INBOX", a),
						FE("Sub/More"), FE("Other") };
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t, twin, below;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "all", "", "");
	twin = fx_transfer(&f, "again", "ann", "all", "", "");
	below = fx_transfer(&f, "sub", "sub", "all", "Sub", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_OLD, "sub", old, 1);
	fx_read(&f, SIDE_NEW, "all", new, 4);
	fx_audit_end(&f);
	judged(&f, (int64_t[]){ t, twin, below }, 3);
	assert_string_equal(reasons(&f, t), "none info folder-extra new Other\n");
	assert_string_equal(reasons(&f, twin), "none info folder-extra new Other\n");
	assert_string_equal(reasons(&f, below), "none info folder-extra new Sub/More\n");
	/* Off the list, its folders are those of the one above. */
	fx_ok(store_transfer_gone(f.st, below, &err));
	judged(&f, (int64_t[]){ t, below }, 2);
	assert_non_null(strstr(reasons(&f, t), "folder-extra new Sub/More\n"));
	assert_non_null(strstr(reasons(&f, t), "message-extra new Sub/INBOX"));
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crowd_of_members_is_named_shortly),
		cmocka_unit_test(members_of_every_kind_share_a_folder),
		cmocka_unit_test(a_side_that_nobody_is_compared_with_is_counted_once),
		cmocka_unit_test(each_member_has_a_seal_of_its_own),
		cmocka_unit_test(a_folder_of_another_member_is_not_in_my_seal),
		cmocka_unit_test(removals_are_settled_for_him_who_was_sealed),
		cmocka_unit_test(removals_are_noticed_from_the_oldest_seal_on),
		cmocka_unit_test(a_neighbour_has_its_own_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
