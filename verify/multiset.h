/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_MULTISET_H
#define VERIFY_MULTISET_H
/*
 * Match two sorted streams of messages by multiset: equal keys are counted, never
 * collapsed.
 *
 * Both sources are in the order (tier if by_tier,) key, octets, date.  Messages with one
 * key form a group; inside it the partners that agree in most facts are found first:
 * octets, date, flags and keywords; octets and date; octets; date; then any.  Messages
 * without a key (TIER_NONE) form a group only when octets and date are known and equal.
 *
 * Memory is two buffers of MULTISET_GROUP_MAX messages.  A larger group is matched in
 * pieces of that many from each side, in sorted order: how many remain unmatched is
 * exact, but which of them, and which facts are said to differ, may then be another
 * choice among messages that share one identity.
 */
#include "base/err.h"
#include "model/message.h"
#include "model/side.h"
#include "store/store.h"

#define MULTISET_GROUP_MAX 65536

struct multiset_item {
	struct message m;
	uint32_t owner; /* the caller's: which folder pair it belongs to */
	uint32_t place; /* the caller's: equal on both sides when the folders belong
			   together */
	int64_t epoch;	/* the caller's */
	uint64_t words; /* the caller's: equal when the keywords are */
};

struct multiset_source {
	void *ctx;
	enum next (*next)(void *ctx, struct multiset_item *out, struct err *err);
};

struct multiset_sink {
	void *ctx;
	/* A new key begins (more false: another piece of the same one).  *stop_out true
	 * ends the merge there. */
	void (*group)(void *ctx, bool more, bool *stop_out);
	bool (*matched)(void *ctx, const struct multiset_item *old,
			const struct multiset_item *new, struct err *err);
	bool (*single)(void *ctx, enum side side, const struct multiset_item *item,
		       struct err *err);
};

struct multiset_options {
	bool by_tier;  /* the sources sort by tier first */
	bool by_place; /* partners in the same place go before all others */
	size_t piece;  /* 0: MULTISET_GROUP_MAX */
};

bool multiset_merge(const struct multiset_source source[SIDE_COUNT],
		    const struct multiset_options *o, const struct multiset_sink *sink,
		    struct err *err) MUST_CHECK;

#endif
