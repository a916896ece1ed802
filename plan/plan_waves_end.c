/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "plan/plan_waves_in.h"
#include "store/store_facts.h"
#include "store/store_server.h"

#define SAMPLES_MAX 100000

/* Seconds of a message of which only the header was read. */
static double at_least(const struct rate_sample *v, size_t n)
{
	double messages = 0, seconds = 0;

	for (size_t i = 0; i < n; i++) {
		messages += (double)v[i].messages;
		seconds += (double)v[i].took_ms / 1000;
	}
	return messages > 0 ? seconds / messages : 0;
}

bool waves_measure(struct waves *w, struct err *err)
{
	struct plan_waves_result *r = w->r;
	struct rate_sample *v;
	size_t n;

	r->by = PLAN_RATE_MOVER;
	if (!store_rates_mover(w->st, SAMPLES_MAX, &w->arena, &v, &n, err))
		return false;
	r->samples = n;
	if (plan_rate_of(v, n, &r->rate))
		return true;
	r->by = PLAN_RATE_SCAN;
	if (!store_rates_scan(w->st, SIDE_OLD, SAMPLES_MAX, &w->arena, &v, &n, err))
		return false;
	r->samples = n;
	if (plan_rate_of(v, n, &r->rate))
		return true;
	r->rate = (struct plan_rate){ .per_octet = 1.0 / PLAN_SLOW_OCTETS,
				      .per_message = 1.0 / PLAN_SLOW_MESSAGES };
	r->by = PLAN_RATE_AUDIT;
	if (!store_rates_audit(w->st, SIDE_OLD, SAMPLES_MAX, &w->arena, &v, &n, err))
		return false;
	r->samples = n;
	if (n >= PLAN_RATE_LEAST) {
		double least = at_least(v, n);

		r->per_message_us = (int64_t)ceil(1e6 * least);
		r->rate.per_message = fmax(r->rate.per_message, least);
		return true;
	}
	r->by = PLAN_RATE_ASSUMED;
	r->samples = 0;
	return true;
}

bool plan_rate_is_measured(enum plan_rate_by by)
{
	return by == PLAN_RATE_MOVER || by == PLAN_RATE_SCAN;
}

/* How much less everything takes at the fast rate. */
static double fast_share(const struct waves *w)
{
	struct plan_rate fast = {
		.per_octet = 1.0 / PLAN_FAST_OCTETS,
		.per_message = fmax(1.0 / PLAN_FAST_MESSAGES,
				    (double)w->r->per_message_us / 1e6),
	};
	double slow_s = 0, fast_s = 0;

	for (size_t i = 0; i < w->n; i++) {
		slow_s += w->job[i].seconds;
		fast_s += plan_rate_seconds(&fast, w->job[i].octets, w->job[i].messages);
	}
	return slow_s > 0 ? fast_s / slow_s : 1;
}

static void waves_end(struct waves *w)
{
	struct plan_waves_result *r = w->r;
	struct plan_wave *wave = (struct plan_wave *)r->wave;
	size_t n = r->wave_n;
	double *v = mem_calloc(4 * n + 1, sizeof *v), *begin = v, *load = v + n,
	       *p50 = v + 2 * n, *p90 = v + 3 * n, share = 1;
	int64_t zero = n > 0 ? wave[0].from : 0;

	for (size_t i = 0; i < n; i++) {
		begin[i] = (double)(wave[i].from - zero);
		load[i] = wave[i].busy;
	}
	if (n > 0 && plan_rate_is_measured(r->by))
		plan_rate_forecast(&r->rate, begin, load, n, w->o->runs, w->o->seed, p50,
				   p90);
	else
		share = fast_share(w);
	for (size_t i = 0; i < n; i++) {
		if (!plan_rate_is_measured(r->by)) {
			wave[i].slow = wave[i].from + (int64_t)ceil(wave[i].busy);
			wave[i].fast = wave[i].from + (int64_t)ceil(wave[i].busy * share);
			r->ends_soon = wave[i].fast;
			r->ends_late = wave[i].slow;
			continue;
		}
		wave[i].p50 = zero + (int64_t)ceil(p50[i]);
		wave[i].p90 = zero + (int64_t)ceil(p90[i]);
		r->late += wave[i].p90 > wave[i].to;
		r->ends_soon = wave[i].p50;
		r->ends_late = wave[i].p90;
	}
	free(v);
}

/* ---- what ends before ---- */

static int by_time(const void *a, const void *b)
{
	const struct plan_due *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->what, y->what);
}

static void add_due(struct waves *w, struct plan_due *v, const char *what, int64_t at,
		    bool certificate)
{
	struct plan_waves_result *r = w->r;

	if (at <= 0 || at >= r->ends_late)
		return;
	v[r->due_n++] = (struct plan_due){ .what = what,
					   .at = at,
					   .certificate = certificate,
					   .soon = at < r->ends_soon };
}

static bool dues(struct waves *w, struct err *err)
{
	const struct plan_waves_rules *rules = w->o->rules;
	struct server_known *known[SIDE_COUNT];
	size_t n[SIDE_COUNT], all = rules->expiry_n;
	struct plan_due *v;

	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_servers_now(w->st, (enum side)side, &w->arena, &known[side],
				       &n[side], err))
			return false;
		all += n[side];
	}
	w->r->due = v = arena_alloc(w->r->arena, (all + 1) * sizeof *v);
	for (size_t i = 0; i < rules->expiry_n; i++)
		add_due(w, v, arena_strdup(w->r->arena, rules->expiry[i].what),
			rules->expiry[i].at, false);
	for (int side = 0; side < SIDE_COUNT; side++)
		for (size_t i = 0; i < n[side]; i++)
			add_due(w, v,
				server_cert_title(w->r->arena, &known[side][i].seen),
				known[side][i].seen.cert.not_after, true);
	if (w->r->due_n > 0)
		qsort(v, w->r->due_n, sizeof *v, by_time);
	return true;
}

bool waves_forecast(struct waves *w, struct err *err)
{
	waves_end(w);
	return dues(w, err);
}
