/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "tests/support/store_rig.h"

/* In place of base/clock.c: each look at the clock is a minute later. */
static int64_t now = 1700000000;
static int64_t step = 60;

int64_t clock_now(void)
{
	now += step;
	return now;
}

int64_t clock_mono_ms(void)
{
	return now * 1000;
}

void clock_sleep_ms(int64_t ms)
{
	(void)ms;
}

static void follows_a_run_to_its_end(void **state)
{
	static const struct wire_count wire = { 1, 2, 3, 4, 5, 6 };
	struct rig *r = *state;
	struct run in = { .command = "audit",
			  .scope = "{\"a\":1}",
			  .depth = DEPTH_IDS,
			  .started = 1234,
			  .operator_name = "grace" };
	struct run out;
	struct wire_count count;
	struct sha256 digest;
	struct err err = ERR_INIT;
	int64_t id, verify;
	bool found;

	ok(store_run_open(r->st, "audit", &r->arena, &out, &found, &err));
	assert_false(found);
	ok(store_run_last(r->st, "", &r->arena, &out, &found, &err));
	assert_false(found);
	ok(store_run_begin(r->st, &in, &id, &err));
	ok(store_run_open(r->st, "verify", &r->arena, &out, &found, &err));
	assert_false(found);
	ok(store_run_open(r->st, "audit", &r->arena, &out, &found, &err));
	assert_true(found);
	assert_int_equal(out.id, id);
	assert_string_equal(out.command, "audit");
	assert_string_equal(out.scope, "{\"a\":1}");
	assert_string_equal(out.operator_name, "grace");
	assert_int_equal(out.depth, DEPTH_IDS);
	assert_int_equal(out.started, 1234);
	assert_int_equal(out.ended, 0);
	assert_int_equal(out.outcome, RUN_OPEN);
	ok(store_run_count(r->st, id, &count, &err));
	assert_int_equal(count.commands, 0);
	fails(store_run_digest(r->st, id, &digest, &err), ERR_BUG);
	fails(store_run_end(r->st, id, RUN_OPEN, &wire, "", &err), ERR_BUG);
	ok(store_begin(r->st, &err));
	fails(store_run_end(r->st, id, RUN_COMPLETE, &wire, "", &err), ERR_BUG);
	store_rollback(r->st);

	ok(store_run_end(r->st, id, RUN_STOPPED, &wire, "", &err));
	ok(store_run_open(r->st, "audit", &r->arena, &out, &found, &err));
	assert_true(found); /* stopped is open */
	ok(store_run_resume(r->st, id, &err));
	ok(store_run_end(r->st, id, RUN_INCOMPLETE, &wire, "one folder", &err));
	fails(store_run_end(r->st, id, RUN_COMPLETE, &wire, "", &err), ERR_BUG);
	fails(store_run_resume(r->st, id, &err), ERR_BUG);
	fails(store_run_resume(r->st, 999, &err), ERR_BUG);
	ok(store_run_get(r->st, id, &r->arena, &out, &err));
	assert_int_equal(out.outcome, RUN_INCOMPLETE);
	assert_true(out.ended > out.started);
	ok(store_run_count(r->st, id, &count, &err));
	assert_memory_equal(&count, &wire, sizeof wire);
	ok(store_run_digest(r->st, id, &digest, &err));

	in.command = "verify";
	ok(store_run_begin(r->st, &in, &verify, &err));
	ok(store_run_last(r->st, "", &r->arena, &out, &found, &err));
	assert_int_equal(out.id, id);
	ok(store_run_end(r->st, verify, RUN_COMPLETE, NULL, NULL, &err));
	ok(store_run_last(r->st, "", &r->arena, &out, &found, &err));
	assert_int_equal(out.id, verify);
	ok(store_run_last(r->st, "audit", &r->arena, &out, &found, &err));
	assert_int_equal(out.id, id);
	assert_string_equal(rig_text(r, "SELECT group_concat(kind) FROM (SELECT kind "
					"FROM ledger ORDER BY seq)"),
			    "run-stopped,run-resumed,run,run");
	fails(store_run_get(r->st, 999, &r->arena, &out, &err), ERR_BUG);
}

