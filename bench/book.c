/* SPDX-License-Identifier: MIT */
/*
 * book fill|bare|ours STORE FOLDER ROWS: a store of that many findings; a workbook of
 * such rows by libxlsxwriter alone (FOLDER/bare.xlsx), over as many sheets as they need;
 * the workbook of that store (FOLDER/ours.xlsx).  bench/bench compares the two.
 */
#include <stdio.h>

#include <xlsxwriter.h>

#include "base/clock.h"
#include "report/report.h"
#include "store/store_account.h"
#include "store/store_verify.h"

#define SHEET_ROWS 1048572

#define FIRST_DATE INT64_C(923047200)

static const char explanation[] =
	"Nothing explains it. Without a seal a loss looks like a deletion by its owner.";

struct formats {
	lxw_format *text, *number;
};

/* The same cells as the sheet of findings has. */
static void bare_row(lxw_worksheet *ws, lxw_row_t row, size_t i, const struct formats *f)
{
	static const char *const text[] = { "person", "message-missing",
					    "doubt",  "no-seal",
					    "old",    "Archive/1999" };
	char iso[CLOCK_ISO_SIZE], hex[SHA256_HEX_SIZE];
	struct sha256 fingerprint;

	for (lxw_col_t c = 0; c < COUNT_OF(text); c++)
		worksheet_write_string(ws, row, c, text[c], f->text);
	worksheet_write_blank(ws, row, 6, f->text);
	worksheet_write_number(ws, row, 7, (double)(i + 1), f->number);
	worksheet_write_string(ws, row, 8, clock_iso(FIRST_DATE + (int64_t)i, iso),
			       f->text);
	worksheet_write_number(ws, row, 9, (double)(i * 7), f->number);
	worksheet_write_number(ws, row, 10, 1, f->number);
	for (lxw_col_t c = 11; c < 15; c++)
		worksheet_write_blank(ws, row, c, f->text);
	worksheet_write_string(ws, row, 15, explanation, f->text);
	sha256_of(&i, sizeof i, &fingerprint);
	sha256_hex(&fingerprint, hex);
	hex[16] = '\0';
	worksheet_write_string(ws, row, 16, hex, f->text);
}

static bool bare(const char *store, const char *folder, size_t rows)
{
	lxw_workbook_options o = { .constant_memory = 1,
				   .tmpdir = (char *)(uintptr_t)folder };
	lxw_worksheet *ws = NULL;
	struct formats f;
	lxw_workbook *book;
	char path[4096];

	(void)store;
	snprintf(path, sizeof path, "%s/bare.xlsx", folder);
	book = workbook_new_opt(path, &o);
	f.text = workbook_add_format(book);
	f.number = workbook_add_format(book);
	format_set_num_format(f.number, "#,##0");
	for (size_t i = 0; i < rows; i++) {
		if (i % SHEET_ROWS == 0)
			ws = workbook_add_worksheet(book, NULL);
		bare_row(ws, (lxw_row_t)(i % SHEET_ROWS), i, &f);
	}
	return workbook_close(book) == LXW_NO_ERROR;
}

static bool failed(const struct err *err)
{
	fprintf(stderr, "%s\n", err->text);
	return false;
}

static bool ours(const char *store, const char *folder, size_t rows)
{
	struct report_options o = { .project = "bench" };
	struct err err = ERR_INIT;
	struct store *st;
	char path[4096];
	bool ok;

	(void)rows;
	snprintf(path, sizeof path, "%s/ours.xlsx", folder);
	if (!store_open(store, STORE_READ, &st, &err))
		return failed(&err);
	ok = report_xlsx(st, &o, NULL, path, folder, 0, &err);
	store_close(st);
	return ok || failed(&err);
}

static bool add_rows(struct store *st, int64_t transfer, size_t rows, struct err *err)
{
	for (size_t i = 0; i < rows; i++) {
		struct finding x = { .transfer = transfer,
				     .cls = FINDING_MESSAGE_MISSING,
				     .severity = SEVERITY_DOUBT,
				     .why = WHY_NO_SEAL,
				     .folder = "Archive/1999",
				     .other = "",
				     .uid = (uint32_t)i + 1,
				     .epoch = 1,
				     .octets = (int64_t)i * 7,
				     .date = FIRST_DATE + (int64_t)i,
				     .old_fact = "",
				     .new_fact = "",
				     .explanation = explanation,
				     .count = 1 };

		sha256_of(&i, sizeof i, &x.fingerprint);
		if (!store_finding_add(st, &x, err))
			return false;
	}
	return true;
}

static bool fill(const char *store, const char *folder, size_t rows)
{
	struct account a = { .side = SIDE_OLD, .user = "person" };
	struct transfer t = { .name = "person",
			      .old_user = "person",
			      .new_prefix = "",
			      .decision = "",
			      .owner = "",
			      .address = "",
			      .aliases = "",
			      .logins = "",
			      .addresses = "",
			      .wave = "",
			      .note = "" };
	struct err err = ERR_INIT;
	enum store_put what;
	struct store *st;
	int64_t id;
	bool ok;

	(void)folder;
	if (!store_create(store, &err) || !store_open(store, STORE_WRITE, &st, &err))
		return failed(&err);
	ok = store_account_put(st, &a, &t.old_account, &err) &&
	     store_transfer_put(st, &t, &id, &what, &err) && store_begin(st, &err) &&
	     add_rows(st, id, rows, &err) && store_commit(st, &err);
	store_close(st);
	return ok || failed(&err);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		bool (*run)(const char *store, const char *out, size_t rows);
	} parts[] = { { "fill", fill }, { "bare", bare }, { "ours", ours } };
	size_t rows = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;

	for (size_t i = 0; i < COUNT_OF(parts) && rows > 0; i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argv[2], argv[3], rows) ? 0 : 1;
	fprintf(stderr, "usage: book fill|bare|ours STORE FOLDER ROWS\n");
	return 2;
}
