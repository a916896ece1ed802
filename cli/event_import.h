/* SPDX-License-Identifier: MIT */
#ifndef CLI_EVENT_IMPORT_H
#define CLI_EVENT_IMPORT_H
/* `event import`: what movers' logs say happened, for the accounts that it happened to.
 */
#include "cli/scope.h"
#include "model/why.h"

/* What one or several logs held, and what of it was new. */
struct imported {
	int64_t files;
	int64_t runs;	  /* of the mover, for accounts of the scope */
	int64_t foreign;  /* runs for accounts that are not in the scope */
	int64_t timeless; /* runs whose log does not say when (or not in which zone) */
	int64_t unfinished, failed; /* runs that did not end; that ended with errors */
	int64_t copied;
	int64_t removed[SIDE_COUNT]; /* messages that the mover deleted */
	int64_t left[WHY_COUNT];     /* messages and folders that it did not copy */
	int64_t events, notes;	     /* that were not known before */
	int64_t malformed;	     /* lines */
	const char *stranger;	     /* login of one foreign run, in the arena; NULL */
};

/*
 * Read n files into the store, each in one transaction with its ledger entry, and add to
 * *sum; after a failure those before stay.  The same log again changes nothing.
 * ERR_CONFIG when a file holds no run.  by: who says so.
 */
bool event_import(const struct project *p, const struct scope *scope, char **paths,
		  size_t n, const char *by, struct arena *arena, struct imported *sum,
		  struct err *err) MUST_CHECK;
void event_import_print(const struct globals *g, const struct imported *sum);

#endif
