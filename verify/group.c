/* SPDX-License-Identifier: MIT */
/* Transfers that are judged together: folder pairs, messages, the verdicts. */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "base/trace.h"
#include "verify/work.h"

/* ---- messages of pairs that share a new folder ---- */

/* Several streams in the order of keys become one. */
struct stream {
	struct work *w;
	size_t n;
	struct stream_arm {
		struct store_messages *it;
		struct multiset_item head;
		bool has, gone; /* gone: there at the seal only */
		int64_t seen;
		int64_t holes; /* of seen: those that were read earlier, and cannot be now
				*/
		const struct work_folder *folder;
		uint32_t owner;
		int64_t epoch;
	} * arm;
};

static bool advance(struct stream *s, struct stream_arm *arm, struct err *err)
{
	enum next next = store_messages_next(arm->it, &arm->head.m, err);

	arm->has = next == NEXT_ITEM;
	arm->seen += arm->has;
	arm->holes += arm->has && holes_has(arm->folder, arm->head.m.uid);
	arm->head.owner = arm->owner;
	arm->head.place = (uint32_t)s->w->pair[arm->owner].leader;
	arm->head.epoch = arm->epoch;
	return next == NEXT_ITEM ? emit_words(s->w, &arm->head, err) : next == NEXT_END;
}

static bool is_before(const struct message *a, const struct message *b)
{
	int c = memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);

	if (c != 0)
		return c < 0;
	return a->octets != b->octets ? a->octets < b->octets : a->date < b->date;
}

static enum next stream_next(void *ctx, struct multiset_item *out, struct err *err)
{
	struct stream *s = ctx;
	struct stream_arm *best = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (s->arm[i].has &&
		    (best == NULL || is_before(&s->arm[i].head.m, &best->head.m)))
			best = &s->arm[i];
	if (best == NULL)
		return NEXT_END;
	*out = best->head;
	return advance(s, best, err) ? NEXT_ITEM : NEXT_FAIL;
}

static bool open_arm(struct stream *s, size_t pair, enum side side, bool gone,
		     struct err *err)
{
	struct work_pair *p = &s->w->pair[pair];
	struct stream_arm *arm = &s->arm[s->n];

	*arm = (struct stream_arm){ .owner = (uint32_t)pair,
				    .epoch = p->epoch[side],
				    .gone = gone,
				    .folder = gone ? NULL : p->folder[side] };
	if (gone ? !store_messages_gone(s->w->st, arm->epoch, p->base[side].run, &arm->it,
					err)
		 : !store_messages_open(s->w->st, arm->epoch, STORE_BY_KEY, &arm->it,
					err))
		return false;
	s->n++;
	return advance(s, arm, err);
}

/* What has gone from the old side since the seal still counts: it was there then, or came
 * late. */
static bool stream_open(struct stream *s, size_t pair, enum side side, struct err *err)
{
	struct work_pair *p = &s->w->pair[pair];

	if (p->folder[side] == NULL || (p->folder[side]->proof != PROOF_GOOD &&
					p->folder[side]->proof != PROOF_HOLES))
		return true;
	return open_arm(s, pair, side, false, err) &&
	       (side == SIDE_NEW || p->base[SIDE_OLD].run == 0 ||
		open_arm(s, pair, side, true, err));
}

static void on_group(void *ctx, bool more, bool *stop_out)
{
	(void)stop_out;
	emit_group(ctx, more);
}

static bool on_matched(void *ctx, const struct multiset_item *old,
		       const struct multiset_item *new, struct err *err)
{
	return facts_matched(ctx, old, new, err);
}

static bool on_single(void *ctx, enum side side, const struct multiset_item *item,
		      struct err *err)
{
	return refile_add(ctx, side, item, err);
}

/* What lies in the store is no longer what the reading counted: an audit was cut off in
 * the middle. */
static bool check_seen(struct work *w, const struct stream_arm *arm, enum side side,
		       struct err *err)
{
	struct work_pair *p = &w->pair[arm->owner];
	const struct folder_view *view = p->folder[side]->view;
	struct match_count *c = &p->row.count;
	int64_t untold = arm->gone ? 0 : (int64_t)p->folder[side]->hole_n - arm->holes;

