/* SPDX-License-Identifier: MIT */
#include "report/report_xlsx.h"

#include "report/report_scan_walk.h"
#include "report/report_why.h"

static void note(struct xlsx *x, lxw_worksheet *ws, const char *title, const char *text)
{
	xlsx_put(x, ws, 0, 0, title, XLSX_HEAD);
	xlsx_put(x, ws, 1, 0, text, XLSX_META);
}

#define HEAD 2 /* row of the heads of columns */

static void mark(struct xlsx *x, lxw_worksheet *ws, size_t row, int column,
		 enum outlook_mark m, const char *word)
{
	xlsx_put(x, ws, row, column, word, (enum xlsx_style)((int)XLSX_MARK + (int)m));
}

/* ---- gate ---- */

void xlsx_gate(struct xlsx *x)
{
	static const struct xlsx_column columns[] = {
		{ "Check", 8 },		 { "What must hold", 34 }, { "Result", 12 },
		{ "What was seen", 60 }, { "In the way", 10 },	   { "Waived", 10 },
		{ "Evidence of", 18 },	 { "Next step", 44 },
	};
	lxw_worksheet *ws = xlsx_sheet(x, "Gate", false);
	const struct outlook *k = x->p->look;

	if (ws == NULL)
		return;
	note(x, ws, "The gate",
	     !k->gated ? "It was not asked for this report."
	     : *k->bar != '\0'
		     ? k->bar
		     : "What must hold before the old server is shut down. What nobody "
		       "observed does not pass.");
	xlsx_columns(x, ws, HEAD, columns, COUNT_OF(columns));
	for (size_t i = 0; i < k->check_n; i++) {
		const struct outlook_check *c = &k->check[i];
		size_t row = HEAD + 1 + i;
		bool names = !x->p->v.o->redact;

		xlsx_put(x, ws, row, 0, c->name, XLSX_CELL);
		xlsx_put(x, ws, row, 1, c->title, XLSX_WRAP);
		mark(x, ws, row, 2, c->mark, c->word);
		xlsx_put(x, ws, row, 3, names ? c->sentence : "", XLSX_WRAP);
		xlsx_num(x, ws, row, 4, (double)c->n, XLSX_NUMBER);
		xlsx_num(x, ws, row, 5, (double)c->covered, XLSX_NUMBER);
		xlsx_put(x, ws, row, 6, page_minute(x->p, c->at), XLSX_DATE);
		xlsx_put(x, ws, row, 7, names ? c->command : "", XLSX_WRAP);
	}
	xlsx_filter(x, ws, HEAD, HEAD + k->check_n, COUNT_OF(columns));
	xlsx_paper(x, ws, true);
}

/* ---- accounts ---- */

static const struct xlsx_column account_columns[] = {
	{ "Account", 34 },	  { "State", 15 },	{ "Old messages", 12 },
	{ "Examined old", 12 },	  { "Arrived", 12 },	{ "Missing", 10 },
	{ "Changed", 10 },	  { "Losses", 9 },	{ "Doubts", 9 },
	{ "Accepted", 9 },	  { "Old folders", 9 }, { "Old MiB", 11 },
	{ "New messages", 12 },	  { "New MiB", 11 },	{ "Owner", 24 },
	{ "Decision", 12 },	  { "Wave", 7 },	{ "Sealed", 10 },
	{ "As it is since", 14 }, { "Note", 60 },
};

static void size_cells(struct xlsx *x, lxw_worksheet *ws, size_t row, int messages,
		       int octets, const struct page_account *a, enum side side)
{
	if (!a->known[side]) { /* unknown is empty, never 0 */
		xlsx_blank(x, ws, row, messages, XLSX_NUMBER);
		xlsx_blank(x, ws, row, octets, XLSX_NUMBER);
		return;
	}
	xlsx_num(x, ws, row, messages, (double)a->size[side].messages, XLSX_NUMBER);
	xlsx_num(x, ws, row, octets, (double)a->size[side].octets / 1048576.0,
		 XLSX_NUMBER);
}

