/* SPDX-License-Identifier: MIT */
/* What is otherwise than a week ago, and what is not though it should be. */
#include "report/report_change.h"
#include "report/report_html.h"

#define NAMES_MAX 12
#define STUCK_MAX 8

static void put_name(struct html *h, const struct page_account *a, bool missing)
{
	html_name(h, a->shown);
	if (!missing || !page_missing_changed(a))
		return;
	html_puts(h, " (missing ");
	html_num(h, a->was_missing);
	html_puts(h, " \u2192 ");
	html_num(h, a->j.count.missing);
	html_puts(h, ")");
}

static void row(struct html *h, enum outlook_mark m, const char *what,
		enum page_change change, bool missing)
{
	struct page *p = h->p;
	int64_t n = 0;

	for (size_t i = 0; i < p->v.n; i++)
		n += page_change(&p->account[i]) == change;
	html_puts(h, "<tr><td>");
	if (n > 0)
		html_mark(h, m, what);
	else
		html_say(h, what);
	html_puts(h, "</td><td class=\"n\">");
	html_num(h, n);
	html_puts(h, "</td><td>");
	n = 0;
	for (size_t i = 0; i < p->v.n; i++) {
		if (page_change(&p->account[i]) != change)
			continue;
		if (n++ == NAMES_MAX) {
			html_puts(h, ", ...");
			break;
		}
		html_puts(h, n > 1 ? ", " : "");
		put_name(h, &p->account[i], missing);
	}
	html_puts(h, "</td></tr>\n");
}

/* Not proven, and with the same figures for the longest time. */
static void put_stuck(struct html *h)
{
	struct page *p = h->p;
	const struct page_account **v;
	size_t n;

	page_stuck(p, &v, &n);
	if (n > 0)
		html_puts(h,
			  "<h3>Without progress</h3>\n<p class=\"note\">Not proven, "
			  "and as they are for the longest time.</p>\n<div "
			  "class=\"wide\"><table><thead><tr><th scope=\"col\">Account"
			  "</th><th scope=\"col\">State</th><th scope=\"col\" "
			  "class=\"n\">Missing</th><th scope=\"col\" class=\"n\">As it "
			  "is since</th><th scope=\"col\">Owner</th></tr></thead>"
			  "<tbody>\n");
	for (size_t i = 0; i < n && i < STUCK_MAX; i++) {
		html_puts(h, "<tr><th scope=\"row\">");
		html_name(h, v[i]->shown);
		html_puts(h, "</th><td>");
		html_mark(h, page_state_mark(v[i]->state), page_state_name(v[i]->state));
		html_puts(h, "</td><td class=\"n\">");
		html_num(h, v[i]->j.count.missing);
		html_puts(h, "</td><td class=\"n\">");
		html_say(h, page_day(p, v[i]->since));
		html_puts(h, "</td><td>");
		html_name(h, v[i]->owner);
		html_puts(h, "</td></tr>\n");
	}
	if (n > 0)
		html_puts(h, "</tbody></table></div>\n");
}

void html_changes(struct html *h)
{
	struct page *p = h->p;

	if (p->before == 0)
		return;
	html_head(h, "changes", "What changed", NULL);
	html_puts(h, "<p class=\"note\">Since the verification of ");
	html_say(h, page_minute(p, p->before));
	html_puts(h, ".</p>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">What"
		     "</th><th scope=\"col\" class=\"n\">Accounts</th><th scope=\"col\">"
		     "Which</th></tr></thead><tbody>\n");
	row(h, OUTLOOK_BAD, "worse than then", CHANGE_WORSE, true);
	row(h, OUTLOOK_WARN, "better, not yet proven", CHANGE_BETTER, true);
	row(h, OUTLOOK_GOOD, "now proven", CHANGE_ARRIVED, false);
	row(h, OUTLOOK_WARN, "verified for the first time, not proven", CHANGE_FIRST,
	    false);
	html_puts(h, "</tbody></table></div>\n");
	put_stuck(h);
}

/* Those of whom the logs say so, or of whom they say nothing. */
static void put_absent(struct html *h, enum page_arrival arrival, const char *what)
{
	struct page *p = h->p;
	size_t n = 0;

	for (size_t i = 0; i < p->v.n; i++) {
		if (p->account[i].arrival != arrival)
			continue;
		html_puts(h, n++ == 0 ? what : ", ");
		html_name(h, p->account[i].shown);
	}
	if (n > 0)
		html_puts(h, "</p>\n");
}

void html_absent(struct html *h)
{
	const struct outlook *k = h->p->look;

	if (k->moved == 0)
		return;
	html_head(h, "absent", "Who has arrived", NULL);
	html_puts(h, "<p>");
	html_num(h, k->arrived);
	html_puts(h, " of ");
	html_num(h, k->moved);
	html_puts(h,
		  " users with a cutover have logged in to the new server since.</p>\n");
	put_absent(h, ARRIVAL_ABSENT,
		   "<p>Not yet, though they used the old one before, and may wait for "
		   "mail there: ");
	put_absent(h, ARRIVAL_UNKNOWN,
		   "<p>Of these nobody knows, for no log of the new server covers the "
		   "time since: ");
}
