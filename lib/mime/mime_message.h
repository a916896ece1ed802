/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_MESSAGE_H
#define MIME_MIME_MESSAGE_H
/* A whole message as it comes over the wire: its header listed, its body digested, in
 * constant memory. */
#include "mime/mime_body.h"
#include "mime/mime_fields.h"

/* In zeroed memory to begin with; mime_message_begin as often as there are messages. */
struct mime_message {
	struct mime_lister header;
	struct mime_body body;
	struct msg_key body_key; /* after mime_message_end */

	struct sha256_ctx *sha; /* private */
	bool in_body;
};

/* sha is scratch, and the message's alone until mime_message_end. */
void mime_message_begin(struct mime_message *m, struct sha256_ctx *sha);
void mime_message_feed(struct mime_message *m, struct span octets);
/* The part of them that belongs to the header; returns how many octets these are.  What
 * follows goes into m->body once m->in_body is set. */
size_t mime_message_header(struct mime_message *m, struct span octets);
void mime_message_end(struct mime_message *m);
void mime_message_done(struct mime_message *m);

#endif
