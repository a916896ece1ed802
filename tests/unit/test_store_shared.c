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
	const char *got;
	struct err err = ERR_INIT;
	int64_t n;

	ok(store_shared_unread(r->st, side, &r->arena, &n, &got, &err));
	if (n != want || strcmp(got, first) != 0)
		fail_msg("%lld, first %s", (long long)n, got);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_nobody_reads, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
