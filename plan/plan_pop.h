/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_POP_H
#define PLAN_PLAN_POP_H
/*
 * Who fetches mail by POP.  A client that leaves mail on the server knows each message by
 * its UIDL, which servers make of UIDVALIDITY and UID (Dovecot, Cyrus) or of the file's
 * name (Courier); after a move both are others, and the client takes everything in INBOX
 * for new.  Only copies that keep UIDs (dsync, or the server's own files) spare it that.
 */
#include "plan/plan_facts.h"
#include "plan/plan_use.h"

struct plan_pop_index; /* finds an account's uses */
/* NULL: no logs; use must live as long. */
struct plan_pop_index *plan_pop_index(struct arena *arena,
				      const struct plan_use *use) MUST_CHECK;
/* What the logs say of a transfer; NULL: nothing. */
const struct use_of *plan_pop_use(const struct plan_pop_index *ix, int64_t transfer);

struct plan_pop {
	int64_t last;		  /* POP login; 0: none is known */
	bool deletes;		  /* what it fetched: INBOX holds what it has not */
	int64_t messages, octets; /* in INBOX, which will come once more; -1: not known */
};
/* False: not a POP user, as far as the logs tell. */
bool plan_pop(const struct plan_pop_index *ix, const struct plan_facts *f,
	      struct plan_pop *out);

#endif
