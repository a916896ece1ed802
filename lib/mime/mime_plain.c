/* SPDX-License-Identifier: MIT */
#include "mime/mime_plain.h"

#include "mime/mime_gmime.h"
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

/* Words with a dot between each two of them; returns how many octets, 0: they are none.
 */
static size_t dotted(struct span s, const char *but)
{
	bool dot = true; /* or nothing yet */
	size_t n = 0;

	for (; n < s.n && (class_of(s.p[n]) & IN_ADDR) != 0; n++) {
		if (s.p[n] == '.' ? dot : s.p[n] == but[0] || s.p[n] == but[1])
			return 0;
		dot = s.p[n] == '.';
	}
	return dot ? 0 : n;
}

/* local@domain */
static bool addr(struct span *s)
{
	size_t local = dotted(*s, "@@"), domain;
	struct span rest = span_from(*s, local);

	if (local == 0 || !eat(&rest, '@') || (rest.n > 0 && rest.p[0] == '-'))
		return false;
	domain = dotted(rest, "_+");
	if (domain == 0)
		return false;
	*s = span_from(rest, domain);
	return true;
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
	SORT_TEXT, /* anything, in a part anything that is not empty */
	SORT_MANY, /* likewise, and of a message there may be several */
	SORT_ONCE, /* likewise, and of a message there may be one (RFC 5322 section 3.6)
		    */
	SORT_LIST, /* of addresses, of which the same is true */
	SORT_TYPE,
	SORT_ENCODING,
	SORT_DISPOSITION,
	SORT_ASKED, /* the parser has more to say of it than we know */
};

static bool begins(struct span name, struct span with)
{
	return name.n >= with.n && span_ieq((struct span){ name.p, with.n }, with);
}

static enum sort sort_of_content(struct span name)
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
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (span_ieq(name, known[i].name))
			return known[i].sort;
	return SORT_ASKED;
}

static enum sort sort_of(struct span name)
{
	switch (name.p[0] | 0x20) {
	case 'a':
		return begins(name, SPAN_LIT("autocrypt")) ? SORT_ASKED : SORT_TEXT;
	case 'b':
		return span_ieq(name, SPAN_LIT("bcc")) ? SORT_LIST : SORT_TEXT;
	case 'c':
		if (begins(name, SPAN_LIT("content-")))
			return sort_of_content(name);
		return span_ieq(name, SPAN_LIT("cc")) ? SORT_LIST : SORT_TEXT;
	case 'd':
		if (span_ieq(name, SPAN_LIT("date")))
			return SORT_ONCE;
		if (span_ieq(name, SPAN_LIT("dkim-signature")))
			return SORT_MANY;
		return begins(name, SPAN_LIT("disposition-")) ? SORT_ASKED : SORT_TEXT;
	case 'e':
		return begins(name, SPAN_LIT("errors-")) ? SORT_ASKED : SORT_TEXT;
	case 'f':
		return span_ieq(name, SPAN_LIT("from")) ? SORT_LIST : SORT_TEXT;
	case 'i':
		return span_ieq(name, SPAN_LIT("in-reply-to")) ? SORT_ONCE : SORT_TEXT;
	case 'm':
		if (span_ieq(name, SPAN_LIT("message-id")))
			return SORT_ONCE;
		return begins(name, SPAN_LIT("mail-")) ? SORT_ASKED : SORT_TEXT;
	case 'r':
		if (span_ieq(name, SPAN_LIT("received")))
			return SORT_MANY;
		if (span_ieq(name, SPAN_LIT("reply-to")))
			return SORT_LIST;
		if (span_ieq(name, SPAN_LIT("references")))
			return SORT_ONCE;
		return begins(name, SPAN_LIT("resent-")) ? SORT_ASKED : SORT_TEXT;
	case 's':
		if (span_ieq(name, SPAN_LIT("subject")))
			return SORT_ONCE;
		return begins(name, SPAN_LIT("sender")) ? SORT_ASKED : SORT_TEXT;
	case 't':
		return span_ieq(name, SPAN_LIT("to")) ? SORT_LIST : SORT_TEXT;
	case 'x':
		return name.n > 1 && name.p[1] == '-' ? SORT_MANY : SORT_TEXT;
	default:
		return SORT_TEXT;
	}
}

