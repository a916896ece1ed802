/* SPDX-License-Identifier: MIT */
#include "cli/verifies.h"

#include "base/clock.h"
#include "cli/audits.h"
#include "cli/msg.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/stop.h"
#include "store/store_folder.h"
#include "store/store_run.h"
#include "store/store_verify.h"

#define ROUNDS_MAX 5 /* of looking up and judging again */

static const bool both[SIDE_COUNT] = { true, true };

static bool asked_to_stop(void *ctx)
{
	(void)ctx;
	return stop_asked();
}

/* What the config says of facts; the profiles of both servers say the rest. */
static void set_facts(const struct project *p, struct scope *scope,
		      struct verify_options *o)
{
	const struct config *c = &p->config;
	struct verify_rename *v = arena_alloc(&scope->arena,
					      (c->keyword_n + 1) * sizeof *v);

	for (size_t i = 0; i < c->keyword_n; i++)
		v[i] = (struct verify_rename){ c->keywords[i].old_name,
					       c->keywords[i].new_name };
	o->keywords = v;
	o->keyword_n = c->keyword_n;
	o->mass_messages = c->mass_messages;
	o->mass_percent = c->mass_percent;
	o->not_comparable = 0;
	o->max_octets = -1;
	for (int side = 0; side < SIDE_COUNT; side++)
		if (config_server(c, (enum side)side) != NULL)
			o->profile[side] = config_server(c, (enum side)side)->profile;
}

static void say_rule(void *ctx, const char *line)
{
	msg_warn(ctx, "%s", line);
}

static bool judge(struct globals *g, struct project *p, struct scope *scope,
		  struct verify_result *r, struct err *err)
{
	struct verify_options o = {
		.rules = &p->config.rules,
		/* Once, and only where every account was looked at. */
		.say = scope->all && r->run == 0 ? say_rule : NULL,
		.say_ctx = g,
		.now = clock_now(),
		.max_age = p->config.max_age,
		.max_gap = p->config.max_gap,
		.one_sided = project_one_sided(p),
		.scope = scope_json(scope, &p->config, "verify", NULL, both),
		.operator_name = project_operator(),
		.transfers = scope->ids,
		.transfer_n = scope->n,
		.stop = asked_to_stop,
		.progress = progress_verify,
		.progress_ctx = g,
	};
	bool ok;

	set_facts(p, scope, &o);
	progress_begin(g);
	ok = verify_run(p->store, &o, r, err);
	progress_end();
	if (!ok && err->cls == ERR_STOPPED)
		err_hint(err, "accounts that were judged stay judged; mailmuster verify "
			      "does the others");
	return ok;
}

/* Look up the messages that found no partner, and those that must be looked into.
 * *brought_out grows by how many were. */
static bool look_up(struct globals *g, struct project *p, const struct scope *scope,
		    int64_t *brought_out, struct err *err)
{
	struct reading reading = { 0 };
	size_t n = scope->all ? 1 : scope->n;
	bool ok;

	project_warn_clear(g, p, both);
	ok = reading_open(g, p, both, &reading, err);
	progress_begin(g);
	for (size_t i = 0; ok && i < n; i++) {
		struct audit_result r = { 0 };

		ok = audit_details(p->store, &reading.options,
				   scope->all ? 0 : scope->ids[i],
				   VERIFY_DETAILS_PER_FOLDER, &r, err);
		*brought_out += r.side[SIDE_OLD].messages + r.side[SIDE_NEW].messages;
	}
	progress_end();
	reading_close(&reading);
	return ok;
}

/* What cannot be looked up stays unknown, and is no reason to say nothing. */
static bool try_look_up(struct globals *g, struct project *p, const struct scope *scope,
			int64_t *brought_out, struct err *err)
{
	struct err trouble = ERR_INIT;

	if (look_up(g, p, scope, brought_out, &trouble))
		return true;
	if (trouble.cls == ERR_STOPPED || trouble.cls == ERR_LOCAL ||
	    trouble.cls == ERR_BUG) {
		*err = trouble;
		return false;
	}
	msg_warn(g, "they could not all be looked up: %s", trouble.text);
	if (trouble.hint[0] != '\0')
		msg_hint(g, "%s", trouble.hint);
	return true;
}

