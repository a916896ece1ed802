/* SPDX-License-Identifier: MIT */
/* The baseline: what it holds, and when it is none. */
#include "tests/support/store_fixture.h"

#include "base/text.h"
#include "store/store_seal.h"
#include "verify/seal.h"

#define DAY INT64_C(86400)
#define D0  INT64_C(1300000000)

/* The clock is ours: it stands still unless a test moves it. */
static int64_t now = D0 + 1000 * DAY;

int64_t clock_now(void)
{
	return now;
}

int64_t clock_mono_ms(void)
{
	return now * 1000;
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
}

static const struct fx_message two[] = { { "<a@x>", 100, D0, 0, NULL, 3 },
					 { "<b@x>", 200, D0 + 1, 0, NULL, 7 } };
static const struct fx_message three[] = { { "<a@x>", 100, D0, 0, NULL, 3 },
					   { "<b@x>", 200, D0 + 1, 0, NULL, 7 },
					   { "<c@x>", 300, D0 + 2, 0, NULL, 9 } };
static const struct fx_message one[] = { { "<b@x>", 200, D0 + 1, 0, NULL, 7 } };

#define READ(folder, v)                                                                  \
	{                                                                                \
		.name = folder, FX_MESSAGES(v)                                           \
	}
#define COUNTED(folder, v)                                                               \
	{                                                                                \
		.name = folder, .message = (v), .n = COUNT_OF(v),                        \
		.outcome = FOLDER_COUNTED, .depth = DEPTH_COUNTS                         \
	}
static const struct fx_folder read_two[] = { READ("INBOX", two) };
static const struct fx_folder read_more[] = { READ("INBOX", two), READ("Sent", one) };
static const struct fx_folder read_place[] = {
	READ("INBOX", two), { .name = "Place", .attrs = FOLDER_NOSELECT, FX_EMPTY }
};
static const struct fx_folder read_silent[] = {
	{ .name = "INBOX", .no_uidnext = true, FX_MESSAGES(two) }
};
static const struct fx_folder read_broken[] = {
	READ("INBOX", two),
	{ .name = "Sent", .outcome = FOLDER_UNREADABLE, .error = "NO broken" }
};
/* A message of it could not be read. */
static const uint32_t at_7[] = { 7 };
static const struct fx_folder read_holed[] = {
	READ("INBOX", two), { .name = "Sent", FX_MESSAGES(one), FX_HOLES(at_7) }
};
static const struct fx_folder count_one[] = { COUNTED("INBOX", one) };
static const struct fx_folder count_two[] = { COUNTED("INBOX", two) };
static const struct fx_folder count_three[] = { COUNTED("INBOX", three) };
static const struct fx_folder count_new[] = { COUNTED("INBOX", two),
					      COUNTED("Drafts", one) };

struct one_side {
	const struct fx_folder *read; /* NULL: never read */
	size_t n;
	const struct fx_folder *count; /* NULL: not counted again */
	size_t count_n;
};
#define SIDE(r)                                                                          \
	{                                                                                \
		(r), COUNT_OF(r), NULL, 0                                                \
	}
#define SIDE2(r, c)                                                                      \
	{                                                                                \
		(r), COUNT_OF(r), (c), COUNT_OF(c)                                       \
	}

static void read_side(struct fx *f, enum side side, const struct one_side *s, bool count)
{
	const struct fx_folder *v = count ? s->count : s->read;

	if (v != NULL)
		fx_read(f, side, "ann", v, count ? s->count_n : s->n);
}

/* Read, and counted once more, with a run for each. */
static void observe(struct fx *f, const struct one_side side[SIDE_COUNT],
		    struct seal_options *o)
{
	struct err err = ERR_INIT;

	f->start = now;
	fx_audit(f, DEPTH_FULL);
	o->read_run = f->run;
	for (int s = 0; s < SIDE_COUNT; s++)
		read_side(f, (enum side)s, &side[s], false);
	fx_audit_end(f);
	fx_audit(f, DEPTH_COUNTS);
	for (int s = 0; s < SIDE_COUNT; s++)
		read_side(f, (enum side)s, &side[s], true);
	fx_audit_end(f);
	fx_ok(store_run_newest(f->st, &o->run, &err));
}

