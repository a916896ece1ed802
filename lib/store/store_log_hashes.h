/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOG_HASHES_H
#define STORE_STORE_LOG_HASHES_H
/*
 * Hashes of the events of an hour of a log, as a row of log_seen holds them.
 *
 * Hours stand one behind the other: the hour since 1970 and the number of hashes, each in
 * four octets, then the hashes, which are numbers of 48 bits and ascend, equal ones side
 * by side.  Of each the lower 6, 5 or 4 octets are told one after the other, all
 * big-endian, behind the higher bits of all: for each value of these a bit of 1 for each
 * hash that has it and then a bit of 0, the lowest bit of an octet first.  The more
 * hashes there are, the more bits are higher ones: none, 8 from LOG_HASHES_SOME on, 16
 * from LOG_HASHES_MANY on.  So most take little more than five octets (this is Elias' and
 * Fano's code, with lower parts of whole octets).
 */
#include "base/span.h"
#include "base/strbuf.h"

#define LOG_HASH_BITS	48u
#define LOG_HASHES_SOME 64u
#define LOG_HASHES_MANY (1u << 14)

/* hour is below 2^32, v ascends, each below 2^48. */
void log_hashes_put(struct strbuf *out, int64_t hour, const uint64_t *v, size_t n);

/* An hour in a row, whose octets it borrows. */
struct log_hashes {
	int64_t hour;
	size_t n;
	struct span octets; /* of it all */
};
/* The next hour, off the front of rest.  False: that is none. */
bool log_hashes_take(struct span *rest, struct log_hashes *out) MUST_CHECK;
/* Its n hashes to v, ascending.  False: they are none. */
bool log_hashes_read(const struct log_hashes *h, uint64_t *v) MUST_CHECK;

#endif
