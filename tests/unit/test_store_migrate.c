/* SPDX-License-Identifier: MIT */
/* Stores of earlier schemas become ones of this one, or stay as they were. */
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_a_newer_schema),
		TEST(migrates_step_by_step),
		TEST(leaves_a_whole_schema_when_killed_between),
		TEST(migrates_each_earlier_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
