/* SPDX-License-Identifier: MIT */
/* scan and details against servers that ask for patience, and in hours in which they are
 * not read: nothing is lost, and nothing is blamed on a message. */
#include "tests/support/audit_bed.h"

#include "audit/audit_pace.h"
#include "audit/audit_scan.h"

#define MODEL "--model tests/data/audit_bodies.json"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Hints at each command that a look into messages needs, one after the other. */
#define HINTS(word)                                                                      \
	"--put-off " word ":1=NO_[THROTTLED]_slowly --put-off " word                     \
	":1=BYE_[LIMIT]_too_long --put-off " word ":1=NO_[INUSE]_locked --put-off " word \
	":1=BAD_Request_is_throttled._"                                                  \
	"Suggested_Backoff_Time:_5000_milliseconds "
static const char *const hints[] = { HINTS("LOGIN"), HINTS("EXAMINE"),
				     HINTS("UID_FETCH") };

/* An account that was read; from now on its peer has other manners, and waiting costs no
 * time. */
static void scene_open(struct bed *b, const char *args, int64_t *transfer,
		       struct folder_view *inbox)
{
	struct strbuf peer = STRBUF_INIT;
	int64_t anna;

	bed_open(b, MODEL, NULL);
	anna = add(b, SIDE_OLD, "anna");
	*transfer = fx_transfer(&b->fx, "anna", "anna", NULL, "", "migrate");
	must_go(b);
	*inbox = folder_of(b, anna, "INBOX");
	peer_stop(&b->peer[SIDE_OLD]);
	strbuf_addf(&peer, MODEL " %s", args);
	peer_start(&b->peer[SIDE_OLD], strbuf_cstr(&peer));
	strbuf_done(&peer);
	b->server[SIDE_OLD].port = b->peer[SIDE_OLD].port;
	b->server[SIDE_OLD].max_connections = 1;
	b->server[SIDE_OLD].timeout_ms = 3600000; /* leaps are no silence */
	bed_leaps = true;
}

static void scene_close(struct bed *b)
{
	bed_close(b);
	bed_leaps = false;
	bed_wall_s = 0;
}

/* The next Monday at three in the afternoon, in hours that end at six. */
static void in_the_hours(struct bed *b, struct hours *h)
{
	struct err err = ERR_INIT;
	int64_t now, monday;

	fx_ok(hours_parse(SPAN_LIT("Mon-Fri 08:00-18:00 UTC"), h, &err));
	b->server[SIDE_OLD].not_during = h;
	b->server[SIDE_OLD].not_during_n = 1;
	bed_wall_s = 0;
	now = clock_now();
	monday = now - (now / DAY + 3) % 7 * DAY - now % DAY + 7 * DAY;
	bed_wall_s = monday + 15 * HOUR - now;
}

static void must_be_scanned(struct bed *b, const char *args)
{
	const struct scan_options all = { .how = SCAN_ALL };
	struct audit_scan_result out;
	struct err err = ERR_INIT;

	if (!audit_scan_run(b->fx.st, &b->o, &all, &out, &err))
		fail_msg("%s: %s", args, err.text);
	if (!out.run.complete || out.side[SIDE_OLD].unreadable != 0 ||
	    out.side[SIDE_OLD].left != 0 || out.side[SIDE_OLD].read == 0 ||
	    out.side[SIDE_OLD].read != out.side[SIDE_OLD].asked)
		fail_msg("%s: %lld of %lld were read, %lld unreadable, %lld left", args,
			 (long long)out.side[SIDE_OLD].read,
			 (long long)out.side[SIDE_OLD].asked,
			 (long long)out.side[SIDE_OLD].unreadable,
			 (long long)out.side[SIDE_OLD].left);
	assert_int_equal(out.run.side[SIDE_OLD].no_login, 0);
	b->out = out.run;
}

static void scan_comes_back_when_it_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		struct folder_view inbox;
		int64_t transfer;
		struct bed b;

		scene_open(&b, hints[i], &transfer, &inbox);
		must_be_scanned(&b, hints[i]);
		/* A login is tried again at once where the account is busy. */
		assert_in_range(b.out.pace[SIDE_OLD].hints, 3, 4);
		assert_true(b.out.pace[SIDE_OLD].waited_ms[RUN_WAIT_HINT] >= 5000);
		assert_int_equal(b.line_n, 0); /* nothing was wrong */
		scene_close(&b);
	}
}

static void scan_waits_for_the_end_of_the_hours(void **state)
{
	struct folder_view inbox;
	int64_t transfer;
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", &transfer, &inbox);
	in_the_hours(&b, &h);
	must_be_scanned(&b, "hours");
	assert_in_range(b.out.pace[SIDE_OLD].waited_ms[RUN_WAIT_HOURS],
			3 * HOUR * 1000 - 5000, 3 * HOUR * 1000 + 5000);
	scene_close(&b);
}

/* Everything of a message is wanted, and found. */
static void must_be_looked_up(struct bed *b, int64_t transfer,
			      const struct folder_view *inbox, const char *args)
{
	struct detail_facts facts = { 0 };
	struct err err = ERR_INIT;
	bool found = false;

	fx_ok(store_begin(b->fx.st, &err));
	fx_ok(store_want_add(b->fx.st, transfer, SIDE_OLD, inbox->epoch, 1, WANT_BODY,
			     &err));
	fx_ok(store_commit(b->fx.st, &err));
	if (!audit_details(b->fx.st, &b->o, 0, 100, &b->out, &err))
		fail_msg("%s: %s", args, err.text);
	fx_ok(store_detail_facts(b->fx.st, inbox->epoch, 1, &b->fx.arena, &facts, &found,
				 &err));
	if (!found || facts.body_octets <= 0)
		fail_msg("%s: nothing is known of the message: %s", args,
			 b->line_n > 0 ? b->line[0] : "(nothing said)");
}

static void details_come_back_when_they_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		struct folder_view inbox;
		int64_t transfer;
		struct bed b;

		scene_open(&b, hints[i], &transfer, &inbox);
		must_be_looked_up(&b, transfer, &inbox, hints[i]);
		/* A login is tried again at once where the account is busy. */
		assert_in_range(b.out.pace[SIDE_OLD].hints, 3, 4);
		scene_close(&b);
	}
}

static void details_wait_for_the_end_of_the_hours(void **state)
{
	struct folder_view inbox;
	int64_t transfer;
	struct hours h;
	struct bed b;

	(void)state;
	scene_open(&b, "", &transfer, &inbox);
	in_the_hours(&b, &h);
	must_be_looked_up(&b, transfer, &inbox, "hours");
	assert_in_range(b.out.pace[SIDE_OLD].waited_ms[RUN_WAIT_HOURS],
			3 * HOUR * 1000 - 5000, 3 * HOUR * 1000 + 5000);
	scene_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_comes_back_when_it_may),
		cmocka_unit_test(scan_waits_for_the_end_of_the_hours),
		cmocka_unit_test(details_come_back_when_they_may),
		cmocka_unit_test(details_wait_for_the_end_of_the_hours),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
