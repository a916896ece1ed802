/* SPDX-License-Identifier: MIT */
/* Lists from their files, and items from evidence, words and dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "checklists/judge.h"

#define DAY	86400
#define SERVICE ((int64_t)1797033600) /* 2026-12-12 */

/* ---- reading ---- */

static void the_lists_that_are_built_in_are_whole(void **state)
{
	struct checklists c;
	const struct checklist *l;
	size_t n = 0;

	(void)state;
	checklists_open(&c);
	assert_int_equal(c.n, 3);
	l = checklist_find(&c, "premigration");
	assert_non_null(l);
	assert_int_equal(l->stage_n, 5);
	for (size_t s = 0; s < l->stage_n; s++) {
		assert_true(l->stage[s]->dated && l->stage[s]->has_from);
		for (size_t i = 0; i < l->stage[s]->item_n; i++) {
			char id[12];

			snprintf(id, sizeof id, "%zu", ++n);
			assert_string_equal(l->stage[s]->item[i]->id, id);
			assert_true(*l->stage[s]->item[i]->owner != '\0');
		}
	}
	assert_int_equal(n, 20);
	assert_non_null(checklist_item(l, "6")->repeat[4]);
	assert_null(checklist_item(l, "6")->repeat[5]);
	assert_ptr_equal(checklist_item(l, "11")->repeat[0], checklist_item(l, "1"));
	assert_null(checklist_item(l, "21"));
	assert_null(checklist_find(&c, "Premigration"));
	l = checklist_find(&c, "decommission");
	assert_int_equal(checklist_item(l, "11")->ask.lasting, 3 * DAY);
	checklists_close(&c);
}

#define LIST(items)                                                                      \
	"{ \"name\": \"site\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\","      \
	" \"items\": [" items "] } ] }"
#define ITEM(more) "{ \"id\": \"S1\", \"text\": \"t\"" more " }"

static void takes_what_a_site_adds(void **state)
{
	static const char *const good[] = {
		LIST(ITEM("")),
		LIST(ITEM(", \"rule\": \"read\", \"side\": \"both\", \"age\": \"3d\"")),
		LIST(ITEM(", \"rule\": \"stopped\", \"for\": \"72h\"")),
		LIST(ITEM(
			"") ", { \"id\": \"2\", \"text\": \"t\", \"repeat\": [\"S1\"] }"),
		"{ \"extends\": \"premigration\", \"stages\": [ { \"title\": \"One week "
		"before\", \"items\": [" ITEM("") "] } ] }",
		"{ \"extends\": \"cutover\", \"stages\": [ { \"title\": \"Later\","
		" \"from\": 9, \"due\": 10, \"items\": [" ITEM("") "] } ] }",
		"// a comment\n" LIST(ITEM(", \"hint\": \"`h`\", \"owner\": \"o\"")),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct err err = ERR_INIT;
		struct checklists c;

		checklists_open(&c);
		if (!checklists_add(&c, "f.json", span_str(good[i]), &err))
			fail_msg("case %zu: %s", i, err.text);
		checklists_close(&c);
	}
}

static void adds_to_the_stage_of_that_title(void **state)
{
	struct err err = ERR_INIT;
	struct checklists c;
	const struct checklist *l;

	(void)state;
	checklists_open(&c);
	assert_true(checklists_add(&c, "f.json",
				   span_str("{ \"extends\": \"premigration\", \"stages\":"
					    " [ { \"title\": \"One week before\","
					    " \"items\": [" ITEM("") "] } ] }"),
				   &err));
	l = checklist_find(&c, "premigration");
	assert_int_equal(l->stage_n, 5);
	assert_string_equal(l->stage[2]->item[l->stage[2]->item_n - 1]->id, "S1");
	checklists_close(&c);
}

