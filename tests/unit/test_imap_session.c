/* SPDX-License-Identifier: MIT */
#include "tests/support/session_fixture.h"

static uint64_t queue(struct fixture *f, const char *line)
{
	uint64_t cmd = 0;

	if (!imap_session_send(f->s, span_str(line), &cmd, &f->err))
		fail_msg("%s: %s", line, f->err.text);
	return cmd;
}

static struct imap_done finish(struct fixture *f, uint64_t cmd)
{
	struct imap_done done;

	if (!imap_session_finish(f->s, cmd, &done, &f->err))
		fail_msg("%s", f->err.text);
	return done;
}

static void runs_one_command(void **state)
{
	struct fixture f;
	struct imap_done done;

	(void)state;
	start(&f,
	      "C: m1 EXAMINE INBOX\n"
	      "S: * 3 EXISTS\n"
	      "S: * OK [UIDNEXT 7] Predicted\n"
	      "S: m1 OK [READ-ONLY] Examine \\x1b[31mcompleted.\n",
	      NULL);
	done = finish(&f, queue(&f, "EXAMINE INBOX"));
	assert_int_equal(done.status, IMAP_OK);
	assert_string_equal(done.code, "READ-ONLY");
	assert_string_equal(done.text, "Examine \\x1B[31mcompleted.");
	assert_string_equal(strbuf_cstr(&f.seen), "EXISTS/3 OK/0 ");
	assert_true(replay_finished(f.replay));
	assert_false(imap_session_broken(f.s));
	assert_int_equal(count(&f).commands, 1);
	assert_int_equal(count(&f).waits, 1);
	assert_int_equal(count(&f).octets_out, 18);
	assert_int_equal(count(&f).octets_in, replay_server_octets(f.replay));
	end(&f);
}

static void sends_nothing_that_is_not_allowed(void **state)
{
	static const char *const lines[] = {
		"SELECT INBOX",		"UID STORE 1 +FLAGS (\\Seen)", "EXPUNGE",
		"UID FETCH 1 (BODY[])", "NOOP\r\nm2 EXPUNGE",	       "CLOSE"
	};
	struct fixture f;
	uint64_t cmd;

	(void)state;
	start(&f, "C: m1 NOOP\nS: m1 OK\n", NULL);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		if (imap_session_send(f.s, span_str(lines[i]), &cmd, &f.err) ||
		    f.err.cls != ERR_BUG)
			fail_msg("line %zu was queued", i);
		if (imap_session_do(f.s, span_str(lines[i]), &f.err) ||
		    f.err.cls != ERR_BUG)
			fail_msg("line %zu was done", i);
	}
	finish(&f, queue(&f, "NOOP")); /* the session is as it was, and its tags go on */
	assert_true(replay_finished(f.replay));
	assert_int_equal(count(&f).commands, 1);
	end(&f);
}

static void pipelines_in_one_wait(void **state)
{
	struct fixture f;
	uint64_t a, b, c;

	(void)state;
	start(&f,
	      "C: m1 STATUS a (MESSAGES)\nC: m2 STATUS b (MESSAGES)\nC: m3 STATUS c "
	      "(MESSAGES)\n"
	      "S: * STATUS a (MESSAGES 1)\nS: m1 OK\n"
	      "S: * STATUS b (MESSAGES 1)\nS: m2 NO [NOPERM] no\n"
	      "S: * STATUS c (MESSAGES 1)\nS: m3 BAD what\n",
	      NULL);
	replay_chunk(f.replay, 1); /* however many reads it takes */
	a = queue(&f, "STATUS a (MESSAGES)");
	b = queue(&f, "STATUS b (MESSAGES)");
	c = queue(&f, "STATUS c (MESSAGES)");
	assert_int_equal(finish(&f, a).status, IMAP_OK);
	assert_string_equal(strbuf_cstr(&f.seen), "STATUS/0 ");
	assert_int_equal(finish(&f, b).status, IMAP_NO);
	assert_int_equal(finish(&f, c).status, IMAP_BAD);
	assert_string_equal(strbuf_cstr(&f.seen), "STATUS/0 STATUS/0 STATUS/0 ");
	assert_int_equal(count(&f).waits, 1);
	assert_int_equal(count(&f).commands, 3);
	end(&f);
}

static void takes_answers_out_of_order(void **state)
{
	struct fixture f;
	uint64_t a, b;

	(void)state;
	start(&f, "C: m1 NOOP\nC: m2 NOOP\nS: m2 OK two\nS: m1 OK one\n", NULL);
	a = queue(&f, "NOOP");
	b = queue(&f, "NOOP");
	assert_string_equal(finish(&f, a).text, "one");
	assert_string_equal(finish(&f, b).text, "two");
	assert_false(imap_session_finish(f.s, b, &(struct imap_done){ 0 },
					 &f.err)); /* only once */
	assert_int_equal(f.err.cls, ERR_BUG);
	end(&f);
}

