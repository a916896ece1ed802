/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/accept.h"
#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "store/store_accept.h"

enum { OPT_RULE = OPT_OWN, OPT_CLASS, OPT_WHY, OPT_FINDING, OPT_BY, OPT_REASON, OPT_YES };
static const struct option options[] = {
	{ "rule", required_argument, NULL, OPT_RULE },
	{ "class", required_argument, NULL, OPT_CLASS },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "finding", required_argument, NULL, OPT_FINDING },
	{ "by", required_argument, NULL, OPT_BY },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "yes", no_argument, NULL, OPT_YES },
	{ NULL, 0, NULL, 0 },
};

struct request {
	struct accept_choice choice;
	const char *by, *reason;
	bool yes;
};

static bool take_class(struct args *a, struct request *rq, const char *value)
{
	struct suggest s;

	rq->choice.by_class = true;
	if (finding_class_parse(value, &rq->choice.cls)) {
		if (!finding_class_unknown(rq->choice.cls))
			return true;
		a->exit = args_bad(a,
				   "accept: %s says that something is unknown; nobody "
				   "can accept what nobody knows",
				   value);
		return false;
	}
	suggest_init(&s, value);
	for (int c = 0; c < FINDING_CLASS_COUNT; c++)
		suggest_try(&s, finding_class_name((enum finding_class)c));
	a->exit = s.best != NULL
			  ? args_bad(a,
				     "accept: there is no class \"%s\": did you mean %s?",
				     shown(value), s.best)
			  : args_bad(a, "accept: there is no class \"%s\"", shown(value));
	return false;
}

static bool take_why(struct args *a, struct request *rq, const char *value)
{
	struct suggest s;

	rq->choice.by_why = true;
	if (why_parse(value, &rq->choice.why))
		return true;
	suggest_init(&s, value);
	for (int w = 0; w < WHY_COUNT; w++)
		suggest_try(&s, why_name((enum why)w));
	a->exit = s.best != NULL
			  ? args_bad(
				    a,
				    "accept: there is no reason \"%s\": did you mean %s?",
				    shown(value), s.best)
			  : args_bad(a, "accept: there is no reason \"%s\"",
				     shown(value));
	return false;
}

static bool take_finding(struct args *a, struct request *rq, const char *value)
{
	rq->choice.fingerprint = value;
	if (accept_is_fingerprint(value))
		return true;
	a->exit = args_bad(a,
			   "accept: --finding takes %d to 64 hexadecimal digits of a "
			   "fingerprint",
			   ACCEPT_DIGITS);
	return false;
}

/* ---- what was chosen, before a person says yes ---- */

static void say_size(const struct accept_group *g, struct strbuf *out)
{
	char n[32], octets[32];

	if (finding_class_of_messages(g->cls)) {
		strbuf_addf(out, "%s", counted(g->messages, "message"));
		if (g->octets > 0)
			strbuf_addf(out, ", %s",
				    num_octets(g->octets, octets, sizeof octets));
	} else {
		strbuf_addf(out, "%s finding%s", num_group(g->findings, n, sizeof n),
			    g->findings == 1 ? "" : "s");
	}
	strbuf_addf(out, " in %s", counted(g->accounts, "account"));
}

static void show(const struct globals *g, const struct accept_chosen *c)
{
	struct strbuf line = STRBUF_INIT;

	for (size_t i = 0; i < c->group_n; i++) {
		const struct accept_group *v = &c->group[i];

		strbuf_clear(&line);
		say_size(v, &line);
		if (g->json)
			continue;
		out_printf("  %-5s %s", severity_name(v->severity),
			   finding_class_name(v->cls));
		if (v->why != WHY_NONE)
			out_printf(" (%s)", why_name(v->why));
		out_printf(": %s\n", strbuf_cstr(&line));
	}
	strbuf_done(&line);
}

static bool confirm(const struct globals *g, const struct request *rq,
		    const struct accept_chosen *c, bool *yes_out, struct err *err)
{
	struct strbuf answer = STRBUF_INIT;
	char question[96], n[32];
	bool ok;

	*yes_out = rq->yes;
	if (rq->yes)
		return true;
	if (!ask_allowed(g))
		return err_set(err, ERR_USAGE,
			       "nobody can be asked whether to accept this: --yes says "
			       "so beforehand");
	snprintf(question, sizeof question, "accept %s, for good? yes or no",
		 num_group((int64_t)c->n, n, sizeof n));
	ok = ask_line(question, "no", &answer, err);
	*yes_out = ok && strcmp(strbuf_cstr(&answer), "yes") == 0;
	strbuf_done(&answer);
	return ok;
}

