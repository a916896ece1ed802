/* SPDX-License-Identifier: MIT */
/* Reports over stores that were filled and verified for it. */
#include "tests/support/report_fixture.h"

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

/* Clean is what was read, and a verdict says what was not. */
static void a_verdict_names_shared_folders_that_nobody_read(void **state)
{
	static const struct fx_folder v[] = {
		{ .name = "Shared/a\033b", .attrs = FOLDER_FOREIGN, FX_EMPTY },
		{ .name = "Shared/c", .attrs = FOLDER_FOREIGN, FX_EMPTY },
		{ .name = "INBOX", FX_MESSAGES(three) },
	};
	struct report_options o = { .project = "move" };
	const char *text;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	o.transfers = t;
	o.transfer_n = 1;
	refuse(write_report(&f, report_verify_text, &o), "not examined");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", v, COUNT_OF(v));
	fx_audit_end(&f);
	verify(&f, t, 1);
	text = write_report(&f, report_verify_text, &o);
	need(text, "CLEAN");
	need(text,
	     "not examined: 2 shared folders of the old side, read with no account, "
	     "the first is Shared/a\\x1Bb");
	refuse(text, "\033");
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
		if (lines_of(text) >= (o.width == 40 ? 160 : 60) || lines_of(text) < 30)
			fail_msg("%zu lines at %zu columns:\n%s", lines_of(text), o.width,
				 text);
		/* Nothing is left out of a narrow line: it is broken. */
		if (o.width == 40)
			refuse(text, "\xe2\x80\xa6");
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
			/* A command that is named is about the class at hand. */
			if (strstr(advice, "--why duplicate") != NULL &&
			    c == FINDING_MESSAGE_EXTRA)
				assert_non_null(strstr(advice, "--class message-extra"));
			assert_null(strstr(step, "accept --why"));
		}
	assert_null(report_why_label(FINDING_FLAGS, WHY_NONE));
	assert_null(report_why_label(FINDING_FLAGS, WHY_UNEXPLAINED));
	assert_null(report_why_label(FINDING_MESSAGE_REFILED, WHY_REFILED));
	assert_non_null(report_why_label(FINDING_MESSAGE_MISSING, WHY_UNEXPLAINED));
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
		cmocka_unit_test(a_verdict_names_shared_folders_that_nobody_read),
		cmocka_unit_test(json_tells_what_text_tells),
		cmocka_unit_test(csv_has_a_row_for_each_finding),
		cmocka_unit_test(nothing_from_a_server_steers_a_terminal_or_a_sheet),
		cmocka_unit_test(the_summary_stays_on_a_screen),
		cmocka_unit_test(a_hundred_thousand_findings_fit_on_a_screen),
		cmocka_unit_test(tells_what_is_new_since_a_run),
		cmocka_unit_test(has_counsel_for_everything),
		cmocka_unit_test(the_same_store_gives_the_same_octets),
		cmocka_unit_test(a_sink_that_fails_fails_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
