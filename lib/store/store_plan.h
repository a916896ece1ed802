/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_PLAN_H
#define STORE_STORE_PLAN_H
/* Plans that were kept.  Append-only: of each kind the newest counts. */
#include "store/store.h"

struct plan_item {
	int64_t transfer;		 /* 0: of none */
	const char *cls, *folder, *text; /* "" */
	int64_t wave;			 /* from 1; 0: none */
	int64_t amount;			 /* in the unit of its class; -1: none */
};
struct plan_kept {
	const char *kind;
	int64_t id, at;
	const char *teller, *summary;
};

/* One plan, with its entry in the ledger, in one transaction: begin, its items in their
 * order, end.  Between them no other function of the store may begin a transaction. */
struct store_plan;
bool store_plan_begin(struct store *st, const char *kind, const char *teller,
		      const char *summary, struct store_plan **out,
		      struct err *err) MUST_CHECK;
bool store_plan_add(struct store_plan *p, const struct plan_item *item,
		    struct err *err) MUST_CHECK;
/* ok false: what was added is dropped.  Frees p; returns ok, or false when it could not
 * be kept. */
bool store_plan_end(struct store_plan *p, bool ok, struct err *err) MUST_CHECK;

/* The newest of a kind; found false: there is none. */
bool store_plan_newest(struct store *st, const char *kind, struct arena *arena,
		       struct plan_kept *out, bool *found_out,
		       struct err *err) MUST_CHECK;
/* The newest of each kind, by kind. */
bool store_plans_newest(struct store *st, struct arena *arena, struct plan_kept **out,
			size_t *n_out, struct err *err) MUST_CHECK;
bool store_plan_items(struct store *st, int64_t plan, struct arena *arena,
		      struct plan_item **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