static struct seal_made make(struct fx *f, int64_t id, const struct seal_options *o)
{
	struct transfer *t;
	struct seal_made made;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_transfers(f->st, false, &f->arena, &t, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(t->id, id);
	fx_ok(seal_make(f->st, t, o, &f->arena, &made, &err));
	return made;
}

static struct seal_options plain(void)
{
	return (struct seal_options){ .now = now,
				      .max_age = 7 * DAY,
				      .max_gap = 7200,
				      .teller = "carla",
				      .note = "" };
}

static void tells_sound_from_unsound(void **state)
{
	static const struct {
		struct one_side side[SIDE_COUNT];
		enum seal_state state;
		const char *why;
		size_t folders; /* in the seal */
		int64_t old_messages, new_messages;
	} cases[] = {
		{ { SIDE2(read_two, count_two), SIDE2(read_two, count_two) },
		  SEAL_SOUND,
		  "",
		  2,
		  2,
		  2 },
		/* A place that holds no mail is part of it all the same. */
		{ { SIDE(read_place), SIDE(read_two) }, SEAL_SOUND, "", 3, 2, 2 },
		{ { SIDE2(read_two, count_three), SIDE2(read_two, count_two) },
		  SEAL_UNSOUND,
		  "INBOX of the old side got 1 message while the seal was taken.",
		  2,
		  2,
		  2 },
		{ { SIDE2(read_two, count_two), SIDE2(read_two, count_one) },
		  SEAL_UNSOUND,
		  "INBOX of the new side lost 1 message while the seal was taken.",
		  2,
		  2,
		  2 },
		{ { SIDE2(read_two, count_new), SIDE(read_two) },
		  SEAL_UNSOUND,
		  "Drafts of the old side appeared while the seal was taken.",
		  2,
		  2,
		  2 },
		{ { SIDE2(read_more, count_two), SIDE(read_two) },
		  SEAL_UNSOUND,
		  "Sent of the old side went away while the seal was taken.",
		  2,
		  2,
		  2 },
		{ { SIDE(read_broken), SIDE(read_two) },
		  SEAL_UNSOUND,
		  "Sent of the old side could not be read.",
		  2,
		  2,
		  2 },
		/* The rest of the folder is in the seal all the same. */
		{ { SIDE(read_holed), SIDE(read_two) },
		  SEAL_UNSOUND,
		  "Sent of the old side was read but for single messages.",
		  3,
		  3,
		  2 },
		{ { SIDE(read_two), { NULL, 0, NULL, 0 } },
		  SEAL_REFUSED,
		  "The new side was never read.",
		  0,
		  0,
		  0 },
		{ { { NULL, 0, NULL, 0 }, { NULL, 0, NULL, 0 } },
		  SEAL_REFUSED,
		  "The old side was never read. The new side was never read.",
		  0,
		  0,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seal_options o = plain();
		struct seal_made made;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		observe(&f, cases[i].side, &o);
		made = make(&f, t, &o);
		if (made.state != cases[i].state || strcmp(made.why, cases[i].why) != 0 ||
		    made.folder_n != cases[i].folders ||
		    made.messages[SIDE_OLD] != cases[i].old_messages ||
		    made.messages[SIDE_NEW] != cases[i].new_messages)
			fail_msg("case %zu: %s, %zu folders, %lld and %lld messages: %s",
				 i, seal_state_name(made.state), made.folder_n,
				 (long long)made.messages[SIDE_OLD],
				 (long long)made.messages[SIDE_NEW], made.why);
		assert_int_equal(made.seal.sound, made.state == SEAL_SOUND);
		assert_string_equal(made.seal.note, made.why);
		assert_string_equal(made.seal.teller, "carla");
		assert_int_equal(made.seal.run[SIDE_OLD], o.run);
		fx_close(&f);
	}
}

/* UIDs from uidnext on arrived later; where the server does not tell it, the highest UID
 * that ever was there does. */
static void keeps_the_next_uid_of_each_folder(void **state)
{
	static const struct one_side sides[] = { SIDE(read_place), SIDE(read_silent) };
	struct seal_options o = plain();
	struct seal_folder *v;
	struct err err = ERR_INIT;
	struct seal_made made;
	struct seal back;
	struct fx f;
	int64_t t, id;
	size_t n;
	bool found;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	observe(&f, sides, &o);
	o.note = "after the last pass";
	made = make(&f, t, &o);
	fx_ok(store_seal_add(f.st, &made.seal, made.folder, made.folder_n, &id, &err));
	fx_ok(store_seal_newest(f.st, t, &f.arena, &back, &v, &n, &found, &err));
	assert_true(found);
	assert_int_equal(back.id, id);
	assert_int_equal(back.at, now);
	assert_true(back.sound);
	assert_string_equal(back.note, "after the last pass");
	assert_int_equal(n, 3);
	assert_int_equal(v[0].uidnext, 8);
	assert_int_equal(v[0].messages, 2);
	assert_int_not_equal(v[0].epoch, 0);
	assert_int_equal(v[1].epoch, 0); /* the place */
	assert_int_equal(v[2].uidnext, 8);
	assert_int_equal(v[2].messages, 2);
	fx_close(&f);
}

static void refuses_old_evidence_and_what_does_not_move(void **state)
{
	static const struct one_side sides[] = { SIDE(read_two), SIDE(read_two) };
	struct seal_options o = plain();
	struct seal_made made;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	observe(&f, sides, &o);
	o.now = now + 8 * DAY;
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_REFUSED);
	assert_string_equal(made.why, "The old side was read too long ago. "
				      "The new side was read too long ago.");
	o.now = now;
	fx_transfer(&f, "ann", "ann", "ann", "", "archive");
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_NOT_MOVING);
	fx_transfer(&f, "ann", "ann", NULL, "", "");
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_REFUSED);
	assert_string_equal(made.why, "The new side has no account.");
	fx_close(&f);
}

