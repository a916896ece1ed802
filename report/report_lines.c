/* SPDX-License-Identifier: MIT */
#include "report/report_lines.h"

#include <stdarg.h>

#include "base/num.h"
#include "base/text.h"

#define LINES_NARROW 60
#define LINES_HANG   9 /* under the head of a summary */

void lines_init(struct lines *l, struct strbuf *out, const struct report_options *o)
{
	/* Narrower than this nothing is readable; better a line that the terminal breaks.
	 */
	size_t width = o->width != 0 && o->width < 40 ? 40 : o->width;

	*l = (struct lines){
		.out = out, .raw = STRBUF_INIT, .width = width, .color = o->color
	};
}

void lines_done(struct lines *l)
{
	strbuf_done(&l->raw);
}

void lines_add(struct lines *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&l->raw, fmt, ap);
	va_end(ap);
}

void lines_cell(struct lines *l, const char *text, size_t columns)
{
	size_t from = l->raw.n, used;

	text_show(&l->raw, span_str(text), l->width != 0 ? columns : 0);
	used = text_width(span_from(strbuf_span(&l->raw), from));
	for (; used < columns; used++)
		strbuf_addc(&l->raw, ' ');
}

size_t lines_rest(const struct lines *l, size_t used, size_t most)
{
	if (l->width == 0 || l->width >= used + most)
		return most;
	return l->width < used + 12 ? 12 : l->width - used;
}

void lines_number(struct lines *l, int64_t n, size_t columns)
{
	char buf[32];

	num_group(n, buf, sizeof buf);
	lines_add(l, "%*s", (int)columns, buf);
}

void lines_end(struct lines *l)
{
	struct span s = strbuf_span(&l->raw);

	/* On a screen this narrow too much would be left out in the middle. */
	if (l->width != 0 && l->width < LINES_NARROW) {
		lines_wrap(l, LINES_HANG);
		return;
	}
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	text_show(l->out, s, l->width);
	strbuf_addc(l->out, '\n');
	strbuf_clear(&l->raw);
}

/* Break text, which is escaped already, between words; the first line has `used` columns
 * behind it. */
static void wrap(struct lines *l, struct span text, size_t indent, size_t used)
{
	bool first = true;

	while (text.n > 0) {
		ptrdiff_t at = span_index(text, ' ');
		struct span word = { text.p, at < 0 ? text.n : (size_t)at };
		size_t columns = text_width(word);

		text = span_from(text, word.n + 1);
		if (!first && l->width != 0 && used + 1 + columns > l->width) {
			strbuf_addc(l->out, '\n');
			for (used = 0; used < indent; used++)
				strbuf_addc(l->out, ' ');
		} else if (!first) {
			strbuf_addc(l->out, ' ');
			used++;
		}
		strbuf_addspan(l->out, word);
		used += columns;
		first = false;
	}
	strbuf_addc(l->out, '\n');
}

static void wrap_raw(struct lines *l, size_t indent, size_t used)
{
	struct strbuf shown = STRBUF_INIT;

	text_show(&shown, strbuf_span(&l->raw), 0);
	wrap(l, strbuf_span(&shown), indent, used);
	strbuf_done(&shown);
	strbuf_clear(&l->raw);
}

void lines_wrap(struct lines *l, size_t indent)
{
	struct strbuf *raw = &l->raw;
	size_t lead = 0;

	/* Leading blanks are layout, not words. */
	while (lead < raw->n && raw->p[lead] == ' ')
		lead++;
	strbuf_add(l->out, strbuf_cstr(raw), lead);
	strbuf_drop(raw, lead);
	wrap_raw(l, indent, lead);
}

void lines_end_headed(struct lines *l, const char *word, enum lines_color color,
		      size_t indent)
{
	static const char *const code[] = { "\033[1;31m", "\033[1;33m", "\033[1;32m" };

	strbuf_addf(l->out, "%s%s%s  ", l->color ? code[color] : "", word,
		    l->color ? "\033[0m" : "");
	wrap_raw(l, indent, strlen(word) + 2);
}

void lines_argument(struct lines *l, const char *arg)
{
	text_argument(&l->raw, arg);
}

void lines_count(struct lines *l, int64_t n, const char *one, const char *many)
{
	char buf[32];

	lines_add(l, "%s %s", num_group(n, buf, sizeof buf), n == 1 ? one : many);
}
