/* SPDX-License-Identifier: MIT */
/*
 * Cyrus IMAP 1.x to 3.x, and the logfmt of its development releases.
 *
 *   HDR [PREFIX/]SERVICE[PID]: login: [HOST ][IP] USER[MAGIC] MECH[+TLS] User logged in[
 * SESSIONID=<S>] HDR ...: badlogin: [HOST ][IP] plaintext USER SASL(-13): text | MECH
 * [(USER) ][SASL(-13): text] HDR lmtp...: Delivered: <MSGID> to mailbox: BOX HDR ...:
 * event=login.good r.clienthost=.. u.username=.. login.mech=..
 *
 * A service is named by the administrator, and imap and imapd are names that UW and
 * Courier have as well: the text decides.
 */
#include "logs/logs_in.h"

static bool holds(struct span tag, const char *word)
{
	return log_has(tag, word);
}

/* The service; false: of another program, or one whose logins are no user's. */
static bool service(struct span tag, enum log_protocol *out)
{
	struct span base = log_base(tag);

	if (span_eq_str(base, "imap")) { /* nearly always */
		*out = LOG_IMAP;
		return true;
	}
	if (holds(base, "lmtp") || holds(base, "mupdate") || holds(base, "sync") ||
	    holds(base, "idle") || holds(base, "nntp"))
		return false;
	*out = holds(base, "imap")    ? LOG_IMAP
	       : span_eq_str(base, "proxyd") ? LOG_IMAP
	       : holds(base, "pop")   ? LOG_POP3
	       : holds(base, "sieve") ? LOG_SIEVE
	       : holds(base, "http")  ? LOG_HTTP
				      : LOG_NO_PROTOCOL;
	return *out != LOG_NO_PROTOCOL;
}

/* "HOST [IP] rest", "HOST[IP] rest", "[IP] rest". */
static bool take_client(struct span *s, struct span *rip)
{
	ptrdiff_t open = span_index(*s, '['), close;

	if (open < 0)
		return false;
	close = log_find(*s, "] ");
	if (close < open)
		return false;
	*rip = log_address((struct span){ s->p + open + 1, (size_t)(close - open) - 1 });
	*s = span_from(*s, (size_t)close + 2);
	return true;
}

static enum log_verdict login(struct span s, const struct log_head *h,
			      struct log_line *out)
{
	ptrdiff_t at;
	struct span user;

	if (!take_client(&s, &out->rip))
		return BROKEN;
	at = log_find_last(s, " User logged in");
	user = at < 0 ? span_trim(s) : log_upto(s, (size_t)at);
	/* up to 2.0 nothing stands behind "plaintext" */
	if (at < 0 && !log_ends(user, " plaintext") && !log_ends(user, " plaintext+TLS"))
		return BROKEN;
	at = log_find_last(user, " "); /* MECH */
	if (at <= 0)
		return BROKEN;
	user.n = (size_t)at;
	/* Suffixes that choose a folder or a mode over POP. */
	if (out->protocol == LOG_POP3)
		for (size_t i = 1; i < user.n; i++)
			if (user.p[i] == '+' || user.p[i] == '%')
				user.n = i;
	out->kind = LOG_LOGIN;
	out->user = user;
	out->session = h->pid;
	return MINE;
}

static enum log_verdict badlogin(struct span s, struct log_line *out)
{
	static const char *const why[] = { " invalid user", " invalid password",
					   " wrong password", " Incorrect password",
					   " Login incorrect" };
	ptrdiff_t at;

	if (!take_client(&s, &out->rip))
		return BROKEN;
	out->kind = LOG_FAIL;
	if (log_eat(&s, "plaintext ")) {
		at = log_find_last(s, " SASL(");
		for (size_t i = 0; at < 0 && i < COUNT_OF(why); i++)
			at = log_find_last(s, why[i]);
		out->user = log_upto(s, at < 0 ? s.n : (size_t)at);
		return MINE;
	}
	(void)log_word(&s); /* MECH */
	if (log_eat(&s, "(")) {
		at = log_find_last(s, ") [");
		if (at < 0)
			at = log_find_last(s, ")");
		if (at < 0)
			return BROKEN;
		out->user = log_upto(s, (size_t)at);
	}
	return MINE;
}

