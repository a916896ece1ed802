/* SPDX-License-Identifier: MIT */
#include "report/report_html.h"
#include "report/report_why.h"

static void mark_cell(struct html *h, enum outlook_mark m, const char *word)
{
	html_puts(h, "<td>");
	html_mark(h, m, word);
	html_puts(h, "</td>");
}

static void step(struct html *h, const char *command)
{
	if (command == NULL || *command == '\0')
		return;
	html_puts(h, "<span class=\"step\">");
	html_say(h, command);
	html_puts(h, "</span>");
}

/* ---- whose turn ---- */

void html_tasks(struct html *h)
{
	struct page *p = h->p;

	html_head(h, "turn", "Whose turn it is", NULL);
	if (p->task_n == 0) {
		html_puts(h, "<p>Nothing is waiting for anybody.</p>\n");
		return;
	}
	html_puts(h, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Who</th>"
		     "<th scope=\"col\">What, and the next step</th>"
		     "<th scope=\"col\" class=\"n\">How many</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < p->task_n; i++) {
		const struct page_task *t = &p->task[i];

		html_puts(h, "<tr><th scope=\"row\">");
		html_name(h, t->who);
		html_puts(h, "</th><td>");
		html_say(h, t->what);
		step(h, t->command);
		html_puts(h, "</td><td class=\"n\">");
		html_num(h, t->n);
		html_puts(h, "</td></tr>\n");
	}
	html_puts(h, "</tbody></table></div>\n");
}

/* ---- gate ---- */

static void check_row(struct html *h, const struct outlook_check *c)
{
	html_puts(h, "<tr><th scope=\"row\">");
	html_say(h, c->name);
	html_puts(h, " ");
	html_say(h, c->title);
	html_puts(h, "</th>");
	mark_cell(h, c->mark, c->word);
	html_puts(h, "<td>");
	/* Its sentence may name persons. */
	if (!h->p->v.o->redact)
		html_say(h, c->sentence);
	else if (c->n > 0)
		html_putf(h, "%lld in the way", (long long)c->n);
	step(h, h->p->v.o->redact ? "" : c->command);
	html_puts(h, "</td><td>");
	html_say(h, page_day(h->p, c->at));
	html_puts(h, "</td></tr>\n");
}

static void check_rows(struct html *h, bool passed)
{
	const struct outlook *k = h->p->look;

	html_puts(h, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Check</th>"
		     "<th scope=\"col\">Result</th><th scope=\"col\">What was seen, and "
		     "the next step</th><th scope=\"col\">Evidence of</th></tr></thead>"
		     "<tbody>\n");
	for (size_t i = 0; i < k->check_n; i++)
		if ((k->check[i].mark == OUTLOOK_GOOD) == passed)
			check_row(h, &k->check[i]);
	html_puts(h, "</tbody></table></div>\n");
}

void html_gate(struct html *h)
{
	const struct outlook *k = h->p->look;
	size_t passed = 0;

	html_head(h, "gate", "The gate",
		  "What must hold before the old server is shut "
		  "down. What nobody observed does not pass.");
	if (!k->gated) {
		html_puts(h, "<p>The gate was not asked for this report.</p>\n");
		return;
	}
	if (*k->bar != '\0') {
		html_puts(h, "<p>");
		html_say(h, k->bar);
		html_puts(h, "</p>\n");
	}
	for (size_t i = 0; i < k->check_n; i++)
		passed += k->check[i].mark == OUTLOOK_GOOD;
	if (passed < k->check_n)
		check_rows(h, false);
	if (passed > 0) {
		html_putf(h, "<details%s><summary>%zu of %zu checks pass</summary>",
			  passed == k->check_n ? " open" : "", passed, k->check_n);
		check_rows(h, true);
		html_puts(h, "</details>\n");
	}
}

/* ---- what differs ---- */

static void worst(struct html *h, const struct report_group *g)
{
	int64_t named = 0;

	for (; named < REPORT_WORST && g->worst[named].n > 0; named++) {
		html_puts(h, named == 0 ? "most: " : ", ");
		html_name(h, h->p->account[g->worst[named].transfer].shown);
		html_puts(h, " ");
		html_num(h, g->worst[named].n);
	}
	if (g->accounts > named)
		html_puts(h, ", ...");
}