static void refuses_what_is_no_list(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "f.json:1" },
		{ "[]", "f.json:1" },
		{ "{}", "\"name\"" },
		{ "{ \"name\": \"a\", \"extends\": \"cutover\" }", "\"extends\"" },
		{ "{ \"extends\": \"cut over\", \"stages\": [] }", "names no list" },
		{ "{ \"name\": \"cutover\", \"title\": \"T\" }", "another list" },
		{ "{ \"name\": \"a b\", \"title\": \"T\" }", "letters" },
		{ "{ \"name\": \"../a\", \"title\": \"T\" }", "letters" },
		{ "{ \"name\": \"-a\", \"title\": \"T\" }", "letters" },
		{ "{ \"name\": \"\", \"title\": \"T\" }", "letters" },
		{ "{ \"name\": \"a\" }", "\"title\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\" }", "\"stages\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [] }", "\"stages\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [1] }", "object" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { } ] }",
		  "\"title\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\" "
		  "} ] }",
		  "\"items\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"text\": [1], \"stages\": [] }",
		  "paragraphs" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\","
		  " \"from\": 3, \"due\": 2, \"items\": [" ITEM("") "] } ] }",
		  "\"due\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\","
		  " \"from\": 3, \"items\": [" ITEM("") "] } ] }",
		  "\"due\"" },
		{ "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": \"S\","
		  " \"due\": 99999, \"items\": [" ITEM("") "] } ] }",
		  "due" },
		{ "{ \"extends\": \"cutover\", \"stages\": [ { \"title\": \"The switch\","
		  " \"due\": 1, \"items\": [" ITEM("") "] } ] }",
		  "days already" },
		{ LIST("{ \"text\": \"t\" }"), "\"id\"" },
		{ LIST("{ \"id\": \"S 1\", \"text\": \"t\" }"), "\"id\"" },
		{ LIST("{ \"id\": \"a:b\", \"text\": \"t\" }"), "\"id\"" },
		{ LIST("{ \"id\": \"12345678901234567\", \"text\": \"t\" }"), "\"id\"" },
		{ LIST("{ \"id\": \"1\" }"), "\"text\"" },
		{ LIST("{ \"id\": \"1\", \"text\": \"\" }"), "one line" },
		{ LIST("{ \"id\": \"1\", \"text\": \"a\\nb\" }"), "one line" },
		{ LIST("{ \"id\": \"1\", \"text\": \"a\\u001b[31m\" }"), "one line" },
		{ LIST(ITEM("") "," ITEM("")), "another item" },
		{ LIST(ITEM(", \"rule\": \"reed\"")), "names no rule" },
		{ LIST(ITEM(", \"side\": \"old\"")), "side" },
		{ LIST(ITEM(", \"rule\": \"read\", \"side\": \"left\"")), "\"both\"" },
		{ LIST(ITEM(", \"rule\": \"sealed\", \"side\": \"old\"")), "side" },
		{ LIST(ITEM(", \"rule\": \"sealed\", \"age\": \"3d\"")), "age" },
		{ LIST(ITEM(", \"rule\": \"read\", \"age\": \"soon\"")), "14d" },
		{ LIST(ITEM(", \"age\": \"3d\"")), "age" },
		{ LIST(ITEM(", \"sign\": true")), "\"rule\"" },
		{ LIST(ITEM(", \"rule\": \"read\", \"for\": \"3d\"")), "for" },
		{ LIST(ITEM(", \"repeat\": []")), "repeat" },
		{ LIST(ITEM(", \"repeat\": [\"S1\"]")), "stand before it" },
		{ LIST(ITEM(", \"repeat\": [1]")), "stand before it" },
		{ LIST(ITEM(
			  "") ", { \"id\": \"2\", \"text\": \"t\", \"repeat\": [\"S1\"] "
			      "},"
			      " { \"id\": \"3\", \"text\": \"t\", \"repeat\": [\"2\"] }"),
		  "repeat none" },
		{ LIST(ITEM(", \"rule\": \"read\", \"repeat\": [\"S1\"]")), "beside" },
		{ LIST(ITEM(", \"state\": \"done\"")), "state" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err err = ERR_INIT;
		struct checklists c;

		checklists_open(&c);
		if (checklists_add(&c, "f.json", span_str(bad[i].text), &err))
			fail_msg("case %zu was taken: %s", i, bad[i].text);
		if (err.cls != ERR_CONFIG || strncmp(err.text, "f.json:", 7) != 0 ||
		    strstr(err.text, bad[i].says) == NULL)
			fail_msg("case %zu: %s: %s", i, err_class_name(err.cls),
				 err.text);
		checklists_close(&c);
	}
}

