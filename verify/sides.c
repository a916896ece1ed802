/* SPDX-License-Identifier: MIT */
/* A side of a transfer of which little or nothing is known: said, counted, never clean.
 */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "verify/work.h"

void work_sentence(struct strbuf *out, const char *text)
{
	if (out->n != 0)
		strbuf_addc(out, ' ');
	strbuf_adds(out, text);
}

static void count_side(struct judgement *j, const struct work_side *s, enum side side)
{
	for (size_t i = 0; i < s->folder_n; i++) {
		int64_t n = s->folder[i].messages;

		*(side == SIDE_OLD ? &j->count.old_messages
				   : &j->count.new_messages) += n;
		*(side == SIDE_OLD ? &j->count.old_unverified
				   : &j->count.new_unverified) += n;
		j->folders_unread += s->folder[i].proof != PROOF_NO_MAIL;
	}
}

void sides_count(struct work *w)
{
	struct work_member *first = NULL;
	bool compared = false;

	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		compared |= !m->blind && m->not_judged == NULL;
		if (!m->blind)
			continue;
		count_side(&m->judgement, &m->old, SIDE_OLD);
		if (first == NULL)
			first = m;
	}
	if (first != NULL && !compared)
		count_side(&first->judgement, &w->new, SIDE_NEW);
}

static void say_side(const struct work *w, const struct work_side *s, enum side side,
		     struct strbuf *out)
{
	char iso[CLOCK_ISO_SIZE], buf[32];

	if (out->n != 0)
		strbuf_addc(out, ' ');
	if (s->proof == PROOF_OLD && s->view.at > w->o->now) {
		strbuf_addf(out,
			    "The %s side was read on %s, which is yet to come: the clock "
			    "of this machine was wrong then, or is now.",
			    side_name(side), clock_iso(s->view.at, iso));
		return;
	}
	strbuf_addf(out, "The %s side %s", side_name(side), judge_proof_text(s->proof));
	if (s->proof == PROOF_FAILED) {
		strbuf_addf(out, " on %s: %s", clock_iso(s->view.at, iso),
			    account_outcome_text(s->view.outcome));
		if (*s->view.error != '\0') {
			strbuf_adds(out, " (");
			text_show(out, span_str(s->view.error), 240);
			strbuf_addc(out, ')');
		}
	} else if (s->proof == PROOF_CLOSED) {
		strbuf_adds(out, ": ");
		text_show(out, span_str(s->view.closed), 240);
	} else if (s->proof == PROOF_OLD) {
		strbuf_addf(out, ": on %s, and %s is the limit",
			    clock_iso(s->view.at, iso),
			    num_seconds(w->o->max_age, buf, sizeof buf));
	}
	if (judge_proof_blind(s->proof) && s->view.good_at != 0)
		strbuf_addf(out, "; last read on %s", clock_iso(s->view.good_at, iso));
	strbuf_addc(out, '.');
}

/* A side that is unreadable, stale or merely counted as a whole. */
static bool emit_side(struct work *w, struct work_member *m, enum side side,
		      struct err *err)
{
	const struct work_side *s = work_side(w, m, side);
	size_t from = m->note.n;

	m->unknown = true;
	say_side(w, s, side, &m->note);
	return emit_place(w, m,
			  judge_proof_blind(s->proof) ? FINDING_ACCOUNT_UNREADABLE
						      : FINDING_EVIDENCE_STALE,
			  SEVERITY_DOUBT, WHY_NONE, side, "", "",
			  strbuf_cstr(&m->note) + from + (from != 0), 1, err);
}

/* Mail came and went between the two readings. */
static bool judge_gap(struct work *w, struct work_member *m, struct err *err)
{
	int64_t old_at = m->old.view.good_at, new_at = w->new.view.good_at;
	enum side older = old_at < new_at ? SIDE_OLD : SIDE_NEW;
	char gap[32], limit[32];
	const char *text;

	if (m->old.proof != PROOF_GOOD || w->new.proof != PROOF_GOOD ||
	    !judge_apart(old_at, new_at, w->o->max_gap))
		return true;
	m->unknown = true;
	text = arena_printf(
		w->arena,
		"The %s side was read %s before the other one, and %s is the "
		"limit (max_gap).",
		side_name(older),
		num_seconds(old_at < new_at ? new_at - old_at : old_at - new_at, gap,
			    sizeof gap),
		num_seconds(w->o->max_gap, limit, sizeof limit));
	work_sentence(&m->note, text);
	return emit_place(w, m, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, WHY_NONE, older,
			  "", "", text, 1, err);
}

static bool emit_itself(struct work *w, struct work_member *m, const char *text,
			struct err *err)
{
	m->unknown = m->blind = true;
	work_sentence(&m->note, text);
	return emit_place(w, m, FINDING_ACCOUNT_UNREADABLE, SEVERITY_DOUBT, WHY_NONE,
			  SIDE_OLD, "", "", text, 1, err);
}

bool sides_judge(struct work *w, struct work_member *m, struct err *err)
{
	const char *itself;

	if (!itself_judge(w->itself, m->t, &m->old.view, &w->new.view, w->arena, &itself,
			  err))
		return false;
	if (itself != NULL)
		return emit_itself(w, m, itself, err);
	for (int s = 0; s < SIDE_COUNT; s++) {
		enum proof proof = work_side(w, m, (enum side)s)->proof;

		if (proof == PROOF_GOOD)
			continue;
		m->blind |= judge_proof_blind(proof);
		if (!emit_side(w, m, (enum side)s, err))
			return false;
	}
	return judge_gap(w, m, err);
}

/* Folders that were only counted, all of a side: said once, not for each. */
static bool only_counted(const struct work_side *side)
{
	size_t counted = 0, mail = 0;

	for (size_t i = 0; i < side->folder_n; i++) {
		counted += side->folder[i].proof == PROOF_COUNTED;
		mail += side->folder[i].proof != PROOF_NO_MAIL;
	}
	return counted != 0 && counted >= mail && side->proof == PROOF_GOOD;
}

bool sides_counted(struct work *w, struct err *err)
{
	bool new_counted = only_counted(&w->new);

	if (new_counted)
		w->new.proof = PROOF_COUNTED;
	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		if (m->not_judged != NULL || m->blind)
			continue;
		if (only_counted(&m->old)) {
			m->old.proof = PROOF_COUNTED;
			if (!emit_side(w, m, SIDE_OLD, err))
				return false;
		}
		if (new_counted && !emit_side(w, m, SIDE_NEW, err))
			return false;
	}
	return true;
}
