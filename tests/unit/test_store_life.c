/* SPDX-License-Identifier: MIT */
/* A store through a long life: changes, rollbacks, kills. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/store_rig.h"

static void forgets_keywords_that_were_rolled_back(void **state)
{
	struct rig *r = *state;
	struct store_row row = rig_row(1);
	struct folder_state s = rig_state(1);
	struct store_window w = {
		.rows = &row, .row_n = 1, .lo = 1, .hi = UINT32_MAX, .depth = DEPTH_FULL
	};
	struct err err = ERR_INIT;
	struct store_messages *it;
	struct message m;
	const char *text;

	rig_start(r, DEPTH_FULL);
	w.epoch = rig_begin(r, &s);
	ok(store_begin(r->st, &err));
	row.keywords = "Lost";
	ok(store_window_put(r->st, &w, &err));
	store_rollback(r->st);
	row.keywords = "Kept";
	ok(store_window_put(r->st, &w, &err));
	row.keywords = "Lost";
	ok(store_window_put(r->st, &w, &err));
	ok(store_messages_open(r->st, w.epoch, STORE_BY_UID, &it, &err));
	assert_int_equal(store_messages_next(it, &m, &err), NEXT_ITEM);
	store_messages_close(it);
	ok(store_keywords(r->st, m.keyword_set, &r->arena, &text, &err));
	assert_string_equal(text, "Lost");
	ok(store_keywords(r->st, 1, &r->arena, &text, &err));
	assert_string_equal(text, "Kept");
	fails(store_keywords(r->st, 3, &r->arena, &text, &err), ERR_LEDGER);
}

static void keeps_more_keyword_sets_than_the_cache_holds(void **state)
{
	enum { SETS = 500 };
	struct rig *r = *state;
	struct store_row *rows;
	struct sha256 was, is;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, SETS, 1, &n);
	for (size_t i = 0; i < n; i++)
		rows[i].keywords = arena_printf(&r->arena, "set%zu", i);
	rig_read(r, rows, n, DEPTH_FULL);
	was = rig_digest(r);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM keyword_set"), SETS);
	rig_read(r, rows, n, DEPTH_IDS); /* names come from the table */
	rows[3].m.octets++;
	rig_read(r, rows, n, DEPTH_IDS);
	rows[3].m.octets--;
	rig_read(r, rows, n, DEPTH_IDS);
	is = rig_digest(r);
	assert_digest_equal(was, is);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM keyword_set"), SETS);
	free(rows);
}

/* xorshift: the same every time. */
static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed % n);
}

/* A folder that lives: after each round the store holds what was read, and a fresh store
 * gives the same digest. */
static void follows_a_folder_through_its_life(void **state)
{
	enum { UIDS = 4000, ROUNDS = 12 };
	struct rig *r = *state, fresh;
	struct store_row *rows = mem_calloc(UIDS, sizeof *rows),
			 *now = mem_calloc(UIDS, sizeof *now);
	bool *there = mem_calloc(UIDS, sizeof *there);
	uint64_t seed = 20260301;

	for (uint32_t i = 0; i < UIDS; i++)
		rows[i] = rig_row(i * 3 + 1);
	for (int round = 0; round < ROUNDS; round++) {
		struct store_messages *it;
		struct err err = ERR_INIT;
		struct sha256 a, b;
		struct message m;
		size_t n = 0;

		for (uint32_t i = 0; i < UIDS; i++) {
			if (random_below(&seed, 10) == 0)
				there[i] = !there[i];
			if (random_below(&seed, 20) == 0)
				rows[i].m.flags = (uint8_t)random_below(&seed, 32);
			if (random_below(&seed, 30) == 0)
				rows[i].keywords = random_below(&seed, 2) ? "" : "$Junk";
			if (there[i])
				now[n++] = rows[i];
		}
		rig_start(r, DEPTH_FULL);
		rig_read(r, now, n, DEPTH_FULL);
		rig_run_end(r);
		ok(store_messages_open(r->st, 1, STORE_BY_UID, &it, &err));
		for (size_t i = 0; i < n; i++)
			if (store_messages_next(it, &m, &err) != NEXT_ITEM ||
			    m.uid != now[i].m.uid || m.flags != now[i].m.flags)
				fail_msg("round %d: message %zu is wrong", round, i);
		assert_int_equal(store_messages_next(it, &m, &err), NEXT_END);
		store_messages_close(it);
		rig_make(&fresh);
		rig_start(&fresh, DEPTH_FULL);
		rig_read(&fresh, now, n, DEPTH_FULL);
		a = rig_digest(r);
		b = rig_digest(&fresh);
		if (memcmp(&a, &b, sizeof a) != 0)
			fail_msg("round %d: the digest depends on history", round);
		rig_done(&fresh);
	}
	free(rows);
	free(now);
	free(there);
}

