/* SPDX-License-Identifier: MIT */
/* Another folder may have come under the name and UIDVALIDITY of one that is known: how
 * one shows that it is what it was, and what becomes of it when it does not. */
#include "tests/support/burst_bed.h"

#include "audit/audit_proof.h"

/* clang-format off: transcripts are to be read */

/* The message that GOOD is. */
static void knows_by(struct bed *b, uint32_t uid)
{
	struct message *m = &b->witness.m[b->witness.n++];

	*m = (struct message){
		.uid = uid, .tier = TIER_ID, .octets = 4, .date = 1262358935
	};
	mime_key_id(b->r.sha, SPAN_LIT("<4@a>"), &m->key);
	b->witness.shared = true;
}

#define PROOF "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\n"
#define PLAIN                                                                            \
	"C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: m1 OK\nC: m2 LIST \"\" \"*\"\n" \
	"C: m3 LSUB \"\" \"*\"\nS: * LIST () \"/\" INBOX\nS: m2 OK\nS: m3 OK\n"          \
	"C: m4 STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)\n"                            \
	"S: * STATUS INBOX (MESSAGES 4 UIDNEXT 7 UIDVALIDITY 7)\nS: m4 OK\n"             \
	"C: m5 EXAMINE INBOX\nC: m6 UID FETCH 1,6 " PROOF                                \
	"C: m7 UID FETCH 1:6 (UID FLAGS)\nC: m8 UID FETCH 7:*" ITEMS                     \
	"C: m9 UID SEARCH ALL\n"                                                         \
	"S: * 4 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m5 OK\n"
#define FLAGS ALONE(1) ALONE(2) ALONE(3) ALONE(6)
#define REST  FLAGS "S: m7 OK\nS: m8 OK\nS: * SEARCH 1 2 3 6\nS: m9 OK\n"
/* The folder opens for the careful reader, as commands o and s; and everything of it
 * behind that, as commands f and e. */
#define ALL(o, s)                                                                        \
	"C: m" #o " EXAMINE INBOX\nC: m" #s " UID SEARCH ALL\n"                          \
	"S: * 4 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m" #o " OK\n"                    \
	"S: * SEARCH 1 2 3 6\nS: m" #s " OK\n"
#define WHOLE(o, s, f, e)                                                                \
	ALL(o, s) "C: m" #f " UID FETCH 1:6" ITEMS "C: m" #e " UID SEARCH ALL\n"         \
	GOOD(1) GOOD(2) GOOD(3) GOOD(6) "S: m" #f " OK\n"                                \
	"S: * SEARCH 1 2 3 6\nS: m" #e " OK\n"
#define WHOLE_LOG                                                                        \
	"expect 4\nbegin INBOX\nbegin INBOX afresh\n"                                    \
	"window INBOX 1-max: 1 2 3 6\nend INBOX read 4 of 4 \n"

