/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "cli/args.h"
#include "cli/mailer.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/report_setup.h"
#include "cli/weekly.h"
#include "net/net_smtp.h"

enum { OPT_NO_AUDIT = OPT_OWN, OPT_DRY_RUN };
static const struct option options[] = {
	{ "no-audit", no_argument, NULL, OPT_NO_AUDIT },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool no_audit, dry;
	const char *path; /* of the message that is not sent; NULL: standard output */
};

/* ---- the message ---- */

static bool new_id(struct weekly_job *w, const char **out, struct err *err)
{
	unsigned char r[12];
	char hex[2 * sizeof r + 1];

	if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r)
		return err_errno(err, ERR_LOCAL, errno, "no random octets");
	for (size_t i = 0; i < sizeof r; i++)
		snprintf(hex + 2 * i, 3, "%02x", r[i]);
	*out = arena_printf(&w->arena, "mailmuster.%s%s", hex,
			    strchr(w->p.config.weekly.from.addr, '@'));
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool load_files(struct weekly_job *w, struct strbuf octets[WEEKLY_FILES],
		       struct mail_file file[WEEKLY_FILES], size_t *n_out,
		       struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < WEEKLY_FILES; i++) {
		const struct weekly_file *f = &w->file[i];
		char *path;
		bool ok;

		if (!f->attached)
			continue;
		path = project_path(&w->p, f->name);
		ok = fs_read(path, (size_t)f->octets, &octets[i], err);
		free(path);
		if (!ok)
			return false;
		file[n++] = (struct mail_file){
			.name = arena_printf(&w->arena, "mailmuster-%s",
					     base_name(f->name)),
			.type = weekly_type(i),
			.octets = strbuf_span(&octets[i]),
		};
	}
	*n_out = n;
	return true;
}

static bool compose(struct weekly_job *w, const char *id, struct strbuf *out,
		    struct err *err)
{
	const struct config_weekly *c = &w->p.config.weekly;
	struct strbuf octets[WEEKLY_FILES] = { STRBUF_INIT, STRBUF_INIT };
	struct mail_file file[WEEKLY_FILES];
	struct mail m = { .from = c->from,
			  .to = c->to,
			  .to_n = c->to_n,
			  .subject = w->words.subject,
			  .date = clock_now(),
			  .id = id,
			  .answers = w->past.id,
			  .answer_n = w->past.id_n,
			  .text = span_str(w->words.text),
			  .file = file };
	bool ok = load_files(w, octets, file, &m.file_n, err) &&
		  mail_compose(&m, out, err);

	for (size_t i = 0; i < WEEKLY_FILES; i++)
		strbuf_done(&octets[i]);
	return ok;
}

/* ---- handing over ---- */

struct handed {
	const char *id;
	struct mailer_result *result; /* one for each recipient */
	int64_t sent, refused;
};

static void count_results(struct weekly_job *w, struct handed *h)
{
	h->sent = h->refused = 0;
	for (size_t i = 0; i < w->p.config.weekly.to_n; i++) {
		h->sent += h->result[i].sent;
		h->refused += !h->result[i].sent;
	}
}

/* Once more without attachments, to those of whom the server said that it is too large:
 * better a short report than none. */
static bool send_small(struct weekly_job *w, struct handed *h, struct err *err)
{
	const struct config_weekly *c = &w->p.config.weekly;
	struct mail_address *to = arena_alloc(&w->arena, c->to_n * sizeof *to);
	struct mailer_result *r = arena_alloc(&w->arena, c->to_n * sizeof *r);
	struct strbuf message = STRBUF_INIT;
	size_t n = 0;
	bool ok, had = false;

	for (size_t i = 0; i < c->to_n; i++)
		if (h->result[i].reply == SMTP_TOO_LARGE)
			to[n++] = c->to[i];
	for (size_t i = 0; i < WEEKLY_FILES; i++)
		had |= w->file[i].attached;
	if (n == 0 || !had)
		return true;
	msg_warn(w->g, "the mail was too large for %s: sending it without attachments",
		 counted((int64_t)n, "recipient"));
	for (size_t i = 0; i < WEEKLY_FILES; i++) {
		w->file[i].attached = false;
		w->file[i].why = "the mail server refused a mail of that size; it lies "
				 "in the folder of the project";
	}
	ok = weekly_word(w, err) && compose(w, h->id, &message, err) &&
	     mailer_send(w->g, &w->p.config, to, n, strbuf_span(&message), r, err);
	strbuf_done(&message);
	for (size_t i = 0, k = 0; k < n && i < c->to_n; i++)
		if (h->result[i].reply == SMTP_TOO_LARGE)
			h->result[i] = r[k++];
	return ok;
}

