/* SPDX-License-Identifier: MIT */
/* One account read from transcripts, whole and cut after every octet. */
#include "tests/support/audit_trial.h"

static const struct script {
	const char *path;
	enum side side;
	enum depth depth;
	const char *kind;
} scripts[] = {
	{ "tests/replay/audit_dovecot.imap", SIDE_OLD, DEPTH_FULL, "auto" },
	{ "tests/replay/audit_cyrus.imap", SIDE_OLD, DEPTH_FULL, "cyrus" },
	{ "tests/replay/audit_courier.imap", SIDE_NEW, DEPTH_FULL, "auto" },
	{ "tests/replay/audit_moving.imap", SIDE_OLD, DEPTH_FULL, "auto" },
	{ "tests/replay/audit_counts.imap", SIDE_OLD, DEPTH_COUNTS, "auto" },
};
enum { DOVECOT, CYRUS, COURIER, MOVING, COUNTS };

/* The whole transcript must be played to its end. */
static void play(struct trial *t, const struct script *script, struct replay *replay)
{
	trial_open(t, replay, script->side, script->depth, script->kind);
	trial_session(t);
	if (!t->ok)
		fail_msg("%s: %s", script->path, t->err.text);
	if (!replay_finished(replay))
		fail_msg("%s: not played to its end", script->path);
}

static void must_be_id(const struct store_row *row, const char *id)
{
	struct sha256_ctx *sha = sha256_new();
	struct msg_key key;

	mime_key_id(sha, span_str(id), &key);
	sha256_free(sha);
	assert_int_equal(row->m.tier, TIER_ID);
	assert_memory_equal(&row->m.key, &key, sizeof key);
}

static void reads_dovecot_whole(void **state)
{
	struct replay *replay = open_replay(scripts[DOVECOT].path);
	const struct told *f;
	struct msg_key none;
	static struct trial t;

	(void)state;
	play(&t, &scripts[DOVECOT], replay);
	assert_int_equal(t.sink.n, 5); /* INBOX was told twice */
	assert_int_equal(t.r.own, 3);
	assert_int_equal(t.r.own_read, 3);
	assert_int_equal(t.r.messages, 5);
	assert_int_equal(told(&t, "Deep")->outcome, FOLDER_UNSELECTABLE);
	assert_true(told(&t, "shared/ben")->attrs & FOLDER_FOREIGN);
	assert_false(told(&t, "shared/ben")->ended);
	f = told(&t, "Deep/📁 Dokumente");
	assert_int_equal(f->outcome, FOLDER_READ);
	assert_int_equal(f->state.uidnext, 5);
	f = told(&t, "Sent");
	assert_true((f->attrs & (FOLDER_SENT | FOLDER_SUBSCRIBED)) ==
		    (FOLDER_SENT | FOLDER_SUBSCRIBED));
	f = told(&t, "INBOX");
	assert_int_equal(f->outcome, FOLDER_READ);
	assert_int_equal(f->row_n, 4);
	assert_int_equal(f->state.uidvalidity, 1795444660);
	assert_int_equal(f->state.uidnext, 3000);
	assert_int_equal(f->state.modseq, 8);
	assert_int_equal(f->state.exists, 4);
	must_be_id(&f->row[0], "<1@example.org>");
	assert_string_equal(f->id[0], "<1@example.org>");
	assert_string_equal(f->keywords[0], "$Forwarded Work");
	assert_int_equal(f->row[0].m.flags, MSG_SEEN);
	assert_int_equal(f->row[0].m.date, 1262358935);
	assert_int_equal(f->row[0].m.octets, 615);
	assert_int_equal(f->row[1].m.tier, TIER_FIELDS);
	assert_string_equal(f->id[1], "-");
	must_be_id(&f->row[2], "<7@example.org>");
	assert_int_equal(f->row[2].m.octets, 4294967296);
	assert_string_equal(f->keywords[2], "Work");
	assert_int_equal(f->row[2].m.flags, MSG_ANSWERED);
	/* Nothing to be recognised by, and no date: still a message. */
	audit_key_none(&none);
	assert_int_equal(f->row[3].m.tier, TIER_NONE);
	assert_memory_equal(&f->row[3].m.key, &none, sizeof none);
	assert_int_equal(f->row[3].m.date, MSG_DATE_UNKNOWN);
	trial_close(&t);
	replay_free(replay);
}

