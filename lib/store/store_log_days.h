/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOG_DAYS_H
#define STORE_STORE_LOG_DAYS_H
/*
 * The days of a use, as they are stored (log_use in schema.sql): most hold one event and
 * follow soon on the day before, so that three octets tell them.
 *
 * A day is an octet, whose low seven bits are the days since the one before, or nought
 * when these are none or too many: then the day since 1970 follows in two octets.  Its
 * high bit is clear when the day holds one event: the time of it follows, in units of two
 * seconds and two octets.  Else the number of events follows, in an octet or, behind an
 * octet of 255, in two; then the time of the first and of the last.  All big-endian.
 * The end of a session counts as no event: where a day holds one, its number is nought.
 */
#include "base/base.h"
#include "model/log_event.h"

#define STORE_LOG_DAY_MAX 10u /* octets of one day, at most */

struct log_days {
	const unsigned char *p;
	size_t n;	/* octets */
	uint16_t day;	/* the one before; 0 to begin with */
	uint16_t alone; /* events of a day that holds one */
};

/* How many events a day holds on which this use was seen once. */
static inline uint16_t store_log_alone(int use)
{
	return use != USE_LOGOUT;
}

/* The next day, off the front of d.  False: there is none, or the octets are none. */
bool store_log_day_next(struct log_days *d, struct log_day *out);

/* As it stands behind the day `before` (0: it is the first), at p, where there is room:
 * its octets. */
size_t store_log_day_put(unsigned char *p, const struct log_day *d, uint16_t before,
			 uint16_t alone);

/* Are these n days, and whole, and each behind the one before? */
bool store_log_days_are(struct log_days d, size_t n);

#endif
