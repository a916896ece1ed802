/* SPDX-License-Identifier: MIT */
/* Who else may do what with the folders: what of it did not come along.  It is no mail:
 * what others can no longer do is information, and a doubt only where somebody may now
 * read what was closed to him. */
#include <assert.h>

#include "map/map_login.h"
#include "store/store_acl.h"
#include "verify/rights.h"
#include "verify/work.h"

enum {
	ALONE_MAX = 3, /* folders with the same difference that are told each by itself */
	NAMED_MAX = 10, /* of more: so many are named */
	TOLD_MAX = 12,	/* persons in the words of one folder */
};

/* One person of both lists of a folder. */
struct grant {
	const char *key; /* the same person has the same on both sides */
	const char *who; /* as the server writes it */
	const char *rights;
};

/* What is to be told of one folder. */
struct difference {
	const char *text;
	const char *old_name, *new_name;
	enum side side;
	bool opens;
};

struct lists {
	struct acl_view *v;
	size_t n;
};

struct judging {
	struct work *w;
	struct work_member *m;
	struct lists list[SIDE_COUNT];
	struct difference *found;
	size_t found_n;
	/* Others have rights on the old side of so many folders of which the new side
	 * tells nothing; the first. */
	size_t silent;
	const char *silent_name;
	/* The server was asked, and did not tell. */
	size_t untold[SIDE_COUNT];
	const char *untold_words[SIDE_COUNT];
};

static const struct folder_acl *list_of(const struct lists *l, int64_t folder)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->v[mid].acl.folder < folder)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n && l->v[lo].acl.folder == folder ? &l->v[lo].acl : NULL;
}

/* ---- who is who ---- */

static void names_open(struct work *w)
{
	static const struct map_login_rules plain = { 0 };
	struct err unused = ERR_INIT;
	bool ok;

	if (*w->names != NULL)
		return;
	ok = map_login_new(&plain, w->names, &unused);
	assert(ok); /* there is no rule that could be wrong */
	(void)ok;
	for (int s = 0; s < SIDE_COUNT; s++)
		for (size_t i = 0; i < w->everyone_n; i++)
			if (w->everyone[i].gone == 0)
				map_login_add(*w->names, (enum side)s, &w->everyone[i],
					      1);
}

static struct span after(struct span s, const char *word)
{
	size_t n = strlen(word);

	return span_istarts(s, word) && s.n > n ? span_from(s, n)
						: (struct span){ NULL, 0 };
}

static bool is_login(const struct judging *g, enum side side, struct span who)
{
	const struct transfer *t = g->m->t;
	const char *user = side == SIDE_OLD ? t->old_user : t->new_user;
	struct arena *a = g->w->arena;

	assert(user != NULL); /* folders of that side are compared */
	return strcmp(map_login_form(*g->w->names, who, a),
		      map_login_form(*g->w->names, span_str(user), a)) == 0;
}

/*
 * NULL: the owner, or whoever runs the server; their rights are their own.  Groups are
 * "group:x" on Cyrus, "$x" on Dovecot ("!$x": before what its members have), "group=x" on
 * Courier; what the administrator of a Dovecot set begins with "#", and Courier tells
 * persons as "user=x".
 */
static const char *key_of(const struct judging *g, enum side side, const char *text)
{
	static const char *const groups[] = { "group:", "group=", "$", "!$" };
	static const char *const words[] = { "anyone", "anonymous", "authenticated" };
	struct span who = span_str(text), rest;
	struct arena *arena = g->w->arena;
	const char *sign = "";
	const struct transfer *t;
	bool shared;

	if (who.n > 1 && who.p[0] == '-') {
		sign = "-";
		who = span_from(who, 1);
	}
	if (who.n > 1 && who.p[0] == '#')
		who = span_from(who, 1);
	if (span_eq_str(who, "owner") || span_eq_str(who, "administrators"))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (span_ieq_str(who, words[i]))
			return arena_printf(arena, "%s%s", sign, words[i]);
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		rest = after(who, groups[i]);
		if (rest.n > 0)
			return arena_printf(arena, "%sgroup %s", sign,
					    map_login_form(*g->w->names, rest, arena));
	}
	rest = after(who, "user=");
	if (rest.n > 0)
		who = rest;
	if (is_login(g, side, who))
		return NULL;
	t = map_login_find(*g->w->names, side, who, &shared);
	if (t != NULL)
		return arena_printf(arena, "%saccount %lld", sign, (long long)t->id);
	return arena_printf(arena, "%sperson %s", sign,
			    map_login_form(*g->w->names, who, arena));
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct grant *)a)->key, ((const struct grant *)b)->key);
}

