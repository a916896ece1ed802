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
#include "store/store_accept.h"
#include "store/store_logs.h"
#include "store/store_migrate.h"
#include "store/store_mover.h"
#include "store/store_said.h"
#include "store/store_seal.h"
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

static void refuses_a_newer_schema(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	struct store *st;

	store_close(r->st);
	r->st = NULL;
	assert_int_equal(
		rig_sql(r->path, "UPDATE meta SET value = '99' WHERE name = 'schema'"),
		SQLITE_OK);
	fails(store_open(r->path, STORE_READ, &st, &err), ERR_CONFIG);
	fails(store_open(r->path, STORE_WRITE, &st, &err), ERR_CONFIG);
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"), 99);
}

/* ---- migration ---- */

static const struct migration steps[] = {
	{ 2, "CREATE TABLE two (a INTEGER) STRICT; INSERT INTO two VALUES (1)" },
	{ 3, "ALTER TABLE two ADD COLUMN b TEXT NOT NULL DEFAULT ''" },
	{ 4, "INSERT INTO two VALUES (3, 'x'); INSERT INTO nowhere VALUES (1)" },
};

static void migrates_step_by_step(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;

	ok(store_migrate_steps(r->st, 2, 3, steps, COUNT_OF(steps), &err));
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"), 3);
	ok(store_migrate_steps(r->st, 3, 4, steps, COUNT_OF(steps), &err));
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"), 4);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM two WHERE b = ''"), 1);
	ok(store_migrate_steps(r->st, 4, 4, steps, COUNT_OF(steps), &err));

	/* A step that fails leaves what was before it. */
	fails(store_migrate_steps(r->st, 4, 5, steps, COUNT_OF(steps), &err), ERR_BUG);
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"), 4);
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM two"), 1);
	/* There is no way from there to here. */
	fails(store_migrate_steps(r->st, 7, 8, steps, COUNT_OF(steps), &err), ERR_CONFIG);
}

static void leaves_a_whole_schema_when_killed_between(void **state)
{
	struct rig *r = *state;
	pid_t pid;
	int status;

	store_close(r->st);
	r->st = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err = ERR_INIT;

		if (!store_open(r->path, STORE_WRITE, &r->st, &err) ||
		    !store_migrate_steps(r->st, 2, 3, steps, COUNT_OF(steps), &err) ||
		    !store_begin(r->st, &err) || !db_exec(r->st, steps[1].sql, &err))
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"), 3);
	assert_int_equal(
		rig_number(r->path, "SELECT count(*) FROM pragma_table_info('two')"), 1);
}

/* Tables with their columns, indexes and triggers, whatever the words of the SQL. */
static const char sql_shape[] =
	"SELECT group_concat(x, char(10)) FROM (SELECT type || ' ' || tbl_name || ' ' ||"
	" s.name || ' ' || coalesce((SELECT group_concat(c.name || ' ' || c.type || ' ' "
	"||"
	" c.\"notnull\" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk, ', ')"
	" FROM pragma_table_info(s.name) c), '') AS x FROM sqlite_schema s ORDER BY x)";

