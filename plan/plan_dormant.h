/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_DORMANT_H
#define PLAN_PLAN_DORMANT_H
/*
 * Judged from the logs: who is dormant, who has not arrived, who is still there (DESIGN
 * section 9).  "No login in 90 days" is said only when 90 days are covered, and when no
 * name of the logs is left that no account claims: it might be theirs.
 */
#include "plan/plan_use.h"

enum dormancy {
	DORMANCY_ACTIVE,   /* used within the days asked for */
	DORMANCY_WITNESS,  /* not in the logs; a list or its own mail says it is used */
	DORMANCY_LEFT,	   /* dormant, and may stay until a day that is yet to come */
	DORMANCY_DORMANT,  /* not used, and that is proven */
	DORMANCY_UNPROVEN, /* not seen, but silence is not proven */
	DORMANCY_BULK,	   /* seen only through an address that logs in as very many */
};
enum { DORMANCY_COUNT = DORMANCY_BULK + 1 };
const char *dormancy_name(enum dormancy d);

struct dormant {
	const struct transfer *t;
	const struct use_of *use;
	enum dormancy state;
	int64_t witness;	    /* last login, as a list says; 0: none */
	const char *witness_source; /* "" */
	struct mail_witness mail;   /* zeros when its mail was not read */
	int64_t leave_until;
};
struct plan_dormant {
	int64_t from, to; /* the time that is judged */
	struct use_cover cover;
	bool blocked; /* names that no account claims logged in within it */
	size_t blockers;
	int64_t *through;  /* accounts in DORMANCY_BULK, for each of plan_use.bulk */
	struct dormant *v; /* one for each transfer with an account on that side */
	size_t n;
};
/* days back from the end of the logs. */
bool plan_dormant(struct plan_use *p, struct store *st, enum side side, int64_t days,
		  int64_t now, struct plan_dormant *out, struct err *err) MUST_CHECK;

/* After cutover: used the old side before, and not the new one since. */
struct absent {
	const struct transfer *t;
	int64_t cutover, last_old, last_new; /* 0 */
	bool unknown; /* the logs of the new side do not cover the time since */
};
struct plan_absent {
	struct absent *v; /* those that have not arrived, or of whom it is not known */
	size_t n;
	int64_t moved,
		arrived; /* transfers with a cutover; of them, with a login since */
	bool no_cutover; /* nobody has one */
};
bool plan_absent(struct plan_use *p, struct store *st, int64_t days,
		 struct plan_absent *out, struct err *err) MUST_CHECK;

/* After cutover: who still logs in to the old side, who still gets mail there. */
struct still {
	const char *account; /* ""; no account claims the name */
	const char *name;    /* as in the log */
	enum log_use use;
	enum log_protocol protocol;
	const char *address, *rcpt, *client; /* "" */
	unsigned clients;
	enum use_who who;
	int64_t n, last, cutover;
};
struct plan_still {
	struct still *v; /* ordered by account, name, newest first */
	size_t n;
	int64_t accounts, deliveries, logins;
	bool no_cutover;
	struct use_cover cover; /* of the old side since the first cutover */
};
bool plan_still(struct plan_use *p, struct store *st, int64_t grace,
		struct plan_still *out, struct err *err) MUST_CHECK;

#endif
