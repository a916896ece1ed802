/* SPDX-License-Identifier: MIT */
/* Which folders are compared: the folders of each transfer by name, then all that share a
 * new folder side by side. */
#include <assert.h>

#include "verify/work.h"

static unsigned levels(const char *name)
{
	unsigned n = 1;

	for (; *name != '\0'; name++)
		n += *name == '/';
	return n;
}

static enum pairing_how how_of(enum map_how how)
{
	static const enum pairing_how as[] = {
		[MAP_SAME] = PAIRING_SAME,
		[MAP_RULE] = PAIRING_RULE,
		[MAP_EXCLUDED] = PAIRING_EXCLUDED,
	};

	return as[how];
}

/* The folders of the new account with a special use. */
static struct map_special *special_folders(struct work *w, size_t *n_out)
{
	const struct work_side *s = &w->new;
	struct map_special *v = arena_alloc(w->arena, (s->folder_n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < s->folder_n; i++)
		if ((s->folder[i].view->folder.attrs & FOLDER_SPECIAL_MASK) != 0)
			v[n++] = (struct map_special){ s->folder[i].common,
						       s->folder[i].view->folder.attrs };
	*n_out = n;
	return v;
}

static struct pairing_folder *new_names(struct work *w)
{
	const struct work_side *s = &w->new;
	struct pairing_folder *v = arena_alloc(w->arena, (s->folder_n + 1) * sizeof *v);

	for (size_t i = 0; i < s->folder_n; i++)
		v[i] = (struct pairing_folder){ .common = s->folder[i].common,
						.mail = s->folder[i].proof !=
							PROOF_NO_MAIL };
	return v;
}

static struct pairing_folder *old_names(struct work *w, struct work_member *m)
{
	const struct work_side *s = &m->old;
	struct pairing_folder *v = arena_alloc(w->arena, (s->folder_n + 1) * sizeof *v);
	size_t special_n;
	struct map_special *special = special_folders(w, &special_n);

