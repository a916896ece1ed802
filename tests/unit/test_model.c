/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/account.h"
#include "model/finding.h"
#include "model/folder.h"
#include "model/match.h"
#include "model/message.h"
#include "model/run.h"
#include "model/server.h"
#include "model/side.h"

/* One spelling of each name table: the getter takes an index, so that all can stand in
 * one list. */
#define BY_INDEX(get, type)                                                              \
	static const char *get##_at(unsigned i)                                          \
	{                                                                                \
		return get((type)i);                                                     \
	}
BY_INDEX(side_name, enum side)
BY_INDEX(msg_flag_name, unsigned)
BY_INDEX(folder_outcome_name, enum folder_outcome)
BY_INDEX(depth_name, enum depth)
BY_INDEX(account_kind_name, enum account_kind)
BY_INDEX(account_outcome_name, enum account_outcome)
BY_INDEX(account_outcome_text, enum account_outcome)
BY_INDEX(run_outcome_name, enum run_outcome)
BY_INDEX(tls_mode_name, enum tls_mode)
BY_INDEX(auth_mode_name, enum auth_mode)
BY_INDEX(mechanism_name, enum mechanism)
BY_INDEX(match_kind_name, enum match_kind)
BY_INDEX(diff_name, unsigned)
BY_INDEX(pair_kind_name, enum pair_kind)
BY_INDEX(verdict_name, enum verdict)
BY_INDEX(severity_name, enum severity)
BY_INDEX(finding_class_name, enum finding_class)
BY_INDEX(finding_class_text, enum finding_class)
BY_INDEX(finding_class_one, enum finding_class)
BY_INDEX(why_name, enum why)

/* The words stand in JSON and in the ledger, and the numbers behind them in the store:
 * changing either is a change of format. */
static const struct {
	const char *(*at)(unsigned i);
	unsigned count;
	const char *words; /* NULL where the words are sentences */
} tables[] = {
	{ side_name_at, SIDE_COUNT, "old new" },
	{ msg_flag_name_at, MSG_FLAG_COUNT,
	  "\\Seen \\Answered \\Flagged \\Deleted \\Draft" },
	{ folder_outcome_name_at, FOLDER_OUTCOME_COUNT,
	  "read counted unselectable unreadable gone holed" },
	{ depth_name_at, DEPTH_COUNT, "counts ids full" },
	{ account_kind_name_at, ACCOUNT_KIND_COUNT,
	  "user service shared list resource admin" },
	{ account_outcome_name_at, ACCOUNT_OUTCOME_COUNT,
	  "read partly no-login no-connection no-folders skipped broken" },
	{ account_outcome_text_at, ACCOUNT_OUTCOME_COUNT, NULL },
	{ run_outcome_name_at, RUN_OUTCOME_COUNT,
	  "open complete incomplete stopped abandoned" },
	{ tls_mode_name_at, TLS_MODE_COUNT, "implicit starttls none" },
	{ auth_mode_name_at, AUTH_MODE_COUNT, "user authzid master proxyauth" },
	{ mechanism_name_at, MECHANISM_COUNT, "password oauthbearer xoauth2 external" },
	{ match_kind_name_at, MATCH_KIND_COUNT,
	  "same same-weak changed refiled missing extra unverified removed" },
	{ diff_name_at, DIFF_COUNT, "flags keywords date octets content" },
	{ pair_kind_name_at, PAIR_KIND_COUNT,
	  "paired renamed missing extra collided unselectable unreadable" },
	{ verdict_name_at, VERDICT_COUNT, "clean differs incomplete not-judged" },
	{ severity_name_at, SEVERITY_COUNT, "info doubt loss" },
	{ finding_class_name_at, FINDING_CLASS_COUNT,
	  "message-missing message-extra message-refiled flags keywords date octets "
	  "content "
	  "folder-missing folder-extra folder-collided folder-renamed folder-unreadable "
	  "account-unreadable evidence-stale subscription special-use "
	  "message-misdelivered message-removed mass-removal mass-flags seal-unsound "
	  "message-unreadable message-damaged access label vanished" },
	{ finding_class_text_at, FINDING_CLASS_COUNT, NULL },
	{ finding_class_one_at, FINDING_CLASS_COUNT, NULL },
	{ why_name_at, WHY_COUNT,
	  "none unexplained no-seal rule other-account late removed resurrected refiled "
	  "duplicate artefact too-large unreadable-old quota no-id name stopped year "
	  "depth folder new-mail header line-ends zone moved-day login life shared body "
	  "mover empty old-gone" },
};

