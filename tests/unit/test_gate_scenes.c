/* SPDX-License-Identifier: MIT */
/* Rarer scenes of the gate: what each of its sentences says, and that one thing which
 * nobody knows is told once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/gate_fixture.h"

struct scene {
	enum gate_check_id check;
	enum gate_outcome outcome;
	const char *says; /* in its sentence, or in one of its findings */
	void (*turn)(struct gate_bed *b);
};

#define TURN(name, what)                                                                 \
	static void name(struct gate_bed *b)                                             \
	{                                                                                \
		what;                                                                    \
	}

/* ---- accounts and mail ---- */

TURN(kept_elsewhere, b->account[2].decision = "keep"; b->account[2].old_side = false)
TURN(unsaid, b->account[0].decision = b->account[0].owner = "")
TURN(two_unowned, b->account[0].owner = b->account[1].owner = "")
TURN(account_unread, bed_found(b, 0, FINDING_ACCOUNT_UNREADABLE)->uid = 0;
     b->found[0].folder = "")
TURN(not_moving_then, b->account[0].verdict = VERDICT_NOT_JUDGED)
TURN(closed, b->account[0].judged = false; b->account[0].old_closed = true)
/* A verdict over a side that nobody could read has no day of 1970. */
static void blind_old(struct gate_bed *b)
{
	b->account[0].verdict = VERDICT_INCOMPLETE;
	b->account[0].judged_old = 0;
}
static void blind_new(struct gate_bed *b)
{
	b->account[0].verdict = VERDICT_INCOMPLETE;
	b->account[0].judged_new = 0;
}
TURN(incomplete_unsaid, b->account[0].verdict = VERDICT_INCOMPLETE)
TURN(incomplete_old, incomplete_unsaid(b); b->account[0].judged_old = AGO(8))
TURN(any_age, b->l.max_age[GATE_ACCOUNTED] = 0; b->account[0].judged_old = AGO(800))
static void lost_in(struct gate_bed *b, int year)
{
	struct gate_found *v = bed_found(b, 0, FINDING_MESSAGE_MISSING);

	v->date = (int64_t)(year - 1970) * 31556952 + 100 * DAY;
}
TURN(lost_years, lost_in(b, 1998); lost_in(b, 1999); lost_in(b, 2004))
TURN(lost_two_spans, lost_in(b, 1990); lost_in(b, 1994); lost_in(b, 1995))
TURN(lost_one_year, lost_in(b, 2001))
static void lost_many_years(struct gate_bed *b)
{
	static struct gate_found found[6];

	b->f.found = found;
	for (size_t i = 0; i < COUNT_OF(found); i++) {
		found[i] = b->found[0];
		found[i].account = 0;
		found[i].cls = FINDING_MESSAGE_MISSING;
		found[i].folder = "INBOX";
		found[i].uid = 7;
		found[i].n = 1;
		found[i].date = (int64_t)(20 + 2 * i) * 31556952 + 100 * DAY;
	}
	b->f.found_n = COUNT_OF(found);
}
TURN(lost_no_year, lost_in(b, 1969); lost_in(b, 2150);
     bed_found(b, 0, FINDING_MESSAGE_MISSING);
     bed_found(b, 1, FINDING_ACCOUNT_UNREADABLE)->uid = 0)
static void lost_of_who_stays(struct gate_bed *b)
{
	lost_in(b, 2001);
	lost_in(b, 2009);
	b->found[1].account = 2;
	lost_in(b, 2010);
	b->found[2].accepted = true;
	bed_found(b, 0, FINDING_FOLDER_MISSING);
}
static void arrived_in(struct gate_bed *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b->arrival[i] = (struct gate_arrival){
			0, i == 0 ? "INBOX" : "Lists", AGO(.2), 11, 12, false
		};
	b->f.arrival_n = n;
}
TURN(arrived_one, arrived_in(b, 1))
TURN(arrived_two, arrived_in(b, 2))
TURN(arrived_where_none_moves, arrived_in(b, 2); b->arrival[0].account = 2;
     b->arrival[1].account = 2)
