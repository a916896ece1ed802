/* SPDX-License-Identifier: MIT */
#ifndef GATE_COLLECT_H
#define GATE_COLLECT_H
/* The facts that the store knows, in one read transaction. */
#include "gate/facts.h"
#include "store/store.h"

/*
 * Fill in accounts, findings, arrivals, damage, records, the soft shutdown, and the times
 * of the store; e: what was summed up from the same store, in the read transaction that
 * is open.  What is "given" stays as it is.
 */
bool gate_collect(struct store *st, const struct evidence *e, struct arena *arena,
		  struct gate_facts *out, struct err *err) MUST_CHECK;
/* The index of a transfer in the facts; GATE_NO_ACCOUNT: it is not listed. */
size_t gate_account_of(const struct gate_facts *f, int64_t transfer);

#endif
