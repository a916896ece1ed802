/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

static const struct {
	const char *text, *is; /* NULL: refused */
} cases[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zm8=", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" },
	{ "Zm9vYg", "foob" },
	{ "Zm9vYmE", "fooba" },
	{ "+/+/", "\xfb\xff\xbf" },
	{ "Z", NULL },
	{ "Zm9vY", NULL },
	{ "Zm 9v", NULL },
	{ "Zm9v\n", NULL },
	{ "Zg==Zg==", NULL },
	{ "Z===", NULL },
	{ "Zm-_", NULL },
};

static void decodes_and_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		bool ok;

		strbuf_adds(&out, ">");
		ok = base64_decode(span_str(cases[i].text), &out);
		if (ok != (cases[i].is != NULL) ||
		    strcmp(strbuf_cstr(&out) + 1, ok ? cases[i].is : "") != 0)
			fail_msg("%zu: %d, \"%s\"", i, ok, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(
		decodes_and_refuses) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
