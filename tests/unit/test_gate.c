/* SPDX-License-Identifier: MIT */
/* Each check of the gate, turned alone from green to each of its other results; the
 * verdict that follows; and that these cases notice a check which judges otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/gate_fixture.h"

struct gate_case {
	enum gate_check_id check;
	enum gate_outcome outcome;
	const char *says; /* a part of the sentence */
	void (*turn)(struct gate_bed *b);
	bool shared; /* what it turns is evidence of other checks too */
};

/* The name of a function that does one thing to a bed. */
#define TURN(name, what)                                                                 \
	static void name(struct gate_bed *b)                                             \
	{                                                                                \
		what;                                                                    \
	}

/* G01 */
TURN(no_decision, b->account[1].decision = ""; b->account[1].dormant = false)
TURN(no_owner, b->account[0].owner = "")
TURN(kept, b->account[2].decision = "keep")
TURN(may_stay, b->account[0].leave_until = NOW + DAY)
static void unknown_name(struct gate_bed *b)
{
	b->name[0] = (struct gate_name){ "scanner", "the logs of the old side", AGO(2) };
	b->f.name_n = 1;
}
TURN(unknown_waived, unknown_name(b); bed_waive(b, GATE_DECIDED))
TURN(no_accounts, b->f.account_n = 0)
TURN(no_logs, b->f.logs = false)
/* G02 */
TURN(missing, bed_found(b, 0, FINDING_MESSAGE_MISSING))
TURN(missing_two, bed_found(b, 0, FINDING_MESSAGE_MISSING);
     bed_found(b, 1, FINDING_MESSAGE_MISSING)->n = 5876)
TURN(missing_accepted, bed_found(b, 0, FINDING_MESSAGE_MISSING)->accepted = true)
TURN(missing_waived, missing(b); bed_waive(b, GATE_ACCOUNTED))
TURN(missing_one_more, missing_waived(b); bed_found(b, 0, FINDING_MESSAGE_MISSING))
TURN(waiver_of_other, missing_waived(b); b->waiver[0].check = GATE_FOLDERS)
TURN(archived_missing, b->account[2].judged = true;
     b->account[2].verdict = VERDICT_DIFFERS; bed_found(b, 2, FINDING_MESSAGE_MISSING))
TURN(unreadable, bed_found(b, 0, FINDING_ACCOUNT_UNREADABLE)->uid = 0)
TURN(unreadable_waived, unreadable(b); bed_waive(b, GATE_ACCOUNTED))
TURN(incomplete, b->account[1].verdict = VERDICT_INCOMPLETE;
     b->account[1].note = "two folders were not read")