	*(side == SIDE_OLD ? &c->old_messages : &c->new_messages) += arm->seen + untold;
	*(side == SIDE_OLD ? &c->old_unverified : &c->new_unverified) += untold;
	if (arm->gone || p->folder[side]->sealed_only ||
	    view->state.exists == arm->seen + untold)
		return true;
	p->m->unknown = true;
	p->m->judgement.folders_unread++;
	p->row.note = arena_printf(
		w->arena,
		"An audit that has not ended changed what is known of the "
		"%s folder: %lld messages, where %lld were counted.",
		side_name(side), (long long)arm->seen, (long long)view->state.exists);
	return emit_place(w, p->m, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, WHY_NONE, side,
			  p->folder[side]->common, "", p->row.note, 1, err);
}

static bool match_pairs(struct work *w, size_t first, size_t end, struct err *err)
{
	static const struct multiset_options plain = { 0 };
	struct stream stream[SIDE_COUNT] = { { .w = w }, { .w = w } };
	struct multiset_source source[SIDE_COUNT];
	struct multiset_sink sink = { w, on_group, on_matched, on_single };
	bool ok = true;

	for (int s = 0; s < SIDE_COUNT; s++) {
		stream[s].arm = mem_calloc(2 * (end - first), sizeof *stream[s].arm);
		source[s] = (struct multiset_source){ &stream[s], stream_next };
	}
	for (size_t i = first; i < end && ok; i++)
		ok = stream_open(&stream[SIDE_OLD], i, SIDE_OLD, err);
	ok = ok && stream_open(&stream[SIDE_NEW], first, SIDE_NEW, err) &&
	     multiset_merge(source, &plain, &sink, err);
	for (int s = 0; s < SIDE_COUNT; s++) {
		for (size_t i = 0; i < stream[s].n; i++) {
			ok = ok && check_seen(w, &stream[s].arm[i], (enum side)s, err);
			store_messages_close(stream[s].arm[i].it);
		}
		free(stream[s].arm);
	}
	return ok;
}

/* One side was not read: nothing is said about any message of these pairs. */
static void set_unverified(struct work *w, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		struct work_pair *p = &w->pair[i];
		const struct work_folder *a = p->folder[SIDE_OLD],
					 *b = p->folder[SIDE_NEW];
		struct match_count *c = &p->row.count;

		if (a != NULL)
			c->old_messages = c->old_unverified = a->messages;
		if (b != NULL && i == first)
			c->new_messages = c->new_unverified = b->messages;
		p->row.kind = PAIR_UNREADABLE;
		p->m->unknown = true;
		if (places_unread(a))
			p->row.note = places_note(w, a, SIDE_OLD);
		else if (places_unread(b))
			p->row.note = places_note(w, b, SIDE_NEW);
		else
			p->row.note = "Another folder with the same target was not read.";
	}
}

static bool judge_pairs(struct work *w, size_t first, size_t *end_out, struct err *err)
{
	size_t end = first;
	bool bad = false;

	for (; end < w->pair_n && w->pair[end].leader == first; end++) {
		struct work_pair *p = &w->pair[end];

		if (!places_judge(w, p, err))
			return false;
		bad |= places_unread(p->folder[SIDE_OLD]) ||
		       places_unread(p->folder[SIDE_NEW]);
		/* Read without flags is not the same as equal flags. */
		if (!p->flags && !bad && p->row.kind != PAIR_UNSELECTABLE)
			p->m->judgement.flags_compared = false;
	}
	*end_out = end;
	if (!bad)
		return match_pairs(w, first, end, err);
	set_unverified(w, first, end);
	return true;
}

/* ---- the whole ---- */

static void pair_note(struct work *w, struct work_pair *p)
{
	struct strbuf holes = STRBUF_INIT;
	char buf[32];

	if (*p->row.note != '\0')
		return;
	holes_say(p, &holes);
	if (holes.n > 0)
		p->row.note = arena_span(w->arena, strbuf_span(&holes));
	strbuf_done(&holes);
	if (*p->row.note != '\0')
		return;
	if (p->excluded != NULL)
		p->row.note = arena_printf(w->arena, "Left out by the rule \"%s\".",
					   text_shown(w->arena, span_str(p->excluded)));
	else if (p->row.kind != PAIR_MISSING && p->missing > 0 &&
		 p->missing == p->row.count.old_messages)
		p->row.note = "Nothing of this folder arrived.";
	else if (p->row.kind != PAIR_MISSING && p->tail >= TALLY_LEAST &&
		 TALLY_COVERS(p->tail, p->missing))
		p->row.note = arena_printf(
			w->arena,
			"The last %s UIDs are missing: the copy stopped "
			"there, or they came later.",
			num_group(p->tail, buf, sizeof buf));
}

