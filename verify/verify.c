/* SPDX-License-Identifier: MIT */
#include "verify/verify.h"

#include <assert.h>

#include "base/text.h"
#include "map/map_login.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "store/store_trend.h"
#include "verify/work.h"

const struct verify_limits verify_limits_default = { .round = 131072,
						     .copies = 65536,
						     .bodies = 1000,
						     .body_octets = INT64_C(256) << 20 };

/* Where a transfer is in session.all. */
struct known {
	int64_t id;
	size_t at;
};

struct group;

/* What is kept from one transfer to the next. */
struct session {
	struct store *st;
	const struct verify_options *o;
	struct map *map;
	struct itself *itself;
	struct kinds kinds[SIDE_COUNT];
	struct size_rules size_rules;
	struct verify_result *out;
	struct arena all_arena; /* the list of transfers */
	struct transfer *all;
	size_t all_n;
	bool *asked;	     /* in the scope; others are judged for their sake only */
	struct known *known; /* ascending by id */
	struct arena arena, scratch;
	struct sha256_ctx *sha;
	struct map_login *names; /* of all; NULL: nobody has asked */
	struct tally **tally;	 /* one for each transfer of the largest group */
	size_t tally_n;
	struct group *group;
	size_t group_n;
	struct crowd crowd;
	const struct crowd_wave *alarm; /* of all accounts together; NULL */
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
	int64_t *const of[] = {
		[VERDICT_CLEAN] = &out->clean,
		[VERDICT_DIFFERS] = &out->differs,
		[VERDICT_INCOMPLETE] = &out->incomplete,
		[VERDICT_NOT_JUDGED] = &out->not_judged,
	};

