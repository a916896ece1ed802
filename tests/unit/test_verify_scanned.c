/* SPDX-License-Identifier: MIT */
/* Both sides were scanned: contents are compared; what nobody can read is never clean. */
#include "store/store_accept.h"
#include "store/store_scan.h"
#include "tests/support/verify_fixture.h"

#define BIT(s) SYMPTOM_BIT(SYMPTOM_##s)

/* What a scan saw of the one message of a side. */
struct saw {
	bool scanned, unread;
	const char *header, *body; /* stand for their digests */
	int64_t announced;	   /* 0: what the index says */
	uint64_t symptoms;
};

static const struct {
	const char *what;
	int64_t old_octets, new_octets;
	struct saw old, new;
	int64_t contents;
	enum verdict verdict;
	const char *reasons;
} cases[] = {
	{ "nobody scanned", 100, 100, { 0 }, { 0 }, 0, VERDICT_CLEAN, "" },
	{ "the same",
	  100,
	  100,
	  { true, false, "h", "b", 0, 0 },
	  { true, false, "h", "b", 0, 0 },
	  1,
	  VERDICT_CLEAN,
	  "" },
	{ "one letter is another one",
	  100,
	  100,
	  { true, false, "h", "b", 0, 0 },
	  { true, false, "h", "c", 0, 0 },
	  1,
	  VERDICT_DIFFERS,
	  "body loss content old INBOX 1\n" },
	{ "a header field is another one: looked up first",
	  100,
	  100,
	  { true, false, "h", "b", 0, 0 },
	  { true, false, "i", "b", 0, 0 },
	  1,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
	{ "another size and another body",
	  100,
	  90,
	  { true, false, "h", "b", 0, 0 },
	  { true, false, "h", "c", 0, 0 },
	  1,
	  VERDICT_DIFFERS,
	  "body loss content old INBOX 1\n" },
	{ "one side only",
	  100,
	  100,
	  { true, false, "h", "b", 0, 0 },
	  { 0 },
	  0,
	  VERDICT_CLEAN,
	  "" },
	{ "what was scanned is another message by now",
	  100,
	  100,
	  { true, false, "h", "b", 99, 0 },
	  { true, false, "h", "c", 0, 0 },
	  0,
	  VERDICT_CLEAN,
	  "" },
	{ "the old server does not give it out",
	  100,
	  100,
	  { true, true, "", "", 0, 0 },
	  { true, false, "h", "c", 0, 0 },
	  0,
	  VERDICT_INCOMPLETE,
	  "none doubt message-unreadable old INBOX 1\n" },
	{ "nor does the new one",
	  100,
	  100,
	  { true, true, "", "", 0, 0 },
	  { true, true, "", "", 0, 0 },
	  0,
	  VERDICT_INCOMPLETE,
	  "none doubt message-unreadable old INBOX 1\n"
	  "none doubt message-unreadable new INBOX 1\n" },
	{ "corrupt, and copied as it is",
	  100,
	  100,
	  { true, false, "h", "b", 0, BIT(NUL) | BIT(MULTIPART_CUT) | BIT(LONG_LINE) },
	  { true, false, "h", "b", 0, BIT(LONG_LINE) },
	  1,
	  VERDICT_DIFFERS,
	  "none doubt message-damaged old INBOX 1\n" },
	{ "one sign of damage is no doubt yet",
	  100,
	  100,
	  { true, false, "h", "b", 0, BIT(NUL) | BIT(CONTROLS) },
	  { true, false, "h", "b", 0, BIT(BASE64) },
	  1,
	  VERDICT_CLEAN,
	  "none info message-damaged old INBOX 1\n"
	  "none info message-damaged new INBOX 1\n" },
	{ "odd is not damaged",
	  100,
	  100,
	  { true, false, "h", "b", 0, BIT(DATE_BAD) | BIT(HEADER_8BIT) },
	  { true, false, "h", "b", 0, BIT(BARE_LF) },
	  1,
	  VERDICT_CLEAN,
	  "" },
};

static void put_uid(struct fx *f, enum side side, uint32_t uid, const struct saw *s,
		    int64_t octets)
{
	struct body_facts b = { .read = !s->unread,
				.announced = s->announced != 0 ? s->announced : octets,
				.octets = s->unread ? -1 : octets,
				.symptoms = s->symptoms,
				.words = s->unread ? "NO [SERVERBUG] Internal error"
						   : "" };
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	if (!s->scanned)
		return;
	b.header_key = fx_key(s->header);
	b.body_key = fx_key(s->body);
	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	assert_int_equal(n, 1);
	fx_ok(store_body_put(f->st, v->epoch, uid, &b, &err));
}

static void put(struct fx *f, enum side side, const struct saw *s, int64_t octets)
{
	put_uid(f, side, 1, s, octets);
}

static void contents_are_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fx_message a = { "<a@x>", cases[i].old_octets, D0, 0, NULL, 1 },
				  b = a;
		struct fx_folder old = {
			.name = "INBOX", .message = &a, .n = 1, FX_EMPTY
		};
		struct fx_folder new = {
			.name = "INBOX", .message = &b, .n = 1, FX_EMPTY
		};
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		b.octets = cases[i].new_octets;
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &old, 1);
		fx_read(&f, SIDE_NEW, "ann", &new, 1);
		put(&f, SIDE_OLD, &cases[i].old, cases[i].old_octets);
		put(&f, SIDE_NEW, &cases[i].new, cases[i].new_octets);
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		j = judgement(&f, t);
		check_sums(i, &j);
		if (strcmp(reasons(&f, t), cases[i].reasons) != 0 ||
		    j.verdict != cases[i].verdict || j.contents != cases[i].contents)
			fail_msg("%s: %s, %lld compared\n%s", cases[i].what,
				 verdict_name(j.verdict), (long long)j.contents,
				 reasons(&f, t));
		if (cases[i].contents > 0)
			assert_non_null(strstr(j.note, "The contents of 1 of 1 old"));
		fx_close(&f);
	}
}

