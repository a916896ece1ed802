/* SPDX-License-Identifier: MIT */
/* Why a message is on one side only: what the evidence tells, and no more than that. */
#include "tests/support/verify_fixture.h"

#include "store/store_mover.h"
#include "store/store_scan.h"

/* The clock of this program. */
static int64_t the_time = INT64_C(1800000000);

int64_t clock_now(void)
{
	return the_time;
}

int64_t clock_mono_ms(void)
{
	return the_time * 1000;
}

/* ---- messages by the dozen ---- */

/* n messages: from the first uid on, of one size, kind and year. */
struct batch {
	const char *folder;
	size_t n;
	int64_t octets;
	int year; /* 0: the date is not known */
	bool no_id;
	bool lost; /* not on the new side */
};
#define BATCHES 5
#define FOLDERS 6
#define EACH	64

static size_t fill(struct fx *f, const struct batch *batch, bool old,
		   struct fx_folder *out)
{
	size_t folder_n = 0, k = 0;

	for (size_t b = 0; b < BATCHES && batch[b].folder != NULL; b++) {
		struct fx_folder *to = NULL;
		struct fx_message *v;

		k += 100;
		for (size_t i = 0; i < folder_n; i++)
			if (strcmp(out[i].name, batch[b].folder) == 0)
				to = &out[i];
		if (to == NULL &&
		    (old || !batch[b].lost || strcmp(batch[b].folder, "INBOX") == 0)) {
			assert_true(folder_n < FOLDERS);
			to = &out[folder_n++];
			v = arena_alloc(&f->arena, EACH * sizeof *v);
			*to = (struct fx_folder){ .name = batch[b].folder,
						  .message = v,
						  .depth = DEPTH_FULL };
		}
		if (to == NULL || (!old && batch[b].lost))
			continue;
		v = (struct fx_message *)(uintptr_t)to->message;
		for (size_t i = 0; i < batch[b].n; i++) {
			assert_true(to->n < EACH);
			v[to->n++] = (struct fx_message){
				.id = arena_printf(&f->arena, "%s%zu@x>",
						   batch[b].no_id ? "2:" : "<", k + i),
				.octets = batch[b].octets,
				.date = batch[b].year == 0
						? MSG_DATE_UNKNOWN
						: (batch[b].year - 1970) * 365 * DAY +
							  (int64_t)(k + i),
				.uid = (uint32_t)(k + i),
			};
		}
	}
	return folder_n;
}

/* How many of the findings about missing messages give this reason. */
static size_t told(struct fx *f, int64_t t, const char *why)
{
	const char *text = reasons(f, t);
	size_t n = 0;

	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
		n += strncmp(line, why, strlen(why)) == 0 && line[strlen(why)] == ' ' &&
		     strstr(line, "message-missing") != NULL &&
		     strstr(line, "message-missing") < strchr(line, '\n');
	return n;
}

static void what_the_missing_have_in_common_is_their_reason(void **state)
{
	static const struct {
		const char *what;
		struct batch batch[BATCHES];
		const char *why;
		size_t n; /* that have this reason */
	} cases[] = {
		{ "larger than a limit",
		  { { "INBOX", 30, 100, 2010, false, false },
		    { "INBOX", 20, 30000000, 2010, false, true },
		    { "INBOX", 1, 100, 2010, false, true } },
		  "too-large",
		  20 },
		{ "without a Message-ID",
		  { { "INBOX", 30, 100, 2010, false, false },
		    { "INBOX", 20, 100, 2010, true, true },
		    { "INBOX", 1, 100, 2010, false, true } },
		  "no-id",
		  20 },
		{ "in deep folders",
		  { { "INBOX", 30, 100, 2010, false, false },
		    { "a/b/c", 10, 100, 2010, false, true },
		    { "a/b/d", 10, 100, 2010, false, true },
		    { "INBOX", 1, 100, 2010, false, true } },
		  "depth",
		  20 },
		{ "in one deep folder: that is the folder",
		  { { "INBOX", 30, 100, 2010, false, false },
		    { "a/b/c", 20, 100, 2010, false, true } },
		  "folder",
		  20 },
		/* what comes last of the reasons only stands where there is no other */
		{ "of some years, not known of one",
		  { { "INBOX", 30, 100, 2010, false, false },
		    { "INBOX", 20, 100, 2001, false, true },
		    { "INBOX", 1, 100, 0, false, true },
		    { "INBOX", 2, 100, 2010, false, false } },
		  "year",
		  20 },
		{ "the last ones, and one among the others",
		  { { "INBOX", 1, 100, 2010, false, true },
		    { "INBOX", 30, 100, 2010, false, false },
		    { "INBOX", 20, 100, 2010, false, true } },
		  "stopped",
		  20 },
		{ "the last ones, and as many among the others",
		  { { "INBOX", 6, 100, 2010, false, true },
		    { "INBOX", 30, 100, 2010, false, false },
		    { "INBOX", 6, 100, 2010, false, true } },
		  "no-seal",
		  12 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_folder old[FOLDERS], new[FOLDERS];
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old, fill(&f, cases[i].batch, true, old));
		fx_read(&f, SIDE_NEW, "ann", new, fill(&f, cases[i].batch, false, new));
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		if (told(&f, t, cases[i].why) != cases[i].n)
			fail_msg("%s: %zu of %zu %s\n%s", cases[i].what,
				 told(&f, t, cases[i].why), cases[i].n, cases[i].why,
				 reasons(&f, t));
		fx_close(&f);
	}
}

