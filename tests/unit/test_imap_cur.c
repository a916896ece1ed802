/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "imap/imap_cur.h"

/* What of a text is read by each kind of value. */
enum kind { ATOM, STRING, ASTRING, NSTRING, U32, I64, SKIP };

/* The value as text ("NIL" as itself, numbers in decimal), "!" when refused; then '|' and
 * what is left. */
static const char *read_value(enum kind kind, struct span text, struct arena *arena)
{
	struct imap_cur c;
	struct span s = { "", 0 };
	bool nil = false;
	const char *value = NULL;

	imap_cur_init(&c, text, arena);
	switch (kind) {
	case ATOM:
		s = imap_cur_atom(&c);
		break;
	case STRING:
		s = imap_cur_string(&c);
		break;
	case ASTRING:
		s = imap_cur_astring(&c);
		break;
	case NSTRING:
		s = imap_cur_nstring(&c, &nil);
		break;
	case U32:
		value = arena_printf(arena, "%lu", (unsigned long)imap_cur_u32(&c));
		break;
	case I64:
		value = arena_printf(arena, "%lld", (long long)imap_cur_i64(&c));
		break;
	case SKIP:
		imap_cur_skip_value(&c);
		break;
	}
	if (c.bad != NULL) {
		assert_true(imap_cur_end(&c));
		return "!";
	}
	if (value == NULL)
		value = nil ? "NIL" : arena_span(arena, s);
	return arena_printf(arena, "%s|%s", value,
			    arena_span(arena, span_from(text, c.at)));
}

