/* SPDX-License-Identifier: MIT */
/* What is put into a window is what the store holds. */
#include "store/store_db.h"
#include "tests/support/store_rig.h"

static void keeps_every_fact(void **state)
{
	struct rig *r = *state;
	struct store_row rows[] = {
		{ .m = { .uid = 1,
			 .tier = TIER_ID,
			 .flags = MSG_SEEN | MSG_DRAFT,
			 .octets = 0,
			 .date = 0,
			 .key = { "aaaaaaaaaaaaaaa" } },
		  .keywords = "",
		  .message_id = "a@example.org" },
		{ .m = { .uid = 2,
			 .tier = TIER_NONE,
			 .octets = -1,
			 .date = MSG_DATE_UNKNOWN },
		  .keywords = "$MDNSent Work" },
		{ .m = { .uid = 4294967295u,
			 .tier = TIER_BODY,
			 .flags = 31,
			 .octets = 4294967296,
			 .date = -86400,
			 .key = { "zzzzzzzzzzzzzzz" } },
		  .keywords = "$MDNSent Work",
		  .message_id = "z@example.org" },
	};
	struct store_messages *it;
	struct err err = ERR_INIT;
	struct message m;
	const char *text;

	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, COUNT_OF(rows), DEPTH_FULL);
	ok(store_messages_open(r->st, 1, STORE_BY_UID, &it, &err));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct message *e = &rows[i].m;

		if (store_messages_next(it, &m, &err) != NEXT_ITEM)
			fail_msg("row %zu: %s", i, err.text);
		if (m.uid != e->uid || m.tier != e->tier || m.flags != e->flags ||
		    m.octets != e->octets || m.date != e->date ||
		    memcmp(&m.key, &e->key, sizeof m.key) != 0)
			fail_msg("row %zu is not as it was put", i);
		ok(store_keywords(r->st, m.keyword_set, &r->arena, &text, &err));
		assert_string_equal(text, rows[i].keywords);
		ok(store_message_id(r->st, 1, m.uid, &r->arena, &text, &err));
		if (rows[i].message_id == NULL)
			assert_null(text);
		else
			assert_string_equal(text, rows[i].message_id);
	}
	assert_int_equal(store_messages_next(it, &m, &err), NEXT_END);
	store_messages_close(it);
}

static void sorts_by_key_octets_date_and_uid(void **state)
{
	struct rig *r = *state;
	struct store_row rows[] = {
		{ .m = { .uid = 10, .key = { "b" }, .octets = 5, .date = 9 } },
		{ .m = { .uid = 11, .key = { "a" }, .octets = 7, .date = 1 } },
		{ .m = { .uid = 12, .key = { "a" }, .octets = 6, .date = 2 } },
		{ .m = { .uid = 13, .key = { "a" }, .octets = 6, .date = 1 } },
		{ .m = { .uid = 14, .key = { "a" }, .octets = 6, .date = 1 } },
		{ .m = { .uid = 15,
			 .key = { "a" },
			 .octets = 6,
			 .date = MSG_DATE_UNKNOWN } },
		{ .m = { .uid = 16, .key = { "\xff" }, .octets = 1, .date = 1 } },
	};
	static const uint32_t order[] = { 15, 13, 14, 12, 11, 10, 16 };
	struct store_messages *it;
	struct err err = ERR_INIT;
	struct message m;

	rig_start(r, DEPTH_IDS);
	rig_read(r, rows, COUNT_OF(rows), DEPTH_IDS);
	ok(store_messages_open(r->st, 1, STORE_BY_KEY, &it, &err));
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		assert_int_equal(store_messages_next(it, &m, &err), NEXT_ITEM);
		if (m.uid != order[i])
			fail_msg("place %zu: uid %u, not %u", i, m.uid, order[i]);
	}
	assert_int_equal(store_messages_next(it, &m, &err), NEXT_END);
	store_messages_close(it);
}

static void keeps_epochs_apart(void **state)
{
	struct rig *r = *state;
	struct folder_state s = rig_state(3);
	struct store_row *rows;
	int64_t first, second;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 3, 1, &n);
	first = rig_begin(r, &s);
	rig_put(r, first, 1, UINT32_MAX, rows, n, DEPTH_FULL);
	s.uidvalidity = 8;
	second = rig_begin(r, &s);
	assert_int_not_equal(first, second);
	rig_put(r, second, 1, UINT32_MAX, rows, 2, DEPTH_FULL);
	assert_int_equal(rig_count(r, first), 3);
	assert_int_equal(rig_count(r, second), 2);
	assert_int_equal(rig_begin(r, &s), second);
	free(rows);
}

/* Row i of an epoch: every third stretch of UIDs has gaps, some have no Message-ID. */
static uint32_t uid_of(size_t i)
{
	return (uint32_t)(i + 1 +
			  (i / 100 % 3 == 2 ? i / 100 * 200 + i % 100 * 2
					    : i / 100 * 200));
}

