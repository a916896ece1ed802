/* SPDX-License-Identifier: MIT */
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/check.h"
#include "cli/mailer.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/reading.h"
#include "cli/scope.h"
#include "imap/imap_session.h"
#include "plan/plan_forecast.h"
#include "store/store_account.h"
#include "store/store_gate.h"
#include "store/store_logs.h"
#include "store/store_run.h"

#define CERT_WARN_DAYS 21
#define DISK_WARN      (512 * INT64_C(1024) * 1024)
#define DISK_FAIL      (32 * INT64_C(1024) * 1024)
/* Of store per message, and per Message-ID that is kept of the old side. */
#define ROW_OCTETS 60
#define ID_OCTETS  90

struct doctor {
	struct globals *g;
	struct project p;
	struct checks checks;
	struct arena arena;
	struct transfer *t;
	size_t t_n;
	const char *account;	/* --account */
	struct transfer chosen; /* the listed one of that name */
	bool listed;		/* chosen is filled in */
	int64_t disk_need;
};

/* Accounts may be moved on one server, but not to where they are. */
static void check_servers(struct doctor *d)
{
	const struct server *old = config_server(&d->p.config, SIDE_OLD);
	const struct server *new = config_server(&d->p.config, SIDE_NEW);

	if (old != NULL && new != NULL && strcasecmp(old->host, new->host) == 0 &&
	    old->port == new->port)
		checks_add(&d->checks, CHECK_WARN, 0, "servers",
			   "right only where each account gets another login or a prefix",
			   "old and new are one server, %s:%d: nothing can be lost "
			   "between a server and itself",
			   shown(old->host), (int)old->port);
}

static void check_modes(struct doctor *d)
{
	static const struct {
		const char *name;
		mode_t bad; /* bits that must not be set */
		const char *why;
	} files[] = {
		{ CONFIG_NAME, 022, "whoever can write it can have commands run as you" },
		{ STORE_NAME, 027, "it tells who has which mail" },
		{ ACCOUNTS_NAME, 022, "it decides what is looked at" },
	};
	struct stat st;
	bool good = true;
	size_t i;

	for (i = 0; i < COUNT_OF(files); i++) {
		char *path = project_path(&d->p, files[i].name);

		if (stat(path, &st) == 0 && (st.st_mode & files[i].bad) != 0) {
			good = false;
			checks_add(&d->checks,
				   files[i].bad == 022 && (st.st_mode & 002) != 0
					   ? CHECK_FAIL
					   : CHECK_WARN,
				   EXIT_CONFIG, "modes",
				   "chmod go-w,o-rwx FILE, with FILE as named here",
				   "%s has mode %03o: %s", shown(path),
				   (unsigned)(st.st_mode & 0777), files[i].why);
		}
		free(path);
	}
	if (good)
		checks_add(&d->checks, CHECK_OK, 0, "modes", NULL,
			   "no file of the project is open to others");
}

/* A clock that steps back makes old evidence look fresh. */
static void check_clock(struct doctor *d)
{
	struct err err = ERR_INIT;
	char now[CLOCK_ISO_SIZE], then[CLOCK_ISO_SIZE];
	int64_t newest = 0, maps;
	struct run run;
	bool found;

	clock_iso(clock_now(), now);
	if (!store_run_last(d->p.store, "", &d->arena, &run, &found, &err) ||
	    !store_gate_times(d->p.store, &newest, &maps, &err)) {
		checks_add(&d->checks, CHECK_FAIL, exit_of(&err), "clock", err.hint, "%s",
			   err.text);
		return;
	}
	if (found && run.ended > clock_now()) {
		clock_iso(run.ended, then);
		checks_add(&d->checks, CHECK_FAIL, EXIT_LOCAL, "clock",
			   "set the clock right (NTP) before the next run",
			   "it is %s here, but the newest run ended at %s", now, then);
		return;
	}
	if (newest > clock_now()) {
		checks_add(&d->checks, CHECK_WARN, 0, "clock",
			   "audit again; the gate judges nothing until that time is over",
			   "it is %s here, but there is evidence of %s: the clock was "
			   "wrong then, or is now",
			   now, clock_iso(newest, then));
		return;
	}
	checks_add(&d->checks, CHECK_OK, 0, "clock", NULL, "%s; not earlier than any run",
		   now);
}