/* raw: something in it is not ASCII. */
static bool value_is_plain(enum sort sort, struct span s, bool raw, bool part,
			   struct mime_plain *out)
{
	if (raw && sort > SORT_LIST)
		return false;
	if (raw && !g_utf8_validate(s.p, (gssize)s.n, NULL))
		out->raw = true;
	if (s.n == 0)
		return !part && sort <= SORT_LIST;
	switch (sort) {
	case SORT_TEXT:
	case SORT_MANY:
	case SORT_ONCE:
		return true;
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

/* Text, and octets that are not ASCII: *raw is set where there are any.  *equals: there
 * may be a "=" among them. */
static inline size_t raw_run(struct span s, bool *raw, bool *equals)
{
	size_t n = mime_text_look(s, equals);

	while (n < s.n && (unsigned char)s.p[n] >= 0x80) {
		*raw = *equals = true;
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
		bool equals;
		struct span line = { s.p, raw_run(s, raw, &equals) };

		s = span_from(s, line.n);
		if (s.n < 3 || s.p[0] != '\r' || s.p[1] != '\n' ||
		    (equals && !words_are_whole(line)) || (!first && is_blank_line(line)))
			return false;
		s = span_from(s, 2);
		if (s.p[0] != ' ' && s.p[0] != '\t')
			break;
	}
	*out = span_trim((struct span){ rest->p, rest->n - s.n });
	*rest = s;
	return true;
}

/* Octets of a name (IN_NAME) at the start. */
static inline size_t name_run(struct span s)
{
	size_t n = 0;

	for (; n + sizeof(octets16) <= s.n; n += sizeof(octets16)) {
		octets16 v = load16(s.p + n), small = v | 0x20, good;

		good = ((small >= 'a') & (small <= 'z')) | ((v >= '0') & (v <= '9')) |
		       (v == '-');
		if (!all16(good))
			return n + first16(good);
	}
	return n + run_of(span_from(s, n), IN_NAME);
}

/* Names, of which none may stand twice. */
struct once {
	struct span name[ONCE_MAX];
	size_t n;
	uint64_t like; /* a bit by length and first letter: most names differ in these */
};

enum stands { STANDS_ONCE, STANDS_TWICE, STANDS_BEHIND_TOO_MANY };

static enum stands stands(struct once *once, struct span name)
{
	uint64_t bit = UINT64_C(1) << ((name.n * 8 + (size_t)(name.p[0] & 0x1f)) & 63);

	if ((once->like & bit) != 0)
		for (size_t i = 0; i < once->n; i++)
			if (span_ieq(once->name[i], name))
				return STANDS_TWICE;
	if (once->n == COUNT_OF(once->name))
		return STANDS_BEHIND_TOO_MANY;
	once->like |= bit;
	once->name[once->n++] = name;
	return STANDS_ONCE;
}

bool mime_plain_of(struct span text, bool part, struct mime_plain *out)
{
	struct span rest = text;
	struct once once;

	once.n = once.like = 0;
	*out = (struct mime_plain){ .type = MIME_PLAIN_TEXT };
	while (!eat(&rest, '\r')) {
		struct span name = { rest.p, name_run(rest) }, value;
		enum sort sort;
		bool raw = false;

		rest = span_from(rest, name.n);
		if (name.n == 0 || !eat(&rest, ':') || !take_value(&rest, &value, &raw))
			return false;
		sort = sort_of(name);
		if (!value_is_plain(sort, value, raw, part, out))
			return false;
		if (!part && sort == SORT_MANY)
			continue;
		switch (stands(&once, name)) {
		case STANDS_ONCE:
			break;
		case STANDS_TWICE:
			if (part || (sort != SORT_ONCE && sort != SORT_LIST))
				return false;
			out->twice = true;
			break;
		case STANDS_BEHIND_TOO_MANY:
			return false;
		}
	}
	if (!eat(&rest, '\n'))
		return false;
	out->header = text.n - rest.n;
	return out->header > 2 &&
	       (out->type != MIME_PLAIN_MULTIPART || out->encoding == MIME_AS_IT_IS);
}
