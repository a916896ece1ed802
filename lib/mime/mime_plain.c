/* SPDX-License-Identifier: MIT */
#include "mime/mime_plain.h"

#include <gmime/gmime.h>

#include "mime/mime_octets.h"

/* Fields that stand once; with more of any sort the parser is asked. */
#define ONCE_MAX       48
#define PARAMETERS_MAX 12

enum {
	IN_NAME = 1 << 0,   /* of a field */
	IN_TOKEN = 1 << 1,  /* RFC 2045 section 5.1, the commoner ones */
	IN_ADDR = 1 << 2,   /* local part and domain, without @ */
	IN_PHRASE = 1 << 3, /* words of a display name, and blanks */
	IN_QUOTED = 1 << 4, /* between quotation marks, without \ */
};

/*
 * Letters, digits and "-" are all of them; "_+." all but a name; "=?/" (of encoded words,
 * which were seen to) and the blank are of phrases and quoted strings; the other
 * printable ones of quoted strings alone, but for quotation mark and backslash.
 */
static const unsigned char classes[128] = {
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  24, 16, 0,	16, 16, 16,
	16, 16, 16, 16, 16, 30, 16, 31, 30, 24, 31, 31, 31, 31, 31, 31, 31, 31, 31,
	31, 16, 16, 16, 24, 16, 24, 16, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31,
	31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 16, 0,  16, 16,
	30, 16, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31, 31,
	31, 31, 31, 31, 31, 31, 31, 31, 31, 16, 16, 16, 16, 0,
};

static unsigned class_of(char c)
{
	return (unsigned char)c < sizeof classes ? classes[(unsigned char)c] : 0;
}

static size_t run_of(struct span s, unsigned what)
{
	size_t n = 0;

	while (n < s.n && (class_of(s.p[n]) & what) != 0)
		n++;
	return n;
}

static bool eat(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

static inline struct span take(struct span *s, unsigned what)
{
	struct span out = { s->p, run_of(*s, what) };

	*s = span_from(*s, out.n);
	return out;
}

/* The same, and whatever is not ASCII: of a word of a name that is nothing to GMime. */
static struct span take_raw(struct span *s, unsigned what)
{
	struct span out = { s->p, run_of(*s, what) };

	while (out.n < s->n && (unsigned char)s->p[out.n] >= 0x80) {
		out.n++;
		out.n += run_of(span_from(*s, out.n), what);
	}
	*s = span_from(*s, out.n);
	return out;
}

/* Blanks, and folds: their line ends were seen to. */
static void blanks(struct span *s)
{
	while (s->n > 0 &&
	       (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == '\r' || s->p[0] == '\n'))
		*s = span_from(*s, 1);
}

/* Perhaps the letter that word, of small letters, begins with: most do not. */
static bool starts_like(char c, const char *word)
{
	return (c | 0x20) == word[0];
}

static bool is(struct span s, const char *word)
{
	return s.n > 0 && starts_like(s.p[0], word) && span_ieq_str(s, word);
}

/* local@domain, with no dot at an end of either and no two in a row. */
static bool is_addr(struct span s)
{
	ptrdiff_t at = span_index(s, '@');

	if (at <= 0 || (size_t)at + 1 == s.n || s.p[0] == '.' || s.p[s.n - 1] == '.' ||
	    s.p[at - 1] == '.' || s.p[at + 1] == '.' || s.p[at + 1] == '-' ||
	    span_index(span_from(s, (size_t)at + 1), '_') >= 0 ||
	    span_index(span_from(s, (size_t)at + 1), '+') >= 0)
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '.' && s.p[i - 1] == '.')
			return false;
	return true;
}

static bool addr(struct span *s)
{
	struct span from = *s;

	if (take(s, IN_ADDR).n == 0 || !eat(s, '@') || take(s, IN_ADDR).n == 0)
		return false;
	from.n -= s->n;
	return is_addr(from);
}

