/* SPDX-License-Identifier: MIT */
/*
 * Gmail (X-GM-EXT-1): folders are labels, and one message is shown by several.  It is
 * counted once: a copy without a partner is no missing message while another copy has
 * one; of a message that no folder of the new side has, one copy is missing.
 */
#include "base/num.h"
#include "store/store_gmail.h"
#include "verify/work.h"

enum { NAMED_MAX = 10 }; /* labels without a folder that are named */

/* A copy that is not counted. */
struct idle {
	int64_t epoch;
	uint32_t uid, pair;
	bool label; /* another copy arrived, in another folder: its label did not */
};

struct sorting {
	struct work *w;
	struct idle *idle;
	size_t n, cap;
	struct arena arena; /* for one message */
};

/* The pair that compares an old folder; NULL: none does. */
static const struct work_pair *pair_of(const struct work *w, int64_t folder)
{
	for (size_t i = 0; i < w->pair_n; i++)
		if (w->pair[i].row.old_folder == folder)
			return &w->pair[i];
	return NULL;
}

/* It shows messages by something else than a label of their owner. */
static bool is_view(const struct work_folder *f)
{
	return (f->view->folder.attrs &
		(FOLDER_ALL | FOLDER_FLAGGED | FOLDER_IMPORTANT)) != 0;
}

bool labels_view(struct work *w, const struct work_folder *f, bool *out, struct err *err)
{
	*out = false;
	return f->epoch == 0 || !is_view(f) || store_gmail_any(w->st, f->epoch, out, err);
}

/* What speaks against a copy as the one that is named: a rule leaves its folder out, it
 * came after the seal, its folder is a view.  Each would explain a loss away. */
static int weakness(const struct work_pair *p, uint32_t uid)
{
	return (p->excluded != NULL) * 4 + settle_late(p, uid) * 2 +
	       is_view(p->folder[SIDE_OLD]);
}

/* It was looked for on the new side: what is there, and what went after the seal. */
static bool was_compared(const struct work_pair *p, const struct gmail_copy *c)
{
	const struct work_base *b = &p->base[SIDE_OLD];

	if (p->row.kind == PAIR_UNREADABLE || p->row.kind == PAIR_UNSELECTABLE ||
	    p->epoch[SIDE_OLD] != c->epoch)
		return false;
	return c->gone_run == 0 || (b->run != 0 && c->gone_run > b->run);
}

/* Is c, which did not arrive either, the copy that is named? */
static bool is_before(const struct work *w, const struct gmail_copy *c,
		      const struct work_pair *p, const struct leftover *l)
{
	const struct work_pair *other = pair_of(w, c->folder);
	int theirs = weakness(other, c->uid), own = weakness(p, l->m.uid);

	if (theirs != own)
		return theirs < own;
	return other != p ? other < p : c->uid < l->m.uid;
}

static bool sort_one(struct sorting *s, const struct leftover *l, uint32_t owner,
		     struct err *err)
{
	const struct work_pair *p = &s->w->pair[owner];
	bool arrived = false, here = false, told = false;
	struct gmail_copy *c;
	size_t n;

	arena_reset(&s->arena);
	if (!store_gmail_copies(s->w->st, s->w->id, l->epoch, l->m.uid, &s->arena, &c, &n,
				err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct work_pair *other = pair_of(s->w, c[i].folder);

		/* Where nothing was compared nothing is known. */
		if (other == NULL || !was_compared(other, &c[i]))
			continue;
		if (!c[i].leftover) {
			arrived = true;
			here |= other->leader == p->leader && p->folder[SIDE_NEW] != NULL;
		} else if (is_before(s->w, &c[i], p, l)) {
			told = true;
		}
	}
	if (!arrived && !told)
		return true;
	if (s->n == s->cap) {
		s->cap = s->cap * 2 + 64;
		s->idle = mem_realloc(s->idle, s->cap * sizeof *s->idle);
	}
	s->idle[s->n++] = (struct idle){ .epoch = l->epoch,
					 .uid = l->m.uid,
					 .pair = owner,
					 .label = arrived && !here };
	return true;
}

static bool sort_all(struct sorting *s, struct err *err)
{
	struct store_leftovers *it = NULL;
	struct multiset_item item;
	struct leftover l;
	enum next next;

	if (!store_leftovers_open(s->w->st, s->w->id, 0, LEFTOVER_BY_PLACE, &it, err))
		return false;
	while ((next = refile_next(s->w, it, &l, &item, err)) == NEXT_ITEM)
		if (l.side == SIDE_OLD && s->w->pair[item.owner].m->gmail &&
		    !sort_one(s, &l, item.owner, err)) {
			next = NEXT_FAIL;
			break;
		}
	store_leftovers_close(it);
	return next == NEXT_END;
}

static bool tell(struct work *w, struct work_pair *p, int64_t labels, int64_t all,
		 struct err *err)
{
	const struct work_folder *f = p->folder[SIDE_OLD];
	char a[32];

