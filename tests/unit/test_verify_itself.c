/* SPDX-License-Identifier: MIT */
/* An account that is compared with itself, and one that only seems to be. */
#include "tests/support/verify_time.h"

#include "store/store_server.h"
#include "verify/seal.h"

static const struct fx_message abc[] = { { "<a@x>", 100, D0, 0, NULL, 1 },
					 { "<b@x>", 200, D0 + 1, 0, NULL, 2 } };
static const struct fx_folder inbox[] = { F("INBOX", abc) };

/* That run met servers: "a:1 b:2", names and keys; "a:" in clear text. */
static void met(struct fx *f, enum side side, const char *who)
{
	struct err err = ERR_INIT;

	for (const char *p = who; *p != '\0'; p += *p == ' ') {
		char host[] = { *p, '\0' }, key = p[2];
		struct server_seen s = { .side = side,
					 .at = clock_now(),
					 .host = host,
					 .port = 993,
					 .tls = "none" };

		p += 2;
		if (key >= '0' && key <= '9') {
			s.has_cert = true;
			sha256_of(&key, 1, &s.cert.key);
			s.cert.fingerprint = s.cert.key;
			p++;
		}
		fx_ok(store_server_seen_add(f->st, &s, &err));
	}
}

#define STEPS 5

/* One audit, or an event. */
struct step {
	const char *read[SIDE_COUNT]; /* NULL: that side was not */
	const char *event;	      /* NULL: none */
};
#define AUDIT(o, n)                                                                      \
	{                                                                                \
		{ o, n }, NULL                                                           \
	}
#define EVENT(kind)                                                                      \
	{                                                                                \
		{ NULL, NULL }, kind                                                     \
	}

static void take(struct fx *f, int64_t t, const char *const user[SIDE_COUNT],
		 const struct step *s)
{
	struct err err = ERR_INIT;

	the_time += 60;
	if (s->event != NULL) {
		fx_ok(store_event_add(f->st, t, s->event, the_time, "tester", "", &err));
		return;
	}
	fx_audit(f, DEPTH_FULL);
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (s->read[side] == NULL)
			continue;
		met(f, (enum side)side, s->read[side]);
		fx_read(f, (enum side)side, user[side], inbox, 1);
	}
	fx_audit_end(f);
}

#define ONE   "Both sides were read from one server, "
#define TAKEN "may lead to the new server now"
#define TELL  "mailmuster event cutover --at TIME"

