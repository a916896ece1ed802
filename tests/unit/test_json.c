/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void refuses_what_is_no_json(void **state)
{
	static const struct {
		struct span in;
		const char *at, *what; /* what: a part of the text */
	} cases[] = {
		{ SPAN_INIT(""), "c:1:1: ", "nothing" },
		{ SPAN_INIT(" \n"), "c:1:1: ", "nothing" },
		{ SPAN_INIT("// nothing but a comment"), "c:1:1: ", "nothing" },
		{ SPAN_INIT("{"), "c:1:1: ", "" },
		{ SPAN_INIT("{\"a\":1,}"), "c:1:8: ", "" },
		{ SPAN_INIT("[1,\n 2 3]"), "c:2:4: ", "" },
		{ SPAN_INIT("[1]]"), "c:1:4: ", "after the end" },
		{ SPAN_INIT("{} // fine\n {}"), "c:2:2: ", "after the end" },
		{ SPAN_INIT("{\"a\":\n  tru}"), "c:2:3: ", "no JSON value" },
		{ SPAN_INIT("[01]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[-]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[-01]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[+1]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[1.]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[.5]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[1e]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[0x10]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[NaN]"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("['a']"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[1 /2]"), "c:1:4: ", "no JSON value" },
		{ SPAN_INIT("{a:1}"), "c:1:2: ", "no JSON value" },
		{ SPAN_INIT("[\"a]"), "c:1:2: ", "never closed" },
		{ SPAN_INIT("[\"a\\\"]"), "c:1:2: ", "never closed" },
		{ SPAN_INIT("[\"\\"), "c:1:2: ", "never closed" },
		{ SPAN_INIT("[\"a\nb\"]"), "c:1:4: ", "control character" },
		{ SPAN_INIT("[\"\\q\"]"), "c:1:", "no valid JSON" },
		{ SPAN_INIT("[\"\\ud800\"]"), "c:1:", "no valid JSON" },
		{ SPAN_INIT("[\"\\udc00x\"]"), "c:1:", "no valid JSON" },
		{ SPAN_INIT("{\"x\\u0000y\":1}"), "c:1:4: ", "NUL" },
		{ SPAN_INIT("{\"a\":\"x\\u0000y\"}"), "c:1:8: ", "NUL" },
		{ SPAN_INIT("[\"\0\"]"), "c:1:3: ", "NUL" },
		{ SPAN_INIT("[1]\0"), "c:1:4: ", "NUL" },
		{ SPAN_INIT("[1]\x0C"), "c:1:4: ", "no JSON value" },
		{ SPAN_INIT("{\"\xC3\xA4\":\"\xE4\"}"), "c:1:7: ", "UTF-8" },
		{ SPAN_INIT("// \xFF\n{}"), "c:1:4: ", "UTF-8" },
		{ SPAN_INIT("{ /* open"), "c:1:3: ", "comment" },
		{ SPAN_INIT("{ /*/"), "c:1:3: ", "comment" },
		{ SPAN_INIT("{ / }"), "c:1:3: ", "no JSON value" },
		{ SPAN_INIT("{\"a\":1,\n \"b\":2, \"a\":3}"), "c:2:9: ", "twice" },
		{ SPAN_INIT("[{\"a\":{\"b\":1,\"\\u0062\":2}}]"), "c:1:14: ", "twice" },
		{ SPAN_INIT("{\"a\":1,\"b\":{\"c\":2,\"d\":3,\"c\":4}}"),
		  "c:1:25: ", "twice" },
		{ SPAN_INIT("\xEF\xBB\xBF\xEF\xBB\xBF{}"), "c:1:1: ", "no JSON value" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json_doc *doc = NULL;
		struct err err = ERR_INIT;

		if (json_parse("c", cases[i].in, &doc, &err))
			fail_msg("case %zu: accepted", i);
		if (doc != NULL || err.cls != ERR_CONFIG)
			fail_msg("case %zu: class %s", i, err_class_name(err.cls));
		if (strncmp(err.text, cases[i].at, strlen(cases[i].at)) != 0 ||
		    strstr(err.text, cases[i].what) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void accepts_json_with_comments(void **state)
{
	static const char *const cases[] = {
		"{}",
		"[]",
		" 1 ",
		"-0.5e+3",
		"null",
		"\"\"",
		"\xEF\xBB\xBF{}",
		"// first\n{}// last",
		"/**/{/***/}/* // */",
		"{\"a\"/*:*/:/*\n*/1}",
		"[\"http://example.org/*not a comment*/\", \"\\\"//\"]",
		"[\"\\u00e4\\ud83d\\ude00\\\\u0000\"]", /* the backslash is escaped, not
							   the NUL */
		"{\"a\":{\"a\":1},\"A\":2}",
		"\t[1,\r\n 2]\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct json_doc *doc = NULL;
		struct err err = ERR_INIT;

		if (!json_parse("c", span_str(cases[i]), &doc, &err))
			fail_msg("case %zu: %s", i, err.text);
		json_free(doc);
	}
	json_free(NULL);
}

static void holds_its_limits(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strbuf_addc(&text, '[');
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strbuf_addc(&text, ']');
	assert_true(json_parse("c", strbuf_span(&text), &doc, &err));
	json_free(doc);
	strbuf_drop(&text, JSON_DEPTH_MAX);
	strbuf_clear(&text);
	for (int i = 0; i < JSON_DEPTH_MAX + 1; i++)
		strbuf_addc(&text, '[');
	assert_false(json_parse("c", strbuf_span(&text), &doc, &err));
	assert_string_equal(err.text, "c:1:65: this is nested too deep");
	strbuf_clear(&text);
	strbuf_adds(&text, "{}");
	while (text.n < JSON_SIZE_MAX)
		strbuf_addc(&text, '\n');
	assert_true(json_parse("c", strbuf_span(&text), &doc, &err));
	json_free(doc);
	strbuf_addc(&text, '\n');
	assert_false(json_parse("c", strbuf_span(&text), &doc, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	strbuf_done(&text);
}

/* A list as long as the limit allows, with one key twice: found, and not after half an
 * hour. */
static void finds_a_doubled_key_among_many(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strbuf_adds(&text, "{");
	for (int i = 0; i < 300000; i++)
		strbuf_addf(&text, "\"%d\":1,", i);
	strbuf_adds(&text, "\n\"777\":1}");
	assert_false(json_parse("c", strbuf_span(&text), &doc, &err));
	assert_string_equal(err.text, "c:2:1: this key stands twice in its object");
	strbuf_done(&text);
}

/* Parse text and begin its root object. */
static struct json_doc *open_object(const char *text, const char *path,
				    struct json_obj *o)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	if (!json_parse("c", span_str(text), &doc, &err) ||
	    !json_obj_begin(doc, json_root(doc), path, o, &err))
		fail_msg("%s", err.text);
	return doc;
}

static void reads_a_config(void **state)
{
	static const char text[] =
		"{ // a config\n"
		"  \"name\": \"M\\u00fcller\", \"on\": true, \"off\": false,\n"
		"  \"n\": -12, \"big\": 9007199254740991, \"none\": null,\n"
		"  \"sub\": { \"x\": \"y\" }, \"list\": [ \"a\", 2, {}, \"b\" ]\n"
		"}\n";
	const char *name = NULL, *none = "default";
	const struct json_value *sub, *list, *absent;
	struct json_obj o, inner;
	struct err err = ERR_INIT;
	bool on = false, off = true;
	int64_t n = 0, big = 0, missing = 7;
	struct json_doc *doc = open_object(text, "", &o);

	(void)state;
	assert_true(json_get_str(&o, "name", &name, &err));
	assert_string_equal(name, "M\xC3\xBCller");
	assert_true(json_get_bool(&o, "on", &on, &err));
	assert_true(json_get_bool(&o, "off", &off, &err));
	assert_true(on && !off);
	assert_true(json_get_int(&o, "n", -12, -12, &n, &err));
	assert_true(json_get_int(&o, "big", 0, INT64_MAX, &big, &err));
	assert_int_equal(n, -12);
	assert_int_equal(big, INT64_C(9007199254740991));
	assert_true(json_get_int(&o, "missing", 0, 1, &missing, &err));
	assert_int_equal(missing, 7);
	assert_true(json_get_str(&o, "none", &none, &err));
	assert_string_equal(none, "default");
	assert_true(json_get_object(&o, "sub", &sub, &err));
	assert_true(json_get_array(&o, "list", &list, &err));
	assert_true(json_get_object(&o, "absent", &absent, &err));
	assert_null(absent);
	assert_true(json_obj_end(&o, &err));

	assert_true(json_obj_begin(doc, sub, "sub", &inner, &err));
	assert_true(json_get_str(&inner, "x", &name, &err));
	assert_true(json_obj_end(&inner, &err));
	assert_string_equal(json_key(json_first(sub)), "x");
	list = json_first(list);
	assert_null(json_key(list));
	assert_string_equal(json_string(list), "a");
	list = json_next(list);
	assert_null(json_string(list));
	list = json_next(list);
	assert_true(json_is_object(list));
	assert_null(json_first(list));
	list = json_next(list);
	assert_string_equal(json_string(list), "b");
	assert_null(json_next(list));
	json_free(doc);
}

enum kind { STR, INT, BOOL, OBJECT, ARRAY };

static bool get(struct json_obj *o, enum kind kind, struct err *err)
{
	const struct json_value *v;
	const char *s;
	int64_t n;
	bool b;

	switch (kind) {
	case STR:
		return json_get_str(o, "k", &s, err);
	case INT:
		return json_get_int(o, "k", 1, 64, &n, err);
	case BOOL:
		return json_get_bool(o, "k", &b, err);
	case OBJECT:
		return json_get_object(o, "k", &v, err);
	case ARRAY:
		return json_get_array(o, "k", &v, err);
	}
	return false;
}

static void refuses_values_of_the_wrong_kind(void **state)
{
	static const struct {
		const char *text;
		enum kind kind;
		const char *said;
	} cases[] = {
		{ "{\"k\":1}", STR, "c:1:2: old.k: must be a string \"...\"" },
		{ "{\n\t\"k\":\"1\"}", INT,
		  "c:2:2: old.k: must be a whole number (at most 2^53 - 1)" },
		{ "{\"k\":1.5}", INT,
		  "c:1:2: old.k: must be a whole number (at most 2^53 - 1)" },
		{ "{\"k\":9007199254740992}", INT,
		  "c:1:2: old.k: must be a whole number (at most 2^53 - 1)" },
		{ "{\"k\":-9007199254740993}", INT,
		  "c:1:2: old.k: must be a whole number (at most 2^53 - 1)" },
		{ "{\"k\":1e999}", INT,
		  "c:1:2: old.k: must be a whole number (at most 2^53 - 1)" },
		{ "{\"k\":0}", INT, "c:1:2: old.k: must be from 1 to 64, not 0" },
		{ "{\"k\":65}", INT, "c:1:2: old.k: must be from 1 to 64, not 65" },
		{ "{\"k\":1}", BOOL, "c:1:2: old.k: must be true or false" },
		{ "{\"k\":\"true\"}", BOOL, "c:1:2: old.k: must be true or false" },
		{ "{\"k\":[]}", OBJECT, "c:1:2: old.k: must be an object { ... }" },
		{ "{/*\xC3\xA4*/ \"k\":{}}", ARRAY,
		  "c:1:8: old.k: must be an array [ ... ]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct json_obj o;
		struct json_doc *doc = open_object(cases[i].text, "old", &o);

		if (get(&o, cases[i].kind, &err) || err.cls != ERR_CONFIG ||
		    strcmp(err.text, cases[i].said) != 0)
			fail_msg("case %zu: %s", i, err.text);
		json_free(doc);
	}
}

static void names_unknown_keys_and_what_was_meant(void **state)
{
	static const struct {
		const char *text, *said, *hint;
	} cases[] = {
		{ "{\"host\":1,\n  \"tsl\":1}", "c:2:3: old.tsl: unknown key",
		  "did you mean \"tls\"?" },
		{ "{\"Host\":1}", "c:1:2: old.Host: unknown key",
		  "did you mean \"host\"?" },
		{ "{\"max_conections\":1}", "c:1:2: old.max_conections: unknown key",
		  "did you mean \"max_connections\"?" },
		{ "{\"maxconections\":1}", "c:1:2: old.maxconections: unknown key",
		  "did you mean \"max_connections\"?" },
		{ "{\"mxconections\":1}", "c:1:2: old.mxconections: unknown key", "" },
		{ "{\"password\":1}", "c:1:2: old.password: unknown key", "" },
		{ "{\"\":1}", "c:1:2: old.: unknown key", "" },
		{ "{\"x\":1}", "c:1:2: old.x: unknown key", "" },
		{ "{\"hostt\":{\"tls\":[1,\"a\"]},\"b\":1}",
		  "c:1:2: old.hostt: unknown key", "did you mean \"host\"?" },
		{ "{\"ho\\nst\":1}", "c:1:2: old.ho\\x0Ast: unknown key",
		  "did you mean \"host\"?" },
		{ "{\"0123456789012345678901234567890123456789x\":1}",
		  "c:1:2: old.0123456789012345678901234567890123456789x: unknown key",
		  "" },
	};
	static const char *const known[] = { "tls", "on", "host", "max_connections" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct json_obj o;
		struct json_doc *doc = open_object(cases[i].text, "old", &o);
		int64_t n;

		for (size_t k = 0; k < 2 * COUNT_OF(known); k++)
			if (!json_get_int(&o, known[k % COUNT_OF(known)], 0, 9, &n, &err))
				fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(o.known_n,
				 COUNT_OF(known)); /* asked twice, known once */
		if (json_obj_end(&o, &err) || err.cls != ERR_CONFIG)
			fail_msg("case %zu: accepted", i);
		if (strcmp(err.text, cases[i].said) != 0 ||
		    strcmp(err.hint, cases[i].hint) != 0)
			fail_msg("case %zu: %s (%s)", i, err.text, err.hint);
		json_free(doc);
	}
}

static void finds_the_place_of_any_complaint(void **state)
{
	static const char text[] = "{ \"a\": [ 1, \"x\", { \"b\": // c\n"
				   "  { \"c\": [ ] } } ],\n"
				   "  \"d\" : \"e:{}[],\" , \"f\":2 }";
	const struct json_value *a, *third, *b;
	struct json_obj root, inner, deep;
	struct err err = ERR_INIT;
	struct json_doc *doc = open_object(text, "", &root);

	(void)state;
	assert_true(json_get_array(&root, "a", &a, &err));
	third = json_next(json_next(json_first(a)));
	assert_false(json_obj_begin(doc, json_first(a), "a[0]", &inner, &err));
	assert_string_equal(err.text, "c:1:10: a[0]: must be an object { ... }");
	assert_true(json_obj_begin(doc, third, "a[2]", &inner, &err));
	assert_false(json_complain(&inner, NULL, &err, "bad"));
	assert_string_equal(err.text, "c:1:18: a[2]: bad");
	assert_true(json_get_object(&inner, "b", &b, &err));
	assert_true(json_obj_begin(doc, b, "a[2].b", &deep, &err));
	assert_false(json_complain(&deep, "c", &err, "%d is bad", 7));
	assert_string_equal(err.text, "c:2:5: a[2].b.c: 7 is bad");
	assert_false(json_complain(&deep, "missing", &err, "is required"));
	assert_string_equal(err.text, "c:1:20: a[2].b.missing: is required");
	assert_false(json_complain(&root, "f", &err, "bad"));
	assert_string_equal(err.text, "c:3:21: f: bad");
	assert_false(json_complain(&root, NULL, &err, "bad"));
	assert_string_equal(err.text, "c:1:1: bad");
	json_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_json),
		cmocka_unit_test(accepts_json_with_comments),
		cmocka_unit_test(holds_its_limits),
		cmocka_unit_test(finds_a_doubled_key_among_many),
		cmocka_unit_test(reads_a_config),
		cmocka_unit_test(refuses_values_of_the_wrong_kind),
		cmocka_unit_test(names_unknown_keys_and_what_was_meant),
		cmocka_unit_test(finds_the_place_of_any_complaint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
