/* SPDX-License-Identifier: MIT */
/* Many folders in one breath, and what is built on an earlier run. */
#include "tests/support/burst_bed.h"

/* All commands leave before the first answer; a folder that is refused spoils no other;
 * messages without Message-ID come in a second breath. */
static void three_folders_take_two_waits(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, NULL, 0);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("A", "2", "3", "1") FOLDER("B", "1", "2",
									 "1")
		     FOLDER("INBOX", "1", "2",
			    "1") "S: m2 OK\nC: m3 EXAMINE A\nC: m4 UID FETCH 1:*" ITEMS
				 "C: m5 UID SEARCH RETURN (ALL) ALL\nC: m6 EXAMINE B\n"
				 "C: m7 UID FETCH 1:*" ITEMS
				 "C: m8 UID SEARCH RETURN (ALL) ALL\n"
				 "C: m9 EXAMINE INBOX\nC: m10 UID FETCH 1:*" ITEMS
				 "C: m11 UID SEARCH RETURN (ALL) ALL\n" OPEN(
					 "2", "3", "1") "S: m3 OK\n" GOOD(1) WEAK(2)
	     /* Dovecot: the next answer before this command is complete */
	     "S: * ESEARCH (TAG \"m5\") UID ALL 1:2\nS: m4 OK\nS: m5 OK\n"
	     "S: m6 NO [SERVERBUG] no\nS: m7 BAD none is open\nS: m8 BAD none\n" OPEN(
		     "1", "2",
		     "1") "S: m9 OK\n" GOOD(1) "S: m10 OK\nS: * ESEARCH (TAG \"m11\") "
					       "UID ALL 1\nS: m11 OK\n"
					       "C: m12 EXAMINE A\nC: m13 UID FETCH 2 "
					       "(UID INTERNALDATE RFC822.SIZE "
					       "BODY.PEEK[HEADER.FIELDS " FIELDS
					       "])\n" OPEN(
						       "2", "3",
						       "1") "S: m12 OK\n" SUBJECT(2) "S: "
										     "m13"
										     " OK"
										     "\nC"
										     ": "
										     "m14"
										     " EX"
										     "AMI"
										     "NE "
										     "B\n"
										     "C: "
										     "m15"
										     " UI"
										     "D "
										     "SEA"
										     "RCH"
										     " RE"
										     "TUR"
										     "N "
										     "(AL"
										     "L) "
										     "ALL"
										     "\n"
										     "S: "
										     "m14"
										     " NO"
										     " ["
										     "SER"
										     "VER"
										     "BUG"
										     "] "
										     "no"
										     "\nS"
										     ": "
										     "m15"
										     " BA"
										     "D "
										     "non"
										     "e"
										     "\n");
	must_log(&b, "expect 4\nbegin INBOX\nwindow INBOX 1-max: 1\n"
		     "end INBOX read 1 of 1 \nbegin A\nwindow A 1-max: 1 2\n"
		     "end A read 2 of 2 \n"
		     "end B unreadable 0 of -1 cannot open: NO [SERVERBUG] no\n");
	assert_int_equal(b.count.waits, 5); /* two to learn, two breaths, B alone */
	bed_close(&b);
}

