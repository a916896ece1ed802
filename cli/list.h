/* SPDX-License-Identifier: MIT */
#ifndef CLI_LIST_H
#define CLI_LIST_H
/*
 * accounts.csv: one transfer a line, the header names the columns in any order.
 *
 *   account (needed), old_user, new_user (default: account; "-": none on that side),
 * new_prefix, address, aliases, kind, owner, decision, wave, note, logins, addresses,
 * access (normal, none), access_reason, old_tree, new_tree
 *
 * Columns that hold passwords are dropped, unknown ones are kept in the note; both are
 * told.
 */
#include "base/arena.h"
#include "base/csv.h"
#include "model/account.h"

#define LIST_SIZE_MAX (256u << 20)
#define LIST_ROWS_MAX 2000000u

struct list_row {
	size_t line;
	struct transfer t;  /* ids are 0; old_user and new_user are NULL for "-" */
	enum access access; /* of both accounts */
	const char *access_reason;
};
struct list {
	struct list_row *row; /* in file order */
	size_t n;
	const char *dropped; /* names of columns with passwords, joined with ", "; "" */
	const char *kept;    /* names of unknown columns, likewise */
	const char *meant;   /* which known ones these may be meant for, in words; "" */
	/* Accounts that are the same mail on both sides, in words; "".  One of them may be
	 * a slip, and then somebody's mail is looked at by nobody. */
	const char *doubles;
	struct arena arena;  /* holds all strings */
};

/* ERR_CONFIG names file and line. */
bool list_read(const char *path, struct list *out, struct err *err) MUST_CHECK;
bool list_parse(const char *name, struct span text, struct list *out,
		struct err *err) MUST_CHECK;
void list_done(struct list *l); /* also after a failure, and when zeroed */

/* The same file without its columns that hold passwords, for the copy in the project;
 * comments are not kept then. */
bool list_without_secrets(const char *name, struct span text, struct strbuf *out,
			  struct err *err) MUST_CHECK;

#endif
