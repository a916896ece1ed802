/* SPDX-License-Identifier: MIT */
/* What was scanned stays scanned while UID and octets stand, and the newest look counts.
 */
#include "store/store_scan.h"

#include "store/store_window.h"
#include "tests/support/store_rig.h"

struct bed {
	struct rig rig;
	int64_t epoch;
};

static void read_folder(struct bed *b, int64_t more_octets, uint32_t last)
{
	struct rig *r = &b->rig;
	struct folder_state s = rig_state(last);
	struct store_row *rows;
	size_t n;

	b->epoch = rig_begin(r, &s);
	rows = rig_rows(1, last, 1, &n);
	rows[2].m.octets += more_octets;
	rig_put(r, b->epoch, 1, UINT32_MAX, rows, n, DEPTH_FULL);
	rig_end(r, b->epoch, &s, DEPTH_FULL);
	free(rows);
}

static int bed_setup(void **state)
{
	struct bed *b = mem_calloc(1, sizeof *b);

	rig_make(&b->rig);
	rig_start(&b->rig, DEPTH_FULL);
	read_folder(b, 0, 5);
	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	*state = b;
	return 0;
}

static int bed_teardown(void **state)
{
	struct bed *b = *state;

	rig_done(&b->rig);
	free(b);
	return 0;
}

static struct body_facts seen(uint32_t uid)
{
	return (struct body_facts){ .read = true,
				    .announced = rig_row(uid).m.octets,
				    .octets = rig_row(uid).m.octets,
				    .lines = 10,
				    .words = "" };
}

static void put(struct bed *b, uint32_t uid, const struct body_facts *f)
{
	struct err err = ERR_INIT;

	ok(store_body_put(b->rig.st, b->epoch, uid, f, &err));
}

