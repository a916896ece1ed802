/* SPDX-License-Identifier: MIT */
#include "mime/mime_shape.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "mime/mime_gmime.h"
#include "mime/mime_parts.h"
#include "model/body.h"

#define BLOCK	  (32u << 10) /* octets of a part in one go */
#define DEPTH_MAX 64	      /* parts within parts */
#define DATE_MAX  256	      /* octets of a Date that are looked at */
#define YEAR_MIN  1970
#define YEAR_MAX  2100

struct mime_shape {
	GMimeParserOptions *options;
	struct mime_charsets *charsets;
	struct mime_parts parts; /* of mime_shape_of */
	uint64_t found;
	char in[BLOCK];
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

struct mime_shape *mime_shape_new(void)
{
	struct mime_shape *s = mem_calloc(1, sizeof *s);

	s->charsets = mime_charsets_new();
	s->options = g_mime_parser_options_new();
	g_mime_parser_options_set_warning_callback(s->options, on_warning, s);
	return s;
}

void mime_shape_free(struct mime_shape *s)
{
	if (s == NULL)
		return;
	g_mime_parser_options_free(s->options);
	mime_charsets_free(s->charsets);
	mime_parts_done(&s->parts);
	free(s);
}

struct mime_charsets *mime_shape_charsets(struct mime_shape *s)
{
	return s->charsets;
}

/* ---- parts ---- */

/* Is there anything to look at in a part of this encoding? */
static bool is_text(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));

	return type != NULL && g_mime_content_type_is_type(type, "text", "*");
}

static enum mime_encoding encoding_of(GMimeDataWrapper *content)
{
	switch (g_mime_data_wrapper_get_encoding(content)) {
	case GMIME_CONTENT_ENCODING_BASE64:
		return MIME_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return MIME_QP;
	case GMIME_CONTENT_ENCODING_UUENCODE:
		return MIME_UU;
	default:
		return MIME_AS_IT_IS;
	}
}

static void part(struct mime_shape *s, GMimePart *p)
{
	GMimeDataWrapper *content = g_mime_part_get_content(p);
	GMimeStream *stream;
	enum mime_encoding encoding;
	bool text = is_text(p);
	struct mime_content t;
	ssize_t n;

	if (content == NULL || (stream = g_mime_data_wrapper_get_stream(content)) == NULL)
		return;
	encoding = encoding_of(content);
	if (!text && encoding != MIME_BASE64 && encoding != MIME_QP)
		return;
	mime_content_begin(&t, s->charsets, encoding, text,
			   text ? g_mime_object_get_content_type_parameter(
					  GMIME_OBJECT(p), "charset")
				: NULL);
	g_mime_stream_reset(stream);
	while ((n = g_mime_stream_read(stream, s->in, sizeof s->in)) > 0)
		mime_content_feed(&t, (struct span){ s->in, (size_t)n });
	s->found |= mime_content_end(&t);
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

/* Octets of the header, with the empty line. */
static size_t header_of(struct span message)
{
	const char *end = memmem(message.p, message.n, "\r\n\r\n", 4);

	return end != NULL ? (size_t)(end - message.p) + 4 : message.n;
}

uint64_t mime_shape_of(struct mime_shape *s, struct span message)
{
	size_t header = message.n > 0 ? header_of(message) : 0;
	uint64_t found;

	if (mime_parts_begin(&s->parts, s->charsets,
			     (struct span){ message.p, header })) {
		mime_parts_feed(&s->parts, span_from(message, header));
		if (mime_parts_end(&s->parts, &found))
			return found;
	}
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

/* So many digits; false: something else stands there, or more of them. */
static bool digits(struct span *s, size_t least, size_t most, unsigned *out)
{
	size_t n = 0;

	for (*out = 0; n < s->n && n <= most && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		*out = *out * 10 + (unsigned)(s->p[n] - '0');
	*s = span_from(*s, n);
	return n >= least && n <= most;
}

static bool one(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

/* "Fri, 1 Jan 2010 15:15:35 +0000", as nearly all are: beyond doubt a date. */
static bool is_usual(struct span s)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec",
			  days[] = "MonTueWedThuFriSatSun";
	/* February's last day is GMime's. */
	static const unsigned char last[] = { 31, 28, 31, 30, 31, 30,
					      31, 31, 30, 31, 30, 31 };
	unsigned day, month, year, hour, minute, second, zone;
	const char *at;

	if (s.n > 5 && s.p[3] == ',') {
		at = memmem(days, sizeof days - 1, s.p, 3);
		if (at == NULL || (at - days) % 3 != 0 || s.p[4] != ' ')
			return false;
		s = span_from(s, 5);
	}
	if (!digits(&s, 1, 2, &day) || !one(&s, ' ') || s.n < 4)
		return false;
	at = memmem(names, sizeof names - 1, s.p, 3);
	if (at == NULL || (at - names) % 3 != 0)
		return false;
	month = (unsigned)(at - names) / 3;
	s = span_from(s, 3);
	if (!one(&s, ' ') || !digits(&s, 4, 4, &year) || !one(&s, ' ') ||
	    !digits(&s, 2, 2, &hour) || !one(&s, ':') || !digits(&s, 2, 2, &minute) ||
	    !one(&s, ':') || !digits(&s, 2, 2, &second) || !one(&s, ' ') ||
	    !(one(&s, '+') || one(&s, '-')) || !digits(&s, 4, 4, &zone))
		return false;
	return s.n == 0 && day >= 1 && day <= last[month] && year > YEAR_MIN &&
	       year < YEAR_MAX && hour < 24 && minute < 60 && second < 60 &&
	       zone / 100 < 14 && zone % 100 < 60;
}

bool mime_date_possible(struct span value)
{
	char text[DATE_MAX + 1];
	size_t n = 0;
	GDateTime *date;
	int year;

	value = span_trim(value);
	if (is_usual(value))
		return true;
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
