/* SPDX-License-Identifier: MIT */
/*
 * After the seal: what was delivered and removed later is no loss, and what users moved
 * on the old side is no late arrival.  Both are taken out of the leftovers, counted, and
 * looked at for the one thing that matters: removals in a mass.
 */
#include <assert.h>

#include "base/num.h"
#include "base/text.h"
#include "verify/work.h"

static int64_t seal_run(const struct work *w, enum side side)
{
	int64_t run = 0;

	for (size_t i = 0; i < w->member_n; i++) {
		const struct work_member *m = &w->member[i];

		if (m->sealed && (run == 0 || m->seal.run[side] < run))
			run = m->seal.run[side];
	}
	return run;
}

/* It came to the old side after the seal. */
bool settle_late(const struct work_pair *p, uint32_t uid)
{
	const struct work_base *b = &p->base[SIDE_OLD];

	return p->m->sealed && !p->renumbered[SIDE_OLD] &&
	       (b->after || uid >= b->uidnext);
}

void settle_accounts(const struct work *w, int64_t *out)
{
	for (size_t i = 0; i < w->member_n; i++)
		out[i] = w->member[i].old.account;
}

bool settle_same_key(const struct message *a, const struct message *b)
{
	return a->tier == b->tier &&
	       memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

/* The next copy that is gone and that no leftover was settled by. */
const struct copies_one *settle_gone(const struct copies *c, int64_t used)
{
	size_t at = c->present + (size_t)used;

	return at < c->n ? &c->copy[at] : NULL;
}

bool settle_leftovers(struct work *w, enum side side, bool *out, struct err *err)
{
	int64_t n = 0;

	if (!store_leftover_count(w->st, w->id, side, &n, err))
		return false;
	*out = n > 0;
	return true;
}

struct settle {
	struct work *w;
	struct copies_reader *new_side, *old_side;
	struct message key;  /* of the group at hand */
	struct message like; /* in it, the one whose size and date the last had */
	bool begun;
	int64_t used, used_any;	  /* copies of it that are accounted for */
	int64_t used_like, moved; /* of those with that size and date */
	/* Of it, for each member: each has a seal of its own. */
	struct weighed {
		bool done;
		struct weigh w;
	} * weighed;
	struct {
		int64_t epoch;
		uint32_t uid;
	} * drop;
	size_t n, cap;
};

static void count_wave(struct arena *arena, struct work_member *m, int64_t run)
{
	struct work_wave *more;

	for (size_t i = 0; i < m->wave_n; i++)
		if (m->wave[i].run == run) {
			m->wave[i].messages++;
			return;
		}
	if (m->wave_n == m->wave_cap) {
		m->wave_cap = m->wave_cap * 2 + 8;
		more = arena_alloc(arena, m->wave_cap * sizeof *more);
		for (size_t i = 0; i < m->wave_n; i++)
			more[i] = m->wave[i];
		m->wave = more;
	}
	m->wave[m->wave_n++] = (struct work_wave){ run, 1 };
}

static void settle_drop(struct settle *x, const struct leftover *l)
{
	if (x->n == x->cap) {
		x->cap = x->cap * 2 + 64;
		x->drop = mem_realloc(x->drop, x->cap * sizeof *x->drop);
	}
	x->drop[x->n].epoch = l->epoch;
	x->drop[x->n++].uid = l->m.uid;
}

/* Its user moved it on the old side after the seal: where it was before, it is judged.
 * The one that went must be just like it: a draft that is written on and stored again is
 * another message, though it has the Message-ID of the one that went. */
static bool settle_moved(struct settle *x, const struct leftover *l,
			 const struct multiset_item *item, const struct weigh_own *own,
			 bool *done, struct err *err)
{
	struct work_pair *p = &x->w->pair[item->owner];
	struct emit e = {
		.cls = FINDING_MESSAGE_REFILED,
		.severity = SEVERITY_INFO,
		.why = WHY_LIFE,
		.side = SIDE_OLD,
		.explanation = "It was moved on the old side after the seal; where it "
			       "was then, it was judged.",
	};

	if (!settle_late(p, l->m.uid) || own == NULL || own->moved <= x->moved)
		return true;
	x->moved++;
	*done = true;
	p->row.count.old_messages--; /* one message, counted where it was */
	settle_drop(x, l);
	return emit_message(x->w, p, item, &e, err);
}

/* One of its own size and date, or one that can have been any. */
static bool settle_take(struct settle *x, const struct weigh *w,
			const struct weigh_own *own)
{
	if (x->used >= w->gone)
		return false;
	if (own != NULL && own->gone > x->used_like)
		x->used_like++;
	else if (w->any > x->used_any)
		x->used_any++;
	else
		return false;
	return true;
}

static void settle_key(struct settle *x, const struct message *m)
{
	bool same = x->begun && settle_same_key(&x->key, m);

	/* They come by size and date. */
	if (same && x->like.octets == m->octets && x->like.date == m->date)
		return;
	x->like = *m;
	x->used_like = x->moved = 0;
	if (same)
		return;
	x->begun = true;
	x->key = *m;
	x->used = x->used_any = 0;
	emit_group(x->w, false);
	for (size_t i = 0; i < x->w->member_n; i++)
		x->weighed[i].done = false;
}

/* What differed from its original before it went is no more whole for that.  old: the
 * copies of the original's side. */
bool settle_unlike(struct work *w, struct work_pair *p, const struct multiset_item *item,
		   const struct copies_one *copy, const struct copies *old,
		   const char *end, struct err *err)
{
	char a[24], b[24];
	struct content c;
	struct emit e;

	arena_reset(w->scratch);
	if (!content_gone(w, p, item, copy, &c, err))
		return false;
	if (!c.differs || c.severity == SEVERITY_INFO)
		return true;
	/* Others of its key may have the first numbers already. */
	for (size_t i = 1; i < old->present; i++)
		emit_passed(w, p, c.cls);
	snprintf(a, sizeof a, "%lld", (long long)item->m.octets);
	snprintf(b, sizeof b, "%lld", (long long)copy->octets);
	e = (struct emit){ .cls = c.cls,
			   .severity = c.severity,
			   .why = c.why,
			   .side = SIDE_OLD,
			   .old_fact = a,
			   .new_fact = b,
			   .explanation = arena_printf(w->scratch, "%s  %s", c.say,
						       end) };
	return emit_message(w, p, item, &e, err);
}

static bool settle_one(struct settle *x, const struct leftover *l,
		       const struct multiset_item *item, struct err *err)
{
	struct work_pair *p = &x->w->pair[item->owner];
	const struct copies *c, *old;
	const struct copies_one *gone;
	const struct weigh_own *own;
	struct weighed *weighed;
	bool done = false;

	if (!p->m->sealed)
		return true;
	settle_key(x, &l->m);
	if (!copies_of(x->new_side, &l->m, &c, err) ||
	    !copies_of(x->old_side, &l->m, &old, err))
		return false;
	weighed = &x->weighed[p->m - x->w->member];
	if (!weighed->done)
		weigh_copies(&weighed->w, c, old, p->m->seal.run);
	weighed->done = true;
	own = weigh_find(&weighed->w, &l->m);
	if (!settle_moved(x, l, item, own, &done, err))
		return false;
	if (done || !settle_take(x, &weighed->w, own))
		return true;
	/* No more can have been there at once than there are. */
	gone = settle_gone(c, x->used++);
	assert(gone != NULL);
	p->row.count.removed++;
	p->removed++;
	if (!gone->bin)
		count_wave(x->w->arena, p->m, gone->gone_run);
	settle_drop(x, l);
	if (own == NULL || own->unlike == NULL)
		return true;
	return settle_unlike(x->w, p, item, own->unlike, old,
			     "It was removed on the new side after the seal, and no copy "
			     "of its size was ever seen there.",
			     err);
}

/* An earlier pass has seen all of its key.  What accounts for one message there accounts
 * for no other one. */
static bool settle_before(const struct settle *from, const struct leftover *l)
{
	if (!from->begun)
		return false;
	if (from->key.tier != l->m.tier)
		return l->m.tier < from->key.tier;
	return memcmp(l->m.key.bytes, from->key.key.bytes, sizeof l->m.key.bytes) <= 0;
}

static bool settle_pass(struct settle *x, struct err *err)
{
	const struct settle from = *x;
	int64_t *accounts = arena_alloc(x->w->arena,
					(x->w->member_n + 1) * sizeof *accounts);
	struct store_leftovers *it = NULL;
	struct multiset_item item;
	struct leftover l;
	enum next next = NEXT_END;
	bool ok;

	x->n = 0;
	settle_accounts(x->w, accounts);
	ok = copies_open(x->w, SIDE_OLD, &x->w->new.account, 1, seal_run(x->w, SIDE_NEW),
			 &x->new_side, err) &&
	     copies_open(x->w, SIDE_OLD, accounts, x->w->member_n,
			 seal_run(x->w, SIDE_OLD), &x->old_side, err) &&
	     store_leftovers_open(x->w->st, x->w->id, 0, LEFTOVER_BY_KEY, &it, err);
	while (ok && (next = refile_next(x->w, it, &l, &item, err)) == NEXT_ITEM) {
		if (l.side != SIDE_OLD || l.m.tier == TIER_NONE ||
		    settle_before(&from, &l))
			continue;
		if (x->n >= work_limits(x->w)->round && !settle_same_key(&x->key, &l.m))
			break;
		ok = settle_one(x, &l, &item, err);
	}
	ok = ok && next != NEXT_FAIL;
	store_leftovers_close(it);
	copies_close(x->new_side);
	copies_close(x->old_side);
	x->new_side = x->old_side = NULL;
	for (size_t i = 0; ok && i < x->n; i++)
		ok = store_leftover_drop(x->w->st, x->w->id, SIDE_OLD, x->drop[i].epoch,
					 x->drop[i].uid, err);
	return ok;
}

static bool settle_all(struct work *w, struct err *err)
{
	struct settle x = { .w = w };
	bool some = false, ok = true;

	if (seal_run(w, SIDE_NEW) == 0)
		return true;
	x.weighed = mem_calloc(w->member_n, sizeof *x.weighed);
	do {
		ok = settle_leftovers(w, SIDE_OLD, &some, err) &&
		     (!some || settle_pass(&x, err));
	} while (ok && some && x.n >= work_limits(w)->round);
	for (size_t i = 0; i < w->member_n; i++)
		weigh_done(&x.weighed[i].w);
	free(x.weighed);
	free(x.drop);
	return ok;
}

/* Told once, with the account that lost most. */
static bool emit_crowd(struct work *w, struct work_member *m, struct err *err)
{
	char buf[32], accounts[32];
	const char *text = arena_printf(
		w->arena,
		"%s accounts lost %s messages together on the new side between two "
		"audits (noticed by run %lld), this one most of them: each by itself may "
		"be life, all at once is what a mover with an option that deletes does.  "
		"They are still on the old side.",
		num_group(w->alarm->accounts, accounts, sizeof accounts),
		num_group(w->alarm->messages, buf, sizeof buf), (long long)w->alarm->run);

	return emit_place(w, m, FINDING_MASS_REMOVAL, SEVERITY_LOSS, WHY_REMOVED,
			  SIDE_NEW, "", "", text, w->alarm->messages, err);
}

static bool emit_removed(struct work *w, struct work_member *m, struct err *err)
{
	struct work_wave most = { 0 };
	struct strbuf say = STRBUF_INIT;
	int64_t all = 0;
	size_t folders = 0;
	char buf[32];
	bool ok = true;

	for (size_t i = 0; i < w->pair_n; i++) {
		const struct work_pair *p = &w->pair[i];

		if (p->m != m || p->removed == 0)
			continue;
		all += p->removed;
		if (folders++ >= 5)
			continue;
		strbuf_addf(&say, "%s %s in \"", folders > 1 ? "," : "",
			    num_group(p->removed, buf, sizeof buf));
		text_show(&say, span_str(p->row.old_name), 80);
		strbuf_addc(&say, '"');
	}
	for (size_t i = 0; i < m->wave_n; i++)
		if (m->wave[i].messages > most.messages)
			most = m->wave[i];
	if (all > 0) {
		const char *text = arena_printf(
			w->arena,
			"%s messages were delivered and later removed on the new "
			"side:%s%s.",
			num_group(all, buf, sizeof buf), strbuf_cstr(&say),
			folders > 5 ? " and in other folders" : "");

		ok = emit_place(w, m, FINDING_MESSAGE_REMOVED, SEVERITY_INFO, WHY_REMOVED,
				SIDE_NEW, "", "", text, all, err);
	}
	if (ok && most.run != 0 && crowd_alone(m, &most, w->o)) {
		const char *text = arena_printf(
			w->arena,
			"%s messages were removed on the new side between two audits "
			"(noticed by run %lld)%s: users rarely do that, a mover with an "
			"option that deletes does.  They are still on the old side.",
			num_group(most.messages, buf, sizeof buf), (long long)most.run,
			m->mover_ran ? ", and a mover ran after the seal" : "");

		ok = emit_place(w, m, FINDING_MASS_REMOVAL, SEVERITY_LOSS, WHY_REMOVED,
				SIDE_NEW, "", "", text, most.messages, err);
	}
	if (ok && w->alarm != NULL && w->alarm->transfer == m->t->id)
		ok = emit_crowd(w, m, err);
	strbuf_done(&say);
	return ok;
}

bool settle_removed(struct work *w, struct err *err)
{
	if (!settle_all(w, err))
		return false;
	for (size_t i = 0; i < w->member_n; i++)
		if (w->member[i].sealed && !emit_removed(w, &w->member[i], err))
			return false;
	return true;
}
