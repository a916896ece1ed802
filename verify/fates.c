/* SPDX-License-Identifier: MIT */
/*
 * Where folders went: a server with OBJECTID (RFC 8474) gives each an id that it keeps
 * when it is renamed.  It only explains.  Which messages are there is judged without it.
 */
#include "base/text.h"
#include "verify/work.h"

static int by_name(const void *a, const void *b)
{
	const struct work_went *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->id > y->id) - (x->id < y->id);
}

static int is_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct work_went *)item)->name);
}

/* Those that went, as names has them; NULL: it is left out. */
static void went_by(struct work *w, struct work_side *s, const char *const *names)
{
	s->went = arena_alloc(w->arena, (s->id_n + 1) * sizeof *s->went);
	s->went_n = 0;
	for (size_t i = 0; i < s->id_n; i++)
		if (names[i] != NULL &&
		    objectid_went(s->id, s->id_n, s->id[i].folder.id) == &s->id[i])
			s->went[s->went_n++] = (struct work_went){ names[i], &s->id[i] };
	qsort(s->went, s->went_n, sizeof *s->went, by_name);
}

bool fates_load(struct work *w, struct work_side *s, const struct map_names *names,
		struct err *err)
{
	if (!store_objectids(w->st, s->account, w->arena, &s->id, &s->id_n, err))
		return false;
	s->id_common = arena_alloc(w->arena, (s->id_n + 1) * sizeof *s->id_common);
	for (size_t i = 0; i < s->id_n; i++)
		s->id_common[i] = map_common(w->arena, names, s->id[i].folder.name,
					     s->id[i].folder.delim);
	s->went = arena_alloc(w->arena, sizeof *s->went); /* none: fates_aim */
	if (s == &w->new)
		went_by(w, s, s->id_common);
	return true;
}

void fates_aim(struct work *w, struct work_member *m)
{
	struct work_side *s = &m->old;
	const char **target = arena_alloc(w->arena, (s->id_n + 1) * sizeof *target);

	for (size_t i = 0; i < s->id_n; i++) {
		struct err why = ERR_INIT;
		struct map_result r;

		target[i] = NULL;
		if (s->id[i].fate != OBJECTID_UNKNOWN &&
		    map_target(w->map, w->arena, s->id_common[i], s->id[i].folder.attrs,
			       &r, &why) &&
		    r.how != MAP_EXCLUDED)
			target[i] = r.target;
	}
	went_by(w, s, target);
}

static const char *shown(struct work *w, const char *name)
{
	return text_shown(w->arena, span_str(name));
}

/* What became of the folder that had this name; NULL: nothing that is known. */
static const struct objectid_seen *went(const struct work_side *s, const char *name)
{
	const struct work_went *found;

	if (s->went_n == 0) /* perhaps it was never loaded */
		return NULL;
	found = bsearch(name, s->went, s->went_n, sizeof *s->went, is_name);
	return found != NULL ? found->id : NULL;
}

/* As a part of a sentence: "renamed ..." or "removed ...". */
static const char *say_went(struct work *w, const struct work_side *s,
			    const struct objectid_seen *v)
{
	if (v->fate == OBJECTID_REMOVED)
		return arena_printf(w->arena,
				    "removed, as run %lld found: none of the "
				    "account's folders has its MAILBOXID any more.",
				    (long long)v->until);
	return arena_printf(w->arena,
			    "renamed to \"%s\", which has its MAILBOXID: run %lld "
			    "found that.",
			    shown(w, s->id_common[v->to - s->id]), (long long)v->to->run);
}

const char *fates_new_went(struct work *w, const char *common)
{
	const struct objectid_seen *v = went(&w->new, common);

	return v != NULL ? say_went(w, &w->new, v) : NULL;
}

const char *fates_came(struct work *w, struct work_member *m, enum side side,
		       const struct work_folder *f)
{
	const struct work_side *s = work_side(w, m, side);
	const struct objectid_seen *v = objectid_came(s->id, s->id_n, f->view->folder.id);

	if (v == NULL)
		return NULL;
	return arena_printf(w->arena,
			    "On the %s side it was \"%s\", until run %lld found it "
			    "renamed (same MAILBOXID).",
			    side_name(side), shown(w, s->id_common[v - s->id]),
			    (long long)v->to->run);
}

const char *fates_old_went(struct work *w, const char *common)
{
	for (size_t i = 0; i < w->member_n; i++) {
		const struct work_side *s = &w->member[i].old;
		const struct objectid_seen *v = went(s, common);

		if (v != NULL)
			return arena_printf(w->arena, "It had it as \"%s\", which was %s",
					    shown(w, s->id_common[v - s->id]),
					    say_went(w, s, v));
	}
	return NULL;
}

const char *fates_renumbered(struct work *w, const struct work_pair *p, enum side side)
{
	const struct work_side *s = work_side(w, p->m, side);
	const struct work_folder *f = p->folder[side];
	int64_t folder = f->view->folder.id;
	const struct seal_folder *then = evidence_at_seal(p->m, folder);
	const struct objectid_seen *a, *b, *v;

	a = objectid_of(s->id, s->id_n, folder, then->epoch);
	b = objectid_of(s->id, s->id_n, folder, f->epoch);
	if (a == NULL || b == NULL || !a->sound || !b->sound)
		return NULL;
	if (strcmp(a->mailbox, b->mailbox) == 0)
		return "Its MAILBOXID is the one that it had: it is the same folder.";
	v = objectid_went(s->id, s->id_n, folder);
	if (v != a)
		return "Its MAILBOXID is another one: it is not the folder of the seal, "
		       "but was made anew under its name.";
	return arena_printf(w->arena,
			    "Its MAILBOXID is another one: it was made anew under this "
			    "name, and the folder of the seal was %s",
			    say_went(w, s, a));
}
