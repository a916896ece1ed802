/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "profile/profile.h"

static const struct profile *find(struct arena *arena, const char *name,
				  const struct profile_signs *signs)
{
	const struct profile *p = NULL;
	struct err err = ERR_INIT;

	if (!profile_find(arena, name, signs, &p, &err))
		fail_msg("%s: %s", name, err.text);
	return p;
}

/* A value that is known says from where. */
static void need_source(const char *profile, const char *what, bool known,
			const char *source)
{
	if (known != (source != NULL) || (known && strlen(source) < 8))
		fail_msg("%s: %s has no source", profile, what);
}

static void need_facts(const char *profile, const struct profile_fact *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		need_source(profile, v[i].why, true, v[i].source);
		assert_true(text_is_utf8(span_str(v[i].why)));
	}
}

static void every_shipped_profile_is_whole(void **state)
{
	const struct profile_signs none = { 0 };
	struct arena arena;
	size_t n = 0;

	(void)state;
	arena_init(&arena);
	for (; profile_name(n) != NULL; n++) {
		const char *name = profile_name(n);
		const struct profile *p = find(&arena, name, &none);

		assert_true(profile_is_shipped(name));
		assert_string_equal(p->name, name);
		need_source(name, "message_octets", p->message_octets.value > 0,
			    p->message_octets.source);
		need_source(name, "name_octets", p->name_octets.value > 0,
			    p->name_octets.source);
		need_source(name, "part_octets", p->part_octets.value > 0,
			    p->part_octets.source);
		need_source(name, "depth", p->depth.value > 0, p->depth.source);
		need_source(name, "reserved", p->reserved.n > 0, p->reserved.source);
		need_source(name, "refused", *p->refused.text != '\0', p->refused.source);
		need_source(name, "not_mail", p->not_mail.n > 0, p->not_mail.source);
		need_source(name, "virtual", p->virtual_folders.n > 0,
			    p->virtual_folders.source);
		need_source(name, "deduplicates", true, p->dedup_source);
		need_source(name, "keywords", true, p->keywords_source);
		for (unsigned bit = 0; bit < DIFF_COUNT; bit++)
			need_source(name, diff_name(bit),
				    (p->not_comparable & 1u << bit) != 0,
				    p->not_comparable_why[bit].source);
		need_facts(name, p->alters, p->alters_n);
		need_facts(name, p->adds_field, p->adds_field_n);
		need_facts(name, p->blind_spot, p->blind_spot_n);
		assert_true(p->blind_spot_n >= 2);
	}
	assert_int_equal(n, 9);
	arena_done(&arena);
}

/* What other parts of the program lean on. */
static void they_say_what_is_known(void **state)
{
	const struct profile_signs none = { 0 };
	const struct profile *p;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	p = find(&arena, "exchange", &none);
	assert_int_equal(p->not_comparable, DIFF_OCTETS | DIFF_CONTENT | DIFF_KEYWORDS);
	assert_int_equal(p->keywords, PROFILE_KEYWORDS_DROPPED);
	assert_true(p->ignores_case.on);
	assert_string_equal(p->not_comparable_why[3].why,
			    "RFC822.SIZE is an estimate unless exact sizes are switched "
			    "on.");
	p = find(&arena, "gmail", &none);
	assert_int_equal(p->message_octets.value, 35651584);
	assert_int_equal(p->dedup, PROFILE_DEDUP_ACCOUNT);
	assert_int_equal(p->name_octets.unit, PROFILE_CHARACTERS);
	assert_int_equal(p->not_comparable, 0);
	p = find(&arena, "zimbra", &none);
	assert_int_equal(p->delimiter, '/');
	assert_string_equal(p->refused.text, ":\"");
	assert_true(p->trims.on && p->ignores_case.on);
	p = find(&arena, "cyrus", &none);
	assert_int_equal(p->keywords, PROFILE_KEYWORDS_LIMITED);
	assert_int_equal(p->keywords_most, 100);
	assert_false(p->ignores_case.on);
	assert_int_equal(p->delimiter, '\0');
	arena_done(&arena);
}

