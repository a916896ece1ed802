/* SPDX-License-Identifier: MIT */
/* Gmail on the old side: each message counts once, and none is called there that is not.
 */
#include "store/store_gmail.h"
#include "tests/support/verify_fixture.h"

enum { AT_MOST = 4, MANY = 70 };

struct place {
	const char *name;
	unsigned attrs;
	enum folder_outcome outcome;
	struct {
		const char *id;
		uint64_t number;    /* 0: not told */
		const char *labels; /* NULL: none */
	} m[AT_MOST];
	uint32_t uidvalidity; /* 0: 1 */
};

static void read_as(struct fx *f, enum side side, const char *user, const struct place *p)
{
	struct fx_folder folder[AT_MOST] = { 0 };
	struct fx_message m[AT_MOST][AT_MOST] = { 0 };
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n = 0, view_n;

	for (; n < AT_MOST && p[n].name != NULL; n++) {
		size_t k = 0;

		for (; k < AT_MOST && p[n].m[k].id != NULL; k++)
			m[n][k] = (struct fx_message){
				p[n].m[k].id, 100, D0, 0, NULL, 0
			};
		folder[n] = (struct fx_folder){ .name = p[n].name,
						.message = m[n],
						.n = k,
						.attrs = p[n].attrs,
						.outcome = p[n].outcome,
						.uidvalidity = p[n].uidvalidity,
						.depth = DEPTH_FULL };
	}
	fx_read(f, side, user, folder, n);
	fx_ok(store_folders(f->st, fx_account(f, side, user), false, &f->arena, &v,
			    &view_n, &err));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < view_n; k++) {
			struct gmail_row row[AT_MOST];
			size_t told = 0;

			if (strcmp(v[k].folder.name, p[i].name) != 0)
				continue;
			for (uint32_t at = 0; at < AT_MOST && p[i].m[at].id != NULL; at++)
				if (p[i].m[at].number != 0)
					row[told++] = (struct gmail_row){
						at + 1, p[i].m[at].number,
						p[i].m[at].labels != NULL
							? p[i].m[at].labels
							: ""
					};
			if (told > 0)
				fx_ok(store_gmail_put(f->st, v[k].epoch, row, told,
						      &err));
		}
}

static void read_side(struct fx *f, enum side side, const struct place *p)
{
	read_as(f, side, "ann", p);
}

#define L(id, number, labels)                                                            \
	{                                                                                \
		id, number, labels                                                       \
	}
#define M(id, number) L(id, number, NULL)
#define A	      M("<a@x>", 1)
#define P(folder, ...)                                                                   \
	{                                                                                \
		.name = folder, .m = { __VA_ARGS__ }                                     \
	}
#define V(folder, at, ...)                                                               \
	{                                                                                \
		.name = folder, .attrs = at, .m = { __VA_ARGS__ }                        \
	}
#define E(folder)                                                                        \
	{                                                                                \
		.name = folder                                                           \
	}
#define U(folder, at)                                                                    \
	{                                                                                \
		.name = folder, .attrs = at, .outcome = FOLDER_UNREADABLE                \
	}
#define ALL(...) V("[Gmail]/All Mail", FOLDER_ALL, __VA_ARGS__)

