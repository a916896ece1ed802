/* SPDX-License-Identifier: MIT */
/* Sheet Summary: one page of A4 that answers what management asks. */
#include "base/num.h"
#include "base/text.h"
#include "report/report_xlsx.h"

#define COLUMNS 8
#define WIDE	14.3 /* of a column: 105 pixels */
#define PIXELS	105

enum { /* rows */
       ROW_TITLE,
       ROW_META,
       ROW_BANNER = 3,
       ROW_QUESTION = 5,
       ROW_ANSWER,
       ROW_DETAIL,
       ROW_TILES = 9,
       ROW_CHECKS = 14,
       CHECKS_MOST = 7,
       ROW_TURN = ROW_CHECKS + CHECKS_MOST + 2,
       TURN_MOST = 7,
       ROW_CHARTS = ROW_TURN + TURN_MOST + 2,
       CHART_ROWS = 14,
       ROW_YEARS = ROW_CHARTS + CHART_ROWS,
       ROW_LAST = ROW_YEARS + CHART_ROWS,
};

static void put_top(struct xlsx *x, lxw_worksheet *ws)
{
	struct page *p = x->p;
	char hex[SHA256_HEX_SIZE], meta[300], title[400];
	struct strbuf name = STRBUF_INIT;

	text_show(&name, span_str(page_name(p, "project", p->v.o->project)), 80);
	snprintf(title, sizeof title, "Mail migration: %s", strbuf_cstr(&name));
	strbuf_done(&name);
	xlsx_put(x, ws, ROW_TITLE, 0, title, XLSX_TITLE);
	xlsx_height(x, ws, ROW_TITLE, 28);
	if (p->v.has_head && !p->v.o->redact)
		sha256_hex(&p->v.head.hash, hex);
	else
		*hex = '\0';
	snprintf(meta, sizeof meta, "As known on %s%s%.16s",
		 p->at != 0 ? page_minute(p, p->at) : "no day: nothing was read",
		 *hex != '\0' ? ", ledger head " : "", hex);
	xlsx_put(x, ws, ROW_META, 0, meta, XLSX_META);
	snprintf(title, sizeof title, "%s  %s: %s", outlook_mark_sign(p->mark), p->word,
		 p->sentence);
	xlsx_merge(x, ws, ROW_BANNER, 0, COLUMNS - 1, title,
		   (enum xlsx_style)(XLSX_BANNER + p->mark));
	xlsx_height(x, ws, ROW_BANNER, strlen(title) > 80 ? 56 : 36);
}

static void put_answers(struct xlsx *x, lxw_worksheet *ws)
{
	size_t longest = 0;

	for (int i = 0; i < PAGE_QUESTION_COUNT; i++) {
		const struct page_answer *a = &x->p->answer[i];
		int c = i * 2;

		xlsx_merge(x, ws, ROW_QUESTION, c, c + 1, a->question, XLSX_QUESTION);
		xlsx_merge(x, ws, ROW_ANSWER, c, c + 1, a->answer,
			   (enum xlsx_style)(XLSX_ANSWER + a->mark));
		xlsx_merge(x, ws, ROW_DETAIL, c, c + 1, a->detail, XLSX_DETAIL);
		if (strlen(a->detail) > longest)
			longest = strlen(a->detail);
	}
	xlsx_height(x, ws, ROW_ANSWER, 40);
	/* Merged cells do not grow by themselves: about 34 characters a line. */
	xlsx_height(x, ws, ROW_DETAIL, 13.5 * (double)(longest / 34 + 1) + 3);
}

static void tile(struct xlsx *x, lxw_worksheet *ws, int at, const char *name,
		 const char *value, const char *note)
{
	int c = at * 2;

	xlsx_merge(x, ws, ROW_TILES, c, c + 1, name, XLSX_TILE_NAME);
	xlsx_merge(x, ws, ROW_TILES + 1, c, c + 1, value, XLSX_TILE);
	xlsx_merge(x, ws, ROW_TILES + 2, c, c + 1, note, XLSX_TILE_NOTE);
}

