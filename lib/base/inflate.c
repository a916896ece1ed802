/* SPDX-License-Identifier: MIT */
#include "base/inflate.h"

/* ISA-L takes a third of zlib's time; it is there for some processors only. */
#ifdef MAILMUSTER_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#else
/* next_in is const then */
#define ZLIB_CONST
#include <zlib.h>
#endif

/* What the library says of a step. */
enum step { STEP_ON, STEP_END, STEP_BAD };

#ifdef MAILMUSTER_ISAL
/* The head of a member.  ISA-L reads heads as well, but finds the checksum of one wrong
 * when it comes in two pieces (2.30). */
enum head_part {
	HEAD_FIXED,
	HEAD_SIZE,
	HEAD_EXTRA,
	HEAD_NAME,
	HEAD_SAID,
	HEAD_SUM,
	HEAD_OVER
};
struct head {
	enum head_part part;
	unsigned n; /* octets of the part; of HEAD_EXTRA: that are still to come */
	unsigned flags;
	uint32_t sum, told;
};
#endif

struct inflate {
#ifdef MAILMUSTER_ISAL
	struct inflate_state z;
	struct head head;
#else
	z_stream z;
#endif
	bool between; /* behind a member */
	bool bad;     /* and stays so */
};

static uint32_t clip(size_t n)
{
	return n > 1u << 30 ? 1u << 30 : (uint32_t)n;
}

#ifdef MAILMUSTER_ISAL

/* FLG of RFC 1952, section 2.3.1. */
#define FLAG_SUM   2u
#define FLAG_EXTRA 4u
#define FLAG_NAME  8u
#define FLAG_SAID  16u
#define FLAGS_NONE 0xe0u /* "must be zero" */

/* The part behind this one. */
static enum head_part part_after(const struct head *h)
{
	switch (h->part) {
	case HEAD_FIXED:
		if ((h->flags & FLAG_EXTRA) != 0)
			return HEAD_SIZE;
		/* fall through */
	case HEAD_EXTRA:
		if ((h->flags & FLAG_NAME) != 0)
			return HEAD_NAME;
		/* fall through */
	case HEAD_NAME:
		if ((h->flags & FLAG_SAID) != 0)
			return HEAD_SAID;
		/* fall through */
	case HEAD_SAID:
		return (h->flags & FLAG_SUM) != 0 ? HEAD_SUM : HEAD_OVER;
	case HEAD_SIZE:
		return HEAD_EXTRA;
	case HEAD_SUM:
	case HEAD_OVER:
		break;
	}
	return HEAD_OVER;
}

/* False: it is no head of a gzip member. */
static bool head_octet(struct head *h, unsigned char c)
{
	static const unsigned char magic[] = { 0x1f, 0x8b, 8 };
	bool over = false;

	if (h->part != HEAD_SUM)
		h->sum = crc32_gzip_refl(h->sum, &c, 1);
	switch (h->part) {
	case HEAD_FIXED:
		if (h->n < sizeof magic && c != magic[h->n])
			return false;
		if (h->n == 3)
			h->flags = c;
		over = ++h->n == 10;
		break;
	case HEAD_SIZE:
		h->told |= (uint32_t)c << 8 * h->n;
		over = ++h->n == 2;
		break;
	case HEAD_EXTRA:
		over = --h->n == 0;
		break;
	case HEAD_NAME:
	case HEAD_SAID:
		over = c == 0;
		break;
	case HEAD_SUM:
		h->told |= (uint32_t)c << 8 * h->n;
		over = ++h->n == 2;
		if (over && h->told != (h->sum & 0xffff))
			return false;
		break;
	case HEAD_OVER:
		break;
	}
	if (!over)
		return true;
	h->part = part_after(h);
	h->n = h->part == HEAD_EXTRA ? h->told : 0;
	if (h->part == HEAD_EXTRA && h->n == 0)
		h->part = part_after(h);
	h->told = 0;
	return (h->flags & FLAGS_NONE) == 0;
}

