/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "cli/accounts.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/verifies.h"
#include "store/store_run.h"

enum { OPT_OFFLINE = OPT_OWN, OPT_LIVE, OPT_FAIL_ON, OPT_SINCE, OPT_ROLLBACK };
static const struct option options[] = {
	{ "offline", no_argument, NULL, OPT_OFFLINE },
	{ "live", no_argument, NULL, OPT_LIVE },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "rollback", no_argument, NULL, OPT_ROLLBACK },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool offline, live, rollback;
	enum severity fail_on;
	int64_t since; /* 0: everything */
};

static enum verifies_how how_of(const struct request *rq)
{
	return rq->offline ? VERIFIES_OFFLINE : rq->live ? VERIFIES_LIVE : VERIFIES_LOOK;
}

/* What is not judged because somebody decided that it does not move is left out; when
 * that is all, nothing was examined. */
static int result_code(const struct verify_result *r, enum severity fail_on)
{
	int64_t found = r->loss;

	if (r->incomplete > 0 || r->not_judged == r->transfers)
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
	else if (!accounts_warn(g, &p, &err) || !check_since(&p, &rq, &err) ||
		 !scope_open(g, &p, &scope, &err) ||
		 !verifies_run(g, &p, &scope, how_of(&rq), &r, &err) ||
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
