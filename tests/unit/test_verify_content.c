/* SPDX-License-Identifier: MIT */
/* A difference in size is a suspicion until header and body were looked into. */
#include "tests/support/verify_fixture.h"

#define OLD_FIELDS "Date:37:00000001\nSubject:20:00000002\n"
#define TUID	   "X-TUID:26:0000000a\n"

#define NO_FIELDS 1 /* as header: only what makes identity was looked up */

/* What was looked up; body NULL: only the header. */
struct looked {
	const char *fields;
	int64_t header;
	const char *body; /* stands for its digest */
	int64_t body_octets, crlf, lf;
	const char *failed;
};

static const struct {
	const char *what;
	int64_t old_octets, new_octets;
	struct looked old, new;
	int64_t wants;
	enum verdict verdict;
	const char *reasons;
} cases[] = {
	{ "nobody has looked",
	  100,
	  126,
	  { 0 },
	  { 0 },
	  2,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
	{ "only one side was looked at",
	  100,
	  126,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { 0 },
	  1,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
	{ "a field was added",
	  100,
	  126,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { OLD_FIELDS TUID, 85, NULL, 0, 0, 0, NULL },
	  0,
	  VERDICT_CLEAN,
	  "header info octets old INBOX 1\n" },
	{ "a field was folded otherwise",
	  100,
	  102,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { "Date:37:00000001\nSubject:22:00000002\n", 61, NULL, 0, 0, 0, NULL },
	  0,
	  VERDICT_CLEAN,
	  "header info octets old INBOX 1\n" },
	{ "a field was changed",
	  100,
	  102,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { "Date:37:00000001\nSubject:22:00000009\n", 61, NULL, 0, 0, 0, NULL },
	  0,
	  VERDICT_DIFFERS,
	  "header doubt octets old INBOX 1\n" },
	{ "a field was left out",
	  100,
	  63,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { "Subject:20:00000002\n", 22, NULL, 0, 0, 0, NULL },
	  0,
	  VERDICT_DIFFERS,
	  "header doubt octets old INBOX 1\n" },
	{ "the header does not explain it",
	  100,
	  120,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { OLD_FIELDS TUID, 85, NULL, 0, 0, 0, NULL },
	  2,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
	{ "the bodies differ",
	  100,
	  60,
	  { OLD_FIELDS, 59, "one", 41, 1, 0, NULL },
	  { OLD_FIELDS, 59, "two", 1, 1, 0, NULL },
	  0,
	  VERDICT_DIFFERS,
	  "body loss content old INBOX 1\n" },
	{ "a field was added, and the body cut",
	  100,
	  100,
	  { OLD_FIELDS, 59, "one", 41, 1, 0, NULL },
	  { OLD_FIELDS TUID, 85, "two", 15, 1, 0, NULL },
	  0,
	  VERDICT_CLEAN,
	  "" },
	{ "line ends",
	  100,
	  101,
	  { OLD_FIELDS, 59, "one", 41, 0, 1, NULL },
	  { OLD_FIELDS, 59, "one", 42, 1, 0, NULL },
	  0,
	  VERDICT_CLEAN,
	  "line-ends info octets old INBOX 1\n" },
	{ "another size announced",
	  100,
	  101,
	  { OLD_FIELDS, 59, "one", 41, 1, 0, NULL },
	  { OLD_FIELDS, 59, "one", 41, 1, 0, NULL },
	  0,
	  VERDICT_CLEAN,
	  "line-ends info octets old INBOX 1\n" },
	{ "it cannot be had",
	  100,
	  101,
	  { 0 },
	  { NULL, -1, NULL, 0, 0, 0, "NO [SERVERBUG] internal error" },
	  1,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
	{ "not told",
	  -1,
	  100,
	  { 0 },
	  { 0 },
	  0,
	  VERDICT_DIFFERS,
	  "unexplained doubt octets old INBOX 1\n" },
};

/* What stands for a header of which more was sent than is listed. */
#define MORE "...\n"

static const struct {
	const char *what;
	int64_t old_octets, new_octets;
	struct looked old, new;
	int64_t wants;
	const char *reasons, *says;
} odd[] = {
	{ "not told by the new side",
	  100,
	  -1,
	  { 0 },
	  { 0 },
	  0,
	  "unexplained doubt octets old INBOX 1\n",
	  "The size was not told on both sides." },
	{ "only what makes identity was looked up on the old side",
	  100,
	  101,
	  { NULL, NO_FIELDS, NULL, 0, 0, 0, NULL },
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  1,
	  "unexplained doubt octets old INBOX 1\n",
	  "It has not been looked into yet." },
	{ "and on the new one",
	  100,
	  101,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { NULL, NO_FIELDS, NULL, 0, 0, 0, NULL },
	  1,
	  "unexplained doubt octets old INBOX 1\n",
	  "It has not been looked into yet." },
	{ "many fields differ",
	  100,
	  200,
	  { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL },
	  { OLD_FIELDS "A:20:00000001\nB:20:00000002\nC:20:00000003\nD:20:00000004\n"
		       "E:20:00000005\n",
	    159, NULL, 0, 0, 0, NULL },
	  0,
	  "header info octets old INBOX 1\n",
	  "D (20 octets) was added, and 1 more fields differ: +100 octets" },
	{ "the body of one side alone is known",
	  100,
	  120,
	  { OLD_FIELDS, 59, "one", 41, 1, 0, NULL },
	  { OLD_FIELDS TUID, 85, NULL, 0, 0, 0, NULL },
	  1,
	  "unexplained doubt octets old INBOX 1\n",
	  "Its body has not been compared yet." },
	{ "another Subject behind other line ends",
	  100,
	  103,
	  { OLD_FIELDS, 59, "one", 41, 0, 1, NULL },
	  { "Date:37:00000001\nSubject:22:00000009\n", 61, "one", 42, 1, 0, NULL },
	  0,
	  "header doubt octets old INBOX 1\n",
	  "Subject (22 octets) was changed: +2 octets on the new side; the bodies are "
	  "the "
	  "same but for their line ends." },
	{ "a field was added, and the line ends are others: nothing is lost",
	  100,
	  127,
	  { OLD_FIELDS, 59, "one", 41, 0, 1, NULL },
	  { OLD_FIELDS TUID, 85, "one", 42, 1, 0, NULL },
	  0,
	  "line-ends info octets old INBOX 1\n",
	  "The bodies are the same but for their line ends" },
	{ "a header that is longer than its list",
	  100,
	  101,
	  { OLD_FIELDS MORE, 59, "one", 41, 0, 1, NULL },
	  { OLD_FIELDS MORE, 59, "one", 42, 1, 0, NULL },
	  0,
	  "header doubt octets old INBOX 1\n",
	  "What was listed of the header is the same, but that is not all of it; the "
	  "bodies are the same but for their line ends." },
};

static struct msg_key digest(const char *text)
{
	struct msg_key key;
	struct sha256 d;

	sha256_of(text, strlen(text), &d);
	memcpy(key.bytes, d.bytes, sizeof key.bytes);
	return key;
}

static __attribute__((noinline)) void put(struct fx *f, enum side side,
					  const struct looked *l, uint32_t uid)
{
	struct detail_facts facts = { .fields = l->fields,
				      .header_octets = l->header,
				      .body_octets = -1,
				      .crlf = -1,
				      .bare_lf = -1,
				      .bare_cr = -1 };
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, "ann"), false, &f->arena, &v, &n,
			    &err));
	if (l->body != NULL) {
		facts.body_octets = l->body_octets;
		facts.body_key = digest(l->body);
		facts.crlf = l->crlf;
		facts.bare_lf = l->lf;
		facts.bare_cr = 0;
	}
	if (l->failed == NULL && l->fields == NULL && l->body == NULL &&
	    l->header == NO_FIELDS) {
		const struct message_detail d = { .subject = "s" };

		fx_ok(store_detail_put(f->st, v->epoch, uid, &d, NULL, &err));
	} else if (l->failed != NULL)
		fx_ok(store_detail_fail(f->st, v->epoch, uid, l->failed, &err));
	else if (l->fields != NULL)
		fx_ok(store_detail_facts_put(f->st, v->epoch, uid, &facts, &err));
}

static void looks_before_it_speaks(void **state)
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
		struct verify_result r;
		struct fx f;
		int64_t t;

		b.octets = cases[i].new_octets;
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &old, 1);
		fx_read(&f, SIDE_NEW, "ann", &new, 1);
		put(&f, SIDE_OLD, &cases[i].old, 1);
		put(&f, SIDE_NEW, &cases[i].new, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		r = verify(&f, &o);
		if (strcmp(reasons(&f, t), cases[i].reasons) != 0 ||
		    judgement(&f, t).verdict != cases[i].verdict ||
		    r.wants != cases[i].wants)
			fail_msg("%s: %s, %lld wanted\n%s", cases[i].what,
				 verdict_name(judgement(&f, t).verdict),
				 (long long)r.wants, reasons(&f, t));
		fx_close(&f);
	}
}