struct ahead {
	struct fixture *f;
	uint64_t next;
};

static bool send_ahead(void *ctx, const struct imap_resp *resp, bool more,
		       struct err *err)
{
	struct ahead *a = ctx;

	(void)more;
	return resp->number != 1 ||
	       imap_session_send(a->f->s, SPAN_LIT("NOOP"), &a->next, err);
}

static void a_handler_may_send_ahead(void **state)
{
	struct fixture f;
	struct ahead a = { .f = &f };

	(void)state;
	start(&f,
	      "C: m1 NOOP\nS: * 1 EXISTS\nC: m2 NOOP\nS: * 2 EXISTS\nS: m1 OK\nS: m2 "
	      "OK\n",
	      NULL);
	imap_session_handler(f.s, send_ahead, &a);
	finish(&f, queue(&f, "NOOP"));
	finish(&f, a.next);
	assert_true(replay_finished(f.replay));
	end(&f);
}

static void reads_while_it_cannot_write(void **state)
{
	for (size_t slow = 1; slow < 40; slow++) {
		struct fixture f;
		uint64_t cmd[2];

		(void)state;
		start(&f,
		      "S: * 1 EXISTS\nC: m1 UID FETCH 1:* (UID FLAGS)\nS: * 1 FETCH (UID "
		      "1)\nC: m2 NOOP\n"
		      "S: m1 OK\nS: m2 OK\n",
		      NULL);
		replay_slow_write(f.replay, slow);
		replay_chunk(f.replay, 3);
		cmd[0] = queue(&f, "UID FETCH 1:* (UID FLAGS)");
		cmd[1] = queue(&f, "NOOP");
		finish(&f, cmd[0]);
		finish(&f, cmd[1]);
		assert_true(replay_finished(f.replay));
		end(&f);
	}
}

static void bounds_the_pipeline(void **state)
{
	struct fixture f;
	uint64_t cmd;

	(void)state;
	start(&f, "", NULL);
	for (int i = 0; i < IMAP_PIPELINE_MAX; i++)
		queue(&f, "NOOP");
	assert_false(imap_session_send(f.s, SPAN_LIT("NOOP"), &cmd, &f.err));
	assert_int_equal(f.err.cls, ERR_BUG);
	end(&f);
}

static void counts_one_wait_a_window(void **state)
{
	struct strbuf t = STRBUF_INIT;
	struct fixture f;
	uint64_t cmd[300];

	(void)state;
	for (int w = 0; w < 10; w++) {
		for (int i = 1; i <= 30; i++)
			strbuf_addf(&t, "C: m%d NOOP\n", w * 30 + i);
		for (int i = 1; i <= 30; i++)
			strbuf_addf(&t, "S: m%d OK\n", w * 30 + i);
	}
	start(&f, strbuf_cstr(&t), NULL);
	replay_chunk(f.replay, 5);
	for (int i = 0; i < 300; i++) {
		/* Thirty ahead, all the time. */
		if (i == 0)
			for (int k = 0; k < 30; k++)
				cmd[k] = queue(&f, "NOOP");
		finish(&f, cmd[i]);
		if (i + 30 < 300)
			cmd[i + 30] = queue(&f, "NOOP");
	}
	assert_int_equal(count(&f).waits, 10);
	assert_int_equal(count(&f).commands, 300);
	end(&f);
	strbuf_done(&t);
}

