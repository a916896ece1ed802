/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_READER_H
#define IMAP_IMAP_READER_H
/*
 * Framing (RFC 3501 section 2.2 and 4.3, literal8 of RFC 3516): octets in, whole
 * responses out.  A response keeps its literals as they came, "{65}" CRLF and 65 octets,
 * so that the grammar reads on in one span.  Literals are looked for only in untagged
 * data: the free text of OK, NO, BAD, BYE and tagged lines may end in anything.
 *
 * Bounds: one response holds at most IMAP_RESP_MAX octets, else ERR_LIMIT (a 3 GB literal
 * is refused when it is announced).  Two responses have no bound of their own and are
 * handed over in pieces (see more): "* SEARCH 1 2 3 ..." and "* ESEARCH ... ALL 1,3,5
 * ...", which for a million messages with gaps is as long.
 *
 * Whole messages and whole headers, the literals of BODY[] and BODY[HEADER], may be
 * larger than any response: with a sink (imap_reader_sink) they are handed on as they
 * come and are never kept.  The response then has an empty literal in their place.
 *
 * A line that ends in LF alone is ERR_PROTO, as is a NUL outside literal8 and outside
 * what goes to the sink, whose business that is.  A failure repeats itself: nothing is
 * skipped to go on behind it.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define IMAP_RESP_MAX	  (4u << 20)
#define IMAP_SEARCH_PIECE (64u << 10)
/* A literal that goes to a sink; a longer one is refused when it is announced. */
#define IMAP_SUNK_MAX ((uint64_t)8 << 30)

/*
 * Takes the octets of one literal after another.  The response that holds it follows when
 * they are all here, unless the stream ends first; only then is it known that they belong
 * together, and to which UID.  False: the reader fails with that error.
 */
struct imap_sink {
	void *ctx;
	/* A literal of so many octets begins.  head is the response up to its '{': "* 12
	 * FETCH (UID 7 BODY[] ". */
	bool (*begin)(void *ctx, struct span head, uint64_t octets, struct err *err);
	/* Some of them; never more in all than were announced. */
	bool (*octets)(void *ctx, struct span piece, struct err *err);
};

/* Offsets count from the start of buf. */
struct imap_reader {
	struct strbuf buf; /* octets received and not yet handed out */
	size_t done;	   /* up to here they belong to responses already handed out */
	size_t scan;	   /* up to here they were looked at for the response in hand */
	size_t line;	   /* where its present line begins: behind its last literal */
	uint64_t literal;  /* octets of a literal still to come */
	bool literal8;	   /* that literal may hold NUL */
	bool sunk;	   /* it goes to the sink */
	const struct imap_sink *sink;
	struct err why;	  /* what the sink failed with; it says so again and again */
	bool data;	  /* untagged data is in hand: its lines may end in literals */
	size_t head;	  /* length of "* SEARCH" or "* ESEARCH ... ALL " if in pieces */
	size_t head_from; /* from here it is copied to done before the next piece */
};

enum imap_frame { IMAP_FRAME_WHOLE, IMAP_FRAME_MORE /* feed octets */, IMAP_FRAME_FAIL };

struct imap_frame_out {
	struct span text; /* one response without its CRLF; valid until the next call */
	bool more;	  /* a piece: others follow, each with the same head */
};

void imap_reader_init(struct imap_reader *r);
void imap_reader_done(struct imap_reader *r);
/* Borrowed; NULL for none.  Not while a literal is on its way (imap_reader_inside). */
void imap_reader_sink(struct imap_reader *r, const struct imap_sink *sink);
/* Room for octets: write at most *size_out octets at the result, then call
 * imap_reader_fed. */
char *imap_reader_space(struct imap_reader *r, size_t *size_out);
void imap_reader_fed(struct imap_reader *r, size_t n);
enum imap_frame imap_reader_next(struct imap_reader *r, struct imap_frame_out *out,
				 struct err *err) MUST_CHECK;
/* Take out the octets behind the last response that was handed out: they are none of
 * ours.  Valid until the next call. */
struct span imap_reader_rest(struct imap_reader *r);
/* True when octets of an unfinished response are held: end of stream now is a cut. */
bool imap_reader_inside(const struct imap_reader *r);

#endif
