/* SPDX-License-Identifier: MIT */
#include "imap/imap_cur.h"

#include "base/text.h"

void imap_cur_init(struct imap_cur *c, struct span text, struct arena *arena)
{
	*c = (struct imap_cur){ .text = text, .arena = arena };
}

void imap_cur_bad(struct imap_cur *c, const char *why)
{
	if (c->bad != NULL)
		return;
	c->bad = why;
	c->bad_at = c->at;
	c->at = c->text.n;
}

void imap_cur_need(struct imap_cur *c, char ch)
{
	if (imap_cur_eat(c, ch))
		return;
	switch (ch) {
	case ' ':
		imap_cur_bad(c, "no blank where one must be");
		break;
	case '(':
		imap_cur_bad(c, "no opening parenthesis where one must be");
		break;
	case ')':
		imap_cur_bad(c, "no closing parenthesis where one must be");
		break;
	default:
		imap_cur_bad(c, "another character than the one that must be here");
		break;
	}
}

/* ATOM-CHAR of RFC 3501 section 9: printable ASCII without ( ) { blank % * " and
 * backslash; and ']'. */
static bool is_atom(char ch)
{
	static const bool special[128] = {
		['('] = true, [')'] = true, ['{'] = true, [' '] = true,
		['%'] = true, ['*'] = true, ['"'] = true, ['\\'] = true,
	};

	return ch > ' ' && ch < 0x7f && !special[(unsigned char)ch];
}

static struct span since(const struct imap_cur *c, size_t from)
{
	return (struct span){ c->text.p + from, c->at - from };
}

static struct span nothing(void)
{
	return (struct span){ "", 0 };
}

/* Where the atom ends that begins here, perhaps with a backslash. */
static size_t atom_end(const struct imap_cur *c)
{
	size_t to = c->at;

	if (to < c->text.n && c->text.p[to] == '\\')
		to++;
	while (to < c->text.n && is_atom(c->text.p[to]))
		to++;
	return to;
}

/* Past what ends at to, unless it is nothing or a backslash alone. */
static bool take_atom(struct imap_cur *c, size_t to)
{
	if (to == c->at || (to == c->at + 1 && c->text.p[c->at] == '\\')) {
		imap_cur_bad(c, "no atom where one must be");
		return false;
	}
	c->at = to;
	return true;
}

struct span imap_cur_atom(struct imap_cur *c)
{
	size_t from = c->at;

	return take_atom(c, atom_end(c)) ? since(c, from) : nothing();
}

struct span imap_cur_flag(struct imap_cur *c)
{
	size_t from = c->at, to = atom_end(c);

	if (to == c->text.n || c->text.p[to] == ' ' || c->text.p[to] == ')')
		return take_atom(c, to) ? since(c, from) : nothing();
	if (c->arena == NULL || memchr("\\\"({", c->text.p[from], 4) != NULL) {
		imap_cur_bad(c, "no atom where one must be");
		return nothing();
	}
	while (to < c->text.n && (unsigned char)c->text.p[to] > ' ' &&
	       c->text.p[to] != 0x7f && c->text.p[to] != ')')
		to++;
	if (!take_atom(c, to))
		return nothing();
	return span_str(text_shown(c->arena, since(c, from)));
}

/* Past "{65}" CRLF; the cursor is at its first octet.  False and bad when it is not all
 * there. */
static bool literal_open(struct imap_cur *c, size_t *size_out)
{
	uint64_t size = 0;
	size_t digits = 0;

	imap_cur_eat(c, '~'); /* literal8 of RFC 3516 */
	imap_cur_need(c, '{');
	for (; c->at < c->text.n && c->text.p[c->at] >= '0' && c->text.p[c->at] <= '9';
	     digits++) {
		size = size * 10 + (uint64_t)(c->text.p[c->at++] - '0');
		if (size > c->text.n) {
			imap_cur_bad(c, "a literal that is longer than the response");
			return false;
		}
	}
	if (digits == 0 || !imap_cur_eat(c, '}') || !imap_cur_eat(c, '\r') ||
	    !imap_cur_eat(c, '\n')) {
		imap_cur_bad(c, "a broken literal");
		return false;
	}
	if (size > c->text.n - c->at) {
		imap_cur_bad(c, "a literal that is longer than the response");
		return false;
	}
	*size_out = (size_t)size;
	return true;
}

static struct span literal(struct imap_cur *c)
{
	size_t from, size;

	if (!literal_open(c, &size))
		return nothing();
	from = c->at;
	c->at += size;
	return since(c, from);
}

/* Past a quoted string; the span is its inside with *escapes_out backslashes. */
static struct span quoted_raw(struct imap_cur *c, size_t *escapes_out)
{
	static const bool special[128] = {
		['"'] = true,
		['\\'] = true,
		['\n'] = true,
		['\0'] = true,
	};
	size_t from = c->at + 1, escapes = 0;

	for (size_t i = from; i < c->text.n; i++) {
		char ch = c->text.p[i];

		if (ch < 0 || !special[(unsigned char)ch])
			continue;
		if (ch == '"') {
			c->at = i + 1;
			*escapes_out = escapes;
			return (struct span){ c->text.p + from, i - from };
		}
		if (ch != '\\')
			break;
		escapes++;
		i++;
	}
	imap_cur_bad(c, "a quoted string without end");
	return nothing();
}

