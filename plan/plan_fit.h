/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_FIT_H
#define PLAN_PLAN_FIT_H
/*
 * Fit: what will not arrive on the new side as it is, before anything moves; message by
 * message where a size or a scan says so, folder by folder where a name or a rule does.
 */
#include "map/map.h"
#include "plan/plan_facts.h"
#include "plan/plan_pop.h"

enum plan_fate {
	FATE_UNKNOWN,
	FATE_REFUSED,
	FATE_SKIPPED,
	FATE_MERGED,
	FATE_RENAMED,
	FATE_AGAIN, /* arrives, and its user gets it once more */
};
const char *plan_fate_name(enum plan_fate f); /* "refused" */

enum plan_fit_class {
	PLAN_FIT_UNLISTED,    /* its old account was never listed */
	PLAN_FIT_UNREAD,      /* a folder whose messages were only counted */
	PLAN_FIT_TOO_LARGE,   /* a message over the new side's limit */
	PLAN_FIT_SYMPTOM,     /* a scan found in it what the new side refuses */
	PLAN_FIT_NAME,	      /* a name that it refuses or keeps */
	PLAN_FIT_FOLDER_FULL, /* more messages than a folder takes there */
	PLAN_FIT_FOLDERS,     /* more folders than an account has there */
	PLAN_FIT_QUOTA,	      /* more mail than its quota there allows */
	PLAN_FIT_EXCLUDED,    /* a rule leaves it out */
	PLAN_FIT_FAILED,      /* a rule cannot be applied to it */
	PLAN_FIT_KEYLESS,     /* messages with no header to tell them apart by */
	PLAN_FIT_IDLESS,      /* messages without a Message-ID of their own */
	PLAN_FIT_COLLIDED,    /* two folders become one */
	PLAN_FIT_COPIES,      /* the new side keeps one of several equal messages */
	PLAN_FIT_RENAMED,     /* by a rule */
	PLAN_FIT_POP,	      /* its user fetches by POP: all of INBOX comes once more */
};
enum { PLAN_FIT_CLASS_COUNT = PLAN_FIT_POP + 1 };
const char *plan_fit_name(enum plan_fit_class c); /* "too-large" */
enum plan_fate plan_fit_fate(enum plan_fit_class c);
/* "messages are too large for it": n of what the class counts stand before it. */
const char *plan_fit_text(enum plan_fit_class c, int64_t n);
const char *plan_fit_advice(enum plan_fit_class c);
/* The class counts messages; else folders, or accounts where a row has no folder. */
bool plan_fit_of_messages(enum plan_fit_class c);
/* Something that changes the exit code: neither renamed, nor a mere risk. */
bool plan_fit_is_problem(enum plan_fit_class c);

struct plan_fit_row {
	enum plan_fit_class cls;
	int64_t transfer;
	const char *account;
	const char *folder;	  /* common form; "" for the whole account */
	const char *new_folder;	  /* common form there; "" when it does not matter */
	uint32_t uid;		  /* of a single message; 0: all that are meant */
	int64_t messages, octets; /* -1: not known */
	const char *detail;	  /* the limit, the rule, the symptom; "" */
};
#define PLAN_FIT_EXAMPLES 3
/* Single messages of a folder that get a row each; the rest of them has one together. */
#define PLAN_FIT_SINGLES 1000
struct plan_fit_sum {
	int64_t rows, accounts, messages, octets;
	const char *who[PLAN_FIT_EXAMPLES], *what[PLAN_FIT_EXAMPLES];
	const char *detail; /* of the first */
	int64_t last;	    /* transfer that was counted last; private */
};
struct plan_fit_result {
	struct plan_fit_sum sum[PLAN_FIT_CLASS_COUNT];
	int64_t accounts, folders, messages, octets; /* looked at */
	int64_t unscanned;   /* accounts of which no message was read whole */
	bool logs;	     /* there were some, so who fetches by POP is known */
	int64_t quotaless;   /* accounts of whose quota there nothing is known */
	bool limit_each;     /* the new server has an APPENDLIMIT a folder that it did not
				tell */
	const char *profile; /* of the new side: title */
	struct arena *arena;
};
struct plan_fit_options {
	struct plan_facts_options facts; /* fn, ctx, details are set here */
	const struct map_rules *rules;
	const char *profile_old;
	const struct plan_use *use; /* NULL: no logs of the old side were read */
	bool all, one_sided;
	/* Each row; NULL: only the sums are wanted.  Strings live until it returns. */
	bool (*row)(void *ctx, const struct plan_fit_row *row, struct err *err);
	void *ctx;
};
bool plan_fit(struct store *st, const struct plan_fit_options *o,
	      struct plan_fit_result **out, struct err *err) MUST_CHECK;
void plan_fit_free(struct plan_fit_result *r); /* NULL is fine */

#endif
