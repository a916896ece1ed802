/* SPDX-License-Identifier: MIT */
/* Servers that ask for patience, hours in which they are not read, and --rate: a whole
 * audit against a scripted peer, on a clock that leaps while we wait. */
#include "tests/support/audit_bed.h"

#include "audit/audit_pace.h"
#include "store/store_run.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* One connection, users accounts, and a clock that leaps. */
static void scene_open(struct bed *b, const char *args, int users)
{
	char user[32];

	bed_leaps = true;
	bed_wall_s = 0;
	bed_open(b, args, NULL);
	b->server[SIDE_OLD].max_connections = 1;
	b->server[SIDE_OLD].timeout_ms = 3600000; /* leaps are no silence */
	for (int i = 0; i < users; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		add(b, SIDE_OLD, user);
	}
}

static void scene_close(struct bed *b)
{
	bed_close(b);
	bed_leaps = false;
	bed_wall_s = 0;
}

static int64_t waited(const struct bed *b, enum run_wait why)
{
	return b->out.pace[SIDE_OLD].waited_ms[why];
}

static void must_be_whole(struct bed *b, size_t i, const char *args)
{
	if (!go(b))
		fail_msg("case %zu (%s): %s", i, args, b->err.text);
	if (!b->out.complete || b->out.side[SIDE_OLD].folders_failed > 0)
		fail_msg("case %zu (%s): not complete: %s", i, args,
			 b->line_n > 0 ? b->line[0] : "(nothing said)");
	if (b->line_n > 0)
		fail_msg("case %zu (%s): said \"%s\"", i, args, b->line[0]);
}

/* More often than refusals would shut the side: nobody's password was looked at. */
static void a_login_that_is_put_off_is_no_refusal(void **state)
{
	static const struct {
		const char *args;
		int64_t hints, least_ms, most_ms;
	} cases[] = {
		/* 2 s, doubled six times up to a minute */
		{ "--put-off LOGIN:4=NO_[LIMIT]_Maximum_number_of_connections_from_"
		  "user+IP_exceeded_(mail_max_userip_connections=2) "
		  "--put-off LOGIN:1=NO_Too_many_open_connections_for_this_user "
		  "--put-off LOGIN:1=NO_[ALERT]_Too_many_simultaneous_connections._"
		  "(Failure) "
		  "--put-off LOGIN:1=NO_[OVERQUOTA]_Account_exceeded_command_or_"
		  "bandwidth_limits.",
		  7, 180000, 190000 },
		{ "--put-off LOGIN:1=BAD_Request_is_throttled._Suggested_Backoff_Time:_"
		  "20000_milliseconds "
		  "--put-off LOGIN:2=NO_[THROTTLED]_Suggested_Backoff_Time:_"
		  "1000000000000_milliseconds "
		  "--put-off LOGIN:1=NO_Suggested_Backoff_Time:_0_milliseconds "
		  "--put-off LOGIN:1=NO_Suggested_Backoff_Time:_-1_milliseconds",
		  5, 21000 + 2 * AUDIT_HINT_MAX_MS, 60000 + 2 * AUDIT_HINT_MAX_MS },
		{ "--put-off LOGIN:1=NO_[INUSE]_Mailbox_is_locked "
		  "--put-off LOGIN:1=NO_[UNAVAILABLE]_Backend_is_down",
		  2, 4000, 20000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct run_pace kept;
		struct bed b;
		struct err err = ERR_INIT;

		scene_open(&b, cases[i].args, 2);
		must_be_whole(&b, i, cases[i].args);
		if (b.out.pace[SIDE_OLD].hints != cases[i].hints ||
		    waited(&b, RUN_WAIT_HINT) < cases[i].least_ms ||
		    waited(&b, RUN_WAIT_HINT) > cases[i].most_ms)
			fail_msg("case %zu (%s): %lld hints, %lld ms", i, cases[i].args,
				 (long long)b.out.pace[SIDE_OLD].hints,
				 (long long)waited(&b, RUN_WAIT_HINT));
		assert_int_equal(b.out.pace[SIDE_OLD].peak, 1);
		fx_ok(store_run_pace(b.fx.st, b.out.run, SIDE_OLD, &kept, &err));
		assert_memory_equal(&kept, &b.out.pace[SIDE_OLD], sizeof kept);
		scene_close(&b);
	}
}

/* Within a session too, at every command: the folder is not lost, no message is blamed.
 */
static void a_command_that_is_put_off_is_asked_again(void **state)
{
	static const char *const words[] = { "LIST",	  "STATUS",	"EXAMINE",
					     "UID_FETCH", "UID_SEARCH", "ID" };
	/* As they come, and where nothing is asked for together. */
	static const char *const plain = " --no-cap LIST-STATUS --no-cap LIST-EXTENDED";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const char *w = words[i];
		struct strbuf args = STRBUF_INIT;
		struct bed b;

		strbuf_addf(&args, "--put-off %s:1=NO_[THROTTLED]_slowly", w);
		strbuf_addf(&args, " --put-off %s:1=BYE_[LIMIT]_too_long", w);
		strbuf_addf(&args, " --put-off %s:1=BYE_[UNAVAILABLE]_restart", w);
		strbuf_addf(&args, " --put-off %s:1=%s", w,
			    i % 2 == 0 ? "NO_[LIMIT]_not_so_much" : "NO_[INUSE]_locked");
		strbuf_addf(&args,
			    " --put-off %s:1=BAD_Request_is_throttled._Suggested_Backoff_"
			    "Time:_5000_milliseconds",
			    w);
		strbuf_adds(&args, i % 2 == 0 ? "" : plain);
		scene_open(&b, strbuf_cstr(&args), 1);
		must_be_whole(&b, i, strbuf_cstr(&args));
		assert_int_equal(b.out.side[SIDE_OLD].messages, 4);
		strbuf_done(&args);
		scene_close(&b);
	}
}

