/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "imap/imap_cmd.h"

static void allows_what_the_audit_asks(void **state)
{
	static const char *const cases[] = {
		"CAPABILITY",
		"NAMESPACE",
		"MYRIGHTS INBOX",
		"MYRIGHTS \"a b\"",
		"UID FETCH 1:9 (UID X-GM-MSGID X-GM-LABELS)",
		"GETACL INBOX",
		"GETACL \"a b\"",
		"GETQUOTAROOT INBOX",
		"STATUS INBOX (MESSAGES APPENDLIMIT)",
		"NOOP",
		"PROXYAUTH anna",
		"PROXYAUTH \"anna example\"",
		"LOGOUT",
		"ID NIL",
		"ID (\"name\" \"mailmuster\" \"version\" \"0.1.0\")",
		"ID (\"name\" NIL)",
		"LIST \"\" \"*\"",
		"LIST \"\" *",
		"LIST \"\" %",
		"LIST \"\" \"INBOX.%\"",
		"LIST \"\" INBOX.%",
		"LIST INBOX. \"*\"",
		"LIST \"\" \"*\" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN "
		"HIGHESTMODSEQ SIZE) "
		"SPECIAL-USE SUBSCRIBED CHILDREN)",
		"LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES))",
		"LIST (SUBSCRIBED) \"\" \"*\" RETURN (CHILDREN)",
		"LIST (SPECIAL-USE REMOTE RECURSIVEMATCH) \"\" \"*\"",
		"LSUB \"\" \"*\"",
		"STATUS INBOX (MESSAGES UIDNEXT)",
		"STATUS \"a \\\"b\\\\\" (MESSAGES)",
		"EXAMINE INBOX",
		"EXAMINE \"a b\" (CONDSTORE)",
		"EXAMINE \"x BODY[] {3}\"",
		"EXAMINE \"\xfc\"",
		"UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE "
		"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])",
		"UID FETCH 1:2048,4096,7:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)",
		"UID FETCH 1:* (UID FLAGS MODSEQ) (CHANGEDSINCE 9223372036854775807)",
		"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 7 VANISHED)",
		"ENABLE QRESYNC",
		"COMPRESS DEFLATE",
		"ENABLE CONDSTORE QRESYNC",
		"ENABLE IMAP4rev2",
		"UID FETCH 7 (BODY.PEEK[])",
		"UID FETCH 7 (UID BODY.PEEK[])",
		"UID FETCH 7,9:12 (UID BODY.PEEK[HEADER])",
		"UID FETCH 7 (BODY.PEEK[]<0.1024> BODYSTRUCTURE)",
		"UID FETCH 7 (BODY.PEEK[1.2.MIME] BODY.PEEK[HEADER.FIELDS.NOT (X-A "
		"X_B)])",
		"UID FETCH 7 (BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT "
		"IN-REPLY-TO REFERENCES MESSAGE-ID)])",
		"UID SEARCH ALL",
		"UID SEARCH RETURN (ALL) ALL",
		"UID SEARCH RETURN (ALL COUNT MIN MAX) UID 1:500",
		"UID SEARCH CHARSET UTF-8 OR (HEADER MESSAGE-ID \"<a\\\"@b>\") NOT "
		"DELETED",
		/* Letter case is no difference to a server. */
		"uid fetch 1 (flags)",
		"uid Fetch 1 (body.peek[])",
		"examine inbox",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		if (!imap_cmd_allowed(span_str(cases[i]), &err))
			fail_msg("case %zu: %s", i, err.text);
	}
}

/* Every command of RFC 3501, 9051 and the extensions that writes, and those that change
 * what later ones mean. */
