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

/* "[28325:00010-3735542592] " (Domino) */
static void eat_thread(struct span *s)
{
	size_t n = 1;

	if (s->n < 8 || s->p[0] != '[' || !log_digit(s->p[1]))
		return;
	while (n < s->n && n < 48 &&
	       (log_digit(s->p[n]) || s->p[n] == ':' || s->p[n] == '-'))
		n++;
	if (n + 1 < s->n && s->p[n] == ']' && s->p[n + 1] == ' ')
		*s = span_from(*s, n + 2);
}

static bool host_octet(char c)
{
	return log_digit(c) || (span_lower(c) >= 'a' && span_lower(c) <= 'z') ||
	       c == '.' || c == '-' || c == '_' || c == ':' || c == '@' || c == '/';
}

/* "tag[pid]: " or "tag: ", or "tag(...)...: " of Dovecot, off the front of s. */
static bool take_tag(struct span s, struct log_head *h)
{
	size_t n = 0;

	h->rest = s;
	while (n < s.n && s.p[n] != ':' && s.p[n] != '[' && s.p[n] != ' ' &&
	       s.p[n] != '(' && s.p[n] != '<')
		n++;
	if (n == 0 || n == s.n || n > 128)
		return false;
	h->tag = log_upto(s, n);
	h->pid = (struct span){ s.p, 0 };
	s = span_from(s, n);
	if (s.p[0] == '[') {
		ptrdiff_t end = span_index(s, ']');

		if (end < 0 || end > 40)
			return false;
		h->pid = (struct span){ s.p + 1, (size_t)end - 1 };
		s = span_from(s, (size_t)end + 1);
	} else if (s.p[0] == '(' || s.p[0] == '<') {
		/* deliver(user): the scanner looks at rest */
		h->text = s;
		return true;
	}
	if (s.n == 0 || s.p[0] != ':')
		return false;
	s = span_from(s, 1);
	log_blanks(&s);
	/* Solaris: "[ID 197553 mail.info] " */
	if (log_starts(s, "[ID ")) {
		ptrdiff_t end = log_find(s, "] ");

		if (end > 0)
			s = span_from(s, (size_t)end + 2);
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

void log_head_take(struct span line, struct log_line *out, struct log_head *h)
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
	}
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
}
