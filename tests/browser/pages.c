/* SPDX-License-Identifier: MIT */
/*
 * pages DIR ACCOUNTS: a project of that many accounts on its way, eight weeks of it, and
 * reports of it in DIR, for whoever looks at reports: tests/browser and people.  Its time
 * is its own, so it writes the same every time.
 */
#include <fcntl.h>
#include <stdio.h>

#include "report/report_page.h"
#include "report/report_weekly.h"
#include "store/store_plan.h"
#include "store/store_seal.h"
#include "store/store_uses.h"
#include "tests/support/report_fixture.h"

#define DAY   INT64_C(86400)
#define START INT64_C(1790000000) /* a day in September 2026 */
#define WEEKS 8
/* Together their frames would be too large. */
#define APART __attribute__((noinline))

static int64_t now = START;

int64_t clock_now(void)
{
	return now;
}

int64_t clock_mono_ms(void)
{
	return (now - START) * 1000;
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
}

static const char *const given[] = { "anna",  "bert",	"carla", "dora", "emil",
				     "frida", "gustav", "hanna", "igor", "julia",
				     "karim", "lena",	"maria", "nils", "olga",
				     "paul",  "quinn",	"rosa",	 "sven", "tanja" };

static const char *name_of(struct fx *f, size_t i)
{
	static const char *const hostile[] = {
		"=cmd|'/c calc'!A1",
		"<script>alert(1)</script>",
		"_x000D_\"quoted\" & 'more'",
		"right \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D to left \xE2\x80\xAEgpj.exe",
		"smile \xF0\x9F\x98\x80 and a tab\there",
	};

	if (i < COUNT_OF(hostile))
		return hostile[i];
	return arena_printf(&f->arena, "%s.%04zu", given[i * 7 % COUNT_OF(given)], i);
}

static struct fx_folder folders[2];
static struct fx_message inbox[40], archive[30];
static char ids[70][40];

/* Mail of an account: on the old side all, on the new one without `lost` of the archive
 * and without flags where the account has bad luck. */
static void make_mail(size_t i, enum side side, size_t lost)
{
	size_t a = 5 + i * 13 % 30, b = i * 17 % 28;

	for (size_t k = 0; k < a + b; k++) {
		bool old_mail = k >= a;
		size_t at = old_mail ? k - a : k;
		struct fx_message *m = old_mail ? &archive[at] : &inbox[at];

		snprintf(ids[k], sizeof ids[k], "<%zu.%zu@mail.example.org>", i, k);
		*m = (struct fx_message){
			.id = ids[k],
			.octets = 2000 + (int64_t)((i + 1) * (k + 3) * 7919 % 4000000),
			.date = old_mail ? INT64_C(1041379200) +
						   (int64_t)(k * i % 16) * 365 * DAY +
						   (int64_t)k * DAY
					 : START - (int64_t)k * 20 * DAY,
			.flags = k % 3 == 0 && !(side == SIDE_NEW && i % 41 == 7)
					 ? MSG_SEEN
					 : 0
		};
	}
	if (side == SIDE_NEW)
		b = lost < b ? b - lost : 0;
	folders[0] = (struct fx_folder){
		.name = "INBOX", .message = inbox, .n = a, .depth = DEPTH_FULL
	};
	folders[1] = (struct fx_folder){
		.name = "Archive", .message = archive, .n = b, .depth = DEPTH_FULL
	};
	if (side == SIDE_NEW && i % 53 == 11) {
		folders[1].outcome = FOLDER_UNREADABLE;
		folders[1].error = "NO [SERVERBUG] mailbox index is damaged";
	}
}

static void read_side(struct fx *f, enum side side, size_t i, size_t lost)
{
	make_mail(i, side, lost);
	fx_read(f, side, arena_printf(&f->arena, "user%zu", i), folders, 2);
}

APART static void keep_waves(struct fx *f, const int64_t *t, size_t n)
{
	struct err err = ERR_INIT;
	struct store_plan *plan;

	fx_ok(store_plan_begin(f->st, "waves", "grace", "{\"kind\":\"waves\"}", &plan,
			       &err));
	for (size_t i = 0; i < n; i++)
		fx_ok(store_plan_add(
			plan,
			&(struct plan_item){ .transfer = t[i],
					     .cls = "account",
					     .wave = (int64_t)(i * WEEKS / n) + 1,
					     .amount = START + (int64_t)(i * WEEKS / n) *
								       7 * DAY },
			&err));
	for (int64_t w = 0; w < WEEKS; w++) {
		const int64_t from = START + w * 7 * DAY;
		const struct {
			const char *cls;
			int64_t at;
		} v[] = { { "wave-from", from },
			  { "wave-to", from + 3 * DAY },
			  { "wave-p50", from + 2 * DAY },
			  { "wave-p90", from + 3 * DAY + w * 5 * 3600 } };

		for (size_t k = 0; k < COUNT_OF(v); k++)
			fx_ok(store_plan_add(plan,
					     &(struct plan_item){ .cls = v[k].cls,
								  .wave = w + 1,
								  .amount = v[k].at },
					     &err));
	}
	fx_ok(store_plan_end(plan, true, &err));
}

