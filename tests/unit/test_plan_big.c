/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "base/strbuf.h"
#include "plan/plan_big.h"
#include "plan/plan_limits.h"

#define DAY INT64_C(86400)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

static struct plan_big_options options(const int64_t *ids, size_t n)
{
	return (struct plan_big_options){ .facts = { .profile_new = "generic",
						     .now = clock_now(),
						     .max_age = 7 * DAY,
						     .transfers = ids,
						     .transfer_n = n },
					  .rules = PLAN_BIG_DEFAULTS };
}

/* All rows, a line each: "class account folder amount>limit". */
static struct plan_big_result *plan(struct fx *f, const struct plan_big_options *o,
				    const char *want)
{
	struct plan_big_result *r = NULL;
	struct strbuf sb = STRBUF_INIT;
	struct err err = ERR_INIT;

	fx_ok(plan_big(f->st, o, &r, &err));
	for (size_t i = 0; i < r->n; i++)
		strbuf_addf(&sb, "%s %s %s %lld>%lld\n", plan_big_name(r->row[i].cls),
			    r->row[i].account, r->row[i].folder,
			    (long long)r->row[i].amount, (long long)r->row[i].limit);
	if (strcmp(strbuf_cstr(&sb), want) != 0)
		fail_msg("said:\n%s\nnot:\n%s", strbuf_cstr(&sb), want);
	strbuf_done(&sb);
	return r;
}

/* NAME has one message of so many octets. */
static int64_t account(struct fx *f, const char *name, const char *folder, int64_t octets)
{
	const struct fx_message m[] = { { name, octets, clock_now() - DAY, 0, NULL, 0 } };
	const struct fx_folder v[] = { { .name = folder, FX_MESSAGES(m) } };
	int64_t id = fx_transfer(f, name, name, name, "", "");

	fx_read(f, SIDE_OLD, name, v, COUNT_OF(v));
	return id;
}

static void set_up(struct fx *f)
{
	fx_open(f);
	fx_audit(f, DEPTH_FULL);
}

static void names_the_large_one_at_the_end_of_the_alphabet(void **state)
{
	struct plan_big_options o;
	struct plan_big_result *r;
	int64_t ids[21];
	char name[16];
	struct fx f;

	(void)state;
	set_up(&f);
	for (size_t i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "user%02zu", i);
		ids[i] = account(&f, name, "INBOX", 20 * MIB);
	}
	ids[20] = account(&f, "zoe", "INBOX", 20 * GIB);
	o = options(ids, COUNT_OF(ids));
	o.rules.message_octets = 0;
	r = plan(&f, &o,
		 "median zoe  21474836480>20971520\n"
		 "account-octets zoe  21474836480>10737418240\n");
	assert_int_equal(r->row[0].place, 21);
	assert_int_equal(r->row[0].before_percent, 1);
	assert_int_equal(r->median, 20 * MIB);
	assert_int_equal(r->octets, 20 * GIB + 400 * MIB);
	plan_big_free(r);
	fx_close(&f);
}

static void names_what_is_over_each_limit(void **state)
{
	const int64_t then = clock_now() - 22 * 366 * DAY;
	const struct fx_message two[] = { { "a@x", 30 * MIB, then, 0, NULL, 0 },
					  { "b@x", 40 * MIB, then, 0, NULL, 0 } };
	const struct fx_message trash[] = { { "c@x", 900 * MIB, then, 0, NULL, 0 } };
	const struct fx_folder v[] = {
		{ .name = "INBOX", FX_MESSAGES(two) },
		{ .name = "a/b/c/d", FX_EMPTY },
		{ .name = "Trash", FX_MESSAGES(trash) },
		{ .name = "Projects",
		  .attrs = FOLDER_NOSELECT,
		  .outcome = FOLDER_UNSELECTABLE,
		  .depth = DEPTH_FULL },
	};
	struct plan_big_options o;
	struct plan_big_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", v, COUNT_OF(v));
	o = options(&id, 1);
	o.rules.account_octets = 900 * MIB;
	o.rules.account_messages = 2;
	o.rules.folder_messages = 1;
	o.rules.folders = 2;
	o.rules.depth = 3;
	r = plan(&f, &o,
		 "account-octets anna  1017118720>943718400\n"
		 "account-messages anna  3>2\n"
		 "folder-messages anna INBOX 2>1\n"
		 "folders anna  3>2\n"
		 "depth anna a/b/c/d 4>3\n"
		 "message-octets anna Trash 943718400>26214400\n"
		 "message-octets anna INBOX 41943040>26214400\n"
		 "trash anna  943718400>203423740\n"
		 "old anna  22>20\n");
	assert_int_equal(r->row[6].uid, 2);
	assert_int_equal(r->row[6].n, 2);
	assert_string_equal(r->row[6].by, "the config");
	plan_big_free(r);
	/* Each rule can be switched off. */
	o.rules = (struct plan_big_rules){ 0 };
	plan_big_free(plan(&f, &o, ""));
	fx_close(&f);
}

