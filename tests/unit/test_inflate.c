/* SPDX-License-Identifier: MIT */
/* gzip as a stream: in pieces of any size, cut and damaged anywhere, with more behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "base/strbuf.h"

/* "line N of a log" twelve times, with all that a head may have; then "more". */
static const unsigned char first[] = {
	0x1f, 0x8b, 0x08, 0x1e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x05, 0x00, 0x65,
	0x78, 0x74, 0x72, 0x61, 0x6e, 0x61, 0x6d, 0x65, 0x00, 0x73, 0x61, 0x69, 0x64,
	0x00, 0xc0, 0xe7, 0xcb, 0xc9, 0xcc, 0x4b, 0x55, 0x30, 0x50, 0xc8, 0x4f, 0x53,
	0x48, 0x54, 0xc8, 0xc9, 0x4f, 0xe7, 0xca, 0x01, 0xf1, 0x0d, 0xd1, 0xf8, 0x46,
	0x68, 0x7c, 0x63, 0x34, 0xbe, 0x09, 0x1a, 0xdf, 0x14, 0x8d, 0x6f, 0x86, 0xc6,
	0x37, 0x47, 0xe3, 0x5b, 0xa0, 0xf1, 0x2d, 0xd1, 0xdd, 0x83, 0xe1, 0x40, 0x24,
	0x17, 0x02, 0x00, 0x22, 0xeb, 0x00, 0x4a, 0xc2, 0x00, 0x00, 0x00,
};
static const unsigned char second[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0xcd, 0x2f,
	0x4a, 0xe5, 0x02, 0x00, 0x76, 0x69, 0xef, 0x6b, 0x05, 0x00, 0x00, 0x00,
};
#define LINES_OCTETS 194u

struct seen {
	enum inflate_next last;
	char text[1024];
	size_t n, left;
};

/* All of in, give and take octets at a time. */
static struct seen run(const unsigned char *in, size_t n, size_t give, size_t take)
{
	struct seen s = { .last = INFLATE_MORE };
	struct inflate *z;
	const char *p = (const char *)in;

	inflate_new(&z);
	for (size_t at = 0, piece; at < n || s.last == INFLATE_FULL; at += piece) {
		const char *from = p + at;
		size_t left = piece = n - at < give ? n - at : give;

		do {
			size_t got, room = sizeof s.text - s.n;

			s.last = inflate_run(z, &from, &left, s.text + s.n,
					     take < room ? take : room, &got);
			s.n += got;
			assert_true(s.n < sizeof s.text);
		} while (s.last == INFLATE_FULL);
		s.left = left + n - at - piece;
		if (s.last == INFLATE_BAD || s.last == INFLATE_GARBAGE)
			break;
	}
	inflate_free(z);
	return s;
}

static struct seen run_buf(const struct strbuf *sb)
{
	return run((const unsigned char *)sb->p, sb->n, sb->n, 100);
}

static void unpacks_in_pieces_of_any_size(void **state)
{
	struct strbuf both = STRBUF_INIT;

	(void)state;
	strbuf_add(&both, first, sizeof first);
	strbuf_add(&both, second, sizeof second);
	for (size_t give = 1; give <= both.n; give++)
		for (size_t take = 1; take < 40; take += 6) {
			struct seen s = run((const unsigned char *)both.p, both.n, give,
					    take);

			if (s.last != INFLATE_DONE || s.n != LINES_OCTETS + 5 ||
			    memcmp(s.text, "line 0 of a log\nline 1", 22) != 0 ||
			    memcmp(s.text + LINES_OCTETS - 4, "log\nmore\n", 9) != 0)
				fail_msg("%zu and %zu: %d, %zu octets", give, take,
					 (int)s.last, s.n);
		}
	strbuf_done(&both);
}

static void wants_more_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof first; n++) {
		struct seen s = run(first, n, sizeof first, 100);

		if (s.last != INFLATE_MORE)
			fail_msg("cut after %zu: %d", n, (int)s.last);
	}
	assert_int_equal(run(first, sizeof first, 7, 100).last, INFLATE_DONE);
}

/* Length and checksum stand in the last eight octets, a method in the head. */
static void tells_damage_and_stays_with_it(void **state)
{
	static const size_t at[] = { 1,
				     2,
				     sizeof first - 8,
				     sizeof first - 5,
				     sizeof first - 4,
				     sizeof first - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		unsigned char bad[sizeof first];
		const char *p = (const char *)bad;
		size_t n = sizeof bad, got;
		struct inflate *z;
		char out[1024];

		memcpy(bad, first, sizeof bad);
		bad[at[i]] ^= 1;
		inflate_new(&z);
		if (inflate_run(z, &p, &n, out, sizeof out, &got) != INFLATE_BAD)
			fail_msg("octet %zu", at[i]);
		p = (const char *)first;
		n = sizeof first;
		assert_int_equal(inflate_run(z, &p, &n, out, sizeof out, &got),
				 INFLATE_BAD);
		assert_int_equal(got, 0);
		inflate_free(z);
	}
}

static void leaves_what_is_behind(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct seen s;

	(void)state;
	strbuf_add(&sb, second, sizeof second);
	strbuf_adds(&sb, "garbage");
	s = run_buf(&sb);
	assert_int_equal(s.last, INFLATE_GARBAGE);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.left, 7);
	/* half of another one */
	strbuf_clear(&sb);
	strbuf_add(&sb, second, sizeof second);
	strbuf_add(&sb, second, sizeof second / 2);
	assert_int_equal(run_buf(&sb).last, INFLATE_MORE);
	strbuf_done(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_in_pieces_of_any_size),
		cmocka_unit_test(wants_more_wherever_it_is_cut),
		cmocka_unit_test(tells_damage_and_stays_with_it),
		cmocka_unit_test(leaves_what_is_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