static void check_disk(struct doctor *d)
{
	char *path = project_path(&d->p, STORE_NAME);
	int64_t octets = fs_free_octets(path);
	char a[32], n[32], need[64] = "";

	free(path);
	num_octets(octets, a, sizeof a);
	if (d->disk_need > 0) /* else no login worked, and nothing is known */
		snprintf(need, sizeof need, ", about %s needed",
			 num_octets(d->disk_need, n, sizeof n));
	if (octets < 0)
		checks_add(&d->checks, CHECK_WARN, 0, "disk", NULL,
			   "the free space is not known");
	else if (octets < DISK_FAIL || octets < d->disk_need)
		checks_add(&d->checks, CHECK_FAIL, EXIT_LOCAL, "disk",
			   "make room, or move the project's folder", "%s free%s", a,
			   need);
	else
		checks_add(&d->checks, octets < DISK_WARN ? CHECK_WARN : CHECK_OK, 0,
			   "disk",
			   octets < DISK_WARN ? "make room before a large audit" : NULL,
			   "%s free%s", a, need);
}

static const char *login_on(const struct transfer *t, enum side side)
{
	return side == SIDE_OLD ? t->old_user : t->new_user;
}

static int64_t account_on(const struct transfer *t, enum side side)
{
	return side == SIDE_OLD ? t->old_account : t->new_account;
}

/* The login to try: that of --account, else the first listed one that may be opened.
 * NULL: none; said.  *account_out: whose it is; 0 when it is not listed. */
static const char *probe_user(struct doctor *d, enum side side, int64_t *account_out)
{
	struct err err = ERR_INIT;
	struct account a;
	size_t i;

	*account_out = 0;
	if (d->account != NULL && !d->listed)
		return d->account; /* taken as a login */
	if (d->account != NULL) {
		if (login_on(&d->chosen, side) == NULL)
			checks_add(&d->checks, CHECK_WARN, 0, "login", NULL,
				   "%s: %s is not on this server", side_name(side),
				   shown(d->account));
		*account_out = account_on(&d->chosen, side);
		return login_on(&d->chosen, side);
	}
	for (i = 0; i < d->t_n; i++) {
		int64_t id = account_on(&d->t[i], side);

		if (id == 0)
			continue;
		if (!store_account_get(d->p.store, id, &d->arena, &a, &err)) {
			checks_add(&d->checks, CHECK_FAIL, exit_of(&err), "login",
				   err.hint, "%s", err.text);
			return NULL;
		}
		if (a.access != ACCESS_NORMAL)
			continue;
		*account_out = id;
		return login_on(&d->t[i], side);
	}
	checks_add(&d->checks, CHECK_WARN, 0, "login",
		   "mailmuster accounts import, or mailmuster doctor --account NAME",
		   "%s: no account is listed that could be tried", side_name(side));
	return NULL;
}

/* What is known of the accounts of this side: of the one that was tried now, of others
 * from earlier readings.  False: said. */
static bool count_accounts(struct doctor *d, enum side side, int64_t tried,
			   struct plan_forecast_facts *f)
{
	bool sides[SIDE_COUNT] = { side == SIDE_OLD, side == SIDE_NEW };
	struct scope s = { .t = d->t, .n = d->t_n };
	struct err err = ERR_INIT;
	struct account_last last;
	int64_t *ids;
	bool ok = true;
	size_t n;

	ids = scope_accounts(&s, sides, &n);
	f->accounts = (int64_t)n;
	for (size_t i = 0; i < n && ok; i++) {
		ok = store_account_last(d->p.store, ids[i], &last, &err);
		if (!ok || (ids[i] != tried && last.at == 0))
			continue;
		f->known++;
		f->messages += ids[i] == tried ? f->tried : last.messages;
	}
	free(ids);
	if (!ok)
		checks_add(&d->checks, CHECK_FAIL, exit_of(&err), "forecast", err.hint,
			   "%s", err.text);
	return ok;
}

static void forecast(struct doctor *d, const struct server *s, int64_t tried,
		     const struct audit_probe *pr)
{
	struct plan_forecast_facts f = {
		.tried = pr->messages,
		.login_ms = pr->login_ms,
		.list_ms = pr->list_ms,
		.sample = pr->sample,
		.sample_ms = pr->sample_ms,
		.connections = s->max_connections,
		.modseq = (pr->caps & IMAP_CAP_CONDSTORE) != 0,
	};
	struct strbuf words = STRBUF_INIT;
	struct plan_forecast c;
	char octets[32];
	int64_t need;

	if (!count_accounts(d, s->side, tried, &f) || f.accounts == 0)
		return;
	plan_forecast_make(&f, &c);
	need = c.messages[1] * (ROW_OCTETS + (s->side == SIDE_OLD ? ID_OCTETS : 0));
	d->disk_need += need;
	plan_forecast_say(&words, &f, &c);
	checks_add(&d->checks, CHECK_OK, 0, "forecast", NULL,
		   "%s: %s; up to %s of evidence", side_name(s->side),
		   strbuf_cstr(&words), num_octets(need, octets, sizeof octets));
	strbuf_done(&words);
}

