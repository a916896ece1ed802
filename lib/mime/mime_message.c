/* SPDX-License-Identifier: MIT */
#include "mime/mime_message.h"

void mime_message_begin(struct mime_message *m, struct sha256_ctx *sha)
{
	mime_lister_begin(&m->header, sha);
	m->sha = sha;
	m->in_body = false;
}

/* The digest serves the fields first, then the body. */
static void start_body(struct mime_message *m)
{
	mime_lister_end(&m->header);
	mime_body_init(&m->body, m->sha);
	m->in_body = true;
}

size_t mime_message_header(struct mime_message *m, struct span octets)
{
	size_t n;

	if (m->in_body)
		return 0;
	n = mime_lister_feed(&m->header, octets);
	if (m->header.ended)
		start_body(m);
	return n;
}

void mime_message_feed(struct mime_message *m, struct span octets)
{
	octets = span_from(octets, mime_message_header(m, octets));
	if (m->in_body)
		mime_body_feed(&m->body, octets);
}

void mime_message_end(struct mime_message *m)
{
	if (!m->in_body)
		start_body(m);
	mime_body_done(&m->body, &m->body_key);
}

void mime_message_done(struct mime_message *m)
{
	mime_lister_done(&m->header);
}