static void known_messages_prove_the_folder(void **state)
{
	struct known_as known[] = { { "INBOX", shared(-1) } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	knows_by(&b, 1);
	knows_by(&b, 6);
	play(&b,
	     PLAIN GOOD(1) GOOD(6) "S: m6 OK\n" REST);
	must_log(&b, "expect 4\nbegin INBOX\nwindow INBOX 1-max: 1f0 2f0 3f0 6f0\n"
		     "end INBOX read 4 of 4 \n");
	assert_int_equal(b.r.others, 0);
	assert_int_equal(b.witnessed, 1);
	bed_close(&b);
}

static void whatever_else_proves_nothing(void **state)
{
	/* The first are other messages; whatever comes then tells nothing. */
	enum { OTHERS = 4 };
	static const char *const cases[] = {
		/* another Message-ID, none, another size, another date */
		GOOD(1) "S: * 1 FETCH (UID 6 " FACTS
			" BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
			"S: Message-ID: <5@a>\nS:\nS: )\nS: m6 OK\n",
		GOOD(1) WEAK(6) "S: m6 OK\n",
		GOOD(1) "S: * 1 FETCH (UID 6 FLAGS () INTERNALDATE \"01-Jan-2010 "
			"15:15:35 "
			"+0000\" RFC822.SIZE 5 BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
			"S: Message-ID: <4@a>\nS:\nS: )\nS: m6 OK\n",
		GOOD(1) "S: * 1 FETCH (UID 6 FLAGS () INTERNALDATE \"01-Jan-2010 "
			"15:15:36 "
			"+0000\" RFC822.SIZE 4 BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
			"S: Message-ID: <4@a>\nS:\nS: )\nS: m6 OK\n",
		/* it is not there; nothing is; it is refused; half an answer */
		GOOD(1) "S: m6 OK\n",
		"S: m6 OK\n",
		GOOD(1) GOOD(6) "S: m6 NO not now\n",
		GOOD(1) "S: * 1 FETCH (UID 6 INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" "
			"RFC822.SIZE 4)\nS: m6 OK\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct known_as known[] = { { "INBOX", shared(-1) } };
		struct strbuf text = STRBUF_INIT;
		struct bed b;

		strbuf_adds(&text, PLAIN);
		strbuf_adds(&text, cases[i]);
		strbuf_adds(&text, REST WHOLE(10, 11, 12, 13));
		bed_open(&b, known, 1);
		knows_by(&b, 1);
		knows_by(&b, 6);
		play(&b, strbuf_cstr(&text));
		if (!b.ok || strcmp(strbuf_cstr(&b.log), WHOLE_LOG) != 0)
			fail_msg("case %zu: %s\n%s", i, b.err.text, strbuf_cstr(&b.log));
		assert_int_equal(b.r.others, i < OTHERS);
		if (i < OTHERS)
			assert_string_equal(b.r.first_other, "INBOX");
		bed_close(&b);
		strbuf_done(&text);
	}
}

/* One of the messages was deleted: the other one is enough, if it alone tells the folder
 * from all others. */
static void what_was_deleted_is_not_missed(void **state)
{
	struct known_as known[] = { { "INBOX", shared(-1) } };
	struct bed b;

	(void)state;
	for (int enough = 0; enough < 2; enough++) {
		bed_open(&b, known, 1);
		knows_by(&b, 1);
		knows_by(&b, 6);
		b.witness.alone = enough ? 1 << 1 : 1 << 0;
		play(&b,
		     enough ? PLAIN GOOD(6) "S: m6 OK\n" REST
			    : PLAIN GOOD(6) "S: m6 OK\n" REST WHOLE(10, 11, 12, 13));
		must_log(&b, enough ? "expect 4\nbegin INBOX\n"
				      "window INBOX 1-max: 1f0 2f0 3f0 6f0\n"
				      "end INBOX read 4 of 4 \n"
				    : WHOLE_LOG);
		assert_int_equal(b.r.others, 0);
		bed_close(&b);
	}
}

/* What this run has read of a folder before it was interrupted is built upon when it is
 * that folder. */
static void a_part_that_was_read_must_be_of_the_folder(void **state)
{
	struct bed b;

	(void)state;
	for (int other = 0; other < 2; other++) {
		bed_open(&b, NULL, 0);
		knows_by(&b, 1);
		play(&b,
		     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "3", "7", "40") "S: m2 OK\n"
		     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 1:*" ITEMS
		     "C: m5 UID SEARCH RETURN (ALL) ALL\n" OPEN("3", "7", "40")
		     "S: m3 OK\nS: * BYE\n");
		assert_false(b.ok);
		b.resume = 1;
		play(&b,
		     other ? "C: m1 EXAMINE INBOX\nC: m2 UID SEARCH RETURN (ALL) ALL\n"
			     OPEN("3", "7", "40") "S: m1 OK\n"
			     "S: * ESEARCH (TAG \"m2\") UID ALL 1,3,6\nS: m2 OK\n"
			     "C: m3 UID FETCH 1 " PROOF WEAK(1) "S: m3 OK\n"
			     "C: m4 EXAMINE INBOX\nC: m5 UID SEARCH RETURN (ALL) ALL\n"
			     OPEN("3", "7", "40") "S: m4 OK\n"
			     "S: * ESEARCH (TAG \"m5\") UID ALL 1,3,6\nS: m5 OK\n"
			     "C: m6 UID FETCH 1:6" ITEMS
			     "C: m7 UID SEARCH RETURN (ALL) ALL\n" GOOD(1) GOOD(3) GOOD(6)
			     "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 1,3,6\n"
			     "S: m7 OK\n"
			   : "C: m1 EXAMINE INBOX\nC: m2 UID SEARCH RETURN (ALL) ALL\n"
			     OPEN("3", "7", "40") "S: m1 OK\n"
			     "S: * ESEARCH (TAG \"m2\") UID ALL 1,3,6\nS: m2 OK\n"
			     "C: m3 UID FETCH 1 " PROOF GOOD(1) "S: m3 OK\n"
			     "C: m4 UID FETCH 3:6" ITEMS
			     "C: m5 UID SEARCH RETURN (ALL) ALL\n" GOOD(3) GOOD(6)
			     "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 1,3,6\n"
			     "S: m5 OK\n");
		must_log(&b, other ? "expect 3\nbegin INBOX\nbegin INBOX afresh\n"
				     "window INBOX 1-max: 1 3 6\nend INBOX read 3 of 3 \n"
				   : "expect 3\nbegin INBOX\n"
				     "window INBOX 2-max: 3 6\nend INBOX read 3 of 3 \n");
		assert_int_equal(b.r.others, other);
		bed_close(&b);
	}
}

