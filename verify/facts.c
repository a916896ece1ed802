/* SPDX-License-Identifier: MIT */
/* Two messages that are the same one: flags, keywords, dates, sizes. */
#include <assert.h>

#include "base/clock.h"
#include "base/num.h"
#include "store/store_history.h"
#include "verify/work.h"

#define DAY 86400
/* finding.fold of flags: exactly \Seen was lost. */
#define FOLD_SEEN 1

#define FLAGS_SIZE 64 /* for all of them, with room */
static const char *flag_names(unsigned flags, char buf[FLAGS_SIZE])
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < MSG_FLAG_COUNT; i++)
		if ((flags >> i & 1) != 0)
			n += (size_t)snprintf(buf + n, FLAGS_SIZE - n, "%s%s",
					      n > 0 ? " " : "", msg_flag_name(i));
	return buf;
}

static const char *date_text(int64_t date, char buf[CLOCK_ISO_SIZE])
{
	return date == MSG_DATE_UNKNOWN ? "unknown" : clock_iso(date, buf);
}

static const char *octets_text(int64_t octets, char buf[24])
{
	if (octets < 0)
		return "unknown";
	snprintf(buf, 24, "%lld", (long long)octets);
	return buf;
}

/* A matched pair of messages on its way to findings. */
struct match {
	struct work *w;
	struct work_pair *p; /* of the old message */
	const struct multiset_item *old, *new;
	struct message then[SIDE_COUNT]; /* as flags and keywords are judged: at the
					    seal, where there is one */
	struct work_keywords words;
	struct content content;
	const char *other; /* refiled: the new folder */
};

static bool emit(struct match *x, struct emit *e, struct err *err)
{
	e->side = SIDE_OLD;
	e->other = x->other;
	return emit_message(x->w, x->p, x->old, e, err);
}

static bool emit_flags(struct match *x, struct err *err)
{
	unsigned a = x->then[SIDE_OLD].flags, b = x->then[SIDE_NEW].flags;
	char old_buf[FLAGS_SIZE], new_buf[FLAGS_SIZE];
	bool doomed = (b & ~a & MSG_DELETED) != 0;
	bool lost = (a & ~b) != 0 || doomed;
	struct emit e = {
		.cls = FINDING_FLAGS,
		.severity = judge_fact(DIFF_FLAGS, &x->old->m, lost),
		.why = WHY_UNEXPLAINED,
		.old_fact = flag_names(a & ~b, old_buf),
		.new_fact = flag_names(b & ~a, new_buf),
		.fold = (a & ~b) == MSG_SEEN ? FOLD_SEEN : 0,
		.explanation =
			doomed ? "Marked \\Deleted on the new side only: the next "
				 "EXPUNGE removes it."
			: lost ? "Flags of the old side are not set on the new one."
			       : "Flags were added on the new side.",
	};

	return emit(x, &e, err);
}

static bool emit_keywords(struct match *x, struct err *err)
{
	bool lost = x->words.lost;
	struct emit e = {
		.cls = FINDING_KEYWORDS,
		.severity = judge_fact(DIFF_KEYWORDS, &x->old->m, lost),
		.why = WHY_UNEXPLAINED,
		.explanation =
			lost ? "Keywords of the old side are not set on the new one."
			     : "Keywords were added on the new side.",
	};

	return keywords_differ(x->w, x->then[SIDE_OLD].keyword_set,
			       x->then[SIDE_NEW].keyword_set, &e.old_fact, &e.new_fact,
			       err) &&
	       emit(x, &e, err);
}

static void say_date(const struct message *old, const struct message *new, char *buf,
		     size_t size)
{
	char gap[32];
	uint64_t by;

	if (old->date == MSG_DATE_UNKNOWN || new->date == MSG_DATE_UNKNOWN) {
		snprintf(buf, size, "INTERNALDATE was not told on %s.",
			 old->date == new->date		 ? "either side"
			 : old->date == MSG_DATE_UNKNOWN ? "the old side"
							 : "the new side");
		return;
	}
	by = new->date > old->date ? (uint64_t) new->date - (uint64_t)old->date
				   : (uint64_t)old->date - (uint64_t) new->date;
	snprintf(buf, size, "INTERNALDATE is %s %s on the new side.",
		 num_seconds(by > INT64_MAX ? INT64_MAX : (int64_t)by, gap, sizeof gap),
		 new->date > old->date ? "later" : "earlier");
}