static void refuses_more_than_its_bounds(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct checklists c;

	(void)state;
	checklists_open(&c);
	strbuf_adds(&sb,
		    "{ \"name\": \"a\", \"title\": \"T\", \"stages\": [ { \"title\": "
		    "\"S\", \"items\": [");
	for (int i = 0; i <= (int)CHECKLIST_ITEMS_MAX; i++)
		strbuf_addf(&sb, "%s{ \"id\": \"%d\", \"text\": \"t\" }",
			    i > 0 ? "," : "", i);
	strbuf_adds(&sb, "] } ] }");
	assert_false(checklists_add(&c, "f.json", strbuf_span(&sb), &err));
	assert_non_null(strstr(err.text, "at most 100 items"));
	checklists_close(&c);

	err = ERR_INIT;
	checklists_open(&c);
	strbuf_clear(&sb);
	while (sb.n <= CHECKLIST_SIZE_MAX)
		strbuf_adds(&sb, "          ");
	assert_false(checklists_add(&c, "f.json", strbuf_span(&sb), &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	checklists_close(&c);

	err = ERR_INIT;
	checklists_open(&c);
	for (unsigned i = 3; i <= CHECKLIST_LISTS_MAX; i++) {
		bool taken;

		strbuf_clear(&sb);
		strbuf_addf(&sb,
			    "{ \"name\": \"l%u\", \"title\": \"T\", \"stages\": [ {"
			    " \"title\": \"S\", \"items\": [" ITEM("") "] } ] }",
			    i);
		taken = checklists_add(&c, "f.json", strbuf_span(&sb), &err);
		if (taken != (i < CHECKLIST_LISTS_MAX))
			fail_msg("list %u: %s", i, err.text);
	}
	checklists_close(&c);
	strbuf_done(&sb);
}

static void takes_days_that_there_are(void **state)
{
	static const char *const bad[] = {
		"",	      "2026-12-1",  "2026-13-01",	    "2026-02-30",
		"2026/12/12", "12-12-2026", "2026-12-12T00:00:00Z", "2026-12-1x"
	};
	int64_t t = 0;

	(void)state;
	assert_true(checklist_day(span_str("2026-12-12"), &t));
	assert_int_equal(t, SERVICE);
	assert_true(checklist_day(span_str("2028-02-29"), &t));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (checklist_day(span_str(bad[i]), &t))
			fail_msg("\"%s\" was taken", bad[i]);
}

/* ---- judging ---- */

struct bed {
	struct checklists lists;
	struct arena arena;
	struct evidence e;
	struct item_said words[40];
	size_t n;
	int64_t service;
	struct list_view view;
};

static int bed_make(void **state)
{
	struct bed *b = calloc(1, sizeof *b);

	assert_non_null(b);
	arena_init(&b->arena);
	checklists_open(&b->lists);
	evidence_init(&b->e);
	b->e.now = SERVICE - 65 * DAY;
	b->service = SERVICE;
	*state = b;
	return 0;
}

static int bed_drop(void **state)
{
	struct bed *b = *state;

	checklists_close(&b->lists);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static void say(struct bed *b, const char *item, enum item_word what, int64_t at)
{
	b->words[b->n++] = (struct item_said){ .list = "premigration",
					       .item = item,
					       .what = what,
					       .at = at,
					       .teller = "grace",
					       .owner = what == ITEM_ASSIGNED ? "alan"
									      : "",
					       .note = "" };
}

static const struct item_view *look(struct bed *b, const char *item)
{
	list_judge(checklist_find(&b->lists, "premigration"), &b->e, b->words, b->n,
		   b->service, &b->arena, &b->view);
	for (size_t i = 0; i < b->view.n; i++)
		if (strcmp(b->view.v[i].item->id, item) == 0)
			return &b->view.v[i];
	fail_msg("no item %s", item);
	return NULL;
}

/* All accounts of the old side were counted then, everything scanned, logs compared. */
static void observe(struct bed *b, int64_t at)
{
	struct evidence_side *s = &b->e.side[SIDE_OLD];

	*s = (struct evidence_side){ .accounts = 10,
				     .counted = 10,
				     .oldest_counted = at,
				     .messages = 5,
				     .scanned = 5,
				     .scanned_at = at,
				     .log_files = 1,
				     .logs_until = at };
	b->e.use = (struct evidence_use){ .dormant = 0 };
}

static void needs_a_person_where_evidence_cannot_tell(void **state)
{
	struct bed *b = *state;

	assert_int_equal(look(b, "1")->state, ITEM_OPEN);
	say(b, "1", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "1")->state, ITEM_SIGNED_OFF);
	assert_non_null(strstr(look(b, "1")->sentence, "signed by grace on 2026-10-08"));
	say(b, "1", ITEM_REOPENED, b->e.now + 1);
	assert_int_equal(look(b, "1")->state, ITEM_OPEN);
	assert_non_null(look(b, "1")->reopen);
	say(b, "1", ITEM_SIGNED, b->e.now + 2);
	assert_int_equal(look(b, "1")->state, ITEM_SIGNED_OFF);
	assert_null(look(b, "1")->reopen);
	/* of another list */
	b->words[b->n] = b->words[0];
	b->words[b->n].what = ITEM_REOPENED;
	b->words[b->n++].list = "cutover";
	assert_int_equal(look(b, "1")->state, ITEM_SIGNED_OFF);
}

static void believes_evidence_over_words(void **state)
{
	struct bed *b = *state;

	assert_int_equal(look(b, "2")->state, ITEM_UNKNOWN);
	/* there is nothing that could contradict it */
	say(b, "2", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "2")->state, ITEM_SIGNED_OFF);
	observe(b, b->e.now - DAY);
	assert_int_equal(look(b, "2")->state, ITEM_DONE);
	b->e.side[SIDE_OLD].scanned = 4;
	assert_int_equal(look(b, "2")->state, ITEM_CONTRADICTED);
	assert_non_null(
		strstr(look(b, "2")->sentence, "4 of 5 messages scanned; signed"));
	b->n = 0;
	assert_int_equal(look(b, "2")->state, ITEM_OPEN);
	/* a signature does not freshen evidence */
	observe(b, b->e.now - 15 * DAY);
	assert_int_equal(look(b, "2")->state, ITEM_STALE);
	say(b, "2", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "2")->state, ITEM_STALE);
}

