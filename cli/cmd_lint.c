/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_ask.h"
#include "cli/report_setup.h"
#include "cli/scope.h"
#include "mover/mover_option.h"
#include "plan/plan_lint_mail.h"

enum { OPT_CSV = OPT_OWN, OPT_KEEP, OPT_BY, OPT_RULES, OPT_FAIL_ON };
static const struct option options[] = {
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "by", required_argument, NULL, OPT_BY },
	{ "rules", no_argument, NULL, OPT_RULES },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ NULL, 0, NULL, 0 },
};

static const char *const columns[] = { "severity", "rule",     "file",	 "line",
				       "column",   "said",     "does",	 "why",
				       "source",   "fix",      "mail",	 "accounts",
				       "folders",  "messages", "octets", NULL };
static const char *const rule_columns[] = { "rule", "severity", "matches", "does",
					    "why",  "source",	"fix",	   NULL };

struct asked {
	struct plan_ask plan;
	enum lint_weight fail_on;
	char **files;
	int n;
};

/* ---- the rules ---- */

/* What imapsync's option does, by its table; NULL: nothing is said of it. */
static const char *option_text(struct span option)
{
	char name[64];
	const struct mover_option_def *d;

	if (option.n < 3 || option.n - 2 >= sizeof name)
		return NULL;
	snprintf(name, sizeof name, "%.*s", (int)option.n - 2, option.p + 2);
	d = mover_option_named(name);
	if (d != NULL)
		return d->on;
	d = strncmp(name, "no", 2) == 0 ? mover_option_named(name + 2) : NULL;
	return d != NULL ? d->off : NULL;
}

/* What it does: of a rule for several options each of them, with sep before it. */
static void put_does(struct strbuf *out, const struct lint_rule *r, const char *sep)
{
	struct span rest = span_str(r->match);

	if (r->text != NULL) {
		strbuf_addf(out, "%s%s", sep, r->text);
		return;
	}
	while (rest.n > 0) {
		ptrdiff_t blank = span_index(rest, ' ');
		struct span one = { rest.p, blank >= 0 ? (size_t)blank : rest.n };
		const char *text = option_text(one);

		if (text != NULL)
			strbuf_addf(out, "%s`%.*s`: %s", sep, (int)one.n, one.p, text);
		rest = span_from(rest, one.n + 1);
	}
}

static void rules_text(void)
{
	struct strbuf sb = STRBUF_INIT;

	for (int w = 0; w < LINT_WEIGHT_COUNT; w++) {
		out_printf("%s## %s\n\n%s\n", w > 0 ? "\n" : "",
			   lint_weight_name((enum lint_weight)w),
			   lint_weight_text((enum lint_weight)w));
		for (size_t i = 0; i < lint_rule_count; i++) {
			const struct lint_rule *r = &lint_rules[i];

			if ((int)r->weight != w)
				continue;
			strbuf_clear(&sb);
			put_does(&sb, r, "\n- ");
			out_printf("\n### %s\n\n- finds: `%s`%s\n- why: %s\n"
				   "- source: %s\n- instead: %s\n",
				   r->id, r->match, strbuf_cstr(&sb), r->why, r->source,
				   r->fix);
		}
	}
	strbuf_done(&sb);
}

static bool rules_rows(enum sheet_form form, struct err *err)
{
	struct strbuf sb = STRBUF_INIT;
	struct sheet s;
	bool ok = true;

	sheet_init(&s, form, &out_sink);
	sheet_begin(&s, "lint-rules", NULL);
	sheet_rows(&s, "rules", rule_columns);
	for (size_t i = 0; ok && i < lint_rule_count; i++) {
		const struct lint_rule *r = &lint_rules[i];

		strbuf_clear(&sb);
		put_does(&sb, r, " ");
		sheet_text(&s, r->id);
		sheet_text(&s, lint_weight_name(r->weight));
		sheet_text(&s, r->match);
		sheet_text(&s, strbuf_cstr(&sb) + (sb.n > 0 && sb.p[0] == ' '));
		sheet_text(&s, r->why);
		sheet_text(&s, r->source);
		sheet_text(&s, r->fix);
		ok = sheet_next(&s, err);
	}
	sheet_rows_end(&s);
	ok = ok && sheet_end(&s, err);
	sheet_done(&s);
	strbuf_done(&sb);
	return ok;
}

/* ---- files ---- */

