/* SPDX-License-Identifier: MIT */
/* Sheets that may be long, row by row with constant memory, and those at the end. */
#include "base/clock.h"
#include "report/report_finding.h"
#include "report/report_why.h"
#include "report/report_xlsx.h"

/* Excel has 1,048,576 rows; a head, and a line that says what is not there. */
#define ROWS_MAX   1048572
#define PRINT_ROWS 1000
#define ITEMS_MAX  20000 /* with drop-downs */

/* ---- folders ---- */

static const struct xlsx_column folder_columns[] = {
	{ "Account", 34 },    { "Old folder", 36 },   { "New folder", 36 },
	{ "Pair", 12 },	      { "Old messages", 12 }, { "New messages", 12 },
	{ "Same", 10 },	      { "Changed", 10 },      { "Refiled", 10 },
	{ "Missing", 10 },    { "Removed", 10 },      { "Extra", 10 },
	{ "Old unread", 10 }, { "New unread", 10 },   { "Note", 50 },
};

static void folder_row(struct xlsx *x, lxw_worksheet *ws, size_t row, const char *account,
		       const struct pair *f)
{
	const struct match_count *c = &f->count;
	const int64_t n[] = { c->old_messages,	c->new_messages, c->same + c->same_weak,
			      c->changed,	c->refiled,	 c->missing,
			      c->removed,	c->extra,	 c->old_unverified,
			      c->new_unverified };

	xlsx_put(x, ws, row, 0, account, XLSX_CELL);
	xlsx_put(x, ws, row, 1, f->old_folder != 0 ? f->old_name : "", XLSX_CELL);
	xlsx_put(x, ws, row, 2, f->new_folder != 0 ? f->new_name : "", XLSX_CELL);
	xlsx_put(x, ws, row, 3, pair_kind_name(f->kind), XLSX_CELL);
	for (size_t i = 0; i < COUNT_OF(n); i++)
		xlsx_num(x, ws, row, 4 + (int)i, (double)n[i], XLSX_NUMBER);
	xlsx_put(x, ws, row, 14, f->note, XLSX_CELL);
}

void xlsx_folders(struct xlsx *x)
{
	lxw_worksheet *ws = xlsx_sheet(x, "Folders", true);
	size_t row = 1;

	if (ws == NULL)
		return;
	xlsx_columns(x, ws, 0, folder_columns, COUNT_OF(folder_columns));
	for (size_t i = 0; i < x->p->v.n && !x->failed; i++) {
		struct pair *pair;
		size_t n;

		arena_reset(&x->p->v.scratch);
		if (!store_pairs(x->p->v.st, x->p->v.transfer[i].id, &x->p->v.scratch,
				 &pair, &n, x->err)) {
			x->failed = true;
			return;
		}
		for (size_t k = 0; k < n && row < ROWS_MAX && !x->failed; k++)
			folder_row(x, ws, row++, x->p->account[i].shown, &pair[k]);
	}
	xlsx_filter(x, ws, 0, row - 1, COUNT_OF(folder_columns));
	xlsx_paper(x, ws, true);
	xlsx_flat_end(x, ws);
}

/* ---- discrepancies ---- */

static const struct xlsx_column finding_columns[] = {
	{ "Account", 30 },	{ "What", 18 },	       { "Severity", 9 },
	{ "Why", 16 },		{ "Side", 6 },	       { "Folder", 30 },
	{ "Other folder", 22 }, { "UID", 10 },	       { "Arrived", 20 },
	{ "Octets", 11 },	{ "Messages", 10 },    { "Accepted", 9 },
	{ "Message-ID", 34 },	{ "Old", 18 },	       { "New", 18 },
	{ "Explanation", 60 },	{ "Fingerprint", 18 },
};

struct findings {
	struct xlsx *x;
	lxw_worksheet *ws;
	size_t row;
	int sheet;
};

static void end_sheet(struct findings *f)
{
	struct xlsx *x = f->x;
	size_t last = f->row - 1 < PRINT_ROWS ? f->row - 1 : PRINT_ROWS;

	if (f->ws == NULL || x->failed)
		return;
	xlsx_filter(x, f->ws, 0, f->row - 1, COUNT_OF(finding_columns));
	xlsx_paper(x, f->ws, true);
	if (!x->failed)
		xlsx_said(x,
			  worksheet_print_area(f->ws, 0, 0, (lxw_row_t)last,
					       COUNT_OF(finding_columns) - 1),
			  "the area to print");
	xlsx_flat_end(x, f->ws);
}

