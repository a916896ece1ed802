/* SPDX-License-Identifier: MIT */
/* What all files of lib/store share around SQLite. */
#include "store/store_db.h"

#include <fcntl.h>
#include <string.h>

#include "store/store_keyword.h"

#define AHEAD ((size_t)2 << 20) /* octets that are worth a call */

sqlite3_stmt *db_stmt(struct store *st, enum stmt which, const char *sql)
{
	if (st->stmt[which] == NULL)
		(void)sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
					 &st->stmt[which], NULL);
	return st->stmt[which];
}

/* Our SQL fits our tables: when it does not, they are not as we made them. */
static bool prepare_fail(struct store *st, struct err *err)
{
	if (sqlite3_errcode(st->db) == SQLITE_ERROR)
		return db_damaged(st, sqlite3_errmsg(st->db), err);
	return db_fail(st, err);
}

bool db_prepare(struct store *st, const char *sql, sqlite3_stmt **out, struct err *err)
{
	struct loan *room = NULL;

	for (struct loan *l = st->loan; l < st->loan + LOAN_SLOTS; l++)
		if (l->q == NULL) {
			if (room == NULL)
				room = l;
		} else if (l->sql == sql && !l->lent &&
			   strcmp(sqlite3_sql(l->q), sql) == 0) {
			l->lent = true;
			*out = l->q;
			return true;
		}
	if (sqlite3_prepare_v2(st->db, sql, -1, out, NULL) != SQLITE_OK)
		return prepare_fail(st, err);
	if (room != NULL)
		*room = (struct loan){ .sql = sql, .q = *out, .lent = true };
	return true;
}

void db_return(struct store *st, sqlite3_stmt *q)
{
	if (q == NULL)
		return;
	for (struct loan *l = st->loan; l < st->loan + LOAN_SLOTS; l++)
		if (l->q == q) {
			sqlite3_reset(q);
			sqlite3_clear_bindings(q);
			l->lent = false;
			return;
		}
	sqlite3_finalize(q);
}

bool(db_fail)(struct store *st, struct err *err)
{
	int code = sqlite3_extended_errcode(st->db);
	int sys = sqlite3_system_errno(st->db);

	switch (code & 0xff) {
	case SQLITE_FULL:
		err_set(err, ERR_LOCAL, "%s cannot be written: the disk is full",
			st->path);
		return err_hint(err, "make room and run the same command again; nothing "
				     "committed is lost");
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (sys != 0)
			return err_errno(err, ERR_LOCAL, sys, "%s: %s", st->path,
					 sqlite3_errmsg(st->db));
		return err_set(err, ERR_LOCAL, "%s: %s", st->path,
			       sqlite3_errmsg(st->db));
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_NOLFS:
	case SQLITE_NOMEM:
	case SQLITE_PROTOCOL:
		return err_set(err, ERR_LOCAL, "%s: %s", st->path,
			       sqlite3_errmsg(st->db));
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(err, ERR_LOCKED, "%s is locked by another program", st->path);
		return err_hint(err, "close what has the file open and try again");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return db_damaged(st, sqlite3_errmsg(st->db), err);
	case SQLITE_TOOBIG:
		return err_set(err, ERR_LIMIT, "%s: %s", st->path,
			       sqlite3_errmsg(st->db));
	}
	return err_set(err, ERR_BUG, "%s: %s (SQLite %d)", st->path,
		       sqlite3_errmsg(st->db), code);
}

bool(db_damaged)(struct store *st, const char *what, struct err *err)
{
	err_set(err, ERR_LEDGER, "%s is damaged: %s", st->path, what);
	return err_hint(err, "restore the file from a backup; the evidence in it can no "
			     "longer be trusted");
}

enum next db_next(struct store *st, sqlite3_stmt *q, struct err *err)
{
	if (q == NULL) {
		prepare_fail(st, err);
		return NEXT_FAIL;
	}
	/* After some errors SQLite rolls back by itself; what follows would be committed
	 * piecemeal. */
	if (st->tx && sqlite3_get_autocommit(st->db)) {
		err_set(err, ERR_LOCAL,
			"%s: the transaction was rolled back after an error", st->path);
		return NEXT_FAIL;
	}
	switch (sqlite3_step(q)) {
	case SQLITE_ROW:
		return NEXT_ITEM;
	case SQLITE_DONE:
		return NEXT_END;
	}
	db_fail(st, err);
	return NEXT_FAIL;
}

bool db_run(struct store *st, sqlite3_stmt *q, struct err *err)
{
	enum next n;

	do
		n = db_next(st, q, err);
	while (n == NEXT_ITEM);
	sqlite3_reset(q);
	return n == NEXT_END;
}

