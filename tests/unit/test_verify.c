/* SPDX-License-Identifier: MIT */
/* Whole verifications: details, fingerprints, patterns, runs, and an oracle. */
#include "tests/support/verify_fixture.h"

static const struct fx_message abc[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					 { "<b@x>", 200, D0 + 1, 0, "$Work", 0 },
					 { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL, 0 } };
static const struct fx_message ab[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					{ "<b@x>", 200, D0 + 1, 0, "$Work", 0 } };

/* ---- looked-up details ---- */

static void put_detail(struct fx *f, enum side side, const char *folder_name,
		       uint32_t uid, const char *fields)
{
	struct message_detail d = { .subject = fields };
	struct msg_key key = fx_key(fields);
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].folder.name, folder_name) == 0) {
			fx_ok(store_detail_put(f->st, v[i].epoch, uid, &d, &key, &err));
			return;
		}
	fail_msg("no folder %s", folder_name);
}

static void header_fields_join_what_message_ids_part(void **state)
{
	/* 1: the new server added a Message-ID; 2: nobody has one, the size differs; 3:
	 * in another folder; 4: lost */
	static const struct fx_message before[] = { { NULL, 100, D0, 0, NULL, 0 },
						    { NULL, 200, D0, MSG_SEEN, NULL, 0 },
						    { NULL, 300, D0, 0, NULL, 0 },
						    { NULL, 400, D0, 0, NULL, 0 } };
	static const struct fx_message after[] = { { "<made@imap>", 100, D0, 0, NULL, 0 },
						   { NULL, 230, D0, MSG_SEEN, NULL, 0 } };
	static const struct fx_message moved[] = { { "<made2@imap>", 300, D0, 0, NULL,
						     0 } };
	static const struct fx_folder old[] = { F("INBOX", before), FE("Done") };
	static const struct fx_folder new[] = { F("INBOX", after), F("Done", moved) };
	struct verify_options o;
	struct verify_result r;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 2);
	fx_read(&f, SIDE_NEW, "ann", new, 2);
	fx_audit_end(&f);
	o = options(&t, 1);
	r = verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(counts_text(&f, &j), "0 0 0 0 4 3 0 0");
	assert_int_equal(r.wants, 7);
	fx_audit(&f, DEPTH_FULL);
	put_detail(&f, SIDE_OLD, "INBOX", 1, "first");
	put_detail(&f, SIDE_OLD, "INBOX", 2, "second");
	put_detail(&f, SIDE_OLD, "INBOX", 3, "third");
	put_detail(&f, SIDE_OLD, "INBOX", 4, "fourth");
	put_detail(&f, SIDE_NEW, "INBOX", 1, "first");
	put_detail(&f, SIDE_NEW, "INBOX", 2, "second");
	put_detail(&f, SIDE_NEW, "Done", 1, "third");
	fx_audit_end(&f);
	r = verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(counts_text(&f, &j), "0 1 1 1 1 0 0 0");
	assert_string_equal(findings(&f, t), "doubt message-missing old INBOX 4\n"
					     "doubt octets old INBOX 2 [200|230]\n"
					     "info message-refiled old INBOX 3 >Done\n");
	assert_int_equal(r.wants, 2); /* why the sizes differ */
	check_sums(0, &j);
	fx_close(&f);
}

/* Notices sent in one second are alike but for the Message-ID: two that have each their
 * own are two messages, and the lost one must not hide behind the other. */
