/* SPDX-License-Identifier: MIT */
/* What must not be shown of a server's words, and what hides in them. */
#include "base/base64.h"
#include "net/net_capture.h"

enum {
	PART_MIN = 8, /* octets of a secret at the end of a line that was cut there */
	SHORTEST = 4, /* a secret of less is in every word */
	RUN_MIN = 8,  /* digits of base64 that are looked into */
};

bool net_token_reason(const struct net_capture *c, struct strbuf *out)
{
	struct span text = span_trim((struct span){ c->more.p, c->more.n });

	/* A line that was cut may end within a digit's group. */
	if (c->more.n == sizeof c->more.p)
		text.n -= text.n % 4;
	return text.n > 0 && base64_decode(text, out) && out->n > 0 && out->p[0] == '{';
}

/* Where secret stands in s, or at its end the beginning of it, and how much of it; -1:
 * nowhere. */
static ptrdiff_t find(struct span s, struct span secret, size_t *n_out)
{
	for (size_t at = 0; at < s.n; at++) {
		size_t n = 0;

		while (n < secret.n && at + n < s.n && s.p[at + n] == secret.p[n])
			n++;
		if (n < secret.n && (at + n < s.n || n < PART_MIN))
			continue;
		*n_out = n;
		return (ptrdiff_t)at;
	}
	return -1;
}

static void cut(struct net_line *line, size_t at, size_t n)
{
	static const char mark[] = "***";
	size_t put = n < sizeof mark - 1 ? n : sizeof mark - 1;

	memcpy(line->p + at, mark, put);
	memmove(line->p + at + put, line->p + at + n, line->n - at - n);
	line->n -= n - put;
}

/* What the base64 that begins at any of its digits stands for. */
static bool holds(struct span run, struct span secret)
{
	struct strbuf text = STRBUF_INIT;
	bool found = false;
	size_t n;

	/* Something may stand before it that looks like digits. */
	for (size_t skip = 0; skip < 4 && skip < run.n && !found; skip++) {
		struct span part = span_from(run, skip);

		strbuf_clear(&text);
		part.n -= part.n % 4 == 1;
		found = base64_decode(part, &text) &&
			find(strbuf_span(&text), secret, &n) >= 0;
	}
	strbuf_wipe(&text);
	return found;
}

static void redact(struct net_line *line, struct span secret)
{
	ptrdiff_t at;
	size_t n = 0;

	while ((at = find((struct span){ line->p, line->n }, secret, &n)) >= 0)
		cut(line, (size_t)at, n);
	for (size_t i = 0; i < line->n; i++) {
		for (n = 0; i + n < line->n && base64_digit(line->p[i + n]) >= 0; n++)
			;
		if (n >= RUN_MIN && holds((struct span){ line->p + i, n }, secret)) {
			while (i + n < line->n && line->p[i + n] == '=')
				n++;
			cut(line, i, n);
			n = 3;
		}
		i += n;
	}
}

void net_capture_redact(struct net_capture *c, const char *secret)
{
	struct span s = span_str(secret);

	if (s.n < SHORTEST)
		return;
	redact(&c->greeting, s);
	redact(&c->reply, s);
	redact(&c->bye, s);
	redact(&c->more, s);
	redact(&c->caps, s);
}
