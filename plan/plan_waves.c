/* SPDX-License-Identifier: MIT */
#include "plan/plan_waves_in.h"

#include <math.h>

#include "base/text.h"
#include "store/store_seal.h"

/* ---- what is to be moved ---- */

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool among(const int64_t *v, size_t n, int64_t id)
{
	return n > 0 && bsearch(&id, v, n, sizeof id, by_number) != NULL;
}

/* A cutover, a seal or a closing ends a move; a rollback begins it again. */
static bool progress(struct waves *w, struct err *err)
{
	struct event *v;
	size_t n, kept = 0;

	if (!store_events(w->st, 0, &w->arena, &v, &n, err))
		return false;
	w->begun = arena_alloc(&w->arena, (n + 1) * sizeof *w->begun);
	w->done = arena_alloc(&w->arena, (n + 1) * sizeof *w->done);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].kind, "presync") == 0 ||
		    strcmp(v[i].kind, "last-pass") == 0)
			w->begun[w->begun_n++] = v[i].transfer;
		else if (strcmp(v[i].kind, "cutover") == 0 ||
			 strcmp(v[i].kind, "seal") == 0 ||
			 strcmp(v[i].kind, "closed") == 0)
			w->done[w->done_n++] = v[i].transfer;
		else if (strcmp(v[i].kind, "rollback") == 0)
			for (size_t k = 0; k < w->done_n; k++)
				if (w->done[k] == v[i].transfer)
					w->done[k] = 0;
	}
	for (size_t k = 0; k < w->done_n; k++)
		if (w->done[k] != 0)
			w->done[kept++] = w->done[k];
	w->done_n = kept;
	if (w->begun_n > 0)
		qsort(w->begun, w->begun_n, sizeof *w->begun, by_number);
	if (w->done_n > 0)
		qsort(w->done, w->done_n, sizeof *w->done, by_number);
	return true;
}

static bool on_account(void *ctx, const struct plan_facts *f, struct err *err)
{
	struct waves *w = ctx;
	struct plan_wave_job *j;

	(void)err;
	if (!f->moves) {
		w->r->stays++;
		return true;
	}
	if (among(w->done, w->done_n, f->t->id)) {
		w->r->done++;
		return true;
	}
	if (!f->listed) {
		w->r->unlisted++;
		if (w->r->first_unlisted == NULL)
			w->r->first_unlisted = arena_strdup(w->r->arena, f->t->name);
		return true;
	}
	if (w->n == w->cap) {
		w->cap = w->cap * 2 + 64;
		w->job = mem_realloc(w->job, w->cap * sizeof *w->job);
		w->old = mem_realloc(w->old, w->cap * sizeof *w->old);
		w->new = mem_realloc(w->new, w->cap * sizeof *w->new);
		w->user = mem_realloc(w->user, w->cap * sizeof *w->user);
	}
	j = &w->job[w->n];
	w->user[w->n] = f->t->old_user == NULL || strcmp(f->t->old_user, f->t->name) == 0
				? NULL
				: arena_strdup(&w->arena, f->t->old_user);
	w->old[w->n] = f->t->old_account;
	w->new[w->n++] = f->t->new_account;
	*j = (struct plan_wave_job){ .transfer = f->t->id,
				     .account = arena_strdup(w->r->arena, f->t->name),
				     .octets = f->octets,
				     .messages = f->messages,
				     .begun = among(w->begun, w->begun_n, f->t->id) };
	w->r->unsized += !f->sized;
	waves_sees(w, f);
	/* What a first pass brought need not be moved again. */
	if (j->begun && f->new_messages > 0) {
		j->octets = f->new_octets < j->octets ? j->octets - f->new_octets : 0;
		j->messages = f->new_messages < j->messages
				      ? j->messages - f->new_messages
				      : 0;
	}
	return true;
}

/* ---- windows ---- */

static int by_from(const void *a, const void *b)
{
	const struct pack_window *x = a, *y = b;

	return (x->span.from > y->span.from) - (x->span.from < y->span.from);
}

