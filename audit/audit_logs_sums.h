/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_SUMS_H
#define AUDIT_AUDIT_LOGS_SUMS_H
/*
 * Private to the reading of logs: what was counted, summed up by name.
 *
 * Nothing of it touches the store.  It belongs to one thread at a time.
 */
#include "audit/audit_logs_runs.h"

struct sums;
/* At most about 20 MiB, then they are full and go to runs, which outlive them. */
void sums_new(struct runs *runs, struct sums **out);
void sums_free(struct sums *s); /* NULL is fine */
#define SUMS_MANY 1024u
/* n of them, SUMS_MANY at most, for which there is room. */
void sums_add(struct sums *s, const struct sums_use *v, size_t n);
/* Is there no room for so many more? */
bool sums_full(const struct sums *s, size_t more);
bool sums_none(const struct sums *s);
/* To a temporary file, as a run; nothing is left. */
bool sums_spill(struct sums *s, struct err *err) MUST_CHECK;
void sums_forget(struct sums *s);
/* The same, and their memory is free for others until something is added. */
void sums_give_back(struct sums *s);

#endif
