/* SPDX-License-Identifier: MIT */
/* Making, opening and closing a store; transactions. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/trace.h"
#include "store/store_db.h"
#include "store/store_keyword.h"
#include "store/store_migrate.h"
#include "store/store_window.h"

/* In the file header, for file(1) and for us: "MMst". */
#define APPLICATION_ID 0x4d4d7374
#define TEXT_OF(x)     #x
#define NUMBER_TEXT(x) TEXT_OF(x)

/* Longer than ISO C asks compilers to support, which gcc and clang both do. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const char schema[] =
#include "schema_sql.h"
	;
#pragma GCC diagnostic pop

/*
 * The sorter of an ORDER BY keeps at most cache_size in memory and merges from files; the
 * messages of a folder have a sort of their own (store_sort.h).  See store.h for where
 * the files are and what both and the page cache may take.
 */
static const char settings[] =
	"PRAGMA foreign_keys = ON;"
	"PRAGMA recursive_triggers = ON;" /* or REPLACE would delete without asking the
					     triggers */
	"PRAGMA trusted_schema = OFF;"
	"PRAGMA cell_size_check = ON;"
	"PRAGMA mmap_size = 0;"
	"PRAGMA temp_store = FILE;"
	"PRAGMA threads = 0;"
	"PRAGMA cache_size = -6144;";
/*
 * Of a new store, before anything is written; one of before keeps its pages of 4,096.
 * SQLite makes four calls for each page: two into the write-ahead log, one out of it, one
 * into the database.  Pages of 16,384 spare some more of them, but a transaction of an
 * account writes a page here and there, and would write four times the octets.
 */
static const char settings_new[] = "PRAGMA page_size = 8192;";
static const char settings_write[] = "PRAGMA journal_mode = WAL;"
				     "PRAGMA synchronous = NORMAL;"
				     "PRAGMA journal_size_limit = 16777216;";

int store_schema_version(void)
{
	return STORE_SCHEMA;
}

const char *store_versions(void)
{
	static char text[64];

	snprintf(text, sizeof text, "SQLite %s", sqlite3_libversion());
	return text;
}

const char *store_project_id(const struct store *st)
{
	return st->project;
}

static struct store *store_new(const char *path)
{
	struct store *st = mem_calloc(1, sizeof *st);

	st->path = mem_strdup(path);
	st->sha = sha256_new();
	st->sorts = STORE_SORT_POOL_INIT;
	return st;
}

/* Once, before SQLite does anything: it counts what memory it takes, for nobody here, which
 * costs two locks for each piece of it. */
static void configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* immutable: SQLite takes no locks and wants no -shm, so that a folder where nothing can
 * be written will do. */
static bool open_file(struct store *st, int flags, bool immutable, struct err *err)
{
	struct strbuf uri = STRBUF_INIT;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *name = st->path;
	int code;

	(void)pthread_once(&once, configure);
	if (immutable) {
		strbuf_adds(&uri, "file:");
		for (const char *s = st->path; *s != '\0'; s++) {
			if (*s == '%' || *s == '?' || *s == '#')
				strbuf_addf(&uri, "%%%02x", (unsigned)(unsigned char)*s);
			else
				strbuf_addc(&uri, *s);
		}
		strbuf_adds(&uri, "?immutable=1");
		name = strbuf_cstr(&uri);
		flags |= SQLITE_OPEN_URI;
	}
	code = sqlite3_open_v2(name, &st->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	strbuf_done(&uri);
	if (code != SQLITE_OK)
		return db_fail(st, err);
	sqlite3_extended_result_codes(st->db, 1);
	sqlite3_busy_timeout(st->db, 10000);
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return db_exec(st, settings, err) && messages_prepare(st, err);
}

/* A number that a pragma answers. */
static bool pragma(struct store *st, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = false;

	if (!db_prepare(st, sql, &q, err))
		return false;
	if (db_next(st, q, err) == NEXT_ITEM) {
		*out = sqlite3_column_int64(q, 0);
		ok = true;
	}
	db_return(st, q);
	return ok;
}

static const char sql_meta_get[] = "SELECT value FROM meta WHERE name = ?1";

static bool meta_get(struct store *st, const char *name, char *buf, size_t size,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_META_GET, sql_meta_get);
	enum next n;
	bool ok = false;

	db_bind_str(q, 1, name);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && (size_t)sqlite3_column_bytes(q, 0) < size) {
		snprintf(buf, size, "%s", db_text(q, 0));
		ok = true;
	} else if (n != NEXT_FAIL) {
		db_damaged(st, "table meta is not as we wrote it", err);
	}
	sqlite3_reset(q);
	return ok;
}

