/* SPDX-License-Identifier: MIT */
/* What a server has compressed: the same octets and the same end in reads of any size. */
#include "base/err.h"
#include "base/strbuf.h"
#include "imap/imap_deflate.h"
#include "tests/fuzz/fuzz.h"

struct wire {
	const uint8_t *p;
	size_t n, chunk;
};

static bool wire_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	struct wire *w = ctx;
	size_t n = w->n < w->chunk ? w->n : w->chunk;

	(void)err;
	if (n > size)
		n = size;
	if (n > 0)
		memcpy(buf, w->p, n);
	w->p += n;
	w->n -= n;
	*got_out = n;
	return true;
}

static bool wire_write(void *ctx, const void *p, size_t n, size_t *put_out,
		       bool *would_block_out, struct err *err)
{
	(void)ctx, (void)p, (void)err;
	*put_out = n;
	*would_block_out = false;
	return true;
}

static bool wire_wait(void *ctx, bool want_write, struct err *err)
{
	(void)ctx, (void)want_write, (void)err;
	return true;
}

static enum err_class run(const uint8_t *data, size_t size, size_t chunk, size_t room,
			  struct strbuf *all)
{
	struct wire w = { data, size, chunk };
	const struct imap_io inner = {
		.ctx = &w, .read = wire_read, .write = wire_write, .wait = wire_wait
	};
	struct imap_io io;
	struct imap_deflate *d = imap_deflate_new(&inner, (struct span){ NULL, 0 }, &io);
	struct err err = ERR_INIT;
	char buf[4096];
	size_t got = 1;

	while (got > 0 && all->n < 1u << 20) {
		if (!io.read(io.ctx, buf, room, &got, &err))
			break;
		PROMISE(got <= room);
		strbuf_add(all, buf, got);
	}
	PROMISE(imap_deflate_in(d) <= (int64_t)size);
	imap_deflate_free(d);
	return err.cls;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	enum err_class ca = run(data, size, 4096, 4096, &a);
	enum err_class cb = run(data, size, 3, 17, &b);
	size_t n = a.n < b.n ? a.n : b.n;

	PROMISE(n == 0 || memcmp(a.p, b.p, n) == 0);
	if (a.n < 1u << 20 && b.n < 1u << 20)
		PROMISE(ca == cb);
	strbuf_done(&a);
	strbuf_done(&b);
	return 0;
}
