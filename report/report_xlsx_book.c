/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "report/report_xlsx.h"

/* ---- text ---- */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "_x000D_" means a carriage return in a workbook (ECMA-376 part 1, 22.9.2.19). */
static bool is_escape(const char *p, size_t left)
{
	return left >= 7 && p[0] == '_' && p[1] == 'x' && is_hex(p[2]) && is_hex(p[3]) &&
	       is_hex(p[4]) && is_hex(p[5]) && p[6] == '_';
}

void xlsx_text(struct strbuf *out, struct span s)
{
	struct strbuf shown = STRBUF_INIT;

	text_show(&shown, s, XLSX_TEXT_MAX);
	for (size_t i = 0; i < shown.n; i++) {
		const char *p = shown.p + i;
		size_t left = shown.n - i;

		if (text_is_noncharacter((struct span){ p, left })) {
			strbuf_adds(out, "\xef\xbf\xbd");
			i += 2;
		} else if (is_escape(p, left)) {
			strbuf_adds(out, "_x005F_");
		} else {
			strbuf_addc(out, *p);
		}
	}
	/* Marks have no width, so the columns bound no octets: Excel takes 32,767
	 * characters, and the library refuses more. */
	if (out->n > 30000) {
		out->n = 30000;
		while (out->n > 0 && ((unsigned char)out->p[out->n] & 0xc0) == 0x80)
			out->n--;
		strbuf_adds(out, "\u2026");
	}
	strbuf_done(&shown);
}

/* ---- failures ---- */

bool xlsx_said(struct xlsx *x, lxw_error rc, const char *what)
{
	if (rc == LXW_NO_ERROR)
		return true;
	if (!x->failed) {
		x->failed = true;
		err_set(x->err,
			rc == LXW_ERROR_CREATING_TMPFILE ||
					rc == LXW_ERROR_CREATING_XLSX_FILE ||
					(rc >= LXW_ERROR_ZIP_FILE_OPERATION &&
					 rc <= LXW_ERROR_ZIP_CLOSE)
				? ERR_LOCAL
				: ERR_BUG,
			"the workbook: %s: %s", what, lxw_strerror(rc));
	}
	return false;
}

/* ---- cells ---- */

void xlsx_put(struct xlsx *x, lxw_worksheet *ws, size_t row, int column, const char *text,
	      enum xlsx_style style)
{
	if (x->failed)
		return;
	if (text == NULL || *text == '\0') {
		xlsx_blank(x, ws, row, column, style);
		return;
	}
	strbuf_clear(&x->text);
	xlsx_text(&x->text, span_str(text));
	xlsx_said(x,
		  worksheet_write_string(ws, (lxw_row_t)row, (lxw_col_t)column,
					 strbuf_cstr(&x->text), x->style[style]),
		  "a text");
}

void xlsx_num(struct xlsx *x, lxw_worksheet *ws, size_t row, int column, double n,
	      enum xlsx_style style)
{
	if (x->failed)
		return;
	if (!isfinite(n)) {
		xlsx_blank(x, ws, row, column, style);
		return;
	}
	xlsx_said(x,
		  worksheet_write_number(ws, (lxw_row_t)row, (lxw_col_t)column, n,
					 x->style[style]),
		  "a number");
}

void xlsx_blank(struct xlsx *x, lxw_worksheet *ws, size_t row, int column,
		enum xlsx_style style)
{
	if (!x->failed)
		xlsx_said(x,
			  worksheet_write_blank(ws, (lxw_row_t)row, (lxw_col_t)column,
						x->style[style]),
			  "an empty cell");
}

void xlsx_merge(struct xlsx *x, lxw_worksheet *ws, size_t row, int from, int to,
		const char *text, enum xlsx_style style)
{
	if (x->failed)
		return;
	strbuf_clear(&x->text);
	xlsx_text(&x->text, span_str(text));
	xlsx_said(x,
		  worksheet_merge_range(ws, (lxw_row_t)row, (lxw_col_t)from,
					(lxw_row_t)row, (lxw_col_t)to,
					strbuf_cstr(&x->text), x->style[style]),
		  "merged cells");
}

void xlsx_height(struct xlsx *x, lxw_worksheet *ws, size_t row, double points)
{
	if (!x->failed)
		xlsx_said(x, worksheet_set_row(ws, (lxw_row_t)row, points, NULL),
			  "the height of a row");
}

/* ---- sheets ---- */

/* The library reads the option when it adds a sheet, and nowhere else: so one sheet may
 * be flat and its neighbour not. */
lxw_worksheet *xlsx_sheet(struct xlsx *x, const char *name, bool flat)
{
	lxw_worksheet *ws;

	if (x->failed)
		return NULL;
	x->book->options.constant_memory = flat;
	ws = workbook_add_worksheet(x->book, name);
	x->book->options.constant_memory = 0;
	if (ws == NULL) {
		xlsx_said(x, LXW_ERROR_PARAMETER_VALIDATION, name);
		return NULL;
	}
	worksheet_gridlines(ws, LXW_HIDE_ALL_GRIDLINES);
	return ws;
}

/* The library does not ask whether its writes succeeded. */
void xlsx_flat_end(struct xlsx *x, lxw_worksheet *ws)
{
	if (x->failed || ws == NULL || ws->optimize_tmpfile == NULL)
		return;
	if (fflush(ws->optimize_tmpfile) != 0 || ferror(ws->optimize_tmpfile) != 0) {
		x->failed = true;
		err_set(x->err, ERR_LOCAL,
			"cannot write the workbook: no space for a sheet in %s",
			x->folder);
	}
}

void xlsx_paper(struct xlsx *x, lxw_worksheet *ws, bool wide)
{
	if (x->failed)
		return;
	if (wide)
		worksheet_set_landscape(ws);
	worksheet_set_paper(ws, 9); /* A4 */
	worksheet_set_margins(ws, 0.5, 0.5, 0.6, 0.6);
	worksheet_fit_to_pages(ws, 1, 0);
	/* Fixed text: an ampersand of somebody's name would end the program here. */
	xlsx_said(x, worksheet_set_footer(ws, "&L&A&RPage &P of &N"), "a footer");
}

void xlsx_columns(struct xlsx *x, lxw_worksheet *ws, size_t row,
		  const struct xlsx_column *v, size_t n)
{
	for (size_t i = 0; i < n && !x->failed; i++) {
		lxw_col_t c = (lxw_col_t)i;

		xlsx_said(x, worksheet_set_column(ws, c, c, v[i].width, NULL),
			  "the width of a column");
		xlsx_put(x, ws, row, (int)i, v[i].name, XLSX_COLUMN);
	}
	if (x->failed)
		return;
	worksheet_freeze_panes(ws, (lxw_row_t)row + 1, 1);
	xlsx_said(x, worksheet_repeat_rows(ws, (lxw_row_t)row, (lxw_row_t)row),
		  "rows to repeat");
}

void xlsx_filter(struct xlsx *x, lxw_worksheet *ws, size_t head, size_t last, size_t n)
{
	if (!x->failed)
		xlsx_said(x,
			  worksheet_autofilter(ws, (lxw_row_t)head, 0, (lxw_row_t)last,
					       (lxw_col_t)(n - 1)),
			  "a filter");
}
