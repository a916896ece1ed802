/* SPDX-License-Identifier: MIT */
/* Message counts of both sides side by side, as the servers tell them: a first look,
 * never a verdict. */
#include <assert.h>

#include "base/num.h"
#include "report/report_lines.h"
#include "report/report_view.h"

struct row {
	const char *name; /* with '/' between its parts, without the namespace prefix */
	int64_t n;	  /* -1: not known */
	bool moved_on;	  /* counted again since it was read, and the count was another */
};

struct counts {
	struct report_view v;
	struct report_out out;
	struct lines l;
};

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Enough to see equal folders on one line; how they are really paired is for verify to
 * say. */
static const char *plain_name(struct arena *arena, const struct account_view *a,
			      const struct folder *f)
{
	size_t n = strlen(a->prefix);
	bool below = n > 0 && strncmp(f->name, a->prefix, n) == 0;
	/* A prefix without its delimiter is the folder of a shared tree. */
	bool tree = below && f->delim != '\0' && a->prefix[n - 1] != f->delim;
	char *name;

	if (span_ieq_str(span_str(f->name), "INBOX") || (tree && f->name[n] == '\0'))
		return "INBOX";
	if (tree && f->name[n] == f->delim)
		n++;
	else if (tree)
		below = false;
	name = arena_strdup(arena, below && f->name[n] != '\0' ? f->name + n : f->name);
	for (char *p = name; f->delim != '\0' && *p != '\0'; p++)
		if (*p == f->delim)
			*p = '/';
	return name;
}

static bool load(struct counts *c, int64_t account, struct row **out, size_t *n_out,
		 struct err *err)
{
	struct arena *arena = &c->v.scratch;
	struct folder_view *f = NULL;
	struct account_view a;
	size_t n = 0, kept = 0;
	struct row *row;

	*n_out = 0;
	*out = NULL;
	if (account == 0)
		return true;
	if (!store_account_view(c->v.st, account, arena, &a, err) ||
	    !store_folders(c->v.st, account, false, arena, &f, &n, err))
		return false;
	row = arena_alloc(arena, (n + 1) * sizeof *row);
	for (size_t i = 0; i < n; i++) {
		if ((f[i].folder.attrs &
		     (FOLDER_NOSELECT | FOLDER_NONEXISTENT | FOLDER_FOREIGN)) != 0)
			continue;
		row[kept++] = (struct row){ plain_name(arena, &a, &f[i].folder),
					    f[i].seen_run != 0 ? f[i].state.exists : -1,
					    f[i].moved_on };
	}
	qsort(row, kept, sizeof *row, by_name);
	*out = row;
	*n_out = kept;
	return true;
}

static void put_number(struct lines *l, const struct row *r)
{
	if (r == NULL)
		lines_add(l, "%14s", "-");
	else if (r->n < 0)
		lines_add(l, "%14s", "unknown");
	else
		lines_number(l, r->n, 14);
}

/* What stands behind the name.  other: something is known of both sides. */
static void put_numbers(struct lines *l, const struct row *old, const struct row *new,
			bool other)
{
	put_number(l, old);
	put_number(l, new);
	if (old == NULL || new == NULL)
		lines_add(l, other ? "  one side only" : "");
	else if (old->moved_on || new->moved_on)
		lines_add(l, "  has changed since");
	else if (old->n != new->n || old->n < 0)
		lines_add(l, "  differs");
	lines_end(l);
}

static bool put_account(struct counts *c, const struct transfer *t, struct err *err)
{
	struct row *old, *new;
	size_t old_n, new_n, i = 0, k = 0;

	arena_reset(&c->v.scratch);
	if (!load(c, t->old_account, &old, &old_n, err) ||
	    !load(c, t->new_account, &new, &new_n, err))
		return false;
	lines_cell(&c->l, t->name, 42);
	lines_add(&c->l, "%14s%14s", "old", "new");
	lines_end(&c->l);
	if (old_n + new_n == 0) {
		lines_add(&c->l, "  nothing is known of either side");
		lines_end(&c->l);
	}
	while (i < old_n || k < new_n) {
		int order = i == old_n	 ? 1
			    : k == new_n ? -1
					 : strcmp(old[i].name, new[k].name);
		const struct row *a = order <= 0 ? &old[i++] : NULL;
		const struct row *b = order >= 0 ? &new[k++] : NULL;

		assert(a != NULL || b != NULL);
		lines_add(&c->l, "  ");
		lines_cell(&c->l, a != NULL ? a->name : b->name, 40);
		put_numbers(&c->l, a, b, old_n > 0 && new_n > 0);
		if (!report_flush(&c->out, false, err))
			return false;
	}
	strbuf_addc(&c->out.buf, '\n');
	return true;
}

bool report_counts_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err)
{
	struct counts c = { .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = false;

	lines_init(&c.l, &c.out.buf, o);
	if (!report_view_open(&c.v, st, o, err))
		goto out;
	for (size_t i = 0; i < c.v.n; i++)
		if (!put_account(&c, &c.v.transfer[i], err))
			goto out;
	if (!o->one_sided) {
		lines_add(&c.l, "Equal counts prove nothing: a lost message and a new "
				"one make a sum. "
				"Next: mailmuster audit, then mailmuster verify");
		lines_wrap(&c.l, 2);
	}
	ok = report_flush(&c.out, true, err);
out:
	report_view_done(&c.v);
	lines_done(&c.l);
	strbuf_done(&c.out.buf);
	return ok;
}
