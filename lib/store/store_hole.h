/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_HOLE_H
#define STORE_STORE_HOLE_H
/* Messages that a reading could not read (table folder_hole), inside the store. */
#include "store/store_folder.h"

/* Add those of the reading in folder_seen.id seen, in the transaction that wrote it. */
bool hole_add(struct store *st, int64_t seen, const struct folder_hole *v, size_t n,
	      struct err *err) MUST_CHECK;
/* Are they just those of that reading? */
bool hole_same(struct store *st, int64_t seen, const struct folder_hole *v, size_t n,
	       bool *same_out, struct err *err) MUST_CHECK;
/* Add those that are not among the stored messages to messages and octets; octets become
 * -1 when those of one are not known. */
bool hole_sum(struct store *st, int64_t epoch, const struct folder_hole *v, size_t n,
	      int64_t *messages, int64_t *octets, struct err *err) MUST_CHECK;

#endif