/* What dates may have in common: a shift that a time zone could make, or their new day.
 * Which it is, only all of them tell (facts_fold). */
static void date_fold(const struct message *old, const struct message *new,
		      struct emit *e)
{
	int64_t shift;

	e->why = WHY_UNEXPLAINED;
	if (old->date == MSG_DATE_UNKNOWN || new->date == MSG_DATE_UNKNOWN)
		return;
	if (tally_shift(old->date, new->date, &shift)) {
		e->why = WHY_ZONE;
		e->fold = shift;
	} else {
		e->why = WHY_MOVED_DAY;
		e->fold = tally_day(new->date);
	}
}

static bool emit_date(struct match *x, struct err *err)
{
	const struct message *a = &x->old->m, *b = &x->new->m;
	char old_buf[CLOCK_ISO_SIZE], new_buf[CLOCK_ISO_SIZE], say[160];
	struct emit e = {
		.cls = FINDING_DATE,
		.severity = judge_fact(DIFF_DATE, a, false),
		.old_fact = date_text(a->date, old_buf),
		.new_fact = date_text(b->date, new_buf),
		.explanation = say,
	};

	say_date(a, b, say, sizeof say);
	date_fold(a, b, &e);
	return emit(x, &e, err);
}

static bool emit_octets(struct match *x, struct err *err)
{
	const struct message *a = &x->old->m, *b = &x->new->m;
	char old_buf[24], new_buf[24];
	struct emit e = {
		.cls = x->content.cls,
		.severity = x->content.severity,
		.why = x->content.why,
		.old_fact = octets_text(a->octets, old_buf),
		.new_fact = octets_text(b->octets, new_buf),
		.explanation = x->content.say,
	};

	return emit(x, &e, err);
}

static void count_match(struct match_count *c, enum match_kind kind, unsigned diff)
{
	int64_t *const of[] = { [MATCH_SAME] = &c->same,
				[MATCH_SAME_WEAK] = &c->same_weak,
				[MATCH_CHANGED] = &c->changed,
				[MATCH_REFILED] = &c->refiled };

	/* judge_match gives no other */
	assert((size_t)kind < COUNT_OF(of) && of[kind] != NULL);
	*of[kind] += 1;
	c->flags += (diff & DIFF_FLAGS) != 0;
	c->keywords += (diff & DIFF_KEYWORDS) != 0;
	c->date += (diff & DIFF_DATE) != 0;
	c->octets += (diff & DIFF_OCTETS) != 0;
	c->content += (diff & DIFF_CONTENT) != 0;
}

/*
 * Flags and keywords are judged at the seal: what users do with their mail afterwards is
 * life.  A message that came to the new side later has no flags of then.
 */
static bool as_sealed(struct match *x, const struct work_base *new_base, unsigned *diff,
		      struct err *err)
{
	static const unsigned marks = DIFF_FLAGS | DIFF_KEYWORDS;
	struct work_pair *p = x->p;
	struct work_member *m = p->m;
	bool seen_now = (x->new->m.flags &MSG_SEEN) != 0, equal;

	if (!work_at_seal(new_base, x->new->m.uid)) {
		m->changed += (*diff & marks) != 0;
		*diff &= ~marks;
		return true;
	}
	if ((*diff & marks) == 0) {
		m->seen_kept += seen_now;
		return true;
	}
	if (!store_message_as_of(x->w->st, x->new->epoch, new_base->run,
				 &x->then[SIDE_NEW], err) ||
	    (work_at_seal(&p->base[SIDE_OLD], x->old->m.uid) &&
	     !store_message_as_of(x->w->st, x->old->epoch, p->base[SIDE_OLD].run,
				  &x->then[SIDE_OLD], err)) ||
	    !keywords_compare(x->w, x->then[SIDE_OLD].keyword_set,
			      x->then[SIDE_NEW].keyword_set, &x->words, err))
		return false;
	if ((x->then[SIDE_NEW].flags & MSG_SEEN) != 0) {
		m->seen_kept += seen_now;
		m->seen_lost += !seen_now;
	}
	equal = x->words.equal;
	*diff &= ~marks;
	*diff |= judge_diff(&x->then[SIDE_OLD], &x->then[SIDE_NEW], true, equal) & marks;
	m->changed += (*diff & marks) == 0;
	return true;
}

