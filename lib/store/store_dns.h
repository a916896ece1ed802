/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_DNS_H
#define STORE_STORE_DNS_H
/* What the DNS said.  Append-only; the rows of a run ("dns") are covered by its entry in
 * the ledger. */
#include "model/dns.h"
#include "store/store.h"

/* Into the current run. */
bool store_dns_add(struct store *st, const struct dns_seen *s,
		   struct err *err) MUST_CHECK;

/* What a run found.  An unknown row is one that does not say whether it names the old
 * server, for whatever reason: then nobody can call the DNS clean. */
struct dns_sum {
	int64_t rows, domains;
	int64_t old, covers, unknown; /* rows that point so */
};
bool store_dns_sum(struct store *st, int64_t run, struct dns_sum *out,
		   struct err *err) MUST_CHECK;
/* Its rows, in the order in which they were asked for. */
bool store_dns_rows(struct store *st, int64_t run, struct arena *arena,
		    struct dns_seen **out, size_t *n_out, struct err *err) MUST_CHECK;
/* Every address that any run found for this name of the old server: a name that was moved
 * or taken away still tells where it stood. */
bool store_dns_old(struct store *st, const char *name, struct arena *arena,
		   const char ***out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
