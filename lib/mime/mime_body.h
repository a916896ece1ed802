/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_BODY_H
#define MIME_MIME_BODY_H
/*
 * The canonical body (DESIGN section 5, tier 3), digested as it comes: constant memory at
 * any size.  It survives what servers do to bodies:
 *
 *   - LF, CRLF and any number of CRs before LF (CRCRLF) are one and the same line end;
 *   - line ends at the end of the body do not count, nor does a lone CR there (a server
 * or mover adds a missing last line end, or drops empty lines);
 *   - NUL and 0x80 are alike: Dovecot shows the one as the other.
 *
 * Every other octet counts as it is, 8-bit ones and a lone CR inside a line too.
 */
#include "base/sha256.h"
#include "base/span.h"
#include "model/message.h"

#define MIME_BODY_LINE 1024 /* octets of a line that mime_body_text looks at */

struct mime_body {
	/* results, as sent */
	int64_t octets;
	int64_t crlf, bare_lf, bare_cr; /* line ends; of CRCRLF a bare CR and a CRLF */
	int64_t nuls;			/* octets that IMAP does not allow at all */

	/* private */
	struct sha256_ctx *sha;
	uint64_t lines; /* line ends that count once something follows */
	uint64_t crs;	/* CRs of which nobody knows yet what they are */
	bool last_cr;	/* the octet before this one was a CR */
	size_t run_n;
	char run[3072 + MIME_BODY_LINE]; /* from the front, not digested yet */
};

/* sha is scratch, and the body's alone until mime_body_done. */
void mime_body_init(struct mime_body *b, struct sha256_ctx *sha);
void mime_body_feed(struct mime_body *b, struct span octets);
/*
 * The same in one look, if s begins with a line of text (mime_is_text) with its CRLF and
 * of no more than MIME_BODY_LINE octets with that; only where a line begins.  Returns its
 * octets without CRLF; SIZE_MAX: it does not, and nothing was taken.  *equals_out: there
 * may be a "=" among them; false: there is none.
 */
size_t mime_body_text(struct mime_body *b, struct span s, bool *equals_out);
/* The same if it begins with a line of so many digits of base64 (mime_is_base64). */
bool mime_body_base64(struct mime_body *b, struct span s, size_t n);
/* No more octets.  key: the first 16 octets of SHA-256 over the canonical body; that of
 * an empty one is the same for all empty ones (mime_body_is_empty). */
void mime_body_done(struct mime_body *b, struct msg_key *key);

/* The key of a canonical body without any octet: it recognises nothing. */
bool mime_body_is_empty(const struct msg_key *key);

#endif