static void check_certificate(struct doctor *d, const struct server *s,
			      const struct audit_probe *pr)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t days = (pr->cert_expiry - clock_now()) / 86400;

	if (s->tls == TLS_NONE)
		return; /* said already */
	if (pr->cert_expiry == 0) {
		checks_add(&d->checks, CHECK_OK, 0, "tls", NULL, "%s: %s",
			   side_name(s->side), pr->tls);
		return;
	}
	clock_iso(pr->cert_expiry, iso);
	checks_add(&d->checks, days < CERT_WARN_DAYS ? CHECK_WARN : CHECK_OK, 0, "tls",
		   days < CERT_WARN_DAYS ? "renew it before the migration ends" : NULL,
		   "%s: %s, certificate valid until %.10s", side_name(s->side), pr->tls,
		   iso);
}

static void tell_capabilities(struct doctor *d, const struct server *s,
			      const struct audit_probe *pr)
{
	static const struct {
		unsigned bit;
		const char *name;
	} caps[] = {
		{ IMAP_CAP_LIST_STATUS, "LIST-STATUS" },
		{ IMAP_CAP_SPECIAL_USE, "SPECIAL-USE" },
		{ IMAP_CAP_CONDSTORE, "CONDSTORE" },
		{ IMAP_CAP_QRESYNC, "QRESYNC" },
		{ IMAP_CAP_ESEARCH, "ESEARCH" },
		{ IMAP_CAP_STATUS_SIZE, "STATUS=SIZE" },
	};
	struct strbuf have = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT_OF(caps); i++)
		if ((pr->caps & caps[i].bit) != 0)
			strbuf_addf(&have, " %s", caps[i].name);
	checks_add(&d->checks, CHECK_OK, 0, "server", NULL,
		   "%s: %s; can%s; Message-IDs are read by %s", side_name(s->side),
		   pr->server_id[0] != '\0' ? pr->server_id : "does not say what it is",
		   have.n > 0 ? strbuf_cstr(&have) : " nothing beyond the basics",
		   pr->envelope ? "ENVELOPE" : "header fields");
	strbuf_done(&have);
}

static const char *what_failed(enum err_class cls)
{
	switch (cls) {
	case ERR_NET:
		return "network";
	case ERR_TLS:
		return "tls";
	case ERR_SERVER:
	case ERR_PROTO:
	case ERR_LIMIT:
		return "server";
	default:
		return "login";
	}
}

/* The log of the server will show the login as the user's own, so it is noted. */
static void note_login(struct doctor *d, enum side side, const char *user,
		       const struct audit_probe *pr)
{
	const struct own_login own = {
		.side = side, .user = user, .at = pr->at, .address = pr->address
	};
	struct err err = ERR_INIT;
	struct project p;

	if (!project_open(d->g, PROJECT_WRITE, &p, &err) ||
	    !store_own_login_add(p.store, &own, &err))
		checks_add(&d->checks, CHECK_WARN, 0, "login", NULL,
			   "%s: this login could not be noted, so the log of the server "
			   "will show %s as used: %s",
			   side_name(side), shown(user), err.text);
	project_close(&p);
}

