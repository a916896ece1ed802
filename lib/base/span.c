/* SPDX-License-Identifier: MIT */
#include "base/span.h"

struct span span_str(const char *s)
{
	return (struct span){ s, s != NULL ? strlen(s) : 0 };
}

bool span_ieq(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.p[i] != b.p[i] && span_lower(a.p[i]) != span_lower(b.p[i]))
			return false;
	return true;
}

bool span_ieq_str(struct span a, const char *s)
{
	return span_ieq(a, span_str(s));
}

bool span_istarts(struct span a, const char *prefix)
{
	struct span want = span_str(prefix);

	return a.n >= want.n && span_ieq((struct span){ a.p, want.n }, want);
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
