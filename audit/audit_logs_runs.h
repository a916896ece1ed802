/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_RUNS_H
#define AUDIT_AUDIT_LOGS_RUNS_H
/*
 * Private to the reading of logs: sums that no longer fit into memory, as runs that
 * ascend by the key of the store (name, use, protocol, address, rcpt, client), in one
 * temporary file; and all of them into the store, each key once.
 *
 * Memory: RUN_BLOCK octets a run while they are brought together, at most RUNS_MAX runs;
 * when there are as many they go to the store.
 */
#include "audit/audit_logs_in.h"
#include "base/strbuf.h"
#include "store/store_logs.h"

#define RUNS_MAX  64u
#define RUN_BLOCK (32u << 10)

struct runs;
struct store_log_uses;
/* texts: those that the rows refer to go to the store before them; or NULL. */
void runs_new(struct store *st, enum side side, struct texts *texts, struct runs **out);
void runs_free(struct runs *r); /* NULL is fine */
/* Are there as many as may be?  Then the next one sends them to the store first. */
bool runs_full(const struct runs *r);
bool runs_begin(struct runs *r, struct err *err) MUST_CHECK;
/* What a name did; days are ascending, each once. */
struct run_use {
	uint32_t name, address, rcpt, client;
	uint32_t n, first, last, day_n;
	uint8_t use, protocol, traits;
	uint16_t newest; /* day */
	uint32_t octets; /* of the days: told by runs_put */
};
/* The next of the run at hand. */
bool runs_put(struct runs *r, const struct run_use *u, struct log_days days,
	      struct err *err) MUST_CHECK;
bool runs_end(struct runs *r, struct err *err) MUST_CHECK;
/* All of them to the store; none is left. */
bool runs_merge(struct runs *r, struct err *err) MUST_CHECK;
void runs_forget(struct runs *r);

/* The same in parts, so that one thread can bring the runs together while another one
 * writes.  Appended to out: so many octets and one use more at most, for runs_to_store;
 * nothing when there is no more.  It does not touch the store. */
bool runs_next(struct runs *r, size_t octets, struct strbuf *out,
	       struct err *err) MUST_CHECK;
/* Words come first. */
bool runs_store_open(struct runs *r, struct store_log_uses **out,
		     struct err *err) MUST_CHECK;
bool runs_to_store(const struct runs *r, struct store_log_uses *to, struct span block,
		   struct err *err) MUST_CHECK;

/* Days that may come twice, in any order: ascending, each once; text holds them from then
 * on, and u says what they are. */
void log_days_tidy(struct log_days *days, struct strbuf *text, struct run_use *u);

#endif
