/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "report/report_view.h"
#include "store/store_purge.h"
#include "store/store_seal.h"

enum { OPT_RETAIN = OPT_OWN, OPT_BY, OPT_REASON, OPT_YES };
static const struct option options[] = {
	{ "retain", no_argument, NULL, OPT_RETAIN },
	{ "by", required_argument, NULL, OPT_BY },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "yes", no_argument, NULL, OPT_YES },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool retain, yes;
	const char *by, *reason;
	char **name;
	size_t n;
};

struct doomed {
	int64_t *id;
	size_t n;
	size_t listed; /* of them still in accounts.csv */
	struct arena arena;
};

/* ---- whom ---- */

/* What was never proven must not become "it was purged": unless it is not to be counted
 * any more. */
static bool may_go(struct report_view *v, const struct transfer *t, struct err *err)
{
	const struct purged *gone = report_purged(v, t->id);
	struct judgement j;
	bool found;

	if (gone != NULL && gone->what == PURGE_ACCOUNT)
		return err_set(err, ERR_CONFIG, "%s was purged already", shown(t->name));
	if (t->gone)
		return true;
	if (!report_judgement(v, t, &v->scratch, &j, &found, err))
		return false;
	if (found && (j.verdict == VERDICT_CLEAN || j.verdict == VERDICT_NOT_JUDGED))
		return true;
	err_set(err, ERR_CONFIG, "%s %s: its evidence is still needed", shown(t->name),
		!found			       ? "was never verified"
		: j.verdict == VERDICT_DIFFERS ? "differs"
					       : "is not known in full");
	return err_hint(err,
			"settle it (mailmuster explain), or take it out of accounts.csv "
			"and import that, and purge it then");
}

static bool check_all(const struct project *p, const struct doomed *d, struct err *err)
{
	struct report_options o = { .project = p->config.project,
				    .transfers = d->id,
				    .transfer_n = d->n };
	struct report_view v;
	bool ok = report_view_open(&v, p->store, &o, err);

	for (size_t i = 0; ok && i < v.n; i++)
		ok = may_go(&v, &v.transfer[i], err);
	report_view_done(&v);
	return ok;
}

static bool named(const struct project *p, const struct request *rq, struct doomed *d,
		  struct err *err)
{
	d->id = arena_alloc(&d->arena, rq->n * sizeof *d->id);
	for (size_t i = 0; i < rq->n; i++) {
		bool twice = false;
		struct transfer t;

		if (!scope_find(p, rq->name[i], true, &d->arena, &t, err))
			return false;
		for (size_t k = 0; k < d->n; k++)
			twice |= d->id[k] == t.id;
		if (twice)
			continue;
		d->id[d->n++] = t.id;
		d->listed += !t.gone;
	}
	return check_all(p, d, err);
}

/* Those that were closed so long ago, and nothing has happened to them since. */
static bool over(const struct project *p, int64_t before, struct doomed *d,
		 struct err *err)
{
	struct event *e;
	size_t n;

	if (!store_events(p->store, 0, &d->arena, &e, &n, err))
		return false;
	d->id = arena_alloc(&d->arena, (n + 1) * sizeof *d->id);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		bool closed = strcmp(e[i].kind, "closed") == 0 && e[i].at < before;

		while (k < d->n && d->id[k] != e[i].transfer)
			k++;
		if (closed && k == d->n)
			d->id[d->n++] = e[i].transfer;
		else if (!closed && k < d->n)
			d->id[k] = d->id[--d->n];
	}
	return true;
}

/* ---- telling ---- */

