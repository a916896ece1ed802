/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_resp.h"

static void splits_responses(void **state)
{
	static const struct {
		const char *in;
		enum imap_resp_kind kind;
		uint32_t number;
		const char *word, *code, *text;
	} cases[] = {
		{ "* OK [UIDVALIDITY 1795444660] UIDs valid", IMAP_RESP_STATUS_OK, 0,
		  "OK", "UIDVALIDITY 1795444660", "UIDs valid" },
		{ "* OK [PERMANENTFLAGS ()] Read-only mailbox.", IMAP_RESP_STATUS_OK, 0,
		  "OK", "PERMANENTFLAGS ()", "Read-only mailbox." },
		{ "* ok Still here", IMAP_RESP_STATUS_OK, 0, "ok", "", "Still here" },
		{ "* OK", IMAP_RESP_STATUS_OK, 0, "OK", "", "" },
		{ "* OK [CLOSED]", IMAP_RESP_STATUS_OK, 0, "OK", "CLOSED", "" },
		{ "* OK [X]text", IMAP_RESP_STATUS_OK, 0, "OK", "X", "text" },
		{ "* OK [no end", IMAP_RESP_STATUS_OK, 0, "OK", "", "[no end" },
		{ "* OK [] x", IMAP_RESP_STATUS_OK, 0, "OK", "", "x" },
		{ "* NO Invalid message sequence number: 9999", IMAP_RESP_STATUS_NO, 0,
		  "NO", "", "Invalid message sequence number: 9999" },
		{ "* BAD what", IMAP_RESP_STATUS_BAD, 0, "BAD", "", "what" },
		{ "* BYE [UNAVAILABLE] later", IMAP_RESP_BYE, 0, "BYE", "UNAVAILABLE",
		  "later" },
		{ "* PREAUTH hi", IMAP_RESP_PREAUTH, 0, "PREAUTH", "", "hi" },
		{ "+ go on", IMAP_RESP_CONTINUE, 0, "", "", "go on" },
		{ "+", IMAP_RESP_CONTINUE, 0, "", "", "" },
		{ "+ ", IMAP_RESP_CONTINUE, 0, "", "", "" },
		{ "* CAPABILITY IMAP4rev1 ID", IMAP_RESP_CAPABILITY, 0, "CAPABILITY", "",
		  "IMAP4rev1 ID" },
		{ "* LIST () \"/\" a", IMAP_RESP_LIST, 0, "LIST", "", "() \"/\" a" },
		{ "* lsub () \"/\" a", IMAP_RESP_LIST, 0, "lsub", "", "() \"/\" a" },
		{ "* XLIST () \"/\" a", IMAP_RESP_LIST, 0, "XLIST", "", "() \"/\" a" },
		{ "* STATUS a (MESSAGES 1)", IMAP_RESP_STATUS, 0, "STATUS", "",
		  "a (MESSAGES 1)" },
		{ "* SEARCH", IMAP_RESP_SEARCH, 0, "SEARCH", "", "" },
		{ "* SEARCH 1 2", IMAP_RESP_SEARCH, 0, "SEARCH", "", "1 2" },
		{ "* ESEARCH (TAG \"m1\") UID", IMAP_RESP_ESEARCH, 0, "ESEARCH", "",
		  "(TAG \"m1\") UID" },
		{ "* FLAGS (\\Seen)", IMAP_RESP_FLAGS, 0, "FLAGS", "", "(\\Seen)" },
		{ "* NAMESPACE NIL NIL NIL", IMAP_RESP_NAMESPACE, 0, "NAMESPACE", "",
		  "NIL NIL NIL" },
		{ "* ID NIL", IMAP_RESP_ID, 0, "ID", "", "NIL" },
		{ "* VANISHED (EARLIER) 1:3", IMAP_RESP_VANISHED, 0, "VANISHED", "",
		  "(EARLIER) 1:3" },
		{ "* 312 EXISTS", IMAP_RESP_EXISTS, 312, "EXISTS", "", "" },
		{ "* 0 exists ", IMAP_RESP_EXISTS, 0, "exists", "", "" },
		{ "* 4294967295 RECENT", IMAP_RESP_RECENT, UINT32_MAX, "RECENT", "", "" },
		{ "* 7 EXPUNGE", IMAP_RESP_EXPUNGE, 7, "EXPUNGE", "", "" },
		{ "* 12 FETCH (UID 1)", IMAP_RESP_FETCH, 12, "FETCH", "", "(UID 1)" },
		{ "* 12 Fetch (X {2}\r\n])", IMAP_RESP_FETCH, 12, "Fetch", "",
		  "(X {2}\r\n])" },
		{ "* 5 XTHING a b", IMAP_RESP_OTHER, 5, "XTHING", "", "a b" },
		{ "* XTHING [a] b", IMAP_RESP_OTHER, 0, "XTHING", "", "[a] b" },
		{ "* QUOTAROOT \"INBOX\" \"\"", IMAP_RESP_QUOTAROOT, 0, "QUOTAROOT", "",
		  "\"INBOX\" \"\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_resp r;

		if (!imap_resp_parse(span_str(cases[i].in), &r, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (r.kind != cases[i].kind || r.number != cases[i].number ||
		    !span_eq_str(r.word, cases[i].word) ||
		    !span_eq_str(r.code, cases[i].code) ||
		    (r.kind != IMAP_RESP_EXISTS && !span_eq_str(r.text, cases[i].text)))
			fail_msg("case %zu: kind %d, %u, \"%.*s\", [%.*s], \"%.*s\"", i,
				 (int)r.kind, r.number, (int)r.word.n, r.word.p,
				 (int)r.code.n, r.code.p, (int)r.text.n, r.text.p);
	}
}

static void splits_tagged_answers(void **state)
{
	static const struct {
		const char *in, *tag;
		enum imap_status status;
		const char *code, *text;
	} cases[] = {
		{ "m12 OK [READ-ONLY] Examine completed (0.001 + 0.000 secs).", "m12",
		  IMAP_OK, "READ-ONLY", "Examine completed (0.001 + 0.000 secs)." },
		{ "m1 no Mailbox does not exist", "m1", IMAP_NO, "",
		  "Mailbox does not exist" },
		{ "a8 BAD [CLIENTBUG] x", "a8", IMAP_BAD, "CLIENTBUG", "x" },
		{ "A.b-c_9] OK", "A.b-c_9]", IMAP_OK, "", "" },
		{ "m3 OK see {3}", "m3", IMAP_OK, "", "see {3}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_resp r;

		if (!imap_resp_parse(span_str(cases[i].in), &r, &err) ||
		    r.kind != IMAP_RESP_TAGGED || !span_eq_str(r.tag, cases[i].tag) ||
		    r.status != cases[i].status || !span_eq_str(r.code, cases[i].code) ||
		    !span_eq_str(r.text, cases[i].text))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void refuses_broken_grammar(void **state)
{
	static const struct span cases[] = {
#define CASE(s) { s, sizeof(s) - 1 }
		CASE(""),
		CASE(" "),
		CASE("*"),
		CASE("* "),
		CASE("*OK"),
		CASE("*  OK"),
		CASE("* \x01"),
		CASE("* \xff\xfe x"),
		CASE("* O\x7fK"),
		CASE("* 12"),
		CASE("* 12 "),
		CASE("* 12  FETCH"),
		CASE("* 1x FETCH ()"),
		CASE("* 4294967296 EXISTS"),
		CASE("* 3 EXISTS x"),
		CASE("* 3 RECENT 4"),
		CASE("* 0 FETCH (UID 1)"),
		CASE("* 0 EXPUNGE"),
		CASE("m1"),
		CASE("m1 "),
		CASE("m1 FOO"),
		CASE("m1 OKAY x"),
		CASE("m1 BYE x"),
		CASE("m1  OK"),
		CASE(" m1 OK"),
		CASE("m(1 OK"),
		CASE("m\"1 OK"),
		CASE("m+1 OK"),
		CASE("m\x00 OK"),
		CASE("m\xe4 OK"),
		CASE("+x"),
		CASE("HTTP/1.1 400 Bad Request"),
		CASE("-ERR unknown command"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_resp r = { .number = 42 };

		if (imap_resp_parse(cases[i], &r, &err) || err.cls != ERR_PROTO ||
		    r.number != 42)
			fail_msg("case %zu", i);
	}
}

static void reads_namespaces(void **state)
{
	static const struct {
		const char *in;
		bool present;
		char delim;
		const char *prefix, *foreign; /* joined with '|' */
	} cases[] = {
		{ "((\"\" \"/\")) ((\"shared/\" \"/\")) NIL", true, '/', "", "shared/|" },
		{ "((\"INBOX.\" \".\")) NIL NIL", true, '.', "INBOX.", "" },
		{ "((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\"))", true, '.',
		  "INBOX.", "user.|(root)" },
		{ "NIL ((\"user.\" \".\")) ((\"\" \".\"))", false, '\0', "",
		  "user.|(root)" },
		/* the root cannot be both, and where there are several we know one */
		{ "((\"\" \".\")) NIL ((\"\" \".\"))", true, '.', "", "" },
		{ "((\"INBOX.\" \".\")(\"Mail.\" \".\")) NIL ((\"\" \".\"))", true, '.',
		  "INBOX.", "" },
		{ "((\"\" \"/\")) ((\"Other Users/\" \"/\")) ((\"Shared Folders/\" "
		  "\"/\"))",
		  true, '/', "", "Other Users/|Shared Folders/|" },
		{ "((\"INBOX.\" \".\")) NIL ((\"#shared.\" \".\")(\"shared.\" \".\"))",
		  true, '.', "INBOX.", "#shared.|shared.|" },
		{ "((\"a\" \".\") (\"b\" \"/\")) nil nil", true, '.', "a", "" },
		{ "((\"\" NIL)) NIL NIL", true, '\0', "", "" },
		{ "((\"\" \"\\\\\")) NIL NIL", true, '\\', "", "" },
		{ "((\"\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL", true, '/',
		  "", "" },
		{ "(({4}\r\na\"b. \".\")) NIL NIL ", true, '.', "a\"b.", "" },
		{ "NIL NIL NIL", false, '\0', "", "" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf foreign = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct imap_namespace ns;

		if (!imap_namespace_parse(span_str(cases[i].in), &arena, &ns, &err))
			fail_msg("case %zu: %s", i, err.text);
		for (size_t k = 0; k < ns.foreign_n; k++)
			strbuf_addf(&foreign, "%s|", ns.foreign[k]);
		if (ns.foreign_root)
			strbuf_adds(&foreign, "(root)");
		if (ns.present != cases[i].present || ns.delim != cases[i].delim ||
		    strcmp(ns.prefix, cases[i].prefix) != 0 ||
		    strcmp(strbuf_cstr(&foreign), cases[i].foreign) != 0)
			fail_msg("case %zu: \"%s\" %s", i, ns.prefix,
				 strbuf_cstr(&foreign));
		strbuf_done(&foreign);
	}
	arena_done(&arena);
}

static void refuses_broken_namespaces(void **state)
{
	static const char *const cases[] = {
		"",
		"NIL",
		"NIL NIL",
		"NIL NIL NIL NIL",
		"() NIL NIL",
		"(()) NIL NIL",
		"((\"\")) NIL NIL",
		"((\"\" \"/\") NIL NIL",
		"((\"\" \"/\"))NIL NIL",
		"((\"\" \"//\")) NIL NIL",
		"((\"\" \"\")) NIL NIL",
		"((INBOX. \".\")) NIL NIL",
		"((NIL \".\")) NIL NIL",
		"(({3}\r\na\r\n \".\")) NIL NIL",
		"((\"\" \"/\" X)) NIL NIL x",
		"\"x\" NIL NIL",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_namespace ns = { .delim = 'x' };

		if (imap_namespace_parse(span_str(cases[i]), &arena, &ns, &err) ||
		    err.cls != ERR_PROTO || ns.delim != 'x')
			fail_msg("case %zu", i);
	}
	arena_done(&arena);
}

static void keeps_sixteen_foreign_namespaces(void **state)
{
	struct strbuf in = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct imap_namespace ns;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	strbuf_adds(&in, "NIL (");
	for (int i = 0; i < 20; i++)
		strbuf_addf(&in, "(\"u%d.\" \".\")", i);
	strbuf_adds(&in, ") NIL");
	assert_true(imap_namespace_parse(strbuf_span(&in), &arena, &ns, &err));
	assert_int_equal(ns.foreign_n, 16);
	assert_string_equal(ns.foreign[15], "u15.");
	strbuf_done(&in);
	arena_done(&arena);
}

static void reads_rights(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: refused */
	} cases[] = {
		{ "INBOX lrswipkxtecda", "lrswipkxtecda" },
		{ "\"IN BOX\" lr", "lr" },
		{ "INBOX \"lr\"", "lr" },
		{ "INBOX \"\"", "" },
		{ "{5}\r\nINBOX l0", "l0" },
		{ "INBOX", NULL },
		{ "", NULL },
		{ "INBOX lr s", NULL },
		{ "INBOX LR", NULL },
		{ "INBOX l-r", NULL },
		{ "(INBOX) lr", NULL },
		{ "INBOX "
		  "lrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrlrl",
		  NULL },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		const char *got = NULL;
		bool ok = imap_myrights_parse(span_str(cases[i].in), &arena, &got, &err);

		if (ok != (cases[i].want != NULL) ||
		    (ok && strcmp(got, cases[i].want) != 0) ||
		    (!ok && (err.cls != ERR_PROTO || got != NULL)))
			fail_msg("case %zu: %s", i, ok ? got : err.text);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_responses),
		cmocka_unit_test(splits_tagged_answers),
		cmocka_unit_test(refuses_broken_grammar),
		cmocka_unit_test(reads_namespaces),
		cmocka_unit_test(refuses_broken_namespaces),
		cmocka_unit_test(keeps_sixteen_foreign_namespaces),
		cmocka_unit_test(reads_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
