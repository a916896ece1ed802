/* SPDX-License-Identifier: MIT */
/* What servers, networks and disks do wrong, and what comes of it. */
#include "tests/support/audit_bed.h"

static void stop_after_five(unsigned connections)
{
	struct bed b;
	struct strbuf log = STRBUF_INIT;
	struct err err = ERR_INIT;
	char user[32], path[160], args[256];
	int64_t last = 0;
	size_t logins = 0;

	bed_open(&b, NULL, NULL);
	snprintf(path, sizeof path, "%s/peer.log", b.fx.dir);
	snprintf(args, sizeof args, "--login authfailed --log %s", path);
	peer_start(&b.peer[SIDE_OLD], args);
	b.server[SIDE_OLD] = server_of(SIDE_OLD, b.peer[SIDE_OLD].port);
	b.server[SIDE_OLD].max_connections = connections;
	b.o.server[SIDE_OLD] = &b.server[SIDE_OLD];
	for (int i = 0; i < 30; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		last = add(&b, SIDE_OLD, user);
	}
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].no_login, 5);
	assert_int_equal(b.out.side[SIDE_OLD].failed, 5);
	assert_int_equal(b.out.side[SIDE_OLD].skipped, 25);
	assert_int_equal(b.out.side[SIDE_OLD].first_error, ERR_LOGIN);
	assert_int_equal(seen(&b, last).outcome, ACCOUNT_SKIPPED);
	must_say(&b, "Authentication failed");
	if (connections == 1) /* or a late refusal may come among them */
		must_say(&b,
			 "more accounts: the same"); /* 25 of them, 20 told in a row */
	assert_true(fs_read(path, 1 << 20, &log, &err));
	for (const char *at = strbuf_cstr(&log); (at = strstr(at, "***")) != NULL; at++)
		logins++;
	assert_true(logins >= 5 &&
		    logins <= 10); /* libcurl may speak twice in one attempt */
	strbuf_done(&log);
	bed_close(&b);
}

static void five_refusals_stop_a_side(void **state)
{
	(void)state;
	stop_after_five(4);
	stop_after_five(1);
}

static void a_missing_password_is_no_refusal(void **state)
{
	struct bed b;
	char user[32];

	(void)state;
	bed_open(&b, "", NULL);
	b.no_secret = true;
	for (int i = 0; i < 8; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		add(&b, SIDE_OLD, user);
	}
	must_go(&b);
	assert_int_equal(b.out.side[SIDE_OLD].no_login, 8);
	assert_int_equal(b.out.side[SIDE_OLD].skipped, 0);
	assert_int_equal(b.out.count.logins, 0);
	bed_close(&b);
}

