/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_UTF7_H
#define IMAP_IMAP_UTF7_H
/* Modified UTF-7 of mailbox names (RFC 3501 section 5.1.3). */
#include "base/span.h"
#include "base/strbuf.h"

/* Append the UTF-8 form.  False, out unchanged: not valid modified UTF-7 (bad base64,
 * lone surrogate, 8-bit octet, superfluous shift, printable ASCII or NUL inside base64).
 * Other controls may be in it: text_show before showing. */
bool imap_utf7_decode(struct span wire, struct strbuf *out) MUST_CHECK;
/* Append the modified UTF-7 form of valid UTF-8 without NUL; false, out unchanged, on
 * anything else. */
bool imap_utf7_encode(struct span utf8, struct strbuf *out) MUST_CHECK;

#endif
