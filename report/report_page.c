/* SPDX-License-Identifier: MIT */
#include "report/report_page.h"

#include "base/clock.h"
#include "store/store_said.h"

static const struct {
	const char *name;
	enum outlook_mark mark;
} states[] = {
	[PAGE_CLEAN] = { "clean", OUTLOOK_GOOD },
	[PAGE_DIFFERS] = { "differs", OUTLOOK_BAD },
	[PAGE_INCOMPLETE] = { "incomplete", OUTLOOK_UNKNOWN },
	[PAGE_NEVER] = { "never verified", OUTLOOK_UNKNOWN },
	[PAGE_STAYS] = { "not to move", OUTLOOK_GOOD },
};
_Static_assert(COUNT_OF(states) == PAGE_STATE_COUNT, "a name for each");

const char *page_state_name(enum page_state s)
{
	return states[s].name;
}

enum outlook_mark page_state_mark(enum page_state s)
{
	return states[s].mark;
}

static enum page_state state_of(enum verdict v)
{
	static const enum page_state of[] = {
		[VERDICT_CLEAN] = PAGE_CLEAN,
		[VERDICT_DIFFERS] = PAGE_DIFFERS,
		[VERDICT_INCOMPLETE] = PAGE_INCOMPLETE,
		[VERDICT_NOT_JUDGED] = PAGE_STAYS,
	};
	_Static_assert(COUNT_OF(of) == VERDICT_COUNT, "a state for each");

	return of[v];
}

/* ---- accounts ---- */

static const char *said_or(const char *said, const char *listed)
{
	if (said != NULL)
		return said;
	return listed != NULL ? listed : "";
}

static bool add_sizes(struct page *p, struct page_account *a, struct err *err)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		int64_t id = s == SIDE_OLD ? a->t->old_account : a->t->new_account;
		struct account_view view;

		if (id == 0)
			continue;
		if (!store_account_view(p->v.st, id, &p->v.scratch, &view, err))
			return false;
		a->known[s] = view.found && view.good_at != 0;
		if (!a->known[s]) {
			p->unsized[s]++;
			continue;
		}
		if (!store_account_size(p->v.st, id, &a->size[s], err))
			return false;
		p->octets[s] += a->size[s].octets;
		p->unsized[s] += a->size[s].partly;
	}
	return true;
}

static bool add_account(struct page *p, size_t i, struct err *err)
{
	struct page_account *a = &p->account[i];
	const struct transfer *t = &p->v.transfer[i];
	struct said said;
	struct seal seal;
	bool found;

	arena_reset(&p->v.scratch);
	*a = (struct page_account){ .t = t, .shown = page_name(p, "account", t->name) };
	if (!store_said(p->v.st, t->id, &p->v.scratch, &said, err))
		return false;
	if (said.at == 0)
		said.owner = said.decision = NULL;
	a->owner = page_name(p, "person", said_or(said.owner, t->owner));
	a->decision = arena_strdup(&p->v.arena, said_or(said.decision, t->decision));
	if (!report_judgement(&p->v, t, &p->v.scratch, &a->j, &found, err))
		return false;
	if (!found)
		a->j = (struct judgement){ .note = "" };
	a->j.note = arena_strdup(&p->v.arena, a->j.note);
	a->state = found ? state_of(a->j.verdict) : PAGE_NEVER;
	p->n[a->state]++;
	if (!store_seal_head(p->v.st, t->id, &p->v.scratch, &seal, &found, err))
		return false;
	a->sealed = found;
	a->sound = found && seal.sound;
	return add_sizes(p, a, err);
}

/* ---- history ---- */

struct place {
	int64_t id;
	size_t at;
};

static int place_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The account of a transfer; NULL: it is not in view. */
static struct page_account *account_of(struct page *p, const struct place *place,
				       int64_t id)
{
	struct place key = { id, 0 }, *hit;

	if (p->v.n == 0)
		return NULL;
	hit = bsearch(&key, place, p->v.n, sizeof *place, place_order);
	return hit != NULL ? &p->account[hit->at] : NULL;
}

static void take(struct page_point *sum, const struct past *q, int sign)
{
	sum->n[q == NULL ? PAGE_NEVER : state_of(q->verdict)] += sign;
	if (q == NULL)
		return;
	sum->old_messages += sign * q->old_messages;
	sum->arrived += sign * q->arrived;
	sum->missing += sign * q->missing;
	sum->unverified += sign * q->unverified;
}