/* It is missing because no mover could read it. */
static void unreadable_mail_that_is_missing_says_why(void **state)
{
	struct fx_message a = { "<a@x>", 100, D0, 0, NULL, 1 };
	struct fx_folder old = { .name = "INBOX", .message = &a, .n = 1, FX_EMPTY };
	struct fx_folder new = { .name = "INBOX", .message = NULL, .n = 0, FX_EMPTY };
	static const struct saw unread = { true, true, "", "", 0, 0 };
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", &old, 1);
	fx_read(&f, SIDE_NEW, "ann", &new, 1);
	put(&f, SIDE_OLD, &unread, 100);
	fx_audit_end(&f);
	o = options(&t, 1);
	verify(&f, &o);
	assert_non_null(
		strstr(reasons(&f, t), "unreadable-old doubt message-missing old"));
	assert_non_null(
		strstr(reasons(&f, t), "none doubt message-unreadable old INBOX 1"));
	assert_int_equal(judgement(&f, t).verdict, VERDICT_INCOMPLETE);
	fx_close(&f);
}

/* All findings of a transfer, in order. */
static size_t fingerprints(struct fx *f, int64_t t, struct sha256 *out, size_t max)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	size_t n = 0;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM) {
		assert_true(n < max);
		assert_true(x.uid > 0 && x.epoch > 0);
		out[n++] = x.fingerprint;
	}
	store_findings_close(it);
	return n;
}

/* Each has a fingerprint of its own, also of two copies; what nobody gives out stays
 * unknown until a person has decided about the last of them. */
