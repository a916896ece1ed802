/* SPDX-License-Identifier: MIT */
/* The load guard, --rate and the hints of servers: what comes of samples and words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_guard.h"
#include "audit/audit_hint.h"
#include "audit/audit_rate.h"

/* A server: each answer takes so long, one after another; time passes with it. */
struct scene {
	struct audit_guard g;
	int64_t now;
	uint64_t seed;
	unsigned highest;
};

static void scene_open(struct scene *s)
{
	*s = (struct scene){ .now = 5000, .seed = 1 };
	audit_guard_init(&s->g);
}

static unsigned level(const struct scene *s)
{
	return audit_guard_decide(&s->g, 8).level;
}

static int64_t chance(struct scene *s, int64_t below)
{
	s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((s->seed >> 33) % (uint64_t)below);
}

/* n answers of about us, each followed by the rest that the guard asks for. */
static void answers(struct scene *s, enum audit_guard_kind kind, int n, int64_t us)
{
	for (int i = 0; i < n; i++) {
		struct audit_guard_say say = audit_guard_decide(&s->g, 8);
		int64_t took = us / 2 + (us > 0 ? chance(s, us) : 0);

		s->now += took / 1000 * (100 + say.rest) / 100 + 1;
		audit_guard_sample(&s->g, kind, took, s->now);
		if (level(s) > s->highest)
			s->highest = level(s);
	}
}