/* What is wrong with the server, and what must come of it for the one account. */
static void faults_are_rows_of_the_right_scope(void **state)
{
	static const struct {
		const char *args;
		enum account_outcome outcome;
		enum folder_outcome inbox,
			sent;	   /* FOLDER_GONE: the folder must not be known */
		const char *words; /* somebody must say so */
	} cases[] = {
		{ "--no-folders", ACCOUNT_NO_FOLDERS, FOLDER_GONE, FOLDER_GONE,
		  "no folder at all" },
		{ "--no-open Sent", ACCOUNT_PARTLY, FOLDER_READ, FOLDER_UNREADABLE,
		  "old anna: cannot read \"Sent\": cannot open: NO [SERVERBUG]" },
		{ "--omit-message 2", ACCOUNT_PARTLY, FOLDER_HOLED, FOLDER_READ,
		  "does not tell all about uid 2 (1 in all)" },
		{ "--omit-item BODY:3", ACCOUNT_PARTLY, FOLDER_HOLED, FOLDER_READ,
		  "does not tell all about uid 3 (1 in all)" },
		{ "--omit-item FLAGS", ACCOUNT_PARTLY, FOLDER_UNREADABLE,
		  FOLDER_UNREADABLE, "does not tell all about uid 1, 2, 3 (3 in all)" },
		{ "--omit-item RFC822.SIZE:4", ACCOUNT_PARTLY, FOLDER_READ,
		  FOLDER_UNREADABLE, "uid 4 (1 in all)" },
		{ "--omit-item INTERNALDATE:4", ACCOUNT_PARTLY, FOLDER_READ,
		  FOLDER_UNREADABLE, "uid 4 (1 in all)" },
		{ "--omit-item UID:1", ACCOUNT_PARTLY, FOLDER_HOLED, FOLDER_READ,
		  "uid 1 (1 in all)" },
		{ "--omit-item ENVELOPE:1 --id Cyrus", ACCOUNT_PARTLY, FOLDER_HOLED,
		  FOLDER_READ, "uid 1 (1 in all)" },
		{ "--garbage-fetch 3", ACCOUNT_PARTLY, FOLDER_HOLED, FOLDER_READ,
		  "twice the connection broke" },
		{ "--huge-literal 4", ACCOUNT_PARTLY, FOLDER_READ, FOLDER_UNREADABLE,
		  "3221225472" },
		{ "--nul-name", ACCOUNT_BROKEN, FOLDER_GONE, FOLDER_GONE, "NUL" },
		{ "--cut-after-login 40", ACCOUNT_NO_NET, FOLDER_GONE, FOLDER_GONE,
		  "closed" },
		{ "--bye LIST", ACCOUNT_NO_NET, FOLDER_GONE, FOLDER_GONE, "BYE" },
		{ "--no LIST --no-cap LIST-EXTENDED", ACCOUNT_NO_FOLDERS, FOLDER_GONE,
		  FOLDER_GONE, "refuses to list folders: NO [SERVERBUG]" },
		{ "--greeting preauth", ACCOUNT_BROKEN, FOLDER_GONE, FOLDER_GONE,
		  "PREAUTH" },
		{ "--login unavailable", ACCOUNT_NO_NET, FOLDER_GONE, FOLDER_GONE,
		  "[UNAVAILABLE]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const enum folder_outcome want[] = { cases[i].inbox, cases[i].sent };
		static const char *const name[] = { "INBOX", "Sent" };
		struct bed b;
		int64_t anna;

		bed_open(&b, cases[i].args, NULL);
		anna = add(&b, SIDE_OLD, "anna");
		if (!go(&b))
			fail_msg("case %zu (%s): %s", i, cases[i].args, b.err.text);
		if (b.out.complete)
			fail_msg("case %zu (%s): complete", i, cases[i].args);
		if (seen(&b, anna).outcome != cases[i].outcome)
			fail_msg("case %zu (%s): outcome %s", i, cases[i].args,
				 account_outcome_name(seen(&b, anna).outcome));
		for (size_t f = 0; f < COUNT_OF(want); f++) {
			if (want[f] == FOLDER_GONE)
				continue;
			if (folder_of(&b, anna, name[f]).outcome != want[f])
				fail_msg("case %zu (%s): %s is %s", i, cases[i].args,
					 name[f],
					 folder_outcome_name(
						 folder_of(&b, anna, name[f]).outcome));
		}
		if (!said(&b, cases[i].words))
			fail_msg("case %zu (%s): nobody said \"%s\" but: %s", i,
				 cases[i].args, cases[i].words,
				 b.line_n > 0 ? b.line[0] : "(nothing)");
		bed_close(&b);
	}
}

/* What was read before stays, and no folder is marked as gone, when the listing shows
 * nothing. */
static void an_account_that_shows_nothing_keeps_its_evidence(void **state)
{
	struct bed b;
	int64_t anna;

	(void)state;
	bed_open(&b, "", NULL);
	anna = add(&b, SIDE_OLD, "anna");
	must_go(&b);
	peer_stop(&b.peer[SIDE_OLD]);
	peer_start(&b.peer[SIDE_OLD], "--no-folders");
	b.server[SIDE_OLD].port = b.peer[SIDE_OLD].port;
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(seen(&b, anna).outcome, ACCOUNT_NO_FOLDERS);
	assert_int_equal(folder_of(&b, anna, "INBOX").outcome, FOLDER_READ);
	assert_int_equal(folder_of(&b, anna, "Sent").outcome, FOLDER_READ);
	bed_close(&b);
}

/* A server that drops the connection again and again: all that can be had is had. */
static void goes_on_after_a_break(void **state)
{
	struct folder_view f;
	struct bed b;
	int64_t anna;

	(void)state;
	/* Room for some windows of a folder per connection, never for a whole account. */
	bed_open(&b, "--folders 2 --messages 9000 --cut-after-login 1500000", NULL);
	b.server[SIDE_OLD].max_connections = 1;
	anna = add(&b, SIDE_OLD, "anna");
	must_go(&b);
	assert_true(b.out.count.reconnects > 0);
	f = folder_of(&b, anna, "Folder 00001");
	assert_int_equal(f.outcome, FOLDER_READ);
	assert_int_equal(f.messages_read, 9000);
	assert_true(b.out.complete);
	bed_close(&b);
}

/* A disk that is full: the run ends with that error, and every thread is called back. */
static void a_failing_store_ends_the_run(void **state)
{
	struct rlimit was, small;
	void (*handler)(int);
	struct bed b;
	char user[32];
	bool ok;

	(void)state;
	bed_open(&b, "--folders 2 --messages 6000", NULL);
	for (int i = 0; i < 6; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		add(&b, SIDE_OLD, user);
	}
	handler = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = was;
	small.rlim_cur = 900 << 10;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	ok = go(&b);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, handler);
	assert_false(ok);
	assert_int_equal(b.err.cls, ERR_LOCAL);
	/* Room again: the same command goes on. */
	net_wake_free(b.wake);
	b.o.wake = b.wake = net_wake_new();
	must_go(&b);
	assert_true(b.out.complete);
	assert_true(b.out.resumed);
	bed_close(&b);
}

static void nobody_listens(void **state)
{
	struct bed b;

	(void)state;
	bed_open(&b, "", NULL);
	peer_stop(&b.peer[SIDE_OLD]);
	b.server[SIDE_OLD].max_connections = 1;
	add(&b, SIDE_OLD, "anna");
	add(&b, SIDE_OLD, "ben");
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].no_net, 2);
	assert_int_equal(b.out.side[SIDE_OLD].first_error, ERR_NET);
	assert_true(b.out.side[SIDE_OLD].first_error_text[0] != '\0');
	bed_close(&b);
}

