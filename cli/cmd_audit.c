/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "base/num.h"
#include "cli/accounts.h"
#include "cli/args.h"
#include "cli/audits.h"
#include "cli/gentle.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/sides.h"

enum {
	OPT_SIDE = OPT_OWN,
	OPT_DEPTH,
	OPT_STALE,
	OPT_BUDGET,
	OPT_RATE,
	OPT_NOT_DURING,
	OPT_ACL,
};
static const struct option options[] = {
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "stale", required_argument, NULL, OPT_STALE },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "not-during", required_argument, NULL, OPT_NOT_DURING },
	{ "acl", no_argument, NULL, OPT_ACL },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool sides[SIDE_COUNT];
	enum depth depth;
	struct audits_limits limits;
	struct gentle gentle;
};

static void print_side(enum side side, const struct audit_side_sum *s)
{
	char read[32], digits[32];

	out_printf("%s  %s of %s read", side_name(side),
		   num_group(s->read, read, sizeof read),
		   counted(s->accounts, "account"));
	if (s->partly > 0)
		out_printf(", %s in part", num_group(s->partly, digits, sizeof digits));
	if (s->failed > 0)
		out_printf(", %s failed", num_group(s->failed, digits, sizeof digits));
	if (s->skipped > 0)
		out_printf(", %s left out", num_group(s->skipped, digits, sizeof digits));
	out_printf("; %s", counted(s->folders, "folder"));
	if (s->folders_same > 0)
		out_printf(" (%s unchanged)",
			   num_group(s->folders_same, digits, sizeof digits));
	if (s->folders_failed > 0)
		out_printf(" (%s not readable)",
			   num_group(s->folders_failed, digits, sizeof digits));
	out_printf(", %s\n", counted(s->messages, "message"));
}

static void print_text(const struct globals *g, const struct audit_result *r)
{
	char took[64], octets[32];
	int side;

	for (side = 0; side < SIDE_COUNT; side++)
		if (r->side[side].accounts > 0)
			print_side((enum side)side, &r->side[side]);
	if (r->fresh > 0)
		out_printf("%s left out: read not long ago\n",
			   counted(r->fresh, "account"));
	if (r->left > 0)
		out_printf("%s not begun: the time was over\n",
			   counted(r->left, "account"));
	out_printf("run %lld, %s%s\n", (long long)r->run,
		   num_seconds(r->took_ms / 1000, took, sizeof took),
		   r->resumed ? ", continued from an earlier one" : "");
	if (g->verbose > 0)
		out_printf("%s, %s, %s, %s received\n", counted(r->count.logins, "login"),
			   counted(r->count.commands, "command"),
			   counted(r->count.waits, "wait"),
			   num_octets(r->count.octets_in, octets, sizeof octets));
	gentle_print(g, r);
}

static void json_side(struct json_out *j, enum side side, const struct audit_side_sum *s)
{
	json_name(j, side_name(side));
	json_begin_object(j);
	json_put_int(j, "accounts", s->accounts);
	json_put_int(j, "read", s->read);
	json_put_int(j, "partly", s->partly);
	json_put_int(j, "failed", s->failed);
	json_put_int(j, "skipped", s->skipped);
	json_put_int(j, "no_login", s->no_login);
	json_put_int(j, "no_net", s->no_net);
	json_put_int(j, "folders", s->folders);
	json_put_int(j, "folders_failed", s->folders_failed);
	json_put_int(j, "folders_same", s->folders_same);
	json_put_int(j, "folders_renewed", s->folders_renewed);
	json_put_int(j, "folders_replaced", s->folders_replaced);
	json_put_int(j, "folders_renamed", s->folders_renamed);
	json_put_int(j, "ids_refused", s->ids_refused);
	json_put_int(j, "messages", s->messages);
	json_put_str(j, "first_error",
		     s->first_error != ERR_NONE ? s->first_error_text : NULL);
	json_end_object(j);
}

