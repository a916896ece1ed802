/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_DEFLATE_H
#define IMAP_IMAP_DEFLATE_H
/* COMPRESS=DEFLATE (RFC 4978): a transport inside another one. */
#include "imap/imap_io.h"

struct imap_deflate;

/* inner is copied.  already: octets that were read behind the answer to COMPRESS; they
 * are packed.  io_out is what the session uses from now on. */
struct imap_deflate *imap_deflate_new(const struct imap_io *inner, struct span already,
				      struct imap_io *io_out) MUST_CHECK;
void imap_deflate_free(struct imap_deflate *d);
/* Octets on the wire; what came already is not among them. */
int64_t imap_deflate_in(const struct imap_deflate *d);
int64_t imap_deflate_out(const struct imap_deflate *d);

#endif
