/* SPDX-License-Identifier: MIT */
#include "mime/mime_shape.h"

#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <unistd.h>

#include "mime/mime_plain.h"
#include "model/body.h"

#define BLOCK	  (32u << 10) /* octets of a part in one go */
#define DEPTH_MAX 64	      /* parts within parts */
#define DATE_MAX  256	      /* octets of a Date that are looked at */
#define YEAR_MIN  1970
#define YEAR_MAX  2100

/* Charsets whose converters are kept open: to open one costs more than a message. */
#define CONVERTERS 4

struct converter {
	char charset[40];
	GIConv cd; /* (GIConv)-1: the charset is not known */
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

struct mime_shape {
	GIConv held[COUNT_OF(often)];
	GMimeParserOptions *options;
	struct converter converter[CONVERTERS];
	size_t converter_n, converter_next;
	uint64_t found;
	unsigned char base64[256]; /* what each octet is in base64 */
	char in[BLOCK];
	char out[BLOCK + 64]; /* decoded: never more than that (gmime-encodings.h) */
};

static void note(struct mime_shape *s, enum symptom what)
{
	s->found |= SYMPTOM_BIT(what);
}

static void on_warning(gint64 offset, GMimeParserWarning code, const gchar *item,
		       gpointer ctx)
{
	struct mime_shape *s = ctx;

	(void)offset;
	(void)item;
	switch (code) {
	case GMIME_WARN_DUPLICATED_HEADER:
	case GMIME_WARN_DUPLICATED_PARAMETER:
	case GMIME_CRIT_CONFLICTING_HEADER:
	case GMIME_CRIT_CONFLICTING_PARAMETER:
		note(s, SYMPTOM_FIELD_TWICE);
		break;
	case GMIME_WARN_UNENCODED_8BIT_HEADER:
		note(s, SYMPTOM_HEADER_8BIT);
		break;
	case GMIME_WARN_INVALID_CONTENT_TYPE:
	case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
		note(s, SYMPTOM_TYPE_BAD);
		break;
	case GMIME_WARN_INVALID_RFC2047_HEADER_VALUE:
	case GMIME_WARN_INVALID_PARAMETER:
	case GMIME_WARN_INVALID_ADDRESS_LIST:
		note(s, SYMPTOM_HEADER_WORDS);
		break;
	case GMIME_WARN_TRUNCATED_MESSAGE:
		note(s, SYMPTOM_MULTIPART_CUT);
		break;
	case GMIME_CRIT_INVALID_HEADER_NAME:
		note(s, SYMPTOM_HEADER_BAD);
		break;
	case GMIME_CRIT_NESTING_OVERFLOW:
		note(s, SYMPTOM_MIME_DEEP);
		break;
	case GMIME_WARN_MALFORMED_MULTIPART:
	case GMIME_WARN_MALFORMED_MESSAGE:
	case GMIME_WARN_PART_WITHOUT_CONTENT:
	case GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT:
		note(s, SYMPTOM_MIME_BAD);
		break;
	}
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

struct mime_shape *mime_shape_new(void)
{
	struct mime_shape *s = mem_calloc(1, sizeof *s);

	for (size_t i = 0; i < COUNT_OF(often); i++)
		s->held[i] = g_mime_iconv_open("UTF-8", often[i]);

	s->options = g_mime_parser_options_new();
	g_mime_parser_options_set_warning_callback(s->options, on_warning, s);
	for (unsigned c = 0; c < COUNT_OF(s->base64); c++)
		s->base64[c] = base64_kind((unsigned char)c);
	return s;
}

void mime_shape_free(struct mime_shape *s)
{
	if (s == NULL)
		return;
	g_mime_parser_options_free(s->options);
	for (size_t i = 0; i < s->converter_n; i++)
		if (s->converter[i].cd != (GIConv)-1)
			g_mime_iconv_close(s->converter[i].cd);
	for (size_t i = 0; i < COUNT_OF(often); i++)
		if (s->held[i] != (GIConv)-1)
			g_mime_iconv_close(s->held[i]);
	free(s);
}

/* ---- encodings, octet by octet ---- */

struct base64_state {
	uint64_t digits, pads;
	bool binary; /* octets that no text has */
	bool junk;   /* anything else that is not of the alphabet */
};

static void base64_feed(const struct mime_shape *s, struct base64_state *b, const char *p,
			size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t from = i;
		unsigned kind;

		/* Digits come in lines. */
		while (i < n && s->base64[(unsigned char)p[i]] == B64_DIGIT)
			i++;
		if (i > from && b->pads > 0)
			b->junk = true;
		else
			b->digits += i - from;
		if (i == n)
			return;
		kind = s->base64[(unsigned char)p[i++]];
		b->pads += kind == B64_PAD;
		b->junk |= kind == B64_JUNK;
		b->binary |= kind == B64_BINARY;
	}
}

/* A list's footer behind the padding is junk and no damage; octets that are no text, or
 * an end in the middle of four digits, are. */
static void base64_end(struct mime_shape *s, const struct base64_state *b)
{
	if (b->binary || (!b->junk && (b->digits + b->pads) % 4 != 0))
		note(s, SYMPTOM_BASE64);
	else if (b->junk)
		note(s, SYMPTOM_MIME_BAD);
}

enum { QP_TEXT, QP_EQUALS, QP_DIGIT, QP_BLANKS };

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* Returns the new state; notes what is no quoted-printable (RFC 2045 section 6.7). */
static int qp_feed(struct mime_shape *s, int at, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
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
			at = c == '=' ? QP_EQUALS : QP_TEXT;
			break;
		}
		if (!good)
			note(s, SYMPTOM_QP);
	}
	return at;
}

