/* SPDX-License-Identifier: MIT */
#include "mime/mime_parts.h"

#include "model/body.h"

/* The parser reads so many octets of a line that goes on behind its buffer, and takes
 * what follows for the beginning of another one. */
#define SURE_MAX   100
#define LINE_MAX   (4u << 10)
#define HEADER_MAX (16u << 10)

enum {
	AT_LOST,    /* the parser must be asked */
	AT_CONTENT, /* of a part, or of a message without parts */
	AT_HEADER,  /* of a part */
	AT_BETWEEN, /* before the first part, or behind the last one of an inner multipart
		     */
	AT_END,	    /* behind the last boundary of all */
};

static void lose(struct mime_parts *p)
{
	p->at = AT_LOST;
}

static void open_content(struct mime_parts *p, const struct mime_plain *plain)
{
	mime_content_begin(&p->content, p->charsets, plain->encoding,
			   plain->type == MIME_PLAIN_TEXT,
			   plain->charset[0] != '\0' ? plain->charset : NULL);
	p->first = true;
	p->at = AT_CONTENT;
}

static void open_parts(struct mime_parts *p, const struct mime_plain *plain)
{
	size_t n = strlen(plain->boundary);

	if (p->depth == MIME_PARTS_DEPTH) {
		lose(p);
		return;
	}
	memcpy(p->open[p->depth].text, "--", 2);
	memcpy(p->open[p->depth].text + 2, plain->boundary, n + 1);
	p->open[p->depth++].n = n + 2;
	p->at = AT_BETWEEN;
}

static void open_any(struct mime_parts *p, const struct mime_plain *plain)
{
	if (plain->raw)
		p->found |= SYMPTOM_BIT(SYMPTOM_HEADER_8BIT);
	if (plain->twice)
		p->found |= SYMPTOM_BIT(SYMPTOM_FIELD_TWICE);
	if (plain->type == MIME_PLAIN_MULTIPART)
		open_parts(p, plain);
	else
		open_content(p, plain);
}

bool mime_parts_begin(struct mime_parts *p, struct mime_charsets *charsets,
		      struct span header)
{
	struct mime_plain plain;

	p->charsets = charsets;
	p->depth = 0;
	p->found = 0;
	strbuf_clear(&p->line);
	if (!mime_plain_of(header, false, &plain) || plain.header != header.n) {
		p->at = AT_LOST;
		p->alone = p->in_one = p->tells = false;
		return false;
	}
	open_any(p, &plain);
	p->of_header = p->found;
	p->alone = p->depth == 0;
	/* Decoding takes longer to begin than a line of it takes. */
	p->in_one = p->alone && plain.encoding == MIME_BASE64 &&
		    plain.type == MIME_PLAIN_TEXT;
	p->tells = plain.tells;
	return true;
}

void mime_parts_done(struct mime_parts *p)
{
	strbuf_done(&p->line);
	strbuf_done(&p->header);
	*p = (struct mime_parts){ 0 };
}

/* ---- boundaries ---- */

enum boundary { NO_BOUNDARY, BOUNDARY, LAST_BOUNDARY, DOUBTFUL };

/* Is it this one, with nothing but blanks behind it? */
static enum boundary compare(struct span line, const char *text, size_t n)
{
	bool last;

	if (line.n < n || memcmp(line.p, text, n) != 0)
		return NO_BOUNDARY;
	line = span_from(line, n);
	last = line.n >= 2 && line.p[0] == '-' && line.p[1] == '-';
	if (last)
		line = span_from(line, 2);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t')
			return (unsigned char)line.p[i] < ' ' ? DOUBTFUL : NO_BOUNDARY;
	return last ? LAST_BOUNDARY : BOUNDARY;
}

static enum boundary boundary(const struct mime_parts *p, struct span line)
{
	size_t own = p->depth - 1;

	if (line.n > SURE_MAX)
		for (size_t i = 0; i < p->depth; i++)
			if (memmem(line.p, line.n, p->open[i].text, p->open[i].n) != NULL)
				return DOUBTFUL;
	if (line.n < 2 || line.p[0] != '-' || line.p[1] != '-')
		return NO_BOUNDARY;
	/* That of an outer multipart cuts the inner one off. */
	for (size_t i = 0; i < own; i++)
		if (compare(line, p->open[i].text, p->open[i].n) != NO_BOUNDARY)
			return DOUBTFUL;
	return compare(line, p->open[own].text, p->open[own].n);
}