static void a_person_decides_about_what_cannot_be_read(void **state)
{
	static const struct saw unread = { true, true, "", "", 0, BIT(NOTHING) },
				good = { true, false, "h", "b", 0, 0 },
				corrupt = { true, false, "h",
					    "b",  0,	 BIT(NUL) | BIT(BASE64) };
	struct fx_message m[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
				  { "<a@x>", 100, D0, 0, NULL, 2 },
				  { "<b@x>", 100, D0, 0, NULL, 3 },
				  { "<c@x>", 100, D0, 0, NULL, 4 } };
	struct fx_folder folder = { .name = "INBOX", .message = m, .n = 4, FX_EMPTY };
	static const enum verdict after[] = { VERDICT_INCOMPLETE, VERDICT_INCOMPLETE,
					      VERDICT_DIFFERS, VERDICT_CLEAN };
	struct sha256 fp[3], now[3];
	struct err err = ERR_INIT;
	struct verify_options o;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", &folder, 1);
	fx_read(&f, SIDE_NEW, "ann", &folder, 1);
	put_uid(&f, SIDE_OLD, 1, &unread, 100);
	put_uid(&f, SIDE_OLD, 2, &unread, 100);
	put_uid(&f, SIDE_OLD, 3, &corrupt, 100);
	put_uid(&f, SIDE_OLD, 4, &good, 100);
	fx_audit_end(&f);
	o = options(&t, 1);
	for (size_t i = 0; i < COUNT_OF(after); i++) {
		struct acceptance a = {
			.at = 1, .teller = "owner", .reason = "known", .what = "{}"
		};

		verify(&f, &o);
		assert_int_equal(judgement(&f, t).verdict, after[i]);
		assert_int_equal(judgement(&f, t).accepted, i);
		assert_int_equal(fingerprints(&f, t, now, COUNT_OF(now)), 3);
		if (i == 0)
			memcpy(fp, now, sizeof fp);
		assert_memory_equal(now, fp, sizeof fp); /* the same next week */
		if (i == 3)
			break;
		assert_memory_not_equal(&fp[i], &fp[(i + 1) % 3], sizeof fp[i]);
		fx_ok(store_accept(f.st, &a, &now[i], 1, &err));
		assert_int_equal(a.findings, 1);
	}
	fx_close(&f);
}

/* Of what a scan chose by chance the bound is told: here both, or one of them. */
static void a_sample_is_told_with_its_bound(void **state)
{
	static const struct {
		uint64_t rank;
		bool both;
		struct sampled want;
		const char *says;
	} samples[] = {
		{ UINT64_MAX, true, { 2, 0, 0 }, "By chance 2 of 2 read, none differ." },
		{ UINT64_MAX, false, { 1, 1, 0 }, "(1 of them could not be compared" },
		{ 0, true, { 0, 0, 0 }, NULL },
	};
	static const struct saw saw = { true, false, "h", "b", 0, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		struct fx_message m[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
					  { "<b@x>", 100, D0, 0, NULL, 2 } };
		struct fx_folder folder = {
			.name = "INBOX", .message = m, .n = 2, FX_EMPTY
		};
		struct scan_sample sample = { .side = SIDE_OLD,
					      .seed = 7,
					      .rank = samples[i].rank,
					      .messages = 2,
					      .chosen = 2 };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &folder, 1);
		fx_read(&f, SIDE_NEW, "ann", &folder, 1);
		for (int side = 0; side < SIDE_COUNT; side++) {
			put_uid(&f, (enum side)side, 1, &saw, 100);
			if (side == SIDE_OLD || samples[i].both)
				put_uid(&f, (enum side)side, 2, &saw, 100);
		}
		fx_ok(store_scan_sample_put(f.st, &sample, &err));
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		j = judgement(&f, t);
		if (memcmp(&j.sampled, &samples[i].want, sizeof j.sampled) != 0 ||
		    (strstr(j.note, "By chance") != NULL) != (samples[i].says != NULL) ||
		    (samples[i].says != NULL && strstr(j.note, samples[i].says) == NULL))
			fail_msg("case %zu: %lld %lld %lld\n%s", i,
				 (long long)j.sampled.read, (long long)j.sampled.unread,
				 (long long)j.sampled.differ, j.note);
		fx_close(&f);
	}
}

