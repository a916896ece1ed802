/* SPDX-License-Identifier: MIT */
/* What an account shows before its folders are read, and how the reading ended. */
#include "base/clock.h"
#include "store/store_acl.h"
#include "store/store_db.h"
#include "store/store_folder.h"
#include "store/store_known.h"
#include "store/store_limit.h"

/* A folder as stored. */
struct stored {
	int64_t id;
	struct span wire;
	const char *name;
	int64_t state;
	bool gone;
};

/* What folder_change records of a folder. */
static int64_t state_of(char delim, unsigned attrs)
{
	return (int64_t)(uint8_t)delim << 32 | (attrs & FOLDER_STABLE_MASK);
}

static int by_wire(const void *a, const void *b)
{
	const struct folder *const *x = a, *const *y = b;

	return strcmp((*x)->wire, (*y)->wire);
}

/* Sorted by wire name.  A server may list a folder twice: attributes of both count. */
static struct folder **sorted(struct arena *arena, const struct account_listing *l)
{
	struct folder **list = arena_alloc(arena, (l->folder_n + 1) * sizeof *list);

	for (size_t i = 0; i < l->folder_n; i++)
		list[i] = &l->folders[i];
	qsort(list, l->folder_n, sizeof *list, by_wire);
	for (size_t i = 1; i < l->folder_n; i++)
		if (by_wire(&list[i - 1], &list[i]) == 0)
			list[i]->attrs |= list[i - 1]->attrs;
	for (size_t i = l->folder_n; i-- > 1;)
		if (by_wire(&list[i - 1], &list[i]) == 0)
			list[i - 1]->attrs = list[i]->attrs;
	return list;
}

static void hash_listing(struct store *st, const struct account_listing *l,
			 struct folder *const *list, struct sha256 *out)
{
	sha256_begin(st->sha);
	sha256_add_field(st->sha, l->prefix, strlen(l->prefix));
	sha256_add_u64(st->sha, (uint8_t)l->delim);
	for (size_t i = 0; i < l->folder_n; i++) {
		if (i > 0 && by_wire(&list[i - 1], &list[i]) == 0)
			continue;
		sha256_add_field(st->sha, list[i]->wire, strlen(list[i]->wire));
		sha256_add_u64(st->sha,
			       (uint64_t)state_of(list[i]->delim, list[i]->attrs));
	}
	sha256_end(st->sha, out);
}

static const char sql_listing_folders[] =
	"SELECT id, wire, name, attrs + (delim << 32), gone_run IS NOT NULL FROM folder"
	" WHERE account = ?1 ORDER BY wire";

static bool stored_folders(struct store *st, int64_t account, struct arena *arena,
			   struct stored **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LISTING_FOLDERS, sql_listing_folders);
	struct stored *list = NULL;
	size_t n = 0, cap = 0;
	enum next next;

	sqlite3_bind_int64(q, 1, account);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		struct span wire = { sqlite3_column_blob(q, 1),
				     (size_t)sqlite3_column_bytes(q, 1) };

		if (n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			list = mem_realloc(list, cap * sizeof *list);
		}
		list[n++] = (struct stored){ .id = sqlite3_column_int64(q, 0),
					     .wire = { arena_span(arena, wire), wire.n },
					     .name = db_text_in(q, 2, arena),
					     .state = sqlite3_column_int64(q, 3),
					     .gone = sqlite3_column_int(q, 4) != 0 };
	}
	sqlite3_reset(q);
	*out = list;
	*n_out = n;
	return next == NEXT_END;
}

static const char sql_folder_change[] =
	"INSERT INTO folder_change (run, folder, before, after) VALUES (?1, ?2, ?3, ?4)";

/* before and after: -1 is "not there". */
static bool record(struct store *st, int64_t folder, int64_t before, int64_t after,
		   struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FOLDER_CHANGE, sql_folder_change);

	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, folder);
	sqlite3_bind_null(q, 3);
	if (before >= 0)
		sqlite3_bind_int64(q, 3, before);
	sqlite3_bind_null(q, 4);
	if (after >= 0)
		sqlite3_bind_int64(q, 4, after);
	return db_run(st, q, err);
}

static const char sql_folder_add[] =
	"INSERT INTO folder (account, wire, name, delim, attrs, first_run)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
static const char sql_folder_set[] =
	"UPDATE folder SET name = ?2, delim = ?3, attrs = ?4, gone_run = NULL"
	" WHERE id = ?1";

