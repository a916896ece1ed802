/* SPDX-License-Identifier: MIT */
/* The sort behind the cursors in the order of keys. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "store/store_db.h"
#include "tests/support/store_rig.h"

/* Limits so small that some hundred messages need every level of merging. */
enum { RUN = 16, FAN = 3, AHEAD = 5, KEEP = 40 };

static struct store_sort_pool small_pool(void)
{
	struct store_sort_pool pool = STORE_SORT_POOL_INIT;

	pool.run = RUN;
	pool.fan = FAN;
	pool.ahead = AHEAD;
	pool.keep = KEEP;
	return pool;
}

static void assert_empty(const struct store_sort_pool *pool)
{
	assert_int_equal(pool->spill.fd, -1);
	assert_int_equal(pool->spilled, 0);
	assert_int_equal(pool->kept, 0);
}

/* xorshift: the same numbers every time */
static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

enum shape {
	ANY_KEY,
	FEW_KEYS,
	ONE_KEY,
	LATE_DIFFERENCE, /* equal in the first eight octets */
	HIGHEST,	 /* the greatest head there is, which also ends a source */
	NO_KEY,
	TWINS, /* all but the uid is equal */
	DESCENDING,
	SHAPES
};

static struct message make(enum shape shape, uint32_t uid, uint64_t *seed)
{
	struct message m = { .uid = uid,
			     .tier = shape == NO_KEY ? TIER_NONE : TIER_ID,
			     .flags = (uint8_t)(random_next(seed) % 32),
			     .octets = (int64_t)(random_next(seed) % 20) - 1,
			     .date = (int64_t)(random_next(seed) % 7) - 3,
			     .keyword_set = (int64_t)(random_next(seed) % 3) };
	uint64_t half[2] = { random_next(seed), random_next(seed) };

	if (m.date == -3)
		m.date = MSG_DATE_UNKNOWN;
	switch (shape) {
	case FEW_KEYS:
		half[0] %= 4;
		half[1] = 0;
		break;
	case LATE_DIFFERENCE:
		half[0] = 42;
		half[1] %= 5;
		break;
	case HIGHEST:
		half[0] = UINT64_MAX;
		half[1] |= UINT64_C(0xffffffffffffff00);
		break;
	case DESCENDING:
		memset(half, 0, sizeof half);
		break;
	case ONE_KEY:
	case NO_KEY:
	case TWINS:
		memset(half, shape == ONE_KEY ? 7 : 0, sizeof half);
		break;
	default:
		break;
	}
	if (shape == TWINS)
		m.octets = m.date = 5;
	memcpy(m.key.bytes, half, sizeof m.key.bytes);
	if (shape == DESCENDING)
		for (int i = 0; i < 4; i++)
			m.key.bytes[i] = (uint8_t)(~uid >> (24 - 8 * i));
	return m;
}

static int by_order(const void *a, const void *b)
{
	const struct message *x = a, *y = b;

	for (size_t i = 0; i < sizeof x->key.bytes; i++)
		if (x->key.bytes[i] != y->key.bytes[i])
			return x->key.bytes[i] < y->key.bytes[i] ? -1 : 1;
	if (x->octets != y->octets)
		return x->octets < y->octets ? -1 : 1;
	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static bool is_same(const struct message *a, const struct message *b)
{
	return by_order(a, b) == 0 && a->tier == b->tier && a->flags == b->flags &&
	       a->keyword_set == b->keyword_set;
}

static void add(struct store_sort *s, const struct message *m)
{
	struct err err = ERR_INIT;
	struct message *place = store_sort_add(s, &err);

	if (place == NULL)
		fail_msg("%s", err.text);
	*place = *m;
}

/* n messages of a shape, added to s and sorted in v by another sort. */
static struct message *fill(struct store_sort *s, enum shape shape, size_t n)
{
	struct message *v = mem_alloc((n + 1) * sizeof *v);
	uint64_t seed = 88172645463325252u + n * 31 + (uint64_t)shape;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		v[i] = make(shape, (uint32_t)i + 1, &seed);
		add(s, &v[i]);
	}
	ok(store_sort_end(s, &err));
	qsort(v, n, sizeof *v, by_order);
	return v;
}

