/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"

static void keeps_a_nul_behind_every_content(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	assert_string_equal(strbuf_cstr(&sb), "");
	strbuf_adds(&sb, "");
	assert_non_null(sb.p);
	assert_int_equal(sb.p[0], '\0');
	strbuf_add(&sb, "a\0b", 3);
	strbuf_addc(&sb, 'c');
	strbuf_addspan(&sb, (struct span){ NULL, 0 });
	assert_int_equal(sb.n, 4);
	assert_memory_equal(sb.p, "a\0bc", 5);
	strbuf_clear(&sb);
	assert_string_equal(strbuf_cstr(&sb), "");
	strbuf_done(&sb);
	assert_null(sb.p);
	strbuf_done(&sb);
}

static void grows_over_many_additions(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	size_t expected = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char text[16];

		expected += (size_t)snprintf(text, sizeof text, "%d,", i);
		strbuf_addf(&sb, "%d,", i);
		assert_int_equal(sb.n, expected);
		assert_true(sb.cap > sb.n);
	}
	assert_memory_equal(sb.p + sb.n - 5, "4999,", 6);
	strbuf_done(&sb);
}

static void drops_from_the_front(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_drop(&sb, 0);
	strbuf_drop(&sb, 7); /* more than there is, even of nothing */
	strbuf_adds(&sb, "abcdef");
	strbuf_drop(&sb, 2);
	assert_string_equal(strbuf_cstr(&sb), "cdef");
	assert_true(span_eq_str(strbuf_span(&sb), "cdef"));
	strbuf_drop(&sb, SIZE_MAX);
	assert_int_equal(sb.n, 0);
	assert_string_equal(strbuf_cstr(&sb), "");
	strbuf_done(&sb);
}

static void gives_its_memory_away(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	char *taken = strbuf_take(&sb);

	(void)state;
	assert_string_equal(taken, ""); /* never touched, and still a string */
	free(taken);
	strbuf_adds(&sb, "mine");
	taken = strbuf_take(&sb);
	assert_null(sb.p);
	assert_int_equal(sb.n, 0);
	assert_string_equal(taken, "mine");
	free(taken);
}

static void wipes_the_whole_capacity(void **state)
{
	char secret[64] = "correct horse";
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	mem_wipe(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		assert_int_equal(secret[i], 0);
	strbuf_wipe(&sb); /* nothing to wipe */
	strbuf_adds(&sb, "battery staple");
	strbuf_wipe(&sb);
	assert_null(sb.p);
	assert_int_equal(sb.cap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_nul_behind_every_content),
		cmocka_unit_test(grows_over_many_additions),
		cmocka_unit_test(drops_from_the_front),
		cmocka_unit_test(gives_its_memory_away),
		cmocka_unit_test(wipes_the_whole_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
