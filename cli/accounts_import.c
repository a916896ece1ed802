/* SPDX-License-Identifier: MIT */
#include <sys/stat.h>

#include "base/json.h"
#include "base/num.h"
#include "cli/accounts.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "store/store_said.h"

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool put_account(const struct project *p, enum side side, const char *user,
			const struct list_row *row, int64_t *id, struct err *err)
{
	struct account a = { .side = side,
			     .user = user,
			     .tree = side == SIDE_OLD ? row->t.old_tree : row->t.new_tree,
			     .access = row->access,
			     .access_reason = row->access_reason };

	if (user == NULL || !p->config.present[side])
		return true;
	return store_account_put(p->store, &a, id, err);
}

/* May the logins of a transfer be opened as a row says? */
static bool opens_so(const struct project *p, const struct transfer *t,
		     enum access access, struct arena *arena, bool *same_out,
		     struct err *err)
{
	const int64_t id[] = { t->old_account, t->new_account };
	struct account a;

	*same_out = true;
	for (size_t i = 0; i < COUNT_OF(id); i++) {
		if (id[i] == 0)
			continue;
		if (!store_account_get(p->store, id[i], arena, &a, err))
			return false;
		*same_out = *same_out && a.access == access;
	}
	return true;
}

/* What a person said of an account since (accounts set) counts over the list.  moved: its
 * mail lies in another tree than before, or who may open it is another one. */
static bool overlay(const struct project *p, enum access access, struct transfer *t,
		    char **owner, bool *moved, struct err *err)
{
	static const char *const words[] = { "migrate", "archive", "delete", "keep",
					     "forward" };
	struct arena arena;
	struct transfer known;
	struct said said = { 0 };
	bool found, ok, open = true;

	arena_init(&arena);
	ok = store_transfer_find(p->store, t->name, &arena, &known, &found, err) &&
	     (!found || (store_said(p->store, known.id, &arena, &said, err) &&
			 opens_so(p, &known, access, &arena, &open, err)));
	for (size_t i = 0; ok && said.decision != NULL && i < COUNT_OF(words); i++)
		if (strcmp(said.decision, words[i]) == 0)
			t->decision = words[i];
	*moved = ok && found &&
		 (!open ||
		  (known.old_account != 0 && strcmp(known.old_tree, t->old_tree) != 0) ||
		  (known.new_account != 0 && strcmp(known.new_tree, t->new_tree) != 0));
	if (ok && said.owner != NULL)
		*owner = mem_strdup(said.owner);
	arena_done(&arena);
	return ok;
}

static bool put_row(const struct project *p, const struct list_row *row, int64_t *id,
		    struct accounts_change *sum, struct err *err)
{
	struct transfer t = row->t;
	enum store_put what;
	char *owner = NULL;
	bool moved, ok;

	if (!overlay(p, row->access, &t, &owner, &moved, err))
		return false;
	if (!put_account(p, SIDE_OLD, t.old_user, row, &t.old_account, err) ||
	    !put_account(p, SIDE_NEW, t.new_user, row, &t.new_account, err)) {
		free(owner);
		return false;
	}
	t.owner = owner != NULL ? owner : t.owner;
	t.old_user = t.old_account != 0 ? t.old_user : NULL;
	t.new_user = t.new_account != 0 ? t.new_user : NULL;
	ok = store_transfer_put(p->store, &t, id, &what, err);
	free(owner);
	if (!ok)
		return err_wrap(err, "account %s", shown(t.name));
	if (what == STORE_SAME && moved)
		what = STORE_CHANGED;
	sum->added += what == STORE_NEW;
	sum->changed += what == STORE_CHANGED;
	sum->same += what == STORE_SAME;
	return true;
}

/* What is listed in the store and not in ids, which are sorted. */
static bool mark_gone(const struct project *p, const int64_t *ids, size_t n,
		      struct accounts_change *sum, struct err *err)
{
	struct transfer *all;
	struct arena arena;
	bool ok = false;
	size_t all_n, i;

