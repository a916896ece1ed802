/* SPDX-License-Identifier: MIT */
#include "mime/mime_content.h"

#include <errno.h>

#include "base/text.h"
#include "mime/mime_gmime.h"
#include "mime/mime_octets.h"
#include "model/body.h"

#define BLOCK (32u << 10) /* octets that are decoded in one go */

/* Charsets whose converters are kept open: to open one costs more than a message. */
#define CONVERTERS 4

struct mime_converter {
	char charset[40];
	GIConv cd;    /* (GIConv)-1: the charset is not known */
	bool touched; /* it is not in its first state, perhaps */
	/* as in struct mime_content */
	bool by_runs, utf8, full;
};

/*
 * The C library unloads the code of a charset with its last converter, and GMime opens
 * one for each word of a header: a tenth of the time went there.  So the code of these is
 * held.
 */
static const char *const often[] = {
	"ISO-8859-1",	"ISO-8859-2", "ISO-8859-15", "WINDOWS-1250", "WINDOWS-1251",
	"WINDOWS-1252", "KOI8-R",     "ISO-2022-JP", "SHIFT_JIS",    "EUC-JP",
	"GB2312",	"GBK",	      "BIG5",	     "EUC-KR",
};

struct mime_charsets {
	GIConv held[COUNT_OF(often)];
	struct mime_converter converter[CONVERTERS];
	size_t converter_n, converter_next;
	unsigned char base64[256]; /* what each octet is in base64 */
	GMimeEncoding decode;	   /* of the content in hand */
	char out[BLOCK + 64];	   /* decoded: never more (gmime-encodings.h) */
};

/* ---- encodings ---- */

static void note(struct mime_content *t, enum symptom what)
{
	t->found |= SYMPTOM_BIT(what);
}

/* What an octet is in base64. */
enum { B64_DIGIT, B64_BLANK, B64_PAD, B64_JUNK, B64_BINARY };

static unsigned char base64_kind(unsigned char c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    c == '+' || c == '/')
		return B64_DIGIT;
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return B64_BLANK;
	if (c == '=')
		return B64_PAD;
	return c >= 0x7f || c < ' ' ? B64_BINARY : B64_JUNK;
}

static void base64_digits(struct mime_content *t, size_t n)
{
	if (t->base64.pads > 0)
		t->base64.junk = true;
	else
		t->base64.digits += n;
}

static void base64_octets(struct mime_content *t, struct span s)
{
	const unsigned char *kinds = t->charsets->base64;

	for (size_t i = 0; i < s.n; i++)
		switch (kinds[(unsigned char)s.p[i]]) {
		case B64_DIGIT:
			base64_digits(t, 1);
			break;
		case B64_PAD:
			t->base64.pads++;
			break;
		case B64_JUNK:
			t->base64.junk = true;
			break;
		case B64_BINARY:
			t->base64.binary = true;
			break;
		default:
			break;
		}
}

static void base64_feed(struct mime_content *t, struct span s)
{
	while (s.n > 0) {
		const char *lf = memchr(s.p, '\n', s.n);
		const char *end = lf != NULL ? lf : s.p + s.n;
		struct span line = { s.p, (size_t)(end - s.p) };

		s = span_from(s, line.n + (lf != NULL));
		if (line.n > 0 && end[-1] == '\r')
			line.n--;
		if (mime_is_base64(line.p, line.n))
			base64_digits(t, line.n);
		else
			base64_octets(t, line);
	}
}

/* A list's footer behind the padding is junk and no damage; octets that are no text, or
 * an end in the middle of four digits, are. */
static void base64_end(struct mime_content *t)
{
	if (t->base64.binary ||
	    (!t->base64.junk && (t->base64.digits + t->base64.pads) % 4 != 0))
		note(t, SYMPTOM_BASE64);
	else if (t->base64.junk)
		note(t, SYMPTOM_MIME_BAD);
}

enum { QP_TEXT, QP_EQUALS, QP_DIGIT, QP_BLANKS };

