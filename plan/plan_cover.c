/* SPDX-License-Identifier: MIT */
/*
 * From when to when do the logs prove silence?  Where the log of every host that ever
 * logged a login is whole, and every beat of ours was seen in it.
 */
#include "plan/plan_use.h"

#define JOINT	  7200 /* seconds between two spans of a host that no line needs to fill */
#define LAG	  7200 /* by which the logs of hosts may end apart */
#define BEAT_SLOW 600  /* by which the log may end after a beat without showing it */

struct cover {
	struct arena *arena;
	struct use_cover *out;
	size_t cap;
};

static void gap(struct cover *c, struct span host, int64_t from, int64_t to,
		const char *why)
{
	struct use_cover *o = c->out;

	if (o->gap_n == c->cap) {
		struct use_gap *more;

		c->cap = c->cap == 0 ? 16 : c->cap * 2;
		more = arena_alloc(c->arena, c->cap * sizeof *more);
		if (o->gap_n > 0)
			memcpy(more, o->gap, o->gap_n * sizeof *more);
		o->gap = more;
	}
	o->gap[o->gap_n++] = (struct use_gap){ arena_span(c->arena, host), from, to,
					       why };
}

/* Spans of one host, ascending. */
static void host_gaps(struct cover *c, const struct log_span_seen *v, size_t n,
		      int64_t from)
{
	int64_t at = from;

	for (size_t i = 0; i < n; i++) {
		if (v[i].last < from)
			continue;
		if (v[i].first > at + JOINT)
			gap(c, v[i].host, at, v[i].first,
			    i == 0 ? "no log goes back that far" : "a log is missing");
		at = v[i].last > at ? v[i].last : at;
	}
	if (at + LAG < c->out->last)
		gap(c, v[0].host, at, c->out->last, "the log ends earlier");
}

static bool tells(const struct log_span_seen *v, bool deliveries)
{
	return deliveries ? v->deliveries : v->logins;
}

static bool cover(struct store *st, enum side side, bool deliveries, int64_t from,
		  struct arena *arena, struct use_cover *out, struct err *err)
{
	struct cover c = { .arena = arena, .out = out };
	struct log_span_seen *v = NULL;
	struct beat_seen *beat = NULL;
	size_t n = 0, beat_n = 0;

	*out = (struct use_cover){ 0 };
	if (!store_log_spans(st, side, arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!tells(&v[i], deliveries))
			continue;
		out->first = !out->any || v[i].first < out->first ? v[i].first
								  : out->first;
		out->last = v[i].last > out->last ? v[i].last : out->last;
		out->any = true;
	}
	if (!out->any)
		return true;
	if (!store_beats(st, side, from, arena, &beat, &beat_n, err))
		return false;
	for (size_t i = 0, end; i < n; i = end) {
		end = i + 1;
		while (end < n && span_eq(v[end].host, v[i].host))
			end++;
		if (tells(&v[i], deliveries))
			host_gaps(&c, &v[i], end - i, from);
	}
	for (size_t i = 0; i < beat_n; i++)
		if (!beat[i].seen && beat[i].at >= out->first &&
		    beat[i].at + BEAT_SLOW <= out->last)
			gap(&c, (struct span){ "", 0 }, beat[i].at, beat[i].at + 3600,
			    "a beat is missing");
	return true;
}

bool plan_use_cover(struct store *st, enum side side, int64_t from, struct arena *arena,
		    struct use_cover *out, struct err *err)
{
	return cover(st, side, false, from, arena, out, err);
}

bool plan_use_cover_deliveries(struct store *st, enum side side, int64_t from,
			       struct arena *arena, struct use_cover *out,
			       struct err *err)
{
	return cover(st, side, true, from, arena, out, err);
}
