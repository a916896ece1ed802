/* SPDX-License-Identifier: MIT */
/*
 * DBMail 2.2 to 3.5.
 *
 *   HDR dbmail/PROG[PID]: [[0xTHREAD] ]LEVEL:[MODULE] [FILE,]FUNC(+LINE): TEXT
 *   HDR dbmail/PROG[PID]: LEVEL: TEXT                       (3.x, a sparing level)
 *   HDR dbmail-PROGd[PID]: ..                               (a log file of its own)
 *
 * TEXT of IMAP, of 3.x (USER may hold "] from [": the last one counts):
 *   [0xSESSION] login accepted|rejected: [id [N] ]user [USER] from [IP:PORT]
 * and of 2.2:
 *   user (id N, name USER) login accepted
 *   user (name USER) coming from [IP] login rejected
 * TEXT of POP3:
 *   user USER logged in|logging out [messages=N, octets=N]
 *   user [USER] [coming from [IP] ]tried to login with wrong password
 *
 * Deliveries and the logout of IMAP 2.2 tell the number of a user, and no name: no event.
 * "validated using APOP" is followed by the login of the POP3 server.  Logins are told
 * from level notice (2.2: 3) on; as it is delivered, dbmail.conf of 2.2 has that for
 * syslog, 3.5 for its own file alone, 3.0 to 3.4 for neither.
 *
 * Who says so: dm_imapsession.c, pop3.c and dm_debug.c in
 * https://github.com/dbmail/dbmail/tree/v3.5.6/src; dbmail-imapsession.c, pop3.c and
 * debug.c in https://github.com/dbmail/dbmail/tree/v2.2.18; dbmail.conf in both.
 */
#include "logs/logs_in.h"

static bool program(struct span tag, enum log_protocol *out)
{
	static const struct {
		const char *name;
		enum log_protocol protocol;
	} list[] = { { "imap4d", LOG_IMAP },
		     { "imapd", LOG_IMAP },
		     { "pop3d", LOG_POP3 } };

	*out = LOG_NO_PROTOCOL;
	if (!log_eat(&tag, "dbmail/") && !log_eat(&tag, "dbmail-"))
		return false;
	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (span_eq_str(tag, list[i].name))
			*out = list[i].protocol;
	return true;
}

/* "[0x55d0c8a1b2c0] " */
static void eat_pointer(struct span *s)
{
	ptrdiff_t end;

	if (log_starts(*s, "[0x") && (end = log_find(*s, "] ")) > 0 && end < 24)
		*s = span_from(*s, (size_t)end + 2);
}

/* All in front of TEXT.  Nothing in it comes from a client. */
static bool eat_origin(struct span *s)
{
	size_t n = 0;
	struct span where;

	eat_pointer(s);
	while (n < s->n && span_lower(s->p[n]) >= 'a' && span_lower(s->p[n]) <= 'z')
		n++;
	*s = span_from(*s, n);
	if (n == 0)
		return false;
	if (log_eat(s, ": ")) {
		eat_pointer(s);
		return true;
	}
	if (!log_eat(s, ":["))
		return false;
	where = log_word(s);
	if (!log_ends(where, "]"))
		return false;
	where = log_word(s);
	if (!log_ends(where, "):") || !log_has(where, "(+"))
		return false;
	eat_pointer(s);
	return true;
}

/* "[IP:PORT]", where IP may have colons of its own. */
static struct span peer(struct span s)
{
	ptrdiff_t colon = log_find_last(s, ":");

	return log_address(colon < 0 ? s : log_upto(s, (size_t)colon));
}

/* "id [N] user [USER] from [IP:PORT]" */
static bool take_new(struct span s, struct log_line *out)
{
	ptrdiff_t at;

	if (log_eat(&s, "id ["))
		(void)log_word(&s);
	at = log_find_last(s, "] from [");
	if (!log_eat(&s, "user [") || at < 6 || !log_ends(s, "]"))
		return false;
	at -= 6;
	out->user = log_upto(s, (size_t)at);
	s = span_from(s, (size_t)at + 8);
	out->rip = peer(log_upto(s, s.n - 1));
	return true;
}

/* "(id N, name USER) login accepted", "(name USER) coming from [IP] login rejected" */
static bool take_old(struct span s, struct log_line *out)
{
	static const char rejected[] = "] login rejected";
	ptrdiff_t at;

	if (log_eat(&s, "(id ")) {
		(void)log_word(&s);
		if (!log_eat(&s, "name ") || !log_ends(s, ") login accepted"))
			return false;
		out->kind = LOG_LOGIN;
		out->user = log_upto(s, s.n - strlen(") login accepted"));
		return true;
	}
	at = log_find_last(s, ") coming from [");
	if (!log_eat(&s, "(name ") || at < 6 || !log_ends(s, rejected))
		return false;
	at -= 6;
	out->kind = LOG_FAIL;
	out->user = log_upto(s, (size_t)at);
	s = span_from(s, (size_t)at + strlen(") coming from ["));
	out->rip = log_address(log_upto(s, s.n - strlen(rejected)));
	return true;
}

static enum log_verdict imap(struct span s, struct log_line *out)
{
	bool taken;

	if (log_eat(&s, "login accepted: ")) {
		out->kind = LOG_LOGIN;
		taken = take_new(s, out);
	} else if (log_eat(&s, "login rejected: ")) {
		out->kind = LOG_FAIL;
		taken = take_new(s, out);
	} else if (log_eat(&s, "user ") &&
		   (log_starts(s, "(id ") || log_starts(s, "(name "))) {
		taken = take_old(s, out);
	} else {
		return MINE;
	}
	return taken ? MINE : BROKEN;
}

/* "USER logged in [messages=N, octets=N]": the name ends at the last of these words. */
static bool take_session(struct span s, struct log_line *out)
{
	ptrdiff_t in = log_find_last(s, " logged in [messages=");
	ptrdiff_t gone = log_find_last(s, " logging out [messages=");
	ptrdiff_t at = in > gone ? in : gone;

	if (at < 0 || !log_ends(s, "]"))
		return false;
	out->kind = in > gone ? LOG_LOGIN : LOG_LOGOUT;
	out->user = log_upto(s, (size_t)at);
	return true;
}

static enum log_verdict pop3(struct span s, struct log_line *out)
{
	static const char wrong[] = "] tried to login with wrong password";
	ptrdiff_t at;

	if (!log_eat(&s, "user "))
		return MINE;
	if (take_session(s, out))
		return MINE;
	if (!log_ends(s, wrong) || !log_eat(&s, "["))
		return log_ends(s, "wrong password") || log_has(s, " [messages=") ? BROKEN
										  : MINE;
	s.n -= strlen(wrong);
	at = log_find_last(s, "] coming from [");
	out->kind = LOG_FAIL;
	out->user = log_upto(s, at < 0 ? s.n : (size_t)at);
	if (at >= 0)
		out->rip = log_address(
			span_from(s, (size_t)at + strlen("] coming from [")));
	return MINE;
}

enum log_verdict logs_dbmail(const struct log_head *h, struct log_line *out)
{
	enum log_protocol protocol;
	enum log_verdict v;
	struct span s = h->text;

	if (!program(h->tag, &protocol))
		return NOT_MINE;
	if (protocol == LOG_NO_PROTOCOL || !eat_origin(&s))
		return MINE;
	v = protocol == LOG_IMAP ? imap(s, out) : pop3(s, out);
	if (v != MINE || out->kind == LOG_OTHER)
		return v;
	out->protocol = protocol;
	/* whoever guesses may leave the name out */
	return out->user.n > 0 || out->kind == LOG_FAIL ? MINE : BROKEN;
}