/* Of hex digits the value and one; 0: it is none. */
static const signed char hex[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* -1: it is none. */
static inline int hex_digit(char c)
{
	return hex[(unsigned char)c] - 1;
}

static bool is_hex(char c)
{
	return hex_digit(c) >= 0;
}

/* Notes what is no quoted-printable (RFC 2045 section 6.7). */
static void qp_feed(struct mime_content *t, struct span s)
{
	int at = t->qp;

	for (size_t i = 0; i < s.n; i++) {
		const char *equals;
		char c = s.p[i];
		bool good = true;

		switch (at) {
		case QP_EQUALS:
			good = is_hex(c) || c == '\r' || c == '\n' || c == ' ' ||
			       c == '\t';
			at = is_hex(c)		     ? QP_DIGIT
			     : c == ' ' || c == '\t' ? QP_BLANKS
						     : QP_TEXT;
			break;
		case QP_DIGIT:
			good = is_hex(c);
			at = QP_TEXT;
			break;
		case QP_BLANKS:
			good = c == ' ' || c == '\t' || c == '\r' || c == '\n';
			at = c == ' ' || c == '\t' ? QP_BLANKS : QP_TEXT;
			break;
		default:
			equals = memchr(s.p + i, '=', s.n - i);
			i = equals != NULL ? (size_t)(equals - s.p) : s.n;
			at = equals != NULL ? QP_EQUALS : QP_TEXT;
			break;
		}
		if (!good)
			note(t, SYMPTOM_QP);
	}
	t->qp = at;
}

/* ---- charsets ---- */

static bool says_ascii(const char *charset)
{
	return charset == NULL || g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
	       g_ascii_strcasecmp(charset, "ascii") == 0;
}

/* What is known of it by its name. */
static void name_converter(struct mime_converter *c)
{
	static const char *const plain[] = { "utf-8", "iso-8859-", "windows-125",
					     "koi8-" };
	/* tests/unit/test_mime_parts.c asks the C library for each octet. */
	static const char *const full[] = { "iso-8859-1", "iso-8859-2", "iso-8859-15",
					    "koi8-r" };
	bool known = c->cd != (GIConv)-1;

	c->utf8 = known && g_ascii_strcasecmp(c->charset, "utf-8") == 0;
	c->by_runs = c->full = false;
	for (size_t i = 0; i < COUNT_OF(full); i++)
		c->full |= known && g_ascii_strcasecmp(c->charset, full[i]) == 0;
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		c->by_runs |= g_ascii_strncasecmp(c->charset, plain[i],
						  strlen(plain[i])) == 0;
}

/* NULL: no charset has such a name. */
static struct mime_converter *converter(struct mime_charsets *s, const char *charset)
{
	struct mime_converter *c;

	for (size_t i = 0; i < s->converter_n; i++) {
		c = &s->converter[i];
		if (g_ascii_strcasecmp(c->charset, charset) != 0)
			continue;
		if (c->touched)
			g_mime_iconv(c->cd, NULL, NULL, NULL, NULL);
		c->touched = false;
		return c;
	}
	if (strlen(charset) >= sizeof c->charset)
		return NULL;
	c = &s->converter[s->converter_next];
	if (s->converter_next < s->converter_n) {
		if (c->cd != (GIConv)-1)
			g_mime_iconv_close(c->cd);
	} else {
		s->converter_n++;
	}
	s->converter_next = (s->converter_next + 1) % CONVERTERS;
	snprintf(c->charset, sizeof c->charset, "%s", charset);
	c->cd = g_mime_iconv_open("UTF-8", charset);
	c->touched = false;
	name_converter(c);
	return c;
}

static void charset_open(struct mime_content *t, const char *charset)
{
	struct mime_converter *c;

	t->ascii = says_ascii(charset);
	if (t->ascii)
		return;
	t->converter = c = converter(t->charsets, charset);
	t->unknown = c == NULL || c->cd == (GIConv)-1;
	if (t->unknown)
		return;
	t->utf8 = c->utf8;
	t->full = c->full;
	t->by_runs = c->by_runs;
}

/* One piece, complete characters of it; how many octets were taken.  False: it is not in
 * this charset. */
static bool convert(struct mime_content *t, const char *from, size_t n, size_t *used)
{
	char buf[2048], *p = (char *)(uintptr_t)from; /* only read */
	size_t left = n;

	t->converter->touched = true;
	while (left > 0) {
		char *out = buf;
		size_t room = sizeof buf;

		if (g_mime_iconv(t->converter->cd, &p, &left, &out, &room) != (size_t)-1)
			continue;
		if (errno == EINVAL)
			break;
		if (errno != E2BIG)
			return false;
	}
	*used = n - left;
	return true;
}

/* A run of octets behind which the piece ends (last) or ASCII stands. */
static bool charset_run(struct mime_content *t, const char *p, size_t n, bool last)
{
	size_t used;

	if (!convert(t, p, n, &used) || n - used >= sizeof t->kept)
		return false;
	if (used < n && !last)
		return false;
	memcpy(t->kept, p + used, n - used);
	t->kept_n = n - used;
	return true;
}

static bool charset_runs(struct mime_content *t, struct span s)
{
	while (s.n > 0) {
		size_t k;

		s = span_from(s, mime_ascii_run(s));
		for (k = 0; k < s.n && (unsigned char)s.p[k] >= 0x80;)
			k++;
		/* What is good beyond doubt need not be converted. */
		if (k > 0 && !t->full &&
		    !(t->utf8 && text_is_utf8((struct span){ s.p, k })) &&
		    !charset_run(t, s.p, k, k == s.n))
			return false;
		s = span_from(s, k);
	}
	return true;
}

static void charset_feed(struct mime_content *t, struct span s)
{
	size_t used;

	if (t->unknown || (t->found & SYMPTOM_BIT(SYMPTOM_CHARSET)) != 0)
		return;
	if (t->ascii) {
		if (mime_ascii_run(s) < s.n)
			note(t, SYMPTOM_CHARSET);
		return;
	}
	/* A character in two pieces: an octet at a time until it is complete. */
	while (t->kept_n > 0 && s.n > 0) {
		t->kept[t->kept_n++] = *s.p;
		s = span_from(s, 1);
		if (!convert(t, t->kept, t->kept_n, &used) ||
		    (used == 0 && t->kept_n == sizeof t->kept)) {
			note(t, SYMPTOM_CHARSET);
			return;
		}
		memmove(t->kept, t->kept + used, t->kept_n - used);
		t->kept_n -= used;
	}
	if (s.n > 0 &&
	    !(t->by_runs ? charset_runs(t, s) : charset_run(t, s.p, s.n, true)))
		note(t, SYMPTOM_CHARSET);
}

/* ---- both ---- */

static void decoded_feed(struct mime_content *t, struct span s)
{
	struct mime_charsets *c = t->charsets;

	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = s.n < BLOCK ? s.n : BLOCK;
		charset_feed(t,
			     (struct span){ c->out, g_mime_encoding_step(&c->decode, s.p,
									 n, c->out) });
	}
}

