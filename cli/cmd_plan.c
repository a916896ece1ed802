/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "cli/stop.h"
#include "profile/profile.h"

enum { OPT_CSV = OPT_OWN };
static const struct option options[] = {
	{ "csv", no_argument, NULL, OPT_CSV },
	{ NULL, 0, NULL, 0 },
};

static bool asked_to_stop(void *ctx)
{
	(void)ctx;
	return stop_asked();
}

/* The kind that the config names is a profile, too. */
static const char *profile_of(const struct config *c, enum side side)
{
	const struct server *s = config_server(c, side);

	if (s == NULL)
		return "generic";
	return strcmp(s->profile, PROFILE_AUTO) == 0 ? s->kind : s->profile;
}

/* What is not known wins over what is wrong. */
static int result_code(const struct plan_map_result *r)
{
	if (r->unknown > 0)
		return EXIT_INCOMPLETE;
	return r->problems > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int map(struct globals *g, enum plan_form form)
{
	struct plan_map_result *r = NULL;
	struct scope scope = { 0 };
	struct plan_out *out = NULL;
	struct report_options ro;
	struct plan_map_options o;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (!project_open(g, PROJECT_READ, &p, &err) ||
	    !scope_open(g, &p, &scope, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	report_setup(g, &p, &ro);
	out = plan_out_new(form, &ro, &out_sink);
	o = (struct plan_map_options){
		.rules = &p.config.rules,
		.profile = { profile_of(&p.config, SIDE_OLD),
			     profile_of(&p.config, SIDE_NEW) },
		.one_sided = project_one_sided(&p),
		.now = clock_now(),
		.max_age = p.config.max_age,
		.transfers = scope.ids,
		.transfer_n = scope.n,
		.all = scope.all,
		.folder = form == PLAN_TEXT ? NULL : plan_out_folder,
		.ctx = out,
		.stop = asked_to_stop,
	};
	if (!plan_map(p.store, &o, &r, &err) || !plan_out_end(out, r, &err))
		code = msg_fail(g, &err);
	else
		code = result_code(r);
out:
	plan_map_free(r);
	plan_out_free(out);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	enum plan_form form = PLAN_TEXT;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_plan, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != OPT_CSV)
			return a.exit;
		form = PLAN_CSV;
	}
	if (!args_count(&a, 1, 1))
		return a.exit;
	if (strcmp(a.rest[0], "map") != 0)
		return args_bad(&a, "plan: \"%s\" is not map", shown(a.rest[0]));
	if (g->json && form == PLAN_CSV)
		return args_bad(&a, "plan: either --json or --csv");
	return map(g, g->json ? PLAN_JSON : form);
}

static const char help[] =
	"plan map shows what the rules in \"map\" make of each old folder, before "
	"anything\n"
	"moves: names that meet, that the new server refuses, keeps for itself or finds\n"
	"too long or too deep, folders that a rule leaves out, with what is in them, "
	"and\n"
	"rules that match nothing. It reads the newest listings and connects to "
	"nothing;\n"
	"mailmuster audit --depth counts is enough for it.\n"
	"\n"
	"  --csv          one old folder a line; --json has the folders, too\n"
	"\n"
	"What a server refuses is known from its profile: \"profile\" in the config.\n"
	"Exit code 0: each folder has a place; 1: there are problems; 3: a listing is\n"
	"missing or too old (this wins over 1).\n";

const struct command cmd_plan = {
	.name = "plan",
	.summary = "show what becomes of each old folder, before anything moves",
	.usage = "map [--csv]",
	.help = help,
	.options = options,
	.run = run,
};
