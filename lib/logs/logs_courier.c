/* SPDX-License-Identifier: MIT */
/*
 * Courier IMAP and POP3.
 *
 *   HDR PROG: [INFO: ]LOGIN, user=USER, ip=[IP][, port=[N]][, protocol=IMAP][,
 * starttls=1] HDR PROG: LOGIN FAILED, user=USER|method=MECH, ip=[IP] HDR PROG:
 * LOGOUT|DISCONNECTED|TIMEOUT[, user=USER], ip=[IP], ... HDR PROG: Connection, ip=[IP]
 */
#include "logs/logs_in.h"

static bool program(struct span tag, enum log_protocol *out)
{
	static const struct {
		const char *name;
		enum log_protocol protocol;
	} list[] = { { "imapd", LOG_IMAP },
		     { "imapd-ssl", LOG_IMAP },
		     { "imaplogin", LOG_IMAP },
		     { "pop3d", LOG_POP3 },
		     { "pop3d-ssl", LOG_POP3 },
		     { "pop3login", LOG_POP3 },
		     { "courierpop3login", LOG_POP3 },
		     { "courierimaplogin", LOG_IMAP },
		     { "courierpop3d", LOG_POP3 },
		     { "courierimapd", LOG_IMAP },
		     { "courier-imapd", LOG_IMAP },
		     { "courier-imaps", LOG_IMAP },
		     { "courier-pop3d", LOG_POP3 },
		     { "courier-pop3s", LOG_POP3 },
		     { "imap4d", LOG_IMAP },
		     { "imap4d-ssl", LOG_IMAP } };

	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (span_eq_str(tag, list[i].name)) {
			*out = list[i].protocol;
			return true;
		}
	return false;
}

/* ", ip=[::ffff:192.0.2.1]"; a user may hold it, so the last one. */
static ptrdiff_t take_ip(struct span s, struct span *rip)
{
	ptrdiff_t at = log_find_last(s, ", ip=[");

	if (at >= 0)
		*rip = log_address(span_from(s, (size_t)at + 5));
	return at;
}

/* courierlocal: id=ID,from=<F>,addr=<A>[,size=N],success: Message delivered. */
static enum log_verdict delivered(struct span s, struct log_line *out)
{
	ptrdiff_t addr = log_find_last(s, ">,addr=<"), end;
	struct span user;

	if (!log_starts(s, "id=") || addr < 0 || !log_ends(s, ": Message delivered."))
		return MINE;
	user = span_from(s, (size_t)addr + 8);
	end = log_find_last(user, ">,");
	if (end < 0)
		end = log_find_last(user, ">: ");
	if (end <= 0)
		return BROKEN;
	out->user = log_upto(user, (size_t)end);
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LOCAL;
	return MINE;
}

/* "1186042342.412312 " that some builds put before the text. */
static void eat_clock(struct span *s)
{
	size_t n = 0;

	while (n < s->n && n < 20 && (log_digit(s->p[n]) || s->p[n] == '.'))
		n++;
	if (n > 10 && n < s->n && s->p[n] == ' ' && s->p[10] == '.')
		*s = span_from(*s, n + 1);
}

/* multilog keeps no tag: "@4000.. INFO: LOGIN, user=..", where IMAP alone says so. */
static bool untagged(const struct log_head *h, struct span *s,
		     enum log_protocol *protocol)
{
	struct span rest = h->rest;

	if (h->syslog || !span_eq_str(h->tag, "INFO") || !log_eat(&rest, "INFO: ") ||
	    !log_starts(rest, "LOG"))
		return false;
	*s = rest;
	*protocol = log_has(rest, ", protocol=IMAP") || log_has(rest, ", headers=")
			    ? LOG_IMAP
			    : LOG_POP3;
	return true;
}

enum log_verdict logs_courier(const struct log_head *h, struct log_line *out)
{
	enum log_protocol protocol;
	struct span s = h->text;
	ptrdiff_t ip;
	bool failed;

	if (log_starts(h->tag, "courier") || span_eq_str(h->tag, "authdaemond") ||
	    span_eq_str(h->tag, "couriertls")) {
		if (!program(h->tag, &protocol))
			return span_eq_str(h->tag, "courierlocal") ? delivered(s, out)
								   : MINE;
	} else if (!program(h->tag, &protocol) && !untagged(h, &s, &protocol)) {
		return NOT_MINE;
	}
	(void)log_eat(&s, "INFO: ");
	eat_clock(&s);
	if (log_starts(s, "Connection, ip=[")) {
		(void)take_ip(s, &out->rip);
		return MINE;
	}
	failed = log_eat(&s, "LOGIN FAILED, ");
	if (!failed && log_eat(&s, "LOGIN, ")) {
		ip = take_ip(s, &out->rip);
		if (!log_eat(&s, "user=") || ip <= 5)
			return BROKEN;
		out->user = log_upto(s, (size_t)ip - 5);
		out->kind = LOG_LOGIN;
		out->protocol = protocol;
		return MINE;
	}
	if (failed) {
		ip = take_ip(s, &out->rip);
		if (ip < 0)
			return BROKEN;
		if (log_eat(&s, "user="))
			out->user = log_upto(s, (size_t)ip - 5);
		else if (!log_starts(s, "method="))
			return BROKEN;
		out->kind = LOG_FAIL;
		out->protocol = protocol;
		return MINE;
	}
	if (!log_eat(&s, "LOGOUT, ") && !log_eat(&s, "DISCONNECTED, ") &&
	    !log_eat(&s, "TIMEOUT, "))
		return span_istarts(s, "maildir") || log_has(s, "ip=[") ? MINE : NOT_MINE;
	ip = take_ip(s, &out->rip);
	if (!log_eat(&s, "user=") || ip <= 5) {
		out->rip = log_address(log_value(s, "ip="));
		return MINE; /* without a user: a probe */
	}
	out->user = log_upto(s, (size_t)ip - 5);
	out->kind = LOG_LOGOUT;
	out->protocol = protocol;
	if (protocol == LOG_POP3) {
		struct span retr = log_value(s, ", retr=");

		out->flags |= retr.n > 0 && !span_eq_str(retr, "0") ? LOG_F_RETR : 0;
	}
	return MINE;
}