static void check(struct store_sort *s, const struct message *v, size_t n)
{
	struct err err = ERR_INIT;
	struct message m;

	for (size_t i = 0; i < n; i++) {
		if (store_sort_next(s, &m, &err) != NEXT_ITEM)
			fail_msg("ended at %zu of %zu: %s", i, n, err.text);
		if (!is_same(&m, &v[i]))
			fail_msg("place %zu of %zu: uid %u, not %u", i, n, m.uid,
				 v[i].uid);
	}
	for (int i = 0; i < 2; i++) /* and stays at the end */
		assert_int_equal(store_sort_next(s, &m, &err), NEXT_END);
}

static void sorts_any_number_of_any_shape(void **state)
{
	static const size_t sizes[] = { 0,
					1,
					2,
					RUN - 1,
					RUN,
					RUN + 1,
					KEEP,
					KEEP + 1,
					RUN * FAN,
					500,
					RUN * FAN * FAN,
					RUN * FAN * FAN + 1,
					3001 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (int shape = 0; shape < SHAPES; shape++) {
			struct store_sort_pool pool = small_pool();
			struct store_sort *s = store_sort_new(&pool);
			struct message *v = fill(s, (enum shape)shape, sizes[i]);

			assert_true((pool.spill.fd >= 0) == (sizes[i] > RUN));
			/* Runs were merged to longer ones, which lie behind them. */
			assert_true((pool.spill.end > (int64_t)(sizes[i] * sizeof *v)) ==
				    (sizes[i] > RUN * FAN));
			check(s, v, sizes[i]);
			store_sort_free(s);
			free(v);
			assert_empty(&pool);
		}
}

/* The limits that are used: one run in memory, and some in a file. */
static void sorts_many(void **state)
{
	static const size_t sizes[] = { SORT_RUN, SORT_RUN * 2 + 17 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (int shape = 0; shape < SHAPES; shape++) {
			struct store_sort_pool pool = STORE_SORT_POOL_INIT;
			struct store_sort *s = store_sort_new(&pool);
			struct message *v = fill(s, (enum shape)shape, sizes[i]);

			check(s, v, sizes[i]);
			store_sort_free(s);
			free(v);
			assert_empty(&pool);
		}
}

static void several_share_memory_and_file(void **state)
{
	static const size_t sizes[] = { 16, 90, 16, 8, 16, 3, 0, 200 };
	struct store_sort_pool pool = small_pool();
	struct store_sort *s[COUNT_OF(sizes)];
	struct message *v[COUNT_OF(sizes)], m;
	size_t at[COUNT_OF(sizes)] = { 0 };
	struct err err = ERR_INIT;
	bool more = true;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		s[i] = store_sort_new(&pool);
		v[i] = fill(s[i], ANY_KEY, sizes[i]);
		assert_in_range(pool.kept, 0, KEEP);
	}
	/* 16 + 16 + 8 fill what may be kept: 90, 16, 3 and 200 went to the file. */
	assert_int_equal(pool.kept, KEEP);
	assert_int_equal(pool.spilled, 4);
	while (more) {
		more = false;
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			if (at[i] == sizes[i])
				continue;
			assert_int_equal(store_sort_next(s[i], &m, &err), NEXT_ITEM);
			if (!is_same(&m, &v[i][at[i]++]))
				fail_msg("sort %zu, place %zu", i, at[i] - 1);
			more = true;
		}
	}
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		store_sort_free(s[i]);
		free(v[i]);
		assert_true((pool.spill.fd >= 0) == (pool.spilled > 0));
	}
	assert_empty(&pool);
}

