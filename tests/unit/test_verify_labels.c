/* SPDX-License-Identifier: MIT */
/* Gmail on the old side: each message counts once, and none is called there that is not.
 */
#include "store/store_gmail.h"
#include "tests/support/verify_fixture.h"

enum { AT_MOST = 4 };

struct place {
	const char *name;
	unsigned attrs;
	enum folder_outcome outcome;
	struct {
		const char *id;
		uint64_t number; /* 0: not told */
	} m[AT_MOST];
};

static void read_side(struct fx *f, enum side side, const struct place *p)
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
						.depth = DEPTH_FULL };
	}
	fx_read(f, side, "ann", folder, n);
	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v,
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
						at + 1, p[i].m[at].number, ""
					};
			if (told > 0)
				fx_ok(store_gmail_put(f->st, v[k].epoch, row, told,
						      &err));
		}
}

#define ALL "[Gmail]/All Mail", FOLDER_ALL, FOLDER_READ

static const struct scene {
	struct place old[AT_MOST], new[AT_MOST];
	const char *findings;
	int64_t messages, same, missing;
} scenes[] = {
	/* One message, three folders; one copy. */
	{ { { "INBOX", 0, 0, { { "<a@x>", 1 } } },
	    { "Work", 0, 0, { { "<a@x>", 1 } } },
	    { ALL, { { "<a@x>", 1 } } } },
	  { { "INBOX", 0, 0, { { "<a@x>", 0 } } }, { "Work", 0, 0, { { NULL, 0 } } } },
	  "info folder-missing old [Gmail]/All Mail\ninfo label old Work\n"
	  "info label old [Gmail]/All Mail\n",
	  1,
	  1,
	  0 },
	/* Two messages that share their Message-ID are two: one copy is one. */
	{ { { "INBOX", 0, 0, { { "<a@x>", 1 } } },
	    { "Work", 0, 0, { { "<a@x>", 2 } } },
	    { ALL, { { "<a@x>", 1 }, { "<a@x>", 2 } } } },
	  { { "INBOX", 0, 0, { { NULL, 0 } } }, { "Work", 0, 0, { { "<a@x>", 0 } } } },
	  "doubt message-missing old INBOX 1\ninfo folder-missing old [Gmail]/All Mail\n"
	  "info label old [Gmail]/All Mail\n",
	  2,
	  1,
	  1 },
	/* In no folder: missing once, under the label that its owner gave it. */
	{ { { ALL, { { "<a@x>", 1 }, { "<b@x>", 2 } } },
	    { "INBOX", 0, 0, { { NULL, 0 } } },
	    { "Work", 0, 0, { { "<a@x>", 1 } } } },
	  { { "INBOX", 0, 0, { { NULL, 0 } } }, { "Work", 0, 0, { { NULL, 0 } } } },
	  "doubt message-missing old Work 1\ndoubt message-missing old [Gmail]/All Mail "
	  "2\n"
	  "info folder-missing old [Gmail]/All Mail\n",
	  2,
	  0,
	  2 },
	/* Neither folder is there. */
	{ { { ALL, { { "<a@x>", 1 } } },
	    { "INBOX", 0, 0, { { NULL, 0 } } },
	    { "Work", 0, 0, { { "<a@x>", 1 } } } },
	  { { "INBOX", 0, 0, { { NULL, 0 } } } },
	  "doubt message-missing old Work 1\ndoubt folder-missing old Work\n"
	  "info folder-missing old [Gmail]/All Mail\n",
	  1,
	  0,
	  1 },
	/* What the server did not tell is counted as it stands. */
	{ { { "INBOX", 0, 0, { { "<a@x>", 1 } } }, { "Work", 0, 0, { { "<a@x>", 0 } } } },
	  { { "INBOX", 0, 0, { { "<a@x>", 0 } } }, { "Work", 0, 0, { { NULL, 0 } } } },
	  "doubt message-missing old Work 1\n",
	  2,
	  1,
	  1 },
	/* The other copy lies in a folder that cannot be compared: that proves nothing.
	 */
	{ { { "INBOX", 0, 0, { { "<a@x>", 1 } } }, { "Work", 0, 0, { { "<a@x>", 1 } } } },
	  { { "INBOX", 0, 0, { { NULL, 0 } } },
	    { "Work", 0, FOLDER_UNREADABLE, { { NULL, 0 } } } },
	  "doubt message-missing old INBOX 1\ndoubt folder-unreadable new Work\n",
	  2,
	  0,
	  1 },
	/* A rule that leaves one of its folders out does not explain the loss. */
	{ { { "Lists", 0, 0, { { "<a@x>", 1 } } }, { "Work", 0, 0, { { "<a@x>", 1 } } } },
	  { { "Lists", 0, 0, { { NULL, 0 } } }, { "Work", 0, 0, { { NULL, 0 } } } },
	  "doubt message-missing old Work 1\n",
	  1,
	  0,
	  1 },
};
static const char *const lists_out[] = { "Lists" };
static const struct map_rules without_lists = { .exclude = lists_out, .exclude_n = 1 };

static void counts_each_message_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		read_side(&f, SIDE_OLD, scenes[i].old);
		read_side(&f, SIDE_NEW, scenes[i].new);
		fx_audit_end(&f);
		o = options(&t, 1);
		o.rules = &without_lists;
		verify(&f, &o);
		j = judgement(&f, t);
		if (strcmp(findings(&f, t), scenes[i].findings) != 0)
			fail_msg("case %zu: %s", i, findings(&f, t));
		if (j.count.old_messages != scenes[i].messages ||
		    j.count.same != scenes[i].same ||
		    j.count.missing != scenes[i].missing)
			fail_msg("case %zu: %lld messages, %lld same, %lld missing", i,
				 (long long)j.count.old_messages, (long long)j.count.same,
				 (long long)j.count.missing);
		check_sums(i, &j);
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_message_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
