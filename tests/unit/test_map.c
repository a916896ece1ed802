/* SPDX-License-Identifier: MIT */
/* Rules: what an old folder is called on the new side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "map/map.h"

static const struct map_pair pairs[] = {
	{ "Gesendet", "Sent" },
	{ "Archive/2009", "Old/Nine" },
	{ "Archive", "Old" },
	{ "Archive", "Never" }, /* the first counts */
	{ "/inbox/Later/", "Later" },
	{ "50%", "Half" },
	{ "a%2fb", "a/b" },
	{ "Keep/This", "Kept" },
	{ "Keep/Both", "Both" },
	{ "", "Nowhere" },
	{ "Empty", "" },
	{ "Entwu\xCC\x88rfe", "Drafts" },
	{ "%49NBOX", "INBOX" },
	{ "Posteingang", "%49NBOX" },
};
static const char *const exclude[] = { "Spam",	 "Keep", "Keep/Both",
				       "Trash/", "",	 "Archive/2009/x" };
static const struct map_rules rules = { .pairs = pairs,
					.pair_n = COUNT_OF(pairs),
					.exclude = exclude,
					.exclude_n = COUNT_OF(exclude) };

static const struct {
	const char *prefix, *old_name;
	enum map_how how;
	const char *new_name;
} targets[] = {
	{ "", "INBOX", MAP_SAME, "INBOX" },
	{ "", "Sent", MAP_SAME, "Sent" },
	{ "", "Gesendet", MAP_RULE, "Sent" },
	{ "", "Gesendet/2011", MAP_RULE, "Sent/2011" },
	{ "", "Gesendete", MAP_SAME, "Gesendete" },
	{ "", "gesendet", MAP_SAME, "gesendet" },
	{ "", "Archive", MAP_RULE, "Old" },
	{ "", "Archive/2010", MAP_RULE, "Old/2010" },
	{ "", "Archive/2009", MAP_RULE, "Old/Nine" },
	{ "", "Archive/2009/May", MAP_RULE, "Old/Nine/May" },
	{ "", "Archive/20099", MAP_RULE, "Old/20099" },
	{ "", "INBOX/Later", MAP_RULE, "Later" },
	{ "", "50%25", MAP_RULE, "Half" },
	{ "", "a%2Fb", MAP_RULE, "a/b" },
	{ "", "a/b", MAP_SAME, "a/b" },
	{ "", "Entw\xC3\xBCrfe", MAP_RULE, "Drafts" },
	{ "", "%49NBOX", MAP_RULE, "INBOX" },
	{ "", "Posteingang", MAP_RULE, "%49NBOX" },
	{ "", "Posteingang/x", MAP_RULE, "INBOX/x" },
	{ "Imported", "Posteingang", MAP_RULE, "Imported/INBOX" },
	{ "%49NBOX", "x", MAP_SAME, "INBOX/x" },
	{ "", "Empty", MAP_SAME, "Empty" },
	{ "", "Spam", MAP_EXCLUDED, "Spam" },
	{ "", "Spam/Old", MAP_EXCLUDED, "Spam/Old" },
	{ "", "Spammers", MAP_SAME, "Spammers" },
	{ "", "Trash/x", MAP_EXCLUDED, "Trash/x" },
	/* the most specific rule wins, the pair where both say the same folder */
	{ "", "Keep", MAP_EXCLUDED, "Keep" },
	{ "", "Keep/This", MAP_RULE, "Kept" },
	{ "", "Keep/This/Too", MAP_RULE, "Kept/Too" },
	{ "", "Keep/That", MAP_EXCLUDED, "Keep/That" },
	{ "", "Keep/Both", MAP_RULE, "Both" },
	{ "", "Archive/2009/x/y", MAP_EXCLUDED, "Old/Nine/x/y" },
	/* below a prefix of the new side */
	{ "Imported", "INBOX", MAP_SAME, "Imported/INBOX" },
	{ "Imported/Lab", "Gesendet/2011", MAP_RULE, "Imported/Lab/Sent/2011" },
	{ "/Imported/", "Spam", MAP_EXCLUDED, "Imported/Spam" },
	{ "inbox/Old", "x", MAP_SAME, "INBOX/Old/x" },
	{ "/", "x", MAP_SAME, "x" },
};

static struct map *opened(const struct map_rules *r)
{
	struct err err = ERR_INIT;
	struct map *m = NULL;

	if (!map_open(r, &m, &err))
		fail_msg("%s", err.text);
	return m;
}