static const struct scene {
	struct place old[AT_MOST], new[AT_MOST];
	const char *findings;
	int64_t messages, same, missing;
} scenes[] = {
	/* One message, three folders; one copy. */
	{ { P("INBOX", M("<a@x>", 1)), P("Work", M("<a@x>", 1)), ALL(M("<a@x>", 1)) },
	  { P("INBOX", M("<a@x>", 0)), E("Work") },
	  "info folder-missing old [Gmail]/All Mail\ninfo label old Work\n"
	  "info label old [Gmail]/All Mail\n",
	  1,
	  1,
	  0 },
	/* Two messages that share their Message-ID are two: one copy is one. */
	{ { P("INBOX", M("<a@x>", 1)), P("Work", M("<a@x>", 2)),
	    ALL(M("<a@x>", 1), M("<a@x>", 2)) },
	  { E("INBOX"), P("Work", M("<a@x>", 0)) },
	  "doubt message-missing old INBOX 1\ninfo folder-missing old [Gmail]/All Mail\n"
	  "info label old [Gmail]/All Mail\n",
	  2,
	  1,
	  1 },
	/* In no folder: missing once, under the label that its owner gave it. */
	{ { ALL(M("<a@x>", 1), M("<b@x>", 2)), E("INBOX"), P("Work", M("<a@x>", 1)) },
	  { E("INBOX"), E("Work") },
	  "doubt message-missing old Work 1\ndoubt message-missing old [Gmail]/All Mail "
	  "2\n"
	  "info folder-missing old [Gmail]/All Mail\n",
	  2,
	  0,
	  2 },
	/* Neither folder is there. */
	{ { ALL(M("<a@x>", 1)), E("INBOX"), P("Work", M("<a@x>", 1)) },
	  { E("INBOX") },
	  "doubt message-missing old Work 1\ndoubt folder-missing old Work\n"
	  "info folder-missing old [Gmail]/All Mail\n",
	  1,
	  0,
	  1 },
	/* What the server did not tell is counted as it stands. */
	{ { P("INBOX", M("<a@x>", 1)), P("Work", M("<a@x>", 0)) },
	  { P("INBOX", M("<a@x>", 0)), E("Work") },
	  "doubt message-missing old Work 1\n",
	  2,
	  1,
	  1 },
	/* The other copy lies in a folder that cannot be compared: that proves nothing.
	 */
	{ { P("INBOX", M("<a@x>", 1)), P("Work", M("<a@x>", 1)) },
	  { E("INBOX"), U("Work", 0) },
	  "doubt message-missing old INBOX 1\ndoubt folder-unreadable new Work\n",
	  2,
	  0,
	  1 },
	/* A rule that leaves one of its folders out does not explain the loss. */
	{ { P("Lists", M("<a@x>", 1)), P("Work", M("<a@x>", 1)) },
	  { E("Lists"), E("Work") },
	  "doubt message-missing old Work 1\n",
	  1,
	  0,
	  1 },
	/* Two labels that are worth the same: the folder that is told first. */
	{ { P("INBOX", A), P("Work", A) },
	  { E("INBOX"), E("Work") },
	  "doubt message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	/* What the new side has more is no copy of it. */
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", M("<a@x>", 0)), P("Work", M("<e@x>", 0)) },
	  "doubt message-extra new Work 1\ninfo label old Work\n",
	  1,
	  1,
	  0 },
	/* One folder shows it twice. */
	{ { P("INBOX", A, A, M("<b@x>", 2)) },
	  { E("INBOX") },
	  "doubt message-missing old INBOX 1\ndoubt message-missing old INBOX 3\n",
	  2,
	  0,
	  2 },
	/* Two labels with one target: what is in both is there once. */
	{ { E("INBOX"), P("Job", A), P("Work", A, M("<b@x>", 2)) },
	  { E("INBOX"), P("Work", M("<a@x>", 0)) },
	  "doubt message-missing old Work 2\ndoubt folder-collided old Job >Work\n"
	  "doubt folder-collided old Work >Work\n",
	  2,
	  1,
	  1 },
	/* The same without that target: it was filed elsewhere. */
	{ { E("INBOX"), P("Job", A), P("Work", A) },
	  { P("INBOX", M("<a@x>", 0)) },
	  "doubt folder-missing old Job\ndoubt folder-missing old Work\n"
	  "doubt folder-collided old Job\ndoubt folder-collided old Work\n"
	  "info message-refiled old Job 1 >INBOX\ninfo label old Work\n",
	  1,
	  0,
	  0 },
	/* One folder shows it twice, and one copy arrived: its label did. */
	{ { P("INBOX", A, A) }, { P("INBOX", M("<a@x>", 0)) }, "", 1, 1, 0 },
	/* A view that a rule leaves out, and one that cannot be read. */
	{ { P("INBOX", A), V("[Gmail]/Starred", FOLDER_FLAGGED, A) },
	  { P("INBOX", M("<a@x>", 0)) },
	  "info folder-missing old [Gmail]/Starred >[Gmail]/Starred\n"
	  "info label old [Gmail]/Starred\n",
	  1,
	  1,
	  0 },
	{ { P("INBOX", A), U("[Gmail]/All Mail", FOLDER_ALL) },
	  { P("INBOX", M("<a@x>", 0)) },
	  "doubt folder-missing old [Gmail]/All Mail\n"
	  "doubt folder-unreadable old [Gmail]/All Mail\n",
	  1,
	  1,
	  0 },
};
static const char *const left_out[] = { "Lists", "[Gmail]/Starred" };
static const struct map_pair job_pair[] = { { "Job", "Work" } };
static const struct map_rules rules = {
	.pairs = job_pair, .pair_n = 1, .exclude = left_out, .exclude_n = 2
};

