/* SPDX-License-Identifier: MIT */
/* A folder in which every uid is taken, and how its last message shows that (struct
 * audit_top). */
#include "tests/support/burst_bed.h"

/* Answers to a FETCH of these uids, where number n has uid n, and its end. */
static void answer(struct strbuf *out, uint32_t lo, uint32_t hi, unsigned tag)
{
	for (uint32_t uid = lo; uid <= hi; uid++)
		strbuf_addf(out,
			    "S: * %u FETCH (UID %u " FACTS
			    " BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
			    "S: Message-ID: <4@a>\nS:\nS: )\n",
			    uid, uid);
	strbuf_addf(out, "S: m%u OK\n", tag);
}

/* Of a folder that is too big for a burst, and of which STATUS told that it is dense. */
#define BIG                                                                              \
	HEAD("ESEARCH CONDSTORE")                                                        \
	FOLDER("INBOX", "2049", "2050", "1") "S: m2 OK\nC: m3 EXAMINE INBOX\n"

static void play_big(struct strbuf *text, const char *want)
{
	struct bed b;

	bed_open(&b, NULL, 0);
	b.r.kind = "dovecot";
	play(&b, strbuf_cstr(text));
	if (!b.ok)
		fail_msg("%s", b.err.text);
	if (strstr(strbuf_cstr(&b.log), want) == NULL)
		fail_msg("%s", strbuf_cstr(&b.log));
	bed_close(&b);
	strbuf_done(text);
}

/* All windows of it, and what is said when its last message is asked for. */
static void big(struct strbuf *text, const char *said)
{
	strbuf_adds(text, BIG OPEN("2049", "2050", "1") "S: m3 OK\n"
							"C: m4 UID FETCH 1:2047" ITEMS
							"C: m5 UID FETCH 2048:2049" ITEMS
							"C: m6 UID FETCH 2049:* (UID)\n");
	answer(text, 1, 2047, 4);
	answer(text, 2048, 2049, 5);
	strbuf_adds(text, said);
}

static void the_last_message_tells_the_set(void **state)
{
	static const char *const said[] = {
		"S: * 2049 FETCH (UID 2049)\nS: m6 OK\n",
		"S: * 2049 FETCH (MODSEQ (9) UID 2049)\nS: m6 OK\n",
		/* flags that changed meanwhile are no answer, nor do they harm */
		"S: * 3 FETCH (UID 3 FLAGS (\\Seen))\nS: * 2049 FETCH (FLAGS ())\n"
		"S: * 2049 EXISTS\nS: * 2049 FETCH (UID 2049)\nS: m6 OK\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		struct strbuf text = STRBUF_INIT;

		big(&text, said[i]);
		play_big(&text, "end INBOX read 2049 of 2049 \n");
	}
}

/* Whatever else it says, the set is asked for. */
static void or_it_is_searched_for(void **state)
{
	static const char *const said[] = {
		"S: m6 OK\n",
		"S: m6 NO [SERVERBUG] no\n",
		"S: m6 BAD what?\n",
		"S: * 2048 FETCH (UID 2049)\nS: m6 OK\n",
		"S: * 2050 FETCH (UID 2049)\nS: m6 OK\n",
		"S: * 2049 FETCH (UID 2048)\nS: m6 OK\n",
		"S: * 2049 FETCH (UID 2050)\nS: m6 OK\n",
		"S: * 2049 FETCH (UID 2049)\nS: * 2050 FETCH (UID 2050)\nS: m6 OK\n",
		"S: * 2049 FETCH (UID 2050)\nS: * 2049 FETCH (UID 2049)\nS: m6 OK\n",
		"S: * 2049 FETCH (UID 2049)\nS: m6 NO [EXPUNGEISSUED] gone\n",
		/* unasked, or of a window */
		"S: * 2049 FETCH (UID 2049 FLAGS (\\Seen))\nS: m6 OK\n",
		"S: * 2049 FETCH (FLAGS (\\Seen))\nS: m6 OK\n",
		/* one came and one went */
		"S: * 2050 EXISTS\nS: * 7 EXPUNGE\nS: * 2049 FETCH (UID 2049)\nS: m6 "
		"OK\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		struct strbuf text = STRBUF_INIT;

		big(&text, said[i]);
		strbuf_adds(&text,
			    "C: m7 UID SEARCH RETURN (ALL) ALL\n"
			    "S: * ESEARCH (TAG \"m7\") UID ALL 1:2049\nS: m7 OK\n");
		play_big(&text, "end INBOX read 2049 of 2049 \n");
	}
}