static bool hand_over(struct weekly_job *w, struct handed *h, bool report,
		      struct err *err)
{
	const struct config_weekly *c = &w->p.config.weekly;
	struct strbuf message = STRBUF_INIT;
	bool ok;

	h->result = arena_alloc(&w->arena, c->to_n * sizeof *h->result);
	ok = new_id(w, &h->id, err) && compose(w, h->id, &message, err) &&
	     mailer_send(w->g, &w->p.config, c->to, c->to_n, strbuf_span(&message),
			 h->result, err);
	strbuf_done(&message);
	ok = ok && (!report || send_small(w, h, err));
	count_results(w, h);
	if (ok && h->sent == 0) {
		*err = h->result[0].err;
		ok = false;
	}
	return ok;
}

/* Also when it did not reach everybody: some have it, and answer it. */
static bool record(struct weekly_job *w, const struct handed *h, bool report,
		   struct err *err)
{
	return h->sent == 0 || w->p.store == NULL || w->p.lock == NULL ||
	       weekly_past_add(w->p.store, h->id, report, &w->words, err);
}

/* ---- without sending ---- */

static bool write_message(struct weekly_job *w, const struct request *rq, struct err *err)
{
	struct strbuf message = STRBUF_INIT;
	struct report_sink sink = out_sink;
	struct out_file file = { 0 };
	const char *id;
	bool ok;

	ok = new_id(w, &id, err) && compose(w, id, &message, err);
	if (ok && rq->path != NULL && (ok = out_file_open(rq->path, &file, err)))
		sink = out_file_sink(&file);
	ok = ok && sink.write(sink.ctx, strbuf_span(&message), err) &&
	     (rq->path == NULL || out_file_commit(&file, err));
	out_file_drop(&file);
	strbuf_done(&message);
	if (ok && rq->path != NULL)
		msg_note(w->g, "wrote %s; nothing was sent", shown(rq->path));
	return ok;
}

/* ---- what it prints ---- */