/* known: NULL when the folder is new. */
static bool put_folder(struct store *st, int64_t account, struct folder *f,
		       const struct stored *known, struct err *err)
{
	int64_t state = state_of(f->delim, f->attrs);
	sqlite3_stmt *q;

	if (known != NULL) {
		f->id = known->id;
		if (!known->gone && known->state == state &&
		    strcmp(known->name, f->name) == 0)
			return true;
		q = db_stmt(st, STMT_FOLDER_SET, sql_folder_set);
		sqlite3_bind_int64(q, 1, f->id);
		db_bind_str(q, 2, f->name);
		sqlite3_bind_int(q, 3, (uint8_t)f->delim);
		sqlite3_bind_int64(q, 4, f->attrs & FOLDER_STABLE_MASK);
		return db_run(st, q, err) &&
		       record(st, f->id, known->gone ? -1 : known->state, state, err);
	}
	q = db_stmt(st, STMT_FOLDER_ADD, sql_folder_add);
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_blob(q, 2, f->wire, (int)strlen(f->wire), SQLITE_STATIC);
	db_bind_str(q, 3, f->name);
	sqlite3_bind_int(q, 4, (uint8_t)f->delim);
	sqlite3_bind_int64(q, 5, f->attrs & FOLDER_STABLE_MASK);
	sqlite3_bind_int64(q, 6, st->run);
	if (!db_run(st, q, err))
		return false;
	f->id = sqlite3_last_insert_rowid(st->db);
	return record(st, f->id, -1, state, err);
}

static const char sql_folder_gone[] = "UPDATE folder SET gone_run = ?2 WHERE id = ?1";

static bool gone_folder(struct store *st, const struct stored *known, struct err *err)
{
	struct folder_end end = { .folder = known->id,
				  .outcome = FOLDER_GONE,
				  .state = { .modseq = -1, .exists = -1, .octets = -1 },
				  .error = "" };
	sqlite3_stmt *q = db_stmt(st, STMT_FOLDER_GONE, sql_folder_gone);

	sqlite3_bind_int64(q, 1, known->id);
	sqlite3_bind_int64(q, 2, st->run);
	return db_run(st, q, err) && record(st, known->id, known->state, -1, err) &&
	       store_folder_end(st, &end, err);
}

/* Merge what is listed with what is stored, both by wire name. */
static bool merge(struct store *st, int64_t account, struct folder *const *list, size_t n,
		  const struct stored *stored, size_t stored_n, struct err *err)
{
	size_t i = 0, k = 0;

	while (i < n || k < stored_n) {
		int order = i == n ? 1
			    : k == stored_n
				    ? -1
				    : span_cmp(span_str(list[i]->wire), stored[k].wire);

		if (order > 0) {
			if (!stored[k].gone && !gone_folder(st, &stored[k], err))
				return false;
			k++;
			continue;
		}
		if (!put_folder(st, account, list[i], order == 0 ? &stored[k] : NULL,
				err))
			return false;
		for (i++; i < n && by_wire(&list[i - 1], &list[i]) == 0; i++)
			list[i]->id = list[i - 1]->id;
		k += order == 0;
	}
	return true;
}

static const char sql_banner_add[] =
	"INSERT INTO banner (capability, server_id) VALUES (?1, ?2)"
	" ON CONFLICT DO NOTHING";
static const char sql_banner_get[] =
	"SELECT id FROM banner WHERE capability = ?1 AND server_id = ?2";

static bool banner_id(struct store *st, const struct account_listing *l, int64_t *out,
		      struct err *err)
{
	const char *capability = l->capability == NULL ? "" : l->capability;
	const char *server_id = l->server_id == NULL ? "" : l->server_id;
	sqlite3_stmt *q = db_stmt(st, STMT_BANNER_ADD, sql_banner_add);
	bool ok;

	db_bind_str(q, 1, capability);
	db_bind_str(q, 2, server_id);
	if (!db_run(st, q, err))
		return false;
	q = db_stmt(st, STMT_BANNER_GET, sql_banner_get);
	db_bind_str(q, 1, capability);
	db_bind_str(q, 2, server_id);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return ok;
}

static const char sql_listing_put[] =
	"INSERT INTO account_listing (account, run, at, folders, digest, prefix, delim,"
	" banner, rights) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT "
	"(account) DO UPDATE"
	" SET run = excluded.run, at = excluded.at, folders = excluded.folders,"
	" digest = excluded.digest, prefix = excluded.prefix, delim = excluded.delim,"
	" banner = excluded.banner, rights = excluded.rights";