static const char *const writing[] = {
	/* RFC 3501, 9051 */
	"STARTTLS",
	"AUTHENTICATE PLAIN",
	"AUTHENTICATE PLAIN AGEAYg==",
	"LOGIN a b",
	"ENABLE",
	"ENABLE IMAP4rev3",
	"ENABLE QRESYNC UTF8=ACCEPT",
	"ENABLE QRESYNC METADATA",
	"SELECT INBOX",
	"CREATE a",
	"DELETE a",
	"RENAME a b",
	"SUBSCRIBE a",
	"UNSUBSCRIBE a",
	"APPEND INBOX {3}",
	"APPEND INBOX (\\Seen) {3+}",
	"IDLE",
	"CHECK",
	"CLOSE",
	"EXPUNGE",
	"SEARCH ALL",
	"FETCH 1 (FLAGS)",
	"STORE 1 +FLAGS (\\Seen)",
	"STORE 1 FLAGS.SILENT ()",
	"COPY 1 a",
	"MOVE 1 a",
	"UID STORE 1 +FLAGS (\\Flagged)",
	"UID STORE 1 (UNCHANGEDSINCE 3) FLAGS ()",
	"UID COPY 1 a",
	"UID MOVE 1 a",
	"UID EXPUNGE 1",
	"UID EXPUNGE 1:*",
	"UID REPLACE 1 a {3}",
	"REPLACE 1 a {3}",
	"UNSELECT",
	/* RFC 4314 (and 2086) */
	"MYRIGHTS",
	"MYRIGHTS INBOX s",
	"SETACL INBOX a lrs",
	"DELETEACL INBOX a",
	"GETACL",
	"GETACL INBOX a",
	"LISTRIGHTS INBOX a",
	/* RFC 2087, 9208 */
	"SETQUOTA \"\" (STORAGE 5)",
	"GETQUOTA \"\"",
	"GETQUOTAROOT",
	"GETQUOTAROOT INBOX STORAGE",
	/* RFC 5464, 5257 */
	"SETMETADATA INBOX (/private/comment \"x\")",
	"GETMETADATA INBOX /private/comment",
	"SETANNOTATION INBOX \"/comment\" (\"value.priv\" \"x\")",
	/* Others: 4978, 5465, 5256, 5255, 4467, 4469, 5466, 6203, 7162, 3503, 8437, 8514,
	   8970, 9585, 9586 */
	"COMPRESS",
	"COMPRESS LZ4",
	"COMPRESS DEFLATE DEFLATE",
	"NOTIFY SET (selected (MessageNew))",
	"NOTIFY NONE",
	"SORT (DATE) UTF-8 ALL",
	"UID SORT (DATE) UTF-8 ALL",
	"THREAD REFERENCES UTF-8 ALL",
	"UID THREAD REFERENCES UTF-8 ALL",
	"LANGUAGE de",
	"COMPARATOR \"cz;*\"",
	"GENURLAUTH \"imap://a@b/c;uid=1;urlauth=anonymous\" INTERNAL",
	"RESETKEY INBOX",
	"URLFETCH \"imap://a@b/c\"",
	"CANCELUPDATE \"a1\"",
	"CONVERT 1 (\"text/plain\" NIL) BINARY[1]",
	"UNAUTHENTICATE",
	"ESEARCH IN (mailboxes INBOX) ALL",
	"RLIST \"\" *",
	"RLSUB \"\" *",
	/* Of servers: Cyrus, Courier, Gmail, Sun */
	"XTRANSFER a b",
	"XMOVE 1 a",
	"XLIST \"\" *",
	"XAPPLEPUSHSERVICE x",
	"XRUNANNOTATOR 1",
	"XWARMUP INBOX NIL",
	"LOCALCREATE a",
	"LOCALDELETE a",
	"LOCALAPPEND a {3}",
	"UNDUMP a b",
	"DUMP INBOX 1",
	"RECONSTRUCT a",
	"SYNCAPPLY x",
	"PROXYAUTH",
	"PROXYAUTH a b",
	"PROXYAUTH {3}",
	"PROXYAUTH (a)",
	"ACL SET INBOX a lrs",
	"ACL STORE INBOX a lrs",
	"SMAP1",
	"X-GM-LABELS x",
};

static void refuses_every_writing_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(writing); i++) {
		struct err err = ERR_INIT;
		struct strbuf form = STRBUF_INIT;

		if (imap_cmd_allowed(span_str(writing[i]), &err) || err.cls != ERR_BUG)
			fail_msg("case %zu: %s", i, writing[i]);
		/* In small letters, and behind what looks like something allowed. */
		for (const char *p = writing[i]; *p != '\0'; p++)
			strbuf_addc(&form,
				    *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p);
		if (imap_cmd_allowed(strbuf_span(&form), &err))
			fail_msg("case %zu: %s", i, strbuf_cstr(&form));
		strbuf_clear(&form);
		strbuf_addf(&form, "NOOP\r\nm2 %s", writing[i]);
		if (imap_cmd_allowed(strbuf_span(&form), &err))
			fail_msg("case %zu behind CRLF", i);
		strbuf_clear(&form);
		strbuf_addf(&form, "NOOP %s", writing[i]);
		if (imap_cmd_allowed(strbuf_span(&form), &err))
			fail_msg("case %zu behind NOOP", i);
		strbuf_clear(&form);
		strbuf_addf(&form, "UID %s", writing[i]);
		if (strncmp(writing[i], "FETCH ", 6) != 0 &&
		    strncmp(writing[i], "SEARCH ", 7) != 0 &&
		    imap_cmd_allowed(strbuf_span(&form), &err))
			fail_msg("case %zu behind UID", i);
		strbuf_done(&form);
	}
}

