/* SPDX-License-Identifier: MIT */
/* What was observed stays as it is: no statement of ours or of anybody else edits it. */
#include "store/store_accept.h"
#include "store/store_acl.h"
#include "store/store_approval.h"
#include "store/store_count.h"
#include "store/store_db.h"
#include "store/store_dns.h"
#include "store/store_facts.h"
#include "store/store_gmail.h"
#include "store/store_item.h"
#include "store/store_limit.h"
#include "store/store_logs.h"
#include "store/store_mover.h"
#include "store/store_objectid.h"
#include "store/store_plan.h"
#include "store/store_record.h"
#include "store/store_said.h"
#include "store/store_scan.h"
#include "store/store_seal.h"
#include "store/store_server.h"
#include "store/store_trend.h"
#include "store/store_verify.h"
#include "store/store_waiver.h"
#include "tests/support/store_rig.h"

/* One row in each table of logs and of what persons say. */
static void say_something(struct rig *r, int64_t transfer)
{
	const struct own_login own = { .user = "ada", .at = 5, .address = "192.0.2.1" };
	const struct witness w = { .name = "ada", .at = 5, .source = "list" };
	const struct server_count count = { .name = "ada", .source = "list", .line = 1 };
	const struct said s = { .transfer = transfer,
				.at = 5,
				.teller = "grace",
				.decision = "keep",
				.note = "" };
	const struct expected e = { .name = "cron", .teller = "grace", .reason = "cron" };
	struct item_said i = { .list = "premigration",
			       .item = "14",
			       .at = 5,
			       .teller = "grace",
			       .owner = "",
			       .note = "" };
	struct record archive = { .transfer = transfer,
				  .at = 5,
				  .told = 6,
				  .teller = "grace",
				  .role = "",
				  .topic = "",
				  .note = "tape 7",
				  .has_digest = true };
	const struct log_file f = {
		.run = r->run, .path = "mail.log", .packing = "plain", .note = ""
	};
	struct err err = ERR_INIT;
	int64_t text;

	ok(store_log_text(r->st, span_str("ada"), &text, &err));
	ok(store_log_file_add(r->st, &f, &err));
	ok(store_own_login_add(r->st, &own, &err));
	ok(store_log_own_add(r->st, 1, USE_LOGIN, 5, text, &err));
	ok(store_witness_add(r->st, &w, &err));
	ok(store_count_add(r->st, &count, &err));
	ok(store_said_add(r->st, &s, &err));
	ok(store_expected_add(r->st, &e, true, &err));
	ok(store_item_say(r->st, &i, &err));
	ok(store_record_add(r->st, &archive, &err));
}

/* One plan with one line, and the run of a mover. */
static void keep_a_plan(struct rig *r, int64_t transfer)
{
	const struct mover_ran ran = {
		.transfer = transfer, .began = 5, .ended = 65, .messages = 2, .octets = 9
	};
	const struct plan_item item = { .transfer = transfer,
					.cls = "account-octets",
					.amount = 7,
					.text = "large" };
	struct rate_sample *rate;
	struct store_plan *plan;
	struct plan_kept kept;
	struct plan_item *back;
	struct err err = ERR_INIT;
	bool is_new, found;
	size_t n;

	ok(store_mover_run_add(r->st, &ran, &is_new, &err));
	assert_true(is_new);
	ok(store_mover_run_add(r->st, &ran, &is_new, &err));
	assert_false(is_new);
	ok(store_rates_mover(r->st, 10, &r->arena, &rate, &n, &err));
	assert_true(n == 1 && rate->took_ms == 60000 && rate->octets == 9);
	ok(store_plan_begin(r->st, "oversized", "grace", "{}", &plan, &err));
	ok(store_plan_add(plan, &item, &err));
	ok(store_plan_end(plan, true, &err));
	ok(store_plan_begin(r->st, "oversized", "grace", "{}", &plan, &err));
	ok(store_plan_add(plan, &item, &err));
	assert_false(store_plan_end(plan, false, &err)); /* dropped */
	ok(store_plan_newest(r->st, "oversized", &r->arena, &kept, &found, &err));
	assert_true(found && kept.id == 1 && strcmp(kept.teller, "grace") == 0);
	ok(store_plan_items(r->st, kept.id, &r->arena, &back, &n, &err));
	assert_true(n == 1 && back->amount == 7 && strcmp(back->text, "large") == 0);
	ok(store_plan_newest(r->st, "waves", &r->arena, &kept, &found, &err));
	assert_false(found);
}

