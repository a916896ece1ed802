/* SPDX-License-Identifier: MIT */
/*
 * What found no partner in its own folder pair: moved to another folder, or recognisable
 * only by its header fields.  The leftovers lie in the store, so their number does not
 * matter.
 */
#include "mime/mime_body.h"
#include "verify/work.h"

/* A partner found in a round; those are dropped from the store when its cursors are
 * closed. */
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
enum look { LOOK_KEY, LOOK_OLD_WITHOUT_ID, LOOK_NEW_WITHOUT_ID, LOOK_BODY };
enum { LOOK_COUNT = LOOK_BODY + 1 };

struct reader {
	struct work *w;
	struct store_leftovers *it;
	enum side side;
	bool retry;	 /* by the key from details */
	bool body;	 /* by body and date, whatever the header says */
	bool without_id; /* pass over those that have a Message-ID of their own */
};

bool refile_add(struct work *w, enum side side, const struct multiset_item *item,
		struct err *err)
{
	struct leftover l = { .transfer = w->id,
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

enum next refile_next(struct work *w, struct store_leftovers *it, struct leftover *l,
		      struct multiset_item *out, struct err *err)
{
	enum next next = store_leftovers_next(it, l, err);
	uint32_t owner = 0;

	if (next != NEXT_ITEM)
		return next;
	if (!owner_of(w, l->pair, &owner, err))
		return NEXT_FAIL;
	*out = (struct multiset_item){ .m = l->m,
				       .owner = owner,
				       .place = (uint32_t)w->pair[owner].leader,
				       .epoch = l->epoch };
	return emit_words(w, out, err) ? NEXT_ITEM : NEXT_FAIL;
}

static enum next next_item(void *ctx, struct multiset_item *out, struct err *err)
{
	struct reader *r = ctx;
	struct leftover l;

	for (;;) {
		enum next next = refile_next(r->w, r->it, &l, out, err);

		if (next != NEXT_ITEM)
			return next;
		/* Size and date alone recognise a message in its own folder, not in
		 * another one. */
		if (l.side != r->side || (!r->retry && l.m.tier == TIER_NONE) ||
		    (r->without_id && l.m.tier == TIER_ID))
			continue;
		if (r->body &&
		    (l.m.date == MSG_DATE_UNKNOWN || mime_body_is_empty(&l.retry_key)))
			continue;
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
	r->full = r->n >= work_limits(r->w)->round;
	*stop_out = r->full;
}

static bool on_matched(void *ctx, const struct multiset_item *old,
		       const struct multiset_item *new, struct err *err)
{
	struct round *r = ctx;

	if (r->n == r->cap) {
		r->cap = r->cap * 2 + 64;
		r->drop = mem_realloc(r->drop, r->cap * sizeof *r->drop);
	}
	r->drop[r->n++] = (struct drop){ .epoch = { old->epoch, new->epoch },
					 .uid = { old->m.uid, new->m.uid } };
	return facts_matched(r->w, old, new, err);
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
	static const enum leftover_order order[] = {
		[LOOK_KEY] = LEFTOVER_BY_KEY,
		[LOOK_OLD_WITHOUT_ID] = LEFTOVER_BY_RETRY_KEY,
		[LOOK_NEW_WITHOUT_ID] = LEFTOVER_BY_RETRY_KEY,
		[LOOK_BODY] = LEFTOVER_BY_BODY,
	};
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
					     .body = look == LOOK_BODY,
					     .without_id = look == without[s] };
		source[s] = (struct multiset_source){ &reader[s], next_item };
	}
	for (int s = 0; s < SIDE_COUNT && ok; s++)
		ok = store_leftovers_open(r->w->st, r->w->id, 0, order[look],
					  &reader[s].it, err);
	ok = ok && multiset_merge(source, &by_key, &sink, err);
	for (int s = 0; s < SIDE_COUNT; s++)
		store_leftovers_close(reader[s].it);
	for (size_t i = 0; i < r->n && ok; i++)
		for (int s = 0; s < SIDE_COUNT && ok; s++)
			ok = store_leftover_drop(r->w->st, r->w->id, (enum side)s,
						 r->drop[i].epoch[s], r->drop[i].uid[s],
						 err);
	return ok;
}

static bool both_sides_have(struct work *w, bool *out, struct err *err)
{
	int64_t n[SIDE_COUNT];

	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_leftover_count(w->st, w->id, (enum side)s, &n[s], err))
			return false;
	*out = n[SIDE_OLD] > 0 && n[SIDE_NEW] > 0;
	return true;
}

bool refile_match(struct work *w, struct err *err)
{
	struct round r = { .w = w };
	bool ok = true, some = true;
	int64_t wanted = 0;

	for (int look = 0; look < LOOK_COUNT && ok; look++) {
		do {
			ok = both_sides_have(w, &some, err) &&
			     (!some || merge_round(&r, (enum look)look, err));
		} while (ok && some && r.full);
	}
	/* What only a body can tell. */
	ok = ok && both_sides_have(w, &some, err) &&
	     (!some ||
	      store_want_bodies(w->st, w->id, work_limits(w)->bodies, &wanted, err));
	free(r.drop);
	return ok;
}