/* Of the findings the one that is not of what was removed, and its fingerprint. */
static struct sha256 what_stands(struct fx *f, int64_t t, const char **reason)
{
	struct sha256 fingerprint = { { 0 } };
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;

	*reason = "";
	fx_ok(store_findings_open(f->st, t, &it, &err));
	while (store_findings_next(it, &x, &err) == NEXT_ITEM) {
		if (x.severity == SEVERITY_INFO)
			continue;
		*reason = arena_printf(&f->arena, "%s %s %s %s %u [%s|%s]",
				       why_name(x.why), severity_name(x.severity),
				       finding_class_name(x.cls), x.folder,
				       (unsigned)x.uid, x.old_fact, x.new_fact);
		fingerprint = x.fingerprint;
	}
	store_findings_close(it);
	return fingerprint;
}

/* What was wrong with a message is no more right when it is removed on the new side, nor
 * when that of the old side goes, too, and a seal is taken. */
static void what_was_wrong_stays_told(void **state)
{
	static const struct fx_folder none = { .name = "INBOX", FX_EMPTY };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		const size_t k = i / 2;
		struct fx_message a = { "<a@x>", cases[k].old_octets, D0, 0, NULL, 1 },
				  b = a;
		struct fx_folder old = {
			.name = "INBOX", .message = &a, .n = 1, FX_EMPTY
		};
		struct fx_folder new = {
			.name = "INBOX", .message = &b, .n = 1, FX_EMPTY
		};
		struct verify_options o;
		struct sha256 was, is;
		const char *then, *now;
		struct fx f;
		int64_t t, wants;

		b.octets = cases[k].new_octets;
		if (a.octets < 0 || b.octets < 0)
			continue; /* nobody knows whether it was of another size */
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		o = options(&t, 1);
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &old, 1);
		fx_read(&f, SIDE_NEW, "ann", &new, 1);
		put(&f, SIDE_OLD, &cases[k].old, 1);
		put(&f, SIDE_NEW, &cases[k].new, 1);
		fx_audit_end(&f);
		seal(&f, t, "ann", "ann");
		verify(&f, &o);
		was = what_stands(&f, t, &then);
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, i % 2 == 0 ? SIDE_NEW : SIDE_OLD, "ann", &none, 1);
		fx_audit_end(&f);
		if (i % 2 != 0)
			seal(&f, t, "ann", "ann");
		o = options(&t, 1);
		wants = verify(&f, &o).wants;
		assert_true(i % 2 != 0 || wants == 0); /* nobody is left to ask */
		is = what_stands(&f, t, &now);
		if (strcmp(then, now) != 0 || memcmp(&was, &is, sizeof was) != 0 ||
		    judgement(&f, t).verdict !=
			    (*then == '\0' ? VERDICT_CLEAN : VERDICT_DIFFERS))
			fail_msg("%s, %s: %s, was %s, is %s", cases[k].what,
				 i % 2 == 0 ? "removed" : "sealed again",
				 verdict_name(judgement(&f, t).verdict), then, now);
		fx_close(&f);
	}
}