static void finds_a_profile_by_what_a_server_says(void **state)
{
	static const struct {
		struct profile_signs signs;
		const char *name;
	} cases[] = {
		{ { .server_id = "Cyrus IMAP 3.6.1-Debian-3.6.1-4" }, "cyrus" },
		{ { .server_id = "Dovecot" }, "dovecot" },
		{ { .server_id = "dovecot 2.3" }, "dovecot" },
		{ { .server_id = "Zimbra 8.8.15_GA" }, "zimbra" },
		{ { .server_id = "GImap" }, "gmail" },
		{ { .capability = "IMAP4rev1 X-GM-EXT-1 UIDPLUS" }, "gmail" },
		{ { .capability = "IMAP4rev1 X-GM-EXT-12" }, "generic" },
		{ { .server_id = "Microsoft.Exchange.Imap4.Imap4Server 15.20" }, "m365" },
		{ { .server_id = "Microsoft.Exchange.Imap4.Imap4Server 15.1" },
		  "exchange" },
		{ { .greeting = "* OK The Microsoft Exchange IMAP4 service is ready." },
		  "exchange" },
		{ { .greeting = "* OK The Microsoft Exchange IMAP4 service is ready. [x]",
		    .capability = "IMAP4 CLIENTNETWORKPRESENCELOCATION ID" },
		  "m365" },
		{ { .greeting = "* OK [CAPABILITY IMAP4rev1] Courier-IMAP ready." },
		  "courier" },
		{ { .greeting = "* OK server Cyrus IMAP 2.3.7 ready" }, "cyrus" },
		{ { .capability = "IMAP4rev1 X-NETSCAPE XSERVERINFO" }, "iplanet" },
		/* ID counts before the greeting of a proxy in front of it */
		{ { .server_id = "Cyrus IMAP", .greeting = "* OK Dovecot ready." },
		  "cyrus" },
		{ { .server_id = "", .capability = "", .greeting = "" }, "generic" },
		{ { .server_id = "hMailServer" }, "generic" },
		{ { 0 }, "generic" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct profile *p = find(&arena, PROFILE_AUTO, &cases[i].signs);

		if (strcmp(p->name, cases[i].name) != 0)
			fail_msg("%zu: %s, not %s", i, p->name, cases[i].name);
	}
	arena_done(&arena);
}

#define HEAD "{ \"name\": \"n\", \"title\": \"t\""

static void takes_what_is_right(void **state)
{
	static const char *const cases[] = {
		HEAD " }",
		"// ours\n" HEAD " }",
		HEAD ", \"limits\": { \"depth\": { \"value\": 9, \"source\": \"s\" } } }",
		HEAD ", \"limits\": { \"name_octets\": { \"value\": 9, \"in\": \"utf7\","
		     " \"source\": \"s\" } } }",
		HEAD
		", \"names\": { \"trims\": { \"value\": false, \"source\": \"s\" } } }",
		HEAD
		", \"adds_fields\": [ { \"field\": \"X-TUID\", \"source\": \"s\" } ] }",
		HEAD ", \"keywords\": { \"value\": \"limited\", \"most\": 26,"
		     " \"source\": \"s\" } }",
		HEAD ", \"blind_spots\": [] }",
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct profile p;

		if (!profile_parse(&arena, "p", span_str(cases[i]), &p, &err))
			fail_msg("%zu: %s", i, err.text);
		assert_string_equal(p.name, "n");
		assert_string_equal(p.refused.text, "");
	}
	arena_done(&arena);
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "", "p:1:1: " },
		{ "[]", "must be an object" },
		{ "{}", "needs \"name\" and \"title\"" },
		{ "{ \"name\": \"n\" }", "needs \"name\" and \"title\"" },
		{ "{ \"name\": \"\", \"title\": \"t\" }", "needs \"name\"" },
		{ HEAD ", \"limit\": {} }", "limit: unknown key" },
		{ HEAD ",\n \"limits\": { \"dept\": {} } }",
		  "p:2:14: limits.dept: unknown" },
		{ HEAD ", \"limits\": [] }", "limits: must be an object" },
		{ HEAD ", \"limits\": { \"depth\": 9 } }",
		  "limits.depth: must be an object" },
		{ HEAD ", \"limits\": { \"depth\": { \"value\": 9 } } }",
		  "limits.depth: needs a \"source\"" },
		{ HEAD ", \"limits\": { \"depth\": { \"source\": \"s\" } } }",
		  "limits.depth: needs a \"value\"" },
		{ HEAD
		  ", \"limits\": { \"depth\": { \"value\": 0, \"source\": \"s\" } } }",
		  "from 1" },
		{ HEAD
		  ", \"limits\": { \"depth\": { \"value\": \"9\", \"source\": \"s\" } } "
		  "}",
		  "whole number" },
		{ HEAD
		  ", \"limits\": { \"depth\": { \"value\": 9, \"source\": \"\" } } }",
		  "needs a \"source\"" },
		{ HEAD ", \"limits\": { \"depth\": { \"value\": 9, \"in\": \"utf8\","
		       " \"source\": \"s\" } } }",
		  "limits.depth.in: unknown key" },
		{ HEAD
		  ", \"limits\": { \"name_octets\": { \"value\": 9, \"in\": \"ucs2\","
		  " \"source\": \"s\" } } }",
		  "is \"utf8\"" },
		{ HEAD
		  ", \"names\": { \"delimiter\": { \"value\": \"//\", \"source\": \"s\" "
		  "} } }",
		  "one ASCII character" },
		{ HEAD ", \"names\": { \"reserved\": { \"value\": \"Calendar\", "
		       "\"source\": \"s\" } } }",
		  "must be an array" },
		{ HEAD
		  ", \"names\": { \"reserved\": { \"value\": [\"\"], \"source\": \"s\" }"
		  " } }",
		  "none empty" },
		{ HEAD ", \"names\": { \"reserved\": { \"source\": \"s\" } } }",
		  "needs a \"value\"" },
		{ HEAD
		  ", \"names\": { \"refused\": { \"value\": 1, \"source\": \"s\" } } }",
		  "must be a string" },
		{ HEAD
		  ", \"names\": { \"trims\": { \"value\": 1, \"source\": \"s\" } } }",
		  "true or false" },
		{ HEAD ", \"names\": { \"trims\": { \"source\": \"s\" } } }",
		  "needs a \"value\"" },
		{ HEAD
		  ", \"deduplicates\": { \"value\": \"maybe\", \"source\": \"s\" } }",
		  "is one of \"no\"" },
		{ HEAD ", \"deduplicates\": { \"source\": \"s\" } }",
		  "is one of \"no\"" },
		{ HEAD ", \"keywords\": { \"value\": \"limited\", \"source\": \"s\" } }",
		  "needs \"most\"" },
		{ HEAD ", \"keywords\": { \"value\": \"kept\", \"most\": 3, \"source\": "
		       "\"s\" } }",
		  "needs \"most\"" },
		{ HEAD ", \"not_comparable\": [ { \"fact\": \"size\", \"why\": \"w\","
		       " \"source\": \"s\" } ] }",
		  "not_comparable.fact: is \"flags\"" },
		{ HEAD
		  ", \"not_comparable\": [ { \"fact\": \"date\", \"source\": \"s\" } ] "
		  "}",
		  "needs \"fact\" and \"why\"" },
		{ HEAD ", \"not_comparable\": [ { \"fact\": \"date\", \"why\": \"w\","
		       " \"source\": \"s\" }, { \"fact\": \"date\", \"why\": \"w\","
		       " \"source\": \"s\" } ] }",
		  "twice" },
		{ HEAD ", \"blind_spots\": [ \"archives\" ] }", "must be an object" },
		{ HEAD ", \"blind_spots\": [ { \"text\": \"x\" } ] }",
		  "needs a \"source\"" },
		{ HEAD ", \"blind_spots\": [ { \"source\": \"x\" } ] }",
		  "needs \"text\"" },
		{ HEAD ", \"match\": { \"server_id\": [\"x\"] } }",
		  "needs a \"source\"" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct profile p;

		if (profile_parse(&arena, "p", span_str(cases[i].text), &p, &err))
			fail_msg("%zu was taken", i);
		if (err.cls != ERR_CONFIG || strstr(err.text, cases[i].what) == NULL ||
		    strncmp(err.text, "p:", 2) != 0)
			fail_msg("%zu: %s", i, err.text);
	}
	arena_done(&arena);
}

static void reads_a_file_of_the_site(void **state)
{
	const struct profile_signs none = { 0 };
	char path[] = "/tmp/mailmuster-test-XXXXXX.json";
	static const char text[] = HEAD " }";
	const struct profile *p = NULL;
	struct err err = ERR_INIT;
	struct arena arena;
	int fd = mkstemps(path, 5);

	(void)state;
	arena_init(&arena);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	assert_string_equal(find(&arena, path, &none)->title, "t");
	assert_int_equal(ftruncate(fd, PROFILE_SIZE_MAX + 1), 0);
	assert_false(profile_find(&arena, path, &none, &p, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	close(fd);
	unlink(path);
	assert_false(profile_find(&arena, path, &none, &p, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_false(profile_find(&arena, "cyrsu", &none, &p, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_null(p);
	assert_true(profile_is_path("a/b") && profile_is_path("x.json"));
	assert_false(profile_is_path("cyrus") || profile_is_path(".json"));
	arena_done(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_profile_is_whole),
		cmocka_unit_test(they_say_what_is_known),
		cmocka_unit_test(finds_a_profile_by_what_a_server_says),
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(reads_a_file_of_the_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