TURN(made_new, b->account[0].old_side = false; b->account[0].old_read = 0)
static void folders_and_shared(struct gate_bed *b)
{
	static const char *names[] = { "shared/sales", "shared/all" };

	bed_found(b, 0, FINDING_FOLDER_MISSING)->uid = 0;
	b->f.shared = names;
	b->f.shared_n = 2;
}
TURN(no_match, b->account[0].matched = b->account[0].flags = 0)
static void damage_words(struct gate_bed *b)
{
	b->damage[0] = (struct gate_damage){ 0, "Old", 7, AGO(9), true, "", false };
	b->f.damage_n = 1;
}
TURN(damage_seen, damage_words(b); b->damage[0].unread = false)
TURN(scan_frozen, bed_down(b); b->f.scanned_at = AGO(35);
     for (size_t i = 0; i < b->f.account_n; i++) b->account[i].used = AGO(60))
TURN(scan_used_after, scan_frozen(b); b->account[1].used = AGO(34))
TURN(scan_frozen_unlogged, scan_frozen(b); b->f.logs = false)
TURN(scan_before_logs, scan_frozen(b); b->f.login.first = AGO(34))
TURN(scan_gap_between, scan_frozen(b); bed_weekend(b, &b->f.login, 20, 19))
TURN(scan_gap_before, scan_frozen(b); bed_weekend(b, &b->f.login, 50, 40))
TURN(scan_gap_after, scan_frozen(b); bed_weekend(b, &b->f.login, 8, 7))
TURN(scan_after_the_stop, scan_frozen(b); b->f.stopped_at = AGO(36))

/* ---- waivers ---- */

static void two_lost(struct gate_bed *b)
{
	bed_found(b, 0, FINDING_MESSAGE_MISSING);
	bed_found(b, 1, FINDING_MESSAGE_MISSING);
}
/* Each waiver covers one of them, and the one that ends first is named. */
static void two_waivers(struct gate_bed *b)
{
	two_lost(b);
	bed_waive(b, GATE_ACCOUNTED);
	b->waiver[1] = b->waiver[0];
	b->waiver[1].id = "W-002";
	b->waiver[1].expires = NOW + 10 * DAY;
	b->waiver[0].n = b->waiver[1].n = 1;
	b->waiver[1].covers = b->covers + 1;
	b->f.waiver_n = 2;
}
TURN(later_ends_first, two_waivers(b); b->waiver[0].expires = NOW + 5 * DAY)
static void waived(struct gate_bed *b)
{
	bed_found(b, 0, FINDING_MESSAGE_MISSING);
	bed_waive(b, GATE_ACCOUNTED);
}
TURN(waived_none, waived(b); b->waiver[0].n = 0)
TURN(waived_problem, waived(b); b->waiver[0].problem = "its owner approved it")
TURN(waived_unapproved, waived(b); b->waiver[0].approved = false)
TURN(waived_ended, waived(b); b->waiver[0].expires = NOW)
TURN(waived_long, waived(b); b->waiver[0].expires = b->waiver[0].made + 91 * DAY)
static void many_ended(struct gate_bed *b)
{
	waived_ended(b);
	b->f.found_n = 0;
	while (b->f.waiver_n < 20) {
		b->waiver[b->f.waiver_n] = b->waiver[0];
		b->f.waiver_n++;
	}
}
TURN(waived_90m, waived(b); b->l.v[LIMIT_WAIVER_TIME] = 5400)

/* ---- silence ---- */

TURN(logged_in_one, bed_use(b, GATE_USE_LOGIN, AGO(3)); b->use[0].n = 1;
     b->use[0].from = b->use[0].how = "")
TURN(logged_in_as, bed_use(b, GATE_USE_LOGIN, AGO(3)); b->use[0].name = "b.other")
TURN(logged_in_unknown, bed_use(b, GATE_USE_LOGIN, AGO(3)); b->use[0].account = "")
TURN(delivered_unknown, bed_use(b, GATE_USE_DELIVERY, AGO(3)); b->use[0].account = "")
TURN(delivered_one, bed_use(b, GATE_USE_DELIVERY, AGO(3)); b->use[0].n = 1)
static void two_logins(struct gate_bed *b)
{
	bed_use(b, GATE_USE_LOGIN, AGO(3));
	bed_use(b, GATE_USE_LOGIN, AGO(4));
	b->use[1].account = "anna";
}
TURN(gap_nowhere, bed_weekend(b, &b->f.login, 9, 7); b->gap[0].host = "")
TURN(gap_to_come, bed_weekend(b, &b->f.login, -1, -2))
TURN(logs_of_90m, b->l.max_age[GATE_NO_LOGIN] = 5400; b->f.login.last = AGO(.07))
TURN(silent_100h, b->l.v[LIMIT_NO_LOGIN] = 100 * 3600; b->f.login.first = AGO(4))
TURN(dns_later_first, b->dns[0].at = AGO(.05); b->dns[1].at = AGO(1.01))
TURN(maps_of_14_days, b->f.maps_at = AGO(14.5))
TURN(relay_long_ago, bed_use(b, GATE_USE_RELAY, AGO(15)); b->l.v[LIMIT_NO_LOGIN] = DAY)
TURN(relay_nowhere, bed_use(b, GATE_USE_RELAY, AGO(3)); b->use[0].from = "")
TURN(relay_down, bed_down(b); bed_use(b, GATE_USE_RELAY, AGO(22)))

