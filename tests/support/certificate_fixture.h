/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_CERTIFICATE_FIXTURE_H
#define TESTS_SUPPORT_CERTIFICATE_FIXTURE_H
/* A gate that is open, what a certificate tells of it, and two who approve that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate/certificate.h"

#define NOW   ((int64_t)1800000000)
#define HOUR  ((int64_t)3600)
#define KEY_A "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static const char *const technical[] = { "ada@example.org", "alan@example.org" };
static const char *const business[] = { "grace@example.org", "ada@example.org" };
static const struct gate_signers signers = {
	.name = { [APPROVAL_TECHNICAL] = technical, [APPROVAL_BUSINESS] = business },
	.n = { 2, 2 },
};

/* All that a body needs, with one waiver that covers one finding of G07. */
struct bed {
	struct gate_verdict verdict;
	struct gate_facts facts;
	struct gate_limits limits;
	struct gate_loosened loosened[1];
	struct ledger_facts ledger;
	struct acceptance acceptance[1];
	struct waiver waiver[1];
	struct gate_waiver covering;
	struct gate_finding finding;
	struct gate_account account[3];
	struct gate_certified c;
	struct arena arena;
}; /* it is large */

static inline void bed_make(struct bed *b)
{
	*b = (struct bed){ .covering = { .id = "W-003" } };
	arena_init(&b->arena);
	gate_facts_init(&b->facts);
	gate_limits_standard(&b->limits);
	b->verdict.go = true;
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		struct gate_result *r = &b->verdict.result[i];

		r->check = &gate_checks[i];
		r->outcome = GATE_PASS;
		r->at = NOW - HOUR;
		snprintf(r->sentence, sizeof r->sentence, "nothing stands in the way");
	}
	b->finding = (struct gate_finding){ .subject = "anna", .waiver = &b->covering };
	b->verdict.result[GATE_READABLE].v = &b->finding;
	b->verdict.result[GATE_READABLE].n = 1;
	b->verdict.result[GATE_READABLE].covered = 1;
	b->verdict.result[GATE_READABLE].outcome = GATE_WAIVED;
	b->verdict.result[GATE_READABLE].figure[0] = (struct check_figure){ "damaged",
									    9 };
	b->verdict.result[GATE_READABLE].figure_n = 1;
	b->account[0].decision = b->account[1].decision = "migrate";
	b->account[2].decision = "archive";
	b->facts.account = b->account;
	b->facts.account_n = 3;
	b->loosened[0] = (struct gate_loosened){ .key = "no_login",
						 .unit = UNIT_SECONDS,
						 .standard = 14 * 86400,
						 .value = 7 * 86400 };
	b->acceptance[0] = (struct acceptance){ .id = 1,
						.at = NOW - 9 * HOUR,
						.teller = "C. <b>Lost</b>",
						.reason = "spam & worse",
						.what = "{}",
						.findings = 2,
						.messages = 2,
						.octets = 100,
						.ledger = 4 };
	b->waiver[0] = (struct waiver){ .id = 3,
					.at = NOW - 5 * HOUR,
					.check = "G07",
					.teller = "mia",
					.owner = "\xe2\x80\xae"
						 "hughes\"><script>alert(1)</script>",
					.reason = "unreadable since 2003",
					.risk = "content lost",
					.ticket = "RT#4711",
					.what = "{\"all\":true}",
					.expires = NOW + 90 * HOUR,
					.findings = 1,
					.ledger = 5,
					.approver = "zoe",
					.approver_key = "",
					.approved_at = NOW - 4 * HOUR };
	b->ledger = (struct ledger_facts){ .entries = 12,
					   .messages = 400,
					   .readings = 9 };
	b->c = (struct gate_certified){ .project_id = "0123456789abcdef0123456789abcdef",
					.project = "cliff to zimbra",
					.old_host = "old.example.org",
					.old_software = "Cyrus <3.6>",
					.new_host = "new.example.org",
					.version = "1.2.3",
					.build = "b",
					.made = NOW,
					.verdict = &b->verdict,
					.facts = &b->facts,
					.limits = &b->limits,
					.loosened = b->loosened,
					.loosened_n = 1,
					.ledger = &b->ledger,
					.acceptance = b->acceptance,
					.acceptance_n = 1,
					.waiver = b->waiver,
					.waiver_n = 1,
					.signers = &signers };
}

static inline void bed_done(struct bed *b)
{
	arena_done(&b->arena);
}

static inline struct approval an_approval(enum approval_role role, const char *name,
					  const char *key, int64_t at)
{
	return (struct approval){ .at = at,
				  .role = role,
				  .name = name,
				  .key = key,
				  .signature = "-----BEGIN SSH SIGNATURE-----\nx\n",
				  .ledger = 13 };
}

static inline void read_body(struct bed *b, struct strbuf *text, struct gate_body *out)
{
	struct err err = ERR_INIT;

	strbuf_clear(text);
	if (!gate_body_write(&b->c, text, &err) ||
	    !gate_body_read(strbuf_span(text), &b->arena, out, &err))
		fail_msg("%s", err.text);
}

static inline void certificate(struct bed *b, struct strbuf *body, struct strbuf *out)
{
	struct approval two[] = {
		an_approval(APPROVAL_TECHNICAL, "alan@example.org", KEY_A, NOW + HOUR),
		an_approval(APPROVAL_BUSINESS, "grace@example.org", KEY_B,
			    NOW + 2 * HOUR),
	};
	struct gate_certificate c = { .approval = two,
				      .approval_n = 2,
				      .issued = NOW + 3 * HOUR,
				      .entries = 15,
				      .head = { { 7 } } };
	struct err err = ERR_INIT;

	read_body(b, body, &c.body);
	strbuf_clear(out);
	if (!gate_certificate_write(&c, out, &err))
		fail_msg("%s", err.text);
}

#endif