static int by_key_and_who(const void *a, const void *b)
{
	int c = by_key(a, b);

	return c != 0 ? c
		      : strcmp(((const struct grant *)a)->who,
			       ((const struct grant *)b)->who);
}

/* Rights that concern nobody: "anyone" may post on Cyrus, which delivers by it. */
static bool is_idle(const struct grant *grant)
{
	return *grant->rights == '\0' ||
	       (strcmp(grant->key, "anyone") == 0 && strcmp(grant->rights, "p") == 0);
}

/* The rights of two entries for the same person. */
static const char *both(struct arena *arena, const char *a, const char *b)
{
	struct strbuf out = STRBUF_INIT;
	const char *text;

	strbuf_adds(&out, a);
	for (; *b != '\0'; b++)
		if (strchr(a, *b) == NULL)
			strbuf_addc(&out, *b);
	text = arena_span(arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

/* Others in the list, by key, each once. */
static struct grant *others(const struct judging *g, enum side side,
			    const struct folder_acl *a, size_t *n_out)
{
	struct arena *arena = g->w->arena;
	struct grant *v = arena_alloc(arena, (a->n + 1) * sizeof *v);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < a->n; i++) {
		v[n] = (struct grant){ .key = key_of(g, side, a->entry[i].who),
				       .who = a->entry[i].who,
				       .rights = a->entry[i].rights };
		n += v[n].key != NULL && !is_idle(&v[n]);
	}
	if (n > 0)
		qsort(v, n, sizeof *v, by_key_and_who);
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && strcmp(v[kept - 1].key, v[i].key) == 0)
			v[kept - 1].rights = both(arena, v[kept - 1].rights, v[i].rights);
		else
			v[kept++] = v[i];
	}
	*n_out = kept;
	return v;
}

/* ---- one folder ---- */

/* What of one person differs. */
struct change {
	const struct grant *old, *new; /* NULL: no entry */
	bool opens;
};

static const char *rights_of(const struct grant *v, size_t n, const char *key)
{
	const struct grant want = { .key = key };
	const struct grant *hit = bsearch(&want, v, n, sizeof *v, by_key);

	return hit != NULL ? hit->rights : "";
}

/* Somebody may read, or give himself any right, who could not before: neither by name nor
 * because all could.  What is taken away from somebody is the other way round. */
static bool opens(struct arena *arena, const struct grant *old, size_t n, const char *key,
		  const char *now, struct rights_differ *d)
{
	const char *had = rights_of(old, n, key);

	if (*key == '-')
		return strpbrk(d->lost, "ra") != NULL;
	if (!d->opens)
		return false;
	had = both(arena, had, rights_of(old, n, "anyone"));
	if (strcmp(key, "anyone") != 0 && strcmp(key, "anonymous") != 0)
		had = both(arena, had, rights_of(old, n, "authenticated"));
	rights_compare(had, now, d);
	return d->opens;
}

/* "ben had lrs and has l" */
static void say(struct strbuf *out, const struct change *c)
{
	strbuf_addf(out, "%s%s had %s and has %s", out->n > 0 ? "; " : "",
		    c->old != NULL ? c->old->who : c->new->who,
		    c->old != NULL ? c->old->rights : "nothing",
		    c->new != NULL ? c->new->rights : "nothing");
}