TURN(counted, b->account[1].depth = DEPTH_COUNTS)
TURN(never_judged, b->account[0].judged = false)
TURN(judged_long_ago, b->account[0].judged_old = AGO(8))
TURN(judged_long_ago_new, b->account[0].judged_new = AGO(8))
TURN(stranger_new, b->f.stranger[SIDE_NEW] = "another server answers")
TURN(stranger_old, b->f.stranger[SIDE_OLD] = "another server answers")
/* G03 */
static void arrived(struct gate_bed *b)
{
	b->arrival[0] = (struct gate_arrival){ 0, "INBOX", AGO(.2), 11, 14, false };
	b->f.arrival_n = 1;
}
TURN(new_folder, arrived(b); b->arrival[0].uidnext_then = 0)
TURN(renumbered, arrived(b); b->arrival[0].renumbered = true)
TURN(never_read, b->account[0].old_read = 0)
TURN(reading_failed, b->account[0].old_tried = AGO(.1))
TURN(looked_long_ago, b->account[0].old_read = b->account[0].old_tried = AGO(1.5))
/* G04 */
TURN(folder_missing, bed_found(b, 0, FINDING_FOLDER_MISSING)->uid = 0)
static void shared_unread(struct gate_bed *b)
{
	static const char *names[] = { "shared/sales" };

	b->f.shared = names;
	b->f.shared_n = 1;
}
TURN(shared_waived, shared_unread(b); bed_waive(b, GATE_FOLDERS))
TURN(folder_accepted, bed_found(b, 0, FINDING_FOLDER_MISSING)->accepted = true)
TURN(folder_waived, folder_missing(b); bed_waive(b, GATE_FOLDERS))
/* G05 */
TURN(flags_differ, b->account[0].flags = 6)
TURN(flags_waived, flags_differ(b); bed_waive(b, GATE_FLAGS))
TURN(flags_unseen, b->account[0].flags_compared = false)
TURN(flags_limit, flags_differ(b); b->l.v[LIMIT_FLAGS] = 994)
/* G06 */
TURN(mass, bed_found(b, 0, FINDING_MASS_REMOVAL)->n = 500)
TURN(mass_waived, mass(b); bed_waive(b, GATE_NO_MASS))
TURN(new_two_days_ago, b->account[0].judged_new = AGO(2))
/* G07 */
static void damaged(struct gate_bed *b)
{
	b->damage[0] = (struct gate_damage){ 0,	     "Old/1998", 7,
					     AGO(9), true,	 "the server refuses it",
					     false };
	b->f.damage_n = 1;
}
TURN(damage_accepted, damaged(b); b->damage[0].accepted = true)
TURN(damage_waived, damaged(b); bed_waive(b, GATE_READABLE))
TURN(damage_more, damage_waived(b); b->damage[1] = b->damage[0]; b->damage[1].uid = 8;
     b->f.damage_n = 2)
TURN(not_scanned, b->f.scanned_at = 0)
TURN(half_scanned, b->f.scanned--)
TURN(scanned_long_ago, b->f.scanned_at = AGO(31))
/* G08, G09, G11 */
TURN(delivered, bed_use(b, GATE_USE_DELIVERY, AGO(13.9)))
TURN(delivered_long_ago, bed_use(b, GATE_USE_DELIVERY, AGO(14.5));
     b->record[1].at = b->record[2].at = AGO(14))
TURN(delivered_waived, delivered(b); bed_waive(b, GATE_NO_DELIVERY))
TURN(no_delivery_log, b->f.delivery.any = false)
TURN(delivery_log_old, b->f.delivery.last = AGO(1.2))
TURN(delivery_log_short, b->f.delivery.first = AGO(13))
TURN(delivery_gap, bed_weekend(b, &b->f.delivery, 9, 7))
TURN(delivery_gap_before, bed_weekend(b, &b->f.delivery, 30, 28))
TURN(logged_in, bed_use(b, GATE_USE_LOGIN, AGO(3));
     b->record[1].at = b->record[2].at = AGO(2))
