/* SPDX-License-Identifier: MIT */
#include "report/report_xlsx.h"

#include "base/fs.h"

#define NAVY  0x12355B
#define PANEL 0xF5F7FA
#define LINE  0xDFE4EA
#define SOFT  0x55606E

/* Text on background: all above 7:1. */
static const struct {
	lxw_color_t text, back;
} marks[] = {
	[OUTLOOK_GOOD] = { 0x14532D, 0xE3F5EA },
	[OUTLOOK_WARN] = { 0x6B4A00, 0xFFF3CD },
	[OUTLOOK_BAD] = { 0x8B1A1A, 0xFDE2E1 },
	[OUTLOOK_UNKNOWN] = { 0x3F4A58, 0xE8ECF1 },
};
_Static_assert(COUNT_OF(marks) == OUTLOOK_MARK_COUNT, "colours for each");

static lxw_format *style(struct xlsx *x, enum xlsx_style s, double size)
{
	lxw_format *f = workbook_add_format(x->book);

	format_set_font_name(f, "Calibri");
	format_set_font_size(f, size);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	x->style[s] = f;
	return f;
}

static lxw_format *ruled(struct xlsx *x, enum xlsx_style s)
{
	lxw_format *f = style(x, s, 10);

	format_set_bottom(f, LXW_BORDER_THIN);
	format_set_bottom_color(f, LINE);
	return f;
}

static void coloured(struct xlsx *x, enum xlsx_style first, double size, bool filled)
{
	for (int m = 0; m < OUTLOOK_MARK_COUNT; m++) {
		lxw_format *f = style(x, (enum xlsx_style)((int)first + m), size);

		format_set_bold(f);
		format_set_font_color(f, marks[m].text);
		if (filled)
			format_set_bg_color(f, marks[m].back);
	}
}

static void make_styles(struct xlsx *x)
{
	lxw_format *f;

	f = style(x, XLSX_TITLE, 20);
	format_set_bold(f);
	format_set_font_color(f, NAVY);
	format_set_font_color(style(x, XLSX_META, 10), SOFT);
	f = style(x, XLSX_HEAD, 13);
	format_set_bold(f);
	format_set_font_color(f, NAVY);
	f = style(x, XLSX_COLUMN, 10);
	format_set_bold(f);
	format_set_font_color(f, 0xFFFFFF);
	format_set_bg_color(f, NAVY);
	format_set_text_wrap(f);
	ruled(x, XLSX_CELL);
	format_set_text_wrap(ruled(x, XLSX_WRAP));
	f = ruled(x, XLSX_NUMBER);
	format_set_num_format(f, "#,##0");
	format_set_align(f, LXW_ALIGN_RIGHT);
	format_set_align(ruled(x, XLSX_DATE), LXW_ALIGN_CENTER);
	format_set_align(ruled(x, XLSX_CENTRE), LXW_ALIGN_CENTER);
	f = style(x, XLSX_QUESTION, 10);
	format_set_font_color(f, SOFT);
	format_set_top(f, LXW_BORDER_THICK);
	format_set_top_color(f, NAVY);
	f = style(x, XLSX_DETAIL, 10);
	format_set_font_color(f, SOFT);
	format_set_text_wrap(f);
	for (int i = XLSX_TILE_NAME; i <= XLSX_TILE_NOTE; i++) {
		f = style(x, (enum xlsx_style)i, i == XLSX_TILE ? 18 : 9.5);
		format_set_bg_color(f, PANEL);
		format_set_indent(f, 1);
		if (i == XLSX_TILE)
			format_set_bold(f);
		else
			format_set_font_color(f, SOFT);
	}
	coloured(x, XLSX_MARK, 10, true);
	for (int m = 0; m < OUTLOOK_MARK_COUNT; m++)
		format_set_align(x->style[XLSX_MARK + m], LXW_ALIGN_CENTER);
	coloured(x, XLSX_ANSWER, 15, false);
	coloured(x, XLSX_BANNER, 18, true);
	for (int m = 0; m < OUTLOOK_MARK_COUNT; m++) {
		format_set_align(x->style[XLSX_BANNER + m], LXW_ALIGN_VERTICAL_CENTER);
		format_set_indent(x->style[XLSX_BANNER + m], 1);
		format_set_text_wrap(x->style[XLSX_ANSWER + m]);
		format_set_text_wrap(x->style[XLSX_BANNER + m]);
	}
}

