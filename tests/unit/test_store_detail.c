/* SPDX-License-Identifier: MIT */
/* What is wanted of single messages, and what was found. */
#include "store/store_verify.h"

#include "store/store_window.h"
#include "tests/support/store_rig.h"

/* One folder with five messages on the old side, read by a finished audit; a second run
 * is under way. */
struct bed {
	struct rig rig;
	int64_t epoch, transfer, pair;
};

static void read_folder(struct bed *b, int64_t more_octets)
{
	struct rig *r = &b->rig;
	struct folder_state s = rig_state(5);
	struct folder_end e = { .folder = r->folder,
				.outcome = FOLDER_READ,
				.depth = DEPTH_FULL,
				.messages_read = 5,
				.error = "" };
	struct store_window w = { .lo = 1, .hi = UINT32_MAX, .depth = DEPTH_FULL };
	struct err err = ERR_INIT;

	b->epoch = w.epoch = e.epoch = rig_begin(r, &s);
	w.rows = rig_rows(1, 5, 1, &w.row_n);
	for (size_t i = 0; i < w.row_n; i++)
		w.rows[i].m.octets += more_octets;
	e.state = s;
	ok(store_window_put(r->st, &w, &err));
	ok(store_folder_end(r->st, &e, &err));
	free(w.rows);
}

