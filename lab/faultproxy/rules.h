/* SPDX-License-Identifier: MIT */
#ifndef LAB_FAULTPROXY_RULES_H
#define LAB_FAULTPROXY_RULES_H
/*
 * What a faultproxy does to whom, and when.  One rule is one line of its script:
 *
 *   [connection N|N-M|N-] [up] [at [NTH|every] COMMAND] : FAULT NUMBER...
 *
 * Without "connection" it holds for every connection; they are counted from 1 as they are
 * accepted.  "up" means octets on their way to the server, else those on their way to the
 * client.  Without "at" it takes effect with the first octet of the connection; with it,
 * when the server begins to answer the NTH such command of the connection (the first
 * unless told otherwise), or with "up" when that command has been read: so the numbers of
 * octets below are the same in each run, however commands are pipelined.  What TLS hides
 * is no command.  A number may be a range LO-HI; the seed, the connection and the rule
 * decide which.
 *
 *   delay MS [JITTER]     octets arrive so much later, in order
 *   rate OCTETS           so many per second, no more
 *   cut N                 after N octets both sides are closed
 *   reset N               the same by RST
 *   half-close N          the receiver is told that no more will come; the other
 * direction lives on stall N [MS]          nothing more passes, or nothing for a while
 *   garble N COUNT        COUNT octets become others
 *   drop N COUNT          COUNT octets are left out
 *   duplicate N COUNT     COUNT octets come twice
 *   slow N COUNT MS       COUNT octets come one at a time, each MS after the last
 *   refuse                closed as soon as accepted
 *
 * Blank lines, and lines that begin with '#', are left out.
 */
#include "base/err.h"
#include "base/span.h"

enum fault_act {
	FAULT_DELAY,
	FAULT_RATE,
	FAULT_CUT,
	FAULT_RESET,
	FAULT_HALF_CLOSE,
	FAULT_STALL,
	FAULT_GARBLE,
	FAULT_DROP,
	FAULT_DUPLICATE,
	FAULT_SLOW,
	FAULT_REFUSE,
};

#define FAULT_NUMBERS 3
#define FAULT_RULES   64
#define FAULT_COMMAND 32

struct fault_range {
	uint64_t lo, hi;
};

struct fault_rule {
	uint64_t conn_lo, conn_hi;
	bool up;
	char command[FAULT_COMMAND]; /* "UID FETCH"; "": from the first octet */
	uint64_t nth;		     /* 0: every one */
	enum fault_act act;
	struct fault_range number[FAULT_NUMBERS]; /* those not given are 0 */
	unsigned numbers;			  /* that were given */
};

struct fault_rules {
	struct fault_rule rule[FAULT_RULES];
	size_t n;
};

/* ERR_CONFIG names the line. */
bool fault_rules_parse(struct span script, struct fault_rules *out,
		       struct err *err) MUST_CHECK;
const char *fault_act_name(enum fault_act act);

/* A sequence of numbers, the same for the same seed. */
struct fault_random {
	uint64_t state;
};
struct fault_random fault_random_of(uint64_t seed, uint64_t connection, uint64_t rule);
uint64_t fault_random_next(struct fault_random *r);
uint64_t fault_random_in(struct fault_random *r, struct fault_range range);

#endif
