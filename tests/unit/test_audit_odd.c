/* SPDX-License-Identifier: MIT */
/* Servers that contradict themselves, folder by folder. */
#include "tests/support/audit_trial.h"

/* Faults of one folder, put into the place of its FETCH and last SEARCH. */
#define HEAD                                                                             \
	"C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ESEARCH\nS: m1 OK\n"                \
	"C: m2 LIST \"\" \"*\"\nC: m3 LSUB \"\" \"*\"\nS: * LIST () \"/\" INBOX\n"       \
	"S: m2 OK\nS: m3 OK\nC: m4 EXAMINE INBOX\nC: m5 UID SEARCH RETURN (ALL) ALL\n"
#define OPENED                                                                           \
	HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\n"                     \
	     "S: * ESEARCH (TAG \"m5\") UID ALL 4\nS: m5 OK\n"
#define ITEMS                                                                            \
	" (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\n"
#define FACTS "FLAGS () INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" RFC822.SIZE 4"
#define FOUR                                                                             \
	"S: * 1 FETCH (UID 4 " FACTS " BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"          \
	"S: Message-ID: <4@a>\nS:\nS: )\n"

static void what_does_not_agree_is_unreadable(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ HEAD "S: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\nS: * ESEARCH (TAG \"m5\") "
		       "UID\nS: m5 OK\n",
		  "EXAMINE does not tell how many messages there are" },
		{ HEAD
		  "S: * 0 EXISTS\nS: m4 OK\nS: * ESEARCH (TAG \"m5\") UID\nS: m5 OK\n",
		  "EXAMINE does not tell UIDVALIDITY" },
		{ HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\nS: m5 OK\n",
		  "UID SEARCH was not answered" },
		{ HEAD "S: * 0 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\nS: m5 BAD "
		       "what?\n",
		  "UID SEARCH: BAD what?" },
		/* EXISTS counts two, nothing is told of the other, nobody says that it
		   went */
		{ HEAD "S: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\n"
		       "S: * ESEARCH (TAG \"m5\") UID ALL 4\nS: m5 OK\n"
		       "C: m6 UID FETCH 4:4" ITEMS
		       "C: m7 UID SEARCH RETURN (ALL) ALL\n" FOUR
		       "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 4\nS: m7 OK\n"
		       "C: m8 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"m8\") UID "
		       "ALL 4\nS: m8 OK\n"
		       "C: m9 UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG \"m9\") UID "
		       "ALL 4\nS: m9 OK\n",
		  "the server counts 2 messages, but lists 1" },
		/* tagged OK, twice, and no answer: it exists all the same */
		{ OPENED "C: m6 UID FETCH 4:4" ITEMS "C: m7 UID SEARCH RETURN (ALL) ALL\n"
			 "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 4\nS: m7 OK\n"
			 "C: m8 UID FETCH 4" ITEMS "S: m8 NO [SERVERBUG] cannot\n"
			 "C: m9 UID SEARCH UID 4\nS: * SEARCH 4\nS: m9 OK\n",
		  "asked twice, the server does not tell all about uid 4 (1 in all): NO "
		  "[SERVERBUG] cannot" },
		/* no Message-ID, and the identity fields do not come */
		{ OPENED
		  "C: m6 UID FETCH 4:4" ITEMS "C: m7 UID SEARCH RETURN (ALL) ALL\n"
		  "S: * 1 FETCH (UID 4 " FACTS " BODY[HEADER.FIELDS (MESSAGE-ID)] NIL)\n"
		  "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 4\nS: m7 OK\n"
		  "C: m8 UID FETCH 4 (UID BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS
		  ")])\n"
		  "S: * 1 FETCH (UID 4 BODY[HEADER.FIELDS (" MIME_IDENTITY_FIELDS
		  ")] NIL)\nS: m8 OK\n"
		  "C: m9 UID FETCH 4 (UID BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS
		  ")])\nS: m9 OK\n"
		  "C: m10 UID SEARCH UID 4\nS: * SEARCH 4\nS: m10 OK\n",
		  "asked twice, the server does not tell all about uid 4 (1 in all)" },
		/* the answer is about another message */
		{ OPENED "C: m6 UID FETCH 4:4" ITEMS "C: m7 UID SEARCH RETURN (ALL) ALL\n"
			 "S: * 1 FETCH (UID 5 " FACTS
			 " BODY[HEADER.FIELDS (MESSAGE-ID)] \"\")\n"
			 "S: m6 OK\nS: * ESEARCH (TAG \"m7\") UID ALL 4\nS: m7 OK\n"
			 "C: m8 UID FETCH 4" ITEMS "S: m8 OK\n"
			 "C: m9 UID SEARCH UID 4\nS: * SEARCH 4\nS: m9 OK\n",
		  "asked twice, the server does not tell all about uid 4 (1 in all)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct replay *replay = NULL;
		struct err err = ERR_INIT;
		static struct trial t;

		if (!replay_parse("case", span_str(cases[i].text), &replay, &err))
			fail_msg("case %zu: %s", i, err.text);
		trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
		trial_session(&t);
		if (!t.ok || !replay_finished(replay))
			fail_msg("case %zu: %s", i, t.ok ? "not to its end" : t.err.text);
		if (told(&t, "INBOX")->outcome != FOLDER_UNREADABLE ||
		    strcmp(told(&t, "INBOX")->error, cases[i].error) != 0)
			fail_msg("case %zu: %s: %s", i,
				 folder_outcome_name(told(&t, "INBOX")->outcome),
				 told(&t, "INBOX")->error);
		assert_int_equal(t.r.own_read, 0);
		trial_close(&t);
		replay_free(replay);
	}
}