/* Those after the start, each as often as it comes. */
static size_t windows(struct waves *w)
{
	const struct plan_waves_rules *rules = w->o->rules;
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < rules->window_n; i++) {
		struct plan_window v = rules->window[i];

		if (v.repeat > 0 && v.to < w->o->start) {
			int64_t times = (w->o->start - v.to) / v.repeat;

			v.from += times * v.repeat;
			v.to += times * v.repeat;
		}
		for (size_t k = 0; k < PLAN_WINDOWS_MAX / rules->window_n; k++) {
			if (v.to > w->o->start)
				w->window[n++].span = (struct pack_span){
					v.from > w->o->start ? v.from : w->o->start, v.to
				};
			if (v.repeat == 0)
				break;
			v.from += v.repeat;
			v.to += v.repeat;
		}
	}
	if (n > 0)
		qsort(w->window, n, sizeof *w->window, by_from);
	/* What overlaps is one. */
	for (size_t i = 0; i < n; i++)
		if (kept > 0 && w->window[i].span.from <= w->window[kept - 1].span.to) {
			if (w->window[i].span.to > w->window[kept - 1].span.to)
				w->window[kept - 1].span.to = w->window[i].span.to;
		} else {
			w->window[kept++].span = w->window[i].span;
		}
	return kept;
}

static int64_t begins(const struct waves *w)
{
	const struct plan_waves_rules *rules = w->o->rules;
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < rules->window_n; i++)
		if (rules->window[i].from >= w->o->start && rules->window[i].from < first)
			first = rules->window[i].from;
	return first != INT64_MAX ? first : w->o->start;
}

/* Seconds until all, and until the largest, has ended; in one go. */
static void in_one_go(struct waves *w, enum pack_order order)
{
	struct pack_setup s = { .machines = w->r->connections, .order = order };
	struct pack_job *job = mem_calloc(w->n + 1, sizeof *job);
	size_t largest = 0;

	for (size_t i = 0; i < w->n; i++) {
		job[i].seconds = w->pack[i].seconds;
		if (job[i].seconds > job[largest].seconds)
			largest = i;
	}
	w->window[0].span = (struct pack_span){ 0, INT64_MAX };
	pack(&s, job, w->n, w->window, 1);
	w->r->order_busy[order] = w->window[0].busy;
	if (w->n > 0) {
		w->r->order_critical[order] = job[largest].start + job[largest].seconds;
		w->r->largest = w->job[largest].account;
	}
	free(job);
}

static size_t run_pack(struct waves *w, enum plan_strategy strategy)
{
	const struct plan_waves_rules *rules = w->o->rules;
	struct pack_volume *volume = arena_alloc(&w->arena,
						 (rules->volume_n + 1) * sizeof *volume);
	struct pack_setup s = { .machines = w->r->connections, .volume = volume };
	size_t n = 1;

	for (size_t i = 0; i < rules->volume_n; i++)
		volume[i] = rules->volume[i].v;
	s.volume_n = strategy == PLAN_FOUNTAIN ? rules->volume_n : 0;
	s.most = strategy == PLAN_FOUNTAIN ? (size_t)rules->accounts : 0;
	if (strategy == PLAN_FOUNTAIN)
		n = windows(w);
	else
		w->window[0].span = (struct pack_span){ begins(w), INT64_MAX };
	pack(&s, w->pack, w->n, w->window, n);
	return n;
}

/* When the last account ends; 0: one has no place. */
static int64_t ends(const struct waves *w)
{
	int64_t last = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct pack_job *j = &w->pack[i];
		int64_t at;

		if (j->window == 0)
			return 0;
		at = w->window[j->window - 1].span.from +
		     (int64_t)ceil(j->start + j->seconds);
		last = at > last ? at : last;
	}
	return last;
}

static int by_wave(const void *a, const void *b)
{
	const struct plan_wave_job *x = a, *y = b;
	size_t p = x->wave - 1, q = y->wave - 1; /* none is last */

	if (p != q)
		return p < q ? -1 : 1;
	if (x->begins != y->begins)
		return x->begins < y->begins ? -1 : 1;
	if (x->seconds != y->seconds)
		return x->seconds > y->seconds ? -1 : 1;
	return strcmp(x->account, y->account);
}

/* Waves are the windows that are used, counted without gaps. */
static void take(struct waves *w, size_t window_n)
{
	struct plan_waves_result *r = w->r;
	struct plan_wave *wave = arena_alloc(r->arena, (window_n + 1) * sizeof *wave);
	size_t *number = arena_alloc(&w->arena, (window_n + 1) * sizeof *number);

	for (size_t i = 0; i < window_n; i++) {
		const struct pack_window *v = &w->window[i];

		if (v->jobs == 0)
			continue;
		wave[r->wave_n] = (struct plan_wave){ .from = v->span.from,
						      .to = v->span.to,
						      .jobs = v->jobs,
						      .octets = v->octets,
						      .busy = v->busy };
		number[i] = ++r->wave_n;
	}
	for (size_t i = 0; i < w->n; i++) {
		const struct pack_job *p = &w->pack[i];
		struct plan_wave_job *j = &w->job[i];

		j->why = p->why;
		if (p->window == 0)
			continue;
		j->wave = number[p->window - 1];
		j->connection = p->machine + 1;
		j->begins = wave[j->wave - 1].from + (int64_t)p->start;
		j->ends = wave[j->wave - 1].from + (int64_t)ceil(p->start + p->seconds);
	}
	r->wave = wave;
}