static void print_json(const struct request *rq, const struct audit_result *r)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	int side;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/audit/1");
	json_put_int(&j, "run", r->run);
	json_put_str(&j, "depth", depth_name(rq->depth));
	json_put_bool(&j, "complete", r->complete);
	json_put_bool(&j, "resumed", r->resumed);
	json_put_int(&j, "fresh", r->fresh);
	json_put_int(&j, "left", r->left);
	for (side = 0; side < SIDE_COUNT; side++)
		if (r->side[side].accounts > 0)
			json_side(&j, (enum side)side, &r->side[side]);
	json_put_int(&j, "took_ms", r->took_ms);
	json_name(&j, "wire");
	json_begin_object(&j);
	json_put_int(&j, "logins", r->count.logins);
	json_put_int(&j, "commands", r->count.commands);
	json_put_int(&j, "waits", r->count.waits);
	json_put_int(&j, "octets_in", r->count.octets_in);
	json_put_int(&j, "octets_out", r->count.octets_out);
	json_put_int(&j, "reconnects", r->count.reconnects);
	json_end_object(&j);
	json_name(&j, "pace");
	gentle_json(&j, r->pace);
	json_put_str(&j, "resume", r->resume_at != 0 ? r->resume : NULL);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool audit(struct globals *g, const struct request *rq, struct project *p,
		  struct scope *scope, int *code, struct err *err)
{
	struct audit_result r = { 0 };
	struct report_options ro;
	/* A run over some of the accounts is no run over all of them. */
	bool ok = audits_run(g, p, scope, rq->sides,
			     rq->limits.stale_s > 0 ? "audit --stale" : "audit",
			     rq->depth, &rq->limits, &r, err);

	if (ok && g->json) {
		print_json(rq, &r);
	} else if (ok) {
		report_setup(g, p, &ro);
		ro.transfers = scope->all ? NULL : scope->ids;
		ro.transfer_n = scope->all ? 0 : scope->n;
		ok = rq->depth != DEPTH_COUNTS ||
		     report_counts_text(p->store, &ro, &out_sink, err);
		print_text(g, &r);
	}
	if (ok) {
		audits_tell(g, &r);
		*code = audits_code(&r);
	}
	return ok;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { .depth = DEPTH_FULL, .limits.gentle = &rq.gentle };
	struct sides sides = { 0 };
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	struct project p;
	const char *value;
	struct args a;
	int64_t seconds;
	int code = EXIT_CLEAN, opt;

	args_init(&a, g, &cmd_audit, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_SIDE:
			if (!sides_parse(value, &sides))
				return args_bad(&a, SIDES_BAD);
			break;
		case OPT_DEPTH:
			if (!depth_parse(value, &rq.depth))
				return args_bad(&a, "--depth is counts, ids or full");
			break;
		case OPT_STALE:
			if (!num_duration(span_str(value), &rq.limits.stale_s) ||
			    rq.limits.stale_s < 1)
				return args_bad(&a, "--stale is a time, such as 7d");
			break;
		case OPT_BUDGET:
			if (!num_duration(span_str(value), &seconds) || seconds < 1)
				return args_bad(&a, "--budget is a time, such as 4h");
			rq.limits.budget_ms = seconds * 1000;
			break;
		case OPT_RATE:
			if (!gentle_rate(value, &rq.gentle.rate))
				return args_bad(&a, GENTLE_BAD);
			break;
		case OPT_NOT_DURING:
			if (!gentle_hours(&rq.gentle, value, &err))
				return args_bad(&a, "--not-during: %s", err.text);
			break;
		case OPT_ACL:
			rq.limits.acl_again = true;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (!project_open(g, PROJECT_WRITE, &p, &err) || !accounts_warn(g, &p, &err) ||
	    !sides_choose(&sides, &p, "audit", rq.sides, &err) ||
	    !scope_open(g, &p, &scope, &err) || !audit(g, &rq, &p, &scope, &code, &err))
		code = msg_fail(g, &err);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static const char help[] =
	"Logs in to every account of the list, reads folders and what identifies each\n"
	"message, and changes nothing there. A run that was interrupted is continued\n"
	"by the same command.\n"
	"\n"
	"  --side SIDE    read only the old or only the new server\n"
	"  --depth DEPTH  full by default; ids: without flags; counts: only how many\n"
	"                 messages a folder holds, never enough for a verdict\n"
	"  --stale AGE    only accounts whose evidence is older (7d), oldest first;\n"
	"                 otherwise the longest first\n"
	"  --budget TIME  begin no account after this time (4h); those that are left\n"
	"                 are counted, and the exit code is 3\n"
	"  --rate R       of each server no more in a second than so many octets (500K,\n"
	"                 2M) or messages (200msg)\n"
	"  --not-during HOURS  read nothing in these hours (\"Mon-Fri 08:00-18:00\"), "
	"in\n"
	"                 place of \"not_during\" in the config: the run waits for "
	"their\n"
	"                 end; never: read at any time\n"
	"  --acl          ask again who may do what with every folder, also of those\n"
	"                 that did not change\n"
	"\n"
	"Exit code 0: all was read; 3: some was not; 4 or 5: no account of a side\n"
	"could be logged in to, or reached.\n";

const struct command cmd_audit = {
	.name = "audit",
	.summary = "read the servers and keep what was seen as evidence",
	.usage = "[--side old | new] [--depth counts | ids | full] [--stale AGE] "
		 "[--budget TIME] [--rate R] [--not-during HOURS] [--acl]",
	.help = help,
	.options = options,
	.run = run,
};
