/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_quota.h"

static void reads_what_servers_tell(void **state)
{
	static const struct {
		const char *in, *root;
		size_t n;
		struct limit l[3];
	} cases[] = {
		/* Dovecot 2.3.19 */
		{ "\"User quota\" (STORAGE 10 512 MESSAGE 3 1000)",
		  "User quota",
		  2,
		  { { LIMIT_STORAGE, "", 10240, 524288 },
		    { LIMIT_MESSAGES, "", 3, 1000 } } },
		{ "\"User quota\" ()", "User quota", 0, { { 0 } } },
		/* Cyrus 3.6.1 */
		{ "user.anna (STORAGE 0 1000 X-ANNOTATION-STORAGE 0 5 X-NUM-FOLDERS 2 9)",
		  "user.anna",
		  2,
		  { { LIMIT_STORAGE, "", 0, 1024000 }, { LIMIT_FOLDERS, "", 2, 9 } } },
		/* Courier 5.0.13 */
		{ "\"ROOT\" (STORAGE 12 2048)",
		  "ROOT",
		  1,
		  { { LIMIT_STORAGE, "", 12288, 2097152 } } },
		/* RFC 9208 */
		{ "\"\" (storage 1 2 MESSAGE 3 4 MAILBOX 5 6)",
		  "",
		  3,
		  { { LIMIT_STORAGE, "", 1024, 2048 },
		    { LIMIT_MESSAGES, "", 3, 4 },
		    { LIMIT_FOLDERS, "", 5, 6 } } },
		{ "{2}\r\n\x01z (MESSAGE 0 0) ",
		  "\\x01z",
		  1,
		  { { LIMIT_MESSAGES, "", 0, 0 } } },
		{ "r (STORAGE 9007199254740991 9007199254740991)",
		  "r",
		  1,
		  { { LIMIT_STORAGE, "", 9223372036854774784, 9223372036854774784 } } },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct limit out[IMAP_QUOTA_MAX];
		struct err err = ERR_INIT;
		size_t n;

		if (!imap_quota_parse(span_str(cases[i].in), &arena, out, &n, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (n != cases[i].n)
			fail_msg("case %zu: %zu limits", i, n);
		for (size_t k = 0; k < n; k++)
			if (out[k].kind != cases[i].l[k].kind ||
			    strcmp(out[k].name, cases[i].root) != 0 ||
			    out[k].used != cases[i].l[k].used ||
			    out[k].allowed != cases[i].l[k].allowed)
				fail_msg("case %zu, limit %zu", i, k);
	}
	arena_done(&arena);
}

static void refuses_what_is_outside_the_grammar(void **state)
{
	static const char *const cases[] = {
		"",
		"a",
		"a ",
		"a (",
		"a (STORAGE)",
		"a (STORAGE 1)",
		"a (STORAGE 1 )",
		"a (STORAGE 1 2",
		"a (STORAGE 1 2))",
		"a (STORAGE 1 2) b",
		"a (STORAGE -1 2)",
		"a (STORAGE 1 NIL)",
		"a (STORAGE 1 x)",
		"a (STORAGE 1 2MESSAGE 1 2)",
		"a (STORAGE 9007199254740992 1)", /* more octets than can be counted */
		"a (STORAGE 1 9223372036854775807)",
		"a (MESSAGE 1 9223372036854775808)",
		"a (FOO 1 x)",
		"() (STORAGE 1 2)",
		"NIL",
	};
	struct strbuf many = STRBUF_INIT;
	struct limit out[IMAP_QUOTA_MAX];
	struct err err = ERR_INIT;
	struct arena arena;
	size_t n = 99;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		err = ERR_INIT;
		if (imap_quota_parse(span_str(cases[i]), &arena, out, &n, &err) ||
		    err.cls != ERR_PROTO || n != 99)
			fail_msg("case %zu", i);
	}
	for (size_t k = IMAP_QUOTA_MAX; k <= IMAP_QUOTA_MAX + 1; k++) {
		err = ERR_INIT;
		strbuf_clear(&many);
		strbuf_adds(&many, "a (");
		for (size_t i = 0; i < k; i++)
			strbuf_addf(&many, "%sMESSAGE 1 2", i > 0 ? " " : "");
		strbuf_addc(&many, ')');
		assert_int_equal(
			imap_quota_parse(strbuf_span(&many), &arena, out, &n, &err),
			k == IMAP_QUOTA_MAX);
	}
	strbuf_done(&many);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_servers_tell),
		cmocka_unit_test(refuses_what_is_outside_the_grammar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
