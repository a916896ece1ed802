/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PERSON_H
#define STORE_STORE_PERSON_H
/*
 * Who is meant by the codes that the ledger and rows that nobody can edit hold in place
 * of names (DESIGN section 12).  One table knows; a name taken from it is forgotten
 * everywhere, and no digest changes.
 */
#include "store/store.h"

#define PERSON_CODE_SIZE 18 /* 'p', 16 hex digits and a NUL */

/* The code of a name, made when it is new; "" stays "", and a code that is known is
 * itself.  The handle must be able to write. */
bool store_person_code(struct store *st, const char *name, char out[PERSON_CODE_SIZE],
		       struct err *err) MUST_CHECK;
/* Forget a name (ledger entry "forget", by whom); *found_out false: nobody of that name
 * is known. */
bool store_person_forget(struct store *st, const char *name, const char *by,
			 bool *found_out, struct err *err) MUST_CHECK;

/* In SQL: the name that a column's code stands for, else what stands there. */
#define PERSON_NAME(column)                                                              \
	"coalesce((SELECT p.name FROM person p WHERE p.code = " column "), " column ")"

#endif
