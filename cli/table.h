/* SPDX-License-Identifier: MIT */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H
/* Columns for people: what is in them is escaped, and padded to the widest. */
#include "base/arena.h"

#define TABLE_COLUMNS_MAX 12

struct table {
	size_t columns, rows, cap;
	const char **cell; /* rows of columns */
	struct arena arena;
};
/* head: the first row, ended by NULL. */
void table_init(struct table *t, const char *const *head);
/* One row; NULL and "" show as "-".  Strings are copied. */
void table_row(struct table *t, const char *const *cells);
/* Print and forget all. */
void table_print(struct table *t);

#endif