static void two_message_ids_are_two_messages_however_alike(void **state)
{
	static const struct fx_message before[] = { { "<a@x>", 100, D0, 0, NULL, 0 },
						    { NULL, 200, D0, 0, NULL, 0 },
						    { "<c@x>", 300, D0, 0, NULL, 0 } };
	static const struct fx_message after[] = { { "<b@x>", 100, D0, 0, NULL, 0 },
						   { "<made@x>", 200, D0, 0, NULL, 0 },
						   { NULL, 300, D0, 0, NULL, 0 } };
	static const struct fx_folder old[] = { F("INBOX", before) };
	static const struct fx_folder new[] = { F("INBOX", after) };
	static const char *const fields[] = { "alike", "second", "third" };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	for (uint32_t uid = 1; uid <= COUNT_OF(fields); uid++) {
		put_detail(&f, SIDE_OLD, "INBOX", uid, fields[uid - 1]);
		put_detail(&f, SIDE_NEW, "INBOX", uid, fields[uid - 1]);
	}
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(findings(&f, t), "doubt message-missing old INBOX 1\n"
					     "doubt message-extra new INBOX 1\n");
	assert_string_equal(counts_text(&f, &j), "0 2 0 0 1 1 0 0");
	check_sums(0, &j);
	fx_close(&f);
}

/* Copies that differ in keywords alone find their own partners when the new side spells
 * the keywords otherwise. */
static void copies_meet_by_keywords_in_any_case(void **state)
{
	static const struct fx_message before[] = {
		{ "<a@x>", 100, D0, 0, "Work", 0 },
		{ "<a@x>", 100, D0, 0, "Label1 b", 0 },
		{ "<a@x>", 100, D0, MSG_SEEN, "Work", 0 },
	};
	static const struct fx_message after[] = {
		{ "<a@x>", 100, D0, MSG_SEEN, "work", 0 },
		{ "<a@x>", 100, D0, 0, "B LABEL1", 0 },
		{ "<a@x>", 100, D0, 0, "WORK", 0 },
	};
	static const struct fx_folder old[] = { F("INBOX", before) };
	static const struct fx_folder new[] = { F("INBOX", after) };
	struct verify_options o;
	struct judgement j;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_string_equal(findings(&f, t), "");
	assert_int_equal(j.verdict, VERDICT_CLEAN);
	fx_close(&f);
}

/* ---- findings that stay themselves ---- */

static void collect_fingerprints(struct fx *f, int64_t t, struct strbuf *out)
{
	char hex[SHA256_HEX_SIZE];
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM) {
		sha256_hex(&x.fingerprint, hex);
		if (strstr(strbuf_cstr(out), hex) != NULL)
			fail_msg("two findings share %s", hex);
		strbuf_addf(out, "%s\n", hex);
	}
	store_findings_close(it);
}

/* The same next week: a later run, other UIDs, other UIDVALIDITY. */
static void fingerprints_outlive_runs_and_uids(void **state)
{
	static const struct fx_message m[] = { { "<a@x>", 100, D0, MSG_SEEN, "w", 0 },
					       { "<a@x>", 100, D0, MSG_SEEN, "w", 0 },
					       { "<a@x>", 100, D0, MSG_SEEN, "w", 0 },
					       { NULL, 50, D0, 0, NULL, 0 },
					       { NULL, 50, D0, 0, NULL, 0 },
					       { "<z@x>", 70, D0, 0, NULL, 0 } };
	static const struct fx_message later[] = {
		{ "<a@x>", 100, D0, MSG_SEEN, "w", 11 },
		{ "<a@x>", 100, D0, MSG_SEEN, "w", 12 },
		{ "<a@x>", 100, D0, MSG_SEEN, "w", 13 },
		{ NULL, 50, D0, 0, NULL, 14 },
		{ NULL, 50, D0, 0, NULL, 15 },
		{ "<z@x>", 70, D0, 0, NULL, 16 }
	};
	static const struct fx_message n[] = { { "<a@x>", 90, D0 + 9, 0, NULL, 0 },
					       { "<a@x>", 90, D0 + 9, 0, NULL, 0 } };
	static const struct fx_folder old[2][2] = {
		{ F("INBOX", m), F("Gone", m) },
		{ { .name = "INBOX", FX_MESSAGES(later), .uidvalidity = 7 },
		  { .name = "Gone", FX_MESSAGES(later), .uidvalidity = 8 } },
	};
	static const struct fx_folder new[] = { F("INBOX", n) };
	struct strbuf hex[2] = { STRBUF_INIT, STRBUF_INIT };
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	for (int i = 0; i < 2; i++) {
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old[i], 2);
		fx_read(&f, SIDE_NEW, "ann", new, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		collect_fingerprints(&f, t, &hex[i]);
	}
	assert_true(hex[0].n > 10 * 65);
	assert_string_equal(strbuf_cstr(&hex[0]), strbuf_cstr(&hex[1]));
	strbuf_done(&hex[0]);
	strbuf_done(&hex[1]);
	fx_close(&f);
}

