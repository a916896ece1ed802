/* SPDX-License-Identifier: MIT */
#ifndef CLI_WAIVERS_H
#define CLI_WAIVERS_H
/* Which findings of a check a waiver names. */
#include "cli/gate_see.h"

#define WAIVER_DIGITS 12   /* of a fingerprint, at least */
#define WAIVER_PRINTS 1000 /* that may be named one by one */

struct waiver_choice {
	const struct gate_check *check;
	bool all; /* those that stand now: a set that is frozen by its digest */
	const char *print[WAIVER_PRINTS]; /* first digits of fingerprints */
	size_t print_n;
};

/* "W-003", "w3" or "3"; 0: it is no number of one. */
int64_t waiver_number(const char *s);

/*
 * Findings of the check that stand, are known and are not covered yet; malloc. ERR_CONFIG
 * in one line when the check cannot be waived, when there is none, or when digits name
 * none, or more than one.  *first_out: subjects of some, for people; in arena of g.
 */
bool waivers_choose(struct gate_seen *g, const struct waiver_choice *c,
		    struct sha256 **out, size_t *n_out, const char ***first_out,
		    size_t *first_n_out, struct err *err) MUST_CHECK;

/* Canonical JSON of how they were chosen; in arena. */
const char *waivers_what(const struct waiver_choice *c, struct arena *arena);

/* ---- cli/gate_given.c: waivers and the DNS among the facts ---- */
bool gate_see_waivers(const struct project *p, struct gate_seen *out,
		      struct err *err) MUST_CHECK;
bool gate_see_dns(const struct project *p, struct gate_seen *out,
		  struct err *err) MUST_CHECK;

#endif