/* a@b, a@b (Name), Name <a@b>, "Name" <a@b>; commas between.  Or nobody. */
static bool addresses(struct span s)
{
	if (is(s, "undisclosed-recipients:;"))
		return true;
	do {
		blanks(&s);
		if (eat(&s, '"')) {
			if (take_raw(&s, IN_QUOTED).n == 0 || !eat(&s, '"'))
				return false;
			blanks(&s);
		} else {
			struct span rest = s;

			if (addr(&rest)) {
				s = rest;
				blanks(&s);
				if (eat(&s, '(') &&
				    (take(&s, IN_PHRASE).n == 0 || !eat(&s, ')')))
					return false;
				blanks(&s);
				continue;
			}
			(void)take_raw(&s, IN_PHRASE);
			blanks(&s);
		}
		if (!eat(&s, '<') || !addr(&s) || !eat(&s, '>'))
			return false;
		blanks(&s);
	} while (eat(&s, ','));
	return s.n == 0;
}

/* "" of a value that would not fit. */
static bool copy(struct span value, char *out, size_t size)
{
	if (value.n >= size)
		return false;
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
	return true;
}

/* Names of parameters, each of which may stand once. */
struct seen {
	struct span name[PARAMETERS_MAX];
	size_t n;
};

static bool is_new(struct seen *seen, struct span name)
{
	for (size_t i = 0; i < seen->n; i++)
		if (span_ieq(seen->name[i], name))
			return false;
	if (seen->n == COUNT_OF(seen->name))
		return false;
	seen->name[seen->n++] = name;
	return true;
}

static bool parameter(struct span *s, struct seen *seen, struct mime_plain *out)
{
	struct span name = take(s, IN_TOKEN), value;
	bool quoted;

	if (name.n == 0 || !is_new(seen, name) || !eat(s, '='))
		return false;
	quoted = eat(s, '"');
	value = take(s, quoted ? IN_QUOTED : IN_TOKEN);
	/* Encoded words in it would be decoded. */
	if (value.n == 0 || (quoted && !eat(s, '"')) ||
	    memmem(value.p, value.n, "=?", 2) != NULL)
		return false;
	blanks(s);
	if (out == NULL)
		return true;
	if (is(name, "charset"))
		return run_of(value, IN_TOKEN) == value.n &&
		       copy(value, out->charset, sizeof out->charset);
	/* Blanks at its end would be hard to tell from those behind it. */
	if (is(name, "boundary"))
		return value.p[value.n - 1] != ' ' &&
		       copy(value, out->boundary, sizeof out->boundary);
	return true;
}

/* Behind a type or disposition; the last may have a semicolon behind it. */
static bool parameters(struct span s, struct mime_plain *out)
{
	struct seen seen = { .n = 0 };

	for (blanks(&s); eat(&s, ';');) {
		blanks(&s);
		if (s.n > 0 && !parameter(&s, &seen, out))
			return false;
	}
	return s.n == 0;
}

/* Somewhere in it, in any case, and something behind it. */
static bool holds(struct span value, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n < value.n; i++)
		if (starts_like(value.p[i], word) &&
		    span_istarts(span_from(value, i), word))
			return true;
	return false;
}

bool mime_plain_type_tells(struct span value)
{
	return span_istarts(value, "multipart") || span_istarts(value, "message") ||
	       (holds(value, "charset") && !holds(value, "us-ascii"));
}

bool mime_plain_encoding_tells(struct span value)
{
	return span_istarts(value, "base64") || span_istarts(value, "quoted");
}

static bool content_type(struct span s, struct mime_plain *out)
{
	struct span type, subtype;

	out->tells |= mime_plain_type_tells(s);
	type = take(&s, IN_TOKEN);
	if (type.n == 0 || !eat(&s, '/'))
		return false;
	subtype = take(&s, IN_TOKEN);
	if (subtype.n == 0 || is(type, "message") || !parameters(s, out))
		return false;
	out->type = is(type, "text")	    ? MIME_PLAIN_TEXT
		    : is(type, "multipart") ? MIME_PLAIN_MULTIPART
					    : MIME_PLAIN_OTHER;
	return out->type != MIME_PLAIN_MULTIPART ||
	       (out->boundary[0] != '\0' && !is(subtype, "digest"));
}

