/* SPDX-License-Identifier: MIT */
#include "mime/mime_mail.h"

#include "base/sha256.h"
#include "base/text.h"
#include "mime/mime_gmime.h"

/* ---- addresses ---- */

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

#define WORD_OCTETS 63 /* of a name of the DNS between its dots */

/* Words of these characters with single dots between them. */
static bool is_dotted(struct span s, const char *others)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' ? n == 0
			     : !is_alnum(c) && (c == '\0' || strchr(others, c) == NULL))
			return false;
		n = c == '.' ? 0 : n + 1;
		if (n > WORD_OCTETS)
			return false;
	}
	return n > 0;
}

static bool is_addr(struct span s)
{
	ptrdiff_t at = span_index(s, '@');
	struct span local, domain;

	if (at < 1 || at > 64 || s.n > MAIL_ADDRESS_MAX)
		return false;
	local = (struct span){ s.p, (size_t)at };
	domain = span_from(s, (size_t)at + 1);
	/* A program that takes it for an option shall not get it. */
	return local.p[0] != '-' && is_dotted(local, "!#$%&'*+-/=?^_`{|}~") &&
	       is_dotted(domain, "-") && domain.p[0] != '-';
}

/* The name in quotes or not; no quotes within, which nobody needs and every reader takes
 * in another way. */
static bool take_name(struct span s, struct arena *arena, const char **out)
{
	s = span_trim(s);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = (struct span){ s.p + 1, s.n - 2 };
	if (s.n > MAIL_NAME_MAX || !text_is_utf8(s) || has_control(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr("\"\\<>", s.p[i]) != NULL)
			return false;
	*out = arena_span(arena, s);
	return true;
}

bool mail_address(struct span text, struct arena *arena, struct mail_address *out)
{
	struct mail_address a = { .name = "" };
	ptrdiff_t at;

	if (has_control(text))
		return false;
	text = span_trim(text);
	if (text.n > 0 && text.p[text.n - 1] == '>') {
		at = span_index(text, '<');
		if (at < 0 ||
		    !take_name((struct span){ text.p, (size_t)at }, arena, &a.name))
			return false;
		text = (struct span){ text.p + at + 1, text.n - (size_t)at - 2 };
	}
	if (!is_addr(text))
		return false;
	a.addr = arena_span(arena, text);
	*out = a;
	return true;
}

/* ---- the message ---- */

static bool check(const char *what, const char *s, size_t max, struct err *err)
{
	if (strlen(s) > max || has_control(span_str(s)) || !text_is_utf8(span_str(s)))
		return err_set(err, ERR_BUG, "%s cannot stand in a header", what);
	return true;
}

static bool check_all(const struct mail *m, struct err *err)
{
	bool ok = check("the subject", m->subject, MAIL_SUBJECT_MAX, err) &&
		  check("the Message-ID", m->id, MAIL_ADDRESS_MAX, err) &&
		  check("the sender", m->from.name, MAIL_NAME_MAX, err) &&
		  check("the sender", m->from.addr, MAIL_ADDRESS_MAX, err);

	for (size_t i = 0; ok && i < m->to_n; i++)
		ok = check("a recipient", m->to[i].name, MAIL_NAME_MAX, err) &&
		     check("a recipient", m->to[i].addr, MAIL_ADDRESS_MAX, err);
	for (size_t i = 0; ok && i < m->answer_n; i++)
		ok = check("a Message-ID", m->answers[i], MAIL_ADDRESS_MAX, err);
	for (size_t i = 0; ok && i < m->file_n; i++)
		ok = check("the name of a file", m->file[i].name, MAIL_ADDRESS_MAX, err);
	return ok;
}

/* Mail that is ASCII stays readable as it is; the head of the ledger in it, too. */
static bool is_plain(struct span s)
{
	size_t line = 0;

	for (size_t i = 0; i < s.n; i++) {
		line = s.p[i] == '\n' ? 0 : line + 1;
		if ((unsigned char)s.p[i] >= 0x7f || line > 78)
			return false;
	}
	return true;
}

static GMimeDataWrapper *wrap(struct span s)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(s.p, s.n);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_DEFAULT);

	g_object_unref(stream);
	return content;
}

static void add_part(GMimeMultipart *all, GMimePart *part, struct span octets,
		     GMimeContentEncoding how)
{
	GMimeDataWrapper *content = wrap(octets);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, how);
	g_mime_multipart_add(all, GMIME_OBJECT(part));
	g_object_unref(content);
	g_object_unref(part);
}

static void add_text(GMimeMultipart *all, struct span text)
{
	GMimePart *part = g_mime_part_new_with_type("text", "plain");

	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	add_part(all, part, text,
		 is_plain(text) ? GMIME_CONTENT_ENCODING_7BIT
				: GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
}

static void add_file(GMimeMultipart *all, const struct mail_file *f)
{
	const char *slash = strchr(f->type, '/');
	char *major = g_strndup(f->type, (gsize)(slash - f->type));
	GMimePart *part = g_mime_part_new_with_type(major, slash + 1);

	if (strcmp(major, "text") == 0)
		g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset",
							 "utf-8");
	g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
	g_mime_part_set_filename(part, f->name);
	add_part(all, part, f->octets, GMIME_CONTENT_ENCODING_BASE64);
	g_free(major);
}

/* From the id, so that the same mail is the same octets; no line of ours begins so. */
static GMimeMultipart *parts(const struct mail *m)
{
	GMimeMultipart *all = g_mime_multipart_new_with_subtype("mixed");
	struct sha256 digest;
	char hex[SHA256_HEX_SIZE], boundary[48];

	sha256_of(m->id, strlen(m->id), &digest);
	sha256_hex(&digest, hex);
	snprintf(boundary, sizeof boundary, "=_%.32s", hex);
	g_mime_multipart_set_boundary(all, boundary);
	add_text(all, m->text);
	for (size_t i = 0; i < m->file_n; i++)
		add_file(all, &m->file[i]);
	return all;
}