	arena_init(&arena);
	if (!store_transfers(p->store, false, &arena, &all, &all_n, err))
		goto out;
	for (i = 0; i < all_n; i++) {
		if (n > 0 && bsearch(&all[i].id, ids, n, sizeof *ids, by_id) != NULL)
			continue;
		if (!store_transfer_gone(p->store, all[i].id, err))
			goto out;
		sum->gone++;
	}
	ok = true;
out:
	arena_done(&arena);
	return ok;
}

/* One login in two rows, of which one says that nobody may open it, or that its mail lies
 * in a tree: the list contradicts itself. */
struct access_of {
	const char *user, *tree;
	const struct list_row *row;
};

static int by_user(const void *a, const void *b)
{
	return strcmp(((const struct access_of *)a)->user,
		      ((const struct access_of *)b)->user);
}

static bool check_access(const char *path, const struct list *l, enum side side,
			 struct err *err)
{
	struct access_of *of = mem_calloc(l->n + 1, sizeof *of);
	bool ok = true;
	size_t n = 0, i;

	for (i = 0; i < l->n; i++) {
		of[n].user = side == SIDE_OLD ? l->row[i].t.old_user
					      : l->row[i].t.new_user;
		of[n].tree = side == SIDE_OLD ? l->row[i].t.old_tree
					      : l->row[i].t.new_tree;
		of[n].row = &l->row[i];
		n += of[n].user != NULL;
	}
	if (n > 0)
		qsort(of, n, sizeof *of, by_user);
	for (i = 1; i < n && ok; i++) {
		const struct access_of *a = &of[i - 1], *b = &of[i];
		bool trees = strcmp(a->tree, b->tree) != 0;

		if (by_user(a, b) != 0 || (a->row->access == b->row->access && !trees))
			continue;
		ok = err_set(err, ERR_CONFIG,
			     "%s: lines %zu and %zu give the login %s on the %s "
			     "server different %s",
			     path, a->row->line, b->row->line, shown(b->user),
			     side_name(side), trees ? "trees" : "access");
		if (trees)
			err_hint(err, "a shared tree is read with a login of its own, "
				      "which has no other mail to move");
	}
	free(of);
	return ok;
}

