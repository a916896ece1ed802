/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_TALLY_H
#define VERIFY_TALLY_H
/*
 * Patterns over a set tell the cause: "all missing messages are larger than 25 MB".
 * Histograms of fixed size, filled as the messages pass by once.  A sentence is only made
 * when it covers TALLY_COVERS of the set and less than TALLY_LEAK of what arrived, and
 * the set has at least TALLY_LEAST members: two messages make no pattern.
 */
#include "base/strbuf.h"
#include "model/message.h"
#include "model/why.h"

#define TALLY_LEAST		5
#define TALLY_COVERS(part, all) ((part)*100 >= (all)*95)
#define TALLY_LEAK(part, all)	((part)*100 < (all)*5)

enum { TALLY_ARRIVED, TALLY_MISSING, TALLY_SETS };

struct tally; /* of one transfer */
struct tally *tally_new(void) MUST_CHECK;
void tally_free(struct tally *t);
void tally_reset(struct tally *t);

/* A message of the old side that was matched anywhere on the new one, or that was not;
 * its folder is depth levels deep, from 1. */
void tally_message(struct tally *t, int set, const struct message *old, unsigned depth);
/* Facts of two matched messages.  flags: they were compared. */
void tally_facts(struct tally *t, const struct message *old, const struct message *new,
		 bool flags);

/* What all missing messages have in common; a limit is -1 and year -1 when there is no
 * such pattern. */
struct tally_pattern {
	int64_t larger_than; /* octets; a round number */
	int64_t larger_n;
	int year; /* dated in that year or before */
	int64_t year_n;
	int depth; /* in folders of so many levels or more; -1 */
	int64_t depth_n;
	bool no_id; /* none has a Message-ID, and what arrived has */
	int64_t missing_n;
};
void tally_missing(const struct tally *t, struct tally_pattern *out);

/* A shift of INTERNALDATE that a time zone could make. */
bool tally_shift(int64_t old, int64_t new, int64_t *seconds_out);
int64_t tally_day(int64_t date); /* since 1970; 0 for what cannot be counted */

/* What nearly all wrong dates have in common, with the sentence that says so.  False:
 * nothing. */
struct tally_dates {
	enum why why;	 /* WHY_ZONE or WHY_MOVED_DAY */
	int64_t fold[2]; /* shifts in seconds, or days */
	size_t fold_n;
};
bool tally_dates(const struct tally *t, struct tally_dates *out, struct strbuf *say);
/* Nearly every message that had \Seen lost it, and the other flags arrived. */
bool tally_seen_lost(const struct tally *t);
/* Octets by which most of all matched messages differ; 0: most do not. */
int64_t tally_bias(const struct tally *t);

/* Whole sentences, each ending in a full stop and with a blank between them.  Nothing is
 * added when there is no pattern. */
void tally_say_missing(const struct tally *t, struct strbuf *out);
void tally_say_facts(const struct tally *t, struct strbuf *out);

#endif
