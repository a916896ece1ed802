/* SPDX-License-Identifier: MIT */
#include "cli/mailer.h"

#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/msg.h"
#include "cli/secret.h"
#include "net/net_host.h"
#include "net/net_smtp.h"

#define SENDMAIL_MS 300000

/* ---- not through the server that goes ---- */

static bool refuse(const struct config *c, const char *how, const char *old_name,
		   struct err *err)
{
	err_set(err, ERR_CONFIG,
		"%s: weekly: %s is the server that is being retired (%s): mail through "
		"it ends on the day it is shut down",
		c->path, how, shown(old_name));
	return err_hint(err, "let another server carry it: \"smtp\": { \"host\": ... }");
}

static bool check_one(const struct config *c, const char *old_name, struct err *err)
{
	const struct config_weekly *w = &c->weekly;

	if (w->smtp != NULL && net_host_same(w->smtp->host, old_name))
		return refuse(c, shown(w->smtp->host), old_name, err);
	if (w->smtp == NULL && net_host_here(old_name))
		return refuse(c, "this machine, whose sendmail it is,", old_name, err);
	return true;
}

static bool check_retired(const struct config *c, struct err *err)
{
	if (c->present[SIDE_OLD] && !check_one(c, c->server[SIDE_OLD].host, err))
		return false;
	for (size_t i = 0; i < c->dns.old_n; i++)
		if (!check_one(c, c->dns.old[i], err))
			return false;
	return true;
}

static bool get_secret(const struct config_weekly *w, struct strbuf *out, struct err *err)
{
	return w->user == NULL || secret_alone(&w->smtp->secret, w->user, out, err) ||
	       err_wrap(err, "\"secret\" of weekly.smtp");
}

bool mailer_check(const struct config *c, struct err *err)
{
	const struct config_weekly *w = &c->weekly;
	struct strbuf secret = STRBUF_INIT;
	bool ok;

	if (!check_retired(c, err))
		return false;
	if (w->smtp == NULL)
		return access(w->sendmail, X_OK) == 0 ||
		       err_errno(err, ERR_LOCAL, errno, "weekly.sendmail: %s",
				 shown(w->sendmail));
	/* A token would be old when it is needed; what is in a file is not. */
	ok = w->smtp->secret.kind == SECRET_COMMAND || get_secret(w, &secret, err);
	strbuf_wipe(&secret);
	return ok;
}

/* ---- SMTP ---- */

/* The next recipient would meet the same. */
static bool ends_all(const struct mailer_result *r)
{
	return r->reply == 0 || r->reply == 421 || r->err.cls != ERR_NET;
}

static bool by_smtp(const struct globals *g, const struct config *c,
		    const struct mail_address *to, size_t n, struct span message,
		    struct mailer_result *out, struct err *err)
{
	const struct config_weekly *w = &c->weekly;
	struct strbuf secret = STRBUF_INIT;
	struct net_smtp *smtp = NULL;
	struct net_smtp_setup setup = {
		.server = w->smtp, .user = w->user, .from = w->from.addr, .wake = g->wake
	};
	bool ok = get_secret(w, &secret, err);

	if (ok && w->user != NULL)
		setup.password = strbuf_cstr(&secret);
	ok = ok && net_smtp_open(&setup, &smtp, err);
	for (size_t i = 0; ok && i < n; i++) {
		struct mailer_result *r = &out[i];

		r->err = ERR_INIT;
		r->sent = net_smtp_send(smtp, to[i].addr, message, &r->reply, &r->err);
		if (!r->sent && ends_all(r)) {
			*err = r->err;
			ok = false;
		}
	}
	net_smtp_close(smtp);
	strbuf_wipe(&secret);
	return ok;
}

/* ---- sendmail ---- */

/* What the program wants: lines that end as files of this machine do. */
static void drop_returns(struct span message, struct strbuf *out)
{
	strbuf_reserve(out, message.n + 1);
	for (size_t i = 0; i < message.n; i++)
		if (message.p[i] != '\r' || i + 1 == message.n ||
		    message.p[i + 1] != '\n')
			strbuf_addc(out, message.p[i]);
}

static bool told(const struct config_weekly *w, int code, const struct strbuf *said,
		 struct err *err)
{
	char line[CHILD_LINE_SIZE];

	err_set(err, ERR_NET, "%s failed with exit code %d: %s", shown(w->sendmail), code,
		child_line(said, line));
	if (code == EX_TEMPFAIL)
		return err_hint(err, "that is for now: try again later");
	return err_hint(err, "the log of this machine's mail system knows more");
}

/* -t: to whom stands in the header, and no address in argv. */
static bool by_sendmail(const struct config *c, size_t n, struct span message,
			struct mailer_result *out, struct err *err)
{
	const struct config_weekly *w = &c->weekly;
	char *const argv[] = { (char *)"sendmail", (char *)"-t", (char *)"-i", NULL };
	struct strbuf text = STRBUF_INIT, output = STRBUF_INIT, said = STRBUF_INIT;
	struct child_job job = { .program = w->sendmail,
				 .argv = argv,
				 .limit_ms = SENDMAIL_MS,
				 .late = ERR_NET,
				 .out_max = CHILD_SAID_MAX };
	int code = -1;
	bool ok;

	drop_returns(message, &text);
	job.in = strbuf_span(&text);
	ok = child_run(&job, &output, &said, &code, err) &&
	     (code == 0 || told(w, code, said.n > 0 ? &said : &output, err));
	for (size_t i = 0; i < n; i++)
		out[i] = (struct mailer_result){ .sent = ok, .err = *err };
	strbuf_done(&text);
	strbuf_done(&output);
	strbuf_done(&said);
	return ok;
}

bool mailer_send(const struct globals *g, const struct config *c,
		 const struct mail_address *to, size_t n, struct span message,
		 struct mailer_result *out, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct mailer_result){ .err = ERR_INIT };
	return c->weekly.smtp != NULL ? by_smtp(g, c, to, n, message, out, err)
				      : by_sendmail(c, n, message, out, err);
}
