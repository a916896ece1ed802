/* SPDX-License-Identifier: MIT */
/* Reports over stores that were filled and verified for it. */
#include "tests/support/store_fixture.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "report/report.h"
#include "report/report_why.h"
#include "store/store_accept.h"
#include "store/store_verify.h"
#include "verify/verify.h"

#define D0 INT64_C(1300000000)

typedef bool report_fn(struct store *, const struct report_options *,
		       const struct report_sink *, struct err *);

static const struct map_rules no_rules = { 0 };

static const struct fx_message three[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					   { "<b@x>", 200, D0 + 1, 0, NULL, 0 },
					   { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL,
					     0 } };
static const struct fx_message two[] = { { "<a@x>", 100, D0, 0, NULL, 0 },
					 { "<b@x>", 200, D0 + 1, 0, NULL, 0 } };
static const struct fx_folder inbox_three[] = { { .name = "INBOX", FX_MESSAGES(three) } };
static const struct fx_folder inbox_two[] = { { .name = "INBOX", FX_MESSAGES(two) } };
static const struct fx_folder inbox_broken[] = {
	{ .name = "INBOX", .outcome = FOLDER_UNREADABLE, .error = "NO broken" }
};

static bool append(void *ctx, struct span piece, struct err *err)
{
	(void)err;
	strbuf_addspan(ctx, piece);
	return true;
}

