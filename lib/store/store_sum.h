/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SUM_H
#define STORE_STORE_SUM_H
/*
 * Private to lib/store: how many messages an epoch has, and their octets, summed up while
 * its rows are inserted, so that they need not be read once more at the end of the
 * folder.  Only of epochs that the current run has made over this handle, as long as rows
 * are added and nothing else happens to them; of every other the rows tell.
 */
#include "model/message.h"
#include "store/store.h"

/* Epochs whose sums are kept; another one with the same slot takes its place. */
#define SUM_SLOTS 64
struct sum_slot {
	int64_t epoch, run; /* epoch 0: free */
	int64_t messages, octets;
	bool unknown; /* the octets of one are */
};

/* The epoch was made just now. */
void sum_begin(struct store *st, int64_t epoch);
/* These rows were inserted. */
void sum_add(struct store *st, int64_t epoch, const struct message *m, size_t n);
/* A row of the epoch is about to become something else. */
void sum_drop(struct store *st, int64_t epoch);
/* A transaction was rolled back. */
void sum_drop_all(struct store *st);
/* False: the rows have to be asked.  *octets_out is -1 when those of one are not known.
 */
bool sum_get(const struct store *st, int64_t epoch, int64_t *messages_out,
	     int64_t *octets_out);

#endif
