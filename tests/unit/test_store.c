/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fs.h"
#include "store/store_migrate.h"
#include "tests/support/store_rig.h"

static void opens_what_it_made(void **state)
{
	struct rig *r = *state;
	char id[33];
	struct stat sb;

	snprintf(id, sizeof id, "%s", store_project_id(r->st));
	assert_int_equal(strspn(id, "0123456789abcdef"), 32);
	rig_reopen(r);
	assert_string_equal(store_project_id(r->st), id);
	assert_int_equal(stat(r->path, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"),
		store_schema_version());
}

static void gives_each_project_its_own_id(void **state)
{
	struct rig *r = *state, other;

	rig_make(&other);
	assert_string_not_equal(store_project_id(r->st), store_project_id(other.st));
	rig_done(&other);
}

static void refuses_to_make_what_is_there(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	int64_t size = rig_number(r->path, "PRAGMA page_count");

	fails(store_create(r->path, &err), ERR_LOCAL);
	assert_int_equal(rig_number(r->path, "PRAGMA page_count"), size);
	fails(store_create("/nonexistent/dir/mailmuster.db", &err), ERR_LOCAL);
}

static void refuses_what_is_not_there(void **state)
{
	struct err err = ERR_INIT;
	struct store *st = NULL;

	(void)state;
	fails(store_open("/nonexistent/mailmuster.db", STORE_READ, &st, &err),
	      ERR_NO_PROJECT);
	fails(store_open("/dev/null/mailmuster.db", STORE_WRITE, &st, &err),
	      ERR_NO_PROJECT);
	assert_null(st);
}

static void overwrite(const char *path, off_t at, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, at), n);
	close(fd);
}

static void refuses_what_is_not_ours(void **state)
{
	static const char garbage[4096] = "From ada@example.org Thu Jan  1 00:00:00 1970";
	static const enum store_mode modes[] = { STORE_READ, STORE_WRITE };
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct store *st;
	char path[128];

	snprintf(path, sizeof path, "%s/other", r->dir);
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		overwrite(path, 0, garbage, sizeof garbage);
		fails(store_open(path, modes[i], &st, &err), ERR_LEDGER);
		assert_int_equal(truncate(path, 0), 0);
		fails(store_open(path, modes[i], &st, &err), ERR_LEDGER);
		unlink(path);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		assert_int_equal(rig_sql(path, "CREATE TABLE meta (name, value)"),
				 SQLITE_OK);
		fails(store_open(path, modes[i], &st, &err), ERR_LEDGER);
		assert_int_equal(rig_sql(path, "PRAGMA application_id = 0x4d4d7374"),
				 SQLITE_OK);
		fails(store_open(path, modes[i], &st, &err), ERR_LEDGER);
		unlink(path);
	}
	/* A folder instead of a file. */
	assert_int_equal(mkdir(path, 0700), 0);
	fails(store_open(path, STORE_READ, &st, &err), ERR_LOCAL);
	rmdir(path);
}

static void refuses_a_meta_table_that_lies(void **state)
{
	static const char *const lies[] = {
		"UPDATE meta SET value = '1x' WHERE name = 'schema'",
		"UPDATE meta SET value = '0' WHERE name = 'schema'",
		"UPDATE meta SET value = '-1' WHERE name = 'schema'",
		"UPDATE meta SET value = '99999999999999999999' WHERE name = 'schema'",
		"UPDATE meta SET value = 'short' WHERE name = 'project'",
		"UPDATE meta SET value = value || value WHERE name = 'project'",
		"DELETE FROM meta WHERE name = 'project'",
		"DROP TABLE meta",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		struct err err = ERR_INIT;
		struct store *st;
		struct rig r;

		rig_make(&r);
		store_close(r.st);
		r.st = NULL;
		assert_int_equal(rig_sql(r.path, lies[i]), SQLITE_OK);
		if (store_open(r.path, STORE_READ, &st, &err))
			fail_msg("lie %zu was believed", i);
		if (err.cls != ERR_LEDGER)
			fail_msg("lie %zu: %s", i, err.text);
		rig_done(&r);
	}
}

/* ---- transactions ---- */

static void refuses_nested_transactions(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;

	fails(store_commit(r->st, &err), ERR_BUG);
	store_rollback(r->st);
	ok(store_begin(r->st, &err));
	fails(store_begin(r->st, &err), ERR_BUG);
	fails(store_read_begin(r->st, &err), ERR_BUG);
	store_read_end(r->st); /* not its to end */
	ok(store_commit(r->st, &err));
	ok(store_read_begin(r->st, &err));
	fails(store_begin(r->st, &err), ERR_BUG);
	fails(store_commit(r->st, &err), ERR_BUG);
	store_read_end(r->st);
	ok(store_begin(r->st, &err));
	store_rollback(r->st);
}

