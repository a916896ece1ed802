/* SPDX-License-Identifier: MIT */
/* Facts that are not told, and messages that cannot be read any more. */
#include "tests/support/verify_time.h"

#include <sqlite3.h>

/* ---- facts ---- */

/* One message, as both sides told it; depth of the new folder. */
static void dates_and_words_are_told_as_far_as_they_are_known(void **state)
{
	static const struct {
		struct fx_message old, new;
		const char *findings;
		const char *says;
	} cases[] = {
		{ { "<a@x>", 100, D0, 0, NULL, 1 },
		  { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 1 },
		  "loss date old INBOX 1 [2011-03-13T07:06:40Z|unknown]\n",
		  "INTERNALDATE was not told on the new side." },
		{ { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 1 },
		  { "<a@x>", 100, D0, 0, NULL, 1 },
		  "doubt date old INBOX 1 [unknown|2011-03-13T07:06:40Z]\n",
		  "INTERNALDATE was not told on the old side." },
		{ { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 1 },
		  { "<a@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 1 },
		  "doubt date old INBOX 1 [unknown|unknown]\n",
		  "INTERNALDATE was not told on either side." },
		{ { "<a@x>", 100, INT64_MIN + 1, 0, NULL, 1 },
		  { "<a@x>", 100, INT64_MAX, 0, NULL, 1 },
		  NULL,
		  "later on the new side." },
		{ { "<a@x>", 100, INT64_MAX, 0, NULL, 1 },
		  { "<a@x>", 100, INT64_MIN + 1, 0, NULL, 1 },
		  NULL,
		  "earlier on the new side." },
		{ { "<a@x>", 100, D0, 0, "$Work $Play", 1 },
		  { "<a@x>", 100, D0, MSG_SEEN | MSG_FLAGGED, "$Else $More", 1 },
		  "doubt keywords old INBOX 1 [$Work $Play|$Else $More]\n"
		  "info flags old INBOX 1 [|\\Seen \\Flagged]\n",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct fx_folder old = {
			.name = "INBOX", .message = &cases[i].old, .n = 1, FX_EMPTY
		};
		const struct fx_folder new = {
			.name = "INBOX", .message = &cases[i].new, .n = 1, FX_EMPTY
		};
		struct store_findings *it;
		struct err err = ERR_INIT;
		struct finding x;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		read_one(&f, SIDE_OLD, "ann", &old, 1);
		read_one(&f, SIDE_NEW, "ann", &new, 1);
		judged(&f, t);
		if (cases[i].findings != NULL &&
		    strcmp(findings(&f, t), cases[i].findings) != 0)
			fail_msg("case %zu: %s", i, findings(&f, t));
		fx_ok(store_findings_open(f.st, t, &it, &err));
		assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
		if (strstr(x.explanation, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, x.explanation);
		store_findings_close(it);
		fx_close(&f);
	}
}

#define M(id, octets, uid, flags)                                                        \
	{                                                                                \
		"<" id "@x>", octets, D0, flags, NULL, uid                               \
	}
static const uint32_t at_2[] = { 2 };
static const struct fx_message abc[] = { M("a", 100, 1, 0), M("b", 100, 2, 0),
					 M("c", 100, 3, 0) },
			       ca[] = { M("c", 100, 1, 0), M("a", 100, 2, 0) };

/* What an earlier audit read tells which message it is, and no more than that. */
static void a_message_that_became_unreadable_keeps_its_identity(void **state)
{
	static const struct fx_folder all[] = { F("INBOX", abc) };
	static const struct fx_folder other[] = { F("INBOX", ca) };
	static const struct fx_folder holed[] = {
		{ .name = "INBOX", FX_MESSAGES(abc), FX_HOLES(at_2) }
	};
	static const struct fx_folder holed_other[] = {
		{ .name = "INBOX", FX_MESSAGES(ca), FX_HOLES(at_2) }
	};
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", all, 1);
	read_one(&f, SIDE_NEW, "ann", all, 1);
	read_one(&f, SIDE_OLD, "ann", holed, 1);
	j = judged(&f, t);
	assert_int_equal(j.verdict, VERDICT_INCOMPLETE);
	assert_string_equal(counts_text(&f, &j), "2 0 0 0 0 0 1 1");
	read_one(&f, SIDE_OLD, "ann", all, 1);
	read_one(&f, SIDE_NEW, "ann", holed, 1);
	j = judged(&f, t);
	assert_string_equal(counts_text(&f, &j), "2 0 0 0 0 0 1 1");
	/* The one that cannot be read on the new side is the first on the old one. */
	read_one(&f, SIDE_NEW, "ann", other, 1);
	read_one(&f, SIDE_NEW, "ann", holed_other, 1);
	j = judged(&f, t);
	assert_string_equal(counts_text(&f, &j), "1 0 0 0 1 0 1 1");
	fx_close(&f);
}

/* As another program would. */
static void stranger(struct fx *f, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* The store says that there are holes, and not which: nothing is known of the folder. */
static void a_folder_with_holes_that_nobody_knows_is_not_known(void **state)
{
	static const struct fx_folder all[] = { F("INBOX", abc) };
	static const struct fx_folder holed[] = {
		{ .name = "INBOX", FX_MESSAGES(abc), FX_HOLES(at_2) }
	};
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", holed, 1);
	read_one(&f, SIDE_NEW, "ann", all, 1);
	stranger(&f, "DROP TRIGGER folder_hole_no_delete; DELETE FROM folder_hole");
	assert_int_equal(judged(&f, t).verdict, VERDICT_INCOMPLETE);
	assert_non_null(strstr(findings(&f, t), "folder-unreadable old INBOX\n"));
	fx_close(&f);
}

/* Whichever of them it is, and in whichever order they are found. */
static void any_of_many_may_become_unreadable(void **state)
{
	struct fx_folder all, holed;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	all = some(&f, "INBOX", 0, 8);
	read_one(&f, SIDE_OLD, "ann", &all, 1);
	read_one(&f, SIDE_NEW, "ann", &all, 1);
	for (uint32_t uid = 1; uid <= 8; uid++) {
		holed = all;
		holed.outcome = FOLDER_HOLED;
		holed.hole = &uid;
		holed.hole_n = 1;
		read_one(&f, SIDE_OLD, "ann", &holed, 1);
		j = judged(&f, t);
		assert_string_equal(counts_text(&f, &j), "7 0 0 0 0 0 1 1");
	}
	fx_close(&f);
}

static int64_t epoch_of(struct fx *f, enum side side)
{
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	return v->epoch;
}

/* Messages that nothing but their body tells: with its date, when that is known, and when
 * there is a body. */
static void a_body_tells_a_message_with_its_date(void **state)
{
	static const struct fx_message before[] = { { NULL, 100, D0, 0, NULL, 1 },
						    { NULL, 200, MSG_DATE_UNKNOWN, 0,
						      NULL, 2 },
						    { NULL, 300, D0 + 9, 0, NULL, 3 } };
	static const struct fx_message after[] = { { "<1@n>", 101, D0, 0, NULL, 1 },
						   { "<2@n>", 201, MSG_DATE_UNKNOWN, 0,
						     NULL, 2 },
						   { "<3@n>", 301, D0 + 9, 0, NULL, 3 } };
	static const char *const body[] = { "one", "two", "" };
	static const struct fx_folder old[] = { F("INBOX", before) },
				      new[] = { F("INBOX", after) };
	struct err err = ERR_INIT;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	read_one(&f, SIDE_OLD, "ann", old, 1);
	read_one(&f, SIDE_NEW, "ann", new, 1);
	fx_audit(&f, DEPTH_FULL);
	for (int side = 0; side < SIDE_COUNT; side++)
		for (uint32_t uid = 1; uid <= 3; uid++) {
			const struct detail_facts facts = {
				.fields = "Date:37:00000001\n",
				.header_octets = 50,
				.body_octets = (int64_t)strlen(body[uid - 1]),
				.body_key = fx_key(body[uid - 1])
			};

			fx_ok(store_detail_facts_put(f.st, epoch_of(&f, (enum side)side),
						     uid, &facts, &err));
		}
	fx_audit_end(&f);
	j = judged(&f, t);
	assert_int_equal(j.count.missing, 2);
	assert_int_equal(j.count.extra, 2);
	assert_null(strstr(findings(&f, t), "message-missing old INBOX 1\n"));
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_and_words_are_told_as_far_as_they_are_known),
		cmocka_unit_test(a_message_that_became_unreadable_keeps_its_identity),
		cmocka_unit_test(a_folder_with_holes_that_nobody_knows_is_not_known),
		cmocka_unit_test(any_of_many_may_become_unreadable),
		cmocka_unit_test(a_body_tells_a_message_with_its_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
