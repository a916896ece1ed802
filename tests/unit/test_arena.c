/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>

#include "base/arena.h"

static void hands_out_zeroed_aligned_memory(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 4095, 4096, 4097, 300000, 3 };
	char *kept[COUNT_OF(sizes)];
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			kept[i] = arena_alloc(&arena, sizes[i]);
			if ((uintptr_t)kept[i] % alignof(max_align_t) != 0)
				fail_msg("round %d, size %zu: not aligned", round,
					 sizes[i]);
			for (size_t k = 0; k < sizes[i]; k++)
				if (kept[i][k] != 0)
					fail_msg("round %d, size %zu: not zero", round,
						 sizes[i]);
			memset(kept[i], (int)i + 1, sizes[i]);
		}
		/* No two overlap. */
		for (size_t i = 0; i < COUNT_OF(sizes); i++)
			for (size_t k = 0; k < sizes[i]; k++)
				if (kept[i][k] != (int)i + 1)
					fail_msg("round %d, size %zu: overwritten", round,
						 sizes[i]);
		arena_reset(&arena); /* dirty memory comes back zeroed */
		assert_int_equal(arena.used, 0);
	}
	arena_done(&arena);
}

static size_t blocks(const struct arena *arena)
{
	const struct arena_block *const *b =
		(const struct arena_block *const *)&arena->head;
	size_t n = 0;

	for (; *b != NULL;
	     b = (const struct arena_block *const *)*b) /* next is its first member */
		n++;
	return n;
}

static void needs_few_blocks_for_many_things(void **state)
{
	struct arena arena;
	char *big;

	(void)state;
	arena_init(&arena);
	assert_null(arena.head); /* an unused arena costs nothing */
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&arena, 32));
	assert_int_equal(blocks(&arena), 1);
	for (int i = 0; i < 65536; i++)
		assert_non_null(arena_alloc(&arena, 16));
	assert_true(blocks(&arena) <=
		    11); /* 1 MiB: 4, 8, ... 256 KiB, then 256 KiB each */
	big = arena_alloc(&arena, 5 << 20);
	memset(big, 1, 5 << 20);
	arena_reset(&arena);
	assert_int_equal(blocks(&arena), 1); /* one is kept, and not the big one */
	for (int i = 0; i < 16000; i++)
		assert_non_null(arena_alloc(&arena, 16));
	assert_int_equal(blocks(&arena), 1);
	arena_done(&arena);
	assert_null(arena.head);
	arena_done(&arena);
}

static void forgets_one_big_thing(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_non_null(arena_alloc(&arena, 1 << 20));
	arena_reset(&arena);
	assert_int_equal(blocks(&arena), 0);
	arena_reset(&arena);
	assert_string_equal(arena_strdup(&arena, "again"), "again");
	arena_done(&arena);
}

static void copies_strings(void **state)
{
	char text[] = "octets";
	struct arena arena;
	const char *copy, *nul, *made;

	(void)state;
	arena_init(&arena);
	copy = arena_strdup(&arena, text);
	nul = arena_span(&arena, (struct span){ "a\0b", 3 });
	made = arena_printf(&arena, "%s-%05d", text, 42);
	text[0] = 'X';
	assert_string_equal(copy, "octets");
	assert_memory_equal(nul, "a\0b", 4);
	assert_string_equal(made, "octets-00042");
	assert_string_equal(arena_span(&arena, (struct span){ NULL, 0 }), "");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_aligned_memory),
		cmocka_unit_test(needs_few_blocks_for_many_things),
		cmocka_unit_test(forgets_one_big_thing),
		cmocka_unit_test(copies_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