static void says_when_the_sides_were_read_far_apart(void **state)
{
	struct seal_options o = plain();
	struct seal_made made;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	f.start = now;
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", read_two, 1);
	fx_audit_end(&f);
	now += 3 * 3600;
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "ann", read_two, 1);
	fx_audit_end(&f);
	o.now = now;
	o.run = f.run;
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_UNSOUND);
	assert_string_equal(made.why, "The old side was read 3 h 00 min before the "
				      "other, more than seal_gap allows.");
	o.max_gap = 4 * 3600;
	assert_int_equal(make(&f, t, &o).state, SEAL_SOUND);
	fx_close(&f);
}

static void knows_of_a_cutover_before_it(void **state)
{
	static const struct one_side sides[] = { SIDE(read_two), SIDE(read_two) };
	struct seal_options o = plain();
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	observe(&f, sides, &o);
	assert_int_equal(make(&f, t, &o).cutover_at, 0);
	fx_ok(store_event_add(f.st, t, "cutover", now - 60, "carla", "", &err));
	assert_int_equal(make(&f, t, &o).cutover_at, now - 60);
	fx_ok(store_event_add(f.st, t, "rollback", now - 30, "carla", "", &err));
	assert_int_equal(make(&f, t, &o).cutover_at, 0);
	fx_close(&f);
}

/* Many folders make a note of a few, and their names are shown by whoever shows it. */
static void a_note_stays_short(void **state)
{
	static struct fx_folder v[40];
	static char name[40][24];
	struct one_side sides[SIDE_COUNT] = { { v, COUNT_OF(v), NULL, 0 },
					      SIDE(read_two) };
	struct seal_options o = plain();
	struct seal_made made;
	struct fx f;
	int64_t t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(v); i++) {
		snprintf(name[i], sizeof name[i], "Folder %02zu", i);
		v[i] = (struct fx_folder){ .name = name[i],
					   .outcome = FOLDER_UNREADABLE,
					   .error = "NO" };
	}
	v[0] = (struct fx_folder)READ("INBOX", two);
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	observe(&f, sides, &o);
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_UNSOUND);
	assert_int_equal(made.folder_n, 2);
	assert_non_null(strstr(made.why, "Folder 05 of the old side could not be read. "
					 "And 34 more folders."));
	fx_close(&f);
}

