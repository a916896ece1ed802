/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "cli/accounts.h"
#include "cli/args.h"
#include "cli/checklists.h"
#include "cli/counts.h"
#include "cli/gentle.h"
#include "cli/monitor.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "report/report_scan.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_run.h"
#include "store/store_verify.h"

/* What decides on the next command; gathered from all listed transfers. */
struct facts {
	size_t transfers;
	size_t without_account; /* on a side that is configured, though the list could
				   name one */
	size_t never_read;	/* accounts never tried */
	size_t counted; /* accounts whose messages were only counted last time, and that
			   no complete verdict shows to have been read before */
	size_t shallow; /* accounts whose messages were never more than counted */
	/* Per side: accounts that were tried, and those that were ever read. */
	size_t tried[SIDE_COUNT], good[SIDE_COUNT];
	char unread[256]; /* first transfer with an account that was not read in full; ""
			     when there is none */
	size_t stale;	  /* accounts whose newest good reading is older than max_age */
	size_t to_judge;  /* transfers never judged, or read since */
	char worst[256];  /* transfer with the worst verdict; "" when all are clean */
	enum verdict worst_verdict;
	int64_t open_run;		  /* of an interrupted audit; 0: none */
	struct run_pace pace[SIDE_COUNT]; /* of the newest audit that ended */
	bool scans;			  /* there was one */
	bool scan_open;			  /* the newest was interrupted */
	struct scan_counts scan[SIDE_COUNT];
	int64_t damaged; /* suspect or worse */
};

/* *newest_run grows to the run that read this account last. */
static bool look_at_account(const struct project *p, const struct transfer *t,
			    enum side side, struct facts *f, int64_t *newest_run,
			    struct err *err)
{
	int64_t account = side == SIDE_OLD ? t->old_account : t->new_account;
	struct account_view v;
	struct arena arena;
	bool ok;

	if (account == 0)
		return true;
	arena_init(&arena);
	ok = store_account_view(p->store, account, &arena, &v, err);
	if (ok) {
		f->never_read += !v.found;
		f->tried[side] += v.found && v.outcome != ACCOUNT_SKIPPED;
		f->good[side] += v.found && v.good_at != 0;
		f->counted += v.found && v.good_at != 0 && v.depth == DEPTH_COUNTS;
		f->shallow += v.found && v.good_at != 0 && v.deep_at == 0;
		if (v.found && v.outcome != ACCOUNT_READ && v.closed == NULL &&
		    *f->unread == '\0')
			snprintf(f->unread, sizeof f->unread, "%s", t->name);
		f->stale += v.found && v.good_at != 0 &&
			    v.good_at < clock_now() - p->config.max_age;
		if (v.found && v.run > *newest_run)
			*newest_run = v.run;
	}
	arena_done(&arena);
	return ok;
}

/* Incomplete before differs: what is unknown may be worse than what is known. */
static int rank(enum verdict v)
{
	return v == VERDICT_INCOMPLETE ? 2 : v == VERDICT_DIFFERS ? 1 : 0;
}

static bool look_at(const struct project *p, const struct transfer *t, struct facts *f,
		    struct err *err)
{
	struct judgement j;
	struct arena arena;
	int64_t newest_run = 0;
	size_t counted = f->counted, shallow = f->shallow;
	bool found, ok = false;

	arena_init(&arena);
	if (!look_at_account(p, t, SIDE_OLD, f, &newest_run, err) ||
	    !look_at_account(p, t, SIDE_NEW, f, &newest_run, err))
		goto out;
	f->without_account += t->old_account == 0 && t->new_account == 0;
	if (!project_one_sided(p)) {
		if (!store_judgement(p->store, t->id, &arena, &j, &found, err))
			goto out;
		if (found && j.verdict != VERDICT_INCOMPLETE)
			f->counted = counted;
		/* A count after a reading, as a seal takes it, is no reason to read
		 * again: verify says whether it is. */
		if (!found || j.run < newest_run) {
			f->to_judge++;
			f->counted = counted + (f->shallow - shallow);
		} else if (rank(j.verdict) > rank(f->worst_verdict)) {
			f->worst_verdict = j.verdict;
			snprintf(f->worst, sizeof f->worst, "%s", t->name);
		}
	}
	ok = true;
out:
	arena_done(&arena);
	return ok;
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* What scans know of the accounts of these transfers; nothing is counted before there was
 * one. */
static bool look_at_scans(const struct project *p, const struct transfer *t, size_t n,
			  struct arena *arena, struct facts *f, struct err *err)
{
	struct report_scan s = { 0 };
	bool open, ended, ok;
	struct run run;
	int64_t *ids;
	size_t all = 0;