TURN(login_waived, logged_in(b); bed_waive(b, GATE_NO_LOGIN))
TURN(no_login_log, b->f.login.any = false)
TURN(login_log_old, b->f.login.last = AGO(1.2))
TURN(login_log_short, b->f.login.first = AGO(13))
TURN(login_gap, bed_weekend(b, &b->f.login, 9, 7))
/* G10 */
static void mx_old(struct gate_bed *b)
{
	b->dns[2] = (struct gate_dns){ "example.org", "MX 20", "old.example.org",
				       true,	      false,   AGO(.1) };
	b->f.dns_n = 3;
}
TURN(mx_waived, mx_old(b); bed_waive(b, GATE_NAMES))
TURN(dns_timeout, mx_old(b); b->dns[2].failed = true; b->dns[2].old = false)
TURN(dns_long_ago, b->dns[0].at = AGO(2))
TURN(no_dns, b->f.dns_n = 0)
static void forwarded(struct gate_bed *b)
{
	b->forward[0] = (struct gate_forward){ "office", "staff@old.example.org",
					       "aliases", AGO(2) };
	b->f.forward_n = 1;
}
TURN(no_maps, b->f.maps_at = 0)
TURN(maps_long_ago, b->f.maps_at = AGO(15))
static void maps_said(struct gate_bed *b)
{
	b->f.maps_at = 0;
	bed_record(b, GATE_RECORD_STATEMENT, AGO(1), "forwards");
}
/* G11 */
TURN(relays, bed_use(b, GATE_USE_RELAY, AGO(13.5)); b->l.v[LIMIT_NO_LOGIN] = 13 * DAY)
TURN(relays_waived, relays(b); bed_waive(b, GATE_RELAYS))
static void unsay(struct gate_bed *b, const char *topic)
{
	for (size_t i = 0; i < b->f.record_n; i++)
		if (strcmp(b->record[i].topic, topic) == 0)
			b->record[i].topic = "something else";
}
TURN(relays_unsaid, unsay(b, "relays"))
TURN(relays_said_long_ago, bed_said_at(b, "relays", AGO(15)))
/* G12 */
TURN(not_asked, b->account[2].asked = 0)
TURN(not_asked_waived, not_asked(b); bed_waive(b, GATE_DORMANT))
TURN(may_answer, b->account[2].asked = AGO(29))
TURN(answered, b->account[2].asked = 0; b->account[2].answered = AGO(1))
TURN(no_archive, b->account[2].archived = 0)
TURN(to_delete, b->account[2].decision = "delete"; b->account[2].archived = 0)
TURN(to_delete_answered, to_delete(b); b->account[2].answered = AGO(1))
TURN(dormant_log_old, b->f.logs_until = AGO(31))
/* G13 */
TURN(new_unsaid, unsay(b, "new-accounts"))
TURN(new_said_long_ago, bed_said_at(b, "new-accounts", AGO(15)))
TURN(new_no_role, b->record[5].role = "")
/* G14 */
TURN(not_archived, b->record[1].kind = GATE_RECORD_STATEMENT)
TURN(archived_early, b->account[0].used = AGO(19))
TURN(not_restored, b->record[2].kind = GATE_RECORD_STATEMENT)
TURN(restored_other, b->record[2].digest.bytes[31] ^= 1)
TURN(restored_before, b->record[2].at = AGO(21))
TURN(restored_long_ago, b->record[1].at = b->record[2].at = AGO(31))
/* G15 */
TURN(never_stopped, b->f.stopped_at = b->f.started_at = 0)
TURN(stopped_short, b->f.started_at = b->f.stopped_at + 71 * 3600)
TURN(trial_long_ago, b->f.stopped_at = AGO(20); b->f.started_at = AGO(15))
TURN(trial_unsaid, unsay(b, "soft-shutdown"))
TURN(trial_said_early, bed_said_at(b, "soft-shutdown", AGO(7)))
TURN(down_since_yesterday, b->f.stopped_at = AGO(1); b->f.started_at = 0;
     bed_said_at(b, "soft-shutdown", AGO(0)); b->f.logs_until = AGO(1);
     for (size_t i = 0; i < b->f.account_n; i++) b->account[i].old_read =
	     b->account[i].old_tried = AGO(1.1))
TURN(alive, bed_down(b); b->f.logs_until = AGO(2))
/* G16 */
TURN(announced_once, b->record[3].kind = GATE_RECORD_STATEMENT)
TURN(announced_twice_the_same, b->record[3].topic = b->record[0].topic)
TURN(announced_late, b->record[0].at = AGO(29))
/* G17 */
TURN(hold_unsaid, unsay(b, "retention"))
TURN(hold_said_long_ago, bed_said_at(b, "retention", AGO(91)))
TURN(hold_no_role, b->record[7].role = "")
/* G18 */
TURN(item_open, b->item[1].done = false; b->item[1].state = "open")
TURN(item_waived, item_open(b); bed_waive(b, GATE_CHECKLIST))
TURN(no_items, b->f.item_n = 0)
/* G19 */
static void idle_waiver(struct gate_bed *b)
{
	missing(b);
	bed_waive(b, GATE_ACCOUNTED);
	b->f.found_n = 0;
}
TURN(waiver_expired, idle_waiver(b); b->waiver[0].expires = NOW)
TURN(waiver_unapproved, idle_waiver(b); b->waiver[0].approved = false)
TURN(waiver_problem, idle_waiver(b);
     b->waiver[0].problem = "its owner approved it himself")
