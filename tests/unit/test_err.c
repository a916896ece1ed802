/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

static void is_always_one_clean_line(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_false(err_set(&err, ERR_SERVER, "folder %s: %s", "a\nb\x1B[31m",
			     "NO\r\n\x7F\xFF"));
	assert_int_equal(err.cls, ERR_SERVER);
	assert_string_equal(err.text, "folder a\\x0Ab\\x1B[31m: NO\\x0D\\x0A\\x7F\\xFF");
	assert_string_equal(err.hint, "");
	assert_false(err_hint(&err, "type %s", "x\ny"));
	assert_string_equal(err.hint, "type x\\x0Ay");
	err_set(&err, ERR_SERVER,
		"\xE2\x80\xAE"
		"gpj.exe");
	assert_string_equal(err.text, "\\u{202E}gpj.exe");
}

static void wraps_context_around_the_cause(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_NET, "connection reset");
	err_hint(&err, "is the port right?");
	assert_false(err_wrap(&err, "account %s", "ann"));
	assert_false(err_wrap(&err, "old server"));
	assert_string_equal(err.text, "old server: account ann: connection reset");
	assert_string_equal(err.hint, "is the port right?");
	assert_int_equal(err.cls, ERR_NET);
	err_set(&err, ERR_BUG, "again: %s", err.text); /* its own text as an argument */
	assert_string_equal(err.text, "again: old server: account ann: connection reset");
	assert_string_equal(err.hint, "");
	err_set(&err, ERR_BUG, "again: %s",
		"\\x0A"); /* escaped before, not escaped twice */
	err_wrap(&err, "once");
	assert_string_equal(err.text, "once: again: \\x0A");
}

static void cuts_between_characters(void **state)
{
	char many[700];
	struct err err = ERR_INIT;

	(void)state;
	/* U+00E4 after 0 to 3 ASCII letters: the cut falls on every offset of a
	 * character. */
	for (size_t lead = 0; lead < 4; lead++) {
		size_t n = lead;

		memset(many, 'x', lead);
		while (n + 3 < sizeof many) {
			memcpy(many + n, "\xC3\xA4", 2);
			n += 2;
		}
		many[n] = '\0';
		err_set(&err, ERR_PROTO, "%s", many);
		if (strlen(err.text) >= sizeof err.text ||
		    !text_is_utf8(span_str(err.text)))
			fail_msg("lead %zu: \"%s\"", lead, err.text);
		if (strcmp(err.text + strlen(err.text) - 3, "\xE2\x80\xA6") != 0)
			fail_msg("lead %zu: no ellipsis", lead);
	}
	memset(many, 'y', 480);
	many[480] = '\0';
	err_set(&err, ERR_PROTO, "%s", many);
	assert_int_equal(strlen(err.text),
			 479); /* one too many: cut, with the ellipsis */
	assert_string_equal(err.text + 475, "y\xE2\x80\xA6");
	memset(many, 'y', 479);
	many[479] = '\0';
	err_set(&err, ERR_PROTO, "%s", many);
	assert_string_equal(err.text, many); /* just fits */
	err_wrap(&err, "context");
	assert_int_equal(strncmp(err.text, "context: yyy", 12), 0);
	assert_true(strlen(err.text) < sizeof err.text);
	for (int i = 0; i < 200; i++)
		err_hint(&err, "%s", many);
	assert_true(strlen(err.hint) < sizeof err.hint);
}

static void names_system_errors(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_false(err_errno(&err, ERR_LOCAL, ENOENT, "cannot open %s", "a\tb"));
	assert_string_equal(err.text, "cannot open a\\x09b: No such file or directory");
	assert_int_equal(err.cls, ERR_LOCAL);
	err_errno(&err, ERR_LOCAL, 99999, "odd");
	assert_non_null(strstr(err.text, "99999"));
}

static void every_class_has_its_own_word(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_CLASS_COUNT; i++) {
		const char *name = err_class_name((enum err_class)i);

		if (name == NULL || name[0] == '\0')
			fail_msg("class %d has no name", i);
		for (int k = 0; k < i; k++)
			if (strcmp(name, err_class_name((enum err_class)k)) == 0)
				fail_msg("classes %d and %d are both %s", k, i, name);
	}
	assert_string_equal(err_class_name(ERR_LOGIN), "login");
	assert_string_equal(err_class_name(ERR_NET), "network");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_always_one_clean_line),
		cmocka_unit_test(wraps_context_around_the_cause),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(names_system_errors),
		cmocka_unit_test(every_class_has_its_own_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
