/* SPDX-License-Identifier: MIT */
/* The workbook: what libxlsxwriter would stumble over, and what it does not tell. */
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "report/report_xlsx.h"
#include "tests/support/report_fixture.h"

#include "base/fs.h"

static void a_cell_holds_any_text(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
		{ SPAN_INIT("plain"), "plain" },
		{ SPAN_INIT("=cmd|'/c calc'!A0"), "=cmd|'/c calc'!A0" },
		{ SPAN_INIT("_x000D_"), "_x005F_x000D_" },
		{ SPAN_INIT("a_x00e9_b_x12_"), "a_x005F_x00e9_b_x12_" },
		{ SPAN_INIT("a\0\001b"), "a\\x00\\x01b" },
		{ SPAN_INIT("\xff"), "\\xFF" },
		{ SPAN_INIT("\xED\xA0\x80"), "\\xED\\xA0\\x80" }, /* a surrogate */
		{ SPAN_INIT("\xEF\xBF\xBE\xEF\xBF\xBF"), "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ SPAN_INIT("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80" },
		{ SPAN_INIT("\xE2\x80\xAEx"), "\\u{202E}x" },
	};
	struct strbuf out = STRBUF_INIT, in = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		strbuf_clear(&out);
		xlsx_text(&out, cases[i].in);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: \"%s\"", i, strbuf_cstr(&out));
	}
	/* 40,000 letters, and 40,000 marks without any width. */
	for (int i = 0; i < 40000; i++)
		strbuf_addc(&in, 'x');
	strbuf_clear(&out);
	xlsx_text(&out, strbuf_span(&in));
	assert_true(out.n < 32767 && out.n >= XLSX_TEXT_MAX - 1);
	strbuf_clear(&in);
	strbuf_clear(&out);
	for (int i = 0; i < 40000; i++)
		strbuf_adds(&in, "\xCC\x81");
	xlsx_text(&out, strbuf_span(&in));
	assert_true(out.n < 32767);
	assert_true(text_is_utf8(strbuf_span(&out)));
	strbuf_done(&in);
	strbuf_done(&out);
}

static const struct outlook *look;

static bool write_book(struct fx *f, const struct report_options *o, const char *name,
		       int64_t rows, struct err *err)
{
	return report_xlsx(f->st, o, look, arena_printf(&f->arena, "%s/%s", f->dir, name),
			   f->dir, rows, err);
}

static const char *read_book(struct fx *f, const char *name, size_t *n)
{
	struct strbuf all = STRBUF_INIT;
	struct err err = ERR_INIT;
	const char *text;

	fx_ok(fs_read(arena_printf(&f->arena, "%s/%s", f->dir, name), 64u << 20, &all,
		      &err));
	text = arena_span(&f->arena, strbuf_span(&all));
	*n = all.n;
	strbuf_done(&all);
	return text;
}

static void is_the_same_twice(void **state)
{
	struct report_options o = { .project = "R&&G &G labs" };
	struct err err = ERR_INIT;
	const char *a, *b;
	size_t an, bn;
	struct fx f;
	int64_t t[4];

	(void)state;
	four_accounts(&f, t);
	fx_ok(write_book(&f, &o, "a.xlsx", 0, &err));
	fx_ok(write_book(&f, &o, "b.xlsx", 0, &err));
	a = read_book(&f, "a.xlsx", &an);
	b = read_book(&f, "b.xlsx", &bn);
	assert_int_equal(an, bn);
	assert_memory_equal(a, b, an);
	assert_memory_equal(a, "PK\3\4", 4);
	o.redact = true;
	fx_ok(write_book(&f, &o, "a.xlsx", 0, &err));
	fx_close(&f);
}

static void a_store_without_accounts_is_no_failure(void **state)
{
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_ok(write_book(&f, &o, "a.xlsx", 0, &err));
	fx_close(&f);
}

/* Of a rate that is none, and of infinity. */
static void what_is_no_number_is_an_empty_cell(void **state)
{
	static const double odd[] = { (double)NAN, (double)INFINITY, (double)-INFINITY };
	struct report_options o = { .project = "move" };
	struct err err = ERR_INIT;
	struct page page;
	struct xlsx x = { .p = &page, .text = STRBUF_INIT, .err = &err };
	lxw_worksheet *ws;
	struct fx f;

	(void)state;
	fx_open(&f);
	fx_ok(page_open(&page, f.st, &o, NULL, &err));
	x.folder = f.dir;
	x.book = workbook_new(arena_printf(&f.arena, "%s/n.xlsx", f.dir));
	assert_non_null(x.book);
	ws = xlsx_sheet(&x, "One", false);
	assert_non_null(ws);
	for (size_t i = 0; i < COUNT_OF(odd); i++)
		xlsx_num(&x, ws, i, 0, odd[i], XLSX_NUMBER);
	assert_false(x.failed);
	/* A name that is there, and one that cannot be: our error, not theirs on
	 * stderr. */
	assert_null(xlsx_sheet(&x, "One", false));
	assert_true(x.failed);
	assert_int_equal(err.cls, ERR_BUG);
	assert_int_equal(workbook_close(x.book), LXW_NO_ERROR);
	page_done(&page);
	strbuf_done(&x.text);
	fx_close(&f);
}

static void a_full_disk_is_an_error(void **state)
{
	struct report_options o = { .project = "move" };
	struct rlimit old, small = { 0 };
	struct err err = ERR_INIT;
	struct fx f;
	int64_t t[4];
	bool ok;

	(void)state;
	four_accounts(&f, t);
	if (report_xlsx(f.st, &o, NULL, "/nonexistent/a.xlsx", f.dir, 0, &err))
		fail_msg("a folder that is not there was written to");
	assert_int_equal(err.cls, ERR_LOCAL);
	err = ERR_INIT;
	/* As if the disk ended after some octets. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	small.rlim_cur = 2000;
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	ok = write_book(&f, &o, "a.xlsx", 0, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_false(ok);
	assert_int_equal(err.cls, ERR_LOCAL);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_holds_any_text),
		cmocka_unit_test(is_the_same_twice),
		cmocka_unit_test(a_store_without_accounts_is_no_failure),
		cmocka_unit_test(what_is_no_number_is_an_empty_cell),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