/* The smallest limit that anybody knows of. */
static void the_new_server_takes_no_more_than_its_limit(void **state)
{
	static const struct {
		int64_t max, octets;
		const char *capability, *profile;
		bool too_large;
	} cases[] = {
		{ -1, 5000, "IMAP4rev1", NULL, false },
		{ -1, 5000, "IMAP4rev1 APPENDLIMIT=1000", NULL, true },
		{ -1, 1000, "IMAP4rev1 APPENDLIMIT=1000", NULL, false },
		{ -1, 5000, "APPENDLIMIT=x IMAP4rev1 APPENDLIMIT", NULL, false },
		{ -1, 5000, "APPENDLIMIT=4000 APPENDLIMIT=9000", NULL, true },
		{ 500, 700, "APPENDLIMIT=1000", NULL, true },
		{ 9000, 5000, "APPENDLIMIT=1000", NULL, true },
		{ 9000, 5000, "APPENDLIMIT=7000", NULL, false },
		{ -1, 20000000, "IMAP4rev1", "exchange", true },
		{ 30000000, 20000000, "IMAP4rev1", "exchange", true },
		{ 1000, 5000, "IMAP4rev1", "exchange", true },
		{ 1000, 900, "IMAP4rev1", "exchange", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_message m[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
					  { "<b@x>", cases[i].octets, D0, 0, NULL, 2 } };
		const struct fx_folder old = F("INBOX", m), new = {
			.name = "INBOX", .message = m, .n = 1, FX_EMPTY
		};
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		f.capability[SIDE_NEW] = cases[i].capability;
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &old, 1);
		fx_read(&f, SIDE_NEW, "ann", &new, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.max_octets = cases[i].max;
		o.profile[SIDE_NEW] = cases[i].profile;
		verify(&f, &o);
		if (told(&f, t, "too-large") != cases[i].too_large)
			fail_msg("case %zu: %s", i, reasons(&f, t));
		fx_close(&f);
	}
}

/* ---- one message ---- */

static const struct fx_message two[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
					 { "<b@x>", 200, D0 + 1, 0, NULL, 2 } };
static const struct fx_folder with_two = F("INBOX", two);
static const struct fx_folder with_one = {
	.name = "INBOX", .message = two, .n = 1, FX_EMPTY
};

/* The only finding's explanation, or that of the first of the class. */
static const char *explanation(struct fx *f, int64_t t, enum finding_class cls)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text = "";

	fx_ok(store_findings_open(f->st, t, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM)
		if (x.cls == cls && *text == '\0')
			text = arena_strdup(&f->arena, x.explanation);
	store_findings_close(it);
	return text;
}

static int64_t epoch_of(struct fx *f, enum side side)
{
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	assert_int_equal(n, 1);
	return v->epoch;
}

static void the_log_of_the_mover_is_heard(void **state)
{
	static const struct {
		uint32_t uid;
		int64_t at;
		enum why why;
		const char *text, *reason, *says;
	} cases[] = {
		{ 2, 5, WHY_TOO_LARGE, "NO too large",
		  "too-large doubt message-missing old INBOX 2\n",
		  "The mover's log of 1970-01-01T00:00:05Z says of it: NO too large." },
		{ 0, 0, WHY_RULE, "--exclude INBOX",
		  "rule loss message-missing old INBOX 2 >--exclude INBOX\n",
		  "The mover's log says of its folder: --exclude INBOX." },
		{ 2, 0, WHY_TOO_LARGE, "",
		  "too-large doubt message-missing old INBOX 2\n",
		  "The mover's log says that it was not copied." },
		{ 0, 5, WHY_TOO_LARGE, "",
		  "too-large doubt message-missing old INBOX 2\n",
		  "The mover's log of 1970-01-01T00:00:05Z says that its folder was not "
		  "copied." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mover_note note = { .folder = "INBOX",
					   .uid = cases[i].uid,
					   .at = cases[i].at,
					   .why = cases[i].why,
					   .text = cases[i].text };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct fx f;
		bool new;

		fx_open(&f);
		note.transfer = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &with_two, 1);
		fx_read(&f, SIDE_NEW, "ann", &with_one, 1);
		fx_ok(store_mover_note_add(f.st, &note, &new, &err));
		fx_audit_end(&f);
		o = options(&note.transfer, 1);
		verify(&f, &o);
		assert_string_equal(reasons(&f, note.transfer), cases[i].reason);
		if (strstr(explanation(&f, note.transfer, FINDING_MESSAGE_MISSING),
			   cases[i].says) == NULL)
			fail_msg("case %zu: %s", i,
				 explanation(&f, note.transfer, FINDING_MESSAGE_MISSING));
		fx_close(&f);
	}
}

/* What a scan read of it is no reason; that it could not is one, with or without words.
 */
static void what_a_scan_could_not_read_is_a_reason(void **state)
{
	static const struct {
		bool read;
		const char *words, *reason, *says;
		uint32_t uid; /* that was scanned */
	} cases[] = {
		{ true, "", "no-seal doubt message-missing old INBOX 2\n", "", 1 },
		{ true, "", "no-seal doubt message-missing old INBOX 2\n", "", 2 },
		{ false, "NO", "unreadable-old doubt message-missing old INBOX 2\n", "NO",
		  2 },
		{ false, "", "unreadable-old doubt message-missing old INBOX 2\n",
		  "it was tried in vain", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct body_facts b = { .read = cases[i].read,
					.announced = -1,
					.octets = cases[i].read ? 200 : -1,
					.words = cases[i].words };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &with_two, 1);
		fx_read(&f, SIDE_NEW, "ann", &with_one, 1);
		fx_ok(store_body_put(f.st, epoch_of(&f, SIDE_OLD), cases[i].uid, &b,
				     &err));
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		if (strstr(reasons(&f, t), cases[i].reason) == NULL ||
		    strstr(explanation(&f, t, FINDING_MESSAGE_UNREADABLE),
			   cases[i].says) == NULL)
			fail_msg("case %zu: %s%s", i, reasons(&f, t),
				 explanation(&f, t, FINDING_MESSAGE_UNREADABLE));
		assert_null(strstr(explanation(&f, t, FINDING_MESSAGE_MISSING), ": ."));
		fx_close(&f);
	}
}

/* Only movers write such Message-IDs; a message without one is none of theirs. */
static void a_report_of_the_mover_is_told_apart(void **state)
{
	static const struct {
		const char *id;
		const char *reason;
	} cases[] = {
		{ "<123@imapsync>", "artefact info message-extra new INBOX 2\n" },
		{ "@imapsync>", "unexplained doubt message-extra new INBOX 2\n" },
		{ "<someone.else@example.org>",
		  "unexplained doubt message-extra new INBOX 2\n" },
		{ NULL, "unexplained doubt message-extra new INBOX 2\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct message_detail d = { .subject = "", .message_id = cases[i].id };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &with_one, 1);
		fx_read(&f, SIDE_NEW, "ann", &with_two, 1);
		fx_ok(store_detail_put(f.st, epoch_of(&f, SIDE_NEW), 2, &d, NULL, &err));
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		assert_string_equal(reasons(&f, t), cases[i].reason);
		fx_close(&f);
	}
}

/* ---- one message, over time ---- */

#define MA(uid)                                                                          \
	{                                                                                \
		"<a@x>", 100, D0, 0, NULL, uid                                           \
	}
#define MB(uid)                                                                          \
	{                                                                                \
		"<b@x>", 200, D0 + 1, 0, NULL, uid                                       \
	}
#define NO_DATE(uid)                                                                     \
	{                                                                                \
		"<b@x>", 200, MSG_DATE_UNKNOWN, 0, NULL, uid                             \
	}
static const struct fx_message a[] = { MA(1) }, ab[] = { MA(1), MB(2) },
			       abb[] = { MA(1), MB(2), MB(3) }, b[] = { MB(9) },
			       undated[] = { MA(1), NO_DATE(2) },
			       /* no key, one size, two dates */
	nothing[] = { { NULL, 10, D0, 0, NULL, 1 }, { NULL, 10, D0 + 9, 0, NULL, 2 } };

static const struct fx_message kinds[] = { MA(1),
					   { "2:f", 100, D0, 0, NULL, 2 },
					   { NULL, 100, D0, 0, NULL, 3 } },
			       a_later[] = { MA(1),
					     { "<l@x>", 10, INT64_C(9000000000), 0, NULL,
					       2 } };

#define SIDES 3
static const struct scene {
	const char *what;
	/* read first, sealed then if so; read again afterwards */
	struct fx_folder old[SIDES], new[SIDES], old_then[SIDES], new_then[SIDES];
	bool sealed;
	const char *reasons;
} scenes[] = {
	{ "too much at the seal already",
	  { F("INBOX", a) },
	  { F("INBOX", ab) },
	  { F("INBOX", a) },
	  { F("INBOX", ab) },
	  true,
	  "unexplained doubt message-extra new INBOX 2\n" },
	{ "too much at the seal already, without a date",
	  { F("INBOX", a) },
	  { F("INBOX", undated) },
	  { F("INBOX", a) },
	  { F("INBOX", undated) },
	  true,
	  "unexplained doubt message-extra new INBOX 2\n" },
	{ "one of two was deleted after the copy: the other has its partner",
	  { F("INBOX", abb) },
	  { F("INBOX", abb) },
	  { F("INBOX", ab) },
	  { F("INBOX", abb) },
	  false,
	  "duplicate doubt message-extra new INBOX 3\n" },
	{ "too much at the seal already, though dated later",
	  { F("INBOX", a) },
	  { F("INBOX", a_later) },
	  { F("INBOX", a) },
	  { F("INBOX", a_later) },
	  true,
	  "unexplained doubt message-extra new INBOX 2\n" },
	{ "two of its folders deleted by its user",
	  { F("INBOX", a), FE("Play"), FE("Work") },
	  { F("INBOX", a), FE("Play"), FE("Work") },
	  { F("INBOX", a), FE("Play"), FE("Work") },
	  { F("INBOX", a) },
	  true,
	  "life info folder-missing old Play\n"
	  "life info folder-missing old Work\n" },
	{ "deleted by its user: messages of every kind, beside one too many",
	  { F("INBOX", kinds) },
	  { F("INBOX", kinds) },
	  { F("INBOX", kinds) },
	  { F("INBOX", b) },
	  true,
	  "unexplained loss message-missing old INBOX 3\n"
	  "life info message-extra new INBOX 9\n"
	  "removed info message-removed new  x2\n" },
	{ "read without flags after the seal",
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  { { .name = "INBOX", .message = a, .n = 1, .depth = DEPTH_IDS } },
	  true,
	  "none doubt evidence-stale new \n" },
	{ "a place at the seal: its mail came later, on either side",
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a), F("Work", b) },
	  { F("INBOX", a), FE("Work") },
	  true,
	  "late loss message-missing old Work 9\n" },
	{ "the same on the new side",
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a), FE("Work") },
	  { F("INBOX", a), F("Work", b) },
	  true,
	  "life info message-extra new Work 9\n" },
	{ "a place at the seal that went",
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a), FEA("Work", FOLDER_NOSELECT) },
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  true,
	  "" },
	{ "numbered anew on the old side: what is missing may have come later",
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  { { .name = "INBOX", FX_MESSAGES(ab), .uidvalidity = 7 } },
	  { F("INBOX", a) },
	  true,
	  "unexplained loss message-missing old INBOX 2\n"
	  "none doubt seal-unsound old INBOX\n" },
	{ "nothing to tell two apart by but their date",
	  { F("INBOX", nothing) },
	  { FE("INBOX") },
	  { F("INBOX", nothing) },
	  { FE("INBOX") },
	  false,
	  "folder doubt message-missing old INBOX 1\n"
	  "folder doubt message-missing old INBOX 2\n" },
	{ "numbered anew on the new side: all that is there counts as life",
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  { F("INBOX", a) },
	  { { .name = "INBOX", FX_MESSAGES(ab), .uidvalidity = 7 } },
	  true,
	  "life info message-extra new INBOX 2\n"
	  "none info seal-unsound new INBOX\n" },
};

static void what_came_and_went_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", s->old, folders_n(s->old, SIDES));
		fx_read(&f, SIDE_NEW, "ann", s->new, folders_n(s->new, SIDES));
		fx_audit_end(&f);
		if (s->sealed)
			seal(&f, t, "ann", "ann");
		the_time += 60;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", s->old_then, folders_n(s->old_then, SIDES));
		fx_read(&f, SIDE_NEW, "ann", s->new_then, folders_n(s->new_then, SIDES));
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		j = judgement(&f, t);
		check_sums(i, &j);
		if (strcmp(reasons(&f, t), s->reasons) != 0)
			fail_msg("%s:\n%s", s->what, reasons(&f, t));
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_missing_have_in_common_is_their_reason),
		cmocka_unit_test(the_new_server_takes_no_more_than_its_limit),
		cmocka_unit_test(the_log_of_the_mover_is_heard),
		cmocka_unit_test(what_a_scan_could_not_read_is_a_reason),
		cmocka_unit_test(a_report_of_the_mover_is_told_apart),
		cmocka_unit_test(what_came_and_went_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
