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

/* Messages of one folder that were seen first by one run and gone by another. */
struct vanished_count {
	int64_t first_run;
	int64_t run;	    /* INT64_MAX: they are there */
	const char *folder; /* decoded name */
	char delim;	    /* '\0': none */
	unsigned attrs;	    /* FOLDER_* */
	int64_t messages;
};
/* All of them, ascending by run and folder: what there was at each time.  A walk through
 * all messages of those folders that were read more than once. */
bool store_vanished_count(struct store *st, int64_t account, struct arena *arena,
			  struct vanished_count **out, size_t *n_out,
			  struct err *err) MUST_CHECK;

/* One message that was gone by that run and of which account has no other copy now. */
struct vanished {
	const char *folder; /* decoded; borrowed until the next call, as message_id */
	char delim;
	unsigned attrs;
	int64_t date; /* INTERNALDATE; MSG_DATE_UNKNOWN */
	/* The run by which the other account had lost its last copy; INT64_MAX: it holds
	 * one; 0: it never did. */
	int64_t upto;
	const char *message_id; /* ""; not known */
};
struct store_vanished;
/* Ascending by folder epoch and UID.  other: account of the new side; 0: none. */
bool store_vanished_open(struct store *st, int64_t account, int64_t other, int64_t run,
			 struct store_vanished **out, struct err *err) MUST_CHECK;
enum next store_vanished_next(struct store_vanished *it, struct vanished *out,
			      struct err *err) MUST_CHECK;
void store_vanished_close(struct store_vanished *it);

#endif