static bool disposition(struct span s)
{
	return take(&s, IN_TOKEN).n > 0 && parameters(s, NULL);
}

static bool encoding(struct span s, struct mime_plain *out)
{
	out->tells |= mime_plain_encoding_tells(s);
	out->encoding = is(s, "quoted-printable") ? MIME_QP
			: is(s, "base64")	  ? MIME_BASE64
						  : MIME_AS_IT_IS;
	return out->encoding != MIME_AS_IT_IS || is(s, "7bit") || is(s, "8bit") ||
	       is(s, "binary");
}

/* What a field is to the parser. */
enum sort {
	SORT_TEXT, /* anything that is not empty */
	SORT_MANY, /* likewise, and of a message there may be several */
	SORT_LIST, /* of addresses */
	SORT_TYPE,
	SORT_ENCODING,
	SORT_DISPOSITION,
	SORT_ASKED, /* the parser has more to say of it than we know */
};

static enum sort sort_of(struct span name)
{
	static const struct {
		struct span name;
		enum sort sort;
	} known[] = {
		{ SPAN_INIT("content-type"), SORT_TYPE },
		{ SPAN_INIT("content-transfer-encoding"), SORT_ENCODING },
		{ SPAN_INIT("content-disposition"), SORT_DISPOSITION },
		{ SPAN_INIT("content-id"), SORT_TEXT },
		{ SPAN_INIT("content-description"), SORT_TEXT },
		{ SPAN_INIT("content-location"), SORT_TEXT },
		{ SPAN_INIT("content-language"), SORT_TEXT },
		{ SPAN_INIT("from"), SORT_LIST },
		{ SPAN_INIT("to"), SORT_LIST },
		{ SPAN_INIT("cc"), SORT_LIST },
		{ SPAN_INIT("bcc"), SORT_LIST },
		{ SPAN_INIT("reply-to"), SORT_LIST },
		{ SPAN_INIT("received"), SORT_MANY },
		{ SPAN_INIT("dkim-signature"), SORT_MANY },
	};
	static const char *const asked[] = { "content-",  "resent-",	  "sender",
					     "autocrypt", "disposition-", "errors-",
					     "mail-" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (name.n == known[i].name.n &&
		    starts_like(name.p[0], known[i].name.p) &&
		    span_ieq(name, known[i].name))
			return known[i].sort;
	for (size_t i = 0; i < COUNT_OF(asked); i++)
		if (starts_like(name.p[0], asked[i]) && span_istarts(name, asked[i]))
			return SORT_ASKED;
	return name.n > 1 && name.p[1] == '-' && starts_like(name.p[0], "x") ? SORT_MANY
									     : SORT_TEXT;
}

/* raw: something in it is not ASCII. */
static bool value_is_plain(enum sort sort, struct span s, bool raw,
			   struct mime_plain *out)
{
	if (raw && sort != SORT_TEXT && sort != SORT_MANY && sort != SORT_LIST)
		return false;
	if (raw && !g_utf8_validate(s.p, (gssize)s.n, NULL))
		out->raw = true;
	switch (sort) {
	case SORT_TEXT:
	case SORT_MANY:
		return s.n > 0;
	case SORT_LIST:
		return addresses(s);
	case SORT_TYPE:
		return content_type(s, out);
	case SORT_ENCODING:
		return encoding(s, out);
	case SORT_DISPOSITION:
		return disposition(s);
	case SORT_ASKED:
		break;
	}
	return false;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* =?charset?B?text?= or =?charset?Q?text?= (RFC 2047 section 2), whole. */
static bool encoded_word(struct span s, size_t *n_out)
{
	struct span rest = span_from(s, 2), charset = take(&rest, IN_TOKEN);
	size_t n = 0;
	bool q;

	if (charset.n == 0 || !eat(&rest, '?') || rest.n < 2)
		return false;
	q = rest.p[0] == 'q' || rest.p[0] == 'Q';
	if ((!q && rest.p[0] != 'b' && rest.p[0] != 'B') || rest.p[1] != '?')
		return false;
	rest = span_from(rest, 2);
	for (; n < rest.n && rest.p[n] != '?'; n++) {
		char c = rest.p[n];

		if (q ? c <= ' ' || c >= 0x7f ||
				    (c == '=' &&
				     (n + 2 >= rest.n || !is_hex(rest.p[n + 1]) ||
				      !is_hex(rest.p[n + 2])))
		      : c != '=' && c != '+' && c != '/' &&
				    (c == '-' || (class_of(c) & IN_NAME) == 0))
			return false;
	}
	if (n == 0 || n > 75 || (!q && n % 4 != 0) || n + 1 >= rest.n ||
	    rest.p[n + 1] != '=')
		return false;
	*n_out = s.n - rest.n + n + 2;
	return true;
}

/* Each "=?" begins an encoded word between blanks. */
static bool words_are_whole(struct span line)
{
	size_t n;

	for (size_t i = 0; i + 1 < line.n; i++) {
		const char *p = memchr(line.p + i, '=', line.n - i);

		if (p == NULL)
			return true;
		i = (size_t)(p - line.p);
		if (i + 1 == line.n || line.p[i + 1] != '?')
			continue;
		if ((i > 0 && line.p[i - 1] != ' ' && line.p[i - 1] != '\t') ||
		    !encoded_word(span_from(line, i), &n))
			return false;
		i += n;
		if (i < line.n && line.p[i] != ' ' && line.p[i] != '\t')
			return false;
	}
	return true;
}

static bool is_blank_line(struct span line)
{
	while (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line.n == 0;
}

/* Text, and octets that are not ASCII: *raw is set where there are any. */
static size_t raw_run(struct span s, bool *raw)
{
	size_t n = mime_text_run(s);

	while (n < s.n && (unsigned char)s.p[n] >= 0x80) {
		*raw = true;
		n++;
		n += mime_text_run(span_from(s, n));
	}
	return n;
}

/* Lines up to the one that is not folded; false: an octet that is not plain, a line of
 * blanks alone, no end.  *raw: something in it is not ASCII. */
static bool take_value(struct span *rest, struct span *out, bool *raw)
{
	struct span s = *rest;

	for (bool first = true;; first = false) {
		struct span line = { s.p, raw_run(s, raw) };

		s = span_from(s, line.n);
		if (!words_are_whole(line) || !eat(&s, '\r') || !eat(&s, '\n') ||
		    (!first && is_blank_line(line)) || s.n == 0)
			return false;
		if (s.p[0] != ' ' && s.p[0] != '\t')
			break;
	}
	*out = span_trim((struct span){ rest->p, rest->n - s.n });
	*rest = s;
	return true;
}

/* Nearly all differ in their length or their first letter. */
static bool same_name(struct span a, struct span b)
{
	return a.n == b.n && ((a.p[0] ^ b.p[0]) & ~0x20) == 0 && span_ieq(a, b);
}

bool mime_plain_of(struct span text, bool part, struct mime_plain *out)
{
	struct span once[ONCE_MAX], rest = text;
	size_t once_n = 0;

	*out = (struct mime_plain){ .type = MIME_PLAIN_TEXT };
	while (!eat(&rest, '\r')) {
		struct span name = take(&rest, IN_NAME), value;
		enum sort sort;
		bool raw = false;

		if (name.n == 0 || !eat(&rest, ':') || !take_value(&rest, &value, &raw))
			return false;
		sort = sort_of(name);
		if (!value_is_plain(sort, value, raw, out))
			return false;
		if (!part && sort == SORT_MANY)
			continue;
		for (size_t i = 0; i < once_n; i++)
			if (same_name(once[i], name))
				return false;
		if (once_n == COUNT_OF(once))
			return false;
		once[once_n++] = name;
	}
	if (!eat(&rest, '\n'))
		return false;
	out->header = text.n - rest.n;
	return out->header > 2 &&
	       (out->type != MIME_PLAIN_MULTIPART || out->encoding == MIME_AS_IT_IS);
}
