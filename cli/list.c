/* SPDX-License-Identifier: MIT */
#include "cli/list.h"

#include <strings.h>

#include "base/fs.h"
#include "base/text.h"
#include "cli/msg.h"
#include "cli/suggest.h"

#define NAME_MAX_OCTETS 255

enum column {
	COL_ACCOUNT,
	COL_OLD_USER,
	COL_NEW_USER,
	COL_NEW_PREFIX,
	COL_ADDRESS,
	COL_ALIASES,
	COL_KIND,
	COL_OWNER,
	COL_DECISION,
	COL_WAVE,
	COL_NOTE,
	COL_LOGINS,
	COL_ADDRESSES,
	COL_ACCESS,
	COL_ACCESS_REASON,
	COL_OLD_TREE,
	COL_NEW_TREE,
	COL_UNKNOWN,
	COL_SECRET,
	COL_KNOWN = COL_UNKNOWN, /* how many we know */
};
static const char *const column_names[] = {
	"account",   "old_user", "new_user",	  "new_prefix", "address",  "aliases",
	"kind",	     "owner",	 "decision",	  "wave",	"note",	    "logins",
	"addresses", "access",	 "access_reason", "old_tree",	"new_tree",
};
_Static_assert(COUNT_OF(column_names) == COL_KNOWN, "a name for each column");

struct header {
	size_t n;
	enum column column[CSV_FIELDS_MAX];
	const char *name[CSV_FIELDS_MAX]; /* as written */
	int at[COL_KNOWN];		  /* field index; -1: absent */
};

/* "Source Password" and "password2" as well as "pass": better one column too many dropped
 * than one kept. */
static bool is_secret(const char *name)
{
	return strcasecmp(name, "pass") == 0 || strcasecmp(name, "pw") == 0 ||
	       strcasecmp(name, "pwd") == 0 || strcasestr(name, "passw") != NULL ||
	       strcasestr(name, "secret") != NULL;
}

static enum column column_of(const char *name)
{
	int i;

	for (i = 0; i < COL_KNOWN; i++)
		if (strcasecmp(name, column_names[i]) == 0)
			return (enum column)i;
	return is_secret(name) ? COL_SECRET : COL_UNKNOWN;
}

