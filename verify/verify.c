/* SPDX-License-Identifier: MIT */
#include "verify/verify.h"

#include "base/text.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "verify/work.h"

/* What is kept from one transfer to the next. */
struct session {
	struct store *st;
	const struct verify_options *o;
	struct map *map;
	struct verify_result *out;
	struct arena all_arena; /* the list of transfers */
	struct transfer *all;
	size_t all_n;
	struct arena arena, scratch;
	struct sha256_ctx *sha;
	struct tally *tally;
};

/* A run of ours that never ended was killed or stopped: judging is begun anew, not
 * continued. */
static bool abandon_open_run(struct session *s, struct err *err)
{
	static const struct wire_count none = { 0 };
	struct run open;
	bool found;

	if (!store_run_open(s->st, "verify", &s->all_arena, &open, &found, err))
		return false;
	return !found || store_run_end(s->st, open.id, RUN_ABANDONED, &none, "", err);
}

static void add_result(struct verify_result *out, const struct judgement *j)
{
	out->transfers++;
	switch (j->verdict) {
	case VERDICT_CLEAN:
		out->clean++;
		break;
	case VERDICT_DIFFERS:
		out->differs++;
		break;
	case VERDICT_INCOMPLETE:
		out->incomplete++;
		break;
	case VERDICT_NOT_JUDGED:
		out->not_judged++;
		break;
	}
	out->loss += j->loss;
	out->doubt += j->doubt;
	out->info += j->info;
}

static bool count_wants(struct session *s, int64_t transfer, struct err *err)
{
	struct store_wants *it = NULL;
	struct detail_want want;
	enum next next;

	if (!store_wants_open(s->st, transfer, VERIFY_DETAILS_PER_FOLDER, &it, err))
		return false;
	while ((next = store_wants_next(it, &want, err)) == NEXT_ITEM)
		s->out->wants++;
	store_wants_close(it);
	return next == NEXT_END;
}

static const struct transfer *transfer_of(const struct session *s, int64_t id)
{
	for (size_t i = 0; i < s->all_n; i++)
		if (s->all[i].id == id)
			return &s->all[i];
	return NULL;
}

static bool judge_one(struct session *s, int64_t id, struct err *err)
{
	const struct transfer *t = transfer_of(s, id);
	struct work *w;
	bool ok = false;

	if (t == NULL)
		return err_set(err, ERR_BUG, "transfer %lld is not listed",
			       (long long)id);
	arena_reset(&s->arena);
	arena_reset(&s->scratch);
	tally_reset(s->tally);
	w = arena_alloc(&s->arena, sizeof *w);
	*w = (struct work){ .st = s->st,
			    .o = s->o,
			    .map = s->map,
			    .t = t,
			    .all = s->all,
			    .all_n = s->all_n,
			    .arena = &s->arena,
			    .scratch = &s->scratch,
			    .sha = s->sha,
			    .tally = s->tally };
	w->judgement.run = s->out->run;
	if (!store_begin(s->st, err))
		return false;
	if (store_verify_clear(s->st, id, err) && transfer_judge(w, err))
		ok = store_commit(s->st, err);
	if (!ok) {
		store_rollback(s->st);
		return err_wrap(err, "verify %s",
				text_shown(&s->arena, span_str(t->name)));
	}
	add_result(s->out, &w->judgement);
	return count_wants(s, id, err);
}

static bool judge_all(struct session *s, struct err *err)
{
	const struct verify_options *o = s->o;

	for (size_t i = 0; i < o->transfer_n; i++) {
		if (o->stop != NULL && o->stop(o->stop_ctx)) {
			static const struct wire_count none = { 0 };

			if (!store_run_end(s->st, s->out->run, RUN_STOPPED, &none, "",
					   err))
				return false;
			return err_set(err, ERR_STOPPED,
				       "stopped after %zu of %zu accounts", i,
				       o->transfer_n);
		}
		if (!judge_one(s, o->transfers[i], err))
			return false;
		if (o->progress != NULL)
			o->progress(o->progress_ctx, (int64_t)i + 1,
				    (int64_t)o->transfer_n);
	}
	return true;
}

bool verify_run(struct store *st, const struct verify_options *o,
		struct verify_result *out, struct err *err)
{
	static const struct wire_count none = { 0 };
	struct verify_result result = { 0 };
	struct session s = { .st = st, .o = o, .out = &result };
	struct run run = { .command = "verify",
			   .scope = o->scope,
			   .depth = DEPTH_FULL,
			   .started = o->now,
			   .operator_name = o->operator_name };
	bool ok = false;

	arena_init(&s.all_arena);
	arena_init(&s.arena);
	arena_init(&s.scratch);
	s.sha = sha256_new();
	s.tally = tally_new();
	if (!map_open(o->rules, &s.map, err) || !abandon_open_run(&s, err) ||
	    !store_transfers(st, true, &s.all_arena, &s.all, &s.all_n, err) ||
	    !store_run_begin(st, &run, &result.run, err) || !judge_all(&s, err))
		goto out;
	if (!store_run_end(st, result.run,
			   result.incomplete > 0 ? RUN_INCOMPLETE : RUN_COMPLETE, &none,
			   "", err))
		goto out;
	*out = result;
	ok = true;
out:
	map_close(s.map);
	tally_free(s.tally);
	sha256_free(s.sha);
	arena_done(&s.scratch);
	arena_done(&s.arena);
	arena_done(&s.all_arena);
	return ok;
}
