/* SPDX-License-Identifier: MIT */
/*
 * What found no partner in its own folder pair: moved to another folder, recognisable
 * only by its header fields, or really on one side alone.  The leftovers lie in the
 * store, so their number does not matter.
 */
#include "base/num.h"
#include "base/text.h"
#include "verify/work.h"

/* Partners found in one round; they are dropped from the store when its cursors are
 * closed. */
#define ROUND_MAX 131072

struct drop {
	int64_t epoch[SIDE_COUNT];
	uint32_t uid[SIDE_COUNT];
};

struct round {
	struct work *w;
	struct drop *drop;
	size_t n, cap;
	bool full;
};

/* By what leftovers are matched.  Two messages that have each one Message-ID, and not the
 * same, are two, however alike their other fields are: one side at least must be without.
 */
enum look { LOOK_KEY, LOOK_OLD_WITHOUT_ID, LOOK_NEW_WITHOUT_ID };
enum { LOOK_COUNT = LOOK_NEW_WITHOUT_ID + 1 };

struct reader {
	struct work *w;
	struct store_leftovers *it;
	enum side side;
	bool retry;	 /* by the key from details */
	bool without_id; /* pass over those that have a Message-ID of their own */
};

bool refile_add(struct work *w, enum side side, const struct multiset_item *item,
		struct err *err)
{
	struct leftover l = { .transfer = w->t->id,
			      .side = side,
			      .pair = w->pair[item->owner].row.id,
			      .epoch = item->epoch,
			      .m = item->m,
			      .folder = "" };

	return store_leftover_add(w->st, &l, err);
}

/* Pairs were stored in the order of the array, so their ids ascend. */
static bool owner_of(const struct work *w, int64_t id, uint32_t *out, struct err *err)
{
	size_t lo = 0, hi = w->pair_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->pair[mid].row.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == w->pair_n || w->pair[lo].row.id != id)
		return err_set(err, ERR_BUG,
			       "leftover of a folder pair that is not there");
	*out = (uint32_t)lo;
	return true;
}

static bool item_of(struct work *w, const struct leftover *l, struct multiset_item *out,
		    struct err *err)
{
	uint32_t owner = 0;

	if (!owner_of(w, l->pair, &owner, err))
		return false;
	*out = (struct multiset_item){ .m = l->m,
				       .owner = owner,
				       .place = (uint32_t)w->pair[owner].leader,
				       .epoch = l->epoch };
	return emit_words(w, out, err);
}

static enum next next_item(void *ctx, struct multiset_item *out, struct err *err)
{
	struct reader *r = ctx;
	struct leftover l;

	for (;;) {
		enum next next = store_leftovers_next(r->it, &l, err);

		if (next != NEXT_ITEM)
			return next;
		/* Size and date alone recognise a message in its own folder, not in
		 * another one. */
		if (l.side != r->side || (!r->retry && l.m.tier == TIER_NONE) ||
		    (r->without_id && l.m.tier == TIER_ID))
			continue;
		if (!item_of(r->w, &l, out, err))
			return NEXT_FAIL;
		if (r->retry) {
			out->m.key = l.retry_key;
			out->m.tier = l.retry_tier;
		}
		return NEXT_ITEM;
	}
}

static void on_group(void *ctx, bool more, bool *stop_out)
{
	struct round *r = ctx;

	emit_group(r->w, more);
	r->full = r->n >= ROUND_MAX;
	*stop_out = r->full;
}

static bool on_matched(void *ctx, const struct multiset_item *old,
		       const struct multiset_item *new, struct err *err)
{
	struct round *r = ctx;

	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 1024 : r->cap * 2;
		r->drop = mem_realloc(r->drop, r->cap * sizeof *r->drop);
	}
	r->drop[r->n++] = (struct drop){ .epoch = { old->epoch, new->epoch },
					 .uid = { old->m.uid, new->m.uid } };
	return emit_matched(r->w, old, new, err);
}

static bool on_single(void *ctx, enum side side, const struct multiset_item *item,
		      struct err *err)
{
	(void)ctx;
	(void)side;
	(void)item;
	(void)err;
	return true; /* stays where it is */
}