	if (all > 0 && *p->row.note == '\0')
		p->row.note = arena_printf(w->arena,
					   "%s of its messages are counted in another "
					   "folder that shows them "
					   "too (Gmail).",
					   num_group(all, a, sizeof a));
	if (labels == 0)
		return true;
	return emit_place(
		w, p->m, FINDING_LABEL, SEVERITY_INFO, WHY_NONE, SIDE_OLD, f->common, "",
		is_view(f) ? "It shows messages that other labels show as well; they "
			     "arrived "
			     "in another folder of the new side."
			   : "This label has no copy of them on the new side: they "
			     "arrived in "
			     "another folder, and are no longer found in this one.",
		labels, err);
}

/* ---- labels that no folder shows ---- */

static bool has_folder(const struct work_side *s, struct span label)
{
	for (size_t i = 0; i < s->folder_n; i++)
		if (span_ieq(span_str(s->folder[i].common), label))
			return true;
	return false;
}

struct hidden {
	struct span name;
	int64_t messages;
	size_t last; /* of the sets of labels that have it */
};

static bool tell_hidden(struct work *w, struct work_member *m, struct err *err)
{
	struct hidden hidden[NAMED_MAX];
	struct strbuf say = STRBUF_INIT;
	struct gmail_labels *v;
	size_t n, found = 0;
	bool more = false, ok;

	if (!store_gmail_labels(w->st, m->old.account, w->arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct span rest = span_str(v[i].names);

		while (rest.n > 0) {
			ptrdiff_t end = span_index(rest, '\n');
			struct span one = { rest.p, end < 0 ? rest.n : (size_t)end };
			size_t k = 0;

			rest = end < 0 ? (struct span){ NULL, 0 }
				       : span_from(rest, (size_t)end + 1);
			/* "\Inbox", "\Sent" and others of Gmail's own. */
			if (one.n == 0 || one.p[0] == '\\' || has_folder(&m->old, one))
				continue;
			while (k < found && !span_eq(hidden[k].name, one))
				k++;
			if (k == NAMED_MAX) {
				more = true;
				continue;
			}
			if (k == found)
				hidden[found++] = (struct hidden){ .name = one,
								   .last = n };
			if (hidden[k].last != i)
				hidden[k].messages += v[i].messages;
			hidden[k].last = i;
		}
	}
	if (found == 0)
		return true;
	strbuf_adds(&say,
		    "Messages carry labels that no folder shows (\"Show in IMAP\" is "
		    "off, or the label was renamed):");
	for (size_t i = 0; i < found; i++)
		strbuf_addf(&say, "%s \"%.*s\" (%lld)", i > 0 ? "," : "",
			    (int)hidden[i].name.n, hidden[i].name.p,
			    (long long)hidden[i].messages);
	strbuf_addf(&say, "%s.  No mover copies them as folders.",
		    more ? " and others" : "");
	ok = emit_place(w, m, FINDING_LABEL, SEVERITY_INFO, WHY_NONE, SIDE_OLD, "", "",
			strbuf_cstr(&say), 1, err);
	strbuf_done(&say);
	return ok;
}

/* ---- the whole ---- */

static bool load(struct work *w, bool *any, struct err *err)
{
	for (size_t k = 0; k < w->member_n; k++) {
		struct work_member *m = &w->member[k];

		for (size_t i = 0; i < m->old.folder_n && !m->gmail; i++)
			if (m->old.folder[i].epoch != 0 &&
			    !store_gmail_any(w->st, m->old.folder[i].epoch, &m->gmail,
					     err))
				return false;
		*any |= m->gmail;
	}
	return true;
}

bool labels_settle(struct work *w, struct err *err)
{
	struct sorting s = { .w = w };
	int64_t *labels, *all;
	bool any = false, ok;

	if (!load(w, &any, err))
		return false;
	if (!any)
		return true;
	labels = mem_calloc(w->pair_n + 1, sizeof *labels);
	all = mem_calloc(w->pair_n + 1, sizeof *all);
	arena_init(&s.arena);
	ok = sort_all(&s, err);
	for (size_t i = 0; ok && i < s.n; i++) {
		const struct idle *d = &s.idle[i];

		ok = store_leftover_drop(w->st, w->id, SIDE_OLD, d->epoch, d->uid, err);
		w->pair[d->pair].row.count.old_messages--;
		labels[d->pair] += d->label;
		all[d->pair]++;
	}
	for (size_t i = 0; ok && i < w->pair_n; i++)
		ok = tell(w, &w->pair[i], labels[i], all[i], err);
	for (size_t k = 0; ok && k < w->member_n; k++)
		ok = !w->member[k].gmail || tell_hidden(w, &w->member[k], err);
	arena_done(&s.arena);
	free(s.idle);
	free(all);
	free(labels);
	return ok;
}
