/* SPDX-License-Identifier: MIT */
#ifndef BASE_DEFLATE_H
#define BASE_DEFLATE_H
/*
 * Both directions of a stream of DEFLATE (RFC 1951, raw), as COMPRESS=DEFLATE of IMAP has
 * it (RFC 4978).  Memory is about 300 KiB whatever comes in.
 */
#include "base/span.h"
#include "base/strbuf.h"

struct deflate;
void deflate_new(struct deflate **out);
void deflate_free(struct deflate *z); /* NULL is fine */

/* Append to out what text becomes, all of it: the other side can read it to its end. */
void deflate_pack(struct deflate *z, struct span text, struct strbuf *out);

enum deflate_next {
	DEFLATE_MORE, /* all input was taken: give more */
	DEFLATE_FULL, /* out is full: call again */
	DEFLATE_END,  /* the stream says that it is over */
	DEFLATE_BAD,  /* the data are damaged */
	DEFLATE_BOMB, /* much more comes out than mail ever does (DEFLATE_RATIO) */
};
/* Beyond the first DEFLATE_FREE octets no more than so many for each that came in. */
#define DEFLATE_RATIO 128
#define DEFLATE_FREE  ((uint64_t)16 << 20)
/* Take from *in, which moves on; put at most cap octets to out. */
enum deflate_next deflate_unpack(struct deflate *z, struct span *in, char *out,
				 size_t cap, size_t *out_n);

#endif
