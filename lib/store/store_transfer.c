/* SPDX-License-Identifier: MIT */
/* Transfers: which mail is to move where. */
#include "base/text.h"
#include "store/store_account.h"
#include "store/store_db.h"
#include "store/store_verify.h"

#define TRANSFER_COLUMNS                                                                 \
	"t.id, t.name, t.old_account, t.new_account, o.\"user\", n.\"user\","            \
	" t.new_prefix, t.kind, t.decision, t.owner, t.address, t.aliases, t.logins,"    \
	" t.addresses, t.wave, t.note, t.gone, coalesce(o.tree, ''),"                    \
	" coalesce(n.tree, '') FROM transfer t"                                          \
	" LEFT JOIN account o ON o.id = t.old_account"                                   \
	" LEFT JOIN account n ON n.id = t.new_account"

static const char sql_transfer_find[] = "SELECT " TRANSFER_COLUMNS
					" WHERE t.name_fold = ?1";
static const char sql_transfers[] = "SELECT " TRANSFER_COLUMNS
				    " WHERE t.gone = 0 OR ?1 ORDER BY t.name_fold";

static bool read_transfer(struct store *st, sqlite3_stmt *q, struct arena *arena,
			  void *item, struct err *err)
{
	struct transfer *out = item;
	enum account_kind kind;

	if (!account_kind_parse(db_text(q, 7), &kind))
		return db_damaged(st, "a transfer of unknown kind", err);
	*out = (struct transfer){ .id = sqlite3_column_int64(q, 0),
				  .name = db_text_in(q, 1, arena),
				  .old_account = sqlite3_column_int64(q, 2),
				  .new_account = sqlite3_column_int64(q, 3),
				  .old_user = db_str(q, 4, arena),
				  .new_user = db_str(q, 5, arena),
				  .new_prefix = db_text_in(q, 6, arena),
				  .kind = kind,
				  .decision = db_text_in(q, 8, arena),
				  .owner = db_text_in(q, 9, arena),
				  .address = db_text_in(q, 10, arena),
				  .aliases = db_text_in(q, 11, arena),
				  .logins = db_text_in(q, 12, arena),
				  .addresses = db_text_in(q, 13, arena),
				  .wave = db_text_in(q, 14, arena),
				  .note = db_text_in(q, 15, arena),
				  .gone = sqlite3_column_int64(q, 16),
				  .old_tree = db_text_in(q, 17, arena),
				  .new_tree = db_text_in(q, 18, arena) };
	return true;
}

bool store_transfer_find(struct store *st, const char *name, struct arena *arena,
			 struct transfer *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_TRANSFER_FIND, sql_transfer_find);
	bool ok;
	enum next n;

	db_bind_str(q, 1, text_fold(arena, span_str(name)));
	n = db_next(st, q, err);
	ok = n == NEXT_END || (n == NEXT_ITEM && read_transfer(st, q, arena, out, err));
	sqlite3_reset(q);
	if (ok)
		*found_out = n == NEXT_ITEM;
	return ok;
}

bool store_transfers(struct store *st, bool with_gone, struct arena *arena,
		     struct transfer **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_transfers, &q, err))
		return false;
	sqlite3_bind_int(q, 1, with_gone);
	if (!db_list(st, q, sizeof **out, read_transfer, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char *or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

static bool same(const char *given, const char *stored)
{
	return strcmp(or_empty(given), stored) == 0;
}

/* What is judged is the same. */
static bool same_mail(const struct transfer *t, const struct transfer *stored)
{
	return t->old_account == stored->old_account &&
	       t->new_account == stored->new_account &&
	       same(t->new_prefix, stored->new_prefix) &&
	       same(t->decision, stored->decision);
}

static bool same_transfer(const struct transfer *t, const struct transfer *stored)
{
	return strcmp(t->name, stored->name) == 0 && same_mail(t, stored) &&
	       t->kind == stored->kind && same(t->owner, stored->owner) &&
	       same(t->address, stored->address) && same(t->aliases, stored->aliases) &&
	       same(t->logins, stored->logins) && same(t->addresses, stored->addresses) &&
	       same(t->wave, stored->wave) && same(t->note, stored->note) &&
	       stored->gone == 0;
}

static const char sql_transfer_add[] =
	"INSERT INTO transfer (name, name_fold, old_account, new_account, new_prefix,"
	" kind, decision, owner, address, aliases, logins, addresses, wave, note, gone)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)";
static const char sql_transfer_set[] =
	"UPDATE transfer SET name = ?1, old_account = ?3, new_account = ?4,"
	" new_prefix = ?5, kind = ?6, decision = ?7, owner = ?8, address = ?9,"
	" aliases = ?10, logins = ?11, addresses = ?12, wave = ?13, note = ?14, gone = 0"
	" WHERE name_fold = ?2";

bool store_transfer_put(struct store *st, const struct transfer *t, int64_t *id_out,
			enum store_put *what_out, struct err *err)
{
	struct transfer stored = { 0 };
	struct arena arena;
	bool found = false, ok = false;
	sqlite3_stmt *q;

	arena_init(&arena);
	if (!store_transfer_find(st, t->name, &arena, &stored, &found, err))
		goto out;
	if (found && same_transfer(t, &stored)) {
		*id_out = stored.id;
		*what_out = STORE_SAME;
		ok = true;
		goto out;
	}
	/* A verdict on other mail, or on another place for it, is none. */
	if (found && !same_mail(t, &stored) && !store_verify_clear(st, stored.id, err))
		goto out;
	q = found ? db_stmt(st, STMT_TRANSFER_SET, sql_transfer_set)
		  : db_stmt(st, STMT_TRANSFER_ADD, sql_transfer_add);
	db_bind_str(q, 1, t->name);
	db_bind_str(q, 2, text_fold(&arena, span_str(t->name)));
	db_bind_id(q, 3, t->old_account);
	db_bind_id(q, 4, t->new_account);
	db_bind_str(q, 5, or_empty(t->new_prefix));
	db_bind_str(q, 6, account_kind_name(t->kind));
	db_bind_str(q, 7, or_empty(t->decision));
	db_bind_str(q, 8, or_empty(t->owner));
	db_bind_str(q, 9, or_empty(t->address));
	db_bind_str(q, 10, or_empty(t->aliases));
	db_bind_str(q, 11, or_empty(t->logins));
	db_bind_str(q, 12, or_empty(t->addresses));
	db_bind_str(q, 13, or_empty(t->wave));
	db_bind_str(q, 14, or_empty(t->note));
	if (!db_run(st, q, err)) {
		err_wrap(err, "transfer %s", text_shown(&arena, span_str(t->name)));
		goto out;
	}
	*id_out = found ? stored.id : sqlite3_last_insert_rowid(st->db);
	*what_out = found ? STORE_CHANGED : STORE_NEW;
	ok = true;
out:
	arena_done(&arena);
	return ok;
}

static const char sql_transfer_gone[] = "UPDATE transfer SET gone = 1 WHERE id = ?1";

bool store_transfer_gone(struct store *st, int64_t id, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_TRANSFER_GONE, sql_transfer_gone);

	sqlite3_bind_int64(q, 1, id);
	if (!db_run(st, q, err))
		return false;
	if (sqlite3_changes(st->db) != 1)
		return err_set(err, ERR_BUG, "there is no transfer %lld", (long long)id);
	return true;
}
