/* SPDX-License-Identifier: MIT */
#include "base/csv.h"
#include "base/text.h"

#define BOM "\xEF\xBB\xBF"
static const char not_utf8[] = "this is not UTF-8";

/* Reads one record.  The first mistake makes bad non-NULL; it is at octet bad_at. */
struct reader {
	struct span text; /* from the record's first octet on */
	size_t at;
	char delim;
	const char *bad;
	size_t bad_at;
};

void csv_init(struct csv *csv, const char *name, struct span text)
{
	*csv = (struct csv){ .name = name, .rest = text, .line = 1, .next_line = 1 };
	if (span_istarts(text, BOM))
		csv->rest = span_from(text, strlen(BOM));
}

void csv_done(struct csv *csv)
{
	strbuf_done(&csv->text);
}

/* Octets of the first line of s, and of its end: 1, 2, or 0 at the end of the text. */
static size_t line_length(struct span s, size_t *end_out)
{
	ptrdiff_t lf = span_index(s, '\n');
	size_t n = lf < 0 ? s.n : (size_t)lf;

	*end_out = lf >= 0;
	if (lf > 0 && s.p[n - 1] == '\r') {
		n--;
		*end_out = 2;
	}
	return n;
}

/* Blank lines and comments are no records. */
static void skip_other_lines(struct csv *csv)
{
	while (csv->rest.n > 0) {
		size_t end, n = line_length(csv->rest, &end);
		struct span line = { csv->rest.p, n };
		bool blank = true;

		for (size_t i = 0; i < n && blank; i++)
			blank = line.p[i] == ' ' ||
				(line.p[i] == '\t' && csv->delim != '\t');
		if (!blank && line.p[0] != '#')
			return;
		csv->rest = span_from(csv->rest, n + end);
		csv->next_line++;
	}
}

/* The candidate that stands most often outside quotes in the first record; comma when
 * none does. */
static char find_delim(struct span text)
{
	static const char candidates[] = { ',', ';', '\t' };
	size_t count[COUNT_OF(candidates)] = { 0 }, best = 0;
	bool quoted = false;

	if (text.n > CSV_RECORD_MAX)
		text.n = CSV_RECORD_MAX;
	for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
		quoted ^= text.p[i] == '"';
		for (size_t k = 0; k < COUNT_OF(candidates); k++)
			count[k] += !quoted && text.p[i] == candidates[k];
	}
	for (size_t k = 1; k < COUNT_OF(candidates); k++)
		if (count[k] > count[best])
			best = k;
	return candidates[best];
}

static void complain(struct reader *r, size_t at, const char *bad)
{
	if (r->bad == NULL) {
		r->bad = bad;
		r->bad_at = at;
	}
}

/* End of line at the cursor: its octets, or 0. */
static size_t line_end(const struct reader *r)
{
	struct span rest = span_from(r->text, r->at);

	if (rest.n > 0 && rest.p[0] == '\n')
		return 1;
	return rest.n > 1 && rest.p[0] == '\r' && rest.p[1] == '\n' ? 2 : 0;
}

static bool at_field_end(const struct reader *r)
{
	return r->at == r->text.n || r->text.p[r->at] == r->delim || line_end(r) > 0;
}

/* Copy one character to out. */
static void take(struct reader *r, struct strbuf *out)
{
	struct span rest = span_from(r->text, r->at);
	uint32_t c;
	size_t n = text_decode(rest, &c);

	if (n == 0)
		complain(r, r->at, not_utf8);
	else if (c == 0)
		complain(r, r->at, "a NUL");
	else if (r->at + n > CSV_RECORD_MAX)
		complain(r, 0, "the record is too long; is a closing quote missing?");
	else
		strbuf_add(out, rest.p, n);
	r->at += n;
}