/* "-": what comes on stdin; one octet more than is allowed tells that it is too much. */
static bool read_stdin(struct strbuf *out, struct err *err)
{
	char piece[4096];
	ssize_t n;

	while (out->n <= MOVER_SCRIPT_MAX &&
	       (n = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
		if (n < 0)
			return err_set(err, ERR_LOCAL, "cannot read stdin");
		strbuf_add(out, piece, (size_t)n);
	}
	return true;
}

static bool one_file(struct plan_lint *l, const char *path, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool is_stdin = strcmp(path, "-") == 0, ok;

	ok = is_stdin ? read_stdin(&text, err)
		      : fs_read(path, MOVER_SCRIPT_MAX, &text, err);
	if (ok) {
		plan_lint_text(l, is_stdin ? "(stdin)" : path, strbuf_span(&text));
	} else if (err->cls == ERR_LIMIT) {
		/* The others are still looked at. */
		plan_lint_unread(l, path, err->text);
		ok = true;
	}
	strbuf_wipe(&text); /* it may hold passwords */
	return ok;
}

/* ---- the result ---- */

static void put_place(struct lines *l, const struct lint_finding *f)
{
	lines_argument(l, f->file);
	if (f->line > 0)
		lines_add(l, ":%u:%u", f->line, f->column);
}

static void put_finding(struct lines *l, const struct lint_finding *f, bool first)
{
	static const struct {
		const char *head;
		enum lines_color color;
	} heads[] = {
		[LINT_DESTROYS] = { "DESTROYS", LINES_RED },
		[LINT_HIDES] = { "HIDES", LINES_RED },
		[LINT_ALTERS] = { "ALTERS", LINES_RED },
		[LINT_UNKNOWN] = { "UNKNOWN", LINES_YELLOW },
		[LINT_RISKS] = { "RISK", LINES_YELLOW },
		[LINT_NOTES] = { "NOTE", LINES_GREEN },
	};

	put_place(l, f);
	lines_add(l, "  ");
	if (*f->said != '\0')
		lines_add(l, "%s: ", f->said);
	lines_add(l, "%s", f->text);
	lines_end_headed(l, heads[f->rule->weight].head, heads[f->rule->weight].color, 2);
	if (f->mail_text != NULL) {
		lines_add(l, "  %s", f->mail_text);
		lines_wrap(l, 4);
	}
	if (!first) {
		lines_add(l, "  %s, as above", f->rule->id);
		lines_end(l);
	} else {
		lines_add(l, "  %s (%s: %s)", f->rule->why, f->rule->id, f->rule->source);
		lines_wrap(l, 4);
		lines_add(l, "  -> %s", f->rule->fix);
		lines_wrap(l, 4);
	}
	lines_end(l);
}

static void put_sums(struct lines *l, const struct lint_result *r)
{
	char text[32];

	lines_count(l, r->files, "file", "files");
	lines_add(l, ", ");
	lines_count(l, r->commands, "command that moves mail", "commands that move mail");
	for (int w = 0; w < LINT_WEIGHT_COUNT; w++)
		lines_add(l, "%s %s: %s", w == 0 ? ";" : ",",
			  lint_weight_name((enum lint_weight)w),
			  num_group(r->count[w], text, sizeof text));
	lines_wrap(l, 2);
}

static bool text(const struct report_options *ro, const struct lint_result *r,
		 const char *other, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	bool *seen = mem_calloc(lint_rule_count, sizeof *seen);
	struct lines l;
	bool ok;

	lines_init(&l, &out, ro);
	for (size_t i = 0; i < r->n; i++) {
		size_t rule = (size_t)(r->v[i].rule - lint_rules);

		put_finding(&l, &r->v[i], !seen[rule]);
		seen[rule] = true;
	}
	free(seen);
	if (other != NULL) {
		lines_add(&l, "%s", other);
		lines_end_headed(&l, "NOTE", LINES_YELLOW, 2);
		lines_end(&l);
	}
	if (r->n == 0) {
		lines_add(&l, "nothing that destroys, hides or alters mail was found");
		lines_end_headed(&l, "CLEAN", LINES_GREEN, 2);
		lines_end(&l);
	}
	put_sums(&l, r);
	lines_done(&l);
	ok = out_sink.write(out_sink.ctx, strbuf_span(&out), err);
	strbuf_done(&out);
	return ok;
}

static bool rows(const struct asked *q, const char *project, const struct lint_result *r,
		 const char *other, struct err *err)
{
	struct sheet s;
	bool ok = true;

	sheet_init(&s, q->plan.form, &out_sink);
	sheet_begin(&s, "lint", project);
	if (s.form == SHEET_JSON) {
		json_put_int(&s.json, "files", r->files);
		json_put_int(&s.json, "commands", r->commands);
		json_name(&s.json, "counts");
		json_begin_object(&s.json);
		for (int w = 0; w < LINT_WEIGHT_COUNT; w++)
			json_put_int(&s.json, lint_weight_name((enum lint_weight)w),
				     r->count[w]);
		json_end_object(&s.json);
		json_put_str(&s.json, "remark", other);
	}
	sheet_rows(&s, "findings", columns);
	for (size_t i = 0; ok && i < r->n; i++) {
		const struct lint_finding *f = &r->v[i];

		sheet_text(&s, lint_weight_name(f->rule->weight));
		sheet_text(&s, f->rule->id);
		sheet_text(&s, f->file);
		sheet_known(&s, f->line > 0 ? (int64_t)f->line : -1);
		sheet_known(&s, f->line > 0 ? (int64_t)f->column : -1);
		sheet_text(&s, f->said);
		sheet_text(&s, f->text);
		sheet_text(&s, f->rule->why);
		sheet_text(&s, f->rule->source);
		sheet_text(&s, f->rule->fix);
		sheet_text(&s, f->mail_text);
		sheet_known(&s, f->accounts);
		sheet_known(&s, f->folders);
		sheet_known(&s, f->messages);
		sheet_known(&s, f->octets);
		ok = sheet_next(&s, err);
	}
	sheet_rows_end(&s);
	ok = ok && sheet_end(&s, err);
	sheet_done(&s);
	return ok;
}

static bool keep(struct plan_desk *d, const struct lint_result *r, struct err *err)
{
	struct strbuf summary = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &summary, true);
	json_begin_object(&j);
	json_put_int(&j, "alters", r->count[LINT_ALTERS]);
	json_put_int(&j, "commands", r->commands);
	json_put_int(&j, "destroys", r->count[LINT_DESTROYS]);
	json_put_int(&j, "files", r->files);
	json_put_int(&j, "hides", r->count[LINT_HIDES]);
	json_put_str(&j, "kind", "lint");
	json_put_int(&j, "unknown", r->count[LINT_UNKNOWN]);
	json_end_object(&j);
	ok = plan_keep(d, "lint", strbuf_cstr(&summary), err);
	for (size_t i = 0; ok && i < r->n; i++) {
		const struct lint_finding *f = &r->v[i];

		strbuf_clear(&summary);
		strbuf_addf(&summary, "%s:%u:%u: %s%s%s", f->file, f->line, f->column,
			    f->said, *f->said != '\0' ? ": " : "", f->text);
		if (f->mail_text != NULL)
			strbuf_addf(&summary, "; %s", f->mail_text);
		ok = plan_keep_item(d,
				    &(struct plan_item){ .cls = f->rule->id,
							 .amount = f->messages,
							 .text = strbuf_cstr(&summary) },
				    err);
	}
	strbuf_done(&summary);
	return plan_keep_end(d, ok, err);
}

