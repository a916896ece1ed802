/* SPDX-License-Identifier: MIT */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H
/* UTF-8: checking, normal form, and what may be shown on a terminal. */
#include "base/arena.h"
#include "base/span.h"
#include "base/strbuf.h"

/* Octets of the first character of s, which goes to *out; 0 when s is empty or does not
 * begin with UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, no overlong form). */
size_t text_decode(struct span s, uint32_t *out);
/* Line and column of octet at, from 1 and in characters, for messages. */
void text_position(struct span s, size_t at, size_t *line, size_t *column);
bool text_is_utf8(struct span s);
/* s begins with U+FFFE or U+FFFF: UTF-8, but neither XML nor HTML.  Three octets. */
bool text_is_noncharacter(struct span s);
/* Appends s with U+FFFD for each octet that is not UTF-8. */
void text_scrub(struct strbuf *out, struct span s);
/* Unicode NFC by utf8proc.  s must be valid UTF-8; what utf8proc refuses is returned
 * unchanged. */
char *text_nfc(struct arena *arena, struct span s) MUST_CHECK;
/* Full case folding and NFC (utf8proc), for finding names that differ in case only;
 * likewise. */
char *text_fold(struct arena *arena, struct span s) MUST_CHECK;
/*
 * For messages and terminals: controls, line and paragraph separators, bidi controls
 * (U+061C, U+200E/F, U+202A-E, U+2066-9) and U+FEFF become \u{NNNN}, or \xNN where they
 * are ASCII; octets that are not UTF-8 become \xNN.  Backslash stays, so showing twice is
 * showing once.  At most max columns of output (0: no limit), cut in the middle with an
 * ellipsis.
 */
void text_show(struct strbuf *out, struct span s, size_t max);
/* The same into buf, which is returned: at most size - 1 octets (size at least 4) and a
 * NUL, cut at the end, between characters, with an ellipsis.  A limit of columns bounds
 * no octets: marks have no width. */
const char *text_show_buf(char *buf, size_t size, struct span s);
const char *text_shown(struct arena *arena, struct span s); /* the same, no limit */
/* arg as one word of a shell, in quotes where it needs them. */
void text_argument(struct strbuf *out, const char *arg);
size_t text_width(struct span s); /* columns on a terminal, once shown */

#endif
