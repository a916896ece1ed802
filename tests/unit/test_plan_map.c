/* SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

#include "base/strbuf.h"
#include "plan/plan_groups.h"
#include "plan/plan_map.h"

#define DAY INT64_C(86400)

static const struct map_rules no_rules = { 0 };

/* All that plan_map says, a line each: folders as "anna Sent>Gesendet how [class ...]",
 * then "= class detail folders/transfers". */
struct seen {
	struct strbuf text;
	bool stop;
};

static bool on_folder(void *ctx, const struct plan_map_folder *f, struct err *err)
{
	static const char *const how[] = { "same", "rule", "excluded" };
	struct seen *s = ctx;

	if (s->stop)
		return err_set(err, ERR_STOPPED, "enough");
	if (*f->old_name == '\0') {
		strbuf_addf(&s->text, "%s", f->transfer);
		for (size_t i = 0; i < f->signs.n; i++)
			strbuf_addf(&s->text, " [%s]",
				    plan_map_class_name(f->signs.v[i].cls));
		strbuf_addc(&s->text, '\n');
		return true;
	}
	strbuf_addf(&s->text, " %s>%s %s", f->old_name,
		    f->new_name != NULL ? f->new_name : "?",
		    f->new_name != NULL ? how[f->how] : "failed");
	for (size_t i = 0; i < f->signs.n; i++)
		strbuf_addf(&s->text, " [%s]", plan_map_class_name(f->signs.v[i].cls));
	strbuf_addc(&s->text, '\n');
	return true;
}

static struct plan_map_options options(const struct map_rules *rules, struct seen *seen,
				       const int64_t *ids, size_t n)
{
	return (struct plan_map_options){ .rules = rules,
					  .profile = { "generic", "generic" },
					  .now = clock_now(),
					  .max_age = 7 * DAY,
					  .transfers = ids,
					  .transfer_n = n,
					  .all = true,
					  .folder = on_folder,
					  .ctx = seen };
}

static void add_groups(struct strbuf *sb, const struct plan_map_result *r)
{
	for (size_t i = 0; i < r->group_n; i++)
		if (r->group[i].cls != PLAN_MAP_EXISTS)
			strbuf_addf(sb, "= %s %s %lld/%lld\n",
				    plan_map_class_name(r->group[i].cls),
				    r->group[i].detail, (long long)r->group[i].folders,
				    (long long)r->group[i].transfers);
}

/* Plan and compare all that was said; the sums are the caller's to look at and free. */
static struct plan_map_result *plan(struct fx *f, struct plan_map_options *o,
				    const char *want)
{
	struct seen *seen = o->ctx;
	struct plan_map_result *r = NULL;
	struct err err = ERR_INIT;

	fx_ok(plan_map(f->st, o, &r, &err));
	add_groups(&seen->text, r);
	if (strcmp(strbuf_cstr(&seen->text), want) != 0)
		fail_msg("said:\n%s\nnot:\n%s", strbuf_cstr(&seen->text), want);
	strbuf_done(&seen->text);
	return r;
}

static const struct fx_message mail[] = { { "a@x", 100, 5, 0, NULL, 0 },
					  { "b@x", 200, 5, 0, NULL, 0 } };
#define F(folder)                                                                        \
	{                                                                                \
		.name = folder, FX_MESSAGES(mail)                                        \
	}
#define FA(folder, at)                                                                   \
	{                                                                                \
		.name = folder, .attrs = at, FX_MESSAGES(mail)                           \
	}
#define FE(folder)                                                                       \
	{                                                                                \
		.name = folder, FX_EMPTY                                                 \
	}
#define FEA(folder, at)                                                                  \
	{                                                                                \
		.name = folder, .attrs = at, FX_EMPTY                                    \
	}

static const struct fx_folder inbox_only[] = { FE("INBOX") };

static void set_up(struct fx *f)
{
	fx_open(f);
	fx_audit(f, DEPTH_FULL);
}

static void each_folder_keeps_its_name(void **state)
{
	static const struct fx_folder old[] = { F("INBOX"), F("INBOX.Sent"),
						F("INBOX.a.b"),
						FEA("user.ben", FOLDER_FOREIGN) };
	static const struct fx_folder new[] = { FE("INBOX"), FE("Sent") };
	struct seen seen = { 0 };
	struct plan_map_options o;
	struct plan_map_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read_as(&f, SIDE_OLD, "anna", old, COUNT_OF(old), "INBOX.", '.');
	fx_read(&f, SIDE_NEW, "anna", new, COUNT_OF(new));
	o = options(&no_rules, &seen, &id, 1);
	r = plan(&f, &o,
		 "anna\n INBOX>INBOX same [exists]\n Sent>Sent same [exists]\n"
		 " a/b>a/b same\n");
	assert_int_equal(r->folders, 3);
	assert_int_equal(r->same, 3);
	assert_int_equal(r->existing, 2);
	assert_int_equal(r->problems + r->unknown, 0);
	plan_map_free(r);
	fx_close(&f);
}

