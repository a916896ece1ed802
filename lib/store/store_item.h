/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_ITEM_H
#define STORE_STORE_ITEM_H
/* What persons said of the items of checklists.  Append-only; each is an entry of the
 * ledger too. */
#include "store/store.h"

/* Values are stored. */
enum item_word {
	ITEM_SIGNED,   /* it is done, says teller */
	ITEM_REOPENED, /* it is not; what was signed before no longer counts */
	ITEM_ASSIGNED, /* owner is to do it */
};
enum { ITEM_WORD_COUNT = ITEM_ASSIGNED + 1 };

struct item_said {
	const char *list, *item; /* "premigration", "14" */
	enum item_word what;
	int64_t at;
	const char *teller;
	const char *owner; /* of ITEM_ASSIGNED; "" */
	const char *note;  /* "" */
	int64_t ledger;	   /* its entry; filled in by store_item_say */
};
/* With its ledger entry, in one transaction.  The entry holds the digest of the note,
 * and of the row. */
bool store_item_say(struct store *st, struct item_said *s, struct err *err) MUST_CHECK;
/* All that was said, oldest first. */
bool store_item_words(struct store *st, struct arena *arena, struct item_said **out,
		      size_t *n_out, struct err *err) MUST_CHECK;

#endif
