/* SPDX-License-Identifier: MIT */
/* Hashes of the events of an hour: as octets, and in rows of the store. */
#include "tests/support/store_fixture.h"

#include <sqlite3.h>

#include "store/store_log_seen.h"

#define MOST ((UINT64_C(1) << LOG_HASH_BITS) - 1)

static uint64_t mixed(uint64_t i)
{
	i = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return (i ^ i >> 29) * UINT64_C(0xbf58476d1ce4e5b9) >> 16;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* n of them, those of another hour others; each fourth one twice. */
static uint64_t *some(size_t n, int64_t hour)
{
	uint64_t *v = mem_alloc((n + 1) * sizeof *v);

	for (size_t i = 0; i < n; i++)
		v[i] = i % 4 == 3 ? v[i - 1] : mixed((uint64_t)hour << 32 | i);
	qsort(v, n, sizeof *v, ascending);
	return v;
}

static const size_t sizes[] = { 0,    1,   2,	 LOG_HASHES_SOME - 1, LOG_HASHES_SOME,
				65,   467, 5000, LOG_HASHES_MANY - 1, LOG_HASHES_MANY,
				16390 };

static void what_was_put_is_read(void **state)
{
	struct strbuf row = STRBUF_INIT;
	struct span rest;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		uint64_t *v = some(sizes[i], (int64_t)i);

		if (sizes[i] > 1) { /* the ends of the range */
			v[0] = 0;
			v[sizes[i] - 1] = MOST;
		}
		log_hashes_put(&row, (int64_t)i * 1000, v, sizes[i]);
		free(v);
	}
	rest = strbuf_span(&row);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		uint64_t *want = some(sizes[i], (int64_t)i);
		uint64_t *got = mem_alloc((sizes[i] + 1) * sizeof *got);
		struct log_hashes h;

		if (sizes[i] > 1) {
			want[0] = 0;
			want[sizes[i] - 1] = MOST;
		}
		assert_true(log_hashes_take(&rest, &h));
		assert_int_equal(h.hour, i * 1000);
		assert_int_equal(h.n, sizes[i]);
		assert_true(log_hashes_read(&h, got));
		if (memcmp(got, want, sizes[i] * sizeof *got) != 0)
			fail_msg("%zu hashes", sizes[i]);
		free(got);
		free(want);
	}
	assert_int_equal(rest.n, 0);
	strbuf_done(&row);
}

/* An octet for each event more would be a fifth more of what logs take in a store. */
static void most_take_little_more_than_five_octets(void **state)
{
	struct strbuf row = STRBUF_INIT;
	uint64_t *v = some(467, 7);

	(void)state;
	log_hashes_put(&row, 7, v, 467);
	assert_true(row.n < 467 * 5.3);
	free(v);
	strbuf_done(&row);
}

/* In memory of its own, whose end the sanitizers know. */
static char *copy_of(const char *p, size_t n)
{
	char *copy = mem_alloc(n > 0 ? n : 1);

	memcpy(copy, p, n);
	return copy;
}

/* Cut off, or with any bit another one: never more than it says, never out of order, and
 * nothing is read behind the end (the sanitizers look). */
static void damage_is_no_hash(void **state)
{
	struct strbuf row = STRBUF_INIT;
	uint64_t *v = some(70, 1), got[1024];
	size_t refused = 0;

	(void)state;
	log_hashes_put(&row, 1, v, 70);
	for (size_t cut = 0; cut < row.n; cut++) {
		char *copy = copy_of(row.p, cut);
		struct span rest = { copy, cut };
		struct log_hashes h;

		assert_false(log_hashes_take(&rest, &h));
		free(copy);
	}
	for (size_t bit = 0; bit < row.n * 8; bit++) {
		char *copy = copy_of(row.p, row.n);
		struct span rest = { copy, row.n };
		struct log_hashes h;

		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		if (!log_hashes_take(&rest, &h) || h.n > COUNT_OF(got) ||
		    !log_hashes_read(&h, got)) {
			refused++;
		} else {
			for (size_t i = 1; i < h.n; i++)
				assert_true(got[i] >= got[i - 1] && got[i] <= MOST);
		}
		free(copy);
	}
	assert_true(refused > 70);
	free(v);
	strbuf_done(&row);
}

static size_t many(int64_t hour)
{
	return (size_t)(hour % 97 == 0 ? 9000 : hour % 7 * 40 + hour % 3);
}

static void put(struct log_seen *w, int64_t hour, size_t n)
{
	uint64_t *v = some(n, hour);
	struct err err = ERR_INIT;

	fx_ok(log_seen_put(w, hour, v, n, &err));
	free(v);
}

static void is(struct log_seen *w, int64_t hour, size_t n)
{
	uint64_t *want = some(n, hour);
	const uint64_t *got;
	struct err err = ERR_INIT;
	size_t got_n;

	fx_ok(log_seen_get(w, hour, &got, &got_n, &err));
	if (got_n != n || (n > 0 && memcmp(got, want, n * sizeof *want) != 0))
		fail_msg("hour %lld: %zu hashes, %zu wanted", (long long)hour, got_n, n);
	free(want);
}

