/* SPDX-License-Identifier: MIT */
/* A difference in size is a suspicion until header and body were looked into. */
#include "tests/support/verify_fixture.h"

#define OLD_FIELDS "Date:37:00000001\nSubject:20:00000002\n"
#define TUID	   "X-TUID:26:0000000a\n"

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
	if (l->failed != NULL)
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
		cmocka_unit_test(whoever_did_not_grow_like_the_others_is_suspect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
