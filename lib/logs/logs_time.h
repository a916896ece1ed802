/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_TIME_H
#define LOGS_LOGS_TIME_H
/* Time stamps as logs write them (reference: RFC 3164, RFC 5424, RFC 3339, TAI64N). */
#include "base/base.h"
#include "base/span.h"

enum log_stamp_kind {
	LOG_STAMP_NONE,
	LOG_STAMP_YEARLESS, /* t counts from 1 January of a leap year, local time */
	LOG_STAMP_LOCAL,    /* t as if the local time were UTC */
	LOG_STAMP_UTC,	    /* t is Unix seconds */
};
struct log_stamp {
	enum log_stamp_kind kind;
	int64_t t;
};

/*
 * Take a stamp off the front of *s.  *text is the stamp as written, without brackets.
 * False and nothing changed: there is none, or no such date.
 *
 * BSD "Nov 23 14:27:17" (day padded with a blank, a zero or not at all), ISO 8601 with
 * "T" or a blank, fraction behind . or , and zone "Z", "+01:00", "+0100" or " +0100";
 * "@" and 24 hex (TAI64N); "2022/04/05 13:32:06"; "Sat 2020-12-19 03:44:01.396:";
 * "06-Jun-2019 07:19:34.70" and "22-06-2014 09:56:12"; "[29/May/2019:10:44:56 +0200]" and
 * "[18/May/2017 07:25:15]"; seconds since 1970 with a fraction.
 */
bool log_stamp_take(struct span *s, struct span *text, struct log_stamp *out) MUST_CHECK;

/* Seconds of the leap year for a date of any year, and back: for yearless stamps. */
#define LOG_YEAR_SECONDS (366 * 86400)
/* *out: Unix seconds as if UTC.  False: 29 February of a year that has none. */
bool log_stamp_in_year(int64_t of_year, int year, int64_t *out) MUST_CHECK;
/* Of a time: seconds of the leap year. */
int64_t log_of_year(int64_t t, int *year_out);

#endif
