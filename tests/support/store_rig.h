/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STORE_RIG_H
#define TESTS_SUPPORT_STORE_RIG_H
/*
 * For the tests of lib/store itself: a store below a temporary folder, and raw SQL on its
 * file, as a stranger would use it.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/arena.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_run.h"

struct rig {
	char dir[64], path[96];
	struct store *st;
	struct arena arena;
	int64_t run, account, folder;
};

#define ok(call)                                                                         \
	do {                                                                             \
		if (!(call))                                                             \
			fail_msg("%s: %s", #call, err.text);                             \
	} while (0)
/* The call must fail with this class; the error is forgotten. */
#define fails(call, expected)                                                            \
	do {                                                                             \
		err = ERR_INIT;                                                          \
		if (call)                                                                \
			fail_msg("%s did not fail", #call);                              \
		if (err.cls != (expected))                                               \
			fail_msg("%s: %s, not %s: %s", #call, err_class_name(err.cls),   \
				 err_class_name(expected), err.text);                    \
		assert_true(err.text[0] != '\0');                                        \
		err = ERR_INIT;                                                          \
	} while (0)

static inline void rig_make(struct rig *r)
{
	struct err err = ERR_INIT;

	*r = (struct rig){ 0 };
	arena_init(&r->arena);
	snprintf(r->dir, sizeof r->dir, "/tmp/mailmuster-store-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->path, sizeof r->path, "%s/mailmuster.db", r->dir);
	ok(store_create(r->path, &err));
	ok(store_open(r->path, STORE_WRITE, &r->st, &err));
}

static inline void rig_done(struct rig *r)
{
	DIR *d;

	store_close(r->st);
	arena_done(&r->arena);
	d = opendir(r->dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	closedir(d);
	assert_int_equal(rmdir(r->dir), 0);
}

static inline int rig_setup(void **state)
{
	struct rig *r = mem_alloc(sizeof *r);

	rig_make(r);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	rig_done(*state);
	free(*state);
	return 0;
}

static inline void rig_reopen(struct rig *r)
{
	struct err err = ERR_INIT;

	store_close(r->st);
	r->st = NULL;
	ok(store_open(r->path, STORE_WRITE, &r->st, &err));
}

/* SQL on a file through a connection of its own; the result code. */
static inline int rig_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	int code;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_close(db);
	return code;
}

/* The one number that a query gives; -999 for NULL or no row. */
static inline int64_t rig_number(const char *path, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	int64_t n = -999;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return n;
}

/* The same for text; "" for NULL or no row. */
static inline const char *rig_text(struct rig *r, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	const char *text = "";

	assert_int_equal(sqlite3_open_v2(r->path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0) != NULL)
		text = arena_strdup(&r->arena, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	sqlite3_close(db);
	return text;
}

static inline void rig_run(struct rig *r, enum depth depth)
{
	struct run run = { .command = "audit",
			   .scope = "{}",
			   .depth = depth,
			   .operator_name = "tester" };
	struct err err = ERR_INIT;

	ok(store_run_begin(r->st, &run, &r->run, &err));
}

static inline void rig_run_end(struct rig *r)
{
	struct err err = ERR_INIT;

	ok(store_run_end(r->st, r->run, RUN_COMPLETE, NULL, NULL, &err));
}

/* An account with these folders is listed; *folder is the row of the first. */
static inline void rig_list(struct rig *r, const char *const *names, size_t n)
{
	struct account a = { .side = SIDE_OLD, .user = "ada" };
	struct account_listing l = { .prefix = "", .delim = '/', .folder_n = n };
	struct err err = ERR_INIT;

	ok(store_account_put(r->st, &a, &r->account, &err));
	l.account = r->account;
	l.folders = arena_alloc(&r->arena, (n + 1) * sizeof *l.folders);
	for (size_t i = 0; i < n; i++)
		l.folders[i] = (struct folder){ .wire = names[i],
						.name = names[i],
						.delim = '/' };
	ok(store_listing(r->st, &l, &err));
	if (n > 0)
		r->folder = l.folders[0].id;
}

static inline void rig_account_end(struct rig *r, enum account_outcome outcome,
				   enum depth depth)
{
	struct account_end e = { .account = r->account,
				 .outcome = outcome,
				 .depth = depth,
				 .error = "",
				 .tls = "none" };
	struct err err = ERR_INIT;

	ok(store_account_end(r->st, &e, &err));
}

/* A run that has listed one folder. */
static inline void rig_start(struct rig *r, enum depth depth)
{
	static const char *const inbox[] = { "INBOX" };

	rig_run(r, depth);
	rig_list(r, inbox, 1);
}

static inline struct store_row rig_row(uint32_t uid)
{
	struct store_row row = { .m = { .uid = uid,
					.tier = TIER_ID,
					.flags = (uint8_t)(uid % 32),
					.octets = 1000 + uid % 977,
					.date = 1300000000 + (int64_t)uid },
				 .keywords = uid % 3 == 0 ? "$Forwarded Work" : "" };
	uint64_t h = (uid + 1) * 0x9e3779b97f4a7c15u;

	memcpy(row.m.key.bytes, &h, sizeof h);
	return row;
}

/* Rows lo to hi, every step-th; the caller frees. */
static inline struct store_row *rig_rows(uint32_t lo, uint32_t hi, uint32_t step,
					 size_t *n_out)
{
	struct store_row *rows = mem_calloc((hi - lo) / step + 1, sizeof *rows);
	size_t n = 0;

	for (uint64_t uid = lo; uid <= hi; uid += step)
		rows[n++] = rig_row((uint32_t)uid);
	*n_out = n;
	return rows;
}

static inline struct folder_state rig_state(int64_t exists)
{
	return (struct folder_state){ .uidvalidity = 7,
				      .uidnext = 9999,
				      .modseq = 5,
				      .exists = exists,
				      .octets = -1 };
}

static inline int64_t rig_begin(struct rig *r, const struct folder_state *s)
{
	struct err err = ERR_INIT;
	uint32_t resume;
	int64_t epoch;

	ok(store_folder_begin(r->st, r->folder, s, false, &epoch, &resume, &err));
	return epoch;
}

static inline void rig_put(struct rig *r, int64_t epoch, uint32_t lo, uint32_t hi,
			   struct store_row *rows, size_t n, enum depth depth)
{
	struct store_window w = { .epoch = epoch,
				  .lo = lo,
				  .hi = hi,
				  .rows = rows,
				  .row_n = n,
				  .depth = depth };
	struct err err = ERR_INIT;

	ok(store_window_put(r->st, &w, &err));
}

static inline void rig_end(struct rig *r, int64_t epoch, const struct folder_state *s,
			   enum depth depth)
{
	struct folder_end e = { .folder = r->folder,
				.epoch = epoch,
				.outcome = FOLDER_READ,
				.state = *s,
				.depth = depth,
				.error = "" };
	struct err err = ERR_INIT;

	ok(store_folder_end(r->st, &e, &err));
}

/* Read the folder as these rows, in one window to its end. */
static inline void rig_read(struct rig *r, struct store_row *rows, size_t n,
			    enum depth depth)
{
	struct folder_state s = rig_state((int64_t)n);
	struct store_window w = { .epoch = rig_begin(r, &s),
				  .lo = 1,
				  .hi = UINT32_MAX,
				  .rows = rows,
				  .row_n = n,
				  .depth = depth };
	struct err err = ERR_INIT;

	ok(store_window_put(r->st, &w, &err));
	rig_end(r, w.epoch, &s, depth);
}

/* Digest of the folder as it was last read. */
static inline struct sha256 rig_digest(struct rig *r)
{
	struct folder_view *view;
	struct err err = ERR_INIT;
	size_t n;

	ok(store_folders(r->st, r->account, false, &r->arena, &view, &n, &err));
	for (size_t i = 0; i < n; i++)
		if (view[i].folder.id == r->folder)
			return view[i].digest;
	fail_msg("the folder is not listed");
	return (struct sha256){ { 0 } };
}

#define assert_digest_equal(a, b)     assert_memory_equal((a).bytes, (b).bytes, 32)
#define assert_digest_not_equal(a, b) assert_memory_not_equal((a).bytes, (b).bytes, 32)

/* Messages of an epoch.  Not inline: an iterator is large, and frames are limited. */
static __attribute__((unused, noinline)) size_t rig_count(struct rig *r, int64_t epoch)
{
	struct store_messages *it;
	struct err err = ERR_INIT;
	struct message m;
	enum next next;
	size_t n = 0;

	ok(store_messages_open(r->st, epoch, STORE_BY_UID, &it, &err));
	while ((next = store_messages_next(it, &m, &err)) == NEXT_ITEM)
		n++;
	assert_int_equal(next, NEXT_END);
	store_messages_close(it);
	return n;
}

#endif
