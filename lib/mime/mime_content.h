/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_CONTENT_H
#define MIME_MIME_CONTENT_H
/*
 * The content of one part of a message, as it comes: is it in its encoding, and, when it
 * is text, in its charset?  Constant memory at any size; the same is found in pieces of
 * any size.
 */
#include "base/base.h"
#include "base/span.h"

struct mime_charsets; /* converters that are kept open; one thread's */
struct mime_charsets *mime_charsets_new(void) MUST_CHECK;
void mime_charsets_free(struct mime_charsets *c);

enum mime_encoding {
	MIME_AS_IT_IS, /* 7bit, 8bit, binary, or one that nobody knows */
	MIME_QP,
	MIME_BASE64,
	MIME_UU,
};

/* One content at a time for each struct mime_charsets. */
struct mime_content {
	/* private */
	struct mime_charsets *charsets;
	uint64_t found;
	enum mime_encoding encoding;
	bool text;
	struct {
		uint64_t digits, pads;
		bool binary; /* octets that no text has */
		bool junk;   /* anything else that is not of the alphabet */
	} base64;
	int qp;
	bool ascii, unknown;
	bool by_runs; /* ASCII stands for itself in it, between whole characters */
	bool utf8;    /* it is that one */
	bool full;    /* an octet is a character in it, and each is one */
	struct mime_converter *converter; /* NULL: none is needed */
	char kept[16];			  /* a character that is not complete yet */
	size_t kept_n;
};

/* charset (of a text): NULL when none is named. */
void mime_content_begin(struct mime_content *t, struct mime_charsets *charsets,
			enum mime_encoding encoding, bool text, const char *charset);
void mime_content_feed(struct mime_content *t, struct span octets);
/* A line of text (mime_is_text), behind another line of it or the first one.  equals:
 * there may be a "=" in it. */
void mime_content_text(struct mime_content *t, struct span line, bool first, bool equals);
/* The same with its CRLF, for a content of which the line ends are a part: that of a
 * message without parts. */
void mime_content_line(struct mime_content *t, struct span line, bool equals);
/* SYMPTOM_BIT of what is wrong with it (model/body.h). */
uint64_t mime_content_end(struct mime_content *t);

/* Is all that is asked of it whether it is base64? */
bool mime_content_is_digits(const struct mime_content *t);
/* Lines of so many digits of such a content, instead of their octets. */
void mime_content_digits(struct mime_content *t, size_t n);

#endif
