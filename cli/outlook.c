/* SPDX-License-Identifier: MIT */
#include "cli/outlook.h"

#include "base/clock.h"
#include "cli/accounts_use.h"
#include "cli/checklists.h"
#include "cli/gate_see.h"
#include "plan/plan_dormant.h"

static enum outlook_mark mark_of_item(enum item_state s)
{
	static const enum outlook_mark of[] = {
		[ITEM_OPEN] = OUTLOOK_WARN,	  [ITEM_DONE] = OUTLOOK_GOOD,
		[ITEM_SIGNED_OFF] = OUTLOOK_GOOD, [ITEM_STALE] = OUTLOOK_WARN,
		[ITEM_UNKNOWN] = OUTLOOK_UNKNOWN, [ITEM_CONTRADICTED] = OUTLOOK_BAD,
	};
	_Static_assert(COUNT_OF(of) == ITEM_STATE_COUNT, "a mark for each");

	return of[s];
}

static void put_item(const struct list_view *l, size_t i, struct arena *arena,
		     struct outlook_item *out)
{
	const struct item_view *v = &l->v[i];

	*out = (struct outlook_item){
		.list = arena_strdup(arena, l->list->name),
		.id = arena_strdup(arena, v->item->id),
		.stage = arena_strdup(arena, v->stage->title),
		.text = arena_strdup(arena, v->item->text),
		.word = item_state_name(v->state),
		.mark = mark_of_item(v->state),
		.sentence = arena_strdup(arena, v->sentence),
		.owner = arena_strdup(arena, v->owner),
		.due = checklists_by(v, arena),
		.signer = arena_strdup(arena, v->sign != NULL ? v->sign->teller : ""),
		.late = v->overdue,
	};
}

static bool add_items(const struct project *p, struct arena *arena, struct outlook *out,
		      struct err *err)
{
	struct checklists_seen c = { 0 };
	struct outlook_item *item;
	bool ok = checklists_see(p, &c, err);
	size_t n = 0;

	for (size_t i = 0; ok && i < c.lists.n; i++)
		n += c.view[i].n;
	item = arena_alloc(arena, (n + 1) * sizeof *item);
	n = 0;
	for (size_t i = 0; ok && i < c.lists.n; i++)
		for (size_t k = 0; k < c.view[i].n; k++)
			put_item(&c.view[i], k, arena, &item[n++]);
	checklists_forget(&c);
	out->item = item;
	out->item_n = n;
	return ok;
}

static enum outlook_mark mark_of_use(enum dormancy d)
{
	static const enum outlook_mark of[] = {
		[DORMANCY_ACTIVE] = OUTLOOK_GOOD,      [DORMANCY_WITNESS] = OUTLOOK_GOOD,
		[DORMANCY_LEFT] = OUTLOOK_WARN,	       [DORMANCY_DORMANT] = OUTLOOK_WARN,
		[DORMANCY_UNPROVEN] = OUTLOOK_UNKNOWN, [DORMANCY_BULK] = OUTLOOK_UNKNOWN,
	};
	_Static_assert(COUNT_OF(of) == DORMANCY_COUNT, "a mark for each");

	return of[d];
}

static int64_t newest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Whatever proves that somebody used it; what an address made that logs in as very many
 * proves nothing. */
static int64_t last_use(const struct dormant *d)
{
	int64_t t = newest(d->use != NULL ? d->use->last_alone : 0, d->witness);

	return newest(t, newest(d->mail.sent, newest(d->mail.answered, d->mail.seen)));
}

static bool add_absent(const struct project *p, struct plan_use *use, struct arena *arena,
		       struct outlook *out, struct err *err)
{
	struct outlook_absent *v;
	struct plan_absent a;

	if (!plan_absent(use, p->store, ACCOUNTS_DAYS, &a, err))
		return false;
	v = arena_alloc(arena, (a.n + 1) * sizeof *v);
	for (size_t i = 0; i < a.n; i++)
		v[i] = (struct outlook_absent){ a.v[i].t->id, a.v[i].unknown };
	out->absent = v;
	out->absent_n = a.n;
	out->moved = a.moved;
	out->arrived = a.arrived;
	return true;
}

static bool add_idle(const struct project *p, struct arena *arena, struct outlook *out,
		     struct err *err)
{
	const struct plan_use_setup setup = { .names = &p->config.logs.names,
					      .proxies = p->config.logs.proxies,
					      .proxy_n = p->config.logs.proxy_n,
					      .own = p->config.logs.own,
					      .own_n = p->config.logs.own_n };
	struct plan_use use = { 0 };
	struct outlook_idle *idle;
	struct plan_dormant d;
	bool ok;

	ok = plan_use_open(p->store, &setup, &use, err) &&
	     plan_dormant(&use, p->store, SIDE_OLD, ACCOUNTS_DAYS, clock_now(), &d, err);
	if (ok) {
		out->logs = d.cover.any;
		idle = arena_alloc(arena, (d.n + 1) * sizeof *idle);
		for (size_t i = 0; i < d.n; i++)
			idle[i] = (struct outlook_idle){
				.transfer = d.v[i].t->id,
				.word = dormancy_name(d.v[i].state),
				.mark = mark_of_use(d.v[i].state),
				.band = outlook_band(last_use(&d.v[i]), d.to),
			};
		out->idle = idle;
		out->idle_n = d.n;
		ok = add_absent(p, &use, arena, out, err);
	}
	plan_use_close(&use);
	return ok;
}

static enum outlook_mark mark_of_check(enum gate_outcome o)
{
	static const enum outlook_mark of[] = {
		[GATE_PASS] = OUTLOOK_GOOD,	  [GATE_WARN] = OUTLOOK_WARN,
		[GATE_WAIVED] = OUTLOOK_WARN,	  [GATE_FAIL] = OUTLOOK_BAD,
		[GATE_NO_DATA] = OUTLOOK_UNKNOWN,
	};
	_Static_assert(COUNT_OF(of) == GATE_OUTCOME_COUNT, "a mark for each");

	return of[o];
}

static bool add_gate(const struct project *p, struct arena *arena, struct outlook *out,
		     struct err *err)
{
	struct gate_seen *g = mem_calloc(1, sizeof *g);
	struct outlook_check *v = arena_alloc(arena, GATE_CHECK_COUNT * sizeof *v);
	bool ok = gate_see(p, false, g, err);

	for (int i = 0; ok && i < GATE_CHECK_COUNT; i++) {
		const struct gate_result *r = &g->verdict.result[i];

		v[i] = (struct outlook_check){
			.name = r->check->name,
			.title = r->check->title,
			.word = gate_outcome_name(r->outcome),
			.mark = mark_of_check(r->outcome),
			.sentence = arena_strdup(arena, r->sentence),
			.command = arena_strdup(arena, r->command),
			.at = r->at,
			.n = (int64_t)r->n,
			.covered = (int64_t)r->covered,
		};
	}
	if (ok) {
		out->gated = true;
		out->go = g->verdict.go;
		out->bar = arena_strdup(arena, g->verdict.bar);
		out->check = v;
		out->check_n = GATE_CHECK_COUNT;
	}
	gate_forget(g);
	free(g);
	return ok;
}

bool outlook_gather(const struct project *p, struct arena *arena, struct outlook *out,
		    struct err *err)
{
	*out = (struct outlook){ .bar = "" };
	/* Without a new server nobody asks whether the old one may go. */
	return (project_one_sided(p) || add_gate(p, arena, out, err)) &&
	       add_items(p, arena, out, err) && add_idle(p, arena, out, err);
}