static void account_row(struct xlsx *x, lxw_worksheet *ws, size_t row,
			const struct page_account *a)
{
	const struct match_count *c = &a->j.count;
	const int64_t n[] = { c->old_messages - c->old_unverified,
			      match_count_matched(c) + c->removed,
			      c->missing,
			      c->changed,
			      a->j.loss,
			      a->j.doubt,
			      a->j.accepted };
	bool judged = a->state != PAGE_NEVER && a->state != PAGE_STAYS;

	xlsx_put(x, ws, row, 0, a->shown, XLSX_CELL);
	mark(x, ws, row, 1, page_state_mark(a->state), page_state_name(a->state));
	size_cells(x, ws, row, 2, 11, a, SIDE_OLD);
	for (size_t i = 0; i < COUNT_OF(n); i++)
		if (judged)
			xlsx_num(x, ws, row, 3 + (int)i, (double)n[i], XLSX_NUMBER);
		else
			xlsx_blank(x, ws, row, 3 + (int)i, XLSX_NUMBER);
	if (a->known[SIDE_OLD])
		xlsx_num(x, ws, row, 10, (double)a->size[SIDE_OLD].folders, XLSX_NUMBER);
	else
		xlsx_blank(x, ws, row, 10, XLSX_NUMBER);
	size_cells(x, ws, row, 12, 13, a, SIDE_NEW);
	xlsx_put(x, ws, row, 14, a->owner, XLSX_CELL);
	xlsx_put(x, ws, row, 15, a->decision, XLSX_CELL);
	if (a->wave > 0)
		xlsx_num(x, ws, row, 16, (double)a->wave, XLSX_NUMBER);
	else
		xlsx_blank(x, ws, row, 16, XLSX_NUMBER);
	xlsx_put(x, ws, row, 17,
		 !a->sealed ? "no"
		 : a->sound ? "yes"
			    : "unsound",
		 XLSX_CENTRE);
	xlsx_put(x, ws, row, 18, page_day(x->p, a->since), XLSX_DATE);
	xlsx_put(x, ws, row, 19, x->p->v.o->redact ? "" : a->j.note, XLSX_CELL);
}

/* A real table, with sums below it. */
static void account_table(struct xlsx *x, lxw_worksheet *ws)
{
	enum { N = COUNT_OF(account_columns) };
	lxw_table_column column[N], *columns[N + 1];
	lxw_conditional_format bar = {
		.type = LXW_CONDITIONAL_DATA_BAR,
		.data_bar_2010 = LXW_TRUE,
		.bar_solid = LXW_TRUE,
		.bar_color = 0xB9D3EC,
		.min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
		.min_value = 0,
		/* One huge account does not flatten the others. */
		.max_rule_type = LXW_CONDITIONAL_RULE_TYPE_PERCENTILE,
		.max_value = 99
	};
	lxw_table_options o = { .name = "tblAccounts",
				.style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
				.style_type_number = 1,
				.columns = columns };
	lxw_row_t last = (lxw_row_t)(HEAD + x->p->v.n);

	if (x->failed || x->p->v.n == 0)
		return;
	for (size_t i = 0; i < N; i++) {
		column[i] = (lxw_table_column){
			.header = (char *)(uintptr_t)account_columns[i].name,
			.header_format = x->style[XLSX_COLUMN]
		};
		columns[i] = &column[i];
	}
	columns[N] = NULL;
	if (xlsx_said(x, worksheet_add_table(ws, HEAD, 0, last, N - 1, &o), "a table"))
		xlsx_said(x,
			  worksheet_conditional_format_range(ws, HEAD + 1, 11, last, 11,
							     &bar),
			  "bars");
}

void xlsx_accounts(struct xlsx *x)
{
	lxw_worksheet *ws = xlsx_sheet(x, "Accounts", false);

	if (ws == NULL)
		return;
	note(x, ws, "Accounts",
	     "What is not known is empty. The folders of both sides behind these counts "
	     "are in sheet Folders.");
	xlsx_columns(x, ws, HEAD, account_columns, COUNT_OF(account_columns));
	account_table(x, ws);
	for (size_t i = 0; i < x->p->v.n; i++)
		account_row(x, ws, HEAD + 1 + i, &x->p->account[i]);
	xlsx_paper(x, ws, true);
}

