/* SPDX-License-Identifier: MIT */
/*
 * Proxies in front: nginx mail and Perdition.  The server behind logs the same login.
 *
 *   TS [LEVEL] N#N: *N client logged in, client: IP[ using starttls], server: IP:PORT,
 * login: "U", upstream: .. HDR perdition.SERVICE[PID]: Auth: IP:p->IP:p ..
 * authentication_id="U" server=".." protocol=P .. status="ok|failed: .."
 */
#include "logs/logs_in.h"

static struct span quoted(struct span s, const char *key)
{
	ptrdiff_t at = log_find(s, key), end;

	if (at < 0)
		return (struct span){ s.p, 0 };
	s = span_from(s, (size_t)at + strlen(key));
	end = log_find(s, "\", ");
	if (end < 0)
		end = log_find_last(s, "\"");
	return log_upto(s, end < 0 ? 0 : (size_t)end);
}

/* nginx names no protocol: the port we listen on tells it, odd ones by their end. */
static enum log_protocol by_port(struct span server)
{
	static const struct {
		const char *port;
		enum log_protocol protocol;
	} ports[] = { { "143", LOG_IMAP },	 { "993", LOG_IMAP },
		      { "110", LOG_POP3 },	 { "995", LOG_POP3 },
		      { "587", LOG_SUBMISSION }, { "465", LOG_SUBMISSION } };
	ptrdiff_t colon = log_find_last(server, ":");
	struct span port = span_from(server, (size_t)(colon + 1));

	for (size_t i = 0; i < COUNT_OF(ports); i++)
		if (log_ends(port, ports[i].port))
			return ports[i].protocol;
	return LOG_NO_PROTOCOL;
}

static enum log_verdict nginx(struct span s, struct log_line *out)
{
	ptrdiff_t at = log_find(s, " client logged in, client: ");
	enum log_kind kind = LOG_LOGIN;
	struct span user;

	if (at < 0 && (at = log_find(s, " client login failed: ")) >= 0)
		kind = LOG_FAIL;
	if (at < 0 && (at = log_find(s, " proxied session done, client: ")) >= 0)
		kind = LOG_LOGOUT;
	if (at < 0)
		return MINE;
	s = span_from(s, (size_t)at);
	out->rip = log_address(log_value(s, ", client: "));
	user = quoted(s, ", login: \"");
	if (user.n == 0)
		return MINE; /* without login: inbound mail */
	out->user = user;
	out->protocol = by_port(log_value(s, ", server: "));
	out->kind = kind;
	out->flags |= LOG_F_PROXY;
	return MINE;
}

static enum log_verdict perdition(struct span s, struct log_line *out)
{
	ptrdiff_t at;
	struct span p, port;

	if (!log_eat(&s, "Auth: "))
		return MINE;
	p = log_word(&s); /* "IP:p->IP:p", old ones without ports */
	at = log_find(p, "->");
	out->rip = log_address(at < 0 ? p : log_upto(p, (size_t)at));
	out->user = quoted(s, "authentication_id=\"");
	if (out->user.n == 0)
		out->user = quoted(s, "user=\"");
	at = span_index(out->user, '"');
	if (at >= 0)
		out->user.n = (size_t)at;
	p = log_value(s, "protocol=");
	port = log_value(s, " port=\""); /* old ones name the port of the server behind */
	port = log_upto(port, port.n > 0 ? port.n - 1 : 0);
	out->protocol = log_starts(p, "IMAP")	       ? LOG_IMAP
			: log_starts(p, "POP")	       ? LOG_POP3
			: log_starts(p, "MANAGESIEVE") ? LOG_SIEVE
						       : by_port(port);
	out->flags |= LOG_F_PROXY;
	out->kind = log_has(s, "status=\"ok") ? LOG_LOGIN : LOG_FAIL;
	return out->user.n == 0 ? BROKEN : MINE;
}

enum log_verdict logs_proxy(const struct log_head *h, struct log_line *out)
{
	struct span s = h->rest;

	if (log_starts(h->tag, "perdition"))
		return perdition(h->text, out);
	if (out->stamp_text.n >= 19 && out->stamp_text.p[4] == '/' && log_eat(&s, "["))
		return nginx(s, out);
	if (span_eq_str(h->tag, "nginx") && h->syslog)
		return nginx(h->text, out);
	return NOT_MINE;
}
