/* SPDX-License-Identifier: MIT */
/* Who else may do what: what did not come along, and what opens mail to others. */
#include "store/store_acl.h"
#include "tests/support/verify_fixture.h"

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

/* "ben lrs,anyone lr"; "!NO [NOPERM]": it is not told; NULL: nobody asked. */
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
	if (*list == '!')
		acl.words = list + 1;
	for (char *p = strtok_r(copy, ",", &save); *list != '!' && p != NULL;
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
	{ "ben lr", "!NO [NOPERM] no", "info access new \ninfo access new \n",
	  "Of 1 folders the new side did not tell who may do what (NO [NOPERM] no)",
	  VERDICT_CLEAN },
	{ "!BAD what", "ben lr", "info access old \n", "the old side did not tell",
	  VERDICT_CLEAN },
};

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_others_may_do),
		cmocka_unit_test(sums_up_what_is_the_same_on_many_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