static bool judge_flags(struct work *w, struct work_member *m, struct err *err)
{
	static const char text[] =
		"Flags were not read on both sides (--depth ids): identity alone was "
		"compared.";
	const char *why;

	if (m->judgement.flags_compared)
		return true;
	m->unknown = true;
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct account_view *v = &work_side(w, m, (enum side)s)->view;

		if (!judge_foreign_flags(v->rights))
			continue;
		why = arena_printf(
			w->arena,
			"On the %s side the login sees flags of its own, not the "
			"owner's (its rights on INBOX are \"%s\"): flags are not known.",
			side_name((enum side)s),
			text_shown(w->arena, span_str(v->rights)));
		work_sentence(&m->note, why);
		return emit_place(w, m, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, WHY_LOGIN,
				  (enum side)s, "", "", why, 1, err);
	}
	work_sentence(&m->note, text);
	return emit_place(w, m, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, WHY_NONE,
			  m->old.view.depth == DEPTH_FULL ? SIDE_NEW : SIDE_OLD, "", "",
			  text, 1, err);
}

static void say_others(struct work *w, struct work_member *m)
{
	if (w->member_n < 2)
		return;
	work_sentence(&m->note, "Judged together with");
	for (size_t i = 0, said = 0; i < w->member_n; i++) {
		if (&w->member[i] == m)
			continue;
		strbuf_addf(&m->note, "%s \"%s\"", said++ > 0 ? "," : "",
			    text_shown(w->arena, span_str(w->member[i].t->name)));
		if (said == 5 && w->member_n > 7) {
			strbuf_addf(&m->note, " and %zu more", w->member_n - 1 - said);
			break;
		}
	}
	strbuf_adds(&m->note, ", whose mail arrives in the same folders.");
}

/* The baseline, and what happened since. */
static bool judge_seal(struct work *w, struct work_member *m, struct err *err)
{
	char buf[32];

	if (!m->sealed)
		return true;
	m->judgement.seal = m->seal.id;
	if (m->changed > 0) {
		work_sentence(&m->note, "Since the seal, flags changed on ");
		strbuf_addf(&m->note, "%s messages: life.",
			    num_group(m->changed, buf, sizeof buf));
	}
	if (!m->seal.sound &&
	    !emit_place(w, m, FINDING_SEAL_UNSOUND, SEVERITY_DOUBT, WHY_NONE, SIDE_OLD,
			"", "",
			*m->seal.note != '\0' ? m->seal.note
					      : "The seal was taken in doubt.",
			1, err))
		return false;
	if (!judge_mass(m->seen_lost, m->seen_lost + m->seen_kept, w->o->mass_messages,
			w->o->mass_percent))
		return true;
	return emit_place(
		w, m, FINDING_MASS_FLAGS, SEVERITY_LOSS, WHY_LIFE, SIDE_NEW, "", "",
		arena_printf(w->arena,
			     "%s messages that had \\Seen at the seal no longer have it: "
			     "a mover that ran again, or a restored index, does this; "
			     "users do not.",
			     num_group(m->seen_lost, buf, sizeof buf)),
		m->seen_lost, err);
}

static bool finish(struct work *w, struct work_member *m, struct err *err)
{
	struct judgement *j = &m->judgement;
	int64_t n[SEVERITY_COUNT];

	if (!store_finding_count(w->st, m->t->id, n, &j->accepted, err))
		return false;
	j->info = n[SEVERITY_INFO];
	j->doubt = n[SEVERITY_DOUBT];
	j->loss = n[SEVERITY_LOSS];
	j->verdict = m->not_judged != NULL
			     ? VERDICT_NOT_JUDGED
			     : judge_transfer(m->unknown, j->loss, j->doubt);
	j->note = m->not_judged != NULL ? m->not_judged : strbuf_cstr(&m->note);
	if (!store_judgement_put(w->st, j, err))
		return false;
	trace(TRACE_VERIFY, "transfer %lld: %s, %lld pairs of folders",
	      (long long)m->t->id, verdict_name(j->verdict), (long long)w->pair_n);
	/* The note is stored; nobody reads it from here again. */
	j->note = "";
	return true;
}

