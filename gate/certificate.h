/* SPDX-License-Identifier: MIT */
#ifndef GATE_CERTIFICATE_H
#define GATE_CERTIFICATE_H
/*
 * What is handed over when the gate is open: a body that says what was found, which two
 * persons sign octet by octet, and around it their signatures (DESIGN section 11).
 *
 * The body is canonical JSON: one line, keys ascending, no blanks.  The certificate is
 *
 *   {"schema":"mailmuster/certificate/1","octets":N,"body":BODY,"sha256":"...",
 *    "approvals":[...],"issued":"...","ledger":{...},"seal":"..."}LF
 *
 * in one line, too; octets is the length of the body, sha256 its digest, and seal the
 * digest of all that stands before `,"seal"`.  So whatever octet is changed, added or
 * taken away is noticed without a key, and what is changed by somebody who makes the
 * digests anew is noticed by the signatures.
 */
#include "base/strbuf.h"
#include "gate/gate.h"
#include "gate/signers.h"
#include "model/waiver.h"
#include "store/store_accept.h"
#include "store/store_run.h"

#define CERTIFICATE_MAX	      (4u << 20) /* octets of a certificate, and of a body */
#define CERTIFICATE_APPROVALS 16u
#define CERTIFICATE_TEXT      "This tool did not shut anything down."

/* All that a body tells.  Borrowed. */
struct gate_certified {
	const char *project_id, *project;
	const char *old_host, *old_software, *new_host; /* old_software: "" */
	const char *version, *build;
	int64_t made;
	const struct gate_verdict *verdict; /* GO */
	const struct gate_facts *facts;
	const struct gate_limits *limits;
	const struct gate_loosened *loosened;
	size_t loosened_n;
	const struct ledger_facts *ledger; /* of the deep look */
	const struct acceptance *acceptance;
	size_t acceptance_n;
	const struct waiver *waiver; /* those that cover something now */
	size_t waiver_n;
	const struct gate_signers *signers;
};
/* ERR_LIMIT above CERTIFICATE_MAX, ERR_BUG when the verdict is not GO. */
bool gate_body_write(const struct gate_certified *c, struct strbuf *out,
		     struct err *err) MUST_CHECK;

/*
 * What must not change between a signature and the certificate: the outcome of every
 * check with the waivers that cover it, limits, acceptances and who may sign.  Neither
 * ages nor figures, which grow by themselves.
 */
void gate_standing(const struct gate_certified *c, struct sha256 *out);

/* A body that was read: what is needed of it. */
struct gate_body {
	struct span text; /* all its octets */
	struct sha256 digest, standing;
	int64_t made, valid_until;
	int64_t approvers;
	const char *project_id, *project, *old_host;
	struct gate_signers signers;
};
/* Strings live in arena, text is borrowed.  ERR_LEDGER says what is wrong. */
bool gate_body_read(struct span text, struct arena *arena, struct gate_body *out,
		    struct err *err) MUST_CHECK;

/*
 * Are these approvals of one body enough, at that time?  Each by a person of its role,
 * not older than the body's life; no key and no person twice; both roles, or one of
 * either where one approver is enough.  ERR_CONFIG says in a line what is missing or
 * refused.  Signatures are the caller's to check.
 */
bool gate_approvals_hold(const struct gate_body *b, const struct approval *a, size_t n,
			 int64_t now, struct err *err) MUST_CHECK;
/* May this one be added to those?  Likewise. */
bool gate_approval_may(const struct gate_body *b, const struct approval *a, size_t n,
		       const struct approval *more, int64_t now,
		       struct err *err) MUST_CHECK;

struct gate_certificate {
	struct gate_body body;
	struct approval *approval;
	size_t approval_n;
	int64_t issued, entries;
	struct sha256 head; /* of the ledger, when it was issued */
};
/* entries and head: the ledger with the entry of this certificate. */
bool gate_certificate_write(const struct gate_certificate *c, struct strbuf *out,
			    struct err *err) MUST_CHECK;
/* All that can be checked without a key: form, digests, and that the approvals held when
 * it was issued.  ERR_LEDGER.  Strings live in arena, spans are borrowed from text. */
bool gate_certificate_read(struct span text, struct arena *arena,
			   struct gate_certificate *out, struct err *err) MUST_CHECK;

/* One page for print: everything that the body says, the signatures' fingerprints, and
 * how to verify.  No script, nothing from elsewhere; c was read by gate_certificate_read.
 * ERR_LEDGER: the body has not the form that this program gives it, and a page of it
 * would say less than it. */
bool gate_certificate_html(const struct gate_certificate *c, struct strbuf *out,
			   struct err *err) MUST_CHECK;

#endif