static void notes_a_clock_that_stepped_back(void **state)
{
	struct rig *r = *state;

	rig_run(r, DEPTH_FULL);
	rig_run_end(r);
	now -= 86400;
	rig_run(r, DEPTH_FULL);
	assert_int_equal(rig_number(r->path, "SELECT clock_back FROM run WHERE id = 1"),
			 0);
	assert_in_range(rig_number(r->path, "SELECT clock_back FROM run WHERE id = 2"),
			86400 - 120, 86400);
}

/* ---- digests ---- */

/* A whole run over two folders; what varies is told by the caller. */
struct shape {
	int64_t octets;
	uint32_t uidvalidity;
	const char *second; /* name of the second folder */
	enum account_outcome outcome;
	enum folder_outcome folder_outcome; /* of the second */
};
static const struct shape plain = { 5, 7, "Sent", ACCOUNT_READ, FOLDER_READ };

static struct sha256 audit(struct rig *r, const struct shape *s)
{
	const char *const names[] = { "INBOX", s->second };
	const struct folder_hole hole = { .uid = 9, .octets = -1, .words = "NO" };
	struct store_row rows[] = { rig_row(1), rig_row(2), rig_row(3) };
	struct err err = ERR_INIT;
	struct sha256 digest;

	rig_run(r, DEPTH_FULL);
	rig_list(r, names, 2);
	for (int i = 0; i < 2; i++) {
		struct folder_state state = rig_state(i == 0 ? 3 : 2);
		struct folder_end e = { .folder = r->folder + i,
					.outcome = i == 0 ? FOLDER_READ
							  : s->folder_outcome,
					.depth = DEPTH_FULL,
					.messages_read = now % 7, /* must not matter */
					.took_ms = now % 11,
					.error = "" };
		struct store_window w = { .lo = 1,
					  .hi = UINT32_MAX,
					  .rows = rows,
					  .row_n = i == 0 ? 3 : 2,
					  .depth = DEPTH_FULL };
		uint32_t resume;

		if (e.outcome == FOLDER_HOLED) {
			state.exists++;
			e.hole = &hole;
			e.hole_n = 1;
		}
		state.uidvalidity = s->uidvalidity;
		rows[0].m.octets = s->octets;
		ok(store_folder_begin(r->st, r->folder + i, &state, false, &w.epoch, &resume,
				      &err));
		ok(store_window_put(r->st, &w, &err));
		e.state = state;
		e.epoch = w.epoch;
		ok(store_folder_end(r->st, &e, &err));
	}
	rig_account_end(r, s->outcome, DEPTH_FULL);
	rig_run_end(r);
	ok(store_run_digest(r->st, r->run, &digest, &err));
	return digest;
}

static void gives_the_same_digest_for_the_same_server(void **state)
{
	struct rig *r = *state, other;
	struct sha256 first = audit(r, &plain), second, third;
	int64_t entries;
	struct err err = ERR_INIT;

	step = 7; /* other times */
	second = audit(r, &plain);
	assert_digest_equal(first, second);
	rig_make(&other);
	for (int i = 0; i < 3; i++) { /* other runs */
		rig_run(&other, DEPTH_FULL);
		rig_run_end(&other);
	}
	third = audit(&other, &plain);
	step = 60;
	assert_digest_equal(first, third);
	ok(store_ledger_verify(r->st, &entries, &err));
	assert_int_equal(entries, 2);
	ok(store_ledger_verify(other.st, &entries, &err));
	assert_int_equal(entries, 4);
	rig_done(&other);
}

static void gives_another_digest_for_what_differs(void **state)
{
	static const struct shape shapes[] = {
		{ 6, 7, "Sent", ACCOUNT_READ, FOLDER_READ },
		{ 5, 8, "Sent", ACCOUNT_READ, FOLDER_READ },
		{ 5, 7, "Sont", ACCOUNT_READ, FOLDER_READ },
		{ 5, 7, "Sent", ACCOUNT_PARTLY, FOLDER_READ },
		{ 5, 7, "Sent", ACCOUNT_BROKEN, FOLDER_READ },
		{ 5, 7, "Sent", ACCOUNT_READ, FOLDER_UNREADABLE },
	};
	struct sha256 digests[COUNT_OF(shapes) + 1];
	struct rig *r = *state;

	digests[COUNT_OF(shapes)] = audit(r, &plain);
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		struct rig other;

		rig_make(&other);
		digests[i] = audit(&other, &shapes[i]);
		rig_done(&other);
	}
	for (size_t i = 0; i < COUNT_OF(digests); i++)
		for (size_t k = 0; k < i; k++)
			if (memcmp(&digests[i], &digests[k], sizeof digests[i]) == 0)
				fail_msg("shapes %zu and %zu have one digest", i, k);
}