TURN(waiver_long, idle_waiver(b); b->waiver[0].expires = b->waiver[0].made + 91 * DAY)
static void many_waivers(struct gate_bed *b)
{
	idle_waiver(b);
	while (b->f.waiver_n < 21) {
		b->waiver[b->f.waiver_n] = b->waiver[0];
		b->f.waiver_n++;
	}
}
TURN(twenty_waivers, many_waivers(b); b->f.waiver_n = 20)
/* G20 */
TURN(ledger_broken, b->f.ledger.whole = false;
     b->f.ledger.problem = "ledger entry 7 was altered")
TURN(ledger_unseen, b->f.ledger.examined = false)
TURN(no_heads, b->f.ledger.heads = 0)
TURN(clock_back, b->f.ledger.back_seconds = 7200)
TURN(clock_said, clock_back(b); bed_record(b, GATE_RECORD_STATEMENT, AGO(1), "clock"))

static const struct gate_case cases[] = {
	{ GATE_DECIDED, GATE_FAIL, "bert: no decision", no_decision, false },
	{ GATE_DECIDED, GATE_FAIL, "no owner", no_owner, false },
	{ GATE_DECIDED, GATE_FAIL, "kept on the old server", kept, false },
	{ GATE_DECIDED, GATE_FAIL, "may use the old server until", may_stay, false },
	{ GATE_DECIDED, GATE_FAIL, "scanner: no account has", unknown_name, false },
	{ GATE_DECIDED, GATE_WAIVED, "1 of 1, by W-001 until", unknown_waived, false },
	{ GATE_DECIDED, GATE_NO_DATA, "no account is listed", no_accounts, true },
	{ GATE_DECIDED, GATE_NO_DATA, "no log of the old side", no_logs, true },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message open in 1 account", missing, false },
	{ GATE_ACCOUNTED, GATE_FAIL, "5,877 messages open in 2", missing_two, false },
	{ GATE_ACCOUNTED, GATE_PASS, "1 finding accepted", missing_accepted, false },
	{ GATE_ACCOUNTED, GATE_WAIVED, "1 of 1", missing_waived, false },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 of 2 not covered", missing_one_more, false },
	{ GATE_ACCOUNTED, GATE_FAIL, "1 message", waiver_of_other, false },
	{ GATE_ACCOUNTED, GATE_PASS, "2,000 messages", archived_missing, false },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "not read", unreadable, false },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "not read", unreadable_waived, false },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "two folders", incomplete, false },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "only counted", counted, true },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "never verified", never_judged, true },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "old side was read", judged_long_ago, true },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "new side was read", judged_long_ago_new, true },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "another server", stranger_new, true },
	{ GATE_ACCOUNTED, GATE_NO_DATA, "another server", stranger_old, true },
	{ GATE_NO_ARRIVALS, GATE_FAIL, "3 messages arrived", arrived, false },
	{ GATE_NO_ARRIVALS, GATE_FAIL, "folder is new", new_folder, false },
	{ GATE_NO_ARRIVALS, GATE_FAIL, "UIDVALIDITY", renumbered, false },
	{ GATE_NO_ARRIVALS, GATE_NO_DATA, "never read", never_read, false },
	{ GATE_NO_ARRIVALS, GATE_NO_DATA, "failed", reading_failed, false },
	{ GATE_NO_ARRIVALS, GATE_NO_DATA, "36 hours ago", looked_long_ago, false },
	{ GATE_NO_ARRIVALS, GATE_NO_DATA, "another server", stranger_old, true },
	{ GATE_FOLDERS, GATE_FAIL, "1 folder open", folder_missing, false },
	{ GATE_FOLDERS, GATE_PASS, "have their places", folder_accepted, false },
	{ GATE_FOLDERS, GATE_WAIVED, "1 of 1", folder_waived, false },
	{ GATE_FOLDERS, GATE_FAIL, "a shared folder that is read", shared_unread, false },
	{ GATE_FOLDERS, GATE_WAIVED, "1 of 1", shared_waived, false },
	{ GATE_FOLDERS, GATE_NO_DATA, "never verified", never_judged, true },
	{ GATE_FOLDERS, GATE_NO_DATA, "another server", stranger_new, true },
	{ GATE_FLAGS, GATE_WARN, "6 messages of 1,000", flags_differ, false },
	{ GATE_FLAGS, GATE_WAIVED, "1 of 1", flags_waived, false },
	{ GATE_FLAGS, GATE_NO_DATA, "its flags could not be compared", flags_unseen, false },
	{ GATE_FLAGS, GATE_PASS, "agree", flags_limit, false },
	{ GATE_NO_MASS, GATE_FAIL, "anna", mass, false },
	{ GATE_NO_MASS, GATE_WAIVED, "1 of 1", mass_waived, false },
	{ GATE_NO_MASS, GATE_NO_DATA, "48 hours ago", new_two_days_ago, false },
	{ GATE_NO_MASS, GATE_NO_DATA, "another server", stranger_new, true },
	{ GATE_READABLE, GATE_FAIL, "anna, folder Old/1998, UID 7", damaged, false },
	{ GATE_READABLE, GATE_PASS, "3,000 messages", damage_accepted, false },
	{ GATE_READABLE, GATE_WAIVED, "1 of 1", damage_waived, false },
	{ GATE_READABLE, GATE_FAIL, "1 of 2 not covered", damage_more, false },
	{ GATE_READABLE, GATE_NO_DATA, "never scanned", not_scanned, false },
	{ GATE_READABLE, GATE_NO_DATA, "1 message not", half_scanned, false },
	{ GATE_READABLE, GATE_NO_DATA, "the scan is 31 days", scanned_long_ago, false },
	{ GATE_NO_DELIVERY, GATE_FAIL, "12 deliveries, the last on", delivered, true },
	{ GATE_NO_DELIVERY, GATE_PASS, "none from", delivered_long_ago, false },
	{ GATE_NO_DELIVERY, GATE_WAIVED, "1 of 1", delivered_waived, true },
	{ GATE_NO_DELIVERY, GATE_NO_DATA, "no log", no_delivery_log, false },
	{ GATE_NO_DELIVERY, GATE_NO_DATA, "28 hours old", delivery_log_old, false },
	{ GATE_NO_DELIVERY, GATE_NO_DATA, "go back to", delivery_log_short, false },
	{ GATE_NO_DELIVERY, GATE_NO_DATA, "mx1: no log from", delivery_gap, false },
	{ GATE_NO_DELIVERY, GATE_PASS, "none from", delivery_gap_before, false },
	{ GATE_NO_LOGIN, GATE_FAIL, "12 logins, the last on", logged_in, false },
	{ GATE_NO_LOGIN, GATE_WAIVED, "1 of 1", login_waived, false },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "no log", no_login_log, true },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "28 hours old", login_log_old, false },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "go back to", login_log_short, false },
	{ GATE_NO_LOGIN, GATE_NO_DATA, "mx1: no log from", login_gap, false },
	{ GATE_NAMES, GATE_FAIL, "MX 20 example.org: leads", mx_old, false },
	{ GATE_NAMES, GATE_WAIVED, "1 of 1", mx_waived, false },
	{ GATE_NAMES, GATE_NO_DATA, "no answer", dns_timeout, false },
	{ GATE_NAMES, GATE_NO_DATA, "48 hours old", dns_long_ago, false },
	{ GATE_NAMES, GATE_NO_DATA, "nobody looked", no_dns, false },
	{ GATE_NAMES, GATE_FAIL, "office: is sent on", forwarded, false },
	{ GATE_NAMES, GATE_NO_DATA, "never read", no_maps, false },
	{ GATE_NAMES, GATE_NO_DATA, "15 days old", maps_long_ago, false },
	{ GATE_NAMES, GATE_PASS, "2 answers", maps_said, false },
	{ GATE_RELAYS, GATE_FAIL, "sends mail as bert", relays, true },
	{ GATE_RELAYS, GATE_WAIVED, "1 of 1", relays_waived, true },
	{ GATE_RELAYS, GATE_NO_DATA, "nobody said", relays_unsaid, false },
	{ GATE_RELAYS, GATE_NO_DATA, "15 days old", relays_said_long_ago, false },
	{ GATE_RELAYS, GATE_NO_DATA, "no log", no_login_log, true },
	{ GATE_DORMANT, GATE_FAIL, "never asked", not_asked, false },
	{ GATE_DORMANT, GATE_WAIVED, "1 of 1", not_asked_waived, false },
	{ GATE_DORMANT, GATE_FAIL, "may answer until", may_answer, false },
	{ GATE_DORMANT, GATE_PASS, "1 account", answered, false },
	{ GATE_DORMANT, GATE_FAIL, "no archive", no_archive, false },
	{ GATE_DORMANT, GATE_FAIL, "without an answer", to_delete, false },
	{ GATE_DORMANT, GATE_PASS, "1 account", to_delete_answered, false },
	{ GATE_DORMANT, GATE_NO_DATA, "31 days old", dormant_log_old, true },
	{ GATE_DORMANT, GATE_NO_DATA, "no log", no_logs, true },
	{ GATE_CREATED_NEW, GATE_NO_DATA, "nobody said", new_unsaid, false },
	{ GATE_CREATED_NEW, GATE_NO_DATA, "15 days", new_said_long_ago, false },
	{ GATE_CREATED_NEW, GATE_NO_DATA, "not as what", new_no_role, false },
	{ GATE_ARCHIVED, GATE_NO_DATA, "no archive", not_archived, false },
	{ GATE_ARCHIVED, GATE_FAIL, "was used until", archived_early, false },
	{ GATE_ARCHIVED, GATE_NO_DATA, "nobody restored", not_restored, false },
	{ GATE_ARCHIVED, GATE_NO_DATA, "nobody restored", restored_other, false },
	{ GATE_ARCHIVED, GATE_NO_DATA, "nobody restored", restored_before, false },
	{ GATE_ARCHIVED, GATE_NO_DATA, "31 days", restored_long_ago, false },
	{ GATE_STOPPED, GATE_NO_DATA, "nobody told", never_stopped, false },
	{ GATE_STOPPED, GATE_FAIL, "after 71 hours", stopped_short, false },
	{ GATE_STOPPED, GATE_FAIL, "down since", down_since_yesterday, true },
	{ GATE_STOPPED, GATE_NO_DATA, "15 days", trial_long_ago, false },
	{ GATE_STOPPED, GATE_NO_DATA, "nobody said", trial_unsaid, false },
	{ GATE_STOPPED, GATE_NO_DATA, "nobody said", trial_said_early, false },
	{ GATE_STOPPED, GATE_FAIL, "alive on", alive, false },
	{ GATE_ANNOUNCED, GATE_WARN, "1 announcement", announced_once, false },
	{ GATE_ANNOUNCED, GATE_WARN, "1 announcement", announced_twice_the_same, false },
	{ GATE_ANNOUNCED, GATE_WARN, "first announced on", announced_late, false },
	{ GATE_RETENTION, GATE_NO_DATA, "nobody said", hold_unsaid, false },
	{ GATE_RETENTION, GATE_NO_DATA, "91 days", hold_said_long_ago, false },
	{ GATE_RETENTION, GATE_NO_DATA, "not as what", hold_no_role, false },
	{ GATE_CHECKLIST, GATE_FAIL, "cutover:6: open: Take", item_open, false },
	{ GATE_CHECKLIST, GATE_WAIVED, "1 of 1", item_waived, false },
	{ GATE_CHECKLIST, GATE_NO_DATA, "no checklist", no_items, false },
	{ GATE_WAIVERS, GATE_FAIL, "it ended on", waiver_expired, false },
	{ GATE_WAIVERS, GATE_FAIL, "approved it", waiver_unapproved, false },
	{ GATE_WAIVERS, GATE_FAIL, "himself", waiver_problem, false },
	{ GATE_WAIVERS, GATE_FAIL, "longer than 90 days", waiver_long, false },
	{ GATE_WAIVERS, GATE_FAIL, "there are 21, and 20", many_waivers, false },
	{ GATE_WAIVERS, GATE_PASS, "20 waivers", twenty_waivers, false },
	{ GATE_LEDGER, GATE_FAIL, "entry 7 was altered", ledger_broken, false },
	{ GATE_LEDGER, GATE_NO_DATA, "nobody looked", ledger_unseen, false },
	{ GATE_LEDGER, GATE_NO_DATA, "no head", no_heads, false },
	{ GATE_LEDGER, GATE_FAIL, "set back by 7,200", clock_back, false },
	{ GATE_LEDGER, GATE_PASS, "40 entries", clock_said, false },
};