static bool merge_round(struct round *r, enum look look, struct err *err)
{
	static const enum look without[] = { LOOK_OLD_WITHOUT_ID, LOOK_NEW_WITHOUT_ID };
	static const struct multiset_options by_key = { .by_tier = true,
							.by_place = true };
	struct reader reader[SIDE_COUNT];
	struct multiset_source source[SIDE_COUNT];
	struct multiset_sink sink = { r, on_group, on_matched, on_single };
	bool ok = true;

	r->full = false;
	r->n = 0;
	for (int s = 0; s < SIDE_COUNT; s++) {
		reader[s] = (struct reader){ .w = r->w,
					     .side = (enum side)s,
					     .retry = look != LOOK_KEY,
					     .without_id = look == without[s] };
		source[s] = (struct multiset_source){ &reader[s], next_item };
	}
	for (int s = 0; s < SIDE_COUNT && ok; s++)
		ok = store_leftovers_open(r->w->st, r->w->t->id, 0,
					  look == LOOK_KEY ? LEFTOVER_BY_KEY
							   : LEFTOVER_BY_RETRY_KEY,
					  &reader[s].it, err);
	ok = ok && multiset_merge(source, &by_key, &sink, err);
	for (int s = 0; s < SIDE_COUNT; s++)
		store_leftovers_close(reader[s].it);
	for (size_t i = 0; i < r->n && ok; i++)
		for (int s = 0; s < SIDE_COUNT && ok; s++)
			ok = store_leftover_drop(r->w->st, r->w->t->id, (enum side)s,
						 r->drop[i].epoch[s], r->drop[i].uid[s],
						 err);
	return ok;
}

static bool both_sides_have(struct work *w, bool *out, struct err *err)
{
	int64_t n[SIDE_COUNT];

	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_leftover_count(w->st, w->t->id, (enum side)s, &n[s], err))
			return false;
	*out = n[SIDE_OLD] > 0 && n[SIDE_NEW] > 0;
	return true;
}

bool refile_match(struct work *w, struct err *err)
{
	struct round r = { .w = w };
	bool ok = true, some = true;

	for (int look = 0; look < LOOK_COUNT && ok; look++) {
		do {
			ok = both_sides_have(w, &some, err) &&
			     (!some || merge_round(&r, (enum look)look, err));
		} while (ok && some && r.full);
	}
	free(r.drop);
	return ok;
}

/* First look: what the rest has in common. */
static bool survey(struct work *w, struct err *err)
{
	struct store_leftovers *it = NULL;
	struct multiset_item item;
	struct leftover l;
	enum next next;
	bool ok = false;

	if (!store_leftovers_open(w->st, w->t->id, 0, LEFTOVER_BY_PLACE, &it, err))
		return false;
	while ((next = store_leftovers_next(it, &l, err)) == NEXT_ITEM) {
		struct work_pair *p;

		if (l.side != SIDE_OLD)
			continue;
		if (!item_of(w, &l, &item, err))
			goto out;
		p = &w->pair[item.owner];
		p->missing++;
		p->tail += l.m.uid > p->arrived_uid;
		tally_message(w->tally, TALLY_MISSING, &l.m);
	}
	ok = next == NEXT_END;
	tally_missing(w->tally, &w->pattern);
out:
	store_leftovers_close(it);
	return ok;
}

static void sentence(struct strbuf *out, const char *text)
{
	if (out->n != 0)
		strbuf_addc(out, ' ');
	strbuf_adds(out, text);
}

static void quoted(struct strbuf *out, const char *before, const char *name,
		   const char *after)
{
	sentence(out, before);
	text_show(out, span_str(name), 80);
	strbuf_adds(out, after);
}

