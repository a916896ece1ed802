/* SPDX-License-Identifier: MIT */
/* When SQLite's log is emptied into the database. */
#include "store/store_db.h"
#include "tests/support/store_fixture.h"

#include <sys/stat.h>

enum { PAGES = 300 }; /* that a commit writes, and a few more */

static void commit(struct fx *fx)
{
	struct err err = ERR_INIT;

	fx_ok(store_begin(fx->st, &err));
	fx_ok(db_exec(fx->st, "INSERT INTO pad VALUES (randomblob(300 * 8192))", &err));
	fx_ok(store_commit(fx->st, &err));
}

static int64_t octets(const struct fx *fx)
{
	struct stat st;

	assert_int_equal(stat(fx->path, &st), 0);
	return st.st_size;
}

static void open_with_pad(struct fx *fx)
{
	struct err err = ERR_INIT;

	fx_open(fx);
	fx_ok(db_exec(fx->st, "CREATE TABLE pad (x BLOB)", &err));
}

static void a_commit_does_it_where_nobody_is_idle(void **state)
{
	struct fx fx;
	int64_t before;

	(void)state;
	open_with_pad(&fx);
	before = octets(&fx);
	for (int i = 0; i < 4; i++)
		commit(&fx);
	assert_true(octets(&fx) >= before + 4 * PAGES * 8192);
	fx_close(&fx);
}

static void it_waits_until_nothing_is_to_be_written(void **state)
{
	struct fx fx;
	int64_t before;
	struct err err = ERR_INIT;

	(void)state;
	open_with_pad(&fx);
	store_idle_expect(fx.st);
	before = octets(&fx);
	commit(&fx);
	store_idle(fx.st); /* not for so little */
	for (int i = 0; i < 4; i++)
		commit(&fx);
	assert_int_equal(octets(&fx), before);
	fx_ok(store_begin(fx.st, &err));
	store_idle(fx.st); /* nor within a transaction */
	store_rollback(fx.st);
	assert_int_equal(octets(&fx), before);
	store_idle(fx.st);
	assert_true(octets(&fx) >= before + 5 * PAGES * 8192);
	before = octets(&fx);
	commit(&fx); /* the log begins anew */
	store_idle(fx.st);
	assert_int_equal(octets(&fx), before);
	fx_close(&fx);
}

static void but_not_for_ever(void **state)
{
	struct fx fx;
	int64_t before;

	(void)state;
	open_with_pad(&fx);
	store_idle_expect(fx.st);
	before = octets(&fx);
	for (int i = 0; i < 7; i++)
		commit(&fx);
	assert_true(octets(&fx) >= before + 6 * PAGES * 8192);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_does_it_where_nobody_is_idle),
		cmocka_unit_test(it_waits_until_nothing_is_to_be_written),
		cmocka_unit_test(but_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
