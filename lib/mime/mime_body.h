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
	char run[4096];
	size_t run_n;
};

/* sha is scratch, and the body's alone until mime_body_done. */
void mime_body_init(struct mime_body *b, struct sha256_ctx *sha);
void mime_body_feed(struct mime_body *b, struct span octets);
/* The same for one whole line, given without its CRLF: only where a line begins, and of a
 * line without CR, LF and NUL. */
void mime_body_line(struct mime_body *b, struct span line);
/* No more octets.  key: the first 16 octets of SHA-256 over the canonical body; that of
 * an empty one is the same for all empty ones (mime_body_is_empty). */
void mime_body_done(struct mime_body *b, struct msg_key *key);

/* The key of a canonical body without any octet: it recognises nothing. */
bool mime_body_is_empty(const struct msg_key *key);

#endif
