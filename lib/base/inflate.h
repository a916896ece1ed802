/* SPDX-License-Identifier: MIT */
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H
/*
 * Unpacking gzip (RFC 1952) as a stream; behind this header ISA-L, where it is there when
 * the program is built (amd64), else zlib.  Members one after the other are one text;
 * checksums are verified, and what is damaged once stays so.  Memory is less than 128 KiB
 * whatever comes in.
 */
#include "base/base.h"

struct inflate;
void inflate_new(struct inflate **out);
void inflate_free(struct inflate *z); /* NULL is fine */

enum inflate_next {
	INFLATE_MORE, /* all input was taken: give more; at its end, the data are cut */
	INFLATE_FULL, /* out is full: call again */
	INFLATE_DONE, /* a member is complete, and all input was taken: give more if there
			 is */
	INFLATE_GARBAGE, /* a member is complete, and what follows is none; in stays there
			  */
	INFLATE_BAD, /* the data are damaged; what this call put out may be what none of
			them say, for ISA-L goes on for a while behind a reference to
			octets before the first */
};
/* Take from *in, which moves on; put at most cap octets to out. */
enum inflate_next inflate_run(struct inflate *z, const char **in, size_t *in_n, char *out,
			      size_t cap, size_t *out_n);

#endif
