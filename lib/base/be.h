/* SPDX-License-Identifier: MIT */
#ifndef BASE_BE_H
#define BASE_BE_H
/* Unsigned numbers of up to eight octets, the highest first, wherever they lie. */
#include "base/base.h"

static inline uint64_t be_get(const void *from, size_t octets)
{
	const unsigned char *p = from;
	uint64_t v = 0;

	while (octets-- > 0)
		v = v << 8 | *p++;
	return v;
}

static inline void be_put(void *to, uint64_t v, size_t octets)
{
	unsigned char *p = to;

	while (octets-- > 0)
		*p++ = (unsigned char)(v >> (8 * octets) & 255);
}

#endif
