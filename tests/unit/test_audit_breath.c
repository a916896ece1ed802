/* SPDX-License-Identifier: MIT */
/* Messages without Message-ID, whose fields are asked for in a second breath. */
#include "tests/support/burst_bed.h"

/* Answers for messages 1, which has no Message-ID, to n, which have one. */
static void add_messages(struct strbuf *text, int n)
{
	strbuf_adds(text, WEAK(1));
	for (int uid = 2; uid <= n; uid++)
		strbuf_addf(text,
			    "S: * 1 FETCH (UID %d " FACTS
			    " BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
			    "S: Message-ID: <4@a>\nS:\nS: )\n",
			    uid);
}

/* What the session says of INBOX with n messages when it tells this MAILBOXID the second
 * time. */
static void add_second_breath(struct strbuf *text, int n, const char *id)
{
	strbuf_adds(text, HEAD("ESEARCH CONDSTORE OBJECTID"));
	strbuf_addf(text,
		    "S: * LIST () \"/\" INBOX\nS: * STATUS INBOX (MESSAGES %d UIDNEXT %d "
		    "UIDVALIDITY 7 HIGHESTMODSEQ 1)\nS: m2 OK\n",
		    n, n + 1);
	strbuf_addf(text,
		    "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 1:*" ITEMS
		    "C: m5 UID SEARCH RETURN (ALL) ALL\nS: * %d EXISTS\n"
		    "S: * OK [UIDVALIDITY 7] Ok\nS: * OK [UIDNEXT %d] Ok\n"
		    "S: * OK [HIGHESTMODSEQ 1] Ok\nS: * OK [MAILBOXID (fi)] Ok\n"
		    "S: m3 OK\n",
		    n, n + 1);
	add_messages(text, n);
	strbuf_addf(text,
		    "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1:%d\nS: m5 OK\n"
		    "C: m6 EXAMINE INBOX\n"
		    "C: m7 UID FETCH 1 (UID BODY.PEEK[HEADER.FIELDS " FIELDS "])\n"
		    "S: * %d EXISTS\nS: * OK [UIDVALIDITY 7] Ok\n"
		    "S: * OK [MAILBOXID (%s)] Ok\nS: m6 OK\n" SUBJECT(1) "S: m7 OK\n",
		    n, n, id);
}

/* A small folder is kept in one piece for the second breath, of another one the rows that
 * lack something. */
static void the_second_breath_completes_the_first(void **state)
{
	for (int n = 64; n <= 65; n++) {
		struct strbuf text = STRBUF_INIT, log = STRBUF_INIT;
		struct bed b;

		(void)state;
		add_second_breath(&text, n, "fi");
		strbuf_addf(&log, "expect %d\nbegin INBOX\nwindow INBOX 1-max: 1%s", n,
			    n > 64 ? "?" : "");
		for (int uid = 2; uid <= n; uid++)
			strbuf_addf(&log, " %d", uid);
		strbuf_addf(&log, "\n%send INBOX read %d of %d \n",
			    n > 64 ? "window INBOX 1-max sparse: 1\n" : "", n, n);
		bed_open(&b, NULL, 0);
		play(&b, strbuf_cstr(&text));
		must_log(&b, strbuf_cstr(&log));
		bed_close(&b);
		strbuf_done(&text);
		strbuf_done(&log);
	}
}

/* It is another folder when the fields of a message are asked for: nothing of a small one
 * was handed over, and all of it is read anew. */