static void probe(struct doctor *d, enum side side)
{
	struct reading reading = { 0 };
	bool sides[SIDE_COUNT] = { side == SIDE_OLD, side == SIDE_NEW };
	int64_t account;
	const char *user = probe_user(d, side, &account);
	struct err err = ERR_INIT;
	struct audit_probe pr;

	if (user == NULL)
		return;
	if (d->p.config.server[side].tls == TLS_NONE)
		checks_add(&d->checks, CHECK_WARN, 0, "tls",
			   "\"tls\": \"starttls\" or \"implicit\", if the server can",
			   "%s: clear text: passwords and mail can be read on the way",
			   side_name(side));
	if (!reading_open(d->g, &d->p, sides, &reading, &err) ||
	    !audit_probe(&reading.options, side, user, &pr, &err)) {
		checks_add(&d->checks, CHECK_FAIL, exit_of(&err), what_failed(err.cls),
			   err.hint, "%s: %s", side_name(side), err.text);
		goto out;
	}
	note_login(d, side, user, &pr);
	check_certificate(d, &reading.server[side], &pr);
	if (pr.sees_inbox)
		checks_add(&d->checks, CHECK_OK, 0, "login", NULL,
			   "%s: as %s in %lld ms; sees %s, %s", side_name(side),
			   shown(user), (long long)pr.login_ms,
			   counted(pr.folders, "folder"),
			   counted(pr.messages, "message"));
	else
		checks_add(&d->checks, CHECK_FAIL, EXIT_LOGIN, "login",
			   "does the account exist, and may this login open it?",
			   "%s: the login of %s succeeds, but shows no INBOX: it cannot "
			   "see the mail",
			   side_name(side), shown(user));
	tell_capabilities(d, &reading.server[side], &pr);
	if (pr.sees_inbox)
		forecast(d, &reading.server[side], account, &pr);
out:
	reading_close(&reading);
}

/* What the weekly mail needs, but for a mail: nobody is written to here. */
static void check_mail(struct doctor *d)
{
	const struct config_weekly *w = &d->p.config.weekly;
	struct err err = ERR_INIT;

	if (!w->present)
		return;
	if (!mailer_check(&d->p.config, &err))
		checks_add(&d->checks, CHECK_FAIL, exit_of(&err), "mail", err.hint, "%s",
			   err.text);
	else
		checks_add(&d->checks, CHECK_OK, 0, "mail", NULL,
			   "weekly: to %s, by %s; nothing was sent",
			   counted((int64_t)w->to_n, "recipient"),
			   shown(w->smtp != NULL ? w->smtp->host : w->sendmail));
}

static bool examine(struct doctor *d, struct err *err)
{
	int side;

	if (!project_open(d->g, PROJECT_READ, &d->p, err))
		return false;
	if (!store_transfers(d->p.store, false, &d->arena, &d->t, &d->t_n, err) ||
	    (d->account != NULL && !store_transfer_find(d->p.store, d->account, &d->arena,
							&d->chosen, &d->listed, err)))
		return false;
	checks_add(&d->checks, CHECK_OK, 0, "config", NULL, "%s: %s, %s",
		   d->p.config.path, shown(d->p.config.project),
		   project_one_sided(&d->p) ? "old server only" : "old and new server");
	check_servers(d);
	check_modes(d);
	check_clock(d);
	if (d->t_n == 0)
		checks_add(&d->checks, CHECK_WARN, 0, "accounts",
			   "mailmuster accounts import", "none are listed yet");
	for (side = 0; side < SIDE_COUNT; side++)
		if (d->p.config.present[side])
			probe(d, (enum side)side);
	check_disk(d);
	check_mail(d);
	return true;
}

enum { OPT_ACCOUNT = OPT_OWN };
static const struct option options[] = {
	{ "account", required_argument, NULL, OPT_ACCOUNT },
	{ NULL, 0, NULL, 0 },
};

static int run(struct globals *g, int argc, char **argv)
{
	static struct doctor d; /* it is large */
	struct err err = ERR_INIT;
	const char *value;
	struct args a;
	int code, opt;

	d.g = g;
	args_init(&a, g, &cmd_doctor, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != OPT_ACCOUNT)
			return a.exit;
		d.account = value;
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	arena_init(&d.arena);
	if (examine(&d, &err)) {
		checks_print(g, &d.checks);
		code = checks_code(&d.checks);
	} else {
		code = msg_fail(g, &err);
	}
	checks_done(&d.checks);
	arena_done(&d.arena);
	project_close(&d.p);
	return code;
}

static const char help[] =
	"Logs in to one account per server, stores nothing, and says of each thing\n"
	"whether it is in order, with a remedy where it is not. The forecast tells\n"
	"between which times a first audit should take, and one in which nothing has\n"
	"changed, and what that assumes: it knows one account, and those read before.\n"
	"\n"
	"  --account NAME  try this account, or login, instead of the first listed\n"
	"\n"
	"Exit code: that of the first failure (4 login, 5 network, 6 config, 7 this\n"
	"machine); warnings are 0.\n";

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "try everything once: config, TLS, login, disk, and a forecast",
	.usage = "[--account NAME]",
	.help = help,
	.options = options,
	.run = run,
};