/* A later run changes current state; what the earlier one found stays provable. */
static void still_proves_a_run_after_later_ones(void **state)
{
	static const struct shape later = { 6, 7, "Drafts", ACCOUNT_READ, FOLDER_READ };
	struct rig *r = *state;
	struct sha256 first = audit(r, &plain), again;
	struct err err = ERR_INIT;
	int64_t entries;

	(void)audit(r, &later);
	again = audit(r, &plain);
	assert_digest_equal(first, again);
	ok(store_ledger_verify(r->st, &entries, &err));
	assert_int_equal(entries, 3);
}

/* ---- the ledger ---- */

static void chains_entries(void **state)
{
	struct rig *r = *state;
	struct ledger_entry first, second;
	struct sha256 zero = { { 0 } };
	struct err err = ERR_INIT;
	int64_t entries = -1;
	bool found;

	ok(store_ledger_verify(r->st, &entries, &err));
	assert_int_equal(entries, 0);
	ok(store_ledger_head(r->st, &r->arena, &first, &found, &err));
	assert_false(found);
	ok(store_ledger_append(r->st, "grace", "note", "{\"text\":\"a\"}", &err));
	ok(store_ledger_head(r->st, &r->arena, &first, &found, &err));
	assert_true(found);
	assert_int_equal(first.seq, 1);
	assert_string_equal(first.name, "grace");
	assert_string_not_equal(first.actor, "grace");
	assert_string_equal(first.kind, "note");
	assert_string_equal(first.payload, "{\"text\":\"a\"}");
	assert_digest_equal(first.prev, zero);
	ok(store_begin(r->st, &err));
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	store_rollback(r->st); /* joins the transaction of the caller */
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	ok(store_ledger_head(r->st, &r->arena, &second, &found, &err));
	assert_int_equal(second.seq, 2);
	assert_digest_equal(second.prev, first.hash);
	ok(store_ledger_verify(r->st, &entries, &err));
	assert_int_equal(entries, 2);
}

static void refuses_entries_out_of_all_bounds(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	char *big = mem_alloc((64u << 10) + 2);

	memset(big, 'x', (64u << 10) + 1);
	big[(64u << 10) + 1] = '\0';
	fails(store_ledger_append(r->st, "grace", "note", big, &err), ERR_LIMIT);
	big[64u << 10] = '\0';
	ok(store_ledger_append(r->st, "grace", "note", big, &err));
	big[257] = '\0';
	fails(store_ledger_append(r->st, big, "note", "{}", &err), ERR_LIMIT);
	big[65] = '\0';
	fails(store_ledger_append(r->st, "grace", big, "{}", &err), ERR_LIMIT);
	free(big);
}

#define EDIT(table, sql)                                                                 \
	"DROP TRIGGER " table "_no_update; DROP TRIGGER " table "_no_delete; " sql

