/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_GATE_FIXTURE_H
#define TESTS_SUPPORT_GATE_FIXTURE_H
/* A migration that is over: every check of the gate passes. */
#include "gate/gate.h"

#define DAY	    86400
#define NOW	    ((int64_t)1797000000)
#define AGO(days)   (NOW - (int64_t)((days) * (double)DAY))
#define BED_ACCOUNT 3

struct gate_bed {
	struct gate_facts f;
	struct gate_limits l;
	struct gate_account account[BED_ACCOUNT + 1];
	struct gate_found found[4];
	struct gate_arrival arrival[2];
	struct gate_damage damage[3];
	struct gate_name name[2];
	struct gate_use use[2];
	struct gate_gap gap[1];
	struct gate_forward forward[1];
	struct gate_dns dns[3];
	struct gate_record record[12];
	struct gate_item item[3];
	struct gate_waiver waiver[25];
	struct sha256 covers[4];
};

static inline void bed_record(struct gate_bed *b, enum gate_record_kind kind, int64_t at,
			      const char *topic)
{
	struct gate_record *r = &b->record[b->f.record_n++];

	*r = (struct gate_record){ .kind = kind,
				   .at = at,
				   .told = at,
				   .teller = "t.head",
				   .role = "mail team",
				   .topic = topic,
				   .note = "" };
	if (kind == GATE_RECORD_ARCHIVE || kind == GATE_RECORD_RESTORE) {
		r->has_digest = true;
		memset(r->digest.bytes, 7, sizeof r->digest.bytes);
	}
}

/* anna and bert moved; carla was archived.  The old server is up, and was down for four
 * days a week ago. */
static inline void bed_well(struct gate_bed *b)
{
	static const char *const names[] = { "anna", "bert", "carla", "dora" };

	memset(b, 0, sizeof *b);
	gate_facts_init(&b->f);
	gate_limits_standard(&b->l);
	b->f.now = NOW;
	b->f.newest = AGO(0);
	b->f.project = "00112233445566778899aabbccddeeff";
	for (int i = 0; i <= BED_ACCOUNT; i++)
		b->account[i] = (struct gate_account){
			.transfer = i + 1,
			.name = names[i],
			.decision = "migrate",
			.owner = "p.ito",
			.moves = true,
			.old_side = true,
			.hold = "",
			.old_read = AGO(.5),
			.old_tried = AGO(.5),
			.new_read = AGO(.5),
			.new_tried = AGO(.5),
			.judged = true,
			.verdict = VERDICT_CLEAN,
			.depth = DEPTH_FULL,
			.judged_old = AGO(.5),
			.judged_new = AGO(.5),
			.old_messages = 1000,
			.matched = 1000,
			.flags = 5,
			.flags_compared = true,
			.note = "",
			.used = AGO(60),
		};
	b->account[2].moves = b->account[2].judged = false;
	b->account[2].decision = "archive";
	b->account[2].asked = AGO(80);
	b->account[2].archived = AGO(20);
	b->f.account = b->account;
	b->f.account_n = BED_ACCOUNT;
	b->f.scanned_at = AGO(9);
	b->f.messages = b->f.scanned = 3000;
	b->f.stopped_at = AGO(9);
	b->f.started_at = AGO(5);
	b->f.logs = true;
	b->f.logs_at = AGO(.2);
	b->f.logs_until = AGO(.25);
	b->f.login = b->f.delivery = (struct gate_cover){
		.any = true, .first = AGO(120), .last = AGO(.25), .gap = b->gap
	};
	b->f.maps_at = AGO(2);
	b->dns[0] = (struct gate_dns){ "example.org", "MX 10", "new.example.org",
				       false,	      false,   AGO(.1) };
	b->dns[1] = (struct gate_dns){ "example.org", "SPF", "v=spf1 mx -all",
				       false,	      false, AGO(.1) };
	b->f.dns = b->dns;
	b->f.dns_n = 2;
	bed_record(b, GATE_RECORD_ANNOUNCE, AGO(45), "<a@example.org>");
	bed_record(b, GATE_RECORD_ARCHIVE, AGO(20), "");
	bed_record(b, GATE_RECORD_RESTORE, AGO(18), "");
	bed_record(b, GATE_RECORD_ANNOUNCE, AGO(10), "<b@example.org>");
	bed_record(b, GATE_RECORD_STATEMENT, AGO(4), "relays");
	bed_record(b, GATE_RECORD_STATEMENT, AGO(4), "new-accounts");
	bed_record(b, GATE_RECORD_STATEMENT, AGO(4), "soft-shutdown");
	bed_record(b, GATE_RECORD_STATEMENT, AGO(4), "retention");
	b->f.record = b->record;
	b->item[0] = (struct gate_item){
		"premigration:1", "Tell every user", true, "signed", "", AGO(90)
	};
	b->item[1] = (struct gate_item){ "cutover:6", "Take the seal", true, "done",
					 "",	      AGO(60) };
	b->f.item = b->item;
	b->f.item_n = 2;
	b->f.found = b->found;
	b->f.arrival = b->arrival;
	b->f.damage = b->damage;
	b->f.name = b->name;
	b->f.use = b->use;
	b->f.forward = b->forward;
	b->f.waiver = b->waiver;
	b->f.ledger = (struct gate_ledger){ .examined = true,
					    .whole = true,
					    .problem = "",
					    .entries = 40,
					    .heads = 2,
					    .deep_at = AGO(3) };
}

