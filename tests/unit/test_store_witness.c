/* SPDX-License-Identifier: MIT */
/* By which messages a folder is known where another one has its UIDVALIDITY, and when
 * that matters. */
#include "store/store_witness.h"

#include "model/objectid.h"
#include "store/store_db.h"
#include "store/store_objectid.h"
#include "tests/support/store_rig.h"

enum { FOLDERS = 600 };

struct bed {
	struct rig rig;
	struct folder folder[FOLDERS];
	struct folder_known known[FOLDERS];
	int64_t epoch[FOLDERS]; /* as it was read last */
};

static int bed_setup(void **state)
{
	struct bed *b = mem_calloc(1, sizeof *b);

	rig_make(&b->rig);
	*state = b;
	return 0;
}

static int bed_teardown(void **state)
{
	struct bed *b = *state;

	rig_done(&b->rig);
	free(b);
	return 0;
}

/* The next run, of that depth, lists these folders, "" ends them; what is known of them is
 * in known. */
static void list(struct bed *b, enum depth depth, const char *const *names)
{
	struct account a = { .side = SIDE_OLD, .user = "ada" };
	struct account_listing l = {
		.prefix = "", .delim = '/', .folders = b->folder, .known = b->known
	};
	struct err err = ERR_INIT;

	if (b->rig.run != 0) {
		rig_account_end(&b->rig, ACCOUNT_READ, DEPTH_FULL);
		rig_run_end(&b->rig);
	}
	rig_run(&b->rig, depth);
	ok(store_account_put(b->rig.st, &a, &b->rig.account, &err));
	l.account = b->rig.account;
	memset(b->known, 0, sizeof b->known);
	for (; *names[l.folder_n] != '\0'; l.folder_n++)
		b->folder[l.folder_n] = (struct folder){ .wire = names[l.folder_n],
							 .name = names[l.folder_n],
							 .delim = '/' };
	ok(store_listing(b->rig.st, &l, &err));
}
#define LIST_AT(b, depth, ...)                                                           \
	do {                                                                             \
		static const char *const names[] = { __VA_ARGS__, "" };                  \
		list(b, depth, names);                                                   \
	} while (0)
#define LIST(b, ...) LIST_AT(b, DEPTH_FULL, __VA_ARGS__)

/* Folder number i is read: n messages, whose identities begin at `from`. */
static void read_folder(struct bed *b, size_t i, uint32_t uidvalidity, int64_t modseq,
			uint32_t from, uint32_t n)
{
	struct folder_state s = rig_state(n);
	struct store_row rows[100];

	s.uidvalidity = uidvalidity;
	s.modseq = modseq;
	s.uidnext = n + 1;
	b->rig.folder = b->folder[i].id;
	b->epoch[i] = rig_begin(&b->rig, &s);
	for (uint32_t k = 0; k < n; k++) {
		rows[k] = rig_row(from + k);
		rows[k].m.uid = k + 1;
	}
	rig_put(&b->rig, b->epoch[i], 1, UINT32_MAX, rows, n, DEPTH_FULL);
	rig_end(&b->rig, b->epoch[i], &s, DEPTH_FULL);
}

static void stood(struct bed *b, size_t i)
{
	struct err err = ERR_INIT;

	ok(store_folders_unchanged(b->rig.st, &b->folder[i].id, 1, &err));
}