/* GO if and only if every check that blocks is PASS or WAIVED. */
static bool may_go(const struct gate_verdict *v)
{
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		if (!gate_checks[i].warns && v->result[i].outcome != GATE_PASS &&
		    v->result[i].outcome != GATE_WAIVED)
			return false;
	return true;
}

/* "": this case holds with these checks; else what does not. */
static const char *judge(const struct gate_check *checks, const struct gate_case *c)
{
	static char why[600];
	static struct gate_bed bed;
	static struct gate_verdict v;
	struct arena arena;

	why[0] = '\0';
	arena_init(&arena);
	bed_well(&bed);
	c->turn(&bed);
	gate_judge_by(checks, &bed.f, &bed.l, &arena, &v);
	if (v.result[c->check].outcome != c->outcome ||
	    strstr(v.result[c->check].sentence, c->says) == NULL)
		snprintf(why, sizeof why, "%s: %s: %s", gate_checks[c->check].name,
			 gate_outcome_name(v.result[c->check].outcome),
			 v.result[c->check].sentence);
	for (int i = 0; i < GATE_CHECK_COUNT && why[0] == '\0'; i++)
		if (!c->shared && i != (int)c->check && v.result[i].outcome != GATE_PASS)
			snprintf(why, sizeof why, "%s as well: %s: %s",
				 gate_checks[i].name,
				 gate_outcome_name(v.result[i].outcome),
				 v.result[i].sentence);
	if (why[0] == '\0' && v.go != may_go(&v))
		snprintf(why, sizeof why, "the verdict is %s", v.go ? "GO" : "NO-GO");
	arena_done(&arena);
	return why;
}

