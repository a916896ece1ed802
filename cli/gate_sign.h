/* SPDX-License-Identifier: MIT */
#ifndef CLI_GATE_SIGN_H
#define CLI_GATE_SIGN_H
/* gate approve, gate certificate, gate verify-certificate: what comes after GO. */
#include "cli/args.h"
#include "cli/gate_see.h"
#include "gate/certificate.h"

#define GATE_BODY_NAME "gate-body.json" /* in the project: what is to be signed */

/* Their options, beside those of check and explain. */
enum gate_sign_opt {
	OPT_SIGN_BY = OPT_OWN + 100,
	OPT_SIGN_KEY,
	OPT_SIGN_MAX_AGE,
	OPT_SIGN_ROLE,
	OPT_SIGN_SIGNATURE,
	OPT_SIGN_SIGNERS,
	OPT_SIGN_YES,
};
struct gate_signing {
	const char *by, *key, *signature, *signers, *output;
	bool has_role, yes;
	enum approval_role role;
	int64_t max_age; /* 0: not said */
	bool any;
};
/* False: a->exit. */
bool gate_sign_take(struct args *a, int opt, const char *value,
		    struct gate_signing *out) MUST_CHECK;
bool gate_sign_verb(const char *verb); /* one of the three */
/* The same; then it is done, and *code_out is what to exit with.  seen: zeroed, with the
 * heads that are to be compared. */
bool gate_sign_run(struct globals *g, struct args *a, const char *verb,
		   const struct gate_signing *rq, struct gate_seen *seen,
		   int *code_out) MUST_CHECK;

int gate_approve(struct globals *g, const struct gate_signing *rq,
		 struct gate_seen *seen);
int gate_certify(struct globals *g, const struct gate_signing *rq,
		 struct gate_seen *seen);
int gate_verify_certificate(struct globals *g, const struct gate_signing *rq,
			    const char *path);

/* ---- cli/gate_body.c: what both have to know ---- */
struct gate_signed {
	struct gate_certified certified; /* now */
	struct strbuf text;		 /* of the body */
	struct gate_body body;
	struct approval *approval; /* of this body; in the arena of the seen */
	size_t approval_n;
	bool fresh; /* the body was made now */
	struct strbuf build;
};
/* After gate_see: everything that a body tells. */
bool gate_certify_facts(const struct project *p, struct gate_seen *seen,
			struct gate_signed *out, struct err *err) MUST_CHECK;
/*
 * The body that waits for signatures, and those that it has.  One that was made before
 * goes on while it holds: nothing has turned, and its time is not over.  Otherwise a new
 * one is written when make is set, else ERR_CONFIG says what happened to it.
 */
bool gate_body_open(const struct project *p, struct gate_seen *seen,
		    struct gate_signed *s, bool make, struct err *err) MUST_CHECK;
void gate_signed_done(struct gate_signed *s); /* also when zeroed */

/* 12, 3 or 1; 0 when it is GO (cmd_gate.c). */
int gate_code(const struct gate_seen *s);

#endif
