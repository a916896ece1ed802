/* SPDX-License-Identifier: MIT */
#include "cli/scope.h"

#include "base/fs.h"
#include "base/json.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/suggest.h"
#include "store/store_account.h"

#define LIST_FILE_MAX (64u << 20)

/* Finding ids as they are collected. */
struct ids {
	int64_t *v;
	size_t n, cap;
};

static void ids_add(struct ids *ids, int64_t id)
{
	if (ids->n == ids->cap) {
		ids->cap = ids->cap == 0 ? 64 : ids->cap * 2;
		ids->v = mem_realloc(ids->v, ids->cap * sizeof *ids->v);
	}
	ids->v[ids->n++] = id;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void ids_sort(struct ids *ids)
{
	size_t i, n = 0;

	if (ids->n > 0)
		qsort(ids->v, ids->n, sizeof *ids->v, by_id);
	for (i = 0; i < ids->n; i++)
		if (i == 0 || ids->v[i] != ids->v[n - 1])
			ids->v[n++] = ids->v[i];
	ids->n = n;
}

bool scope_find(const struct project *p, const char *name, bool also_gone,
		struct arena *arena, struct transfer *out, struct err *err)
{
	struct transfer *all;
	struct suggest s;
	bool found;
	size_t n, i;

	if (!store_transfer_find(p->store, name, arena, out, &found, err))
		return false;
	if (found && (also_gone || !out->gone))
		return true;
	if (found)
		return err_set(err, ERR_USAGE,
			       "account %s is no longer in the account list",
			       shown(name));
	if (!store_transfers(p->store, also_gone, arena, &all, &n, err))
		return false;
	suggest_init(&s, name);
	for (i = 0; i < n; i++)
		suggest_try(&s, all[i].name);
	if (n == 0) {
		err_set(err, ERR_CONFIG, "no accounts are listed in this project");
		return err_hint(err, "mailmuster accounts import FILE");
	}
	if (s.best != NULL)
		return err_set(err, ERR_USAGE,
			       "no account %s is listed: did you mean %s?", shown(name),
			       shown(s.best));
	err_set(err, ERR_USAGE, "no account %s is listed", shown(name));
	return err_hint(err, "mailmuster accounts list");
}

static bool add_name(const struct project *p, const char *name, struct ids *ids,
		     struct err *err)
{
	struct transfer t;
	struct arena arena;
	bool ok;

	arena_init(&arena);
	ok = scope_find(p, name, false, &arena, &t, err);
	if (ok)
		ids_add(ids, t.id);
	arena_done(&arena);
	return ok;
}

/* One name a line; blank lines and those that begin with '#' do not count. */
static bool add_file(const struct project *p, const char *path, struct ids *ids,
		     struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct span rest, line;
	size_t number = 0, before = ids->n;
	ptrdiff_t end;
	bool ok = false;
	char *name;

	if (*path == '\0')
		return err_set(err, ERR_USAGE,
			       "--only @FILE: the name of the file is missing");
	if (!fs_read(path, LIST_FILE_MAX, &text, err)) {
		err->cls = ERR_USAGE;
		goto out;
	}
	for (rest = strbuf_span(&text); rest.n > 0; rest = span_from(rest, line.n + 1)) {
		number++;
		end = span_index(rest, '\n');
		line = (struct span){ rest.p, end < 0 ? rest.n : (size_t)end };
		if (span_trim(line).n > 0 && span_trim(line).p[0] != '#') {
			name = mem_strndup(span_trim(line).p, span_trim(line).n);
			ok = add_name(p, name, ids, err);
			free(name);
			if (!ok) {
				err_wrap(err, "%s:%zu", path, number);
				goto out;
			}
		}
	}
	ok = ids->n > before ||
	     err_set(err, ERR_USAGE, "%s names no account", shown(path));
out:
	strbuf_done(&text);
	return ok;
}

bool scope_open(const struct globals *g, const struct project *p, struct scope *out,
		struct err *err)
{
	struct ids wanted = { 0 };
	bool ok = false;
	size_t i, n = 0;

	*out = (struct scope){ .all = g->only_n == 0 };
	arena_init(&out->arena);
	if (!store_transfers(p->store, false, &out->arena, &out->t, &out->n, err))
		return false;
	if (out->n == 0) {
		err_set(err, ERR_CONFIG, "no accounts are listed in this project");
		return err_hint(err, "write " ACCOUNTS_NAME
				     " (a header line \"account\", then one name a line) "
				     "and run: mailmuster accounts import");
	}
	for (i = 0; i < g->only_n; i++)
		if (g->only[i][0] == '@' ? !add_file(p, g->only[i] + 1, &wanted, err)
					 : !add_name(p, g->only[i], &wanted, err)) {
			goto out;
		}
	ids_sort(&wanted);
	for (i = 0; i < out->n; i++)
		if (out->all ||
		    (wanted.n > 0 && bsearch(&out->t[i].id, wanted.v, wanted.n,
					     sizeof *wanted.v, by_id) != NULL))
			out->t[n++] = out->t[i];
	out->n = n;
	out->ids = arena_alloc(&out->arena, (n + 1) * sizeof *out->ids);
	for (i = 0; i < n; i++)
		out->ids[i] = out->t[i].id;
	ok = true;
out:
	free(wanted.v);
	return ok;
}

void scope_close(struct scope *s)
{
	arena_done(&s->arena);
	*s = (struct scope){ 0 };
}

int64_t *scope_accounts(const struct scope *s, const bool sides[SIDE_COUNT],
			size_t *n_out)
{
	struct ids ids = { 0 };
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (sides[SIDE_OLD] && s->t[i].old_account != 0)
			ids_add(&ids, s->t[i].old_account);
		if (sides[SIDE_NEW] && s->t[i].new_account != 0)
			ids_add(&ids, s->t[i].new_account);
	}
	ids_sort(&ids);
	*n_out = ids.n;
	return ids.v;
}

const char *scope_json(struct scope *s, const struct config *c, const char *command,
		       const char *depth, const bool sides[SIDE_COUNT])
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	const char *result;
	int side;

	json_out_init(&j, &text, true);
	json_begin_object(&j);
	json_put_str(&j, "command", command);
	if (depth != NULL)
		json_put_str(&j, "depth", depth);
	for (side = 0; side < SIDE_COUNT; side++) {
		if (!sides[side] || !c->present[side])
			continue;
		json_name(&j, side_name((enum side)side));
		json_begin_object(&j);
		json_put_str(&j, "host", c->server[side].host);
		json_put_int(&j, "port", c->server[side].port);
		json_put_str(&j, "auth", auth_mode_name(c->server[side].auth));
		json_put_str(&j, "admin", c->server[side].admin);
		json_end_object(&j);
	}
	entry_put_scope(&j, s);
	json_end_object(&j);
	result = arena_span(&s->arena, strbuf_span(&text));
	strbuf_done(&text);
	return result;
}
