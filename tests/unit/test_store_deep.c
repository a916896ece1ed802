/* SPDX-License-Identifier: MIT */
/* The ledger's deep look: honest stores verify whatever happened to their folders, and no
 * message of them can be altered unseen. */
#include "base/clock.h"
#include "store/store_accept.h"
#include "store/store_item.h"
#include "store/store_person.h"
#include "store/store_said.h"
#include "store/store_seal.h"
#include "tests/support/store_rig.h"

/* In place of base/clock.c: each look at the clock is a minute later. */
static int64_t now = 1700000000;

int64_t clock_now(void)
{
	return now += 60;
}

int64_t clock_mono_ms(void)
{
	return now * 1000;
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
}

static uint64_t seed;
static uint32_t dice(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

/* A folder as a server holds it: UIDs up to MAIL, some of them there. */
#define MAIL 3000
struct mail {
	bool there[MAIL + 1];
	uint8_t flags[MAIL + 1];
	bool odd[MAIL + 1]; /* another set of keywords */
	uint32_t next;
};

/* UIDs 1 to n are there.  One at a time. */
static struct mail *mail_of(uint32_t n)
{
	static struct mail m;

	m = (struct mail){ .next = n };
	for (uint32_t uid = 1; uid <= n; uid++)
		m.there[uid] = true;
	return &m;
}

static void live(struct mail *m)
{
	for (uint32_t i = dice(200); i > 0 && m->next < MAIL; i--)
		m->there[++m->next] = true;
	for (uint32_t i = dice(20); i > 0 && m->next > 0; i--)
		m->there[1 + dice(m->next)] = false;
	for (uint32_t i = dice(20); i > 0 && m->next > 0; i--)
		m->flags[1 + dice(m->next)] ^= MSG_SEEN;
	for (uint32_t i = dice(5); i > 0 && m->next > 0; i--)
		m->odd[1 + dice(m->next)] ^= true;
	if (dice(6) == 0 && m->next > 0) /* back from where it was */
		m->there[1 + dice(m->next)] = true;
}

static void read_mail(struct rig *r, const struct mail *m)
{
	struct store_row *rows = mem_calloc(MAIL, sizeof *rows);
	size_t n = 0;

	for (uint32_t uid = 1; uid <= m->next; uid++) {
		if (!m->there[uid])
			continue;
		rows[n] = rig_row(uid);
		rows[n].m.flags = m->flags[uid];
		if (m->odd[uid])
			rows[n].keywords = "$Junk";
		n++;
	}
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
}

static void examines(struct rig *r, struct ledger_facts *f)
{
	struct err err = ERR_INIT;

	if (!store_ledger_examine(r->st, true, NULL, 0, f, &err))
		fail_msg("%s", err.text);
}

static void honest_histories_verify(void **state)
{
	(void)state;
	for (seed = 1; seed <= 12; seed++) {
		uint64_t of = seed;
		struct ledger_facts f;
		struct mail *m = mail_of(0);
		struct rig r;

		rig_make(&r);
		for (int i = 0; i < 6; i++) {
			live(m);
			rig_start(&r, DEPTH_FULL);
			/* one in six is read, and the run is killed before its end */
			read_mail(&r, m);
			if (dice(6) == 0)
				continue;
			rig_account_end(&r, ACCOUNT_READ, DEPTH_FULL);
			rig_run_end(&r);
		}
		examines(&r, &f);
		if (f.messages != rig_number(r.path, "SELECT count(*) FROM message"))
			fail_msg("seed %llu: %lld messages", (unsigned long long)of,
				 (long long)f.messages);
		rig_done(&r);
		seed = of;
	}
}

static void checks_every_reading(void **state)
{
	struct rig *r = *state;
	struct ledger_facts f;
	struct mail *m = mail_of(0);

	seed = 42;
	for (int i = 0; i < 5; i++) {
		m->there[++m->next] = true;
		m->flags[1] ^= MSG_SEEN;
		rig_start(r, DEPTH_FULL);
		read_mail(r, m);
		rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
		rig_run_end(r);
	}
	examines(r, &f);
	assert_int_equal(f.readings, 5);
	assert_int_equal(f.messages, 5);
	assert_int_equal(f.unbound, 0);
}

/* A folder that a killed run left half read is bound by nothing yet, and that is said. */
static void says_what_no_run_vouches_for(void **state)
{
	struct rig *r = *state;
	struct mail *m = mail_of(2);
	struct ledger_facts f;

	rig_start(r, DEPTH_FULL);
	read_mail(r, m);
	examines(r, &f);
	assert_int_equal(f.messages, 2);
	assert_int_equal(f.readings, 0);
	assert_int_equal(f.unbound, 2);
}

/* A run that goes on after a later one has begun: no alarm, for nobody can tell. */
static void is_no_alarm_when_runs_overtake_each_other(void **state)
{
	struct rig *r = *state;
	struct mail *m = mail_of(1);
	struct err err = ERR_INIT;
	struct ledger_facts f;
	int64_t first;

	rig_start(r, DEPTH_FULL);
	first = r->run;
	ok(store_run_end(r->st, first, RUN_STOPPED, NULL, NULL, &err));
	rig_start(r, DEPTH_FULL);
	read_mail(r, m);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	ok(store_run_resume(r->st, first, &err));
	m->there[2] = true;
	m->next = 2;
	m->flags[1] = MSG_SEEN;
	read_mail(r, m);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	ok(store_run_end(r->st, first, RUN_COMPLETE, NULL, NULL, &err));
	examines(r, &f);
	assert_int_equal(f.unbound, 2);
	/* The next reading stands on firm ground again. */
	rig_start(r, DEPTH_FULL);
	m->there[3] = true;
	m->next = 3;
	read_mail(r, m);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	examines(r, &f);
	assert_int_equal(f.unbound, 0);
	assert_int_equal(f.readings, 1);
}

/* ---- tampering ---- */

#define EDIT(table, sql)                                                                 \
	"DROP TRIGGER " table "_no_update; DROP TRIGGER " table "_no_delete; " sql
#define ONE_BIT(column)                                                                  \
	"UPDATE message SET " column " = " column " + 1 WHERE id & 4095 = 2"

/* What an account of the project went through, with everything that persons say. */
static void make_history(struct rig *r)
{
	struct mail *m = mail_of(4);
	struct transfer t = { .name = "ada" };
	struct said said = { .at = 5, .teller = "grace", .decision = "keep", .note = "" };
	const struct expected e = { .name = "cron", .teller = "grace", .reason = "cron" };
	struct item_said i = { .list = "premigration",
			       .item = "14",
			       .teller = "grace",
			       .owner = "alan",
			       .note = "four of us" };
	struct acceptance a = {
		.at = 5, .teller = "grace", .reason = "spam", .what = "{}"
	};
	struct sha256 fps[] = { { { 1 } }, { { 2 } } };
	struct err err = ERR_INIT;
	enum store_put what;

	for (int k = 0; k < 3; k++) {
		rig_start(r, DEPTH_FULL);
		read_mail(r, m);
		rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
		rig_run_end(r);
		m->there[k == 0 ? 3 : 4] = false;
		m->flags[1] ^= MSG_SEEN;
		m->there[++m->next] = true;
	}
	ok(store_transfer_put(r->st, &t, &said.transfer, &what, &err));
	ok(store_said_add(r->st, &said, &err));
	ok(store_expected_add(r->st, &e, true, &err));
	ok(store_item_say(r->st, &i, &err));
	ok(store_accept(r->st, &a, fps, 2, &err));
}

static void finds_every_kind_of_tampering(void **state)
{
	static const struct {
		const char *sql, *says; /* says: a part of the reason */
	} cases[] = {
		/* one bit of one message */
		{ ONE_BIT("octets"), "UIDs 0 to 1023" },
		{ ONE_BIT("flags"), "UIDs 0 to 1023" },
		{ ONE_BIT("tier"), "UIDs 0 to 1023" },
		{ ONE_BIT("\"date\""), "UIDs 0 to 1023" },
		{ ONE_BIT("keyword_set"), "" },
		{ "UPDATE message SET tier = tier + 256", "message" },
		{ "UPDATE message SET flags = flags + 256", "message" },
		{ "UPDATE message SET \"date\" = NULL WHERE id & 4095 = 1", "UIDs" },
		{ "UPDATE message SET \"key\" = zeroblob(16) WHERE id & 4095 = 2",
		  "old account ada, folder INBOX" },
		{ "UPDATE message SET \"key\" = zeroblob(15) WHERE id & 4095 = 2", "" },
		/* one that is gone, too: its facts were those of an earlier reading */
		{ "UPDATE message SET octets = 9 WHERE id & 4095 = 3", "what run" },
		{ "UPDATE message SET gone_run = NULL WHERE id & 4095 = 3", "UIDs" },
		{ "UPDATE message SET gone_run = 3 WHERE id & 4095 = 3", "uid 3" },
		{ "UPDATE message SET gone_run = 1 WHERE id & 4095 = 1", "UIDs" },
		/* which run saw it first */
		{ "UPDATE message SET first_run = 2 WHERE id & 4095 = 1", "what run 1" },
		{ "UPDATE message SET first_run = 1 WHERE id & 4095 = 5", "what run 1" },
		/* removed, added, moved */
		{ "DELETE FROM message WHERE id & 4095 = 2", "UIDs" },
		{ "DELETE FROM message WHERE id & 4095 = 3", "" },
		{ "DELETE FROM message", "" },
		{ "DELETE FROM message; DELETE FROM message_block", "" },
		{ "INSERT INTO message SELECT id + 100, \"key\", tier, octets, \"date\","
		  " flags, keyword_set, first_run, gone_run FROM message LIMIT 1",
		  "UIDs" },
		{ "INSERT INTO message SELECT id + (9 << 32), \"key\", tier, octets,"
		  " \"date\", flags, keyword_set, first_run, gone_run FROM message"
		  " LIMIT 1",
		  "nobody opened" },
		{ "UPDATE message SET id = id + 2048 WHERE id & 4095 = 2", "UIDs" },
		/* the digests over them */
		{ "UPDATE message_block SET digest = zeroblob(32)", "UIDs" },
		{ "DELETE FROM message_block", "UIDs" },
		{ "INSERT INTO message_block VALUES (1, 7, zeroblob(32))", "UIDs" },
		{ "INSERT INTO message_block VALUES (9, 7, zeroblob(32))", "" },
		/* names of keywords */
		{ EDIT("keyword_set", "UPDATE keyword_set SET names = x'576f726b'"), "" },
		/* changes, each row of which a run's digest covers as well */
		{ EDIT("message_change", "DELETE FROM message_change WHERE id = 1"), "" },
		{ EDIT("message_change", "UPDATE message_change SET run = 3"), "" },
		/* one row of the ledger */
		{ EDIT("ledger", "UPDATE ledger SET payload = replace(payload, "
				 "'\"messages\":4', '\"messages\":5') WHERE seq = 1"),
		  "entry 1 was altered" },
		{ EDIT("ledger", "UPDATE ledger SET actor = 'p0' WHERE seq = 2"),
		  "entry 2 was altered" },
		{ EDIT("ledger", "UPDATE ledger SET time = time + 1 WHERE seq = 3"),
		  "entry 3 was altered" },
		{ EDIT("ledger", "UPDATE ledger SET kind = 'note' WHERE seq = 4"),
		  "entry 4 was altered" },
		{ EDIT("ledger", "PRAGMA foreign_keys = OFF;"
				 "DELETE FROM ledger WHERE seq = 2"),
		  "entry 2 is missing" },
		/* a dropped tail, whose rows are still there */
		{ EDIT("ledger", "PRAGMA foreign_keys = OFF;"
				 "DELETE FROM ledger WHERE seq >= 6"),
		  "item_said" },
		/* what persons said */
		{ EDIT("item_said", "UPDATE item_said SET note = 'nobody'"),
		  "item_said is not what ledger entry 6 says" },
		{ EDIT("item_said", "UPDATE item_said SET item = '15'"), "entry 6" },
		{ EDIT("item_said", "UPDATE item_said SET teller = owner"), "entry 6" },
		{ EDIT("item_said", "DELETE FROM item_said"), "1 rows of item_said" },
		{ EDIT("item_said",
		       "INSERT INTO item_said SELECT 9, list, item, what, at, teller,"
		       " owner, note, ledger FROM item_said"),
		  "there are 2" },
		{ EDIT("item_said", "UPDATE item_said SET ledger = 1"), "item_said" },
		{ EDIT("transfer_said", "UPDATE transfer_said SET decision = 'delete'"),
		  "transfer_said is not what ledger entry 4 says" },
		{ EDIT("transfer_said", "DELETE FROM transfer_said"), "transfer_said" },
		{ EDIT("expected", "UPDATE expected SET name = '*'"), "expected" },
		{ EDIT("expected", "UPDATE expected SET active = 0"), "expected" },
		{ EDIT("acceptance", "UPDATE acceptance SET reason = 'all lost'"),
		  "acceptance" },
		{ EDIT("acceptance", "UPDATE acceptance SET findings = 3"),
		  "acceptance" },
		{ EDIT("accepted", "UPDATE accepted SET fingerprint = zeroblob(32)"
				   " WHERE fingerprint = (SELECT min(fingerprint) FROM"
				   " accepted)"),
		  "acceptance 1 covers other findings" },
		{ EDIT("accepted", "INSERT INTO accepted VALUES (zeroblob(32), 1)"),
		  "acceptance 1 covers other findings" },
		{ EDIT("accepted", "PRAGMA foreign_keys = OFF;"
				   "INSERT INTO accepted VALUES (zeroblob(32), 7)"),
		  "no acceptance names" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		struct ledger_facts f;
		struct store *st;
		struct rig r;

		rig_make(&r);
		make_history(&r);
		examines(&r, &f);
		assert_int_equal(f.entries, 7);
		assert_int_equal(f.readings, 3);
		store_close(r.st);
		r.st = NULL;
		if (rig_sql(r.path, cases[i].sql) != SQLITE_OK)
			fail_msg("tamper %zu was not possible: %s", i, cases[i].sql);
		ok(store_open(r.path, STORE_READ, &st, &err));
		if (store_ledger_examine(st, true, NULL, 0, &f, &err))
			fail_msg("tamper %zu was not found: %s", i, cases[i].sql);
		if (err.cls != ERR_LEDGER || err.hint[0] == '\0' ||
		    strchr(err.text, '\n') != NULL ||
		    strstr(err.text, cases[i].says) == NULL)
			fail_msg("tamper %zu: %s: %s", i, err_class_name(err.cls),
				 err.text);
		store_close(st);
		rig_done(&r);
	}
}

/* Nothing of the store tells that its newest entries are gone with their rows; who kept
 * a head sees it. */
static void finds_a_dropped_tail_by_a_head_that_was_kept(void **state)
{
	struct rig *r = *state;
	struct ledger_entry before, after;
	struct ledger_head kept;
	struct err err = ERR_INIT;
	struct ledger_facts f;
	bool found;

	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	ok(store_ledger_head(r->st, &r->arena, &before, &found, &err));
	ok(store_ledger_append(r->st, "grace", "note", "{\"a\":1}", &err));
	ok(store_ledger_head(r->st, &r->arena, &after, &found, &err));
	kept = (struct ledger_head){ before.seq, before.hash };
	ok(store_ledger_examine(r->st, true, &kept, 1, &f, &err));
	kept.seq = 0; /* only the digits were kept */
	ok(store_ledger_examine(r->st, true, &kept, 1, &f, &err));
	kept = (struct ledger_head){ after.seq, after.hash };
	ok(store_ledger_examine(r->st, true, &kept, 1, &f, &err));
	assert_memory_equal(&f.head, &after.hash, sizeof f.head);
	kept.seq = 1; /* it is another entry's */
	fails(store_ledger_examine(r->st, true, &kept, 1, &f, &err), ERR_LEDGER);
	assert_int_equal(
		rig_sql(r->path, EDIT("ledger", "DELETE FROM ledger WHERE seq = 2")),
		SQLITE_OK);
	ok(store_ledger_examine(r->st, true, NULL, 0, &f, &err));
	kept.seq = 2;
	assert_false(store_ledger_examine(r->st, true, &kept, 1, &f, &err));
	assert_int_equal(err.cls, ERR_LEDGER);
	assert_string_equal(err.text, "the ledger ends at entry 1, and entry 2 was kept "
				      "elsewhere: its tail is missing");
	kept.seq = 0;
	err = ERR_INIT;
	assert_false(store_ledger_examine(r->st, true, &kept, 1, &f, &err));
	assert_non_null(strstr(err.text, "cut off or replaced"));
}

static void tells_that_the_clock_was_set_back(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct ledger_facts f;

	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	now -= 100; /* clocks are set right a little all the time */
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	examines(r, &f);
	assert_int_equal(f.back_seq, 0);
	now -= 86400;
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	examines(r, &f);
	assert_int_equal(f.back_seq, 3);
	assert_in_range(f.back_seconds, 86400 - 120, 86400);
	now += 86400;
}

/* ---- persons ---- */

static void forgets_a_name_and_stays_whole(void **state)
{
	struct rig *r = *state;
	struct item_said *words;
	struct acceptance *accepted;
	struct err err = ERR_INIT;
	struct ledger_facts f;
	bool found;
	size_t n;

	make_history(r);
	ok(store_person_forget(r->st, "nobody", "grace", &found, &err));
	assert_false(found);
	ok(store_person_forget(r->st, "grace", "alan", &found, &err));
	assert_true(found);
	examines(r, &f);
	assert_int_equal(f.entries, 8);
	ok(store_item_words(r->st, &r->arena, &words, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(strlen(words[0].teller), PERSON_CODE_SIZE - 1);
	assert_string_equal(words[0].owner, "alan");
	ok(store_acceptances(r->st, &r->arena, &accepted, &n, &err));
	assert_string_equal(accepted[0].teller, words[0].teller);
	/* Who comes back is another one. */
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM person"), 4);
	/* The name stands nowhere any more, the new code apart. */
	assert_int_equal(rig_number(r->path,
				    "SELECT count(*) FROM ledger WHERE payload LIKE "
				    "'%grace%' OR actor LIKE '%grace%'"),
			 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_histories_verify),
		TEST(checks_every_reading),
		TEST(says_what_no_run_vouches_for),
		TEST(is_no_alarm_when_runs_overtake_each_other),
		cmocka_unit_test(finds_every_kind_of_tampering),
		TEST(finds_a_dropped_tail_by_a_head_that_was_kept),
		TEST(tells_that_the_clock_was_set_back),
		TEST(forgets_a_name_and_stays_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