static void put_tiles(struct xlsx *x, lxw_worksheet *ws)
{
	struct page *p = x->p;
	const struct report_sum *s = &p->v.sum;
	int64_t proven = p->n[PAGE_CLEAN] + p->n[PAGE_STAYS];
	int64_t arrived = match_count_matched(&s->count) + s->count.removed;
	char a[32], b[32], share[16], value[96], note[128];

	snprintf(value, sizeof value, "%s of %s", num_group(proven, a, sizeof a),
		 num_group((int64_t)p->v.n, b, sizeof b));
	tile(x, ws, 0, "Accounts proven", value,
	     page_share(proven, (int64_t)p->v.n, share, sizeof share));
	snprintf(note, sizeof note, "%s of %s examined",
		 page_share(arrived, s->count.old_messages, share, sizeof share),
		 num_group(s->count.old_messages, b, sizeof b));
	tile(x, ws, 1, "Messages that arrived",
	     s->judged == 0 ? "?" : num_group(arrived, a, sizeof a),
	     s->judged == 0 ? "nothing was verified yet" : note);
	snprintf(note, sizeof note, "in at least %s %s",
		 num_group(s->folders_unread, b, sizeof b),
		 s->folders_unread == 1 ? "folder" : "folders");
	tile(x, ws, 2, "Messages not examined",
	     num_group(s->count.old_unverified, a, sizeof a), note);
	snprintf(note, sizeof note, "%s %s not known in full",
		 num_group(p->unsized[SIDE_OLD], b, sizeof b),
		 p->unsized[SIDE_OLD] == 1 ? "account" : "accounts");
	tile(x, ws, 3, "Mail on the old server",
	     p->octets[SIDE_OLD] > 0 ? num_octets(p->octets[SIDE_OLD], a, sizeof a) : "?",
	     note);
	xlsx_height(x, ws, ROW_TILES + 1, 26);
}

static void link_to(struct xlsx *x, lxw_worksheet *ws, size_t row, int column,
		    const char *where, const char *text)
{
	if (!x->failed)
		xlsx_said(x,
			  worksheet_write_url_opt(ws, (lxw_row_t)row, (lxw_col_t)column,
						  where, x->style[XLSX_META], text, NULL),
			  "a link");
}

static void put_checks(struct xlsx *x, lxw_worksheet *ws)
{
	const struct outlook *k = x->p->look;
	size_t row = ROW_CHECKS + 1, passed = 0;
	char text[120];

	xlsx_put(x, ws, ROW_CHECKS, 0,
		 "The gate: what must hold before the old server is shut down",
		 XLSX_HEAD);
	xlsx_height(x, ws, ROW_CHECKS, 20);
	if (!k->gated) {
		xlsx_put(x, ws, row, 0, "It was not asked for this report.", XLSX_META);
		return;
	}
	for (size_t i = 0; i < k->check_n; i++) {
		const struct outlook_check *c = &k->check[i];

		if (c->mark == OUTLOOK_GOOD) {
			passed++;
			continue;
		}
		if (row >= ROW_CHECKS + CHECKS_MOST)
			continue;
		snprintf(text, sizeof text, "%s %s", c->name, c->title);
		xlsx_merge(x, ws, row, 0, 2, text, XLSX_CELL);
		xlsx_put(x, ws, row, 3, c->word, (enum xlsx_style)(XLSX_MARK + c->mark));
		xlsx_merge(x, ws, row, 4, COLUMNS - 1,
			   x->p->v.o->redact ? "" : c->sentence, XLSX_CELL);
		row++;
	}
	snprintf(text, sizeof text, "%zu of %zu checks pass; sheet Gate has all", passed,
		 k->check_n);
	link_to(x, ws, row, 0, "internal:'Gate'!A1", text);
}

