/* SPDX-License-Identifier: MIT */
/* What seldom happens to folders and sides, and a store that somebody else wrote to. */
#include "tests/support/verify_time.h"

#include <sqlite3.h>

#define M(id, octets, uid, flags)                                                        \
	{                                                                                \
		"<" id "@x>", octets, D0, flags, NULL, uid                               \
	}
static const uint32_t at_2[] = { 2 };
static const struct fx_message abc[] = { M("a", 100, 1, 0), M("b", 100, 2, 0),
					 M("c", 100, 3, 0) },
			       ab[] = { M("a", 100, 1, 0), M("b", 100, 2, 0) },
			       a1[] = { M("a", 100, 1, 0) }, b1[] = { M("b", 100, 1, 0) },
			       big_a[] = { M("a", 900, 1, 0) },
			       seen_a[] = { M("a", 100, 1, MSG_SEEN) };

/* As another program would. */
static void stranger(struct fx *f, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* ---- folders ---- */

#define SIDES 4
static const struct map_pair onto_x[] = { { "A", "X" }, { "B", "X" } };
static const struct map_rules rules_x = { .pairs = onto_x, .pair_n = 2 };
static const struct scene {
	const char *what;
	struct fx_folder old[SIDES], new[SIDES];
	const char *prefix;
	const struct map_rules *rules;
	enum verdict verdict;
	const char *findings;
} scenes[] = {
	{ "two on one that is not there",
	  { F("INBOX", a1), F("A", b1), FE("B") },
	  { F("INBOX", a1) },
	  "",
	  &rules_x,
	  VERDICT_DIFFERS,
	  "doubt message-missing old A 1\n"
	  "doubt folder-missing old A\n"
	  "doubt folder-missing old B\n"
	  "doubt folder-collided old A\n"
	  "doubt folder-collided old B\n" },
	{ "two new folders that were not read: what is missing may be in the first",
	  { F("INBOX", ab) },
	  { F("INBOX", a1),
	    { .name = "P", .outcome = FOLDER_UNREADABLE, .error = "NO" },
	    { .name = "Q", .outcome = FOLDER_UNREADABLE, .error = "NO" } },
	  "",
	  NULL,
	  VERDICT_INCOMPLETE,
	  "doubt message-missing old INBOX 2\n"
	  "doubt folder-unreadable new P\n"
	  "doubt folder-unreadable new Q\n"
	  "info folder-extra new P\n"
	  "info folder-extra new Q\n" },
	{ "subscribed on both sides",
	  { F("INBOX", a1), FEA("Work", FOLDER_SUBSCRIBED) },
	  { F("INBOX", a1), FEA("Work", FOLDER_SUBSCRIBED) },
	  "",
	  NULL,
	  VERDICT_CLEAN,
	  "" },
	{ "a place on the old side, read without flags on the new one",
	  { F("INBOX", a1), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a1), { .name = "Work", .message = NULL, .depth = DEPTH_IDS } },
	  "",
	  NULL,
	  VERDICT_CLEAN,
	  "" },
	{ "moved to a folder that was read without flags",
	  { F("INBOX", ab) },
	  { F("INBOX", a1),
	    { .name = "Work", .message = b1, .n = 1, .depth = DEPTH_IDS } },
	  "",
	  NULL,
	  VERDICT_INCOMPLETE,
	  "doubt evidence-stale new \n"
	  "info message-refiled old INBOX 2 >Work\n"
	  "info folder-extra new Work\n" },
	{ "listed and never looked at",
	  { F("INBOX", a1), { .name = "Work", .unseen = true } },
	  { F("INBOX", a1), FE("Work") },
	  "",
	  NULL,
	  VERDICT_INCOMPLETE,
	  "doubt folder-unreadable old Work\n" },
	{ "two old folders with one message of two sizes, on one new folder",
	  { F("INBOX", b1), F("A", a1), F("B", big_a) },
	  { F("INBOX", b1), F("X", big_a) },
	  "",
	  &rules_x,
	  VERDICT_DIFFERS,
	  "doubt message-missing old A 1\n"
	  "doubt folder-collided old A >X\n"
	  "doubt folder-collided old B >X\n" },
	{ "below a folder of its own, which is no surprise; another one is",
	  { F("INBOX", a1) },
	  { FE("INBOX"), FE("Sub"), F("Sub/INBOX", a1), FE("Sub/Else") },
	  "Sub",
	  NULL,
	  VERDICT_CLEAN,
	  "info folder-extra new Sub/Else\n" },
};

