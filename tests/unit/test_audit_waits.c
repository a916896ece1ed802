/* SPDX-License-Identifier: MIT */
/* A folder that has not changed, if it is the one that it was: when it is opened to show
 * that, and when others show it by where they are. */
#include "tests/support/burst_bed.h"

/* clang-format off: transcripts are to be read */

/* A is as it was, INBOX is not. */
#define TWO                                                                              \
	FOLDER("A", "4", "7", "40") FOLDER("INBOX", "4", "7", "44") "S: m2 OK\n"         \
	"C: m3 EXAMINE INBOX\n"                                                          \
	"C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38)\nC: m5 UID FETCH 7:*" ITEMS

/* Under the name of A may lie what was left under INBOX in no later state: it waits until
 * INBOX has shown that it is still there. */
static void what_has_not_changed_waits_for_its_like(void **state)
{
	struct known_as known[] = { { "A", shared(40) }, { "INBOX", shared(38) } };
	struct bed b;

	(void)state;
	known[0].known.mailbox = objectid_mark("fa");
	known[1].known.mailbox = objectid_mark("fi");
	bed_open(&b, known, 2);
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") TWO OPEN("4", "7", "44") ID("fi")
	     "S: m3 OK\n" ALONE(2) "S: m4 OK\nS: m5 OK\n");
	must_log(&b, "expect 8\nbegin INBOX\nwindow INBOX 1-6 sparse: 2f0\n"
		     "window INBOX 7-max built:\nend INBOX read 1 of 4 \nsame A (4)\n");
	bed_close(&b);
}

/* It is not: A is opened, and it is neither. */
static void what_waited_is_opened_when_its_like_is_gone(void **state)
{
	static const char *const told[] = { ID("fa"), "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		struct known_as known[] = { { "A", shared(40) },
					    { "INBOX", shared(38) } };
		struct strbuf text = STRBUF_INIT;
		struct bed b;

		known[0].known.mailbox = objectid_mark("fa");
		known[1].known.mailbox = objectid_mark("fi");
		strbuf_adds(&text,
		     HEAD("ESEARCH CONDSTORE OBJECTID") TWO OPEN("4", "7", "44"));
		strbuf_adds(&text, told[i]);
		strbuf_adds(&text,
		     "S: m3 OK\nS: m4 OK\nS: m5 OK\n"
		     "C: m6 EXAMINE INBOX\nC: m7 UID SEARCH RETURN (ALL) ALL\n"
		     OPEN("1", "7", "44") ID("fa") "S: m6 OK\n"
		     "S: * ESEARCH (TAG \"m7\") UID ALL 6\nS: m7 OK\n"
		     "C: m8 UID FETCH 6:6" ITEMS "C: m9 UID SEARCH RETURN (ALL) ALL\n"
		     GOOD(6) "S: m8 OK\nS: * ESEARCH (TAG \"m9\") UID ALL 6\n"
		     "S: m9 OK\n"
		     "C: m10 EXAMINE A\n" OPEN("4", "7", "40") ID("fi") "S: m10 OK\n"
		     "C: m11 EXAMINE A\nC: m12 UID SEARCH RETURN (ALL) ALL\n"
		     OPEN("1", "7", "40") ID("fi") "S: m11 OK\n"
		     "S: * ESEARCH (TAG \"m12\") UID ALL 5\nS: m12 OK\n"
		     "C: m13 UID FETCH 5:5" ITEMS "C: m14 UID SEARCH RETURN (ALL) ALL\n"
		     GOOD(5) "S: m13 OK\nS: * ESEARCH (TAG \"m14\") UID ALL 5\n"
		     "S: m14 OK\n");
		bed_open(&b, known, 2);
		play(&b, strbuf_cstr(&text));
		must_log(&b, "expect 8\nbegin INBOX afresh\nwindow INBOX 1-max: 6\n"
			     "end INBOX read 1 of 1 \nbegin A afresh\nwindow A 1-max: 5\n"
			     "end A read 1 of 1 \n");
		assert_int_equal(b.r.others, 2);
		bed_close(&b);
		strbuf_done(&text);
	}
}

