/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "cli/stop.h"
#include "verify/verify.h"

enum { OPT_OFFLINE = OPT_OWN };
static const struct option options[] = {
	{ "offline", no_argument, NULL, OPT_OFFLINE },
	{ NULL, 0, NULL, 0 },
};

static const bool both[SIDE_COUNT] = { true, true };

static bool asked_to_stop(void *ctx)
{
	(void)ctx;
	return stop_asked();
}

/* The keywords that the config says are renamed, as verify takes them. */
static const struct verify_rename *renames(struct project *p)
{
	struct verify_rename *v = arena_alloc(&p->config.arena,
					      (p->config.keyword_n + 1) * sizeof *v);

	for (size_t i = 0; i < p->config.keyword_n; i++)
		v[i] = (struct verify_rename){ p->config.keywords[i].old_name,
					       p->config.keywords[i].new_name };
	return v;
}

static bool judge(struct globals *g, struct project *p, struct scope *scope,
		  struct verify_result *r, struct err *err)
{
	struct verify_options o = {
		.rules = &p->config.rules,
		.keywords = renames(p),
		.keyword_n = p->config.keyword_n,
		.max_octets = -1,
		.mass_messages = p->config.mass_messages,
		.mass_percent = p->config.mass_percent,
		.now = clock_now(),
		.max_age = p->config.max_age,
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

	progress_begin(g);
	ok = verify_run(p->store, &o, r, err);
	progress_end();
	if (!ok && err->cls == ERR_STOPPED)
		err_hint(err, "accounts that were judged stay judged; mailmuster verify "
			      "does the others");
	return ok;
}

/* Look up the messages that found no partner. */
static bool look_up(struct globals *g, struct project *p, const struct scope *scope,
		    struct err *err)
{
	struct reading reading = { 0 };
	struct audit_result r = { 0 };
	bool ok;
	size_t i;

	project_warn_clear(g, p, both);
	ok = reading_open(g, p, both, &reading, err);
	progress_begin(g);
	if (ok && scope->all)
		ok = audit_details(p->store, &reading.options, 0,
				   VERIFY_DETAILS_PER_FOLDER, &r, err);
	for (i = 0; ok && !scope->all && i < scope->n; i++)
		ok = audit_details(p->store, &reading.options, scope->ids[i],
				   VERIFY_DETAILS_PER_FOLDER, &r, err);
	progress_end();
	reading_close(&reading);
	return ok;
}

/* What was looked up may ask for more: header fields, then whole headers, then bodies. */
#define ROUNDS 5

/* One round.  False in *go_on_out: nothing more can be had. */
static bool look_again(struct globals *g, struct project *p, struct scope *scope,
		       struct verify_result *r, bool *go_on_out, struct err *err)
{
	struct err trouble = ERR_INIT;
	int64_t wanted = r->wants;

	msg_note(g, "looking into %s", counted(wanted, "message"));
	*go_on_out = look_up(g, p, scope, &trouble);
	if (!*go_on_out) {
		if (trouble.cls == ERR_STOPPED || trouble.cls == ERR_LOCAL ||
		    trouble.cls == ERR_BUG) {
			*err = trouble;
			return false;
		}
		msg_warn(g, "they could not all be looked up: %s", trouble.text);
		if (trouble.hint[0] != '\0')
			msg_hint(g, "%s", trouble.hint);
	}
	return judge(g, p, scope, r, err);
}

static bool judge_with_details(struct globals *g, struct project *p, struct scope *scope,
			       bool offline, struct verify_result *r, struct err *err)
{
	bool go_on = true;

	if (!judge(g, p, scope, r, err))
		return false;
	if (r->wants == 0)
		return true;
	if (offline) {
		msg_note(g,
			 "%s not looked into (--offline): it stays unknown who sent what "
			 "is missing, whether it is there under another identity, and why "
			 "sizes differ",
			 counted(r->wants, "message"));
		return true;
	}
	for (int i = 0; go_on && r->wants > 0 && i < ROUNDS; i++)
		if (!look_again(g, p, scope, r, &go_on, err))
			return false;
	if (r->wants > 0) {
		msg_warn(g,
			 "%s could not be looked into: whether mail is there under "
			 "another identity, and why sizes differ, stays unknown",
			 counted(r->wants, "message"));
		msg_hint(g, "mailmuster audit, then mailmuster verify, asks again");
	}
	return true;
}

/* What is not judged is unknown. */
static int result_code(const struct verify_result *r)
{
	if (r->incomplete > 0 || r->not_judged > 0 || r->transfers == 0)
		return EXIT_INCOMPLETE;
	return r->differs > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
}

static bool tell(struct globals *g, struct project *p, const struct scope *scope,
		 struct err *err)
{
	struct report_options o;

	report_setup(g, p, &o);
	o.transfers = scope->all ? NULL : scope->ids;
	o.transfer_n = scope->all ? 0 : scope->n;
	return (g->json ? report_verify_json : report_verify_text)(p->store, &o,
								   &out_sink, err);
}

static int one_sided(struct globals *g, struct project *p, struct err *err)
{
	const struct scope everything = { .all = true };

	if (!g->json)
		out_puts("No new server is configured: there is nothing to compare with "
			 "yet.\n");
	else if (!tell(g, p, &everything, err))
		return msg_fail(g, err);
	msg_hint(g, "add \"new\": { ... } to " CONFIG_NAME
		    ", then: mailmuster accounts import, mailmuster audit");
	return EXIT_CLEAN;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct verify_result r = { 0 };
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	bool offline = false;
	struct project p;
	const char *value;
	struct args a;
	int code, opt;

	args_init(&a, g, &cmd_verify, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != OPT_OFFLINE)
			return a.exit;
		offline = true;
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (!project_open(g, PROJECT_WRITE, &p, &err))
		code = msg_fail(g, &err);
	else if (project_one_sided(&p))
		code = one_sided(g, &p, &err);
	else if (!scope_open(g, &p, &scope, &err) ||
		 !judge_with_details(g, &p, &scope, offline, &r, &err) ||
		 !tell(g, &p, &scope, &err))
		code = msg_fail(g, &err);
	else
		code = result_code(&r);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static const char help[] =
	"Judges what audit has stored. Messages that found no partner are looked up\n"
	"on the servers once more, for their headers, and judged again.\n"
	"\n"
	"  --offline      judge from what is stored; connect to nothing\n"
	"\n"
	"Exit code 0: every account is clean; 1: something differs; 3: something\n"
	"could not be examined, so the answer is unknown (this wins over 1).\n";

const struct command cmd_verify = {
	.name = "verify",
	.summary = "compare the new side with the old one, message by message",
	.usage = "[--offline]",
	.help = help,
	.options = options,
	.run = run,
};