static const char *const first_five[] = { "1", "2", "3", "4", "5" };

static void asks_a_person_for_what_evidence_cannot_tell(void **state)
{
	struct bed *b = *state;

	observe(b, b->e.now - DAY);
	assert_int_equal(look(b, "2")->state, ITEM_OPEN);
	assert_non_null(strstr(look(b, "2")->sentence, "for a person to do"));
	say(b, "2", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "2")->state, ITEM_DONE);
	say(b, "2", ITEM_REOPENED, b->e.now);
	assert_int_equal(look(b, "2")->state, ITEM_OPEN);
}

static void reopens_until_there_is_something_new(void **state)
{
	struct bed *b = *state;

	observe(b, b->e.now - DAY);
	b->e.side[SIDE_NEW] = b->e.side[SIDE_OLD];
	assert_int_equal(look(b, "12")->state, ITEM_DONE);
	say(b, "12", ITEM_REOPENED, b->e.now - 10);
	assert_int_equal(look(b, "12")->state, ITEM_OPEN);
	observe(b, b->e.now - 5);
	b->e.side[SIDE_NEW] = b->e.side[SIDE_OLD];
	assert_int_equal(look(b, "12")->state, ITEM_DONE);
	/* what holds at any age is open until it is signed */
	b->e.moves = (struct evidence_moves){ .transfers = 1,
					      .sealed = 1,
					      .clean = 1,
					      .oldest_judged = b->e.now - 90 * DAY };
	assert_int_equal(look(b, "20")->state, ITEM_DONE);
	say(b, "20", ITEM_REOPENED, b->e.now);
	assert_int_equal(look(b, "20")->state, ITEM_OPEN);
	say(b, "20", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "20")->state, ITEM_DONE);
}

static void repeats_with_new_evidence_alone(void **state)
{
	struct bed *b = *state;
	int64_t month = SERVICE - 40 * DAY; /* the stage began 45 days before */

	b->e.now = SERVICE - 65 * DAY;
	observe(b, b->e.now);
	for (size_t i = 0; i < COUNT_OF(first_five); i++) {
		say(b, first_five[i], ITEM_SIGNED, b->e.now);
		assert_true(item_is_done(look(b, first_five[i])->state));
	}
	/* old answers, in the next stage */
	b->e.now = month;
	for (int i = 0; i < 2; i++) {
		const struct item_view *v = look(b, "6");

		if (v->state != ITEM_STALE)
			fail_msg("%s: %s", item_state_name(v->state), v->sentence);
		observe(b,
			SERVICE - 46 * DAY); /* within 14 days, and of the stage before */
	}
	observe(b, month);
	assert_int_equal(look(b, "6")->state, ITEM_UNKNOWN);
	assert_non_null(strstr(look(b, "6")->sentence, "0 of 5"));
	assert_non_null(strstr(look(b, "6")->sentence, "to be signed: 1, 2, 3, 4, 5"));
	for (size_t i = 0; i < COUNT_OF(first_five); i++)
		say(b, first_five[i], ITEM_SIGNED, month);
	assert_int_equal(look(b, "6")->state, ITEM_DONE);
	/* something is missing again, whatever is signed */
	b->e.side[SIDE_OLD].counted = 9;
	assert_int_equal(look(b, "6")->state, ITEM_OPEN);
	say(b, "6", ITEM_SIGNED, month);
	assert_int_equal(look(b, "6")->state, ITEM_CONTRADICTED);
	assert_non_null(strstr(look(b, "6")->sentence, "not done: 5"));
	/* the next repetition asks anew */
	b->e.side[SIDE_OLD].counted = 10;
	b->e.now = SERVICE - 10 * DAY;
	assert_int_equal(look(b, "11")->state, ITEM_STALE);
}