static void finds_the_new_name(void **state)
{
	struct map *m = opened(&rules);
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct map_result r;

		map_enter(m, NULL, targets[i].prefix, NULL, 0);
		if (!map_target(m, &arena, targets[i].old_name, 0, &r, &err))
			fail_msg("%zu: %s", i, err.text);
		if (r.how != targets[i].how || strcmp(r.target, targets[i].new_name) != 0)
			fail_msg("%zu: %s is %s (%d)", i, targets[i].old_name, r.target,
				 (int)r.how);
		assert_true((r.rule != NULL) == (r.how != MAP_SAME));
	}
	arena_done(&arena);
	map_close(m);
}

static void without_rules_a_name_stays(void **state)
{
	static const struct map_rules none = { 0 };
	struct map *m = opened(&none);
	struct err err = ERR_INIT;
	struct map_result r;
	struct arena arena;
	size_t n;

	(void)state;
	arena_init(&arena);
	assert_true(map_target(m, &arena, "a%2Fb/c", FOLDER_SENT, &r, &err));
	assert_int_equal(r.how, MAP_SAME);
	assert_string_equal(r.target, "a%2Fb/c");
	assert_null(r.rule);
	map_list(m, &n);
	assert_int_equal(n, 0);
	arena_done(&arena);
	map_close(m);
}

/* One of each kind at the site; anna has her own. */
static const struct map_pair all_pairs[] = { { "Lists", "Mail/Lists" } };
static const struct map_regex all_regex[] = {
	{ "^Mail/", "", false },
	{ "\\s+(?=/|$)", "", true },
	{ "^(\\d{4})$", "Years/$1", false },
	{ "^Gone$", "", false },
	{ "^([a-z]+)+$", "x", false }, /* explodes, but not on short names */
};
static const char *const all_exclude[] = { "Trash", "Lists/Old" };
static const char *const all_exclude_regex[] = { "(?i)spam", "^Lists" };
static const struct map_pair anna_pairs[] = { { "Lists", "Own" } };
static const struct map_regex anna_regex[] = { { "^Work/", "Mail/Job/", false } };
static const struct map_own owns[] = {
	{ "Bert", { .special_use = MAP_OFF } },
	{ "ANNA",
	  { .pairs = anna_pairs, .pair_n = 1, .regex = anna_regex, .regex_n = 1 } },
};
static const struct map_rules all = { .pairs = all_pairs,
				      .pair_n = COUNT_OF(all_pairs),
				      .regex = all_regex,
				      .regex_n = COUNT_OF(all_regex),
				      .exclude = all_exclude,
				      .exclude_n = COUNT_OF(all_exclude),
				      .exclude_regex = all_exclude_regex,
				      .exclude_regex_n = COUNT_OF(all_exclude_regex),
				      .special_use = MAP_ON,
				      .own = owns,
				      .own_n = COUNT_OF(owns) };
static const struct map_special specials[] = {
	{ "Archive", FOLDER_ARCHIVE },
	{ "Inbox2", 0 },
	{ "Sent Messages", FOLDER_SENT | FOLDER_SUBSCRIBED },
	{ "Sent", FOLDER_SENT },
	{ "Lists", FOLDER_JUNK },
};