static const struct scene {
	const char *what;
	struct step step[STEPS];
	const char *says;  /* NULL: it is a comparison */
	const char *hints; /* likewise; NULL: it does not say that */
} scenes[] = {
	{ "two servers", { AUDIT("a:1", "b:2") }, NULL, NULL },
	{ "one", { AUDIT("a:1", "a:1") }, ONE "a:993", NULL },
	{ "one, in clear text", { AUDIT("a:", "a:") }, ONE "a:993", NULL },
	{ "the new side of it is read again",
	  { AUDIT("a:1", "a:1"), AUDIT(NULL, "a:1") },
	  ONE,
	  NULL },
	{ "the old side of it is read again",
	  { AUDIT("a:1", "a:1"), AUDIT("a:1", NULL) },
	  ONE,
	  NULL },
	{ "in clear text", { AUDIT("a:", "a:"), AUDIT(NULL, "a:") }, ONE, NULL },
	{ "another upper case", { AUDIT("a:1", "A:1") }, ONE, NULL },
	{ "its key was renewed, and the new side read again",
	  { AUDIT("a:1", "a:1"), AUDIT(NULL, "a:2") },
	  ONE,
	  TELL },
	{ "its key was renewed, and the old side read again",
	  { AUDIT("a:1", "a:1"), AUDIT("a:2", NULL) },
	  ONE,
	  NULL },
	{ "the new side first, then a renewal, then the old side",
	  { AUDIT(NULL, "a:1"), AUDIT("a:2", NULL) },
	  ONE,
	  NULL },
	{ "a cutover that nothing else speaks of",
	  { AUDIT("a:1", "a:1"), EVENT("cutover"), AUDIT(NULL, "a:1") },
	  ONE,
	  NULL },
	{ "the name led to another server after the cutover",
	  { AUDIT("a:1", "a:1"), EVENT("cutover"), AUDIT(NULL, "a:2") },
	  NULL,
	  NULL },
	{ "and then the old side was read there",
	  { AUDIT("a:1", "a:1"), EVENT("cutover"), AUDIT("a:2", "a:2") },
	  ONE,
	  NULL },
	{ "after a cutover that was taken back",
	  { AUDIT("a:1", "a:1"), EVENT("cutover"), EVENT("rollback"),
	    AUDIT(NULL, "a:2") },
	  ONE,
	  TELL },
	{ "the name leads to another server, of which nobody had known",
	  { AUDIT("a:1", NULL), AUDIT(NULL, "a:2") },
	  NULL,
	  NULL },
	{ "updated where it stands",
	  { AUDIT("a:1", NULL), EVENT("cutover"), AUDIT(NULL, "a:1") },
	  NULL,
	  NULL },
	{ "updated where it stands, and nobody told",
	  { AUDIT("a:1", NULL), AUDIT(NULL, "a:1") },
	  ONE,
	  TELL },
	{ "updated where it stands, and the new side had been read before that",
	  { AUDIT("a:1", NULL), AUDIT(NULL, "a:1"), EVENT("cutover"),
	    AUDIT(NULL, "a:1") },
	  ONE,
	  TELL },
	{ "in clear text, updated where it stands",
	  { AUDIT("a:", NULL), EVENT("cutover"), AUDIT(NULL, "a:") },
	  NULL,
	  NULL },
	{ "the old name leads to the new server",
	  { AUDIT("a:1", "b:2"), AUDIT("a:2", NULL) },
	  TAKEN,
	  NULL },
	{ "and the new side is read again",
	  { AUDIT("a:1", "b:2"), AUDIT("a:2", NULL), AUDIT(NULL, "b:2") },
	  TAKEN,
	  NULL },
	{ "it was noticed in the middle of an audit",
	  { AUDIT("a:1", "b:2"), AUDIT("a:1 a:2", "b:2") },
	  TAKEN,
	  NULL },
	{ "the old side was read before its name led elsewhere",
	  { AUDIT("a:1", "b:2"), AUDIT(NULL, "b:2") },
	  NULL,
	  NULL },
	{ "the old server is read under its own address",
	  { AUDIT("a:1", "b:2"), AUDIT("a:2", NULL), AUDIT("c:1", NULL) },
	  NULL,
	  NULL },
	{ "both show one certificate", { AUDIT("a:1", "b:1") }, NULL, NULL },
	{ "and it was renewed on both",
	  { AUDIT("a:1", "b:1"), AUDIT("a:2", "b:2") },
	  NULL,
	  NULL },
	{ "and on one after the other",
	  { AUDIT("a:1", "b:1"), AUDIT("a:1", "b:2"), AUDIT("a:2", NULL) },
	  NULL,
	  NULL },
	{ "and the new side was read first after that: under another name it is told "
	  "apart",
	  { AUDIT("a:1", NULL), AUDIT("a:2", "b:2"), AUDIT("c:2", NULL) },
	  NULL,
	  NULL },
};

static struct judgement scene_of(struct fx *f, const struct scene *s,
				 const char *const user[SIDE_COUNT], int64_t *t_out)
{
	fx_open(f);
	*t_out = fx_transfer(f, "ann", user[SIDE_OLD], user[SIDE_NEW], "", "");
	for (size_t i = 0;
	     i < STEPS && (s->step[i].event != NULL || s->step[i].read[0] != NULL ||
			   s->step[i].read[1] != NULL);
	     i++)
		take(f, *t_out, user, &s->step[i]);
	return judged(f, *t_out);
}

static void what_is_compared_with_itself_is_not_known(void **state)
{
	static const char *const ann[SIDE_COUNT] = { "ann", "Ann" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct judgement j;
		struct fx f;
		int64_t t;

		j = scene_of(&f, s, ann, &t);
		if (j.verdict != (s->says != NULL ? VERDICT_INCOMPLETE : VERDICT_CLEAN) ||
		    (s->says != NULL && strstr(j.note, s->says) == NULL) ||
		    (strstr(j.note, TELL) != NULL) != (s->hints != NULL))
			fail_msg("%s: %s: %s", s->what, verdict_name(j.verdict), j.note);
		assert_string_equal(
			reasons(&f, t),
			s->says != NULL ? "none doubt account-unreadable old \n" : "");
		fx_close(&f);
	}
}

/* Who gets another login or another place on one server moves; who does so on two does
 * not if the old one is no longer there. */
