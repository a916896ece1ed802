/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "checklists/checklist.h"
#include "cli/accept.h"
#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/waivers.h"
#include "store/store_waiver.h"

#define DAY	   ((int64_t)86400)
#define TICKET_MAX 100u

enum {
	OPT_CHECK = OPT_OWN,
	OPT_FINDING,
	OPT_ALL,
	OPT_OWNER,
	OPT_BY,
	OPT_REASON,
	OPT_RISK,
	OPT_UNTIL,
	OPT_TICKET,
	OPT_NOTE,
	OPT_YES,
};
static const struct option options[] = {
	{ "check", required_argument, NULL, OPT_CHECK },
	{ "finding", required_argument, NULL, OPT_FINDING },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "by", required_argument, NULL, OPT_BY },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "risk", required_argument, NULL, OPT_RISK },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "ticket", required_argument, NULL, OPT_TICKET },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "yes", no_argument, NULL, OPT_YES },
	{ NULL, 0, NULL, 0 },
};

enum verb { LIST, NEW, APPROVE, REVOKE };
static const char *const verbs[] = { "list", "new", "approve", "revoke" };

struct request {
	enum verb verb;
	struct waiver_choice choice;
	const char *owner, *by, *reason, *risk, *ticket, *note;
	int64_t expires, number;
	bool yes;
};

/* ---- output ---- */

static void put_waiver(struct json_out *j, const struct waiver *w, const char *state)
{
	char iso[CLOCK_ISO_SIZE], hex[SHA256_HEX_SIZE];

	json_begin_object(j);
	json_put_int(j, "id", w->id);
	json_put_str(j, "at", clock_iso(w->at, iso));
	json_put_str(j, "check", w->check);
	json_put_str(j, "state", state);
	json_put_int(j, "findings", w->findings);
	sha256_hex(&w->digest, hex);
	json_put_str(j, "digest", hex);
	json_put_str(j, "what", w->what);
	json_put_str(j, "owner", w->owner);
	json_put_str(j, "requester", w->teller);
	json_put_str(j, "approver", w->approved_at != 0 ? w->approver : NULL);
	json_put_str(j, "approved_at",
		     w->approved_at != 0 ? clock_iso(w->approved_at, iso) : NULL);
	json_put_str(j, "revoker", w->revoked_at != 0 ? w->revoker : NULL);
	json_put_str(j, "expires", clock_iso(w->expires, iso));
	json_put_str(j, "reason", w->reason);
	json_put_str(j, "risk", w->risk);
	json_put_str(j, "ticket", w->ticket);
	json_put_int(j, "ledger", w->ledger);
	json_end_object(j);
}

static void print_waiver(const struct waiver *w, const char *state)
{
	char iso[CLOCK_ISO_SIZE], n[32], hex[SHA256_HEX_SIZE];

	sha256_hex(&w->digest, hex);
	out_printf("W-%03lld  %-8s  %s  %s finding%s (set %.12s), ends %s\n",
		   (long long)w->id, state, w->check, num_group(w->findings, n, sizeof n),
		   w->findings == 1 ? "" : "s", hex, clock_iso(w->expires, iso));
	out_puts("    owner ");
	out_text(w->owner);
	out_puts(", asked for by ");
	out_text(w->teller);
	if (w->approved_at != 0) {
		out_puts(", approved by ");
		out_text(w->approver);
	}
	if (w->revoked_at != 0) {
		out_puts(", revoked by ");
		out_text(w->revoker);
	}
	out_puts("\n    ");
	out_text(w->reason);
	out_puts("; risk: ");
	out_text(w->risk);
	if (*w->ticket != '\0') {
		out_puts("; ");
		out_text(w->ticket);
	}
	out_puts("\n");
}

static const char *state_of(const struct project *p, const struct waiver *w)
{
	return waiver_state_name(waiver_state(
		w, clock_now(), (unsigned)p->config.gate.limits.v[LIMIT_APPROVERS]));
}

static bool list(const struct globals *g, const struct project *p, struct arena *arena,
		 struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct waiver *w;
	struct json_out j;
	size_t n;

	if (!store_waivers(p->store, arena, &w, &n, err))
		return false;
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/waivers/1");
	json_name(&j, "waivers");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++)
		if (g->json)
			put_waiver(&j, &w[i], state_of(p, &w[i]));
		else
			print_waiver(&w[i], state_of(p, &w[i]));
	json_end_array(&j);
	json_end_object(&j);
	if (g->json)
		out_printf("%s\n", strbuf_cstr(&text));
	else if (n == 0)
		out_puts("there is no waiver\n");
	strbuf_done(&text);
	return true;
}

