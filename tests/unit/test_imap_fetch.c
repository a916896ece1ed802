/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_fetch.h"
#include "model/message.h"

#define CRLF "\r\n"

/* Everything a response said, in one line. */
static const char *told(const struct imap_fetch *f, struct strbuf *out)
{
	strbuf_clear(out);
	if (f->has & IMAP_HAS_UID)
		strbuf_addf(out, "uid=%u ", f->uid);
	if (f->has & IMAP_HAS_FLAGS) {
		strbuf_addf(out, "flags=%x", f->flags);
		for (size_t i = 0; i < f->keyword_n; i++)
			strbuf_addf(out, ",%.*s", (int)f->keywords[i].n,
				    f->keywords[i].p);
		strbuf_addc(out, ' ');
	}
	if (f->has & IMAP_HAS_DATE) {
		if (f->date == MSG_DATE_UNKNOWN)
			strbuf_adds(out, "date=? ");
		else
			strbuf_addf(out, "date=%lld ", (long long)f->date);
	}
	if (f->has & IMAP_HAS_SIZE)
		strbuf_addf(out, "octets=%lld ", (long long)f->octets);
	if (f->has & IMAP_HAS_MODSEQ)
		strbuf_addf(out, "modseq=%lld ", (long long)f->modseq);
	if (f->has & IMAP_HAS_GMAIL_ID)
		strbuf_addf(out, "gmail=%llu ", (unsigned long long)f->gmail_id);
	if (f->has & IMAP_HAS_GMAIL_LABELS) {
		strbuf_adds(out, "labels=");
		for (size_t i = 0; i < f->label_n; i++)
			strbuf_addf(out, "<%.*s>", (int)f->labels[i].n, f->labels[i].p);
		strbuf_addc(out, ' ');
	}
	if (f->has & IMAP_HAS_BODY) {
		if (f->body_nil)
			strbuf_adds(out, "body=NIL ");
		else
			strbuf_addf(out, "body=<%.*s> ", (int)f->body.n, f->body.p);
	}
	if (f->has & IMAP_HAS_HEADER) {
		if (f->header_nil)
			strbuf_adds(out, "header=NIL ");
		else
			strbuf_addf(out, "header=<%.*s> ", (int)f->header.n, f->header.p);
	}
	if (f->has & IMAP_HAS_ENVELOPE) {
		if (f->envelope_id_nil)
			strbuf_adds(out, "id=NIL ");
		else
			strbuf_addf(out, "id=<%.*s> ", (int)f->envelope_id.n,
				    f->envelope_id.p);
	}
	return strbuf_cstr(out);
}

#define ADDRESS "((\"A. Person\" NIL \"a\" \"example.org\"))"