/* What never ends is named at its end, and scoped to what it spoils. */
static void patience_has_an_end(void **state)
{
	static const struct {
		const char *args, *words;
		enum account_outcome outcome;
	} cases[] = {
		{ "--put-off EXAMINE:1000000=NO_[UNAVAILABLE]_backend", "[UNAVAILABLE]",
		  ACCOUNT_PARTLY },
		{ "--put-off UID_FETCH:1000000=NO_[LIMIT]_enough", "[LIMIT] enough",
		  ACCOUNT_PARTLY },
		{ "--put-off UID_FETCH:1000000=BYE_[LIMIT]_enough", "[LIMIT] enough",
		  ACCOUNT_PARTLY },
		{ "--put-off LIST:1000000=BYE_[LIMIT]_enough", "[LIMIT] enough",
		  ACCOUNT_NO_NET },
		{ "--put-off LOGIN:1000000=NO_Suggested_Backoff_Time:_9999999999_ms",
		  "Backoff", ACCOUNT_NO_NET },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bed b;

		scene_open(&b, cases[i].args, 1);
		if (!go(&b))
			fail_msg("case %zu (%s): %s", i, cases[i].args, b.err.text);
		if (b.out.complete || seen(&b, b.account[0]).outcome != cases[i].outcome)
			fail_msg("case %zu (%s): %s", i, cases[i].args,
				 account_outcome_name(seen(&b, b.account[0]).outcome));
		must_say(&b, cases[i].words);
		assert_int_equal(b.out.side[SIDE_OLD].no_login, 0);
		assert_true(waited(&b, RUN_WAIT_HINT) <=
			    (AUDIT_PACE_TRIES + 1) * AUDIT_HINT_MAX_MS);
		scene_close(&b);
	}
}

/* A side that does nothing but ask for patience is not asked for ever: an hour of it, and
 * the rest is not tried; not as refusals. */
