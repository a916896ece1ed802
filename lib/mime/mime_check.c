/* SPDX-License-Identifier: MIT */
#include "mime/mime_check.h"

#include "mime/mime_header.h"
#include "mime/mime_identity.h"
#include "mime/mime_octets.h"

/* What an octet may be a sign of. */
enum {
	OCTET_NUL = 1 << 0,
	OCTET_CONTROL = 1 << 1,
	OCTET_CR = 1 << 2,
	OCTET_8BIT = 1 << 3,
	OCTET_SHOWN = 1 << 4, /* 0x80 */
};

/* Tab, line ends, form feed, backspace (old manuals), escape and shifts (ISO 2022) are in
 * honest text. */
static unsigned char class_of(unsigned char c)
{
	if (c == 0)
		return OCTET_NUL;
	if (c == '\r')
		return OCTET_CR;
	if (c >= 0x80)
		return c == 0x80 ? OCTET_8BIT | OCTET_SHOWN : OCTET_8BIT;
	if (c == 0x7f ||
	    (c < ' ' && (c < '\b' || c > '\r') && c != 0x0e && c != 0x0f && c != 0x1b))
		return OCTET_CONTROL;
	return 0;
}

static void note(struct mime_check *c, enum symptom what)
{
	c->facts.symptoms |= SYMPTOM_BIT(what);
}

void mime_check_begin(struct mime_check *c, struct sha256_ctx *sha)
{
	if (c->shape == NULL) {
		c->shape = mime_shape_new();
		c->file = SPILL_INIT;
		for (unsigned i = 0; i < COUNT_OF(c->classes); i++)
			c->classes[i] = class_of((unsigned char)i);
	}
	if (c->memory.cap > 2 * MIME_CHECK_MEMORY_MAX)
		strbuf_done(&c->memory);
	if (c->file_made)
		spill_done(&c->file);
	strbuf_clear(&c->memory);
	c->facts = (struct body_facts){ .announced = -1, .words = "" };
	c->sha = sha;
	c->has_id = c->file_made = c->last_cr = c->unsure = false;
	c->keep = true;
	c->asks = MIME_ASKS_PARSER;
	c->line = c->blanks = c->controls = c->fed = 0;
	c->shown = 0;
	c->start_n = 0;
	c->message.header.canon_only = true;
	mime_message_begin(&c->message, sha);
}

void mime_check_done(struct mime_check *c)
{
	mime_message_done(&c->message);
	mime_shape_free(c->shape);
	mime_parts_done(&c->parts);
	strbuf_done(&c->memory);
	if (c->file_made)
		spill_done(&c->file);
	*c = (struct mime_check){ 0 };
}

/* ---- lines and octets ---- */

/* The octets of one line that are neither its LF nor a CR before that. */
static void octets(struct mime_check *c, const char *p, size_t n, bool in_header)
{
	unsigned all = 0;
	size_t text = n;

	while (text > 0 && p[text - 1] == ' ')
		text--;
	c->blanks = (int64_t)(n - text) + (text == 0 ? c->blanks : 0);
	if (!mime_is_text(p, n))
		for (size_t i = 0; i < n; i++)
			all |= c->classes[(unsigned char)p[i]];
	c->line += (int64_t)n;
	if ((all & OCTET_SHOWN) == 0)
		c->shown = 0;
	if (all == 0)
		return;
	if ((all & OCTET_NUL) != 0)
		note(c, SYMPTOM_NUL);
	if ((all & OCTET_CR) != 0)
		note(c, SYMPTOM_BARE_CR);
	if ((all & OCTET_8BIT) != 0 && in_header)
		note(c, SYMPTOM_HEADER_8BIT);
	if ((all & (OCTET_CONTROL | OCTET_SHOWN)) == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		unsigned k = c->classes[(unsigned char)p[i]];

		c->controls += (k & OCTET_CONTROL) != 0;
		c->shown = (k & OCTET_SHOWN) != 0 ? c->shown + 1 : 0;
		if (c->shown == MIME_CHECK_NULS_SHOWN)
			note(c, SYMPTOM_NUL);
	}
	if (c->controls >= MIME_CHECK_CONTROLS)
		note(c, SYMPTOM_CONTROLS);
}