/* Whatever does not agree is read alone, where it is told what is wrong. */
static void what_does_not_agree_is_read_alone(void **state)
{
	/* in place of the answers to UID FETCH and UID SEARCH of a folder of one message
	 */
	static const char *const cases[] = {
		"S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n",
		GOOD(1) GOOD(
			2) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n",
		GOOD(1) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1:2\nS: m5 OK\n",
		GOOD(1) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 2\nS: m5 OK\n",
		GOOD(1) "S: m4 OK\nS: m5 OK\n",
		GOOD(1) "S: m4 OK\nS: m5 NO\n",
		GOOD(1) "S: m4 NO\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n",
		GOOD(1) "S: m4 OK\nS: * ESEARCH (TAG \"m6\") UID ALL 1\nS: m5 OK\n",
		GOOD(1) "S: * 2 EXISTS\nS: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL "
			"1\nS: m5 OK\n",
		"S: * 1 FETCH (UID 1 FLAGS ())\nS: m4 OK\n"
		"S: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n",
		"S: * OK [UIDVALIDITY 8] surprise\n" GOOD(
			1) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf text = STRBUF_INIT;
		struct bed b;

		strbuf_adds(&text,
			    HEAD("ESEARCH CONDSTORE") FOLDER(
				    "INBOX", "1", "2",
				    "1") "S: m2 OK\n"
					 "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 1:*" ITEMS
					 "C: m5 UID SEARCH RETURN (ALL) ALL\n" OPEN(
						 "1", "2", "1") "S: m3 OK\n");
		strbuf_adds(&text, cases[i]);
		strbuf_adds(
			&text,
			"C: m6 EXAMINE INBOX\nC: m7 UID SEARCH RETURN (ALL) ALL\n" OPEN(
				"1", "2",
				"1") "S: m6 OK\n"
				     "S: * ESEARCH (TAG \"m7\") UID ALL 1\nS: m7 OK\n"
				     "C: m8 UID FETCH 1:1" ITEMS
				     "C: m9 UID SEARCH RETURN (ALL) ALL\n" GOOD(
					     1) "S: m8 OK\nS: * ESEARCH (TAG \"m9\") UID "
						"ALL 1\nS: m9 OK\n");
		bed_open(&b, NULL, 0);
		play(&b, strbuf_cstr(&text));
		if (!b.ok ||
		    strcmp(strbuf_cstr(&b.log),
			   "expect 1\nbegin INBOX\n"
			   "window INBOX 1-max: 1\nend INBOX read 1 of 1 \n") != 0)
			fail_msg("case %zu: %s\n%s", i, b.err.text, strbuf_cstr(&b.log));
		bed_close(&b);
		strbuf_done(&text);
	}
}

static void what_did_not_change_is_not_opened(void **state)
{
	static const struct known_as known[] = {
		{ "INBOX",
		  { .epoch = 1,
		    .state = { .uidvalidity = 7,
			       .uidnext = 7,
			       .modseq = 40,
			       .exists = 4 },
		    .depth = DEPTH_FULL } },
	};
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b, HEAD("CONDSTORE QRESYNC ENABLE")
			 FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n");
	must_log(&b, "expect 4\nsame INBOX (4)\n");
	assert_int_equal(b.count.waits, 2);
	assert_int_equal(b.r.same, 1);
	assert_int_equal(b.r.own_read, 1);
	assert_int_equal(b.r.messages, 4);
	bed_close(&b);
}

/* QRESYNC: one breath tells what changed, what is gone and what is new. */
static void a_delta_is_all_that_is_read(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE QRESYNC ENABLE") FOLDER(
		     "INBOX", "4", "9",
		     "44") "S: m2 OK\nC: m3 ENABLE QRESYNC\nC: m4 EXAMINE INBOX\n"
			   "C: m5 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40 VANISHED)\n"
			   "C: m6 UID FETCH 7:*" ITEMS
			   "S: * ENABLED QRESYNC\nS: m3 OK\n" OPEN(
				   "4", "9", "44") "S: m4 OK\n"
						   "S: * VANISHED (EARLIER) 2:3,5\n"
						   "S: * 1 FETCH (UID 1 FLAGS (\\Seen) "
						   "MODSEQ (43))\n"
						   "S: * 2 FETCH (UID 4 FLAGS () MODSEQ "
						   "(44))\nS: m5 OK\n" GOOD(7)
							   GOOD(8) "S: m6 OK\n");
	must_log(&b, "expect 4\nbegin INBOX\n"
		     "window INBOX 1-6 sparse: 1f1 4f0 gone 2-3,5-5\n"
		     "window INBOX 7-max built: 7 8\nend INBOX read 4 of 4 \n");
	assert_int_equal(b.count.waits, 3);
	bed_close(&b);
}

/* "7:*" of a folder without new mail is its last message; mail that goes while we read is
 * told like mail that went before. */
static void nothing_new_is_nothing_read(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE QRESYNC ENABLE") FOLDER(
		     "INBOX", "4", "7",
		     "41") "S: m2 OK\nC: m3 ENABLE QRESYNC\nC: m4 EXAMINE INBOX\n"
			   "C: m5 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40 VANISHED)\n"
			   "C: m6 UID FETCH 7:*" ITEMS "S: m3 OK\n" OPEN(
				   "4", "7",
				   "41") "S: m4 OK\nS: * 3 FETCH (UID 5 FLAGS "
					 "(\\Seen))\nS: m5 OK\n" GOOD(6) "S: * VANISHED "
									 "6\nS: m6 OK\n");
	must_log(&b, "expect 4\nbegin INBOX\nwindow INBOX 1-6 sparse: 5f1 gone 6-6\n"
		     "window INBOX 7-max built:\nend INBOX read 1 of 3 \n");
	bed_close(&b);
}