static bool has_id(size_t i)
{
	return i / 50 % 4 != 3 || i % 7 != 0;
}

/* Rows that follow the greatest one are written another way than those in between. */
static void writes_rows_at_the_end_and_in_between(void **state)
{
	static const struct {
		int64_t epoch;
		size_t from, n;
	} puts[] = {
		{ 5, 0, 40 },	 { 5, 40, 700 },  { 9, 0, 33 },	   { 5, 740, 300 },
		{ 9, 33, 1000 }, { 5, 1040, 17 }, { 9, 1033, 16 }, { 9, 1049, 951 }
	};
	struct rig *r = *state;
	struct store_row *rows = calloc(2000, sizeof *rows);
	char(*ids)[32] = calloc(2000, sizeof *ids);
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	for (size_t i = 0; i < 2000; i++) {
		rows[i] = rig_row(uid_of(i));
		snprintf(ids[i], sizeof ids[i], "<%zu@example.org>", i);
		rows[i].message_id = has_id(i) ? ids[i] : NULL;
	}
	for (size_t k = 0; k < COUNT_OF(puts); k++) {
		struct store_window w = { .epoch = puts[k].epoch,
					  .lo = 1,
					  .hi = UINT32_MAX,
					  .rows = rows + puts[k].from,
					  .row_n = puts[k].n,
					  .depth = DEPTH_FULL,
					  .sparse = true };

		ok(store_window_put(r->st, &w, &err));
	}
	for (int64_t epoch = 5; epoch <= 9; epoch += 4) {
		size_t want = epoch == 5 ? 1057 : 2000;
		struct store_messages *it;
		struct message m;

		ok(store_messages_open(r->st, epoch, STORE_BY_UID, &it, &err));
		for (size_t i = 0; i < want; i++) {
			const char *text;

			assert_int_equal(store_messages_next(it, &m, &err), NEXT_ITEM);
			if (m.uid != rows[i].m.uid || m.octets != rows[i].m.octets)
				fail_msg("row %zu has uid %u", i, m.uid);
			ok(store_message_id(r->st, epoch, m.uid, &r->arena, &text, &err));
			assert_string_equal(text == NULL ? "" : text,
					    has_id(i) ? ids[i] : "");
		}
		assert_int_equal(store_messages_next(it, &m, &err), NEXT_END);
		store_messages_close(it);
	}
	assert_non_null(r->st->stmt[STMT_MESSAGE_APPEND]);
	assert_non_null(r->st->stmt[STMT_MESSAGE_ID_APPEND]);
	free(rows);
	free(ids);
}

static void writes_only_the_watermark_when_nothing_changed(void **state)
{
	static const enum depth depths[] = { DEPTH_FULL, DEPTH_IDS };
	struct rig *r = *state;
	struct folder_state s = rig_state(3000);
	struct store_row *rows;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 3000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_run_end(r);
	for (size_t i = 0; i < COUNT_OF(depths); i++) {
		int64_t epoch;
		int before;

		rig_run(r, depths[i]);
		epoch = rig_begin(r, &s);
		before = sqlite3_total_changes(r->st->db);
		rig_put(r, epoch, 1, 2047, rows, 2047, depths[i]);
		rig_put(r, epoch, 2048, UINT32_MAX, rows + 2047, n - 2047, depths[i]);
		if (sqlite3_total_changes(r->st->db) - before != 2)
			fail_msg("depth %zu: %d rows written", i,
				 sqlite3_total_changes(r->st->db) - before);
		rig_put(r, epoch, 1, 2047, rows, 2047,
			depths[i]); /* again: not even that */
		assert_int_equal(sqlite3_total_changes(r->st->db) - before, 2);
		rig_run_end(r);
	}
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message_change"), 0);
	free(rows);
}

/* The digest tells what is there, however it came: in windows of any cut, in any order,
 * over any number of runs. */
static void gives_one_digest_for_one_content(void **state)
{
	static const uint32_t cuts[][6] = {
		{ UINT32_MAX },
		{ 1023, UINT32_MAX },
		{ 1023, 2047, 3071, UINT32_MAX },
		{ 4095, 5119, UINT32_MAX },
		{ 1023, 2047, 3071, 4095, 5119, UINT32_MAX },
		{ 5000 },
	};
	struct sha256 first = { { 0 } }, now;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		struct folder_state s;
		struct store_row *rows;
		uint32_t lo = 1;
		size_t n, at = 0;
		struct rig r;
		int64_t epoch;

		rig_make(&r);
		for (size_t k = 0; k < i; k++) { /* other ids, other runs */
			rig_run(&r, DEPTH_FULL);
			rig_run_end(&r);
		}
		rig_start(&r, DEPTH_FULL);
		rows = rig_rows(1, 5000, 7, &n);
		s = rig_state((int64_t)n);
		epoch = rig_begin(&r, &s);
		for (size_t k = 0; lo != 0 && lo <= 5000; k++) {
			size_t end = at;

			while (end < n && rows[end].m.uid <= cuts[i][k])
				end++;
			for (size_t a = at, b = end; a + 1 < b;
			     a++, b--) { /* backwards */
				struct store_row swap = rows[a];

				rows[a] = rows[b - 1];
				rows[b - 1] = swap;
			}
			rig_put(&r, epoch, lo, cuts[i][k], rows + at, end - at,
				DEPTH_FULL);
			at = end;
			lo = cuts[i][k] + 1;
		}
		rig_end(&r, epoch, &s, DEPTH_FULL);
		now = rig_digest(&r);
		if (i == 0)
			first = now;
		else if (memcmp(&first, &now, sizeof now) != 0)
			fail_msg("cut %zu gives another digest", i);
		free(rows);
		rig_done(&r);
	}
}

