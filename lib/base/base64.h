/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H
/* Base64 (RFC 4648 section 4). */
#include "base/span.h"
#include "base/strbuf.h"

/* Value of one digit, 0 to 63; -1 for any other octet, '=' among them. */
int base64_digit(char c);

/*
 * Append what s stands for; padding may be missing, and is taken at the end only.  False,
 * out unchanged: another octet than a digit in it, or a single digit left over.
 */
bool base64_decode(struct span s, struct strbuf *out) MUST_CHECK;

#endif
