/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
/*
 * The only source of time.  clock.c holds the first three functions and nothing else: a
 * test that defines all three itself has replaced the clock at link time, and calendar
 * code stays.  Wall times are int64_t Unix seconds UTC; durations come from the monotonic
 * clock.
 */
#include "base/base.h"
#include "base/span.h"

int64_t clock_now(void); /* Unix seconds UTC */
/* milliseconds since some fixed point; never steps back */
int64_t clock_mono_ms(void);
void clock_sleep_ms(int64_t ms);

struct clock_civil {
	int year;		  /* full, 0 to 9999 */
	int month, day;		  /* from 1 */
	int hour, minute, second; /* second may be 60 */
};
/*
 * Proleptic Gregorian calendar, no time zone, no locale, no library.  In clock_civil.c.
 * clock_from_civil takes a date whose parts the caller has checked; a second 60 is the
 * first of the next minute.  clock_to_civil takes times of the years 0 to 9999; what lies
 * outside becomes the nearest end.  clock_iso says "out of range" there instead.
 */
int64_t clock_from_civil(const struct clock_civil *c);
void clock_to_civil(int64_t t, struct clock_civil *out);
#define CLOCK_ISO_SIZE 21
const char *clock_iso(int64_t t, char buf[CLOCK_ISO_SIZE]); /* 2026-11-23T22:27:00Z */
/* ISO 8601 as RFC 3339 takes it: date, "T" or a blank, time with or without seconds, and
 * a zone, "Z" or "+01:00", without which a time means nothing.  *out changes only on
 * true. */
bool clock_parse_iso(struct span s, int64_t *out) MUST_CHECK;

#endif