/* Jitter, cold caches, single hiccups: none of them may cost anything. */
static void an_unloaded_server_is_never_slowed(void **state)
{
	static const int64_t usual[] = { 0, 20, 1000, 30000, 100000, 400000, 3000000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		for (int kind = 0; kind < AUDIT_GUARD_KIND_COUNT; kind++) {
			struct scene s;

			scene_open(&s);
			for (int n = 0; n < 400; n++) {
				answers(&s, (enum audit_guard_kind)kind, 6, usual[i]);
				/* every seventh is a hundred times as long */
				answers(&s, (enum audit_guard_kind)kind, 1,
					usual[i] * 100 + 900000);
			}
			if (s.highest != 0)
				fail_msg("kind %d, %lld us: level %u", kind,
					 (long long)usual[i], s.highest);
		}
}

static void cold_mail_is_no_load(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	answers(&s, AUDIT_GUARD_MESSAGE, 50, 30);
	answers(&s, AUDIT_GUARD_MESSAGE, 500, 3500); /* a seek for each */
	assert_int_equal(s.highest, 0);
}

static void a_server_that_gets_slow_is_left_alone_step_by_step(void **state)
{
	static const struct {
		int64_t usual, slow;
	} cases[AUDIT_GUARD_KIND_COUNT] = {
		[AUDIT_GUARD_LOGIN] = { 20000, 1500000 },
		[AUDIT_GUARD_LIST] = { 50000, 3000000 },
		[AUDIT_GUARD_SILENCE] = { 5000, 1200000 },
		[AUDIT_GUARD_MESSAGE] = { 100, 20000 },
	};

	(void)state;
	for (int kind = 0; kind < AUDIT_GUARD_KIND_COUNT; kind++) {
		struct audit_guard_say say, before = { .connections = 8 };
		struct scene s;
		int n = 0;

		scene_open(&s);
		answers(&s, (enum audit_guard_kind)kind, 30, cases[kind].usual);
		assert_int_equal(level(&s), 0);
		for (; level(&s) < AUDIT_GUARD_LEVELS && n < 500; n++) {
			answers(&s, (enum audit_guard_kind)kind, 1, cases[kind].slow);
			s.now += 500;
			say = audit_guard_decide(&s.g, 8);
			assert_true(say.level <= before.level + 1);
			assert_true(say.rest >= before.rest &&
				    say.connections <= before.connections);
			assert_true(say.connections >= 1);
			before = say;
		}
		/* not at the first slow answer, and soon enough */
		assert_true(n > 20 && n < 200);
		assert_int_equal(before.why, kind);
		assert_true(before.baseline_us <= cases[kind].usual * 2);
		assert_int_equal(before.connections, 1);
		assert_int_equal(audit_guard_decide(&s.g, 1).connections, 1);

		/* and back, as gradually */
		for (n = 0; level(&s) > 0 && n < 5000; n++) {
			unsigned was = level(&s);

			answers(&s, (enum audit_guard_kind)kind, 1, cases[kind].usual);
			s.now += 500;
			assert_true(level(&s) == was || level(&s) == was - 1);
		}
		assert_true(n > 50 && n < 500);
	}
}

/* However little we ask: then this is how fast it is, and the run goes on at full pace.
 */
static void a_server_that_stays_slow_is_taken_as_it_is(void **state)
{
	struct scene s;
	int64_t top = 0;
	int n = 0;

	(void)state;
	scene_open(&s);
	answers(&s, AUDIT_GUARD_SILENCE, 30, 5000);
	for (; n < 100000 && (top == 0 || level(&s) > 0); n++) {
		answers(&s, AUDIT_GUARD_SILENCE, 1, 1000000);
		if (top == 0 && level(&s) == AUDIT_GUARD_LEVELS)
			top = s.now;
	}
	assert_true(top > 0);
	assert_int_equal(level(&s), 0);
	assert_true(s.now - top >= AUDIT_GUARD_ACCEPT_MS);
	assert_true(s.now - top < 2 * AUDIT_GUARD_ACCEPT_MS);
	/* and slower still is slow again */
	answers(&s, AUDIT_GUARD_SILENCE, 40, 20000000);
	assert_true(level(&s) > 0);
}

static void a_bad_beginning_is_no_baseline_for_ever(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	answers(&s, AUDIT_GUARD_LOGIN, 30, 4000000);
	answers(&s, AUDIT_GUARD_LOGIN, 30, 10000);
	answers(&s, AUDIT_GUARD_LOGIN, 30, 4000000);
	assert_true(level(&s) > 0);
}

static void what_was_long_ago_is_forgotten(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	answers(&s, AUDIT_GUARD_LOGIN, 30, 10000);
	answers(&s, AUDIT_GUARD_LOGIN, 20, 4000000);
	assert_true(level(&s) > 0);
	s.now += AUDIT_GUARD_STALE_MS;
	answers(&s, AUDIT_GUARD_LOGIN, 1, 4000000);
	assert_int_equal(level(&s), 0);
	answers(&s, AUDIT_GUARD_LOGIN, 10, 4000000);
	assert_true(level(&s) > 0);
}

/* Slow logins, then a long account without any: its windows bring the level down. */
static void an_old_complaint_of_another_kind_does_not_hold(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	answers(&s, AUDIT_GUARD_LOGIN, 30, 10000);
	answers(&s, AUDIT_GUARD_SILENCE, 30, 10000);
	answers(&s, AUDIT_GUARD_LOGIN, 60, 4000000);
	assert_true(level(&s) > 0);
	for (int i = 0; i < 400; i++) {
		s.now += 500;
		answers(&s, AUDIT_GUARD_SILENCE, 1, 10000);
	}
	assert_int_equal(level(&s), 0);
}

static void odd_times_do_no_harm(void **state)
{
	static const int64_t odd[] = { INT64_MIN, -1, 0, INT64_MAX };
	struct scene s;

	(void)state;
	scene_open(&s);
	for (int i = 0; i < 200; i++)
		audit_guard_sample(&s.g, AUDIT_GUARD_SILENCE, odd[i % 4],
				   i % 3 == 0 ? 0 : i * 1000);
	assert_true(level(&s) <= AUDIT_GUARD_LEVELS);
	assert_string_equal(audit_guard_kind_name(AUDIT_GUARD_SILENCE), "first octet");
}

/* ---- --rate ---- */

static void a_rate_is_kept_and_not_saved_up(void **state)
{
	struct audit_rate r = { .messages = 100 }, none = { 0 },
			  both = { .messages = 10, .octets = 1000 };
	int64_t now = 1000, waited = 0;

	(void)state;
	assert_int_equal(audit_rate_take(&none, 1 << 30, INT64_MAX, now), 0);
	for (int i = 0; i < 1000; i++) {
		int64_t ms = audit_rate_take(&r, 50, 12345, now);

		waited += ms;
		now += ms + 10;
	}
	/* 50,000 messages at 100 a second, less one window */
	assert_in_range(now - 1000, 499000, 501000);
	assert_true(waited > 480000);
	/* after a night a second is saved up, and no more */
	now += 40000000;
	assert_int_equal(audit_rate_take(&r, 100, 0, now), 0);
	assert_int_equal(audit_rate_take(&r, 50, 0, now), 500);
	assert_int_equal(audit_rate_take(&r, 50, 0, now), 1000); /* another connection */
	assert_int_equal(audit_rate_take(&both, 1, 5000, now), 4000);
	assert_int_equal(audit_rate_take(&both, 100, 0, now), 9100);
}

static void no_rate_waits_for_ever(void **state)
{
	struct audit_rate r = { .messages = 1, .octets = 1 };

	(void)state;
	assert_int_equal(audit_rate_take(&r, INT64_MAX, INT64_MAX, 5),
			 AUDIT_RATE_WAIT_MS);
	assert_int_equal(audit_rate_take(&r, 0, 0, 0), AUDIT_RATE_WAIT_MS);
	assert_int_equal(audit_rate_take(&r, -5, INT64_MIN, 100),
			 AUDIT_RATE_WAIT_MS - 100);
}

/* ---- hints ---- */

static void reads_what_servers_ask_for(void **state)
{
	static const struct {
		const char *said;
		bool connecting;
		enum audit_hint_kind kind;
		int64_t ms;
	} cases[] = {
		{ "NO [LIMIT] Maximum number of connections from user+IP exceeded "
		  "(mail_max_userip_connections=2)",
		  true, AUDIT_HINT_FEWER, 0 },
		{ "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded",
		  true, AUDIT_HINT_FEWER, 0 },
		{ "NO [ALERT] Too many simultaneous connections. (Failure)", true,
		  AUDIT_HINT_FEWER, 0 },
		{ "NO Too many open connections for this user", true, AUDIT_HINT_FEWER,
		  0 },
		{ "NO Too many open sessions", false, AUDIT_HINT_FEWER, 0 },
		{ "BYE [ALERT] Maximum connection limit reached", true, AUDIT_HINT_FEWER,
		  0 },
		{ "[LIMIT] not now", true, AUDIT_HINT_FEWER, 0 },
		{ "[LIMIT] not now", false, AUDIT_HINT_SLOW, 0 },
		{ "[THROTTLED] slowly", false, AUDIT_HINT_SLOW, 0 },
		{ "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
		  false, AUDIT_HINT_SLOW, 0 },
		{ "BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds",
		  false, AUDIT_HINT_SLOW, 299961 },
		{ "Suggested Backoff Time: 12 seconds", false, AUDIT_HINT_SLOW, 12000 },
		{ "Suggested Backoff Time: 0 milliseconds", false, AUDIT_HINT_SLOW,
		  AUDIT_HINT_MIN_MS },
		{ "Suggested Backoff Time: -1 milliseconds", false, AUDIT_HINT_SLOW, 0 },
		{ "Suggested Backoff Time: 1000000000000 milliseconds", false,
		  AUDIT_HINT_SLOW, AUDIT_HINT_MAX_MS },
		{ "Suggested Backoff Time: 99999999999999999999999999 ms", false,
		  AUDIT_HINT_SLOW, AUDIT_HINT_MAX_MS },
		{ "Suggested Backoff Time: 9223372036854775807 seconds", false,
		  AUDIT_HINT_SLOW, AUDIT_HINT_MAX_MS },
		{ "Suggested Backoff Time", false, AUDIT_HINT_SLOW, 0 },
		{ "[UNAVAILABLE] user database", true, AUDIT_HINT_BUSY, 0 },
		{ "NO [INUSE] locked", false, AUDIT_HINT_BUSY, 0 },
		/* no reason to wait */
		{ "[OVERQUOTA] Mailbox is full", false, AUDIT_HINT_NONE, 0 },
		{ "[AUTHENTICATIONFAILED] Authentication failed.", true, AUDIT_HINT_NONE,
		  0 },
		{ "[SERVERBUG] Internal error", false, AUDIT_HINT_NONE, 0 },
		{ "[NONEXISTENT] Unknown mailbox", false, AUDIT_HINT_NONE, 0 },
		{ "too many invalid commands", true, AUDIT_HINT_NONE, 0 },
		{ "connection closed", true, AUDIT_HINT_NONE, 0 },
		{ "", true, AUDIT_HINT_NONE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_hint h = audit_hint_find(span_str(cases[i].said),
						      cases[i].connecting);

		if (h.kind != cases[i].kind || h.wait_ms != cases[i].ms)
			fail_msg("case %zu (%s): kind %d, %lld ms", i, cases[i].said,
				 (int)h.kind, (long long)h.wait_ms);
	}
}

/* Only the server's own words count, not a folder's name or ours. */
static void finds_the_servers_words_in_an_error(void **state)
{
	static const struct {
		enum err_class cls;
		const char *text;
		enum audit_hint_kind kind;
	} cases[] = {
		{ ERR_SERVER, "mail:143: login refused: NO [LIMIT] no",
		  AUDIT_HINT_FEWER },
		{ ERR_LOGIN, "mail:143: login refused: NO Too many open connections",
		  AUDIT_HINT_FEWER },
		{ ERR_LOGIN, "mail:143: login refused: NO [AUTHENTICATIONFAILED] no",
		  AUDIT_HINT_NONE },
		{ ERR_SERVER, "mail:143: the server turned us away: BYE [UNAVAILABLE] no",
		  AUDIT_HINT_BUSY },
		{ ERR_SERVER, "the server ends the session: BYE [LIMIT] too long",
		  AUDIT_HINT_FEWER },
		{ ERR_SERVER, "the server asks for patience: NO [LIMIT] too much",
		  AUDIT_HINT_SLOW },
		{ ERR_SERVER, "cannot open \"too many connections\": NO",
		  AUDIT_HINT_NONE },
		{ ERR_NET, "the server ends the session: BYE [LIMIT] no",
		  AUDIT_HINT_NONE },
		{ ERR_LOGIN, "the secret command says [LIMIT]", AUDIT_HINT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = { .cls = cases[i].cls };

		snprintf(err.text, sizeof err.text, "%s", cases[i].text);
		if (audit_hint_of_err(&err).kind != cases[i].kind)
			fail_msg("case %zu (%s): %d", i, cases[i].text,
				 (int)audit_hint_of_err(&err).kind);
	}
}

static void a_tagged_answer_is_a_hint_when_it_is_no_ok(void **state)
{
	struct imap_done done = { .status = IMAP_NO, .code = "THROTTLED" };

	(void)state;
	assert_int_equal(audit_hint_of_done(&done).kind, AUDIT_HINT_SLOW);
	done.status = IMAP_OK;
	assert_int_equal(audit_hint_of_done(&done).kind, AUDIT_HINT_NONE);
	done = (struct imap_done){ .status = IMAP_BAD,
				   .text = "Suggested Backoff Time: 5000 milliseconds" };
	assert_int_equal(audit_hint_of_done(&done).wait_ms, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unloaded_server_is_never_slowed),
		cmocka_unit_test(cold_mail_is_no_load),
		cmocka_unit_test(a_server_that_gets_slow_is_left_alone_step_by_step),
		cmocka_unit_test(a_server_that_stays_slow_is_taken_as_it_is),
		cmocka_unit_test(a_bad_beginning_is_no_baseline_for_ever),
		cmocka_unit_test(what_was_long_ago_is_forgotten),
		cmocka_unit_test(an_old_complaint_of_another_kind_does_not_hold),
		cmocka_unit_test(odd_times_do_no_harm),
		cmocka_unit_test(a_rate_is_kept_and_not_saved_up),
		cmocka_unit_test(no_rate_waits_for_ever),
		cmocka_unit_test(reads_what_servers_ask_for),
		cmocka_unit_test(finds_the_servers_words_in_an_error),
		cmocka_unit_test(a_tagged_answer_is_a_hint_when_it_is_no_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