/* ---- accept ---- */

static void put_what(struct strbuf *out, const struct accept_choice *c,
		     const struct scope *scope)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_object(&j);
	if (c->by_class)
		json_put_str(&j, "class", finding_class_name(c->cls));
	if (c->fingerprint != NULL)
		json_put_str(&j, "finding", c->fingerprint);
	entry_put_scope(&j, scope);
	if (c->rule != NULL)
		json_put_str(&j, "rule", c->rule);
	if (c->by_why)
		json_put_str(&j, "why", why_name(c->why));
	json_end_object(&j);
}

static void put_sizes(struct json_out *j, const struct acceptance *a)
{
	json_put_int(j, "findings", a->findings);
	json_put_int(j, "messages", a->messages);
	json_put_int(j, "octets", a->octets);
}

static void put_groups(struct json_out *j, const struct accept_chosen *c)
{
	json_name(j, "groups");
	json_begin_array(j);
	for (size_t i = 0; i < c->group_n; i++) {
		const struct accept_group *g = &c->group[i];

		json_begin_object(j);
		json_put_str(j, "class", finding_class_name(g->cls));
		json_put_str(j, "why", why_name(g->why));
		json_put_str(j, "severity", severity_name(g->severity));
		json_put_int(j, "findings", g->findings);
		json_put_int(j, "messages", g->messages);
		json_put_int(j, "octets", g->octets);
		json_put_int(j, "accounts", g->accounts);
		json_end_object(j);
	}
	json_end_array(j);
}

