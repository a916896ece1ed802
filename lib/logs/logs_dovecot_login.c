/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's login processes.
 *
 *   VERB[DETAIL]: user=<USER>, method=MECH, rip=IP, lip=IP, mpid=PID, TLS, session=<ID>
 *
 * Up to 2.3 success is "Login", from 2.4 on "Logged in".  Elements come in any order that
 * the administrator likes, some with a blank in place of the comma.  Up to 2.3 the reason
 * of a failure stands in parentheses as words, from 2.4 on as a code behind them.
 */
#include "logs/logs_in.h"

/*
 * USER ends at the last "> that the next element follows": with auth_username_chars empty
 * a user who fails may have typed "x> , rip=10.9.9.9, user=<evil".
 */
static ptrdiff_t user_end(struct span s)
{
	static const struct span ends[] = { SPAN_INIT(", method="), SPAN_INIT(", rip="),
					    SPAN_INIT(", PID="), SPAN_INIT(", session="),
					    SPAN_INIT(" method=") };
	ptrdiff_t best = -1, last = -1;
	size_t rank = COUNT_OF(ends), n = s.n;

	/* from the right: what follows the user holds few of them */
	while (n > 0) {
		const char *p = memrchr(s.p, '>', n);
		struct span behind;

		if (p == NULL)
			break;
		n = (size_t)(p - s.p);
		last = last < 0 ? (ptrdiff_t)n : last;
		behind = span_from(s, n + 1);
		if (behind.n == 0 || (behind.p[0] != ',' && behind.p[0] != ' '))
			continue;
		for (size_t i = 0; i < rank; i++)
			if (behind.n >= ends[i].n &&
			    memcmp(behind.p, ends[i].p, ends[i].n) == 0) {
				rank = i;
				best = (ptrdiff_t)n;
			}
		if (rank == 0)
			return best;
	}
	if (best >= 0)
		return best;
	best = log_find(s, ">, ");
	return best >= 0 ? best : last;
}

/* "joe>, auth_user=<admin": a second name that an administrator put behind the first.  A
 * client may write the same, and then fails under what stands before it. */
static struct span first_name(struct span user)
{
	size_t at = 0;
	ptrdiff_t next;

	while ((next = log_find(span_from(user, at), ">, ")) >= 0) {
		size_t n = at + (size_t)next, from = n + 3;

		at = from;
		while (at < user.n && ((user.p[at] >= 'a' && user.p[at] <= 'z') ||
				       user.p[at] == '_'))
			at++;
		if (at > from && log_starts(span_from(user, at), "=<") &&
		    !span_eq_str((struct span){ user.p + from, at - from }, "user"))
			return log_upto(user, n);
		at = from;
	}
	return user;
}

/* The elements: user, rip, session.  False: they break off. */
static bool elements(struct span s, struct log_line *out)
{
	struct span rest = s;

	if (log_eat(&rest, "user=<")) {
		ptrdiff_t end = user_end(rest);

		if (end < 0)
			return false;
		out->user = first_name(log_upto(rest, (size_t)end));
		rest = span_from(rest, (size_t)end + 1);
	}
	out->rip = log_address(log_value(rest, "rip="));
	out->session = log_value(rest, "session=");
	if (out->session.n > 1 && out->session.p[0] == '<')
		out->session = (struct span){ out->session.p + 1, out->session.n - 2 };
	return true;
}

/* Where the elements begin: behind the message.  -1: there are none. */
static ptrdiff_t elements_at(struct span s)
{
	static const char *const firsts[] = { ": user=<",
					      ": session=", ": method=", ": rip=" };
	ptrdiff_t at;

	for (size_t i = 0; i < COUNT_OF(firsts); i++)
		if ((at = log_find(s, firsts[i])) >= 0)
			return at + 2;
	return -1;
}

enum reason {
	REASON_UNKNOWN,
	REASON_FAIL,
	REASON_FAIL_IF_NAMED,
	REASON_LIMIT,
	REASON_PROBE
};

/* 2.4: "(code)" at the end of the message. */
static enum reason by_code(struct span m)
{
	static const struct {
		const char *code;
		enum reason reason;
	} codes[] = {
		{ "(auth_failed)", REASON_FAIL },
		{ "(invalid_credentials)", REASON_FAIL },
		{ "(authorization_failed)", REASON_FAIL },
		{ "(user_disabled)", REASON_FAIL },
		{ "(password_expired)", REASON_FAIL },
		{ "(temp_fail)", REASON_FAIL },
		{ "(login_disabled)", REASON_FAIL },
		{ "(cleartext_auth_disabled)", REASON_FAIL },
		{ "(invalid_mech)", REASON_FAIL },
		{ "(anonymous_auth_disabled)", REASON_FAIL },
		{ "(invalid_base64)", REASON_FAIL },
		{ "(auth_process_comm_fail)", REASON_FAIL },
		{ "(internal_failure)", REASON_FAIL },
		{ "(auth_nologin_referral)", REASON_FAIL },
		{ "(proxy_dest_connect_failed)", REASON_FAIL },
		{ "(proxy_dest_internal_failure)", REASON_FAIL },
		{ "(proxy_dest_remote_failure)", REASON_FAIL },
		{ "(proxy_dest_protocol_failure)", REASON_FAIL },
		{ "(proxy_dest_auth_failed)", REASON_FAIL },
		{ "(proxy_dest_auth_temp_failed)", REASON_FAIL },
		{ "(connection_limit)", REASON_LIMIT },
		{ "(proxy_dest_connection_limit)", REASON_LIMIT },
		{ "(no_auth_attempts)", REASON_PROBE },
		{ "(tls_handshake_not_finished)", REASON_PROBE },
		{ "(auth_process_not_ready)", REASON_PROBE },
		{ "(auth_aborted_by_client)", REASON_PROBE },
		{ "(auth_waiting_client)", REASON_PROBE },
		{ "(client_ssl_not_started)", REASON_PROBE },
		{ "(client_ssl_cert_missing)", REASON_PROBE },
		{ "(client_ssl_cert_untrusted)", REASON_PROBE },
		{ "(process_full)", REASON_PROBE },
		{ "(shutting_down)", REASON_PROBE },
	};

	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (log_ends(m, codes[i].code))
			return codes[i].reason;
	return REASON_UNKNOWN;
}

