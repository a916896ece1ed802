/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_PARTS_H
#define MIME_MIME_PARTS_H
/*
 * The body of a message as it comes, part by part, as far as GMime's parser has nothing
 * to say of its structure: headers that are plain (mime_plain.h), boundaries in order,
 * CRLF at the end of lines.  Contents are looked at on the way (mime_content.h), in
 * constant memory.  Whatever is not so beyond doubt is left to the parser, which costs
 * several times as much; tests/fuzz/fuzz_mime_check.c and tests/unit/test_mime_parts.c
 * hold both against each other.
 */
#include "base/strbuf.h"
#include "mime/mime_plain.h"

#define MIME_PARTS_DEPTH 8

/* In zeroed memory to begin with; mime_parts_begin as often as there are messages. */
struct mime_parts {
	bool alone;  /* one content and no parts */
	bool in_one; /* ... of which lines need not be told apart: mime_parts_feed takes
			the body in pieces of any size */
	bool tells;  /* the body may be wrong in more than its octets (mime_plain.h) */
	uint64_t of_header; /* SYMPTOM_BIT of what is wrong with that of the message */

	/* private */
	struct mime_charsets *charsets;
	struct mime_content content;
	int at;
	bool first; /* line of the content in hand */
	size_t depth;
	struct {
		char text[2 + MIME_BOUNDARY_MAX + 1]; /* with its "--" */
		size_t n;
	} open[MIME_PARTS_DEPTH];
	struct strbuf line;   /* what has come of one that is not complete */
	struct strbuf header; /* of the part in hand */
	uint64_t found;
};

/* header: of a message, with the empty line.  False: it is the parser's. */
bool mime_parts_begin(struct mime_parts *p, struct mime_charsets *charsets,
		      struct span header) MUST_CHECK;
/* Octets of the body, in order. */
void mime_parts_feed(struct mime_parts *p, struct span octets);
/* The same for one whole line of n octets of text (mime_is_text) and its CRLF; only where
 * a line begins.  equals: there may be a "=" in it. */
void mime_parts_text(struct mime_parts *p, const char *line, size_t n, bool equals);
/* Must the parser see it? */
bool mime_parts_lost(const struct mime_parts *p);
/* Is it behind the last boundary?  Then it was in order, whatever follows. */
bool mime_parts_ended(const struct mime_parts *p);
/* Is it within base64 of which only the digits matter?  Then lines that mime_is_base64
 * knows, which are no boundary, may be given as the number of their digits. */
bool mime_parts_in_base64(const struct mime_parts *p);
void mime_parts_digits(struct mime_parts *p, size_t n);
/* SYMPTOM_BIT of what is wrong (model/body.h).  False: the parser must see all of it. */
bool mime_parts_end(struct mime_parts *p, uint64_t *symptoms_out) MUST_CHECK;
void mime_parts_done(struct mime_parts *p);

#endif
