/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

static void tells_utf8_from_other_octets(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\xC2\x80", true },
		{ "\xDF\xBF", true },
		{ "\xE0\xA0\x80", true },
		{ "\xED\x9F\xBF", true },
		{ "\xEE\x80\x80", true },
		{ "\xEF\xBF\xBF", true },
		{ "\xF0\x90\x80\x80", true },
		{ "\xF4\x8F\xBF\xBF", true },
		{ "\x80", false },     /* continuation alone */
		{ "\xC0\x80", false }, /* overlong NUL */
		{ "\xC1\xBF", false },
		{ "\xE0\x9F\xBF", false }, /* overlong */
		{ "\xF0\x8F\xBF\xBF", false },
		{ "\xED\xA0\x80", false },     /* surrogate */
		{ "\xF4\x90\x80\x80", false }, /* over U+10FFFF */
		{ "\xF5\x80\x80\x80", false },
		{ "\xFF", false },
		{ "a\xC3", false }, /* cut */
		{ "\xE2\x82", false },
		{ "\xF0\x9F\x98", false },
		{ "\xC3(", false },
		{ "\xE2\x82(", false },
		{ "caf\xE9", false }, /* Latin-1 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (text_is_utf8(span_str(cases[i].text)) != cases[i].ok)
			fail_msg("case %zu", i);
	assert_true(text_is_utf8((struct span){ "a\0b", 3 }));
}

/* Every code point, encoded by hand, comes back. */
static void decodes_every_character(void **state)
{
	(void)state;
	for (uint32_t c = 1; c <= 0x110000; c++) {
		char b[4];
		uint32_t out = 0;
		size_t n;

		if (c < 0x80) {
			n = 1;
			b[0] = (char)c;
		} else if (c < 0x800) {
			n = 2;
			b[0] = (char)(0xC0 | c >> 6);
		} else if (c < 0x10000) {
			n = 3;
			b[0] = (char)(0xE0 | c >> 12);
		} else {
			n = 4;
			b[0] = (char)(0xF0 | c >> 18);
		}
		for (size_t i = 1; i < n; i++)
			b[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3F));
		if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
			n = 0;
		if (text_decode((struct span){ b, 4 }, &out) != n || (n > 0 && out != c))
			fail_msg("U+%04X", (unsigned)c);
		if (n > 1 && text_decode((struct span){ b, n - 1 }, &out) != 0)
			fail_msg("U+%04X, cut", (unsigned)c);
	}
}

static void composes_and_folds(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(text_nfc(&arena, SPAN_LIT("Entwu\xCC\x88rfe")),
			    "Entw\xC3\xBCrfe");
	assert_string_equal(text_nfc(&arena, SPAN_LIT("Entw\xC3\xBCrfe")),
			    "Entw\xC3\xBCrfe");
	assert_string_equal(text_nfc(&arena, SPAN_LIT("plain")), "plain");
	assert_string_equal(text_nfc(&arena, SPAN_LIT("")), "");
	assert_string_equal(text_nfc(&arena, SPAN_LIT("\xE2\x84\xAB")),
			    "\xC3\x85"); /* ANGSTROM */
	/* What utf8proc refuses stays as it is. */
	assert_string_equal(text_nfc(&arena, SPAN_LIT("a\xFFz")), "a\xFFz");
	assert_string_equal(text_fold(&arena, SPAN_LIT("SENT Mail")), "sent mail");
	assert_string_equal(text_fold(&arena, SPAN_LIT("\xC3\x84U\xCC\x88")),
			    "\xC3\xA4\xC3\xBC");
	assert_string_equal(text_fold(&arena, SPAN_LIT("Stra\xC3\x9F"
						       "e")),
			    "strasse");
	assert_string_equal(text_fold(&arena, SPAN_LIT("")), "");
	arena_done(&arena);
}

static void shows_nothing_that_acts_on_a_terminal(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ { "plain \\ text", 12 }, "plain \\ text" },
		{ { "a\0b", 3 }, "a\\x00b" },
		{ { "\x1B]0;x\x07", 6 }, "\\x1B]0;x\\x07" },
		{ { "\r\n\t\x7F", 4 }, "\\x0D\\x0A\\x09\\x7F" },
		{ { "\xC2\x85", 2 }, "\\u{0085}" }, /* NEL */
		{ { "\xC2\x9B", 2 }, "\\u{009B}" }, /* CSI */
		{ { "\x9B", 1 }, "\\x9B" },	    /* the same as a bare octet */
		{ { "\xD8\x9C", 2 }, "\\u{061C}" },
		{ { "\xE2\x80\x8E\xE2\x80\x8F", 6 }, "\\u{200E}\\u{200F}" },
		{ { "\xE2\x80\xA8\xE2\x80\xAE", 6 }, "\\u{2028}\\u{202E}" },
		{ { "\xE2\x81\xA6\xE2\x81\xA9", 6 }, "\\u{2066}\\u{2069}" },
		{ { "\xEF\xBB\xBF", 3 }, "\\u{FEFF}" },
		{ { "\xE2\x80\x8D\xE2\x81\xA5", 6 },
		  "\xE2\x80\x8D\xE2\x81\xA5" }, /* neighbours */
		{ { "Entw\xC3\xBCrfe \xF0\x9F\x98\x80", 14 },
		  "Entw\xC3\xBCrfe \xF0\x9F\x98\x80" },
		{ { "caf\xE9", 4 }, "caf\\xE9" },
		{ { "\xE2\x82", 2 }, "\\xE2\\x82" },
		{ { "\\u{202E}", 8 }, "\\u{202E}" }, /* shown before */
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *out = text_shown(&arena, cases[i].in);

		if (strcmp(out, cases[i].out) != 0)
			fail_msg("case %zu: %s, expected %s", i, out, cases[i].out);
		if (strcmp(text_shown(&arena, span_str(out)), out) != 0)
			fail_msg("case %zu: shown twice it changes", i);
	}
	arena_done(&arena);
}

