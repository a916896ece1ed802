/* SPDX-License-Identifier: MIT */
#ifndef REPORT_LINES_H
#define REPORT_LINES_H
/*
 * Text for terminals and people.  What comes from servers is escaped here, at the last
 * moment, by text_show: callers put a line together raw.
 */
#include "base/strbuf.h"
#include "report/report.h"

struct lines {
	struct strbuf *out;
	struct strbuf raw; /* the line being made */
	size_t width;	   /* columns; 0: do not cut */
	bool color;
};

void lines_init(struct lines *l, struct strbuf *out, const struct report_options *o);
void lines_done(struct lines *l);

/* Add to the line. */
void lines_add(struct lines *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Add text in a column of that many places, blanks behind it; over-long text is cut in
 * the middle only when the width is limited. */
void lines_cell(struct lines *l, const char *text, size_t columns);
/* Columns left for a name beside others that take `used`: at least 12, at most `most`. */
size_t lines_rest(const struct lines *l, size_t used, size_t most);
void lines_number(struct lines *l, int64_t n,
		  size_t columns); /* grouped, blanks before it */
/* End the line: escaped, and cut at the width; where that is too narrow, broken. */
void lines_end(struct lines *l);
/* End it as a paragraph: broken between words at the width, further lines indented. */
void lines_wrap(struct lines *l, size_t indent);
/* A word in colour (red for what is bad, yellow for unknown, green for clean) at the
 * start of a line, then what was added. */
enum lines_color { LINES_RED, LINES_YELLOW, LINES_GREEN };
void lines_end_headed(struct lines *l, const char *word, enum lines_color color,
		      size_t indent);

/* An argument for a shell: quoted where it must be. */
void lines_argument(struct lines *l, const char *arg);
/* "1 account", "26 accounts". */
void lines_count(struct lines *l, int64_t n, const char *one, const char *many);

#endif
