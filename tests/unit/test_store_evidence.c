/* SPDX-License-Identifier: MIT */
/* The struct that rules judge, filled from stores in which one thing after another was
 * done. */
#include "store/store_evidence.h"
#include "store/store_scan.h"
#include "store/store_seal.h"
#include "tests/support/store_rig.h"

#define NOW 1797000000

static struct evidence see(struct rig *r)
{
	struct err err = ERR_INIT;
	struct evidence e;

	ok(store_evidence(r->st, NOW, false, &e, &err));
	return e;
}

static int64_t transfer(struct rig *r, const char *name, const char *decision,
			const char *owner, bool with_new)
{
	struct account a = { .side = SIDE_OLD, .user = name };
	struct transfer t = { .name = name, .decision = decision, .owner = owner };
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id;

	ok(store_account_put(r->st, &a, &t.old_account, &err));
	if (with_new) {
		a.side = SIDE_NEW;
		ok(store_account_put(r->st, &a, &t.new_account, &err));
	}
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	return id;
}

static void knows_nothing_of_an_empty_store(void **state)
{
	struct evidence e = see(*state), none;

	evidence_init(&none);
	none.now = NOW;
	assert_memory_equal(&e, &none, sizeof e);
	assert_int_equal(e.use.dormant, -1);
}

static void counts_what_is_listed(void **state)
{
	struct rig *r = *state;
	struct account held = { .side = SIDE_OLD,
				.user = "held",
				.access = ACCESS_NONE,
				.access_reason = "law" };
	struct err err = ERR_INIT;
	struct evidence e;
	int64_t gone, id;

	(void)transfer(r, "ada", "migrate", "ada", true);
	(void)transfer(r, "bert", "", "", false);
	(void)transfer(r, "carla", "archive", "carla", false);
	gone = transfer(r, "dora", "", "", true);
	ok(store_transfer_gone(r->st, gone, &err));
	ok(store_account_put(r->st, &held, &id, &err));
	(void)transfer(r, "held", "keep", "law", false);
	/* putting it again made it one that may be opened: as it was */
	ok(store_account_put(r->st, &held, &id, &err));
	e = see(r);
	assert_int_equal(e.transfers, 4);
	assert_int_equal(e.undecided, 1);
	assert_int_equal(e.unowned, 1);
	assert_int_equal(e.side[SIDE_OLD].accounts, 3);
	assert_int_equal(e.side[SIDE_NEW].accounts, 1);
	assert_int_equal(e.moves.transfers, 2);
	assert_int_equal(e.moves.with_new, 1);
	assert_int_equal(e.moves.unjudged, 2);
	assert_int_equal(e.moves.unsealed, 2);
	assert_int_equal(e.side[SIDE_OLD].counted, 0);
}

static void read_account(struct rig *r, enum account_outcome outcome, enum depth depth)
{
	rig_start(r, depth);
	rig_account_end(r, outcome, depth);
	rig_run_end(r);
}

/* rig_list knows of ada alone. */
static void tells_counting_from_reading(void **state)
{
	struct rig *r = *state;
	struct evidence e;

	(void)transfer(r, "ada", "migrate", "ada", false);
	read_account(r, ACCOUNT_NO_LOGIN, DEPTH_FULL);
	e = see(r);
	assert_int_equal(e.side[SIDE_OLD].opened, 0);
	assert_true(e.side[SIDE_OLD].newest > 0);
	read_account(r, ACCOUNT_PARTLY, DEPTH_FULL);
	e = see(r);
	assert_int_equal(e.side[SIDE_OLD].opened, 1);
	assert_int_equal(e.side[SIDE_OLD].counted, 0);
	read_account(r, ACCOUNT_READ, DEPTH_COUNTS);
	e = see(r);
	assert_int_equal(e.side[SIDE_OLD].counted, 1);
	assert_true(e.side[SIDE_OLD].oldest_counted > 0);
	assert_int_equal(e.side[SIDE_OLD].read, 0);
	assert_int_equal(e.side[SIDE_OLD].oldest_read, 0);
	read_account(r, ACCOUNT_READ, DEPTH_IDS);
	e = see(r);
	assert_int_equal(e.side[SIDE_OLD].read, 1);
	assert_true(e.newest > 0);
	/* a second one that nobody read */
	(void)transfer(r, "bert", "migrate", "bert", false);
	e = see(r);
	assert_int_equal(e.side[SIDE_OLD].accounts, 2);
	assert_int_equal(e.side[SIDE_OLD].read, 1);
}