/* CONDSTORE alone does not tell who is gone.  Two uids were given out since and one
 * message is there more: somebody is. */
static void without_vanished_the_known_are_searched(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b, HEAD("CONDSTORE") FOLDER(
			 "INBOX", "5", "9",
			 "44") "S: m2 OK\nC: m3 EXAMINE INBOX\n"
			       "C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40)\n"
			       "C: m5 UID SEARCH UID 1:6\nC: m6 UID FETCH 7:*" ITEMS OPEN(
				       "5", "9",
				       "44") "S: m3 OK\nS: m4 OK\nS: * SEARCH 1 4 6\n"
					     "S: m5 OK\n" GOOD(7) GOOD(8) "S: m6 OK\n");
	must_log(&b, "expect 5\nbegin INBOX\n"
		     "window INBOX 1-6 sparse: gone 2-3,5-5\n"
		     "window INBOX 7-max built: 7 8\nend INBOX read 2 of 5 \n");
	bed_close(&b);
	/* All that were given out are there: nobody is gone. */
	bed_open(&b, known, 1);
	play(&b, HEAD("CONDSTORE") FOLDER(
			 "INBOX", "5", "8",
			 "44") "S: m2 OK\nC: m3 EXAMINE INBOX\n"
			       "C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40)\n"
			       "C: m5 UID FETCH 7:*" ITEMS OPEN(
				       "5", "8", "44") "S: m3 OK\n"
						       "S: m4 OK\n" GOOD(7) "S: m5 OK\n");
	must_log(&b, "expect 5\nbegin INBOX\nwindow INBOX 7-max built: 7\n"
		     "end INBOX read 1 of 5 \n");
	bed_close(&b);
}

#define PLAIN_HEAD                                                                       \
	"C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: m1 OK\nC: m2 LIST \"\" \"*\"\n" \
	"C: m3 LSUB \"\" \"*\"\nS: * LIST () \"/\" INBOX\nS: m2 OK\nS: m3 OK\n"          \
	"C: m4 STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)\n"

/* A server that tells no HIGHESTMODSEQ may have changed any flag. */
static void without_condstore_flags_are_read_again(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b, PLAIN_HEAD
	     "S: * STATUS INBOX (MESSAGES 3 UIDNEXT 8 UIDVALIDITY 7)\nS: m4 OK\n"
	     "C: m5 EXAMINE INBOX\nC: m6 UID FETCH 1:6 (UID FLAGS)\n"
	     "C: m7 UID FETCH 7:*" ITEMS "C: m8 UID SEARCH ALL\n"
	     "S: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m5 OK\n"
	     "S: * 1 FETCH (UID 1 FLAGS (\\Seen))\nS: * 2 FETCH (UID 4 FLAGS ())\n"
	     "S: m6 OK\n" WEAK(7) "S: m7 OK\nS: * SEARCH 1 4 7\nS: m8 OK\n"
				  "C: m9 EXAMINE INBOX\nC: m10 UID FETCH 7 (UID "
				  "INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS " FIELDS
				  "])\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m9 "
				  "OK\n" SUBJECT(7) "S: m10 OK\n");
	must_log(&b, "expect 3\nbegin INBOX\nwindow INBOX 1-max: 1f1 4f0 7?\n"
		     "window INBOX 1-max sparse: 7\nend INBOX read 3 of 3 \n");
	bed_close(&b);
}

/* What is stored does not bear what the server told: once more alone, then from the
 * start. */
