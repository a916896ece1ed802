/* SPDX-License-Identifier: MIT */
/*
 * What is on one side only, in the end.  The set is looked at for patterns; then each
 * message is named, with the most specific reason that the evidence gives (DESIGN
 * section 6).
 */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "store/store_mover.h"
#include "store/store_scan.h"
#include "verify/work.h"

/* ---- patterns ---- */

/* What the rest has in common. */
static bool survey(struct work *w, struct err *err)
{
	struct store_leftovers *it = NULL;
	struct multiset_item item;
	struct leftover l;
	enum next next;

	if (!store_leftovers_open(w->st, w->id, 0, LEFTOVER_BY_PLACE, &it, err))
		return false;
	while ((next = refile_next(w, it, &l, &item, err)) == NEXT_ITEM) {
		struct work_pair *p = &w->pair[item.owner];

		if (l.side != SIDE_OLD)
			continue;
		p->missing++;
		/* What came later says nothing about the move. */
		if (settle_late(p, l.m.uid))
			continue;
		p->tail += l.m.uid > p->arrived_uid;
		tally_message(p->m->tally, TALLY_MISSING, &l.m, p->depth);
	}
	store_leftovers_close(it);
	for (size_t i = 0; i < w->pair_n; i++) {
		const struct work_pair *p = &w->pair[i];

		p->m->gone_folders += p->missing > 0 &&
				      p->missing == p->row.count.old_messages;
	}
	for (size_t i = 0; i < w->member_n; i++)
		tally_missing(w->member[i].tally, &w->member[i].pattern);
	return next == NEXT_END;
}

/* ---- the reasons ---- */

struct naming {
	struct work *w;
	struct copies_reader *of_new, *of_old; /* what the other side held */
	struct strbuf say;
	const char *rule; /* that left it out; "" */
};

/* Add a sentence; the first reason found is the finding's. */
static void reason(struct naming *x, enum why *why, enum why found, const char *text)
{
	if (*why == WHY_NONE)
		*why = found;
	if (x->say.n != 0)
		strbuf_addc(&x->say, ' ');
	strbuf_adds(&x->say, text);
}

