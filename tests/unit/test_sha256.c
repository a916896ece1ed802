/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sha256.h"

/* FIPS 180-4 examples, and lengths around the block size. */
static const struct {
	const char *text;
	size_t repeat;
	const char *hex;
} vectors[] = {
	{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000,
	  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void agrees_with_the_standard(void **state)
{
	struct sha256_ctx *ctx = sha256_new();
	char hex[SHA256_HEX_SIZE];
	struct sha256 d;

	(void)state;
	for (int round = 0; round < 2; round++) { /* the context is used again */
		for (size_t i = 0; i < COUNT_OF(vectors); i++) {
			sha256_begin(ctx);
			for (size_t k = 0; k < vectors[i].repeat; k++)
				sha256_add(ctx, vectors[i].text, strlen(vectors[i].text));
			sha256_end(ctx, &d);
			sha256_hex(&d, hex);
			if (strcmp(hex, vectors[i].hex) != 0)
				fail_msg("vector %zu: %s", i, hex);
			if (vectors[i].repeat > 1)
				continue;
			sha256_of(vectors[i].text, strlen(vectors[i].text), &d);
			sha256_hex(&d, hex);
			if (strcmp(hex, vectors[i].hex) != 0)
				fail_msg("vector %zu at once: %s", i, hex);
		}
	}
	sha256_free(ctx);
	sha256_free(NULL);
}

static void begins_anew_after_an_unfinished_digest(void **state)
{
	struct sha256_ctx *ctx = sha256_new();
	struct sha256 d, expected;

	(void)state;
	sha256_add(ctx, "left over", 9);
	sha256_begin(ctx);
	sha256_add(ctx, "ab", 2);
	sha256_add(ctx, NULL, 0);
	sha256_add(ctx, "c", 1);
	sha256_end(ctx, &d);
	sha256_of("abc", 3, &expected);
	assert_memory_equal(&d, &expected, sizeof d);
	sha256_of(NULL, 0, &d);
	sha256_of("", 0, &expected);
	assert_memory_equal(&d, &expected, sizeof d);
	sha256_free(ctx);
}

/* Around the ends of blocks, and of the room for the length in the last one. */
static void tells_the_start_of_a_digest(void **state)
{
	unsigned char text[400];
	struct sha256 d;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n <= sizeof text; n++) {
		uint32_t start = sha256_start_of(n > 0 ? text : NULL, n);

		sha256_of(text, n, &d);
		if (start != ((uint32_t)d.bytes[0] << 24 | (uint32_t)d.bytes[1] << 16 |
			      (uint32_t)d.bytes[2] << 8 | d.bytes[3]))
			fail_msg("%zu octets: %08x", n, start);
	}
}

static void fields_keep_their_borders(void **state)
{
	static const char flat[] = "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c\1\2\3\4\5\6\7\10";
	struct sha256_ctx *ctx = sha256_new();
	struct sha256 a, b, expected;

	(void)state;
	sha256_begin(ctx);
	sha256_add_field(ctx, "ab", 2);
	sha256_add_field(ctx, "c", 1);
	sha256_add_u64(ctx, UINT64_C(0x0102030405060708));
	sha256_end(ctx, &a);
	sha256_of(flat, sizeof flat - 1, &expected);
	assert_memory_equal(&a, &expected, sizeof a);
	sha256_begin(ctx);
	sha256_add_field(ctx, "a", 1);
	sha256_add_field(ctx, "bc", 2);
	sha256_add_u64(ctx, UINT64_C(0x0102030405060708));
	sha256_end(ctx, &b);
	assert_memory_not_equal(&a, &b, sizeof a);
	sha256_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_standard),
		cmocka_unit_test(begins_anew_after_an_unfinished_digest),
		cmocka_unit_test(tells_the_start_of_a_digest),
		cmocka_unit_test(fields_keep_their_borders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