static void folders_of_seldom_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", s->prefix, "");
		read_one(&f, SIDE_OLD, "ann", s->old, folders_n(s->old, SIDES));
		read_one(&f, SIDE_NEW, "ann", s->new, folders_n(s->new, SIDES));
		o = options(&t, 1);
		o.rules = s->rules != NULL ? s->rules : &no_rules;
		verify(&f, &o);
		j = judgement(&f, t);
		check_sums(i, &j);
		if (j.verdict != s->verdict || strcmp(findings(&f, t), s->findings) != 0)
			fail_msg("%s: %s\n%s", s->what, verdict_name(j.verdict),
				 findings(&f, t));
		fx_close(&f);
	}
}

/* Those that went before the seal are nobody's loss, and no life either. */
static void folders_that_went_before_the_seal_are_forgotten(void **state)
{
	static const struct fx_folder three[] = { F("INBOX", a1), F("Early", b1),
						  FE("Late") };
	static const struct fx_folder two[] = { F("INBOX", a1), FE("Late") };
	static const struct fx_folder old_again[] = { F("INBOX", a1), F("Early", b1),
						      FE("Late") };
	struct seal_folder *v;
	struct seal s;
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t;
	size_t n;
	bool found;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", three, 3);
	read_one(&f, SIDE_NEW, "ann", three, 3);
	read_one(&f, SIDE_OLD, "ann", two, 2);
	read_one(&f, SIDE_NEW, "ann", two, 2);
	seal(&f, t, "ann", "ann");
	assert_int_equal(judged(&f, t).verdict, VERDICT_CLEAN);
	/* A new folder that was gone at the seal explains nothing. */
	read_one(&f, SIDE_OLD, "ann", old_again, 3);
	assert_int_equal(judged(&f, t).verdict, VERDICT_DIFFERS);
	assert_non_null(
		strstr(reasons(&f, t), "late loss message-missing old Early 1\n"));
	assert_non_null(strstr(reasons(&f, t), "none doubt folder-missing old Early\n"));
	/* A seal in doubt of which nobody wrote why says so itself. */
	fx_ok(store_seal_newest(f.st, t, &f.arena, &s, &v, &n, &found, &err));
	s.sound = false;
	fx_ok(store_seal_add(f.st, &s, v, n, &s.id, &err));
	judged(&f, t);
	assert_non_null(strstr(reasons(&f, t), "none doubt seal-unsound old \n"));
	fx_close(&f);
}

/* A side that is too old as a whole makes its holes no newer. */
static void what_is_too_old_is_so_with_its_holes(void **state)
{
	static const struct fx_folder all[] = { F("INBOX", abc) };
	static const struct fx_folder holed[] = {
		{ .name = "INBOX", FX_MESSAGES(abc), FX_HOLES(at_2) }
	};
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	for (int s = 0; s < SIDE_COUNT; s++) {
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		read_one(&f, (enum side)s, "ann", holed, 1);
		the_time += 8 * DAY;
		read_one(&f, s == SIDE_OLD ? SIDE_NEW : SIDE_OLD, "ann", all, 1);
		o = options(&t, 1);
		verify(&f, &o);
		assert_int_equal(judgement(&f, t).verdict, VERDICT_INCOMPLETE);
		assert_string_equal(findings(&f, t),
				    s == SIDE_OLD ? "doubt evidence-stale old \n"
						  : "doubt evidence-stale new \n");
		fx_close(&f);
	}
}

/* An audit that was killed on its way: what it read of the account is not all of it,
 * holes or none. */
