/* SPDX-License-Identifier: MIT */
/* The facts of the gate from stores in which somebody changed the list, took losses or
 * altered a number by hand; and from one of which any one statement fails. */
#include "gate/gate.h"
#include "tests/support/collect_bed.h"
#include "tests/support/store_trouble.h"

/* One message that nobody can read, and one that shows damage. */
static void add_damage(struct rig *r)
{
	struct body_facts unread = { .octets = -1, .announced = 50, .words = "NO" };
	struct folder_scan scan = { .messages = 9, .error = "", .folder = r->folder };
	struct run run = { .command = "scan",
			   .scope = "{}",
			   .depth = DEPTH_FULL,
			   .operator_name = "t" };
	struct err err = ERR_INIT;
	int64_t id;

	ok(store_run_begin(r->st, &run, &id, &err));
	ok(store_body_put(r->st, 1, 3, &unread, &err));
	ok(store_folder_scan_put(r->st, &scan, &err));
	ok(store_run_end(r->st, id, RUN_COMPLETE, NULL, NULL, &err));
}

static void add_record(struct rig *r, int64_t transfer, enum record_kind kind, int64_t at)
{
	struct record rec = { .kind = kind,
			      .transfer = transfer,
			      .at = at,
			      .told = at,
			      .teller = "grace",
			      .role = "",
			      .topic = "",
			      .note = "",
			      .has_digest = true,
			      .digest = { .bytes = { 3 } } };
	struct err err = ERR_INIT;

	ok(store_record_add(r->st, &rec, &err));
}

/* A loss of one message, which somebody takes; *fingerprint tells it from others. */
static void take_loss(struct rig *r, int64_t transfer, uint8_t fingerprint, int64_t epoch,
		      uint32_t uid, enum side side, bool take)
{
	struct sha256 print = { .bytes = { fingerprint } };
	struct acceptance taken = {
		.at = 5, .teller = "grace", .reason = "spam", .what = "{}"
	};
	struct finding f = { .transfer = transfer,
			     .cls = FINDING_MESSAGE_MISSING,
			     .severity = SEVERITY_LOSS,
			     .side = side,
			     .folder = "INBOX",
			     .other = "",
			     .epoch = epoch,
			     .uid = uid,
			     .octets = 5,
			     .date = 1000000000,
			     .old_fact = "",
			     .new_fact = "",
			     .explanation = "",
			     .count = 1,
			     .fingerprint = print };
	struct err err = ERR_INIT;

	ok(store_begin(r->st, &err));
	ok(store_finding_add(r->st, &f, &err));
	ok(store_commit(r->st, &err));
	if (take)
		ok(store_accept(r->st, &taken, &print, 1, &err));
}

/* What the list says of an account has changed since: two rows for one of the old side,
 * one that is gone, one without an old side. */
