/* SPDX-License-Identifier: MIT */
/*
 * Dovecot 1.x to 2.4: sessions, deliveries, the auth layer.  Login processes are in
 * logs_dovecot_login.c.
 *
 *   HDR dovecot[\[pid\]]: SERVICE...: [Level: ]text
 *   Mon dd HH:MM:SS SERVICE...: Level: text        (log_path; 1.x: Level: SERVICE...:
 * text) imap(USER)[<PID><SESSION>]: Disconnected|Logged out|Connection closed ...
 *   lmtp([PID, ]USER)[<PID><SESSION>]: [SESSION: ][sieve: ]msgid=<ID>: saved mail to BOX
 *   auth[-worker](..): DRIVER(USER,IP[,master][,<SESSION>]): unknown user|...
 */
#include "logs/logs_in.h"

static bool eat_level(struct span *s)
{
	switch (s->n > 0 ? s->p[0] : '\0') {
	case 'I':
		return log_eat(s, "Info: ");
	case 'W':
		return log_eat(s, "Warning: ");
	case 'E':
		return log_eat(s, "Error: ");
	case 'F':
		return log_eat(s, "Fatal: ");
	case 'P':
		return log_eat(s, "Panic: ");
	case 'D':
		return log_eat(s, "Debug: ");
	default:
		return false;
	}
}

static const struct service {
	struct span name;
	enum log_protocol protocol;
	bool session;
} services[] = { { SPAN_INIT("imap-login: "), LOG_IMAP, false },
		 { SPAN_INIT("imap("), LOG_IMAP, true },
		 { SPAN_INIT("pop3-login: "), LOG_POP3, false },
		 { SPAN_INIT("pop3("), LOG_POP3, true },
		 { SPAN_INIT("managesieve-login: "), LOG_SIEVE, false },
		 { SPAN_INIT("submission-login: "), LOG_SUBMISSION, false },
		 { SPAN_INIT("IMAP("), LOG_IMAP, true },
		 { SPAN_INIT("POP3("), LOG_POP3, true },
		 { SPAN_INIT("managesieve("), LOG_SIEVE, true },
		 { SPAN_INIT("MANAGESIEVE("), LOG_SIEVE, true },
		 { SPAN_INIT("submission("), LOG_SUBMISSION, true },
		 { SPAN_INIT("imap-hibernate("), LOG_IMAP, true } };

/* Takes the name off the front of s. */
static const struct service *service_of(struct span *s)
{
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		struct span name = services[i].name;

		if (s->n > name.n && s->p[0] == name.p[0] && s->p[4] == name.p[4] &&
		    memcmp(s->p, name.p, name.n) == 0) {
			s->p += name.n;
			s->n -= name.n;
			return &services[i];
		}
	}
	return NULL;
}

/* "user, 192.0.2.1" and "user 192.0.2.1" of a changed mail_log_prefix. */
static struct span without_address(struct span user)
{
	ptrdiff_t blank = log_find_last(user, " ");

	if (blank > 0 && log_address(span_from(user, (size_t)blank + 1)).n > 0) {
		user.n = (size_t)blank;
		if (user.p[user.n - 1] == ',')
			user.n--;
	}
	return user;
}

/*
 * "USER)<PID><SESSION>: text" or "USER): text" behind the opening parenthesis.  A user
 * may hold anything, so the longer form, which holds a number, is looked for first.
 */
static bool take_user(struct span *s, struct span *user, struct span *session)
{
	struct span rest = *s;
	size_t at = 0;
	ptrdiff_t next;

	while ((next = log_find(span_from(rest, at), ")<")) >= 0) {
		size_t n = at + (size_t)next + 2, from;

		at = n;
		while (n < rest.n && log_digit(rest.p[n]))
			n++;
		if (n == at || n + 1 >= rest.n || rest.p[n] != '>' ||
		    rest.p[n + 1] != '<')
			continue;
		from = n + 2;
		next = log_find(span_from(rest, from), ">: ");
		if (next < 0)
			continue;
		*user = log_upto(rest, at - 2);
		*session = (struct span){ rest.p + from, (size_t)next };
		*s = span_from(rest, from + (size_t)next + 3);
		return true;
	}
	next = log_find(rest, "): ");
	if (next < 0)
		return false;
	*user = log_upto(rest, (size_t)next);
	*s = span_from(rest, (size_t)next + 3);
	return true;
}

/* "session=<X>, " or "session=X " that an administrator put before the text. */
static void eat_session(struct span *s, struct span *session)
{
	struct span rest = *s;

	if (!log_eat(&rest, "session="))
		return;
	*session = log_word(&rest);
	if (session->n > 0 && session->p[session->n - 1] == ',')
		session->n--;
	if (session->n > 1 && session->p[0] == '<')
		*session = (struct span){ session->p + 1, session->n - 2 };
	*s = rest;
}