static void what_a_killed_audit_read_is_half_with_its_holes(void **state)
{
	static const struct fx_folder all[] = { F("INBOX", abc), FE("Work") };
	static const struct fx_folder holed[] = {
		{ .name = "INBOX", FX_MESSAGES(abc), FX_HOLES(at_2) },
		{ .name = "Work", .outcome = FOLDER_UNREADABLE, .error = "NO" }
	};
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", all, 2);
	read_one(&f, SIDE_NEW, "ann", all, 2);
	f.killed = true;
	read_one(&f, SIDE_OLD, "ann", holed, 2);
	assert_int_equal(judged(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_string_equal(findings(&f, t), "doubt folder-unreadable old Work\n"
					     "doubt evidence-stale old \n");
	fx_close(&f);
}

/* Counted alone, and too long ago: that is said. */
static void what_was_counted_too_long_ago_is_too_old(void **state)
{
	static const struct fx_folder counted[] = { { .name = "INBOX",
						      .outcome = FOLDER_COUNTED } };
	static const struct fx_folder all[] = { F("INBOX", abc) };
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", counted, 1);
	the_time += 8 * DAY;
	read_one(&f, SIDE_NEW, "ann", all, 1);
	o = options(&t, 1);
	verify(&f, &o);
	assert_string_equal(findings(&f, t), "doubt evidence-stale old \n"
					     "doubt evidence-stale old INBOX\n");
	fx_close(&f);
}

/* Why a side is not known is told with the words that there are. */
static void a_side_that_nobody_may_open_says_why(void **state)
{
	static const struct fx_folder one[] = { F("INBOX", a1) };
	struct account a = { .side = SIDE_OLD,
			     .user = "ann",
			     .access = ACCESS_NONE,
			     .access_reason = "legal hold" };
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t, id;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", one, 1);
	read_one(&f, SIDE_NEW, "ann", one, 1);
	fx_ok(store_account_put(f.st, &a, &id, &err));
	assert_int_equal(judged(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_non_null(
		strstr(judgement(&f, t).note,
		       "The old side may be opened by nobody: legal hold; last read"));
	/* A server that gave no words. */
	fx_audit(&f, DEPTH_FULL);
	fx_fail(&f, SIDE_OLD, "ann", ACCOUNT_NO_LOGIN, "");
	fx_audit_end(&f);
	judged(&f, t);
	assert_non_null(
		strstr(judgement(&f, t).note, "The old side could not be read on "));
	assert_null(strstr(judgement(&f, t).note, "()"));
	fx_close(&f);
}

/* Who reads the old side sees flags of his own: not known, whatever they look like. */
static void flags_of_another_login_on_the_old_side_are_not_known(void **state)
{
	static const struct fx_folder read[] = { F("INBOX", seen_a) };
	static const struct fx_folder unread[] = { F("INBOX", a1) };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	f.rights[SIDE_OLD] = "lr";
	read_one(&f, SIDE_OLD, "ann", read, 1);
	read_one(&f, SIDE_NEW, "ann", unread, 1);
	assert_int_equal(judged(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_string_equal(reasons(&f, t), "login doubt evidence-stale old \n");
	fx_close(&f);
}

/* Numbered anew on the old side: what flags were there at the seal is not known by then,
 * and those of now stand for them.  The new side has its own of then. */
static void flags_of_a_folder_that_was_numbered_anew_stand_for_those_of_then(void **state)
{
	static const struct fx_folder seen[] = { F("INBOX", seen_a) };
	static const struct fx_folder anew[] = {
		{ .name = "INBOX", FX_MESSAGES(seen_a), .uidvalidity = 7 }
	};
	static const struct fx_folder unread[] = { F("INBOX", a1) };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", seen, 1);
	read_one(&f, SIDE_NEW, "ann", seen, 1);
	seal(&f, t, "ann", "ann");
	read_one(&f, SIDE_OLD, "ann", anew, 1);
	read_one(&f, SIDE_NEW, "ann", unread, 1);
	judged(&f, t);
	assert_string_equal(reasons(&f, t), "none doubt seal-unsound old INBOX\n");
	fx_close(&f);
}

/* A new side that was read before the old one by more than is allowed. */
static void the_new_side_may_be_the_older_one(void **state)
{
	static const struct fx_folder one[] = { F("INBOX", a1) };
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_NEW, "ann", one, 1);
	the_time += 7200;
	read_one(&f, SIDE_OLD, "ann", one, 1);
	o = options(&t, 1);
	o.max_gap = 3600;
	verify(&f, &o);
	assert_string_equal(reasons(&f, t), "none doubt evidence-stale new \n");
	fx_close(&f);
}

/* One folder grew as a whole; in another nothing did.  Judged again, who did not grow in
 * the first is looked at, and nobody of the second. */
static void what_grew_is_known_of_each_folder(void **state)
{
	struct fx_folder old[2], new[2];
	struct fx_message *v;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	old[0] = some(&f, "INBOX", 0, 30);
	old[1] = some(&f, "List", 100, 6);
	new[0] = old[0];
	new[1] = some(&f, "List", 100, 6);
	v = (struct fx_message *)(uintptr_t) new[1].message;
	for (size_t i = 1; i < 6; i++)
		v[i].octets += 26;
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", old, 2);
	read_one(&f, SIDE_NEW, "ann", new, 2);
	assert_int_equal(judged(&f, t).bias, 0);
	assert_null(strstr(findings(&f, t), "octets old List 101 "));
	judged(&f, t);
	assert_non_null(strstr(findings(&f, t), "octets old List 101 "));
	assert_null(strstr(findings(&f, t), "octets old INBOX"));
	fx_close(&f);
}

/* ---- strangers ---- */

/* Leftovers of a folder pair that is none of ours, its id below or above those: an error,
 * and no verdict. */
static void a_leftover_of_nobody_is_an_error(void **state)
{
	static const struct fx_folder two[] = { F("INBOX", ab) },
				      one[] = { F("INBOX", a1) };

	/* The first lost nothing: no leftover holds its pair fast. */
	(void)state;
	for (int above = 0; above < 2; above++) {
		struct err err = ERR_INIT;
		struct verify_options o;
		struct verify_result r;
		struct fx f;
		int64_t t[2];

		fx_open(&f);
		t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
		t[1] = fx_transfer(&f, "bob", "bob", "bob", "", "");
		for (int k = 0; k < 2; k++) {
			read_one(&f, SIDE_OLD, k == 0 ? "ann" : "bob", two, 1);
			read_one(&f, SIDE_NEW, k == 0 ? "ann" : "bob", k == 0 ? two : one,
				 1);
		}
		o = options(t, 2);
		verify(&f, &o);
		/* Pairs are made anew each time: those of the other transfer are older,
		 * and get an id above all by hand. */
		if (above)
			stranger(&f,
				 "CREATE TRIGGER odd AFTER INSERT ON pair BEGIN"
				 " UPDATE pair SET id = 1000000 + id"
				 " WHERE transfer <> NEW.transfer AND id < 1000000; END");
		stranger(&f, "CREATE TRIGGER odder AFTER INSERT ON leftover BEGIN"
			     " UPDATE leftover SET pair = (SELECT id FROM pair"
			     "  WHERE transfer <> NEW.transfer LIMIT 1)"
			     " WHERE transfer = NEW.transfer; END");
		o = options(&t[1], 1);
		assert_false(verify_run(f.st, &o, &r, &err));
		assert_int_equal(err.cls, ERR_BUG);
		assert_non_null(strstr(err.text, "folder pair that is not there"));
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_of_seldom_kinds),
		cmocka_unit_test(folders_that_went_before_the_seal_are_forgotten),
		cmocka_unit_test(what_is_too_old_is_so_with_its_holes),
		cmocka_unit_test(what_a_killed_audit_read_is_half_with_its_holes),
		cmocka_unit_test(what_was_counted_too_long_ago_is_too_old),
		cmocka_unit_test(a_side_that_nobody_may_open_says_why),
		cmocka_unit_test(flags_of_another_login_on_the_old_side_are_not_known),
		cmocka_unit_test(
			flags_of_a_folder_that_was_numbered_anew_stand_for_those_of_then),
		cmocka_unit_test(the_new_side_may_be_the_older_one),
		cmocka_unit_test(what_grew_is_known_of_each_folder),
		cmocka_unit_test(a_leftover_of_nobody_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
