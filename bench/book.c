/* SPDX-License-Identifier: MIT */
/*
 * book [ROWS]: a workbook of that many findings (500,000), against the time that
 * libxlsxwriter alone takes for such rows, in one run, one after the other; and how much
 * memory it takes.  Each is a process of its own.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "report/report.h"
#include "store/store_account.h"
#include "store/store_verify.h"

#define ROUNDS 3

struct job {
	const char *store, *folder;
	size_t rows;
};

static const char explanation[] =
	"Nothing explains it. Without a seal a loss looks like a deletion by its owner.";

/* The same cells as the sheet of findings has, in the same mode. */
static bool bare(const struct job *j)
{
	char path[256], fingerprint[32];
	lxw_workbook_options o = { .constant_memory = 1,
				   .tmpdir = (char *)(uintptr_t)j->folder };
	lxw_workbook *book;
	lxw_worksheet *ws;
	lxw_format *f, *number;

	snprintf(path, sizeof path, "%s/bare.xlsx", j->folder);
	book = workbook_new_opt(path, &o);
	ws = workbook_add_worksheet(book, "Discrepancies");
	f = workbook_add_format(book);
	number = workbook_add_format(book);
	format_set_num_format(number, "#,##0");
	for (size_t i = 0; i < j->rows; i++) {
		static const char *const text[] = { "person", "message-missing",
						    "doubt",  "no-seal",
						    "old",    "Archive/1999" };
		lxw_row_t row = (lxw_row_t)i;

		for (lxw_col_t c = 0; c < COUNT_OF(text); c++)
			worksheet_write_string(ws, row, c, text[c], f);
		worksheet_write_blank(ws, row, 6, f);
		worksheet_write_number(ws, row, 7, (double)i, number);
		worksheet_write_string(ws, row, 8, "1999-04-02T10:00:00Z", f);
		worksheet_write_number(ws, row, 9, (double)(i * 7), number);
		worksheet_write_number(ws, row, 10, 1, number);
		for (lxw_col_t c = 11; c < 15; c++)
			worksheet_write_blank(ws, row, c, f);
		worksheet_write_string(ws, row, 15, explanation, f);
		snprintf(fingerprint, sizeof fingerprint, "%016zx",
			 i * 0x9e3779b97f4a7c15u);
		worksheet_write_string(ws, row, 16, fingerprint, f);
	}
	return workbook_close(book) == LXW_NO_ERROR;
}

static bool ours(const struct job *j)
{
	struct report_options o = { .project = "bench" };
	struct err err = ERR_INIT;
	struct store *st;
	char path[256];
	bool ok;

	snprintf(path, sizeof path, "%s/ours.xlsx", j->folder);
	if (!store_open(j->store, STORE_READ, &st, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return false;
	}
	ok = report_xlsx(st, &o, NULL, path, j->folder, 0, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	store_close(st);
	return ok;
}

struct cost {
	double seconds; /* of the processor */
	long kib;
};

static bool measure(bool (*fn)(const struct job *), const struct job *j, struct cost *out)
{
	struct rusage u;
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(fn(j) ? 0 : 1);
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || status != 0)
		return false;
	out->seconds = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	out->kib = u.ru_maxrss;
	return true;
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
				     .date = INT64_C(923047200) + (int64_t)i,
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

static bool fill(const struct job *j, struct err *err)
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
	enum store_put what;
	struct store *st;
	int64_t id;
	bool ok;

	if (!store_create(j->store, err) || !store_open(j->store, STORE_WRITE, &st, err))
		return false;
	ok = store_account_put(st, &a, &t.old_account, err) &&
	     store_transfer_put(st, &t, &id, &what, err) && store_begin(st, err) &&
	     add_rows(st, id, j->rows, err) && store_commit(st, err);
	store_close(st);
	return ok;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/mailmuster-book-XXXXXX", store[64];
	struct job j = { .store = store,
			 .folder = folder,
			 .rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 500000 };
	static const char *const files[] = { "book.db", "book.db-wal", "book.db-shm",
					     "bare.xlsx", "ours.xlsx" };
	struct err err = ERR_INIT;
	struct cost a, b;
	char path[96];
	bool ok;

	if (mkdtemp(folder) == NULL)
		return 7;
	snprintf(store, sizeof store, "%s/book.db", folder);
	ok = fill(&j, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	for (int i = 0; i < ROUNDS && ok; i++) {
		ok = measure(bare, &j, &a) && measure(ours, &j, &b);
		if (ok)
			printf("book: %zu rows: %.2f times libxlsxwriter alone (limit "
			       "2), "
			       "%.1f MiB (limit 32; alone %.1f)\n",
			       j.rows, b.seconds / a.seconds, (double)b.kib / 1024,
			       (double)a.kib / 1024);
		ok = ok && b.seconds <= 2 * a.seconds && b.kib < 32 * 1024;
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
	return ok ? 0 : 1;
}
