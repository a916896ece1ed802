/* SPDX-License-Identifier: MIT */
/*
 * Postfix: SMTP AUTH and delivery to local mailboxes.
 *
 *   HDR postfix[...]/smtpd[PID]: QID: client=HOST[IP][:PORT][, sasl_method=M,
 * sasl_username=U[, sasl_sender=..]] HDR ..: warning: HOST[IP][:PORT]: SASL M
 * authentication failed: TEXT[, sasl_username=U] HDR
 * postfix/(local|virtual|lmtp|pipe)[PID]: QID: to=<A>, [orig_to=<B>, ]relay=R, ..,
 * status=sent (TEXT)
 *
 * RFC 5424 as rsyslog writes it holds "postfix" without the daemon: there the relay
 * decides.
 */
#include "logs/logs_in.h"

#define QUEUE_ID_MAX 48 /* octets in which a queue id ends */

static void warned(struct span s, struct log_line *out)
{
	static const char failed[] = " authentication failed";
	ptrdiff_t at = log_find(s, "]: SASL "), user;
	struct span rest;

	if (at < 0) /* "HOST[IP]:PORT: SASL ..." */
		at = log_find(s, ": SASL ");
	rest = at < 0 ? s : span_from(s, (size_t)at);
	if (at < 0 || !log_has(rest, failed) ||
	    log_has(rest, "Connection lost to authentication server"))
		return;
	out->kind = LOG_FAIL;
	out->protocol = LOG_SUBMISSION;
	out->rip = log_bracket_last(log_upto(s, (size_t)at + 1));
	user = log_find_last(rest, ", sasl_username=");
	if (user >= 0)
		out->user = span_from(rest, (size_t)user + 16);
}

static enum log_verdict smtpd(struct span s, bool no_sender, struct log_line *out)
{
	static const char key[] = ", sasl_username=";
	ptrdiff_t at, end;
	struct span client;

	/* most lines of this daemon */
	if (log_starts(s, "connect from ") || log_starts(s, "disconnect from "))
		return MINE;
	at = log_find(log_upto(s, QUEUE_ID_MAX), ": client=");
	if (at <= 0)
		return MINE;
	client = span_from(s, (size_t)at + 9);
	end = log_find(client, key);
	if (end < 0 && no_sender)
		return MINE;
	out->session = log_upto(s, (size_t)at);
	at = end;
	out->from = log_bracket_last(log_upto(client, at < 0 ? client.n : (size_t)at));
	out->flags |= LOG_F_SENDER;
	if (at < 0)
		return MINE;
	out->rip = out->from;
	out->user = span_from(client, (size_t)at + sizeof key - 1);
	end = log_find_last(out->user, ", sasl_sender=");
	if (end >= 0)
		out->user.n = (size_t)end;
	if (out->user.n == 0)
		return BROKEN;
	out->kind = LOG_LOGIN;
	out->protocol = LOG_SUBMISSION;
	return MINE;
}

/* "<A>" behind "to=" up to the element that follows. */
static bool take_address(struct span *s, struct span *out)
{
	static const char *const ends[] = { ">, orig_to=<", ">, relay=" };

	if (!log_eat(s, "<"))
		return false;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		ptrdiff_t at = log_find(*s, ends[i]);

		if (at >= 0) {
			*out = log_upto(*s, (size_t)at);
			*s = span_from(*s, (size_t)at + 3);
			return true;
		}
	}
	return false;
}

enum agent { AGENT_NONE, AGENT_LOCAL, AGENT_VIRTUAL, AGENT_LMTP, AGENT_PIPE };

static enum agent agent_of(struct span daemon, struct span relay)
{
	if (span_eq_str(daemon, "local"))
		return AGENT_LOCAL;
	if (span_eq_str(daemon, "virtual"))
		return AGENT_VIRTUAL;
	if (span_eq_str(daemon, "lmtp"))
		return AGENT_LMTP;
	if (span_eq_str(daemon, "pipe"))
		return AGENT_PIPE;
	if (!span_eq_str(daemon, "postfix"))
		return AGENT_NONE;
	return span_eq_str(relay, "local")			     ? AGENT_LOCAL
	       : span_eq_str(relay, "virtual")			     ? AGENT_VIRTUAL
	       : log_has(relay, "[private/") || log_has(relay, "[/") ? AGENT_LMTP
	       : log_has(relay, "[") || span_eq_str(relay, "none")   ? AGENT_NONE
								     : AGENT_PIPE;
}