#define WEEK (6 * INT64_C(86400)) /* a weekly report may be early */

/* The one that was asked for, or the last before it; else the newest that lies a week
 * before the newest of all, or the first.  run_n: there is none. */
static size_t compared(const struct trend_run *run, size_t run_n, int64_t before)
{
	size_t at = 0;

	if (before != 0) {
		for (at = run_n; at > 0 && run[at - 1].id > before;)
			at--;
		return at > 0 ? at - 1 : run_n;
	}
	if (run_n < 2)
		return run_n;
	for (size_t i = 0; i + 1 < run_n; i++)
		if (run[i].at <= run[run_n - 1].at - WEEK)
			at = i;
	return at;
}

/* After each run that ended: the newest figures of each account up to it. */
static bool add_points(struct page *p, const struct place *place, struct err *err)
{
	const struct past **now;
	struct page_point sum = { 0 };
	struct trend_run *run;
	struct past *past;
	size_t n, run_n, k = 0, week;

	if (!store_trend(p->v.st, &p->v.arena, &past, &n, err) ||
	    !store_trend_runs(p->v.st, &p->v.arena, &run, &run_n, err))
		return false;
	week = compared(run, run_n, p->v.o->before);
	now = mem_calloc(p->v.n + 1, sizeof *now);
	sum.n[PAGE_NEVER] = (int64_t)p->v.n;
	p->point = arena_alloc(&p->v.arena, (run_n + 1) * sizeof *p->point);
	for (size_t i = 0; i < run_n; i++) {
		for (; k < n && past[k].run <= run[i].id; k++) {
			struct page_account *a = account_of(p, place, past[k].transfer);

			if (a == NULL)
				continue;
			take(&sum, now[a - p->account], -1);
			now[a - p->account] = &past[k];
			take(&sum, &past[k], 1);
			a->since = past[k].at;
		}
		sum.run = run[i].id;
		sum.at = run[i].at;
		p->point[p->point_n++] = sum;
		if (i != week)
			continue;
		p->before = run[i].at;
		for (size_t m = 0; m < p->v.n; m++) {
			p->account[m].was = now[m] != NULL ? state_of(now[m]->verdict)
							   : PAGE_NEVER;
			p->account[m].was_missing = now[m] != NULL ? now[m]->missing : 0;
		}
	}
	free(now);
	return true;
}

static int year_order(const void *a, const void *b)
{
	const struct page_year *x = a, *y = b;

	return (x->year > y->year) - (x->year < y->year);
}

static void add_year(struct page *p, const struct lost_day *d, size_t *cap)
{
	struct clock_civil civil = { 0 };
	size_t i = 0;

	if (d->day != INT64_MIN)
		clock_to_civil(d->day * 86400, &civil);
	while (i < p->year_n && p->year[i].year != civil.year)
		i++;
	if (i == p->year_n) {
		if (p->year_n == *cap) {
			struct page_year *more;

			*cap = *cap == 0 ? 32 : *cap * 2;
			more = arena_alloc(&p->v.arena, *cap * sizeof *more);
			if (p->year_n > 0)
				memcpy(more, p->year, p->year_n * sizeof *more);
			p->year = more;
		}
		p->year[p->year_n++] = (struct page_year){ .year = civil.year };
	}
	p->year[i].messages += d->messages;
	p->year[i].octets += d->octets;
}

static bool add_years(struct page *p, struct err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < p->v.n; i++) {
		struct lost_day *d;
		size_t n;

		if (p->account[i].j.count.missing == 0)
			continue;
		arena_reset(&p->v.scratch);
		if (!store_lost_days(p->v.st, p->v.transfer[i].id, &p->v.scratch, &d, &n,
				     err))
			return false;
		for (size_t k = 0; k < n; k++)
			add_year(p, &d[k], &cap);
	}
	if (p->year_n > 0)
		qsort(p->year, p->year_n, sizeof *p->year, year_order);
	return true;
}

/* ---- kept plans ---- */

#define WAVES_MAX 1000