static void refuses_sneaky_forms(void **state)
{
	static const struct span cases[] = {
#define CASE(s) { s, sizeof(s) - 1 }
		CASE(""),
		CASE(" "),
		CASE(" NOOP"),
		CASE("NOOP "),
		CASE("NOOP x"),
		CASE("NOOPX"),
		CASE("LOGOUT\r\n"),
		CASE("CAPABILITY\n"),
		CASE("NOOP\0"),
		CASE("\0NOOP"),
		CASE("m1 NOOP"),
		CASE("UID"),
		CASE("UID "),
		CASE("UID  FETCH 1 (FLAGS)"),
		CASE("UID\tFETCH 1 (FLAGS)"),
		/* Items that set \Seen, in every place. */
		CASE("UID FETCH 1 RFC822"),
		CASE("UID FETCH 1 (RFC822)"),
		CASE("UID FETCH 1 (rfc822)"),
		CASE("UID FETCH 1 (RFC822.TEXT)"),
		CASE("UID FETCH 1 (RFC822.TEXT.PEEK)"),
		CASE("UID FETCH 1 BODY[]"),
		CASE("UID FETCH 1 (BODY[])"),
		CASE("UID FETCH 1 (body[])"),
		CASE("UID FETCH 1 (BoDy[TEXT])"),
		CASE("UID FETCH 1 (FLAGS BODY[])"),
		CASE("UID FETCH 1 (UID BODY[HEADER])"),
		CASE("UID FETCH 1 (UID body[header])"),
		CASE("UID FETCH 1 (UID RFC822.HEADER)"),
		CASE("UID FETCH 1 (UID BODY.PEEKS[])"),
		CASE("UID FETCH 1 (UID BODY.PEEK)"),
		CASE("UID FETCH 1 (UID BODY.PEEK [])"),
		CASE("UID FETCH 1 (UID BODY.PEEK[HEADER]BODY[HEADER])"),
		CASE("UID FETCH 1 (UID BODY.PEEK[HEADER]] BODY[)"),
		CASE("UID FETCH 1 (UID BODY.PEEK[HEADER] BODY[])"),
		CASE("UID FETCH 1 (BODY.PEEK[] BODY[])"),
		CASE("UID FETCH 1 (BODY.PEEK[]BODY[])"),
		CASE("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (X)] BODY[1])"),
		CASE("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (X BODY[])])"),
		CASE("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (X)] (BODY[]))"),
		CASE("UID FETCH 1 ((BODY[]))"),
		CASE("UID FETCH 1 ((FLAGS))"),
		CASE("UID FETCH 1 (BINARY[1])"),
		CASE("UID FETCH 1 (BINARY.PEEK[1] BINARY[1])"),
		CASE("UID FETCH 1 (PREVIEW)"),
		CASE("UID FETCH 1 (ALL)"),
		CASE("UID FETCH 1 FULL"),
		CASE("UID FETCH 1 FLAGS"),
		CASE("UID FETCH 1 (\"FLAGS\")"),
		CASE("UID FETCH 1 ()"),
		CASE("UID FETCH 1 (FLAGS"),
		CASE("UID FETCH 1 (FLAGS) BODY[]"),
		CASE("UID FETCH 1 (FLAGS))"),
		CASE("UID FETCH 1 (FLAGS )"),
		CASE("UID FETCH 1 (FLAGS) (CHANGEDSINCE 1 VANISHED X)"),
		CASE("UID FETCH 1 (FLAGS) (VANISHED)"),
		CASE("UID FETCH 1 (FLAGS) (CHANGEDSINCE 1 VANISHED) (X)"),
		CASE("UID FETCH 1 (FLAGS) (CHANGEDSINCE x)"),
		CASE("UID FETCH 1 (FLAGS) (UNCHANGEDSINCE 1)"),
		CASE("UID FETCH 1 (BODY.PEEK[)"),
		CASE("UID FETCH 1 (BODY.PEEK[]<0>)"),
		CASE("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS ({3}"),
		CASE("UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (\"X\")])"),
		CASE("UID FETCH $ (FLAGS)"),
		CASE("UID FETCH  (FLAGS)"),
		CASE("UID FETCH 1:2:3 (FLAGS)"),
		CASE("UID FETCH 1, (FLAGS)"),
		CASE("UID FETCH 1 +FLAGS (\\Seen)"),
		/* Literals are never sent, so nothing can hide in one. */
		CASE("EXAMINE {5}"),
		CASE("EXAMINE {5+}"),
		CASE("EXAMINE {5}\r\nINBOX"),
		CASE("EXAMINE ~{5}"),
		CASE("UID SEARCH HEADER MESSAGE-ID {3}"),
		CASE("UID SEARCH HEADER MESSAGE-ID {3}\r\nabc"),
		CASE("LIST \"\" {1}"),
		CASE("ID (\"name\" {3}"),
		/* Other sessions' state, other arguments. */
		CASE("EXAMINE"),
		CASE("EXAMINE "),
		CASE("EXAMINE INBOX (QRESYNC (1 2))"),
		CASE("EXAMINE INBOX (CONDSTORE) x"),
		CASE("EXAMINE a b"),
		CASE("EXAMINE \"a"),
		CASE("EXAMINE \"a\" \"b\""),
		CASE("EXAMINE \"a\"\r\nm3 SELECT \"b\""),
		CASE("EXAMINE \"a\nb\""),
		CASE("EXAMINE \"a\rb\""),
		CASE("EXAMINE \"a\0b\""),
		CASE("EXAMINE \"a\\nb\""),
		CASE("EXAMINE (a)"),
		CASE("EXAMINE \\a"),
		CASE("STATUS INBOX"),
		CASE("STATUS INBOX ()"),
		CASE("STATUS INBOX (MESSAGES FOO)"),
		CASE("STATUS INBOX MESSAGES"),
		CASE("LIST \"\""),
		CASE("LIST \"\" \"*\" RETURN ()"),
		CASE("LIST \"\" \"*\" RETURN (STATUS)"),
		CASE("LIST \"\" \"*\" RETURN (FOO)"),
		CASE("LIST \"\" \"*\" FOO (CHILDREN)"),
		CASE("LIST (FOO) \"\" \"*\""),
		CASE("LSUB \"\" \"*\" RETURN (CHILDREN)"),
		CASE("ID"),
		CASE("ID x"),
		CASE("ID (name)"),
		CASE("UID SEARCH"),
		CASE("UID SEARCH "),
		CASE("UID SEARCH RETURN (SAVE) ALL"),
		CASE("UID SEARCH return (save) ALL"),
		CASE("UID SEARCH RETURN (ALL SAVE) ALL"),
		CASE("UID SEARCH RETURN () ALL"),
		CASE("UID SEARCH RETURN (UPDATE) ALL"),
		CASE("UID SEARCH RETURN (CONTEXT) ALL"),
		CASE("UID SEARCH ALL)"),
		CASE("UID SEARCH (ALL"),
		CASE("UID SEARCH \"a"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;

		if (imap_cmd_allowed(cases[i], &err) || err.cls != ERR_BUG)
			fail_msg("case %zu: %.*s", i, (int)cases[i].n, cases[i].p);
	}
}

static void refuses_endless_lines(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	strbuf_adds(&line, "UID FETCH 1");
	while (line.n < 20000)
		strbuf_adds(&line, ",1");
	strbuf_adds(&line, " (FLAGS)");
	assert_false(imap_cmd_allowed(strbuf_span(&line), &err));
	assert_non_null(strstr(err.text, "too long"));
	strbuf_done(&line);
}

static void has_a_word_for_every_command(void **state)
{
	(void)state;
	for (int i = 0; i < IMAP_CMD_COUNT; i++)
		assert_non_null(imap_cmd_word((enum imap_cmd)i));
	assert_string_equal(imap_cmd_word(IMAP_CMD_FETCH), "UID FETCH");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allows_what_the_audit_asks),
		cmocka_unit_test(refuses_every_writing_command),
		cmocka_unit_test(refuses_sneaky_forms),
		cmocka_unit_test(refuses_endless_lines),
		cmocka_unit_test(has_a_word_for_every_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
