/* SPDX-License-Identifier: MIT */
#include "cli/monitor.h"

#include "base/text.h"
#include "cli/gate_sign.h"
#include "cli/msg.h"
#include "cli/out.h"

static const char *const states[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
_Static_assert(COUNT_OF(states) == MONITOR_UNKNOWN + 1, "a word for each");

bool monitor_format_parse(const char *word, enum monitor_format *out)
{
	static const char *const words[] = { "text", "prometheus", "nagios" };
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum monitor_format)i;
			return true;
		}
	return false;
}

/* ---- Prometheus ---- */

/* Every figure names the project: one collector may watch several. */
struct gauge {
	const char *name;
	const char *project; /* as the value of a label */
};

/* The value of a label: backslash and quote are escaped, what would break the line is
 * shown. */
static void add_label(struct strbuf *out, const char *value)
{
	struct strbuf plain = STRBUF_INIT;
	const char *p;

	text_show(&plain, span_str(value), 0);
	for (p = strbuf_cstr(&plain); *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *p);
	}
	strbuf_done(&plain);
}

static void begin(struct gauge *g, const char *name, const char *about)
{
	g->name = name;
	out_printf("# HELP %s %s\n# TYPE %s gauge\n", name, about, name);
}

/* One figure of it; label NULL: it has no other label. */
static void put(const struct gauge *g, const char *label, const char *value, int64_t n)
{
	out_printf("%s{project=\"%s\"", g->name, g->project);
	if (label != NULL)
		out_printf(",%s=\"%s\"", label, value);
	out_printf("} %lld\n", (long long)n);
}

static void single(struct gauge *g, const char *name, const char *about, int64_t n)
{
	begin(g, name, about);
	put(g, NULL, NULL, n);
}

static void put_accounts(struct gauge *g, enum side side, const struct status_side *s)
{
	const struct {
		const char *state;
		int64_t n;
	} of[] = { { "read", s->read },
		   { "partly", s->partly },
		   { "failed", s->failed },
		   { "never", s->never },
		   { "closed", s->closed } };

	for (size_t i = 0; i < COUNT_OF(of); i++)
		out_printf("%s{project=\"%s\",side=\"%s\",state=\"%s\"} %lld\n", g->name,
			   g->project, side_name(side), of[i].state, (long long)of[i].n);
}

static void put_sides(struct gauge *g, const struct status_figures *f)
{
	int side, n = SIDE_COUNT - (f->one_sided ? 1 : 0);

	begin(g, "mailmuster_accounts", "Accounts by how their newest reading went.");
	for (side = 0; side < n; side++)
		put_accounts(g, (enum side)side, &f->side[side]);
	begin(g, "mailmuster_messages",
	      "Messages that were seen, by the newest reading.");
	for (side = 0; side < n; side++)
		put(g, "side", side_name((enum side)side), f->side[side].messages);
	begin(g, "mailmuster_oldest_reading_timestamp_seconds",
	      "When the account was read whose newest reading is the oldest.");
	for (side = 0; side < n; side++)
		if (f->side[side].oldest != 0)
			put(g, "side", side_name((enum side)side), f->side[side].oldest);
}

static void put_verdicts(struct gauge *g, const struct status_figures *f)
{
	begin(g, "mailmuster_transfers", "Transfers by verdict.");
	for (int v = 0; v < VERDICT_COUNT; v++)
		put(g, "verdict", verdict_name((enum verdict)v), f->verdict[v]);
	put(g, "verdict", "never-verified", f->never);
	put(g, "verdict", "purged", f->purged);
	begin(g, "mailmuster_seals", "Transfers that move, by their seal.");
	put(g, "state", "sealed", f->sealed);
	put(g, "state", "unsound", f->unsound);
	put(g, "state", "unsealed", f->unsealed);
	if (f->verified == 0)
		return; /* nobody knows of findings */
	single(g, "mailmuster_verified_timestamp_seconds", "When verify ended last.",
	       f->verified);
	begin(g, "mailmuster_findings", "Findings that stand, without accepted ones.");
	put(g, "severity", "loss", f->loss);
	put(g, "severity", "doubt", f->doubt);
	put(g, "severity", "info", f->info);
	single(g, "mailmuster_missing_messages",
	       "Messages that are not on the new side, without accepted ones.",
	       f->missing);
}