/* Judge one message of these sizes, after these were looked up. */
static int64_t look(struct fx *f, int64_t *t, int64_t old_octets, int64_t new_octets,
		    const struct looked *old_look, const struct looked *new_look)
{
	struct fx_message a = { "<a@x>", old_octets, D0, 0, NULL, 1 };
	struct fx_message b = { "<a@x>", new_octets, D0, 0, NULL, 1 };
	struct fx_folder old = { .name = "INBOX", .message = &a, .n = 1, FX_EMPTY };
	struct fx_folder new = { .name = "INBOX", .message = &b, .n = 1, FX_EMPTY };
	struct verify_options o;

	fx_open(f);
	*t = fx_transfer(f, "ann", "ann", "ann", "", "");
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", &old, 1);
	fx_read(f, SIDE_NEW, "ann", &new, 1);
	put(f, SIDE_OLD, old_look, 1);
	put(f, SIDE_NEW, new_look, 1);
	fx_audit_end(f);
	o = options(t, 1);
	return verify(f, &o).wants;
}

/* The first finding's. */
static const char *explanation(struct fx *f, int64_t t)
{
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;

	fx_ok(store_findings_open(f->st, t, &it, &err));
	assert_int_equal(store_findings_next(it, &x, &err), NEXT_ITEM);
	text = arena_strdup(&f->arena, x.explanation);
	store_findings_close(it);
	return text;
}