/* Bodies are the same, by a scan; of the headers a look tells what differs. */
static void a_scan_and_a_look_tell_more_together(void **state)
{
	static const struct {
		int64_t old_octets, new_octets;
		const char *new_header; /* digest; the old one's is "h" */
		const char *old_fields, *new_fields;
		const char *reasons;
	} looks[] = {
		/* as long, and other words */
		{ 100, 100, "i", "Date:37:00000001\nSubject:20:00000002\n",
		  "Date:37:00000001\nSubject:20:00000003\n",
		  "header doubt octets old INBOX 1\n" },
		/* as long, and the same words, folded otherwise */
		{ 100, 100, "i", "Date:37:00000001\nSubject:22:00000002\n",
		  "Date:39:00000001\nSubject:20:00000002\n", "" },
		/* longer by more than the header: line ends */
		{ 100, 107, "i", "Date:37:00000001\n", "Date:37:00000001\nX:5:00000001\n",
		  "line-ends info octets old INBOX 1\n" },
		/* and other words as well */
		{ 100, 107, "i", "Date:37:00000001\n", "Date:39:00000002\n",
		  "header doubt octets old INBOX 1\n" },
		/* the headers are the same, read as a whole, whatever the list lacks */
		{ 100, 101, "h", "Date:37:00000001\n...\n", "Date:37:00000001\n...\n",
		  "line-ends info octets old INBOX 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(looks); i++) {
		struct saw saw = { true, false, "h", "b", 0, 0 };
		struct fx_message a = { "<a@x>", looks[i].old_octets, D0, 0, NULL, 1 };
		struct fx_message b = { "<a@x>", looks[i].new_octets, D0, 0, NULL, 1 };
		const struct fx_folder folder[] = {
			{ .name = "INBOX", .message = &a, .n = 1, FX_EMPTY },
			{ .name = "INBOX", .message = &b, .n = 1, FX_EMPTY }
		};
		struct detail_facts facts = { .header_octets = 50,
					      .body_octets = -1,
					      .crlf = -1,
					      .bare_lf = -1,
					      .bare_cr = -1 };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		for (int side = 0; side < SIDE_COUNT; side++) {
			struct folder_view *v;
			size_t n;

			fx_read(&f, (enum side)side, "ann", &folder[side], 1);
			saw.header = side == SIDE_OLD ? "h" : looks[i].new_header;
			put(&f, (enum side)side, &saw,
			    side == SIDE_OLD ? a.octets : b.octets);
			fx_ok(store_folders(f.st, fx_account(&f, (enum side)side, "ann"),
					    false, &f.arena, &v, &n, &err));
			facts.fields = side == SIDE_OLD ? looks[i].old_fields
							: looks[i].new_fields;
			fx_ok(store_detail_facts_put(f.st, v->epoch, 1, &facts, &err));
		}
		fx_audit_end(&f);
		o = options(&t, 1);
		verify(&f, &o);
		if (strcmp(reasons(&f, t), looks[i].reasons) != 0)
			fail_msg("case %zu:\n%s", i, reasons(&f, t));
		fx_close(&f);
	}
}

/* A size that one of both did not tell stands against nothing; contents of servers that
 * make them anew are not compared, nor is their sample. */
static void contents_are_compared_where_they_can_be(void **state)
{
	static const struct {
		int64_t announced[2], octets[2];
		unsigned not_comparable;
		bool new_scanned;
		int64_t contents, sampled;
	} compared[] = {
		{ { 100, 100 }, { 100, 100 }, 0, true, 1, 1 },
		{ { -1, -1 }, { 100, 100 }, 0, true, 1, 1 },
		{ { 100, 100 }, { -1, -1 }, 0, true, 1, 1 },
		{ { 100, 99 }, { 100, 100 }, 0, true, 0, 0 },
		{ { 100, 100 }, { 100, 100 }, DIFF_CONTENT, true, 0, 0 },
		{ { 100, 100 }, { 100, 100 }, 0, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(compared); i++) {
		struct scan_sample sample = { .side = SIDE_OLD,
					      .seed = 7,
					      .rank = UINT64_MAX,
					      .messages = 1,
					      .chosen = 1 };
		struct err err = ERR_INIT;
		struct verify_options o;
		struct judgement j;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		for (int side = 0; side < SIDE_COUNT; side++) {
			const struct fx_message m = { "<a@x>", compared[i].octets[side],
						      D0,      0,
						      NULL,    1 };
			const struct fx_folder folder = {
				.name = "INBOX", .message = &m, .n = 1, FX_EMPTY
			};
			struct body_facts b = { .read = true,
						.announced = compared[i].announced[side],
						.octets = 100,
						.header_key = fx_key("h"),
						.body_key = fx_key("b"),
						.words = "" };
			struct folder_view *v;
			size_t n;

			fx_read(&f, (enum side)side, "ann", &folder, 1);
			fx_ok(store_folders(f.st, fx_account(&f, (enum side)side, "ann"),
					    false, &f.arena, &v, &n, &err));
			if (side == SIDE_OLD || compared[i].new_scanned)
				fx_ok(store_body_put(f.st, v->epoch, 1, &b, &err));
		}
		fx_ok(store_scan_sample_put(f.st, &sample, &err));
		fx_audit_end(&f);
		o = options(&t, 1);
		o.not_comparable = compared[i].not_comparable;
		verify(&f, &o);
		j = judgement(&f, t);
		if (j.contents != compared[i].contents ||
		    j.sampled.read != compared[i].sampled)
			fail_msg("case %zu: %lld compared, %lld by chance", i,
				 (long long)j.contents, (long long)j.sampled.read);
		fx_close(&f);
	}
}

/* Two whose mail is in one folder: what is damaged there is told once, and what an audit
 * could not read is not told again by a scan.  One of them was never scanned. */
static void damage_in_a_shared_folder_is_told_once(void **state)
{
	static const uint32_t at_1[] = { 1 };
	static const struct fx_message m[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
					       { "<b@x>", 100, D0, 0, NULL, 2 } };
	static const struct fx_folder one = F("INBOX", m);
	static const struct fx_folder holed = { .name = "INBOX",
						FX_MESSAGES(m),
						FX_HOLES(at_1) };
	const struct body_facts unread = { .announced = -1, .octets = -1, .words = "NO" };
	const struct body_facts read = {
		.read = true, .announced = 100, .octets = 100, .words = ""
	};
	struct err err = ERR_INIT;
	struct folder_view *v;
	struct fx f;
	int64_t t[2] = { 0 };
	struct verify_options o = options(t, 2);
	size_t n;

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "all", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "all", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", &one, 1);
	fx_read(&f, SIDE_OLD, "bob", &one, 1);
	fx_read(&f, SIDE_NEW, "all", &one, 1);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_OLD, "ann"), false, &f.arena, &v,
			    &n, &err));
	fx_ok(store_body_put(f.st, v->epoch, 2, &read, &err));
	fx_audit_end(&f);
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_NEW, "all", &holed, 1);
	fx_ok(store_folders(f.st, fx_account(&f, SIDE_NEW, "all"), false, &f.arena, &v,
			    &n, &err));
	fx_ok(store_body_put(f.st, v->epoch, 1, &unread, &err));
	fx_ok(store_body_put(f.st, v->epoch, 2, &unread, &err));
	fx_audit_end(&f);
	verify(&f, &o);
	assert_non_null(strstr(findings(&f, t[0]), "message-unreadable new INBOX 1\n"));
	assert_non_null(strstr(findings(&f, t[0]), "message-unreadable new INBOX 2\n"));
	assert_null(
		strstr(strstr(findings(&f, t[0]), "message-unreadable new INBOX 1\n") + 1,
		       "message-unreadable new INBOX 1\n"));
	assert_null(strstr(findings(&f, t[1]), "message-unreadable"));
	/* Once it is given out, its contents are compared, and that is said behind the
	 * rest. */
	fx_audit(&f, DEPTH_FULL);
	fx_ok(store_body_put(f.st, v->epoch, 2, &read, &err));
	fx_audit_end(&f);
	verify(&f, &o);
	assert_non_null(strstr(judgement(&f, t[0]).note,
			       "in the same folders. The contents of 1 of 2 old"));
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contents_are_compared),
		cmocka_unit_test(a_scan_and_a_look_tell_more_together),
		cmocka_unit_test(contents_are_compared_where_they_can_be),
		cmocka_unit_test(damage_in_a_shared_folder_is_told_once),
		cmocka_unit_test(a_sample_is_told_with_its_bound),
		cmocka_unit_test(unreadable_mail_that_is_missing_says_why),
		cmocka_unit_test(a_person_decides_about_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
