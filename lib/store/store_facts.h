/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_FACTS_H
#define STORE_STORE_FACTS_H
/* What plans are made of: sums over the messages of a folder, and how fast servers and
 * movers were. */
#include "model/message.h"
#include "model/side.h"
#include "store/store.h"

/* Present messages of an epoch. */
struct epoch_facts {
	int64_t messages;
	int64_t octets;		   /* of those whose size is known */
	int64_t unsized;	   /* messages whose size is not known */
	int64_t largest;	   /* octets; -1: none is known */
	int64_t oldest, newest;	   /* INTERNALDATE; MSG_DATE_UNKNOWN */
	int64_t idless;		   /* without one well-formed Message-ID */
	int64_t keyless;	   /* of those, with nothing at all to be told apart by */
	int64_t over, over_octets; /* larger than limit; 0 when there is no limit */
};
/* limit: octets; 0: none. */
bool store_epoch_facts(struct store *st, int64_t epoch, int64_t limit,
		       struct epoch_facts *out, struct err *err) MUST_CHECK;
/* Present messages that an arrival rule would leave out: any of these. */
struct epoch_bounds {
	int64_t larger;	       /* more octets than this */
	int64_t smaller;       /* at most so many */
	int64_t before, after; /* INTERNALDATE; one that is not known is neither */
};
#define EPOCH_ALL ((struct epoch_bounds){ INT64_MAX, -1, INT64_MIN, INT64_MAX })
bool store_epoch_outside(struct store *st, int64_t epoch, const struct epoch_bounds *b,
			 int64_t *n_out, int64_t *octets_out, struct err *err) MUST_CHECK;
/* Those above limit, largest first, at most `most`.  Strings: none. */
bool store_epoch_large(struct store *st, int64_t epoch, int64_t limit, size_t most,
		       struct arena *arena, struct message **out, size_t *n_out,
		       struct err *err) MUST_CHECK;
/* Present messages whose identity another one of the same folder has, that one not
 * counted; and their octets. */
bool store_epoch_copies(struct store *st, int64_t epoch, int64_t *n_out,
			int64_t *octets_out, struct err *err) MUST_CHECK;
/* The same over all folders of an account. */
bool store_account_copies(struct store *st, int64_t account, int64_t *n_out,
			  int64_t *octets_out, struct err *err) MUST_CHECK;

/* Messages at the oldest whole reading of an account and at the newest.  n: how many
 * whole readings there are. */
struct account_growth {
	int64_t n, then_at, then, now_at, now;
};
bool store_account_growth(struct store *st, int64_t account, struct account_growth *out,
			  struct err *err) MUST_CHECK;

/* How long something took, in the order in which it happened. */
struct rate_sample {
	int64_t at; /* when its run began */
	int64_t messages, octets, took_ms;
};
/* Whole messages read by scans of a side, a folder each; the newest `most`. */
bool store_rates_scan(struct store *st, enum side side, size_t most, struct arena *arena,
		      struct rate_sample **out, size_t *n_out,
		      struct err *err) MUST_CHECK;
/* Headers read by audits of a side: octets are those of the whole messages, which were
 * not read. */
bool store_rates_audit(struct store *st, enum side side, size_t most, struct arena *arena,
		       struct rate_sample **out, size_t *n_out,
		       struct err *err) MUST_CHECK;
/* Movers' runs that copied something. */
bool store_rates_mover(struct store *st, size_t most, struct arena *arena,
		       struct rate_sample **out, size_t *n_out,
		       struct err *err) MUST_CHECK;

struct mover_ran {
	int64_t transfer, began, ended, messages, octets, refused;
};
/* *new_out false: that run is there already. */
bool store_mover_run_add(struct store *st, const struct mover_ran *r, bool *new_out,
			 struct err *err) MUST_CHECK;

#endif
