/* SPDX-License-Identifier: MIT */
#include "mime/mime_shape.h"

#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <unistd.h>

#include "model/body.h"

#define BLOCK	  (32u << 10) /* octets of a part in one go */
#define DEPTH_MAX 64	      /* parts within parts */
#define DATE_MAX  256	      /* octets of a Date that are looked at */
#define YEAR_MIN  1970
#define YEAR_MAX  2100

struct mime_shape {
	GMimeParserOptions *options;
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
	GIConv cd;     /* (GIConv)-1: none is needed */
	char kept[16]; /* a character that is not complete yet */
	size_t kept_n;
};

static bool says_ascii(const char *charset)
{
	return charset == NULL || g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
	       g_ascii_strcasecmp(charset, "ascii") == 0;
}

static void charset_open(struct charset_state *c, const char *charset)
{
	*c = (struct charset_state){ .ascii = says_ascii(charset), .cd = (GIConv)-1 };
	if (c->ascii)
		return;
	c->cd = g_mime_iconv_open("UTF-8", charset);
	c->unknown = c->cd == (GIConv)-1;
}

static void charset_close(struct charset_state *c)
{
	if (c->cd != (GIConv)-1)
		g_mime_iconv_close(c->cd);
}

static bool is_ascii(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
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

static void charset_feed(struct mime_shape *s, struct charset_state *c, char *p, size_t n)
{
	size_t used;

	if (c->unknown || (s->found & SYMPTOM_BIT(SYMPTOM_CHARSET)) != 0)
		return;
	if (c->ascii) {
		if (!is_ascii(p, n))
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
	if (n == 0)
		return;
	if (!convert(c, p, n, &used) || n - used >= sizeof c->kept) {
		note(s, SYMPTOM_CHARSET);
		return;
	}
	memcpy(c->kept, p + used, n - used);
	c->kept_n = n - used;
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

static void part(struct mime_shape *s, GMimePart *p)
{
	GMimeDataWrapper *content = g_mime_part_get_content(p);
	GMimeStream *stream;
	GMimeContentEncoding encoding;
	GMimeEncoding state;
	struct base64_state b = { 0 };
	struct charset_state c = { .cd = (GIConv)-1 };
	bool text = is_text(p);
	int qp = QP_TEXT;
	ssize_t n;

	if (content == NULL || (stream = g_mime_data_wrapper_get_stream(content)) == NULL)
		return;
	encoding = g_mime_data_wrapper_get_encoding(content);
	if (!text && encoding != GMIME_CONTENT_ENCODING_BASE64 &&
	    encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return;
	if (text)
		charset_open(&c, g_mime_object_get_content_type_parameter(GMIME_OBJECT(p),
									  "charset"));
	g_mime_encoding_init_decode(&state, encoding);
	g_mime_stream_reset(stream);
	while ((n = g_mime_stream_read(stream, s->in, sizeof s->in)) > 0) {
		if (encoding == GMIME_CONTENT_ENCODING_BASE64)
			base64_feed(s, &b, s->in, (size_t)n);
		else if (encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
			qp = qp_feed(s, qp, s->in, (size_t)n);
		if (text)
			charset_feed(
				s, &c, s->out,
				g_mime_encoding_step(&state, s->in, (size_t)n, s->out));
	}
	if (encoding == GMIME_CONTENT_ENCODING_BASE64)
		base64_end(s, &b);
	if (text)
		charset_end(s, &c);
	charset_close(&c);
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

uint64_t mime_shape_of(struct mime_shape *s, struct span message)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(
		message.n > 0 ? message.p : "", message.n);
	uint64_t found = look(s, stream);

	g_object_unref(stream);
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