/* So do those that changed, that have holes, or that went, when they are many. */
static void a_note_stays_short_whatever_the_folders_have(void **state)
{
	enum { KINDS = 3, EACH = 6 };
	static const char *const says[KINDS] = { "changed while the seal was taken.",
						 "was read but for single messages.",
						 "went away while the seal was taken." };

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct fx_folder read[EACH + 1] = { READ("INBOX", two) };
		struct fx_folder again[EACH + 1] = { COUNTED("INBOX", two) };
		/* one went and one came: as many as before */
		struct fx_message other[2] = { two[0], three[2] };
		struct one_side sides[SIDE_COUNT] = { { read, EACH + 1, again, EACH + 1 },
						      SIDE(read_two) };
		struct seal_options o = plain();
		struct seal_made made;
		char name[EACH][16];
		struct fx f;
		size_t told = 0;
		int64_t t;

		for (size_t i = 0; i < EACH; i++) {
			snprintf(name[i], sizeof name[i], "Folder %zu", i);
			read[i + 1] = (struct fx_folder){ .name = name[i],
							  FX_MESSAGES(two) };
			again[i + 1] = (struct fx_folder)COUNTED(name[i], other);
			if (kind == 1) {
				read[i + 1].outcome = FOLDER_HOLED;
				read[i + 1].hole = at_7;
				read[i + 1].hole_n = 1;
				again[i + 1] = (struct fx_folder)COUNTED(name[i], two);
			}
		}
		if (kind == 2)
			sides[SIDE_OLD].count_n = 1;
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		observe(&f, sides, &o);
		made = make(&f, t, &o);
		for (const char *p = made.why; (p = strstr(p, says[kind])) != NULL; p++)
			told++;
		if (made.state != SEAL_UNSOUND || told != EACH - 1 ||
		    strstr(made.why, "And 1 more folders.") == NULL)
			fail_msg("kind %d: %s", kind, made.why);
		fx_close(&f);
	}
}

/* Evidence of an audit, not of a reading for the seal: what was counted before is not
 * news, what went before is no part of it, and the reason stands before the note. */
static void seals_what_an_audit_read(void **state)
{
	static const struct fx_folder was[] = { READ("INBOX", one), READ("Sent", one) };
	static const struct fx_folder is[] = { COUNTED("INBOX", three),
					       COUNTED("Drafts", one) };
	static const struct one_side sides[] = { SIDE2(was, is), SIDE(read_two) };
	struct seal_options o = plain();
	struct err err = ERR_INIT;
	struct seal_made made;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	observe(&f, sides, &o);
	o.read_run = 0;
	o.note = "ours";
	made = make(&f, t, &o);
	assert_int_equal(made.state, SEAL_UNSOUND);
	assert_string_equal(
		made.seal.note,
		"Drafts of the old side was only counted. "
		"INBOX of the old side got 2 messages since it was read. ours");
	assert_string_equal(seal_state_name(made.state), "unsound");
	assert_int_equal(made.folder_n, 2);
	/* Read for the seal, but all this happened earlier. */
	o.read_run = f.run + 1;
	made = make(&f, t, &o);
	assert_non_null(strstr(made.why, "Drafts of the old side was only counted."));
	/* A cutover that is only planned is none. */
	fx_ok(store_event_add(f.st, t, "cutover", now + 60, "carla", "", &err));
	fx_ok(store_event_add(f.st, t, "presync", now - 60, "carla", "", &err));
	assert_int_equal(make(&f, t, &o).cutover_at, 0);
	fx_close(&f);
}