static void names_what_will_not_work(void **state)
{
	static const struct fx_folder old[] = {
		F("INBOX"),
		F("Gesendet"),
		F("Sent"),
		F("sent"),
		F("Trash"),
		FE("Trash/x"),
		F("Calendar"),
		F("a:b"),
		F("Deep"),
		F("Work/Lists"),
		FEA("Work", FOLDER_NOSELECT),
		F("Gone"),
	};
	static const struct map_pair pairs[] = { { "Gesendet", "Sent" },
						 { "Idle", "x" } };
	static const struct map_regex regex[] = { { "^Work/", "W/", false },
						  { "^Gone$", "", false } };
	static const char *const exclude[] = { "Trash" };
	static const struct map_rules rules = { .pairs = pairs,
						.pair_n = 2,
						.regex = regex,
						.regex_n = 2,
						.exclude = exclude,
						.exclude_n = 1 };
	struct seen seen = { 0 };
	struct plan_map_options o;
	struct plan_map_result *r;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", old, COUNT_OF(old));
	fx_read(&f, SIDE_NEW, "anna", inbox_only, 1);
	o = options(&rules, &seen, &id, 1);
	o.profile[SIDE_NEW] = "zimbra";
	r = plan(&f, &o,
		 "anna\n"
		 " Calendar>Calendar same [reserved]\n"
		 " Deep>Deep same\n"
		 " Gesendet>Sent rule [collided] [alike]\n"
		 " Gone>? failed [rule-failed]\n"
		 " INBOX>INBOX same [exists]\n"
		 " Sent>Sent same [collided] [alike]\n"
		 " Trash>Trash excluded [excluded]\n"
		 " Trash/x>Trash/x excluded [excluded-empty]\n"
		 " Work>Work same\n"
		 " Work/Lists>W/Lists rule\n"
		 " a:b>a:b same [refused]\n"
		 " sent>sent same [alike]\n"
		 "= collided \"Gesendet\", \"Sent\" to \"Sent\" 2/1\n"
		 "= alike \"Gesendet\", \"Sent\", \"sent\" 3/1\n"
		 "= excluded Trash 1/1\n"
		 "= rule-failed map.regex: \"^Gone$\" to \"\": nothing is left of the "
		 "name "
		 "1/1\n"
		 "= reserved \"Calendar\" 1/1\n"
		 "= refused the character \":\" 1/1\n"
		 "= idle-rule pairs \"Idle\" to \"x\" 1/1\n"
		 "= excluded-empty Trash 1/1\n");
	assert_int_equal(r->problems, 7);
	assert_int_equal(r->unknown, 0);
	assert_int_equal(r->folders, 11); /* Work holds no mail */
	assert_int_equal(r->excluded, 2);
	assert_int_equal(r->excluded_messages, 2);
	assert_int_equal(r->excluded_octets, 300);
	assert_int_equal(r->failed, 1);
	assert_int_equal(r->rule_n, 5);
	assert_int_equal(r->same + r->ruled + r->excluded + r->failed, r->folders);
	assert_string_equal(r->profile[SIDE_NEW], "Zimbra");
	plan_map_free(r);
	fx_close(&f);
}

static void special_use_needs_the_new_listing(void **state)
{
	static const struct fx_folder old[] = { F("INBOX"), FA("Gesendet", FOLDER_SENT) };
	static const struct fx_folder new[] = { FE("INBOX"),
						FEA("Sent Items", FOLDER_SENT) };
	static const struct map_rules rules = { .special_use = MAP_ON };
	struct seen seen = { 0 };
	struct plan_map_options o;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", old, COUNT_OF(old));
	o = options(&rules, &seen, &id, 1);
	plan_map_free(plan(&f, &o,
			   "anna [no-new-listing]\n Gesendet>Gesendet same\n"
			   " INBOX>INBOX same\n= no-new-listing  1/1\n"));
	fx_read(&f, SIDE_NEW, "anna", new, COUNT_OF(new));
	plan_map_free(plan(&f, &o,
			   "anna\n Gesendet>Sent Items rule [exists]\n"
			   " INBOX>INBOX same [exists]\n"));
	fx_close(&f);
}