static void group_rows(struct html *h, bool info)
{
	const struct report_sum *s = &h->p->v.sum;
	static const enum outlook_mark marks[] = { OUTLOOK_UNKNOWN, OUTLOOK_WARN,
						   OUTLOOK_BAD };
	_Static_assert(COUNT_OF(marks) == SEVERITY_COUNT, "a mark for each");

	html_puts(h,
		  "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Severity"
		  "</th><th scope=\"col\" class=\"n\">How many</th><th scope=\"col\">"
		  "What, and the next step</th><th scope=\"col\" class=\"n\">Accounts"
		  "</th><th scope=\"col\" class=\"n\">Size</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < s->group_n; i++) {
		const struct report_group *g = &s->group[i];
		const char *label = report_why_label(g->cls, g->why);

		if ((g->severity == SEVERITY_INFO) != info)
			continue;
		html_puts(h, "<tr>");
		mark_cell(h, marks[g->severity], severity_name(g->severity));
		html_puts(h, "<td class=\"n\">");
		html_num(h, g->n);
		html_puts(h, "</td><td>");
		html_say(h, g->n == 1 ? finding_class_one(g->cls)
				      : finding_class_text(g->cls));
		if (label != NULL) {
			html_puts(h, " (");
			html_say(h, label);
			html_puts(h, ")");
		}
		html_puts(h, "; ");
		worst(h, g);
		step(h, report_why_step(g->cls, g->why));
		html_puts(h, "</td><td class=\"n\">");
		html_num(h, g->accounts);
		html_puts(h, "</td><td class=\"n\">");
		if (g->octets > 0)
			html_octets(h, g->octets);
		html_puts(h, "</td></tr>\n");
	}
	html_puts(h, "</tbody></table></div>\n");
}

void html_groups(struct html *h)
{
	const struct report_sum *s = &h->p->v.sum;
	size_t bad = 0;

	html_head(h, "differs", "What differs", NULL);
	for (size_t i = 0; i < s->group_n; i++)
		bad += s->group[i].severity != SEVERITY_INFO;
	if (bad == 0)
		html_puts(h, s->judged == 0
				     ? "<p>Nothing was compared yet.</p>\n"
				     : "<p>No loss and no doubt stands in what was "
				       "examined.</p>\n");
	else
		group_rows(h, false);
	if (s->accepted > 0) {
		html_puts(h, "<p class=\"note\">Besides, ");
		html_num(h, s->accepted);
		html_puts(h, s->accepted == 1
				     ? " finding of loss or doubt was accepted.</p>\n"
				     : " findings of loss or doubt were accepted.</p>\n");
	}
	if (bad < s->group_n) {
		html_putf(h,
			  "<details><summary>%zu %s worth knowing that harm%s nobody"
			  "</summary>",
			  s->group_n - bad,
			  s->group_n - bad == 1 ? "kind of change" : "kinds of change",
			  s->group_n - bad == 1 ? "s" : "");
		group_rows(h, true);
		html_puts(h, "</details>\n");
	}
}

/* ---- who uses the old server no more ---- */

static void band_table(struct html *h)
{
	const struct outlook *k = h->p->look;

	html_puts(h, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Last seen"
		     "</th><th scope=\"col\" class=\"n\">Accounts</th></tr></thead>"
		     "<tbody>\n");
	for (int b = 0; b < OUTLOOK_BAND_COUNT; b++) {
		int64_t n = 0;

		for (size_t i = 0; i < k->idle_n; i++)
			n += k->idle[i].band == (enum outlook_band)b;
		html_puts(h, "<tr><th scope=\"row\">");
		html_say(h, outlook_band_name((enum outlook_band)b));
		html_puts(h, "</th><td class=\"n\">");
		html_num(h, n);
		html_puts(h, "</td></tr>\n");
	}
	html_puts(h, "</tbody></table></div>\n");
}

void html_idle(struct html *h)
{
	html_head(h, "use", "Use of the old server",
		  "By when an account was last used, as logs, lists and its own mail "
		  "tell. No closer than in bands: when somebody works is nobody's "
		  "business.");
	if (h->p->look->idle_n == 0 || !h->p->look->logs) {
		html_puts(h,
			  "<p>No log of the old server shows logins yet, so nothing is "
			  "said of who uses it.</p>\n");
		return;
	}
	band_table(h);
}

/* ---- checklists ---- */

void html_items(struct html *h)
{
	const struct outlook *k = h->p->look;
	const char *stage = "";
	size_t done = 0;

	html_head(h, "checklist", "Checklists", NULL);
	if (k->item_n == 0) {
		html_puts(h, "<p>They were not asked for this report.</p>\n");
		return;
	}
	for (size_t i = 0; i < k->item_n; i++)
		done += k->item[i].mark == OUTLOOK_GOOD;
	html_putf(h,
		  "<p>%zu of %zu %s done.</p>\n<details><summary>All items"
		  "</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">"
		  "Item</th><th scope=\"col\">State</th><th scope=\"col\">What</th>"
		  "<th scope=\"col\">Who</th><th scope=\"col\">By</th></tr></thead>"
		  "<tbody>\n",
		  done, k->item_n, k->item_n == 1 ? "item is" : "items are");
	for (size_t i = 0; i < k->item_n; i++) {
		const struct outlook_item *it = &k->item[i];

		if (strcmp(stage, it->stage) != 0) {
			stage = it->stage;
			html_puts(h, "<tr><th scope=\"rowgroup\" colspan=\"5\">");
			html_say(h, it->list);
			html_puts(h, ": ");
			html_say(h, stage);
			html_puts(h, "</th></tr>\n");
		}
		html_puts(h, "<tr><td>");
		html_say(h, it->id);
		html_puts(h, "</td>");
		mark_cell(h,
			  it->late && it->mark != OUTLOOK_GOOD ? OUTLOOK_BAD : it->mark,
			  it->word);
		html_puts(h, "<td>");
		html_say(h, it->text);
		if (!h->p->v.o->redact)
			step(h, it->sentence);
		html_puts(h, "</td><td>");
		html_name(h, page_name(h->p, "person",
				       *it->owner != '\0' ? it->owner : it->signer));
		html_puts(h, "</td><td class=\"n\">");
		html_say(h, it->due);
		html_puts(h, "</td></tr>\n");
	}
	html_puts(h, "</tbody></table></div></details>\n");
}