static void line_end(struct mime_check *c)
{
	if (c->line > MIME_CHECK_LINE_MAX)
		note(c, SYMPTOM_LONG_LINE);
	c->line = c->blanks = c->shown = 0;
}

static void lines(struct mime_check *c, struct span s, bool in_header)
{
	while (s.n > 0) {
		size_t n = c->last_cr ? 0 : mime_text_run(s);
		const char *lf;
		bool cr;

		if (s.n - n >= 2 && s.p[n] == '\r' && s.p[n + 1] == '\n' && !c->last_cr) {
			c->facts.lines++;
			c->line += (int64_t)n;
			c->shown = 0;
			line_end(c);
			s = span_from(s, n + 2);
			continue;
		}
		lf = memchr(s.p, '\n', s.n);
		n = lf != NULL ? (size_t)(lf - s.p) : s.n;
		cr = n > 0 && s.p[n - 1] == '\r';

		/* A CR at the end of what has come waits for what follows. */
		if (c->last_cr && n > 0) {
			note(c, SYMPTOM_BARE_CR);
			c->line++;
			c->blanks = c->shown = 0; /* it ends a run of them */
		}
		if (lf != NULL && !cr && !(n == 0 && c->last_cr)) {
			c->facts.bare_lf++;
			note(c, SYMPTOM_BARE_LF);
		}
		octets(c, s.p, n - cr, in_header);
		c->last_cr = lf == NULL && (cr || (n == 0 && c->last_cr));
		if (lf == NULL)
			return;
		c->facts.lines++;
		line_end(c);
		s = span_from(s, n + 1);
	}
}

/* Of text nothing is to be seen but how many lines it is, and how long. */
static void header_lines(struct mime_check *c, struct span s)
{
	const struct mime_lister *h = &c->message.header;

	if (!h->text_lines || c->line > 0 || c->last_cr) {
		lines(c, s, true);
		return;
	}
	c->facts.lines += h->lines;
	if (h->longest > MIME_CHECK_LINE_MAX)
		note(c, SYMPTOM_LONG_LINE);
	c->blanks = c->shown = 0;
}

/* ---- what GMime is to see ---- */

/* Is there anything in the body that GMime could tell more of than we have seen? */
static bool wants_body(struct span header)
{
	struct mime_field f;

	while (mime_field_next(&header, &f)) {
		struct span value = span_trim(f.value);

		if ((mime_field_is(&f, "content-type") && mime_plain_type_tells(value)) ||
		    (mime_field_is(&f, "content-transfer-encoding") &&
		     mime_plain_encoding_tells(value)))
			return true;
	}
	return false;
}

/* The header is complete: who looks at the body, and what of the message is kept. */
static void decide(struct mime_check *c, struct span header)
{
	if (!c->keep || c->message.header.octets > MIME_CHECK_HEADER_MAX)
		return;
	if (!mime_parts_begin(&c->parts, mime_shape_charsets(c->shape), header)) {
		c->keep = wants_body(header);
		return;
	}
	c->facts.symptoms |= c->parts.of_header;
	c->asks = c->parts.tells ? MIME_ASKS_PARTS : MIME_ASKS_NOBODY;
	/* Of one content alone nothing is left to the parser. */
	c->keep = c->parts.tells && !c->parts.alone;
}

static bool keep(struct mime_check *c, struct span s, struct err *err)
{
	int64_t at;

	if (!c->keep)
		return true;
	/* In order up to its last boundary: nobody will ask for it. */
	if (c->message.header.octets > MIME_CHECK_HEADER_MAX ||
	    (c->asks == MIME_ASKS_PARTS && mime_parts_ended(&c->parts))) {
		c->keep = false;
		strbuf_clear(&c->memory);
		return true;
	}
	/* As long as it is in order it is as good as looked at. */
	if (c->lean && c->asks == MIME_ASKS_PARTS && !mime_parts_lost(&c->parts) &&
	    c->memory.n + s.n > MIME_CHECK_LEAN_MAX) {
		c->keep = false;
		c->unsure = true; /* until its end is seen */
		strbuf_clear(&c->memory);
		return true;
	}
	if (!c->file_made && c->memory.n + s.n <= MIME_CHECK_MEMORY_MAX) {
		strbuf_addspan(&c->memory, s);
		return true;
	}
	if (!c->file_made) {
		c->file_made = true;
		if (!spill_append(&c->file, c->memory.p, c->memory.n, &at, err))
			return false;
		strbuf_clear(&c->memory);
	}
	return spill_append(&c->file, s.p, s.n, &at, err);
}

