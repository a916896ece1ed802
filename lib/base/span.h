/* SPDX-License-Identifier: MIT */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H
/* Borrowed bytes with a length.  Parsers take these and never look for a NUL. */
#include "base/base.h"

struct span {
	const char *p; /* may be NULL only when n is 0 */
	size_t n;
};

/* clang-format off */
#define SPAN_LIT(s)  ((struct span){ "" s, sizeof(s) - 1 })
#define SPAN_INIT(s) { "" s, sizeof(s) - 1 } /* the same in static tables */
/* clang-format on */

/* ASCII letters only, whatever the locale. */
static inline char span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
struct span span_str(const char *s); /* NULL gives the empty span */
static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
bool span_ieq(struct span a, struct span b); /* ASCII letters without regard to case */
/* The same; most words differ in their length. */
static inline bool span_ieq_str(struct span a, const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	return a.n == n && span_ieq(a, (struct span){ s, n });
}
static inline bool span_istarts(struct span a, const char *prefix)
{
	size_t n = prefix != NULL ? strlen(prefix) : 0;

	return a.n >= n && span_ieq((struct span){ a.p, n }, (struct span){ prefix, n });
}
static inline bool span_eq_str(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.n == n && (n == 0 || memcmp(a.p, s, n) == 0);
}
int span_cmp(struct span a, struct span b); /* octet order, shorter first; -1, 0, 1 */
/* Cut blanks (space, tab, CR, LF) at both ends. */
struct span span_trim(struct span a);
/* Bytes from offset on; empty when offset is past the end. */
static inline struct span span_from(struct span a, size_t offset)
{
	if (offset == 0)
		return a;
	if (offset >= a.n)
		return (struct span){ "", 0 };
	return (struct span){ a.p + offset, a.n - offset };
}
/* Index of byte c, or -1. */
static inline ptrdiff_t span_index(struct span a, char c)
{
	const char *hit = a.n > 0 ? (const char *)memchr(a.p, c, a.n) : NULL;

	return hit != NULL ? hit - a.p : -1;
}

#endif