static void may_be_given_up_at_any_time(void **state)
{
	static const size_t sizes[] = { 0, 5, RUN, RUN + 1, 300 };

	(void)state;
	store_sort_free(NULL);
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (size_t taken = 0; taken <= sizes[i]; taken += 37) {
			struct store_sort_pool pool = small_pool();
			struct store_sort *s = store_sort_new(&pool);
			struct message *v = fill(s, FEW_KEYS, sizes[i]), m;
			struct err err = ERR_INIT;

			for (size_t k = 0; k < taken; k++)
				assert_int_equal(store_sort_next(s, &m, &err), NEXT_ITEM);
			store_sort_free(s);
			free(v);
			assert_empty(&pool);
			/* and before the end was said */
			s = store_sort_new(&pool);
			for (size_t k = 0; k < taken; k++)
				add(s, &(struct message){ .uid = (uint32_t)k + 1 });
			store_sort_free(s);
			assert_empty(&pool);
		}
}

static struct rlimit file_limit(rlim_t octets)
{
	struct rlimit was, now;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = (struct rlimit){ .rlim_cur = octets, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	return was;
}

static void file_unlimited(const struct rlimit *was)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, was), 0);
	signal(SIGXFSZ, SIG_DFL);
}

/* Wherever the file ends: while runs are written, merged, or at the end. */
static void says_that_the_disk_is_full(void **state)
{
	enum { N = 500 };

	(void)state;
	for (rlim_t room = 0;; room += 500) {
		struct store_sort_pool pool = small_pool();
		struct store_sort *s = store_sort_new(&pool);
		struct rlimit was = file_limit(room);
		struct err err = ERR_INIT;
		bool fits = true;

		for (uint32_t uid = 1; uid <= N && fits; uid++) {
			struct message *m = store_sort_add(s, &err);

			fits = m != NULL;
			if (fits)
				*m = (struct message){ .uid = uid };
		}
		fits = fits && store_sort_end(s, &err);
		file_unlimited(&was);
		store_sort_free(s);
		assert_empty(&pool);
		if (fits) {
			assert_true(room > N * sizeof(struct message));
			return;
		}
		assert_int_equal(err.cls, ERR_LOCAL);
		assert_true(err.hint[0] != '\0');
	}
}

static void says_that_the_file_is_cut(void **state)
{
	struct store_sort_pool pool = small_pool();
	struct store_sort *s = store_sort_new(&pool);
	struct message *v = fill(s, ANY_KEY, 300), m;
	struct err err = ERR_INIT;
	enum next next;
	size_t n = 0;

	(void)state;
	assert_int_equal(ftruncate(pool.spill.fd, pool.spill.end / 2), 0);
	while ((next = store_sort_next(s, &m, &err)) == NEXT_ITEM)
		n++;
	assert_int_equal(next, NEXT_FAIL);
	assert_true(n < 300);
	assert_int_equal(err.cls, ERR_LOCAL);
	store_sort_free(s);
	free(v);
	assert_empty(&pool);
}

/* ---- through the store ---- */