/* What most messages of a folder grew by, if most grew alike. */
static void vote(struct work_pair *p, int64_t grew)
{
	if (p->votes == 0)
		p->vote = grew;
	p->votes += p->vote == grew ? 1 : -1;
}

/* Another size, or the same where most differ: what is behind it? */
static bool as_content(struct match *x, unsigned *diff, struct err *err)
{
	struct scanned scanned;
	bool odd = (x->p->m->not_comparable & DIFF_OCTETS) == 0 &&
		   ((*diff & DIFF_OCTETS) != 0 || x->p->m->bias != 0 || x->p->bias != 0);

	arena_reset(x->w->scratch);
	if (!scanned_compare(x->w, x->p, x->old, x->new, &scanned, err))
		return false;
	x->p->m->judgement.contents += scanned.known;
	/* Read as a whole on both sides, and the same: nothing is left to ask, unless it
	 * grew. */
	if (!odd && (!scanned.known || (scanned.bodies_equal && scanned.headers_equal))) {
		scanned_sample(x->w, x->p, x->old, &scanned, false);
		return true;
	}
	if (!content_judge(x->w, x->p, x->old, x->new, &scanned, &x->content, err))
		return false;
	scanned_sample(x->w, x->p, x->old, &scanned, x->content.differs);
	*diff &= ~(unsigned)DIFF_OCTETS;
	if (x->content.differs)
		*diff |= x->content.cls == FINDING_CONTENT ? DIFF_CONTENT : DIFF_OCTETS;
	return true;
}

static bool emit_facts(struct match *x, unsigned diff, struct err *err)
{
	static const struct {
		unsigned bit;
		bool (*emit)(struct match *x, struct err *err);
	} facts[] = {
		{ DIFF_FLAGS, emit_flags },
		{ DIFF_KEYWORDS, emit_keywords },
		{ DIFF_DATE, emit_date },
		{ DIFF_OCTETS | DIFF_CONTENT, emit_octets },
	};

	for (size_t i = 0; i < COUNT_OF(facts); i++)
		if ((diff & facts[i].bit) != 0 && !facts[i].emit(x, err))
			return false;
	arena_reset(x->w->scratch);
	return true;
}

static bool emit_refiled(struct match *x, struct err *err)
{
	struct emit e = {
		.cls = FINDING_MESSAGE_REFILED,
		.severity = SEVERITY_INFO,
		.why = WHY_REFILED,
		.explanation = "The message is in another folder of the new account.",
	};

	return emit(x, &e, err);
}

/* What is not compared has no pattern either. */
static void tally_comparable(const struct match *x, bool flags)
{
	struct work_member *m = x->p->m;
	struct message old = x->then[SIDE_OLD], new = x->then[SIDE_NEW];

	if ((m->not_comparable & DIFF_FLAGS) != 0)
		old.flags = 0;
	if ((m->not_comparable & DIFF_KEYWORDS) != 0)
		old.keyword_set = 0;
	if ((m->not_comparable & DIFF_DATE) != 0)
		old.date = MSG_DATE_UNKNOWN;
	if ((m->not_comparable & DIFF_OCTETS) != 0)
		old.octets = -1;
	tally_facts(m->tally, &old, &new, flags);
}