/* ---- waves, use, oversized ---- */

void xlsx_waves(struct xlsx *x)
{
	static const struct xlsx_column columns[] = {
		{ "Wave", 8 },		 { "From", 19 },     { "To", 19 },
		{ "Half ended by", 19 }, { "Ended by", 19 }, { "Accounts", 11 },
		{ "Clean", 11 },
	};
	lxw_worksheet *ws = xlsx_sheet(x, "Waves", false);

	if (ws == NULL)
		return;
	note(x, ws, "Waves",
	     x->p->wave_n == 0
		     ? "No plan was kept: mailmuster plan waves --keep"
		     : "The plan that was kept last; sheet Accounts says who is "
		       "in which.");
	xlsx_columns(x, ws, HEAD, columns, COUNT_OF(columns));
	for (size_t i = 0; i < x->p->wave_n; i++) {
		const struct page_wave *w = &x->p->wave[i];
		size_t row = HEAD + 1 + i;

		xlsx_num(x, ws, row, 0, (double)w->no, XLSX_NUMBER);
		xlsx_put(x, ws, row, 1, page_minute(x->p, w->from), XLSX_DATE);
		xlsx_put(x, ws, row, 2, page_minute(x->p, w->to), XLSX_DATE);
		xlsx_put(x, ws, row, 3, page_minute(x->p, w->p50), XLSX_DATE);
		xlsx_put(x, ws, row, 4, page_minute(x->p, w->p90), XLSX_DATE);
		xlsx_num(x, ws, row, 5, (double)w->accounts, XLSX_NUMBER);
		xlsx_num(x, ws, row, 6, (double)w->clean, XLSX_NUMBER);
	}
	xlsx_paper(x, ws, false);
}

static const char *account_shown(struct xlsx *x, int64_t transfer)
{
	for (size_t i = 0; i < x->p->v.n; i++)
		if (x->p->account[i].t->id == transfer)
			return x->p->account[i].shown;
	return NULL;
}

void xlsx_idle(struct xlsx *x)
{
	static const struct xlsx_column columns[] = {
		{ "Account", 34 }, { "Use", 14 },      { "Last seen", 22 },
		{ "Owner", 24 },   { "Decision", 14 },
	};
	lxw_worksheet *ws = xlsx_sheet(x, "Dormant", false);
	const struct outlook *k = x->p->look;
	size_t row = HEAD + 1;

	if (ws == NULL)
		return;
	note(x, ws, "Use of the old server",
	     k->logs ? "By logs, lists and the mail itself. No closer than in bands: "
		       "when "
		       "somebody works is nobody's business."
		     : "No log of the old server shows logins yet.");
	xlsx_columns(x, ws, HEAD, columns, COUNT_OF(columns));
	for (size_t i = 0; k->logs && i < k->idle_n; i++) {
		const struct page_account *a = NULL;

		for (size_t m = 0; m < x->p->v.n && a == NULL; m++)
			if (x->p->account[m].t->id == k->idle[i].transfer)
				a = &x->p->account[m];
		if (a == NULL)
			continue;
		xlsx_put(x, ws, row, 0, a->shown, XLSX_CELL);
		mark(x, ws, row, 1, k->idle[i].mark, k->idle[i].word);
		xlsx_put(x, ws, row, 2, outlook_band_name(k->idle[i].band), XLSX_CELL);
		xlsx_put(x, ws, row, 3, a->owner, XLSX_CELL);
		xlsx_put(x, ws, row, 4, a->decision, XLSX_CELL);
		row++;
	}
	xlsx_filter(x, ws, HEAD, row - 1, COUNT_OF(columns));
	xlsx_paper(x, ws, false);
}

