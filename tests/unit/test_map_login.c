/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "map/map_login.h"
#include "map/map_witness.h"

static const char *const aliases[] = { "example.net", "mail.example.org" };
static const struct map_login_rule rewrites[] = { { "^sys-(.*)$", "$1" } };
static const struct map_login_rules rules = { .domain = "example.org",
					      .alias_domains = aliases,
					      .alias_n = COUNT_OF(aliases),
					      .rules = rewrites,
					      .rule_n = COUNT_OF(rewrites) };

static void brings_names_to_one_form(void **state)
{
	static const struct {
		const char *name, *form;
	} cases[] = {
		{ "Mia", "mia" },
		{ " MIA@Example.ORG ", "mia" },
		{ "mia@example.net", "mia" },
		{ "mia@mail.example.org", "mia" },
		{ "mia@example.com", "mia@example.com" },
		{ "mia+lists@example.org", "mia" },
		{ "EXAMPLE\\mia", "mia" },
		{ "example.com\\mia", "mia@example.com" },
		{ "EXAMPLE\\mia\\shared", "shared" },
		{ "user.mia", "mia" },
		{ "user.mia.Spam.2024", "mia" },
		{ "user/mia^smith/Spam", "mia.smith" },
		{ "example.com!user.mia", "mia@example.com" },
		{ "user/mia/Spam@example.com", "mia@example.com" },
		{ "sys-backup", "backup" },
		{ "ZO\xc3\x8b", "zo\xc3\xab" },
		{ "two words", "two words" },
		{ "\"a@b\"@example.org", "\"a@b\"" },
		{ "+only", "+only" },
		{ "", "" },
		{ "\xff\xfeX", "\xff\xfex" },
	};
	struct map_login *m;
	struct arena arena;
	struct err err = ERR_INIT;

	(void)state;
	arena_init(&arena);
	assert_true(map_login_new(&rules, &m, &err));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *form = map_login_form(m, span_str(cases[i].name), &arena);

		if (strcmp(form, cases[i].form) != 0)
			fail_msg("case %zu: \"%s\"", i, form);
	}
	map_login_free(m);
	arena_done(&arena);
}

#define EMPTY                                                                            \
	.aliases = "", .owner = "", .wave = "", .note = "", .decision = "",              \
	.new_prefix = ""

static void finds_whose_a_name_is(void **state)
{
	static const struct transfer t[] = {
		{ .name = "mia",
		  .old_user = "mia",
		  .address = "mia@example.org",
		  .logins = "backup, m.ia",
		  .addresses = "info@old.example.org",
		  EMPTY },
		{ .name = "bob",
		  .old_user = "bob",
		  .address = "",
		  .logins = "backup",
		  .addresses = "",
		  EMPTY },
		/* its login is another one's alias: the login wins */
		{ .name = "info",
		  .old_user = "m.ia",
		  .address = "",
		  .logins = "",
		  .addresses = "",
		  EMPTY },
	};
	static const struct {
		const char *name;
		int want; /* -1: none; -2: shared */
	} cases[] = {
		{ "MIA@example.net", 0 },
		{ "info@old.example.org", 0 },
		{ "bob", 1 },
		{ "backup", -2 },
		{ "m.ia", 2 },
		{ "nobody", -1 },
		{ "", -1 },
	};
	struct map_login *m;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(map_login_new(&rules, &m, &err));
	map_login_add(m, SIDE_OLD, t, COUNT_OF(t));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool shared;
		const struct transfer *got = map_login_find(
			m, SIDE_OLD, span_str(cases[i].name), &shared);
		int n = got != NULL ? (int)(got - t) : shared ? -2 : -1;

		if (n != cases[i].want)
			fail_msg("case %zu: %d", i, n);
	}
	map_login_free(m);
}