static bool put_listing(struct store *st, const struct account_listing *l,
			const struct sha256 *digest, struct err *err)
{
	int64_t banner = 0;
	sqlite3_stmt *q;

	if (!banner_id(st, l, &banner, err))
		return false;
	q = db_stmt(st, STMT_LISTING_PUT, sql_listing_put);
	sqlite3_bind_int64(q, 1, l->account);
	sqlite3_bind_int64(q, 2, st->run);
	sqlite3_bind_int64(q, 3, clock_now());
	sqlite3_bind_int64(q, 4, (int64_t)l->folder_n);
	db_bind_digest(q, 5, digest);
	db_bind_str(q, 6, l->prefix);
	sqlite3_bind_int(q, 7, (uint8_t)l->delim);
	sqlite3_bind_int64(q, 8, banner);
	db_bind_str(q, 9, l->rights != NULL ? l->rights : "");
	return db_run(st, q, err);
}

static const char sql_listing_rights[] =
	"SELECT rights FROM account_listing WHERE account = ?1";

/* Does the login have the rights that it had last time? */
static bool same_rights(struct store *st, const struct account_listing *l, bool *out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LISTING_RIGHTS, sql_listing_rights);
	enum next n;

	sqlite3_bind_int64(q, 1, l->account);
	n = db_next(st, q, err);
	*out = n == NEXT_ITEM &&
	       strcmp(db_text(q, 0), l->rights != NULL ? l->rights : "") == 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

bool store_listing(struct store *st, struct account_listing *l, struct err *err)
{
	struct stored *stored = NULL;
	size_t stored_n = 0;
	struct folder **list;
	struct sha256 digest;
	struct arena arena;
	bool own, same = false, ok = false;

	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	arena_init(&arena);
	list = sorted(&arena, l);
	hash_listing(st, l, list, &digest);
	ok = stored_folders(st, l->account, &arena, &stored, &stored_n, err) &&
	     merge(st, l->account, list, l->folder_n, stored, stored_n, err) &&
	     same_rights(st, l, &same, err) && put_listing(st, l, &digest, err) &&
	     (l->known == NULL || !same || known_fill(st, l, err));
	free(stored);
	arena_done(&arena);
	return db_tx_end(st, own, ok, err);
}

static const char sql_account_end[] =
	"INSERT INTO account_seen (run, account, at, outcome, depth, folders,"
	" folders_read, messages, tls, error, listing)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, (SELECT digest"
	" FROM account_listing WHERE account = ?2 AND run = ?1 AND ?4 IN (?11, ?12)))";

bool store_account_end(struct store *st, const struct account_end *e, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_END, sql_account_end);
	bool own, ok;

	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, e->account);
	sqlite3_bind_int64(q, 3, clock_now());
	sqlite3_bind_int(q, 4, (int)e->outcome);
	sqlite3_bind_int(q, 5, (int)e->depth);
	sqlite3_bind_int64(q, 6, e->folders);
	sqlite3_bind_int64(q, 7, e->folders_read);
	sqlite3_bind_int64(q, 8, e->messages);
	db_bind_str(q, 9, e->tls == NULL ? "" : e->tls);
	db_bind_str(q, 10, e->error == NULL ? "" : e->error);
	sqlite3_bind_int(q, 11, ACCOUNT_READ);
	sqlite3_bind_int(q, 12, ACCOUNT_PARTLY);
	ok = db_run(st, q, err) &&
	     store_limits_put(st, e->account, e->limits, e->limit_n, e->limits_known,
			      err) &&
	     store_acls_put(st, e->acls, e->acl_n, err);
	return db_tx_end(st, own, ok, err);
}

static const char sql_account_done[] =
	"SELECT count(*) FROM account_seen WHERE run = ?1 AND account = ?2"
	" AND id > (SELECT seen_from FROM account WHERE id = ?2)";

bool store_account_done(struct store *st, int64_t run, int64_t account, bool *done_out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCOUNT_DONE, sql_account_done);
	bool ok;

	sqlite3_bind_int64(q, 1, run);
	sqlite3_bind_int64(q, 2, account);
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*done_out = sqlite3_column_int64(q, 0) > 0;
	sqlite3_reset(q);
	return ok;
}

/* Newest attempt, newest listing, newest attempt that went well; none of them of another
 * tree than the account's now. */
