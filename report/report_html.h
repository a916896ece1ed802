/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H
/*
 * One self-contained HTML file.  Nothing is fetched, nothing from outside is ever markup:
 * html_text is the only way in for text, in elements and in attributes alike.  The policy
 * in its head allows the built-in style and script by their hash, and nothing else.
 */
#include "base/html.h"
#include "report/report_page.h"

struct html {
	struct page *p;
	struct report_out out;
};

#define HTML_NAME_MAX 300 /* columns of one name */

/* ---- pieces; b is out.buf ---- */

void html_puts(struct html *h, const char *markup); /* ours alone */
void html_putf(struct html *h, const char *markup, ...)
	PRINTF_LIKE(2, 3); /* with numbers only */
void html_say(struct html *h, const char *text);
void html_name(struct html *h, const char *name); /* in <bdi> */
void html_num(struct html *h, int64_t n);
void html_octets(struct html *h, int64_t n);
void html_mark(struct html *h, enum outlook_mark m, const char *word);
const char *html_mark_class(enum outlook_mark m); /* "good" */
/* A page up to its body, with policy and style; and from within the paragraph of its
 * footer to its end. */
void html_begin(struct html *h, const char *title);
void html_end(struct html *h);
/* <h2 id=...>, and a line below it; NULL: none. */
void html_head(struct html *h, const char *id, const char *title, const char *note);
/* A row of a table of numbers below a chart: label and numbers. */
void html_details(struct html *h, const char *title, const char *const *columns);
void html_details_end(struct html *h);

/* ---- charts (report_html_chart.c) ---- */

void html_progress(struct html *h);
void html_years(struct html *h);
void html_waves(struct html *h); /* report_html_strips.c, as coverage */
void html_states(struct html *h);
bool html_coverage(struct html *h, struct err *err) MUST_CHECK;

/* ---- tables (report_html_tables.c, report_html_changes.c) ---- */

void html_changes(struct html *h);
void html_absent(struct html *h);

#define HTML_ACCOUNTS_MAX 2000
void html_gate(struct html *h);
void html_tasks(struct html *h);
void html_groups(struct html *h);
void html_idle(struct html *h);
void html_items(struct html *h);
bool html_accounts(struct html *h, struct err *err) MUST_CHECK;

#endif