/* "uid:run read" of each present message; run 0: to be scanned. */
static const char *wants(struct bed *b)
{
	struct strbuf sb = STRBUF_INIT;
	struct store_scan_wants *it, *sizes;
	struct scan_want w, size;
	struct err err = ERR_INIT;
	const char *out;
	enum next n;

	ok(store_scan_wants_open(b->rig.st, b->epoch, 1, &it, &err));
	ok(store_scan_sizes_open(b->rig.st, b->epoch, &sizes, &err));
	while ((n = store_scan_wants_next(it, &w, &err)) == NEXT_ITEM) {
		assert_int_equal(store_scan_wants_next(sizes, &size, &err), NEXT_ITEM);
		assert_int_equal(size.m.uid, w.m.uid);
		assert_int_equal(size.m.octets, w.m.octets);
		assert_int_equal(size.run, w.run);
		assert_int_equal(size.read, w.read);
		strbuf_addf(&sb, "%s%u:%lld%s", sb.n > 0 ? " " : "", w.m.uid,
			    (long long)w.run, w.run != 0 && !w.read ? "!" : "");
		assert_int_equal(w.m.date, rig_row(w.m.uid).m.date);
		assert_int_equal(w.m.tier, TIER_ID);
	}
	assert_int_equal(n, NEXT_END);
	assert_int_equal(store_scan_wants_next(sizes, &size, &err), NEXT_END);
	store_scan_wants_close(sizes);
	store_scan_wants_close(it);
	out = arena_span(&b->rig.arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

static void what_was_scanned_stays_scanned(void **state)
{
	struct bed *b = *state;
	struct body_facts f = seen(1);
	struct err err = ERR_INIT;
	struct scan_sum sum;

	assert_string_equal(wants(b), "1:0 2:0 3:0 4:0 5:0");
	put(b, 1, &f);
	f = seen(3);
	put(b, 3, &f);
	f = seen(4);
	f.read = false;
	f.words = "NO [SERVERBUG] Internal error";
	put(b, 4, &f);
	assert_string_equal(wants(b), "1:2 2:0 3:2 4:2! 5:0");
	ok(store_scan_sum(b->rig.st, b->epoch, &sum, &err));
	assert_int_equal(sum.messages, 5);
	assert_int_equal(sum.scanned, 3);
	assert_int_equal(sum.unreadable, 1);
	assert_int_equal(sum.newest_run, 2);
	assert_int_equal(sum.scanned_octets,
			 rig_row(1).m.octets + rig_row(3).m.octets + rig_row(4).m.octets);
	rig_run_end(&b->rig);
	/* Its size is another one, and a message has come; one is gone. */
	rig_run(&b->rig, DEPTH_FULL);
	read_folder(b, 7, 6);
	assert_string_equal(wants(b), "1:2 2:0 3:0 4:2! 5:0 6:0");
	f = seen(4);
	put(b, 4, &f);
	assert_string_equal(wants(b), "1:2 2:0 3:0 4:3 5:0 6:0");
	ok(store_scan_sum(b->rig.st, b->epoch, &sum, &err));
	assert_int_equal(sum.messages, 6);
	assert_int_equal(sum.scanned, 2);
	assert_int_equal(sum.unreadable, 0);
	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	read_folder(b, 7, 3);
	assert_string_equal(wants(b), "1:2 2:0 3:0");
}

/* A folder took the name of another one with its UIDVALIDITY: under these UIDs, of the
 * same size, are other messages. */
static void what_was_scanned_was_another_message(void **state)
{
	struct bed *b = *state;
	struct body_facts f;
	struct rig *r = &b->rig;
	struct folder_state s = rig_state(4);
	struct store_row rows[] = { rig_row(1), rig_row(2), rig_row(3), rig_row(5) };
	struct store_scan_rows *it;
	struct err err = ERR_INIT;
	struct scan_row row;
	struct scan_sum sum;
	bool found = false;

	for (uint32_t uid = 1; uid <= 5; uid++) {
		f = seen(uid);
		f.symptoms = uid <= 2 ? SYMPTOM_BIT(SYMPTOM_NUL) : 0;
		put(b, uid, &f);
	}
	assert_string_equal(wants(b), "1:2 2:2 3:2 4:2 5:2");
	rig_run_end(r);
	rig_run(r, DEPTH_FULL);
	rows[1].m.key.bytes[0] ^= 1; /* another identity */
	rows[2].m.flags ^= MSG_SEEN; /* flags are none of its */
	b->epoch = rig_begin(r, &s);
	rig_put(r, b->epoch, 1, UINT32_MAX, rows, COUNT_OF(rows), DEPTH_FULL);
	rig_end(r, b->epoch, &s, DEPTH_FULL);
	assert_string_equal(wants(b), "1:2 2:0 3:2 5:2");
	rig_run_end(r);
	rig_run(r, DEPTH_FULL);
	read_folder(b, 0, 5); /* 4 is there again: whatever it is */
	assert_string_equal(wants(b), "1:2 2:0 3:2 4:0 5:2");
	ok(store_scan_sum(r->st, b->epoch, &sum, &err));
	assert_int_equal(sum.scanned, 3);
	ok(store_body(r->st, b->epoch, 1, &r->arena, &f, &found, &err));
	assert_true(found);
	ok(store_body(r->st, b->epoch, 2, &r->arena, &f, &found, &err));
	assert_false(found);
	ok(store_scan_rows_open(r->st, b->epoch, false, &it, &err));
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_ITEM);
	assert_int_equal(row.uid, 1);
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_END);
	store_scan_rows_close(it);
	f = seen(2);
	put(b, 2, &f);
	put(b, 4, &f);
	assert_string_equal(wants(b), "1:2 2:4 3:2 4:0 5:2"); /* of another size */
}

