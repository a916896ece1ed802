/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/audits.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "cli/stop.h"
#include "store/store_run.h"
#include "store/store_verify.h"
#include "verify/verify.h"

#define ROUNDS_MAX 5 /* of looking up and judging again */

enum { OPT_OFFLINE = OPT_OWN, OPT_LIVE, OPT_FAIL_ON, OPT_SINCE, OPT_ROLLBACK };
static const struct option options[] = {
	{ "offline", no_argument, NULL, OPT_OFFLINE },
	{ "live", no_argument, NULL, OPT_LIVE },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "rollback", no_argument, NULL, OPT_ROLLBACK },
	{ NULL, 0, NULL, 0 },
};

static const bool both[SIDE_COUNT] = { true, true };

struct request {
	bool offline, live, rollback;
	enum severity fail_on;
	int64_t since; /* 0: everything */
};

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

static bool judge_all(struct globals *g, struct project *p, struct scope *scope,
		      const struct request *rq, struct verify_result *r, struct err *err)
{
	if (!judge(g, p, scope, r, err) || (rq->live && !renew(g, p, scope, r, err)))
		return false;
	if (r->wants == 0)
		return true;
	if (rq->offline) {
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

/* What is not judged is unknown. */
static int result_code(const struct verify_result *r, enum severity fail_on)
{
	int64_t found = r->loss;

	if (r->incomplete > 0 || r->not_judged > 0 || r->transfers == 0)
		return EXIT_INCOMPLETE;
	if (fail_on <= SEVERITY_DOUBT)
		found += r->doubt;
	if (fail_on <= SEVERITY_INFO)
		found += r->info;
	return found > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
}

static bool tell(struct globals *g, struct project *p, const struct scope *scope,
		 const struct request *rq, struct err *err)
{
	struct report_options o;

	report_setup(g, p, &o);
	o.transfers = scope->all ? NULL : scope->ids;
	o.transfer_n = scope->all ? 0 : scope->n;
	o.since = rq->since;
	if (rq->rollback)
		return report_rollback(p->store, &o, g->json, &out_sink, err);
	return (g->json ? report_verify_json : report_verify_text)(p->store, &o,
								   &out_sink, err);
}

static int one_sided(struct globals *g, struct project *p, struct err *err)
{
	const struct scope everything = { .all = true };
	const struct request plain = { 0 };

	if (!g->json)
		out_puts("No new server is configured: there is nothing to compare with "
			 "yet.\n");
	else if (!tell(g, p, &everything, &plain, err))
		return msg_fail(g, err);
	msg_hint(g, "add \"new\": { ... } to " CONFIG_NAME
		    ", then: mailmuster accounts import, mailmuster audit");
	return EXIT_CLEAN;
}

/* Of what --since speaks must be a verification. */
static bool check_since(const struct project *p, const struct request *rq,
			struct err *err)
{
	struct arena arena;
	struct run run;
	int64_t newest;
	bool ok;

	if (rq->since == 0)
		return true;
	arena_init(&arena);
	ok = store_run_newest(p->store, &newest, err);
	if (ok && rq->since > newest)
		ok = err_set(err, ERR_USAGE, "--since %lld: there is no such run",
			     (long long)rq->since);
	ok = ok && store_run_get(p->store, rq->since, &arena, &run, err);
	if (ok && strcmp(run.command, "verify") != 0)
		ok = err_set(err, ERR_USAGE,
			     "--since %lld: that run is no verify, but %s",
			     (long long)rq->since, run.command);
	if (!ok && err->cls == ERR_USAGE)
		err_hint(err, "mailmuster report names the newest verify run");
	arena_done(&arena);
	return ok;
}

static bool take(struct args *a, struct request *rq, int opt, const char *value)
{
	switch (opt) {
	case OPT_OFFLINE:
		rq->offline = true;
		return true;
	case OPT_LIVE:
		rq->live = true;
		return true;
	case OPT_ROLLBACK:
		rq->rollback = true;
		return true;
	case OPT_FAIL_ON:
		if (severity_parse(value, &rq->fail_on))
			return true;
		a->exit = args_bad(a, "--fail-on is loss, doubt or info");
		return false;
	case OPT_SINCE:
		if (num_i64(span_str(value), 1, INT64_MAX, &rq->since))
			return true;
		a->exit = args_bad(a, "--since takes the number of a verify run");
		return false;
	}
	return false;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { .fail_on = SEVERITY_DOUBT };
	struct verify_result r = { 0 };
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	struct project p;
	const char *value;
	struct args a;
	int code, opt;

	args_init(&a, g, &cmd_verify, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (!take(&a, &rq, opt, value))
			return a.exit;
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (rq.offline && rq.live)
		return args_bad(&a, "verify: --offline and --live exclude each other");
	if (rq.rollback && rq.since != 0)
		return args_bad(&a, "verify: --rollback counts from the seal, not from a "
				    "run (--since)");
	if (!project_open(g, PROJECT_WRITE, &p, &err))
		code = msg_fail(g, &err);
	else if (project_one_sided(&p))
		code = one_sided(g, &p, &err);
	else if (!check_since(&p, &rq, &err) || !scope_open(g, &p, &scope, &err) ||
		 !judge_all(g, &p, &scope, &rq, &r, &err) ||
		 !tell(g, &p, &scope, &rq, &err))
		code = msg_fail(g, &err);
	else
		code = result_code(&r, rq.fail_on);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static const char help[] =
	"Judges what audit has stored. Messages that found no partner are looked up\n"
	"on the servers once more, for their headers, and judged again. What is\n"
	"alike stands together, with an example and the next step; --json holds all.\n"
	"\n"
	"  --offline           judge from what is stored; connect to nothing\n"
	"  --live              read the accounts that differ once more before telling\n"
	"  --fail-on SEVERITY  which findings make exit code 1: loss, doubt (and\n"
	"                      loss; the default) or info (and both)\n"
	"  --since RUN         tell only what is new since this verify run, and how\n"
	"                      much is over; the exit code is that of everything\n"
	"  --rollback          list what arrived only on the new side since the seal,\n"
	"                      for the night when mail goes back to the old one\n"
	"\n"
	"Exit code 0: every account is clean; 1: something differs; 3: something\n"
	"could not be examined, so the answer is unknown (this wins over 1).\n";

const struct command cmd_verify = {
	.name = "verify",
	.summary = "compare the new side with the old one, message by message",
	.usage = "[--offline | --live] [--fail-on loss | doubt | info] [--since RUN | "
		 "--rollback]",
	.help = help,
	.options = options,
	.run = run,
};
