/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_GUARD_H
#define AUDIT_AUDIT_GUARD_H
/*
 * The load guard of one side: does the server answer clearly slower than it did, and how
 * much should it be left alone?  Nothing but sums: samples and times come in, a decision
 * comes out; no clock, no lock, no server.
 *
 * What is compared is time that a connection spent waiting for the server, so neither our
 * own work nor our pauses count.  Of each kind the lower quartile of the first answers is
 * the baseline, and better answers lower it.  The server is slow when, of one kind, the
 * median of the last answers is both a multiple of the baseline and longer by more than
 * ordinary jitter.  Each time that is so the guard goes up a level: first connections
 * rest between windows, then fewer of them are used.  It comes down level by level while
 * the server answers as before.  A server that stays slow however little we ask is taken
 * as it is now: its present times become the baseline.
 */
#include "base/base.h"

enum audit_guard_kind {
	AUDIT_GUARD_LOGIN,   /* microseconds of a login */
	AUDIT_GUARD_LIST,    /* of CAPABILITY to the end of LIST */
	AUDIT_GUARD_SILENCE, /* the longest wait for an octet within a window */
	AUDIT_GUARD_MESSAGE, /* waited per message of a window */
};
enum { AUDIT_GUARD_KIND_COUNT = AUDIT_GUARD_MESSAGE + 1 };
/* "login", "listing", "first octet", "message" */
const char *audit_guard_kind_name(enum audit_guard_kind k);

enum {
	AUDIT_GUARD_FIRST =
		12, /* answers that make a baseline; until then nothing is said */
	AUDIT_GUARD_LAST = 7,	/* answers of which the median is looked at */
	AUDIT_GUARD_LEVELS = 5, /* 0: undisturbed */
};
/* A message in a window of fewer says little about the server's speed. */
#define AUDIT_GUARD_WINDOW 64
/* Between two steps up; and as long must all be well before a step down. */
#define AUDIT_GUARD_UP_MS   INT64_C(2000)
#define AUDIT_GUARD_DOWN_MS INT64_C(10000)
/* No answer for so long: what was known of the load is forgotten. */
#define AUDIT_GUARD_STALE_MS INT64_C(600000)
/* A kind of which no answer came for so long keeps nobody at a level. */
#define AUDIT_GUARD_FRESH_MS INT64_C(60000)
/* So long at the highest level: the server is as it is. */
#define AUDIT_GUARD_ACCEPT_MS INT64_C(900000)
/* The longest rest between two windows. */
#define AUDIT_GUARD_REST_MS INT64_C(30000)

struct audit_guard {
	/* private */
	struct audit_guard_series {
		int64_t first[AUDIT_GUARD_FIRST], last[AUDIT_GUARD_LAST];
		size_t first_n, last_n, at; /* at: where the next of last goes */
		int64_t baseline;	    /* -1: not known yet */
		int64_t seen_ms;
	} series[AUDIT_GUARD_KIND_COUNT];
	unsigned level;
	int64_t up_ms, bad_ms, down_ms, seen_ms, top_ms; /* when that was last so */
	enum audit_guard_kind why;
};

void audit_guard_init(struct audit_guard *g);
/* One answer took so long.  Negative times are taken as 0. */
void audit_guard_sample(struct audit_guard *g, enum audit_guard_kind kind, int64_t us,
			int64_t now_ms);

struct audit_guard_say {
	unsigned level;
	unsigned rest; /* percent of the time that the last window was waited for */
	unsigned connections;	     /* of max; at least 1 */
	enum audit_guard_kind why;   /* of level > 0: what was slow last */
	int64_t baseline_us, now_us; /* of that */
};
struct audit_guard_say audit_guard_decide(const struct audit_guard *g, unsigned max);

#endif
