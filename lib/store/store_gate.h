/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_GATE_H
#define STORE_STORE_GATE_H
/*
 * What the gate reads: a row of verdict and readings for each transfer, and what stands
 * open.  Each cursor walks its table once, so that 100,000 transfers cost about what a
 * bare SELECT of them does.
 */
#include "model/body.h"
#include "model/finding.h"
#include "store/store.h"

/* A listed transfer with its newest judgement. */
struct gate_row {
	int64_t transfer, old_account, new_account; /* 0: none */
	const char *name, *decision, *owner;
	bool old_closed, new_closed; /* nobody may open that account */
	const char *hold;	     /* why nobody may; "" */
	bool judged, ended;	     /* likewise: judgement.ended */
	enum verdict verdict;
	enum depth depth;
	int64_t old_run, new_run, old_seen, new_seen;
	int64_t old_messages, matched, flags, unverified;
	bool flags_compared;
	const char *note; /* "" */
};
/* All that are listed, ascending by transfer; strings live in arena. */
bool store_gate_rows(struct store *st, struct arena *arena, struct gate_row **out,
		     size_t *n_out, struct err *err) MUST_CHECK;

/* How an account was read: newest whole reading, newest attempt. */
struct gate_read {
	int64_t whole, tried;
};
/* Of every account, by its id; malloc.  *n_out: highest id and one. */
bool store_gate_reads(struct store *st, struct gate_read **out, size_t *n_out,
		      struct err *err) MUST_CHECK;

/* Findings of loss or doubt, in the order in which they were made. */
struct gate_open {
	int64_t transfer;
	enum finding_class cls;
	enum severity severity;
	enum side side;
	const char *folder;
	int64_t epoch; /* folder_epoch; 0: not a message */
	uint32_t uid;
	int64_t n, date; /* MSG_DATE_UNKNOWN */
	bool accepted;
	struct sha256 fingerprint;
};
bool store_gate_open(struct store *st, struct arena *arena, struct gate_open **out,
		     size_t *n_out, struct err *err) MUST_CHECK;

/* Folders of old accounts that were read by a run later than `after`, as they were last
 * seen; and as they were when run `then` of their account ended.  old_run: of each old
 * account, by its id, the run that its judgement used; 0: none. */
struct gate_moved {
	int64_t account;
	const char *folder;
	int64_t at, uidnext_then, uidnext_now;
	bool renumbered;
};
/* Only those in which mail may have arrived. */
bool store_gate_moved(struct store *st, const int64_t *old_run, size_t n,
		      struct arena *arena, struct gate_moved **out, size_t *n_out,
		      struct err *err) MUST_CHECK;

/* Messages of the old side that no reading as a whole could get, or that differ from
 * what was announced; the caller judges their facts. */
struct gate_hurt {
	int64_t account;
	const char *folder;
	int64_t epoch;
	uint32_t uid;
	int64_t at;
	struct body_facts facts;
};
bool store_gate_hurt(struct store *st, struct arena *arena, struct gate_hurt **out,
		     size_t *n_out, struct err *err) MUST_CHECK;

/* Of each transfer whose owner was asked, or has answered: when it was told so last. */
struct gate_asked {
	int64_t transfer, asked, answered; /* 0: never */
};
bool store_gate_asked(struct store *st, struct arena *arena, struct gate_asked **out,
		      size_t *n_out, struct err *err) MUST_CHECK;

/* Newest time that the store knows of, and of what was read of alias and forward maps of
 * the old side; 0: never. */
bool store_gate_times(struct store *st, int64_t *newest_out, int64_t *maps_out,
		      struct err *err) MUST_CHECK;

#endif
