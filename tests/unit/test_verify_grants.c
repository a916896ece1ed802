/* SPDX-License-Identifier: MIT */
/* Who else may do what: what did not come along, and what opens mail to others. */
#include "store/store_acl.h"
#include "tests/support/verify_fixture.h"

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

enum { FOLDERS = 6 };

static const struct fx_folder tree[FOLDERS] = {
	{ "INBOX", FX_EMPTY },	{ "Work", FX_EMPTY },	{ "Work/A", FX_EMPTY },
	{ "Work/B", FX_EMPTY }, { "Work/C", FX_EMPTY }, { "Zoo", FX_EMPTY },
};

static int by_who(const void *a, const void *b)
{
	return strcmp(((const struct acl_entry *)a)->who,
		      ((const struct acl_entry *)b)->who);
}

/* "ben lrs,anyone lr"; "?NO [NOPERM]": it is not told; NULL: nobody asked. */
static void put(struct fx *f, enum side side, const char *user, const char *folder,
		const char *list)
{
	struct acl_entry entry[20];
	struct folder_acl acl = { .entry = entry, .words = "" };
	char *copy = arena_strdup(&f->arena, list), *save = NULL;
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, user), false, &f->arena, &v, &n,
			    &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].folder.name, folder) == 0)
			acl.folder = v[i].folder.id;
	assert_true(acl.folder != 0);
	if (*list == '?')
		acl.words = list + 1;
	for (char *p = strtok_r(copy, ",", &save); *list != '?' && p != NULL;
	     p = strtok_r(NULL, ",", &save)) {
		char *blank = strchr(p, ' ');

		*blank = '\0';
		entry[acl.n++] = (struct acl_entry){ p, blank + 1 };
	}
	qsort(entry, acl.n, sizeof *entry, by_who);
	fx_ok(store_acls_put(f->st, &acl, 1, &err));
}