/* RFC 3501 section 7.2.5 wants an answer that lists nothing; some servers send none. */
static void a_search_may_say_nothing_of_a_folder_that_is_empty(void **state)
{
	struct replay *replay = NULL;
	struct err err = ERR_INIT;
	static struct trial t;

	(void)state;
	if (!replay_parse("case",
			  span_str(HEAD "S: * 0 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\n"
					"S: m4 OK\nS: m5 OK\n"
					"C: m6 UID SEARCH RETURN (ALL) ALL\nS: m6 OK\n"),
			  &replay, &err))
		fail_msg("%s", err.text);
	trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
	trial_session(&t);
	assert_true(t.ok);
	assert_true(replay_finished(replay));
	assert_int_equal(told(&t, "INBOX")->outcome, FOLDER_READ);
	assert_int_equal(t.r.own_read, 1);
	trial_close(&t);
	replay_free(replay);
}

/* The same for a session that begins with EXAMINE: without the head, and tags count
 * from 1. */
static void again(const char *text, struct replay **out)
{
	struct strbuf sb = STRBUF_INIT;
	struct err err = ERR_INIT;

	text = strstr(text, "C: m4");
	assert_non_null(text);
	for (; *text != '\0'; text++) {
		if (*text == 'm' && text[1] >= '4' && text[1] <= '9' &&
		    (text[-1] == ' ' || text[-1] == '"') && text[2] != '9') {
			strbuf_addf(&sb, "m%c", text[1] - 3);
			text++;
		} else {
			strbuf_addc(&sb, *text);
		}
	}
	if (!replay_parse("again", strbuf_span(&sb), out, &err))
		fail_msg("%s", err.text);
	strbuf_done(&sb);
}

/* What breaks the session does so again: the second time the folder is named, and the
 * account is finished. */
static void what_breaks_twice_is_passed_over(void **state)
{
	static const char *const cases[] = {
		OPENED "C: m6 UID FETCH 4:4" ITEMS
		       "C: m7 UID SEARCH RETURN (ALL) ALL\nS: * BYE [SERVERBUG] bye\n",
		OPENED "C: m6 UID FETCH 4:4" ITEMS "C: m7 UID SEARCH RETURN (ALL) ALL\n"
		       "S: * 1 FETCH (UID 4 FLAGS )))\n",
		OPENED "C: m6 UID FETCH 4:4" ITEMS "C: m7 UID SEARCH RETURN (ALL) ALL\n"
		       "S: * OK [UIDVALIDITY 8] Ok\n",
		OPENED "C: m6 UID FETCH 4:4" ITEMS
		       "C: m7 UID SEARCH RETURN (ALL) ALL\nS: m99 OK\n",
		HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\nS: * ESEARCH "
		     "(TAG \"m5\") ALL 4\n",
		HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\n"
		     "S: * ESEARCH (TAG \"m5\") UID ALL 1:200000\n",
		HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: m4 OK\n"
		     "S: * ESEARCH (TAG \"m4\") UID ALL 4\n",
		HEAD "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 0] Ok\nS: m4 OK\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct replay *replay = NULL;
		struct err err = ERR_INIT;
		static struct trial t;

		if (!replay_parse("case", span_str(cases[i]), &replay, &err))
			fail_msg("case %zu: %s", i, err.text);
		trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
		trial_session(&t);
		if (t.ok || t.r.done_n != 0 || told(&t, "INBOX")->ended)
			fail_msg("case %zu: survived", i);
		replay_free(replay);
		again(cases[i], &replay);
		t.sink.replay = replay;
		trial_session(&t);
		if (t.ok || t.r.done_n != 1 ||
		    told(&t, "INBOX")->outcome != FOLDER_UNREADABLE ||
		    strncmp(told(&t, "INBOX")->error, "twice the connection broke", 26) !=
			    0)
			fail_msg("case %zu: %s", i, told(&t, "INBOX")->error);
		trial_close(&t);
		replay_free(replay);
	}
}

