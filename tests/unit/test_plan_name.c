/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "plan/plan_name.h"

/* What is said of a name, as "class: detail; class: detail". */
static const char *said(struct arena *arena, const struct plan_place *place,
			const char *name)
{
	struct plan_map_signs signs = { .n = 0 };
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	plan_name_check(arena, place, name, &signs);
	for (size_t i = 0; i < signs.n; i++)
		strbuf_addf(&sb, "%s%s: %s", i > 0 ? "; " : "",
			    plan_map_class_name(signs.v[i].cls), signs.v[i].detail);
	text = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

static const struct profile *shipped(struct arena *arena, const char *name)
{
	const struct profile_signs none = { 0 };
	const struct profile *p = NULL;
	struct err err = ERR_INIT;

	assert_true(profile_find(arena, name, &none, &p, &err));
	return p;
}

#define A10  "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

static const struct {
	const char *profile, *prefix;
	char delim;
	const char *name, *said;
} cases[] = {
	{ "generic", "", '/', "INBOX", "" },
	{ "generic", "", '/', "Sent", "" },
	{ "generic", "", '/', "a\x01", "refused: a control character" },
	{ "generic", "", '/', "a//b", "refused: an empty level" },
	{ "generic", "", '/', "a/", "refused: an empty level" },
	{ "generic", "", '/', "\xFF", "refused: octets that are no UTF-8" },
	/* the new delimiter inside a level */
	{ "generic", "", '/', "a%2Fb", "delimiter: \"/\"" },
	{ "generic", "", '.', "a.b/c", "delimiter: \".\"" },
	{ "generic", "", '\0', "a.b%2Fc", "" },
	{ "generic", "", '%', "50%25", "delimiter: \"%\"" },
	{ "generic", "", '/', "50%25", "" },
	/* Zimbra */
	{ "zimbra", "", '/', "Calendar", "reserved: \"Calendar\"" },
	{ "zimbra", "", '/', "calendar ",
	  "reserved: \"Calendar\"; refused: a blank at the end of a level: it is taken "
	  "away" },
	{ "zimbra", "", '/', "Contacts/Old", "reserved: \"Contacts\"" },
	{ "zimbra", "", '/', "Old/Contacts", "" },
	{ "zimbra", "", '/', "Calendars", "" },
	{ "zimbra", "", '/', "Tasks:\"now\"",
	  "refused: the character \":\"; refused: the character \"\"\"" },
	{ "zimbra", "", '/', A100 A10 A10 "12345678", "" },
	{ "zimbra", "", '/', A100 A10 A10 "123456789",
	  "too-long: more than 128 characters in one level" },
	{ "zimbra", "", '/', A100 "/" A100, "" },
	/* characters, not octets */
	{ "zimbra", "", '/', A100 A10 A10 "1234567\xC3\xBC", "" },
	/* Cyrus: octets of the encoded name, prefix included; 'ü' takes 5 */
	{ "cyrus", "INBOX.", '.', A100 A100 A100 A100 A10 A10 A10 A10 "1234", "" },
	{ "cyrus", "INBOX.", '.', A100 A100 A100 A100 A10 A10 A10 A10 "12345",
	  "too-long: more than 450 octets" },
	{ "cyrus", "", '.', A100 A100 A100 A100 A10 A10 A10 A10 "12345\xC3\xBC", "" },
	{ "cyrus", "", '.', A100 A100 A100 A100 A10 A10 A10 A10 "123456\xC3\xBC",
	  "too-long: more than 450 octets" },
	{ "cyrus", "INBOX.", '.', "%49NBOX", "" },
	{ "cyrus", "INBOX.", '.', "a%2Fb",
	  "refused: the character \"/\", depending on how the server is set up" },
	{ "cyrus", "INBOX.", '.', "a%25", "refused: the character \"%\"" },
	{ "cyrus", "INBOX.", '.', "Caf\xC3\xA9 & Co", "" },
	/* Dovecot */
	{ "dovecot", "", '/', "~home", "refused: \"~\" at the start of a level" },
	{ "dovecot", "", '/', "a~", "" },
	{ "dovecot", "", '/', "a/..",
	  "refused: the character \".\", depending on how the server is set up; refused: "
	  "the "
	  "level \"..\"" },
	/* Courier */
	{ "courier", "INBOX.", '.', "\xF0\x9F\x93\x81",
	  "refused: a character beyond U+FFFF" },
	{ "courier", "INBOX.", '.', "\xEF\xBF\xBD", "" },
	/* Microsoft 365 */
	{ "m365", "", '/', "Customer/ Problem",
	  "refused: blanks at an end of a level, or two in a row" },
	{ "m365", "", '/', "notes", "reserved: \"Notes\"" },
	/* Gmail */
	{ "gmail", "", '/', "two  blanks",
	  "refused: blanks at an end of a level, or two in a row" },
	{ "gmail", "", '/', "[gmail]/Sent Mail", "reserved: \"[Gmail]\"" },
	{ "gmail", "", '/', "a^b", "refused: the character \"^\"" },
	{ "iplanet", "", '/', "what?", "refused: the character \"?\"" },
};

static void says_what_a_server_would_say(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct plan_place place = { shipped(&arena, cases[i].profile),
					    cases[i].prefix, cases[i].delim };
		const char *got = said(&arena, &place, cases[i].name);

		if (strcmp(got, cases[i].said) != 0)
			fail_msg("%zu: %s on %s: %s", i, cases[i].name, cases[i].profile,
				 got);
	}
	arena_done(&arena);
}

