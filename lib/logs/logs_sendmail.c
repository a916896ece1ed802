/* SPDX-License-Identifier: MIT */
/*
 * Sendmail.
 *
 *   HDR sendmail|sm-mta[PID]: AUTH=server, relay=HOST [IP][ (may be forged)], authid=U,
 * mech=M, bits=n HDR ..: QID: AUTH failure (M): .., user=U, relay=.. HDR ..: QID:
 * to=A[,B..], .., mailer=local, .., stat=Sent
 */
#include "logs/logs_in.h"

static bool program(struct span tag)
{
	/* several daemons of a host: sm-mta-in, sendmail-sasl */
	return span_eq_str(tag, "sendmail") || log_starts(tag, "sendmail-") ||
	       log_starts(tag, "sm-");
}

static bool local_mailer(struct span s)
{
	return span_eq_str(s, "local") || span_eq_str(s, "procmail") ||
	       log_starts(s, "cyrus") || log_has(s, "lmtp") || span_eq_str(s, "maildrop");
}

static enum log_verdict sent(struct span s, struct log_line *out)
{
	ptrdiff_t end;
	struct span to;

	if (!log_has(s, ", stat=Sent") || !local_mailer(log_value(s, ", mailer=")))
		return MINE;
	end = log_find(s, ", ctladdr=");
	if (end < 0)
		end = log_find(s, ", delay=");
	if (end <= 0)
		return BROKEN;
	to = log_upto(s, (size_t)end);
	if (span_index(to, ',') >= 0) {
		out->flags |= LOG_F_MANY;
		out->many = ',';
	} else if (to.n > 2 && to.p[0] == '<' && to.p[to.n - 1] == '>') {
		to = (struct span){ to.p + 1, to.n - 2 };
	}
	out->user = to;
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LOCAL;
	return MINE;
}

static enum log_verdict authid(struct span s, struct log_line *out)
{
	ptrdiff_t user = log_find_last(s, ", authid="), end;

	if (user < 0)
		return BROKEN;
	out->rip = log_bracket_last(log_upto(s, (size_t)user));
	s = span_from(s, (size_t)user + 9);
	end = log_find_last(s, ", mech=");
	out->user = log_upto(s, end < 0 ? s.n : (size_t)end);
	if (out->user.n == 0)
		return BROKEN;
	out->kind = LOG_LOGIN;
	out->protocol = LOG_SUBMISSION;
	return MINE;
}

enum log_verdict logs_sendmail(const struct log_head *h, struct log_line *out)
{
	struct span s = h->text, id;
	ptrdiff_t at, relay;

	if (!program(log_base(h->tag)))
		return NOT_MINE;
	if (log_eat(&s, "AUTH=server, "))
		return authid(s, out);
	at = log_find(s, ": ");
	if (at < 0 || at > 32)
		return MINE;
	id = log_upto(s, (size_t)at);
	s = span_from(s, (size_t)at + 2);
	if (log_eat(&s, "AUTH=server, "))
		return authid(s, out);
	if (log_eat(&s, "to=")) {
		out->session = id;
		return sent(s, out);
	}
	if (log_starts(s, "from=")) {
		relay = log_find_last(s, ", relay=");
		if (relay >= 0) {
			out->from = log_bracket_last(span_from(s, (size_t)relay));
			out->session = id;
			out->flags |= LOG_F_SENDER;
		}
		return MINE;
	}
	if (log_starts(s, "AUTH failure (")) {
		relay = log_find_last(s, ", relay=");
		if (relay >= 0)
			out->rip = log_bracket_last(span_from(s, (size_t)relay));
		at = log_find_last(log_upto(s, relay < 0 ? s.n : (size_t)relay),
				   ", user=");
		if (at >= 0)
			out->user = log_upto(span_from(s, (size_t)at + 7),
					     (relay < 0 ? s.n : (size_t)relay) -
						     (size_t)at - 7);
		out->kind = LOG_FAIL;
		out->protocol = LOG_SUBMISSION;
		return MINE;
	}
	if (log_starts(s, "["))
		out->rip = log_address(log_upto(s, 48));
	return MINE;
}
