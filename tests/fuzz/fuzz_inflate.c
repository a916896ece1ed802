/* SPDX-License-Identifier: MIT */
#include "base/inflate.h"
#include "tests/fuzz/fuzz.h"

#define OUT_MAX (1u << 15)

/* What comes out of all of it, and how it ends. */
struct seen {
	enum inflate_next last;
	size_t n, left;
	char *text;
};

static struct seen run(const char *p, size_t n, size_t give, size_t take)
{
	struct seen s = { .last = INFLATE_MORE, .text = mem_alloc(OUT_MAX) };
	struct inflate *z;
	size_t at = 0;

	inflate_new(&z);
	while (at < n && s.n < OUT_MAX && s.last != INFLATE_BAD &&
	       s.last != INFLATE_GARBAGE) {
		/* octets of its own, so that a sanitizer sees where they end */
		size_t piece = n - at < give ? n - at : give, left = piece;
		char *in = mem_alloc(piece);
		const char *from = in;

		memcpy(in, p + at, piece);
		do {
			size_t room = OUT_MAX - s.n < take ? OUT_MAX - s.n : take, got;

			s.last = inflate_run(z, &from, &left, s.text + s.n, room, &got);
			PROMISE(got <= room && left <= piece);
			PROMISE(from + left == in + piece);
			PROMISE(s.last != INFLATE_FULL || got == room);
			s.n += got;
		} while (s.last == INFLATE_FULL && s.n < OUT_MAX);
		PROMISE(left == 0 || s.last == INFLATE_BAD || s.last == INFLATE_GARBAGE ||
			s.n == OUT_MAX);
		at += piece - left;
		free(in);
	}
	s.left = n - at;
	inflate_free(z);
	return s;
}

/* However it is cut into pieces, the same comes out, or that it is damaged. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole, pieces;

	if (size < 2)
		return 0;
	whole = run((const char *)data + 2, size - 2, size, OUT_MAX);
	pieces = run((const char *)data + 2, size - 2, data[0] + 1u, data[1] * 16u + 1u);
	if (whole.n < OUT_MAX) {
		PROMISE(whole.last == pieces.last);
		if (whole.last != INFLATE_BAD)
			PROMISE(whole.n == pieces.n && whole.left == pieces.left);
	}
	if (whole.last != INFLATE_BAD && pieces.last != INFLATE_BAD)
		PROMISE(memcmp(whole.text, pieces.text,
			       whole.n < pieces.n ? whole.n : pieces.n) == 0);
	free(whole.text);
	free(pieces.text);
	return 0;
}
