/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "base/text.h"
#include "plan/plan_waves_in.h"

#define OWNER_MAX 256 /* octets of a name */

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return strcmp(x->fold, y->fold);
}

static void index_names(struct waves *w)
{
	w->name = arena_alloc(&w->arena, (w->n + 1) * sizeof *w->name);
	for (size_t i = 0; i < w->n; i++)
		w->name[i] = (struct name){
			text_fold(&w->arena, span_str(w->job[i].account)), (uint32_t)i
		};
	if (w->n > 0)
		qsort(w->name, w->n, sizeof *w->name, by_name);
}

/* ---- whose folders are seen ---- */

static uint32_t root(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

struct owner {
	int64_t account;
	uint32_t job;
};

/* Cyrus writes a '.' in a user's name as '^' where '.' parts levels. */
static const char *owner_of(struct waves *w, struct span level)
{
	char *name = arena_alloc(&w->arena, level.n + 1);

	memcpy(name, level.p, level.n);
	name[level.n] = '\0';
	for (char *c = name; *c != '\0'; c++)
		if (*c == '^')
			*c = '.';
	return text_fold(&w->arena, span_str(name));
}

static void sees(struct waves *w, uint32_t job, struct span level)
{
	if (level.n == 0 || level.n > OWNER_MAX)
		return;
	if (w->sight_n == w->sight_cap) {
		w->sight_cap = w->sight_cap * 2 + 64;
		w->sight = mem_realloc(w->sight, w->sight_cap * sizeof *w->sight);
	}
	w->sight[w->sight_n++] = (struct waves_sight){ job, owner_of(w, level) };
}

/* The level that names an owner; empty: none does. */
static struct span level_of(const struct plan_foreign *x)
{
	struct span name = span_str(x->name);
	size_t n = 0, m;

	while (n < name.n && name.p[n] != x->delim)
		n++;
	if (n > 1 && name.p[0] == '~')
		return (struct span){ name.p + 1, n - 1 };
	for (m = n + 1; m < name.n && name.p[m] != x->delim; m++)
		;
	return n < name.n ? (struct span){ name.p + n + 1, m - n - 1 } : SPAN_LIT("");
}

/* "user.bert.Projects", "Other Users/bert", "shared/bert/INBOX", "~bert/x": the owner is
 * the second level, or the first behind a '~'. */
void waves_sees(struct waves *w, const struct plan_facts *f)
{
	struct span before = SPAN_LIT("");

	for (size_t i = 0; i < f->foreign_n; i++) {
		struct span level = level_of(&f->foreign[i]);

		/* Folders of one owner follow one another in a listing. */
		if (!span_eq(level, before))
			sees(w, (uint32_t)(w->n - 1), level);
		before = level;
	}
}

/* Names by which a folder may call the owner. */
static struct name *nicknames(struct waves *w, size_t *n_out)
{
	struct name *v = mem_calloc(3 * w->n + 1, sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		const char *user = w->user[i];
		struct span name = span_str(w->job[i].account);
		const char *at = memchr(name.p, '@', name.n);

		v[n++] = (struct name){ text_fold(&w->arena, name), (uint32_t)i };
		if (at != NULL && at > name.p)
			v[n++] = (struct name){
				text_fold(&w->arena,
					  (struct span){ name.p, (size_t)(at - name.p) }),
				(uint32_t)i
			};
		if (user != NULL && strcmp(user, name.p) != 0)
			v[n++] = (struct name){ text_fold(&w->arena, span_str(user)),
						(uint32_t)i };
	}
	if (n > 0)
		qsort(v, n, sizeof *v, by_name);
	*n_out = n;
	return v;
}

/* The only account of that name. */
static bool owner_job(const struct name *v, size_t n, const char *owner, uint32_t *out)
{
	const struct name key = { owner, 0 },
			  *at = n > 0 ? bsearch(&key, v, n, sizeof key, by_name) : NULL;
	const struct name *other;

	if (at == NULL)
		return false;
	for (other = at; other > v && strcmp(other[-1].fold, owner) == 0; other--)
		;
	for (; other < v + n && strcmp(other->fold, owner) == 0; other++)
		if (other->job != at->job)
			return false;
	*out = at->job;
	return true;
}

static int by_owner(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return x->job < y->job ? -1 : x->job > y->job;
}

/* Who sees somebody's folders goes with him; but what is seen by very many would make one
 * group of all. */
static void same_folders(struct waves *w, uint32_t *parent)
{
	size_t name_n, n = 0, kept = 0;
	struct name *name = nicknames(w, &name_n);
	struct owner *v = mem_calloc(w->sight_n + 1, sizeof *v);
	struct plan_hub *hub;

	for (size_t i = 0; i < w->sight_n; i++) {
		uint32_t job;

		if (owner_job(name, name_n, w->sight[i].owner, &job) &&
		    job != w->sight[i].job)
			v[n++] = (struct owner){ job, w->sight[i].job };
	}
	if (n > 0)
		qsort(v, n, sizeof *v, by_owner);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || by_owner(&v[i - 1], &v[i]) != 0)
			v[kept++] = v[i];
	hub = arena_alloc(w->r->arena, (kept / (PLAN_SHARE_MOST + 1) + 1) * sizeof *hub);
	w->r->hub = hub;
	for (size_t i = 0, to; i < kept; i = to) {
		for (to = i; to < kept && v[to].account == v[i].account; to++)
			;
		if (to - i > PLAN_SHARE_MOST) {
			hub[w->r->hub_n++] = (struct plan_hub){
				w->job[v[i].account].account, (int64_t)(to - i)
			};
			continue;
		}
		for (size_t k = i; k < to; k++) {
			parent[root(parent, v[k].job)] = root(parent,
							      (uint32_t)v[i].account);
			w->job[v[k].job].sees = true;
			w->job[v[i].account].sees = true;
		}
	}
	free(name);
	free(v);
}