/* Lines of a wave itself: plan waves keeps its times so. */
static void wave_time(struct page_wave *w, const char *cls, int64_t at)
{
	if (strcmp(cls, "wave-from") == 0)
		w->from = at;
	else if (strcmp(cls, "wave-to") == 0)
		w->to = at;
	else if (strcmp(cls, "wave-p50") == 0)
		w->p50 = at;
	else if (strcmp(cls, "wave-p90") == 0)
		w->p90 = at;
}

static bool add_waves(struct page *p, const struct place *place, struct err *err)
{
	struct plan_item *item;
	struct plan_kept kept;
	size_t n, most = 0;
	bool found;

	if (!store_plan_newest(p->v.st, "waves", &p->v.arena, &kept, &found, err))
		return false;
	if (!found)
		return true;
	if (!store_plan_items(p->v.st, kept.id, &p->v.arena, &item, &n, err))
		return false;
	p->wave_at = kept.at;
	for (size_t i = 0; i < n; i++)
		if (item[i].wave > (int64_t)most && item[i].wave <= WAVES_MAX)
			most = (size_t)item[i].wave;
	p->wave = arena_alloc(&p->v.arena, (most + 1) * sizeof *p->wave);
	for (size_t i = 0; i < most; i++)
		p->wave[i].no = (int64_t)i + 1;
	p->wave_n = most;
	for (size_t i = 0; i < n; i++) {
		struct page_account *a = account_of(p, place, item[i].transfer);
		struct page_wave *w;

		if (item[i].wave < 1 || item[i].wave > (int64_t)most)
			continue;
		w = &p->wave[item[i].wave - 1];
		wave_time(w, item[i].cls, item[i].amount);
		if (strcmp(item[i].cls, "account") != 0 || a == NULL)
			continue;
		a->wave = item[i].wave;
		w->accounts++;
		w->clean += a->state == PAGE_CLEAN;
		/* A plan kept by an older version says when accounts begin, no more. */
		if (item[i].amount > 0 && (w->from == 0 || item[i].amount < w->from))
			w->from = item[i].amount;
	}
	return true;
}

static bool add_big(struct page *p, struct err *err)
{
	struct plan_kept kept;
	bool found;

	if (!store_plan_newest(p->v.st, "oversized", &p->v.arena, &kept, &found, err))
		return false;
	if (!found)
		return true;
	p->big_at = kept.at;
	return store_plan_items(p->v.st, kept.id, &p->v.arena, &p->big, &p->big_n, err);
}

static void add_arrivals(struct page *p, const struct place *place)
{
	for (size_t i = 0; i < p->look->absent_n; i++) {
		const struct outlook_absent *x = &p->look->absent[i];
		struct page_account *a = account_of(p, place, x->transfer);

		if (a != NULL)
			a->arrival = x->unknown ? ARRIVAL_UNKNOWN : ARRIVAL_ABSENT;
	}
}

static bool gather(struct page *p, struct err *err)
{
	struct place *place = mem_calloc(p->v.n + 1, sizeof *place);
	struct run last;
	bool found, ok;

	p->account = arena_alloc(&p->v.arena, (p->v.n + 1) * sizeof *p->account);
	for (size_t i = 0; i < p->v.n; i++)
		place[i] = (struct place){ p->v.transfer[i].id, i };
	qsort(place, p->v.n, sizeof *place, place_order);
	ok = store_run_last(p->v.st, "", &p->v.scratch, &last, &found, err);
	if (ok && found)
		p->at = last.ended;
	for (size_t i = 0; ok && i < p->v.n; i++)
		ok = add_account(p, i, err);
	if (ok)
		add_arrivals(p, place);
	ok = ok && add_points(p, place, err) && add_years(p, err) &&
	     add_waves(p, place, err) && add_big(p, err) &&
	     report_plans_read(p->v.st, &p->v.arena, &p->plans, err);
	free(place);
	return ok;
}

bool page_open(struct page *p, struct store *st, const struct report_options *o,
	       const struct outlook *look, struct err *err)
{
	static const struct outlook nobody_asked = { .bar = "" };

	*p = (struct page){ .look = look != NULL ? look : &nobody_asked };
	if (!report_view_open(&p->v, st, o, err) || !gather(p, err))
		return false;
	page_say(p);
	return true;
}

void page_done(struct page *p)
{
	report_view_done(&p->v);
}