/* "retr=2/82331, del=2/168": something was fetched, and as much deleted. */
unsigned logs_pop3_flags(struct span s)
{
	struct span retr = log_value(s, "retr="), del;
	ptrdiff_t a = span_index(retr, '/'), b;

	if (a < 1 || (a == 1 && retr.p[0] == '0'))
		return 0;
	del = log_value(s, "del=");
	b = span_index(del, '/');
	return LOG_F_RETR |
	       (b > 0 && span_eq(log_upto(retr, (size_t)a), log_upto(del, (size_t)b))
			? LOG_F_EMPTIED
			: 0);
}

static enum log_verdict session(struct span s, enum log_protocol protocol,
				struct log_line *out)
{
	struct span user, id = { s.p, 0 };
	bool said;

	if (!take_user(&s, &user, &id))
		return MINE; /* "imap(1234): ..." of a process without a user */
	said = log_starts(s, "Info: ") || !eat_level(&s);
	(void)eat_level(&s);
	eat_session(&s, &id);
	if (!said || !(log_starts(s, "Disconnected") || log_starts(s, "Logged out") ||
		       log_starts(s, "Connection closed") ||
		       log_starts(s, "Server shutting down")))
		return MINE;
	user = without_address(user);
	if (user.n == 0)
		return BROKEN;
	out->kind = LOG_LOGOUT;
	out->protocol = protocol;
	out->user = user;
	out->session = id;
	if (protocol == LOG_POP3)
		out->flags |= logs_pop3_flags(s);
	return MINE;
}

/* "fileinto action: " of Sieve since 0.5.10. */
static void eat_action(struct span *s)
{
	static const char *const actions[] = { "fileinto action: ", "keep action: ",
					       "implicit keep action: ",
					       "store action: ", "redirect action: " };

	for (size_t i = 0; i < COUNT_OF(actions); i++)
		if (log_eat(s, actions[i]))
			return;
}

/*
 * What became of the message stands behind its Message-ID, which can hold anything: so
 * what counts follows the last ">: ".
 */
static enum log_verdict delivery(struct span s, enum log_protocol protocol,
				 struct log_line *out)
{
	struct span user, id = { s.p, 0 }, what;
	ptrdiff_t at;
	bool has_id;

	if (!take_user(&s, &user, &id))
		return MINE;
	at = log_find(user, ", ");
	if (at > 0) { /* "PID, USER" of 2.0 to 2.2 */
		size_t n = 0;

		while (n < (size_t)at && log_digit(user.p[n]))
			n++;
		if (n == (size_t)at)
			user = span_from(user, n + 2);
	}
	if (out->stamp.kind == LOG_STAMP_NONE && /* deliver of 1.0, its own log */
	    log_stamp_take(&s, &out->stamp_text, &out->stamp))
		log_blanks(&s);
	has_id = log_has(s, "msgid=");
	at = has_id ? log_find_last(s, ">: ") : -1;
	what = at >= 0 ? span_from(s, (size_t)at + 3) : s;
	if (at < 0) {
		(void)eat_level(&what);
		at = log_find_last(what, ": ");
		what = at >= 0 ? span_from(what, (size_t)at + 2) : what;
	}
	eat_action(&what);
	if (log_starts(what, "saved mail to ") ||
	    log_starts(what, "stored mail into mailbox")) {
		if (user.n == 0)
			return BROKEN;
		out->kind = LOG_DELIVERY;
		out->protocol = protocol;
		out->user = user;
	} else if (log_starts(what, "forwarded to <")) {
		out->user = user;
	}
	return MINE;
}

static const char *const refusals[] = {
	"unknown user",	       "Password mismatch",	"pam_authenticate() failed",
	"Invalid credentials", "invalid credentials",	"CRYPT",
	"Unknown user",	       "Authentication failed", "account is disabled",
};

/* "(USER,IP[,master][,<SESSION>]" without its ends: from the right, for USER may hold
 * all of that. */
static bool take_who(struct span s, struct log_line *out)
{
	ptrdiff_t at;

	if (s.n > 0 && s.p[s.n - 1] == ',') /* a session without a name */
		s.n--;
	at = log_find_last(s, ",");

	if (at >= 0 && log_starts(span_from(s, (size_t)at), ",<")) {
		s.n = (size_t)at;
		at = log_find_last(s, ",");
	}
	while (at >= 0 && (span_eq_str(span_from(s, (size_t)at), ",master") ||
			   log_starts(span_from(s, (size_t)at), ",sasl:"))) {
		s.n = (size_t)at;
		at = log_find_last(s, ",");
	}
	if (at < 0)
		return false;
	out->user = log_upto(s, (size_t)at);
	out->rip = log_address(span_from(s, (size_t)at + 1));
	if (span_eq_str(out->user, "?"))
		out->user.n = 0;
	return true;
}

/* Where the verdict begins; -1: there is none. */
static ptrdiff_t refused_at(struct span s, struct span *who)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		ptrdiff_t at = log_find_last(s, refusals[i]);
		struct span before;

		if (at < 3)
			continue;
		before = log_upto(s, (size_t)at);
		if (log_ends(before, "): ")) {
			who->n = (size_t)at - 3;
		} else { /* "auth(USER,IP,sasl:MECH)<SESSION>: Info: sql: " */
			ptrdiff_t close = log_find_last(before, ")<");

			if (close < 0)
				continue;
			who->n = (size_t)close;
		}
		who->p = s.p;
		return at;
	}
	return -1;
}