static void follows_the_list(void **state)
{
	struct transfer t = { .name = "new only", .decision = "migrate", .owner = "" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	int64_t archive, first, second, third, gone, only, run;
	enum store_put what;
	struct gate_facts f;

	bed_read(r, 9);
	run = r->run;
	archive = bed_transfer(r, "ada (archive)", "archive");
	first = bed_transfer(r, "ada", "migrate");
	gone = bed_transfer(r, "ada (gone)", "migrate");
	second = bed_transfer(r, "ada2", "migrate");
	ok(store_transfer_put(r->st, &t, &only, &what, &err));
	bed_judge(r, only, run);
	bed_judge(r, second, run);
	take_loss(r, first, 20, 1, 5, SIDE_OLD, false);
	take_loss(r, gone, 21, 1, 6, SIDE_OLD, false);
	add_record(r, gone, RECORD_ARCHIVE, 40);
	add_record(r, archive, RECORD_RESTORE, 45); /* as nobody tells it today */
	ok(store_event_add(r->st, gone, "asked", 20, "grace", "", &err));
	ok(store_transfer_gone(r->st, gone, &err));
	bed_read(r, 10);
	bed_judge(r, first, r->run); /* judged later than the other one */
	third = bed_transfer(r, "ada3", "forward");
	third = bed_transfer(r, "ada4", "migrate");
	bed_judge(r, third, r->run);
	f = bed_see(r);
	assert_int_equal(f.account_n, 6);
	assert_true(gate_account_of(&f, gone) == GATE_NO_ACCOUNT);
	assert_true(gate_account_of(&f, 0) == GATE_NO_ACCOUNT);
	assert_int_equal(gate_account_of(&f, second), 2);
	assert_int_equal(f.account[0].archived, 0);
	assert_int_equal(f.record_n, 0);
	assert_false(f.account[3].moves || f.account[3].old_side);
	assert_true(f.account[3].judged);
	for (size_t i = 1; i < f.found_n; i++)
		assert_true(f.found[i - 1].account <= f.found[i].account);
	for (size_t i = 0; i < f.found_n; i++)
		if (f.found[i].uid == 6)
			fail_msg("a finding about who is no longer listed");
	/* by the earliest judgement mail has arrived, and it is told of one that moves */
	assert_int_equal(f.arrival_n, 1);
	assert_int_equal(f.arrival[0].account, 1);
	assert_int_equal(f.arrival[0].uidnext_now - f.arrival[0].uidnext_then, 1);
}

/* A judgement over sides that nobody could read; one of another new tree. */
static void knows_what_was_never_read(void **state)
{
	struct account a = { .side = SIDE_NEW, .user = "ada" };
	struct transfer t = { .name = "ada", .decision = "migrate", .owner = "" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	enum store_put what;
	struct gate_facts f;
	int64_t id;

	bed_read(r, 2);
	t.old_account = r->account;
	ok(store_account_put(r->st, &a, &t.new_account, &err));
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	bed_judge(r, id, 0);
	f = bed_see(r);
	assert_true(f.account[0].judged);
	assert_int_equal(f.account[0].run[SIDE_OLD], 0);
	assert_int_equal(f.account[0].new_tried, 0);
	bed_judge(r, id, r->run); /* says that it read the new side, and nobody has */
	f = bed_see(r);
	assert_false(f.account[0].judged);
}

static void takes_damage_by_the_very_message(void **state)
{
	static const struct {
		int64_t epoch;
		uint32_t uid;
		enum side side;
		bool take, taken;
	} cases[] = {
		{ 1, 3, SIDE_OLD, false, false }, { 2, 3, SIDE_OLD, true, false },
		{ 1, 4, SIDE_OLD, true, false },  { 1, 3, SIDE_NEW, true, false },
		{ 1, 3, SIDE_OLD, true, true },
	};
	struct rig *r = *state;
	struct gate_facts f;
	int64_t id;

	bed_read(r, 9);
	add_damage(r);
	f = bed_see(r);
	assert_int_equal(f.damage_n, 0); /* the account is not listed */
	id = bed_transfer(r, "ada", "migrate");
	f = bed_see(r);
	assert_int_equal(f.damage_n, 1);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		take_loss(r, id, (uint8_t)(30 + i), cases[i].epoch, cases[i].uid,
			  cases[i].side, cases[i].take);
		f = bed_see(r);
		assert_int_equal(f.damage_n, 1);
		if (f.damage[0].accepted != cases[i].taken)
			fail_msg("case %zu: %d", i, f.damage[0].accepted);
	}
}

/* Numbers that we would not have written lead nowhere: what they name was never read. */
static void believes_no_number_of_an_altered_store(void **state)
{
	static const char *const turns[] = {
		"UPDATE transfer SET old_account = 99, new_account = 98",
		"UPDATE transfer SET old_account = -7, new_account = NULL;"
		"UPDATE account SET id = -7 WHERE id = 1;"
		"UPDATE folder SET account = -7",
	};
	struct account other = { .side = SIDE_OLD, .user = "bob" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	int64_t id;

	bed_read(r, 9);
	add_damage(r);
	ok(store_account_put(r->st, &other, &id, &err));
	(void)bed_transfer(r, "ada", "migrate");
	for (size_t i = 0; i < COUNT_OF(turns); i++) {
		assert_int_equal(rig_sql(r->path, turns[i]), SQLITE_OK);
		f = bed_see(r);
		assert_int_equal(f.account_n, 1);
		assert_true(f.account[0].moves);
		assert_int_equal(f.account[0].old_read + f.account[0].old_tried, 0);
		assert_int_equal(f.damage_n, 0);
	}
}

/* ---- one statement fails ---- */

static void judged(const struct gate_facts *f, struct arena *arena,
		   struct gate_verdict *out)
{
	struct gate_limits l;

	gate_limits_standard(&l);
	gate_judge(f, &l, arena, out);
}

static void fails_whichever_statement_fails(void **state)
{
	static struct gate_verdict whole, v; /* they are large */
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	struct trouble t;
	struct evidence e;
	int64_t id;
	int k;

	bed_read(r, 9);
	add_damage(r);
	id = bed_transfer(r, "ada", "migrate");
	bed_judge(r, id, r->run);
	take_loss(r, id, 9, 1, 3, SIDE_OLD, true);
	add_record(r, 0, RECORD_ARCHIVE, 50);
	ok(store_event_add(r->st, id, "asked", 20, "grace", "", &err));
	bed_read(r, 12);
	f = bed_see(r);
	assert_true(f.found_n > 0 && f.arrival_n > 0 && f.damage_n > 0 && f.record_n > 0);
	judged(&f, &r->arena, &whole);
	for (k = 1;; k++) {
		bool done;

		gate_facts_init(&f);
		ok(store_evidence(r->st, NOW, false, &e, &err));
		ok(store_read_begin(r->st, &err));
		trouble_begin(r->st, &t, k);
		done = gate_collect(r->st, &e, &r->arena, &f, &err);
		trouble_end(r->st);
		store_read_end(r->st);
		if (t.n < k) {
			ok(done); /* there is no k-th statement */
			break;
		}
		if (done || err.cls == ERR_NONE || err.text[0] == '\0')
			fail_msg("statement %d failed, and nobody noticed", k);
		err = ERR_INIT;
		/* even who would judge what is there by then gets no GO */
		judged(&f, &r->arena, &v);
		assert_false(v.go);
		f = bed_see(r);
		judged(&f, &r->arena, &v);
		assert_memory_equal(&v.digest, &whole.digest, sizeof v.digest);
	}
	assert_true(k > 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(follows_the_list),
		TEST(knows_what_was_never_read),
		TEST(takes_damage_by_the_very_message),
		TEST(believes_no_number_of_an_altered_store),
		TEST(fails_whichever_statement_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
