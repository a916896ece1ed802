/* SPDX-License-Identifier: MIT */
#ifndef LAB_FAULTPROXY_STREAM_H
#define LAB_FAULTPROXY_STREAM_H
/*
 * Follows one IMAP conversation octet by octet, far enough to know which command the
 * server is answering (RFC 3501 section 2.2): lines, literals, tags.  Whatever is no
 * IMAP, as inside TLS, has no commands and does no harm.
 */
#include "base/span.h"

#define STREAM_WORD 32 /* octets of a tag or a command that are kept */

struct stream_command {
	char tag[STREAM_WORD], name[STREAM_WORD]; /* "UID FETCH", upper case */
	uint64_t nth;				  /* which one of that name */
};

/* Lines and literals of one direction. */
struct stream_lines {
	char start[96]; /* how the line begins */
	size_t n;	/* octets of it so far, those not kept too */
	char tail[24];	/* its last octets, a ring by tail_n */
	size_t tail_n;
	uint64_t literal; /* octets left of it */
	bool inside;	  /* a literal has just ended: the line goes on */
};

struct stream {
	struct stream_lines up, down;
	struct stream_command *command; /* those not answered, oldest first */
	size_t n, cap;
	struct stream_count {
		char name[STREAM_WORD];
		uint64_t n;
	} count[64];
};

void stream_init(struct stream *s);
void stream_done(struct stream *s);
/* An octet on its way to the server.  The command that it completes, or NULL; borrowed
 * until the next call. */
const struct stream_command *stream_up(struct stream *s, char c);
/* An octet on its way to the client.  True: it ends the answer to the oldest command. */
bool stream_down(struct stream *s, char c);
/* The command that is being answered; NULL: none. */
const struct stream_command *stream_now(const struct stream *s);

#endif