/* No message tells it from another folder: it is read, and nobody says that it is
 * another one. */
static void what_cannot_be_proven_is_read(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "1", "8", "44") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 1:*" ITEMS
	     "C: m5 UID SEARCH RETURN (ALL) ALL\n" OPEN("1", "8", "44") "S: m3 OK\n"
	     GOOD(7) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 7\nS: m5 OK\n");
	must_log(
		&b,
		"expect 1\nbegin INBOX afresh\nwindow INBOX 1-max: 7\nend INBOX read 1 of 1 \n");
	assert_int_equal(b.r.others, 0);
	bed_close(&b);
}

/* Nothing was stored: there is nothing to be mistaken about. */
static void what_was_empty_proves_nothing(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[0].known.state.exists = 0;
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "0", "7", "40") "S: m2 OK\n");
	must_log(&b, "expect 0\nsame INBOX (0)\n");
	assert_int_equal(b.witnessed, 0);
	bed_close(&b);
}

/* A folder in the same state has the same UIDVALIDITY: it is opened, and no more. */
static void a_twin_must_show_what_it_is(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[0].known.twin = true;
	bed_open(&b, known, 1);
	knows_by(&b, 6);
	play(&b,
	     HEAD("ESEARCH CONDSTORE QRESYNC ENABLE") FOLDER("INBOX", "4", "7", "40")
	     "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 6 " PROOF OPEN("4", "7", "40")
	     "S: m3 OK\n" GOOD(6) "S: m4 OK\n");
	must_log(&b, "expect 4\nsame INBOX (4)\n");
	assert_int_equal(b.r.same, 1);
	assert_int_equal(b.r.own_read, 1);
	assert_int_equal(b.count.waits, 3);
	bed_close(&b);
	/* It is another one. */
	bed_open(&b, known, 1);
	knows_by(&b, 6);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 6 " PROOF OPEN("4", "7", "40")
	     "S: m3 OK\n" WEAK(6) "S: m4 OK\n"
	     "C: m5 EXAMINE INBOX\nC: m6 UID SEARCH RETURN (ALL) ALL\n"
	     OPEN("4", "7", "40") "S: m5 OK\n"
	     "S: * ESEARCH (TAG \"m6\") UID ALL 3:6\nS: m6 OK\n"
	     "C: m7 UID FETCH 3:6" ITEMS "C: m8 UID SEARCH RETURN (ALL) ALL\n" GOOD(3)
	     GOOD(4) GOOD(5) GOOD(6) "S: m7 OK\n"
	     "S: * ESEARCH (TAG \"m8\") UID ALL 3:6\nS: m8 OK\n");
	must_log(&b, "expect 4\nbegin INBOX afresh\nwindow INBOX 1-max: 3 4 5 6\n"
		     "end INBOX read 4 of 4 \n");
	assert_int_equal(b.r.same, 0);
	assert_int_equal(b.r.others, 1);
	bed_close(&b);
	/* It is not, and has changed since STATUS was asked. */
	bed_open(&b, known, 1);
	knows_by(&b, 6);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 6 " PROOF OPEN("5", "8", "41")
	     "S: m3 OK\n" GOOD(6) "S: m4 OK\n"
	     "C: m5 EXAMINE INBOX\nC: m6 UID SEARCH RETURN (ALL) UID 7:*\n"
	     OPEN("5", "8", "41") "S: m5 OK\nS: * ESEARCH (TAG \"m6\") UID ALL 7\n"
	     "S: m6 OK\n"
	     "C: m7 UID FETCH 6 " PROOF GOOD(6) "S: m7 OK\n"
	     "C: m8 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 40)\nS: m8 OK\n"
	     "C: m9 UID SEARCH RETURN (ALL) UID 1:6\n"
	     "S: * ESEARCH (TAG \"m9\") UID ALL 1:6\nS: m9 OK\n"
	     "C: m10 UID FETCH 7:7" ITEMS "C: m11 UID SEARCH RETURN (ALL) UID 7:*\n"
	     GOOD(7) "S: m10 OK\nS: * ESEARCH (TAG \"m11\") UID ALL 7\nS: m11 OK\n");
	must_log(&b, "expect 4\nbegin INBOX\nwindow INBOX 7-max built: 7\n"
		     "end INBOX read 1 of 5 \n");
	bed_close(&b);
}