static void put_turn(struct xlsx *x, lxw_worksheet *ws)
{
	struct page *p = x->p;
	size_t n = p->task_n < TURN_MOST - 1 ? p->task_n : TURN_MOST - 1;
	char text[80];

	xlsx_put(x, ws, ROW_TURN, 0, "Whose turn it is, with what, and how to begin",
		 XLSX_HEAD);
	xlsx_height(x, ws, ROW_TURN, 20);
	if (n == 0)
		xlsx_put(x, ws, ROW_TURN + 1, 0, "Nothing is waiting for anybody.",
			 XLSX_META);
	for (size_t i = 0; i < n; i++) {
		size_t row = ROW_TURN + 1 + i;

		xlsx_put(x, ws, row, 0, p->task[i].who, XLSX_WRAP);
		xlsx_merge(x, ws, row, 1, 4, p->task[i].what, XLSX_WRAP);
		xlsx_merge(x, ws, row, 5, COLUMNS - 1, p->task[i].command, XLSX_WRAP);
		/* Merged cells do not grow by themselves. */
		if (strlen(p->task[i].who) > 15 || strlen(p->task[i].what) > 66 ||
		    strlen(p->task[i].command) > 48)
			xlsx_height(x, ws, row, 28);
	}
	if (n < p->task_n) {
		snprintf(text, sizeof text, "and %zu more", p->task_n - n);
		xlsx_put(x, ws, ROW_TURN + 1 + n, 0, text, XLSX_META);
	}
}

/* ---- charts, all over sheet Data ---- */

static void place(struct xlsx *x, lxw_worksheet *ws, lxw_chart *chart, size_t row, int at,
		  int columns, const char *described)
{
	lxw_chart_options o = { .description = (char *)(uintptr_t)described,
				.object_position = 1 };

	/* Of 480 by 288 pixels. */
	o.x_scale = (double)(columns * PIXELS - 8) / 480.0;
	o.y_scale = (double)(CHART_ROWS * 20 - 12) / 288.0;
	xlsx_said(
		x,
		worksheet_insert_chart_opt(ws, (lxw_row_t)row, (lxw_col_t)at, chart, &o),
		"a chart");
}

static void states_chart(struct xlsx *x, lxw_worksheet *ws)
{
	/* By enum page_state. */
	static const lxw_color_t colours[] = { 0x2E8B57, 0xB3261E, 0x7D8996, 0xC2C9D1,
					       0x1F6FB2 };
	lxw_chart_fill fill[PAGE_STATE_COUNT];
	lxw_chart_point point[PAGE_STATE_COUNT], *points[PAGE_STATE_COUNT + 1];
	lxw_chart *chart;
	lxw_chart_series *s;

	_Static_assert(COUNT_OF(colours) == PAGE_STATE_COUNT, "a colour for each");
	if (x->failed)
		return;
	chart = workbook_add_chart(x->book, LXW_CHART_DOUGHNUT);
	s = chart_add_series(chart, NULL, NULL);
	chart_series_set_categories(s, "Data", XLSX_DATA_STATES, 0,
				    XLSX_DATA_STATES + PAGE_STATE_COUNT - 1, 0);
	chart_series_set_values(s, "Data", XLSX_DATA_STATES, 1,
				XLSX_DATA_STATES + PAGE_STATE_COUNT - 1, 1);
	for (int i = 0; i < PAGE_STATE_COUNT; i++) {
		fill[i] = (lxw_chart_fill){ .color = colours[i] };
		point[i] = (lxw_chart_point){ .fill = &fill[i] };
		points[i] = &point[i];
	}
	points[PAGE_STATE_COUNT] = NULL;
	xlsx_said(x, chart_series_set_points(s, points), "points of a chart");
	chart_title_set_name(chart, "Accounts by state");
	chart_set_hole_size(chart, 60);
	chart_legend_set_position(chart, LXW_CHART_LEGEND_RIGHT);
	place(x, ws, chart, ROW_CHARTS, 5, 3,
	      "Accounts by state; sheet Data has the numbers");
}

