/* SPDX-License-Identifier: MIT */
/*
 * Events in the shape that nearly all of them have, read from left to right and once:
 *
 *   dovecot: (imap|pop3)-login: Login: user=<U>, method=M, rip=A, lip=A, mpid=N[, TLS],
 *     session=<S>
 *   dovecot: (imap|pop3)(U)<N><S>: (Disconnected|Logged out)...
 *   postfix/(lmtp|virtual)[N]: QID: to=<U>, relay=..., status=sent (...
 *   cyrus/imap[N]: login: HOST [A] U MECH User logged in[ SESSIONID=<S>]
 *
 * Whatever is not exactly so is left to the scanners, and what they say of a line is what
 * counts: names that hold what ends a name, elements that stand twice or elsewhere
 * (tests/fuzz holds both against each other).
 */
#include "logs/logs_head.h"

/* Where it stands, n is known, and a few words are compared. */
static inline __attribute__((always_inline)) bool eat(struct span *s, const char *lit,
						      size_t n)
{
	if (s->n < n || memcmp(s->p, lit, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}
#define EAT(s, lit) eat(s, lit, sizeof(lit) - 1)

/* What stands before the first c, which is taken off too. */
static inline bool take(struct span *s, char c, struct span *out)
{
	size_t n = log_upto_one(*s, c);

	if (n >= s->n)
		return false;
	*out = (struct span){ s->p, n };
	s->p += n + 1;
	s->n -= n + 1;
	return true;
}

static inline bool take_v4(struct span *s, struct span *out)
{
	size_t n = log_v4(*s);

	*out = (struct span){ s->p, n };
	s->p += n;
	s->n -= n;
	return n > 0;
}

static inline bool digits(struct span *s)
{
	size_t n = s->n >= 8 ? log_digits8(s->p) : 0;

	while (n < s->n && log_digit(s->p[n]))
		n++;
	s->p += n;
	s->n -= n;
	return n > 0;
}

static bool named(struct span user)
{
	return user.n > 0 && user.n <= LOGS_NAME_MAX;
}

/* Behind "Login: user=<". */
static bool dovecot_login(struct span s, struct log_line *out)
{
	struct span id;
	size_t n;

	if (!take(&s, '>', &out->user) || !EAT(&s, ", method="))
		return false;
	(void)EAT(&s, "PLAIN"); /* mostly */
	while (s.n > 0 &&
	       ((s.p[0] >= 'A' && s.p[0] <= 'Z') || log_digit(s.p[0]) || s.p[0] == '-')) {
		s.p++;
		s.n--;
	}
	if (!EAT(&s, ", rip=") || !take_v4(&s, &out->rip) || !EAT(&s, ", lip="))
		return false;
	n = log_v4(s);
	while (n < s.n && s.p[n] >= '.' && s.p[n] <= ':') /* digits, and "./:" */
		n++;
	s = span_from(s, n);
	if (!EAT(&s, ", mpid=") || !digits(&s))
		return false;
	(void)EAT(&s, ", TLS");
	if (!EAT(&s, ", session=<") || s.n < 2 || s.p[s.n - 1] != '>' ||
	    log_upto_either(s, ',', ' ') < s.n)
		return false;
	id = (struct span){ s.p, s.n - 1 };
	out->session = id;
	out->kind = LOG_LOGIN;
	return named(out->user) && id.n <= LOGS_NAME_MAX;
}

/* Behind "imap(". */
static bool dovecot_end(struct span s, struct log_line *out)
{
	if (!take(&s, ')', &out->user) || !EAT(&s, "<") || !digits(&s) ||
	    !EAT(&s, "><") || !take(&s, '>', &out->session) || !EAT(&s, ": ") ||
	    !(log_starts(s, "Disconnected") || log_starts(s, "Logged out")))
		return false;
	if (out->protocol == LOG_POP3)
		out->flags = logs_pop3_flags(s);
	out->kind = LOG_LOGOUT;
	/* a blank: perhaps an address behind the name */
	return named(out->user) && log_upto_one(out->user, ' ') == out->user.n &&
	       out->session.n <= LOGS_NAME_MAX;
}

/* Behind "dovecot: ". */
static bool dovecot(struct span s, struct log_line *out)
{
	out->program = LOG_DOVECOT;
	out->text = s;
	if (EAT(&s, "imap"))
		out->protocol = LOG_IMAP;
	else if (EAT(&s, "pop3"))
		out->protocol = LOG_POP3;
	else
		return false;
	return EAT(&s, "(") ? dovecot_end(s, out)
			    : EAT(&s, "-login: Login: user=<") && dovecot_login(s, out);
}

/* "N]: " behind the bracket. */
static inline bool pid(struct span *s, struct span *out)
{
	out->p = s->p;
	if (!digits(s) || s->n < 4 || s->p - out->p > 12)
		return false;
	out->n = (size_t)(s->p - out->p);
	return EAT(s, "]: ") && s->p[0] > ' ' && s->p[0] != '[';
}

/* Behind "postfix/". */
static bool postfix(struct span s, struct log_line *out)
{
	struct span unused;
	const char *p;

	out->program = LOG_POSTFIX;
	out->kind = LOG_DELIVERY;
	if (EAT(&s, "lmtp[")) {
		out->protocol = LOG_LMTP;
		out->flags = LOG_F_MTA;
	} else if (EAT(&s, "virtual[")) {
		out->protocol = LOG_VIRTUAL;
	} else {
		return false;
	}
	if (!pid(&s, &unused))
		return false;
	out->text = s;
	if (!take(&s, ':', &out->session) || out->session.n == 0 || out->session.n > 40 ||
	    !EAT(&s, " to=<") || !take(&s, '>', &out->user) || !named(out->user) ||
	    !EAT(&s, ", relay="))
		return false;
	/* the last element is the status, and no address follows */
	p = memrchr(s.p, ',', s.n);
	if (p == NULL ||
	    !log_starts((struct span){ p, (size_t)(s.p + s.n - p) }, ", status=sent ("))
		return false;
	return !logs_queued_on(s) && !log_has(s, ">, ");
}

/* Behind "cyrus/". */
static bool cyrus(struct span s, struct log_line *out)
{
	struct span host, mech;

	out->program = LOG_CYRUS;
	out->protocol = LOG_IMAP;
	out->kind = LOG_LOGIN;
	if (!EAT(&s, "imap[") || !pid(&s, &out->session))
		return false;
	out->text = s;
	return EAT(&s, "login: ") && take(&s, ' ', &host) && host.n > 0 &&
	       host.p[host.n - 1] != ']' && log_upto_one(host, '[') == host.n &&
	       EAT(&s, "[") && take_v4(&s, &out->rip) && EAT(&s, "] ") &&
	       take(&s, ' ', &out->user) && named(out->user) && take(&s, ' ', &mech) &&
	       mech.n > 0 && EAT(&s, "User logged in") &&
	       (s.n == 0 || (EAT(&s, " ") && log_upto_one(s, ' ') == s.n));
}

bool log_shape(const struct log_head_memo *memo, struct span line, struct log_line *out)
{
	const struct log_memo_host *host = &memo->host[memo->host_at];
	struct span s = { line.p + LOG_MEMO_STAMP + host->n,
			  line.n - LOG_MEMO_STAMP - host->n };
	bool ok;

	out->flags = 0;
	out->rip = out->from = out->rcpt = out->client = (struct span){ line.p, 0 };
	if (EAT(&s, "dovecot: "))
		ok = dovecot(s, out);
	else if (EAT(&s, "postfix/"))
		ok = postfix(s, out);
	else
		ok = EAT(&s, "cyrus/") && cyrus(s, out);
	if (!ok)
		return false;
	out->take = LOG_TAKEN;
	out->repeated = 1;
	out->stamp = (struct log_stamp){ LOG_STAMP_YEARLESS,
					 log_memo_time(memo, line.p) };
	out->stamp_text = (struct span){ line.p, LOG_MEMO_STAMP - 1 };
	out->host = (struct span){ line.p + LOG_MEMO_STAMP, host->n - 1 };
	out->many = '\0';
	out->of = log_memo_of(memo);
	return true;
}
