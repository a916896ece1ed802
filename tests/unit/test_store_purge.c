/* SPDX-License-Identifier: MIT */
/* What is erased is gone from the file; what is left is what the ledger says. */
#include <sqlite3.h>

#include "base/fs.h"
#include "report/report_view.h"
#include "store/store_log_uses.h"
#include "store/store_logs.h"
#include "store/store_purge.h"
#include "store/store_said.h"
#include "tests/support/report_fixture.h"

#define ZEBRA "zebra.unique"
#define LATE  INT64_C(1400000000) /* when zebra used the old server last */

static const struct fx_message secret[] = { { "<only-zebra-1@x>", 100, D0, 0, NULL, 0 },
					    { "<only-zebra-2@x>", 200, D0 + 1, MSG_SEEN,
					      NULL, 0 } };
static const struct fx_folder folders[] = { { .name = "INBOX", FX_MESSAGES(three) },
					    { .name = "Privatissimo",
					      FX_MESSAGES(secret) } };

static void login(struct fx *f, enum side side, const char *name)
{
	const struct log_day day = { .day = LATE / 86400, .n = 2, .first = 1, .last = 9 };
	unsigned char octets[STORE_LOG_DAY_MAX];
	struct log_use_row r = { .side = side,
				 .use = USE_LOGIN,
				 .protocol = LOG_IMAP,
				 .n = 2,
				 .first = LATE - 100,
				 .last = LATE,
				 .days = { .p = octets, .alone = 1 },
				 .day_n = 1 };
	struct store_log_uses *w;
	struct err err = ERR_INIT;
	int64_t none;

	r.days.n = store_log_day_put(octets, &day, 0, 1);
	fx_ok(store_log_text(f->st, span_str(""), &none, &err));
	fx_ok(store_log_text(f->st, span_str(name), &r.name, &err));
	fx_ok(store_log_text(f->st, span_str("192.0.2.77"), &r.address, &err));
	r.rcpt = none;
	fx_ok(store_log_text(f->st, span_str("Thunderbird"), &r.client, &err));
	fx_ok(store_log_uses_open(f->st, side, &w, &err));
	fx_ok(store_log_uses_put(w, &r, &err));
	fx_ok(store_log_uses_end(w, &err));
	store_log_uses_close(w);
}

static int64_t number(struct fx *f, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	int64_t n = -999;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return n;
}

/* Zebra, which has all of it on both sides, and ann, who keeps hers. */
static void zebra_and_ann(struct fx *f, int64_t t[2])
{
	struct run asked = { .command = "audit",
			     .scope = "{\"only\":[\"" ZEBRA "\"]}",
			     .depth = DEPTH_FULL,
			     .operator_name = "tester" };
	struct acceptance taken = { .at = 5,
				    .teller = "grace",
				    .reason = "spam",
				    .what = "{\"only\":[\"" ZEBRA "\"]}" };
	const struct witness w = { .name = ZEBRA, .at = 5, .source = "list" };
	struct sha256 fingerprint = { .bytes = { 1 } };
	struct message_detail d = { .from = "Rosalind Unnamed",
				    .date = "Mon, 1 Feb 2010 10:00:00 +0000",
				    .subject = "Geheimes Treffen",
				    .message_id = "<only-zebra-1@x>" };
	struct wire_count none = { 0 };
	struct err err = ERR_INIT;
	int64_t run;

	fx_open(f);
	fx_audit(f, DEPTH_FULL);
	t[0] = fx_transfer(f, ZEBRA, ZEBRA, ZEBRA, "", "migrate");
	t[1] = fx_transfer(f, "ann", "ann", "ann", "", "migrate");
	for (int s = 0; s < SIDE_COUNT; s++) {
		fx_read(f, (enum side)s, ZEBRA, folders, 2);
		fx_read(f, (enum side)s, "ann", inbox_three, 1);
	}
	fx_audit_end(f);
	verify(f, t, 2);
	fx_ok(store_run_begin(f->st, &asked, &run, &err));
	fx_ok(store_detail_put(
		f->st,
		number(f,
		       "SELECT e.id FROM folder_epoch e JOIN folder f ON f.id = e.folder"
		       " WHERE f.name = 'Privatissimo' ORDER BY e.id LIMIT 1"),
		1, &d, NULL, &err));
	fx_ok(store_run_end(f->st, run, RUN_COMPLETE, &none, "", &err));
	fx_ok(store_accept(f->st, &taken, &fingerprint, 1, &err));
	fx_ok(store_witness_add(f->st, &w, &err));
	login(f, SIDE_OLD, ZEBRA);
	login(f, SIDE_OLD, "ann");
}