static const char *explanations(struct fx *f, int64_t transfer)
{
	struct strbuf out = STRBUF_INIT;
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;

	fx_ok(store_findings_open(f->st, transfer, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM)
		strbuf_addf(&out, "%s\n", x.explanation);
	store_findings_close(it);
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static const struct scene {
	const char *old, *new; /* lists of Zoo */
	const char *findings;
	const char *words; /* in the explanations; NULL: none */
	enum verdict verdict;
} scenes[] = {
	{ NULL, NULL, "", NULL, VERDICT_CLEAN },
	{ "ann lrswa,ben lrs", "ann lrswikxtea,ben lrs", "", NULL, VERDICT_CLEAN },
	/* The owner has other words for himself, and so does whoever runs the server. */
	{ "ann lrswipcda", "owner lrswikxtea,administrators lrswa,#owner lra", "", NULL,
	  VERDICT_CLEAN },
	{ "ann lrswa,ben lrs", "ann lrswa", "info access old Zoo >Zoo\n",
	  "On this folder ben had lrs and has nothing on the new side.", VERDICT_CLEAN },
	{ "ben lrs", "ben l", "info access old Zoo >Zoo\n", "ben had lrs and has l on",
	  VERDICT_CLEAN },
	/* The same person under another name, as the list of accounts says. */
	{ "carol lrs", "cara@example.org lrs", "", NULL, VERDICT_CLEAN },
	{ "CAROL lrs", "carol lrs", "", NULL, VERDICT_CLEAN },
	/* Nobody of ours. */
	{ "eve lr", "Eve lr", "", NULL, VERDICT_CLEAN },
	{ "group:staff lr", "$staff lr", "", NULL, VERDICT_CLEAN },
	{ "group=Staff lr,user=ben l", "$staff l,ben l", "info access old Zoo >Zoo\n",
	  "group=Staff had lr and has l", VERDICT_CLEAN },
	{ "ann lra,anyone p", "ann lra", "", NULL, VERDICT_CLEAN },
	/* Open to those to whom it was closed. */
	{ "ann lra", "ann lra,anyone lr", "doubt access new Zoo >Zoo\n",
	  "anyone had nothing and has lr on the new side.  Somebody may read",
	  VERDICT_DIFFERS },
	{ "ben l", "ben la", "doubt access new Zoo >Zoo\n", "ben had l and has la",
	  VERDICT_DIFFERS },
	{ "ben l", "ben lp", "info access old Zoo >Zoo\n", "ben had l and has lp",
	  VERDICT_CLEAN },
	/* Rights that were taken away. */
	{ "anyone lr,-ben r", "anyone lr,-ben r", "", NULL, VERDICT_CLEAN },
	{ "anyone lr,-ben r", "anyone lr", "doubt access new Zoo >Zoo\n",
	  "-ben had r and has nothing", VERDICT_DIFFERS },
	{ "anyone lr", "anyone lr,-ben r", "info access old Zoo >Zoo\n",
	  "-ben had nothing and has r", VERDICT_CLEAN },
	/* RFC 2086 and 4314. */
	{ "ben lrcd", "ben lrkxte", "", NULL, VERDICT_CLEAN },
	{ "ben lrswipcda", "ben lrs", "info access old Zoo >Zoo\n",
	  "ben had lrswipcda and", VERDICT_CLEAN },
	/* Not told. */
	{ "ben lr", NULL, "info access new \n",
	  "Others have rights on 1 of the old side's folders, the first \"Zoo\"",
	  VERDICT_CLEAN },
	{ "ann lr", NULL, "", NULL, VERDICT_CLEAN },
	{ NULL, "ann lr,ben lr", "", NULL, VERDICT_CLEAN },
	{ "ben lr", "?NO [NOPERM] no", "info access new \ninfo access new \n",
	  "Of 1 folders the new side did not tell who may do what (NO [NOPERM] no)",
	  VERDICT_CLEAN },
	{ "?BAD what", "ben lr", "info access old \n", "the old side did not tell",
	  VERDICT_CLEAN },
	/* Names that are hardly any. */
	{ "- lr,# lr,x lr,user= lr,group: lr,$ lr",
	  "- lr,# lr,x lr,user= lr,group: lr,$ lr", "", NULL, VERDICT_CLEAN },
	{ "x lr", "ann lr", "info access old Zoo >Zoo\n", "x had lr and has nothing on",
	  VERDICT_CLEAN },
	/* An entry that gives nothing. */
	{ "eve ", "ann lr", "", NULL, VERDICT_CLEAN },
	/* His own login, as Courier and a Dovecot's administrator write it. */
	{ "user=ann lrs,-ann r", "#ann l", "", NULL, VERDICT_CLEAN },
	{ "#anyone lr", "Anyone lr", "", NULL, VERDICT_CLEAN },
	{ "!$staff lr", "group:staff lr", "", NULL, VERDICT_CLEAN },
	{ "group:staff lr", "staff lr", "doubt access new Zoo >Zoo\n",
	  "group:staff had lr and has nothing", VERDICT_DIFFERS },
	/* The same person twice. */
	{ "carol lrs", "cara@example.org lr,carol ls", "", NULL, VERDICT_CLEAN },
	{ "ann lr", "cara@example.org lr,carol ls", "doubt access new Zoo >Zoo\n",
	  "cara@example.org had nothing and has lrs on", VERDICT_DIFFERS },
	/* A login that two share: whoever had no right has it now. */
	{ "bob lr", "both lr", "doubt access new Zoo >Zoo\n",
	  "both had nothing and has lr; bob had lr and has nothing", VERDICT_DIFFERS },
	/* Who is no longer in the list of accounts has no other name. */
	{ "dora lr", "dora.new lr", "doubt access new Zoo >Zoo\n",
	  "dora.new had nothing and has lr; dora had lr and has nothing",
	  VERDICT_DIFFERS },
	/* What all could do, each could. */
	{ "anyone lr", "anyone lr,ben lr", "info access old Zoo >Zoo\n",
	  "ben had nothing and has lr on the new side.", VERDICT_CLEAN },
	{ "anyone lr", "authenticated lr", "info access old Zoo >Zoo\n",
	  "anyone had lr and has nothing; authenticated had nothing and has lr",
	  VERDICT_CLEAN },
	{ "anyone lr", "anyone lr,ben lra", "doubt access new Zoo >Zoo\n",
	  "ben had nothing and has lra", VERDICT_DIFFERS },
	{ "authenticated lr", "$staff lr,authenticated lr", "info access old Zoo >Zoo\n",
	  "$staff had nothing and has lr", VERDICT_CLEAN },
	{ "authenticated lr", "anyone lr", "doubt access new Zoo >Zoo\n",
	  "anyone had nothing and has lr; authenticated had lr and has nothing",
	  VERDICT_DIFFERS },
	{ "authenticated lr", "anonymous lr,authenticated lr",
	  "doubt access new Zoo >Zoo\n", "anonymous had nothing and has lr",
	  VERDICT_DIFFERS },
	{ "anonymous l,anyone r", "anonymous lr,anyone r", "info access old Zoo >Zoo\n",
	  "anonymous had l and has lr", VERDICT_CLEAN },
	/* More than are named: those to whom it opens come first. */
	{ "a l,b l,c l,d l,e l,f l,g l,h l,i l,j l,k l,m l,n l", "zoe lr",
	  "doubt access new Zoo >Zoo\n",
	  "On this folder zoe had nothing and has lr; a had l and has nothing; b had l "
	  "and "
	  "has nothing; c had l and has nothing; d had l and has nothing; e had l and "
	  "has "
	  "nothing; f had l and has nothing; g had l and has nothing; h had l and has "
	  "nothing; i had l and has nothing; j had l and has nothing; k had l and has "
	  "nothing; and 2 more on the new side.  Somebody may read there now",
	  VERDICT_DIFFERS },
};

/* One who is no longer in the list of accounts. */
static void put_gone(struct fx *f)
{
	struct err err = ERR_INIT;

	fx_ok(store_transfer_gone(
		f->st, fx_transfer(f, "dora", "dora", "dora.new", "", ""), &err));
}

static void tells_what_others_may_do(void **state)
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
		fx_transfer(&f, "ben", "ben", "ben", "", "");
		fx_transfer(&f, "carol", "carol", "cara@example.org", "", "");
		fx_transfer(&f, "bob", "bob", "both", "", "");
		fx_transfer(&f, "cid", "cid", "both", "", "");
		put_gone(&f);
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", tree, FOLDERS);
		fx_read(&f, SIDE_NEW, "ann", tree, FOLDERS);
		if (s->old != NULL)
			put(&f, SIDE_OLD, "ann", "Zoo", s->old);
		if (s->new != NULL)
			put(&f, SIDE_NEW, "ann", "Zoo", s->new);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		j = judgement(&f, t);
		if (strcmp(findings(&f, t), s->findings) != 0)
			fail_msg("case %zu: %s%s", i, findings(&f, t),
				 explanations(&f, t));
		if (s->words != NULL && strstr(explanations(&f, t), s->words) == NULL)
			fail_msg("case %zu: %s", i, explanations(&f, t));
		if (j.verdict != s->verdict || j.count.missing != 0)
			fail_msg("case %zu: %s", i, verdict_name(j.verdict));
		fx_close(&f);
	}
}