static void each_check_turns_alone(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *why = judge(gate_checks, &cases[i]);

		if (*why == '\0')
			continue;
		failed++;
		print_error("case %zu (%s, \"%s\"): %s\n", i,
			    gate_checks[cases[i].check].name, cases[i].says, why);
	}
	assert_int_equal(failed, 0);
}

/* ---- checks that judge otherwise ---- */

enum mutation {
	FINDS_NOTHING, /* what stands in the way is overlooked */
	FINDS_ALWAYS,
	KNOWS_ALL, /* what nobody knows passes */
	KNOWS_NOTHING,
	OTHER_SEVERITY, /* a check that blocks only warns, or the other way round */
	OTHER_WAIVER,	/* what cannot be waived can, or the other way round */
};
enum { MUTATION_COUNT = OTHER_WAIVER + 1 };
static const char *const mutations[] = {
	"finds nothing", "finds always",   "knows all",
	"knows nothing", "other severity", "other waiver"
};
_Static_assert(COUNT_OF(mutations) == MUTATION_COUNT, "one for each");

static enum gate_check_id mutant;
static enum mutation mutation;

static void judge_otherwise(const struct gate_facts *f, const struct gate_limits *l,
			    struct gate_result *out)
{
	size_t n = 0;

	gate_checks[mutant].judge(f, l, out);
	switch (mutation) {
	case FINDS_NOTHING:
	case KNOWS_ALL:
		for (size_t i = 0; i < out->n; i++)
			if (out->v[i].unknown == (mutation == FINDS_NOTHING))
				out->v[n++] = out->v[i];
		out->n = n;
		if (mutation == KNOWS_ALL)
			out->blind[0] = '\0';
		break;
	case FINDS_ALWAYS:
		out->v = arena_alloc(out->arena, sizeof *out->v);
		out->v[0] = (struct gate_finding){ .subject = "",
						   .text = "",
						   .command = "" };
		out->n = 1;
		break;
	case KNOWS_NOTHING:
		snprintf(out->blind, sizeof out->blind, "nothing");
		break;
	case OTHER_SEVERITY:
	case OTHER_WAIVER:
		break;
	}
}