static void reads_cyrus_by_envelope(void **state)
{
	struct replay *replay = open_replay(scripts[CYRUS].path);
	const struct told *f;
	static struct trial t;

	(void)state;
	play(&t, &scripts[CYRUS], replay);
	assert_true(t.r.envelope);
	assert_string_equal(t.sink.prefix, "INBOX.");
	assert_int_equal(t.sink.delim, '.');
	assert_true(told(&t, "user.ben")->attrs & FOLDER_FOREIGN);
	assert_false(told(&t, "INBOX.Entwürfe")->attrs & FOLDER_FOREIGN);
	f = told(&t, "INBOX");
	assert_int_equal(f->row_n, 2);
	must_be_id(&f->row[0], "<ten@example.org>");
	assert_string_equal(f->mailbox_id, "fbonb4qzp3uql9z84ib8ilp7");
	assert_string_equal(told(&t, "INBOX.Entwürfe")->mailbox_id, "");
	assert_int_equal(t.r.odd_ids, 0);
	assert_int_equal(f->row[0].m.flags, MSG_SEEN);
	assert_int_equal(f->row[1].m.tier, TIER_FIELDS);
	trial_close(&t);
	replay_free(replay);
}

static void reads_courier_and_names_what_it_cannot_open(void **state)
{
	struct replay *replay = open_replay(scripts[COURIER].path);
	const struct told *f;
	struct limit *limits;
	static struct trial t;
	unsigned known;
	size_t n;

	(void)state;
	play(&t, &scripts[COURIER], replay);
	f = told(&t, "INBOX");
	assert_int_equal(f->outcome, FOLDER_READ);
	assert_int_equal(f->state.uidnext, 0); /* Courier does not tell it */
	assert_int_equal(f->state.modseq, -1);
	assert_false(f->attrs & FOLDER_SUBSCRIBED);
	assert_string_equal(f->id[0], "-"); /* the text is kept for the old side only */
	assert_false(told(&t, "INBOX.Deep")->attrs & FOLDER_SUBSCRIBED);
	f = told(&t, "INBOX.Sent");
	assert_true(f->attrs & FOLDER_SUBSCRIBED);
	assert_int_equal(f->outcome, FOLDER_UNREADABLE);
	assert_string_equal(f->error, "cannot open: NO Unable to open this mailbox.");
	assert_int_equal(t.r.own, 2);
	assert_int_equal(t.r.own_read, 1);
	limits = audit_reader_limits(&t.r, &n, &known);
	assert_int_equal(n, 2);
	assert_int_equal(known, 7); /* quota, of whatever kind; nothing of messages */
	assert_int_equal(limits[0].kind, LIMIT_STORAGE);
	assert_string_equal(limits[0].name, "ROOT");
	assert_int_equal(limits[0].used, 12 << 10);
	assert_int_equal(limits[0].allowed, 2048 << 10);
	assert_int_equal(limits[1].kind, LIMIT_MESSAGES);
	assert_int_equal(limits[1].allowed, 10000);
	free(limits);
	trial_close(&t);
	replay_free(replay);
}

static void follows_a_folder_that_moves(void **state)
{
	struct replay *replay = open_replay(scripts[MOVING].path);
	const struct told *f;
	static struct trial t;

	(void)state;
	play(&t, &scripts[MOVING], replay);
	f = told(&t, "INBOX");
	assert_int_equal(f->outcome, FOLDER_READ);
	assert_int_equal(f->row_n, 3);
	assert_int_equal(f->row[0].m.uid, 4);
	assert_int_equal(f->row[0].m.flags, MSG_SEEN); /* as of the second round */
	assert_int_equal(f->row[1].m.uid, 5);
	assert_int_equal(f->row[1].m.flags, MSG_FLAGGED);
	assert_int_equal(f->row[2].m.uid, 9);
	assert_int_equal(f->state.exists, 3);
	assert_int_equal(f->state.uidnext, 10); /* EXAMINE said 7, but 9 was seen */
	trial_close(&t);
	replay_free(replay);
}

static void counts_by_list_and_by_status(void **state)
{
	struct replay *replay = open_replay(scripts[COUNTS].path);
	struct limit *limits;
	static struct trial t;
	unsigned known;
	size_t n;

	(void)state;
	play(&t, &scripts[COUNTS], replay);
	assert_int_equal(told(&t, "INBOX")->outcome, FOLDER_COUNTED);
	assert_int_equal(told(&t, "INBOX")->state.exists, 100);
	assert_int_equal(told(&t, "Late")->outcome, FOLDER_COUNTED);
	assert_int_equal(told(&t, "Late")->state.exists, 5);
	assert_int_equal(told(&t, "Broken")->outcome, FOLDER_UNREADABLE);
	assert_string_equal(told(&t, "Broken")->error,
			    "STATUS: NO [SERVERBUG] Internal error");
	assert_int_equal(t.r.messages, 105);
	limits = audit_reader_limits(&t.r, &n, &known);
	assert_int_equal(n, 2); /* of Broken nothing is known */
	assert_int_equal(known, 1 << LIMIT_APPEND);
	assert_string_equal(limits[0].name, "INBOX");
	assert_int_equal(limits[0].allowed, 1000);
	assert_string_equal(limits[1].name, "Late");
	assert_int_equal(limits[1].allowed, -1);
	free(limits);
	trial_close(&t);
	replay_free(replay);
}