#define LINE_OCTETS 78
#define WORD_MAX    39 /* octets in an encoded word: 64 characters of the 75 allowed */

/*
 * Encoded words of RFC 2047, as many as it takes, each of whole characters.  GMime makes
 * one word of what has no blank in it, however long: Japanese has none.
 */
static void put_words(struct strbuf *out, struct span s)
{
	while (s.n > 0) {
		size_t n = s.n < WORD_MAX ? s.n : WORD_MAX;
		char *word;

		while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
			n--;
		word = g_base64_encode((const guchar *)s.p, n);
		strbuf_addf(out, "=?UTF-8?B?%s?=", word);
		g_free(word);
		s = span_from(s, n);
		if (s.n > 0)
			strbuf_adds(out, "\n ");
	}
}

/* As it stands, folded by us.  GMime would decode a host that begins with xn-- into
 * octets that are not ASCII. */
static void put_header(GMimeMessage *message, const char *name, struct strbuf *value)
{
	GMimeHeader *header;

	g_mime_object_set_header(GMIME_OBJECT(message), name, "x", NULL);
	header = g_mime_header_list_get_header(
		g_mime_object_get_header_list(GMIME_OBJECT(message)), name);
	strbuf_addc(value, '\n');
	g_mime_header_set_raw_value(header, strbuf_cstr(value));
	strbuf_done(value);
}

static bool is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* Text in a header; what looks like an encoded word shall stay what it is. */
static bool is_literal(const char *s)
{
	return is_ascii(s) && strstr(s, "=?") == NULL;
}

static void put_mailboxes(GMimeMessage *message, const char *name,
			  const struct mail_address *a, size_t n)
{
	struct strbuf value = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		strbuf_adds(&value, i > 0 ? ",\n " : " ");
		if (*a[i].name != '\0' && is_literal(a[i].name)) {
			strbuf_addf(&value, "\"%s\"", a[i].name);
		} else if (*a[i].name != '\0') {
			put_words(&value, span_str(a[i].name));
		}
		if (*a[i].name != '\0')
			strbuf_addf(&value, "%s<%s>",
				    strlen(a[i].name) + strlen(a[i].addr) > 40 ? "\n "
									       : " ",
				    a[i].addr);
		else
			strbuf_adds(&value, a[i].addr);
	}
	put_header(message, name, &value);
}

/* At a blank, so that a reader who unfolds gets what was there. */
static void fold(struct strbuf *out, struct span s, size_t used)
{
	while (s.n > 0) {
		ptrdiff_t at = span_index(s, ' ');
		size_t n = at < 0 ? s.n : (size_t)at;

		if (used + 1 + n > LINE_OCTETS) {
			strbuf_addc(out, '\n');
			used = 0;
		}
		strbuf_addc(out, ' ');
		strbuf_add(out, s.p, n);
		used += 1 + n;
		s = span_from(s, n + 1);
	}
}

static void put_subject(GMimeMessage *message, const char *subject)
{
	struct strbuf value = STRBUF_INIT;

	if (is_literal(subject)) {
		fold(&value, span_str(subject), sizeof "Subject:" - 1);
	} else {
		strbuf_addc(&value, ' ');
		put_words(&value, span_str(subject));
	}
	put_header(message, "Subject", &value);
}

static void put_answers(GMimeMessage *message, const struct mail *m)
{
	struct strbuf refs = STRBUF_INIT, last = STRBUF_INIT;

	if (m->answer_n == 0)
		return;
	for (size_t i = 0; i < m->answer_n; i++)
		strbuf_addf(&refs, "%s<%s>", i > 0 ? "\n " : " ", m->answers[i]);
	strbuf_addf(&last, " <%s>", m->answers[m->answer_n - 1]);
	put_header(message, "In-Reply-To", &last);
	put_header(message, "References", &refs);
}

static GMimeMessage *build(const struct mail *m)
{
	GMimeMessage *message = g_mime_message_new(TRUE);
	GDateTime *date = g_date_time_new_from_unix_utc(m->date);
	GMimeMultipart *all = parts(m);
	struct strbuf id = STRBUF_INIT;

	put_mailboxes(message, "From", &m->from, 1);
	put_mailboxes(message, "To", m->to, m->to_n);
	put_subject(message, m->subject);
	g_mime_message_set_date(message, date);
	strbuf_addf(&id, " <%s>", m->id);
	put_header(message, "Message-ID", &id);
	put_answers(message, m);
	/* Nobody's holiday shall answer (RFC 3834). */
	g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted",
				 "auto-generated", NULL);
	g_mime_object_set_header(GMIME_OBJECT(message), "X-Mailer",
				 "mailmuster " MAILMUSTER_VERSION, NULL);
	g_mime_message_set_mime_part(message, GMIME_OBJECT(all));
	g_object_unref(all);
	g_date_time_unref(date);
	return message;
}

bool mail_compose(const struct mail *m, struct strbuf *out, struct err *err)
{
	GMimeFormatOptions *format;
	GMimeMessage *message;
	GMimeStream *stream;
	GByteArray *octets;
	bool ok;

	if (!check_all(m, err))
		return false;
	message = build(m);
	format = g_mime_format_options_new();
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	stream = g_mime_stream_mem_new();
	ok = g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream) >= 0;
	octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	if (ok)
		strbuf_add(out, octets->data, octets->len);
	else
		err_set(err, ERR_BUG, "GMime does not write the mail");
	g_object_unref(stream);
	g_object_unref(message);
	g_mime_format_options_free(format);
	return ok;
}
