/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "checklists/checklist.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_ask.h"
#include "cli/plan_out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "cli/suggest.h"
#include "plan/plan_notices.h"

enum {
	OPT_CSV = OPT_OWN,
	OPT_KEEP,
	OPT_BY,
	OPT_STRATEGY,
	OPT_START,
	OPT_SEED,
	OPT_OUTPUT,
	OPT_BUDGET,
	OPT_STAGE,
	OPT_TEMPLATE,
	OPT_CLOSES,
};
static const struct option options[] = {
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "by", required_argument, NULL, OPT_BY },
	{ "strategy", required_argument, NULL, OPT_STRATEGY },
	{ "start", required_argument, NULL, OPT_START },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	{ "stage", required_argument, NULL, OPT_STAGE },
	{ "template", required_argument, NULL, OPT_TEMPLATE },
	{ "closes", required_argument, NULL, OPT_CLOSES },
	{ NULL, 0, NULL, 0 },
};

/* What is not known wins over what is wrong. */
static int result_code(const struct plan_map_result *r)
{
	if (r->unknown > 0)
		return EXIT_INCOMPLETE;
	return r->problems > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int map_run(struct globals *g, enum plan_form form)
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
		.profile = { plan_profile(&p.config, SIDE_OLD),
			     plan_profile(&p.config, SIDE_NEW) },
		.one_sided = project_one_sided(&p),
		.now = clock_now(),
		.max_age = p.config.max_age,
		.transfers = scope.ids,
		.transfer_n = scope.n,
		.all = scope.all,
		.folder = form == PLAN_TEXT ? NULL : plan_out_folder,
		.ctx = out,
		.stop = plan_stopped,
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

static int map(struct globals *g, const struct plan_ask *ask)
{
	return map_run(g, ask->form == SHEET_JSON  ? PLAN_JSON
			  : ask->form == SHEET_CSV ? PLAN_CSV
						   : PLAN_TEXT);
}

/* What a plan is called, and which of the options above it takes. */
static const struct kind {
	const char *name;
	int (*run)(struct globals *g, const struct plan_ask *ask);
	const char *takes; /* names of options, each with a blank behind it */
} kinds[] = {
	{ "map", map, "csv " },
	{ "oversized", plan_oversized_run, "csv keep by " },
	{ "fit", plan_fit_run, "csv keep by " },
	{ "pilot", plan_pilot_run, "csv keep by budget " },
	{ "notices", plan_notices_run, "csv keep by output stage template closes " },
	{ "waves", plan_waves_run, "csv keep by strategy start seed output " },
};

static const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static int unknown_kind(const struct args *a, const char *name)
{
	struct suggest s;

	suggest_init(&s, name);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		suggest_try(&s, kinds[i].name);
	if (s.best != NULL)
		return args_bad(a, "plan: there is no \"%s\": did you mean %s?",
				shown(name), s.best);
	return args_bad(a, "plan: there is no \"%s\"", shown(name));
}

/* An option that this plan does not take; NULL: there is none. */
static const char *stranger(const struct kind *k, uint64_t given)
{
	for (size_t i = 0; options[i].name != NULL; i++) {
		const char *at = strstr(k->takes, options[i].name);

		if ((given & UINT64_C(1) << i) != 0 &&
		    (at == NULL || at[strlen(options[i].name)] != ' '))
			return options[i].name;
	}
	return NULL;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct plan_ask ask = { .by = project_operator(), .random = 1 };
	const struct kind *kind;
	enum notice_stage stage;
	const char *value, *wrong;
	uint64_t given = 0, budget;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_plan, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_CSV:
			ask.form = SHEET_CSV;
			break;
		case OPT_KEEP:
			ask.keep = true;
			break;
		case OPT_BY:
			if (!entry_check(&a, "by", value, ENTRY_BY_MAX))
				return a.exit;
			ask.by = value;
			break;
		case OPT_STRATEGY:
			if (strcmp(value, "firehose") != 0 &&
			    strcmp(value, "fountain") != 0)
				return args_bad(
					&a, "plan: --strategy is firehose or fountain");
			ask.strategy = value;
			break;
		case OPT_START:
			if (!clock_parse_iso(span_str(value), &ask.start) ||
			    ask.start < 1)
				return args_bad(&a, "plan: --start wants a time with a "
						    "zone: 2026-12-05T06:00:00Z");
			break;
		case OPT_SEED:
			if (!num_u64(span_str(value), UINT64_MAX, &ask.random))
				return args_bad(&a, "plan: --seed wants a number");
			break;
		case OPT_OUTPUT:
			ask.to = value;
			break;
		case OPT_BUDGET:
			if (!num_u64(span_str(value), INT32_MAX, &budget) || budget == 0)
				return args_bad(
					&a, "plan: --budget wants a number of accounts");
			ask.budget = (int64_t)budget;
			break;
		case OPT_STAGE:
			if (!notice_stage_parse(value, &stage))
				return args_bad(&a,
						"plan: --stage is announcement, week, "
						"day, moved, pop, closing or "
						"dormant");
			ask.stage = (int)stage + 1;
			break;
		case OPT_TEMPLATE:
			ask.text_from = value;
			break;
		case OPT_CLOSES:
			if (!checklist_day(span_str(value), &ask.closes))
				return args_bad(&a, "plan: --closes wants a day: "
						    "2027-01-31");
			break;
		default:
			return a.exit;
		}
		given |= UINT64_C(1) << (opt - OPT_OWN);
	}
	if (!args_count(&a, 1, 1))
		return a.exit;
	kind = kind_named(a.rest[0]);
	if (kind == NULL)
		return unknown_kind(&a, a.rest[0]);
	wrong = stranger(kind, given);
	if (wrong != NULL)
		return args_bad(&a, "plan: %s does not take --%s", kind->name, wrong);
	if (ask.text_from != NULL && ask.stage == 0)
		return args_bad(&a, "plan: --template is of one --stage");
	if (g->json && ask.form == SHEET_CSV)
		return args_bad(&a, "plan: either --json or --csv");
	if (g->json)
		ask.form = SHEET_JSON;
	return kind->run(g, &ask);
}

