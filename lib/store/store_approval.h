/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_APPROVAL_H
#define STORE_STORE_APPROVAL_H
/* Who approved which body of a certificate.  Append-only; each is an entry of the ledger.
 */
#include "model/approval.h"
#include "store/store.h"

/* With its ledger entry "approve", in one transaction; id and ledger are filled in. */
bool store_approval_add(struct store *st, struct approval *a, struct err *err) MUST_CHECK;
/* All of one body, oldest first; body NULL: of any. */
bool store_approvals(struct store *st, const struct sha256 *body, struct arena *arena,
		     struct approval **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
