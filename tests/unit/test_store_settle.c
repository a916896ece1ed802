/* SPDX-License-Identifier: MIT */
/* Whether what was read of a folder agrees with what the server told. */
#include "tests/support/store_rig.h"

static const char last_outcome[] =
	"SELECT outcome FROM folder_seen ORDER BY id DESC LIMIT 1";

static int64_t number(struct rig *r, const char *sql)
{
	return rig_number(r->path, sql);
}

static struct folder_end ended(struct rig *r, enum folder_outcome outcome,
			       enum depth depth, int64_t exists)
{
	return (struct folder_end){ .folder = r->folder,
				    .outcome = outcome,
				    .state = rig_state(exists),
				    .depth = depth,
				    .error = "" };
}

/* What a folder holds is summed up while rows are added; whatever else happens to them,
 * it is what the rows say. */
static void sums_up_what_is_stored(void **state)
{
	enum { NOTHING, CHANGED, GONE, UNKNOWN, ROLLED_BACK, CUT, TWICE, KINDS };
	struct rig *r = *state;
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	for (int kind = NOTHING; kind < KINDS; kind++) {
		struct folder_state s = rig_state(0);
		struct store_window w = { .lo = 1, .hi = 2047, .depth = DEPTH_FULL };
		struct store_row *rows;
		struct folder_end e;
		char sql[320];
		size_t n;

		s.uidvalidity = 100 + (uint32_t)kind;
		rows = rig_rows(1, 1500, 1, &n);
		w.rows = rows;
		w.row_n = n;
		if (kind == UNKNOWN)
			rows[700].m.octets = -1;
		w.epoch = rig_begin(r, &s);
		if (kind == ROLLED_BACK) {
			ok(store_begin(r->st, &err));
			ok(store_window_put(r->st, &w, &err));
			store_rollback(r->st);
		}
		ok(store_window_put(r->st, &w, &err));
		if (kind == CHANGED)
			rows[30].m.octets += 12345;
		if (kind == GONE)
			w.row_n--;
		if (kind == CHANGED || kind == GONE || kind == TWICE)
			ok(store_window_put(r->st, &w, &err));
		if (kind == CUT) { /* read anew, up to the first half */
			s.modseq++;
			(void)rig_begin(r, &s);
			w.hi = 1023;
			w.row_n = 1023;
			ok(store_window_put(r->st, &w, &err));
		}
		snprintf(sql, sizeof sql,
			 "SELECT count(*) FROM message WHERE"
			 " gone_run IS NULL AND id >> 32 = %lld",
			 (long long)w.epoch);
		e = ended(r, FOLDER_READ, DEPTH_FULL,
			  kind == CUT ? 1023 : number(r, sql));
		e.epoch = w.epoch;
		e.state.uidvalidity = s.uidvalidity;
		ok(store_folder_end(r->st, &e, &err));
		snprintf(sql, sizeof sql,
			 "SELECT octets = CASE WHEN %d THEN -1 ELSE (SELECT sum(octets)"
			 " FROM message WHERE gone_run IS NULL AND id >> 32 = %lld) END"
			 " AND messages = (SELECT count(*) FROM message WHERE gone_run"
			 " IS NULL AND id >> 32 = %lld)"
			 " FROM folder_seen ORDER BY id DESC LIMIT 1",
			 kind == UNKNOWN, (long long)w.epoch, (long long)w.epoch);
		if (number(r, sql) != 1)
			fail_msg("kind %d", kind);
		free(rows);
	}
}

/* What does not add up is undone, and nothing else of the transaction that it stands in:
 * those above the last window are gone only where the folder is believed. */
static void undoes_a_folder_alone(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	struct folder_state s = rig_state(20);
	struct store_window w = { .lo = 1, .hi = 10, .depth = DEPTH_FULL };
	struct folder_end e;
	struct err err = ERR_INIT;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 20, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	s.modseq++; /* from the start again */
	w.rows = rows;
	w.row_n = 9;
	ok(store_begin(r->st, &err));
	w.epoch = rig_begin(r, &s);
	ok(store_window_put(r->st, &w, &err)); /* 10 is gone */
	e = ended(r, FOLDER_READ, DEPTH_FULL, 20);
	e.epoch = w.epoch;
	fails(store_folder_end(r->st, &e, &err), ERR_PROTO);
	e = ended(r, FOLDER_UNREADABLE, DEPTH_FULL, -1);
	e.error = "it does not add up";
	ok(store_folder_end(r->st, &e, &err));
	ok(store_commit(r->st, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM message WHERE gone_run IS NULL"),
			 19);
	assert_int_equal(number(r, "SELECT count(*) FROM message_change"), 1);
	assert_int_equal(number(r, last_outcome), FOLDER_UNREADABLE);

	ok(store_begin(r->st, &err));
	(void)rig_begin(r, &s);
	ok(store_window_put(r->st, &w, &err));
	e = ended(r, FOLDER_READ, DEPTH_FULL, 9);
	e.epoch = w.epoch;
	ok(store_folder_end(r->st, &e, &err));
	ok(store_commit(r->st, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM message WHERE gone_run IS NULL"),
			 9);
	assert_int_equal(number(r, last_outcome), FOLDER_READ);
	free(rows);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(sums_up_what_is_stored),
		TEST(undoes_a_folder_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