static void another_login_on_one_server_is_a_move(void **state)
{
	static const struct scene one = { .step = { AUDIT("a:1", "a:1") } };
	static const struct scene taken = { .step = { AUDIT("a:1", "b:2"),
						      AUDIT("a:2", "b:2") } };
	static const char *const bob[SIDE_COUNT] = { "bob", "robert" };
	struct fx f;
	int64_t t;

	(void)state;
	assert_int_equal(scene_of(&f, &one, bob, &t).verdict, VERDICT_CLEAN);
	fx_close(&f);
	assert_int_equal(scene_of(&f, &taken, bob, &t).verdict, VERDICT_INCOMPLETE);
	fx_close(&f);
}

/* Each account was read by runs of its own. */
static void each_account_has_readings_of_its_own(void **state)
{
	static const char *const ann[SIDE_COUNT] = { "ann", "ann" },
				 *const bob[SIDE_COUNT] = { "bob", "bob" };
	static const struct step first = AUDIT("a:1", "b:2"), then = AUDIT("a:2", "b:2");
	struct verify_options o;
	int64_t t[2];
	struct fx f;

	(void)state;
	fx_open(&f);
	t[0] = fx_transfer(&f, "ann", "ann", "ann", "", "");
	t[1] = fx_transfer(&f, "bob", "bob", "bob", "", "");
	take(&f, t[0], ann, &first);
	take(&f, t[1], bob, &first);
	take(&f, t[0], ann, &then);
	o = options(t, 2);
	verify(&f, &o);
	assert_int_equal(judgement(&f, t[0]).verdict, VERDICT_INCOMPLETE);
	assert_int_equal(judgement(&f, t[1]).verdict, VERDICT_CLEAN);
	fx_close(&f);
}

/* Runs of earlier versions tell in their scope from whom they read. */
static void runs_that_kept_no_key_have_their_names(void **state)
{
	static const struct {
		const char *scope;
		enum verdict want;
	} cases[] = {
		{ "{\"new\":{\"host\":\"a\",\"port\":993},"
		  "\"old\":{\"host\":\"a\",\"port\":993}}",
		  VERDICT_INCOMPLETE },
		{ "{\"new\":{\"host\":\"b\",\"port\":993},"
		  "\"old\":{\"host\":\"a\",\"port\":993}}",
		  VERDICT_CLEAN },
		{ "{\"new\":{\"host\":\"a\",\"port\":143},"
		  "\"old\":{\"host\":\"a\",\"port\":993}}",
		  VERDICT_CLEAN },
		{ "{\"new\":7,\"old\":{\"host\":\"a\"}}", VERDICT_CLEAN },
		{ "no JSON", VERDICT_CLEAN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct run r = { .command = "audit",
				 .scope = cases[i].scope,
				 .depth = DEPTH_FULL,
				 .started = the_time,
				 .operator_name = "tester" };
		struct err err = ERR_INIT;
		enum verdict got;
		struct fx f;
		int64_t t;

		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		fx_ok(store_run_begin(f.st, &r, &f.run, &err));
		fx_read(&f, SIDE_OLD, "ann", inbox, 1);
		fx_read(&f, SIDE_NEW, "ann", inbox, 1);
		fx_audit_end(&f);
		got = judged(&f, t).verdict;
		if (got != cases[i].want)
			fail_msg("case %zu: %s", i, verdict_name(got));
		fx_close(&f);
	}
}

static void a_server_alone_has_no_baseline(void **state)
{
	static const char *const ann[SIDE_COUNT] = { "ann", "ann" };
	struct seal_options o = {
		.max_age = DAY, .max_gap = DAY, .teller = "carla", .note = ""
	};
	struct transfer *all;
	struct seal_made made;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct fx f;
		int64_t t;
		size_t n;

		(void)scene_of(&f, s, ann, &t);
		o.now = the_time;
		o.run = f.run;
		fx_ok(store_transfers(f.st, false, &f.arena, &all, &n, &err));
		fx_ok(seal_make(f.st, &all[0], &o, &f.arena, &made, &err));
		if (made.state != (s->says != NULL ? SEAL_REFUSED : SEAL_SOUND) ||
		    (s->says != NULL && strstr(made.why, s->says) == NULL))
			fail_msg("%s: %s: %s", s->what, seal_state_name(made.state),
				 made.why);
		fx_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_compared_with_itself_is_not_known),
		cmocka_unit_test(another_login_on_one_server_is_a_move),
		cmocka_unit_test(each_account_has_readings_of_its_own),
		cmocka_unit_test(runs_that_kept_no_key_have_their_names),
		cmocka_unit_test(a_server_alone_has_no_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