static void what_is_not_known_is_said(void **state)
{
	struct seen seen = { 0 };
	struct plan_map_options o;
	struct plan_map_result *r;
	struct fx f;
	int64_t ids[4];

	(void)state;
	set_up(&f);
	ids[0] = fx_transfer(&f, "anna", "anna", "anna", "", "");
	ids[1] = fx_transfer(&f, "bert", "bert", "bert", "", "");
	ids[2] = fx_transfer(&f, "carl", "carl", "carl", "", "archive");
	ids[3] = fx_transfer(&f, "dora", NULL, "dora", "", "");
	fx_read(&f, SIDE_NEW, "anna", inbox_only, 1);
	fx_fail(&f, SIDE_OLD, "anna", ACCOUNT_NO_LOGIN, "refused");
	fx_read(&f, SIDE_OLD, "bert", inbox_only, 1);
	fx_read(&f, SIDE_NEW, "bert", inbox_only, 1);
	o = options(&no_rules, &seen, ids, 4);
	r = plan(&f, &o,
		 "anna [no-old-listing]\nbert\n INBOX>INBOX same [exists]\ncarl\ndora\n"
		 "= no-old-listing refused 1/1\n");
	assert_int_equal(r->transfers, 4);
	assert_int_equal(r->not_moved, 2);
	assert_int_equal(r->unknown, 1);
	plan_map_free(r);
	/* One-sided: the new listing is not missed. */
	ids[0] = ids[1];
	o.one_sided = true;
	o.transfer_n = 1;
	o.now += 8 * DAY;
	plan_map_free(plan(&f, &o,
			   "bert [stale-listing]\n INBOX>INBOX same [exists]\n"
			   "= stale-listing  1/1\n"));
	fx_close(&f);
}

/* Only where a rule could have matched is it said that it did not. */
static void idle_rules_are_said_when_that_is_known(void **state)
{
	static const char *const x[] = { "x" };
	static const struct map_own own[] = {
		{ "Anna", { .exclude = x, .exclude_n = 1 } },
		{ "bert", { .exclude = x, .exclude_n = 1 } },
		{ "zoe", { .exclude = x, .exclude_n = 1 } },
	};
	static const struct map_rules rules = {
		.exclude = x, .exclude_n = 1, .own = own, .own_n = 3
	};
	struct seen seen = { 0 };
	struct plan_map_options o;
	int64_t ids[2];
	struct fx f;

	(void)state;
	set_up(&f);
	ids[0] = fx_transfer(&f, "anna", "anna", "anna", "", "");
	ids[1] = fx_transfer(&f, "bert", "bert", "bert", "", "");
	fx_read(&f, SIDE_OLD, "anna", inbox_only, 1);
	fx_read(&f, SIDE_NEW, "anna", inbox_only, 1);
	fx_read(&f, SIDE_NEW, "bert", inbox_only, 1);
	o = options(&rules, &seen, ids, 2);
	plan_map_free(plan(&f, &o,
			   "anna\n INBOX>INBOX same [exists]\nbert [no-old-listing]\n"
			   "= no-old-listing  1/1\n"
			   "= idle-rule exclude x, for Anna 1/1\n"
			   "= idle-rule exclude x, for zoe, who is not listed 1/1\n"));
	o.transfer_n = 1;
	o.all = false;
	plan_map_free(plan(&f, &o,
			   "anna\n INBOX>INBOX same [exists]\n"
			   "= idle-rule exclude x, for Anna 1/1\n"));
	fx_close(&f);
}

static void several_accounts_in_one_place(void **state)
{
	struct seen seen = { 0 };
	struct plan_map_options o;
	int64_t ids[3];
	struct fx f;

	(void)state;
	set_up(&f);
	ids[0] = fx_transfer(&f, "anna", "anna", "lab", "", "");
	ids[1] = fx_transfer(&f, "bert", "bert", "lab", "/", "");
	ids[2] = fx_transfer(&f, "carl", "carl", "lab", "Carl", "");
	for (int i = 0; i < 3; i++)
		fx_read(&f, SIDE_OLD,
			i == 0	 ? "anna"
			: i == 1 ? "bert"
				 : "carl",
			inbox_only, 1);
	fx_read(&f, SIDE_NEW, "lab", inbox_only, 1);
	o = options(&no_rules, &seen, ids, 3);
	plan_map_free(plan(&f, &o,
			   "anna [shared]\n INBOX>INBOX same [exists]\n"
			   "bert [shared]\n INBOX>INBOX same [exists]\n"
			   "carl\n INBOX>Carl/INBOX same\n= shared  2/2\n"));
	fx_close(&f);
}

static void virtual_folders_of_the_old_server(void **state)
{
	static const struct fx_folder old[] = { F("INBOX"), F("[Gmail]/All Mail"),
						F("[Gmail]/Chats") };
	struct seen seen = { 0 };
	struct plan_map_options o;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", old, COUNT_OF(old));
	fx_read(&f, SIDE_NEW, "anna", inbox_only, 1);
	o = options(&no_rules, &seen, &id, 1);
	o.profile[SIDE_OLD] = "gmail";
	plan_map_free(plan(&f, &o,
			   "anna\n INBOX>INBOX same [exists]\n"
			   " [Gmail]/All Mail>[Gmail]/All Mail same [virtual]\n"
			   " [Gmail]/Chats>[Gmail]/Chats same [not-mail]\n"
			   "= virtual \"[Gmail]/All Mail\" 1/1\n"
			   "= not-mail \"[Gmail]/Chats\" 1/1\n"));
	fx_close(&f);
}

