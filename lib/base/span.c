/* SPDX-License-Identifier: MIT */
#include "base/span.h"

struct span span_str(const char *s)
{
	return (struct span){ s, s != NULL ? strlen(s) : 0 };
}

/* Eight octets with the letters among them made small. */
static uint64_t lower8(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101), high = each << 7;
	uint64_t w, low, capital;

	memcpy(&w, p, sizeof w);
	/* Without their highest bits no octet is carried into the next. */
	low = w & ~high;
	capital = (low + each * (0x80 - 'A')) & ~(low + each * (0x7f - 'Z')) & ~w & high;
	return w | capital >> 2; /* 0x20 */
}

bool span_ieq(struct span a, struct span b)
{
	size_t i = 0;

	if (a.n != b.n)
		return false;
	for (; i + 8 <= a.n; i += 8)
		if (lower8(a.p + i) != lower8(b.p + i))
			return false;
	for (; i < a.n; i++)
		if (a.p[i] != b.p[i] && span_lower(a.p[i]) != span_lower(b.p[i]))
			return false;
	return true;
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (order == 0)
		return (a.n > b.n) - (a.n < b.n);
	return order < 0 ? -1 : 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span a)
{
	while (a.n > 0 && is_blank(a.p[a.n - 1]))
		a.n--;
	while (a.n > 0 && is_blank(*a.p)) {
		a.p++;
		a.n--;
	}
	return a;
}