/* Somebody with an editor and without respect for triggers. */
static void finds_what_was_tampered_with(void **state)
{
	static const char *const tampers[] = {
		/* one bit of the payload of an entry in the middle */
		EDIT("ledger",
		     "UPDATE ledger SET payload = '{\"text\":\"c\"}' WHERE seq = 3"),
		EDIT("ledger", "UPDATE ledger SET actor = 'alan' WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET kind = 'nota' WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET time = time + 1 WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET hash = zeroblob(32) WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET prev = zeroblob(32) WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET hash = x'00' WHERE seq = 2"),
		EDIT("ledger", "UPDATE ledger SET payload = payload || char(0) || 'x' "
			       "WHERE seq = 2"),
		/* moved between fields */
		EDIT("ledger",
		     "UPDATE ledger SET actor = 'grac', kind = 'enote' WHERE seq = 2"),
		/* removed */
		EDIT("ledger",
		     "PRAGMA foreign_keys = OFF; DELETE FROM ledger WHERE seq = 2"),
		EDIT("ledger",
		     "PRAGMA foreign_keys = OFF; DELETE FROM ledger WHERE seq = 1"),
		EDIT("ledger", "PRAGMA foreign_keys = OFF; DELETE FROM ledger"),
		/* the tail, whose run is still there */
		EDIT("ledger",
		     "PRAGMA foreign_keys = OFF; DELETE FROM ledger WHERE seq = 4"),
		/* removed, and numbered anew */
		EDIT("ledger",
		     "PRAGMA foreign_keys = OFF; DELETE FROM ledger WHERE seq = 2;"
		     "UPDATE ledger SET seq = seq - 1 WHERE seq > 2"),
		/* reordered */
		EDIT("ledger",
		     "PRAGMA foreign_keys = OFF; UPDATE ledger SET seq = 9 WHERE seq = 2;"
		     "UPDATE ledger SET seq = 2 WHERE seq = 3; UPDATE ledger SET seq = 3 "
		     "WHERE seq = 9"),
		/* of another project */
		"UPDATE meta SET value = '0123456789abcdef0123456789abcdef' WHERE name = "
		"'project'",
		/* the evidence under it */
		EDIT("run", "UPDATE run SET scope = '{\"less\":1}' WHERE id = 1"),
		EDIT("run", "UPDATE run SET operator = 'alan' WHERE id = 1"),
		EDIT("run", "UPDATE run SET depth = 1 WHERE id = 1"),
		EDIT("run", "UPDATE run SET started = started - 1 WHERE id = 2"),
		EDIT("run", "UPDATE run SET program = '9' WHERE id = 2"),
		EDIT("run_end", "UPDATE run_end SET digest = zeroblob(32) WHERE run = 2"),
		EDIT("run_end", "UPDATE run_end SET outcome = 2 WHERE run = 1"),
		EDIT("run_end", "UPDATE run_end SET note = 'all is well' WHERE run = 1"),
		EDIT("run_end", "UPDATE run_end SET waits = 9 WHERE run = 1"),
		EDIT("run_end", "UPDATE run_end SET seen_upto = 0 WHERE run = 1"),
		EDIT("run_end", "UPDATE run_end SET at = at + 1 WHERE run = 1"),
		EDIT("run_end", "DELETE FROM run_end WHERE run = 1"),
		EDIT("account_seen", "UPDATE account_seen SET outcome = 1"),
		EDIT("account_seen", "UPDATE account_seen SET messages = 4"),
		EDIT("account_seen", "UPDATE account_seen SET tls = 'TLSv1.3'"),
		EDIT("account_seen", "DELETE FROM account_seen WHERE run = 1"),
		EDIT("folder_seen",
		     "UPDATE folder_seen SET messages = messages + 1 WHERE id = 2"),
		EDIT("folder_seen",
		     "UPDATE folder_seen SET digest = zeroblob(32) WHERE id = 1"),
		EDIT("folder_seen",
		     "UPDATE folder_seen SET took_ms = took_ms + 1 WHERE id = 1"),
		EDIT("folder_seen", "UPDATE folder_seen SET run = 2 WHERE id = 1"),
		EDIT("folder_seen", "DELETE FROM folder_seen WHERE id = 2"),
		EDIT("folder_hole", "UPDATE folder_hole SET uid = 8"),
		EDIT("folder_hole", "UPDATE folder_hole SET words = 'OK'"),
		EDIT("folder_hole", "DELETE FROM folder_hole"),
		"INSERT INTO folder_hole SELECT seen, 10, octets, \"date\", words FROM "
		"folder_hole",
		EDIT("folder_change", "UPDATE folder_change SET after = 0 WHERE id = 1"),
		EDIT("message_change", "UPDATE message_change SET after = NULL"),
		EDIT("message_change", "DELETE FROM message_change"),
		"UPDATE account SET \"user\" = 'bob'",
		"UPDATE folder SET wire = x'00' WHERE id = 2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tampers); i++) {
		static const struct shape second = { 6, 7, "Sent", ACCOUNT_PARTLY,
						     FOLDER_HOLED };
		struct err err = ERR_INIT;
		struct store *st;
		int64_t entries;
		struct rig r;

		rig_make(&r);
		(void)audit(&r, &plain);
		ok(store_ledger_append(r.st, "grace", "note", "{\"text\":\"a\"}", &err));
		ok(store_ledger_append(r.st, "grace", "note", "{\"text\":\"b\"}", &err));
		(void)audit(&r, &second);
		ok(store_ledger_verify(r.st, &entries, &err));
		assert_int_equal(entries, 4);
		store_close(r.st);
		r.st = NULL;
		if (rig_sql(r.path, tampers[i]) != SQLITE_OK)
			fail_msg("tamper %zu was not possible", i);
		ok(store_open(r.path, STORE_READ, &st, &err));
		if (store_ledger_verify(st, &entries, &err))
			fail_msg("tamper %zu was not found: %s", i, tampers[i]);
		if (err.cls != ERR_LEDGER || err.hint[0] == '\0')
			fail_msg("tamper %zu: %s: %s", i, err_class_name(err.cls),
				 err.text);
		store_close(st);
		rig_done(&r);
	}
}

