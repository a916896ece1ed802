/* SPDX-License-Identifier: MIT */
#include "cli/sheet.h"

#include <assert.h>

#include "base/clock.h"
#include "base/csv.h"

#define FLUSH_AT (64u << 10) /* octets */

void sheet_init(struct sheet *s, enum sheet_form form, const struct report_sink *sink)
{
	*s = (struct sheet){ .form = form, .sink = sink };
	json_out_init(&s->json, &s->buf, false);
}

void sheet_done(struct sheet *s)
{
	strbuf_done(&s->buf);
}

static bool flush(struct sheet *s, bool last, struct err *err)
{
	bool ok = true;

	if (!last && s->buf.n < FLUSH_AT)
		return true;
	if (s->buf.n > 0)
		ok = s->sink->write(s->sink->ctx, strbuf_span(&s->buf), err);
	strbuf_clear(&s->buf);
	return ok;
}

void sheet_begin(struct sheet *s, const char *name, const char *project)
{
	char schema[64];

	if (s->form != SHEET_JSON)
		return;
	snprintf(schema, sizeof schema, "mailmuster/%s/1", name);
	json_begin_object(&s->json);
	json_put_str(&s->json, "schema", schema);
	json_put_str(&s->json, "project", project);
}

void sheet_rows(struct sheet *s, const char *key, const char *const *column)
{
	s->column = column;
	for (s->n = s->at = 0; column[s->n] != NULL; s->n++)
		if (s->form == SHEET_CSV)
			csv_put(&s->buf, column[s->n], s->n == 0);
	assert(s->n <= SHEET_COLUMNS_MAX);
	if (s->form == SHEET_CSV)
		strbuf_addc(&s->buf, '\n');
	if (s->form != SHEET_JSON)
		return;
	json_name(&s->json, key);
	json_begin_array(&s->json);
}

/* What comes is the next column. */
static void column(struct sheet *s)
{
	assert(s->at < s->n);
	if (s->form == SHEET_JSON) {
		if (s->at == 0)
			json_begin_object(&s->json);
		json_name(&s->json, s->column[s->at]);
	}
	s->at++;
}

void sheet_text(struct sheet *s, const char *text)
{
	column(s);
	if (s->form == SHEET_JSON)
		json_str(&s->json, text);
	else if (s->form == SHEET_CSV)
		csv_put(&s->buf, text != NULL ? text : "", s->at == 1);
}

void sheet_number(struct sheet *s, int64_t n)
{
	char digits[24];

	column(s);
	if (s->form == SHEET_JSON) {
		json_int(&s->json, n);
	} else if (s->form == SHEET_CSV) {
		snprintf(digits, sizeof digits, "%lld", (long long)n);
		csv_put(&s->buf, digits, s->at == 1);
	}
}

void sheet_known(struct sheet *s, int64_t n)
{
	if (n >= 0)
		sheet_number(s, n);
	else
		sheet_text(s, NULL);
}

void sheet_time(struct sheet *s, int64_t t)
{
	char text[CLOCK_ISO_SIZE];

	sheet_text(s, t > 0 ? clock_iso(t, text) : NULL);
}

bool sheet_next(struct sheet *s, struct err *err)
{
	assert(s->at == s->n);
	s->at = 0;
	if (s->form == SHEET_JSON)
		json_end_object(&s->json);
	else if (s->form == SHEET_CSV)
		strbuf_addc(&s->buf, '\n');
	return flush(s, false, err);
}

void sheet_rows_end(struct sheet *s)
{
	if (s->form == SHEET_JSON)
		json_end_array(&s->json);
}

bool sheet_end(struct sheet *s, struct err *err)
{
	if (s->form == SHEET_JSON) {
		json_end_object(&s->json);
		strbuf_addc(&s->buf, '\n');
	}
	return flush(s, true, err);
}