/* Something is certain to be wrong: that counts before what is not known. */
static int code_of(const struct asked *q, const struct lint_result *r)
{
	int64_t bad = 0;

	for (int w = 0; w <= (int)q->fail_on; w++)
		bad += w != LINT_UNKNOWN ? r->count[w] : 0;
	if (bad > 0)
		return EXIT_FINDINGS;
	return r->count[LINT_UNKNOWN] > 0 ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

/* The servers of the script are not those of the project. */
static const char *other_servers(struct plan_desk *d, const struct lint_result *r,
				 struct arena *arena)
{
	const struct server *o = config_server(&d->p.config, SIDE_OLD),
			    *n = config_server(&d->p.config, SIDE_NEW);

	if (*r->host_old != '\0' && strcasecmp(r->host_old, o->host) != 0)
		return arena_printf(arena,
				    "the script moves from %s, the project's old server "
				    "is %s: the mail that is counted is the project's",
				    r->host_old, o->host);
	if (n != NULL && *r->host_new != '\0' && strcasecmp(r->host_new, n->host) != 0)
		return arena_printf(arena,
				    "the script moves to %s, the project's new server "
				    "is %s",
				    r->host_new, n->host);
	return NULL;
}

/* A project is not needed; one that is named, or that is to keep the result, is. */
static bool open_desk(struct globals *g, const struct asked *q, struct plan_desk *d,
		      bool *there_out, struct err *err)
{
	*there_out = plan_open(g, &q->plan, d, err);
	if (*there_out)
		return true;
	if ((err->cls == ERR_NO_PROJECT || (d->p.store != NULL && g->only_n == 0)) &&
	    !q->plan.keep && g->dir == NULL && g->config == NULL) {
		plan_close(d);
		*d = (struct plan_desk){ .g = g, .ask = &q->plan };
		*err = ERR_INIT;
		return true;
	}
	return false;
}

static bool judge(struct globals *g, const struct asked *q, struct plan_desk *d,
		  struct plan_lint *l, bool there, int *code, struct err *err)
{
	struct report_options ro = { .width = out_width(),
				     .color = globals_color(g, STDOUT_FILENO) };
	struct lint_inventory inventory = { 0 };
	const struct lint_result *r;
	const char *other = NULL;
	struct arena arena;
	bool ok = true;

	for (int i = 0; ok && i < q->n; i++)
		ok = one_file(l, q->files[i], err);
	if (!ok)
		return false;
	r = plan_lint_finish(l);
	arena_init(&arena);
	if (there) {
		struct lint_mail_options o = { .t = d->scope.t,
					       .n = d->scope.n,
					       .now = clock_now(),
					       .stop = plan_stopped };

		ok = plan_lint_mail(l, d->p.store, &o, &inventory, err);
		other = other_servers(d, r, &arena);
	}
	if (!there)
		plan_lint_no_mail(l);
	ok = ok && keep(d, r, err) &&
	     (q->plan.form == SHEET_TEXT
		      ? text(there ? &d->ro : &ro, r, other, err)
		      : rows(q, there ? d->p.config.project : NULL, r, other, err));
	arena_done(&arena);
	*code = code_of(q, r);
	return ok;
}

static int lint(struct globals *g, const struct asked *q)
{
	struct plan_desk d = { 0 };
	struct plan_lint *l = NULL;
	struct err err = ERR_INIT;
	bool there = false;
	int code = EXIT_CLEAN;

	if (!open_desk(g, q, &d, &there, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	plan_lint_new(there, &l);
	if (!judge(g, q, &d, l, there, &code, &err))
		code = msg_fail(g, &err);
out:
	plan_lint_free(l);
	plan_close(&d);
	return code;
}

static bool weight_named(const char *name, enum lint_weight *out)
{
	for (int w = 0; w < LINT_WEIGHT_COUNT; w++)
		if (w != LINT_UNKNOWN &&
		    strcmp(name, lint_weight_name((enum lint_weight)w)) == 0) {
			*out = (enum lint_weight)w;
			return true;
		}
	return false;
}

static int rules(struct globals *g, const struct asked *q)
{
	struct err err = ERR_INIT;

	if (q->plan.form == SHEET_TEXT)
		rules_text();
	else if (!rules_rows(q->plan.form, &err))
		return msg_fail(g, &err);
	return EXIT_CLEAN;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct asked q = { .plan = { .by = project_operator() }, .fail_on = LINT_ALTERS };
	bool show_rules = false;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_lint, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_CSV:
			q.plan.form = SHEET_CSV;
			break;
		case OPT_KEEP:
			q.plan.keep = true;
			break;
		case OPT_BY:
			if (!entry_check(&a, "by", value, ENTRY_BY_MAX))
				return a.exit;
			q.plan.by = value;
			break;
		case OPT_RULES:
			show_rules = true;
			break;
		case OPT_FAIL_ON:
			if (!weight_named(value, &q.fail_on))
				return args_bad(&a, "lint: --fail-on is destroys, hides, "
						    "alters, risks or notes");
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, show_rules ? 0 : 1, show_rules ? 0 : 10000))
		return a.exit;
	if (g->json && q.plan.form == SHEET_CSV)
		return args_bad(&a, "lint: either --json or --csv");
	if (g->json)
		q.plan.form = SHEET_JSON;
	q.files = a.rest;
	q.n = a.rest_n;
	return show_rules ? rules(g, &q) : lint(g, &q);
}

static const char help[] =
	"Reads scripts that move mail, and the configs of mbsync and Dovecot, and tells\n"
	"what they destroy, hide or alter, with the place, the reason and what to write\n"
	"instead: imapsync, mbsync, doveadm and rsync, behind sudo, ssh, xargs, in "
	"loops,\n"
	"functions and here-documents.  Nothing is run, no other file is read.  - is\n"
	"stdin.  In a project it is counted how much mail of the old side, by the "
	"newest\n"
	"audit, a pattern or a limit leaves out.  What cannot be read is unknown, never\n"
	"clean; the rest is still judged.\n"
	"\n"
	"  --csv          one finding a line; --json has them, too\n"
	"  --fail-on WHAT the least that makes the exit code 1: destroys, hides, alters\n"
	"                 (the default), risks or notes\n"
	"  --keep         keep the result in the store, with an entry in the ledger\n"
	"  --by NAME      who keeps it; your login name by default\n"
	"  --rules        show all rules instead, with their sources\n"
	"\n"
	"Exit code 1: something is destroyed, hidden or altered; 3: nothing of that was\n"
	"found, but not all could be read; 0 otherwise.\n";

static const struct command_words words[] = {
	{ "fail-on", "destroys hides alters risks notes" },
	{ NULL, NULL },
};

const struct command cmd_lint = {
	.name = "lint",
	.summary = "show what a mover's script destroys or hides, before it is run",
	.usage = "[--csv] [--fail-on WHAT] [--keep] [--by NAME] FILE... | --rules",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
