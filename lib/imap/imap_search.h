/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_SEARCH_H
#define IMAP_IMAP_SEARCH_H
/*
 * SEARCH (RFC 3501 section 7.2.5), ESEARCH (RFC 4731) and the sequence sets that ESEARCH
 * and VANISHED (RFC 7162) carry. Numbers go to a callback as ranges, so that three
 * million of them need no memory here.
 */
#include "base/err.h"
#include "base/span.h"

/* lo to hi, 1 <= lo <= hi, in the order in which the server sent them.  False stops the
 * parse. */
typedef bool imap_on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err);

/* "1:5,7".  A reversed range (5:1) is legal and is turned round; "*" and 0 are ERR_PROTO,
 * as is an empty set. */
bool imap_set_parse(struct span set, imap_on_range *fn, void *ctx,
		    struct err *err) MUST_CHECK;

/* text follows "* VANISHED ", of RFC 7162 section 3.2.10: uids that are no more. earlier:
 * they went before the folder was opened, and EXISTS does not count them. */
bool imap_vanished_parse(struct span text, bool *earlier_out, imap_on_range *fn,
			 void *ctx, struct err *err) MUST_CHECK;

/*
 * text follows "* SEARCH", of a whole response or of one piece.  Neighbours are joined
 * into one range.  "(MODSEQ 917)" at the end is taken and dropped.
 */
bool imap_search_parse(struct span text, imap_on_range *fn, void *ctx,
		       struct err *err) MUST_CHECK;

struct imap_esearch {
	struct span tag; /* of the command it answers, borrowed; empty when not told */
	bool uid;	 /* numbers are UIDs */
	bool all;	 /* there was an ALL: without one nothing matched */
	int64_t count;	 /* COUNT; -1 when not told */
};
/* text follows "* ESEARCH", of a whole response or of one piece.  Ranges of ALL go to fn;
 * other return data but COUNT are skipped.  On failure *out is untouched. */
bool imap_esearch_parse(struct span text, struct imap_esearch *out, imap_on_range *fn,
			void *ctx, struct err *err) MUST_CHECK;

#endif
