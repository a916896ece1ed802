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

#define TALLY_LEAST		5
#define TALLY_COVERS(part, all) ((part)*100 >= (all)*95)
#define TALLY_LEAK(part, all)	((part)*100 < (all)*5)

enum { TALLY_ARRIVED, TALLY_MISSING, TALLY_SETS };

struct tally; /* of one transfer */
struct tally *tally_new(void) MUST_CHECK;
void tally_free(struct tally *t);
void tally_reset(struct tally *t);

/* A message of the old side that was matched anywhere on the new one, or that was not. */
void tally_message(struct tally *t, int set, const struct message *old);
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
	int64_t missing_n;
};
void tally_missing(const struct tally *t, struct tally_pattern *out);

/* Whole sentences, each ending in a full stop and with a blank between them.  Nothing is
 * added when there is no pattern. */
void tally_say_missing(const struct tally *t, struct strbuf *out);
void tally_say_facts(const struct tally *t, struct strbuf *out);

#endif