/* Messages of the folder that are stored. */
static size_t stored(struct bed *b, const struct folder_view *f)
{
	struct store_messages *it = NULL;
	struct err err = ERR_INIT;
	struct message m;
	size_t n = 0;

	fx_ok(store_messages_open(b->fx.st, f->epoch, STORE_BY_UID, &it, &err));
	while (store_messages_next(it, &m, &err) == NEXT_ITEM)
		n++;
	store_messages_close(it);
	return n;
}

/* The uid of its only hole; 0: there is another number of them. */
static uint32_t hole_of(struct bed *b, const struct folder_view *f)
{
	struct folder_hole *v = NULL;
	struct err err = ERR_INIT;
	size_t n = 0;

	fx_ok(store_folder_holes(b->fx.st, f->seen, &b->fx.arena, &v, &n, &err));
	return n == 1 && *v->words != '\0' ? v->uid : 0;
}

/* One message that breaks every connection, or that the server refuses, is found and
 * named; all others are read. */
static void one_bad_message_spoils_no_other(void **state)
{
	static const struct {
		const char *args, *words;
		uint32_t uid;
	} cases[] = {
		{ "--garbage-fetch 137 --folders 1 --messages 300",
		  "while uid 137 was read (1 in all)", 137 },
		{ "--garbage-fetch 2900 --folders 1 --messages 3000",
		  "while uid 2900 was read (1 in all)", 2900 },
		{ "--garbage-fetch 1 --folders 1 --messages 2500 --no-cap CONDSTORE",
		  "while uid 1 was read (1 in all)", 1 },
		{ "--refuse-fetch 137 --folders 1 --messages 300",
		  "does not tell all about uid 137 (1 in all): NO [SERVERBUG]", 137 },
		{ "--refuse-fetch 2500 --folders 1 --messages 2500",
		  "does not tell all about uid 2500 (1 in all): NO [SERVERBUG]", 2500 },
		{ "--break-fields 137 --folders 1 --messages 300 --nameless",
		  "while uid 137 was read (1 in all)", 137 },
		{ "--break-fields 2900 --folders 1 --messages 3000 --nameless",
		  "while uid 2900 was read (1 in all)", 2900 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t all = 0;
		struct folder_view f;
		struct bed b;
		int64_t anna;

		sscanf(strstr(cases[i].args, "--messages"), "--messages %zu", &all);
		bed_open(&b, cases[i].args, NULL);
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		assert_false(b.out.complete);
		f = folder_of(&b, anna, "Folder 00001");
		if (f.outcome != FOLDER_HOLED || !said(&b, cases[i].words) ||
		    stored(&b, &f) != all - 1 || f.messages_read != (int64_t)all - 1 ||
		    f.state.exists != (int64_t)all || hole_of(&b, &f) != cases[i].uid)
			fail_msg("case %zu: %s, %zu of %zu: %s", i,
				 folder_outcome_name(f.outcome), stored(&b, &f), all,
				 f.error);
		bed_close(&b);
	}
}

/* Those who come after it are asked for their identity fields in pieces, and once. */
static void fields_in_pieces_are_asked_for_once(void **state)
{
	static const char last[] = "300 (UID BODY.PEEK[HEADER.FIELDS (DATE";
	char log[] = "/tmp/mailmuster-faults-XXXXXX", args[160];
	long connection = 0;
	size_t times = 0;
	struct folder_view f;
	struct bed b;
	int64_t anna;
	char *line = NULL;
	size_t cap = 0;
	FILE *in;
	int fd;

	(void)state;
	fd = mkstemp(log);
	assert_true(fd >= 0);
	snprintf(args, sizeof args,
		 "--break-fields 137 --folders 1 --messages 300 --nameless --log %s",
		 log);
	bed_open(&b, args, NULL);
	anna = add(&b, SIDE_OLD, "anna");
	must_go(&b);
	f = folder_of(&b, anna, "Folder 00001");
	assert_int_equal(f.outcome, FOLDER_HOLED);
	assert_int_equal(stored(&b, &f), 299);
	bed_close(&b);
	in = fdopen(fd, "r");
	assert_non_null(in);
	while (getline(&line, &cap, in) > 0) {
		long number = strtol(line, NULL, 10);

		if (number > connection) {
			connection = number;
			times = 0;
		}
		times += number == connection && strstr(line, last) != NULL;
	}
	assert_true(connection > 1);
	assert_int_equal(times, 1);
	free(line);
	fclose(in);
	unlink(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bad_message_spoils_no_other),
		cmocka_unit_test(fields_in_pieces_are_asked_for_once),
		cmocka_unit_test(five_refusals_stop_a_side),
		cmocka_unit_test(a_missing_password_is_no_refusal),
		cmocka_unit_test(faults_are_rows_of_the_right_scope),
		cmocka_unit_test(an_account_that_shows_nothing_keeps_its_evidence),
		cmocka_unit_test(goes_on_after_a_break),
		cmocka_unit_test(a_failing_store_ends_the_run),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