/* Who can compute a hash can forge an entry, but not the one that followed it. */
static void finds_a_forged_entry_by_its_successor(void **state)
{
	struct rig *r = *state;
	struct sha256_ctx *sha = sha256_new();
	struct sha256 zero = { { 0 } }, hash;
	struct err err = ERR_INIT;
	char hex[SHA256_HEX_SIZE];
	int64_t entries;

	ok(store_ledger_append(r->st, "grace", "note", "{\"a\":1}", &err));
	ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	sha256_begin(sha);
	sha256_add_u64(sha, 1);
	sha256_add_u64(sha, (uint64_t)rig_number(
				    r->path, "SELECT time FROM ledger WHERE seq = 1"));
	sha256_add_field(sha, rig_text(r, "SELECT actor FROM ledger WHERE seq = 1"), 17);
	sha256_add_field(sha, "note", 4);
	sha256_add_field(sha, "{\"a\":2}", 7);
	sha256_add_field(sha, zero.bytes, 32);
	sha256_add_field(sha, store_project_id(r->st), 32);
	sha256_end(sha, &hash);
	sha256_free(sha);
	sha256_hex(&hash, hex);
	assert_int_equal(
		rig_sql(r->path,
			arena_printf(&r->arena,
				     EDIT("ledger",
					  "UPDATE ledger SET payload ="
					  " '{\"a\":2}', hash = x'%s' WHERE seq = 1"),
				     hex)),
		SQLITE_OK);
	assert_false(store_ledger_verify(r->st, &entries, &err));
	assert_int_equal(err.cls, ERR_LEDGER);
	assert_non_null(strstr(err.text, "entry 2 does not follow"));
}

static void names_the_entry_that_does_not_fit(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	int64_t entries;

	for (int i = 0; i < 5; i++)
		ok(store_ledger_append(r->st, "grace", "note", "{}", &err));
	assert_int_equal(
		rig_sql(r->path,
			EDIT("ledger", "UPDATE ledger SET actor = 'x' WHERE seq = 4")),
		SQLITE_OK);
	assert_false(store_ledger_verify(r->st, &entries, &err));
	assert_non_null(strstr(err.text, "entry 4 was altered"));
	assert_int_equal(rig_sql(r->path, "DELETE FROM ledger WHERE seq = 3"), SQLITE_OK);
	err = ERR_INIT;
	assert_false(store_ledger_verify(r->st, &entries, &err));
	assert_non_null(strstr(err.text, "entry 3 is missing"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(follows_a_run_to_its_end),
		TEST(notes_a_clock_that_stepped_back),
		TEST(gives_the_same_digest_for_the_same_server),
		TEST(gives_another_digest_for_what_differs),
		TEST(still_proves_a_run_after_later_ones),
		TEST(chains_entries),
		TEST(refuses_entries_out_of_all_bounds),
		cmocka_unit_test(finds_what_was_tampered_with),
		TEST(finds_a_forged_entry_by_its_successor),
		TEST(names_the_entry_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
