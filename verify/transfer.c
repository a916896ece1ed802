/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "base/trace.h"
#include "verify/work.h"

/* ---- one side that is not known ---- */

/* Known to be there, and not examined. */
static void count_unverified(struct work *w)
{
	struct match_count *c = &w->judgement.count;

	for (int s = 0; s < SIDE_COUNT; s++) {
		for (size_t i = 0; i < w->side[s].folder_n; i++) {
			int64_t n = w->side[s].folder[i].messages;

			*(s == SIDE_OLD ? &c->old_messages : &c->new_messages) += n;
			*(s == SIDE_OLD ? &c->old_unverified : &c->new_unverified) += n;
			w->judgement.folders_unread += w->side[s].folder[i].proof !=
						       PROOF_NO_MAIL;
		}
	}
}

static void say_side(const struct work *w, enum side side, struct strbuf *out)
{
	const struct work_side *s = &w->side[side];
	char iso[CLOCK_ISO_SIZE], buf[32];

	if (out->n != 0)
		strbuf_addc(out, ' ');
	strbuf_addf(out, "The %s side %s", side_name(side), judge_proof_text(s->proof));
	if (s->proof == PROOF_FAILED) {
		strbuf_addf(out, " on %s: %s", clock_iso(s->view.at, iso),
			    account_outcome_text(s->view.outcome));
		if (*s->view.error != '\0') {
			strbuf_adds(out, " (");
			text_show(out, span_str(s->view.error), 240);
			strbuf_addc(out, ')');
		}
	} else if (s->proof == PROOF_OLD) {
		strbuf_addf(out, ": on %s, and %s is the limit",
			    clock_iso(s->view.at, iso),
			    num_seconds(w->o->max_age, buf, sizeof buf));
	}
	if (judge_proof_blind(s->proof) && s->view.good_at != 0)
		strbuf_addf(out, "; last read on %s", clock_iso(s->view.good_at, iso));
	strbuf_addc(out, '.');
}

/* Findings for sides that are unreadable or stale as a whole.  *blind_out: nothing can be
 * compared. */
static bool judge_sides(struct work *w, struct strbuf *note, bool *blind_out,
			struct err *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		enum proof proof = w->side[s].proof;
		enum finding_class cls = judge_proof_blind(proof)
						 ? FINDING_ACCOUNT_UNREADABLE
						 : FINDING_EVIDENCE_STALE;
		size_t from = note->n;

		if (proof == PROOF_GOOD)
			continue;
		w->unknown = true;
		*blind_out |= judge_proof_blind(proof);
		say_side(w, (enum side)s, note);
		if (!emit_place(w, cls, SEVERITY_DOUBT, (enum side)s, "", "",
				strbuf_cstr(note) + from + (from != 0), err))
			return false;
	}
	return true;
}

/* Folders that were only counted, all of a side: said once, not for each. */
static bool judge_counted(struct work *w, struct strbuf *note, struct err *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		struct work_side *side = &w->side[s];
		size_t counted = 0, mail = 0, from = note->n;

		for (size_t i = 0; i < side->folder_n; i++) {
			counted += side->folder[i].proof == PROOF_COUNTED;
			mail += side->folder[i].proof != PROOF_NO_MAIL;
		}
		if (counted == 0 || counted < mail || side->proof != PROOF_GOOD)
			continue;
		side->proof = PROOF_COUNTED;
		w->unknown = true;
		say_side(w, (enum side)s, note);
		if (!emit_place(w, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, (enum side)s,
				"", "", strbuf_cstr(note) + from + (from != 0), err))
			return false;
	}
	return true;
}

/* ---- pairs ---- */

static enum pairing_how how_of(enum map_how how)
{
	switch (how) {
	case MAP_SAME:
		return PAIRING_SAME;
	case MAP_RULE:
		return PAIRING_RULE;
	case MAP_EXCLUDED:
		return PAIRING_EXCLUDED;
	}
	return PAIRING_SAME;
}

/* The folders of the new account with a special use. */
static struct map_special *special_folders(struct work *w, size_t *n_out)
{
	const struct work_side *s = &w->side[SIDE_NEW];
	struct map_special *v = arena_alloc(w->arena, (s->folder_n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < s->folder_n; i++)
		if ((s->folder[i].view->folder.attrs & FOLDER_SPECIAL_MASK) != 0)
			v[n++] = (struct map_special){ s->folder[i].common,
						       s->folder[i].view->folder.attrs };
	*n_out = n;
	return v;
}

static bool pairing_side(struct work *w, enum side side, struct pairing_folder **out,
			 struct err *err)
{
	const struct work_side *s = &w->side[side];
	struct pairing_folder *v = arena_alloc(w->arena, (s->folder_n + 1) * sizeof *v);
	size_t special_n;
	struct map_special *special = special_folders(w, &special_n);