/* 1,000 accounts with the same trouble are one line with a few names. */
static void the_same_trouble_is_one_group(void **state)
{
	struct plan_groups *g = plan_groups_new();
	const struct plan_map_group *v;
	struct arena arena;
	size_t n;

	(void)state;
	arena_init(&arena);
	for (int64_t i = 0; i < 1000; i++) {
		char who[16];

		snprintf(who, sizeof who, "u%04d", (int)i);
		for (int k = 0; k < 2; k++)
			plan_groups_add(
				g, &(struct plan_map_sign){ PLAN_MAP_REFUSED, "\":\"" },
				i, who, "a:b", 5, k == 0 ? -1 : 7);
	}
	plan_groups_add(g, &(struct plan_map_sign){ PLAN_MAP_REFUSED, "x" }, 1, "u", "x",
			-1, -1);
	plan_groups_add(g, &(struct plan_map_sign){ PLAN_MAP_COLLIDED, "x" }, 1, "u", "x",
			-1, -1);
	plan_groups_list(g, &arena, &v, &n);
	assert_int_equal(n, 3);
	assert_int_equal(v[0].cls, PLAN_MAP_COLLIDED);
	assert_int_equal(v[1].folders, 2000);
	assert_int_equal(v[1].transfers, 1000);
	assert_int_equal(v[1].messages, 10000);
	assert_int_equal(v[1].octets, 7000);
	assert_string_equal(v[1].who[0], "u0000");
	assert_string_equal(v[1].who[2], "u0002");
	assert_string_equal(v[1].what[2], "a:b");
	assert_string_equal(v[2].detail, "x");
	assert_null(v[2].who[1]);
	plan_groups_free(g);
	arena_done(&arena);
}

/* What is over the bound is counted, not dropped. */
static void groups_are_bounded(void **state)
{
	struct plan_groups *g = plan_groups_new();
	const struct plan_map_group *v;
	int64_t folders = 0;
	struct arena arena;
	size_t n;

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < PLAN_MAP_GROUPS + 500; i++) {
		char detail[16];

		snprintf(detail, sizeof detail, "d%d", i);
		plan_groups_add(g, &(struct plan_map_sign){ PLAN_MAP_ALIKE, detail }, i,
				"u", "x", 1, 1);
	}
	plan_groups_list(g, &arena, &v, &n);
	assert_int_equal(n, PLAN_MAP_GROUPS + 1);
	for (size_t i = 0; i < n; i++)
		folders += v[i].folders;
	assert_int_equal(folders, PLAN_MAP_GROUPS + 500);
	assert_string_equal(v[0].detail, "");
	assert_int_equal(v[0].folders, 500);
	plan_groups_free(g);
	arena_done(&arena);
}

static bool asked(void *ctx)
{
	(void)ctx;
	return true;
}

static void ends_when_it_is_told_to(void **state)
{
	static const struct map_regex bad[] = { { "(", "", false } };
	static const struct map_rules rules = { .regex = bad, .regex_n = 1 };
	struct seen seen = { .stop = true };
	struct plan_map_result *r = NULL;
	struct err err = ERR_INIT;
	struct plan_map_options o;
	struct fx f;
	int64_t id;

	(void)state;
	set_up(&f);
	id = fx_transfer(&f, "anna", "anna", "anna", "", "");
	fx_read(&f, SIDE_OLD, "anna", inbox_only, 1);
	o = options(&no_rules, &seen, &id, 1);
	assert_false(plan_map(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	assert_non_null(strstr(err.text, "anna"));
	o.folder = NULL;
	o.stop = asked;
	assert_false(plan_map(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	o.stop = NULL;
	o.profile[SIDE_OLD] = "no such";
	assert_false(plan_map(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	o = options(&rules, &seen, &id, 1);
	assert_false(plan_map(f.st, &o, &r, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_null(r);
	fx_close(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_folder_keeps_its_name),
		cmocka_unit_test(names_what_will_not_work),
		cmocka_unit_test(special_use_needs_the_new_listing),
		cmocka_unit_test(what_is_not_known_is_said),
		cmocka_unit_test(idle_rules_are_said_when_that_is_known),
		cmocka_unit_test(several_accounts_in_one_place),
		cmocka_unit_test(virtual_folders_of_the_old_server),
		cmocka_unit_test(the_same_trouble_is_one_group),
		cmocka_unit_test(groups_are_bounded),
		cmocka_unit_test(ends_when_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
