/* SPDX-License-Identifier: MIT */
#include "store/store_seal.h"
#include "tests/support/store_rig.h"

static struct transfer sample(void)
{
	return (struct transfer){ .name = "Ada@example.org",
				  .new_prefix = "Old",
				  .kind = ACCOUNT_SHARED,
				  .decision = "migrate",
				  .owner = "o",
				  .address = "ada@example.org",
				  .aliases = "a1 a2",
				  .logins = "ada",
				  .addresses = "x@example.org",
				  .wave = "2",
				  .note = "n" };
}

static void keeps_one_row_per_login_and_side(void **state)
{
	struct rig *r = *state;
	struct account a = { .side = SIDE_OLD, .user = "ada" }, got;
	struct err err = ERR_INIT;
	int64_t old, new, again;

	ok(store_account_put(r->st, &a, &old, &err));
	a.side = SIDE_NEW;
	ok(store_account_put(r->st, &a, &new, &err));
	assert_int_not_equal(old, new);
	a.access = ACCESS_NONE;
	a.access_reason = "legal hold";
	ok(store_account_put(r->st, &a, &again, &err));
	assert_int_equal(again, new);
	ok(store_account_get(r->st, new, &r->arena, &got, &err));
	assert_int_equal(got.id, new);
	assert_int_equal(got.side, SIDE_NEW);
	assert_string_equal(got.user, "ada");
	assert_int_equal(got.access, ACCESS_NONE);
	assert_string_equal(got.access_reason, "legal hold");
	a.access = ACCESS_NORMAL; /* the reason goes with it */
	ok(store_account_put(r->st, &a, &again, &err));
	ok(store_account_get(r->st, new, &r->arena, &got, &err));
	assert_null(got.access_reason);
	a.user = "Ada"; /* logins are what the server takes them for: case counts */
	ok(store_account_put(r->st, &a, &again, &err));
	assert_int_not_equal(again, new);
	fails(store_account_get(r->st, 999, &r->arena, &got, &err), ERR_BUG);
	a.user = "";
	fails(store_account_put(r->st, &a, &again, &err), ERR_BUG);
}

static void rename_it(struct transfer *t)
{
	t->name = "ADA@example.org";
}
static void change_prefix(struct transfer *t)
{
	t->new_prefix = "";
}
static void change_kind(struct transfer *t)
{
	t->kind = ACCOUNT_RESOURCE;
}
static void change_decision(struct transfer *t)
{
	t->decision = "archive";
}
static void change_owner(struct transfer *t)
{
	t->owner = "p";
}
static void change_address(struct transfer *t)
{
	t->address = "b@example.org";
}
static void change_aliases(struct transfer *t)
{
	t->aliases = NULL;
}
static void change_logins(struct transfer *t)
{
	t->logins = "al";
}
static void change_addresses(struct transfer *t)
{
	t->addresses = "y@example.org";
}
static void change_wave(struct transfer *t)
{
	t->wave = "3";
}
static void change_note(struct transfer *t)
{
	t->note = "m";
}
static void drop_account(struct transfer *t)
{
	t->old_account = 0;
}

static void tells_whether_a_transfer_changed(void **state)
{
	static void (*const changes[])(struct transfer *) = {
		rename_it,	  change_prefix,  change_kind,	  change_decision,
		change_owner,	  change_address, change_aliases, change_logins,
		change_addresses, change_wave,	  change_note,	  drop_account,
	};
	struct rig *r = *state;
	struct account a = { .side = SIDE_OLD, .user = "ada" };
	struct transfer t = sample(), got;
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id, again;
	bool found;

	ok(store_account_put(r->st, &a, &t.old_account, &err));
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	assert_int_equal(what, STORE_NEW);
	ok(store_transfer_put(r->st, &t, &again, &what, &err));
	assert_int_equal(what, STORE_SAME);
	assert_int_equal(again, id);
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		struct transfer other = t;

		changes[i](&other);
		ok(store_transfer_put(r->st, &other, &again, &what, &err));
		if (what != STORE_CHANGED || again != id)
			fail_msg("change %zu was not seen", i);
		ok(store_transfer_put(r->st, &other, &again, &what, &err));
		if (what != STORE_SAME)
			fail_msg("change %zu was not kept", i);
		ok(store_transfer_put(r->st, &t, &again, &what, &err));
		assert_int_equal(what, STORE_CHANGED);
	}
	ok(store_transfer_find(r->st, "aDA@EXAMPLE.org", &r->arena, &got, &found, &err));
	assert_true(found);
	assert_int_equal(got.id, id);
	assert_string_equal(got.name, t.name);
	assert_int_equal(got.old_account, t.old_account);
	assert_string_equal(got.old_user, "ada");
	assert_int_equal(got.new_account, 0);
	assert_null(got.new_user);
	assert_string_equal(got.new_prefix, "Old");
	assert_int_equal(got.kind, ACCOUNT_SHARED);
	assert_string_equal(got.decision, "migrate");
	assert_string_equal(got.owner, "o");
	assert_string_equal(got.address, "ada@example.org");
	assert_string_equal(got.aliases, "a1 a2");
	assert_string_equal(got.logins, "ada");
	assert_string_equal(got.addresses, "x@example.org");
	assert_string_equal(got.wave, "2");
	assert_string_equal(got.note, "n");
	ok(store_transfer_find(r->st, "nobody", &r->arena, &got, &found, &err));
	assert_false(found);
	t.old_account = 999;
	fails(store_transfer_put(r->st, &t, &id, &what, &err), ERR_BUG);
}

