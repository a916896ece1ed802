/* SPDX-License-Identifier: MIT */
#include "plan/plan_bulk.h"

#define UNITS(s) ((uint32_t)((s) / 2))

static int by_time(const void *a, const void *b)
{
	const struct bulk_seen *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many names are among n; work has room for as many. */
static size_t distinct(const struct bulk_seen *v, size_t n, uint32_t *work)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++)
		work[i] = v[i].name;
	if (n > 0)
		qsort(work, n, sizeof *work, by_number);
	for (size_t i = 0; i < n; i++)
		out += i == 0 || work[i] != work[i - 1];
	return out;
}

/* From where to where (*end is behind it) each entry of a run lies among BULK_NAMES or
 * more within BULK_MIN_S; false: there is none from `from` on. */
static bool next_run(const struct bulk_seen *v, size_t n, size_t from, size_t *begin,
		     size_t *end)
{
	size_t behind = from;
	bool found = false;

	for (size_t i = from; i < n; i++) {
		size_t last = i + BULK_NAMES - 1;

		if (found && i >= behind)
			break;
		if (last >= n || v[last].at - v[i].at > UNITS(BULK_MIN_S))
			continue;
		if (!found)
			*begin = i;
		found = true;
		behind = last + 1;
	}
	*end = behind;
	return found;
}

/* Most entries within BULK_HALF_S, from where. */
static size_t densest(const struct bulk_seen *v, size_t n, size_t *at)
{
	size_t from = 0, best = 0;

	for (size_t i = 0; i < n; i++) {
		while (v[i].at - v[from].at > UNITS(BULK_HALF_S))
			from++;
		if (i - from + 1 > best) {
			best = i - from + 1;
			*at = from;
		}
	}
	return best;
}

bool bulk_judge(struct bulk_seen *v, size_t n, struct bulk_found *out)
{
	size_t begin = 0, end = 0, inside = 0, at = 0, k;
	uint32_t *work;
	bool bulk;

	*out = (struct bulk_found){ 0 };
	if (n < BULK_NAMES)
		return false;
	qsort(v, n, sizeof *v, by_time);
	work = mem_alloc(n * sizeof *work);
	while (next_run(v, n, end, &begin, &end)) {
		size_t names = distinct(v + begin, end - begin, work);

		if (names < BULK_NAMES)
			continue; /* few names, by many protocols */
		inside += end - begin;
		if ((int64_t)names > out->names)
			*out = (struct bulk_found){ (int64_t)names,
						    (int64_t)v[begin].at * 2,
						    (int64_t)v[end - 1].at * 2 };
	}
	k = densest(v, n, &at);
	bulk = out->names > 0 && inside * 100 >= n * BULK_SHARE &&
	       distinct(v + at, k, work) * 2 >= distinct(v, n, work);
	free(work);
	return bulk;
}
