/* SPDX-License-Identifier: MIT */
#include "store/store_acl.h"

#include "base/clock.h"
#include "store/store_db.h"

/* ---- reading ---- */

static const char sql_grants[] =
	"SELECT who, rights FROM folder_grant WHERE acl = ?1 ORDER BY who";

static bool read_grant(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	(void)st, (void)err;
	*(struct acl_entry *)item = (struct acl_entry){
		.who = db_text_in(q, 0, arena), .rights = db_text_in(q, 1, arena)
	};
	return true;
}

static bool grants(struct store *st, int64_t id, struct arena *arena,
		   struct folder_acl *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_grants, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, id);
	if (!db_list(st, q, sizeof *out->entry, read_grant, arena, &list, &out->n, err))
		return false;
	out->entry = list;
	return true;
}

static const char sql_acls[] =
	"SELECT a.folder, a.words, a.run, a.at, a.id FROM folder f JOIN folder_acl a"
	" ON a.id = (SELECT max(x.id) FROM folder_acl x WHERE x.folder = f.id)"
	" WHERE f.account = ?1 AND f.gone_run IS NULL ORDER BY f.id";

static bool read_acl(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	struct acl_view *out = item;

	*out = (struct acl_view){ .acl = { .folder = sqlite3_column_int64(q, 0),
					   .words = db_text_in(q, 1, arena) },
				  .run = sqlite3_column_int64(q, 2),
				  .at = sqlite3_column_int64(q, 3) };
	return grants(st, sqlite3_column_int64(q, 4), arena, &out->acl, err);
}

bool store_acls(struct store *st, int64_t account, struct arena *arena,
		struct acl_view **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_acls, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	if (!db_list(st, q, sizeof **out, read_acl, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- writing ---- */

static const char sql_acl_last[] =
	"SELECT id, words FROM folder_acl WHERE folder = ?1 ORDER BY id DESC LIMIT 1";

/* Is it what the last list told? */
static bool is_same(struct store *st, const struct folder_acl *a, struct arena *arena,
		    bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACL_LAST, sql_acl_last);
	struct folder_acl was = { 0 };
	int64_t id = 0;
	enum next next;

	sqlite3_bind_int64(q, 1, a->folder);
	next = db_next(st, q, err);
	*out = next == NEXT_ITEM && strcmp(db_text(q, 1), a->words) == 0;
	if (next == NEXT_ITEM)
		id = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (next == NEXT_FAIL || !*out)
		return next != NEXT_FAIL;
	if (!grants(st, id, arena, &was, err))
		return false;
	*out = was.n == a->n;
	for (size_t i = 0; i < a->n && *out; i++)
		*out = strcmp(was.entry[i].who, a->entry[i].who) == 0 &&
		       strcmp(was.entry[i].rights, a->entry[i].rights) == 0;
	return true;
}

static const char sql_acl_add[] =
	"INSERT INTO folder_acl (run, folder, at, words) VALUES (?1, ?2, ?3, ?4)";
static const char sql_grant_add[] =
	"INSERT INTO folder_grant (acl, who, rights) VALUES (?1, ?2, ?3)";

static bool add(struct store *st, const struct folder_acl *a, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACL_ADD, sql_acl_add);
	int64_t id;

	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, a->folder);
	sqlite3_bind_int64(q, 3, clock_now());
	db_bind_str(q, 4, a->words);
	if (!db_run(st, q, err))
		return false;
	id = sqlite3_last_insert_rowid(st->db);
	q = db_stmt(st, STMT_GRANT_ADD, sql_grant_add);
	for (size_t i = 0; i < a->n; i++) {
		if (i > 0 && strcmp(a->entry[i - 1].who, a->entry[i].who) >= 0)
			return err_set(err, ERR_BUG, "a list of rights out of order");
		sqlite3_bind_int64(q, 1, id);
		db_bind_str(q, 2, a->entry[i].who);
		db_bind_str(q, 3, a->entry[i].rights);
		if (!db_run(st, q, err))
			return false;
	}
	return true;
}

bool store_acls_put(struct store *st, const struct folder_acl *list, size_t n,
		    struct err *err)
{
	struct arena arena;
	bool own, ok = true;

	if (n == 0)
		return true;
	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	arena_init(&arena);
	for (size_t i = 0; ok && i < n; i++) {
		bool same = false;

		arena_reset(&arena);
		ok = is_same(st, &list[i], &arena, &same, err) &&
		     (same || add(st, &list[i], err));
	}
	arena_done(&arena);
	return db_tx_end(st, own, ok, err);
}
