/* SPDX-License-Identifier: MIT */
#include "model/sample.h"

#include <assert.h>
#include <math.h>

#include "base/num.h"

/* Finalizer of splitmix64: every bit of the result depends on every bit of z. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t sample_rank(uint64_t seed, const struct msg_key *key, int64_t date)
{
	uint64_t half[2];

	memcpy(half, key->bytes, sizeof half);
	return mix(mix(mix(mix(seed + 0x9e3779b97f4a7c15u) ^ half[0]) ^ half[1]) ^
		   (uint64_t)date);
}

/* Logarithm of the number of ways to choose k of n. */
static long double choose(int64_t n, int64_t k)
{
	return lgammal((long double)n + 1) - lgammal((long double)k + 1) -
	       lgammal((long double)(n - k) + 1);
}

/* Probability that a sample of `read` holds at most `found` of the `bad` among `all`. */
static long double at_most(int64_t all, int64_t read, int64_t found, int64_t bad)
{
	int64_t least = read - (all - bad);
	long double sum = 0;

	for (int64_t k = least > 0 ? least : 0; k <= found && k <= bad && k <= read; k++)
		sum += expl(choose(bad, k) + choose(all - bad, read - k) -
			    choose(all, read));
	return sum;
}

int64_t sample_bound(int64_t all, int64_t read, int64_t found)
{
	/* A rounding error must not turn exactly 5 % into less. */
	const long double least = (100 - SAMPLE_CONFIDENCE) / 100.0L - 1e-12L;
	int64_t lo = found, hi = all - (read - found);

	assert(0 <= found && found <= read && read <= all);
	if (read == 0)
		return all;
	while (lo < hi) {
		int64_t mid = lo + (hi - lo + 1) / 2;

		if (at_most(all, read, found, mid) >= least)
			lo = mid;
		else
			hi = mid - 1;
	}
	return lo;
}

/* Per cent rounded up to two digits that count: never less than it is. */
static void percent(long double share, char *buf, size_t size)
{
	int digits = share >= 10 ? 0 : share >= 1 ? 1 : share >= 0.1L ? 2 : 3;
	long double unit = powl(10, -digits);

	snprintf(buf, size, "%.*Lf", digits, ceill(share / unit - 1e-9L) * unit);
}

const char *sample_sentence(int64_t all, int64_t read, int64_t found, const char *what,
			    const char *verb, char *buf, size_t size)
{
	char a[32], b[32], c[32], share[32];
	int64_t most;

	num_group(read, a, sizeof a);
	num_group(all, b, sizeof b);
	if (found == 0)
		snprintf(c, sizeof c, "none");
	else
		num_group(found, c, sizeof c);
	if (read == all || read == 0) {
		snprintf(buf, size, "%s of %s read, %s %s", a, b, c, what);
		return buf;
	}
	most = sample_bound(all, read, found);
	/* Fewer than the next number. */
	percent(100.0L * (long double)(most + 1) / (long double)all, share, sizeof share);
	snprintf(buf, size,
		 "%s of %s read, %s %s: with %d %% confidence fewer than %s %% %s", a, b,
		 c, what, SAMPLE_CONFIDENCE, share, verb);
	return buf;
}

const char *sampled_sentence(int64_t all, const struct sampled *s, char *buf, size_t size)
{
	char n[32];
	size_t used;

	buf[0] = '\0';
	if (s->read == 0 || s->read + s->unread > all)
		return buf;
	sample_sentence(all, s->read + s->unread, s->differ + s->unread, "differ", "do",
			buf, size);
	if (s->unread == 0)
		return buf;
	used = strlen(buf);
	snprintf(buf + used, size - used,
		 " (%s of them could not be compared and count as if they did)",
		 num_group(s->unread, n, sizeof n));
	return buf;
}

void sample_lowest_init(struct sample_lowest *s, size_t max)
{
	assert(max > 0 && max <= SAMPLE_MAX);
	*s = (struct sample_lowest){ .max = max };
	s->heap = mem_alloc(max * sizeof *s->heap);
}

void sample_lowest_done(struct sample_lowest *s)
{
	free(s->heap);
	s->heap = NULL;
}

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

void sample_lowest_add(struct sample_lowest *s, uint64_t rank)
{
	size_t i;

	if (s->n < s->max) {
		i = s->n++;
		s->heap[i] = rank;
		for (; i > 0 && s->heap[(i - 1) / 2] < s->heap[i]; i = (i - 1) / 2)
			swap(&s->heap[i], &s->heap[(i - 1) / 2]);
		return;
	}
	if (rank >= s->heap[0])
		return;
	s->heap[0] = rank;
	for (i = 0;;) {
		size_t child = 2 * i + 1;

		if (child >= s->n)
			return;
		if (child + 1 < s->n && s->heap[child + 1] > s->heap[child])
			child++;
		if (s->heap[child] <= s->heap[i])
			return;
		swap(&s->heap[i], &s->heap[child]);
		i = child;
	}
}

uint64_t sample_lowest_limit(const struct sample_lowest *s)
{
	return s->n > 0 ? s->heap[0] : 0;
}
