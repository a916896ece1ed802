/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_ACL_H
#define IMAP_IMAP_ACL_H
/* ACL (RFC 4314 section 3.6): who may do what with a mailbox. */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/acl.h"

/*
 * Parse one ACL response; text follows "* ACL ".  *wire_out is the mailbox as sent.  The
 * entries are ordered by identifier; one that comes twice has the rights of both.  All
 * lives in arena; outputs change only on success.  A list without any entry is one.
 * ERR_PROTO for what is outside the grammar, an identifier that is empty or longer than
 * ACL_WHO_MAX, rights other than small letters and digits, more than ACL_RIGHTS_MAX of
 * them, and more than ACL_ENTRIES_MAX entries.
 */
bool imap_acl_parse(struct span text, struct arena *arena, const char **wire_out,
		    const struct acl_entry **entry_out, size_t *n_out,
		    struct err *err) MUST_CHECK;

#endif
