/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_IO_H
#define IMAP_IMAP_IO_H
/*
 * lib/imap: the reading engine.  Reading order: imap_io (where octets come from),
 * imap_reader (framing), imap_cur (grammar), imap_resp, imap_list, imap_fetch,
 * imap_search (what the answers mean), imap_cmd (the only commands that exist),
 * imap_session (one connection, with imap_hello.c and imap_proxyauth.c), imap_utf7
 * (names), imap_date, imap_transcript.
 *
 * This header: the transport as the engine sees it, so that a recorded transcript can
 * stand in for a socket.
 */
#include "base/err.h"
#include "base/span.h"

struct imap_io {
	void *ctx;
	/* The contracts of net_conn_read, net_conn_write and net_conn_wait. */
	bool (*read)(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err);
	bool (*write)(void *ctx, const void *p, size_t n, size_t *put_out,
		      bool *would_block_out, struct err *err);
	bool (*wait)(void *ctx, bool want_write, struct err *err);
};

struct net_conn;
/* The real one.  c is borrowed. */
void imap_io_net(struct imap_io *io, struct net_conn *c);

#endif