static void set_properties(struct xlsx *x)
{
	struct page *p = x->p;
	char hex[SHA256_HEX_SIZE] = "";
	/* The same store, the same octets: the time is that of the evidence. */
	lxw_doc_properties props = { .title = "Mail migration",
				     .author = "mailmuster " MAILMUSTER_VERSION,
				     .created = (time_t)p->at };

	if (p->at == 0)
		props.created = 1;
	if (p->v.has_head && !p->v.o->redact)
		sha256_hex(&p->v.head.hash, hex);
	xlsx_said(x, workbook_set_properties(x->book, &props), "properties");
	xlsx_said(x, workbook_set_custom_property_string(x->book, "verdict", p->word),
		  "a property");
	if (*hex != '\0')
		xlsx_said(
			x,
			workbook_set_custom_property_string(x->book, "ledger_head", hex),
			"a property");
}

/* Uncompressed, a row of findings takes up to 450 octets in the temporary file, and what
 * is not large takes little. */
#define ROW_OCTETS  450
#define REST_OCTETS (INT64_C(8) << 20)

static bool has_room(struct xlsx *x, const char *path)
{
	int64_t rows = x->rows_of, need, free_octets = fs_free_octets(path);

	if (x->rows_most > 0 && rows > x->rows_most)
		rows = x->rows_most;
	need = REST_OCTETS + rows * ROW_OCTETS + (int64_t)x->p->v.n * 4096;
	if (free_octets < 0 || free_octets >= need)
		return true;
	return err_set(x->err, ERR_LOCAL,
		       "the workbook needs up to %lld MiB in %s while it is written, and "
		       "%lld are free",
		       (long long)(need >> 20) + 1, x->folder,
		       (long long)(free_octets >> 20));
}

static void put_sheets(struct xlsx *x)
{
	make_styles(x);
	set_properties(x);
	xlsx_summary(x);
	xlsx_gate(x);
	xlsx_accounts(x);
	xlsx_waves(x);
	xlsx_idle(x);
	xlsx_big(x);
	if (!x->p->v.o->redact) {
		xlsx_folders(x);
		xlsx_scan(x);
		xlsx_findings(x);
	}
	xlsx_items(x);
	xlsx_data(x);
	xlsx_about(x);
}

static bool count_rows(struct xlsx *x)
{
	struct finding_sum sum;

	for (size_t i = 0; i < x->p->v.n; i++) {
		if (!store_finding_sums(x->p->v.st, x->p->v.transfer[i].id, &sum, x->err))
			return false;
		for (int c = 0; c < FINDING_CLASS_COUNT; c++)
			for (int s = 0; s < SEVERITY_COUNT; s++)
				x->rows_of += sum.n[c][s];
	}
	return true;
}

static bool write_book(struct xlsx *x, const char *path)
{
	lxw_workbook_options options = { .tmpdir = (char *)(uintptr_t)x->folder };
	lxw_error rc;

	if (!count_rows(x) || !has_room(x, path))
		return false;
	options.use_zip64 = x->rows_of > 3000000;
	x->book = workbook_new_opt(path, &options);
	if (x->book == NULL)
		return err_set(x->err, ERR_LOCAL, "cannot make the workbook %s", path);
	put_sheets(x);
	rc = workbook_close(x->book);
	/* What went wrong first is told. */
	return xlsx_said(x, rc, "closing it") && !x->failed;
}

bool report_xlsx(struct store *st, const struct report_options *o,
		 const struct outlook *look, const char *path, const char *folder,
		 int64_t rows, struct err *err)
{
	struct page page;
	struct xlsx x = { .p = &page,
			  .folder = folder,
			  .text = STRBUF_INIT,
			  .err = err,
			  .rows_most = rows };
	bool ok = page_open(&page, st, o, look, err) && write_book(&x, path);

	page_done(&page);
	strbuf_done(&x.text);
	return ok;
}

const char *report_versions(void)
{
	static char text[64];

	snprintf(text, sizeof text, "libxlsxwriter %s", lxw_version());
	return text;
}
