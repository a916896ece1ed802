/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_WINDOW_H
#define STORE_STORE_WINDOW_H
/* Private to lib/store: rows of `message`, which change in store_window.c and nowhere
 * else. */
#include "store/store_db.h"

/* Bits of message_change.before and after; schema.sql has the form. */
enum {
	FACT_KEY = 1 << 0,
	FACT_OCTETS = 1 << 1,
	FACT_DATE = 1 << 2,
	FACT_FLAGS = 1 << 3,
	FACT_KEYWORDS = 1 << 4,
};

/* Of a row c of message_change: the UID stands for another message since.  It was gone,
 * or its identity is another one.  That is how a folder looks that took the name of
 * another one with the same UIDVALIDITY (store_witness.h). */
#define CHANGED_IDENTITY                                                                 \
	"(c.before IS NULL OR instr('13579BDF', substr(hex(substr(c.before, 1, 1)), 2))" \
	" > 0)"
_Static_assert(FACT_KEY == 1, "the odd numbers in the condition above");
/* A row of body_seen, by its alias, is about the message before. */
#define BODY_OF_OTHER(row)                                                               \
	"EXISTS (SELECT 1 FROM message_change c WHERE c.message = " row ".message"       \
	" AND c.run > " row ".run AND " CHANGED_IDENTITY ")"

/* UIDs that share one digest. */
#define BLOCK_UIDS  1024u
#define BLOCK_SHIFT 10
/* So that message rows stay positive and verdicts can be told from 31 bits of epoch and
 * 32 of UID. */
#define EPOCH_MAX INT32_MAX

static inline int64_t message_row(int64_t epoch, uint32_t uid)
{
	return epoch << 32 | uid;
}

/*
 * After the last window: mark gone what lies above the highest UID that this run has read
 * in this epoch.  Nothing when this run read no window and began no reading (the folder
 * was proven unchanged).
 */
bool window_cut(struct store *st, int64_t epoch, struct err *err) MUST_CHECK;

/* Once for each connection: the SQL function with which messages are taken in the order
 * of their keys (store_messages.c). */
bool messages_prepare(struct store *st, struct err *err) MUST_CHECK;

#endif