	if (!store_run_open(p->store, "scan", arena, &run, &open, err) ||
	    !store_run_last(p->store, "scan", arena, &run, &ended, err))
		return false;
	f->scans = open || ended;
	f->scan_open = open;
	if (!f->scans)
		return true;
	ids = mem_calloc(2 * n + 1, sizeof *ids);
	for (size_t i = 0; i < n; i++) {
		ids[all++] = t[i].old_account;
		ids[all++] = t[i].new_account;
	}
	qsort(ids, all, sizeof *ids, by_id);
	for (size_t i = 0; i < all; i++)
		if (ids[i] != 0 && (s.account_n == 0 || ids[s.account_n - 1] != ids[i]))
			ids[s.account_n++] = ids[i];
	s.accounts = ids;
	ok = report_scan_count(p->store, &s, f->scan, err);
	for (int side = 0; side < SIDE_COUNT; side++)
		for (int state = BODY_SUSPECT; state < BODY_STATE_COUNT; state++)
			f->damaged += f->scan[side].state[state];
	free(ids);
	return ok;
}

static bool gather(const struct project *p, struct facts *f, struct err *err)
{
	struct arena arena;
	struct transfer *t;
	struct run run;
	size_t n, i, no_new = 0;
	bool found, ok = false;

	*f = (struct facts){ .worst_verdict = VERDICT_CLEAN };
	arena_init(&arena);
	if (!store_transfers(p->store, false, &arena, &t, &n, err) ||
	    !store_run_open(p->store, "audit", &arena, &run, &found, err))
		goto out;
	f->transfers = n;
	f->open_run = found ? run.id : 0;
	if (!store_run_last(p->store, "audit", &arena, &run, &found, err))
		goto out;
	for (int side = 0; side < SIDE_COUNT && found; side++)
		if (!store_run_pace(p->store, run.id, (enum side)side, &f->pace[side],
				    err))
			goto out;
	for (i = 0; i < n; i++) {
		if (!look_at(p, &t[i], f, err))
			goto out;
		no_new += t[i].new_account == 0;
	}
	if (!look_at_scans(p, t, n, &arena, f, err))
		goto out;
	if (!project_one_sided(p) && no_new == n)
		f->without_account =
			n; /* the list was imported before there was a new server */
	ok = true;
out:
	arena_done(&arena);
	return ok;
}

static const char *explain(const char *account, struct strbuf *buf)
{
	strbuf_adds(buf, "mailmuster explain ");
	text_argument(buf, account);
	return strbuf_cstr(buf);
}

/* The next command, and why. */
static const char *next_command(const struct project *p, const struct facts *f,
				const char **why, struct strbuf *buf)
{
	if (f->transfers == 0) {
		*why = "no accounts are listed";
		return "mailmuster accounts import";
	}
	if (f->without_account == f->transfers) {
		*why = "no listed account is on a server that is configured";
		return "mailmuster accounts import";
	}
	if (f->open_run != 0) {
		*why = "an audit was interrupted";
		return "mailmuster audit";
	}
	if (f->never_read > 0) {
		*why = "accounts were never read";
		return "mailmuster audit";
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		if (f->tried[side] > 0 && f->good[side] == 0) {
			*why = side == SIDE_OLD
				       ? "no account of the old server could be read"
				       : "no account of the new server could be read";
			return "mailmuster doctor";
		}
	if (f->counted > 0) {
		*why = "messages were only counted";
		return "mailmuster audit";
	}
	if (f->to_judge > 0) {
		*why = "there is evidence that was not judged yet";
		return "mailmuster verify";
	}
	if (f->stale > 0) {
		*why = "evidence is older than max_age";
		return "mailmuster audit";
	}
	if (*f->worst != '\0') {
		*why = f->worst_verdict == VERDICT_INCOMPLETE
			       ? "something could not be examined"
			       : "something differs";
		return explain(f->worst, buf);
	}
	if (project_one_sided(p) && *f->unread != '\0') {
		*why = "something could not be examined";
		return explain(f->unread, buf);
	}
	if (project_one_sided(p) && !f->scans) {
		*why = "damage shows only when whole messages are read";
		return "mailmuster scan --side old";
	}
	if (f->scan_open) {
		*why = "a scan was interrupted; as it was asked for it goes on";
		return "mailmuster scan";
	}
	if (f->damaged > 0) {
		*why = "scans found damaged messages";
		return "mailmuster scan --list";
	}
	if (project_one_sided(p)) {
		*why = "all is read; add the new server to " CONFIG_NAME
		       " when there is one";
		return "mailmuster report";
	}
	*why = "every account is clean";
	return "mailmuster report";
}

/* The account that verify would name, not the first of the list. */
static bool worst_first(const struct project *p, const struct report_options *o,
			struct facts *f, struct err *err)
{
	const char *name = NULL;
	struct arena arena;
	bool ok;

	if (*f->worst == '\0')
		return true;
	arena_init(&arena);
	ok = report_first(p->store, o, &arena, &name, err);
	if (ok && name != NULL)
		snprintf(f->worst, sizeof f->worst, "%s", name);
	arena_done(&arena);
	return ok;
}

/* An older store is brought up to date once; then it can be read by everyone. */
static bool open_project(const struct globals *g, struct project *p, struct err *err)
{
	struct err first = ERR_INIT;
	bool config_ok;

	if (project_open(g, PROJECT_READ, p, &first))
		return true;
	config_ok = p->config.path != NULL && first.cls == ERR_CONFIG &&
		    p->config.present[SIDE_OLD];
	if (!config_ok) {
		*err = first;
		return false;
	}
	project_close(p);
	if (!project_open(g, PROJECT_WRITE, p, err)) {
		*err = first;
		return false;
	}
	project_close(p);
	return project_open(g, PROJECT_READ, p, err);
}

static bool keep(void *ctx, struct span piece, struct err *err)
{
	(void)err;
	strbuf_addspan(ctx, piece);
	return true;
}

static void print_scans(const struct facts *f)
{
	char a[32], b[32];
	int64_t damaged;

	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct scan_counts *c = &f->scan[side];

		if (c->messages == 0)
			continue;
		out_printf("%s: %s of %s messages scanned", side_name((enum side)side),
			   num_group(c->scanned, a, sizeof a),
			   num_group(c->messages, b, sizeof b));
		damaged = 0;
		for (int state = BODY_STATE_COUNT - 1; state >= BODY_SUSPECT; state--) {
			damaged += c->state[state];
			if (c->state[state] > 0)
				out_printf(", %s %s",
					   num_group(c->state[state], a, sizeof a),
					   body_state_name((enum body_state)state));
		}
		if (damaged == 0 && c->scanned > 0)
			out_puts(", none damaged");
		if (c->scanned < c->messages)
			out_printf("; what the other %s are is not known",
				   num_group(c->messages - c->scanned, a, sizeof a));
		out_puts("\n");
	}
}

static void json_scans(struct strbuf *text, const struct facts *f)
{
	struct json_out j;

	json_out_init(&j, text, true);
	json_begin_object(&j);
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct scan_counts *c = &f->scan[side];

		if (c->messages == 0)
			continue;
		json_name(&j, side_name((enum side)side));
		json_begin_object(&j);
		json_put_int(&j, "messages", c->messages);
		json_put_int(&j, "scanned", c->scanned);
		for (int state = 0; state < BODY_STATE_COUNT; state++)
			json_put_int(&j, body_state_name((enum body_state)state),
				     c->state[state]);
		json_end_object(&j);
	}
	json_end_object(&j);
}