static void next_sheet(struct findings *f)
{
	char name[32];

	end_sheet(f);
	f->sheet++;
	if (f->sheet == 1)
		snprintf(name, sizeof name, "Discrepancies");
	else
		snprintf(name, sizeof name, "Discrepancies %d", f->sheet);
	f->ws = xlsx_sheet(f->x, name, true);
	f->row = 1;
	if (f->ws != NULL)
		xlsx_columns(f->x, f->ws, 0, finding_columns, COUNT_OF(finding_columns));
}

static void finding_row(struct findings *w, const char *account, const struct finding *f,
			const char *message_id)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct xlsx *x = w->x;
	lxw_worksheet *ws = w->ws;
	size_t row = w->row++;

	sha256_hex(&f->fingerprint, hex);
	hex[16] = '\0';
	xlsx_put(x, ws, row, 0, account, XLSX_CELL);
	xlsx_put(x, ws, row, 1, finding_class_name(f->cls), XLSX_CELL);
	xlsx_put(x, ws, row, 2, severity_name(f->severity), XLSX_CELL);
	xlsx_put(x, ws, row, 3, why_name(f->why), XLSX_CELL);
	xlsx_put(x, ws, row, 4, side_name(f->side), XLSX_CELL);
	xlsx_put(x, ws, row, 5, f->folder, XLSX_CELL);
	xlsx_put(x, ws, row, 6, f->other, XLSX_CELL);
	if (f->uid != 0)
		xlsx_num(x, ws, row, 7, f->uid, XLSX_NUMBER);
	if (f->date != MSG_DATE_UNKNOWN)
		xlsx_put(x, ws, row, 8, clock_iso(f->date, iso), XLSX_CELL);
	if (f->octets >= 0)
		xlsx_num(x, ws, row, 9, (double)f->octets, XLSX_NUMBER);
	xlsx_num(x, ws, row, 10, (double)f->count, XLSX_NUMBER);
	xlsx_put(x, ws, row, 11, f->accepted != 0 ? "yes" : "", XLSX_CELL);
	xlsx_put(x, ws, row, 12, message_id, XLSX_CELL);
	xlsx_put(x, ws, row, 13, f->old_fact, XLSX_CELL);
	xlsx_put(x, ws, row, 14, f->new_fact, XLSX_CELL);
	xlsx_put(x, ws, row, 15, f->explanation, XLSX_CELL);
	xlsx_put(x, ws, row, 16, hex, XLSX_CELL);
}

static bool is_full(const struct xlsx *x)
{
	return x->failed || (x->rows_most > 0 && x->rows >= x->rows_most);
}

static bool findings_of(struct findings *w, size_t i)
{
	struct xlsx *x = w->x;
	struct page *p = x->p;
	struct store_findings *it = NULL;
	struct message_detail d;
	struct finding f;
	enum next next = NEXT_END;

	if (!store_findings_open(p->v.st, p->v.transfer[i].id, &it, x->err))
		return false;
	while (!is_full(x) && (next = store_findings_next(it, &f, x->err)) == NEXT_ITEM) {
		arena_reset(&p->v.scratch);
		if (!report_finding_detail(&p->v, &f, &p->v.scratch, &d, x->err)) {
			next = NEXT_FAIL;
			break;
		}
		if (w->row > ROWS_MAX)
			next_sheet(w);
		if (x->failed)
			break;
		finding_row(w, p->account[i].shown, &f, d.message_id);
		x->rows++;
	}
	store_findings_close(it);
	return next != NEXT_FAIL;
}

void xlsx_findings(struct xlsx *x)
{
	struct findings w = { .x = x };

	next_sheet(&w);
	for (size_t i = 0; i < x->p->v.n && !is_full(x); i++)
		if (!findings_of(&w, i)) {
			x->failed = true;
			return;
		}
	end_sheet(&w);
}

/* ---- checklist ---- */