static struct span quoted(struct imap_cur *c)
{
	size_t start = c->at, escapes = 0, n = 0;
	struct span raw = quoted_raw(c, &escapes);
	char *copy;

	if (escapes == 0)
		return raw;
	if (c->arena == NULL) {
		c->at = start;
		imap_cur_bad(c, "an escape in a quoted string");
		return nothing();
	}
	copy = arena_alloc(c->arena, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\' && raw.p[++i] != '"' && raw.p[i] != '\\') {
			c->at = start;
			imap_cur_bad(c, "an unknown escape in a quoted string");
			return nothing();
		}
		copy[n++] = raw.p[i];
	}
	return (struct span){ copy, n };
}

static bool at_literal(const struct imap_cur *c)
{
	return imap_cur_peek(c, '{') || (imap_cur_peek(c, '~') && c->at + 1 < c->text.n &&
					 c->text.p[c->at + 1] == '{');
}

struct span imap_cur_string(struct imap_cur *c)
{
	if (imap_cur_peek(c, '"'))
		return quoted(c);
	if (at_literal(c))
		return literal(c);
	imap_cur_bad(c, "no string where one must be");
	return nothing();
}

struct span imap_cur_astring(struct imap_cur *c)
{
	if (imap_cur_peek(c, '"') || at_literal(c))
		return imap_cur_string(c);
	if (imap_cur_peek(c, '\\')) {
		imap_cur_bad(c, "a backslash outside a quoted string");
		return nothing();
	}
	return imap_cur_atom(c);
}

struct span imap_cur_nstring(struct imap_cur *c, bool *is_nil_out)
{
	size_t end = c->at + 3;
	bool nil = end <= c->text.n && (c->text.p[c->at] | 0x20) == 'n' &&
		   span_ieq(SPAN_LIT("NIL"), (struct span){ c->text.p + c->at, 3 }) &&
		   (end == c->text.n || !is_atom(c->text.p[end]));

	if (is_nil_out != NULL)
		*is_nil_out = nil;
	if (!nil)
		return imap_cur_string(c);
	c->at = end;
	return nothing();
}

int64_t imap_cur_i64(struct imap_cur *c)
{
	size_t i = c->at;
	int64_t v = 0;

	for (; i < c->text.n && c->text.p[i] >= '0' && c->text.p[i] <= '9'; i++) {
		int digit = c->text.p[i] - '0';

		if (v > (INT64_MAX - digit) / 10) {
			imap_cur_bad(c, "a number that is too big");
			return 0;
		}
		v = v * 10 + digit;
	}
	if (i == c->at)
		imap_cur_bad(c, "no number where one must be");
	else
		c->at = i;
	return v;
}

uint32_t imap_cur_u32(struct imap_cur *c)
{
	size_t from = c->at;
	int64_t v = imap_cur_i64(c);

	if (v <= UINT32_MAX)
		return (uint32_t)v;
	c->at = from;
	imap_cur_bad(c, "a number that is too big");
	return 0;
}

/* What nobody keeps: anything up to a blank, parenthesis, quote or literal. */
static void skip_plain(struct imap_cur *c)
{
	size_t from = c->at;

	while (c->at < c->text.n) {
		char ch = c->text.p[c->at];

		if ((ch >= 0 && ch <= ' ') || ch == '(' || ch == ')' || ch == '"' ||
		    ch == '{')
			break;
		c->at++;
	}
	if (c->at == from)
		imap_cur_bad(c, "no value where one must be");
}

void imap_cur_skip_value(struct imap_cur *c)
{
	size_t depth = 0, escapes;

	do {
		if (imap_cur_eat(c, '(')) {
			if (++depth > IMAP_DEPTH_MAX)
				imap_cur_bad(c, "lists nested too deep");
		} else if (depth > 0 && imap_cur_eat(c, ')')) {
			depth--;
		} else if (depth > 0 && imap_cur_eat(c, ' ')) {
			continue;
		} else if (imap_cur_peek(c, '"')) {
			quoted_raw(c, &escapes);
		} else if (at_literal(c)) {
			literal(c);
		} else {
			skip_plain(c);
		}
	} while (depth > 0 && c->bad == NULL);
}

bool imap_cur_ok(const struct imap_cur *c, const char *what, struct err *err)
{
	struct span near;
	char shown[80];

	if (c->bad == NULL)
		return true;
	near = span_from(c->text, c->bad_at);
	if (near.n > 24)
		near.n = 24;
	return err_set(err, ERR_PROTO, "%s from the server: %s, at octet %zu: \"%s\"",
		       what, c->bad, c->bad_at, imap_shown(shown, sizeof shown, near));
}

const char *imap_shown(char *out, size_t size, struct span words)
{
	struct strbuf sb = STRBUF_INIT;
	size_t n;

	if (words.n > size) /* escaping never shortens */
		words.n = size;
	text_show(&sb, words, 0);
	n = sb.n < size ? sb.n : size - 1;
	while (n < sb.n && n > 0 && ((unsigned char)sb.p[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	if (n > 0)
		memcpy(out, sb.p, n);
	out[n] = '\0';
	strbuf_done(&sb);
	return out;
}