static char *shape_of(const char *path)
{
	sqlite3 *db;
	sqlite3_stmt *q;
	char *text;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql_shape, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	text = mem_strdup((const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	sqlite3_close(db);
	return text;
}

/* A store as schema 1 made it, with a row in each table that later steps touch. */
static void make_schema_1(struct rig *r)
{
	static const char rows[] =
		"PRAGMA application_id = 0x4d4d7374; PRAGMA journal_mode = WAL;"
		"INSERT INTO meta VALUES ('schema', '1'), ('project', hex(zeroblob(16)));"
		"INSERT INTO run VALUES (1, 'verify', '{}', 2, 5, 0, 'grace', '0.1.0');"
		"INSERT INTO transfer VALUES (1, 'anna', 'anna', NULL, NULL, '', 'user', "
		"'',"
		" '', '', '', '', '', '', '', 0);"
		"INSERT INTO finding (transfer, class, severity, side, folder, other, "
		"epoch,"
		" uid, tier, \"key\", octets, old_fact, new_fact, explanation, "
		"fingerprint)"
		" VALUES (1, 0, 1, 0, 'INBOX', '', 1, 1, 1, zeroblob(16), 9, '', '', 'x',"
		" zeroblob(32));";
	struct strbuf sql = STRBUF_INIT;
	struct err err = ERR_INIT;
	sqlite3 *db;
	char *why = NULL;

	ok(fs_read("tests/data/schema-1.sql", 1 << 20, &sql, &err));
	store_close(r->st);
	r->st = NULL;
	assert_int_equal(unlink(r->path), 0);
	assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, strbuf_cstr(&sql), NULL, NULL, &why) != SQLITE_OK ||
	    sqlite3_exec(db, rows, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
	strbuf_done(&sql);
}

static void migrates_each_earlier_schema(void **state)
{
	struct rig *r = *state;
	struct err err = ERR_INIT;
	char *fresh = shape_of(r->path), *migrated;

	make_schema_1(r);
	fails(store_open(r->path, STORE_READ, &r->st, &err), ERR_CONFIG);
	ok(store_open(r->path, STORE_WRITE, &r->st, &err));
	migrated = shape_of(r->path);
	assert_string_equal(migrated, fresh);
	free(migrated);
	free(fresh);
	assert_int_equal(rig_number(r->path, "SELECT n FROM finding WHERE id = 1"), 1);
	assert_int_equal(
		rig_number(r->path, "SELECT value FROM meta WHERE name = 'schema'"),
		store_schema_version());
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

/* ---- append-only ---- */

/* One row in each table of logs and of what persons say. */
static void say_something(struct rig *r, int64_t transfer)
{
	const struct own_login own = { .user = "ada", .at = 5, .address = "192.0.2.1" };
	const struct witness w = { .name = "ada", .at = 5, .source = "list" };
	const struct said s = { .transfer = transfer,
				.at = 5,
				.teller = "grace",
				.decision = "keep",
				.note = "" };
	const struct expected e = { .name = "cron", .teller = "grace", .reason = "cron" };
	const struct log_file f = {
		.run = r->run, .path = "mail.log", .packing = "plain", .note = ""
	};
	struct err err = ERR_INIT;
	int64_t text;

	ok(store_log_text(r->st, span_str("ada"), &text, &err));
	ok(store_log_file_add(r->st, &f, &err));
	ok(store_own_login_add(r->st, &own, &err));
	ok(store_log_own_add(r->st, 1, USE_LOGIN, 5, text, &err));
	ok(store_witness_add(r->st, &w, &err));
	ok(store_said_add(r->st, &s, "{}", &err));
	ok(store_expected_add(r->st, &e, true, "{}", &err));
}

static void refuses_to_edit_what_was_observed(void **state)
{
	static const struct {
		const char *table, *column;
	} cases[] = {
		{ "run", "scope" },
		{ "run_end", "note" },
		{ "ledger", "payload" },
		{ "event", "note" },
		{ "account_seen", "outcome" },
		{ "folder_change", "after" },
		{ "folder_epoch", "uidvalidity" },
		{ "folder_seen", "messages" },
		{ "message_change", "after" },
		{ "keyword_set", "names" },
		{ "seal", "note" },
		{ "seal_folder", "uidnext" },
		{ "acceptance", "reason" },
		{ "accepted", "acceptance" },
		{ "mover_note", "text" },
		{ "log_text", "text" },
		{ "log_file", "note" },
		{ "own_login", "at" },
		{ "log_own", "at" },
		{ "witness", "at" },
		{ "transfer_said", "note" },
		{ "expected", "reason" },
	};
	struct rig *r = *state;
	struct transfer t = { .name = "ada" };
	struct err err = ERR_INIT;
	enum store_put what;
	struct store_row *rows;
	int64_t id;
	struct seal seal = { .at = 5, .run = { 1, 1 }, .teller = "grace", .note = "" };
	struct acceptance taken = {
		.at = 5, .teller = "grace", .reason = "spam", .what = "{}"
	};
	struct sha256 fingerprint = { .bytes = { 1 } };
	struct seal_folder at_seal = { .epoch = 1, .uidnext = 10 };
	struct mover_note note = {
		.folder = "INBOX", .uid = 7, .why = WHY_QUOTA, .text = "full"
	};
	struct mover_note told;
	bool is_new, found;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 9, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_read(r, rows, n - 1, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	ok(store_event_add(r->st, id, "cutover", 5, "grace", "done", &err));
	seal.transfer = id;
	at_seal.folder = r->folder;
	ok(store_seal_add(r->st, &seal, &at_seal, 1, &seal.id, &err));
	ok(store_accept(r->st, &taken, &fingerprint, 1, &err));
	note.transfer = id;
	ok(store_mover_note_add(r->st, &note, &is_new, &err));
	assert_true(is_new);
	ok(store_mover_note_add(r->st, &note, &is_new, &err));
	assert_false(is_new);
	ok(store_mover_note_find(r->st, id, "INBOX", 7, &r->arena, &told, &found, &err));
	assert_true(found && told.why == WHY_QUOTA && strcmp(told.text, "full") == 0);
	ok(store_mover_note_find(r->st, id, "INBOX", 8, &r->arena, &told, &found, &err));
	assert_false(found);
	say_something(r, id);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *table = cases[i].table, *column = cases[i].column;
		char sql[200];
		int64_t rows_before;

		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
		rows_before = rig_number(r->path, sql);
		if (rows_before < 1)
			fail_msg("%s is empty", table);
		snprintf(sql, sizeof sql, "UPDATE %s SET %s = %s", table, column, column);
		if (rig_sql(r->path, sql) != SQLITE_CONSTRAINT)
			fail_msg("%s can be updated", table);
		snprintf(sql, sizeof sql, "DELETE FROM %s", table);
		if (rig_sql(r->path, sql) != SQLITE_CONSTRAINT)
			fail_msg("%s can be deleted from", table);
		/* Through our own handle REPLACE is no way around either. */
		snprintf(sql, sizeof sql, "REPLACE INTO %s SELECT * FROM %s LIMIT 1",
			 table, table);
		if (db_exec(r->st, sql, &err) || strstr(err.text, "append-only") == NULL)
			fail_msg("%s can be replaced: %s", table, err.text);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
		if (rig_number(r->path, sql) != rows_before)
			fail_msg("%s has lost rows", table);
	}
	assert_int_equal(
		rig_number(r->path,
			   "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"),
		2 * COUNT_OF(cases));
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
	enum { PAGE = 4096 };
	struct rig *r = *state;
	struct store_row *rows;
	struct err err = ERR_INIT;
	uint8_t junk[PAGE], keep[PAGE];
	int64_t pages;
	int damaged = 0;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 3000, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	store_close(r->st);
	r->st = NULL;
	pages = rig_number(r->path, "PRAGMA page_count");
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
	ok(store_folder_begin(r->st, r->folder, &s, &w.epoch, &resume, &err));
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
		TEST(refuses_a_newer_schema),
		TEST(migrates_step_by_step),
		TEST(migrates_each_earlier_schema),
		TEST(leaves_a_whole_schema_when_killed_between),
		TEST(refuses_nested_transactions),
		TEST(rolls_back_what_was_not_committed),
		TEST(reads_one_state_while_another_writes),
		TEST(refuses_to_edit_what_was_observed),
		TEST(survives_a_damaged_file),
		TEST(says_that_the_disk_is_full),
		TEST(takes_nothing_as_written_inside_a_transaction_that_broke),
		TEST(reads_where_nothing_can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