static const struct {
	const char *transfer, *prefix, *old_name;
	unsigned attrs;
	enum map_how how;
	const char *new_name, *rule; /* rule: "kind text"; "" for none */
} rows[] = {
	{ "x", "", "INBOX", 0, MAP_SAME, "INBOX", "" },
	/* special use: the same name first, else the first that fits */
	{ "x", "", "Gesendet", FOLDER_SENT, MAP_RULE, "Sent Messages",
	  "special_use special_use" },
	{ "x", "", "Sent", FOLDER_SENT, MAP_SAME, "Sent", "" },
	{ "x", "", "Gesendet/2011", 0, MAP_SAME, "Gesendet/2011", "" },
	{ "x", "", "Entwurf", FOLDER_DRAFTS, MAP_SAME, "Entwurf", "" },
	{ "x", "", "Gesendet", FOLDER_SUBSCRIBED, MAP_SAME, "Gesendet", "" },
	{ "x", "Old", "Gesendet", FOLDER_SENT, MAP_SAME, "Old/Gesendet", "" },
	{ "x", "", "Mail/Sent", FOLDER_SENT, MAP_RULE, "Sent Messages",
	  "special_use special_use" },
	/* a pair is stronger than special use, and than an expression */
	{ "x", "", "Lists", FOLDER_JUNK, MAP_RULE, "Mail/Lists",
	  "pairs \"Lists\" to \"Mail/Lists\"" },
	{ "bert", "", "Gesendet", FOLDER_SENT, MAP_SAME, "Gesendet", "" },
	{ "anna", "", "Gesendet", FOLDER_SENT, MAP_RULE, "Sent Messages",
	  "special_use special_use" },
	/* expressions, one after the other */
	{ "x", "", "Mail/A", 0, MAP_RULE, "A", "regex \"^Mail/\" to \"\"" },
	{ "x", "", "Mail/2009", 0, MAP_RULE, "Years/2009",
	  "regex \"^(\\d{4})$\" to \"Years/$1\"" },
	{ "x", "", "a /b ", 0, MAP_RULE, "a/b", "regex \"\\s+(?=/|$)\" to \"\"" },
	{ "x", "New", "Mail/A", 0, MAP_RULE, "New/A", "regex \"^Mail/\" to \"\"" },
	{ "x", "", "Work/A", 0, MAP_SAME, "Work/A", "" },
	{ "anna", "", "Work/A", 0, MAP_RULE, "Job/A", "regex \"^Mail/\" to \"\"" },
	/* what a person has of her own comes first */
	{ "Anna", "", "Lists/x", 0, MAP_EXCLUDED, "Own/x", "exclude_regex ^Lists" },
	{ "Anna", "", "Lists", 0, MAP_RULE, "Own", "pairs \"Lists\" to \"Own\"" },
	/* exclusions */
	{ "x", "", "Trash", 0, MAP_EXCLUDED, "Trash", "exclude Trash" },
	{ "x", "", "Trash/a", 0, MAP_EXCLUDED, "Trash/a", "exclude Trash" },
	{ "x", "", "My Spam", 0, MAP_EXCLUDED, "My Spam", "exclude_regex (?i)spam" },
	{ "x", "", "Lists/Old/x", 0, MAP_EXCLUDED, "Mail/Lists/Old/x",
	  "exclude Lists/Old" },
	{ "x", "", "Lists/New", 0, MAP_EXCLUDED, "Mail/Lists/New",
	  "exclude_regex ^Lists" },
	{ "x", "", "Sent SPAM", FOLDER_SENT, MAP_EXCLUDED, "Sent Messages",
	  "exclude_regex (?i)spam" },
};

static void says_which_rule_decided(void **state)
{
	struct map *m = opened(&all);
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct map_result r;
		const char *rule = "";

		map_enter(m, rows[i].transfer, rows[i].prefix, specials,
			  COUNT_OF(specials));
		if (!map_target(m, &arena, rows[i].old_name, rows[i].attrs, &r, &err))
			fail_msg("%zu: %s", i, err.text);
		if (r.rule != NULL)
			rule = arena_printf(&arena, "%s %s", map_kind_name(r.rule->kind),
					    r.rule->text);
		if (r.how != rows[i].how || strcmp(r.target, rows[i].new_name) != 0 ||
		    strcmp(rule, rows[i].rule) != 0)
			fail_msg("%zu: %s is %s (%d) by %s", i, rows[i].old_name,
				 r.target, (int)r.how, rule);
	}
	arena_done(&arena);
	map_close(m);
}

/* A rule that matches nothing is said; one that a stronger rule overrides did match. */
static void counts_what_each_rule_matched(void **state)
{
	static const char *const folders[] = { "Lists", "Lists/Old", "Mail/x", "Trash" };
	static const struct {
		const char *text;
		int64_t matched, decided;
	} want[] = {
		{ "\"Lists\" to \"Mail/Lists\"", 2, 1 },
		{ "Trash", 1, 1 },
		{ "Lists/Old", 1, 1 },
		{ "^Lists", 2, 0 },
		{ "(?i)spam", 0, 0 },
		{ "\"^Mail/\" to \"\"", 1, 1 },
		{ "\"^Gone$\" to \"\"", 0, 0 },
		{ "\"Lists\" to \"Own\"", 0, 0 },
		{ "special_use", 0, 0 },
	};
	struct map *m = opened(&all);
	const struct map_rule *list;
	struct err err = ERR_INIT;
	struct arena arena;
	size_t n, k;

	(void)state;
	arena_init(&arena);
	map_enter(m, "x", "", NULL, 0);
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		struct map_result r;

		assert_true(map_target(m, &arena, folders[i], 0, &r, &err));
	}
	list = map_list(m, &n);
	assert_int_equal(n, 1 + 5 + 2 + 2 + 1 + 1 + 1);
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		for (k = 0; k < n && strcmp(list[k].text, want[i].text) != 0; k++)
			;
		if (k == n || list[k].matched != want[i].matched ||
		    list[k].decided != want[i].decided)
			fail_msg("%zu: %s matched %lld, decided %lld", i, want[i].text,
				 k < n ? (long long)list[k].matched : -1,
				 k < n ? (long long)list[k].decided : -1);
	}
	arena_done(&arena);
	map_close(m);
}