void xlsx_big(struct xlsx *x)
{
	static const struct xlsx_column columns[] = {
		{ "Account", 34 }, { "What", 26 }, { "Amount", 14 },
		{ "Folder", 40 },  { "Said", 60 },
	};
	lxw_worksheet *ws = xlsx_sheet(x, "Oversized", false);
	size_t row = HEAD + 1;

	if (ws == NULL)
		return;
	note(x, ws, "Oversized and odd",
	     x->p->big_at == 0 ? "No list was kept: mailmuster plan oversized --keep"
			       : "The list that was kept last.");
	xlsx_columns(x, ws, HEAD, columns, COUNT_OF(columns));
	for (size_t i = 0; i < x->p->big_n; i++) {
		const struct plan_item *b = &x->p->big[i];
		const char *shown = account_shown(x, b->transfer);

		if (shown == NULL)
			continue;
		xlsx_put(x, ws, row, 0, shown, XLSX_CELL);
		xlsx_put(x, ws, row, 1, b->cls, XLSX_CELL);
		if (b->amount >= 0)
			xlsx_num(x, ws, row, 2, (double)b->amount, XLSX_NUMBER);
		else
			xlsx_blank(x, ws, row, 2, XLSX_NUMBER);
		xlsx_put(x, ws, row, 3, x->p->v.o->redact ? "" : b->folder, XLSX_CELL);
		xlsx_put(x, ws, row, 4, x->p->v.o->redact ? "" : b->text, XLSX_CELL);
		row++;
	}
	xlsx_filter(x, ws, HEAD, row - 1, COUNT_OF(columns));
	xlsx_paper(x, ws, true);
}

/* ---- scan ---- */

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool scan_counts(struct xlsx *x, struct scan_counts out[SIDE_COUNT])
{
	int64_t *ids = mem_calloc(x->p->v.n * 2 + 1, sizeof *ids);
	struct report_scan s = { 0 };
	struct scan_walk w;
	size_t all = 0, n = 0;
	bool ok;

	for (size_t i = 0; i < x->p->v.n; i++) {
		ids[all++] = x->p->v.transfer[i].old_account;
		ids[all++] = x->p->v.transfer[i].new_account;
	}
	qsort(ids, all, sizeof *ids, by_id);
	for (size_t i = 0; i < all; i++)
		if (ids[i] != 0 && (n == 0 || ids[n - 1] != ids[i]))
			ids[n++] = ids[i];
	s.accounts = ids;
	s.account_n = n;
	ok = scan_walk_open(&w, x->p->v.st, &s, x->err) && scan_walk_all(&w, x->err);
	if (ok)
		memcpy(out, w.count, sizeof w.count);
	scan_walk_done(&w);
	free(ids);
	return ok;
}

void xlsx_scan(struct xlsx *x)
{
	static const struct xlsx_column columns[] = { { "Side", 10 },
						      { "Messages", 14 },
						      { "Scanned", 14 },
						      { "State", 16 },
						      { "How many", 14 } };
	lxw_worksheet *ws = xlsx_sheet(x, "Scan", false);
	struct scan_counts count[SIDE_COUNT];
	size_t row = HEAD + 1;

	if (ws == NULL)
		return;
	note(x, ws, "Messages read as a whole",
	     "What was not scanned is not known; mailmuster scan --list names what is "
	     "damaged.");
	xlsx_columns(x, ws, HEAD, columns, COUNT_OF(columns));
	if (!scan_counts(x, count)) {
		x->failed = true;
		return;
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		for (int s = 0; s < BODY_STATE_COUNT && count[side].messages > 0; s++) {
			xlsx_put(x, ws, row, 0, side_name((enum side)side), XLSX_CELL);
			xlsx_num(x, ws, row, 1, (double)count[side].messages,
				 XLSX_NUMBER);
			xlsx_num(x, ws, row, 2, (double)count[side].scanned, XLSX_NUMBER);
			xlsx_put(x, ws, row, 3, body_state_name((enum body_state)s),
				 XLSX_CELL);
			xlsx_num(x, ws, row, 4, (double)count[side].state[s],
				 XLSX_NUMBER);
			row++;
		}
	xlsx_paper(x, ws, false);
}