static void sums_up_what_is_the_same_on_many_folders(void **state)
{
	struct verify_options o;
	const char *said;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", tree, FOLDERS);
	fx_read(&f, SIDE_NEW, "ann", tree, FOLDERS);
	for (size_t i = 0; i < FOLDERS; i++) {
		put(&f, SIDE_OLD, "ann", tree[i].name, i == 0 ? "eve l" : "eve lr");
		put(&f, SIDE_NEW, "ann", tree[i].name, "ann lr");
	}
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	assert_string_equal(findings(&f, t),
			    "info access old \ninfo access old INBOX >INBOX\n");
	said = explanations(&f, t);
	assert_non_null(strstr(said,
			       "On 5 folders eve had lr and has nothing on the new "
			       "side: \"Work\", \"Work/A\", \"Work/B\", \"Work/C\", "
			       "\"Zoo\"."));
	fx_close(&f);
}

/* A project in which ann moved; lists are put between begin and judge. */
static int64_t begin(struct fx *f, const struct fx_folder *old, size_t old_n,
		     const struct fx_folder *new, size_t new_n)
{
	int64_t t;

	fx_open(f);
	t = fx_transfer(f, "ann", "ann", "ann", "", "");
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", old, old_n);
	fx_read(f, SIDE_NEW, "ann", new, new_n);
	return t;
}