static const char *shown_in(struct work *w, const char *name)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	text_show(&sb, span_str(name), 80);
	text = arena_span(w->scratch, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

/* What it is, rather than where it was: the mover or the new side took none of its kind.
 */
static void why_kind(struct naming *x, const struct work_pair *p, enum why *why,
		     const struct message *m)
{
	const struct tally_pattern *t = &p->m->pattern;
	char buf[32];

	if (x->w->max_octets >= 0 && m->octets > x->w->max_octets)
		reason(x, why, WHY_TOO_LARGE,
		       arena_printf(x->w->scratch,
				    "It is larger than the %s octets that the new server "
				    "takes.",
				    num_group(x->w->max_octets, buf, sizeof buf)));
	else if (t->larger_than >= 0 && m->octets > t->larger_than)
		reason(x, why, WHY_TOO_LARGE,
		       arena_printf(x->w->scratch,
				    "It is larger than %s octets, as nearly all that is "
				    "missing and hardly anything that arrived.",
				    num_group(t->larger_than, buf, sizeof buf)));
	if (t->no_id && m->tier != TIER_ID)
		reason(x, why, WHY_NO_ID,
		       "It has no Message-ID of its own, as nearly all that is missing "
		       "and hardly anything that arrived: the mover passed such mail "
		       "over.");
	/* One folder that is missing is that folder; several at one depth are more. */
	if (t->depth >= 0 && p->depth >= (unsigned)t->depth && p->m->gone_folders > 1)
		reason(x, why, WHY_DEPTH,
		       arena_printf(x->w->scratch,
				    "Nearly all that is missing is in folders of %d or "
				    "more levels.",
				    t->depth));
}

static void why_place(struct naming *x, const struct work_pair *p, enum why *why,
		      const struct message *m)
{
	char buf[32];

	if (p->row.kind == PAIR_MISSING &&
	    kinds_refuses(x->w->profile, x->w->new.view.delim, p->target))
		reason(x, why, WHY_NAME,
		       arena_printf(
			       x->w->scratch,
			       "The new side does not have this folder, and %s takes "
			       "none of that name.",
			       x->w->profile->title));
	else if (p->row.kind == PAIR_MISSING)
		reason(x, why, WHY_FOLDER, "The new side does not have this folder.");
	else if (p->missing == p->row.count.old_messages)
		reason(x, why, WHY_FOLDER, "Nothing of this folder arrived.");
	else if (p->tail >= TALLY_LEAST && TALLY_COVERS(p->tail, p->missing) &&
		 m->uid > p->arrived_uid)
		reason(x, why, WHY_STOPPED,
		       arena_printf(x->w->scratch,
				    "It is one of the last %s UIDs of the folder, of "
				    "which none arrived: the copy stopped there, or they "
				    "came later.",
				    num_group(p->tail, buf, sizeof buf)));
}

static void why_pattern(struct naming *x, const struct work_pair *p, enum why *why,
			const struct message *m)
{
	const struct tally_pattern *t = &p->m->pattern;

	if (t->year >= 0 && m->date != MSG_DATE_UNKNOWN)
		reason(x, why, WHY_YEAR,
		       arena_printf(x->w->scratch,
				    "Nearly all that is missing is from %d or earlier.",
				    t->year));
}

static bool why_copies(struct naming *x, const struct work_pair *p, enum why *why,
		       const struct message *m, struct err *err)
{
	const struct copies_one *gone;
	const struct copies *c;

	if (m->tier == TIER_NONE)
		return true;
	if (!copies_of(x->of_new, m, &c, err))
		return false;
	gone = settle_gone(c, 0);
	if (gone != NULL && !p->m->sealed)
		reason(x, why, WHY_REMOVED,
		       arena_printf(x->w->scratch,
				    "It was on the new side before, in \"%s\", and run "
				    "%lld no longer saw it there.",
				    shown_in(x->w, gone->folder),
				    (long long)gone->gone_run));
	/* Whether it is a copy only the bodies tell. */
	if (copies_has(x->of_new, m))
		reason(x, why, WHY_DUPLICATE,
		       "Another of its identity, size and date is on the new side: one "
		       "of several was collapsed, unless their bodies differ.");
	return true;
}

/* The old server does not give it out: no mover could copy it. */
static bool why_unreadable(struct naming *x, const struct leftover *l, enum why *why,
			   struct err *err)
{
	struct detail_facts facts = { 0 };
	struct body_facts body;
	bool found = false;

	if (!store_detail_facts(x->w->st, l->epoch, l->m.uid, x->w->scratch, &facts,
				&found, err))
		return false;
	if (found && *facts.failed != '\0')
		reason(x, why, WHY_UNREADABLE_OLD,
		       arena_printf(x->w->scratch,
				    "The old server does not give it out: %s.",
				    shown_in(x->w, facts.failed)));
	if (!x->w->scanned[SIDE_OLD])
		return true;
	if (!store_body(x->w->st, l->epoch, l->m.uid, x->w->scratch, &body, &found, err))
		return false;
	if (found && !body.read)
		reason(x, why, WHY_UNREADABLE_OLD,
		       arena_printf(
			       x->w->scratch,
			       "The old server did not give it out when it was scanned: "
			       "%s.",
			       *body.words != '\0' ? shown_in(x->w, body.words)
						   : "it was tried in vain"));
	return true;
}

/* What the mover itself wrote about it. */
static bool why_noted(struct naming *x, const struct work_pair *p, enum why *why,
		      const struct message *m, struct err *err)
{
	const struct work_folder *f = p->folder[SIDE_OLD];
	struct mover_note note;
	char iso[CLOCK_ISO_SIZE];
	bool found = false;
	const char *of;

	/* A UID of before the folder was numbered anew is another message's. */
	if (p->renumbered[SIDE_OLD])
		return true;
	if (!store_mover_note_find(x->w->st, p->m->t->id, f->view->folder.wire, m->uid,
				   x->w->scratch, &note, &found, err))
		return false;
	if (!found)
		return true;
	if (*why == WHY_NONE && note.why == WHY_RULE)
		x->rule = note.text;
	of = note.at > 0 ? arena_printf(x->w->scratch, " of %s", clock_iso(note.at, iso))
			 : "";
	reason(x, why, note.why,
	       *note.text != '\0'
		       ? arena_printf(x->w->scratch, "The mover's log%s says of %s: %s.",
				      of, note.uid != 0 ? "it" : "its folder",
				      shown_in(x->w, note.text))
		       : arena_printf(x->w->scratch,
				      "The mover's log%s says that %s was not copied.",
				      of, note.uid != 0 ? "it" : "its folder"));
	return true;
}

static bool why_missing(struct naming *x, const struct work_pair *p,
			const struct leftover *l, enum why *why, struct err *err)
{
	const struct message *m = &l->m;

	x->rule = p->excluded != NULL ? p->excluded : "";
	if (p->excluded != NULL)
		reason(x, why, WHY_RULE,
		       arena_printf(x->w->scratch,
				    "The rule \"%s\" leaves this folder out, and nobody "
				    "has accepted what that costs.",
				    shown_in(x->w, p->excluded)));
	if (settle_late(p, m->uid))
		reason(x, why, WHY_LATE,
		       "It arrived on the old side after the seal: nothing has moved it "
		       "since.");
	else if (!why_copies(x, p, why, m, err) || !why_unreadable(x, l, why, err))
		return false;
	if (*why != WHY_LATE && !why_noted(x, p, why, m, err))
		return false;
	if (*why != WHY_LATE) {
		why_kind(x, p, why, m);
		why_place(x, p, why, m);
		why_pattern(x, p, why, m);
	}
	if (x->w->unread_new != NULL)
		reason(x, why, WHY_NONE,
		       arena_printf(x->w->scratch,
				    "It may be in the new folder \"%s\", which could not "
				    "be read.",
				    shown_in(x->w, x->w->unread_new)));
	if (x->w->holed[SIDE_NEW] != NULL)
		reason(x, why, WHY_NONE,
		       arena_printf(x->w->scratch,
				    "It may be one of the messages of the new folder "
				    "\"%s\" that could not be read.",
				    shown_in(x->w, x->w->holed[SIDE_NEW])));
	if (!p->m->sealed)
		reason(x, why, WHY_NO_SEAL,
		       "Cannot tell loss from deletion: there is no seal.");
	else if (*why == WHY_NONE)
		reason(x, why, WHY_UNEXPLAINED,
		       "It was not on the new side at the seal, nor at any time since.");
	return true;
}

/* Message-IDs that only movers write: reports to the user, and ids that they make up. */
static bool is_artefact(const char *id)
{
	static const char *const ends[] = { "@imapsync>", "@imapsync.tk>",
					    "@imapsync.lamiral.info>" };
	size_t n = id != NULL ? strlen(id) : 0;

	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (n > strlen(ends[i]) && strcmp(id + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static bool why_extra_copies(struct naming *x, const struct message *m, enum why *why,
			     struct err *err)
{
	const struct copies_one *gone;
	const struct copies *c;

	if (m->tier == TIER_NONE)
		return true;
	if (!copies_of(x->of_old, m, &c, err))
		return false;
	gone = settle_gone(c, 0);
	if (gone != NULL && c->present == 0)
		reason(x, why, WHY_RESURRECTED,
		       arena_printf(x->w->scratch,
				    "It was on the old side before, in \"%s\", and run "
				    "%lld no longer saw it there: deleted after it was "
				    "copied, by its owner or by a mover.",
				    shown_in(x->w, gone->folder),
				    (long long)gone->gone_run));
	else if (c->present > 0)
		reason(x, why, WHY_DUPLICATE,
		       "The old side has it too, and that copy has its partner: this one "
		       "is one more.");
	return true;
}

static bool why_extra(struct naming *x, const struct work_pair *p,
		      const struct leftover *l, enum why *why, struct err *err)
{
	const struct message *m = &l->m;
	const struct work_base *b = &p->base[SIDE_NEW];
	struct message_detail d = { 0 };
	bool found = false;

	if (p->m->sealed && (b->after || m->uid >= b->uidnext)) {
		reason(x, why, WHY_LIFE, "It came to the new side after the seal.");
		return true;
	}
	if (!store_detail_get(x->w->st, l->epoch, m->uid, x->w->scratch, &d, &found, err))
		return false;
	if (found && is_artefact(d.message_id))
		reason(x, why, WHY_ARTEFACT,
		       "Its Message-ID is one that a mover writes: a report of its own.");
	if (m->date != MSG_DATE_UNKNOWN && m->date >= p->m->old.started && !p->m->sealed)
		reason(x, why, WHY_NEW_MAIL,
		       "It is dated after the old side was read: new mail.");
	if (*why == WHY_NONE && !why_extra_copies(x, m, why, err))
		return false;
	if (*why == WHY_NONE && x->w->holed[SIDE_OLD] != NULL)
		reason(x, why, WHY_NONE,
		       arena_printf(x->w->scratch,
				    "It may be one of the messages of the old folder "
				    "\"%s\" that could not be read.",
				    shown_in(x->w, x->w->holed[SIDE_OLD])));
	if (*why == WHY_NONE)
		reason(x, why, WHY_UNEXPLAINED,
		       "It is dated before the old side was read, but is not there: "
		       "copied twice, put there by somebody, or deleted on the old side "
		       "after the copy.");
	return true;
}

/* ---- naming ---- */

/* Its partner is left over in another transfer: said of both. */
static bool name_elsewhere(struct naming *x, struct work_pair *p,
			   const struct leftover *l, const struct multiset_item *item,
			   bool *done, struct err *err)
{
	const char *other = "", *folder = "";
	struct emit e = { .cls = FINDING_MISDELIVERED,
			  .severity = SEVERITY_LOSS,
			  .why = WHY_OTHER_ACCOUNT,
			  .side = l->side };

	if (!store_elsewhere(x->w->st, l, x->w->scratch, &other, &folder, done, err))
		return false;
	if (!*done)
		return true;
	e.other = arena_printf(x->w->scratch, "%s: %s", other, folder);
	e.explanation = arena_printf(
		x->w->scratch,
		l->side == SIDE_OLD
			? "It is in the new account of \"%s\", in \"%s\": delivered to "
			  "somebody else, who can read it."
			: "It belongs to \"%s\", from whose folder \"%s\" it is missing: "
			  "this account's owner can read it.",
		shown_in(x->w, other), shown_in(x->w, folder));
	return emit_message(x->w, p, item, &e, err);
}

static bool name_one(struct naming *x, const struct leftover *l,
		     const struct multiset_item *item, struct err *err)
{
	struct work_pair *p = &x->w->pair[item->owner];
	enum why why = WHY_NONE;
	struct emit e;
	bool done = false;

	*(l->side == SIDE_OLD ? &p->row.count.missing : &p->row.count.extra) += 1;
	arena_reset(x->w->scratch);
	if (!name_elsewhere(x, p, l, item, &done, err))
		return false;
	if (done)
		return true;
	strbuf_clear(&x->say);
	if (l->side == SIDE_OLD ? !why_missing(x, p, l, &why, err)
				: !why_extra(x, p, l, &why, err))
		return false;
	e = (struct emit){
		.cls = l->side == SIDE_OLD ? FINDING_MESSAGE_MISSING
					   : FINDING_MESSAGE_EXTRA,
		.severity = l->side == SIDE_OLD ? judge_missing(p->m->sealed, why)
						: judge_extra(why),
		.why = why,
		.side = l->side,
		.other = why == WHY_RULE ? x->rule : "",
		.explanation = strbuf_cstr(&x->say),
	};
	return emit_message(x->w, p, item, &e, err);
}

/* Do they share a fingerprint but for the ordinal? */
static bool same_identity(const struct message *a, const struct message *b)
{
	if (a->tier != b->tier)
		return false;
	if (a->tier == TIER_NONE)
		return a->octets == b->octets && a->date == b->date;
	return settle_same_key(a, b);
}

static bool name_all(struct naming *x, struct err *err)
{
	struct store_leftovers *it = NULL;
	struct message last = { 0 };
	struct multiset_item item;
	struct leftover l;
	enum next next;
	bool ok = false, first = true;

	if (!store_leftovers_open(x->w->st, x->w->id, 0, LEFTOVER_BY_KEY, &it, err))
		return false;
	while ((next = refile_next(x->w, it, &l, &item, err)) == NEXT_ITEM) {
		emit_group(x->w, !first && same_identity(&last, &l.m));
		first = false;
		last = l.m;
		if (!name_one(x, &l, &item, err))
			goto out;
	}
	ok = next == NEXT_END;
out:
	store_leftovers_close(it);
	return ok;
}

static bool name_rest(struct work *w, struct err *err)
{
	int64_t *accounts = arena_alloc(w->arena, (w->member_n + 1) * sizeof *accounts);
	struct naming x = { .w = w, .say = STRBUF_INIT };
	bool missing, extra, ok;

	settle_accounts(w, accounts);
	ok = settle_leftovers(w, SIDE_OLD, &missing, err) &&
	     settle_leftovers(w, SIDE_NEW, &extra, err) &&
	     (!missing ||
	      copies_open(w, SIDE_OLD, &w->new.account, 1, 0, &x.of_new, err)) &&
	     (!extra ||
	      copies_open(w, SIDE_NEW, accounts, w->member_n, 0, &x.of_old, err)) &&
	     name_all(&x, err);
	copies_close(x.of_new);
	copies_close(x.of_old);
	strbuf_done(&x.say);
	return ok;
}

bool rest_name(struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->pair_n; i++)
		w->pair[i].m->old_messages += w->pair[i].row.count.old_messages;
	return settle_removed(w, err) && survey(w, err) && name_rest(w, err);
}