/* "=C3" and "=" at the end of a line, as many as follow each other; returns how many
 * octets of them there are. */
static size_t qp_octets(struct mime_content *t, struct span s)
{
	char out[128];
	size_t n = 0, at = 0;

	for (; s.n - at >= 3 && s.p[at] == '=' && n < sizeof out; at += 3) {
		int high = hex_digit(s.p[at + 1]), low = hex_digit(s.p[at + 2]);

		if (high >= 0 && low >= 0)
			out[n++] = (char)(high << 4 | low);
		else if (s.p[at + 1] != '\r' || s.p[at + 2] != '\n')
			break;
	}
	charset_feed(t, (struct span){ out, n });
	return at;
}

/* Of a text.  Between two "=" quoted-printable stands for itself; what is odd, or not all
 * here, is GMime's up to the end of the line. */
static void qp_text_feed(struct mime_content *t, struct span s)
{
	while (s.n > 0) {
		struct span run = s;
		const char *end;

		if (t->qp == QP_TEXT && t->charsets->decode.state == 0) {
			size_t n;

			end = memchr(s.p, '=', s.n);
			if (end != NULL)
				run.n = (size_t)(end - s.p);
			charset_feed(t, run);
			s = run = span_from(s, run.n);
			n = qp_octets(t, s);
			if (n > 0 || s.n == 0) {
				s = span_from(s, n);
				continue;
			}
		}
		end = memchr(s.p, '\n', s.n);
		if (end != NULL)
			run.n = (size_t)(end - s.p) + 1;
		qp_feed(t, run);
		decoded_feed(t, run);
		s = span_from(s, run.n);
	}
}

void mime_content_begin(struct mime_content *t, struct mime_charsets *charsets,
			enum mime_encoding encoding, bool text, const char *charset)
{
	static const GMimeContentEncoding names[] = {
		[MIME_AS_IT_IS] = GMIME_CONTENT_ENCODING_DEFAULT,
		[MIME_QP] = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
		[MIME_BASE64] = GMIME_CONTENT_ENCODING_BASE64,
		[MIME_UU] = GMIME_CONTENT_ENCODING_UUENCODE,
	};

