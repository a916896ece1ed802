/* SPDX-License-Identifier: MIT */
#include "imap/imap_io.h"

#include "net/net_conn.h"

static bool io_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	return net_conn_read(ctx, buf, size, got_out, err);
}

static bool io_write(void *ctx, const void *p, size_t n, size_t *put_out,
		     bool *would_block_out, struct err *err)
{
	return net_conn_write(ctx, p, n, put_out, would_block_out, err);
}

static bool io_wait(void *ctx, bool want_write, struct err *err)
{
	return net_conn_wait(ctx, want_write, err);
}

void imap_io_net(struct imap_io *io, struct net_conn *c)
{
	*io = (struct imap_io){
		.ctx = c, .read = io_read, .write = io_write, .wait = io_wait
	};
}