static void the_newest_facts_are_given_back(void **state)
{
	struct bed *b = *state;
	struct body_facts f = seen(2), got;
	struct store_scan_rows *it;
	struct scan_row row;
	struct err err = ERR_INIT;
	bool found;

	f.symptoms = SYMPTOM_BIT(SYMPTOM_NUL) | SYMPTOM_BIT(SYMPTOM_TOO_LARGE);
	f.body_key.bytes[3] = 9;
	f.header_key.bytes[15] = 8;
	f.bare_lf = 4;
	f.words = "words";
	put(b, 2, &f);
	f = seen(1);
	put(b, 1, &f);
	f = seen(3);
	f.octets--;
	put(b, 3, &f);
	ok(store_body(b->rig.st, b->epoch, 2, &b->rig.arena, &got, &found, &err));
	assert_true(found && got.read);
	assert_int_equal(got.symptoms,
			 SYMPTOM_BIT(SYMPTOM_NUL) | SYMPTOM_BIT(SYMPTOM_TOO_LARGE));
	assert_int_equal(got.octets, rig_row(2).m.octets);
	assert_int_equal(got.lines, 10);
	assert_int_equal(got.bare_lf, 4);
	assert_int_equal(got.body_key.bytes[3], 9);
	assert_int_equal(got.header_key.bytes[15], 8);
	assert_string_equal(got.words, "words");
	ok(store_body(b->rig.st, b->epoch, 5, &b->rig.arena, &got, &found, &err));
	assert_false(found);
	ok(store_scan_rows_open(b->rig.st, b->epoch, false, &it, &err));
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_ITEM);
	assert_int_equal(row.uid, 2);
	assert_string_equal(row.facts.words, "words");
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_ITEM);
	assert_int_equal(row.uid, 3);
	assert_int_equal(row.facts.octets, row.octets - 1);
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_END);
	store_scan_rows_close(it);
	/* Twice in one run is a mistake of ours. */
	f = seen(1);
	assert_false(store_body_put(b->rig.st, b->epoch, 1, &f, &err));
	rig_run_end(&b->rig);
	/* A later run finds nothing any more. */
	rig_run(&b->rig, DEPTH_FULL);
	f = seen(2);
	put(b, 2, &f);
	ok(store_scan_rows_open(b->rig.st, b->epoch, false, &it, &err));
	assert_int_equal(store_scan_rows_next(it, &row, &err), NEXT_ITEM);
	assert_int_equal(row.uid, 3);
	store_scan_rows_close(it);
}

static void how_a_side_counts_is_learned_from_all_of_it(void **state)
{
	struct bed *b = *state;
	struct body_size_rule r;
	struct body_facts f;
	struct err err = ERR_INIT;

	ok(store_size_rule(b->rig.st, SIDE_OLD, &r, &err));
	assert_int_equal(r.read, 0);
	assert_int_equal(r.at_bias, 0);
	for (uint32_t uid = 1; uid <= 5; uid++) {
		f = seen(uid);
		f.octets += uid == 2 ? 10 : uid == 3 || uid == 4 ? 7 : 0;
		f.read = uid != 5;
		put(b, uid, &f);
	}
	ok(store_size_rule(b->rig.st, SIDE_OLD, &r, &err));
	assert_int_equal(r.read, 4);
	assert_int_equal(r.equal, 1);
	assert_int_equal(r.explained, 1);
	assert_int_equal(r.bias, 7);
	assert_int_equal(r.at_bias, 2);
	ok(store_size_rule(b->rig.st, SIDE_NEW, &r, &err));
	assert_int_equal(r.read, 0);
}

static void what_nobody_has_scanned_is_only_counted(void **state)
{
	struct body_facts f = seen(3);
	struct bed *b = *state;
	struct err err = ERR_INIT;
	int64_t n;

	ok(store_scan_untouched(b->rig.st, b->epoch, &n, &err));
	assert_int_equal(n, 5);
	read_folder(b, 0, 4); /* one was removed */
	ok(store_scan_untouched(b->rig.st, b->epoch, &n, &err));
	assert_int_equal(n, 4);
	put(b, 3, &f);
	ok(store_scan_untouched(b->rig.st, b->epoch, &n, &err));
	assert_int_equal(n, -1);
	ok(store_scan_untouched(b->rig.st, b->epoch - 1, &n, &err));
	assert_int_equal(n, 0);
	ok(store_scan_untouched(b->rig.st, b->epoch + 1, &n, &err));
	assert_int_equal(n, 0);
}

static void the_newest_scan_of_a_folder_counts(void **state)
{
	struct bed *b = *state;
	struct folder_scan s = { .folder = b->rig.folder,
				 .examine_ms = 3,
				 .messages = 5,
				 .octets = 500,
				 .took_ms = 70,
				 .gap_ms = 60,
				 .gap_uid = 4,
				 .error = "" },
			   got;
	struct err err = ERR_INIT;
	bool found;

	ok(store_folder_scan(b->rig.st, s.folder, &b->rig.arena, &got, &found, &err));
	assert_false(found);
	ok(store_folder_scan_put(b->rig.st, &s, &err));
	s.examine_ms = -1;
	s.error = "NO such";
	ok(store_folder_scan_put(b->rig.st, &s, &err));
	ok(store_folder_scan(b->rig.st, s.folder, &b->rig.arena, &got, &found, &err));
	assert_true(found);
	assert_int_equal(got.examine_ms, -1);
	assert_int_equal(got.octets, 500);
	assert_int_equal(got.gap_uid, 4);
	assert_int_equal(got.run, 2);
	assert_string_equal(got.error, "NO such");
}

