/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_HEADER_H
#define MIME_MIME_HEADER_H
/*
 * The fields of a header block, as octets.  Nothing is copied, nothing is decoded, and a
 * block of any shape is walked in one pass: a line that is no field is passed over
 * together with its continuations.
 */
#include "base/span.h"

/* What may stand where a header is folded. */
static inline bool mime_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* 8-bit octets become X, as Cyrus makes them on APPEND; NUL too: Dovecot shows it as
 * 0x80. */
static inline char mime_munged(char c)
{
	return c == '\0' || (unsigned char)c >= 0x80 ? 'X' : c;
}

struct mime_field {
	struct span name;  /* without colon or blanks before it (RFC 5322 section 4.5) */
	struct span value; /* raw: folds inside, blanks at both ends */
};

/*
 * Take the next field off the front of *rest.  Lines end with CRLF or LF.  False at the
 * empty line that ends a header, or at the end of the octets; *rest is empty then.
 */
bool mime_field_next(struct span *rest, struct mime_field *out) MUST_CHECK;

/* A name as the macros of mime_identity.h spell it, in any case. */
bool mime_field_is(const struct mime_field *f, const char *name);

/*
 * Unfold: each run of space, tab, CR and LF becomes one blank, none at the ends.  out has
 * room for value.n octets; returns how many were written.
 */
size_t mime_unfold(struct span value, char *out);

#endif
