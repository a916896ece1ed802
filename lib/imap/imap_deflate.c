/* SPDX-License-Identifier: MIT */
#include "imap/imap_deflate.h"

#include "base/deflate.h"

enum { READ_SIZE = 16 << 10 };

struct imap_deflate {
	struct imap_io inner;
	struct deflate *z;
	struct strbuf in; /* packed, of which the first in_done were unpacked */
	size_t in_done;
	bool full;	   /* there may be more to unpack without any more input */
	struct strbuf out; /* packed, of which the first sent are gone */
	size_t sent;
	int64_t octets_in, octets_out;
};

/* Write what is packed, as far as the connection takes it now. */
static bool flush(struct imap_deflate *d, bool *blocked_out, struct err *err)
{
	*blocked_out = false;
	while (d->sent < d->out.n && !*blocked_out) {
		size_t put = 0;

		if (!d->inner.write(d->inner.ctx, d->out.p + d->sent, d->out.n - d->sent,
				    &put, blocked_out, err))
			return false;
		d->sent += put;
		d->octets_out += (int64_t)put;
	}
	if (d->sent == d->out.n) {
		strbuf_clear(&d->out);
		d->sent = 0;
	}
	return true;
}

static bool deflate_write(void *ctx, const void *p, size_t n, size_t *put_out,
			  bool *would_block_out, struct err *err)
{
	struct imap_deflate *d = ctx;
	bool blocked;

	*put_out = 0;
	if (!flush(d, would_block_out, err) || *would_block_out)
		return *would_block_out;
	deflate_pack(d->z, (struct span){ p, n }, &d->out);
	*put_out = n;
	/* What is left goes out with the next call of any kind. */
	return flush(d, &blocked, err);
}

static bool deflate_wait(void *ctx, bool want_write, struct err *err)
{
	struct imap_deflate *d = ctx;
	bool blocked;

	if (d->full || d->in_done < d->in.n)
		return true; /* readable at once */
	if (!flush(d, &blocked, err))
		return false;
	return d->inner.wait(d->inner.ctx, want_write || blocked, err);
}

/* The server may have to be read from before it takes what is left. */
static bool push_out(struct imap_deflate *d, struct err *err)
{
	bool blocked = d->sent < d->out.n;

	for (int idle = 0; blocked && idle < 2;) {
		size_t before = d->sent;

		if (!d->inner.wait(d->inner.ctx, true, err) || !flush(d, &blocked, err))
			return false;
		idle += d->sent == before;
	}
	return true;
}

static bool refill(struct imap_deflate *d, size_t *got_out, struct err *err)
{
	strbuf_clear(&d->in);
	d->in_done = 0;
	strbuf_reserve(&d->in, READ_SIZE);
	if (!push_out(d, err) ||
	    !d->inner.read(d->inner.ctx, d->in.p, READ_SIZE, got_out, err))
		return false;
	d->in.n = *got_out;
	d->octets_in += (int64_t)*got_out;
	return true;
}

static bool deflate_read(void *ctx, void *buf, size_t size, size_t *got_out,
			 struct err *err)
{
	struct imap_deflate *d = ctx;

	for (;;) {
		struct span in = span_from(strbuf_span(&d->in), d->in_done);
		size_t before = in.n, got = 0;
		enum deflate_next next = deflate_unpack(d->z, &in, buf, size, got_out);

		d->in_done += before - in.n;
		d->full = next == DEFLATE_FULL;
		switch (next) {
		case DEFLATE_BAD:
			return err_set(err, ERR_PROTO,
				       "what the server has compressed is damaged");
		case DEFLATE_BOMB:
			return err_set(err, ERR_LIMIT,
				       "what the server has compressed is more than %d "
				       "times as long without",
				       DEFLATE_RATIO);
		case DEFLATE_END:
			return true; /* with *got_out 0 at last: the end */
		case DEFLATE_FULL:
		case DEFLATE_MORE:
			break;
		}
		if (*got_out > 0)
			return true;
		if (!refill(d, &got, err))
			return false;
		if (got == 0) {
			*got_out = 0;
			return true;
		}
	}
}

struct imap_deflate *imap_deflate_new(const struct imap_io *inner, struct span already,
				      struct imap_io *io_out)
{
	struct imap_deflate *d = mem_calloc(1, sizeof *d);

	d->inner = *inner;
	deflate_new(&d->z);
	strbuf_addspan(&d->in, already);
	*io_out = (struct imap_io){ .ctx = d,
				    .read = deflate_read,
				    .write = deflate_write,
				    .wait = deflate_wait };
	return d;
}

void imap_deflate_free(struct imap_deflate *d)
{
	if (d == NULL)
		return;
	deflate_free(d->z);
	strbuf_done(&d->in);
	strbuf_done(&d->out);
	free(d);
}

int64_t imap_deflate_in(const struct imap_deflate *d)
{
	return d->octets_in;
}

int64_t imap_deflate_out(const struct imap_deflate *d)
{
	return d->octets_out;
}
