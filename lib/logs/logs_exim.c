/* SPDX-License-Identifier: MIT */
/*
 * Exim: mainlog, or syslog.
 *
 *   TS [[PID] ]ID <= SENDER H=.. [IP][:port] P=esmtp[s]a .. A=DRIVER[:ID] .. S=n
 *   TS DRIVER authenticator failed for HOST (HELO) [IP]:port: 535 .. (set_id=U)
 *   TS ID => LOCAL [(PARENT) ]<ADDR> [F=<..> ][P=<..> ]R=.. T=..
 *
 * Without H=, or by a transport that is named for LMTP: a local mailbox.  ADDR is to what
 * the message came; where a whole address stands before it, that is where it went.
 */
#include "logs/logs_in.h"

/* "1xVV69-0000EE-1g ", "10HmbC-000000005vi-0000 " off the front. */
static bool take_id(struct span *s, struct span *id)
{
	size_t n = 0, dashes = 0;

	while (n < s->n && s->p[n] != ' ') {
		char c = span_lower(s->p[n]);

		if (c == '-' && (n == 6 || n == 13 || n == 18))
			dashes++;
		else if (!log_digit(c) && !(c >= 'a' && c <= 'z'))
			return false;
		n++;
	}
	if (dashes != 2 || (n != 16 && n != 23) || n == s->n)
		return false;
	*id = log_upto(*s, n);
	*s = span_from(*s, n + 1);
	return true;
}

/* The client's address: the last before the port we listen on and the protocol; the HELO
 * text before it is the client's own choice. */
static struct span client(struct span s)
{
	ptrdiff_t end = log_find(s, " I=[");

	if (end < 0)
		end = log_find(s, " P=");
	return log_bracket_last(log_upto(s, end < 0 ? s.n : (size_t)end));
}

static enum log_verdict arrived(struct span s, struct log_line *out)
{
	static const char *const behind[] = { " M8S=", " RT=", " PRX=", " K" };
	ptrdiff_t host = log_find(s, " H="), p, a, end;
	struct span in;
	size_t n = 0;

	if (host < 0)
		return MINE;
	in = span_from(s, (size_t)host);
	out->from = client(in);
	out->flags |= LOG_F_SENDER;
	p = log_find(in, " P=");
	if (p < 0)
		return MINE;
	in = span_from(in, (size_t)p + 3);
	while (n < in.n && in.p[n] != ' ')
		n++;
	if (n == 0 || (in.p[n - 1] != 'a' && !log_starts(in, "asmtp")))
		return MINE;
	end = log_find(in, " T=\""); /* the subject is the sender's choice */
	a = log_find(log_upto(in, end < 0 ? in.n : (size_t)end), " A=");
	if (a < 0)
		return MINE;
	out->kind = LOG_LOGIN;
	out->protocol = LOG_SUBMISSION;
	out->rip = out->from;
	in = span_from(in, (size_t)a + 3);
	for (n = 0; n < in.n && in.p[n] != ':' && in.p[n] != ' ';)
		n++;
	if (n == in.n || in.p[n] == ' ')
		return MINE; /* driver alone: nobody is named */
	in = span_from(in, n + 1);
	end = log_find(in, " S=");
	in = end >= 0 ? log_upto(in, (size_t)end) : log_word(&in);
	for (size_t i = 0; i < COUNT_OF(behind); i++)
		if ((end = log_find(in, behind[i])) > 0)
			in.n = (size_t)end;
	/* "joe:joe@example.org": the sender that the client claimed (smtp_mailauth) */
	end = log_find_last(in, ":");
	if (end > 0 && span_index(span_from(in, (size_t)end), '@') > 0)
		in.n = (size_t)end;
	out->user = in;
	return MINE;
}

/* "joe", "joe@example.org", "/home/joe/Maildir/" with what else stands before " R=": the
 * mailbox, and the address under which it came. */
