/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "base/num.h"
#include "report/report_html.h"

void html_puts(struct html *h, const char *markup)
{
	strbuf_adds(&h->out.buf, markup);
}

void html_putf(struct html *h, const char *markup, ...)
{
	va_list ap;

	va_start(ap, markup);
	strbuf_vaddf(&h->out.buf, markup, ap);
	va_end(ap);
}

void html_say(struct html *h, const char *text)
{
	html_text(&h->out.buf, span_str(text), 0);
}

void html_name(struct html *h, const char *name)
{
	if (*name == '\0')
		return;
	html_puts(h, "<bdi>");
	html_text(&h->out.buf, span_str(name), HTML_NAME_MAX);
	html_puts(h, "</bdi>");
}

void html_num(struct html *h, int64_t n)
{
	char buf[32];

	html_puts(h, num_group(n, buf, sizeof buf));
}

void html_octets(struct html *h, int64_t n)
{
	char buf[32];

	html_puts(h, num_octets(n, buf, sizeof buf));
}

const char *html_mark_class(enum outlook_mark m)
{
	static const char *const of[] = {
		[OUTLOOK_GOOD] = "good",
		[OUTLOOK_WARN] = "warn",
		[OUTLOOK_BAD] = "bad",
		[OUTLOOK_UNKNOWN] = "none",
	};
	_Static_assert(COUNT_OF(of) == OUTLOOK_MARK_COUNT, "a class for each");

	return of[m];
}

void html_mark(struct html *h, enum outlook_mark m, const char *word)
{
	html_puts(h, "<span class=\"mark ");
	html_puts(h, html_mark_class(m));
	html_puts(h, "\"><span aria-hidden=\"true\">");
	html_puts(h, outlook_mark_sign(m));
	html_puts(h, "</span> ");
	html_say(h, word);
	html_puts(h, "</span>");
}

void html_head(struct html *h, const char *id, const char *title, const char *note)
{
	html_puts(h, "\n<h2 id=\"");
	html_puts(h, id);
	html_puts(h, "\">");
	html_say(h, title);
	html_puts(h, "</h2>\n");
	if (note == NULL)
		return;
	html_puts(h, "<p class=\"note\">");
	html_say(h, note);
	html_puts(h, "</p>\n");
}

void html_details(struct html *h, const char *title, const char *const *columns)
{
	html_puts(h, "<details><summary>The numbers</summary><div class=\"wide\"><table>"
		     "<caption>");
	html_say(h, title);
	html_puts(h, "</caption><thead><tr>");
	for (size_t i = 0; columns[i] != NULL; i++) {
		html_puts(h, i == 0 ? "<th scope=\"col\">"
				    : "<th scope=\"col\" class=\"n\">");
		html_say(h, columns[i]);
		html_puts(h, "</th>");
	}
	html_puts(h, "</tr></thead><tbody>\n");
}

void html_details_end(struct html *h)
{
	html_puts(h, "</tbody></table></div></details>\n");
}