static void the_second_breath_finds_the_folder_of_the_first(void **state)
{
	static const struct {
		int n;
		const char *first;
	} cases[] = { { 1, "" }, { 65, "begin INBOX\nwindow INBOX 1-max: 1?" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf text = STRBUF_INIT, log = STRBUF_INIT;
		int n = cases[i].n;
		struct bed b;

		add_second_breath(&text, n, "fo");
		strbuf_adds(
			&text,
			"C: m8 EXAMINE INBOX\nC: m9 UID SEARCH RETURN (ALL) ALL\n" OPEN(
				"1", "2", "1")
				ID("fo") "S: m8 OK\n"
					 "S: * ESEARCH (TAG \"m9\") UID ALL 1\nS: m9 OK\n"
					 "C: m10 UID FETCH 1:1" ITEMS
					 "C: m11 UID SEARCH RETURN (ALL) ALL\n" GOOD(
						 1) "S: m10 OK\n"
						    "S: * ESEARCH (TAG \"m11\") UID ALL "
						    "1\nS: m11 OK\n");
		strbuf_addf(&log, "expect %d\n%s", n, cases[i].first);
		for (int uid = 2; uid <= n; uid++)
			strbuf_addf(&log, " %d", uid);
		strbuf_addf(&log,
			    "%sbegin INBOX afresh\nwindow INBOX 1-max: 1\n"
			    "end INBOX read 1 of 1 \n",
			    n > 1 ? "\n" : "");
		bed_open(&b, NULL, 0);
		play(&b, strbuf_cstr(&text));
		must_log(&b, strbuf_cstr(&log));
		bed_close(&b);
		strbuf_done(&text);
		strbuf_done(&log);
	}
}

/* Where no MAILBOXID is told, size and date must be those of the first breath. */
static void who_tells_no_id_is_known_by_size_and_date(void **state)
{
	static const struct {
		const char *facts, *log;
	} cases[] = {
		{ FACTS, "begin INBOX\nwindow INBOX 1-max: 1\nend INBOX read 1 of 1 \n" },
		{ "RFC822.SIZE 5", "" },
		{ "INTERNALDATE \"02-Jan-2010 15:15:35 +0000\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		struct bed b;

		strbuf_adds(&text,
			    HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "1", "2", "1"));
		strbuf_adds(&text,
			    "S: m2 OK\nC: m3 EXAMINE INBOX\nC: m4 UID FETCH 1:*" ITEMS
			    "C: m5 UID SEARCH RETURN (ALL) ALL\n");
		strbuf_adds(&text, OPEN("1", "2", "1") "S: m3 OK\n" WEAK(1));
		strbuf_addf(
			&text,
			"S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n"
			"C: m6 EXAMINE INBOX\nC: m7 UID FETCH 1 (UID INTERNALDATE "
			"RFC822.SIZE BODY.PEEK[HEADER.FIELDS " FIELDS "])\n"
			"%sS: m6 OK\nS: * 1 FETCH (UID 1 %s)\n" SUBJECT(1) "S: m7 OK\n",
			OPEN("1", "2", "1"), cases[i].facts);
		if (*cases[i].log == '\0') {
			strbuf_adds(&text, "C: m8 EXAMINE INBOX\n"
					   "C: m9 UID SEARCH RETURN (ALL) ALL\n");
			strbuf_adds(
				&text,
				OPEN("0", "2",
				     "1") "S: m8 OK\n"
					  "S: * ESEARCH (TAG \"m9\") UID\nS: m9 OK\n"
					  "C: m10 UID SEARCH RETURN (ALL) ALL\n"
					  "S: * ESEARCH (TAG \"m10\") UID\nS: m10 OK\n");
		}
		bed_open(&b, NULL, 0);
		play(&b, strbuf_cstr(&text));
		if (strncmp(strbuf_cstr(&b.log), "expect 1\n", 9) != 0 || !b.ok ||
		    strcmp(strbuf_cstr(&b.log) + 9,
			   *cases[i].log != '\0'
				   ? cases[i].log
				   : "begin INBOX afresh\nwindow INBOX 1-max:\n"
				     "end INBOX read 0 of 0 \n") != 0)
			fail_msg("case %zu: %s\n%s", i, b.err.text, strbuf_cstr(&b.log));
		bed_close(&b);
		strbuf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_breath_completes_the_first),
		cmocka_unit_test(the_second_breath_finds_the_folder_of_the_first),
		cmocka_unit_test(who_tells_no_id_is_known_by_size_and_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