/* However the octets come, they mean the same. */
static void evidence_does_not_depend_on_how_octets_come(void **state)
{
	static const size_t chunk[] = { 1, 2, 7, 100 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		struct replay *replay = open_replay(scripts[i].path);
		static struct trial whole, t;

		play(&whole, &scripts[i], replay);
		for (size_t k = 0; k < COUNT_OF(chunk); k++) {
			replay_chunk(replay, chunk[k]);
			play(&t, &scripts[i], replay);
			assert_int_equal(t.sink.n, whole.sink.n);
			for (size_t f = 0; f < t.sink.n; f++) {
				const struct told *a = &whole.sink.f[f],
						  *b = &t.sink.f[f];

				assert_int_equal(a->outcome, b->outcome);
				assert_int_equal(a->row_n, b->row_n);
				for (size_t m = 0; m < a->row_n; m++)
					if (memcmp(&a->row[m].m, &b->row[m].m,
						   sizeof a->row[m].m) != 0 ||
					    strcmp(a->keywords[m], b->keywords[m]) != 0 ||
					    strcmp(a->id[m], b->id[m]) != 0)
						fail_msg("%s in pieces of %zu: uid %u",
							 scripts[i].path, chunk[k],
							 a->row[m].m.uid);
			}
			trial_close(&t);
		}
		trial_close(&whole);
		replay_free(replay);
	}
}

/*
 * The stream ends after every single octet, twice, and then for good: never is a folder
 * read or counted whose answers were not all there, never is a listing stored that was
 * cut, and nothing is left without an end.
 */
static void a_cut_is_never_taken_for_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		struct replay *replay = open_replay(scripts[i].path);
		size_t octets = replay_server_octets(replay);
		static struct trial whole, t;

		replay_chunk(replay, 1);
		play(&whole, &scripts[i], replay);
		for (size_t cut = 0; cut < octets; cut++) {
			struct err err = ERR_INIT;

			replay_cut(replay, cut);
			trial_open(&t, replay, scripts[i].side, scripts[i].depth,
				   scripts[i].kind);
			trial_session(&t);
			if (t.ok)
				fail_msg("%s cut after %zu: finished", scripts[i].path,
					 cut);
			if (t.err.cls == ERR_NONE || t.err.text[0] == '\0')
				fail_msg("%s cut after %zu: no error", scripts[i].path,
					 cut);
			if (t.r.listed != (cut >= whole.sink.listed_at))
				fail_msg("%s cut after %zu: listed %d", scripts[i].path,
					 cut, t.r.listed);
			if (t.r.listed && !audit_reader_give_up(&t.r, &t.err, &err))
				fail_msg("%s cut after %zu: %s", scripts[i].path, cut,
					 err.text);
			for (size_t f = 0; f < t.sink.n; f++) {
				const struct told *a = &whole.sink.f[f],
						  *b = &t.sink.f[f];
				bool good = b->outcome == FOLDER_READ ||
					    b->outcome == FOLDER_COUNTED;

				if (a->ended != b->ended ||
				    (b->ended && good &&
				     (cut < a->ended_at || a->outcome != b->outcome)))
					fail_msg("%s cut after %zu: folder %s is %s",
						 scripts[i].path, cut, b->name,
						 folder_outcome_name(b->outcome));
			}
			trial_close(&t);
		}
		replay_cut(replay, SIZE_MAX);
		trial_close(&whole);
		replay_free(replay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_dovecot_whole),
		cmocka_unit_test(reads_cyrus_by_envelope),
		cmocka_unit_test(reads_courier_and_names_what_it_cannot_open),
		cmocka_unit_test(follows_a_folder_that_moves),
		cmocka_unit_test(counts_by_list_and_by_status),
		cmocka_unit_test(evidence_does_not_depend_on_how_octets_come),
		cmocka_unit_test(a_cut_is_never_taken_for_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
