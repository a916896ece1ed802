/* SPDX-License-Identifier: MIT */
/* Folder names in common form, and the prefixes of namespaces and trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "map/map.h"

/* Names of real servers (Cyrus 3.6, Dovecot 2.3, Courier 5) and what they mean. */
static const struct {
	const char *prefix, *name;
	char delim;
	const char *common;
} names[] = {
	/* Cyrus and Courier: everything below INBOX, '.' */
	{ "INBOX.", "INBOX", '.', "INBOX" },
	{ "INBOX.", "INBOX.Sent", '.', "Sent" },
	/* a prefix that is a folder: of a shared tree */
	{ "shared/sales", "shared/sales", '/', "INBOX" },
	{ "shared/sales", "shared/sales/2010", '/', "2010" },
	{ "shared/sales", "shared/salesmen", '/', "shared/salesmen" },
	{ "shared/sales", "shared/sales/INBOX", '/', "%49NBOX" },
	{ "team", "team.B\u00fcro", '.', "B\u00fcro" },
	{ "INBOX.", "INBOX.Deep.1.2", '.', "Deep/1/2" },
	{ "INBOX.", "INBOX.a/b", '.', "a%2Fb" },
	{ "INBOX.", "INBOX.50%", '.', "50%25" },
	{ "INBOX.", "INBOX.a%2Fb", '.', "a%252Fb" },
	{ "INBOX.", "inbox.Sent", '.', "Sent" },
	{ "inbox.", "INBOX.Sent", '.', "Sent" },
	{ "INBOX.", "INBOX.sent", '.', "sent" },
	/* INBOX beside INBOX, and below it */
	{ "INBOX.", "INBOX.INBOX", '.', "%49NBOX" },
	{ "INBOX.", "INBOX.%49NBOX", '.', "%2549NBOX" },
	{ "INBOX.", "INBOX.inbox", '.', "inbox" },
	{ "INBOX.", "INBOX.INBOX.Sub", '.', "INBOX/Sub" },
	/* outside the prefix */
	{ "INBOX.", "user.ben.Sent", '.', "user/ben/Sent" },
	{ "INBOX.", "Sent", '.', "Sent" },
	{ "INBOX.", "INBOXES.Sent", '.', "INBOXES/Sent" },
	{ "INBOX.", "INBOX.", '.', "INBOX/" },
	/* Dovecot: '/', no prefix; a '.' is an ordinary character */
	{ "", "INBOX", '/', "INBOX" },
	{ "", "Inbox", '/', "INBOX" },
	{ "", "Sent", '/', "Sent" },
	{ "", "a.b", '/', "a.b" },
	{ "", "a.b/c", '/', "a.b/c" },
	{ "", "INBOX/Sub", '/', "INBOX/Sub" },
	{ "", "inbox/Sub", '/', "INBOX/Sub" },
	{ "", "INBOXES", '/', "INBOXES" },
	{ "", "inboxes/x", '/', "inboxes/x" },
	{ "", "100% sure", '/', "100%25 sure" },
	/* old '.' servers without a prefix */
	{ "", "a.b", '.', "a/b" },
	{ "", "inbox.Sub", '.', "INBOX/Sub" },
	/* UW-IMAP with a mail directory; a prefix without its delimiter */
	{ "mail/", "mail/Sent", '/', "Sent" },
	{ "mail/", "mail", '/', "mail" },
	{ "mail/", "Mail/Sent", '/', "Mail/Sent" },
	{ "mail", "mail/Sent", '/', "Sent" },
	{ "mail", "mailing/x", '/', "mailing/x" },
	{ "INBOX", "INBOX.Sent", '.', "Sent" },
	/* flat: LIST said NIL */
	{ "", "INBOX", '\0', "INBOX" },
	{ "", "a/b.c", '\0', "a%2Fb.c" },
	{ "", "inbox/Sub", '\0', "inbox%2FSub" },
	/* decomposed names, in prefix and name */
	{ "", "Entwu\xCC\x88rfe", '/', "Entw\xC3\xBCrfe" },
	{ "M\xC3\xA4il.", "Ma\xCC\x88il.x", '.', "x" },
	/* what is no UTF-8 stays as it is */
	{ "", "Entw\xFCrfe", '/', "Entw\xFCrfe" },
	{ "", "", '/', "" },
};

static void brings_names_into_common_form(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct map_names how = { names[i].prefix, names[i].delim };
		const char *got = map_common(&arena, &how, names[i].name, names[i].delim);

		if (strcmp(got, names[i].common) != 0)
			fail_msg("%zu: %s is %s, not %s", i, names[i].name, got,
				 names[i].common);
	}
	arena_done(&arena);
}