static void says_what_it_knows_and_what_it_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		struct fx f;
		int64_t t, n;

		n = look(&f, &t, odd[i].old_octets, odd[i].new_octets, &odd[i].old,
			 &odd[i].new);
		if (n != odd[i].wants || strcmp(reasons(&f, t), odd[i].reasons) != 0 ||
		    strstr(explanation(&f, t), odd[i].says) == NULL)
			fail_msg("%s: %lld wanted\n%s%s", odd[i].what, (long long)n,
				 reasons(&f, t), explanation(&f, t));
		fx_close(&f);
	}
}

/* What was looked up is not what we wrote. */
static void a_damaged_look_is_an_error(void **state)
{
	static const struct looked good = { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL };
	static const struct looked bad = {
		"Date:many:00000001\n", 59, NULL, 0, 0, 0, NULL
	};

	(void)state;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct err err = ERR_INIT;
		struct verify_options o;
		struct verify_result r;
		struct fx f;
		int64_t t;

		(void)look(&f, &t, 100, 101, &good, &(struct looked){ 0 });
		fx_audit(&f, DEPTH_FULL);
		put(&f, (enum side)side, &bad, 1);
		put(&f, side == SIDE_OLD ? SIDE_NEW : SIDE_OLD, &good, 1);
		fx_audit_end(&f);
		o = options(&t, 1);
		assert_false(verify_run(f.st, &o, &r, &err));
		assert_int_equal(err.cls, ERR_LEDGER);
		assert_non_null(strstr(err.text, "uid 1"));
		fx_close(&f);
	}
}