static const char *write_report(struct fx *f, report_fn *fn,
				const struct report_options *o)
{
	struct strbuf out = STRBUF_INIT;
	struct report_sink sink = { &out, append };
	struct err err = ERR_INIT;
	const char *text;

	fx_ok(fn(f->st, o, &sink, &err));
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static const char *explain(struct fx *f, int64_t transfer, const struct report_options *o)
{
	struct strbuf out = STRBUF_INIT;
	struct report_sink sink = { &out, append };
	struct err err = ERR_INIT;
	const char *text;

	fx_ok(report_explain(f->st, transfer, o, &sink, &err));
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static void verify(struct fx *f, const int64_t *transfer, size_t n)
{
	struct verify_options o = { .rules = &no_rules,
				    .now = clock_now(),
				    .max_age = 1000,
				    .max_octets = -1,
				    .mass_messages = 50,
				    .mass_percent = 20,
				    .scope = "{}",
				    .operator_name = "tester",
				    .transfers = transfer,
				    .transfer_n = n };
	struct verify_result r;
	struct err err = ERR_INIT;

	fx_ok(verify_run(f->st, &o, &r, &err));
}

/* ann: clean, bob: one message and one flag lost, cid: his folder was not read, dan:
 * never verified. */
static void four_accounts(struct fx *f, int64_t t[4])
{
	static const char *const name[] = { "ann", "bob", "cid", "dan" };

	fx_open(f);
	fx_audit(f, DEPTH_FULL);
	for (size_t i = 0; i < 4; i++) {
		t[i] = fx_transfer(f, name[i], name[i], name[i], "", "");
		if (i < 3)
			fx_read(f, SIDE_OLD, name[i], inbox_three, 1);
	}
	fx_read(f, SIDE_NEW, "ann", inbox_three, 1);
	fx_read(f, SIDE_NEW, "bob", inbox_two, 1);
	fx_read(f, SIDE_NEW, "cid", inbox_broken, 1);
	fx_audit_end(f);
	verify(f, t, 3);
}

static void need(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void refuse(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static void says_the_worst_first(void **state)
{
	static const struct {
		size_t first, n; /* of the four accounts */
		const char *begins, *other[3];
	} cases[] = {
		{ 0,
		  1,
		  "CLEAN  nothing is missing or altered in 1 account; 3 of 3 old "
		  "messages",
		  { "next: ", "1 clean", NULL } },
		{ 1,
		  1,
		  "DIFFERS  1 of 1 account differs; 3 of 3 old messages were examined",
		  { "MISSING  1 message is not on the new server, in 1 account: bob 1",
		    "doubt           1  message whose flags differ, in 1 account: bob 1",
		    "next: mailmuster explain bob" } },
		{ 0,
		  2,
		  "DIFFERS  1 of 2 accounts differs; 6 of 6 old messages were examined",
		  { "1 clean, 1 differs", NULL, NULL } },
		{ 2,
		  1,
		  "INCOMPLETE  1 of 1 account could not be examined in full; 0 of at "
		  "least ",
		  { "not examined in full: cid: 1 of 2 folders unread", NULL, NULL } },
		{ 0,
		  4,
		  "INCOMPLETE  2 of 4 accounts could not be examined in full, 1 more "
		  "differs; ",
		  { "dan: never verified", "1 never verified", NULL } },
		/* never verified is as unknown as not read */
		{ 3,
		  1,
		  "NOT JUDGED  nothing was verified yet",
		  { "mailmuster audit", NULL, NULL } },
	};
	struct report_options o = { .project = "move" };
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *text;

		o.transfers = t + cases[i].first;
		o.transfer_n = cases[i].n;
		text = write_report(&f, report_verify_text, &o);
		if (strncmp(text, cases[i].begins, strlen(cases[i].begins)) != 0)
			fail_msg("case %zu begins otherwise:\n%s", i, text);
		for (size_t k = 0;
		     k < COUNT_OF(cases[i].other) && cases[i].other[k] != NULL; k++)
			need(text, cases[i].other[k]);
		if (i != 0)
			refuse(text, "CLEAN");
	}
	/* Clean and never verified make nothing clean. */
	o.transfers = (const int64_t[]){ t[3], t[0] };
	o.transfer_n = 2;
	need(write_report(&f, report_verify_text, &o), "INCOMPLETE  1 of 2 accounts");
	fx_close(&f);
}

static void json_tells_what_text_tells(void **state)
{
	struct report_options o = { .project = "move \"1\"" };
	struct err err = ERR_INIT;
	struct json_doc *doc;
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	text = write_report(&f, report_json, &o);
	fx_ok(json_parse("report", span_str(text), &doc, &err));
	json_free(doc);
	need(text, "\"schema\": \"mailmuster/report/1\"");
	need(text, "\"project\": \"move \\\"1\\\"\"");
	need(text, "\"verdict\": \"incomplete\"");
	need(text, "\"verdict\": \"clean\"");
	need(text, "\"verdict\": \"not-judged\"");
	need(text, "\"class\": \"message-missing\"");
	need(text, "\"message_id\": \"<c@x>\"");
	need(text, "\"internaldate\": \"2011-03-13T07:06:42Z\"");
	need(text, "\"kind\": \"unreadable\"");
	refuse(text, "subject");
	text = write_report(&f, report_verify_json, &o);
	fx_ok(json_parse("verify", span_str(text), &doc, &err));
	json_free(doc);
	need(text, "\"schema\": \"mailmuster/verify/1\"");
	/* All of it, and what is alike together. */
	need(text, "\"list\": [");
	need(text, "\"message_id\": \"<c@x>\"");
	need(text, "\"groups\": [");
	need(text, "\"seal\": null");
	refuse(text, "\"folders\": [");
	text = write_report(&f, report_status_json, &o);
	fx_ok(json_parse("status", span_str(text), &doc, &err));
	json_free(doc);
	need(text, "\"schema\": \"mailmuster/status/1\"");
	need(text, "\"never_verified\": 1");
	fx_close(&f);
}

static void csv_has_a_row_for_each_finding(void **state)
{
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	struct csv_record rec;
	const char *text;
	struct csv csv;
	int64_t t[4];
	size_t rows = 0, missing = 0, never = 0;
	enum csv_next next;
	struct fx f;

	(void)state;
	four_accounts(&f, t);
	text = write_report(&f, report_csv, &o);
	csv_init(&csv, "report", span_str(text));
	while ((next = csv_read(&csv, &rec, &err)) == CSV_RECORD) {
		if (rec.n != 19)
			fail_msg("row %zu has %zu fields", rows, rec.n);
		rows++;
		missing += strcmp(rec.field[1], "message-missing") == 0 &&
			   strcmp(rec.field[0], "bob") == 0 &&
			   strcmp(rec.field[9], "<c@x>") == 0;
		never += strcmp(rec.field[1], "not-judged") == 0 &&
			 strcmp(rec.field[0], "dan") == 0;
	}
	assert_int_equal(next, CSV_END);
	csv_done(&csv);
	assert_int_equal(
		rows, 1 + 3 + 1); /* heading; missing, flags, unreadable; never judged */
	assert_int_equal(missing, 1);
	assert_int_equal(never, 1);
	fx_close(&f);
}

/* Folder names, senders and errors are what a hostile server makes of them. */
static void nothing_from_a_server_steers_a_terminal_or_a_sheet(void **state)
{
	static const struct fx_folder old[] = {
		{ .name = "=cmd|'/c calc'!A1", FX_MESSAGES(three) },
		{ .name = "a\033[31mb\xE2\x80\xAE\r\nc", FX_MESSAGES(two) },
	};
	static const struct fx_folder new[] = { { .name = "INBOX",
						  .depth = DEPTH_FULL } };
	struct message_detail d = { .from = "=HYPERLINK(1)",
				    .subject = "\033]0;owned\007",
				    .date = "x\ny",
				    .message_id = "<i\033@x>" };
	struct report_options o = { .project = "move", .width = 80 };
	report_fn *const texts[] = { report_text, report_verify_text, report_status_text,
				     report_counts_text };
	struct err err = ERR_INIT;
	struct folder_view *v;
	const char *text;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann\033[2J", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 2);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena, &v,
			    &n, &err));
	for (size_t i = 0; i < n; i++)
		fx_ok(store_detail_put(f.st, v[i].epoch, 1, &d, NULL, &err));
	fx_audit_end(&f);
	verify(&f, &t, 1);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		text = write_report(&f, texts[i], &o);
		refuse(text, "\033");
		refuse(text, "\r");
		refuse(text, "\xE2\x80\xAE");
	}
	text = explain(&f, t, &o);
	refuse(text, "\033");
	refuse(text, "\007");
	refuse(text, "\xE2\x80\xAE");
	need(text, "\\x1B]0;owned\\x07");
	text = write_report(&f, report_csv, &o);
	need(text, ",'=HYPERLINK(1)");
	need(text, "'=cmd|");
	refuse(text, "owned"); /* subjects are for explain alone */
	refuse(write_report(&f, report_json, &o), "owned");
	fx_close(&f);
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* Every class in each of forty accounts with long names, and a dozen that
 * are unknown. */
static void the_summary_stays_on_a_screen(void **state)
{
	struct report_options o = { .project = "move", .width = 80, .clear_old = true };
	struct err err = ERR_INIT;
	const char *text;
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	for (int i = 0; i < 40; i++) {
		const char *name = arena_printf(
			&f.arena, "%03d-%s", i,
			"a.very.long.account.name.of.somebody@mail.example.org");
		int64_t t = fx_transfer(&f, name, name, name, "", "");
		struct judgement j = {
			.transfer = t,
			.run = f.run,
			.verdict = i < 20 ? VERDICT_INCOMPLETE : VERDICT_DIFFERS,
			.folders_unread = 3,
			.folders_old = 9,
			.note = "The old side could not be read, for a long and "
				"complicated reason that fills more than one line."
		};

		for (int c = 0; c < FINDING_CLASS_COUNT; c++)
			for (int s = 0; s < SEVERITY_COUNT; s++) {
				/* No rule calls another fact a loss yet. */
				bool real = s != SEVERITY_LOSS || c == FINDING_DATE;
				struct finding x = { .transfer = t,
						     .cls = (enum finding_class)c,
						     .severity = (enum severity)s,
						     .folder = "INBOX",
						     .count = 1,
						     .explanation = "Because." };

				if (real)
					fx_ok(store_finding_add(f.st, &x, &err));
			}
		fx_ok(store_judgement_put(f.st, &j, &err));
	}
	fx_audit_end(&f);
	for (o.width = 80; o.width <= 200; o.width += 20) {
		text = write_report(&f, report_verify_text, &o);
		if (lines_of(text) >= 60)
			fail_msg("%zu lines at %zu columns:\n%s", lines_of(text), o.width,
				 text);
		for (const char *p = text; *p != '\0';
		     p += strcspn(p, "\n"), p += *p == '\n') {
			size_t width = text_width((struct span){ p, strcspn(p, "\n") });

			if (width > o.width)
				fail_msg("%zu columns of %zu: %.*s", width, o.width,
					 (int)strcspn(p, "\n"), p);
		}
	}
	fx_close(&f);
}

/* A hundred thousand findings of many kinds in two hundred accounts. */
static void many_findings(struct fx *f)
{
	static const enum finding_class of[] = { FINDING_MESSAGE_MISSING, FINDING_FLAGS,
						 FINDING_DATE, FINDING_OCTETS,
						 FINDING_MESSAGE_EXTRA };
	enum { ACCOUNTS = 200, EACH = 500 };
	struct err err = ERR_INIT;

	fx_open(f);
	fx_audit(f, DEPTH_FULL);
	fx_ok(store_begin(f->st, &err));
	for (int i = 0; i < ACCOUNTS; i++) {
		const char *name = arena_printf(&f->arena, "user%03d", i);
		int64_t t = fx_transfer(f, name, name, name, "", "");
		struct judgement j = { .transfer = t,
				       .run = f->run,
				       .verdict = VERDICT_DIFFERS,
				       .old_run = f->run,
				       .new_run = f->run,
				       .note = "" };

		for (int k = 0; k < EACH; k++) {
			char folder[32];
			struct finding x = { .transfer = t,
					     .cls = of[k % (int)COUNT_OF(of)],
					     .severity = (enum severity)(k / 7 %
									 SEVERITY_COUNT),
					     .why = (enum why)(k / 20 % WHY_COUNT),
					     .folder = folder,
					     .uid = (uint32_t)k + 1,
					     .count = 1,
					     .octets = 1000,
					     .date = D0,
					     .accepted = k == 0,
					     .explanation = "Because." };

			snprintf(folder, sizeof folder, "Folder %d", k % (i + 1));
			sha256_of(&(int[]){ i, k }, 2 * sizeof i, &x.fingerprint);
			fx_ok(store_finding_add(f->st, &x, &err));
		}
		fx_ok(store_finding_life(f->st, t, f->run, &err));
		fx_ok(store_judgement_put(f->st, &j, &err));
	}
	fx_ok(store_commit(f->st, &err));
	fx_audit_end(f);
}

/* strstr looks for the end of the text first, each time. */
static size_t times(const char *text, const char *part)
{
	size_t n = 0, size = strlen(text), width = strlen(part);

	for (size_t i = 0; i + width <= size; i++)
		n += text[i] == part[0] && memcmp(text + i, part, width) == 0;
	return n;
}

static void a_hundred_thousand_findings_fit_on_a_screen(void **state)
{
	static const size_t widths[] = { 0, 40, 80, 120, 250 };
	struct report_options o = { .project = "move" };
	const char *text, *loss, *doubt, *info;
	struct fx f;

	(void)state;
	many_findings(&f);
	for (size_t i = 0; i < COUNT_OF(widths); i++) {
		o.width = widths[i];
		text = write_report(&f, report_verify_text, &o);
		if (lines_of(text) >= 60 || lines_of(text) < 30)
			fail_msg("%zu lines at %zu columns:\n%s", lines_of(text), o.width,
				 text);
		loss = strstr(text, "\n  loss ");
		doubt = strstr(text, "\n  doubt ");
		info = strstr(text, "\n  info ");
		assert_true(loss != NULL && info != NULL && loss < info);
		assert_true(doubt == NULL || (loss < doubt && doubt < info));
		need(text, "such as: us");
		need(text, "         -> ");
		need(text, "\n  accepted ");
		if (widths[i] != 40) /* too narrow for the whole line */
			need(text, " more groups with ");
	}
	/* The whole tells every group. */
	o.width = 0;
	text = write_report(&f, report_text, &o);
	refuse(text, "more groups");
	need(text, "\n  doubt ");
	text = write_report(&f, report_verify_json, &o);
	assert_int_equal(times(text, "\"fingerprint\""), 100000);
	fx_close(&f);
}

/* --since: what a run had made is told by its number alone. */
static void tells_what_is_new_since_a_run(void **state)
{
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	const char *text;
	struct fx f;
	int64_t t, first;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", inbox_three, 1);
	fx_read(&f, SIDE_NEW, "ann", inbox_two, 1);
	fx_audit_end(&f);
	verify(&f, &t, 1);
	fx_ok(store_run_newest(f.st, &first, &err));
	o.since = first;
	text = write_report(&f, report_verify_text, &o);
	need(text, "only what is new since run");
	need(text, "2 older findings stand, 0 are over");
	refuse(text, "MISSING");
	/* The flag is back, and another message is missing. */
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "ann",
		(const struct fx_folder[]){ { .name = "INBOX",
					      .message = three,
					      .n = 1,
					      .depth = DEPTH_FULL } },
		1);
	fx_audit_end(&f);
	verify(&f, &t, 1);
	text = write_report(&f, report_verify_text, &o);
	need(text, "1 older findings stand, 1 are over");
	need(text, "MISSING  1 message is not on the new server, in 1 account: ann 1");
	text = write_report(&f, report_verify_json, &o);
	assert_int_equal(times(text, "\"fingerprint\""), 1);
	need(text, "\"older\": 1");
	need(text, "\"over\": 1");
	o.since = 0;
	assert_int_equal(
		times(write_report(&f, report_verify_json, &o), "\"fingerprint\""), 2);
	fx_close(&f);
}

/* Every reason and every class has a step that fits, and advice in sentences. */
static void has_counsel_for_everything(void **state)
{
	(void)state;
	for (int c = 0; c < FINDING_CLASS_COUNT; c++)
		for (int w = 0; w < WHY_COUNT; w++) {
			const char *step = report_why_step((enum finding_class)c,
							   (enum why)w);
			const char *advice = report_why_advice((enum finding_class)c,
							       (enum why)w);

			if (strlen(step) < 5 || strlen(step) > 67)
				fail_msg("%s, %s: %zu columns: %s",
					 finding_class_name((enum finding_class)c),
					 why_name((enum why)w), strlen(step), step);
			assert_true(strlen(advice) > 20);
			assert_non_null(strchr(".?", advice[strlen(advice) - 1]));
		}
	assert_null(report_why_label(FINDING_FLAGS, WHY_NONE));
	assert_null(report_why_label(FINDING_FLAGS, WHY_UNEXPLAINED));
	assert_null(report_why_label(FINDING_MESSAGE_REFILED, WHY_REFILED));
	assert_non_null(report_why_label(FINDING_MESSAGE_MISSING, WHY_UNEXPLAINED));
}

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
	for (size_t i = 0; i <= COUNT_OF(again); i++) {
		struct report_options o = { .project = "move" };
		const char *text;
		struct fx f;
		int64_t t[4];

		four_accounts(&f, t);
		o.transfers = t;
		o.transfer_n = 1; /* ann, who is clean */
		fx_audit(&f, DEPTH_FULL);
		if (i < COUNT_OF(again))
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

static void the_same_store_gives_the_same_octets(void **state)
{
	report_fn *const fns[] = { report_json,	       report_csv,
				   report_text,	       report_verify_text,
				   report_verify_json, report_status_text,
				   report_status_json, report_counts_text };
	struct report_options o = { .project = "move", .width = 100, .color = true };
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	for (size_t i = 0; i < COUNT_OF(fns); i++) {
		const char *first = write_report(&f, fns[i], &o);

		store_close(f.st);
		f.st = NULL;
		fx_ok(store_open(f.path, STORE_READ, &f.st, &err));
		if (strcmp(first, write_report(&f, fns[i], &o)) != 0)
			fail_msg("report %zu differs the second time", i);
	}
	fx_close(&f);
}

static bool disk_full(void *ctx, struct span piece, struct err *err)
{
	(void)ctx;
	(void)piece;
	return err_set(err, ERR_LOCAL, "disk full");
}

static void a_sink_that_fails_fails_the_report(void **state)
{
	report_fn *const fns[] = { report_json,	       report_csv,
				   report_text,	       report_verify_text,
				   report_verify_json, report_status_text,
				   report_status_json, report_counts_text };
	struct report_options o = { .project = "move" };
	struct report_sink sink = { NULL, disk_full };
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	for (size_t i = 0; i < COUNT_OF(fns); i++) {
		struct err err = ERR_INIT;

		if (fns[i](f.st, &o, &sink, &err) || err.cls != ERR_LOCAL)
			fail_msg("report %zu: class %d", i, (int)err.cls);
		/* The read transaction ended with it. */
		fx_ok(store_begin(f.st, &err));
		store_rollback(f.st);
	}
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_worst_first),
		cmocka_unit_test(json_tells_what_text_tells),
		cmocka_unit_test(csv_has_a_row_for_each_finding),
		cmocka_unit_test(nothing_from_a_server_steers_a_terminal_or_a_sheet),
		cmocka_unit_test(the_summary_stays_on_a_screen),
		cmocka_unit_test(a_hundred_thousand_findings_fit_on_a_screen),
		cmocka_unit_test(tells_what_is_new_since_a_run),
		cmocka_unit_test(has_counsel_for_everything),
		cmocka_unit_test(tells_one_finding_wholly),
		cmocka_unit_test(explains_one_account_to_the_end),
		cmocka_unit_test(a_verdict_ends_with_the_next_reading),
		cmocka_unit_test(counts_stand_side_by_side_without_a_verdict),
		cmocka_unit_test(status_names_what_is_not_known),
		cmocka_unit_test(the_same_store_gives_the_same_octets),
		cmocka_unit_test(a_sink_that_fails_fails_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
