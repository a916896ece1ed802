/* SPDX-License-Identifier: MIT */
/* Headers and bodies of single messages, looked up from a scripted peer. */
#include "tests/support/audit_bed.h"

#define MODEL "--model tests/data/audit_bodies.json"

/* An account that was read, and a peer of other manners from now on. */
static void read_then(struct bed *b, const char *peer, int64_t *transfer,
		      struct folder_view *inbox)
{
	struct err err = ERR_INIT;
	int64_t anna;

	bed_open(b, MODEL, NULL);
	anna = add(b, SIDE_OLD, "anna");
	*transfer = fx_transfer(&b->fx, "anna", "anna", NULL, "", "migrate");
	must_go(b);
	*inbox = folder_of(b, anna, "INBOX");
	peer_stop(&b->peer[SIDE_OLD]);
	peer_start(&b->peer[SIDE_OLD], peer);
	b->server[SIDE_OLD].port = b->peer[SIDE_OLD].port;
	fx_ok(store_begin(b->fx.st, &err));
}

static void want(struct bed *b, int64_t transfer, const struct folder_view *f,
		 uint32_t uid, enum want what)
{
	struct err err = ERR_INIT;

	fx_ok(store_want_add(b->fx.st, transfer, SIDE_OLD, f->epoch, uid, what, &err));
}

static void look_up(struct bed *b)
{
	struct err err = ERR_INIT;

	fx_ok(audit_details(b->fx.st, &b->o, 0, 100, &b->out, &err));
}

/* Its facts must be there. */
static struct detail_facts facts_of(struct bed *b, const struct folder_view *f,
				    uint32_t uid)
{
	struct detail_facts facts = { 0 };
	struct err err = ERR_INIT;
	bool found = false;

	fx_ok(store_detail_facts(b->fx.st, f->epoch, uid, &b->fx.arena, &facts, &found,
				 &err));
	if (!found)
		fail_msg("nobody has looked at uid %u", uid);
	return facts;
}

static int64_t rows(struct bed *b, const struct folder_view *f)
{
	struct detail_facts facts;
	struct err err = ERR_INIT;
	int64_t n = 0;

	for (uint32_t uid = 1; uid <= 6; uid++) {
		bool found = false;

		fx_ok(store_detail_facts(b->fx.st, f->epoch, uid, &b->fx.arena, &facts,
					 &found, &err));
		n += found;
	}
	return n;
}

static void looks_up_headers_and_bodies(void **state)
{
	struct detail_facts one, two, four, five, six;
	struct message_detail d;
	struct folder_view inbox;
	struct err err = ERR_INIT;
	bool found = false;
	struct bed b;
	int64_t t;

	(void)state;
	read_then(&b, MODEL, &t, &inbox);
	want(&b, t, &inbox, 1, WANT_BODY);
	want(&b, t, &inbox, 2, WANT_BODY);
	want(&b, t, &inbox, 4, WANT_HEADER);
	want(&b, t, &inbox, 5, WANT_BODY); /* 30 MB */
	want(&b, t, &inbox, 6, WANT_BODY);
	fx_ok(store_commit(b.fx.st, &err));
	look_up(&b);
	assert_true(b.out.complete);
	assert_int_equal(b.out.count.logins, 1);
	assert_int_equal(b.out.count.reconnects, 0);
	assert_int_equal(b.out.side[SIDE_OLD].messages, 5);
	one = facts_of(&b, &inbox, 1);
	two = facts_of(&b, &inbox, 2);
	four = facts_of(&b, &inbox, 4);
	five = facts_of(&b, &inbox, 5);
	six = facts_of(&b, &inbox, 6);
	/* Other line ends, the same body. */
	assert_memory_equal(&one.body_key, &two.body_key, sizeof one.body_key);
	assert_true(one.crlf == 2 && one.bare_lf == 0 && one.body_octets == 14);
	assert_true(two.crlf == 2 && two.bare_lf == 1 && two.body_octets == 15);
	assert_memory_not_equal(&one.body_key, &six.body_key, sizeof one.body_key);
	assert_int_equal(four.body_octets, -1);
	assert_non_null(strstr(four.fields, "\nX-TUID:22:"));
	assert_int_equal(four.header_octets, one.header_octets + 22);
	assert_int_equal(five.body_octets, 30000000);
	assert_int_equal(five.crlf, 30000);
	fx_ok(store_detail_get(b.fx.st, inbox.epoch, 6, &b.fx.arena, &d, &found, &err));
	assert_true(found);
	assert_string_equal(d.subject, "number 6");
	assert_string_equal(d.message_id, "<6@example.org>");
	/* Once is enough. */
	look_up(&b);
	assert_int_equal(b.out.count.logins, 0);
	bed_close(&b);
}

