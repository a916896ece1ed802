/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_FORECAST_H
#define PLAN_PLAN_FORECAST_H
/*
 * How long an audit will take: two figures between which it should be, from one login and
 * what is stored.  Pure; what is assumed is in the sentence.
 *
 * The least: connections are as much faster than one as there are of them, and accounts
 * that were never read hold half of what the tried one does.  The most: several are no
 * faster than one, and those accounts hold twice as much.
 */
#include "base/strbuf.h"

/* A rate measured over fewer messages is none: PLAN_FORECAST_SLOW to PLAN_FORECAST_FAST
 * messages a second are assumed. */
#define PLAN_FORECAST_SAMPLE 100
#define PLAN_FORECAST_SLOW   1000
#define PLAN_FORECAST_FAST   10000

struct plan_forecast_facts {
	int64_t accounts;	 /* to be read */
	int64_t known, messages; /* of them: counted before, and what they hold */
	int64_t tried;		 /* messages of the account that was tried */
	int64_t login_ms, list_ms;
	int64_t sample, sample_ms; /* messages that were read, and how long it took */
	unsigned connections;	   /* at least 1 */
	bool modseq;		   /* the server tells HIGHESTMODSEQ */
};
struct plan_forecast {
	int64_t messages[2]; /* least and most, as all below */
	int64_t first_s[2];  /* the first audit */
	int64_t again_s[2];  /* one before which nothing has changed */
	int64_t rate[2];     /* messages a second of one connection */
	bool measured;
};
void plan_forecast_make(const struct plan_forecast_facts *f, struct plan_forecast *out);
/* "5 to 20 min": rounded outwards, for more would be made up. */
void plan_forecast_range(struct strbuf *out, const int64_t s[2]);
/* The whole sentence. */
void plan_forecast_say(struct strbuf *out, const struct plan_forecast_facts *f,
		       const struct plan_forecast *c);

#endif