/* ---- people ---- */

TURN(new_only, b->account[2].old_side = false; b->account[2].archived = 0)
TURN(dormant_undecided, b->account[0].decision = ""; b->account[0].dormant = true)
TURN(archive_no_file, b->record[1].has_digest = false)
TURN(restore_no_file, b->record[2].has_digest = false)
TURN(stop_100h, b->l.v[LIMIT_STOPPED] = 100 * 3600; bed_down(b); b->f.stopped_at = AGO(4);
     bed_said_at(b, "soft-shutdown", AGO(0));
     b->f.logs_until = b->f.login.last = b->f.delivery.last = AGO(4.1))
TURN(two_items, for (int i = 0; i < 2; i++) b->item[i].done = false)
TURN(scan_of_30_days, b->f.scanned_at = AGO(30.5))

static const struct scene scenes[] = {
	{ GATE_DECIDED, GATE_PASS, "", kept_elsewhere },
	{ GATE_DECIDED, GATE_FAIL, "anna: neither a decision nor an owner", unsaid },
	{ GATE_DECIDED, GATE_FAIL, "2", two_unowned },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: ", account_unread },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: never verified", not_moving_then },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "nobody may open it on the old side", closed },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: its old side was never read", blind_old },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: its new side was never read", blind_new },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: not examined in full", incomplete_unsaid },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "anna: the old side was read", incomplete_old },
	{ GATE_ACCOUNTED, GATE_PASS, "", any_age },
	{ GATE_ACCOUNTED, GATE_FAIL,
	  "3 messages open in 1 account, of 1998 to 1999, 2004", lost_years },
	{ GATE_ACCOUNTED, GATE_FAIL, "of 1990, 1994 to 1995", lost_two_spans },
	{ GATE_ACCOUNTED, GATE_FAIL, "in 1 account, of 2001", lost_one_year },
	{ GATE_ACCOUNTED, GATE_FAIL, "of 1990, 1992, 1994, 1996 and other years",
	  lost_many_years },
	{ GATE_ACCOUNTED, GATE_FAIL, "3 messages open in 1 account", lost_no_year },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open in 1 account, of 2001",
	  lost_of_who_stays },
	{ GATE_NO_ARRIVALS, GATE_FAIL, "1 message arrived after", arrived_one },
	{ GATE_NO_ARRIVALS, GATE_FAIL,
	  "mail arrived in 2 folders after it was verified; the first: anna",
	  arrived_two },
	{ GATE_NO_ARRIVALS, GATE_PASS, "", arrived_where_none_moves },
	{ GATE_NO_ARRIVALS, GATE_PASS, "", made_new },
	{ GATE_NO_ARRIVALS, GATE_NO_DATA, "never verified", not_moving_then },
	{ GATE_FOLDERS, GATE_FAIL,
	  "1 folder open in 1 account, and shared ones, unread: 2 folders",
	  folders_and_shared },
	{ GATE_FOLDERS, GATE_PASS, "", incomplete_unsaid },
	{ GATE_FLAGS, GATE_PASS, "", no_match },
	{ GATE_FLAGS, GATE_NO_DATA, "never verified", not_moving_then },
	{ GATE_NO_MASS, GATE_NO_DATA, "never verified", not_moving_then },
	{ GATE_NO_MASS, GATE_NO_DATA, "its new side was never read", blind_new },
	{ GATE_NO_MASS, GATE_PASS, "", blind_old },
	{ GATE_READABLE, GATE_FAIL, "UID 7: it cannot be read", damage_words },
	{ GATE_READABLE, GATE_FAIL, "UID 7: it shows damage", damage_seen },
	{ GATE_READABLE, GATE_PASS, "", scan_frozen },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 35 days old", scan_used_after },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 35 days old", scan_frozen_unlogged },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 35 days old", scan_before_logs },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 35 days old", scan_gap_between },
	{ GATE_READABLE, GATE_PASS, "", scan_gap_before },
	{ GATE_READABLE, GATE_PASS, "", scan_gap_after },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 35 days old", scan_after_the_stop },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is older than 30 days",
	  scan_of_30_days },
	{ GATE_ACCOUNTED, GATE_WAIVED, "2 of 2, by W-002 until 2026-12-21", two_waivers },
	{ GATE_ACCOUNTED, GATE_WAIVED, "2 of 2, by W-001 until", later_ends_first },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open", waived_none },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open", waived_problem },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open", waived_unapproved },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open", waived_ended },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open", waived_long },
	{ GATE_WAIVERS, GATE_FAIL, "20 of them; the first: W-001: it ended", many_ended },
	{ GATE_WAIVERS, GATE_FAIL, "it runs longer than 90 minutes", waived_90m },
	{ GATE_NO_LOGIN, GATE_FAIL, "bert: 1 login, the last on", logged_in_one },
	{ GATE_NO_LOGIN, GATE_FAIL, "12 logins by lmtp as b.other from staff@example.org",
	  logged_in_as },
	{ GATE_NO_LOGIN, GATE_FAIL, "from staff@example.org, and no account has it",
	  logged_in_unknown },
	{ GATE_NO_LOGIN, GATE_FAIL, "24 logins, the last on", two_logins },
	{ GATE_NO_DELIVERY, GATE_FAIL,
	  "12 deliveries by lmtp for staff@example.org, and no account has it",
	  delivered_unknown },
	{ GATE_NO_DELIVERY, GATE_FAIL, "1 delivery", delivered_one },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "the old side: no log from", gap_nowhere },
	{ GATE_NO_LOGIN, GATE_PASS, "", gap_to_come },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "the newest line of the logs is older than 90 min",
	  logs_of_90m },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "and 100 hours must be covered", silent_100h },
	{ GATE_NAMES, GATE_NO_DATA, "DNS is older than 24 hours", dns_later_first },
	{ GATE_NAMES, GATE_NO_DATA, "aliases and forwards is older than 14 days",
	  maps_of_14_days },
	{ GATE_RELAYS, GATE_PASS, "", relay_long_ago },
	{ GATE_RELAYS, GATE_FAIL, "bert: sends mail as bert", relay_nowhere },
	{ GATE_RELAYS, GATE_FAIL, "staff@example.org: sends mail as bert", relay_down },
	{ GATE_DORMANT, GATE_PASS, "0 accounts", new_only },
	{ GATE_DORMANT, GATE_FAIL, "anna: its owner was never asked", dormant_undecided },
	{ GATE_ARCHIVED, GATE_NO_DATA, "by which to know it", archive_no_file },
	{ GATE_ARCHIVED, GATE_NO_DATA, "nobody restored", restore_no_file },
	{ GATE_CHECKLIST, GATE_FAIL, "2 of 2 items open; the first: premigration:1",
	  two_items },
	{ GATE_STOPPED, GATE_FAIL, "and must be for 100 hours", stop_100h },
};