bool db_list(struct store *st, sqlite3_stmt *q, size_t size,
	     bool (*read)(struct store *st, sqlite3_stmt *q, struct arena *arena,
			  void *item, struct err *err),
	     struct arena *arena, void **out, size_t *n_out, struct err *err)
{
	size_t n = 0, cap = 0;
	char *list = NULL;
	enum next next;

	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		if (n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			list = mem_realloc(list, cap * size);
		}
		if (!read(st, q, arena, list + n * size, err)) {
			next = NEXT_FAIL;
			break;
		}
		n++;
	}
	db_return(st, q);
	if (next == NEXT_END) {
		*out = arena_alloc(arena, n * size);
		if (n > 0)
			memcpy(*out, list, n * size);
		*n_out = n;
	}
	free(list);
	return next == NEXT_END;
}

bool db_exec(struct store *st, const char *sql, struct err *err)
{
	if (sqlite3_exec(st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(st, err);
	return true;
}

bool db_tx_begin(struct store *st, bool *own, struct err *err)
{
	*own = !st->tx;
	return st->tx || store_begin(st, err);
}

bool db_tx_end(struct store *st, bool own, bool ok, struct err *err)
{
	if (!own)
		return ok;
	if (ok && store_commit(st, err))
		return true;
	store_rollback(st);
	return false;
}

bool db_durable(struct store *st, bool on, struct err *err)
{
	if (st->tx)
		return true;
	return db_exec(st,
		       on ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
		       err);
}

/* Of the log no lock is held, so it may be opened beside SQLite, and closed. */
void db_ahead(struct store *st, size_t octets)
{
	struct strbuf path = STRBUF_INIT;

	st->ahead += octets;
	if (st->ahead < AHEAD)
		return;
	st->ahead = 0;
	if (st->wal == 0) {
		strbuf_addf(&path, "%s-wal", st->path);
		st->wal = open(strbuf_cstr(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		strbuf_done(&path);
	}
	if (st->wal > 0) /* it is no more than a hint */
		(void)sync_file_range(st->wal, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void db_bind_str(sqlite3_stmt *q, int at, const char *s)
{
	if (s == NULL)
		sqlite3_bind_null(q, at);
	else
		sqlite3_bind_text(q, at, s, -1, SQLITE_STATIC);
}

void db_bind_transfers(sqlite3_stmt *q, int64_t transfer)
{
	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int64(q, 2, transfer == 0 ? INT64_MAX : transfer);
}

void db_bind_id(sqlite3_stmt *q, int at, int64_t id)
{
	if (id == 0)
		sqlite3_bind_null(q, at);
	else
		sqlite3_bind_int64(q, at, id);
}

void db_bind_digest(sqlite3_stmt *q, int at, const struct sha256 *d)
{
	sqlite3_bind_blob(q, at, d->bytes, sizeof d->bytes, SQLITE_STATIC);
}

void db_bind_key(sqlite3_stmt *q, int at, const struct msg_key *key)
{
	sqlite3_bind_blob(q, at, key->bytes, sizeof key->bytes, SQLITE_STATIC);
}

void db_bind_date(sqlite3_stmt *q, int at, int64_t date)
{
	if (date == MSG_DATE_UNKNOWN)
		sqlite3_bind_null(q, at);
	else
		sqlite3_bind_int64(q, at, date);
}

const char *db_str(sqlite3_stmt *q, int at, struct arena *arena)
{
	if (sqlite3_column_type(q, at) == SQLITE_NULL)
		return NULL;
	return arena_strdup(arena, db_text(q, at));
}

const char *db_text(sqlite3_stmt *q, int at)
{
	const unsigned char *s = sqlite3_column_text(q, at);

	return s == NULL ? "" : (const char *)s;
}

const char *db_text_in(sqlite3_stmt *q, int at, struct arena *arena)
{
	return arena_strdup(arena, db_text(q, at));
}

int64_t db_date(sqlite3_stmt *q, int at)
{
	if (sqlite3_column_type(q, at) == SQLITE_NULL)
		return MSG_DATE_UNKNOWN;
	return sqlite3_column_int64(q, at);
}

bool db_digest(struct store *st, sqlite3_stmt *q, int at, struct sha256 *out,
	       struct err *err)
{
	if (sqlite3_column_bytes(q, at) != (int)sizeof out->bytes)
		return db_damaged(st, "a digest has not 32 octets", err);
	memcpy(out->bytes, sqlite3_column_blob(q, at), sizeof out->bytes);
	return true;
}

bool db_key(struct store *st, sqlite3_stmt *q, int at, struct msg_key *out,
	    struct err *err)
{
	if (sqlite3_column_bytes(q, at) != (int)sizeof out->bytes)
		return db_damaged(st, "a message key has not 16 octets", err);
	memcpy(out->bytes, sqlite3_column_blob(q, at), sizeof out->bytes);
	return true;
}

bool db_enum(struct store *st, sqlite3_stmt *q, int at, int count, int *out,
	     struct err *err)
{
	int64_t v = sqlite3_column_int64(q, at);

	if (v < 0 || v >= count)
		return db_damaged(st, "a value is outside its list", err);
	*out = (int)v;
	return true;
}

bool db_need_run(struct store *st, struct err *err)
{
	if (st->run == 0)
		return err_set(err, ERR_BUG, "%s: no run was begun", st->path);
	return true;
}