static void the_newest_sample_of_a_side_counts(void **state)
{
	struct bed *b = *state;
	struct scan_sample s = { .seed = 7,
				 .rank = UINT64_MAX - 3,
				 .messages = 50,
				 .chosen = 5 },
			   got;
	struct err err = ERR_INIT;
	bool found;

	ok(store_scan_sample(b->rig.st, SIDE_OLD, &got, &found, &err));
	assert_false(found);
	ok(store_scan_sample_put(b->rig.st, &s, &err));
	ok(store_scan_sample_put(b->rig.st, &s, &err));
	ok(store_scan_sample(b->rig.st, SIDE_OLD, &got, &found, &err));
	assert_true(found && got.rank == s.rank && got.seed == 7);
	assert_int_equal(got.messages, 50);
	assert_int_equal(got.chosen, 5);
	ok(store_scan_sample(b->rig.st, SIDE_NEW, &got, &found, &err));
	assert_false(found);
}

/* The digest of a run covers what it scanned. */
static void the_ledger_knows_what_was_scanned(void **state)
{
	struct bed *b = *state;
	struct body_facts f = seen(1);
	struct err err = ERR_INIT;
	int64_t n;

	put(b, 1, &f);
	rig_run_end(&b->rig);
	ok(store_ledger_verify(b->rig.st, &n, &err));
	/* Its digest was made while it alone had scanned anything. */
	rig_run(&b->rig, DEPTH_FULL);
	put(b, 2, &f);
	put(b, 1, &f);
	ok(store_ledger_verify(b->rig.st, &n, &err));
	rig_run_end(&b->rig);
	ok(store_ledger_verify(b->rig.st, &n, &err));
	assert_int_equal(rig_sql(b->rig.path, "DROP TRIGGER body_seen_no_update;"
					      "UPDATE body_seen SET symptoms = 0,"
					      " octets = octets + 1"),
			 SQLITE_OK);
	fails(store_ledger_verify(b->rig.st, &n, &err), ERR_LEDGER);
}

/* Sixteen at a time or one by one: each has its row, and a second one is a mistake. */
static void several_go_in_together(void **state)
{
	struct bed *b = *state;
	struct body_facts f[40], got;
	struct body_row rows[COUNT_OF(f)];
	struct arena arena;
	bool found = false;

	arena_init(&arena);
	for (uint32_t i = 0; i < COUNT_OF(f); i++) {
		f[i] = seen(i + 1);
		f[i].lines = i;
		f[i].words = i % 3 == 0 ? "words" : "";
		rows[i] = (struct body_row){ b->epoch, i + 1, &f[i] };
	}
	for (size_t n = 0, at = 0; at < COUNT_OF(f); at += n) {
		struct err err = ERR_INIT;

		n = at == 0 ? 35 : COUNT_OF(f) - at;
		ok(store_bodies_put(b->rig.st, rows + at, n, &err));
	}
	for (uint32_t i = 0; i < COUNT_OF(f); i++) {
		struct err err = ERR_INIT;

		ok(store_body(b->rig.st, b->epoch, i + 1, &arena, &got, &found, &err));
		assert_true(found);
		assert_int_equal(got.lines, i);
		assert_int_equal(got.octets, f[i].octets);
		assert_string_equal(got.words, f[i].words);
	}
	for (size_t n = 1; n <= 16; n += 15) {
		struct err err = ERR_INIT;

		assert_false(store_bodies_put(b->rig.st, rows, n, &err));
		assert_int_equal(err.cls, ERR_BUG);
	}
	arena_done(&arena);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_scanned_stays_scanned),
		TEST(what_was_scanned_was_another_message),
		TEST(the_newest_facts_are_given_back),
		TEST(how_a_side_counts_is_learned_from_all_of_it),
		TEST(what_nobody_has_scanned_is_only_counted),
		TEST(the_newest_scan_of_a_folder_counts),
		TEST(the_newest_sample_of_a_side_counts),
		TEST(the_ledger_knows_what_was_scanned),
		TEST(several_go_in_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
