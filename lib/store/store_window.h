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