static void folds_names_beyond_ascii(void **state)
{
	struct rig *r = *state;
	struct transfer t = { .name = "J\xc3\xb6rg" };
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id, again;

	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	t.name = "J\xc3\x96RG";
	ok(store_transfer_put(r->st, &t, &again, &what, &err));
	assert_int_equal(what, STORE_CHANGED);
	assert_int_equal(again, id);
}

static void keeps_transfers_that_are_no_longer_listed(void **state)
{
	static const char *const names[] = { "carol", "Bob", "ada" };
	struct rig *r = *state;
	struct transfer t = { 0 }, *list;
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id[3];
	size_t n;

	ok(store_transfers(r->st, true, &r->arena, &list, &n, &err));
	assert_int_equal(n, 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		t.name = names[i];
		ok(store_transfer_put(r->st, &t, &id[i], &what, &err));
	}
	ok(store_transfer_gone(r->st, id[1], &err));
	ok(store_transfers(r->st, false, &r->arena, &list, &n, &err));
	assert_int_equal(n, 2);
	assert_string_equal(list[0].name, "ada");
	assert_string_equal(list[1].name, "carol");
	ok(store_transfers(r->st, true, &r->arena, &list, &n, &err));
	assert_int_equal(n, 3);
	assert_string_equal(list[1].name, "Bob");
	assert_int_equal(list[1].gone, 1);
	t.name = "bob"; /* listed again */
	ok(store_transfer_put(r->st, &t, &id[1], &what, &err));
	assert_int_equal(what, STORE_CHANGED);
	ok(store_transfers(r->st, false, &r->arena, &list, &n, &err));
	assert_int_equal(n, 3);
	fails(store_transfer_gone(r->st, 999, &err), ERR_BUG);
}

static void keeps_events(void **state)
{
	struct rig *r = *state;
	struct transfer t = sample();
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id;

	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	ok(store_event_add(r->st, id, "cutover", 1700000000, "grace", "as planned",
			   &err));
	ok(store_event_add(r->st, id, "cutover", 1700000000, "grace", "as planned",
			   &err));
	assert_int_equal(
		rig_number(
			r->path,
			"SELECT count(*) FROM event WHERE at = 1700000000 AND told > at"),
		2);
	fails(store_event_add(r->st, 999, "cutover", 1, "grace", "", &err), ERR_BUG);
}

static void refuses_values_nobody_knows(void **state)
{
	struct rig *r = *state;
	struct account a = { .side = SIDE_NEW, .user = "ada" };
	struct transfer t = sample();
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id;
	bool found;

	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	assert_int_equal(rig_sql(r->path, "UPDATE transfer SET kind = 'robot'"),
			 SQLITE_OK);
	fails(store_transfer_find(r->st, t.name, &r->arena, &t, &found, &err),
	      ERR_LEDGER);
	ok(store_account_put(r->st, &a, &id, &err));
	assert_int_equal(rig_sql(r->path, "UPDATE account SET side = 2"), SQLITE_OK);
	fails(store_account_get(r->st, id, &r->arena, &a, &err), ERR_LEDGER);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_one_row_per_login_and_side),
		TEST(tells_whether_a_transfer_changed),
		TEST(folds_names_beyond_ascii),
		TEST(keeps_transfers_that_are_no_longer_listed),
		TEST(keeps_events),
		TEST(refuses_values_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