static void rolls_back_what_was_not_committed(void **state)
{
	struct rig *r = *state;
	struct account a = { .side = SIDE_NEW, .user = "grace" };
	struct err err = ERR_INIT;
	int64_t id;

	ok(store_begin(r->st, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	store_rollback(r->st);
	ok(store_begin(r->st, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	rig_reopen(r); /* closed with the transaction open */
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM account"), 0);
	ok(store_begin(r->st, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	ok(store_commit(r->st, &err));
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM account"), 1);
}

static void reads_one_state_while_another_writes(void **state)
{
	struct rig *r = *state;
	struct account a = { .side = SIDE_NEW, .user = "grace" };
	struct err err = ERR_INIT;
	struct store *reader;
	struct account got;
	int64_t id;

	ok(store_open(r->path, STORE_READ, &reader, &err));
	ok(store_read_begin(reader, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	fails(store_account_get(reader, id, &r->arena, &got, &err), ERR_BUG);
	store_read_end(reader);
	ok(store_account_get(reader, id, &r->arena, &got, &err));
	assert_string_equal(got.user, "grace");
	fails(store_account_put(reader, &a, &id, &err), ERR_LOCAL);
	fails(store_begin(reader, &err), ERR_LOCAL);
	store_close(reader);
}

/* ---- what machines do ---- */

/* Read everything that can be read; the first error. */
static bool read_all(struct store *st, struct arena *arena, struct err *err)
{
	struct folder_view *view;
	struct account_view account;
	struct store_messages *it;
	struct message m;
	struct transfer *t;
	int64_t entries;
	enum next next;
	size_t n;

	if (!store_transfers(st, true, arena, &t, &n, err) ||
	    !store_account_view(st, 1, arena, &account, err) ||
	    !store_folders(st, 1, true, arena, &view, &n, err) ||
	    !store_messages_open(st, 1, STORE_BY_KEY, &it, err))
		return false;
	while ((next = store_messages_next(it, &m, err)) == NEXT_ITEM)
		;
	store_messages_close(it);
	return next == NEXT_END && store_ledger_verify(st, &entries, err);
}

/* Whatever is damaged, reading ends with an error of a class that says so, or reads on.
 */
static void survives_a_damaged_file(void **state)
{
	enum { PAGE = 8192 };
	struct rig *r = *state;
	struct store_row *rows;
	struct err err = ERR_INIT;
	static uint8_t junk[PAGE], keep[PAGE];
	int64_t pages;
	int damaged = 0;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 5000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	store_close(r->st);
	r->st = NULL;
	pages = rig_number(r->path, "PRAGMA page_count");
	assert_int_equal(rig_number(r->path, "PRAGMA page_size"), PAGE);
	for (size_t i = 0; i < sizeof junk; i++)
		junk[i] = (uint8_t)(i * 131 + 7);
	for (int64_t page = 0; page < pages; page++) {
		int fd = open(r->path, O_RDONLY);
		struct store *st = NULL;

		assert_int_equal(pread(fd, keep, PAGE, page * PAGE), PAGE);
		close(fd);
		overwrite(r->path, page * PAGE + (page == 0 ? 100 : 0), junk, PAGE - 100);
		err = ERR_INIT;
		if (!store_open(r->path, STORE_READ, &st, &err) ||
		    !read_all(st, &r->arena, &err)) {
			if (err.cls != ERR_LEDGER)
				fail_msg("page %lld: %s: %s", (long long)page,
					 err_class_name(err.cls), err.text);
			damaged++;
		}
		store_close(st);
		overwrite(r->path, page * PAGE, keep, PAGE);
	}
	assert_in_range(damaged, pages / 2, pages);
	/* Cut short. */
	assert_int_equal(truncate(r->path, pages / 2 * PAGE), 0);
	{
		struct store *st = NULL;

		err = ERR_INIT;
		if (store_open(r->path, STORE_READ, &st, &err) &&
		    read_all(st, &r->arena, &err))
			fail_msg("half a file was read as a whole one");
		assert_int_equal(err.cls, ERR_LEDGER);
		store_close(st);
	}
}

/* Stores that were made before pages had 8,192 octets keep theirs. */
static void goes_on_in_a_store_of_smaller_pages(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	size_t n;

	store_close(r->st);
	r->st = NULL;
	assert_int_equal(rig_sql(r->path, "PRAGMA journal_mode = DELETE;"
					  "PRAGMA page_size = 4096; VACUUM"),
			 SQLITE_OK);
	assert_int_equal(rig_number(r->path, "PRAGMA page_size"), 4096);
	rig_reopen(r);
	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 3000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	rig_reopen(r);
	assert_int_equal(rig_number(r->path, "PRAGMA page_size"), 4096);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message"), 3000);
}

static void says_that_the_disk_is_full(void **state)
{
	enum { MESSAGES = 30000 };
	struct rig *r = *state;
	struct folder_state s = rig_state(MESSAGES);
	struct rlimit was, tight = { .rlim_cur = 600 << 10 };
	struct store_row *rows;
	struct store_window w = { .lo = 1, .hi = 1023, .depth = DEPTH_FULL };
	struct err err = ERR_INIT;
	uint32_t resume = 0;
	int64_t done;
	size_t n;

	rows = rig_rows(1, MESSAGES, 1, &n);
	rig_start(r, DEPTH_FULL);
	w.epoch = rig_begin(r, &s);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (; w.lo <= MESSAGES; w.lo = w.hi + 1, w.hi += 1024) {
		if (w.hi > MESSAGES)
			w.hi = MESSAGES;
		w.rows = rows + w.lo - 1;
		w.row_n = w.hi - w.lo + 1;
		if (!store_window_put(r->st, &w, &err))
			break;
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_in_range(w.lo, 1024, MESSAGES);
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_non_null(strstr(err.text, r->path));

	/* What was committed stands, and the same handle goes on when there is room
	 * again. */
	done = rig_number(r->path, "SELECT done_uid FROM folder_progress");
	assert_int_equal(done, w.lo - 1);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM message"), done);
	err = ERR_INIT;
	ok(store_folder_begin(r->st, r->folder, &s, false, &w.epoch, &resume, &err));
	assert_int_equal(resume, done);
	w.hi = MESSAGES;
	w.rows = rows + w.lo - 1;
	w.row_n = MESSAGES - w.lo + 1;
	ok(store_window_put(r->st, &w, &err));
	rig_end(r, w.epoch, &s, DEPTH_FULL);
	free(rows);
}

static void takes_nothing_as_written_inside_a_transaction_that_broke(void **state)
{
	struct rig *r = *state;
	struct account a = { .side = SIDE_NEW, .user = "grace" };
	struct err err = ERR_INIT;
	int64_t id;

	ok(store_begin(r->st, &err));
	ok(store_account_put(r->st, &a, &id, &err));
	ok(db_exec(r->st, "ROLLBACK",
		   &err)); /* as SQLite does by itself when the disk is full */
	a.user = "alan";
	fails(store_account_put(r->st, &a, &id, &err), ERR_LOCAL);
	fails(store_commit(r->st, &err), ERR_LOCAL);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM account"), 0);
	ok(store_account_put(r->st, &a, &id, &err));
}

/* In a child: nothing can be written below dir.  False when this machine does not let us
 * have that. */
static bool make_read_only(const char *dir)
{
	if (geteuid() != 0)
		return chmod(dir, 0500) == 0;
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(dir, dir, NULL, MS_BIND, NULL) == 0 &&
	       mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

enum { CHILD_FINE, CHILD_FAILED, CHILD_CANNOT = 77 };

static int read_in_read_only_folder(const struct rig *r, bool want)
{
	struct err err = ERR_INIT;
	struct store *st = NULL;
	struct arena arena;
	bool got;

	if (!make_read_only(r->dir))
		return CHILD_CANNOT;
	if (store_open(r->path, STORE_WRITE, &st, &err) || err.cls != ERR_LOCAL)
		return CHILD_FAILED;
	err = ERR_INIT;
	arena_init(&arena);
	got = store_open(r->path, STORE_READ, &st, &err) && store_read_begin(st, &err) &&
	      read_all(st, &arena, &err);
	if (got != want)
		fprintf(stderr, "%s: %s\n", err_class_name(err.cls), err.text);
	store_close(st);
	arena_done(&arena);
	return got == want ? CHILD_FINE : CHILD_FAILED;
}

static void reads_where_nothing_can_be_written(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	bool cannot = false;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 3000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	/* First while the writer is at work, then after it has closed and taken its log
	 * with it. */
	for (int closed = 0; closed < 2 && !cannot; closed++) {
		int status;
		pid_t pid;

		if (closed) {
			char name[128];

			store_close(r->st);
			r->st = NULL;
			snprintf(name, sizeof name, "%s-wal", r->path);
			assert_int_not_equal(access(name, F_OK), 0);
		}
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(read_in_read_only_folder(r, true));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (geteuid() != 0)
			chmod(r->dir, 0700);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == CHILD_CANNOT)
			cannot = true;
		else if (WEXITSTATUS(status) != CHILD_FINE)
			fail_msg("%s the writer", closed ? "after" : "beside");
	}
	if (cannot) {
		print_message("no read-only mount can be made here\n");
		skip();
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(opens_what_it_made),
		TEST(gives_each_project_its_own_id),
		TEST(refuses_to_make_what_is_there),
		cmocka_unit_test(refuses_what_is_not_there),
		TEST(refuses_what_is_not_ours),
		cmocka_unit_test(refuses_a_meta_table_that_lies),
		TEST(refuses_nested_transactions),
		TEST(rolls_back_what_was_not_committed),
		TEST(reads_one_state_while_another_writes),
		TEST(survives_a_damaged_file),
		TEST(goes_on_in_a_store_of_smaller_pages),
		TEST(says_that_the_disk_is_full),
		TEST(takes_nothing_as_written_inside_a_transaction_that_broke),
		TEST(reads_where_nothing_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
