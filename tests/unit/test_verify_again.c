/* SPDX-License-Identifier: MIT */
/* What one audit or verification leaves to the next must not make mail look safe. */
#include "tests/support/verify_fixture.h"

static const struct fx_message abc[] = { { "<a@x>", 100, D0, 0, NULL, 0 },
					 { "<b@x>", 200, D0, 0, NULL, 0 },
					 { "<c@x>", 300, D0, 0, NULL, 0 } };
static const struct fx_message ab[] = { { "<a@x>", 100, D0, 0, NULL, 0 },
					{ "<b@x>", 200, D0, 0, NULL, 0 } };
static const struct fx_message only_c[] = { { "<c@x>", 300, D0, 0, NULL, 0 } };

static struct folder_view *folder_of(struct fx *f, enum side side, const char *user,
				     const char *name)
{
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, user), false, &f->arena, &v, &n,
			    &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].folder.name, name) == 0)
			return &v[i];
	fail_msg("no folder %s", name);
	return NULL;
}

/* Begin to read an account; the folders follow one by one. */
static void list(struct fx *f, enum side side, const char *user,
		 const struct fx_folder *v, size_t n)
{
	struct folder folders[4] = { 0 };
	struct account_listing l = { .account = fx_account(f, side, user),
				     .prefix = "",
				     .delim = '/',
				     .folders = folders,
				     .folder_n = n };
	struct err err = ERR_INIT;

	assert_true(n <= COUNT_OF(folders));
	for (size_t i = 0; i < n; i++)
		folders[i] = (struct folder){ .wire = v[i].name,
					      .name = v[i].name,
					      .delim = '/',
					      .attrs = v[i].attrs };
	fx_ok(store_listing(f->st, &l, &err));
}

static enum verdict judged(struct fx *f, int64_t t)
{
	struct verify_options o = options(&t, 1);
	struct judgement j;

	verify(f, &o);
	j = judgement(f, t);
	check_sums(0, &j);
	return j.verdict;
}

/* A whole audit of one side. */
static void audit_side(struct fx *f, enum side side, const struct fx_folder *v, size_t n)
{
	fx_audit(f, DEPTH_FULL);
	fx_read(f, side, "ann", v, n);
	fx_audit_end(f);
}

/* <c@x> went from "Done" to INBOX between the two readings of the old side, and the
 * second one came no further than "Done": it is in neither, and the new side, which lost
 * it, looks the same. */
static void an_account_that_was_read_half_is_not_known(void **state)
{
	static const struct fx_folder was[] = { F("Done", only_c), F("INBOX", ab) };
	static const struct fx_folder is[] = { FE("Done"), F("INBOX", ab) };
	static const struct fx_folder whole[] = { FE("Done"), F("INBOX", abc) };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	audit_side(&f, SIDE_OLD, was, 2);
	audit_side(&f, SIDE_NEW, is, 2);
	fx_audit(&f, DEPTH_FULL);
	list(&f, SIDE_OLD, "ann", is, 2);
	fx_read_folder(&f, &is[0], folder_of(&f, SIDE_OLD, "ann", "Done")->folder.id);
	assert_int_equal(judged(&f, t), VERDICT_INCOMPLETE);
	assert_string_equal(findings(&f, t), "doubt evidence-stale old \n");
	/* Another audit takes the place of the one that was cut off, but of the new side.
	 */
	fx_audit_end(&f);
	audit_side(&f, SIDE_NEW, is, 2);
	assert_int_equal(judged(&f, t), VERDICT_INCOMPLETE);
	audit_side(&f, SIDE_OLD, whole, 2);
	assert_int_equal(judged(&f, t), VERDICT_DIFFERS);
	assert_string_equal(findings(&f, t), "doubt message-missing old INBOX 3\n");
	fx_close(&f);
}