/* ---- charsets ---- */

struct charset_state {
	bool ascii, unknown;
	bool by_runs;  /* ASCII stands for itself in it, between whole characters */
	GIConv cd;     /* (GIConv)-1: none is needed */
	char kept[16]; /* a character that is not complete yet */
	size_t kept_n;
};

static bool says_ascii(const char *charset)
{
	return charset == NULL || g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
	       g_ascii_strcasecmp(charset, "ascii") == 0;
}

static GIConv converter(struct mime_shape *s, const char *charset)
{
	struct converter *c;

	for (size_t i = 0; i < s->converter_n; i++)
		if (g_ascii_strcasecmp(s->converter[i].charset, charset) == 0) {
			c = &s->converter[i];
			if (c->cd != (GIConv)-1)
				g_mime_iconv(c->cd, NULL, NULL, NULL, NULL);
			return c->cd;
		}
	if (strlen(charset) >= sizeof c->charset)
		return (GIConv)-1;
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
	return c->cd;
}

static void charset_open(struct mime_shape *s, struct charset_state *c,
			 const char *charset)
{
	static const char *const plain[] = { "utf-8", "iso-8859-", "windows-125",
					     "koi8-" };

	*c = (struct charset_state){ .ascii = says_ascii(charset), .cd = (GIConv)-1 };
	if (c->ascii)
		return;
	c->cd = converter(s, charset);
	c->unknown = c->cd == (GIConv)-1;
	for (size_t i = 0; i < COUNT_OF(plain); i++)
		c->by_runs |= g_ascii_strncasecmp(charset, plain[i], strlen(plain[i])) ==
			      0;
}

/* How many octets of ASCII there are at the start. */
static size_t ascii_run(const char *p, size_t n)
{
	size_t i = 0;
	uint64_t w;

	for (; i + sizeof w <= n; i += sizeof w) {
		memcpy(&w, p + i, sizeof w);
		if ((w & 0x8080808080808080u) != 0)
			break;
	}
	while (i < n && (unsigned char)p[i] < 0x80)
		i++;
	return i;
}

/* One piece, complete characters of it; how many octets were taken.  False: it is not in
 * this charset. */
