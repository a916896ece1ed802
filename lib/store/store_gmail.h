/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_GMAIL_H
#define STORE_STORE_GMAIL_H
/* Which messages of a Gmail account are one and the same (table message_gmail). */
#include "model/gmail.h"
#include "model/message.h"
#include "store/store.h"

/* Messages of a folder of which that is not known yet, as its newest reading left them:
 * ranges of UIDs, ascending, each of at most STORE_GMAIL_RANGE messages.  None for a
 * folder that was not read. */
#define STORE_GMAIL_RANGE 1000
struct gmail_due {
	int64_t epoch;
	uint32_t uidvalidity;
	struct uid_range *range;
	size_t n;
};
bool store_gmail_due(struct store *st, int64_t folder, struct arena *arena,
		     struct gmail_due *out, struct err *err) MUST_CHECK;
/* Record it with the current run; of messages that are not stored, or are known already,
 * nothing.  Joins an open transaction. */
bool store_gmail_put(struct store *st, int64_t epoch, const struct gmail_row *rows,
		     size_t n, struct err *err) MUST_CHECK;
/* Is it known of any message of this epoch? */
bool store_gmail_any(struct store *st, int64_t epoch, bool *out,
		     struct err *err) MUST_CHECK;

/* Where else the same message lies in the account, or lay; ordered by folder and uid. */
struct gmail_copy {
	int64_t folder; /* folder.id */
	int64_t epoch;
	uint32_t uid;
	bool leftover;	  /* under this transfer, of the old side */
	int64_t gone_run; /* that no longer found it; 0: it is there */
};
bool store_gmail_copies(struct store *st, int64_t transfer, int64_t epoch, uint32_t uid,
			struct arena *arena, struct gmail_copy **out, size_t *n_out,
			struct err *err) MUST_CHECK;

/* The labels that messages carry that are there, one a line, with how many carry just
 * these.  A folder tells of a message all labels but its own: what its folders tell
 * stands one behind the other, and a name may be there more than once. */
struct gmail_labels {
	const char *names;
	int64_t messages; /* each once, in however many folders it lies */
};
bool store_gmail_labels(struct store *st, int64_t account, struct arena *arena,
			struct gmail_labels **out, size_t *n_out,
			struct err *err) MUST_CHECK;

#endif