static void print_json(const struct weekly_job *w, const struct handed *h)
{
	const struct config_weekly *c = &w->p.config.weekly;
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/weekly/1");
	json_put_str(&j, "message_id", h->id);
	json_put_str(&j, "subject", w->words.subject);
	json_put_str(&j, "verdict", w->words.verdict);
	json_put_int(&j, "verify", w->words.verify);
	json_put_bool(&j, "first", w->past.last_at == 0);
	json_put_int(&j, "compared_with", w->past.verify);
	json_put_int(&j, "sent", h->sent);
	json_name(&j, "refused");
	json_begin_array(&j);
	for (size_t i = 0; i < c->to_n; i++) {
		if (h->result[i].sent)
			continue;
		json_begin_object(&j);
		json_put_str(&j, "to", c->to[i].addr);
		json_put_str(&j, "why", h->result[i].err.text);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_name(&j, "files");
	json_begin_array(&j);
	for (size_t i = 0; i < WEEKLY_FILES; i++) {
		json_begin_object(&j);
		json_put_str(&j, "name", w->file[i].name);
		json_put_int(&j, "octets", w->file[i].octets);
		json_put_bool(&j, "attached", w->file[i].attached);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void print(const struct weekly_job *w, const struct handed *h)
{
	const struct config_weekly *c = &w->p.config.weekly;

	for (size_t i = 0; i < c->to_n; i++) {
		const struct mailer_result *r = &h->result[i];

		if (r->sent)
			continue;
		msg_warn(w->g, "%s did not get it: %s", shown(c->to[i].addr),
			 r->err.cls != ERR_NONE ? r->err.text : "it was not tried");
	}
	if (w->g->json) {
		print_json(w, h);
		return;
	}
	out_printf("mailed to %s: ", counted(h->sent, "recipient"));
	out_text(w->words.subject);
	out_puts("\n");
}

/* ---- when there is none ---- */

/* Silence must not look like no news. */
static void tell_none(struct weekly_job *w, const struct request *rq,
		      const struct err *why)
{
	struct report_options o = { .project = w->p.config.project,
				    .redact = w->p.config.weekly.redact };
	struct err err = ERR_INIT;
	struct handed h = { 0 };

	for (size_t i = 0; i < WEEKLY_FILES; i++)
		w->file[i].attached = false;
	report_weekly_none(&o, why->text, why->hint, w->past.last_at, &w->arena,
			   &w->words);
	if (rq->dry) {
		if (!write_message(w, rq, &err))
			msg_warn(w->g, "%s", err.text);
		return;
	}
	if (!hand_over(w, &h, false, &err))
		msg_warn(w->g, "no mail can say so: %s", err.text);
	else
		msg_note(w->g, "a mail to %s says so", counted(h.sent, "recipient"));
	if (!record(w, &h, false, &err))
		msg_warn(w->g, "that mail is not in the ledger: %s", err.text);
}

/* Locked by another run it can still be read, to which mail the next one answers. */
static bool open_all(struct weekly_job *w, struct err *err)
{
	struct err later = ERR_INIT;

	if (project_open(w->g, PROJECT_WRITE, &w->p, err))
		return weekly_past_read(w->p.store, &w->arena, &w->past, err) &&
		       scope_open(w->g, &w->p, &w->scope, err);
	if (err->cls != ERR_LOCKED)
		return false;
	project_close(&w->p);
	if (project_open(w->g, PROJECT_READ, &w->p, &later) &&
	    !weekly_past_read(w->p.store, &w->arena, &w->past, &later))
		w->past = (struct weekly_past){ 0 };
	return false;
}

static bool check_config(const struct weekly_job *w, struct err *err)
{
	if (w->p.config.weekly.present)
		return mailer_check(&w->p.config, err);
	err_set(err, ERR_CONFIG, "%s has no \"weekly\": nobody to write to",
		w->p.config.path);
	return err_hint(err, "\"weekly\": { \"from\": ..., \"to\": [ ... ], \"smtp\": { "
			     "\"host\": ... } }; mailmuster(1) has all of it");
}

static int make(struct weekly_job *w, const struct request *rq)
{
	struct err err = ERR_INIT;
	struct handed h = { 0 };
	bool ok;
	int code;

	/* What can be said by mail at all. */
	if (!project_open(w->g, PROJECT_FILES, &w->p, &err) || !check_config(w, &err))
		return msg_fail(w->g, &err);
	project_close(&w->p);
	if (!open_all(w, &err) || !weekly_make(w, &err)) {
		code = msg_fail(w->g, &err);
		if (err.cls != ERR_STOPPED && w->p.config.weekly.present)
			tell_none(w, rq, &err);
		return code;
	}
	if (rq->dry) {
		if (!write_message(w, rq, &err))
			return msg_fail(w->g, &err);
		return w->partly ? EXIT_INCOMPLETE : EXIT_CLEAN;
	}
	ok = hand_over(w, &h, true, &err);
	if (h.sent > 0)
		print(w, &h);
	code = w->partly ? EXIT_INCOMPLETE : EXIT_CLEAN;
	if (!ok) {
		if (h.sent == 0 && w->file[0].name != NULL)
			err_wrap(&err, "the report lies in " WEEKLY_FOLDER
				       ", and nobody has got it");
		code = exit_first(code, msg_fail(w->g, &err));
	} else if (h.refused > 0) {
		code = exit_first(code, EXIT_NETWORK);
	}
	err = ERR_INIT;
	if (!record(w, &h, true, &err))
		code = exit_first(code, msg_fail(w->g, &err));
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { 0 };
	struct weekly_job *w;
	const char *value;
	struct args a;
	int opt, code;

	args_init(&a, g, &cmd_weekly, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_NO_AUDIT:
			rq.no_audit = true;
			break;
		case OPT_DRY_RUN:
			rq.dry = true;
			break;
		case 'o':
			rq.path = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (rq.path != NULL && !rq.dry)
		return args_bad(&a, "weekly: -o goes with --dry-run");
	if (rq.dry && g->json)
		return args_bad(&a, "weekly: --dry-run gives the mail, not JSON");
	if (g->only_n > 0)
		return args_bad(&a, "weekly: tells of all accounts: not with --only");
	w = mem_calloc(1, sizeof *w);
	w->g = g;
	w->audit = !rq.no_audit;
	arena_init(&w->arena);
	code = make(w, &rq);
	scope_close(&w->scope);
	project_close(&w->p);
	arena_done(&w->arena);
	free(w);
	return code;
}

static const char help[] =
	"Reads both servers again, judges, and mails how things stand to those whom\n"
	"\"weekly\" in the config names: the verdict first, what changed since the last\n"
	"mail, who has not arrived, who is stuck, whose turn it is and when it will be\n"
	"done. The page and the workbook are attached, and stay in the folder weekly of\n"
	"the project. When it cannot be made, a short mail says so and why.\n"
	"\n"
	"  --no-audit         tell what is known; connect to neither server\n"
	"  --dry-run          write the mail to standard output and send nothing; the\n"
	"                     next one does not compare with it\n"
	"  -o, --output FILE  with --dry-run: write it to FILE\n"
	"\n"
	"Exit code 0: the report is on its way, whatever it says; 3: likewise, but not\n"
	"all could be read; 5 or 4: not everybody has got it; 6: the config, or mail\n"
	"would leave through the server that is being retired. Where there is no report\n"
	"it is that of the reason.\n";

const struct command cmd_weekly = {
	.name = "weekly",
	.summary = "mail what changed since last week, with the reports",
	.usage = "[--no-audit] [--dry-run [-o FILE]]",
	.help = help,
	.options = options,
	.run = run,
};
