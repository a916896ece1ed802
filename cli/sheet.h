/* SPDX-License-Identifier: MIT */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H
/* Results that are rows, as JSON and as CSV: the same columns in both, written while they
 * come. */
#include "base/json.h"
#include "report/report.h"

#define SHEET_COLUMNS_MAX 20

enum sheet_form { SHEET_TEXT, SHEET_JSON, SHEET_CSV };

struct sheet {
	enum sheet_form form;
	const struct report_sink *sink;
	const char *const *column;
	size_t n, at; /* columns; the next one of this row */
	struct strbuf buf;
	struct json_out json; /* between sheet_begin and sheet_end at the top level */
};

/* Into out_sink.  SHEET_TEXT writes nothing at all: that is the caller's.  column is
 * borrowed, ended by NULL. */
void sheet_init(struct sheet *s, enum sheet_form form, const struct report_sink *sink);
void sheet_done(struct sheet *s);
/* JSON: { "schema": "mailmuster/NAME/1", "project": ..., and what the caller puts. */
void sheet_begin(struct sheet *s, const char *name, const char *project);
/* A list of rows.  A CSV file holds one list: others are for JSON alone. */
void sheet_rows(struct sheet *s, const char *key, const char *const *column);
void sheet_text(struct sheet *s, const char *text); /* NULL: null, "" */
void sheet_number(struct sheet *s, int64_t n);
void sheet_known(struct sheet *s, int64_t n); /* below 0: null, "" */
void sheet_time(struct sheet *s, int64_t t);  /* below 1: null, "" */
/* The row ends; all its columns must be there. */
bool sheet_next(struct sheet *s, struct err *err) MUST_CHECK;
void sheet_rows_end(struct sheet *s);
bool sheet_end(struct sheet *s, struct err *err) MUST_CHECK;

#endif
