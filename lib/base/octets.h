/* SPDX-License-Identifier: MIT */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H
/* Sixteen octets at a time, on any processor; comparisons give all bits or none of each.
 */
#include <endian.h>

#include "base/base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef int8_t octets16 __attribute__((vector_size(16)));

static inline octets16 load16(const char *p)
{
	octets16 v;

	memcpy(&v, p, sizeof v);
	return v;
}

static inline void store16(char *to, octets16 v)
{
	memcpy(to, &v, sizeof v);
}

/* The highest bit of each of eight octets as they lie in memory, the first lowest. */
static inline unsigned bits8(uint64_t v)
{
	/* Each goes to a place of its own, and none is carried into another one. */
	return (unsigned)((le64toh(v) >> 7 & UINT64_C(0x0101010101010101)) *
				  UINT64_C(0x0102040810204080) >>
			  56);
}

/* The same of sixteen; for any processor. */
static inline unsigned bits16_anywhere(octets16 v)
{
	uint64_t w[2];

	memcpy(w, &v, sizeof w);
	return bits8(w[0]) | bits8(w[1]) << 8;
}

static inline unsigned bits16(octets16 v)
{
#ifdef __SSE2__
	return (unsigned)_mm_movemask_epi8((__m128i)v);
#else
	return bits16_anywhere(v);
#endif
}

#define ALL16 0xffffu

/* All bits of all sixteen, each of which has all or none. */
static inline bool all16(octets16 v)
{
	return bits16(v) == ALL16;
}

/* Of all that are not all bits, the first; 16: there is none. */
static inline size_t first16(octets16 v)
{
	return (size_t)__builtin_ctz(~bits16(v) | 1u << 16);
}

#endif