/* Those to whom it opens come first: there may be more than are named. */
static const char *say_all(struct arena *arena, const struct change *v, size_t n)
{
	struct strbuf text = STRBUF_INIT;
	const char *said;
	size_t told = 0;

	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < n; i++)
			if (v[i].opens == (first == 1) && told++ < TOLD_MAX)
				say(&text, &v[i]);
	if (n > TOLD_MAX)
		strbuf_addf(&text, "; and %zu more", n - TOLD_MAX);
	said = arena_span(arena, strbuf_span(&text));
	strbuf_done(&text);
	return said;
}

static void compare(struct judging *g, const struct work_pair *p,
		    const struct folder_acl *old, const struct folder_acl *new)
{
	struct arena *arena = g->w->arena;
	size_t a_n, b_n, a = 0, b = 0, n = 0;
	struct grant *x = others(g, SIDE_OLD, old, &a_n);
	struct grant *y = others(g, SIDE_NEW, new, &b_n);
	struct change *change = mem_alloc((a_n + b_n + 1) * sizeof *change);
	struct difference *found = &g->found[g->found_n];

	*found = (struct difference){ .old_name = p->row.old_name,
				      .new_name = p->row.new_name };
	while (a < a_n || b < b_n) {
		int order = a == a_n ? 1 : b == b_n ? -1 : strcmp(x[a].key, y[b].key);
		const struct grant *was = order <= 0 ? &x[a++] : NULL;
		const struct grant *is = order >= 0 ? &y[b++] : NULL;
		const char *now = is != NULL ? is->rights : "";
		struct rights_differ d;

		assert(was != NULL || is != NULL);
		rights_compare(was != NULL ? was->rights : "", now, &d);
		if (*d.lost == '\0' && *d.won == '\0')
			continue;
		change[n] = (struct change){
			was, is,
			opens(arena, x, a_n, was != NULL ? was->key : is->key, now, &d)
		};
		found->opens |= change[n++].opens;
	}
	if (n > 0) {
		found->side = found->opens ? SIDE_NEW : SIDE_OLD;
		found->text = say_all(arena, change, n);
		g->found_n++;
	}
	free(change);
}

static void untold(struct judging *g, enum side side, const char *words)
{
	if (g->untold[side]++ == 0)
		g->untold_words[side] = words;
}

static void look(struct judging *g, const struct work_pair *p)
{
	const struct work_folder *f[SIDE_COUNT] = { p->folder[SIDE_OLD],
						    p->folder[SIDE_NEW] };
	const struct folder_acl *a[SIDE_COUNT];
	size_t n;

	for (int s = 0; s < SIDE_COUNT; s++) {
		if (f[s] == NULL || f[s]->sealed_only || f[s]->proof == PROOF_NO_MAIL ||
		    places_unread(f[s])) /* said by itself */
			return;
		a[s] = list_of(&g->list[s], f[s]->view->folder.id);
		if (a[s] != NULL && *a[s]->words != '\0') {
			untold(g, (enum side)s, a[s]->words);
			a[s] = NULL;
		}
	}
	if (a[SIDE_OLD] == NULL)
		return;
	if (a[SIDE_NEW] != NULL) {
		compare(g, p, a[SIDE_OLD], a[SIDE_NEW]);
		return;
	}
	(void)others(g, SIDE_OLD, a[SIDE_OLD], &n);
	if (n > 0 && g->silent++ == 0)
		g->silent_name = p->row.old_name;
}

/* ---- telling ---- */

static int by_text(const void *a, const void *b)
{
	const struct difference *x = a, *y = b;
	int c = strcmp(x->text, y->text);

	return c != 0 ? c : strcmp(x->old_name, y->old_name);
}

static enum severity severity_of(const struct difference *d)
{
	return d->opens ? SEVERITY_DOUBT : SEVERITY_INFO;
}