/* Is this ours, and which schema has it? */
static bool identify(struct store *st, int64_t *schema_out, struct err *err)
{
	int64_t id = 0;
	char text[16];

	if (!pragma(st, "PRAGMA application_id", &id, err))
		return false;
	if (id != APPLICATION_ID) {
		err_set(err, ERR_LEDGER, "%s is not a mailmuster database", st->path);
		return err_hint(err, "if 'mailmuster init' was interrupted, remove the "
				     "file and run it again");
	}
	if (!meta_get(st, "schema", text, sizeof text, err) ||
	    !meta_get(st, "project", st->project, sizeof st->project, err))
		return false;
	if (!num_i64(span_str(text), 1, INT32_MAX, schema_out) ||
	    strlen(st->project) != 32)
		return db_damaged(st, "table meta is not as we wrote it", err);
	return true;
}

static bool check_schema(struct store *st, enum store_mode mode, int64_t found,
			 struct err *err)
{
	if (found > STORE_SCHEMA) {
		err_set(err, ERR_CONFIG,
			"%s has schema %lld, this program knows up to %d", st->path,
			(long long)found, STORE_SCHEMA);
		return err_hint(err, "use the newer mailmuster that wrote it");
	}
	if (found < STORE_SCHEMA && mode == STORE_READ) {
		err_set(err, ERR_CONFIG, "%s has schema %lld, this program reads %d",
			st->path, (long long)found, STORE_SCHEMA);
		return err_hint(
			err,
			"run 'mailmuster status' once where the project can be written");
	}
	return true;
}

bool store_create(const char *path, struct err *err)
{
	struct store *st = store_new(path);
	bool ok = false;
	int fd;

	/* The evidence tells how people behave: for its owner only.  SQLite gives -wal
	 * and -shm the same mode. */
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot make %s", path);
		goto out;
	}
	close(fd);
	ok = open_file(st, SQLITE_OPEN_READWRITE, false, err) &&
	     db_exec(st, settings_new, err) && db_exec(st, settings_write, err) &&
	     store_begin(st, err) &&
	     db_exec(st, "PRAGMA application_id = " NUMBER_TEXT(APPLICATION_ID), err) &&
	     db_exec(st, schema, err) &&
	     db_exec(st,
		     "INSERT INTO meta (name, value) VALUES ('schema', '" NUMBER_TEXT(
			     STORE_SCHEMA) "'),"
					   " ('project', lower(hex(randomblob(16))))",
		     err) &&
	     store_commit(st, err);
	if (!ok)
		unlink(path);
out:
	store_close(st);
	return ok;
}

/* Nothing waits in the write-ahead log: the database file alone is the whole truth. */
static bool log_is_empty(const char *path)
{
	struct strbuf name = STRBUF_INIT;
	struct stat sb;
	bool empty;

	strbuf_addf(&name, "%s-wal", path);
	empty = stat(strbuf_cstr(&name), &sb) != 0 ? errno == ENOENT : sb.st_size == 0;
	strbuf_done(&name);
	return empty;
}

static void disconnect(struct store *st)
{
	for (size_t i = 0; i < STMT_COUNT; i++) {
		sqlite3_finalize(st->stmt[i]);
		st->stmt[i] = NULL;
	}
	for (size_t i = 0; i < LOAN_SLOTS; i++) {
		sqlite3_finalize(st->loan[i].q);
		st->loan[i] = (struct loan){ 0 };
	}
	if (st->wal > 0)
		close(st->wal);
	st->wal = 0;
	sqlite3_close_v2(st->db);
	st->db = NULL;
}

