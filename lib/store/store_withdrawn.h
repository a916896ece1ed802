/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_WITHDRAWN_H
#define STORE_STORE_WITHDRAWN_H
/*
 * What an account had at a run, or got later, and has no longer where it was.  Rows of
 * `message` stay when a message goes, when its folder does, or when that gets another
 * UIDVALIDITY.  Only messages with a key (TIER_ID, TIER_FIELDS) are told of, and none of
 * other people's folders.
 */
#include "base/arena.h"
#include "model/message.h"
#include "store/store.h"

struct withdrawn {
	int64_t folder_id, epoch;
	const char *folder; /* decoded name; borrowed until the next call */
	char delim;	    /* '\0': none */
	struct message m;
	int64_t first_run, gone_run;
	/* What was looked up of it recognises one on the other side whose Message-ID is
	 * not its own, and there are as many of these as there were here. */
	bool otherwise;
};

/* Which: of account, gone by a later run than since. */
struct withdrawn_choice {
	int64_t account;
	int64_t other; /* account of the other side; 0: none */
	int64_t since;
	bool all; /* false: only where a folder went, or was numbered anew */
};

struct store_withdrawn;
/* Ascending by tier, key, octets, date; of equal ones what went last first. */
bool store_withdrawn_open(struct store *st, const struct withdrawn_choice *c,
			  struct store_withdrawn **out, struct err *err) MUST_CHECK;
enum next store_withdrawn_next(struct store_withdrawn *it, struct withdrawn *out,
			       struct err *err) MUST_CHECK;
void store_withdrawn_close(struct store_withdrawn *it);

#endif
