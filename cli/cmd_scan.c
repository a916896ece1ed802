/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/audits.h"
#include "cli/gentle.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/report_setup.h"
#include "cli/sides.h"
#include "model/sample.h"
#include "profile/profile.h"
#include "report/report_scan.h"
#include "store/store_folder.h"

enum {
	OPT_SIDE = OPT_OWN,
	OPT_ALL,
	OPT_SAMPLE,
	OPT_SEED,
	OPT_SINCE,
	OPT_AGAIN,
	OPT_RATE,
	OPT_NOT_DURING,
	OPT_LIST,
};
static const struct option options[] = {
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "sample", required_argument, NULL, OPT_SAMPLE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "since-last", no_argument, NULL, OPT_SINCE },
	{ "again", no_argument, NULL, OPT_AGAIN },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "not-during", required_argument, NULL, OPT_NOT_DURING },
	{ "list", no_argument, NULL, OPT_LIST },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool sides[SIDE_COUNT];
	bool all, list, seeded;
	struct scan_options so;
	struct gentle gentle;
};

/* The same for a project whenever it is asked, so that a larger sample holds the smaller
 * one. */
static uint64_t own_seed(const struct store *st)
{
	uint64_t seed = 0;

	for (const char *p = store_project_id(st); *p != '\0'; p++)
		seed = seed * 31 + (unsigned char)*p;
	return seed % 1000000;
}

static const char *how_text(const struct request *rq, struct scope *scope)
{
	const struct scan_options *so = &rq->so;

	switch (so->how) {
	case SCAN_SAMPLE:
		return arena_printf(&scope->arena, "sample %lld seed %llu%s",
				    (long long)so->sample, (unsigned long long)so->seed,
				    so->again ? " again" : "");
	case SCAN_SINCE:
		return so->again ? "since-last again" : "since-last";
	case SCAN_ALL:
		break;
	}
	return so->again ? "all again" : "all";
}

/* What the new side makes of messages. */
static bool know_new_side(const struct project *p, const struct scope *scope,
			  struct report_scan *s, struct arena *arena, struct err *err)
{
	struct profile_signs signs = { 0 };
	const struct profile *profile;
	struct account_view v;
	enum symptom symptom;

	if (project_one_sided(p))
		return true;
	for (size_t i = 0; i < scope->n && signs.server_id == NULL; i++) {
		if (scope->t[i].new_account == 0)
			continue;
		if (!store_account_view(p->store, scope->t[i].new_account, arena, &v,
					err))
			return false;
		if (v.found && v.server_id != NULL && *v.server_id != '\0')
			signs = (struct profile_signs){ .server_id = v.server_id,
							.capability = v.capability };
	}
	if (!profile_find(arena, p->config.server[SIDE_NEW].profile, &signs, &profile,
			  err))
		return false;
	s->max_octets = profile->message_octets.value;
	s->new_title = profile->title;
	for (size_t i = 0; i < profile->refuses_messages.n; i++)
		if (symptom_parse(profile->refuses_messages.word[i], &symptom))
			s->refused |= SYMPTOM_BIT(symptom);
	return true;
}

static bool tell(struct globals *g, const struct request *rq, struct project *p,
		 struct scope *scope, const struct audit_scan_result *r, int *code,
		 struct err *err)
{
	struct scan_counts counts[SIDE_COUNT] = { 0 };
	struct report_scan s = { .all = rq->all && rq->list };
	struct report_options ro;
	int64_t damaged = 0, unscanned = 0;
	int64_t *accounts;
	bool ok;

	s.accounts = accounts = scope_accounts(scope, rq->sides, &s.account_n);
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct scan_side_sum *sum = &r->side[side];