static void a_side_that_only_asks_for_patience_is_left(void **state)
{
	struct bed b;

	(void)state;
	scene_open(&b, "--put-off LOGIN:1000000=NO_[LIMIT]_enough", 40);
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].accounts, 40);
	assert_int_equal(b.out.side[SIDE_OLD].no_login, 0);
	must_say(&b, "has done nothing but ask for patience");
	assert_in_range(waited(&b, RUN_WAIT_HINT), AUDIT_PACE_PATIENCE_MS,
			AUDIT_PACE_PATIENCE_MS + 400000);
	scene_close(&b);
}

/* Four are allowed by the config, two by the server: all is read, with two. */
static void goes_on_with_fewer_connections(void **state)
{
	struct bed b;

	(void)state;
	scene_open(&b, "--max-sessions 2=NO_[LIMIT]_Maximum_number_of_connections", 24);
	bed_leaps = false;
	b.server[SIDE_OLD].max_connections = 4;
	must_be_whole(&b, 0, "max-sessions");
	assert_int_equal(b.out.side[SIDE_OLD].read, 24);
	assert_int_equal(b.out.pace[SIDE_OLD].peak, 2);
	assert_in_range(b.out.pace[SIDE_OLD].hints, 1, 8);
	scene_close(&b);
}

/* ---- hours ---- */

/* The next Monday at this time of day, from now. */
static void set_clock(int hour, int minute, int second)
{
	int64_t now, monday;

	bed_wall_s = 0;
	now = clock_now();
	monday = now - (now / DAY + 3) % 7 * DAY - now % DAY + 7 * DAY;
	bed_wall_s = monday + (hour * 60 + minute) * 60 + second - now;
}

static void set_hours(struct bed *b, struct hours *h, const char *text)
{
	struct err err = ERR_INIT;

	fx_ok(hours_parse(span_str(text), h, &err));
	b->server[SIDE_OLD].not_during = h;
	b->server[SIDE_OLD].not_during_n = 1;
}

static void waits_for_the_end_of_the_hours(void **state)
{
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", 3);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(15, 0, 0);
	must_be_whole(&b, 0, "hours");
	assert_in_range(waited(&b, RUN_WAIT_HOURS), 3 * HOUR * 1000 - 5000,
			3 * HOUR * 1000 + 5000);
	assert_int_equal(b.out.count.logins, 3);
	assert_int_equal(b.out.resume_at, 0);
	scene_close(&b);
	/* and never outside */
	scene_open(&b, "", 3);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(19, 0, 0);
	must_be_whole(&b, 0, "no hours");
	assert_int_equal(waited(&b, RUN_WAIT_HOURS), 0);
	scene_close(&b);
}

/* They begin while an account is read: log out, wait, come back, and nothing is lost. */
static void hours_that_begin_in_the_middle_pause_the_reading(void **state)
{
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "--folders 5 --messages 2", 2);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(7, 59, 50);
	b.login_ms = 20000;
	must_be_whole(&b, 0, "in the middle");
	assert_int_equal(b.out.side[SIDE_OLD].messages, 2 * 14);
	assert_int_equal(b.out.count.logins, 3);
	assert_in_range(waited(&b, RUN_WAIT_HOURS), 9 * HOUR * 1000, 10 * HOUR * 1000);
	scene_close(&b);
}

/* The budget is over before: then nothing is waited for, and it is said when to go on. */
static void a_budget_within_the_hours_ends_the_run(void **state)
{
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", 3);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(12, 0, 0);
	b.o.budget_ms = 4 * HOUR * 1000;
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(b.out.left, 3);
	assert_int_equal(b.out.count.logins, 0);
	assert_string_equal(b.out.resume, "18:00 UTC");
	assert_true(b.out.took_ms < 60000);
	scene_close(&b);
	/* with time enough behind them they are waited for */
	scene_open(&b, "", 3);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(12, 0, 0);
	b.o.budget_ms = 7 * HOUR * 1000;
	must_be_whole(&b, 0, "a long budget");
	scene_close(&b);
	/* and with an account open too */
	scene_open(&b, "--folders 5 --messages 2", 2);
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(7, 59, 50);
	b.login_ms = 20000;
	b.o.budget_ms = HOUR * 1000;
	must_go(&b);
	assert_false(b.out.complete);
	assert_int_equal(b.out.left, 2);
	assert_true(b.out.resume_at > 0);
	scene_close(&b);
}

