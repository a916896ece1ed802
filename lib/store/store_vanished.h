/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_VANISHED_H
#define STORE_STORE_VANISHED_H
/*
 * What an account no longer holds, by the run that noticed it.  Rows of `message` stay
 * when a message goes, when its folder does, or when that gets another UIDVALIDITY.  Only
 * messages with a key (TIER_ID, TIER_FIELDS) are told of.
 */
#include "base/arena.h"
#include "store/store.h"

/* Messages of one folder that were gone by one run. */
struct vanished_count {
	int64_t run;
	const char *folder; /* decoded name */
	char delim;	    /* '\0': none */
	unsigned attrs;	    /* FOLDER_* */
	int64_t messages;
};
/* Those that were gone by a run of at most until, ascending by run and folder.  A walk
 * through all messages of those folders that were read more than once. */
bool store_vanished_count(struct store *st, int64_t account, int64_t until,
			  struct arena *arena, struct vanished_count **out, size_t *n_out,
			  struct err *err) MUST_CHECK;

/* One message that was gone by that run and of which account has no other copy now. */
struct vanished {
	const char *folder; /* decoded; borrowed until the next call, as message_id */
	char delim;
	unsigned attrs;
	int64_t date;		/* INTERNALDATE; MSG_DATE_UNKNOWN */
	bool arrived;		/* the other account holds it, or did after since */
	const char *message_id; /* ""; not known */
};
struct store_vanished;
/* Ascending by folder epoch and UID.  other: account of the new side; 0: none.  since: what
 * that lost by this run did not arrive; INT64_MAX - 1: only what it holds did. */
bool store_vanished_open(struct store *st, int64_t account, int64_t other, int64_t since,
			 int64_t run, struct store_vanished **out,
			 struct err *err) MUST_CHECK;
enum next store_vanished_next(struct store_vanished *it, struct vanished *out,
			      struct err *err) MUST_CHECK;
void store_vanished_close(struct store_vanished *it);

#endif
