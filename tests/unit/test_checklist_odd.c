/* SPDX-License-Identifier: MIT */
/* Lists of a site that are damaged field by field, each refused by the field's name; and
 * stages without a day, which a site may write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "checklists/judge.h"

#define DAY	86400
#define HOUR	3600
#define SERVICE ((int64_t)1797033600) /* 2026-12-12 */

/* ---- reading ---- */

#define STAGE(more, items)                                                               \
	"{ \"name\": \"site\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\"" more  \
	", \"items\": [" items "] } ] }"
#define ITEM(more) STAGE("", "{ \"id\": \"S1\", \"text\": \"t\"" more " }")
#define EXTENDS(days)                                                                    \
	"{ \"extends\": \"cutover\", \"stages\": [ { \"title\": \"The switch\"" days     \
	", \"items\": [ { \"id\": \"S1\", \"text\": \"t\" } ] } ] }"

static void refuses_each_field_by_its_name(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "{ \"name\": 1 }", ": name: must be a string" },
		{ "{ \"extends\": 1 }", ": extends: must be a string" },
		{ "{ \"name\": \"a\", \"title\": 1 }", ": title: must be a string" },
		{ "{ \"name\": \"a\", \"title\": \"\" }", ": title: is one line" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"text\": {} }",
		  ": text: must be an array" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"text\": [\"a\", \"\"] }",
		  ": text: is a list of paragraphs" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": {} }",
		  ": stages: must be an array" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"more\": 1 }",
		  ": more: unknown key" },
		{ "{ \"name\": \"a{\", \"title\": \"T\" }", ": name: is at most 32" },
		{ "{ \"name\": \"a[\", \"title\": \"T\" }", ": name: is at most 32" },
		{ "{ \"name\": \"a:\", \"title\": \"T\" }", ": name: is at most 32" },
		{ "{ \"extends\": \"cutover\", \"title\": \"T\" }",
		  ": title: is that of a new list only" },
		{ "{ \"extends\": \"cutover\", \"text\": [\"a\"] }",
		  ": text: unknown key" },
		{ STAGE(", \"from\": \"x\", \"due\": 1", ""), ".from: must be" },
		{ STAGE(", \"due\": \"x\"", ""), ".due: must be" },
		{ STAGE(", \"more\": 1", ""), ".more: unknown key" },
		{ STAGE("", ""), "needs \"items\"" },
		{ STAGE("", "7"), ": items: must be an object" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": 7 } ] "
		  "}",
		  ".title: must be a string" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": "
		  "\"S\", \"items\": {} } ] }",
		  ".items: must be an array" },
		{ EXTENDS(", \"from\": 1"), "has its days already" },
		{ EXTENDS(", \"from\": 1, \"due\": 2"), "has its days already" },
		{ STAGE("", "{ \"id\": 7 }"), ".id: must be a string" },
		{ STAGE("", "{ \"id\": \"S1\", \"text\": 7 }"), ".text: must be" },
		{ STAGE("", "{ \"id\": \"S1\", \"text\": \"a\\u007fb\" }"), "one line" },
		{ ITEM(", \"hint\": 7"), ".hint: must be a string" },
		{ ITEM(", \"owner\": 7"), ".owner: must be a string" },
		{ ITEM(", \"owner\": \"\""), ".owner: is one line" },
		{ ITEM(", \"rule\": 7"), ".rule: must be a string" },
		{ ITEM(", \"rule\": \"read\", \"age\": 7"), ".age: must be a string" },
		{ ITEM(", \"rule\": \"read\", \"age\": \"0d\""), ".age: is a time" },
		{ ITEM(", \"rule\": \"quiet\", \"for\": 7"), ".for: must be a string" },
		{ ITEM(", \"for\": \"3d\""), ".for: is only for" },
		{ ITEM(", \"rule\": \"read\", \"sign\": 1"), ".sign: must be true" },
		{ ITEM(", \"after_gate\": 1"), ".after_gate: must be true" },
		{ ITEM(", \"rule\": \"read\", \"side\": 1"), ".side: must be a string" },
		{ ITEM(", \"repeat\": {}"), ".repeat: must be an array" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err err = ERR_INIT;
		struct checklists c;

		checklists_open(&c);
		if (checklists_add(&c, "f.json", span_str(bad[i].text), &err))
			fail_msg("case %zu was taken: %s", i, bad[i].text);
		if (err.cls != ERR_CONFIG || strncmp(err.text, "f.json:1:", 9) != 0 ||
		    strstr(err.text, bad[i].says) == NULL)
			fail_msg("case %zu: %s", i, err.text);
		checklists_close(&c);
	}
}