/* 1.x to 2.3: words. */
static enum reason by_words(struct span m)
{
	static const struct {
		const char *words;
		enum reason reason;
	} list[] = {
		{ "Maximum number of connections", REASON_LIMIT },
		{ "auth failed", REASON_FAIL },
		{ "successful auths", REASON_FAIL },
		{ "authentication attempts", REASON_FAIL },
		{ "tried to use dis", REASON_FAIL },
		{ "proxy dest auth failed", REASON_FAIL },
		{ "didn't finish SASL auth", REASON_FAIL_IF_NAMED },
		{ "auth process", REASON_FAIL_IF_NAMED },
		{ "internal failure", REASON_FAIL_IF_NAMED },
		{ "disconnected while authenticating", REASON_FAIL_IF_NAMED },
		{ "no auth attempts", REASON_PROBE },
		{ "disconnected before auth", REASON_PROBE },
		{ "disconnected during TLS", REASON_PROBE },
	};

	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (log_has(m, list[i].words))
			return list[i].reason;
	return REASON_UNKNOWN;
}

static enum log_verdict failure(struct span m, struct log_line *out)
{
	enum reason r = by_code(m);

	if (r == REASON_UNKNOWN)
		r = by_words(m);
	if (r == REASON_UNKNOWN || r == REASON_FAIL_IF_NAMED)
		r = out->user.n > 0 ? REASON_FAIL : REASON_PROBE;
	if (r == REASON_PROBE) {
		out->flags |= LOG_F_NOAUTH;
		out->protocol = LOG_NO_PROTOCOL;
		out->user.n = 0;
		return MINE;
	}
	out->kind = LOG_FAIL;
	out->flags |= r == REASON_LIMIT ? LOG_F_LIMIT : 0;
	return MINE;
}

/* "proxy(USER...): started proxying to HOST:PORT: user=<..>" and the end of it. */
static enum log_verdict proxied(struct span m, struct log_line *out)
{
	out->flags |= LOG_F_PROXY;
	if (log_has(m, "tarted proxying to "))
		out->kind = LOG_LOGIN;
	else if (log_has(m, "disconnecting ") || log_has(m, "Disconnected by "))
		out->kind = LOG_LOGOUT;
	else
		return failure(m, out);
	return out->user.n > 0 ? MINE : BROKEN;
}

enum log_verdict logs_dovecot_login(struct span s, enum log_protocol protocol,
				    struct log_line *out)
{
	ptrdiff_t at;
	struct span m;

	out->protocol = protocol;
	if (log_eat(&s, "Login: ") || log_eat(&s, "Logged in: ")) {
		at = log_find(s, "user=<");
		if (at > 0) { /* elements that the administrator put first */
			struct span before = log_upto(s, (size_t)at);

			s = span_from(s, (size_t)at);
			if (!elements(s, out))
				return BROKEN;
			if (out->rip.n == 0)
				out->rip = log_address(log_value(before, "rip="));
			if (out->session.n == 0)
				out->session = log_value(before, "session=");
		} else if (at < 0 || !elements(s, out)) {
			return BROKEN;
		}
		out->kind = LOG_LOGIN;
		return out->user.n > 0 ? MINE : BROKEN;
	}
	at = elements_at(s);
	if (log_starts(s, "ID sent: ") || log_starts(s, "ID (")) {
		m = log_upto(s, at > 0 ? (size_t)at - 2 : s.n);
		out->protocol = LOG_NO_PROTOCOL;
		if (at < 0 || !elements(span_from(s, (size_t)at), out) ||
		    !log_eat(&m, "ID sent: ")) {
			out->user.n = out->rip.n = 0;
			return MINE;
		}
		out->client = m;
		out->flags |= LOG_F_CLIENT;
		out->user.n = out->rip.n = 0;
		return MINE;
	}
	if (at < 0) { /* errors and warnings of the process */
		out->protocol = LOG_NO_PROTOCOL;
		return MINE;
	}
	m = log_upto(s, (size_t)at - 2);
	if (!elements(span_from(s, (size_t)at), out))
		return BROKEN;
	if (log_starts(m, "proxy(") || log_starts(m, "Started proxying to "))
		return proxied(m, out);
	return failure(m, out);
}
