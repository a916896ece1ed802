/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include "base/text.h"
#include "cli/out.h"

void table_init(struct table *t, const char *const *head)
{
	*t = (struct table){ 0 };
	arena_init(&t->arena);
	while (head[t->columns] != NULL)
		t->columns++;
	table_row(t, head);
}

void table_row(struct table *t, const char *const *cells)
{
	if (t->rows == t->cap) {
		t->cap = t->cap == 0 ? 64 : t->cap * 2;
		t->cell = mem_realloc(t->cell, t->cap * t->columns * sizeof *t->cell);
	}
	for (size_t c = 0; c < t->columns; c++) {
		const char *s = cells[c] != NULL && *cells[c] != '\0' ? cells[c] : "-";
		struct strbuf sb = STRBUF_INIT;

		text_show(&sb, span_str(s), 0);
		t->cell[t->rows * t->columns + c] = arena_strdup(&t->arena,
								 strbuf_cstr(&sb));
		strbuf_done(&sb);
	}
	t->rows++;
}

void table_print(struct table *t)
{
	size_t width[TABLE_COLUMNS_MAX] = { 0 };

	for (size_t r = 0; r < t->rows; r++)
		for (size_t c = 0; c < t->columns; c++) {
			size_t w = text_width(span_str(t->cell[r * t->columns + c]));

			width[c] = w > width[c] ? w : width[c];
		}
	for (size_t r = 0; r < t->rows; r++)
		for (size_t c = 0; c < t->columns; c++) {
			const char *s = t->cell[r * t->columns + c];

			out_puts(s);
			if (c + 1 == t->columns) {
				out_puts("\n");
				continue;
			}
			for (size_t w = text_width(span_str(s)); w < width[c] + 2; w++)
				out_puts(" ");
		}
	free(t->cell);
	arena_done(&t->arena);
	*t = (struct table){ 0 };
}