/* A transfer's bodies are many: what is beyond the limit is told as not compared. */
static void reads_so_many_bodies_and_no_more(void **state)
{
	static const struct {
		struct verify_limits limits;
		int64_t octets, wants;
		size_t told;
	} limited[] = {
		{ { 100, 100, 2, 1000000 }, 100, 4, 1 },
		{ { 100, 100, 3, 1000000 }, 100, 6, 0 },
		/* the second one goes beyond, and the third is not begun */
		{ { 100, 100, 9, 150 }, 100, 4, 1 },
	};
	static const struct looked was = { OLD_FIELDS, 59, NULL, 0, 0, 0, NULL };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limited); i++) {
		struct fx_message a[3], b[3];
		struct fx_folder old = {
			.name = "INBOX", .message = a, .n = 3, FX_EMPTY
		};
		struct fx_folder new = {
			.name = "INBOX", .message = b, .n = 3, FX_EMPTY
		};
		struct store_findings *it;
		struct err err = ERR_INIT;
		struct verify_options o;
		struct finding x;
		struct fx f;
		size_t told = 0;
		int64_t t;

		fx_open(&f);
		for (size_t k = 0; k < 3; k++) {
			a[k] = b[k] = (struct fx_message){
				.id = arena_printf(&f.arena, "<%zu@x>", k),
				.octets = limited[i].octets,
				.date = D0
			};
			b[k].octets += 9;
		}
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", &old, 1);
		fx_read(&f, SIDE_NEW, "ann", &new, 1);
		for (uint32_t uid = 1; uid <= 3; uid++) {
			put(&f, SIDE_OLD, &was, uid);
			put(&f, SIDE_NEW, &was, uid);
		}
		fx_audit_end(&f);
		o = options(&t, 1);
		o.limits = &limited[i].limits;
		assert_int_equal(verify(&f, &o).wants, limited[i].wants);
		fx_ok(store_findings_open(f.st, t, &it, &err));
		while (store_findings_next(it, &x, &err) == NEXT_ITEM)
			told += strstr(x.explanation, "Its body was not compared") !=
				NULL;
		store_findings_close(it);
		assert_int_equal(told, limited[i].told);
		fx_close(&f);
	}
}

static __attribute__((noinline)) int64_t wants(struct fx *f, int64_t t)
{
	struct verify_options o = options(&t, 1);

	return verify(f, &o).wants;
}

/* Everybody grew by 26 octets but one, whose body lost as many: its size is the same. */
static void whoever_did_not_grow_like_the_others_is_suspect(void **state)
{
	struct fx_message a[10], b[10];
	struct fx_folder old = { .name = "INBOX", .message = a, .n = 10, FX_EMPTY };
	struct fx_folder new = { .name = "INBOX", .message = b, .n = 10, FX_EMPTY };
	struct looked was = { OLD_FIELDS, 59, "body", 41, 1, 0, NULL };
	struct looked is = { OLD_FIELDS TUID, 85, "body", 41, 1, 0, NULL };
	struct looked cut = { OLD_FIELDS TUID, 85, "bo", 15, 1, 0, NULL };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	for (size_t i = 0; i < 10; i++) {
		a[i] = b[i] = (struct fx_message){ .id = arena_printf(&f.arena, "<%zu@x>",
								      i),
						   .octets = 100,
						   .date = D0 };
		if (i != 4)
			b[i].octets += 26;
	}
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	fx_audit(&f, DEPTH_FULL);
	fx_read(&f, SIDE_OLD, "ann", &old, 1);
	fx_read(&f, SIDE_NEW, "ann", &new, 1);
	assert_int_equal(wants(&f, t), 18); /* of the nine that grew */
	assert_int_equal(judgement(&f, t).bias, 26);
	fx_audit(&f, DEPTH_FULL);
	for (uint32_t uid = 1; uid <= 10; uid++)
		if (uid != 5) {
			put(&f, SIDE_OLD, &was, uid);
			put(&f, SIDE_NEW, &is, uid);
		}
	assert_int_equal(wants(&f, t), 2);
	assert_non_null(strstr(reasons(&f, t), "unexplained doubt octets old INBOX 5\n"));
	fx_audit(&f, DEPTH_FULL);
	put(&f, SIDE_OLD, &was, 5);
	put(&f, SIDE_NEW, &cut, 5);
	fx_audit_end(&f);
	assert_int_equal(wants(&f, t), 0);
	assert_non_null(strstr(reasons(&f, t), "body loss content old INBOX 5\n"));
	assert_int_equal(judgement(&f, t).loss, 1);
	assert_int_equal(judgement(&f, t).info, 9);
	assert_int_equal(judgement(&f, t).count.content, 1);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_before_it_speaks),
		cmocka_unit_test(what_was_wrong_stays_told),
		cmocka_unit_test(says_what_it_knows_and_what_it_does_not),
		cmocka_unit_test(a_damaged_look_is_an_error),
		cmocka_unit_test(reads_so_many_bodies_and_no_more),
		cmocka_unit_test(whoever_did_not_grow_like_the_others_is_suspect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
