/* SPDX-License-Identifier: MIT */
/*
 * UW imapd and ipop3d (Panda IMAP).
 *
 *   HDR imapd[PID]: Login|Authenticated|Auth user=USER host=[NAME ][IP] [nmsgs=a/b]
 *   HDR imapd[PID]: Login failed|Login excessive login failures|Login disabled
 *                   |Failed .. override of user=USER [auth=AUTH] host=..
 *   HDR imapd[PID]: Logout|Autologout|Killed .. user=USER host=..
 */
#include "logs/logs_in.h"

static bool program(struct span tag, enum log_protocol *out)
{
	struct span base = log_base(tag);

	if (span_eq_str(base, "imapd") || span_eq_str(base, "imapsd"))
		*out = LOG_IMAP;
	else if (span_eq_str(base, "ipop3d") || span_eq_str(base, "ipop2d") ||
		 span_eq_str(base, "pop3d"))
		*out = LOG_POP3;
	else
		return false;
	return true;
}

static bool take(struct span s, struct log_line *out)
{
	ptrdiff_t host = log_find_last(s, " host="), end;

	if (host < 0)
		return false;
	out->rip = log_bracket_last(span_from(s, (size_t)host));
	end = log_find_last(log_upto(s, (size_t)host), " auth=");
	out->user = span_trim(log_upto(s, (size_t)(end >= 0 ? end : host)));
	return true;
}

enum log_verdict logs_uw(const struct log_head *h, struct log_line *out)
{
	static const struct {
		const char *verb;
		enum log_kind kind;
	} verbs[] = {
		{ "Login user=", LOG_LOGIN },
		{ "Authenticated user=", LOG_LOGIN },
		{ "Auth user=", LOG_LOGIN },
		{ "APOP user=", LOG_LOGIN },
		{ "Preauthenticated user=", LOG_LOGIN },
		{ "Login failed user=", LOG_FAIL },
		{ "Login failure user=", LOG_FAIL },
		{ "Login excessive login failures user=", LOG_FAIL },
		{ "Login disabled user=", LOG_FAIL },
		{ "Logout user=", LOG_LOGOUT },
		{ "Autologout user=", LOG_LOGOUT },
		{ "Killed (lost mailbox lock) user=", LOG_LOGOUT },
		{ "Broken pipe", LOG_OTHER },
	};
	enum log_protocol protocol;
	struct span s = h->text;
	ptrdiff_t at;

	if (!program(h->tag, &protocol))
		return NOT_MINE;
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (log_eat(&s, verbs[i].verb)) {
			if (verbs[i].kind == LOG_OTHER)
				return MINE;
			if (!take(s, out) || out->user.n == 0)
				return BROKEN;
			out->kind = verbs[i].kind;
			out->protocol = protocol;
			return MINE;
		}
	if (log_starts(s, "Failed ") && (at = log_find(s, " override of user=")) >= 0) {
		if (!take(span_from(s, (size_t)at + 18), out))
			return BROKEN;
		out->kind = LOG_FAIL;
		out->protocol = protocol;
		return MINE;
	}
	at = log_find(s, ", while reading");
	if (at >= 0 && (at = log_find(s, " user=")) >= 0) { /* the client went away */
		if (take(span_from(s, (size_t)at + 6), out) && out->user.n > 0 &&
		    !span_eq_str(out->user, "???")) {
			out->kind = LOG_LOGOUT;
			out->protocol = protocol;
		} else {
			out->user.n = 0;
		}
		return MINE;
	}
	at = log_find(s, " service init from ");
	if (at >= 0) {
		s = span_from(s, (size_t)at + 19);
		out->rip = log_address(log_word(&s));
		return MINE;
	}
	return log_has(s, " host=") ? MINE : NOT_MINE;
}