static void cuts_off_what_lies_above_the_last_window(void **state)
{
	struct rig *r = *state;
	struct folder_state s = rig_state(1500);
	struct store_row *rows;
	struct sha256 was, is;
	int64_t epoch;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 1500, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	was = rig_digest(r);
	free(rows);
	rows = rig_rows(1, 9000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_run_end(r);

	rig_run(r, DEPTH_FULL);
	epoch = rig_begin(r, &s);
	rig_put(r, epoch, 1, 1500, rows, 1500, DEPTH_FULL);
	assert_int_equal(rig_count(r, epoch),
			 9000); /* nothing is known of the rest yet */
	rig_end(r, epoch, &s, DEPTH_FULL);
	assert_int_equal(rig_count(r, epoch), 1500);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message_change WHERE "
					     "run = 2 AND after IS NULL"),
			 7500);
	is = rig_digest(r);
	assert_digest_equal(was, is);

	/* The other way round: the last window stops inside a block that holds more. */
	rig_read(r, rows, 1400, DEPTH_FULL);
	assert_int_equal(rig_count(r, epoch), 1400);
	s = rig_state(0);
	epoch = rig_begin(r, &s);
	rig_put(r, epoch, 1, UINT32_MAX, NULL, 0, DEPTH_FULL);
	rig_end(r, epoch, &s, DEPTH_FULL);
	assert_int_equal(rig_count(r, epoch), 0);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message_block"), 0);
	free(rows);
}

static void refuses_windows_that_cannot_be(void **state)
{
	struct rig *r = *state;
	struct folder_state s = rig_state(2);
	struct store_row rows[3] = { rig_row(5), rig_row(6), rig_row(6) };
	char *long_keywords = mem_alloc(70000);
	struct store_row keyword = rig_row(5);
	struct store_window w = {
		.rows = rows, .row_n = 2, .lo = 1, .hi = 100, .depth = DEPTH_FULL
	};
	struct err err = ERR_INIT;
	int64_t epoch;

	fails(store_window_put(r->st, &w, &err), ERR_BUG); /* no run */
	rig_start(r, DEPTH_FULL);
	w.epoch = 1;
	fails(store_window_put(r->st, &w, &err), ERR_BUG); /* not begun */
	epoch = rig_begin(r, &s);
	w.epoch = epoch;
	w.row_n = 3;
	fails(store_window_put(r->st, &w, &err), ERR_PROTO); /* twice */
	w.row_n = 2;
	w.hi = 5;
	fails(store_window_put(r->st, &w, &err), ERR_PROTO); /* outside */
	w.lo = 1024, w.hi = 2047;
	fails(store_window_put(r->st, &w, &err), ERR_PROTO); /* below */
	w.row_n = 0;
	fails(store_window_put(r->st, &w, &err), ERR_BUG); /* a gap */
	w.lo = 2, w.hi = 100;
	fails(store_window_put(r->st, &w, &err), ERR_BUG); /* not at a block */
	w.lo = 0;
	fails(store_window_put(r->st, &w, &err), ERR_BUG);
	w.lo = 1, w.hi = 0;
	fails(store_window_put(r->st, &w, &err), ERR_BUG);
	w.hi = 100, w.depth = DEPTH_COUNTS;
	fails(store_window_put(r->st, &w, &err), ERR_BUG);
	w.depth = DEPTH_FULL;
	memset(long_keywords, 'k', 69999);
	long_keywords[69999] = '\0';
	keyword.keywords = long_keywords;
	w.rows = &keyword, w.row_n = 1;
	fails(store_window_put(r->st, &w, &err), ERR_LIMIT);
	assert_int_equal(rig_count(r, epoch), 0);
	keyword.keywords = "";
	ok(store_window_put(r->st, &w, &err));
	assert_int_equal(rig_count(r, epoch), 1);
	free(long_keywords);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_every_fact),
		TEST(sorts_by_key_octets_date_and_uid),
		TEST(keeps_epochs_apart),
		TEST(writes_rows_at_the_end_and_in_between),
		TEST(writes_only_the_watermark_when_nothing_changed),
		cmocka_unit_test(gives_one_digest_for_one_content),
		TEST(cuts_off_what_lies_above_the_last_window),
		TEST(refuses_windows_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