/* logfmt: the value of a key, without the quotes it has when it holds blanks. */
static struct span logfmt(struct span s, const char *key)
{
	ptrdiff_t at = log_find(s, key);
	struct span v;
	size_t n = 0;

	if (at < 0)
		return (struct span){ s.p, 0 };
	v = span_from(s, (size_t)at + strlen(key));
	if (log_eat(&v, "\"")) {
		while (n < v.n && v.p[n] != '"')
			n += v.p[n] == '\\' && n + 1 < v.n ? 2 : 1;
		return log_upto(v, n);
	}
	while (n < v.n && v.p[n] != ' ')
		n++;
	return log_upto(v, n);
}

static enum log_verdict event(struct span s, const struct log_head *h,
			      struct log_line *out)
{
	bool good = log_starts(s, "event=login.good ");
	struct span host;

	if (!good && !log_starts(s, "event=login.bad "))
		return MINE;
	host = logfmt(s, " r.clienthost=");
	out->user = logfmt(s, " u.username=");
	out->rip = log_bracket_last(host);
	if (out->rip.n == 0)
		out->rip = log_address(host);
	out->session = h->pid;
	if (good && out->user.n == 0)
		return BROKEN;
	out->kind = good ? LOG_LOGIN : LOG_FAIL;
	return MINE;
}

/* client id[ sessionid=<S>]: "name" "X" "version" "Y" */
static void client(struct span s, const struct log_head *h, struct log_line *out)
{
	ptrdiff_t at = log_find(s, "\"name\" \"");

	if (at < 0)
		return;
	s = span_from(s, (size_t)at + 8);
	at = span_index(s, '"');
	if (at <= 0)
		return;
	out->client = log_upto(s, (size_t)at);
	out->session = h->pid;
	out->flags |= LOG_F_CLIENT;
}

static enum log_verdict delivered(struct span s, struct log_line *out)
{
	static const char to[] = " to mailbox: ";
	ptrdiff_t at = log_find_last(s, to);

	if (at < 0)
		return BROKEN;
	out->user = span_from(s, (size_t)at + sizeof to - 1);
	if (out->user.n == 0)
		return BROKEN;
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LMTP;
	return MINE;
}

enum log_verdict logs_cyrus(const struct log_head *h, struct log_line *out)
{
	struct span s = h->text;
	enum log_protocol protocol = LOG_NO_PROTOCOL;
	enum log_verdict v = MINE;

	if (log_eat(&s, "login: ") || log_starts(s, "badlogin: ") ||
	    log_starts(s, "event=")) {
		if (!service(h->tag, &protocol))
			return holds(h->tag, "lmtp") || holds(h->tag, "cyrus") ? MINE
									       : NOT_MINE;
		out->protocol = protocol;
		v = log_eat(&s, "badlogin: ") ? badlogin(s, out)
		    : log_starts(s, "event=") ? event(s, h, out)
					      : login(s, h, out);
		if (out->kind == LOG_OTHER)
			out->protocol = LOG_NO_PROTOCOL;
		return v;
	}
	if (log_eat(&s, "Delivered: "))
		return delivered(s, out);
	if (log_starts(s, "client id")) {
		client(s, h, out);
		return MINE;
	}
	if (log_starts(h->tag, "cyrus") || log_has(h->tag, "lmtpunix") ||
	    log_starts(s, "USAGE ") || log_starts(s, "accepted connection") ||
	    log_starts(s, "duplicate_check: ") || log_starts(s, "starttls: ") ||
	    log_starts(s, "SQUAT ") || log_starts(s, "open: user ") ||
	    log_starts(s, "counts: retr=") || log_starts(s, "lmtp connection "))
		return MINE;
	return NOT_MINE;
}
