/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_ACCOUNT_H
#define STORE_STORE_ACCOUNT_H
/* Accounts and transfers; events are in store_seal.h. */
#include "model/account.h"
#include "model/folder.h"
#include "store/store.h"

/* Insert, or return the row that is there (access and reason are brought up to date).  id
 * in *id_out. */
bool store_account_put(struct store *st, const struct account *a, int64_t *id_out,
		       struct err *err) MUST_CHECK;
/* Insert or update by name (case ignored); id is ignored.  When other
 * accounts, another prefix or another decision are named, the judgement is dropped with
 * all that belongs to it.  *what_out: */
enum store_put { STORE_NEW, STORE_CHANGED, STORE_SAME };
bool store_transfer_put(struct store *st, const struct transfer *t, int64_t *id_out,
			enum store_put *what_out, struct err *err) MUST_CHECK;
/* Mark as no longer listed; nothing is deleted, evidence stays. */
bool store_transfer_gone(struct store *st, int64_t id, struct err *err) MUST_CHECK;

/* By name, case ignored; *found_out false when there is none (no error). */
bool store_transfer_find(struct store *st, const char *name, struct arena *arena,
			 struct transfer *out, bool *found_out,
			 struct err *err) MUST_CHECK;
/* All, ordered by name (folded); gone ones only when asked for. */
bool store_transfers(struct store *st, bool with_gone, struct arena *arena,
		     struct transfer **out, size_t *n_out, struct err *err) MUST_CHECK;
bool store_account_get(struct store *st, int64_t id, struct arena *arena,
		       struct account *out, struct err *err) MUST_CHECK;

/* The newest reading of an account that was whole and deeper than counts. */
struct account_last {
	int64_t at; /* 0: there is none */
	enum depth depth;
	int64_t messages;
};
bool store_account_last(struct store *st, int64_t account, struct account_last *out,
			struct err *err) MUST_CHECK;

#endif
