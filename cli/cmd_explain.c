/* SPDX-License-Identifier: MIT */
#include "cli/accept.h"
#include "cli/access.h"
#include "cli/args.h"
#include "cli/counts.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "store/store_account.h"
#include "store/store_verify.h"

enum { OPT_PURPOSE = OPT_OWN };
static const struct option options[] = {
	{ "purpose", required_argument, NULL, OPT_PURPOSE },
	{ NULL, 0, NULL, 0 },
};

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

/* To write, for a look is recorded.  While another command writes, or where nobody can,
 * what is personal is left out: it would be seen unrecorded. */
static bool open_it(const struct globals *g, struct project *p, bool *withhold,
		    struct err *err)
{
	struct err why = ERR_INIT;

	*withhold = false;
	if (project_open(g, PROJECT_WRITE, p, &why))
		return true;
	project_close(p);
	if (!project_open(g, PROJECT_READ, p, err))
		return false;
	*withhold = true;
	msg_note(g,
		 "%s: that you look cannot be recorded, so senders and subjects are left "
		 "out",
		 why.text);
	return true;
}

/* The account that the finding is of. */
static bool account_of(const struct project *p, const char *digits, struct arena *arena,
		       struct transfer *t, struct err *err)
{
	struct finding f;
	int n;

	*t = (struct transfer){ 0 };
	if (!store_finding_like(p->store, digits, arena, &f, &n, err))
		return false;
	if (n == 1)
		t->id = f.transfer;
	return true;
}

static int run(struct globals *g, int argc, char **argv)
{
	const char *value, *purpose = "explain";
	bool ok, finding = false, withhold;
	struct strbuf counts = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct report_options o;
	int code = EXIT_CLEAN;
	struct arena arena;
	struct transfer t;
	struct project p;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_explain, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != OPT_PURPOSE ||
		    !entry_check(&a, "purpose", value, ACCESS_PURPOSE_MAX))
			return a.exit;
		purpose = value;
	}
	if (!args_count(&a, 1, 1))
		return a.exit;
	arena_init(&arena);
	ok = open_it(g, &p, &withhold, &err) &&
	     what_is(&p, a.rest[0], &arena, &t, &finding, &err) &&
	     (!finding || account_of(&p, a.rest[0], &arena, &t, &err));
	if (ok) {
		report_setup(g, &p, &o);
		o.withhold = withhold;
		ok = withhold || t.id == 0 || access_record(&p, &t, purpose, &err);
	}
	if (ok && finding) {
		ok = report_finding(p.store, a.rest[0], &o, g->json, &out_sink, &err);
	} else if (ok) {
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
	"code says only whether the text could be made. That you looked is recorded\n"
	"in the ledger (report --access lists it); while another command writes there,\n"
	"senders and subjects are left out.\n"
	"\n"
	"  --purpose TEXT     why you look; \"explain\" by default\n";

const struct command cmd_explain = {
	.name = "explain",
	.summary = "tell everything known about one account, and what to do",
	.usage = "ACCOUNT | FINGERPRINT [--purpose TEXT]",
	.help = help,
	.options = options,
	.run = run,
};
