/* SPDX-License-Identifier: MIT */
/* Sixteen octets at a time, and one by one: the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mime/mime_octets.h"

static uint64_t seed = 20261130;

static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

/* In memory of just this size, so that a sanitizer sees the first octet too far. */
static struct span invent(void)
{
	static const char odd[] = "\r\n\0\x80\xff\x7f\t\x1f==  @[`{/:";
	size_t n = below(70);
	char *p = mem_alloc(n + 1);
	uint32_t sort = below(4);

	for (size_t i = 0; i < n; i++)
		p[i] = below(20) == 0  ? odd[below(sizeof odd - 1)]
		       : sort == 0     ? "AZaz09+/"[below(8)]
		       : sort == 1     ? (char)below(256)
		       : below(7) == 0 ? ' '
				       : (char)('!' + below(94));
	return (struct span){ mem_realloc(p, n > 0 ? n : 1), n };
}

static bool is_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static void bits_are_the_same_anywhere(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		char octets[16];
		octets16 v;
		unsigned bits = 0;

		for (unsigned i = 0; i < 16; i++) {
			octets[i] = (char)below(256);
			bits |= (unsigned)((octets[i] & 0x80) != 0) << i;
		}
		v = load16(octets);
		assert_int_equal(bits16(v), bits);
		assert_int_equal(bits16_anywhere(v), bits);
		v = v < 0;
		assert_int_equal(all16(v), bits == ALL16);
		assert_int_equal(first16(v), __builtin_ctz(~bits));
	}
}

static void runs_end_where_octets_say(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		struct span s = invent();
		char *to = mem_alloc(s.n + 1);
		size_t text = 0, words = 0, ascii = 0, digits = 0;
		bool found = false, single = true, equals;

		for (; text < s.n && mime_is_text_octet(s.p[text]); text++)
			found |= s.p[text] == '=';
		for (; words < s.n && s.p[words] >= ' ' && s.p[words] <= '~'; words++)
			single &= words == 0 || s.p[words] != ' ' ||
				  s.p[words - 1] != ' ';
		while (ascii < s.n && (s.p[ascii] & 0x80) == 0)
			ascii++;
		while (digits < s.n && is_digit(s.p[digits]))
			digits++;
		assert_int_equal(mime_text_run(s), text);
		assert_int_equal(mime_is_text(s.p, s.n), text == s.n);
		assert_int_equal(mime_ascii_run(s), ascii);
		assert_int_equal(mime_text_look(s, &equals), text);
		assert_true(equals || !found);
		assert_true(memchr(s.p, '=', s.n) != NULL || !equals);
		assert_int_equal(mime_text_copy(s, to, &equals), text);
		assert_memory_equal(to, s.p, text);
		assert_true(equals || !found);
		assert_true(memchr(s.p, '=', s.n) != NULL || !equals);
		assert_int_equal(mime_words_copy(s, to, &equals), words);
		assert_memory_equal(to, s.p, words);
		assert_int_equal(equals, single);
		assert_int_equal(mime_is_base64(s.p, s.n), s.n >= 16 && digits == s.n);
		assert_int_equal(mime_base64_copy(s.p, s.n, to),
				 s.n >= 16 && digits == s.n);
		if (s.n >= 16)
			assert_memory_equal(to, s.p, s.n);
		free(to);
		free((char *)(uintptr_t)s.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_the_same_anywhere),
		cmocka_unit_test(runs_end_where_octets_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
