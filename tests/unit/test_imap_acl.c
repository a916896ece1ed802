/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_acl.h"

static void reads_what_servers_tell(void **state)
{
	static const struct {
		const char *in, *wire;
		size_t n;
		struct acl_entry e[4];
	} cases[] = {
		/* Cyrus 3.6.1 */
		{ "INBOX.Work anna lrswipkxtecdan ben lrs",
		  "INBOX.Work",
		  2,
		  { { "anna", "acdeiklnprstwx" }, { "ben", "lrs" } } },
		/* Dovecot 2.3.19: groups with $, what the administrator set with # */
		{ "\"a b\" $staff lr \"#owner\" lra anna lrwstipekxacd",
		  "a b",
		  3,
		  { { "#owner", "alr" },
		    { "$staff", "lr" },
		    { "anna", "acdeiklprstwx" } } },
		/* Courier 5.0.13 */
		{ "\"INBOX\" \"owner\" \"aceilrstwx\" \"administrators\" \"aceilrstwx\"",
		  "INBOX",
		  2,
		  { { "administrators", "aceilrstwx" }, { "owner", "aceilrstwx" } } },
		/* RFC 4314: rights taken away, nothing at all, literals, a server's own
		 */
		{ "x -ben w anyone \"\" ",
		  "x",
		  2,
		  { { "-ben", "w" }, { "anyone", "" } } },
		{ "{1}\r\nx {4}\r\nA\tB\xff {2}\r\nrl",
		  "x",
		  1,
		  { { "A\\x09B\\xFF", "lr" } } },
		{ "x y 0r9", "x", 1, { { "y", "09r" } } },
		/* Twice the same: both. */
		{ "x y sr z l y lr", "x", 2, { { "y", "lrs" }, { "z", "l" } } },
		/* A person of this name. */
		{ "x NIL lr", "x", 1, { { "NIL", "lr" } } },
		{ "INBOX", "INBOX", 0, { { 0 } } },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct acl_entry *e;
		struct err err = ERR_INIT;
		const char *wire;
		size_t n;

		if (!imap_acl_parse(span_str(cases[i].in), &arena, &wire, &e, &n, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(wire, cases[i].wire) != 0 || n != cases[i].n)
			fail_msg("case %zu: \"%s\", %zu entries", i, wire, n);
		for (size_t k = 0; k < n; k++)
			if (strcmp(e[k].who, cases[i].e[k].who) != 0 ||
			    strcmp(e[k].rights, cases[i].e[k].rights) != 0)
				fail_msg("case %zu, entry %zu: \"%s\" \"%s\"", i, k,
					 e[k].who, e[k].rights);
	}
	arena_done(&arena);
}

static void refuses_broken_grammar(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"x y",
		"x y ",
		"x  y lr",
		"x y LR",
		"x y l-r",
		"x y NIL",
		"x NIL NIL",
		"x \"\" lr",
		"x y (lr)",
		"x (y lr)",
		"x y lr z",
		"x y lr  z l",
		"(x) y lr",
		"x y \"l",
		"x\x01 y l",
		"\"x\ny\" y l",
		"x y abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct acl_entry *e = NULL;
		struct err err = ERR_INIT;
		const char *wire = NULL;
		size_t n = 7;

		if (imap_acl_parse(span_str(cases[i]), &arena, &wire, &e, &n, &err))
			fail_msg("case %zu was taken", i);
		if (err.cls != ERR_PROTO || e != NULL || wire != NULL || n != 7)
			fail_msg("case %zu: class %d", i, (int)err.cls);
	}
	arena_done(&arena);
}

static bool parse(const struct strbuf *text, size_t *n)
{
	const struct acl_entry *e;
	struct err err = ERR_INIT;
	struct arena arena;
	const char *wire;
	bool ok;

	arena_init(&arena);
	ok = imap_acl_parse(strbuf_span(text), &arena, &wire, &e, n, &err);
	arena_done(&arena);
	return ok;
}

static void bounds_what_it_keeps(void **state)
{
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;

	(void)state;
	strbuf_adds(&text, "INBOX");
	for (int i = 0; i < ACL_ENTRIES_MAX; i++)
		strbuf_addf(&text, " u%d lr", i);
	assert_true(parse(&text, &n));
	assert_int_equal(n, ACL_ENTRIES_MAX);
	strbuf_adds(&text, " one-more lr");
	assert_false(parse(&text, &n));

	strbuf_clear(&text);
	strbuf_adds(&text, "INBOX ");
	for (int i = 0; i < ACL_WHO_MAX; i++)
		strbuf_addc(&text, 'w');
	strbuf_adds(&text, " lr");
	assert_true(parse(&text, &n));
	strbuf_clear(&text);
	strbuf_adds(&text, "INBOX ");
	for (int i = 0; i < ACL_WHO_MAX + 1; i++)
		strbuf_addc(&text, 'w');
	strbuf_adds(&text, " lr");
	assert_false(parse(&text, &n));
	strbuf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_servers_tell),
		cmocka_unit_test(refuses_broken_grammar),
		cmocka_unit_test(bounds_what_it_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
