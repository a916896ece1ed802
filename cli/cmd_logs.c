/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "audit/audit_logs.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/logs_explain.h"
#include "cli/logs_more.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/project.h"
#include "cli/sides.h"
#include "store/store_seal.h"

#define THREADS 8 /* unless more are asked for: who takes in has enough by then */

enum {
	OPT_EXPLAIN = OPT_OWN,
	OPT_ZONE,
	OPT_YEAR,
	OPT_SIDE,
	OPT_AS,
	OPT_USER,
	OPT_ACCOUNT,
};
static const struct option options[] = {
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "zone", required_argument, NULL, OPT_ZONE },
	{ "year", required_argument, NULL, OPT_YEAR },
	{ "as", required_argument, NULL, OPT_AS },
	{ "user", required_argument, NULL, OPT_USER },
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ NULL, 0, NULL, 0 },
};

struct asked {
	bool explain, has_side;
	enum side side;
	const char *zone;
	int year;
	char **files;
	int n;
};

/* Outside a project as well: then without its patterns. */
static int explain(struct globals *g, const struct asked *q)
{
	struct logs_explain how = { .year = q->year };
	struct project p = { 0 };
	struct logs_zone *z = NULL;
	struct err err = ERR_INIT;
	const char *zone = q->zone;
	int code = EXIT_CLEAN;

	if (project_open(g, PROJECT_FILES, &p, &err)) {
		how.patterns = p.config.logs.patterns;
		how.pattern_n = p.config.logs.pattern_n;
		if (zone == NULL)
			zone = p.config.logs.zone[q->side];
	} else if (err.cls != ERR_NO_PROJECT) {
		code = msg_fail(g, &err);
		goto out;
	}
	err = ERR_INIT;
	if (!logs_zone_open(zone, &z, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	how.zone = z;
	for (int i = 0; i < q->n && code == EXIT_CLEAN; i++)
		if (!logs_explain_file(g, &how, q->files[i], &err))
			code = msg_fail(g, &err);
out:
	logs_zone_free(z);
	project_close(&p);
	return code;
}

static void put_json(const struct asked *q, const struct audit_logs_sum *s)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/logs/1");
	json_put_str(&j, "side", side_name(q->side));
	json_put_int(&j, "files", s->files);
	json_put_int(&j, "files_failed", s->files_failed);
	json_put_int(&j, "files_cut", s->files_cut);
	json_put_int(&j, "lines", s->lines);
	json_put_int(&j, "events", s->events);
	json_put_int(&j, "other", s->other);
	json_put_int(&j, "not_ours", s->not_ours);
	json_put_int(&j, "malformed", s->malformed);
	json_put_int(&j, "timeless", s->timeless);
	json_put_int(&j, "logins", s->logins);
	json_put_int(&j, "fails", s->fails);
	json_put_int(&j, "deliveries", s->deliveries);
	json_put_int(&j, "fresh", s->fresh);
	json_put_int(&j, "own", s->own);
	json_put_int(&j, "fails_unnamed", s->fails_unnamed);
	json_put_str(&j, "first", s->first != 0 ? clock_iso(s->first, iso) : NULL);
	json_put_str(&j, "last", s->last != 0 ? clock_iso(s->last, iso) : NULL);
	json_put_bool(&j, "year_inferred", s->year_inferred);
	json_name(&j, "programs");
	json_begin_object(&j);
	for (int i = 1; i < LOG_PROGRAM_COUNT; i++) {
		if (s->by_program[i] == 0)
			continue;
		json_name(&j, log_program_name((enum log_program)i));
		json_begin_object(&j);
		json_put_int(&j, "lines", s->by_program[i]);
		json_put_int(&j, "logins", s->logins_by_program[i]);
		json_end_object(&j);
	}
	json_end_object(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void put_text(const struct audit_logs_sum *s)
{
	char iso[CLOCK_ISO_SIZE];

	out_printf("%s of %s", counted(s->lines, "line"), counted(s->files, "file"));
	if (s->first != 0) {
		out_printf(", from %s", clock_iso(s->first, iso));
		out_printf(" to %s", clock_iso(s->last, iso));
	}
	out_puts(s->year_inferred ? " (years inferred)\n" : "\n");
	out_printf("%s, %s, ", counted(s->logins, "login"), counted(s->fails, "failure"));
	out_printf("%s; %s counted now\n",
		   s->deliveries == 1 ? "1 delivery"
				      : counted(s->deliveries, "deliverie"),
		   counted(s->fresh, "event"));
	if (s->own > 0)
		out_printf("%s of them %s our own, and do not count\n",
			   counted(s->own, "login"), s->own == 1 ? "was" : "were");
	for (int i = 1; i < LOG_PROGRAM_COUNT; i++)
		if (s->by_program[i] > 0)
			out_printf("  %-11s  %s, %s\n",
				   log_program_name((enum log_program)i),
				   counted(s->by_program[i], "line"),
				   counted(s->logins_by_program[i], "login"));
	out_printf("  %s of other programs, %s malformed, %s without a possible time\n",
		   counted(s->not_ours, "line"), counted(s->malformed, "line"),
		   counted(s->timeless, "event"));
}

/* What makes a claim of silence hollow is said at once. */
static void warn(struct globals *g, const struct audit_logs_sum *s)
{
	if (s->lines == 0 && s->files > 0)
		msg_warn(g, "there is not one line in these files: they prove nobody "
			    "dormant");
	if (s->lines > 0 && s->logins == 0)
		msg_warn(g,
			 "no login was found: the format is not known, or the log level "
			 "too low (try --explain); nobody is dormant because of these "
			 "files");
	if (s->fails_unnamed > 0)
		msg_warn(g, "%s of very many names were counted without them",
			 counted(s->fails_unnamed, "failure"));
}

#define SENDERS_DAYS 14

/* Who sends to the old side is asked after cutover, and of the last days always. */
static bool senders_from(const struct project *p, int64_t *out, struct err *err)
{
	struct event *v = NULL;
	struct arena arena;
	size_t n = 0;
	bool ok;

	*out = clock_now() - (int64_t)SENDERS_DAYS * 86400;
	arena_init(&arena);
	ok = store_events(p->store, 0, &arena, &v, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		if (strcmp(v[i].kind, "cutover") == 0 && v[i].at < *out)
			*out = v[i].at;
	arena_done(&arena);
	return ok;
}

static int read_logs(struct globals *g, const struct asked *q)
{
	struct audit_logs_options o = { .side = q->side,
					.paths = (const char *const *)q->files,
					.path_n = (size_t)q->n,
					.year = q->year,
					.operator_name = project_operator(),
					.wake = g->wake,
					.progress = progress_logs,
					.progress_ctx = g,
					.say = progress_say,
					.say_ctx = g };
	struct audit_logs_sum sum = { 0 };
	struct logs_zone *z = NULL;
	struct err err = ERR_INIT;
	struct project p;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int code = EXIT_CLEAN;

	cpus = cpus < 1 ? 1 : cpus > THREADS ? THREADS : cpus;
	o.threads = g->jobs > 0 ? g->jobs : (unsigned)cpus;
	if (!project_open(g, PROJECT_WRITE, &p, &err) ||
	    !logs_zone_open(q->zone != NULL ? q->zone : p.config.logs.zone[q->side], &z,
			    &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	if (!senders_from(&p, &o.senders_from, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	o.zone = z;
	o.patterns = p.config.logs.patterns;
	o.pattern_n = p.config.logs.pattern_n;
	progress_begin(g);
	if (!audit_logs(p.store, &o, &sum, &err))
		code = msg_fail(g, &err);
	progress_end();
	if (code == EXIT_CLEAN) {
		warn(g, &sum);
		if (g->json)
			put_json(q, &sum);
		else
			put_text(&sum);
		if (sum.files_failed + sum.files_cut > 0)
			code = EXIT_INCOMPLETE;
	}
out:
	logs_zone_free(z);
	project_close(&p);
	return code;
}

/* A file of that name is written ./beat. */
static const struct {
	const char *name;
	int (*run)(struct args *a, const struct logs_query *q);
} words[] = { { "coverage", logs_coverage },
	      { "witness", logs_witness },
	      { "forwards", logs_forwards },
	      { "beat", logs_beat } };

static int run(struct globals *g, int argc, char **argv)
{
	struct asked q = { 0 };
	struct logs_query more = { 0 };
	const char *value;
	uint64_t year;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_logs, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_EXPLAIN:
			q.explain = true;
			break;
		case OPT_SIDE:
			q.has_side = true;
			if (!side_parse(value, &q.side))
				return args_bad(&a, SIDES_BAD);
			break;
		case OPT_ZONE:
			q.zone = value;
			break;
		case OPT_YEAR:
			if (!num_u64(span_str(value), 9999, &year) || year < 1970)
				return args_bad(&a, "logs: --year \"%s\" is no year",
						shown(value));
			q.year = (int)year;
			break;
		case OPT_AS:
			more.as = value;
			break;
		case OPT_USER:
			more.user = value;
			break;
		case OPT_ACCOUNT:
			more.account = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 1, INT32_MAX))
		return a.exit;
	more.has_side = q.has_side;
	more.side = q.side;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(a.rest[0], words[i].name) == 0) {
			if (q.explain || q.zone != NULL || q.year != 0)
				return args_bad(&a, "logs %s reads no log",
						words[i].name);
			if (!q.has_side && words[i].run != logs_coverage)
				return args_bad(
					&a,
					"logs: --side old or --side new says of which "
					"server");
			return words[i].run(&a, &more);
		}
	if (more.as != NULL || more.user != NULL || more.account != NULL)
		return args_bad(&a,
				"logs: --as, --user and --account go with forwards and "
				"beat");
	q.files = a.rest;
	q.n = a.rest_n;
	if (q.explain)
		return explain(g, &q);
	if (!q.has_side)
		return args_bad(
			&a, "logs: --side old or --side new says whose logs they are");
	return read_logs(g, &q);
}

static const char help[] =
	"Reads logs of mail servers: who logged in, who gets mail, from where. Plain or\n"
	"packed (gzip, bzip2, xz, zstd, lz4), rotated files in any order, formats mixed,\n"
	"- for standard input. What was read before counts only once: the same files may\n"
	"be read every week. Logins of our own do not count. Then see mailmuster accounts\n"
	"dormant, unknown, absent and still.\n"
	"\n"
	"Known: Dovecot, Cyrus, Courier, Postfix, Exim, sendmail, UW, Zimbra, Exchange,\n"
	"Sun/Oracle, hMailServer, DBMail and others; own patterns go into the config.\n"
	"\n"
	"  coverage       from when to when the logs that were read are whole; of the old\n"
	"                 side by default\n"
	"  witness        last logins that others know: Dovecot's last_login, zmprov -l "
	"gaa\n"
	"                 -v, Get-MailboxStatistics, LDIF, or CSV with user and "
	"last_login\n"
	"  forwards       where mail is sent on to: .forward files, sieve scripts, alias "
	"and\n"
	"                 virtual maps\n"
	"  beat           log in once and out again, as a timer does every hour: the log "
	"must\n"
	"                 show it, or it is not whole\n"
	"\n"
	"  --side old|new whose logs these are\n"
	"  --explain      show how each line was taken; nothing is stored\n"
	"  --zone ZONE    where a log gives local time: UTC, +02:00, Europe/Berlin; as "
	"in\n"
	"                 the config, else this machine's, by default\n"
	"  --year YEAR    of the first line, where lines have none; inferred by default\n"
	"  --as forward|sieve|alias|virtual\n"
	"                 what the files are\n"
	"  --user NAME    whose .forward or script; the folder's name by default\n"
	"  --account USER as whom to log in\n";

const struct command cmd_logs = {
	.name = "logs",
	.summary = "read the logs of mail servers",
	.usage = "--side old | new FILE... | --explain FILE... | coverage | witness "
		 "FILE... | "
		 "forwards --as KIND FILE... | beat --account USER",
	.help = help,
	.options = options,
	.run = run,
};