/* "1! 9 shared": UIDs by which folder i is known; !: each alone is enough. */
static const char *by(struct bed *b, size_t i)
{
	struct store_others *others = NULL;
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct witness w;
	const char *text;

	ok(store_witness(b->rig.st, &others, b->epoch[i], &w, &err));
	store_others_free(others);
	for (size_t k = 0; k < w.n; k++)
		strbuf_addf(&out, "%u%s ", w.m[k].uid, w.alone >> k & 1 ? "!" : "");
	strbuf_adds(&out, w.shared ? "shared" : "alone");
	text = arena_span(&b->rig.arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static void the_ends_of_a_folder_are_its_witnesses(void **state)
{
	struct store_others *others = NULL;
	struct bed *b = *state;
	const struct store_row last = rig_row(108);
	struct err err = ERR_INIT;
	struct witness w;

	LIST(b, "A", "B", "C", "D");
	read_folder(b, 0, 7, 5, 100, 9);
	read_folder(b, 1, 7, 5, 200, 9);
	read_folder(b, 2, 8, 5, 100, 9);
	read_folder(b, 3, 7, 5, 300, 0);
	assert_string_equal(by(b, 0), "1! 9! shared");
	assert_string_equal(by(b, 1), "1! 9! shared");
	assert_string_equal(by(b, 2), "1! 9! alone");
	assert_string_equal(by(b, 3), "shared"); /* nothing */
	ok(store_witness(b->rig.st, &others, b->epoch[0], &w, &err));
	assert_int_equal(w.m[1].octets, last.m.octets);
	assert_true(w.m[1].date == last.m.date);
	assert_int_equal(w.m[1].tier, TIER_ID);
	assert_memory_equal(&w.m[1].key, &last.m.key, sizeof w.m[1].key);
	assert_true(w.mailbox == 0);
	ok(store_witness(b->rig.st, &others, 999, &w, &err));
	assert_false(w.shared);
	store_others_free(others);
}

/* Copies with little difference are told by that. */
static void what_differs_is_found(void **state)
{
	struct bed *b = *state;
	struct folder_state s = rig_state(9);
	struct store_row row = rig_row(104);

	LIST(b, "A", "B", "C");
	read_folder(b, 0, 7, 5, 100, 9);
	read_folder(b, 1, 7, 5, 100, 9);
	read_folder(b, 2, 7, 5, 100, 3);	 /* the beginning of it */
	assert_string_equal(by(b, 0), "shared"); /* B holds the same */
	/* One message of B has another size; then only another date. */
	LIST(b, "A", "B", "C");
	b->rig.folder = b->folder[1].id;
	(void)rig_begin(&b->rig, &s);
	row.m.uid = 5;
	row.m.octets++;
	rig_put(&b->rig, b->epoch[1], 1, 4, NULL, 0, DEPTH_FULL);
	rig_put(&b->rig, b->epoch[1], 5, 5, &row, 1, DEPTH_FULL);
	assert_string_equal(by(b, 0), "1 9 shared"); /* the others of B are gone */
	read_folder(b, 1, 7, 5, 100, 9);
	(void)rig_begin(&b->rig, &s);
	assert_string_equal(by(b, 0), "shared");
	assert_int_equal(rig_sql(b->rig.path,
				 "UPDATE message SET octets = octets + 1 WHERE "
				 "id = (2 << 32) + 5"),
			 SQLITE_OK);
	assert_string_equal(by(b, 0), "1 5 9 shared");
	assert_int_equal(rig_sql(b->rig.path, "UPDATE message SET octets = octets - 1, "
					      "\"date\" = NULL WHERE id = (2 << 32) + 5"),
			 SQLITE_OK);
	assert_string_equal(by(b, 0), "1 5 9 shared");
	/* An identity that is no Message-ID cannot be compared. */
	assert_int_equal(rig_sql(b->rig.path,
				 "UPDATE message SET tier = 2, \"date\" = 1300000104"
				 " WHERE id IN ((1 << 32) + 5, (2 << 32) + 5);"
				 "UPDATE message SET \"key\" = zeroblob(16)"
				 " WHERE id = (2 << 32) + 5"),
			 SQLITE_OK);
	assert_string_equal(by(b, 0), "shared");
	assert_int_equal(rig_sql(b->rig.path,
				 "UPDATE message SET tier = 1 WHERE id = (2 << 32) + 5"),
			 SQLITE_OK);
	assert_string_equal(by(b, 0), "1 5 9 shared");
	/* Of C all is in A. */
	assert_string_equal(by(b, 2), "shared");
}

static int count_step(void *ctx)
{
	++*(int64_t *)ctx;
	return 0;
}

/* How far the store has to go, for each of n folders with one UIDVALIDITY. */
static int64_t steps_for(struct bed *b, size_t n)
{
	struct store_others *others = NULL;
	const char *names[FOLDERS + 1];
	struct err err = ERR_INIT;
	struct witness w;
	int64_t steps = 0;

	for (size_t i = 0; i < n; i++) {
		char name[24];

		snprintf(name, sizeof name, "f%zu", i);
		names[i] = arena_strdup(&b->rig.arena, name);
	}
	names[n] = "";
	list(b, DEPTH_FULL, names);
	for (size_t i = 0; i < n; i++)
		read_folder(b, i, 7, 40, 10 * (uint32_t)i, 3 + (uint32_t)i % 5);
	sqlite3_progress_handler(b->rig.st->db, 10, count_step, &steps);
	for (size_t i = 0; i < n; i++) {
		ok(store_witness(b->rig.st, &others, b->epoch[i], &w, &err));
		assert_int_equal(w.n, 2);
	}
	sqlite3_progress_handler(b->rig.st->db, 0, NULL, NULL);
	store_others_free(others);
	return steps;
}

static void four_times_the_folders_are_no_more_work_for_each(void **state)
{
	struct bed *b = *state;
	int64_t few = steps_for(b, FOLDERS / 4), many = steps_for(b, FOLDERS);

	assert_true(few > 0);
	if (many > 6 * few)
		fail_msg("%lld, then %lld", (long long)few, (long long)many);
}

/* As far as they tell it: "shared twin adrift". */
static const char *known(struct bed *b, size_t i)
{
	const struct folder_known *k = &b->known[i];
	char text[80];

	if (k->epoch == 0)
		return "-";
	snprintf(text, sizeof text, "%s%s%s", k->shared ? "shared" : "alone",
		 k->twin ? " twin" : "", k->adrift ? " adrift" : "");
	return arena_strdup(&b->rig.arena, text);
}

static void who_may_have_come_under_the_name(void **state)
{
	struct bed *b = *state;

	LIST(b, "A", "B", "C", "D", "E");
	assert_string_equal(known(b, 0), "-");
	read_folder(b, 0, 7, 40, 100, 9);
	read_folder(b, 1, 7, 38, 200, 9);
	read_folder(b, 2, 8, 40, 300, 9);
	read_folder(b, 3, 7, 40, 400, 9);
	read_folder(b, 4, 8, 50, 500, 7);
	LIST(b, "A", "B", "C", "D", "E");
	assert_string_equal(known(b, 0), "shared twin");
	assert_string_equal(known(b, 1), "shared");
	assert_string_equal(known(b, 2), "shared");
	assert_string_equal(known(b, 3), "shared twin");
	assert_string_equal(known(b, 4), "shared");
	/* Where flags do not matter HIGHESTMODSEQ is not looked at: B is as A and D are. */
	LIST_AT(b, DEPTH_IDS, "A", "B", "C", "D", "E");
	assert_string_equal(known(b, 0), "shared twin");
	assert_string_equal(known(b, 1), "shared twin");
	assert_string_equal(known(b, 2), "shared");
	for (size_t i = 0; i < 5; i++)
		stood(b, i);
	/* B is gone: it may be where A and D are, which are in a later state. */
	LIST(b, "A", "C", "D", "E");
	assert_string_equal(known(b, 0), "shared twin adrift");
	assert_string_equal(known(b, 1), "shared");
	for (size_t i = 0; i < 4; i++)
		stood(b, i);
	/* That was looked into.  Of E more is known than that it is gone: C was left in
	 * an earlier state. */
	LIST(b, "A", "C", "D");
	assert_string_equal(known(b, 0), "shared twin");
	assert_string_equal(known(b, 1), "shared");
	for (size_t i = 0; i < 3; i++)
		stood(b, i);
	LIST(b, "C", "A");
	assert_string_equal(known(b, 0), "alone");
	assert_string_equal(known(b, 1), "shared adrift"); /* D may be there */
	/* A folder that was left with a later HIGHESTMODSEQ, likewise. */
	LIST(b, "A", "B");
	read_folder(b, 0, 9, 40, 100, 9);
	read_folder(b, 1, 9, 50, 200, 9);
	LIST(b, "A");
	assert_string_equal(known(b, 0), "shared");
	LIST_AT(b, DEPTH_IDS, "A");
	assert_string_equal(known(b, 0), "shared adrift");
}

/* One that was not read to its end, or only counted since, may be anywhere. */
static void who_is_not_known_may_be_anywhere(void **state)
{
	struct bed *b = *state;
	struct folder_end end = { .outcome = FOLDER_COUNTED,
				  .state = { .uidvalidity = 7,
					     .uidnext = 11,
					     .modseq = -1,
					     .exists = 10,
					     .octets = -1 },
				  .error = "" };
	struct err err = ERR_INIT;

	LIST(b, "A", "B");
	read_folder(b, 0, 7, 40, 100, 9);
	read_folder(b, 1, 7, 38, 200, 9);
	end.folder = b->folder[1].id;
	ok(store_folder_end(b->rig.st, &end, &err));
	LIST(b, "A", "B");
	assert_string_equal(known(b, 0), "shared adrift");
	assert_string_equal(known(b, 1), "-");
	read_folder(b, 1, 7, 50, 200, 9);
	LIST(b, "A", "B");
	assert_string_equal(known(b, 0), "shared");
	assert_string_equal(known(b, 1), "shared");
	end.outcome = FOLDER_UNREADABLE;
	end.epoch = b->epoch[1];
	end.state.modseq = 60;
	end.error = "why";
	ok(store_folder_end(b->rig.st, &end, &err));
	LIST(b, "A", "B");
	assert_string_equal(known(b, 0), "shared adrift");
	assert_string_equal(known(b, 1), "-");
}

/* A folder that is read afresh may be another one, of which some is stored in the place of
 * what was: until all of it is, nothing is known. */
static void what_is_read_afresh_is_not_known(void **state)
{
	struct bed *b = *state;
	struct folder_state s = rig_state(2000);
	struct store_row rows[9];
	struct folder_view *v;
	struct err err = ERR_INIT;
	uint32_t resume;
	size_t n;

	LIST(b, "A", "B");
	read_folder(b, 0, 7, 40, 100, 9);
	read_folder(b, 1, 7, 38, 200, 9);
	LIST(b, "A", "B");
	assert_string_equal(known(b, 0), "shared");
	s.uidvalidity = 7;
	s.modseq = 40;
	for (int again = 0; again < 2; again++) {
		ok(store_folder_begin(b->rig.st, b->folder[0].id, &s, true, &b->epoch[0],
				      &resume, &err));
		assert_int_equal(resume, 0);
	}
	for (uint32_t k = 0; k < 9; k++) {
		rows[k] = rig_row(300 + k);
		rows[k].m.uid = k + 1;
	}
	rig_put(&b->rig, b->epoch[0], 1, 1023, rows, 9, DEPTH_FULL);
	LIST(b, "A", "B"); /* it was interrupted */
	assert_string_equal(known(b, 0), "-");
	assert_string_equal(known(b, 1), "shared adrift");
	ok(store_folders(b->rig.st, b->rig.account, false, &b->rig.arena, &v, &n, &err));
	assert_int_equal(v[0].outcome, FOLDER_UNREADABLE);
	assert_true(strstr(v[0].error, "no longer holds") != NULL);
	assert_int_equal(rig_number(b->rig.path, "SELECT count(*) FROM folder_seen WHERE"
						 " folder = 1"),
			 2);
	/* Where this run has come to under another one is no place to go on from. */
	ok(store_folder_begin(b->rig.st, b->folder[0].id, &s, false, &b->epoch[0],
			      &resume, &err));
	rig_put(&b->rig, b->epoch[0], 1, 1023, rows, 9, DEPTH_FULL);
	ok(store_folder_begin(b->rig.st, b->folder[0].id, &s, false, &b->epoch[0],
			      &resume, &err));
	assert_int_equal(resume, 1023);
	ok(store_folder_begin(b->rig.st, b->folder[0].id, &s, true, &b->epoch[0], &resume,
			      &err));
	ok(store_folder_begin(b->rig.st, b->folder[0].id, &s, false, &b->epoch[0],
			      &resume, &err));
	assert_int_equal(resume, 0);
	read_folder(b, 0, 7, 41, 300, 9);
	LIST(b, "A", "B");
	assert_string_equal(known(b, 0), "shared");
}

/* An id is kept with the messages of the folder that has it. */
static void an_id_is_kept_with_the_messages(void **state)
{
	struct bed *b = *state;
	struct folder_end end = { .outcome = FOLDER_UNREADABLE,
				  .state = { .uidvalidity = 7, .modseq = -1, .exists = -1,
					     .octets = -1 },
				  .error = "why",
				  .mailbox_id = "fx" };
	struct err err = ERR_INIT;

	LIST(b, "A");
	read_folder(b, 0, 7, 40, 100, 9);
	end.folder = b->folder[0].id;
	end.epoch = b->epoch[0];
	ok(store_folder_end(b->rig.st, &end, &err));
	assert_int_equal(rig_number(b->rig.path, "SELECT count(*) FROM folder_objectid"),
			 0);
	end.outcome = FOLDER_READ;
	end.depth = DEPTH_FULL;
	end.state.exists = 9;
	end.error = "";
	end.mailbox_id = "fa";
	ok(store_folder_end(b->rig.st, &end, &err));
	LIST(b, "A");
	assert_true(b->known[0].mailbox == objectid_mark("fa"));
}

/* What went under another name is there twice, and is no other folder. */
static void a_folder_is_not_its_own_rival(void **state)
{
	struct bed *b = *state;

	LIST(b, "A");
	read_folder(b, 0, 7, 40, 100, 9);
	LIST(b, "B");
	assert_string_equal(known(b, 0), "-");
	read_folder(b, 0, 7, 40, 100, 9);
	LIST(b, "B");
	assert_string_equal(known(b, 0), "alone");
	assert_string_equal(by(b, 0), "1! 9! alone");
	/* So are folders that have changed names, each with its UIDVALIDITY. */
	LIST(b, "B", "C");
	read_folder(b, 1, 8, 40, 200, 9);
	LIST(b, "B", "C");
	read_folder(b, 0, 8, 41, 200, 9);
	read_folder(b, 1, 7, 41, 100, 9);
	LIST(b, "B", "C");
	assert_string_equal(known(b, 0), "alone");
	assert_string_equal(known(b, 1), "alone");
	assert_string_equal(by(b, 0), "1! 9! alone");
	assert_string_equal(by(b, 1), "1! 9! alone");
}

static void an_id_of_two_folders_tells_neither(void **state)
{
	static const char *const ids[] = { "fa", "fb", "fb" };
	struct store_others *others = NULL;
	struct bed *b = *state;
	struct err err = ERR_INIT;
	struct witness w;

	LIST(b, "A", "B", "C");
	for (size_t i = 0; i < 3; i++) {
		read_folder(b, i, 7, 40, 100 * (uint32_t)i, 9);
		ok(store_objectid_put(b->rig.st, b->folder[i].id, b->epoch[i], ids[i],
				      &err));
	}
	ok(store_witness(b->rig.st, &others, b->epoch[0], &w, &err));
	assert_true(w.mailbox == objectid_mark("fa"));
	ok(store_witness(b->rig.st, &others, b->epoch[1], &w, &err));
	assert_true(w.mailbox == 0);
	store_others_free(others);
	LIST(b, "A", "B", "C");
	assert_true(b->known[0].mailbox == objectid_mark("fa"));
	assert_true(b->known[1].mailbox == 0);
	assert_true(b->known[2].mailbox == 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_ends_of_a_folder_are_its_witnesses),
		TEST(what_differs_is_found),
		TEST(four_times_the_folders_are_no_more_work_for_each),
		TEST(who_may_have_come_under_the_name),
		TEST(who_is_not_known_may_be_anywhere),
		TEST(what_is_read_afresh_is_not_known),
		TEST(an_id_is_kept_with_the_messages),
		TEST(a_folder_is_not_its_own_rival),
		TEST(an_id_of_two_folders_tells_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