/* ---- names of the config ---- */

/* The job of an account; NULL: it is done, stays, or is not asked for. */
static struct pack_job *named(struct waves *w, const char *account)
{
	struct name key = { text_fold(&w->arena, span_str(account)), 0 };
	const struct name *found = w->n > 0 ? bsearch(&key, w->name, w->n, sizeof key,
						      by_name)
					    : NULL;

	assert(w->pack != NULL || found == NULL);
	return found != NULL ? &w->pack[found->job] : NULL;
}

/* ---- groups ---- */

/* Those that share an account of either side go together. */
static void same_account(struct waves *w, const int64_t *account, uint32_t *parent)
{
	struct owner *v = mem_calloc(w->n + 1, sizeof *v);

	for (size_t i = 0; i < w->n; i++)
		v[i] = (struct owner){ account[i], (uint32_t)i };
	qsort(v, w->n, sizeof *v, by_owner);
	for (size_t i = 1; i < w->n; i++)
		if (v[i].account != 0 && v[i].account == v[i - 1].account)
			parent[root(parent, v[i].job)] = root(parent, v[i - 1].job);
	free(v);
}

void waves_groups(struct waves *w)
{
	const struct plan_waves_rules *rules = w->o->rules;
	uint32_t *parent = mem_calloc(w->n + 1, sizeof *parent),
		 *size = mem_calloc(w->n + 1, sizeof *size);

	index_names(w);
	for (uint32_t i = 0; i < w->n; i++)
		parent[i] = i;
	if (w->n > 0)
		same_folders(w, parent);
	same_account(w, w->old, parent);
	same_account(w, w->new, parent);
	for (size_t g = 0; g < rules->group_n; g++) {
		const struct pack_job *first = NULL;

		for (size_t i = 0; i < rules->group[g].n; i++) {
			const struct pack_job *j = named(w, rules->group[g].name[i]);

			if (j != NULL && first != NULL)
				parent[root(parent, (uint32_t)(j - w->pack))] = root(
					parent, (uint32_t)(first - w->pack));
			first = first != NULL ? first : j;
		}
	}
	for (uint32_t i = 0; i < w->n; i++)
		size[root(parent, i)]++;
	for (uint32_t i = 0; i < w->n; i++)
		if (size[root(parent, i)] > 1)
			w->job[i].group = w->pack[i].group = root(parent, i) + 1;
	free(parent);
	free(size);
}

void waves_dates(struct waves *w)
{
	const struct plan_waves_rules *rules = w->o->rules;

	for (size_t i = 0; i < rules->first.n; i++) {
		struct pack_job *j = named(w, rules->first.name[i]);

		if (j != NULL)
			j->priority = -1;
	}
	for (size_t i = 0; i < rules->last.n; i++) {
		struct pack_job *j = named(w, rules->last.name[i]);

		if (j != NULL)
			j->priority = 1;
	}
	for (size_t i = 0; i < rules->block_n; i++) {
		struct pack_job *j = named(w, rules->block[i].account);
		struct pack_span *v;

		if (j == NULL)
			continue;
		v = arena_alloc(&w->arena, (j->blocked_n + 1) * sizeof *v);
		if (j->blocked_n > 0)
			memcpy(v, j->blocked, j->blocked_n * sizeof *v);
		v[j->blocked_n++] = rules->block[i].span;
		j->blocked = v;
	}
}