static void other_accounts_end_a_judgement(void **state)
{
	static const struct {
		const char *old, *new, *prefix, *decision, *owner;
		bool stays;
	} cases[] = {
		{ "ann", "ann", "", "", "", true },
		{ "ann", "ann", "", "", "boss", true },
		{ "ann.lee", "ann", "", "", "", false },
		{ "ann", "ann.lee", "", "", "", false },
		{ "ann", NULL, "", "", "", false },
		{ "ann", "ann", "Old mail", "", "", false },
		{ "ann", "ann", "", "archive", "", false },
	};
	static const struct fx_folder same[] = { F("INBOX", abc) };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct transfer *all;
		struct verify_options o;
		struct err err = ERR_INIT;
		struct judgement j;
		enum store_put what;
		bool found;
		struct fx f;
		int64_t t;
		size_t n;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", same, 1);
		fx_read(&f, SIDE_NEW, "ann", same, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		assert_int_equal(judgement(&f, t).verdict, VERDICT_CLEAN);
		fx_ok(store_transfers(f.st, false, &f.arena, &all, &n, &err));
		assert_int_equal(n, 1);
		all[0].old_account = fx_account(&f, SIDE_OLD, cases[i].old);
		all[0].new_account = cases[i].new == NULL
					     ? 0
					     : fx_account(&f, SIDE_NEW, cases[i].new);
		all[0].new_prefix = cases[i].prefix;
		all[0].decision = cases[i].decision;
		all[0].owner = cases[i].owner;
		fx_ok(store_transfer_put(f.st, &all[0], &t, &what, &err));
		fx_ok(store_judgement(f.st, t, &f.arena, &j, &found, &err));
		if (found != cases[i].stays)
			fail_msg("case %zu: the judgement %s", i,
				 found ? "stays" : "is gone");
		fx_close(&f);
	}
}

/* A server that gives a UID to another message: what was looked up of the one before does
 * not find a partner for its successor. */
static void what_was_looked_up_goes_with_the_message(void **state)
{
	static const struct fx_message first[] = { { "2:first", 100, D0, 0, NULL, 0 } };
	static const struct fx_message second[] = { { "2:second", 100, D0, 0, NULL, 0 } };
	static const struct fx_message after[] = { { "<made@x>", 100, D0, 0, NULL, 0 } };
	static const struct fx_folder old[2][1] = { { F("INBOX", first) },
						    { F("INBOX", second) } };
	static const struct fx_folder new[] = { F("INBOX", after) };
	struct message_detail d = { .subject = "first" };
	struct msg_key key = fx_key("first");
	struct verify_options o;
	struct err err = ERR_INIT;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	o = options(&t, 1);
	for (int i = 0; i < 2; i++) {
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old[i], 1);
		fx_read(&f, SIDE_NEW, "ann", new, 1);
		for (int s = 0; i == 0 && s < SIDE_COUNT; s++)
			fx_ok(store_detail_put(
				f.st, folder_of(&f, (enum side)s, "ann", "INBOX")->epoch,
				1, &d, &key, &err));
		fx_audit_end(&f);
		verify(&f, &o);
		j = judgement(&f, t);
		assert_int_equal(j.verdict, i == 0 ? VERDICT_CLEAN : VERDICT_DIFFERS);
	}
	assert_string_equal(findings(&f, t), "doubt message-missing old INBOX 1\n"
					     "doubt message-extra new INBOX 1\n");
	fx_close(&f);
}

/* A folder that went and came back, and was only counted since: what was read of the one
 * that went is not of it. */
