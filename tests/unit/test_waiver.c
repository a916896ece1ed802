/* SPDX-License-Identifier: MIT */
/* Waivers and approvals: when they count, who may give them, and that neither they nor
 * what the DNS said can be altered unseen. */
#include "base/clock.h"
#include "store/store_approval.h"
#include "store/store_dns.h"
#include "store/store_waiver.h"
#include "tests/support/store_rig.h"

#define NOW ((int64_t)1800000000)
#define DAY ((int64_t)86400)

static struct waiver a_waiver(void)
{
	return (struct waiver){ .id = 3,
				.at = NOW,
				.check = "G07",
				.teller = "ada",
				.owner = "grace",
				.reason = "unreadable since 2003",
				.risk = "content lost",
				.ticket = "",
				.what = "{}",
				.expires = NOW + 30 * DAY,
				.approver = "",
				.approver_key = "",
				.revoker = "" };
}

static void counts_only_while_everything_holds(void **state)
{
	static const struct {
		const char *approver;
		int64_t approved_at, revoked_at, days, later;
		unsigned approvers;
		enum waiver_state is;
	} cases[] = {
		{ "mia", 1, 0, 30, 0, 2, WAIVER_VALID },
		{ "mia", 1, 0, 90, 0, 2, WAIVER_VALID },
		{ "mia", 1, 0, 91, 0, 2, WAIVER_IMPROPER },
		{ "mia", 1, 0, 30, 30 * DAY - 1, 2, WAIVER_VALID },
		{ "mia", 1, 0, 30, 30 * DAY, 2, WAIVER_EXPIRED },
		{ "mia", 1, 0, 30, 31 * DAY, 2, WAIVER_EXPIRED },
		{ "", 0, 0, 30, 0, 2, WAIVER_PENDING },
		{ "", 0, 0, 30, 0, 1, WAIVER_PENDING },
		{ "mia", 1, 1, 30, 0, 2, WAIVER_REVOKED },
		{ "", 0, 1, 30, 99 * DAY, 2, WAIVER_REVOKED },
		/* who asked for it, or owns it, under whatever spelling */
		{ "ada", 1, 0, 30, 0, 2, WAIVER_IMPROPER },
		{ "grace", 1, 0, 30, 0, 2, WAIVER_IMPROPER },
		{ " Grace ", 1, 0, 30, 0, 2, WAIVER_IMPROPER },
		{ "ADA", 1, 0, 30, 0, 0, WAIVER_IMPROPER },
		/* a lone administrator */
		{ "ada", 1, 0, 30, 0, 1, WAIVER_VALID },
		{ "ada", 1, 0, 91, 0, 1, WAIVER_IMPROPER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct waiver w = a_waiver();

		w.approver = cases[i].approver;
		w.approved_at = cases[i].approved_at;
		w.revoked_at = cases[i].revoked_at;
		w.expires = NOW + cases[i].days * DAY;
		if (waiver_state(&w, NOW + cases[i].later, cases[i].approvers) !=
		    cases[i].is)
			fail_msg("case %zu: %s, not %s", i,
				 waiver_state_name(waiver_state(&w, NOW + cases[i].later,
								cases[i].approvers)),
				 waiver_state_name(cases[i].is));
	}
}

static void refuses_what_may_not_be_asked_for(void **state)
{
	static const struct {
		const char *check, *owner, *reason, *risk;
		int64_t days;
		const char *says; /* NULL: it may */
	} cases[] = {
		{ "G07", "grace", "r", "k", 1, NULL },
		{ "G07", "grace", "r", "k", 90, NULL },
		{ "G07", "grace", "r", "k", 91, "within 90 days" },
		{ "G07", "grace", "r", "k", 0, "over already" },
		{ "G07", "grace", "r", "k", -1, "over already" },
		{ "G07", " ", "r", "k", 1, "needs an owner" },
		{ "G07", "grace", "", "k", 1, "reason" },
		{ "G07", "grace", "r", "\t", 1, "risk" },
		{ "G*", "grace", "r", "k", 1, "one check" },
		{ "*", "grace", "r", "k", 1, "one check" },
		{ "G077", "grace", "r", "k", 1, "one check" },
		{ "g07", "grace", "r", "k", 1, "one check" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct waiver w = a_waiver();
		struct err err = ERR_INIT;
		bool may;

		w.check = cases[i].check;
		w.owner = cases[i].owner;
		w.reason = cases[i].reason;
		w.risk = cases[i].risk;
		w.expires = NOW + cases[i].days * DAY;
		may = waiver_may_ask(&w, NOW, &err);
		if (may != (cases[i].says == NULL) ||
		    (!may &&
		     (err.cls != ERR_CONFIG || strstr(err.text, cases[i].says) == NULL)))
			fail_msg("case %zu: %s", i, may ? "may" : err.text);
	}
}

static void refuses_who_may_not_approve(void **state)
{
	static const struct {
		const char *by;
		unsigned approvers;
		int64_t approved_at, revoked_at, later;
		const char *says;
	} cases[] = {
		{ "mia", 2, 0, 0, 0, NULL },
		{ "ada", 1, 0, 0, 0, NULL },
		{ "ada", 2, 0, 0, 0, "asked for waiver 3 cannot approve" },
		{ "Ada ", 2, 0, 0, 0, "asked for waiver 3 cannot approve" },
		{ "GRACE", 2, 0, 0, 0, "owns waiver 3 cannot approve" },
		{ "mia", 2, 1, 0, 0, "approved before" },
		{ "mia", 2, 0, 1, 0, "was revoked" },
		{ "mia", 2, 0, 0, 30 * DAY, "ended at" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct waiver w = a_waiver();
		struct err err = ERR_INIT;
		bool may;

		w.approver = "zoe";
		w.approved_at = cases[i].approved_at;
		w.revoked_at = cases[i].revoked_at;
		may = waiver_may_approve(&w, cases[i].by, NOW + cases[i].later,
					 cases[i].approvers, &err);
		if (may != (cases[i].says == NULL) ||
		    (!may &&
		     (err.cls != ERR_CONFIG || strstr(err.text, cases[i].says) == NULL)))
			fail_msg("case %zu: %s", i, may ? "may" : err.text);
	}
}

/* Two waivers, one approved and taken back; an approval; a look at the DNS. */
static void make_record(struct rig *r)
{
	struct sha256 fps[] = { { { 7 } }, { { 2 } }, { { 7 } } };
	struct waiver w = a_waiver(), second = a_waiver();
	struct waiver_said s = {
		.waiver = 1, .at = NOW, .teller = "mia", .note = "fine", .key = ""
	};
	struct approval a = { .at = NOW,
			      .role = APPROVAL_BUSINESS,
			      .name = "mia",
			      .key = "SHA256:x",
			      .signature = "armour" };
	struct dns_seen d = { .at = NOW,
			      .domain = "example.org",
			      .use = DNS_USE_MX,
			      .via = "",
			      .name = "example.org",
			      .type = DNS_MX,
			      .value = "10 old.example.org",
			      .ttl = 300,
			      .points = DNS_POINTS_OLD,
			      .words = "" };
	struct run run = { .command = "dns", .scope = "{}", .operator_name = "ada" };
	struct err err = ERR_INIT;

	ok(store_waiver_add(r->st, &w, fps, 3, &err));
	assert_int_equal(w.findings, 2); /* one stood twice */
	ok(store_waiver_add(r->st, &second, fps, 1, &err));
	fails(store_waiver_add(r->st, &second, fps, 0, &err), ERR_CONFIG);
	ok(store_waiver_say(r->st, &s, &err));
	s.what = WAIVER_REVOKE;
	ok(store_waiver_say(r->st, &s, &err));
	ok(store_approval_add(r->st, &a, &err));
	ok(store_run_begin(r->st, &run, &r->run, &err));
	ok(store_dns_add(r->st, &d, &err));
	ok(store_run_end(r->st, r->run, RUN_COMPLETE, NULL, NULL, &err));
}

static void tells_what_was_recorded(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct approval *a;
	struct sha256 *fps, other = { { 1 } };
	struct dns_seen *rows;
	struct dns_sum sum;
	struct waiver *w;
	size_t n;

	make_record(r);
	ok(store_waivers(r->st, &r->arena, &w, &n, &err));
	assert_int_equal(n, 2);
	assert_string_equal(w[0].teller, "ada");
	assert_string_equal(w[0].owner, "grace");
	assert_string_equal(w[0].approver, "mia");
	assert_string_equal(w[0].revoker, "mia");
	assert_int_equal(waiver_state(&w[0], NOW, 2), WAIVER_REVOKED);
	assert_int_equal(waiver_state(&w[1], NOW, 2), WAIVER_PENDING);
	ok(store_waived(r->st, 1, &r->arena, &fps, &n, &err));
	assert_true(n == 2 && fps[0].bytes[0] == 2 && fps[1].bytes[0] == 7);
	ok(store_approvals(r->st, NULL, &r->arena, &a, &n, &err));
	assert_true(n == 1 && a->role == APPROVAL_BUSINESS);
	assert_string_equal(a->name, "mia");
	ok(store_approvals(r->st, &other, &r->arena, &a, &n, &err));
	assert_int_equal(n, 0);
	ok(store_dns_sum(r->st, r->run, &sum, &err));
	assert_true(sum.rows == 1 && sum.domains == 1 && sum.old == 1 &&
		    sum.unknown == 0);
	ok(store_dns_rows(r->st, r->run, &r->arena, &rows, &n, &err));
	assert_true(n == 1 && rows->ttl == 300 && rows->type == DNS_MX);
	/* no name of a person stands in a row that cannot be edited */
	assert_int_equal(rig_number(r->path,
				    "SELECT count(*) FROM waiver WHERE teller = 'ada' OR"
				    " owner = 'grace'"),
			 0);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM ledger WHERE payload"
					     " GLOB '*grace*' OR payload GLOB '*mia*'"),
			 0);
}

#define EDIT(table, sql)                                                                 \
	"DROP TRIGGER " table "_no_update; DROP TRIGGER " table "_no_delete; " sql

static void finds_every_kind_of_tampering(void **state)
{
	static const struct {
		const char *sql, *says;
		bool loads; /* waivers can be listed all the same */
	} cases[] = {
		{ EDIT("waiver", "UPDATE waiver SET expires = expires + 1"),
		  "a row of waiver", true },
		{ EDIT("waiver", "UPDATE waiver SET owner = teller"), "a row of waiver",
		  true },
		{ EDIT("waiver", "UPDATE waiver SET findings = 3 WHERE id = 1"),
		  "a row of waiver", false },
		{ EDIT("waived", "INSERT INTO waived VALUES (1, zeroblob(32))"),
		  "waiver 1 covers other findings", false },
		{ EDIT("waived", "DELETE FROM waived WHERE waiver = 2"),
		  "waiver 2 covers other findings", false },
		{ EDIT("waived", "PRAGMA foreign_keys = OFF;"
				 "INSERT INTO waived VALUES (9, zeroblob(32))"),
		  "no waiver names", true },
		{ EDIT("waiver_said", "DELETE FROM waiver_said WHERE what = 1"),
		  "rows of waiver_said", true },
		{ EDIT("waiver_said", "UPDATE waiver_said SET waiver = 2"),
		  "a row of waiver_said", true },
		{ EDIT("waiver_said", "INSERT INTO waiver_said SELECT 9, 2, what, at,"
				      " teller, key_print, note, ledger FROM waiver_said"
				      " WHERE what = 0"),
		  "a row of waiver_said", true },
		{ EDIT("approval", "UPDATE approval SET role = 0"), "a row of approval",
		  true },
		{ EDIT("approval", "UPDATE approval SET at = at + 1"),
		  "a row of approval", true },
		{ EDIT("dns_seen", "UPDATE dns_seen SET points = 0"), "run 1", true },
		{ EDIT("dns_seen", "DELETE FROM dns_seen"), "run 1", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct ledger_facts f;
		struct waiver *w;
		struct store *st;
		struct rig r;
		size_t n;

		rig_make(&r);
		make_record(&r);
		ok(store_ledger_examine(r.st, true, NULL, 0, &f, &err));
		assert_int_equal(f.entries, 6);
		store_close(r.st);
		r.st = NULL;
		if (rig_sql(r.path, cases[i].sql) != SQLITE_OK)
			fail_msg("tamper %zu was not possible: %s", i, cases[i].sql);
		ok(store_open(r.path, STORE_READ, &st, &err));
		if (store_waivers(st, &r.arena, &w, &n, &err) != cases[i].loads)
			fail_msg("tamper %zu: waivers: %s", i, err.text);
		err = ERR_INIT;
		if (store_ledger_examine(st, false, NULL, 0, &f, &err))
			fail_msg("tamper %zu was not found: %s", i, cases[i].sql);
		if (err.cls != ERR_LEDGER || strstr(err.text, cases[i].says) == NULL)
			fail_msg("tamper %zu: %s", i, err.text);
		store_close(st);
		rig_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_only_while_everything_holds),
		cmocka_unit_test(refuses_what_may_not_be_asked_for),
		cmocka_unit_test(refuses_who_may_not_approve),
		cmocka_unit_test_setup_teardown(tells_what_was_recorded, rig_setup,
						rig_teardown),
		cmocka_unit_test(finds_every_kind_of_tampering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
