/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "cli/args.h"
#include "cli/gate_sign.h"
#include "cli/monitor.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "store/store_run.h"

#define NAMES_SHOWN 10 /* below a check that does not pass; explain gives all */

enum { OPT_AGAINST = OPT_OWN, OPT_CSV, OPT_FORMAT };
static const struct option options[] = {
	{ "against", required_argument, NULL, OPT_AGAINST },
	{ "by", required_argument, NULL, OPT_SIGN_BY },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "key", required_argument, NULL, OPT_SIGN_KEY },
	{ "max-age", required_argument, NULL, OPT_SIGN_MAX_AGE },
	{ "output", required_argument, NULL, 'o' },
	{ "role", required_argument, NULL, OPT_SIGN_ROLE },
	{ "signature", required_argument, NULL, OPT_SIGN_SIGNATURE },
	{ "signers", required_argument, NULL, OPT_SIGN_SIGNERS },
	{ "yes", no_argument, NULL, OPT_SIGN_YES },
	{ NULL, 0, NULL, 0 },
};

struct request {
	const struct gate_check *check; /* to explain; NULL: all */
	bool csv;
	enum monitor_format format;
};

/* A ledger that does not hold comes first, then what nobody knows. */
int gate_code(const struct gate_seen *g)
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
		code = monitor_fail(g, rq->format, &err);
	} else if (rq->format != MONITOR_TEXT) {
		code = monitor_gate(&p, s, rq->format);
	} else {
		print(g, s, &p, rq);
		code = gate_code(s);
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
	struct gate_signing sign = { 0 };
	struct request rq = { 0 };
	struct err err = ERR_INIT;
	const char *value, *verb = "check";
	struct args a;
	int opt, code;

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
		case OPT_FORMAT:
			if (!monitor_format_parse(value, &rq.format))
				return args_bad(&a, "gate: --format is text, prometheus "
						    "or nagios");
			break;
		default:
			if (opt == ARGS_STOP || !gate_sign_take(&a, opt, value, &sign))
				return a.exit;
		}
	if (!args_count(&a, 0, 2))
		return a.exit;
	if (a.rest_n > 0)
		verb = a.rest[0];
	if (rq.csv && gate_sign_verb(verb))
		return args_bad(&a, "gate: --csv is for check and explain");
	if (rq.format != MONITOR_TEXT &&
	    (strcmp(verb, "check") != 0 || rq.csv || g->json))
		return args_bad(&a, "gate: --format is for check, without --csv and "
				    "--json");
	if (gate_sign_run(g, &a, verb, &sign, &seen, &code))
		return code;
	if (sign.any)
		return args_bad(&a, "gate: %s takes --against and --csv alone",
				shown(verb));
	if (strcmp(verb, "explain") == 0) {
		if (a.rest_n < 2)
			return args_bad(&a, "gate: explain which check, G01 to G20?");
		rq.check = gate_check_find(a.rest[1]);
		if (rq.check == NULL)
			return unknown_check(&a, a.rest[1]);
	} else if (strcmp(verb, "check") != 0) {
		return args_bad(&a,
				"gate: \"%s\" is none of check, explain, approve, "
				"certificate and verify-certificate",
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
	"approve writes down what is GO (gate-body.json) and keeps a signature over it;\n"
	"two persons sign, one as technical and one as business. certificate looks at\n"
	"everything once more, message by message, and writes certificate.json and a\n"
	"page for print. verify-certificate checks such a file anywhere, without a\n"
	"project, a store or a network: exit code 12 when an octet of it is another\n"
	"one. Signatures are those of ssh-keygen -Y.\n"
	"\n"
	"  --against HEAD  the 64 digits of a ledger's head, or a report or export that\n"
	"                  holds one and was kept elsewhere; may be given several "
	"times,\n"
	"                  and in the config (\"gate\": \"heads\")\n"
	"  --csv           as a table for other programs\n"
	"  --format text|prometheus|nagios\n"
	"                  check, for monitoring: the text format of Prometheus; or one\n"
	"                  line of a plugin, with its exit codes\n"
	"  --by NAME       who approves, as the file of allowed signers names them\n"
	"  --role ROLE     as what: technical or business\n"
	"  --key FILE      sign with this key of ssh, now\n"
	"  --signature FILE  what was signed elsewhere: ssh-keygen -Y sign -n\n"
	"                  mailmuster-gate\n"
	"  --yes           do not ask\n"
	"  -o, --output FILE  certificate: write it there; the page goes beside it\n"
	"  --max-age TIME  verify-certificate: refuse what is older, such as 72h\n"
	"  --signers FILE  verify-certificate: the keys must be those of this file of\n"
	"                  allowed signers\n";

static const struct command_words words[] = {
	{ "role", "technical business" },
	{ NULL, NULL },
};

const struct command cmd_gate = {
	.name = "gate",
	.summary = "may the old server be shut down? twenty checks, GO or NO-GO",
	.usage = "[check | explain CHECK] [--against HEAD] [--csv] [--format text | "
		 "prometheus | nagios] | approve [--by NAME "
		 "--role ROLE (--key FILE | --signature FILE) [--yes]] | certificate "
		 "[--output FILE] | verify-certificate FILE [--max-age TIME] [--signers "
		 "FILE]",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
