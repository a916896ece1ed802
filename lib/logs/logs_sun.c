/* SPDX-License-Identifier: MIT */
/*
 * Sun, iPlanet and Oracle Messaging Server.
 *
 *   [TS] HOST imapd|popd[PID]: Account Information: login [IP[:PORT]] USER MECH
 *   [TS] HOST ..: Account Notice: badlogin: [IP:PORT] MECH USER REASON
 *   [TS] HOST ..: Account Notice|General Information: close [IP:PORT]
 * USER|[unauthenticated] DATE TIME .. [TS] HOST ims_master[PID]: Store
 * Information:append:USER:FOLDER:SIZE:<MSGID> TS CHANNEL [CHANNEL] CODE SIZE FROM
 * rfc822;TO FINAL ...          (mail.log_current) <co .. ac="U"
 * tr="TCP|lip|lport|rip|rport" us="USER" di="235 ..|535 .."/>
 *
 * login needs a log level that few have set, so close is what proves use.
 */
#include "logs/logs_in.h"

/* "[IP:PORT] " off the front. */
static bool take_client(struct span *s, struct span *rip)
{
	ptrdiff_t end;

	if (!log_eat(s, "[") || (end = log_find(*s, "] ")) < 0)
		return false;
	*rip = log_address(log_upto(*s, (size_t)end));
	*s = span_from(*s, (size_t)end + 2);
	return true;
}

static enum log_verdict store(struct span s, enum log_protocol protocol,
			      struct log_line *out)
{
	struct span user;

	if (log_eat(&s, "login ")) {
		if (!take_client(&s, &out->rip))
			return BROKEN;
		user = log_word(&s);
		out->kind = LOG_LOGIN;
	} else if (log_eat(&s, "badlogin: ")) {
		if (!take_client(&s, &out->rip))
			return BROKEN;
		(void)log_word(&s);
		user = log_word(&s);
		out->kind = LOG_FAIL;
	} else if (log_eat(&s, "close ")) {
		if (!take_client(&s, &out->rip))
			return BROKEN;
		user = log_word(&s);
		if (span_eq_str(user, "[unauthenticated]")) {
			out->flags |= LOG_F_NOAUTH;
			return MINE;
		}
		out->kind = LOG_LOGOUT;
	} else {
		return MINE;
	}
	if (user.n == 0) {
		out->kind = LOG_OTHER;
		return BROKEN;
	}
	out->user = user;
	out->protocol = protocol;
	return MINE;
}

/* "append:USER:FOLDER:SIZE:<MSGID>" */
static enum log_verdict append(struct span s, struct log_line *out)
{
	ptrdiff_t end = span_index(s, ':');

	if (end <= 0)
		return BROKEN;
	out->user = log_upto(s, (size_t)end);
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LMTP;
	return MINE;
}

static enum log_verdict bracketed(const struct log_head *h, struct log_line *out)
{
	struct span base = log_base(h->tag), s = h->text;
	enum log_protocol protocol = log_starts(base, "imap")	? LOG_IMAP
				     : log_starts(base, "pop")	? LOG_POP3
				     : log_starts(base, "http") ? LOG_WEBMAIL
								: LOG_NO_PROTOCOL;

	if (log_eat(&s, "Store Information:append:"))
		return append(s, out);
	if (!log_starts(s, "Account ") && !log_starts(s, "General ") &&
	    !log_starts(s, "Network ") && !log_starts(s, "Store "))
		return NOT_MINE;
	if (log_eat(&s, "Account ") || log_eat(&s, "General ")) {
		(void)log_word(&s); /* Information:, Notice: */
		return store(s, protocol, out);
	}
	return MINE;
}

/* Channels are padded with blanks; the code is letters alone. */
static enum log_verdict channel(struct span s, struct log_line *out)
{
	struct span source = log_word(&s), code, to;
	ptrdiff_t at;

	if (source.n == 0 || span_index(source, '_') < 0) {
		if (!log_starts(source, "ims-ms") && !log_starts(source, "l") &&
		    !log_starts(source, "conversion") && !log_starts(source, "process") &&
		    !log_starts(source, "reprocess"))
			return NOT_MINE;
	}
	log_blanks(&s);
	code = log_word(&s);
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] < 'A' || code.p[i] > 'Z') { /* a second channel */
			log_blanks(&s);
			code = log_word(&s);
			break;
		}
	if (code.n == 0 || code.n > 4 || s.n == 0 || !log_digit(s.p[0]))
		return NOT_MINE;
	if (!log_starts(source, "ims-ms") || code.p[0] != 'D')
		return MINE;
	at = log_find(s, " rfc822;");
	if (at < 0)
		return MINE;
	to = span_from(s, (size_t)at + 8);
	out->user = log_word(&to);
	if (out->user.n == 0)
		return BROKEN;
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LOCAL;
	return MINE;
}

static struct span attribute(struct span s, const char *name)
{
	ptrdiff_t at = log_find(s, name), end;

	if (at < 0)
		return (struct span){ s.p, 0 };
	s = span_from(s, (size_t)at + strlen(name));
	end = span_index(s, '"');
	return log_upto(s, end < 0 ? 0 : (size_t)end);
}

static enum log_verdict xml(struct span s, struct log_line *out)
{
	struct span tr = attribute(s, " tr=\""), di = attribute(s, " di=\"");
	struct span ts = attribute(s, "<co ts=\""), rest = ts;

	if (ts.n > 0 && !log_stamp_take(&rest, &out->stamp_text, &out->stamp))
		return BROKEN;
	out->stamp_text = ts;
	if (!span_eq_str(attribute(s, " ac=\""), "U"))
		return MINE;
	for (int i = 0; i < 3; i++) {
		ptrdiff_t bar = span_index(tr, '|');

		tr = bar < 0 ? (struct span){ s.p, 0 } : span_from(tr, (size_t)bar + 1);
	}
	if (tr.n > 0) {
		ptrdiff_t bar = span_index(tr, '|');

		out->rip = log_address(log_upto(tr, bar < 0 ? tr.n : (size_t)bar));
	}
	out->user = attribute(s, " us=\"");
	out->protocol = LOG_SUBMISSION;
	out->kind = log_starts(di, "235") ? LOG_LOGIN : LOG_FAIL;
	return out->kind == LOG_LOGIN && out->user.n == 0 ? BROKEN : MINE;
}

enum log_verdict logs_sun(const struct log_head *h, struct log_line *out)
{
	if (log_starts(h->line, "<co "))
		return xml(h->line, out);
	if (h->bracketed && h->syslog)
		return bracketed(h, out);
	if (out->stamp_text.n > 6 && out->stamp_text.p[6] == '-' &&
	    out->stamp_text.p[2] == '-')
		return channel(h->rest, out);
	return NOT_MINE;
}
