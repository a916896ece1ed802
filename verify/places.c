/* SPDX-License-Identifier: MIT */
/* What the folders themselves tell, whatever is in them. */
#include "base/num.h"
#include "base/text.h"
#include "verify/work.h"

bool places_unread(const struct work_folder *f)
{
	return f != NULL && f->proof != PROOF_GOOD && f->proof != PROOF_HOLES &&
	       f->proof != PROOF_NO_MAIL;
}

const char *places_note(struct work *w, const struct work_folder *f, enum side side)
{
	const char *error = f->proof == PROOF_FAILED ? f->view->error : "";

	if (f->trouble != NULL)
		return arena_printf(w->arena, "It is not known where it belongs: %s.",
				    text_shown(w->arena, span_str(f->trouble)));

	return arena_printf(w->arena, "The %s folder %s%s%s.", side_name(side),
			    judge_proof_text(f->proof), *error != '\0' ? ": " : "",
			    text_shown(w->arena, span_str(error)));
}

/* A folder that was not read in full: one finding, unless its whole side is no better. */
static bool emit_unread(struct work *w, struct work_member *m,
			const struct work_folder *f, enum side side, struct err *err)
{
	bool stale = f->proof == PROOF_OLD || f->proof == PROOF_COUNTED ||
		     f->proof == PROOF_MOVED_ON || f->proof == PROOF_HALF;

	m->unknown = true;
	m->judgement.folders_unread++;
	if (side == SIDE_NEW && w->unread_new == NULL)
		w->unread_new = f->common;
	if (work_side(w, m, side)->proof == f->proof)
		return true;
	return emit_place(w, m,
			  stale ? FINDING_EVIDENCE_STALE : FINDING_FOLDER_UNREADABLE,
			  SEVERITY_DOUBT, WHY_NONE, side, f->common, "",
			  places_note(w, f, side), 1, err);
}

static bool has_children(const struct work_side *s, const char *common)
{
	size_t n = strlen(common);

	for (size_t i = 0; i < s->folder_n; i++)
		if (strncmp(s->folder[i].common, common, n) == 0 &&
		    s->folder[i].common[n] == '/')
			return true;
	return false;
}

/* A new folder of that name was there at the seal. */
static bool was_there(const struct work *w, const char *target)
{
	for (size_t i = 0; i < w->gone_n; i++)
		if (strcmp(w->gone[i], target) == 0)
			return true;
	return false;
}