/* Two certificates, the first met twice, and a server that shows none. */
static void meet_servers(struct rig *r)
{
	struct server_seen s = { .side = SIDE_NEW,
				 .at = 5,
				 .host = "mail.example.org",
				 .port = 993,
				 .tls = "TLSv1.3",
				 .has_cert = true,
				 .cert = { .subject = "CN=mail.example.org",
					   .issuer = "CN=ca",
					   .not_after = 77 } };
	struct server_seen other = s;
	struct server_known *k;
	struct err err = ERR_INIT;
	size_t n;

	s.cert.fingerprint.bytes[0] = 1;
	other.cert.fingerprint.bytes[0] = 2;
	assert_false(server_seen_same(&s, &other));
	ok(store_server_seen_add(r->st, &s, &err));
	ok(store_server_seen_add(r->st, &other, &err));
	s.at = 6;
	ok(store_server_seen_add(r->st, &s, &err)); /* the same run met it already */
	ok(store_servers_known(r->st, SIDE_NEW, &r->arena, &k, &n, &err));
	assert_int_equal(n, 2);
	assert_true(server_seen_same(&k[0].seen, &other));
	assert_true(server_seen_same(&k[1].seen, &s));
	assert_true(k[1].seen.at == 5 && k[1].seen.cert.not_after == 77);
	assert_string_equal(k[1].seen.cert.subject, "CN=mail.example.org");
	s = (struct server_seen){ .side = SIDE_OLD,
				  .at = 7,
				  .host = "old.example.org",
				  .port = 143,
				  .tls = "none" };
	ok(store_server_seen_add(r->st, &s, &err));
	ok(store_server_seen_add(r->st, &s, &err));
	ok(store_servers_known(r->st, SIDE_OLD, &r->arena, &k, &n, &err));
	assert_true(n == 1 && server_seen_same(&k[0].seen, &s) && !k[0].seen.has_cert);
}

/* What stands between a finding and the shutdown. */
static void sign_something(struct rig *r)
{
	struct sha256 fingerprints[] = { { .bytes = { 9 } }, { .bytes = { 1 } } };
	struct waiver w = { .at = 5,
			    .check = "G07",
			    .teller = "ada",
			    .owner = "grace",
			    .reason = "r",
			    .risk = "k",
			    .ticket = "",
			    .what = "{}",
			    .expires = 9 };
	struct waiver_said s = {
		.waiver = 1, .at = 6, .teller = "mia", .note = "", .key = ""
	};
	struct approval a = {
		.at = 7, .name = "mia", .key = "SHA256:x", .signature = "s"
	};
	struct waiver *back;
	struct err err = ERR_INIT;
	size_t n;

	ok(store_waiver_add(r->st, &w, fingerprints, 2, &err));
	ok(store_waiver_say(r->st, &s, &err));
	ok(store_approval_add(r->st, &a, &err));
	ok(store_waivers(r->st, &r->arena, &back, &n, &err));
	assert_true(n == 1 && back->findings == 2 && back->approved_at == 6);
	assert_string_equal(back->approver, "mia");
	assert_string_equal(back->owner, "grace");
}

