/* SPDX-License-Identifier: MIT */
/* A folder that is read again: what differs from what was known is recorded, and no more.
 */
#include "tests/support/store_rig.h"

static void change_octets(struct store_row *row)
{
	row->m.octets = 258;
}
static void change_date(struct store_row *row)
{
	row->m.date = MSG_DATE_UNKNOWN;
}
static void change_flags(struct store_row *row)
{
	row->m.flags = MSG_DELETED;
}
static void change_keywords(struct store_row *row)
{
	row->keywords = "Other";
}
static void change_key(struct store_row *row)
{
	memset(&row->m.key, 0xab, sizeof row->m.key);
}
static void change_tier(struct store_row *row)
{
	row->m.tier = TIER_FIELDS;
}
static void change_two(struct store_row *row)
{
	change_octets(row);
	change_flags(row);
}

static void records_each_change_with_what_differs(void **state)
{
	struct rig *r = *state;
	static const struct {
		void (*change)(struct store_row *);
		const char *before, *after;
	} cases[] = {
		{ change_octets, "0200000000000003ED", "020000000000000102" },
		{ change_date, "04000000004D7C6D05", "048000000000000000" },
		{ change_flags, "0805", "0808" },
		{ change_keywords, "100000000000000000", "100000000000000002" },
		{ change_key, "0101869D3C5C7FDA4EB50000000000000000",
		  "0101ABABABABABABABABABABABABABABABAB" },
		{ change_tier, "0101", "0102" },
		{ change_two, "0A00000000000003ED05", "0A000000000000010208" },
	};
	struct store_row *rows;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct store_row keep = rows[4]; /* uid 5 */
		struct sha256 was = rig_digest(r), is;
		const char *before, *after;
		int64_t id;

		cases[i].change(&rows[4]);
		rig_read(r, rows, n, DEPTH_FULL);
		id = rig_number(r->path, "SELECT max(id) FROM message_change");
		if (id != (int64_t)i * 2 + 1)
			fail_msg("case %zu: change %lld", i, (long long)id);
		before = rig_text(r, "SELECT hex(before) FROM message_change ORDER BY id "
				     "DESC LIMIT 1");
		after = rig_text(
			r,
			"SELECT hex(after) FROM message_change ORDER BY id DESC LIMIT 1");
		/* The key of the rig depends on the byte order of the machine: compare
		 * its form only. */
		if (cases[i].change == change_key
			    ? strlen(before) != 36 || strcmp(after, cases[i].after) != 0
		    : cases[i].change == change_tier
			    ? strncmp(before, cases[i].before, 4) != 0 ||
				      strncmp(after, cases[i].after, 4) != 0
			    : strcmp(before, cases[i].before) != 0 ||
				      strcmp(after, cases[i].after) != 0)
			fail_msg("case %zu: %s %s", i, before, after);
		is = rig_digest(r);
		assert_digest_not_equal(was, is);
		rows[4] = keep;
		rig_read(r, rows, n, DEPTH_FULL);
		is = rig_digest(r);
		assert_digest_equal(was, is);
	}
	assert_int_equal(
		rig_number(r->path, "SELECT count(DISTINCT message) FROM message_change"),
		1);
	free(rows);
}

static void tells_what_is_gone_and_what_is_back(void **state)
{
	struct rig *r = *state;
	struct sha256 all, now;
	struct store_row *rows, less[7], flagged;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	all = rig_digest(r);
	memcpy(less, rows + 1, sizeof less); /* without 1 and 9 */
	rig_read(r, less, COUNT_OF(less), DEPTH_FULL);
	now = rig_digest(r);
	assert_digest_not_equal(all, now);
	assert_int_equal(rig_count(r, 1), 7);
	assert_int_equal(
		rig_number(r->path, "SELECT count(*) FROM message WHERE gone_run = 1"),
		2);
	assert_int_equal(
		rig_number(r->path,
			   "SELECT count(*) FROM message_change WHERE hex(before) = '00'"
			   " AND after IS NULL"),
		2);

	rig_read(r, rows, n, DEPTH_FULL);
	now = rig_digest(r);
	assert_digest_equal(all, now);
	assert_int_equal(
		rig_number(r->path,
			   "SELECT count(*) FROM message WHERE gone_run IS NOT NULL"),
		0);
	assert_int_equal(
		rig_number(r->path,
			   "SELECT count(*) FROM message_change WHERE before IS NULL"
			   " AND hex(after) = '00'"),
		2);

	/* Gone, and back with another flag: two changes more. */
	rig_read(r, less, COUNT_OF(less), DEPTH_FULL);
	flagged = rows[0];
	rows[0].m.flags ^= MSG_FLAGGED;
	rig_read(r, rows, n, DEPTH_FULL);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message_change WHERE "
					     "message = (1 << 32) + 1"),
			 5);
	assert_string_equal(
		rig_text(r, "SELECT hex(before) || hex(after) FROM message_change"
			    " WHERE message = (1 << 32) + 1 ORDER BY id DESC LIMIT 1"),
		"08010805");
	rows[0] = flagged;
	free(rows);
}

static void keeps_the_message_id_of_the_newest_key(void **state)
{
	struct rig *r = *state;
	struct store_row row = rig_row(1);
	struct err err = ERR_INIT;
	const char *text;

	rig_start(r, DEPTH_FULL);
	row.message_id = "a@example.org";
	rig_read(r, &row, 1, DEPTH_FULL);
	row.message_id = "b@example.org";
	row.m.key.bytes[15] = 'b';
	rig_read(r, &row, 1, DEPTH_FULL);
	ok(store_message_id(r->st, 1, 1, &r->arena, &text, &err));
	assert_string_equal(text, "b@example.org");
	rig_read(r, &row, 0, DEPTH_FULL); /* gone: now it matters most */
	ok(store_message_id(r->st, 1, 1, &r->arena, &text, &err));
	assert_string_equal(text, "b@example.org");
	row.message_id = NULL;
	row.m.tier = TIER_FIELDS;
	rig_read(r, &row, 1, DEPTH_FULL);
	ok(store_message_id(r->st, 1, 1, &r->arena, &text, &err));
	assert_null(text);
}

static void leaves_flags_alone_when_they_were_not_read(void **state)
{
	struct rig *r = *state;
	struct sha256 was, is;
	struct store_row *rows;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 50, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	was = rig_digest(r);
	for (size_t i = 0; i < n; i++) {
		rows[i].m.flags = 0;
		rows[i].keywords = "";
	}
	rig_read(r, rows, n, DEPTH_IDS);
	is = rig_digest(r);
	assert_digest_equal(was, is);
	rows[7].m.octets++;
	rig_read(r, rows, n, DEPTH_IDS);
	is = rig_digest(r);
	assert_digest_not_equal(was, is);
	rows[7].m.octets--;
	rig_read(r, rows, n, DEPTH_IDS);
	is = rig_digest(r);
	assert_digest_equal(was, is);
	free(rows);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(records_each_change_with_what_differs),
		TEST(tells_what_is_gone_and_what_is_back),
		TEST(keeps_the_message_id_of_the_newest_key),
		TEST(leaves_flags_alone_when_they_were_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
