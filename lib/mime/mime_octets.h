/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_OCTETS_H
#define MIME_MIME_OCTETS_H
/*
 * Private to lib/mime: runs of octets of a kind, sixteen octets at a time.  No more than
 * the octets that are given is read.
 */
#include "base/octets.h"
#include "base/span.h"

static inline octets16 text16(octets16 v)
{
	return ((v > 0x1f) & (v < 0x7f)) | (v == '\t');
}

static inline bool mime_is_text_octet(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t';
}

/* How many octets from ' ' to '~', and tabs, there are at the start. */
static inline size_t mime_text_run(struct span s)
{
	size_t i = 0;

	for (octets16 good; i + sizeof good <= s.n; i += sizeof good) {
		good = text16(load16(s.p + i));
		if (!all16(good))
			return i + first16(good);
	}
	while (i < s.n && mime_is_text_octet(s.p[i]))
		i++;
	return i;
}

/* The same; *equals as below. */
static inline size_t mime_text_look(struct span s, bool *equals)
{
	octets16 v, good, found = { 0 };
	size_t i = 0;

	for (; i + sizeof v <= s.n; i += sizeof v) {
		v = load16(s.p + i);
		good = text16(v);
		found |= v == '=';
		if (all16(good))
			continue;
		*equals = bits16(found) != 0;
		return i + first16(good);
	}
	*equals = bits16(found) != 0;
	for (; i < s.n && mime_is_text_octet(s.p[i]); i++)
		*equals |= s.p[i] == '=';
	return i;
}

/* The same, and copies them: no more than s.n octets are written, which may be more than
 * those.  *equals is set where there may be a "=" among them: there is none if it is not.
 */
static inline size_t mime_text_copy(struct span s, char *to, bool *equals)
{
	octets16 v, good, found = { 0 };
	size_t i = 0;

	for (; i + sizeof v <= s.n; i += sizeof v) {
		v = load16(s.p + i);
		good = text16(v);
		found |= v == '=';
		store16(to + i, v);
		if (all16(good))
			continue;
		*equals = bits16(found) != 0;
		return i + first16(good);
	}
	*equals = bits16(found) != 0;
	for (; i < s.n && mime_is_text_octet(s.p[i]); i++) {
		*equals |= s.p[i] == '=';
		to[i] = s.p[i];
	}
	return i;
}

/* Of octets from ' ' to '~' only.  *single: of blanks among them no two stand together.
 */
static inline size_t mime_words_copy(struct span s, char *to, bool *single)
{
	size_t i = 0, n;
	unsigned before = 0; /* was the last octet of the sixteen before a blank? */

	*single = true;
	for (octets16 v; i + sizeof v <= s.n; i += sizeof v) {
		unsigned blanks, good, pairs;

		v = load16(s.p + i);
		store16(to + i, v);
		good = bits16((v > 0x1f) & (v < 0x7f));
		blanks = bits16(v == ' ');
		pairs = blanks & (blanks << 1 | before);
		before = blanks >> 15;
		if (good != ALL16) {
			n = (size_t)__builtin_ctz(~good);
			*single &= (pairs & ((1u << n) - 1)) == 0;
			return i + n;
		}
		*single &= pairs == 0;
	}
	for (; i < s.n && s.p[i] >= ' ' && s.p[i] <= '~'; i++) {
		*single &= before == 0 || s.p[i] != ' ';
		before = s.p[i] == ' ';
		to[i] = s.p[i];
	}
	return i;
}

/* Nothing but text (mime_text_run)? */
bool mime_is_text(const char *p, size_t n);
/* Nothing but digits of base64, and at least sixteen of them? */
bool mime_is_base64(const char *p, size_t n);
/* The same, and copies them whatever they are. */
bool mime_base64_copy(const char *p, size_t n, char *to);
/* How many octets of ASCII there are at the start. */
size_t mime_ascii_run(struct span s);

#endif
