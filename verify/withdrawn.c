/* SPDX-License-Identifier: MIT */
/*
 * What was on the old side at a seal, or came there later, is to arrive, whatever becomes
 * of it there, and whatever newer seals show: mail that was lost on the way is no less
 * lost once the old side has lost it, too.  What is there, or went after the newest seal
 * from a folder that this shows, was judged with its folder.  Here is the rest: what went
 * before the newest seal, and with folders that no seal shows.
 *
 * Copies are counted as after a seal (weigh.c): of those that the old side ever had at
 * once so many are open as the new side never had, but for those that were told of.
 */
#include "base/clock.h"
#include "base/text.h"
#include "verify/work.h"

struct pull {
	struct work *w;
	struct work_member *m;
	struct store_withdrawn *it;
	struct copies_reader *new_side, *old_side;
	int64_t *judged; /* epochs of the old side whose removals are, ascending */
	size_t judged_n;
	/* Leftovers that were named, in the same order. */
	struct store_leftovers *told;
	struct leftover head;
	struct multiset_item head_item;
	bool has_head;
	/* Of the key at hand. */
	bool begun;
	struct message key;
	struct weigh weigh;
	const struct copies *old;
	/* Of each weigh.own, and behind them of no known size and date: how many never
	 * arrived, and how many did of which no copy had the size. */
	struct lacking {
		int64_t open, unlike;
	} * lacking;
	size_t cap;
	int64_t spare, strange;
	/* For folders that no pair is of. */
	struct work_pair **stand_in;
	size_t stand_in_n, stand_in_cap;
};

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void list_judged(struct pull *x)
{
	x->judged = mem_alloc((x->w->pair_n + 1) * sizeof *x->judged);
	for (size_t i = 0; i < x->w->pair_n; i++)
		if (x->w->pair[i].m == x->m && x->w->pair[i].base[SIDE_OLD].run != 0)
			x->judged[x->judged_n++] = x->w->pair[i].epoch[SIDE_OLD];
	if (x->judged_n > 1)
		qsort(x->judged, x->judged_n, sizeof *x->judged, by_id);
}

static bool is_judged(const struct pull *x, const struct withdrawn *v)
{
	return v->gone_run > x->m->seal.run[SIDE_OLD] && x->judged_n > 0 &&
	       bsearch(&v->epoch, x->judged, x->judged_n, sizeof v->epoch, by_id) != NULL;
}

/* ---- what is open of one key ---- */

static size_t place_of(const struct pull *x, const struct message *m)
{
	const struct weigh_own *own = weigh_find(&x->weigh, m);

	return own != NULL ? (size_t)(own - x->weigh.own) : x->weigh.n;
}

static int cmp_key(const struct message *a, const struct message *b)
{
	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	return memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes);
}

static bool next_told(struct pull *x, struct err *err)
{
	enum next next;

	do {
		next = refile_next(x->w, x->told, &x->head, &x->head_item, err);
	} while (next == NEXT_ITEM &&
		 (x->head.side != SIDE_OLD || x->head.m.tier == TIER_NONE));
	x->has_head = next == NEXT_ITEM;
	return next != NEXT_FAIL;
}

/* A message that is named already is not open; and the next of its key in its folder has
 * the next number, so that each is accepted by itself. */
static bool take_told(struct pull *x, const struct message *m, struct err *err)
{
	int c;

	while (x->has_head && (c = cmp_key(&x->head.m, m)) <= 0) {
		if (c == 0) {
			x->lacking[place_of(x, &x->head.m)].open--;
			emit_passed(x->w, &x->w->pair[x->head_item.owner],
				    FINDING_MESSAGE_MISSING);
		}
		if (!next_told(x, err))
			return false;
	}
	return true;
}

/* Those that are there, or were judged with their folder, were looked into there. */
static bool is_left(const struct pull *x, const struct weigh_own *own)
{
	for (size_t i = 0; i < x->old->n; i++) {
		const struct copies_one *c = &x->old->copy[i];

		if (c->gone_run > x->m->seal.run[SIDE_OLD] && c->judged &&
		    copies_by_fact(c, &own->like) == 0)
			return true;
	}
	return false;
}