static void reads_what_servers_send(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		/* Dovecot */
		{ "(UID 1 FLAGS (\\Recent) INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" "
		  "RFC822.SIZE 615 "
		  "BODY[HEADER.FIELDS (MESSAGE-ID)] {25}" CRLF
		  "Message-ID: <1@a.org>" CRLF CRLF ")",
		  "uid=1 flags=0 date=1262358935 octets=615 header=<Message-ID: "
		  "<1@a.org>" CRLF CRLF "> " },
		/* Cyrus */
		{ "(FLAGS (\\Recent \\Seen) UID 7 INTERNALDATE \" 1-Jan-2010 15:15:35 "
		  "+0000\" RFC822.SIZE 615 "
		  "ENVELOPE (\"Fri, 1 Jan 2010 15:15:35 +0000\" \"Gr{3}XXe (0\" " ADDRESS
			  ADDRESS " " ADDRESS " " ADDRESS " NIL NIL NIL \"<1@a.org>\"))",
		  NULL },
		{ "(FLAGS (\\Recent \\Seen) UID 7 INTERNALDATE \" 1-Jan-2010 15:15:35 "
		  "+0000\" RFC822.SIZE 615 "
		  "ENVELOPE (\"Fri, 1 Jan 2010 15:15:35 +0000\" \"Gr{3}XXe (0\" " ADDRESS
		  " " ADDRESS " " ADDRESS " " ADDRESS " NIL NIL NIL \"<1@a.org>\"))",
		  "uid=7 flags=1 date=1262358935 octets=615 id=<<1@a.org>> " },
		/* Courier */
		{ "(UID 1 FLAGS () INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" "
		  "RFC822.SIZE 615 "
		  "BODY[HEADER.FIELDS (\"MESSAGE-ID\")] {2}" CRLF CRLF ")",
		  "uid=1 flags=0 date=1262358935 octets=615 header=<" CRLF "> " },
		/* Envelopes: literals in them, folded ids, nothing at all, deep lists. */
		{ "(ENVELOPE (NIL {7}" CRLF "Gr\xfc\xdf"
		  "e 0 NIL NIL NIL NIL NIL NIL NIL \" <1@a.org>\"))",
		  "id=< <1@a.org>> " },
		{ "(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))", "id=NIL " },
		{ "(ENVELOPE (\"\" \"\" NIL NIL NIL NIL NIL NIL \"<0@a>\" \"\"))",
		  "id=<> " },
		{ "(ENVELOPE (\"a\\\"b\" \"\\\\\" NIL NIL NIL ((NIL NIL \"list\" "
		  "NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL "
		  "NIL)) NIL NIL NIL {9}" CRLF "<1@a.org>) UID 3)",
		  "uid=3 id=<<1@a.org>> " },
		{ "(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL \"<a\\\"b@a.org>\"))",
		  "id=<<a\"b@a.org>> " },
		/* Headers of every form. */
		{ "(BODY[HEADER.FIELDS (MESSAGE-ID)] NIL)", "header=NIL " },
		{ "(BODY[HEADER.FIELDS (MESSAGE-ID)] \"\")", "header=<> " },
		{ "(BODY[HEADER.FIELDS (DATE FROM)] {0}" CRLF " UID 3)",
		  "uid=3 header=<> " },
		{ "(body[header.fields (\"Date\" {4}" CRLF "From)] \"x\" uid 3)",
		  "uid=3 header=<x> " },
		{ "(BODY[HEADER] {5}" CRLF "A: b)" CRLF, NULL },
		{ "(BODY[HEADER] {4}" CRLF "A: b)", "header=<A: b> " },
		/* Sections that are no header are skipped. */
		{ "(BODY[HEADER]<0> {4}" CRLF "A: b UID 3)", "uid=3 " },
		{ "(BODY[HEADER.FIELDS.NOT (X)] \"x\" UID 3)", "uid=3 " },
		{ "(BODY[1.HEADER] \"x\" BODY[]<0> \"y\" BODY[1.2.MIME] {1}" CRLF
		  "z BODY[TEXT]<0> NIL UID 3)",
		  "uid=3 " },
		/* Whole messages. */
		{ "(UID 3 BODY[] {0}" CRLF ")", "uid=3 body=<> " },
		{ "(BODY[] {6}" CRLF "A: b)( UID 3)", "uid=3 body=<A: b)(> " },
		{ "(BODY[] \"a\\\"b\" UID 3)", "uid=3 body=<a\"b> " },
		{ "(BODY[] NIL UID 3)", "uid=3 body=NIL " },
		{ "(BODY[] {7}" CRLF "A: b)", NULL },
		{ "(BODY[] \"x\" BODY[] \"x\")", NULL },
		{ "(BODY[] (x) UID 3)", NULL },
		{ "(BINARY[1] ~{3}" CRLF "a)b BINARY.SIZE[1] 3 UID 3)", "uid=3 " },
		{ "(UID[1] 4 UID 3)", "uid=3 " },
		{ "(UID 3 )", "uid=3 " }, /* no grammar, but harmless */
		/* Other items. */
		{ "(UID 3 MODSEQ (917) X-GM-LABELS (\\Inbox \"a b\" {2}" CRLF
		  "))) X-NEW NIL)",
		  "uid=3 modseq=917 labels=<\\Inbox><a b><))> " },
		{ "(X-GM-MSGID 18446744073709551615 UID 3)",
		  "uid=3 gmail=18446744073709551615 " },
		{ "(X-GM-LABELS (\"\\\\Inbox\" \"x\\\"y\" Work) UID 3)",
		  "uid=3 labels=<\\Inbox><x\"y><Work> " },
		{ "(X-GM-LABELS () UID 3)", "uid=3 labels= " },
		{ "(X-GM-LABELS NIL UID 3)", "uid=3 labels= " },
		{ "(X-GM-MSGID 18446744073709551616 UID 3)", NULL },
		{ "(X-GM-MSGID -1 UID 3)", NULL },
		{ "(X-GM-MSGID NIL UID 3)", NULL },
		{ "(X-GM-MSGID 1 X-GM-MSGID 1)", NULL },
		{ "(X-GM-LABELS (a ( UID 3)", NULL },
		{ "(X-GM-LABELS x UID 3)", NULL },
		{ "(BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL "
		  "\"7BIT\" 3 1)(\"A\" \"B\" NIL NIL "
		  "NIL \"7BIT\" 4) \"MIXED\") UID 3)",
		  "uid=3 " },
		{ "(BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1) UID 3)",
		  "uid=3 " },
		{ "(EMAILID (M6d99ac3275bb4e) THREADID NIL UID 3)", "uid=3 " },
		{ "(EMAILID (M3f) THREADID (NIL) UID 3)", "uid=3 " }, /* Cyrus 3.6.1 */
		{ "(EMAILID () EMAILID NIL EMAILID x UID 3)", "uid=3 " },
		{ "(EMAILID (\"a) UID 9\" {3}" CRLF "(((b) UID 3)", "uid=3 " },
		{ "(EMAILID (a UID 3)", NULL },
		{ "(RFC822.HEADER {3}" CRLF "A:b UID 3)", "uid=3 " },
		{ "(uid 3 flags (\\SEEN) rfc822.size 4294967296 internaldate NIL)",
		  "uid=3 flags=1 date=? octets=4294967296 " },
		{ "(INTERNALDATE \"yesterday\" UID 4294967295)",
		  "uid=4294967295 date=? " },
		{ "(MODSEQ (9223372036854775807))", "modseq=9223372036854775807 " },
	};
	struct strbuf out = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_fetch f = { 0 };
		bool ok = imap_fetch_parse(9, span_str(cases[i].in), &arena, &f, &err);

		if (ok != (cases[i].out != NULL))
			fail_msg("case %zu: %s", i, ok ? told(&f, &out) : err.text);
		if (!ok)
			continue;
		if (f.seq != 9 || strcmp(told(&f, &out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, told(&f, &out));
	}
	arena_done(&arena);
	strbuf_done(&out);
}