APART static void put_logs(struct fx *f)
{
	static const char *const hosts[] = { "imap1.example.org", "imap2.example.org",
					     "mx.example.org" };
	struct err err = ERR_INIT;
	int64_t id;

	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		fx_ok(store_log_text(f->st, span_str(hosts[i]), &id, &err));
		fx_ok(store_log_span(f->st, SIDE_OLD, id, START - 60 * DAY,
				     START - (10 - (int64_t)i * 3) * DAY, &err));
		fx_ok(store_log_span(f->st, SIDE_OLD, id, START - (6 - (int64_t)i) * DAY,
				     now - 3600, &err));
		if (i < 2)
			fx_ok(store_log_source_add(
				f->st,
				&(struct log_source){ .side = SIDE_OLD,
						      .host = id,
						      .first = START - 60 * DAY,
						      .last = now - 3600,
						      .logins = 5 },
				&err));
	}
}

static const struct outlook_check checks[] = {
	{ "G01", "Every account decided and owned", "FAIL", OUTLOOK_BAD,
	  "61 accounts have no decision", "mailmuster accounts set NAME --decision ...",
	  START, 61, 0 },
	{ "G02", "Every message accounted for", "FAIL", OUTLOOK_BAD,
	  "messages are missing or not examined", "mailmuster explain NAME", START, 27,
	  0 },
	{ "G06", "No mass removal", "PASS", OUTLOOK_GOOD, "none since the seals", "",
	  START, 0, 0 },
	{ "G08", "No login to the old server for 14 days", "NO DATA", OUTLOOK_UNKNOWN,
	  "the log of imap1.example.org has a gap of 4 days", "mailmuster logs FILE...",
	  START, 1, 0 },
	{ "G11", "Ledger whole", "PASS", OUTLOOK_GOOD, "41 entries", "", START, 0, 0 },
	{ "G14", "Archive restored as a test", "WAIVED", OUTLOOK_WARN,
	  "waived until 2026-12-31", "", START, 1, 1 },
};
static const struct outlook_item items[] = {
	{ "premigration", "1", "Two months before", "Scan the mailboxes for damage.",
	  "done", OUTLOOK_GOOD, "scanned within 14 days", "grace", "2026-09-30", "",
	  false },
	{ "premigration", "4", "Two months before", "Name an owner for every account.",
	  "open", OUTLOOK_BAD, "61 have none", "ada", "2026-10-15", "", true },
	{ "premigration", "14", "One week before", "Tell the users.", "signed",
	  OUTLOOK_GOOD, "", "", "2026-11-20", "grace", false },
};

static void to_file(const char *dir, const char *name, const char *text)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fputs(text, out) < 0, 0);
	assert_int_equal(fclose(out), 0);
}

static const struct outlook *look;

static bool html(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err)
{
	return report_html(st, o, look, sink, err);
}

static const char *dir;
static size_t accounts;

/* Evidence of the old side is of the first day, and good. */
static void judge(struct fx *f, const int64_t *t, size_t n)
{
	struct verify_options o = { .rules = &no_rules,
				    .now = now,
				    .max_age = 365 * DAY,
				    .max_octets = -1,
				    .mass_messages = 50,
				    .mass_percent = 20,
				    .scope = "{}",
				    .operator_name = "tester",
				    .transfers = t,
				    .transfer_n = n };
	struct verify_result r;
	struct err err = ERR_INIT;

	fx_ok(verify_run(f->st, &o, &r, &err));
}

