/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_search.h"

static bool note(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "%u-%u ", lo, hi);
	return true;
}

static bool stop(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	(void)ctx, (void)lo, (void)hi;
	return err_set(err, ERR_LIMIT, "enough");
}

static void reads_search(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ " ", "" },
		{ "7", "7-7 " },
		{ " 7", "7-7 " },
		{ "1 2 3 5 6 9", "1-3 5-6 9-9 " },
		{ "1 2 3 ", "1-3 " },
		{ "3 2 1", "3-3 2-2 1-1 " },
		{ "1 1", "1-1 1-1 " },
		{ "4294967294 4294967295", "4294967294-4294967295 " },
		{ "4294967295 1", "4294967295-4294967295 1-1 " },
		{ "2 3 (MODSEQ 917)", "2-3 " },
		{ "(MODSEQ 917)", "" },
		{ "0", NULL },
		{ "1 0", NULL },
		{ "4294967296", NULL },
		{ "1:3", NULL },
		{ "1,2", NULL },
		{ "1x", NULL },
		{ "x", NULL },
		{ "-1", NULL },
		{ "*", NULL },
		{ "1(MODSEQ 9)", NULL },
		{ "1 (MODSEQ 9", NULL },
		{ "1 (MODSEQ 9) 7", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool ok = imap_search_parse(span_str(cases[i].in), note, &out, &err);

		if (ok != (cases[i].out != NULL) || (!ok && err.cls != ERR_PROTO) ||
		    (ok && strcmp(strbuf_cstr(&out), cases[i].out) != 0))
			fail_msg("case %zu: %s %s", i, strbuf_cstr(&out), err.text);
		strbuf_done(&out);
	}
}

static void reads_sequence_sets(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "7", "7-7 " },
		{ "1:5,7", "1-5 7-7 " },
		{ "5:1", "1-5 " },
		{ "3:3,2", "3-3 2-2 " },
		{ "1:4294967295", "1-4294967295 " },
		{ "", NULL },
		{ "*", NULL },
		{ "1:*", NULL },
		{ "0", NULL },
		{ "0:5", NULL },
		{ "5:0", NULL },
		{ "1:", NULL },
		{ ":1", NULL },
		{ "1,", NULL },
		{ ",1", NULL },
		{ "1,,2", NULL },
		{ "1:2:3", NULL },
		{ "1 2", NULL },
		{ "1:4294967296", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool ok = imap_set_parse(span_str(cases[i].in), note, &out, &err);

		if (ok != (cases[i].out != NULL) || (!ok && err.cls != ERR_PROTO) ||
		    (ok && strcmp(strbuf_cstr(&out), cases[i].out) != 0))
			fail_msg("case %zu: %s %s", i, strbuf_cstr(&out), err.text);
		strbuf_done(&out);
	}
}

static void reads_esearch(void **state)
{
	static const struct {
		const char *in, *tag;
		bool uid, all;
		int64_t count;
		const char *out;
	} cases[] = {
		{ "(TAG \"m3\") UID ALL 1:5,7", "m3", true, true, -1, "1-5 7-7 " },
		{ "(tag m3) uid all 1", "m3", true, true, -1, "1-1 " },
		{ "(TAG \"m3\") UID", "m3", true, false, -1, "" },
		{ "(TAG \"m3\") UID COUNT 0", "m3", true, false, 0, "" },
		{ "(TAG \"m3\") UID COUNT 6 ALL 5:1,9", "m3", true, true, 6, "1-5 9-9 " },
		{ "(TAG \"m3\") UID MIN 1 MAX 9 ALL 1,9 MODSEQ 12", "m3", true, true, -1,
		  "1-1 9-9 " },
		{ "(TAG \"m3\") UID X-NEW (a (b)) ALL 2", "m3", true, true, -1, "2-2 " },
		{ "(TAG \"m3\") UID ALL 2 X {3}\r\na  ", "m3", true, true, -1, "2-2 " },
		{ "ALL 3", "", false, true, -1, "3-3 " },
		{ "UID", "", true, false, -1, "" },
		{ "", "", false, false, -1, "" },
		{ " UID ALL 4 ", "", true, true, -1, "4-4 " },
	};
	static const char *const refused[] = {
		"(TAG \"m3\") UID ALL",
		"(TAG \"m3\") UID ALL ",
		"(TAG \"m3\") UID ALL 1:*",
		"(TAG \"m3\") UID ALL 0",
		"(TAG \"m3\") UID ALL 1:5,",
		"(TAG \"m3\") UID ALL 1 ALL 2",
		"(TAG \"m3\")UID ALL 1",
		"(TAG \"m3\" UID ALL 1",
		"(TAG) UID ALL 1",
		"(GAT \"m3\") UID ALL 1",
		"UID ALL 1;2",
		"UID COUNT x",
		"UID COUNT 4294967296",
		"UID  ALL 1",
		"(TAG \"m3\") UID ALL 1:5 7",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct imap_esearch e;

		if (!imap_esearch_parse(span_str(cases[i].in), &e, note, &out, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (!span_eq_str(e.tag, cases[i].tag) || e.uid != cases[i].uid ||
		    e.all != cases[i].all || e.count != cases[i].count ||
		    strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct imap_esearch e = { .count = 42 };
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (imap_esearch_parse(span_str(refused[i]), &e, note, &out, &err) ||
		    err.cls != ERR_PROTO || e.count != 42)
			fail_msg("refusal %zu", i);
		strbuf_done(&out);
	}
}

static void stops_when_it_is_told_to(void **state)
{
	struct imap_esearch e;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		bool ok = i == 0   ? imap_search_parse(SPAN_LIT("1 3"), stop, NULL, &err)
			  : i == 1 ? imap_set_parse(SPAN_LIT("1,3"), stop, NULL, &err)
				   : imap_esearch_parse(SPAN_LIT("UID ALL 1,3"), &e, stop,
							NULL, &err);

		assert_false(ok);
		assert_int_equal(err.cls, ERR_LIMIT);
		assert_string_equal(err.text, "enough");
	}
}

static void reads_vanished(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
		bool earlier;
	} cases[] = {
		{ "(EARLIER) 41,43:116", "41-41 43-116 ", true },
		{ "(earlier) 7", "7-7 ", true },
		{ " 405,407 ", "405-405 407-407 ", false },
		{ "(EARLIER)", NULL, true },
		{ "(EARLIER) ", NULL, true },
		{ "(EARLIER) 0", NULL, true },
		{ "(LATER) 7", NULL, false },
		{ "7:*", NULL, false },
		{ "", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool earlier = false, ok;

		ok = imap_vanished_parse(span_str(cases[i].in), &earlier, note, &out,
					 &err);
		if (ok != (cases[i].out != NULL) || (!ok && err.cls != ERR_PROTO) ||
		    (ok && (strcmp(strbuf_cstr(&out), cases[i].out) != 0 ||
			    earlier != cases[i].earlier)))
			fail_msg("case %zu: %s %s", i, strbuf_cstr(&out), err.text);
		strbuf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_search),
		cmocka_unit_test(reads_sequence_sets),
		cmocka_unit_test(reads_vanished),
		cmocka_unit_test(reads_esearch),
		cmocka_unit_test(stops_when_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