static void print_one(const struct globals *g, const struct project *p,
		      const struct waiver *w)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	if (!g->json) {
		print_waiver(w, state_of(p, w));
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/waiver/1");
	json_name(&j, "waiver");
	put_waiver(&j, w, state_of(p, w));
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

/* ---- new ---- */

static bool confirm(const struct globals *g, const struct request *rq, size_t n,
		    const char *const *first, size_t first_n, bool *yes_out,
		    struct err *err)
{
	struct strbuf answer = STRBUF_INIT;
	char question[96], digits[32];
	bool ok;

	*yes_out = rq->yes;
	for (size_t i = 0; !g->json && i < first_n; i++) {
		out_puts("  ");
		out_text(first[i]);
		out_puts("\n");
	}
	if (!g->json && n > first_n)
		out_printf("  and %zu more\n", n - first_n);
	if (rq->yes)
		return true;
	if (!ask_allowed(g))
		return err_set(err, ERR_USAGE,
			       "nobody can be asked whether to waive this: --yes says so "
			       "beforehand");
	snprintf(question, sizeof question, "waive %s of %s? yes or no",
		 num_group((int64_t)n, digits, sizeof digits), rq->choice.check->name);
	ok = ask_line(question, "no", &answer, err);
	*yes_out = ok && strcmp(strbuf_cstr(&answer), "yes") == 0;
	strbuf_done(&answer);
	return ok;
}

static bool may_run(const struct project *p, const struct waiver *w, struct err *err)
{
	int64_t most = p->config.gate.limits.v[LIMIT_WAIVER_TIME];
	char text[32];

	if (!waiver_may_ask(w, w->at, err))
		return false;
	return w->expires - w->at <= most ||
	       err_set(err, ERR_CONFIG, "a waiver of this project runs %s at most",
		       gate_limit_text(UNIT_SECONDS, most, text, sizeof text));
}

static bool make(const struct globals *g, const struct request *rq,
		 const struct project *p, struct gate_seen *seen, struct err *err)
{
	struct waiver w = { .at = clock_now(),
			    .check = rq->choice.check->name,
			    .teller = rq->by,
			    .owner = rq->owner,
			    .reason = rq->reason,
			    .risk = rq->risk,
			    .ticket = rq->ticket != NULL ? rq->ticket : "",
			    .expires = rq->expires,
			    .approver = "",
			    .approver_key = "",
			    .revoker = "" };
	struct sha256 *fps = NULL;
	const char **first;
	size_t n, first_n;
	bool ok, yes;

	if (!may_run(p, &w, err) || !gate_see(p, false, seen, err) ||
	    !waivers_choose(seen, &rq->choice, &fps, &n, &first, &first_n, err))
		return false;
	w.what = waivers_what(&rq->choice, &seen->arena);
	ok = confirm(g, rq, n, first, first_n, &yes, err);
	if (ok && !yes) {
		out_puts("nothing was waived\n");
	} else if (ok && (ok = store_waiver_add(p->store, &w, fps, n, err))) {
		print_one(g, p, &w);
		if (!g->json)
			out_printf(
				"next: mailmuster waiver approve W-%03lld --by NAME, by "
				"somebody else\n",
				(long long)w.id);
	}
	free(fps);
	return ok;
}

/* ---- approve, revoke ---- */

static bool find(const struct project *p, int64_t number, struct arena *arena,
		 struct waiver *out, struct err *err)
{
	struct waiver *w;
	size_t n;

	if (!store_waivers(p->store, arena, &w, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (w[i].id == number) {
			*out = w[i];
			return true;
		}
	err_set(err, ERR_CONFIG, "there is no waiver W-%03lld", (long long)number);
	return err_hint(err, "mailmuster waiver list");
}

static bool say(const struct globals *g, const struct request *rq,
		const struct project *p, struct arena *arena, struct err *err)
{
	unsigned approvers = (unsigned)p->config.gate.limits.v[LIMIT_APPROVERS];
	struct waiver_said s = { .waiver = rq->number,
				 .what = rq->verb == APPROVE ? WAIVER_APPROVE
							     : WAIVER_REVOKE,
				 .at = clock_now(),
				 .teller = rq->by,
				 .note = rq->note != NULL ? rq->note : "",
				 .key = "" };
	struct waiver w;

	if (!find(p, rq->number, arena, &w, err))
		return false;
	if (rq->verb == APPROVE && !waiver_may_approve(&w, rq->by, s.at, approvers, err))
		return false;
	if (rq->verb == REVOKE && w.revoked_at != 0)
		return err_set(err, ERR_CONFIG, "waiver %lld was revoked before",
			       (long long)w.id);
	if (!store_waiver_say(p->store, &s, err) || !find(p, rq->number, arena, &w, err))
		return false;
	print_one(g, p, &w);
	return true;
}

/* ---- the command line ---- */

static int with_project(struct globals *g, const struct request *rq)
{
	static struct gate_seen seen; /* it is large */
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct arena arena;
	struct project p;
	bool ok;

	arena_init(&arena);
	ok = project_open(g, rq->verb == LIST ? PROJECT_READ : PROJECT_WRITE, &p, &err);
	if (ok && rq->verb == LIST)
		ok = list(g, &p, &arena, &err);
	else if (ok && rq->verb == NEW)
		ok = make(g, rq, &p, &seen, &err);
	else if (ok)
		ok = say(g, rq, &p, &arena, &err);
	if (!ok)
		code = msg_fail(g, &err);
	gate_forget(&seen);
	project_close(&p);
	arena_done(&arena);
	return code;
}

static bool take_finding(struct args *a, struct request *rq, const char *value)
{
	if (strpbrk(value, "*?[") != NULL)
		a->exit = args_bad(a,
				   "waiver: a waiver names exact findings: no wildcard "
				   "is taken; --all names those that stand now");
	else if (!accept_is_fingerprint(value))
		a->exit = args_bad(a,
				   "waiver: --finding takes %d to 64 hexadecimal digits "
				   "of a fingerprint",
				   WAIVER_DIGITS);
	else if (rq->choice.print_n == WAIVER_PRINTS)
		a->exit = args_bad(a, "waiver: more than %d times --finding",
				   WAIVER_PRINTS);
	else {
		rq->choice.print[rq->choice.print_n++] = value;
		return true;
	}
	return false;
}

static bool take_check(struct args *a, struct request *rq, const char *value)
{
	rq->choice.check = gate_check_find(value);
	if (rq->choice.check != NULL)
		return true;
	a->exit = args_bad(a, "waiver: there is no check \"%s\": they are G01 to G20",
			   shown(value));
	return false;
}

/* Through the end of that day. */
static bool take_day(struct args *a, struct request *rq, const char *value)
{
	if (checklist_day(span_str(value), &rq->expires)) {
		rq->expires += DAY;
		return true;
	}
	a->exit = args_bad(a, "waiver: --until takes a day such as 2026-12-31");
	return false;
}

static bool take(struct args *a, struct request *rq, int opt, const char *value)
{
	switch (opt) {
	case OPT_CHECK:
		return take_check(a, rq, value);
	case OPT_FINDING:
		return take_finding(a, rq, value);
	case OPT_ALL:
		return rq->choice.all = true;
	case OPT_OWNER:
		rq->owner = value;
		return entry_check(a, "owner", value, ENTRY_BY_MAX);
	case OPT_BY:
		rq->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_REASON:
		rq->reason = value;
		return entry_check(a, "reason", value, ENTRY_TEXT_MAX);
	case OPT_RISK:
		rq->risk = value;
		return entry_check(a, "risk", value, ENTRY_TEXT_MAX);
	case OPT_UNTIL:
		return take_day(a, rq, value);
	case OPT_TICKET:
		rq->ticket = value;
		return entry_check(a, "ticket", value, TICKET_MAX);
	case OPT_NOTE:
		rq->note = value;
		return entry_check(a, "note", value, ENTRY_TEXT_MAX);
	case OPT_YES:
		return rq->yes = true;
	}
	return false;
}

static int check_new(const struct args *a, const struct request *rq)
{
	const struct {
		const void *given;
		const char *what;
	} wanted[] = {
		{ rq->choice.check, "--check says which check" },
		{ rq->owner, "--owner says who answers for it" },
		{ rq->by, "--by says who asks for it" },
		{ rq->reason, "--reason says why" },
		{ rq->risk, "--risk says what may come of it" },
		{ rq->expires != 0 ? "" : NULL, "--until says when it ends" },
	};

	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (wanted[i].given == NULL)
			return args_bad(a, "waiver: %s", wanted[i].what);
	if (rq->choice.all == (rq->choice.print_n > 0))
		return args_bad(a, "waiver: either --finding or --all says what is "
				   "covered");
	return rq->note != NULL ? args_bad(a, "waiver: --note is for approve and revoke")
				: EXIT_CLEAN;
}

/* Options of new alone. */
static bool any_of_new(const struct request *rq)
{
	return rq->choice.check != NULL || rq->choice.all || rq->choice.print_n > 0 ||
	       rq->owner != NULL || rq->reason != NULL || rq->risk != NULL ||
	       rq->ticket != NULL || rq->expires != 0 || rq->yes;
}

static int check(struct args *a, struct request *rq)
{
	size_t v = 0;

	while (v < COUNT_OF(verbs) && strcmp(verbs[v], a->rest[0]) != 0)
		v++;
	if (v == COUNT_OF(verbs))
		return args_bad(a,
				"waiver: \"%s\" is none of list, new, approve and revoke",
				shown(a->rest[0]));
	rq->verb = (enum verb)v;
	if (!args_count(a, v >= APPROVE ? 2 : 1, v >= APPROVE ? 2 : 1))
		return a->exit;
	if (rq->verb == NEW)
		return check_new(a, rq);
	if (any_of_new(rq))
		return args_bad(a, "waiver: %s takes none of the options of new",
				verbs[v]);
	if (rq->verb == LIST)
		return rq->by != NULL || rq->note != NULL
			       ? args_bad(a, "waiver: list takes no options")
			       : EXIT_CLEAN;
	rq->number = waiver_number(a->rest[1]);
	if (rq->number <= 0)
		return args_bad(a, "waiver: \"%s\" is no waiver such as W-003",
				shown(a->rest[1]));
	return rq->by != NULL ? EXIT_CLEAN : args_bad(a, "waiver: --by says who does");
}

static int run(struct globals *g, int argc, char **argv)
{
	static struct request rq; /* it is large */
	const char *value;
	struct args a;
	int opt, code;

	args_init(&a, g, &cmd_waiver, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (!take(&a, &rq, opt, value))
			return a.exit;
	if (!args_count(&a, 1, 2))
		return a.exit;
	code = check(&a, &rq);
	return code != EXIT_CLEAN ? code : with_project(g, &rq);
}

static const char help[] =
	"Puts off what a check of the gate found, until a day within 90 days. new names\n"
	"exact findings, or all that stand now; one that comes later is not covered.\n"
	"It counts when somebody approves it who neither owns it nor asked for it (a\n"
	"lone administrator may, with \"gate\": { \"approvers\": 1 }, and the "
	"certificate\n"
	"says so), and no more from the day on which it ends. Each word is an entry of\n"
	"the ledger. What is to hold for good is accepted: mailmuster accept.\n"
	"\n"
	"  --check CHECK      of which check, G01 to G20\n"
	"  --finding FINGERPRINT  one finding, as gate explain tells it; the first 12\n"
	"                     digits will do; may be given several times\n"
	"  --all              all that the check finds now, and nothing later\n"
	"  --owner NAME       who answers for it\n"
	"  --by NAME          who asks for it, approves or revokes it\n"
	"  --reason TEXT      why it must wait\n"
	"  --risk TEXT        what may come of it\n"
	"  --until DAY        its last day, such as 2026-12-31\n"
	"  --ticket TEXT      where it is followed up\n"
	"  --note TEXT        with approve and revoke\n"
	"  --yes              do not ask\n";

const struct command cmd_waiver = {
	.name = "waiver",
	.summary = "put off what the gate found, for a while and with a second person",
	.usage = "list | new --check CHECK (--finding FINGERPRINT ... | --all) --owner "
		 "NAME --by NAME --reason TEXT --risk TEXT --until DAY [--ticket TEXT] "
		 "[--yes] | approve WAIVER --by NAME [--note TEXT] | revoke WAIVER --by "
		 "NAME [--note TEXT]",
	.help = help,
	.options = options,
	.run = run,
};