static const char *joined(const struct header *h, enum column which, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *result;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (h->column[i] == which) {
			if (sb.n > 0)
				strbuf_adds(&sb, ", ");
			strbuf_adds(&sb, h->name[i][0] != '\0' ? shown(h->name[i])
							       : "(no name)");
		}
	result = arena_strdup(arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return result;
}

static bool read_header(const struct csv *csv, const struct csv_record *r,
			struct header *h, struct arena *arena, struct err *err)
{
	struct suggest s;
	size_t i;
	int c;

	*h = (struct header){ .n = r->n };
	for (c = 0; c < COL_KNOWN; c++)
		h->at[c] = -1;
	for (i = 0; i < r->n; i++) {
		h->name[i] = arena_span(arena, span_trim(span_str(r->field[i])));
		h->column[i] = column_of(h->name[i]);
		if (h->column[i] >= COL_KNOWN)
			continue;
		if (h->at[h->column[i]] >= 0)
			return err_set(err, ERR_CONFIG,
				       "%s:%zu: column %s is there twice", csv->name,
				       csv->line, h->name[i]);
		h->at[h->column[i]] = (int)i;
	}
	if (h->at[COL_ACCOUNT] >= 0)
		return true;
	suggest_init(&s, "account");
	for (i = 0; i < h->n; i++)
		suggest_try(&s, h->name[i]);
	err_set(err, ERR_CONFIG, "%s:%zu: no column is named \"account\"", csv->name,
		csv->line);
	if (s.best != NULL)
		return err_hint(err,
				"did you mean \"account\" where the header says \"%s\"?",
				shown(s.best));
	return err_hint(err, "the first line names the columns, for example: "
			     "account,old_user,new_user");
}

static bool is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* One row being read: where it stands and where its strings go. */
struct row_reader {
	const struct csv *csv;
	const struct csv_record *r;
	const struct header *h;
	struct arena *arena;
};

static const char *field(const struct row_reader *rr, enum column c)
{
	int at = rr->h->at[c];

	if (at < 0 || (size_t)at >= rr->r->n)
		return "";
	return arena_span(rr->arena, span_trim(span_str(rr->r->field[at])));
}

static bool complain(const struct row_reader *rr, enum column c, struct err *err,
		     const char *what)
{
	return err_set(err, ERR_CONFIG, "%s:%zu: %s \"%s\" %s", rr->csv->name,
		       rr->csv->line, column_names[c], shown(field(rr, c)), what);
}

/* A login: the column, or the account's name; NULL for "-". */
static bool login(const struct row_reader *rr, enum column c, const char *account,
		  const char **out, struct err *err)
{
	const char *s = field(rr, c);

	if (strlen(s) > NAME_MAX_OCTETS || !is_plain(s))
		return complain(rr, c, err,
				"is not a login name: it holds control characters or is "
				"too long");
	*out = *s == '\0' ? account : strcmp(s, "-") == 0 ? NULL : s;
	return true;
}

static bool read_kind(const struct row_reader *rr, struct transfer *t, struct err *err)
{
	const char *s = field(rr, COL_KIND);

	t->kind = ACCOUNT_USER;
	if (*s == '\0' || account_kind_parse(s, &t->kind))
		return true;
	return complain(rr, COL_KIND, err,
			"is none of user, service, shared, list, resource, admin");
}

static bool read_decision(const struct row_reader *rr, struct transfer *t,
			  struct err *err)
{
	static const char *const words[] = { "",       "migrate", "archive",
					     "delete", "keep",	  "forward" };
	const char *s = field(rr, COL_DECISION);
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (strcasecmp(s, words[i]) == 0) {
			t->decision = words[i];
			return true;
		}
	return complain(
		rr, COL_DECISION, err,
		"is none of migrate, archive, delete, keep, forward; empty means open");
}

static bool read_access(const struct row_reader *rr, struct list_row *row,
			struct err *err)
{
	const char *s = field(rr, COL_ACCESS), *reason = field(rr, COL_ACCESS_REASON);

	if (*s == '\0' || strcasecmp(s, "normal") == 0) {
		row->access = ACCESS_NORMAL;
		return true;
	}
	if (strcasecmp(s, "none") != 0)
		return complain(rr, COL_ACCESS, err, "is neither normal nor none");
	if (*reason == '\0')
		return complain(rr, COL_ACCESS, err,
				"needs a reason in the column access_reason");
	row->access = ACCESS_NONE;
	row->access_reason = reason;
	return true;
}

/* A folder as people write it, without '/' at its ends. */
static bool read_folder(const struct row_reader *rr, enum column c, const char **out,
			struct err *err)
{
	struct span s = span_str(field(rr, c));

	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	while (s.n > 0 && s.p[0] == '/')
		s = span_from(s, 1);
	*out = arena_span(rr->arena, s);
	return is_plain(*out) || complain(rr, c, err, "holds control characters");
}

/* The note, and behind it what stands in columns we do not know. */
static const char *read_note(const struct row_reader *rr)
{
	struct strbuf sb = STRBUF_INIT;
	const char *result;
	size_t i;

	strbuf_adds(&sb, field(rr, COL_NOTE));
	for (i = 0; i < rr->h->n && i < rr->r->n; i++) {
		struct span v = span_trim(span_str(rr->r->field[i]));

		if (rr->h->column[i] != COL_UNKNOWN || v.n == 0)
			continue;
		if (sb.n > 0)
			strbuf_adds(&sb, "; ");
		strbuf_addf(&sb, "%s: ", rr->h->name[i]);
		strbuf_addspan(&sb, v);
	}
	result = arena_strdup(rr->arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return result;
}

static bool read_row(const struct row_reader *rr, struct list_row *row, struct err *err)
{
	struct transfer *t = &row->t;
	const char *account = field(rr, COL_ACCOUNT);
	size_t i;

	*row = (struct list_row){ .line = rr->csv->line };
	for (i = rr->h->n; i < rr->r->n; i++)
		if (*rr->r->field[i] != '\0')
			return err_set(err, ERR_CONFIG,
				       "%s:%zu: has %zu fields, the header has %zu",
				       rr->csv->name, rr->csv->line, rr->r->n, rr->h->n);
	if (*account == '\0')
		return err_set(err, ERR_CONFIG, "%s:%zu: the account has no name",
			       rr->csv->name, rr->csv->line);
	if (strlen(account) > NAME_MAX_OCTETS || !is_plain(account))
		return complain(rr, COL_ACCOUNT, err,
				"holds control characters or is too long");
	t->name = account;
	if (!login(rr, COL_OLD_USER, account, &t->old_user, err) ||
	    !login(rr, COL_NEW_USER, account, &t->new_user, err) ||
	    !read_kind(rr, t, err) || !read_decision(rr, t, err) ||
	    !read_access(rr, row, err) ||
	    !read_folder(rr, COL_NEW_PREFIX, &t->new_prefix, err) ||
	    !read_folder(rr, COL_OLD_TREE, &t->old_tree, err) ||
	    !read_folder(rr, COL_NEW_TREE, &t->new_tree, err))
		return false;
	if (t->old_user == NULL && t->new_user == NULL)
		return err_set(err, ERR_CONFIG, "%s:%zu: account %s is on neither server",
			       rr->csv->name, rr->csv->line, shown(account));
	t->address = field(rr, COL_ADDRESS);
	t->aliases = field(rr, COL_ALIASES);
	t->owner = field(rr, COL_OWNER);
	t->wave = field(rr, COL_WAVE);
	t->logins = field(rr, COL_LOGINS);
	t->addresses = field(rr, COL_ADDRESSES);
	t->note = read_note(rr);
	return true;
}

struct folded {
	const char *name;
	const struct list_row *row;
};

static int by_name(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d != 0 ? d : (x->row->line > y->row->line) - (x->row->line < y->row->line);
}

static bool refuse_twins(const char *name, struct list *l, struct err *err)
{
	struct folded *f = mem_calloc(l->n + 1, sizeof *f);
	bool ok = true;
	size_t i;

	for (i = 0; i < l->n; i++)
		f[i] = (struct folded){ text_fold(&l->arena, span_str(l->row[i].t.name)),
					&l->row[i] };
	if (l->n > 0)
		qsort(f, l->n, sizeof *f, by_name);
	for (i = 1; i < l->n && ok; i++)
		if (strcmp(f[i - 1].name, f[i].name) == 0) {
			ok = err_set(err, ERR_CONFIG,
				     "%s:%zu: account %s is already on line %zu", name,
				     f[i].row->line, shown(f[i].row->t.name),
				     f[i - 1].row->line);
			err_hint(err, "names are compared without regard to case");
		}
	free(f);
	return ok;
}

static int by_mail(const void *a, const void *b)
{
	const struct transfer *x = &(*(const struct list_row *const *)a)->t;
	const struct transfer *y = &(*(const struct list_row *const *)b)->t;
	const char *const xs[] = { x->old_user, x->new_user, x->old_tree, x->new_tree,
				   x->new_prefix };
	const char *const ys[] = { y->old_user, y->new_user, y->old_tree, y->new_tree,
				   y->new_prefix };
	int d = 0;

	for (size_t i = 0; d == 0 && i < COUNT_OF(xs); i++)
		d = strcmp(xs[i] != NULL ? xs[i] : "", ys[i] != NULL ? ys[i] : "");
	return d;
}

static const char *find_doubles(struct list *l)
{
	const struct list_row **v = mem_calloc(l->n + 1, sizeof *v);
	const struct list_row *a = NULL, *b = NULL;
	const char *text = "";
	size_t n = 0, pairs = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].t.old_user != NULL && l->row[i].t.new_user != NULL)
			v[n++] = &l->row[i];
	if (n > 0)
		qsort(v, n, sizeof *v, by_mail);
	for (size_t i = 1; i < n; i++) {
		if (by_mail(&v[i - 1], &v[i]) != 0 || pairs++ > 0)
			continue;
		a = v[i - 1]->line < v[i]->line ? v[i - 1] : v[i];
		b = a == v[i] ? v[i - 1] : v[i];
	}
	if (pairs > 0) {
		const char *first = arena_strdup(&l->arena, shown(a->t.name));

		text = arena_printf(&l->arena, "%s and %s (lines %zu and %zu)", first,
				    shown(b->t.name), a->line, b->line);
	}
	if (pairs > 1)
		text = arena_printf(&l->arena, "%s and %zu more", text, pairs - 1);
	free(v);
	return text;
}

