/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_PLAIN_H
#define MIME_MIME_PLAIN_H
/*
 * Headers of which GMime's parser has nothing to say, of messages and of their parts: to
 * build an object for each of their fields takes longer than all else that is done with
 * them.  What is not plain beyond doubt is the parser's to judge;
 * tests/fuzz/fuzz_mime_check.c holds both against each other.
 */
#include "mime/mime_content.h"

#define MIME_BOUNDARY_MAX 70 /* RFC 2046 section 5.1.1 */

enum mime_plain_type {
	MIME_PLAIN_TEXT, /* or no type is named */
	MIME_PLAIN_OTHER,
	MIME_PLAIN_MULTIPART, /* with a boundary, and not a digest */
};
struct mime_plain {
	enum mime_plain_type type;
	enum mime_encoding encoding;
	char charset[40];		      /* as it is named; "": it is not */
	char boundary[MIME_BOUNDARY_MAX + 1]; /* of a multipart */
	size_t header;			      /* octets, with the empty line */
	bool raw;   /* a value is neither ASCII nor UTF-8: SYMPTOM_HEADER_8BIT */
	bool twice; /* a field that may stand once stands again: SYMPTOM_FIELD_TWICE */
	bool tells; /* of its type or encoding one of the two below is true */
};

/* Is there anything in a body of this type, or of this encoding, that GMime could tell
 * more of than its octets do? */
bool mime_plain_type_tells(struct span value);
bool mime_plain_encoding_tells(struct span value);

/* Does text begin with a plain header, up to and with the empty line?  part: it is that
 * of a part, in which no field may stand twice. */
bool mime_plain_of(struct span text, bool part, struct mime_plain *out) MUST_CHECK;

#endif