static void a_message_that_breaks_the_connection_fails_alone(void **state)
{
	struct detail_facts f;
	struct folder_view inbox;
	struct err err = ERR_INIT;
	struct bed b;
	int64_t t;

	(void)state;
	read_then(&b, MODEL " --break-body 3", &t, &inbox);
	for (uint32_t uid = 1; uid <= 6; uid++)
		if (uid != 5)
			want(&b, t, &inbox, uid, WANT_BODY);
	fx_ok(store_commit(b.fx.st, &err));
	look_up(&b);
	assert_true(b.out.complete); /* everything was looked at */
	assert_int_equal(b.out.count.logins, 3);
	assert_int_equal(b.out.count.reconnects, 2);
	assert_int_equal(b.out.side[SIDE_OLD].messages, 4);
	f = facts_of(&b, &inbox, 3);
	assert_non_null(strstr(f.failed, "twice the connection broke while it was read"));
	assert_int_equal(f.body_octets, -1);
	assert_string_equal(facts_of(&b, &inbox, 6).failed, "");
	assert_int_equal(facts_of(&b, &inbox, 6).body_octets, 6);
	/* Not again, until the folder was read anew. */
	look_up(&b);
	assert_int_equal(b.out.count.logins, 0);
	must_go(&b);
	peer_stop(&b.peer[SIDE_OLD]);
	peer_start(&b.peer[SIDE_OLD], MODEL);
	b.server[SIDE_OLD].port = b.peer[SIDE_OLD].port;
	look_up(&b);
	assert_int_equal(b.out.side[SIDE_OLD].messages, 1);
	assert_string_equal(facts_of(&b, &inbox, 3).failed, "");
	bed_close(&b);
}

static void what_is_refused_for_good_is_remembered(void **state)
{
	static const struct {
		const char *peer, *failed;
	} cases[] = {
		{ MODEL " --no UID_FETCH", "NO [SERVERBUG] Internal error" },
		{ MODEL " --omit-message 2", "answers nothing" },
		{ MODEL " --omit-item BODY:2", "answers nothing" },
		{ MODEL " --omit-item UID:2", "answers nothing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (int what = 0; what < WANT_COUNT; what++) {
			struct folder_view inbox;
			struct err err = ERR_INIT;
			struct bed b;
			int64_t t;

			read_then(&b, cases[i].peer, &t, &inbox);
			want(&b, t, &inbox, 2, (enum want)what);
			want(&b, t, &inbox, 1, (enum want)what);
			fx_ok(store_commit(b.fx.st, &err));
			look_up(&b);
			if (strstr(facts_of(&b, &inbox, 2).failed, cases[i].failed) ==
			    NULL)
				fail_msg("case %zu: %s", i,
					 facts_of(&b, &inbox, 2).failed);
			assert_true(b.out.complete);
			assert_int_equal(rows(&b, &inbox), 2);
			bed_close(&b);
		}
	}
}

static void what_is_refused_for_now_is_asked_for_again(void **state)
{
	struct folder_view inbox;
	struct err err = ERR_INIT;
	struct bed b;
	int64_t t;

	(void)state;
	read_then(&b, MODEL " --no UID_FETCH=[UNAVAILABLE]", &t, &inbox);
	want(&b, t, &inbox, 1, WANT_BODY);
	want(&b, t, &inbox, 2, WANT_FIELDS);
	fx_ok(store_commit(b.fx.st, &err));
	bed_leaps = true; /* it waits for minutes, and asks again */
	look_up(&b);
	bed_leaps = false;
	assert_false(b.out.complete);
	must_say(&b, "refuses 2 messages for now");
	assert_int_equal(rows(&b, &inbox), 0);
	bed_close(&b);
}

static void a_folder_that_breaks_every_session_is_passed_over(void **state)
{
	struct folder_view inbox;
	struct err err = ERR_INIT;
	struct bed b;
	int64_t t;

	(void)state;
	read_then(&b, MODEL " --bye EXAMINE", &t, &inbox);
	want(&b, t, &inbox, 1, WANT_BODY);
	fx_ok(store_commit(b.fx.st, &err));
	look_up(&b);
	assert_false(b.out.complete);
	must_say(&b, "again and again the connection broke");
	assert_int_equal(b.out.count.logins, 3);
	assert_int_equal(rows(&b, &inbox), 0);
	bed_close(&b);
}

static void stops_when_told(void **state)
{
	struct folder_view inbox;
	struct err err = ERR_INIT;
	struct bed b;
	int64_t t;

	(void)state;
	read_then(&b, MODEL, &t, &inbox);
	want(&b, t, &inbox, 1, WANT_BODY);
	fx_ok(store_commit(b.fx.st, &err));
	net_wake_now(b.wake);
	assert_false(audit_details(b.fx.st, &b.o, 0, 100, &b.out, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	assert_int_equal(rows(&b, &inbox), 0);
	bed_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_up_headers_and_bodies),
		cmocka_unit_test(a_message_that_breaks_the_connection_fails_alone),
		cmocka_unit_test(what_is_refused_for_good_is_remembered),
		cmocka_unit_test(what_is_refused_for_now_is_asked_for_again),
		cmocka_unit_test(a_folder_that_breaks_every_session_is_passed_over),
		cmocka_unit_test(stops_when_told),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