/* What was under INBOX was left in a later state than A is in: it cannot be there. */
static void what_was_left_later_is_not_looked_for(void **state)
{
	struct known_as known[] = { { "A", shared(40) }, { "INBOX", shared(38) } };
	struct bed b;

	(void)state;
	known[0].known.mailbox = objectid_mark("fa");
	known[0].known.state.modseq = 37;
	known[1].known.mailbox = objectid_mark("fi");
	bed_open(&b, known, 2);
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("A", "4", "7", "37")
	     FOLDER("INBOX", "4", "7", "44") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\n"
	     "C: m4 UID FETCH 1:6 (UID FLAGS) (CHANGEDSINCE 38)\n"
	     "C: m5 UID FETCH 7:*" ITEMS OPEN("4", "7", "44") ID("fx") "S: m3 OK\n"
	     "S: m4 OK\nS: m5 OK\n"
	     "C: m6 EXAMINE INBOX\nC: m7 UID SEARCH RETURN (ALL) ALL\n"
	     OPEN("1", "7", "44") ID("fx") "S: m6 OK\n"
	     "S: * ESEARCH (TAG \"m7\") UID ALL 6\nS: m7 OK\n"
	     "C: m8 UID FETCH 6:6" ITEMS "C: m9 UID SEARCH RETURN (ALL) ALL\n" GOOD(6)
	     "S: m8 OK\nS: * ESEARCH (TAG \"m9\") UID ALL 6\nS: m9 OK\n");
	must_log(&b, "expect 8\nbegin INBOX afresh\nwindow INBOX 1-max: 6\n"
		     "end INBOX read 1 of 1 \nsame A (4)\n");
	bed_close(&b);
}

/* One of its like is known to be elsewhere, or nobody knows: it is opened at once. */
static void one_that_is_adrift_is_enough(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[0].known.adrift = true;
	known[0].known.mailbox = objectid_mark("fi");
	bed_open(&b, known, 1);
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("INBOX", "4", "7", "40")
	     "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\n" OPEN("4", "7", "40") ID("fi") "S: m3 OK\n");
	must_log(&b, "expect 4\nsame INBOX (4)\n");
	assert_int_equal(b.witnessed, 0);
	bed_close(&b);
}

/* The account cannot be read to its end: what may be under the name of what waits is not
 * known, and of what cannot have come there it is said that it stands. */
static void what_waits_when_nobody_reads_on(void **state)
{
	static const struct {
		int64_t modseq;
		const char *log;
	} cases[] = {
		{ 40, "expect 8\nend INBOX unreadable 0 of -1 enough\n"
		      "end A unreadable 0 of -1 enough\n" },
		{ 37, "expect 8\nend INBOX unreadable 0 of -1 enough\nsame A (4)\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct known_as known[] = { { "A", shared(cases[i].modseq) },
					    { "INBOX", shared(38) } };
		struct strbuf text = STRBUF_INIT;
		struct err why = ERR_INIT;
		struct bed b;

		known[0].known.mailbox = objectid_mark("fa");
		known[1].known.mailbox = objectid_mark("fi");
		strbuf_addf(
			&text,
			HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("A", "4", "7", "%lld")
				FOLDER("INBOX", "4", "7",
				       "44") "S: m2 OK\nC: m3 EXAMINE INBOX\nC: m4 UID "
					     "FETCH 1:6 (UID FLAGS)"
					     " (CHANGEDSINCE 38)\nC: m5 UID FETCH "
					     "7:*" ITEMS "S: * BYE\n",
			(long long)cases[i].modseq);
		bed_open(&b, known, 2);
		play(&b, strbuf_cstr(&text));
		assert_false(b.ok);
		err_set(&why, ERR_NET, "enough");
		b.err = ERR_INIT;
		b.ok = audit_reader_give_up(&b.r, &why, &b.err);
		must_log(&b, cases[i].log);
		bed_close(&b);
		strbuf_done(&text);
	}
}