/* Whole lines of an attachment: digits of base64 are text, and no boundary.  Returns what
 * is left. */
static struct span base64_lines(struct mime_check *c, struct span s)
{
	size_t digits = 0;

	/* They are nearly always as long as the one before. */
	while (s.n > 0) {
		if (!mime_body_base64(&c->message.body, s, c->base64_line)) {
			const char *lf = memchr(s.p, '\n', s.n);

			if (lf == NULL || lf - s.p < 2 ||
			    lf - s.p - 1 > MIME_CHECK_LINE_MAX)
				break;
			c->base64_line = (size_t)(lf - s.p) - 1;
			if (!mime_body_base64(&c->message.body, s, c->base64_line))
				break;
		}
		c->facts.lines++;
		digits += c->base64_line;
		s = span_from(s, c->base64_line + 2);
	}
	if (digits > 0) {
		c->blanks = c->shown = 0;
		mime_parts_digits(&c->parts, digits);
	}
	return s;
}

/* What a fast look at a whole line of text leaves open is looked at octet by octet. */
static void body_lines(struct mime_check *c, struct span s)
{
	bool parts = c->asks == MIME_ASKS_PARTS && !c->parts.in_one, equals;

	while (s.n > 0) {
		struct span line;
		const char *lf;
		size_t n;

		if (parts && c->line == 0 && !c->last_cr &&
		    mime_parts_in_base64(&c->parts)) {
			s = base64_lines(c, s);
			if (s.n == 0)
				return;
		}
		if (c->line == 0 && !c->last_cr) {
			n = mime_body_text(&c->message.body, s, &equals);
			if (n != SIZE_MAX) {
				c->facts.lines++;
				c->blanks = c->shown = 0;
				if (n > MIME_CHECK_LINE_MAX)
					note(c, SYMPTOM_LONG_LINE);
				if (parts)
					mime_parts_text(&c->parts, s.p, n, equals);
				s = span_from(s, n + 2);
				continue;
			}
		}
		line = s;
		lf = memchr(s.p, '\n', s.n);
		if (lf != NULL)
			line.n = (size_t)(lf - s.p) + 1;
		s = span_from(s, line.n);
		lines(c, line, false);
		mime_body_feed(&c->message.body, line);
		if (parts)
			mime_parts_feed(&c->parts, line);
	}
}

/* The header is complete in a piece of it that is at the start of s.  Returns what of s
 * is to be kept. */
static struct span complete(struct mime_check *c, struct span s, size_t head_n)
{
	struct span head = { s.p, head_n };

	if (c->memory.n > 0) {
		strbuf_addspan(&c->memory, head);
		decide(c, strbuf_span(&c->memory));
		return span_from(s, head_n);
	}
	decide(c, head);
	/* The parser sees the header, if nothing else. */
	if (!c->keep && c->asks == MIME_ASKS_PARSER &&
	    c->message.header.octets <= MIME_CHECK_HEADER_MAX)
		strbuf_addspan(&c->memory, head);
	return s;
}

bool mime_check_feed(struct mime_check *c, struct span s, struct err *err)
{
	struct span head = s, kept = s;

	c->fed += (int64_t)s.n;
	for (size_t i = 0; i < s.n && c->start_n < sizeof c->start; i++)
		c->start[c->start_n++] = s.p[i];
	if (!c->message.in_body) {
		head.n = mime_message_header(&c->message, s);
		header_lines(c, head);
		if (!c->message.in_body)
			return keep(c, head, err);
		kept = complete(c, s, head.n);
		s = span_from(s, head.n);
	}
	body_lines(c, s);
	if (c->asks == MIME_ASKS_PARTS && c->parts.in_one)
		mime_parts_feed(&c->parts, s);
	return keep(c, kept, err);
}