static void gives_the_servers_words_for_no_and_bad(void **state)
{
	static const struct {
		const char *answer, *text;
	} cases[] = {
		{ "m1 NO [NONEXISTENT] Mailbox doesn't exist: x",
		  "the server answers EXAMINE with NO [NONEXISTENT] Mailbox doesn't "
		  "exist: x" },
		{ "m1 BAD \\x07what", "the server answers EXAMINE with BAD \\x07what" },
		{ "m1 NO", "the server answers EXAMINE with NO " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf t = STRBUF_INIT;
		struct fixture f;

		strbuf_addf(&t, "C: m1 EXAMINE x\nS: %s\nC: m2 NOOP\nS: m2 OK\n",
			    cases[i].answer);
		start(&f, strbuf_cstr(&t), NULL);
		assert_false(imap_session_do(f.s, SPAN_LIT("EXAMINE x"), &f.err));
		assert_int_equal(f.err.cls, ERR_SERVER);
		if (strcmp(f.err.text, cases[i].text) != 0)
			fail_msg("case %zu: %s", i, f.err.text);
		assert_true(imap_session_do(f.s, SPAN_LIT("NOOP"),
					    &f.err)); /* not broken by that */
		end(&f);
		strbuf_done(&t);
	}
}

static void breaks_off_with_one_clear_error(void **state)
{
	static const struct {
		const char *server; /* lines behind the command */
		enum err_class cls;
		const char *text; /* part of the error */
	} cases[] = {
		{ "", ERR_NET,
		  "connection closed by the server before its answer was complete" },
		{ "S: * 1 FETCH (UID 1)\n", ERR_NET, "connection closed by the server" },
		{ "S- * 1 FETCH (UI\n", ERR_NET,
		  "connection closed in the middle of a response" },
		{ "S: * 1 FETCH (X {100}\nS: abc\n", ERR_NET,
		  "connection closed in the middle of a response" },
		{ "S: * BYE [UNAVAILABLE] going \\x01 down\n", ERR_SERVER,
		  "the server ends the session: BYE [UNAVAILABLE] going \\x01 down" },
		{ "S: * BYE Disconnected for inactivity.\nS: m1 OK\n", ERR_SERVER,
		  "BYE Disconnected for inactivity." },
		{ "S: m2 OK\n", ERR_PROTO, "tag \"m2\"" },
		{ "S: m01 OK\n", ERR_PROTO, "tag \"m01\"" },
		{ "S: a1 OK\n", ERR_PROTO, "tag \"a1\"" },
		{ "S: m OK\n", ERR_PROTO, "tag \"m\"" },
		{ "S: m0 OK\n", ERR_PROTO, "tag \"m0\"" },
		{ "S: m99999999999999999999 OK\n", ERR_PROTO, "tag \"m9999" },
		{ "S: + go on\n", ERR_PROTO, "literal that nobody announced" },
		{ "S: * PREAUTH hi\n", ERR_PROTO, "PREAUTH" },
		{ "S: \n", ERR_PROTO, "neither tagged nor untagged" },
		{ "S: HTTP/1.1 400 Bad Request\n", ERR_PROTO,
		  "neither tagged nor untagged" },
		{ "S: \\x16\\x03\\x01\\x02\n", ERR_PROTO, "neither tagged nor untagged" },
		{ "S- * OK bare\\x0a\n", ERR_PROTO, "LF alone" },
		{ "S: * OK a\\x00b\n", ERR_PROTO, "NUL" },
		{ "S: * 1 FETCH (BODY[] {3221225472}\n", ERR_LIMIT, "3221225472 octets" },
		{ "S* 700000 * x\nS: m1 OK\n", ERR_NONE, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct imap_done done;
		struct strbuf t = STRBUF_INIT;
		struct err again = ERR_INIT;
		struct fixture f;
		uint64_t cmd, second;
		bool ok;

		strbuf_addf(&t, "C: m1 NOOP\n%s", cases[i].server);
		start(&f, strbuf_cstr(&t), NULL);
		imap_session_handler(f.s, NULL, NULL);
		cmd = queue(&f, "NOOP");
		ok = imap_session_finish(f.s, cmd, &done, &f.err);
		if (ok != (cases[i].cls == ERR_NONE) || f.err.cls != cases[i].cls ||
		    strstr(f.err.text, cases[i].text) == NULL)
			fail_msg("case %zu: class %s: %s", i, err_class_name(f.err.cls),
				 f.err.text);
		if (imap_session_broken(f.s) != !ok)
			fail_msg("case %zu", i);
		if (!ok) { /* and nothing more is sent; the reason stays */
			if (imap_session_send(f.s, SPAN_LIT("NOOP"), &second, &again) ||
			    imap_session_finish(f.s, cmd, &done, &again) ||
			    strcmp(again.text, f.err.text) != 0)
				fail_msg("case %zu goes on", i);
			imap_session_logout(f.s);
			assert_int_equal(replay_sent(f.replay), strlen("m1 NOOP\r\n"));
		}
		end(&f);
		strbuf_done(&t);
	}
}

static void refuses_an_answer_to_what_was_not_sent_yet(void **state)
{
	struct fixture f;
	uint64_t a;

	(void)state;
	start(&f, "S: m1 OK early\nC: m1 NOOP\n", NULL);
	replay_fail_write(f.replay, 3); /* the command never goes out */
	a = queue(&f, "NOOP");
	assert_false(imap_session_finish(f.s, a, &(struct imap_done){ 0 }, &f.err));
	assert_int_equal(f.err.cls, ERR_PROTO);
	end(&f);
}

static void reads_the_last_words_when_writing_fails(void **state)
{
	struct fixture f;
	uint64_t a;

	(void)state;
	start(&f, "S: * BYE Too many connections\nC: m1 NOOP\n", NULL);
	replay_fail_write(f.replay, 0);
	a = queue(&f, "NOOP");
	assert_false(imap_session_finish(f.s, a, &(struct imap_done){ 0 }, &f.err));
	assert_int_equal(f.err.cls, ERR_SERVER);
	assert_non_null(strstr(f.err.text, "Too many connections"));
	end(&f);
	/* No words: then it is what the write said. */
	start(&f, "S: * OK [ALERT] hm\n", NULL);
	replay_fail_write(f.replay, 0);
	a = queue(&f, "NOOP");
	assert_false(imap_session_finish(f.s, a, &(struct imap_done){ 0 }, &f.err));
	assert_int_equal(f.err.cls, ERR_NET);
	assert_non_null(strstr(f.err.text, "broken pipe"));
	end(&f);
}

static bool refuse(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	(void)ctx, (void)resp, (void)more;
	return err_set(err, ERR_LOCAL, "no room");
}

static void a_handler_that_fails_breaks_the_session(void **state)
{
	struct fixture f;
	struct imap_done done;

	(void)state;
	start(&f, "C: m1 NOOP\nS: * 1 EXISTS\nS: m1 OK\n", NULL);
	imap_session_handler(f.s, refuse, NULL);
	assert_false(imap_session_finish(f.s, queue(&f, "NOOP"), &done, &f.err));
	assert_int_equal(f.err.cls, ERR_LOCAL);
	assert_true(imap_session_broken(f.s));
	end(&f);
}

static void hands_over_long_searches_in_pieces(void **state)
{
	struct strbuf t = STRBUF_INIT;
	struct fixture f;

	(void)state;
	strbuf_adds(&t, "C: m1 UID SEARCH ALL\nS- * SEARCH\n");
	for (int i = 0; i < 40000; i++)
		strbuf_addf(&t, "S-  %d\n", 100000 + i);
	strbuf_adds(&t, "S: \nS: m1 OK\n");
	start(&f, strbuf_cstr(&t), NULL);
	finish(&f, queue(&f, "UID SEARCH ALL"));
	assert_non_null(strstr(strbuf_cstr(&f.seen), "SEARCH/0+ SEARCH/0+ "));
	assert_string_equal(strbuf_cstr(&f.seen) + f.seen.n - 11, "+ SEARCH/0 ");
	end(&f);
	strbuf_done(&t);
}

static void logs_out(void **state)
{
	struct fixture f;
	uint64_t cmd;

	(void)state;
	start(&f, "C: m1 LOGOUT\nS: * BYE Logging out\nS: m1 OK Logout completed.\n",
	      NULL);
	imap_session_logout(f.s);
	assert_true(replay_finished(f.replay));
	assert_false(imap_session_broken(f.s));
	assert_false(imap_session_send(f.s, SPAN_LIT("NOOP"), &cmd,
				       &f.err)); /* nothing after it */
	assert_int_equal(f.err.cls, ERR_BUG);
	end(&f);
	/* A server that just closes (Cyrus under load) is left in peace too. */
	start(&f, "C: m1 LOGOUT\nS: * BYE Logging out\n", NULL);
	imap_session_logout(f.s);
	end(&f);
}

static void writes_a_transcript_that_plays_again(void **state)
{
	static const char transcript[] =
		"C: m1 LIST \"\" \"*\"\n"
		"S: * LIST (\\Sent) \"/\" \"\\xfc\\x5cxff\\\\\"\n"
		"S: * LIST () \"/\" {4}\n"
		"S: a\n"
		"S: b\n"
		"S: m1 OK\n"
		"C: m2 NOOP\n"
		"S- * OK c\n";
	struct fixture f;
	char *text = NULL;
	size_t size = 0;
	FILE *record = open_memstream(&text, &size);

	(void)state;
	for (size_t chunk = 1; chunk < 9; chunk++) {
		rewind(record);
		start(&f, transcript, record);
		replay_chunk(f.replay, chunk);
		finish(&f, queue(&f, "LIST \"\" \"*\""));
		assert_false(imap_session_do(f.s, SPAN_LIT("NOOP"), &f.err));
		end(&f);
		fflush(record);
		assert_string_equal(text, transcript);
	}
	fclose(record);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_one_command),
		cmocka_unit_test(sends_nothing_that_is_not_allowed),
		cmocka_unit_test(pipelines_in_one_wait),
		cmocka_unit_test(takes_answers_out_of_order),
		cmocka_unit_test(a_handler_may_send_ahead),
		cmocka_unit_test(reads_while_it_cannot_write),
		cmocka_unit_test(bounds_the_pipeline),
		cmocka_unit_test(counts_one_wait_a_window),
		cmocka_unit_test(gives_the_servers_words_for_no_and_bad),
		cmocka_unit_test(breaks_off_with_one_clear_error),
		cmocka_unit_test(refuses_an_answer_to_what_was_not_sent_yet),
		cmocka_unit_test(reads_the_last_words_when_writing_fails),
		cmocka_unit_test(a_handler_that_fails_breaks_the_session),
		cmocka_unit_test(hands_over_long_searches_in_pieces),
		cmocka_unit_test(logs_out),
		cmocka_unit_test(writes_a_transcript_that_plays_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
