/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void write_example(struct json_out *j)
{
	json_begin_object(j);
	json_put_str(j, "name", "ann");
	json_put_str(j, "none", NULL);
	json_name(j, "list");
	json_begin_array(j);
	json_int(j, INT64_MIN);
	json_int(j, INT64_MAX);
	json_begin_object(j);
	json_end_object(j);
	json_null(j);
	json_end_array(j);
	json_name(j, "empty");
	json_begin_array(j);
	json_end_array(j);
	json_name(j, "sub");
	json_begin_object(j);
	json_put_bool(j, "yes", true);
	json_put_int(j, "n", -3);
	json_end_object(j);
	json_end_object(j);
}

static void puts_commas_and_indentation(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	write_example(&j);
	assert_string_equal(strbuf_cstr(&out), "{\n"
					       "  \"name\": \"ann\",\n"
					       "  \"none\": null,\n"
					       "  \"list\": [\n"
					       "    -9223372036854775808,\n"
					       "    9223372036854775807,\n"
					       "    {},\n"
					       "    null\n"
					       "  ],\n"
					       "  \"empty\": [],\n"
					       "  \"sub\": {\n"
					       "    \"yes\": true,\n"
					       "    \"n\": -3\n"
					       "  }\n"
					       "}");
	strbuf_done(&out);
}

static void writes_one_line_when_compact(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, true);
	write_example(&j);
	assert_string_equal(
		strbuf_cstr(&out),
		"{\"name\":\"ann\",\"none\":null,\"list\":[-9223372036854775808,"
		"9223372036854775807,{},null],\"empty\":[],"
		"\"sub\":{\"yes\":true,\"n\":-3}}");
	/* What was written may be taken away between rows. */
	strbuf_clear(&out);
	json_begin_array(&j);
	json_int(&j, 1);
	strbuf_clear(&out);
	json_int(&j, 2);
	json_end_array(&j);
	assert_string_equal(strbuf_cstr(&out), ",2]");
	strbuf_done(&out);
}

static void escapes_what_json_cannot_hold(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ SPAN_INIT(""), "\"\"" },
		{ SPAN_INIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"" },
		{ SPAN_INIT("\n\r\t\b\x1F\x7F"), "\"\\n\\r\\t\\u0008\\u001f\\u007f\"" },
		{ SPAN_INIT("a\0b"), "\"a\\u0000b\"" },
		{ SPAN_INIT("J\xC3\xB6rg \xF0\x9F\x98\x80"),
		  "\"J\xC3\xB6rg \xF0\x9F\x98\x80\"" },
		{ SPAN_INIT("J\xF6rg\xC3"), "\"J\xEF\xBF\xBDrg\xEF\xBF\xBD\"" },
		{ SPAN_INIT("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct json_out j;

		json_out_init(&j, &out, true);
		json_span(&j, cases[i].in);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

static void reads_back_what_it_wrote(void **state)
{
	struct strbuf out = STRBUF_INIT;
	const struct json_value *v;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	json_begin_array(&j);
	for (char c = 1; c < 0x7F; c++)
		json_span(&j, (struct span){ &c, 1 });
	json_end_array(&j);
	if (!json_parse("out", strbuf_span(&out), &doc, &err))
		fail_msg("%s", err.text);
	v = json_first(json_root(doc));
	for (char c = 1; c < 0x7F; c++, v = json_next(v)) {
		const char *s = json_string(v);

		if (s == NULL || s[0] != c || s[1] != '\0')
			fail_msg("character %d", c);
	}
	assert_null(v);
	json_free(doc);
	strbuf_done(&out);
}

static void nests_as_deep_as_it_reads(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	struct json_out j;

	(void)state;
	json_out_init(&j, &out, false);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_begin_array(&j);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_end_array(&j);
	assert_true(json_parse("out", strbuf_span(&out), &doc, &err));
	json_free(doc);
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_commas_and_indentation),
		cmocka_unit_test(writes_one_line_when_compact),
		cmocka_unit_test(escapes_what_json_cannot_hold),
		cmocka_unit_test(reads_back_what_it_wrote),
		cmocka_unit_test(nests_as_deep_as_it_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