/* What verify says of ann, and the counts. */
static void check(struct fx *f, int64_t t, size_t i, const char *expected,
		  int64_t messages, int64_t same, int64_t missing)
{
	struct verify_options o = options(&t, 1);
	struct judgement j;

	o.rules = &rules;
	verify(f, &o);
	j = judgement(f, t);
	if (strcmp(findings(f, t), expected) != 0)
		fail_msg("case %zu: %s", i, findings(f, t));
	if (j.count.old_messages != messages || j.count.same != same ||
	    j.count.missing != missing)
		fail_msg("case %zu: %lld messages, %lld same, %lld missing", i,
			 (long long)j.count.old_messages, (long long)j.count.same,
			 (long long)j.count.missing);
	check_sums(i, &j);
}

static void counts_each_message_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		read_side(&f, SIDE_OLD, scenes[i].old);
		read_side(&f, SIDE_NEW, scenes[i].new);
		fx_audit_end(&f);
		check(&f, t, i, scenes[i].findings, scenes[i].messages, scenes[i].same,
		      scenes[i].missing);
		fx_close(&f);
	}
}

/* ---- life ---- */

static const struct life {
	struct place first[AT_MOST], old[AT_MOST], new[AT_MOST], then[AT_MOST];
	bool sealed; /* before what came then */
	const char *findings;
	int64_t messages, same, missing;
} lives[] = {
	/* Archived on the old side later: that copy had arrived, so the message had. */
	{ { { 0 } },
	  { P("INBOX", A), ALL(A) },
	  { P("INBOX", M("<a@x>", 0)) },
	  { E("INBOX"), ALL(A) },
	  true,
	  "info folder-missing old [Gmail]/All Mail\n"
	  "info label old [Gmail]/All Mail\n",
	  1,
	  1,
	  0 },
	/* The same, and the label itself was removed. */
	{ { { 0 } },
	  { E("INBOX"), P("Work", A), ALL(A) },
	  { E("INBOX"), P("Work", M("<a@x>", 0)) },
	  { E("INBOX"), ALL(A) },
	  true,
	  "info folder-missing old [Gmail]/All Mail\n"
	  "info label old [Gmail]/All Mail\n",
	  1,
	  1,
	  0 },
	/* It had arrived in no folder, and lost a label since: one is missing. */
	{ { { 0 } },
	  { P("INBOX", A), P("Work", A) },
	  { E("INBOX"), E("Work") },
	  { P("INBOX", A), E("Work") },
	  true,
	  "loss message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	/* It got a label since: the one of then is named. */
	{ { { 0 } },
	  { E("INBOX"), P("Work", A) },
	  { E("INBOX"), E("Work") },
	  { P("INBOX", A), P("Work", A) },
	  true,
	  "loss message-missing old Work 1\n",
	  1,
	  0,
	  1 },
	/* What went before the seal, or without one, was never looked for. */
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", A), E("Work") },
	  { E("INBOX"), E("Work") },
	  { { 0 } },
	  true,
	  "loss message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", A), E("Work") },
	  { E("INBOX"), E("Work") },
	  { { 0 } },
	  false,
	  "doubt message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	/* Nor what a folder had under another UIDVALIDITY, or as somebody else's, or
	 * before it was a mere place. */
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", A), { .name = "Work", .uidvalidity = 7 } },
	  { E("INBOX"), E("Work") },
	  { { 0 } },
	  false,
	  "doubt message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", A), { .name = "Work", .attrs = FOLDER_FOREIGN } },
	  { E("INBOX") },
	  { { 0 } },
	  false,
	  "doubt message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
	{ { P("INBOX", A), P("Work", A) },
	  { P("INBOX", A), { .name = "Work", .attrs = FOLDER_NOSELECT } },
	  { E("INBOX") },
	  { { 0 } },
	  false,
	  "doubt message-missing old INBOX 1\n",
	  1,
	  0,
	  1 },
};