/* Rows of one folder as ORDER BY puts them, against what the cursor says. */
static void compare_with_sql(struct rig *r, size_t want)
{
	struct store_messages *it;
	struct err err = ERR_INIT;
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	struct message m;
	size_t n = 0;

	assert_int_equal(sqlite3_open_v2(r->path, &db, SQLITE_OPEN_READONLY, NULL),
			 SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT id, octets, \"date\", flags, tier, \"key\","
				   " keyword_set FROM message WHERE id BETWEEN 1 << 32"
				   " AND 1 << 32 | 4294967295 AND gone_run IS NULL"
				   " ORDER BY \"key\", octets, \"date\", id",
				   -1, &q, NULL),
		SQLITE_OK);
	ok(store_messages_open(r->st, 1, STORE_BY_KEY, &it, &err));
	while (sqlite3_step(q) == SQLITE_ROW) {
		if (store_messages_next(it, &m, &err) != NEXT_ITEM)
			fail_msg("place %zu: %s", n, err.text);
		if ((int64_t)m.uid != (sqlite3_column_int64(q, 0) & UINT32_MAX) ||
		    m.octets != sqlite3_column_int64(q, 1) ||
		    (sqlite3_column_type(q, 2) == SQLITE_NULL
			     ? m.date != MSG_DATE_UNKNOWN
			     : m.date != sqlite3_column_int64(q, 2)) ||
		    m.flags != sqlite3_column_int(q, 3) ||
		    m.tier != sqlite3_column_int(q, 4) ||
		    memcmp(m.key.bytes, sqlite3_column_blob(q, 5), 16) != 0 ||
		    m.keyword_set != sqlite3_column_int64(q, 6))
			fail_msg("place %zu: uid %u is not as SQL says", n, m.uid);
		n++;
	}
	assert_int_equal(store_messages_next(it, &m, &err), NEXT_END);
	assert_int_equal(n, want);
	store_messages_close(it);
	sqlite3_finalize(q);
	sqlite3_close(db);
	assert_empty(&r->st->sorts);
}

static struct store_row *mixed_rows(size_t n)
{
	struct store_row *rows = mem_calloc(n, sizeof *rows);
	uint64_t seed = 4711;

	for (size_t i = 0; i < n; i++) {
		enum shape shape = (enum shape)(random_next(&seed) % SHAPES);

		rows[i].m = make(shape, (uint32_t)i + 1, &seed);
		rows[i].keywords = i % 3 == 0 ? "Work" : "";
	}
	return rows;
}

static void orders_a_folder_as_sql_does(void **state)
{
	enum { N = SORT_RUN + 5000 };
	struct rig *r = *state;
	struct store_row *rows = mixed_rows(N);

	rig_start(r, DEPTH_FULL);
	compare_with_sql(r, 0);
	rig_read(r, rows, N, DEPTH_FULL);
	compare_with_sql(r, N);
	/* Messages that are gone are not among them. */
	rig_run_end(r);
	rig_run(r, DEPTH_FULL);
	rig_read(r, rows, N / 2, DEPTH_FULL);
	compare_with_sql(r, N / 2);
	rig_run_end(r);
	rig_run(r, DEPTH_FULL);
	rig_read(r, rows, 0, DEPTH_FULL);
	compare_with_sql(r, 0);
	free(rows);
}

static void orders_a_folder_within_small_limits(void **state)
{
	enum { N = 2000 };
	struct rig *r = *state;
	struct store_row *rows = mixed_rows(N);

	r->st->sorts = small_pool();
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, N, DEPTH_FULL);
	compare_with_sql(r, N);
	free(rows);
}

static void cursors_may_be_closed_half_read(void **state)
{
	struct rig *r = *state;
	struct store_row *rows = mixed_rows(200);
	struct store_messages *it[3];
	struct err err = ERR_INIT;
	struct message m;

	r->st->sorts = small_pool();
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, 200, DEPTH_FULL);
	store_messages_close(NULL);
	for (size_t i = 0; i < COUNT_OF(it); i++)
		ok(store_messages_open(r->st, 1, STORE_BY_KEY, &it[i], &err));
	for (size_t i = 0; i < COUNT_OF(it) - 1; i++)
		for (size_t k = 0; k <= i * 30; k++)
			assert_int_equal(store_messages_next(it[i], &m, &err), NEXT_ITEM);
	assert_int_equal(r->st->sorts.spilled, 2);
	for (size_t i = 0; i < COUNT_OF(it); i++)
		store_messages_close(it[i]);
	assert_empty(&r->st->sorts);
	compare_with_sql(r, 200);
	free(rows);
}

