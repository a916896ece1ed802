/* SPDX-License-Identifier: MIT */
#include "cli/plan_ask.h"

#include "base/clock.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/stop.h"
#include "plan/plan_use.h"
#include "store/store_logs.h"

bool plan_stopped(void *ctx)
{
	(void)ctx;
	return stop_asked();
}

const char *plan_profile(const struct config *c, enum side side)
{
	const struct server *s = config_server(c, side);

	if (s == NULL)
		return "generic";
	return strcmp(s->profile, PROFILE_AUTO) == 0 ? s->kind : s->profile;
}

bool plan_open(struct globals *g, const struct plan_ask *ask, struct plan_desk *d,
	       struct err *err)
{
	*d = (struct plan_desk){ .g = g, .ask = ask };
	sheet_init(&d->sheet, ask->form, &out_sink);
	if (!project_open(g, ask->keep ? PROJECT_WRITE : PROJECT_READ, &d->p, err) ||
	    !scope_open(g, &d->p, &d->scope, err))
		return false;
	report_setup(g, &d->p, &d->ro);
	return true;
}

void plan_close(struct plan_desk *d)
{
	sheet_done(&d->sheet);
	scope_close(&d->scope);
	project_close(&d->p);
}

struct plan_facts_options plan_facts_asked(const struct plan_desk *d)
{
	return (struct plan_facts_options){
		.profile_new = plan_profile(&d->p.config, SIDE_NEW),
		.now = clock_now(),
		.max_age = d->p.config.max_age,
		.transfers = d->scope.ids,
		.transfer_n = d->scope.n,
		.stop = plan_stopped,
	};
}

bool plan_uses(const struct plan_desk *d, struct plan_use *out, bool *any_out,
	       struct err *err)
{
	const struct config_logs *logs = &d->p.config.logs;
	const struct plan_use_setup setup = { .names = &logs->names,
					      .proxies = logs->proxies,
					      .proxy_n = logs->proxy_n,
					      .own = logs->own,
					      .own_n = logs->own_n };

	*out = (struct plan_use){ 0 };
	return store_log_use_any(d->p.store, SIDE_OLD, any_out, err) &&
	       (!*any_out || plan_use_open(d->p.store, &setup, out, err));
}

bool plan_keep(struct plan_desk *d, const char *kind, const char *summary,
	       struct err *err)
{
	return !d->ask->keep ||
	       store_plan_begin(d->p.store, kind, d->ask->by, summary, &d->kept, err);
}

bool plan_keep_item(struct plan_desk *d, const struct plan_item *item, struct err *err)
{
	return d->kept == NULL || store_plan_add(d->kept, item, err);
}

bool plan_keep_end(struct plan_desk *d, bool ok, struct err *err)
{
	struct store_plan *kept = d->kept;

	d->kept = NULL;
	return kept == NULL ? ok : store_plan_end(kept, ok, err);
}

void plan_lines_open(struct plan_desk *d, struct lines *l, struct strbuf *out)
{
	*out = STRBUF_INIT;
	lines_init(l, out, &d->ro);
}

bool plan_lines_close(struct lines *l, struct strbuf *out, struct err *err)
{
	bool ok;

	lines_done(l);
	ok = out_sink.write(out_sink.ctx, strbuf_span(out), err);
	strbuf_done(out);
	return ok;
}