	map_enter(w->map, w->t->name, w->t->new_prefix, special, special_n);
	for (size_t i = 0; i < s->folder_n; i++) {
		struct map_result r;

		v[i].common = s->folder[i].common;
		v[i].mail = s->folder[i].proof != PROOF_NO_MAIL;
		if (side == SIDE_NEW)
			continue;
		if (!map_target(w->map, w->arena, v[i].common,
				s->folder[i].view->folder.attrs, &r, err))
			return false;
		v[i].target = r.target;
		v[i].how = how_of(r.how);
		v[i].rule = r.rule != NULL ? r.rule->text : NULL;
	}
	*out = v;
	return true;
}

/* A folder that has no messages has no flags that were not read. */
static bool has_flags(const struct work_folder *f)
{
	return f == NULL || f->proof == PROOF_NO_MAIL || f->view->depth == DEPTH_FULL;
}

/* Folders of both sides as pairs, stored so that leftovers can refer to them. */
static bool make_pairs(struct work *w, struct err *err)
{
	struct pairing_folder *old, *new;
	struct pairing *plan;

	if (!pairing_side(w, SIDE_OLD, &old, err) ||
	    !pairing_side(w, SIDE_NEW, &new, err))
		return false;
	pairing_make(w->arena, old, w->side[SIDE_OLD].folder_n, new,
		     w->side[SIDE_NEW].folder_n, &plan, &w->pair_n);
	w->pair = arena_alloc(w->arena, (w->pair_n + 1) * sizeof *w->pair);
	for (size_t i = 0; i < w->pair_n; i++) {
		struct work_pair *p = &w->pair[i];
		const struct work_folder *a = NULL, *b = NULL;

		if (plan[i].old_i != PAIRING_NONE)
			a = &w->side[SIDE_OLD].folder[plan[i].old_i];
		if (plan[i].new_i != PAIRING_NONE)
			b = &w->side[SIDE_NEW].folder[plan[i].new_i];
		p->pairing = &plan[i];
		p->leader = plan[i].leader;
		p->folder[SIDE_OLD] = a;
		p->folder[SIDE_NEW] = b;
		p->epoch[SIDE_OLD] = a != NULL ? a->view->epoch : 0;
		p->epoch[SIDE_NEW] = b != NULL ? b->view->epoch : 0;
		p->flags = has_flags(a) && has_flags(b);
		if (a != NULL && old[plan[i].old_i].how == PAIRING_EXCLUDED)
			p->excluded = old[plan[i].old_i].rule;
		p->row = (struct pair){ .transfer = w->t->id,
					.kind = plan[i].kind,
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

/* ---- messages of one group of pairs that share a new folder ---- */

struct stream {
	struct work *w;
	size_t n;
	struct stream_arm {
		struct store_messages *it;
		struct multiset_item head;
		bool has;
		int64_t seen;
		uint32_t owner;
		int64_t epoch;
	} * arm; /* several old folders that collided are merged */
};

static bool advance(struct stream *s, struct stream_arm *arm, struct err *err)
{
	enum next next = store_messages_next(arm->it, &arm->head.m, err);

	arm->has = next == NEXT_ITEM;
	arm->seen += arm->has;
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

static bool stream_open(struct stream *s, size_t pair, enum side side, struct err *err)
{
	struct work_pair *p = &s->w->pair[pair];
	struct stream_arm *arm;

	if (p->folder[side] == NULL || p->folder[side]->proof != PROOF_GOOD)
		return true;
	arm = &s->arm[s->n];
	*arm = (struct stream_arm){ .owner = (uint32_t)pair, .epoch = p->epoch[side] };
	if (!store_messages_open(s->w->st, arm->epoch, STORE_BY_KEY, &arm->it, err))
		return false;
	s->n++;
	return advance(s, arm, err);
}

static void on_group(void *ctx, bool more, bool *stop_out)
{
	(void)stop_out;
	emit_group(ctx, more);
}

static bool on_matched(void *ctx, const struct multiset_item *old,
		       const struct multiset_item *new, struct err *err)
{
	return emit_matched(ctx, old, new, err);
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

	*(side == SIDE_OLD ? &p->row.count.old_messages
			   : &p->row.count.new_messages) = arm->seen;
	if (view->state.exists < 0 || view->state.exists == arm->seen)
		return true;
	w->unknown = true;
	w->judgement.folders_unread++;
	p->row.note = arena_printf(
		w->arena,
		"An audit that has not ended changed what is known of the "
		"%s folder: %lld messages, where %lld were counted.",
		side_name(side), (long long)arm->seen, (long long)view->state.exists);
	return emit_place(w, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT, side,
			  p->folder[side]->common, "", p->row.note, err);
}

static bool match_group(struct work *w, size_t first, size_t end, struct err *err)
{
	static const struct multiset_options plain = { 0 };
	struct stream stream[SIDE_COUNT] = { { .w = w }, { .w = w } };
	struct multiset_source source[SIDE_COUNT];
	struct multiset_sink sink = { w, on_group, on_matched, on_single };
	bool ok = true;

	for (int s = 0; s < SIDE_COUNT; s++) {
		stream[s].arm = mem_calloc(end - first, sizeof *stream[s].arm);
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

/* One side was not read: nothing is said about any message of the group. */
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
		if (places_unread(a))
			p->row.note = places_note(w, a, SIDE_OLD);
		else if (places_unread(b))
			p->row.note = places_note(w, b, SIDE_NEW);
		else
			p->row.note = "Another folder with the same target was not read.";
	}
}

static bool judge_group(struct work *w, size_t first, size_t *end_out, struct err *err)
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
			w->judgement.flags_compared = false;
	}
	*end_out = end;
	if (!bad)
		return match_group(w, first, end, err);
	set_unverified(w, first, end);
	return true;
}

/* ---- the whole ---- */

static void pair_note(struct work *w, struct work_pair *p)
{
	char buf[32];

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

static bool judge_flags(struct work *w, struct strbuf *note, struct err *err)
{
	static const char text[] =
		"Flags were not read on both sides (--depth ids): identity alone was "
		"compared.";

	if (w->judgement.flags_compared)
		return true;
	w->unknown = true;
	if (note->n != 0)
		strbuf_addc(note, ' ');
	strbuf_adds(note, text);
	return emit_place(w, FINDING_EVIDENCE_STALE, SEVERITY_DOUBT,
			  w->side[SIDE_OLD].view.depth == DEPTH_FULL ? SIDE_NEW
								     : SIDE_OLD,
			  "", "", text, err);
}

static bool judge_messages(struct work *w, struct strbuf *note, struct err *err)
{
	if (!judge_counted(w, note, err) || !make_pairs(w, err))
		return false;
	for (size_t i = 0, end; i < w->pair_n; i = end)
		if (!judge_group(w, i, &end, err))
			return false;
	if (!refile_match(w, err) || !refile_rest(w, err) || !judge_flags(w, note, err))
		return false;
	for (size_t i = 0; i < w->pair_n; i++) {
		pair_note(w, &w->pair[i]);
		match_count_add(&w->judgement.count, &w->pair[i].row.count);
		if (!store_pair_update(w->st, &w->pair[i].row, err))
			return false;
	}
	if (w->shared != NULL)
		strbuf_addf(note,
			    "%sThe mail of \"%s\" arrives in the same folders: what both "
			    "had counts for both.",
			    note->n != 0 ? " " : "",
			    text_shown(w->arena, span_str(w->shared)));
	tally_say_missing(w->tally, note);
	tally_say_facts(w->tally, note);
	return true;
}

static void begin(struct work *w)
{
	struct judgement *j = &w->judgement;

	*j = (struct judgement){
		.transfer = w->t->id, .run = j->run, .flags_compared = true, .note = ""
	};
	j->old_run = w->side[SIDE_OLD].view.good_run;
	j->new_run = w->side[SIDE_NEW].view.good_run;
	j->old_seen = w->side[SIDE_OLD].view.good_at;
	j->new_seen = w->side[SIDE_NEW].view.good_at;
	j->depth = DEPTH_FULL;
	for (int s = 0; s < SIDE_COUNT; s++)
		for (size_t i = 0; i < w->side[s].folder_n; i++) {
			const struct work_folder *f = &w->side[s].folder[i];

			if (f->proof == PROOF_NO_MAIL)
				continue;
			*(s == SIDE_OLD ? &j->folders_old : &j->folders_new) += 1;
			if (!judge_proof_blind(f->proof) && f->view->depth < j->depth)
				j->depth = f->view->depth;
		}
}

static const char *not_judged(const struct work *w)
{
	if (w->o->one_sided)
		return "There is no new server yet.";
	if (judge_not_moving(w->t->decision))
		return arena_printf(
			w->arena,
			"The decision is \"%s\": nothing is to arrive on the new side.",
			w->t->decision);
	return NULL;
}

bool transfer_judge(struct work *w, struct err *err)
{
	struct strbuf note = STRBUF_INIT;
	struct judgement *j = &w->judgement;
	const char *why = not_judged(w);
	bool blind = false, ok = false;

	if (!evidence_load(w, err))
		return false;
	begin(w);
	if (why != NULL) {
		j->verdict = VERDICT_NOT_JUDGED;
		j->flags_compared = false;
		j->note = why;
		return store_judgement_put(w->st, j, err);
	}
	if (!judge_sides(w, &note, &blind, err))
		goto out;
	if (blind) {
		count_unverified(w);
		j->flags_compared = false;
	} else if (!judge_messages(w, &note, err)) {
		goto out;
	}
	j->verdict = judge_transfer(w->unknown, j->loss, j->doubt);
	j->note = strbuf_cstr(&note);
	ok = store_judgement_put(w->st, j, err);
	trace(TRACE_VERIFY, "transfer %lld: %s, %lld pairs of folders",
	      (long long)w->t->id, verdict_name(j->verdict), (long long)w->pair_n);
out:
	/* The note is stored; nobody reads it from here again. */
	j->note = "";
	strbuf_done(&note);
	return ok;
}