static void scan(struct rig *r, uint32_t from, uint32_t to, uint64_t symptoms_of_first)
{
	struct run run = { .command = "scan", .scope = "{}", .operator_name = "tester" };
	struct folder_scan s = { .folder = r->folder, .error = "" };
	struct err err = ERR_INIT;

	ok(store_run_begin(r->st, &run, &r->run, &err));
	for (uint32_t uid = from; uid <= to; uid++) {
		struct body_facts f = { .read = true,
					.symptoms = uid == from ? symptoms_of_first : 0,
					.words = "" };

		ok(store_body_put(r->st, 1, uid, &f, &err));
	}
	ok(store_folder_scan_put(r->st, &s, &err));
	rig_run_end(r);
}

static void counts_what_scans_could_know(void **state)
{
	struct rig *r = *state;
	struct evidence_side s;
	struct store_row *rows;
	size_t n;

	(void)transfer(r, "ada", "migrate", "ada", false);
	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rig_read(r, rows, 5, DEPTH_FULL);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	assert_int_equal(see(r).side[SIDE_OLD].scanned_at, 0);
	scan(r, 1, 3, 1);
	s = see(r).side[SIDE_OLD];
	assert_int_equal(s.messages, 5);
	assert_int_equal(s.scanned, 3);
	assert_int_equal(s.damaged, 1);
	assert_true(s.scanned_at > 0);
	/* mail that came since is not held against it; damage that a later scan no longer
	 * sees is none */
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	s = see(r).side[SIDE_OLD];
	assert_int_equal(s.messages, 5);
	scan(r, 1, 9, 0);
	s = see(r).side[SIDE_OLD];
	assert_int_equal(s.messages, 9);
	assert_int_equal(s.scanned, 9);
	assert_int_equal(s.damaged, 0);
	assert_int_equal(see(r).side[SIDE_NEW].messages, 0);
	/* what lies under its UID since, when another folder took the name, was not */
	rig_start(r, DEPTH_FULL);
	rows[2].m.key.bytes[0] ^= 1;
	rig_read(r, rows, n, DEPTH_FULL);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	s = see(r).side[SIDE_OLD];
	assert_int_equal(s.messages, 9);
	assert_int_equal(s.scanned, 8);
	free(rows);
}

static void follows_events_and_seals(void **state)
{
	struct rig *r = *state;
	struct seal seal = { .at = 5, .run = { 1, 1 }, .teller = "g", .note = "" };
	struct err err = ERR_INIT;
	struct evidence e;
	int64_t a, b, c;

	a = transfer(r, "ada", "migrate", "ada", true);
	b = transfer(r, "bert", "", "", true);
	c = transfer(r, "carla", "keep", "", false);
	rig_run(r, DEPTH_FULL);
	ok(store_event_add(r->st, a, "last-pass", 50, "g", "", &err));
	ok(store_event_add(r->st, a, "cutover", 100, "g", "", &err));
	ok(store_event_add(r->st, b, "cutover", 200, "g", "", &err));
	ok(store_event_add(r->st, c, "cutover", 300, "g", "", &err));
	e = see(r);
	assert_int_equal(e.moves.last_pass, 1);
	assert_int_equal(e.moves.cut_over, 2);
	assert_int_equal(e.moves.first_cutover, 100);
	assert_int_equal(e.moves.last_cutover, 200);
	ok(store_event_add(r->st, a, "rollback", 150, "g", "", &err));
	e = see(r);
	assert_int_equal(e.moves.cut_over, 1);
	assert_int_equal(e.moves.last_pass, 0);
	ok(store_event_add(r->st, a, "cutover", 400, "g", "", &err));
	ok(store_event_add(r->st, a, "stop", 500, "g", "", &err));
	ok(store_event_add(r->st, a, "start", 600, "g", "", &err));
	seal.transfer = a;
	seal.sound = true;
	ok(store_seal_add(r->st, &seal, NULL, 0, &seal.id, &err));
	seal.transfer = b;
	ok(store_seal_add(r->st, &seal, NULL, 0, &seal.id, &err));
	seal.sound = false; /* the newest counts */
	ok(store_seal_add(r->st, &seal, NULL, 0, &seal.id, &err));
	e = see(r);
	assert_int_equal(e.moves.cut_over, 2);
	assert_int_equal(e.moves.last_cutover, 400);
	assert_int_equal(e.stopped_at, 500);
	assert_int_equal(e.started_at, 600);
	assert_int_equal(e.moves.sealed, 1);
	assert_int_equal(e.moves.unsound, 1);
	assert_int_equal(e.moves.unsealed, 0);
}