/* What else is found does not change the fingerprint of this. */
static void fingerprints_do_not_depend_on_other_findings(void **state)
{
	enum { N = 12 };
	static struct fx_message m[N];
	static char id[N][8];
	struct fx_folder old[] = { F("INBOX", m) };
	static const struct fx_folder new[] = { FE("INBOX") };
	struct strbuf some = STRBUF_INIT, all = STRBUF_INIT;
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		snprintf(id[i], sizeof id[i], "<%zu@x>", i);
		m[i] = (struct fx_message){ id[i], 100, D0, 0, NULL, 0 };
	}
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	o = options(&t, 1);
	for (int i = 0; i < 2; i++) {
		old[0].n = i == 0 ? N / 2 : N;
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old, 1);
		fx_read(&f, SIDE_NEW, "ann", new, 1);
		fx_audit_end(&f);
		verify(&f, &o);
		collect_fingerprints(&f, t, i == 0 ? &some : &all);
	}
	assert_int_equal(some.n, N / 2 * 65);
	assert_int_equal(all.n, N * 65);
	for (size_t at = 0; at < some.n; at += 65) {
		some.p[at + 64] = '\0';
		assert_non_null(strstr(strbuf_cstr(&all), some.p + at));
	}
	strbuf_done(&some);
	strbuf_done(&all);
	fx_close(&f);
}

/* ---- what the set tells ---- */

static void explains_where_the_copy_stopped(void **state)
{
	static struct fx_message all[200];
	static char id[200][16];
	struct fx_folder old[] = { F("INBOX", all) }, new[] = { F("INBOX", all) };
	struct verify_options o;
	struct err err = ERR_INIT;
	struct store_findings *it;
	struct finding x;
	struct judgement j;
	struct pair *pair;
	struct fx f;
	int64_t t;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		snprintf(id[i], sizeof id[i], "<%zu@x>", i);
		all[i] = (struct fx_message){
			id[i], 100, D0 + (int64_t)(i * 37 % 200) * YEAR / 20, 0, NULL, 0
		};
	}
	new[0].n = 120;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	j = judgement(&f, t);
	assert_int_equal(j.count.missing, 80);
	fx_ok(store_pairs(f.st, t, &f.arena, &pair, &n, &err));
	assert_string_equal(pair[0].note,
			    "The last 80 UIDs are missing: the copy stopped there, or "
			    "they came later.");
	fx_ok(store_findings_open(f.st, t, &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	assert_non_null(strstr(x.explanation, "one of the last 80 UIDs"));
	assert_non_null(strstr(x.explanation, "there is no seal"));
	store_findings_close(it);
	fx_close(&f);
}

static void scattered_losses_are_no_stopped_copy(void **state)
{
	static struct fx_message all[60], some[40];
	static char id[60][16];
	struct fx_folder old[] = { F("INBOX", all) }, new[] = { F("INBOX", some) };
	struct verify_options o;
	struct err err = ERR_INIT;
	struct pair *pair;
	struct fx f;
	size_t n = 0;
	int64_t t;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		snprintf(id[i], sizeof id[i], "<%zu@x>", i);
		all[i] = (struct fx_message){ id[i], 100, D0 + (int64_t)i, 0, NULL, 0 };
		if (i % 3 != 0)
			some[n++] = all[i];
	}
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 1);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	fx_ok(store_pairs(f.st, t, &f.arena, &pair, &n, &err));
	assert_int_equal(pair[0].count.missing, 20);
	assert_string_equal(pair[0].note, "");
	assert_string_equal(judgement(&f, t).note, "");
	fx_close(&f);
}