static void begin(struct inflate *z)
{
	isal_inflate_reset(&z->z);
	z->z.crc_flag = ISAL_GZIP_NO_HDR_VER;
	z->head = (struct head){ .part = HEAD_FIXED };
}

static void open_library(struct inflate *z)
{
	isal_inflate_init(&z->z);
	begin(z);
}

static void close_library(struct inflate *z)
{
	(void)z;
}

/* From *in to out; *got of room octets were put there. */
static enum step step(struct inflate *z, const char **in, size_t *in_n, char *out,
		      size_t room, size_t *got)
{
	static char none;
	uint32_t given, most = clip(room);
	int rc;

	*got = 0;
	for (; z->head.part != HEAD_OVER && *in_n > 0; (*in)++, (*in_n)--)
		if (!head_octet(&z->head, (unsigned char)**in))
			return STEP_BAD;
	if (z->head.part != HEAD_OVER)
		return STEP_ON;
	given = clip(*in_n);
	/* next_in is not const, though nothing is written there */
	z->z.next_in = (uint8_t *)(uintptr_t)(given > 0 ? *in : &none);
	z->z.avail_in = given;
	z->z.next_out = (uint8_t *)out;
	z->z.avail_out = most;
	rc = isal_inflate(&z->z);
	*got = z->z.avail_out <= most ? most - z->z.avail_out : 0;
	/* of damaged data at their end it says that more is left than it was given */
	if (z->z.avail_in > given)
		return STEP_BAD;
	*in += given - z->z.avail_in;
	*in_n -= given - z->z.avail_in;
	if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT && rc != ISAL_OUT_OVERFLOW)
		return STEP_BAD;
	return z->z.block_state == ISAL_BLOCK_FINISH ? STEP_END : STEP_ON;
}

#else

static void begin(struct inflate *z)
{
	inflateReset(&z->z);
}

static void open_library(struct inflate *z)
{
	if (inflateInit2(&z->z, 15 + 16) != Z_OK)
		base_die("out of memory");
}

static void close_library(struct inflate *z)
{
	inflateEnd(&z->z);
}

static enum step step(struct inflate *z, const char **in, size_t *in_n, char *out,
		      size_t room, size_t *got)
{
	uInt given = clip(*in_n), most = clip(room);
	int rc;

	z->z.next_in = (const Bytef *)*in;
	z->z.avail_in = given;
	z->z.next_out = (Bytef *)out;
	z->z.avail_out = most;
	rc = inflate(&z->z, Z_NO_FLUSH);
	*in += given - z->z.avail_in;
	*in_n -= given - z->z.avail_in;
	*got = most - z->z.avail_out;
	if (rc == Z_STREAM_END)
		return STEP_END;
	return rc == Z_OK || rc == Z_BUF_ERROR ? STEP_ON : STEP_BAD;
}

#endif

void inflate_new(struct inflate **out)
{
	struct inflate *z = mem_calloc(1, sizeof *z);

	open_library(z);
	*out = z;
}

void inflate_free(struct inflate *z)
{
	if (z != NULL)
		close_library(z);
	free(z);
}

enum inflate_next inflate_run(struct inflate *z, const char **in, size_t *in_n, char *out,
			      size_t cap, size_t *out_n)
{
	*out_n = 0;
	while (*out_n < cap && !z->bad) {
		size_t before = *in_n, got = 0;
		enum step next;

		if (z->between) {
			if (*in_n == 0)
				return INFLATE_DONE;
			if ((unsigned char)**in != 0x1f)
				return INFLATE_GARBAGE;
			begin(z);
			z->between = false;
		}
		/* without input as well: the library may hold what found no room before
		 */
		next = step(z, in, in_n, out + *out_n, cap - *out_n, &got);
		*out_n += got;
		z->between = next == STEP_END;
		z->bad = next == STEP_BAD;
		if (next == STEP_ON && *in_n == before && got == 0) {
			if (before == 0)
				return INFLATE_MORE;
			z->bad = true; /* it would never end */
		}
	}
	return z->bad ? INFLATE_BAD : INFLATE_FULL;
}