		if (p->config.present[side])
			s.timeout_ms[side] = p->config.server[side].timeout_ms;
		s.now[side] = (struct scan_now){ sum->asked,	  sum->read, sum->octets,
						 sum->unreadable, sum->gone, sum->left };
	}
	s.run = r->run.run;
	s.complete = r->run.complete;
	s.resumed = r->run.resumed;
	report_setup(g, p, &ro);
	ok = know_new_side(p, scope, &s, &scope->arena, err) &&
	     (g->json ? report_scan_json(p->store, &ro, &s, &out_sink, counts, err)
		      : report_scan_text(p->store, &ro, &s, &out_sink, counts, err));
	free(accounts);
	if (!ok)
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		damaged += counts[side].state[BODY_UNREADABLE] +
			   counts[side].state[BODY_CORRUPT] +
			   counts[side].state[BODY_SUSPECT] + counts[side].refused;
		unscanned += rq->so.how == SCAN_ALL || rq->list
				     ? counts[side].messages - counts[side].scanned
				     : 0;
	}
	*code = damaged > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
	if (!rq->list && !r->run.complete)
		*code = exit_first(*code, audits_code(&r->run));
	if (unscanned > 0)
		*code = exit_first(*code, EXIT_INCOMPLETE);
	return true;
}

static void print_run(const struct globals *g, const struct audit_scan_result *r)
{
	char took[64], octets[32];
	int64_t all = 0, ms = r->run.took_ms > 0 ? r->run.took_ms : 1;

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct scan_side_sum *s = &r->side[side];

		all += s->octets;
		if (s->gone > 0)
			msg_note(g, "%s: %s removed since the audit",
				 side_name((enum side)side), counted(s->gone, "message"));
		if (s->left > 0)
			msg_note(
				g,
				"%s: %s not read this time: the same command tries again",
				side_name((enum side)side), counted(s->left, "message"));
	}
	out_printf("run %lld, %s, %s read", (long long)r->run.run,
		   num_seconds(r->run.took_ms / 1000, took, sizeof took),
		   num_octets(all, octets, sizeof octets));
	out_printf(", %s a second%s\n",
		   num_octets(all * 1000 / ms, octets, sizeof octets),
		   r->run.resumed ? ", continued from an earlier one" : "");
}

static bool scan(struct globals *g, struct request *rq, struct project *p,
		 struct scope *scope, struct audit_scan_result *r, struct err *err)
{
	struct reading reading = { 0 };
	int64_t *accounts;
	size_t n;
	bool ok;

	accounts = scope_accounts(scope, rq->sides, &n);
	if (n == 0) {
		free(accounts);
		return err_set(err, ERR_CONFIG, "none of the accounts is on that server");
	}
	project_warn_clear(g, p, rq->sides);
	ok = reading_open(g, p, rq->sides, &reading, err);
	if (ok) {
		reading.options.accounts = accounts;
		reading.options.account_n = n;
		gentle_apply(&rq->gentle, &reading);
		reading.options.scope = scope_json(scope, &p->config, "scan",
						   how_text(rq, scope), rq->sides);
		progress_begin(g);
		ok = audit_scan_run(p->store, &reading.options, &rq->so, r, err);
		progress_end();
	}
	if (!ok && err->cls == ERR_STOPPED && r->run.run != 0)
		err_hint(err,
			 "what was read is saved: the same command goes on from here");
	reading_close(&reading);
	free(accounts);
	return ok;
}

static bool work(struct globals *g, struct request *rq, struct project *p,
		 struct scope *scope, int *code, struct err *err)
{
	struct audit_scan_result r = { 0 };

	if (!rq->seeded)
		rq->so.seed = own_seed(p->store);
	if (!rq->list && !scan(g, rq, p, scope, &r, err))
		return false;
	if (!tell(g, rq, p, scope, &r, code, err))
		return false;
	if (rq->list)
		return true;
	if (!g->json) {
		print_run(g, &r);
		gentle_print(g, &r.run);
	}
	audits_tell(g, &r.run);
	return true;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { .so = { .how = SCAN_ALL } };
	struct sides sides = { 0 };
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	struct project p;
	const char *value;
	struct args a;
	int code = EXIT_CLEAN, opt;
	uint64_t n;

