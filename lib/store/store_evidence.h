/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_EVIDENCE_H
#define STORE_STORE_EVIDENCE_H
/* The evidence that rules and checks judge, from one view of the store. */
#include "model/evidence.h"
#include "store/store.h"

/* now and one_sided are the caller's; use stays unknown.  Everything in *out is set. */
bool store_evidence(struct store *st, int64_t now, bool one_sided, struct evidence *out,
		    struct err *err) MUST_CHECK;

#endif