static bool open_read(struct store *st, int64_t *found, struct err *err)
{
	struct err first = ERR_INIT;
	int code;

	if (open_file(st, SQLITE_OPEN_READONLY, false, &first) &&
	    identify(st, found, &first))
		goto opened;
	code = sqlite3_errcode(st->db) & 0xff;
	if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY &&
	     code != SQLITE_IOERR) ||
	    !log_is_empty(st->path)) {
		*err = first;
		return false;
	}
	trace(TRACE_STORE, "%s: nothing can be written here, opened as it stands",
	      st->path);
	disconnect(st);
	if (!open_file(st, SQLITE_OPEN_READONLY, true, err) || !identify(st, found, err))
		return false;
opened:
	return db_exec(st, "PRAGMA query_only = ON", err);
}

bool store_open(const char *path, enum store_mode mode, struct store **out,
		struct err *err)
{
	struct store *st = store_new(path);
	struct stat sb;
	int64_t found = 0;
	bool ok = false;

	if (stat(path, &sb) != 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			err_set(err, ERR_NO_PROJECT, "there is no %s", path);
		else
			err_errno(err, ERR_LOCAL, errno, "%s", path);
		goto out;
	}
	if (mode == STORE_READ) {
		if (!open_read(st, &found, err))
			goto out;
	} else if (!open_file(st, SQLITE_OPEN_READWRITE, false, err) ||
		   !identify(st, &found, err)) {
		goto out;
	} else if (sqlite3_db_readonly(st->db, "main") ==
		   1) { /* SQLite falls back without a word */
		err_set(err, ERR_LOCAL, "%s may not be written", path);
		goto out;
	}
	if (!check_schema(st, mode, found, err))
		goto out;
	if (mode == STORE_WRITE &&
	    (!db_exec(st, settings_write, err) || !store_migrate(st, found, err)))
		goto out;
	trace(TRACE_STORE, "%s: opened, schema %lld", path, (long long)found);
	*out = st;
	ok = true;
out:
	if (!ok)
		store_close(st);
	return ok;
}

void store_close(struct store *st)
{
	if (st == NULL)
		return;
	if (st->tx)
		store_rollback(st);
	disconnect(st);
	keyword_forget(st);
	bodies_drop(st);
	strbuf_done(&st->canon);
	sha256_free(st->sha);
	free(st->block_row);
	free(st->path);
	free(st);
}

bool store_begin(struct store *st, struct err *err)
{
	if (st->tx)
		return err_set(err, ERR_BUG, "%s: a transaction is open already",
			       st->path);
	if (!db_exec(st, "BEGIN IMMEDIATE", err))
		return false;
	st->tx = st->writing = true;
	return true;
}

bool store_commit(struct store *st, struct err *err)
{
	if (!st->tx || !st->writing)
		return err_set(err, ERR_BUG, "%s: no transaction to commit", st->path);
	if (sqlite3_get_autocommit(st->db)) {
		err_set(err, ERR_LOCAL,
			"%s: the transaction was rolled back after an error", st->path);
		store_rollback(st);
		return false;
	}
	if (!db_exec(st, "COMMIT", err)) {
		store_rollback(st);
		return false;
	}
	st->tx = st->writing = false;
	return true;
}

void store_rollback(struct store *st)
{
	if (!st->tx)
		return;
	if (!sqlite3_get_autocommit(st->db))
		(void)sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	st->tx = st->writing = false;
	keyword_forget(st); /* sets that were never stored may be among them */
	sum_drop_all(st);   /* and rows */
	bodies_drop(st);
}

bool store_read_begin(struct store *st, struct err *err)
{
	int64_t n;

	if (st->tx)
		return err_set(err, ERR_BUG, "%s: a transaction is open already",
			       st->path);
	if (!db_exec(st, "BEGIN", err))
		return false;
	st->tx = true;
	/* The view is fixed by the first read. */
	if (!pragma(st, "SELECT count(*) FROM meta", &n, err)) {
		store_rollback(st);
		return false;
	}
	return true;
}

void store_read_end(struct store *st)
{
	if (!st->writing)
		store_rollback(st);
}