/* Columns that we do not know and that look like one that we do. */
static const char *find_meant(const struct header *h, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; i < h->n; i++) {
		struct suggest s;

		if (h->column[i] != COL_UNKNOWN)
			continue;
		suggest_init(&s, h->name[i]);
		for (int c = 0; c < COL_KNOWN; c++)
			suggest_try(&s, column_names[c]);
		if (s.best == NULL)
			continue;
		strbuf_addf(&sb, "%s\"%s\" for ", sb.n > 0 ? ", " : "", s.best);
		strbuf_addf(&sb, "\"%s\"", shown(h->name[i]));
	}
	text = arena_strdup(arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return text;
}

bool list_parse(const char *name, struct span text, struct list *out, struct err *err)
{
	struct csv_record r;
	struct header *h = mem_calloc(1, sizeof *h);
	struct row_reader rr = { .r = &r, .h = h, .arena = &out->arena };
	struct csv csv;
	enum csv_next next;
	size_t cap = 0;
	bool ok = false;

	*out = (struct list){
		.dropped = "", .kept = "", .meant = "", .doubles = ""
	};
	arena_init(&out->arena);
	csv_init(&csv, name, text);
	rr.csv = &csv;
	next = csv_read(&csv, &r, err);
	if (next == CSV_END)
		err_set(err, ERR_CONFIG, "%s: is empty: the first line names the columns",
			name);
	if (next != CSV_RECORD || !read_header(&csv, &r, h, &out->arena, err))
		goto out;
	while ((next = csv_read(&csv, &r, err)) == CSV_RECORD) {
		if (out->n == LIST_ROWS_MAX) {
			err_set(err, ERR_CONFIG, "%s: has more than %u accounts", name,
				LIST_ROWS_MAX);
			goto out;
		}
		if (out->n == cap) {
			cap = cap == 0 ? 256 : cap * 2;
			out->row = mem_realloc(out->row, cap * sizeof *out->row);
		}
		if (!read_row(&rr, &out->row[out->n], err))
			goto out;
		out->n++;
	}
	if (next == CSV_FAIL || !refuse_twins(name, out, err))
		goto out;
	out->dropped = joined(h, COL_SECRET, &out->arena);
	out->kept = joined(h, COL_UNKNOWN, &out->arena);
	out->meant = find_meant(h, &out->arena);
	out->doubles = find_doubles(out);
	ok = true;
out:
	csv_done(&csv);
	free(h);
	return ok;
}