static bool tells(const struct gate_result *r, const char *what)
{
	static char line[1200];

	if (strstr(r->sentence, what) != NULL)
		return true;
	for (size_t i = 0; i < r->n; i++) {
		snprintf(line, sizeof line, "%s: %s", r->v[i].subject, r->v[i].text);
		if (strstr(line, what) != NULL)
			return true;
	}
	return false;
}

static bool told_twice(const struct gate_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < i; k++)
			if (r->v[i].unknown && r->v[k].unknown &&
			    memcmp(&r->v[i].fingerprint, &r->v[k].fingerprint,
				   sizeof r->v[i].fingerprint) == 0)
				return true;
	return false;
}

static void each_scene_is_told_as_it_is(void **state)
{
	static struct gate_bed b; /* they are large */
	static struct gate_verdict v;
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct gate_result *r = &v.result[scenes[i].check];
		struct arena arena;

		arena_init(&arena);
		bed_well(&b);
		scenes[i].turn(&b);
		gate_judge(&b.f, &b.l, &arena, &v);
		if (r->outcome != scenes[i].outcome || !tells(r, scenes[i].says) ||
		    told_twice(r) || strstr(r->sentence, "1970") != NULL) {
			print_error("scene %zu (%s, \"%s\"): %s: %s%s%s\n", i,
				    gate_checks[scenes[i].check].name, scenes[i].says,
				    gate_outcome_name(r->outcome), r->sentence,
				    r->n > 0 ? "; " : "", r->n > 0 ? r->v[0].text : "");
			failed++;
		}
		arena_done(&arena);
	}
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scene_is_told_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