/* What came or went while it was read is read, or is not there. */
static void what_changed_meanwhile_is_found(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	big(&text,
	    "S: * 2050 EXISTS\nS: * 2049 FETCH (UID 2049)\n"
	    "S: * 2050 FETCH (UID 2050)\nS: m6 OK\n"
	    "C: m7 UID SEARCH RETURN (ALL) ALL\n"
	    "S: * ESEARCH (TAG \"m7\") UID ALL 1:2050\nS: m7 OK\n"
	    "C: m8 UID FETCH 2048:2050" ITEMS "C: m9 UID SEARCH RETURN (ALL) ALL\n");
	answer(&text, 2048, 2050, 8);
	strbuf_adds(&text, "S: * ESEARCH (TAG \"m9\") UID ALL 1:2050\nS: m9 OK\n");
	play_big(&text, "end INBOX read 2050 of 2050 \n");
	big(&text, "S: * 1 EXPUNGE\nS: * 2048 FETCH (UID 2049)\nS: m6 OK\n"
		   "C: m7 UID SEARCH RETURN (ALL) ALL\n"
		   "S: * ESEARCH (TAG \"m7\") UID ALL 2:2049\nS: m7 OK\n"
		   "C: m8 UID FETCH 2:1023" ITEMS "C: m9 UID SEARCH RETURN (ALL) ALL\n");
	answer(&text, 2, 1023, 8);
	strbuf_adds(&text, "S: * ESEARCH (TAG \"m9\") UID ALL 2:2049\nS: m9 OK\n");
	play_big(&text, "end INBOX read 2048 of 2048 \n");
}

static void a_folder_that_is_dense_no_more_is_searched_twice(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	strbuf_adds(&text,
		    BIG OPEN("2048", "2050",
			     "1") "S: m3 OK\n"
				  "C: m4 UID SEARCH RETURN (ALL) ALL\n"
				  "S: * ESEARCH (TAG \"m4\") UID ALL 2:2049\nS: m4 OK\n"
				  "C: m5 UID FETCH 2:2047" ITEMS
				  "C: m6 UID FETCH 2048:2049" ITEMS
				  "C: m7 UID SEARCH RETURN (ALL) ALL\n");
	answer(&text, 2, 2047, 5);
	answer(&text, 2048, 2049, 6);
	strbuf_adds(&text, "S: * ESEARCH (TAG \"m7\") UID ALL 2:2049\nS: m7 OK\n");
	play_big(&text, "end INBOX read 2048 of 2048 \n");
}

/* UIDNEXT was wrong: what the numbers made of it is not what is there. */
static void a_folder_that_only_seems_dense_is_read_right(void **state)
{
	struct strbuf text = STRBUF_INIT;

	(void)state;
	strbuf_adds(&text,
		    BIG OPEN("2049", "2050", "1") "S: m3 OK\n"
						  "C: m4 UID FETCH 1:2047" ITEMS
						  "C: m5 UID FETCH 2048:2049" ITEMS
						  "C: m6 UID FETCH 2049:* (UID)\n");
	answer(&text, 2, 2047, 4);
	strbuf_adds(&text, "C: m7 UID FETCH 1" ITEMS);
	answer(&text, 2048, 2049, 5);
	strbuf_adds(&text,
		    "S: * 2048 FETCH (UID 2049)\nS: * 2049 FETCH (UID 2050)\nS: m6 OK\n"
		    "C: m8 UID SEARCH RETURN (ALL) ALL\nS: m7 OK\n"
		    "S: * ESEARCH (TAG \"m8\") UID ALL 2:2050\nS: m8 OK\n"
		    "C: m9 UID SEARCH UID 1\nS: * SEARCH\nS: m9 OK\n"
		    "C: m10 UID FETCH 2048:2050" ITEMS
		    "C: m11 UID SEARCH RETURN (ALL) ALL\n");
	answer(&text, 2048, 2050, 10);
	strbuf_adds(&text, "S: * ESEARCH (TAG \"m11\") UID ALL 2:2050\nS: m11 OK\n");
	play_big(&text, "end INBOX read 2049 of 2049 \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_message_tells_the_set),
		cmocka_unit_test(or_it_is_searched_for),
		cmocka_unit_test(what_changed_meanwhile_is_found),
		cmocka_unit_test(a_folder_that_is_dense_no_more_is_searched_twice),
		cmocka_unit_test(a_folder_that_only_seems_dense_is_read_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