static void a_delta_that_does_not_add_up_is_given_up(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	b.refuse = 2;
	play(&b,
	     HEAD("ESEARCH CONDSTORE QRESYNC ENABLE") FOLDER(
		     "INBOX", "5", "8",
		     "44") "S: m2 OK\nC: m3 ENABLE QRESYNC\nC: m4 EXAMINE INBOX\n"
			   "C: m5 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40 VANISHED)\n"
			   "C: m6 UID FETCH 7:*" ITEMS
			   "S: m3 OK\n" OPEN("5", "8", "44") "S: m4 OK\nS: m5 OK\n" GOOD(
				   7) "S: m6 OK\n"
				      "C: m7 EXAMINE INBOX\nC: m8 UID SEARCH RETURN "
				      "(ALL) UID 7:*\n" OPEN(
					      "5", "8",
					      "44") "S: m7 OK\nS: * ESEARCH (TAG \"m8\") "
						    "UID ALL 7\n"
						    "S: m8 OK\n"
						    "C: m9 UID FETCH 1:6 (UID FLAGS) "
						    "(CHANGEDSINCE 40 VANISHED)\nS: m9 "
						    "OK\n"
						    "C: m10 UID FETCH 7:7" ITEMS
						    "C: m11 UID SEARCH RETURN (ALL) UID "
						    "7:*\n" GOOD(
							    7) "S: m10 OK\nS: * ESEARCH "
							       "(TAG \"m11\") UID ALL "
							       "7\nS: m11 OK\n"
							       "C: m12 EXAMINE INBOX\nC: "
							       "m13 UID SEARCH RETURN "
							       "(ALL) ALL\n" OPEN(
								       "2", "8",
								       "44") "S: m12 OK\n"
									     "S: * "
									     "ESEARCH "
									     "(TAG "
									     "\"m13\") "
									     "UID ALL "
									     "1,7\nS: "
									     "m13 OK\n"
									     "C: m14 UID "
									     "FETCH "
									     "1:7" ITEMS
									     "C: m15 UID "
									     "SEARCH "
									     "RETURN "
									     "(ALL) "
									     "ALL\n" GOOD(1) GOOD(
										     7) "S: m14 OK\nS: * ESEARCH (TAG \"m15\") UID ALL 1,7\n"
											"S: m15 OK\n");
	must_log(&b, "expect 5\nbegin INBOX\nwindow INBOX 7-max built: 7\n"
		     "end INBOX read 1 of 5 \nbegin INBOX\n"
		     "window INBOX 7-max built: 7\nend INBOX read 1 of 5 \n"
		     "begin INBOX afresh\nwindow INBOX 1-max: 1 7\nend INBOX read 2 of 2 \n");
	bed_close(&b);
}

/* UIDVALIDITY is another when the folder is opened, though STATUS told the old one. */
static void a_new_uidvalidity_starts_anew(void **state)
{
	const struct known_as known[] = { { "INBOX", seven } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER(
		     "INBOX", "4", "7",
		     "41") "S: m2 OK\nC: m3 EXAMINE INBOX\n"
			   "C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40)\n"
			   "C: m5 UID FETCH 7:*" ITEMS
			   "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 8] Ok\nS: * OK [UIDNEXT "
			   "2] Ok\n"
			   "S: m3 OK\nS: * 1 FETCH (UID 1 FLAGS ())\nS: m4 OK\nS: m5 OK\n"
			   "C: m6 EXAMINE INBOX\nC: m7 UID SEARCH RETURN (ALL) ALL\n"
			   "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 8] Ok\nS: * OK [UIDNEXT "
			   "2] Ok\n"
			   "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 1\nS: m7 OK\n"
			   "C: m8 UID FETCH 1:1" ITEMS
			   "C: m9 UID SEARCH RETURN (ALL) ALL\n" GOOD(
				   1) "S: m8 OK\nS: * ESEARCH (TAG \"m9\") UID ALL 1\nS: "
				      "m9 OK\n");
	must_log(&b, "expect 4\nbegin INBOX afresh\nwindow INBOX 1-max: 1\n"
		     "end INBOX read 1 of 1 \n");
	assert_int_equal(b.r.renewed, 1);
	assert_string_equal(b.r.first_renewed, "INBOX");
	bed_close(&b);
}

/* The folder in hand is blamed, the others come first, and it comes last and alone. */
static void a_break_is_the_fault_of_the_folder_in_hand(void **state)
{
	static const char first[] = HEAD("ESEARCH CONDSTORE") FOLDER("A", "1", "2", "1")
		FOLDER("INBOX", "1", "2",
		       "1") "S: m2 OK\nC: m3 EXAMINE A\nC: m4 UID FETCH 1:*" ITEMS
			    "C: m5 UID SEARCH RETURN (ALL) ALL\nC: m6 EXAMINE INBOX\n"
			    "C: m7 UID FETCH 1:*" ITEMS
			    "C: m8 UID SEARCH RETURN (ALL) ALL\n" OPEN(
				    "1", "2",
				    "1") "S: m3 OK\n" GOOD(1) "S: * BYE FETCH failed: "
							      "Internal error\n";
	struct bed b;

	(void)state;
	bed_open(&b, NULL, 0);
	play(&b, first);
	assert_false(b.ok);
	if (strstr(b.err.text, "BYE FETCH failed") == NULL)
		fail_msg("%s", b.err.text);
	play(&b,
	     "C: m1 EXAMINE INBOX\nC: m2 UID FETCH 1:*" ITEMS
	     "C: m3 UID SEARCH RETURN (ALL) ALL\n" OPEN("1", "2", "1") "S: m1 OK\n" GOOD(
		     1) "S: m2 OK\nS: * ESEARCH (TAG \"m3\") UID ALL 1\nS: m3 OK\n"
			"C: m4 EXAMINE A\nC: m5 UID SEARCH RETURN (ALL) ALL\n" OPEN(
				"1", "2",
				"1") "S: m4 OK\n"
				     "S: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n"
				     "C: m6 UID FETCH 1:1" ITEMS
				     "C: m7 UID SEARCH RETURN (ALL) ALL\n" GOOD(
					     1) "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID "
						"ALL 1\nS: m7 OK\n");
	must_log(&b, "expect 2\nbegin INBOX\nwindow INBOX 1-max: 1\n"
		     "end INBOX read 1 of 1 \nbegin A\nwindow A 1-max: 1\n"
		     "end A read 1 of 1 \n");
	bed_close(&b);
}