/* One line, only when the config says when the new service begins. */
static void print_due(const struct checklists_next *n)
{
	struct strbuf line = STRBUF_INIT;

	if (n->item == NULL) {
		out_puts("checklists: every item is done\n");
		return;
	}
	text_show(&line, span_str(n->text), 90);
	out_printf("checklists: %s%s, %s%s: %s", n->begun ? "" : "next comes ", n->item,
		   n->late ? "LATE, was due by " : "due by ",
		   *n->due != '\0' ? n->due : "no date", strbuf_cstr(&line));
	if (n->more > 0)
		out_printf("   (and %zu more: mailmuster checklist due)", n->more);
	out_puts("\n");
	strbuf_done(&line);
}

static void json_due(struct strbuf *text, const struct checklists_next *n)
{
	struct json_out j;

	json_out_init(&j, text, true);
	if (n->item == NULL) {
		json_null(&j);
		return;
	}
	json_begin_object(&j);
	json_put_str(&j, "item", n->item);
	json_put_str(&j, "text", n->text);
	json_put_str(&j, "state", n->state);
	json_put_str(&j, "due", *n->due != '\0' ? n->due : NULL);
	json_put_bool(&j, "begun", n->begun);
	json_put_bool(&j, "late", n->late);
	json_put_int(&j, "more", (int64_t)n->more);
	json_end_object(&j);
}

/* The report's document with the next command as two more keys of it. */
static bool print_json(const struct project *p, const struct report_options *o,
		       const struct facts *f, const struct checklists_next *due,
		       const char *next, const char *why, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct report_sink sink = { .ctx = &text, .write = keep };
	struct span body;
	struct json_out j;
	bool ok;

	ok = report_status_json(p->store, o, &sink, err);
	body = span_trim(strbuf_span(&text));
	if (ok && (body.n == 0 || body.p[body.n - 1] != '}'))
		ok = err_set(err, ERR_BUG, "the status is no JSON object");
	if (ok) {
		body.n--;
		text.n = span_trim(body).n;
		strbuf_adds(&text, ",\n  \"scan\": ");
		json_scans(&text, f);
		strbuf_adds(&text, ",\n  \"pace\": ");
		json_out_init(&j, &text, true);
		gentle_json(&j, f->pace);
		strbuf_adds(&text, ",\n  \"counts\": ");
		ok = counts_json(p, &text, err);
	}
	if (ok) {
		if (due != NULL) {
			strbuf_adds(&text, ",\n  \"checklist\": ");
			json_due(&text, due);
		}
		strbuf_adds(&text, ",\n  \"next\": ");
		json_out_init(&j, &text, true);
		json_str(&j, next);
		strbuf_adds(&text, ",\n  \"why\": ");
		json_out_init(&j, &text, true);
		json_str(&j, why);
		out_printf("%s\n}\n", strbuf_cstr(&text));
	}
	strbuf_done(&text);
	return ok;
}

