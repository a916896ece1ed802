/* SPDX-License-Identifier: MIT */
/* The facts of the gate, filled from stores in which one thing after another was done. */
#include "tests/support/collect_bed.h"

static void knows_nothing_of_an_empty_store(void **state)
{
	struct gate_facts f = bed_see(*state);

	assert_int_equal(f.account_n, 0);
	assert_int_equal(f.found_n + f.arrival_n + f.damage_n + f.record_n, 0);
	assert_int_equal(f.newest, 0);
	assert_int_equal(f.scanned_at, 0);
	assert_int_equal(strlen(f.project), 32);
}

static void tells_of_accounts_and_findings(void **state)
{
	struct sha256 fingerprint = { .bytes = { 7 } };
	struct acceptance taken = {
		.at = 5, .teller = "grace", .reason = "spam", .what = "{}"
	};
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	int64_t id, first;

	bed_read(r, 9);
	first = r->run;
	id = bed_transfer(r, "ada", "migrate");
	(void)bed_transfer(r, "ada2", "archive");
	f = bed_see(r);
	assert_int_equal(f.account_n, 2);
	assert_false(f.account[0].judged);
	assert_true(f.account[0].moves && f.account[0].old_side);
	assert_false(f.account[1].moves);
	assert_true(f.account[0].old_read > 0);
	assert_int_equal(f.account[0].old_tried, f.account[0].old_read);
	assert_int_equal(gate_account_of(&f, id), 0);
	assert_true(gate_account_of(&f, id + 99) == GATE_NO_ACCOUNT);
	bed_judge(r, id, first);
	f = bed_see(r);
	assert_true(f.account[0].judged);
	assert_int_equal(f.account[0].verdict, VERDICT_DIFFERS);
	assert_int_equal(f.account[0].judged_old, 70);
	assert_int_equal(f.account[0].matched, 7);
	assert_int_equal(f.account[0].run[SIDE_OLD], first);
	assert_int_equal(f.found_n, 1); /* not the one for information */
	assert_int_equal(f.found[0].account, 0);
	assert_int_equal(f.found[0].uid, 7);
	assert_int_equal(f.found[0].date, 1000000000);
	assert_false(f.found[0].accepted);
	assert_true(f.newest > 0);
	ok(store_accept(r->st, &taken, &fingerprint, 1, &err));
	f = bed_see(r);
	assert_true(f.found[0].accepted);
	/* a reading that fails is told beside the one that stands */
	rig_run(r, DEPTH_FULL);
	rig_account_end(r, ACCOUNT_NO_LOGIN, DEPTH_FULL);
	rig_run_end(r);
	f = bed_see(r);
	assert_true(f.account[0].old_tried >= f.account[0].old_read);
}

static void tells_of_mail_that_arrived_later(void **state)
{
	struct rig *r = *state;
	struct gate_facts f;
	int64_t id, first;

	bed_read(r, 9);
	first = r->run;
	id = bed_transfer(r, "ada", "migrate");
	bed_judge(r, id, first);
	f = bed_see(r);
	assert_int_equal(f.arrival_n, 0);
	bed_read_up_to(r, 8, 10); /* one was removed, nothing arrived */
	f = bed_see(r);
	assert_int_equal(f.arrival_n, 0);
	bed_read(r, 12);
	f = bed_see(r);
	assert_int_equal(f.arrival_n, 1);
	assert_int_equal(f.arrival[0].account, 0);
	assert_false(f.arrival[0].renumbered);
	assert_true(f.arrival[0].uidnext_now > f.arrival[0].uidnext_then);
	bed_judge(r, id, r->run); /* verified again */
	f = bed_see(r);
	assert_int_equal(f.arrival_n, 0);
}

static void tells_of_damage(void **state)
{
	struct body_facts unread = { .octets = -1, .announced = 50, .words = "NO" };
	struct body_facts odd = { .read = true,
				  .octets = 50,
				  .announced = 50,
				  .symptoms = SYMPTOM_BIT(SYMPTOM_DATE_BAD),
				  .words = "" };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	struct run run = { .command = "scan",
			   .scope = "{}",
			   .depth = DEPTH_FULL,
			   .operator_name = "t" };
	struct folder_scan scan = { .messages = 9, .error = "" };
	struct store_row *rows;
	int64_t id;
	size_t n;

	bed_read(r, 9);
	(void)bed_transfer(r, "ada", "migrate");
	ok(store_run_begin(r->st, &run, &id, &err));
	ok(store_body_put(r->st, 1, 3, &unread, &err));
	ok(store_body_put(r->st, 1, 4, &odd, &err));
	scan.folder = r->folder;
	ok(store_folder_scan_put(r->st, &scan, &err));
	ok(store_run_end(r->st, id, RUN_COMPLETE, NULL, NULL, &err));
	f = bed_see(r);
	assert_int_equal(f.damage_n, 1);
	assert_int_equal(f.damage[0].uid, 3);
	assert_true(f.damage[0].unread);
	assert_int_equal(f.messages, 9);
	assert_int_equal(f.scanned, 2);
	assert_true(f.scanned_at > 0);
	/* Another folder took the name: nothing is known of what lies there now. */
	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rows[2].m.key.bytes[0] ^= 1;
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	f = bed_see(r);
	assert_int_equal(f.damage_n, 0);
	assert_int_equal(f.scanned, 1);
}