static void judge(struct fx *f, int64_t t, const char *expected)
{
	struct verify_options o = options(&t, 1);

	fx_audit_end(f);
	verify(f, &o);
	assert_string_equal(findings(f, t), expected);
}

static void assert_said(struct fx *f, int64_t t, const char *words)
{
	if (strstr(explanations(f, t), words) == NULL)
		fail_msg("not \"%s\": %s", words, explanations(f, t));
}

static void names_ten_of_more_folders_that_opened(void **state)
{
	static const struct fx_folder twelve[] = {
		FE("A"), FE("B"), FE("C"), FE("D"), FE("E"), FE("F"),
		FE("G"), FE("H"), FE("I"), FE("J"), FE("K"), FE("L"),
	};
	struct fx f;
	int64_t t;

	(void)state;
	t = begin(&f, twelve, COUNT_OF(twelve), twelve, COUNT_OF(twelve));
	for (size_t i = 0; i < COUNT_OF(twelve); i++) {
		put(&f, SIDE_OLD, "ann", twelve[i].name, "eve l");
		put(&f, SIDE_NEW, "ann", twelve[i].name, "eve lr");
	}
	judge(&f, t, "doubt access new \n");
	assert_int_equal(judgement(&f, t).verdict, VERDICT_DIFFERS);
	assert_said(&f, t,
		    "On 12 folders eve had l and has lr on the new side: \"A\", \"B\", "
		    "\"C\", \"D\", \"E\", \"F\", \"G\", \"H\", \"I\", \"J\" and 2 more.  "
		    "Somebody may read there now who could not before.");
	fx_close(&f);
}

static void counts_what_was_not_told(void **state)
{
	struct fx f;
	int64_t t;

	(void)state;
	t = begin(&f, tree, FOLDERS, tree, FOLDERS);
	put(&f, SIDE_OLD, "ann", "INBOX", "eve l");
	put(&f, SIDE_OLD, "ann", "Work", "eve l");
	put(&f, SIDE_OLD, "ann", "Work/A", "?NO one");
	put(&f, SIDE_OLD, "ann", "Work/B", "?NO two");
	put(&f, SIDE_NEW, "ann", "Work/A", "eve lr");
	judge(&f, t, "info access new \ninfo access old \n");
	assert_said(
		&f, t,
		"Others have rights on 2 of the old side's folders, the first \"INBOX\"");
	assert_said(&f, t,
		    "Of 2 folders the old side did not tell who may do what (NO one)");
	fx_close(&f);
}

/* Each of these is told as what it is, and nobody's rights are lost in addition. */
static void leaves_folders_alone_that_are_not_compared(void **state)
{
	static const struct fx_folder old[] = {
		FE("INBOX"),
		FE("Gone"),
		FEA("Place", FOLDER_NOSELECT),
		FEA("Root", FOLDER_NOSELECT),
		FE("Root/Sub"),
		FE("Wall"),
		{ .name = "Bad", .outcome = FOLDER_UNREADABLE, .error = "NO broken" },
		FE("Worse"),
		FE("Notes"),
		FE("notes"),
	};
	static const struct fx_folder new[] = {
		FE("INBOX"),
		FE("Place"),
		FEA("Root", FOLDER_NOSELECT),
		FE("Root/Sub"),
		FEA("Wall", FOLDER_NOSELECT),
		FE("Bad"),
		{ .name = "Worse", .outcome = FOLDER_UNREADABLE, .error = "NO broken" },
		FE("Notes"),
	};
	struct fx f;
	int64_t t;

	(void)state;
	t = begin(&f, old, COUNT_OF(old), new, COUNT_OF(new));
	for (size_t i = 0; i < COUNT_OF(old); i++)
		put(&f, SIDE_OLD, "ann", old[i].name, "eve l");
	for (size_t i = 0; i < COUNT_OF(new); i++)
		put(&f, SIDE_NEW, "ann", new[i].name, i > 0 ? "eve lr" : "eve l");
	judge(&f, t,
	      "doubt folder-missing old Gone\n"
	      "doubt folder-missing old Wall\n"
	      "doubt folder-collided old Notes >Notes\n"
	      "doubt folder-collided old notes >Notes\n"
	      "doubt folder-unreadable old Bad\n"
	      "doubt folder-unreadable new Worse\n"
	      "doubt access new Root/Sub >Root/Sub\n");
	fx_close(&f);
}

