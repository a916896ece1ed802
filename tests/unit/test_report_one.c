/* SPDX-License-Identifier: MIT */
/* What is told of one account, of one finding, and of the project as it stands. */
#include "tests/support/report_fixture.h"

#include <sqlite3.h>

#include "report/report_view.h"
#include "store/store_gate.h"

static const char *one_finding(struct fx *f, const char *digits, bool json)
{
	struct report_options o = { .project = "move" };
	struct strbuf out = STRBUF_INIT;
	struct report_sink sink = { &out, append };
	struct err err = ERR_INIT;
	const char *text = NULL;

	if (report_finding(f->st, digits, &o, json, &sink, &err))
		text = arena_span(&f->arena, strbuf_span(&out));
	else
		assert_int_equal(err.cls, ERR_CONFIG);
	strbuf_done(&out);
	return text;
}

static void tells_one_finding_wholly(void **state)
{
	struct acceptance a = { .at = D0,
				.teller = "Carla",
				.reason = "was spam",
				.what = "{}",
				.messages = 1 };
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x = { 0 };
	char hex[SHA256_HEX_SIZE];
	struct json_doc *doc;
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	fx_ok(store_findings_open(f.st, t[1], &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	assert_int_equal(x.cls, FINDING_MESSAGE_MISSING);
	store_findings_close(it);
	sha256_hex(&x.fingerprint, hex);
	assert_null(one_finding(&f, "000000000000", false));
	text = one_finding(&f, hex, false);
	assert_non_null(text);
	need(text, "doubt  message missing on the new server");
	need(text, "account bob, old side, folder \"INBOX\"");
	need(text, "uid 3, 2011-03-13T07:06:42Z, <c@x>, 300 B");
	need(text, "first found by run ");
	need(text, hex);
	need(text, "What to do next");
	refuse(text, "accepted");
	fx_ok(store_accept(f.st, &a, &x.fingerprint, 1, &err));
	verify(&f, t, 3);
	hex[20] = '\0';
	text = one_finding(&f, hex, false);
	need(text, "accepted by Carla on 2011-03-13T07:06:40Z: was spam");
	text = one_finding(&f, hex, true);
	fx_ok(json_parse("finding", span_str(text), &doc, &err));
	json_free(doc);
	need(text, "\"schema\": \"mailmuster/finding/1\"");
	need(text, "\"accepted\": 1");
	text = explain(&f, t[1], &(struct report_options){ .project = "move" });
	need(text, "Accepted\n  1 finding about 1 message, by Carla on ");
	need(text, "(acceptance 1): was spam");
	refuse(text, "MISSING");
	/* No longer in the counts of what is to be done, but told. */
	text = write_report(&f, report_verify_text,
			    &(struct report_options){ .project = "move" });
	need(text, "  accepted        1  finding of loss or doubt");
	refuse(text, "MISSING");
	fx_close(&f);
}

static void explains_one_account_to_the_end(void **state)
{
	static struct fx_message many[100];
	static char id[100][16];
	struct fx_folder old[] = { { .name = "INBOX", FX_MESSAGES(many) } };
	static const struct fx_folder new[] = { { .name = "INBOX",
						  .depth = DEPTH_FULL } };
	struct message_detail d = { .from = "Ann <ann@example.org>",
				    .subject = "Minutes",
				    .date = "Mon, 1 Feb 1999",
				    .message_id = "<0@x>" };
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	struct folder_view *v;
	const char *text;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		snprintf(id[i], sizeof id[i], "<%zu@x>", i);
		many[i] = (struct fx_message){ id[i], 100, D0, 0, NULL, 0 };
	}
	fx_open(&f);
	t = fx_transfer(&f, "o'neil", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena, &v,
			    &n, &err));
	fx_ok(store_detail_put(f.st, v[0].epoch, 1, &d, NULL, &err));
	fx_audit_end(&f);
	text = explain(&f, t, &o);
	need(text, "NOT JUDGED  o'neil: never verified");
	need(text, "mailmuster audit --only 'o'\\''neil'");
	verify(&f, &t, 1);
	text = explain(&f, t, &o);
	need(text,
	     "DIFFERS  o'neil: 100 of 100 old and 0 of 0 new messages were examined");
	need(text, "MISSING  messages missing on the new server: 100");
	need(text, "Nothing of this folder arrived.");
	need(text,
	     "uid 1, Mon, 1 Feb 1999, from Ann <ann@example.org>, \"Minutes\", <0@x>");
	need(text, "uid 20, 2011-03-13T07:06:40Z, <19@x>");
	refuse(text, "uid 21,");
	need(text, "and 80 more: mailmuster report --csv --only 'o'\\''neil'");
	need(text, "What to do next");
	fx_close(&f);
}

