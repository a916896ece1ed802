/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "cli/args.h"
#include "cli/gate_see.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "store/store_run.h"

#define NAMES_SHOWN 10 /* below a check that does not pass; explain gives all */

enum { OPT_AGAINST = OPT_OWN, OPT_CSV };
static const struct option options[] = {
	{ "against", required_argument, NULL, OPT_AGAINST },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ NULL, 0, NULL, 0 },
};

struct request {
	const struct gate_check *check; /* to explain; NULL: all */
	bool csv;
};

/* A ledger that does not hold comes first, then what nobody knows. */
static int code_of(const struct gate_seen *g)
{
	if (!g->facts.ledger.whole)
		return EXIT_LEDGER;
	if (g->verdict.go)
		return EXIT_CLEAN;
	return g->verdict.n[GATE_NO_DATA] > 0 ? EXIT_INCOMPLETE : EXIT_FINDINGS;
}

/* ---- limits that were loosened are told once ---- */

static bool tell(const struct globals *g, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct project p;
	bool ok;

	ok = project_open(g, PROJECT_WRITE, &p, err) &&
	     gate_limits_told(p.store, &p.config.gate.limits, &payload, err) &&
	     (payload.n == 0 ||
	      store_ledger_append(p.store, project_operator(), "gate-limits",
				  strbuf_cstr(&payload), err));
	project_close(&p);
	strbuf_done(&payload);
	return ok;
}

/* The project, for reading; its ledger knows of every limit that was loosened. */
static bool open_told(const struct globals *g, struct project *p, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	bool ok = project_open(g, PROJECT_READ, p, err) &&
		  gate_limits_told(p->store, &p->config.gate.limits, &payload, err);

	if (ok && payload.n != 0) {
		project_close(p);
		ok = tell(g, err) && project_open(g, PROJECT_READ, p, err);
	}
	strbuf_done(&payload);
	return ok;
}

/* ---- output ---- */

static void put_json(const struct gate_seen *s, const struct project *p,
		     const struct request *rq, struct strbuf *text)
{
	struct json_out j;

	json_out_init(&j, text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema",
		     rq->check != NULL ? "mailmuster/gate-explain/1"
				       : "mailmuster/gate/1");
	if (rq->check != NULL) {
		json_put_str(&j, "verdict", s->verdict.go ? "GO" : "NO-GO");
		json_put_str(&j, "means", rq->check->means);
		json_name(&j, "check");
		gate_put_result(&s->verdict.result[rq->check->id], 0, SIZE_MAX, &j);
	} else {
		gate_put_verdict(s, p, NAMES_SHOWN, &j);
	}
	json_end_object(&j);
	strbuf_addc(text, '\n');
}

static void print(const struct globals *g, const struct gate_seen *s,
		  const struct project *p, const struct request *rq)
{
	const struct gate_result *r = rq->check != NULL
					      ? &s->verdict.result[rq->check->id]
					      : NULL;
	struct strbuf text = STRBUF_INIT;

	if (g->json)
		put_json(s, p, rq, &text);
	else if (rq->csv && r != NULL)
		gate_explain_csv(r, &text);
	else if (rq->csv)
		gate_csv(s, &text);
	else if (r != NULL)
		gate_explain_text(r, &text);
	else
		gate_text(s, p, NAMES_SHOWN, g->verbose, &text);
	out_puts(strbuf_cstr(&text));
	strbuf_done(&text);
}

static int check(struct globals *g, const struct request *rq, struct gate_seen *s)
{
	struct project p = { 0 };
	struct err err = ERR_INIT;
	int code;

	if (!open_told(g, &p, &err) || !gate_see(&p, false, s, &err)) {
		code = msg_fail(g, &err);
	} else {
		print(g, s, &p, rq);
		code = code_of(s);
	}
	gate_forget(s);
	project_close(&p);
	return code;
}

/* ---- the command line ---- */

static int unknown_check(struct args *a, const char *name)
{
	return args_bad(a, "gate: there is no check \"%s\": they are G01 to G20",
			shown(name));
}

static int run(struct globals *g, int argc, char **argv)
{
	static struct gate_seen seen; /* it is large */
	struct request rq = { 0 };
	struct err err = ERR_INIT;
	const char *value, *verb = "check";
	struct args a;
	int opt;

	args_init(&a, g, &cmd_gate, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		switch (opt) {
		case OPT_AGAINST:
			if (!heads_take(&seen.heads, value, &err))
				return msg_fail(g, &err);
			break;
		case OPT_CSV:
			rq.csv = true;
			break;
		default:
			return a.exit;
		}
	if (!args_count(&a, 0, 2))
		return a.exit;
	if (a.rest_n > 0)
		verb = a.rest[0];
	if (strcmp(verb, "explain") == 0) {
		if (a.rest_n < 2)
			return args_bad(&a, "gate: explain which check, G01 to G20?");
		rq.check = gate_check_find(a.rest[1]);
		if (rq.check == NULL)
			return unknown_check(&a, a.rest[1]);
	} else if (strcmp(verb, "check") != 0) {
		return args_bad(&a, "gate: \"%s\" is neither check nor explain",
				shown(verb));
	} else if (a.rest_n > 1) {
		return args_bad(&a, "gate: check looks at all of them; did you mean "
				    "explain?");
	}
	if (rq.csv && g->json)
		return args_bad(&a, "gate: --csv or --json, not both");
	return check(g, &rq, &seen);
}

static const char help[] =
	"May the old server be shut down?  Twenty checks over what was observed and\n"
	"said: GO when every one that blocks is PASS or WAIVED. What nobody looked at,\n"
	"or too long ago, is NO DATA, and never passes. Nothing here shuts anything\n"
	"down.\n"
	"\n"
	"check, the default, tells what stands in the way, and the command that comes\n"
	"next; -v shows what passes as well. explain lists all that one check found,\n"
	"each by name, with the command that mends it.\n"
	"\n"
	"  --against HEAD  the 64 digits of a ledger's head, or a report or export that\n"
	"                  holds one and was kept elsewhere; may be given several "
	"times,\n"
	"                  and in the config (\"gate\": \"heads\")\n"
	"  --csv           as a table for other programs\n";

const struct command cmd_gate = {
	.name = "gate",
	.summary = "may the old server be shut down? twenty checks, GO or NO-GO",
	.usage = "[check | explain CHECK] [--against HEAD] [--csv]",
	.help = help,
	.options = options,
	.run = run,
};
