/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/regex.h"

static void finds_what_matches(void **state)
{
	static const struct {
		const char *pattern;
		struct span subject;
		bool matches;
	} cases[] = {
		{ "^Sent", SPAN_INIT("Sent Items"), true },
		{ "^Sent", SPAN_INIT("INBOX/Sent"), false },
		{ "(?i)^sent$", SPAN_INIT("SENT"), true },
		{ "(?i)^entw\xC3\xBCrfe$", SPAN_INIT("ENTW\xC3\x9CRFE"), true },
		{ "^.$", SPAN_INIT("\xC3\xBC"), true }, /* a character, not an octet */
		{ "", SPAN_INIT(""), true },
		{ "a", SPAN_INIT(""), false },
		{ "b",
		  SPAN_INIT("\xFF"
			    "b"),
		  true },
		{ "^.b",
		  SPAN_INIT("\xFF"
			    "b"),
		  false }, /* \xFF is no character */
		{ "a.c", SPAN_INIT("a\0c"), true },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct regex *re = NULL;
		bool got = false;

		if (!regex_open(cases[i].pattern, NULL, &re, &err) ||
		    !regex_match(re, cases[i].subject, &got, &err))
			fail_msg("%zu: %s", i, err.text);
		if (got != cases[i].matches)
			fail_msg("%zu: %s", i, cases[i].pattern);
		regex_close(re);
	}
}

