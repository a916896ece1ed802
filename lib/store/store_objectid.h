/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_OBJECTID_H
#define STORE_STORE_OBJECTID_H
/* Which ids folders had (RFC 8474, MAILBOXID), and where they went (model/objectid.h). */
#include "model/objectid.h"
#include "store/store.h"

/* The current run was told this id of a folder (folder.id) under that UIDVALIDITY: kept
 * when it differs from what is known, or when the folder was gone since.  An id that
 * objectid_valid refuses is ERR_BUG.  Joins an open transaction. */
bool store_objectid_put(struct store *st, int64_t folder, int64_t epoch,
			const char *mailbox, struct err *err) MUST_CHECK;

/* All that is known of the account's own folders, ordered by folder and age, with what
 * became of each. */
bool store_objectids(struct store *st, int64_t account, struct arena *arena,
		     struct objectid_seen **out, size_t *n_out,
		     struct err *err) MUST_CHECK;

#endif