static void knows_what_went_and_what_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++) {
		const struct life *l = &lives[i];
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		if (l->first[0].name != NULL) {
			fx_audit(&f, DEPTH_FULL);
			read_side(&f, SIDE_OLD, l->first);
			fx_audit_end(&f);
		}
		fx_audit(&f, DEPTH_FULL);
		read_side(&f, SIDE_OLD, l->old);
		read_side(&f, SIDE_NEW, l->new);
		fx_audit_end(&f);
		if (l->sealed)
			seal(&f, t, "ann", "ann");
		if (l->then[0].name != NULL) {
			fx_audit(&f, DEPTH_FULL);
			read_side(&f, SIDE_OLD, l->then);
			fx_audit_end(&f);
		}
		check(&f, t, i, l->findings, l->messages, l->same, l->missing);
		fx_close(&f);
	}
}

/* A folder that an audit left half read says so, whatever is counted elsewhere. */
static void a_folder_left_half_read_keeps_its_note(void **state)
{
	static const struct place old[AT_MOST] = { P("INBOX", A), P("Work", A) },
				  new[AT_MOST] = { P("INBOX", A), E("Work") };
	struct store_row row[] = {
		{ .m = { .uid = 1, .tier = TIER_ID, .octets = 100, .date = D0 },
		  .keywords = "" },
		{ .m = { .uid = 2, .tier = TIER_ID, .octets = 100, .date = D0 },
		  .keywords = "" },
	};
	struct folder_state now = {
		.uidvalidity = 1, .uidnext = 3, .modseq = -1, .exists = 2
	};
	struct store_window w = {
		.rows = row, .row_n = 2, .lo = 1, .hi = 1023, .depth = DEPTH_FULL
	};
	struct err err = ERR_INIT;
	struct folder_view *v;
	uint32_t resume;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	read_side(&f, SIDE_OLD, old);
	read_side(&f, SIDE_NEW, new);
	fx_audit_end(&f);
	fx_audit(&f, DEPTH_FULL);
	row[0].m.key = fx_key("<a@x>");
	row[1].m.key = fx_key("<b@x>");
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena, &v,
			    &n, &err));
	assert_string_equal(v[1].folder.name, "Work");
	fx_ok(store_folder_begin(f.st, v[1].folder.id, &now, false, &w.epoch, &resume, &err));
	fx_ok(store_window_put(f.st, &w, &err));
	fx_audit_end(&f);
	check(&f, t, 0,
	      "doubt message-missing old Work 2\ndoubt evidence-stale old Work\n"
	      "info label old Work\n",
	      2, 1, 1);
	fx_close(&f);
}

/* ---- labels that no folder shows ---- */

static const char *hidden(struct fx *f, int64_t t)
{
	const char *text = "";
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM)
		if (x.cls == FINDING_LABEL && *x.folder == '\0') {
			assert_string_equal(text, ""); /* once */
			text = arena_strdup(&f->arena, x.explanation);
		}
	store_findings_close(it);
	return text;
}

