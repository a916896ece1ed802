/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WAIVER_H
#define MODEL_WAIVER_H
/*
 * A waiver: findings of one check of the gate that need not be settled until a day
 * (DESIGN section 11).  It names exact findings by their fingerprints, has an owner who
 * answers for it, and counts only when somebody else approved it.
 */
#include "base/err.h"
#include "base/sha256.h"

#define WAIVER_DAYS_MAX 90 /* from the day on which it is asked for */

struct waiver {
	int64_t id, at;
	const char *check;  /* "G07" */
	const char *teller; /* who asks for it */
	const char *owner;  /* who answers for it */
	const char *reason, *risk;
	const char *ticket; /* "" */
	const char *what;   /* canonical JSON: how the findings were chosen */
	int64_t expires;    /* from this second on it counts no more */
	int64_t findings;
	struct sha256 digest; /* over the fingerprints, ascending */
	int64_t ledger;	      /* its entry "waiver" */
	/* the first approval, and the first word that took it back; at 0: none */
	const char *approver, *revoker; /* "" */
	const char *approver_key;	/* SHA256:... of the key that signed it; "" */
	int64_t approved_at, revoked_at;
};

enum waiver_state {
	WAIVER_PENDING,	 /* nobody has approved it */
	WAIVER_VALID,	 /* it counts */
	WAIVER_EXPIRED,	 /* its day has come */
	WAIVER_REVOKED,	 /* somebody took it back */
	WAIVER_IMPROPER, /* who approved it may not, or it runs longer than it may */
};
enum { WAIVER_STATE_COUNT = WAIVER_IMPROPER + 1 };
const char *waiver_state_name(enum waiver_state s);

/* Whether it counts now.  approvers 1: a lone administrator may approve what he asked
 * for himself, which the certificate says. */
enum waiver_state waiver_state(const struct waiver *w, int64_t now, unsigned approvers);

/* Two names of one person: the same but for case, and blanks around or doubled. */
bool waiver_same_person(const char *a, const char *b);

/* May it be asked for, now?  ERR_CONFIG says why not. */
bool waiver_may_ask(const struct waiver *w, int64_t now, struct err *err) MUST_CHECK;
/* May this person approve it, now? */
bool waiver_may_approve(const struct waiver *w, const char *by, int64_t now,
			unsigned approvers, struct err *err) MUST_CHECK;

/* A check of the gate: 'G', two digits. */
bool waiver_is_check(const char *s);

#endif