static bool begin_key(struct pull *x, const struct message *m, struct err *err)
{
	const struct copies *new;

	if (!copies_of(x->new_side, m, &new, err) ||
	    !copies_of(x->old_side, m, &x->old, err))
		return false;
	weigh_copies(&x->weigh, new, x->old, x->m->first.run);
	if (x->weigh.n + 1 > x->cap) {
		x->cap = 2 * (x->weigh.n + 1);
		x->lacking = mem_realloc(x->lacking, x->cap * sizeof *x->lacking);
	}
	for (size_t i = 0; i < x->weigh.n; i++) {
		const struct weigh_own *own = &x->weigh.own[i];
		/* One message has as many copies there as it has labels. */
		int64_t had = x->m->gmail && own->old_most > 1 ? 1 : own->old_most;

		x->lacking[i] = (struct lacking){ .open = had - own->new_most };
		if (own->unlike != NULL && !is_left(x, own))
			x->lacking[i].unlike = had < own->new_most ? had : own->new_most;
	}
	x->lacking[x->weigh.n] = (struct lacking){ .open = x->weigh.old_any };
	x->spare = x->weigh.new_any;
	x->strange = x->weigh.strange;
	x->key = *m;
	x->begun = true;
	emit_group(x->w, false);
	return take_told(x, m, err);
}

enum lack { LACK_NONE, LACK_UNLIKE, LACK_UNSURE, LACK_ALL };

static enum lack judge(struct pull *x, const struct message *m, bool otherwise)
{
	size_t at = place_of(x, m);
	struct lacking *l = &x->lacking[at];

	if (l->open <= 0)
		return l->unlike-- > 0 ? LACK_UNLIKE : LACK_NONE;
	l->open--;
	if (otherwise)
		return LACK_NONE;
	if (x->spare > 0) {
		x->spare--;
		return LACK_NONE;
	}
	if (x->strange == 0)
		return LACK_ALL;
	x->strange--;
	/* Of no known size and date it has nothing that theirs could differ from. */
	return at == x->weigh.n ? LACK_NONE : LACK_UNSURE;
}

/* ---- naming ---- */

static struct work_pair *pair_of(struct pull *x, const struct withdrawn *v)
{
	for (size_t i = 0; i < x->w->pair_n; i++) {
		struct work_pair *p = &x->w->pair[i];

		if (p->m == x->m && p->row.old_folder == v->folder_id)
			return p;
	}
	for (size_t i = 0; i < x->stand_in_n; i++)
		if (x->stand_in[i]->row.old_folder == v->folder_id)
			return x->stand_in[i];
	return NULL;
}

/* Its folder is not compared with any: it is no longer there. */
static bool stand_in(struct pull *x, const struct withdrawn *v, struct work_pair **out,
		     struct err *err)
{
	struct work_pair *p = arena_alloc(x->w->arena, sizeof *p);

	*p = (struct work_pair){ .m = x->m };
	p->row = (struct pair){
		.transfer = x->m->t->id,
		.kind = PAIR_MISSING,
		.old_folder = v->folder_id,
		.old_name = map_common(x->w->arena, &x->m->old.names,
				       arena_strdup(x->w->arena, v->folder), v->delim),
		.new_name = "",
		.note = "The old side no longer has it, and not all of it arrived."
	};
	if (!store_pair_add(x->w->st, &p->row, err))
		return false;
	if (x->stand_in_n == x->stand_in_cap) {
		x->stand_in_cap = x->stand_in_cap * 2 + 8;
		x->stand_in = mem_realloc(x->stand_in,
					  x->stand_in_cap * sizeof(struct work_pair *));
	}
	x->stand_in[x->stand_in_n++] = p;
	*out = p;
	return true;
}

