/* SPDX-License-Identifier: MIT */
#include "base/csv.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

/* Every field of every record, each with the NUL behind it, and a record mark. */
static enum csv_next flatten(struct span text, struct strbuf *out,
			     struct strbuf *rewritten, struct err *err)
{
	struct csv_record *r = mem_calloc(1, sizeof *r);
	size_t last_line = 0;
	enum csv_next next;
	struct csv csv;

	csv_init(&csv, "fuzz", text);
	while ((next = csv_read(&csv, r, err)) == CSV_RECORD) {
		PROMISE(r->n >= 1 && r->n <= CSV_FIELDS_MAX);
		PROMISE(csv.line > last_line);
		last_line = csv.line;
		for (size_t i = 0; i < r->n; i++) {
			bool guarded = r->field[i][0] != '\0' &&
				       strchr("=+-@\t\r", r->field[i][0]) != NULL;

			PROMISE(text_is_utf8(span_str(r->field[i])));
			if (rewritten != NULL) {
				csv_put(rewritten, r->field[i], i == 0);
				if (guarded)
					strbuf_addc(out, '\'');
			}
			strbuf_add(out, r->field[i], strlen(r->field[i]) + 1);
		}
		strbuf_adds(out, "\xFF");
		if (rewritten != NULL)
			strbuf_adds(rewritten, "\r\n");
	}
	if (next == CSV_FAIL)
		PROMISE(csv_read(&csv, r, err) == CSV_FAIL);
	else
		PROMISE(csv_read(&csv, r, err) == CSV_END);
	csv_done(&csv);
	free(r);
	return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf fields = STRBUF_INIT, rewritten = STRBUF_INIT, back = STRBUF_INIT;
	struct span text = { (const char *)data, size };
	unsigned line = 0, column = 0;
	struct err err = ERR_INIT;

	if (flatten(text, &fields, &rewritten, &err) == CSV_FAIL) {
		PROMISE(err.cls == ERR_CONFIG);
		PROMISE(text_is_utf8(span_str(err.text)));
		PROMISE(sscanf(err.text, "fuzz:%u:%u: ", &line, &column) == 2);
		PROMISE(line > 0 && column > 0);
	} else if (size < CSV_RECORD_MAX /
				  4) { /* quoting may not lift a record over the limit */
		PROMISE(flatten(strbuf_span(&rewritten), &back, NULL, &err) == CSV_END);
		PROMISE(span_eq(strbuf_span(&fields), strbuf_span(&back)));
	}
	strbuf_done(&fields);
	strbuf_done(&rewritten);
	strbuf_done(&back);
	return 0;
}