static void cuts_in_the_middle(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} cases[] = {
		{ "Archive/2011/April", 0, "Archive/2011/April" },
		{ "Archive/2011/April", 18, "Archive/2011/April" },
		{ "Archive/2011/April", 11,
		  "Archi\xE2\x80\xA6"
		  "April" },
		{ "Archive/2011/April", 10,
		  "Archi\xE2\x80\xA6"
		  "pril" },
		{ "abc", 2, "a\xE2\x80\xA6" },
		{ "abc", 1, "\xE2\x80\xA6" },
		{ "a", 1, "a" },
		{ "", 1, "" },
		/* Double-width characters are not halved. */
		{ "\xE9\x83\xB5\xE4\xBB\xB6\xE7\xAE\xB1", 6,
		  "\xE9\x83\xB5\xE4\xBB\xB6\xE7\xAE\xB1" },
		{ "\xE9\x83\xB5\xE4\xBB\xB6\xE7\xAE\xB1", 5,
		  "\xE9\x83\xB5\xE2\x80\xA6\xE7\xAE\xB1" },
		{ "\xE9\x83\xB5\xE4\xBB\xB6\xE7\xAE\xB1", 4, "\xE9\x83\xB5\xE2\x80\xA6" },
		/* A combining mark goes with its letter. */
		{ "abcdeu\xCC\x88", 4, "ab\xE2\x80\xA6u\xCC\x88" },
		{ "abcu\xCC\x88xyz", 4, "ab\xE2\x80\xA6z" },
		{ "abcdu\xCC\x88xyz", 7, "abc\xE2\x80\xA6xyz" },
		/* Neither is an escape. */
		{ "abc\x1B"
		  "def",
		  6,
		  "abc\xE2\x80\xA6"
		  "ef" },
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		strbuf_clear(&out);
		text_show(&out, span_str(cases[i].in), cases[i].max);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s, expected %s", i, strbuf_cstr(&out),
				 cases[i].out);
	}
	strbuf_done(&out);
}

static void bounds_octets_where_columns_do_not(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "", 4, "" },
		{ "abc", 4, "abc" },
		{ "abcd", 4, "\xE2\x80\xA6" },
		{ "abcde", 5, "a\xE2\x80\xA6" },
		{ "u\xCC\x88\xCC\x88\xCC\x88", 7, "u\xCC\x88\xE2\x80\xA6" },
		{ "u\xCC\x88\xCC\x88\xCC\x88", 6, "u\xE2\x80\xA6" },
		{ "u\xCC\x88\xCC\x88\xCC\x88", 8, "u\xCC\x88\xCC\x88\xCC\x88" },
		{ "a\nb", 7, "a\\x0Ab" },
	};
	char buf[16];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (strcmp(text_show_buf(buf, cases[i].size, span_str(cases[i].in)),
			   cases[i].out) != 0)
			fail_msg("case %zu: %s", i, buf);
}

static void counts_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(SPAN_LIT("")), 0);
	assert_int_equal(text_width(SPAN_LIT("abc")), 3);
	assert_int_equal(text_width(SPAN_LIT("u\xCC\x88")), 1);
	assert_int_equal(text_width(SPAN_LIT("\xE9\x83\xB5")), 2);
	assert_int_equal(text_width(SPAN_LIT("\x1B\xFF")), 8);
}

static void replaces_what_is_not_utf8(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	text_scrub(&out, SPAN_LIT("a\xFF\xC3\xA4\xE2\x82z"));
	assert_string_equal(strbuf_cstr(&out),
			    "a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBDz");
	strbuf_done(&out);
}

static void finds_line_and_column(void **state)
{
	static const struct {
		size_t at, line, column;
	} cases[] = { { 0, 1, 1 }, { 3, 1, 3 }, { 4, 1, 4 },
		      { 5, 2, 1 }, { 7, 2, 3 }, { 99, 2, 4 } };
	size_t line, column;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		text_position(SPAN_LIT("a\xC3\xA4z\nb\xFFq"), cases[i].at, &line,
			      &column);
		if (line != cases[i].line || column != cases[i].column)
			fail_msg("case %zu: %zu:%zu", i, line, column);
	}
}

static void quotes_words_for_a_shell(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "anna", "anna" },
		{ "a.b+c@example.org", "a.b+c@example.org" },
		{ "", "''" },
		{ "anna b", "'anna b'" },
		{ "o'hara", "'o'\\''hara'" },
		{ "$(id)", "'$(id)'" },
		{ "a;b", "'a;b'" },
		{ "~a", "'~a'" },
		{ "\xE6\x97\xA5", "'\xE6\x97\xA5'" },
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		strbuf_clear(&out);
		text_argument(&out, cases[i].in);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
	}
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_utf8_from_other_octets),
		cmocka_unit_test(decodes_every_character),
		cmocka_unit_test(composes_and_folds),
		cmocka_unit_test(shows_nothing_that_acts_on_a_terminal),
		cmocka_unit_test(cuts_in_the_middle),
		cmocka_unit_test(bounds_octets_where_columns_do_not),
		cmocka_unit_test(counts_columns),
		cmocka_unit_test(replaces_what_is_not_utf8),
		cmocka_unit_test(finds_line_and_column),
		cmocka_unit_test(quotes_words_for_a_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
