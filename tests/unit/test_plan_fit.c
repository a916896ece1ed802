/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "base/strbuf.h"
#include "plan/plan_fit.h"

#define DAY INT64_C(86400)

static const struct map_rules no_rules = { 0 };

static bool on_row(void *ctx, const struct plan_fit_row *row, struct err *err)
{
	struct strbuf *sb = ctx;

	(void)err;
	strbuf_addf(sb, "%s %s %s %u %lld\n", plan_fit_name(row->cls), row->account,
		    row->folder, row->uid, (long long)row->messages);
	return true;
}

/* All rows, a line each: "class account folder uid messages". */
static struct plan_fit_result *plan(struct fx *f, const char *profile, int64_t id,
				    const char *want)
{
	struct strbuf sb = STRBUF_INIT;
	struct plan_fit_options o = {
		.facts = { .profile_new = profile,
			   .now = clock_now(),
			   .max_age = 7 * DAY,
			   .transfers = &id,
			   .transfer_n = 1 },
		.rules = &no_rules,
		.profile_old = "generic",
		.row = on_row,
		.ctx = &sb,
	};
	struct plan_fit_result *r = NULL;
	struct err err = ERR_INIT;

	fx_ok(plan_fit(f->st, &o, &r, &err));
	if (strcmp(strbuf_cstr(&sb), want) != 0)
		fail_msg("said:\n%s\nnot:\n%s", strbuf_cstr(&sb), want);
	strbuf_done(&sb);
	return r;
}

static const struct fx_message mail[] = {
	{ "a@x", 100, 5, 0, NULL, 0 },	    { "a@x", 100, 5, 0, NULL, 0 },
	{ "2:b", 200, 5, 0, NULL, 0 },	    { NULL, 300, 5, 0, NULL, 0 },
	{ "c@x", 40000000, 5, 0, NULL, 0 }, { "d@x", 35651584, 5, 0, NULL, 0 },
};
static const struct fx_message again[] = { { "a@x", 100, 5, 0, NULL, 0 } };
static const struct fx_folder folders[] = {
	{ .name = "INBOX", FX_MESSAGES(mail) },
	{ .name = "old", FX_MESSAGES(again) },
	{ .name = "^odd", FX_EMPTY },
};

static void names_each_fate(void **state)
{
	struct plan_fit_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_FULL);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", folders, COUNT_OF(folders));
	/* The limit itself fits; one of equal messages is kept for the account. */
	r = plan(&f, "gmail", id,
		 "copies anna  0 2\nno-header anna INBOX 0 1\n"
		 "no-message-id anna INBOX 0 1\ntoo-large anna INBOX 5 1\n"
		 "name anna ^odd 0 0\n");
	assert_int_equal(r->sum[PLAN_FIT_TOO_LARGE].octets, 40000000);
	assert_int_equal(r->folders, 3);
	assert_int_equal(r->unscanned, 1);
	assert_string_equal(r->sum[PLAN_FIT_NAME].what[0], "^odd");
	plan_fit_free(r);
	/* Dovecot keeps all, and has no limit of its own. */
	plan_fit_free(plan(&f, "generic", id,
			   "no-header anna INBOX 0 1\nno-message-id anna INBOX 0 1\n"));
	fx_close(&f);
}

static void what_was_not_read_is_unknown(void **state)
{
	static const struct fx_folder counted[] = {
		{ .name = "INBOX",
		  .message = again,
		  .n = 1,
		  .outcome = FOLDER_COUNTED,
		  .depth = DEPTH_COUNTS },
	};
	struct plan_fit_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	fx_open(&f);
	fx_audit(&f, DEPTH_COUNTS);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	r = plan(&f, "generic", id, "unlisted anna  0 -1\n");
	plan_fit_free(r);
	fx_read(&f, SIDE_OLD, "anna", counted, COUNT_OF(counted));
	r = plan(&f, "generic", id, "unread anna INBOX 0 1\n");
	plan_fit_free(r);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_fate),
		cmocka_unit_test(what_was_not_read_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