/* As it was at the seal: its mail is compared, its list is nobody's any more. */
static void leaves_a_folder_alone_that_went_after_the_seal(void **state)
{
	static const struct fx_message one[] = { { "<1@x>", 10, D0, 0, NULL, 1 } };
	static const struct fx_folder all[] = { FE("INBOX"), F("Gone", one) };
	struct fx f;
	int64_t t;

	(void)state;
	t = begin(&f, all, COUNT_OF(all), all, COUNT_OF(all));
	put(&f, SIDE_OLD, "ann", "INBOX", "eve l");
	put(&f, SIDE_OLD, "ann", "Gone", "eve l");
	put(&f, SIDE_NEW, "ann", "Gone", "eve lr");
	fx_audit_end(&f);
	seal(&f, t, "ann", "ann");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", all, 1);
	put(&f, SIDE_NEW, "ann", "INBOX", "eve l");
	judge(&f, t, "");
	fx_close(&f);
}

/* Two whose mail arrives in the same folders: each is told of his own. */
static void tells_each_of_two_in_one_account_of_his_own(void **state)
{
	static const struct fx_folder a[] = { FE("INBOX"), FE("A") };
	static const struct fx_folder b[] = { FE("INBOX"), FE("B") };
	static const struct fx_folder both[] = { FE("INBOX"), FE("A"), FE("B") };
	struct verify_options o;
	int64_t t[2];
	struct fx f;

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "both", "", "");
	t[1] = fx_transfer(&f, "ben", "ben", "both", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", a, COUNT_OF(a));
	fx_read(&f, SIDE_OLD, "ben", b, COUNT_OF(b));
	fx_read(&f, SIDE_NEW, "both", both, COUNT_OF(both));
	put(&f, SIDE_OLD, "ann", "A", "ann lra,eve lr");
	put(&f, SIDE_OLD, "ben", "B", "ben lra,eve l");
	put(&f, SIDE_NEW, "both", "A", "both lra,eve l");
	put(&f, SIDE_NEW, "both", "B", "both lra,eve lr");
	fx_audit_end(&f);
	o = options(t, 2);
	verify(&f, &o);
	assert_string_equal(findings(&f, t[0]), "info access old A >A\n");
	assert_string_equal(findings(&f, t[1]), "doubt access new B >B\n");
	fx_close(&f);
}

/* What an old listing shows or lacks is no news. */
static void tells_nothing_from_an_old_listing(void **state)
{
	(void)state;
	for (int stale = 0; stale < SIDE_COUNT; stale++) {
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, (enum side)stale, "ann", tree, FOLDERS);
		put(&f, (enum side)stale, "ann", "Zoo",
		    stale == SIDE_OLD ? "eve l" : "eve lr");
		fx_audit_end(&f);
		the_time += 8 * DAY;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, (enum side)(1 - stale), "ann", tree, FOLDERS);
		put(&f, (enum side)(1 - stale), "ann", "Zoo",
		    stale == SIDE_OLD ? "eve lr" : "eve l");
		judge(&f, t,
		      stale == SIDE_OLD ? "doubt evidence-stale old \n"
					: "doubt evidence-stale new \n");
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_others_may_do),
		cmocka_unit_test(sums_up_what_is_the_same_on_many_folders),
		cmocka_unit_test(names_ten_of_more_folders_that_opened),
		cmocka_unit_test(counts_what_was_not_told),
		cmocka_unit_test(leaves_folders_alone_that_are_not_compared),
		cmocka_unit_test(leaves_a_folder_alone_that_went_after_the_seal),
		cmocka_unit_test(tells_each_of_two_in_one_account_of_his_own),
		cmocka_unit_test(tells_nothing_from_an_old_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