void xlsx_items(struct xlsx *x)
{
	static const struct xlsx_column columns[] = {
		{ "List", 16 },	    { "Item", 7 },	{ "Stage", 24 }, { "State", 14 },
		{ "What", 60 },	    { "Evidence", 44 }, { "Owner", 20 }, { "By", 12 },
		{ "On paper", 14 }, { "Note", 40 },
	};
	/* ASCII and short: a longer list ends the program in 1.1.4. */
	static const char *const words[] = { "open", "in work", "done", "not needed",
					     NULL };
	lxw_data_validation list = { .validate = LXW_VALIDATION_TYPE_LIST,
				     .value_list = (char **)(uintptr_t)words };
	lxw_worksheet *ws = xlsx_sheet(x, "Checklist", false);
	const struct outlook *k = x->p->look;
	size_t n = k->item_n < ITEMS_MAX ? k->item_n : ITEMS_MAX;

	if (ws == NULL)
		return;
	xlsx_put(x, ws, 0, 0, "Checklists", XLSX_HEAD);
	xlsx_put(x, ws, 1, 0,
		 "A copy: what is chosen or written here is for you alone. mailmuster "
		 "checklist sign records that an item is done.",
		 XLSX_META);
	xlsx_columns(x, ws, 2, columns, COUNT_OF(columns));
	for (size_t i = 0; i < n; i++) {
		const struct outlook_item *it = &k->item[i];
		size_t row = 3 + i;

		xlsx_put(x, ws, row, 0, it->list, XLSX_CELL);
		xlsx_put(x, ws, row, 1, it->id, XLSX_CENTRE);
		xlsx_put(x, ws, row, 2, it->stage, XLSX_WRAP);
		xlsx_put(x, ws, row, 3, it->word,
			 (enum xlsx_style)((int)XLSX_MARK + (int)it->mark));
		xlsx_put(x, ws, row, 4, it->text, XLSX_WRAP);
		xlsx_put(x, ws, row, 5, x->p->v.o->redact ? "" : it->sentence, XLSX_WRAP);
		xlsx_put(x, ws, row, 6,
			 page_name(x->p, "person",
				   *it->owner != '\0' ? it->owner : it->signer),
			 XLSX_CELL);
		xlsx_put(x, ws, row, 7, it->due, XLSX_DATE);
		xlsx_blank(x, ws, row, 8, XLSX_CELL);
		xlsx_blank(x, ws, row, 9, XLSX_CELL);
	}
	if (n > 0 && !x->failed)
		xlsx_said(x,
			  worksheet_data_validation_range(ws, 3, 8, (lxw_row_t)(2 + n), 8,
							  &list),
			  "a list to choose from");
	xlsx_filter(x, ws, 2, 2 + n, COUNT_OF(columns));
	xlsx_paper(x, ws, true);
}

/* ---- data, about ---- */

static void data_states(struct xlsx *x, lxw_worksheet *ws)
{
	xlsx_put(x, ws, 0, 0, "Accounts by state", XLSX_HEAD);
	xlsx_put(x, ws, 1, 0, "State", XLSX_COLUMN);
	xlsx_put(x, ws, 1, 1, "Accounts", XLSX_COLUMN);
	for (int i = 0; i < PAGE_STATE_COUNT; i++) {
		size_t row = XLSX_DATA_STATES + (size_t)i;

		xlsx_put(x, ws, row, 0, page_state_name((enum page_state)i), XLSX_CELL);
		xlsx_num(x, ws, row, 1, (double)x->p->n[i], XLSX_NUMBER);
	}
}

static void data_points(struct xlsx *x, lxw_worksheet *ws)
{
	static const char *const names[] = { "Verification", "Run",	"Proven",
					     "Differ",	     "Unknown", "Old messages",
					     "Arrived",	     "Missing" };

	xlsx_put(x, ws, XLSX_DATA_POINTS - 2, 0, "After each verification", XLSX_HEAD);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		xlsx_put(x, ws, XLSX_DATA_POINTS - 1, (int)i, names[i], XLSX_COLUMN);
	for (size_t i = 0; i < x->p->point_n; i++) {
		const struct page_point *q = &x->p->point[i];
		const int64_t n[] = { q->run,
				      q->n[PAGE_CLEAN] + q->n[PAGE_STAYS],
				      q->n[PAGE_DIFFERS],
				      q->n[PAGE_INCOMPLETE] + q->n[PAGE_NEVER],
				      q->old_messages,
				      q->arrived,
				      q->missing };

		xlsx_put(x, ws, XLSX_DATA_POINTS + i, 0, page_day(x->p, q->at),
			 XLSX_CELL);
		for (size_t k = 0; k < COUNT_OF(n); k++)
			xlsx_num(x, ws, XLSX_DATA_POINTS + i, (int)k + 1, (double)n[k],
				 XLSX_NUMBER);
	}
}

static void data_years(struct xlsx *x, lxw_worksheet *ws)
{
	size_t first = XLSX_DATA_POINTS + x->p->point_n + 3;
	char year[16];

	xlsx_put(x, ws, first - 2, 0, "Missing messages by year", XLSX_HEAD);
	xlsx_put(x, ws, first - 1, 0, "Year", XLSX_COLUMN);
	xlsx_put(x, ws, first - 1, 1, "Messages", XLSX_COLUMN);
	xlsx_put(x, ws, first - 1, 2, "Octets", XLSX_COLUMN);
	for (size_t i = 0; i < x->p->year_n; i++) {
		snprintf(year, sizeof year, "%d", x->p->year[i].year);
		xlsx_put(x, ws, first + i, 0, x->p->year[i].year == 0 ? "no date" : year,
			 XLSX_CELL);
		xlsx_num(x, ws, first + i, 1, (double)x->p->year[i].messages,
			 XLSX_NUMBER);
		xlsx_num(x, ws, first + i, 2, (double)x->p->year[i].octets, XLSX_NUMBER);
	}
}

