/* SPDX-License-Identifier: MIT */
/* Which messages are one and the same: what is due, kept, and found again. */
#include "store/store_gmail.h"
#include "tests/support/store_rig.h"

static struct gmail_due due(struct rig *r)
{
	struct err err = ERR_INIT;
	struct gmail_due d;

	ok(store_gmail_due(r->st, r->folder, &r->arena, &d, &err));
	return d;
}

static void asks_for_what_is_not_known(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	static struct gmail_row told[STORE_GMAIL_RANGE];
	struct store_row *rows;
	struct gmail_copy *copy;
	struct gmail_labels *labels;
	struct gmail_due d;
	bool any;
	size_t n;

	rig_start(r, DEPTH_FULL);
	assert_int_equal(due(r).n, 0); /* never read */
	rows = rig_rows(1, 2 * STORE_GMAIL_RANGE + 1, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	d = due(r);
	assert_int_equal(d.n, 3);
	assert_int_equal(d.epoch, 1);
	assert_true(d.uidvalidity != 0);
	assert_int_equal(d.range[0].lo, 1);
	assert_int_equal(d.range[1].lo, STORE_GMAIL_RANGE + 1);
	assert_int_equal(d.range[2].lo, 2 * STORE_GMAIL_RANGE + 1);
	ok(store_gmail_any(r->st, 1, &any, &err));
	assert_false(any);
	for (uint32_t i = 0; i < STORE_GMAIL_RANGE; i++)
		told[i] = (struct gmail_row){ .uid = i + 1,
					      .number = UINT64_MAX - i / 2,
					      .labels = i < 10 ? "Home\nWork" : "" };
	ok(store_gmail_put(r->st, 1, told, STORE_GMAIL_RANGE, &err));
	/* One that is not stored, and one that is known: nothing. */
	told[1].uid = 9999999;
	told[0].number = 5;
	ok(store_gmail_put(r->st, 1, told, 2, &err));
	d = due(r);
	assert_int_equal(d.n, 2);
	assert_int_equal(d.range[0].lo, STORE_GMAIL_RANGE + 1);
	ok(store_gmail_any(r->st, 1, &any, &err));
	assert_true(any);
	ok(store_gmail_copies(r->st, 1, 1, 3, &r->arena, &copy, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(copy[0].uid, 4);
	assert_int_equal(copy[0].folder, r->folder);
	assert_false(copy[0].leftover);
	assert_int_equal(copy[0].gone_run, 0);
	ok(store_gmail_copies(r->st, 1, 1, 2000, &r->arena, &copy, &n, &err));
	assert_int_equal(n, 0);
	ok(store_gmail_labels(r->st, r->account, &r->arena, &labels, &n, &err));
	assert_int_equal(n, 2);
	assert_string_equal(labels[1].names, "Home\nWork");
	assert_int_equal(labels[1].messages, 5);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(asks_for_what_is_not_known, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
