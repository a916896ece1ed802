/* SPDX-License-Identifier: MIT */
#include "plan/plan_pop.h"

struct place {
	int64_t transfer;
	size_t at;
};
struct plan_pop_index {
	const struct plan_use *use;
	struct place *v; /* by transfer */
};

static int by_transfer(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->transfer > y->transfer) - (x->transfer < y->transfer);
}

struct plan_pop_index *plan_pop_index(struct arena *arena, const struct plan_use *use)
{
	struct plan_pop_index *ix;

	if (use == NULL || use->n == 0)
		return NULL;
	ix = arena_alloc(arena, sizeof *ix);
	*ix = (struct plan_pop_index){ use, arena_alloc(arena, use->n * sizeof *ix->v) };
	for (size_t i = 0; i < use->n; i++)
		ix->v[i] = (struct place){ use->t[i].id, i };
	qsort(ix->v, use->n, sizeof *ix->v, by_transfer);
	return ix;
}

const struct use_of *plan_pop_use(const struct plan_pop_index *ix, int64_t transfer)
{
	const struct place key = { .transfer = transfer }, *at;

	if (ix == NULL)
		return NULL;
	at = bsearch(&key, ix->v, ix->use->n, sizeof key, by_transfer);
	return at != NULL ? &ix->use->of[SIDE_OLD][at->at] : NULL;
}

bool plan_pop(const struct plan_pop_index *ix, const struct plan_facts *f,
	      struct plan_pop *out)
{
	const struct use_of *of = plan_pop_use(ix, f->t->id);

	if (of == NULL ||
	    (of->last_by[LOG_POP3] == 0 && (of->clients & CLIENT_DOWNLOAD) == 0))
		return false;
	*out = (struct plan_pop){ .last = of->last_by[LOG_POP3],
				  .deletes = (of->clients & CLIENT_DOWNLOAD) != 0,
				  .messages = -1,
				  .octets = -1 };
	for (size_t i = 0; i < f->folder_n; i++)
		if (strcasecmp(f->folder[i].name, "INBOX") == 0) {
			out->messages = f->folder[i].messages;
			out->octets = f->folder[i].octets;
		}
	return true;
}
