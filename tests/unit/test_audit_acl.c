/* SPDX-License-Identifier: MIT */
/* Who may do what with folders, from a transcript, whole and cut in the middle of it. */
#include "tests/support/audit_trial.h"

static const char path[] = "tests/replay/audit_acl.imap";

static void play(struct trial *t, struct replay *replay, enum acl_mode mode)
{
	trial_open(t, replay, SIDE_OLD, DEPTH_FULL, "auto");
	t->r.acl = mode;
	trial_session(t);
}

static const struct folder_acl *acl(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->r.acl_n; i++)
		if (strcmp(t->sink.f[t->r.acls[i].folder - 1].name, name) == 0)
			return &t->r.acls[i];
	return NULL;
}

static void must_have(const struct folder_acl *a, const char *who, const char *rights)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->entry[i].who, who) == 0) {
			assert_string_equal(a->entry[i].rights, rights);
			return;
		}
	fail_msg("no entry of %s", who);
}

static void takes_what_is_told_and_says_what_is_not(void **state)
{
	static const size_t chunk[] = { 0, 1, 7 };
	struct replay *replay = open_replay(path);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(chunk); i++) {
		static struct trial t;

		replay_chunk(replay, chunk[i]);
		play(&t, replay, ACL_AUTO);
		if (!t.ok || !replay_finished(replay))
			fail_msg("not played to its end: %s", t.err.text);
		assert_int_equal(t.r.own_read, 6);
		/* One is asked for by the next audit. */
		assert_int_equal(t.r.acl_n, 5);
		assert_null(acl(&t, "Busy"));
		assert_int_equal(acl(&t, "INBOX")->n, 4);
		must_have(acl(&t, "INBOX"), "ben", "lrs");
		must_have(acl(&t, "INBOX"), "anyone", "");
		must_have(acl(&t, "INBOX"), "-ca\\xFFrl", "w");
		assert_string_equal(acl(&t, "INBOX")->words, "");
		/* Told twice: the first counts. */
		assert_int_equal(acl(&t, "Work")->n, 1);
		assert_int_equal(acl(&t, "Odd")->n, 0);
		assert_non_null(strstr(acl(&t, "Odd")->words, "no letter"));
		assert_string_equal(acl(&t, "Shut")->words,
				    "NO [NOPERM] Permission denied");
		assert_string_equal(acl(&t, "Silent")->words, "GETACL was not answered");
		trial_close(&t);
	}
	replay_free(replay);
}

/* All mail was read: what comes afterwards spoils nothing, and all of it costs one wait.
 */
static void a_break_spoils_no_mail(void **state)
{
	struct replay *replay = open_replay(path);
	size_t octets = replay_server_octets(replay), from = octets - 300;
	static struct trial whole, none, t;

	(void)state;
	play(&none, replay, ACL_OFF);
	assert_true(none.ok);
	assert_int_equal(none.r.acl_n, 0);
	play(&whole, replay, ACL_ON);
	assert_int_equal(whole.count.waits, none.count.waits + 1);
	for (size_t cut = from; cut < octets; cut++) {
		replay_cut(replay, cut);
		play(&t, replay, ACL_AUTO);
		if (!t.ok)
			fail_msg("cut after %zu: %s", cut, t.err.text);
		assert_int_equal(t.r.own_read, 6);
		assert_true(t.r.acl_n >= 1 && t.r.acl_n <= 5);
		for (size_t i = 0; i < t.r.acl_n; i++)
			assert_true(*t.r.acls[i].words != '\0' || t.r.acls[i].n > 0);
		trial_close(&t);
	}
	trial_close(&whole);
	trial_close(&none);
	replay_free(replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_told_and_says_what_is_not),
		cmocka_unit_test(a_break_spoils_no_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