/* One more finding of verify, of an account. */
static inline struct gate_found *bed_found(struct gate_bed *b, size_t account,
					   enum finding_class cls)
{
	struct gate_found *v = &b->found[b->f.found_n++];

	*v = (struct gate_found){ .account = account,
				  .cls = cls,
				  .severity = SEVERITY_LOSS,
				  .folder = "INBOX",
				  .uid = 7,
				  .date = MSG_DATE_UNKNOWN,
				  .n = 1 };
	memset(v->fingerprint.bytes, (int)b->f.found_n, sizeof v->fingerprint.bytes);
	return v;
}

static inline int bed_by_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sha256));
}

/* A waiver over all that this check finds now. */
static inline struct gate_waiver *bed_waive(struct gate_bed *b, enum gate_check_id check)
{
	struct gate_waiver *w = &b->waiver[b->f.waiver_n];
	static struct gate_verdict v;
	struct arena arena;

	arena_init(&arena);
	gate_judge(&b->f, &b->l, &arena, &v);
	for (size_t i = 0; i < v.result[check].n && i < COUNT_OF(b->covers); i++)
		b->covers[i] = v.result[check].v[i].fingerprint;
	*w = (struct gate_waiver){ .id = "W-001",
				   .check = check,
				   .covers = b->covers,
				   .n = v.result[check].n,
				   .made = AGO(10),
				   .expires = NOW + 20 * DAY,
				   .approved = true,
				   .problem = "",
				   .reason = "paper copies",
				   .owner = "p.ito",
				   .requester = "m.stone",
				   .approver = "t.head" };
	qsort(b->covers, w->n, sizeof *b->covers, bed_by_digest);
	b->f.waiver_n++;
	arena_done(&arena);
	return w;
}

static inline void bed_use(struct gate_bed *b, enum gate_use_kind kind, int64_t last)
{
	b->use[b->f.use_n++] = (struct gate_use){
		kind, "bert", "bert", "lmtp", "staff@example.org", 12, last
	};
}
static inline void bed_weekend(struct gate_bed *b, struct gate_cover *c, double from,
			       double to)
{
	b->gap[0] = (struct gate_gap){ "mx1", "a log is missing", AGO(from), AGO(to) };
	c->gap_n = 1;
}
static inline void bed_said_at(struct gate_bed *b, const char *topic, int64_t at)
{
	for (size_t i = 0; i < b->f.record_n; i++)
		if (strcmp(b->record[i].topic, topic) == 0)
			b->record[i].at = at;
}
static inline void bed_down(struct gate_bed *b)
{
	b->f.started_at = 0;
	b->f.login.last = b->f.delivery.last = b->f.logs_until = AGO(9);
	for (size_t i = 0; i < b->f.account_n; i++)
		b->account[i].old_read = b->account[i].old_tried =
			b->account[i].judged_old = AGO(9.5);
}

#endif