static bool conclude(struct work *w, struct work_member *m, struct err *err)
{
	if (!facts_fold(w, m, err) || !judge_flags(w, m, err) || !judge_seal(w, m, err) ||
	    !vanished_judge(w, m, err) || !grants_judge(w, m, err))
		return false;
	say_others(w, m);
	kinds_say(m->profile, w->profile, &m->note);
	scanned_say(m, &m->note);
	tally_say_missing(m->tally, &m->note);
	tally_say_facts(m->tally, &m->note);
	return true;
}

static bool judge_messages(struct work *w, struct err *err)
{
	if (!sides_counted(w, err) || !pairs_make(w, err) || !scanned_load(w, err))
		return false;
	for (size_t i = 0, end; i < w->pair_n; i = end)
		if (!judge_pairs(w, i, &end, err))
			return false;
	if (!refile_match(w, err) || !labels_settle(w, err) || !rest_name(w, err) ||
	    !withdrawn_name(w, err) || !scanned_damage(w, err))
		return false;
	for (size_t i = 0; i < w->pair_n; i++) {
		pair_note(w, &w->pair[i]);
		/* A vote is no count, but enough to look twice. */
		w->pair[i].row.bias = w->pair[i].votes > 0 ? w->pair[i].vote : 0;
		match_count_add(&w->pair[i].m->judgement.count, &w->pair[i].row.count);
		if (!store_pair_update(w->st, &w->pair[i].row, err))
			return false;
	}
	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		if (m->not_judged == NULL && !m->blind && !conclude(w, m, err))
			return false;
	}
	return true;
}

static void count_folders(struct judgement *j, const struct work_side *s, int64_t *out)
{
	for (size_t i = 0; i < s->folder_n; i++) {
		const struct work_folder *f = &s->folder[i];

		if (f->proof == PROOF_NO_MAIL)
			continue;
		*out += 1;
		if (!judge_proof_blind(f->proof) && f->view->depth < j->depth &&
		    !f->sealed_only)
			j->depth = f->view->depth;
	}
}

static void begin(struct work *w, struct work_member *m)
{
	struct judgement *j = &m->judgement;

	*j = (struct judgement){
		.transfer = m->t->id, .run = j->run, .flags_compared = true, .note = ""
	};
	j->old_run = m->old.view.good_run;
	j->new_run = w->new.view.good_run;
	j->old_seen = m->old.view.good_at;
	j->new_seen = w->new.view.good_at;
	j->depth = DEPTH_FULL;
	count_folders(j, &m->old, &j->folders_old);
	count_folders(j, &w->new, &j->folders_new);
}

static const char *not_judged(const struct work *w, const struct transfer *t)
{
	if (w->o->one_sided)
		return "There is no new server yet.";
	if (judge_not_moving(t->decision))
		return arena_printf(
			w->arena,
			"The decision is \"%s\": nothing is to arrive on the new side.",
			t->decision);
	return NULL;
}

bool group_judge(struct work *w, struct err *err)
{
	bool ok = false, any = false;

	w->id = w->member[0].t->id;
	for (size_t i = 0; i < w->member_n; i++)
		w->member[i].not_judged = not_judged(w, w->member[i].t);
	if (!evidence_load(w, err))
		goto out;
	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		begin(w, m);
		m->judgement.flags_compared = m->not_judged == NULL;
		if (m->not_judged != NULL)
			continue;
		if (!sides_judge(w, m, err))
			goto out;
		if (m->blind)
			m->judgement.flags_compared = false;
		any |= !m->blind;
	}
	sides_count(w);
	if (any && !judge_messages(w, err))
		goto out;
	for (size_t i = 0; i < w->member_n; i++)
		if (!finish(w, &w->member[i], err))
			goto out;
	ok = true;
out:
	for (size_t i = 0; i < w->member_n; i++)
		strbuf_done(&w->member[i].note);
	return ok;
}