/* ---- lines ---- */

static void close_content(struct mime_parts *p)
{
	if (p->at == AT_CONTENT)
		p->found |= mime_content_end(&p->content);
}

static void close_parts(struct mime_parts *p)
{
	p->depth--;
	p->at = p->depth > 0 ? AT_BETWEEN : AT_END;
}

static void header_line(struct mime_parts *p, struct span line)
{
	struct mime_plain plain = { .type = MIME_PLAIN_TEXT };

	if (p->header.n + line.n > HEADER_MAX) {
		lose(p);
		return;
	}
	strbuf_addspan(&p->header, line);
	strbuf_adds(&p->header, "\r\n");
	if (line.n > 0)
		return;
	/* A part without any header is text. */
	if (p->header.n > 2 && !mime_plain_of(strbuf_span(&p->header), true, &plain))
		lose(p);
	else
		open_any(p, &plain);
}

/* The last line end before a boundary belongs to the boundary. */
static void content_line(struct mime_parts *p, struct span line)
{
	/* Of base64 it says nothing. */
	if (!p->first && (p->content.encoding != MIME_BASE64 || p->content.text))
		mime_content_feed(&p->content, SPAN_LIT("\r\n"));
	p->first = false;
	mime_content_feed(&p->content, line);
}

static void take_line(struct mime_parts *p, struct span line)
{
	if (p->at == AT_LOST || p->at == AT_END)
		return;
	switch (boundary(p, line)) {
	case DOUBTFUL:
		lose(p);
		return;
	case BOUNDARY:
		if (p->at == AT_HEADER) {
			lose(p);
			return;
		}
		close_content(p);
		strbuf_clear(&p->header);
		p->at = AT_HEADER;
		return;
	case LAST_BOUNDARY:
		if (p->at == AT_HEADER) {
			lose(p);
			return;
		}
		close_content(p);
		close_parts(p);
		return;
	case NO_BOUNDARY:
		break;
	}
	if (p->at == AT_HEADER)
		header_line(p, line);
	else if (p->at == AT_CONTENT)
		content_line(p, line);
}

void mime_parts_text(struct mime_parts *p, const char *octets, size_t n, bool equals)
{
	struct span line = { octets, n };

	if (p->alone) {
		mime_content_line(&p->content, (struct span){ octets, n + 2 }, equals);
		return;
	}
	if (p->at != AT_CONTENT || line.n > SURE_MAX ||
	    (line.n > 1 && line.p[0] == '-' && line.p[1] == '-')) {
		take_line(p, line);
		return;
	}
	mime_content_text(&p->content, line, p->first, equals);
	p->first = false;
}

bool mime_parts_lost(const struct mime_parts *p)
{
	return p->at == AT_LOST;
}

bool mime_parts_ended(const struct mime_parts *p)
{
	return p->at == AT_END;
}

bool mime_parts_in_base64(const struct mime_parts *p)
{
	return p->at == AT_CONTENT && mime_content_is_digits(&p->content);
}

void mime_parts_digits(struct mime_parts *p, size_t n)
{
	p->first = false;
	mime_content_digits(&p->content, n);
}

void mime_parts_feed(struct mime_parts *p, struct span octets)
{
	if (p->alone) {
		mime_content_feed(&p->content, octets);
		return;
	}
	while (octets.n > 0 && p->at != AT_LOST && p->at != AT_END) {
		const char *lf = memchr(octets.p, '\n', octets.n);
		struct span line = octets;

		if (lf != NULL)
			line.n = (size_t)(lf - octets.p);
		if (p->line.n + line.n > LINE_MAX) {
			lose(p);
			return;
		}
		octets = span_from(octets, line.n + (lf != NULL));
		if (lf == NULL || p->line.n > 0) {
			strbuf_addspan(&p->line, line);
			line = strbuf_span(&p->line);
		}
		if (lf == NULL)
			return;
		if (line.n == 0 || line.p[line.n - 1] != '\r') {
			lose(p);
			return;
		}
		line.n--;
		take_line(p, line);
		strbuf_clear(&p->line);
	}
}

bool mime_parts_end(struct mime_parts *p, uint64_t *symptoms_out)
{
	if (p->alone)
		close_content(p);
	else if (p->at != AT_END)
		return false;
	*symptoms_out = p->found;
	return true;
}
