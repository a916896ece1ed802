/* SPDX-License-Identifier: MIT */
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"

static int run(struct globals *g, int argc, char **argv)
{
	struct report_options o;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct arena arena;
	struct transfer t;
	struct project p;
	const char *value;
	struct args a;
	bool ok;

	args_init(&a, g, &cmd_explain, argc, argv);
	if (args_next(&a, &value) != ARGS_END || !args_count(&a, 1, 1))
		return a.exit;
	arena_init(&arena);
	ok = project_open(g, PROJECT_READ, &p, &err) &&
	     scope_find(&p, a.rest[0], true, &arena, &t, &err);
	if (ok) {
		report_setup(g, &p, &o);
		o.transfers = &t.id;
		o.transfer_n = 1;
		ok = g->json ? report_json(p.store, &o, &out_sink, &err)
			     : report_explain(p.store, t.id, &o, &out_sink, &err);
	}
	if (!ok)
		code = msg_fail(g, &err);
	arena_done(&arena);
	project_close(&p);
	return code;
}

static const char help[] =
	"What was read and when, what differs and why as far as the evidence tells,\n"
	"and the next step. ACCOUNT is a name of the account list; case does not\n"
	"matter. Needs no server; the exit code says only whether the text could be\n"
	"made.\n";

const struct command cmd_explain = {
	.name = "explain",
	.summary = "tell everything known about one account, and what to do",
	.usage = "ACCOUNT",
	.help = help,
	.run = run,
};