/* Every path of up to four octets over an alphabet of traps, below one prefix: no two may
 * meet. */
static void two_paths_never_become_one(void **state)
{
	static const char *const prefixes[] = { "", "INBOX." };
	static const char alphabet[] = "./%2a";
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t k = 0; k < COUNT_OF(prefixes); k++) {
		struct map_names how = { prefixes[k], '.' };
		const char *common[780];
		size_t n = 0, of_length = 1;

		for (size_t length = 1; length <= 4; length++) {
			of_length *= strlen(alphabet);
			for (size_t code = 0; code < of_length; code++) {
				char name[16] = "", path[5] = "";
				size_t rest = code;

				for (size_t i = 0; i < length;
				     i++, rest /= strlen(alphabet))
					path[i] = alphabet[rest % strlen(alphabet)];
				snprintf(name, sizeof name, "%s%s", prefixes[k], path);
				common[n++] = map_common(&arena, &how, name, '.');
			}
		}
		assert_int_equal(n, COUNT_OF(common));
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < i; j++)
				if (strcmp(common[i], common[j]) == 0)
					fail_msg("prefix %zu: %s twice", k, common[i]);
	}
	arena_done(&arena);
}

static void sees_a_prefix_that_is_encoded(void **state)
{
	static const struct {
		const char *prefix;
		char delim;
		const char *wire, *name, *seen; /* NULL: it does not tell */
	} cases[] = {
		{ "INBOX.", '.', "INBOX.x", "INBOX.x", "INBOX." },
		{ "", '/', "x", "x", "" },
		{ "M&AOQ-il/", '/', "M&AOQ-il/x", "M\xC3\xA4il/x", "M\xC3\xA4il/" },
		{ "M&AOQ-il/", '/', "INBOX", "INBOX", NULL },
		{ "a/M&AOQ-il/", '/', "a/M&AOQ-il/x/y", "a/M\xC3\xA4il/x/y",
		  "a/M\xC3\xA4il/" },
		{ "M&AOQ-il", '\0', "M&AOQ-ilx", "M\xC3\xA4ilx", "M&AOQ-il" },
		/* a folder of a shared tree */
		{ "M&AOQ-il", '/', "M&AOQ-il/x", "M\xC3\xA4il/x", "M\xC3\xA4il" },
		{ "a/M&AOQ-il", '/', "a/M&AOQ-il", "a/M\xC3\xA4il", "a/M\xC3\xA4il" },
		{ "M&AOQ-il", '/', "M&AOQ-ilx", "M\xC3\xA4ilx", NULL },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct folder f = { .wire = cases[i].wire, .name = cases[i].name };
		const char *got = map_prefix_seen(&arena, cases[i].prefix, cases[i].delim,
						  &f);

		if ((got == NULL) != (cases[i].seen == NULL) ||
		    (got != NULL && strcmp(got, cases[i].seen) != 0))
			fail_msg("%zu: %s", i, got != NULL ? got : "NULL");
	}
	assert_string_equal(map_prefix(&arena, "/inbox/Old/"), "INBOX/Old");
	assert_string_equal(map_prefix(&arena, "%49NBOX"), "INBOX");
	assert_string_equal(map_prefix(&arena, "/"), "");
	arena_done(&arena);
}

static void folds_what_some_servers_take_for_one(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "Sent", "SENT", true },
		{ "Entw\xC3\xBCrfe", "ENTWU\xCC\x88RFE", true },
		{ "Stra\xC3\x9F"
		  "e",
		  "STRASSE", true },
		{ "\xCE\xA3\xCE\x9F\xCE\xA3", "\xCF\x83\xCE\xBF\xCF\x82", true },
		{ "Sent", "Sent ", false },
		{ "a/b", "a%2Fb", false },
		{ "Entwurfe", "Entw\xC3\xBCrfe", false },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *a = map_fold(&arena, cases[i].a),
			   *b = map_fold(&arena, cases[i].b);

		if ((strcmp(a, b) == 0) != cases[i].same)
			fail_msg("%zu: %s and %s", i, a, b);
		if (strcmp(map_fold(&arena, a), a) != 0)
			fail_msg("%zu: folding %s again changes it", i, a);
	}
	arena_done(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_names_into_common_form),
		cmocka_unit_test(two_paths_never_become_one),
		cmocka_unit_test(sees_a_prefix_that_is_encoded),
		cmocka_unit_test(folds_what_some_servers_take_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