static void names_the_unread_folder_in_which_it_may_be(void **state)
{
	static const struct fx_folder old[] = { F("INBOX", abc) };
	static const struct fx_folder new[] = {
		F("INBOX", ab),
		{ .name = "Broken", .outcome = FOLDER_UNREADABLE, .error = "NO" }
	};
	struct verify_options o;
	struct err err = ERR_INIT;
	struct store_findings *it;
	struct finding x;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", old, 1);
	fx_read(&f, SIDE_NEW, "ann", new, 2);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	fx_ok(store_findings_open(f.st, t, &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	assert_int_equal(x.cls, FINDING_MESSAGE_MISSING);
	assert_non_null(strstr(x.explanation, "\"Broken\""));
	store_findings_close(it);
	fx_close(&f);
}

/* ---- the run ---- */

static bool stop_at_once(void *ctx)
{
	return ++*(int *)ctx > 1;
}

static void stops_between_transfers_and_begins_anew(void **state)
{
	static const struct fx_folder inbox[] = { F("INBOX", abc) };
	struct verify_result r;
	struct verify_options o;
	struct err err = ERR_INIT;
	struct judgement j;
	struct run run;
	int64_t t[2];
	int asked = 0;
	struct fx f;
	bool found;

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "bob", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", inbox, 1);
	fx_read(&f, SIDE_NEW, "ann", inbox, 1);
	fx_audit_end(&f);
	o = options(t, 2);
	o.stop = stop_at_once;
	o.stop_ctx = &asked;
	assert_false(verify_run(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	/* What was judged stays judged. */
	fx_ok(store_judgement(f.st, t[0], &f.arena, &j, &found, &err));
	assert_true(found);
	fx_ok(store_judgement(f.st, t[1], &f.arena, &j, &found, &err));
	assert_false(found);
	fx_ok(store_run_open(f.st, "verify", &f.arena, &run, &found, &err));
	assert_true(found);
	o.stop = NULL;
	verify(&f, &o);
	fx_ok(store_run_open(f.st, "verify", &f.arena, &run, &found, &err));
	assert_false(found);
	fx_close(&f);
}

static void refuses_a_transfer_that_is_not_there(void **state)
{
	struct verify_result r = { .run = -7 };
	struct verify_options o;
	struct err err = ERR_INIT;
	int64_t t = 99;
	struct fx f;

	(void)state;
	fx_open(&f);
	o = options(&t, 1);
	assert_false(verify_run(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_BUG);
	assert_int_equal(r.run, -7);
	fx_close(&f);
}

/* ---- against an oracle that knows nothing of keys, cursors and tiers ---- */

enum { BOXES = 3, MAILS = 60 };

struct random_case {
	struct fx_message old[BOXES][MAILS], new[BOXES][MAILS];
	size_t old_n[BOXES], new_n[BOXES];
};

static uint32_t roll(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

static void make_case(struct random_case *c, uint32_t *seed)
{
	static const char *const ids[] = { "<1@x>", "<2@x>", "<3@x>",
					   "<4@x>", "<5@x>", "<6@x>" };

	*c = (struct random_case){ .old_n = { 0 } };
	for (size_t b = 0; b < BOXES; b++) {
		size_t n = roll(seed, MAILS / 3);

		for (size_t i = 0; i < n; i++) {
			struct fx_message m = { ids[roll(seed, COUNT_OF(ids))],
						100 + roll(seed, 3),
						D0 + roll(seed, 3),
						roll(seed, 3),
						NULL,
						0 };
			size_t to = roll(seed, 10) == 0 ? roll(seed, BOXES) : b;

			c->old[b][c->old_n[b]++] = m;
			if (roll(seed, 8) == 0)
				continue; /* lost */
			if (roll(seed, 8) == 0)
				m.flags ^= MSG_SEEN;
			if (c->new_n[to] < MAILS)
				c->new[to][c->new_n[to]++] = m;
			if (roll(seed, 12) == 0 && c->new_n[to] < MAILS)
				c->new[to][c->new_n[to]++] = m; /* twice */
		}
	}
}

static size_t with_id(const struct fx_message *v, size_t n, const char *id)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(v[i].id, id) == 0;
	return found;
}

/* Missing and extra follow from counting each identity: in each folder, then in the
 * account. */
static void count_by_hand(const struct random_case *c, int64_t *missing, int64_t *extra,
			  int64_t *refiled)
{
	static const char *const ids[] = { "<1@x>", "<2@x>", "<3@x>",
					   "<4@x>", "<5@x>", "<6@x>" };

	*missing = *extra = *refiled = 0;
	for (size_t k = 0; k < COUNT_OF(ids); k++) {
		int64_t less = 0, more = 0, moved;

		for (size_t b = 0; b < BOXES; b++) {
			int64_t gap = (int64_t)with_id(c->old[b], c->old_n[b], ids[k]) -
				      (int64_t)with_id(c->new[b], c->new_n[b], ids[k]);

			less += gap > 0 ? gap : 0;
			more += gap < 0 ? -gap : 0;
		}
		moved = less < more ? less : more;
		*refiled += moved;
		*missing += less - moved;
		*extra += more - moved;
	}
}

static void agrees_with_counting_by_hand(void **state)
{
	static struct random_case c;
	uint32_t seed = 20261123;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		static const char *const names[BOXES] = { "INBOX", "A", "B" };
		struct fx_folder old[BOXES], new[BOXES];
		int64_t missing, extra, refiled, t;
		struct verify_options o;
		struct judgement j;
		struct fx f;

		make_case(&c, &seed);
		for (size_t b = 0; b < BOXES; b++) {
			old[b] = (struct fx_folder){ .name = names[b],
						     .message = c.old[b],
						     .n = c.old_n[b],
						     .depth = DEPTH_FULL };
			new[b] = (struct fx_folder){ .name = names[b],
						     .message = c.new[b],
						     .n = c.new_n[b],
						     .depth = DEPTH_FULL };
		}
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", old, BOXES);
		fx_read(&f, SIDE_NEW, "ann", new, BOXES);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		j = judgement(&f, t);
		count_by_hand(&c, &missing, &extra, &refiled);
		check_sums(i, &j);
		if (j.count.missing != missing || j.count.extra != extra ||
		    j.count.refiled != refiled)
			fail_msg("case %zu: %lld missing, %lld extra, %lld refiled; by "
				 "hand %lld, %lld, "
				 "%lld",
				 i, (long long)j.count.missing, (long long)j.count.extra,
				 (long long)j.count.refiled, (long long)missing,
				 (long long)extra, (long long)refiled);
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields_join_what_message_ids_part),
		cmocka_unit_test(two_message_ids_are_two_messages_however_alike),
		cmocka_unit_test(copies_meet_by_keywords_in_any_case),
		cmocka_unit_test(fingerprints_outlive_runs_and_uids),
		cmocka_unit_test(fingerprints_do_not_depend_on_other_findings),
		cmocka_unit_test(explains_where_the_copy_stopped),
		cmocka_unit_test(scattered_losses_are_no_stopped_copy),
		cmocka_unit_test(names_the_unread_folder_in_which_it_may_be),
		cmocka_unit_test(stops_between_transfers_and_begins_anew),
		cmocka_unit_test(refuses_a_transfer_that_is_not_there),
		cmocka_unit_test(agrees_with_counting_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
