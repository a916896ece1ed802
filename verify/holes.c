/* SPDX-License-Identifier: MIT */
/*
 * A folder that was read but for single messages.  Those that were never read are in no
 * stream: they are counted as unverified.  Those that an earlier audit read have their
 * identity from then, and are matched by it, so that their partner is no surplus; nothing
 * else of them is compared (facts_matched).
 */
#include "base/num.h"
#include "base/text.h"
#include "verify/work.h"

bool holes_load(struct work *w, struct work_folder *f, struct err *err)
{
	struct folder_hole *v = NULL;

	if (!store_folder_holes(w->st, f->view->seen, w->arena, &v, &f->hole_n, err))
		return false;
	f->hole = v;
	/* The reading says that there are some: without them nothing is known. */
	if (f->hole_n == 0)
		f->proof = PROOF_FAILED;
	return true;
}

bool holes_has(const struct work_folder *f, uint32_t uid)
{
	size_t lo = 0, hi = f != NULL ? f->hole_n : 0, n = hi;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->hole[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && f->hole[lo].uid == uid;
}

/* Nothing tells it apart from others but its place, which is its own as long as the
 * folder is not numbered anew. */
static struct msg_key place_key(struct work *w, const struct work_folder *f, uint32_t uid)
{
	struct sha256 d;
	struct msg_key key;

	sha256_begin(w->sha);
	sha256_add_u64(w->sha, f->view->state.uidvalidity);
	sha256_add_u64(w->sha, uid);
	sha256_end(w->sha, &d);
	memcpy(key.bytes, d.bytes, sizeof key.bytes);
	return key;
}

bool holes_name(struct work *w, struct work_pair *p, enum side side, struct err *err)
{
	const struct work_folder *f = p->folder[side];
	bool open = false;

	w->holed[side] = f->common;
	for (size_t i = 0; i < f->hole_n; i++) {
		const struct folder_hole *h = &f->hole[i];
		const struct msg_key key = place_key(w, f, h->uid);
		const struct multiset_item item = { .m = { .uid = h->uid,
							   .tier = TIER_NONE,
							   .octets = h->octets,
							   .date = h->date },
						    .epoch = f->epoch };
		struct emit e = { .cls = FINDING_MESSAGE_UNREADABLE,
				  .severity = SEVERITY_DOUBT,
				  .why = WHY_NONE,
				  .side = side,
				  .instead = &key };

		arena_reset(w->scratch);
		e.explanation = arena_printf(
			w->scratch,
			"The audit could not read it on the %s server, so it has no "
			"verdict: %s.",
			side_name(side), text_shown(w->scratch, span_str(h->words)));
		emit_group(w, false);
		if (!emit_message(w, p, &item, &e, err))
			return false;
		open |= !w->covered;
	}
	arena_reset(w->scratch);
	/* Pairs with one new folder share what is in it. */
	for (size_t i = 0; i < w->pair_n; i++)
		if (&w->pair[i] == p ||
		    (side == SIDE_NEW && w->pair[i].folder[side] == f))
			w->pair[i].m->unknown |= open;
	return true;
}

void holes_say(const struct work_pair *p, struct strbuf *out)
{
	char buf[32];

	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct work_folder *f = p->folder[s];

		if (f == NULL || f->hole_n == 0)
			continue;
		strbuf_addf(out,
			    "%s%s %s of the %s folder could not be read and %s no "
			    "verdict.",
			    out->n > 0 ? " " : "",
			    num_group((int64_t)f->hole_n, buf, sizeof buf),
			    f->hole_n == 1 ? "message" : "messages",
			    side_name((enum side)s), f->hole_n == 1 ? "has" : "have");
	}
}
