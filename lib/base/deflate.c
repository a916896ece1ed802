/* SPDX-License-Identifier: MIT */
#include "base/deflate.h"

/* next_in is const then */
#define ZLIB_CONST
#include <zlib.h>

struct deflate {
	z_stream in, out;
	uint64_t packed, unpacked; /* octets that came in, and what became of them */
};

void deflate_new(struct deflate **out)
{
	struct deflate *z = mem_calloc(1, sizeof *z);

	/* Commands are few and short: the cheapest level. */
	if (inflateInit2(&z->in, -15) != Z_OK ||
	    deflateInit2(&z->out, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		base_die("out of memory");
	*out = z;
}

void deflate_free(struct deflate *z)
{
	if (z == NULL)
		return;
	inflateEnd(&z->in);
	deflateEnd(&z->out);
	free(z);
}

void deflate_pack(struct deflate *z, struct span text, struct strbuf *out)
{
	char piece[4096];

	while (text.n > 0) {
		uInt given = text.n > 1u << 20 ? 1u << 20 : (uInt)text.n;

		z->out.next_in = (const Bytef *)text.p;
		z->out.avail_in = given;
		do {
			z->out.next_out = (Bytef *)piece;
			z->out.avail_out = sizeof piece;
			(void)deflate(&z->out, Z_SYNC_FLUSH);
			strbuf_add(out, piece, sizeof piece - z->out.avail_out);
		} while (z->out.avail_out == 0);
		text = span_from(text, given);
	}
}

enum deflate_next deflate_unpack(struct deflate *z, struct span *in, char *out,
				 size_t cap, size_t *out_n)
{
	uInt given = in->n > 1u << 20 ? 1u << 20 : (uInt)in->n;
	uInt room = cap > 1u << 20 ? 1u << 20 : (uInt)cap;
	int rc;

	z->in.next_in = (const Bytef *)in->p;
	z->in.avail_in = given;
	z->in.next_out = (Bytef *)out;
	z->in.avail_out = room;
	rc = inflate(&z->in, Z_SYNC_FLUSH);
	*in = span_from(*in, given - z->in.avail_in);
	*out_n = room - z->in.avail_out;
	z->packed += given - z->in.avail_in;
	z->unpacked += *out_n;
	if (z->unpacked > DEFLATE_FREE && z->unpacked / DEFLATE_RATIO > z->packed)
		return DEFLATE_BOMB;
	if (rc == Z_STREAM_END)
		return DEFLATE_END;
	if (rc != Z_OK && rc != Z_BUF_ERROR)
		return DEFLATE_BAD;
	return z->in.avail_out == 0 ? DEFLATE_FULL : DEFLATE_MORE;
}