/* A bound, and one more. */
static void takes_as_much_as_its_bounds(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 6; i++) {
		bool one_more = i % 2 != 0, taken;
		struct err err = ERR_INIT;
		struct checklists c;

		strbuf_clear(&sb);
		strbuf_adds(&sb, "{ \"name\": \"site\", \"title\": \"T\", \"stages\": [");
		if (i < 2) {
			strbuf_adds(&sb, "{\"title\":\"S\",\"items\":[{\"id\":\"1\","
					 "\"text\":\"");
			for (unsigned k = 0; k < CHECKLIST_TEXT_MAX + one_more; k++)
				strbuf_addc(&sb, 'x');
			strbuf_adds(&sb, "\"}]}");
		} else if (i < 4) {
			for (unsigned k = 0; k < CHECKLIST_STAGES_MAX + one_more; k++)
				strbuf_addf(&sb,
					    "%s{\"title\":\"S%u\",\"items\":[{\"id\":"
					    "\"%u\",\"text\":\"t\"}]}",
					    k > 0 ? "," : "", k, k);
		} else {
			strbuf_adds(&sb, "{\"title\":\"S\",\"items\":[{\"id\":\"1\","
					 "\"text\":\"t\"},{\"id\":\"2\",\"text\":\"t\","
					 "\"repeat\":[");
			for (unsigned k = 0; k < CHECKLIST_ITEMS_MAX + one_more; k++)
				strbuf_addf(&sb, "%s\"1\"", k > 0 ? "," : "");
			strbuf_adds(&sb, "]}]}");
		}
		strbuf_adds(&sb, "] }");
		checklists_open(&c);
		taken = checklists_add(&c, "f.json", strbuf_span(&sb), &err);
		if (taken == one_more)
			fail_msg("case %d: %s", i, taken ? "taken" : err.text);
		if (one_more && strstr(err.text, " at most 20") == NULL &&
		    strstr(err.text, "1 to 100 ids") == NULL)
			fail_msg("case %d: %s", i, err.text);
		checklists_close(&c);
	}
	strbuf_done(&sb);
}

/* ---- days ---- */

static const char site[] =
	"{ \"name\": \"site\", \"title\": \"T\", \"stages\": ["
	" { \"title\": \"At any time\", \"items\": ["
	"  { \"id\": \"A\", \"text\": \"a\" }, { \"id\": \"B\", \"text\": \"b\" } ] },"
	" { \"title\": \"Late\", \"due\": 9, \"items\": [ { \"id\": \"C\","
	" \"text\": \"c\" } ] },"
	" { \"title\": \"Early\", \"due\": -90, \"items\": [ { \"id\": \"D\","
	" \"text\": \"d\" } ] } ] }";