/* So may what was under a name that holds no messages any more. */
static void a_name_without_messages_has_lost_its_folder(void **state)
{
	struct known_as known[] = { { "A", shared(38) }, { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[1].known.mailbox = objectid_mark("fi");
	bed_open(&b, known, 2);
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("INBOX", "4", "7", "40")
	     "S: * LIST (\\Noselect) \"/\" A\nS: m2 OK\n"
	     "C: m3 EXAMINE INBOX\n" OPEN("4", "7", "40") ID("fi") "S: m3 OK\n");
	must_log(&b, "end A unselectable 0 of -1 \nexpect 4\nsame INBOX (4)\n");
	bed_close(&b);
}

/* Without flags a folder has not changed whatever HIGHESTMODSEQ is: what was left later by
 * that may be here all the same. */
static void without_flags_modseq_shows_nothing(void **state)
{
	struct known_as known[] = { { "A", shared(37) }, { "INBOX", shared(38) } };
	struct bed b;

	(void)state;
	known[0].known.mailbox = objectid_mark("fa");
	bed_open(&b, known, 2);
	b.ids = true;
	play(&b,
	     HEAD("ESEARCH CONDSTORE OBJECTID") FOLDER("A", "4", "7", "37")
	     FOLDER("INBOX", "1", "7", "44") "S: m2 OK\n"
	     "C: m3 EXAMINE INBOX\n"
	     "C: m4 UID FETCH 1:* (UID INTERNALDATE RFC822.SIZE "
	     "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\n"
	     "C: m5 UID SEARCH RETURN (ALL) ALL\n" OPEN("1", "7", "44") "S: m3 OK\n"
	     GOOD(6) "S: m4 OK\nS: * ESEARCH (TAG \"m5\") UID ALL 6\nS: m5 OK\n"
	     "C: m6 EXAMINE A\n" OPEN("4", "7", "37") ID("fa") "S: m6 OK\n");
	must_log(&b, "expect 5\nbegin INBOX afresh\nwindow INBOX 1-max: 6\n"
		     "end INBOX read 1 of 1 \nsame A (4)\n");
	bed_close(&b);
}

/* Cyrus raises it with each RENAME, which is enough where it is looked at. */
static void what_cyrus_raises_is_enough_where_flags_matter(void **state)
{
	struct known_as known[] = { { "INBOX", shared(40) } };
	struct bed b;

	(void)state;
	known[0].known.twin = true;
	known[0].known.mailbox = objectid_mark("fi");
	for (int ids = 0; ids < 2; ids++) {
		bed_open(&b, known, 1);
		b.r.kind = "cyrus";
		b.ids = ids;
		play(&b,
		     ids ? HEAD("ESEARCH CONDSTORE OBJECTID")
			   FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n"
			   "C: m3 EXAMINE INBOX\n" OPEN("4", "7", "40") ID("fi")
			   "S: m3 OK\n"
			 : HEAD("ESEARCH CONDSTORE OBJECTID")
			   FOLDER("INBOX", "4", "7", "40") "S: m2 OK\n");
		must_log(&b, "expect 4\nsame INBOX (4)\n");
		bed_close(&b);
	}
}

/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_not_changed_waits_for_its_like),
		cmocka_unit_test(what_waited_is_opened_when_its_like_is_gone),
		cmocka_unit_test(what_was_left_later_is_not_looked_for),
		cmocka_unit_test(one_that_is_adrift_is_enough),
		cmocka_unit_test(what_waits_when_nobody_reads_on),
		cmocka_unit_test(a_name_without_messages_has_lost_its_folder),
		cmocka_unit_test(without_flags_modseq_shows_nothing),
		cmocka_unit_test(what_cyrus_raises_is_enough_where_flags_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