/* ---- accounts ---- */

static void number_cell(struct html *h, bool known, int64_t n)
{
	html_puts(h, n == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">");
	if (known)
		html_num(h, n);
}

static void account_row(struct html *h, const struct page_account *a)
{
	const struct match_count *c = &a->j.count;
	bool judged = a->state != PAGE_NEVER && a->state != PAGE_STAYS;

	html_puts(h, "<tr><td>");
	html_name(h, a->shown);
	html_putf(h, "<td data-v=\"%s\">", page_state_name(a->state));
	html_mark(h, page_state_mark(a->state), page_state_name(a->state));
	number_cell(h, a->known[SIDE_OLD], a->size[SIDE_OLD].messages);
	number_cell(h, judged, match_count_matched(c) + c->removed);
	number_cell(h, judged, c->missing);
	number_cell(h, judged, a->j.loss + a->j.doubt);
	if (a->known[SIDE_OLD]) {
		html_putf(h, "<td class=\"n\" data-v=\"%lld\">",
			  (long long)a->size[SIDE_OLD].octets);
		html_octets(h, a->size[SIDE_OLD].octets);
	} else {
		html_puts(h, "<td class=\"n\">");
	}
	html_puts(h, "<td>");
	html_name(h, a->owner);
	html_puts(h, "<td>");
	html_say(h, a->decision);
	html_puts(h, "<td class=\"n\">");
	if (a->wave > 0)
		html_putf(h, "%lld", (long long)a->wave);
	html_puts(h, a->sealed ? a->sound ? "<td>yes" : "<td>unsound" : "<td>no");
	html_puts(h, "<td class=\"n\">");
	html_say(h, page_day(h->p, a->since));
	html_puts(h, "</tr>\n");
}

/* Those with trouble first, then by name, as the view has them. */
static const enum page_state order[] = { PAGE_DIFFERS, PAGE_INCOMPLETE, PAGE_NEVER,
					 PAGE_CLEAN, PAGE_STAYS };
_Static_assert(COUNT_OF(order) == PAGE_STATE_COUNT, "each state once");

bool html_accounts(struct html *h, struct err *err)
{
	struct page *p = h->p;
	size_t shown = 0;

	html_head(h, "accounts", "Accounts",
		  "Those with trouble first. What is not known is left empty.");
	html_puts(h, "<div id=\"accounts-tools\" class=\"tools\"></div>\n"
		     "<div class=\"wide\"><table id=\"accounts-table\"><thead><tr>"
		     "<th scope=\"col\">Account</th><th scope=\"col\">State</th>"
		     "<th scope=\"col\" class=\"n\">Messages</th>"
		     "<th scope=\"col\" class=\"n\">Arrived</th>"
		     "<th scope=\"col\" class=\"n\">Missing</th>"
		     "<th scope=\"col\" class=\"n\">Findings</th>"
		     "<th scope=\"col\" class=\"n\">Size</th>"
		     "<th scope=\"col\">Owner</th><th scope=\"col\">Decision</th>"
		     "<th scope=\"col\" class=\"n\">Wave</th>"
		     "<th scope=\"col\">Sealed</th>"
		     "<th scope=\"col\" class=\"n\">As it is since</th></tr></thead>"
		     "<tbody>\n");
	for (size_t k = 0; k < COUNT_OF(order); k++)
		for (size_t i = 0; i < p->v.n && shown < HTML_ACCOUNTS_MAX; i++) {
			if (p->account[i].state != order[k])
				continue;
			account_row(h, &p->account[i]);
			shown++;
			if (!report_flush(&h->out, false, err))
				return false;
		}
	html_puts(h, "</tbody></table></div>\n");
	if (shown < p->v.n)
		html_putf(h,
			  "<p class=\"note\">These are %zu of %zu accounts; "
			  "<code>mailmuster report --json</code> has all.</p>\n",
			  shown, p->v.n);
	return true;
}