	map_enter(w->map, m->t->name, m->t->new_prefix, special, special_n);
	for (size_t i = 0; i < s->folder_n; i++) {
		struct map_result r;

		struct err why = ERR_INIT;

		/* A rule that fails on one folder spoils that folder alone. */
		if (!map_target(w->map, w->arena, s->folder[i].common,
				s->folder[i].view->folder.attrs, &r, &why)) {
			r = (struct map_result){ .how = MAP_SAME,
						 .target = s->folder[i].common };
			s->folder[i].proof = PROOF_FAILED;
			s->folder[i].trouble = arena_strdup(w->arena, why.text);
		}
		v[i] = (struct pairing_folder){
			.common = s->folder[i].common,
			.target = r.target,
			.how = how_of(r.how),
			.rule = r.rule != NULL ? r.rule->text : NULL,
			.mail = s->folder[i].proof != PROOF_NO_MAIL
		};
	}
	fates_aim(w, m);
	return v;
}

/* A pairing of one member on its way to a pair. */
struct slot {
	struct work_member *m;
	const struct pairing *pairing;
	const struct pairing_folder *old;
	size_t rank; /* equal for those that share a new folder, or an absent target */
	size_t at;
};

static int by_rank(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* All members' pairings; a new folder that nobody claims stands once. */
static struct slot *slots_of(struct work *w, size_t *n_out)
{
	size_t new_n = w->new.folder_n, n = 0, cap = 0, next = 0, last = SIZE_MAX;
	struct pairing_folder *new = new_names(w);
	size_t *rank = arena_alloc(w->arena, (new_n + 1) * sizeof *rank);
	bool *claimed = arena_alloc(w->arena, (new_n + 1) * sizeof *claimed);
	struct slot *slot;

	for (size_t k = 0; k < w->member_n; k++)
		cap += w->member[k].old.folder_n + new_n;
	slot = arena_alloc(w->arena, (cap + 1) * sizeof *slot);
	for (size_t i = 0; i < new_n; i++)
		rank[i] = SIZE_MAX;
	for (size_t k = 0; k < w->member_n; k++) {
		struct work_member *m = &w->member[k];
		struct pairing *plan;
		size_t plan_n, first = n;
		struct pairing_folder *old;

		if (m->not_judged != NULL || m->blind)
			continue;
		old = old_names(w, m);
		pairing_make(w->arena, old, m->old.folder_n, new, new_n, &plan, &plan_n);
		for (size_t i = 0; i < plan_n; i++) {
			struct slot *s = &slot[n];

			*s = (struct slot){ .m = m, .pairing = &plan[i], .at = n };
			if (plan[i].old_i != PAIRING_NONE)
				s->old = &old[plan[i].old_i];
			if (plan[i].new_i == PAIRING_NONE) {
				s->rank = plan[i].leader == i
						  ? next++
						  : slot[first + plan[i].leader].rank;
			} else {
				if (rank[plan[i].new_i] == SIZE_MAX)
					rank[plan[i].new_i] = next++;
				s->rank = rank[plan[i].new_i];
				claimed[plan[i].new_i] |= s->old != NULL;
			}
			n++;
		}
	}
	qsort(slot, n, sizeof *slot, by_rank);
	*n_out = 0;
	for (size_t i = 0; i < n; i++) {
		const struct pairing *p = slot[i].pairing;
		bool extra = slot[i].old == NULL;

		/* Claimed by another member, or told already. */
		if (extra && (claimed[p->new_i] || slot[i].rank == last))
			continue;
		last = slot[i].rank;
		slot[(*n_out)++] = slot[i];
	}
	return slot;
}

/* A folder that has no messages has no flags that were not read. */
static bool has_flags(const struct work_folder *f)
{
	return f == NULL || f->proof == PROOF_NO_MAIL || f->view->depth == DEPTH_FULL ||
	       f->sealed_only;
}

/* Flags of another login than the owner's are not known, never lost. */
static bool foreign(const struct work_side *s)
{
	return judge_foreign_flags(s->view.rights);
}

static void set_base(struct work_pair *p, enum side side)
{
	const struct work_folder *f = p->folder[side];
	const struct seal_folder *s;
	struct work_base *b = &p->base[side];

	if (f == NULL || !p->m->sealed)
		return;
	b->run = p->m->seal.run[side];
	s = evidence_at_seal(p->m, f->view->folder.id);
	/* One that was a mere place then has its mail from later. */
	if (s == NULL || s->epoch == 0) {
		b->after = true;
		return;
	}
	if (s->epoch != f->epoch) {
		p->renumbered[side] = f->epoch != 0;
		b->after = side == SIDE_NEW;
		return;
	}
	b->sealed = true;
	b->uidnext = s->uidnext;
	p->set_back[side] = f->view->state.uidnext != 0 &&
			    f->view->state.uidnext < s->uidnext;
}

/* Few folders are judged again, and few of those differ in size: no index. */
static int64_t last_bias(const struct work_pair *p)
{
	const struct work_member *m = p->m;

	if (p->folder[SIDE_OLD] == NULL)
		return 0;
	for (size_t i = 0; i < m->was_n; i++)
		if (m->was[i].bias != 0 &&
		    m->was[i].old_folder == p->folder[SIDE_OLD]->view->folder.id)
			return m->was[i].bias;
	return 0;
}

bool pairs_make(struct work *w, struct err *err)
{
	struct slot *slot = slots_of(w, &w->pair_n);
	size_t leader = 0;

	w->pair = arena_alloc(w->arena, (w->pair_n + 1) * sizeof *w->pair);
	for (size_t i = 0; i < w->pair_n; i++) {
		const struct pairing *plan = slot[i].pairing;
		struct work_pair *p = &w->pair[i];
		const struct work_folder *a = NULL, *b = NULL;

		if (i == 0 || slot[i].rank != slot[i - 1].rank)
			leader = i;
		if (plan->old_i != PAIRING_NONE)
			a = &slot[i].m->old.folder[plan->old_i];
		if (plan->new_i != PAIRING_NONE)
			b = &w->new.folder[plan->new_i];
		*p = (struct work_pair){
			.m = slot[i].m,
			.pairing = plan,
			.leader = leader,
			.folder = { a, b },
			.epoch = { a != NULL ? a->epoch : 0, b != NULL ? b->epoch : 0 },
			.flags = has_flags(a) && has_flags(b) &&
				 !foreign(&slot[i].m->old) && !foreign(&w->new)
		};
		if (slot[i].old != NULL)
			p->target = slot[i].old->target;
		if (slot[i].old != NULL && slot[i].old->how == PAIRING_EXCLUDED)
			p->excluded = slot[i].old->rule;
		assert(a != NULL || b != NULL);
		p->depth = levels(a != NULL ? a->common : b->common);
		p->bias = last_bias(p);
		set_base(p, SIDE_OLD);
		set_base(p, SIDE_NEW);
		p->row = (struct pair){ .transfer = p->m->t->id,
					.kind = plan->kind,
					.old_folder = a != NULL ? a->view->folder.id : 0,
					.new_folder = b != NULL ? b->view->folder.id : 0,
					.old_name = a != NULL ? a->common : "",
					.new_name = b != NULL ? b->common : "",
					.note = "" };
		if (!store_pair_add(w->st, &p->row, err))
			return false;
	}
	return true;
}