static void every_value_has_its_own_word(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		for (unsigned i = 0; i < tables[t].count; i++) {
			const char *word = tables[t].at(i);

			if (word == NULL || word[0] == '\0')
				fail_msg("table %zu: value %u has no word", t, i);
			for (unsigned k = 0; k < i; k++)
				if (strcmp(word, tables[t].at(k)) == 0)
					fail_msg("table %zu: %u and %u are both %s", t, k,
						 i, word);
		}
	}
}

static void the_words_stay_as_they_are(void **state)
{
	(void)state;
	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		char words[2000] = "";
		size_t n = 0;

		for (unsigned i = 0; i < tables[t].count; i++)
			n += (size_t)snprintf(words + n, sizeof words - n, "%s%s",
					      i > 0 ? " " : "", tables[t].at(i));
		if (tables[t].words != NULL && strcmp(words, tables[t].words) != 0)
			fail_msg("table %zu: %s", t, words);
	}
}

static void a_side_has_one_other(void **state)
{
	(void)state;
	assert_int_equal(side_other(SIDE_OLD), SIDE_NEW);
	assert_int_equal(side_other(SIDE_NEW), SIDE_OLD);
}

static void a_side_is_known_by_its_name(void **state)
{
	enum side side;

	(void)state;
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		assert_true(side_parse(side_name((enum side)i), &side));
		assert_int_equal(side, i);
	}
	assert_false(side_parse("", &side));
	assert_false(side_parse("New", &side));
	assert_false(side_parse("older", &side));
}

static void reads_depths_and_kinds(void **state)
{
	enum account_kind kind = ACCOUNT_LIST;
	enum depth depth = DEPTH_IDS;

	(void)state;
	for (unsigned i = 0; i < DEPTH_COUNT; i++) {
		assert_true(depth_parse(depth_name((enum depth)i), &depth));
		assert_int_equal(depth, i);
	}
	for (unsigned i = 0; i < ACCOUNT_KIND_COUNT; i++) {
		assert_true(account_kind_parse(account_kind_name((enum account_kind)i),
					       &kind));
		assert_int_equal(kind, i);
	}
	assert_true(account_kind_parse("Shared", &kind));
	assert_int_equal(kind, ACCOUNT_SHARED);
	assert_false(account_kind_parse("", &kind));
	assert_false(account_kind_parse("users", &kind));
	assert_int_equal(kind, ACCOUNT_SHARED);
	assert_true(depth_parse("ids", &depth));
	assert_false(depth_parse("IDS", &depth));
	assert_false(depth_parse("", &depth));
	assert_false(depth_parse("full ", &depth));
	assert_int_equal(depth, DEPTH_IDS);
}

/* Numbers that stand in stores and must not move. */
static void stored_numbers_stay_as_they_are(void **state)
{
	(void)state;
	assert_int_equal(MSG_SEEN | MSG_ANSWERED << 8 | MSG_FLAGGED << 16, 0x040201);
	assert_int_equal(MSG_DELETED | MSG_DRAFT << 8, 0x1008);
	assert_int_equal(FOLDER_SUBSCRIBED, 64);
	assert_int_equal(FOLDER_SPECIAL_MASK, FOLDER_ALL | FOLDER_ARCHIVE |
						      FOLDER_DRAFTS | FOLDER_FLAGGED |
						      FOLDER_JUNK | FOLDER_SENT |
						      FOLDER_TRASH | FOLDER_IMPORTANT);
	assert_int_equal(DIFF_CONTENT, 16);
	assert_int_equal(MATCH_UNVERIFIED, 6);
	assert_int_equal(FINDING_SPECIAL_USE, 16);
	assert_int_equal(FINDING_SEAL_UNSOUND, 21);
	assert_int_equal(WHY_MOVER, 29);
	assert_int_equal(WHY_EMPTY, 30);
	assert_int_equal(WHY_OLD_GONE, 31);
	assert_int_equal(FINDING_MESSAGE_UNREADABLE, 22);
	assert_int_equal(FINDING_MESSAGE_DAMAGED, 23);
	assert_int_equal(ACCOUNT_BROKEN, 6);
	assert_int_equal(FOLDER_GONE, 4);
	assert_int_equal(sizeof(struct msg_key), 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_has_its_own_word),
		cmocka_unit_test(the_words_stay_as_they_are),
		cmocka_unit_test(a_side_has_one_other),
		cmocka_unit_test(a_side_is_known_by_its_name),
		cmocka_unit_test(reads_depths_and_kinds),
		cmocka_unit_test(stored_numbers_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
