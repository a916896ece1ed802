/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_KEYWORD_H
#define STORE_STORE_KEYWORD_H
/* Private to lib/store: keyword sets by name and by number, with a small cache: most
 * messages carry one of a few sets. */
#include "base/span.h"
#include "store/store_db.h"

/* Names of one message, all together.  Far above what servers allow. */
#define KEYWORDS_MAX (64u << 10)

/* Row of this set, made when it is new; names "" is 0.  ERR_LIMIT above KEYWORDS_MAX
 * octets. */
bool keyword_id(struct store *st, const char *names, int64_t *out,
		struct err *err) MUST_CHECK;
/* Its names; borrowed until the next call of either function. */
bool keyword_names(struct store *st, int64_t id, struct span *out,
		   struct err *err) MUST_CHECK;
/* Drop the cache: after a rollback numbers may be used again for other names. */
void keyword_forget(struct store *st);

#endif
