/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_FETCH_H
#define IMAP_IMAP_FETCH_H
/* One FETCH response (RFC 3501 section 7.4.2). */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* Which items a response carried. */
enum {
	IMAP_HAS_UID = 1 << 0,
	IMAP_HAS_FLAGS = 1 << 1,
	IMAP_HAS_DATE = 1 << 2,
	IMAP_HAS_SIZE = 1 << 3,
	IMAP_HAS_HEADER = 1 << 4, /* BODY[HEADER.FIELDS (...)] or BODY[HEADER] */
	IMAP_HAS_ENVELOPE = 1 << 5,
	IMAP_HAS_MODSEQ = 1 << 6,
	IMAP_HAS_BODY = 1 << 7, /* BODY[] */
	IMAP_HAS_GMAIL_ID = 1 << 8,	/* X-GM-MSGID */
	IMAP_HAS_GMAIL_LABELS = 1 << 9, /* X-GM-LABELS */
};

#define IMAP_LABELS_MAX	  256 /* per message; more is ERR_LIMIT */
#define IMAP_KEYWORDS_MAX 512 /* per message; more is ERR_LIMIT */

/* Borrowed spans point into the text; strings with escapes live in the arena. */
struct imap_fetch {
	unsigned has; /* IMAP_HAS_* */
	uint32_t seq, uid;
	unsigned flags; /* MSG_* of model/message.h; \Recent dropped */
	size_t keyword_n;
	struct span *keywords; /* in arena, of borrowed ones; ascending, no doubles */
	int64_t date;	       /* MSG_DATE_UNKNOWN when absent, NIL or no date */
	int64_t octets;	       /* RFC822.SIZE; -1 when absent */
	int64_t modseq;	       /* -1 when absent */
	struct span header;    /* header block of the section, borrowed */
	bool header_nil;       /* the section came as NIL */
	struct span body;      /* of BODY[], borrowed; empty when it went to a sink */
	bool body_nil;
	struct span envelope_id; /* ENVELOPE's message-id, borrowed, still folded */
	bool envelope_id_nil;
	uint64_t gmail_id; /* X-GM-MSGID: 64 bits, without a sign */
	size_t label_n;
	struct span *labels; /* in arena; borrowed, or without their escapes; as sent */
};

/*
 * text follows "* N FETCH ".  Items in any order (Cyrus sends FLAGS before UID), quoted
 * field names (Courier), unknown items skipped, among them a part of a header
 * ("BODY[HEADER]<0>").  An item that comes twice: ERR_PROTO.  A FETCH answer may lack
 * what was asked for: the caller looks at has.  On failure *out is untouched.
 */
bool imap_fetch_parse(uint32_t seq, struct span text, struct arena *arena,
		      struct imap_fetch *out, struct err *err) MUST_CHECK;

#endif
