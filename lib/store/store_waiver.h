/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_WAIVER_H
#define STORE_STORE_WAIVER_H
/* Waivers, and what was said of them.  Append-only; each is an entry of the ledger. */
#include "model/waiver.h"
#include "store/store.h"

/*
 * Record it with its ledger entry "waiver", in one transaction.  id, findings, digest and
 * ledger are filled in.  fps is sorted here, and one that stands twice counts once.
 * ERR_CONFIG when none is left.  Nothing is said yet of whether it may be
 * (model/waiver.h).
 */
bool store_waiver_add(struct store *st, struct waiver *w, struct sha256 *fps, size_t n,
		      struct err *err) MUST_CHECK;

/* Values are stored. */
enum waiver_word { WAIVER_APPROVE, WAIVER_REVOKE };
enum { WAIVER_WORD_COUNT = WAIVER_REVOKE + 1 };
struct waiver_said {
	int64_t waiver;
	enum waiver_word what;
	int64_t at;
	const char *teller, *note;
	const char *key; /* SHA256:... of the key that signed it; "" */
	int64_t ledger;	 /* filled in */
};
/* Likewise, entry "waiver-approve" or "waiver-revoke". */
bool store_waiver_say(struct store *st, struct waiver_said *s,
		      struct err *err) MUST_CHECK;

/* All, oldest first.  ERR_LEDGER when one covers other findings than it names. */
bool store_waivers(struct store *st, struct arena *arena, struct waiver **out,
		   size_t *n_out, struct err *err) MUST_CHECK;
/* The findings of one, ascending. */
bool store_waived(struct store *st, int64_t waiver, struct arena *arena,
		  struct sha256 **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
