/* SPDX-License-Identifier: MIT */
#include "mime/mime_plain.h"

/* Fields that stand once; with more of any sort the parser is asked. */
#define ONCE_MAX 48

enum {
	IN_NAME = 1 << 0,   /* of a field */
	IN_TOKEN = 1 << 1,  /* RFC 2045 section 5.1, the commoner ones */
	IN_ADDR = 1 << 2,   /* local part and domain, without @ */
	IN_PHRASE = 1 << 3, /* words of a display name, and blanks */
	IN_QUOTED = 1 << 4, /* between quotation marks, without \ */
	IN_VALUE = 1 << 5,  /* printable ASCII, blank and tab */
};

static unsigned class_of(char c)
{
	bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		     (c >= '0' && c <= '9');

	if (alnum)
		return IN_NAME | IN_TOKEN | IN_ADDR | IN_PHRASE | IN_QUOTED | IN_VALUE;
	switch (c) {
	case '-':
		return IN_NAME | IN_TOKEN | IN_ADDR | IN_PHRASE | IN_QUOTED | IN_VALUE;
	case '_':
	case '+':
	case '.':
		return IN_TOKEN | IN_ADDR | IN_PHRASE | IN_QUOTED | IN_VALUE;
	case '=': /* of encoded words, which were seen to */
	case '?':
	case '/':
		return IN_PHRASE | IN_QUOTED | IN_VALUE;
	case ' ':
		return IN_PHRASE | IN_QUOTED | IN_VALUE;
	case '"':
	case '\\':
	case '\t':
		return IN_VALUE;
	default:
		return c > ' ' && c < 0x7f ? IN_QUOTED | IN_VALUE : 0;
	}
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

static struct span take(struct span *s, unsigned what)
{
	struct span out = { s->p, run_of(*s, what) };

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

static bool is(struct span s, const char *word)
{
	return span_ieq_str(s, word);
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
			if (take(&s, IN_QUOTED).n == 0 || !eat(&s, '"'))
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
			(void)take(&s, IN_PHRASE);
			blanks(&s);
		}
		if (!eat(&s, '<') || !addr(&s) || !eat(&s, '>'))
			return false;
		blanks(&s);
	} while (eat(&s, ','));
	return s.n == 0;
}

static bool parameter(struct span *s, struct mime_plain *out, unsigned *seen)
{
	static const char *const known[] = { "charset", "format", "delsp" };
	struct span name, value;
	bool quoted;

	blanks(s);
	name = take(s, IN_TOKEN);
	if (!eat(s, '='))
		return false;
	quoted = eat(s, '"');
	value = take(s, IN_TOKEN);
	if (value.n == 0 || (quoted && !eat(s, '"')))
		return false;
	blanks(s);
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (!is(name, known[i]))
			continue;
		if ((*seen & 1u << i) != 0)
			return false;
		*seen |= 1u << i;
		if (i > 0)
			return true;
		if (value.n >= sizeof out->charset)
			return false;
		memcpy(out->charset, value.p, value.n);
		out->charset[value.n] = '\0';
		return true;
	}
	return false;
}

static bool content_type(struct span s, struct mime_plain *out)
{
	unsigned seen = 0;

	if (!is(take(&s, IN_TOKEN), "text") || !eat(&s, '/') || take(&s, IN_TOKEN).n == 0)
		return false;
	for (blanks(&s); eat(&s, ';');)
		if (!parameter(&s, out, &seen))
			return false;
	return s.n == 0;
}

static bool encoding(struct span s, struct mime_plain *out)
{
	out->encoding = is(s, "quoted-printable") ? MIME_PLAIN_QP
			: is(s, "base64")	  ? MIME_PLAIN_BASE64
						  : MIME_PLAIN_NONE;
	return out->encoding != MIME_PLAIN_NONE || is(s, "7bit") || is(s, "8bit");
}

static bool value_is_plain(struct span name, struct span s, struct mime_plain *out)
{
	static const char *const lists[] = { "from", "to", "cc", "bcc", "reply-to" };
	static const char *const asked[] = { "content-",  "resent-",	  "sender",
					     "autocrypt", "disposition-", "errors-",
					     "mail-" };

	if (is(name, "content-type"))
		return content_type(s, out);
	if (is(name, "content-transfer-encoding"))
		return encoding(s, out);
	for (size_t i = 0; i < COUNT_OF(asked); i++)
		if (span_istarts(name, asked[i]))
			return false;
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		if (is(name, lists[i]))
			return addresses(s);
	return s.n > 0;
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
		if (line.p[i] != '=' || line.p[i + 1] != '?')
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

/* Lines up to the one that is not folded; false: an octet that is not plain, a line of
 * blanks alone, no end. */
static bool take_value(struct span *rest, struct span *out)
{
	struct span s = *rest;

	for (bool first = true;; first = false) {
		struct span line = take(&s, IN_VALUE);

		if (!words_are_whole(line) || !eat(&s, '\r') || !eat(&s, '\n') ||
		    (!first && span_trim(line).n == 0) || s.n == 0)
			return false;
		if (s.p[0] != ' ' && s.p[0] != '\t')
			break;
	}
	*out = span_trim((struct span){ rest->p, rest->n - s.n });
	*rest = s;
	return true;
}

static bool many_may_be(struct span name)
{
	return is(name, "received") || span_istarts(name, "x-") ||
	       is(name, "dkim-signature");
}

bool mime_plain_of(struct span message, struct mime_plain *out)
{
	struct span once[ONCE_MAX], rest = message;
	size_t once_n = 0;

	*out = (struct mime_plain){ MIME_PLAIN_NONE, "", 0 };
	while (!eat(&rest, '\r')) {
		struct span name = take(&rest, IN_NAME), value;

		if (name.n == 0 || !eat(&rest, ':') || !take_value(&rest, &value) ||
		    !value_is_plain(name, value, out))
			return false;
		if (many_may_be(name))
			continue;
		for (size_t i = 0; i < once_n; i++)
			if (span_ieq(once[i], name))
				return false;
		if (once_n == COUNT_OF(once))
			return false;
		once[once_n++] = name;
	}
	if (!eat(&rest, '\n'))
		return false;
	out->header = message.n - rest.n;
	return out->header > 2;
}