	args_init(&a, g, &cmd_scan, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_SIDE:
			if (!sides_parse(value, &sides))
				return args_bad(&a, SIDES_BAD);
			break;
		case OPT_ALL:
			rq.all = true;
			break;
		case OPT_SAMPLE:
			if (rq.so.how == SCAN_SINCE ||
			    !num_u64(span_str(value), SAMPLE_MAX, &n) || n == 0)
				return args_bad(
					&a,
					"--sample is a number of messages, 1 to %zu, "
					"and goes without --since-last",
					SAMPLE_MAX);
			rq.so.how = SCAN_SAMPLE;
			rq.so.sample = (int64_t)n;
			break;
		case OPT_SEED:
			if (!num_u64(span_str(value), INT64_MAX, &rq.so.seed))
				return args_bad(&a, "--seed is a number");
			rq.seeded = true;
			break;
		case OPT_SINCE:
			if (rq.so.how == SCAN_SAMPLE)
				return args_bad(&a, "--sample goes without --since-last");
			rq.so.how = SCAN_SINCE;
			break;
		case OPT_AGAIN:
			rq.so.again = true;
			break;
		case OPT_RATE:
			if (!gentle_rate(value, &rq.gentle.rate))
				return args_bad(&a, GENTLE_BAD);
			break;
		case OPT_NOT_DURING:
			if (!gentle_hours(&rq.gentle, value, &err))
				return args_bad(&a, "--not-during: %s", err.text);
			break;
		case OPT_LIST:
			rq.list = true;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (rq.all && rq.so.how != SCAN_ALL)
		return args_bad(&a, "--all goes without --sample and --since-last");
	if (rq.seeded && rq.so.how != SCAN_SAMPLE)
		return args_bad(&a, "--seed goes with --sample");
	if (!project_open(g, rq.list ? PROJECT_READ : PROJECT_WRITE, &p, &err) ||
	    !sides_choose(&sides, &p, "scan", rq.sides, &err) ||
	    !scope_open(g, &p, &scope, &err) || !work(g, &rq, &p, &scope, &code, &err))
		code = msg_fail(g, &err);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static const char help[] =
	"Reads whole messages, as the mover will, and names those that are damaged:\n"
	"damage shows in no index. Nothing is changed there, and no message is kept.\n"
	"What is to be read is known from mailmuster audit; what was scanned once stays\n"
	"scanned while the message is the same. A scan that was interrupted is "
	"continued\n"
	"by the same command. Both sides scanned let mailmuster verify compare "
	"contents.\n"
	"\n"
	"  --side SIDE   read only the old or only the new server\n"
	"  --all         everything that was not scanned yet (the default); with "
	"--list:\n"
	"                every message by name\n"
	"  --sample N    N messages of each side, chosen by chance; says what they "
	"prove\n"
	"                about all\n"
	"  --seed S      choose by this number; the same one chooses the same messages "
	"on\n"
	"                both sides\n"
	"  --since-last  only what came after the last scan\n"
	"  --again       also what was scanned before\n"
	"  --rate R      a second of each server: octets (500K, 2M) or messages "
	"(200msg)\n"
	"  --not-during HOURS  as of mailmuster audit\n"
	"  --list        read nothing: tell what earlier scans found\n"
	"\n"
	"One witness of damage makes a message suspect, two independent ones corrupt;\n"
	"unreadable is what the server does not give out.\n"
	"\n"
	"Exit code 0: nothing is wrong with what was read; 1: something is; 3: "
	"something\n"
	"could not be scanned.\n";

const struct command cmd_scan = {
	.name = "scan",
	.summary = "read whole messages and name those that are damaged",
	.usage = "[--side old | new] [--all | --sample N [--seed S] | --since-last] "
		 "[--again] [--rate R] [--not-during HOURS] [--list]",
	.help = help,
	.options = options,
	.run = run,
};
