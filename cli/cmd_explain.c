/* SPDX-License-Identifier: MIT */
#include "cli/accept.h"
#include "cli/args.h"
#include "cli/counts.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "store/store_account.h"

/* An account may be called like a fingerprint; then that is meant. */
static bool what_is(const struct project *p, const char *word, struct arena *arena,
		    struct transfer *t, bool *finding_out, struct err *err)
{
	bool found;

	*finding_out = false;
	if (accept_is_fingerprint(word)) {
		if (!store_transfer_find(p->store, word, arena, t, &found, err))
			return false;
		*finding_out = !found;
	}
	return *finding_out || scope_find(p, word, true, arena, t, err);
}

static int run(struct globals *g, int argc, char **argv)
{
	struct report_options o;
	struct strbuf counts = STRBUF_INIT;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct arena arena;
	struct transfer t;
	struct project p;
	const char *value;
	struct args a;
	bool ok, finding;

	args_init(&a, g, &cmd_explain, argc, argv);
	if (args_next(&a, &value) != ARGS_END || !args_count(&a, 1, 1))
		return a.exit;
	arena_init(&arena);
	ok = project_open(g, PROJECT_READ, &p, &err) &&
	     what_is(&p, a.rest[0], &arena, &t, &finding, &err);
	if (ok && finding) {
		report_setup(g, &p, &o);
		ok = report_finding(p.store, a.rest[0], &o, g->json, &out_sink, &err);
	} else if (ok) {
		report_setup(g, &p, &o);
		o.transfers = &t.id;
		o.transfer_n = 1;
		ok = g->json ? report_json(p.store, &o, &out_sink, &err)
			     : report_explain(p.store, t.id, &o, &out_sink, &err);
		if (ok && !g->json && (t.old_account != 0 || t.new_account != 0)) {
			ok = counts_text(&p, t.old_account, t.new_account, &counts, &err);
			out_puts(strbuf_cstr(&counts));
		}
	}
	if (!ok)
		code = msg_fail(g, &err);
	strbuf_done(&counts);
	arena_done(&arena);
	project_close(&p);
	return code;
}

static const char help[] =
	"What was read and when, what differs and why as far as the evidence tells,\n"
	"what happened, what was accepted, and the next step. ACCOUNT is a name of\n"
	"the account list; case does not matter. FINGERPRINT is that of one finding,\n"
	"as reports show it; its first 12 digits will do. Needs no server; the exit\n"
	"code says only whether the text could be made.\n";

const struct command cmd_explain = {
	.name = "explain",
	.summary = "tell everything known about one account, and what to do",
	.usage = "ACCOUNT | FINGERPRINT",
	.help = help,
	.run = run,
};