/* Of two equal pairs the second never matches. */
static void says_that_a_rule_is_hidden_by_its_twin(void **state)
{
	static const struct map_pair twins[] = { { "a", "x" }, { "/a/", "y" } };
	static const struct map_rules two = { .pairs = twins, .pair_n = 2 };
	struct map *m = opened(&two);
	struct err err = ERR_INIT;
	struct map_result r;
	struct arena arena;
	size_t n;

	(void)state;
	arena_init(&arena);
	assert_true(map_target(m, &arena, "a/b", 0, &r, &err));
	assert_string_equal(r.target, "x/b");
	assert_int_equal(map_list(m, &n)[0].matched, 1);
	assert_int_equal(map_list(m, &n)[1].matched, 0);
	arena_done(&arena);
	map_close(m);
}

static void a_rule_that_fails_is_named(void **state)
{
	struct map *m = opened(&all);
	struct strbuf name = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct map_result r;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	map_enter(m, "x", "", NULL, 0);
	for (int i = 0; i < 3000; i++)
		strbuf_addc(&name, 'a');
	strbuf_addc(&name, '!');
	assert_false(map_target(m, &arena, strbuf_cstr(&name), 0, &r, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_non_null(strstr(err.text, "folder aaa"));
	assert_non_null(strstr(err.text, "map.regex: \"^([a-z]+)+$\" to \"x\": "));
	assert_non_null(strstr(err.text, "explodes"));
	assert_false(map_target(m, &arena, "Gone", 0, &r, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_string_equal(err.text, "folder Gone: map.regex: \"^Gone$\" to \"\": "
				      "nothing is left of the name");
	/* the next folder is judged as ever */
	assert_true(map_target(m, &arena, "Mail/Gone2", 0, &r, &err));
	assert_string_equal(r.target, "Gone2");
	strbuf_done(&name);
	arena_done(&arena);
	map_close(m);
}

static void refuses_what_cannot_be_compiled(void **state)
{
	static const struct map_regex bad[] = { { "ok", "", false },
						{ "(", "x", false } };
	static const struct map_regex group[] = { { "a", "$1", false } };
	static const char *const out[] = { "[" };
	static const struct map_own own_bad[] = {
		{ "anna", { .exclude_regex = out, .exclude_regex_n = 1 } }
	};
	static const struct map_own twice[] = { { "anna", { 0 } }, { "Anna", { 0 } } };
	static const struct {
		struct map_rules rules;
		const char *what;
	} cases[] = {
		{ { .regex = bad, .regex_n = 2 }, "map.regex: \"(\" to \"x\": missing" },
		{ { .regex = group, .regex_n = 1 }, "no such group" },
		{ { .exclude_regex = out, .exclude_regex_n = 1 },
		  "map.exclude_regex: [: " },
		{ { .own = own_bad, .own_n = 1 }, "map.transfers.anna.exclude_regex: [" },
		{ { .own = twice, .own_n = 2 }, "anna twice" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct map *m = NULL;

		if (map_open(&cases[i].rules, &m, &err))
			fail_msg("%zu was taken", i);
		if (err.cls != ERR_CONFIG || strstr(err.text, cases[i].what) == NULL)
			fail_msg("%zu: %s", i, err.text);
		assert_null(m);
	}
}

static void bounds_how_many_expressions(void **state)
{
	struct map_regex *many = mem_calloc(MAP_REGEX_MAX + 1, sizeof *many);
	struct map_rules r = { .regex = many, .regex_n = MAP_REGEX_MAX };
	struct err err = ERR_INIT;
	struct map *m = NULL;

	(void)state;
	for (size_t i = 0; i <= MAP_REGEX_MAX; i++)
		many[i] = (struct map_regex){ "a", "b", false };
	m = opened(&r);
	map_close(m);
	m = NULL;
	r.regex_n++;
	assert_false(map_open(&r, &m, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	free(many);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_new_name),
		cmocka_unit_test(without_rules_a_name_stays),
		cmocka_unit_test(says_which_rule_decided),
		cmocka_unit_test(counts_what_each_rule_matched),
		cmocka_unit_test(says_that_a_rule_is_hidden_by_its_twin),
		cmocka_unit_test(a_rule_that_fails_is_named),
		cmocka_unit_test(refuses_what_cannot_be_compiled),
		cmocka_unit_test(bounds_how_many_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
