/* SPDX-License-Identifier: MIT */
#include "plan/plan_rate.h"

#include <math.h>

#define STRETCHES_MAX 512
#define PHI_MAX	      0.98

double plan_dice_uniform(struct plan_dice *d)
{
	/* SplitMix64 (Steele, Lea and Flood 2014). */
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

double plan_dice_normal(struct plan_dice *d)
{
	double u, v, s;

	if (d->spare) {
		d->spare = false;
		return d->kept;
	}
	do {
		u = 2 * plan_dice_uniform(d) - 1;
		v = 2 * plan_dice_uniform(d) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s == 0);
	s = sqrt(-2 * log(s) / s);
	d->spare = true;
	d->kept = v * s;
	return u * s;
}

double plan_rate_seconds(const struct plan_rate *r, int64_t octets, int64_t messages)
{
	return r->per_octet * (double)octets + r->per_message * (double)messages;
}

/* Seconds by octets and by messages, least squares, neither below nothing. */
static void fit(const struct rate_sample *v, size_t n, struct plan_rate *r)
{
	double oo = 0, om = 0, mm = 0, ot = 0, mt = 0, det, o, m, said = 0;

	for (size_t i = 0; i < n; i++) {
		double x = (double)v[i].octets, y = (double)v[i].messages,
		       t = (double)v[i].took_ms / 1000;

		oo += x * x, om += x * y, mm += y * y, ot += x * t, mt += y * t;
	}
	det = oo * mm - om * om;
	o = det > 1e-6 * oo * mm ? (ot * mm - mt * om) / det : -1;
	m = det > 1e-6 * oo * mm ? (mt * oo - ot * om) / det : -1;
	if (o < 0 || m < 0) { /* one of them alone tells it */
		bool by_octets = m < 0 || oo > 0;

		o = by_octets && oo > 0 ? ot / oo : 0;
		m = by_octets && oo > 0 ? 0 : mm > 0 ? mt / mm : 0;
	}
	r->per_octet = o;
	r->per_message = m;
	/* In all it must be what it was. */
	for (size_t i = 0; i < n; i++)
		said += plan_rate_seconds(r, v[i].octets, v[i].messages);
	if (said > 0) {
		r->per_octet *= r->seconds / said;
		r->per_message *= r->seconds / said;
	}
}

/* Logarithms of slowness of stretches of about equal time; returns how many. */
static size_t stretches(const struct rate_sample *v, size_t n, struct plan_rate *r,
			double *out)
{
	size_t most = n < STRETCHES_MAX ? n : STRETCHES_MAX, k = 0;
	double took = 0, said = 0;

	r->stretch = r->seconds / (double)most;
	for (size_t i = 0; i < n; i++) {
		took += (double)v[i].took_ms / 1000;
		said += plan_rate_seconds(r, v[i].octets, v[i].messages);
		if (took < r->stretch * 0.75 || k == STRETCHES_MAX)
			continue;
		out[k++] = log(took / (said > 0 ? said : took));
		took = said = 0;
	}
	if (k > 0)
		r->stretch = r->seconds / (double)k;
	return k;
}

static double lag(const double *x, size_t n, double mean, size_t by)
{
	double sum = 0;

	for (size_t i = by; i < n; i++)
		sum += (x[i] - mean) * (x[i - by] - mean);
	return sum / (double)(n - by);
}

/* The part that lasts is what the covariances at lags beyond none show. */
static void wander(const double *x, size_t n, struct plan_rate *r)
{
	double mean = 0, var, c1, c2, c3, sum;

	for (size_t i = 0; i < n; i++)
		mean += x[i] / (double)n;
	var = lag(x, n, mean, 0);
	c1 = lag(x, n, mean, 1);
	c2 = lag(x, n, mean, 2);
	c3 = lag(x, n, mean, 3);
	r->phi = c1 > 0 && c2 > 0 ? (c2 + fmax(c3, 0)) / (c1 + c2) : 0;
	r->phi = fmin(r->phi, PHI_MAX);
	r->lasting = r->phi > 0 ? fmin(c1 / r->phi, var) : 0;
	/* Sums vary by 1 + 2 phi + ...; the mean of what was seen is one of them, which
	 * makes its own variance look smaller than it is. */
	sum = r->lasting * (1 + r->phi) / (1 - r->phi) + (var - r->lasting);
	sum /= (double)n;
	r->passing = var - r->lasting;
	r->lasting += r->lasting > 0 ? sum : 0;
	r->mean_error = sqrt(sum);
}

bool plan_rate_of(const struct rate_sample *v, size_t n, struct plan_rate *out)
{
	double x[STRETCHES_MAX];
	struct plan_rate r = { 0 };

	for (size_t i = 0; i < n; i++) {
		r.octets += v[i].octets;
		r.messages += v[i].messages;
		r.seconds += (double)v[i].took_ms / 1000;
	}
	if (n < PLAN_RATE_LEAST || r.octets <= 0 || r.seconds <= 0)
		return false;
	fit(v, n, &r);
	r.n = stretches(v, n, &r, x);
	if (r.n < PLAN_RATE_LEAST)
		return false;
	wander(x, r.n, &r);
	*out = r;
	return true;
}

/* One course of things: ends of all waves. */
static void one_run(const struct plan_rate *r, const double *begin, const double *load,
		    size_t n, struct plan_dice *d, double *end)
{
	/* Over stretches of equal time the mean of 1 / slowness is 1: as much was done in
	 * all as was done. */
	double mean = r->mean_error * plan_dice_normal(d) + (r->lasting + r->passing) / 2,
	       state = sqrt(r->lasting) * plan_dice_normal(d),
	       push = sqrt(r->lasting * (1 - r->phi * r->phi)), now = 0;

	for (size_t i = 0; i < n; i++) {
		double left = load[i];

		if (begin[i] > now) {
			/* What lasted is forgotten over a long pause. */
			double steps = (begin[i] - now) / r->stretch,
			       keep = pow(r->phi, fmin(steps, 1e6));

			state = keep * state + sqrt(r->lasting * (1 - keep * keep)) *
						       plan_dice_normal(d);
			now = begin[i];
		}
		while (left > 0) {
			double slow = exp(mean + state +
					  sqrt(r->passing) * plan_dice_normal(d)),
			       done = r->stretch / slow;

			if (done >= left) {
				now += left * slow;
				break;
			}
			left -= done;
			now += r->stretch;
			state = r->phi * state + push * plan_dice_normal(d);
		}
		end[i] = now;
	}
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void plan_rate_forecast(const struct plan_rate *given, const double *begin,
			const double *load, size_t n, unsigned runs, uint64_t seed,
			double *p50, double *p90)
{
	struct plan_dice dice = { .state = seed };
	struct plan_rate r = *given;
	double *end = mem_calloc((size_t)runs * n + 1, sizeof *end),
	       *sorted = mem_calloc(runs + 1, sizeof *sorted), total = 0;

	for (size_t i = 0; i < n; i++)
		total += load[i];
	/* Longer steps for long plans: what lasts longer than one is kept. */
	if (total / r.stretch > 2000) {
		double by = total / r.stretch / 2000, phi = r.phi;

		r.phi = pow(phi, by);
		r.passing = r.passing / by +
			    r.lasting * fmax(0, (1 + phi) / (1 - phi) / by -
							(1 + r.phi) / (1 - r.phi));
		r.stretch *= by;
	}
	for (unsigned k = 0; k < runs; k++)
		one_run(&r, begin, load, n, &dice, end + (size_t)k * n);
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < runs; k++)
			sorted[k] = end[(size_t)k * n + i];
		qsort(sorted, runs, sizeof *sorted, by_value);
		p50[i] = sorted[runs / 2];
		p90[i] = sorted[runs * 9 / 10];
	}
	free(end);
	free(sorted);
}
