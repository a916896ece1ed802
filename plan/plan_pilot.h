/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_PILOT_H
#define PLAN_PLAN_PILOT_H
/*
 * Pilot: the fewest accounts that show, together, every risk that is there.  A try on
 * well-behaved mailboxes proves nothing, however large they are.
 *
 * Greedy set cover: each choice brings most of what is still missing; what later choices
 * made needless is dropped.  That is within 1 + ln(risks) of the fewest (Chvatal 1979),
 * and the fewest in practice.
 */
#include "plan/plan_big.h"
#include "plan/plan_use.h"

/* Bits of plan_pilot_pick.has: enum plan_trait, then these. */
enum plan_risk {
	PLAN_RISK_HUGE = PLAN_TRAIT_COUNT, /* over the limit, or many times the median */
	PLAN_RISK_MESSAGES,
	PLAN_RISK_FOLDER_MESSAGES,
	PLAN_RISK_FOLDERS,
	PLAN_RISK_DEEP,
	PLAN_RISK_LARGE_MESSAGE,
	PLAN_RISK_OLD,
	PLAN_RISK_TRASH,
	PLAN_RISK_EMPTY, /* no mail at all */
	PLAN_RISK_POP,	 /* by the logs, as all below */
	PLAN_RISK_PHONE,
	PLAN_RISK_ROBOT,
};
enum { PLAN_RISK_COUNT = PLAN_RISK_ROBOT + 1 };
const char *plan_risk_name(unsigned r); /* "huge" */
const char *plan_risk_text(unsigned r); /* "very large mailboxes" */
/* What tells it: the listing, messages read one by one, a scan, logs. */
enum plan_risk_by { RISK_BY_LIST, RISK_BY_AUDIT, RISK_BY_SCAN, RISK_BY_LOGS };
enum plan_risk_by plan_risk_by(unsigned r);

struct plan_pilot_pick {
	int64_t transfer;
	const char *account;
	int64_t octets, messages;
	uint64_t has;	 /* 1 << risk */
	uint64_t brings; /* of them: what no earlier choice has */
	/* A folder that shows it; "" for the whole account. */
	const char *where[PLAN_RISK_COUNT];
};
struct plan_pilot_risk {
	int64_t accounts;   /* that have it, whether they can be chosen or not */
	int64_t eligible;   /* of them, that can */
	const char *who[3]; /* the smallest that have it; NULL */
	size_t pick;	    /* the first choice that has it, from 1; 0: none */
};
struct plan_pilot_result {
	const struct plan_pilot_pick *pick; /* in the order of choice */
	size_t n;
	struct plan_pilot_risk risk[PLAN_RISK_COUNT];
	int64_t present; /* risks that somebody has */
	int64_t covered; /* of them, by the choices */
	int64_t accounts, done, spared, unlisted, unread, unscanned;
	bool logs; /* there are some of the old side */
	struct arena *arena;
};
struct plan_pilot_options {
	struct plan_facts_options facts; /* fn, ctx, details are set here */
	struct plan_big_rules rules;
	const struct plan_use *use; /* NULL: no logs were read */
	int64_t budget;		    /* accounts at most; 0: any */
	/* Not to be tried on: names as in accounts.csv. */
	const char *const *spare;
	size_t spare_n;
};
bool plan_pilot(struct store *st, const struct plan_pilot_options *o,
		struct plan_pilot_result **out, struct err *err) MUST_CHECK;
void plan_pilot_free(struct plan_pilot_result *r); /* NULL is fine */

/*
 * Pure: choose among n candidates those that have, together, all that is in the union.
 * Of equals the one of fewer octets, then the one that comes first.  order_out holds at
 * least `budget` places (n when that is 0); returns how many were chosen.
 */
struct cover_item {
	uint64_t has;
	int64_t octets;
};
size_t plan_pilot_cover(const struct cover_item *v, size_t n, size_t budget,
			size_t *order_out);

#endif
