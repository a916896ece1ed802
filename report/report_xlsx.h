/* SPDX-License-Identifier: MIT */
#ifndef REPORT_XLSX_H
#define REPORT_XLSX_H
/*
 * The workbook, by libxlsxwriter (1.1.4 and later).  Its traps are avoided in one place,
 * report_xlsx_book.c: text from outside goes through xlsx_text into cells that are typed
 * strings, and nowhere else, neither into headers, names, lists nor formulas; whatever
 * the library refuses is our error.
 */
#include <xlsxwriter.h>

#include "report/report_page.h"

enum xlsx_style {
	XLSX_TITLE,
	XLSX_META,
	XLSX_HEAD,   /* of a section */
	XLSX_COLUMN, /* of a table */
	XLSX_CELL,
	XLSX_WRAP,
	XLSX_NUMBER,
	XLSX_DATE,
	XLSX_CENTRE,
	XLSX_QUESTION,
	XLSX_DETAIL,
	XLSX_TILE_NAME,
	XLSX_TILE,
	XLSX_TILE_NOTE,
	XLSX_MARK, /* and three more: by enum outlook_mark */
	XLSX_ANSWER = XLSX_MARK + OUTLOOK_MARK_COUNT,
	XLSX_BANNER = XLSX_ANSWER + OUTLOOK_MARK_COUNT,
	XLSX_STYLE_COUNT = XLSX_BANNER + OUTLOOK_MARK_COUNT,
};

struct xlsx {
	struct page *p;
	lxw_workbook *book;
	lxw_format *style[XLSX_STYLE_COUNT];
	const char *folder; /* for the library's temporary files */
	struct strbuf text; /* of the cell that is being written */
	struct err *err;
	bool failed;	       /* err is set; all calls below do nothing then */
	int64_t rows_most;     /* discrepancies; 0: all */
	int64_t rows, rows_of; /* written, and how many there are */
};

/* Text as a cell may hold it: at most XLSX_TEXT_MAX columns, valid UTF-8 without controls
 * or noncharacters, and _x000D_ stays what it is. */
#define XLSX_TEXT_MAX 1000
void xlsx_text(struct strbuf *out, struct span s);

/* flat: rows are written in their order, each once, and memory stays constant. */
lxw_worksheet *xlsx_sheet(struct xlsx *x, const char *name, bool flat);
/* At the end of a flat sheet: did the disk take it? */
void xlsx_flat_end(struct xlsx *x, lxw_worksheet *ws);
bool xlsx_said(struct xlsx *x, lxw_error rc, const char *what); /* rc is no error */
void xlsx_put(struct xlsx *x, lxw_worksheet *ws, size_t row, int column, const char *text,
	      enum xlsx_style style);
/* Not finite: an empty cell. */
void xlsx_num(struct xlsx *x, lxw_worksheet *ws, size_t row, int column, double n,
	      enum xlsx_style style);
void xlsx_blank(struct xlsx *x, lxw_worksheet *ws, size_t row, int column,
		enum xlsx_style style);
void xlsx_merge(struct xlsx *x, lxw_worksheet *ws, size_t row, int from, int to,
		const char *text, enum xlsx_style style);
void xlsx_height(struct xlsx *x, lxw_worksheet *ws, size_t row, double points);
/* Heads of columns, with their widths; frozen, filtered and repeated on paper. */
struct xlsx_column {
	const char *name;
	double width;
};
void xlsx_columns(struct xlsx *x, lxw_worksheet *ws, size_t row,
		  const struct xlsx_column *v, size_t n);
void xlsx_filter(struct xlsx *x, lxw_worksheet *ws, size_t head, size_t last, size_t n);
void xlsx_paper(struct xlsx *x, lxw_worksheet *ws, bool wide);

/* ---- sheets, in their order ---- */

void xlsx_summary(struct xlsx *x);
void xlsx_gate(struct xlsx *x);
void xlsx_accounts(struct xlsx *x);
void xlsx_waves(struct xlsx *x);
void xlsx_idle(struct xlsx *x);
void xlsx_big(struct xlsx *x);
void xlsx_folders(struct xlsx *x);
void xlsx_scan(struct xlsx *x);
void xlsx_findings(struct xlsx *x);
void xlsx_items(struct xlsx *x);
void xlsx_data(struct xlsx *x);
void xlsx_about(struct xlsx *x);

/* Rows of the sheet Data, that charts of Summary look at. */
#define XLSX_DATA_STATES 2 /* first of PAGE_STATE_COUNT rows */
#define XLSX_DATA_POINTS (XLSX_DATA_STATES + PAGE_STATE_COUNT + 3)

#endif