static void status_prometheus(struct gauge *g, const struct project *p,
			      const struct status_figures *f, int64_t stale,
			      int64_t damaged)
{
	begin(g, "mailmuster_info", "The version that wrote this, and the project's id.");
	out_printf("%s{project=\"%s\",version=\"%s\",project_id=\"%s\"} 1\n", g->name,
		   g->project, MAILMUSTER_VERSION, store_project_id(p->store));
	put_sides(g, f);
	single(g, "mailmuster_stale_accounts",
	       "Accounts whose evidence is too old to count.", stale);
	single(g, "mailmuster_damaged_messages",
	       "Messages in which scans saw a sign of damage.", damaged);
	if (!f->one_sided)
		put_verdicts(g, f);
	single(g, "mailmuster_ledger_entries", "Entries of the ledger.", f->entries);
}

/* No name that status has: both may lie in one folder. */
static void gate_prometheus(struct gauge *g, const struct gate_seen *s)
{
	const struct gate_verdict *v = &s->verdict;
	int i;

	single(g, "mailmuster_gate_go", "1: the old server may be shut down.", v->go);
	begin(g, "mailmuster_gate_checks", "Checks of the gate by outcome.");
	for (i = 0; i < GATE_OUTCOME_COUNT; i++)
		put(g, "outcome", gate_outcome_name((enum gate_outcome)i), v->n[i]);
	begin(g, "mailmuster_gate_check_blocks", "1: this check stands in the way.");
	for (i = 0; i < GATE_CHECK_COUNT; i++)
		put(g, "check", v->result[i].check->name,
		    !v->result[i].check->warns && (v->result[i].outcome == GATE_FAIL ||
						   v->result[i].outcome == GATE_NO_DATA));
	single(g, "mailmuster_gate_ledger_whole", "1: every entry and row fits.",
	       s->facts.ledger.whole);
}

/* ---- one line of a monitoring plugin ---- */

/* What is known to be lost is louder than what nobody knows. */
static enum monitor_state state_of(const struct status_figures *f, int64_t stale)
{
	int64_t unread = 0;

	for (int i = 0; i < SIDE_COUNT - (f->one_sided ? 1 : 0); i++)
		unread += f->side[i].partly + f->side[i].failed + f->side[i].never;
	if (!f->one_sided && f->verified != 0 && f->loss > 0)
		return MONITOR_CRITICAL;
	if (f->transfers == 0 || unread > 0 || stale > 0)
		return MONITOR_UNKNOWN;
	if (f->one_sided)
		return MONITOR_OK;
	if (f->never > 0 || f->verdict[VERDICT_INCOMPLETE] > 0 || f->verified == 0)
		return MONITOR_UNKNOWN;
	return f->doubt > 0 || f->unsound > 0 || f->verdict[VERDICT_DIFFERS] > 0
		       ? MONITOR_WARNING
		       : MONITOR_OK;
}

