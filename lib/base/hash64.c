/* SPDX-License-Identifier: MIT */
/* Multiply and fold: the product of two words, its halves xored; every octet goes into
 * both. */
#include "base/hash64.h"

__extension__ typedef unsigned __int128 wide;

#define K0 UINT64_C(0x9e3779b97f4a7c15)
#define K1 UINT64_C(0xd6e8feb86659fd93)
#define K2 UINT64_C(0xc2b2ae3d27d4eb4f)

static uint64_t fold(uint64_t a, uint64_t b)
{
	wide p = (wide)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Little-endian whatever the machine. */
static uint64_t word(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

uint64_t hash64_mix(uint64_t a, uint64_t b)
{
	return fold(a ^ K1, b ^ K2);
}

uint64_t hash64(uint64_t key, struct span s)
{
	uint64_t h = fold(key ^ K0, K1), h2 = h ^ K2;
	size_t n = s.n;
	const char *p = s.p;
	char tail[16] = { 0 };

	while (n >= 16) {
		h = fold(word(p) ^ K1 ^ h2, word(p + 8) ^ h);
		h2 += h ^ K0;
		p += 16;
		n -= 16;
	}
	if (n > 0)
		memcpy(tail, p, n);
	h = fold(word(tail) ^ K1 ^ h2, word(tail + 8) ^ h);
	return fold(h ^ K2 ^ (uint64_t)s.n, h2 ^ K0 ^ key);
}
