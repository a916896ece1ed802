/* SPDX-License-Identifier: MIT */
/* The page for the owner of one account: plain words, and what is theirs by name. */
#include "base/num.h"
#include "report/report_finding.h"
#include "report/report_html.h"
#include "report/report_why.h"

#define ROWS_MAX 2000

static const char *answer(const struct page_account *a, enum outlook_mark *mark)
{
	int64_t missing = a->j.count.missing;

	switch (a->state) {
	case PAGE_CLEAN:
		*mark = OUTLOOK_GOOD;
		return "Nothing of yours is missing";
	case PAGE_STAYS:
		*mark = OUTLOOK_WARN;
		return "By decision your mail does not move";
	case PAGE_NEVER:
		*mark = OUTLOOK_UNKNOWN;
		return "It is not known yet whether all of your mail arrived";
	case PAGE_INCOMPLETE:
		*mark = OUTLOOK_UNKNOWN;
		return missing > 0 ? "Mail of yours is missing, and not all was examined"
				   : "It is not known whether all of your mail arrived";
	case PAGE_DIFFERS:
		break;
	}
	*mark = missing > 0 ? OUTLOOK_BAD : OUTLOOK_WARN;
	return missing > 0 ? "Mail of yours is missing on the new server"
			   : "All messages arrived, but something about them has changed";
}

static void put_top(struct html *h)
{
	const struct page_account *a = &h->p->account[0];
	enum outlook_mark mark;
	const char *said = answer(a, &mark);
	char n[32];

	html_begin(h, arena_printf(&h->p->v.arena, "Your mail: %s", a->t->name));
	html_puts(h, "<header>\n<h1>Your mail: ");
	html_name(h, a->t->name);
	html_puts(h, "</h1>\n<p class=\"meta\">");
	html_say(h, h->p->at != 0 ? arena_printf(&h->p->v.arena, "As known on %s",
						 page_minute(h->p, h->p->at))
				  : "Nothing was read yet.");
	html_puts(h, "</p>\n<div class=\"banner ");
	html_puts(h, html_mark_class(mark));
	html_puts(h, "\" role=\"status\"><b><span aria-hidden=\"true\">");
	html_puts(h, outlook_mark_sign(mark));
	html_puts(h, "</span> ");
	html_say(h, said);
	html_puts(h, "</b><span>");
	if (a->j.count.missing > 0) {
		html_say(h, num_group(a->j.count.missing, n, sizeof n));
		html_puts(h, a->j.count.missing == 1 ? " message is" : " messages are");
		html_puts(h, " on the old server only. They are listed below.");
	} else if (a->state == PAGE_CLEAN) {
		html_say(h, num_group(a->j.count.old_messages, n, sizeof n));
		html_puts(
			h,
			a->j.count.old_messages == 1
				? " message of the old server was looked for, and found."
				: " messages of the old server were looked for, and "
				  "found.");
	}
	html_puts(h, "</span></div>\n</header>\n<main id=\"answers\">\n");
}

static bool put_folders(struct html *h, struct err *err)
{
	struct pair *pair;
	size_t n;

	arena_reset(&h->p->v.scratch);
	if (!store_pairs(h->p->v.st, h->p->account[0].t->id, &h->p->v.scratch, &pair, &n,
			 err))
		return false;
	if (n == 0)
		return true;
	html_head(h, "folders", "Your folders", NULL);
	html_puts(h, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Folder</th>"
		     "<th scope=\"col\">On the new server</th>"
		     "<th scope=\"col\" class=\"n\">Old</th>"
		     "<th scope=\"col\" class=\"n\">New</th>"
		     "<th scope=\"col\" class=\"n\">Missing</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct pair *f = &pair[i];
		const int64_t v[] = { f->count.old_messages, f->count.new_messages,
				      f->count.missing };

		html_puts(h, "<tr><th scope=\"row\">");
		html_name(h, f->old_folder != 0 ? f->old_name : f->new_name);
		html_puts(h, "</th><td>");
		if (f->kind == PAIR_UNREADABLE)
			html_puts(h, "could not be examined");
		else if (f->new_folder == 0)
			html_puts(h, "not there");
		else if (f->old_folder == 0)
			html_puts(h, "only there");
		else
			html_name(h, f->new_name);
		html_puts(h, "</td>");
		for (size_t k = 0; k < COUNT_OF(v); k++) {
			html_puts(h, v[k] == 0 ? "<td class=\"n zero\">"
					       : "<td class=\"n\">");
			html_num(h, v[k]);
			html_puts(h, "</td>");
		}
		html_puts(h, "</tr>\n");
		if (!report_flush(&h->out, false, err))
			return false;
	}
	html_puts(h, "</tbody></table></div>\n");
	return true;
}