bool list_read(const char *path, struct list *out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = false;

	*out = (struct list){ 0 };
	if (!fs_read(path, LIST_SIZE_MAX, &text, err)) {
		err->cls = ERR_CONFIG;
		goto out;
	}
	ok = list_parse(path, strbuf_span(&text), out, err);
out:
	strbuf_wipe(&text); /* there may have been passwords in it */
	return ok;
}

void list_done(struct list *l)
{
	free(l->row);
	arena_done(&l->arena);
	*l = (struct list){ 0 };
}

/* Not csv_put: that defuses formulas for spreadsheets, and would change a "-". */
static void put_field(struct strbuf *out, const char *s, bool first)
{
	if (!first)
		strbuf_addc(out, ',');
	if (strpbrk(s, ",;\t\"\r\n#") == NULL && *s != ' ') {
		strbuf_adds(out, s);
		return;
	}
	strbuf_addc(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, *s);
	}
	strbuf_addc(out, '"');
}

bool list_without_secrets(const char *name, struct span text, struct strbuf *out,
			  struct err *err)
{
	bool drop[CSV_FIELDS_MAX] = { false };
	struct csv_record r;
	struct arena arena;
	enum csv_next next;
	struct csv csv;
	bool header = true, first;
	size_t i;

	arena_init(&arena);
	csv_init(&csv, name, text);
	while ((next = csv_read(&csv, &r, err)) == CSV_RECORD) {
		first = true;
		for (i = 0; i < r.n; i++) {
			if (header)
				drop[i] = column_of(arena_span(
						  &arena,
						  span_trim(span_str(r.field[i])))) ==
					  COL_SECRET;
			if (drop[i])
				continue;
			put_field(out, r.field[i], first);
			first = false;
		}
		header = false;
		strbuf_addc(out, '\n');
	}
	csv_done(&csv);
	arena_done(&arena);
	return next == CSV_END;
}
