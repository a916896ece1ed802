/* SPDX-License-Identifier: MIT */
#include "cli/accounts.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/list.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "store/store_account.h"
#include "store/store_run.h"

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
			     .access = row->access,
			     .access_reason = row->access_reason };

	if (user == NULL || !p->config.present[side])
		return true;
	return store_account_put(p->store, &a, id, err);
}

static bool put_row(const struct project *p, const struct list_row *row, int64_t *id,
		    struct accounts_change *sum, struct err *err)
{
	struct transfer t = row->t;
	enum store_put what;

	if (!put_account(p, SIDE_OLD, t.old_user, row, &t.old_account, err) ||
	    !put_account(p, SIDE_NEW, t.new_user, row, &t.new_account, err))
		return false;
	t.old_user = t.old_account != 0 ? t.old_user : NULL;
	t.new_user = t.new_account != 0 ? t.new_user : NULL;
	if (!store_transfer_put(p->store, &t, id, &what, err))
		return err_wrap(err, "account %s", shown(t.name));
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

/* One login in two rows, of which one says that nobody may open it: the list contradicts
 * itself. */
struct access_of {
	const char *user;
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
		of[n].row = &l->row[i];
		n += of[n].user != NULL;
	}
	if (n > 0)
		qsort(of, n, sizeof *of, by_user);
	for (i = 1; i < n && ok; i++)
		if (by_user(&of[i - 1], &of[i]) == 0 &&
		    of[i - 1].row->access != of[i].row->access)
			ok = err_set(err, ERR_CONFIG,
				     "%s: lines %zu and %zu give the login %s on the %s "
				     "server different access",
				     path, of[i - 1].row->line, of[i].row->line,
				     shown(of[i].user), side_name(side));
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

void accounts_tell(const struct globals *g, const struct list *l)
{
	if (*l->dropped != '\0')
		msg_warn(g, "passwords are never read from a list: dropped the column %s",
			 l->dropped);
	if (*l->kept != '\0')
		msg_warn(g, "columns without a meaning here are kept as notes: %s",
			 l->kept);
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

static int import(struct args *a, bool dry_run)
{
	struct accounts_change sum;
	struct list l = { 0 };
	struct project p;
	struct err err = ERR_INIT;
	char *path = NULL;
	int code;

	if (project_open(a->g, PROJECT_WRITE, &p, &err)) {
		path = a->rest_n > 1 ? mem_strdup(a->rest[1])
				     : project_path(&p, ACCOUNTS_NAME);
		if (a->rest_n == 1 && !fs_exists(path)) {
			err_set(&err, ERR_CONFIG, "there is no %s", shown(path));
			err_hint(&err, "write one (a header line \"account\", then one "
				       "name a line), or name another: mailmuster "
				       "accounts import FILE");
		} else if (list_read(path, &l, &err)) {
			accounts_tell(a->g, &l);
			if (accounts_import(&p, path, &l, dry_run, &sum, &err))
				accounts_print(a->g, &sum, dry_run);
		}
	}
	code = err.cls == ERR_NONE ? EXIT_CLEAN : msg_fail(a->g, &err);
	list_done(&l);
	project_close(&p);
	free(path);
	return code;
}

static void list_json(const struct transfer *t, size_t n)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	size_t i;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/accounts/1");
	json_name(&j, "accounts");
	json_begin_array(&j);
	for (i = 0; i < n; i++) {
		json_begin_object(&j);
		json_put_str(&j, "account", t[i].name);
		json_put_str(&j, "old_user", t[i].old_user);
		json_put_str(&j, "new_user", t[i].new_user);
		json_put_str(&j, "new_prefix", t[i].new_prefix);
		json_put_str(&j, "kind", account_kind_name(t[i].kind));
		json_put_str(&j, "decision", t[i].decision);
		json_put_str(&j, "owner", t[i].owner);
		json_put_str(&j, "address", t[i].address);
		json_put_str(&j, "aliases", t[i].aliases);
		json_put_str(&j, "logins", t[i].logins);
		json_put_str(&j, "addresses", t[i].addresses);
		json_put_str(&j, "wave", t[i].wave);
		json_put_str(&j, "note", t[i].note);
		json_end_object(&j);
		out_puts(strbuf_cstr(&text));
		strbuf_clear(&text);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

/* One column: text, padded to width. */
static void cell(const char *s, size_t width)
{
	struct strbuf sb = STRBUF_INIT;
	size_t w;

	text_show(&sb, span_str(s), 0);
	for (w = text_width(strbuf_span(&sb)); w < width; w++)
		strbuf_addc(&sb, ' ');
	out_puts(strbuf_cstr(&sb));
	strbuf_done(&sb);
}

static size_t wider(size_t width, const char *s)
{
	struct strbuf sb = STRBUF_INIT;
	size_t w;

	text_show(&sb, span_str(s), 0);
	w = text_width(strbuf_span(&sb)) + 2;
	strbuf_done(&sb);
	return w > width ? w : width;
}

static const char *or_dash(const char *s)
{
	return s != NULL && *s != '\0' ? s : "-";
}

static void list_text(const struct transfer *t, size_t n)
{
	static const char *const head[] = { "account", "old", "new", "below", "kind" };
	size_t width[COUNT_OF(head)], i, c;

	for (c = 0; c < COUNT_OF(head); c++)
		width[c] = wider(0, head[c]);
	for (i = 0; i < n; i++) {
		width[0] = wider(width[0], t[i].name);
		width[1] = wider(width[1], or_dash(t[i].old_user));
		width[2] = wider(width[2], or_dash(t[i].new_user));
		width[3] = wider(width[3], or_dash(t[i].new_prefix));
		width[4] = wider(width[4], account_kind_name(t[i].kind));
	}
	for (c = 0; c < COUNT_OF(head); c++)
		cell(head[c], width[c]);
	out_puts("decision\n");
	for (i = 0; i < n; i++) {
		cell(t[i].name, width[0]);
		cell(or_dash(t[i].old_user), width[1]);
		cell(or_dash(t[i].new_user), width[2]);
		cell(or_dash(t[i].new_prefix), width[3]);
		cell(account_kind_name(t[i].kind), width[4]);
		cell(*t[i].decision != '\0' ? t[i].decision : "open", 0);
		out_puts("\n");
	}
}

static int list(struct args *a)
{
	struct scope scope = { 0 };
	struct project p;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;

	if (!project_open(a->g, PROJECT_READ, &p, &err) ||
	    !scope_open(a->g, &p, &scope, &err))
		code = msg_fail(a->g, &err);
	else if (a->g->json)
		list_json(scope.t, scope.n);
	else
		list_text(scope.t, scope.n);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static const struct option options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static int run(struct globals *g, int argc, char **argv)
{
	bool dry_run = false;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_accounts, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != 'n')
			return a.exit;
		dry_run = true;
	}
	if (!args_count(&a, 1, 2))
		return a.exit;
	if (strcmp(a.rest[0], "import") == 0)
		return import(&a, dry_run);
	if (strcmp(a.rest[0], "list") != 0)
		return args_bad(&a, "accounts: \"%s\" is neither import nor list",
				shown(a.rest[0]));
	if (a.rest_n > 1)
		return args_bad(&a, "accounts list: \"%s\" is one argument too many",
				shown(a.rest[1]));
	return list(&a);
}

static const char help[] =
	"import reads accounts.csv, or FILE, and makes it the list of what is to\n"
	"move. An account that is no longer in the file is marked as gone; what was\n"
	"seen of it stays.\n"
	"\n"
	"The file is CSV (comma, semicolon or tab) with a header line. Columns, in\n"
	"any order:\n"
	"  account        its name, unique without regard to case; always needed\n"
	"  old_user       login on the old server; empty: the same; -: none there\n"
	"  new_user       login on the new server, likewise\n"
	"  new_prefix     folder on the new side below which the mail arrives\n"
	"  kind           user, service, shared, list, resource or admin\n"
	"  decision       migrate, archive, delete, keep or forward; empty: open\n"
	"  access         none: nobody may open it (say why in access_reason)\n"
	"  owner, address, aliases, logins, addresses, wave, note\n"
	"A column that holds passwords is dropped; other columns are kept as notes.\n"
	"\n"
	"  -n, --dry-run  say what would change, store nothing\n";

const struct command cmd_accounts = {
	.name = "accounts",
	.summary = "bring the account list into the project, or show it",
	.usage = "import [FILE] [-n] | list",
	.help = help,
	.options = options,
	.run = run,
};
