/* SPDX-License-Identifier: MIT */
/*
 * hMailServer: tabs, quoted columns; a login is the command and the answer of one
 * session.
 *
 *   "IMAPD|POP3D|SMTPD" thread session "ts" "ip" "RECEIVED: A001 LOGIN "u" ***"
 *   ...                                          "SENT: A001 OK LOGIN completed"
 * Other records ("TCPIP", "DEBUG") have a column fewer.
 */
#include "logs/logs_in.h"

#include "base/base64.h"

enum state { STATE_NONE, STATE_WANTS_USER };

static struct span column(struct span *s)
{
	ptrdiff_t tab = span_index(*s, '\t');
	struct span c = log_upto(*s, tab < 0 ? s->n : (size_t)tab);

	*s = tab < 0 ? (struct span){ s->p, 0 } : span_from(*s, (size_t)tab + 1);
	if (c.n >= 2 && c.p[0] == '"' && c.p[c.n - 1] == '"')
		c = (struct span){ c.p + 1, c.n - 2 };
	return c;
}

/* The name of a user in base64 (SMTP AUTH LOGIN). */
static void take_base64(struct logs_session *known, struct span s)
{
	char text[LOGS_NAME_MAX];
	unsigned v = 0, bits = 0;
	size_t n = 0;

	while (s.n > 0 && s.p[s.n - 1] == '=')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		int d = base64_digit(s.p[i]);

		if (d < 0 || n == sizeof text)
			return;
		v = (v << 6 | (unsigned)d) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			text[n++] = (char)(v >> bits & 0xff);
		}
	}
	logs_session_user(known, (struct span){ text, n });
}

/* LOGIN "u" ***, USER u, or the name that the server asked for. */
static void received(struct span s, struct logs_session *known)
{
	ptrdiff_t at = log_find(s, " LOGIN "), end;

	if (known->state == STATE_WANTS_USER) {
		take_base64(known, s);
		known->state = STATE_NONE;
		return;
	}
	if (at > 0 && at < 64) {
		s = span_from(s, (size_t)at + 7);
		if (log_eat(&s, "\"")) {
			end = log_find_last(s, "\" ***");
			if (end < 0)
				end = log_find_last(s, "\"");
		} else {
			end = log_find_last(s, " ***");
		}
		logs_session_user(known, log_upto(s, end < 0 ? s.n : (size_t)end));
	} else if (log_eat(&s, "USER ")) {
		logs_session_user(known, s);
	}
}

static enum log_kind answered(struct span s, enum log_protocol p,
			      struct logs_session *known)
{
	if (p == LOG_SUBMISSION) {
		if (log_starts(s, "334 VXNlcm5hbWU6"))
			known->state = STATE_WANTS_USER;
		return log_starts(s, "235 ")   ? LOG_LOGIN
		       : log_starts(s, "535 ") ? LOG_FAIL
					       : LOG_OTHER;
	}
	if (known->user_n == 0)
		return LOG_OTHER;
	if (p == LOG_IMAP)
		return log_has(s, " OK LOGIN completed")		 ? LOG_LOGIN
		       : log_has(s, " NO Invalid user name or password") ? LOG_FAIL
									 : LOG_OTHER;
	return log_starts(s, "+OK Mailbox locked and ready")	     ? LOG_LOGIN
	       : log_starts(s, "-ERR Invalid user name or password") ? LOG_FAIL
								     : LOG_OTHER;
}

static enum log_verdict record(struct span s, struct span what, enum log_protocol p,
			       struct logs_sessions *sessions, struct log_line *out)
{
	struct span id, ts, rest;
	struct logs_session *known;
	enum log_kind kind;

	(void)column(&s); /* thread */
	id = column(&s);
	ts = rest = column(&s);
	if (!log_stamp_take(&rest, &out->stamp_text, &out->stamp) || rest.n != 0)
		return BROKEN;
	out->stamp_text = ts;
	out->rip = log_address(column(&s));
	s = column(&s);
	known = logs_session(sessions, what, id);
	if (log_eat(&s, "RECEIVED: ")) {
		received(s, known);
		return MINE;
	}
	if (!log_eat(&s, "SENT: "))
		return MINE;
	kind = answered(s, p, known);
	if (kind == LOG_OTHER)
		return MINE;
	out->user = (struct span){ known->user, known->user_n };
	out->protocol = p;
	out->kind = kind;
	if (kind == LOG_LOGIN && out->user.n == 0) {
		out->kind = LOG_OTHER; /* the command stood before this excerpt */
		out->protocol = LOG_NO_PROTOCOL;
	}
	return MINE;
}

enum log_verdict logs_hmail(struct span line, struct logs_sessions *sessions,
			    struct log_line *out)
{
	static const struct {
		const char *name;
		enum log_protocol protocol;
	} list[] = { { "IMAPD", LOG_IMAP },
		     { "POP3D", LOG_POP3 },
		     { "SMTPD", LOG_SUBMISSION } };
	struct span s = line, what, ts, rest;

	if (line.n < 12 || line.p[0] != '"' || span_index(log_upto(line, 24), '\t') < 0)
		return NOT_MINE;
	what = column(&s);
	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (span_eq_str(what, list[i].name))
			return record(s, what, list[i].protocol, sessions, out);
	if (!span_eq_str(what, "TCPIP") && !span_eq_str(what, "DEBUG") &&
	    !span_eq_str(what, "APPLICATION") && !span_eq_str(what, "ERROR") &&
	    !span_eq_str(what, "SMTPC") && !span_eq_str(what, "POP3C"))
		return NOT_MINE;
	(void)column(&s);
	ts = rest = column(&s);
	if (log_stamp_take(&rest, &out->stamp_text, &out->stamp) && rest.n == 0)
		out->stamp_text = ts;
	s = column(&s);
	if (log_eat(&s, "TCP - "))
		out->rip = log_address(log_word(&s));
	return MINE;
}
