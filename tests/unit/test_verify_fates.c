/* SPDX-License-Identifier: MIT */
/* Folders that were renamed, removed or made anew, as their ids tell (MAILBOXID): it is
 * said, and no message is judged otherwise for it. */
#include "tests/support/verify_fixture.h"

static const struct fx_message ab[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					{ "<b@x>", 200, D0 + 1, 0, NULL, 0 } },
			       c[] = { { "<c@x>", 300, D0 + 2, 0, NULL, 0 } },
			       d[] = { { "<d@x>", 400, D0 + 3, 0, NULL, 0 } },
			       cd[] = { { "<c@x>", 300, D0 + 2, 0, NULL, 0 },
					{ "<d@x>", 400, D0 + 3, 0, NULL, 0 } };

#define FI(folder, v, id)                                                                \
	{                                                                                \
		.name = folder, .mailbox = id, FX_MESSAGES(v)                            \
	}
#define FIU(folder, v, id, u)                                                            \
	{                                                                                \
		.name = folder, .mailbox = id, .uidvalidity = u, FX_MESSAGES(v)          \
	}
#define FIE(folder, id)                                                                  \
	{                                                                                \
		.name = folder, .mailbox = id, FX_EMPTY                                  \
	}
#define INBOX FI("INBOX", ab, "fi")
#define SIDES 4

static const struct map_pair to_b[] = { { "A", "B" } };
static const struct map_rules rule = { .pairs = to_b, .pair_n = 1 };
static const char *const not_a[] = { "A" };
static const struct map_rules without_a = { .exclude = not_a, .exclude_n = 1 };
static const struct map_regex no_name[] = { { "^A$", "", false } };
static const struct map_rules broken_a = { .regex = no_name, .regex_n = 1 };