static const char help[] =
	"What is to be known before anything moves, from what is stored: nothing is\n"
	"connected to.\n"
	"map shows what the rules in \"map\" make of each old folder: names that meet,\n"
	"that the new server refuses, keeps for itself or finds too long or too deep,\n"
	"folders that a rule leaves out, with what is in them, and rules that match\n"
	"nothing. mailmuster audit --depth counts is enough for it.\n"
	"oversized names the accounts, folders and messages that are over a limit of\n"
	"\"plan\": { \"oversized\": ... } in the config or of the new server, and the\n"
	"accounts that are large beside all others, with their place in an alphabetical\n"
	"list.\n"
	"fit names what will be refused, skipped, renamed or merged: messages over the\n"
	"new server's limit one by one, folders by their names, what rules leave out, "
	"and\n"
	"what movers pass over.\n"
	"pilot chooses the fewest accounts that show, together, every risk that is "
	"there,\n"
	"and says which of them brings what, who else has it, and what is left out.\n"
	"waves puts the accounts on the connections that are allowed, longest first, in\n"
	"the windows of \"plan\": { \"waves\": ... }, at the rate that was measured (by "
	"the\n"
	"mover's logs: event import; else by scan), and forecasts the end. What was cut\n"
	"over or sealed is done; what a first pass brought need not be moved again.\n"
	"\n"
	"notices writes texts for the users, a stage each, filled in from the kept "
	"waves,\n"
	"the config and what fit says of that account alone.\n"
	"\n"
	"  --csv          one row a line; --json has the rows, too\n"
	"  --keep         keep the plan in the store, with an entry in the ledger\n"
	"  --by NAME      who keeps it; your login name by default\n"
	"  --strategy S   of waves: firehose (all at once) or fountain (in the windows,\n"
	"                 which is the default when there are any)\n"
	"  --start TIME   of waves: nothing begins sooner; now by default\n"
	"  --seed N       of waves: of the forecast; the same number, the same forecast\n"
	"  --output DIR   of waves: a list and a CSV for imapsync of each wave; of "
	"notices:\n"
	"                 a text for each account, and notices.csv for a mail merge\n"
	"  --stage STAGE  of notices: announcement, week, day, moved, pop, closing or\n"
	"                 dormant; all by default\n"
	"  --template FILE  of notices: the text to fill in, instead of ours\n"
	"  --closes DAY   of notices: when the old server ends\n"
	"  --budget N     of pilot: so many accounts at most\n"
	"\n"
	"What a server refuses is known from what it says itself (APPENDLIMIT), else "
	"from\n"
	"its profile: \"profile\" in the config.\n"
	"Exit code 0: nothing to say; 1: there are problems; 3: something about an\n"
	"account is not known or too old (this wins over 1).\n";

static const struct command_words words[] = {
	{ "stage", "announcement week day moved pop closing dormant" },
	{ NULL, NULL },
};

const struct command cmd_plan = {
	.name = "plan",
	.summary = "show what will not go well, before anything moves",
	.usage = "map | oversized | fit | pilot | waves | notices [--csv] [--keep] [--by "
		 "NAME] "
		 "[--strategy firehose | fountain] [--start TIME] [--seed N] [--output "
		 "DIR] [--budget N] [--stage STAGE] [--template FILE] [--closes DAY]",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
