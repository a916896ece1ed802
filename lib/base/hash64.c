/* SPDX-License-Identifier: MIT */
/* Multiply and fold: the product of two words, its halves xored. */
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

static uint64_t half_word(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

/* Words from both ends overlap where there are too few octets for two: the length, which
 * goes in at the end, tells what was there. */
uint64_t hash64(uint64_t key, struct span s)
{
	uint64_t h = key ^ K0, a = 0, b = 0;
	size_t n = s.n;
	const char *p = s.p;

	for (; n > 16; n -= 16, p += 16)
		h = fold(word(p) ^ K1, word(p + 8) ^ h);
	if (s.n >= 16) { /* the last 16, some of them once more */
		a = word(p + n - 16);
		b = word(p + n - 8);
	} else if (n >= 8) {
		a = word(p);
		b = word(p + n - 8);
	} else if (n >= 4) {
		a = half_word(p) | half_word(p + n - 4) << 32;
	} else if (n > 0) {
		a = (uint64_t)(unsigned char)p[0] |
		    (uint64_t)(unsigned char)p[n / 2] << 8 |
		    (uint64_t)(unsigned char)p[n - 1] << 16;
	}
	h = fold(a ^ K1, b ^ h);
	return fold(h ^ K2 ^ (uint64_t)s.n, key ^ K0);
}