static const char sql_account_view[] =
	"SELECT s.run, s.at, s.outcome, s.depth, s.folders, s.folders_read, s.messages,"
	" s.error, s.tls, l.prefix, b.capability, b.server_id, l.delim, g.at, g.run,"
	" coalesce(l.run > s.run, 0), (SELECT x.at FROM account_seen x"
	" WHERE x.account = ?1 AND x.id > c.seen_from AND x.outcome IN (?2, ?3)"
	" AND x.depth > ?4"
	" ORDER BY x.id DESC LIMIT 1), l.rights, CASE WHEN c.access = ?5 THEN"
	" coalesce(c.access_reason, '') END"
	" FROM account_seen s JOIN account c ON c.id = s.account"
	" LEFT JOIN account_listing l ON l.account = s.account"
	" LEFT JOIN banner b ON b.id = l.banner LEFT JOIN account_seen g ON g.id ="
	" (SELECT max(x.id) FROM account_seen x WHERE x.account = ?1"
	" AND x.id > c.seen_from AND x.outcome IN (?2, ?3))"
	" WHERE s.id > c.seen_from AND s.id ="
	" (SELECT max(x.id) FROM account_seen x WHERE x.account = ?1)";

static bool read_view(struct store *st, sqlite3_stmt *q, struct arena *arena,
		      struct account_view *out, struct err *err)
{
	int outcome, depth;

	if (!db_enum(st, q, 2, ACCOUNT_OUTCOME_COUNT, &outcome, err) ||
	    !db_enum(st, q, 3, DEPTH_COUNT, &depth, err))
		return false;
	*out = (struct account_view){ .found = true,
				      .run = sqlite3_column_int64(q, 0),
				      .at = sqlite3_column_int64(q, 1),
				      .outcome = (enum account_outcome)outcome,
				      .depth = (enum depth)depth,
				      .folders = sqlite3_column_int64(q, 4),
				      .folders_read = sqlite3_column_int64(q, 5),
				      .messages = sqlite3_column_int64(q, 6),
				      .error = db_text_in(q, 7, arena),
				      .tls = db_text_in(q, 8, arena),
				      .prefix = db_text_in(q, 9, arena),
				      .capability = db_text_in(q, 10, arena),
				      .server_id = db_text_in(q, 11, arena),
				      .delim = (char)sqlite3_column_int(q, 12),
				      .good_at = sqlite3_column_int64(q, 13),
				      .good_run = sqlite3_column_int64(q, 14),
				      .unended = sqlite3_column_int(q, 15) != 0,
				      .deep_at = sqlite3_column_int64(q, 16),
				      .rights = db_text_in(q, 17, arena),
				      .closed = db_str(q, 18, arena) };
	return true;
}

bool store_account_view(struct store *st, int64_t account, struct arena *arena,
			struct account_view *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;
	bool ok;

	if (!db_prepare(st, sql_account_view, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, ACCOUNT_READ);
	sqlite3_bind_int(q, 3, ACCOUNT_PARTLY);
	sqlite3_bind_int(q, 4, DEPTH_COUNTS);
	sqlite3_bind_int(q, 5, ACCESS_NONE);
	n = db_next(st, q, err);
	ok = n == NEXT_END || (n == NEXT_ITEM && read_view(st, q, arena, out, err));
	if (n == NEXT_END)
		*out = (struct account_view){ .error = "",
					      .tls = "",
					      .prefix = "",
					      .capability = "",
					      .server_id = "" };
	db_return(st, q);
	return ok;
}

static const char sql_listing_runs[] =
	"SELECT DISTINCT l.run FROM transfer t JOIN account_listing l ON l.account ="
	" CASE ?1 WHEN 0 THEN t.old_account ELSE t.new_account END"
	" WHERE t.gone = 0 ORDER BY l.run";
_Static_assert(SIDE_OLD == 0, "the number in the statement above");

static bool read_run(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	(void)st, (void)arena, (void)err;
	*(int64_t *)item = sqlite3_column_int64(q, 0);
	return true;
}

bool store_listing_runs(struct store *st, enum side side, struct arena *arena,
			int64_t **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_listing_runs, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	if (!db_list(st, q, sizeof **out, read_run, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_server_said[] =
	"SELECT b.server_id, b.capability FROM account_listing l"
	" JOIN account a ON a.id = l.account JOIN banner b ON b.id = l.banner"
	" WHERE a.side = ?1 ORDER BY l.run DESC, l.at DESC, a.id LIMIT 1";

bool store_server_said(struct store *st, enum side side, struct arena *arena,
		       const char **server_id, const char **capability, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_server_said, &q, err))
		return false;
	sqlite3_bind_int(q, 1, (int)side);
	n = db_next(st, q, err);
	if (n != NEXT_FAIL) {
		*server_id = n == NEXT_ITEM ? db_text_in(q, 0, arena) : "";
		*capability = n == NEXT_ITEM ? db_text_in(q, 1, arena) : "";
	}
	db_return(st, q);
	return n != NEXT_FAIL;
}
