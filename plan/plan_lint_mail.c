/* SPDX-License-Identifier: MIT */
#include "plan/plan_lint_mail.h"

#include "base/num.h"
#include "base/regex.h"
#include "map/map.h"
#include "plan/plan_lint_in.h"
#include "store/store_account.h"
#include "store/store_facts.h"
#include "store/store_folder.h"

/* A finding that is being counted. */
struct count {
	struct lint_finding *f;
	struct regex *re;   /* NULL: it is about messages */
	const char *broken; /* why its pattern cannot be used; NULL */
	int64_t accounts, folders, messages, octets;
	int64_t unsure; /* folders whose match is not known */
	bool here;	/* this account has counted */
};
struct counter {
	struct plan_lint *l;
	struct store *st;
	const struct lint_mail_options *o;
	struct count *c;
	size_t n;
	struct arena one; /* of an account */
	struct lint_inventory sum;
};

static bool is_folders(enum lint_left_out what)
{
	return what == LINT_FOLDERS || what == LINT_FOLDERS_NAME ||
	       what == LINT_FOLDERS_COMMON || what == LINT_MERGED;
}

static void prepare(struct counter *k)
{
	struct lint_result *r = &k->l->r;

	k->c = arena_alloc(&k->l->arena, (r->n + 1) * sizeof *k->c);
	for (size_t i = 0; i < r->n; i++) {
		struct lint_finding *f = &r->v[i];
		struct err err = ERR_INIT;
		struct count *c;

		if (f->mail.what == LINT_NO_MAIL)
			continue;
		c = &k->c[k->n++];
		c->f = f;
		if (is_folders(f->mail.what) &&
		    !regex_open(f->mail.pattern,
				f->mail.what == LINT_MERGED ? f->mail.to : NULL, &c->re,
				&err))
			c->broken = arena_strdup(&k->l->arena, err.text);
	}
}

/* One folder of the account at hand. */
struct box {
	const struct folder_view *v;
	const char *common, *target; /* target: after the rule that is being tried */
	int64_t messages;	     /* -1: not known */
	bool changed;
};

static void add(struct count *c, int64_t messages, int64_t octets, bool folder)
{
	c->accounts += !c->here;
	c->here = true;
	c->folders += folder;
	c->messages += messages > 0 ? messages : 0;
	c->octets += octets > 0 ? octets : 0;
}

static void by_name(struct count *c, const struct box *b)
{
	const char *name = c->f->mail.what == LINT_FOLDERS	  ? b->v->folder.wire
			   : c->f->mail.what == LINT_FOLDERS_NAME ? b->v->folder.name
								  : b->common;
	struct err err = ERR_INIT;
	bool matched;

	if (!regex_match(c->re, span_str(name), &matched, &err))
		c->unsure++;
	else if (matched)
		add(c, b->messages, b->v->state.octets, true);
}

static int by_target(const void *a, const void *b)
{
	const struct box *const *x = a, *const *y = b;

	return strcmp((*x)->target, (*y)->target);
}

/* Folders that this rule, alone, gives a name that another folder has as well. */
static void merged(struct counter *k, struct count *c, struct box *box, size_t n)
{
	struct box **by = arena_alloc(&k->one, (n + 1) * sizeof(struct box *));
	struct strbuf sb = STRBUF_INIT;
	size_t to;

	for (size_t i = 0; i < n; i++) {
		struct err err = ERR_INIT;
		bool matched = false;

		strbuf_clear(&sb);
		if (!regex_replace(c->re, span_str(box[i].common), c->f->mail.all, &sb,
				   &matched, &err))
			c->unsure++;
		box[i].changed = matched;
		box[i].target = matched ? arena_strdup(&k->one, strbuf_cstr(&sb))
					: box[i].common;
		by[i] = &box[i];
	}
	strbuf_done(&sb);
	if (n > 0)
		qsort(by, n, sizeof *by, by_target);
	for (size_t i = 0; i < n; i = to) {
		for (to = i + 1; to < n && strcmp(by[i]->target, by[to]->target) == 0;
		     to++)
			;
		for (size_t j = i; to - i > 1 && j < to; j++)
			if (by[j]->changed)
				add(c, by[j]->messages, by[j]->v->state.octets, true);
	}
}

