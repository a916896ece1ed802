/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_CHECK_H
#define MIME_MIME_CHECK_H
/*
 * A whole message as it comes over the wire, looked at for everything that may be wrong
 * with it (model/body.h).  Octets, lines, NULs and digests are taken as they come, in
 * constant memory at any size, and so are structure and contents as long as they are in
 * order (mime/mime_parts.h).  Of others GMime looks at the header block up to
 * MIME_CHECK_HEADER_MAX octets, and at the body when it has a structure, an encoding or a
 * charset: in memory up to MIME_CHECK_MEMORY_MAX octets, behind that from a temporary
 * file without a name (base/spill.h), which costs more than all the rest.
 */
#include "mime/mime_message.h"
#include "mime/mime_parts.h"
#include "mime/mime_shape.h"
#include "model/body.h"

#define MIME_CHECK_HEADER_MAX (256u << 10)
#define MIME_CHECK_MEMORY_MAX (1u << 20)
#define MIME_CHECK_LEAN_MAX   (64u << 10) /* when it can be had again */
#define MIME_CHECK_LINE_MAX   998	  /* RFC 5322 section 2.1.1, without CRLF */
/* Fewer control characters are found in honest old mail. */
#define MIME_CHECK_CONTROLS 8
/* So many 0x80 in a row are NULs as Dovecot shows them. */
#define MIME_CHECK_NULS_SHOWN 8

/* So many blanks at its very end, behind which no line ends, no message has of itself. */
#define MIME_CHECK_PADDING 16

/* Who tells what is wrong with the structure. */
enum mime_asks {
	MIME_ASKS_PARSER,
	MIME_ASKS_PARTS,  /* the parser only if they are not in order */
	MIME_ASKS_NOBODY, /* the header is plain, and the body can be anything */
};

/* In zeroed memory to begin with; mime_check_begin as often as there are messages. */
struct mime_check {
	/* results, after mime_check_end, until the next begin.  announced and words are
	 * the caller's to fill in. */
	struct body_facts facts;
	struct mime_message message; /* its header.identity: the raw fields of identity */
	bool has_id;
	struct msg_key id; /* tier 1 key, when has_id */
	bool unsure; /* lean, and too large to be kept for the parser, which must see it
			after all: facts do not tell of its structure */
	/* set by the caller, before begin */
	bool lean; /* it can be had again: large ones that are in order are not kept */

	/* private */
	struct sha256_ctx *sha;
	struct mime_shape *shape;
	struct mime_parts parts;
	enum mime_asks asks;
	struct strbuf memory; /* from the start of the message, while it is kept */
	struct spill file;
	bool file_made, keep;
	int64_t blanks;	    /* at the end of the line in hand */
	int64_t line;	    /* octets of the line in hand */
	size_t base64_line; /* digits of the last line of them */
	int64_t controls;   /* so far */
	int shown;	    /* 0x80 in a row, at the end of what came */
	char start[8];	    /* the first octets */
	size_t start_n;
	bool last_cr;
	int64_t fed;
	unsigned char classes[256]; /* what an octet may be a sign of */
};

/* sha is scratch, and the check's alone until mime_check_end. */
void mime_check_begin(struct mime_check *c, struct sha256_ctx *sha);
/* ERR_LOCAL: a large message finds no room for temporary files. */
bool mime_check_feed(struct mime_check *c, struct span octets,
		     struct err *err) MUST_CHECK;
bool mime_check_end(struct mime_check *c, struct arena *arena,
		    struct err *err) MUST_CHECK;
void mime_check_done(struct mime_check *c);

#endif
