/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
static const struct map_rules rules = { pairs, COUNT_OF(pairs), exclude,
					COUNT_OF(exclude) };

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

static void finds_the_new_name(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		const char *got = NULL;
		enum map_how how = map_target(&arena, &rules, targets[i].prefix,
					      targets[i].old_name, &got);

		if (how != targets[i].how || strcmp(got, targets[i].new_name) != 0)
			fail_msg("%zu: %s is %s (%d)", i, targets[i].old_name, got,
				 (int)how);
	}
	arena_done(&arena);
}

static void without_rules_a_name_stays(void **state)
{
	static const struct map_rules none = { NULL, 0, NULL, 0 };
	struct arena arena;
	const char *got = NULL;

	(void)state;
	arena_init(&arena);
	assert_int_equal(map_target(&arena, &none, "", "a%2Fb/c", &got), MAP_SAME);
	assert_string_equal(got, "a%2Fb/c");
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
		cmocka_unit_test(finds_the_new_name),
		cmocka_unit_test(without_rules_a_name_stays),
		cmocka_unit_test(folds_what_some_servers_take_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
