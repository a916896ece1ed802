/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_QUOTA_H
#define IMAP_IMAP_QUOTA_H
/* QUOTA (RFC 2087, RFC 9208 section 5.1): how full a quota root is. */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/limit.h"

#define IMAP_QUOTA_MAX 16 /* resources of one answer */

/*
 * Parse one QUOTA response; text follows "* QUOTA ".  The resources we know go to out,
 * STORAGE as octets (the server counts in 1,024); names live in arena.  Others are
 * skipped.  A root without any limit (Dovecot) gives none.  ERR_PROTO for what is outside
 * the grammar, a number too large to be octets, and more than IMAP_QUOTA_MAX resources.
 */
bool imap_quota_parse(struct span text, struct arena *arena,
		      struct limit out[IMAP_QUOTA_MAX], size_t *n_out,
		      struct err *err) MUST_CHECK;

#endif
