/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan_plan.h"

#include "base/text.h"
#include "model/sample.h"
#include "store/store_folder.h"

const char *scan_shown(const char *text, char *buf, size_t size)
{
	struct strbuf sb = STRBUF_INIT;

	text_show(&sb, span_str(text), size / 4);
	snprintf(buf, size, "%s", strbuf_cstr(&sb));
	strbuf_done(&sb);
	return buf;
}

static bool in_scope(const struct scan_run *r, const struct scan_want *w)
{
	switch (r->so->how) {
	case SCAN_SAMPLE:
		return sample_rank(r->so->seed, &w->m.key, w->m.date) <= r->limit;
	case SCAN_SINCE:
		return w->first_run > r->since;
	case SCAN_ALL:
		break;
	}
	return true;
}

static bool is_due(const struct scan_run *r, const struct scan_want *w)
{
	if (w->run == r->out->run.run || !in_scope(r, w))
		return false;
	/* What could not be read is tried again by each run. */
	return w->run == 0 || r->so->again || !w->read;
}

/* Call fn for each present message of an account. */
static bool each_message(struct scan_run *r, int64_t account,
			 void (*fn)(void *ctx, const struct scan_want *w), void *ctx,
			 struct err *err)
{
	struct folder_view *v;
	struct arena arena;
	size_t n;
	bool ok;

	arena_init(&arena);
	ok = store_folders(r->st, account, false, &arena, &v, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		struct store_scan_wants *it = NULL;
		struct scan_want w;
		enum next next;

		if (v[i].epoch == 0)
			continue;
		ok = store_scan_wants_open(r->st, v[i].epoch, 1, &it, err);
		if (!ok)
			break;
		while ((next = store_scan_wants_next(it, &w, err)) == NEXT_ITEM)
			fn(ctx, &w);
		store_scan_wants_close(it);
		ok = next == NEXT_END;
	}
	arena_done(&arena);
	return ok;
}

struct choosing {
	struct scan_run *r;
	struct sample_lowest lowest;
	int64_t messages, chosen;
};

static void rank_one(void *ctx, const struct scan_want *w)
{
	struct choosing *c = ctx;

	c->messages++;
	sample_lowest_add(&c->lowest, sample_rank(c->r->so->seed, &w->m.key, w->m.date));
}

static void count_one(void *ctx, const struct scan_want *w)
{
	struct choosing *c = ctx;

	c->messages++;
	c->chosen += in_scope(c->r, w);
}

static bool each_of_side(struct scan_run *r, enum side side, struct choosing *c,
			 void (*fn)(void *ctx, const struct scan_want *w),
			 struct err *err)
{
	for (size_t i = 0; i < r->crew.job_n[side]; i++)
		if (!each_message(r, r->crew.jobs[side][i].account, fn, c, err))
			return false;
	return true;
}

bool scan_plan_sample(struct scan_run *r, struct err *err)
{
	bool ok = true, limited = false;

	for (int side = 0; ok && side < SIDE_COUNT; side++) {
		struct choosing c = { .r = r };
		struct scan_sample s = { .side = (enum side)side, .seed = r->so->seed };

		if (r->crew.job_n[side] == 0)
			continue;
		if (!limited) {
			sample_lowest_init(&c.lowest, (size_t)r->so->sample);
			ok = each_of_side(r, s.side, &c, rank_one, err);
			r->limit = sample_lowest_limit(&c.lowest);
			sample_lowest_done(&c.lowest);
			limited = true;
		}
		c.messages = 0;
		ok = ok && each_of_side(r, s.side, &c, count_one, err);
		s.rank = r->limit;
		s.messages = c.messages;
		s.chosen = c.chosen;
		ok = ok && store_scan_sample_put(r->st, &s, err);
	}
	return ok;
}

/* ---- what workers ask ---- */

