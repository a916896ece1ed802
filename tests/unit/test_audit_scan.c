/* SPDX-License-Identifier: MIT */
/* Whole messages are read: what comes, what does not, and what breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/objectid.h"
#include "tests/support/scan_trial.h"

static void reads_several_in_one_command(void **state)
{
	(void)state;
	for (size_t chunk = 0; chunk < 20; chunk++) {
		struct trial t;

		trial_open(&t);
		want(&t, 1, 59, NULL);
		want(&t, 2, 59, NULL);
		want(&t, 3, 59, NULL);
		if (scan(&t,
			 EXAMINE FETCH("m2", "1,2,3") ANSWER("1", "59", "59", GOOD)
				 ANSWER("2", "59", "59", GOOD)
					 ANSWER("3", "59", "59", GOOD) "S: m2 OK done\n",
			 chunk) != SCAN_ENDED)
			fail_msg("%s", t.err.text);
		for (uint32_t uid = 1; uid <= 3; uid++)
			told(&t, uid, "read 59/59");
		assert_int_equal(t.s.octets, 177);
		assert_true(t.s.examine_ms >= 0 && t.s.progress);
		trial_close(&t);
	}
}

/* What has a witness is read twice, alone the second time. */
static void reads_suspects_a_second_time(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 1, 59, NULL);
	want(&t, 2, 80, NULL);
	want(&t, 3, 59, "<three@example.org>");
	want(&t, 4, 59, NULL);
	if (scan(&t,
		 EXAMINE FETCH("m2", "1,2,3,4") ANSWER("1", "59", "59", GOOD) ANSWER(
			 "2", "80", "59", GOOD) ANSWER("3", "59", "59", GOOD)
			 ANSWER("4", "59", "5", "S: abc\n") "S: m2 OK done\n" FETCH(
				 "m3", "2") FETCH("m4", "3") FETCH("m5", "4")
				 ANSWER("2", "80", "59", GOOD) "S: m3 OK done\n" ANSWER(
					 "3", "59", "59",
					 GOOD) "S: m4 OK done\n" ANSWER("4", "59", "59",
									GOOD) "S: m5 OK "
									      "done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 1, "read 59/59");
	told(&t, 2, "read 59/80 [s]");
	told(&t, 3, "read 59/59 identity [s]");
	told(&t, 4, "read 59/59 unstable no-header cut header-bad date-missing [s]");
	trial_close(&t);
}

/* One in 64 of the good ones is read twice, together with others like it.  Which comes
 * otherwise the second time, or not at all, is read once more, alone. */
static void reads_one_in_64_a_second_time(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 63, 59, NULL);
	want(&t, 64, 59, NULL);
	want(&t, 100, 80, NULL); /* a witness is against it */
	want(&t, 128, 59, NULL);
	want(&t, 192, 59, NULL);
	if (scan(&t,
		 EXAMINE FETCH("m2", "63,64,100,128,192") ANSWER(
			 "63", "59", "59",
			 GOOD) ANSWER("64", "59", "59",
				      GOOD) ANSWER("100", "80", "59",
						   GOOD) ANSWER("128", "59", "59", GOOD)
			 ANSWER("192", "59", "59", GOOD) "S: m2 OK done\n" FETCH(
				 "m3", "64") FETCH("m4", "100") FETCH("m5", "128,192")
				 ANSWER("64", "59", "59", GOOD) "S: m3 OK done\n" ANSWER(
					 "100", "80", "59",
					 GOOD) "S: m4 OK done\n" ANSWER("128", "59", "5",
									"S: abc\n") "S: "
										    "m5 "
										    "NO "
										    "not "
										    "all "
										    "of "
										    "them"
										    "\n" FETCH("m6", "192") ANSWER(
											    "192",
											    "59",
											    "59",
											    GOOD) "S: m6 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 63, "read 59/59");
	told(&t, 64, "read 59/59");
	told(&t, 100, "read 59/80 [s]");
	told(&t, 128, "read 5/59 unstable no-header cut header-bad date-missing");
	told(&t, 192, "read 59/59");
	trial_close(&t);
}

/* A large one is not kept for the parser.  Where that must see it after all it is read
 * once more, and what is wrong with its structure is told. */
static void reads_a_large_one_again_for_its_structure(void **state)
{
	static const char head[] =
		"S: Date: Fri, 1 Jan 2010 10:00:00 +0000\nS: Subject: s\n"
		"S: Content-Type: multipart/mixed; boundary=\"b\"\nS:\nS: --b\n"
		"S: Content-Type: image/png\nS: Content-Transfer-Encoding: base64\nS:\n"
		"S* 40000 aGVsbG8gd29ybGQhaGVsbG8gd29ybGQh\n";
	/* Without what six lines of text and two empty ones have before and lack behind.
	 */
	const long octets = (long)sizeof head - 1 - 6 * 2 - 2 -
			    (long)sizeof "S* 40000 aGVsbG8gd29ybGQhaGVsbG8gd29ybGQh\n" +
			    1 + 40000 * 34;
	static char text[4000];
	char announced[16], *p = text;
	struct trial t;

	(void)state;
	snprintf(announced, sizeof announced, "%ld", octets);
	trial_open(&t);
	want(&t, 1, octets, NULL);
	p += snprintf(p, 200, EXAMINE);
	for (int i = 2; i <= 3; i++)
		p += snprintf(p, 1000,
			      "C: m%d UID FETCH 1 (UID RFC822.SIZE BODY.PEEK[])\n"
			      "S: * 1 FETCH (UID 1 RFC822.SIZE %s BODY[] {%s}\n%sS: )\n"
			      "S: m%d OK done\n",
			      i, announced, announced, head, i);
	if (scan(&t, text, 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	strbuf_clear(&t.why);
	strbuf_addf(&t.why, "read %s/%s multipart-cut [s]", announced, announced);
	told(&t, 1, strbuf_cstr(&t.why));
	trial_close(&t);
}

static void names_what_is_refused(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	for (uint32_t uid = 1; uid <= 6; uid++)
		want(&t, uid, 59, NULL);
	if (scan(&t,
		 EXAMINE FETCH("m2", "1,2,3,4,5,6") ANSWER(
			 "1", "59", "59",
			 GOOD) "S: * 2 FETCH (UID 2 RFC822.SIZE 59 BODY[] NIL)\n"
			       "S: m2 NO [SERVERBUG] some of them\n" FETCH("m3", "3")
				       FETCH("m4", "4") FETCH("m5", "5") FETCH(
					       "m6",
					       "6") "S: m3 NO cannot read it\n" /* refused
										 */
		 ANSWER("4", "59", "59",
			GOOD) "S: m4 OK\n"	/* well */
			      "S: m5 OK done\n" /* nothing: is it gone? */
			      "S: m6 OK done\n"
			      "C: m7 UID SEARCH UID 5\nS: * SEARCH\nS: m7 OK done\n"
			      "C: m8 UID SEARCH UID 6\nS: * SEARCH 6\nS: m8 OK "
			      "done\n" FETCH("m9", "3") FETCH(
				      "m10",
				      "6") "S: m9 NO cannot read it\nS: m10 OK done\n"
					   "C: m11 UID SEARCH UID 6\nS: * SEARCH 5 6 "
					   "66\nS: m11 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 1, "read 59/59");
	told(&t, 2, "unread -1/59 nil: the server answers NIL for the message");
	told(&t, 3, "unread -1/59 refused: NO cannot read it");
	told(&t, 4, "read 59/59");
	told(&t, 5, "");
	assert_int_equal(t.v[4].state, SCAN_GONE);
	told(&t, 6, "unread -1/59 nothing: the server says OK and answers nothing");
	trial_close(&t);
}

static void finds_the_one_that_breaks_the_connection(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	for (uint32_t uid = 1; uid <= 4; uid++)
		want(&t, uid, 59, NULL);
	assert_int_equal(scan(&t,
			      EXAMINE FETCH("m2", "1,2,3,4") ANSWER(
				      "1", "59", "59",
				      GOOD) "S: * BYE FETCH failed: Internal error\n",
			      0),
			 SCAN_BROKE);
	assert_int_equal(t.v[1].state, SCAN_ALONE);
	assert_int_equal(
		scan(&t, EXAMINE FETCH("m2", "2") "S: * BYE Internal error\n", 0),
		SCAN_BROKE);
	told(&t, 2, "");
	assert_int_equal(
		scan(&t, EXAMINE FETCH("m2", "2") "S: * BYE Internal error\n", 0),
		SCAN_BROKE);
	told(&t, 2,
	     "unread -1/59 breaks: the server ends the session: BYE Internal error");
	if (scan(&t,
		 EXAMINE FETCH("m2", "3")
			 ANSWER("3", "59", "59", GOOD) "S: m2 OK done\n" FETCH("m3", "4")
				 ANSWER("4", "59", "59", GOOD) "S: m3 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 3, "read 59/59");
	told(&t, 4, "read 59/59");
	trial_close(&t);
}

/* A message whose answer begins and never ends: in silence, or an octet at a time.  It is
 * given up twice, named, and the others are read. */
static void gives_up_a_message_that_never_ends(void **state)
{
#define HALF "S: * 2 FETCH (UID 2 RFC822.SIZE 59 BODY[] {59}\nS: Subject: s\nS- From: a"
	static const struct {
		const char *half;
		int64_t drip_ms;
		const char *told;
	} cases[] = {
		{ HALF, 0, "unread -1/59 time-out: the server has been silent for 60 s" },
		{ "S: * 2 FETCH (UID 2 RFC822.SIZE 59 BODY[] {59}\n" GOOD, 10000,
		  "unread -1/59 time-out: a message took more than 300 s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		static struct trial t;
		char text[600];

		trial_open(&t);
		for (uint32_t uid = 1; uid <= 3; uid++)
			want(&t, uid, 59, NULL);
		snprintf(text, sizeof text,
			 EXAMINE FETCH("m2", "1,2,3") ANSWER("1", "59", "59", GOOD) "%s",
			 cases[i].half);
		t.silent = true;
		for (int again = 0; again < 3; again++) {
			/* The first message is quick. */
			t.drip_ms = again > 0 ? cases[i].drip_ms : 0;
			if (scan(&t, text, again > 0 && cases[i].drip_ms > 0) !=
			    SCAN_BROKE)
				fail_msg("case %zu: %s", i, t.err.text);
			snprintf(text, sizeof text, EXAMINE FETCH("m2", "2") "%s",
				 cases[i].half);
		}
		told(&t, 1, "read 59/59");
		told(&t, 2, cases[i].told);
		t.drip_ms = 0;
		if (scan(&t,
			 EXAMINE FETCH("m2", "3")
				 ANSWER("3", "59", "59", GOOD) "S: m2 OK done\n",
			 0) != SCAN_ENDED)
			fail_msg("case %zu: %s", i, t.err.text);
		told(&t, 3, "read 59/59");
		trial_close(&t);
	}
}

/* It broke the connection and was mended under another UID. */
static void what_is_gone_after_a_break_is_named(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	for (uint32_t uid = 1; uid <= 2; uid++)
		want(&t, uid, 59, NULL);
	assert_int_equal(
		scan(&t, EXAMINE FETCH("m2", "1,2") "S: * BYE Internal error\n", 0),
		SCAN_BROKE);
	if (scan(&t,
		 EXAMINE FETCH("m2", "1") "S: m2 OK done\n"
					  "C: m3 UID SEARCH UID 1\nS: * SEARCH\nS: m3 OK "
					  "done\n" FETCH("m4", "2")
						  ANSWER("2", "59", "59",
							 GOOD) "S: m4 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 1,
	     "unread -1/59 nothing breaks: the connection broke when it was due, and now "
	     "it "
	     "is not there any more");
	told(&t, 2, "read 59/59");
	trial_close(&t);
}

/* A literal that is longer than its number: what follows is no IMAP. */
static void names_a_literal_of_another_length(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 1, 59, NULL);
	want(&t, 2, 59, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(scan(&t,
				      i == 0 ? EXAMINE FETCH("m2", "1,2")
						       ANSWER("1", "50", "50", GOOD)
					     : EXAMINE FETCH("m2", "1")
						       ANSWER("1", "50", "50", GOOD),
				      0),
				 SCAN_BROKE);
	if (strstr(strbuf_cstr(&t.told[1]), "unread -1/59 literal: ") == NULL)
		fail_msg("%s", strbuf_cstr(&t.told[1]));
	trial_close(&t);
}

/* Read once, and then no more: it was read, and reading it is not safe. */
static void what_fails_the_second_time_is_named(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 1, 80, NULL);
	if (scan(&t,
		 EXAMINE FETCH("m2", "1")
			 ANSWER("1", "80", "59", GOOD) "S: m2 OK done\n" FETCH(
				 "m3",
				 "1") "S: m3 OK done\n"
				      "C: m4 UID SEARCH UID 1\nS: * SEARCH\nS: m4 OK "
				      "done\n" FETCH("m5",
						     "1") "S: m5 OK done\n"
							  "C: m6 UID SEARCH UID 1\nS: * "
							  "SEARCH\nS: m6 OK done\n",
		 0) != SCAN_ENDED)
		fail_msg("%s", t.err.text);
	told(&t, 1,
	     "read 59/80 nothing unstable: the server says OK and answers nothing");
	trial_close(&t);
}

static void other_folders_and_passing_refusals_are_left(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 1, 59, NULL);
	assert_int_equal(scan(&t, "C: m1 EXAMINE INBOX\nS: m1 NO such folder\n", 0),
			 SCAN_CLOSED);
	assert_string_equal(strbuf_cstr(&t.why), "NO such folder");
	assert_int_equal(
		scan(&t, "C: m1 EXAMINE INBOX\nS: * OK [UIDVALIDITY 8] Ok\nS: m1 OK\n",
		     0),
		SCAN_CLOSED);
	assert_string_equal(strbuf_cstr(&t.why), "its UIDVALIDITY has changed");
	assert_int_equal(scan(&t, EXAMINE FETCH("m2", "1") "S: m2 NO [INUSE] later\n", 0),
			 SCAN_ENDED);
	assert_int_equal(t.v[0].state, SCAN_LEFT);
	told(&t, 1, "");
	trial_close(&t);
}

/* UIDVALIDITY stands, and so do the UIDs: two folders have changed names. */
static void a_folder_must_show_that_it_was_audited(void **state)
{
#define PROOF(id)                                                                        \
	EXAMINE "C: m2 UID FETCH 1 (UID INTERNALDATE RFC822.SIZE "                       \
		"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\n"                               \
		"S: * 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" "       \
		"RFC822.SIZE 59 BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"                 \
		"S: Message-ID: <" id "@a>\nS:\nS: )\nS: m2 OK\n"
#define WITH_ID                                                                          \
	"C: m1 EXAMINE INBOX\nS: * OK [UIDVALIDITY 7] Ok\nS: * 9 EXISTS\n"               \
	"S: * OK [MAILBOXID (fi)] Ok\nS: m1 OK [READ-ONLY] Completed\n"
	static const struct {
		const char *text, *mailbox; /* what is known of it; NULL */
		enum audit_scan_end end;
	} cases[] = {
		{ PROOF("4") FETCH("m3", "1")
			  ANSWER("1", "59", "59", GOOD) "S: m3 OK done\n",
		  NULL, SCAN_ENDED },
		{ PROOF("5"), NULL, SCAN_CLOSED },
		{ WITH_ID FETCH("m2", "1")
			  ANSWER("1", "59", "59", GOOD) "S: m2 OK done\n",
		  "fi", SCAN_ENDED },
		{ WITH_ID, "fo", SCAN_CLOSED },
		{ PROOF("5"), "fi", SCAN_CLOSED }, /* it was told, and is not now */
		/* What is damaged is to be found, and is no other folder for it. */
		{ EXAMINE
		  "C: m2 UID FETCH 1 (UID INTERNALDATE RFC822.SIZE "
		  "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\nS: m2 OK\n" FETCH("m3", "1")
			  ANSWER("1", "59", "59", GOOD) "S: m3 OK done\n",
		  NULL, SCAN_ENDED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		static struct witness known = { .shared = true, .n = 1 };
		struct trial t;

		trial_open(&t);
		want(&t, 1, 59, NULL);
		known.mailbox = cases[i].mailbox != NULL ? objectid_mark(cases[i].mailbox)
							 : 0;
		known.m[0].uid = 1;
		known.m[0].tier = TIER_ID;
		known.m[0].octets = 59;
		known.m[0].date = 1262358935;
		mime_key_id(t.s.sha, SPAN_LIT("<4@a>"), &known.m[0].key);
		t.known = &known;
		if (scan(&t, cases[i].text, 0) != cases[i].end)
			fail_msg("case %zu: %s%s", i, t.err.text, strbuf_cstr(&t.why));
		told(&t, 1, cases[i].end == SCAN_ENDED ? "read 59/59" : "");
		if (cases[i].end == SCAN_CLOSED)
			assert_string_equal(strbuf_cstr(&t.why), AUDIT_PROOF_OTHER);
		trial_close(&t);
	}
}

static void most_messages_decide(void **state)
{
	static struct witness known = { .n = 3 };
	struct audit_proof p = { .known = &known };

	(void)state;
	assert_false(audit_proof_denies(&p));
	p.other = 1;
	assert_true(audit_proof_denies(&p));
	p.seen = 4;
	assert_false(audit_proof_denies(&p));
	p.other = 3;
	assert_true(audit_proof_denies(&p));
	assert_false(audit_proof_holds(&p));
	p.other = 0;
	p.seen = 7;
	assert_true(audit_proof_holds(&p));
}

static void a_sink_that_fails_ends_it(void **state)
{
	struct trial t;

	(void)state;
	trial_open(&t);
	want(&t, 1, 59, NULL);
	want(&t, 2, 59, NULL);
	t.fail_at = 2;
	assert_int_equal(scan(&t,
			      EXAMINE FETCH("m2", "1,2") ANSWER("1", "59", "59", GOOD)
				      ANSWER("2", "59", "59", GOOD) "S: m2 OK\n",
			      0),
			 SCAN_BROKE);
	assert_true(t.s.fatal);
	assert_string_equal(t.err.text, "no space left");
	trial_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_several_in_one_command),
		cmocka_unit_test(reads_suspects_a_second_time),
		cmocka_unit_test(reads_one_in_64_a_second_time),
		cmocka_unit_test(reads_a_large_one_again_for_its_structure),
		cmocka_unit_test(names_what_is_refused),
		cmocka_unit_test(gives_up_a_message_that_never_ends),
		cmocka_unit_test(finds_the_one_that_breaks_the_connection),
		cmocka_unit_test(what_is_gone_after_a_break_is_named),
		cmocka_unit_test(names_a_literal_of_another_length),
		cmocka_unit_test(what_fails_the_second_time_is_named),
		cmocka_unit_test(other_folders_and_passing_refusals_are_left),
		cmocka_unit_test(a_folder_must_show_that_it_was_audited),
		cmocka_unit_test(most_messages_decide),
		cmocka_unit_test(a_sink_that_fails_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