static bool put_finding(struct html *h, const struct finding *f, struct err *err)
{
	const char *label = report_why_label(f->cls, f->why);
	struct message_detail d;

	arena_reset(&h->p->v.scratch);
	if (!report_finding_detail(&h->p->v, f, &h->p->v.scratch, &d, err))
		return false;
	html_puts(h, "<tr><td class=\"n\">");
	if (f->uid != 0 && f->date != MSG_DATE_UNKNOWN)
		html_say(h, page_day(h->p, f->date));
	html_puts(h, "</td><td>");
	if (d.subject != NULL)
		html_name(h, d.subject);
	else if (f->uid != 0)
		html_puts(h,
			  report_purged(&h->p->v, f->transfer) != NULL
				  ? "<span class=\"zero\">subject purged</span>"
				  : "<span class=\"zero\">subject not looked up</span>");
	html_puts(h, "</td><td>");
	html_name(h, d.from != NULL ? d.from : "");
	html_puts(h, "</td><td>");
	html_name(h, f->folder);
	html_puts(h, "</td><td>");
	html_say(h,
		 f->count == 1 ? finding_class_one(f->cls) : finding_class_text(f->cls));
	if (label != NULL) {
		html_puts(h, " (");
		html_say(h, label);
		html_puts(h, ")");
	}
	html_puts(h, "</td></tr>\n");
	return report_flush(&h->out, false, err);
}

static bool put_findings(struct html *h, struct err *err)
{
	const struct page_account *a = &h->p->account[0];
	struct store_findings *it = NULL;
	struct finding f;
	enum next next;
	size_t n = 0, more = 0;

	if (a->j.loss + a->j.doubt == 0)
		return true;
	html_head(h, "findings", "What is at risk",
		  "Worst first. If you miss nothing of it, say so: then it can be "
		  "accepted and is asked about no more.");
	html_puts(h, "<div class=\"wide\"><table><thead><tr><th scope=\"col\" "
		     "class=\"n\">Arrived</th><th scope=\"col\">Subject</th>"
		     "<th scope=\"col\">From</th><th scope=\"col\">Folder</th>"
		     "<th scope=\"col\">What</th></tr></thead><tbody>\n");
	if (!store_findings_open(h->p->v.st, a->t->id, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM) {
		if (f.severity == SEVERITY_INFO || f.accepted != 0)
			continue;
		if (n == ROWS_MAX) {
			more++;
			continue;
		}
		n++;
		if (!put_finding(h, &f, err)) {
			next = NEXT_FAIL;
			break;
		}
	}
	store_findings_close(it);
	html_puts(h, "</tbody></table></div>\n");
	if (more > 0)
		html_putf(h,
			  "<p class=\"note\">These are %zu of %zu; the administrator "
			  "can list all: <code>mailmuster report --csv --only</code>"
			  ".</p>\n",
			  n, n + more);
	return next == NEXT_END;
}

/* Each kind of reason once. */
static void put_advice(struct html *h)
{
	const struct report_sum *s = &h->p->v.sum;
	const char *before = NULL;

	for (size_t i = 0; i < s->group_n; i++) {
		const struct report_group *g = &s->group[i];
		const char *text = report_why_advice(g->cls, g->why);

		if (g->severity == SEVERITY_INFO || text == before)
			continue;
		if (before == NULL)
			html_head(h, "advice", "What your administrator can do", NULL);
		html_puts(h, "<p>");
		html_say(h, text);
		html_puts(h, "</p>\n");
		before = text;
	}
}

bool report_html_account(struct store *st, const struct report_options *o,
			 const struct report_sink *sink, struct err *err)
{
	struct page page;
	struct html h = { .p = &page, .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = page_open(&page, st, o, NULL, err);

	if (ok && page.v.n != 1)
		ok = err_set(err, ERR_BUG, "the page of one account is about %zu",
			     page.v.n);
	if (ok) {
		put_top(&h);
		ok = put_findings(&h, err) && put_folders(&h, err);
	}
	if (ok) {
		put_advice(&h);
		html_puts(&h,
			  "</main>\n<footer><p>This page is about one account, for "
			  "its owner: it names senders and subjects. That it was made "
			  "is recorded. ");
		html_end(&h);
		ok = report_flush(&h.out, true, err);
	}
	page_done(&page);
	strbuf_done(&h.out.buf);
	return ok;
}
