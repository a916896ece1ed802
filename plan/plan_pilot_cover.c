/* SPDX-License-Identifier: MIT */
#include "plan/plan_pilot.h"

static unsigned bits(uint64_t x)
{
	return (unsigned)__builtin_popcountll(x);
}

/* The candidate that has most of what is missing; n: none has any. */
static size_t best(const struct cover_item *v, size_t n, uint64_t missing)
{
	unsigned most = 0;
	size_t at = n;

	for (size_t i = 0; i < n; i++) {
		unsigned brings = bits(v[i].has & missing);

		if (brings > most ||
		    (brings == most && brings > 0 && v[i].octets < v[at].octets)) {
			most = brings;
			at = i;
		}
	}
	return at;
}

/* A choice that the others made needless; n: there is none. */
static size_t needless(const struct cover_item *v, const size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t others = 0;

		for (size_t k = 0; k < n; k++)
			others |= k == i ? 0 : v[order[k]].has;
		if ((v[order[i]].has & ~others) == 0)
			return i;
	}
	return n;
}

size_t plan_pilot_cover(const struct cover_item *v, size_t n, size_t budget,
			size_t *order_out)
{
	uint64_t missing = 0;
	size_t chosen = 0, drop;

	for (size_t i = 0; i < n; i++)
		missing |= v[i].has;
	/* Each round brings one at least, so there are at most 64; what is dropped makes
	 * room for another within the budget. */
	while (missing != 0 && (budget == 0 || chosen < budget)) {
		size_t at = best(v, n, missing);

		order_out[chosen++] = at;
		missing &= ~v[at].has;
		while ((drop = needless(v, order_out, chosen)) < chosen) {
			memmove(order_out + drop, order_out + drop + 1,
				(chosen - drop - 1) * sizeof *order_out);
			chosen--;
		}
	}
	return chosen;
}
