/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "imap/imap_utf7.h"

static void is_the_same_both_ways(void **state)
{
	static const struct {
		const char *wire, *utf8;
	} cases[] = {
		{ "", "" },
		{ "INBOX", "INBOX" },
		{ "a/b c.~\"\\%*", "a/b c.~\"\\%*" },
		{ "&-", "&" },
		{ "&-&-", "&&" },
		{ "R&-D", "R&D" },
		{ "Entw&APw-rfe", "Entw\u00fcrfe" },
		{ "&AMk-t&AOk-", "\u00c9t\u00e9" },
		{ "&AOQA9gD8-", "\u00e4\u00f6\u00fc" },
		{ "&AOQ-&-&APY-", "\u00e4&\u00f6" },
		{ "&U,BTFw-", "\u53f0\u5317" },
		{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
		  "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e" },
		{ "&2D3cwQ- Dokumente", "\U0001F4C1 Dokumente" },
		{ "&2D3cwdg93ME-", "\U0001F4C1\U0001F4C1" },
		{ "&2AHfcw-x", "\U00010773x" },
		{ "&2,,f,w-", "\U0010FFFF" },
		{ "&,,8-", "\uffff" },
		{ "&AAo-", "\n" },
		{ "&AH8-", "\x7f" },
		{ "&AIA-", "\xc2\x80" },
		{ "&B,8-", "\u07ff" },
		{ "&CAA-", "\u0800" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_adds(&out, "x");
		if (!imap_utf7_decode(span_str(cases[i].wire), &out) ||
		    strcmp(strbuf_cstr(&out) + 1, cases[i].utf8) != 0)
			fail_msg("case %zu decodes to %s", i, strbuf_cstr(&out));
		strbuf_clear(&out);
		strbuf_adds(&out, "y");
		if (!imap_utf7_encode(span_str(cases[i].utf8), &out) ||
		    strcmp(strbuf_cstr(&out) + 1, cases[i].wire) != 0)
			fail_msg("case %zu encodes to %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

static void refuses_what_is_not_modified_utf7(void **state)
{
	static const char *const cases[] = {
		"&",		   /* no end */
		"a&AOQ",	   /* no end */
		"&AOQ/-",	   /* '/' is of plain base64 */
		"&AOQ=-",	   /* padding */
		"&A-",		   /* no whole unit */
		"&AO-",		   /* no whole unit */
		"&AOR-",	   /* padding bits that are not zero */
		"&AOQA-",	   /* a digit too many */
		"&AOQ-&APY-",	   /* superfluous shift */
		"&AGE-",	   /* 'a' in base64 */
		"&ACY-",	   /* '&' in base64 */
		"&ACA-",	   /* blank in base64 */
		"&AH4-",	   /* '~' in base64 */
		"&AAA-",	   /* NUL */
		"&2D0-",	   /* high surrogate alone */
		"&3ME-",	   /* low surrogate alone */
		"&2D0A5A-",	   /* high surrogate and no low one */
		"&2D3YPQ-",	   /* two high ones */
		"Entw\xc3\xbcrfe", /* UTF-8 (Courier 5 on disk) */
		"Entw\xfcrfe",
		"a\tb",
		"a\x7f",
		"&AO Q-",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_adds(&out, "kept");
		if (imap_utf7_decode(span_str(cases[i]), &out))
			fail_msg("case %zu decodes to %s", i, strbuf_cstr(&out));
		if (strcmp(strbuf_cstr(&out), "kept") != 0)
			fail_msg("case %zu leaves %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

static void refuses_to_encode_what_is_not_utf8(void **state)
{
	static const struct span cases[] = {
		{ "\xff", 1 },
		{ "a\xc3", 2 },
		{ "\xc0\x80", 2 },	   /* overlong */
		{ "\xed\xa0\x80", 3 },	   /* a surrogate */
		{ "\xf4\x90\x80\x80", 4 }, /* beyond U+10FFFF */
		{ "a\0b", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_adds(&out, "kept");
		if (imap_utf7_encode(cases[i], &out) ||
		    strcmp(strbuf_cstr(&out), "kept") != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_same_both_ways),
		cmocka_unit_test(refuses_what_is_not_modified_utf7),
		cmocka_unit_test(refuses_to_encode_what_is_not_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