/* A baseline of an account of which nothing was seen would make all of its mail new. */
static void an_account_that_shows_no_mail_has_no_baseline(void **state)
{
	static const struct fx_folder place[] = {
		{ .name = "INBOX", .attrs = FOLDER_NOSELECT, FX_EMPTY }
	};
	static const struct fx_folder others[] = {
		{ .name = "Other/bob", .attrs = FOLDER_FOREIGN, FX_EMPTY }
	};
	static const struct fx_folder both[] = {
		READ("INBOX", two),
		{ .name = "Other/bob", .attrs = FOLDER_FOREIGN, FX_EMPTY }
	};
	static const struct {
		struct one_side side[SIDE_COUNT];
		enum seal_state state;
		const char *why;
	} cases[] = {
		{ { SIDE(place), SIDE(read_two) },
		  SEAL_REFUSED,
		  "The old side showed no folder of its own." },
		{ { SIDE(read_two), SIDE(others) },
		  SEAL_REFUSED,
		  "The new side showed no folder of its own." },
		{ { SIDE2(read_two, place), SIDE(read_two) },
		  SEAL_REFUSED,
		  "The old side showed no folder of its own." },
		{ { SIDE(both), SIDE(both) }, SEAL_SOUND, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seal_options o = plain();
		struct seal_made made;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		observe(&f, cases[i].side, &o);
		made = make(&f, t, &o);
		if (made.state != cases[i].state || strcmp(made.why, cases[i].why) != 0)
			fail_msg("case %zu: %s: %s", i, seal_state_name(made.state),
				 made.why);
		fx_close(&f);
	}
}

/* The words of the server are told; where it gave none, that it failed. */
static void says_why_a_side_could_not_be_read(void **state)
{
	static const char *const error[] = { "NO [UNAVAILABLE]", "" };
	static const char *const says[] = {
		"The new side could not be read: NO [UNAVAILABLE]",
		"The new side could not be read."
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(error); i++) {
		struct seal_options o = plain();
		struct seal_made made;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		f.start = now;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", read_two, 1);
		fx_fail(&f, SIDE_NEW, "ann", ACCOUNT_NO_LOGIN, error[i]);
		fx_audit_end(&f);
		made = make(&f, t, &o);
		assert_int_equal(made.state, SEAL_REFUSED);
		assert_string_equal(made.why, says[i]);
		fx_close(&f);
	}
}

/* A side of which no folder was read, and one whose folders were read at two times: the
 * oldest reading counts. */
static void the_oldest_reading_of_a_side_counts(void **state)
{
	static const struct fx_folder unread[] = {
		{ .name = "INBOX", .outcome = FOLDER_UNREADABLE, .error = "NO" }
	};
	static const struct fx_folder again[] = { READ("INBOX", two),
						  COUNTED("Sent", one) };

	(void)state;
	for (int which = 0; which < 3; which++) {
		struct seal_options o = plain();
		struct seal_made made;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		f.start = now;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", which == 1 ? unread : read_more,
			which == 1 ? 1 : 2);
		fx_audit_end(&f);
		now += 3 * 3600;
		f.start = now;
		fx_audit(&f, DEPTH_FULL);
		if (which == 0)
			fx_read(&f, SIDE_OLD, "ann", again, 2);
		fx_read(&f, SIDE_NEW, "ann", which == 2 ? unread : read_two, 1);
		fx_audit_end(&f);
		o.now = now;
		made = make(&f, t, &o);
		assert_int_equal(made.state, SEAL_UNSOUND);
		assert_int_equal(strstr(made.why, "3 h 00 min before") != NULL,
				 which == 0);
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_sound_from_unsound),
		cmocka_unit_test(keeps_the_next_uid_of_each_folder),
		cmocka_unit_test(refuses_old_evidence_and_what_does_not_move),
		cmocka_unit_test(says_when_the_sides_were_read_far_apart),
		cmocka_unit_test(knows_of_a_cutover_before_it),
		cmocka_unit_test(a_note_stays_short),
		cmocka_unit_test(a_note_stays_short_whatever_the_folders_have),
		cmocka_unit_test(seals_what_an_audit_read),
		cmocka_unit_test(an_account_that_shows_no_mail_has_no_baseline),
		cmocka_unit_test(says_why_a_side_could_not_be_read),
		cmocka_unit_test(the_oldest_reading_of_a_side_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
