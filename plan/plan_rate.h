/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_RATE_H
#define PLAN_PLAN_RATE_H
/*
 * How fast mail moves, from what was measured, and what that makes of a plan's end.
 * Pure.  Rates of old servers wander: an hour that was slow is followed by a slow one, so
 * a forecast that takes each sample for itself is far too sure.  Here the slowness of
 * each stretch of time is a part that lasts (its correlation falls by phi a stretch) and
 * a part that does not; and its mean is known only as well as so few stretches tell.
 */
#include "store/store_facts.h"

struct plan_rate {
	double per_octet, per_message; /* seconds, of one connection */
	/* Logarithm of slowness, by stretch. */
	double stretch;		 /* seconds */
	double lasting, passing; /* variances */
	double phi;
	double mean_error; /* standard error of the mean */
	size_t n;	   /* stretches */
	int64_t octets, messages;
	double seconds; /* measured in all */
};
#define PLAN_RATE_LEAST 8 /* samples; with fewer there is no forecast */
/* Samples in their order.  False: too few, or nothing was moved. */
bool plan_rate_of(const struct rate_sample *v, size_t n, struct plan_rate *out);
double plan_rate_seconds(const struct plan_rate *r, int64_t octets, int64_t messages);

/* Draws without any state of the process: the same seed, the same plan. */
struct plan_dice {
	uint64_t state;
	bool spare;
	double kept;
};
double plan_dice_uniform(struct plan_dice *d); /* 0 <= x < 1 */
double plan_dice_normal(struct plan_dice *d);

/* Ends of plans of that many waves, drawn `runs` times.  A wave of load[i] seconds of
 * work begins at begin[i] (seconds) or when the one before has ended.  p50 and p90 have n
 * places: seconds after which it has ended with that probability. */
void plan_rate_forecast(const struct plan_rate *r, const double *begin,
			const double *load, size_t n, unsigned runs, uint64_t seed,
			double *p50, double *p90);

#endif