/* What was told of all messages of a window is evidence, though its command never ends;
 * and nobody of them is blamed for the break. */
static void a_window_that_is_whole_is_stored_before_its_command_ends(void **state)
{
	static const char text[] = OPENED "C: m6 UID FETCH 4:4" ITEMS
					  "C: m7 UID SEARCH RETURN (ALL) ALL\n" FOUR
					  "S: * 1 FETCH (UID 4 FLAGS (\\Seen))\n"
					  "S: * BYE [SERVERBUG] bye\n";
	struct replay *replay = NULL;
	struct err err = ERR_INIT;
	static struct trial t;

	(void)state;
	if (!replay_parse("case", span_str(text), &replay, &err))
		fail_msg("%s", err.text);
	trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
	trial_session(&t);
	assert_false(t.ok);
	assert_false(told(&t, "INBOX")->ended);
	assert_int_equal(told(&t, "INBOX")->row_n, 1);
	assert_string_equal(told(&t, "INBOX")->id[0], "<4@a>");
	/* As it was when all of it had come. */
	assert_int_equal(told(&t, "INBOX")->row[0].m.flags, 0);
	assert_true(t.r.progress);
	assert_true(t.r.water >= 4);
	assert_int_equal(t.r.doubt.tries, 0);
	trial_close(&t);
	replay_free(replay);
}

/* LSUB lines of \Noselect are not kept, but their names have been. */
static void a_listing_without_end_is_refused(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct replay *replay = NULL;
	struct err err = ERR_INIT;
	static struct trial t;

	(void)state;
	strbuf_adds(&text, "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: m1 OK\n"
			   "C: m2 LIST \"\" \"*\"\nC: m3 LSUB \"\" \"*\"\n"
			   "S: * LIST () \"/\" INBOX\nS: m2 OK\n"
			   "S* 9000 * LSUB (\\Noselect) \"/\" ");
	for (int i = 0; i < 4000; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\nS: m3 OK\n");
	if (!replay_parse("case", strbuf_span(&text), &replay, &err))
		fail_msg("%s", err.text);
	trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
	trial_session(&t);
	assert_false(t.ok);
	assert_false(t.r.listed);
	assert_int_equal(t.err.cls, ERR_LIMIT);
	assert_in_range(t.r.arena.used, 64 << 20, 65 << 20);
	/* Another session starts anew. */
	trial_session(&t);
	assert_int_equal(t.err.cls, ERR_LIMIT);
	assert_in_range(t.r.arena.used, 64 << 20, 65 << 20);
	trial_close(&t);
	replay_free(replay);
	strbuf_done(&text);
}

static void a_failing_sink_is_fatal(void **state)
{
	struct replay *replay = open_replay("tests/replay/audit_dovecot.imap");
	static struct trial t;

	(void)state;
	trial_open(&t, replay, SIDE_OLD, DEPTH_FULL, "auto");
	t.sink.fail_begin = true;
	trial_session(&t);
	assert_false(t.ok);
	assert_true(t.r.fatal);
	assert_int_equal(t.err.cls, ERR_LOCAL);
	trial_close(&t);
	replay_free(replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_agree_is_unreadable),
		cmocka_unit_test(a_search_may_say_nothing_of_a_folder_that_is_empty),
		cmocka_unit_test(what_breaks_twice_is_passed_over),
		cmocka_unit_test(a_window_that_is_whole_is_stored_before_its_command_ends),
		cmocka_unit_test(a_listing_without_end_is_refused),
		cmocka_unit_test(a_failing_sink_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