/* ---- the end ---- */

static bool is_mbox(struct span header)
{
	return span_istarts(header, "From ") || span_istarts(header, ">From ");
}

static void header_key(struct mime_check *c)
{
	const struct mime_lister *h = &c->message.header;
	struct sha256 digest;

	sha256_begin(c->sha);
	sha256_add(c->sha, h->canon.p, h->canon.n);
	sha256_end(c->sha, &digest);
	memcpy(c->facts.header_key.bytes, digest.bytes, sizeof c->facts.header_key.bytes);
	if (h->strays > 0)
		note(c, SYMPTOM_HEADER_BAD);
	/* The line of an mbox file stands before many an old message. */
	if (h->fields == 0 ||
	    (h->stray_first && !is_mbox((struct span){ c->start, c->start_n })))
		note(c, SYMPTOM_NO_HEADER);
}

static struct span kept(const struct mime_lister *h, const struct mime_kept *k)
{
	return (struct span){ strbuf_cstr(&h->identity) + k->from, k->to - k->from };
}

/* Of several Dates, is one possible? */
static bool is_dated(const struct mime_lister *h)
{
	struct span rest = strbuf_span(&h->identity);
	struct mime_field f;
	bool good = false;

	if (h->date.n == 1)
		return mime_date_possible(kept(h, &h->date));
	while (!good && mime_field_next(&rest, &f))
		good = mime_field_is(&f, "date") && mime_date_possible(f.value);
	return good;
}

static void identity(struct mime_check *c, struct arena *arena)
{
	const struct mime_lister *h = &c->message.header;
	struct span id;

	if (h->date.n == 0)
		note(c, SYMPTOM_DATE_MISSING);
	else if (!is_dated(h))
		note(c, SYMPTOM_DATE_BAD);
	c->has_id = h->id.n == 1 &&
		    mime_message_id_value(kept(h, &h->id), arena, &id) == MIME_ID_GOOD;
	if (c->has_id)
		mime_key_id(c->sha, id, &c->id);
}

bool mime_check_end(struct mime_check *c, struct arena *arena, struct err *err)
{
	struct mime_message *m = &c->message;
	bool in_header = !m->in_body, in_line;
	uint64_t shape = 0;

	in_line = c->line > 0 || c->last_cr;
	if (c->blanks >= MIME_CHECK_PADDING && !c->last_cr)
		note(c, SYMPTOM_PADDED);
	if (c->last_cr)
		note(c, SYMPTOM_BARE_CR);
	line_end(c);
	mime_message_end(m);
	c->facts.read = true;
	c->facts.octets = c->fed;
	c->facts.body_key = m->body_key;
	if (c->fed == 0) {
		note(c, SYMPTOM_EMPTY);
		note(c, SYMPTOM_NO_HEADER);
		header_key(c);
		return true;
	}
	if (in_header && in_line)
		note(c, SYMPTOM_HEADER_CUT);
	if (in_line || in_header || m->body.octets == 0)
		note(c, SYMPTOM_CUT);
	if (m->header.octets > MIME_CHECK_HEADER_MAX)
		note(c, SYMPTOM_HEADER_LARGE);
	header_key(c);
	identity(c, arena);
	if (m->header.octets > MIME_CHECK_HEADER_MAX || c->asks == MIME_ASKS_NOBODY)
		return true;
	if (c->asks == MIME_ASKS_PARTS && mime_parts_end(&c->parts, &shape)) {
		c->facts.symptoms |= shape;
		c->unsure = false;
		return true;
	}
	if (c->unsure)
		return true;
	if (!c->file_made)
		shape = mime_shape_parsed(c->shape, strbuf_span(&c->memory));
	else if (!mime_shape_of_file(c->shape, &c->file, &shape, err))
		return false;
	/* Of a header alone: what GMime says of a body that was left out is not so. */
	if (!c->keep || in_header)
		shape &= ~(SYMPTOM_BIT(SYMPTOM_MULTIPART_CUT) |
			   SYMPTOM_BIT(SYMPTOM_MIME_BAD) | SYMPTOM_BIT(SYMPTOM_CHARSET));
	c->facts.symptoms |= shape;
	return true;
}
