/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_cmd.h"
#include "imap/imap_list.h"
#include "imap/imap_session.h"

static void reads_list(void **state)
{
	static const struct {
		const char *in;
		unsigned attrs;
		char delim;
		const char *wire, *name;
	} cases[] = {
		{ "(\\HasNoChildren \\Sent) \"/\" Sent",
		  FOLDER_HAS_NO_CHILDREN | FOLDER_SENT, '/', "Sent", "Sent" },
		{ "(\\Noselect \\HasChildren) \"/\" Deep/1",
		  FOLDER_NOSELECT | FOLDER_HAS_CHILDREN, '/', "Deep/1", "Deep/1" },
		{ "(\\HasNoChildren) \"/\" \"&2D3cwQ- Dokumente\"",
		  FOLDER_HAS_NO_CHILDREN, '/', "&2D3cwQ- Dokumente",
		  "\U0001F4C1 Dokumente" },
		{ "(\\Marked \\HasChildren) \".\" \"INBOX\"",
		  FOLDER_MARKED | FOLDER_HAS_CHILDREN, '.', "INBOX", "INBOX" },
		{ "(\\NonExistent) \"/\" Deep", FOLDER_NOSELECT | FOLDER_NONEXISTENT, '/',
		  "Deep", "Deep" },
		{ "(\\NoInferiors) NIL INBOX", FOLDER_NOINFERIORS, '\0', "INBOX",
		  "INBOX" },
		{ "() \"/\" Archive/Big", 0, '/', "Archive/Big", "Archive/Big" },
		{ "() \"\\\\\" \"a\\\\b\"", 0, '\\', "a\\b", "a\\b" },
		{ "() \"\\\"\" a", 0, '"', "a", "a" },
		{ "(\\SUBSCRIBED \\trash \\Unheard \\Unmarked) \"/\" x",
		  FOLDER_SUBSCRIBED | FOLDER_TRASH | FOLDER_UNMARKED, '/', "x", "x" },
		{ "(\\All \\Archive \\Drafts \\Flagged \\Junk \\Important) \"/\" x",
		  FOLDER_ALL | FOLDER_ARCHIVE | FOLDER_DRAFTS | FOLDER_FLAGGED |
			  FOLDER_JUNK | FOLDER_IMPORTANT,
		  '/', "x", "x" },
		{ "() \"/\" {7}\r\na {1}\"\\", 0, '/', "a {1}\"\\", "a {1}\"\\" },
		{ "() \"/\" \"a \\\"b\\\"\"", 0, '/', "a \"b\"", "a \"b\"" },
		{ "() \"/\" \"\"", 0, '/', "", "" },
		{ "() \"/\" NIL", 0, '/', "NIL", "NIL" },
		{ "() \"/\" a]b", 0, '/', "a]b", "a]b" },
		{ "() \"/\" foo (\"CHILDINFO\" (\"SUBSCRIBED\"))", 0, '/', "foo", "foo" },
		{ "() \"/\" {4}\r\nab  ", 0, '/', "ab  ", "ab  " },
		{ "() \"/\" foo ", 0, '/', "foo", "foo" },
		/* Decomposed on the wire, composed for people. */
		{ "() \"/\" \"A&AwgA4Q-\"", 0, '/', "A&AwgA4Q-", "\u00c4\u00e1" },
		/* Not modified UTF-7: the octets, made harmless (Courier 5 with UTF-8 on
		   disk). */
		{ "() \".\" \"INBOX.Entw\u00fcrfe\"", 0, '.', "INBOX.Entw\u00fcrfe",
		  "INBOX.Entw\u00fcrfe" },
		{ "() \"/\" \"\xfc\x1b[31m\"", 0, '/', "\xfc\x1b[31m", "\\xFC\\x1B[31m" },
		{ "() \"/\" \"R&D\"", 0, '/', "R&D", "R&D" },
		{ "() \"/\" \"&AAA-\"", 0, '/', "&AAA-", "&AAA-" },
		{ "() \"/\" \"&AAo-\"", 0, '/', "&AAo-", "\n" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct folder f;

		if (!imap_list_parse(span_str(cases[i].in), false, &arena, &f, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (f.attrs != cases[i].attrs || f.delim != cases[i].delim || f.id != 0 ||
		    strcmp(f.wire, cases[i].wire) != 0 ||
		    strcmp(f.name, cases[i].name) != 0)
			fail_msg("case %zu: %x %c \"%s\" \"%s\"", i, f.attrs, f.delim,
				 f.wire, f.name);
	}
	arena_done(&arena);
}

static void refuses_broken_lists(void **state)
{
	static const struct span cases[] = {
#define CASE(s) { s, sizeof(s) - 1 }
		CASE(""),
		CASE("()"),
		CASE("() \"/\""),
		CASE("() \"/\" "),
		CASE("\\Sent \"/\" a"),
		CASE("(\\Sent \"/\" a"),
		CASE("(\\Sent)\"/\" a"),
		CASE("() / a"),
		CASE("() \"\" a"),
		CASE("() \"//\" a"),
		CASE("() \"/\" a b c"),
		CASE("() \"/\" a b)"),
		CASE("() \"/\" \"a"),
		CASE("() \"/\" a\"b\""),
		CASE("() \"/\" \\a"),
		CASE("() \"/\" (a)"),
		CASE("() \"/\" \xfc"),
		CASE("() \"/\" {3}\r\nab"),
		CASE("() \"/\" {3}\r\na\r\n"), /* CR and LF in a name would write a line
						  of ours */
		CASE("() \"/\" {3}\r\na\nb"),
		CASE("() \"/\" {3}\r\na\0b"),
		CASE("() \"/\" ~{3}\r\na\0b"),
		CASE("() \"/\" \"a\0b\""),
		CASE("() \"/\" \"a\r\""),
#undef CASE
	};
	struct strbuf in = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct folder f = { .id = 42 };

		if (imap_list_parse(cases[i], false, &arena, &f, &err) ||
		    err.cls != ERR_PROTO || f.id != 42)
			fail_msg("case %zu", i);
	}
	for (size_t n = IMAP_NAME_MAX; n <= IMAP_NAME_MAX + 1; n++) {
		struct err err = ERR_INIT;
		struct folder f;

		strbuf_clear(&in);
		strbuf_adds(&in, "() \"/\" ");
		for (size_t i = 0; i < n; i++)
			strbuf_addc(&in, 'a');
		assert_int_equal(
			imap_list_parse(strbuf_span(&in), false, &arena, &f, &err),
			n == IMAP_NAME_MAX);
	}
	strbuf_done(&in);
	arena_done(&arena);
}

/* Whatever a listing brings can be asked for: no server makes us refuse our own command.
 */
static void puts_every_name_into_a_command_that_is_allowed(void **state)
{
	static const struct {
		const char *wire, *put;
	} cases[] = {
		{ "INBOX", "INBOX" },
		{ "Entw&APw-rfe", "Entw&APw-rfe" },
		{ "a.b/c-d_e+f~", "a.b/c-d_e+f~" },
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "nil", "\"nil\"" },
		{ "a]", "\"a]\"" },
		{ "a%", "\"a%\"" },
		{ "*", "\"*\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "\\Seen", "\"\\\\Seen\"" },
		{ "(x)", "\"(x)\"" },
		{ "{3}", "\"{3}\"" },
		{ "x BODY[]", "\"x BODY[]\"" },
		{ "\xfc\xc3", "\"\xfc\xc3\"" },
		{ "a\tb\x7f", "\"a\tb\x7f\"" },
	};
	char longest[IMAP_NAME_MAX + 1];
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		strbuf_clear(&out);
		strbuf_adds(&out, "EXAMINE ");
		imap_put_mailbox(&out, cases[i].wire);
		if (strcmp(strbuf_cstr(&out) + 8, cases[i].put) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		if (!imap_cmd_allowed(strbuf_span(&out), &err))
			fail_msg("case %zu: %s", i, err.text);
	}
	memset(longest, '\\', IMAP_NAME_MAX);
	longest[IMAP_NAME_MAX] = '\0';
	strbuf_clear(&out);
	strbuf_adds(&out, "STATUS ");
	imap_put_mailbox(&out, longest);
	strbuf_adds(&out, " (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)");
	assert_true(imap_cmd_allowed(strbuf_span(&out), &err));
	/* What never gets here would be refused. */
	strbuf_clear(&out);
	strbuf_adds(&out, "EXAMINE ");
	imap_put_mailbox(&out, "a\r\nm2 DELETE b");
	assert_false(imap_cmd_allowed(strbuf_span(&out), &err));
	strbuf_done(&out);
}

static void reads_status(void **state)
{
	static const struct {
		const char *in, *wire;
		struct folder_state st;
	} cases[] = {
		{ "INBOX (MESSAGES 312 UIDNEXT 313 UIDVALIDITY 1795444660 UNSEEN 76)",
		  "INBOX",
		  { 1795444660, 313, -1, 312, -1, 0, false } },
		{ "Sent (MESSAGES 200 UIDNEXT 201 UIDVALIDITY 1795444359 UNSEEN 56 SIZE "
		  "229268 HIGHESTMODSEQ 202)",
		  "Sent",
		  { 1795444359, 201, 202, 200, 229268, 0, false } },
		{ "\"INBOX\" (messages 0 uidnext 1 uidvalidity 795444642)",
		  "INBOX",
		  { 795444642, 1, -1, 0, -1, 0, false } },
		{ "{3}\r\na b (MESSAGES 1)", "a b", { 0, 0, -1, 1, -1, 0, false } },
		{ "a ()", "a", { 0, 0, -1, -1, -1, 0, false } },
		{ "a (HIGHESTMODSEQ 0)",
		  "a",
		  { 0, 0, -1, -1, -1, 0, false } }, /* NOMODSEQ */
		{ "a (SIZE 9223372036854775807 UIDNEXT 4294967295)",
		  "a",
		  { 0, UINT32_MAX, -1, -1, INT64_MAX, 0, false } },
		/* Cyrus 3.6.1 */
		{ "INBOX (MESSAGES 624 MAILBOXID (]\xb3\xd1\xactU) SIZE 673220 "
		  "HIGHESTMODSEQ 625)",
		  "INBOX",
		  { 0, 0, 625, 624, 673220, 0, false } },
		{ "INBOX (MAILBOXID (a \"b) MESSAGES 2)",
		  "INBOX",
		  { 0, 0, -1, 2, -1, 0, false } },
		{ "INBOX (X-ODD \xb3{\"( MESSAGES 2)",
		  "INBOX",
		  { 0, 0, -1, 2, -1, 0, false } },
		{ "INBOX (APPENDLIMIT NIL MESSAGES 2) ",
		  "INBOX",
		  { 0, 0, -1, 2, -1, -1, true } },
		{ "a (appendlimit 35000000)", "a", { 0, 0, -1, -1, -1, 35000000, true } },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct folder_state *want = &cases[i].st;
		struct err err = ERR_INIT;
		struct folder_state st;
		const char *wire;

		if (!imap_status_parse(span_str(cases[i].in), &arena, &wire, &st, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(wire, cases[i].wire) != 0 ||
		    st.uidvalidity != want->uidvalidity || st.uidnext != want->uidnext ||
		    st.modseq != want->modseq || st.exists != want->exists ||
		    st.octets != want->octets || st.append != want->append ||
		    st.append_told != want->append_told)
			fail_msg("case %zu: %s %u %u %lld %lld %lld", i, wire,
				 st.uidvalidity, st.uidnext, (long long)st.modseq,
				 (long long)st.exists, (long long)st.octets);
	}
	arena_done(&arena);
}

static void refuses_broken_status(void **state)
{
	static const char *const cases[] = {
		"",
		"INBOX",
		"INBOX ",
		"INBOX MESSAGES 3",
		"INBOX (MESSAGES)",
		"INBOX (MESSAGES )",
		"INBOX (MESSAGES x)",
		"INBOX (APPENDLIMIT x)",
		"INBOX (APPENDLIMIT NILS)",
		"INBOX (APPENDLIMIT -1)",
		"INBOX (MESSAGES -1)",
		"INBOX (MESSAGES 4294967296)",
		"INBOX (MESSAGES 3",
		"INBOX (MESSAGES 3 ",
		"INBOX (MESSAGES 3) x",
		"INBOX (MESSAGES 3UIDNEXT 4)",
		"INBOX (SIZE 9223372036854775808)",
		"INBOX (UIDNEXT 1.5)",
		"INBOX (X (a)",
		"INBOX (X",
		"(MESSAGES 3)",
		"{3}\r\na\nb (MESSAGES 3)",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct folder_state st = { .exists = 42 };
		const char *wire = "kept";

		if (imap_status_parse(span_str(cases[i]), &arena, &wire, &st, &err) ||
		    err.cls != ERR_PROTO || st.exists != 42 || strcmp(wire, "kept") != 0)
			fail_msg("case %zu", i);
	}
	arena_done(&arena);
}

/* One folder, as a server shows it to whom it speaks IMAP4rev1, and as IMAP4rev2: the
 * same to people. */
static void names_are_the_same_in_both_protocols(void **state)
{
	static const struct {
		const char *rev1, *rev2; /* NULL: in that protocol it has no such name */
		const char *name;
	} cases[] = {
		{ "INBOX", "INBOX", "INBOX" },
		{ "Entw&APw-rfe", "Entw\xc3\xbcrfe", "Entw\xc3\xbcrfe" },
		/* Cyrus and Dovecot keep what the client sent: u and a diaeresis. */
		{ "Entwu&Awg-rfe", "Entwu\xcc\x88rfe", "Entw\xc3\xbcrfe" },
		{ "&2D3cwQ- Dokumente", "\xf0\x9f\x93\x81 Dokumente",
		  "\xf0\x9f\x93\x81 Dokumente" },
		{ "R&-D", "R&D", "R&D" },
		/* There it is no shift, and what looks like one is a name. */
		{ NULL, "Entw&APw-rfe", "Entw&APw-rfe" },
		{ "Entw&-APw-rfe", NULL, "Entw&APw-rfe" },
		{ NULL, "R&-D", "R&-D" },
		{ NULL, "\xfc", "\\xFC" },
		{ "\xfc", NULL, "\\xFC" },
	};
	struct strbuf in = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		const char *wire = i % 2 == 0 ? cases[i / 2].rev1 : cases[i / 2].rev2;
		struct err err = ERR_INIT;
		struct folder f;

		if (wire == NULL)
			continue;
		strbuf_clear(&in);
		strbuf_addf(&in, "() \"/\" \"%s\"", wire);
		if (!imap_list_parse(strbuf_span(&in), i % 2 != 0, &arena, &f, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(f.name, cases[i / 2].name) != 0 || strcmp(f.wire, wire) != 0)
			fail_msg("case %zu: %s", i, f.name);
	}
	strbuf_done(&in);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_list),
		cmocka_unit_test(refuses_broken_lists),
		cmocka_unit_test(puts_every_name_into_a_command_that_is_allowed),
		cmocka_unit_test(reads_status),
		cmocka_unit_test(refuses_broken_status),
		cmocka_unit_test(names_are_the_same_in_both_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
