/* SPDX-License-Identifier: MIT */
/* Who may do what with folders: told, changed, refused, and not asked for. */
#include "store/store_acl.h"
#include "tests/support/store_rig.h"

static void put(struct rig *r, const struct folder_acl *list, size_t n)
{
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	ok(store_acls_put(r->st, list, n, &err));
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
}

static const struct acl_view *get(struct rig *r)
{
	struct err err = ERR_INIT;
	struct acl_view *v;
	size_t n;

	ok(store_acls(r->st, r->account, &r->arena, &v, &n, &err));
	assert_true(n <= 1);
	return n == 0 ? NULL : v;
}

static void keeps_a_row_for_what_differs(void **state)
{
	const struct acl_entry two[] = { { "anna", "lrs" }, { "ben", "lr" } };
	const struct acl_entry less[] = { { "anna", "lrs" }, { "ben", "l" } };
	struct rig *r = *state;
	struct folder_acl told;
	const struct acl_view *v;

	put(r, NULL, 0); /* makes the folder */
	assert_null(get(r));
	told = (struct folder_acl){
		.folder = r->folder, .entry = two, .n = 2, .words = ""
	};
	put(r, &told, 1);
	put(r, &told, 1);
	v = get(r);
	assert_int_equal(v->run, 2);
	assert_int_equal(v->acl.folder, r->folder);
	assert_int_equal(v->acl.n, 2);
	assert_string_equal(v->acl.entry[1].who, "ben");
	assert_string_equal(v->acl.entry[1].rights, "lr");
	assert_string_equal(v->acl.words, "");
	told.entry = less;
	put(r, &told, 1);
	assert_string_equal(get(r)->acl.entry[1].rights, "l");
	told.n = 1;
	put(r, &told, 1);
	assert_int_equal(get(r)->acl.n, 1);
	told.n = 0;
	put(r, &told, 1);
	assert_int_equal(get(r)->acl.n, 0);
	assert_string_equal(get(r)->acl.words, "");
	told.words = "NO [NOPERM] no";
	put(r, &told, 1);
	put(r, &told, 1);
	assert_string_equal(get(r)->acl.words, "NO [NOPERM] no");
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM folder_acl"), 5);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM folder_grant"), 5);
}

static void the_ledger_knows_what_was_told(void **state)
{
	const struct acl_entry one = { "ben", "lr" };
	struct folder_acl told = { .entry = &one, .n = 1, .words = "" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct ledger_facts facts;

	put(r, NULL, 0);
	told.folder = r->folder;
	put(r, &told, 1);
	ok(store_ledger_examine(r->st, false, NULL, 0, &facts, &err));
	rig_sql(r->path, "DROP TRIGGER folder_grant_no_update;"
			 "UPDATE folder_grant SET rights = 'lra';");
	fails(store_ledger_examine(r->st, false, NULL, 0, &facts, &err), ERR_LEDGER);
}

static void needs_a_run_and_order(void **state)
{
	const struct acl_entry twice[] = { { "ben", "lr" }, { "ben", "l" } };
	struct folder_acl told = { .folder = 1, .entry = twice, .n = 2, .words = "" };
	struct rig *r = *state;
	struct err err = ERR_INIT;

	fails(store_acls_put(r->st, &told, 1, &err), ERR_BUG);
	rig_start(r, DEPTH_FULL);
	told.folder = r->folder;
	fails(store_acls_put(r->st, &told, 1, &err), ERR_BUG);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM folder_acl"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_a_row_for_what_differs, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(the_ledger_knows_what_was_told, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(needs_a_run_and_order, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
