/* SPDX-License-Identifier: MIT */
/* What stands before the text: relays' prefixes, the time, host and tag. */
#include "logs/logs_head.h"

/* "<22>" */
static void eat_priority(struct span *s)
{
	size_t n = 1;

	if (s->n < 3 || s->p[0] != '<')
		return;
	while (n < s->n && n < 4 && log_digit(s->p[n]))
		n++;
	if (n > 1 && n < s->n && s->p[n] == '>')
		*s = span_from(*s, n + 1);
}

/* "mail.info: " (s6, docker images) */
static void eat_facility(struct span *s)
{
	static const char *const levels[] = { "emerg",	 "alert",  "crit", "err",  "warn",
					      "warning", "notice", "info", "debug" };
	ptrdiff_t dot = 0;

	while ((size_t)dot < s->n && dot < 10 &&
	       ((s->p[dot] >= 'a' && s->p[dot] <= 'z') || log_digit(s->p[dot])))
		dot++;
	if (dot == 0 || (size_t)dot >= s->n || s->p[dot] != '.')
		return;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		struct span rest = span_from(*s, (size_t)dot + 1);

		if (log_eat(&rest, levels[i]) && log_eat(&rest, ": ")) {
			*s = rest;
			return;
		}
	}
}

/* "mail_1    | " (docker compose) */
static void eat_container(struct span *s)
{
	size_t n = 0, blank;

	while (n < s->n && n < 64 &&
	       (log_digit(s->p[n]) ||
		(span_lower(s->p[n]) >= 'a' && span_lower(s->p[n]) <= 'z') ||
		s->p[n] == '_' || s->p[n] == '-' || s->p[n] == '.'))
		n++;
	blank = n;
	while (n < s->n && s->p[n] == ' ')
		n++;
	if (blank > 0 && n > blank && n + 1 < s->n && s->p[n] == '|' &&
	    s->p[n + 1] == ' ')
		*s = span_from(*s, n + 2);
}

/* "[28325:00010-3735542592] " (Domino), "[12345.678901] " (journalctl -o
 * short-monotonic) */
static void eat_thread(struct span *s)
{
	size_t n = 1;

	if (s->n < 8 || s->p[0] != '[')
		return;
	while (n < s->n && n < 16 && s->p[n] == ' ')
		n++;
	if (!log_digit(s->p[n < s->n ? n : 0]))
		return;
	while (n < s->n && n < 48 &&
	       (log_digit(s->p[n]) || s->p[n] == ':' || s->p[n] == '-' || s->p[n] == '.'))
		n++;
	if (n + 1 < s->n && s->p[n] == ']' && s->p[n + 1] == ' ')
		*s = span_from(*s, n + 2);
}

static bool host_octet(char c)
{
	return log_digit(c) || (span_lower(c) >= 'a' && span_lower(c) <= 'z') ||
	       c == '.' || c == '-' || c == '_' || c == ':' || c == '@' || c == '/';
}

#define PID_MAX 40u

static const bool tag_end[256] = {
	[':'] = true, ['['] = true, [' '] = true, ['('] = true, ['<'] = true
};

/* The tags of most lines, told by their first octets. */
static enum log_tag known_tag(struct span s)
{
	if (s.n < 9)
		return LOG_TAG_OTHER;
	switch (s.p[0]) {
	case 'p':
		return memcmp(s.p, "postfix/", 8) == 0 ? LOG_TAG_POSTFIX : LOG_TAG_OTHER;
	case 'd':
		return memcmp(s.p, "dovecot", 7) == 0 && tag_end[(unsigned char)s.p[7]]
			       ? LOG_TAG_DOVECOT
			       : LOG_TAG_OTHER;
	case 'c':
		return memcmp(s.p, "cyrus/", 6) == 0 ? LOG_TAG_CYRUS : LOG_TAG_OTHER;
	default:
		return LOG_TAG_OTHER;
	}
}