/* It is the folder, and something was told of it meanwhile: it is read from the start, in
 * the place of what is stored. */
static void a_twin_that_changes_meanwhile_is_read_afresh(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[0].known.twin = true;
	bed_open(&b, known, 1);
	knows_by(&b, 6);
	play(&b,
	     HEAD("ESEARCH CONDSTORE") FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\nC: m4 UID FETCH 6 " PROOF OPEN("4", "7", "40")
	     "S: m3 OK\n" ALONE(3) GOOD(6) "S: m4 OK\n"
	     "C: m5 EXAMINE INBOX\nC: m6 UID SEARCH RETURN (ALL) ALL\n"
	     OPEN("4", "7", "40") "S: m5 OK\n"
	     "S: * ESEARCH (TAG \"m6\") UID ALL 3:6\nS: m6 OK\n"
	     "C: m7 UID FETCH 3:6" ITEMS "C: m8 UID SEARCH RETURN (ALL) ALL\n" GOOD(3)
	     GOOD(4) GOOD(5) GOOD(6) "S: m7 OK\n"
	     "S: * ESEARCH (TAG \"m8\") UID ALL 3:6\nS: m8 OK\n");
	must_log(&b, "expect 4\nbegin INBOX afresh\nwindow INBOX 1-max: 3 4 5 6\n"
		     "end INBOX read 4 of 4 \n");
	assert_int_equal(b.r.others, 0);
	bed_close(&b);
}

