/* SPDX-License-Identifier: MIT */
#ifndef BASE_CSV_H
#define BASE_CSV_H
/*
 * Lists from people: RFC 4180 with what spreadsheets make of it: BOM, CRLF or LF,
 * delimiter comma, semicolon or tab (found from the first record), quotes with doubled
 * quotes, '#' comment lines, blank lines.  Not UTF-8 is an error that names line and
 * column; so is a NUL, an unclosed quote, a quote inside a bare field, more than
 * CSV_FIELDS_MAX fields or a record over CSV_RECORD_MAX octets.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define CSV_FIELDS_MAX 256
#define CSV_RECORD_MAX (64u << 10)

struct csv {
	const char *name; /* for messages */
	struct span rest;
	char delim;  /* '\0' until the first record */
	size_t line; /* line on which the last record began, from 1 */
	size_t next_line;
	struct strbuf text;
	size_t start[CSV_FIELDS_MAX + 1];
};
struct csv_record {
	size_t n;
	/* NUL-terminated UTF-8, valid until the next call */
	const char *field[CSV_FIELDS_MAX];
};
enum csv_next { CSV_RECORD, CSV_END, CSV_FAIL };

/* text is borrowed */
void csv_init(struct csv *csv, const char *name, struct span text);
void csv_done(struct csv *csv);
/* After CSV_FAIL (ERR_CONFIG, "name:line:column: ...") every further call fails alike. */
enum csv_next csv_read(struct csv *csv, struct csv_record *out,
		       struct err *err) MUST_CHECK;

/*
 * Write one field, after a comma unless it is the first of its record: quoted when
 * needed, octets that are not UTF-8 as U+FFFD; a leading = + - @ tab or CR gets ' before
 * it (injection).
 */
void csv_put(struct strbuf *out, const char *s, bool first);

#endif