/* "tag[pid]: " or "tag: ", or "tag(...)...: " of Dovecot, off the front of s. */
static bool take_tag(struct span s, struct log_head *h)
{
	static const unsigned char behind[] = { 0, 8, 7, 6 }; /* of enum log_tag */
	const char *p, *end;
	size_t n;

	h->rest = s;
	h->known = known_tag(s);
	p = s.p + behind[h->known];
	end = s.p + s.n;
	while (p < end && !tag_end[(unsigned char)*p])
		p++;
	n = (size_t)(p - s.p);
	if (n == 0 || n == s.n || n > 128)
		return false;
	h->tag = (struct span){ s.p, n };
	h->pid = (struct span){ s.p, 0 };
	s = (struct span){ p, s.n - n };
	if (s.p[0] == '[') {
		p = s.p + 1;
		end = s.n > PID_MAX + 1 ? s.p + PID_MAX + 1 : s.p + s.n;
		while (p < end && *p != ']')
			p++;
		if (p == end)
			return false;
		h->pid = (struct span){ s.p + 1, (size_t)(p - s.p) - 1 };
		s = (struct span){ p + 1, s.n - (size_t)(p - s.p) - 1 };
	} else if (s.p[0] == '(' || s.p[0] == '<') {
		/* deliver(user): the scanner looks at rest */
		h->text = s;
		return true;
	}
	if (s.n == 0 || s.p[0] != ':')
		return false;
	s = (struct span){ s.p + 1, s.n - 1 };
	log_blanks(&s);
	/* Solaris: "[ID 197553 mail.info] " */
	if (s.n > 0 && s.p[0] == '[' && log_starts(s, "[ID ")) {
		ptrdiff_t close = log_find(s, "] ");

		if (close > 0)
			s = span_from(s, (size_t)close + 2);
	}
	h->text = s;
	return true;
}

/* RFC 5424 behind the time: HOST APP PROCID MSGID SD [MSG]. */
static bool take_5424(struct span s, struct log_head *h)
{
	h->host = log_word(&s);
	h->rest = s;
	h->tag = log_word(&s);
	h->pid = log_word(&s);
	(void)log_word(&s);
	if (h->tag.n == 0 || s.n == 0)
		return false;
	if (s.p[0] == '-') {
		s = span_from(s, 1);
	} else {
		while (s.n > 0 && s.p[0] == '[') {
			bool quoted = false;
			size_t n = 1;

			for (; n < s.n && (quoted || s.p[n] != ']'); n++) {
				if (s.p[n] == '\\' && n + 1 < s.n)
					n++;
				else if (s.p[n] == '"')
					quoted = !quoted;
			}
			s = span_from(s, n + 1);
		}
	}
	log_blanks(&s);
	(void)log_eat(&s, "\xEF\xBB\xBF");
	h->text = s;
	h->syslog = true;
	return true;
}

/* Without "<22>1 ": a process is a number or "-", and behind the id of the message stands
 * what RFC 5424 has there. */
static bool take_bare_5424(struct span s, struct log_head *h)
{
	struct span rest = s, word;

	(void)log_word(&rest);
	if (log_word(&rest).n == 0)
		return false;
	word = log_word(&rest);
	for (size_t i = 0; i < word.n; i++)
		if (!log_digit(word.p[i]) && (word.p[i] != '-' || word.n > 1))
			return false;
	if (word.n == 0 || log_word(&rest).n == 0 ||
	    !(log_starts(rest, "- ") || log_starts(rest, "[")))
		return false;
	return take_5424(s, h);
}

static void take_host(struct span s, struct log_head *h)
{
	size_t n = 0;

	h->rest = h->text = s;
	while (n < s.n && host_octet(s.p[n]))
		n++;
	if (n > 0 && n < s.n && s.p[n] == ' ' && s.p[n - 1] != ':') {
		struct log_head with = *h;

		with.host = log_upto(s, n);
		if (take_tag(span_from(s, n + 1), &with)) {
			with.syslog = true;
			*h = with;
			return;
		}
	}
	if (!take_tag(s, h)) {
		h->tag = (struct span){ s.p, 0 };
		h->text = s;
	}
}

/* One of the hosts that were read last, and a tag. */
static bool same_host(struct log_head_memo *memo, struct span s, struct log_head *h)
{
	size_t n;

	if (!log_memo_find(memo, s.p, s.n))
		return false;
	n = memo->host[memo->host_at].n;
	h->host = (struct span){ s.p, n - 1 };
	h->syslog = take_tag((struct span){ s.p + n, s.n - n }, h);
	return h->syslog;
}

