/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_ACCEPT_H
#define STORE_STORE_ACCEPT_H
/*
 * Losses that a person took, for good (DESIGN section 11).  An acceptance names exact
 * findings by their fingerprints; one that comes later is not covered.
 */
#include "base/sha256.h"
#include "store/store.h"

struct acceptance {
	int64_t id, at;
	const char *teller, *reason;
	const char *what; /* canonical JSON: how the findings were chosen */
	int64_t findings, messages, octets;
	struct sha256 digest; /* over the fingerprints, ascending */
	int64_t ledger;	      /* its entry "accept" */
};

/*
 * Record it with its ledger entry in one transaction.  id, findings, digest and ledger
 * are filled in.  fps is sorted here; a fingerprint that is accepted already, or stands
 * twice, counts once.  ERR_CONFIG when nothing is left to accept.
 */
bool store_accept(struct store *st, struct acceptance *a, struct sha256 *fps, size_t n,
		  struct err *err) MUST_CHECK;
/* The acceptance that covers a finding, 0 for none. */
bool store_accepted(struct store *st, const struct sha256 *fingerprint, int64_t *out,
		    struct err *err) MUST_CHECK;
/* All, oldest first. */
bool store_acceptances(struct store *st, struct arena *arena, struct acceptance **out,
		       size_t *n_out, struct err *err) MUST_CHECK;

#endif