/* How the newest audit treated the servers, and whether one would wait now. */
static void print_pace(const struct globals *g, const struct project *p,
		       const struct facts *f)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (g->verbose > 0 && f->pace[side].peak > 0)
			gentle_print_side((enum side)side, &f->pace[side]);
		gentle_print_now(config_server(&p->config, (enum side)side));
	}
}

/* Whole, however long: it is to be copied. */
static void print_next(const char *next, const char *why)
{
	struct strbuf line = STRBUF_INIT;

	text_show(&line, span_str(next), 0);
	out_printf("next: %s   (%s)\n", strbuf_cstr(&line), why);
	strbuf_done(&line);
}

enum { OPT_FORMAT = OPT_OWN };
static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ NULL, 0, NULL, 0 },
};

/* The same for what watches: no next command, and figures only. */
static int watch(struct globals *g, enum monitor_format format)
{
	struct status_figures figures;
	struct report_options o;
	struct err err = ERR_INIT;
	struct project p = { 0 };
	struct facts f;
	int code;

	if (!open_project(g, &p, &err) || !gather(&p, &f, &err)) {
		code = monitor_fail(g, format, &err);
	} else {
		report_setup(g, &p, &o);
		code = report_status_figures(p.store, &o, &figures, &err)
			       ? monitor_status(&p, &figures, (int64_t)f.stale, f.damaged,
						format)
			       : monitor_fail(g, format, &err);
	}
	project_close(&p);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct strbuf buf = STRBUF_INIT, counts = STRBUF_INIT;
	const char *value, *why = NULL, *next = NULL;
	struct err err = ERR_INIT;
	struct report_options o;
	struct checklists_next due;
	struct arena arena;
	int code = EXIT_CLEAN;
	struct facts f;
	struct project p;
	struct args a;
	bool ok, dated = false;
	enum monitor_format format = MONITOR_TEXT;
	int opt;

	args_init(&a, g, &cmd_status, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt == ARGS_STOP)
			return a.exit;
		if (!monitor_format_parse(value, &format))
			return args_bad(&a,
					"status: --format is text, prometheus or nagios");
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (format != MONITOR_TEXT)
		return g->json ? args_bad(&a, "status: --format or --json, not both")
			       : watch(g, format);
	arena_init(&arena);
	ok = open_project(g, &p, &err) && accounts_warn(g, &p, &err) &&
	     gather(&p, &f, &err);
	dated = ok && p.config.service_date != 0;
	ok = ok && (!dated || checklists_next(&p, &arena, &due, &err));
	if (ok) {
		report_setup(g, &p, &o);
		ok = worst_first(&p, &o, &f, &err);
	}
	if (ok) {
		next = next_command(&p, &f, &why, &buf);
		ok = g->json ? print_json(&p, &o, &f, dated ? &due : NULL, next, why,
					  &err)
			     : report_status_text(p.store, &o, &out_sink, &err);
	}
	if (!ok)
		code = msg_fail(g, &err);
	if (ok && !g->json) {
		strbuf_clear(&counts);
		ok = counts_text(&p, 0, 0, &counts, &err);
		if (!ok)
			code = msg_fail(g, &err);
	}
	if (ok && !g->json) {
		print_scans(&f);
		out_puts(strbuf_cstr(&counts));
		print_pace(g, &p, &f);
		if (dated)
			print_due(&due);
		print_next(next, why);
	}
	strbuf_done(&buf);
	strbuf_done(&counts);
	arena_done(&arena);
	project_close(&p);
	return code;
}

static const char help[] =
	"Reads only what is stored. Ends with the command that should come next and\n"
	"the reason. When the config has \"service_date\", it names what the checklists\n"
	"ask for next.\n"
	"\n"
	"  --format text|prometheus|nagios\n"
	"                 for monitoring: the text format of Prometheus; or one line of "
	"a\n"
	"                 plugin, with its exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3\n"
	"                 UNKNOWN\n";

const struct command cmd_status = {
	.name = "status",
	.summary = "what is known, what is not, and the next command",
	.usage = "[--format text | prometheus | nagios]",
	.help = help,
	.options = options,
	.run = run,
};