static void knows_absent_items(void **state)
{
	struct err err = ERR_INIT;
	struct imap_fetch f;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(imap_fetch_parse(41, SPAN_LIT("(UID 41)"), &arena, &f, &err));
	assert_int_equal(f.has, IMAP_HAS_UID);
	assert_int_equal(f.octets, -1);
	assert_int_equal(f.modseq, -1);
	assert_true(f.date == MSG_DATE_UNKNOWN);
	assert_int_equal(f.keyword_n, 0);
	arena_done(&arena);
}

static void reads_flags_and_keywords(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
		{ "()", "flags=0 " },
		{ "(\\Seen \\Answered \\Flagged \\Deleted \\Draft)", "flags=1f " },
		{ "(\\seen \\ANSWERED)", "flags=3 " },
		{ "(\\Seen \\Seen \\Recent \\recent)", "flags=1 " },
		{ "(Work $Junk NonJunk)", "flags=0,$Junk,NonJunk,Work " },
		{ "(b a b a c a)", "flags=0,a,b,c " },
		{ "(a A)", "flags=0,A,a " }, /* as sent: spelling is kept */
		{ "(Seen)", "flags=0,Seen " },
		{ "(\\Extension \\Seen)", "flags=1,\\Extension " },
		{ "(\\SeenX)", "flags=0,\\SeenX " },
		{ "(ab abc a)", "flags=0,a,ab,abc " },
		{ "($label1 [x] a&b +1 #)", "flags=0,#,$label1,+1,[x],a&b " },
		{ "(\\Seen )", "flags=1 " },
		{ "NIL", NULL },
		{ "\\Seen", NULL },
		{ "(\\)", NULL },
		{ "(\\*)", NULL },
		{ "(a", NULL },
		{ "(a (b))", NULL },
		{ "(\"a\")", NULL },
		{ "((a))", NULL },
		{ "(\\Se%n)", NULL },
		{ "(a\x01)", NULL },
		{ "(\xc3\xa4\t)", NULL },
		{ "(\xc3\xa4", NULL },
		/* as they stand in a file on the server's disk */
		{ "(\xc3\xa4 a%b \\Seen st*r)", "flags=1,a%b,st*r,\xc3\xa4 " },
		{ "(lat\xfcn a\"b a{3} a(b back\\slash)",
		  "flags=0,a\"b,a(b,a{3},back\\slash,lat\\xFCn " },
		{ "( a)", NULL },
	};
	struct strbuf in = STRBUF_INIT, out = STRBUF_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_fetch f;
		bool ok;

		strbuf_clear(&in);
		strbuf_addf(&in, "(FLAGS %s)", cases[i].in);
		ok = imap_fetch_parse(1, strbuf_span(&in), &arena, &f, &err);
		if (ok != (cases[i].out != NULL) || (!ok && err.cls != ERR_PROTO) ||
		    (ok && strcmp(told(&f, &out), cases[i].out) != 0))
			fail_msg("case %zu: %s %s", i, strbuf_cstr(&out), err.text);
	}
	strbuf_done(&in);
	strbuf_done(&out);
	arena_done(&arena);
}

