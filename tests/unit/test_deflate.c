/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/deflate.h"

static void both_directions_fit_together(void **state)
{
	struct deflate *a, *b;
	struct strbuf packed = STRBUF_INIT, back = STRBUF_INIT, text = STRBUF_INIT;

	(void)state;
	deflate_new(&a);
	deflate_new(&b);
	for (unsigned round = 0; round < 50; round++) {
		struct span in;
		char out[97];
		size_t n;

		strbuf_clear(&packed);
		strbuf_clear(&text);
		strbuf_clear(&back);
		for (unsigned i = 0; i < 40 * round; i++)
			strbuf_addf(&text, "m%u UID FETCH %u:%u\r\n", i, i * round, i);
		deflate_pack(a, strbuf_span(&text), &packed);
		in = strbuf_span(&packed);
		for (;;) {
			enum deflate_next next = deflate_unpack(b, &in, out, sizeof out,
								&n);

			strbuf_add(&back, out, n);
			if (next == DEFLATE_MORE)
				break;
			assert_int_equal(next, DEFLATE_FULL);
		}
		/* All of it: nothing waits for more input. */
		assert_int_equal(in.n, 0);
		assert_int_equal(back.n, text.n);
		assert_true(text.n == 0 || memcmp(back.p, text.p, text.n) == 0);
	}
	deflate_free(a);
	deflate_free(b);
	deflate_free(NULL);
	strbuf_done(&packed);
	strbuf_done(&back);
	strbuf_done(&text);
}

static void refuses_damage(void **state)
{
	static const char junk[] = "* OK this was never compressed\r\n";
	struct span in = span_str(junk);
	enum deflate_next next;
	struct deflate *z;
	char out[64];
	size_t n;

	(void)state;
	deflate_new(&z);
	do
		next = deflate_unpack(z, &in, out, sizeof out, &n);
	while (next == DEFLATE_FULL);
	assert_int_equal(next, DEFLATE_BAD);
	deflate_free(z);
}

/* Zeros, packed a thousand times. */
static void refuses_a_bomb(void **state)
{
	static char zeros[1 << 20], out[1 << 16];
	enum deflate_next next = DEFLATE_MORE;
	struct strbuf packed = STRBUF_INIT;
	uint64_t all = 0;
	struct deflate *a, *b;

	(void)state;
	deflate_new(&a);
	deflate_new(&b);
	for (unsigned i = 0; i < 64 && next != DEFLATE_BOMB; i++) {
		struct span in;
		size_t n;

		strbuf_clear(&packed);
		deflate_pack(a, (struct span){ zeros, sizeof zeros }, &packed);
		in = strbuf_span(&packed);
		do {
			next = deflate_unpack(b, &in, out, sizeof out, &n);
			all += n;
		} while (next == DEFLATE_FULL);
	}
	assert_int_equal(next, DEFLATE_BOMB);
	assert_true(all > DEFLATE_FREE && all < DEFLATE_FREE + sizeof zeros);
	deflate_free(a);
	deflate_free(b);
	strbuf_done(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_fit_together),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(refuses_a_bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