/* A waiver over what the check finds must count where it has one, and nowhere else. */
static bool waiver_counts(const struct gate_check *checks, const struct gate_case *c)
{
	static struct gate_bed bed;
	enum gate_outcome want;
	static struct gate_verdict v;
	struct arena arena;

	/* what is wrong with waivers is no matter for one */
	if ((c->outcome != GATE_FAIL && c->outcome != GATE_WARN) ||
	    c->check == GATE_WAIVERS)
		return true;
	arena_init(&arena);
	bed_well(&bed);
	c->turn(&bed);
	bed.f.waiver_n = 0;
	gate_judge(&bed.f, &bed.l, &arena, &v);
	if (v.result[c->check].n > 0 && v.result[c->check].n <= COUNT_OF(bed.covers))
		bed_waive(&bed, c->check);
	gate_judge_by(checks, &bed.f, &bed.l, &arena, &v);
	want = bed.f.waiver_n > 0 && v.result[c->check].unknown == 0 &&
			       v.result[c->check].blind[0] == '\0' &&
			       gate_checks[c->check].waiver != GATE_NO_WAIVER
		       ? GATE_WAIVED
		       : c->outcome;
	arena_done(&arena);
	return v.result[c->check].outcome == want;
}

TURN(as_it_is, (void)b)

