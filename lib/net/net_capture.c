/* SPDX-License-Identifier: MIT */
#include "net/net_capture.h"

#include "base/clock.h"
#include "base/num.h"

static void keep(struct net_line *line, struct span s)
{
	line->n = s.n < sizeof line->p ? s.n : sizeof line->p;
	memcpy(line->p, s.p, line->n);
}

/* libcurl's tags are a letter and three digits. */
static bool is_tagged(struct span s)
{
	if (s.n < 5 || s.p[0] < 'A' || s.p[0] > 'Z' || s.p[4] != ' ')
		return false;
	for (size_t i = 1; i < 4; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static struct span next_word(struct span *s)
{
	struct span word = *s;
	ptrdiff_t at = span_index(*s, ' ');

	if (at >= 0)
		word.n = (size_t)at;
	*s = span_from(*s, word.n + 1);
	return word;
}

static const char *const auth_words[MECHANISM_COUNT] = {
	[MECHANISM_PASSWORD] = "AUTH=PLAIN",
	[MECHANISM_OAUTHBEARER] = "AUTH=OAUTHBEARER",
	[MECHANISM_XOAUTH2] = "AUTH=XOAUTH2",
	[MECHANISM_EXTERNAL] = "AUTH=EXTERNAL",
};

/* Judged as a whole list, though no more of it is kept than a line holds. */
static void note_caps(struct net_capture *c, struct span list)
{
	keep(&c->caps, list);
	c->imap4 = c->logindisabled = false;
	memset(c->auth, 0, sizeof c->auth);
	while (list.n > 0) {
		struct span word = next_word(&list);

		if (span_ieq_str(word, "IMAP4rev1") || span_ieq_str(word, "IMAP4rev2"))
			c->imap4 = true;
		else if (span_ieq_str(word, "LOGINDISABLED"))
			c->logindisabled = true;
		for (size_t m = 0; m < MECHANISM_COUNT; m++)
			if (span_ieq_str(word, auth_words[m]))
				c->auth[m] = true;
	}
}

static void one_line(struct net_capture *c, struct span line)
{
	if (c->greeting.n == 0 && !c->in_proxy && span_istarts(line, "HTTP/"))
		c->in_proxy =
			true; /* a proxy's answer to CONNECT comes before the greeting */
	if (c->in_proxy) {
		c->in_proxy = line.n > 0;
		return;
	}
	if (c->greeting.n == 0)
		keep(&c->greeting, line.n > 0 ? line : SPAN_LIT("(empty line)"));
	else if (is_tagged(line))
		keep(&c->reply, line);
	else if (span_istarts(line, "* BYE"))
		keep(&c->bye, line);
	else if (span_istarts(line, "+ "))
		keep(&c->more, span_from(line, 2));
	else if (span_istarts(line, "* CAPABILITY "))
		note_caps(c, span_from(line, sizeof "* CAPABILITY " - 1));
}

void net_capture_line(struct net_capture *c, struct span lines)
{
	while (lines.n > 0) {
		struct span line = lines;
		ptrdiff_t lf = span_index(lines, '\n');

		if (lf >= 0)
			line.n = (size_t)lf;
		lines = span_from(lines, line.n + 1);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		one_line(c, line);
	}
}

void net_capture_remark(struct net_capture *c, struct span text)
{
	static const char start[] = "SSL connection using ";
	struct span version;

	if (!span_istarts(text, start))
		return;
	text = span_from(text, sizeof start - 1);
	version = next_word(&text);
	if (version.n < sizeof c->tls) {
		memcpy(c->tls, version.p, version.n);
		c->tls[version.n] = '\0';
	}
}

bool net_greeting_is(const struct net_capture *c, const char *start)
{
	struct span s = { c->greeting.p, c->greeting.n };
	size_t n = strlen(start);

	return span_istarts(s, start) && (s.n == n || s.p[n] == ' ');
}

bool net_reply_refuses(const struct net_capture *c)
{
	struct span status = span_from((struct span){ c->reply.p, c->reply.n }, 5);

	return span_istarts(status, "NO") || span_istarts(status, "BAD");
}