static bool emit_missing_folder(struct work *w, struct work_pair *p, struct err *err)
{
	const struct work_folder *f = p->folder[SIDE_OLD];
	/* The number is only known to be nought when the folder was read. */
	int64_t messages = f->proof == PROOF_GOOD ? f->messages : f->messages + 1;
	bool parent = has_children(&p->m->old, f->common);
	bool place = parent || p->excluded != NULL, view = false;
	enum severity severity = p->excluded != NULL && f->messages > 0
					 ? judge_missing(p->m->sealed, WHY_RULE)
					 : judge_folder_missing(messages, place);
	enum why cause = p->excluded != NULL ? WHY_RULE
			 : messages == 0     ? WHY_EMPTY
					     : WHY_NONE;
	const char *why, *went, *came;
	char buf[32];

	if (!labels_view(w, f, &view, err))
		return false;
	if (view)
		return emit_place(
			w, p->m, FINDING_FOLDER_MISSING, SEVERITY_INFO, WHY_NONE,
			SIDE_OLD, f->common, p->excluded != NULL ? p->excluded : "",
			"It is a view of messages that lie in other folders, too "
			"(Gmail); each is judged by itself.",
			1, err);
	went = p->excluded == NULL ? fates_new_went(w, p->target) : NULL;
	if (p->excluded == NULL && was_there(w, p->target))
		return emit_place(
			w, p->m, FINDING_FOLDER_MISSING, SEVERITY_INFO, WHY_LIFE,
			SIDE_OLD, f->common, "",
			arena_printf(w->arena,
				     "It was on the new side at the seal, and was %s",
				     went != NULL ? went
						  : "removed or renamed there since."),
			1, err);
	if (p->excluded != NULL)
		why = arena_printf(w->arena,
				   "The rule \"%s\" leaves it out; it holds %s message%s.",
				   text_shown(w->arena, span_str(p->excluded)),
				   num_group(f->messages, buf, sizeof buf),
				   f->messages == 1 ? "" : "s");
	else if (p->pairing->blocked)
		why = messages == 0
			      ? "It is empty, and the new side has the name as a place "
				"in the tree that holds no mail."
			      : "The new side has the name, but as a place in the tree "
				"that holds no mail.";
	else if (f->messages > 0)
		why = arena_printf(w->arena, "It holds %s message%s on the old side.",
				   num_group(f->messages, buf, sizeof buf),
				   f->messages == 1 ? "" : "s");
	else if (messages > 0)
		why = "What it holds on the old side is not known.";
	else
		why = parent ? "It is empty, a place in the tree; its children are "
			       "judged by themselves."
			     : "It is empty on the old side, but its place is lost.";
	if (went != NULL)
		why = arena_printf(w->arena, "%s That of the new side was %s", why, went);
	came = fates_came(w, p->m, SIDE_OLD, f);
	if (came != NULL)
		why = arena_printf(
			w->arena,
			"%s %s What was copied before lies where that name belongs: let "
			"the mover run again, or a rule of the config name the place.",
			why, came);
	/* A place that a rule leaves out and that holds nothing is no loss. */
	if (p->excluded == NULL &&
	    kinds_refuses(w->profile, w->new.view.delim, p->target))
		return emit_place(w, p->m, FINDING_FOLDER_MISSING, severity, WHY_NAME,
				  SIDE_OLD, f->common, "",
				  arena_printf(w->arena,
					       "%s takes no folder of that name.  %s",
					       w->profile->title, why),
				  1, err);
	return emit_place(w, p->m, FINDING_FOLDER_MISSING, severity, cause, SIDE_OLD,
			  f->common, p->excluded != NULL ? p->excluded : "", why, 1, err);
}

static bool emit_attributes(struct work *w, struct work_pair *p, struct err *err)
{
	unsigned old = p->folder[SIDE_OLD]->view->folder.attrs;
	unsigned new = p->folder[SIDE_NEW]->view->folder.attrs;
	const char *a = p->row.old_name, *b = p->row.new_name;

	if ((old & FOLDER_SUBSCRIBED) != 0 && (new &FOLDER_SUBSCRIBED) == 0 &&
	    !emit_place(
		    w, p->m, FINDING_SUBSCRIPTION, SEVERITY_INFO, WHY_NONE, SIDE_OLD, a,
		    b, "Subscribed on the old side only: some programs will not show it.",
		    1, err))
		return false;
	/* A special use that only the new side announces costs nobody anything. */
	if ((old & ~new &FOLDER_SPECIAL_MASK) != 0)
		return emit_place(w, p->m, FINDING_SPECIAL_USE, SEVERITY_INFO, WHY_NONE,
				  SIDE_OLD, a, b,
				  "The new side does not announce the special use that "
				  "the old one does.",
				  1, err);
	return true;
}

/* UIDs are never given out again (RFC 9051, 2.3.1.1): an older state of the folder was
 * put back, and what it lacks was removed by no user. */
static bool emit_set_back(struct work *w, struct work_pair *p, struct err *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct work_folder *f = p->folder[s];

		if (f == NULL || !p->set_back[s])
			continue;
		if (!emit_place(w, p->m, FINDING_SEAL_UNSOUND, SEVERITY_DOUBT, WHY_NONE,
				(enum side)s, f->common, "",
				arena_printf(w->arena,
					     "Its next UID was %lld at the seal and is "
					     "%lld now: an older state of it was put "
					     "back, and what came since may be lost.",
					     (long long)p->base[s].uidnext,
					     (long long)f->view->state.uidnext),
				1, err))
			return false;
	}
	return true;
}