static const struct {
	struct place old[AT_MOST];
	const char *names; /* how they are told; NULL: they are not */
} hides[] = {
	/* A folder tells all labels but its own: the message is one, and has it once. */
	{ { P("INBOX", L("<a@x>", 1, "Quiet\nWork\n\\Starred")),
	    P("Work", L("<a@x>", 1, "Quiet\n\\Inbox\n\\Starred")),
	    ALL(L("<a@x>", 1, "Quiet\nWork\n\\Inbox\n\\Starred"), L("<b@x>", 2, "Quiet"),
		L("<c@x>", 3, "Old")) },
	  " \"Old\" (1), \"Quiet\" (2)." },
	/* Gmail's own, and the names of folders in any case. */
	{ { P("INBOX", L("<a@x>", 1, "WORK\n\\Sent")),
	    P("Work", L("<a@x>", 1, "\\Inbox\n\\Sent")) },
	  NULL },
	{ { P("INBOX", A), ALL(L("<a@x>", 1, "\\Inbox")) }, NULL },
	/* Ten are named, and that there are more. */
	{ { P("INBOX", L("<a@x>", 1, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj"),
	      L("<b@x>", 2, "a\nj")) },
	  " \"a\" (2), \"b\" (1), \"c\" (1), \"d\" (1), \"e\" (1), \"f\" (1), \"g\" (1),"
	  " \"h\" (1), \"i\" (1), \"j\" (2)." },
	{ { P("INBOX", L("<a@x>", 1, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk"),
	      L("<b@x>", 2, "a\nl")) },
	  " \"a\" (2), \"b\" (1), \"c\" (1), \"d\" (1), \"e\" (1), \"f\" (1), \"g\" (1),"
	  " \"h\" (1), \"i\" (1), \"j\" (1) and others." },
};

static void names_labels_that_no_folder_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hides); i++) {
		struct verify_options o;
		const char *told;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		read_side(&f, SIDE_OLD, hides[i].old);
		read_side(&f, SIDE_NEW, hides[i].old);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		assert_int_equal(judgement(&f, t).verdict, VERDICT_CLEAN);
		told = hidden(&f, t);
		if (hides[i].names == NULL ? *told != '\0'
					   : strstr(told, hides[i].names) == NULL)
			fail_msg("case %zu: %s", i, told);
		fx_close(&f);
	}
}

/* ---- others ---- */

/* Who has no Gmail is counted as ever, beside one who has. */
static void spares_who_has_no_gmail(void **state)
{
	static const struct place bob[AT_MOST] = { P("INBOX", A), P("Work", A) },
				  cid[AT_MOST] = { P("INBOX", M("<b@x>", 0)),
						   P("Work", M("<b@x>", 0)) },
				  both[AT_MOST] = { P("INBOX", M("<a@x>", 0),
						      M("<b@x>", 0)),
						    E("Work") };
	struct verify_options o;
	int64_t t[2];
	struct fx f;

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "bob", "bob", "both", "", "");
	t[1] = fx_transfer(&f, "cid", "cid", "both", "", "");
	fx_audit(&f, DEPTH_FULL);
	read_as(&f, SIDE_OLD, "bob", bob);
	read_as(&f, SIDE_OLD, "cid", cid);
	read_as(&f, SIDE_NEW, "both", both);
	fx_audit_end(&f);
	o = options(t, 2);
	verify(&f, &o);
	assert_string_equal(findings(&f, t[0]), "info label old Work\n");
	assert_string_equal(findings(&f, t[1]), "doubt message-missing old Work 1\n");
	assert_int_equal(judgement(&f, t[0]).count.old_messages, 1);
	assert_int_equal(judgement(&f, t[1]).count.old_messages, 2);
	fx_close(&f);
}

/* More than are held at first. */
static void counts_many(void **state)
{
	struct fx_message m[MANY] = { 0 };
	struct gmail_row row[MANY];
	struct fx_folder old[] = { F("INBOX", m), F("Work", m) },
			 new[] = { F("INBOX", m), FE("Work") };
	struct err err = ERR_INIT;
	struct folder_view *v;
	struct judgement j;
	struct verify_options o;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	fx_open(&f);
	for (uint32_t i = 0; i < MANY; i++) {
		m[i] = (struct fx_message){
			arena_printf(&f.arena, "<%u@x>", (unsigned)i), 100, D0, 0, NULL, 0
		};
		row[i] = (struct gmail_row){ i + 1, i + 1, "" };
	}
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, COUNT_OF(old));
	fx_read(&f, SIDE_NEW, "ann", new, COUNT_OF(new));
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena, &v,
			    &n, &err));
	for (size_t i = 0; i < n; i++)
		fx_ok(store_gmail_put(f.st, v[i].epoch, row, MANY, &err));
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(findings(&f, t), "info label old Work\n");
	assert_int_equal(j.count.old_messages, MANY);
	assert_int_equal(j.count.same, MANY);
	check_sums(0, &j);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_message_once),
		cmocka_unit_test(knows_what_went_and_what_came),
		cmocka_unit_test(a_folder_left_half_read_keeps_its_note),
		cmocka_unit_test(names_labels_that_no_folder_shows),
		cmocka_unit_test(spares_who_has_no_gmail),
		cmocka_unit_test(counts_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