static void tells_what_persons_did(void **state)
{
	struct record all = { .kind = RECORD_ARCHIVE,
			      .at = 50,
			      .told = 60,
			      .teller = "grace",
			      .role = "",
			      .topic = "",
			      .note = "",
			      .has_digest = true,
			      .digest = { .bytes = { 3 } } };
	struct record one = all, said = all;
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	int64_t id;

	bed_read(r, 2);
	id = bed_transfer(r, "ada", "archive");
	one.transfer = id;
	one.at = 40;
	said.kind = RECORD_STATEMENT;
	said.has_digest = false;
	said.role = "records officer";
	said.topic = "retention";
	said.at = 30;
	ok(store_record_add(r->st, &all, &err));
	ok(store_record_add(r->st, &one, &err));
	ok(store_record_add(r->st, &said, &err));
	ok(store_event_add(r->st, id, "asked", 20, "grace", "", &err));
	ok(store_event_add(r->st, id, "answered", 25, "grace", "", &err));
	ok(store_event_add(r->st, id, "stop", 26, "grace", "", &err));
	f = bed_see(r);
	assert_int_equal(f.record_n, 2);
	assert_int_equal(f.record[0].kind, GATE_RECORD_STATEMENT);
	assert_string_equal(f.record[0].role, "records officer");
	assert_string_equal(f.record[0].teller, "grace");
	assert_int_equal(f.record[1].kind, GATE_RECORD_ARCHIVE);
	assert_int_equal(f.record[1].digest.bytes[0], 3);
	assert_int_equal(f.account[0].archived, 40);
	assert_int_equal(f.account[0].asked, 20);
	assert_int_equal(f.account[0].answered, 25);
	assert_int_equal(gate_down_since(&f), 26);
	ok(store_event_add(r->st, id, "start", 27, "grace", "", &err));
	f = bed_see(r);
	assert_int_equal(gate_down_since(&f), 0);
	/* a row that was changed by hand does not fit its entry */
	ok(store_ledger_verify(r->st, &id, &err));
	assert_int_equal(rig_sql(r->path, "DROP TRIGGER record_no_update;"
					  "UPDATE record SET at = 51 WHERE at = 50"),
			 SQLITE_OK);
	fails(store_ledger_verify(r->st, &id, &err), ERR_LEDGER);
}

/* What was read and judged before the list named a tree is of other folders. */
static void a_verdict_of_another_tree_is_none(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct gate_facts f;
	struct account a;
	int64_t id;

	bed_read(r, 9);
	id = bed_transfer(r, "ada", "migrate");
	bed_judge(r, id, r->run);
	f = bed_see(r);
	assert_true(f.account[0].judged);
	ok(store_account_get(r->st, r->account, &r->arena, &a, &err));
	a.tree = "Shared/sales";
	ok(store_account_put(r->st, &a, &id, &err));
	f = bed_see(r);
	assert_false(f.account[0].judged);
	assert_int_equal(f.account[0].old_read, 0);
	assert_int_equal(f.account[0].old_tried, 0);
}

/* A verify that was cut off did not look for what only all accounts together show. */
static void clean_is_what_a_whole_verify_found(void **state)
{
	struct rig *r = *state;
	struct gate_facts f;
	int64_t id;

	bed_read(r, 9);
	id = bed_transfer(r, "ada", "migrate");
	bed_judge(r, id, r->run);
	assert_int_equal(VERDICT_CLEAN, 0);
	assert_int_equal(rig_sql(r->path, "UPDATE judgement SET verdict = 0"), SQLITE_OK);
	f = bed_see(r);
	assert_true(f.account[0].judged);
	assert_int_equal(rig_sql(r->path, "DROP TRIGGER run_end_no_delete;"
					  "DELETE FROM run_end WHERE run ="
					  " (SELECT run FROM judgement)"),
			 SQLITE_OK);
	f = bed_see(r);
	assert_false(f.account[0].judged);
	/* what differs does so all the same */
	assert_int_equal(rig_sql(r->path, "UPDATE judgement SET verdict = 1"), SQLITE_OK);
	f = bed_see(r);
	assert_true(f.account[0].judged);
	assert_int_equal(f.account[0].verdict, VERDICT_DIFFERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_nothing_of_an_empty_store,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(clean_is_what_a_whole_verify_found,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_verdict_of_another_tree_is_none,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(tells_of_accounts_and_findings, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(tells_of_mail_that_arrived_later,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(tells_of_damage, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(tells_what_persons_did, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