/* One message more, which cannot be read. */
static __attribute__((noinline)) void leave_a_hole(struct rig *r, struct store_row *rows,
						   size_t n)
{
	static const struct folder_hole hole = { .uid = 99, .octets = 7, .words = "NO" };
	struct folder_state s = rig_state((int64_t)n + 1);
	struct folder_end *e = mem_calloc(1, sizeof *e);
	struct err err = ERR_INIT;

	*e = (struct folder_end){ .folder = r->folder,
				  .epoch = rig_begin(r, &s),
				  .outcome = FOLDER_HOLED,
				  .state = s,
				  .depth = DEPTH_FULL,
				  .error = "NO",
				  .hole = &hole,
				  .hole_n = 1 };
	rig_put(r, e->epoch, 1, UINT32_MAX, rows, n, DEPTH_FULL);
	ok(store_folder_end(r->st, e, &err));
	free(e);
}

static void refuses_to_edit_what_was_observed(void **state)
{
	static const struct {
		const char *table, *column;
	} cases[] = {
		{ "run", "scope" },
		{ "run_end", "note" },
		{ "run_pace", "peak" },
		{ "ledger", "payload" },
		{ "event", "note" },
		{ "account_seen", "outcome" },
		{ "account_limit", "used" },
		{ "folder_acl", "words" },
		{ "message_gmail", "number" },
		{ "label_set", "names" },
		{ "folder_grant", "rights" },
		{ "folder_objectid", "mailbox" },
		{ "folder_change", "after" },
		{ "folder_epoch", "uidvalidity" },
		{ "folder_seen", "messages" },
		{ "folder_hole", "words" },
		{ "message_change", "after" },
		{ "keyword_set", "names" },
		{ "seal", "note" },
		{ "seal_folder", "uidnext" },
		{ "acceptance", "reason" },
		{ "accepted", "acceptance" },
		{ "mover_note", "text" },
		{ "body_seen", "symptoms" },
		{ "folder_scan", "gap_ms" },
		{ "scan_sample", "chosen" },
		{ "log_text", "text" },
		{ "log_file", "note" },
		{ "own_login", "address" },
		{ "log_own", "at" },
		{ "witness", "source" },
		{ "server_count", "messages" },
		{ "transfer_said", "note" },
		{ "expected", "reason" },
		{ "item_said", "note" },
		{ "mover_run", "octets" },
		{ "plan", "summary" },
		{ "plan_item", "text" },
		{ "judgement_past", "missing" },
		{ "record", "note" },
		{ "server_seen", "subject" },
		{ "dns_seen", "points" },
		{ "waiver", "expires" },
		{ "waived", "fingerprint" },
		{ "waiver_said", "what" },
		{ "approval", "signature" },
		{ "purge", "reason" },
		{ "purged", "verdict" },
		{ "purged_row", "now" },
	};
	struct rig *r = *state;
	struct transfer t = { .name = "ada" };
	struct err err = ERR_INIT;
	enum store_put what;
	struct store_row *rows;
	int64_t id;
	struct seal seal = { .at = 5, .run = { 1, 1 }, .teller = "grace", .note = "" };
	struct acceptance taken = {
		.at = 5, .teller = "grace", .reason = "spam", .what = "{}"
	};
	struct sha256 fingerprint = { .bytes = { 1 } };
	struct seal_folder at_seal = { .epoch = 1, .uidnext = 10 };
	struct mover_note note = {
		.folder = "INBOX", .uid = 7, .why = WHY_QUOTA, .text = "full"
	};
	struct mover_note told;
	bool is_new, found;
	struct body_facts body = { .words = "NO" };
	struct folder_scan scan = { .error = "" };
	struct scan_sample sample = { .seed = 1 };
	struct run_pace pace = { .peak = 2 };
	struct dns_seen dns = {
		.domain = "example.org", .via = "", .name = "x", .value = "", .words = ""
	};
	const struct acl_entry grant = { "ben", "lrs" };
	const struct gmail_row gmail = { .uid = 1, .number = 7, .labels = "Work" };
	struct folder_acl acl = { .entry = &grant, .n = 1, .words = "" };
	const struct limit limit = { .name = "root", .used = 1, .allowed = 2 };
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_read(r, rows, n - 1, DEPTH_FULL);
	leave_a_hole(r, rows, n);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	scan.folder = r->folder;
	ok(store_body_put(r->st, 1, 1, &body, &err));
	ok(store_folder_scan_put(r->st, &scan, &err));
	ok(store_scan_sample_put(r->st, &sample, &err));
	ok(store_run_pace_add(r->st, SIDE_OLD, &pace, &err));
	ok(store_limits_put(r->st, r->account, &limit, 1, 1u << LIMIT_STORAGE, &err));
	ok(store_gmail_put(r->st, 1, &gmail, 1, &err));
	ok(store_objectid_put(r->st, r->folder, 1, "f7-A_", &err));
	acl.folder = r->folder;
	ok(store_acls_put(r->st, &acl, 1, &err));
	meet_servers(r);
	ok(store_dns_add(r->st, &dns, &err));
	rig_run_end(r);
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	ok(store_event_add(r->st, id, "cutover", 5, "grace", "done", &err));
	ok(store_judgement_put(
		r->st, &(struct judgement){ .transfer = id, .run = 1, .note = "" },
		&err));
	ok(store_trend_keep(r->st, 1, &err));
	seal.transfer = id;
	at_seal.folder = r->folder;
	ok(store_seal_add(r->st, &seal, &at_seal, 1, &seal.id, &err));
	ok(store_accept(r->st, &taken, &fingerprint, 1, &err));
	note.transfer = id;
	ok(store_mover_note_add(r->st, &note, &is_new, &err));
	assert_true(is_new);
	ok(store_mover_note_add(r->st, &note, &is_new, &err));
	assert_false(is_new);
	ok(store_mover_note_find(r->st, id, "INBOX", 7, &r->arena, &told, &found, &err));
	assert_true(found && told.why == WHY_QUOTA && strcmp(told.text, "full") == 0);
	ok(store_mover_note_find(r->st, id, "INBOX", 8, &r->arena, &told, &found, &err));
	assert_false(found);
	say_something(r, id);
	keep_a_plan(r, id);
	ok(db_exec(r->st,
		   "INSERT INTO purge VALUES (1, 5, 'grace', 'r', 1, 1, zeroblob(32), 1);"
		   "INSERT INTO purged VALUES (1, 1, NULL, NULL, NULL);"
		   "INSERT INTO purged_row VALUES (1, 0, 1, zeroblob(32), zeroblob(32))",
		   &err));
	sign_something(r);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *table = cases[i].table, *column = cases[i].column;
		char sql[200];
		int64_t rows_before;

		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
		rows_before = rig_number(r->path, sql);
		if (rows_before < 1)
			fail_msg("%s is empty", table);
		snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s", table, column, column);
		if (rig_sql(r->path, sql) != SQLITE_CONSTRAINT)
			fail_msg("%s can be updated", table);
		snprintf(sql, sizeof sql, "DELETE FROM %s", table);
		if (rig_sql(r->path, sql) != SQLITE_CONSTRAINT)
			fail_msg("%s can be deleted from", table);
		/* Through our own handle REPLACE is no way around either. */
		snprintf(sql, sizeof sql, "REPLACE INTO %s SELECT * FROM %s LIMIT 1",
			 table, table);
		if (db_exec(r->st, sql, &err) || strstr(err.text, "append-only") == NULL)
			fail_msg("%s can be replaced: %s", table, err.text);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
		if (rig_number(r->path, sql) != rows_before)
			fail_msg("%s has lost rows", table);
	}
	assert_int_equal(
		rig_number(r->path,
			   "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"),
		2 * COUNT_OF(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refuses_to_edit_what_was_observed,
						rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