static const struct scene {
	const char *what;
	bool sealed;
	/* read first (and sealed), and again afterwards */
	struct fx_folder old[SIDES], new[SIDES], old_then[SIDES], new_then[SIDES];
	enum verdict want;
	/* findings about folders, with what is said of them; it is all of it that is
	 * looked at where no ids are told */
	const char *says;
	const struct map_rules *rules; /* NULL: none */
} scenes[] = {
	{ "renamed by its user after the seal",
	  true,
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Play", c, "fw") },
	  VERDICT_CLEAN,
	  "info folder-missing old Work: It was on the new side at the seal, and was "
	  "renamed to \"Play\", which has its MAILBOXID: run 2 found that.\n"
	  "info folder-extra new Play: It has this name since the seal. On the new side "
	  "it was \"Work\", until run 2 found it renamed (same MAILBOXID).\n",
	  NULL },
	{ "renamed, and a message is lost in it",
	  true,
	  { INBOX, F("Work", cd) },
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", cd) },
	  { INBOX, FI("Play", c, "fw") },
	  VERDICT_DIFFERS,
	  "info folder-missing old Work: It was on the new side at the seal, and was "
	  "renamed to \"Play\", which has its MAILBOXID: run 2 found that.\n"
	  "info folder-extra new Play: It has this name since the seal. On the new side "
	  "it was \"Work\", until run 2 found it renamed (same MAILBOXID).\n",
	  NULL },
	{ "removed by its user after the seal",
	  true,
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", c) },
	  { INBOX },
	  VERDICT_CLEAN,
	  "info folder-missing old Work: It was on the new side at the seal, and was "
	  "removed, as run 2 found: none of the account's folders has its MAILBOXID any "
	  "more.\n",
	  NULL },
	{ "gone after the seal, and not every id is known",
	  true,
	  { F("INBOX", ab), F("Work", c) },
	  { F("INBOX", ab), FI("Work", c, "fw") },
	  { F("INBOX", ab), F("Work", c) },
	  { F("INBOX", ab) },
	  VERDICT_CLEAN,
	  "info folder-missing old Work: It was on the new side at the seal, and was "
	  "removed or renamed there since.\n",
	  NULL },
	{ "a server that gives all folders one id",
	  true,
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Work", c, "fi") },
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Play", c, "fi") },
	  VERDICT_CLEAN,
	  "info folder-missing old Work: It was on the new side at the seal, and was "
	  "removed or renamed there since.\n"
	  "info folder-extra new Play: It was made after the seal.\n",
	  NULL },
	{ "renamed on the old side when its mail had been copied",
	  false,
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("A", c) },
	  { INBOX, FI("B", c, "fa") },
	  { INBOX, F("A", c) },
	  VERDICT_DIFFERS,
	  "doubt folder-missing old B: It holds 1 message on the old side. On the old "
	  "side it was \"A\", until run 2 found it renamed (same MAILBOXID). What was "
	  "copied before lies where that name belongs: let the mover run again, or a "
	  "rule of the config name the place.\n"
	  "info folder-extra new A: The old side has no such folder. It had it as \"A\", "
	  "which was renamed to \"B\", which has its MAILBOXID: run 2 found that.\n",
	  NULL },
	{ "the same, where a rule says what A was called",
	  false,
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("B", c) },
	  { INBOX, FI("C", c, "fa") },
	  { INBOX, F("B", c) },
	  VERDICT_DIFFERS,
	  "doubt folder-missing old C: It holds 1 message on the old side. On the old "
	  "side it was \"A\", until run 2 found it renamed (same MAILBOXID). What was "
	  "copied before lies where that name belongs: let the mover run again, or a "
	  "rule of the config name the place.\n"
	  "info folder-extra new B: The old side has no such folder. It had it as \"A\", "
	  "which was renamed to \"C\", which has its MAILBOXID: run 2 found that.\n",
	  &rule },
	{ "three renamed at once, of which two had one place",
	  false,
	  { INBOX, FI("A", c, "fa"), FI("B", d, "fb"), FIE("E", "fe") },
	  { INBOX, F("B", cd) },
	  { INBOX, FI("C", c, "fa"), FI("D", d, "fb"), FIE("G", "fe") },
	  { INBOX, F("B", cd) },
	  VERDICT_DIFFERS,
	  "doubt folder-missing old C: It holds 1 message on the old side. On the old "
	  "side it was \"A\", until run 2 found it renamed (same MAILBOXID). What was "
	  "copied before lies where that name belongs: let the mover run again, or a "
	  "rule of the config name the place.\n"
	  "doubt folder-missing old D: It holds 1 message on the old side. On the old "
	  "side it was \"B\", until run 2 found it renamed (same MAILBOXID). What was "
	  "copied before lies where that name belongs: let the mover run again, or a "
	  "rule of the config name the place.\n"
	  "doubt folder-missing old G: It is empty on the old side, but its place is "
	  "lost. On the old side it was \"E\", until run 2 found it renamed (same "
	  "MAILBOXID). What was copied before lies where that name belongs: let the "
	  "mover run again, or a rule of the config name the place.\n"
	  "info folder-extra new B: The old side has no such folder. It had it as \"B\", "
	  "which was renamed to \"D\", which has its MAILBOXID: run 2 found that.\n",
	  &rule },
	{ "the same, where a rule left A out",
	  false,
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("A", c) },
	  { INBOX, FI("B", c, "fa") },
	  { INBOX, F("A", c), F("B", c) },
	  VERDICT_DIFFERS,
	  "info folder-extra new A: The old side has no such folder.\n",
	  &without_a },
	{ "the same, where a rule made no name of A",
	  false,
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("A", c) },
	  { INBOX, FI("B", c, "fa") },
	  { INBOX, F("A", c), F("B", c) },
	  VERDICT_DIFFERS,
	  "info folder-extra new A: The old side has no such folder.\n",
	  &broken_a },
	{ "removed on the old side when its mail had been copied",
	  false,
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("A", c) },
	  { INBOX },
	  { INBOX, F("A", c) },
	  VERDICT_CLEAN,
	  "info folder-extra new A: The old side has no such folder. It had it as \"A\", "
	  "which was removed, as run 2 found: none of the account's folders has its "
	  "MAILBOXID any more.\n",
	  NULL },
	{ "renamed on the new side without a seal",
	  false,
	  { INBOX, F("A", c) },
	  { INBOX, FI("A", c, "fa") },
	  { INBOX, F("A", c) },
	  { INBOX, FI("B", c, "fa") },
	  VERDICT_DIFFERS,
	  "doubt folder-missing old A: It holds 1 message on the old side. That of the "
	  "new side was renamed to \"B\", which has its MAILBOXID: run 2 found that.\n"
	  "info folder-extra new B: The old side has no such folder. On the new side it "
	  "was \"A\", until run 2 found it renamed (same MAILBOXID).\n",
	  NULL },
	{ "renamed, and empty",
	  false,
	  { INBOX },
	  { INBOX, FIE("A", "fa") },
	  { INBOX },
	  { INBOX, FIE("B", "fa") },
	  VERDICT_CLEAN,
	  "info folder-extra new B: It is empty; servers make such folders by "
	  "themselves. On the new side it was \"A\", until run 2 found it renamed (same "
	  "MAILBOXID).\n",
	  NULL },
	{ "made anew under its name on the new side, and the other is there",
	  true,
	  { INBOX, F("Work", c) },
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", d, "fx", 2), FI("Play", c, "fw") },
	  VERDICT_CLEAN,
	  "info folder-extra new Play: It has this name since the seal. On the new side "
	  "it was \"Work\", until run 2 found it renamed (same MAILBOXID).\n"
	  "info seal-unsound new Work: Its UIDVALIDITY changed after the seal: mail "
	  "programs will fetch it anew, and it counts as changed since. Its MAILBOXID is "
	  "another one: it was made anew under this name, and the folder of the seal was "
	  "renamed to \"Play\", which has its MAILBOXID: run 2 found that.\n",
	  NULL },
	{ "made anew under its name on the old side",
	  true,
	  { INBOX, FI("Work", c, "fw"), F("Odd", d) },
	  { INBOX, F("Work", c), F("Odd", d) },
	  { INBOX, FIU("Work", c, "fx", 2), F("Odd", d) },
	  { INBOX, F("Work", c), F("Odd", d) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there. Its MAILBOXID is another "
	  "one: it is not the folder of the seal, but was made anew under its name.\n",
	  NULL },
	{ "numbered anew, the same folder",
	  true,
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", c, "fw", 2) },
	  { INBOX, F("Work", c) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there. Its MAILBOXID is the one "
	  "that it had: it is the same folder.\n",
	  NULL },
	{ "numbered anew, and nobody knows",
	  true,
	  { INBOX, FI("Work", c, "fw") },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", c, NULL, 2) },
	  { INBOX, F("Work", c) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there.\n",
	  NULL },
	{ "numbered anew, and only now an id",
	  true,
	  { INBOX, F("Work", c) },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", c, "fw", 2) },
	  { INBOX, F("Work", c) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there.\n",
	  NULL },
	{ "numbered anew, with an id that others had",
	  true,
	  { INBOX, FI("Work", c, "fi") },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", c, "fy", 2) },
	  { INBOX, F("Work", c) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there.\n",
	  NULL },
	{ "numbered anew, with an id that others have",
	  true,
	  { INBOX, FI("Work", c, "fy") },
	  { INBOX, F("Work", c) },
	  { INBOX, FIU("Work", c, "fi", 2) },
	  { INBOX, F("Work", c) },
	  VERDICT_DIFFERS,
	  "doubt seal-unsound old Work: Its UIDVALIDITY changed after the seal: what "
	  "arrived since cannot be told from what was there.\n",
	  NULL },
};

/* As a server that offers no ids. */
static void without_ids(struct fx_folder *to, const struct fx_folder *v)
{
	for (size_t i = 0; i < SIDES; i++) {
		to[i] = v[i];
		to[i].mailbox = NULL;
	}
}

static void read_both(struct fx *f, const struct fx_folder *old,
		      const struct fx_folder *new, bool ids)
{
	struct fx_folder bare_old[SIDES], bare_new[SIDES];

	without_ids(bare_old, old);
	without_ids(bare_new, new);
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", ids ? old : bare_old, folders_n(old, SIDES));
	fx_read(f, SIDE_NEW, "ann", ids ? new : bare_new, folders_n(new, SIDES));
	fx_audit_end(f);
}

static const char *told(struct fx *f, int64_t t)
{
	struct strbuf out = STRBUF_INIT;
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;
	enum next next;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	while ((next = store_findings_next(it, &x, &err)) == NEXT_ITEM)
		if (x.cls == FINDING_FOLDER_MISSING || x.cls == FINDING_FOLDER_EXTRA ||
		    x.cls == FINDING_SEAL_UNSOUND)
			strbuf_addf(&out, "%s %s %s %s: %s\n", severity_name(x.severity),
				    finding_class_name(x.cls), side_name(x.side),
				    x.folder, x.explanation);
	assert_int_equal(next, NEXT_END);
	store_findings_close(it);
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

/* Verdict, counts, findings and their reasons; *told_out: what is said of folders. */
static const char *judged(struct fx *f, const struct scene *s, bool ids,
			  const char **told_out)
{
	struct verify_options o;
	struct judgement j;
	int64_t t;

	t = fx_transfer(f, "ann", "ann", "ann", "", "");
	read_both(f, s->old, s->new, ids);
	if (s->sealed)
		seal(f, t, "ann", "ann");
	read_both(f, s->old_then, s->new_then, ids);
	o = options(&t, 1);
	if (s->rules != NULL)
		o.rules = s->rules;
	verify(f, &o);
	j = judgement(f, t);
	check_sums(0, &j);
	*told_out = told(f, t);
	return arena_printf(&f->arena, "%s %s\n%s", verdict_name(j.verdict),
			    counts_text(f, &j), reasons(f, t));
}

static void says_where_folders_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		const char *with, *without, *says, *bare;
		struct fx f, g;

		fx_open(&f);
		fx_open(&g);
		with = judged(&f, s, true, &says);
		without = judged(&g, s, false, &bare);
		if (strcmp(says, s->says) != 0)
			fail_msg("%s:\n%s", s->what, says);
		if (strncmp(with, verdict_name(s->want), strlen(verdict_name(s->want))))
			fail_msg("%s: %s", s->what, with);
		/* An id explains and changes nothing. */
		if (strcmp(with, without) != 0)
			fail_msg("%s: with ids\n%swithout\n%s", s->what, with, without);
		if (strstr(bare, "MAILBOXID") != NULL)
			fail_msg("%s:\n%s", s->what, bare);
		fx_close(&f);
		fx_close(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where_folders_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
