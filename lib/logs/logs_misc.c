/* SPDX-License-Identifier: MIT */
/*
 * Servers of which only some lines are known: Axigen, Kerio, Domino, MDaemon, Stalwart,
 * James.
 *
 *   TS LVL HOST IMAP:SESSION: User [U] successfully authorized!             (Axigen)
 *   TS LVL HOST IMAP:SESSION: [..] connection accepted from [IP:port]
 *   [TS] Failed SMTP login from IP with SASL method M.                      (Kerio)
 *   [TS] SMTP: User U doesn't exist. Attempt from IP address IP.
 *   TS   smtp: U [IP] authentication failure using internet password        (Domino)
 *   Www TS: NN: Accepting IMAP connection from IP:port                      (MDaemon)
 *   TS LEVEL Text (auth.success) key = "v", ..                             (Stalwart)
 */
#include "logs/logs_in.h"

static enum log_protocol named(struct span s)
{
	return span_istarts(s, "IMAP")	       ? LOG_IMAP
	       : span_istarts(s, "POP3")       ? LOG_POP3
	       : span_istarts(s, "sieve")      ? LOG_SIEVE
	       : span_istarts(s, "http")       ? LOG_HTTP
	       : span_istarts(s, "SMTP")       ? LOG_SUBMISSION
	       : span_istarts(s, "submission") ? LOG_SUBMISSION
	       : span_ieq_str(s, "WEBMAIL")    ? LOG_WEBMAIL
					       : LOG_NO_PROTOCOL;
}

/* Level is two digits; host; "IMAP:000056A7:". */
static enum log_verdict axigen(struct span s, struct logs_sessions *sessions,
			       struct log_line *out)
{
	struct span level = log_word(&s), host = log_word(&s), id, what;
	struct logs_session *known;
	enum log_protocol protocol;
	ptrdiff_t colon;

	if (level.n != 2 || !log_digit(level.p[0]) || !log_digit(level.p[1]) ||
	    host.n == 0)
		return NOT_MINE;
	colon = span_index(s, ':');
	if (colon <= 0 || colon > 12)
		return NOT_MINE;
	what = log_upto(s, (size_t)colon);
	id = span_from(s, (size_t)colon + 1);
	colon = span_index(id, ':');
	if (colon <= 0 || colon > 16)
		return NOT_MINE;
	s = span_from(id, (size_t)colon + 1);
	id.n = (size_t)colon;
	log_blanks(&s);
	out->host = host;
	protocol = named(what);
	known = logs_session(sessions, what, id);
	colon = log_find(s, "connection accepted from [");
	if (colon >= 0) {
		out->rip = log_address(span_from(s, (size_t)colon + 25));
		logs_session_rip(known, out->rip);
		return MINE;
	}
	if (log_eat(&s, "User [")) {
		colon = log_find_last(s, "] successfully authorized");
		if (colon <= 0)
			return MINE;
		out->kind = LOG_LOGIN;
		out->user = log_upto(s, (size_t)colon);
	} else if (log_eat(&s, "Authentication error for user '")) {
		colon = log_find_last(s, "'");
		if (colon < 0)
			return BROKEN;
		out->kind = LOG_FAIL;
		out->user = log_upto(s, (size_t)colon);
	} else {
		return MINE;
	}
	out->protocol = protocol;
	out->rip = (struct span){ known->rip, known->rip_n };
	return MINE;
}

static enum log_verdict kerio(struct span s, struct log_line *out)
{
	ptrdiff_t at;

	if (log_eat(&s, "Failed ")) {
		struct span p = log_word(&s);

		if (!log_eat(&s, "login from "))
			return NOT_MINE;
		out->kind = LOG_FAIL;
		out->protocol = named(p);
		out->rip = log_address(log_word(&s));
		return MINE;
	}
	if (!log_starts(s, "SMTP: User ") && !log_starts(s, "IMAP: User ") &&
	    !log_starts(s, "POP3: User "))
		return NOT_MINE;
	out->protocol = named(log_upto(s, 4));
	s = span_from(s, 11);
	at = log_find_last(s, " doesn't exist. Attempt from IP address ");
	if (at < 0) {
		out->protocol = LOG_NO_PROTOCOL;
		return MINE;
	}
	out->kind = LOG_FAIL;
	out->user = log_upto(s, (size_t)at);
	s = span_from(s, (size_t)at + 40);
	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	out->rip = log_address(s);
	return MINE;
}

