/* SPDX-License-Identifier: MIT */
#include "verify/pairing.h"

#include "map/map.h"

/* A name to search by, and whose it is. */
struct entry {
	const char *name;
	size_t i;
};

/* An old folder on its way to a pairing. */
struct claim {
	size_t old_i, new_i;
	const char *target;
	bool mail, fold_only;
};

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->i > y->i) - (x->i < y->i);
}

static const struct entry *find(const struct entry *v, size_t n, const char *name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(v[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && strcmp(v[lo].name, name) == 0 ? &v[lo] : NULL;
}

/* Those that share a new folder, or an absent target, side by side; the ones with mail
 * first. */
static int by_place(const void *a, const void *b, void *old)
{
	const struct claim *x = a, *y = b;
	const struct pairing_folder *folders = old;
	int c;

	if (x->new_i != y->new_i)
		return x->new_i < y->new_i ? -1 : 1;
	c = x->new_i == PAIRING_NONE ? strcmp(x->target, y->target) : 0;
	if (c == 0 && x->mail != y->mail)
		return x->mail ? -1 : 1;
	if (c == 0)
		c = strcmp(folders[x->old_i].common, folders[y->old_i].common);
	return c != 0 ? c : (x->old_i > y->old_i) - (x->old_i < y->old_i);
}

static bool same_place(const struct claim *a, const struct claim *b)
{
	return a->new_i == b->new_i &&
	       (a->new_i != PAIRING_NONE || strcmp(a->target, b->target) == 0);
}

static enum pair_kind kind_of(const struct claim *c, const struct pairing_folder *old,
			      size_t crowd, bool blocked)
{
	if (!c->mail)
		return PAIR_UNSELECTABLE;
	if (crowd > 1)
		return PAIR_COLLIDED;
	if (c->new_i == PAIRING_NONE || blocked)
		return PAIR_MISSING;
	if (old->how == PAIRING_RULE || c->fold_only)
		return PAIR_RENAMED;
	return PAIR_PAIRED;
}

static struct claim *claims_of(struct arena *arena, const struct pairing_folder *old,
			       size_t old_n, const struct pairing_folder *new,
			       size_t new_n)
{
	struct claim *claims = arena_alloc(arena, (old_n + 1) * sizeof *claims);
	struct entry *exact = arena_alloc(arena, (new_n + 1) * sizeof *exact);
	struct entry *folded = arena_alloc(arena, (new_n + 1) * sizeof *folded);

	for (size_t i = 0; i < new_n; i++) {
		exact[i] = (struct entry){ new[i].common, i };
		folded[i] = (struct entry){ map_fold(arena, new[i].common), i };
	}
	qsort(exact, new_n, sizeof *exact, by_name);
	qsort(folded, new_n, sizeof *folded, by_name);
	for (size_t i = 0; i < old_n; i++) {
		const struct entry *e = find(exact, new_n, old[i].target);
		struct claim *c = &claims[i];

		*c = (struct claim){ .old_i = i,
				     .target = old[i].target,
				     .mail = old[i].mail };
		if (e == NULL) {
			e = find(folded, new_n, map_fold(arena, old[i].target));
			c->fold_only = e != NULL;
		}
		c->new_i = e != NULL ? e->i : PAIRING_NONE;
	}
	return claims;
}

void pairing_make(struct arena *arena, const struct pairing_folder *old, size_t old_n,
		  const struct pairing_folder *new, size_t new_n, struct pairing **out,
		  size_t *n_out)
{
	struct pairing *v = arena_alloc(arena, (old_n + new_n + 1) * sizeof *v);
	struct claim *claims = claims_of(arena, old, old_n, new, new_n);
	bool *claimed = arena_alloc(arena, new_n + 1);
	size_t n = 0;

	qsort_r(claims, old_n, sizeof *claims, by_place, (void *)(uintptr_t)old);
	for (size_t i = 0, end; i < old_n; i = end) {
		size_t crowd = 0;
		size_t new_i = claims[i].new_i;
		bool blocked;

		for (end = i; end < old_n && same_place(&claims[i], &claims[end]); end++)
			crowd += claims[end].mail;
		if (new_i != PAIRING_NONE)
			claimed[new_i] = true;
		/* The name is there, but nothing can be kept in it. */
		blocked = new_i != PAIRING_NONE && !new[new_i].mail;
		for (size_t j = i; j < end; j++, n++) {
			const struct claim *c = &claims[j];

			v[n] = (struct pairing){
				.kind = kind_of(c, &old[c->old_i], crowd, blocked),
				.old_i = c->old_i,
				.new_i = blocked && c->mail ? PAIRING_NONE : new_i,
				.leader = n - (j - i),
				.fold_only = c->fold_only,
				.blocked = blocked && c->mail
			};
		}
	}
	for (size_t i = 0; i < new_n; i++) {
		if (claimed[i] || !new[i].mail)
			continue;
		v[n] = (struct pairing){
			.kind = PAIR_EXTRA, .old_i = PAIRING_NONE, .new_i = i, .leader = n
		};
		n++;
	}
	*out = v;
	*n_out = n;
}