static bool note_in_ledger(const struct project *p, const struct accounts_change *sum,
			   struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_int(&j, "changed", sum->changed);
	json_put_int(&j, "gone", sum->gone);
	json_put_int(&j, "new", sum->added);
	json_put_int(&j, "unchanged", sum->same);
	json_end_object(&j);
	ok = store_ledger_append(p->store, project_operator(), "accounts-import",
				 strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

bool accounts_import(const struct project *p, const char *path, const struct list *l,
		     bool dry_run, struct accounts_change *out, struct err *err)
{
	int64_t *ids = mem_calloc(l->n + 1, sizeof *ids);
	bool ok = false, open = false;
	size_t i;

	*out = (struct accounts_change){ 0 };
	if (!check_access(path, l, SIDE_OLD, err) ||
	    !check_access(path, l, SIDE_NEW, err))
		goto out;
	if (!store_begin(p->store, err))
		goto out;
	open = true;
	for (i = 0; i < l->n; i++)
		if (!put_row(p, &l->row[i], &ids[i], out, err))
			goto out;
	if (l->n > 0)
		qsort(ids, l->n, sizeof *ids, by_id);
	if (!mark_gone(p, ids, l->n, out, err))
		goto out;
	if (dry_run) {
		ok = true;
		goto out;
	}
	if (out->added + out->changed + out->gone > 0 && !note_in_ledger(p, out, err))
		goto out;
	ok = store_commit(p->store, err);
	open = !ok;
out:
	if (open)
		store_rollback(p->store);
	free(ids);
	return ok;
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* What a row says, but for decision, owner and access (below).  A side without a server
 * has no login in the store, and a row without a login no tree. */
static bool as_imported(const struct project *p, const struct transfer *row,
			const struct transfer *t)
{
	const bool *has = p->config.present;

	return t->gone == 0 && t->kind == row->kind &&
	       (!has[SIDE_OLD] || same_text(row->old_user, t->old_user)) &&
	       (!has[SIDE_NEW] || same_text(row->new_user, t->new_user)) &&
	       (t->old_account == 0 || same_text(row->old_tree, t->old_tree)) &&
	       (t->new_account == 0 || same_text(row->new_tree, t->new_tree)) &&
	       same_text(row->new_prefix, t->new_prefix) &&
	       same_text(row->name, t->name) && same_text(row->address, t->address) &&
	       same_text(row->aliases, t->aliases) && same_text(row->logins, t->logins) &&
	       same_text(row->addresses, t->addresses) && same_text(row->wave, t->wave) &&
	       same_text(row->note, t->note);
}

/* Decision and owner, over which counts what a person said (accounts set). */
static bool decided_so(const struct project *p, const struct transfer *row,
		       const struct transfer *t, struct arena *arena, bool *same_out,
		       struct err *err)
{
	struct said said = { 0 };

	*same_out = same_text(row->decision, t->decision) &&
		    same_text(row->owner, t->owner);
	if (*same_out)
		return true;
	if (!store_said(p->store, t->id, arena, &said, err))
		return false;
	*same_out = (said.decision != NULL || same_text(row->decision, t->decision)) &&
		    (said.owner != NULL || same_text(row->owner, t->owner));
	return true;
}

static bool compare(const struct project *p, const struct list *l, bool *same_out,
		    struct err *err)
{
	struct transfer t, *all;
	struct arena arena;
	bool found, ok;
	size_t n;

	arena_init(&arena);
	ok = store_transfers(p->store, false, &arena, &all, &n, err);
	*same_out = ok && n == l->n;
	for (size_t i = 0; ok && *same_out && i < l->n; i++) {
		arena_reset(&arena);
		ok = store_transfer_find(p->store, l->row[i].t.name, &arena, &t, &found,
					 err);
		*same_out = ok && found && as_imported(p, &l->row[i].t, &t);
		if (*same_out)
			ok = decided_so(p, &l->row[i].t, &t, &arena, same_out, err);
		if (ok && *same_out)
			ok = opens_so(p, &t, l->row[i].access, &arena, same_out, err);
	}
	arena_done(&arena);
	return ok;
}

bool accounts_warn(const struct globals *g, const struct project *p, struct err *err)
{
	char *path = project_path(p, ACCOUNTS_NAME);
	struct err why = ERR_INIT;
	int64_t imported = 0;
	bool same = true, ok;
	struct list l = { 0 };
	struct stat st;

	ok = stat(path, &st) != 0 ||
	     store_ledger_last(p->store, "accounts-import", &imported, err);
	/* Looked into only when somebody has touched it since. */
	if (ok && imported > 0 && st.st_mtim.tv_sec > imported) {
		if (list_read(path, &l, &why))
			ok = compare(p, &l, &same, err);
		else
			msg_warn(g, "%s: what is imported counts", why.text);
		list_done(&l);
	}
	if (ok && !same)
		msg_warn(g,
			 ACCOUNTS_NAME " was changed after it was imported: mailmuster "
				       "accounts import");
	free(path);
	return ok;
}

void accounts_tell(const struct globals *g, const struct list *l)
{
	if (*l->dropped != '\0')
		msg_warn(g, "passwords are never read from a list: dropped the column %s",
			 l->dropped);
	if (*l->kept != '\0')
		msg_warn(g, "columns without a meaning here are kept as notes: %s",
			 l->kept);
	if (*l->meant != '\0')
		msg_hint(g, "did you mean %s?", l->meant);
	if (*l->doubles != '\0')
		msg_warn(g,
			 "these have the same logins on both servers: %s; if that is a "
			 "slip, nobody looks at the mail of one of them",
			 l->doubles);
}

void accounts_print(const struct globals *g, const struct accounts_change *c,
		    bool dry_run)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	char a[4][32];

	if (!g->json) {
		out_printf("%s new, %s changed, %s gone, %s unchanged%s\n",
			   num_group(c->added, a[0], sizeof a[0]),
			   num_group(c->changed, a[1], sizeof a[1]),
			   num_group(c->gone, a[2], sizeof a[2]),
			   num_group(c->same, a[3], sizeof a[3]),
			   dry_run ? " (dry run: nothing was stored)" : "");
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/accounts-import/1");
	json_put_bool(&j, "dry_run", dry_run);
	json_put_int(&j, "new", c->added);
	json_put_int(&j, "changed", c->changed);
	json_put_int(&j, "gone", c->gone);
	json_put_int(&j, "unchanged", c->same);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}
