/* SPDX-License-Identifier: MIT */
#ifndef MODEL_OUTLOOK_H
#define MODEL_OUTLOOK_H
/*
 * What other stages make of the evidence, for reports: the checks of the gate, the items
 * of the checklists, who uses the old side no more.  Stages do not include each other, so
 * whoever calls them hands it over.  All of it is judged at one moment, and words only:
 * numbers that reports add up themselves are not in here.
 */
#include "base/base.h"

/* How a state is marked.  What nobody knows is never good. */
enum outlook_mark { OUTLOOK_GOOD, OUTLOOK_WARN, OUTLOOK_BAD, OUTLOOK_UNKNOWN };
enum { OUTLOOK_MARK_COUNT = OUTLOOK_UNKNOWN + 1 };
const char *outlook_mark_sign(enum outlook_mark m); /* U+2714 and so on: never alone */

struct outlook_check {
	const char *name, *title; /* "G01", "Every account decided and owned" */
	const char *word;	  /* "PASS", "NO DATA" */
	enum outlook_mark mark;
	const char *sentence, *command; /* "" */
	int64_t at;			/* oldest evidence that it stands on; 0: none */
	int64_t n, covered; /* things in the way; of them covered by waivers */
};

struct outlook_item {
	const char *list, *id, *stage, *text;
	const char *word; /* "open", "done" */
	enum outlook_mark mark;
	const char *sentence, *owner, *due, *signer; /* "" */
	bool late;
};

/* How long ago, no closer: days are nobody's business (DESIGN section 12). */
enum outlook_band {
	OUTLOOK_BAND_MONTH,   /* within 30 days */
	OUTLOOK_BAND_QUARTER, /* 90 */
	OUTLOOK_BAND_YEAR,    /* 365 */
	OUTLOOK_BAND_OLDER,
	OUTLOOK_BAND_NEVER, /* no log, no list and no mail of its own shows any */
};
enum { OUTLOOK_BAND_COUNT = OUTLOOK_BAND_NEVER + 1 };
enum outlook_band outlook_band(int64_t last, int64_t now); /* last 0: never */
const char *outlook_band_name(enum outlook_band b);	   /* "within 30 days" */

struct outlook_idle {
	int64_t transfer;
	const char *word; /* "dormant", "unproven" */
	enum outlook_mark mark;
	enum outlook_band band;
};

/* Used the old side before cutover, and was not seen on the new one since. */
struct outlook_absent {
	int64_t transfer;
	bool unknown; /* no log of the new side would show it */
};

struct outlook {
	bool gated; /* the gate was asked: check, go and bar count */
	bool go;
	const char *bar; /* why it could judge nothing; "" */
	const struct outlook_check *check;
	size_t check_n;
	const struct outlook_item *item;
	size_t item_n;
	bool logs; /* logs show logins of the old side: idle counts */
	const struct outlook_idle *idle;
	size_t idle_n;
	int64_t moved, arrived; /* transfers with a cutover; of them, logged in since */
	const struct outlook_absent *absent;
	size_t absent_n;
};

#endif