static void what_was_never_listed_is_unknown(void **state)
{
	struct plan_big_options o;
	struct plan_big_result *r;
	int64_t ids[3];
	struct fx f;

	(void)state;
	set_up(&f);
	ids[0] = account(&f, "anna", "INBOX", 5);
	ids[1] = fx_transfer(&f, "bert", "bert", "bert", "", "");
	ids[2] = fx_transfer(&f, "carl", "carl", "carl", "", "delete");
	o = options(ids, 3);
	r = plan(&f, &o, "unknown bert  -1>-1\n");
	assert_int_equal(r->accounts, 2); /* carl does not move */
	plan_big_free(r);
	/* No account at all is no mistake. */
	o = options(ids, 0);
	r = plan(&f, &o, "");
	assert_int_equal(r->accounts, 0);
	plan_big_free(r);
	/* What is too old is counted. */
	o = options(ids, 1);
	o.facts.now = clock_now() + 8 * DAY;
	r = plan(&f, &o, "");
	assert_int_equal(r->stale, 1);
	plan_big_free(r);
	fx_close(&f);
}

static void reads_what_the_server_says_of_its_limits(void **state)
{
	static const struct {
		const char *capability;
		int64_t octets; /* 10485760: Zimbra's profile */
		bool each;
	} cases[] = {
		{ "", 10485760, false },
		{ "IMAP4rev1 APPENDLIMIT=35651584 IDLE", 35651584, false },
		{ "appendlimit=1", 1, false },
		{ "IMAP4rev1 APPENDLIMIT", 10485760, true },
		{ "APPENDLIMIT=", 10485760, false },
		{ "APPENDLIMIT=-5", 10485760, false },
		{ "APPENDLIMIT=9223372036854775808", 10485760, false },
		{ "XAPPENDLIMIT=5 APPENDLIMITS=7", 10485760, false },
		{ " APPENDLIMIT=7", 7, false },
	};
	const struct profile *profile;
	struct plan_limits limits;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	fx_ok(profile_find(&arena, "zimbra", NULL, &profile, &err));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		plan_limits_of(&arena, profile, cases[i].capability, &limits);
		if (limits.message_octets.value != cases[i].octets ||
		    limits.appendlimit_each != cases[i].each)
			fail_msg("case %zu: \"%s\"", i, cases[i].capability);
	}
	assert_string_equal(limits.message_octets.by, "the server's APPENDLIMIT");
	arena_done(&arena);
}

static bool enough(void *ctx)
{
	(void)ctx;
	return true;
}

static void stops_when_asked(void **state)
{
	struct plan_big_result *r = NULL;
	struct plan_big_options o;
	struct err err = ERR_INIT;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = account(&f, "anna", "INBOX", 5);
	o = options(&id, 1);
	o.facts.stop = enough;
	assert_false(plan_big(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_large_one_at_the_end_of_the_alphabet),
		cmocka_unit_test(names_what_is_over_each_limit),
		cmocka_unit_test(what_was_never_listed_is_unknown),
		cmocka_unit_test(reads_what_the_server_says_of_its_limits),
		cmocka_unit_test(stops_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
