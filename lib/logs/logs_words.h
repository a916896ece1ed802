/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_WORDS_H
#define LOGS_LOGS_WORDS_H
/* Private to lib/logs: the little words in which the scanners are written. */
#include "base/octets.h"
#include "base/span.h"

/* Eight octets at p, as they lie there. */
static inline uint64_t log_word_at(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Never reads past a span; an empty span where nothing is found. */
static inline bool log_starts(struct span s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p, lit, n) == 0;
}
/* Are these n octets, 8 or more, the same? */
static inline bool log_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y, diff = 0;

	for (size_t i = 0; i + 8 < n; i += 8) {
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		diff |= x ^ y;
	}
	memcpy(&x, a + n - 8, sizeof x);
	memcpy(&y, b + n - 8, sizeof y);
	return (diff | (x ^ y)) == 0;
}
/* Octets before the first of these two in s; s.n: there is none. */
static inline size_t log_upto_either(struct span s, char a, char b)
{
	size_t n = 0;

	for (; n + sizeof(octets16) <= s.n; n += sizeof(octets16)) {
		octets16 v = load16(s.p + n);
		unsigned found = bits16((v == a) | (v == b));

		if (found != 0)
			return n + (size_t)__builtin_ctz(found);
	}
	while (n < s.n && s.p[n] != a && s.p[n] != b)
		n++;
	return n;
}
static inline size_t log_upto_one(struct span s, char c)
{
	return log_upto_either(s, c, c);
}
/* How many of these eight octets are digits, from the front. */
static inline size_t log_digits8(const char *p)
{
	size_t n = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t x = log_word_at(p) ^ UINT64_C(0x3030303030303030);

	x = (x | (x + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
	n = x != 0 ? (size_t)__builtin_ctzll(x) / 8 : 8;
#else
	while (n < 8 && p[n] >= '0' && p[n] <= '9')
		n++;
#endif
	return n;
}
/* Take lit off the front. */
static inline bool log_eat(struct span *s, const char *lit)
{
	size_t n = strlen(lit);

	if (s->n < n || memcmp(s->p, lit, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}
/* Index of lit in s, or -1; the last one.  By the first octet: memmem sets up a table at
 * each call, which costs more than a line takes. */
static inline ptrdiff_t log_find(struct span s, const char *lit)
{
	size_t n = strlen(lit);
	const char *p = s.p, *end;

	if (s.n < n || n == 0)
		return n == 0 ? 0 : -1;
	end = s.p + s.n - n + 1;
	while (p < end && (p = memchr(p, lit[0], (size_t)(end - p))) != NULL) {
		if (n == 1 || (p[1] == lit[1] && memcmp(p, lit, n) == 0))
			return p - s.p;
		p++;
	}
	return -1;
}
ptrdiff_t log_find_last(struct span s, const char *lit);
static inline bool log_has(struct span s, const char *lit)
{
	return log_find(s, lit) >= 0;
}
static inline bool log_ends(struct span s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p + s.n - n, lit, n) == 0;
}
static inline struct span log_upto(struct span s, size_t n)
{
	return (struct span){ s.p, n < s.n ? n : s.n };
}
static inline void log_blanks(struct span *s)
{
	while (s->n > 0 && s->p[0] == ' ') {
		s->p++;
		s->n--;
	}
}
static inline bool log_digit(char c)
{
	return c >= '0' && c <= '9';
}
/* Octets of the dotted quad with which s begins; 0: it does not. */
size_t log_v4(struct span s);
/* Up to the next blank, which is taken too. */
struct span log_word(struct span *s);
/* An address without brackets, port and "::ffff:"; empty when s is none. */
struct span log_address(struct span s);
/* The address in the last "[...]" of s that holds one. */
struct span log_bracket_last(struct span s);
/* The value behind key (", rip=") up to the next comma or blank, or the end. */
static inline struct span log_value(struct span s, const char *key)
{
	ptrdiff_t at = log_find(s, key);

	if (at < 0)
		return (struct span){ s.p, 0 };
	s = span_from(s, (size_t)at + strlen(key));
	return log_upto(s, log_upto_either(s, ',', ' '));
}
/* The tag of a process is this word: the whole, or behind the last slash. */
struct span log_base(struct span tag);

#endif