static void line(struct xlsx *x, lxw_chart *chart, int column, lxw_color_t colour,
		 const char *name)
{
	size_t last = XLSX_DATA_POINTS + x->p->point_n - 1;
	lxw_chart_line look = { .color = colour, .width = 2.25 };
	lxw_chart_series *s = chart_add_series(chart, NULL, NULL);

	chart_series_set_categories(s, "Data", XLSX_DATA_POINTS, 0, (lxw_row_t)last, 0);
	chart_series_set_values(s, "Data", XLSX_DATA_POINTS, (lxw_col_t)column,
				(lxw_row_t)last, (lxw_col_t)column);
	chart_series_set_name(s, name);
	chart_series_set_line(s, &look);
}

static void progress_chart(struct xlsx *x, lxw_worksheet *ws)
{
	lxw_chart *chart;

	if (x->failed)
		return;
	if (x->p->point_n < 2) {
		xlsx_put(x, ws, ROW_CHARTS, 0,
			 "This is the first report: there is no history yet.", XLSX_META);
		return;
	}
	chart = workbook_add_chart(x->book, LXW_CHART_LINE);
	line(x, chart, 2, 0x2E8B57, "proven");
	line(x, chart, 3, 0xB3261E, "differ");
	line(x, chart, 4, 0x7D8996, "unknown");
	chart_title_set_name(chart, "Accounts, by verification");
	chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
	chart_axis_set_min(chart->y_axis, 0);
	place(x, ws, chart, ROW_CHARTS, 0, 5,
	      "Accounts proven, differing and unknown after each verification; sheet "
	      "Data "
	      "has the numbers");
}

static void years_chart(struct xlsx *x, lxw_worksheet *ws)
{
	size_t first, last;
	lxw_chart_fill red = { .color = 0xB3261E };
	lxw_chart_series *s;
	lxw_chart *chart;

	if (x->failed)
		return;
	if (x->p->year_n == 0)
		return;
	/* Behind the points, and a head: as xlsx_data has them. */
	first = XLSX_DATA_POINTS + x->p->point_n + 3;
	last = first + x->p->year_n - 1;
	chart = workbook_add_chart(x->book, LXW_CHART_COLUMN);
	s = chart_add_series(chart, NULL, NULL);
	chart_series_set_categories(s, "Data", (lxw_row_t)first, 0, (lxw_row_t)last, 0);
	chart_series_set_values(s, "Data", (lxw_row_t)first, 1, (lxw_row_t)last, 1);
	chart_series_set_fill(s, &red);
	chart_title_set_name(chart, "Missing messages by year");
	chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
	place(x, ws, chart, ROW_YEARS, 0, COLUMNS,
	      "Missing messages by year; sheet Data has the numbers");
}

void xlsx_summary(struct xlsx *x)
{
	lxw_worksheet *ws = xlsx_sheet(x, "Summary", false);

	if (ws == NULL)
		return;
	xlsx_said(x, worksheet_set_column(ws, 0, COLUMNS - 1, WIDE, NULL),
		  "the width of a column");
	put_top(x, ws);
	put_answers(x, ws);
	put_tiles(x, ws);
	put_checks(x, ws);
	put_turn(x, ws);
	progress_chart(x, ws);
	states_chart(x, ws);
	years_chart(x, ws);
	if (x->failed)
		return;
	xlsx_paper(x, ws, false);
	worksheet_fit_to_pages(ws, 1, 1);
	worksheet_center_horizontally(ws);
	xlsx_said(x, worksheet_print_area(ws, 0, 0, ROW_LAST, COLUMNS - 1),
		  "the area to print");
	worksheet_activate(ws);
}