/* Newer evidence is not what was judged: until it is, nobody knows. */
static void a_verdict_ends_with_the_next_reading(void **state)
{
	static const enum side again[] = { SIDE_OLD, SIDE_NEW };

	(void)state;
	for (size_t i = 0; i <= COUNT_OF(again) + 1; i++) {
		struct report_options o = { .project = "move" };
		struct account tree = { .side = SIDE_NEW,
					.user = "ann",
					.tree = "Shared" };
		struct err err = ERR_INIT;
		int64_t id;
		const char *text;
		struct fx f;
		int64_t t[4];

		four_accounts(&f, t);
		o.transfers = t;
		o.transfer_n = 1; /* ann, who is clean */
		fx_audit(&f, DEPTH_FULL);
		if (i > COUNT_OF(again)) /* its mail lies elsewhere now */
			fx_ok(store_account_put(f.st, &tree, &id, &err));
		else if (i < COUNT_OF(again))
			fx_read(&f, again[i], "ann", inbox_two, 1);
		else
			fx_fail(&f, SIDE_NEW, "ann", ACCOUNT_NO_LOGIN, "NO");
		fx_audit_end(&f);
		text = write_report(&f, report_text, &o);
		need(text, "INCOMPLETE  1 of 1 account could not be examined in full");
		need(text, "not examined in full: ann: Read once more since");
		refuse(text, "1 clean");
		text = write_report(&f, report_json, &o);
		need(text, "\"verdict\": \"incomplete\"");
		refuse(text, "\"verdict\": \"clean\"");
		need(write_report(&f, report_csv, &o), "ann,evidence-stale,doubt,");
		text = explain(&f, t[0], &o);
		need(text, "INCOMPLETE  ann");
		need(text, "Read once more since it was verified");
		verify(&f, t, 1);
		text = write_report(&f, report_text, &o);
		refuse(text, "once more");
		fx_close(&f);
	}
}

static void counts_stand_side_by_side_without_a_verdict(void **state)
{
	static const struct fx_folder old[] = {
		{ .name = "INBOX", FX_MESSAGES(three) },
		{ .name = "INBOX.Sent", FX_MESSAGES(two) },
		{ .name = "INBOX.Old", FX_MESSAGES(two) }
	};
	static const struct fx_folder new[] = { { .name = "INBOX", FX_MESSAGES(two) },
						{ .name = "Sent", FX_MESSAGES(two) } };
	struct report_options o = { .project = "move" };
	const char *text;
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read_as(&f, SIDE_OLD, "ann", old, 3, "INBOX.", '.');
	fx_read(&f, SIDE_NEW, "ann", new, 2);
	fx_audit_end(&f);
	text = write_report(&f, report_counts_text, &o);
	need(text, "INBOX                                                3             2 "
		   " differs\n");
	need(text,
	     "Sent                                                 2             2\n");
	need(text, "Old                                                  2             - "
		   " one side only\n");
	need(text, "Equal counts prove nothing");
	refuse(text, "clean");
	fx_close(&f);
}

static void status_names_what_is_not_known(void **state)
{
	struct report_options o = { .project = "move", .clear_new = true };
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	text = write_report(&f, report_status_text, &o);
	need(text, "move: 4 accounts are to move");
	need(text,
	     "old side: 3 of 4 accounts read, 1 never tried; 9 messages in 3 folders");
	need(text, "new side: 2 of 4 accounts read, 1 in part, 1 never tried");
	need(text, "in clear text");
	need(text, "new side, cid: at least one folder could not be read");
	need(text,
	     "1 clean, 1 differs, 1 incomplete, 0 not to be judged, 1 never verified");
	need(text, "ledger:   entry ");
	o.one_sided = true;
	text = write_report(&f, report_status_text, &o);
	need(text, "new side: there is none yet");
	fx_close(&f);
}

/* What only all accounts together show is looked for at the end of a verify. */
static void a_verify_that_was_cut_off_finds_nothing_clean(void **state)
{
	struct report_options o = { .project = "move", .transfer_n = 1 };
	struct gate_row *row = NULL;
	struct err err = ERR_INIT;
	sqlite3 *db = NULL;
	const char *text;
	struct fx f;
	int64_t t[4];
	size_t n;

	(void)state;
	four_accounts(&f, t);
	o.transfers = t;
	fx_ok(store_gate_rows(f.st, &f.arena, &row, &n, &err));
	assert_true(n == 4 && row[0].verdict == VERDICT_CLEAN && row[0].ended);
	assert_int_equal(sqlite3_open(f.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "DROP TRIGGER run_end_no_delete; DELETE FROM run_end"
			     " WHERE run = (SELECT max(run) FROM judgement)",
			     NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	fx_ok(store_gate_rows(f.st, &f.arena, &row, &n, &err));
	assert_false(row[0].ended);
	text = write_report(&f, report_verify_text, &o);
	need(text, "INCOMPLETE  1 of 1 account");
	need(text, "ann: " REPORT_CUT_OFF);
	need(write_report(&f, report_csv, &o), REPORT_CUT_OFF);
	need(write_report(&f, report_json, &o), "\"verdict\": \"incomplete\"");
	/* What differs does so all the same. */
	o.transfers = t + 1;
	need(write_report(&f, report_verify_text, &o), "DIFFERS  1 of 1 account");
	fx_close(&f);
}

/* The folder of one name on both sides is one place. */
static void no_place_is_named_twice(void **state)
{
	static const struct fx_folder v[] = {
		{ .name = "a", .outcome = FOLDER_UNREADABLE, .error = "NO broken" },
		{ .name = "b", .outcome = FOLDER_UNREADABLE, .error = "NO broken" },
		{ .name = "INBOX", FX_MESSAGES(three) },
	};
	struct report_options o = { .project = "move", .transfer_n = 1 };
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", v, COUNT_OF(v));
	fx_read(&f, SIDE_NEW, "ann", v + 1, COUNT_OF(v) - 1);
	fx_audit_end(&f);
	verify(&f, t, 1);
	o.transfers = t;
	text = write_report(&f, report_verify_text, &o);
	need(text, "most: ann \"b\" 2, ann \"a\" 1\n");
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verify_that_was_cut_off_finds_nothing_clean),
		cmocka_unit_test(no_place_is_named_twice),
		cmocka_unit_test(tells_one_finding_wholly),
		cmocka_unit_test(explains_one_account_to_the_end),
		cmocka_unit_test(a_verdict_ends_with_the_next_reading),
		cmocka_unit_test(counts_stand_side_by_side_without_a_verdict),
		cmocka_unit_test(status_names_what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