/* The service of master.cf: what it is called mostly where it delivers. */
static bool is_deliverer(struct span relay)
{
	static const char *const names[] = { "dovecot", "maildrop", "cyrus",  "procmail",
					     "deliver", "lda",	    "zarafa", "kopano",
					     "dbmail" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (log_starts(relay, names[i]))
			return true;
	return false;
}

/*
 * "... queued as 4F2A90B1C)": taken by another MTA, a filter for the most part, to which
 * LMTP is spoken: no mailbox has it yet.
 */
bool logs_queued_on(struct span s)
{
	static const char queued[] = "queued as";
	const char *blank = memrchr(s.p, ' ', s.n);
	size_t n;

	if (blank == NULL || (n = (size_t)(blank - s.p)) < sizeof queued)
		return false;
	return memcmp(blank - (sizeof queued - 1), queued, sizeof queued - 1) == 0;
}

/* status=sent of a delivery agent; text is what stands in the last parentheses. */
static enum log_verdict sent(struct span s, struct span daemon, struct log_line *out)
{
	ptrdiff_t at = log_find(log_upto(s, QUEUE_ID_MAX), ": to=<"), status;
	struct span user, rcpt = { s.p, 0 }, relay;
	enum agent agent;

	if (at <= 0)
		return MINE;
	out->session = log_upto(s, (size_t)at);
	s = span_from(s, (size_t)at + 5);
	status = log_find_last(s, ", status=sent (");
	if (status < 0 || logs_queued_on(s))
		return MINE;
	if (!take_address(&s, &user))
		return BROKEN;
	if (log_eat(&s, "orig_to=") && !take_address(&s, &rcpt))
		return BROKEN;
	relay = log_value(s, "relay=");
	agent = agent_of(daemon, relay);
	if (agent == AGENT_LOCAL &&
	    (log_has(s, "status=sent (forwarded as ") ||
	     log_has(s, "status=sent (delivered to command: ") ||
	     log_has(s, "status=sent (delivered to file: /dev/null")))
		agent = AGENT_NONE;
	if (agent == AGENT_PIPE && !is_deliverer(relay))
		agent = AGENT_NONE;
	if (agent == AGENT_NONE)
		return MINE;
	if (user.n == 0)
		return BROKEN;
	out->kind = LOG_DELIVERY;
	out->user = user;
	out->rcpt = rcpt;
	switch (agent) {
	case AGENT_NONE:
	case AGENT_LOCAL:
		out->protocol = LOG_LOCAL;
		break;
	case AGENT_VIRTUAL:
		out->protocol = LOG_VIRTUAL;
		break;
	case AGENT_LMTP:
		out->protocol = LOG_LMTP;
		out->flags |= LOG_F_MTA;
		break;
	case AGENT_PIPE:
		out->protocol = log_starts(relay, "dovecot") ? LOG_PIPE_DOVECOT : LOG_LDA;
		out->flags |= log_starts(relay, "maildrop") ||
					      log_starts(relay, "procmail")
				      ? 0
				      : LOG_F_MTA;
		break;
	}
	return MINE;
}

/* syslog_name is the site's choice ("relay/submission/smtpd", "smtpd"): the texts that
 * tell something are known, whatever their tag begins with. */
static enum log_verdict renamed(const struct log_head *h, struct log_line *out)
{
	struct span daemon = log_base(h->tag), s = h->text, rest = s;
	struct span first = log_word(&rest); /* "4F2A90B1C:" */

	if (span_eq_str(daemon, "smtpd") && log_has(s, ", sasl_username=")) {
		if (log_eat(&s, "warning: "))
			warned(s, out);
		else if (log_ends(first, ":") && log_starts(rest, "client="))
			return smtpd(s, h->no_sender, out);
		return out->kind != LOG_OTHER ? MINE : NOT_MINE;
	}
	if (daemon.n < h->tag.n &&
	    (span_eq_str(daemon, "local") || span_eq_str(daemon, "virtual") ||
	     span_eq_str(daemon, "lmtp") || span_eq_str(daemon, "pipe")) &&
	    log_ends(first, ":") && log_starts(rest, "to=<"))
		return sent(s, daemon, out);
	return NOT_MINE;
}

enum log_verdict logs_postfix(const struct log_head *h, struct log_line *out)
{
	struct span daemon = log_base(h->tag), s = h->text;

	if (!log_starts(h->tag, "postfix"))
		return h->pid.n > 0 ? renamed(h, out) : NOT_MINE;
	if (daemon.n == 0)
		return MINE;
	switch (daemon.p[0]) {
	case 's': /* smtpd; smtp and scache deliver elsewhere */
		if (!span_eq_str(daemon, "smtpd") && !span_eq_str(daemon, "smtps") &&
		    !span_eq_str(daemon, "submission"))
			return MINE;
		if (log_eat(&s, "warning: ")) {
			warned(s, out);
			return MINE;
		}
		return smtpd(s, h->no_sender, out);
	case 'l': /* local, lmtp */
	case 'v': /* virtual; verify says no "to=" */
		return sent(s, daemon, out);
	case 'p':
		if (!span_eq_str(daemon, "postfix"))
			return span_eq_str(daemon, "pipe") ? sent(s, daemon, out) : MINE;
		if (log_eat(&s, "warning: ")) {
			warned(s, out);
			return MINE;
		}
		return log_has(s, ": client=") ? smtpd(s, h->no_sender, out)
					       : sent(s, daemon, out);
	default:
		return MINE;
	}
}