static bool convert(struct charset_state *c, char *p, size_t n, size_t *used)
{
	char buf[2048];
	size_t left = n;

	while (left > 0) {
		char *out = buf;
		size_t room = sizeof buf;

		if (g_mime_iconv(c->cd, &p, &left, &out, &room) != (size_t)-1)
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
static bool charset_run(struct charset_state *c, char *p, size_t n, bool last)
{
	size_t used;

	if (!convert(c, p, n, &used) || n - used >= sizeof c->kept)
		return false;
	if (used < n && !last)
		return false;
	memcpy(c->kept, p + used, n - used);
	c->kept_n = n - used;
	return true;
}

static bool charset_runs(struct charset_state *c, char *p, size_t n)
{
	while (n > 0) {
		size_t k = ascii_run(p, n);

		p += k;
		n -= k;
		for (k = 0; k < n && (unsigned char)p[k] >= 0x80;)
			k++;
		if (k > 0 && !charset_run(c, p, k, k == n))
			return false;
		p += k;
		n -= k;
	}
	return true;
}

static void charset_feed(struct mime_shape *s, struct charset_state *c, char *p, size_t n)
{
	size_t used;

	if (c->unknown || (s->found & SYMPTOM_BIT(SYMPTOM_CHARSET)) != 0)
		return;
	if (c->ascii) {
		if (ascii_run(p, n) < n)
			note(s, SYMPTOM_CHARSET);
		return;
	}
	/* A character in two pieces: an octet at a time until it is complete. */
	while (c->kept_n > 0 && n > 0) {
		c->kept[c->kept_n++] = *p++;
		n--;
		if (!convert(c, c->kept, c->kept_n, &used) ||
		    (used == 0 && c->kept_n == sizeof c->kept)) {
			note(s, SYMPTOM_CHARSET);
			return;
		}
		memmove(c->kept, c->kept + used, c->kept_n - used);
		c->kept_n -= used;
	}
	if (n > 0 && !(c->by_runs ? charset_runs(c, p, n) : charset_run(c, p, n, true)))
		note(s, SYMPTOM_CHARSET);
}

static void charset_end(struct mime_shape *s, const struct charset_state *c)
{
	if (c->unknown || c->kept_n > 0)
		note(s, SYMPTOM_CHARSET);
}

/* ---- parts ---- */

/* Is there anything to look at in a part of this encoding? */
static bool is_text(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));

	return type != NULL && g_mime_content_type_is_type(type, "text", "*");
}

/* The content of one part, as it comes. */
struct content {
	GMimeContentEncoding encoding;
	GMimeEncoding state;
	struct base64_state b;
	struct charset_state c;
	bool text;
	int qp;
};

static void content_begin(struct mime_shape *s, struct content *t,
			  GMimeContentEncoding encoding, bool text, const char *charset)
{
	*t = (struct content){ .encoding = encoding, .text = text, .qp = QP_TEXT };
	if (text)
		charset_open(s, &t->c, charset);
	g_mime_encoding_init_decode(&t->state, encoding);
}