/* The file and its log hold the octets. */
static bool holds(struct fx *f, const char *word)
{
	static const char *const ends[] = { "", "-wal" };
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		const char *path = arena_printf(&f->arena, "%s%s", f->path, ends[i]);
		struct strbuf all = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (!fs_exists(path))
			continue;
		fx_ok(fs_read(path, 64u << 20, &all, &err));
		any |= memmem(all.p, all.n, word, strlen(word)) != NULL;
		strbuf_done(&all);
	}
	return any;
}

static void whole(struct fx *f, int64_t purged)
{
	struct ledger_facts facts;
	struct err err = ERR_INIT;

	fx_ok(store_ledger_examine(f->st, true, NULL, 0, &facts, &err));
	assert_int_equal(facts.purged, purged);
}

static struct purge ask(enum purge_what what, const int64_t *t, size_t n, int64_t day)
{
	return (struct purge){ .what = what,
			       .transfers = t,
			       .n = n,
			       .by = "grace",
			       .reason = "asked for",
			       .now = LATE + 1000,
			       .day = day };
}

static void an_account_is_gone_and_the_proof_is_not(void **state)
{
	static const char *const gone[] = { ZEBRA, "Privatissimo", "only-zebra",
					    "Rosalind Unnamed", "Geheimes Treffen" };
	struct purge_result r;
	struct ledger_entry head;
	struct purge p;
	struct err err = ERR_INIT;
	int64_t t[2], seq;
	bool found;
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	for (size_t i = 0; i < COUNT_OF(gone); i++)
		if (!holds(&f, gone[i]))
			fail_msg("\"%s\" was never there", gone[i]);
	whole(&f, 0);
	fx_ok(store_ledger_head(f.st, &f.arena, &head, &found, &err));
	seq = head.seq;
	p = ask(PURGE_ACCOUNT, t, 1, LATE + 1);
	fx_ok(store_purge(f.st, &p, &r, &err));
	fx_ok(store_purge_pack(f.st, &err));
	assert_true(r.id == 1 && r.transfers == 1 && r.shared == 0 && r.runs > 0);
	for (size_t i = 0; i < COUNT_OF(gone); i++)
		if (holds(&f, gone[i]))
			fail_msg("\"%s\" is still there", gone[i]);
	whole(&f, 4);
	fx_ok(store_ledger_head(f.st, &f.arena, &head, &found, &err));
	assert_int_equal(head.seq, seq + 1);
	assert_string_equal(head.kind, "purge");
	assert_string_equal(head.name, "grace");
	/* Hers are all there. */
	assert_int_equal(number(&f, "SELECT count(*) FROM message"), 6);
	assert_true(holds(&f, "<a@x>"));
	assert_int_equal(number(&f, "SELECT count(*) FROM log_use"), 1);
	/* The guards are back. */
	assert_int_equal(number(&f, "SELECT count(*) FROM sqlite_schema WHERE type ="
				    " 'trigger' AND name LIKE 'run%'"),
			 6);
	/* What has changed once may change again. */
	p = ask(PURGE_ACCOUNT, t + 1, 1, LATE + 1);
	fx_ok(store_purge(f.st, &p, &r, &err));
	whole(&f, 6);
	assert_int_equal(number(&f, "SELECT count(*) FROM message"), 0);
	fx_close(&f);
}

