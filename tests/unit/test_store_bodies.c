/* SPDX-License-Identifier: MIT */
/* What is kept of a run's bodies while they come says the same as their rows. */
#include "store/store_db.h"
#include "store/store_digest.h"
#include "store/store_window.h"
#include "tests/support/store_rig.h"

/* The digest over all rows of the current run. */
static struct sha256 rows_of(struct store *st)
{
	struct run_facts facts;
	struct err err = ERR_INIT;

	ok(digest_run(st, st->run, INT64_MAX, &facts, &err));
	return facts.rows;
}

static bool same(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void put(struct store *st, const uint32_t *uids, size_t n)
{
	struct body_facts f[40];
	struct body_row rows[40];
	struct err err = ERR_INIT;

	assert_true(n <= COUNT_OF(rows));
	for (size_t i = 0; i < n; i++) {
		f[i] = (struct body_facts){ .read = uids[i] != 7,
					    .announced = -1,
					    .octets = uids[i],
					    .lines = 3,
					    .symptoms = UINT64_C(1)
							<< uids[i] % SYMPTOM_COUNT,
					    .header_key = { { 1, 2 } },
					    .body_key = { { (uint8_t)uids[i] } },
					    .words = uids[i] == 7 ? "NO" : "" };
		rows[i] = (struct body_row){ 1 + uids[i] % 2, uids[i], &f[i] };
	}
	ok(store_begin(st, &err));
	ok(store_bodies_put(st, rows, n, &err));
	ok(store_commit(st, &err));
}

/* In order, behind it, and of two folders at a time. */
static void what_is_kept_says_what_the_rows_say(void **state)
{
	static const uint32_t some[] = { 1,  2,	 3,  5,	 7,  9,	 4,  8,	 20, 6,	 21, 22,
					 23, 24, 25, 26, 27, 28, 29, 30, 31, 10, 33, 32 };
	struct rig *r = *state;
	struct sha256 kept, none, rows;

	rig_start(r, DEPTH_FULL);
	none = rows_of(r->st);
	put(r->st, some, COUNT_OF(some));
	assert_int_equal(r->st->bodies.ordered.n + r->st->bodies.late.n, COUNT_OF(some));
	kept = rows_of(r->st);
	assert_false(same(&kept, &none));
	bodies_drop(r->st);
	rows = rows_of(r->st);
	assert_true(same(&kept, &rows));
}

/* A run that was begun by another program, or by this one before, is asked for its rows.
 */
static void a_run_that_is_continued_is_asked_for_its_rows(void **state)
{
	static const uint32_t first[] = { 3, 9 }, then[] = { 5, 4 };
	struct rig *r = *state;
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	put(r->st, first, COUNT_OF(first));
	rig_reopen(r);
	ok(store_run_resume(r->st, r->run, &err));
	put(r->st, then, COUNT_OF(then));
	assert_int_equal(r->st->bodies.ordered.n, 0);
	rig_run_end(r);
	ok(store_ledger_verify(r->st, &(int64_t){ 0 }, &err));
}

/* What was taken back is in neither. */
static void what_is_rolled_back_is_forgotten(void **state)
{
	const struct body_facts f = { .read = true, .words = "" };
	const struct body_row row = { 1, 2, &f };
	static const uint32_t more[] = { 1, 3 };
	struct rig *r = *state;
	struct sha256 now, rows;
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	ok(store_begin(r->st, &err));
	ok(store_bodies_put(r->st, &row, 1, &err));
	store_rollback(r->st);
	put(r->st, more, COUNT_OF(more));
	now = rows_of(r->st);
	bodies_drop(r->st);
	rows = rows_of(r->st);
	assert_true(same(&now, &rows));
	/* A row that is refused takes its transaction with it. */
	ok(store_begin(r->st, &err));
	assert_false(store_bodies_put(r->st, &(struct body_row){ 2, 1, &f }, 1, &err));
	store_rollback(r->st);
	now = rows_of(r->st);
	assert_true(same(&now, &rows));
}

/* Of more than BODIES_MAX nothing is kept, and no memory either. */
static void there_is_an_end_to_what_is_kept(void **state)
{
	const struct body_facts f = { .read = true, .words = "" };
	struct rig *r = *state;

	rig_start(r, DEPTH_FULL);
	for (uint32_t uid = 1; uid <= BODIES_MAX; uid++)
		bodies_add(r->st, &(struct body_row){ 1, uid, &f });
	assert_int_equal(r->st->bodies.ordered.n, BODIES_MAX);
	bodies_add(r->st, &(struct body_row){ 1, BODIES_MAX + 1, &f });
	assert_int_equal(r->st->bodies.run, 0);
	assert_null(r->st->bodies.ordered.v);
}

/* Each column of each row counts. */
static void no_column_can_be_altered_unseen(void **state)
{
	static const uint32_t uids[] = { 7, 8 };
	static const char *const columns[] = { "message",  "read",	 "announced",
					       "octets",   "lines",	 "bare_lf",
					       "symptoms", "header_key", "body_key",
					       "words" };
	struct rig *r = *state;
	struct sha256 before, after;
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	put(r->st, uids, COUNT_OF(uids));
	bodies_drop(r->st);
	before = rows_of(r->st);
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		char sql[400];

		snprintf(sql, sizeof sql,
			 "DROP TRIGGER IF EXISTS body_seen_no_update; SAVEPOINT s;"
			 "UPDATE body_seen SET \"%s\" = CASE typeof(\"%s\")"
			 " WHEN 'integer' THEN \"%s\" + 1 WHEN 'text' THEN \"%s\" || 'x'"
			 " ELSE X'0102030405060708090A0B0C0D0E0F1011' END"
			 " WHERE octets = 7",
			 columns[i], columns[i], columns[i], columns[i]);
		ok(db_exec(r->st, sql, &err));
		after = rows_of(r->st);
		if (same(&before, &after))
			fail_msg("%s", columns[i]);
		ok(db_exec(r->st, "ROLLBACK TO s; RELEASE s", &err));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_says_what_the_rows_say,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(
			a_run_that_is_continued_is_asked_for_its_rows, rig_setup,
			rig_teardown),
		cmocka_unit_test_setup_teardown(what_is_rolled_back_is_forgotten,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_what_is_kept,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(no_column_can_be_altered_unseen,
						rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