static void a_folder_that_came_back_is_not_the_one_that_went(void **state)
{
	static const struct fx_folder full[] = { F("INBOX", abc) };
	static const struct fx_folder two[] = { F("INBOX", abc), F("Done", only_c) };
	static const struct fx_folder back[] = {
		{ .name = "INBOX", FX_MESSAGES(abc) },
		{ .name = "Done",
		  .message = only_c,
		  .n = 1,
		  .outcome = FOLDER_COUNTED,
		  .depth = DEPTH_COUNTS },
	};
	struct folder_view *v;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	audit_side(&f, SIDE_OLD, two, 2);
	audit_side(&f, SIDE_NEW, two, 2);
	audit_side(&f, SIDE_NEW, full, 1);
	fx_audit(&f, DEPTH_COUNTS);
	fx_read(&f, SIDE_NEW, "ann", back, 2);
	fx_audit_end(&f);
	v = folder_of(&f, SIDE_NEW, "ann", "Done");
	assert_int_equal(v->outcome, FOLDER_COUNTED);
	assert_int_equal(judged(&f, t), VERDICT_INCOMPLETE);
	fx_close(&f);
}

/* No user makes UIDNEXT smaller: an older state was put back, and what it lacks is not life. */
static void a_folder_that_was_set_back_after_the_seal_is_doubt(void **state)
{
	static const struct fx_folder full[] = { F("INBOX", abc) };
	static const struct fx_folder removed[] = { F("INBOX", ab) };
	static const struct fx_folder back[] = {
		{ .name = "INBOX", FX_MESSAGES(ab), .set_back = true }
	};
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	audit_side(&f, SIDE_OLD, full, 1);
	audit_side(&f, SIDE_NEW, full, 1);
	seal(&f, t, "ann", "ann");
	audit_side(&f, SIDE_NEW, removed, 1);
	assert_int_equal(judged(&f, t), VERDICT_CLEAN);
	audit_side(&f, SIDE_NEW, back, 1);
	assert_int_equal(judged(&f, t), VERDICT_DIFFERS);
	assert_string_equal(reasons(&f, t), "none doubt seal-unsound new INBOX\n"
					    "removed info message-removed new \n");
	audit_side(&f, SIDE_NEW, full, 1);
	assert_int_equal(judged(&f, t), VERDICT_CLEAN);
	audit_side(&f, SIDE_OLD, back, 1);
	assert_int_equal(judged(&f, t), VERDICT_DIFFERS);
	fx_close(&f);
}

/* What was read of a login before it was given a tree is of other folders than its mail. */
static void another_tree_is_not_read(void **state)
{
	static const struct fx_folder v[] = { F("INBOX", abc) };
	struct account a = { .side = SIDE_OLD, .user = "ann", .tree = "Shared/sales" };
	struct account_last last;
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t, id, run;
	bool done;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	audit_side(&f, SIDE_OLD, v, 1);
	run = f.run;
	audit_side(&f, SIDE_NEW, v, 1);
	assert_int_equal(judged(&f, t), VERDICT_CLEAN);
	a.tree = "";
	fx_ok(store_account_put(f.st, &a, &id, &err)); /* the same list again */
	assert_int_equal(judged(&f, t), VERDICT_CLEAN);
	fx_ok(store_account_last(f.st, id, &last, &err));
	assert_true(last.at > 0);
	fx_ok(store_account_done(f.st, run, id, &done, &err));
	assert_true(done);
	for (int i = 0; i < 2; i++) { /* and back: nothing was read of it meanwhile */
		a.tree = i == 0 ? "Shared/sales" : "";
		fx_ok(store_account_put(f.st, &a, &id, &err));
		assert_int_equal(judged(&f, t), VERDICT_INCOMPLETE);
		fx_ok(store_account_last(f.st, id, &last, &err));
		assert_int_equal(last.at, 0);
		fx_ok(store_account_done(f.st, run, id, &done, &err));
		assert_false(done);
	}
	audit_side(&f, SIDE_OLD, v, 1);
	assert_int_equal(judged(&f, t), VERDICT_CLEAN);
	fx_close(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_that_was_read_half_is_not_known),
		cmocka_unit_test(other_accounts_end_a_judgement),
		cmocka_unit_test(what_was_looked_up_goes_with_the_message),
		cmocka_unit_test(a_folder_that_came_back_is_not_the_one_that_went),
		cmocka_unit_test(another_tree_is_not_read),
		cmocka_unit_test(a_folder_that_was_set_back_after_the_seal_is_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
