/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_ACL_H
#define STORE_STORE_ACL_H
/* Who may do what with folders, as their servers told. */
#include "model/acl.h"
#include "store/store.h"

/*
 * Record what the current run was told of these folders: a list for each that differs
 * from its last one.  Entries are ordered by who, each once (ERR_BUG).  Joins an open
 * transaction.  store_account_end calls it.
 */
bool store_acls_put(struct store *st, const struct folder_acl *list, size_t n,
		    struct err *err) MUST_CHECK;

/* The newest list of each folder of the account that is there, ordered by folder.id;
 * folders of which nobody asked have none. */
struct acl_view {
	struct folder_acl acl;
	int64_t run, at; /* that told it so first */
};
bool store_acls(struct store *st, int64_t account, struct arena *arena,
		struct acl_view **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