	*t = (struct mime_content){
		.charsets = charsets, .encoding = encoding, .text = text, .qp = QP_TEXT
	};
	if (!text)
		return;
	charset_open(t, charset);
	g_mime_encoding_init_decode(&charsets->decode, names[encoding]);
}

bool mime_content_is_digits(const struct mime_content *t)
{
	return t->encoding == MIME_BASE64 && !t->text;
}

void mime_content_digits(struct mime_content *t, size_t n)
{
	base64_digits(t, n);
}

void mime_content_feed(struct mime_content *t, struct span octets)
{
	switch (t->encoding) {
	case MIME_AS_IT_IS:
		if (t->text)
			charset_feed(t, octets);
		return;
	case MIME_QP:
		if (t->text)
			qp_text_feed(t, octets);
		else
			qp_feed(t, octets);
		return;
	case MIME_BASE64:
		base64_feed(t, octets);
		break;
	case MIME_UU:
		break;
	}
	if (t->text)
		decoded_feed(t, octets);
}

/* Is ASCII nothing to it? */
static bool charset_is_idle(const struct mime_content *t)
{
	return t->unknown || (t->found & SYMPTOM_BIT(SYMPTOM_CHARSET)) != 0 || t->ascii ||
	       (t->by_runs && t->kept_n == 0);
}

/* Of a text, ASCII that says nothing but for what begins with a "=". */
static void qp_idle_feed(struct mime_content *t, struct span s)
{
	while (charset_is_idle(t)) {
		const char *equals = memchr(s.p, '=', s.n);
		size_t n;

		if (equals == NULL)
			return;
		s = span_from(s, (size_t)(equals - s.p));
		n = qp_octets(t, s);
		if (n == 0)
			break;
		s = span_from(s, n);
	}
	qp_text_feed(t, s);
}

/* Says ASCII nothing here?  Then nothing is owed: neither a line end nor a character. */
static bool is_idle(const struct mime_content *t)
{
	switch (t->encoding) {
	case MIME_AS_IT_IS:
		return !t->text || charset_is_idle(t);
	case MIME_QP:
		return t->qp == QP_TEXT && (!t->text || (t->charsets->decode.state == 0 &&
							 charset_is_idle(t)));
	case MIME_BASE64:
	case MIME_UU:
		break;
	}
	return false;
}

void mime_content_line(struct mime_content *t, struct span line, bool equals)
{
	if (!is_idle(t))
		mime_content_feed(t, line);
	else if (!equals || t->encoding == MIME_AS_IT_IS)
		return;
	else if (t->text)
		qp_idle_feed(t, line);
	else
		qp_feed(t, line);
}

void mime_content_text(struct mime_content *t, struct span line, bool first, bool equals)
{
	if (is_idle(t)) {
		mime_content_line(t, line, equals);
		return;
	}
	/* Of digits of base64 the line end says nothing. */
	if (!first && (t->encoding != MIME_BASE64 || t->text))
		mime_content_feed(t, SPAN_LIT("\r\n"));
	mime_content_feed(t, line);
}

uint64_t mime_content_end(struct mime_content *t)
{
	if (t->encoding == MIME_BASE64)
		base64_end(t);
	if (t->text && (t->unknown || t->kept_n > 0))
		note(t, SYMPTOM_CHARSET);
	return t->found;
}

/* ---- what is kept for all ---- */

struct mime_charsets *mime_charsets_new(void)
{
	struct mime_charsets *c = mem_calloc(1, sizeof *c);

	for (size_t i = 0; i < COUNT_OF(often); i++)
		c->held[i] = g_mime_iconv_open("UTF-8", often[i]);
	for (unsigned i = 0; i < COUNT_OF(c->base64); i++)
		c->base64[i] = base64_kind((unsigned char)i);
	return c;
}

void mime_charsets_free(struct mime_charsets *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->converter_n; i++)
		if (c->converter[i].cd != (GIConv)-1)
			g_mime_iconv_close(c->converter[i].cd);
	for (size_t i = 0; i < COUNT_OF(often); i++)
		if (c->held[i] != (GIConv)-1)
			g_mime_iconv_close(c->held[i]);
	free(c);
}
