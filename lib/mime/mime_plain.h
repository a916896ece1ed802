/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_PLAIN_H
#define MIME_MIME_PLAIN_H
/*
 * Headers of which GMime's parser has nothing to say: most mail is one text behind a
 * well-formed header, and to build an object for each of its fields takes longer than all
 * else that is done with it.  What is not plain beyond doubt is the parser's to judge;
 * tests/fuzz/fuzz_mime_check.c holds both against each other.
 */
#include "base/span.h"

enum mime_plain_encoding {
	MIME_PLAIN_NONE, /* 7bit, 8bit, or none was named */
	MIME_PLAIN_QP,
	MIME_PLAIN_BASE64,
};
struct mime_plain {
	enum mime_plain_encoding encoding;
	char charset[40]; /* as it is named; "": it is not */
	size_t header;	  /* octets of the header, with the empty line */
};

/* Is message one part of text/<anything> behind a plain header? */
bool mime_plain_of(struct span message, struct mime_plain *out) MUST_CHECK;

#endif
