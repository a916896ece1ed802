/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_OCTETS_H
#define MIME_MIME_OCTETS_H
/* Private to lib/mime: sixteen octets at a time. */
#include "base/base.h"

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

/* All bits of all sixteen. */
static inline bool all16(octets16 v)
{
	uint64_t w[2];

	memcpy(w, &v, sizeof w);
	return (w[0] & w[1]) == UINT64_MAX;
}

/* Of all that are not all bits, the first; 16: there is none. */
static inline size_t first16(octets16 v)
{
	size_t i = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t w[2];

	memcpy(w, &v, sizeof w);
	if (w[0] != UINT64_MAX)
		i = (size_t)__builtin_ctzll(~w[0]) / 8;
	else
		i = w[1] != UINT64_MAX ? 8 + (size_t)__builtin_ctzll(~w[1]) / 8 : 16;
#else
	while (i < 16 && v[i] != 0)
		i++;
#endif
	return i;
}

static inline octets16 text16(octets16 v)
{
	return ((v > 0x1f) & (v < 0x7f)) | (v == '\t');
}

#endif