static enum log_verdict auth(struct span s, struct log_line *out)
{
	static const char master[] = "Master user logging in as ";
	struct span who = s, rest;
	ptrdiff_t at;

	at = log_find(s, master);
	if (at >= 0 && (at == 0 || s.p[at - 1] == ' ')) {
		rest = span_from(s, (size_t)at + sizeof master - 1);
		who = log_upto(s, (size_t)at);
		if (log_ends(who, "): ")) {
			ptrdiff_t open = span_index(who, '(');

			who.n -= 3;
			if (open >= 0)
				(void)take_who(span_from(who, (size_t)open + 1), out);
		}
		out->flags |= LOG_F_MASTER | LOG_F_AUTHLAYER;
		out->user = rest;
		return MINE;
	}
	at = refused_at(s, &who);
	if (at < 0) { /* "plain(?,127.0.0.1,<..>): Empty username" */
		at = log_find_last(s, "): ");
		if (at > 0) {
			ptrdiff_t open;

			who = log_upto(s, (size_t)at);
			open = log_find_last(who, "(");
			if (open >= 0 && take_who(span_from(who, (size_t)open + 1), out))
				out->user.n = 0;
		}
		return MINE;
	}
	/* "(default): ", "(23487): ", "conn unix:auth-worker (uid=143):
	 * auth-worker<13247>: " */
	for (;;) {
		size_t n = 0;

		while (n < who.n && who.p[n] != '(' && who.p[n] != ':')
			n++;
		if (n == who.n)
			return MINE;
		if (who.p[n] == ':') {
			who = span_from(who, n + 1);
			continue;
		}
		who = span_from(who, n + 1);
		for (n = 0; n < who.n &&
			    (log_digit(who.p[n]) ||
			     (who.p[n] >= 'a' && who.p[n] <= 'z') || who.p[n] == '=');
		     n++)
			;
		if (n + 1 < who.n && who.p[n] == ')' && who.p[n + 1] == ':')
			who = span_from(who, n + 2);
		else
			break;
	}
	if (!take_who(who, out))
		return MINE;
	out->kind = LOG_FAIL;
	out->flags |= LOG_F_AUTHLAYER;
	return MINE;
}

static bool is_service(struct span s)
{
	static const char *const names[] = { "master: ", "config: ",	 "log: ",
					     "anvil: ",	 "stats: ",	 "director: ",
					     "indexer",	 "replicator: ", "doveadm",
					     "dict",	 "ssl-params: ", "doveconf" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (log_starts(s, names[i]))
			return true;
	return false;
}

/* 0.99: "imap-login[12]: Login: USER [IP]" */
static enum log_verdict oldest_login(struct span tag, struct span s, struct log_line *out)
{
	ptrdiff_t at;

	if (!log_eat(&s, "Login: ") || (at = log_find_last(s, " [")) <= 0 ||
	    !log_ends(s, "]"))
		return MINE;
	out->rip = log_address(span_from(s, (size_t)at + 1));
	if (out->rip.n == 0)
		return MINE;
	out->kind = LOG_LOGIN;
	out->user = log_upto(s, (size_t)at);
	out->protocol = log_starts(tag, "pop3") ? LOG_POP3 : LOG_IMAP;
	return MINE;
}

/* "dovecot", and "dovecot-internal" where instance_name says so, or "dovecot.service". */
static bool is_tag(struct span tag)
{
	return log_starts(tag, "dovecot") &&
	       (tag.n == 7 || tag.p[7] == '-' || tag.p[7] == '.' || tag.p[7] == '_') &&
	       !span_eq_str(tag, "dovecot-auth") && !span_eq_str(tag, "dovecot-lda");
}

enum log_verdict logs_dovecot(const struct log_head *h, struct log_line *out)
{
	bool tagged = h->known == LOG_TAG_DOVECOT || is_tag(h->tag);
	struct span s = tagged ? h->text : h->rest;
	const struct service *service;

	if (!tagged && h->pid.n > 0 && log_ends(h->tag, "-login"))
		return oldest_login(h->tag, h->text, out); /* imap-login[12]: */

	while (s.n > 0 && s.p[0] == 'd' && log_eat(&s, "dovecot: "))
		tagged = true;
	(void)eat_level(&s);
	service = service_of(&s);
	if (service != NULL && service->session)
		return session(s, service->protocol, out);
	if (service != NULL) {
		(void)eat_level(&s);
		if (!tagged && log_starts(s, "Login: ") && !log_has(s, "user=<"))
			return oldest_login(h->tag, s, out);
		return logs_dovecot_login(s, service->protocol, out);
	}
	if (log_eat(&s, "lmtp("))
		return delivery(s, LOG_LMTP, out);
	if (log_eat(&s, "lda(") || log_eat(&s, "deliver("))
		return delivery(s, LOG_LDA, out);
	if (log_starts(s, "auth: ") || log_starts(s, "auth(") ||
	    log_starts(s, "auth-worker"))
		return auth(s, out);
	return tagged || is_service(s) ? MINE : NOT_MINE;
}
