/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_BIG_H
#define PLAN_PLAN_BIG_H
/*
 * Oversized and odd: which accounts, folders and messages are over a limit of the config
 * or of the new side, and which are large beside all others.
 */
#include "plan/plan_facts.h"

/* From the config; 0 switches a rule off. */
struct plan_big_rules {
	int64_t account_octets, account_messages, folder_messages, folders, depth,
		message_octets;
	int64_t times_median;	/* an account of so many times the median */
	int64_t trash_percent;	/* of an account, in Trash and Junk together */
	int64_t old_years;	/* mail that is so old */
	int64_t growth_percent; /* more messages than at the first reading */
};
#define PLAN_BIG_DEFAULTS                                                                \
	((struct plan_big_rules){                                                        \
		.account_octets = INT64_C(10) << 30,                                     \
		.account_messages = 200000,                                              \
		.folder_messages = 50000,                                                \
		.folders = 1000,                                                         \
		.depth = 8,                                                              \
		.message_octets = INT64_C(25) << 20,                                     \
		.times_median = 10,                                                      \
		.trash_percent = 20,                                                     \
		.old_years = 20,                                                         \
		.growth_percent = 20,                                                    \
	})
/* Below this neither the median nor Trash makes an account worth a line. */
#define PLAN_BIG_FLOOR (INT64_C(256) << 20)

enum plan_big_class {
	PLAN_BIG_UNKNOWN, /* never listed: nothing is known of its size */
	PLAN_BIG_MEDIAN,  /* many times the median */
	PLAN_BIG_ACCOUNT_OCTETS,
	PLAN_BIG_ACCOUNT_MESSAGES,
	PLAN_BIG_FOLDER_MESSAGES,
	PLAN_BIG_FOLDERS,
	PLAN_BIG_DEPTH,
	PLAN_BIG_MESSAGE_OCTETS,
	/* notes */
	PLAN_BIG_TRASH,
	PLAN_BIG_GROWTH,
	PLAN_BIG_OLD,
};
enum { PLAN_BIG_CLASS_COUNT = PLAN_BIG_OLD + 1 };
const char *plan_big_name(enum plan_big_class c); /* "account-octets" */
/* "accounts over 10.0 GiB": a heading for that many. */
const char *plan_big_text(enum plan_big_class c, int64_t n);
const char *plan_big_advice(enum plan_big_class c); /* what to do, one sentence */
bool plan_big_is_note(enum plan_big_class c);
bool plan_big_is_octets(enum plan_big_class c); /* the unit of amount */

struct plan_big_row {
	enum plan_big_class cls;
	int64_t transfer;
	const char *account, *folder; /* folder "": the whole account */
	int64_t amount, limit;	      /* -1: none */
	uint32_t uid;		      /* of the largest message; 0 */
	int64_t n;		      /* messages over the limit; else 0 */
	const char *by;		      /* whose limit it is; "" */
	/* PLAN_BIG_MEDIAN: where an alphabetical list has it, and what comes before. */
	int64_t place, before_percent;
};
struct plan_big_result {
	const struct plan_big_row *row; /* by class, the largest first */
	size_t n;
	int64_t count[PLAN_BIG_CLASS_COUNT]; /* rows */
	int64_t accounts;		     /* that are to move */
	int64_t octets, messages, median;    /* of those that are known */
	int64_t unsized;		     /* accounts whose octets are not all known */
	int64_t unread; /* accounts whose messages were not read one by one */
	int64_t stale;
	struct arena *arena;
};
struct plan_big_options {
	struct plan_facts_options facts; /* fn, ctx, details are set here */
	struct plan_big_rules rules;
};
bool plan_big(struct store *st, const struct plan_big_options *o,
	      struct plan_big_result **out, struct err *err) MUST_CHECK;
void plan_big_free(struct plan_big_result *r); /* NULL is fine */

#endif
