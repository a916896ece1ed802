/* SPDX-License-Identifier: MIT */
#include "plan/plan_crowd.h"

#include "base/strbuf.h"

void plan_sign(struct plan_map_signs *s, enum plan_map_class cls, const char *detail)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].cls == cls && strcmp(s->v[i].detail, detail) == 0)
			return;
	if (s->n < PLAN_MAP_SIGNS_MAX)
		s->v[s->n++] = (struct plan_map_sign){ cls, detail };
}

static int by_key(const void *a, const void *b)
{
	const struct plan_row *const *x = a, *const *y = b;
	int c = strcmp((*x)->key, (*y)->key);

	if (c == 0)
		c = strcmp((*x)->f.new_name, (*y)->f.new_name);
	return c != 0 ? c : strcmp((*x)->f.old_name, (*y)->f.old_name);
}

#define NAMED_MAX 4 /* folders of one collision that are named */

static const char *list_of(struct arena *arena, struct plan_row *const *v, size_t n,
			   const char *target)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; i < n && i < NAMED_MAX; i++)
		strbuf_addf(&sb, "%s\"%s\"", i > 0 ? ", " : "", v[i]->f.old_name);
	if (n > NAMED_MAX)
		strbuf_addf(&sb, " and %zu more", n - NAMED_MAX);
	if (target != NULL)
		strbuf_addf(&sb, " to \"%s\"", target);
	text = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

/* v: folders with one key, sorted.  Those of one very name collide; if there are several
 * names, all are alike. */
static void crowd(struct arena *arena, struct plan_row **v, size_t n)
{
	bool alike = strcmp(v[0]->f.new_name, v[n - 1]->f.new_name) != 0;
	const char *detail = alike ? list_of(arena, v, n, NULL) : NULL;

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1;
		     end < n && strcmp(v[i]->f.new_name, v[end]->f.new_name) == 0; end++)
			;
		if (end - i < 2)
			continue;
		for (size_t k = i; k < end; k++)
			plan_sign(&v[k]->f.signs, PLAN_MAP_COLLIDED,
				  list_of(arena, v + i, end - i, v[i]->f.new_name));
	}
	for (size_t i = 0; alike && i < n; i++)
		plan_sign(&v[i]->f.signs, PLAN_MAP_ALIKE, detail);
}

void plan_crowds(struct arena *arena, struct plan_row *row, size_t n)
{
	struct plan_row **v = arena_alloc(arena, (n + 1) * sizeof(struct plan_row *));
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (row[i].key != NULL && row[i].f.mail)
			v[m++] = &row[i];
	qsort(v, m, sizeof *v, by_key);
	for (size_t i = 0, end; i < m; i = end) {
		for (end = i + 1; end < m && strcmp(v[i]->key, v[end]->key) == 0; end++)
			;
		if (end - i > 1)
			crowd(arena, v + i, end - i);
	}
}