/* What was read of one of both earlier tells which it is, and nothing more. */
static bool matched_hole(struct work_pair *p, struct work_pair *q,
			 const struct multiset_item *old, const struct multiset_item *new)
{
	if (!holes_has(p->folder[SIDE_OLD], old->m.uid) &&
	    !holes_has(q->folder[SIDE_NEW], new->m.uid))
		return false;
	p->row.count.old_unverified++;
	q->row.count.new_unverified++;
	if (old->m.uid > p->arrived_uid)
		p->arrived_uid = old->m.uid;
	return true;
}

bool facts_matched(struct work *w, const struct multiset_item *old,
		   const struct multiset_item *new, struct err *err)
{
	struct work_pair *p = &w->pair[old->owner], *q = &w->pair[new->owner];
	struct work_member *m = p->m;
	bool refiled = old->place != new->place;
	bool flags = p->flags && q->flags;
	struct match x = { w, p, old, new, .other = refiled ? q->row.new_name : "" };
	const struct work_base *base = &q->base[SIDE_NEW];
	unsigned diff;

	/* Whoever shares the folder with us may have been sealed at another time. */
	struct work_base own = { 0 };

	if (matched_hole(p, q, old, new))
		return true;
	if (q->m != m && m->sealed) {
		const struct seal_folder *s = evidence_at_seal(
			m, q->folder[SIDE_NEW]->view->folder.id);

		if (s != NULL && s->epoch == q->epoch[SIDE_NEW])
			own = (struct work_base){ .sealed = true,
						  .uidnext = s->uidnext,
						  .run = m->seal.run[SIDE_NEW] };
		base = &own;
	}
	if (!keywords_compare(w, old->m.keyword_set, new->m.keyword_set, &x.words, err))
		return false;
	x.then[SIDE_OLD] = old->m;
	x.then[SIDE_NEW] = new->m;
	diff = judge_diff(&old->m, &new->m, flags, x.words.equal) & ~m->not_comparable;
	if (m->sealed && flags && !as_sealed(&x, base, &diff, err))
		return false;
	vote(p, new->m.octets - old->m.octets);
	if (!as_content(&x, &diff, err))
		return false;
	count_match(&p->row.count, judge_match(old->m.tier, diff, refiled), diff);
	tally_message(m->tally, TALLY_ARRIVED, &old->m, p->depth);
	tally_comparable(&x, flags);
	if (old->m.uid > p->arrived_uid)
		p->arrived_uid = old->m.uid;
	if (diff == 0 && !refiled)
		return true;
	return (!refiled || emit_refiled(&x, err)) && emit_facts(&x, diff, err);
}

/* ---- what many have in common ---- */

/* One finding for all dates with these folds, instead of one each. */
static bool fold_dates(struct work *w, struct work_member *m, enum why why,
		       const int64_t *fold, size_t n, const char *text, struct err *err)
{
	int64_t all = 0, some;

	for (size_t i = 0; i < n; i++) {
		if (!store_finding_drop(w->st, m->t->id, FINDING_DATE, why, fold[i],
					&some, err))
			return false;
		all += some;
	}
	return emit_place(w, m, FINDING_DATE, SEVERITY_LOSS, why, SIDE_OLD, "", "", text,
			  all, err);
}

bool facts_fold(struct work *w, struct work_member *m, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct tally_dates d;
	bool ok = true;

	if (tally_dates(m->tally, &d, &text))
		ok = fold_dates(w, m, d.why, d.fold, d.fold_n, strbuf_cstr(&text), err);
	/* No finding about one message claims a pattern. */
	ok = ok &&
	     store_finding_why(w->st, m->t->id, FINDING_DATE, WHY_ZONE, STORE_ANY_FOLD,
			       WHY_UNEXPLAINED, err) &&
	     store_finding_why(w->st, m->t->id, FINDING_DATE, WHY_MOVED_DAY,
			       STORE_ANY_FOLD, WHY_UNEXPLAINED, err) &&
	     (!tally_seen_lost(m->tally) ||
	      store_finding_why(w->st, m->t->id, FINDING_FLAGS, WHY_UNEXPLAINED,
				FOLD_SEEN, WHY_LOGIN, err));
	m->judgement.bias = tally_bias(m->tally);
	strbuf_done(&text);
	return ok;
}