#define JUDGED                                                                           \
	"INSERT INTO judgement (transfer, run, verdict, old_seen, new_seen, depth,"      \
	" flags_compared, old_messages, new_messages, same, same_weak, changed, "        \
	"refiled,"                                                                       \
	" missing, extra, old_unverified, new_unverified, flags, keywords, dates, "      \
	"octets,"                                                                        \
	" loss, doubt, info, folders_old, folders_new, folders_unread, note) VALUES "
#define REST ", 2, 1, 0,0,0,0,0,0,0,0,0,0,0,0,0,0, 12, 3, 0, 0,0,0, '')"

static void sums_up_verdicts(void **state)
{
	struct rig *r = *state;
	struct evidence_moves m;

	(void)transfer(r, "ada", "migrate", "ada", true);
	(void)transfer(r, "bert", "migrate", "ada", true);
	(void)transfer(r, "carla", "migrate", "ada", true);
	(void)transfer(r, "dora", "migrate", "ada", true);
	(void)transfer(r, "emil", "delete", "ada", true);
	rig_run(r, DEPTH_FULL);
	rig_run_end(r);
	assert_int_equal(rig_sql(r->path,
				 JUDGED "(1, 1, 0, 700, 500" REST ", (2, 1, 1, 600,"
					" 800" REST ", (3, 1, 2, 900, 900" REST
					", (5, 1, 1, 1, 1" REST),
			 SQLITE_OK);
	m = see(r).moves;
	assert_int_equal(m.transfers, 4);
	assert_int_equal(m.clean, 1);
	assert_int_equal(m.differ, 1);
	assert_int_equal(m.incomplete, 1);
	assert_int_equal(m.unjudged, 1);
	assert_int_equal(m.loss, 36);
	assert_int_equal(m.doubt, 9);
	assert_int_equal(m.oldest_judged, 500);
}

static void dates_the_logs(void **state)
{
	struct rig *r = *state;
	struct evidence_side s;

	rig_run(r, DEPTH_FULL);
	rig_run_end(r);
	assert_int_equal(
		rig_sql(r->path,
			"INSERT INTO log_text VALUES (1, x''), (2, x'68');"
			"INSERT INTO log_file (run, side, path, packing, octets, lines, "
			"events,"
			" other, not_ours, malformed, timeless, logins, deliveries, "
			"fresh, own,"
			" year, follows, note) VALUES (1, 0, 'm', 'plain', "
			"0,0,0,0,0,0,0,0,0,0,"
			"0,0,0,'');"
			"INSERT INTO log_span VALUES (0, 2, 10, 20), (0, 2, 30, 40),"
			" (1, 2, 50, 60)"),
		SQLITE_OK);
	s = see(r).side[SIDE_OLD];
	assert_int_equal(s.log_files, 1);
	assert_int_equal(s.logs_until, 40);
	assert_true(s.logs_at > 0);
	assert_int_equal(see(r).side[SIDE_NEW].log_files, 0);
	assert_int_equal(see(r).side[SIDE_NEW].logs_until, 60);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(knows_nothing_of_an_empty_store),
		TEST(counts_what_is_listed),
		TEST(tells_counting_from_reading),
		TEST(counts_what_scans_could_know),
		TEST(follows_events_and_seals),
		TEST(sums_up_verdicts),
		TEST(dates_the_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