static void read_quoted(struct reader *r, struct strbuf *out)
{
	size_t open = r->at++;

	while (r->bad == NULL) {
		if (r->at == r->text.n) {
			complain(r, open, "this quote is never closed");
		} else if (r->text.p[r->at] != '"') {
			take(r, out);
		} else if (r->at + 1 < r->text.n && r->text.p[r->at + 1] == '"') {
			r->at++;
			take(r, out);
		} else {
			r->at++;
			if (!at_field_end(r))
				complain(r, r->at, "text after the closing quote");
			return;
		}
	}
}

static void read_bare(struct reader *r, struct strbuf *out)
{
	while (r->bad == NULL && !at_field_end(r)) {
		if (r->text.p[r->at] == '"')
			complain(r, r->at,
				 "a quote inside a field that does not begin with one");
		else if (r->text.p[r->at] == '\r')
			complain(r, r->at, "a carriage return that does not end a line");
		else
			take(r, out);
	}
}

static enum csv_next fail(const struct csv *csv, const struct reader *r, struct err *err)
{
	size_t line, column;
	const unsigned char *p = (const unsigned char *)csv->rest.p;

	text_position(r->text, r->bad_at, &line, &column);
	line += csv->line - 1;
	err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", csv->name, line, column, r->bad);
	if (csv->rest.n >= 2 &&
	    ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)))
		err_hint(err, "the file is UTF-16; save it as CSV in UTF-8");
	else if (r->bad == not_utf8)
		err_hint(err, "save it as CSV in UTF-8");
	return CSV_FAIL;
}

enum csv_next csv_read(struct csv *csv, struct csv_record *out, struct err *err)
{
	struct reader r;
	size_t n = 0, line, column;

	skip_other_lines(csv);
	if (csv->rest.n == 0)
		return CSV_END;
	if (csv->delim == '\0')
		csv->delim = find_delim(csv->rest);
	csv->line = csv->next_line;
	strbuf_clear(&csv->text);
	r = (struct reader){ .text = csv->rest, .delim = csv->delim };
	for (;;) {
		if (n == CSV_FIELDS_MAX)
			complain(&r, r.at, "the record has too many fields");
		if (r.bad != NULL)
			return fail(csv, &r, err);
		csv->start[n++] = csv->text.n;
		if (r.at < r.text.n && r.text.p[r.at] == '"')
			read_quoted(&r, &csv->text);
		else
			read_bare(&r, &csv->text);
		if (r.bad != NULL)
			return fail(csv, &r, err);
		strbuf_addc(&csv->text, '\0');
		if (r.at == r.text.n || r.text.p[r.at] != r.delim)
			break;
		r.at++;
	}
	out->n = n;
	for (size_t i = 0; i < n; i++)
		out->field[i] = csv->text.p + csv->start[i];
	r.at += line_end(&r);
	text_position(r.text, r.at, &line, &column);
	csv->next_line += line - 1;
	csv->rest = span_from(csv->rest, r.at);
	return CSV_RECORD;
}

void csv_put(struct strbuf *out, const char *s, bool first)
{
	struct span field = span_str(s);
	bool guard = field.n > 0 && strchr("=+-@\t\r", field.p[0]) != NULL;
	/* Bare, these would not come back: a blank line, a comment, a byte order mark;
	 * nor what another reader takes for the delimiter. */
	bool quote = (first &&
		      (field.n == 0 || field.p[0] == '#' || span_istarts(field, BOM))) ||
		     strpbrk(s, ",;\t\"\r\n") != NULL || span_trim(field).n != field.n;

	if (!first)
		strbuf_addc(out, ',');
	if (quote)
		strbuf_addc(out, '"');
	if (guard)
		strbuf_addc(out, '\'');
	while (field.n > 0) {
		ptrdiff_t mark = span_index(field, '"');
		size_t n = mark < 0 ? field.n : (size_t)mark + 1;

		text_scrub(out, (struct span){ field.p, n });
		if (mark >= 0)
			strbuf_addc(out, '"');
		field = span_from(field, n);
	}
	if (quote)
		strbuf_addc(out, '"');
}
