/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cli/access.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/outlook.h"
#include "cli/report_setup.h"
#include "cli/scope.h"

enum {
	OPT_CSV = OPT_OWN,
	OPT_TEXT,
	OPT_HTML,
	OPT_XLSX,
	OPT_REDACT,
	OPT_ACCOUNT,
	OPT_PURPOSE,
	OPT_ACCESS
};
static const struct option options[] = {
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "text", no_argument, NULL, OPT_TEXT },
	{ "html", no_argument, NULL, OPT_HTML },
	{ "xlsx", no_argument, NULL, OPT_XLSX },
	{ "redact", no_argument, NULL, OPT_REDACT },
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ "purpose", required_argument, NULL, OPT_PURPOSE },
	{ "access", no_argument, NULL, OPT_ACCESS },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

enum form {
	FORM_TEXT,
	FORM_CSV,
	FORM_JSON,
	FORM_HTML,
	FORM_XLSX,
	FORM_ACCOUNT,
	FORM_ACCESS
};

struct wanted {
	enum form form;
	bool redact;
	const char *path;    /* NULL: standard output */
	const char *account; /* of FORM_ACCOUNT */
	const char *purpose; /* why somebody looks into it */
};

static bool write_it(const struct project *p, const struct wanted *w,
		     const struct report_options *o, const struct report_sink *sink,
		     struct arena *arena, struct err *err)
{
	struct outlook look;

	switch (w->form) {
	case FORM_TEXT:
		return report_text(p->store, o, sink, err);
	case FORM_CSV:
		return report_csv(p->store, o, sink, err);
	case FORM_JSON:
		return report_json(p->store, o, sink, err);
	case FORM_ACCOUNT:
		return report_html_account(p->store, o, sink, err);
	case FORM_ACCESS:
		return access_write(p, sink, err);
	case FORM_HTML:
	case FORM_XLSX:
		break;
	}
	return outlook_gather(p, arena, &look, err) &&
	       report_html(p->store, o, &look, sink, err);
}

static bool write_book(const struct project *p, const struct report_options *o,
		       struct out_file *file, struct arena *arena, struct err *err)
{
	struct outlook look;

	return outlook_gather(p, arena, &look, err) &&
	       report_setup_book(p, o, &look, 0, file, arena, err);
}

static bool to_file(const struct project *p, const struct wanted *w,
		    struct report_options *o, struct arena *arena, struct err *err)
{
	struct report_sink sink;
	struct out_file file;
	bool ok;

	if (!out_file_open(w->path, &file, err))
		return false;
	o->width = 0;
	o->color = false;
	sink = out_file_sink(&file);
	ok = (w->form == FORM_XLSX ? write_book(p, o, &file, arena, err)
				   : write_it(p, w, o, &sink, arena, err)) &&
	     out_file_commit(&file, err);
	out_file_drop(&file);
	return ok;
}

/* The one account, and that somebody looks into it: who, when and why goes into the
 * ledger before anything is shown. */
static bool look_into(const struct project *p, const struct wanted *w,
		      struct report_options *o, struct arena *arena, struct err *err)
{
	struct transfer *t = arena_alloc(arena, sizeof *t);

	if (!scope_find(p, w->account, true, arena, t, err) ||
	    !access_record(p, t, w->purpose, err))
		return false;
	o->transfers = &t->id;
	o->transfer_n = 1;
	return true;
}

static int make(struct globals *g, const struct wanted *w)
{
	struct scope scope = { 0 };
	struct report_options o;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;
	bool ok;

	ok = project_open(g, w->form == FORM_ACCOUNT ? PROJECT_WRITE : PROJECT_READ, &p,
			  &err) &&
	     scope_open(g, &p, &scope, &err);
	if (ok) {
		report_setup(g, &p, &o);
		o.transfers = scope.all ? NULL : scope.ids;
		o.transfer_n = scope.all ? 0 : scope.n;
		o.redact = w->redact;
		o.stale = clock_now() - p.config.max_age;
		ok = report_setup_unseen(&p, &scope.arena, &o, &err) &&
		     (w->form != FORM_ACCOUNT ||
		      look_into(&p, w, &o, &scope.arena, &err));
	}
	if (ok)
		ok = w->path != NULL ? to_file(&p, w, &o, &scope.arena, &err)
				     : write_it(&p, w, &o, &out_sink, &scope.arena, &err);
	if (!ok)
		code = msg_fail(g, &err);
	else if (w->path != NULL)
		msg_note(g, "wrote %s", shown(w->path));
	scope_close(&scope);
	project_close(&p);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	bool csv = false, text = false, html = false, xlsx = false, access = false;
	struct wanted w = { 0 };
	const char *value;
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
		case OPT_HTML:
			html = true;
			break;
		case OPT_ACCOUNT:
			w.account = value;
			break;
		case OPT_PURPOSE:
			w.purpose = value;
			break;
		case OPT_ACCESS:
			access = true;
			break;
		case OPT_XLSX:
			xlsx = true;
			break;
		case OPT_REDACT:
			w.redact = true;
			break;
		case 'o':
			w.path = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (csv + text + html + xlsx + access + g->json > 1)
		return args_bad(&a, "report: only one of --json, --csv, --html, --xlsx, "
				    "--access and --text at a time");
	if (w.redact && !html && !xlsx)
		return args_bad(&a, "report: --redact is for --html and --xlsx");
	if (xlsx && w.path == NULL)
		return args_bad(&a, "report: --xlsx needs a file: -o FILE");
	if ((w.account != NULL) != (w.purpose != NULL && *w.purpose != '\0'))
		return args_bad(&a, "report: --account and --purpose go together: each "
				    "look into an account is recorded with its reason");
	if (w.account != NULL && (csv || text || xlsx || access || g->json || w.redact))
		return args_bad(&a, "report: the page of an account is HTML, for its "
				    "owner: --account goes with --purpose and -o alone");
	w.form = access		     ? FORM_ACCESS
		 : w.account != NULL ? FORM_ACCOUNT
		 : xlsx		     ? FORM_XLSX
		 : html		     ? FORM_HTML
		 : csv		     ? FORM_CSV
		 : g->json	     ? FORM_JSON
				     : FORM_TEXT;
	return make(g, &w);
}

static const char help[] =
	"Tells the newest verification; needs no server. The same evidence gives the\n"
	"same octets.\n"
	"\n"
	"  --text             for people (the default)\n"
	"  --csv              one finding a line, for a spreadsheet\n"
	"  --json             everything, for programs\n"
	"  --html             one page for management and for the next administrator:\n"
	"                     the verdict first, whose turn it is, progress and\n"
	"                     forecast, the accounts; needs no network and no script\n"
	"  --xlsx             a workbook: a first page for management, and the lists\n"
	"                     behind it; needs -o\n"
	"  --redact           with --html and --xlsx: short ids instead of names\n"
	"  --account NAME     a page for the owner of that account: what of theirs is "
	"at\n"
	"                     risk, by subject and sender; that you looked, and why, is\n"
	"                     recorded in the ledger\n"
	"  --purpose TEXT     with --account: why you look\n"
	"  --access           who looked into which account, when and why, as CSV\n"
	"  -o, --output FILE  write to FILE, which appears only when it is whole\n";

const struct command cmd_report = {
	.name = "report",
	.summary = "write what was found, for people or for programs",
	.usage = "[--text | --csv | --json | --html | --xlsx | --access] [--redact] "
		 "[--account NAME --purpose TEXT] [-o FILE]",
	.help = help,
	.options = options,
	.run = run,
};
