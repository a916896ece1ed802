/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SAID_H
#define STORE_STORE_SAID_H
/* What persons and lists say of accounts: decisions, names whose use is expected, last
 * logins that others know, where mail is forwarded. */
#include "model/side.h"
#include "store/store.h"

/* A decision (DESIGN section 9); it counts over accounts.csv until the next. */
struct said {
	int64_t transfer, at;
	const char *teller, *decision, *owner; /* NULL: not said */
	int64_t leave_until;		       /* 0: not said */
	const char *note;
};
/* With its ledger entry, in one transaction. */
bool store_said_add(struct store *st, const struct said *s, struct err *err) MUST_CHECK;
/* The newest of each word that was said of a transfer; at 0: nothing was. */
bool store_said(struct store *st, int64_t transfer, struct arena *arena, struct said *out,
		struct err *err) MUST_CHECK;

struct expected {
	const char *name; /* as in logs; may end in "*" */
	const char *teller, *reason;
	int64_t at;
};
bool store_expected_add(struct store *st, const struct expected *e, bool active,
			struct err *err) MUST_CHECK;
/* Those that stand, by name. */
bool store_expected(struct store *st, struct arena *arena, struct expected **out,
		    size_t *n_out, struct err *err) MUST_CHECK;

struct witness {
	enum side side;
	const char *name;
	int64_t at;	    /* last login; 0: never */
	const char *source; /* which list */
	int64_t told;
};
bool store_witness_add(struct store *st, const struct witness *w,
		       struct err *err) MUST_CHECK;
/* Of each name and list the newest that was told. */
bool store_witnesses(struct store *st, enum side side, struct arena *arena,
		     struct witness **out, size_t *n_out, struct err *err) MUST_CHECK;

struct forward {
	enum side side;
	const char *name, *target;
	bool keeps; /* a copy stays in the mailbox */
	const char *source, *kind;
	int64_t told;
};
/* What a source said before is forgotten. */
bool store_forward_forget(struct store *st, enum side side, const char *source,
			  struct err *err) MUST_CHECK;
bool store_forward_add(struct store *st, const struct forward *f,
		       struct err *err) MUST_CHECK;
bool store_forwards(struct store *st, enum side side, struct arena *arena,
		    struct forward **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