static void what_has_no_day_comes_last_and_is_never_late(void **state)
{
	static const char *const order[] = { "D", "C", "A", "B" };
	struct item_said said = { .list = "site",
				  .item = "A",
				  .what = ITEM_SIGNED,
				  .at = SERVICE,
				  .teller = "grace",
				  .owner = "",
				  .note = "by phone" };
	const struct item_view **v;
	struct err err = ERR_INIT;
	struct list_view view;
	struct checklists c;
	struct evidence e;
	struct arena arena;
	bool begun;
	size_t n;

	(void)state;
	arena_init(&arena);
	evidence_init(&e);
	checklists_open(&c);
	assert_true(checklists_add(&c, "site.json", span_str(site), &err));
	e.now = SERVICE;
	list_judge(checklist_find(&c, "site"), &e, NULL, 0, SERVICE, &arena, &view);
	lists_due(&view, 1, &arena, &v, &n, &begun);
	assert_true(begun);
	assert_int_equal(n, COUNT_OF(order));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(v[i]->item->id, order[i]);
		assert_true(v[i]->begun);
		assert_int_equal(v[i]->overdue, i == 0);
	}
	list_judge(checklist_find(&c, "site"), &e, &said, 1, SERVICE, &arena, &view);
	assert_string_equal(item_state_name(view.v[0].state), "signed");
	assert_string_equal(view.v[0].sentence,
			    "signed by grace on 2026-12-12: by phone");
	checklists_close(&c);
	arena_done(&arena);
}

/* ---- what rules say ---- */

static void says(const char *rule, const struct evidence *e, enum check_state state,
		 const char *what)
{
	const struct rule *r = rule_find(rule);
	struct rule_ask ask = { .sides = RULE_BOTH,
				.max_age = 36 * HOUR,
				.lasting = 12 * HOUR };
	struct check_result out;

	assert_non_null(r);
	rule_judge(r, e, &ask, &out);
	if (out.state != state || strstr(out.sentence, what) == NULL)
		fail_msg("%s: %s: %s", rule, check_state_name(out.state), out.sentence);
}

static void times_are_said_as_they_were_set(void **state)
{
	const int64_t now = SERVICE;
	struct evidence e;

	(void)state;
	evidence_init(&e);
	e.now = now;
	for (int s = 0; s < SIDE_COUNT; s++)
		e.side[s] = (struct evidence_side){ .accounts = 1,
						    .messages = 5,
						    .scanned = 5,
						    .scanned_at = now - 40 * HOUR,
						    .log_files = 1,
						    .logs_until = now - HOUR };
	/* the older one of the sides counts, whichever it is */
	says("scanned", &e, CHECK_STALE, "; that is older than 36 hours");
	e.side[SIDE_OLD].scanned_at = now;
	says("scanned", &e, CHECK_STALE, "; that is older than 36 hours");
	e.side[SIDE_OLD].scanned_at = now - 50 * HOUR;
	e.side[SIDE_NEW].scanned_at = now;
	says("scanned", &e, CHECK_STALE, "; that is 2 days old, and may be 36 hours");
	e.side[SIDE_OLD].scanned_at = now;
	says("scanned", &e, CHECK_DONE, "10 messages scanned");
	e.moves = (struct evidence_moves){ .transfers = 3,
					   .cut_over = 3,
					   .last_cutover = now - HOUR };
	says("cutover", &e, CHECK_NOT_DONE, "12 hours must pass");
	e.stopped_at = now - HOUR;
	says("stopped", &e, CHECK_NOT_DONE, "12 hours must pass");
	/* one, and more */
	e.use = (struct evidence_use){ .unknown = 1, .dormant = 2, .undecided = 1 };
	says("logs", &e, CHECK_NOT_DONE, "1 name in the logs belongs to no account");
	says("dormant", &e, CHECK_NOT_DONE, "1 of 2 dormant accounts has no decision");
	e.use.unknown = e.use.undecided = 2;
	says("logs", &e, CHECK_NOT_DONE, "2 names in the logs belong to no account");
	says("dormant", &e, CHECK_NOT_DONE, "2 of 2 dormant accounts have no decision");
	e.moves.differ = 1;
	says("verified", &e, CHECK_NOT_DONE, "1 of 3 accounts differs");
	e.moves.differ = 2;
	says("verified", &e, CHECK_NOT_DONE, "2 of 3 accounts differ:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_each_field_by_its_name),
		cmocka_unit_test(takes_as_much_as_its_bounds),
		cmocka_unit_test(what_has_no_day_comes_last_and_is_never_late),
		cmocka_unit_test(times_are_said_as_they_were_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
