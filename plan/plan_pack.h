/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_PACK_H
#define PLAN_PLAN_PACK_H
/*
 * Who is moved when: jobs put on connections inside of windows.  Pure: no clock, no
 * store.  Time and memory are linear in jobs, but for sorting them; a window that is full
 * is not looked at again.
 */
#include "base/base.h"

#define PACK_MACHINES_MAX 64
#define PACK_EXACT_MAX	  10 /* so few jobs are put in the best order there is */

struct pack_span {
	int64_t from, to; /* Unix seconds */
};
enum pack_why {
	PACK_PLACED,
	PACK_TOO_LONG,	/* no window is long enough for it */
	PACK_TOO_LARGE, /* no volume holds it within a window */
	PACK_BLOCKED,	/* its own dates leave no window */
	PACK_NO_ROOM,	/* the windows are full */
	PACK_TOO_MANY,	/* its group is larger than a window may hold */
};
struct pack_job {
	double seconds; /* on one connection */
	int64_t octets;
	int priority;	/* lower first, whatever its length */
	uint32_t group; /* jobs of one group go in one window; 0: it is alone */
	const struct pack_span *blocked; /* windows that touch one of them are not for it
					  */
	size_t blocked_n;
	/* filled in */
	enum pack_why why;
	size_t window; /* from 1; 0: none */
	unsigned machine;
	double start; /* seconds after the window's beginning */
};
struct pack_volume {
	int64_t octets;	 /* that it holds */
	int64_t empties; /* seconds after which it is emptied; 0: never */
	int64_t percent; /* of the mail's octets that land on it */
};
enum pack_order { PACK_LONGEST, PACK_SMALLEST, PACK_GIVEN };
struct pack_window {
	struct pack_span span; /* to INT64_MAX: open */
	/* filled in */
	double load[PACK_MACHINES_MAX]; /* seconds of each connection */
	double busy;			/* its longest load */
	int64_t octets;
	size_t jobs;
};
struct pack_setup {
	unsigned machines; /* 1 to PACK_MACHINES_MAX */
	enum pack_order order;
	size_t most; /* jobs in a window; 0: any */
	const struct pack_volume *volume;
	size_t volume_n;
};
/* windows ascend and do not overlap. */
void pack(const struct pack_setup *s, struct pack_job *job, size_t n,
	  struct pack_window *window, size_t window_n);
/* No plan ends sooner: the sum over all connections, or the longest job. */
double pack_bound(const struct pack_job *job, size_t n, unsigned machines);
/* Octets of mail that a volume takes in so many seconds; INT64_MAX: any. */
int64_t pack_volume_takes(const struct pack_volume *v, double seconds);

#endif