/* What was looked up may ask for more: header fields, then whole headers, then bodies. */
static bool look_into(struct globals *g, struct project *p, struct scope *scope,
		      struct verify_result *r, struct err *err)
{
	for (int round = 0; r->wants > 0 && round < ROUNDS_MAX; round++) {
		int64_t brought = 0;

		msg_note(g, "looking into %s", counted(r->wants, "message"));
		if (!try_look_up(g, p, scope, &brought, err) ||
		    !judge(g, p, scope, r, err))
			return false;
		if (brought == 0)
			break;
	}
	if (r->wants > 0) {
		msg_warn(g,
			 "%s could not be looked into: whether mail is there under "
			 "another identity, and why sizes differ, stays unknown",
			 counted(r->wants, "message"));
		msg_hint(g, "mailmuster audit, then mailmuster verify, asks again");
	}
	return true;
}

/* The accounts that were not found clean, to be read once more. */
static bool suspects(const struct project *p, const struct scope *scope,
		     struct scope *out, struct err *err)
{
	*out = (struct scope){ 0 };
	arena_init(&out->arena);
	out->t = arena_alloc(&out->arena, (scope->n + 1) * sizeof *out->t);
	out->ids = arena_alloc(&out->arena, (scope->n + 1) * sizeof *out->ids);
	for (size_t i = 0; i < scope->n; i++) {
		struct judgement j;
		struct arena arena;
		bool found, ok;

		arena_init(&arena);
		ok = store_judgement(p->store, scope->ids[i], &arena, &j, &found, err);
		arena_done(&arena);
		if (!ok)
			return false;
		if ((found && j.verdict != VERDICT_DIFFERS &&
		     j.verdict != VERDICT_INCOMPLETE) ||
		    (scope->t[i].old_account == 0 && scope->t[i].new_account == 0))
			continue;
		out->t[out->n] = scope->t[i];
		out->ids[out->n++] = scope->ids[i];
	}
	return true;
}

/* Read again what differs before speaking of it: it may be life since the last audit. */
static bool renew(struct globals *g, struct project *p, struct scope *scope,
		  struct verify_result *r, struct err *err)
{
	struct scope again;
	struct audit_result read;
	bool ok = suspects(p, scope, &again, err);

	if (ok && again.n > 0) {
		msg_note(g, "reading %s once more", counted((int64_t)again.n, "account"));
		ok = audits_run(g, p, &again, both, "verify --live", DEPTH_FULL, NULL,
				&read, err);
		if (ok)
			audits_tell(g, &read);
		ok = ok && judge(g, p, scope, r, err);
	}
	scope_close(&again);
	return ok;
}

/* What was read from another server than the config names now is judged all the same, for
 * a server may get another name; but it is said, and the gate does not take it. */
static bool warn_of_others(const struct globals *g, const struct project *p,
			   struct err *err)
{
	struct arena arena;
	bool ok = true;

	arena_init(&arena);
	for (int side = 0; ok && side < SIDE_COUNT; side++) {
		const struct server *now = config_server(&p->config, (enum side)side);
		bool same = true;
		int64_t *id;
		size_t n;

		if (!p->config.present[side])
			continue;
		ok = store_listing_runs(p->store, (enum side)side, &arena, &id, &n, err);
		for (size_t i = 0; ok && same && i < n; i++) {
			struct run run;

			ok = store_run_get(p->store, id[i], &arena, &run, err);
			same = !ok || project_names_server(p, (enum side)side, run.scope);
		}
		if (ok && !same)
			msg_warn(g,
				 "accounts of the %s side were read from another server "
				 "than the config names now (%s:%d): mailmuster audit "
				 "--side %s",
				 side_name((enum side)side), now->host, (int)now->port,
				 side_name((enum side)side));
	}
	arena_done(&arena);
	return ok;
}

bool verifies_run(struct globals *g, struct project *p, struct scope *scope,
		  enum verifies_how how, struct verify_result *r, struct err *err)
{
	if (!warn_of_others(g, p, err) || !judge(g, p, scope, r, err) ||
	    (how == VERIFIES_LIVE && !renew(g, p, scope, r, err)))
		return false;
	if (r->wants == 0)
		return true;
	if (how == VERIFIES_OFFLINE) {
		msg_note(
			g,
			"%s not looked into (--offline): it stays unknown who sent what "
			"is missing, whether it is there under another identity, and why "
			"sizes differ",
			counted(r->wants, "message"));
		return true;
	}
	return look_into(g, p, scope, r, err);
}