/* Who signs the repetition says it for what only a person can know. */
static void signs_a_repetition_as_a_whole(void **state)
{
	struct bed *b = *state;

	b->e.now = SERVICE - 40 * DAY;
	observe(b, b->e.now);
	say(b, "6", ITEM_SIGNED, b->e.now);
	assert_int_equal(look(b, "6")->state, ITEM_SIGNED_OFF);
	b->service = 0;
	b->n = 0;
	assert_int_equal(look(b, "6")->state, ITEM_UNKNOWN);
	assert_non_null(strstr(look(b, "6")->sentence, "without a service date"));
}

static void gives_an_item_to_whom_it_was_assigned(void **state)
{
	struct bed *b = *state;

	assert_string_equal(look(b, "14")->owner, "project lead");
	say(b, "14", ITEM_ASSIGNED, b->e.now);
	assert_string_equal(look(b, "14")->owner, "alan");
	assert_int_equal(look(b, "14")->state, ITEM_OPEN);
}

static void knows_what_is_late(void **state)
{
	struct bed *b = *state;

	b->e.now = SERVICE - 59 * DAY - 1; /* the last second of the day that is due */
	assert_int_equal(look(b, "1")->due, SERVICE - 59 * DAY);
	assert_false(look(b, "1")->overdue);
	b->e.now++;
	assert_true(look(b, "1")->overdue);
	assert_true(look(b, "1")->begun);
	assert_false(look(b, "16")->begun);
	say(b, "1", ITEM_SIGNED, b->e.now);
	assert_false(look(b, "1")->overdue);
	b->service = 0;
	assert_int_equal(look(b, "1")->due, 0);
	assert_true(look(b, "16")->begun);
	assert_false(look(b, "16")->overdue);
}

static void names_what_is_due_next(void **state)
{
	struct bed *b = *state;
	const struct item_view **v;
	bool begun;
	size_t n;

	/* before anything begins: the first stage */
	b->e.now = SERVICE - 200 * DAY;
	(void)look(b, "1");
	lists_due(&b->view, 1, &b->arena, &v, &n, &begun);
	assert_int_equal(n, 5);
	assert_false(begun);
	assert_string_equal(v[0]->item->id, "1");
	/* a month before: what is late comes first */
	b->e.now = SERVICE - 40 * DAY;
	say(b, "3", ITEM_SIGNED, b->e.now);
	(void)look(b, "1");
	lists_due(&b->view, 1, &b->arena, &v, &n, &begun);
	assert_int_equal(n, 9);
	assert_true(begun);
	assert_string_equal(v[0]->item->id, "1");
	assert_string_equal(v[8]->item->id, "10");
	/* nothing is left */
	b->n = 0;
	b->e.now = SERVICE + DAY;
	for (size_t i = 0; i < b->view.n; i++)
		say(b, b->view.v[i].item->id, ITEM_SIGNED, b->e.now);
	(void)look(b, "1");
	assert_int_equal(b->view.done, 20);
	lists_due(&b->view, 1, &b->arena, &v, &n, &begun);
	assert_int_equal(n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bed_make, bed_drop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lists_that_are_built_in_are_whole),
		cmocka_unit_test(takes_what_a_site_adds),
		cmocka_unit_test(adds_to_the_stage_of_that_title),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(refuses_more_than_its_bounds),
		cmocka_unit_test(takes_days_that_there_are),
		TEST(needs_a_person_where_evidence_cannot_tell),
		TEST(believes_evidence_over_words),
		TEST(asks_a_person_for_what_evidence_cannot_tell),
		TEST(reopens_until_there_is_something_new),
		TEST(repeats_with_new_evidence_alone),
		TEST(signs_a_repetition_as_a_whole),
		TEST(gives_an_item_to_whom_it_was_assigned),
		TEST(knows_what_is_late),
		TEST(names_what_is_due_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