static bool by_message(struct counter *k, struct count *c, const struct box *b,
		       struct err *err)
{
	const struct lint_mail *m = &c->f->mail;
	struct epoch_bounds bounds = EPOCH_ALL;
	int64_t n, octets;

	switch (m->what) {
	case LINT_LARGER:
		bounds.larger = m->amount;
		break;
	case LINT_SMALLER:
		bounds.smaller = m->amount;
		break;
	case LINT_OLDER:
		bounds.before = k->o->now - m->amount;
		break;
	default:
		bounds.after = k->o->now - m->amount;
		break;
	}
	if (!store_epoch_outside(k->st, b->v->epoch, &bounds, &n, &octets, err))
		return false;
	if (n > 0)
		add(c, n, octets, true);
	return true;
}

static bool boxes(struct counter *k, const struct account_view *view,
		  const struct folder_view *v, size_t n, struct box *out, size_t *n_out,
		  bool *whole_out)
{
	const char *prefix = NULL;
	struct map_names names;
	size_t m = 0;

	for (size_t i = 0; i < n && prefix == NULL; i++)
		prefix = map_prefix_seen(&k->one, view->prefix, view->delim,
					 &v[i].folder);
	names = (struct map_names){ prefix != NULL ? prefix : view->prefix, view->delim };
	*whole_out = true;
	for (size_t i = 0; i < n; i++) {
		bool counted = v[i].counted_run != 0 && v[i].counted >= 0;

		if (*v[i].folder.name == '\0' ||
		    (v[i].folder.attrs &
		     (FOLDER_FOREIGN | FOLDER_NOSELECT | FOLDER_NONEXISTENT)) != 0)
			continue;
		out[m] = (struct box){
			.v = &v[i],
			.common = map_common(&k->one, &names, v[i].folder.name,
					     v[i].folder.delim),
			.messages = counted		 ? v[i].counted
				    : v[i].seen_run != 0 ? v[i].state.exists
							 : -1,
		};
		*whole_out = *whole_out && v[i].epoch != 0 &&
			     v[i].outcome == FOLDER_READ && !v[i].moved_on;
		m++;
	}
	*n_out = m;
	return true;
}

static bool account(struct counter *k, int64_t id, struct err *err)
{
	struct account_view view;
	struct folder_view *v = NULL;
	struct box *box;
	size_t n = 0, m = 0;
	bool whole;

	arena_reset(&k->one);
	if (!store_account_view(k->st, id, &k->one, &view, err))
		return false;
	if (!view.found || view.good_run == 0) {
		k->sum.unlisted++;
		return true;
	}
	k->sum.listed++;
	if (!store_folders(k->st, id, false, &k->one, &v, &n, err))
		return false;
	box = arena_alloc(&k->one, (n + 1) * sizeof *box);
	if (!boxes(k, &view, v, n, box, &m, &whole))
		return false;
	k->sum.unread += !whole;
	for (size_t i = 0; i < k->n; i++) {
		struct count *c = &k->c[i];

		c->here = false;
		if (c->broken != NULL)
			continue;
		if (c->f->mail.what == LINT_MERGED) {
			merged(k, c, box, m);
			continue;
		}
		for (size_t b = 0; b < m; b++)
			if (is_folders(c->f->mail.what))
				by_name(c, &box[b]);
			else if (box[b].v->epoch != 0 && !by_message(k, c, &box[b], err))
				return false;
	}
	return true;
}