static void bounds_keywords(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t n = IMAP_KEYWORDS_MAX; n <= IMAP_KEYWORDS_MAX + 1; n++) {
		struct strbuf in = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct imap_fetch f;

		strbuf_adds(&in, "(FLAGS (");
		for (size_t i = 0; i < n; i++)
			strbuf_addf(&in, "k%zu ", i);
		strbuf_adds(&in, "\\Seen))");
		if (n == IMAP_KEYWORDS_MAX) {
			assert_true(
				imap_fetch_parse(1, strbuf_span(&in), &arena, &f, &err));
			assert_int_equal(f.keyword_n, n);
			assert_int_equal(f.flags, MSG_SEEN);
		} else {
			assert_false(
				imap_fetch_parse(1, strbuf_span(&in), &arena, &f, &err));
			assert_int_equal(err.cls, ERR_LIMIT);
		}
		strbuf_done(&in);
	}
	arena_done(&arena);
}

static void refuses_broken_grammar(void **state)
{
	static const char *const cases[] = {
		"",
		"UID 1",
		"()",
		"( UID 1)",
		"(UID 1",
		"(UID 1 ",
		"(UID 1) x",
		"(UID 1)(UID 2)",
		"(UID)",
		"(UID )",
		"(UID 0)",
		"(UID x)",
		"(UID 4294967296)",
		"(UID 1 UID 1)", /* twice */
		"(FLAGS () FLAGS ())",
		"(RFC822.SIZE 1 RFC822.SIZE 1)",
		"(INTERNALDATE NIL INTERNALDATE NIL)",
		"(MODSEQ (1) MODSEQ (1))",
		"(BODY[HEADER] NIL BODY[HEADER.FIELDS (X)] NIL)",
		"(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ENVELOPE (NIL NIL "
		"NIL NIL NIL NIL NIL NIL NIL NIL))",
		"(RFC822.SIZE -1)",
		"(RFC822.SIZE 9223372036854775808)",
		"(RFC822.SIZE NIL)",
		"(INTERNALDATE 01-Jan-2010)",
		"(INTERNALDATE \"01-Jan-2010)",
		"(MODSEQ 1)",
		"(MODSEQ (1)",
		"(MODSEQ ())",
		"(ENVELOPE NIL)",
		"(ENVELOPE ())",
		"(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
		"(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
		"(ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL x))",
		"(BODY[HEADER NIL)",
		"(BODY[HEADER]NIL)",
		"(BODY[HEADER])",
		"(BODY[HEADER] x)",
		"(BODY[HEADER.FIELDS (X] NIL)",
		"(BODY[HEADER.FIELDS X)] NIL)",
		"(BODY[HEADER.FIELDS (X)]<0 NIL)",
		"(BODY[HEADER.FIELDS (X)]<x> NIL)",
		"(BODY[HEADER.FIELDS (X)] {5}" CRLF "ab)",
		"(BODY[HEADER.FIELDS (X)] {2}ab)",
		"(X-NEW (a b)",
		"(X-NEW)",
		"([X] 1)",
		"(\"UID\" 1)",
		"(\\UID 1)",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct imap_fetch f = { .uid = 42 };

		if (imap_fetch_parse(1, span_str(cases[i]), &arena, &f, &err) ||
		    err.cls != ERR_PROTO || f.uid != 42)
			fail_msg("case %zu", i);
	}
	arena_done(&arena);
}

/* No prefix of a response is one. */
static void refuses_every_cut(void **state)
{
	static const char whole[] =
		"(FLAGS (\\Seen Work) UID 7 MODSEQ (12) INTERNALDATE \" 1-Jan-2010 "
		"15:15:35 +0000\" RFC822.SIZE 615 "
		"ENVELOPE (\"x\" NIL " ADDRESS
		" NIL NIL NIL NIL NIL NIL \"<1@a.org>\") X-NEW (a (b)) "
		"BODY[HEADER.FIELDS (\"MESSAGE-ID\")] {25}" CRLF
		"Message-ID: <1@a.org>" CRLF CRLF ")";
	struct arena arena;
	struct imap_fetch f;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena);
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		char *exact = mem_alloc(n +
					1); /* so that a sanitizer sees a read beyond */

		memcpy(exact, whole, n);
		if (imap_fetch_parse(1, (struct span){ exact, n }, &arena, &f, &err))
			fail_msg("cut after %zu", n);
		free(exact);
	}
	assert_true(imap_fetch_parse(1, ((struct span){ whole, sizeof whole - 1 }),
				     &arena, &f, &err));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_servers_send),
		cmocka_unit_test(knows_absent_items),
		cmocka_unit_test(reads_flags_and_keywords),
		cmocka_unit_test(bounds_keywords),
		cmocka_unit_test(refuses_broken_grammar),
		cmocka_unit_test(refuses_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