static void replaces_the_first_or_all(void **state)
{
	static const struct {
		const char *pattern, *to;
		bool all;
		const char *subject, *result; /* NULL: no match */
	} cases[] = {
		{ "^Mail/", "", false, "Mail/Sent", "Sent" },
		{ "a", "b", false, "aaa", "baa" },
		{ "a", "b", true, "aaa", "bbb" },
		{ "^(.*)/(.*)$", "$2/${1}", false, "x/y", "y/x" },
		{ "(?<year>\\d{4})", "Archive/${year}", false, "2009", "Archive/2009" },
		{ "(a)|(b)", "[$2]", true, "ab", "[][b]" },
		{ "x", "$$", false, "x", "$" },
		{ "x", "y", true, "abc", NULL },
		{ "\\\\", "_", true, "a\\b\\c", "a_b_c" },
		{ "(?i) +(?=/|$)", "", true, "a /b  ", "a/b" },
		{ "", "-", true, "\xC3\xBC", "-\xC3\xBC-" },
		{ "b", "c", true,
		  "\xFF"
		  "b",
		  "\xFF"
		  "c" },
		{ "^.*$", "", false, "all", "" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct regex *re = NULL;
		bool got = false;

		if (!regex_open(cases[i].pattern, cases[i].to, &re, &err) ||
		    !regex_replace(re, span_str(cases[i].subject), cases[i].all, &out,
				   &got, &err))
			fail_msg("%zu: %s", i, err.text);
		if (got != (cases[i].result != NULL) ||
		    strcmp(strbuf_cstr(&out), got ? cases[i].result : "") != 0)
			fail_msg("%zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
		regex_close(re);
	}
}

static void refuses_what_is_no_pattern(void **state)
{
	static const struct {
		const char *pattern, *to, *what;
	} cases[] = {
		{ "(", NULL, "parenthesis, at octet 2" },
		{ "a)", NULL, "octet 2" },
		{ "[a", NULL, "octet 3" },
		{ "*", NULL, "octet 1" },
		{ "a{2,1}", NULL, "octet" },
		{ "\\", NULL, "octet 2" },
		{ "\\C", NULL, "octet" },
		{ "\xFF", NULL, "UTF-8" },
		{ "(?<n>a)", "${m}", "no such group" },
		{ "(a)", "$2", "no such group" },
		{ "a", "$1", "no such group" },
		{ "a", "$", "dollar sign" },
		{ "a", "x$ ", "dollar sign" },
		{ "(a)", "${1", "dollar sign" },
		{ "(a)", "${}", "dollar sign" },
		{ "(?:(?:a{1000}){1000}){1000}", NULL, "octet" },
	};
	struct err err = ERR_INIT;
	struct regex *re = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (regex_open(cases[i].pattern, cases[i].to, &re, &err))
			fail_msg("%zu: %s was taken", i, cases[i].pattern);
		if (err.cls != ERR_CONFIG || strstr(err.text, cases[i].what) == NULL)
			fail_msg("%zu: %s", i, err.text);
		assert_null(re);
	}
}

static void bounds_the_pattern(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct regex *re = NULL;

	(void)state;
	while (sb.n < REGEX_PATTERN_MAX)
		strbuf_addc(&sb, 'a');
	assert_true(regex_open(strbuf_cstr(&sb), strbuf_cstr(&sb), &re, &err));
	regex_close(re);
	re = NULL;
	strbuf_addc(&sb, 'a');
	assert_false(regex_open(strbuf_cstr(&sb), NULL, &re, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_false(regex_open("a", strbuf_cstr(&sb), &re, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	strbuf_clear(&sb);
	for (int i = 0; i < 200; i++)
		strbuf_addc(&sb, '(');
	for (int i = 0; i < 200; i++)
		strbuf_addc(&sb, ')');
	assert_false(regex_open(strbuf_cstr(&sb), NULL, &re, &err));
	strbuf_done(&sb);
}

/* Each of these takes longer than the world has when nobody counts its steps. */
static void a_pattern_that_explodes_is_stopped(void **state)
{
	static const char *const patterns[] = { "(a+)+$",
						"(a|a)*$",
						"(a|aa)+$",
						"(.*)*b",
						"^(([a-z])+.)+[A-Z]([a-z])+$",
						"(?:a?){40}a{40}$" };
	struct strbuf subject = STRBUF_INIT;
	struct err err = ERR_INIT;
	size_t stopped = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&subject, 'a');
	strbuf_addc(&subject, '!');
	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		struct strbuf out = STRBUF_INIT;
		struct regex *re = NULL;
		bool got = true;

		if (!regex_open(patterns[i], "x", &re, &err))
			fail_msg("%zu: %s", i, err.text);
		/* An optimiser may see at once that there is nothing to find. */
		if (!regex_match(re, strbuf_span(&subject), &got, &err)) {
			assert_int_equal(err.cls, ERR_LIMIT);
			assert_non_null(strstr(err.text, "explodes"));
			stopped++;
		} else {
			assert_false(got);
		}
		if (!regex_replace(re, strbuf_span(&subject), true, &out, &got, &err))
			assert_int_equal(err.cls, ERR_LIMIT);
		strbuf_done(&out);
		regex_close(re);
	}
	assert_true(stopped >= 4);
	strbuf_done(&subject);
}

static void bounds_subject_and_result(void **state)
{
	struct strbuf subject = STRBUF_INIT, out = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct regex *re = NULL;
	bool got = false;

	(void)state;
	while (subject.n < REGEX_SUBJECT_MAX)
		strbuf_addc(&subject, 'a');
	assert_true(regex_open("a", "a", &re, &err));
	assert_true(regex_replace(re, strbuf_span(&subject), true, &out, &got, &err));
	assert_int_equal(out.n, REGEX_OUTPUT_MAX);
	regex_close(re);
	strbuf_clear(&out);
	assert_true(regex_open("a", "aa", &re, &err));
	assert_false(regex_replace(re, strbuf_span(&subject), true, &out, &got, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_non_null(strstr(err.text, "longer than"));
	assert_int_equal(out.n, 0);
	strbuf_addc(&subject, 'a');
	assert_false(regex_match(re, strbuf_span(&subject), &got, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	regex_close(re);
	strbuf_done(&subject);
	strbuf_done(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_matches),
		cmocka_unit_test(replaces_the_first_or_all),
		cmocka_unit_test(refuses_what_is_no_pattern),
		cmocka_unit_test(bounds_the_pattern),
		cmocka_unit_test(a_pattern_that_explodes_is_stopped),
		cmocka_unit_test(bounds_subject_and_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