static void what_was_not_purged_cannot_be_changed_under_its_cover(void **state)
{
	static const struct {
		const char *sql, *why;
	} cases[] = {
		{ "UPDATE account SET \"user\" = 'other' WHERE \"user\" = 'ann'",
		  "run 1" },
		{ "UPDATE account SET \"user\" = 'x' WHERE \"user\" LIKE 'purged-%'",
		  "run 1" },
		{ "DROP TRIGGER purged_row_no_update;"
		  "UPDATE purged_row SET now = was",
		  "run 1" },
		{ "DROP TRIGGER purged_row_no_delete; DELETE FROM purged_row", "run 1" },
		{ "DROP TRIGGER purge_no_update; UPDATE purge SET reason = 'x'",
		  "row of "
		  "purge" },
		{ "DROP TRIGGER purged_no_delete; DELETE FROM purged", "purge 1" },
		{ "INSERT INTO purged VALUES (1, 2, 2, NULL, 0)", "purge 1" },
		{ "INSERT INTO message VALUES ((SELECT min(id) FROM folder_epoch) << 32 "
		  "| 9,"
		  " zeroblob(16), 0, 1, NULL, 0, 0, 1, NULL)",
		  "messages were purged" },
		{ "DROP TRIGGER acceptance_no_update; UPDATE acceptance SET what = '{}'",
		  "row of acceptance" },
	};
	int64_t t[2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ledger_facts facts;
		struct err err = ERR_INIT;
		struct purge_result r;
		sqlite3 *db = NULL;
		struct purge p;
		struct fx f;

		zebra_and_ann(&f, t);
		p = ask(PURGE_ACCOUNT, t, 1, LATE + 1);
		fx_ok(store_purge(f.st, &p, &r, &err));
		assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
		if (sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL) != SQLITE_OK)
			fail_msg("case %zu: %s", i, sqlite3_errmsg(db));
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		if (store_ledger_examine(f.st, true, NULL, 0, &facts, &err))
			fail_msg("case %zu was not seen", i);
		if (err.cls != ERR_LEDGER || strstr(err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, err.text);
		fx_close(&f);
	}
}

static void a_ledger_that_does_not_hold_is_not_purged(void **state)
{
	struct purge_result r;
	struct err err = ERR_INIT;
	struct purge p;
	sqlite3 *db = NULL;
	int64_t t[2];
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE account SET \"user\" = 'x' WHERE id = 1",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	p = ask(PURGE_ACCOUNT, t, 1, LATE + 1);
	assert_false(store_purge(f.st, &p, &r, &err));
	assert_int_equal(err.cls, ERR_LEDGER);
	assert_int_equal(number(&f, "SELECT count(*) FROM purge"), 0);
	fx_close(&f);
}