/* n: no more than BLOCK. */
static void content_feed(struct mime_shape *s, struct content *t, char *p, size_t n)
{
	bool encoded = true;

	if (t->encoding == GMIME_CONTENT_ENCODING_BASE64)
		base64_feed(s, &t->b, p, n);
	else if (t->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		t->qp = qp_feed(s, t->qp, p, n);
	else
		encoded = t->encoding == GMIME_CONTENT_ENCODING_UUENCODE;
	if (!t->text)
		return;
	if (encoded) {
		n = g_mime_encoding_step(&t->state, p, n, s->out);
		p = s->out;
	}
	charset_feed(s, &t->c, p, n);
}

static void content_end(struct mime_shape *s, const struct content *t)
{
	if (t->encoding == GMIME_CONTENT_ENCODING_BASE64)
		base64_end(s, &t->b);
	if (t->text)
		charset_end(s, &t->c);
}

static void part(struct mime_shape *s, GMimePart *p)
{
	GMimeDataWrapper *content = g_mime_part_get_content(p);
	GMimeStream *stream;
	GMimeContentEncoding encoding;
	bool text = is_text(p);
	struct content t;
	ssize_t n;

	if (content == NULL || (stream = g_mime_data_wrapper_get_stream(content)) == NULL)
		return;
	encoding = g_mime_data_wrapper_get_encoding(content);
	if (!text && encoding != GMIME_CONTENT_ENCODING_BASE64 &&
	    encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return;
	content_begin(s, &t, encoding, text,
		      text ? g_mime_object_get_content_type_parameter(GMIME_OBJECT(p),
								      "charset")
			   : NULL);
	g_mime_stream_reset(stream);
	while ((n = g_mime_stream_read(stream, s->in, sizeof s->in)) > 0)
		content_feed(s, &t, s->in, (size_t)n);
	content_end(s, &t);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX */
static void object(struct mime_shape *s, GMimeObject *o, int depth)
{
	if (o == NULL)
		return;
	if (depth > DEPTH_MAX) {
		note(s, SYMPTOM_MIME_DEEP);
		return;
	}
	if (GMIME_IS_MULTIPART(o)) {
		GMimeMultipart *m = GMIME_MULTIPART(o);
		int n = g_mime_multipart_get_count(m);

		for (int i = 0; i < n; i++)
			object(s, g_mime_multipart_get_part(m, i), depth + 1);
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *m = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

		if (m != NULL)
			object(s, g_mime_message_get_mime_part(m), depth + 1);
	} else if (GMIME_IS_PART(o)) {
		part(s, GMIME_PART(o));
	}
}

static uint64_t look(struct mime_shape *s, GMimeStream *stream)
{
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m;

	s->found = 0;
	m = g_mime_parser_construct_message(parser, s->options);
	g_object_unref(parser);
	if (m != NULL) {
		object(s, g_mime_message_get_mime_part(m), 0);
		g_object_unref(m);
	}
	return s->found;
}

/* The one part behind a plain header. */
static uint64_t look_plain(struct mime_shape *s, const struct mime_plain *plain,
			   struct span body)
{
	static const GMimeContentEncoding encodings[] = {
		[MIME_PLAIN_NONE] = GMIME_CONTENT_ENCODING_DEFAULT,
		[MIME_PLAIN_QP] = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
		[MIME_PLAIN_BASE64] = GMIME_CONTENT_ENCODING_BASE64,
	};
	struct content t;

	s->found = 0;
	content_begin(s, &t, encodings[plain->encoding], true,
		      plain->charset[0] != '\0' ? plain->charset : NULL);
	for (size_t n; body.n > 0; body = span_from(body, n)) {
		n = body.n < sizeof s->in ? body.n : sizeof s->in;
		memcpy(s->in, body.p, n);
		content_feed(s, &t, s->in, n);
	}
	content_end(s, &t);
	return s->found;
}

uint64_t mime_shape_of(struct mime_shape *s, struct span message)
{
	struct mime_plain plain;

	if (mime_plain_of(message, &plain))
		return look_plain(s, &plain, span_from(message, plain.header));
	return mime_shape_parsed(s, message);
}

uint64_t mime_shape_parsed(struct mime_shape *s, struct span message)
{
	/* The stream is lent the octets; it only reads them. */
	GByteArray *octets = g_byte_array_new_take(
		(guint8 *)(uintptr_t)(message.n > 0 ? message.p : ""), message.n);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(octets);
	uint64_t found;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	found = look(s, stream);
	g_object_unref(stream);
	g_byte_array_free(octets, FALSE);
	return found;
}

bool mime_shape_of_file(struct mime_shape *s, const struct spill *file,
			uint64_t *symptoms_out, struct err *err)
{
	int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
	GMimeStream *stream;

	if (fd < 0)
		return err_errno(err, ERR_LOCAL, errno, "a temporary file");
	stream = g_mime_stream_fs_new_with_bounds(fd, 0, file->end); /* closes fd */
	*symptoms_out = look(s, stream);
	g_object_unref(stream);
	return true;
}

bool mime_date_possible(struct span value)
{
	char text[DATE_MAX + 1];
	size_t n = 0;
	GDateTime *date;
	int year;

	value = span_trim(value);
	for (size_t i = 0; i < value.n && n < DATE_MAX; i++)
		if (value.p[i] != '\0' && value.p[i] != '\r' && value.p[i] != '\n')
			text[n++] = value.p[i];
	text[n] = '\0';
	date = g_mime_utils_header_decode_date(text);
	if (date == NULL)
		return false;
	year = g_date_time_get_year(date);
	g_date_time_unref(date);
	return year >= YEAR_MIN && year <= YEAR_MAX;
}
