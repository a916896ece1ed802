/* SPDX-License-Identifier: MIT */
/* What accounts may hold: told, changed, lifted, and not asked for. */
#include "store/store_limit.h"
#include "tests/support/store_rig.h"

enum { QUOTA = 1 << LIMIT_STORAGE | 1 << LIMIT_MESSAGES | 1 << LIMIT_FOLDERS };

static void put(struct rig *r, const struct limit *list, size_t n, unsigned known)
{
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	ok(store_limits_put(r->st, r->account, list, n, known, &err));
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
}

static size_t get(struct rig *r, struct limit_view **out)
{
	struct err err = ERR_INIT;
	size_t n;

	ok(store_limits(r->st, r->account, &r->arena, out, &n, &err));
	return n;
}

static void must_be(const struct limit_view *v, enum limit_kind kind, const char *name,
		    int64_t used, int64_t allowed, int64_t run)
{
	if (v->limit.kind != kind || strcmp(v->limit.name, name) != 0 ||
	    v->limit.used != used || v->limit.allowed != allowed || v->run != run)
		fail_msg("%s %s: %lld of %lld, run %lld", limit_kind_name(v->limit.kind),
			 v->limit.name, (long long)v->limit.used,
			 (long long)v->limit.allowed, (long long)v->run);
}

static void keeps_a_row_for_what_differs(void **state)
{
	/* Not in order; a thing that is told twice counts as told first. */
	const struct limit first[] = {
		{ LIMIT_APPEND, "Sent", -1, -1 },   { LIMIT_APPEND, "INBOX", -1, 1000 },
		{ LIMIT_STORAGE, "root", 10, 500 }, { LIMIT_MESSAGES, "root", 3, 70 },
		{ LIMIT_APPEND, "Sent", -1, -1 },
	};
	const struct limit second[] = { { LIMIT_STORAGE, "root", 11, 500 },
					{ LIMIT_APPEND, "INBOX", -1, 1000 } };
	struct rig *r = *state;
	struct limit_view *v;

	assert_int_equal(get(r, &v), 0);
	put(r, first, COUNT_OF(first), QUOTA | 1 << LIMIT_APPEND);
	assert_int_equal(get(r, &v), 4);
	must_be(&v[0], LIMIT_STORAGE, "root", 10, 500, 1);
	must_be(&v[1], LIMIT_MESSAGES, "root", 3, 70, 1);
	must_be(&v[2], LIMIT_APPEND, "INBOX", -1, 1000, 1);
	must_be(&v[3], LIMIT_APPEND, "Sent", -1, -1, 1);
	/* More is used; messages are not limited any more; nobody asked of Sent. */
	put(r, second, COUNT_OF(second), QUOTA);
	assert_int_equal(get(r, &v), 4);
	must_be(&v[0], LIMIT_STORAGE, "root", 11, 500, 2);
	must_be(&v[1], LIMIT_MESSAGES, "root", -1, -1, 2);
	must_be(&v[2], LIMIT_APPEND, "INBOX", -1, 1000, 1);
	must_be(&v[3], LIMIT_APPEND, "Sent", -1, -1, 1);
	/* The same again, and then nothing was asked: no rows. */
	put(r, second, COUNT_OF(second), QUOTA);
	put(r, NULL, 0, 0);
	assert_int_equal(get(r, &v), 4);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM account_limit"), 6);
	/* All is lifted. */
	put(r, NULL, 0, QUOTA | 1 << LIMIT_APPEND);
	assert_int_equal(get(r, &v), 4);
	must_be(&v[0], LIMIT_STORAGE, "root", -1, -1, 5);
	must_be(&v[1], LIMIT_MESSAGES, "root", -1, -1, 2);
	must_be(&v[2], LIMIT_APPEND, "INBOX", -1, -1, 5);
	must_be(&v[3], LIMIT_APPEND, "Sent", -1, -1, 1);
}

static void the_ledger_knows_what_was_told(void **state)
{
	const struct limit told = { LIMIT_STORAGE, "root", 10, 500 };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct ledger_facts facts;

	put(r, &told, 1, QUOTA);
	ok(store_ledger_examine(r->st, false, NULL, 0, &facts, &err));
	rig_sql(r->path, "DROP TRIGGER account_limit_no_update;"
			 "UPDATE account_limit SET \"limit\" = 900;");
	fails(store_ledger_examine(r->st, false, NULL, 0, &facts, &err), ERR_LEDGER);
}

static void needs_a_run(void **state)
{
	const struct limit told = { LIMIT_STORAGE, "root", 10, 500 };
	struct rig *r = *state;
	struct err err = ERR_INIT;

	fails(store_limits_put(r->st, 1, &told, 1, QUOTA, &err), ERR_BUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_a_row_for_what_differs, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(the_ledger_knows_what_was_told, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(needs_a_run, rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