static void remember_host(struct log_head_memo *memo, struct span host)
{
	struct log_memo_host *to;
	unsigned at = 0;

	while (at < LOG_MEMO_HOSTS && (memo->host[at].n != host.n + 1 ||
				       memcmp(memo->host[at].text, host.p, host.n) != 0))
		at++;
	if (at == LOG_MEMO_HOSTS) { /* one more */
		at = memo->host_turn;
		memo->host_turn = (at + 1) % LOG_MEMO_HOSTS;
	}
	memo->host_at = at;
	to = &memo->host[at];
	*to = (struct log_memo_host){ .n = host.n + 1 };
	memcpy(to->text, host.p, host.n);
	to->text[host.n] = ' ';
	memset(&to->mask, 0xff, to->n < 8 ? to->n : 8);
}

/* The hour and the host of a line, where both stand as they mostly do. */
static void remember(struct log_head_memo *memo, const struct log_line *out,
		     const struct log_head *h)
{
	struct span t = out->stamp_text;

	if (out->stamp.kind != LOG_STAMP_YEARLESS || t.p != h->line.p || t.n != 15 ||
	    t.p[6] != ' ' || t.p[9] != ':' || h->line.n < LOG_MEMO_STAMP ||
	    t.p[13] == '6' /* second 60 of the last minute is of the day after */)
		return;
	memcpy(memo->hour, t.p, 10);
	memcpy(memo->hour + 10, "00:00 ", 6);
	memo->of_hour = out->stamp.t - out->stamp.t % 3600;
	memo->known = true;
	memo->turn++;
	if (h->syslog && h->host.n > 0 && h->host.n < LOG_MEMO_HOST &&
	    h->host.p == t.p + LOG_MEMO_STAMP)
		remember_host(memo, h->host);
}

/* Of the hour of the line before: time, host and tag. */
static bool same_hour(struct log_head_memo *memo, struct span line, struct log_line *out,
		      struct log_head *h)
{
	struct span s;

	if (line.n <= LOG_MEMO_STAMP || !log_memo_is_hour(memo, line.p))
		return false;
	s = (struct span){ line.p + LOG_MEMO_STAMP, line.n - LOG_MEMO_STAMP };
	out->stamp_text = (struct span){ line.p, LOG_MEMO_STAMP - 1 };
	out->stamp = (struct log_stamp){ LOG_STAMP_YEARLESS,
					 log_memo_time(memo, line.p) };
	h->line = line;
	h->bracketed = h->syslog = false;
	return same_host(memo, s, h);
}

static void head_take(struct span line, struct log_line *out, struct log_head *h);

void log_head_take(struct span line, struct log_head_memo *memo, struct log_line *out,
		   struct log_head *h)
{
	if (memo == NULL) {
		head_take(line, out, h);
		return;
	}
	if (same_hour(memo, line, out, h))
		return;
	head_take(line, out, h);
	remember(memo, out, h);
}

static void head_take(struct span line, struct log_line *out, struct log_head *h)
{
	struct span s = line;
	bool rfc5424 = false;

	*h = (struct log_head){ .line = line, .text = line, .rest = line };
	out->stamp_text = (struct span){ line.p, 0 };
	out->stamp.kind = LOG_STAMP_NONE;
	if (s.n == 0)
		return;
	if (s.p[0] == '<') {
		eat_priority(&s);
		rfc5424 = log_eat(&s, "1 ");
	} else if (s.p[0] == '1') {
		rfc5424 = log_eat(&s, "1 ");
	}
	if (rfc5424 && log_starts(s, "- ") && take_5424(span_from(s, 2), h))
		return; /* it knew no time */
	if (!log_stamp_take(&s, &out->stamp_text, &out->stamp)) {
		eat_container(&s);
		eat_facility(&s);
		eat_thread(&s);
		if (!log_stamp_take(&s, &out->stamp_text, &out->stamp)) {
			take_host(s, h); /* "pod_1 | imapd: LOGIN, ..." */
			return;
		}
	}
	h->bracketed = out->stamp_text.p > line.p && out->stamp_text.p[-1] == '[';
	if (rfc5424 && log_eat(&s, " ") && take_5424(s, h))
		return;
	log_blanks(&s);
	(void)log_eat(&s, ": ");
	take_host(s, h);
	if (!h->syslog && out->stamp.kind == LOG_STAMP_UTC)
		(void)take_bare_5424(s, h);
}