static const char *plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void tell(struct counter *k, struct count *c)
{
	struct lint_finding *f = c->f;
	struct strbuf sb = STRBUF_INIT;
	bool folders = is_folders(f->mail.what), merges = f->mail.what == LINT_MERGED;
	char a[32], b[32], d[32];

	if (c->broken != NULL) {
		strbuf_addf(&sb, "how much mail that is cannot be told: %s", c->broken);
		goto out;
	}
	if (k->sum.listed == 0) {
		strbuf_addf(&sb,
			    "how much mail that is cannot be told: %s %s never listed",
			    num_group(k->sum.unlisted, a, sizeof a),
			    plural(k->sum.unlisted, "account was", "accounts were"));
		goto out;
	}
	f->accounts = c->accounts;
	f->folders = c->folders;
	f->messages = c->messages;
	f->octets = c->octets;
	if (c->folders == 0)
		strbuf_addf(&sb, merges	   ? "merges nothing"
				 : folders ? "fits no folder"
					   : "fits no message");
	else
		strbuf_addf(&sb, "%s %s %s", merges ? "merges" : "hides",
			    num_group(c->messages, a, sizeof a),
			    plural(c->messages, "message", "messages"));
	if (c->folders > 0 && folders)
		strbuf_addf(&sb, " in %s %s", num_group(c->folders, b, sizeof b),
			    plural(c->folders, "folder", "folders"));
	strbuf_addf(&sb, " of %s %s",
		    num_group(c->folders > 0 ? c->accounts : k->sum.listed, d, sizeof d),
		    plural(c->folders > 0 ? c->accounts : k->sum.listed, "account",
			   "accounts"));
	if (c->unsure > 0)
		strbuf_addf(&sb, "; of %s %s it is not known",
			    num_group(c->unsure, a, sizeof a),
			    plural(c->unsure, "folder", "folders"));
	if (!folders && k->sum.unread > 0)
		strbuf_addf(&sb, "; not all messages of %s %s were read",
			    num_group(k->sum.unread, a, sizeof a),
			    plural(k->sum.unread, "account", "accounts"));
	if (k->sum.unlisted > 0)
		strbuf_addf(&sb, "; %s %s never listed",
			    num_group(k->sum.unlisted, a, sizeof a),
			    plural(k->sum.unlisted, "account was", "accounts were"));
	if (f->mail.doubt != NULL)
		strbuf_addf(&sb, "; it may be others: %s", f->mail.doubt);
out:
	f->mail_text = arena_span(&k->l->arena, strbuf_span(&sb));
	strbuf_done(&sb);
}

static void drop_uncounted(struct lint_result *r)
{
	size_t n = 0;

	memset(r->count, 0, sizeof r->count);
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].mail.only_counted && r->v[i].folders <= 0)
			continue;
		r->v[n] = r->v[i];
		r->count[r->v[n++].rule->weight]++;
	}
	r->n = n;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

bool plan_lint_mail(struct plan_lint *l, struct store *st,
		    const struct lint_mail_options *o, struct lint_inventory *out,
		    struct err *err)
{
	struct counter k = { .l = l, .st = st, .o = o };
	int64_t *ids;
	bool ok = true;

	prepare(&k);
	ids = arena_alloc(&l->arena, (o->n + 1) * sizeof *ids);
	for (size_t i = 0; i < o->n; i++)
		ids[i] = transfer_stays(o->t[i].decision) ? 0 : o->t[i].old_account;
	if (o->n > 0)
		qsort(ids, o->n, sizeof *ids, by_value);
	arena_init(&k.one);
	for (size_t i = 0; ok && i < o->n && k.n > 0; i++) {
		if (ids[i] == 0 || (i > 0 && ids[i] == ids[i - 1]))
			continue;
		if (o->stop != NULL && o->stop(NULL))
			ok = err_set(err, ERR_STOPPED, "stopped");
		else
			ok = account(&k, ids[i], err);
	}
	for (size_t i = 0; i < k.n; i++) {
		if (ok)
			tell(&k, &k.c[i]);
		regex_close(k.c[i].re);
	}
	arena_done(&k.one);
	if (!ok)
		return false;
	drop_uncounted(&l->r);
	*out = k.sum;
	return true;
}

void plan_lint_no_mail(struct plan_lint *l)
{
	for (size_t i = 0; i < l->r.n; i++)
		if (l->r.v[i].mail.what != LINT_NO_MAIL)
			l->r.v[i].mail_text = "how much mail that is cannot be told "
					      "without an inventory";
}