/* A folder that changed its UIDVALIDITY after the seal, on either side. */
static bool emit_renumbered(struct work *w, struct work_pair *p, struct err *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct work_folder *f = p->folder[s];
		const char *say, *same;

		if (f == NULL || !p->m->sealed || !p->renumbered[s])
			continue;
		say = s == SIDE_OLD ? "Its UIDVALIDITY changed after the seal: what "
				      "arrived since cannot be told from what was "
				      "there."
				    : "Its UIDVALIDITY changed after the seal: mail "
				      "programs will fetch it anew, and it counts as "
				      "changed since.";
		same = fates_renumbered(w, p, (enum side)s);
		if (same != NULL)
			say = arena_printf(w->arena, "%s %s", say, same);
		if (!emit_place(w, p->m, FINDING_SEAL_UNSOUND,
				s == SIDE_OLD ? SEVERITY_DOUBT : SEVERITY_INFO, WHY_NONE,
				(enum side)s, f->common, "", say, 1, err))
			return false;
	}
	return true;
}

static bool emit_extra_folder(struct work *w, struct work_pair *p, struct err *err)
{
	const struct work_folder *b = p->folder[SIDE_NEW];
	const char *came = fates_came(w, p->m, SIDE_NEW, b), *say;
	const char *went = came == NULL ? fates_old_went(w, b->common) : NULL;
	bool after = p->base[SIDE_NEW].after;

	if (after)
		say = came != NULL ? "It has this name since the seal."
				   : "It was made after the seal.";
	else if (b->proof == PROOF_GOOD && b->messages == 0)
		say = "It is empty; servers make such folders by themselves.";
	else
		say = "The old side has no such folder.";
	if (came != NULL || went != NULL)
		say = arena_printf(w->arena, "%s %s", say, came != NULL ? came : went);
	return emit_place(w, p->m, FINDING_FOLDER_EXTRA, SEVERITY_INFO,
			  after ? WHY_LIFE : WHY_NONE, SIDE_NEW, b->common, "", say, 1,
			  err);
}

/* Two old folders of one transfer, or none, are on this new one. */
static bool emit_pairing(struct work *w, struct work_pair *p, struct err *err)
{
	const struct work_folder *a = p->folder[SIDE_OLD], *b = p->folder[SIDE_NEW];

	if (p->row.kind == PAIR_COLLIDED)
		return emit_place(w, p->m, FINDING_FOLDER_COLLIDED, SEVERITY_DOUBT,
				  WHY_NONE, SIDE_OLD, a->common,
				  b != NULL ? b->common : "",
				  "Several old folders have this one target: they can no "
				  "longer be told apart.",
				  1, err);
	if (p->row.kind == PAIR_RENAMED)
		return emit_place(
			w, p->m, FINDING_FOLDER_RENAMED, SEVERITY_INFO, WHY_NONE,
			SIDE_OLD, a->common, b->common,
			p->pairing->fold_only
				? "The names differ in case or Unicode form alone."
				: "A rule of the config names its target.",
			1, err);
	/* The folder below which all of it lands is no surprise. */
	if (p->row.kind == PAIR_EXTRA && b->messages == 0 && *w->prefix != '\0' &&
	    strcmp(b->common, w->prefix) == 0)
		return true;
	return p->row.kind != PAIR_EXTRA || emit_extra_folder(w, p, err);
}

bool places_judge(struct work *w, struct work_pair *p, struct err *err)
{
	const struct work_folder *a = p->folder[SIDE_OLD], *b = p->folder[SIDE_NEW];

	if (places_unread(a) && !emit_unread(w, p->m, a, SIDE_OLD, err))
		return false;
	if (a != NULL && a->hole_n > 0 && !holes_name(w, p, SIDE_OLD, err))
		return false;
	/* A new folder on which several collided is told once. */
	if (places_unread(b) && p == &w->pair[p->leader] &&
	    !emit_unread(w, p->m, b, SIDE_NEW, err))
		return false;
	if (b != NULL && b->hole_n > 0 && p == &w->pair[p->leader] &&
	    !holes_name(w, p, SIDE_NEW, err))
		return false;
	/* What an old listing shows or lacks is no news. */
	if (p->m->old.proof == PROOF_OLD || w->new.proof == PROOF_OLD)
		return true;
	if (!emit_pairing(w, p, err) || !emit_renumbered(w, p, err) ||
	    !emit_set_back(w, p, err))
		return false;
	if (a != NULL && a->proof != PROOF_NO_MAIL && b == NULL &&
	    !emit_missing_folder(w, p, err))
		return false;
	return a == NULL || a->proof == PROOF_NO_MAIL || b == NULL || a->sealed_only ||
	       emit_attributes(w, p, err);
}
