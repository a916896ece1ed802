/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_LIST_H
#define IMAP_IMAP_LIST_H
/* LIST, LSUB (RFC 3501, RFC 5258) and STATUS (RFC 3501 section 7.2.4, RFC 7162, RFC
 * 7889, RFC 8438). */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/folder.h"

struct imap_cur;

/*
 * Parse one LIST response ("mailbox-list" of RFC 3501 section 9).  text follows the
 * keyword and its blank.  On success *out is filled; wire and name live in arena.  An
 * unknown attribute is dropped.  A name with a NUL, CR or LF, or of more than
 * IMAP_NAME_MAX octets, is ERR_PROTO.  A name that is not valid modified UTF-7 keeps its
 * octets in name, escaped by text_show rules, and is no error (Courier with UTF-8 on
 * disk).  rev2: the server speaks IMAP4rev2 alone (imap_is_rev2), whose names are UTF-8;
 * what is none is likewise kept.
 */
#define IMAP_NAME_MAX 4096
bool imap_list_parse(struct span text, bool rev2, struct arena *arena, struct folder *out,
		     struct err *err) MUST_CHECK;

/* Parse one STATUS response; text follows "* STATUS ".  Unknown items are skipped, even
 * when their value is garbage up to the next blank or ')' (Cyrus 3.6.1 MAILBOXID).
 * wire_out lives in arena. */
bool imap_status_parse(struct span text, struct arena *arena, const char **wire_out,
		       struct folder_state *out, struct err *err) MUST_CHECK;

/* The next value of c as a mailbox name, in its arena; a mistake unless it is one of at
 * most IMAP_NAME_MAX octets without NUL, CR and LF. */
const char *imap_take_mailbox(struct imap_cur *c);

#endif