static bool plan_all(struct waves *w, struct err *err)
{
	struct plan_waves_result *r = w->r;
	const struct plan_waves_options *o = w->o;
	size_t used;

	r->strategy = o->strategy;
	r->connections = o->rules->connections > 0 ? (unsigned)o->rules->connections
						   : o->connections;
	if (o->strategy == PLAN_FOUNTAIN && o->rules->window_n == 0) {
		err_set(err, ERR_CONFIG, "a fountain needs windows");
		err_hint(err, "\"plan\": { \"waves\": { \"windows\": [ { \"from\": "
			      "\"2026-12-05T06:00:00Z\", \"to\": ..., \"repeat\": \"7d\" "
			      "} ] } } in the config");
		return false;
	}
	if (!plan_waves_rules_check(w->st, o->rules, err) || !waves_measure(w, err))
		return false;
	w->pack = arena_alloc(&w->arena, (w->n + 1) * sizeof *w->pack);
	w->window = arena_alloc(&w->arena, (PLAN_WINDOWS_MAX + 1) * sizeof *w->window);
	for (size_t i = 0; i < w->n; i++) {
		w->job[i].seconds = plan_rate_seconds(&r->rate, w->job[i].octets,
						      w->job[i].messages);
		w->pack[i].seconds = w->job[i].seconds;
		w->pack[i].octets = w->job[i].octets;
	}
	r->bound = pack_bound(w->pack, w->n, r->connections);
	for (int order = PACK_LONGEST; order <= PACK_GIVEN; order++)
		in_one_go(w, (enum pack_order)order);
	waves_groups(w);
	waves_dates(w);
	(void)run_pack(w, PLAN_FIREHOSE);
	r->firehose_ends = ends(w);
	if (o->rules->window_n > 0) {
		used = run_pack(w, PLAN_FOUNTAIN);
		r->fountain_ends = ends(w);
		for (size_t i = 0; i < used; i++)
			r->fountain_waves += w->window[i].jobs > 0;
	}
	used = run_pack(w, o->strategy);
	take(w, used);
	if (w->n > 0)
		qsort(w->job, w->n, sizeof *w->job, by_wave);
	return waves_forecast(w, err);
}

static void keep_jobs(struct waves *w)
{
	struct plan_waves_result *r = w->r;
	struct plan_wave_job *job = arena_alloc(r->arena, (w->n + 1) * sizeof *job);

	if (w->n > 0)
		memcpy(job, w->job, w->n * sizeof *job);
	r->job = job;
	r->n = w->n;
	for (size_t i = 0; i < w->n; i++)
		if (job[i].wave == r->wave_n && job[i].wave > 0 &&
		    (r->critical == NULL || job[i].seconds > r->critical->seconds))
			r->critical = &job[i];
}

void plan_waves_free(struct plan_waves_result *r)
{
	if (r == NULL)
		return;
	arena_done(r->arena);
	free(r->arena);
	free(r);
}

bool plan_waves(struct store *st, const struct plan_waves_options *o,
		struct plan_waves_result **out, struct err *err)
{
	struct waves w = { .st = st, .o = o, .r = mem_calloc(1, sizeof *w.r) };
	struct plan_facts_options facts = o->facts;
	bool ok;

	w.r->arena = mem_calloc(1, sizeof *w.r->arena);
	arena_init(w.r->arena);
	arena_init(&w.arena);
	facts.fn = on_account;
	facts.ctx = &w;
	facts.details = false;
	ok = progress(&w, err) && plan_facts_walk(st, &facts, err) && plan_all(&w, err);
	if (ok) {
		keep_jobs(&w);
		*out = w.r;
	} else {
		plan_waves_free(w.r);
	}
	arena_done(&w.arena);
	free(w.job);
	free(w.old);
	free(w.new);
	free(w.user);
	free(w.sight);
	return ok;
}