/* A server that opens the next folder before it has told all of this one may have told of
 * either: both are read again, one after the other. */
static void folders_that_a_server_mixes_up_are_read_singly(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, NULL, 0);
	play(&b, HEAD("ESEARCH CONDSTORE") FOLDER("A", "1", "2", "1") FOLDER(
			 "INBOX", "1", "2",
			 "1") "S: m2 OK\n"
			      "C: m3 EXAMINE A\nC: m4 UID FETCH 1:*" ITEMS
			      "C: m5 UID SEARCH RETURN (ALL) ALL\n"
			      "C: m6 EXAMINE INBOX\nC: m7 UID FETCH 1:*" ITEMS
			      "C: m8 UID SEARCH RETURN (ALL) ALL\n" OPEN("1", "2", "1") "S: m3 OK\nS: m6 OK\n" GOOD(1) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1\nS: m5 OK\n" GOOD(
				      1) "S: m7 OK\n"
					 "S: * ESEARCH (TAG \"m8\") UID ALL 1\nS: m8 OK\n"
					 "C: m9 EXAMINE A\nC: m10 UID SEARCH RETURN "
					 "(ALL) ALL\n" OPEN(
						 "1", "2",
						 "1") "S: m9 OK\n"
						      "S: * ESEARCH (TAG \"m10\") UID "
						      "ALL 1\nS: m10 OK\n"
						      "C: m11 UID FETCH 1:1" ITEMS
						      "C: m12 UID SEARCH RETURN (ALL) "
						      "ALL\n" GOOD(
							      1) "S: m11 OK\nS: * "
								 "ESEARCH (TAG \"m12\") "
								 "UID ALL 1\nS: m12 OK\n"
								 "C: m13 EXAMINE "
								 "INBOX\nC: m14 UID "
								 "SEARCH RETURN (ALL) "
								 "ALL\n" OPEN(
									 "1", "2",
									 "1") "S: m13 "
									      "OK\n"
									      "S: * "
									      "ESEARCH "
									      "(TAG "
									      "\"m14\") "
									      "UID ALL "
									      "1\nS: m14 "
									      "OK\n"
									      "C: m15 "
									      "UID FETCH "
									      "1:1" ITEMS
									      "C: m16 "
									      "UID "
									      "SEARCH "
									      "RETURN "
									      "(ALL) "
									      "ALL"
									      "\n" GOOD(
										      1) "S: m15 OK\nS: * ESEARCH (TAG \"m16\") UID ALL 1\nS: m16 OK\n");
	must_log(&b, "expect 2\nbegin A afresh\nwindow A 1-max: 1\nend A read 1 of 1 \n"
		     "begin INBOX afresh\nwindow INBOX 1-max: 1\nend INBOX read 1 of 1 \n");
	assert_true(b.r.mixes);
	bed_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_folders_take_two_waits),
		cmocka_unit_test(what_does_not_agree_is_read_alone),
		cmocka_unit_test(what_did_not_change_is_not_opened),
		cmocka_unit_test(a_delta_is_all_that_is_read),
		cmocka_unit_test(nothing_new_is_nothing_read),
		cmocka_unit_test(without_vanished_the_known_are_searched),
		cmocka_unit_test(without_condstore_flags_are_read_again),
		cmocka_unit_test(a_delta_that_does_not_add_up_is_given_up),
		cmocka_unit_test(a_new_uidvalidity_starts_anew),
		cmocka_unit_test(a_break_is_the_fault_of_the_folder_in_hand),
		cmocka_unit_test(folders_that_a_server_mixes_up_are_read_singly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