static enum log_verdict domino(struct span s, struct log_line *out)
{
	static const char *const ends[] = { "] authentication failure using internet",
					    "] authentication failure" };
	ptrdiff_t at = -1, open;

	for (size_t i = 0; i < COUNT_OF(ends) && at < 0; i++)
		at = log_find_last(s, ends[i]);
	if (at < 0)
		return NOT_MINE;
	s.n = (size_t)at + 1;
	open = log_find_last(s, " [");
	if (open < 0)
		return BROKEN;
	out->kind = LOG_FAIL;
	out->protocol = LOG_SUBMISSION;
	out->user = log_upto(s, (size_t)open);
	out->rip = log_address(span_from(s, (size_t)open + 1));
	return MINE;
}

static enum log_verdict mdaemon(struct span s, struct log_line *out)
{
	ptrdiff_t at = log_find(s, " connection from ");

	if (!log_starts(s, "Accepting "))
		return MINE;
	if (at > 0) {
		s = span_from(s, (size_t)at + 17);
		out->rip = log_address(log_word(&s));
	}
	return MINE;
}

static struct span stalwart_value(struct span s, const char *key)
{
	ptrdiff_t at = log_find(s, key), end;

	if (at < 0)
		return (struct span){ s.p, 0 };
	s = span_from(s, (size_t)at + strlen(key));
	if (log_eat(&s, "\"")) {
		end = span_index(s, '"');
		return log_upto(s, end < 0 ? 0 : (size_t)end);
	}
	return log_value(s, "");
}

static enum log_verdict stalwart(struct span s, struct log_line *out)
{
	bool good = log_has(s, " (auth.success) ");

	if (!good && !log_has(s, " (auth.failed) "))
		return NOT_MINE;
	out->user = stalwart_value(s, "accountName = ");
	out->rip = log_address(stalwart_value(s, "remoteIp = "));
	out->protocol = named(stalwart_value(s, "listenerId = "));
	out->kind = good ? LOG_LOGIN : LOG_FAIL;
	return good && out->user.n == 0 ? BROKEN : MINE;
}

/* The octet there; a blank at the end of the line. */
static char behind_stamp(const struct log_head *h, const struct log_line *out)
{
	const char *p = out->stamp_text.p + out->stamp_text.n;

	return p < h->line.p + h->line.n ? *p : ' ';
}

enum log_verdict logs_misc(const struct log_head *h, struct logs_sessions *sessions,
			   struct log_line *out)
{
	enum log_verdict v;

	if (h->bracketed)
		return kerio(h->rest, out);
	if (out->stamp_text.n > 3 && out->stamp_text.p > h->line.p + 3 &&
	    out->stamp_text.p[-1] == ' ' && out->stamp.kind == LOG_STAMP_LOCAL &&
	    h->line.p[3] == ' ' && behind_stamp(h, out) == ':')
		return mdaemon(h->text, out);
	if (span_eq_str(h->tag, "stalwart") || span_eq_str(h->tag, "stalwart-mail"))
		return MINE;
	if (span_ieq_str(h->tag, "smtp") ||
	    span_ieq_str(h->rest.n > 11 ? log_upto(h->rest, 11) : h->tag,
			 "SMTP Server")) {
		struct span s = h->rest;
		ptrdiff_t colon = log_find(s, ": ");

		if (colon > 0) {
			s = span_from(s, (size_t)colon + 2);
			v = domino(s, out);
			if (v != NOT_MINE)
				return v;
		}
	}
	v = axigen(h->rest, sessions, out);
	return v != NOT_MINE ? v : stalwart(h->rest, out);
}

enum log_verdict logs_james(const struct log_json *j, struct log_line *out)
{
	static const char failed[] = "Authentication failed";

	if (j->logger.n == 0 || !log_has(j->logger, "AuditTrail"))
		return NOT_MINE;
	out->protocol = named(j->protocol);
	if (j->ip.n == 0) /* each event is written twice, once without address */
		return MINE;
	out->rip = log_address(j->ip);
	if (log_has(j->message, failed))
		out->kind = LOG_FAIL;
	else if (log_has(j->message, "Authentication succeeded"))
		out->kind = LOG_LOGIN;
	if (out->kind == LOG_OTHER) {
		out->rip.n = 0;
		out->protocol = LOG_NO_PROTOCOL;
	} else {
		out->user = j->username;
	}
	return MINE;
}
