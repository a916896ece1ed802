/* SPDX-License-Identifier: MIT */
/* Shared folders that no account's reading covers. */
#include "store/store_shared.h"
#include "tests/support/store_rig.h"

static void list(struct rig *r, const char *user, enum side side,
		 const char *const *names, size_t n, unsigned attrs)
{
	struct account a = { .side = side, .user = user };
	struct folder f[8];
	struct account_listing l = { .folders = f, .folder_n = n, .prefix = "" };
	struct err err = ERR_INIT;

	ok(store_account_put(r->st, &a, &l.account, &err));
	for (size_t i = 0; i < n; i++)
		f[i] = (struct folder){
			.wire = names[i], .name = names[i], .delim = '/', .attrs = attrs
		};
	ok(store_listing(r->st, &l, &err));
}

static void must_be(struct rig *r, enum side side, int64_t want, const char *first)
{
	const char **got;
	struct err err = ERR_INIT;
	size_t n;

	ok(store_shared_unread(r->st, side, &r->arena, &got, &n, &err));
	if ((int64_t)n != want || (n > 0 && strcmp(got[0], first) != 0))
		fail_msg("%zu, first %s", n, n > 0 ? got[0] : "");
}

static void tells_what_nobody_reads(void **state)
{
	static const char *const own[] = { "INBOX", "shared" };
	static const char *const anna[] = { "Other Users/bert", "Other Users/bert/Sent",
					    "shared/sales", "shared/sales/2010",
					    "shared/press" };
	static const char *const bert[] = { "Other Users/anna/Sent", "shared/sales" };
	static const char *const parents[] = { "Other Users/gone" };
	struct rig *r = *state;

	rig_start(r, DEPTH_FULL);
	must_be(r, SIDE_OLD, 0, "");
	list(r, "anna", SIDE_OLD, own, COUNT_OF(own), 0);
	must_be(r, SIDE_OLD, 0, "");
	list(r, "anna", SIDE_OLD, anna, COUNT_OF(anna), FOLDER_FOREIGN);
	/* bert is no account yet, so nobody reads his folders */
	must_be(r, SIDE_OLD, 5, "Other Users/bert");
	list(r, "bert@example.org", SIDE_OLD, bert, COUNT_OF(bert), FOLDER_FOREIGN);
	must_be(r, SIDE_OLD, 3, "shared/press"); /* of two that list it once */
	list(r, "press", SIDE_OLD, own, 1, 0);
	must_be(r, SIDE_OLD, 2, "shared/sales");
	/* a parent holds no mail; the other side is another server */
	list(r, "cleo", SIDE_OLD, parents, 1, FOLDER_FOREIGN | FOLDER_NOSELECT);
	must_be(r, SIDE_OLD, 2, "shared/sales");
	must_be(r, SIDE_NEW, 0, "");
	list(r, "sales", SIDE_NEW, anna, COUNT_OF(anna), FOLDER_FOREIGN);
	must_be(r, SIDE_OLD, 2, "shared/sales");
	must_be(r, SIDE_NEW, 3, "Other Users/bert");
	/* not listed any more */
	list(r, "anna", SIDE_OLD, own, COUNT_OF(own), 0);
	must_be(r, SIDE_OLD, 1, "shared/sales");
}

/* An account of a tree has its folders as its own, as long as it is on the list. */
static void a_tree_has_an_account(void **state)
{
	static const char *const seen[] = { "shared/press", "shared/sales" };
	static const char *const tree[] = { "shared/sales" };
	struct transfer t = { .name = "sales",
			      .new_prefix = "",
			      .decision = "",
			      .owner = "",
			      .address = "",
			      .aliases = "",
			      .logins = "",
			      .addresses = "",
			      .wave = "",
			      .note = "" };
	struct account a = { .side = SIDE_OLD, .user = "reader", .tree = "shared/sales" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct account got;
	enum store_put what;
	int64_t id;

	rig_start(r, DEPTH_FULL);
	list(r, "anna", SIDE_OLD, seen, COUNT_OF(seen), FOLDER_FOREIGN);
	list(r, "reader", SIDE_OLD, tree, COUNT_OF(tree), 0);
	must_be(r, SIDE_OLD, 2, "shared/press"); /* a login that has such a folder */
	ok(store_account_put(r->st, &a, &t.old_account, &err));
	ok(store_account_get(r->st, t.old_account, &r->arena, &got, &err));
	assert_string_equal(got.tree, "shared/sales");
	must_be(r, SIDE_OLD, 2, "shared/press"); /* nothing moves it */
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	must_be(r, SIDE_OLD, 1, "shared/press");
	ok(store_transfer_gone(r->st, id, &err));
	must_be(r, SIDE_OLD, 2, "shared/press");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_nobody_reads, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(a_tree_has_an_account, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