static bool take_recipient(struct span to, struct log_line *out)
{
	static const char *const behind[] = { " F=<", " P=<" };
	ptrdiff_t at, parent;
	struct span final;

	for (size_t i = 0; i < COUNT_OF(behind); i++)
		if ((at = log_find(to, behind[i])) > 0)
			to.n = (size_t)at;
	to = span_trim(to);
	at = log_find_last(to, " <");
	if (at < 0 || to.p[to.n - 1] != '>') {
		out->user = to;
		return to.n > 0;
	}
	final = span_trim(log_upto(to, (size_t)at));
	out->user = (struct span){ to.p + at + 2, to.n - (size_t)at - 3 };
	parent = log_find(final, " (");
	if (parent > 0)
		final.n = (size_t)parent;
	if (final.n > 0 && final.p[0] != '/' && span_index(final, '@') > 0 &&
	    !span_ieq(final, out->user)) { /* an alias */
		out->rcpt = out->user;
		out->user = final;
	}
	return out->user.n > 0;
}

static enum log_verdict delivered(struct span s, struct log_line *out)
{
	ptrdiff_t route = log_find(s, " R="), at;
	struct span to = log_upto(s, route < 0 ? s.n : (size_t)route), rest, transport;
	bool lmtp;

	rest = span_from(s, to.n);
	if (route < 0 || log_starts(to, ":blackhole:") || log_starts(to, "|") ||
	    log_starts(to, "discarded"))
		return MINE;
	at = log_find(rest, " T=");
	transport = at < 0 ? (struct span){ s.p, 0 } : span_from(rest, (size_t)at + 3);
	transport = log_word(&transport);
	lmtp = log_has(transport, "lmtp");
	if (!lmtp && log_has(rest, " H="))
		return MINE;
	if (!take_recipient(to, out))
		return BROKEN;
	out->kind = LOG_DELIVERY;
	out->protocol = lmtp ? LOG_LMTP : LOG_LOCAL;
	out->flags |= lmtp ? LOG_F_MTA : 0;
	return MINE;
}

/* HELO holds no blanks, set_id may hold anything: the first 535 is the server's. */
static enum log_verdict refused(struct span s, struct log_line *out)
{
	ptrdiff_t code = log_find(s, ": 535 "), id, local;
	struct span who;

	if (code < 0)
		return MINE;
	who = log_upto(s, (size_t)code);
	local = log_find_last(who, " I=[");
	if (local >= 0)
		who.n = (size_t)local;
	out->rip = log_bracket_last(who);
	out->kind = LOG_FAIL;
	out->protocol = LOG_SUBMISSION;
	id = log_find_last(s, "(set_id=");
	if (id > code && log_ends(s, ")"))
		out->user = (struct span){ s.p + id + 8, s.n - (size_t)id - 9 };
	return MINE;
}

enum log_verdict logs_exim(const struct log_head *h, struct log_line *out)
{
	bool tagged = log_starts(h->tag, "exim");
	struct span s = tagged && h->syslog ? h->text : h->rest;
	ptrdiff_t at;

	if (log_starts(s, "[") && s.n > 2 && log_digit(s.p[1]) &&
	    (at = log_find(s, "] ")) > 0 && at < 12)
		s = span_from(s, (size_t)at + 2);
	if (take_id(&s, &out->session)) {
		if (log_eat(&s, "<= "))
			return arrived(s, out);
		if (log_eat(&s, "=> ") || log_eat(&s, "-> "))
			return delivered(s, out);
		return MINE;
	}
	at = log_find(s, " authenticator failed for ");
	if (at > 0 && at < 64 && span_index(log_upto(s, (size_t)at), ' ') < 0)
		return refused(s, out);
	return tagged || log_starts(s, "H=") || log_starts(s, "Start queue run") ||
			       log_starts(s, "End queue run") ||
			       log_starts(s, "no host name found")
		       ? MINE
		       : NOT_MINE;
}