static void reads_values_and_stops_behind_them(void **state)
{
	static const struct {
		enum kind kind;
		const char *in, *out;
	} cases[] = {
		{ ATOM, "INBOX rest", "INBOX| rest" },
		{ ATOM, "\\Seen)", "\\Seen|)" },
		{ ATOM, "BODY[TEXT]", "BODY[TEXT]|" },
		{ ATOM, "a\\b", "a|\\b" },
		{ ATOM, "a(b", "a|(b" },
		{ ATOM, "1:5,7 x", "1:5,7| x" },
		{ ATOM, "", "!" },
		{ ATOM, "\\", "!" },
		{ ATOM, "\\ x", "!" },
		{ ATOM, "\"a\"", "!" },
		{ ATOM, "(a)", "!" },
		{ ATOM, "\x01", "!" },
		{ ATOM, "\xe4", "!" },
		{ ATOM, "\x7f", "!" },
		{ STRING, "\"\" x", "| x" },
		{ STRING, "\"a b\"", "a b|" },
		{ STRING, "\"a\\\"b\\\\c\"", "a\"b\\c|" },
		{ STRING, "\"\xe4\xf6\"", "\xe4\xf6|" },
		{ STRING, "\"a\rb\"", "a\rb|" },
		{ STRING, "{3}\r\na\r\n)", "a\r\n|)" },
		{ STRING, "{0}\r\n)", "|)" },
		{ STRING, "~{2}\r\nabc", "ab|c" },
		{ STRING, "\"a", "!" },
		{ STRING, "\"a\\\"", "!" },
		{ STRING, "\"a\\", "!" },
		{ STRING, "\"a\\nb\"", "!" },
		{ STRING, "\"a\r\nb\"", "!" },
		{ STRING, "{4}\r\nabc", "!" },
		{ STRING, "{3}\nabc", "!" },
		{ STRING, "{}\r\n", "!" },
		{ STRING, "{-1}\r\n", "!" },
		{ STRING, "{3", "!" },
		{ STRING, "{3}", "!" },
		{ STRING, "{18446744073709551617}\r\nabc", "!" },
		{ STRING, "~abc", "!" },
		{ STRING, "abc", "!" },
		{ STRING, "NIL", "!" },
		{ STRING, "", "!" },
		{ ASTRING, "INBOX", "INBOX|" },
		{ ASTRING, "NIL", "NIL|" },
		{ ASTRING, "a]b x", "a]b| x" },
		{ ASTRING, "~a", "~a|" },
		{ ASTRING, "\"x y\"", "x y|" },
		{ ASTRING, "{1}\r\n(x", "(|x" },
		{ ASTRING, "\\Seen", "!" },
		{ ASTRING, "%", "!" },
		{ ASTRING, "", "!" },
		{ NSTRING, "NIL)", "NIL|)" },
		{ NSTRING, "nil x", "NIL| x" },
		{ NSTRING, "\"NIL\"", "NIL|" },
		{ NSTRING, "\"\"", "|" },
		{ NSTRING, "NILS", "!" },
		{ NSTRING, "NI", "!" },
		{ NSTRING, "x", "!" },
		{ U32, "0", "0|" },
		{ U32, "4294967295)", "4294967295|)" },
		{ U32, "007", "7|" },
		{ U32, "4294967296", "!" },
		{ U32, "99999999999999999999", "!" },
		{ U32, "-1", "!" },
		{ U32, "+1", "!" },
		{ U32, "x", "!" },
		{ U32, "", "!" },
		{ I64, "9223372036854775807", "9223372036854775807|" },
		{ I64, "9223372036854775808", "!" },
		{ I64, "", "!" },
		{ SKIP, "atom x", "| x" },
		{ SKIP, "\"a\\nb\" x", "| x" },
		{ SKIP, "{3}\r\n\")( x", "| x" },
		{ SKIP, "(a (b \"c)\" {1}\r\n)) NIL) x", "| x" },
		{ SKIP, "() x", "| x" },
		{ SKIP, "((\"a\" NIL)(\"b\" NIL)) x", "| x" },
		{ SKIP, "\xb3\xd1 x", "| x" },
		{ SKIP, "(\\* %) x", "| x" },
		{ SKIP, "(a", "!" },
		{ SKIP, ")", "!" },
		{ SKIP, " a", "!" },
		{ SKIP, "(a {9}\r\n)", "!" },
		{ SKIP, "(\"a)", "!" },
		{ SKIP, "", "!" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *out = read_value(cases[i].kind, span_str(cases[i].in),
					     &arena);

		if (strcmp(out, cases[i].out) != 0)
			fail_msg("case %zu: %s", i, out);
	}
	arena_done(&arena);
}

static void refuses_lists_nested_too_deep(void **state)
{
	char text[2 * (IMAP_DEPTH_MAX + 1) + 1];
	struct imap_cur c;

	(void)state;
	for (size_t depth = IMAP_DEPTH_MAX; depth <= IMAP_DEPTH_MAX + 1; depth++) {
		memset(text, '(', depth);
		memset(text + depth, ')', depth);
		imap_cur_init(&c, (struct span){ text, 2 * depth }, NULL);
		imap_cur_skip_value(&c);
		assert_int_equal(c.bad == NULL, depth == IMAP_DEPTH_MAX);
	}
}

static void keeps_the_first_mistake(void **state)
{
	struct err err = ERR_INIT;
	struct imap_cur c;

	(void)state;
	imap_cur_init(&c, SPAN_LIT("(a x"), NULL);
	imap_cur_need(&c, '(');
	imap_cur_atom(&c);
	imap_cur_need(&c, ')');
	imap_cur_u32(&c);
	imap_cur_need(&c, '(');
	assert_int_equal(c.bad_at, 2);
	assert_false(imap_cur_eat(&c, ' '));
	assert_false(imap_cur_peek(&c, ' '));
	assert_true(imap_cur_end(&c));
	assert_false(imap_cur_ok(&c, "THING", &err));
	assert_int_equal(err.cls, ERR_PROTO);
	assert_string_equal(err.text, "THING from the server: no closing parenthesis "
				      "where one must be, at octet 2: "
				      "\" x\"");
}

static void takes_escapes_only_into_an_arena(void **state)
{
	struct imap_cur c;

	(void)state;
	imap_cur_init(&c, SPAN_LIT("\"a\\\"b\""), NULL);
	assert_int_equal(imap_cur_string(&c).n, 0);
	assert_non_null(c.bad);
	assert_int_equal(c.bad_at, 0);
}

static void shows_words_escaped_and_cut(void **state)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "hello", 20, "hello" },
		{ "hello", 6, "hello" },
		{ "hello", 5, "hell" },
		{ "hello", 1, "" },
		{ "a\x1b[31m", 20, "a\\x1B[31m" },
		{ "\u00e4\u00e4", 5, "\u00e4\u00e4" },
		{ "\u00e4\u00e4", 4, "\u00e4" }, /* not within a character */
		{ "\u00e4\u00e4", 3, "\u00e4" },
		{ "\u00e4\u00e4", 2, "" },
	};
	char out[20];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		imap_shown(out, cases[i].size, span_str(cases[i].in));
		if (strcmp(out, cases[i].out) != 0)
			fail_msg("case %zu: %s", i, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values_and_stops_behind_them),
		cmocka_unit_test(refuses_lists_nested_too_deep),
		cmocka_unit_test(keeps_the_first_mistake),
		cmocka_unit_test(takes_escapes_only_into_an_arena),
		cmocka_unit_test(shows_words_escaped_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
