/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_BATCH_H
#define AUDIT_AUDIT_BATCH_H
/*
 * What a writer has applied and not yet committed.  One transaction takes what the
 * workers send for up to a tenth of a second; it begins and ends between two items, so
 * that what a kill leaves is what there was before one of them.  The logins that were
 * made meanwhile are written down with it.
 */
#include "audit/audit_login.h"

/* It ends when nothing has come for so long. */
#define AUDIT_BATCH_QUIET_MS 10

struct audit_batch {
	/* set by the caller */
	struct store *st;
	struct audit_doors *doors;

	bool open;
	size_t items, octets;
	int64_t began_ms;
};

/* An item of so many octets is about to be applied. */
bool audit_batch_take(struct audit_batch *b, size_t octets, struct err *err) MUST_CHECK;
/* It has lasted long enough, or there is enough of it. */
bool audit_batch_full(const struct audit_batch *b);
/* Commit what is open, if anything.  False: it is undone. */
bool audit_batch_end(struct audit_batch *b, struct err *err) MUST_CHECK;
void audit_batch_undo(struct audit_batch *b);

#endif