static int64_t number(struct fx *fx, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	int64_t n;

	assert_int_equal(sqlite3_open(fx->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

#define HOURS 2000

/* In the order of the days, backwards, and to and fro; each hour once, then some again.
 */
static void hours_are_found_in_whatever_order_they_came(void **state)
{
	(void)state;
	for (int way = 0; way < 3; way++) {
		struct fx fx;
		struct log_seen *w = NULL;
		struct err err = ERR_INIT;

		fx_open(&fx);
		fx_ok(store_begin(fx.st, &err));
		log_seen_open(fx.st, SIDE_OLD, &w);
		for (int64_t i = 0; i < HOURS; i++) {
			int64_t hour = way == 0	  ? i
				       : way == 1 ? HOURS - 1 - i
						  : (i * 1009 + 13) % HOURS;

			put(w, hour, many(hour));
			is(w, hour, many(hour));
		}
		fx_ok(log_seen_store(w, &err));
		fx_ok(store_commit(fx.st, &err));
		fx_ok(store_begin(fx.st, &err));
		put(w, 500, 20000); /* more than its row holds */
		put(w, 501, 0);
		fx_ok(log_seen_store(w, &err));
		log_seen_close(w);
		log_seen_open(fx.st, SIDE_OLD, &w);
		for (int64_t hour = 0; hour < HOURS; hour++)
			is(w, hour, hour == 500 ? 20000 : hour == 501 ? 0 : many(hour));
		is(w, HOURS, 0);
		is(w, INT32_MAX, 0);
		log_seen_close(w);
		log_seen_open(fx.st, SIDE_NEW, &w);
		is(w, 3, 0);
		log_seen_close(w);
		fx_ok(store_commit(fx.st, &err));
		if (way == 0) { /* rows are full when hours ascend */
			int64_t octets = number(
				&fx, "SELECT sum(length(hashes)) FROM log_seen");

			assert_true(number(&fx, "SELECT count(*) FROM log_seen") <=
				    octets / (int64_t)LOG_SEEN_ROW + 3);
		}
		assert_true(number(&fx, "SELECT max(length(hashes)) FROM log_seen") <
			    (int64_t)LOG_SEEN_ROW + 20000 * 6);
		fx_close(&fx);
	}
}

static void what_is_forgotten_was_not_counted(void **state)
{
	struct fx fx;
	struct log_seen *w = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fx_open(&fx);
	log_seen_open(fx.st, SIDE_OLD, &w);
	fx_ok(store_begin(fx.st, &err));
	for (int64_t hour = 0; hour < 400; hour++)
		put(w, hour, 300);
	fx_ok(log_seen_store(w, &err));
	fx_ok(store_commit(fx.st, &err));
	fx_ok(store_begin(fx.st, &err));
	for (int64_t hour = 200; hour < 800; hour++)
		put(w, hour, 310);
	store_rollback(fx.st);
	log_seen_forget(w);
	for (int64_t hour = 0; hour < 800; hour++)
		is(w, hour, hour < 400 ? 300 : 0);
	log_seen_close(w);
	fx_close(&fx);
}

/* What stands in the store is looked at before it is believed. */
static void damaged_rows_are_told(void **state)
{
	static const char *const damage[] = {
		"UPDATE log_seen SET hashes = substr(hashes, 1, length(hashes) - 1)",
		"UPDATE log_seen SET hashes = CAST(hashes || hashes AS BLOB)",
		"UPDATE log_seen SET hour = hour + 1",
		"UPDATE log_seen SET hashes = zeroblob(7)",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(damage); i++) {
		struct fx fx;
		struct log_seen *w = NULL;
		struct err err = ERR_INIT;
		const uint64_t *v;
		sqlite3 *db = NULL;
		size_t n;

		fx_open(&fx);
		log_seen_open(fx.st, SIDE_OLD, &w);
		fx_ok(store_begin(fx.st, &err));
		for (int64_t hour = 10; hour < 20; hour++)
			put(w, hour, 100);
		fx_ok(log_seen_store(w, &err));
		fx_ok(store_commit(fx.st, &err));
		assert_int_equal(sqlite3_open(fx.path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, damage[i], NULL, NULL, NULL),
				 SQLITE_OK);
		sqlite3_close(db);
		assert_false(log_seen_get(w, 15, &v, &n, &err));
		assert_int_equal(err.cls, ERR_LEDGER);
		assert_non_null(strstr(err.text, "hashes of the hours of a log"));
		log_seen_close(w);
		fx_close(&fx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_read),
		cmocka_unit_test(most_take_little_more_than_five_octets),
		cmocka_unit_test(damage_is_no_hash),
		cmocka_unit_test(hours_are_found_in_whatever_order_they_came),
		cmocka_unit_test(what_is_forgotten_was_not_counted),
		cmocka_unit_test(damaged_rows_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