APART static void fill(struct fx *f, int64_t *t)
{
	size_t done = 0;

	fx_open(f);
	for (size_t i = 0; i < accounts; i++)
		t[i] = fx_transfer(f, name_of(f, i),
				   arena_printf(&f->arena, "user%zu", i),
				   arena_printf(&f->arena, "user%zu", i), "",
				   i % 9 == 4 ? "" : "migrate");
	fx_audit(f, DEPTH_FULL);
	for (size_t i = 0; i < accounts; i++)
		read_side(f, SIDE_OLD, i, 0);
	fx_audit_end(f);
	keep_waves(f, t, accounts);
	for (size_t w = 1; w < WEEKS; w++) {
		size_t upto = accounts * (w * w + 2 * w) / (WEEKS * WEEKS + 14);

		now = START + (int64_t)w * 7 * DAY;
		f->start = now - 100;
		fx_audit(f, DEPTH_FULL);
		/* Last week's losses are copied again, most of them. */
		for (size_t i = 0; i < done; i++)
			if (i % 19 == 3)
				read_side(f, SIDE_NEW, i, i % 38 == 3 ? 4 : 0);
		for (; done < upto; done++)
			read_side(f, SIDE_NEW, done, done % 19 == 3 ? 9 : 0);
		fx_audit_end(f);
		judge(f, t, done);
	}
}

/* The mail that goes with them, as if the one of a week ago had told a little less. */
APART static void put_mail(struct fx *f, const struct report_options *o,
			   const struct outlook *k, const int64_t *t)
{
	const struct weekly_file files[] = {
		{ "weekly/2026-11-02.html", 180000, true, NULL },
		{ "weekly/2026-11-02.xlsx", 12000000, false, "it is too large" },
	};
	struct weekly_ask ask = { .file = files, .file_n = COUNT_OF(files) };
	struct outlook_absent absent[40];
	struct outlook more = *k;
	struct weekly_words w;
	struct err err = ERR_INIT;

	more.absent = absent;
	while (more.absent_n < COUNT_OF(absent) && more.absent_n < accounts) {
		absent[more.absent_n] = (struct outlook_absent){ t[more.absent_n],
								 more.absent_n % 9 == 8 };
		more.absent_n++;
	}
	more.moved = (int64_t)accounts;
	more.arrived = (int64_t)(accounts - more.absent_n);
	fx_ok(report_weekly(f->st, o, &more, &ask, &f->arena, &w, &err));
	ask.last_at = now - 7 * DAY;
	ask.last = w.figures;
	ask.last.proven -= 11;
	ask.last.missing += 1234;
	fx_ok(report_weekly(f->st, o, &more, &ask, &f->arena, &w, &err));
	to_file(dir, "weekly.txt",
		arena_printf(&f->arena, "Subject: %s\n\n%s", w.subject, w.text));
}

static void is_written(void **state)
{
	static const struct report_unseen unseen[] = {
		{ SIDE_OLD, "Sieve scripts and vacation notices.", "RFC 5804" },
		{ SIDE_NEW, "Access rights of shared folders of others.", "RFC 4314" },
	};
	struct report_options o = { .project = "Mail of example.org",
				    .unseen = unseen,
				    .unseen_n = 2 };
	int64_t *t = mem_calloc(accounts, sizeof *t);
	struct outlook_idle *idle = mem_calloc(accounts, sizeof *idle);
	struct outlook k = { .gated = true,
			     .bar = "",
			     .check = checks,
			     .check_n = COUNT_OF(checks),
			     .item = items,
			     .item_n = COUNT_OF(items),
			     .logs = true,
			     .idle = idle,
			     .idle_n = accounts };
	struct err err = ERR_INIT;
	struct fx f;

	(void)state;
	fill(&f, t);
	put_logs(&f);
	for (size_t i = 0; i < accounts; i++)
		idle[i] = (struct outlook_idle){
			.transfer = t[i],
			.word = i % 7 == 2 ? "dormant" : "active",
			.mark = i % 7 == 2 ? OUTLOOK_WARN : OUTLOOK_GOOD,
			.band = i % 7 == 2 ? (enum outlook_band)(1 + i % 4)
					   : OUTLOOK_BAND_MONTH
		};
	look = &k;
	to_file(dir, "report.html", write_report(&f, html, &o));
	to_file(dir, "report.json", write_report(&f, report_json, &o));
	fx_ok(report_xlsx(f.st, &o, &k, arena_printf(&f.arena, "%s/report.xlsx", dir),
			  f.dir, 0, &err));
	put_mail(&f, &o, &k, t);
	o.redact = true;
	fx_ok(report_xlsx(f.st, &o, &k, arena_printf(&f.arena, "%s/redacted.xlsx", dir),
			  f.dir, 0, &err));
	to_file(dir, "redacted.html", write_report(&f, html, &o));
	o.redact = false;
	look = NULL;
	to_file(dir, "no-gate.html", write_report(&f, html, &o));
	fx_close(&f);
	free(t);
	free(idle);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(is_written) };

	if (argc != 3)
		return 2;
	dir = argv[1];
	accounts = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