static int bed_setup(void **state)
{
	struct bed *b = mem_calloc(1, sizeof *b);
	struct transfer t = { .name = "ada" };
	struct pair pair = {
		.kind = PAIR_PAIRED, .old_name = "INBOX", .new_name = "INBOX", .note = ""
	};
	struct err err = ERR_INIT;
	enum store_put what;

	rig_make(&b->rig);
	rig_start(&b->rig, DEPTH_FULL);
	read_folder(b, 0);
	rig_account_end(&b->rig, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	t.old_account = b->rig.account;
	ok(store_transfer_put(b->rig.st, &t, &b->transfer, &what, &err));
	pair.transfer = b->transfer;
	pair.old_folder = b->rig.folder;
	ok(store_pair_add(b->rig.st, &pair, &err));
	b->pair = pair.id;
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

static void leave(struct bed *b, uint32_t uid)
{
	struct leftover l = { .transfer = b->transfer,
			      .side = SIDE_OLD,
			      .pair = b->pair,
			      .epoch = b->epoch,
			      .m = rig_row(uid).m };
	struct err err = ERR_INIT;

	ok(store_leftover_add(b->rig.st, &l, &err));
}

static void want(struct bed *b, uint32_t uid, enum want what)
{
	struct err err = ERR_INIT;

	ok(store_want_add(b->rig.st, b->transfer, SIDE_OLD, b->epoch, uid, what, &err));
}

/* "1 fields, 2 body" */
static const char *wants(struct bed *b)
{
	static const char *const names[] = { "fields", "header", "body" };
	struct strbuf sb = STRBUF_INIT;
	struct detail_want w;
	struct store_wants *it;
	struct err err = ERR_INIT;
	const char *text;
	enum next n;

	ok(store_wants_open(b->rig.st, b->transfer, 2, &it, &err));
	while ((n = store_wants_next(it, &w, &err)) == NEXT_ITEM) {
		assert_int_equal(w.epoch, b->epoch);
		assert_int_equal(w.octets, rig_row(w.uid).m.octets);
		strbuf_addf(&sb, "%s%u %s", sb.n > 0 ? ", " : "", w.uid, names[w.what]);
	}
	assert_int_equal(n, NEXT_END);
	store_wants_close(it);
	text = arena_strdup(&b->rig.arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return text;
}

static const struct message_detail some = { .subject = "s" };
static const struct detail_facts header = { .fields = "A:6:00000000\n",
					    .header_octets = 8,
					    .body_octets = -1 };
static const struct detail_facts whole = { .fields = "A:6:00000001\n",
					   .header_octets = 9,
					   .body_octets = 7,
					   .body_key = { { 1, 2, 3 } },
					   .crlf = 4,
					   .bare_lf = 5,
					   .bare_cr = 6 };

static void asks_for_the_most_that_is_wanted(void **state)
{
	struct bed *b = *state;
	struct err err = ERR_INIT;

	assert_string_equal(wants(b), "");
	leave(b, 1);
	leave(b, 2);
	leave(b, 3); /* beyond two of a folder */
	assert_string_equal(wants(b), "1 fields, 2 fields");
	want(b, 2, WANT_BODY);
	want(b, 2, WANT_HEADER);
	want(b, 2, WANT_HEADER); /* twice is once */
	want(b, 3, WANT_FIELDS);
	want(b, 5, WANT_HEADER);
	assert_string_equal(wants(b), "1 fields, 2 body, 3 fields, 5 header");

	/* Each is asked for until it is there. */
	for (uint32_t uid = 1; uid <= 5; uid++)
		ok(store_detail_put(b->rig.st, b->epoch, uid, &some, NULL, &err));
	assert_string_equal(wants(b), "2 body, 5 header");
	ok(store_detail_facts_put(b->rig.st, b->epoch, 5, &header, &err));
	ok(store_detail_facts_put(b->rig.st, b->epoch, 2, &header, &err));
	assert_string_equal(wants(b), "2 body");
	ok(store_detail_facts_put(b->rig.st, b->epoch, 2, &whole, &err));
	assert_string_equal(wants(b), "");
	want(b, 5, WANT_BODY);
	assert_string_equal(wants(b), "5 body");
	ok(store_verify_clear(b->rig.st, b->transfer, &err));
	assert_string_equal(wants(b), "");
	assert_int_equal(rig_number(b->rig.path, "SELECT count(*) FROM want"), 0);
}

static void clears_the_wants_of_one_transfer(void **state)
{
	struct bed *b = *state;
	struct err err = ERR_INIT;

	want(b, 1, WANT_BODY);
	ok(store_want_add(b->rig.st, b->transfer + 1, SIDE_OLD, b->epoch, 2, WANT_BODY,
			  &err));
	assert_string_equal(wants(b), "1 body");
	ok(store_verify_clear(b->rig.st, b->transfer + 1, &err));
	assert_string_equal(wants(b), "1 body");
}

static void what_failed_waits_for_the_next_audit(void **state)
{
	struct bed *b = *state;
	struct detail_facts f;
	struct err err = ERR_INIT;
	bool found = false;

	leave(b, 1);
	want(b, 2, WANT_BODY);
	want(b, 3, WANT_HEADER);
	ok(store_detail_put(b->rig.st, b->epoch, 2, &some, NULL, &err));
	ok(store_detail_facts_put(b->rig.st, b->epoch, 2, &header, &err));
	for (uint32_t uid = 1; uid <= 3; uid++)
		ok(store_detail_fail(b->rig.st, b->epoch, uid, "NO it is broken", &err));
	assert_string_equal(wants(b), "");
	ok(store_detail_facts(b->rig.st, b->epoch, 2, &b->rig.arena, &f, &found, &err));
	assert_true(found);
	assert_string_equal(f.failed, "NO it is broken");
	assert_string_equal(f.fields, header.fields); /* known before, known now */
	assert_int_equal(f.body_octets, -1);
	ok(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err));
	assert_true(found);
	assert_null(f.fields);
	assert_int_equal(f.header_octets, -1);

	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	read_folder(b, 0);
	rig_account_end(&b->rig, ACCOUNT_READ, DEPTH_FULL);
	assert_string_equal(wants(b), "1 fields, 2 body, 3 header");
	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	ok(store_detail_put(b->rig.st, b->epoch, 1, &some, NULL, &err));
	ok(store_detail_facts_put(b->rig.st, b->epoch, 2, &whole, &err));
	ok(store_detail_fail(b->rig.st, b->epoch, 3, "again", &err));
	assert_string_equal(wants(b), "");
	ok(store_detail_facts(b->rig.st, b->epoch, 2, &b->rig.arena, &f, &found, &err));
	assert_string_equal(f.failed, "");
}

static void keeps_facts(void **state)
{
	struct bed *b = *state;
	struct message_detail d;
	struct detail_facts f;
	struct err err = ERR_INIT;
	bool found = true;

	ok(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err));
	assert_false(found);
	ok(store_detail_facts_put(b->rig.st, b->epoch, 1, &whole, &err));
	ok(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err));
	assert_true(found);
	assert_string_equal(f.fields, whole.fields);
	assert_memory_equal(&f.body_key, &whole.body_key, sizeof f.body_key);
	assert_true(f.header_octets == 9 && f.body_octets == 7 && f.crlf == 4 &&
		    f.bare_lf == 5 && f.bare_cr == 6);
	assert_string_equal(f.failed, "");
	/* The header anew, and what people are shown: neither touches the body. */
	ok(store_detail_facts_put(b->rig.st, b->epoch, 1, &header, &err));
	ok(store_detail_put(b->rig.st, b->epoch, 1, &some, NULL, &err));
	ok(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err));
	assert_string_equal(f.fields, header.fields);
	assert_true(f.header_octets == 8 && f.body_octets == 7 && f.crlf == 4);
	ok(store_detail_get(b->rig.st, b->epoch, 1, &b->rig.arena, &d, &found, &err));
	assert_true(found);
	assert_string_equal(d.subject, "s");
	/* Damage is named. */
	assert_int_equal(
		rig_sql(b->rig.path, "UPDATE message_detail SET body_key = x'00'"),
		SQLITE_OK);
	fails(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err),
	      ERR_LEDGER);
	want(b, 2, WANT_BODY);
	assert_int_equal(rig_sql(b->rig.path, "UPDATE want SET what = 9"), SQLITE_OK);
	{
		struct store_wants *it;
		struct detail_want w;

		ok(store_wants_open(b->rig.st, 0, 2, &it, &err));
		/* Nobody asks for what is not in the list. */
		assert_int_equal(store_wants_next(it, &w, &err), NEXT_FAIL);
		assert_int_equal(err.cls, ERR_LEDGER);
		err = ERR_INIT;
		store_wants_close(it);
	}
	rig_reopen(&b->rig); /* no run */
	fails(store_detail_facts_put(b->rig.st, b->epoch, 1, &whole, &err), ERR_BUG);
	fails(store_detail_fail(b->rig.st, b->epoch, 1, "x", &err), ERR_BUG);
}

static void forgets_what_another_message_under_the_uid_was(void **state)
{
	struct bed *b = *state;
	struct detail_facts f;
	struct err err = ERR_INIT;
	bool found = true;

	ok(store_detail_facts_put(b->rig.st, b->epoch, 1, &whole, &err));
	rig_run_end(&b->rig);
	rig_run(&b->rig, DEPTH_FULL);
	read_folder(b, 1); /* the same ids in another number of octets */
	ok(store_detail_facts(b->rig.st, b->epoch, 1, &b->rig.arena, &f, &found, &err));
	assert_false(found);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		TEST(asks_for_the_most_that_is_wanted),
		TEST(clears_the_wants_of_one_transfer),
		TEST(what_failed_waits_for_the_next_audit),
		TEST(keeps_facts),
		TEST(forgets_what_another_message_under_the_uid_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