static bool tell_one(const struct judging *g, const struct difference *d, struct err *err)
{
	bool new = d->side == SIDE_NEW;

	return emit_place(
		g->w, g->m, FINDING_ACCESS, severity_of(d), WHY_NONE, d->side,
		new ? d->new_name : d->old_name, new ? d->old_name : d->new_name,
		arena_printf(g->w->arena, "On this folder %s on the new side.%s", d->text,
			     d->opens ? "  Somebody may read there now who could "
					"not before."
				      : ""),
		1, err);
}

/* The same of many folders. */
static bool tell_many(const struct judging *g, const struct difference *d, size_t n,
		      struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok;

	strbuf_addf(&text, "On %zu folders %s on the new side", n, d->text);
	for (size_t i = 0; i < n && i < NAMED_MAX; i++)
		strbuf_addf(&text, "%s\"%s\"", i == 0 ? ": " : ", ", d[i].old_name);
	if (n > NAMED_MAX)
		strbuf_addf(&text, " and %zu more", n - NAMED_MAX);
	strbuf_addf(&text, ".%s",
		    d->opens ? "  Somebody may read there now who could not before."
			     : "");
	ok = emit_place(g->w, g->m, FINDING_ACCESS, severity_of(d), WHY_NONE, d->side, "",
			"", strbuf_cstr(&text), 1, err);
	strbuf_done(&text);
	return ok;
}

static bool tell(const struct judging *g, struct err *err)
{
	if (g->found_n > 0)
		qsort(g->found, g->found_n, sizeof *g->found, by_text);
	for (size_t i = 0, end; i < g->found_n; i = end) {
		for (end = i + 1; end < g->found_n &&
				  strcmp(g->found[i].text, g->found[end].text) == 0;)
			end++;
		if (end - i > ALONE_MAX) {
			if (!tell_many(g, &g->found[i], end - i, err))
				return false;
			continue;
		}
		for (size_t k = i; k < end; k++)
			if (!tell_one(g, &g->found[k], err))
				return false;
	}
	return true;
}

/* What nobody could compare. */
static bool tell_untold(const struct judging *g, struct err *err)
{
	struct work *w = g->w;

	if (g->silent > 0 &&
	    !emit_place(
		    w, g->m, FINDING_ACCESS, SEVERITY_INFO, WHY_NONE, SIDE_NEW, "", "",
		    arena_printf(w->arena,
				 "Others have rights on %zu of the old side's folders, "
				 "the first \"%s\", and the new side does not tell who "
				 "may do what there.",
				 g->silent, g->silent_name),
		    1, err))
		return false;
	for (int s = 0; s < SIDE_COUNT; s++)
		if (g->untold[s] > 0 &&
		    !emit_place(w, g->m, FINDING_ACCESS, SEVERITY_INFO, WHY_NONE,
				(enum side)s, "", "",
				arena_printf(
					w->arena,
					"Of %zu folders the %s side did not tell who may "
					"do what (%s): that is not compared.",
					g->untold[s], side_name((enum side)s),
					g->untold_words[s]),
				1, err))
			return false;
	return true;
}

bool grants_judge(struct work *w, struct work_member *m, struct err *err)
{
	struct judging g = { .w = w, .m = m };

	/* What an old listing shows or lacks is no news. */
	if (m->old.proof == PROOF_OLD || w->new.proof == PROOF_OLD)
		return true;
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_acls(w->st, work_side(w, m, (enum side)s)->account, w->arena,
				&g.list[s].v, &g.list[s].n, err))
			return false;
	if (g.list[SIDE_OLD].n == 0)
		return true;
	names_open(w);
	g.found = arena_alloc(w->arena, (w->pair_n + 1) * sizeof *g.found);
	for (size_t i = 0; i < w->pair_n; i++)
		/* Folders that became one are another matter. */
		if (w->pair[i].m == m && w->pair[i].row.kind != PAIR_COLLIDED)
			look(&g, &w->pair[i]);
	return tell(&g, err) && tell_untold(&g, err);
}
