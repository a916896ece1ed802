/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_MAIL_H
#define MIME_MIME_MAIL_H
/* A mail of our own: addresses that cannot smuggle in a header, and the whole message, as
 * GMime writes it. */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define MAIL_ADDRESS_MAX 254 /* octets (RFC 5321 section 4.5.3.1.3) */
#define MAIL_NAME_MAX	 128
#define MAIL_SUBJECT_MAX 400
#define MAIL_ANSWERS_MAX 12 /* Message-IDs in References */

struct mail_address {
	const char *name; /* UTF-8 without controls; "": none */
	const char *addr; /* local@domain, ASCII */
};
/*
 * "local@domain" or "Name <local@domain>", quotes around the name or not.  The local part
 * is a dot-atom, the domain host names (others than ASCII as xn--).  False: it is
 * neither, or holds a control character, or is too long.  Strings in arena.
 */
bool mail_address(struct span text, struct arena *arena,
		  struct mail_address *out) MUST_CHECK;

struct mail_file {
	const char *name; /* ASCII */
	const char *type; /* "text/html" */
	struct span octets;
};

struct mail {
	struct mail_address from;
	const struct mail_address *to;
	size_t to_n;
	const char *subject; /* UTF-8 without controls */
	int64_t date;
	const char *id;		    /* without the angle brackets */
	const char *const *answers; /* ids, oldest first; the last is what it answers */
	size_t answer_n;	    /* at most MAIL_ANSWERS_MAX */
	struct span text;	    /* UTF-8, lines end in LF */
	const struct mail_file *file;
	size_t file_n;
};
/*
 * Append the message: lines end in CRLF and are folded at 78 octets, every octet is
 * ASCII, and the same mail gives the same octets.  ERR_BUG when a header would hold a
 * control character: whoever calls has shown or refused what came from outside.
 */
bool mail_compose(const struct mail *m, struct strbuf *out, struct err *err) MUST_CHECK;

#endif