	_Static_assert(COUNT_OF(of) == VERDICT_COUNT, "a sum for each");
	out->transfers++;
	*of[j->verdict] += 1;
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

/* Transfers that are judged together: same new account, same prefix. */
struct group {
	size_t *at; /* in session.all */
	size_t n;
	size_t first, end; /* all transfers into that account */
};

static int by_account(const void *a, const void *b)
{
	const struct transfer *x = a, *y = b;

	if (x->new_account != y->new_account)
		return x->new_account < y->new_account ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int by_id(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* So that a transfer is found by its id, and those into one account stand together. */
static void sort_transfers(struct session *s)
{
	qsort(s->all, s->all_n, sizeof *s->all, by_account);
	s->known = arena_alloc(&s->all_arena, (s->all_n + 1) * sizeof *s->known);
	for (size_t i = 0; i < s->all_n; i++)
		s->known[i] = (struct known){ s->all[i].id, i };
	qsort(s->known, s->all_n, sizeof *s->known, by_id);
}

static bool find_transfer(const struct session *s, int64_t id, size_t *out)
{
	const struct known key = { .id = id };
	const struct known *found = bsearch(&key, s->known, s->all_n, sizeof *s->known,
					    by_id);

	if (found != NULL)
		*out = found->at;
	return found != NULL;
}

/* Two that move the same account to the same place are one and the same move: each is
 * judged by itself. */
static bool joins(const struct session *s, const struct group *g, size_t i,
		  const char *prefix, struct arena *scratch)
{
	if (s->all[i].gone != 0 ||
	    strcmp(map_prefix(scratch, s->all[i].new_prefix), prefix) != 0)
		return false;
	for (size_t k = 0; k < g->n; k++)
		if (s->all[g->at[k]].old_account == s->all[i].old_account)
			return false;
	return true;
}

static int by_place(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A transfer of the scope with all that share its folders, of the scope or not. */
static void group_of(struct session *s, size_t at, bool *taken, struct group *g)
{
	const char *prefix = map_prefix(&s->arena, s->all[at].new_prefix);

	*g = (struct group){ .first = at, .end = at + 1 };
	while (g->first > 0 && s->all[g->first - 1].new_account == s->all[at].new_account)
		g->first--;
	while (g->end < s->all_n && s->all[g->end].new_account == s->all[at].new_account)
		g->end++;
	if (s->all[at].new_account == 0 || s->all[at].gone != 0)
		g->first = at, g->end = at + 1;
	g->at = arena_alloc(&s->all_arena, (g->end - g->first) * sizeof *g->at);
	g->at[g->n++] = at;
	taken[at] = true;
	for (size_t i = g->first; i < g->end; i++)
		if (!taken[i] && joins(s, g, i, prefix, &s->arena)) {
			g->at[g->n++] = i;
			taken[i] = true;
		}
	/* Whoever was asked for: the order, and with it what is whose, stays the same. */
	qsort(g->at, g->n, sizeof *g->at, by_place);
	arena_reset(&s->arena);
}

static bool make_groups(struct session *s, struct err *err)
{
	bool *taken = mem_calloc(s->all_n + 1, sizeof *taken);
	bool ok = true;

	sort_transfers(s);
	s->asked = arena_alloc(&s->all_arena, (s->all_n + 1) * sizeof *s->asked);
	memset(s->asked, 0, (s->all_n + 1) * sizeof *s->asked);
	s->group = arena_alloc(&s->all_arena, (s->o->transfer_n + 1) * sizeof *s->group);
	for (size_t i = 0; ok && i < s->o->transfer_n; i++) {
		size_t at = 0;

		ok = find_transfer(s, s->o->transfers[i], &at);
		s->asked[ok ? at : s->all_n] = true;
		if (!ok)
			err_set(err, ERR_BUG, "transfer %lld is not listed",
				(long long)s->o->transfers[i]);
		else if (!taken[at])
			group_of(s, at, taken, &s->group[s->group_n++]);
	}
	free(taken);
	return ok;
}

static struct work *work_of(struct session *s, const struct group *g)
{
	struct work *w = arena_alloc(&s->arena, sizeof *w);

	*w = (struct work){ .st = s->st,
			    .o = s->o,
			    .map = s->map,
			    .itself = s->itself,
			    .kinds = s->kinds,
			    .size_rules = &s->size_rules,
			    .all = &s->all[g->first],
			    .all_n = g->end - g->first,
			    .everyone = s->all,
			    .everyone_n = s->all_n,
			    .names = &s->names,
			    .arena = &s->arena,
			    .scratch = &s->scratch,
			    .sha = s->sha,
			    .alarm = s->alarm,
			    .member_n = g->n };
	w->member = arena_alloc(&s->arena, g->n * sizeof *w->member);
	while (s->tally_n < g->n) {
		s->tally = mem_realloc(s->tally, (s->tally_n + 1) * sizeof *s->tally);
		s->tally[s->tally_n++] = tally_new();
	}
	for (size_t i = 0; i < g->n; i++) {
		tally_reset(s->tally[i]);
		w->member[i] = (struct work_member){ .t = &s->all[g->at[i]],
						     .tally = s->tally[i],
						     .judgement.run = s->out->run,
						     .note = STRBUF_INIT };
	}
	return w;
}

/* What was measured when they were judged last. */
static bool load_bias(struct session *s, struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->member_n; i++) {
		struct judgement j;
		bool found = false;

		if (!store_judgement(s->st, w->member[i].t->id, &s->arena, &j, &found,
				     err))
			return false;
		w->member[i].bias = found ? j.bias : 0;
		if (!store_pairs(s->st, w->member[i].t->id, &s->arena, &w->member[i].was,
				 &w->member[i].was_n, err))
			return false;
	}
	return true;
}

/* In a transaction of its own.  again: with what is known of leftovers elsewhere. */
static bool judge_one(struct session *s, const struct group *g, bool again,
		      struct err *err)
{
	struct work *w;
	bool ok = true;

	arena_reset(&s->arena);
	arena_reset(&s->scratch);
	w = work_of(s, g);
	if (!load_bias(s, w, err))
		return false;
	if (!store_begin(s->st, err))
		return false;
	for (size_t i = 0; ok && i < g->n; i++)
		ok = store_verify_clear(s->st, w->member[i].t->id, err) &&
		     (again || store_elsewhere_forget(s->st, w->member[i].t->id, err));
	ok = ok && group_judge(w, err);
	for (size_t i = 0; ok && i < g->n; i++)
		ok = store_finding_life(s->st, w->member[i].t->id, s->out->run, err);
	if (ok && store_commit(s->st, err)) {
		for (size_t i = 0; !again && i < g->n; i++)
			crowd_add(&s->crowd, &w->member[i], s->o);
		return true;
	}
	store_rollback(s->st);
	return err_wrap(err, "verify %s",
			text_shown(&s->arena, span_str(w->member[0].t->name)));
}

static bool judge_all(struct session *s, struct err *err)
{
	static const struct wire_count none = { 0 };
	const struct verify_options *o = s->o;
	int64_t done = 0;

	for (size_t i = 0; i < s->group_n; i++) {
		if (o->stop != NULL && o->stop(o->stop_ctx)) {
			if (!store_run_end(s->st, s->out->run, RUN_STOPPED, &none, "",
					   err))
				return false;
			return err_set(err, ERR_STOPPED,
				       "verify ended early, after %lld of %zu accounts",
				       (long long)done, o->transfer_n);
		}
		if (!judge_one(s, &s->group[i], false, err))
			return false;
		done += (int64_t)s->group[i].n;
		if (o->progress != NULL)
			o->progress(o->progress_ctx,
				    done < (int64_t)o->transfer_n
					    ? done
					    : (int64_t)o->transfer_n,
				    (int64_t)o->transfer_n);
	}
	return true;
}

static bool is_among(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static bool has_transfer(const struct session *s, const struct group *g, int64_t id)
{
	for (size_t k = 0; k < g->n; k++)
		if (s->all[g->at[k]].id == id)
			return true;
	return false;
}

/* The account with which an alarm of all accounts is told is judged once more. */
static bool judge_crowd(struct session *s, struct err *err)
{
	bool ok = true;

	s->alarm = crowd_alarm(&s->crowd, s->o);
	if (s->alarm == NULL)
		return true;
	for (size_t i = 0; ok && i < s->group_n; i++)
		if (has_transfer(s, &s->group[i], s->alarm->transfer))
			ok = judge_one(s, &s->group[i], true, err);
	return ok;
}

/* Mail that is missing in one account and extra in another: those are judged once more,
 * knowing it. */
static bool judge_across(struct session *s, struct err *err)
{
	struct arena found;
	int64_t *ids = NULL;
	size_t n = 0;
	bool ok;

	arena_init(&found);
	ok = store_elsewhere_find(s->st, &found, &ids, &n, err);
	for (size_t i = 0; ok && n > 0 && i < s->group_n; i++)
		if (is_among(ids, n, s->all[s->group[i].at[0]].id))
			ok = judge_one(s, &s->group[i], true, err);
	arena_done(&found);
	return ok;
}

/* A rule that matches nothing is a typing error, or was for a folder that went. */
static void say_idle(const struct session *s)
{
	struct strbuf line = STRBUF_INIT;
	const struct map_rule *rule;
	size_t n = 0;

	if (s->o->say == NULL)
		return;
	rule = map_list(s->map, &n);
	for (size_t i = 0; i < n; i++) {
		if (rule[i].matched != 0)
			continue;
		strbuf_clear(&line);
		strbuf_adds(&line, "the rule ");
		text_show(&line, span_str(rule[i].text), 120);
		strbuf_adds(&line, " of \"map\" matched no folder");
		s->o->say(s->o->say_ctx, strbuf_cstr(&line));
	}
	strbuf_done(&line);
}

static bool sum_up(struct session *s, struct err *err)
{
	for (size_t i = 0; i < s->group_n; i++) {
		for (size_t k = 0; k < s->group[i].n; k++) {
			size_t at = s->group[i].at[k];
			int64_t id = s->all[at].id;
			struct judgement j;
			bool found = false;

			arena_reset(&s->arena);
			if (!store_judgement(s->st, id, &s->arena, &j, &found, err))
				return false;
			assert(found); /* it was judged just now */
			if (s->asked[at])
				add_result(s->out, &j);
			if (!count_wants(s, id, err))
				return false;
		}
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
	for (int i = 0; i < SIDE_COUNT; i++)
		arena_init(&s.kinds[i].arena);
	s.sha = sha256_new();
	if (!map_open(o->rules, &s.map, err) || !itself_open(st, &s.itself, err) ||
	    !abandon_open_run(&s, err) ||
	    !store_transfers(st, true, &s.all_arena, &s.all, &s.all_n, err) ||
	    !make_groups(&s, err) || !store_run_begin(st, &run, &result.run, err) ||
	    !judge_all(&s, err) || !judge_crowd(&s, err) || !judge_across(&s, err) ||
	    !sum_up(&s, err) || !store_trend_keep(st, result.run, err))
		goto out;
	if (!store_run_end(st, result.run,
			   result.incomplete > 0 ? RUN_INCOMPLETE : RUN_COMPLETE, &none,
			   "", err))
		goto out;
	say_idle(&s);
	*out = result;
	ok = true;
out:
	map_close(s.map);
	itself_close(s.itself);
	map_login_free(s.names);
	crowd_done(&s.crowd);
	for (int i = 0; i < SIDE_COUNT; i++)
		arena_done(&s.kinds[i].arena);
	for (size_t i = 0; i < s.tally_n; i++)
		tally_free(s.tally[i]);
	free(s.tally);
	sha256_free(s.sha);
	arena_done(&s.scratch);
	arena_done(&s.arena);
	arena_done(&s.all_arena);
	return ok;
}