/* G09 must see who used the old server lately. */
static void who_was_there_lately_stays(void **state)
{
	struct purge_result r;
	struct err err = ERR_INIT;
	struct purge p;
	int64_t t[2];
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	p = ask(PURGE_ACCOUNT, t, 1, LATE);
	assert_false(store_purge(f.st, &p, &r, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_true(holds(&f, ZEBRA));
	assert_int_equal(number(&f, "SELECT count(*) FROM purge"), 0);
	assert_int_equal(number(&f, "SELECT count(*) FROM message"), 16);
	whole(&f, 0);
	fx_close(&f);
}

static void details_go_and_the_fact_of_a_login_stays(void **state)
{
	struct purge_result r;
	struct err err = ERR_INIT;
	struct log_use_stored u;
	struct strbuf row = STRBUF_INIT;
	struct purge p;
	struct span rest;
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	int64_t t[2];
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	p = ask(PURGE_DETAILS, t, 1, LATE);
	fx_ok(store_purge(f.st, &p, &r, &err));
	/* Their day has not come: logins are as they were. */
	assert_int_equal(number(&f, "SELECT length(uses) FROM log_use LIMIT 1"),
			 STORE_LOG_USE_HEAD + 8);
	assert_true(r.id == 1 && r.runs == 0);
	p = ask(PURGE_DETAILS, t, 1, LATE + 1);
	fx_ok(store_purge(f.st, &p, &r, &err));
	assert_int_equal(r.id, 2);
	fx_ok(store_purge_pack(f.st, &err));
	assert_false(holds(&f, "Geheimes Treffen"));
	assert_false(holds(&f, "Rosalind Unnamed"));
	assert_false(holds(&f, "only-zebra"));
	assert_true(holds(&f, ZEBRA));
	assert_int_equal(number(&f, "SELECT count(*) FROM message"), 16);
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(
				 db,
				 "SELECT uses FROM log_use WHERE name = (SELECT id"
				 " FROM log_text WHERE text = CAST('" ZEBRA "' AS BLOB))",
				 -1, &q, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	strbuf_add(&row, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
	sqlite3_finalize(q);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	rest = strbuf_span(&row);
	assert_true(store_log_use_take(&rest, &u));
	assert_int_equal(rest.n, 0);
	assert_true(u.use == USE_LOGIN && u.protocol == LOG_IMAP && u.n == 2);
	assert_true(u.first == LATE - 100 && u.last == LATE && u.day_n == 0);
	assert_true(u.address == 1 && u.client == 1);
	strbuf_done(&row);
	whole(&f, 0);
	/* There is nothing left to erase, and no entry says that there was. */
	fx_ok(store_purge(f.st, &p, &r, &err));
	assert_true(r.id == 0 && r.rows == 0);
	assert_int_equal(number(&f, "SELECT count(*) FROM purge"), 2);
	fx_close(&f);
}

static void mail_that_another_account_needs_stays(void **state)
{
	struct purge_result r;
	struct err err = ERR_INIT;
	struct purge p;
	int64_t t[2];
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	fx_transfer(&f, "both", ZEBRA, "ann", "", "migrate");
	p = ask(PURGE_ACCOUNT, t, 1, LATE + 1);
	fx_ok(store_purge(f.st, &p, &r, &err));
	assert_int_equal(r.shared, 1);
	/* Of the new side alone. */
	assert_int_equal(number(&f, "SELECT count(*) FROM message"), 11);
	whole(&f, 2);
	fx_close(&f);
}

static void what_was_purged_is_never_clean(void **state)
{
	struct report_options o = { .project = "move" };
	struct purge_result r;
	struct report_view v;
	struct err err = ERR_INIT;
	struct purge p;
	const char *text;
	int64_t t[2];
	struct fx f;

	(void)state;
	zebra_and_ann(&f, t);
	p = ask(PURGE_ACCOUNT, t, 1, LATE + 1);
	fx_ok(store_purge(f.st, &p, &r, &err));
	o.transfers = t;
	o.transfer_n = 1;
	fx_ok(report_view_open(&v, f.st, &o, &err));
	assert_int_equal(v.sum.worst, VERDICT_INCOMPLETE);
	report_view_done(&v);
	text = explain(&f, t[0], &o);
	need(text, "Purged on ");
	need(text, "it was clean");
	refuse(text, "CLEAN");
	o.transfers = NULL;
	need(write_report(&f, report_text, &o), "1 account was purged");
	need(write_report(&f, report_json, &o), "\"purged\"");
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_gone_and_the_proof_is_not),
		cmocka_unit_test(what_was_not_purged_cannot_be_changed_under_its_cover),
		cmocka_unit_test(a_ledger_that_does_not_hold_is_not_purged),
		cmocka_unit_test(who_was_there_lately_stays),
		cmocka_unit_test(details_go_and_the_fact_of_a_login_stays),
		cmocka_unit_test(mail_that_another_account_needs_stays),
		cmocka_unit_test(what_was_purged_is_never_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