static const char *say(struct pull *x, const struct withdrawn *v, enum lack lack)
{
	const struct seal *first = &x->m->first;
	bool late = v->first_run > first->run[SIDE_OLD];
	struct strbuf sb = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	const char *text;

	strbuf_addf(&sb,
		    "It %s the old side %s the seal of %s, and run %lld no longer saw it "
		    "there%s; the new side was never seen to hold it.",
		    late ? "came to" : "was on", late ? "after" : "at",
		    clock_iso(first->at, iso), (long long)v->gone_run,
		    v->gone_run <= x->m->seal.run[SIDE_OLD] ? ", before the newest seal"
							    : "");
	work_sentence(&sb, lack == LACK_UNSURE
				   ? "Another of its identity was, of another size and "
				     "date: whether it is the same one nobody can tell "
				     "any more."
				   : "Its owner may have thrown it away: then accept "
				     "that.  Otherwise only a backup has it.");
	if (x->w->unread_new != NULL)
		work_sentence(&sb, arena_printf(x->w->scratch,
						"It may be in the new folder \"%s\", "
						"which could not be read.",
						text_shown(x->w->scratch,
							   span_str(x->w->unread_new))));
	text = arena_span(x->w->scratch, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

static bool name(struct pull *x, const struct withdrawn *v, enum lack lack,
		 struct err *err)
{
	const struct multiset_item item = { .m = v->m, .epoch = v->epoch };
	struct work_pair *p = pair_of(x, v);
	/* Who still works on the old side between two seals throws away what comes. */
	bool passing = v->first_run > x->m->first.run[SIDE_OLD] &&
		       v->gone_run <= x->m->seal.run[SIDE_OLD];
	struct emit e = { .cls = FINDING_MESSAGE_MISSING,
			  .severity = passing || lack == LACK_UNSURE
					      ? SEVERITY_DOUBT
					      : judge_missing(true, WHY_OLD_GONE),
			  .why = WHY_OLD_GONE,
			  .side = SIDE_OLD };

	if (p == NULL && !stand_in(x, v, &p, err))
		return false;
	if (lack == LACK_UNLIKE)
		return settle_unlike(x->w, p, &item, weigh_find(&x->weigh, &v->m)->unlike,
				     x->old,
				     "The old side no longer has it, and no copy of its "
				     "size was ever seen on the new one.",
				     err);
	arena_reset(x->w->scratch);
	p->row.count.old_messages++;
	p->row.count.missing++;
	e.explanation = say(x, v, lack);
	return emit_message(x->w, p, &item, &e, err);
}

/* v: the first of them. */
static bool name_all(struct pull *x, struct withdrawn *v, struct err *err)
{
	enum next next = NEXT_ITEM;

	for (; next == NEXT_ITEM; next = store_withdrawn_next(x->it, v, err)) {
		enum lack lack;

		if (is_judged(x, v))
			continue;
		if (!(x->begun && settle_same_key(&x->key, &v->m)) &&
		    !begin_key(x, &v->m, err))
			return false;
		lack = judge(x, &v->m, v->otherwise);
		if (lack != LACK_NONE && !name(x, v, lack, err))
			return false;
	}
	return next == NEXT_END;
}

static bool store_stand_ins(struct pull *x, struct err *err)
{
	for (size_t i = 0; i < x->stand_in_n; i++) {
		match_count_add(&x->m->judgement.count, &x->stand_in[i]->row.count);
		if (!store_pair_update(x->w->st, &x->stand_in[i]->row, err))
			return false;
	}
	return true;
}

static bool judge_member(struct work *w, struct work_member *m, const int64_t *accounts,
			 struct err *err)
{
	const struct withdrawn_choice c = { .account = m->old.account,
					    .other = w->new.account,
					    .since = m->first.run[SIDE_OLD],
					    .all = m->first.run[SIDE_OLD] <
						   m->seal.run[SIDE_OLD] };
	struct pull x = { .w = w, .m = m };
	struct withdrawn v;
	enum next next;
	bool ok;

	if (!store_withdrawn_open(w->st, &c, &x.it, err))
		return false;
	next = store_withdrawn_next(x.it, &v, err);
	ok = next != NEXT_FAIL;
	if (next != NEXT_ITEM)
		goto out;
	list_judged(&x);
	ok = copies_withdrawn(w, &c, &w->new.account, 1, m->first.run[SIDE_NEW],
			      &x.new_side, err) &&
	     copies_withdrawn(w, &c, accounts, w->member_n, m->first.run[SIDE_OLD],
			      &x.old_side, err) &&
	     store_leftovers_open(w->st, w->id, 0, LEFTOVER_BY_KEY, &x.told, err) &&
	     next_told(&x, err) && name_all(&x, &v, err);
	store_leftovers_close(x.told);
	copies_close(x.new_side);
	copies_close(x.old_side);
	ok = ok && store_stand_ins(&x, err);
	weigh_done(&x.weigh);
	free(x.judged);
	free(x.lacking);
	free(x.stand_in);
out:
	store_withdrawn_close(x.it);
	return ok;
}

bool withdrawn_name(struct work *w, struct err *err)
{
	int64_t *accounts = arena_alloc(w->arena, (w->member_n + 1) * sizeof *accounts);

	settle_accounts(w, accounts);
	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		if (m->sealed && m->not_judged == NULL && !m->blind &&
		    !judge_member(w, m, accounts, err))
			return false;
	}
	return true;
}
