/* SPDX-License-Identifier: MIT */
#include "base/json_scan.h"
#include "base/json.h"
#include "base/text.h"

struct scan {
	struct span text;
	size_t at;
	char *blanked;	 /* copy of text whose comments become blanks; may be NULL */
	const char *bad; /* the first mistake, at octet bad_at */
	size_t bad_at;
};

enum token_kind {
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_STRING,
	TOKEN_WORD
};
struct token {
	enum token_kind kind;
	size_t at; /* its first octet */
};

static void complain(struct scan *s, size_t at, const char *bad)
{
	if (s->bad == NULL) {
		s->bad = bad;
		s->bad_at = at;
	}
}

static bool looking_at(const struct scan *s, const char *text)
{
	size_t n = strlen(text);

	return s->text.n - s->at >= n && memcmp(s->text.p + s->at, text, n) == 0;
}

static void skip_comment(struct scan *s)
{
	bool line = s->text.p[s->at + 1] == '/';
	const char *end = line ? "\n" : "*/";
	size_t from = s->at;

	s->at += 2;
	while (s->at < s->text.n && !looking_at(s, end))
		s->at++;
	if (!line && s->at == s->text.n)
		complain(s, from, "this comment is never closed");
	else if (!line)
		s->at += 2;
	for (size_t i = from; s->blanked != NULL && i < s->at; i++)
		s->blanked[i] = ' ';
}

static void skip_blanks(struct scan *s)
{
	while (s->at < s->text.n) {
		if (strchr(" \t\r\n", s->text.p[s->at]) != NULL &&
		    s->text.p[s->at] != '\0')
			s->at++;
		else if (looking_at(s, "/*") || looking_at(s, "//"))
			skip_comment(s);
		else
			return;
	}
}

static void skip_string(struct scan *s)
{
	size_t from = s->at++;

	for (; s->at < s->text.n && s->text.p[s->at] != '"'; s->at++) {
		if ((unsigned char)s->text.p[s->at] < 0x20)
			complain(s, s->at,
				 "a control character in a string (closing quote "
				 "missing?)");
		if (looking_at(s, "\\u0000"))
			complain(s, s->at, "a NUL in a string");
		if (s->text.p[s->at] == '\\')
			s->at++;
	}
	if (s->at >= s->text.n)
		complain(s, from, "this string is never closed");
	s->at = s->at < s->text.n ? s->at + 1 : s->text.n;
}

/* At least one digit from *i on. */
static bool digits(struct span w, size_t *i)
{
	size_t from = *i;

	while (*i < w.n && w.p[*i] >= '0' && w.p[*i] <= '9')
		(*i)++;
	return *i > from;
}

/* RFC 8259 section 6. */
static bool is_number(struct span w)
{
	size_t i = w.n > 0 && w.p[0] == '-', first = i;

	if (!digits(w, &i) || (w.p[first] == '0' && i > first + 1))
		return false;
	if (i < w.n && w.p[i] == '.') {
		i++;
		if (!digits(w, &i))
			return false;
	}
	if (i < w.n && (w.p[i] == 'e' || w.p[i] == 'E')) {
		i++;
		if (i < w.n && (w.p[i] == '+' || w.p[i] == '-'))
			i++;
		if (!digits(w, &i))
			return false;
	}
	return i == w.n;
}

static void skip_word(struct scan *s)
{
	struct span w = { s->text.p + s->at, 0 };

	while (s->at + w.n < s->text.n && (unsigned char)w.p[w.n] > ' ' &&
	       strchr("{}[],:\"/", w.p[w.n]) == NULL)
		w.n++;
	if (!span_eq_str(w, "true") && !span_eq_str(w, "false") &&
	    !span_eq_str(w, "null") && !is_number(w))
		complain(s, s->at, "this is no JSON value");
	s->at += w.n > 0 ? w.n : 1;
}

static struct token next(struct scan *s)
{
	struct token t = { TOKEN_END, 0 };

	skip_blanks(s);
	t.at = s->at;
	if (s->at == s->text.n)
		return t;
	switch (s->text.p[s->at]) {
	case '{':
	case '[':
		t.kind = TOKEN_OPEN;
		break;
	case '}':
	case ']':
		t.kind = TOKEN_CLOSE;
		break;
	case ',':
		t.kind = TOKEN_COMMA;
		break;
	case ':':
		t.kind = TOKEN_COLON;
		break;
	case '"':
		t.kind = TOKEN_STRING;
		skip_string(s);
		return t;
	default:
		t.kind = TOKEN_WORD;
		skip_word(s);
		return t;
	}
	s->at++;
	return t;
}

/* What the grammar of tokens alone can tell.  Blanks the comments on the way. */
static void check_tokens(struct scan *s)
{
	unsigned depth = 0;

	while (s->bad == NULL) {
		struct token t = next(s);

		if (t.kind == TOKEN_END)
			return;
		if (t.kind == TOKEN_OPEN && ++depth > JSON_DEPTH_MAX)
			complain(s, t.at, "this is nested too deep");
		if (t.kind == TOKEN_CLOSE && depth > 0)
			depth--;
	}
}

static void check_octets(struct scan *s)
{
	uint32_t c;

	for (size_t i = 0, n; i < s->text.n && s->bad == NULL; i += n) {
		n = text_decode(span_from(s->text, i), &c);
		if (n == 0)
			complain(s, i, "this is not UTF-8");
		else if (c == 0)
			complain(s, i, "a NUL");
	}
}

size_t json_scan_position(struct span text, size_t index)
{
	struct scan s = { .text = text };
	size_t key = SIZE_MAX;

	for (;;) {
		struct token t = next(&s);

		if (t.kind == TOKEN_END)
			return 0;
		if (t.kind == TOKEN_STRING) {
			struct scan ahead = s;

			if (next(&ahead).kind == TOKEN_COLON) {
				key = t.at;
				continue;
			}
		}
		if (t.kind != TOKEN_OPEN && t.kind != TOKEN_STRING &&
		    t.kind != TOKEN_WORD)
			continue;
		if (index-- == 0)
			return key != SIZE_MAX ? key : t.at;
		key = SIZE_MAX;
	}
}

const char *json_scan_check(struct span text, char *blanked, size_t *bad_at)
{
	struct scan s = { .text = text, .blanked = blanked };

	check_octets(&s);
	check_tokens(&s);
	if (s.bad != NULL)
		*bad_at = s.bad_at;
	return s.bad;
}

size_t json_scan_blanks(struct span text, size_t at)
{
	struct scan s = { .text = text, .at = at };

	skip_blanks(&s);
	return s.at;
}