static void print(const struct globals *g, const struct request *rq,
		  const struct purge_result *r)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	if (!g->json && r->id == 0) {
		out_puts("there was nothing to erase\n");
		return;
	}
	if (!g->json) {
		out_printf("purged%s of %s: ", rq->retain ? " the details" : "",
			   counted(r->transfers, "account"));
		out_printf("%s erased\n", counted(r->rows, "row"));
		if (r->shared > 0)
			out_printf("%s stayed: another account needs that mail\n",
				   counted(r->shared, "mailbox"));
		if (r->runs > 0)
			out_printf("the ledger keeps what %s had found, and what is "
				   "left of it\n",
				   counted(r->runs, "run"));
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/purge/1");
	json_put_str(&j, "what", rq->retain ? "details" : "account");
	json_name(&j, "id");
	if (r->id == 0)
		json_null(&j);
	else
		json_int(&j, r->id);
	json_put_int(&j, "accounts", r->transfers);
	json_put_int(&j, "shared", r->shared);
	json_put_int(&j, "rows", r->rows);
	json_put_int(&j, "runs", r->runs);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool confirm(const struct globals *g, const struct request *rq, size_t n,
		    bool *yes_out, struct err *err)
{
	struct strbuf answer = STRBUF_INIT;
	char question[160];
	bool ok;

	*yes_out = rq->yes;
	if (rq->yes)
		return true;
	if (!ask_allowed(g))
		return err_set(err, ERR_USAGE,
			       "nobody can be asked whether to erase this: --yes says so "
			       "beforehand");
	snprintf(question, sizeof question,
		 "erase %s of %s, which nothing brings back? yes or no",
		 rq->retain ? "senders, subjects and logins" : "all that names or tells",
		 counted((int64_t)n, "account"));
	ok = ask_line(question, "no", &answer, err);
	*yes_out = ok && strcmp(strbuf_cstr(&answer), "yes") == 0;
	strbuf_done(&answer);
	return ok;
}

/* ---- */

static bool erase(const struct globals *g, const struct project *p,
		  const struct request *rq, const struct doomed *d, int64_t now,
		  struct err *err)
{
	int64_t quiet = p->config.gate.limits.v[LIMIT_NO_LOGIN];
	struct purge purge = { .what = rq->retain ? PURGE_DETAILS : PURGE_ACCOUNT,
			       .transfers = d->id,
			       .n = d->n,
			       .by = rq->by,
			       .reason = rq->reason,
			       .now = now,
			       .day = now - (rq->retain ? p->config.retain : quiet) };
	struct purge_result r;

	if (!store_purge(p->store, &purge, &r, err))
		return false;
	print(g, rq, &r);
	if (d->listed > 0)
		msg_hint(g, "take the name out of accounts.csv as well: the next import "
			    "would list it anew, as never verified");
	if (r.id == 0 || store_purge_pack(p->store, err))
		return true;
	return err_wrap(err, "it is erased, but the file could not be written anew, and "
			     "its free pages may still hold some of it");
}

static int with_project(struct globals *g, const struct request *rq)
{
	struct doomed d = { 0 };
	struct err err = ERR_INIT;
	int64_t now = clock_now();
	int code = EXIT_CLEAN;
	struct project p;
	bool ok, yes = false;

	arena_init(&d.arena);
	ok = project_open(g, PROJECT_WRITE, &p, &err) &&
	     (rq->retain ? over(&p, now - p.config.retain, &d, &err)
			 : named(&p, rq, &d, &err)) &&
	     (d.n == 0 || confirm(g, rq, d.n, &yes, &err));
	if (ok && d.n > 0 && !yes)
		out_puts("nothing was erased\n");
	else if (ok && d.n == 0)
		print(g, rq, &(struct purge_result){ 0 });
	else if (ok)
		ok = erase(g, &p, rq, &d, now, &err);
	if (!ok)
		code = msg_fail(g, &err);
	arena_done(&d.arena);
	project_close(&p);
	return code;
}

static bool take(struct args *a, struct request *rq, int opt, const char *value)
{
	switch (opt) {
	case OPT_RETAIN:
		rq->retain = true;
		return true;
	case OPT_BY:
		rq->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_REASON:
		rq->reason = value;
		return entry_check(a, "reason", value, ENTRY_TEXT_MAX);
	case OPT_YES:
		rq->yes = true;
		return true;
	}
	return false;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { 0 };
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_purge, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (!take(&a, &rq, opt, value))
			return a.exit;
	if (!args_count(&a, 0, INT_MAX))
		return a.exit;
	rq.name = a.rest;
	rq.n = (size_t)a.rest_n;
	if (rq.retain == (rq.n > 0))
		return args_bad(&a, "purge: either accounts, or --retain");
	if (!rq.retain && rq.by == NULL)
		return args_bad(&a, "purge: --by says who has it erased");
	if (!rq.retain && rq.reason == NULL)
		return args_bad(&a, "purge: --reason says why");
	if (rq.by == NULL)
		rq.by = project_operator();
	if (rq.reason == NULL)
		rq.reason = "retain";
	return with_project(g, &rq);
}

static const char help[] =
	"Erases for good what is personal, and leaves the proof: the ledger, counts,\n"
	"digests, verdicts, what persons decided. Of ACCOUNT: its names, its folders'\n"
	"names, its messages, what logs and lists know of it. That needs a clean\n"
	"verdict, or that it is no longer in accounts.csv; and that it did not use the\n"
	"old server lately. Reports then say that it was purged, never that it is\n"
	"clean. With --retain: senders, subjects and Message-IDs of accounts that were\n"
	"closed longer ago than \"privacy\": { \"retain\": \"90d\" } says, and of their\n"
	"logins before that day from where, with what and on which days. The ledger is\n"
	"verified deeply before, and holds who had it erased. Reports and backups that\n"
	"left the project keep what they hold.\n"
	"\n"
	"  --retain           whatever is older than the config allows\n"
	"  --by NAME          who has it erased; with --retain you by default\n"
	"  --reason TEXT      and why\n"
	"  --yes              do not ask\n";

const struct command cmd_purge = {
	.name = "purge",
	.summary = "erase an account, or what is too old, and keep the proof",
	.usage = "ACCOUNT... --by NAME --reason TEXT [--yes] | --retain [--by NAME] "
		 "[--reason TEXT] [--yes]",
	.help = help,
	.options = options,
	.run = run,
};