static bool count_due(struct scan_run *r, int64_t epoch, int64_t *out, struct err *err)
{
	struct store_scan_wants *it = NULL;
	struct scan_want w;
	enum next next;

	/* At first all are, and they need only be counted. */
	if (r->so->how == SCAN_ALL) {
		if (!store_scan_untouched(r->st, epoch, out, err))
			return false;
		if (*out >= 0)
			return true;
	}
	*out = 0;
	/* All are in scope: no more need be known of them. */
	if (!(r->so->how == SCAN_ALL ? store_scan_sizes_open(r->st, epoch, &it, err)
				     : store_scan_wants_open(r->st, epoch, 1, &it, err)))
		return false;
	while ((next = store_scan_wants_next(it, &w, err)) == NEXT_ITEM)
		*out += is_due(r, &w);
	store_scan_wants_close(it);
	return next == NEXT_END;
}

/* By what a folder is known, where UIDVALIDITY is not enough. */
static bool known_by(struct scan_run *r, struct store_others **others, int64_t epoch,
		     struct arena *arena, const struct witness **out, struct err *err)
{
	struct witness w, *kept;

	if (!store_witness(r->st, others, epoch, &w, err))
		return false;
	if (!w.shared && w.mailbox == 0)
		return true;
	kept = arena_alloc(arena, sizeof *kept);
	*kept = w;
	*out = kept;
	return true;
}

bool scan_plan_places(struct scan_run *r, const struct scan_worker *w,
		      struct scan_places *out, struct err *err)
{
	struct store_others *others = NULL;
	struct account_view account;
	struct folder_view *v;
	bool ok = true;
	size_t n;

	if (!store_account_view(r->st, w->job->account, &out->arena, &account, err) ||
	    !store_folders(r->st, w->job->account, false, &out->arena, &v, &n, err))
		return false;
	out->audited = account.found && account.good_at != 0;
	out->rule = r->rule[w->side];
	out->v = arena_alloc(&out->arena, (n + 1) * sizeof *out->v);
	for (size_t i = 0; i < n && ok; i++) {
		struct scan_place *p = &out->v[out->n];
		int64_t due;

		if (v[i].epoch == 0)
			continue;
		out->folders++;
		ok = count_due(r, v[i].epoch, &due, err);
		if (!ok || due == 0)
			continue;
		*p = (struct scan_place){ .folder = v[i].folder.id,
					  .epoch = v[i].epoch,
					  .wire = v[i].folder.wire,
					  .name = v[i].folder.name,
					  .uidvalidity = v[i].state.uidvalidity,
					  .wanted = due,
					  .next = 1,
					  .examine_ms = -1 };
		ok = known_by(r, &others, p->epoch, &out->arena, &p->known, err);
		out->n++;
		r->progress.messages_total += due;
		r->out->side[w->side].asked += due;
	}
	store_others_free(others);
	return ok;
}

bool scan_plan_chunk(struct scan_run *r, const struct scan_worker *w,
		     struct scan_chunk *c, struct err *err)
{
	struct store_scan_wants *it = NULL;
	char user[200], name[300];
	struct scan_want want;
	enum next next;

	snprintf(r->now, sizeof r->now, "%s %s",
		 scan_shown(w->job->user, user, sizeof user),
		 scan_shown(c->place->name, name, sizeof name));
	c->n = 0;
	c->next = 0;
	if (!store_scan_wants_open(r->st, c->place->epoch, c->place->next, &it, err))
		return false;
	while ((next = store_scan_wants_next(it, &want, err)) == NEXT_ITEM) {
		if (!is_due(r, &want))
			continue;
		if (c->n == AUDIT_SCAN_MORE) {
			c->next = want.m.uid;
			next = NEXT_END;
			break;
		}
		c->v[c->n++] = (struct audit_scan_item){ .uid = want.m.uid,
							 .tier = want.m.tier,
							 .key = want.m.key,
							 .octets = want.m.octets,
							 .first = -1 };
	}
	store_scan_wants_close(it);
	return next == NEXT_END;
}
