/* SPDX-License-Identifier: MIT */
/* One account, two listings: every verdict on messages and folders. */
#include "tests/support/verify_fixture.h"

#define FOLDERS 8

static const struct fx_message abc[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					 { "<b@x>", 200, D0 + 1, 0, "$Work", 0 },
					 { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL, 0 } };
static const struct fx_message ab[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					{ "<b@x>", 200, D0 + 1, 0, "$Work", 0 } };
static const struct fx_message only_a[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 } };
static const struct fx_message only_c[] = { { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL,
					      0 } };
static const struct fx_message c_doomed[] = { { "<c@x>", 300, D0 + 2,
						MSG_FLAGGED | MSG_DELETED, NULL, 0 } };
static const struct fx_message c_unseen[] = { { "<c@x>", 300, D0 + 2, 0, NULL, 0 } };
static const struct fx_message weak[] = { { NULL, 100, D0, 0, NULL, 0 },
					  { NULL, 100, D0, MSG_SEEN, NULL, 0 },
					  { "2:fields", 300, D0 + 2, 0, NULL, 0 } };
static const struct fx_message weak_turned[] = { { "2:fields", 300, D0 + 2, 0, NULL, 0 },
						 { NULL, 100, D0, MSG_SEEN, NULL, 0 },
						 { NULL, 100, D0, 0, NULL, 0 } };
static const struct fx_message weak_grown[] = { { NULL, 101, D0, 0, NULL, 0 },
						{ NULL, 100, D0, MSG_SEEN, NULL, 0 },
						{ "2:fields", 300, D0 + 2, 0, NULL, 0 } };
static const struct fx_message facts_old[] = {
	{ "<1@x>", 100, D0, MSG_SEEN | MSG_ANSWERED, NULL, 0 },
	{ "<2@x>", 100, D0, 0, NULL, 0 },
	{ "<3@x>", 100, D0, 0, "$Work $forwarded", 0 },
	{ "<4@x>", 100, D0, 0, NULL, 0 },
	{ "<5@x>", 100, D0, 0, NULL, 0 },
	{ "<6@x>", 100, D0, 0, NULL, 0 },
	{ "<7@x>", 100, D0, MSG_SEEN, "a", 0 },
	{ "<8@x>", 100, MSG_DATE_UNKNOWN, 0, NULL, 0 },
};
static const struct fx_message facts_new[] = {
	{ "<1@x>", 100, D0, MSG_ANSWERED, NULL, 0 },
	{ "<2@x>", 100, D0, MSG_FLAGGED, NULL, 0 },
	{ "<3@x>", 100, D0, 0, "$Forwarded $work", 0 }, /* other case: the same */
	{ "<4@x>", 100, D0 + 3600, 0, NULL, 0 },
	{ "<5@x>", 90, D0, 0, NULL, 0 },
	{ "<6@x>", 100, D0, 0, "junk", 0 },
	{ "<7@x>", 101, D0 - 1, 0, "b", 0 },
	{ "<8@x>", 100, D0, 0, NULL, 0 },
};
static const struct fx_message twice[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					   { "<a@x>", 150, D0 + 5, 0, NULL, 0 } };
static const struct fx_message no_id[] = { { NULL, 100, D0, 0, NULL, 0 } };
static const struct fx_message late[] = { { "<new@x>", 10, INT64_C(9000000000), 0, NULL,
					    0 } };
static const struct fx_message early[] = { { "<old@x>", 10, D0, 0, NULL, 0 } };

#define FU(folder)                                                                       \
	{                                                                                \
		.name = folder, .outcome = FOLDER_UNREADABLE, .error = "NO broken"       \
	}

/* A folder of which these uids could not be read. */
#define FH(folder, v, holes)                                                             \
	{                                                                                \
		.name = folder, FX_MESSAGES(v), FX_HOLES(holes)                          \
	}
static const uint32_t at_1[] = { 1 }, at_2[] = { 2 }, at_all[] = { 1, 2, 3 };

struct scene {
	struct fx_folder old[FOLDERS], new[FOLDERS];
	enum verdict verdict;
	const char *counts; /* same weak changed refiled missing extra old_unverified
			       new_unverified */
	const char *findings;
	const struct map_rules *rules;
};

static const struct map_pair sent_pair[] = { { "Sent Items", "Sent" } };
static const char *const junk_out[] = { "Junk" };
static const struct map_rules rules_sent = { .pairs = sent_pair, .pair_n = 1 };
static const struct map_rules rules_junk = { .exclude = junk_out, .exclude_n = 1 };