static int status_nagios(const struct status_figures *f, int64_t stale, int64_t damaged)
{
	enum monitor_state state = state_of(f, stale);
	int64_t moved = f->verdict[VERDICT_CLEAN] + f->verdict[VERDICT_DIFFERS] +
			f->verdict[VERDICT_INCOMPLETE] + f->never;

	out_printf("MAILMUSTER %s - ", states[state]);
	if (f->one_sided)
		out_printf("%lld of %s read, %lld too old",
			   (long long)f->side[SIDE_OLD].read,
			   counted(f->side[SIDE_OLD].accounts, "account"),
			   (long long)stale);
	else if (f->verified == 0)
		out_printf("nothing was verified yet, of %s", counted(moved, "account"));
	else
		out_printf("%lld of %s clean, %s missing, %s not examined",
			   (long long)f->verdict[VERDICT_CLEAN],
			   counted(moved, "account"), counted(f->missing, "message"),
			   counted(f->verdict[VERDICT_INCOMPLETE] + f->never, "account"));
	out_printf(" | stale=%lld damaged=%lld", (long long)stale, (long long)damaged);
	for (int i = 0; i < SIDE_COUNT - (f->one_sided ? 1 : 0); i++)
		out_printf(" %s_messages=%lld", side_name((enum side)i),
			   (long long)f->side[i].messages);
	if (!f->one_sided && f->verified != 0)
		out_printf(" clean=%lld;;;0;%lld missing=%lld loss=%lld doubt=%lld "
			   "incomplete=%lld",
			   (long long)f->verdict[VERDICT_CLEAN], (long long)moved,
			   (long long)f->missing, (long long)f->loss, (long long)f->doubt,
			   (long long)(f->verdict[VERDICT_INCOMPLETE] + f->never));
	out_puts("\n");
	return (int)state;
}

static int gate_nagios(const struct gate_seen *s)
{
	const struct gate_verdict *v = &s->verdict;
	enum monitor_state state = MONITOR_OK;
	struct strbuf why = STRBUF_INIT;

	if (!s->facts.ledger.whole || v->n[GATE_FAIL] > 0)
		state = MONITOR_CRITICAL;
	else if (!v->go)
		state = MONITOR_UNKNOWN;
	else if (v->n[GATE_WARN] > 0)
		state = MONITOR_WARNING;
	if (*v->bar != '\0')
		text_show(&why, span_str(v->bar), 0);
	else if (!v->go && v->nearest != NULL) {
		strbuf_addf(&why, "%s ", v->nearest->check->name);
		text_show(&why, span_str(v->nearest->sentence), 0);
	}
	for (size_t i = 0; i < why.n; i++)
		if (why.p[i] == '|') /* begins the figures */
			why.p[i] = '/';
	out_printf(
		"MAILMUSTER %s - %s%s%s | pass=%d;;;0;%d waived=%d warnings=%d failed=%d "
		"no_data=%d\n",
		states[state], v->go ? "GO" : "NO-GO", why.n > 0 ? ": " : "",
		strbuf_cstr(&why), v->n[GATE_PASS], GATE_CHECK_COUNT, v->n[GATE_WAIVED],
		v->n[GATE_WARN], v->n[GATE_FAIL], v->n[GATE_NO_DATA]);
	strbuf_done(&why);
	return (int)state;
}

int monitor_status(const struct project *p, const struct status_figures *f, int64_t stale,
		   int64_t damaged, enum monitor_format format)
{
	struct strbuf project = STRBUF_INIT;
	struct gauge g = { 0 };

	if (format == MONITOR_NAGIOS)
		return status_nagios(f, stale, damaged);
	add_label(&project, p->config.project);
	g.project = strbuf_cstr(&project);
	status_prometheus(&g, p, f, stale, damaged);
	strbuf_done(&project);
	return EXIT_CLEAN;
}

int monitor_gate(const struct project *p, const struct gate_seen *s,
		 enum monitor_format format)
{
	struct strbuf project = STRBUF_INIT;
	struct gauge g = { 0 };

	if (format == MONITOR_NAGIOS)
		return gate_nagios(s);
	add_label(&project, p->config.project);
	g.project = strbuf_cstr(&project);
	gate_prometheus(&g, s);
	strbuf_done(&project);
	return gate_code(s);
}

int monitor_fail(const struct globals *g, enum monitor_format format,
		 const struct err *err)
{
	struct strbuf line = STRBUF_INIT;

	if (format != MONITOR_NAGIOS)
		return msg_fail(g, err);
	text_show(&line, span_str(err->text), 0);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '|')
			line.p[i] = '/';
	out_printf("MAILMUSTER UNKNOWN - %s\n", strbuf_cstr(&line));
	strbuf_done(&line);
	return MONITOR_UNKNOWN;
}