static bool caught(const struct gate_check *checks, enum gate_check_id id)
{
	const struct gate_case green = { id, GATE_PASS, "", as_it_is, false };

	if (*judge(checks, &green) != '\0')
		return true;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (cases[i].check == id && (*judge(checks, &cases[i]) != '\0' ||
					     !waiver_counts(checks, &cases[i])))
			return true;
	return false;
}

static bool has(enum gate_check_id id, bool no_data)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (cases[i].check == id &&
		    (no_data ? cases[i].outcome == GATE_NO_DATA
			     : cases[i].outcome == GATE_FAIL ||
				       cases[i].outcome == GATE_WARN))
			return true;
	return false;
}

static void each_mutant_is_caught(void **state)
{
	struct gate_check checks[GATE_CHECK_COUNT];
	int mutants = 0;

	(void)state;
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		assert_false(caught(gate_checks, (enum gate_check_id)i));
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		for (int m = 0; m < MUTATION_COUNT; m++) {
			/* a check that only persons answer finds nothing by itself, and
			 * one over what is always there knows it all */
			if ((m == FINDS_NOTHING && !has((enum gate_check_id)i, false)) ||
			    (m == KNOWS_ALL && !has((enum gate_check_id)i, true)) ||
			    (m == OTHER_WAIVER &&
			     (!has((enum gate_check_id)i, false) || i == GATE_WAIVERS)))
				continue;
			mutant = (enum gate_check_id)i;
			mutation = (enum mutation)m;
			memcpy(checks, gate_checks, sizeof checks);
			checks[i].judge = judge_otherwise;
			if (m == OTHER_SEVERITY)
				checks[i].warns = !checks[i].warns;
			if (m == OTHER_WAIVER)
				checks[i].waiver = checks[i].waiver == GATE_NO_WAIVER
							   ? GATE_PER_ACCOUNT
							   : GATE_NO_WAIVER;
			mutants++;
			if (!caught(checks, (enum gate_check_id)i))
				fail_msg("%s %s, and no case notices",
					 gate_checks[i].name, mutations[m]);
		}
	/* 20 checks in 6 ways; five of them do not find, know or waive in some way */
	assert_true(mutants >= 110);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_turns_alone),
		cmocka_unit_test(each_mutant_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