/* clang-format off */
static const struct scene scenes[] = {
	/* 0: nothing differs */
	{ { F("INBOX", abc) }, { F("INBOX", abc) }, VERDICT_CLEAN, "3 0 0 0 0 0 0 0",
	  "", NULL },
	{ { F("INBOX", abc), F("Sent", only_a) }, { F("Sent", only_a), F("INBOX", abc) },
	  VERDICT_CLEAN, "4 0 0 0 0 0 0 0", "", NULL },
	{ { FE("INBOX") }, { FE("INBOX") }, VERDICT_CLEAN, "0 0 0 0 0 0 0 0",
	  "", NULL },
	{ { F("INBOX", weak) }, { F("INBOX", weak_turned) },
	  VERDICT_CLEAN, "0 3 0 0 0 0 0 0", "", NULL },
	/* 4: without a key another size is another message */
	{ { F("INBOX", weak) }, { F("INBOX", weak_grown) },
	  VERDICT_DIFFERS, "0 2 0 0 1 1 0 0",
	  "doubt message-missing old INBOX 1\n"
	  "doubt message-extra new INBOX 1\n", NULL },
	/* 5: missing and extra */
	{ { F("INBOX", abc) }, { F("INBOX", ab) }, VERDICT_DIFFERS, "2 0 0 0 1 0 0 0",
	  "doubt message-missing old INBOX 3\n", NULL },
	{ { F("INBOX", abc) }, { FE("INBOX") }, VERDICT_DIFFERS, "0 0 0 0 3 0 0 0",
	  "doubt message-missing old INBOX 1\n"
	  "doubt message-missing old INBOX 2\n"
	  "doubt message-missing old INBOX 3\n", NULL },
	{ { FE("INBOX") }, { F("INBOX", late) }, VERDICT_CLEAN, "0 0 0 0 0 1 0 0",
	  "info message-extra new INBOX 1\n", NULL },
	{ { FE("INBOX") }, { F("INBOX", early) }, VERDICT_DIFFERS, "0 0 0 0 0 1 0 0",
	  "doubt message-extra new INBOX 1\n", NULL },
	/* 9: two with one Message-ID are two; the one that is lost is named */
	{ { F("INBOX", twice) }, { F("INBOX", only_a) },
	  VERDICT_DIFFERS, "1 0 0 0 1 0 0 0",
	  "doubt message-missing old INBOX 2\n", NULL },
	/* 10: each fact, lost and gained */
	{ { F("INBOX", facts_old) }, { F("INBOX", facts_new) },
	  VERDICT_DIFFERS, "1 0 7 0 0 0 0 0",
	  "loss date old INBOX 4 [2011-03-13T07:06:40Z|2011-03-13T08:06:40Z]\n"
	  "loss date old INBOX 7 [2011-03-13T07:06:40Z|2011-03-13T07:06:39Z]\n"
	  "doubt flags old INBOX 1 [\\Seen|]\n"
	  "doubt flags old INBOX 7 [\\Seen|]\n"
	  "doubt keywords old INBOX 7 [a|b]\n"
	  "doubt date old INBOX 8 [unknown|2011-03-13T07:06:40Z]\n"
	  "doubt octets old INBOX 5 [100|90]\n"
	  "doubt octets old INBOX 7 [100|101]\n"
	  "info flags old INBOX 2 [|\\Flagged]\n"
	  "info keywords old INBOX 6 [|junk]\n", NULL },
	/* 11: refiled, and what changed on the way */
	{ { F("INBOX", abc), FE("Done") }, { F("INBOX", ab), F("Done", only_c) },
	  VERDICT_CLEAN, "2 0 0 1 0 0 0 0",
	  "info message-refiled old INBOX 3 >Done\n", NULL },
	{ { F("INBOX", abc), FE("Done") }, { F("INBOX", ab), F("Done", c_unseen) },
	  VERDICT_DIFFERS, "2 0 0 1 0 0 0 0",
	  "doubt flags old INBOX 3 >Done [\\Flagged|]\n"
	  "info message-refiled old INBOX 3 >Done\n", NULL },
	/* 13: folders that the new side lacks */
	{ { F("INBOX", ab), F("Old", only_c) }, { F("INBOX", ab) },
	  VERDICT_DIFFERS, "2 0 0 0 1 0 0 0",
	  "doubt message-missing old Old 1\n"
	  "doubt folder-missing old Old\n", NULL },
	{ { F("INBOX", ab), FE("Old") }, { F("INBOX", ab) },
	  VERDICT_DIFFERS, "2 0 0 0 0 0 0 0",
	  "doubt folder-missing old Old\n", NULL },
	{ { F("INBOX", ab), FE("Old"), F("Old/1999", only_c) },
	  { F("INBOX", ab), F("Old/1999", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0",
	  "info folder-missing old Old\n", NULL },
	{ { F("INBOX", ab), FEA("Old", FOLDER_NOSELECT), F("Old/1999", only_c) },
	  { F("INBOX", ab), F("Old/1999", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0", "", NULL },
	{ { F("INBOX", ab), F("Old", only_c) },
	  { F("INBOX", ab), FEA("Old", FOLDER_NOSELECT) },
	  VERDICT_DIFFERS, "2 0 0 0 1 0 0 0",
	  "doubt message-missing old Old 1\n"
	  "doubt folder-missing old Old\n", NULL },
	/* 18: a place on the old side that holds mail on the new one */
	{ { F("INBOX", ab), FEA("Old", FOLDER_NOSELECT) },
	  { F("INBOX", ab), F("Old", early) },
	  VERDICT_DIFFERS, "2 0 0 0 0 1 0 0",
	  "doubt message-extra new Old 1\n", NULL },
	/* 19: folders that only the new side has */
	{ { F("INBOX", ab) },
	  { F("INBOX", ab), FE("Drafts"), FEA("Shared", FOLDER_NOSELECT) },
	  VERDICT_CLEAN, "2 0 0 0 0 0 0 0",
	  "info folder-extra new Drafts\n", NULL },
	{ { F("INBOX", ab) }, { F("INBOX", ab), F("Drafts", early) },
	  VERDICT_DIFFERS, "2 0 0 0 0 1 0 0",
	  "doubt message-extra new Drafts 1\n"
	  "info folder-extra new Drafts\n", NULL },
	/* 21: a whole folder under another name is refiled mail and a folder that is
	missing */
	{ { F("INBOX", ab), F("Sent Items", only_c) },
	  { F("INBOX", ab), F("Sent", only_c) },
	  VERDICT_DIFFERS, "2 0 0 1 0 0 0 0",
	  "doubt folder-missing old Sent Items\n"
	  "info message-refiled old Sent Items 1 >Sent\n"
	  "info folder-extra new Sent\n", NULL },
	/* 22: unless a rule says so */
	{ { F("INBOX", ab), F("Sent Items", only_c) },
	  { F("INBOX", ab), F("Sent", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0",
	  "info folder-renamed old Sent Items >Sent\n", &rules_sent },
	/* 23: two on one; nothing is falsely lost */
	{ { F("Sent", only_a), F("Sent Items", only_c) }, { F("Sent", abc) },
	  VERDICT_DIFFERS, "2 0 0 0 0 1 0 0",
	  "doubt message-extra new Sent 2\n"
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n", &rules_sent },
	{ { F("Sent", only_a), F("Sent Items", only_a) }, { F("Sent", only_a) },
	  VERDICT_DIFFERS, "1 0 0 0 1 0 0 0",
	  "doubt message-missing old Sent Items 1\n"
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n", &rules_sent },
	/* 25: an exclusion excuses nothing */
	{ { F("INBOX", ab), F("Junk", only_c) }, { F("INBOX", ab) },
	  VERDICT_DIFFERS, "2 0 0 0 1 0 0 0",
	  "loss message-missing old Junk 1 >Junk\n"
	  "loss folder-missing old Junk >Junk\n", &rules_junk },
	{ { F("INBOX", ab), FE("Junk") }, { F("INBOX", ab) },
	  VERDICT_CLEAN, "2 0 0 0 0 0 0 0",
	  "info folder-missing old Junk >Junk\n", &rules_junk },
	{ { F("INBOX", ab), F("Junk", only_c) }, { F("INBOX", ab), F("Junk", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0", "", &rules_junk },
	/* 28: a folder of either side that could not be read: nothing is said about it */
	{ { F("INBOX", ab), F("Old", only_c) },
	  { F("INBOX", ab), FU("Old") },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 1 0",
	  "doubt folder-unreadable new Old\n", NULL },
	{ { F("INBOX", ab), FU("Old") }, { F("INBOX", ab), F("Old", only_c) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 0 1",
	  "doubt folder-unreadable old Old\n", NULL },
	/* 30: missing elsewhere is still missing; it may be in the unread folder */
	{ { F("INBOX", abc) },
	  { F("INBOX", ab), FU("Old") },
	  VERDICT_INCOMPLETE, "2 0 0 0 1 0 0 0",
	  "doubt message-missing old INBOX 3\n"
	  "doubt folder-unreadable new Old\n"
	  "info folder-extra new Old\n", NULL },
	{ { F("INBOX", ab), FU("Old") }, { F("INBOX", ab) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 0 0",
	  "doubt folder-missing old Old\n"
	  "doubt folder-unreadable old Old\n", NULL },
	/* 32: of folders that collided one was not read: the whole group is unknown */
	{ { F("Sent", only_a), FU("Sent Items") }, { F("Sent", abc) },
	  VERDICT_INCOMPLETE, "0 0 0 0 0 0 1 3",
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n"
	  "doubt folder-unreadable old Sent Items\n", &rules_sent },
	/* the new folder on which they collided is told once */
	{ { F("Sent", only_a), F("Sent Items", only_c) },
	  { FU("Sent") },
	  VERDICT_INCOMPLETE, "0 0 0 0 0 0 2 0",
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n"
	  "doubt folder-unreadable new Sent\n", &rules_sent },
	/* 34: only counted */
	{ { F("INBOX", ab), { .name = "Old", .outcome = FOLDER_COUNTED } },
	  { F("INBOX", ab), F("Old", only_c) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 0 1",
	  "doubt evidence-stale old Old\n", NULL },
	{ { { .name = "INBOX", .outcome = FOLDER_COUNTED } }, { F("INBOX", ab) },
	  VERDICT_INCOMPLETE, "0 0 0 0 0 0 0 2",
	  "doubt evidence-stale old \n", NULL },
	/* 36: read without flags: identity is judged, but clean is out of reach */
	{ { F("INBOX", abc) },
	  { { .name = "INBOX", .message = abc, .n = 3, .depth = DEPTH_IDS } },
	  VERDICT_INCOMPLETE, "3 0 0 0 0 0 0 0",
	  "doubt evidence-stale new \n", NULL },
	{ { { .name = "INBOX", .message = facts_old, .n = 2, .depth = DEPTH_IDS } },
	  { { .name = "INBOX", .message = facts_new, .n = 1, .depth = DEPTH_FULL } },
	  VERDICT_INCOMPLETE, "1 0 0 0 1 0 0 0",
	  "doubt message-missing old INBOX 2\n"
	  "doubt evidence-stale old \n", NULL },
	/* 38: foreign folders are another account's matter; attributes are told */
	{ { F("INBOX", ab), FEA("Other/bob", FOLDER_FOREIGN) },
	  { F("INBOX", ab), FEA("Shared/x", FOLDER_FOREIGN) },
	  VERDICT_CLEAN, "2 0 0 0 0 0 0 0", "", NULL },
	{ { F("INBOX", ab), FA("Sent", FOLDER_SUBSCRIBED | FOLDER_SENT, only_c) },
	  { F("INBOX", ab), F("Sent", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0",
	  "info subscription old Sent >Sent\n"
	  "info special-use old Sent >Sent\n", NULL },
	{ { F("INBOX", ab), F("Sent", only_c) },
	  { F("INBOX", ab), FA("Sent", FOLDER_SUBSCRIBED | FOLDER_SENT, only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0", "", NULL },
	/* 41: size and date alone recognise nothing in another folder */
	{ { F("INBOX", no_id), FE("Done") }, { FE("INBOX"), F("Done", no_id) },
	  VERDICT_DIFFERS, "0 0 0 0 1 1 0 0",
	  "doubt message-missing old INBOX 1\n"
	  "doubt message-extra new Done 1\n", NULL },
	/* 42: names that differ in case alone */
	{ { F("INBOX", ab), F("Sent items", only_c) },
	  { F("INBOX", ab), F("Sent Items", only_c) },
	  VERDICT_CLEAN, "3 0 0 0 0 0 0 0",
	  "info folder-renamed old Sent items >Sent Items\n", NULL },
	/* 43: one message of the old side cannot be read: it has no verdict, the rest has;
	nothing is clean, and its copy may be what seems to be too much */
	{ { FH("INBOX", abc, at_2) }, { F("INBOX", abc) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 1 1 0",
	  "doubt message-extra new INBOX 2\n"
	  "doubt message-unreadable old INBOX 2\n", NULL },
	/* one of the new side: what is missing may be it */
	{ { F("INBOX", abc) }, { FH("INBOX", abc, at_2) },
	  VERDICT_INCOMPLETE, "2 0 0 0 1 0 0 1",
	  "doubt message-missing old INBOX 2\n"
	  "doubt message-unreadable new INBOX 2\n", NULL },
	/* both: never taken for one another */
	{ { FH("INBOX", abc, at_2) }, { FH("INBOX", abc, at_2) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 1 1",
	  "doubt message-unreadable old INBOX 2\n"
	  "doubt message-unreadable new INBOX 2\n", NULL },
	/* 46: nothing of the folder could be read */
	{ { FH("INBOX", abc, at_all) }, { FE("INBOX") },
	  VERDICT_INCOMPLETE, "0 0 0 0 0 0 3 0",
	  "doubt message-unreadable old INBOX 1\n"
	  "doubt message-unreadable old INBOX 2\n"
	  "doubt message-unreadable old INBOX 3\n", NULL },
	/* a real loss beside a hole is still one */
	{ { FH("INBOX", abc, at_2) }, { F("INBOX", only_a) },
	  VERDICT_INCOMPLETE, "1 0 0 0 1 0 1 0",
	  "doubt message-missing old INBOX 3\n"
	  "doubt message-unreadable old INBOX 2\n", NULL },
	/* 48: of folders that collided one has a hole: the other is judged */
	{ { F("Sent", only_a), FH("Sent Items", only_c, at_1) }, { F("Sent", abc) },
	  VERDICT_INCOMPLETE, "1 0 0 0 0 2 1 0",
	  "doubt message-extra new Sent 2\n"
	  "doubt message-extra new Sent 3\n"
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n"
	  "doubt message-unreadable old Sent Items 1\n", &rules_sent },
	/* the new folder on which they collided has one */
	{ { F("Sent", only_a), F("Sent Items", only_c) }, { FH("Sent", abc, at_2) },
	  VERDICT_INCOMPLETE, "2 0 0 0 0 0 0 1",
	  "doubt folder-collided old Sent >Sent\n"
	  "doubt folder-collided old Sent Items >Sent\n"
	  "doubt message-unreadable new Sent 2\n", &rules_sent },
	/* last: kept, but the next EXPUNGE would take it */
	{ { F("INBOX", only_c) }, { F("INBOX", c_doomed) }, VERDICT_DIFFERS,
	  "0 0 1 0 0 0 0 0", "doubt flags old INBOX 1 [|\\Deleted]\n", NULL },
};
/* clang-format on */

static size_t folder_count(const struct fx_folder *v)
{
	size_t n = 0;

	while (n < FOLDERS && v[n].name != NULL)
		n++;
	return n;
}

static void judges_every_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct err err = ERR_INIT;
		struct verify_options o;
		struct run run;
		bool found;
		struct judgement j;
		const char *got;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "migrate");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", s->old, folder_count(s->old));
		fx_read(&f, SIDE_NEW, "ann", s->new, folder_count(s->new));
		fx_audit_end(&f);
		o = options(&t, 1);
		o.rules = s->rules != NULL ? s->rules : &no_rules;
		verify(&f, &o);
		j = judgement(&f, t);
		got = findings(&f, t);
		if (strcmp(got, s->findings) != 0)
			fail_msg("case %zu: findings\n%snot\n%s", i, got, s->findings);
		got = counts_text(&f, &j);
		if (strcmp(got, s->counts) != 0)
			fail_msg("case %zu: counts %s, not %s", i, got, s->counts);
		if (j.verdict != s->verdict)
			fail_msg("case %zu: %s, not %s", i, verdict_name(j.verdict),
				 verdict_name(s->verdict));
		check_sums(i, &j);
		fx_ok(store_run_last(f.st, "verify", &f.arena, &run, &found, &err));
		if (!found ||
		    run.outcome != (j.verdict == VERDICT_INCOMPLETE ? RUN_INCOMPLETE
								    : RUN_COMPLETE))
			fail_msg("case %zu: the run ended %s", i,
				 run_outcome_name(run.outcome));
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_scene),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