struct nudge {
	struct bed *b;
	int64_t wall_s; /* 0: wake */
};

static void *nudge(void *arg)
{
	struct nudge *n = arg;

	usleep(300000);
	if (n->wall_s == 0)
		net_wake_now(n->b->wake);
	else
		bed_wall_s += n->wall_s;
	return NULL;
}

static void nudged(struct bed *b, int64_t wall_s)
{
	struct nudge n = { b, wall_s };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, nudge, &n), 0);
	go(b);
	pthread_join(thread, NULL);
}

/* Waiting can be ended, and a clock that is set right, either way, is believed at once.
 */
static void a_wait_can_be_ended_and_clocks_may_jump(void **state)
{
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", 2);
	bed_leaps = false;
	set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
	set_clock(9, 0, 0);
	nudged(&b, 0);
	assert_int_equal(b.err.cls, ERR_STOPPED);
	assert_int_equal(b.out.count.logins, 0);
	scene_close(&b);
	for (int i = 0; i < 2; i++) {
		scene_open(&b, "", 2);
		bed_leaps = false;
		set_hours(&b, &h, "Mon-Fri 08:00-18:00 UTC");
		set_clock(9, 0, 0);
		nudged(&b, i == 0 ? 9 * HOUR : -400 * DAY - 2 * HOUR);
		assert_int_equal(b.err.cls, ERR_NONE);
		assert_true(b.out.complete);
		scene_close(&b);
	}
}

static void an_unknown_zone_is_said_before_anything_is_read(void **state)
{
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", 1);
	set_hours(&b, &h, "08:00-18:00 Europe/Nowhere");
	assert_false(go(&b));
	assert_int_equal(b.err.cls, ERR_CONFIG);
	assert_non_null(strstr(b.err.text, "not_during"));
	assert_int_equal(b.out.run, 0);
	scene_close(&b);
}

/* ---- rate ---- */

static void a_rate_is_kept(void **state)
{
	struct bed b;
	int64_t began;

	(void)state;
	scene_open(&b, "--folders 10 --messages 40", 2);
	began = clock_mono_ms();
	b.o.rate.messages = 50;
	must_be_whole(&b, 0, "rate");
	/* 808 messages at 50 a second, less the second that is saved up; what reading
	 * itself takes is not waited for */
	assert_true(clock_mono_ms() - began >= 14500);
	assert_in_range(waited(&b, RUN_WAIT_RATE), 1, 16200);
	scene_close(&b);
	scene_open(&b, "--folders 10 --messages 40", 2);
	began = clock_mono_ms();
	b.o.rate.octets = 20000;
	must_be_whole(&b, 0, "rate in octets");
	assert_true(waited(&b, RUN_WAIT_RATE) > 0);
	assert_true(clock_mono_ms() - began > b.out.count.octets_in * 1000 / 20000 / 2);
	scene_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_that_is_put_off_is_no_refusal),
		cmocka_unit_test(a_command_that_is_put_off_is_asked_again),
		cmocka_unit_test(patience_has_an_end),
		cmocka_unit_test(a_side_that_only_asks_for_patience_is_left),
		cmocka_unit_test(goes_on_with_fewer_connections),
		cmocka_unit_test(waits_for_the_end_of_the_hours),
		cmocka_unit_test(hours_that_begin_in_the_middle_pause_the_reading),
		cmocka_unit_test(a_budget_within_the_hours_ends_the_run),
		cmocka_unit_test(a_wait_can_be_ended_and_clocks_may_jump),
		cmocka_unit_test(an_unknown_zone_is_said_before_anything_is_read),
		cmocka_unit_test(a_rate_is_kept),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