/* Read alone, because its counts did not agree. */
static void the_careful_reader_asks_for_proof_too(void **state)
{
	struct known_as known[] = { { "INBOX", shared(-1) } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	knows_by(&b, 1);
	knows_by(&b, 6);
	play(&b,
	     PLAIN GOOD(1) GOOD(6) "S: m6 OK\n" FLAGS "S: m7 OK\nS: m8 OK\n"
	     "S: * SEARCH 1 2 6\nS: m9 OK\n"
	     ALL(10, 11) "C: m12 UID FETCH 1,6 " PROOF GOOD(1) WEAK(6) "S: m12 OK\n"
	     WHOLE(13, 14, 15, 16));
	must_log(&b, "expect 4\nbegin INBOX\nbegin INBOX\nbegin INBOX afresh\n"
		     "window INBOX 1-max: 1 2 3 6\nend INBOX read 4 of 4 \n");
	assert_int_equal(b.r.others, 1);
	bed_close(&b);
}

/* The session breaks over one of the messages: nothing is asked for by its number again,
 * so that the careful reader finds the one that does it. */
static void what_breaks_the_session_is_not_asked_for_again(void **state)
{
	struct known_as known[] = { { "INBOX", shared(-1) } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	knows_by(&b, 1);
	knows_by(&b, 6);
	play(&b, PLAIN GOOD(1) "S: * BYE FETCH failed\n");
	assert_false(b.ok);
	play(&b, ALL(1, 2) WHOLE(3, 4, 5, 6));
	must_log(&b, "expect 4\nbegin INBOX\nbegin INBOX\nbegin INBOX afresh\n"
		     "window INBOX 1-max: 1 2 3 6\nend INBOX read 4 of 4 \n");
	assert_int_equal(b.r.others, 0);
	bed_close(&b);
}

/* What has changed is told before the proof is complete: nobody knows whether that was
 * all, and the careful reader asks again. */
static void changes_before_the_proof_are_not_lost(void **state)
{
	struct known_as known[] = { { "INBOX", shared(38) } };
	struct bed b;

	(void)state;
	bed_open(&b, known, 1);
	knows_by(&b, 6);
	play(&b,
	     HEAD("ESEARCH CONDSTORE QRESYNC ENABLE") FOLDER("INBOX", "4", "7", "44")
	     "S: m2 OK\nC: m3 ENABLE QRESYNC\nC: m4 EXAMINE INBOX\n"
	     "C: m5 UID FETCH 6 " PROOF
	     "C: m6 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38 VANISHED)\n"
	     "C: m7 UID FETCH 7:*" ITEMS
	     "S: m3 OK\n" OPEN("4", "7", "44") "S: m4 OK\n" ALONE(2) "S: m6 OK\n"
	     GOOD(6) "S: m5 OK\nS: m7 OK\n"
	     "C: m8 EXAMINE INBOX\nC: m9 UID SEARCH RETURN (ALL) UID 7:*\n"
	     OPEN("4", "7", "44") "S: m8 OK\nS: * ESEARCH (TAG \"m9\") UID\nS: m9 OK\n"
	     "C: m10 UID FETCH 6 " PROOF GOOD(6) "S: m10 OK\n"
	     "C: m11 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38 VANISHED)\n" ALONE(2)
	     "S: m11 OK\nC: m12 UID SEARCH RETURN (ALL) UID 7:*\n"
	     "S: * ESEARCH (TAG \"m12\") UID\nS: m12 OK\n");
	must_log(&b, "expect 4\nbegin INBOX\nbegin INBOX\nwindow INBOX 1-6 sparse: 2f0\n"
		     "window INBOX 7-max built:\nend INBOX read 1 of 4 \n");
	bed_close(&b);
}

/* Where a server opens the next folder too early, nobody knows whose id it has told: no
 * folder is called another one. */
static void whose_id_it_is_must_be_known(void **state)
{
	struct known_as known[] = { { "A", shared(38) }, { "INBOX", shared(38) } };
	struct bed b;

	(void)state;
	known[0].known.mailbox = objectid_mark("fa");
	known[1].known.mailbox = objectid_mark("fi");
	bed_open(&b, known, 2);
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("A", "4", "7", "44")
	     FOLDER("INBOX", "4", "7", "44") "S: m2 OK\n"
	     "C: m3 EXAMINE A\n"
	     "C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38)\n"
	     "C: m5 UID FETCH 7:*" ITEMS
	     "C: m6 EXAMINE INBOX\n"
	     "C: m7 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38)\n"
	     "C: m8 UID FETCH 7:*" ITEMS
	     OPEN("4", "7", "44") ID("fa") OPEN("4", "7", "44") ID("fi")
	     "S: m6 OK\nS: m3 OK\nS: m4 OK\nS: m5 OK\nS: m7 OK\nS: m8 OK\n"
	     "C: m9 EXAMINE A\nC: m10 UID SEARCH RETURN (ALL) ALL\n"
	     OPEN("0", "7", "44") ID("fa") "S: m9 OK\n"
	     "S: * ESEARCH (TAG \"m10\") UID\nS: m10 OK\n"
	     "C: m11 UID SEARCH RETURN (ALL) ALL\n"
	     "S: * ESEARCH (TAG \"m11\") UID\nS: m11 OK\n"
	     "C: m12 EXAMINE INBOX\nC: m13 UID SEARCH RETURN (ALL) ALL\n"
	     OPEN("0", "7", "44") ID("fi") "S: m12 OK\n"
	     "S: * ESEARCH (TAG \"m13\") UID\nS: m13 OK\n"
	     "C: m14 UID SEARCH RETURN (ALL) ALL\n"
	     "S: * ESEARCH (TAG \"m14\") UID\nS: m14 OK\n");
	must_log(&b, "expect 8\nbegin A afresh\nwindow A 1-max:\nend A read 0 of 0 \n"
		     "begin INBOX afresh\nwindow INBOX 1-max:\nend INBOX read 0 of 0 \n");
	assert_true(b.r.mixes);
	assert_int_equal(b.r.others, 0);
	bed_close(&b);
}

/* A message with two Message-IDs has a good one in ENVELOPE and none in its header: who asks
 * in the other form than the audit did goes by size and date then. */
static void two_ids_deny_nothing_in_another_form(void **state)
{
	static const struct {
		bool other_form;
		int64_t octets;
		bool denies;
	} cases[] = { { false, 4, true }, { true, 4, false }, { true, 5, true } };
	struct imap_fetch f = {
		.has = IMAP_HAS_UID | IMAP_HAS_DATE | IMAP_HAS_SIZE | IMAP_HAS_HEADER,
		.uid = 6,
		.date = 1262358935,
		.header = SPAN_LIT("Message-ID: <4@a>\r\nMessage-ID: <5@a>\r\n\r\n"),
	};
	struct sha256_ctx *sha = sha256_new();
	struct witness known = { .n = 1 };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	known.m[0] = (struct message){
		.uid = 6, .tier = TIER_ID, .octets = 4, .date = 1262358935
	};
	mime_key_id(sha, SPAN_LIT("<4@a>"), &known.m[0].key);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_proof p = { .known = &known,
					 .other_form = cases[i].other_form };

		f.octets = cases[i].octets;
		assert_true(audit_proof_answer(&p, false, &f, sha, &arena));
		if (audit_proof_denies(&p) != cases[i].denies)
			fail_msg("case %zu", i);
	}
	arena_done(&arena);
	sha256_free(sha);
}

