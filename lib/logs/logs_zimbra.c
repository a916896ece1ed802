/* SPDX-License-Identifier: MIT */
/*
 * Zimbra: audit.log and mailbox.log, also behind the head of syslog.
 *
 *   TS LEVEL  [THREAD] [k=v;k=v;..] security - cmd=Auth; account=A; protocol=P;[
 * error=TEXT;] TS LEVEL  [THREAD] [..] imap|pop - user A authenticated, mechanism=M[
 * [TLS]] TS LEVEL  [THREAD] [..] SoapEngine - handler exception: authentication failed
 * for [A], reason
 */
#include "logs/logs_in.h"

/* k=v; inside the brackets of the context. */
static struct span context(struct span s, const char *key)
{
	size_t n = strlen(key);

	while (s.n > 0) {
		ptrdiff_t end = span_index(s, ';');
		struct span item = log_upto(s, end < 0 ? s.n : (size_t)end);

		if (log_starts(item, key))
			return span_from(item, n);
		s = end < 0 ? (struct span){ s.p, 0 } : span_from(s, (size_t)end + 1);
	}
	return (struct span){ s.p, 0 };
}

/* oip is the client's, and may be a list of which the first is; ip often the proxy's. */
static struct span client_ip(struct span ctx)
{
	struct span ip = context(ctx, "oip=");
	ptrdiff_t comma;

	if (ip.n == 0)
		ip = context(ctx, "ip=");
	comma = span_index(ip, ',');
	return log_address(comma > 0 ? log_upto(ip, (size_t)comma) : ip);
}

static enum log_protocol soap_or_smtp(struct span ctx)
{
	return span_eq_str(context(ctx, "oproto="), "smtp") ? LOG_SUBMISSION
							    : LOG_WEBMAIL;
}

static enum log_protocol protocol_of(struct span p, struct span ctx)
{
	if (span_eq_str(p, "soap"))
		return soap_or_smtp(ctx);
	if (span_eq_str(p, "imap"))
		return LOG_IMAP;
	if (span_eq_str(p, "pop3"))
		return LOG_POP3;
	if (span_eq_str(p, "zsync"))
		return LOG_ACTIVESYNC;
	return LOG_HTTP;
}

static enum log_verdict security(struct span s, struct span ctx, bool warned,
				 struct log_line *out)
{
	struct span user;

	if (!log_eat(&s, "cmd=Auth; "))
		return MINE; /* AdminAuth, DelegateAuth: an administrator's */
	user = log_eat(&s, "account=") ? s : (struct span){ s.p, 0 };
	if (user.n > 0) {
		ptrdiff_t end = log_find(user, "; protocol=");

		if (end < 0)
			return BROKEN;
		user.n = (size_t)end;
		s = span_from(s, (size_t)end + 2);
	}
	if (user.n == 0)
		return BROKEN;
	out->user = user;
	out->protocol = protocol_of(context(s, "protocol="), ctx);
	out->rip = client_ip(ctx);
	out->client = context(ctx, "ua=");
	out->kind = warned || log_has(s, " error=") ? LOG_FAIL : LOG_LOGIN;
	return MINE;
}

enum log_verdict logs_zimbra(const struct log_head *h, struct log_line *out)
{
	static const char *const levels[] = { "INFO", "WARN", "ERROR", "DEBUG", "FATAL" };
	struct span s = h->syslog ? h->text : h->rest, ctx, thread;
	bool known = false, warned;
	ptrdiff_t end;

	warned = log_starts(s, "WARN");
	for (size_t i = 0; i < COUNT_OF(levels) && !known; i++)
		known = log_eat(&s, levels[i]);
	log_blanks(&s);
	if (!known || !log_eat(&s, "["))
		return NOT_MINE;
	end = log_find(s, "] [");
	if (end < 0)
		return NOT_MINE;
	thread = log_upto(s, (size_t)end);
	ctx = span_from(s, (size_t)end + 3);
	end = log_find(ctx, "] ");
	if (end < 0)
		return NOT_MINE;
	s = span_from(ctx, (size_t)end + 2);
	ctx.n = (size_t)end;
	if (log_starts(thread, "LmtpServer-") && log_starts(s, "mailop - Adding Message: ")) {
		out->user = context(ctx, "name=");
		if (out->user.n == 0)
			return MINE;
		out->kind = LOG_DELIVERY;
		out->protocol = LOG_LMTP;
		return MINE;
	}
	if (log_eat(&s, "security - "))
		return security(s, ctx, warned, out);
	if (log_starts(s, "imap - user ") || log_starts(s, "pop - user ")) {
		enum log_protocol p = s.p[0] == 'i' ? LOG_IMAP : LOG_POP3;

		s = span_from(s, p == LOG_IMAP ? 12 : 11);
		end = log_find_last(s, " authenticated, mechanism=");
		if (end <= 0)
			return MINE;
		out->user = log_upto(s, (size_t)end);
		out->protocol = p;
		out->rip = client_ip(ctx);
		out->client = context(ctx, "ua=");
		out->kind = LOG_LOGIN;
		out->flags |= LOG_F_TWIN; /* audit.log has it too */
		return MINE;
	}
	if (log_eat(&s, "SoapEngine - handler exception: authentication failed for [")) {
		end = log_find_last(s, "], ");
		if (end < 0)
			end = log_find_last(s, "]");
		if (end < 0)
			return BROKEN;
		out->user = log_upto(s, (size_t)end);
		out->rip = client_ip(ctx);
		out->protocol = soap_or_smtp(ctx);
		out->kind = LOG_FAIL;
		out->flags |= LOG_F_TWIN;
	}
	return MINE;
}
