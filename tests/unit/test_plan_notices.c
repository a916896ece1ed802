/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan_notices.h"

static const struct notice_word words[] = {
	{ "account", "anna", false },
	{ "owner", "A\r\nBcc: x@example.org", false },
	{ "empty", "", true },
	{ "missing", "- one\n- two\n", true },
};

static const struct {
	const char *text, *out; /* out NULL: refused */
} cases[] = {
	{ "", "" },
	{ "no words", "no words" },
	{ "To {account}.", "To anna." },
	{ "{account}{account}", "annaanna" },
	{ "a { b } {} {A} {1} {a", "a { b } {} {A} {1} {a" },
	{ "Dear {owner},\n", "Dear A  Bcc: x@example.org,\n" },
	{ "x\n{empty}\ny\n", "x\ny\n" },
	{ "x\n{empty}", "x\n" },
	{ "x {empty}\ny", "x \ny" },
	{ "x\n{missing}\ny", "x\n- one\n- two\n\ny" },
	{ "{{account}}", "{anna}" },
	{ "{acount}", NULL },
	{ "x\n  {nothing_at_all}", NULL },
};

static void fills_in_what_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool ok = notice_fill("t.txt", span_str(cases[i].text), words,
				      COUNT_OF(words), &out, &err);

		if (ok != (cases[i].out != NULL))
			fail_msg("%zu: %s", i, err.text);
		if (ok && strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("%zu: %s", i, strbuf_cstr(&out));
		if (!ok)
			assert_int_equal(err.cls, ERR_CONFIG);
		strbuf_done(&out);
	}
}

static void a_mistake_is_named_with_its_place(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_false(notice_fill("t.txt", span_str("x\n  {nothing}"), words,
				 COUNT_OF(words), &out, &err));
	assert_string_equal(err.text, "t.txt:2:3: nothing stands for {nothing}");
	strbuf_done(&out);
}

static void each_stage_has_a_name_and_a_letter(void **state)
{
	(void)state;
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++) {
		enum notice_stage back;
		const char *text = notice_template((enum notice_stage)s);

		assert_true(notice_stage_parse(notice_stage_name((enum notice_stage)s),
					       &back));
		assert_int_equal(back, s);
		assert_int_equal(strncmp(text, "To: {address}\nSubject: ", 23), 0);
		/* lines that every mail program shows, words left out */
		for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1)
			assert_true(strcspn(at, "\n") < 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_what_is_known),
		cmocka_unit_test(a_mistake_is_named_with_its_place),
		cmocka_unit_test(each_stage_has_a_name_and_a_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
