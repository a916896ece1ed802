/* SPDX-License-Identifier: MIT */
#include "cli/gate_see.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/waivers.h"
#include "gate/collect.h"
#include "store/store_run.h"
#include "store/store_server.h"

/* ---- checklists ---- */

/* Items that come before the shutdown. */
static void see_items(struct gate_seen *g)
{
	const struct checklists_seen *c = &g->lists;
	struct gate_facts *f = &g->facts;
	size_t most = 0;

	for (size_t i = 0; i < c->lists.n; i++)
		most += c->view[i].n;
	f->item = arena_alloc(&g->arena, (most + 1) * sizeof *f->item);
	for (size_t i = 0; i < c->lists.n; i++)
		for (size_t k = 0; k < c->view[i].n; k++) {
			const struct item_view *v = &c->view[i].v[k];

			if (v->item->after_gate)
				continue;
			f->item[f->item_n++] = (struct gate_item){
				.name = arena_printf(&g->arena, "%s:%s",
						     c->lists.list[i]->name, v->item->id),
				.text = v->item->text,
				.done = item_is_done(v->state),
				.state = item_state_name(v->state),
				.sentence = v->sentence,
				.at = v->sign != NULL ? v->sign->at : v->result.at,
			};
		}
}

/* ---- which servers were read ---- */

static bool see_run(const struct project *p, struct gate_seen *g, enum side side,
		    int64_t id, struct err *err)
{
	struct run run;

	if (!store_run_get(p->store, id, &g->arena, &run, err))
		return false;
	if (!project_names_server(p, side, run.scope))
		g->facts.stranger[side] = arena_printf(
			&g->arena,
			"run %lld read the %s side from another server than the config "
			"names: %s",
			(long long)id, side_name(side), p->config.server[side].host);
	return true;
}

/* Whoever answered while a run gathered what is judged must be who answers now.  v: run
 * and side of each, as see_servers makes it. */
static bool see_certificates(const struct project *p, struct gate_seen *g, enum side side,
			     const int64_t *v, size_t n, struct err *err)
{
	struct server_known *known, *now;
	size_t known_n, now_n;

	if (!store_servers_known(p->store, side, &g->arena, &known, &known_n, err) ||
	    !store_servers_now(p->store, side, &g->arena, &now, &now_n, err))
		return false;
	for (size_t k = 0; k < known_n; k++) {
		if (servers_know(now, now_n, &known[k].seen))
			continue;
		for (size_t i = 0; i < n; i++)
			if (v[i] % SIDE_COUNT == (int64_t)side &&
			    v[i] / SIDE_COUNT >= known[k].first_run &&
			    v[i] / SIDE_COUNT <= known[k].last_run)
				g->facts.stranger[side] = arena_printf(
					&g->arena,
					"run %lld read the %s side from a server with "
					"another certificate than the one that answers "
					"now",
					(long long)(v[i] / SIDE_COUNT), side_name(side));
	}
	return true;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Every run that a judgement used, each once. */
static bool see_servers(const struct project *p, struct gate_seen *g, struct err *err)
{
	const struct gate_facts *f = &g->facts;
	int64_t *v = arena_alloc(&g->arena, (f->account_n * 2 + 1) * sizeof *v);
	int64_t last[SIDE_COUNT] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < f->account_n; i++)
		for (int s = 0; s < SIDE_COUNT; s++) {
			int64_t id = f->account[i].run[s];

			if (id == 0 || id == last[s] || !f->account[i].moves ||
			    !p->config.present[s])
				continue;
			last[s] = id;
			v[n++] = id * SIDE_COUNT + s;
		}
	if (n > 1)
		qsort(v, n, sizeof *v, by_number);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || v[i] != v[i - 1]) &&
		    !see_run(p, g, (enum side)(v[i] % SIDE_COUNT), v[i] / SIDE_COUNT,
			     err))
			return false;
	return see_certificates(p, g, SIDE_OLD, v, n, err) &&
	       see_certificates(p, g, SIDE_NEW, v, n, err);
}

/* ---- the ledger ---- */

static bool see_ledger(const struct project *p, bool deep, struct gate_seen *g,
		       struct err *err)
{
	struct gate_ledger *l = &g->facts.ledger;
	struct ledger_facts facts;

	for (size_t i = 0; i < p->config.gate.head_n; i++)
		if (!heads_take(&g->heads, p->config.gate.heads[i], err))
			return err_wrap(err, "\"gate\": \"heads\" in %s", p->config.path);
	l->examined = true;
	l->heads = g->heads.n;
	if (store_ledger_examine(p->store, deep, g->heads.v, g->heads.n, &facts, err)) {
		l->whole = true;
		g->ledger = facts;
		l->entries = facts.entries;
		l->head = facts.head;
		l->back_seconds = facts.back_seconds;
		if (deep)
			l->deep_at = g->facts.now;
		return true;
	}
	if (err->cls != ERR_LEDGER)
		return false;
	l->problem = arena_strdup(&g->arena, err->text);
	*err = ERR_INIT;
	return true;
}

/* ---- limits ---- */

static void put_limits(const struct gate_limits *l, struct strbuf *out)
{
	struct gate_loosened v[GATE_LOOSENED_MAX];
	size_t n = gate_limits_loosened(l, v);
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_object(&j);
	for (size_t i = 0; i < n; i++)
		json_put_int(&j, v[i].key, v[i].value);
	json_end_object(&j);
}

bool gate_limits_told(struct store *st, const struct gate_limits *l,
		      struct strbuf *payload, struct err *err)
{
	struct strbuf last = STRBUF_INIT;
	struct store_ledger *it = NULL;
	struct ledger_entry e;
	enum next n = NEXT_FAIL;

	strbuf_adds(&last, "{}");
	if (store_ledger_open(st, &it, err))
		while ((n = store_ledger_next(it, &e, err)) == NEXT_ITEM)
			if (strcmp(e.kind, "gate-limits") == 0) {
				strbuf_clear(&last);
				strbuf_adds(&last, e.payload);
			}
	store_ledger_close(it);
	put_limits(l, payload);
	if (strcmp(strbuf_cstr(&last), strbuf_cstr(payload)) == 0)
		strbuf_clear(payload);
	strbuf_done(&last);
	return n == NEXT_END;
}

/* ---- all ---- */

static bool see(const struct project *p, bool deep, struct gate_seen *g, struct err *err)
{
	struct gate_facts *f = &g->facts;

	if (!checklists_see_any_age(p, &g->lists, err) ||
	    !gate_collect(p->store, &g->lists.evidence, &g->arena, f, err) ||
	    !see_servers(p, g, err) || !gate_see_uses(p, g, err) ||
	    !gate_see_waivers(p, g, err) || !gate_see_dns(p, g, err) ||
	    !see_ledger(p, deep, g, err))
		return false;
	see_items(g);
	return true;
}

bool gate_see(const struct project *p, bool deep, struct gate_seen *out, struct err *err)
{
	bool ok;

	arena_init(&out->arena);
	gate_facts_init(&out->facts);
	out->limits = p->config.gate.limits;
	out->loosened_n = gate_limits_loosened(&out->limits, out->loosened);
	if (!store_read_begin(p->store, err))
		return false;
	ok = see(p, deep, out, err);
	store_read_end(p->store);
	if (ok)
		gate_judge(&out->facts, &out->limits, &out->arena, &out->verdict);
	return ok;
}

void gate_forget(struct gate_seen *g)
{
	checklists_forget(&g->lists);
	plan_use_close(&g->use);
	arena_done(&g->arena);
	*g = (struct gate_seen){ 0 };
}
