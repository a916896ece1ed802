/* SPDX-License-Identifier: MIT */
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"

enum { OPT_CSV = OPT_OWN, OPT_TEXT };
static const struct option options[] = {
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "text", no_argument, NULL, OPT_TEXT },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

typedef bool writer(struct store *st, const struct report_options *o,
		    const struct report_sink *sink, struct err *err);

static bool to_file(writer *write, const struct project *p, struct report_options *o,
		    const char *path, struct err *err)
{
	struct report_sink sink;
	struct out_file file;
	bool ok;

	if (!out_file_open(path, &file, err))
		return false;
	o->width = 0;
	o->color = false;
	sink = out_file_sink(&file);
	ok = write(p->store, o, &sink, err) && out_file_commit(&file, err);
	out_file_drop(&file);
	return ok;
}

static int make(struct globals *g, writer *write, const char *path)
{
	struct scope scope = { 0 };
	struct report_options o;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;
	bool ok;

	ok = project_open(g, PROJECT_READ, &p, &err) && scope_open(g, &p, &scope, &err);
	if (ok) {
		report_setup(g, &p, &o);
		o.transfers = scope.all ? NULL : scope.ids;
		o.transfer_n = scope.all ? 0 : scope.n;
		ok = report_setup_unseen(&p, &scope.arena, &o, &err);
	}
	if (ok) {
		ok = path != NULL ? to_file(write, &p, &o, path, &err)
				  : write(p.store, &o, &out_sink, &err);
	}
	if (!ok)
		code = msg_fail(g, &err);
	else if (path != NULL)
		msg_note(g, "wrote %s", shown(path));
	scope_close(&scope);
	project_close(&p);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	bool csv = false, text = false;
	const char *value, *path = NULL;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_report, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_CSV:
			csv = true;
			break;
		case OPT_TEXT:
			text = true;
			break;
		case 'o':
			path = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (csv + text + g->json > 1)
		return args_bad(&a,
				"report: only one of --json, --csv and --text at a time");
	return make(g, g->json ? report_json : csv ? report_csv : report_text, path);
}

static const char help[] =
	"Tells the newest verification; needs no server. The same evidence gives the\n"
	"same octets.\n"
	"\n"
	"  --text             for people (the default)\n"
	"  --csv              one finding a line, for a spreadsheet\n"
	"  --json             everything, for programs\n"
	"  -o, --output FILE  write to FILE, which appears only when it is whole\n";

const struct command cmd_report = {
	.name = "report",
	.summary = "write what was found, for people or for programs",
	.usage = "[--text | --csv | --json] [-o FILE]",
	.help = help,
	.options = options,
	.run = run,
};