/* Visible, or the charts would be empty. */
void xlsx_data(struct xlsx *x)
{
	lxw_worksheet *ws = xlsx_sheet(x, "Data", false);

	if (ws == NULL)
		return;
	xlsx_said(x, worksheet_set_column(ws, 0, 7, 16, NULL), "the width of a column");
	data_states(x, ws);
	data_points(x, ws);
	data_years(x, ws);
	xlsx_paper(x, ws, false);
}

static void about_rows(struct xlsx *x, char text[400])
{
	if (x->p->v.o->redact)
		snprintf(text, 400,
			 "Names are replaced by short ids; the sheets Folders, "
			 "Scan and Discrepancies are left out.");
	else if (x->rows < x->rows_of)
		snprintf(
			text, 400,
			"Sheet Discrepancies holds %lld of %lld findings; the full list: "
			"mailmuster report --csv.",
			(long long)x->rows, (long long)x->rows_of);
	else
		snprintf(text, 400, "Sheet Discrepancies holds all %lld findings.",
			 (long long)x->rows_of);
}

void xlsx_about(struct xlsx *x)
{
	static const char *const words[][2] = {
		{ "clean", "every message of the old side was examined and is on the new "
			   "side as it was, or its loss was accepted" },
		{ "differs", "everything was examined, and something is lost or in "
			     "doubt" },
		{ "incomplete", "something could not be examined, so what is missing is "
				"not known" },
		{ "never verified", "both sides were not compared yet" },
		{ "not to move", "by decision nothing of it is to arrive" },
		{ "empty cell", "not known: never 0" },
		{ "percentages", "are rounded down" },
		{ "privacy", "no subjects, no addresses of clients, no times of logins" },
	};
	lxw_worksheet *ws = xlsx_sheet(x, "About", false);
	struct page *p = x->p;
	char hex[SHA256_HEX_SIZE], text[400];
	size_t row = 2;

	if (ws == NULL)
		return;
	xlsx_said(x, worksheet_set_column(ws, 0, 0, 22, NULL), "the width of a column");
	xlsx_said(x, worksheet_set_column(ws, 1, 1, 100, NULL), "the width of a column");
	xlsx_put(x, ws, 0, 0, "About this workbook", XLSX_HEAD);
	for (size_t i = 0; i < COUNT_OF(words); i++, row++) {
		xlsx_put(x, ws, row, 0, words[i][0], XLSX_CELL);
		xlsx_put(x, ws, row, 1, words[i][1], XLSX_WRAP);
	}
	xlsx_put(x, ws, row, 0, "evidence of", XLSX_CELL);
	xlsx_put(x, ws, row++, 1, page_minute(p, p->at), XLSX_CELL);
	if (p->v.has_run) {
		xlsx_put(x, ws, row, 0, "verification", XLSX_CELL);
		xlsx_num(x, ws, row++, 1, (double)p->v.run.id, XLSX_CELL);
	}
	if (p->v.has_head && !p->v.o->redact) {
		sha256_hex(&p->v.head.hash, hex);
		snprintf(text, sizeof text, "entry %lld, %s", (long long)p->v.head.seq,
			 hex);
		xlsx_put(x, ws, row, 0, "ledger head", XLSX_CELL);
		xlsx_put(x, ws, row++, 1, text, XLSX_CELL);
	}
	about_rows(x, text);
	xlsx_put(x, ws, row, 0, "findings", XLSX_CELL);
	xlsx_put(x, ws, row++, 1, text, XLSX_WRAP);
	if (report_purged_n(&p->v) > 0) {
		xlsx_put(x, ws, row, 0, "purged", XLSX_CELL);
		xlsx_put(x, ws, row++, 1, report_purged_sum(&p->v, &p->v.arena),
			 XLSX_WRAP);
	}
	for (size_t i = 0; i < p->v.o->unseen_n; i++) {
		xlsx_put(x, ws, row, 0, "not examined", XLSX_CELL);
		xlsx_put(x, ws, row++, 1, p->v.o->unseen[i].text, XLSX_WRAP);
	}
	xlsx_put(x, ws, row, 0, "made by", XLSX_CELL);
	xlsx_put(x, ws, row, 1, "mailmuster " MAILMUSTER_VERSION, XLSX_CELL);
	xlsx_paper(x, ws, false);
}