/* A full disk is an error of the cursor alone: the open transaction stands. */
static void a_full_disk_loses_nothing(void **state)
{
	struct rig *r = *state;
	struct store_row *rows = mixed_rows(500);
	struct store_messages *it;
	struct err err = ERR_INIT;
	struct message m;
	struct account a = { .side = SIDE_NEW, .user = "bob" };
	struct rlimit was;
	int64_t id;

	r->st->sorts = small_pool();
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, 500, DEPTH_FULL);
	ok(store_begin(r->st, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	ok(store_messages_open(r->st, 1, STORE_BY_KEY, &it, &err));
	was = file_limit(2000);
	for (int i = 0; i < 2; i++) { /* it does not go on with half of them */
		err = ERR_INIT;
		assert_int_equal(store_messages_next(it, &m, &err), NEXT_FAIL);
		assert_int_equal(err.cls, ERR_LOCAL);
		assert_non_null(strstr(err.hint, "nothing is lost"));
	}
	file_unlimited(&was);
	store_messages_close(it);
	assert_empty(&r->st->sorts);
	err = ERR_INIT;
	ok(store_commit(r->st, &err));
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM account"), 2);
	compare_with_sql(r, 500);
	free(rows);
}

static void refuses_rows_that_we_would_not_have_written(void **state)
{
	static const struct {
		const char *sql, *undo, *want;
	} cases[] = {
		{ "UPDATE message SET \"key\" = x'00' WHERE id = 1 << 32 | 150",
		  "UPDATE message SET \"key\" = zeroblob(16) WHERE id = 1 << 32 | 150",
		  "16 octets" },
		{ "UPDATE message SET \"key\" = zeroblob(17) WHERE id = 1 << 32 | 1",
		  "UPDATE message SET \"key\" = zeroblob(16) WHERE id = 1 << 32 | 1",
		  "16 octets" },
		{ "UPDATE message SET tier = 4 WHERE id = 1 << 32 | 200",
		  "UPDATE message SET tier = 3 WHERE id = 1 << 32 | 200",
		  "outside its list" },
		{ "UPDATE message SET tier = -1 WHERE id = 1 << 32 | 3",
		  "UPDATE message SET tier = 0 WHERE id = 1 << 32 | 3",
		  "outside its list" },
		{ "UPDATE message SET tier = 4294967296 WHERE id = 1 << 32 | 3",
		  "UPDATE message SET tier = 0 WHERE id = 1 << 32 | 3",
		  "outside its list" },
	};
	static const enum store_order orders[] = { STORE_BY_UID, STORE_BY_KEY };
	struct rig *r = *state;
	struct store_row *rows = mixed_rows(200);

	r->st->sorts = small_pool();
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, 200, DEPTH_FULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(rig_sql(r->path, cases[i].sql), SQLITE_OK);
		for (size_t k = 0; k < COUNT_OF(orders); k++) {
			struct store_messages *it;
			struct err err = ERR_INIT;
			struct message m;
			enum next next;

			ok(store_messages_open(r->st, 1, orders[k], &it, &err));
			while ((next = store_messages_next(it, &m, &err)) == NEXT_ITEM)
				;
			if (next != NEXT_FAIL || err.cls != ERR_LEDGER ||
			    strstr(err.text, cases[i].want) == NULL)
				fail_msg("case %zu, order %zu: %s", i, k, err.text);
			store_messages_close(it);
		}
		assert_int_equal(rig_sql(r->path, cases[i].undo), SQLITE_OK);
	}
	compare_with_sql(r, 200);
	free(rows);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_any_number_of_any_shape),
		cmocka_unit_test(sorts_many),
		cmocka_unit_test(several_share_memory_and_file),
		cmocka_unit_test(may_be_given_up_at_any_time),
		cmocka_unit_test(says_that_the_disk_is_full),
		cmocka_unit_test(says_that_the_file_is_cut),
		TEST(orders_a_folder_as_sql_does),
		TEST(orders_a_folder_within_small_limits),
		TEST(cursors_may_be_closed_half_read),
		TEST(a_full_disk_loses_nothing),
		TEST(refuses_rows_that_we_would_not_have_written),
	};

	return cmocka_run_group_tests_name("store_sort", tests, NULL, NULL);
}