static void counts_levels(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	struct plan_place place;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	place = (struct plan_place){ shipped(&arena, "m365"), "", '/' };
	for (int i = 0; i < 300; i++)
		strbuf_adds(&sb, i > 0 ? "/a" : "a");
	assert_string_equal(said(&arena, &place, strbuf_cstr(&sb)), "");
	strbuf_adds(&sb, "/a");
	assert_string_equal(said(&arena, &place, strbuf_cstr(&sb)),
			    "too-deep: more than 300 levels");
	strbuf_done(&sb);
	arena_done(&arena);
}

static void what_is_said_is_bounded(void **state)
{
	struct plan_map_signs signs = { .n = 0 };
	struct profile p = { .name = "p",
			     .title = "p",
			     .refused = { .text = "abcdefghijklmnopqrstuvwxyz" },
			     .refused_by_some = { .text = "" },
			     .refused_start = { .text = "" } };
	struct plan_place place = { &p, "", '/' };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	plan_name_check(&arena, &place, "abcdefghijklmnopqrstuvwxyz", &signs);
	assert_int_equal(signs.n, PLAN_MAP_SIGNS_MAX);
	arena_done(&arena);
}

static void knows_which_names_a_server_takes_for_one(void **state)
{
	static const struct {
		const char *profile, *prefix, *a, *b;
		bool same;
	} names[] = {
		{ "dovecot", "", "Sent", "sent", false },
		{ "dovecot", "", "Sent", "Sent", true },
		{ "exchange", "", "Sent", "sent", true },
		{ "exchange", "",
		  "Stra\xC3\x9F"
		  "e/x",
		  "STRASSE/X", true },
		{ "exchange", "", "a ", "a", false },
		{ "zimbra", "", "a /b ", "A/b", true },
		{ "zimbra", "", " a", "a", false },
		{ "zimbra", "", "a/b", "ab", false },
		/* a second INBOX is one only below a prefix */
		{ "dovecot", "", "%49NBOX", "INBOX", true },
		{ "cyrus", "INBOX.", "%49NBOX", "INBOX", false },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct plan_place place = { shipped(&arena, names[i].profile),
					    names[i].prefix, '/' };
		bool same = strcmp(plan_name_key(&arena, &place, names[i].a),
				   plan_name_key(&arena, &place, names[i].b)) == 0;

		if (same != names[i].same)
			fail_msg("%zu: %s and %s on %s", i, names[i].a, names[i].b,
				 names[i].profile);
	}
	arena_done(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_a_server_would_say),
		cmocka_unit_test(counts_levels),
		cmocka_unit_test(what_is_said_is_bounded),
		cmocka_unit_test(knows_which_names_a_server_takes_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
