/* SPDX-License-Identifier: MIT */
#include "base/inflate.h"

/* next_in is const then */
#define ZLIB_CONST
#include <zlib.h>

struct inflate {
	z_stream z;
	bool between; /* behind a member */
};

void inflate_new(struct inflate **out)
{
	struct inflate *z = mem_calloc(1, sizeof *z);

	if (inflateInit2(&z->z, 15 + 16) != Z_OK)
		base_die("out of memory");
	*out = z;
}

void inflate_free(struct inflate *z)
{
	if (z != NULL)
		inflateEnd(&z->z);
	free(z);
}

static uInt clip(size_t n)
{
	return n > 1u << 30 ? 1u << 30 : (uInt)n;
}

enum inflate_next inflate_run(struct inflate *z, const char **in, size_t *in_n, char *out,
			      size_t cap, size_t *out_n)
{
	enum inflate_next result = INFLATE_FULL;

	*out_n = 0;
	while (*out_n < cap) {
		uInt given = clip(*in_n), room = clip(cap - *out_n);
		int rc;

		if (z->between) {
			if (*in_n == 0) {
				result = INFLATE_DONE;
				break;
			}
			if ((unsigned char)**in != 0x1f) {
				result = INFLATE_GARBAGE;
				break;
			}
			inflateReset(&z->z);
			z->between = false;
		}
		if (*in_n == 0) {
			result = INFLATE_MORE;
			break;
		}
		z->z.next_in = (const Bytef *)*in;
		z->z.avail_in = given;
		z->z.next_out = (Bytef *)out + *out_n;
		z->z.avail_out = room;
		rc = inflate(&z->z, Z_NO_FLUSH);
		*in += given - z->z.avail_in;
		*in_n -= given - z->z.avail_in;
		*out_n += room - z->z.avail_out;
		if (rc == Z_STREAM_END) {
			z->between = true;
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			result = INFLATE_BAD;
			break;
		}
	}
	return result;
}