static void why_missing(const struct work *w, const struct work_pair *p,
			const struct message *m, struct strbuf *out)
{
	const struct tally_pattern *t = &w->pattern;
	char buf[32];

	strbuf_clear(out);
	if (p->excluded != NULL)
		quoted(out, "The rule \"", p->excluded,
		       "\" leaves this folder out, and nobody has accepted what that "
		       "costs.");
	else if (p->row.kind == PAIR_MISSING)
		sentence(out, "The new side does not have this folder.");
	else if (p->missing == p->row.count.old_messages)
		sentence(out, "Nothing of this folder arrived.");
	else if (p->tail >= TALLY_LEAST && TALLY_COVERS(p->tail, p->missing) &&
		 m->uid > p->arrived_uid) {
		sentence(out, "It is one of the last ");
		strbuf_addf(out,
			    "%s UIDs of the folder, of which none arrived: the copy "
			    "stopped there, "
			    "or they came later.",
			    num_group(p->tail, buf, sizeof buf));
	}
	if (t->larger_than >= 0 && m->octets > t->larger_than) {
		sentence(out, "It is larger than ");
		strbuf_addf(out,
			    "%s octets, as nearly all that is missing and hardly "
			    "anything that arrived.",
			    num_group(t->larger_than, buf, sizeof buf));
	}
	if (t->year >= 0 && m->date != MSG_DATE_UNKNOWN) {
		sentence(out, "Nearly all that is missing");
		strbuf_addf(out, " is from %d or earlier.", t->year);
	}
	if (w->unread_new != NULL)
		quoted(out, "It may be in the new folder \"", w->unread_new,
		       "\", which could not be read.");
	sentence(out, "Cannot tell loss from deletion: there is no seal.");
}

static void why_extra(const struct work *w, const struct message *m, struct strbuf *out)
{
	strbuf_clear(out);
	if (m->date != MSG_DATE_UNKNOWN && m->date >= w->side[SIDE_OLD].started)
		sentence(out, "It is dated after the old side was read: new mail.");
	else if (w->shared != NULL)
		quoted(out, "It may belong to \"", w->shared,
		       "\", whose mail arrives in the same folders.");
	else
		sentence(out, "It is dated before the old side was read, but is not "
			      "there: copied twice, "
			      "put there by somebody, or deleted on the old side after "
			      "the copy.");
}

static bool name_rest(struct work *w, const struct leftover *l, struct strbuf *why,
		      struct err *err)
{
	struct multiset_item item;
	struct work_pair *p;

	if (!item_of(w, l, &item, err))
		return false;
	p = &w->pair[item.owner];
	if (l->side == SIDE_OLD) {
		p->row.count.missing++;
		why_missing(w, p, &l->m, why);
		return emit_message(w, FINDING_MESSAGE_MISSING, SEVERITY_DOUBT, SIDE_OLD,
				    p, &item, "", "", "", strbuf_cstr(why), err);
	}
	p->row.count.extra++;
	why_extra(w, &l->m, why);
	return emit_message(
		w, FINDING_MESSAGE_EXTRA,
		judge_extra(l->m.date, w->side[SIDE_OLD].started, w->shared != NULL),
		SIDE_NEW, p, &item, "", "", "", strbuf_cstr(why), err);
}

/* Do they share a fingerprint but for the ordinal? */
static bool same_identity(const struct message *a, const struct message *b)
{
	if (a->tier != b->tier)
		return false;
	if (a->tier == TIER_NONE)
		return a->octets == b->octets && a->date == b->date;
	return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

bool refile_rest(struct work *w, struct err *err)
{
	struct store_leftovers *it = NULL;
	struct strbuf why = STRBUF_INIT;
	struct message last = { 0 };
	struct leftover l;
	enum next next;
	bool ok = false, first = true;

	if (!survey(w, err))
		return false;
	if (!store_leftovers_open(w->st, w->t->id, 0, LEFTOVER_BY_KEY, &it, err))
		return false;
	while ((next = store_leftovers_next(it, &l, err)) == NEXT_ITEM) {
		emit_group(w, !first && same_identity(&last, &l.m));
		first = false;
		last = l.m;
		if (!name_rest(w, &l, &why, err))
			goto out;
	}
	ok = next == NEXT_END;
out:
	strbuf_done(&why);
	store_leftovers_close(it);
	return ok;
}