/* Read the folder in windows of 1,024 UIDs from where the run stopped. */
static void read_on(struct rig *r, struct store_row *rows, uint32_t n)
{
	struct folder_state s = rig_state(n);
	struct err err = ERR_INIT;
	uint32_t done = 0;
	int64_t epoch;

	ok(store_folder_begin(r->st, r->folder, &s, false, &epoch, &done, &err));
	while (done < n) {
		uint32_t hi = (done | 1023) > n ? n : (done + 1) | 1023;

		if (hi > n)
			hi = n;
		rig_put(r, epoch, done + 1, hi, rows + done, hi - done, DEPTH_FULL);
		done = hi;
	}
	rig_end(r, epoch, &s, DEPTH_FULL);
}

/* SQLite's writes in the child that is to die: the last one is cut in half. */
static long writes_left;

static void die_in_time(int fd, const void *p, size_t n, off64_t at)
{
	if (--writes_left > 0)
		return;
	(void)!pwrite64(fd, p, n / 2, at);
	kill(getpid(), SIGKILL);
}

static ssize_t dying_pwrite(int fd, const void *p, size_t n, off_t at)
{
	die_in_time(fd, p, n, at);
	return pwrite(fd, p, n, at);
}

static ssize_t dying_pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	die_in_time(fd, p, n, at);
	return pwrite64(fd, p, n, at);
}

static void arm(long writes)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	writes_left = writes;
	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)dying_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)dying_pwrite64);
}

static void resume(struct rig *r)
{
	struct err err = ERR_INIT;

	rig_reopen(r);
	ok(store_run_resume(r->st, r->run, &err));
}

static struct sha256 finish(struct rig *r, struct store_row *rows, uint32_t n)
{
	struct err err = ERR_INIT;
	struct sha256 digest;
	int64_t entries;

	read_on(r, rows, n);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	ok(store_ledger_verify(r->st, &entries, &err));
	ok(store_run_digest(r->st, r->run, &digest, &err));
	return digest;
}

static void loses_nothing_when_killed(void **state)
{
	enum { MESSAGES = 40000, KILLS = 24 };
	struct rig *r = *state, calm;
	struct store_row *rows;
	struct sha256 a, b;
	int64_t last = 0;
	int died = 0;
	size_t n;

	rows = rig_rows(1, MESSAGES, 1, &n);
	rig_start(r, DEPTH_FULL);
	store_close(r->st);
	r->st = NULL;
	for (int i = 0; i < KILLS; i++) {
		int64_t done;
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			arm(2 + 4 * i);
			resume(r);
			read_on(r, rows, MESSAGES);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		died += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
		done = rig_number(
			r->path,
			"SELECT coalesce(max(done_uid), 0) FROM folder_progress");
		/* What is promised is there, and nothing beyond it. */
		assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message"),
				 done);
		if (done < last)
			fail_msg("kill %d: back from %lld to %lld", i, (long long)last,
				 (long long)done);
		last = done;
	}
	assert_int_equal(died, KILLS);
	assert_in_range(last, 1, MESSAGES - 1);
	resume(r);
	a = finish(r, rows, MESSAGES);
	rig_make(&calm);
	rig_start(&calm, DEPTH_FULL);
	b = finish(&calm, rows, MESSAGES);
	assert_digest_equal(a, b);
	a = rig_digest(r);
	b = rig_digest(&calm);
	assert_digest_equal(a, b);
	assert_int_equal(rig_number(r->path,
				    "SELECT count(*) FROM pragma_integrity_check WHERE "
				    "integrity_check <> 'ok'"),
			 0);
	rig_done(&calm);
	free(rows);
}

static void takes_few_octets_per_message(void **state)
{
	enum { MESSAGES = 60000 };
	struct rig *r = *state;
	struct store_row *rows;
	int64_t before, after;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, MESSAGES, 1, &n);
	before = rig_number(
		r->path,
		"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
	rig_read(r, rows, n, DEPTH_FULL);
	after = rig_number(
		r->path,
		"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
	if ((after - before) / MESSAGES >= 60)
		fail_msg("%lld octets per message",
			 (long long)((after - before) / MESSAGES));
	free(rows);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(forgets_keywords_that_were_rolled_back),
		TEST(keeps_more_keyword_sets_than_the_cache_holds),
		TEST(follows_a_folder_through_its_life),
		TEST(loses_nothing_when_killed),
		TEST(takes_few_octets_per_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
