/* SPDX-License-Identifier: MIT */
#include "plan/plan_groups.h"

#define SLOTS                                                                            \
	16384 /* a power of two, more than twice PLAN_MAP_GROUPS and the classes         \
	       */
_Static_assert(SLOTS > 2 * (PLAN_MAP_GROUPS + PLAN_MAP_CLASS_COUNT),
	       "there is always a free slot");

struct entry {
	struct plan_map_group group;
	int64_t last; /* transfer that was counted last */
};

struct plan_groups {
	struct arena arena;
	struct entry **slot; /* open addressing */
	size_t n;
};

struct plan_groups *plan_groups_new(void)
{
	struct plan_groups *g = mem_calloc(1, sizeof *g);

	arena_init(&g->arena);
	g->slot = mem_calloc(SLOTS, sizeof(struct entry *));
	return g;
}

void plan_groups_free(struct plan_groups *g)
{
	if (g == NULL)
		return;
	arena_done(&g->arena);
	free(g->slot);
	free(g);
}

/* FNV-1a */
static uint32_t hash(enum plan_map_class cls, const char *detail)
{
	uint32_t h = 2166136261u ^ (uint32_t)cls;

	for (h *= 16777619u; *detail != '\0'; detail++)
		h = (h ^ (unsigned char)*detail) * 16777619u;
	return h;
}

/* The slot of this group, or the free one where it belongs. */
static struct entry **slot_of(struct plan_groups *g, enum plan_map_class cls,
			      const char *detail)
{
	size_t i = hash(cls, detail) % SLOTS;

	while (g->slot[i] != NULL && (g->slot[i]->group.cls != cls ||
				      strcmp(g->slot[i]->group.detail, detail) != 0))
		i = (i + 1) % SLOTS;
	return &g->slot[i];
}

void plan_groups_add(struct plan_groups *g, const struct plan_map_sign *sign,
		     int64_t transfer, const char *who, const char *what,
		     int64_t messages, int64_t octets)
{
	struct entry **slot = slot_of(g, sign->cls, sign->detail), *e;
	struct plan_map_group *group;

	if (*slot == NULL && g->n >= PLAN_MAP_GROUPS)
		slot = slot_of(g, sign->cls, "");
	if (*slot == NULL) {
		bool rest = g->n >= PLAN_MAP_GROUPS;

		e = *slot = arena_alloc(&g->arena, sizeof *e);
		e->group.cls = sign->cls;
		e->group.detail = rest ? "" : arena_strdup(&g->arena, sign->detail);
		e->last = -1;
		g->n++;
	}
	e = *slot;
	group = &e->group;
	group->folders++;
	group->messages += messages > 0 ? messages : 0;
	group->octets += octets > 0 ? octets : 0;
	if (e->last == transfer)
		return;
	e->last = transfer; /* one example each */
	if (group->transfers < PLAN_MAP_EXAMPLES) {
		group->who[group->transfers] = arena_strdup(&g->arena, who);
		group->what[group->transfers] = arena_strdup(&g->arena, what);
	}
	group->transfers++;
}

static int by_weight(const void *a, const void *b)
{
	const struct plan_map_group *x = a, *y = b;

	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	if (x->folders != y->folders)
		return x->folders > y->folders ? -1 : 1;
	return strcmp(x->detail, y->detail);
}

void plan_groups_list(const struct plan_groups *g, struct arena *arena,
		      const struct plan_map_group **out, size_t *n_out)
{
	struct plan_map_group *v = arena_alloc(arena, (g->n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		if (g->slot[i] == NULL)
			continue;
		v[n] = g->slot[i]->group;
		v[n].detail = arena_strdup(arena, v[n].detail);
		for (size_t k = 0; k < PLAN_MAP_EXAMPLES && v[n].who[k] != NULL; k++) {
			v[n].who[k] = arena_strdup(arena, v[n].who[k]);
			v[n].what[k] = arena_strdup(arena, v[n].what[k]);
		}
		n++;
	}
	qsort(v, n, sizeof *v, by_weight);
	*out = v;
	*n_out = n;
}
