/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_WITNESS_H
#define STORE_STORE_WITNESS_H
/*
 * By what an open folder is known to be the one whose messages are stored.  UIDVALIDITY
 * does not tell where another folder of the account has the same one: Cyrus gives it to
 * folders that are made within one second and keeps it when they are renamed, Courier to
 * those that are opened first within one second, and whoever moves their directories
 * keeps it.  A MAILBOXID tells, and so do messages: these few, each with the identity,
 * INTERNALDATE and size that are stored, are not in any of the others.
 */
#include "model/message.h"
#include "store/store.h"

#define WITNESS_MAX 8

struct witness {
	bool shared; /* another folder, there or gone, was seen with this UIDVALIDITY */
	/* objectid_mark of its MAILBOXID; 0: it is not known, or another folder has it */
	uint64_t mailbox;
	/* Present messages, ascending by uid: the first and the last one, and what it
	 * takes to tell the folder from others that have both.  0: none is stored, or
	 * there is a folder from which no WITNESS_MAX of them tell this one.  flags and
	 * keyword_set are not filled in. */
	struct message m[WITNESS_MAX];
	size_t n;
	uint8_t alone; /* bits 1 << index of m: it tells the folder from all others */
};

/* The folders of an account, as they were opened last when it was read: what each is told
 * from. */
struct store_others;
void store_others_free(struct store_others *o); /* NULL: nothing */

/*
 * epoch: what is stored of the folder.  One that does not exist is not shared.  *others:
 * NULL at first; kept from call to call it spares each folder of an account a look at all
 * others, and the caller frees it.
 */
bool store_witness(struct store *st, struct store_others **others, int64_t epoch,
		   struct witness *out, struct err *err) MUST_CHECK;

#endif