static void refuses_rules_that_are_wrong(void **state)
{
	static const struct map_login_rule bad[] = { { "(", "x" } };
	const struct map_login_rules wrong = { .rules = bad, .rule_n = 1 };
	struct map_login *m = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_false(map_login_new(&wrong, &m, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
}

static bool show_witness(void *ctx, const char *name, int64_t at, struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "%s=%lld ", name, (long long)at);
	return true;
}

static void reads_lists_of_last_logins(void **state)
{
	static const struct {
		const char *text, *facts;
		unsigned odd;
	} cases[] = {
		{ "user,last_login\nmia,1700000000\n\"two words\",never\nbob,1/2/2024 "
		  "10:00\n",
		  "mia=1700000000 two words=0 ", 1 },
		{ "DisplayName;PrimarySmtpAddress;LastLogonTime\nMia;mia@example.org;"
		  "2024-01-02T10:11:12Z\n",
		  "mia@example.org=1704190272 ", 0 },
		{ "# name mia@example.org\nzimbraLastLogonTimestamp: "
		  "20240102101112Z\n\n# name bob@example.org\n",
		  "mia@example.org=1704190272 bob@example.org=0 ", 0 },
		{ "dn: uid=mia,dc=example,dc=org\nuid: mia\nlastLogonTimestamp: "
		  "133486638720000000\n\ndn: x\nuid: bob\nmail: bob@example.org\n",
		  "mia=1704190272 bob@example.org=0 ", 0 },
		{ "shared/last-login/mia 1700000000\nbob=1700000000123\n# no\nx y\n",
		  "mia=1700000000 bob=1700000000 ", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct map_tally tally;
		struct err err = ERR_INIT;

		if (!map_witness_read("list", span_str(cases[i].text), show_witness, &out,
				      &tally, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(strbuf_cstr(&out), cases[i].facts) != 0 ||
		    tally.odd != cases[i].odd)
			fail_msg("case %zu: %s (%llu odd)", i, strbuf_cstr(&out),
				 (unsigned long long)tally.odd);
		strbuf_done(&out);
	}
}

static bool show_forward(void *ctx, const char *name, const char *target, bool keeps,
			 struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "%s>%s%s ", name, target, keeps ? "+" : "");
	return true;
}

static void reads_where_mail_is_sent_on(void **state)
{
	static const struct {
		enum map_forward_kind kind;
		const char *text, *facts;
	} cases[] = {
		{ MAP_FORWARD, "\\mia, mia@example.com\n", "mia>mia@example.com+ " },
		{ MAP_FORWARD, "# no\n\"|/usr/bin/vacation mia, x\"\n",
		  "mia>|/usr/bin/vacation mia, x " },
		{ MAP_ALIAS,
		  "postmaster: mia\n# no: x\nmia: mia, a@example.com,\n  b@example.com\n",
		  "postmaster>mia mia>a@example.com+ mia>b@example.com " },
		{ MAP_VIRTUAL, "a@old.example.org  mia, bob\n@old.example.org bob\n",
		  "a@old.example.org>mia a@old.example.org>bob @old.example.org>bob " },
		{ MAP_SIEVE,
		  "require [\"copy\"]; # redirect \"no\";\nredirect :copy "
		  "\"a@example.com\";\n",
		  "mia>a@example.com+ " },
		{ MAP_SIEVE,
		  "if true { redirect \"a@example.com\"; } /* redirect \"no\"; */",
		  "mia>a@example.com " },
		{ MAP_SIEVE, "redirect \"a@example.com\"; fileinto \"redirect\";",
		  "mia>a@example.com+ " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct map_tally tally;
		struct err err = ERR_INIT;

		assert_true(map_forward_read(cases[i].kind, "mia",
					     span_str(cases[i].text), show_forward, &out,
					     &tally, &err));
		if (strcmp(strbuf_cstr(&out), cases[i].facts) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_names_to_one_form),
		cmocka_unit_test(finds_whose_a_name_is),
		cmocka_unit_test(refuses_rules_that_are_wrong),
		cmocka_unit_test(reads_lists_of_last_logins),
		cmocka_unit_test(reads_where_mail_is_sent_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