static void print_accepted(const struct globals *g, const struct acceptance *a,
			   const struct accept_chosen *c)
{
	struct strbuf text = STRBUF_INIT;
	char n[32];
	struct json_out j;

	if (!g->json) {
		out_printf("acceptance %lld: %s finding%s accepted by %s; ledger entry "
			   "%lld\nnext: mailmuster verify\n",
			   (long long)a->id, num_group(a->findings, n, sizeof n),
			   a->findings == 1 ? "" : "s", shown(a->teller),
			   (long long)a->ledger);
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/accept/1");
	json_put_int(&j, "id", a->id);
	put_sizes(&j, a);
	json_put_int(&j, "ledger", a->ledger);
	put_groups(&j, c);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool accept(struct globals *g, const struct request *rq, struct project *p,
		   struct scope *scope, struct err *err)
{
	struct accept_chosen chosen = { 0 };
	struct strbuf what = STRBUF_INIT;
	struct acceptance a;
	bool ok = false, yes;

	put_what(&what, &rq->choice, scope);
	if (!accept_choose(p->store, scope, &rq->choice, &chosen, err))
		goto out;
	show(g, &chosen);
	if (!confirm(g, rq, &chosen, &yes, err))
		goto out;
	if (!yes) {
		out_puts("nothing was accepted\n");
		ok = true;
		goto out;
	}
	a = (struct acceptance){ .at = clock_now(),
				 .teller = rq->by,
				 .reason = rq->reason,
				 .what = strbuf_cstr(&what),
				 .messages = chosen.messages,
				 .octets = chosen.octets };
	if (!store_accept(p->store, &a, chosen.fingerprint, chosen.n, err))
		goto out;
	print_accepted(g, &a, &chosen);
	ok = true;
out:
	accept_done(&chosen);
	strbuf_done(&what);
	return ok;
}

/* ---- accept list ---- */

static bool print_list(const struct globals *g, const struct project *p, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE], n[32], octets[32], hex[SHA256_HEX_SIZE];
	struct acceptance *v;
	struct arena arena;
	struct json_out j;
	size_t count = 0;
	bool ok;

	arena_init(&arena);
	ok = store_acceptances(p->store, &arena, &v, &count, err);
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/acceptances/1");
	json_name(&j, "acceptances");
	json_begin_array(&j);
	for (size_t i = 0; ok && i < count; i++) {
		clock_iso(v[i].at, iso);
		if (!g->json) {
			out_printf("%lld  %s  %s finding%s, %s, %s, by ",
				   (long long)v[i].id, iso,
				   num_group(v[i].findings, n, sizeof n),
				   v[i].findings == 1 ? "" : "s",
				   counted(v[i].messages, "message"),
				   num_octets(v[i].octets, octets, sizeof octets));
			out_text(v[i].teller);
			out_puts(": ");
			out_text(v[i].reason);
			out_puts("\n    ");
			out_text(v[i].what);
			out_puts("\n");
			continue;
		}
		sha256_hex(&v[i].digest, hex);
		json_begin_object(&j);
		json_put_int(&j, "id", v[i].id);
		json_put_str(&j, "at", iso);
		json_put_str(&j, "by", v[i].teller);
		json_put_str(&j, "reason", v[i].reason);
		json_put_str(&j, "what", v[i].what);
		put_sizes(&j, &v[i]);
		json_put_str(&j, "digest", hex);
		json_put_int(&j, "ledger", v[i].ledger);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	if (ok && g->json)
		out_printf("%s\n", strbuf_cstr(&text));
	else if (ok && count == 0)
		out_puts("nothing was accepted\n");
	strbuf_done(&text);
	arena_done(&arena);
	return ok;
}

/* ---- the command line ---- */

static int with_project(struct globals *g, const struct request *rq)
{
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (rq == NULL) {
		if (!project_open(g, PROJECT_READ, &p, &err) || !print_list(g, &p, &err))
			code = msg_fail(g, &err);
	} else if (!project_open(g, PROJECT_WRITE, &p, &err) ||
		   !scope_open(g, &p, &scope, &err) || !accept(g, rq, &p, &scope, &err)) {
		code = msg_fail(g, &err);
	}
	scope_close(&scope);
	project_close(&p);
	return code;
}

static int check(struct args *a, const struct request *rq)
{
	const struct accept_choice *c = &rq->choice;

	if ((c->rule != NULL) + c->by_class + (c->fingerprint != NULL) != 1)
		return args_bad(a, "accept: exactly one of --rule, --class and --finding "
				   "says what");
	if (c->by_why && !c->by_class)
		return args_bad(a, "accept: --why narrows --class");
	if (rq->by == NULL)
		return args_bad(a, "accept: --by says who takes the loss");
	if (rq->reason == NULL)
		return args_bad(a, "accept: --reason says why");
	return EXIT_CLEAN;
}

static bool take(struct args *a, struct request *rq, int opt, const char *value)
{
	switch (opt) {
	case OPT_RULE:
		rq->choice.rule = value;
		return entry_check(a, "rule", value, ENTRY_TEXT_MAX);
	case OPT_CLASS:
		return take_class(a, rq, value);
	case OPT_WHY:
		return take_why(a, rq, value);
	case OPT_FINDING:
		return take_finding(a, rq, value);
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
	bool any = false;
	const char *value;
	struct args a;
	int opt, code;

	args_init(&a, g, &cmd_accept, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		any = true;
		if (!take(&a, &rq, opt, value))
			return a.exit;
	}
	if (!args_count(&a, 0, 1))
		return a.exit;
	if (a.rest_n == 0) {
		code = check(&a, &rq);
		return code != EXIT_CLEAN ? code : with_project(g, &rq);
	}
	if (strcmp(a.rest[0], "list") != 0)
		return args_bad(&a, "accept: \"%s\" is not list", shown(a.rest[0]));
	return any ? args_bad(&a, "accept: list takes none of these options")
		   : with_project(g, NULL);
}

static const char help[] =
	"Takes a loss or a doubt for good, in the name of somebody who may: the\n"
	"findings that stand now, and no later one. What a rule leaves out counts as\n"
	"a loss until it is accepted here, by its measured size. It is shown and\n"
	"asked for before it is stored, and stands in the ledger. list shows what\n"
	"was accepted.\n"
	"\n"
	"  --rule RULE            what this rule leaves out, written as verify names it\n"
	"  --class CLASS          all findings of a class, such as message-missing\n"
	"  --why WHY              of these only the ones with this reason, such as\n"
	"                         too-large\n"
	"  --finding FINGERPRINT  one finding; the first 12 digits will do\n"
	"  --by NAME              who takes it\n"
	"  --reason TEXT          and why\n"
	"  --yes                  do not ask\n";

const struct command cmd_accept = {
	.name = "accept",
	.summary = "take a loss for good, by its measured size",
	.usage = "list | (--rule RULE | --class CLASS [--why WHY] | --finding "
		 "FINGERPRINT) --by NAME --reason TEXT [--yes]",
	.help = help,
	.options = options,
	.run = run,
};