static void a_mark_is_made_of_an_id_alone(void **state)
{
	static const char *const none[] = { "",	   "(",	  "()",	   "fi",
					    "(fi", "fi)", "(f i)", "((fi))" };

	(void)state;
	assert_true(audit_proof_mark(SPAN_LIT("(fi)")) == objectid_mark("fi"));
	for (size_t i = 0; i < COUNT_OF(none); i++)
		if (audit_proof_mark(span_str(none[i])) != 0)
			fail_msg("case %zu", i);
}

/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_messages_prove_the_folder),
		cmocka_unit_test(whatever_else_proves_nothing),
		cmocka_unit_test(what_was_deleted_is_not_missed),
		cmocka_unit_test(a_part_that_was_read_must_be_of_the_folder),
		cmocka_unit_test(what_cannot_be_proven_is_read),
		cmocka_unit_test(what_was_empty_proves_nothing),
		cmocka_unit_test(a_twin_must_show_what_it_is),
		cmocka_unit_test(a_twin_that_changes_meanwhile_is_read_afresh),
		cmocka_unit_test(the_careful_reader_asks_for_proof_too),
		cmocka_unit_test(what_breaks_the_session_is_not_asked_for_again),
		cmocka_unit_test(changes_before_the_proof_are_not_lost),
		cmocka_unit_test(whose_id_it_is_must_be_known),
		cmocka_unit_test(two_ids_deny_nothing_in_another_form),
		cmocka_unit_test(a_mark_is_made_of_an_id_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
