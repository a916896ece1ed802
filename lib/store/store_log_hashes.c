/* SPDX-License-Identifier: MIT */
#include "store/store_log_hashes.h"

#include <endian.h>

#include "base/be.h"

#define HEAD 8u /* octets: hour, number */

static unsigned high_bits(size_t n)
{
	return n < LOG_HASHES_SOME ? 0 : n < LOG_HASHES_MANY ? 8 : 16;
}

/* Octets of the higher bits of n hashes. */
static size_t high_octets(size_t n)
{
	return (n + ((size_t)1 << high_bits(n)) + 7) / 8;
}

static size_t low_octets(size_t n)
{
	return (LOG_HASH_BITS - high_bits(n)) / 8;
}

void log_hashes_put(struct strbuf *out, int64_t hour, const uint64_t *v, size_t n)
{
	size_t high = high_octets(n), low = low_octets(n), all = HEAD + high + n * low;
	unsigned char *p, *bits;

	strbuf_reserve(out, all + sizeof *v);
	p = (unsigned char *)out->p + out->n;
	out->n += all;
	be_put(p, (uint64_t)hour, 4);
	be_put(p + 4, n, 4);
	bits = p + HEAD;
	memset(bits, 0, high);
	p = bits + high;
	for (size_t i = 0; i < n; i++) {
		/* noughts before it, and ones */
		size_t at = (size_t)(v[i] >> (8 * low)) + i;
		uint64_t be = htobe64(v[i] << (64 - 8 * low));

		bits[at / 8] |= (unsigned char)(1u << at % 8);
		memcpy(p, &be, sizeof be); /* the next one begins within it */
		p += low;
	}
}

bool log_hashes_take(struct span *rest, struct log_hashes *out)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n, all;

	if (rest->n < HEAD)
		return false;
	n = (size_t)be_get(p + 4, 4);
	all = HEAD + high_octets(n) + n * low_octets(n);
	if (rest->n < all)
		return false;
	*out = (struct log_hashes){ .hour = (int64_t)be_get(p, 4),
				    .n = n,
				    .octets = { rest->p, all } };
	*rest = span_from(*rest, all);
	return true;
}

bool log_hashes_read(const struct log_hashes *h, uint64_t *v)
{
	const unsigned char *bits = (const unsigned char *)h->octets.p + HEAD;
	size_t low = low_octets(h->n), most = (size_t)1 << high_bits(h->n), at = 0;
	const unsigned char *p = bits + high_octets(h->n);

	for (size_t i = 0; i < h->n; i++, at++, p += low) {
		while (at - i < most && (bits[at / 8] >> at % 8 & 1) == 0)
			at++;
		if (at - i == most)
			return false;
		v[i] = (uint64_t)(at - i) << (8 * low) | be_get(p, low);
		if (i > 0 && v[i] < v[i - 1])
			return false;
	}
	return true;
}
